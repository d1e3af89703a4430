//! Networks trained once or along a setting, and looked at from all sides, as an author writes them.

use serde_json::Value;

use crate::course::Course;

fn block(settings: &str) -> String {
    format!("```yaml experiment\nkind: train\nid: it\n{settings}\n```\n")
}

fn results(settings: &str) -> Value {
    Course::with("a.md", &block(settings)).results("lessons/a.md").remove(0)
}

const DIGITS: &str = "data: {name: digits, limit: 400}\nmodel: {hidden: [16]}\ntraining: {epochs: 4, learning_rate: 0.01, augment: {shift: 1}}\npictures: 12\n";

#[test]
fn a_block_shows_where_the_network_is_wrong_and_how_sure() {
    let course =
        Course::with("a.md", &block("data: {name: iris}\ntraining: {epochs: 40, learning_rate: 0.01}"));
    let site = course.build();
    let page = site.page("a");
    page.shows("Taken for what").shows("As sure as it should be?").hides("NaN");
    let matrix = site.text("a/it-confusion.svg");
    assert!(matrix.contains(">versicolor<") && !matrix.contains("NaN"), "{matrix}");
    // In the table beneath the chart, counts stand with their shares: all ten setosa are right.
    page.shows("10 (100%)");
}

#[test]
fn the_bins_of_confidence_hold_every_dev_row() {
    let found = results("data: {name: iris}\ntraining: {epochs: 5}");
    let list = |name: &str| found["metrics"]["run"][name].as_array().unwrap().clone();
    let rows: Vec<f64> = list("dev_bin_rows").iter().map(|rows| rows.as_f64().unwrap()).collect();
    assert_eq!((rows.len(), rows.iter().sum::<f64>()), (15, 30.0));
    let accuracy = list("dev_bin_accuracy");
    let right: f64 = rows
        .iter()
        .zip(&accuracy)
        .filter(|(rows, _)| **rows > 0.0)
        .map(|(rows, a)| rows * a.as_f64().unwrap())
        .sum();
    let told = found["metrics"]["run"]["dev_accuracy"].as_f64().unwrap();
    assert!((right / 30.0 - told).abs() < 1e-12);
    // A bin without rows has no accuracy.
    assert!(rows.iter().zip(&accuracy).all(|(rows, accuracy)| (*rows == 0.0) == accuracy.is_null()));
}

#[test]
fn metrics_stand_along_the_setting_that_varies() {
    let of = |vary: &str| {
        let text = format!(
            "data: {{name: moons, samples: 60}}\ntraining: {{epochs: 2}}\nmetrics: [dev_error, weight_norm]\nvary: {{{vary}}}"
        );
        Course::with("a.md", &block(&text)).build().text("a/it-metrics.svg")
    };
    let log = of("training.l2: [0.001, 0.1, 10]");
    assert!(log.contains(">l2<") && log.contains(">weight norm<"), "{log}");
    // Powers of ten alone: a logarithmic axis.
    assert!(log.contains(">0.01<") && !log.contains(">0.02<"), "{log}");
    assert!(of("training.l2: [1, 2, 3]").contains(">2<"));
    assert!(of("model.activation: [relu, tanh]").contains(">activation tanh<"));
}

#[test]
fn pictures_are_shown_as_they_are_changed_and_mistaken() {
    let course = Course::with("a.md", &block(DIGITS));
    let site = course.build();
    for (figure, said) in [("pictures", ">7<"), ("augmented", ">copy 1<"), ("mistakes", " → ")] {
        let drawn = site.text(&format!("a/it-{figure}.svg"));
        assert!(drawn.contains(said), "{figure}: {drawn}");
    }
    site.page("a").shows("12 pictures:").hides("NaN");
}

#[test]
fn looking_moves_no_bit_of_the_training() {
    let digest = |more: &str| {
        let found = results(&format!("data: {{name: moons, samples: 60}}\ntraining: {{epochs: 3}}\n{more}"));
        let series = found["series"]["run"].clone();
        serde_json::to_string(&series).unwrap()
    };
    let plain = digest("");
    assert_eq!(digest("regions: [0, 3]\nhistograms: [1, 3]\ngradient_shares: true"), plain);
    let training = |more: &str| {
        let found = results(&format!(
            "data: {{name: digits, limit: 100}}\ntraining: {{epochs: 2, augment: {{shift: 1}}}}\n{more}"
        ));
        serde_json::to_string(&found["series"]).unwrap()
    };
    assert_eq!(training("pictures: 8"), training(""));
}

#[test]
fn run_prints_a_confusion_matrix_as_one() {
    let course =
        Course::with("a.md", &block("data: {name: iris}\ntraining: {epochs: 30, learning_rate: 0.01}"));
    let printed = course.call(&["run", "lessons/a.md"]).output;
    let lines: Vec<&str> = printed.lines().collect();
    let at =
        lines.iter().position(|line| line.contains("dev_confusion: a row for each class")).expect(&printed);
    let cells = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(cells(lines[at + 1]), ["setosa", "versicolor", "virginica"]);
    assert_eq!(cells(lines[at + 2]), ["setosa", "10", "0", "0"]);
    assert!(lines[at + 4].trim_start().starts_with("virginica"), "{printed}");
}

#[test]
fn two_hundred_and_fifty_six_variants_are_as_many_as_may_be() {
    let values = |count: usize| (0..count).map(|value| value.to_string()).collect::<Vec<_>>().join(", ");
    let text = |count: usize| {
        let values = values(count);
        block(&format!(
            "data: {{name: moons, samples: 30}}\nmodel: {{hidden: []}}\ntraining: {{epochs: 1}}\nvary: {{training.l2: [{values}]}}\nfigures: [metrics]"
        ))
    };
    let found = Course::with("a.md", &text(256)).results("lessons/a.md").remove(0);
    assert_eq!(found["metrics"].as_object().unwrap().len(), 256);
    let refused = Course::with("a.md", &text(257)).call(&["check", "lessons"]);
    assert!(refused.error.contains("at most 256"), "{}", refused.error);
}

#[test]
fn a_reader_slides_to_what_was_learned() {
    let block = "```yaml experiment\nkind: train\nid: rings\ndata: {name: circles, samples: 60}\nmodel: {hidden: [4]}\n\
        training: {epochs: 12}\nhistograms: [12]\n```";
    let course = Course::with("a.md", block);
    let site = course.build();
    let regions = site.text("a/rings-regions.svg");
    for (state, stands) in
        [("before training", false), ("epoch 5", false), ("epoch 10", false), ("after training", true)]
    {
        let hidden = if stands { "" } else { " off" };
        assert!(regions.contains(&format!("class=\"frame{hidden}\" data-frame=\"{state}\"")), "{state}");
    }
    assert!(!regions.contains("data-frame=\"epoch 12\""));
    assert!(site.text("a/rings-weights.svg").contains("class=\"frame\" data-frame=\"epoch 12\""));
}
