//! The command line: results, reports, exit status.

use crate::course::Course;

const VECTOR: &str = "```yaml experiment\nkind: softmax\nid: vector\nlogits: [5, 2, -1, 3]\nlabel: 0\n```";

const WAYS: &str = "```yaml experiment\nkind: optimizers\nid: ways\nseeds: 3\ndata: {name: moons, samples: 60}\n\
    training: {epochs: 4}\ncompare: [sgd, adam]\n```";

#[test]
fn run_prints_tables_and_sparklines() {
    let course = Course::with("a.md", WAYS);
    let called = course.call(&["run", "lessons/a.md"]);
    assert_eq!(called.status, 0, "{}", called.error);
    for part in ["a#ways (optimizers)", "sgd", "adam", "train_loss", "±", "▁", "digest"] {
        assert!(called.output.contains(part), "no {part} in\n{}", called.output);
    }
}

#[test]
fn run_takes_one_experiment() {
    let course = Course::with("a.md", &format!("{WAYS}\n\n{VECTOR}"));
    let results = course.results("lessons/a.md#vector");
    assert_eq!(results.len(), 1);
    assert_eq!(results[0]["id"], "vector");
    let called = course.call(&["run", "lessons/a.md#nothing"]);
    assert_eq!(called.status, 2);
    assert!(called.error.contains("no experiment or figure is called `nothing`\n"), "{}", called.error);
    let called = course.call(&["run", "lessons/a.md#vectr"]);
    assert!(
        called.error.contains("no experiment or figure is called `vectr`: did you mean `vector`?"),
        "{}",
        called.error
    );
}

#[test]
fn run_prints_every_seeds_series_with_all_digits() {
    let course = Course::with("a.md", &format!("{WAYS}\n\n{VECTOR}"));
    let called = course.call(&["run", "lessons/a.md#ways", "--csv"]);
    assert_eq!(called.status, 0, "{}", called.error);
    let mut lines = called.output.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(names[..3], ["variant", "seed", "epoch"]);
    let loss = names.iter().position(|name| *name == "train_loss").unwrap();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    // Two variants, three seeds, before training and after each of four epochs.
    assert_eq!(rows.len(), 2 * 3 * 5);
    let last = rows.iter().filter(|row| row[0] == "adam" && row[2] == "4");
    let last: Vec<f64> = last.map(|row| row[loss].parse().unwrap()).collect();
    let document = &course.results("lessons/a.md#ways")[0];
    assert_eq!(document["metrics"]["adam"]["train_loss"]["values"], serde_json::json!(last));
    for (call, message) in [
        (
            &["lessons/a.md", "--csv"][..],
            "`--csv` prints one experiment, and `lessons/a.md` has 2: name it, as in `LESSON.md#id`",
        ),
        (&["lessons/a.md#vector", "--csv"], "`lessons/a.md#vector` has no series"),
        (
            &["lessons/a.md#ways", "--csv", "--format", "json"],
            "`--csv` is a format already: leave `--format` out",
        ),
    ] {
        let called = course.call(&[&["run"], call].concat());
        assert_eq!(called.status, 2, "{call:?}");
        assert!(called.error.contains(message), "{}", called.error);
    }
}

#[test]
fn json_has_every_part_of_the_contract() {
    let course = Course::with("01-a-b.md", WAYS);
    let document = &course.results("lessons/01-a-b.md")[0];
    assert_eq!(document["lesson"], "a-b");
    assert_eq!(
        (&document["kind"], &document["seed"], &document["seeds"]),
        (&"optimizers".into(), &0.into(), &3.into())
    );
    let loss = &document["metrics"]["adam"]["train_loss"];
    let values: Vec<f64> = loss["values"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    assert_eq!(values.len(), 3);
    assert_eq!(loss["mean"].as_f64().unwrap(), values.iter().sum::<f64>() / 3.0);
    // The series counts from before training: four epochs make five values.
    assert_eq!(document["series"]["sgd"]["train_loss"].as_array().unwrap().len(), 5);
    assert!(document["digest"].as_str().unwrap().len() >= 16);
    assert!(document["claims"].as_array().unwrap().is_empty());
}

#[test]
fn a_single_run_is_named_run_and_its_numbers_are_plain() {
    let document = &Course::with("a.md", VECTOR).results("lessons/a.md")[0];
    let metrics = &document["metrics"]["run"];
    assert_eq!(metrics["hardmax"], serde_json::json!([1.0, 0.0, 0.0, 0.0]));
    assert!((metrics["loss"].as_f64().unwrap() - 0.171_935_393_328).abs() < 1e-9);
}

#[test]
fn the_call_is_at_fault_with_status_2_and_the_course_with_1() {
    let course = Course::with("a.md", "`{{ nobody.loss }}`");
    assert_eq!(course.call(&["build"]).status, 1);
    assert_eq!(course.call(&["build", "nowhere"]).status, 2);
    assert_eq!(course.call(&["build", "--jobs", "none"]).status, 2);
    assert_eq!(course.call(&["bild"]).status, 2);
    assert_eq!(course.call(&["run", "lessons/b.md"]).status, 2);
    assert_eq!(course.call(&["--help"]).status, 0);
}

#[test]
fn a_call_that_cannot_be_obeyed_says_all_of_why() {
    let figure = "```yaml figure\nid: drawn\nx: {linear: [0, 1]}\ny: x\n```";
    let course = Course::with("a.md", &format!("{WAYS}\n\n{VECTOR}\n\n{figure}"))
        .and("b.md", "Text.")
        .file("lessons/t.csv", b"a\n1\n")
        .file("written/a-vector.ipynb", b"")
        .file("templates/lesson.html", b"");
    for (call, message) in [
        (
            "build lessons --only ways",
            "a site is built whole: `--only` goes with check, run, plan and verify",
        ),
        (
            "build lessons/a.md",
            "a site is built whole: name the folder of the lessons, or see one lesson's results with `gradbook run`",
        ),
        ("serve lessons/a.md", "a course is served whole: name the folder of the lessons"),
        ("serve --format json", "`serve` cannot report as json, only as human"),
        (
            "build --untrusted --cache-dir lessons/cache",
            "the cache of lessons that are not trusted cannot be in `lessons/cache`, among their files",
        ),
        ("build -o .", "the output folder `.` contains the lessons; choose another one"),
        ("build -o lessons", "the output folder `lessons` is the folder of the lessons; choose another one"),
        (
            "build nowhere",
            "there is no folder `nowhere`: name the one that holds your lessons, or begin with `gradbook new my-course`",
        ),
        ("run lessons/t.csv", "lessons/t.csv is not a lesson: expected a `.md` file"),
        (
            "export lessons",
            "`lessons` is a folder: name a lesson's file, as in `gradbook export lessons/01-first.md`",
        ),
        ("export lessons/b.md", "there is nothing to export in `lessons/b.md`"),
        (
            "export lessons/a.md#drawn",
            "`drawn` is a figure: no notebook draws it; export the experiments that it is drawn from",
        ),
        (
            "export lessons/a.md -o written",
            "`written/a-vector.ipynb` is there already; `--force` writes over it",
        ),
        ("new lessons/a.md", "`lessons/a.md` is a file; name a folder to be made"),
        (
            "new written",
            "`written` is not empty: it holds `a-vector.ipynb`; name a folder that does not exist yet, as in `gradbook new my-course`",
        ),
        ("templates templates", "`templates/lesson.html` is there already, and nothing is overwritten"),
        ("build --templates none", "there are no templates in `none`: no such folder"),
        ("verify --cache-dir none", "there is no cache in `none`: no such folder"),
        ("check --only nothing", "no experiment is like `nothing`"),
        ("run --shard 1/3 --no-cache", "a shard without a cache would leave nothing behind"),
    ] {
        let called = course.call(&call.split(' ').collect::<Vec<_>>());
        let said = (called.status, called.error.as_str());
        assert_eq!(said, (2, format!("gradbook: {message}\n").as_str()), "{call}");
    }
    let accepted = course.call_in_ci(&["check", "--accept"]);
    let message = "`--accept` writes snapshots, and CI is set in the environment: accept on your own machine and commit \
        what it writes";
    assert_eq!((accepted.status, accepted.error), (2, format!("gradbook: {message}\n")));
}

#[test]
fn a_cache_that_is_not_there_is_neither_verified_nor_emptied() {
    let course = Course::with("a.md", VECTOR);
    for command in ["verify", "clean"] {
        let called = course.call(&[command, "--cache-dir", "mistyped"]);
        assert_eq!(called.status, 2, "{command}: {}", called.error);
        assert!(called.error.contains("there is no cache in `mistyped`"), "{command}: {}", called.error);
        assert!(!course.path("mistyped").exists());
    }
}

#[test]
fn check_writes_nothing() {
    let course = Course::with("a.md", VECTOR);
    let called = course.call(&["check"]);
    assert_eq!(called.status, 0, "{}", called.error);
    assert!(!course.path("output").exists());
}

#[test]
fn problems_can_be_read_by_programs() {
    let course = Course::with("a.md", "`{{ nobody.loss }}`");
    let json = course.call(&["build", "--format", "json"]).output;
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    let problem = &document["findings"][0];
    assert_eq!((problem["file"].as_str(), problem["line"].as_u64()), (Some("lessons/a.md"), Some(5)));
    let github = course.call(&["check", "--format", "github"]).output;
    assert!(github.starts_with("::error file=lessons/a.md,line=5,"), "{github}");
}

#[test]
fn kinds_lists_all_and_tells_one() {
    let course = Course::with("a.md", "");
    let list = course.call(&["kinds"]).output;
    for kind in gradbook::experiment::KINDS.iter().map(|kind| kind.name) {
        assert!(list.contains(kind));
        let page = course.call(&["kinds", kind]).output;
        let places = ["Example", "```yaml experiment", "Variants", "Figures", "Shared with other kinds"]
            .map(|part| page.find(part));
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{kind}: {places:?}\n{page}");
        assert!(page.lines().count() < 300, "{kind}: {page}");
        let all = course.call(&["kinds", kind, "--all"]).output;
        assert!(all.contains("Every block") && !page.contains("Every block"), "{all}");
    }
    let page = course.call(&["kinds", "optimizers", "--all"]).output;
    assert!(page.contains("v = beta v + (1 - beta) g; W = W - alpha v"), "{page}");
    let called = course.call(&["kinds", "optimizrs"]);
    assert_eq!(called.status, 2);
    assert!(called.error.contains("did you mean `optimizers`?"), "{}", called.error);
}

#[test]
fn kinds_tells_all_meanings_of_a_name() {
    let course = Course::with("a.md", "");
    let told = |name: &str| {
        let called = course.call(&["kinds", name]);
        assert_eq!(called.status, 0, "{name}: {}", called.error);
        called.output
    };
    let adam = told("adam");
    assert!(adam.contains("training.optimizer.adam: a value of `training.optimizer`"), "{adam}");
    assert!(adam.contains("Kingma and Ba, Adam: A Method for Stochastic Optimization"), "{adam}");
    assert!(told("l2").contains("compare") || told("l2").contains("training.l2: a setting"));
    assert!(told("training.l2").starts_with("training.l2: a setting\n"));
    assert!(!told("training.l2").contains("\n\n"), "one meaning alone");
    assert!(told("dev_error").contains("dev_error: a metric"));
    assert!(told("split").starts_with("split: "), "a kind wins");
}

#[test]
fn progress_is_plain_lines_without_a_terminal_and_silent_when_asked() {
    let course = Course::with("a.md", WAYS);
    let called = course.call(&["build"]);
    assert!(called.error.contains("a#ways: 6 runs"), "{}", called.error);
    assert_eq!(called.output, "");
    assert_eq!(course.call(&["build", "--quiet"]).error, "");
}

#[test]
fn run_takes_a_bare_file_name_in_the_lessons_folder() {
    let course = Course::with("a.md", VECTOR);
    let called = course.call_in("lessons", &["run", "a.md"]);
    assert_eq!(called.status, 0, "{}", called.error);
}

#[test]
fn run_shows_the_results_of_a_claim_that_fails() {
    let course = Course::with("a.md", &VECTOR.replace("label: 0", "label: 0\nclaims: [loss > 1]"));
    let called = course.call(&["run", "lessons/a.md", "--format", "json"]);
    assert_eq!(called.status, 1);
    assert!(called.error.contains("error: a claim fails: loss > 1"), "{}", called.error);
    let document: serde_json::Value =
        serde_json::from_str(&called.output).expect("one document and nothing else");
    assert_eq!(document["claims"][0]["holds"], false);
    assert_eq!(document["claims"][0]["held"], 0);
}

#[test]
fn a_lesson_at_fault_gives_run_and_plan_no_document_of_another_shape() {
    let course = Course::with("a.md", &VECTOR.replace("label: 0", "label: 9"));
    for arguments in [&["run", "lessons/a.md"][..], &["plan"]] {
        let called = course.call(&[arguments, &["--format", "json"]].concat());
        assert_eq!((called.status, called.output.as_str()), (1, ""));
        assert!(called.error.contains("lessons/a.md:"), "{}", called.error);
    }
}

#[test]
fn run_says_what_it_warns_of() {
    let course = Course::with("a.md", &WAYS.replace("seeds: 3", "claims: [adam.train_loss < 100]"));
    let called = course.call(&["run", "lessons/a.md", "--format", "json"]);
    assert_eq!((called.status, called.output.lines().count()), (0, 1));
    assert!(called.error.contains("warning[G008]"), "{}", called.error);
}

#[test]
fn a_format_that_a_command_does_not_have_is_refused() {
    let course = Course::with("a.md", VECTOR);
    let refused: [(&[&str], &str); 6] = [
        (
            &["run", "lessons/a.md", "--format", "junit"],
            "`run` cannot report as junit, only as human or json",
        ),
        (&["run", "lessons/a.md", "--format", "github"], "`run` cannot report as github"),
        (&["plan", "--format", "github"], "`plan` cannot report as github, only as human or json"),
        (&["verify", "--format", "json"], "`verify` cannot report as json, only as human"),
        (&["clean", "--format", "json"], "`clean` cannot report as json"),
        (&["kinds", "--format", "json"], "`kinds` cannot report as json"),
    ];
    for (arguments, message) in refused {
        let called = course.call(arguments);
        assert_eq!((called.status, called.output.as_str()), (2, ""), "{arguments:?}");
        assert!(called.error.contains(message), "{}", called.error);
    }
}

#[test]
fn a_run_that_diverged_has_no_final_numbers_and_fails_claims_about_them() {
    let block = "```yaml experiment\nkind: optimizers\nid: wild\ndata: {name: iris}\n\
        training: {epochs: 30, learning_rate: 1e30}\ncompare: [sgd]\n```";
    let document = &Course::with("a.md", block).results("lessons/a.md")[0];
    let metrics = &document["metrics"]["sgd"];
    assert!(metrics["train_loss"].is_null(), "{metrics}");
    assert!(metrics["diverged_at"].as_f64().unwrap() >= 1.0);
    let claimed = block.replace("compare: [sgd]", "compare: [sgd]\nclaims: ['sgd.train_loss < 100']");
    assert_eq!(Course::with("a.md", &claimed).call(&["build"]).status, 1);
}

#[test]
fn variants_of_a_search_may_have_spaces_of_their_own() {
    let block = "```yaml experiment\nkind: search\nid: spaces\ndata: {name: iris}\ntraining: {epochs: 2}\ntrials: 3\n\
        variants: {wide: {space: {training.l2: {log: [0.01, 1]}}}, plain: {}}\n```";
    Course::with("a.md", block).build().page("a").shows("experiment-spaces");
}

#[test]
#[cfg(target_os = "linux")]
fn results_that_cannot_be_written_are_the_machines_fault() {
    let course = Course::with("a.md", VECTOR);
    for arguments in [&["kinds"][..], &["kinds", "split"], &["run", "lessons/a.md"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let called = course.call_into("", arguments, full.into());
        assert_eq!(called.status, 2, "{}", called.error);
        assert!(called.error.contains("cannot write the results"), "{}", called.error);
    }
}

#[test]
fn strict_makes_a_warning_an_error_unless_it_is_silenced() {
    let search = |lint: &str| {
        let block = "```yaml experiment\nkind: search\nid: s\ndata: {name: iris}\nobjective: test_loss\ntrials: 2\n\
            training: {epochs: 1}\n";
        Course::with("a.md", &format!("{block}{lint}```"))
    };
    let warned = search("").call(&["check"]);
    assert_eq!(warned.status, 0, "{}", warned.error);
    assert!(warned.error.contains("warning[G001]") && warned.error.contains("1 warning"), "{}", warned.error);
    let denied = search("").call(&["check", "--strict"]);
    assert_eq!(denied.status, 1);
    assert!(denied.error.contains("error[G001]"), "{}", denied.error);
    let silenced = search("lint: {allow: [G001]}\n").call(&["check", "--strict"]);
    assert_eq!((silenced.status, silenced.error.contains("G001")), (0, false), "{}", silenced.error);
}
