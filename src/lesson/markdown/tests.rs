use proptest::prelude::*;

use super::*;
use crate::lesson::Mark;
use crate::lesson::fragment::Fill;

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
fn ids_of_raw_html_stand_on_a_page_once() {
    let heading = &read("## A <b id=\"x\" class=\"y\">b</b>\n\n## C").headings[0];
    assert_eq!(heading.content.render(&mut Echo), "A <b class=\"y\">b</b>");
    let library = Library::default();
    let note = |start: usize| {
        let scene =
            Scene { library: &library, source: SourceId(0), start, folder: "", slug: "", number: None };
        let beside = Beside { blocks: &[], equations: &Equations::default() };
        short("a[^1]\n\n[^1]: b", scene, beside).body.render(&mut Echo)
    };
    assert!(note(7).contains("id=\"fn-7-1\"") && note(9).contains("href=\"#fn-9-1\""), "{}", note(9));
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
fn what_becomes_too_long_a_page_is_refused() {
    let first = |text: &str| read(text).diagnostics.first().map(|found| found.message.clone());
    let table = format!("{}|\n{}|\n{}\n", "|a".repeat(300), "|-".repeat(300), "|b|\n".repeat(200));
    assert_eq!(first(&table), None);
    assert_eq!(
        first(&table.repeat(3)).as_deref(),
        Some("the rows of tables up to this one lack too many cells")
    );
    let primes = format!("$${}$$\n\n", "'".repeat(900));
    assert_eq!(first(&primes), None);
    assert_eq!(
        first(&primes.repeat(500)).as_deref(),
        Some("the formulas up to this one are too long for a page, as the MathML that browsers read")
    );
}

#[test]
fn headings_get_ids_of_their_own() {
    let document = read("# A `{{ x.y }}` b\n## Same\n## Same\n### Own {#same-2}\n## [L](#same) !\n##\n");
    assert_eq!(document.diagnostics, []);
    let shown: Vec<String> = document
        .headings
        .iter()
        .map(|heading| format!("{} {} {}", heading.level, heading.id, heading.content.render(&mut Echo)))
        .collect();
    assert_eq!(
        shown,
        ["1 a-x-y-b A [x.y] b", "2 same Same", "2 same-3 Same", "3 same-2 Own", "2 l L !", "2 section "]
    );
    assert!(
        document
            .body
            .render(&mut Echo)
            .contains("<h2 id=\"l\"><span id=\"l-\"></span><a href=\"#same\">L</a> !</h2>")
    );
    assert_eq!(document.anchors.len(), 1);
    assert_eq!(mistakes("# A {#x}\n# B {#x}"), ["x: two headings have the id `x`"]);
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
fn mistakes_have_their_place() {
    assert_eq!(
        mistakes("```yaml experimnt\na: 1\n```"),
        ["yaml experimnt: a block marked `yaml experimnt` is shown, not run"]
    );
    assert_eq!(mistakes("> ```yaml experiment\n> kind: a\n> kind: b\n> ```"), ["kind: `kind` is set twice"]);
    assert_eq!(mistakes("```yaml experiment\n```"), ["```yaml experiment: this experiment is empty"]);
    assert_eq!(
        mistakes("```yaml experiment\nkind split\n```"),
        ["kind split: this is the text `kind split`"]
    );
    assert_eq!(mistakes("a `{{ x.y | percnt }}`"), ["percnt: there is no filter `percnt`"]);
    assert_eq!(mistakes("a `{{ }}`"), ["`{{ }}`: this expression is empty"]);
    assert_eq!(mistakes("a {{ x.y }} b"), ["{{ x.y }}: a value outside of backticks is shown as it stands"]);
    let outside = "a value outside of backticks is shown as it stands";
    let both = "{{ x.y }} or {{ x.z }} and {{ x.y }}, } }}";
    assert_eq!(
        mistakes(both),
        ["{{ x.y }}", "{{ x.z }}", "{{ x.y }}"].map(|value| format!("{value}: {outside}"))
    );
    assert_eq!(mistakes("é $a + \\nope$"), ["\\nope: Unknown command \"\\nope\""]);
    assert_eq!(mistakes("[a](javascript:x)"), ["javascript:x: a link with `javascript:` is refused"]);
    assert_eq!(
        mistakes("![a](https://x.org/a.png)"),
        ["https://x.org/a.png: this image would be fetched from elsewhere"]
    );
    assert_eq!(mistakes("![a](a.png)"), ["a.png: there is no file `a.png`"]);
}

#[test]
fn footnotes_come_last_in_the_order_of_the_text() {
    let body = html("a[^two] b[^one]\n\n[^one]: First `{{ x.y }}`.\n\n[^two]: Second.\n\nend");
    let place = |part: &str| body.find(part).unwrap_or_else(|| panic!("{part} in {body}"));
    assert!(place("end") < place("Second") && place("Second") < place("First [x.y]"));
    assert_eq!(mistakes("a\n\n[^x]: b"), ["[^x]:: nothing refers to the footnote `x`"]);
    assert_eq!(mistakes("a[^x] b"), ["[^x]: there is no footnote `x`"]);
}

#[test]
fn footnotes_lead_to_the_text_and_back() {
    let body = html("a[^a b] b[^a b] c[^é]\n\n[^a b]: One.\n[^é]: - two\n\n## A b");
    for part in [
        "a<sup class=\"footnote-reference\" id=\"fnref-a-b\"><a href=\"#fn-a-b\">1</a></sup> b",
        "b<sup class=\"footnote-reference\" id=\"fnref-a-b-2\"><a href=\"#fn-a-b\">1</a></sup> c",
        "id=\"fn-a-b\"><sup class=\"footnote-definition-label\">1</sup>\n<p>One. <a class=\"footnote-back\" href=\"#fnref-a-b\"",
        "href=\"#fnref-a-b-2\" aria-label=\"Back to the text 2\">↩<sup>2</sup></a></p>",
        "</ul>\n<p><a class=\"footnote-back\" href=\"#fnref-é\"",
        "<h2 id=\"a-b\">",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
    assert!(mistakes("a[^x]\n\n[^x]: b\n\n[^x]: c")[0].contains("two footnotes are called `x`"));
    // What only a footnote refers to that is dropped itself.
    assert!(mistakes("text\n\n[^a]: x[^b]\n\n[^b]: y")[0].contains("nothing refers to the footnote `a`"));
    let twice = mistakes("a[^1]\n\n[^1]: b[^2]\n\n[^1]: c\n\n[^2]: d");
    assert!(twice[0].contains("two footnotes are called `1`"), "{twice:?}");
}

#[test]
fn no_id_stands_twice_beside_charts_and_notes() {
    let body = html(
        "a[^1] b[^1] c[^1-2]\n\n[^1]: d\n\n[^1-2]: e\n\n## fnref-1\n\n## fn-1\n\n## e-loss-wide-title\n\n## e loss narrow-narrow clip 0\n",
    );
    let ids: Vec<&str> = body.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), distinct.len(), "{ids:?}");
    for part in ["href=\"#fnref-1\"", "href=\"#fnref-1-2\"", "<h2 id=\"e-loss-wide-title-2\">"] {
        assert!(body.contains(part), "{part} in {body}");
    }
    for link in body.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(distinct.contains(link), "{link} in {body}");
    }
    for of_chart in ["e-loss-wide-title", "e-loss-narrow-narrow-desc", "e-a-wide-clip-12"] {
        assert!(!ids.contains(&of_chart));
        let said = format!("{of_chart}: the id `{of_chart}` may be one of a chart");
        assert_eq!(mistakes(&format!("## A {{#{of_chart}}}")), std::slice::from_ref(&said));
        assert_eq!(mistakes(&format!("<p id=\"{of_chart}\">")), [said]);
    }
    assert!(
        mistakes("a[^1]\n\n[^1]: b\n\n## C {#fnref-1}").is_empty()
            && html("## A wide-clip-\n\n## title").contains("\"title\"")
    );
}

#[test]
fn what_is_not_defined_or_not_shown_is_said() {
    let undefined = |name: &str| format!("nothing is defined as `{name}`");
    assert_eq!(
        mistakes("[a][b] [c][] [d] [e]\n\n[e]: #"),
        [format!("[a][b]: {}", undefined("b")), format!("[c]: {}", undefined("c"))]
    );
    assert_eq!(mistakes("![p][nope]"), [format!("![p][nope]: {}", undefined("nope"))]);
    let row = "this row has 3 cells, and its table 2 columns";
    assert_eq!(mistakes("|a|b|\n|-|-|\n|c|d|e|\n"), [format!("e: {row}")]);
    assert_eq!(mistakes("> a|b\n> -|-\n> c|`d|e`\n"), [format!("e`: {row}")]);
    assert_eq!(mistakes("a|b\n-|-\nc|d\\|e\nf\n|g|h|  \n"), [""; 0]);
}

#[test]
fn code_and_formulas_that_the_end_of_a_cell_cuts_are_said() {
    let cut = |what: &str| format!("a `|` ends the cell of a table, and cuts this {what}");
    for (row, place, what) in [
        ("$P(a|b)$", "$P(a|b)$", "formula"),
        ("$5 and $P(a|b)$", "$P(a|b)$", "formula"),
        ("`a|b`", "`a|b`", "code"),
        ("x `a | b`", "`a | b`", "code"),
    ] {
        assert_eq!(
            mistakes(&format!("| a | b |\n|-|-|\n| {row} |\n")),
            [format!("{place}: {}", cut(what))],
            "{row}"
        );
    }
    for row in
        ["$5|$6", "$5 | $6", "US$|A$", "$x$ | $y$", "`a` | `b`", "$\\|x\\|$ | y", "$|$", "a`|b", "\\`|`\\`"]
    {
        assert_eq!(mistakes(&format!("| a | b |\n|-|-|\n| {row} |\n")), [""; 0], "{row}");
    }
}

#[test]
fn a_fence_that_is_never_closed_is_said() {
    let open = "this fence is never closed: all that follows is code";
    assert_eq!(mistakes("a\n\n```python\nb\n\n## C\n"), [format!("```python: {open}")]);
    assert_eq!(mistakes("````\n```\n"), [format!("````: {open}")]);
    assert_eq!(mistakes("~~~\na\n```"), [format!("~~~: {open}")]);
    assert_eq!(mistakes("> ```\n> a"), [format!("```: {open}")]);
    for closed in [
        "```\na\n```",
        "```\na\n`````  \n",
        "> ~~~\n> a\n> ~~~",
        "- ```\n  a\n  ```",
        "```\n```",
        "> ```\n> a\n\nb",
        "    a",
    ] {
        assert_eq!(mistakes(closed), [""; 0], "{closed}");
    }
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
fn ways_of_other_programs_are_named() {
    for (text, shown, what) in [
        (":::{note}\nHello\n:::", ":::{note}", "a container"),
        ("::: warning\nHello\n:::", "::: warning", "a container"),
        ("> !!! note\n>     Hello", "!!! note", "an admonition"),
        ("see [[02-b]] there", "[[02-b]]", "a link of a wiki"),
        ("{cite}`x2019`", "{cite}", "a citation of another dialect"),
        ("in :numref:`fig_x`", ":numref:", "a reference of another dialect"),
        ("`a`{.python}", "{.python}", "an attribute"),
        ("Text.\n{: .note}", "{: .note}", "an attribute"),
        ("{{< figure src=a.png >}}", "{{< figure src=a.png >}}", "a command of another"),
        ("{% hint style=x %}", "{% hint style=x %}", "a command of another"),
        ("```rust\n{{#include a.rs}}\n```", "{{#include a.rs}}", "a command of mdBook"),
        ("as in \\cite{a}", "\\cite{a}", "a citation of LaTeX"),
        ("a ^[note] b", "^[note]", "a footnote within"),
        ("[TOC]", "[TOC]", "a list of contents"),
        ("> [!FOO]\n> a", "[!FOO]", "an alert of another dialect"),
        ("a ==b c== d", "==b c==", "a mark of another"),
        ("(label)=\n# A", "(label)=", "a label of another"),
        ("$$x$$ {#eq:1}", "{#eq:1}", "the name of an equation"),
        ("well done :smile:!", ":smile:", "the name of a picture sign"),
        ("see @fig:x.", "@fig:x", "a reference of another"),
        ("--8<-- \"a.py\"", "--8<-- \"a.py\"", "a file of another"),
        ("a %%b%% c", "%%b%%", "a remark of another"),
        ("- > [!note]- Folded\n  > a", "[!note]-", "an alert of another dialect"),
        (":begin_tab:`x`\na", ":begin_tab:", "the edge of a part"),
        ("a\n\n:end_tab:", ":end_tab:", "the edge of a part"),
        ("@[toc]", "@[toc]", "a list of contents"),
        ("[[toc]]", "[[toc]]", "a list of contents"),
        ("a\n\n{#fig:x}", "{#fig:x}", "an attribute"),
        ("a\n\n\\newpage\n\nb", "\\newpage", "a command of LaTeX"),
        ("a\\footnote{b} c", "\\footnote{b}", "a command of LaTeX"),
        ("\\includegraphics[width=1cm]{a.png}", "\\includegraphics[width=1cm]{a.png}", "a command of LaTeX"),
        ("a $$ b", "$$", "the sign of a formula"),
        ("$$\nx + 1\n\ntext", "$$", "the sign of a formula"),
        ("see [the plan](my plan.md)", "my plan.md", "an address with a blank"),
        ("![a](loss curve.png)", "loss curve.png", "an address with a blank"),
        ("| a |\n|---|\n| b |\n\n: Words {#tbl-x}", ": Words {#tbl-x}", "the caption of a table"),
        ("| a |\n|---|\n| b |\n:Words of it", ":Words of it", "the caption of a table"),
        ("in \\@ref(fig:x)", "\\@ref(fig:x)", "a reference of another"),
        ("*[HTML]: a language", "*[HTML]: a language", "an abbreviation"),
        ("a\n\n##Words\n\nb", "##Words", "a heading without a blank"),
        ("#Words", "#Words", "a heading without a blank"),
        ("%% not shown %%", "%% not shown %%", "a remark of another"),
        ("```math\na\n```", "math", "a formula in a fence"),
        ("~~~Mermaid\na\n~~~", "Mermaid", "a diagram in a fence"),
        ("```{.python .input}\na\n```", "{.python .input}", "braces after a fence"),
    ] {
        let said = mistakes(text);
        assert_eq!(said.len(), 1, "{text}: {said:?}");
        assert!(said[0].starts_with(&format!("{shown}: {what}")), "{said:?}");
    }
    for text in [
        "a `[[b]]` `{x}` b",
        "$a^[b]$",
        "\\{{#include a}}",
        "[[1, 2], [3, 4]]",
        "> [!NOTE]\n> a",
        "> [!NOTE] Title\n> a",
        "$$x$$ and $$\na\n$$ b",
        "\\$\\$ and $$$ and `$$`",
        "[a](#main 'b c') [a](#main \"b c\") (a)(b c) `[a](b c)`",
        "| a |\n|---|\n| b |\n\nTerm\n: What it is",
        "#3 and\n#tag\n\n#\n\n###\n\n\\##a",
        "\\[a](b c.md) a[i](b c) [a](<b c.md",
        "`{{#include a.rs}}` `{{ > part }}` `{{! note }}`",
        "{a: 1}\n{# a remark of a template #}",
        "a == b, c==d==e, 12:30:15, a::b::c, me@fig.example, 100%%",
        "| a |\n|:---:|\n| b |",
        "> \\[!FOO]\n> a",
        "> [!FOO](#main)",
        "```latex\na\n```",
        "at 10:30:`x`",
        ":: a",
        "## A {#b .c}",
        "```python\n{% if x %} [[a]] :::note\n```",
        "{a}",
        "C:\\\\ref",
    ] {
        assert_eq!(mistakes(text), [""; 0], "{text}");
    }
    assert!(html("```rust,ignore\na\n```").contains("class=\"language-rust\""));
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
    assert_eq!(read("![a](p.png \"width=half\")").diagnostics[0].message, "this is no width of a picture");
}

#[test]
fn braces_of_code_are_its_own() {
    let block = "```yaml experiment\nkind: softmax\nid: x\n```\n";
    let said = |text: &str| mistakes(&format!("{block}{text}"));
    for code in ["{{1, 2}, {3, 4}}", "${{ matrix.y }}", "{{ name }}", "{{ x }}"] {
        assert_eq!(said(&format!("```\n{code}\n```")), [""; 0], "{code}");
        assert_eq!(said(&format!("```yaml\nrun: {code}\n```")), [""; 0], "{code}");
    }
    assert_eq!(said("a {{1, 2}, {3}} b"), [""; 0]);
    assert_eq!(
        said("```\n{{ x.loss }}\n```"),
        ["{{ x.loss }}: a value in a block of code is shown as it stands"]
    );
    assert_eq!(said("```markdown\n{{ x.loss }}\n```"), [""; 0]);
    assert!(!html("```yaml\nsee: https://a.org\n```").contains("<a "));
    assert_eq!(html("`` {{ name }} ``"), "<p><code>{{ name }}</code></p>\n");
}

#[test]
fn formulas_in_other_delimiters_are_warned_of() {
    let shown = "this formula is shown as it stands";
    let all = ["$`d`$", "\\(a+b\\)", "\\[c\\]"].map(|formula| format!("{formula}: {shown}"));
    assert_eq!(mistakes("é \\(a+b\\) \\[c\\] $`d`$"), all);
    assert_eq!(mistakes("\\begin{align}\na &= b\n\\end{align}"), [format!("\\begin{{align}}: {shown}")]);
    assert_eq!(mistakes("a \\\\(x^2\\\\) b").len(), 1);
    for prose in ["\\[citation needed\\]", "\\[1\\]", "\\(so to say\\)", "\\[@a]", "a \\[ b"] {
        assert_eq!(mistakes(prose), [] as [&str; 0], "{prose}");
    }
    assert_eq!(mistakes("$L = `{{ a.b }}`$"), ["`{{ a.b }}`: no code can stand within a formula"]);
}

#[test]
fn a_first_heading_that_repeats_the_title_is_not_shown() {
    let library = Library::default();
    let scene =
        Scene { library: &library, source: SourceId(0), start: 0, folder: "", slug: "", number: None };
    let shown = |text: &str| document(text, Some("1. The *Pooling* of $x$"), scene);
    let repeated = shown("# 1. the pooling of $x$\n\nText\n\n# 1. The pooling of $x$\n");
    let body = repeated.body.render(&mut Echo);
    assert_eq!((body.matches("<h1").count(), repeated.headings.len()), (1, 1), "{body}");
    assert!(repeated.ids.contains(&"1-the-pooling-of-x".to_owned()), "{:?}", repeated.ids);
    assert_eq!(shown("# Other\n").headings.len(), 1);
    assert_eq!(shown("## 1. The Pooling of $x$\n").headings.len(), 1);
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
fn what_thousands_of_references_may_have_meant_is_guessed_a_hundred_times() {
    let said = read(&format!("$$a \\label{{eq:cost}}$$ {}", "$\\eqref{eq:cots}$ ".repeat(150))).diagnostics;
    let guessed = |said: &&Diagnostic| said.label == "did you mean `eq:cost`?";
    assert_eq!((said.len(), said.iter().filter(guessed).count()), (150, 100));
}

#[test]
fn of_two_dialects_in_one_place_the_first_is_named() {
    let said = mistakes(&"![a](b:c){.d} [[e]] x ^[f [[g]] h] ".repeat(2));
    let said = said.iter().filter_map(|said| said.split_once(" is shown")).map(|(said, _)| said);
    let one =
        ["[[e]]: a link of a wiki", "[[g]]: a link of a wiki", "{.d}: a picture's size or name in braces"];
    let mut expected = one.repeat(2);
    expected.sort_unstable();
    let mut said = said.collect::<Vec<_>>();
    said.sort_unstable();
    assert_eq!(said, expected);
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
