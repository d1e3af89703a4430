//! Fenced blocks that hold an experiment.

use crate::diagnostic::{Diagnostic, Span};
use crate::settings::{self, LineMap, Node};

/// One experiment as the author wrote it.
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
pub enum Info {
    Experiment,
    /// Nearly: `yaml experimnt`, `yml experiment`, `experiment`.
    Misspelt,
    Code,
}

pub fn read_info(info: &str) -> Info {
    let words: Vec<&str> = info.split_whitespace().map(|word| word.trim_end_matches(',')).collect();
    if info.contains(',') && words == ["yaml", "experiment"] {
        return Info::Misspelt;
    }
    let is_yaml = |word: &str| matches!(word.to_lowercase().as_str(), "yaml" | "yml");
    let near = |word: &str| word.len() > 4 && crate::diagnostic::nearest(word, ["experiment"]).is_some();
    match words.as_slice() {
        ["yaml", "experiment"] => Info::Experiment,
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

/// An info string that was probably meant to be `yaml experiment`.
pub fn misspelt(info: &str, span: Span) -> Diagnostic {
    Diagnostic::error(format!("a block marked `{}` is shown, not run", info.trim()), span)
        .label("expected `yaml experiment`")
        .hint("write the three backticks and `yaml experiment` after them, or just `yaml` for a block that is only shown")
}

/// The settings of a block.
///
/// # Errors
/// Errors of YAML; a block that is empty or no map.
pub fn read(yaml: &str, map: &LineMap, fence: Span, line: usize) -> Result<ExperimentBlock, Vec<Diagnostic>> {
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
            let found = settings::decode::<std::collections::BTreeMap<String, serde::de::IgnoredAny>>(&node);
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
        ] {
            assert_eq!(read_info(info), Info::Misspelt, "{info}");
        }
        for info in ["yaml", "python", "", "yaml example", "text experiment", "rust,ignore"] {
            assert_eq!(read_info(info), Info::Code, "{info}");
        }
    }
}
