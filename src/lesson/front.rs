//! The front matter of a lesson, between two `---` lines at its very start.

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, SourceId, Span, nearest};
use crate::settings::{self, LineMap, Node, Value};

/// What a lesson says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Front {
    /// Markdown with values, on one line.
    pub title: String,
    pub title_span: Span,
    /// Markdown with values; may be empty.
    pub summary: String,
    pub summary_span: Span,
    pub tags: Vec<String>,
    /// Left out of the site unless asked for.
    pub draft: bool,
    /// Settings merged under every experiment of the lesson; a map.
    pub defaults: Option<Node>,
    /// What is odd about it but stops nothing.
    pub warnings: Vec<Diagnostic>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    title: Option<String>,
    summary: Option<String>,
    tags: Vec<String>,
    draft: bool,
}

/// What other programs are known to read in front matter, and what to write for it here, if anything.
const ELSEWHERE: [(&str, &str); 22] = [
    ("author", "`author: ...` in `gradbook.yaml` names who wrote the course"),
    ("authors", "`author: ...` in `gradbook.yaml` names who wrote the course"),
    ("categories", "`tags: [...]` says what a lesson is about"),
    ("category", "`tags: [...]` says what a lesson is about"),
    ("date", ""),
    ("description", "`summary: ...` says in a sentence what a lesson is about"),
    ("excerpt", "`summary: ...` says in a sentence what a lesson is about"),
    ("id", "the name of the file is the name of the page"),
    ("keywords", "`tags: [...]` says what a lesson is about"),
    ("lang", "`language: ...` in `gradbook.yaml` holds for the course"),
    ("language", "`language: ...` in `gradbook.yaml` holds for the course"),
    ("license", "`license: ...` in `gradbook.yaml` holds for the course"),
    ("nav_order", "the names of the files order the lessons"),
    ("order", "the names of the files order the lessons"),
    ("parent", "folders are chapters"),
    ("permalink", "the name of the file is the name of the page"),
    ("published", "`draft: true` keeps a lesson out of the site"),
    ("sidebar_position", "the names of the files order the lessons"),
    ("slug", "the name of the file is the name of the page"),
    ("subtitle", "`summary: ...` says in a sentence what a lesson is about"),
    ("url", "the name of the file is the name of the page"),
    ("weight", "the names of the files order the lessons"),
];

/// What is read here, and what stands in experiments and under `defaults`: nothing of another program is meant by it.
const OURS: [&str; 14] = [
    "title", "summary", "tags", "draft", "defaults", "kind", "seed", "seeds", "data", "split", "model",
    "training", "lint", "limits",
];

/// Returns warnings of the keys that other programs may know, which are taken out; those that are nearly ours stay.
fn of_others(node: &mut Node) -> Vec<Diagnostic> {
    let keys: Vec<String> = node.entries().iter().map(|entry| entry.key.clone()).collect();
    let mut warnings = Vec::new();
    for key in keys {
        let known = ELSEWHERE.iter().find(|(known, _)| *known == key);
        if known.is_none() && nearest(&key, OURS).is_some() {
            continue;
        }
        let Some(entry) = node.take(&key) else { continue };
        let warning = Diagnostic::warning(format!("`{key}` is not read"), entry.key_span)
            .label("expected `title`, `summary`, `tags`, `draft` or `defaults`");
        let instead = known.map_or("", |(_, instead)| *instead);
        warnings.push(if instead.is_empty() { warning } else { warning.hint(instead) });
    }
    warnings
}

/// Reads the front matter of a lesson's text; also gives the byte where the Markdown starts.
///
/// # Errors
/// All that is wrong with it, a missing title among that.
pub(super) fn read(text: &str, source: SourceId) -> Result<(Front, usize), Vec<Diagnostic>> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let first = text[start..].lines().next().unwrap_or_default();
    let here = Span::new(source, start, start + first.len());
    if first.trim_end() != "---" {
        return Err(vec![missing(text, start, here)]);
    }
    let inside = start + text[start..].find('\n').map_or(text.len() - start, |end| end + 1);
    let Some((length, after)) = closing(&text[inside..]) else {
        return Err(vec![
            Diagnostic::error("the front matter is never closed", here)
                .label("expected another line `---` after it")
                .hint("front matter looks like this: `---`, `title: Gradient descent`, `---`, each on its own line"),
        ]);
    };
    let yaml = &text[inside..inside + length];
    let node = settings::parse(yaml, &LineMap::contiguous(source, inside, length))?;
    Ok((decode(node, here)?, inside + after))
}

fn missing(text: &str, start: usize, here: Span) -> Diagnostic {
    let error = Diagnostic::error("this lesson has no front matter", here)
        .label("expected a line `---`")
        .hint("a lesson starts with three lines: `---`, `title: Gradient descent`, `---`");
    match text[start..].trim_start().starts_with("---") {
        true => Diagnostic {
            hints: vec!["put `---` on the very first line, with nothing before or after it".into()],
            ..error
        },
        false => error,
    }
}

/// Returns the length of the text before the closing `---` line, and where the line after it starts.
fn closing(text: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if matches!(line.trim_end(), "---" | "...") {
            return Some((at, at + line.len()));
        }
        at += line.len();
    }
    None
}

fn decode(mut node: Node, here: Span) -> Result<Front, Vec<Diagnostic>> {
    if node.value == Value::Null {
        node = Node::empty_map(here);
    }
    let warnings = of_others(&mut node);
    let defaults = node.take("defaults");
    let mut errors = Vec::new();
    if let Some(entry) = &defaults
        && !matches!(entry.value.value, Value::Map(_) | Value::Null)
    {
        errors.push(not_settings(entry.key_span));
    }
    let title_span = node.locate("title");
    let summary_span = node.locate("summary");
    let has_title = node.entry("title").is_some();
    match settings::decode_among::<Written>(&node, &["defaults"]) {
        Err(found) => errors.extend(found),
        Ok(written) => {
            let title = written.title.unwrap_or_default();
            if !title.trim().is_empty() && errors.is_empty() {
                return Ok(Front {
                    title,
                    title_span,
                    summary: written.summary.unwrap_or_default(),
                    summary_span,
                    tags: written.tags,
                    draft: written.draft,
                    defaults: defaults.map(|entry| entry.value).filter(|node| node.value != Value::Null),
                    warnings,
                });
            }
            if has_title && title.trim().is_empty() {
                errors.push(Diagnostic::error("the title is empty", title_span).label("expected a title"));
            }
        }
    }
    let explained = errors.iter().any(|error| error.label.contains("`title`"));
    if !has_title && !explained && matches!(node.value, Value::Map(_)) {
        errors.push(
            Diagnostic::error("this lesson has no title", here)
                .label("expected `title: ...` between these lines"),
        );
    }
    Err(errors)
}

/// Returns the error of `defaults` that are no map.
pub(super) fn not_settings(span: Span) -> Diagnostic {
    Diagnostic::error("`defaults` holds no settings", span)
        .label("expected settings, as in `defaults: {training: {epochs: 5}}`")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_a_lesson_says_of_itself() {
        for text in
            ["---\ntitle: A b\ntags: [x]\n---\nrest", "\u{feff}---\r\ntitle: A b\r\ntags: [x]\r\n---\r\nrest"]
        {
            let (front, start) = read(text, SourceId(0)).unwrap();
            assert_eq!((front.title.as_str(), front.tags.len(), front.draft), ("A b", 1, false));
            assert_eq!(&text[front.title_span.start..front.title_span.end], "A b");
            assert_eq!(&text[start..], "rest");
        }
    }

    #[test]
    fn keys_of_other_programs_are_warned_of() {
        let (front, _) = read("---\ntitle: A\ndate: 2024-01-01\ndescription: b\n---\n", SourceId(0)).unwrap();
        let said: Vec<_> = front.warnings.iter().map(|warning| warning.message.as_str()).collect();
        assert_eq!(said, ["`date` is not read", "`description` is not read"]);
        assert!(front.warnings[1].hints[0].contains("summary"));
        assert!(read("---\ntitle: A\ntegs: b\n---\n", SourceId(0)).is_err());
        assert!(read("---\ntitle: A\nseeds: 3\n---\n", SourceId(0)).is_err());
        assert!(ELSEWHERE.is_sorted());
    }

    #[test]
    fn defaults_stay_a_tree() {
        let (front, _) = read("---\ntitle: A\ndefaults:\n  seeds: 3\n---\n", SourceId(0)).unwrap();
        assert_eq!(front.defaults.unwrap().get("seeds").unwrap().value, Value::Integer(3));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(\u{feff}|)(---\r?\n|)[a-c: \\-\n\r\t\\[{é]{0,30}(---|)") {
            let _ = read(&text, SourceId(0));
        }
    }
}
