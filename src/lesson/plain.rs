//! What a page says as plain text: for the browser's tab, descriptions, what is shown when pointed at, and the search.

mod formula;

use crate::markup::{self, Attribute, Tag, Token};
use formula::Formula;

/// Elements whose content is no text to read: charts, scripts, tables, and the details of an experiment.
const SKIPPED: [&str; 5] = ["svg", "script", "style", "table", "details"];

/// Classes of elements that open although they are details, and of what is folded within them.
const OPEN: (&str, &str) = ("claimed", "grounds");

/// Classes of elements that only lead to others or are said beneath what is left out: numbers of footnotes, figures and tables,
/// what leads back, the notes of tables.
const LEADING: [&str; 8] = [
    "evidence",
    "footnote-back",
    "footnote-definition-label",
    "footnote-reference",
    "note",
    "number-of",
    "sources",
    "verdict",
];

/// Elements that stand within a line, so that no space comes in their place.
const INLINE: [&str; 20] = [
    "a", "abbr", "b", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "small", "span", "strong",
    "sub", "sup", "time", "u", "wbr",
];

/// Returns the readable text of HTML, in one line. A formula stands in it once, as one would write it without TeX.
pub fn text(html: &str) -> String {
    let mut reader = Reader::default();
    markup::each(html, true, &mut |token| reader.read(&token));
    reader.finish()
}

/// Returns the name of an element that repeats what stands elsewhere: what is shown of a reference, the terms of a page.
pub(super) fn aside(tag: &Tag) -> Option<&'static str> {
    let class =
        tag.attributes.iter().find(|attribute| attribute.name == "class").map(|class| class.value.as_str());
    match (tag.name.as_str(), class) {
        ("span", Some("peek")) => Some("span"),
        ("dl", Some("terms")) => Some("dl"),
        _ => None,
    }
}

/// Reads the text of HTML piece by piece, for whoever looks at the pieces too.
#[derive(Default)]
pub struct Reader {
    text: String,
    /// The element that is left out, and how many of its kind are open.
    skipped: Option<(String, usize)>,
    formula: Option<Formula>,
}

impl Reader {
    /// Reads the next piece.
    pub fn read(&mut self, token: &Token) {
        match token {
            Token::Start(tag) => self.open(tag),
            Token::End(name, _) => self.close(name),
            Token::Text(text) => self.words(text),
            Token::Remark(_) => {}
        }
    }

    /// Returns what was read, in one line.
    pub fn finish(mut self) -> String {
        self.finish_formula();
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn open(&mut self, tag: &Tag) {
        let name = tag.name.as_str();
        if let Some(formula) = &mut self.formula {
            formula.open(name);
            for Attribute { name, value, .. } in &tag.attributes {
                formula.attribute(name, value);
            }
            if tag.ends_itself {
                formula.close_empty();
            }
            return;
        }
        match &mut self.skipped {
            Some((element, depth)) if *element == name => *depth += 1,
            Some(_) => {}
            None if name == "math" => self.formula = Some(Formula::default()),
            None => {
                let leads = tag.value("class").is_some_and(|class| LEADING.contains(&class));
                let class = tag.value("class").unwrap_or_default();
                let is_folded = SKIPPED.contains(&name) && class != OPEN.0 || class == OPEN.1;
                if leads || is_folded || aside(tag).is_some() {
                    self.skipped = Some((name.to_owned(), 1));
                }
                self.space(name);
            }
        }
    }

    fn words(&mut self, text: &str) {
        match (&mut self.formula, &self.skipped) {
            (Some(formula), _) => formula.text(text),
            (None, None) => self.text.push_str(text),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if name == "math" {
            return self.finish_formula();
        }
        if let Some(formula) = &mut self.formula {
            return formula.close(name);
        }
        match &mut self.skipped {
            Some((element, depth)) if *element == name => {
                *depth -= 1;
                if *depth == 0 {
                    self.skipped = None;
                }
            }
            Some(_) => {}
            None => self.space(name),
        }
    }

    fn space(&mut self, name: &str) {
        if !INLINE.contains(&name) {
            self.text.push(' ');
        }
    }

    fn finish_formula(&mut self) {
        if let Some(formula) = self.formula.take() {
            self.text.push_str(&formula.finish());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_words_whole_and_leaves_charts_out() {
        let html = "<p>Use <em>A</em>dam, not\n SGD.</p><svg><g><text>no</text></g></svg><!-- > --><p title=\"a>b\">\
                    1 &lt; 2 &amp;amp;</p><details><details>in</details>no</details>end";
        assert_eq!(text(html), "Use Adam, not SGD. 1 < 2 &amp; end");
    }

    #[test]
    fn what_repeats_something_is_left_out() {
        let html = "<p>an <span class=\"term\"><dfn>epoch</dfn><span class=\"peek\" id=\"a\"><span>a pass, <math><mi>x</mi></math></span></span></span> ends</p>\
                    <dl class=\"terms\"><dt>epoch</dt></dl>";
        assert_eq!(text(html), "an epoch ends");
    }

    #[test]
    fn claims_are_text_without_their_grounds() {
        let html = "<ul><li><details class=\"claimed\"><summary>Adam is lower.</summary><div class=\"grounds\"><p>a &lt; b</p></div></details></li></ul>\
                    <table><tr><td>1</td></tr></table><p>After</p>";
        assert_eq!(text(html), "Adam is lower. After");
    }

    #[test]
    fn text_survives_broken_markup() {
        assert_eq!(text("a <b"), "a <b");
        assert_eq!(text("x <svg> y"), "x");
        assert_eq!(text("</svg> a</math>"), "a");
        assert_eq!(
            text(
                "a<sup class=\"footnote-reference\"><a>1</a></sup>, b <a class=\"footnote-back\">↩<sup>2</sup></a>"
            ),
            "a, b"
        );
        assert_eq!(text("a<math><mi>x"), "ax");
        assert_eq!(text("a &eacute;&#39;&nbsp;b"), "a é' b");
    }
}
