//! What a course puts around every page: a logo, a line at the foot, lines in the head.

use super::Opening;
use crate::diagnostic::{Diagnostic, Span};
use crate::lesson::course::FrameSettings;
use crate::lesson::markdown::{self, Beside, Document, Equations};
use crate::lesson::picture::{self, Embedded, Picture};
use crate::lesson::{Fill, Frame, InlineValue, scene};
use crate::markup::{Token, tokens};

/// Elements that the head of a page may have beside those that templates put there.
const OF_A_HEAD: [&str; 5] = ["link", "meta", "noscript", "script", "style"];

/// A page in a folder of the site, for which addresses are written: whoever puts them into another page changes their starts.
const IN_A_FOLDER: &str = "any/page";

impl Opening {
    /// Reads what stands around every page.
    pub(super) fn frame(&mut self, settings: &FrameSettings) -> Frame {
        let mut frame = Frame::default();
        if let Some((path, span)) = &settings.logo {
            match picture::picture(&self.library, "", path, *span) {
                Ok(Picture::File(logo)) => {
                    frame.assets.push(logo.clone());
                    frame.logo = Some(logo.output);
                }
                Ok(Picture::Embedded(logo)) => {
                    frame.embedded_logo = Some(logo.address.clone());
                    frame.embedded.push(logo);
                }
                Err(error) => self.found.push(from_the_folder(error)),
            }
        }
        if let Some((text, span)) = &settings.footer {
            let scene = scene(&self.library, "", IN_A_FOLDER, *span);
            let beside = Beside { blocks: &[], equations: &Equations::default() };
            let document = markdown::short(text, scene, beside);
            if let Some(value) = document.body.values().next() {
                let place = if span.holds(value.span) { value.span } else { *span };
                let error = Diagnostic::error("no value is computed at the foot of pages", place);
                self.found.push(error.label("expected none"));
            }
            frame.footer_html = self.around(document, text, *span, &mut frame);
        }
        if let Some((html, span)) = &settings.head {
            if self.library.untrusted {
                let warning =
                    Diagnostic::warning("the `head` of a course that is not trusted is not used", *span);
                self.found.push(warning.label("pages have the usual one"));
                return frame;
            }
            if let Some(odd) = odd_in_a_head(html) {
                let error = Diagnostic::error(format!("{odd} cannot stand in the head of a page"), *span);
                let named: Vec<String> = OF_A_HEAD.iter().map(|name| format!("`<{name}>`")).collect();
                self.found.push(error.label(format!("expected {}", named.join(", "))));
            }
            let scene = scene(&self.library, "", IN_A_FOLDER, *span);
            let document = markdown::raw(html, scene);
            frame.head_html = self.around(document, html, *span, &mut frame);
        }
        frame
    }

    /// Keeps what a text around pages uses, and returns its HTML.
    fn around(&mut self, document: Document, text: &str, span: Span, frame: &mut Frame) -> String {
        // A text of YAML may be quoted, escaped or folded: inside it only the whole place is sure.
        let is_exact = span.end - span.start == text.len();
        let at = |place: Option<Span>| place.filter(|place| is_exact && span.holds(*place)).unwrap_or(span);
        let found = document.diagnostics.into_iter();
        self.found.extend(
            found
                .map(|said| Diagnostic { span: Some(at(said.span)), ..from_the_folder(said) })
                .collect::<Vec<_>>(),
        );
        frame.assets.extend(document.assets);
        frame.embedded.extend(
            document.embedded.into_iter().map(|shown| Embedded { span: at(Some(shown.span)), ..shown }),
        );
        frame.anchors.extend(document.anchors);
        document.body.render(&mut Nothing)
    }
}

/// Says of a file that stands around pages where its path starts: no lesson names it.
fn from_the_folder(said: Diagnostic) -> Diagnostic {
    Diagnostic { label: said.label.replace("relative to this lesson", "from the lessons folder"), ..said }
}

/// There are no gaps.
struct Nothing;

impl Fill for Nothing {
    fn experiment(&mut self, _: usize) -> String {
        String::new()
    }

    fn figure(&mut self, _: usize) -> String {
        String::new()
    }

    fn value(&mut self, _: &InlineValue) -> String {
        String::new()
    }
}

/// Returns what would end the head of a page.
fn odd_in_a_head(html: &str) -> Option<String> {
    let mut within: Vec<String> = Vec::new();
    for token in tokens(html, true) {
        match token {
            Token::Start(tag) if !OF_A_HEAD.contains(&tag.name.as_str()) => {
                return Some(format!("`<{}>`", tag.name));
            }
            Token::Start(tag) if !matches!(tag.name.as_str(), "link" | "meta") => within.push(tag.name),
            Token::End(name, _) if within.pop().as_ref() != Some(&name) => {
                return Some(format!("`</{name}>`"));
            }
            Token::Text(text) if within.is_empty() && !text.trim().is_empty() => {
                return Some("text".to_owned());
            }
            _ => {}
        }
    }
    within.pop().map(|name| format!("`<{name}>` that is never closed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_holds_nothing_that_ends_it() {
        for html in [
            "<meta name=\"a\" content=\"b\">\n<link rel=\"me\" href=\"https://a.example\">",
            "<script defer src=\"files/a.js\"></script><style>p > a { color: red }</style>",
            "<noscript><style>a {}</style></noscript>",
            "<!-- a --> ",
            "<script>if (a < b) { document.write('<div>') }</script>",
        ] {
            assert_eq!(odd_in_a_head(html), None, "{html}");
        }
        for html in [
            "text",
            "<div></div>",
            "</head>",
            "<script>",
            "<style>a</style></style>",
            "<base href=\"/\">",
            "<title>a</title>",
        ] {
            assert!(odd_in_a_head(html).is_some(), "{html}");
        }
    }
}
