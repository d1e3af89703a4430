//! Claims: expressions that are true or false of the runs of one seed, and by how much.

use std::ops::Range;

use super::calls::FORMATS;
use super::data::Data;
use super::expression::Expression;
use super::resolve::{Fault, Roots, resolve};
use super::token::{Link, Token};
use super::value::Value;
use super::{Scope, Values, as_name, diagnostic};
use crate::collections::BTreeMap;
use crate::diagnostic::{Diagnostic, Span};
use crate::outcome::Outcome;

/// How a claim came out for one seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    pub holds: bool,
    /// Left and right of the comparison, where the claim is one.
    pub sides: Option<(f64, f64)>,
    /// By how much it holds, below 0 where it does not: of a comparison the larger side minus the smaller one as
    /// claimed, of `within` the tolerance that is left.
    pub margin: Option<f64>,
    /// Names that stand for no number; a claim about them does not hold.
    pub missing: Vec<String>,
}

/// The two sides of a claim that compares numbers by their order or asks how near they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides<'a> {
    pub left: &'a str,
    pub right: &'a str,
    pub relation: Relation,
}

/// What a claim says of its left side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    Lower,
    Higher,
    Near,
}

/// Returns the sides of a claim; none where it is no such comparison.
pub fn sides(claim: &str) -> Option<Sides<'_>> {
    let (left, right, relation) = match Expression::parse(claim).ok()?.form() {
        Form::Comparison { left, operator: "<" | "<=", right } => (left, right, Relation::Lower),
        Form::Comparison { left, operator: ">" | ">=", right } => (left, right, Relation::Higher),
        Form::Within { a, b, .. } => (a, b, Relation::Near),
        Form::Comparison { .. } | Form::Other => return None,
    };
    Some(Sides { left: claim[left].trim(), right: claim[right].trim(), relation })
}

/// What one seed's runs found: the block's own variants (or the metrics of the only run) by name.
#[derive(Clone, Debug)]
pub struct SeedValues<'a> {
    pub(super) names: BTreeMap<String, Data<'a>>,
}

impl<'a> SeedValues<'a> {
    /// Returns the runs with index `seed` of every variant, also by the experiment's `id` before them.
    pub fn new(outcome: &'a Outcome, seed: usize, id: &str) -> Self {
        let data = Data::of_seed(outcome, seed);
        let mut names = match data.open() {
            Data::Map(names) => names.clone(),
            _ => BTreeMap::new(),
        };
        names.entry(id.to_owned()).or_insert(data);
        SeedValues { names }
    }

    /// Returns how a name or expression reads for this seed; none where it has no value.
    pub fn show(&self, text: &str) -> Option<String> {
        let (value, _) = Expression::parse(text).ok()?.evaluate(&[&self.names]).ok()?;
        value.shown().ok()
    }

    /// Returns whether a claim is true of this seed, and by how much.
    ///
    /// # Errors
    /// An unknown name, filter or function, bad syntax, and a claim that compares no numbers.
    pub fn judge(&self, text: &str, span: Span) -> Result<Judgement, Diagnostic> {
        let judged = Expression::parse(text).and_then(|expression| expression.judge(&[&self.names]));
        judged.map_err(|fault| diagnostic(fault, text, span))
    }
}

impl Values<'_> {
    /// Returns how a claim in prose came out, seed by seed; none where one of its experiments has not run.
    ///
    /// # Errors
    /// As [`SeedValues::judge`].
    pub fn judge(
        &self,
        lesson: &str,
        scope: &Scope,
        text: &str,
        span: Span,
    ) -> Option<Result<Vec<Judgement>, Diagnostic>> {
        let outcomes: Option<Vec<_>> = scope
            .experiments
            .iter()
            .map(|experiment| Some((experiment, *self.outcomes.get(experiment)?)))
            .collect();
        let outcomes = outcomes?;
        let judge = |seed: usize| {
            let mut lessons: BTreeMap<String, Data<'_>> = BTreeMap::new();
            for ((lesson, id), outcome) in &outcomes {
                let lesson = lessons.entry(lesson.clone()).or_insert_with(|| Data::Map(BTreeMap::new()));
                if let Data::Map(ids) = lesson {
                    ids.insert(id.clone(), Data::of_seed(outcome, seed));
                }
            }
            let none = BTreeMap::new();
            let own = inside(lessons.get(&as_name(lesson))).unwrap_or(&none);
            let variants = inside(scope.bare.as_ref().and_then(|id| own.get(id))).unwrap_or(&none);
            Expression::parse(text).and_then(|expression| expression.judge(&[own, &lessons, variants]))
        };
        let seeds = scope.seeds.end - scope.seeds.start;
        let judged: Result<Vec<Judgement>, Fault> = (0..seeds as usize).map(judge).collect();
        Some(judged.map_err(|fault| diagnostic(fault, text, span)))
    }
}

fn inside<'r, 'd>(data: Option<&'r Data<'d>>) -> Option<&'r BTreeMap<String, Data<'d>>> {
    match data.map(Data::open) {
        Some(Data::Map(names)) => Some(names),
        _ => None,
    }
}

/// What a claim is as a whole, with the bytes of its parts.
enum Form {
    Comparison {
        left: Range<usize>,
        operator: &'static str,
        right: Range<usize>,
    },
    Within {
        a: Range<usize>,
        b: Range<usize>,
        tolerance: Range<usize>,
    },
    /// Anything else that is true or false, such as two comparisons with `and` between them.
    Other,
}

impl Expression<'_> {
    /// Returns whether it is true of these values, and by how much. A run that ended before the epoch that is asked for has
    /// no value there.
    ///
    /// # Errors
    /// What [`check_claim`](Self::check_claim) finds, an unknown name.
    pub(super) fn judge(&self, roots: &Roots) -> Result<Judgement, Fault> {
        self.judge_with(|links, as_list| match resolve(roots, links, as_list) {
            Err(fault) if fault.ended => Ok(Value::from(f64::NAN)),
            Err(fault) if fault.message.ends_with("no standard deviation") => {
                let hint =
                    "a claim is judged in each seed by itself: say it of the metric, not of its spread";
                Err(Fault { hints: vec![hint.to_owned()], label: "expected no spread".to_owned(), ..fault })
            }
            found => found,
        })
    }

    /// Does the same with each name looked up by `find`.
    ///
    /// # Errors
    /// As [`Expression::judge`].
    pub(super) fn judge_with(
        &self,
        find: impl Fn(&[Link], bool) -> Result<Value, Fault>,
    ) -> Result<Judgement, Fault> {
        if let Some(fault) = self.check_parts() {
            return Err(fault);
        }
        let side = |part: Range<usize>| {
            let text = &self.text[part.clone()];
            let value = Expression::parse(text).and_then(|side| side.evaluate_with(&find));
            let shifted = |fault: Fault| {
                let range = fault.range.start + part.start..fault.range.end + part.start;
                Fault { range, ..fault }
            };
            let (value, _) = value.map_err(shifted)?;
            value.number().map_err(|_| self.no_number(part.clone()))
        };
        let (sides, margin) = match self.form() {
            Form::Comparison { left, operator, right } => {
                let (left, right) = (side(left)?, side(right)?);
                let margin = match operator {
                    "<" | "<=" => Some(right - left),
                    ">" | ">=" => Some(left - right),
                    _ => None,
                };
                (Some((left, right)), margin)
            }
            Form::Within { a, b, tolerance } => {
                let (a, b, tolerance) = (side(a)?, side(b)?, side(tolerance)?);
                (Some((a, b)), Some(tolerance - (a - b).abs()))
            }
            Form::Other => (None, None),
        };
        let (value, missing) = self.evaluate_with(&find)?;
        if !matches!(value, Value::Truth(_)) {
            return Err(self.no_comparison(&value));
        }
        // Comparisons order NaN, and by its sign, which differs between CPUs: no claim is true of it.
        let exists = missing.is_empty()
            && sides.is_none_or(|(left, right): (f64, f64)| !left.is_nan() && !right.is_nan());
        Ok(Judgement { holds: value.is_true() && exists, sides, margin, missing })
    }

    fn no_comparison(&self, value: &Value) -> Fault {
        let message = format!("this claim is {}, not true or false", value.kind());
        Fault::new(0..self.text.len(), message, "expected a comparison")
            .hint("write, for example, `adam.train_loss < sgd.train_loss`")
    }

    fn no_number(&self, part: Range<usize>) -> Fault {
        let text = &self.text[part.clone()];
        let start = part.start + text.len() - text.trim_start().len();
        let range = start..start + text.trim().len();
        Fault::new(range, format!("`{}` is no number", text.trim()), "expected a number to compare")
            .hint("an item of a list is taken by its place, such as `probabilities[0]`")
    }

    /// Returns what has no place in a claim: a text is above every number in an order that means nothing, and filters that
    /// dress a number for prose make texts.
    pub(super) fn check_parts(&self) -> Option<Fault> {
        self.tokens.iter().enumerate().find_map(|(index, (token, range))| {
            let text = &self.text[range.clone()];
            let filter = index > 0 && self.text[self.tokens[index - 1].1.clone()] == *"|";
            let dressing = (filter || *token == Token::Filter) && FORMATS.contains(&text);
            let quoted = *token == Token::Literal && text.starts_with(['"', '\'']);
            let keyword = *token == Token::Keyword && matches!(text, "none" | "if" | "else");
            let label = match (dressing, quoted, keyword) {
                (true, ..) => "makes a text for prose",
                (_, true, _) => "a text, where claims compare numbers",
                (.., true) => "no part of a comparison",
                _ => return None,
            };
            Some(Fault::new(range.clone(), format!("`{text}` cannot stand in a claim"), label))
        })
    }

    fn form(&self) -> Form {
        let mut depth = 0;
        let (mut comparison, mut commas) = (None, Vec::new());
        for (token, range) in &self.tokens {
            match (&self.text[range.clone()], token) {
                ("(" | "[" | "{", Token::Other) => depth += 1,
                (")" | "]" | "}", Token::Other) => depth -= 1,
                ("and" | "or" | "not" | "in" | "is" | "if", Token::Keyword) if depth == 0 => {
                    return Form::Other;
                }
                (",", Token::Other) if depth == 1 => commas.push(range.start),
                (_, Token::Operator(operator)) if depth == 0 && *operator != "=" => {
                    comparison = Some((*operator, range.clone()));
                }
                _ => {}
            }
        }
        if let Some((operator, range)) = comparison {
            return Form::Comparison { left: 0..range.start, operator, right: range.end..self.text.len() };
        }
        match (self.call("within"), &commas[..]) {
            (Some(inside), &[first, second]) => Form::Within {
                a: inside.start..first,
                b: first + 1..second,
                tolerance: second + 1..inside.end,
            },
            _ => Form::Other,
        }
    }

    /// Returns the bytes between the parentheses, if the whole expression is one call of that function.
    fn call(&self, function: &str) -> Option<Range<usize>> {
        let [(Token::Function, name), (_, open), .., (_, close)] = &self.tokens[..] else { return None };
        if self.text[name.clone()] != *function || self.text[close.clone()] != *")" {
            return None;
        }
        let mut depth = 0;
        for (token, range) in &self.tokens {
            match (&self.text[range.clone()], token) {
                ("(", Token::Other) => depth += 1,
                (")", Token::Other) => depth -= 1,
                _ => continue,
            }
            if depth == 0 {
                return (range == close).then_some(open.end..close.start);
            }
        }
        None
    }
}
