//! What will have a name once everything has run, for finding mistakes before anything does.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Value;

use super::data::Data;
use super::expression::Expression;
use super::resolve::{self, Fault, resolve};
use super::token::{Link, Name};
use super::{as_name, diagnostic};
use crate::diagnostic::{Diagnostic, Span};
use crate::experiment::Promises;

/// The experiments of a course and what each of them will find.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The experiments of each lesson, with what is known of their results.
    lessons: BTreeMap<String, Data>,
    /// Lessons that hold experiments nobody could read: any name may be one of theirs.
    incomplete: BTreeSet<String>,
}

impl Names {
    pub fn new() -> Self {
        Self::default()
    }

    /// Says that an experiment exists, whatever it may find.
    pub fn insert(&mut self, lesson: &str, id: &str) {
        self.put(lesson, id, Data::Unknown);
    }

    /// Says what each variant of an experiment will find.
    pub fn promise(&mut self, lesson: &str, id: &str, variants: &[(String, Promises)], seeds: u64) {
        self.put(lesson, id, Data::promised(variants, seeds as usize));
    }

    fn put(&mut self, lesson: &str, id: &str, data: Data) {
        if let Data::Map(ids) = self.lesson_mut(lesson) {
            ids.insert(id.to_owned(), data);
        }
    }

    fn lesson_mut(&mut self, lesson: &str) -> &mut Data {
        self.lessons.entry(as_name(lesson)).or_insert_with(|| Data::Map(BTreeMap::new()))
    }

    /// Says that a lesson exists; with `incomplete`, that not all of its experiments are known.
    pub fn insert_lesson(&mut self, lesson: &str, incomplete: bool) {
        self.lesson_mut(lesson);
        if incomplete {
            self.incomplete.insert(as_name(lesson));
        }
    }

    fn ids(&self, lesson: &str) -> Option<&BTreeMap<String, Data>> {
        match self.lessons.get(lesson)? {
            Data::Map(ids) => Some(ids),
            _ => None,
        }
    }

    /// Checks an expression in prose before anything runs: its syntax, filters and functions, every name in it, and
    /// that it gives something to show.
    ///
    /// # Errors
    /// Everything of that which is wrong.
    pub fn check(&self, lesson: &str, text: &str, span: Span) -> Result<(), Vec<Diagnostic>> {
        let none = BTreeMap::new();
        let roots = [self.ids(&as_name(lesson)).unwrap_or(&none), &self.lessons];
        let find = |links: &[Link], as_list: bool| match self.experiment(lesson, links)? {
            true => resolve(&roots, links, as_list),
            false => Ok(Value::UNDEFINED),
        };
        let check = |expression: &Expression| {
            if expression.check_names(find)? {
                expression.evaluate(&roots).and_then(|(value, _)| expression.show(&value))?;
            }
            Ok(())
        };
        checked(text, span, check)
    }

    /// Checks a claim of an experiment before anything runs: as [`Names::check`], and that it compares numbers.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check_claim(&self, lesson: &str, id: &str, text: &str, span: Span) -> Result<(), Vec<Diagnostic>> {
        let known = self.ids(&as_name(lesson)).and_then(|ids| ids.get(id));
        let roots = match known {
            Some(Data::Map(variants)) => Some([variants]),
            _ => None,
        };
        let check = |expression: &Expression| {
            let Some(roots) = &roots else { return Ok(()) };
            if expression.check_names(|links, as_list| resolve(roots, links, as_list))? {
                expression.judge(roots)?;
            }
            Ok(())
        };
        checked(text, span, check)
    }

    /// Whether it is known which experiment a name starts with.
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
            let own = own.into_iter().flat_map(BTreeMap::keys);
            let known: Vec<&str> = own.chain(self.lessons.keys()).map(String::as_str).collect();
            let fault = resolve::unknown(first, &known, "no experiment is called");
            let elsewhere =
                self.lessons.keys().find(|lesson| self.ids(lesson).is_some_and(|ids| ids.contains_key(name)));
            return Err(match elsewhere {
                Some(other) => {
                    Fault { label: format!("did you mean `{other}.{name}`?"), hints: vec![], ..fault }
                }
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

/// Reads an expression and checks it; every fault at its place.
fn checked(
    text: &str,
    span: Span,
    check: impl Fn(&Expression) -> Result<(), Faults>,
) -> Result<(), Vec<Diagnostic>> {
    let checked = Expression::parse(text).map_err(Faults::from).and_then(|expression| check(&expression));
    checked.map_err(|faults| faults.0.into_iter().map(|fault| diagnostic(fault, text, span)).collect())
}

/// One or several.
struct Faults(Vec<Fault>);

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
