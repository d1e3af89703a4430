//! What an experiment found, for other programs: one JSON document, and its series as CSV.

use serde_json::{Map, Value as Json, json};

use crate::claims::Verdict;
use crate::outcome::{LEARNING_RATE, Metric, Outcome, Statistic, Summary, Variant};

use crate::pipeline::run::planned::Planned;

/// Returns the document of one experiment, as `SLUG/ID.json` holds it; `run --format json` adds what stands [behind](super::behind) it. A number that does
/// not exist is `null`; every other reads back to the same bits.
pub(crate) fn json(lesson: &str, planned: &Planned, outcome: &Outcome, claims: &[Verdict]) -> Json {
    let by_variant = |of: &dyn Fn(&Variant) -> Json| {
        Json::Object(outcome.variants.iter().map(|variant| (variant.name.clone(), of(variant))).collect())
    };
    json!({
        "lesson": lesson,
        "id": planned.header.id,
        "kind": planned.kind.name,
        "seed": planned.header.seed,
        "seeds": planned.header.seeds,
        "settings": by_variant(&|variant| json!(variant.conditions.settings)),
        "metrics": by_variant(&metrics),
        "series": by_variant(&|variant| series(variant, outcome.statistic)),
        "claims": claims.iter().map(claim).collect::<Vec<_>>(),
        "digest": outcome.digest(),
    })
}

/// Returns a claim's verdict as JSON.
pub(crate) fn claim(verdict: &Verdict) -> Json {
    json!({
        "that": verdict.claim.that,
        "says": verdict.claim.says,
        "holds": verdict.holds(),
        "held": verdict.held(),
        "needed": verdict.needed,
        "margin": verdict.margin.as_ref().map(|margin| margin.value),
        "interval": verdict.margin.as_ref().and_then(|margin| margin.interval),
    })
}

/// Returns a single run's values as they are; over several seeds, each with its spread.
fn metrics(variant: &Variant) -> Json {
    let mut metrics = Map::new();
    for name in variant.metric_names() {
        let values: Vec<&Metric> = variant.runs.iter().filter_map(|run| run.metrics.get(name)).collect();
        metrics.insert(name.to_owned(), over_seeds(&values));
    }
    for (name, numbers) in variant.conditions.following(&variant.runs).numbers {
        let numbers: Vec<Metric> = numbers.into_iter().map(Metric::Number).collect();
        metrics.entry(name).or_insert_with(|| over_seeds(&numbers.iter().collect::<Vec<_>>()));
    }
    Json::Object(metrics)
}

fn over_seeds(values: &[&Metric]) -> Json {
    if let [only] = values {
        return plain(only);
    }
    let numbers: Option<Vec<f64>> = values.iter().map(|value| value.number()).collect();
    match numbers {
        Some(numbers) => {
            let mut summary = serde_json::to_value(Summary::of(&numbers)).unwrap_or_default();
            summary["values"] = json!(numbers);
            summary
        }
        None => json!({ "values": values.iter().map(|value| plain(value)).collect::<Vec<_>>() }),
    }
}

fn plain(metric: &Metric) -> Json {
    serde_json::to_value(metric).unwrap_or_default()
}

/// Returns each series step by step; over several seeds, their statistic.
fn series(variant: &Variant, statistic: Statistic) -> Json {
    let names: std::collections::BTreeSet<&String> =
        variant.runs.iter().flat_map(|run| run.series.keys()).collect();
    let of = |runs: &[&[f64]]| {
        let epochs = runs.iter().map(|run| run.len()).max().unwrap_or(0);
        let at = |epoch: usize| {
            let values: Vec<f64> =
                runs.iter().map(|run| run.get(epoch).copied().unwrap_or(f64::NAN)).collect();
            statistic.of(&values)
        };
        (0..epochs).map(at).collect::<Vec<f64>>()
    };
    let mut all = Map::new();
    let rates = variant.conditions.following(&variant.runs).learning_rates;
    all.extend((!rates.is_empty()).then(|| (LEARNING_RATE.to_owned(), json!(of(&rates)))));
    for name in names {
        let runs = variant.runs.iter().filter_map(|run| run.series.get(name));
        let runs: Vec<&[f64]> = runs.map(|values| values.as_slice()).collect();
        all.insert(name.clone(), json!(of(&runs)));
    }
    Json::Object(all)
}

/// A number that reads back to the same bits, with an exponent where all of its digits would be many.
fn shortest(value: f64) -> String {
    let is_usual = value == 0.0 || !value.is_finite() || (1e-7..1e21).contains(&value.abs());
    if is_usual { value.to_string() } else { format!("{value:e}") }
}

/// Returns every series of every run in long form: variant, seed, metric, epoch (or what else a kind goes by), value; None
/// where there is none.
pub(crate) fn csv(outcome: &Outcome) -> Option<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut rows = 0;
    writer.write_record(["variant", "seed", "metric", outcome.step.name(), "value"]).ok()?;
    for variant in &outcome.variants {
        for run in &variant.runs {
            for (metric, values) in &run.series {
                for (index, value) in values.iter().enumerate() {
                    let row = [
                        &variant.name,
                        &run.seed.to_string(),
                        metric,
                        &(outcome.step.first() + index).to_string(),
                        &shortest(*value),
                    ];
                    writer.write_record(row).ok()?;
                    rows += 1;
                }
            }
        }
    }
    let text = String::from_utf8(writer.into_inner().ok()?).ok()?;
    (rows > 0).then_some(text)
}
