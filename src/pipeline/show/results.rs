//! What an experiment found, for other programs: one JSON document, and its series as CSV.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use crate::claims::Verdict;
use crate::experiment::round_steps;
use crate::outcome::{LEARNING_RATE, Metric, Outcome, RunRecord, Statistic, Summary, Variant};

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
    let names: BTreeSet<&String> = variant.runs.iter().flat_map(|run| run.series.keys()).collect();
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

/// How much of every run's series a CSV holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Every step, each number so that it reads back to the same bits.
    Everything,
    /// What a reader draws anew: six digits, and of what is long every second, fifth, tenth, ... step.
    Drawn,
}

/// The most numbers of which every step is written, and the most steps of a run that are written of more.
const MOST_NUMBERS: usize = 10_000;
const MOST_STEPS: usize = 50;

impl Detail {
    /// Returns the number whose multiples are the steps that are written of so many numbers, in series so long.
    fn stride(self, numbers: usize, longest: usize) -> usize {
        if self == Detail::Everything || numbers <= MOST_NUMBERS {
            return 1;
        }
        round_steps().find(|stride| longest <= stride * MOST_STEPS + 1).unwrap_or(1)
    }

    fn number(self, value: f64) -> String {
        match self {
            Detail::Everything => shortest(value),
            Detail::Drawn => shortest(format!("{value:.5e}").parse().unwrap_or(value)),
        }
    }
}

/// A number that reads back to the same bits, with an exponent where all of its digits would be many.
fn shortest(value: f64) -> String {
    let is_usual = value == 0.0 || !value.is_finite() || (1e-7..1e21).contains(&value.abs());
    if is_usual { value.to_string() } else { format!("{value:e}") }
}

/// Returns the series of every run: a line for each variant, seed and epoch (or what else a kind goes by), a column for each
/// metric; None where there is none.
pub(crate) fn csv(outcome: &Outcome, detail: Detail) -> Option<String> {
    let runs =
        || outcome.variants.iter().flat_map(|variant| variant.runs.iter().map(move |run| (variant, run)));
    let metrics: BTreeSet<&str> = runs().flat_map(|(_, run)| run.series.keys().map(String::as_str)).collect();
    let length = |run: &RunRecord| run.series.values().map(|values| values.len()).max().unwrap_or(0);
    let longest = runs().map(|(_, run)| length(run)).max().filter(|longest| *longest > 0)?;
    let numbers = runs().flat_map(|(_, run)| run.series.values()).map(|values| values.len()).sum();
    let stride = detail.stride(numbers, longest);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["variant", "seed", outcome.step.name()];
    writer.write_record(header.into_iter().chain(metrics.iter().copied())).ok()?;
    for (variant, run) in runs() {
        let [first, length] = [outcome.step.first(), length(run)];
        for index in 0..length {
            let step = first + index;
            if step % stride != 0 && index != 0 && index + 1 != length {
                continue;
            }
            let value = |metric: &&str| run.series.get(*metric).and_then(|values| values.get(index));
            let cells = metrics.iter().map(value).map(|value| value.map(|value| detail.number(*value)));
            let place = [variant.name.clone(), run.seed.to_string(), step.to_string()];
            writer.write_record(place.into_iter().chain(cells.map(Option::unwrap_or_default))).ok()?;
        }
    }
    String::from_utf8(writer.into_inner().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Numbers;

    /// Two variants with one seed each: losses up to some epoch, and an error that is one epoch shorter.
    fn outcome(epochs: [usize; 2]) -> Outcome {
        let variant = |name: &str, epochs: usize| {
            let values =
                |length: usize| (0..length).map(|epoch| 1.0 / (epoch as f64 + 3.0)).collect::<Numbers>();
            let series =
                [("loss", epochs + 1), ("error", epochs)].map(|(name, length)| (name.into(), values(length)));
            let run = RunRecord { seed: 7, series: series.into(), ..RunRecord::default() };
            Variant { name: name.into(), runs: vec![run], ..Variant::default() }
        };
        let variants = vec![variant("a", epochs[0]), variant("b", epochs[1])];
        Outcome { variants, ..Outcome::default() }
    }

    #[test]
    fn each_metric_is_a_column_and_each_epoch_a_line() {
        let all = csv(&outcome([1, 0]), Detail::Everything).unwrap();
        let third = "0.3333333333333333";
        assert_eq!(
            all,
            format!("variant,seed,epoch,error,loss\na,7,0,{third},{third}\na,7,1,,0.25\nb,7,0,,{third}\n")
        );
        let drawn = csv(&outcome([1, 0]), Detail::Drawn).unwrap();
        assert_eq!(drawn, all.replace(third, "0.333333"));
        assert_eq!(csv(&Outcome::default(), Detail::Drawn), None);
    }

    #[test]
    fn of_what_is_long_every_so_many_steps_are_written_and_each_end() {
        let long = outcome([4_321, 1_003]);
        let steps = |text: &str, variant: &str| -> Vec<usize> {
            let own = text.lines().filter(|line| line.starts_with(variant));
            own.map(|line| line.split(',').nth(2).unwrap().parse().unwrap()).collect()
        };
        let drawn = csv(&long, Detail::Drawn).unwrap();
        let [a, b] = ["a,", "b,"].map(|variant| steps(&drawn, variant));
        assert_eq!((a.len(), &a[..3], &a[43..]), (45, &[0, 100, 200][..], &[4_300, 4_321][..]));
        assert_eq!((b.len(), b.last()), (12, Some(&1_003)));
        assert_eq!(steps(&csv(&long, Detail::Everything).unwrap(), "b,").len(), 1_004);
    }

    #[test]
    fn six_digits_are_enough_to_draw() {
        let written = |value: f64| Detail::Drawn.number(value);
        let values = [1234567.8, 0.1 + 0.2, 1e-9 / 3.0, 0.0, f64::NAN];
        assert_eq!(values.map(written), ["1234570", "0.3", "3.33333e-10", "0", "NaN"]);
        assert_eq!(Detail::Everything.number(1e-9 / 3.0).parse(), Ok(1e-9 / 3.0));
    }
}
