//! What an expression may call: a short list, all of it pure, none of it able to run away.

use std::sync::LazyLock;

use minijinja::value::{Kwargs, Rest, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};

use super::format;
use super::seeds::Seeds;
use crate::numeric;

/// Filters, alphabetically.
pub const FILTERS: [&str; 18] = [
    "abs", "first", "join", "last", "length", "max", "mean", "min", "percent", "rises", "round", "sci", "si",
    "signed", "slope", "smooth", "sum", "times",
];

/// Functions, alphabetically.
pub const FUNCTIONS: [&str; 13] =
    ["abs", "exp", "log", "log10", "max", "mean", "min", "pow", "rises", "slope", "sqrt", "tanh", "within"];

/// A function of a number by its name.
type OfOne = (&'static str, fn(f64) -> f64);

/// Functions of one number.
const FUNCTIONS_OF_ONE: [OfOne; 5] = [
    ("exp", libm::exp),
    ("log", libm::log),
    ("log10", libm::log10),
    ("sqrt", libm::sqrt),
    ("tanh", libm::tanh),
];

/// Filters that want a whole list: before them a metric that also has a curve is its curve.
pub(super) const LIST_FILTERS: [&str; 11] =
    ["first", "join", "last", "length", "max", "mean", "min", "rises", "slope", "smooth", "sum"];

/// Filters that make a text for readers of a number.
pub(super) const FORMATS: [&str; 7] = ["join", "percent", "round", "sci", "si", "signed", "times"];

/// Returns how a filter or function is called, and with how many arguments at least and at most.
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

pub(super) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("percent", |value: &Value, digits: Option<Value>, named: Kwargs| {
        let digits = digits_of(digits, &named)?.unwrap_or(0);
        each(value, &|number| format::percent(number, digits))
    });
    environment.add_filter("round", |value: &Value, digits: Option<Value>, named: Kwargs| {
        let digits = digits_of(digits, &named)?.unwrap_or(0);
        each(value, &|number| format::fixed(number, digits))
    });
    environment.add_filter("sci", |value: &Value, digits: Option<Value>, named: Kwargs| {
        let digits = digits_of(digits, &named)?.unwrap_or(1);
        each(value, &|number| format::sci(number, digits))
    });
    environment.add_filter("si", |value: &Value, digits: Option<Value>, named: Kwargs| {
        let digits = digits_of(digits, &named)?.unwrap_or(1);
        each(value, &|number| format::si(number, digits))
    });
    environment.add_filter("signed", |value: &Value, digits: Option<Value>, named: Kwargs| {
        let digits = digits_of(digits, &named)?;
        each(value, &|number| format::signed(number, digits))
    });
    environment.add_filter("times", |value: &Value, digits: Option<Value>, named: Kwargs| {
        let digits = digits_of(digits, &named)?;
        each(value, &|number| format::times(number, digits))
    });
    environment.add_filter("length", |list: &Value| match of_seeds(list) {
        Some(seeds) => seeds.reduce(|list| Ok(list.len() as f64)).map(Value::from),
        None => minijinja::filters::length(list).map(Value::from),
    });
    environment.add_filter("first", |list: &Value| match of_seeds(list) {
        Some(seeds) => seeds.reduce(|list| end(list.first())).map(Value::from),
        None => minijinja::filters::first(list),
    });
    environment.add_filter("last", |list: &Value| match of_seeds(list) {
        Some(seeds) => seeds.reduce(|list| end(list.last())).map(Value::from),
        None => minijinja::filters::last(list.clone()),
    });
    environment.add_filter("join", |list: &Value, between: Option<String>| {
        let parts: Vec<String> = list.try_iter()?.map(|item| shown(&item)).collect::<Result<_, _>>()?;
        Ok::<String, Error>(parts.join(between.as_deref().unwrap_or(", ")))
    });
    environment.add_filter("sum", |list: &Value| by_seed(list, |list| Ok(list.iter().sum())));
    environment.add_filter("abs", absolute);
    environment.add_filter("min", |list: &Value| by_seed(list, |list| extreme(list, f64::min)));
    environment.add_filter("max", |list: &Value| by_seed(list, |list| extreme(list, f64::max)));
    environment.add_filter("mean", mean);
    environment.add_filter("rises", rises);
    environment.add_filter("slope", slope);
    environment.add_filter("smooth", smooth);
    environment.add_function("abs", |value: Value| absolute(&value));
    for (name, function) in FUNCTIONS_OF_ONE {
        environment.add_function(name, move |value: Value| Ok::<f64, Error>(function(number(&value)?)));
    }
    environment.add_function("pow", |base: Value, exponent: Value| {
        Ok::<f64, Error>(libm::pow(number(&base)?, number(&exponent)?))
    });
    environment.add_function("min", |values: Rest<Value>| extreme_of(&values, f64::min));
    environment.add_function("max", |values: Rest<Value>| extreme_of(&values, f64::max));
    environment.add_function("mean", |list: Value| mean(&list));
    environment.add_function("rises", |list: Value| rises(&list));
    environment.add_function("slope", |list: Value| slope(&list));
    environment.add_function("within", |a: Value, b: Value, tolerance: Value| {
        Ok::<bool, Error>((number(&a)? - number(&b)?).abs() <= number(&tolerance)?)
    });
    environment
});

/// Returns how a value reads in prose.
pub(super) fn shown(value: &Value) -> Result<String, Error> {
    match value.kind() {
        ValueKind::Number => Ok(format::number(number(value)?)),
        ValueKind::String => Ok(value.to_string()),
        ValueKind::Bool => Ok(value.is_true().to_string()),
        ValueKind::Seq | ValueKind::Iterable => {
            let parts: Vec<String> = value.try_iter()?.map(|item| shown(&item)).collect::<Result<_, _>>()?;
            Ok(parts.join(", "))
        }
        kind => Err(wrong(format!("expected a number or a text, found {kind}"))),
    }
}

/// Reads a value as a number.
pub(super) fn number(value: &Value) -> Result<f64, Error> {
    match value.kind() {
        ValueKind::Number => f64::try_from(value.clone()),
        ValueKind::String => Err(wrong("expected a number, found a text".to_owned())),
        kind => Err(wrong(format!("expected a number, found {kind}"))),
    }
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

fn digits_of(digits: Option<Value>, named: &Kwargs) -> Result<Option<usize>, Error> {
    let named_digits: Option<Value> = named.get("digits")?;
    named.assert_all_used()?;
    let Some(digits) = digits.or(named_digits) else { return Ok(None) };
    let whole = usize::try_from(digits.clone()).ok().filter(|digits| *digits <= 17);
    whole.map(Some).ok_or_else(|| wrong(format!("expected a whole number of digits up to 17, not {digits}")))
}

/// Returns a filter on a number, or on each of a list.
fn each(value: &Value, dress: &dyn Fn(f64) -> String) -> Result<String, Error> {
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => {
            let parts: Vec<String> =
                value.try_iter()?.map(|item| each(&item, dress)).collect::<Result<_, _>>()?;
            Ok(parts.join(", "))
        }
        _ => Ok(dress(number(value)?)),
    }
}

fn numbers(list: &Value) -> Result<Vec<f64>, Error> {
    match list.kind() {
        ValueKind::Seq | ValueKind::Iterable => list.try_iter()?.map(|item| number(&item)).collect(),
        kind => Err(wrong(format!("expected a list, found {kind}"))),
    }
}

/// Returns the lists of several seeds, if a value is that.
fn of_seeds(value: &Value) -> Option<&Seeds> {
    value.downcast_object_ref::<Seeds>()
}

/// Returns what a list is made into; of several seeds, what stands for what each of their lists is made into.
fn by_seed(list: &Value, reduce: impl Fn(&[f64]) -> Result<f64, Error>) -> Result<f64, Error> {
    match of_seeds(list) {
        Some(seeds) => seeds.reduce(reduce),
        None => reduce(&numbers(list)?),
    }
}

fn end(item: Option<&f64>) -> Result<f64, Error> {
    item.copied().ok_or_else(|| wrong("expected at least one number".to_owned()))
}

/// Returns `min(a, b)`, or `min(list)`.
fn extreme_of(values: &[Value], better: fn(f64, f64) -> f64) -> Result<f64, Error> {
    match values {
        [list] => by_seed(list, |list| extreme(list, better)),
        values => extreme(&values.iter().map(number).collect::<Result<Vec<f64>, Error>>()?, better),
    }
}

fn extreme(values: &[f64], better: fn(f64, f64) -> f64) -> Result<f64, Error> {
    if values.iter().any(|value| value.is_nan()) {
        return Ok(f64::NAN);
    }
    values.iter().copied().reduce(better).ok_or_else(|| wrong("expected at least one number".to_owned()))
}

fn absolute(value: &Value) -> Result<f64, Error> {
    Ok(number(value)?.abs())
}

fn mean(list: &Value) -> Result<f64, Error> {
    by_seed(list, |list| Ok(numeric::mean(at_least(1, list)?)))
}

/// Returns a list that is long enough.
fn at_least(items: usize, values: &[f64]) -> Result<&[f64], Error> {
    if values.len() >= items {
        return Ok(values);
    }
    let message = format!("a list of {} numbers is too short", values.len());
    Err(Error::new(minijinja::ErrorKind::InvalidOperation, message))
}

/// Returns the exponentially weighted average up to each item, with bias correction unless told otherwise.
#[expect(clippy::needless_pass_by_value, reason = "a filter gets its named arguments by value")]
fn smooth(list: &Value, beta: &Value, corrected: Option<bool>, named: Kwargs) -> Result<Value, Error> {
    let beta = number(beta)?;
    if !(0.0..1.0).contains(&beta) {
        return Err(wrong(format!("beta is from 0 up to, but not including, 1, not {beta}")));
    }
    let named_corrected: Option<bool> = named.get("corrected")?;
    named.assert_all_used()?;
    let smooth = |list: &[f64]| numeric::smooth(list, beta, corrected.or(named_corrected).unwrap_or(true));
    Ok(match of_seeds(list) {
        Some(seeds) => Value::from_object(seeds.map(smooth)),
        None => Value::from(smooth(&numbers(list)?)),
    })
}

/// Returns in which share of the steps from one item to the next the item grows.
fn rises(list: &Value) -> Result<f64, Error> {
    by_seed(list, |list| {
        let values = at_least(2, list)?;
        let steps = values.len() - 1;
        Ok(values.windows(2).filter(|pair| pair[1] > pair[0]).count() as f64 / steps as f64)
    })
}

/// Returns the slope of the least-squares line through the items at 0, 1, 2...: by how much they grow an epoch.
fn slope(list: &Value) -> Result<f64, Error> {
    by_seed(list, slope_of)
}

fn slope_of(list: &[f64]) -> Result<f64, Error> {
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
