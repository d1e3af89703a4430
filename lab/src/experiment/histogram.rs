//! Histograms that runs leave behind, drawn as ridges, one below the other.

use super::curves;
use crate::chart::{Area, Color};
use crate::outcome::{Numbers, RunRecord, Table};

/// Bins of a histogram.
pub(super) const BINS: usize = 40;

/// How many times as far as all others a layer reaches beside which they cannot be seen.
const DWARFED: f64 = 3.0;

/// The most layers whose histograms are drawn.
const SHOWN_LAYERS: usize = 6;

/// Returns equal bins from the least to the greatest value: their left edges, and the share of the values in each.
pub(super) fn histogram(values: &[f64]) -> Table {
    let (low, high) = curves::range(values);
    let width = if high > low { (high - low) / BINS as f64 } else { 1.0 };
    let mut shares = vec![0.0; BINS];
    for value in values.iter().filter(|value| value.is_finite()) {
        let bin = ((value - low) / width) as usize;
        shares[bin.min(BINS - 1)] += 1.0 / values.len() as f64;
    }
    let edges: Numbers = (0..BINS).map(|bin| low + width * bin as f64).collect();
    Table { columns: [("edge".to_owned(), edges), ("share".to_owned(), shares.into())].into() }
}

/// Returns how many layers have histograms that a run keeps, under `NAME/1`, `NAME/2`...
pub(super) fn layers(run: &RunRecord, name: &str) -> usize {
    (1..).take_while(|&layer| of_layer(run, name, layer).is_some()).count()
}

fn of_layer<'r>(run: &'r RunRecord, name: &str, layer: usize) -> Option<&'r Table> {
    run.tables.get(&format!("{name}/{layer}"))
}

/// Returns whether the values of the last layer reach so much further than those before it that these could not be seen beside
/// them.
pub(super) fn last_dwarfs_others(run: &RunRecord, name: &str) -> bool {
    let reach = |layer: usize| {
        let edges = of_layer(run, name, layer)?.columns.get("edge")?;
        Some(edges.last()? - edges.first()?)
    };
    let last = layers(run, name);
    let others = (1..last).filter_map(reach).reduce(f64::max);
    reach(last).zip(others).is_some_and(|(last, others)| last > DWARFED * others)
}

/// Returns ridges for a few of the first `layers` layers: the first, the last and some between, each with its layer. None where
/// the run keeps none.
pub(super) fn ridges(run: &RunRecord, name: &str, layers: usize, color: Color) -> Option<Vec<(usize, Area)>> {
    if layers == 0 {
        return None;
    }
    let ridge = |(row, layer)| {
        let (outline, highest) = outline(of_layer(run, name, layer)?)?;
        Some((layer, Area::ridge(row, outline, color).share(highest)))
    };
    shown_layers(layers).into_iter().enumerate().map(ridge).collect()
}

/// The first, the last and some between, evenly.
fn shown_layers(layers: usize) -> Vec<usize> {
    let shown = layers.min(SHOWN_LAYERS);
    (0..shown).map(|i| 1 + i * (layers - 1) / (shown - 1).max(1)).collect()
}

/// The steps of a histogram, its highest at 1, and what share that is.
fn outline(table: &Table) -> Option<(Vec<(f64, f64)>, f64)> {
    let [edges, shares] = table.columns(["edge", "share"])?;
    let (first, last) = (*edges.first()?, *edges.last()?);
    let highest = shares.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let width = edges.get(1).map_or(1.0, |second| second - first);
    let mut points = vec![(first, 0.0)];
    for (edge, share) in edges.iter().zip(shares) {
        points.push((*edge, share / highest));
        points.push((edge + width, share / highest));
    }
    points.push((last + width, 0.0));
    Some((points, highest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_holds_every_value_once() {
        let table = histogram(&[0.0, 0.0, 1.0, 2.0]);
        let shares = &table.columns["share"];
        assert_eq!(shares[0], 0.5);
        assert_eq!(shares[BINS / 2], 0.25);
        assert_eq!(shares[BINS - 1], 0.25);
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn constant_values_fall_into_one_bin() {
        assert_eq!(histogram(&[3.0; 8]).columns["share"][0], 1.0);
    }

    #[test]
    fn a_layer_dwarfs_those_that_reach_a_third_as_far() {
        let run = |reaches: &[f64]| {
            let table =
                |(index, reach): (usize, &f64)| (format!("z/{}", index + 1), histogram(&[0.0, *reach]));
            RunRecord { tables: reaches.iter().enumerate().map(table).collect(), ..RunRecord::default() }
        };
        assert!(last_dwarfs_others(&run(&[1.0, 2.0, 6.1]), "z"));
        assert!(
            !last_dwarfs_others(&run(&[1.0, 2.0, 5.9]), "z") && !last_dwarfs_others(&run(&[6.1, 1.0]), "z")
        );
        assert!(!last_dwarfs_others(&run(&[6.1]), "z") && !last_dwarfs_others(&run(&[]), "z"));
    }

    #[test]
    fn the_layers_shown_reach_from_first_to_last() {
        assert_eq!(shown_layers(3), [1, 2, 3]);
        assert_eq!(shown_layers(1), [1]);
        assert_eq!(shown_layers(50), [1, 10, 20, 30, 40, 50]);
    }
}
