//! Random search (Bergstra and Bengio 2012, Journal of Machine Learning Research 13).

use super::sampler::{Rounds, Trial};
use super::space::{Point, Space};
use crate::numeric::Stream;

/// All trials in one round, each uniform in the unit cube.
pub struct RandomRounds {
    dimensions: usize,
    trials: usize,
    stream: Stream,
}

impl RandomRounds {
    pub fn new(space: &Space, trials: usize, stream: Stream) -> Self {
        RandomRounds { dimensions: space.len(), trials, stream }
    }
}

impl Rounds for RandomRounds {
    fn next(&mut self, history: &[Trial]) -> Vec<Point> {
        (history.len()..self.trials)
            .map(|_| (0..self.dimensions).map(|_| self.stream.uniform()).collect())
            .collect()
    }
}
