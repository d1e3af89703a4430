//! The regions of a classifier over the plane of two features, with its training points.

use super::curves;
use super::{Cost, Drawn};
use crate::chart::{Axis, Color, Dots, Figure, Frame, Frames, Panel, Regions, Shape};
use crate::data::{DataSettings, Facts, Origin, Target};
use crate::nn::Architecture;
use crate::outcome::{Grid, Numbers, Outcome, RunRecord, Table};
use crate::train::{self, Parts, Subject};

/// How finely the plane is looked at: cells of its grid, each way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cells(usize);

/// For what stands in the page.
pub(super) const FINE: Cells = Cells(96);

/// For what a reader slides past.
pub(super) const COARSE: Cells = Cells(48);

/// The most classes whose regions are drawn: beyond them no eye can tell the colours apart.
const MOST_CLASSES: usize = 24;

/// The most training points that are drawn upon the regions.
const MOST_POINTS: usize = 2000;

/// What is seen.
const LEAD: &str = "Each place of the plane in the colour of the class that the network finds likeliest there, paler where it is less sure, with the training points.";

/// Returns whether regions can be drawn of data with these facts.
pub(super) fn are_of(facts: &Facts) -> bool {
    facts.features == 2 && matches!(facts.target, Target::Classes(..=MOST_CLASSES))
}

/// Returns what planes cost where they are drawn: of each the network's answers over it, held for each class and outlined, and once
/// the training points, wide and narrow.
pub(super) fn cost(parts: &Parts, facts: Option<&Facts>, planes: impl Iterator<Item = Cells>) -> Cost {
    let Some(facts) = facts.filter(|facts| are_of(facts)) else { return Cost::default() };
    let Target::Classes(classes) = facts.target else { return Cost::default() };
    let Ok(architecture) = Architecture::new(parts.model, facts.features, facts.target) else {
        return Cost::default();
    };
    let of_plane = |Cells(side)| {
        let cells = side * side;
        let answers = train::prediction_seconds(&architecture, cells, parts.training.precision);
        let numbers = (cells * classes) as f64;
        let kept = Cost { seconds: answers + 45e-9 * numbers, kept: 17.0 * numbers, ..Cost::default() };
        let outlined =
            Drawn { seconds: 0.8e-3 + 0.11e-6 * numbers, bytes: 8.0 * numbers, written: 2e3 + numbers };
        kept + Cost::of_drawn(outlined)
    };
    let rows = parts.split.sizes(facts.rows).map_or(0, |[train, ..]| train);
    planes.map(of_plane).sum::<Cost>() + Cost::of_points(1.2 * rows.min(MOST_POINTS) as f64)
}

/// Keeps the network's probabilities over the plane under a name, and the training points, where there are two features.
pub(super) fn keep(subject: &dyn Subject, name: &str, Cells(side): Cells, record: &mut RunRecord) {
    let classes = record.names.get("classes").map_or(0, Vec::len);
    let Some(points) = subject.plane().filter(|_| classes <= MOST_CLASSES) else { return };
    let x = padded(&points.x);
    let y = padded(&points.y);
    let at = |index: usize, (low, high): (f64, f64)| low + (high - low) * index as f64 / (side - 1) as f64;
    let plane: Vec<[f64; 2]> =
        (0..side * side).map(|cell| [at(cell % side, x), at(cell / side, y)]).collect();
    let answers = subject.probabilities(&plane);
    // A network that has diverged has no answers.
    if answers.iter().flatten().any(|probability| !probability.is_finite()) {
        return;
    }
    for (class, values) in answers.into_iter().enumerate() {
        let grid = Grid { width: side, height: side, x, y, values: values.into() };
        record.grids.insert(format!("{name}/{class:03}"), grid);
    }
    // Their order was dealt by the seed: the first ones are as good a sample as any.
    let first = |values: Vec<f64>| values.into_iter().take(MOST_POINTS).collect::<Numbers>();
    let class = points.class.iter().map(|&class| f64::from(class)).collect();
    let columns = [("x", points.x), ("y", points.y), ("class", class)];
    let columns = columns.map(|(name, values)| (name.to_owned(), first(values))).into();
    record.tables.insert("points".into(), Table { columns });
}

/// The range of some values with a margin of an eighth.
fn padded(values: &[f64]) -> (f64, f64) {
    let (low, high) = curves::range(values);
    let margin = if high > low { (high - low) / 8.0 } else { 1.0 };
    (low - margin, high + margin)
}

/// Returns a panel with what was kept of some data under a name, with the training points; none where nothing was.
pub(super) fn panel(outcome: &Outcome, run: &RunRecord, name: &str, data: &DataSettings) -> Option<Panel> {
    let (panel, classes) = (ground(run, name, data)?, classes(outcome, run)?);
    let regions = Regions::new(grids(run, name), classes.clone());
    Some(with_points(panel.mark(regions), run, classes)?.square())
}

/// Returns a panel whose states are what was kept of some data under some names, each with how a reader calls it; none where the last
/// was not.
pub(super) fn frames(
    outcome: &Outcome,
    run: &RunRecord,
    names: &[(String, String)],
    data: &DataSettings,
) -> Option<Panel> {
    let is_kept = |(name, _): &&(String, String)| !grids(run, name).is_empty();
    names.last().filter(is_kept)?;
    let kept: Vec<&(String, String)> = names.iter().filter(is_kept).collect();
    let (panel, classes) = (ground(run, &kept.last()?.0, data)?, classes(outcome, run)?);
    let frame = |(index, (name, place)): (usize, &&(String, String))| {
        let regions = Regions::new(grids(run, name), classes.clone());
        let stands = index + 1 == kept.len();
        Frame::new(place).marks([if stands { regions } else { regions.sketched() }])
    };
    let frames = Frames::new(kept.iter().enumerate().map(frame));
    Some(with_points(panel.mark(frames), run, classes)?.square())
}

/// What was kept under a name: for each class its probability over the plane.
fn grids(run: &RunRecord, name: &str) -> Vec<Grid> {
    let own = |grid: &str| grid.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
    run.grids.iter().filter(|(grid, _)| own(grid)).map(|(_, grid)| grid.clone()).collect()
}

/// Returns the names of the classes as readers see them.
fn classes<'o>(outcome: &'o Outcome, run: &'o RunRecord) -> Option<Vec<&'o str>> {
    Some(run.names.get("classes")?.iter().map(|name| outcome.shown(name)).collect())
}

/// An empty panel over the plane that was kept under a name.
fn ground(run: &RunRecord, name: &str, data: &DataSettings) -> Option<Panel> {
    let grids = grids(run, name);
    let first = grids.first()?;
    let [first_feature, second_feature] = &run.names.get("features")?[..] else { return None };
    let unit = match data.entry().map(|entry| &entry.origin) {
        Some(Origin::Table(table)) if !table.unit.is_empty() => format!(" ({})", table.unit),
        _ => String::new(),
    };
    let axis = |feature: &str, (low, high): (f64, f64)| {
        Axis::linear(feature.replace('_', " ") + &unit).range(low, high)
    };
    Some(Panel::new(axis(first_feature, first.x), axis(second_feature, first.y)))
}

/// Adds the training points, a colour and a form for each class.
fn with_points(mut panel: Panel, run: &RunRecord, classes: Vec<&str>) -> Option<Panel> {
    let [x, y, of] = run.tables.get("points")?.columns(["x", "y", "class"])?;
    let of_class = |class: usize| {
        let rows = of.iter().zip(x.iter().zip(y));
        rows.filter(move |(own, _)| **own == class as f64).map(|(_, (x, y))| (*x, *y)).collect::<Vec<_>>()
    };
    for (class, name) in classes.into_iter().enumerate() {
        let dots = Dots::new(of_class(class), Color::Series(class)).size(2.8).shape(Shape::of(class));
        panel = panel.mark(dots.label(name));
    }
    Some(panel)
}

/// Makes small multiples of the planes. One that is alone takes the width of the page: its features have scales of their own anyway.
pub(super) fn figure(mut panels: Vec<Panel>) -> Figure {
    if let [only] = &mut panels[..] {
        only.aspect = Some(1.6);
    }
    Figure::new("regions", "The regions it learned", LEAD).multiples(panels).shared()
}

/// Returns a sentence where not every training point is drawn.
pub(super) fn sampled(outcome: &Outcome) -> Option<String> {
    let mut drawn = outcome.variants.iter().filter_map(|variant| variant.runs.first()?.tables.get("points"));
    let is_sample =
        |points: &Table| points.columns(["class"]).is_some_and(|[class]| class.len() == MOST_POINTS);
    drawn.any(is_sample).then(|| format!("{MOST_POINTS} of the training points."))
}
