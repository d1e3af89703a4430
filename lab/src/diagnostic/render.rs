use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};

use super::printable::printable_lines_in_colour;
use super::{Diagnostic, Severity, Source, Sources, Span, printable};

/// How wide a terminal is taken to be when nobody says.
const WIDTH: usize = 110;

/// Where a byte of a file is, both counted from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl Sources {
    /// Returns the line and column where a span starts.
    pub fn place(&self, span: Span) -> Place {
        place(self.get(span.source), span.start)
    }

    /// Returns the text that a span covers.
    pub fn text(&self, span: Span) -> &str {
        let source = self.get(span.source);
        let range = clip(source, span);
        &source.text[range]
    }
}

/// The longest line that is shown, in bytes: laying one out takes time with its length.
const LONGEST_LINE: usize = 10_000;

/// Returns whether a place is in a line too long to be shown.
fn beyond_showing(source: &Source, span: Span) -> bool {
    let (text, range) = (source.text.as_bytes(), clip(source, span));
    let start = memchr::memrchr(b'\n', &text[..range.start]).map_or(0, |end| end + 1);
    let length = memchr::memchr(b'\n', &text[start..]).unwrap_or(text.len() - start);
    length > LONGEST_LINE
}

impl Diagnostic {
    /// Renders it with the look of rustc: what is wrong, the place with its source line underlined, hints below.
    pub fn render(&self, sources: &Sources, colour: bool) -> String {
        self.render_in(sources, colour, WIDTH)
    }

    /// Renders as [`Diagnostic::render`] does, for a terminal of `width` columns; longer source lines are cut around the
    /// place.
    pub fn render_in(&self, sources: &Sources, colour: bool, width: usize) -> String {
        self.printable().laid_out(sources, colour, width)
    }

    /// Returns the same with texts that a terminal shows as they are; source lines are made so where they are laid out.
    fn printable(&self) -> Diagnostic {
        let shown = |text: &String| printable(text).into_owned();
        Diagnostic {
            message: shown(&self.message),
            label: shown(&self.label),
            also: self.also.iter().map(|(span, label)| (*span, shown(label))).collect(),
            hints: self.hints.iter().map(shown).collect(),
            ..self.clone()
        }
    }

    fn laid_out(&self, sources: &Sources, colour: bool, width: usize) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let title = level.primary_title(self.message.as_str());
        let title = match &self.code {
            Some(code) => title.id(&**code),
            None => title,
        };
        let hints = self.hints.iter().map(|hint| Level::HELP.message(hint.as_str()));
        let group = Group::with_title(title);
        let group = match self.span.filter(|span| beyond_showing(sources.get(span.source), *span)) {
            Some(span) => {
                let Place { line, column } = sources.place(span);
                let path = printable(&sources.get(span.source).path);
                let origin = Origin::path(path).line(line).char_column(column);
                let label = (!self.label.is_empty()).then(|| Level::NOTE.message(self.label.as_str()));
                group.element(origin).elements(label)
            }
            None => group.elements(self.snippets(sources)),
        };
        let group = group.elements(hints);
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let text = renderer.term_width(width).render(&[group]);
        // A margin of nothing but the bar has a blank after it.
        let text = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        // Of what a source line holds, the renderer leaves some; the colours are its own.
        printable_lines_in_colour(&text).into_owned()
    }

    /// Returns one snippet a file, that of the error itself first.
    fn snippets<'a>(&'a self, sources: &'a Sources) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
        let Some(span) = self.span else { return Vec::new() };
        let mut places = vec![(span.source, vec![(span, AnnotationKind::Primary, self.label.as_str())])];
        for (other, label) in &self.also {
            let place = (*other, AnnotationKind::Context, label.as_str());
            match places.iter_mut().find(|(source, _)| *source == other.source && other.source == span.source)
            {
                Some((_, same)) => same.push(place),
                None => places.push((other.source, vec![place])),
            }
        }
        places.into_iter().map(|(source, places)| snippet(sources.get(source), &places)).collect()
    }

    /// Renders it as a workflow command of GitHub's: `::error file=..,line=..,col=..::..`, shown at the line of a pull
    /// request.
    pub fn github(&self, sources: &Sources) -> String {
        let kind = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut message = self.message.clone();
        if !self.label.is_empty() {
            message.push_str(&format!(": {}", self.label));
        }
        for hint in &self.hints {
            message.push_str(&format!("\nhelp: {hint}"));
        }
        let message = escape(&message, false);
        let Some(span) = self.span else { return format!("::{kind}::{message}") };
        let source = sources.get(span.source);
        let (from, to) = (place(source, span.start), place(source, clip(source, span).end));
        format!(
            "::{kind} file={},line={},col={},endColumn={}::{message}",
            escape(&source.path, true),
            from.line,
            from.column,
            to.column
        )
    }

    /// Returns it as JSON for programs: `severity`, `message`, `label`, `hints`, and `file`, `line`, `column`, `end_line`,
    /// `end_column` where there is a place.
    pub fn json(&self, sources: &Sources) -> Value {
        let mut value = json!({
            "severity": self.severity.name(),
            "code": self.code,
            "message": self.message,
            "label": self.label,
            "hints": self.hints,
        });
        if let Some(span) = self.span {
            let source = sources.get(span.source);
            let (from, to) = (place(source, span.start), place(source, span.end));
            value["file"] = json!(source.path);
            value["line"] = json!(from.line);
            value["column"] = json!(from.column);
            value["end_line"] = json!(to.line);
            value["end_column"] = json!(to.column);
        }
        value
    }
}

/// Returns the lines of a file from the first place to the last: a file may have millions more, and laying them out takes room
/// for each.
fn snippet<'a>(
    source: &'a Source,
    places: &[(Span, AnnotationKind, &'a str)],
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let (text, bytes) = (source.text.as_str(), source.text.as_bytes());
    let ranges: Vec<_> = places.iter().map(|(span, ..)| clip(source, *span)).collect();
    let first = ranges.iter().map(|range| range.start).min().unwrap_or(0);
    let last = ranges.iter().map(|range| range.end).max().unwrap_or(0);
    let start = memchr::memrchr(b'\n', &bytes[..first]).map_or(0, |end| end + 1);
    let end = memchr::memchr(b'\n', &bytes[last..]).map_or(bytes.len(), |end| last + end + 1);
    let annotations = places
        .iter()
        .zip(ranges)
        .map(|((_, kind, label), range)| kind.span(range.start - start..range.end - start).label(*label));
    Snippet::source(&text[start..end])
        .line_start(memchr::memchr_iter(b'\n', &bytes[..start]).count() + 1)
        .path(printable(&source.path))
        .annotations(annotations)
}

fn escape(text: &str, property: bool) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let text = printable(&text).into_owned();
    if property { text.replace(':', "%3A").replace(',', "%2C") } else { text }
}

fn place(source: &Source, offset: usize) -> Place {
    let before = &source.text[..floor(&source.text, offset)];
    let start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |end| end + 1);
    Place {
        line: memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1,
        column: before[start..].chars().count() + 1,
    }
}

/// Returns the part of a span on its first line, inside the text and on the borders of characters.
fn clip(source: &Source, span: Span) -> std::ops::Range<usize> {
    let text = &source.text;
    let start = floor(text, span.start);
    let end = floor(text, span.end).max(start);
    start..text[start..end].find(['\r', '\n']).map_or(end, |length| start + length)
}

fn floor(text: &str, offset: usize) -> usize {
    text.floor_char_boundary(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str, part: &str, width: usize) -> String {
        let mut sources = Sources::default();
        let id = sources.add("lessons/01-a.md", text);
        let start = text.find(part).unwrap();
        Diagnostic::error("unknown setting `epoch`", Span::new(id, start, start + part.len()))
            .label("did you mean `epochs`?")
            .hint("see `gradbook kinds optimizers`")
            .render_in(&sources, false, width)
    }

    #[test]
    fn shows_the_line_with_the_place_underlined() {
        insta::assert_snapshot!(rendered("kind: x\nepoch: 3\n", "epoch", 100), @r#"
        error: unknown setting `epoch`
         --> lessons/01-a.md:2:1
          |
        2 | epoch: 3
          | ^^^^^ did you mean `epochs`?
          |
          = help: see `gradbook kinds optimizers`
        "#);
    }

    #[test]
    fn counts_characters_not_bytes() {
        insta::assert_snapshot!(rendered("größe: 日本 epoch\n", "epoch", 100), @r#"
        error: unknown setting `epoch`
         --> lessons/01-a.md:1:11
          |
        1 | größe: 日本 epoch
          |             ^^^^^ did you mean `epochs`?
          |
          = help: see `gradbook kinds optimizers`
        "#);
    }

    #[test]
    fn cuts_a_long_line_around_the_place() {
        let text = format!("a: {} epoch {}\n", "x".repeat(200), "y".repeat(200));
        insta::assert_snapshot!(rendered(&text, "epoch", 80), @r#"
        error: unknown setting `epoch`
         --> lessons/01-a.md:1:205
          |
        1 | ...xxxxxxxxxxxxxxxxxxxx epoch yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy...
          |                         ^^^^^ did you mean `epochs`?
          |
          = help: see `gradbook kinds optimizers`
        "#);
    }

    #[test]
    fn names_other_places_and_other_files() {
        let mut sources = Sources::default();
        let (a, b) = (sources.add("a.md", "id: x\nid: y\r\n"), sources.add("b.md", "id: z"));
        let diagnostic = Diagnostic::warning("`id` is set twice", Span::new(a, 6, 8))
            .label("expected once")
            .also(Span::new(a, 0, 2), "first set here")
            .also(Span::new(b, 0, 2), "and here");
        insta::assert_snapshot!(diagnostic.render(&sources, false), @r#"
        warning: `id` is set twice
         --> a.md:2:1
          |
        1 | id: x
          | -- first set here
        2 | id: y
          | ^^ expected once
          |
         ::: b.md:1:1
          |
        1 | id: z
          | -- and here
        "#);
    }

    #[test]
    fn what_has_no_place_is_a_sentence() {
        let diagnostic = Diagnostic::error("there is no lesson", None).hint("write one");
        insta::assert_snapshot!(diagnostic.render(&Sources::default(), false), @r#"
        error: there is no lesson
         |
         = help: write one
        "#);
        assert_eq!(diagnostic.github(&Sources::default()), "::error::there is no lesson%0Ahelp: write one");
    }

    #[test]
    fn speaks_to_github_and_to_programs() {
        let mut sources = Sources::default();
        let id = sources.add("a,b.md", "ä\nü: 1%\n");
        let diagnostic = Diagnostic::error("is 1%", Span::new(id, 7, 9)).label("expected 0.01");
        assert_eq!(
            diagnostic.github(&sources),
            "::error file=a%2Cb.md,line=2,col=4,endColumn=6::is 1%25: expected 0.01"
        );
        let json = diagnostic.json(&sources);
        assert_eq!((&json["line"], &json["column"], &json["end_column"]), (&json!(2), &json!(4), &json!(6)));
    }

    #[test]
    fn a_place_outside_or_inside_a_character_does_not_panic() {
        let mut sources = Sources::default();
        let id = sources.add("a.md", "é");
        for (start, end) in [(0, 99), (1, 1), (99, 100), (2, 0)] {
            let diagnostic = Diagnostic::error("x", Span::new(id, start, end));
            diagnostic.render(&sources, true);
            diagnostic.github(&sources);
            diagnostic.json(&sources);
        }
    }
}
