//! What a run costs, known before it runs.
//!
//! Every figure is computed from settings alone, the time too: an experiment that is refused is refused on every
//! machine, however fast.

use std::iter::Sum;
use std::ops::Add;

use serde::Serialize;

/// The work and memory of one run or of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Cost {
    /// Rows of the data set.
    pub rows: u64,
    /// Weights and biases of the largest network.
    pub parameters: u64,
    /// Multiply-adds of all matrix products together.
    pub multiply_adds: f64,
    /// Estimated time on one core of a usual machine.
    pub seconds: f64,
    /// Bytes held at the same time by one run, data included.
    pub bytes: f64,
    /// Bytes that a run leaves behind: its history, and the files that are made of it.
    pub kept: f64,
    /// Bytes of what is drawn of a variant, however many runs it has.
    pub drawn: f64,
}

impl Add for Cost {
    type Output = Cost;

    /// Adds the cost of what comes after: work adds up, room is used again.
    fn add(self, other: Cost) -> Cost {
        Cost {
            rows: self.rows.max(other.rows),
            parameters: self.parameters.max(other.parameters),
            multiply_adds: self.multiply_adds + other.multiply_adds,
            seconds: self.seconds + other.seconds,
            bytes: self.bytes.max(other.bytes),
            kept: self.kept + other.kept,
            drawn: self.drawn + other.drawn,
        }
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Cost>>(costs: I) -> Cost {
        costs.fold(Cost::default(), Add::add)
    }
}

impl Cost {
    /// Returns all bytes: those of one run, and what all leave behind.
    pub fn memory(&self) -> f64 {
        self.bytes + self.left()
    }

    /// Returns the bytes that runs leave behind, with what is drawn of them.
    pub fn left(&self) -> f64 {
        self.kept + self.drawn
    }

    /// Returns the cost of the same run that many times, one after the other.
    pub fn times(self, runs: u64) -> Cost {
        let runs = runs as f64;
        Cost {
            multiply_adds: self.multiply_adds * runs,
            seconds: self.seconds * runs,
            kept: self.kept * runs,
            ..self
        }
    }

    /// Returns the cost of what every run has beside its work: its name and entry in the cache, its record, its names in prose.
    pub fn of_run() -> Cost {
        Cost { seconds: 250e-6, kept: 4000.0, ..Cost::default() }
    }

    /// Returns the cost of drawing so many variants in so many figures, as SVG in the page and alone, with their tables.
    pub fn of_figures(figures: usize, variants: usize) -> Cost {
        let (figures, drawn) = (figures as f64, (figures * variants) as f64);
        Cost {
            seconds: 2e-3 * figures + 0.2e-3 * drawn,
            kept: 6e4 * figures + 4e3 * drawn,
            ..Cost::default()
        }
    }

    /// Returns the cost of so many marks in charts that have a shape, a text and a row in a table each.
    pub fn of_marks(marks: f64) -> Cost {
        Cost { seconds: 12e-6 * marks, drawn: 4000.0 * marks, ..Cost::default() }
    }

    /// Returns the cost of judging so many claims seed by seed, with the interval of each one's margin. One that nothing
    /// contradicts is judged some hundred times more, on results that were not found.
    pub fn of_claims(claims: usize, seeds: u64) -> Cost {
        let judged = claims as f64 * seeds as f64;
        Cost { seconds: 1e-3 * claims as f64 + 25e-6 * judged, kept: 200.0 * judged, ..Cost::default() }
    }

    /// Returns the cost of so many values in prose, each of which looks at all seeds of its experiment.
    pub fn of_values(values: usize, seeds: u64) -> Cost {
        let values = values as f64;
        Cost {
            seconds: values * (150e-6 + 0.5e-6 * seeds as f64),
            kept: values * (2000.0 + 8.0 * seeds as f64),
            ..Cost::default()
        }
    }

    /// Returns the cost of a history of so many numbers: each is held, named for prose, written to two files and drawn.
    pub fn of_history(numbers: f64) -> Cost {
        Cost { seconds: 1e-6 * numbers, kept: 130.0 * numbers, ..Cost::default() }
    }
}

/// Tries units from the largest down: the first that is not above the value is counted in.
fn in_units(value: f64, units: &[(&str, f64)]) -> String {
    let unit = units.iter().find(|(_, size)| value >= *size).or(units.last());
    let Some((name, size)) = unit else { return figure(value) };
    let count = value / size;
    // Two digits are as many as an estimate has.
    let count = if count < 10.0 { (count * 10.0).round() / 10.0 } else { count.round() };
    match count {
        1.0 => format!("1 {}", name.strip_suffix('s').unwrap_or(name)),
        ..10.0 => format!("{count} {name}"),
        _ => format!("{} {name}", figure(count)),
    }
}

/// Returns a time in words: `2.5 hours`.
pub fn duration(seconds: f64) -> String {
    in_units(seconds, &[("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0), ("seconds", 1.0)])
}

/// Returns a size in decimal units: `4 GB`.
pub fn size(bytes: f64) -> String {
    in_units(bytes, &[("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("bytes", 1.0)])
}

/// Returns a large number for a sentence: `1 200 000`, `3.2e14`.
pub fn figure(value: f64) -> String {
    if value >= 1e9 {
        return format!("{value:.1e}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_adds_up_and_room_is_used_again() {
        let one = Cost {
            rows: 10,
            parameters: 5,
            multiply_adds: 100.0,
            seconds: 2.0,
            bytes: 40.0,
            kept: 1.0,
            drawn: 4.0,
        };
        let two = Cost {
            rows: 20,
            parameters: 3,
            multiply_adds: 1.0,
            seconds: 3.0,
            bytes: 60.0,
            kept: 2.0,
            drawn: 3.0,
        };
        assert_eq!(
            one + two,
            Cost {
                rows: 20,
                parameters: 5,
                multiply_adds: 101.0,
                seconds: 5.0,
                bytes: 60.0,
                kept: 3.0,
                drawn: 7.0
            }
        );
        assert_eq!((one.times(3).multiply_adds, one.times(3).seconds), (300.0, 6.0));
    }

    #[test]
    fn times_and_sizes_are_said_in_units_of_their_own() {
        let said: Vec<String> = [1.0, 59.0, 90.0, 1800.0, 2e5, 1e12].map(duration).into();
        assert_eq!(
            said,
            [
                "1 second",
                "59 seconds",
                "1.5 minutes",
                "30 minutes",
                "2.3 days",
                "11\u{202f}574\u{202f}074 days"
            ]
        );
        assert_eq!([4e9, 123.0, 1.5e13].map(size), ["4 GB", "123 bytes", "15 TB"]);
    }
}
