//! Means and variances: of a batch, averaged over batches, and of a whole part.

use super::{BatchNorm, PredictionStatistics};
use crate::data::Part;
use crate::nn::{Forward, Network, Pass};
use crate::numeric::{Real, column_sums, vectorized};

/// Mean and variance of every unit of a layer. The variance is divided by the number of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments<R> {
    /// One a unit.
    pub mean: Vec<R>,
    /// One a unit, divided by the rows.
    pub variance: Vec<R>,
}

impl<R: Real> Moments<R> {
    /// Returns mean 0 and variance 1: a normalization that changes nothing.
    pub fn standard(units: usize) -> Self {
        Moments { mean: vec![R::ZERO; units], variance: vec![R::ONE; units] }
    }

    /// Measures `z`, (rows, units) row-major: each sum is a chain from the first row to the last.
    pub(super) fn measure(&mut self, z: &[R]) {
        let units = self.mean.len();
        let rows = R::from_f64((z.len() / units) as f64);
        column_sums(z.len() / units, units, z, &mut self.mean);
        self.mean.iter_mut().for_each(|mean| *mean /= rows);
        self.variance.fill(R::ZERO);
        vectorized(|| {
            let (mean, variance) = (&self.mean[..units], &mut self.variance[..units]);
            for row in z.chunks_exact(units) {
                for ((variance, &mean), &z) in variance.iter_mut().zip(mean).zip(row) {
                    let difference = z - mean;
                    *variance += difference * difference;
                }
            }
        });
        self.variance.iter_mut().for_each(|variance| *variance /= rows);
    }

    /// Makes these moments of some rows those of these and the others' rows together.
    ///
    /// With n rows here, m there and d the difference of the means:
    /// `mean += d m/(n + m)`, `variance = (n variance + m variance')/(n + m) + d^2 n m/(n + m)^2`.
    /// Source: Chan, Golub and LeVeque, Algorithms for Computing the Sample Variance, 1983, equation 2.1.
    fn pool(&mut self, rows: usize, other: &Moments<R>, other_rows: usize) {
        let all = (rows + other_rows) as f64;
        let (mine, theirs) = (R::from_f64(rows as f64 / all), R::from_f64(other_rows as f64 / all));
        let own = self.mean.iter_mut().zip(&mut self.variance);
        for ((mean, variance), (&other_mean, &other_variance)) in
            own.zip(other.mean.iter().zip(&other.variance))
        {
            let difference = other_mean - *mean;
            *mean += difference * theirs;
            *variance =
                mine * *variance + theirs * other_variance + difference * difference * (mine * theirs);
        }
    }

    /// Sets `self = beta self + (1 - beta) new`.
    fn average(&mut self, beta: f64, new: &Moments<R>) {
        let (old_share, new_share) = (R::from_f64(beta), R::from_f64(1.0 - beta));
        for (average, new) in [(&mut self.mean, &new.mean), (&mut self.variance, &new.variance)] {
            for (average, &new) in average.iter_mut().zip(new) {
                *average = old_share * *average + new_share * new;
            }
        }
    }

    /// Sets `self = factor other`.
    fn scaled(&mut self, factor: f64, other: &Moments<R>) {
        let factor = R::from_f64(factor);
        for (to, from) in [(&mut self.mean, &other.mean), (&mut self.variance, &other.variance)] {
            to.iter_mut().zip(from).for_each(|(to, &from)| *to = factor * from);
        }
    }
}

/// Exponentially weighted averages of the batches' moments: `V = beta V + (1 - beta) moments`, from 0.
#[derive(Clone, Debug)]
pub struct RunningAverages<R> {
    beta: f64,
    bias_correction: bool,
    /// beta^t after t steps.
    power: f64,
    /// One a normalized layer.
    averages: Vec<Moments<R>>,
}

impl<R: Real> RunningAverages<R> {
    /// Returns the averages before the first step; None where prediction does not need them.
    pub fn new(network: &Network<R>) -> Option<Self> {
        let norm = network.architecture().batch_norm.as_ref()?;
        let zero = |moments: &Moments<R>| Moments {
            mean: vec![R::ZERO; moments.mean.len()],
            variance: vec![R::ZERO; moments.mean.len()],
        };
        (norm.prediction == PredictionStatistics::Running).then(|| RunningAverages {
            beta: norm.average,
            bias_correction: norm.bias_correction,
            power: 1.0,
            averages: network.statistics().iter().map(zero).collect(),
        })
    }

    /// Takes in the batch of the last training pass; the network predicts by the result.
    pub fn observe(&mut self, forward: &Forward<R>, network: &mut Network<R>) {
        self.power *= self.beta;
        let factor = if self.bias_correction { 1.0 / (1.0 - self.power) } else { 1.0 };
        for (l, (average, statistics)) in self.averages.iter_mut().zip(network.statistics_mut()).enumerate() {
            let Some(batch) = forward.batch_moments(l) else { continue };
            average.average(self.beta, batch);
            statistics.scaled(factor, average);
        }
    }
}

impl<R: Real> Network<R> {
    /// Makes the mean and variance of each normalized unit over all of `part` those of prediction. Layer by
    /// layer: what a layer gives depends on the statistics of those before it.
    pub fn measure_statistics(&mut self, part: &Part<R>, forward: &mut Forward<R>) {
        for l in 0..self.statistics().len() {
            let mut measured = 0;
            let mut all = Moments::standard(self.architecture().layers[l].outputs);
            while measured < part.len() {
                let end = part.len().min(measured + forward.capacity());
                let rows = end - measured;
                let x = part.rows(measured..end);
                (0..l).for_each(|below| forward.run_layer(self, below, x, rows, Pass::Prediction));
                forward.run_layer(self, l, x, rows, Pass::Training(None));
                if let Some(batch) = forward.batch_moments(l) {
                    all.pool(measured, batch, rows);
                }
                measured = end;
            }
            self.statistics_mut()[l] = all;
        }
    }
}

impl BatchNorm {
    /// Returns how many rows prediction takes at a time, where that matters.
    pub fn prediction_rows(&self) -> Option<usize> {
        match self.prediction {
            PredictionStatistics::Batch(rows) => Some(rows),
            PredictionStatistics::Running | PredictionStatistics::Exact => None,
        }
    }
}
