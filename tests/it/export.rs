//! Experiments as notebooks: what is in them, what is refused, and that nothing of a lesson becomes code. `scripts/parity` runs them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;
use serde_json::{Value as Json, json};

use crate::course::Course;

const WAYS: &str = "```yaml experiment\nkind: optimizers\nid: ways\ntitle: Two ways\nseeds: 3\ndata: {name: moons, samples: 60}\n\
    training: {epochs: 4}\ncompare: [sgd, adam]\n```";

const VECTOR: &str = "```yaml experiment\nkind: softmax\nid: vector\nlogits: [5, 2, -1, 3]\nlabel: 0\n```";

/// Exports a lesson, and returns a file that came of it.
fn exported(course: &Course, call: &[&str], file: &str) -> String {
    let called = course.call(&[&["export"], call].concat());
    assert_eq!(called.status, 0, "{}", called.error);
    course.text(file)
}

fn cells(notebook: &str) -> Vec<Json> {
    let notebook: Json = serde_json::from_str(notebook).unwrap();
    assert_eq!((&notebook["nbformat"], &notebook["nbformat_minor"]), (&json!(4), &json!(5)));
    notebook["cells"].as_array().unwrap().clone()
}

fn source(cell: &Json) -> String {
    cell["source"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect()
}

/// Returns the JSON that a script gives a name.
fn given(script: &str, name: &str) -> Json {
    let (_, rest) = script.split_once(&format!("\n{name} = json.loads(r'''")).unwrap();
    serde_json::from_str(rest.split_once("''')").unwrap().0).unwrap()
}

/// Returns our numbers, which a script holds packed.
fn ours(script: &str) -> Json {
    let (_, rest) = script.split_once("\nOURS = json.loads(zlib.decompress(base64.b64decode(\"").unwrap();
    let packed = STANDARD.decode(rest.split_once('"').unwrap().0).unwrap();
    serde_json::from_reader(ZlibDecoder::new(&packed[..])).unwrap()
}

#[test]
fn a_notebook_has_what_its_experiment_needs_and_no_more() {
    let course = Course::with("01-a.md", WAYS);
    let notebook = exported(&course, &["lessons/01-a.md#ways"], "a-ways.ipynb");
    let cells = cells(&notebook);
    let ids: std::collections::BTreeSet<&str> =
        cells.iter().map(|cell| cell["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), cells.len());
    for cell in &cells {
        let code = cell["cell_type"] == "code";
        assert_eq!(cell.get("outputs").cloned(), code.then(|| json!([])));
        assert_eq!(cell.get("execution_count").cloned(), code.then_some(Json::Null));
    }
    let whole: String = cells.iter().map(source).collect();
    for part in ["# 01-a.md: Two ways", "def moons", "torch.optim.Adam", "def run_optimizers", "class Stream"]
    {
        assert!(whole.contains(part), "no {part} in\n{whole}");
    }
    for part in ["def spirals", "RMSprop", "BatchNorm", "class Masks", "early_stopping", "# if ", "FILES"] {
        assert!(!whole.contains(part), "{part} in\n{whole}");
    }
    // The same cells for the same experiment.
    assert_eq!(exported(&course, &["lessons/01-a.md#ways", "--force"], "a-ways.ipynb"), notebook);
}

#[test]
fn a_script_holds_settings_as_they_took_effect_and_our_numbers() {
    let course = Course::with("a.md", WAYS);
    let script = exported(
        &course,
        &["lessons/a.md", "--to", "py", "--precision", "f64", "-o", "there"],
        "there/a-ways.py",
    );
    let (variants, ours) = (given(&script, "VARIANTS"), ours(&script));
    let adam = &variants["adam"];
    assert_eq!(adam["training"]["precision"], "f64");
    assert_eq!(adam["training"]["optimizer"]["adam"]["beta1"], json!(0.9));
    assert_eq!(adam["data"]["noise"], json!(0.2));
    assert_eq!(adam["data"]["class_names"], json!(["0", "1"]));
    let own = Course::with("a.md", &WAYS.replace("epochs: 4", "epochs: 4, precision: f64"));
    let document = &own.results("lessons/a.md")[0];
    for seed in 0..3 {
        let run = &ours["adam"][seed.to_string()];
        assert_eq!(run["series"]["train_loss"].as_array().unwrap().len(), 5);
        assert_eq!(run["metrics"]["train_loss"], document["metrics"]["adam"]["train_loss"]["values"][seed]);
    }
    assert!(script.contains("\nSEEDS = [0, 1, 2]\n"));
}

#[test]
fn each_experiment_of_a_lesson_gets_a_file_that_is_not_written_over() {
    let course = Course::with("a.md", &format!("{WAYS}\n\n{VECTOR}"));
    let called = course.call(&["export", "lessons/a.md", "--to", "py"]);
    assert_eq!(
        (called.status, called.output.as_str()),
        (0, "./a-ways.py\n./a-vector.py\n"),
        "{}",
        called.error
    );
    let vector = course.text("a-vector.py");
    assert!(vector.contains("import numpy as np") && !vector.contains("torch"), "{vector}");
    let called = course.call(&["export", "lessons/a.md#vector", "--to", "py"]);
    assert_eq!(called.status, 2);
    assert!(
        called.error.contains("`./a-vector.py` is there already; `--force` writes over it"),
        "{}",
        called.error
    );
    assert_eq!(course.call(&["export", "lessons/a.md#vector", "--to", "py", "--force"]).status, 0);
}

#[test]
fn whatever_is_set_has_its_python() {
    let course = Course::with(
        "a.md",
        "```yaml experiment\nkind: curvatures\nid: random\ndimensions: [1, 3]\nsamples: 20\n```\n\n\
         ```yaml experiment\nkind: critical_points\nid: flat\ndata: {name: moons, samples: 20}\nmodel: {hidden: [2], activation: tanh, output: sigmoid}\nstarts: 2\nsteps: 5\n```\n\n\
         ```yaml experiment\nkind: surface\nid: cost\ndata: {name: plane, samples: 20, normalize: variance}\nlearning_rate: {over_curvature: 1}\nsteps: 3\n```\n\n\
         ```yaml experiment\nkind: train\nid: steered\ndata: {name: iris, own_statistics: true, other_source: {contrast: 0.5}, normalize: centered}\n\
         model: {layers: 2, units: 3}\ntraining: {epochs: 2, steering: {every: 1}}\n```\n\n\
         ```yaml experiment\nkind: search\nid: one\ndata: {name: iris}\ntraining: {epochs: 1}\nsampler: one_at_a_time\ntrials: 2\n\
         space: {model.layers: {integer: [1, 2]}, model.activation: {choice: [relu, tanh]}}\n```\n\n\
         ```yaml experiment\nkind: transfer\nid: elsewhere\nproblems: {flowers: {name: iris, limit: 60}, bow: {name: line, samples: 20}}\n\
         training: {epochs: 1}\nmodel: {output: auto}\nobjective: dev_loss\ntrials: 2\nspace: {training.learning_rate: {log: [0.01, 1]}}\n```\n\n\
         ```yaml experiment\nkind: gradient_check\nid: coarse\nprecision: f32\ndata: {name: iris}\nmodel: {hidden: [2]}\ntraining: {epochs: 1}\n```",
    );
    let called = course.call(&["export", "lessons/a.md", "--to", "py"]);
    assert_eq!((called.status, called.error.contains("not written")), (0, false), "{}", called.error);
    let random = course.text("a-random.py");
    assert!(random.contains("def curvatures_of") && !random.contains("torch"), "{random}");
    let flat = course.text("a-flat.py");
    assert_eq!(given(&flat, "VARIANTS")["run"]["split"], json!({ "train": "100%" }));
    assert!(flat.contains("binary_cross_entropy_with_logits") && !flat.contains("stratify"), "{flat}");
    let cost = course.text("a-cost.py");
    assert!(
        cost.contains("def cost_of_data") && cost.contains("over_curvature") && cost.contains("def plane")
    );
    assert!(!cost.contains("def bowl") && !cost.contains("SURFACES"), "{cost}");
    let steered = course.text("a-steered.py");
    let run = &given(&steered, "VARIANTS")["run"];
    assert_eq!((&run["model"]["layers"], &run["training"]["steering"]["faster"]), (&json!(2), &json!(1.5)));
    for part in
        ["def widths", "def with_other_source", "steered_rate", "\"own_statistics\"", "\"centered\": lambda"]
    {
        assert!(steered.contains(part), "{part}");
    }
    assert!(!steered.contains("\"standard\": lambda") && !steered.contains("def blurred"), "{steered}");
    let one = course.text("a-one.py");
    assert!(
        one.contains("def one_at_a_time") && one.contains("def value_count") && !one.contains("def grid")
    );
    let elsewhere = course.text("a-elsewhere.py");
    let problems = &given(&elsewhere, "VARIANTS")["run"]["problems"];
    assert_eq!(problems["flowers"]["data"]["class_names"], json!(["setosa", "versicolor", "virginica"]));
    assert_eq!(problems["bow"]["data"]["noise"], json!(0.2));
    assert_eq!(problems["bow"]["split"]["train"], json!("60%"));
    for part in [
        "def run_search",
        "def run_transfer",
        "F.mse_loss",
        "F.cross_entropy",
        "def class_quotas",
        "def line",
        "FILES = ",
    ] {
        assert!(elsewhere.contains(part), "{part}");
    }
    let coarse = course.text("a-coarse.py");
    assert!(coarse.contains("copy.deepcopy(network).float()"), "{coarse}");
}

#[test]
fn what_cannot_be_exported_is_refused_with_the_reason() {
    let macro_f1 = "```yaml experiment\nkind: search\nid: found\ndata: {name: iris}\ntraining: {epochs: 1}\ntrials: 2\nobjective: dev_macro_f1\n```";
    let figure = "```yaml figure\nid: drawn\nx: {linear: [0, 1]}\ny: x\n```";
    let course = Course::with("a.md", &format!("{macro_f1}\n\n{figure}"));
    for (call, message) in [
        (
            "lessons/a.md#found",
            "`found` cannot be exported: no notebook measures `dev_macro_f1`, the objective",
        ),
        ("lessons/a.md#drawn", "`drawn` is a figure: no notebook draws it"),
        ("lessons", "`lessons` is a folder: name a lesson's file"),
        ("lessons/a.md", "there is nothing to export in `lessons/a.md`"),
    ] {
        let called = course.call(&["export", call]);
        assert_eq!(called.status, 2, "{call}");
        assert!(called.error.contains(message), "{call}: {}", called.error);
    }
    // It gets no download either.
    let called = course.call(&["build"]);
    assert_eq!(called.status, 0, "{}", called.error);
    assert!(!course.text("output/a.html").contains(".ipynb"));
}

#[test]
fn nothing_of_a_lesson_becomes_code() {
    let evil = "'''); import os; os.remove('x') #";
    let text = format!(
        "```yaml experiment\nkind: optimizers\nid: ways\ntitle: \"{evil}\\u2028import os\"\ndata: {{file: t.csv}}\ntraining: {{epochs: 1}}\n```"
    );
    let course = Course::with("a.md", &text);
    let rows: String =
        (0..12).map(|row| format!("{row},{}\n", if row % 2 == 0 { "\"a'''b\"" } else { "c\\" })).collect();
    let course = course.file("lessons/t.csv", format!("x,\"{evil}\"\n{rows}").as_bytes());
    let script = exported(&course, &["lessons/a.md", "--to", "py"], "a-ways.py");
    for line in script.lines().filter(|line| line.contains("import os")) {
        assert!(line.starts_with("# "), "{line}");
    }
    assert_eq!(given(&script, "VARIANTS")["run"]["data"]["class_names"], json!(["a'''b", "c\\"]));
    assert!(script.is_ascii() || script.lines().all(|line| line.is_ascii() || line.starts_with('#')));
}

#[test]
fn a_page_offers_the_notebook_unless_it_shall_not() {
    let course = Course::with(
        "a.md",
        &format!("{WAYS}\n\n{}", VECTOR.replace("id: vector", "id: vector\nnotebook: false")),
    );
    assert_eq!(course.call(&["build"]).status, 0);
    let page = course.text("output/a.html");
    assert!(page.contains("href=\"a/ways.ipynb\"") && !page.contains("vector.ipynb"));
    assert_eq!(cells(&course.text("output/a/ways.ipynb"))[0]["cell_type"], "markdown");
    let course = course.file("lessons/gradbook.yaml", b"notebook: false\nlanguage: de\n");
    assert_eq!(course.call(&["build"]).status, 0);
    assert!(!course.text("output/a.html").contains(".ipynb"));
    let course = course.file("lessons/gradbook.yaml", b"language: de\n");
    assert_eq!(course.call(&["build"]).status, 0);
    assert!(source(&cells(&course.text("output/a/ways.ipynb"))[0]).contains("Dieses Notebook rechnet"));
    assert!(course.text("output/a.html").contains("href=\"a/ways.ipynb\""));
}

#[test]
fn json_tells_rows_and_trials() {
    let search = "```yaml experiment\nkind: search\nid: found\nseed: 3\ndata: {name: iris, limit: 50}\nsplit: {train: 30, dev: 20}\n\
        training: {epochs: 1}\nspace:\n  training.learning_rate: {log: [0.001, 1]}\n  model.hidden: {choice: [[4], [8]]}\ntrials: 3\n```";
    let document = &Course::with("a.md", search).results("lessons/a.md")[0];
    let rows = &document["rows"]["run"]["3"];
    let all = ["train", "dev", "test"].map(|part| rows[part].as_array().unwrap().clone());
    assert_eq!(all.each_ref().map(Vec::len), [30, 20, 0]);
    let places: std::collections::BTreeSet<u64> =
        all.iter().flatten().map(|row| row.as_u64().unwrap()).collect();
    assert!(places.len() == 50 && places.iter().all(|row| *row < 150) && places.iter().any(|row| *row >= 50));
    let trials = document["trials"]["run"]["3"].as_array().unwrap();
    assert_eq!(trials.len(), 3);
    let best = document["metrics"]["run"]["best_objective"].as_f64();
    let objective = |trial: &Json| trial["objective"].as_f64().unwrap();
    assert_eq!(trials.iter().map(objective).reduce(f64::min), best);
    assert!(trials.iter().all(|trial| trial["epochs"] == 1 && trial["settings"]["model.hidden"].is_array()));
}
