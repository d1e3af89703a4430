//! What is known of an axis beside its values: what it is called, and how its numbers are to be understood.

use super::data::dotted;
use super::frame::{Along, Source, is_setting};
use crate::inline::{Formula, Name};

/// What is known of an axis beside its values.
#[derive(Clone, Debug, Default)]
pub(super) struct Meaning {
    /// What readers call it.
    pub name: String,
    /// What it is called in a file, where settings have their whole paths.
    pub column: String,
    /// In what it is counted or measured; may be empty.
    pub unit: String,
    pub percent: bool,
    /// An epoch, a trial, a layer: counted.
    pub counted: bool,
    pub logarithmic: bool,
    /// A column of a file.
    pub of_file: bool,
}

impl Meaning {
    /// Returns what all of these have in common, called `name`.
    pub(super) fn common(name: String, all: &[&Meaning]) -> Meaning {
        let Some(first) = all.first() else { return Meaning { name, ..Meaning::default() } };
        let unit =
            if all.iter().all(|one| one.unit == first.unit) { first.unit.clone() } else { String::new() };
        let percent = all.iter().all(|one| one.percent);
        Meaning { name, unit, percent, counted: false, ..(*first).clone() }
    }

    /// Returns its name with the unit, where the name does not say that: `lag (steps)`, but `best epoch` alone.
    pub(super) fn title(&self) -> String {
        match self.unit.as_str() {
            "" => self.name.clone(),
            unit if self.name.split(' ').any(|word| word == unit || unit.strip_suffix('s') == Some(word)) => {
                self.name.clone()
            }
            unit => format!("{} ({unit})", self.name),
        }
    }
}

/// A name as readers see it: what the author calls it, else metrics without underscores, settings by the end of their paths,
/// calculations as they are written.
pub(super) fn readable(formula: &Formula, sources: &[Source]) -> String {
    let text = formula.text().trim();
    let Some(links) = formula.only_name() else { return text.to_owned() };
    let path = dotted(links);
    let path = path.strip_prefix("settings.").unwrap_or(&path);
    let label = |name: &str| sources.iter().find_map(|source| source.outcome.labels.get(name)).cloned();
    if let Some(label) = label(text).or_else(|| label(path)) {
        return label;
    }
    match links {
        // The first of a list is called as the list.
        [_, .., last] if is_setting(path) => match last.name {
            Name::Index(index) if index > 0 => text.rsplit('.').next().unwrap_or(text).replace('_', " "),
            _ => path.rsplit('.').next().unwrap_or(path).replace('_', " "),
        },
        _ => column(formula),
    }
}

/// A name as files have it: metrics without underscores, columns of a file by their names, all else as it is written.
fn column(formula: &Formula) -> String {
    let text = formula.text().trim();
    match formula.only_name() {
        Some([_]) => text.replace('_', " "),
        Some([first, second]) if dotted(std::slice::from_ref(first)) == "row" => {
            dotted(std::slice::from_ref(second))
        }
        _ => text.to_owned(),
    }
}

/// What is known of an axis by the expression on it.
pub(super) fn meaning(formula: Option<&Formula>, sources: &[Source], name: &str) -> Meaning {
    let Some(formula) = formula else {
        return Meaning { name: name.to_owned(), column: name.to_owned(), ..Meaning::default() };
    };
    let path = formula.only_name().map(dotted).unwrap_or_default();
    let step = sources.iter().any(|source| source.outcome.step.name() == path);
    Meaning {
        name: readable(formula, sources),
        column: column(formula),
        unit: sources.iter().find_map(|source| source.units.get(&path)).cloned().unwrap_or_default(),
        percent: sources.iter().any(|source| source.shares.contains(&path)),
        counted: step || Along::named(&path).is_some() || path == "t" || sources.is_empty() && path == "line",
        of_file: sources.is_empty(),
        logarithmic: sources.iter().any(|source| source.logarithmic.contains(&path)),
    }
}
