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
}

impl Add for Cost {
    type Output = Cost;

    /// One after the other: work adds up, room is used again.
    fn add(self, other: Cost) -> Cost {
        Cost {
            rows: self.rows.max(other.rows),
            parameters: self.parameters.max(other.parameters),
            multiply_adds: self.multiply_adds + other.multiply_adds,
            seconds: self.seconds + other.seconds,
            bytes: self.bytes.max(other.bytes),
            kept: self.kept + other.kept,
        }
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Cost>>(costs: I) -> Cost {
        costs.fold(Cost::default(), Add::add)
    }
}

impl Cost {
    /// The same run that many times, one after the other.
    pub fn times(self, runs: u64) -> Cost {
        let runs = runs as f64;
        Cost {
            multiply_adds: self.multiply_adds * runs,
            seconds: self.seconds * runs,
            kept: self.kept * runs,
            ..self
        }
    }

    /// A history of so many numbers: each is held, named for prose, written to two files and drawn.
    pub fn of_history(numbers: f64) -> Cost {
        Cost { seconds: 1e-6 * numbers, kept: 150.0 * numbers, ..Cost::default() }
    }
}

/// Units from the largest down: the first that is not above the value is counted in.
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

/// A time in words: `2.5 hours`.
pub fn duration(seconds: f64) -> String {
    in_units(seconds, &[("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0), ("seconds", 1.0)])
}

/// A size in decimal units: `4 GB`.
pub fn size(bytes: f64) -> String {
    in_units(bytes, &[("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("bytes", 1.0)])
}

/// A large number for a sentence: `1 200 000`, `3.2e14`.
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
        let one =
            Cost { rows: 10, parameters: 5, multiply_adds: 100.0, seconds: 2.0, bytes: 40.0, kept: 1.0 };
        let two = Cost { rows: 20, parameters: 3, multiply_adds: 1.0, seconds: 3.0, bytes: 60.0, kept: 2.0 };
        assert_eq!(
            one + two,
            Cost { rows: 20, parameters: 5, multiply_adds: 101.0, seconds: 5.0, bytes: 60.0, kept: 3.0 }
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
