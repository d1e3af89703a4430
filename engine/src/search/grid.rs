//! Grid search.

use super::sampler::{Proposal, Rounds, Trial};
use super::space::{Point, Space};

/// All combinations of evenly spaced points, the last setting changing fastest.
///
/// Of N trials, settings get points in turn, one more each, as long as the product is at most N: two settings
/// get 5 each of 25 trials, three get 3, 3 and 2 of 20. A setting gets no more points than it has values. The points
/// include both ends of the range; a single point is its middle. Combinations that differ only in settings that do not exist
/// there (their condition does not hold) are one trial.
pub(super) struct GridRounds {
    all: Vec<Point>,
}

impl GridRounds {
    pub(super) fn new(space: &Space, trials: usize) -> Self {
        if trials == 0 {
            return GridRounds { all: Vec::new() };
        }
        let most: Vec<usize> =
            space.settings.iter().map(|setting| setting.dimension.count().unwrap_or(usize::MAX)).collect();
        let points = points(&most, trials);
        let combinations = (0..points.iter().product()).map(|index| combination(&points, index));
        let all = combinations.filter(|point| is_first(space, point, &points)).collect();
        GridRounds { all }
    }

    pub(super) fn count(&self) -> usize {
        self.all.len()
    }
}

/// Returns whether a combination is the first of those that differ only in settings that do not exist.
fn is_first(space: &Space, point: &[f64], points: &[usize]) -> bool {
    let first = combination(points, 0);
    let exist = space.exist(point);
    (0..point.len()).all(|index| exist[index] || point[index] == first[index])
}

/// Returns how many points each dimension gets.
fn points(most: &[usize], trials: usize) -> Vec<usize> {
    let mut points = vec![1; most.len()];
    loop {
        let before = points.clone();
        for i in 0..points.len() {
            let product = points.iter().product::<usize>() / points[i] * (points[i] + 1);
            if points[i] < most[i] && product <= trials {
                points[i] += 1;
            }
        }
        if points == before {
            return points;
        }
    }
}

impl Rounds for GridRounds {
    fn next(&mut self, _: &[Trial]) -> Vec<Proposal> {
        std::mem::take(&mut self.all).into_iter().map(Proposal::full).collect()
    }
}

/// Returns the point with the given number, counted as in a number with one digit a dimension.
fn combination(points: &[usize], mut index: usize) -> Point {
    let mut point = vec![0.5; points.len()];
    for (u, &count) in point.iter_mut().zip(points).rev() {
        if count > 1 {
            *u = (index % count) as f64 / (count - 1) as f64;
        }
        index /= count;
    }
    point
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: usize = usize::MAX;

    #[test]
    fn points_are_nearly_equal_and_fit() {
        assert_eq!(points(&[FREE, FREE], 25), [5, 5]);
        assert_eq!(points(&[FREE, FREE], 23), [5, 4]);
        assert_eq!(points(&[FREE, FREE], 24), [6, 4]);
        assert_eq!(points(&[FREE, FREE, FREE], 20), [3, 3, 2]);
        assert_eq!(points(&[FREE], 7), [7]);
        assert_eq!(points(&[2, FREE], 25), [2, 12]);
        assert_eq!(points(&[2, 3], 25), [2, 3]);
        assert_eq!(points(&[FREE, FREE], 1), [1, 1]);
    }

    #[test]
    fn all_combinations_with_both_ends() {
        let all: Vec<Point> = (0..6).map(|index| combination(&[2, 3], index)).collect();
        assert_eq!(all, [[0.0, 0.0], [0.0, 0.5], [0.0, 1.0], [1.0, 0.0], [1.0, 0.5], [1.0, 1.0]]);
        assert_eq!(combination(&[1, 2], 1), [0.5, 1.0]);
    }

    #[test]
    fn whole_numbers_and_choices_are_tried_once_each() {
        let space: Space =
            serde_json::from_str(r#"{"a": {"integer": [1, 6]}, "b": {"choice": ["x", "y", "z"]}}"#).unwrap();
        let mut rounds = GridRounds::new(&space, 100);
        let mut tried: Vec<String> =
            rounds.next(&[]).iter().map(|trial| format!("{:?}", space.at(&trial.point))).collect();
        tried.sort();
        tried.dedup();
        assert_eq!(tried.len(), 18);
    }
}
