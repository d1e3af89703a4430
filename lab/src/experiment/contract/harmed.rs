//! Records that no run leaves behind.

use crate::collections::BTreeMap;
use crate::outcome::{Metric, RunRecord};

/// Returns a record as somebody might have put it into a cache who wants to do harm: whole, but with parts that are missing,
/// longer, shorter, of another sort, or of numbers that no run gives.
pub(super) fn harmed(record: &mut RunRecord, next: &mut impl FnMut(usize) -> usize) {
    const NUMBERS: [f64; 8] = [f64::NAN, f64::INFINITY, -1.0, 0.0, -0.0, 1e300, -1e300, 5e-324];
    fn any<'a, T>(
        map: &'a mut BTreeMap<String, T>,
        next: &mut impl FnMut(usize) -> usize,
    ) -> Option<(String, &'a mut T)> {
        let place = next(map.len().max(1));
        map.iter_mut().nth(place).map(|(name, value)| (name.clone(), value))
    }
    fn lengths(values: &mut Vec<f64>, next: &mut impl FnMut(usize) -> usize) {
        let odd = NUMBERS[next(NUMBERS.len())];
        match next(4) {
            0 => values.clear(),
            1 => values.truncate(1),
            2 => values.resize(values.len() + 3, odd),
            _ => values.iter_mut().for_each(|value| *value = odd),
        }
    }
    match next(9) {
        0 => drop(
            any(&mut record.metrics, next).map(|(name, _)| name).map(|name| record.metrics.remove(&name)),
        ),
        1 => {
            drop(any(&mut record.series, next).map(|(name, _)| name).map(|name| record.series.remove(&name)));
        }
        2 => {
            drop(any(&mut record.tables, next).map(|(name, _)| name).map(|name| record.tables.remove(&name)));
        }
        3 => drop(any(&mut record.grids, next).map(|(name, _)| name).map(|name| record.grids.remove(&name))),
        4 => {
            if let Some((_, names)) = any(&mut record.names, next) {
                names.truncate(next(2));
            }
        }
        5 => {
            if let Some((_, values)) = any(&mut record.series, next) {
                lengths(values, next);
            }
        }
        6 => {
            let Some((_, table)) = any(&mut record.tables, next) else { return };
            match next(3) {
                0 => drop(
                    any(&mut table.columns, next)
                        .map(|(name, _)| name)
                        .map(|name| table.columns.remove(&name)),
                ),
                1 => table.columns.values_mut().for_each(|column| column.truncate(next(1))),
                _ => {
                    if let Some((_, column)) = any(&mut table.columns, next) {
                        let odd = NUMBERS[next(NUMBERS.len())];
                        column.iter_mut().for_each(|value| *value = odd);
                    }
                }
            }
        }
        7 => {
            let Some((_, grid)) = any(&mut record.grids, next) else { return };
            match next(3) {
                0 => {
                    (grid.width, grid.height, grid.values) =
                        (1, 1, vec![NUMBERS[next(NUMBERS.len())]].into());
                }
                1 => (grid.x, grid.y) = ((0.0, 0.0), (1.0, -1e300)),
                _ => grid.values.iter_mut().for_each(|value| *value = NUMBERS[next(NUMBERS.len())]),
            }
        }
        _ => {
            let Some((_, metric)) = any(&mut record.metrics, next) else { return };
            match metric {
                Metric::List(values) if next(2) == 0 => lengths(values, next),
                _ => {
                    *metric = match next(4) {
                        0 => Metric::Number(NUMBERS[next(NUMBERS.len())]),
                        1 => Metric::List(vec![NUMBERS[next(NUMBERS.len())]; next(3)]),
                        2 => Metric::Text("<script>".to_owned()),
                        _ => Metric::Map(BTreeMap::new()),
                    };
                }
            }
        }
    }
}
