//! The sentences of a page that hold computed values, as plain text.

use super::fragment::{Fill, Fragment, InlineValue};
use super::mark;
use super::plain::aside;
use crate::markup::{self, Token};

/// Stand around the number of a value while its sentence is looked for; no author's text holds them.
const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';

/// Tags that go on within a sentence; every other one ends it.
const WITHIN: [&str; 20] = [
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "q", "s", "small",
    "span", "strong", "sub", "sup",
];

/// What stands in place of a value; none where there is no such number.
pub type Show<'a> = dyn Fn(&InlineValue) -> Option<String> + 'a;

/// Returns every sentence with a value in it, and its values. Sentences with a value that `show` does not know are left out.
pub fn with_values<'f>(text: &'f Fragment, show: &Show) -> Vec<(String, Vec<&'f InlineValue>)> {
    let values: Vec<&InlineValue> = text.values().collect();
    if values.is_empty() {
        return Vec::new();
    }
    let plain = plain_text(&without_marks(text));
    let sentences = plain.lines().flat_map(split).filter(|sentence| sentence.contains(OPEN));
    sentences.filter_map(|sentence| filled(sentence, &values, show)).collect()
}

/// Returns the whole text; none if `show` does not know one of its values.
pub fn plain(text: &Fragment, show: &Show) -> Option<String> {
    let values: Vec<&InlineValue> = text.values().collect();
    let plain = plain_text(&without_marks(text));
    filled(&plain, &values, show).map(|(text, _)| text)
}

/// Puts the number of each value between marks.
struct Marks(usize);

impl Fill for Marks {
    fn experiment(&mut self, _: usize) -> String {
        "<hr>".to_owned()
    }

    fn figure(&mut self, _: usize) -> String {
        "<hr>".to_owned()
    }

    fn value(&mut self, _: &InlineValue) -> String {
        self.0 += 1;
        format!("{OPEN}{}{CLOSE}", self.0 - 1)
    }
}

/// Returns a text with the numbers of its values, and nothing where numbers of figures will stand.
fn without_marks(text: &Fragment) -> String {
    mark::fill(&text.render(&mut Marks(0)), |_, _| String::new())
}

/// Returns HTML as text: a line a paragraph, heading, item or row of a table; formulas as their TeX.
fn plain_text(html: &str) -> String {
    let mut text = String::new();
    // Within a formula: its TeX, once that has begun.
    let mut formula: Option<Option<String>> = None;
    // The element that is left out, and how many of its kind are open.
    let mut skipped: Option<(&str, usize)> = None;
    markup::each(html, true, &mut |token| match (token, &mut formula) {
        (Token::Start(tag), _) if let Some((name, depth)) = &mut skipped => {
            *depth += usize::from(tag.name == *name);
        }
        (Token::End(tag, _), _) if let Some((name, depth)) = &mut skipped => {
            *depth -= usize::from(tag == *name);
            if *depth == 0 {
                skipped = None;
            }
        }
        (_, _) if skipped.is_some() => {}
        (Token::Start(tag), None) if let Some(name) = aside(&tag) => skipped = Some((name, 1)),
        (Token::Start(tag), Some(tex)) if tag.name == "annotation" => *tex = Some(String::new()),
        (Token::End(name, _), Some(tex)) if name == "math" => {
            text += &format!("${}$", tex.as_deref().unwrap_or_default().trim());
            formula = None;
        }
        (Token::Text(piece), Some(Some(tex))) => tex.push_str(&piece),
        (_, Some(_)) => {}
        (Token::Start(tag), None) if tag.name == "math" => formula = Some(None),
        (Token::Start(tag), None) => text += before(&tag.name),
        (Token::End(name, _), None) if matches!(name.as_str(), "td" | "th") => {}
        (Token::End(name, _), None) => text += before(&name),
        // A paragraph is written over several lines; only its tags end it.
        (Token::Text(piece), None) => text += &piece.replace('\n', " "),
        (Token::Remark(_), None) => {}
    });
    text
}

/// Returns what a tag parts text by.
fn before(name: &str) -> &'static str {
    match name {
        "td" | "th" => " | ",
        name if WITHIN.contains(&name) => "",
        _ => "\n",
    }
}

/// Returns the sentences of a line: one ends at a full stop, a question or exclamation mark before a blank and no small letter.
fn split(line: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let letters: Vec<(usize, char)> = line.char_indices().collect();
    for window in letters.windows(3) {
        let [(_, end), (place, blank), (_, next)] = window else { continue };
        if matches!(end, '.' | '!' | '?') && blank.is_whitespace() && !next.is_lowercase() {
            sentences.push(line[start..*place].trim());
            start = *place;
        }
    }
    sentences.push(line[start..].trim());
    sentences
}

/// Returns a sentence with its values shown, blanks made one.
fn filled<'f>(
    sentence: &str,
    values: &[&'f InlineValue],
    show: &Show,
) -> Option<(String, Vec<&'f InlineValue>)> {
    let (mut text, mut found) = (String::new(), Vec::new());
    for (index, part) in sentence.split(OPEN).enumerate() {
        let mut rest = part;
        if index > 0 {
            let (number, after) = part.split_once(CLOSE)?;
            let value = values.get(number.parse::<usize>().ok()?)?;
            text += &show(value)?;
            found.push(*value);
            rest = after;
        }
        text += rest;
    }
    let words: Vec<&str> = text.trim().trim_start_matches("| ").split_whitespace().collect();
    Some((words.join(" "), found))
}

#[cfg(test)]
mod tests {
    use super::super::fragment::{Role, value_mark};
    use super::*;
    use crate::diagnostic::{SourceId, Span};

    fn sentences(html: &str) -> Vec<String> {
        let value = |name: &str| InlineValue {
            expression: name.to_owned(),
            span: Span::new(SourceId(0), 0, 3),
            role: Role::Value,
            in_link: false,
            plain: false,
            as_is: false,
        };
        let fragment = Fragment::cut(html, &[value("a.b"), value("gone")]);
        let show = |value: &InlineValue| (value.expression != "gone").then(|| "0.5".to_owned());
        with_values(&fragment, &show).into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn a_sentence_is_found_in_its_paragraph() {
        let v = value_mark(0);
        let html = format!(
            "<h2>T</h2>\n<p>One. It ends at\n<a href=\"x.html\">{v}</a> &lt; 1. Three.</p><p>At {v}</p>"
        );
        assert_eq!(sentences(&html), ["It ends at 0.5 < 1.", "At 0.5"]);
    }

    #[test]
    fn a_row_is_one_and_a_formula_is_tex() {
        let v = value_mark(0);
        let math = "<math><mi>x</mi><annotation encoding=\"application/x-tex\">x &lt; y</annotation></math>";
        let html = format!("<tr><td>Adam</td><td>{v}</td></tr><tr><td>1</td></tr><p>With {math}: {v}.</p>");
        assert_eq!(sentences(&html), ["Adam | 0.5", "With $x < y$: 0.5."]);
        let html = format!("<p>An <abbr title=\"x > y\">a &eacute;</abbr> of {v}</p>");
        assert_eq!(sentences(&html), ["An a é of 0.5"]);
    }

    #[test]
    fn what_has_no_number_is_left_out() {
        let html = format!("<p>Gone {}. Here {}.</p>", value_mark(1), value_mark(0));
        assert_eq!(sentences(&html), ["Here 0.5."]);
        assert_eq!(sentences("<p>Nothing.</p>"), [""; 0]);
    }
}
