use std::ops::Range;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::diagnostic::SourceId;
use crate::experiment::{MetricSchema, MetricType};
use crate::outcome::{Metric, RunRecord, Statistic, Variant};

fn run(seed: u64, metrics: Vec<(&str, Metric)>, curve: Vec<f64>) -> RunRecord {
    RunRecord {
        seed,
        metrics: metrics.into_iter().map(|(name, metric)| (name.to_owned(), metric)).collect(),
        series: [("loss".to_owned(), curve.into())].into(),
        ..RunRecord::default()
    }
}

fn variant(name: &str, losses: [f64; 2]) -> Variant {
    let best = Metric::Map([("training.l2".to_owned(), Metric::Number(0.5))].into());
    let runs = losses.iter().enumerate().map(|(seed, &loss)| {
        run(
            seed as u64,
            vec![
                ("loss", Metric::Number(loss)),
                ("shares", Metric::List(vec![loss, 0.25])),
                ("best", best.clone()),
                ("choice", Metric::Text("relu".to_owned())),
                ("mixed", [Metric::Text("relu".to_owned()), Metric::Number(0.2)][seed].clone()),
                ("widths", Metric::List(vec![8.0; seed + 1])),
            ],
            vec![4.0, 2.0, loss],
        )
    });
    Variant { name: name.to_owned(), label: name.to_owned(), runs: runs.collect(), ..Variant::default() }
}

fn comparison() -> Outcome {
    Outcome { variants: vec![variant("adam", [0.1, 0.2]), variant("sgd", [0.4, 0.6])], ..Outcome::default() }
}

fn kept(outcome: Outcome) -> &'static Outcome {
    Box::leak(Box::new(outcome))
}

fn values() -> Values<'static> {
    let mut values = Values::new();
    values.insert("opti-mizers", "four", kept(comparison()));
    values.insert(
        "other-one",
        "single",
        kept(Outcome { variants: vec![variant("run", [0.125, 0.125])], ..Outcome::default() }),
    );
    values.insert(
        "other-one",
        "broken",
        kept(Outcome { variants: vec![variant("run", [f64::NAN, 1.0])], ..Outcome::default() }),
    );
    values
}

fn span(text: &str) -> Span {
    Span::new(SourceId(0), 100, 100 + text.len())
}

fn shown(text: &str) -> String {
    values().evaluate("opti-mizers", text, span(text)).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

fn fault(text: &str) -> String {
    let error = values().evaluate("opti-mizers", text, span(text)).unwrap_err();
    let place = error.span.unwrap();
    format!("{}: {} ({})", &text[place.start - 100..place.end - 100], error.message, error.label)
}

#[test]
fn names_lead_to_values() {
    let cases = [
        ("four.adam.loss", "0.15"),
        ("four.sgd.loss.sd | round(3)", "0.141"),
        ("four.sgd.loss.values", "0.4, 0.6"),
        ("four.sgd.loss.values[0]", "0.4"),
        ("four.sgd.loss[1].values[-1]", "2"),
        ("four.sgd.loss[four.sgd.loss.n]", "0.5"),
        ("four.adam.mixed", "relu, 0.2"),
        ("four.adam.widths", "[8], [8, 8]"),
        ("four.sgd.loss.n", "2"),
        ("four.sgd.loss[1]", "2"),
        ("four.sgd.loss[-1]", "0.5"),
        ("four.sgd.loss[2].max", "0.6"),
        ("four.sgd.loss | length", "3"),
        ("slope(four.sgd.loss)", "−1.75"),
        ("rises(four.sgd.loss)", "0"),
        ("[1, 2, 2, 5, 3] | rises | percent", "50%"),
        ("[40, 49, 45] | smooth(0.9) | round(1)", "40.0, 44.7, 44.8"),
        ("[40, 49, 45] | smooth(0.9, false) | last | round(2)", "12.15"),
        ("[40, 49, 45] | smooth(0.9, corrected=false) | round(2)", "4.00, 8.50, 12.15"),
        ("(four.sgd.loss | smooth(0))[0] == four.sgd.loss[0]", "true"),
        ("min(four.sgd.loss, four.adam.loss)", "0.15"),
        ("max(four.sgd.loss)", "4"),
        ("four.sgd.loss[1:] | length", "2"),
        ("four.adam.shares", "0.15, 0.25"),
        ("four.adam.shares[0].sd > 0", "true"),
        ("four.adam.best.training.l2", "0.5"),
        ("four.adam.best[\"training.l2\"]", "0.5"),
        ("four.adam.choice", "relu"),
        ("other_one.single.loss", "0.125"),
        ("other_one.single.run.loss", "0.125"),
        ("other_one.broken.loss | percent", "–"),
        ("(four.sgd.loss / four.adam.loss) | times(1)", "3.3×"),
        ("'four.adam.loss'", "four.adam.loss"),
        ("'less' if four.adam.loss < four.sgd.loss else 'more'", "less"),
        ("four.adam.shares | percent(digits=1)", "15.0%, 25.0%"),
        ("(1 - four.adam.loss) | percent(1)", "85.0%"),
        ("within(four.adam.loss, 0.15, 1e-9)", "true"),
        ("30000 | si", "30k"),
        // What is formatted is the whole calculation before it, or what stands between commas, `~` and comparisons.
        ("four.sgd.loss * 100 | round(1)", "50.0"),
        ("1 - four.adam.loss | percent", "85%"),
        ("four.sgd.loss / four.adam.loss | times(1)", "3.3×"),
        ("(four.sgd.loss | last) - four.adam.loss | round(2)", "0.35"),
        ("four.sgd.loss | last - four.adam.loss | round(2)", "0.35"),
        ("-four.adam.loss | signed(2)", "−0.15"),
        ("four.adam.loss * 100 | round(0) ~ ' of ' ~ 2 * 50 | round(0)", "15 of 100"),
        ("four.adam.loss * 2 | round(1) if four.adam.loss * 2 < 1 else 1 + 1 | round(0)", "0.3"),
        ("max(four.sgd.loss * 2, 0.1) * 10 | round(1)", "10.0"),
        ("other_one.broken.loss * 2 | round(1)", "–"),
        ("7 % 4 | round(0)", "3"),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    let cases = [
        ("for.adam.loss", "for: nothing here is called `for` (did you mean `four`?)"),
        ("1 + four.adma.loss", "adma: `four` has no `adma` (did you mean `adam`?)"),
        ("four.adam.lss", "lss: `four.adam` has no `lss` (did you mean `loss`?)"),
        ("four.adam.loss.sdd", "sdd: `four.adam.loss` has no `sdd` (did you mean `sd`?)"),
        ("four.adam.loss[9]", "[9]: `four.adam.loss` has 3 values (expected 0 to 2)"),
        ("four.adam", "four.adam: `four.adam` is not a value but has several (not known here)"),
        ("four.adam.loss | percnt", "percnt: there is no filter `percnt` (did you mean `percent`?)"),
        ("maxx(four.adam.loss)", "maxx: there is no function `maxx` (did you mean `max`?)"),
        ("four.adam.loss[0].x.y", "x: `four.adam.loss[0]` has no `x` (not known here)"),
        ("four.adam.loss.values[2]", "[2]: `four.adam.loss.values` has 2 values (expected 0 to 1)"),
        ("four.adam.loss.values.x", "x: `four.adam.loss.values` is a list (expected an index, as in `[0]`)"),
        (
            "0 < four.adam.loss < 1",
            "<: two comparisons in a row (expected `and` between them, as in `a < b and b < c`)",
        ),
        ("four.adam.loss.sd.y", "y: nothing can follow here (expected the end of the name)"),
        ("four.adam.shares.x", "x: `four.adam.shares` is a list (expected an index, as in `[0]`)"),
        ("four.adam.choice[0]", "[0]: `four.adam.choice` is a text (nothing can follow it)"),
        ("four.adam.loss ** 2", "**: powers are not available here (expected `pow(x, 2)`)"),
        ("four.adam.loss => 2", "=>: `=>` is not known here (expected `>=`)"),
        ("four.adam.loss < 2 && four.adam.loss > 1", "&&: `&&` is not known here (expected `and`)"),
        ("four.adam.loss ≤ 2", "≤: `≤` is not known here (expected `<=`)"),
        ("four.adam.loss = 2", "=: one `=` compares nothing (expected `==`)"),
        (
            "four.adam.loss is odd",
            "odd: tests with `is` are not available here (expected a comparison, as in `a < b`)",
        ),
        ("four.adam.loss + 'x", "'x: this quote is never closed (expected a closing quote)"),
        ("", ": this expression is empty (expected the name of a result)"),
    ];
    for (text, expected) in cases {
        assert_eq!(fault(text), expected, "{text}");
    }
}

#[test]
fn claims_are_judged_seed_by_seed() {
    let outcome = comparison();
    let judge =
        |text: &str, seed: usize| SeedValues::new(&outcome, seed, "ways").judge(text, span(text)).unwrap();
    let first = judge("adam.loss < 0.15", 0);
    assert_eq!(
        first,
        Judgement { holds: true, sides: Some((0.1, 0.15)), margin: Some(0.15 - 0.1), missing: vec![] }
    );
    assert!(!judge("adam.loss < 0.15", 1).holds);
    assert!(judge("slope(adam.loss) < 0 and adam.loss[1] == 2", 1).holds);
    assert_eq!(judge("adam.loss < 1 and sgd.loss < 1", 0).sides, None);
    let text = "adam.loss";
    let error = SeedValues::new(&outcome, 0, "ways").judge(text, span(text)).unwrap_err();
    assert_eq!(error.message, "this claim is a number, not true or false");
}

#[test]
fn a_claim_about_a_diverged_run_does_not_hold() {
    let outcome = Outcome { variants: vec![variant("run", [f64::NAN, 1.0])], ..Outcome::default() };
    for text in ["loss > 0.5", "loss < 0.5", "not loss < 0.5"] {
        let judged = SeedValues::new(&outcome, 0, "ways").judge(text, span(text)).unwrap();
        assert!(!judged.holds, "{text}");
        assert_eq!(judged.missing, ["loss"]);
    }
    assert!(SeedValues::new(&outcome, 1, "ways").judge("loss > 0.5", span("loss > 0.5")).unwrap().holds);
}

#[test]
fn the_names_of_a_claim_can_be_shown() {
    assert_eq!(names("max(adam.loss[1], sgd.loss) < adam.loss[1]"), ["adam.loss[1]", "sgd.loss"]);
    assert_eq!(SeedValues::new(&comparison(), 1, "ways").show("sgd.loss").as_deref(), Some("0.6"));
    assert_eq!(SeedValues::new(&comparison(), 1, "ways").show("nobody.loss"), None);
}

fn foreseen(name: &str, metrics: MetricSchema) -> ForecastVariant {
    ForecastVariant { name: name.to_owned(), label: name.to_owned(), metrics, conditions: Arc::default() }
}

fn declared() -> Names {
    let metrics = || -> MetricSchema {
        [
            ("loss".to_owned(), MetricType::Curve(3)),
            ("rows".to_owned(), MetricType::Number),
            ("shares".to_owned(), MetricType::List(2)),
            ("best".to_owned(), MetricType::Unknown),
        ]
        .into()
    };
    let mut names = Names::new();
    names.insert("opti-mizers", "nobody_knows");
    let forecast = |variants: &[&str], seeds: Range<u64>| Forecast {
        variants: variants.iter().map(|name| foreseen(name, metrics())).collect(),
        seeds,
        seed_independent: vec!["rows"],
    };
    names.declare("opti-mizers", "four", forecast(&["adam", "sgd"], 0..2));
    names.declare("other-one", "single", forecast(&["run"], 7..8));
    names.declare("other-one", "broken", forecast(&["run"], 0..2));
    names.declare("pairs", "one", forecast(&["adam", "sgd"], 0..2));
    names.declare("pairs", "two", forecast(&["adam", "nesterov"], 0..2));
    names.declare("pairs", "late", forecast(&["warm"], 5..7));
    names
}

fn said(errors: Result<(), Vec<Diagnostic>>) -> Vec<String> {
    let errors = errors.err().unwrap_or_default();
    errors.iter().map(|error| format!("{} ({})", error.message, error.label)).collect()
}

#[test]
fn names_are_checked_before_anything_runs() {
    let names = declared();
    let check = |text: &str| said(names.check("opti-mizers", None, text, span(text)));
    for fine in [
        "four.adam.loss.sd + other_one.single.loss",
        "nobody_knows.anything[3].at.all",
        "four.adam.best.training.learning_rate | round(3)",
        "four.adam.loss[2].values[1]",
        "four.adam.loss[four.adam.rows] | percent",
        "four.adam.loss[1:] | join(' and ')",
        "four.adam.shares",
        "other_one.single.run.rows",
        "'less' if four.adam.loss < 1 else four.sgd.shares[1]",
    ] {
        assert_eq!(check(fine), Vec::<String>::new(), "{fine}");
    }
    let cases: [(&str, &[&str]); 8] = [
        (
            "single.loss + fuor.loss",
            &[
                "no experiment is called `single` (did you mean `other_one.single`?)",
                "no experiment is called `fuor` (did you mean `four`?)",
            ],
        ),
        (
            "other_one.singel.x",
            &["the lesson `other_one` has no experiment `singel` (did you mean `single`?)"],
        ),
        ("other_one", &["`other_one` is a lesson, not a result (expected `other_one.ID.METRIC`)"]),
        (
            "four.adma.loss + four.sgd.lss",
            &[
                "`four` has no `adma` (did you mean `adam`?)",
                "`four.sgd` has no `lss` (did you mean `loss`?)",
            ],
        ),
        ("four.adam.loss[3]", &["`four.adam.loss` has 3 values (expected 0 to 2)"]),
        ("four.adam.loss.values[2]", &["`four.adam.loss.values` has 2 values (expected 0 to 1)"]),
        (
            "other_one.single.loss.sd",
            &["one run of `other_one.single.loss` has no standard deviation (expected more than one seed)"],
        ),
        ("four.adam.rows | length", &["this expression has no value (expected a list, found a number)"]),
    ];
    for (text, expected) in cases {
        assert_eq!(check(text), expected, "{text}");
    }
}

#[test]
fn claims_are_checked_before_anything_runs() {
    let names = declared();
    let check = |text: &str| said(names.check_claim("opti-mizers", "four", text, span(text)));
    for fine in ["adam.loss[1] < sgd.loss[2]", "within(adam.rows, 3, 1)", "adam.best.x > 3", "adam.loss == 1"]
    {
        assert_eq!(check(fine), Vec::<String>::new(), "{fine}");
    }
    let cases = [
        ("adma.loss < 1", "nothing here is called `adma` (did you mean `adam`?)"),
        ("adam.loss", "this claim is a number, not true or false (expected a comparison)"),
        ("adam.shares < 1", "`adam.shares` is no number (expected a number to compare)"),
        ("within(1, adam.shares, 2)", "`adam.shares` is no number (expected a number to compare)"),
        ("adam.loss[3] < 1", "`adam.loss` has 3 values (expected 0 to 2)"),
        ("adam.rows | round < 1", "`round` cannot stand in a claim (makes a text for prose)"),
    ];
    for (text, expected) in cases {
        assert_eq!(check(text), [expected], "{text}");
    }
    let other = "anything.at.all < 1";
    assert!(names.check_claim("opti-mizers", "nobody_knows", other, span(other)).is_ok());
}

#[test]
fn a_claim_in_prose_finds_its_experiment() {
    let names = declared();
    let scope = |lesson: &str, text: &str| names.scope(lesson, None, text, span(text)).unwrap().unwrap();
    let about = |lesson: &str, text: &str| {
        let scope = scope(lesson, text);
        let ids: Vec<String> =
            scope.experiments.iter().map(|(lesson, id)| format!("{lesson}.{id}")).collect();
        (scope.bare.unwrap_or_default(), ids.join(" "))
    };
    let cases = [
        ("pairs", "one.adam.loss < one.sgd.loss", "", "pairs.one"),
        ("pairs", "sgd.loss < 1", "one", "pairs.one"),
        ("pairs", "nesterov.loss[1] < adam.loss", "two", "pairs.two"),
        ("pairs", "nesterov.loss < one.adam.loss", "two", "pairs.one pairs.two"),
        ("other-one", "broken.loss < pairs.one.adam.loss", "", "other_one.broken pairs.one"),
        ("other-one", "pairs.late.warm.loss < 1", "", "pairs.late"),
    ];
    for (lesson, text, bare, experiments) in cases {
        assert_eq!(about(lesson, text), (bare.to_owned(), experiments.to_owned()), "{text}");
    }
    assert!(scope("pairs", "one.adam.loss < 1").by_chance);
    assert!(!scope("pairs", "one.adam.rows < one.sgd.rows").by_chance);
    assert_eq!(scope("pairs", "late.warm.loss < 1").seeds, 5..7);
    let text = "adam.loss < sgd.loss";
    assert_eq!(
        names.scope("opti-mizers", None, text, span(text)),
        Ok(None),
        "another experiment may have them too"
    );
}

#[test]
fn a_claim_in_prose_says_what_it_cannot_find() {
    let names = declared();
    let cases = [
        ("pairs", "adam.loss < 1", "both `one` and `two` have this (expected `one.adam` or `two.adam`)"),
        ("pairs", "nesterov.lss < 1", "`nesterov` has no `lss` (did you mean `loss`?)"),
        (
            "pairs",
            "nestrov.loss < 1",
            "no experiment of this lesson has `nestrov` (did you mean `nesterov`?)",
        ),
        ("pairs", "one.adam.lss < 1", "`one.adam` has no `lss` (did you mean `loss`?)"),
        ("pairs", "one.adam.loss", "this claim is a number, not true or false (expected a comparison)"),
        (
            "pairs",
            "one.adam.loss < late.warm.loss",
            "this claim is about runs that are no pairs (`late` has seeds 5 to 6, `one` has seeds 0 to 1)",
        ),
    ];
    for (lesson, text, expected) in cases {
        assert_eq!(said(names.scope(lesson, None, text, span(text)).map(|_| ())), [expected], "{text}");
    }
}

#[test]
fn a_claim_in_prose_is_judged_seed_by_seed() {
    let (names, values) = (declared(), values());
    let held = |text: &str| {
        let scope = names.scope("pairs", None, text, span(text)).unwrap().unwrap();
        let judged = values.judge("pairs", &scope, text, span(text))?.unwrap();
        Some(judged.iter().map(|judgement| judgement.holds).collect::<Vec<_>>())
    };
    assert_eq!(held("other_one.broken.loss > 0.5"), Some(vec![false, true]));
    assert_eq!(held("one.adam.loss < 1"), None, "that experiment has not run");
}

#[test]
fn numbers_of_prose_are_told_how_to_be_written() {
    for (text, said) in [
        ("four.adam.loss > 95%", "95%: `95%` is no number here (expected `0.95`)"),
        ("four.adam.loss < 12.5 %", "%: this expression cannot be read"),
        ("four.adam.loss > 95% and four.sgd.loss < 1", "95%: `95%` is no number here (expected `0.95`)"),
        ("four.adam.loss >= 0,95", "0,95: `0,95` is no number here (expected `0.95`: decimals have a point)"),
        (
            "four.sgd.loss - four.adam.loss | abs",
            "abs: `abs` takes only what stands right before it (of what?)",
        ),
        ("four.adam.val_loss", "val_loss: `four.adam` has no `val_loss` ("),
    ] {
        assert!(fault(text).starts_with(said), "{text}: {}", fault(text));
    }
}

#[test]
fn an_id_may_be_left_out_where_it_is_clear() {
    let names = declared();
    let completed = |within: Option<&str>, text: &str| names.completed("pairs", within, text);
    let quotient = "adam.loss / sgd.loss | round(1)";
    assert_eq!(completed(None, quotient).as_deref(), Some("one.adam.loss / one.sgd.loss | round(1)"));
    assert_eq!(completed(None, "two.adam.loss - sgd.loss").as_deref(), Some("two.adam.loss - one.sgd.loss"));
    assert_eq!(completed(None, "one.adam.loss"), None);
    assert_eq!(completed(None, "nobody.loss"), None);
    assert_eq!(completed(None, "adam.loss"), None, "two have it");
    assert_eq!(completed(Some("two"), "adam.loss").as_deref(), Some("two.adam.loss"));
    let check = |within: Option<&str>, text: &str| said(names.check("pairs", within, text, span(text)));
    assert_eq!(check(None, quotient), Vec::<String>::new());
    assert_eq!(
        check(None, "adam.loss"),
        ["both `one` and `two` have this (expected `one.adam` or `two.adam`)"]
    );
    assert_eq!(check(Some("two"), "adam.loss"), Vec::<String>::new());
    assert_eq!(check(None, "sgd.lss"), ["`sgd` has no `lss` (did you mean `loss`?)"]);
    let claim = "four.adam.loss < sgd.loss";
    assert_eq!(said(names.check_claim("opti-mizers", "four", claim, span(claim))), Vec::<String>::new());
    assert!(SeedValues::new(&comparison(), 0, "four").judge(claim, span(claim)).unwrap().holds);
}

#[test]
fn a_target_is_never_reached() {
    let of = |values: [f64; 2]| {
        let run = |value: &f64| run(0, vec![("epochs_to", Metric::Number(*value))], vec![]);
        let variant =
            Variant { name: "run".into(), runs: values.iter().map(run).collect(), ..Variant::default() };
        let mut all = Values::new();
        all.insert("a", "e", kept(Outcome { variants: vec![variant], ..Outcome::default() }));
        let shown = |text: &str| all.evaluate("a", text, span(text)).unwrap();
        let warnings = all.diverged("a", "e.epochs_to", span("e.epochs_to"));
        (shown("e.epochs_to | round(1)"), shown("e.epochs_to + 1"), warnings.len())
    };
    assert_eq!(of([f64::NAN; 2]), ("never".into(), "–".into(), 0));
    assert_eq!(of([f64::NAN, 3.0]), ("never in 1 of 2 seeds".into(), "–".into(), 1));
    assert_eq!(of([4.0, 3.0]), ("3.5".into(), "4.5".into(), 0));
}

#[test]
fn a_value_tells_where_it_comes_from() {
    let origin = |text: &str| values().origin("opti-mizers", text).unwrap();
    let found = origin("(four.sgd.loss.sd - four.adam.loss) | round(other_one.single.loss)");
    assert_eq!(found.experiment, ("opti_mizers".to_owned(), "four".to_owned()));
    assert_eq!(found.numbers[0], ("four.sgd.loss".to_owned(), vec![0.4, 0.6], Statistic::Mean));
    assert_eq!(found.numbers.len(), 3);
    assert_eq!(origin("other_one.single.loss").experiment, ("other_one".to_owned(), "single".to_owned()));
    assert_eq!(values().origin("opti-mizers", "1 + 1"), None);
}

#[test]
fn margins_are_above_zero_where_a_claim_holds() {
    let outcome = comparison();
    let seed = SeedValues::new(&outcome, 0, "ways");
    let margin = |text: &str| seed.judge(text, span(text)).unwrap().margin;
    let cases = [
        ("adam.loss < 0.5", Some(0.4)),
        ("adam.loss >= 0.5", Some(-0.4)),
        ("0.5 > adam.loss", Some(0.4)),
        ("within(adam.loss, 0.2, 0.25)", Some(0.15)),
        ("within(adam.loss, max(0.2, 0.3), 0.1)", Some(-0.1)),
        ("adam.loss == 0.1", None),
        ("not within(adam.loss, 0.2, 0.25)", None),
        ("within(1, 2, 3) and within(1, 2, 3)", None),
        ("adam.loss < 1 and sgd.loss < 1", None),
    ];
    for (text, expected) in cases {
        let found = margin(text);
        let near = match (found, expected) {
            (Some(found), Some(expected)) => (found - expected).abs() < 1e-12,
            (found, expected) => found == expected,
        };
        assert!(near, "{text}: {found:?}");
    }
}

#[test]
fn a_run_that_ended_early_has_no_value_at_a_later_epoch() {
    let judged = SeedValues::new(&comparison(), 0, "ways")
        .judge("adam.loss[7] < 1", span("adam.loss[7] < 1"))
        .unwrap();
    assert!(!judged.holds);
    assert_eq!(judged.missing, ["adam.loss[7]"]);
}

#[test]
fn only_whole_templates_are_expressions() {
    assert_eq!(template("{{ a.b }}"), Some(("a.b", 3)));
    assert_eq!(template(" {{a}} "), Some(("a", 3)));
    assert_eq!(template("{{ a }} {{ b }}"), None);
    assert_eq!(template("x {{ a }}"), None);
    assert_eq!(template("{{}}"), Some(("", 2)));
    assert_eq!(claim("claim: a < b"), Some("a < b"));
    assert_eq!(claim("claim : a"), Some("a"));
    assert_eq!(claim("claims.a"), None);
}

proptest! {
    #[test]
    fn no_expression_panics(text in "[a-c4 .\\[\\](){}|,:'\"+*/<>=!é~%-]{0,40}") {
        let _ = values().evaluate("opti-mizers", &text, span(&text));
        let _ = SeedValues::new(&comparison(), 0, "ways").judge(&text, span(&text));
        let _ = template(&text);
    }

    #[test]
    fn no_plausible_expression_panics(parts in proptest::collection::vec(
        prop_oneof!["four", "four.adam.loss", "\\.sd", "\\[0\\]", "\\|", "percent", "\\(", "\\)", "-", "1", " ", "<", "if", "else", "not"], 0..12)) {
        let text = parts.concat();
        let _ = values().evaluate("opti-mizers", &text, span(&text));
    }
}

#[test]
fn a_bare_number_is_the_statistic_of_its_block() {
    let runs = [1.0, 2.0, 9.0].map(|end| RunRecord {
        metrics: [("loss".to_owned(), Metric::Number(end))].into(),
        series: [("loss".to_owned(), vec![3.0 * end, end].into())].into(),
        ..RunRecord::default()
    });
    let variant = || Variant { name: "run".into(), runs: runs.to_vec(), ..Variant::default() };
    let said = |statistic: Statistic, text: &str| {
        let outcome = kept(Outcome { variants: vec![variant()], statistic, ..Outcome::default() });
        let mut values = Values::new();
        values.insert("a", "x", outcome);
        values.evaluate("a", text, span(text)).unwrap()
    };
    for (text, mean, median) in [
        ("x.loss", "4", "2"),
        ("x.run.loss", "4", "2"),
        ("x.loss[0]", "12", "6"),
        ("x.loss | first", "12", "6"),
        ("x.loss.mean", "4", "4"),
        ("x.loss.median", "2", "2"),
    ] {
        assert_eq!(
            (said(Statistic::Mean, text), said(Statistic::Median, text)),
            (mean.into(), median.into()),
            "{text}"
        );
    }
}

#[test]
fn the_variant_at_an_end_of_a_metric_has_a_name() {
    assert_eq!(shown("four.lowest.loss.label"), "adam");
    assert_eq!(shown("four.highest.loss.loss | round(1)"), "0.5");
    assert_eq!(shown("four.lowest.loss.loss.sd > 0"), "true");
    assert_eq!(
        fault("four.lowest"),
        "lowest: `lowest` of what? (expected a metric, as in `lowest.dev_error`)"
    );
    assert!(fault("four.lowest.los.label").contains("no variant has a number `los` (did you mean `loss`?)"));
    assert!(fault("four.lowest.choice.label").contains("no variant has a number `choice`"));
    // Where one thing runs, it is at both ends.
    assert_eq!(shown("other_one.single.highest.loss.loss"), "0.125");
}

/// Seed by seed: in each one step of two rises, while the mean of both rises in both.
#[test]
fn what_makes_one_number_of_a_curve_goes_seed_by_seed() {
    let wavy = |statistic: Statistic| {
        let curves = [vec![1.0, 3.0, 2.0], vec![2.0, 1.0, 3.0, 0.0], vec![0.0, 1.0, 2.0]];
        let runs = curves.into_iter().enumerate();
        let runs = runs.map(|(seed, curve)| run(seed as u64, vec![("loss", Metric::Number(1.0))], curve));
        let variant = Variant { name: "run".to_owned(), runs: runs.collect(), ..Variant::default() };
        kept(Outcome { variants: vec![variant], statistic, ..Outcome::default() })
    };
    let mut values = Values::new();
    values.insert("waves", "all", wavy(Statistic::Mean));
    values.insert("waves", "middle", wavy(Statistic::Median));
    let shown = |text: &str| values.evaluate("waves", text, span(text)).unwrap();
    // Of the seeds 1/2, 1/3 and 1; the means 1, 5/3 and 7/3 would rise in every step.
    assert_eq!(shown("rises(all.loss) | round(3)"), "0.611");
    assert_eq!(shown("middle.loss | rises"), "0.5");
    // 3, 3 and 2 at most, 1, 0 and 0 at least.
    assert_eq!(shown("all.loss | max | round(3)"), "2.667");
    assert_eq!(shown("max(middle.loss)"), "3");
    assert_eq!(shown("min(all.loss) | round(3)"), "0.333");
    // Each ends where it does.
    assert_eq!(shown("all.loss | last | round(3)"), "1.333");
    assert_eq!(shown("all.loss | length | round(2)"), "3.33");
    assert_eq!(shown("middle.loss | sum"), "6");
    assert_eq!(shown("all.loss | smooth(0) | last | round(3)"), "1.333");
    // A place of it, and two numbers side by side, are of what stands for the seeds.
    assert_eq!((shown("all.loss[1] | round(2)"), shown("max(all.loss, 0.5)")), ("1.67".into(), "1".into()));
    assert_eq!(values.number("waves", "all.loss | first", span("all.loss | first")), Ok(Some(1.0)));
    assert_eq!(values.number("waves", "all.loss[9]", span("all.loss[9]")), Ok(None));
    assert!(values.number("waves", "all.label", span("all.label")).is_err());
}
