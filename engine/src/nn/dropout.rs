//! Inverted dropout.
//!
//! In training each input of a layer is kept with probability `keep` and divided by `keep`, else 0:
//! `a' = a * mask / keep`, `mask ~ Bernoulli(keep)`, so that its expectation stays a and nothing needs
//! to be rescaled at prediction. The gradient passes through the same mask and scale.
//!
//! The logits can be masked in the same way, for who wants to see what that does: no layer follows that could learn to
//! do without the lost ones, so that the loss only gets noisier.
//!
//! Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, Dropout: A Simple Way to Prevent Neural
//! Networks from Overfitting, JMLR 2014; scaling in training instead of at prediction is in its section 10.

use super::Architecture;
use crate::numeric::{Real, Stream, Streams, vectorized};

/// The masks of one training step: for each layer the factors of its inputs, where it drops any, and behind the last
/// layer's those of the logits.
#[derive(Clone, Debug)]
pub struct Masks<R> {
    layers: Vec<Option<Mask<R>>>,
}

#[derive(Clone, Debug)]
struct Mask<R> {
    keep: f64,
    width: usize,
    stream: Stream,
    /// 0 for a dropped input, 1/keep for a kept one; (rows, width).
    factors: Vec<R>,
}

impl<R: Real> Masks<R> {
    /// Makes masks for batches of up to `rows` examples, drawn from the streams `dropout/l`, where l counts the
    /// layers whose activations are masked: 0 is the network's input, the last are the logits. None if nothing is ever dropped.
    pub fn new(architecture: &Architecture, rows: usize, streams: &Streams) -> Option<Self> {
        if !architecture.has_dropout() {
            return None;
        }
        let layers = architecture.droppable().enumerate();
        let layers = layers.map(|(i, (width, keep))| {
            (keep < 1.0).then(|| Mask {
                keep,
                width,
                stream: streams.stream(&format!("dropout/{i}")),
                factors: vec![R::ONE; rows * width],
            })
        });
        Some(Masks { layers: layers.collect() })
    }

    /// Draws new masks for a batch of `rows` examples.
    pub fn draw(&mut self, rows: usize) {
        for mask in self.layers.iter_mut().flatten() {
            mask.stream.keep_mask(mask.keep, &mut mask.factors[..rows * mask.width]);
        }
    }

    /// Returns the same masks in f32, which go on as these would.
    pub(super) fn single(&self) -> Masks<f32> {
        let single = |mask: &Mask<R>| Mask {
            keep: mask.keep,
            width: mask.width,
            stream: mask.stream.clone(),
            factors: mask.factors.iter().map(|factor| f32::from_f64(factor.to_f64())).collect(),
        };
        Masks { layers: self.layers.iter().map(|mask| mask.as_ref().map(single)).collect() }
    }

    /// Returns the factors of a layer's inputs, if it drops any; layers count from 0, and those of the logits follow.
    pub(super) fn factors(&self, layer: usize) -> Option<&[R]> {
        self.layers[layer].as_ref().map(|mask| mask.factors.as_slice())
    }
}

/// Sets `to = from * factors`, element by element.
pub(super) fn masked<R: Real>(from: &[R], factors: &[R], to: &mut [R]) {
    vectorized(|| {
        for ((to, &from), &factor) in to.iter_mut().zip(from).zip(factors) {
            *to = from * factor;
        }
    });
}

/// Computes `values *= factors`, element by element.
pub(super) fn mask<R: Real>(values: &mut [R], factors: &[R]) {
    vectorized(|| {
        for (value, &factor) in values.iter_mut().zip(factors) {
            *value *= factor;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Target;
    use crate::nn::{ModelSettings, PerLayer};

    fn masks(keep: Vec<f64>, seed: u64) -> Option<Masks<f64>> {
        let model = ModelSettings {
            hidden: vec![50],
            keep_prob: Some(PerLayer::Each(keep)),
            ..ModelSettings::default()
        };
        let shape = Architecture::new(&model, 40, Target::Value).unwrap();
        Masks::new(&shape, 200, &Streams::new(seed))
    }

    #[test]
    fn the_mean_factor_is_one_and_kept_ones_are_scaled() {
        let mut masks = masks(vec![1.0, 0.8], 3).unwrap();
        masks.draw(200);
        assert!(masks.factors(0).is_none());
        let factors = masks.factors(1).unwrap();
        assert_eq!(factors.len(), 200 * 50);
        assert!(factors.iter().all(|&f| f == 0.0 || f == 1.25));
        let mean = factors.iter().sum::<f64>() / factors.len() as f64;
        assert!((mean - 1.0).abs() < 0.02, "{mean}");
    }

    #[test]
    fn every_draw_is_new_and_the_seed_repeats_it() {
        let (mut one, mut other) = (masks(vec![0.5, 0.5], 3).unwrap(), masks(vec![0.5, 0.5], 3).unwrap());
        one.draw(200);
        other.draw(200);
        assert_eq!(one.factors(1), other.factors(1));
        assert_ne!(one.factors(0).unwrap()[..100], one.factors(1).unwrap()[..100]);
        other.draw(200);
        assert_ne!(one.factors(1), other.factors(1));
    }

    #[test]
    fn masks_of_the_logits_move_no_others() {
        let (mut with, mut without) =
            (masks(vec![1.0, 0.5, 0.25], 3).unwrap(), masks(vec![1.0, 0.5], 3).unwrap());
        with.draw(200);
        without.draw(200);
        assert_eq!(with.factors(1), without.factors(1));
        assert!(without.factors(2).is_none());
        let factors = with.factors(2).unwrap();
        assert_eq!(factors.len(), 200);
        assert!(factors.iter().all(|&f| f == 0.0 || f == 4.0) && factors.contains(&4.0));
    }

    #[test]
    fn nothing_dropped_needs_no_masks() {
        assert!(masks(vec![1.0, 1.0, 1.0], 3).is_none());
        assert!(masks(vec![1.0, 1.0], 3).is_none());
    }
}
