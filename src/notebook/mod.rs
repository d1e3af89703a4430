//! Experiments as notebooks: Python that computes the same numbers with PyTorch and NumPy alone, and prints them beside ours.
//!
//! A notebook draws the same random numbers from the seed, so that it has the same rows, first weights, batches and masks. Its
//! Python stands in `python/`, as modules that are linted and tested as such; `python` chooses what an experiment needs, and
//! settings, data and our numbers go in as JSON. Nothing of a lesson becomes code.

mod cells;
mod python;
mod recipe;
mod settings;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};

pub use cells::Notebook;

use cells::{Cell, Content, literal, plain};
use python::{COMMON, COMPARE, Chosen, Module, RUNS};
use recipe::TRAINED;
use settings::Variant;

use crate::data::{Facts, SplitSettings};
use crate::experiment::{Kind, Plan};
use crate::outcome::{Metric, Outcome, RunRecord};
use crate::train::TrainingSettings;
use crate::words::Words;

/// Files up to this many bytes lie inside of a notebook.
const MOST_INSIDE: usize = 2 << 20;

/// About the steps of training that a notebook takes unless its reader asks for more: some ten seconds.
const USUAL_STEPS: f64 = 20_000.0;

/// About the numbers of ours that a notebook holds: the series of the seeds that it computes, and what all seeds ended with.
const USUAL_NUMBERS: usize = 20_000;

/// The most numbers of ours that a notebook holds of one series; what is longer is compared as far.
const LONGEST: usize = 20_000;

/// A file that an experiment reads.
#[derive(Clone)]
pub struct TableFile {
    /// As the lesson names it.
    pub name: String,
    pub packed: Arc<PackedFile>,
}

/// The bytes of a file as a notebook has them.
pub struct PackedFile {
    /// Packed, in letters; none where they are too many and lie beside it.
    inside: Option<String>,
    sha256: String,
}

impl PackedFile {
    /// Packs the bytes of a file.
    pub fn new(bytes: &[u8]) -> Self {
        PackedFile {
            inside: (bytes.len() <= MOST_INSIDE).then(|| STANDARD.encode(zlib(bytes))),
            sha256: Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

/// What a notebook is made of.
pub struct Source<'a> {
    pub kind: &'static Kind,
    pub plan: &'a dyn Plan,
    /// Of each variant's data, where it has any.
    pub facts: &'a [Option<Facts>],
    /// The names of the classes of each variant's data, where a table has any.
    pub classes: Vec<Option<Vec<String>>>,
    pub outcome: &'a Outcome,
    pub files: Vec<TableFile>,
    /// The experiment as `lesson#id`.
    pub address: &'a str,
    /// The title of the lesson, and that of the experiment.
    pub titles: [&'a str; 2],
    pub words: &'a Words,
}

/// Returns why an experiment has no notebook, as a sentence without its full stop; none where it has one.
pub fn refusal(kind: &Kind, plan: &dyn Plan, facts: &[Option<Facts>]) -> Option<String> {
    variants(kind, plan, facts, &[]).err()
}

fn variants(
    kind: &Kind,
    plan: &dyn Plan,
    facts: &[Option<Facts>],
    classes: &[Option<Vec<String>>],
) -> Result<Vec<Variant>, String> {
    let variant = |(index, facts): (usize, &Option<Facts>)| {
        let classes = classes.get(index).and_then(Option::as_deref);
        settings::variant(kind, plan, index, facts.as_ref(), classes)
    };
    facts.iter().enumerate().map(variant).collect()
}

/// Returns an experiment as a notebook.
///
/// # Errors
/// Why it has none, as a sentence without its full stop.
pub fn notebook(source: &Source) -> Result<Notebook, String> {
    let variants = variants(source.kind, source.plan, source.facts, &source.classes)?;
    let features = settings::features(source.plan, source.facts, &variants);
    let runs: BTreeSet<&str> = variants.iter().map(|variant| variant.recipe.name).collect();
    let is_used = |module: &Module| {
        let import = format!("from {} import", module.name);
        runs.contains(module.name)
            || RUNS.iter().any(|run| runs.contains(run.name) && run.text.contains(&import))
    };
    let own = RUNS.iter().filter(|module| is_used(module));
    let modules: Vec<Module> = COMMON.iter().chain(own).chain([&COMPARE]).copied().collect();
    let roots =
        runs.iter().map(|name| format!("run_{name}")).chain(["compare".to_owned()]).collect::<Vec<_>>();
    let chosen = python::choose(&modules, &roots, &features);
    Ok(Notebook { id: id(source.address), cells: cells(source, &variants, &runs, chosen) })
}

/// Returns what tells the cells of an experiment from those of others: the same for the same experiment, whatever it finds.
fn id(address: &str) -> String {
    blake3::hash(address.as_bytes()).to_hex()[..12].to_owned()
}

fn cells(source: &Source, variants: &[Variant], runs: &BTreeSet<&str>, chosen: Chosen) -> Vec<Cell> {
    let said = |name: &str| source.words.get(name);
    let is_torch = variants.iter().any(|variant| variant.trains || variant.recipe.is_torch);
    let wanted = numbers_of(source, variants);
    let mut cells = Vec::new();
    let text = |cells: &mut Vec<Cell>, name: &str, text: String| {
        cells.push(Cell { name: format!("{name}-text"), content: Content::Text(text) });
    };
    let intro = if is_torch { said("notebook_intro_torch") } else { said("notebook_intro_numpy") };
    let [lesson, title] = source.titles.map(plain);
    text(&mut cells, "intro", format!("# {lesson}: {title}\n\n{intro}\n\n{}", said(wanted.precision)));

    let threads =
        if is_torch { "\n# Small products are quicker on one core.\ntorch.set_num_threads(1)\n" } else { "" };
    let imports = format!("{}{threads}", chosen.imports);
    cells.push(Cell { name: "imports".to_owned(), content: Content::Code(imports) });

    let all = wanted.all;
    let seeds = said("notebook_settings").replace("{n}", &all.len().to_string());
    text(&mut cells, "settings", seeds);
    let named = source.plan.variants();
    let of = named.iter().zip(variants);
    let values: Map<String, Json> = of
        .map(|(planned, variant)| (planned.name.to_owned(), Json::Object(variant.settings.clone())))
        .collect();
    let every = match (all.first(), all.last()) {
        (Some(first), Some(last)) if wanted.seeds.len() < all.len() => {
            format!("  # list(range({first}, {last} + 1))")
        }
        _ => String::new(),
    };
    let code = format!("VARIANTS = {}\n\nSEEDS = {:?}{every}", literal(&json!(values)), wanted.seeds);
    cells.push(Cell { name: "settings".to_owned(), content: Content::Code(code) });

    if !source.files.is_empty() {
        text(&mut cells, "files", said("notebook_files").to_owned());
        let files: Map<String, Json> =
            source.files.iter().map(|file| (file.name.clone(), written(file))).collect();
        let code = format!("FILES = {}", literal(&json!(files)));
        cells.push(Cell { name: "files".to_owned(), content: Content::Folded(code) });
    }
    for (name, code) in chosen.cells {
        let is_run =
            RUNS.iter().any(|module| module.name == name && code.contains(&format!("def run_{name}(")));
        let (cell, phrase) = match name {
            "compare" => ("compare".to_owned(), "notebook_compare".to_owned()),
            name if is_run => (format!("run-{name}").replace('_', "-"), "notebook_run".to_owned()),
            name => (name.to_owned(), format!("notebook_{name}")),
        };
        if name == "compare" {
            text(&mut cells, "ours", said("notebook_ours").to_owned());
            let words = json!({
                "seed": said("notebook_seed"), "difference": said("notebook_difference"), "largest": said("notebook_largest"),
            });
            let ours = STANDARD.encode(zlib(wanted.ours.to_string().as_bytes()));
            let ours = format!("json.loads(zlib.decompress(base64.b64decode(\"{ours}\")))");
            let code = format!("OURS = {ours}\n\nTEXT = {}", literal(&words));
            cells.push(Cell { name: "ours".to_owned(), content: Content::Folded(code) });
        }
        text(&mut cells, &cell, said(&phrase).to_owned());
        cells.push(Cell { name: cell, content: Content::Code(code) });
    }
    let table: String = runs.iter().map(|name| format!("\"{name}\": run_{name}, ")).collect();
    let code = format!("LARGEST = compare({{{}}})", table.trim_end_matches(", "));
    cells.push(Cell { name: "run".to_owned(), content: Content::Code(code) });
    cells
}

/// Returns a file as the notebook has it: packed, or by its name where it lies beside it; and what its bytes must hash to.
fn written(file: &TableFile) -> Json {
    let PackedFile { inside, sha256 } = &*file.packed;
    match inside {
        Some(packed) => json!({ "packed": packed, "sha256": sha256 }),
        None => {
            let name = file.name.rsplit(['/', '\\']).next().unwrap_or(&file.name);
            json!({ "beside": name, "sha256": sha256 })
        }
    }
}

/// Packs bytes as Python's `zlib` unpacks them. (The best level takes ten times as long, for a twelfth less of a table.)
fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).and_then(|()| packer.finish()).unwrap_or_default()
}

/// What of ours a notebook holds, and what it computes.
struct Wanted {
    /// Variant, seed, then `series` and `metrics`.
    ours: Json,
    /// The seeds that the notebook computes unless its reader asks for others.
    seeds: Vec<u64>,
    /// Those of the page.
    all: Vec<u64>,
    /// The phrase that tells how near the numbers come.
    precision: &'static str,
}

fn numbers_of(source: &Source, variants: &[Variant]) -> Wanted {
    let runs = source.outcome.variants.first().map_or(&[][..], |variant| &variant.runs);
    let all: Vec<u64> = runs.iter().map(|run| run.seed).collect();
    let count = all.len().max(1);
    let of_seed = |place: usize| -> usize {
        let runs = source.outcome.variants.iter().filter_map(|variant| variant.runs.get(place));
        runs.flat_map(|run| series(run).map(|(_, values)| values.len())).sum()
    };
    let metrics_of_seed = || -> usize {
        let runs = source
            .outcome
            .variants
            .iter()
            .zip(variants)
            .filter_map(|(own, recipe)| Some((own.runs.first()?, recipe)));
        runs.map(|(run, recipe)| counted(&metrics(run, recipe))).sum()
    };
    let numbers = of_seed(0).max(1);
    let steps: f64 = variants.iter().enumerate().map(|(index, variant)| steps(source, index, variant)).sum();
    let fits = (USUAL_STEPS / steps.max(1.0)).min(USUAL_NUMBERS as f64 / numbers as f64);
    let computed = (fits as usize).clamp(1, count);
    let judged = (USUAL_NUMBERS / metrics_of_seed().max(1)).clamp(computed, count);
    let single = |variant: &Variant| {
        let precision = variant.settings.get("training").and_then(|training| training.get("precision"));
        variant.trains && precision == Some(&json!("f32"))
    };
    let of_variant = |(variant, recipe): (&crate::outcome::Variant, &Variant)| {
        let number = |value: &f64| json!(if single(recipe) { single_digits(*value) } else { *value });
        let runs = variant.runs.iter().take(judged).enumerate().map(|(place, run)| {
            let series: Map<String, Json> = match place < computed {
                true => {
                    let listed = |values: &[f64]| Json::Array(values.iter().map(number).collect());
                    series(run).map(|(name, values)| (name.to_owned(), listed(values))).collect()
                }
                false => Map::new(),
            };
            (run.seed.to_string(), json!({ "series": series, "metrics": metrics(run, recipe) }))
        });
        (variant.name.clone(), Json::Object(runs.collect()))
    };
    let ours = source.outcome.variants.iter().zip(variants).map(of_variant).collect();
    let precision = if variants.iter().any(single) { "notebook_f32" } else { "notebook_f64" };
    Wanted { ours: Json::Object(ours), seeds: all[..computed.min(all.len())].to_vec(), all, precision }
}

/// Returns a number to as many digits as tell all numbers of single precision apart.
fn single_digits(value: f64) -> f64 {
    format!("{value:.8e}").parse().unwrap_or(value)
}

/// Returns the series that are compared: accuracies and the objective follow from others.
fn series(run: &RunRecord) -> impl Iterator<Item = (&str, &[f64])> {
    let compared = |name: &str| {
        name.ends_with("_loss")
            || name.ends_with("_error")
            || [
                "weight_norm",
                "steered_rate",
                "loss",
                "distance",
                "x",
                "y",
                "value",
                "average",
                "signal",
                "trial_objective",
                "best_so_far",
            ]
            .contains(&name)
    };
    let all = run.series.iter().filter(move |(name, _)| compared(name));
    all.map(|(name, values)| (name.as_str(), &values[..values.len().min(LONGEST)]))
}

/// Returns the metrics that are compared, those of maps by their paths.
fn metrics(run: &RunRecord, variant: &Variant) -> Json {
    let mut found = Map::new();
    for (name, metric) in &run.metrics {
        if TRAINED.contains(&name.as_str()) || variant.recipe.metrics.contains(&name.as_str()) {
            flatten(name, metric, &mut found);
        }
    }
    Json::Object(found)
}

fn flatten(path: &str, metric: &Metric, found: &mut Map<String, Json>) {
    match metric {
        Metric::Map(entries) => {
            entries.iter().for_each(|(key, metric)| flatten(&format!("{path}.{key}"), metric, found));
        }
        Metric::Text(_) => {}
        other => {
            found.insert(path.to_owned(), json!(other));
        }
    }
}

/// Counts the numbers in JSON.
fn counted(value: &Json) -> usize {
    match value {
        Json::Array(items) => items.iter().map(counted).sum(),
        Json::Object(entries) => entries.values().map(counted).sum(),
        _ => 1,
    }
}

/// Returns about how many steps one run of a variant takes.
fn steps(source: &Source, index: usize, variant: &Variant) -> f64 {
    let shared = source.plan.shared(index);
    if let Some(descent) = shared.descent {
        return descent.steps as f64;
    }
    let training_part = |split: &SplitSettings, facts: &Facts| -> usize {
        split.sizes(facts.rows).map_or(0, |[train, ..]| train)
    };
    let of = |training: &TrainingSettings, rows: usize| {
        let steps = rows.div_ceil(training.batch_size.of(rows).max(1));
        // What an epoch measures costs about as much as two steps.
        training.epochs as f64 * (steps as f64 + 2.0)
    };
    let rows = shared.split.zip(source.facts[index].as_ref());
    let rows = rows.map_or(0, |(split, facts)| training_part(split, facts));
    let of_training = match shared.problems {
        Some(problems) => problems
            .facts
            .values()
            .map(|facts| of(problems.training, training_part(problems.split, facts)))
            .sum(),
        None => shared.training.map_or(0.0, |training| of(training, rows)),
    };
    let number = |name: &str| variant.settings.get(name).and_then(Json::as_f64);
    if let (Some(starts), Some(steps)) = (number("starts"), number("steps")) {
        // Each takes the gradient beside every parameter.
        return 3.0 * starts * steps;
    }
    let trials = variant.settings.get("trials").and_then(Json::as_f64).unwrap_or(1.0);
    of_training * trials
}
