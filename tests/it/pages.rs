//! What a page can hold beside experiments: code, tabs, exercises, who wrote it and what it builds on; pages beside the
//! lessons, and what stands around all of them.

use crate::course::Course;
use crate::html;

const CODE: &str = "import torch\n\ndef train(model):\n    # region loop\n    for x in model:\n        step(x)\n    # endregion\n";

fn course() -> Course {
    let body = "Water is H~2~O.\n\n```python tab: NumPy\nimport numpy as np\n```\n```julia tab: Julia\nx = 1\n```\n\n\
        ```python file: code/train.py, region: loop\n```\n\n> [!EXERCISE] Twice\n> Why?\n>\n> > [!SOLUTION]\n> > Because.\n";
    let second = "---\ntitle: Second\nauthor: [Ada, Grace]\ndate: 2024-05-31\nestimated time: 45\nprerequisites: [../1-a.md]\n---\n\nText.\n";
    Course::with("1-a.md", body)
        .file("lessons/2-b/1-c.md", second.as_bytes())
        .file("lessons/2-b/README.md", b"---\ntitle: Chapter *two*\n---\n\nIts page.\n")
        .file("lessons/imprint.md", b"---\ntitle: Imprint\npage: true\n---\n\nWho.\n")
        .file("lessons/code/train.py", CODE.as_bytes())
        .file("lessons/logo.png", b"png")
        .file("lessons/app.js", b"1")
        .file(
            "lessons/gradbook.yaml",
            b"title: C\nlogo: logo.png\nfooter: '*By us*, see [this](2-b/1-c.md)'\nbase_url: https://a.example/\n\
              head: |\n  <meta name=\"robots\" content=\"noai\">\n  <script defer src=\"app.js\"></script>\n",
        )
}

#[test]
fn a_page_holds_code_tabs_and_exercises_without_a_script() {
    let course = course();
    let called = course.call(&["build"]);
    assert_eq!((called.status, called.error.contains("error")), (0, false), "{}", called.error);
    let page = course.text("output/a.html");
    for part in [
        "H<sub>2</sub>O",
        "<span class=\"hl-k\">import </span>numpy",
        "<input type=\"radio\" name=\"code-tabs\" id=\"code-tabs-1\" checked=\"\"/><label for=\"code-tabs-1\">NumPy</label>",
        "<span class=\"hl-k\">for </span>x",
        "<details class=\"markdown-alert-solution\">",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("region"), "{page}");
    assert_eq!(html::parse(&page).faults, Vec::<String>::new());
    let found = course.text("output/search-index.js");
    assert!(
        found.contains("Why?") && !found.contains("Because."),
        "a solution is not found by its words: {found}"
    );
}

#[test]
fn lessons_say_who_wrote_them_and_what_they_build_on() {
    let course = course();
    course.call(&["build"]);
    let page = course.text("output/c.html");
    for part in [
        "<span>Ada</span><span>Grace</span><time datetime=\"2024-05-31\">2024-05-31</time><span>45 min</span>",
        "Builds on <a href=\"a.html\">1-a.md</a>",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(course.text("output/b/index.html").contains("<h1>Chapter <em>two</em></h1>"));
}

#[test]
fn pages_beside_the_lessons_are_led_to_from_the_foot_alone() {
    let course = course();
    course.call(&["build"]);
    let (imprint, lesson) = (course.text("output/imprint.html"), course.text("output/a.html"));
    assert!(!imprint.contains("was computed") && lesson.contains("was computed"));
    assert!(!imprint.contains("rel=\"next\"") && !imprint.contains("rel=\"prev\""));
    let (before, foot) = lesson.split_once("<footer").unwrap();
    assert!(!before.contains("imprint.html") && foot.contains("href=\"imprint.html\""));
    assert!(course.text("output/b/index.html").contains("href=\"../imprint.html\""));
    assert!(course.text("output/sitemap.xml").contains("<loc>https://a.example/imprint.html</loc>"));
    assert!(course.text("output/search-index.js").contains("Imprint"));
}

#[test]
fn what_stands_around_pages_leads_where_it_should_from_each() {
    let course = course();
    course.call(&["build"]);
    for (path, root) in [("output/a.html", ""), ("output/b/index.html", "../"), ("output/index.html", "")] {
        let page = course.text(path);
        for part in [
            format!("src=\"{root}files/logo.png\" alt=\"\""),
            format!("<em>By us</em>, see <a href=\"{root}c.html\">this</a>"),
            format!("<script defer src=\"{root}files/app.js\">"),
            "<meta name=\"robots\" content=\"noai\">".to_owned(),
        ] {
            assert!(page.contains(&part), "{part} in {path}: {page}");
        }
        assert!(!page.contains("Content-Security-Policy"), "a script of its author's needs more");
    }
    assert!(course.path("output/files/logo.png").exists() && course.path("output/files/app.js").exists());
    let called = course.call(&["build", "--untrusted", "--output", "other"]);
    assert!(called.error.contains("`head` of a course that is not trusted is not used"), "{}", called.error);
}

#[test]
fn code_from_a_file_is_made_anew_when_the_file_changes() {
    let course = course();
    course.call(&["build"]);
    let course = course.file("lessons/code/train.py", CODE.replace("step(x)", "leap(x)").as_bytes());
    course.call(&["build"]);
    assert!(course.text("output/a.html").contains("leap"));
}
