//! Numbers of figures, references, sources and terms: what the pages say.

use crate::course::Course;

const WAYS: &str = "\
```yaml experiment
kind: optimizers
id: ways
title: Ways *down*
caption: \"Adam [@kingma2015] wins, as `{{ ref: ways.table }}` shows.\"
data: {name: moons, samples: 40}
training: {epochs: 2}
figures: [loss, dev_loss]
compare: [sgd, adam]
```
";

fn one_figure(id: &str) -> String {
    format!("```yaml experiment\nkind: softmax\nid: {id}\nlogits: [5, 2, -1, 3]\n```\n")
}

/// A course of three lessons, the middle one a draft.
fn course() -> Course {
    let second = "As `{{ ref: first.ways.dev_loss }}`, `{{ ref: first.eq.adam }}`, `{{ ref: first }}`, `{{ ref: first.ways }}`.\n\n$$ z = 1 \\label{own} $$\n\nSee `{{ ref: eq.own }}` and $\\eqref{own}$.\n";
    Course::with("01-first.md", &format!("{WAYS}\n$$ y = x \\label{{adam}} $$\n\n{}", one_figure("soft")))
        .file("lessons/02-draft.md", b"---\ntitle: D\ndraft: true\n---\n")
        .and("03-second.md", second)
}

#[test]
fn figures_tables_and_equations_are_numbered_by_their_lesson() {
    let course = course();
    let site = course.build();
    let first = site.text("first.html");
    for expected in [
        "<span class=\"number-of\">Figure\u{a0}1.1</span>",
        "<span class=\"number-of\">Figure\u{a0}1.2</span>",
        "<span class=\"number-of\">Figure\u{a0}1.3</span>",
        "<span class=\"number-of\">Table\u{a0}1.1</span>",
        "<mtext>(1.1)</mtext>",
        "Lesson\u{a0}1</p>",
        "id=\"figure-ways-dev_loss\"",
        "id=\"table-ways\"",
        ">Table\u{a0}1.1</a>",
    ] {
        assert!(first.contains(expected), "{expected}\n{first}");
    }
    let second = site.text("second.html");
    for expected in [
        "<a class=\"ref\" href=\"first.html#figure-ways-dev_loss\" aria-describedby=\"peek.1\">Figure\u{a0}1.2</a>",
        "<img src=\"first/ways-dev_loss.svg\" alt=\"\" loading=\"lazy\">",
        ">(1.1)</a>",
        ">Lesson\u{a0}1</a>",
        ">Ways <em>down</em></a>",
        "<a class=\"ref\" href=\"#eq-own\"",
        "<mtext>(2.1)</mtext>",
    ] {
        assert!(second.contains(expected), "{expected}\n{second}");
    }
    assert!(course.call(&["build", "--drafts"]).status == 0);
    let drafted = std::fs::read_to_string(course.path("output/second.html")).unwrap();
    assert!(drafted.contains("<mtext>(3.1)</mtext>") && drafted.contains("Figure\u{a0}1.2</a>"), "{drafted}");
}

#[test]
fn a_page_is_made_again_where_a_number_on_it_moved_and_nowhere_else() {
    let course = Course::with("01-first.md", &WAYS.replace("[loss, dev_loss]", "[dev_loss]"))
        .and("02-second.md", &format!("{}\nSee `{{{{ ref: first.ways.dev_loss }}}}`.", one_figure("soft")))
        .and("03-third.md", &one_figure("soft"));
    course.build();
    let written = || {
        let called = course.call(&["build"]);
        assert_eq!(called.status, 0, "{}", called.error);
        called.output + &called.error
    };
    assert!(written().contains("0 files written"), "nothing changed");
    let text = std::fs::read_to_string(course.path("lessons/01-first.md")).unwrap();
    std::fs::write(course.path("lessons/01-first.md"), text.replace("[dev_loss]", "[loss, dev_loss]"))
        .unwrap();
    let before = |name: &str| std::fs::metadata(course.path(name)).unwrap().modified().unwrap();
    let (second, third) = (before("output/second.html"), before("output/third.html"));
    written();
    let page = std::fs::read_to_string(course.path("output/second.html")).unwrap();
    assert!(page.contains("Figure\u{a0}1.2</a>"), "{page}");
    assert!(before("output/second.html") > second, "its reference reads otherwise");
    assert_eq!(before("output/third.html"), third, "nothing on it has another number");
    std::fs::write(course.path("lessons/01-a-new.md"), "---\ntitle: New\n---\n").unwrap();
    written();
    let page = std::fs::read_to_string(course.path("output/second.html")).unwrap();
    assert!(page.contains("Figure\u{a0}2.2</a>") && page.contains("Figure\u{a0}3.1"), "{page}");
    let page = std::fs::read_to_string(course.path("output/third.html")).unwrap();
    assert!(page.contains("Figure\u{a0}4.1"), "{page}");
}

#[test]
fn in_links_headings_and_alternatives_a_reference_is_plain_text() {
    let body = format!(
        "{}\n## About `{{{{ ref: soft.probabilities }}}}`\n\n[x `{{{{ ref: soft.probabilities }}}}`](a.md) ![as in `{{{{ ref: soft.probabilities }}}}`](p.png \"At `{{{{ ref: soft.probabilities }}}}`\")\n",
        one_figure("soft")
    );
    let course = Course::with("a.md", &body).file("lessons/p.png", b"x");
    let called = course.call(&["run", "lessons/a.md"]);
    assert_eq!(called.status, 0, "{}", called.error);
    let page = course.build().text("a.html");
    for expected in [
        "About Figure\u{a0}1.1</h2>",
        "<a href=\"a.html\">x Figure\u{a0}1.1</a>",
        "alt=\"as in Figure 1.1\"",
        "title=\"At Figure 1.1\"",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
    assert!(!page.contains("class=\"ref\""), "{page}");
}

#[test]
fn a_figure_that_turns_out_not_to_be_drawn_is_an_error() {
    let body =
        format!("{}\n`{{{{ ref: ways.epochs_to }}}}`\n", WAYS.replace("figures: [loss, dev_loss]\n", ""));
    let called = Course::with("a.md", &body).call(&["build"]);
    assert_eq!(called.status, 1);
    assert!(called.error.contains("shows no figure `epochs_to` with these settings"), "{}", called.error);
}

#[test]
fn sources_stand_at_the_end_once_and_lead_back() {
    let body = format!(
        "{WAYS}\nAgain [see @kingma2015, *p.* 2; -@own_x_:2.a], nobody \\[@alice], @alice, [me@example.org].\n\n## In a heading [@own_x_:2.a]\n"
    );
    let course = Course::with("a.md", &body)
        .file("lessons/gradbook.yaml", b"bibliography: refs/mine.bib\n")
        .file("lessons/refs/mine.bib", b"@article{own_x_:2.a, author={M{\\\"u}ller, Anna and Li, Bo}, title={Of {BERT} & <b>}, journal={J}, year=2020, doi={10.1/a}}\n@misc{unused, title={U}}\n");
    let page = course.build().text("a.html");
    for expected in [
        "(see <span class=\"peeking\"><a class=\"citation\"",
        ">Kingma and Ba, 2015</a>",
        ", <em>p.</em> 2; <span",
        ">2020</a>",
        "In a heading (Müller and Li, 2020)</h2>",
        "<li id=\"source.kingma2015\">Kingma, D. P. and Ba, J. (2015).",
        "Müller, A. and Li, B. (2020). <a href=\"https://doi.org/10.1/a\">Of BERT &amp; &lt;b&gt;</a>. J.",
        "nobody [@alice], @alice, [<a href=\"mailto:me@example.org\">",
        "↩<sup>2</sup>",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
    assert_eq!(page.matches("<li id=\"source.").count(), 2, "{page}");
    assert!(!page.contains("unused"));
    let strange = course.call(&["build", "--untrusted", "-o", "strange"]);
    assert_eq!(strange.status, 0, "{}", strange.error);
    let page = std::fs::read_to_string(course.path("strange/a.html")).unwrap();
    assert!(page.contains("<li id=\"source.kingma2015\">") && page.contains("role=\"tooltip\""), "{page}");
}

#[test]
fn the_first_use_of_a_term_explains_itself() {
    let body = "# Epochs\n\nAn [epoch](a.md) is no epoch. Another epoch.\n\nA learning\nrate, `epoch`.\n";
    let course = Course::with("a.md", body).file("lessons/gradbook.yaml", b"glossary: glossary.yaml\n").file(
        "lessons/glossary.yaml",
        b"epoch: {means: 'A *pass* over $m$ rows.', also: [epochs]}\nlearning rate: x\n",
    );
    let page = course.build().text("a.html");
    assert!(
        page.contains(
            "is no <span class=\"term\"><dfn tabindex=\"0\" aria-describedby=\"term.1\">epoch</dfn>"
        ),
        "{page}"
    );
    assert!(page.contains("<em>pass</em>") && page.contains(">learning\nrate</dfn>"), "{page}");
    assert_eq!(page.matches("<dfn").count(), 2, "{page}");
    assert!(page.contains("<dt>epoch</dt>"), "paper has them at the end");
    let index = std::fs::read_to_string(course.path("output/search-index.js")).unwrap();
    let sections =
        index.split("gradbookSearch([\n").nth(1).and_then(|rest| rest.split("\n], [[").next()).unwrap();
    assert!(!sections.contains("pass"), "{sections}");
}

#[test]
fn figures_are_listed_where_that_is_asked_for() {
    let course = Course::with("01-first.md", &format!("{WAYS}\n![p](p.png \"A dot {{#dot}}\")\n"))
        .file("lessons/p.png", b"x")
        .file(
            "lessons/02-list.md",
            b"---\ntitle: Figures\nlist_of_figures: true\n---\nAll, such as `{{ ref: first.dot }}`:\n",
        );
    let page = course.build().text("list.html");
    for expected in [
        "<a href=\"first.html#figure-ways-loss\">Figure\u{a0}1.1</a> Ways <em>down</em>: Training loss",
        "<a href=\"first.html#table-ways\">Table\u{a0}1.1</a>",
        "<a href=\"first.html#figure-dot\">Figure\u{a0}1.3</a> A dot",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
}
