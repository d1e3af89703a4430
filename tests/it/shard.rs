//! The work of a course spread over processes, and done work checked.

use std::fs;

use gradbook::experiment::kind;
use gradbook::outcome::Metric;
use gradbook::store::cache::{Cache, Key};

use crate::course::{Course, SECRET, Site, program};

const COURSE: &str = "\
```yaml experiment
kind: optimizers
id: ways
data: {name: moons, samples: 60}
training: {epochs: 6}
seeds: 5
compare: [sgd, momentum, adam]
```

```yaml experiment
kind: dropout
id: dropped
data: {name: iris}
training: {epochs: 3}
seeds: 2
compare: [1, 0.5]
```

```yaml experiment
kind: softmax
id: vector
logits: [5, 2, -1, 3]
```
";

fn plan(course: &Course) -> Vec<serde_json::Value> {
    let called = course.call(&["plan", "--format", "json"]);
    assert_eq!(called.status, 0, "{}", called.error);
    called.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_plan_lists_what_is_not_cached_with_its_cost() {
    let course = Course::with("a.md", COURSE);
    let runs = plan(&course);
    assert_eq!(runs.len(), 15 + 4 + 1);
    assert!(!course.path("lessons/.gradbook").exists(), "a plan runs nothing");
    let costs: Vec<f64> = runs.iter().map(|run| run["cost"]["seconds"].as_f64().unwrap()).collect();
    assert!(costs.is_sorted_by(|a, b| a >= b), "the most expensive first");
    let last = runs.iter().find(|run| run["id"] == "vector").unwrap();
    assert_eq!(
        (&last["lesson"], &last["id"], &last["variant"]),
        (&"a".into(), &"vector".into(), &"run".into())
    );
    assert_eq!(last["seed"], 0);
    let table = course.call(&["plan"]).output;
    assert!(table.contains("a#ways") && table.contains("15 runs") && table.contains("20 runs"), "{table}");
    course.build();
    assert_eq!(plan(&course), [] as [serde_json::Value; 0]);
}

#[test]
fn shards_share_a_folder_and_a_build_finds_all_their_runs() {
    let course = Course::with("a.md", COURSE);
    let children: Vec<_> = (1..=4)
        .map(|number| {
            let mut command = program();
            command.args(["run", "--shard", &format!("{number}/4"), "--cache-dir", "shared", "--jobs", "1"]);
            command.current_dir(course.path("")).stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let done = child.wait_with_output().unwrap();
        let error = String::from_utf8(done.stderr).unwrap();
        assert!(done.status.success(), "{error}");
        assert!(error.contains("5 runs done, 0 were in the cache"), "{error}");
    }
    let called = course.call(&["build", "--why", "--cache-dir", "shared"]);
    assert_eq!(called.status, 0, "{}", called.error);
    assert!(!called.error.contains("to do"), "{}", called.error);
    let alone = Course::with("a.md", COURSE);
    assert!(Site::of(&course).files() == alone.build().files());
    let called = course.call(&["run", "--shard", "2/4", "--cache-dir", "shared"]);
    assert!(called.error.contains("0 runs done, 5 were in the cache"), "{}", called.error);
}

#[test]
fn four_builds_at_once_share_one_cache() {
    let course = Course::with("a.md", COURSE);
    let children: Vec<_> = (1..=4)
        .map(|number| {
            let mut command = program();
            command.args(["build", "--quiet", "--output", &format!("output{number}"), "--jobs", "1"]);
            command.current_dir(course.path("")).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let page = |number| fs::read(course.path(&format!("output{number}/a.html"))).unwrap();
    assert!((2..=4).all(|number| page(number) == page(1)));
    let entries = fs::read_dir(course.path("lessons/.gradbook/cache/runs")).unwrap();
    let names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(names.len(), 20, "nothing is left aside: {names:?}");
}

#[test]
fn a_shard_that_cannot_keep_its_runs_fails() {
    let course = Course::with("a.md", COURSE).file("taken", b"");
    for arguments in [
        &["run", "--shard", "1/2", "--cache-dir", "taken"][..],
        &["run", "--shard", "1/2", "--no-cache"],
        &["run", "--shard", "3/2"],
        &["run", "--shard", "1/18446744073709551615"],
        &["run"],
    ] {
        let called = course.call(arguments);
        assert_eq!(called.status, 2, "{arguments:?}: {}", called.error);
    }
}

#[test]
fn verify_computes_a_part_of_the_cache_again() {
    let course = Course::with("a.md", COURSE);
    let called = course.call(&["verify"]);
    assert!(called.error.contains("nothing was compared"), "{}", called.error);
    course.build();
    for (sample, compared) in [("10%", 2), ("0.5", 10), ("100%", 20)] {
        let called = course.call(&["verify", "--sample", sample]);
        assert_eq!(called.status, 0, "{}", called.error);
        let said = format!(
            "{compared} of 20 runs in the cache computed again, all pages, charts and files made again: the same bits"
        );
        assert!(called.error.contains(&said), "{}", called.error);
    }
    for wrong in ["0", "101%", "some"] {
        assert_eq!(course.call(&["verify", "--sample", wrong]).status, 2);
    }
}

/// Every place where a wrong run could live on: numbers in prose, charts, files of results, the index of the search.
#[test]
fn a_wrong_entry_is_found_and_the_next_build_is_right() {
    let block = "```yaml experiment\nkind: optimizers\nid: ways\ndata: {name: iris}\ntraining: {epochs: 3}\nseeds: 2\n```";
    let text = format!("It ends at `{{{{ ways.dev_loss | round(6) }}}}`.\n\n{block}");
    let course = Course::with("a.md", &text);
    let right = course.build().files();

    // A run that another machine got wrong: whole, under its own name.
    let folder = course.path("lessons/.gradbook/cache");
    let cache = Cache::new(folder, 1 << 30).with_secret(SECRET).unwrap();
    let lessons = course.path("lessons").canonicalize().unwrap();
    let inputs = cache.last_inputs(&format!("{}/a.md#ways", lessons.display())).unwrap();
    let variant = &inputs.variants[0];
    let key = Key::new(kind("optimizers").unwrap(), &variant.settings, variant.data.as_deref(), 1);
    let mut record = cache.get(&key).expect("the run of the second seed is kept");
    record.series.get_mut("dev_loss").unwrap()[2] *= 1.5;
    record.metrics.insert("dev_loss".into(), Metric::Number(record.series["dev_loss"][3] * 1.5));
    cache.put(&key, &record);

    let wrong = course.build().files();
    let differ = right.iter().zip(&wrong).filter(|(right, wrong)| right != wrong);
    let differ: Vec<&str> = differ.map(|((name, _), _)| name.as_str()).collect();
    let all = [
        "a.html",
        "a/charts.js",
        "a/ways-dev_loss.svg",
        "a/ways.csv",
        "a/ways.ipynb",
        "a/ways.json",
        "a/ways.live.js",
        "search-index.js",
    ];
    assert_eq!(differ, all);
    let called = course.call(&["verify", "--sample", "100%"]);
    assert_eq!(called.status, 2, "{}", called.error);
    let said =
        "a#ways run, seed 1: this entry is not what these settings give: dev_loss differs from epoch 2 on";
    assert!(format!("{}{}", called.output, called.error).contains(said), "{}", called.error);
    assert_eq!(course.call(&["verify", "--sample", "100%"]).status, 0, "the right one is back");
    assert!(course.build().files() == right);
}
