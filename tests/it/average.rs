//! Exponentially weighted averages, as an author writes them, and against numbers that NumPy wrote
//! (`tests/reference/average.py`).

use gradbook::data::SeriesSettings;
use gradbook::numeric::{Streams, smooth};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::course::Course;
use crate::reference::{F64, assert_near};

#[derive(Deserialize)]
struct Reference {
    seed: u64,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    series: Value,
    signal: Vec<f64>,
    value: Vec<f64>,
    averages: Vec<Averaged>,
}

#[derive(Deserialize)]
struct Averaged {
    beta: f64,
    bias_correction: bool,
    average: Vec<f64>,
    residual_sd: f64,
    error: f64,
    lag_error: f64,
    noise_error: f64,
    early_error: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../reference/average.json")).unwrap()
}

fn block(settings: &str) -> String {
    format!("```yaml experiment\nkind: average\nid: it\n{settings}\n```\n")
}

/// What `run --format json` says of the one experiment of a course.
fn results(course: &Course) -> Value {
    course.results("lessons/a.md").remove(0)
}

fn numbers(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap()
}

#[test]
fn numpy_makes_the_same_series_and_the_same_averages() {
    let Reference { seed, cases } = reference();
    for Case { series, signal, value, averages } in cases {
        let settings: SeriesSettings = serde_json::from_value(series.clone()).unwrap();
        let (ours, noise) =
            (settings.signal(), settings.draw_noise(&mut Streams::new(seed).stream("series")));
        assert_near(&ours, &signal, F64, "the signal");
        let ours: Vec<f64> = ours.iter().zip(noise).map(|(signal, noise)| signal + noise).collect();
        assert_near(&ours, &value, F64, "the series");
        for expected in averages {
            let Averaged { beta, bias_correction, average, .. } = &expected;
            let name = format!("beta {beta}, corrected: {bias_correction}");
            assert_near(&smooth(&value, *beta, *bias_correction), average, F64, &name);
            let settings = json!({
                "kind": "average", "id": "it", "seed": seed, "series": series,
                "beta": beta, "bias_correction": bias_correction,
            });
            let course = Course::with("a.md", &format!("```yaml experiment\n{settings}\n```\n"));
            let found = results(&course)["metrics"]["run"].clone();
            let told = |name: &str| found[name].as_f64().unwrap();
            let of_them = [
                ("residual_sd", expected.residual_sd),
                ("error", expected.error),
                ("lag_error", expected.lag_error),
                ("noise_error", expected.noise_error),
                ("early_error", expected.early_error),
            ];
            for (metric, wanted) in of_them {
                assert_near(&[told(metric)], &[wanted], 1e-9, &format!("{name}: {metric}"));
            }
        }
    }
}

#[test]
#[should_panic(expected = "is off by")]
fn a_slightly_wrong_beta_is_noticed() {
    let case = &reference().cases[0];
    let expected = case.averages.iter().find(|averaged| averaged.beta == 0.9).unwrap();
    assert_near(&smooth(&case.value, 0.9001, expected.bias_correction), &expected.average, F64, "it");
}

const LONDON: &str = "day,sky,temperature\n1,fog,40\n2,rain,49\n3,rain,45\n4,?,60\n";

#[test]
fn the_temperatures_of_a_table_are_averaged() {
    let text = block(
        "series: {file: london.csv, column: temperature}\nbias_correction: false\ncompare: [0.5, 0.9]\nclaims: [\"abs(beta_0_9.average - 16.935) < 1e-9\"]",
    );
    let prose = "`{{ it.beta_0_9.average[1] | round(2) }}` and `{{ it.beta_0_9.weights[1] | round(3) }}`";
    let course =
        Course::with("a.md", &format!("{prose}\n\n{text}")).file("lessons/london.csv", LONDON.as_bytes());
    let found = results(&course);
    assert_eq!(numbers(&found["series"]["beta_0_5"]["value"]), [40.0, 49.0, 45.0, 60.0]);
    assert_eq!(numbers(&found["series"]["beta_0_5"]["average"]), [20.0, 34.5, 39.75, 49.875]);
    assert_eq!(found["metrics"]["beta_0_5"].get("error"), None, "nothing is known of its noise");
    let site = course.build();
    // The first value of a series is that of step 1: index 1 is the second day.
    site.page("a").shows("8.5").shows("0.09").hides("NaN");
    assert!(
        site.text("a/it.csv").starts_with("variant,seed,step,average,value\nbeta_0_5,0,1,20,40"),
        "{}",
        site.text("a/it.csv")
    );
    assert!(site.text("a/it-average.svg").contains("β = 0.9"));
}

#[test]
fn a_table_of_one_column_is_a_series() {
    let text = block("series: {file: t.csv, column: t}\nbeta: 0");
    let course = Course::with("a.md", &text).file("lessons/t.csv", b"t\n1\n2\n4\n");
    assert_eq!(numbers(&results(&course)["series"]["run"]["average"]), [1.0, 2.0, 4.0]);
}

#[test]
fn a_block_of_kind_and_id_alone_averages_a_year() {
    let found = results(&Course::with("a.md", "```yaml experiment\nkind: average\nid: it\n```\n"));
    assert_eq!(found["series"]["run"]["average"].as_array().unwrap().len(), 365);
    assert_eq!(found["metrics"]["run"]["window"].as_f64().map(f64::round), Some(10.0));
}
