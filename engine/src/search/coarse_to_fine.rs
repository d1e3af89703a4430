//! Random search everywhere, then in a box around the best.
//!
//! It finds the neighbourhood first and looks closer there; what it missed at first stays missed.
//!
//! Source: Bengio, Practical Recommendations for Gradient-Based Training of Deep Architectures, 2012, section 3.3, which calls
//! it multi-resolution search.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dimension::Dimension;
use super::random;
use super::sampler::{Proposal, Rounds, Trial, best_first};
use super::space::{Point, Space};
use crate::numeric::Stream;
use crate::problem::Problem;
use crate::range;

/// Half of the trials (rounded down, at least one) are random over the whole space. The others are random in a box
/// around the `best` trials so far: on each setting's scale from 0 to 1, with l and h the lowest and highest place
/// among the best, from max(0, l - `margin`) to min(1, h + `margin`). Of choices, those that the best have used. A setting that
/// none of them had (its condition did not hold) is random.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct CoarseToFine {
    /// How many of the best coarse trials the box encloses; 3 by default.
    pub best: usize,
    /// How far the box reaches beyond them, as a share of the whole scale; 0.05 by default.
    pub margin: f64,
}

impl Default for CoarseToFine {
    fn default() -> Self {
        CoarseToFine { best: 3, margin: 0.05 }
    }
}

impl CoarseToFine {
    /// Returns problems with paths from the sampler on: `best`.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.best == 0 {
            problems.push(
                Problem::new("best", "the box encloses no trial").expected("a whole number of at least 1"),
            );
        }
        problems.extend(range::of("margin", self.margin).said("the margin").share());
        problems
    }
}

/// Two rounds: the coarse one, then the fine one.
pub(super) struct CoarseToFineRounds {
    settings: CoarseToFine,
    space: Space,
    trials: usize,
    stream: Stream,
}

impl CoarseToFineRounds {
    pub(super) fn new(settings: CoarseToFine, space: &Space, trials: usize, stream: Stream) -> Self {
        CoarseToFineRounds { settings, space: space.clone(), trials, stream }
    }

    fn coarse(&self) -> usize {
        (self.trials / 2).max(1).min(self.trials)
    }

    fn fine(&mut self, history: &[Trial]) -> Point {
        let best: Vec<&Trial> = best_first(history).into_iter().take(self.settings.best).collect();
        let exist: Vec<Vec<bool>> = best.iter().map(|trial| self.space.exist(&trial.point)).collect();
        let margin = self.settings.margin;
        let mut point = Vec::with_capacity(self.space.len());
        for (i, setting) in self.space.settings.iter().enumerate() {
            let with_it = best.iter().zip(&exist).filter(|(_, exist)| exist[i]);
            let places: Vec<f64> = with_it.map(|(trial, _)| trial.point[i]).collect();
            point.push(match setting.dimension {
                _ if places.is_empty() => self.stream.uniform(),
                Dimension::Choice(_) => places[self.stream.below(places.len())],
                _ => {
                    let low = places.iter().copied().fold(1.0, f64::min);
                    let high = places.iter().copied().fold(0.0, f64::max);
                    let (low, high) = ((low - margin).max(0.0), (high + margin).min(1.0));
                    low + self.stream.uniform() * (high - low)
                }
            });
        }
        point
    }
}

impl Rounds for CoarseToFineRounds {
    fn next(&mut self, history: &[Trial]) -> Vec<Proposal> {
        if history.is_empty() {
            let dimensions = self.space.len();
            return (0..self.coarse())
                .map(|_| Proposal::full(random::point(dimensions, &mut self.stream)))
                .collect();
        }
        (history.len()..self.trials).map(|_| Proposal::full(self.fine(history))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Streams;

    #[test]
    fn the_fine_half_lies_in_the_box_around_the_best() {
        let space: Space =
            serde_json::from_str(r#"{"a": {"linear": [0, 1]}, "b": {"choice": ["x", "y", "z"]}}"#).unwrap();
        let settings = CoarseToFine { best: 2, margin: 0.1 };
        let stream = Streams::new(0).stream("search");
        let mut rounds = CoarseToFineRounds::new(settings, &space, 105, stream);
        assert_eq!(rounds.next(&[]).len(), 52);
        let trial = |a, b, objective| Trial { point: vec![a, b], budget: 1.0, objective };
        let mut history = vec![trial(0.5, 0.1, 9.0); 50];
        history.extend([trial(0.05, 0.5, 1.0), trial(0.2, 0.9, 2.0)]);
        let fine = rounds.next(&history);
        assert_eq!(fine.len(), 53);
        let lowest = fine.iter().map(|trial| trial.point[0]).fold(1.0, f64::min);
        let highest = fine.iter().map(|trial| trial.point[0]).fold(0.0, f64::max);
        assert!(
            (0.0..0.05).contains(&lowest) && (0.25..=0.30000001).contains(&highest),
            "{lowest} {highest}"
        );
        assert!(fine.iter().all(|trial| trial.point[1] == 0.5 || trial.point[1] == 0.9));
        assert!([0.5, 0.9].iter().all(|b| fine.iter().any(|trial| trial.point[1] == *b)));
    }

    #[test]
    fn settings_are_checked() {
        let paths = CoarseToFine { best: 0, margin: f64::NAN }.check();
        assert_eq!(paths.iter().map(|problem| problem.path.as_str()).collect::<Vec<_>>(), ["best", "margin"]);
        assert!(serde_json::from_str::<CoarseToFine>(r#"{"bset": 2}"#).is_err());
    }
}
