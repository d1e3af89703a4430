//! Which settings matter: the share of the objective's variance over the space that each of them decides alone.
//!
//! A forest of regression trees is fitted to the trials: each tree to as many of them, drawn with replacement, as there are, split
//! where that takes most off the sum of squares until the objectives of a leaf are equal. A leaf is a box in the unit cube with one value, so a tree's
//! prediction can be integrated exactly over everything that is not of interest (functional analysis of variance). With f(u) the prediction,
//! u uniform in the cube and f_i(u_i) its mean over all settings but i:
//!
//! ```text
//! share_i = Var f_i(u_i) / Var f(u)
//! ```
//!
//! in the mean of the trees. What is left of 1 is decided by several settings together. Since it is integrated over the whole space, trials may be dense
//! where they were good.
//!
//! Where implementations disagree: Optuna divides the shares by their sum, so that what settings do together is spread over
//! them, and leaves out trials that diverged; here these count as the worst of the others, which is what a search takes them for. A setting that
//! exists only under a condition counts over the whole space, so it matters less, the rarer it is.
//!
//! Source: Hutter, Hoos and Leyton-Brown, An Efficient Approach for Assessing Hyperparameter Importance, ICML 2014, sections 3 and 4.

use super::sampler::Trial;
use super::space::Space;
use crate::numeric::Stream;

/// How many trees there are.
const TREES: usize = 64;

/// Nanoseconds to look at one place of one setting in one node.
const LOOK: f64 = 9.0;

/// Returns the share of each setting, from 0 to 1; NaN throughout where all objectives are equal or fewer than two are finite. `stream` draws the trials of each tree.
pub fn importance(space: &Space, trials: &[Trial], stream: &mut Stream) -> Vec<f64> {
    let Some(values) = objectives(trials) else { return vec![f64::NAN; space.len()] };
    let places: Vec<Vec<f64>> =
        (0..space.len()).map(|index| trials.iter().map(|trial| trial.point[index]).collect()).collect();
    let counts: Vec<Option<usize>> = space.settings.iter().map(|setting| setting.dimension.count()).collect();
    let mut sums = vec![0.0; space.len()];
    let mut trees = 0.0;
    for _ in 0..TREES {
        let drawn: Vec<usize> = values.iter().map(|_| stream.below(values.len())).collect();
        let leaves = Tree::grow(&places, &counts, &values, &drawn);
        let all = variance(&leaves);
        if all > 0.0 {
            trees += 1.0;
            sums.iter_mut().enumerate().for_each(|(index, sum)| *sum += variance_along(&leaves, index) / all);
        }
    }
    if trees == 0.0 {
        return vec![f64::NAN; space.len()];
    }
    // What rounding adds is beyond 1 by less than a digit.
    sums.into_iter().map(|sum| (sum / trees).clamp(0.0, 1.0)).collect()
}

/// Returns an upper bound of the seconds that so many trials take.
pub fn importance_seconds(space: &Space, trials: f64) -> f64 {
    // A tree of n leaves is about twice as deep as a balanced one.
    let depth = 2.0 * libm::log2(trials.max(2.0)) + 1.0;
    1e-9 * LOOK * TREES as f64 * space.len() as f64 * trials * (depth + 8.0)
}

/// Returns the objectives less their mean, what diverged as the worst of the others; none where they do not differ.
fn objectives(trials: &[Trial]) -> Option<Vec<f64>> {
    let finite = || trials.iter().map(|trial| trial.objective).filter(|value| value.is_finite());
    let worst = finite().reduce(f64::max)?;
    let values: Vec<f64> = trials
        .iter()
        .map(|trial| if trial.objective.is_finite() { trial.objective } else { worst })
        .collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().any(|value| *value != values[0]).then(|| values.iter().map(|value| value - mean).collect())
}

/// A box in the unit cube where a tree says the same.
struct Leaf {
    low: Vec<f64>,
    high: Vec<f64>,
    value: f64,
}

impl Leaf {
    fn length(&self, index: usize) -> f64 {
        self.high[index] - self.low[index]
    }

    fn volume(&self) -> f64 {
        (0..self.low.len()).map(|index| self.length(index)).product()
    }
}

/// A part of the drawn trials, from and up to a place in the orders, and the box that holds it.
struct Node {
    from: usize,
    to: usize,
    low: Vec<f64>,
    high: Vec<f64>,
}

/// Where a node is parted.
struct Cut {
    index: usize,
    at: f64,
    /// How much it explains: the larger the better.
    gain: f64,
}

/// A tree while it grows.
struct Tree<'a> {
    places: &'a [Vec<f64>],
    counts: &'a [Option<usize>],
    values: &'a [f64],
    /// For each setting the drawn trials, within every node by their places on it.
    orders: Vec<Vec<usize>>,
    scratch: Vec<usize>,
}

impl Tree<'_> {
    /// Returns the leaves of the tree over the drawn trials.
    fn grow(places: &[Vec<f64>], counts: &[Option<usize>], values: &[f64], drawn: &[usize]) -> Vec<Leaf> {
        let sorted = |along: &Vec<f64>| {
            let mut order = drawn.to_vec();
            order.sort_by(|&a, &b| along[a].total_cmp(&along[b]).then(a.cmp(&b)));
            order
        };
        let orders = places.iter().map(sorted).collect();
        let mut tree = Tree { places, counts, values, orders, scratch: Vec::new() };
        let dimensions = places.len();
        let all = Node { from: 0, to: drawn.len(), low: vec![0.0; dimensions], high: vec![1.0; dimensions] };
        let (mut open, mut leaves) = (vec![all], Vec::new());
        while let Some(node) = open.pop() {
            match tree.best_cut(&node) {
                Some(cut) => open.extend(tree.parted(node, &cut)),
                None => leaves.push(tree.leaf(node)),
            }
        }
        leaves
    }

    fn leaf(&self, node: Node) -> Leaf {
        let drawn = &self.orders[0][node.from..node.to];
        let sum: f64 = drawn.iter().map(|&trial| self.values[trial]).sum();
        Leaf { low: node.low, high: node.high, value: sum / drawn.len() as f64 }
    }

    /// Returns the cut that leaves the least sum of squares, the first of equals; none where nothing is left to part.
    fn best_cut(&self, node: &Node) -> Option<Cut> {
        let drawn = &self.orders[0][node.from..node.to];
        let first = self.values[drawn[0]];
        if drawn.iter().all(|&trial| self.values[trial] == first) {
            return None;
        }
        let total: f64 = drawn.iter().map(|&trial| self.values[trial]).sum();
        let mut best: Option<Cut> = None;
        for (index, (order, along)) in self.orders.iter().zip(self.places).enumerate() {
            let order = &order[node.from..node.to];
            let mut left = 0.0;
            for (taken, pair) in order.windows(2).enumerate() {
                left += self.values[pair[0]];
                let (below, above) = (along[pair[0]], along[pair[1]]);
                let at = self.between(index, below, above);
                if !(below < at && at <= above) {
                    continue;
                }
                let (rows, rest) = ((taken + 1) as f64, (order.len() - taken - 1) as f64);
                let gain = left * left / rows + (total - left) * (total - left) / rest;
                if best.as_ref().is_none_or(|best| gain > best.gain) {
                    best = Some(Cut { index, at, gain });
                }
            }
        }
        best
    }

    /// Returns where places are parted: half way, of whole numbers and choices where one ends and the next begins.
    fn between(&self, index: usize, below: f64, above: f64) -> f64 {
        let middle = f64::midpoint(below, above);
        match self.counts[index] {
            Some(count) => libm::round(middle * count as f64) / count as f64,
            None => middle,
        }
    }

    fn parted(&mut self, node: Node, cut: &Cut) -> [Node; 2] {
        let along = &self.places[cut.index];
        let mut middle = node.from;
        for order in &mut self.orders {
            let order = &mut order[node.from..node.to];
            self.scratch.clear();
            self.scratch.extend(order.iter().copied().filter(|&trial| along[trial] >= cut.at));
            let mut kept = 0;
            for place in 0..order.len() {
                if along[order[place]] < cut.at {
                    order[kept] = order[place];
                    kept += 1;
                }
            }
            order[kept..].copy_from_slice(&self.scratch);
            middle = node.from + kept;
        }
        let (mut high, mut low) = (node.high.clone(), node.low.clone());
        high[cut.index] = cut.at;
        low[cut.index] = cut.at;
        [
            Node { from: node.from, to: middle, low: node.low, high },
            Node { from: middle, to: node.to, low, high: node.high },
        ]
    }
}

fn mean(leaves: &[Leaf]) -> f64 {
    leaves.iter().map(|leaf| leaf.volume() * leaf.value).sum()
}

/// Returns the variance of a tree's prediction over the cube.
fn variance(leaves: &[Leaf]) -> f64 {
    let mean = mean(leaves);
    leaves.iter().map(|leaf| leaf.volume() * (leaf.value - mean) * (leaf.value - mean)).sum()
}

/// Returns the variance of its mean over all settings but one.
fn variance_along(leaves: &[Leaf], index: usize) -> f64 {
    let mean = mean(leaves);
    // Each leaf adds its value, as far as the other settings lead into it, from where it begins to where it ends.
    let mut steps: Vec<(f64, f64)> = Vec::with_capacity(2 * leaves.len());
    for leaf in leaves {
        let others: f64 =
            (0..leaf.low.len()).filter(|&other| other != index).map(|other| leaf.length(other)).product();
        let height = others * (leaf.value - mean);
        steps.push((leaf.low[index], height));
        steps.push((leaf.high[index], -height));
    }
    steps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut height, mut sum) = (0.0, 0.0);
    for pair in steps.windows(2) {
        height += pair[0].1;
        sum += (pair[1].0 - pair[0].0) * height * height;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Streams;

    fn space(json: &str) -> Space {
        serde_json::from_str(json).unwrap()
    }

    /// Shares of a function over so many random points.
    fn shares(space: &Space, trials: usize, objective: impl Fn(&[f64]) -> f64) -> Vec<f64> {
        let mut stream = Streams::new(3).stream("points");
        let trial = |_| {
            let point: Vec<f64> = (0..space.len()).map(|_| stream.uniform()).collect();
            Trial { objective: objective(&point), point, budget: 1.0 }
        };
        let trials: Vec<Trial> = (0..trials).map(trial).collect();
        importance(space, &trials, &mut Streams::new(3).stream("importance"))
    }

    fn three() -> Space {
        space(r#"{"a": {"linear": [0, 1]}, "b": {"log": [1, 9]}, "c": {"choice": [1, 2, 3, 4]}}"#)
    }

    #[test]
    fn a_tree_is_integrated_exactly() {
        // 0 below a = 1/4, beyond it 1 up to b = 1/2 and 3 above: mean 1.5, by hand.
        let leaf = |low: [f64; 2], high: [f64; 2], value| Leaf { low: low.into(), high: high.into(), value };
        let leaves = [
            leaf([0.0, 0.0], [0.25, 1.0], 0.0),
            leaf([0.25, 0.0], [1.0, 0.5], 1.0),
            leaf([0.25, 0.5], [1.0, 1.0], 3.0),
        ];
        assert_eq!(mean(&leaves), 1.5);
        assert_eq!(variance(&leaves), 0.25 * 2.25 + 0.375 * 0.25 + 0.375 * 2.25);
        // Along a: 0 and 2; along b: 0.75 and 2.25.
        assert!((variance_along(&leaves, 0) - (0.25 * 2.25 + 0.75 * 0.25)).abs() < 1e-15);
        assert!((variance_along(&leaves, 1) - 0.5625).abs() < 1e-15);
    }

    #[test]
    fn shares_of_a_sum_are_those_of_its_variances() {
        // Variances of 3 u, u and of half the place of one of four: 9/12, 1/12 and 0.25 15/12.
        let part = |u: f64| (u * 4.0).floor();
        let found = shares(&three(), 2000, |u| 3.0 * u[0] + u[1] + 0.5 * part(u[2]));
        let all = 0.75 + 1.0 / 12.0 + 0.3125;
        for (share, expected) in found.iter().zip([0.75 / all, 1.0 / 12.0 / all, 0.3125 / all]) {
            assert!((share - expected).abs() < 0.02, "{found:?}");
        }
    }

    #[test]
    fn what_two_do_together_is_neithers() {
        // The sign of (a - 1/2)(b - 1/2): either alone decides nothing.
        let found = shares(&three(), 2000, |u| if (u[0] < 0.5) == (u[1] < 0.5) { 1.0 } else { -1.0 });
        assert!(found.iter().all(|share| *share < 0.05), "{found:?}");
    }

    #[test]
    fn trials_that_diverged_are_the_worst_and_equal_ones_say_nothing() {
        let found = shares(&three(), 300, |u| if u[0] > 0.7 { f64::NAN } else { u[0] });
        assert!(found[0] > 0.9, "{found:?}");
        assert!(shares(&three(), 50, |_| 2.0).iter().all(|share| share.is_nan()));
        assert!(shares(&three(), 50, |_| f64::NAN).iter().all(|share| share.is_nan()));
        assert!(shares(&three(), 0, |_| 1.0).iter().all(|share| share.is_nan()));
        let one = shares(&three(), 1, |_| 1.0);
        assert!(one.iter().all(|share| share.is_nan()), "{one:?}");
    }
}
