//! `gradbook run`: the results of a lesson, or of one experiment, in the terminal.

use std::path::PathBuf;

use clap::Args;

use crate::claims::Verdict;
use crate::cli::sparkline::sparkline;
use crate::cli::{Common, Format, print};
use crate::outcome::{Metric, Outcome, Summary, Variant};
use crate::pipeline::{self, Computed, Failure, Planned, Request, short};

/// Columns of a sparkline.
const SPARK: usize = 32;

#[derive(Args)]
pub struct Run {
    /// A lesson's file, or one experiment of it: lessons/03-softmax.md#four
    #[arg(value_name = "LESSON.md[#id]")]
    lesson: String,
}

impl Run {
    pub fn run(&self, common: &Common) -> Result<(), Failure> {
        let (path, id) = match self.lesson.rsplit_once('#') {
            Some((path, id)) => (path, Some(id.to_owned())),
            None => (self.lesson.as_str(), None),
        };
        let request = Request { id, ..common.request(PathBuf::from(path), true) };
        let computed = common.compute(&request)?;
        let text = match common.format {
            Format::Json => json(&computed),
            Format::Human | Format::Github => tables(&computed),
        };
        print(&text)?;
        match computed.found.errors() {
            0 => Ok(()),
            _ => Err(Failure::Course(computed.found.clone(), computed.sources().clone())),
        }
    }
}

fn each(computed: &Computed) -> impl Iterator<Item = (&Planned, &Outcome, &Vec<Verdict>)> {
    let all = computed.planned.iter().zip(&computed.outcomes).zip(&computed.verdicts);
    all.map(|((planned, outcome), verdicts)| (planned, outcome, verdicts))
}

/// One JSON document an experiment, one a line.
fn json(computed: &Computed) -> String {
    let line = |(planned, outcome, verdicts): (&Planned, &Outcome, &Vec<Verdict>)| {
        let slug = &computed.course.lessons[planned.lesson].slug;
        format!("{}\n", pipeline::json(slug, planned, outcome, verdicts))
    };
    each(computed).map(line).collect()
}

fn tables(computed: &Computed) -> String {
    let shown = each(computed).map(|(planned, outcome, verdicts)| {
        let mut text = format!("{} ({})\n", pipeline::title(&computed.course, planned), planned.kind.name);
        for variant in &outcome.variants {
            text += &variant_table(planned, variant);
        }
        for verdict in verdicts {
            let sentence = verdict.claim.says.as_deref().unwrap_or(&verdict.claim.that);
            let mark = if verdict.holds() { "✓" } else { "✗" };
            text += &format!(
                "\n  {mark} {sentence} (in {} of {} seeds)\n",
                verdict.held(),
                verdict.by_seed.len()
            );
        }
        text + &format!("\n  digest {}\n", outcome.digest())
    });
    shown.collect::<Vec<_>>().join("\n")
}

/// A line for each metric: its name, mean and spread, and its series as a sparkline.
fn variant_table(planned: &Planned, variant: &Variant) -> String {
    let mut text = format!("\n  {}\n", variant.name);
    let documented = planned.kind.all_metrics().map(|doc| doc.name);
    let names = variant.metric_names();
    let lines: Vec<(&str, String)> = documented
        .filter(|name| names.contains(name))
        .filter_map(|name| Some((name, value(variant, name)?)))
        .collect();
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in lines {
        let series = variant.runs.first().and_then(|run| run.series.get(name));
        let spark = series.map(|values| sparkline(values, SPARK)).unwrap_or_default();
        text += format!("    {name:width$}  {value:<18} {spark}").trim_end();
        text.push('\n');
    }
    text
}

/// A metric in a few characters; None where there is nothing to say.
fn value(variant: &Variant, name: &str) -> Option<String> {
    let first = variant.runs.first()?.metrics.get(name)?;
    match first {
        Metric::Number(_) => {
            let summary = Summary::of(&variant.numbers(name)?);
            match (summary.mean.is_finite(), summary.n) {
                (false, _) => (name != "diverged_at").then(|| "–".into()),
                (true, 1) => Some(short(summary.mean)),
                (true, _) => Some(format!("{} ± {}", short(summary.mean), short(summary.sd))),
            }
        }
        Metric::List(_) => {
            let list = variant.mean_list(name)?;
            Some(list.iter().map(|value| short(*value)).collect::<Vec<_>>().join(" "))
        }
        Metric::Text(text) => Some(text.clone()),
        Metric::Map(_) => Some(flat("", first).join(", ")),
    }
}

/// `training.learning_rate 0.01` for every leaf of a map.
fn flat(path: &str, metric: &Metric) -> Vec<String> {
    match metric {
        Metric::Map(entries) => {
            let inner = |(key, value): (&String, &Metric)| {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                flat(&path, value)
            };
            entries.iter().flat_map(inner).collect()
        }
        Metric::Number(value) => vec![format!("{path} {}", short(*value))],
        Metric::Text(text) => vec![format!("{path} {text}")],
        Metric::List(values) => vec![format!("{path} {values:?}")],
    }
}
