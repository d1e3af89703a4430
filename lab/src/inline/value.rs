//! What expressions calculate with, and what their operators make of it.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use super::format;
use super::seeds::Seeds;

/// A value of an expression.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// What only the runs can tell, what a list does not have, `none`.
    Nothing,
    Truth(bool),
    Number(f64),
    Text(Arc<str>),
    List(Arc<[Value]>),
    /// A list of each seed.
    Seeds(Arc<Seeds>),
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Number(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Value::Truth(truth)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text.into())
    }
}

impl From<Vec<f64>> for Value {
    fn from(numbers: Vec<f64>) -> Self {
        numbers.into_iter().map(Value::from).collect()
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Value::List(items.into_iter().collect())
    }
}

/// NaN equals nothing.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self.operand(), other.operand()) {
            (Ok(left), Ok(right)) => left == right,
            _ => match (self.list(), other.list()) {
                (Ok(left), Ok(right)) => left == right,
                _ => self.order(other).is_eq(),
            },
        }
    }
}

impl Value {
    /// Returns what it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Value::Nothing => "nothing",
            Value::Truth(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) | Value::Seeds(_) => "a list",
        }
    }

    /// Returns it as a number.
    ///
    /// # Errors
    /// What it is instead.
    pub(super) fn number(&self) -> Result<f64, String> {
        match self {
            Value::Number(number) => Ok(*number),
            other => Err(format!("expected a number, found {}", other.kind())),
        }
    }

    /// Returns it as a list; of several seeds it is what stands for them.
    ///
    /// # Errors
    /// What it is instead.
    pub(super) fn list(&self) -> Result<Cow<'_, [Value]>, String> {
        match self {
            Value::List(items) => Ok(Cow::Borrowed(items)),
            Value::Seeds(seeds) => Ok(Cow::Owned(seeds.together().into_iter().map(Value::from).collect())),
            other => Err(format!("expected a list, found {}", other.kind())),
        }
    }

    /// Returns it as a list of numbers.
    ///
    /// # Errors
    /// What it, or any item, is instead.
    pub(super) fn numbers(&self) -> Result<Vec<f64>, String> {
        self.list()?.iter().map(Value::number).collect()
    }

    /// Returns how it reads in prose.
    ///
    /// # Errors
    /// There is nothing to read.
    pub(super) fn shown(&self) -> Result<String, String> {
        match self {
            Value::Number(number) => Ok(format::number(*number)),
            Value::Text(text) => Ok((**text).to_owned()),
            Value::Truth(truth) => Ok(truth.to_string()),
            Value::Nothing => Err("expected a number or a text, found nothing".to_owned()),
            Value::List(_) | Value::Seeds(_) => {
                let parts: Vec<String> = self.list()?.iter().map(Value::shown).collect::<Result<_, _>>()?;
                Ok(parts.join(", "))
            }
        }
    }

    /// Returns whether it counts as true: what is neither false nor 0 nor empty.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Value::Nothing => false,
            Value::Truth(truth) => *truth,
            Value::Number(number) => *number != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::List(_) | Value::Seeds(_) => self.list().is_ok_and(|items| !items.is_empty()),
        }
    }

    /// Returns it as a number to calculate with: true is 1, false 0.
    fn operand(&self) -> Result<f64, String> {
        match self {
            Value::Truth(truth) => Ok(f64::from(u8::from(*truth))),
            other => other.number(),
        }
    }

    /// Returns it with the other sign.
    ///
    /// # Errors
    /// It is no number.
    pub(super) fn negative(&self) -> Result<Value, String> {
        Ok(Value::Number(-self.operand()?))
    }

    /// Orders two values: numbers, texts and lists among themselves, what is of another kind by its kind. NaN is above all numbers, or
    /// below them where it has a sign.
    fn order(&self, other: &Value) -> Ordering {
        if let (Ok(left), Ok(right)) = (self.operand(), other.operand()) {
            return if left == right { Ordering::Equal } else { left.total_cmp(&right) };
        }
        if let (Value::Text(left), Value::Text(right)) = (self, other) {
            return left.cmp(right);
        }
        if let (Ok(left), Ok(right)) = (self.list(), other.list()) {
            let different = left.iter().zip(right.iter()).map(|(left, right)| left.order(right));
            let different = different.into_iter().find(|order| order.is_ne());
            return different.unwrap_or(left.len().cmp(&right.len()));
        }
        self.rank().cmp(&other.rank())
    }

    fn rank(&self) -> u8 {
        match self {
            Value::Nothing => 0,
            Value::Truth(_) => 1,
            Value::Number(_) => 2,
            Value::Text(_) => 3,
            Value::List(_) | Value::Seeds(_) => 4,
        }
    }

    /// Returns whether it is an item of a list, or a part of a text.
    fn is_in(&self, whole: &Value) -> Result<bool, String> {
        match whole {
            Value::Text(whole) => Ok(whole.contains(&self.shown()?)),
            whole => Ok(whole.list()?.contains(self)),
        }
    }

    /// Returns the item of a list, or the letter of a text, at a place, or nothing where there is none; a negative place counts from
    /// the end.
    ///
    /// # Errors
    /// It is neither, or the place is no whole number.
    pub(super) fn item(&self, place: &Value) -> Result<Value, String> {
        let items = self.parts()?;
        let place = whole(place)?;
        let from_start = if place < 0 { place + items.len() as i64 } else { place };
        let item = usize::try_from(from_start).ok().and_then(|place| items.get(place).cloned());
        Ok(item.unwrap_or(Value::Nothing))
    }

    /// Returns the part of a list or a text from one place to before another one, by steps; each is left out by nothing.
    ///
    /// # Errors
    /// A place that is no whole number, steps of 0.
    pub(super) fn slice(&self, [start, stop, step]: [&Value; 3]) -> Result<Value, String> {
        let items = self.parts()?;
        let given = |value: &Value| match value {
            Value::Nothing => Ok(None),
            value => whole(value).map(Some),
        };
        let (start, stop, step) = (given(start)?, given(stop)?, given(step)?.unwrap_or(1));
        if step == 0 {
            return Err("steps of 0 lead nowhere".to_owned());
        }
        let length = items.len() as i64;
        let (least, most) = if step > 0 { (0, length) } else { (-1, length - 1) };
        let within = |place: i64| (if place < 0 { place + length } else { place }).clamp(least, most);
        let (first, last) = if step > 0 { (least, most) } else { (most, least) };
        let (start, stop) = (start.map_or(first, within), stop.map_or(last, within));
        let places = std::iter::successors(Some(start), |place| place.checked_add(step));
        let places = places.take_while(|place| if step > 0 { *place < stop } else { *place > stop });
        let taken: Vec<Value> = places.map(|place| items[place as usize].clone()).collect();
        match self {
            Value::Text(_) => taken.iter().map(Value::shown).collect::<Result<String, _>>().map(Value::from),
            _ => Ok(taken.into_iter().collect()),
        }
    }

    /// Returns the items of a list, or the letters of a text.
    fn parts(&self) -> Result<Cow<'_, [Value]>, String> {
        match self {
            Value::Text(text) => {
                Ok(text.chars().map(|letter| Value::from(letter.encode_utf8(&mut [0; 4]) as &str)).collect())
            }
            other => other.list(),
        }
    }
}

/// Reads a value as a whole number.
fn whole(value: &Value) -> Result<i64, String> {
    let number = value.number()?;
    let is_whole = number.fract() == 0.0 && number.abs() < 1e15;
    is_whole.then_some(number as i64).ok_or_else(|| format!("expected a whole number, found {number}"))
}

/// Returns what an operator makes of two values.
///
/// # Errors
/// Operands that do not fit, a division by zero.
pub(super) fn operate(operator: &str, left: &Value, right: &Value) -> Result<Value, String> {
    let truth = match operator {
        "==" => left == right,
        "!=" => left != right,
        "<" => left.order(right).is_lt(),
        "<=" => left.order(right).is_le(),
        ">" => left.order(right).is_gt(),
        ">=" => left.order(right).is_ge(),
        "in" => left.is_in(right)?,
        "not in" => !left.is_in(right)?,
        _ => return calculate(operator, left, right),
    };
    Ok(Value::Truth(truth))
}

fn calculate(operator: &str, left: &Value, right: &Value) -> Result<Value, String> {
    match (operator, left, right) {
        ("~", ..) => return Ok(Value::from(left.shown()? + &right.shown()?)),
        ("+", Value::Text(left), Value::Text(right)) => return Ok(Value::from([&**left, right].concat())),
        ("+", Value::List(_) | Value::Seeds(_), Value::List(_) | Value::Seeds(_)) => {
            return Ok(left.list()?.iter().chain(right.list()?.iter()).cloned().collect());
        }
        _ => {}
    }
    let (a, b) = (left.operand()?, right.operand()?);
    if b == 0.0 && matches!(operator, "/" | "//" | "%") {
        return Err("division by zero".to_owned());
    }
    // The remainder has the sign of the divisor.
    let remainder = || {
        let remainder = a % b;
        if remainder != 0.0 && (remainder < 0.0) != (b < 0.0) { remainder + b } else { remainder + 0.0 }
    };
    Ok(Value::Number(match operator {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => a / b,
        "//" => ((a - remainder()) / b).round(),
        _ => remainder(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(operator: &str, left: impl Into<Value>, right: impl Into<Value>) -> String {
        operate(operator, &left.into(), &right.into())
            .and_then(|value| value.shown())
            .unwrap_or_else(|said| said)
    }

    #[test]
    fn operators_calculate_and_compare() {
        assert_eq!(made("//", -7.0, 2.0), "−4");
        assert_eq!(made("%", -7.0, 4.0), "1");
        assert_eq!(made("%", 7.0, -4.0), "−1");
        assert_eq!(made("%", -8.0, 4.0), "0");
        assert_eq!(made("//", 7.5, 2.0), "3");
        assert_eq!(made("/", 1.0, 0.0), "division by zero");
        assert_eq!(made("+", true, 1.0), "2");
        assert_eq!(made("+", "a", "b"), "ab");
        assert_eq!(made("+", vec![1.0], vec![2.0]), "1, 2");
        assert_eq!(made("*", "a", 2.0), "expected a number, found a text");
        assert_eq!(made("~", "a", 0.5), "a0.5");
        assert_eq!(made("==", f64::NAN, f64::NAN), "false");
        assert_eq!(made("==", 0.0, -0.0), "true");
        assert_eq!(made("==", true, 1.0), "true");
        assert_eq!(made("==", "1", 1.0), "false");
        assert_eq!(made("<", "adam", "sgd"), "true");
        assert_eq!(made("<", vec![1.0, 2.0], vec![1.0, 2.0, 0.0]), "true");
        assert_eq!(made("in", 2.0, vec![1.0, 2.0]), "true");
        assert_eq!(made("not in", "da", "adam"), "false");
        assert_eq!(made("in", 2.0, 3.0), "expected a list, found a number");
    }

    #[test]
    fn lists_and_texts_are_taken_apart() {
        let slice = |value: &Value, parts: [Option<f64>; 3]| {
            let parts = parts.map(|part| part.map_or(Value::Nothing, Value::from));
            value.slice([&parts[0], &parts[1], &parts[2]]).and_then(|value| value.shown()).unwrap()
        };
        let list = Value::from(vec![0.0, 1.0, 2.0, 3.0]);
        assert_eq!(slice(&list, [Some(1.0), None, None]), "1, 2, 3");
        assert_eq!(slice(&list, [Some(-2.0), None, None]), "2, 3");
        assert_eq!(slice(&list, [None, Some(-1.0), Some(2.0)]), "0, 2");
        assert_eq!(slice(&list, [None, None, Some(-1.0)]), "3, 2, 1, 0");
        assert_eq!(slice(&list, [Some(9.0), Some(-9.0), Some(-2.0)]), "3, 1");
        assert_eq!(slice(&list, [Some(3.0), Some(1.0), None]), "");
        assert_eq!(slice(&Value::from("Größe"), [Some(1.0), Some(4.0), None]), "röß");
        assert_eq!(list.item(&Value::from(-1.0)).unwrap().shown().unwrap(), "3");
        assert!(matches!(list.item(&Value::from(4.0)), Ok(Value::Nothing)));
        assert_eq!(list.item(&Value::from(0.5)).unwrap_err(), "expected a whole number, found 0.5");
    }
}
