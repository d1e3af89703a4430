//! The front matter of a lesson, between two `---` lines at its very start.

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, SourceId, Span, nearest};
use crate::settings::{self, Entry, LineMap, Node, Value};

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
    /// A page beside the lessons, such as an imprint: not in their sequence.
    pub page: bool,
    /// As it is written: `2024-05-31`; may be empty.
    pub date: String,
    pub authors: Vec<String>,
    /// How long a reader needs, in the author's words; may be empty.
    pub estimated_time: String,
    /// What lessons are called that a reader should know, and where.
    pub prerequisites: Vec<(String, Span)>,
    /// Whether all figures and tables of the course are listed at its end.
    pub list_of_figures: bool,
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
    page: bool,
    date: Option<String>,
    author: Vec<String>,
    estimated_time: Option<String>,
    prerequisites: Vec<String>,
    list_of_figures: bool,
}

/// The keys, in the order in which messages name them, each with its meaning; `defaults` is read as a tree.
pub const SETTINGS: [(&str, &str); 11] = [
    ("title", "The lesson's title: Markdown on one line, with values. Every lesson has one."),
    ("summary", "A sentence on what the lesson is about, for the index: Markdown with values."),
    ("tags", "Words that lessons are found by."),
    ("author", "Who wrote it: a name, or a list of names."),
    ("date", "When: a day such as `2024-05-31`, a month or a year."),
    ("estimated_time", "How long a reader needs: minutes as a number, or the author's words."),
    ("prerequisites", "The lessons that a reader should know: their files, relative to this one."),
    ("draft", "Whether it is left out of the site unless asked for (default false)."),
    ("page", "Whether it is a page beside the lessons, such as an imprint (default false)."),
    (
        "list_of_figures",
        "Whether all figures and tables of the course are listed at its end (default false).",
    ),
    ("defaults", "Settings merged under every experiment of the lesson."),
];

/// The keys.
const KEYS: [&str; SETTINGS.len()] = {
    let mut keys = [""; SETTINGS.len()];
    let mut at = 0;
    while at < keys.len() {
        keys[at] = SETTINGS[at].0;
        at += 1;
    }
    keys
};

/// Other spellings of keys.
const SPELT: [(&str, &str); 3] =
    [("authors", "author"), ("estimated time", "estimated_time"), ("prerequisite", "prerequisites")];

/// Puts the spellings that are meant in the place of others, lists in the place of single texts, and texts in the place of
/// numbers that are read as such.
fn respelt(node: &mut Node) {
    for (spelt, key) in SPELT {
        if node.entry(key).is_none()
            && let Some(entry) = node.take(spelt)
        {
            node.insert(Entry { key: key.to_owned(), ..entry });
        }
    }
    for key in ["author", "prerequisites"] {
        if node.entry(key).is_some_and(|entry| entry.value.as_text().is_some())
            && let Some(entry) = node.take(key)
        {
            let list = Node::new(entry.value.span, Value::List(vec![entry.value]));
            node.insert(Entry { value: list, ..entry });
        }
    }
    for key in ["date", "estimated_time"] {
        if let Some(Value::Integer(number)) = node.entry(key).map(|entry| entry.value.value.clone())
            && let Some(entry) = node.take(key)
        {
            let text = Node::text(entry.value.span, number.to_string());
            node.insert(Entry { value: text, ..entry });
        }
    }
}

/// Returns whether a text is a year, a month or a day as ISO 8601 writes them.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &&str, digits: usize| {
        (part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())?
    };
    let Some(year) = parts.first().and_then(|year| number(year, 4)) else { return false };
    let month = parts.get(1).map(|month| number(month, 2).filter(|month| (1..=12).contains(month)));
    let days = |month: u32| match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    match (month, parts.get(2)) {
        (None, None) => true,
        (Some(Some(_)), None) => true,
        (Some(Some(month)), Some(day)) => {
            parts.len() == 3 && number(day, 2).is_some_and(|day| (1..=days(month)).contains(&day))
        }
        _ => false,
    }
}

/// What other programs are known to read in front matter, and what to write for it here, if anything.
const ELSEWHERE: [(&str, &str); 19] = [
    ("categories", "`tags: [...]` says what a lesson is about"),
    ("category", "`tags: [...]` says what a lesson is about"),
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

/// What stands in experiments and under `defaults`: nothing of another program is meant by it.
const OTHERS: [&str; 9] = ["kind", "seed", "seeds", "data", "split", "model", "training", "lint", "limits"];

/// Returns warnings of the keys that other programs may know, which are taken out; those that are nearly ours stay.
fn of_others(node: &mut Node) -> Vec<Diagnostic> {
    let keys: Vec<String> = node.entries().iter().map(|entry| entry.key.clone()).collect();
    let mut warnings = Vec::new();
    for key in keys {
        let known = ELSEWHERE.iter().find(|(known, _)| *known == key);
        if known.is_none() && nearest(&key, KEYS.into_iter().chain(OTHERS)).is_some() {
            continue;
        }
        let Some(entry) = node.take(&key) else { continue };
        let warning = Diagnostic::warning(format!("`{key}` is not read"), entry.key_span)
            .label(format!("expected one of {}", KEYS.join(", ")));
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
    let (node, here, start) = parse(text, source)?;
    Ok((decode(node, here)?, start))
}

/// Reads front matter as a tree; also gives its first line, and the byte where the Markdown starts.
fn parse(text: &str, source: SourceId) -> Result<(Node, Span, usize), Vec<Diagnostic>> {
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
    Ok((node, here, inside + after))
}

/// Returns what is left of front matter that is at fault, so that the experiments below it are looked at all the same; none where it is
/// no map, or nobody knows what it says of them.
pub(super) fn salvaged(text: &str, source: SourceId) -> Option<Front> {
    let mut node = parse(text, source).ok()?.0;
    if !matches!(node.value, Value::Map(_)) {
        return None;
    }
    let defaults = node.take("defaults").map(|entry| entry.value);
    if defaults.as_ref().is_some_and(|defaults| !matches!(defaults.value, Value::Map(_))) {
        return None;
    }
    let title_span = node.locate("title");
    let title = node.entry("title").and_then(|entry| entry.value.as_text()).unwrap_or_default();
    Some(Front {
        title: title.to_owned(),
        title_span,
        summary: String::new(),
        summary_span: title_span,
        tags: Vec::new(),
        draft: false,
        page: false,
        date: String::new(),
        authors: Vec::new(),
        estimated_time: String::new(),
        prerequisites: Vec::new(),
        list_of_figures: false,
        defaults,
        warnings: Vec::new(),
    })
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

/// Takes authors out that are maps, as other programs have them, and says what to write in place of the first.
fn unnamed_authors(node: &mut Node) -> Option<Diagnostic> {
    let entry = node.entry("author")?;
    let is_map = |author: &&Node| matches!(author.value, Value::Map(_));
    let author = std::iter::once(&entry.value).chain(entry.value.items()).find(is_map)?;
    let error = Diagnostic::error("an author is a name alone", author.span);
    let name = author.entry("name").and_then(|name| name.value.as_text());
    let error = error.label(match name {
        Some(name) => format!("expected `{name}`"),
        None => "expected a name".to_owned(),
    });
    node.take("author");
    Some(error)
}

fn decode(mut node: Node, here: Span) -> Result<Front, Vec<Diagnostic>> {
    if node.value == Value::Null {
        node = Node::empty_map(here);
    }
    respelt(&mut node);
    let mut warnings = of_others(&mut node);
    let defaults = node.take("defaults");
    let mut errors = Vec::new();
    if let Some(entry) = &defaults
        && !matches!(entry.value.value, Value::Map(_) | Value::Null)
    {
        errors.push(not_settings(entry.key_span));
    }
    errors.extend(unnamed_authors(&mut node));
    let title_span = node.locate("title");
    let summary_span = node.locate("summary");
    let has_title = node.entry("title").is_some();
    match settings::decode_among::<Written>(&node, &["defaults"]) {
        Err(found) => errors.extend(found),
        Ok(written) => {
            let title = written.title.unwrap_or_default();
            if !title.trim().is_empty() && errors.is_empty() {
                let mut date = written.date.unwrap_or_default();
                if !date.is_empty() && !is_date(&date) {
                    let warning = Diagnostic::warning(
                        format!("`{date}` is not shown: it is no date"),
                        node.locate("date"),
                    );
                    warnings.push(warning.label("expected a day such as `2024-05-31`"));
                    date.clear();
                }
                let asked = written.prerequisites.into_iter().enumerate();
                return Ok(Front {
                    page: written.page,
                    date,
                    authors: written.author,
                    estimated_time: written.estimated_time.unwrap_or_default(),
                    prerequisites: asked
                        .map(|(index, name)| (name, node.locate(&format!("prerequisites[{index}]"))))
                        .collect(),
                    title,
                    title_span,
                    summary: written.summary.unwrap_or_default(),
                    summary_span,
                    tags: written.tags,
                    draft: written.draft,
                    list_of_figures: written.list_of_figures,
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
        let (front, _) = read("---\ntitle: A\nlayout: x\ndescription: b\n---\n", SourceId(0)).unwrap();
        let said: Vec<_> = front.warnings.iter().map(|warning| warning.message.as_str()).collect();
        assert_eq!(said, ["`layout` is not read", "`description` is not read"]);
        assert!(front.warnings[1].hints[0].contains("summary"));
        assert!(read("---\ntitle: A\ntegs: b\n---\n", SourceId(0)).is_err());
        assert!(read("---\ntitle: A\nseeds: 3\n---\n", SourceId(0)).is_err());
        assert!(ELSEWHERE.is_sorted());
    }

    #[test]
    fn who_when_how_long_and_what_before_is_read() {
        let text = "---\ntitle: A\nauthors: B C\ndate: 2024-02-29\nestimated time: 45\nprerequisites: [01-a.md, b]\n---\n";
        let (front, _) = read(text, SourceId(0)).unwrap();
        assert_eq!((front.authors, front.warnings), (vec!["B C".to_owned()], vec![]));
        assert_eq!(
            (front.date.as_str(), front.estimated_time.as_str(), front.page),
            ("2024-02-29", "45", false)
        );
        let places: Vec<&str> =
            front.prerequisites.iter().map(|(_, span)| &text[span.start..span.end]).collect();
        assert_eq!(places, ["01-a.md", "b"]);
        let (front, _) =
            read("---\ntitle: A\ndate: 31 May\nauthor: [B, C]\npage: true\n---\n", SourceId(0)).unwrap();
        assert_eq!(
            (front.date.as_str(), front.authors.len(), front.page, front.warnings.len()),
            ("", 2, true, 1)
        );
        for (date, expected) in [
            ("2024", true),
            ("2024-12", true),
            ("2023-02-29", false),
            ("1900-02-29", false),
            ("2000-02-29", true),
            ("2024-13", false),
            ("2024-04-31", false),
            ("2024-4-3", false),
            ("24-04-03", false),
            ("2024-04-03-01", false),
            ("", false),
        ] {
            assert_eq!(is_date(date), expected, "{date}");
        }
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
