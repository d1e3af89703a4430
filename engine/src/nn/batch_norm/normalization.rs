//! The two passes through one normalized layer.

use super::Moments;
use crate::nn::LayerView;
use crate::numeric::{Real, column_sums, vectorized};

/// The buffers of one normalized layer.
#[derive(Clone, Debug)]
pub(crate) struct Normalization<R> {
    epsilon: R,
    /// Of the last batch that was normalized by its own.
    moments: Moments<R>,
    /// `1 / sqrt(sigma^2 + epsilon)` of the last batch, a unit.
    scale: Vec<R>,
    /// z_norm of the last batch, (rows, units).
    normalized: Vec<R>,
}

impl<R: Real> Normalization<R> {
    /// Prepares for batches of up to `rows` examples.
    pub(crate) fn new(epsilon: f64, units: usize, rows: usize) -> Self {
        Normalization {
            epsilon: R::from_f64(epsilon),
            moments: Moments::standard(units),
            scale: vec![R::ONE; units],
            normalized: vec![R::ZERO; rows * units],
        }
    }

    /// Returns those of the last batch that was normalized by its own moments.
    pub(crate) fn moments(&self) -> &Moments<R> {
        &self.moments
    }

    /// Turns z into z~, (rows, units) row-major: by the given moments, or by those of z itself.
    pub(crate) fn forward(&mut self, layer: LayerView<R>, given: Option<&Moments<R>>, z: &mut [R]) {
        if given.is_none() {
            self.moments.measure(z);
        }
        let moments = given.unwrap_or(&self.moments);
        for (scale, &variance) in self.scale.iter_mut().zip(&moments.variance) {
            *scale = (variance + self.epsilon).sqrt().recip();
        }
        let units = self.scale.len();
        vectorized(|| {
            let (mean, scale) = (&moments.mean[..units], &self.scale[..units]);
            let (gamma, beta) = (&layer.gamma[..units], &layer.bias[..units]);
            let normalized = self.normalized.chunks_exact_mut(units);
            for (z, normalized) in z.chunks_exact_mut(units).zip(normalized) {
                for j in 0..units {
                    normalized[j] = (z[j] - mean[j]) * scale[j];
                    z[j] = gamma[j] * normalized[j] + beta[j];
                }
            }
        });
    }

    /// Turns the gradient with respect to z~ into that with respect to z, and writes those of gamma and beta.
    /// The last forward pass must have gone by the batch's own moments.
    pub(crate) fn backward(&self, gamma: &[R], delta: &mut [R], d_gamma: &mut [R], d_beta: &mut [R]) {
        let units = self.scale.len();
        let rows = delta.len() / units;
        let share = R::ONE / R::from_f64(rows as f64);
        column_sums(rows, units, delta, d_beta);
        d_gamma.fill(R::ZERO);
        vectorized(|| {
            let d_gamma = &mut d_gamma[..units];
            for (delta, normalized) in delta.chunks_exact(units).zip(self.normalized.chunks_exact(units)) {
                for ((d_gamma, &delta), &normalized) in d_gamma.iter_mut().zip(delta).zip(normalized) {
                    *d_gamma += delta * normalized;
                }
            }
        });
        vectorized(|| {
            let (gamma, scale) = (&gamma[..units], &self.scale[..units]);
            let (d_gamma, d_beta) = (&d_gamma[..units], &d_beta[..units]);
            for (delta, normalized) in delta.chunks_exact_mut(units).zip(self.normalized.chunks_exact(units))
            {
                for j in 0..units {
                    let common = (d_beta[j] + normalized[j] * d_gamma[j]) * share;
                    delta[j] = (gamma[j] * scale[j]) * (delta[j] - common);
                }
            }
        });
    }
}
