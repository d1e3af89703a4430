//! What every kind on the list must hold to.

mod harmed;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Context, KINDS, Kind, MetricType, Plan, header};
use crate::chart::Layout;
use crate::collections::{BTreeMap, BTreeSet};
use crate::data::{self, DataSettings, Facts, Files, TableLimits};
use crate::diagnostic::SourceId;
use crate::numeric::{Alone, Streams};
use crate::outcome::{DIVERGED_AT, Metric, Numbers, Outcome, Variant};
use crate::settings::{LineMap, Node, parse};
use harmed::harmed;

fn example(kind: &Kind) -> Node {
    let mut tree = tree(kind.example);
    for key in header::KEYS {
        tree.take(key);
    }
    tree
}

fn tree(text: &str) -> Node {
    parse(text, &LineMap::contiguous(SourceId(0), 0, text.len())).expect(text)
}

fn planned(kind: &Kind) -> Box<dyn Plan> {
    let mut plan = kind.plan(&example(kind)).unwrap_or_else(|errors| panic!("{}: {errors:?}", kind.name));
    for variant in 0..plan.variants().len() {
        let further = plan.further_data(variant).into_iter().map(|data| Some(size(data.settings)));
        let further = further.collect();
        plan.hear_of(variant, further);
    }
    plan
}

fn size(data: &DataSettings) -> Facts {
    data::facts(data, Files::default(), &TableLimits::default()).expect("built-in data")
}

fn facts(plan: &dyn Plan, variant: usize) -> Option<Facts> {
    plan.data(variant).map(size)
}

fn outcome(plan: &dyn Plan, seeds: u64) -> Outcome {
    let run = |variant: usize, seed: u64| {
        let load = |settings| {
            data::load(settings, Files::default(), &TableLimits::default(), &Streams::new(seed))
                .unwrap()
                .into()
        };
        let context = Context {
            seed,
            data: plan.data(variant).map(load),
            further: plan.further_data(variant).into_iter().map(|data| load(data.settings)).collect(),
            advance: &|_| {},
            workers: Arc::new(Alone),
            pool: &Alone,
        };
        plan.run(variant, &context).unwrap_or_else(|problem| panic!("{problem}"))
    };
    let variants = plan.variants().into_iter().enumerate().map(|(index, variant)| Variant {
        name: variant.name.to_owned(),
        label: variant.label.to_owned(),
        color: index,
        conditions: Arc::default(),
        runs: (0..seeds).map(|seed| run(index, seed)).collect(),
    });
    Outcome { variants: variants.collect(), ..Outcome::default() }
}

#[test]
fn every_example_is_in_order_and_its_cost_is_known() {
    for kind in KINDS {
        let plan = planned(kind);
        for variant in 0..plan.variants().len() {
            let facts = facts(&*plan, variant);
            assert_eq!(plan.check(variant, facts.as_ref()), [], "{}", kind.name);
            let cost = plan.cost(variant, facts.as_ref());
            assert!(cost.multiply_adds < 1e10, "{}: the example is too large to be one", kind.name);
            let further = plan.further_data(variant);
            assert!(further.iter().all(|data| data.facts == Some(&size(data.settings))), "{}", kind.name);
            let is_trained = facts.is_some() || !further.is_empty();
            assert_eq!(is_trained, cost.multiply_adds > 0.0, "{}", kind.name);
        }
    }
}

/// A page's module has no table but those that it is handed, and it is handed those that a plan names.
#[test]
fn no_kind_reads_data_by_itself() {
    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => sources(&path, found),
                false => found.push(path),
            }
        }
    }
    let (folder, mut found) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("src/experiment"), Vec::new());
    sources(&folder, &mut found);
    let is_code = |path: &&PathBuf| path.extension().is_some_and(|ending| ending == "rs");
    for path in found.iter().filter(is_code).filter(|path| !path.ends_with("contract.rs")) {
        let text = std::fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        for reads in ["Files::", "Files {", "data::load", "data::read(", "data::facts"] {
            assert!(!code.contains(reads), "{}: {reads}", path.display());
        }
    }
    assert!(found.len() > 20);
}

#[test]
fn every_metric_is_documented_and_every_own_metric_is_given() {
    for kind in KINDS {
        let documented: BTreeSet<&str> = kind.all_metrics().map(|doc| doc.name).collect();
        let plan = planned(kind);
        let outcome = outcome(&*plan, 1);
        let given: BTreeSet<&str> = outcome.variants.iter().flat_map(Variant::metric_names).collect();
        let unknown: Vec<_> = given.difference(&documented).collect();
        assert!(unknown.is_empty(), "{}: {unknown:?} are not documented", kind.name);
        // Of the network that may stand in the place of a line, which the example has not.
        let of_network = |name: &str| kind.name == "regression" && name == DIVERGED_AT;
        for doc in kind.metrics.iter().filter(|doc| !of_network(doc.name)) {
            assert!(
                given.contains(doc.name),
                "{}: `{}` is documented, but the example lacks it",
                kind.name,
                doc.name
            );
        }
    }
}

/// Blocks beside the examples, whose settings decide which names there are.
const MORE: &[(&str, &str)] = &[
    (
        "transfer",
        "problems: {a: {name: iris}, b: {name: digits, limit: 60}, c: {name: moons, samples: 40}}\nobjective: dev_accuracy\n\
         sampler: grid\ntrials: 4\ntraining: {epochs: 1}\nspace: {training.learning_rate: {log: [0.001, 1.0e+30]}}",
    ),
    ("surface", "data: {name: plane, samples: 30}\nsteps: 5\nvary: {data.normalize: [none, standard]}"),
    (
        "surface",
        "data: {name: moons, samples: 40}\nl2: 1\nstart: [2, -1]\nsteps: 5\nlearning_rate: {over_curvature: 3}",
    ),
    ("curvatures", "dimensions: [12]\nsamples: 3"),
    ("critical_points", "data: {name: line, samples: 20}\nstarts: 2\nsteps: 1"),
    ("critical_points", "data: {name: moons, samples: 20}\nmodel: {layers: 0}\nl2: 1\nstarts: 3"),
    (
        "train",
        "data: {name: digits, limit: 80, other_source: {blur: 0.5, train: 0.5}}\nmodel: {layers: 2, units: 5}\ndrift: true\n\
         training: {epochs: 3, steering: {}}",
    ),
    (
        "search",
        "data: {name: iris, own_statistics: true}\ntrials: 4\nsampler: one_at_a_time\ntraining: {epochs: 2, steering: {every: 2}}\n\
         space: {model.layers: {integer: [1, 3]}, model.units: {choice: [4, 8]}}",
    ),
    ("average", "series: {length: 40, noise: 0}\nvary: {series.trend: [0, 1], beta: [0, 0.99]}"),
    ("average", "series: {length: 1500, jumps: [{at: 3, by: 1}]}\nbias_correction: false\nearly: 5000"),
    ("split", "data: {name: line, samples: 40}\nsplit: {train: 80%, test: 20%}\ntraining: {epochs: 2}"),
    ("split", "data: {name: iris}\nsplit: {train: 100%}"),
    ("init", "data: {name: moons, samples: 40}\nmodel: {hidden: []}\ntraining: {epochs: 2}"),
    (
        "train",
        "data: {name: digits, limit: 120}\nmodel: {hidden: [8]}\ntraining: {epochs: 2, augment: {shift: 1}}\npictures: 5",
    ),
    (
        "train",
        "data: {name: line, samples: 40}\nsplit: {train: 80%, test: 20%}\ntraining: {epochs: 2}\nregions: []",
    ),
    (
        "train",
        "data: {name: moons, samples: 40}\nmetrics: [dev_error, weight_norm]\nhistograms: [0, 2]\ngradient_shares: true\n\
         training: {optimizer: sgd, epochs: 2, learning_rate: 1e30}\nvary: {training.l2: [0.001, 1]}",
    ),
    ("dropout", "data: {name: polynomial, samples: 40}\ntraining: {epochs: 2}"),
    ("dropout", "data: {name: iris}\nsplit: {train: 80%, test: 20%}\ntraining: {epochs: 2}"),
    (
        "optimizers",
        "data: {name: iris}\ntraining: {epochs: 40, learning_rate: 0.1, early_stopping: {patience: 1}}",
    ),
    ("optimizers", "data: {name: line, samples: 40}\ntraining: {optimizer: sgd, learning_rate: 1e30}"),
    (
        "search",
        "data: {name: line, samples: 40}\ntraining: {epochs: 1}\ntrials: 3\n\
         space: {training.batch_size: {choice: [full, 8]}, model.hidden: {choice: [[4], [4, 4]]}}",
    ),
    (
        "gradient_check",
        "data: {name: moons, samples: 40}\nmodel: {hidden: [3], batch_norm: true, keep_prob: 0.5}\n\
         masks: fresh\nsides: one\ntraining: {epochs: 2}\ncompare: [right, sign]",
    ),
    (
        "gradient_check",
        "data: {name: line, samples: 40}\nmodel: {hidden: []}\n\
         training: {optimizer: sgd, learning_rate: 1e30}",
    ),
    ("regression", "data: {name: line, samples: 40}\nsplit: {train: 30, test: 10}"),
    (
        "regression",
        "data: {name: line, samples: 40}\nsplit: {train: 30, test: 10}\n\
         network: {training: {epochs: 3, optimizer: sgd, learning_rate: 1e30}}",
    ),
    (
        "regression",
        "data: {name: polynomial, samples: 40}\n\
         variants: {line: {}, network: {data: {degree: 1}, network: {training: {epochs: 3}}}}",
    ),
    ("surface", "optimizer: sgd\nlearning_rate: 1e100\nvary: {surface: [bowl, saddle, plateau]}"),
    ("softmax", "logits: {one: [1, 2], other: [1, 2, 3]}"),
    ("softmax", "data: {name: blobs, samples: 40}\ntraining: {epochs: 2}"),
];

/// Returns whether what was found is what was promised.
fn fits(metric_type: &MetricType, metric: Option<&Metric>, series: Option<&Numbers>) -> bool {
    match (metric_type, metric, series) {
        (MetricType::Unknown, ..)
        | (MetricType::Number, Some(Metric::Number(_)), None)
        | (MetricType::Text, Some(Metric::Text(_)), None) => true,
        (MetricType::Curve(most), Some(Metric::Number(_)), Some(series)) => series.len() <= *most,
        (MetricType::List(most), Some(Metric::List(values)), None) => values.len() <= *most,
        (MetricType::List(most), None, Some(values)) => values.len() <= *most,
        (MetricType::Map(schema), Some(Metric::Map(parts)), None) => parts.iter().all(|(name, part)| {
            schema.get(name).is_some_and(|metric_type| fits(metric_type, Some(part), None))
        }),
        _ => false,
    }
}

#[test]
fn every_name_is_known_before_anything_runs() {
    let examples = KINDS.iter().map(|kind| (kind, example(kind)));
    let more = MORE.iter().map(|(name, text)| (super::kind(name).unwrap(), tree(text)));
    for (kind, tree) in examples.chain(more) {
        let plan = kind.plan(&tree).unwrap_or_else(|errors| panic!("{}: {errors:?}", kind.name));
        for (index, variant) in outcome(&*plan, 2).variants.iter().enumerate() {
            let facts = facts(&*plan, index);
            assert_eq!(plan.check(index, facts.as_ref()), [], "{}", kind.name);
            let schema = plan.metric_schema(index, facts.as_ref());
            for run in &variant.runs {
                for name in run.metrics.keys().chain(run.series.keys()) {
                    let metric_type = schema.get(name).unwrap_or_else(|| panic!("{}: `{name}`", kind.name));
                    let (metric, series) = (run.metrics.get(name), run.series.get(name));
                    assert!(
                        fits(metric_type, metric, series),
                        "{}: `{name}` is no {metric_type:?}",
                        kind.name
                    );
                }
                for (name, metric_type) in &schema {
                    let given = run.metrics.contains_key(name) || run.series.contains_key(name);
                    assert!(
                        given || matches!(metric_type, MetricType::Unknown | MetricType::Text),
                        "{}: no `{name}`",
                        kind.name
                    );
                }
            }
        }
    }
}

/// Of each kind that trains a block, without its split and training.
const TRAINED: &[(&str, &str)] = &[
    ("split", "data: {name: iris, bayes_error: 0.01}\n"),
    ("train", "data: {name: iris, bayes_error: 0.01}\ngradient_shares: true\n"),
    ("init", "data: {name: iris, bayes_error: 0.01}\n"),
    ("dropout", "data: {name: iris, bayes_error: 0.01}\n"),
    ("gradient_check", "data: {name: iris, bayes_error: 0.01}\nmodel: {hidden: [3]}\n"),
    ("optimizers", "data: {name: iris, bayes_error: 0.01}\n"),
    (
        "search",
        "data: {name: iris, bayes_error: 0.01}\ntrials: 3\nspace: {training.l2: {log: [0.0001, 0.001]}}\n",
    ),
    ("softmax", "data: {name: blobs, samples: 60, bayes_error: 0.01}\n"),
];

/// Returns what a metric is, without its numbers.
fn shape(metric: &Metric) -> Metric {
    match metric {
        Metric::Number(_) => Metric::Number(0.0),
        Metric::Text(_) => Metric::Text(String::new()),
        Metric::List(values) => Metric::List(vec![0.0; values.len()]),
        Metric::Map(parts) => {
            Metric::Map(parts.iter().map(|(name, part)| (name.clone(), shape(part))).collect())
        }
    }
}

/// Else a mean over the seeds would be one over those that did well.
#[test]
fn a_run_that_diverges_has_every_metric_of_one_that_does_not() {
    let kinds: Vec<&str> = KINDS.iter().filter(|kind| kind.trains).map(|kind| kind.name).collect();
    assert_eq!(kinds, TRAINED.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    for (name, text) in TRAINED {
        let metrics = |rate: &str| {
            let split = "split: {train: 60%, dev: 20%, test: 20%}";
            let training =
                format!("training: {{optimizer: sgd, epochs: 2, batch_size: 16, learning_rate: {rate}}}");
            let kind = super::kind(name).unwrap();
            let plan = kind.plan(&tree(&format!("{text}{split}\n{training}"))).expect(name);
            assert_eq!(plan.check(0, facts(&*plan, 0).as_ref()), [], "{name}");
            outcome(&*plan, 1).variants.remove(0).runs.remove(0).metrics
        };
        let (sound, diverged) = (metrics("0.001"), metrics("1e30"));
        assert!(sound.contains_key("test_confusion") && sound.contains_key("diagnosis"), "{name}");
        let number = |metric: Option<&Metric>| match metric {
            Some(Metric::Number(value)) => *value,
            other => panic!("{name}: {other:?}"),
        };
        assert!(number(sound.get("diverged_at")).is_nan(), "{name}");
        assert!(number(diverged.get("diverged_at")).is_finite(), "{name}");
        let shapes = |metrics: BTreeMap<String, Metric>| -> BTreeMap<String, Metric> {
            metrics.into_iter().map(|(name, metric)| (name, shape(&metric))).collect()
        };
        assert_eq!(shapes(sound), shapes(diverged), "{name}");
    }
}

#[test]
fn what_is_settled_is_the_same_for_every_seed() {
    for kind in KINDS {
        let plan = planned(kind);
        for variant in &outcome(&*plan, 3).variants {
            for name in plan.seed_independent() {
                let found: Vec<_> = variant.runs.iter().map(|run| run.metrics.get(name)).collect();
                assert!(
                    found[0].is_some() && found.iter().all(|one| *one == found[0]),
                    "{}: {name}",
                    kind.name
                );
            }
        }
    }
}

#[test]
fn every_figure_is_documented_and_foreseen_and_draws() {
    let examples = KINDS.iter().map(|kind| (kind, example(kind), true));
    let more = MORE.iter().map(|(name, text)| (super::kind(name).unwrap(), tree(text), false));
    for (kind, tree, is_example) in examples.chain(more) {
        let plan = kind.plan(&tree).unwrap();
        let figures = plan.figures(&outcome(&*plan, 2));
        assert!(!is_example || !figures.is_empty(), "{}", kind.name);
        for figure in &figures {
            let what = format!("{}: {}", kind.name, figure.name);
            assert!(plan.figures_shown().contains(&figure.name.as_str()), "{what}");
            assert!(!figure.title.is_empty() && !figure.lead.is_empty(), "{what}");
            assert!(figure.panels.iter().all(|panel| !panel.marks.is_empty()), "{what}");
        }
    }
}

/// Labels are laid over names where these are drawn: a record keeps its own, by which metrics and snapshots go.
#[test]
fn names_in_charts_are_those_that_readers_see() {
    let examples = KINDS.iter().map(|kind| (kind, example(kind)));
    let more = MORE.iter().map(|(name, text)| (super::kind(name).unwrap(), tree(text)));
    let mut labelled = BTreeSet::new();
    for (kind, tree) in examples.chain(more) {
        let plan = kind.plan(&tree).unwrap();
        let mut outcome = outcome(&*plan, 1);
        let runs = outcome.variants.iter_mut().flat_map(|variant| &mut variant.runs);
        // The problems of a `transfer` are names of its metrics too, which no other name leads to.
        for (what, names) in runs.flat_map(|run| &mut run.names).filter(|(what, _)| *what != "problems") {
            for (at, name) in names.iter_mut().enumerate() {
                *name = format!("zq{what}{at}");
                outcome.labels.insert(name.clone(), format!("Label {what} {at}"));
            }
        }
        for mut figure in plan.figures(&outcome) {
            figure.relabel(&outcome.labels);
            let svg = figure.svg("id", Layout::Wide, true);
            let told = format!("{svg} {} {:?} {:?}", figure.describe(), figure.tables(), figure.note);
            assert!(!told.contains("zq"), "{}, {}: {told}", kind.name, figure.name);
            if told.contains("Label ") {
                labelled.insert((kind.name, figure.name));
            }
        }
    }
    let named = |kind, figure: &str| labelled.contains(&(kind, figure.to_owned()));
    assert!(named("split", "classes") && named("train", "regions") && named("train", "pictures"));
    assert!(named("train", "confusion") && named("surface", "map") && named("gradient_check", "blocks"));
}

/// A cache may be shared with machines that got a run wrong.
#[test]
fn no_record_that_hangs_together_stops_a_figure() {
    let examples = KINDS.iter().map(|kind| (kind, example(kind)));
    let more = MORE.iter().map(|(name, text)| (super::kind(name).unwrap(), tree(text)));
    let mut state = 1_u64;
    let mut next = move |below: usize| {
        // Knuth's constants; the high bits are random enough for a test.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut stopped = BTreeMap::new();
    for (kind, tree) in examples.chain(more) {
        let plan = kind.plan(&tree).unwrap();
        let sound = outcome(&*plan, 2);
        for _ in 0..60 {
            let mut outcome = sound.clone();
            let mut harms = Vec::new();
            for _ in 0..=next(3) {
                let variants = outcome.variants.len();
                let run = &mut outcome.variants[next(variants)].runs[next(2)];
                let before = run.clone();
                harmed(run, &mut next);
                if run.is_sound() {
                    harms.push(run.clone());
                } else {
                    *run = before;
                }
            }
            let drawn = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                plan.figures(&outcome).iter().for_each(|figure| {
                    let (_svg, _tables) = (figure.svg("id", Layout::Wide, true), figure.tables());
                });
            }));
            if let Err(panic) = drawn {
                let said = panic.downcast_ref::<String>().cloned();
                let said = said.or(panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
                *stopped.entry((kind.name, said)).or_insert(0) += 1;
            }
        }
    }
    assert!(stopped.is_empty(), "{stopped:#?}");
}

#[test]
fn the_same_seed_gives_the_same_digest_and_another_seed_another() {
    for kind in KINDS.iter().filter(|kind| kind.instead_of_data.is_none()) {
        let plan = planned(kind);
        let (once, again) = (outcome(&*plan, 2), outcome(&*plan, 2));
        assert_eq!(once.digest(), again.digest(), "{}", kind.name);
        let of_seed = |seed: usize| {
            let alone =
                |variant: &Variant| Variant { runs: vec![variant.runs[seed].clone()], ..variant.clone() };
            let mut outcome =
                Outcome { variants: once.variants.iter().map(alone).collect(), ..Outcome::default() };
            outcome.variants.iter_mut().for_each(|variant| variant.runs[0].seed = 0);
            outcome.digest()
        };
        assert_ne!(of_seed(0), of_seed(1), "{}", kind.name);
    }
}

#[test]
fn names_are_said_once() {
    let names: BTreeSet<&str> = KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(names.len(), KINDS.len());
    for kind in KINDS {
        let metrics: Vec<&str> = kind.all_metrics().map(|doc| doc.name).collect();
        assert_eq!(metrics.iter().collect::<BTreeSet<_>>().len(), metrics.len(), "{}", kind.name);
        assert!(kind.keys().all(|own| !header::KEYS.contains(&own)), "{}", kind.name);
    }
}

/// A cache is only as good as these numbers are raised: what every kind leaves behind for its example, whole and bit by
/// bit, changes with its `REVISION` alone. `GRADBOOK_ACCEPT=1 cargo test revisions` rewrites the file, but for that.
#[test]
fn revisions_are_raised_when_records_change() {
    const COMMITTED: &str = include_str!("revisions.txt");
    let digest = |kind: &Kind| {
        let outcome = outcome(&*planned(kind), 2);
        let runs = outcome.variants.iter().flat_map(|variant| &variant.runs);
        let bytes: Vec<u8> = runs.flat_map(|run| rmp_serde::to_vec_named(run).unwrap()).collect();
        blake3::hash(&bytes).to_hex()[..32].to_owned()
    };
    let mut lines: Vec<String> = KINDS
        .iter()
        .map(|kind| format!("{} revision {} {}", kind.name, kind.revision, digest(kind)))
        .collect();
    lines.sort();
    if std::env::var_os("GRADBOOK_ACCEPT").is_some() {
        let start = |line: &str| line.rsplit_once(' ').map(|(start, _)| start.to_owned());
        let unraised =
            |line: &&String| COMMITTED.lines().any(|old| start(old) == start(line) && old != line.as_str());
        let unraised: Vec<_> = lines.iter().filter(unraised).collect();
        assert!(unraised.is_empty(), "raise `REVISION`: other records for {unraised:?}");
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/experiment/revisions.txt");
        std::fs::write(path, lines.join("\n") + "\n").unwrap();
        return;
    }
    let committed: Vec<&str> = COMMITTED.lines().collect();
    assert_eq!(
        committed, lines,
        "a kind whose records change needs a higher `REVISION`; then, and for a new kind, `GRADBOOK_ACCEPT=1 cargo test revisions`"
    );
}
