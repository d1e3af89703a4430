use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use super::{Entry, LineMap, Node, Value, scalar, syntax};
use crate::collections::BTreeMap;
use crate::diagnostic::{Diagnostic, Span};

/// The longest YAML text that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// How deep lists and maps may nest.
pub const MAX_DEPTH: usize = 32;

/// Reads one YAML document; places in `text` are mapped to the file by `map`. No text at all is null.
///
/// # Errors
/// All duplicate keys, non-text keys, anchors, aliases and tags; or the first error of syntax.
pub fn parse(text: &str, map: &LineMap) -> Result<Node, Vec<Diagnostic>> {
    if text.len() > MAX_BYTES {
        return Err(vec![
            Diagnostic::error(format!("this YAML is {} KiB long", text.len() / 1024), map.span(0, 0))
                .label(format!("expected at most {} KiB", MAX_BYTES / 1024))
                .hint("data belongs in a file of its own: `data: {file: table.csv}`"),
        ]);
    }
    parse_long(text, map)
}

/// Parses as [`parse`] does, whatever the length: for a file that the program itself wrote.
///
/// # Errors
/// As [`parse`].
pub fn parse_long(text: &str, map: &LineMap) -> Result<Node, Vec<Diagnostic>> {
    if let Some(place) = text.find('\0') {
        return Err(vec![
            Diagnostic::error("there is a null byte in this YAML", map.span(place, place + 1))
                .label("expected text")
                .hint("save the file as UTF-8 text"),
        ]);
    }
    let mut reader =
        Reader { text, map, offsets: offsets(text), events: Parser::new_from_str(text), errors: vec![] };
    let node = reader.document();
    match node {
        Ok(node) if reader.errors.is_empty() => Ok(node),
        Ok(_) => Err(reader.errors),
        Err(fatal) => {
            reader.errors.push(fatal);
            Err(reader.errors)
        }
    }
}

/// Returns the byte at which each character starts (the parser counts characters), and the end.
fn offsets(text: &str) -> Vec<usize> {
    text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect()
}

struct Reader<'a> {
    text: &'a str,
    map: &'a LineMap,
    offsets: Vec<usize>,
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    /// What is wrong but does not stop the reading.
    errors: Vec<Diagnostic>,
}

type Read<T> = Result<T, Diagnostic>;

impl<'a> Reader<'a> {
    fn document(&mut self) -> Read<Node> {
        let mut root = None;
        loop {
            let (event, start, end) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
                Event::DocumentStart(_) if root.is_some() => {
                    return Err(self
                        .error("a second YAML document starts here", start, end)
                        .label("expected the end of the settings")
                        .hint("remove the line `---`"));
                }
                Event::DocumentStart(_) => {}
                Event::StreamEnd => break,
                event => root = Some(self.node(event, start, end, 0)?),
            }
        }
        Ok(root.unwrap_or_else(|| Node::new(self.map.span(0, 0), Value::Null)))
    }

    /// Returns the next event with the bytes of the text it spans.
    fn next(&mut self) -> Read<(Event<'a>, usize, usize)> {
        match self.events.next_event() {
            Some(Ok((event, span))) => Ok((event, self.byte(&span.start), self.byte(&span.end))),
            Some(Err(error)) => {
                let place = self.byte(error.marker());
                Err(syntax::explain(self.text, place, error.info(), self.map))
            }
            None => Ok((Event::StreamEnd, self.text.len(), self.text.len())),
        }
    }

    fn byte(&self, marker: &Marker) -> usize {
        self.offsets.get(marker.index()).copied().unwrap_or(self.text.len())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let end = end.max(start);
        let trimmed = self.text.get(start..end).map_or(end, |text| start + text.trim_end().len());
        self.map.span(start, trimmed)
    }

    fn error(&self, message: impl Into<String>, start: usize, end: usize) -> Diagnostic {
        Diagnostic::error(message, self.span(start, end))
    }

    fn node(&mut self, event: Event<'a>, start: usize, end: usize, depth: usize) -> Read<Node> {
        if depth > MAX_DEPTH {
            return Err(self
                .error(format!("settings nest more than {MAX_DEPTH} deep"), start, end)
                .label("too deep"));
        }
        match event {
            Event::Alias(_) => {
                self.errors.push(
                    self.error("this is a YAML alias", start, end)
                        .label("expected a value")
                        .hint("a lesson's YAML has no anchors or aliases: write the value out, or share it as `defaults`")
                        .hint("a text that starts with `*` goes in quotes"),
                );
                Ok(Node::new(self.span(start, end), Value::Null))
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse(anchor, tag.is_some(), start);
                if let Some(letter) =
                    text.chars().find(|letter| letter.is_control() && !matches!(letter, '\n' | '\t'))
                {
                    self.errors.push(
                        self.error(format!("this text holds the control character U+{:04X}", letter as u32), start, end)
                            .label("expected text")
                            .hint("in double quotes `\\a`, `\\b`, `\\f`... are such characters; use single quotes: `'\\alpha'`"),
                    );
                }
                let value = match style {
                    ScalarStyle::Plain => scalar::resolve(&text),
                    _ => Value::Text(text.into_owned()),
                };
                Ok(Node::new(self.span(start, end), value))
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse(anchor, tag.is_some(), start);
                self.list(start, end, depth)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse(anchor, tag.is_some(), start);
                self.map(start, end, depth)
            }
            _ => Err(self.error("a value is missing here", start, end).label("expected a value")),
        }
    }

    /// Refuses anchors and tags, which stand before the value they belong to.
    fn refuse(&mut self, anchor: usize, tagged: bool, value: usize) {
        for (present, sign, name, quote) in
            [(anchor > 0, '&', "anchor", "anchors"), (tagged, '!', "tag", "tags")]
        {
            if !present {
                continue;
            }
            let before = &self.text[..value];
            let start = before.rfind(sign).map_or(value, |last| before[..=last].trim_end_matches(sign).len());
            let end = start + self.text[start..].find(char::is_whitespace).unwrap_or(self.text.len() - start);
            self.errors.push(
                self.error(format!("this is a YAML {name}"), start, end).label("expected a value").hint(
                    format!(
                        "a lesson's YAML has no {quote}; a text that starts with `{sign}` goes in quotes"
                    ),
                ),
            );
        }
    }

    fn list(&mut self, start: usize, end: usize, depth: usize) -> Read<Node> {
        let mut items = Vec::new();
        let mut last = end;
        loop {
            let (event, from, to) = self.next()?;
            if event == Event::SequenceEnd {
                // A flow list ends with its bracket, a block list where its last item ends.
                last = if to > from { to } else { last };
                break;
            }
            items.push(self.node(event, from, to, depth + 1)?);
            last = last.max(to);
        }
        Ok(self.closed(start, last, Value::List(items)))
    }

    fn map(&mut self, start: usize, end: usize, depth: usize) -> Read<Node> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut known: BTreeMap<String, Span> = BTreeMap::new();
        let mut last = end;
        loop {
            let (event, from, to) = self.next()?;
            if event == Event::MappingEnd {
                last = if to > from { to } else { last };
                break;
            }
            let key_span = self.span(from, to);
            let key = self.key(event, from, to, depth)?;
            let (event, from, to) = self.next()?;
            let mut value = self.node(event, from, to, depth + 1)?;
            last = last.max(to);
            if value.value == Value::Null && value.span.start == value.span.end {
                value.span = key_span;
            }
            let Some(key) = key else { continue };
            match known.get(&key) {
                Some(first) => self.errors.push(syntax::duplicate(&key, key_span, *first)),
                None => {
                    known.insert(key.clone(), key_span);
                    entries.push(Entry { key, key_span, value });
                }
            }
        }
        Ok(self.closed(start, last, Value::Map(entries)))
    }

    /// Returns a collection: where its own brackets end, or (in block style) its last part.
    fn closed(&self, start: usize, last: usize, value: Value) -> Node {
        let mut span = self.span(start, last);
        let end_of_parts = match &value {
            Value::List(items) => items.last().map(|item| item.span.end),
            Value::Map(entries) => entries.last().map(|entry| entry.value.span.end.max(entry.key_span.end)),
            _ => None,
        };
        span.end = span.end.max(end_of_parts.unwrap_or(0));
        Node::new(span, value)
    }

    /// Returns the name that a key says; none for a key that has been reported.
    fn key(&mut self, event: Event<'a>, start: usize, end: usize, depth: usize) -> Read<Option<String>> {
        if let Event::Scalar(text, style, 0, None) = &event {
            if *style != ScalarStyle::Plain {
                return Ok(Some(text.clone().into_owned()));
            }
            if text == "<<" {
                self.errors.push(
                    self.error("this is a YAML merge key", start, end)
                        .label("expected the name of a setting")
                        .hint("a lesson's YAML has no merge keys: write the settings out, or share them as `defaults`"),
                );
                return Ok(None);
            }
            match scalar::resolve(text) {
                Value::Null => {}
                _ => return Ok(Some(text.clone().into_owned())),
            }
        }
        let node = self.node(event, start, end, depth + 1)?;
        let span = if node.span.end > node.span.start { node.span } else { self.span(start, end) };
        let error = Diagnostic::error("a setting's name is plain text", span).label("expected a name");
        if matches!(node.value, Value::Map(_) | Value::List(_)) {
            // Mostly a template, `{{ x }} < 3`: what follows it makes no sense either.
            if self.text[..start].ends_with('{') && self.text[start..].starts_with('{') {
                return Err(self
                    .error("a text that starts with `{{` stands without quotes", start - 1, end + 1)
                    .label("expected quotes around the whole text"));
            }
            return Err(error.hint("a text that starts with `{` or `[` goes in quotes"));
        }
        self.errors.push(error);
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::to_yaml;
    use super::*;
    use crate::diagnostic::SourceId;

    fn read(text: &str) -> Result<Node, Vec<Diagnostic>> {
        parse(text, &LineMap::contiguous(SourceId(0), 0, text.len()))
    }

    #[test]
    fn every_node_knows_its_place_in_bytes() {
        let text = "größe: {ä: [1, 'zwei']}\nlast:\n  - é: 1e3\n";
        let node = read(text).unwrap();
        let slice = |span: Span| &text[span.start..span.end];
        let size = &node.entries()[0];
        assert_eq!(slice(size.key_span), "größe");
        assert_eq!(slice(size.value.span), "{ä: [1, 'zwei']}");
        let list = &size.value.entries()[0].value;
        assert_eq!(slice(list.items()[1].span), "'zwei'");
        assert_eq!(list.items()[1].value, Value::Text("zwei".into()));
        let last = node.get("last[0]").unwrap();
        assert_eq!(slice(last.span), "é: 1e3");
        assert_eq!(last.entries()[0].value.value, Value::Float(1000.0));
    }

    #[test]
    fn windows_line_ends_do_not_shift_places() {
        let text = "a: 1\r\nb: [2,\r\n  3]\r\n";
        let node = read(text).unwrap();
        let span = node.get("b[1]").unwrap().span;
        assert_eq!(&text[span.start..span.end], "3");
    }

    #[test]
    fn reads_all_that_yaml_calls_plain_data() {
        let text = "---\na: ~\n1: yes\ntext: |\n  one\n  two\nfolded: >\n  one\n  two\n\"q\": \"\\u00e9\" # note\n...\n";
        assert_eq!(
            to_yaml(&read(text).unwrap()),
            "a: null\n'1': yes\ntext: |\n  one\n  two\nfolded: |\n  one two\nq: é\n"
        );
        assert_eq!(read("").unwrap().value, Value::Null);
        assert_eq!(read("# only a comment").unwrap().value, Value::Null);
    }

    #[test]
    fn all_that_is_refused_is_reported_at_once() {
        let errors = read("a: &x 1\nb: !!str 2\na: 3\nb: *x\n").unwrap_err();
        let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "this is a YAML anchor",
                "this is a YAML tag",
                "`a` is set twice",
                "this is a YAML alias",
                "`b` is set twice"
            ]
        );
    }

    #[test]
    fn bombs_are_refused_fast() {
        for text in [
            "[".repeat(MAX_BYTES),
            "{".repeat(MAX_BYTES),
            "- ".repeat(MAX_BYTES / 2),
            "a: ".repeat(MAX_BYTES / 3),
        ] {
            let clock = std::time::Instant::now();
            assert!(read(&text).is_err());
            assert!(clock.elapsed().as_secs() < 2, "{}", &text[..3]);
        }
        assert!(read(&"x".repeat(MAX_BYTES + 1)).unwrap_err()[0].message.contains("KiB"));
        assert!(read("a: \0").unwrap_err()[0].message.contains("null byte"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[a-c:{}\\[\\], \n\t\r'\"|>&*!%@?é#~0-9.-]{0,60}") {
            let _ = read(&text);
        }

        #[test]
        fn spans_stay_inside(text in "\\PC{0,40}") {
            if let Err(errors) = read(&text) {
                for error in errors {
                    let span = error.span.unwrap();
                    prop_assert!(span.start <= span.end && span.end <= text.len());
                }
            }
        }
    }
}
