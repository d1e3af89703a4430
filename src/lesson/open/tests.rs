use super::*;
use crate::lesson::{Fill, Lesson};

struct Echo;

impl Fill for Echo {
    fn experiment(&mut self, index: usize) -> String {
        format!("[experiment {index}]")
    }

    fn figure(&mut self, index: usize) -> String {
        format!("[figure {index}]")
    }
    fn value(&mut self, value: &crate::lesson::InlineValue) -> String {
        format!("[{}]", value.expression)
    }
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    folder
}

fn read(folder: &tempfile::TempDir, path: &str, drafts: bool) -> Course {
    match open(&folder.path().join(path), drafts, false, &Arc::default()) {
        Ok(course) => course,
        Err(error) => panic!("{error:?}"),
    }
}

const COURSE: [(&str, &str); 6] = [
    ("gradbook.yaml", "title: Deep\ndefaults: {seeds: 2}\nlimits: {rows: 10}\n"),
    (
        "1-a.md",
        "---\ntitle: A *b*\nsummary: '`{{ one.loss }}`'\n---\n\n## Head\n\n![x](b.png) [y](2-more/c.md)\n\n```yaml experiment\nid: one\n```\n\nend\n",
    ),
    ("2-more/gradbook.yaml", "title: More of it\n"),
    ("2-more/1-c.md", "---\ntitle: C\n---\n`{{ a.one.loss }}`\n"),
    ("3-d.md", "---\ntitle: D\ndraft: true\n---\n"),
    ("b.png", "x"),
];

#[test]
fn a_folder_becomes_a_course() {
    let folder = folder(&COURSE);
    let course = read(&folder, "", false);
    let shown =
        |lesson: &Lesson| (lesson.slug.clone(), lesson.chapter.as_ref().map(|chapter| chapter.title.clone()));
    assert_eq!(
        course.lessons.iter().map(shown).collect::<Vec<_>>(),
        [("a".to_owned(), None), ("c".to_owned(), Some("More of it".to_owned()))]
    );
    assert_eq!((course.settings.title.as_str(), course.settings.limits.rows), ("Deep", Some(10)));
    let lesson = &course.lessons[0];
    assert_eq!(lesson.title.render(&mut Echo), "A <em>b</em>");
    assert_eq!(lesson.title.render_text(&mut Echo), "A b");
    assert_eq!(lesson.summary.render(&mut Echo), "[one.loss]");
    assert_eq!(lesson.blocks[0].line, 10);
    assert_eq!(lesson.assets[0].output, "files/b.png");
    let body = lesson.body.render(&mut Echo);
    assert!(body.contains("src=\"files/b.png\"") && body.contains("href=\"c.html\""), "{body}");
    assert!(body.contains("[experiment 0]\n<p>end</p>"), "{body}");
    assert_eq!(read(&folder, "", true).lessons.len(), 3);
}

#[test]
fn one_file_belongs_to_its_course() {
    let folder = folder(&COURSE);
    let course = read(&folder, "2-more/1-c.md", false);
    assert_eq!((course.lessons.len(), course.settings.title.as_str()), (1, "Deep"));
    assert_eq!(course.lessons[0].below, "2-more/1-c.md");
    assert_eq!(read(&folder, "3-d.md", false).lessons[0].slug, "d");
    assert!(open(&folder.path().join("b.png"), false, false, &Arc::default()).is_err());
    assert!(open(&folder.path().join("nowhere"), false, false, &Arc::default()).is_err());
}

#[test]
fn short_texts_are_checked_at_their_place() {
    let folder = folder(&COURSE);
    let course = read(&folder, "", false);
    let lesson = &course.lessons[0];
    let span = lesson.blocks[0].node.get("id").unwrap().span;
    let said = |text: &str| course.short(lesson, text, span).unwrap_err()[0].clone();
    assert_eq!(course.short(lesson, "a `{{ one.x }}`", span).unwrap().render(&mut Echo), "a [one.x]");
    assert_eq!(said("`{{ oen.x }}`").label, "did you mean `one`?");
    assert_eq!(said("`{{ oen.x }}`").span, Some(span));
    assert!(said("$\\nope$").message.contains("nope"));
}

#[test]
fn files_that_are_no_text_are_reported() {
    let folder = folder(&[("1-a.md", "---\ntitle: A\n---\n\0"), ("gradbook.yaml", "title: \0")]);
    std::fs::write(folder.path().join("2-b.md"), b"---\ntitle: \xff\n---\n").unwrap();
    let found = open(folder.path(), false, false, &Arc::default()).unwrap().found;
    let messages: Vec<&str> = found.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(messages.len(), 3);
    assert!(messages.contains(&"this file is not UTF-8 text"));
}

#[test]
fn the_code_that_all_lessons_show_together_is_bounded() {
    let long = "x = 1\n".repeat(150_000);
    let text =
        |count: usize| format!("---\ntitle: A\n---\n\n{}", "```python file: a.py\n```\n\n".repeat(count));
    let (two, one) = (text(2), text(1));
    let enough = folder(&[("1-a.md", &two), ("2-b.md", &two), ("a.py", &long)]);
    assert_eq!(read(&enough, "", false).found.errors(), 0);
    let many = folder(&[("1-a.md", &two), ("2-b.md", &two), ("3-c.md", &one), ("a.py", &long)]);
    let course = read(&many, "", false);
    let said: Vec<&Diagnostic> = course.found.iter().collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0].message, "the code of files that the course shows is longer than 4 MiB");
    assert_eq!(said[0].span.map(|span| span.source), Some(course.lessons[2].source));
}
