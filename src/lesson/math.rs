//! TeX to MathML, at build time (the only user of `math-core`).

mod macros;
mod pieces;
mod rewrite;
mod scan;

use std::sync::LazyLock;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

use crate::markup;
pub(super) use macros::{Macros, fault as macro_fault};
use pieces::Pieces;
pub(super) use rewrite::{Equation, Insert};
use rewrite::{Rewritten, refuse_definitions, rewrite};

/// The longest formula, in bytes.
const MAX_LENGTH: usize = 20_000;
/// How deep groups may nest: the converter recurses, and its stack is finite.
const MAX_DEPTH: usize = 100;

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
}

/// Returns the anchor of an equation with a label.
pub(super) fn anchor(label: &str) -> String {
    format!("eq-{label}")
}

/// Reads a formula; `display` is one on lines of its own.
///
/// # Errors
/// The first thing that is wrong with its macros, labels and texts; too long or too deep.
pub(super) fn read<'t>(tex: &'t str, display: bool, macros: &Macros) -> Result<Formula<'t>, MathError> {
    bound(tex)?;
    refuse_definitions(tex)?;
    let (expanded, pieces) = macros.expand(tex)?;
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
    Ok(Formula { tex, display, expanded: pieces, rewritten })
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
                let message = error.error_message().trim_end_matches('.').to_owned();
                Err(MathError { range: start..end, message, label: error.label().to_owned() })
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

/// The TeX that stands behind a formula, to be copied, with its values in it.
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

/// Characters that the converter writes into the name of an operator as they are, with what stands for them meanwhile and
/// what they are in markup.
const UNESCAPED: [(char, char, &str); 3] =
    [('<', '\u{e0f0}', "&lt;"), ('>', '\u{e0f1}', "&gt;"), ('&', '\u{e0f2}', "&amp;")];

/// MathML with the characters of [`UNESCAPED`] escaped where others stand for them.
fn with_their_names(mathml: &str) -> String {
    let escaped =
        |mathml: String, (_, stand_in, reference): &(char, char, &str)| mathml.replace(*stand_in, reference);
    UNESCAPED.iter().fold(mathml.to_owned(), escaped)
}

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
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn to_mathml(tex: &str, display: bool) -> Result<String, MathError> {
        let mut number = 0;
        let mut inserted = |insert: &Insert| match insert {
            Insert::Value { expression, .. } => format!("[{expression}]"),
            Insert::Reference { label, parentheses, .. } => format!("<a>{label} {parentheses}</a>"),
            Insert::Number(Equation { tag: Some((tag, _)), .. }) => format!("({tag})"),
            Insert::Number(_) => {
                number += 1;
                format!("({number})")
            }
            Insert::BoxStart => "<mrow class=\"boxed\">".to_owned(),
            Insert::BoxEnd => "</mrow>".to_owned(),
        };
        read(tex, display, &Macros::default())?.write(&mut inserted)
    }

    /// The MathML between `<semantics>` and the annotation.
    fn shown(tex: &str) -> String {
        let mathml = to_mathml(tex, true).unwrap_or_else(|error| panic!("{tex}: {error:?}"));
        assert!(!mathml.contains([MARK, MARK_END]) && !mathml.contains(TAG), "{mathml}");
        let inner = mathml.split_once("<semantics>").unwrap().1;
        inner.split_once("<annotation").unwrap().0.to_owned()
    }

    #[test]
    fn what_the_converter_lacks_is_rewritten() {
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
            r"\begin{split}a&=b\\c&=d\end{split}",
            r"\begin{equation}\begin{split}a&=b\\c&=d\end{split}\label{z}\end{equation}",
            r"\begin{smallmatrix}a&b\\c&d\end{smallmatrix}",
            r"\begin{alignat}{2}a&=b\\c&=d\end{alignat}",
            r"\begin{eqnarray}a&=&b\\c&=&d\end{eqnarray}",
            r"\begin{aligned}[t]a&=b\end{aligned}",
            r"\mbox{a b} \norm{x}_2 \abs{y} \argmin_x a,\dotsc,b \norm x",
            r"\sum_{\substack{i<n\\j}} x",
            r"\operatorname*{argmax}_x",
            r"\boxed{a^2 + \frac12} \fbox{a} \boxed{\text{a}}",
            r"\begin{multline} a \\ b \end{multline}",
            r"\text{cost \$5 \textbf{of $x$} and {it $y$}}",
            "a % b \\label{c}\n",
            r"\mathop{\mathrm{argmin}}\limits_x f \mathop{A}_i^n \mathop{\bigoplus}\limits_{i}",
            r"\E_{x}\R x",
        ] {
            shown(tex);
        }
        assert_eq!(
            shown(r"\text{if $x$, so}"),
            "<mrow><mtext>if\u{a0}</mtext><mi>x</mi><mtext>,\u{a0}so</mtext></mrow>"
        );
        assert!(
            shown(r"\mathop{\mathrm{argmin}}_x f")
                .contains("<munder><mo lspace=\"0\" rspace=\"0.1667em\">argmin</mo><mi>x</mi></munder>")
        );
        assert!(shown(r"a = 1 \\ b = 2").matches("<mtr>").count() == 2);
        assert!(
            shown(r"\boxed{x}").contains("<mrow class=\"boxed\"><mi>x</mi></mrow>"),
            "{}",
            shown(r"\boxed{x}")
        );
        assert!(shown(r"\mathop{A}_i").contains("<munder>"));
        assert!(to_mathml(r"\mathop{A}_i", false).unwrap().contains("<msub>"));
    }

    #[test]
    fn the_end_of_a_row_takes_its_star_and_length_with_it() {
        for rows in [r"\begin{aligned}a&=b", r"\begin{cases}a&b", r"\begin{matrix}a", r"a", r"\substack{a"] {
            let close = match rows.split(['{', '}']).nth(1) {
                Some("a") => "}".to_owned(),
                Some(name) => format!("\\end{{{name}}}"),
                None => String::new(),
            };
            let plain = shown(&format!("{rows}\\\\ c{close}"));
            for end in [r"\\[2pt]", r"\\*", r"\\* [-0.5 em]", r"\\[.3\baselineskip]"] {
                assert_eq!(shown(&format!("{rows}{end} c{close}")), plain, "{rows}{end}");
            }
        }
        for kept in [r"a \\ [b]", r"a \\ [0, 1]", r"a \\ [2]", r"a \\ [2pt"] {
            assert!(shown(kept).contains(">[<"), "{kept}: {}", shown(kept));
        }
        assert_eq!(shown(r"\abs*{\frac ab}"), shown(r"\left\lvert \frac ab \right\rvert"));
        assert_eq!(shown(r"\norm*{x}_2"), shown(r"\norm{x}_2"));
        for sign in ["%", "&", "#", "_", "{", "}", "$"] {
            let shown = shown(&format!("\\text{{50\\{sign} of}}"));
            assert!(shown.contains("<mtext>\u{a0}of</mtext>"), "{shown}");
        }
    }

    #[test]
    fn equations_have_numbers_where_they_have_labels() {
        let numbers = |tex: &str| {
            let shown = shown(tex);
            let cells =
                shown.split("<mtext>(").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned());
            let cells: Vec<String> = cells.collect();
            let anchors = shown.split("id=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
            (cells, anchors.collect::<Vec<_>>())
        };
        let of = |cells: &[&str], anchors: &[&str]| {
            let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
            (owned(cells), owned(anchors))
        };
        assert_eq!(numbers(r"\begin{equation} a \label{eq:a} \end{equation}"), of(&["1"], &["eq-eq:a"]));
        assert_eq!(numbers(r"a = b \label{x_1}"), of(&["1"], &["eq-x_1"]));
        assert_eq!(numbers(r"a \\ b \label{x-y}"), of(&["1"], &["eq-x-y"]));
        assert_eq!(numbers(r"\begin{equation} a \end{equation}"), of(&[], &[]));
        assert_eq!(
            numbers(r"\begin{align} a &= b \\ c &= d \label{q} \\ e &= f \tag{*}\end{align}"),
            of(&["1", "*"], &["eq-q"])
        );
        assert_eq!(
            numbers(r"\begin{align*} a \label{q} \\ c \label{r} \nonumber \end{align*}"),
            of(&["1", "2"], &["eq-q", "eq-r"])
        );
        assert_eq!(numbers(r"\begin{gather} a \\ b \end{gather}"), of(&[], &[]));
        assert_eq!(numbers(r"\begin{multline} a \\ b \end{multline}"), of(&[], &[]));
        assert_eq!(numbers(r"\begin{aligned} a \\ b \end{aligned} \label{w}"), of(&["1"], &["eq-w"]));
        assert_eq!(numbers(r"\begin{aligned} a \\ b \label{w} \end{aligned}"), of(&["1"], &["eq-w"]));
        assert_eq!(numbers(r"x \tag{$\star$}").0.len(), 1);
        for wrong in
            [r"a\label{x}\label{y}", r"a\label{}", r"a\label{ä}", r"\begin{align}a\end{align}\label{x}"]
        {
            assert!(to_mathml(wrong, true).is_err(), "{wrong}");
        }
        assert!(to_mathml(r"a\label{x}", false).is_err());
    }

    #[test]
    fn values_and_references_are_put_in() {
        assert!(shown(r"L = \val{a.b | round(2)}").contains("<mn>[a.b | round(2)]</mn>"));
        assert!(shown(r"L = \val{a.b \| round(2)}").contains("<mn>[a.b | round(2)]</mn>"));
        assert!(shown(r"\text{at \val{a.b}}").contains("<mn>[a.b]</mn>"));
        assert!(shown(r"\eqref{x} \ref{y}").contains("<a>x true</a></mtext>"));
        let whole = to_mathml(r"x < \val{a.b}", true).unwrap();
        assert!(whole.contains(">x &lt; [a.b]</annotation>"), "{whole}");
        assert_eq!(to_mathml("x = {{ a.b }}", true).unwrap_err().label, r"expected `\val{a.b}`");
        assert!(to_mathml("x^{{a}} {{\\bf x}}", true).is_ok());
    }

    #[test]
    fn macros_are_written_out() {
        let own = [
            ("loss", r"\mathcal{L}(#1)"),
            ("R", r"\mathbf{R}"),
            ("twice", r"\loss{#1}\loss{#1}"),
            ("self", r"a\self"),
        ];
        let own: BTreeMap<String, String> =
            own.iter().map(|(name, tex)| ((*name).into(), (*tex).into())).collect();
        let macros = Macros::new(&own);
        let written = |tex: &str| macros.expand(tex).map(|(tex, _)| tex);
        assert_eq!(written(r"\loss{a} \loss b \R x").unwrap(), r"\mathcal{L}(a) \mathcal{L}(b) \mathbf{R} x");
        assert_eq!(written(r"\twice{\theta}").unwrap(), r"\mathcal{L}(\theta)\mathcal{L}(\theta)");
        assert!(written(r"\self").unwrap_err().message.contains("holds itself"));
        assert!(written(r"x \loss").unwrap_err().message.contains("lacks an argument"));
        let error =
            read(r"é \loss{\nope}", false, &macros).unwrap().write(&mut |_| String::new()).unwrap_err();
        assert_eq!(&r"é \loss{\nope}"[error.range], r"\loss{\nope}");
        let many: BTreeMap<String, String> = (b'a'..=b'y')
            .map(|letter| ((letter as char).to_string(), format!("\\{0}{{}}\\{0}{{}}", (letter + 1) as char)))
            .collect();
        assert!(Macros::new(&many).expand(r"\a").is_err());
        for (name, tex) in [("a1", "x"), ("", "x"), ("a", "{x"), ("a", "x}{"), ("a", "#0")] {
            assert!(macro_fault(name, tex).is_some(), "{name} {tex}");
        }
        assert_eq!(macro_fault("\\norm", r"\lVert #1\rVert"), None);
    }

    #[test]
    fn a_definition_says_where_it_belongs() {
        let label = |tex: &str| to_mathml(tex, true).unwrap_err().label;
        assert!(label(r"\newcommand{\R}{\mathbb{R}} \R").contains(r#"macros: {R: "\\mathbb{R}"}"#));
        assert!(
            label(r"\newcommand{\loss}[1]{\mathcal{L}(#1)} x {y}")
                .contains(r#"macros: {loss: "\\mathcal{L}(#1)"}"#)
        );
        assert!(label(r"\def\x{\mathbf{x}}").contains(r#"macros: {x: "\\mathbf{x}"}"#));
        assert!(
            label(r"\DeclareMathOperator*{\am}{arg\,max}")
                .contains(r#"macros: {am: "\\operatorname{arg\\,max}"}"#)
        );
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

    #[test]
    fn a_missing_argument_before_the_end_of_a_row_is_an_error() {
        for tex in [r"\begin{gathered} ^\\ \end{gathered}", r"a_ \\ b", r"\begin{matrix} a^& b\end{matrix}"] {
            let error = to_mathml(tex, true).unwrap_err();
            assert_eq!(error.label, "expected what it applies to after it", "{tex}");
        }
        for tex in [r"\begin{matrix}\sqrt& b\end{matrix}", r"\begin{matrix}\frac a\\b\end{matrix}"] {
            let _ = to_mathml(tex, true);
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
