//! Drawings of strangers: no file of the site, but a part of the page that shows them, in which browsers run nothing.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::prelude::BASE64_STANDARD as STANDARD;
use gradbook::pipeline::{self, Keeping, Kept, Request, Silent};
use gradbook::site::Source;

use crate::course::{Called, Course, Site};
use crate::html;
use crate::strangers::in_chromium;

const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 3 2\"><script>1</script><circle r=\"1337\"/></svg>";

/// The address that holds a drawing.
fn held(svg: &[u8]) -> String {
    format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg))
}

/// Builds the site as a stranger's, which must succeed, and must not have a drawing as a file or as elements.
fn build(course: &Course) -> Site<'_> {
    let called = course.call(&["build", "--untrusted", "--no-cache"]);
    assert_eq!(called.status, 0, "{}", called.error);
    let site = Site::of(course);
    for (path, bytes) in site.files() {
        assert!(!path.to_lowercase().starts_with("files/") || path.ends_with(".png"), "{path}");
        assert!(!String::from_utf8_lossy(&bytes).contains("1337"), "{path} has the drawing as it is");
    }
    site
}

/// What stands in the addresses of the pictures of a page, in order.
fn pictures(page: &str) -> Vec<String> {
    let pictures = html::parse(page).elements.into_iter().filter(|element| element.name == "img");
    pictures.map(|picture| picture.get("src").unwrap_or_default().to_owned()).collect()
}

fn refused(called: &Called, parts: &[&str]) {
    assert_eq!(called.status, 1, "{}{}", called.output, called.error);
    for part in parts {
        assert!(called.error.contains(part), "no {part} in\n{}", called.error);
    }
}

#[test]
fn a_page_holds_a_drawing_however_its_lesson_names_it() {
    let block = "```yaml experiment\nkind: softmax\nid: one\nlogits: [1, 2]\ncaption: 'In ![c](../a.svg)'\nlive: false\n\
        claims: [{that: \"probabilities[0] < 9\", says: '![s](../a.svg)'}]\n```";
    let body = format!(
        "![plain](../a.svg)\n\n![reference][named]\n\n![wide](/a.svg \"A caption {{#wide width=50%}}\")\n\n[![in a link](b%20ü.SVG)](index.md)\n\n\
         ![file](p.png) and a note[^n], see `{{{{ ref: wide }}}}`, again `{{{{ ref: wide }}}}`.\n\n| a |\n| - |\n| ![cell](../a.svg) |\n\n\
         [^n]: ![note](../a.svg)\n\n{block}\n\n![chart](../deep/index/one-probabilities.svg)\n\n[named]: ../a.svg \"A title\"\n"
    );
    let course = Course::with("deep/index.md", &body)
        .file("lessons/a.svg", SVG)
        .file("lessons/deep/b ü.SVG", b"<svg/>")
        .file("lessons/deep/p.png", b"png");
    let site = build(&course);
    let page = site.text("deep/index.html");
    let (a, b) = (held(SVG), held(b"<svg/>"));
    let found = pictures(&page);
    let count = |address: &str| found.iter().filter(|found| *found == address).count();
    // Five in the text, one in a caption, one in a claim; no preview of a reference repeats the figure.
    assert_eq!((count(&a), count(&b)), (7, 1), "{found:#?}");
    let of_the_site = ["../files/deep/p.png", "../deep/index/one-probabilities.svg"];
    for file in of_the_site {
        assert_eq!(count(file), 1, "{found:#?}");
    }
    assert_eq!(found.len(), 7 + 1 + of_the_site.len(), "{found:#?}");
    for kept in [
        "alt=\"plain\"",
        "</span> A title</figcaption>",
        "<figure id=\"figure-wide\">",
        "width=\"50%\"",
        "</span> A caption</figcaption>",
        "<a href=\"../deep/index.html\"><img src=\"data:",
    ] {
        assert!(page.contains(kept), "no {kept}");
    }
    let site = course.build();
    assert_eq!(
        site.files().iter().filter(|(path, _)| path.starts_with("files/")).count(),
        3,
        "a trusted author's are files"
    );
    assert_eq!(site.text("files/a.svg").as_bytes(), SVG);
    assert!(!site.text("deep/index.html").contains("image/svg+xml;base64"));
}

#[test]
fn every_page_holds_a_drawing_around_it() {
    let course = Course::with("a.md", "A.")
        .and("deep/index.md", "B.")
        .file("lessons/gradbook.yaml", b"logo: img/logo.svg\nfooter: '![licence](/img/by.svg) a'\n")
        .file("lessons/img/logo.svg", SVG)
        .file("lessons/img/by.svg", b"<svg/>");
    let site = build(&course);
    for page in ["index.html", "404.html", "a.html", "deep/index.html"] {
        assert_eq!(pictures(&site.text(page)), [held(SVG), held(b"<svg/>")], "{page}");
    }
}

#[test]
fn a_drawing_stands_where_no_page_repeats_it_and_leads_nowhere() {
    let block = "```yaml experiment\nkind: softmax\nid: one\nlogits: [1, 2]\ntitle: 'Of ![t](a.svg)'\n```";
    let body = format!("## Of ![h](a.svg)\n\n[a](a.svg) ![m](missing.svg) ![o](../a.svg) a term\n\n{block}");
    let text = format!("---\ntitle: A ![t](a.svg)\nsummary: Of ![s](a.svg)\n---\n\n{body}\n");
    let course = Course::with("b.md", "B.")
        .file("lessons/a.md", text.as_bytes())
        .file("lessons/a.svg", SVG)
        .file("lessons/gradbook.yaml", b"glossary: terms.yaml\nlogo: gone.svg\n")
        .file("lessons/terms.yaml", b"term: Is ![g](a.svg)\n");
    let called = course.call(&["check", "--untrusted"]);
    for place in ["a.md:2:15", "a.md:3:18", "a.md:6:12", "a.md:14:8", "terms.yaml:1:7"] {
        let said = format!("error: a drawing stands where pages repeat it\n --> lessons/{place}");
        refused(&called, &[&said.replace("\n -", if place == "a.md:14:8" { "\n  -" } else { "\n -" })]);
    }
    refused(
        &called,
        &[
            "the file `a.svg` is refused in a lesson that is not trusted\n --> lessons/a.md:8:5",
            "`![words](a.svg)` shows it, as a part of the page",
            "there is no file `missing.svg`\n --> lessons/a.md:8:17",
            "this file lies outside of the lessons folder\n --> lessons/a.md:8:35",
            "there is no file `gone.svg`",
        ],
    );
    assert_eq!(called.error.matches("a drawing stands where").count(), 5, "{}", called.error);
}

#[test]
fn what_a_course_draws_is_held_to_limits() {
    let large = |bytes: usize| [SVG, &vec![b' '; bytes - SVG.len()]].concat();
    let course = Course::with("a.md", "![a](a.svg)\n\n![a](a.svg)").file("lessons/a.svg", &large(4_000_001));
    let called = course.call(&["check", "--untrusted"]);
    refused(&called, &["error: this drawing is too large\n --> lessons/a.md:5:6", "where 4 MB are allowed"]);
    assert_eq!(called.error.matches("is too large").count(), 1, "{}", called.error);
    assert_eq!(course.call(&["check"]).status, 0);

    // 3 MB become 4 in a page: sixteen of them are allowed.
    let fifteen = "![a](a.svg) ".repeat(15);
    let shown = |more: &str| {
        let course =
            Course::with("a.md", &fifteen).and("b.md", more).file("lessons/a.svg", &large(2_990_000));
        course.call(&["plan", "--untrusted"])
    };
    assert_eq!(shown("![a](a.svg)").status, 0);
    let called = shown("![a](a.svg) ![a](a.svg)");
    refused(
        &called,
        &[
            "error: the drawings up to this one are too large\n --> lessons/b.md:5:18",
            "in all pages, where 64 MB are allowed",
        ],
    );

    // A logo counts once for each page.
    let mut course = Course::with("a.md", "A.");
    for page in 0..15 {
        course = course.and(&format!("p{page}.md"), "P.");
    }
    let course = course
        .file("lessons/gradbook.yaml", b"title: C\nlogo: a.svg\n")
        .file("lessons/a.svg", &large(2_990_000));
    let called = course.call(&["plan", "--untrusted"]);
    refused(&called, &["the drawings up to this one are too large\n --> lessons/gradbook.yaml:2:7"]);

    let limits = b"title: C\nlimits: {course: {output: 1 MB}}\n";
    let course = Course::with("a.md", "![a](a.svg)")
        .file("lessons/a.svg", &large(900_000))
        .file("lessons/gradbook.yaml", limits);
    assert_eq!(course.call(&["plan"]).status, 0);
    refused(&course.call(&["plan", "--untrusted"]), &["the site up to this lesson is too large"]);
}

/// The templates of whoever builds may show all lessons on the first page too, but not what stands beside the lessons.
#[test]
fn what_the_first_page_shows_again_counts_twice() {
    let large = [SVG, &vec![b' '; 2_990_000 - SVG.len()]].concat();
    let called = |pictures: usize, front: &str, limits: &str| {
        let text = format!("---\ntitle: A\n{front}---\n\n{}", "![a](a.svg) ".repeat(pictures));
        let bodies = "{% for chapter in chapters %}{% for lesson in chapter.lessons %}{{ lesson.body_html|safe }}{% endfor %}{% endfor %}";
        let course = Course::with("b.md", "B.")
            .file("lessons/a.md", text.as_bytes())
            .file("lessons/a.svg", &large)
            .file("lessons/gradbook.yaml", format!("limits: {{course: {{output: {limits}}}}}\n").as_bytes())
            .file("trusted/index.html", bodies.as_bytes());
        let plain = course.call(&["plan", "--untrusted"]).status;
        (plain, course.call(&["plan", "--untrusted", "--templates", "trusted"]))
    };
    let (plain, whole) = called(9, "", "200 MB");
    assert_eq!(plain, 0);
    refused(&whole, &["error: the drawings up to this one are too large\n --> lessons/a.md:5:102"]);
    assert_eq!(called(8, "", "200 MB").1.status, 0);
    assert_eq!(called(9, "page: true\n", "200 MB").1.status, 0);
    let (plain, whole) = called(8, "", "50 MB");
    assert_eq!(plain, 0);
    refused(&whole, &["the site up to this lesson is too large", "64 MB, where 50 MB are allowed"]);
}

/// A default puts one text into many experiments.
#[test]
fn no_default_shows_a_drawing() {
    let block = |id: usize| {
        format!("```yaml experiment\nkind: softmax\nid: e{id}\nlogits: [1, 2]\nlive: false\n```\n\n")
    };
    let blocks: String = (0..5).map(block).collect();
    let of_lesson = format!(
        "---\ntitle: B\ndefaults: {{claims: [{{that: \"probabilities[0] < 9\", says: '![s](a.svg)'}}]}}\n---\n\n{}",
        block(0)
    );
    let course = Course::with("a.md", &format!("![a](a.svg)\n\n{blocks}![a](a.svg)"))
        .file("lessons/b.md", of_lesson.as_bytes())
        .file("lessons/gradbook.yaml", b"defaults: {caption: 'In ![c](a.svg)'}\n")
        .file("lessons/a.svg", SVG);
    let called = course.call(&["check", "--untrusted"]);
    let repeated = "error: a drawing stands where pages repeat it\n --> lessons";
    refused(&called, &[&format!("{repeated}/gradbook.yaml:1:21"), &format!("{repeated}/b.md:3:")]);
    assert_eq!(called.error.matches(repeated).count(), 2, "each is told once: {}", called.error);
    assert_eq!(course.call(&["check"]).status, 0, "a trusted author's are files");
}

#[test]
fn each_drawing_stands_in_its_place_on_its_page_alone() {
    let block = |id: &str| {
        format!(
            "```yaml experiment\nkind: softmax\nid: {id}\nlogits: [1, 2]\nlive: false\ncaption: 'In ![{id}]({id}.svg)'\n```"
        )
    };
    let text = format!("![a](a.svg)\n\n{}\n\n![b](a.svg)\n\n{}\n\n![c](a.svg)", block("one"), block("two"));
    let course = Course::with("a.md", &text)
        .file("lessons/a.svg", SVG)
        .file("lessons/one.svg", b"<svg id='1'/>")
        .file("lessons/two.svg", b"<svg id='2'/>");
    let site = build(&course);
    let [a, one, two] = [SVG, b"<svg id='1'/>", b"<svg id='2'/>"].map(held);
    assert_eq!(pictures(&site.text("a.html")), [&a, &one, &a, &two, &a].map(String::as_str));
    assert_eq!(site.text("index.html").matches("data:image").count(), 0);
}

/// A letter with an accent may be one character or two: such names may be those of two files, and their sizes are those of each.
#[test]
fn files_with_names_that_look_the_same_are_told_apart() {
    let (together, apart) = ("\u{e9}.svg", "e\u{301}.svg");
    let large = [SVG, &b" ".repeat(3_900_000)].concat();
    let course = |text: &str| {
        Course::with("a.md", text)
            .file("lessons/gradbook.yaml", format!("title: C\nlogo: {together}\n").as_bytes())
            .file(&format!("lessons/{together}"), b"<svg/>")
            .file(&format!("lessons/{apart}"), &large)
    };
    let shown = course(&format!("![a]({apart})\n\n![b]({together})"));
    if std::fs::metadata(shown.path(&format!("lessons/{together}"))).unwrap().len() > 9 {
        return; // A file system that takes them for one name.
    }
    let site = build(&shown);
    assert_eq!(pictures(&site.text("a.html")), [held(b"<svg/>"), held(&large), held(b"<svg/>")]);
    let named_otherwise = Course::with("a.md", &format!("![a]({together}) ").repeat(13))
        .file(&format!("lessons/{apart}"), &large);
    for course in [course(&format!("![a]({apart}) ").repeat(13)), named_otherwise] {
        let called = course.call(&["check", "--untrusted"]);
        refused(&called, &["the drawings up to this one are too large\n --> lessons/a.md:5:"]);
    }
}

#[test]
fn drawings_that_grow_while_a_course_is_built_are_held_to_the_limit() {
    let course = Course::with("a.md", &"![a](a.svg) ".repeat(17)).file("lessons/a.svg", SVG);
    let request = Request {
        lessons: course.path("lessons"),
        untrusted: true,
        cache: Keeping::In(course.path("kept")),
        ..Request::default()
    };
    let computed = pipeline::compute(&request, &Silent).ok().unwrap();
    assert!(pipeline::assemble(&computed, &|_, _| false).is_ok());
    std::fs::write(course.path("lessons/a.svg"), vec![b' '; 3_000_000]).unwrap();
    let failed = pipeline::assemble(&computed, &|_, _| false).err().unwrap();
    assert!(format!("{failed:?}").contains("have become too large"), "{failed:?}");
}

#[test]
fn what_follows_the_name_of_a_picture_is_refused_with_its_name() {
    let course = Course::with("a.md", "![a](a.svg#view) ![b](b.png?x)")
        .file("lessons/a.svg", SVG)
        .file("lessons/b.png", b"png");
    for arguments in [&["check"][..], &["check", "--untrusted"]] {
        let named = ["ends with `#view`", "expected `a.svg`", "ends with `?x`", "expected `b.png`"];
        refused(&course.call(arguments), &named);
    }
}

/// A process that stays makes the page anew that holds a drawing, and no other, when the drawing is saved.
#[test]
fn a_page_is_made_anew_when_its_drawing_changes() {
    let block = "```yaml experiment\nkind: softmax\nid: one\nlogits: [1, 2]\n```";
    let course =
        Course::with("a.md", &format!("![a](a.svg)\n\n{block}")).and("b.md", "B.").file("lessons/a.svg", SVG);
    let cache = Keeping::In(course.path("kept"));
    let lessons = course.path("lessons");
    let request = Request {
        lessons,
        untrusted: true,
        pages_only: true,
        cache,
        kept: Kept::lasting(),
        ..Request::default()
    };
    let made = |known: Option<&pipeline::Files>| {
        let computed = pipeline::compute(&request, &Silent).ok().unwrap();
        let holds = |path: &str, from: &_| {
            known.is_some_and(|known| known.get(path).is_some_and(|file| file.from == *from))
        };
        pipeline::assemble(&computed, &holds).ok().unwrap()
    };
    let first = made(None);
    let page = |files: &pipeline::Files| match &files["a.html"].source {
        Some(Source::Bytes(bytes)) => String::from_utf8(bytes.clone()).unwrap(),
        other => panic!("{other:?}"),
    };
    assert!(page(&first).contains(&held(SVG)));
    let same = made(Some(&first));
    assert!(same["a.html"].source.is_none() && same["b.html"].source.is_none(), "nothing changed");
    std::fs::write(course.path("lessons/a.svg"), "<svg/>").unwrap();
    let changed = made(Some(&first));
    assert!(page(&changed).contains(&held(b"<svg/>")));
    assert!(changed["b.html"].source.is_none());
}

/// Everything by which a drawing runs or fetches something where it is a document, told to `port`.
fn hostile(port: u16) -> String {
    let to = |what: &str| format!("http://127.0.0.1:{port}/{what}");
    let run = |what: &str| {
        format!(
            "document.title=1337;parent.document.title=1337;top.document.title=1337;new Image().src='{}'",
            to(what)
        )
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"300\" height=\"200\" onload=\"{load}\">\
         <script>{script}</script><script href=\"{src}\"/>\
         <style>@import url({import}); @font-face {{ font-family: f; src: url({font}) }} text {{ font-family: f }} rect {{ fill: url({paint}#a); background: url({background}) }}</style>\
         <rect width=\"300\" height=\"200\" onclick=\"{load}\"/><text x=\"9\" y=\"9\">a</text>\
         <image href=\"{image}\" width=\"9\" height=\"9\"/><image xlink:href=\"{image}\" width=\"9\" height=\"9\" onerror=\"{load}\"/>\
         <use href=\"{used}#a\"/><feImage href=\"{image}\"/><a href=\"javascript:{script}\"><text>b</text></a>\
         <animate attributeName=\"x\" begin=\"0s\" dur=\"1s\" onbegin=\"{begin}\"/><set attributeName=\"href\" to=\"javascript:{begin}\" onbegin=\"{begin}\"/>\
         <foreignObject width=\"99\" height=\"99\"><body xmlns=\"http://www.w3.org/1999/xhtml\"><script>{foreign}</script>\
         <img src=\"{picture}\" onerror=\"{foreign}\"/><iframe src=\"{frame}\"/><object data=\"{frame}\"/><video src=\"{frame}\"/>\
         <link rel=\"stylesheet\" href=\"{import}\"/><meta http-equiv=\"refresh\" content=\"0;url={frame}\"/></body></foreignObject></svg>",
        load = run("load"),
        script = run("script"),
        src = to("src.js"),
        import = to("import.css"),
        font = to("font.woff2"),
        paint = to("paint.svg"),
        background = to("background.png"),
        image = to("image.png"),
        used = to("used.svg"),
        begin = run("begin"),
        foreign = run("foreign"),
        picture = to("picture.png"),
        frame = to("frame.html"),
    )
}

/// What is asked of this machine, by path, and the port at which.
fn listening() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { break };
            let mut request = [0; 2048];
            let length = stream.read(&mut request).unwrap_or(0);
            let text = String::from_utf8_lossy(&request[..length]).into_owned();
            heard.lock().unwrap().push(text.split(' ').nth(1).unwrap_or_default().to_owned());
            let _ =
                stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    (port, asked)
}

#[test]
#[ignore = "needs Debian's chromium"]
fn chromium_runs_nothing_in_a_drawing() {
    let (port, asked) = listening();
    let taken = || std::mem::take(&mut *asked.lock().unwrap());
    let svg = hostile(port);
    let settings = b"title: Course\nlogo: x.svg\nfooter: '![f](x.svg)'\n";
    let course = Course::with("a.md", "![x](x.svg)\n\n[![x](x.svg \"A caption\")](#x)\n\n## X {#x}")
        .file("lessons/x.svg", svg.as_bytes())
        .file("lessons/gradbook.yaml", settings);
    // As a document of its own it does all of that.
    in_chromium(&course.path("lessons/x.svg"));
    let asked = taken();
    for path in
        ["/script", "/load", "/begin", "/foreign", "/src.js", "/import.css", "/image.png", "/frame.html"]
    {
        assert!(asked.iter().any(|asked| asked == path), "{path} was not asked: {asked:?}");
    }
    let called = course.call(&["build", "--untrusted", "--no-cache"]);
    assert_eq!(called.status, 0, "{}", called.error);
    let page = in_chromium(&course.path("output/a.html"));
    assert!(page.contains("<title>a.md · Course</title>") && page.contains("class=\"theme\""), "{page}");
    assert_eq!(taken(), [""; 0]);
    // Nor where no policy forbids it; a script of ours tells whether all four are drawn.
    let page = Site::of(&course).text("a.html");
    let policy =
        page.split_once("<meta http-equiv=\"Content-Security-Policy\"").unwrap().1.split_once('>').unwrap().0;
    let open = page.replace(policy, " content=\"\"");
    let telling = "<script>addEventListener('load', () => document.body.append('drawn ' + \
        [...document.images].map(image => image.naturalWidth)))</script></body>";
    std::fs::write(course.path("output/open.html"), open.replace("</body>", telling)).unwrap();
    let page = in_chromium(&course.path("output/open.html"));
    assert!(page.contains("drawn 300,300,300,300"), "{page}");
    assert!(page.contains("<title>a.md · Course</title>"), "{page}");
    assert_eq!(taken(), [""; 0]);
}
