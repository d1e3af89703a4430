//! Tidy rows: one a run, or one an epoch, a trial, a layer of it; one a line of a file; one a place on a range.

use super::column::{
    cell, ends_here, given, in_metric, is_square, item, longest, named_at, root, setting, words,
};
use crate::collections::{BTreeMap, BTreeSet};
use crate::diagnostic::nearest;
use crate::experiment::BY_EPOCH;
use crate::experiment::variation::spaced;
use crate::inline::{Fault, Given, Link, Name, Values, unknown_name};
use crate::outcome::{Metric, Numbers, Outcome, RunRecord, Variant};

/// An experiment that a figure is drawn from.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    /// As readers see it.
    pub name: String,
    pub outcome: &'a Outcome,
    /// Metrics that are shares of a whole.
    pub shares: BTreeSet<String>,
    /// In what metrics are counted or measured, those of them that have a unit.
    pub units: BTreeMap<String, String>,
    /// Settings that its variants were given different values of.
    pub varied: BTreeSet<String>,
    /// The choices of each setting of a search that is one.
    pub choices: BTreeMap<String, Vec<String>>,
    /// Settings of a search that go over a logarithmic range.
    pub logarithmic: BTreeSet<String>,
    /// The most values that its series may have, which says how many rows there will be.
    pub steps: usize,
}

/// The rows of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileTable {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// What lists are laid out along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Along {
    Layer,
    Class,
    /// Of parameters: `W1`, `b1`.
    Block,
    Bin,
}

/// Which rows there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Grain {
    /// One for each value of the series: `epoch`, `step`, `trial`.
    pub steps: bool,
    /// Trials of a search, told apart by their settings.
    pub trials: bool,
    pub along: Option<Along>,
    /// Beside `class`, what was given.
    pub given: bool,
}

/// Words that make rows of what a run holds, beside the settings of trials.
pub(super) const STEPS: [&str; 4] = ["epoch", "step", "trial", "t"];

impl Along {
    pub(super) fn named(word: &str) -> Option<Along> {
        match word {
            "layer" => Some(Along::Layer),
            "class" => Some(Along::Class),
            "block" => Some(Along::Block),
            "bin" => Some(Along::Bin),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Along::Layer => "layer",
            Along::Class => "class",
            Along::Block => "block",
            Along::Bin => "bin",
        }
    }
}

/// A row of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub source: usize,
    pub variant: usize,
    pub run: usize,
    pub step: Option<usize>,
    pub along: Option<usize>,
    pub given: Option<usize>,
}

/// All rows of a layer.
pub(super) enum Frame<'a> {
    Runs { sources: &'a [Source<'a>], grain: Grain, places: Vec<Place> },
    File(&'a FileTable),
    Range(Vec<f64>),
}

impl<'a> Frame<'a> {
    /// Lays out the rows of experiments; `lists` names the lists that are laid out.
    pub(super) fn of_runs(sources: &'a [Source<'a>], grain: Grain, lists: &[String]) -> Frame<'a> {
        let mut places = Vec::new();
        for (source, of) in sources.iter().enumerate() {
            for (variant, found) in of.outcome.variants.iter().enumerate() {
                for (run, record) in found.runs.iter().enumerate() {
                    let steps = if grain.steps { steps(record) } else { 1 };
                    let (alongs, givens) = extent(record, grain, lists);
                    for step in 0..steps {
                        for along in 0..alongs {
                            for given in 0..givens {
                                places.push(Place {
                                    source,
                                    variant,
                                    run,
                                    step: grain.steps.then_some(step),
                                    along: grain.along.map(|_| along),
                                    given: grain.given.then_some(given),
                                });
                            }
                        }
                    }
                }
            }
        }
        Frame::Runs { sources, grain, places }
    }

    /// Returns how many rows there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Frame::Runs { places, .. } => places.len(),
            Frame::File(table) => table.rows.len(),
            Frame::Range(values) => values.len(),
        }
    }

    /// Returns how many rows there will be of runs whose series are not there yet.
    pub(super) fn expected(&self) -> usize {
        let Frame::Runs { sources, grain, places } = self else { return self.len() };
        if !grain.steps {
            return places.len();
        }
        let first = |place: &&Place| place.step == Some(0);
        places.iter().filter(first).map(|place| sources[place.source].steps).sum()
    }

    /// Returns the seed of a row.
    pub(super) fn seed(&self, row: usize) -> Option<u64> {
        match self {
            Frame::Runs { .. } => self.record(row).map(|record| record.seed),
            Frame::File(table) => {
                let column = table.columns.iter().position(|column| column == "seed")?;
                table.rows[row].get(column)?.trim().parse().ok()
            }
            Frame::Range(_) => None,
        }
    }

    fn variant(&self, row: usize) -> Option<&'a Variant> {
        let Frame::Runs { sources, places, .. } = self else { return None };
        let place = places[row];
        Some(&sources[place.source].outcome.variants[place.variant])
    }

    fn record(&self, row: usize) -> Option<&'a RunRecord> {
        let Frame::Runs { places, .. } = self else { return None };
        self.variant(row)?.runs.get(places[row].run)
    }

    /// Returns what tells a row from those of other settings; rows that differ in the seed alone have it in common.
    pub(super) fn identity(&self, row: usize) -> Vec<(String, String)> {
        match self {
            Frame::Runs { sources, grain, places } => {
                let place = places[row];
                let source = &sources[place.source];
                let mut parts = vec![
                    ("experiment".to_owned(), source.name.clone()),
                    ("variant".to_owned(), source.outcome.variants[place.variant].name.clone()),
                ];
                let step = place.step.map(|step| source.outcome.step.first() + step);
                match (grain.trials, self.trial(row)) {
                    (true, Some(settings)) => parts.extend(settings),
                    _ => parts
                        .extend(step.map(|step| (source.outcome.step.name().to_owned(), step.to_string()))),
                }
                let along = grain.along.map_or("", Along::name);
                parts.extend(place.along.map(|at| (along.to_owned(), at.to_string())));
                parts.extend(place.given.map(|at| ("given".to_owned(), at.to_string())));
                parts
            }
            Frame::File(table) => {
                let cells = table.columns.iter().zip(&table.rows[row]);
                cells.map(|(column, cell)| (column.clone(), cell.clone())).collect()
            }
            Frame::Range(values) => vec![("x".to_owned(), values[row].to_string())],
        }
    }

    /// The settings of the trial that a row is.
    fn trial(&self, row: usize) -> Option<Vec<(String, String)>> {
        let Frame::Runs { places, .. } = self else { return None };
        let (record, step) = (self.record(row)?, places[row].step?);
        let table = record.tables.get("trials")?;
        let columns = table
            .columns
            .iter()
            .filter(|(name, _)| !["objective", "epochs", "budget"].contains(&name.as_str()));
        Some(columns.map(|(name, values)| (name.clone(), format!("{:?}", values.get(step)))).collect())
    }

    /// Returns how a cell reads to those who look at the figure: variants and values by their labels.
    pub(super) fn label(&self, row: usize, column: &str, text: &str) -> String {
        let Frame::Runs { sources, places, .. } = self else { return text.to_owned() };
        let outcome = sources[places[row].source].outcome;
        let of_variant = || outcome.variant(text).map(|found| &found.label).filter(|label| !label.is_empty());
        let label = if column == "variant" { of_variant() } else { outcome.labels.get(text) };
        // A choice is called as the variants that are named after it.
        let named = || if is_setting(column) { spaced(text) } else { text.to_owned() };
        label.cloned().unwrap_or_else(named)
    }

    /// Returns the value of a name in a row, and whether it is a column at all. With `whole`, that of a series is all of it.
    pub(super) fn find(
        &self,
        row: usize,
        links: &[Link],
        whole: bool,
        values: &Values,
        lesson: &str,
    ) -> Result<Given, Fault> {
        let words = words(links);
        let first = words.first().copied().unwrap_or_default();
        match self {
            Frame::File(table) => {
                let (name, used) = if first == "row" && words.len() > 1 { (words[1], 2) } else { (first, 1) };
                if let Some(column) = table.columns.iter().position(|column| column == name) {
                    return ends_here(links, used).map(|()| cell(table.rows[row].get(column)));
                }
                // As a program counts the rows of a table.
                if first == "line" && used == 1 {
                    return ends_here(links, 1).map(|()| Given::Number((row + 1) as f64));
                }
                let known: Vec<&str> = table.columns.iter().map(String::as_str).collect();
                let near = nearest(name, known.iter().copied()).filter(|near| used == 1 && !is_word(near));
                if let Some(near) = near.filter(|_| !values.first_words(lesson).contains(&first)) {
                    let label = format!("did you mean `row[\"{near}\"]`?");
                    let message = format!("the file has no column `{name}`");
                    return Err(Fault::new(links[0].range.clone(), message, label));
                }
                beyond((links, whole), values, lesson, &known, used - 1, "the file has no column")
            }
            Frame::Range(range) if first == "x" => ends_here(links, 1).map(|()| Given::Number(range[row])),
            Frame::Range(_) => beyond((links, whole), values, lesson, &["x"], 0, "nothing here is called"),
            Frame::Runs { sources, places, .. } => {
                let place = places[row];
                let skipped = usize::from(first == "row" && words.len() > 1);
                if let Some(found) = self.in_run(place, &links[skipped..], whole)? {
                    return Ok(found);
                }
                let outcome = sources[place.source].outcome;
                // Of another variant, what it found with the same seed.
                if let Some(at) = outcome.variants.iter().position(|variant| variant.name == first) {
                    let seed = outcome.variants[place.variant].runs[place.run].seed;
                    let run = outcome.variants[at].runs.iter().position(|run| run.seed == seed);
                    let Some(run) = run else { return Ok(Given::Nothing) };
                    if let Some(found) =
                        self.in_run(Place { variant: at, run, ..place }, &links[1..], whole)?
                    {
                        return Ok(found);
                    }
                    let known = known(outcome, sources);
                    let known: Vec<&str> = known.iter().map(String::as_str).collect();
                    return Err(unknown_name(
                        links.get(1).unwrap_or(&links[0]),
                        &known,
                        &format!("`{first}` has no"),
                    ));
                }
                let known = known(outcome, sources);
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                beyond((links, whole), values, lesson, &known, skipped, "there is no column")
            }
        }
    }

    /// The value of a column in a row of a run; none where there is no such column.
    fn in_run(&self, place: Place, links: &[Link], whole: bool) -> Result<Option<Given>, Fault> {
        let Frame::Runs { sources, grain, .. } = self else { return Ok(None) };
        let Some(first_link) = links.first() else { return Ok(None) };
        let Name::Word(first) = &first_link.name else { return Ok(None) };
        let source = &sources[place.source];
        let (outcome, variant) = (source.outcome, &source.outcome.variants[place.variant]);
        let record = &variant.runs[place.run];
        let number = |number: usize| Ok(Some(Given::Number(number as f64)));
        let one = |found: Given| ends_here(links, 1).map(|()| Some(found));
        match first.as_str() {
            "experiment" => return one(Given::Text(source.name.clone())),
            "variant" => return one(Given::Text(variant.name.clone())),
            "seed" => return one(Given::Number(record.seed as f64)),
            "settings" if links.len() > 1 => {
                return match setting(variant, &links[1..])? {
                    Some(found) => Ok(Some(found)),
                    None if self.has_setting(&links[1..]) => Ok(Some(Given::Nothing)),
                    None => {
                        let known: Vec<&str> =
                            variant.conditions.settings.keys().map(String::as_str).collect();
                        Err(unknown_name(&links[1], &known, "there is no setting"))
                    }
                };
            }
            "given" if grain.given => return one(named_at(record, "classes", place.given)),
            word if word == outcome.step.name() && grain.steps => {
                ends_here(links, 1)?;
                return place.step.map_or(Ok(None), |step| number(outcome.step.first() + step));
            }
            word if grain.along.is_some_and(|along| along.name() == word) => {
                ends_here(links, 1)?;
                return match (grain.along, place.along) {
                    (Some(Along::Class), at) => Ok(Some(named_at(record, "classes", at))),
                    (Some(Along::Block), at) => Ok(Some(named_at(record, "blocks", at))),
                    (_, Some(at)) => number(at + 1),
                    _ => Ok(None),
                };
            }
            _ => {}
        }
        if grain.trials
            && let (Some(step), Some(table)) = (place.step, record.tables.get("trials"))
            && let Some((path, used)) = longest(links, |path| table.columns.contains_key(path))
            && !record.series.contains_key(&path)
        {
            ends_here(links, used)?;
            let value = table.columns[&path].get(step).copied().unwrap_or(f64::NAN);
            let choice = source.choices.get(&path).and_then(|choices| choices.get(value as usize));
            return Ok(Some(choice.map_or(Given::Number(value), |choice| Given::Text(choice.clone()))));
        }
        let series = record.series.get(first).map(|values| values.as_slice());
        let rates = variant.conditions.learning_rates(record).filter(|_| first == "learning_rate");
        if let Some(series) = series.or(rates) {
            if let Some(Link { name: Name::Index(index), range }) = links.get(1) {
                ends_here(links, 2)?;
                return item(series, *index).map(Some).ok_or_else(|| {
                    Fault::new(
                        range.clone(),
                        format!("`{first}` has {} values", series.len()),
                        "expected an index within them",
                    )
                });
            }
            ends_here(links, 1)?;
            let all = || Given::List(series.iter().map(|value| Given::Number(*value)).collect());
            return Ok(Some(match (whole, place.step) {
                (true, _) => all(),
                (false, Some(step)) => series.get(step).map_or(Given::Nothing, |value| Given::Number(*value)),
                (false, None) => match record.metrics.get(first) {
                    Some(metric) => in_metric(metric, first, &links[1..], place)?,
                    None => series.last().map_or(Given::Nothing, |value| Given::Number(*value)),
                },
            }));
        }
        if let (Some(step), Some(at), []) = (place.step, place.along, &links[1..])
            && let Some(found) = at_step(record, first, step, at)
        {
            return Ok(Some(found));
        }
        if let Some(metric) = record.metrics.get(first) {
            if whole && links.len() == 1 {
                return Ok(Some(given(metric)));
            }
            return in_metric(metric, first, &links[1..], place).map(Some);
        }
        if let Some((_, number)) = variant.conditions.numbers(record).find(|(name, _)| name == first) {
            return one(Given::Number(number));
        }
        if let Some(found) = setting(variant, links)? {
            return Ok(Some(found));
        }
        // What another variant or run has is a column that is empty here.
        Ok((self.has_setting(links) || self.has_metric(first)).then_some(Given::Nothing))
    }

    fn has_setting(&self, links: &[Link]) -> bool {
        let Frame::Runs { sources, .. } = self else { return false };
        let mut variants = sources.iter().flat_map(|source| &source.outcome.variants);
        variants
            .any(|variant| longest(links, |path| variant.conditions.settings.contains_key(path)).is_some())
    }

    fn has_metric(&self, name: &str) -> bool {
        let Frame::Runs { sources, .. } = self else { return false };
        let mut runs =
            sources.iter().flat_map(|source| &source.outcome.variants).flat_map(|variant| &variant.runs);
        runs.any(|run| run.metrics.contains_key(name) || run.series.contains_key(name))
    }
}

/// Returns whether a column can be written without quotes.
fn is_word(name: &str) -> bool {
    name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// What is no column may be a name as in prose; otherwise the fault of the word at `at`, `known` being the columns.
fn beyond(
    (links, whole): (&[Link], bool),
    values: &Values,
    lesson: &str,
    known: &[&str],
    at: usize,
    what: &str,
) -> Result<Given, Fault> {
    let first = words(links).first().copied().unwrap_or_default().to_owned();
    if values.first_words(lesson).contains(&first.as_str()) {
        return values.named(lesson, links, whole);
    }
    // A setting is spoken of by its whole path.
    let rest = &links[at.min(links.len() - 1)..];
    let path = words(rest);
    let last = path.len().saturating_sub(1);
    let range = rest[0].range.start..rest[last].range.end;
    Err(unknown_name(&Link { name: Name::Word(path.join(".")), range }, known, what))
}

/// An item of a list as it was at a step, of those that are kept for every one; nothing where it was not looked at.
fn at_step(record: &RunRecord, list: &str, step: usize, at: usize) -> Option<Given> {
    let (_, table, first) = BY_EPOCH.into_iter().find(|(known, ..)| *known == list)?;
    let column = record.tables.get(table)?.columns.values().nth(at)?;
    let value = step.checked_sub(first).and_then(|row| column.get(row));
    Some(value.map_or(Given::Nothing, |value| Given::Number(*value)))
}

/// How many values the series of a run have.
fn steps(record: &RunRecord) -> usize {
    record.series.values().map(Numbers::count).max().unwrap_or(0)
}

/// How many places of a list there are, and how many given classes.
fn extent(record: &RunRecord, grain: Grain, lists: &[String]) -> (usize, usize) {
    let Some(_) = grain.along else { return (1, 1) };
    let lengths = |square: bool| {
        let found = lists.iter().filter(|name| is_square(name) == square);
        let found = found.filter_map(|name| match record.metrics.get(name) {
            Some(Metric::List(values)) => Some(values.len()),
            _ => None,
        });
        found.max().unwrap_or(0)
    };
    let side = root(lengths(true));
    (side.max(lengths(false)), if grain.given { side.max(1) } else { 1 })
}

/// Every name that a row of an experiment has.
fn known(outcome: &Outcome, sources: &[Source]) -> Vec<String> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for variant in sources.iter().flat_map(|source| &source.outcome.variants) {
        names.extend(variant.metric_names().into_iter().map(str::to_owned));
        names.extend(variant.runs.iter().take(1).flat_map(|run| run.series.keys().cloned()));
        names.extend(variant.conditions.settings.keys().cloned());
        names.extend(
            variant
                .runs
                .iter()
                .take(1)
                .flat_map(|run| variant.conditions.numbers(run))
                .map(|(name, _)| name.to_owned()),
        );
    }
    names.extend(["experiment", "variant", "seed"].map(str::to_owned));
    names.insert(outcome.step.name().to_owned());
    names.into_iter().collect()
}

/// Returns whether a path leads to a setting by names alone, as `training.learning_rate` does and `model.hidden[0]` does not.
pub(super) fn is_setting(path: &str) -> bool {
    let below = ["data.", "split.", "model.", "training."];
    below.iter().any(|part| path.starts_with(part)) && !path.contains('[')
}
