use std::borrow::Cow;

use super::mark::{self, MARK};
use super::plain;
use crate::diagnostic::Span;
use crate::markup::escaped;

/// What stands in a text, but for values.
pub enum FragmentPart<'a> {
    Html(&'a str),
    /// The experiment block with this index.
    Experiment(usize),
    /// The figure block with this index.
    Figure(usize),
}

/// HTML with gaps: where an experiment or a computed value goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fragment {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Html(String),
    /// The experiment block with this index.
    Experiment(usize),
    /// The figure block with this index.
    Figure(usize),
    Value(InlineValue),
}

/// An expression in prose.
#[derive(Clone, Debug, PartialEq)]
pub struct InlineValue {
    pub expression: String,
    pub span: Span,
    pub role: Role,
    /// Whether it stands within a link, so that it can be none itself.
    pub in_link: bool,
    /// Whether it stands where no markup may: in an attribute, in a formula.
    pub plain: bool,
    /// Whether programs read it too, as in an attribute of raw HTML: its number stays as every language writes it.
    pub as_is: bool,
}

/// What an expression in prose is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `{{ four.adam.loss }}`: its value is shown.
    Value,
    /// `{{ claim: four.adam.loss < four.sgd.loss }}`: it must be true.
    Claim,
    /// `{{ ref: four.loss }}`: it leads there.
    Reference,
    /// A source that is cited, by its key; of `-key` only the year is shown.
    Citation,
}

/// What fills the gaps of a [`Fragment`], asked in the order of the page.
pub trait Fill {
    /// Returns the HTML that stands in place of an experiment block.
    fn experiment(&mut self, index: usize) -> String;
    /// Returns the HTML that stands in place of a figure block.
    fn figure(&mut self, index: usize) -> String;
    /// Returns the HTML that stands in place of an expression.
    fn value(&mut self, value: &InlineValue) -> String;
}

/// Returns the mark of an experiment block.
pub fn experiment_mark(index: usize) -> String {
    format!("{MARK}e{index}{MARK}")
}

/// Returns the mark of a figure block.
pub fn figure_mark(index: usize) -> String {
    format!("{MARK}f{index}{MARK}")
}

/// Returns the mark of a value, given its index among the values.
pub(super) fn value_mark(index: usize) -> String {
    format!("{MARK}v{index}{MARK}")
}

impl Fragment {
    /// Cuts HTML at its marks.
    pub fn cut(html: &str, values: &[InlineValue]) -> Self {
        let piece = |(index, part): (usize, &str)| {
            if index % 2 == 0 {
                return (!part.is_empty()).then(|| Piece::Html(part.to_owned()));
            }
            if mark::Mark::is_one(part) {
                return Some(Piece::Html(format!("{MARK}{part}{MARK}")));
            }
            let number = part.get(1..)?.parse::<usize>().ok()?;
            match part.as_bytes()[0] {
                b'e' => Some(Piece::Experiment(number)),
                b'f' => Some(Piece::Figure(number)),
                _ => values.get(number).cloned().map(Piece::Value),
            }
        };
        Fragment { pieces: html.split(MARK).enumerate().filter_map(piece).collect() }
    }

    /// Returns the HTML with every gap filled.
    pub fn render(&self, fill: &mut dyn Fill) -> String {
        let mut html = String::new();
        let mut in_tag = false;
        for piece in &self.pieces {
            let part = match piece {
                Piece::Html(part) => Cow::Borrowed(part.as_str()),
                Piece::Experiment(index) => Cow::Owned(fill.experiment(*index)),
                Piece::Figure(index) => Cow::Owned(fill.figure(*index)),
                // Where a tag is open it is a part of an attribute, such as what a picture shows.
                Piece::Value(value) => {
                    let filled = fill.value(value);
                    let is_text = in_tag && !filled.starts_with(MARK);
                    Cow::Owned(if is_text { escaped(&plain::text(&filled)) } else { filled })
                }
            };
            in_tag = part.rfind(['<', '>']).map_or(in_tag, |place| part[place..].starts_with('<'));
            html.push_str(&part);
        }
        html
    }

    /// Returns the text without markup (of a title, for the browser's tab).
    pub fn render_text(&self, fill: &mut dyn Fill) -> String {
        mark::plain_text(&self.render(fill))
    }

    /// Returns its HTML without what stands in gaps.
    pub fn html(&self) -> String {
        let html = |part| if let FragmentPart::Html(html) = part { html } else { "" };
        self.parts().map(html).collect()
    }

    /// Returns what stands in it, in order, but for values.
    pub fn parts(&self) -> impl Iterator<Item = FragmentPart<'_>> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Html(html) => Some(FragmentPart::Html(html)),
            Piece::Experiment(index) => Some(FragmentPart::Experiment(*index)),
            Piece::Figure(index) => Some(FragmentPart::Figure(*index)),
            Piece::Value(_) => None,
        })
    }

    /// Returns the same without `<p>` around it, if that is all there is.
    pub fn without_paragraph(mut self) -> Self {
        let paragraphs = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Html(html) => Some(html.matches("<p>").count()),
            _ => None,
        });
        if paragraphs.sum::<usize>() != 1 {
            return self;
        }
        let starts = matches!(self.pieces.first(), Some(Piece::Html(html)) if html.starts_with("<p>"));
        let ends = matches!(self.pieces.last(), Some(Piece::Html(html)) if html.trim_end().ends_with("</p>"));
        if !starts || !ends {
            return self;
        }
        if let Some(Piece::Html(html)) = self.pieces.first_mut() {
            html.drain(..3);
        }
        if let Some(Piece::Html(html)) = self.pieces.last_mut() {
            html.truncate(html.trim_end().len() - 4);
        }
        self.pieces.retain(|piece| !matches!(piece, Piece::Html(html) if html.is_empty()));
        self
    }

    /// Returns all expressions in it, in order.
    pub fn values(&self) -> impl Iterator<Item = &InlineValue> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Value(value) => Some(value),
            _ => None,
        })
    }

    /// Returns the bytes of its HTML, a value taken to be as long as its expression.
    pub fn len(&self) -> usize {
        let length = |piece: &Piece| match piece {
            Piece::Html(html) => html.len(),
            Piece::Value(value) => value.expression.len(),
            Piece::Experiment(_) | Piece::Figure(_) => 0,
        };
        self.pieces.iter().map(length).sum()
    }

    /// Returns the same, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut InlineValue> {
        self.pieces.iter_mut().filter_map(|piece| match piece {
            Piece::Value(value) => Some(value),
            _ => None,
        })
    }

    /// Returns whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceId;

    pub(super) struct Echo;

    impl Fill for Echo {
        fn experiment(&mut self, index: usize) -> String {
            format!("[experiment {index}]")
        }

        fn figure(&mut self, index: usize) -> String {
            format!("[figure {index}]")
        }
        fn value(&mut self, value: &InlineValue) -> String {
            format!("[{}]", value.expression)
        }
    }

    #[test]
    fn gaps_are_filled_in_order() {
        let span = Span::new(SourceId(0), 0, 3);
        let value = InlineValue {
            expression: "a.b".into(),
            span,
            role: Role::Value,
            in_link: false,
            plain: false,
            as_is: false,
        };
        let html = format!("<p>x {} y</p>{}<p>&lt;</p>", value_mark(0), experiment_mark(3));
        let fragment = Fragment::cut(&html, &[value]);
        assert_eq!(fragment.render(&mut Echo), "<p>x [a.b] y</p>[experiment 3]<p>&lt;</p>");
        assert_eq!(fragment.render_text(&mut Echo), "x [a.b] y [experiment 3] <");
        assert_eq!(fragment.values().count(), 1);
    }

    #[test]
    fn a_value_within_a_tag_is_plain_text() {
        struct Marked;
        impl Fill for Marked {
            fn experiment(&mut self, _: usize) -> String {
                String::new()
            }

            fn figure(&mut self, _: usize) -> String {
                String::new()
            }
            fn value(&mut self, _: &InlineValue) -> String {
                "<a title=\"x &lt; y\">1 &lt; \"2\"</a>".to_owned()
            }
        }
        let span = Span::new(SourceId(0), 0, 3);
        let value = InlineValue {
            expression: "a.b".into(),
            span,
            role: Role::Value,
            in_link: false,
            plain: false,
            as_is: false,
        };
        let html = format!("<img alt=\"a {} b\"><p>{}</p>", value_mark(0), value_mark(0));
        let expected = "<img alt=\"a 1 &lt; &quot;2&quot; b\"><p><a title=\"x &lt; y\">1 &lt; \"2\"</a></p>";
        assert_eq!(Fragment::cut(&html, &[value]).render(&mut Marked), expected);
    }

    #[test]
    fn broken_marks_do_not_panic() {
        for html in ["\0", "\0\0", "\0e\0", "\0v9\0", "a\0é\0b"] {
            let _ = Fragment::cut(html, &[]).render(&mut Echo);
        }
    }
}
