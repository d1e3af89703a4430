//! What is put into a page last, when it is known how everything on all pages is numbered. Until then marks stand in its place.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::plain;
use super::reference::{Reference, Target};

/// Marks a gap while HTML is written as text; no author's text holds it, null bytes being refused.
pub const MARK: char = '\0';

/// Stands for [`MARK`] where HTML is read, which holds no null bytes.
const STAND_IN: char = '\u{e002}';

/// What begins the text of a mark, beside those of values and experiments.
const START: char = 'm';

/// A gap that is filled last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Mark {
    /// What leads to something with a number or a title.
    Reference(Reference),
    /// The number of a picture with a caption, by its name where it has one.
    Picture(Option<String>),
    /// A source that is cited.
    Citation {
        key: String,
        /// Whether only the year is shown.
        year: bool,
        /// Whether it stands where no link may.
        plain: bool,
    },
}

impl Mark {
    /// Returns the mark as it stands in HTML: letters, digits and `%` alone between two [`MARK`]s, so that nothing takes it for
    /// markup.
    pub fn written(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_default();
        format!("{MARK}{START}{}{MARK}", utf8_percent_encode(&json, NON_ALPHANUMERIC))
    }

    /// Reads what stands between two [`MARK`]s.
    fn read(part: &str) -> Option<Mark> {
        let json = percent_decode_str(part.strip_prefix(START)?).decode_utf8().ok()?;
        serde_json::from_str(&json).ok()
    }

    /// Returns whether what stands between two [`MARK`]s is one.
    pub(super) fn is_one(part: &str) -> bool {
        part.starts_with(START)
    }
}

/// Lists the marks in HTML, in order.
pub fn marks(html: &str) -> impl Iterator<Item = Mark> {
    html.split(MARK).skip(1).step_by(2).filter_map(Mark::read)
}

/// Fills the marks in HTML; `fill` is told whether only plain text may stand there. Other gaps stay.
pub fn fill(html: &str, mut fill: impl FnMut(&Mark, bool) -> String) -> String {
    let mut out = String::with_capacity(html.len());
    for (index, part) in html.split(MARK).enumerate() {
        match Mark::read(part).filter(|_| index % 2 == 1) {
            Some(mark) => {
                // Where a tag is open it is a part of an attribute.
                let in_tag = out.rfind(['<', '>']).is_some_and(|place| out[place..].starts_with('<'));
                out.push_str(&fill(&mark, in_tag));
            }
            None if index % 2 == 1 => {
                out.extend([MARK]);
                out.push_str(part);
                out.extend([MARK]);
            }
            None => out.push_str(part),
        }
    }
    out
}

/// The first letter that stands for a mark in a drawing.
const STANDS: u32 = 0xe100;

/// About how many letters `Figure 7.2` has.
const LONG: usize = 10;

fn stands_for(index: usize) -> String {
    let letter = char::from_u32(STANDS + u32::try_from(index).unwrap_or(0)).unwrap_or(STAND_IN);
    letter.to_string().repeat(LONG)
}

/// Returns a text that can be drawn before anything is numbered: what will be a number is a word about as long, which
/// [`restored`] finds again; of all other marks nothing stays but names.
pub fn drawable(text: &str) -> (String, Vec<Mark>) {
    let mut kept = Vec::new();
    let text = fill(text, |mark, _| match mark {
        Mark::Reference(Reference { to: Target::Experiment(id), .. }) => id.clone(),
        Mark::Reference(reference) => {
            kept.push(Mark::Reference(Reference { plain: true, ..reference.clone() }));
            stands_for(kept.len() - 1)
        }
        Mark::Picture(_) | Mark::Citation { .. } => String::new(),
    });
    (text, kept)
}

/// Puts the marks of a text that was drawn back into their places.
pub fn restored(drawn: &str, marks: &[Mark]) -> String {
    marks
        .iter()
        .enumerate()
        .fold(drawn.to_owned(), |drawn, (index, mark)| drawn.replace(&stands_for(index), &mark.written()))
}

/// Returns the readable text of HTML in which marks stay.
pub fn plain_text(html: &str) -> String {
    match html.contains(MARK) {
        true => plain::text(&html.replace(MARK, &STAND_IN.to_string())).replace(STAND_IN, &MARK.to_string()),
        false => plain::text(html),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_has_its_marks_back() {
        let to = Target::Figure("four".into(), "loss".into());
        let reference = Reference { slug: "a".into(), to, number: true, plain: false };
        let title = format!("See {} of 3", Mark::Reference(reference.clone()).written());
        let (drawn, marks) = drawable(&title);
        assert_eq!(drawn.chars().count(), "See  of 3".len() + LONG);
        let plain = Mark::Reference(Reference { plain: true, ..reference });
        assert_eq!(
            restored(&format!("<text>{drawn}</text>"), &marks),
            format!("<text>See {} of 3</text>", plain.written())
        );
    }

    #[test]
    fn marks_survive_and_are_filled() {
        let reference = Reference {
            slug: "a/b".into(),
            to: Target::Figure("four".into(), "loss".into()),
            number: false,
            plain: false,
        };
        let mark = Mark::Reference(reference);
        let html = format!("<p title=\"{0}\">x {0} \0e1\0</p>", mark.written());
        assert_eq!(marks(&html).collect::<Vec<_>>(), [mark.clone(), mark.clone()]);
        let filled = fill(&html, |found, plain| {
            assert_eq!(*found, mark);
            if plain { "7.1".to_owned() } else { "<a>7.1</a>".to_owned() }
        });
        assert_eq!(filled, "<p title=\"7.1\">x <a>7.1</a> \0e1\0</p>");
        assert_eq!(plain_text(&format!("<b>x</b> {}", mark.written())), format!("x {}", mark.written()));
    }
}
