//! Random search (Bergstra and Bengio 2012, Journal of Machine Learning Research 13).

use super::sampler::{Proposal, Rounds, Trial};
use super::space::{Point, Space};
use crate::numeric::Stream;

/// All trials in one round, each uniform in the unit cube.
pub(super) struct RandomRounds {
    dimensions: usize,
    trials: usize,
    stream: Stream,
}

impl RandomRounds {
    pub(super) fn new(space: &Space, trials: usize, stream: Stream) -> Self {
        RandomRounds { dimensions: space.len(), trials, stream }
    }
}

impl Rounds for RandomRounds {
    fn next(&mut self, history: &[Trial]) -> Vec<Proposal> {
        (history.len()..self.trials)
            .map(|_| Proposal::full(point(self.dimensions, &mut self.stream)))
            .collect()
    }
}

/// Returns a point uniform in the unit cube.
pub(super) fn point(dimensions: usize, stream: &mut Stream) -> Point {
    (0..dimensions).map(|_| stream.uniform()).collect()
}
