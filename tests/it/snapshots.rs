//! A week of an author who keeps snapshots, and of the CI that watches over them.
//!
//! What the program says is compared whole with the files in `snapshots/`; `INSTA_UPDATE=always cargo test` rewrites
//! them, read the difference.

use crate::course::{Called, Course};

const SOFT: &str = "```yaml experiment\nkind: softmax\nid: vector\nlogits: [5, 2, -1, 3]\nlabel: 0\n```\n";

const WAYS: &str = "```yaml experiment
kind: optimizers
id: ways
caption: Adam reaches `{{ ways.adam.train_loss | round(2) }}`.
data: {name: moons, samples: 60}
model: {hidden: [4]}
training: {epochs: 20, learning_rate: 0.01}
compare: [sgd, adam]
claims:
  - that: adam.train_loss < sgd.train_loss
    says: Adam gets lower than gradient descent
```
";

const SNAPSHOT: &str = "lessons/snapshots/ways.yaml";

/// Two lessons whose results are accepted.
fn accepted() -> Course {
    let course = Course::with("01-soft.md", SOFT).and("02-ways.md", WAYS);
    course.check("--accept").is_in_order();
    course
}

impl Course {
    fn check(&self, options: &str) -> Called {
        let options: Vec<&str> = options.split_whitespace().collect();
        self.call(&[&["check", "--quiet"], &options[..]].concat())
    }

    /// The lesson on ways down, written anew.
    fn ways(self, body: &str) -> Course {
        self.and("02-ways.md", body)
    }

    /// Moves an accepted number of Adam's by some of its last places, and its history from epoch 3 on: as if the
    /// program had computed the accepted results with another last bit.
    fn drifted(self, metric: &str, places: u64) -> Course {
        let text = self.text(SNAPSHOT);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let key = format!("        {metric}: ");
        let line = lines.iter_mut().find(|line| line.starts_with(&key)).expect("Adam stands first");
        let number: f64 = line[key.len()..].parse().unwrap();
        *line = format!("{key}{:?}", f64::from_bits(number.to_bits() + places));
        let history = lines.iter_mut().find(|line| line.starts_with("      history: ")).unwrap();
        let epochs = history.trim().trim_start_matches("history: ").trim_matches('"');
        let moved = epochs.chars().enumerate().map(|(epoch, letter)| match (epoch, letter) {
            (0..3, letter) => letter,
            (_, 'f') => '0',
            _ => 'f',
        });
        *history = format!("      history: \"{}\"", moved.collect::<String>());
        let margin = lines.iter_mut().find(|line| line.contains("margin: ")).unwrap();
        let (before, number) = margin.split_once("margin: ").unwrap();
        let number: f64 = number.trim_end_matches('}').parse().unwrap();
        *margin = format!("{before}margin: {:?}}}", number * 1.25);
        let printed = lines.iter_mut().find(|line| line.contains("Adam reaches ")).unwrap();
        "    - \"Adam reaches 0.09.\"".clone_into(printed);
        self.file(SNAPSHOT, (lines.join("\n") + "\n").as_bytes())
    }
}

impl Called {
    fn is_in_order(&self) -> &Called {
        // The claim of this course rests on one seed, which is said each time.
        let known = |part: &&str| {
            part.trim().is_empty() || part.starts_with("warning[G008]: a claim rests on one seed")
        };
        let said: Vec<&str> = self.error.split("\n\n").filter(|part| !known(part)).collect();
        assert_eq!((self.status, said), (0, Vec::new()), "{}", self.output);
        self
    }

    /// All that was said.
    fn whole(&self) -> String {
        format!("{}--- results\n{}--- status {}\n", self.error, self.output, self.status)
    }
}

#[test]
fn monday_the_author_accepts_what_the_course_shows() {
    let course = Course::with("01-soft.md", SOFT).and("02-ways.md", WAYS);
    insta::assert_snapshot!("monday_there_are_none_yet", course.check("").whole());
    let called = course.call(&["check", "--accept"]);
    assert!(called.error.ends_with("2 experiments accepted, 2 files written\n"), "{}", called.error);
    insta::assert_snapshot!("monday_the_file", course.text("lessons/snapshots/soft.yaml"));

    course.check("").is_in_order();
    let called = course.call(&["check"]);
    let last = called.error.lines().last().unwrap();
    assert_eq!(last, "All 2 experiments equal their snapshots to the last bit.");

    // Accepting again finds nothing, and the same results give the same bytes.
    let before = course.text(SNAPSHOT);
    let called = course.call(&["check", "--accept"]);
    assert!(called.error.ends_with("nothing to accept, 2 files as before\n"), "{}", called.error);
    assert_eq!(course.text(SNAPSHOT), before);
    // The snapshots are no lessons.
    assert!(!course.build().files().iter().any(|(name, _)| name.contains("snapshots")));
}

#[test]
fn tuesday_words_figures_and_the_order_of_keys_change_nothing() {
    let course = accepted().ways(
        "New words.\n\n```yaml experiment\nid: ways\nkind: optimizers\ncompare: [sgd, adam]  # the same two\n\
         training: {learning_rate: 1e-2, epochs: 20}\nmodel: {hidden: [4]}\ndata: {samples: 60, name: moons}\n\
         title: New\nfigures: [loss]\n```\n",
    );
    course.check("").is_in_order();
}

#[test]
fn wednesday_new_settings_are_not_accepted_until_the_author_says_so() {
    let course = accepted().ways(&WAYS.replace("epochs: 20", "epochs: 10"));
    let called = course.check("--format json");
    let document: serde_json::Value = serde_json::from_str(&called.output).unwrap();
    assert_eq!((called.status, &document["snapshots"][1]["status"]), (1, &"unaccepted".into()));
    let message = document["findings"][0]["message"].as_str().unwrap();
    assert_eq!(message, "the settings of `ways` have changed since its snapshot");
    let epochs = serde_json::json!({"path": "training.epochs", "variants": null, "accepted": 20, "now": 10});
    // 20 is the default: a snapshot does not hold it, and it is named all the same.
    assert_eq!(document["snapshots"][1]["settings"], serde_json::json!([epochs]));
    let sentence = &document["sentences"][0];
    assert!(sentence["accepted"].as_str().unwrap().starts_with("Adam reaches 0."), "{sentence}");
    assert_ne!(sentence["accepted"], sentence["now"]);
    // Each shorter history parts where it ends.
    assert_eq!(document["snapshots"][1]["variants"][0]["parted_at"], 11);

    let soft = course.text("lessons/snapshots/soft.yaml");
    assert_eq!(course.check("--accept --only ways#*").status, 0);
    course.check("").is_in_order();
    assert_eq!(course.text("lessons/snapshots/soft.yaml"), soft);
}

#[test]
fn wednesday_seeds_are_added_and_taken_away() {
    let seeds = |count| WAYS.replace("id: ways", &format!("id: ways\nseeds: {count}"));
    let course = accepted().ways(&seeds(3));
    insta::assert_snapshot!("wednesday_more_seeds", course.check("").whole());
    course.check("--accept").is_in_order();
    let course = course.ways(&seeds(2));
    insta::assert_snapshot!("wednesday_fewer_seeds", course.check("").whole());
    // Other settings beside them are seen in the seeds that both have.
    let course = course.ways(&seeds(4).replace("epochs: 20", "epochs: 10"));
    assert_eq!(course.check("--summary report.md").status, 1);
    insta::assert_snapshot!("wednesday_more_seeds_and_fewer_epochs", course.text("report.md"));
}

#[test]
fn wednesday_a_new_variant_is_no_other_data() {
    let block = WAYS.replace("name: moons, samples: 60", "name: iris");
    let course = Course::with("02-ways.md", &block);
    course.check("--accept").is_in_order();
    let called = course.ways(&block.replace("[sgd, adam]", "[sgd, adam, momentum]")).check("");
    assert_eq!(called.status, 1);
    assert!(called.error.contains("error: the settings of `ways` have changed"), "{}", called.error);
}

#[test]
fn wednesday_other_settings_with_the_same_results_are_worth_a_warning() {
    // Given logits draw nothing, so that the seed makes no difference.
    let block = "```yaml experiment\nkind: softmax\nid: v\nlogits: [1, 2]\nseed: 1\n```\n";
    let course = Course::with("a.md", block);
    course.check("--accept").is_in_order();
    let course = course.and("a.md", &block.replace("seed: 1", "seed: 2"));
    insta::assert_snapshot!("wednesday_same_results", course.check("").whole());
}

#[test]
fn wednesday_a_table_that_changed_is_told_from_settings_that_did() {
    let table = |ripe: &str| -> String {
        let rows = (0..60).map(|i| format!("{},{},{}\n", i % 7, i % 5, if i % 7 > 3 { ripe } else { "no" }));
        format!("length,width,ripe\n{}", rows.collect::<String>())
    };
    let block = "```yaml experiment\nkind: optimizers\nid: own\ndata: {file: fruit.csv}\ntraining: {epochs: 2}\n```\n";
    let course = Course::with("a.md", block).file("lessons/fruit.csv", table("yes").as_bytes());
    course.check("--accept").is_in_order();
    let course = course.file("lessons/fruit.csv", table("yes").replace("0,0,no", "9,9,no").as_bytes());
    let called = course.check("");
    assert_eq!(called.status, 1);
    assert!(called.error.contains("the data of `own` have changed since its snapshot"), "{}", called.error);
}

#[test]
fn thursday_the_program_computes_another_last_bit() {
    let course = accepted().drifted("train_loss", 3);
    insta::assert_snapshot!("thursday_human", course.check("").whole());
    insta::assert_snapshot!("thursday_json", {
        let called = course.check("--format json");
        let document: serde_json::Value = serde_json::from_str(&called.output).unwrap();
        serde_json::to_string_pretty(&document).unwrap()
    });
    insta::assert_snapshot!("thursday_github", course.check("--format github").whole());
    insta::assert_snapshot!("thursday_junit", course.check("--format junit").whole());
    assert_eq!(course.check("--summary report.md").status, 1);
    insta::assert_snapshot!("thursday_summary", course.text("report.md"));
}

#[test]
fn thursday_a_tolerance_lets_it_pass_and_still_shows_it() {
    let tolerant = WAYS.replace("id: ways", "id: ways\ntolerance: 1e-6");
    let course = accepted().ways(&tolerant).drifted("train_loss", 3);
    let called = course.check("");
    insta::assert_snapshot!("thursday_tolerated", called.whole());
    assert_eq!(called.status, 0);
    let course = course.drifted("dev_loss", 1 << 40);
    assert_eq!(course.check("").status, 1);
}

#[test]
fn friday_experiments_come_and_go() {
    let course = accepted()
        .ways(&WAYS.replace("ways", "paths").replace("epochs: 20", "epochs: 12"))
        .file(SNAPSHOT.replace("ways", "gone").as_str(), b"# A lesson that was removed.\n")
        .and("03-more.md", &SOFT.replace("vector", "other"));
    insta::assert_snapshot!("friday_missing_and_orphaned", course.check("").whole());
    let called = course.call(&["check", "--accept"]);
    let last = called.error.lines().last().unwrap();
    assert_eq!(
        last,
        "2 experiments accepted, ways#ways forgotten, 2 files written, 1 file removed, 1 file as before"
    );
    course.check("").is_in_order();
    assert!(!course.path("lessons/snapshots/gone.yaml").exists());
}

#[test]
fn friday_what_has_another_name_is_the_same() {
    let course = accepted();
    let renamed = course.and("02-ways.md", &WAYS.replace("ways", "paths"));
    let called = renamed.check("");
    assert_eq!(called.status, 0, "{}", called.error);
    insta::assert_snapshot!("friday_renamed", called.whole());
    // In another lesson too; the snapshot follows, and is no orphan then.
    std::fs::remove_file(renamed.path("lessons/02-ways.md")).unwrap();
    let moved = renamed.and("03-more.md", &WAYS.replace("ways", "paths"));
    let document: serde_json::Value = serde_json::from_str(&moved.check("--format json").output).unwrap();
    assert_eq!(document["snapshots"][1]["status"], "renamed");
    assert_eq!(document["snapshots"][1]["former"], "ways#ways");
    assert_eq!(moved.check("--accept --only paths").status, 0);
    assert!(!moved.path(SNAPSHOT).exists());
    moved.check("").is_in_order();

    // A variant of its own name.
    let named = WAYS
        .replace("ways", "paths")
        .replace("compare: [sgd, adam]", "compare:\n  plain: sgd\n  adam: adam")
        .replace("sgd.train", "plain.train");
    let called = moved.and("03-more.md", &named).check("");
    assert_eq!(called.status, 0, "{}", called.error);
    assert!(called.error.contains("`sgd` is called `plain` now"), "{}", called.error);
}

#[test]
fn friday_another_number_in_a_sentence_is_told_though_nothing_moved() {
    let course = accepted().ways(&WAYS.replace("round(2)", "round(4)"));
    let called = course.check("");
    assert_eq!(called.status, 0);
    assert!(
        called.output.starts_with("Sentences with other numbers:\n  lessons/02-ways.md:"),
        "{}",
        called.output
    );
    // Other words are seen where they were written.
    course.ways(&WAYS.replace("Adam reaches", "It comes to")).check("").is_in_order();
}

#[test]
fn thursday_a_number_that_is_gone_is_not_what_moved_most() {
    let course = accepted().drifted("train_loss", 3);
    let text = course.text(SNAPSHOT);
    let line = text.lines().find(|line| line.starts_with("        dev_loss: ")).unwrap().to_owned();
    let course = course.file(SNAPSHOT, text.replacen(&line, "        dev_loss: .nan", 1).as_bytes());
    let called = course.check("");
    assert!(called.error.contains("most of all adam.train_loss"), "{}", called.error);
    assert!(called.error.contains("no number on one side: adam.dev_loss"), "{}", called.error);
}

#[test]
fn friday_a_renamed_experiment_is_accepted_alone() {
    let course =
        accepted().ways(&WAYS.replace("ways", "paths")).and("01-soft.md", &SOFT.replace("[5,", "[4,"));
    let soft = course.text("lessons/snapshots/soft.yaml");
    let say = |name: &str| course.call(&["check", "--accept", "--only", name]);
    let last = |called: Called| (called.status, called.error.lines().last().unwrap_or_default().to_owned());
    let none = (2, "gradbook: no experiment is like `other*`".to_owned());
    assert_eq!(last(say("other*")), none);
    let gone = (0, "nothing to accept, ways#ways forgotten, 1 file removed, 1 file as before".to_owned());
    assert_eq!(last(say("ways#ways")), gone);
    assert_eq!(last(say("ways#ways")), (2, none.1.replace("other*", "ways#ways")));
    assert_eq!(last(say("ways")), (0, "1 experiment accepted, 1 file written, 1 file as before".to_owned()));
    assert!(course.text(SNAPSHOT).contains("\npaths:\n"));
    assert_eq!(course.text("lessons/snapshots/soft.yaml"), soft);
}

#[test]
fn friday_a_draft_is_no_orphan_and_one_lesson_says_nothing_of_the_others() {
    let course = accepted();
    let text = course.text("lessons/02-ways.md").replace("title:", "draft: true\ntitle:");
    let course = course.file("lessons/02-ways.md", text.as_bytes());
    course.check("").is_in_order();
    course.check("--accept").is_in_order();
    course.check("--drafts").is_in_order();
    course.check("lessons/01-soft.md").is_in_order();
    course.check("lessons/01-soft.md --accept").is_in_order();
    course.check("--drafts").is_in_order();
}

#[test]
fn friday_a_drafts_snapshot_survives_a_merge_that_went_wrong() {
    let course = accepted();
    let draft = course.text("lessons/02-ways.md").replace("title:", "draft: true\ntitle:");
    let merged = format!("<<<<<<< HEAD\n{}", course.text(SNAPSHOT));
    let course = course.file("lessons/02-ways.md", draft.as_bytes()).file(SNAPSHOT, merged.as_bytes());
    let called = course.check("--accept");
    assert_eq!(called.status, 2, "{}", called.error);
    assert!(called.error.contains("ways.yaml cannot be read, so what did not run of it would be lost"));
    assert_eq!(course.text(SNAPSHOT), merged);
    assert_eq!(course.check("--accept --drafts").status, 0);
    course.check("--drafts").is_in_order();
}

#[test]
fn friday_a_merge_goes_wrong() {
    let course = accepted();
    let text =
        course.text(SNAPSHOT).replace("  kind: optimizers\n", "<<<<<<< HEAD\n  kind: optimizers\n=======\n");
    let course = course.file(SNAPSHOT, text.as_bytes());
    insta::assert_snapshot!("friday_merge", course.check("").whole());
    let called = course.check("--accept --only ways");
    assert_eq!(called.status, 2);
    assert!(called.error.contains("ways.yaml cannot be read, so what did not run of it would be lost"));
    assert_eq!(course.check("--accept").status, 0);
    course.check("").is_in_order();
}

#[test]
fn saturday_nothing_is_accepted_from_a_course_at_fault() {
    let course = Course::with("a.md", &SOFT.replace("label: 0", "label: 0\nclaims: [loss > 1]"));
    let called = course.call(&["check", "--accept"]);
    assert_eq!(called.status, 1);
    assert!(
        called.error.ends_with("nothing is accepted from a course that is at fault\n"),
        "{}",
        called.error
    );
    assert!(!course.path("lessons/snapshots").exists());
}

#[test]
fn sunday_ci_compares_and_never_writes() {
    let course = Course::with("01-soft.md", SOFT);
    let called = course.call_in_ci(&["check", "--accept"]);
    insta::assert_snapshot!("sunday_refused", called.whole());
    assert_eq!(called.status, 2);
    assert!(!course.path("lessons/snapshots").exists());
    let course = accepted().drifted("train_loss", 1);
    let before = course.text(SNAPSHOT);
    assert_eq!(course.call_in_ci(&["check"]).status, 1);
    assert_eq!(course.text(SNAPSHOT), before);
    assert!(!course.path("output").exists());
}

#[test]
fn a_report_of_a_course_that_cannot_run_is_whole_too() {
    let course = Course::with("a.md", &SOFT.replace("label: 0", "labl: 0"));
    insta::assert_snapshot!("at_fault_junit", course.check("--format junit").whole());
    assert_eq!(course.check("--summary report.md").status, 1);
    insta::assert_snapshot!("at_fault_summary", course.text("report.md"));
    let json = course.check("--format json").output;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["errors"], 1);
    // A build reports in the same formats.
    let github = course.call(&["build", "--format", "github"]).output;
    assert!(github.starts_with("::error file=lessons/a.md,line=9,"), "{github}");
    let called = course.check("--summary nowhere/report.md");
    assert_eq!(called.status, 2);
    assert!(called.error.contains("cannot write nowhere/report.md"), "{}", called.error);
}
