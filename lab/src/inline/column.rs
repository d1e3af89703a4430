//! Columns of a results table: expressions over the metrics and settings of each variant, and over its neighbours.

use super::data::Data;
use super::expression::Expression;
use super::names::checked;
use super::resolve::{Fault, Roots, resolve};
use super::token::Name;
use super::value::Value;
use super::{Names, as_name};
use crate::collections::BTreeMap;
use crate::diagnostic::{Diagnostic, Span};
use crate::outcome::Outcome;

/// What stands in a row of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// One number a seed.
    Numbers(Vec<f64>),
    Text(String),
    /// The variant has nothing by that name.
    Nothing,
}

/// Returns a column of a results table, a cell for each variant. A name is a metric or a setting of the variant, else another
/// variant of the same seed.
pub fn column(outcome: &Outcome, text: &str) -> Vec<Cell> {
    let Ok(expression) = Expression::parse(text) else { return vec![Cell::Nothing; outcome.variants.len()] };
    outcome
        .variants
        .iter()
        .map(|variant| cell(outcome, &variant.name, variant.runs.len(), &expression))
        .collect()
}

fn cell(outcome: &Outcome, variant: &str, runs: usize, expression: &Expression) -> Cell {
    let of_seed = |seed: usize| {
        within(&Data::of_seed(outcome, seed), variant, |roots| match expression.evaluate(roots) {
            Err(fault) if fault.ended => Ok(None),
            Err(fault) => Err(fault),
            Ok((value, _)) => Ok(Some(value)),
        })
    };
    let mut numbers = Vec::new();
    for seed in 0..runs {
        match of_seed(seed) {
            Some(Ok(None)) => numbers.push(f64::NAN),
            Some(Ok(Some(Value::Number(number)))) => numbers.push(number),
            Some(Ok(Some(_))) => break,
            _ => return Cell::Nothing,
        }
    }
    if runs > 0 && numbers.len() == runs {
        return Cell::Numbers(numbers);
    }
    // What is no number is said of all seeds together, as prose says it.
    let shown = within(&Data::experiment(outcome), variant, |roots| {
        expression.evaluate(roots).and_then(|(value, _)| expression.show(&value))
    });
    shown.and_then(Result::ok).map_or(Cell::Nothing, Cell::Text)
}

/// Calls `work` with the names that a variant of an experiment sees; none where there is no such variant.
fn within<T>(data: &Data, variant: &str, work: impl FnOnce(&Roots) -> T) -> Option<T> {
    let Data::Map(variants) = data.open() else { return None };
    let Data::Map(own) = variants.get(variant)?.open() else { return None };
    let settings = match own.get("settings") {
        Some(Data::Settings(settings)) => by_part(settings),
        _ => BTreeMap::new(),
    };
    Some(work(&[own, &settings, variants]))
}

/// Settings by the first word of their paths.
fn by_part<'a>(settings: &BTreeMap<String, Data<'a>>) -> BTreeMap<String, Data<'a>> {
    let mut parts: BTreeMap<String, BTreeMap<String, Data<'a>>> = BTreeMap::new();
    for (path, value) in settings {
        let (part, rest) = path.split_once('.').unwrap_or((path, ""));
        parts.entry(part.to_owned()).or_default().insert(rest.to_owned(), value.clone());
    }
    let data = |(part, mut inside): (String, BTreeMap<String, Data<'a>>)| match inside.len() {
        1 if inside.contains_key("") => (part, inside.remove("").unwrap_or(Data::Unknown)),
        _ => (part, Data::Settings(inside)),
    };
    parts.into_iter().map(data).collect()
}

/// Returns the name that an expression is, if it is one word and nothing else.
pub fn only_name(text: &str) -> Option<String> {
    let expression = Expression::parse(text).ok()?;
    match expression.only_chain()? {
        ([link], _) if link.range == (0..text.len()) => match &link.name {
            Name::Word(word) => Some(word.clone()),
            Name::Index(_) => None,
        },
        _ => None,
    }
}

impl Names {
    /// Checks a column of an experiment's results table before anything runs: at least one variant must have what it names.
    ///
    /// # Errors
    /// What is wrong with it, as the first variant sees it.
    pub fn check_column(
        &self,
        lesson: &str,
        id: &str,
        text: &str,
        span: Span,
    ) -> Result<(), Vec<Diagnostic>> {
        let experiment = (as_name(lesson), id.to_owned());
        let (Some(data), Some(forecast)) = (self.data(&experiment), self.forecast(&experiment)) else {
            return Ok(());
        };
        checked(text, span, |expression| {
            let mut first: Option<Vec<Fault>> = None;
            for variant in &forecast.variants {
                let found = within(data, &variant.name, |roots| {
                    if expression.check_names(|links, as_list| resolve(roots, links, as_list))? {
                        let shown = expression.evaluate(roots).and_then(|(value, _)| expression.show(&value));
                        shown.map_err(|fault| vec![fault])?;
                    }
                    Ok::<(), Vec<Fault>>(())
                });
                match found {
                    Some(Err(faults)) => first = first.or(Some(faults)),
                    _ => return Ok(()),
                }
            }
            first.map_or(Ok(()), |faults| Err(faults.into()))
        })
    }
}
