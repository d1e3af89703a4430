//! Lessons of people who wish no good, built as `--untrusted` does: whatever becomes of them, their pages run nothing, fetch
//! nothing from elsewhere and hide nothing of the site.

use std::collections::BTreeMap;
use std::path::Path;

use gradbook::pipeline::{Failure, Keeping, Request};

use crate::course::Course;
use crate::fuzz::{course, faults};
use crate::html;

/// What would run, if it came to that.
const RUN: &str = "document.title=1337";

/// What stands in a lesson below its front matter. `RUN` is put in its place.
const BODIES: &[&str] = &[
    // Raw HTML.
    "<script>RUN</script>",
    "A <script>RUN</script> b <img src=x onerror=RUN> c",
    "<img src=x onerror=RUN>",
    "<svg onload=RUN></svg>",
    "<details open ontoggle=RUN><summary>a</summary></details>",
    "<iframe srcdoc=\"<script>parent.RUN</script>\"></iframe>",
    "</article></main></body><script>RUN</script>",
    "<style>body { background: url(https://evil.example/) }</style>",
    "<base href=\"https://evil.example/\">",
    "<meta http-equiv=refresh content=\"0;url=javascript:RUN\">",
    "<math><mtext><table><mglyph><style><img src=x onerror=RUN></style></mglyph></table></mtext></math>",
    "<svg><foreignObject><iframe src=javascript:RUN></iframe></foreignObject></svg>",
    "<!--><img src=x onerror=RUN>-->",
    "<a href=\"javascript:RUN\">a</a>",
    "<form action=https://evil.example><button formaction=javascript:RUN>a</button></form>",
    "&lt;script&gt;RUN&lt;/script&gt; &#60;img src=x onerror=RUN&#62;",
    // Headings.
    "## A {tabindex=0 autofocus onfocus=RUN}",
    "## A {style=background:url(https://evil.example/pixel)}",
    "## A {#b onclick=RUN .c}",
    "## A {#b\"onfocus=RUN}",
    "## A {.c\"onfocus=RUN}",
    "## A {onmouseover=\"RUN\"}",
    "## A <script>RUN</script>",
    "## A <img src=x onerror=RUN> {#b}",
    // Tags that only name a place, and such as seem to.
    "<a id=\"x\" onclick=RUN></a> <a id='\"onclick=RUN'></a> <a name=\"y\" href=javascript:RUN>b</a>",
    "<a id=\"main\"></a> <a id=\"tools\"></a>",
    "<div id=\"x\">\n\n<!-- a --><script>RUN</script>\n\n</div></main>",
    "<span id=x style=\"background:url(https://evil.example)\">a</span> <span id=\"</main>\"></span>",
    "<!-- <script>RUN</script>\n\n<!--> <img src=x onerror=RUN>",
    "A {onfocus=RUN}\n===",
    "## The set {0, <img src=x onerror=RUN>}",
    "## The set {0, \"onfocus=RUN}",
    // Alerts, tabs and code.
    "> [!EXERCISE] <img src=x onerror=RUN>\n> a\n>\n> > [!SOLUTION] \" onclick=\"RUN\n> > b",
    "> [!NOTE] </p></blockquote><script>RUN</script>\n> a",
    "```python tab: <script>RUN</script>\na\n```\n```python tab: \" onfocus=\"RUN\nb\n```",
    "```\"onclick=\"RUN tab: a\na\n```\n```c tab: b\nb\n```",
    "```html file: x.html\n```",
    "```python\n</code></pre><script>RUN</script>\n```",
    "x^<script>RUN</script>^ and H~<img src=x onerror=RUN>~O x^(\"onclick=RUN)^",
    // Formulas.
    "$\\operatorname{<script>RUN</script>}$",
    "$\\operatorname*{<img src=x onerror=RUN>}_x$",
    "$\\operatorname{</mo></math></p></article><script>RUN</script>}$",
    "$\\operatorname{\\text{<script>RUN</script>}}$",
    "$\\text{<script>RUN</script>}$",
    "$\\mathrm{<img src=x onerror=RUN>}$",
    "$x < y > z & <script>RUN</script>$",
    "$$\\begin{align} a &= \\operatorname{<svg onload=RUN>} \\\\ b &= c \\end{align}$$",
    "$$\\begin{equation} a \\label{\"onclick=RUN} \\end{equation}$$ $\\eqref{\"onclick=RUN}$",
    "$$\\begin{equation} a \\label{<img src=x onerror=RUN>} \\tag{<script>RUN</script>} \\end{equation}$$",
    "$\\href{javascript:RUN}{a}$",
    "$\\textcolor{red\" onclick=\"RUN}{x}$",
    "$\\color{url(https://evil.example)} x$",
    "$\\class{a\" onclick=\"RUN}{x}$ $\\style{background:url(//evil.example)}{x}$",
    "$\\unicode{x3c}script$ $\\char`\\<$ $\\nope<script>$",
    "$\\operatorname{&lt;script&gt;RUN&lt;/script&gt;}$",
    "$\\begin{array}{c|c\"onclick=RUN} a \\end{array}$",
    // Links and pictures.
    "[a](javascript:RUN)",
    "[a](java\tscript:RUN)",
    "[a](<java&#10;script:RUN>)",
    "[a](&#x6a;avascript:RUN)",
    "[a](JaVaScRiPt:RUN)",
    "[a](data:text/html,<script>RUN</script>)",
    "[a](vbscript:RUN)",
    "[a](blob:https://evil.example/x)",
    "<javascript:RUN>",
    "[a](#b\"onclick=RUN)",
    "[a](https://evil.example/\"onclick=\"RUN)",
    "[a](https://evil.example \"t\\\" onclick=\\\"RUN\")",
    "[a](https://evil.example 't\" onclick=\"RUN')",
    "[a][b]\n\n[b]: javascript:RUN",
    "[a][b]\n\n[b]: https://evil.example \"t&quot; onclick=&quot;RUN\"",
    "[<img src=x onerror=RUN>][b]\n\n[b]: #\"><script>RUN</script>",
    "[<script>RUN</script>]: https://evil.example\n\n[<script>RUN</script>]",
    "![a\" onerror=\"RUN](p.png)",
    "![<img src=x onerror=RUN>](p.png)",
    "![$\\operatorname{\" onerror=RUN}$](p.png)",
    "![`\" onerror=\"RUN`](p.png)",
    "![a](p.png \"t\\\" onload=\\\"RUN\")",
    "![a](https://evil.example/p.png)",
    "![a](//evil.example/p.png)",
    "![a](\\\\evil.example/p.png)",
    "![a](data:image/svg+xml,<svg/onload=RUN>)",
    "![a](data:image/svg+xml;base64,PHN2Zy8+)",
    "<img src=\"data:image/svg+xml;base64,PHN2Zy8+\"> <img src=\"x.svg\" onload=RUN>",
    "![a](x.svg)",
    "![a\" onload=\"RUN](x.svg \"t\\\" onload=\\\"RUN {#one width=50%}\")\n\nSee `{{ ref: one }}`.",
    "[![a](x.svg)](x.svg)",
    "[![a][b]](https://evil.example)\n\n[b]: ./x.svg 't\" onload=\"RUN'",
    "## A ![a](x.svg)",
    "![a](x.svg#\"onload=RUN) ![a](x.svg?x)",
    "![a](X.SVG) ![a](x.svgz)",
    "[a](x.svg) [b](x.html)",
    "![a](p'onerror=RUN'.png)",
    "[![a\" onerror=\"RUN](p.png)](javascript:RUN)",
    // Tables, footnotes, lists, alerts, code.
    "| <script>RUN</script> | b |\n| - | :-: |\n| `<img src=x onerror=RUN>` | <b onclick=RUN>c</b> |",
    "a[^<script>RUN</script>]\n\n[^<script>RUN</script>]: b",
    "a[^\"onclick=RUN]\n\n[^\"onclick=RUN]: <script>RUN</script>",
    "> [!NOTE]\n> <script>RUN</script>",
    "> [!<script>RUN</script>]\n> a",
    "- [ ] <input onfocus=RUN autofocus>\n- [x] b",
    "```\"><script>RUN</script>\na\n```",
    "```yaml onclick=RUN\n<script>RUN</script>\n```",
    "Term <img src=x onerror=RUN>\n: <script>RUN</script>",
    "`<script>RUN</script>` ``{{ <script> }}``",
    "`{{ \"<script>RUN</script>\" }}`",
    "`{{ claim: 1 < 2 }}`",
    "<https://evil.example/\"onclick=RUN>",
    "<a@evil.example?\"onclick=RUN>",
];

/// Front matter beside a title, or in its place.
const FRONTS: &[&str] = &[
    "title: A\nauthor: ['<script>RUN</script>', '\" onclick=\"RUN']\nestimated_time: <img src=x onerror=RUN>\nprerequisites: b.md",
    "title: A <img src=x onerror=RUN>\npage: true\ndate: '<script>RUN</script>'",
    "title: <script>RUN</script>",
    "title: '<img src=x onerror=RUN> $\\operatorname{<script>RUN</script>}$'",
    "title: '[a](javascript:RUN)'",
    "title: 'A\" onclick=\"RUN'",
    "title: '</title><script>RUN</script>'",
    "title: A\nsummary: '<script>RUN</script> \" onclick=\"RUN'",
    "title: A\nsummary: '![a\" onerror=\"RUN](p.png) $\\operatorname{</p><svg onload=RUN>}$'",
    "title: A\nsummary: '![a](x.svg)'",
    "title: '![a](x.svg)'",
    "title: A\ntags: ['<script>RUN</script>', '\" onclick=\"RUN']",
];

/// Lines of `gradbook.yaml`.
const SETTINGS: &[&str] = &[
    "head: \"<script>RUN</script>\"",
    "footer: \"<script>RUN</script> [a](javascript:RUN)\"",
    "footer: \"a <img src=x onerror=RUN> **b**\"",
    "logo: x.svg",
    "logo: x.svgz",
    "footer: '![a\" onload=\"RUN](x.svg)'",
    "defaults: {caption: '![a](x.svg)'}",
    "logo: \"p.png\\\" onerror=\\\"RUN\"",
    "title: '<script>RUN</script></title>\" onclick=\"RUN'",
    "description: '\"><script>RUN</script>'",
    "author: '\"><script>RUN</script>'",
    "license: '<script>RUN</script>'",
    "repository: 'javascript:RUN//https://'",
    "repository: 'https://evil.example/\" onclick=\"RUN'",
    "repository: 'https://evil.example/{path}?<script>RUN</script>'",
    "language: 'en\" onclick=\"RUN'",
    "base_url: 'https://me.example//evil.example/'",
    "base_url: 'https://me.example/\\evil.example/'",
    "base_url: 'https://me.example/\"><script>RUN</script>'",
    "base_url: 'https://me.example/ onclick=RUN'",
    "base_url: 'javascript:RUN'",
    "theme: 'dark\" onclick=\"RUN'",
    "content_security_policy: none",
    "content_security_policy: {script-src: [unsafe-inline, '*']}",
    "content_security_policy: {script-src: ['\"><script>RUN</script>']}",
    "defaults: {title: '<script>RUN</script>'}",
];

/// Settings of an experiment that has an id and a kind.
const BLOCKS: &[&str] = &[
    "logits: [1, 2]\ntitle: '<script>RUN</script>'",
    "logits: [1, 2]\ncaption: '$\\operatorname{<script>RUN</script>}$ <img src=x onerror=RUN>'",
    "logits: [1, 2]\nalt: '\" onload=\"RUN\"><script>RUN</script>'",
    "logits: [1, 2]\ncaption: '[a](javascript:RUN)'",
    "logits: [1, 2]\ncaption: 'In ![a\" onload=\"RUN](x.svg)'",
    "logits: [1, 2]\ntitle: 'In ![a](x.svg)'",
    "logits: [1, 2]\nshow_source: true # <script>RUN</script>",
    "logits: [1, 2]\nclaims: [{that: \"probabilities[0] < 9\", says: '<script>RUN</script> $\\operatorname{<svg onload=RUN>}$'}]",
    "compare: {'<script>RUN</script>': [1, 2], '\" onload=\"RUN': [2, 1]}",
    "variants: {'<script>RUN</script>': {logits: [1, 2]}, '</svg><img src=x onerror=RUN>': {logits: [2, 1]}}",
    "logits: [1, 2]\nlabels: ['<script>RUN</script>', '\" onload=\"RUN']",
    "logits: [1, 2]\nclasses: ['<script>RUN</script>', '\" onload=\"RUN']",
];

fn hostile(text: &str) -> String {
    text.replace("RUN", RUN)
}

fn lesson(front: &str, body: &str) -> String {
    format!("---\n{front}\n---\n\n{body}\n")
}

/// All pages and drawings of a course, by their paths; none where the course is refused.
fn made(files: &[(&str, &[u8])]) -> Option<BTreeMap<String, String>> {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join("lessons").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    build(&folder.path().join("lessons"), true)
}

fn build(lessons: &Path, untrusted: bool) -> Option<BTreeMap<String, String>> {
    let cache = Keeping::Nowhere;
    let request = Request { lessons: lessons.to_owned(), untrusted, cache, ..Request::default() };
    match course::build(&request) {
        Ok(made) => Some(made),
        // Shown where a test fails that expected otherwise.
        Err(failure @ Failure::Course(..)) => {
            println!("{}", course::said(&failure));
            None
        }
        Err(Failure::Machine(fault)) => panic!("{fault}"),
    }
}

/// Tries each and says which are made, all of them without a fault.
fn tried<'a>(all: &[&'a str], files: impl Fn(&str) -> Vec<(&'static str, String)>) -> Vec<&'a str> {
    let mut survived = Vec::new();
    for attack in all {
        let files = files(&hostile(attack));
        let mut files: Vec<(&str, &[u8])> =
            files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        let svg = hostile("<svg onload=\"RUN\"><script>RUN</script><rect class=\"strangers\"/></svg>");
        files.extend([("p.png", &b"png"[..]), ("x.html", b"<script>1</script>")]);
        files.extend(["x.svg", "X.SVG", "x.svgz"].map(|name| (name, svg.as_bytes())));
        let Some(made) = made(&files) else { continue };
        for (path, markup) in &made {
            assert_eq!(faults(path, markup), [""; 0], "{attack}\nin {path}");
        }
        survived.push(*attack);
    }
    survived
}

#[test]
fn no_text_of_a_stranger_runs() {
    let made = tried(BODIES, |body| vec![("a.md", lesson("title: A", body))]);
    assert!(made.len() > BODIES.len() / 2, "most are harmless when shown: {made:#?}");
    let drawn = made.iter().filter(|body| body.starts_with('!') && body.to_lowercase().contains("](x.svg"));
    assert_eq!(drawn.count(), 2, "a drawing is shown: {made:#?}");
}

#[test]
fn no_title_of_a_stranger_runs() {
    let made =
        tried(FRONTS, |front| vec![("a.md", lesson(front, "Text.")), ("b.md", lesson("title: B", "Text."))]);
    assert!(made.len() > FRONTS.len() / 2, "most are harmless when shown: {made:#?}");
}

#[test]
fn no_setting_of_a_stranger_runs() {
    let made = tried(SETTINGS, |settings| {
        vec![("a.md", lesson("title: A", "Text.")), ("gradbook.yaml", format!("{settings}\n"))]
    });
    for shown in [
        "title",
        "author",
        "description",
        "license",
        "content_security_policy: none",
        "head",
        "footer: \"a",
        "logo: x.svg",
        "footer: '![a",
    ] {
        assert!(made.iter().any(|settings| settings.starts_with(shown)), "{shown}: {made:#?}");
    }
    assert!(!made.iter().any(|settings| settings.starts_with("base_url")), "{made:#?}");
}

#[test]
fn no_experiment_of_a_stranger_runs() {
    let made = tried(BLOCKS, |settings| {
        let block = format!("```yaml experiment\nkind: softmax\nid: one\n{settings}\n```");
        vec![("a.md", lesson("title: A", &block))]
    });
    assert!(made.len() >= BLOCKS.len() / 2, "most are harmless when shown: {made:#?}");
}

#[test]
fn no_table_or_name_of_a_stranger_runs() {
    let table = hostile("\"<script>RUN</script>\",\"\"\" onload=\"\"RUN\",kind\n").clone()
        + &(0..60)
            .map(|row| {
                format!(
                    "{},{},\"{}\"\n",
                    row % 7,
                    row % 5,
                    hostile(["</svg><img src=x onerror=RUN>", "b\"\" onload=\"\"RUN"][row % 2])
                )
            })
            .collect::<String>();
    let block = "```yaml experiment\nkind: split\nid: one\ndata: {file: \"t'<b>.csv\"}\n\
        split: {train: 40, dev: 10, test: 10}\n```\n\n[table](<t'%3Cb%3E.csv>)";
    let made = made(&[
        ("01-a<img onerror=x>\"b.md", lesson("title: A", &hostile(block)).as_bytes()),
        ("02-<script>/01-b.md", lesson("title: B", "Text.").as_bytes()),
        ("02-<script>/gradbook.yaml", hostile("title: '<script>RUN</script>'").as_bytes()),
        ("t'<b>.csv", table.as_bytes()),
    ])
    .expect("names may be odd");
    let drawn = made.iter().filter(|(path, _)| path.ends_with(".svg"));
    assert!(drawn.into_iter().any(|(_, svg)| svg.contains("onload=")), "classes are named as they are");
    for (path, markup) in &made {
        assert_eq!(faults(path, markup), [""; 0], "{path}");
    }
    assert!(made["index.html"].contains("&lt;script&gt;"), "the chapter's title is shown");
}

#[test]
fn what_runs_is_noticed() {
    let page = |inside: &str| {
        let policy = "default-src 'none'; script-src 'self' 'sha256-a'; style-src 'self' 'unsafe-inline'; img-src 'self'";
        format!(
            "<!doctype html><html><head><meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\"><title>a</title></head>\
             <body><main><h1>a</h1>{inside}</main><footer></footer></body></html>"
        )
    };
    for harmless in
        ["<p>b</p>", "<img src=\"data:image/svg+xml;base64,PHN2Zy8+\">", "<img src=\"files/a.png\">"]
    {
        assert_eq!(faults("a.html", &page(harmless)), [""; 0], "{harmless}");
    }
    for inside in [
        "<script>x</script>",
        "<p onclick=x></p>",
        "<a href=\"java\nscript:x\"></a>",
        "<img src=\"//evil.example\">",
        "<img src=\"https://evil.example\">",
        "<p style=\"background:url(https://evil.example)\"></p>",
        "<svg><rect fill=\"url(https://evil.example)\"/></svg>",
        "<iframe></iframe>",
        "<img src=\"data:image/svg+xml,<svg/>\">",
        "<img src=\"data:text/html;base64,PHN2Zy8+\">",
        "<img src=\"data:image/svg+xml;base64,PHN2Zy8+#a\">",
        "<a href=\"data:image/svg+xml;base64,PHN2Zy8+\">b</a>",
        "<input src=\"data:image/svg+xml;base64,PHN2Zy8+\">",
        "<svg><rect class=\"strangers\"/></svg>",
        "<base href=\"//evil.example/\">",
        "<style></style>",
        "<meta http-equiv=refresh content=1>",
        "</main>",
        "<main>b</main>",
    ] {
        assert_ne!(faults("a.html", &page(inside)), [""; 0], "{inside}");
    }
    assert_ne!(faults("a.html", &page("").replace("'none'", "*")), [""; 0]);
    for file in ["files/x.svg", "files/X.SVG", "files/x.html"] {
        assert_ne!(faults(file, "<svg/>"), [""; 0], "{file}");
    }
}

/// An honest lesson is the same to its readers whether it is trusted or not, but that nobody runs a stranger's experiments.
#[test]
fn what_is_honest_passes() {
    let body = "## Sums {#sums .wide}\n\nOf $\\sum_{i=1}^n x_i < \\operatorname{softmax}(x)$ and `{{ one.probabilities[0] | round(2) }}`.\n\n\
        $$\\begin{align} a &= b \\\\ c &= \\frac{1}{2} \\end{align}$$\n\n| a | b |\n| - | -: |\n| 1 | 2 |\n\n- [x] done\n\n\
        ```python\nx < 1\n```\n\nNote[^1] and ![a picture](p.png \"title\").\n\n[^1]: Said *here*.\n\n> [!NOTE]\n> Mind.\n\n\
        ```yaml experiment\nkind: softmax\nid: one\nlogits: [1, 2, 3]\nlive: false\ntitle: \"Three\"\nclaims: [\"probabilities[0] < 9\"]\n```\n";
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &[u8]| std::fs::write(folder.path().join(path), text).unwrap();
    write("a.md", lesson("title: A *b*\nsummary: Of $x$.", body).as_bytes());
    write("p.png", b"png");
    let (trusted, untrusted) = (build(folder.path(), false).unwrap(), build(folder.path(), true).unwrap());
    for (path, markup) in &trusted {
        let elements = |markup: &str| -> Vec<(String, Vec<(String, String)>)> {
            let elements = html::parse(markup).elements.into_iter();
            // The values of charts stand in a script beside a page that is trusted, and within one that is not.
            let sorted = |mut attributes: Vec<(String, String)>| {
                attributes.retain(|(name, _)| name != "data-chart");
                attributes.sort();
                attributes
            };
            elements.map(|element| (element.name, sorted(element.attributes))).collect()
        };
        let (expected, found) = (elements(markup), elements(&untrusted[path]));
        for (expected, found) in expected.iter().zip(&found) {
            assert_eq!(expected, found, "{path}");
        }
        assert_eq!(expected.len(), found.len(), "{path}");
    }
}

/// The page as Chromium has it when its scripts have run.
pub(crate) fn in_chromium(page: &Path) -> String {
    let profile = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new("chromium");
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
    ]);
    command.args(["--virtual-time-budget=2000", "--dump-dom"]);
    command
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", page.display()));
    String::from_utf8(command.output().expect("chromium is installed").stdout).unwrap()
}

#[test]
#[ignore = "needs Debian's chromium, and minutes"]
fn chromium_runs_nothing_of_a_stranger() {
    let course = Course::with("a.md", "<script>document.title = 1337</script>");
    course.build();
    let page = in_chromium(&course.path("output/a.html"));
    assert!(page.contains("<title>1337</title>"), "a trusted author's script runs: {page}");
    let mut shown = 0;
    for body in BODIES {
        let course = Course::with("a.md", &hostile(body)).file("lessons/p.png", b"png");
        if course.call(&["build", "--untrusted", "--no-cache"]).status != 0 {
            continue;
        }
        let page = in_chromium(&course.path("output/a.html"));
        assert!(page.contains("<title>a.md · Course</title>"), "{body}: {page}");
        assert!(page.contains("class=\"theme\""), "our own script runs: {body}: {page}");
        shown += 1;
    }
    assert!(shown > BODIES.len() / 2);
}
