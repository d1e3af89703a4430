//! How one begins: a new course, templates to change, folders that are not there.

use std::fs;

use crate::course::{Called, Course, Site, program};

/// A folder with nothing in it.
fn nothing() -> Course {
    Course::with("a.md", "").file("empty/.gitkeep", b"")
}

fn without_lessons() -> Course {
    let course = nothing();
    fs::remove_dir_all(course.path("lessons")).unwrap();
    course
}

#[test]
fn a_new_course_builds_holds_and_says_what_comes_next() {
    let course = without_lessons();
    let called = course.call(&["new", "deep-nets"]);
    assert_eq!((called.status, called.output.as_str()), (0, ""), "{}", called.error);
    for part in ["cd deep-nets", "gradbook serve --open", "lessons/01-when-to-stop.md"] {
        assert!(called.error.contains(part), "no {part} in\n{}", called.error);
    }
    let settings = course.text("deep-nets/lessons/gradbook.yaml");
    assert!(settings.contains("title: Deep nets\n"), "{settings}");
    for (path, text) in course.files("deep-nets") {
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains("{{ title }}") && !text.contains("{{ version }}"), "{path}");
    }
    let version = concat!("gradbook==", env!("CARGO_PKG_VERSION"));
    assert_eq!(course.text("deep-nets/.github/workflows/site.yml").matches(version).count(), 2);
    // As a stranger's too: what a pull request is checked with.
    for arguments in
        [&["build", "--strict"][..], &["check", "--strict"], &["check", "--untrusted", "--no-cache"]]
    {
        let called = course.call_in("deep-nets", arguments);
        assert_eq!(called.status, 0, "{arguments:?}: {}", called.error);
    }
    let page = course.text("deep-nets/output/when-to-stop.html");
    assert!(
        page.contains("Held in 10 of 10 seeds") && page.contains("<svg") && page.contains("<math"),
        "{page}"
    );
    assert!(page.contains("Prechelt") && page.contains("On Calibration of Modern Neural Networks"), "{page}");
    assert!(course.text("deep-nets/output/index.html").contains("Deep nets"));
    // The site and the cache are no part of what is committed.
    let ignored = course.text("deep-nets/.gitignore");
    assert!(ignored.contains("/output") && ignored.contains(".gradbook"), "{ignored}");
    // Snapshots know a table by its bytes, which Git on Windows would change.
    assert!(course.text("deep-nets/.gitattributes").contains("* text=auto eol=lf\n"));
}

#[test]
fn new_writes_into_no_folder_that_holds_something() {
    let course = nothing();
    let refused = |folder: &str| {
        let called = course.call(&["new", folder]);
        assert_eq!(called.status, 2, "{folder}");
        called.error
    };
    assert!(refused("lessons").contains("`lessons` is not empty: it holds `a.md`"));
    for within in ["lessons/a.md", "lessons/a.md/deeper"] {
        assert!(refused(within).contains("`lessons/a.md` is a file"), "{within}");
    }
    assert!(refused("empty").contains("`.gitkeep`"));
    fs::remove_file(course.path("empty/.gitkeep")).unwrap();
    fs::create_dir(course.path("empty/.git")).unwrap();
    let called = course.call_in("empty", &["new", "."]);
    assert_eq!(called.status, 0, "{}", called.error);
    assert!(!called.error.contains("cd "), "{}", called.error);
    assert!(course.text("empty/lessons/gradbook.yaml").contains("title: Course empty\n"));
}

#[test]
fn where_there_are_no_lessons_it_is_said_how_to_begin() {
    let course = without_lessons();
    for command in ["build", "check", "plan", "serve"] {
        let called = course.call(&[command]);
        assert_eq!(called.status, 2, "{command}: {}", called.error);
        let expected = "there is no folder `lessons`: name the one that holds your lessons, or begin with `gradbook new my-course`";
        assert!(called.error.contains(expected), "{command}: {}", called.error);
        assert!(!called.error.contains("os error"), "{}", called.error);
    }
    let course = course.file("first.md", b"---\ntitle: A\n---\n");
    let called = course.call(&["build"]);
    assert!(
        called.error.contains("but `.` holds lessons: name that, as in `gradbook build .`"),
        "{}",
        called.error
    );
    assert_eq!(course.call(&["build", "."]).status, 0);
    let called = course.call(&["run", "first-lesson.md"]);
    assert!(called.error.contains("there is no lesson `first-lesson.md`"), "{}", called.error);
}

#[test]
fn templates_are_written_out_and_change_nothing_until_they_are_changed() {
    let course = Course::with("a.md", "# One\n\nText.");
    let before = course.build().course_files();
    let called = course.call(&["templates", "lessons/templates"]);
    assert_eq!(called.status, 0, "{}", called.error);
    for name in
        ["README.md", "layout.html", "lesson.html", "styles/colors.css", "styles/course.css", "words/de.yaml"]
    {
        assert!(course.path(&format!("lessons/templates/{name}")).is_file(), "{name}");
    }
    let called = course.call(&["build", "--strict"]);
    assert_eq!(called.status, 0, "{}", called.error);
    assert_eq!(Site::of(&course).course_files(), before);
    let again = course.call(&["templates", "lessons/templates"]);
    assert_eq!(again.status, 2);
    assert!(again.error.contains("is there already, and nothing is overwritten"), "{}", again.error);
    let changed = course.text("lessons/templates/layout.html").replace("<footer", "<p>Mine.</p><footer");
    fs::write(course.path("lessons/templates/layout.html"), changed).unwrap();
    assert!(course.build().text("a.html").contains("<p>Mine.</p>"));
}

#[test]
fn the_schemas_are_json() {
    let of = |arguments: &[&str]| -> serde_json::Value {
        let called = Called::new(program().arg("schema").args(arguments).output().unwrap());
        assert_eq!((called.status, called.error.as_str()), (0, ""));
        serde_json::from_str(&called.output).unwrap()
    };
    assert_eq!(of(&["block"])["required"], serde_json::json!(["kind", "id"]));
    assert!(of(&["course"])["properties"]["base_url"]["description"].is_string());
    assert!(of(&[])["$defs"]["course"].is_object());
}
