//! What a run costs, known before it runs.
//!
//! Every figure is computed from settings alone, the time too: an experiment that is refused is refused on every
//! machine, however fast.

use std::iter::Sum;
use std::ops::Add;

use serde::Serialize;

/// Up to so many numbers of a run are written in full where there are many runs.
const FULL_SERIES: f64 = 250.0;

/// Up to so many variants are drawn whole in every figure; of more some figures show no part, and the others less.
const DRAWN_WHOLE: usize = 12;

/// The most bytes of a table that stand in a notebook or beside a page.
const MOST_INSIDE: f64 = 2e6;

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
    /// Bytes of the site's files that a run fills.
    pub written: f64,
    /// What is made of a variant, however many runs it has.
    pub drawn: Drawn,
}

/// What charts and files of a variant cost, however many runs it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Drawn {
    /// Estimated, as those of a run.
    pub seconds: f64,
    /// Bytes held until the site is written.
    pub bytes: f64,
    /// Bytes of the site's files.
    pub written: f64,
}

impl Add for Drawn {
    type Output = Drawn;

    fn add(self, other: Drawn) -> Drawn {
        Drawn {
            seconds: self.seconds + other.seconds,
            bytes: self.bytes + other.bytes,
            written: self.written + other.written,
        }
    }
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
            written: self.written + other.written,
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
    /// Returns all seconds: those of the runs, and of what is made of them.
    pub fn time(&self) -> f64 {
        self.seconds + self.drawn.seconds
    }

    /// Returns all bytes: what all runs leave behind, and beside it those of one run, or when all are done, what is drawn.
    pub fn memory(&self) -> f64 {
        self.kept + self.bytes.max(self.drawn.bytes)
    }

    /// Returns the bytes that runs leave behind, with what is drawn of them.
    pub fn left(&self) -> f64 {
        self.kept + self.drawn.bytes
    }

    /// Returns the bytes of the site's files.
    pub fn published(&self) -> f64 {
        self.written + self.drawn.written
    }

    /// Returns the cost of the same run that many times, one after the other.
    pub fn times(self, runs: u64) -> Cost {
        let runs = runs as f64;
        Cost {
            multiply_adds: self.multiply_adds * runs,
            seconds: self.seconds * runs,
            kept: self.kept * runs,
            written: self.written * runs,
            ..self
        }
    }

    /// Returns the cost of what every run has beside its work: its name and entry in the cache, its record, its names in prose.
    pub fn of_run() -> Cost {
        Cost { seconds: 52e-6, kept: 5200.0, written: 400.0, ..Cost::default() }
    }

    /// Returns the cost of drawing so many variants in so many figures, as SVG in the page and alone, with their tables.
    pub fn of_figures(figures: usize, variants: usize) -> Cost {
        let figures = figures as f64;
        let held = figures * variants as f64;
        let drawn =
            figures * (variants.min(DRAWN_WHOLE) as f64 + 0.4 * variants.saturating_sub(DRAWN_WHOLE) as f64);
        Cost::of_drawn(Drawn {
            seconds: 3.5e-3 + 1.5e-3 * figures + 0.2e-3 * drawn,
            bytes: 1e6 + 6e4 * figures + 3e3 * held,
            written: 4e4 * figures + 4e3 * drawn,
        })
    }

    /// Returns the cost of so many panels of charts, and in all of them so many marks that have a shape, a text and a row in a table
    /// each.
    pub fn of_marks(panels: f64, marks: f64) -> Cost {
        Cost::of_drawn(Drawn {
            seconds: 30e-6 * panels + 34e-6 * marks,
            bytes: 2e3 * panels + 3500.0 * marks,
            written: 4e3 * panels + 600.0 * marks,
        })
    }

    /// Returns the cost of so many points that have a shape each.
    pub fn of_points(points: f64) -> Cost {
        Cost::of_drawn(Drawn { seconds: 11.5e-6 * points, bytes: 850.0 * points, written: 250.0 * points })
    }

    /// Returns the cost of a figure of an author's own: its expressions are evaluated in so many rows, before anything has run and
    /// after, rows that differ in the seed alone become so many points, and its columns are written.
    pub fn of_rows(rows: usize, points: usize) -> Cost {
        let (rows, points) = (rows as f64, points as f64);
        let evaluated = Drawn {
            seconds: 4e-6 * rows + 10e-6 * points,
            bytes: 800.0 * rows + 1400.0 * points,
            written: 40.0 * points,
        };
        Cost::of_figures(1, 1) + Cost::of_drawn(evaluated)
    }

    /// Returns the cost of a table of so many bytes within a notebook, where it is packed, and with `published` also as it is, for
    /// readers who compute: none where it is larger than both take.
    pub fn of_packed(bytes: f64, published: bool) -> Cost {
        if bytes > MOST_INSIDE {
            return Cost::default();
        }
        // Digits at random take more than half of their bytes as text that is packed.
        let written = if published { 2.0 * bytes } else { 0.6 * bytes };
        Cost::of_drawn(Drawn { seconds: 100e-9 * bytes, bytes: bytes + written, written })
    }

    /// Returns the cost of what is drawn.
    pub fn of_drawn(drawn: Drawn) -> Cost {
        Cost { drawn, ..Cost::default() }
    }

    /// Returns the cost of judging a claim seed by seed: each name in it is looked up; where numbers are compared by size, the margin
    /// has an interval. A claim that nothing contradicts is judged hundreds of times more ([`idle`](crate::inline::idle)).
    pub fn of_claim(that: &str, seeds: u64) -> Cost {
        let (names, seeds) = (names(that), seeds as f64);
        let compared = if that.contains(['<', '>']) { 22e-6 } else { 0.0 };
        Cost::of_drawn(Drawn {
            seconds: 0.8e-3 + 12e-6 * names + (10e-6 + compared + 5e-6 * names) * seeds,
            bytes: 2000.0 + 1000.0 * seeds,
            written: 2000.0,
        })
    }

    /// Returns the cost of a value in prose, each of whose names looks at all seeds of its experiment.
    pub fn of_value(expression: &str, seeds: u64) -> Cost {
        let names = names(expression);
        Cost::of_drawn(Drawn {
            seconds: 15e-6 + (9e-6 + 15e-9 * seeds as f64) * names,
            bytes: 2000.0,
            written: 1000.0,
        })
    }

    /// Returns the cost of a history of so many numbers: each is held, and for a variant, however many
    /// runs it has, named for prose, drawn and written to files, of which the one for tables holds so many of them as a chart has.
    pub fn of_history(numbers: f64) -> Cost {
        let drawn = Drawn { seconds: 1.4e-6 * numbers, bytes: 140.0 * numbers, written: 17.0 * numbers };
        Cost {
            seconds: 0.55e-6 * numbers,
            kept: 16.0 * numbers,
            written: 4.0 * numbers,
            drawn,
            ..Cost::default()
        }
    }

    /// Returns the cost of a history of so many numbers by step, which stands in the file of all runs too.
    pub fn of_series(numbers: f64) -> Cost {
        Cost::of_history(numbers) + Cost::of_steps(numbers)
    }

    /// Returns what so many numbers by step cost in the file of all runs, which has every step of short series alone.
    pub fn of_steps(numbers: f64) -> Cost {
        let in_full = numbers.min(FULL_SERIES);
        Cost { seconds: 1.8e-6 * in_full, written: 30.0 * in_full, ..Cost::default() }
    }

    /// Returns the cost of so many numbers that a run ends with: each has a name, in prose and in a file.
    pub fn of_metrics(numbers: f64) -> Cost {
        Cost { seconds: 0.6e-6 * numbers, kept: 75.0 * numbers, written: 20.0 * numbers, ..Cost::default() }
    }

    /// Returns the cost of so many numbers that a run keeps for charts alone.
    pub fn of_table(numbers: f64) -> Cost {
        Cost { seconds: 0.8e-6 * numbers, kept: 105.0 * numbers, ..Cost::default() }
    }
}

/// How many names an expression holds: `a.b.c` is one.
fn names(expression: &str) -> f64 {
    let words = expression.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '.'));
    words.filter(|word| word.starts_with(|letter: char| letter.is_alphabetic())).count() as f64
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
            written: 6.0,
            drawn: Drawn { seconds: 0.5, bytes: 4.0, written: 8.0 },
        };
        let two = Cost { rows: 20, parameters: 3, bytes: 60.0, ..one };
        assert_eq!(
            one + two,
            Cost {
                rows: 20,
                parameters: 5,
                multiply_adds: 200.0,
                seconds: 4.0,
                bytes: 60.0,
                kept: 2.0,
                written: 12.0,
                drawn: Drawn { seconds: 1.0, bytes: 8.0, written: 16.0 },
            }
        );
        let three = one.times(3);
        assert_eq!((three.multiply_adds, three.time(), three.memory()), (300.0, 6.5, 43.0));
        assert_eq!((three.left(), three.published()), (7.0, 26.0));
    }

    #[test]
    fn names_in_expressions_are_counted() {
        let counted = ["1 < 2", "a.b[1] == 1 and a_2 > 0.5", "f(x) + 1e5"].map(names);
        assert_eq!(counted, [0.0, 3.0, 2.0]);
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
