//! What serde found wrong, and how that is said to an author.

use std::fmt::{self, Display};
use std::ops::Range;

use serde::de::{Expected, Unexpected};

use super::{Entry, Node, Value, fields, foreign};
use crate::data::DataSettings;
use crate::diagnostic::{Diagnostic, Span, counted, nearest};
use crate::nn::ModelSettings;
use crate::train::TrainingSettings;

/// An error of decoding, with the way from the root to where it happened.
#[derive(Debug)]
pub(super) struct Error {
    pub kind: Kind,
    /// Indices of entries and items; innermost first while the error travels up.
    pub path: Vec<usize>,
    /// The key at the end of the path is wrong, not its value.
    pub on_key: bool,
}

#[derive(Debug)]
pub(super) enum Kind {
    UnknownSetting {
        name: String,
        known: Vec<&'static str>,
    },
    UnknownChoice {
        name: String,
        known: Vec<&'static str>,
    },
    Missing(&'static str),
    /// A choice written bare that needs a value: `constant` for `{constant: 0.1}`.
    NeedsValue(String),
    /// A choice that takes no settings was given some.
    TakesNothing(String),
    SeveralChoices(Vec<String>),
    Mismatch {
        expected: String,
    },
    Length {
        length: usize,
        expected: String,
    },
    Custom(String),
}

impl Error {
    /// Makes an error at the value that is being decoded.
    pub(super) fn new(kind: Kind) -> Self {
        Error { kind, path: Vec::new(), on_key: false }
    }

    /// Returns the same error seen from one level up.
    pub(super) fn inside(mut self, index: usize) -> Self {
        self.path.push(index);
        self
    }

    /// Moves the error to the key of that entry.
    pub(super) fn on_key(mut self, index: usize) -> Self {
        self.on_key = true;
        self.inside(index)
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Error::new(Kind::Custom(message.to_string()))
    }

    fn invalid_type(_: Unexpected, expected: &dyn Expected) -> Self {
        Error::new(Kind::Mismatch { expected: in_words(&expected.to_string()) })
    }

    fn invalid_value(_: Unexpected, expected: &dyn Expected) -> Self {
        Error::new(Kind::Mismatch { expected: in_words(&expected.to_string()) })
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Error::new(Kind::Length { length, expected: in_words(&expected.to_string()) })
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        Error::new(Kind::UnknownChoice { name: name.to_owned(), known: known.to_vec() })
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Error::new(Kind::UnknownSetting { name: name.to_owned(), known: known.to_vec() })
    }

    fn missing_field(name: &'static str) -> Self {
        Error::new(Kind::Missing(name))
    }
}

/// Puts serde's names of types in an author's words.
fn in_words(expected: &str) -> String {
    match expected {
        "f32" | "f64" => "a number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "a boolean" => "`true` or `false`",
        "a string" | "string" | "a borrowed string" => "text",
        "a sequence" => "a list",
        "unit" => "nothing",
        other => match other.split_once(' ') {
            Some(("struct", _)) => "settings (`name: value`)",
            Some(("enum", _)) => "a choice",
            _ if other == "a map" => "settings (`name: value`)",
            _ => other,
        },
    }
    .to_owned()
}

/// Returns the error as shown to the author. `path` leads from `root` to the place; `also` are settings that the root knows
/// besides those of its type.
pub(super) fn diagnostic(error: &Error, root: &Node, path: &[usize], also: &[&str]) -> Diagnostic {
    let (name, node) = describe(root, path);
    let span = match error.on_key {
        true => root.locate_key(&name),
        false => root.locate(&name),
    };
    let parent = || describe(root, &path[..path.len().saturating_sub(1)]).0;
    match &error.kind {
        Kind::UnknownSetting { name, known } => {
            let mut known = known.clone();
            if path.len() == 1 {
                // A kind's own axis may be called as the setting that it varies.
                known.extend(also.iter().filter(|also| !known.contains(also)).copied().collect::<Vec<_>>());
            }
            unknown(Diagnostic::error(format!("unknown setting `{name}`"), span), name, &known, &parent())
        }
        Kind::UnknownChoice { name: choice, known } => {
            let setting = if error.on_key { parent() } else { name.clone() };
            let message = match setting.as_str() {
                "" => format!("unknown choice `{}`", short(choice)),
                setting => format!("`{setting}` has no choice `{}`", short(choice)),
            };
            let error = Diagnostic::error(message, span);
            match chosen(choice, known, describe(root, &path[..path.len().saturating_sub(1)]).1) {
                Some(label) => error.label(label),
                None => unknown(error, choice, known, &setting),
            }
        }
        Kind::Missing(missing) => {
            let message = match name.as_str() {
                "" => format!("`{missing}` is missing"),
                name => format!("`{name}` lacks `{missing}`"),
            };
            Diagnostic::error(message, span).label(format!("expected `{missing}: ...` in here"))
        }
        Kind::NeedsValue(choice) => Diagnostic::error(format!("the choice `{choice}` needs a value"), span)
            .label(format!("expected `{{{choice}: ...}}`")),
        Kind::TakesNothing(choice) => {
            Diagnostic::error(format!("the choice `{choice}` takes no settings"), span)
                .label(format!("expected just `{choice}`"))
        }
        Kind::SeveralChoices(names) => {
            let message = match names.as_slice() {
                [] => format!("`{name}` names no choice"),
                names => format!("`{name}` names {} choices: {}", names.len(), listed(names)),
            };
            let error = Diagnostic::error(message, span);
            match named_choice(node) {
                Some(choice) => error.label(format!("expected `{{{choice}: {{...}}}}`, its settings within")),
                None => error.label("expected one choice, as in `{adam: {beta1: 0.9}}`"),
            }
        }
        Kind::Mismatch { expected } => mismatch(&name, node, expected, span),
        Kind::Length { length, expected } => {
            let of = if name.is_empty() { "this list" } else { &format!("`{name}`") };
            let error = Diagnostic::error(format!("{of} has {}", counted(*length, "value")), span)
                .label(format!("expected {expected}"));
            match unspaced_commas(node) {
                Some(number) => error.hint(format!("decimals are written with a point: `{number}`")),
                None => error,
            }
        }
        Kind::Custom(message) => Diagnostic::error(message.clone(), span),
    }
}

fn mismatch(name: &str, node: &Node, expected: &str, span: crate::diagnostic::Span) -> Diagnostic {
    let message = match (name, &node.value) {
        ("", Value::Null) => "a value is missing".to_owned(),
        ("", _) => format!("this is {}", found(node)),
        (name, Value::Null) => format!("`{name}` has no value"),
        (name, _) => format!("`{name}` is {}", found(node)),
    };
    let expected = match node.value {
        Value::Float(value) if value >= 9e18 && expected.contains("a whole number") => {
            "a smaller number, of 18 digits at most"
        }
        _ => expected,
    };
    let mut diagnostic = Diagnostic::error(message, span).label(format!("expected {expected}"));
    if let Some(hint) = rewrite(name, &node.value, expected) {
        diagnostic = diagnostic.hint(format!("write {hint}"));
    } else if let Some(hint) = several(name, node) {
        diagnostic = diagnostic.hint(hint);
    }
    diagnostic
}

/// The parts of an experiment's settings, whose values can vary.
const VARYING: [&str; 4] = ["data", "split", "model", "training"];

/// Returns what was probably meant by a list in the place of one value: to compare them.
fn several(name: &str, node: &Node) -> Option<String> {
    let items = node.items();
    if name == "seeds" && !items.is_empty() {
        let seeds = items.len();
        let first = match items[0].value {
            Value::Integer(first) if first != 0 => format!(" and `seed: {first}`"),
            _ => String::new(),
        };
        return Some(format!("seeds are counted from `seed` on: write `seeds: {seeds}`{first}"));
    }
    let widths = || items.iter().all(|item| matches!(item.value, Value::Integer(1..)));
    if name == "model.layers" && !items.is_empty() && widths() {
        let widths: Vec<String> = items.iter().map(|item| found(item).replace("the number ", "")).collect();
        return Some(format!(
            "widths of layers are `hidden: [{}]`, `layers` is how many there are",
            widths.join(", ")
        ));
    }
    if let Some((list, _)) = name.rsplit_once('[')
        && matches!(node.value, Value::List(_))
        && list.split_once('.').is_some_and(|(part, _)| VARYING.contains(&part))
    {
        return Some(format!("lists to compare stand beside the parts: `vary: {{{list}: [[...], [...]]}}`"));
    }
    let varies =
        name.split_once('.').is_some_and(|(part, rest)| VARYING.contains(&part) && !rest.contains('['));
    let plain = |item: &Node| match &item.value {
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Text(text) => Some(short(text)),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    };
    let values: Vec<String> = items.iter().filter(|_| varies).map(plain).collect::<Option<_>>()?;
    (values.len() > 1).then(|| {
        format!(
            "to compare them, write beside `{}`: `vary: {{{name}: [{}]}}`",
            name.split('.').next().unwrap_or(name),
            values.join(", ")
        )
    })
}

/// Returns the error of `{learning_rate: 0,05}` and `{hidden: 16, 8}`, which YAML reads as entries without a value, and which
/// entries of the map around the place are in it.
pub fn without_brackets(root: &Node, path: &[usize]) -> Option<(Diagnostic, Range<usize>)> {
    let (&place, parent) = path.split_last()?;
    let entries = describe(root, parent).1.entries();
    let is_bare = |entry: &Entry| entry.value.value == Value::Null && entry.key.parse::<f64>().is_ok();
    let first =
        (0..=place.min(entries.len().checked_sub(1)?)).rev().find(|&index| !is_bare(&entries[index]))?;
    let (before, after) = (&entries[first], &entries[first + 1..]);
    let bare: Vec<&Entry> = after.iter().take_while(|entry| is_bare(entry)).collect();
    let (next, last) = (bare.first()?, bare.last()?);
    let among = first..first + 1 + bare.len();
    let key = &before.key;
    let number = match before.value.value {
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        _ => return None,
    };
    let is_spaced = before.value.span.end + 1 < next.key_span.start;
    let (Value::Integer(whole), false, 1, true) =
        (&before.value.value, is_spaced, bare.len(), next.key.bytes().all(|byte| byte.is_ascii_digit()))
    else {
        let items: Vec<&str> = bare.iter().map(|entry| entry.key.as_str()).collect();
        let span = Span { end: last.key_span.end, ..before.value.span };
        let error = Diagnostic::error("a list without brackets", span);
        return Some((error.label(format!("expected `{key}: [{number}, {}]`", items.join(", "))), among));
    };
    let (error, rest) = (Diagnostic::error("a number with a comma", next.key_span), &next.key);
    let error = match rest.len() == 3 && *whole != 0 {
        true => error.label(format!(
            "expected `{key}: {whole}{rest}`, or `{key}: {whole}.{rest}` where the comma parts decimals"
        )),
        false => {
            error.label(format!("expected `{key}: {whole}.{rest}`")).hint("decimals are written with a point")
        }
    };
    Some((error, among))
}

/// Returns what to write for a choice beside which its settings stand: `adam 0.001`, `{type: adam}`.
fn chosen(choice: &str, known: &[&str], beside: &Node) -> Option<String> {
    if let Some((first, _)) = choice.split_once([':', ' ', '('])
        && known.contains(&first)
    {
        return Some(format!("expected `{first}`, or `{{{first}: {{...}}}}` with its settings"));
    }
    let named = named_choice(beside).filter(|named| known.contains(named))?;
    (beside.entries().len() == 1).then(|| format!("expected `{named}` alone"))
}

/// Returns the choice that a map names as other tools do: `{name: adam, learning_rate: 0.1}`.
fn named_choice(node: &Node) -> Option<&str> {
    ["name", "type", "kind"].iter().find_map(|key| node.entry(key)?.value.as_text())
}

/// Returns the first number of a list that seems to have been written with a comma: two whole numbers without a blank between.
fn unspaced_commas(node: &Node) -> Option<String> {
    node.items().windows(2).find_map(|pair| match (&pair[0].value, &pair[1].value) {
        (Value::Integer(whole), Value::Integer(rest))
            if pair[0].span.end + 1 == pair[1].span.start && *rest >= 0 =>
        {
            let digits = pair[1].span.end - pair[1].span.start;
            Some(format!("{whole}.{rest:0digits$}"))
        }
        _ => None,
    })
}

/// Returns what was probably meant by the value of a setting, or of the whole where there is no name.
fn rewrite(name: &str, value: &Value, expected: &str) -> Option<String> {
    let number = expected.contains("number");
    let setting = name.rsplit('.').next().unwrap_or(name);
    match value {
        Value::Bool(true) if setting == "normalize" => Some("`standard`".to_owned()),
        Value::Bool(false) if setting == "normalize" => Some("`none`".to_owned()),
        Value::Bool(true) if setting == "early_stopping" => {
            Some("`{patience: 10}`, the epochs without improvement that are waited for".to_owned())
        }
        Value::Bool(false) if setting == "early_stopping" => Some("nothing: leave it out".to_owned()),
        Value::Float(number)
            if expected.contains("whole") && *number == number.trunc() && (1.0..1000.0).contains(number) =>
        {
            Some(format!("`{}`, or `{}` if the point parts thousands", number, number * 1000.0))
        }
        Value::Integer(patience @ 1..) if setting == "early_stopping" => {
            Some(format!("`{{patience: {patience}}}`"))
        }
        Value::Integer(_) | Value::Float(_) if expected.starts_with("settings") && of_choice(name) => {
            let number = format!("{value:?}");
            let number = number.trim_start_matches(|letter: char| !letter.is_ascii_digit() && letter != '-');
            let key =
                if setting.ends_with("momentum") || setting == "nesterov" { "beta" } else { "learning_rate" };
            Some(format!("`{{{key}: {}}}`", number.trim_end_matches(')')))
        }
        Value::List(codes) if name == "lint" => {
            let codes: Vec<&str> = codes.iter().filter_map(Node::as_text).collect();
            Some(format!("`{{allow: [{}]}}`", codes.join(", ")))
        }
        Value::Text(_) | Value::List(_) | Value::Float(_) if name == "split" => {
            Some("`{train: 60%, dev: 20%, test: 20%}`".to_owned())
        }
        Value::Float(share) if expected.starts_with("a percentage") => match share {
            0.0..=1.0 => Some(format!("`{}%`", (share * 1e6).round() / 1e4)),
            1.0..=100.0 => Some(format!("`{share}%`")),
            _ => None,
        },
        Value::Text(metric) if setting == "early_stopping" && metric.ends_with(['s', 'r']) => {
            Some(format!("`{{metric: {metric}}}`"))
        }
        Value::Integer(bits @ (32 | 64)) if setting == "precision" => Some(format!("`f{bits}`")),
        Value::Text(text) if number && matches!(text.as_str(), "none" | "no" | "off" | "all") => {
            match setting {
                "l1" | "l2" | "noise" | "label_noise" if text != "all" => Some("`0`".to_owned()),
                "max_norm" | "limit" => Some("nothing: leave it out".to_owned()),
                _ => None,
            }
        }
        Value::Text(text) if expected.starts_with("settings") => match text.split_once([':', ' ']) {
            Some((key, value)) if text.contains(':') || text.split_whitespace().count() == 2 => {
                let pair = format!("{key}: {}", value.trim());
                Some(if name.is_empty() { format!("`{pair}`") } else { format!("`{{{pair}}}`") })
            }
            _ => like_an_example(text, expected),
        },
        Value::Text(text)
            if expected.contains("`full`") && matches!(text.as_str(), "all" | "max" | "none" | "whole") =>
        {
            Some("`full`".to_owned())
        }
        Value::Text(text) if number => {
            meant_number(text, expected.contains("whole")).map(|it| format!("`{it}`"))
        }
        Value::Text(text) if expected.contains("`true`") => match text.to_lowercase().as_str() {
            "yes" | "on" | "y" => Some("`true`".to_owned()),
            "no" | "off" | "n" => Some("`false`".to_owned()),
            _ => None,
        },
        Value::Integer(number) if expected == "text" => Some(format!("it in quotes: `\"{number}\"`")),
        Value::Float(_) | Value::Bool(_) if expected == "text" => Some("it in quotes".to_owned()),
        Value::Integer(number) if expected == "a list" => Some(format!("`[{number}]`")),
        Value::Float(number) if expected == "a list" => Some(format!("`[{number:?}]`")),
        Value::Text(text) if expected == "a list" => Some(match as_items(text) {
            Some(items) => format!("`[{items}]`"),
            None => "it as the item of a list: in quotes and brackets, or with `- ` before it".to_owned(),
        }),
        Value::Map(_) if expected == "a list" => {
            Some("it as the item of a list: in brackets, `[{...}]`, or with `- ` before it".to_owned())
        }
        _ => None,
    }
}

/// Returns the number that a text was meant to be: `5%`, `0,05`, `1/20`, `1,000`, `10^-3`.
fn meant_number(text: &str, whole: bool) -> Option<String> {
    let parse = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let written = |number: f64| (!whole || number == number.trunc()).then(|| number.to_string());
    if let Some(share) = text.strip_suffix('%').and_then(parse) {
        return written(share / 100.0);
    }
    if let Some((over, under)) = text.split_once('/') {
        return written(parse(over)? / parse(under).filter(|under| *under != 0.0)?);
    }
    if let Some((base, power)) = text.split_once('^') {
        return written(libm::pow(parse(base)?, parse(power)?));
    }
    let plain = text.replace(['_', ' '], "").replace('−', "-");
    let Some(last) = plain.rfind([',', '.']) else { return parse(&plain).map(|_| plain) };
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

/// Returns whether a name is that of a choice with settings, `training.optimizer.adam`.
fn of_choice(name: &str) -> bool {
    let parts: Vec<&str> = name.rsplit('.').collect();
    parts.get(1) == Some(&"optimizer")
}

/// Returns a text as what stands between the brackets of a list, where YAML reads it so: `64, 32` as two numbers.
fn as_items(text: &str) -> Option<String> {
    let one_line = !text.contains('\n') && text.chars().count() <= 60;
    if text == "none" {
        return Some(String::new());
    }
    let widths: Vec<&str> = text.split(['-', 'x', '/', ' ', ',']).filter(|part| !part.is_empty()).collect();
    if widths.len() > 1 && widths.iter().all(|width| width.parse::<u64>().is_ok()) {
        return Some(widths.join(", "));
    }
    let of_numbers = text.split(',').all(|item| item.trim().parse::<f64>().is_ok());
    let plain =
        !text.contains([',', '[', ']', '{', '}', ':', '#', '"', '\'', '&', '*', '!', '|', '%', '@', '`']);
    (one_line && (of_numbers || plain)).then(|| text.to_owned())
}

/// Returns the text in the place of an example's, `{name: iris}` or `{file: table.csv}`: that of a file, if it has a dot.
fn like_an_example(text: &str, expected: &str) -> Option<String> {
    let examples = expected.split('`').filter(|part| part.starts_with('{'));
    let (key, _) = examples
        .filter_map(|example| example.split_once(": "))
        .find(|(_, value)| value.contains('.') == text.contains('.'))?;
    let is_one_word = !text.contains(char::is_whitespace) && !text.contains([':', ',', '{', '}']);
    is_one_word.then(|| format!("`{key}: {text}}}`"))
}

/// Notices that `epochs:30` and `epochs 30` in braces are names without a value.
fn unseparated(name: &str, known: &[&str]) -> Option<String> {
    let (first, rest) = name.split_once([':', ' '])?;
    known.contains(&first).then(|| format!("expected `{first}: {}`", rest.trim()))
}

/// Returns a dotted path, written as settings within each other.
fn nested(name: &str, known: &[&str]) -> Option<String> {
    let (first, rest) = name.split_once('.')?;
    let inner = rest.rsplit('.').fold("...".to_owned(), |inner, part| format!("{{{part}: {inner}}}"));
    known.contains(&first).then(|| format!("{first}: {inner}"))
}

fn unknown(diagnostic: Diagnostic, name: &str, known: &[&str], parent: &str) -> Diagnostic {
    if let Some(blank) = name.chars().find(|letter| letter.is_whitespace() && *letter != ' ') {
        return diagnostic.label(format!("expected a plain space in place of U+{:04X}", blank as u32));
    }
    if let Some(label) = unseparated(name, known) {
        return diagnostic.label(label);
    }
    if let Some(nested) = nested(name, known) {
        let hint = "dotted paths stand in `vary` and in the `space` of a search alone";
        return diagnostic.label(format!("expected `{nested}`")).hint(hint);
    }
    if let Some(meant) = foreign::setting(name, known) {
        return diagnostic.label(format!("did you mean `{meant}`?"));
    }
    if let Some(near) = nearest(name, known.iter().copied()) {
        return diagnostic.label(format!("did you mean `{near}`?"));
    }
    if let Some((part, meant)) = elsewhere(name, known) {
        let whole = if parent.is_empty() { part.to_owned() } else { format!("{parent}.{part}") };
        let path = meant.replace(": {", ".").replace(": ...", "").replace('}', "");
        let written = if meant.contains(':') { meant } else { format!("{meant}: ...") };
        return diagnostic
            .label(format!("did you mean `{path}` of `{part}`?"))
            .hint(format!("write `{part}: {{{written}}}`; in `vary` and `space` it is `{whole}.{path}`"));
    }
    if VARYING.contains(&parent)
        && let Some(written) = beside(name, parent)
    {
        return diagnostic.label(format!("expected `{written}` beside `{parent}`"));
    }
    // The other way round, `space: {training: {l2: ...}}`.
    if let Some(outer) = parent.strip_prefix("space.").filter(|outer| !outer.contains('.')) {
        let label = format!("expected {}", listed(known));
        return diagnostic.label(label).hint(format!("write the path with dots: `{outer}.{name}: ...`"));
    }
    match (known.len(), parent) {
        (0, _) => diagnostic.label("expected no settings here"),
        (1..=6, _) => diagnostic.label(format!("expected {}", listed(known))),
        (_, "") => diagnostic.label("not known here").hint(format!("known here: {}", listed(known))),
        (_, parent) => diagnostic.label("not known here").hint(format!("`{parent}` knows {}", listed(known))),
    }
}

/// Returns which part of an experiment has a setting that stands beside the parts, and what it is called there.
fn elsewhere(name: &str, known: &[&str]) -> Option<(&'static str, String)> {
    let parts = [
        ("training", fields::of::<TrainingSettings>()),
        ("model", fields::of::<ModelSettings>()),
        ("data", fields::of::<DataSettings>()),
    ];
    let parts = || parts.iter().filter(|(part, _)| known.contains(part));
    let exact = parts().find(|(_, keys)| keys.contains(&name)).map(|(part, _)| (*part, name.to_owned()));
    exact.or_else(|| parts().find_map(|(part, keys)| Some((*part, foreign::setting(name, keys)?))))
}

/// Returns where a setting stands that is none of the part that it was written into.
fn beside(name: &str, parent: &str) -> Option<String> {
    let others: Vec<&str> = VARYING.into_iter().filter(|part| *part != parent).collect();
    let (part, meant) = elsewhere(name, &others).unzip();
    match (part, foreign::setting(name, &["seed", "seeds"])) {
        (Some(part), _) => {
            let meant = meant?;
            let written = if meant.contains(':') { meant } else { format!("{meant}: ...") };
            Some(format!("{part}: {{{written}}}"))
        }
        (None, Some(meant)) => Some(format!("{meant}: ...")),
        (None, None) => matches!(name, "seed" | "seeds").then(|| format!("{name}: ...")),
    }
}

fn listed<T: Display>(names: &[T]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn found(node: &Node) -> String {
    match &node.value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Integer(value) => format!("the number {value}"),
        Value::Float(value) if value.is_finite() && value.abs() >= 1e15 => format!("the number {value:e}"),
        // `1.0` where 1 would have been right.
        Value::Float(value) => format!("the number {value:?}"),
        Value::Text(text) => format!("the text `{}`", short(text)),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map of settings".to_owned(),
    }
}

fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None if line.len() < text.trim_end().len() => format!("{line}..."),
        None => line.to_owned(),
    }
}

/// Returns the dotted name of a place, and what stands there.
fn describe<'a>(root: &'a Node, path: &[usize]) -> (String, &'a Node) {
    let (mut name, mut node) = (String::new(), root);
    for &index in path {
        match &node.value {
            Value::Map(entries) if index < entries.len() => {
                let entry = &entries[index];
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(&entry.key);
                node = &entry.value;
            }
            Value::List(items) if index < items.len() => {
                name.push_str(&format!("[{index}]"));
                node = &items[index];
            }
            _ => break,
        }
    }
    (name, node)
}
