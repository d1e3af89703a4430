//! What a name means that is no kind's: settings, their choices (techniques), metrics, figures, data sets.

use std::collections::BTreeSet;

use super::write::{about, choices, named, settings, technique, wrapped};
use crate::data::DATASETS;
use crate::experiment::{FOLLOWING, KINDS, Setting, reference};

/// One meaning of a name.
struct Meaning {
    /// As it stands in a block: `training.optimizer.adam`.
    path: String,
    /// What it is: "a setting".
    is: String,
    /// What it is in a sentence or two.
    about: String,
    /// That and all else, laid out.
    text: String,
    /// The kinds that have it; none where all do.
    kinds: Vec<&'static str>,
}

/// All that has a name.
#[derive(Default)]
struct Lexicon {
    meanings: Vec<Meaning>,
}

impl Lexicon {
    /// Reads what all kinds have.
    fn new() -> Self {
        let mut lexicon = Lexicon::default();
        for kind in KINDS {
            let reference = reference(kind);
            for setting in &reference.header {
                lexicon.setting("", setting, "");
            }
            for setting in &reference.settings {
                lexicon.setting("", setting, kind.name);
            }
            for info in reference.metrics {
                let words = [info.about, &info.words()].join("; ").trim_end_matches("; ").to_owned();
                lexicon.add(info.name.to_owned(), "a metric".to_owned(), &words, "", kind.name);
            }
            for figure in kind.figures {
                lexicon.add(figure.name.to_owned(), "a figure".to_owned(), figure.about, "", kind.name);
            }
        }
        for info in FOLLOWING {
            lexicon.add(
                info.name.to_owned(),
                "what follows from the settings".to_owned(),
                info.about,
                "",
                "",
            );
        }
        for entry in DATASETS {
            lexicon.add(
                format!("data.name.{}", entry.name),
                "a data set, a value of `data.name`".to_owned(),
                entry.summary,
                "",
                "",
            );
        }
        lexicon
    }

    /// Adds a meaning, or one more kind that has it.
    fn add(&mut self, path: String, is: String, about: &str, more: &str, kind: &'static str) {
        let text = &(paragraph(about) + more);
        let known = self
            .meanings
            .iter_mut()
            .find(|known| known.path == path && known.is == is && known.text == *text);
        match known {
            Some(known) if !known.kinds.contains(&kind) => known.kinds.push(kind),
            Some(_) => {}
            None => {
                let (about, text) = (about.to_owned(), text.clone());
                self.meanings.push(Meaning { path, is, about, text, kinds: vec![kind] });
            }
        }
    }

    /// A setting, its choices, and the settings of those. `kind` is empty where every kind has it.
    fn setting(&mut self, before: &str, setting: &Setting, kind: &'static str) {
        let path = format!("{before}{}", setting.path);
        self.add(path.clone(), "a setting".to_owned(), &about(setting), &choices(setting, 2), kind);
        for choice in &setting.choices {
            let own = format!("{path}.{}", choice.name);
            let more = technique(choice.technique.as_ref(), 2) + &settings(&choice.settings, 2);
            self.add(own.clone(), format!("a value of `{path}`"), &choice.about, &more, kind);
            choice.settings.iter().for_each(|setting| self.setting(&format!("{own}."), setting, kind));
        }
    }

    /// The last words of all paths, each once.
    fn names(&self) -> BTreeSet<&str> {
        self.meanings.iter().map(|meaning| last(&meaning.path)).collect()
    }

    /// The meanings of a name: those of a whole path, else those whose path ends with it.
    fn find(&self, name: &str) -> Vec<&Meaning> {
        let whole: Vec<&Meaning> = self.meanings.iter().filter(|meaning| meaning.path == name).collect();
        if name.contains('.') && !whole.is_empty() {
            return whole;
        }
        let end = format!(".{name}");
        self.meanings.iter().filter(|meaning| meaning.path == name || meaning.path.ends_with(&end)).collect()
    }

    /// The settings of a part, by its path or the end of it: of `training` or `early_stopping`.
    fn part(&self, name: &str) -> Vec<&Meaning> {
        let (start, within) = (format!("{name}."), format!(".{name}."));
        let inside = |meaning: &&Meaning| {
            let path = &meaning.path;
            let rest = path.strip_prefix(&start).or_else(|| Some(path.split_once(&within)?.1));
            meaning.is == "a setting" && rest.is_some_and(|rest| !rest.contains('.'))
        };
        self.meanings.iter().filter(inside).collect()
    }
}

/// Returns all that a name means; none where it means nothing.
pub(super) fn meanings(name: &str) -> Option<String> {
    let lexicon = Lexicon::new();
    let part = lexicon.part(name);
    let mut told = BTreeSet::new();
    let each = part.iter().filter(|meaning| told.insert(last(&meaning.path)));
    let lines: Vec<(&str, &str)> =
        each.map(|meaning| (meaning.path.as_str(), meaning.about.as_str())).collect();
    let part = (!lines.is_empty())
        .then(|| format!("{name}: a part of a block, with these settings\n\n{}", named(lines.into_iter())));
    // The settings of a choice, such as `adam`, stand with its meaning.
    let found = lexicon.find(name);
    let part = part.filter(|_| found.iter().all(|meaning| meaning.is == "a figure"));
    let all: Vec<String> = part.into_iter().chain(found.into_iter().map(Meaning::written)).collect();
    (!all.is_empty()).then(|| all.join("\n"))
}

/// Returns where else a name of a kind means something, as one would ask for it.
pub(super) fn elsewhere(name: &str) -> Vec<String> {
    let lexicon = Lexicon::new();
    let paths = lexicon.find(name).into_iter().map(|meaning| meaning.path.clone());
    let paths = paths.chain(lexicon.part(name).first().map(|meaning| meaning.path.clone()));
    let mut found: Vec<String> = paths.filter(|path| path != name).collect();
    found.dedup();
    found
}

/// Returns every name that means something.
pub(super) fn names() -> Vec<String> {
    Lexicon::new().names().into_iter().map(str::to_owned).collect()
}

impl Meaning {
    fn written(&self) -> String {
        let Meaning { path, is, text, kinds, .. } = self;
        let all = kinds.iter().any(|kind| kind.is_empty()) || kinds.len() == KINDS.len();
        let whose = if all { "every kind".to_owned() } else { kinds.join(", ") };
        format!("{}\n{text}  In {}.\n", wrapped(&format!("{path}: {is}"), 2), wrapped(&whose, 5))
    }
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn paragraph(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("  {}\n", wrapped(text, 2)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_every_kind_means_something() {
        for name in names() {
            assert!(meanings(&name).is_some(), "{name}");
        }
        for name in [
            "adam",
            "l2",
            "dev_error",
            "beta1",
            "training.l2",
            "training",
            "digits",
            "tpe",
            "training.optimizer.adam.beta1",
            "loss",
            "augment",
            "early_stopping",
            "training.steering",
        ] {
            assert!(meanings(name).is_some(), "{name}");
        }
        let part = meanings("early_stopping").unwrap();
        assert!(
            part.contains("patience") && part.contains("metric") && !part.contains("training.epochs"),
            "{part}"
        );
        assert!(meanings("addam").is_none() && meanings("").is_none());
    }

    #[test]
    fn a_whole_path_is_that_setting_alone() {
        let titles = |name: &str| -> Vec<String> {
            let text = meanings(name).unwrap();
            text.lines()
                .filter(|line| !line.starts_with(' ') && !line.is_empty())
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(titles("training.l2"), ["training.l2: a setting"]);
        assert!(titles("l2").len() > 1);
        assert_eq!(titles("adam")[0], "training.optimizer.adam: a value of `training.optimizer`");
    }
}
