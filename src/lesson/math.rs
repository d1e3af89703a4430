//! TeX to MathML, at build time (the only user of `math-core`).

use std::sync::LazyLock;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

use crate::markup;

/// The longest formula, in bytes.
const MAX_LENGTH: usize = 20_000;
/// How deep groups may nest: the converter recurses, and its stack is finite.
const MAX_DEPTH: usize = 100;

/// Commands that the converter lacks, and those that writing about learning needs.
const MACROS: [(&str, &str); 8] = [
    ("widetilde", r"\tilde{#1}"),
    ("textcolor", r"{\color{#1} #2}"),
    ("argmin", r"\operatorname*{arg\,min}"),
    ("argmax", r"\operatorname*{arg\,max}"),
    ("softmax", r"\operatorname{softmax}"),
    ("relu", r"\operatorname{ReLU}"),
    ("E", r"\mathbb{E}"),
    ("R", r"\mathbb{R}"),
];

static CONVERTER: LazyLock<LatexToMathML> = LazyLock::new(|| {
    let macros = MACROS.iter().map(|(name, meaning)| ((*name).to_owned(), (*meaning).to_owned())).collect();
    let config = MathCoreConfig { macros, annotation: true, ..MathCoreConfig::default() };
    LatexToMathML::new(config).unwrap_or_default()
});

/// What is wrong with a formula, at bytes of its TeX.
#[derive(Clone, Debug, PartialEq)]
pub struct MathError {
    pub range: std::ops::Range<usize>,
    pub message: String,
    pub label: String,
}

/// A formula as a `<math>` element; `display` for one on lines of its own.
///
/// # Errors
/// The first thing that is wrong: an unknown command, a group that is not closed, too long or too deep.
pub fn to_mathml(tex: &str, display: bool) -> Result<String, MathError> {
    bound(tex)?;
    let mode = if display { MathDisplay::Block } else { MathDisplay::Inline };
    if let Some(result) =
        with_named_operators(tex).and_then(|tex| CONVERTER.convert_with_local_state(&tex, mode).ok())
    {
        let escaped = UNESCAPED
            .iter()
            .fold(result.mathml, |mathml, (_, stand_in, reference)| mathml.replace(*stand_in, reference));
        return Ok(markup::formula(&escaped));
    }
    match CONVERTER.convert_with_local_state(tex, mode) {
        // What the converter is not known to escape is no reason to trust the rest.
        Ok(result) => Ok(markup::formula(&result.mathml)),
        Err(error) => {
            let start = tex.floor_char_boundary(error.0.start);
            let end = tex.ceil_char_boundary(error.0.end.min(tex.len())).max(start);
            let message = error.error_message().trim_end_matches('.').to_owned();
            Err(MathError { range: start..end, message, label: error.label().to_owned() })
        }
    }
}

/// Characters that the converter writes into the name of an operator as they are, with what stands for them meanwhile and
/// what they are in markup.
const UNESCAPED: [(char, char, &str); 3] =
    [('<', '\u{e0f0}', "&lt;"), ('>', '\u{e0f1}', "&gt;"), ('&', '\u{e0f2}', "&amp;")];

/// A formula in which others stand for the characters of [`UNESCAPED`] in the names of operators; none without such.
fn with_named_operators(tex: &str) -> Option<String> {
    const COMMAND: &str = "\\operatorname";
    let mut out = String::with_capacity(tex.len());
    let mut rest = tex;
    while let Some(at) = rest.find(COMMAND) {
        let (before, after) = rest.split_at(at + COMMAND.len());
        let name = &after[..name_length(after)];
        out.push_str(before);
        let mut is_command = false;
        for letter in name.chars() {
            let stand_in = UNESCAPED.iter().find(|(unescaped, ..)| *unescaped == letter && !is_command);
            out.push(stand_in.map_or(letter, |(_, stand_in, _)| *stand_in));
            is_command = letter == '\\' && !is_command;
        }
        rest = &after[name.len()..];
    }
    out.push_str(rest);
    (out != tex).then_some(out)
}

/// How long the name is that follows a command: a group in braces, or what stands there alone.
fn name_length(after: &str) -> usize {
    let mut depth = 0;
    let mut is_command = false;
    for (place, letter) in after.char_indices() {
        match letter {
            '*' if place == 0 => continue,
            letter if letter.is_whitespace() && depth == 0 => continue,
            '{' if !is_command => depth += 1,
            '}' if !is_command => depth -= 1,
            _ => {}
        }
        is_command = letter == '\\' && !is_command;
        if depth <= 0 {
            return place + letter.len_utf8();
        }
    }
    after.len()
}

/// Every way to nest counts: braces, `\left`, `\begin`, and scripts without braces (`x^x^x`).
fn bound(tex: &str) -> Result<(), MathError> {
    let whole = 0..tex.len();
    if tex.len() > MAX_LENGTH {
        let label = format!("expected at most {MAX_LENGTH} bytes");
        return Err(MathError { range: whole, message: "this formula is too long".into(), label });
    }
    let mut depth: usize = 0;
    let mut before_argument: usize = 0;
    for (place, letter) in tex.char_indices() {
        let rest = &tex[place..];
        if letter == '{' || rest.starts_with("\\left") || rest.starts_with("\\begin") {
            depth += 1;
        } else if letter == '}' || rest.starts_with("\\right") || rest.starts_with("\\end") {
            depth = depth.saturating_sub(1);
        }
        // A chain of commands, each the argument of the one before (`\sqrt\sqrt x`), nests as well.
        before_argument = match letter {
            '\\' | '^' | '_' => before_argument + 1,
            letter if letter.is_alphabetic() || letter.is_whitespace() => before_argument,
            _ => 0,
        };
        if depth > MAX_DEPTH || before_argument > 2 * MAX_DEPTH {
            return Err(MathError {
                range: place..place + letter.len_utf8(),
                message: format!("this formula nests more than {MAX_DEPTH} deep"),
                label: "too deep".into(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_macro_of_our_own_works() {
        assert!(
            LatexToMathML::new(MathCoreConfig {
                macros: MACROS.iter().map(|(name, tex)| ((*name).into(), (*tex).into())).collect(),
                ..MathCoreConfig::default()
            })
            .is_ok()
        );
        for (name, _) in MACROS {
            assert!(to_mathml(&format!("\\{name}{{red}}{{x}}"), false).is_ok(), "{name}");
        }
        for tex in [
            r"\widetilde{x}",
            r"\widehat{x}",
            r"\operatorname{sd}",
            r"\textcolor{red}{x}",
            r"\begin{bmatrix}1&2\\3&4\end{bmatrix}",
            r"\begin{cases}1&x\\0&y\end{cases}",
            r"\begin{aligned}a&=b\\c&=d\end{aligned}",
            r"\lVert w\rVert_2^2",
            r"\mathbf{W}^{[l]}",
        ] {
            assert!(to_mathml(tex, true).is_ok(), "{tex}: {:?}", to_mathml(tex, true));
        }
    }

    #[test]
    fn names_of_operators_are_escaped() {
        for (tex, expected) in [
            (r"\operatorname{<script>x</script>}", "&lt;script&gt;x&lt;/script&gt;"),
            (r"\operatorname{a<b}", ">a&lt;b</mo>"),
            (r"\operatorname*{a</mo></math><p>}_x", "a&lt;/mo&gt;&lt;/math&gt;&lt;p&gt;"),
            (r"\operatorname <", ">&lt;</mo>"),
            (r"\operatorname{ab}", ">ab</mo>"),
        ] {
            let mathml = to_mathml(tex, false).unwrap();
            assert!(mathml.contains(expected), "{tex}: {mathml}");
            assert!(mathml.ends_with("</math>"), "{tex}: {mathml}");
        }
    }

    #[test]
    fn an_error_has_its_place() {
        let error = to_mathml(r"é + \frak x \nope", false).unwrap_err();
        assert!(error.message.contains("nope"), "{error:?}");
        assert_eq!(&r"é + \frak x \nope"[error.range], r"\nope");
        assert!(to_mathml("{x", false).is_err());
    }

    #[test]
    fn deep_formulas_do_not_overflow_the_stack() {
        for part in [
            "{",
            "\\sqrt{",
            "\\left(",
            "\\begin{matrix}",
            "x^",
            "\\sqrt",
            "\\sqrt ",
            "x^{",
            "_",
            "\\hat\\bar",
        ] {
            let _ = to_mathml(&part.repeat(5000), true);
        }
    }

    proptest! {
        #[test]
        fn no_formula_panics(tex in "[a-c{}^_&\\\\ $#%~\\[\\]()é0-9]{0,40}") {
            let _ = to_mathml(&tex, true);
        }

        #[test]
        fn no_commands_panic(parts in proptest::collection::vec(prop_oneof!["\\\\frac", "\\\\left\\(", "\\\\right\\)", "\\{", "\\}", "x", "\\^", "&", "\\\\\\\\", "\\\\begin\\{matrix\\}", "\\\\end\\{matrix\\}", "\\\\sqrt\\[", "\\]", "\\\\text\\{", "é"], 0..15)) {
            let _ = to_mathml(&parts.concat(), false);
        }
    }
}
