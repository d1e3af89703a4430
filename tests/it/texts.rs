//! What pages say: formulas, values and plain text.

use crate::course::Course;

const SOFTMAX: &str = "\n\n```yaml experiment\nkind: softmax\nid: x\ntitle: 2. Of $z_1$\nalt: \"Falls to `{{ x.loss | round(2) }}`, $x < y$\"\nlogits: [0, 0]\nlabel: 0\nshow_source: false\n```\n";

#[test]
fn texts_without_markup_are_computed_and_readable() {
    let body = format!(
        "# Of \\*\\*text\\*\\* and $y_2$\n\n![loss `{{{{ x.loss | round(2) }}}}` where $x < y$](p.png \"t `{{{{ x.loss | sci(1) }}}}`\") beside\n\n\
         [a](https://example.org \"v `{{{{ x.loss | round(1) }}}}`\")\n\n<p title=\"`{{{{ x.loss | round(3) }}}}`\">`{{{{ x.loss | round(4) }}}}`</p>\n\n\
         $L = \\val{{x.loss | round(5)}}$\n\n## Of $W^{{[1]}}$ and `{{{{ x.loss | round(2) }}}}`{SOFTMAX}"
    );
    let front = "---\ntitle: 1. Of **text** and $y_2$ `{{ x.loss | round(2) }}`\nsummary: Of $\\frac{a}{b} < 1$.\n---\n\n";
    let course = Course::with("00-a.md", "")
        .file("lessons/01-page.md", format!("{front}{body}").as_bytes())
        .file("lessons/p.png", b"x");
    let called = course.call(&["build"]);
    assert_eq!(called.status, 0, "{}", called.error);
    let page = course.text("output/page.html");
    for part in [
        "<title>1. Of text and y₂ 0.69 ·",
        "<meta name=\"description\" content=\"Of a/b &lt; 1.\">",
        "alt=\"loss 0.69 where x &lt; y\" title=\"t 6.9×10⁻¹\" /> beside",
        "<p class=\"experiment-title\">2. Of <math>",
        "title=\"v 0.7\"",
        "<p title=\"0.693\"><a class=\"value\"",
        "<mn>0.69315</mn>",
        "Falls to 0.69, x &lt; y",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("{{") && !page.contains("\\val"), "{page}");
    let search = ["search-index.js", "assets/search-index.js", "assets/search.js"]
        .iter()
        .find_map(|path| std::fs::read_to_string(course.path(&format!("output/{path}"))).ok());
    if let Some(search) = search {
        assert!(search.contains("Of W^[1] and 0.69") && !search.contains("\\\\frac"), "{search}");
    }
}

#[test]
fn equations_are_numbered_at_the_margin_of_the_page() {
    let course = Course::with(
        "01-a.md",
        "By $\\eqref{eq:step}$ and $\\eqref{eq:cost}$.\n\n$$\\begin{equation} J = L \\label{eq:cost} \\end{equation}$$\n\n\
         $$w := w - \\alpha\\, dw \\label{eq:step}$$\n\n$$\\begin{align} a &= b \\end{align}$$\n\n$\\loss{w}$",
    )
    .file("lessons/gradbook.yaml", b"macros: {loss: '\\mathcal{L}(#1)'}\n");
    let called = course.call(&["build"]);
    assert_eq!(called.status, 0, "{}", called.error);
    let page = course.text("output/a.html");
    assert!(
        page.contains("<a href=\"#eq-eq:step\">(1.2)</a>")
            && page.contains("<a href=\"#eq-eq:cost\">(1.1)</a>"),
        "{page}"
    );
    assert!(
        page.contains("id=\"eq-eq:step\"><mtext>(1.2)</mtext>") && page.matches("<mtext>(").count() == 2,
        "{page}"
    );
    // A macro that changes makes the page anew.
    let course = course.file("lessons/gradbook.yaml", b"macros: {loss: '\\mathcal{M}(#1)'}\n");
    assert_eq!(course.call(&["build"]).status, 0);
    assert_ne!(course.text("output/a.html"), page);
}
