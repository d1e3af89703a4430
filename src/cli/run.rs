//! `gradbook run`: the results of a lesson, or of one experiment, in the terminal.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::claims::Verdict;
use crate::cli::report::{Format, Report};
use crate::cli::sparkline::sparkline;
use crate::cli::{Common, Only, Progress, Trust};
use crate::diagnostic::printable;
use crate::experiment::MetricInfo;
use crate::files::Fault;
use crate::lesson::inline::format_absent;
use crate::numeric::mean;
use crate::outcome::{DIVERGED_AT, Metric, Outcome, Statistic, Summary, Variant};
use crate::pipeline::{self, Computed, Done, DrawnFigureBlock, Failure, Planned, Request, Shard, short};

/// Columns of a sparkline.
const SPARK: usize = 32;

#[derive(Args)]
pub(super) struct Run {
    /// A lesson's file, or one experiment of it: lessons/03-softmax.md#four; with --shard the folder of the lessons
    #[arg(value_name = "LESSON.md[#id]", required_unless_present = "shard")]
    lesson: Option<String>,
    /// Fill the cache with a part of a course's runs and show none: the third of eight is 3/8
    #[arg(long, value_name = "N/OF")]
    shard: Option<Shard>,
    /// Print every step of every seed's series of one experiment as CSV
    #[arg(long, conflicts_with = "shard")]
    csv: bool,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    only: Only,
}

impl Run {
    /// Runs experiments and prints what they found.
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        if self.csv && common.format != Format::Human {
            return Err(Fault::new("`--csv` is a format already: leave `--format` out").into());
        }
        let named = self.lesson.as_deref().unwrap_or("lessons");
        let (path, id) = match named.rsplit_once('#') {
            Some((path, id)) => (path, Some(id.to_owned())),
            None => (named, None),
        };
        let only = self.only.only.clone();
        let request = common.request(PathBuf::from(path), self.shard.is_none());
        let request = self.trust.bound(Request { id, only, ..request })?;
        if let Some(shard) = self.shard {
            return fill(&request, shard, common);
        }
        let computed = common.compute(&request)?;
        let figures = pipeline::drawn_figures(&computed)
            .map_err(|found| Failure::Course(found.into(), computed.sources().clone()))?;
        let one = request.id.as_deref().and_then(|id| figures.iter().find(|figure| figure.id == id));
        let text = match (common.format, one) {
            (_, one) if self.csv => series(&computed, named, one)?,
            (Format::Json, Some(figure)) => figure_json(figure),
            (Format::Json, None) => {
                documents(&computed) + &figures.iter().map(figure_json).collect::<String>()
            }
            (_, Some(figure)) => figure_table(figure),
            (_, None) => {
                let figures: Vec<String> = figures.iter().map(figure_table).collect();
                [tables(&computed)]
                    .into_iter()
                    .chain(figures)
                    .filter(|text| !text.is_empty())
                    .collect::<Vec<_>>()
                    .join("\n")
            }
        };
        common.print(&text)?;
        if computed.found.errors() > 0 {
            return Err(Failure::Course(computed.found.clone(), computed.sources().clone()));
        }
        common.show(&Report::of(&computed.found, computed.sources()));
        Ok(())
    }
}

/// Does the runs of a shard, for a later build to find.
fn fill(request: &Request, shard: Shard, common: &Common) -> Result<(), Failure> {
    let ready = pipeline::prepare(request)?;
    let progress = Progress::new(common.quiet, false);
    let done = pipeline::run_shard(&ready, shard, &progress);
    progress.end();
    let Done { run, cached } = done?;
    common.say(&format!("shard {shard}: {run} runs done, {cached} were in the cache"));
    Ok(())
}

fn each(computed: &Computed) -> impl Iterator<Item = (&Planned, &Outcome, &Vec<Verdict>)> {
    let all = computed.planned.iter().zip(&computed.verdicts).enumerate();
    all.map(|(place, (planned, verdicts))| (planned, computed.outcome(place), verdicts))
}

/// The series of the one experiment that is named, or the columns of a figure.
fn series(computed: &Computed, named: &str, figure: Option<&DrawnFigureBlock>) -> Result<String, Failure> {
    if let Some(figure) = figure {
        return Ok(pipeline::csv(&figure.table));
    }
    let series = match computed.planned.len() {
        1 => pipeline::series(computed, 0).ok_or_else(|| format!("`{named}` has no series")),
        count => Err(format!(
            "`--csv` prints one experiment, and `{named}` has {count}: name it, as in `LESSON.md#id`"
        )),
    };
    series.map_err(|message| Fault::new(message).into())
}

/// Writes one JSON document an experiment, one a line.
fn documents(computed: &Computed) -> String {
    (0..computed.planned.len()).map(|place| format!("{}\n", pipeline::document(computed, place))).collect()
}

fn tables(computed: &Computed) -> String {
    let shown = each(computed).map(|(planned, outcome, verdicts)| {
        let mut text = format!("{} ({})\n", pipeline::title(&computed.course, planned), planned.kind.name);
        for (index, variant) in outcome.variants.iter().enumerate() {
            text += &variant_table(planned, index, variant, outcome.statistic);
        }
        for verdict in verdicts {
            let sentence = verdict.claim.says.as_deref().unwrap_or(&verdict.claim.that);
            let mark = if verdict.holds() { "✓" } else { "✗" };
            text += &format!("\n  {mark} {} ({})\n", printable(sentence), verdict.count());
            text += &verdict.margin_text().map(|margin| format!("    {margin}\n")).unwrap_or_default();
        }
        text + &format!("\n  digest {}\n", outcome.digest())
    });
    shown.collect::<Vec<_>>().join("\n")
}

/// The columns that a figure shows.
fn figure_table(figure: &DrawnFigureBlock) -> String {
    let cell = |text: &String| match text.parse::<f64>() {
        Ok(number) => short(number),
        Err(_) => printable(text).to_string(),
    };
    let rows: Vec<Vec<String>> = figure.table.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let header: Vec<String> = figure.table.header.iter().map(|name| printable(name).to_string()).collect();
    let width = |column: usize| {
        let cells = rows.iter().chain([&header]).filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("  {}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    let lines: String = [&header].into_iter().chain(&rows).map(line).collect();
    format!("{} (figure)\n\n{lines}", figure.title)
}

/// One JSON document, in a line.
fn figure_json(figure: &DrawnFigureBlock) -> String {
    let DrawnFigureBlock { lesson, id, table, .. } = figure;
    let cell = |text: &String| text.parse::<f64>().map_or_else(|_| json!(text), |number| json!(number));
    let rows: Vec<Vec<serde_json::Value>> =
        table.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    format!(
        "{}\n",
        json!({"lesson": lesson, "id": id, "kind": "figure", "columns": table.header, "rows": rows})
    )
}

/// The most numbers of a list that are printed.
const MOST_NUMBERS: usize = 20;

/// The most classes of a matrix that is printed.
const MOST_CLASSES: usize = 30;

/// Returns a line for each metric: its name, mean and spread, and its series as a sparkline.
fn variant_table(planned: &Planned, index: usize, variant: &Variant, statistic: Statistic) -> String {
    let mut text = format!("\n  {}\n", printable(&variant.name));
    let told = |info: &&MetricInfo| !pipeline::says_nothing(planned, index, info) && !info.by_class_given;
    let documented = planned.kind.all_metrics().filter(told).map(|info| info.name);
    let names = variant.metric_names();
    let lines: Vec<(&str, String)> = documented
        .filter(|name| names.contains(name))
        .filter_map(|name| Some((name, value(variant, name, statistic)?)))
        .collect();
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let matrices = planned.kind.all_metrics().filter(|info| info.by_class_given && names.contains(info.name));
    for (name, value) in lines {
        let series = variant.runs.first().and_then(|run| run.series.get(name));
        let spark = series.map(|values| sparkline(values, SPARK)).unwrap_or_default();
        text += format!("    {name:width$}  {:<18} {spark}", printable(&value)).trim_end();
        text.push('\n');
    }
    let matrices = matrices.filter_map(|info| matrix(variant, info.name, statistic));
    text + &matrices.collect::<String>()
}

/// A metric by class and class given: a line for each class, with its numbers by the class given. None where it has no names
/// or no numbers.
fn matrix(variant: &Variant, name: &str, statistic: Statistic) -> Option<String> {
    let classes: Vec<String> = variant
        .runs
        .first()?
        .names
        .get("classes")?
        .iter()
        .map(|class| printable(class).into_owned())
        .collect();
    let values = variant.list(name, statistic)?;
    if values.len() != classes.len() * classes.len() || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    if classes.len() > MOST_CLASSES {
        return Some(format!("    {name}  {0} by {0} numbers, in --format json\n", classes.len()));
    }
    let cells: Vec<String> = values.iter().map(|value| short(*value)).collect();
    let wide = |texts: &[String]| texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    let (side, width) = (wide(&classes), wide(&classes).max(wide(&cells)));
    let row = |first: &str, texts: &[String]| {
        let texts: String = texts.iter().map(|text| format!("  {text:>width$}")).collect();
        format!("      {first:side$}{texts}\n")
    };
    let rows = classes.iter().zip(cells.chunks(classes.len())).map(|(class, cells)| row(class, cells));
    let heading = format!("    {name}: a row for each class, by the class given\n{}", row("", &classes));
    Some(heading + &rows.collect::<String>())
}

/// Returns a metric in a few characters; None where there is nothing to say.
fn value(variant: &Variant, name: &str, statistic: Statistic) -> Option<String> {
    let first = variant.runs.first()?.metrics.get(name)?;
    match first {
        Metric::Number(_) => {
            let values = variant.numbers(name)?;
            let summary = Summary::of(&values);
            match (summary.mean.is_finite(), variant.divergence()) {
                (true, _) => Some(summed_up(&summary, statistic)),
                (false, Some((runs, first))) if name == DIVERGED_AT => {
                    Some(format!("in {runs} of {} seeds, the first at {first}", summary.n))
                }
                (false, _) => (name != DIVERGED_AT).then(|| format_absent(name, &values)),
            }
        }
        Metric::List(_) => {
            let list = variant.list(name, statistic)?;
            let some =
                list.iter().take(MOST_NUMBERS).map(|value| short(*value)).collect::<Vec<_>>().join(" ");
            Some(match list.len() {
                ..=MOST_NUMBERS => some,
                all => format!("{some} ... ({all} numbers)"),
            })
        }
        Metric::Text(_) | Metric::Map(_) => {
            let runs = variant.runs.iter().filter_map(|run| run.metrics.get(name));
            let leaves: Vec<Vec<(String, &Metric)>> = runs.map(|metric| flat("", metric)).collect();
            let said = |(path, _): &(String, &Metric)| {
                let all = leaves.iter().flatten().filter(|(other, _)| other == path);
                let values: Vec<&Metric> = all.map(|(_, metric)| *metric).collect();
                format!("{path} {}", over_seeds(&values, statistic)).trim_start().to_owned()
            };
            Some(leaves.first()?.iter().map(said).collect::<Vec<_>>().join(", "))
        }
    }
}

/// Returns what stands for the seeds, and their spread.
fn summed_up(summary: &Summary, statistic: Statistic) -> String {
    match (summary.n, statistic) {
        (1, _) => short(summary.mean),
        (_, Statistic::Mean) => format!("{} ± {}", short(summary.mean), short(summary.sd)),
        (_, Statistic::Median) => {
            format!("{} ({} to {})", short(summary.median), short(summary.q1), short(summary.q3))
        }
    }
}

/// Summarizes one part of a metric over all seeds: numbers by mean and standard deviation, shares (lists with fractions) by their means,
/// all else by how often it was found.
fn over_seeds(values: &[&Metric], statistic: Statistic) -> String {
    if let Some(means) = mean_shares(values) {
        return means.iter().map(|mean| short(*mean)).collect::<Vec<_>>().join(" ");
    }
    let numbers: Option<Vec<f64>> = values.iter().map(|value| value.number()).collect();
    if let Some(numbers) = numbers {
        let found: Vec<f64> = numbers.iter().copied().filter(|number| number.is_finite()).collect();
        return match &found[..] {
            [] => "–".into(),
            several => summed_up(&Summary::of(several), statistic),
        };
    }
    let mut counts: Vec<(String, usize)> = Vec::new();
    for text in values.iter().map(|value| plain(value)) {
        match counts.iter_mut().find(|(other, _)| *other == text) {
            Some((_, count)) => *count += 1,
            None => counts.push((text, 1)),
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    match &counts[..] {
        [(text, _)] => text.clone(),
        several => several
            .iter()
            .map(|(text, count)| format!("{text} ({count} of {})", values.len()))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// Returns lists of one length, of which some number is not whole, element by element.
fn mean_shares(values: &[&Metric]) -> Option<Vec<f64>> {
    let list = |value: &&Metric| match value {
        Metric::List(numbers) => Some(numbers.clone()),
        _ => None,
    };
    let lists: Vec<Vec<f64>> = values.iter().map(list).collect::<Option<_>>()?;
    let length = lists.first()?.len();
    let fractions = lists.iter().flatten().any(|number| number.fract() != 0.0);
    let mean = |index: usize| mean(&lists.iter().map(|list| list[index]).collect::<Vec<f64>>());
    (fractions && lists.iter().all(|list| list.len() == length)).then(|| (0..length).map(mean).collect())
}

fn plain(metric: &Metric) -> String {
    match metric {
        Metric::Number(value) => short(*value),
        Metric::Text(text) => text.clone(),
        Metric::List(values) => {
            format!("[{}]", values.iter().map(|value| short(*value)).collect::<Vec<_>>().join(", "))
        }
        Metric::Map(_) => String::new(),
    }
}

/// Returns every leaf of a map with its dotted path: `training.learning_rate`.
fn flat<'a>(path: &str, metric: &'a Metric) -> Vec<(String, &'a Metric)> {
    let Metric::Map(entries) = metric else { return vec![(path.to_owned(), metric)] };
    let inner = |(key, value): (&String, &'a Metric)| {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        flat(&path, value)
    };
    entries.iter().flat_map(inner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_seeds_are_summed_up() {
        let [one, two, none] = [0.01, 0.03, f64::NAN].map(Metric::Number);
        let [adam, sgd] = ["adam", "sgd"].map(|text| Metric::Text(text.into()));
        assert_eq!(over_seeds(&[&one], Statistic::Mean), "0.01");
        assert_eq!(over_seeds(&[&one, &two], Statistic::Mean), "0.02 ± 0.01414");
        assert_eq!(over_seeds(&[&one, &none], Statistic::Mean), "0.01");
        assert_eq!(over_seeds(&[&none], Statistic::Mean), "–");
        assert_eq!(over_seeds(&[&adam, &adam], Statistic::Mean), "adam");
        assert_eq!(over_seeds(&[&sgd, &adam, &adam], Statistic::Mean), "adam (2 of 3) sgd (1 of 3)");
        let [some, others] = [[0.25, 0.75], [0.5, 0.5]].map(|list| Metric::List(list.into()));
        assert_eq!(over_seeds(&[&some, &others], Statistic::Mean), "0.375 0.625");
        let [wide, narrow] = [64.0, 8.0].map(|width| Metric::List(vec![width, 4.0]));
        assert_eq!(over_seeds(&[&wide, &narrow, &wide], Statistic::Mean), "[64, 4] (2 of 3) [8, 4] (1 of 3)");
    }
}
