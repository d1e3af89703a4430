//! What a reader may change of a block: `try`, a map from paths of settings to ranges, and values laid over the block.

use serde::Serialize;
use serde_json::Value as Json;

use super::Block;
use super::decoding::divide;
use crate::data::{DataSettings, Facts};
use crate::diagnostic::{Diagnostic, Problem, counted};
use crate::experiment::variation::overlay;
use crate::experiment::{HEADER_KEYS, Limits, Plan, written};
use crate::search::{Dimension, MOST_SETTINGS, Space};
use crate::settings::{Node, Value};

/// The one key of the header that a reader may change.
const SEED: &str = "seed";

/// The most variants that are planned to see what the values of a `try` do: for each of these, all of them are planned anew.
const MOST_PLANNED: usize = 2000;

/// A setting that a reader may change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Control {
    pub path: String,
    pub range: Dimension,
    /// What the page was computed with.
    pub value: Json,
    /// The labels of the variants that it moves; empty where it moves all of them.
    pub only: Vec<String>,
}

/// Lays values over a block, each at its path.
///
/// # Errors
/// The path that leads to no setting.
pub fn laid(block: &Node, values: &[(String, Node)]) -> Result<Node, Problem> {
    let mut tree = block.clone();
    for (path, value) in values {
        let wrong = |_| {
            Problem::new(path.clone(), format!("`{path}` is not the path of a setting"))
                .expected("a path such as `training.learning_rate`")
        };
        if path.contains('[') {
            tree.set(path, value.clone()).map_err(wrong)?;
        } else {
            let mut layer = Node::empty_map(value.span);
            layer.set(path, value.clone()).map_err(wrong)?;
            tree = overlay(&tree, &layer);
        }
    }
    tree.span = block.span;
    Ok(tree)
}

/// Returns what is wrong with the first value that is not in the range of its path.
pub(super) fn beyond(tried: &Space, values: &[(String, Node)]) -> Option<Problem> {
    values.iter().find_map(|(path, node)| {
        let range = &tried.settings.iter().find(|setting| setting.path == *path)?.dimension;
        let value = serde_json::to_value(node).unwrap_or_default();
        let expected = || match range {
            Dimension::Choice(choices) => {
                format!("one of {}", choices.iter().map(written).collect::<Vec<_>>().join(", "))
            }
            range => format!("from {} to {}", written(&range.at(0.0)), written(&range.at(1.0))),
        };
        let problem = || Problem::new(path.clone(), format!("{} is not in the range", written(&value)));
        (!holds(range, &value)).then(|| problem().expected(expected()))
    })
}

/// Tells the size of data that need no file.
type Sizes<'a> = dyn Fn(&DataSettings) -> Option<Facts> + 'a;

/// Returns the settings that a reader may change of a block.
///
/// # Errors
/// What is wrong with its `try`, paths from the block on.
pub(super) fn controls(block: &Block, limits: &Limits, size: &Sizes) -> Result<Vec<Control>, Vec<Problem>> {
    let Some(space) = &block.header.tried else { return Ok(Vec::new()) };
    if space.is_empty() {
        let problem = Problem::new("try", "`try` names nothing to change");
        return Err(vec![
            problem.expected("settings with ranges: `training.learning_rate: {log: [1e-4, 1]}`"),
        ]);
    }
    let mut problems: Vec<Problem> = space.check().into_iter().map(|problem| problem.within("try")).collect();
    if space.settings.len() > MOST_SETTINGS {
        return Err(problems);
    }
    let values: usize = space.settings.iter().map(|setting| tried_of(&setting.dimension)).sum();
    let variants = block.plan.variants().len();
    if values * variants > MOST_PLANNED {
        let message = format!("`try` has {values} values for {}", counted(variants, "variant"));
        let most = (MOST_PLANNED / variants).max(1);
        let expected = format!("at most {most} for so many: both ends of a range count, and every choice");
        problems.push(Problem::new("try", message).expected(expected));
        return Err(problems);
    }
    let (_, settings) = divide(&block.tree);
    let mut controls = Vec::new();
    for setting in &space.settings {
        let path = format!("try.{}", setting.path);
        if !setting.when.is_empty() {
            let problem =
                Problem::new(format!("{path}.when"), "a reader may change each setting at any time");
            problems.push(problem.expected("no `when`"));
        }
        if setting.dimension.check().is_empty() {
            match control(block, &settings, &setting.path, &setting.dimension, limits, size) {
                Ok(control) => controls.push(control),
                Err(problem) => problems.push(Problem { path, ..problem }),
            }
        }
    }
    if problems.is_empty() { Ok(controls) } else { Err(problems) }
}

/// Returns a setting with its value on the page and what it moves, of a block with these settings of its kind.
///
/// # Errors
/// A path that leads nowhere, a range that holds what cannot be or not what the page was computed with, a setting that no
/// variant takes from the block.
fn control(
    block: &Block,
    settings: &Node,
    path: &str,
    range: &Dimension,
    limits: &Limits,
    size: &Sizes,
) -> Result<Control, Problem> {
    let wrong = |message: String, expected: String| Problem::new("", message).expected(expected);
    let first = path.split(['.', '[']).next().unwrap_or_default();
    if path == SEED {
        let value = Json::from(block.header.seed);
        let is_seed =
            |value: &Json| value.as_u64().is_some_and(|seed| seed.checked_add(block.header.seeds).is_some());
        if let Some(other) = probes(range).iter().find(|value| !is_seed(value)) {
            return Err(wrong(
                format!("{other} is no seed"),
                "whole numbers from 0 on: `{integer: [0, 99]}`".to_owned(),
            ));
        }
        return match holds(range, &value) {
            true => Ok(Control { path: path.to_owned(), range: range.clone(), value, only: Vec::new() }),
            false => Err(outside(path, &value)),
        };
    }
    if HEADER_KEYS.contains(&first) {
        let expected = "settings of the experiment, or `seed`".to_owned();
        return Err(wrong(format!("a reader cannot change `{first}`"), expected));
    }
    if path == "data.file" {
        return Err(wrong(
            "a reader brings a file by dropping it on the page".into(),
            "a setting other than `data.file`".into(),
        ));
    }
    let before: Vec<Json> = resolved(block.plan.as_ref());
    let mut moved = vec![false; before.len()];
    let mut same = None;
    for value in probes(range) {
        let plan = replanned(block, settings, path, &value, limits, size)?;
        let after = resolved(plan.as_ref());
        if after.len() != before.len() {
            let message = format!("with {} there are other variants", written(&value));
            return Err(wrong(message, "a setting that all variants keep".into()));
        }
        for (moved, (before, after)) in moved.iter_mut().zip(before.iter().zip(&after)) {
            *moved |= before != after;
        }
        if before == after {
            same = Some(value);
        }
    }
    let Some(variant) = moved.iter().position(|moved| *moved) else {
        return Err(wrong(
            format!("changing `{path}` changes nothing"),
            "a setting that a variant takes from the block".into(),
        ));
    };
    let value = match (range, same) {
        (Dimension::Choice(_), Some(value)) => value,
        (Dimension::Choice(choices), None) => {
            let all: Vec<String> = choices.iter().map(written).collect();
            let message = format!("the page is computed with none of {}", all.join(", "));
            return Err(wrong(message, "the block's own value among the choices".into()));
        }
        (_, same) => {
            let value = same.or_else(|| number_at(block, variant, path, &before[variant]));
            value.ok_or_else(|| {
                wrong(format!("`{path}` has no number on the page"), "a setting that the block writes".into())
            })?
        }
    };
    if !holds(range, &value) {
        return Err(outside(path, &value));
    }
    let labels = block.labels().zip(&moved).filter(|(_, moved)| **moved).map(|(label, _)| label);
    let only = if moved.iter().all(|moved| *moved) { Vec::new() } else { labels.collect() };
    Ok(Control { path: path.to_owned(), range: range.clone(), value, only })
}

fn outside(path: &str, value: &Json) -> Problem {
    Problem::new(
        "",
        format!("the page is computed with {}, which is not in the range of `{path}`", written(value)),
    )
    .expected(format!("a range with {} in it", written(value)))
}

/// Returns whether a range holds a value.
pub fn holds(range: &Dimension, value: &Json) -> bool {
    let within = |low: f64, high: f64| value.as_f64().is_some_and(|value| (low..=high).contains(&value));
    match range {
        Dimension::Log([low, high])
        | Dimension::Linear([low, high])
        | Dimension::OneMinusLog([low, high]) => within(*low, *high),
        Dimension::Integer([low, high]) => {
            within(*low as f64, *high as f64) && value.as_f64().is_some_and(|value| value.fract() == 0.0)
        }
        Dimension::Choice(values) => values.contains(value),
    }
}

/// Returns how many values stand for a range.
fn tried_of(range: &Dimension) -> usize {
    match range {
        Dimension::Choice(values) => values.len(),
        _ => 2,
    }
}

/// Returns the values that stand for a range: its ends, or all choices.
fn probes(range: &Dimension) -> Vec<Json> {
    match range {
        Dimension::Choice(values) => values.clone(),
        range => vec![range.at(0.0), range.at(1.0)],
    }
}

/// Returns the settings of every variant, without the learning rate where its optimizer has one of its own.
fn resolved(plan: &dyn Plan) -> Vec<Json> {
    let of_variant = |variant| {
        let mut settings = plan.resolved(variant);
        let shared = plan.shared(variant);
        let training = shared.training.map(|training| ("training", &training.optimizer));
        let descent = shared.descent.map(|descent| ("", descent.optimizer));
        for (part, _) in
            [training, descent].into_iter().flatten().filter(|(_, own)| own.learning_rate().is_some())
        {
            let path = format!("{}.{part}", shared.below);
            let keys = path.split('.').filter(|key| !key.is_empty());
            let pointer: String = keys.map(|key| format!("/{key}")).collect();
            if let Some(Json::Object(settings)) = settings.pointer_mut(&pointer) {
                settings.remove("learning_rate");
            }
        }
        settings
    };
    (0..plan.variants().len()).map(of_variant).collect()
}

/// Returns the number that a variant has at a path: as it was written, or else as it took effect.
fn number_at(block: &Block, variant: usize, path: &str, resolved: &Json) -> Option<Json> {
    let variants = block.plan.variants();
    let own = variants[variant].tree.get(path).map(|node| &node.value);
    match own {
        Some(Value::Integer(number)) => return Some(Json::from(*number)),
        Some(Value::Float(number)) => return Some(Json::from(*number)),
        _ => {}
    }
    let pointer = format!("/{}", path.replace('.', "/"));
    resolved.pointer(&pointer).filter(|value| value.is_number()).cloned()
}

/// Plans the block with another value at a path of its settings.
///
/// # Errors
/// What is wrong with that.
fn replanned(
    block: &Block,
    settings: &Node,
    path: &str,
    value: &Json,
    limits: &Limits,
    size: &Sizes,
) -> Result<Box<dyn Plan>, Problem> {
    let with = |message: &str| format!("with {} at `{path}`: {message}", written(value));
    let node = Node::of_json(block.tree.span, value);
    let settings = laid(settings, &[(path.to_owned(), node)])?;
    let said = |found: Vec<Diagnostic>| {
        let Some(Diagnostic { message, label, hints, .. }) = found.into_iter().next() else {
            return Problem::new("", with(""));
        };
        let problem = Problem::new("", with(&message));
        let problem = match label.strip_prefix("expected ") {
            Some(expected) => problem.expected(expected),
            None if label.is_empty() || !hints.is_empty() => problem,
            None => problem.hint(label),
        };
        hints.into_iter().fold(problem, Problem::hint)
    };
    let mut plan = block.kind.plan(&settings).map_err(said)?;
    let mut total = block.shown;
    for variant in 0..plan.variants().len() {
        let size = |settings: &DataSettings| size_in(block, variant, settings, size);
        let further = plan.further_data(variant).into_iter().map(|data| size(data.settings)).collect();
        plan.hear_of(variant, further);
        let facts = plan.data(variant).and_then(size);
        if let Some(problem) = plan.check(variant, facts.as_ref()).into_iter().next() {
            return Err(Problem::new("", with(&problem.message)).expected(problem.expected));
        }
        total = total + plan.cost(variant, facts.as_ref()).times(block.header.seeds);
    }
    let runs = plan.variants().len() as u64 * block.header.seeds;
    match limits.exceeded_by(&total, runs).as_slice() {
        [] => Ok(plan),
        beyond => Err(Problem::new("", with("the experiment is too large")).expected(beyond.join("; "))),
    }
}

/// Returns the size of some data of a variant that was planned anew; those of a file are as they were.
fn size_in(block: &Block, variant: usize, settings: &DataSettings, size: &Sizes) -> Option<Facts> {
    // Few controls move the data, and to know the size of a table is to read it.
    let mut known = (variant < block.facts.len()).then(|| block.sized_data(variant)).into_iter().flatten();
    match known.find(|(known, _)| *known == settings) {
        Some((_, facts)) => Some(facts.clone()),
        None if settings.file.is_none() && settings.entry().is_some() => size(settings),
        None => block.facts.get(variant)?.clone(),
    }
}
