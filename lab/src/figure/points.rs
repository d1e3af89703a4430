//! Rows that differ in the seed alone become one point, and lines of a file where their spread is asked for.

use super::block::{Across, Block, Layer, MARKS, MarkName, ScaleType, Spread};
use super::cell::{Cell, Key};
use super::data::{Datum, Drawn};
use super::frame::Source;
use crate::claims::bootstrap;
use crate::collections::BTreeMap;
use crate::diagnostic::Diagnostic;
use crate::outcome::{Statistic, Summary};

/// Rows that are shown as one.
#[derive(Clone, Debug)]
pub(super) struct Point {
    /// The first of them.
    pub first: Datum,
    pub x: Cell,
    pub y: Cell,
    pub z: Cell,
    /// The ends of the spread of its value.
    pub low: f64,
    pub high: f64,
    /// How many rows it stands for.
    pub rows: usize,
}

/// Which rows become one point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Together {
    /// Those of runs that differ in the seed alone.
    Seeds,
    /// Lines of a file that stand at one place with a seed each: its columns may be settings or results.
    SeedsOfFile,
    /// Lines of a file that stand at one place, whatever else they differ in.
    Lines,
}

/// What tells points apart that stand in one panel and have one colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Own<'d> {
    Identity(&'d [(String, String)]),
    Line(usize),
    Place(Key<'d>),
}

/// Returns the points of some rows, in the order of their first rows.
pub(super) fn group(data: &[Datum], statistic: Statistic, spread: Spread, together: Together) -> Vec<Point> {
    let mut places: BTreeMap<([Key; 3], usize, Own), usize> = BTreeMap::new();
    let mut groups: Vec<Vec<&Datum>> = Vec::new();
    // A run that diverged is not averaged away; an empty cell is nothing that was measured.
    let counts = |datum: &Datum| together != Together::Lines || !datum.is_missing(false, false);
    for (index, datum) in data.iter().enumerate().filter(|(_, datum)| counts(datum)) {
        // Where y is a name, values run along x.
        let place = if matches!(datum.y, Cell::Name(_)) { &datum.y } else { &datum.x };
        let own = match together {
            Together::Seeds => Own::Identity(&datum.identity),
            Together::SeedsOfFile if datum.seed.is_none() => Own::Line(index),
            Together::SeedsOfFile | Together::Lines => Own::Place(place.key()),
        };
        let place = *places.entry((datum.parted(), datum.measure, own)).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(datum);
    }
    groups.iter().filter_map(|rows| point(rows, statistic, spread)).collect()
}

fn point(rows: &[&Datum], statistic: Statistic, spread: Spread) -> Option<Point> {
    let first = (*rows.first()?).clone();
    let summed = |of: fn(&Datum) -> &Cell| -> (Cell, Vec<f64>) {
        let cells: Vec<&Cell> = rows.iter().map(|row| of(row)).collect();
        if let Some(name) = cells.iter().find(|cell| matches!(cell, Cell::Name(_))) {
            return ((*name).clone(), Vec::new());
        }
        let numbers: Vec<f64> = cells.iter().map(|cell| cell.number().unwrap_or(f64::NAN)).collect();
        let middle = statistic.of(&numbers);
        let place = if matches!(cells[..], [Cell::Date(_), ..]) { Cell::Date } else { Cell::Number };
        (if middle.is_finite() { place(middle) } else { Cell::Missing }, numbers)
    };
    let (x, xs) = summed(|datum| &datum.x);
    let (y, ys) = summed(|datum| &datum.y);
    let (z, _) = summed(|datum| &datum.z);
    // Where y is a name, values run along x.
    let values = if ys.is_empty() { xs } else { ys };
    let (low, high) = ends(&values, statistic, spread, first.seed.unwrap_or(0));
    Some(Point { first, x, y, z, low, high, rows: rows.len() })
}

/// The ends of a spread, within the range of the values.
fn ends(values: &[f64], statistic: Statistic, spread: Spread, seed: u64) -> (f64, f64) {
    let summary = Summary::of(values);
    let middle = statistic.in_summary(&summary);
    if values.len() < 2 || !middle.is_finite() {
        return (middle, middle);
    }
    let (low, high) = match spread {
        Spread::Sd => (summary.mean - summary.sd, summary.mean + summary.sd),
        Spread::Ci => bootstrap(values, Statistic::Mean, seed),
        Spread::Range => (summary.min, summary.max),
        Spread::Quartiles => (summary.q1, summary.q3),
    };
    (low.max(summary.min), high.min(summary.max))
}

/// Checks that no two points stand where one is to be seen.
///
/// # Errors
/// Points that fall together, with what tells them apart.
pub(super) fn check_apart(
    block: &Block,
    layer: &Layer,
    drawn: &Drawn,
    sources: &[Source],
) -> Result<(), Vec<Diagnostic>> {
    let apart = |mark: &&MarkName| mark.shows_points() && **mark != MarkName::Text;
    let Some(mark) = drawn.marks.iter().find(apart) else { return Ok(()) };
    let heat = *mark == MarkName::Heat;
    let mut seen: BTreeMap<([Key; 3], usize, String), &Point> = BTreeMap::new();
    for point in drawn.points.iter().filter(|point| point.x != Cell::Missing) {
        let first = &point.first;
        let named = matches!(point.y, Cell::Name(_)) || block.y_scale.kind == Some(ScaleType::Categories);
        let along_x = named && !heat;
        let at = match (heat, along_x) {
            (true, _) => format!("{}/{}", point.x.name(), point.y.name()),
            (_, true) => point.y.name(),
            (_, false) => point.x.exact(),
        };
        let Some(other) = seen.insert((first.parted(), first.measure, at), point) else { continue };
        let place =
            if along_x { format!("y is {}", point.y.name()) } else { format!("x is {}", point.x.name()) };
        let mut told = differences(first, &other.first, sources);
        // What is drawn tells nothing apart.
        told.retain(|(name, ..)| layer.y.iter().all(|y| y.what.text != *name));
        let span = match &layer.x {
            Some(Across::Expression(written)) => written.span,
            _ => block.id.span,
        };
        let error = Diagnostic::error(format!("several values fall together where {place}"), span);
        let names: Vec<String> = told.iter().map(|(name, ..)| format!("`{name}`")).collect();
        let error = error.label(match &told[..] {
            [] => "nothing tells them apart".to_owned(),
            [(name, one, two)] => format!("they differ in `{name}`: {one} and {two}"),
            _ => format!("they differ in {}", names.join(", ")),
        });
        let apart = told.first().map_or(String::new(), |(name, ..)| {
            format!("tell them apart by `by: {name}` or `facet: {name}`, ")
        });
        let mut hint =
            format!("{apart}leave some out by `where`, or show all by `mark: dots` or `mark: box`");
        if drawn.of_lines && !heat {
            let mark = MARKS.iter().find(|(_, known)| known == mark).map_or("line", |(name, _)| name);
            hint += &format!("; `mark: [{mark}, whiskers]` shows their mean and its spread");
        }
        return Err(vec![error.hint(hint)]);
    }
    Ok(())
}

/// In what two rows differ beside the seed, with both values.
fn differences(one: &Datum, other: &Datum, sources: &[Source]) -> Vec<(String, String, String)> {
    let mut told: Vec<(String, String, String)> = Vec::new();
    for ((name, a), (_, b)) in one.identity.iter().zip(&other.identity) {
        if a != b && name != "seed" {
            told.push((name.clone(), a.clone(), b.clone()));
        }
    }
    // Variants differ in their settings.
    let settings = |datum: &Datum| {
        let part =
            |name: &str| datum.identity.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        let source = sources.iter().find(|source| Some(&source.name) == part("experiment"))?;
        Some(&source.outcome.variant(part("variant")?)?.conditions.settings)
    };
    if told.iter().any(|(name, ..)| name == "variant")
        && let (Some(a), Some(b)) = (settings(one), settings(other))
    {
        let varied = |path: &String| sources.iter().any(|source| source.varied.contains(path));
        let differing = a.iter().filter(|(path, value)| varied(path) && b.get(*path) != Some(value));
        let differing: Vec<_> = differing
            .map(|(path, value)| {
                let other = b.get(path).map_or_else(|| "nothing".to_owned(), ToString::to_string);
                (path.clone(), value.to_string(), other)
            })
            .collect();
        if !differing.is_empty() {
            told.retain(|(name, ..)| name != "variant");
            told.extend(differing);
        }
    }
    told.truncate(4);
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datum(x: f64, y: f64, seed: u64) -> Datum {
        Datum {
            columns: Cell::Missing,
            rows: Cell::Missing,
            by: Cell::Missing,
            measure: 0,
            x: Cell::Number(x),
            y: if y.is_finite() { Cell::Number(y) } else { Cell::Missing },
            z: Cell::Missing,
            sort: Cell::Missing,
            identity: vec![("variant".to_owned(), x.to_string())],
            seed: Some(seed),
        }
    }

    #[test]
    fn seeds_become_one_point_with_a_spread() {
        let data = [datum(1.0, 2.0, 0), datum(1.0, 4.0, 1), datum(2.0, 5.0, 0), datum(2.0, f64::NAN, 1)];
        let points = group(&data, Statistic::Mean, Spread::Range, Together::Seeds);
        assert_eq!(points.len(), 2);
        assert_eq!((&points[0].y, points[0].low, points[0].high), (&Cell::Number(3.0), 2.0, 4.0));
        assert_eq!(points[1].y, Cell::Missing, "a run that diverged is not averaged away");
    }

    #[test]
    fn lines_of_a_file_are_taken_together_where_their_spread_is_asked_for() {
        let line = |x, y| Datum { seed: None, ..datum(x, y, 0) };
        let data = [line(1.0, 2.0), line(2.0, 5.0), line(1.0, 4.0), line(1.0, f64::NAN)];
        let count = |together| group(&data, Statistic::Mean, Spread::Range, together).len();
        assert_eq!((count(Together::SeedsOfFile), count(Together::Lines)), (4, 2));
        let first = &group(&data, Statistic::Mean, Spread::Range, Together::Lines)[0];
        assert_eq!((&first.y, first.low, first.high, first.rows), (&Cell::Number(3.0), 2.0, 4.0, 2));
        // Names on y lie: their values run along x.
        let lying = |name: &str, x| Datum { y: Cell::Name(name.to_owned()), ..line(x, 0.0) };
        let data = [lying("a", 1.0), lying("b", 9.0), lying("a", 2.0)];
        let points = group(&data, Statistic::Mean, Spread::Range, Together::Lines);
        assert_eq!((points.len(), &points[0].x, points[0].high), (2, &Cell::Number(1.5), 2.0));
    }

    #[test]
    fn spreads_stay_within_the_runs() {
        let values = [1.0, 1.0, 1.0, 9.0];
        let of = |spread| ends(&values, Statistic::Mean, spread, 0);
        assert_eq!((of(Spread::Sd), of(Spread::Range)), ((1.0, 7.0), (1.0, 9.0)));
        assert_eq!(of(Spread::Quartiles), (1.0, 3.0));
        let (low, high) = of(Spread::Ci);
        assert!((1.0..3.0).contains(&low) && (3.0..=9.0).contains(&high));
    }
}
