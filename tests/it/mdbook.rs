//! A book of mdBook's with experiments in it: what mdBook 0.5.4 handed over of a small one, recorded, and what it gets back.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use base64::Engine;
use base64::prelude::BASE64_STANDARD as STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::course::{Called, program};

const RECORDED: &str = include_str!("recorded/mdbook-0.5.json");

/// A book on the disk, as mdBook read it.
struct Book {
    folder: TempDir,
    recorded: Value,
}

impl Book {
    fn new() -> Book {
        let folder = tempfile::tempdir().unwrap();
        let mut recorded: Value = serde_json::from_str(RECORDED).unwrap();
        recorded[0]["root"] = json!(folder.path());
        let mut table = "a,b,label\n".to_owned();
        (0..60).for_each(|row| table += &format!("{}.{row},{},{}\n", row % 2, row % 7, ["y", "n"][row % 2]));
        let book = Book { folder, recorded };
        book.write("src/t.csv", &table);
        book.write("src/SUMMARY.md", "# Summary\n");
        book.write("src/notes/not-in-the-book.md", "`{{ four.x }}`");
        for (path, content) in chapters(&book.recorded[1]["items"]) {
            book.write(&format!("src/{path}"), &content);
        }
        book
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Changes what a chapter says.
    fn change(&mut self, path: &str, from: &str, to: &str) {
        let mut text = serde_json::to_string(&self.recorded).unwrap();
        let quoted = |text: &str| serde_json::to_string(text).unwrap().trim_matches('"').to_owned();
        let (from, to) = (quoted(from), quoted(to));
        assert!(text.contains(&from), "{path}: {from}");
        text = text.replace(&from, &to);
        self.recorded = serde_json::from_str(&text).unwrap();
    }

    fn called(&self, environment: &[(&str, &str)]) -> Called {
        let mut command = program();
        command.arg("mdbook").env_remove("CI").envs(environment.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(self.recorded.to_string().as_bytes()).unwrap();
        Called::new(child.wait_with_output().unwrap())
    }

    /// The book as mdBook gets it back.
    fn made(&self) -> Value {
        let called = self.called(&[]);
        assert_eq!(called.status, 0, "{}", called.error);
        serde_json::from_str(&called.output).expect("the book alone")
    }
}

/// The chapters of a book, by their paths.
fn chapters(items: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for chapter in items.as_array().unwrap().iter().filter_map(|item| item.get("Chapter")) {
        if let Some(path) = chapter["path"].as_str() {
            found.push((path.to_owned(), chapter["content"].as_str().unwrap().to_owned()));
        }
        found.extend(chapters(&chapter["sub_items"]));
    }
    found
}

fn chapter(book: &Value, path: &str) -> String {
    let all = chapters(book.get("items").unwrap_or(&book["sections"]));
    all.into_iter().find(|(known, _)| known == path).unwrap().1
}

#[test]
fn it_serves_html_alone() {
    let status = |renderer: &str| {
        program().args(["mdbook", "supports", renderer]).output().unwrap().status.code().unwrap()
    };
    assert_eq!((status("html"), status("epub")), (0, 1));
}

#[test]
fn a_book_gets_experiments_and_numbers() {
    let book = Book::new();
    let made = book.made();
    let ways = chapter(&made, "ways.md");
    // Values, references and claims stand where they were written; all else is mdBook's.
    assert!(ways.starts_with(
        "# Ways down\n\n{{#include after.md}}\n\nGröße: Adam ends at <span class=\"gradbook\"><a class=\"value\""
    ));
    assert!(ways.contains("title=\"four.adam.train_loss &#124; round(3)"), "{ways}");
    assert!(ways.contains("href=\"#figure-four-loss\"") && !ways.contains("class=\"peek\""));
    assert!(
        ways.contains("Figure\u{a0}1.1</a>") && ways.contains("Code `` `{{ shown }}` `` stays, and $x$.")
    );
    assert!(ways.contains("x = \"`{{ four.nothing }}`\""));
    // The block is one line of HTML within its quote, with its chart inline.
    let line = ways.lines().find(|line| line.contains("id=\"experiment-four\"")).unwrap();
    assert!(
        line.starts_with("> <div class=\"gradbook\">")
            && line.contains("<section class=\"experiment\"")
            && line.ends_with("</section></div>")
    );
    assert!(line.contains("<svg") && line.contains("It ends somewhere") && line.contains("Table\u{a0}1.1"));
    assert!(!ways.contains("```yaml") && !line.contains("{{") && !line.contains("class=\"files\""));
    assert!(line.contains("href=\"deep/02-deeper.html\""));
    // The figure of another chapter, in a list, numbered by its section.
    let deeper = chapter(&made, "deep/02-deeper.md");
    assert!(deeper.contains("href=\"../ways.html#figure-four-loss\">Figure\u{a0}1.1</a>"), "{deeper}");
    let line = deeper.lines().find(|line| line.contains("id=\"figure-again\"")).unwrap();
    assert!(line.starts_with("   <div class=\"gradbook\">") && line.contains("Figure\u{a0}1.1.1"), "{line}");
    assert!(deeper.contains("\n\n2. Done.\n\n<style>") && deeper.ends_with("</style>\n"));
    // Braces of others stay, but for the names of our experiments.
    let preface = chapter(&made, "README.md");
    assert!(preface.starts_with(
        "# Preface\n\nTemplates say `{{ title }}`; the first way ends at <span class=\"gradbook\">"
    ));
    assert!(preface.contains("href=\"ways.html#experiment-four\""));
    assert_eq!(chapter(&made, "after.md"), "After all: `{{ nothing.here }}`.\n");
    // The settings of book.toml took effect, and the cache is beside it.
    assert!(chapter(&made, "ways.md").contains("<code>training.epochs</code></th>&#10;<td><code>2</code>"));
    assert!(book.folder.path().join(".gradbook/cache/runs").is_dir());
    assert!(!book.folder.path().join("src/.gradbook").exists());
    // The same book gives the same bytes, from the cache and anew.
    assert_eq!(book.made(), made);
    fs::remove_dir_all(book.folder.path().join(".gradbook")).unwrap();
    assert_eq!(book.made(), made);
}

#[test]
fn the_form_of_older_versions_is_kept() {
    let mut book = Book::new();
    let items = book.recorded[1]["items"].take();
    book.recorded[1] = json!({ "sections": items, "__non_exhaustive": null });
    let made = book.made();
    assert!(made["__non_exhaustive"].is_null() && made.get("items").is_none());
    assert!(chapter(&made, "ways.md").contains("id=\"experiment-four\""));
    assert_eq!(
        made["sections"].as_array().unwrap().len(),
        book.recorded[1]["sections"].as_array().unwrap().len()
    );
}

#[test]
fn a_book_without_experiments_is_as_it_was() {
    let mut book = Book::new();
    book.change("ways.md", "yaml experiment", "yaml");
    book.change("deep/02-deeper.md", "yaml figure", "yaml");
    assert_eq!(book.made(), book.recorded[1]);
    assert!(!book.folder.path().join(".gradbook").exists());
}

#[test]
fn what_is_wrong_is_shown_at_its_place_in_the_chapter() {
    let mut book = Book::new();
    book.change("ways.md", "> seeds: 2", "> seds: 2");
    let called = book.called(&[]);
    assert_eq!((called.status, called.output.as_str()), (1, ""));
    assert!(called.error.contains("unknown setting `seds`"), "{}", called.error);
    assert!(
        called.error.contains(&format!("src{}ways.md:11:3", std::path::MAIN_SEPARATOR)),
        "{}",
        called.error
    );
    let mut book = Book::new();
    book.change("ways.md", "at `{{ four.adam.train_loss | round", "at `{{ four.adm.train_loss | round");
    let called = book.called(&[]);
    assert!(
        called.error.contains("ways.md:5:30") && called.error.contains("did you mean `adam`?"),
        "{}",
        called.error
    );
    // A claim that fails fails the book.
    let mut book = Book::new();
    book.change("ways.md", "that: adam.train_loss < 9", "that: adam.train_loss > 9");
    let called = book.called(&[]);
    assert_eq!(called.status, 1);
    assert!(called.error.contains("ways.md:15"), "{}", called.error);
    // Limits are held to.
    let mut book = Book::new();
    book.recorded[0]["config"]["preprocessor"]["gradbook"]["limits"] = json!({ "runs": 1 });
    let called = book.called(&[]);
    assert_eq!(called.status, 1, "{}", called.error);
    // So are settings that nobody knows.
    let mut book = Book::new();
    book.recorded[0]["config"]["preprocessor"]["gradbook"]["limit"] = json!({ "runs": 1 });
    let called = book.called(&[]);
    assert!(called.error.contains("limit") && called.error.contains("book.toml"), "{}", called.error);
}

#[test]
fn what_is_no_book_is_refused() {
    for input in ["", "{}", "[]", "[{}, {}]", "[1, 2, 3]", "[{}, {\"items\": []}]"] {
        let mut command = program();
        command.arg("mdbook").current_dir(env!("CARGO_TARGET_TMPDIR"));
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let called = Called::new(child.wait_with_output().unwrap());
        assert_eq!((called.status, called.output.as_str()), (2, ""), "{input}: {}", called.error);
    }
}

#[test]
fn accepted_results_are_held_to_in_ci() {
    let mut book = Book::new();
    assert_eq!(book.called(&[("GRADBOOK_ACCEPT", "1"), ("CI", "true")]).status, 2);
    assert_eq!(book.called(&[("GRADBOOK_ACCEPT", "1")]).status, 0);
    assert!(Path::new(&book.folder.path().join("src/snapshots/ways.yaml")).is_file());
    assert_eq!(book.called(&[("CI", "true")]).status, 0);
    book.recorded[0]["config"]["preprocessor"]["gradbook"]["defaults"]["training"]["epochs"] = json!(3);
    let called = book.called(&[]);
    assert_eq!(called.status, 0, "{}", called.error);
    assert!(called.error.contains("warning") && called.error.contains("ways.md"), "{}", called.error);
    assert!(called.error.contains("::: src/snapshots/ways.yaml:"), "{}", called.error);
    let called = book.called(&[("CI", "true")]);
    assert_eq!((called.status, called.output.as_str()), (1, ""), "{}", called.error);
}

#[test]
fn a_strangers_drawing_stands_in_the_page_of_its_chapter() {
    const SVG: &str =
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>1</script><circle r=\"1337\"/></svg>";
    let mut book = Book::new();
    book.write("src/deep/a.svg", SVG);
    let caption = "caption: 'In ![words](deep/a.svg)'";
    book.change("ways.md", "caption: More in [Deeper](deep/02-deeper.md).", caption);
    let picture = |book: &Book| {
        let ways = chapter(&book.made(), "ways.md");
        assert!(!ways.contains("1337"), "{ways}");
        let (_, picture) = ways.split_once("<figcaption").unwrap().1.split_once("<img src=\"").unwrap();
        picture.split_once('"').unwrap().0.to_owned()
    };
    assert_eq!(picture(&book), "deep/a.svg");
    let own = |book: &mut Book, key: &str, value: Value| {
        book.recorded[0]["config"]["preprocessor"]["gradbook"][key] = value;
    };
    own(&mut book, "untrusted", json!(true));
    assert_eq!(picture(&book), format!("data:image/svg+xml;base64,{}", STANDARD.encode(SVG)));
    // A link would open it where its scripts run.
    book.change("ways.md", "'In ![words]", "'In [words]");
    let refused = book.called(&[]);
    assert_eq!(refused.status, 1, "{}", refused.error);
    assert!(refused.error.contains("the file `deep/a.svg` is refused in a lesson that is not trusted"));
    assert!(refused.error.contains("--> src/ways.md:"), "{}", refused.error);
}
