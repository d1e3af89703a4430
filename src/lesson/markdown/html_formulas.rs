//! Formulas within a block of HTML, which Markdown does not read.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Writer;
use super::plain_text::is_like_tex;
use crate::diagnostic::Diagnostic;
use crate::markup::{self, Token};
use crate::settings::LineMap;

/// A formula by Pandoc's rules, between single dollars or double ones.
static FORMULA: LazyLock<Regex> = LazyLock::new(|| {
    let single = r"(?P<single>\$[^\s$](?:[^$\n]*[^\s$\\])?\$)(?:[^\d$]|$)";
    Regex::new(&format!(r"(?:^|[^\\$\w])(?:{single}|(?P<double>\$\$[^$]+\$\$))"))
        .expect("a pattern of our own")
});

/// Elements whose text is code, a language of its own, or not seen.
const OTHERS: [&str; 8] = ["code", "math", "pre", "script", "style", "svg", "template", "textarea"];

impl Writer<'_> {
    /// Warns of formulas in the text of a block of HTML.
    pub(super) fn check_formulas_in_html(&mut self, html: &str, map: &LineMap) {
        for place in formulas(html) {
            let span = map.span(place.start, place.end);
            let warning = Diagnostic::warning("a formula in HTML is shown as it stands", span);
            let warning = warning.label("expected an empty line before its line");
            self.found.diagnostics.push(warning.hint("HTML goes on to the next empty line"));
        }
    }
}

/// Returns where formulas stand in the text of a piece of HTML.
fn formulas(html: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if !html.contains('$') {
        return found;
    }
    let (mut at, mut others) = (0, 0usize);
    let mut text = |range: Range<usize>| {
        for formula in FORMULA.captures_iter(&html[range.clone()]) {
            let single =
                formula.name("single").filter(|formula| is_like_tex(formula.as_str().trim_matches('$')));
            let place = single.or(formula.name("double")).map(|place| place.range());
            found.extend(place.map(|place| range.start + place.start..range.start + place.end));
        }
    };
    for token in markup::tokens(html, true) {
        let is_other = |name: &str| usize::from(OTHERS.contains(&name));
        let (place, opened, closed) = match token {
            Token::Start(tag) => (tag.place, is_other(&tag.name), 0),
            Token::End(name, place) => (place, 0, is_other(&name)),
            Token::Remark(place) => (place, 0, 0),
            Token::Text(_) => continue,
        };
        if others == 0 && at < place.start {
            text(at..place.start);
        }
        others = (others + opened).saturating_sub(closed);
        at = place.end;
    }
    if others == 0 {
        text(at..html.len());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_told_from_money_and_code() {
        let found =
            |html: &'static str| formulas(html).into_iter().map(|place| &html[place]).collect::<Vec<_>>();
        assert_eq!(found("<summary>Why $x^2$ and $y$?</summary>\n$$a$$"), ["$x^2$", "$y$", "$$a$$"]);
        assert_eq!(found("<td>($\\alpha$)</td><b title=\"$x$\">"), ["$\\alpha$"]);
        for nothing in [
            "<p>$5 and $6, US$ and A$, $HOME/$USER</p>",
            "<code>$x$</code><pre>$$x$$</pre><script>`$x$`</script>",
            "<!-- $x$ --><p>\\$x$</p>",
        ] {
            assert_eq!(found(nothing), [] as [&str; 0], "{nothing}");
        }
    }
}
