//! TeX to MathML, at build time (the only user of `math-core`).

mod bound;
mod commands;
mod macros;
mod operators;
mod pieces;
mod rewrite;
mod scan;

use std::sync::LazyLock;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

use crate::markup;
pub(super) use bound::Allowance;
use bound::bound;
pub(super) use macros::{Macros, fault as macro_fault};
use operators::{with_named_operators, with_their_names};
use pieces::Pieces;
pub(super) use rewrite::{Equation, Insert};
use rewrite::{Rewritten, refuse_definitions, rewrite};

/// Around the number of what is to be put into the MathML.
const MARK: char = '\u{e000}';
const MARK_END: char = '\u{e001}';
/// Before the same number in what the converter takes for the number of an equation, which holds letters alone.
const TAG: &str = "gradbook";

static CONVERTER: LazyLock<LatexToMathML> = LazyLock::new(|| {
    let config = MathCoreConfig { annotation: true, ..MathCoreConfig::default() };
    LatexToMathML::new(config).unwrap_or_default()
});

/// What is wrong with a formula, at bytes of its TeX.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MathError {
    pub range: std::ops::Range<usize>,
    pub message: String,
    pub label: String,
}

/// A formula that was read but not set, since equations count through a page.
#[derive(Debug)]
pub(super) struct Formula<'t> {
    tex: &'t str,
    display: bool,
    expanded: Pieces,
    rewritten: Rewritten,
    macros: &'t Macros,
}

/// Returns the anchor of an equation with a label.
pub(super) fn anchor(label: &str) -> String {
    format!("eq-{label}")
}

/// Reads a formula; `display` is one on lines of its own.
///
/// # Errors
/// The first thing that is wrong with its macros, labels and texts; too long or too deep; one too many.
pub(super) fn read<'t>(
    tex: &'t str,
    display: bool,
    macros: &'t Macros,
    allowance: &mut Allowance,
) -> Result<Formula<'t>, MathError> {
    allowance.take(tex)?;
    bound(tex)?;
    refuse_definitions(tex)?;
    let (expanded, pieces) = macros.expand(tex, allowance)?;
    let origin = |error: MathError| MathError { range: pieces.origin(&error.range), ..error };
    bound(&expanded).map_err(origin)?;
    let mut rewritten = rewrite(&expanded, display).map_err(origin)?;
    for insert in &mut rewritten.inserts {
        match insert {
            Insert::Value { range, .. } | Insert::Reference { range, .. } => *range = pieces.origin(range),
            Insert::Number(Equation { label: Some((_, range)), .. }) => *range = pieces.origin(range),
            _ => {}
        }
    }
    Ok(Formula { tex, display, expanded: pieces, rewritten, macros })
}

impl Formula<'_> {
    /// Returns the equations in it that have a number, in order.
    pub(super) fn equations(&self) -> impl Iterator<Item = &Equation> {
        self.rewritten.equations()
    }

    /// Returns the formula as a `<math>` element, with the HTML of what it holds of the page.
    ///
    /// # Errors
    /// The first thing that is wrong: an unknown command, a group that is not closed.
    pub(super) fn write(&self, inserted: &mut dyn FnMut(&Insert) -> String) -> Result<String, MathError> {
        let mode = if self.display { MathDisplay::Block } else { MathDisplay::Inline };
        let tex = &self.rewritten.tex;
        // It panics where `\\` or `&` stands in place of an argument.
        let converted = std::panic::catch_unwind(|| {
            let named =
                with_named_operators(tex).and_then(|tex| CONVERTER.convert_with_local_state(&tex, mode).ok());
            match named {
                Some(result) => Ok(with_their_names(&result.mathml)),
                None => CONVERTER.convert_with_local_state(tex, mode).map(|result| result.mathml),
            }
        });
        let Ok(converted) = converted else {
            let message = "this formula cannot be read".to_owned();
            let label =
                r"expected an argument after each command, `^` and `_`, before `\\` and `&`".to_owned();
            return Err(MathError { range: 0..self.tex.len(), message, label });
        };
        match converted {
            // What the converter is not known to escape is no reason to trust the rest.
            Ok(mathml) => Ok(self.filled(&markup::formula(&mathml), inserted)),
            Err(error) => {
                let range = self.expanded.origin(&self.rewritten.pieces.origin(&error.0));
                let start = self.tex.floor_char_boundary(range.start);
                let end = self.tex.ceil_char_boundary(range.end.min(self.tex.len())).max(start);
                let message = in_our_words(error.error_message().trim_end_matches('.'));
                let unknown =
                    message.strip_prefix("unknown command `\\").and_then(|name| name.strip_suffix('`'));
                Err(match unknown {
                    Some(name) => commands::unknown(name, self.tex, start..end, self.macros),
                    None => {
                        let meant = instead(&message, &self.tex[start..end]);
                        let label = meant.unwrap_or_else(|| error.label().to_owned());
                        MathError { range: start..end, message, label }
                    }
                })
            }
        }
    }

    fn filled(&self, mathml: &str, inserted: &mut dyn FnMut(&Insert) -> String) -> String {
        const OPEN: &str = "<annotation encoding=\"application/x-tex\">";
        let (formula, rest) = mathml.split_once(OPEN).unwrap_or((mathml, ""));
        let (_, end) = rest.split_once("</annotation>").unwrap_or(("", rest));
        let texts: Vec<String> = self.rewritten.inserts.iter().map(inserted).collect();
        let mut html = formula.to_owned();
        for (number, (insert, text)) in self.rewritten.inserts.iter().zip(&texts).enumerate() {
            let mark = format!("<mtext>{MARK}{number}{MARK_END}</mtext>");
            html = match insert {
                Insert::Number(Equation { label, .. }) => {
                    let anchor = label.as_ref().map(|(label, _)| anchor(label)).unwrap_or_default();
                    let html = html.replace(&format!("id=\"{TAG}{number}\""), &format!("id=\"{anchor}\""));
                    html.replace(&format!("({TAG}{number})"), text)
                }
                Insert::Value { .. } => html.replace(&mark, &format!("<mn>{text}</mn>")),
                Insert::Reference { .. } => html.replace(&mark, &format!("<mtext>{text}</mtext>")),
                Insert::BoxStart | Insert::BoxEnd => html.replace(&mark, text),
            };
        }
        let values = self.rewritten.inserts.iter().zip(&texts);
        let values = values.filter_map(|(insert, text)| match insert {
            Insert::Value { range, .. } => Some((range.clone(), text)),
            _ => None,
        });
        format!("{html}{OPEN}{}</annotation>{end}", annotation(self.tex, values))
    }
}

/// Returns what to write in place of what the converter refuses for where it stands.
fn instead(message: &str, written: &str) -> Option<String> {
    const SIZES: [&str; 10] = [
        r"\tiny",
        r"\scriptsize",
        r"\footnotesize",
        r"\small",
        r"\normalsize",
        r"\large",
        r"\Large",
        r"\LARGE",
        r"\huge",
        r"\Huge",
    ];
    match message {
        "not valid in text mode" if matches!(written, "_" | "&" | "#") => {
            Some(format!("expected `\\{written}` for the sign, or `$` around a formula within the text"))
        }
        "not valid in text mode" => Some("expected `$` around a formula within the text".to_owned()),
        "not valid in math mode" if SIZES.contains(&written) => {
            Some("expected nothing: a formula is as large as the text around it".to_owned())
        }
        "not valid in math mode" => Some(format!("expected `\\text{{{written}...}}`")),
        _ => None,
    }
}

/// Returns a message of the converter's as others are written: `Unknown command "\x"` is ``unknown command `\x` ``.
fn in_our_words(message: &str) -> String {
    // A quote between others is what is quoted, as in `'"'`.
    let is_around = |at: usize| {
        let (before, after) = (&message[..at], &message[at + 1..]);
        let opens = before.is_empty() || before.ends_with(' ');
        opens || after.is_empty() || after.starts_with([' ', ','])
    };
    let word = message.split(' ').next().unwrap_or_default();
    let is_name = word.chars().skip(1).any(char::is_uppercase);
    let letters = message.char_indices().map(|(at, letter)| match letter {
        '"' | '\'' if is_around(at) => '`',
        letter if at == 0 && !is_name => letter.to_ascii_lowercase(),
        letter => letter,
    });
    letters.collect()
}

/// Returns the TeX that stands behind a formula, to be copied, with its values in it.
fn annotation<'a>(tex: &str, values: impl Iterator<Item = (std::ops::Range<usize>, &'a String)>) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut out = String::new();
    let mut at = 0;
    for (range, text) in values {
        let start = tex[..range.start].rfind("\\val").unwrap_or(range.start);
        let end = tex[range.end..].find('}').map_or(range.end, |end| range.end + end + 1);
        if start < at {
            continue;
        }
        out.push_str(&escaped(&tex[at..start]));
        out.push_str(text);
        at = end;
    }
    out + &escaped(&tex[at..])
}

#[cfg(test)]
mod tests;
