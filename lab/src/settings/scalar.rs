//! Plain (unquoted) scalars by the core schema of YAML 1.2.2, section 10.3.2.

use super::Value;

/// Returns what an unquoted scalar means: `1e3` and `0x1F` are numbers, `60%` and `yes` are text.
pub(super) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        _ => {}
    }
    match number(text) {
        Some(value) => value,
        None => Value::Text(text.to_owned()),
    }
}

fn number(text: &str) -> Option<Value> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let plain = digits.chars().all(|digit| digit.is_digit(radix));
            return i64::from_str_radix(digits, radix).ok().filter(|_| plain).map(Value::Integer);
        }
    }
    let (sign, digits) = match text.strip_prefix(['+', '-']) {
        Some(rest) if text.starts_with('-') => (-1.0, rest),
        Some(rest) => (1.0, rest),
        None => (1.0, text),
    };
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return Some(Value::Float(sign * f64::INFINITY));
    }
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        || !digits.contains(|digit: char| digit.is_ascii_digit())
        || !digits.chars().all(|letter| letter.is_ascii_digit() || "eE.+-".contains(letter))
    {
        return None;
    }
    if digits.bytes().all(|digit| digit.is_ascii_digit())
        && let Ok(integer) = text.parse()
    {
        return Some(Value::Integer(integer));
    }
    text.parse().ok().map(Value::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_core_schema() {
        assert_eq!(resolve("30"), Value::Integer(30));
        assert_eq!(resolve("-7"), Value::Integer(-7));
        assert_eq!(resolve("+7"), Value::Integer(7));
        assert_eq!(resolve("0x1F"), Value::Integer(31));
        assert_eq!(resolve("0o17"), Value::Integer(15));
        assert_eq!(resolve("1e3"), Value::Float(1000.0));
        assert_eq!(resolve("-.5"), Value::Float(-0.5));
        assert_eq!(resolve("1."), Value::Float(1.0));
        assert_eq!(resolve("-.inf"), Value::Float(f64::NEG_INFINITY));
        assert_eq!(resolve("99999999999999999999"), Value::Float(1e20));
        assert_eq!(resolve("True"), Value::Bool(true));
        assert_eq!(resolve("~"), Value::Null);
        for text in [
            "60%", "yes", "no", "1_000", "0,5", "e5", ".", "1.2.3", "1-2", "0x-1", "inf", "nan", "-", "1e",
            "+-1",
        ] {
            assert_eq!(resolve(text), Value::Text(text.to_owned()), "{text}");
        }
    }
}
