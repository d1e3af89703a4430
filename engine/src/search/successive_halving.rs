//! Successive halving: many settings trained a little, the best of them longer, the best of those in full.
//!
//! n settings are drawn at random and trained with a small budget; the best 1/eta of them go on with eta times that budget,
//! and so on to the full one. Most of the work goes where it promises most; what starts slowly is lost early.
//!
//! With `s = floor(log_eta(min(n, epochs)))`, rung i = 0..=s trains the best `floor(n / eta^i)` settings for
//! `epochs / eta^(s - i)` epochs (rounded, at least 1). 27 settings at eta 3 and 27 epochs: 27 for 1 epoch, 9 for 3, 3 for 9,
//! 1 for 27; that is 108 epochs in all, where 27 full trainings take 729.
//!
//! Each rung trains anew from the initial weights, with its own number of epochs: so a schedule that ends with the training (a
//! cosine) ends with each, and nothing need be kept between rungs. Going on instead would save at most 1/eta of the work. The
//! costs count every epoch that is really trained. Where implementations disagree: the paper divides a budget among rungs so that
//! all cost the same; Hyperband's brackets, as here, do that by multiplying by eta.
//!
//! Sources: Jamieson and Talwalkar, Non-stochastic Best Arm Identification and Hyperparameter Optimization, AISTATS 2016,
//! figure 3; Li et al., Hyperband, JMLR 2018, algorithm 1 (one bracket of it).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::random;
use super::sampler::{Proposal, Rounds, Rung, Trial, best_first};
use super::space::Space;
use crate::numeric::Stream;
use crate::problem::Problem;

/// `trials` random settings trained for few epochs; of each rung the best 1/eta are trained again, eta times as long, up to all epochs.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct SuccessiveHalving {
    /// One of so many goes on, with so many times the epochs; 3 by default.
    pub eta: usize,
}

impl Default for SuccessiveHalving {
    fn default() -> Self {
        SuccessiveHalving { eta: 3 }
    }
}

impl SuccessiveHalving {
    /// Returns problems with paths from the sampler on: `eta`.
    pub fn check(&self) -> Vec<Problem> {
        let eta =
            Problem::new("eta", format!("eta is {}", self.eta)).expected("a whole number of at least 2");
        if self.eta < 2 { vec![eta] } else { Vec::new() }
    }

    /// Returns the rungs for so many settings and epochs, the shortest first.
    pub fn rungs(&self, trials: usize, epochs: usize) -> Vec<Rung> {
        let eta = self.eta.max(2);
        let (mut counts, mut shortest) = (vec![trials], epochs / eta);
        while counts[counts.len() - 1] >= eta && shortest >= 1 {
            counts.push(counts[counts.len() - 1] / eta);
            shortest /= eta;
        }
        let mut budget = 1.0;
        let mut rungs: Vec<Rung> = Vec::new();
        for trials in counts.into_iter().rev() {
            rungs.push(Rung { trials, budget });
            budget /= eta as f64;
        }
        rungs.reverse();
        rungs
    }
}

/// A round a rung.
pub(super) struct HalvingRounds {
    dimensions: usize,
    rungs: std::vec::IntoIter<Rung>,
    /// How many trials the rungs before the last one had.
    before: usize,
    stream: Stream,
}

impl HalvingRounds {
    pub(super) fn new(rungs: Vec<Rung>, space: &Space, stream: Stream) -> Self {
        HalvingRounds { dimensions: space.len(), rungs: rungs.into_iter(), before: 0, stream }
    }
}

impl Rounds for HalvingRounds {
    fn next(&mut self, history: &[Trial]) -> Vec<Proposal> {
        let Some(Rung { trials, budget }) = self.rungs.next() else { return Vec::new() };
        if history.is_empty() {
            let point = |_| Proposal { point: random::point(self.dimensions, &mut self.stream), budget };
            return (0..trials).map(point).collect();
        }
        let rung = &history[self.before..];
        self.before = history.len();
        let best = best_first(rung).into_iter().take(trials);
        best.map(|trial| Proposal { point: trial.point.clone(), budget }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Streams;

    /// Settings and epochs of each rung.
    fn rungs(eta: usize, trials: usize, epochs: usize) -> Vec<(usize, usize)> {
        let rungs = SuccessiveHalving { eta }.rungs(trials, epochs);
        rungs.iter().map(|rung| (rung.trials, rung.epochs(epochs))).collect()
    }

    #[test]
    fn rungs_by_hand() {
        assert_eq!(rungs(3, 27, 27), [(27, 1), (9, 3), (3, 9), (1, 27)]);
        assert_eq!(rungs(3, 27, 20), [(27, 2), (9, 7), (3, 20)]);
        assert_eq!(rungs(2, 8, 100), [(8, 13), (4, 25), (2, 50), (1, 100)]);
        assert_eq!(rungs(4, 3, 100), [(3, 100)]);
        assert_eq!(rungs(3, 10, 1), [(10, 1)]);
        assert_eq!(rungs(3, 1, 0), [(1, 0)]);
    }

    #[test]
    fn the_best_of_each_rung_go_on() {
        let space: Space = serde_json::from_str(r#"{"a": {"linear": [0, 1]}}"#).unwrap();
        let rungs = SuccessiveHalving { eta: 2 }.rungs(4, 8);
        let mut rounds = HalvingRounds::new(rungs, &space, Streams::new(0).stream("search"));
        let mut history: Vec<Trial> = Vec::new();
        let mut run = |objectives: &[f64]| -> Vec<f64> {
            let round = rounds.next(&history);
            let points = round.iter().map(|proposal| proposal.point[0]).collect();
            for (Proposal { point, budget }, &objective) in round.into_iter().zip(objectives) {
                history.push(Trial { point, budget, objective });
            }
            points
        };
        let first = run(&[3.0, f64::NAN, 1.0, 2.0]);
        assert_eq!(first.len(), 4);
        // Now the second is better than it was, and the first one is out.
        assert_eq!(run(&[9.0, 0.5]), [first[2], first[3]]);
        assert_eq!(run(&[0.1]), [first[3]]);
        assert!(run(&[]).is_empty());
    }

    #[test]
    fn settings_are_checked() {
        assert_eq!(SuccessiveHalving { eta: 1 }.check()[0].path, "eta");
    }
}
