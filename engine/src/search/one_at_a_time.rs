//! One setting changed at a time: how most people search by hand.
//!
//! The first trial is anywhere. Each one after it is the best trial so far with one setting changed at random: settings come in
//! turn, in an order that is shuffled anew for each round through them; of a choice or of whole numbers the new value is one that
//! has not been tried beside the same others. Where every change of one of them has been tried and none is left, the climb is over and another begins
//! anywhere.
//!
//! It sees no two settings that are good only together: where the best of each depends on the other, it stops between them.
//!
//! Source: Russell and Norvig, Artificial Intelligence, 4th edition 2020, section 4.1.1: stochastic hill climbing with random restarts.

use super::dimension::Dimension;
use super::random;
use super::sampler::{Proposal, Rounds, Trial, rank};
use super::space::{Point, Space};
use crate::collections::BTreeSet;
use crate::numeric::Stream;

/// The most values of a setting that are told apart; of more, any will do.
const MOST_COUNTED: usize = 256;

/// Microseconds to tell whether one setting at one point has been tried.
const KEY: f64 = 0.5;

/// Returns an upper bound of the seconds that choosing so many trials takes: of each all values of one setting are looked at.
pub(super) fn seconds(space: &Space, trials: f64) -> f64 {
    let values = space.settings.iter().filter_map(|setting| counted(&setting.dimension)).max();
    1e-6 * KEY * trials * space.len() as f64 * (4 + values.unwrap_or(0)) as f64
}

/// One trial a round.
pub(super) struct OneAtATimeRounds {
    space: Space,
    trials: usize,
    stream: Stream,
    /// The best trial of the present climb, by its place in the history.
    leader: Option<usize>,
    /// How many trials of the history have been looked at.
    seen: usize,
    /// The settings that are still to be changed in this round through all of them.
    turns: Vec<usize>,
    tried: BTreeSet<Vec<Option<u64>>>,
}

impl OneAtATimeRounds {
    pub(super) fn new(space: &Space, trials: usize, stream: Stream) -> Self {
        OneAtATimeRounds {
            space: space.clone(),
            trials,
            stream,
            leader: None,
            seen: 0,
            turns: Vec::new(),
            tried: BTreeSet::new(),
        }
    }

    /// Returns what tells settings at a point from others: which of the counted values, or the very place.
    fn key(&self, point: &[f64]) -> Vec<Option<u64>> {
        let exist = self.space.exist(point);
        let place = |index: usize| match counted(&self.space.settings[index].dimension) {
            Some(count) => part(point[index], count) as u64,
            None => point[index].to_bits(),
        };
        (0..self.space.len()).map(|index| exist[index].then(|| place(index))).collect()
    }

    /// Returns the point with one setting changed to a value that has not been tried; none where none is left.
    fn changed(&mut self, leader: &[f64], index: usize) -> Option<Point> {
        let with = |u: f64| {
            let mut point = leader.to_vec();
            point[index] = u;
            point
        };
        let Some(count) = counted(&self.space.settings[index].dimension) else {
            return Some(with(self.stream.uniform()));
        };
        let middle = |value: usize| (value as f64 + 0.5) / count as f64;
        let points = (0..count).map(|value| with(middle(value)));
        let mut left: Vec<Point> = points.filter(|point| !self.tried.contains(&self.key(point))).collect();
        match left.len() {
            0 => None,
            several => Some(left.swap_remove(self.stream.below(several))),
        }
    }

    fn next_point(&mut self, history: &[Trial]) -> Point {
        for at in self.seen..history.len() {
            if self.leader.is_none_or(|leader| rank(&history[at], &history[leader]).is_lt()) {
                self.leader = Some(at);
            }
        }
        self.seen = history.len();
        if let Some(leader) = self.leader {
            let leader = history[leader].point.clone();
            let exist = self.space.exist(&leader);
            // Every setting has its turn at least once before a climb is given up.
            for _ in 0..2 {
                if self.turns.is_empty() {
                    self.turns = (0..self.space.len()).collect();
                    self.stream.shuffle(&mut self.turns);
                }
                while let Some(index) = self.turns.pop() {
                    let point = if exist[index] { self.changed(&leader, index) } else { None };
                    if let Some(point) = point {
                        return point;
                    }
                }
            }
            self.leader = None;
        }
        random::point(self.space.len(), &mut self.stream)
    }
}

impl Rounds for OneAtATimeRounds {
    fn next(&mut self, history: &[Trial]) -> Vec<Proposal> {
        if history.len() >= self.trials {
            return Vec::new();
        }
        let point = self.next_point(history);
        self.tried.insert(self.key(&point));
        vec![Proposal::full(point)]
    }
}

fn counted(dimension: &Dimension) -> Option<usize> {
    dimension.count().filter(|count| *count <= MOST_COUNTED)
}

/// Returns which of `count` equal parts of [0, 1] holds `u`.
fn part(u: f64, count: usize) -> usize {
    ((u * count as f64) as usize).min(count - 1)
}

#[cfg(test)]
mod tests {
    use super::super::sampler::best_first;
    use super::*;
    use crate::numeric::Streams;

    fn space(json: &str) -> Space {
        serde_json::from_str(json).unwrap()
    }

    /// Runs a search for small `objective(values)`, by the middle of the part or the place of each setting.
    fn run(space: &Space, trials: usize, seed: u64, objective: impl Fn(&[f64]) -> f64) -> Vec<Trial> {
        let mut rounds = OneAtATimeRounds::new(space, trials, Streams::new(seed).stream("search"));
        let mut history: Vec<Trial> = Vec::new();
        while let [Proposal { point, budget }] = &rounds.next(&history)[..] {
            history.push(Trial { objective: objective(point), point: point.clone(), budget: *budget });
        }
        history
    }

    #[test]
    fn each_trial_differs_from_the_best_so_far_in_one_setting() {
        let space = space(
            r#"{"a": {"linear": [0, 1]}, "b": {"choice": [1, 2, 3]}, "c": {"log": [0.001, 1]}, "d": {"integer": [1, 9]}}"#,
        );
        for seed in 0..5 {
            let history = run(&space, 40, seed, |point| point.iter().map(|u| (u - 0.4) * (u - 0.4)).sum());
            for at in 1..history.len() {
                let leader = best_first(&history[..at])[0];
                let pairs = leader.point.iter().zip(&history[at].point);
                assert_eq!(pairs.filter(|(a, b)| a != b).count(), 1, "trial {at} of seed {seed}");
            }
        }
    }

    #[test]
    fn settings_have_turns_and_no_value_is_tried_twice() {
        let space = space(r#"{"a": {"choice": [1, 2, 3]}, "b": {"choice": [1, 2, 3, 4]}}"#);
        for seed in 0..20 {
            // Nothing is better than the first trial: its 2 + 3 neighbours come, then a climb from elsewhere.
            let history = run(&space, 12, seed, |_| 1.0);
            let values = |trial: &Trial| [part(trial.point[0], 3), part(trial.point[1], 4)];
            let mut seen: Vec<[usize; 2]> = history[..6].iter().map(values).collect();
            let first = seen[0];
            for pair in seen[1..].chunks(2).take(2) {
                let changed = |of: &[usize; 2]| usize::from(of[0] == first[0]);
                assert_ne!(
                    changed(&pair[0]),
                    changed(&pair[1]),
                    "both settings have had their turn: {seen:?}"
                );
            }
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), 6);
        }
    }

    #[test]
    fn it_climbs_to_the_best_of_each_setting_in_few_trials() {
        let space = space(
            r#"{"a": {"choice": [1, 2, 3]}, "b": {"choice": [1, 2, 3]}, "c": {"choice": [1, 2]}, "d": {"integer": [1, 4]}}"#,
        );
        // The sum of parts: 72 settings, of which each climb needs the first and at most 2 + 2 + 1 + 3 more.
        let cost =
            |point: &[f64]| point.iter().zip([3, 3, 2, 4]).map(|(u, count)| part(*u, count) as f64).sum();
        for seed in 0..20 {
            let history = run(&space, 20, seed, cost);
            let best =
                |trials: usize| history[..trials].iter().map(|t| t.objective).fold(f64::INFINITY, f64::min);
            assert_eq!(best(20), 0.0, "seed {seed}");
        }
    }

    #[test]
    fn a_setting_that_does_not_exist_has_no_turn() {
        let space = space(r#"{"o": {"choice": ["x", "y"]}, "b": {"linear": [0, 1], "when": {"o": "x"}}}"#);
        for seed in 0..10 {
            // y is best: after it is found only o could change, and x beside the same b has been tried.
            let history = run(&space, 30, seed, |point| if point[0] >= 0.5 { 0.0 } else { 1.0 + point[1] });
            for at in 1..history.len() {
                let before = &history[at - 1];
                if before.point[0] >= 0.5 && history[at].point[0] >= 0.5 {
                    assert_ne!(before.point[1], history[at].point[1], "only a new climb leads from y to y");
                }
            }
        }
    }
}
