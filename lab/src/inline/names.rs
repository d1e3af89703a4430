//! What will have a name once everything has run, for finding mistakes before anything does.

use std::ops::Range;
use std::sync::Arc;

use super::data::Data;
use super::expression::Expression;
use super::resolve::{self, Fault, resolve};
use super::token::{self, Link, Name, Token};
use super::value::Value;
use super::{as_name, diagnostic};
use crate::collections::{BTreeMap, BTreeSet};
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::experiment::MetricSchema;
use crate::outcome::Conditions;

/// What is known of an experiment before it runs.
#[derive(Clone, Debug)]
pub struct Forecast {
    pub variants: Vec<ForecastVariant>,
    pub seeds: Range<u64>,
    /// Metrics that no seed changes.
    pub seed_independent: Vec<&'static str>,
}

/// What is known of a variant before it runs.
#[derive(Clone, Debug)]
pub struct ForecastVariant {
    pub name: String,
    /// As readers see it.
    pub label: String,
    /// What its runs will find, by name.
    pub metrics: MetricSchema,
    pub conditions: Arc<Conditions>,
}

/// What a claim in prose is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    /// The experiment of the lesson whose variants and metrics stand without its id; none where all ids are written.
    pub bare: Option<String>,
    /// Every experiment by lesson and id, each once.
    pub experiments: Vec<(String, String)>,
    /// Whether another seed could tell otherwise.
    pub by_chance: bool,
    /// Of each experiment.
    pub seeds: Range<u64>,
}

/// The experiments of a course and what each of them will find.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The experiments of each lesson, with what is known of their results.
    lessons: BTreeMap<String, Data<'static>>,
    /// By lesson and id.
    forecasts: BTreeMap<(String, String), Forecast>,
    /// Lessons that hold experiments nobody could read: any name may be one of theirs.
    incomplete: BTreeSet<String>,
}

impl Names {
    /// Makes an empty set of names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says that an experiment exists, whatever it may find.
    pub fn insert(&mut self, lesson: &str, id: &str) {
        self.put(lesson, id, Data::Unknown);
    }

    /// Says what an experiment will find.
    pub fn declare(&mut self, lesson: &str, id: &str, forecast: Forecast) {
        let seeds = forecast.seeds.end - forecast.seeds.start;
        self.put(lesson, id, Data::declared(&forecast.variants, seeds as usize));
        self.forecasts.insert((as_name(lesson), id.to_owned()), forecast);
    }

    fn put(&mut self, lesson: &str, id: &str, data: Data<'static>) {
        if let Data::Map(ids) = self.lesson_mut(lesson) {
            ids.insert(id.to_owned(), data);
        }
    }

    fn lesson_mut(&mut self, lesson: &str) -> &mut Data<'static> {
        self.lessons.entry(as_name(lesson)).or_insert_with(|| Data::Map(BTreeMap::new()))
    }

    /// Says that a lesson exists; with `incomplete`, that not all of its experiments are known.
    pub fn insert_lesson(&mut self, lesson: &str, incomplete: bool) {
        self.lesson_mut(lesson);
        if incomplete {
            self.incomplete.insert(as_name(lesson));
        }
    }

    /// Returns what is known of the results of an experiment, by its lesson as a name and its id.
    pub(super) fn data(&self, (lesson, id): &(String, String)) -> Option<&Data<'static>> {
        self.ids(lesson)?.get(id)
    }

    /// Returns what is known of an experiment before it runs.
    pub(super) fn forecast(&self, experiment: &(String, String)) -> Option<&Forecast> {
        self.forecasts.get(experiment)
    }

    fn ids(&self, lesson: &str) -> Option<&BTreeMap<String, Data<'static>>> {
        match self.lessons.get(lesson)? {
            Data::Map(ids) => Some(ids),
            _ => None,
        }
    }

    /// Checks an expression in prose before anything runs: its syntax, filters and functions, every name in it, and
    /// that it gives something to show. In the texts of an experiment, `within`, its id may be left out; elsewhere where exactly
    /// one experiment of the lesson has all the names.
    ///
    /// # Errors
    /// Everything of that which is wrong.
    pub fn check(
        &self,
        lesson: &str,
        within: Option<&str>,
        text: &str,
        span: Span,
    ) -> Result<(), Vec<Diagnostic>> {
        let none = BTreeMap::new();
        let own = self.ids(&as_name(lesson)).unwrap_or(&none);
        checked(text, span, |expression| {
            expression.check_texts()?;
            let bare = self.bare(&as_name(lesson), expression);
            let id = match self.meant(&as_name(lesson), within, &bare) {
                Err(faults) => return Err(faults),
                Ok(id) => id,
            };
            let variants = match id.and_then(|id| own.get(id)) {
                Some(Data::Map(variants)) => variants,
                _ => &none,
            };
            let roots = [own, &self.lessons, variants];
            let short = |links: &[Link]| id.is_some() && bare.iter().any(|(bare, _)| *bare == links);
            let find = |links: &[Link], as_list: bool| match short(links) || self.experiment(lesson, links)? {
                true => resolve(&roots, links, as_list),
                false => Ok(Value::Nothing),
            };
            if expression.check_names(find)? {
                expression.evaluate(&roots).and_then(|(value, _)| expression.show(&value))?;
            }
            Ok(())
        })
    }

    /// Returns an expression in prose with the id of the experiment before each name that leaves it out; none where there is
    /// nothing to put in. As it is for an expression that [`Names::check`] finds in order.
    pub fn completed(&self, lesson: &str, within: Option<&str>, text: &str) -> Option<String> {
        let expression = Expression::parse(text).ok()?;
        let lesson = as_name(lesson);
        let bare = self.bare(&lesson, &expression);
        let id = self.meant(&lesson, within, &bare).ok()??;
        let starts = bare.iter().filter_map(|(links, _)| Some(links.first()?.range.start));
        let (mut completed, mut copied) = (String::new(), 0);
        for start in starts {
            completed += &format!("{}{id}.", &text[copied..start]);
            copied = start;
        }
        Some(completed + &text[copied..])
    }

    /// Returns the names in an expression that start with no experiment of the lesson and with no lesson.
    fn bare<'e>(&self, lesson: &str, expression: &'e Expression) -> Vec<(&'e [Link], bool)> {
        let own = self.ids(lesson);
        let starts =
            |name: &str| own.is_some_and(|ids| ids.contains_key(name)) || self.lessons.contains_key(name);
        expression
            .chains()
            .filter(|(links, _)| !links.first().is_some_and(|link| starts(word(link))))
            .collect()
    }

    /// Returns the experiment of the lesson that names without an id mean: the one in whose texts they stand, if it has them all,
    /// or the only one that has; none where none is known to.
    ///
    /// # Errors
    /// What is wrong with the names, where they begin as in an experiment; or that several have them.
    fn meant<'a>(
        &'a self,
        lesson: &str,
        within: Option<&str>,
        bare: &[(&[Link], bool)],
    ) -> Result<Option<&'a str>, Faults> {
        let Some(own) = self.ids(lesson).filter(|_| !bare.is_empty()) else { return Ok(None) };
        if let Some((id, data)) = within.and_then(|id| own.get_key_value(id))
            && faults_in(data, bare).is_some_and(|faults| faults.is_empty())
        {
            return Ok(Some(id));
        }
        let begins =
            |data: &Data| matches!(data, Data::Map(variants) if variants.contains_key(word(&bare[0].0[0])));
        if self.is_incomplete(lesson) || !own.values().any(begins) {
            return Ok(None);
        }
        found_in(own, bare).map(Some)
    }

    /// Returns the names that may follow `chain` (`four.adam`, without its last dot) in prose, or within an experiment's own texts;
    /// those that an expression may begin with where it is empty.
    pub fn following(&self, lesson: &str, within: Option<&str>, chain: &str) -> Vec<String> {
        let none = BTreeMap::new();
        let own = self.ids(&as_name(lesson)).unwrap_or(&none);
        let variants = match within.and_then(|id| own.get(id)) {
            Some(Data::Map(variants)) => variants,
            _ => &none,
        };
        let roots = [variants, own, &self.lessons];
        if chain.is_empty() {
            let has_some = |data: &Data| !matches!(data, Data::Map(ids) if ids.is_empty());
            let known = roots.iter().flat_map(|root| root.iter()).filter(|(_, data)| has_some(data));
            return known.map(|(name, _)| name.clone()).collect();
        }
        let links = match token::tokens(chain).pop() {
            Some((Token::Chain(links), range)) if range == (0..chain.len()) => links,
            _ => return Vec::new(),
        };
        resolve::following(&roots, &links)
    }

    /// Returns whether all experiments of a lesson could be read.
    pub fn is_whole(&self, lesson: &str) -> bool {
        !self.is_incomplete(&as_name(lesson))
    }

    /// Returns whether any name may be that of an experiment of the lesson that could not be read.
    fn is_incomplete(&self, lesson: &str) -> bool {
        let unread =
            |ids: &BTreeMap<String, Data<'static>>| ids.values().any(|data| matches!(data, Data::Unknown));
        self.incomplete.contains(lesson) || self.ids(lesson).is_some_and(unread)
    }

    /// Checks a claim of an experiment before anything runs: as [`Names::check`], and that it compares numbers.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check_claim(&self, lesson: &str, id: &str, text: &str, span: Span) -> Result<(), Vec<Diagnostic>> {
        let known = self.ids(&as_name(lesson)).and_then(|ids| ids.get(id));
        let with_id: BTreeMap<_, _> = known.map(|data| (id.to_owned(), data.clone())).into_iter().collect();
        let roots = match known {
            Some(Data::Map(variants)) => Some([variants, &with_id]),
            _ => None,
        };
        checked(text, span, |expression| {
            if let Some(fault) = expression.check_parts() {
                return Err(fault.into());
            }
            if expression.chains().next().is_none() {
                let fault =
                    Fault::new(0..text.len(), "this claim is about no result", "expected a metric in it");
                return Err(fault.into());
            }
            let Some(roots) = &roots else { return Ok(()) };
            if expression.check_names(|links, as_list| resolve(roots, links, as_list))? {
                expression.judge(roots)?;
            }
            Ok(())
        })
    }

    /// Returns what a claim in prose is about, everything in it being checked as far as that is possible before anything
    /// runs. Its names start with an experiment's id, as everywhere in prose; those that do not are looked for in the
    /// lesson's experiments, and must be found in exactly one. None where an experiment could not be read.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn scope(
        &self,
        lesson: &str,
        within: Option<&str>,
        text: &str,
        span: Span,
    ) -> Result<Option<Scope>, Vec<Diagnostic>> {
        let lesson = &as_name(lesson);
        checked(text, span, |expression| {
            if let Some(fault) = expression.check_parts() {
                return Err(fault.into());
            }
            let none = BTreeMap::new();
            let own = self.ids(lesson).unwrap_or(&none);
            let starts = |name: &str| own.contains_key(name) || self.lessons.contains_key(name);
            let (whole, bare): (Vec<_>, Vec<_>) = expression
                .chains()
                .partition(|(links, _)| links.first().is_some_and(|link| starts(word(link))));
            let inside = match within.and_then(|id| own.get_key_value(id)) {
                Some((id, data)) if faults_in(data, &bare).is_some_and(|faults| faults.is_empty()) => {
                    Some(id)
                }
                _ => None,
            };
            if !bare.is_empty() && inside.is_none() && self.is_incomplete(lesson) {
                return Ok(None);
            }
            let mut experiments: BTreeSet<(String, String)> = BTreeSet::new();
            let mut faults = Vec::new();
            for (links, _) in whole {
                match self.experiment(lesson, links) {
                    Err(fault) => faults.push(fault),
                    Ok(false) => return Ok(None),
                    Ok(true) if own.contains_key(word(&links[0])) => {
                        experiments.insert((lesson.clone(), word(&links[0]).to_owned()));
                    }
                    Ok(true) => {
                        experiments.insert((word(&links[0]).to_owned(), word(&links[1]).to_owned()));
                    }
                }
            }
            if !faults.is_empty() {
                return Err(faults.into());
            }
            let bare = match inside {
                _ if bare.is_empty() => None,
                Some(id) => Some(id.clone()),
                None => Some(found_in(own, &bare)?.to_owned()),
            };
            experiments.extend(bare.iter().map(|id| (lesson.clone(), id.clone())));
            let variants = bare.as_ref().and_then(|id| own.get(id));
            let variants = if let Some(Data::Map(variants)) = variants { variants } else { &none };
            let roots = [own, &self.lessons, variants];
            if expression.check_names(|links, as_list| resolve(&roots, links, as_list))? {
                expression.judge(&roots)?;
            }
            let seeds = self.seeds(text, &experiments)?;
            let by_chance = self.by_chance_among(expression, &experiments);
            let experiments = experiments.into_iter().collect();
            Ok(seeds.map(|seeds| Scope { bare, experiments, by_chance, seeds }))
        })
    }

    /// Returns the seeds of all these experiments, which must be the same for a claim to be judged on paired runs.
    fn seeds(
        &self,
        text: &str,
        experiments: &BTreeSet<(String, String)>,
    ) -> Result<Option<Range<u64>>, Fault> {
        let mut found: Option<(&String, &Range<u64>)> = None;
        for experiment in experiments {
            let Some(forecast) = self.forecasts.get(experiment) else { return Ok(None) };
            let seeds = &forecast.seeds;
            match found {
                Some((id, others)) if others != seeds => {
                    let shown = |seeds: &Range<u64>| match seeds.end - seeds.start {
                        1 => format!("seed {}", seeds.start),
                        _ => format!("seeds {} to {}", seeds.start, seeds.end - 1),
                    };
                    let label =
                        format!("`{id}` has {}, `{}` has {}", shown(others), experiment.1, shown(seeds));
                    let fault =
                        Fault::new(0..text.len(), "this claim is about runs that are no pairs", label);
                    return Err(
                        fault.hint("a claim is judged seed by seed: give both the same `seed` and `seeds`")
                    );
                }
                _ => found = Some((&experiment.1, seeds)),
            }
        }
        Ok(found.map(|(_, seeds)| seeds.clone()))
    }

    /// Returns whether another seed could tell otherwise about a claim of an experiment.
    pub fn by_chance(&self, lesson: &str, id: &str, text: &str) -> bool {
        let experiments = [(as_name(lesson), id.to_owned())].into();
        Expression::parse(text).is_ok_and(|expression| self.by_chance_among(&expression, &experiments))
    }

    /// Returns whether any name leads to what is not independent of the seed in all of these experiments.
    fn by_chance_among(&self, expression: &Expression, experiments: &BTreeSet<(String, String)>) -> bool {
        let mut forecasts = experiments.iter().filter_map(|experiment| self.forecasts.get(experiment));
        forecasts.any(|forecast| {
            let seed_independent = |link: &Link| forecast.seed_independent.contains(&word(link));
            expression.chains().any(|(links, _)| !links.iter().any(seed_independent))
        })
    }

    /// Returns whether it is known which experiment a name starts with.
    fn experiment(&self, lesson: &str, links: &[Link]) -> Result<bool, Fault> {
        let Some(first) = links.first() else { return Ok(false) };
        let Name::Word(name) = &first.name else { return Ok(false) };
        let own = self.ids(&as_name(lesson));
        if own.is_some_and(|ids| ids.contains_key(name)) {
            return Ok(true);
        }
        let Some(ids) = self.ids(name) else {
            if self.incomplete.contains(&as_name(lesson)) {
                return Ok(false);
            }
            let ids = own.into_iter().flat_map(BTreeMap::keys);
            let known: Vec<&str> = ids.chain(self.lessons.keys()).map(String::as_str).collect();
            let fault = resolve::unknown(first, &known, "no experiment is called");
            let elsewhere =
                self.lessons.keys().find(|lesson| self.ids(lesson).is_some_and(|ids| ids.contains_key(name)));
            let meant = match elsewhere {
                Some(other) => Some(format!("{other}.{name}")),
                None => own.and_then(|own| of_variant(own, name)),
            };
            return Err(match meant {
                Some(meant) => Fault { label: format!("did you mean `{meant}`?"), hints: vec![], ..fault },
                None => fault,
            });
        };
        match links.get(1) {
            Some(link) if matches!(&link.name, Name::Word(id) if ids.contains_key(id)) => Ok(true),
            Some(_) if self.incomplete.contains(name) => Ok(false),
            Some(link) => {
                let known: Vec<&str> = ids.keys().map(String::as_str).collect();
                Err(resolve::unknown(link, &known, &format!("the lesson `{name}` has no experiment")))
            }
            None => Err(Fault::new(
                first.range.clone(),
                format!("`{name}` is a lesson, not a result"),
                format!("expected `{name}.ID.METRIC`"),
            )),
        }
    }
}

fn word(link: &Link) -> &str {
    match &link.name {
        Name::Word(word) => word,
        Name::Index(_) => "",
    }
}

/// How many experiments are looked at for the one that was probably meant.
const MOST_MEANT: usize = 20;
/// Returns what is wrong with these names as those of an experiment; none of one that could not be read.
fn faults_in(data: &Data, names: &[(&[Link], bool)]) -> Option<Vec<Fault>> {
    let Data::Map(variants) = data else { return None };
    Some(names.iter().filter_map(|(links, as_list)| resolve(&[variants], links, *as_list).err()).collect())
}

/// Returns the one experiment that has all of these names.
fn found_in<'a>(
    own: &'a BTreeMap<String, Data<'static>>,
    bare: &[(&[Link], bool)],
) -> Result<&'a str, Faults> {
    let faults = |data: &Data| faults_in(data, bare).unwrap_or_default();
    // Most experiments are ruled out by the first words: what is wrong in detail takes long to say.
    let has = |data: &Data, links: &[Link]| match data {
        Data::Map(variants) => links.first().is_some_and(|link| variants.contains_key(word(link))),
        _ => true,
    };
    let has_all = |data: &Data| bare.iter().all(|(links, _)| has(data, links));
    let fitting = own.iter().filter(|(_, data)| has_all(data) && faults(data).is_empty());
    let fitting: Vec<&str> = fitting.map(|(id, _)| id.as_str()).take(2).collect();
    let first = &bare[0].0[0];
    match &fitting[..] {
        [id] => Ok(id),
        [] => {
            if own.len() == 1
                && let Some(data) = own.values().next()
            {
                return Err(faults(data).into());
            }
            // The experiment that has most of them is the one that was probably meant.
            let meant = own.values().filter(|data| has(data, bare[0].0)).take(MOST_MEANT);
            if let Some(faults) = meant.map(faults).min_by_key(Vec::len) {
                return Err(faults.into());
            }
            let ids: Vec<&str> = own.keys().map(String::as_str).collect();
            let inside = || own.values().flat_map(Data::names);
            let known = match nearest(word(first), inside().chain(ids.iter().copied())) {
                Some(near) => vec![near],
                None => ids,
            };
            Err(resolve::unknown(first, &known, "no experiment of this lesson has").into())
        }
        [one, other, ..] => {
            let name = word(first);
            let message = format!("both `{one}` and `{other}` have this");
            let label = format!("expected `{one}.{name}` or `{other}.{name}`");
            Err(Fault::new(first.range.clone(), message, label).into())
        }
    }
}

/// Reads an expression and checks it; every fault at its place.
pub(super) fn checked<T>(
    text: &str,
    span: Span,
    check: impl Fn(&Expression) -> Result<T, Faults>,
) -> Result<T, Vec<Diagnostic>> {
    let checked = Expression::parse(text).map_err(Faults::from).and_then(|expression| check(&expression));
    checked.map_err(|faults| faults.0.into_iter().map(|fault| diagnostic(fault, text, span)).collect())
}

/// One or several.
pub(super) struct Faults(Vec<Fault>);

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Faults(vec![fault])
    }
}

impl From<Vec<Fault>> for Faults {
    fn from(faults: Vec<Fault>) -> Self {
        Faults(faults)
    }
}

/// Returns the first result of that name among the variants of a lesson's experiments, `ID.VARIANT.NAME`.
fn of_variant(own: &BTreeMap<String, Data>, name: &str) -> Option<String> {
    own.iter().find_map(|(id, variants)| {
        let Data::Map(variants) = variants else { return None };
        variants.iter().find_map(|(variant, names)| match names.open() {
            Data::Map(names) if names.contains_key(name) => Some(format!("{id}.{variant}.{name}")),
            _ => None,
        })
    })
}
