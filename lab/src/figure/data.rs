//! What is to be drawn: rows of a layer evaluated, and those that differ in the seed alone made into points.

use std::sync::Arc;

use super::axes;
use super::block::{Across, Block, By, Layer, MarkName, RuleLine, RuleSettings, Spread, Written};
use super::by;
use super::cell::{Cell, Key};
use super::decode::error;
use super::frame::{Along, FileTable, Frame, Grain, STEPS, Source};
use super::meaning::{Meaning, meaning, readable};
use super::points::{self, Point, Together};
use crate::chart::{Format, day};
use crate::collections::{BTreeMap, BTreeSet};
use crate::diagnostic::Diagnostic;
use crate::inline::{Fault, Formula, Given, Link, Values};
use crate::outcome::{Metric, Statistic};

/// The most rows of a figure, counted for each of its layers and y.
pub const MOST_ROWS: usize = 200_000;

/// Places at which a function is evaluated.
const SAMPLES: usize = 401;

/// All that a figure is drawn from.
pub struct Ground<'a, 'v> {
    /// The experiments that each layer is drawn from, in the author's order.
    pub sources: Vec<Vec<Source<'a>>>,
    pub file: Option<Arc<FileTable>>,
    /// The results of the course, for names as in prose.
    pub values: &'a Values<'v>,
    /// The lesson's slug.
    pub lesson: &'a str,
    /// Whether nothing has run yet: then names and counts are checked, numbers are not there.
    pub foreseen: bool,
}

/// A row, evaluated.
#[derive(Clone, Debug)]
pub(super) struct Datum {
    /// What parts it from others: the cells of facets, then of `by`.
    pub columns: Cell,
    pub rows: Cell,
    pub by: Cell,
    /// Which of the y it is.
    pub measure: usize,
    pub x: Cell,
    pub y: Cell,
    pub z: Cell,
    pub sort: Cell,
    pub identity: Vec<(String, String)>,
    pub seed: Option<u64>,
}

/// All of a layer.
pub(super) struct Drawn {
    pub data: Vec<Datum>,
    pub points: Vec<Point>,
    pub marks: Vec<MarkName>,
    /// The names of the y.
    pub measures: Vec<String>,
    pub spread: Spread,
    pub statistic: Statistic,
    pub by: Option<String>,
    pub has_z: bool,
    /// Whether dots have the colours of z.
    pub z_colors: bool,
    /// How z is written.
    pub z_format: Format,
    /// Whether it is a function, evaluated along x.
    pub function: bool,
    /// Whether its rows are lines of a file without seeds.
    pub of_lines: bool,
    /// Rows without a place, of all.
    pub missing: usize,
    pub all: usize,
    /// How x, each y and z are to be understood.
    pub x: Meaning,
    pub y: Vec<Meaning>,
    pub z: Meaning,
}

impl Drawn {
    /// Whether z is what it shows above all: as the colours of a heat map, or of dots.
    pub(super) fn shades(&self) -> bool {
        self.has_z && (self.z_colors || self.marks.contains(&MarkName::Heat))
    }
}

/// The expressions of a layer.
struct Formulas<'b> {
    x: Option<Formula<'b>>,
    y: Vec<Formula<'b>>,
    z: Option<Formula<'b>>,
    filter: Option<Formula<'b>>,
    columns: Option<Formula<'b>>,
    rows: Option<Formula<'b>>,
    by: Option<Formula<'b>>,
}

/// The facet `y`: a panel for each measure.
fn is_by_measure(written: Option<&Written>) -> bool {
    written.is_some_and(|written| written.text == "y")
}

pub(super) fn formula(written: &Written) -> Result<Formula<'_>, Vec<Diagnostic>> {
    Formula::parse(&written.text, written.span).map_err(|error| vec![error])
}

impl<'b> Formulas<'b> {
    fn of(block: &'b Block, layer: &'b Layer) -> Result<Self, Vec<Diagnostic>> {
        let maybe = |written: Option<&'b Written>| written.map(formula).transpose();
        let facet =
            |written: &'b Option<Written>| maybe(written.as_ref().filter(|written| written.text != "y"));
        let x = match &layer.x {
            Some(Across::Expression(written)) => Some(formula(written)?),
            _ => None,
        };
        Ok(Formulas {
            x,
            y: layer.y.iter().map(|y| formula(&y.what)).collect::<Result<_, _>>()?,
            z: maybe(layer.z.as_ref())?,
            filter: maybe(layer.filter.as_ref())?,
            columns: facet(&block.facet.columns)?,
            rows: facet(&block.facet.rows)?,
            by: maybe(layer.by.expression())?,
        })
    }

    fn all(&self) -> impl Iterator<Item = &Formula<'b>> {
        let others = [&self.z, &self.filter, &self.columns, &self.rows, &self.by, &self.x];
        others.into_iter().flatten().chain(&self.y)
    }

    /// The names that stand on axes and facets.
    fn words(&self) -> Vec<String> {
        let shown = [&self.x, &self.z, &self.columns, &self.rows].into_iter().flatten().chain(&self.y);
        shown.flat_map(Formula::names).map(|(links, _)| dotted(links)).collect()
    }

    /// Whether a word stands in it alone.
    fn uses(&self, word: &str) -> bool {
        self.all().any(|formula| uses(formula, word))
    }

    /// What a row is, by the words that occur.
    fn grain(&self, block: &Block, sources: &[Source]) -> Result<Grain, Vec<Diagnostic>> {
        let mut grain = Grain::default();
        let step = sources.first().map(|source| source.outcome.step.name());
        for word in STEPS.into_iter().chain(["layer"]) {
            if self.uses(word) && Some(word) == step {
                grain.steps = true;
            }
        }
        let found = ["layer", "class", "block", "bin"].into_iter().filter(|word| self.uses(word));
        let mut along: Vec<Along> = found.filter_map(Along::named).collect();
        // A setting is called so too.
        if self.lists(sources).is_empty() {
            along.retain(|along| *along != Along::Block);
        }
        if grain.steps {
            along.retain(|along| *along != Along::Layer || step != Some("layer"));
        }
        grain.given = self.uses("given");
        grain.along = along.first().copied().or(grain.given.then_some(Along::Class));
        if let Some(rows) = &block.rows {
            match rows.text.as_str() {
                "run" => {}
                "trial" if step == Some("trial") => {
                    grain.steps = true;
                    grain.trials = !self.uses("trial");
                }
                word if STEPS.contains(&word) && Some(word) == step => grain.steps = true,
                word => match Along::named(word) {
                    Some(found) => grain.along = Some(found),
                    None => {
                        let label = format!(
                            "expected `run`, {}",
                            step.map_or(String::new(), |step| format!("`{step}`, "))
                                + "`layer`, `class`, `block` or `bin`"
                        );
                        return Err(error(rows.span, format!("no row is a `{word}` here"), label));
                    }
                },
            }
        }
        // Names that only trials have.
        let trial = |source: &Source, path: &str| {
            let mut runs = source.outcome.variants.iter().flat_map(|variant| &variant.runs);
            runs.any(|run| {
                run.tables.get("trials").is_some_and(|table| table.columns.contains_key(path))
                    && !run.metrics.contains_key(path)
            })
        };
        let of_trials = |formula: &Formula| {
            formula.names().any(|(links, whole)| {
                let path = dotted(links);
                !whole && (path == "trial_objective" || sources.iter().any(|source| trial(source, &path)))
            })
        };
        if step == Some("trial") && !grain.steps && self.all().any(of_trials) {
            grain.steps = true;
            grain.trials = true;
        }
        Ok(grain)
    }

    /// The names of lists in it, which are laid out.
    fn lists(&self, sources: &[Source]) -> Vec<String> {
        let names = self.all().flat_map(Formula::names);
        let names = names.filter_map(|(links, _)| Some(links.first()?.word()?.to_owned()));
        let is_list = |name: &String| {
            let mut runs =
                sources.iter().flat_map(|source| &source.outcome.variants).flat_map(|variant| &variant.runs);
            runs.any(|run| matches!(run.metrics.get(name), Some(Metric::List(_))))
        };
        names.filter(is_list).collect()
    }
}

fn uses(formula: &Formula, word: &str) -> bool {
    formula.names().any(|(links, _)| links.len() == 1 && dotted(links) == word)
}

/// Returns a name as it is written, without indexes.
pub(super) fn dotted(links: &[Link]) -> String {
    links.iter().filter_map(Link::word).collect::<Vec<_>>().join(".")
}

/// A layer whose expressions are read and whose rows are laid out.
pub(super) struct Prepared<'b, 'g> {
    formulas: Formulas<'b>,
    frame: Frame<'g>,
}

impl Prepared<'_, '_> {
    /// Counts its rows for each y; before anything has run, those that there will be.
    fn count(&self, ground: &Ground) -> usize {
        let rows = if ground.foreseen { self.frame.expected() } else { self.frame.len() };
        rows * self.formulas.y.len().max(1)
    }
}

/// Prepares all layers of a figure.
///
/// # Errors
/// An expression that cannot be read; more than [`MOST_ROWS`].
pub(super) fn prepare<'b, 'g>(
    block: &'b Block,
    ground: &'g Ground,
) -> Result<Vec<Prepared<'b, 'g>>, Vec<Diagnostic>> {
    let prepared = |(index, layer): (usize, &'b Layer)| {
        let formulas = Formulas::of(block, layer)?;
        let frame = frame(block, ground, index, &formulas)?;
        Ok::<_, Vec<Diagnostic>>(Prepared { formulas, frame })
    };
    let layers: Vec<Prepared> = block.layers.iter().enumerate().map(prepared).collect::<Result<_, _>>()?;
    let count = layers.iter().map(|layer| layer.count(ground)).sum::<usize>();
    if count > MOST_ROWS {
        let message = format!("a figure of {count} rows");
        return Err(error(block.id.span, message, format!("expected at most {MOST_ROWS}")));
    }
    Ok(layers)
}

/// Returns how many rows all layers of a figure have, counted for each y; before anything has run, how many there will be.
///
/// # Errors
/// An expression that cannot be read; more than [`MOST_ROWS`].
pub fn rows(block: &Block, ground: &Ground) -> Result<usize, Vec<Diagnostic>> {
    Ok(prepare(block, ground)?.iter().map(|layer| layer.count(ground)).sum())
}

/// Returns the rows of a layer, whatever its expressions say of them.
fn frame<'g>(
    block: &Block,
    ground: &'g Ground,
    index: usize,
    formulas: &Formulas,
) -> Result<Frame<'g>, Vec<Diagnostic>> {
    let layer = &block.layers[index];
    let sources = &ground.sources[index];
    Ok(match (&layer.x, &ground.file) {
        (Some(Across::Range { low, high, log, .. }), _) => Frame::Range(places(*low, *high, *log)),
        (_, Some(file)) if layer.from.is_empty() => Frame::File(file),
        _ => Frame::of_runs(sources, formulas.grain(block, sources)?, &formulas.lists(sources)),
    })
}

/// Evaluates the rows of a layer.
///
/// # Errors
/// Everything that is wrong with an expression; rows that fall together.
pub(super) fn evaluate(
    block: &Block,
    ground: &Ground,
    index: usize,
    Prepared { formulas, frame }: &Prepared,
) -> Result<Drawn, Vec<Diagnostic>> {
    let (layer, sources) = (&block.layers[index], &ground.sources[index]);
    let sort = block.sort.as_ref().map(formula).transpose()?;
    let mut rows = Rows { ground, frame, wholes: BTreeMap::new() };
    let kept = rows.kept(formulas.filter.as_ref())?;
    let chosen = match (&layer.by, frame) {
        // Before anything has run a filter by results leaves nothing.
        (By::Unsaid, Frame::Runs { places, .. }) => {
            let left: BTreeSet<_> =
                kept.iter().map(|row| (places[*row].source, places[*row].variant)).collect();
            let colored = layer.z.is_some() && layer.colors_dots(is_of_trials(frame));
            by::default(&formulas.words(), sources, &left).filter(|_| !colored)
        }
        _ => None,
    };
    let own = chosen.as_deref().and_then(|text| Formula::parse(text, block.id.span).ok());
    let by = formulas.by.as_ref().or(own.as_ref());
    let measure_name = |measure: usize| measure_name(layer, formulas, sources, measure);
    let measures: Vec<String> = (0..formulas.y.len().max(1)).map(measure_name).collect();
    let data = rows.data(kept, block, formulas, &measures, by, sort.as_ref())?;
    let statistic = sources.first().map_or(Statistic::Mean, |source| source.outcome.statistic);
    let spread = layer.spread.unwrap_or(match statistic {
        Statistic::Mean => Spread::Sd,
        Statistic::Median => Spread::Quartiles,
    });
    let x = meaning(formulas.x.as_ref(), sources, "x");
    let marks = match layer.marks.is_empty() {
        true => default_marks(
            layer,
            &data,
            &x,
            formulas.z.is_some(),
            matches!(frame, Frame::Range(_)),
            is_of_trials(frame),
        ),
        false => layer.marks.clone(),
    };
    let z_colors = formulas.z.is_some() && layer.colors_dots(is_of_trials(frame));
    if let (true, Some(by)) = (z_colors, layer.by.expression()) {
        let message = "dots have the colours of `by` and of `z`";
        return Err(error(by.span, message, "expected one of the two: leave out `by`, or take a facet"));
    }
    // A spread that the author asks for is one of lines, where a file has no seeds.
    let together = match frame {
        Frame::File(_) if layer.marks.iter().any(|mark| mark.shows_spread()) => Together::Lines,
        Frame::File(_) => Together::SeedsOfFile,
        _ => Together::Seeds,
    };
    let points = points::group(&data, statistic, spread, together);
    let missing = data
        .iter()
        .filter(|datum| datum.is_missing(marks.contains(&MarkName::Histogram), formulas.z.is_some()))
        .count();
    let z = meaning(formulas.z.as_ref(), sources, "z");
    let z_format = match &block.z_scale.written {
        Some(written) => axes::format(written)?,
        None if z.percent => Format::Percent,
        None => Format::Plain,
    };
    let drawn = Drawn {
        measures,
        by: by.map(|by| by.text().to_owned()),
        has_z: formulas.z.is_some(),
        z_colors,
        function: matches!(frame, Frame::Range(_)),
        of_lines: matches!(frame, Frame::File(_)) && data.iter().all(|datum| datum.seed.is_none()),
        all: data.len(),
        y: formulas.y.iter().map(|y| meaning(Some(y), sources, "y")).collect(),
        z,
        z_format,
        statistic,
        data,
        points,
        marks,
        spread,
        missing,
        x,
    };
    points::check_apart(block, layer, &drawn, sources)?;
    Ok(drawn)
}

fn is_of_trials(frame: &Frame) -> bool {
    matches!(frame, Frame::Runs { grain, .. } if grain.trials)
}

/// What is drawn where nobody says.
fn default_marks(
    layer: &Layer,
    data: &[Datum],
    x: &Meaning,
    has_z: bool,
    function: bool,
    trials: bool,
) -> Vec<MarkName> {
    let named = data.iter().any(|datum| matches!(datum.x, Cell::Name(_)) || matches!(datum.y, Cell::Name(_)));
    let dated = data.iter().any(|datum| matches!(datum.x, Cell::Date(_)));
    let alone = data.iter().map(|datum| datum.seed).collect::<BTreeSet<_>>().len() < 2;
    match () {
        () if has_z && !trials => vec![MarkName::Heat],
        () if layer.y.is_empty() => vec![MarkName::Histogram],
        () if trials || has_z => vec![MarkName::Dots],
        () if function => vec![MarkName::Line],
        () if named && alone => vec![MarkName::Dots],
        () if named => vec![MarkName::Dots, MarkName::Whiskers],
        () if x.counted || dated => vec![MarkName::Line, MarkName::Band],
        () => vec![MarkName::Line, MarkName::Dots],
    }
}

fn measure_name(layer: &Layer, formulas: &Formulas, sources: &[Source], measure: usize) -> String {
    let label = layer.y.get(measure).and_then(|y| y.label.clone());
    let named = || formulas.y.get(measure).map_or_else(|| "rows".to_owned(), |y| readable(y, sources));
    label.unwrap_or_else(named)
}

fn places(low: f64, high: f64, log: bool) -> Vec<f64> {
    let share = |index: usize| index as f64 / (SAMPLES - 1) as f64;
    let at = |index: usize| match log {
        true => low * libm::pow(high / low, share(index)),
        false => low + (high - low) * share(index),
    };
    (0..SAMPLES).map(at).collect()
}

/// Returns where a rule runs; none where what it stands at has no value.
///
/// # Errors
/// What is wrong with its expressions, and one that gives no number.
pub(super) fn rule(
    settings: &RuleSettings,
    ground: &Ground,
) -> Result<RuleLine<Option<f64>>, Vec<Diagnostic>> {
    let place = |written: &Written| match day(&written.text) {
        Some(day) => Ok(Some(day)),
        None => ground.values.number(ground.lesson, &written.text, written.span).map_err(|error| vec![error]),
    };
    Ok(match &settings.line {
        RuleLine::X(x) => RuleLine::X(place(x)?),
        RuleLine::Y(y) => RuleLine::Y(place(y)?),
        RuleLine::Slope { slope, intercept } => {
            RuleLine::Slope { slope: place(slope)?, intercept: place(intercept)? }
        }
    })
}

/// Expressions evaluated in rows.
struct Rows<'r, 'g, 'v, 'f> {
    ground: &'r Ground<'g, 'v>,
    frame: &'r Frame<'f>,
    /// What lists gave that are the same in every row of a run.
    wholes: BTreeMap<(String, usize, usize, usize), Given>,
}

impl Rows<'_, '_, '_, '_> {
    /// Returns the rows that a filter leaves.
    fn kept(&mut self, filter: Option<&Formula>) -> Result<Vec<usize>, Vec<Diagnostic>> {
        let mut kept = Vec::new();
        for row in 0..self.frame.len() {
            if filter.map_or(Ok(true), |filter| self.holds(filter, row))? {
                kept.push(row);
            }
        }
        Ok(kept)
    }

    /// Evaluates some rows, each for every y, which are called as `measures` has it.
    fn data(
        &mut self,
        kept: Vec<usize>,
        block: &Block,
        formulas: &Formulas,
        measures: &[String],
        by: Option<&Formula>,
        sort: Option<&Formula>,
    ) -> Result<Vec<Datum>, Vec<Diagnostic>> {
        let mut data = Vec::new();
        for row in kept {
            let mut cell = |formula: Option<&Formula>| match formula {
                Some(formula) => self.shown(formula, row),
                None => Ok(Cell::Missing),
            };
            let (columns, rows) = (cell(formulas.columns.as_ref())?, cell(formulas.rows.as_ref())?);
            let x = cell(formulas.x.as_ref())?;
            let (z, sort, by) = (cell(formulas.z.as_ref())?, cell(sort)?, cell(by)?);
            let x = match self.frame {
                Frame::Range(values) if formulas.x.is_none() => Cell::Number(values[row]),
                _ => x,
            };
            for (measure, name) in measures.iter().enumerate() {
                let y = match formulas.y.get(measure) {
                    Some(y) => self.shown(y, row)?,
                    None => Cell::Missing,
                };
                let by_measure = |written: Option<&Written>, cell: &Cell| match is_by_measure(written) {
                    true => Cell::Name(name.clone()),
                    false => cell.clone(),
                };
                data.push(Datum {
                    columns: by_measure(block.facet.columns.as_ref(), &columns),
                    rows: by_measure(block.facet.rows.as_ref(), &rows),
                    by: by.clone(),
                    measure,
                    x: x.clone(),
                    y,
                    z: z.clone(),
                    sort: sort.clone(),
                    identity: self.frame.identity(row),
                    seed: self.frame.seed(row),
                });
            }
        }
        Ok(data)
    }

    fn cell(&mut self, formula: &Formula, row: usize) -> Result<Cell, Vec<Diagnostic>> {
        Ok(Cell::of(&self.given(formula, row)?))
    }

    /// A cell as readers see it: variants and values by their labels.
    fn shown(&mut self, formula: &Formula, row: usize) -> Result<Cell, Vec<Diagnostic>> {
        let cell = self.cell(formula, row)?;
        Ok(match (cell, formula.only_name().map(dotted)) {
            (Cell::Name(name), Some(column)) => Cell::Name(self.frame.label(row, &column, &name)),
            (cell, _) => cell,
        })
    }

    fn given(&mut self, formula: &Formula, row: usize) -> Result<Given, Vec<Diagnostic>> {
        let place = match self.frame {
            Frame::Runs { places, .. } => Some(places[row]),
            _ => None,
        };
        let mut names = formula.names().peekable();
        let is_whole = names.peek().is_some() && names.all(|(_, whole)| whole);
        let key = place.filter(|place| is_whole && place.step.is_some());
        let key = key.map(|place| (formula.text().to_owned(), place.source, place.variant, place.run));
        let given = match key.as_ref().and_then(|key| self.wholes.get(key)) {
            Some(given) => given.clone(),
            None => {
                let find = |links: &[Link], whole: bool| {
                    self.frame.find(row, links, whole, self.ground.values, self.ground.lesson)
                };
                formula.evaluate(find).map_err(|error| vec![error])?
            }
        };
        if let Some(key) = key {
            self.wholes.entry(key).or_insert_with(|| given.clone());
        }
        // A list as long as its run is laid along it.
        Ok(match (given, place.and_then(|place| place.step.or(place.along))) {
            (Given::List(items), Some(at)) if items.len() > 1 => {
                items.get(at).cloned().unwrap_or(Given::Nothing)
            }
            (given, _) => given,
        })
    }

    fn holds(&mut self, formula: &Formula, row: usize) -> Result<bool, Vec<Diagnostic>> {
        match self.given(formula, row)? {
            Given::Truth(truth) => Ok(truth),
            Given::Nothing => Ok(false),
            _ => {
                let whole = 0..formula.text().len();
                let fault = Fault::new(whole, "this is neither true nor false", "expected a comparison");
                Err(vec![formula.fault(fault)])
            }
        }
    }
}

impl Datum {
    /// Returns what parts it from others beside its measure.
    pub(super) fn parted(&self) -> [Key<'_>; 3] {
        [&self.columns, &self.rows, &self.by].map(Cell::key)
    }

    /// Whether it has no place.
    pub(super) fn is_missing(&self, counted: bool, coloured: bool) -> bool {
        self.x == Cell::Missing || !counted && self.y == Cell::Missing || coloured && self.z == Cell::Missing
    }
}
