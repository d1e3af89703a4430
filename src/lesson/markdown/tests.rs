use proptest::prelude::*;

use super::*;
use crate::lesson::Mark;
use crate::lesson::fragment::Fill;

mod diagnostics;
mod ids;

struct Echo;

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

fn read(text: &str) -> Document {
    let library = Library::default();
    let scene =
        Scene { library: &library, source: SourceId(0), start: 0, folder: "", slug: "here", number: None };
    document(text, None, scene)
}

fn html(text: &str) -> String {
    let document = read(text);
    assert_eq!(document.diagnostics, [], "{text}");
    document.body.render(&mut Echo)
}

/// Returns each mistake as `underlined: message`.
fn mistakes(text: &str) -> Vec<String> {
    let said = |error: &Diagnostic| {
        let span = error.span.unwrap();
        format!("{}: {}", &text[span.start..span.end], error.message)
    };
    read(text).diagnostics.iter().map(said).collect()
}

#[test]
fn writes_what_the_format_names() {
    assert_eq!(
        html("a ~~b~~\n\n- [x] c"),
        "<p>a <del>b</del></p>\n<ul>\n<li><input disabled=\"\" type=\"checkbox\" checked=\"\"/>\nc</li>\n</ul>\n"
    );
    assert!(html("| a |\n|---|\n| `{{ x.y }}` |").contains("<td>[x.y]</td>"));
    assert!(html("| a |\n|---|\n| b |").starts_with("<div class=\"table-scroll\"><table>"));
    assert_eq!(html("term\n: meaning"), "<dl>\n<dt>term</dt>\n<dd>meaning</dd>\n</dl>\n");
    assert!(html("> [!TIP]\n> a").contains("<p class=\"markdown-alert-title tip\">Tip</p>\n<p>a</p>"));
    assert!(html("```python\na < b\n```").contains("<code class=\"language-python\">a &lt; b"));
    assert!(html("so $x^2$ is").contains("<math>"));
    assert!(html("$$\nx^2\n$$").contains("<math display=\"block\">"));
    assert!(html("a <b>c</b>").contains("<b>c</b>"));
}

#[test]
fn what_stands_above_or_below_the_line() {
    for (text, expected) in [
        ("H~2~O and x^2^.", "H<sub>2</sub>O and x<sup>2</sup>."),
        (
            "10^-3^, Ca^2+^, 1^st^, x~i,j~, w^(i)^",
            "10<sup>-3</sup>, Ca<sup>2+</sup>, 1<sup>st</sup>, x<sub>i,j</sub>, w<sup>(i)</sup>",
        ),
        ("**x^2^**", "<strong>x<sup>2</sup></strong>"),
        ("2^10 and 2^20, O(n^2)+O(m^2), 2^n+2^m", "2^10 and 2^20, O(n^2)+O(m^2), 2^n+2^m"),
        ("x\\^2^, H\\~2~O, `x^2^`, $x^2^$", ""),
        ("a ~~b~~ and ~c d~, ~e~", "a <del>b</del> and <del>c d</del>, <del>e</del>"),
        ("~~a~2~b~~", "<del>a<sub>2</sub>b</del>"),
        ("~100 and ~200, a^^b^^", "~100 and ~200, a^^b^^"),
        ("&amp;^2^ ü^2^", "&amp;<sup>2</sup> ü<sup>2</sup>"),
    ] {
        let shown = read(text).body.render(&mut Echo);
        let scripts = shown.contains("<su") && !shown.contains("<math");
        match expected {
            "" => assert!(!scripts, "{shown}"),
            expected => assert_eq!(shown, format!("<p>{expected}</p>\n"), "{text}"),
        }
    }
    assert_eq!(read("## x^2^ y\n\n## z").headings[0].content.render(&mut Echo), "x<sup>2</sup> y");
}

#[test]
fn alerts_have_titles_and_solutions_are_folded() {
    let quote = |name: &str, title: &str, body: &str| {
        format!(
            "<blockquote class=\"markdown-alert-{name}\">\n<p class=\"markdown-alert-title {name}\">{title}</p>\n{body}</blockquote>\n"
        )
    };
    assert_eq!(html("> [!NOTE] On *x*\n> a\n> b"), quote("note", "On <em>x</em>", "<p>a\nb</p>\n"));
    assert_eq!(html("> [!exercise]\n> a"), quote("exercise", "Exercise", "<p>a</p>\n"));
    assert_eq!(
        html("> [!EXERCISE] Two\n>\n> a\n> - b"),
        quote("exercise", "Two", "<p>a</p>\n<ul>\n<li>b</li>\n</ul>\n")
    );
    assert_eq!(html("> [!TIP] `{{ x.y }}`\n> a"), quote("tip", "[x.y]", "<p>a</p>\n"));
    let solution = "<details class=\"markdown-alert-solution\">\n<summary class=\"markdown-alert-title\">Solution</summary>\n<p>b</p>\n</details>\n";
    assert_eq!(html("> [!SOLUTION]\n> b"), solution);
    assert_eq!(
        html("> [!EXERCISE] A\n> a\n>\n> > [!SOLUTION]\n> > b"),
        quote("exercise", "A", &format!("<p>a</p>\n{solution}"))
    );
    let open = read("> [!WARNING] **a\n> b**");
    assert_eq!(open.diagnostics.len(), 1);
    let shown = "<blockquote>\n<p>[!WARNING] <strong>a\nb</strong></p>\n</blockquote>\n";
    assert_eq!(open.body.render(&mut Echo), shown);
    assert_eq!(mistakes("> [!FOO]\n> a").len(), 1);
    assert_eq!(mistakes("> [!NOTE]- Folded\n> a").len(), 1);
    assert_eq!(
        html("> [!NOTE](https://a.example) a"),
        "<blockquote>\n<p><a href=\"https://a.example\">!NOTE</a> a</p>\n</blockquote>\n"
    );
}

#[test]
fn tabs_are_fences_that_follow_each_other() {
    let shown = html(
        "```python tab: NumPy, by hand\na\n```\n```rust tab: Rust\nb\n```\n```rust tab: Rust\nc\n```\n```c tab: C\nd\n```\n\n## Code tabs",
    );
    assert_eq!(shown.matches("<div class=\"tabs\">").count(), 2, "{shown}");
    assert_eq!(shown.matches("checked=\"\"").count(), 2);
    assert!(shown.contains("<label for=\"code-tabs-2-1\">NumPy, by hand</label>\n<div class=\"tab\">\n<pre><code class=\"language-python\">a\n"), "{shown}");
    let ids: Vec<&str> = shown.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "{ids:?}");
    assert_eq!(mistakes("```python tab: One\na\n```\n\ntext"), ["One: the tab `One` is alone"]);
    assert_eq!(mistakes("```python tob: One\na\n```"), ["tob: a fence has no setting `tob`"]);
    assert_eq!(mistakes("```python lines: 3\na\n```"), ["lines: this is a part of no file"]);
    assert!(html("```python title\na\n```").contains("language-python"));
}

#[test]
fn code_of_a_file_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.py"), "x = 1\n# region r\n  y < {{ z }}\n# endregion\n").unwrap();
    std::fs::write(folder.path().join(".hidden.py"), "secret").unwrap();
    let library = Library { root: folder.path().to_owned(), untrusted: true, ..Library::default() };
    let scene =
        Scene { library: &library, source: SourceId(0), start: 0, folder: "", slug: "", number: None };
    let read = |text: &str| document(text, None, scene);
    let shown = |text: &str| {
        let document = read(text);
        assert_eq!(document.diagnostics, [], "{text}");
        document.body.render(&mut Echo)
    };
    assert_eq!(
        shown("```python file: a.py, region: r\n```"),
        "<pre><code class=\"language-python\">y &lt; {{ z }}\n</code></pre>\n"
    );
    assert_eq!(
        shown("```file: a.py, lines: 1\n```"),
        "<pre><code class=\"language-py\">x = 1\n</code></pre>\n"
    );
    assert_eq!(read("```file: a.py\n```").included.len(), 1);
    for (text, message) in [
        ("```python file: b.py\n```", "there is no file `b.py`"),
        ("```python file: ../b.py\n```", "this file lies outside of the lessons folder"),
        ("```python file: /etc/passwd\n```", "there is no file `/etc/passwd`"),
        ("```python file: .hidden.py\n```", "the file `.hidden.py` is hidden"),
        ("```python file: a.py, region: q\n```", "there is no region `q` in `a.py`"),
        ("```python file: a.py, lines: 9\n```", "there are no lines `9` in `a.py`"),
        ("```python file: a.py, lines: 1, region: r\n```", "lines and a region are two parts"),
        ("```python file: a.py\nb\n```", "this fence has code of its own and a file"),
    ] {
        let said: Vec<String> = read(text).diagnostics.into_iter().map(|said| said.message).collect();
        assert_eq!(said, [message], "{text}");
    }
    std::fs::write(folder.path().join("long.py"), "x = 1\n".repeat(100_000)).unwrap();
    let lines = read(&"```python file: long.py, lines: 99000-\n```\n\n".repeat(20));
    assert_eq!((lines.diagnostics.len(), lines.included.len()), (0, 20));
    // Six of them fit into 4 MiB, however many more there are.
    let many = read(&"```python file: long.py\n```\n\n".repeat(20));
    assert_eq!((many.included.len(), many.shown.len()), (6, 20));
}

#[test]
fn a_published_chart_is_a_picture() {
    let lessons = vec![("1-a.md".to_owned(), "here".to_owned())];
    for untrusted in [false, true] {
        let library = Library { lessons: lessons.clone(), untrusted, ..Library::default() };
        let scene = Scene {
            library: &library,
            source: SourceId(0),
            start: 0,
            folder: "",
            slug: "there",
            number: None,
        };
        let read = document("![x](here/four-loss.svg)", None, scene);
        assert_eq!(read.diagnostics, []);
        assert_eq!(read.body.render(&mut Echo), "<p><img src=\"here/four-loss.svg\" alt=\"x\" /></p>\n");
        assert_eq!(
            (read.published[0].path.as_str(), read.anchors[0].id.as_str()),
            ("here/four-loss.svg", "experiment-four")
        );
        assert_eq!(document("![x](here/four.csv)", None, scene).diagnostics.len(), 1);
    }
}

#[test]
fn a_strangers_raw_html_is_shown_as_text() {
    let library = Library { untrusted: true, ..Library::default() };
    let scene =
        Scene { library: &library, source: SourceId(0), start: 0, folder: "", slug: "", number: None };
    let body = document("a <b>c</b>\n\n<script>x</script>\n\n`<i>`", None, scene).body.render(&mut Echo);
    assert_eq!(
        body,
        "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n<p>&lt;script&gt;x&lt;/script&gt;\n</p>\n<p><code>&lt;i&gt;</code></p>\n"
    );
}

#[test]
fn a_strangers_raw_html_names_places_and_its_comments_vanish() {
    let library = Library { untrusted: true, ..Library::default() };
    let scene =
        Scene { library: &library, source: SourceId(0), start: 0, folder: "", slug: "", number: None };
    let text = "<!-- an\nold -->\n\n<a name=\"y\"/>\n\n## A <span id=\"z\" class=\"w\">b</span>\n\n\
        <div id=\"q\">\n\nc <!-- d --> <a id=\"x\" name=\"x\"></a>[g](#x)\n\n</div>\n";
    let read = document(text, None, scene);
    assert_eq!(read.diagnostics, []);
    assert_eq!(
        read.body.render(&mut Echo),
        "\n<span id=\"y\"></span>\n<h2 id=\"a-b\">A <span id=\"z\"></span>b</h2>\n<span id=\"q\"></span>\n\
         <p>c  <span id=\"x\"></span><a href=\"#x\">g</a></p>\n\n"
    );
    assert!(["x", "y", "z", "q"].iter().all(|id| read.ids.contains(&(*id).to_owned())), "{:?}", read.ids);

    let text = "<a id=\"x\" onclick=\"y()\">b</a> <i>c</i> <a id='a b'></a>\n\n<!-- d";
    let read = document(text, None, scene);
    assert_eq!(
        read.body.render(&mut Echo),
        "<p>&lt;a id=&quot;x&quot; onclick=&quot;y()&quot;&gt;b&lt;/a&gt; &lt;i&gt;c&lt;/i&gt; &lt;a id='a b'&gt;&lt;/a&gt;</p>\n\
         <p>&lt;!-- d</p>\n"
    );
    let said = read.diagnostics.iter().map(|found| found.message.as_str()).collect::<Vec<_>>();
    assert_eq!(said, ["HTML is shown as text in a lesson that is not trusted"]);
    let twice = document("<a id=\"x\"></a> <a id=\"x\"></a>", None, scene);
    assert_eq!(twice.diagnostics.len(), 1);
    let headed = document("<a name=\"set-up\"></a>\n\n## Set up", None, scene);
    assert_eq!(headed.diagnostics, []);
    assert!(headed.body.render(&mut Echo).ends_with("<h2 id=\"set-up\">Set up</h2>\n"));
}

#[test]
fn experiments_stand_anywhere_and_know_their_place() {
    let text = "- item\n\n  ```yaml experiment\n  kind: split\n  id: é_a\n  ```\n\n> > ```yaml experiment\n> > kind: init\n> > ```\n\n1. x\n   ~~~yaml experiment\n   data: {name: digits}\n   ~~~\n";
    let document = read(text);
    assert_eq!(document.diagnostics, []);
    assert_eq!(document.blocks[0].yaml, "kind: split\nid: é_a\n");
    let places: Vec<&str> = document
        .blocks
        .iter()
        .map(|block| {
            let span = block.node.entries().last().unwrap().value.span;
            &text[span.start..span.end]
        })
        .collect();
    assert_eq!(places, ["é_a", "init", "{name: digits}"]);
    let body = document.body.render(&mut Echo);
    for index in 0..3 {
        assert!(body.contains(&format!("[experiment {index}]")), "{body}");
    }
    assert!(document.ids.contains(&"experiment-é_a".to_owned()));
}

#[test]
fn windows_line_ends_and_tabs_keep_places() {
    let text = "-\titem\r\n\r\n\t```yaml experiment\r\n\tkind: split\r\n\tid: a\r\n\t```\r\n";
    let document = read(text);
    assert_eq!(document.diagnostics, []);
    let span = document.blocks[0].node.get("id").unwrap().span;
    assert_eq!(&text[span.start..span.end], "a");
}

#[test]
fn bare_addresses_are_links() {
    let link = |href: &str, text: &str| format!("<p><a href=\"{href}\">{text}</a>.</p>\n");
    assert_eq!(
        html("https://a.org/_b_c?d=*e*."),
        link("https://a.org/_b_c?d=*e", "https://a.org/_b_c?d=*e").replace("</a>", "</a>*")
    );
    assert_eq!(html("<me@a.org>."), link("mailto:me@a.org", "me@a.org"));
    assert_eq!(html("www.a.org."), link("http://www.a.org", "www.a.org"));
    assert_eq!(html("*http://a.org* b http://c.org d").matches("<a ").count(), 2);
    assert_eq!(html("[http://a.org](#main) `http://a.org`").matches("<a ").count(), 1);
    assert_eq!(html("http://a.org/*b c* d"), "<p><a href=\"http://a.org/*b\">http://a.org/*b</a> c* d</p>\n");
}

#[test]
fn pictures_have_widths_and_captions() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.png"), "x").unwrap();
    let library = Library { root: folder.path().to_owned(), ..Library::default() };
    let scene = Scene {
        library: &library,
        source: SourceId(0),
        start: 0,
        folder: "",
        slug: "deep/here",
        number: None,
    };
    let read = |text: &str| document(text, None, scene);
    let shown = |text: &str| read(text).body.render(&mut Echo);
    let src = "src=\"../files/p.png\" alt=\"a\"";
    assert_eq!(shown("![a](p.png)"), format!("<p><img {src} /></p>\n"));
    assert_eq!(shown("![a](p.png \"width=50%\")"), format!("<p><img width=\"50%\" {src} /></p>\n"));
    assert_eq!(
        shown("b ![a](p.png \"c {width=30px}\")"),
        format!("<p>b <img width=\"30\" {src} title=\"c\" /></p>\n")
    );
    assert_eq!(
        shown("![a](p.png \"The *loss* `{{ x.y }}` {width=30}\")"),
        format!(
            "<figure>\n<img width=\"30\" {src} />\n<figcaption>{}The <em>loss</em> [x.y]</figcaption>\n</figure>\n",
            Mark::Picture(None).written()
        )
    );
    assert!(shown("![a](p.png \"b \\\" c\")").contains("b \" c</figcaption>"));
    // The words of a title may stand in the file otherwise, or elsewhere.
    let caption = |text: &str| {
        let shown = shown(text);
        let (_, caption) = shown.split_once("<figcaption>").unwrap();
        caption.split_once("</figcaption>").unwrap().0.replace(&Mark::Picture(None).written(), "")
    };
    assert_eq!(caption("![a][r]\n\n[r]: p.png \"The *loss* `{{ x.y }}`\""), "The <em>loss</em> [x.y]");
    assert_eq!(
        caption("![a](p.png \"\\\"Best\\\" *loss* `{{ x.y }}`, `` {{ x.y }} ``\")"),
        "\"Best\" <em>loss</em> [x.y], <code>{{ x.y }}</code>"
    );
    let shown_alone = caption("![Größe ö](p.png \"&lt; $\\alpha *b* `{{ x.y }}` www.a.org\")");
    assert!(shown_alone.starts_with("&lt; $\\alpha <em>b</em> [x.y] "), "{shown_alone}");
    assert_eq!(read("![a](p.png \"width=half\")").diagnostics[0].message, "this is no width of a picture");
}

#[test]
fn equations_count_through_the_page() {
    let body = html(
        "See $\\eqref{b}$.\n\n$$a \\label{a}$$\n\n## Of $\\eqref{a}$\n\n$$\n\\begin{align} b &= c \\label{b}\\\\ d &= e \\end{align}\n$$\n\n$$f \\tag{*}\\label{c}$$ $$g$$ $\\ref{c}$",
    );
    assert!(body.contains("<a href=\"#eq-b\">(2)</a>"), "{body}");
    assert!(
        body.contains("id=\"eq-a\"><mtext>(1)</mtext>") && body.contains("id=\"eq-b\"><mtext>(2)</mtext>"),
        "{body}"
    );
    assert!(
        body.contains("id=\"eq-c\"><mtext>(*)</mtext>") && body.matches("<mtext>(").count() == 4,
        "{body}"
    );
    assert_eq!(
        mistakes("$$a \\label{eq:cost}$$ $\\eqref{eq:cots}$\n\n> $$\n> b \\label{eq:cost}\n> $$"),
        [
            "$$\n> b \\label{eq:cost}\n> $$: two equations have the label `eq:cost`",
            "eq:cots: there is no equation `eq:cots` on this page",
        ]
    );
    assert_eq!(mistakes("a $x \\label{y}$"), ["\\label{y}: an equation within a line has no number"]);
}

#[test]
fn attributes_hold_values_and_formulas_as_plain_text() {
    let library = Library { root: std::env::temp_dir(), ..Library::default() };
    let scene =
        Scene { library: &library, source: SourceId(0), start: 0, folder: "", slug: "", number: None };
    let text = "[a](b:c \"v `{{ x.y }}` of $z_1$, `code` *a*\") <b title=\"`{{ x.z }}`\">`c`</b>\n\n<p>3 `{{ x.w | round(2) }}` `{{ claim: a &lt; b }}`</p>\n";
    let body = document(text, None, scene).body.render(&mut Echo);
    assert!(body.contains("title=\"v [x.y] of z₁, `code` *a*\""), "{body}");
    assert!(body.contains("<b title=\"[x.z]\">"), "{body}");
    assert!(body.contains("<p>3 [x.w | round(2)] [a < b]</p>"), "{body}");
    let found = document("![of $x < y$ *and*\n`{{ x.y }}` \\* `c`](nowhere.png)", None, scene);
    assert!(found.body.render(&mut Echo).contains("alt=\"of x &lt; y and [x.y] * c\""));
    let strangers = Library { untrusted: true, ..library.clone() };
    let scene = Scene { library: &strangers, ..scene };
    assert_eq!(
        document("a <b>`{{ x.y }}`</b>", None, scene).body.render(&mut Echo),
        "<p>a &lt;b&gt;[x.y]&lt;/b&gt;</p>\n"
    );
    assert_eq!(document("<p>`{{ x.y }}`", None, scene).body.render(&mut Echo), "<p>&lt;p&gt;[x.y]</p>\n");
}

#[test]
fn values_stand_in_formulas() {
    assert!(html("$L = \\val{a.b | round(2)}$").contains("<mn>[a.b | round(2)]</mn>"));
    assert!(html("| a |\n|---|\n| $\\val{a.b \\| round(2)}$ |").contains("<mn>[a.b | round(2)]</mn>"));
    assert_eq!(mistakes("$L = \\val{a.b | roudn(2)}$"), ["roudn: there is no filter `roudn`"]);
    assert_eq!(
        mistakes("$$L = {{ e.sgd.train_loss }}$$"),
        ["{{ e.sgd.train_loss }}: a value is not computed so within a formula"]
    );
    assert_eq!(mistakes("$\\val{claim: a < b}$"), ["claim: a < b: no claim can stand within a formula"]);
}

#[test]
fn titles_are_lines() {
    let library = Library::default();
    let scene =
        Scene { library: &library, source: SourceId(0), start: 0, folder: "", slug: "", number: None };
    let shown = |text: &str| {
        title(text, scene, Beside { blocks: &[], equations: &Equations::new() }).body.render(&mut Echo)
    };
    for (text, html) in [
        ("1. Introduction", "1. Introduction"),
        ("# *A* `b`", "# <em>A</em> <code>b</code>"),
        ("- _a_\nb", "- <em>a</em> b"),
        ("_a_ `{{ x.y }}`", "<em>a</em> [x.y]"),
        ("> a", "&gt; a"),
        ("[a *b*](#main) <a href=\"#main\">c</a> <https://a.org>", "a <em>b</em> c https://a.org"),
        ("[a](#main) http://a.org <abbr>b</abbr>", "a http://a.org <abbr>b</abbr>"),
        ("", ""),
    ] {
        assert_eq!(shown(text), html);
    }
}

#[test]
fn what_is_read_out_keeps_the_words_of_its_markup() {
    let library = Library::default();
    let scene =
        Scene { library: &library, source: SourceId(0), start: 0, folder: "", slug: "", number: None };
    let shown = |text: &str| {
        plain(text, scene, Beside { blocks: &[], equations: &Equations::new() }).body.render(&mut Echo)
    };
    assert_eq!(shown("Alt $x_1$ *em* [b](#main) `c`"), "Alt x₁ em b c");
    assert_eq!(shown("- a_b < 2 * 3 \\*\n\nwith `{{ x.y }}`"), "- a_b &lt; 2 * 3 *  with [x.y]");
}

#[test]
fn short_texts_have_no_paragraph() {
    let library = Library::default();
    let scene =
        Scene { library: &library, source: SourceId(0), start: 0, folder: "", slug: "", number: None };
    let shown = |text: &str| {
        short(text, scene, Beside { blocks: &[], equations: &Equations::new() }).body.render(&mut Echo)
    };
    assert_eq!(shown("Adam *ends* at `{{ a.b }}`"), "Adam <em>ends</em> at [a.b]");
    assert_eq!(shown("`{{ a.b }}`"), "[a.b]");
    assert_eq!(shown("a\n\nb"), "<p>a</p>\n<p>b</p>\n");
    assert_eq!(shown(""), "");
}

proptest! {
    #[test]
    fn no_text_panics(text in "[ab#*_`~\\[\\]()<>!|:$\\\\{}^\n\r\t 1.&;é=-]{0,80}") {
        let document = read(&text);
        let _ = document.body.render(&mut Echo);
        for diagnostic in document.diagnostics {
            let span = diagnostic.span.unwrap();
            prop_assert!(span.start <= span.end && span.end <= text.len());
        }
    }

    #[test]
    fn no_block_panics(text in "(> |- |)```yaml experiment\n[a-c:{}\\[\\]\n >é\t'-]{0,40}\n(> |  |)```") {
        let _ = read(&text).body.render(&mut Echo);
    }
}
