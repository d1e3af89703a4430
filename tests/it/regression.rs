//! Regressions, as an author writes them.

use crate::course::Course;

fn block(settings: &str) -> String {
    format!("```yaml experiment\nkind: regression\nid: it\n{settings}\n```\n")
}

/// A course with two points on the line y = 1.3 x + 0.4.
fn two_points(settings: &str) -> Course {
    let text = block(&format!(
        "data: {{file: two.csv, task: number, normalize: none}}\nsplit: {{train: 100%}}\n{settings}"
    ));
    Course::with("a.md", &text).file("lessons/two.csv", b"x,y\n0.4,0.92\n1.2,1.96\n")
}

#[test]
fn a_line_through_two_points_flattens_under_a_penalty() {
    let found = two_points("compare: [0, 2, 200]").results("lessons/a.md").remove(0);
    let number = |variant: &str, metric: &str| found["metrics"][variant][metric].as_f64().unwrap();
    let slope = |variant: &str| found["metrics"][variant]["weights"][0].as_f64().unwrap();
    assert!((slope("lambda_0") - 1.3).abs() < 1e-12 && (number("lambda_0", "intercept") - 0.4).abs() < 1e-12);
    // sum (error)^2 + w^2 for lambda 2: of slope 0.315, intercept 1.188.
    assert!(
        (slope("lambda_2") - 0.315).abs() < 5e-4 && (number("lambda_2", "intercept") - 1.188).abs() < 5e-4
    );
    assert!((number("lambda_2", "objective") - 0.410 / 2.0).abs() < 5e-4);
    assert!((slope("lambda_200") - 0.004).abs() < 5e-4 && slope("lambda_200") > 0.0);
    assert!(found["metrics"]["lambda_0"].get("dev_loss").is_none());
}

/// Gradient descent without hidden layers ends at the line of least squares, and with a penalty at that of the same lambda; a
/// hidden layer bends.
#[test]
fn a_network_is_fitted_beside_the_line() {
    let trained = |hidden: &str, l2: u32| {
        format!(
            "{{network: {{model: {{hidden: {hidden}, activation: tanh}}, training: {{epochs: 600, precision: f64, \
             batch_size: full, optimizer: sgd, learning_rate: 0.2, l2: {l2}}}}}}}"
        )
    };
    let text = block(&format!(
        "data: {{name: polynomial, samples: 60, degree: 1}}\nsplit: {{train: 40, dev: 20}}\nvariants:\n  line: {{}}\n  \
         flat: {{l2: 30}}\n  same: {}\n  as_flat: {}\n  bent: {}\n\
         claims: ['bent.dev_loss < line.dev_loss', 'bent.train_loss[600] < bent.train_loss[0]']\n\
         lint: {{allow: [G008]}}",
        trained("[]", 0),
        trained("[]", 30),
        trained("[8]", 0)
    ));
    let course = Course::with("a.md", &text);
    let found = course.results("lessons/a.md").remove(0);
    let number = |variant: &str, metric: &str| found["metrics"][variant][metric].as_f64().unwrap();
    for metric in ["train_loss", "dev_loss", "objective", "weight_norm"] {
        for (line, network) in [("line", "same"), ("flat", "as_flat")] {
            let (line, network) = (number(line, metric), number(network, metric));
            assert!((line - network).abs() < 1e-9, "{metric}: {line} {network}");
        }
    }
    assert!(number("flat", "weight_norm") < number("line", "weight_norm") - 0.1);
    assert!(
        found["metrics"]["bent"].get("weights").is_none()
            && found["metrics"]["bent"].get("best_epoch").is_none()
    );
    let site = course.build();
    site.page("a").shows("Held").hides("NaN");
    assert_eq!(site.text("a/it-fit.svg").matches(">fitted<").count(), 1);
}

#[test]
fn the_curve_is_drawn_through_its_points() {
    let course = two_points("");
    let site = course.build();
    site.page("a")
        .shows("Across: x, from 0.4 to 1.2.")
        .shows("train: 2 points between 0.92 and 1.96.")
        .hides("NaN");
    assert!(site.text("a/it-fit.svg").contains(">fitted<"));
}

#[test]
fn data_of_many_features_are_fitted_but_not_drawn() {
    let rows = "1,5,2\n2,3,1\n3,8,4\n4,1,0\n5,2,2\n";
    let text = block("data: {file: three.csv, task: number}\nsplit: {train: 100%}\ncompare: [0, 1]");
    let course = Course::with("a.md", &text).file("lessons/three.csv", format!("a,b,y\n{rows}").as_bytes());
    let site = course.build();
    site.page("a").shows("Error on each part").hides("Points and curve");
}

#[test]
fn a_penalty_has_a_best_size() {
    let text = block(
        "data: {name: polynomial, samples: 112}\nsplit: {train: 12, dev: 100}\nseeds: 20\ncompare: [0, 0.01, 10000]\n\
         claims:\n  - {that: lambda_0_01.dev_loss < lambda_0.dev_loss, holds: 18/20}\n  \
         - {that: lambda_0_01.dev_loss < lambda_10000.dev_loss, holds: 16/20}\n  \
         - lambda_0.train_loss < lambda_0_01.train_loss",
    );
    let course = Course::with("a.md", &text);
    course.build().page("a").shows("Held in 20 of 20 seeds").shows("Bands: one standard deviation");
}

#[test]
fn one_statistic_stands_for_the_seeds_in_chart_table_and_terminal() {
    let data =
        "data: {name: polynomial, samples: 112}\nsplit: {train: 12, dev: 100}\nseeds: 6\ncompare: [0, 1]\n";
    let course = Course::with("a.md", &block(&format!("{data}statistic: median")));
    let median = "Median of 6 seeds, and from where to where the middle half of them lies.";
    course
        .build()
        .page("a")
        .shows("Lines: median over 6 seeds. Bands: the middle half")
        .shows(median)
        .hides("Mean ±");
}
