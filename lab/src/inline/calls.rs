//! What an expression may call: a short list, all of it pure, none of it able to run away.

use std::sync::Arc;

use super::format;
use super::value::Value;
use crate::numeric;

/// Filters, alphabetically.
pub const FILTERS: [&str; 18] = [
    "abs", "first", "join", "last", "length", "max", "mean", "min", "percent", "rises", "round", "sci", "si",
    "signed", "slope", "smooth", "sum", "times",
];

/// Functions, alphabetically.
pub const FUNCTIONS: [&str; 13] =
    ["abs", "exp", "log", "log10", "max", "mean", "min", "pow", "rises", "slope", "sqrt", "tanh", "within"];

/// Filters that want a whole list: before them a metric that also has a curve is its curve.
pub(super) const LIST_FILTERS: [&str; 11] =
    ["first", "join", "last", "length", "max", "mean", "min", "rises", "slope", "smooth", "sum"];

/// Filters that make a text for readers of a number.
pub(super) const FORMATS: [&str; 7] = ["join", "percent", "round", "sci", "si", "signed", "times"];

/// Returns how a filter or function is called, with the names of its arguments, and with how many arguments at least and at most.
pub(super) fn signature(name: &str, filter: bool) -> (&'static str, usize, usize) {
    match (name, filter) {
        ("percent", _) => ("percent(digits)", 0, 1),
        ("round", _) => ("round(digits)", 0, 1),
        ("sci", _) => ("sci(digits)", 0, 1),
        ("si", _) => ("si(digits)", 0, 1),
        ("signed", _) => ("signed(digits)", 0, 1),
        ("times", _) => ("times(digits)", 0, 1),
        ("join", _) => ("join(between)", 0, 1),
        ("smooth", _) => ("smooth(beta, corrected=true)", 1, 2),
        ("within", _) => ("within(a, b, tolerance)", 3, 3),
        ("abs", false) => ("abs(number)", 1, 1),
        ("exp", _) => ("exp(number)", 1, 1),
        ("log", _) => ("log(number)", 1, 1),
        ("log10", _) => ("log10(number)", 1, 1),
        ("sqrt", _) => ("sqrt(number)", 1, 1),
        ("tanh", _) => ("tanh(number)", 1, 1),
        ("pow", _) => ("pow(base, exponent)", 2, 2),
        ("mean", false) => ("mean(list)", 1, 1),
        ("rises", false) => ("rises(list)", 1, 1),
        ("slope", false) => ("slope(list)", 1, 1),
        ("min", false) => ("min(a, b)", 1, usize::MAX),
        ("max", false) => ("max(a, b)", 1, usize::MAX),
        _ => ("no arguments", 0, 0),
    }
}

/// Returns what a filter makes of the first of these values, or a function of all of them; they are as many as its
/// [`signature`] says.
///
/// # Errors
/// A value that it does not take.
pub(super) fn call(name: &str, given: &[Value]) -> Result<Value, String> {
    let Some((value, arguments)) = given.split_first() else { return Err("expected a value".to_owned()) };
    let digits = match arguments.first() {
        Some(digits) if name != "join" && FORMATS.contains(&name) => Some(digits_of(digits)?),
        _ => None,
    };
    let dressed = |dress: &dyn Fn(f64) -> String| each(value, dress).map(Value::from);
    let reduced = |reduce: &dyn Fn(&[f64]) -> Result<f64, String>| by_seed(value, reduce).map(Value::from);
    let of_one = |function: fn(f64) -> f64| Ok(Value::from(function(value.number()?)));
    match name {
        "percent" => dressed(&|number| format::percent(number, digits.unwrap_or(0))),
        "round" => dressed(&|number| format::fixed(number, digits.unwrap_or(0))),
        "sci" => dressed(&|number| format::sci(number, digits.unwrap_or(1))),
        "si" => dressed(&|number| format::si(number, digits.unwrap_or(1))),
        "signed" => dressed(&|number| format::signed(number, digits)),
        "times" => dressed(&|number| format::times(number, digits)),
        "join" => {
            let between = arguments.first().map_or(Ok(", ".to_owned()), Value::shown)?;
            let parts: Vec<String> = value.list()?.iter().map(Value::shown).collect::<Result<_, _>>()?;
            Ok(Value::from(parts.join(&between)))
        }
        "length" => match value {
            Value::Seeds(seeds) => seeds.reduce(&|list| Ok(list.len() as f64)).map(Value::from),
            Value::Text(text) => Ok(Value::from(text.chars().count() as f64)),
            list => Ok(Value::from(list.list()?.len() as f64)),
        },
        "first" => match value {
            Value::Seeds(seeds) => seeds.reduce(&|list| end(list.first())).map(Value::from),
            list => end(list.list()?.first()),
        },
        "last" => match value {
            Value::Seeds(seeds) => seeds.reduce(&|list| end(list.last())).map(Value::from),
            list => end(list.list()?.last()),
        },
        "min" | "max" => {
            let better = if name == "min" { f64::min } else { f64::max };
            if arguments.is_empty() {
                return reduced(&|list| extreme(list, better));
            }
            let numbers: Vec<f64> = given.iter().map(Value::number).collect::<Result<_, _>>()?;
            extreme(&numbers, better).map(Value::from)
        }
        "sum" => reduced(&|list| Ok(list.iter().sum())),
        "mean" => reduced(&|list| Ok(numeric::mean(at_least(1, list)?))),
        "rises" => reduced(&rises),
        "slope" => reduced(&slope),
        "smooth" => smooth(value, arguments),
        "abs" => of_one(f64::abs),
        "exp" => of_one(libm::exp),
        "log" => of_one(libm::log),
        "log10" => of_one(libm::log10),
        "sqrt" => of_one(libm::sqrt),
        "tanh" => of_one(libm::tanh),
        _ => {
            let numbers: Vec<f64> = given.iter().map(Value::number).collect::<Result<_, _>>()?;
            match (name, &numbers[..]) {
                ("pow", &[base, exponent]) => Ok(Value::from(libm::pow(base, exponent))),
                ("within", &[a, b, tolerance]) => Ok(Value::from((a - b).abs() <= tolerance)),
                _ => Err(format!("`{name}` is not called so")),
            }
        }
    }
}

fn digits_of(digits: &Value) -> Result<usize, String> {
    let number = digits.number().unwrap_or(f64::NAN);
    if number.fract() == 0.0 && (0.0..=17.0).contains(&number) {
        return Ok(number as usize);
    }
    let found = match digits {
        Value::Number(number) => number.to_string(),
        other => other.kind().to_owned(),
    };
    Err(format!("expected a whole number of digits up to 17, not {found}"))
}

/// Returns a number as it is dressed, or each of a list.
fn each(value: &Value, dress: &dyn Fn(f64) -> String) -> Result<String, String> {
    match value {
        Value::List(_) | Value::Seeds(_) => {
            let parts: Vec<String> =
                value.list()?.iter().map(|item| each(item, dress)).collect::<Result<_, _>>()?;
            Ok(parts.join(", "))
        }
        _ => Ok(dress(value.number()?)),
    }
}

/// Returns what a list is made into; of several seeds, what stands for what each of their lists is made into.
fn by_seed(list: &Value, reduce: &dyn Fn(&[f64]) -> Result<f64, String>) -> Result<f64, String> {
    match list {
        Value::Seeds(seeds) => seeds.reduce(reduce),
        _ => reduce(&list.numbers()?),
    }
}

fn end<T: Clone>(item: Option<&T>) -> Result<T, String> {
    item.cloned().ok_or_else(|| "expected at least one number".to_owned())
}

fn extreme(values: &[f64], better: fn(f64, f64) -> f64) -> Result<f64, String> {
    if values.iter().any(|value| value.is_nan()) {
        return Ok(f64::NAN);
    }
    end(values.iter().copied().reduce(better).as_ref())
}

/// Returns a list that is long enough.
fn at_least(items: usize, values: &[f64]) -> Result<&[f64], String> {
    match values.len() >= items {
        true => Ok(values),
        false => Err(format!("a list of {} numbers is too short", values.len())),
    }
}

/// Returns the exponentially weighted average up to each item, with bias correction unless told otherwise.
fn smooth(list: &Value, arguments: &[Value]) -> Result<Value, String> {
    let beta = arguments.first().map_or(Ok(f64::NAN), Value::number)?;
    if !(0.0..1.0).contains(&beta) {
        return Err(format!("beta is from 0 up to, but not including, 1, not {beta}"));
    }
    let corrected = match arguments.get(1) {
        None => true,
        Some(Value::Truth(corrected)) => *corrected,
        Some(other) => return Err(format!("expected true or false, found {}", other.kind())),
    };
    let smooth = |list: &[f64]| numeric::smooth(list, beta, corrected);
    Ok(match list {
        Value::Seeds(seeds) => Value::Seeds(Arc::new(seeds.map(smooth))),
        _ => Value::from(smooth(&list.numbers()?)),
    })
}

/// Returns in which share of the steps from one item to the next the item grows.
fn rises(list: &[f64]) -> Result<f64, String> {
    let values = at_least(2, list)?;
    let steps = values.len() - 1;
    Ok(values.windows(2).filter(|pair| pair[1] > pair[0]).count() as f64 / steps as f64)
}

/// Returns the slope of the least-squares line through the items at 0, 1, 2...: by how much they grow an epoch.
fn slope(list: &[f64]) -> Result<f64, String> {
    let values = at_least(2, list)?;
    let n = values.len() as f64;
    let (middle, mean) = ((n - 1.0) / 2.0, numeric::mean(values));
    let (mut up, mut down) = (0.0, 0.0);
    for (index, value) in values.iter().enumerate() {
        let x = index as f64 - middle;
        up += x * (value - mean);
        down += x * x;
    }
    Ok(up / down)
}
