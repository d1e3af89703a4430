//! What a page needs to run its experiments in a browser: there where it is offered, and nowhere else. That it runs is for
//! `scripts/browser-tests live` to show.

use std::io::Read;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::read::GzDecoder;
use serde_json::Value;

use crate::course::Course;

const BLOCK: &str = "```yaml experiment\nkind: optimizers\nid: two\ndata: {file: a.csv, target: y}\n\
     training: {epochs: 2, learning_rate: 0.01}\ncompare: [sgd, {adam: {learning_rate: 0.001}}]\nseeds: 3 # few\nshow_source: false\n\
     try: {training.learning_rate: {log: [1e-4, 1]}, seed: {integer: [0, 9]}}\n```\n";

fn table() -> String {
    let row = |row: u32| format!("{},{},{}\n", row % 7, row % 5, ["a", "b"][row as usize % 2]);
    format!("u,v,y\n{}", (0..60).map(row).collect::<String>())
}

fn course(body: &str, settings: &str) -> Course {
    let course = Course::with("1-a.md", body).and("2-b.md", "No experiment.\n");
    course
        .file("lessons/a.csv", table().as_bytes())
        .file("lessons/gradbook.yaml", format!("title: C\n{settings}").as_bytes())
}

/// What a script hands over to `live.js`.
fn handed_over(script: &str) -> Value {
    let (_, value) = script.split_once(", ").unwrap();
    serde_json::from_str(value.trim_end().strip_suffix(");").unwrap()).unwrap()
}

#[test]
fn an_experiment_stands_beside_its_page_with_its_data_and_digests() {
    let course = course(BLOCK, "defaults: {model: {hidden: [4]}}\n");
    let called = course.call(&["build"]);
    assert_eq!(called.status, 0, "{}", called.error);
    let page = handed_over(&course.text("output/a/two.live.js"));
    let results: Value = serde_json::from_str(&course.text("output/a/two.json")).unwrap();
    assert_eq!(page["digest"], results["digest"]);
    assert_eq!(page["digests"].as_array().unwrap().len(), 6, "two variants of three seeds");
    assert_eq!(page["defaults"], serde_json::json!(["model:\n  hidden:\n  - 4\n"]));
    assert!(!page["yaml"].as_str().unwrap().contains("few"), "a comment of a source that is not shown");
    assert_eq!(page["files"]["a.csv"].as_str().unwrap().len(), table().len().div_ceil(3) * 4);
    let controls = page["controls"].as_array().unwrap();
    assert_eq!(controls[0]["only"], serde_json::json!(["SGD"]), "Adam has a rate of its own");
    assert_eq!(
        (&controls[0]["value"], &controls[1]["value"]),
        (&serde_json::json!(0.01), &serde_json::json!(0))
    );

    let html = course.text("output/a.html");
    assert!(
        html.contains("data-live=\"a/two.live.js\" data-seconds=") && html.contains("<noscript>"),
        "{html}"
    );
    assert!(
        html.contains("script-src 'self' 'wasm-unsafe-eval'") && html.contains("worker-src blob:"),
        "{html}"
    );
    for other in ["b", "index"] {
        let html = course.text(&format!("output/{other}.html"));
        assert!(!html.contains("wasm-unsafe-eval") && !html.contains("<noscript>"), "{html}");
    }
    for module in ["relaxed", "plain"] {
        let module = handed_over(&course.text(&format!("output/assets/live-{module}.js")));
        assert!(module.as_str().unwrap().len() > 100_000);
    }
}

#[test]
fn what_the_module_is_without_is_handed_to_it() {
    let course = course(BLOCK, "");
    assert_eq!(course.call(&["build"]).status, 0);
    let shared = handed_over(&course.text("output/assets/live-course.js"));
    assert_eq!(shared["phrases"], serde_json::json!({}), "it has the English ones");
    let steps = &shared["schemas"]["kinds"]["surface"]["properties"]["steps"];
    assert!(steps["type"] == "integer" && steps["description"].is_null(), "{steps}");
    let iris = handed_over(&course.text("output/assets/live-table-iris.js"));
    let packed = BASE64_STANDARD.decode(iris.as_str().unwrap()).unwrap();
    let mut csv = String::new();
    GzDecoder::new(packed.as_slice()).read_to_string(&mut csv).unwrap();
    assert_eq!(csv.lines().count(), 151, "{csv}");

    let german = self::course(BLOCK, "language: de\n");
    assert_eq!(german.call(&["build"]).status, 0);
    let shared = handed_over(&german.text("output/assets/live-course.js"));
    assert_eq!(shared["phrases"]["course"], "Kurs");
}

#[test]
fn what_its_author_withholds_is_nowhere() {
    let withheld = BLOCK.replace("seeds: 3", "live: false\nseeds: 3");
    let untrusted: &[&str] = &["build", "--untrusted"];
    for (body, settings, call) in [
        (withheld.as_str(), "", &["build"][..]),
        (BLOCK, "live: false\n", &["build"]),
        (BLOCK, "", untrusted),
    ] {
        let course = course(body, settings);
        let called = course.call(call);
        assert_eq!(called.status, 0, "{}", called.error);
        let html = course.text("output/a.html");
        assert!(!html.contains("data-live") && !html.contains("wasm-unsafe-eval"), "{html}");
        let written = course.files("output");
        // The site's own scripts are there, and nothing asks for them.
        let own = ["assets/live.js", "assets/live-results.js"];
        let mut handed = written.iter().filter(|(path, _)| !own.contains(&path.as_str()));
        let left = handed.find(|(path, _)| path.contains(".live.") || path.contains("live-"));
        assert!(left.is_none(), "{:?}", left.map(|(path, _)| path));
    }
}

#[test]
fn what_a_reader_may_change_changes_no_result() {
    let results = |body: &str| {
        let course = course(body, "");
        assert_eq!(course.call(&["build"]).status, 0);
        course.text("output/a/two.json")
    };
    let plain: String =
        BLOCK.lines().filter(|line| !line.starts_with("try:")).map(|line| format!("{line}\n")).collect();
    assert_eq!(results(BLOCK), results(&plain));
}
