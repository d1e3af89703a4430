//! Variants: one settings tree for each thing that is compared.
//!
//! An author writes `compare` (a list or a map of values for the kind's own axis), `vary` (dotted paths with
//! lists of values, several paths make a grid) or `variants` (a map from a name to the settings it
//! overrides). Each gives a list of [`Variant`]s: the block's own settings with only what varies replaced.

mod choices;
mod naming;
mod overlay;

use crate::diagnostic::{Diagnostic, Span};
use crate::experiment::header::{self, is_name, is_reserved};
use crate::settings::{Entry, Node, PathError, Value, without_brackets};

use naming::{derive_name, label_of};
pub use naming::{spaced, valued};
use overlay::{exclusive_with, remove, renew_data};

pub(super) use choices::{carried, followed};
pub use overlay::overlay;

/// Keys that ask for variants in any kind.
pub const KEYS: &[&str] = &["compare", "vary", "variants"];

/// The most variants that one block may make.
const MOST_VARIANTS: usize = 256;

/// What a kind's own axis is.
#[derive(Clone, Copy, Debug)]
pub struct Compare {
    /// The key that lists the values: `compare`, but `logits` for softmax (where only a map makes variants); empty where a kind
    /// has no axis of its own.
    pub key: &'static str,
    /// Where a value goes: a dotted path, by the value (a search compares samplers and scales).
    pub path: fn(&Node) -> &'static str,
    /// Put before a derived name: `keep` gives `keep_0_8`.
    pub prefix: &'static str,
    /// What is compared, for the reference: "optimizers, bare or with their settings".
    pub about: &'static str,
}

impl Compare {
    /// Of a kind that has no axis of its own.
    pub const NONE: Compare = Compare { key: "", path: |_| "", prefix: "", about: "" };
}

/// One of the things compared.
#[derive(Clone, Debug)]
pub struct Variant {
    /// As prose and claims call it; `run` where there is only one.
    pub name: String,
    /// As a reader sees it.
    pub label: String,
    /// The settings of the block with this variant's own in place.
    pub settings: Node,
}

/// A variant as it was asked for.
#[derive(Clone)]
struct Asked<'a> {
    name: String,
    label: String,
    /// Where its name comes from.
    place: Span,
    replaced: Vec<Replacement<'a>>,
}

/// What a variant replaces.
#[derive(Clone)]
struct Replacement<'a> {
    /// Dotted; empty for whole settings.
    path: String,
    /// Where the path is written.
    place: Span,
    value: &'a Node,
}

/// Returns the variants that a block asks for; a single one named `run` where it asks for none.
///
/// # Errors
/// Two ways at once, an empty list, a name that is no name or stands twice, a value that is neither.
pub fn expand(block: &Node, compare: &Compare) -> Result<Vec<Variant>, Vec<Diagnostic>> {
    if let Some(entry) = block.entry("compare").filter(|_| compare.key.is_empty()) {
        let error = Diagnostic::error("this kind has nothing of its own to compare", entry.key_span);
        let error = error.label("expected `vary` or `variants`");
        return Err(vec![error.hint("such as `vary: {training.l2: [0, 1]}`, with any dotted path")]);
    }
    let asking: Vec<&Entry> = block.entries().iter().filter(|entry| asks(entry, compare)).collect();
    let base = base(block, compare);
    let entry = match asking[..] {
        [] => return Ok(vec![Variant { name: "run".into(), label: String::new(), settings: base }]),
        [entry] => entry,
        [first, second, ..] => {
            let message = format!("`{}` and `{}` both ask for variants", first.key, second.key);
            let error = Diagnostic::error(message, second.key_span).label("one of the two is enough");
            return Err(vec![error.hint("several paths under `vary` make a grid of all their values")]);
        }
    };
    let asked = match entry.key.as_str() {
        "vary" => grid(&entry.value)?,
        "variants" => overrides(&entry.value)?,
        _ => axis(&entry.value, compare)?,
    };
    if asked.len() > MOST_VARIANTS {
        let error = Diagnostic::error(format!("{} variants", asked.len()), entry.key_span);
        return Err(vec![error.label(format!("at most {MOST_VARIANTS}"))]);
    }
    check_names(&asked, &entry.key)?;
    check_shared(&asked)?;
    let made = asked.into_iter().map(|asked| variant(&base, asked));
    made.collect::<Result<_, _>>().map_err(|error| vec![error])
}

/// Returns what variants are laid over: a block without what asks for them.
pub fn base(block: &Node, compare: &Compare) -> Node {
    let mut base = block.clone();
    if let Value::Map(entries) = &mut base.value {
        entries.retain(|entry| !(asks(entry, compare) || compare.key.is_empty() && entry.key == "compare"));
    }
    base
}

/// Returns whether an entry of a block asks for variants; a kind's axis of its own (`logits`) only as a map.
fn asks(entry: &Entry, compare: &Compare) -> bool {
    let own_axis = compare.key == "compare" || matches!(entry.value.value, Value::Map(_));
    entry.key == "vary" || entry.key == "variants" || (entry.key == compare.key && own_axis)
}

fn variant(base: &Node, asked: Asked) -> Result<Variant, Diagnostic> {
    let mut settings = base.clone();
    for Replacement { path, place, value } in asked.replaced {
        if path.is_empty() {
            settings = Node { span: base.span, ..overlay(&settings, value) };
            continue;
        }
        if let Some(key @ ("name" | "file")) = path.strip_prefix("data.") {
            let name = Entry { key: key.to_owned(), key_span: place, value: value.clone() };
            let data = Node::new(place, Value::Map(vec![name]));
            let data = Entry { key: "data".to_owned(), key_span: place, value: data };
            renew_data(&mut settings, &Node::new(place, Value::Map(vec![data])));
        }
        exclusive_with(&path).for_each(|other| remove(&mut settings, other));
        let wrong = |error: PathError| {
            Diagnostic::error(format!("`{path}` is not the path of a setting"), place)
                .label(format!("nothing at `{}`", error.part))
                .hint("a path names settings from the block down, such as `training.learning_rate`")
        };
        if settings.get(&path).is_none() {
            // Keys that come into being stand where the path is written.
            settings.set(&path, Node::new(place, Value::Null)).map_err(wrong)?;
        }
        settings.set(&path, value.clone()).map_err(wrong)?;
    }
    Ok(Variant { name: asked.name, label: asked.label, settings })
}

/// Reads `compare`: a list whose names are derived, or a map from names of the author's own.
fn axis<'a>(values: &'a Node, compare: &Compare) -> Result<Vec<Asked<'a>>, Vec<Diagnostic>> {
    let asked = |name: String, label: String, place: Span, value: &'a Node| {
        let path = (compare.path)(value).to_owned();
        Asked { name, label, place, replaced: vec![Replacement { path, place: value.span, value }] }
    };
    match &values.value {
        Value::List(items) if !items.is_empty() => {
            let short: Vec<String> =
                items.iter().map(|item| derive_name(compare.prefix, item, false)).collect();
            let named = items.iter().zip(&short).map(|(item, name)| {
                let alone = short.iter().filter(|other| *other == name).count() == 1;
                let name = if alone { name.clone() } else { derive_name(compare.prefix, item, true) };
                asked(name, label_of(compare.prefix, item, alone), item.span, item)
            });
            Ok(named.collect())
        }
        Value::Map(entries) if !entries.is_empty() => {
            Ok(entries.iter().map(|e| asked(e.key.clone(), spaced(&e.key), e.key_span, &e.value)).collect())
        }
        given => {
            let error = Diagnostic::error(format!("nothing to compare in `{}`", compare.key), values.span)
                .label(format!("expected a list, or a map from names: {}", compare.about));
            let names = match given {
                Value::Text(text) => names_in(text),
                _ => Vec::new(),
            };
            Err(vec![if names.is_empty() {
                error
            } else {
                error.hint(format!("write `[{}]`", names.join(", ")))
            }])
        }
    }
}

/// Returns the names in a text that lists nothing else, parted by commas or blanks.
fn names_in(text: &str) -> Vec<&str> {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let names = text.split(|letter: char| letter == ',' || letter.is_whitespace());
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    if names.iter().all(|name| name.chars().all(is_of_name)) { names } else { Vec::new() }
}

/// Reads `variants`: a map from a name to the settings that it overrides.
fn overrides(values: &Node) -> Result<Vec<Asked<'_>>, Vec<Diagnostic>> {
    if values.entries().is_empty() {
        let error = Diagnostic::error("`variants` names none", values.span);
        return Err(vec![error.label("expected a map from a name to the settings that it overrides")]);
    }
    let (mut asked, mut errors) = (Vec::new(), Vec::new());
    for Entry { key, key_span, value } in values.entries() {
        let replaced = match &value.value {
            Value::Map(_) => vec![Replacement { path: String::new(), place: *key_span, value }],
            Value::Null => Vec::new(),
            _ => {
                let error = Diagnostic::error(format!("the variant `{key}` has no settings"), value.span)
                    .label("expected a map of the settings that it overrides");
                errors.push(error.hint(format!("such as `{key}: {{training: {{learning_rate: 0.1}}}}`")));
                continue;
            }
        };
        asked.push(Asked { name: key.clone(), label: spaced(key), place: *key_span, replaced });
    }
    if errors.is_empty() { Ok(asked) } else { Err(errors) }
}

/// Reads `vary`: every combination of the values of each path, the last path fastest.
fn grid(values: &Node) -> Result<Vec<Asked<'_>>, Vec<Diagnostic>> {
    let mut asked =
        vec![Asked { name: String::new(), label: String::new(), place: values.span, replaced: Vec::new() }];
    let mut errors = Vec::new();
    let mut told = 0..0;
    for (index, path) in values.entries().iter().enumerate() {
        if told.contains(&index) {
            continue;
        }
        if let Some((error, among)) = without_brackets(values, &[index]) {
            told = among;
            errors.push(error);
            continue;
        }
        let items = path.value.items();
        if path.key.is_empty() {
            let error = Diagnostic::error("a path in `vary` is empty", path.key_span);
            errors.push(error.label("expected a setting, such as `model.keep_prob`"));
            continue;
        }
        if items.is_empty() {
            let error = Diagnostic::error(format!("`{}` is given no values", path.key), path.value.span);
            let error = error.label("expected a list of values");
            let inner = path.value.entries().first().filter(|inner| !inner.value.items().is_empty());
            errors.push(match inner {
                Some(inner) => {
                    error.hint(format!("write the path with dots: `{}.{}: [...]`", path.key, inner.key))
                }
                None => error,
            });
            continue;
        }
        let before = values.entries().iter().take_while(|other| !std::ptr::eq(*other, path));
        if let Some(other) =
            exclusive_with(&path.key).find(|other| before.clone().any(|path| path.key == **other))
        {
            let message = format!("`{other}` and `{}` say the same in two ways", path.key);
            errors.push(Diagnostic::error(message, path.key_span).label("expected only one of them"));
            continue;
        }
        if items.len() * asked.len() > MOST_VARIANTS {
            let error = Diagnostic::error("too many variants", path.key_span);
            return Err(vec![error.label(format!("at most {MOST_VARIANTS} combinations"))]);
        }
        asked =
            asked.iter().flat_map(|asked| items.iter().map(|item| with_value(asked, path, item))).collect();
    }
    if values.entries().is_empty() {
        let error = Diagnostic::error("`vary` names no setting", values.span);
        let error = error.label("expected a map from a dotted path to a list of values");
        errors.push(error.hint("such as `vary: {model.keep_prob: [1, 0.8, 0.5]}`"));
    }
    if errors.is_empty() { Ok(asked) } else { Err(errors) }
}

/// Returns a variant of the grid so far with one more path set.
fn with_value<'a>(asked: &Asked<'a>, path: &Entry, item: &'a Node) -> Asked<'a> {
    let join = |first: &str, between: &str, second: String| match first {
        "" => second,
        first => format!("{first}{between}{second}"),
    };
    let setting = path.key.rsplit('.').next().unwrap_or(&path.key);
    let mut replaced = asked.replaced.clone();
    replaced.push(Replacement { path: path.key.clone(), place: path.key_span, value: item });
    Asked {
        name: join(&asked.name, "_", derive_name(setting, item, true)),
        label: join(&asked.label, ", ", label_of(setting, item, false)),
        place: item.span,
        replaced,
    }
}

fn check_names(asked: &[Asked], key: &str) -> Result<(), Vec<Diagnostic>> {
    let own_names = match key {
        "vary" => "list each value once; `variants` in place of `vary` takes names of your own",
        _ => "give a map with names of your own instead of a list",
    };
    let mut errors = Vec::new();
    for (index, Asked { name, place, .. }) in asked.iter().enumerate() {
        if is_reserved(name) {
            errors.push(
                Diagnostic::error(format!("the word `{name}` is reserved and can name no variant"), *place)
                    .label("expected another word: expressions have a meaning of their own for this one"),
            );
        } else if !is_name(name) {
            let message = match name.as_str() {
                "" => "this names no variant".to_owned(),
                name => format!("`{name}` cannot name a variant"),
            };
            errors.push(
                Diagnostic::error(message, *place)
                    .label("expected lower-case letters, digits and underscores, beginning with a letter"),
            );
        } else if asked[..index].iter().any(|other| other.name == *name) {
            let error = Diagnostic::error(format!("two variants are called `{name}`"), *place);
            let error = error.label("the second one").hint(own_names);
            // As in `[0,1, 0,01]`.
            errors.push(match name.ends_with("_0") || name == "0" {
                true => error.hint("decimals are written with a point, as in `0.1`"),
                false => error,
            });
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Returns what belongs to the experiment as a whole, so that no variant can have its own.
fn check_shared(asked: &[Asked]) -> Result<(), Vec<Diagnostic>> {
    let mut errors: Vec<Diagnostic> = Vec::new();
    let wrong = |key: &str, place: Span| {
        let asks = KEYS.contains(&key);
        let what = if asks { "asks for variants of its own" } else { "is one for all variants" };
        if !asks && !header::KEYS.contains(&key) {
            return None;
        }
        Some(
            Diagnostic::error(format!("`{key}` {what}"), place)
                .label("expected a setting of the kind, such as `training`"),
        )
    };
    for Replacement { path, place, value } in asked.iter().flat_map(|asked| &asked.replaced) {
        let keys = match path.as_str() {
            "" => value.entries().iter().map(|entry| (entry.key.as_str(), entry.key_span)).collect(),
            path => vec![(path.split(['.', '[']).next().unwrap_or(path), *place)],
        };
        let found = keys.into_iter().filter_map(|(key, place)| wrong(key, place));
        errors.extend(found.filter(|error| !errors.contains(error)).collect::<Vec<_>>());
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}
