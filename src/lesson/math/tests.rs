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
    read(tex, display, &Macros::default(), &mut Allowance::default())?.write(&mut inserted)
}

/// Returns the MathML between `<semantics>` and the annotation.
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
        r"\boxed y \boxed\alpha \fbox a \mbox a \textcolor{#f00}{x} {\color{#00ff00} y}",
        r"a \tag*{hm}",
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
        let cells = shown.split("<mtext>(").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned());
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
    for wrong in [r"a\label{x}\label{y}", r"a\label{}", r"a\label{ä}", r"\begin{align}a\end{align}\label{x}"]
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
    let written = |tex: &str| macros.expand(tex, &mut Allowance::default()).map(|(tex, _)| tex);
    assert_eq!(written(r"\loss{a} \loss b \R x").unwrap(), r"\mathcal{L}(a) \mathcal{L}(b) \mathbf{R} x");
    assert_eq!(written(r"\twice{\theta}").unwrap(), r"\mathcal{L}(\theta)\mathcal{L}(\theta)");
    assert!(written(r"\self").unwrap_err().message.contains("holds itself"));
    assert!(written(r"x \loss").unwrap_err().message.contains("lacks an argument"));
    let error = read(r"é \loss{\nope}", false, &macros, &mut Allowance::default())
        .unwrap()
        .write(&mut |_| String::new())
        .unwrap_err();
    assert_eq!(&r"é \loss{\nope}"[error.range], r"\nope");
    let many: BTreeMap<String, String> = (b'a'..=b'y')
        .map(|letter| ((letter as char).to_string(), format!("\\{0}{{}}\\{0}{{}}", (letter + 1) as char)))
        .collect();
    assert!(Macros::new(&many).expand(r"\a", &mut Allowance::default()).is_err());
    for (name, tex) in [("a1", "x"), ("", "x"), ("a", "{x"), ("a", "x}{"), ("a", "#0")] {
        assert!(macro_fault(name, tex).is_some(), "{name} {tex}");
    }
    assert_eq!(macro_fault("\\norm", r"\lVert #1\rVert"), None);
}

#[test]
fn a_message_is_in_our_words_but_for_what_it_quotes() {
    for (given, said) in [
        (r#"Unknown command "\x""#, r"unknown command `\x`"),
        (r#"Unknown command "\"""#, r#"unknown command `\"`"#),
        (r#"Disallowed character in text group: '"'"#, r#"disallowed character in text group: `"`"#),
        (r#"Expected "\end{a}", but found "\end{b}""#, r"expected `\end{a}`, but found `\end{b}`"),
        ("'^' or '_' directly followed by '^'", "`^` or `_` directly followed by `^`"),
        ("LaTeX has none", "LaTeX has none"),
    ] {
        assert_eq!(in_our_words(given), said);
    }
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
    for part in
        ["{", "\\sqrt{", "\\left(", "\\begin{matrix}", "x^", "\\sqrt", "\\sqrt ", "x^{", "_", "\\hat\\bar"]
    {
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

#[test]
fn what_all_formulas_of_a_text_may_come_to_is_bounded() {
    let doubled = |of: char| format!(r"\{of}\{of}");
    let many = ('b'..'n').zip('c'..='n').map(|(name, of)| (name.to_string(), doubled(of)));
    let macros = Macros::new(&many.chain([("n".to_owned(), "x ".to_owned())]).collect());
    let mut allowance = Allowance::default();
    let said: Vec<String> = (0..3000)
        .map_while(|_| (!allowance.is_spent()).then(|| read(r"\b", false, &macros, &mut allowance).err()))
        .flatten()
        .map(|error| error.message)
        .collect();
    assert_eq!(said, ["the formulas up to this one are too long, with their macros written out"]);
    let mut allowance = Allowance::default();
    let read =
        (0..30_000).take_while(|_| read("x", false, &Macros::default(), &mut allowance).is_ok()).count();
    assert_eq!((read, allowance.is_spent()), (20_000, true));
}
