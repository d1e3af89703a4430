//! From a name in an expression to its value, or to what is wrong with it.

use std::ops::Range;
use std::sync::Arc;

use super::data::{self, Data, STATISTICS, Series};
use super::seeds::Seeds;
use super::token::{Link, Name};
use super::value::Value;
use crate::collections::BTreeMap;
use crate::diagnostic::{counted, nearest};
use crate::outcome::Statistic;
use crate::settings::{metric_of_others, setting_of_others};

/// What is wrong at a place of an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub range: Range<usize>,
    pub message: String,
    pub label: String,
    pub hints: Vec<String>,
    /// Whether it is an index past the end of a curve, which ends early where a run does.
    pub ended: bool,
}

impl Fault {
    /// Makes a fault in a range of an expression, in bytes.
    pub fn new(range: Range<usize>, message: impl Into<String>, label: impl Into<String>) -> Self {
        Fault { range, message: message.into(), label: label.into(), hints: Vec::new(), ended: false }
    }

    /// Adds a hint on what to write.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// Names by which an expression may start, the first that has one wins.
pub(super) type Roots<'a, 'd> = [&'a BTreeMap<String, Data<'d>>];

/// Returns what a name stands for; `as_list` takes the curve of a metric that has one. What only the runs can tell is
/// nothing.
pub(super) fn resolve(roots: &Roots, links: &[Link], as_list: bool) -> Result<Value, Fault> {
    let (first, rest) = links.split_first().ok_or_else(|| Fault::new(0..0, "a name is missing", ""))?;
    let Name::Word(name) = &first.name else {
        return Err(Fault::new(first.range.clone(), "a name is missing", "expected a name"));
    };
    let start = roots.iter().find_map(|root| root.get(name)).ok_or_else(|| {
        let known: Vec<&str> = roots.iter().flat_map(|root| root.keys()).map(String::as_str).collect();
        unknown(first, &known, "nothing here is called")
    })?;
    let Followed { data, left, seen, statistic } = follow(start, rest, name.clone())?;
    match left {
        _ if matches!(data, Data::Unknown) => Ok(Value::Nothing),
        [] => value(data, links, as_list, &seen, statistic),
        [link] => of_seeds(data, link, &seen),
        [link, index] if is_values(link) => of_seed(data, index, &format!("{seen}.values")),
        [link, next, ..] => {
            of_seeds(data, link, &seen)?;
            Err(Fault::new(next.range.clone(), "nothing can follow here", "expected the end of the name"))
        }
    }
}

/// Returns the names that may follow these links, as far as any is known to.
pub(super) fn following(roots: &Roots, links: &[Link]) -> Vec<String> {
    let Some((Link { name: Name::Word(name), .. }, mut left)) = links.split_first() else {
        return Vec::new();
    };
    let Some(mut data) = roots.iter().find_map(|root| root.get(name)) else { return Vec::new() };
    let mut item;
    while let Some(link) = left.first() {
        (data, left) = match (data, &link.name) {
            (Data::Map(names), Name::Word(_)) => match entry(names, left) {
                Some((data, used)) => (data, &left[used..]),
                None => return Vec::new(),
            },
            (Data::Curve { series: items, .. } | Data::List(items), Name::Index(_)) => {
                item = items.items.first().cloned().unwrap_or(Data::Unknown);
                (&item, &left[1..])
            }
            (Data::Settings(settings), Name::Word(_)) => {
                let path: Vec<&str> = left.iter().filter_map(Link::word).collect();
                let before = format!("{}.", path.join("."));
                return settings
                    .keys()
                    .filter_map(|key| key.strip_prefix(&before))
                    .map(str::to_owned)
                    .collect();
            }
            _ => return Vec::new(),
        };
    }
    data.names().into_iter().map(str::to_owned).collect()
}

/// Returns the name of the number that these links lead to, without a statistic of it, and its values over the seeds.
pub(super) fn numbers<'a>(roots: &Roots<'a, '_>, links: &[Link]) -> Option<(String, &'a [f64], Statistic)> {
    let (first, rest) = links.split_first()?;
    let Name::Word(name) = &first.name else { return None };
    let start = roots.iter().find_map(|root| root.get(name))?;
    let Followed { data, seen, statistic, .. } = follow(start, rest, name.clone()).ok()?;
    match data {
        Data::Number(values) | Data::Curve { last: values, .. } => Some((seen, values, statistic)),
        _ => None,
    }
}

/// Returns, of one seed, the value before the first step of the curve that these links lead to, whether to its end or to one
/// of its epochs; none where they lead to no curve.
pub(super) fn start(roots: &Roots, links: &[Link]) -> Option<f64> {
    let (first, rest) = links.split_first()?;
    let Name::Word(name) = &first.name else { return None };
    let root = roots.iter().find_map(|root| root.get(name))?;
    let to_curve = match rest.split_last() {
        Some((Link { name: Name::Index(_), .. }, before)) => before,
        _ => rest,
    };
    match follow(root, to_curve, name.clone()).ok()? {
        Followed { data: Data::Curve { series, .. }, left: [], .. } => match series.items.first()? {
            Data::Number(values) => values.first().copied(),
            _ => None,
        },
        _ => None,
    }
}

/// Where links lead.
struct Followed<'a, 'l, 'd> {
    data: &'a Data<'d>,
    /// What is left names a statistic.
    left: &'l [Link],
    /// The name so far.
    seen: String,
    /// What a bare number stands for in the experiment that they lead through.
    statistic: Statistic,
}

/// Goes along the links as far as they lead to data: what is left names a statistic.
fn follow<'a, 'l, 'd>(
    start: &'a Data<'d>,
    links: &'l [Link],
    first: String,
) -> Result<Followed<'a, 'l, 'd>, Fault> {
    let (mut data, mut left, mut seen) = (start, links, first);
    let mut statistic = Statistic::default();
    while let Some(link) = left.first() {
        statistic = data.statistic().unwrap_or(statistic);
        let used;
        (data, used) = match (data, &link.name) {
            (Data::Map(names), Name::Word(word))
                if ENDS.contains(&word.as_str()) && has_variants(names, word) =>
            {
                end(names, left, statistic)?
            }
            (Data::Map(names), Name::Word(_)) => entry(names, left).ok_or_else(|| {
                let fault = unknown(link, &data.names(), &format!("`{seen}` has no"));
                match setting_meant(names, left) {
                    Some(path) => {
                        let label = format!("did you mean `settings.{path}`?");
                        Fault { label, hints: vec![], ..fault }
                    }
                    None => fault,
                }
            })?,
            (Data::Settings(names), Name::Word(_)) => path(names, left, &seen)?,
            (Data::Late(..), _) => (data.open(), 0),
            (Data::List(list), Name::Index(index)) => (item(&list.items, *index, link, &seen)?, 1),
            (Data::Curve { series, .. }, Name::Index(index)) => {
                let found = item(&series.items, *index, link, &seen);
                (found.map_err(|fault| Fault { ended: true, ..fault })?, 1)
            }
            (Data::Number(_) | Data::Curve { .. }, Name::Word(_)) | (Data::Unknown, _) => {
                return Ok(Followed { data, left, seen, statistic });
            }
            (Data::Map(_) | Data::Settings(_), Name::Index(_)) => {
                return Err(Fault::new(
                    link.range.clone(),
                    format!("`{seen}` is not a list"),
                    one_of(&data.names()),
                ));
            }
            (Data::List(_), Name::Word(_)) => {
                return Err(Fault::new(
                    link.range.clone(),
                    format!("`{seen}` is a list"),
                    "expected an index, as in `[0]`",
                ));
            }
            (Data::Number(_), Name::Index(_)) => {
                return Err(Fault::new(
                    link.range.clone(),
                    format!("`{seen}` is one number, not a list"),
                    "expected no index",
                ));
            }
            (Data::Setting(_), _) => {
                return Err(Fault::new(
                    link.range.clone(),
                    format!("`{seen}` is a setting"),
                    "nothing can follow it",
                ));
            }
            (Data::Text(_), _) => {
                return Err(Fault::new(
                    link.range.clone(),
                    format!("`{seen}` is a text"),
                    "nothing can follow it",
                ));
            }
        };
        for link in &left[..used] {
            match &link.name {
                Name::Word(word) => seen = format!("{seen}.{word}"),
                Name::Index(index) => seen = format!("{seen}[{index}]"),
            }
        }
        left = &left[used..];
    }
    Ok(Followed { data, left, seen, statistic })
}

/// Returns the path of the setting that was meant where a result is missing: `training.epochs`, or `epochs` alone, or `lr`.
fn setting_meant(names: &BTreeMap<String, Data>, links: &[Link]) -> Option<String> {
    let Some(Data::Settings(settings)) = names.get("settings").map(Data::open) else { return None };
    let words: Vec<&str> = links.iter().map_while(Link::word).collect();
    let path = words.join(".");
    let last = *words.last()?;
    let own = |path: &str| path.rsplit('.').next().unwrap_or(path).to_owned();
    let keys: Vec<String> = settings.keys().map(|path| own(path)).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let meant = setting_of_others(last, &keys).unwrap_or_else(|| last.to_owned());
    let is_it = |known: &&String| **known == path || own(known) == meant;
    settings.keys().find(is_it).cloned()
}

/// What leads from an experiment to the variant in which a metric is at that end: `grid.lowest.dev_error.label`.
const ENDS: [&str; 2] = ["lowest", "highest"];

/// Returns the names of a variant, if that is what data are.
fn variant<'a, 'd>(data: &'a Data<'d>) -> Option<&'a BTreeMap<String, Data<'d>>> {
    match data.open() {
        Data::Map(names) if names.contains_key("label") => Some(names),
        _ => None,
    }
}

/// Returns whether these are the names of an experiment's variants, none of which is called by that word.
fn has_variants(names: &BTreeMap<String, Data>, word: &str) -> bool {
    !names.contains_key(word) && names.values().any(|data| variant(data).is_some())
}

/// Returns the variant in which a metric is lowest or highest, and how many links say so.
fn end<'a, 'd>(
    names: &'a BTreeMap<String, Data<'d>>,
    links: &[Link],
    statistic: Statistic,
) -> Result<(&'a Data<'d>, usize), Fault> {
    let Some(metric) = links.get(1) else {
        let message = format!("`{}` of what?", links[0].word().unwrap_or_default());
        return Err(Fault::new(
            links[0].range.clone(),
            message,
            "expected a metric, as in `lowest.dev_error`",
        ));
    };
    let found = names.values().filter_map(|data| {
        let (value, used) = entry(variant(data)?, &links[1..])?;
        let (Data::Number(values) | Data::Curve { last: values, .. }) = value.open() else { return None };
        Some((data, statistic.of(values), used))
    });
    let sign = if links[0].word() == Some("lowest") { 1.0 } else { -1.0 };
    // What does not exist is at no end; before anything has run nothing exists.
    let key = |value: f64| if value.is_nan() { f64::INFINITY } else { sign * value };
    match found.min_by(|a, b| key(a.1).total_cmp(&key(b.1))) {
        Some((data, _, used)) => Ok((data, 1 + used)),
        None => {
            let known: Vec<&str> =
                names.values().find_map(variant).into_iter().flatten().map(|(k, _)| k.as_str()).collect();
            Err(unknown(metric, &known, "no variant has a number"))
        }
    }
}

/// Returns the entry that the next links name, and how many of them: a key may hold dots (`best.training.l2`).
fn entry<'a, 'd>(names: &'a BTreeMap<String, Data<'d>>, links: &[Link]) -> Option<(&'a Data<'d>, usize)> {
    let mut key = String::new();
    let mut found = None;
    for (index, link) in links.iter().enumerate() {
        let Name::Word(word) = &link.name else { break };
        if index > 0 {
            key.push('.');
        }
        key.push_str(word);
        if let Some(data) = names.get(&key) {
            found = Some((data, index + 1));
        }
    }
    found
}

/// Returns the setting at the path that the next links spell, and how many of them.
fn path<'a, 'd>(
    settings: &'a BTreeMap<String, Data<'d>>,
    links: &[Link],
    seen: &str,
) -> Result<(&'a Data<'d>, usize), Fault> {
    let words = links.iter().map_while(|link| match &link.name {
        Name::Word(word) => Some(word.as_str()),
        Name::Index(_) => None,
    });
    let words: Vec<&str> = words.collect();
    let path = words.join(".");
    if let Some(found) = settings.get(&path) {
        return Ok((found, words.len()));
    }
    let range = links[0].range.start..links[words.len() - 1].range.end;
    let beneath = |above: &str| -> Vec<&str> {
        let inside = |path: &&String| path.strip_prefix(above).is_some_and(|rest| rest.starts_with('.'));
        settings.keys().filter(inside).map(String::as_str).collect()
    };
    let parts = beneath(&path);
    if !parts.is_empty() {
        let (label, hint) = listing(&parts);
        let fault = Fault::new(range, format!("`{seen}.{path}` is not a setting but has several"), label);
        return Err(hint.into_iter().fold(fault, Fault::hint));
    }
    // The same name elsewhere, or what stands where the path still leads somewhere.
    let last = words.last().copied().unwrap_or_default();
    let named = |is: &dyn Fn(&str) -> bool| -> Vec<&str> {
        let own = |path: &&str| is(path.rsplit('.').next().unwrap_or(path));
        settings.keys().map(String::as_str).filter(own).collect()
    };
    let mut same = named(&|name| name == last);
    if same.is_empty() {
        same = named(&|name| name.split('_').any(|part| part == last));
    }
    let link = Link { name: Name::Word(path.clone()), range };
    let above = (1..words.len())
        .rev()
        .map(|length| beneath(&words[..length].join(".")))
        .find(|inside| !inside.is_empty());
    let all = || settings.keys().map(String::as_str).collect();
    let known = match &same[..] {
        [] => match nearest(&path, settings.keys().map(String::as_str)) {
            Some(near) => vec![near],
            None => above.unwrap_or_else(all),
        },
        same => same.to_vec(),
    };
    Err(unknown(&link, &known, &format!("`{seen}` has no")))
}

/// Returns the item at a place, which counts from the end where it is below 0.
pub(super) fn at<T>(items: &[T], index: i64) -> Option<&T> {
    let place = if index < 0 { index + items.len() as i64 } else { index };
    usize::try_from(place).ok().and_then(|place| items.get(place))
}

fn item<'a, T>(items: &'a [T], index: i64, link: &Link, seen: &str) -> Result<&'a T, Fault> {
    at(items, index).ok_or_else(|| {
        let label = match items.len() {
            0 => "it is empty".to_owned(),
            1 => "expected 0".to_owned(),
            length => format!("expected 0 to {}", length - 1),
        };
        let count = counted(items.len(), "value");
        Fault::new(link.range.clone(), format!("`{seen}` has {count}"), label)
    })
}

fn is_values(link: &Link) -> bool {
    matches!(&link.name, Name::Word(word) if word == "values")
}

/// Returns the value of one seed, by its place.
fn of_seed(data: &Data, link: &Link, seen: &str) -> Result<Value, Fault> {
    match (data, &link.name) {
        (Data::Number(values) | Data::Curve { last: values, .. }, Name::Index(index)) => {
            item(values, *index, link, seen).map(|value| Value::from(*value))
        }
        _ => Err(Fault::new(
            link.range.clone(),
            format!("`{seen}` is a list"),
            "expected an index, as in `[0]`",
        )),
    }
}

/// Returns a statistic over the seeds.
fn of_seeds(data: &Data, link: &Link, seen: &str) -> Result<Value, Fault> {
    let (Data::Number(values) | Data::Curve { last: values, .. }, Name::Word(name)) = (data, &link.name)
    else {
        return Err(Fault::new(
            link.range.clone(),
            "nothing can follow here",
            "expected the end of the name",
        ));
    };
    if name == "values" {
        return Ok(Value::from(values.to_vec()));
    }
    if name == "sd" && values.len() < 2 {
        return Err(Fault::new(
            link.range.clone(),
            format!("one run of `{seen}` has no standard deviation"),
            "expected more than one seed",
        )
        .hint("set `seeds: 10` in the experiment"));
    }
    let found = data::statistic(values, name)
        .ok_or_else(|| unknown(link, &STATISTICS, &format!("`{seen}` has no")))?;
    Ok(Value::from(found))
}

fn value(
    data: &Data,
    links: &[Link],
    as_list: bool,
    seen: &str,
    statistic: Statistic,
) -> Result<Value, Fault> {
    match data {
        Data::Curve { series, .. } if as_list => list(series, links, seen, statistic, true),
        Data::Number(values) | Data::Curve { last: values, .. } => Ok(Value::from(statistic.of(values))),
        Data::List(items) => list(items, links, seen, statistic, as_list),
        Data::Text(texts) => {
            let mut distinct: Vec<&str> = Vec::new();
            for text in texts {
                if !distinct.contains(&text.as_str()) {
                    distinct.push(text);
                }
            }
            Ok(Value::from(distinct.join(", ")))
        }
        Data::Setting(value) => Ok(value.clone()),
        Data::Unknown => Ok(Value::Nothing),
        Data::Late(..) => value(data.open(), links, as_list, seen, statistic),
        // A choice, of a path that began with its part.
        Data::Settings(names) if names.contains_key("") => value(&names[""], links, as_list, seen, statistic),
        Data::Map(_) | Data::Settings(_) => {
            let end = links.last().map_or(0, |link| link.range.end);
            let start = links.first().map_or(0, |link| link.range.start);
            let (label, hint) = listing(&data.names());
            let fault = Fault::new(start..end, format!("`{seen}` is not a value but has several"), label);
            Err(hint.into_iter().fold(fault, Fault::hint))
        }
    }
}

/// Returns a list; with `by_seed` that of each seed, where there are several.
fn list(
    series: &Series,
    links: &[Link],
    seen: &str,
    statistic: Statistic,
    by_seed: bool,
) -> Result<Value, Fault> {
    if by_seed && series.seeds.len() > 1 {
        let lists = series.seeds.iter().map(|list| list.to_vec()).collect();
        return Ok(Value::Seeds(Arc::new(Seeds::new(lists, statistic))));
    }
    series.items.iter().map(|item| value(item, links, true, seen, statistic)).collect()
}

/// Makes the fault of a name that is not among those that are known.
pub(super) fn unknown(link: &Link, known: &[&str], what: &str) -> Fault {
    let name = match &link.name {
        Name::Word(word) => word.clone(),
        Name::Index(index) => format!("[{index}]"),
    };
    let message = format!("{what} `{name}`");
    // What only a part of the data without rows would have.
    let of_dev = ["dev_", "best_dev_", "val_"].iter().any(|start| name.starts_with(start));
    if of_dev && known.contains(&"train_loss") && !known.contains(&"dev_loss") {
        return Fault::new(link.range.clone(), message, "there is no dev part")
            .hint("give it rows: `split: {train: ..., dev: ...}`; a part that `split` leaves out gets none");
    }
    let meant = metric_of_others(&name, known);
    if let Some(near) = meant.as_deref().or_else(|| nearest(&name, known.iter().copied())) {
        return Fault::new(link.range.clone(), message, format!("did you mean `{near}`?"));
    }
    // `loss` where there are `train_loss` and `dev_loss`.
    let longer: Vec<&str> =
        known.iter().copied().filter(|known| known.split('_').any(|part| part == name)).collect();
    let (label, hint) = listing(if longer.is_empty() { known } else { &longer });
    hint.into_iter().fold(Fault::new(link.range.clone(), message, label), Fault::hint)
}

/// The most names that a hint lists.
const MOST_LISTED: usize = 60;

/// Returns a few names at the place, many as a hint.
fn listing(known: &[&str]) -> (String, Option<String>) {
    match known.len() {
        0 => ("there are none".to_owned(), None),
        1..=6 => (one_of(known), None),
        7..=MOST_LISTED => ("not known here".to_owned(), Some(format!("known here: {}", quoted(known)))),
        many => {
            let (listed, more) = (quoted(&known[..MOST_LISTED]), many - MOST_LISTED);
            ("not known here".to_owned(), Some(format!("known here: {listed} and {more} more")))
        }
    }
}

fn one_of(known: &[&str]) -> String {
    format!("expected {}", quoted(known))
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
