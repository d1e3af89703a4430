//! The states on the way to what a training ended with, through which a reader slides.

/// The most states that are kept on the way unless an author lists others.
const MOST_STATES: usize = 6;

/// Yields steps that are round to readers, each about twice the one before: 1, 2, 5, 10, 20, 50, ....
pub fn round_steps() -> impl Iterator<Item = usize> {
    (0..).flat_map(|power| [1, 2, 5].map(|one| one * 10_usize.pow(power)))
}

/// Returns epochs before another: 0, 1, 2, 5, 10, 20, ..., and of more than a few some of them, evenly.
pub(super) fn way_to(last: usize) -> Vec<usize> {
    let all: Vec<usize> = [0].into_iter().chain(round_steps()).take_while(|epoch| *epoch < last).collect();
    if all.len() <= MOST_STATES {
        return all;
    }
    (0..MOST_STATES).map(|index| all[index * (all.len() - 1) / (MOST_STATES - 1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_about_twice_as_late_as_the_one_before() {
        assert!(way_to(0).is_empty());
        assert_eq!(way_to(1), [0]);
        assert_eq!(way_to(20), [0, 1, 2, 5, 10]);
        assert_eq!(way_to(600), [0, 1, 5, 20, 100, 500]);
    }
}
