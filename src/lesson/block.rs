//! Fenced blocks that hold an experiment or a figure.

use crate::diagnostic::{Diagnostic, Span};
use crate::settings::{self, LineMap, Node};

/// One experiment, or one figure of the author's own, as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct ExperimentBlock {
    /// Its settings with their places; a map.
    pub node: Node,
    /// The YAML in the file.
    pub span: Span,
    /// The YAML as text, without the indentation of a list or quote around it.
    pub yaml: String,
    /// The line of its fence in the file, from 1.
    pub line: usize,
}

/// What a fence's info string says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Info {
    Experiment,
    Figure,
    /// Nearly: `yaml experimnt`, `yml experiment`, `experiment`, `{yaml experiment}`.
    Misspelt,
    Code,
}

/// Reads what an info string says of its block.
pub(super) fn read_info(info: &str) -> Info {
    // As Pandoc and R Markdown mark a fence: `{yaml experiment}`, `{.yaml .experiment}`.
    let braced = info.trim().strip_prefix('{').and_then(|info| info.strip_suffix('}'));
    if let Some(inside) = braced {
        let plain = inside.replace(" .", " ");
        return match read_info(plain.trim_start_matches('.')) {
            Info::Experiment | Info::Figure | Info::Misspelt => Info::Misspelt,
            Info::Code => Info::Code,
        };
    }
    let is_yaml = |word: &str| matches!(word.to_lowercase().as_str(), "yaml" | "yml");
    let words: Vec<&str> = info.split_whitespace().map(|word| word.trim_end_matches(',')).collect();
    if info.contains(',') && words == ["yaml", "experiment"] {
        return Info::Misspelt;
    }
    let near = |word: &str| word.len() > 4 && crate::diagnostic::nearest(word, ["experiment"]).is_some();
    match words.as_slice() {
        ["yaml", "experiment"] => Info::Experiment,
        ["yaml", "figure"] => Info::Figure,
        ["yaml", "figure", ..] => Info::Misspelt,
        [first, second, ..] if is_yaml(first) && crate::diagnostic::nearest(second, ["figure"]).is_some() => {
            Info::Misspelt
        }
        ["yaml", "experiment", ..] => Info::Misspelt,
        [first, second, ..] if is_yaml(first) && near(second) => Info::Misspelt,
        [first, second] if near(first) && is_yaml(second) => Info::Misspelt,
        [only] if near(only) => Info::Misspelt,
        [only] if only.split_once([',', '-', '_', ':', '.']).is_some_and(|(a, b)| is_yaml(a) && near(b)) => {
            Info::Misspelt
        }
        _ => Info::Code,
    }
}

/// Returns the ids of what has a number of an experiment: its figures, whether they are shown or not, and its table.
pub(super) fn numbered(node: &Node) -> Vec<String> {
    let text = |key: &str| node.entry(key).and_then(|entry| entry.value.as_text());
    let Some(id) = text("id") else { return Vec::new() };
    let kind = text("kind").and_then(crate::experiment::kind);
    let figures = kind.iter().flat_map(|kind| kind.figures.iter()).map(|figure| figure_id(id, figure.name));
    figures.chain([table_id(id)]).collect()
}

/// Returns the anchor of a figure of an experiment.
pub fn figure_id(id: &str, figure: &str) -> String {
    format!("figure-{id}-{figure}")
}

/// Returns the anchor of an experiment's table.
pub fn table_id(id: &str) -> String {
    format!("table-{id}")
}

/// Returns the error of an info string that was probably meant to be `yaml experiment`.
pub(super) fn misspelt(info: &str, span: Span) -> Diagnostic {
    let mut words = info.split(|letter: char| !letter.is_alphanumeric());
    let is_figure = words.any(|word| crate::diagnostic::nearest(word, ["figure"]).is_some());
    let (meant, done) = if is_figure { ("figure", "drawn") } else { ("experiment", "run") };
    Diagnostic::error(format!("a block marked `{}` is shown, not {done}", info.trim()), span)
        .label(format!("expected `yaml {meant}`"))
        .hint(format!("write the three backticks and `yaml {meant}` after them, or `yaml example` for a block that is only shown"))
}

/// Returns a warning where code that is shown is an experiment by its `kind` and `id`.
pub(super) fn shown(yaml: &str, info: &str, span: Span) -> Option<Diagnostic> {
    let value = |key: &str| {
        yaml.lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))
            .map(|value| value.split('#').next().unwrap_or_default().trim())
    };
    let (kind, _) = (value("kind")?, value("id")?);
    crate::experiment::kind(kind)?;
    let warning = Diagnostic::warning(
        format!("an experiment in a block marked `{}` is shown, not run", info.trim()),
        span,
    );
    Some(warning.label("expected `yaml experiment`").hint("mark it `yaml example` if it is only to be shown"))
}

/// Reads the settings of a block.
///
/// # Errors
/// Errors of YAML; a block that is empty or no map.
pub(super) fn read(
    yaml: &str,
    map: &LineMap,
    fence: Span,
    line: usize,
) -> Result<ExperimentBlock, Vec<Diagnostic>> {
    let node = settings::parse(yaml, map)?;
    match &node.value {
        settings::Value::Map(_) => {
            Ok(ExperimentBlock { node, span: map.span(0, yaml.len()), yaml: yaml.to_owned(), line })
        }
        settings::Value::Null => Err(vec![
            Diagnostic::error("this experiment is empty", fence)
                .label("expected settings below this line")
                .hint("the least is `kind: ...`, `id: ...` and `data: {name: ...}`; see `gradbook kinds`"),
        ]),
        _ => {
            // The settings' own decoder says best what is wrong: no colon, a list, a text.
            let found = settings::decode::<std::collections::BTreeMap<String, serde_json::Value>>(&node);
            Err(found.err().unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn info_strings_near_the_right_one_are_noticed() {
        for info in ["yaml experiment", "  yaml   experiment "] {
            assert_eq!(read_info(info), Info::Experiment, "{info}");
        }
        for info in [
            "yaml experimnt",
            "yml experiment",
            "yaml Experiment",
            "experiment",
            "yaml,experiment",
            "yaml experiment x",
            "YAML experiment",
            "experiment yaml",
            "yaml experiments",
            "yaml-experiment",
            "yaml, experiment",
            "{yaml experiment}",
            "{.yaml .experiment}",
            "{experiment}",
        ] {
            assert_eq!(read_info(info), Info::Misspelt, "{info}");
        }
        assert_eq!(read_info("yaml figure"), Info::Figure);
        for info in ["yaml figur", "yml figure", "yaml figures", "{yaml figure}", "{.yaml .figure}"] {
            assert_eq!(read_info(info), Info::Misspelt, "{info}");
        }
        for info in [
            "python",
            "",
            "yaml",
            "YML",
            "figure",
            "yaml example",
            "text experiment",
            "rust,ignore",
            "{.python .input}",
        ] {
            assert_eq!(read_info(info), Info::Code, "{info}");
        }
    }

    #[test]
    fn an_experiment_that_is_only_shown_is_noticed() {
        let said =
            |yaml: &str| shown(yaml, "yaml", Span::new(crate::diagnostic::SourceId(0), 0, 0)).is_some();
        assert!(said("kind: split\nid: a\n") && said("id: a\nkind: search # all\n"));
        assert!(
            !said("kind: Deployment\nid: a\n")
                && !said("kind: split\n")
                && !said("a: {kind: split, id: b}\n")
        );
    }
}
