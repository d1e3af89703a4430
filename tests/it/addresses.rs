//! Pages in folders, and names of files that addresses cannot hold as they are.

use crate::course::Course;

const BLOCK: &str = "```yaml experiment\nkind: softmax\nid: one\nlogits: [1, 2]\nlabel: 0\n```\n";

#[test]
fn lessons_of_one_name_stand_in_their_chapters() {
    let body =
        |link: &str| format!("{BLOCK}\n![p](/p.png) [there]({link}) `{{{{ one.loss }}}}` [results](#one)");
    let course = Course::with("01-intro.md", &body("02-deep/intro.md#one"))
        .and("02-deep/01-intro.md", &body("../01-intro.md"))
        .and("02-deep/index.md", "[top](../) `{{ deep_intro.one.loss }}` [json](deep/intro/one.json)")
        .file("lessons/p.png", b"x")
        .file("lessons/gradbook.yaml", b"base_url: https://example.org/kurs/\n");
    let built = course.call(&["build"]);
    assert_eq!(built.status, 0, "{}", built.error);
    let note = "lessons called `intro` have the pages `intro.html`, `deep/intro.html`";
    assert!(built.error.contains(note), "{}", built.error);
    let page = course.text("output/deep/intro.html");
    for part in [
        "href=\"../assets/gradbook.css\"",
        "src=\"../assets/gradbook.js\"",
        "src=\"../files/p.png\"",
        "href=\"../intro.html\"",
        "href=\"../deep/index.html\"",
        "href=\"#experiment-one\"",
        "href=\"intro/one.json\"",
        "id=\"one\"",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(course.path("output/deep/intro/one.json").is_file());
    let chapter = course.text("output/deep/index.html");
    for part in [
        "href=\"../deep/intro/one.json\"",
        "href=\"../index.html\"",
        "href=\"../deep/intro.html#experiment-one\"",
    ] {
        assert!(chapter.contains(part), "{part} in {chapter}");
    }
    let top = course.text("output/intro.html");
    assert!(
        top.contains("href=\"deep/intro.html#one\"") && top.contains("href=\"assets/gradbook.css\""),
        "{top}"
    );
    assert!(
        course.text("output/sitemap.xml").contains("<loc>https://example.org/kurs/deep/intro.html</loc>")
    );
    assert_eq!(course.call(&["check", "--accept"]).status, 0);
    assert!(course.path("lessons/snapshots/deep.intro.yaml").is_file());
    let checked = course.call(&["check"]);
    assert_eq!(checked.status, 0, "{}", checked.error);
    assert!(checked.error.contains("experiments equal their snapshots"), "{}", checked.error);
}

#[test]
fn names_of_files_are_encoded_in_every_address() {
    let names = ["plot #1.png", "why?.png", "50%.png", "a b&c.png"];
    let written = "![a](<plot%20%231.png>) ![b](why%3F.png) ![c](50%25.png) ![d](<a b&c.png>)\n\n<img src=\"plot%20%231.png\">";
    let mut course = Course::with("01-a.md", written).and("01-C#/01-b.md", "![p](pic.png)");
    for name in names.into_iter().chain(["01-C#/pic.png"]) {
        course = course.file(&format!("lessons/{name}"), b"x");
    }
    course.build();
    let page = course.text("output/a.html");
    for (part, times) in [
        ("files/plot%20%231.png\"", 2),
        ("files/why%3F.png\"", 1),
        ("files/50%25.png\"", 1),
        ("files/a%20b%26c.png\"", 1),
    ] {
        assert_eq!(page.matches(part).count(), times, "{part} in {page}");
    }
    assert!(course.text("output/b.html").contains("src=\"files/01-C%23/pic.png\""));
}

#[test]
fn a_link_to_results_that_nobody_writes_is_an_error() {
    let course = Course::with("01-a.md", &format!("{BLOCK}\n[a](a/one.csv) [b](a/one.json)"));
    let built = course.call(&["build"]);
    assert_eq!(built.status, 1);
    assert!(built.error.contains("there is no file `a/one.csv`"), "{}", built.error);
    assert!(built.error.contains("`a/one.json`"), "{}", built.error);
}

#[test]
fn json_holds_every_finding() {
    let dead: String = (0..300).map(|number| format!("[a](no-{number}.md)\n")).collect();
    let course = Course::with("01-a.md", &dead);
    let found = course.call(&["check", "--format", "json"]);
    assert!(found.output.contains("\"errors\":300") && found.output.contains("no-299.md"));
    assert!(found.output.contains("\"left_out\":0"));
    let read = course.call(&["check"]).error;
    assert!(
        read.contains("no-99.md") && !read.contains("no-100.md") && read.contains("and 200 errors more"),
        "{read}"
    );
}

#[test]
fn a_link_shows_the_first_chart_of_its_page_where_the_site_has_an_address() {
    let course = Course::with("01-intro.md", BLOCK)
        .and("02-words.md", "Words alone.")
        .file("lessons/gradbook.yaml", b"title: C\n");
    assert_eq!(course.call(&["build"]).status, 0);
    let picture = course.path("output/intro/preview.png");
    assert!(!picture.exists() && !course.text("output/intro.html").contains("og:image"));
    let course = course.file("lessons/gradbook.yaml", b"title: C\nbase_url: https://example.org/kurs\n");
    assert_eq!(course.call(&["build"]).status, 0);
    let meta = "<meta property=\"og:image\" content=\"https://example.org/kurs/intro/preview.png\">";
    for page in ["intro.html", "index.html"] {
        let page = course.text(&format!("output/{page}"));
        assert!(page.contains(meta) && page.contains("summary_large_image"), "{page}");
    }
    assert!(!course.text("output/words.html").contains("og:image"));
    let bytes = std::fs::read(&picture).unwrap();
    // The header of a PNG says how wide and high it is.
    assert_eq!((&bytes[1..4], &bytes[16..24]), (&b"PNG"[..], &[0, 0, 4, 176, 0, 0, 2, 118][..]));
    assert_eq!(course.call(&["build", "--no-cache", "--output", "again"]).status, 0);
    assert_eq!(std::fs::read(course.path("again/intro/preview.png")).unwrap(), bytes);
}
