//! Dots that do not touch, told together: what lies over another stays over it.

use super::figure::Point;

/// Side of the cells in which touching is looked for, in px.
const CELL: f64 = 2.0;

/// Returns the layer of each dot, from 0: in one layer none touches another, and of two that may touch the later is in the higher one.
/// `reach` is how far a dot goes from its place, in px.
pub(crate) fn layers(places: &[Point], reach: f64) -> Vec<usize> {
    let corner = places.iter().fold((f64::MAX, f64::MAX), |(x, y), place| (x.min(place.0), y.min(place.1)));
    let far = places.iter().fold(corner, |(x, y), place| (x.max(place.0), y.max(place.1)));
    let cell = |along: f64, from: f64| ((along - from + reach) / CELL).max(0.0) as usize;
    let columns = cell(far.0 + reach, corner.0) + 1;
    let rows = cell(far.1 + reach, corner.1) + 1;
    // How many layers there are over each cell.
    let mut heights = vec![0; if places.is_empty() { 0 } else { columns * rows }];
    let layer = |&(x, y): &Point| {
        let across = cell(x - reach, corner.0)..=cell(x + reach, corner.0);
        let lines = (cell(y - reach, corner.1)..=cell(y + reach, corner.1)).map(|row| row * columns);
        let runs: Vec<_> = lines.map(|line| line + across.start()..=line + across.end()).collect();
        let under = runs.iter().flat_map(|run| &heights[run.clone()]).max().copied().unwrap_or(0);
        runs.into_iter().for_each(|run| heights[run].fill(under + 1));
        under
    };
    places.iter().map(layer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_that_touch_lie_over_each_other_in_their_order() {
        let places = [(10.0, 10.0), (60.0, 10.0), (14.0, 12.0), (62.0, 60.0), (18.0, 10.0), (200.0, 10.0)];
        assert_eq!(layers(&places, 4.0), [0, 0, 1, 0, 2, 0]);
        assert!(layers(&[], 4.0).is_empty());
    }

    #[test]
    fn in_one_layer_none_touches_another() {
        // Steps of the golden angle outwards: near the middle many lie over each other.
        let place = |index: usize| {
            let (turn, out) = (index as f64 * 2.399_963, libm::sqrt(index as f64));
            (out * libm::cos(turn), out * libm::sin(turn))
        };
        let places: Vec<Point> = (0..300).map(place).collect();
        let found = layers(&places, 3.0);
        for (one, layer) in found.iter().enumerate() {
            for other in 0..one {
                let apart = libm::hypot(places[one].0 - places[other].0, places[one].1 - places[other].1);
                assert!(apart >= 6.0 || *layer > found[other], "{other} and {one}, {apart} px apart");
            }
        }
        assert!(found.iter().max().unwrap() < &150);
    }
}
