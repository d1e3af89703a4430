//! Numbers that an author wrote in another way than YAML does: `5%`, `0,05`, `1/20`, `1,000`, `20 epochs`, `10-20`.

use super::Value;

/// Returns the number that a text was meant to be.
pub(super) fn meant_number(text: &str, whole: bool) -> Option<String> {
    let written = |number: f64| {
        (number.is_finite() && (!whole || number == number.trunc())).then(|| number.to_string())
    };
    if let Some(share) = text.strip_suffix('%').and_then(parse) {
        return written(share / 100.0);
    }
    if let Some((over, under)) = text.split_once('/') {
        return written(parse(over)? / parse(under).filter(|under| *under != 0.0)?);
    }
    if let Some((base, power)) = text.split_once('^') {
        return written(libm::pow(parse(base)?, parse(power)?));
    }
    let plain = in_one(without_unit(text.trim()))?.replace('−', "-");
    let Some(last) = plain.rfind([',', '.']) else {
        return parse(&plain).and_then(|number| written(number).map(|_| plain));
    };
    // Of `1..2` nobody knows what it says.
    if plain[..last].ends_with([',', '.']) {
        return None;
    }
    let (before, after) = (plain[..last].replace([',', '.'], ""), &plain[last + 1..]);
    let is_comma = plain[last..].starts_with(',');
    // Of two kinds of signs the last one parts decimals; one that stands before three digits may part thousands.
    let mixed = plain[..last].contains(if is_comma { '.' } else { ',' });
    let thousands = after.len() == 3 && before != "0" && !mixed && (whole || is_comma);
    let decimal = format!("{before}.{after}");
    let cleaned = match (thousands, whole) {
        (true, true) => before + after,
        (true, false) => format!("{before}{after}`, or `{decimal}"),
        (false, _) => return parse(&decimal).filter(|it| !whole || *it == it.trunc()).map(|_| decimal),
    };
    parse(&decimal).map(|_| cleaned)
}

fn parse(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Returns a number without the word behind it, `20 epochs`.
fn without_unit(text: &str) -> &str {
    match text.split_once(' ') {
        Some((number, unit)) if parse(number).is_some() && unit.chars().all(char::is_alphabetic) => number,
        _ => text,
    }
}

/// Returns a number without what parts its thousands, `1_000` and `1 000`; nothing where blanks part several numbers.
fn in_one(text: &str) -> Option<String> {
    let mut groups = text.split(['_', ' ', '\u{a0}', '\u{202f}']);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let is_group = |(at, group): (usize, &&str)| {
        let digits =
            if at + 1 == rest.len() { group.split([',', '.']).next().unwrap_or(group) } else { group };
        digits.len() == 3 && digits.bytes().all(|digit| digit.is_ascii_digit())
    };
    let are_groups = rest.is_empty() || first.len() <= 4 && rest.iter().enumerate().all(is_group);
    are_groups.then(|| text.replace(['_', ' ', '\u{a0}', '\u{202f}'], ""))
}

/// Returns the ends of a range, `10-20`, `10..20` or `0.1 to 1`, as they are written.
pub(super) fn range(text: &str) -> Option<(&str, &str)> {
    let ends = ["..", " to ", "–", "-"].iter().filter_map(|mark| text.split_once(mark));
    let mut ends = ends.map(|(from, to)| (from.trim(), to.trim()));
    ends.find(|(from, to)| parse(from).is_some() && parse(to).is_some())
}

/// Returns the settings of a split that is written in one: `80/20`, `[60, 20, 20]`, `0.8`, where what it says is known.
pub(super) fn shares(value: &Value) -> Option<String> {
    let percent = |text: &str| {
        let text = text.trim();
        let share = text.strip_suffix('%').map_or_else(|| parse(text), parse)?;
        let percent = if share < 1.0 && !text.ends_with('%') { share * 100.0 } else { share };
        // 0.7 * 100 is a little more than 70.
        Some((percent * 1e6).round() / 1e6)
    };
    let written = |value: &Value| match value {
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        _ => String::new(),
    };
    let written: Vec<String> = match value {
        Value::Text(text) => text.split(['/', ':', '-', ',']).map(str::to_owned).collect(),
        Value::List(items) => items.iter().map(|item| written(&item.value)).collect(),
        other => vec![written(other)],
    };
    let mut parts: Vec<f64> = written.iter().map(|part| percent(part)).collect::<Option<_>>()?;
    if let [train] = parts[..] {
        parts.extend([(100.0 - train) / 2.0; 2]);
    }
    let is_whole = parts.iter().all(|part| *part > 0.0) && (parts.iter().sum::<f64>() - 100.0).abs() < 1e-6;
    let named = ["train", "dev", "test"].iter().zip(&parts).map(|(part, share)| format!("{part}: {share}%"));
    let named: Vec<String> = named.collect();
    (is_whole && named.len() == parts.len()).then(|| format!("{{{}}}", named.join(", ")))
}
