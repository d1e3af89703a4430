//! Pictures: how wide they are, and which of them are figures with a caption.

use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd, html};
use regex::Regex;

use super::headings::Owner;
use super::reading::{self, CodeInFormula, Reading};
use super::{Part, Writer, length, options};
use crate::diagnostic::Diagnostic;
use crate::lesson::Mark;

/// A title that ends with a width: `width=50%`, `The loss falls {width=300}`.
static WIDTH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|\s)\{?width=(?P<width>[^\s{}]*)\}?\s*$").expect("a pattern of our own")
});
/// A title that ends with a name: `The loss falls {#falling}`, `{#falling width=50%}`.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\{#(?P<name>[^\s{}]*)(?P<rest>[^{}]*)\}\s*$").expect("a pattern of our own")
});
/// Per cent of the column, or pixels.
static SIZE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^([1-9]\d{0,3})(%|px)?$").expect("a pattern of our own"));

/// The tag that a picture begins with.
pub(super) struct Picture<'t> {
    link_type: LinkType,
    dest_url: CowStr<'t>,
    id: CowStr<'t>,
    title: CowStr<'t>,
}

impl<'t> Picture<'t> {
    fn titled(&self, title: &str) -> Event<'t> {
        Event::Start(Tag::Image {
            link_type: self.link_type,
            dest_url: self.dest_url.clone(),
            title: title.to_owned().into(),
            id: self.id.clone(),
        })
    }
}

fn picture<'t>(event: &Event<'t>) -> Option<Picture<'t>> {
    let Event::Start(Tag::Image { link_type, dest_url, title, id }) = event else { return None };
    let (dest_url, title, id) = (dest_url.clone(), title.clone(), id.clone());
    Some(Picture { link_type: *link_type, dest_url, id, title })
}

impl<'t> Writer<'t> {
    /// Writes a picture with a title that is alone in its paragraph as a figure, with the title as its caption; says how
    /// many parts that was.
    pub(super) fn figure(&mut self, parts: &[Part<'t>]) -> Option<usize> {
        let (Event::Start(Tag::Paragraph), _) = &parts[0] else { return None };
        let picture = picture(&parts.get(1)?.0)?;
        let range = &parts[1].1;
        let length = length(&parts[1..]);
        let (Event::End(TagEnd::Paragraph), _) = parts.get(1 + length)? else { return None };
        let (title, name) = self.name(&picture.title, range);
        let (caption, width) = self.width(&title, range);
        if caption.is_empty() {
            return None;
        }
        let id = name.as_ref().map_or_else(String::new, |name| format!(" id=\"figure-{name}\""));
        self.out.push(Event::Html(format!("<figure{id}>\n").into()));
        self.sized(picture.titled(""), width, &parts[1..=length]);
        // Pictures in a line or two of an experiment are a part of that.
        let number = match self.beside {
            Some(_) => String::new(),
            None => Mark::Picture(name).written(),
        };
        self.out.push(Event::Html(format!("\n<figcaption>{number}").into()));
        self.caption(&caption, range);
        self.out.push(Event::Html("</figcaption>\n</figure>\n".into()));
        Some(length + 2)
    }

    /// Writes a picture whose title gives it a width; says how many parts that was.
    pub(super) fn sized_picture(&mut self, parts: &[Part<'t>]) -> Option<usize> {
        let picture = picture(&parts[0].0).filter(|picture| WIDTH.is_match(&picture.title))?;
        let length = length(parts);
        let (title, width) = self.width(&picture.title, &parts[0].1);
        self.sized(picture.titled(&title), width, &parts[..length]);
        Some(length)
    }

    /// Writes a picture with that start in the place of its own, as wide as is said.
    fn sized(&mut self, start: Event<'t>, width: Option<String>, parts: &[Part<'t>]) {
        let mut parts = parts.to_vec();
        parts[0].0 = start;
        let outer = std::mem::take(&mut self.out);
        self.parts(&parts);
        let picture = std::mem::replace(&mut self.out, outer);
        let Some(width) = width else { return self.out.extend(picture) };
        let mut written = String::new();
        html::push_html(&mut written, picture.into_iter());
        let written = written.replacen("<img ", &format!("<img width=\"{width}\" "), 1);
        self.out.push(Event::InlineHtml(written.into()));
    }

    /// Returns a title without the name that it ends with, and that name.
    fn name(&mut self, title: &str, range: &Range<usize>) -> (String, Option<String>) {
        let Some(found) = NAME.captures(title) else { return (title.to_owned(), None) };
        let (name, rest) = (&found["name"], found["rest"].trim());
        let before = found.get(0).map_or(title, |all| &title[..all.start()]);
        let title = format!("{before} {rest}");
        let place = self.find(range, &format!("#{name}"));
        let is_name = name.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            && !matches!(name, "eq" | "table");
        if !is_name {
            let error = Diagnostic::error(format!("`{name}` is no name of a picture"), place);
            self.found.diagnostics.push(error.label("expected letters, digits and `_`, as in `{#falling}`"));
            return (title, None);
        }
        if self.beside.is_none() {
            self.claim_id(&format!("figure-{name}"), place, Owner::Picture);
            self.found.pictures.push((name.to_owned(), place));
        }
        (title, Some(name.to_owned()))
    }

    /// Returns a title without the width that it ends with, and that width.
    fn width(&mut self, title: &str, range: &Range<usize>) -> (String, Option<String>) {
        let Some(found) = WIDTH.captures(title) else { return (title.to_owned(), None) };
        let rest = found.get(0).map_or(title, |all| &title[..all.start()]);
        let width = &found["width"];
        let size = SIZE.captures(width).map(|size| match size.get(2).map(|unit| unit.as_str()) {
            Some("%") => format!("{}%", &size[1]),
            _ => size[1].to_owned(),
        });
        if size.is_none() {
            let place = self.find(range, &format!("width={width}"));
            let warning = Diagnostic::warning("this is no width of a picture", place);
            self.found.diagnostics.push(warning.label("expected `width=50%` or `width=300`"));
        }
        (rest.trim().to_owned(), size)
    }

    /// Reads a title as a line of Markdown.
    fn caption(&mut self, caption: &str, range: &Range<usize>) {
        let picture = &self.text[range.clone()];
        let whole = picture.rfind(caption).map(|at| range.start + at);
        // With escapes in it only pieces of it stand there as they are; of a title that stands elsewhere none may.
        let moved = |pieces: &mut Pieces, inner: Range<usize>| match whole {
            Some(start) => start + inner.start..start + inner.end,
            None => match pieces.place(&inner) {
                Some(at) => range.start + at..range.start + at + inner.len(),
                None => range.clone(),
            },
        };
        let Reading { parts, code_in_formulas, .. } = reading::read_line(caption, options());
        let mut pieces = Pieces::of(caption, picture);
        let code = code_in_formulas.into_iter();
        let code = code.map(|CodeInFormula { range, code }| CodeInFormula {
            range: moved(&mut pieces, range),
            code: moved(&mut pieces, code),
        });
        self.refuse_code_in_formulas(&code.collect::<Vec<_>>());
        let in_line = |(event, _): &Part| {
            !matches!(event, Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph))
        };
        let mut pieces = Pieces::of(caption, picture);
        let parts = parts.into_iter().map(|(event, range)| (event, moved(&mut pieces, range)));
        let parts: Vec<Part<'t>> = parts.filter(in_line).collect();
        self.parts(&parts);
    }
}

/// Finds pieces of a caption in the picture that it is of, where escapes stand between them.
struct Pieces<'p> {
    caption: &'p str,
    picture: &'p str,
    /// A place in the caption, and where that is in the picture, or before; none of a title that stands elsewhere.
    last: Option<(usize, usize)>,
}

/// The most bytes in which a piece is looked for: a caption may have as many pieces as it has letters, and each would look
/// through the whole picture.
const NEAR: usize = 4 << 10;

impl<'p> Pieces<'p> {
    fn of(caption: &'p str, picture: &'p str) -> Self {
        Pieces { caption, picture, last: title_start(picture).map(|at| (0, at)) }
    }

    /// Returns where a piece stands, which begins no earlier than the one before: at least as far behind that as in the caption,
    /// since escapes only make it longer.
    fn place(&mut self, inner: &Range<usize>) -> Option<usize> {
        let (before, at) = self.last?;
        let piece = self.caption.get(inner.clone()).filter(|piece| piece.len() <= NEAR)?;
        let from = self.picture.ceil_char_boundary(at + inner.start.checked_sub(before)?);
        let to = self.picture.floor_char_boundary(from + NEAR);
        let at = from + self.picture[from..to].find(piece)?;
        self.last = Some((inner.start, at));
        Some(at)
    }
}

/// Returns where the title of a picture begins: `![a](b.png "A \"title\"")`.
fn title_start(picture: &str) -> Option<usize> {
    let written = picture.strip_suffix(')')?.trim_end();
    let (before, open) = match written.chars().next_back()? {
        quote @ ('"' | '\'') => (&written[..written.len() - 1], quote),
        ')' => (&written[..written.len() - 1], '('),
        _ => return None,
    };
    let mut signs = before.rmatch_indices(open).map(|(at, _)| at);
    // One within the title is escaped.
    signs.find(|at| !before[..*at].ends_with('\\')).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_caption_are_found_one_after_the_other() {
        let (caption, picture) = (r#"a "b" *a*"#, r#"![a "b"](c.png "a \"b\" *a*")"#);
        let start = title_start(picture).unwrap();
        assert!(picture[start..].starts_with(r#"a \"b"#));
        let mut pieces = Pieces::of(caption, picture);
        assert_eq!(pieces.place(&(0..2)), Some(start));
        assert_eq!(pieces.place(&(3..4)), Some(start + 4));
        assert_eq!(pieces.place(&(6..9)), Some(start + 8));
        assert_eq!(pieces.place(&(7..8)), Some(start + 9));
        // One before is not looked for, nor one that is not there, nor one of a title that stands elsewhere.
        assert_eq!(pieces.place(&(0..2)), None);
        assert_eq!(Pieces::of(caption, picture).place(&(0..5)), None);
        assert_eq!(Pieces::of(caption, "![a][b]").place(&(0..1)), None);
    }
}
