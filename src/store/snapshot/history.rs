//! A letter an epoch: too small to read a value from, enough to tell where two histories part.

use crate::outcome::RunRecord;

/// One of 64 letters says how an epoch was: two epochs that differ look alike once in 64 times. A drift is noticed by the
/// digest of all; the letters only tell since about when.
const LETTERS: &[u8; 64] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

/// Returns a letter an epoch over the given series of all runs together; index 0 is before training.
pub(super) fn history(runs: &[RunRecord], series: &[String]) -> String {
    let values = |run: &'_ RunRecord| {
        series.iter().filter_map(|name| run.series.get(name)).map(|values| values.len()).max().unwrap_or(0)
    };
    let epochs = runs.iter().map(values).max().unwrap_or(0);
    (0..epochs).map(|epoch| of_epoch(runs, series, epoch)).collect()
}

fn of_epoch(runs: &[RunRecord], series: &[String], epoch: usize) -> char {
    let mut hasher = blake3::Hasher::new();
    for run in runs {
        hasher.update(&run.seed.to_le_bytes());
        for name in series {
            // A run that stopped early has no value here; its name is missing too.
            let Some(value) = run.series.get(name).and_then(|values| values.get(epoch)) else { continue };
            hasher.update(name.as_bytes());
            hasher.update(&bits(*value));
        }
    }
    char::from(LETTERS[usize::from(hasher.finalize().as_bytes()[0] % 64)])
}

/// Returns the bits of a number, every NaN alike: CPUs differ in its sign.
pub(super) fn bits(value: f64) -> [u8; 8] {
    let value = if value.is_nan() { f64::NAN } else { value };
    value.to_bits().to_le_bytes()
}

/// Returns the first index at which two histories differ; where one is the start of the other, the length of the shorter.
pub(super) fn parted(old: &str, new: &str) -> Option<usize> {
    let first = old.bytes().zip(new.bytes()).position(|(old, new)| old != new);
    first.or((old.len() != new.len()).then_some(old.len().min(new.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(seed: u64, loss: &[f64]) -> RunRecord {
        RunRecord { seed, series: [("loss".to_owned(), loss.to_vec().into())].into(), ..RunRecord::default() }
    }

    fn of(runs: &[RunRecord]) -> String {
        history(runs, &["loss".to_owned()])
    }

    #[test]
    fn one_bit_in_one_seed_is_seen_at_its_epoch() {
        let old = [run(0, &[1.0, 0.5, 0.25]), run(1, &[1.0, 0.5])];
        let mut new = old.clone();
        assert_eq!(of(&old).len(), 3);
        assert_eq!(parted(&of(&old), &of(&new)), None);
        new[1].series.get_mut("loss").unwrap()[1] = 0.5f64.next_up();
        assert_eq!(parted(&of(&old), &of(&new)), Some(1));
        new[1] = run(1, &[1.0, 0.5, 0.5]);
        assert_eq!(parted(&of(&old), &of(&new)), Some(2));
        new[1] = run(1, &[1.0]);
        assert_eq!(parted(&of(&old), &of(&new)), Some(1));
    }

    #[test]
    fn a_series_that_is_not_asked_for_moves_nothing() {
        let old = run(0, &[1.0, 0.5]);
        let mut new = old.clone();
        new.series.insert("another".to_owned(), vec![3.0; 9].into());
        assert_eq!(of(&[old]), of(&[new]));
    }

    #[test]
    fn a_shorter_history_parts_where_it_ends() {
        let (old, new) = (of(&[run(0, &[1.0, 0.5, 0.2])]), of(&[run(0, &[1.0, 0.5])]));
        assert_eq!(parted(&old, &new), Some(2));
        assert_eq!(parted("", &new), Some(0));
        assert_eq!(of(&[run(0, &[f64::NAN])]), of(&[run(0, &[-f64::NAN])]));
    }
}
