//! What is best for one problem, used on another: the same settings tried on several problems.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::effect::{data_in_effect, split_in_effect};
use super::header::{is_name, is_reserved};
use super::search::Search;
use crate::chart::{Axis, Figure, Format, Panel, Raster, rounded};
use crate::collections::BTreeMap;
use crate::data::{DataSettings, Facts, SplitSettings};
use crate::diagnostic::{Problem, within};
use crate::experiment::{
    Compare, Context, Cost, Doc, Drawn, Experiment, FurtherData, MetricInfo, MetricSchema, MetricType,
    Problems, Shared,
};
use crate::nn::ModelSettings;
use crate::outcome::{Grid, Metric, Outcome, RunRecord, Step, Variant, Written};
use crate::search::{Sampler, Space};
use crate::train::TrainingSettings;

/// The most problems: a search is made of each.
const MOST_PROBLEMS: usize = 12;

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Transfer {
    /// The problems by names of your own, each built-in or generated data: `{flowers: {name: iris}, moons: {name: moons}}`.
    pub problems: BTreeMap<String, DataSettings>,
    pub split: SplitSettings,
    pub model: ModelSettings,
    pub training: TrainingSettings,
    /// What to try on every problem: a map from dotted paths to ranges with their scale, as of a search.
    pub space: Space,
    /// How settings are chosen, the same ones for every problem: `grid` or `random` (default `random`).
    pub sampler: Sampler,
    /// How many settings are tried (default 20).
    pub trials: usize,
    /// What the best settings are best in: a loss, an error or an accuracy (default `dev_loss`).
    pub objective: String,
    /// The size of each problem's data by its name, once it was heard of.
    #[serde(skip)]
    facts: BTreeMap<String, Facts>,
}

impl Default for Transfer {
    fn default() -> Self {
        let Search { split, model, training, space, sampler, trials, objective, .. } = Search::default();
        let (problems, facts) = Default::default();
        Transfer { problems, split, model, training, space, sampler, trials, objective, facts }
    }
}

impl Transfer {
    /// Returns the search on one of the problems.
    fn search(&self, data: &DataSettings) -> Search {
        let Transfer { split, model, training, space, sampler, trials, objective, .. } = self.clone();
        Search { data: data.clone(), split, model, training, space, sampler, scale: None, trials, objective }
    }

    /// Lists the problems of data that are built in or generated: no others are read.
    fn readable(&self) -> impl Iterator<Item = (&String, &DataSettings)> {
        self.problems.iter().filter(|(_, data)| data.file.is_none())
    }

    fn check_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let count = self.problems.len();
        if !(2..=MOST_PROBLEMS).contains(&count) {
            let said = if count == 1 {
                "there is 1 problem".to_owned()
            } else {
                format!("there are {count} problems")
            };
            let problem = Problem::new("problems", said);
            let problem = problem.expected(format!("2 to {MOST_PROBLEMS} of them"));
            problems.push(problem.hint("such as `{flowers: {name: iris}, moons: {name: moons}}`"));
        }
        for (name, data) in &self.problems {
            let path = format!("problems.{name}");
            if !is_name(name) || is_reserved(name) {
                let problem = Problem::new(&path, format!("a problem cannot be called `{name}`"));
                problems.push(problem.expected("lower-case letters, digits and underscores, beginning with a letter, that are no word of expressions"));
            }
            if data.file.is_some() {
                let problem = Problem::new(format!("{path}.file"), "a problem from a file");
                problems.push(problem.expected("`name`, of data that are built in or generated"));
            } else {
                problems.extend(within(&path, data.check()));
            }
        }
        problems
    }
}

impl Experiment for Transfer {
    const NAME: &'static str = "transfer";
    const SUMMARY: &'static str = "Are the settings that are best for one problem good for another?";
    const REVISION: u32 = 1;
    const TRAINS: bool = false;
    const COMPARE: Compare = Compare::NONE;
    const METRICS: &'static [MetricInfo] = &[
        MetricInfo::number(
            "regret",
            "how much worse the settings that are best for one problem do on another than the best of the same settings there: \
             `regret.flowers.moons` of the best for `flowers`, used on `moons`; a trial that diverged counts as the worst of the others",
        ),
        MetricInfo::number("best_objective", "the objective of the best settings of each problem: `best_objective.moons`"),
        MetricInfo::number("spread", "the objective of the worst settings of a problem less that of its best: what a regret can be at most").aside(),
    ];
    const STEP: Step = Step::Trial;
    const FIGURES: &'static [Doc] = &[Doc {
        name: "regrets",
        about: "the regret of every pair of problems: down the side what the settings are best for, across where they are used",
    }];
    const EXAMPLE: &'static str = "\
kind: transfer
id: from_one_to_another
problems: {flowers: {name: iris}, moons: {name: moons, samples: 60}}
training: {epochs: 3}
space:
  training.learning_rate: {log: [0.001, 1]}
  model.units: {choice: [4, 16]}
trials: 5
seeds: 2
";

    fn check(&self, _: Option<&Facts>) -> Vec<Problem> {
        let mut problems = self.check_problems();
        if !matches!(self.sampler, Sampler::Random | Sampler::Grid) {
            let problem = Problem::new(
                "sampler",
                format!("`{}` tries other settings on each problem", self.sampler.name()),
            );
            problems.push(problem.expected("`grid` or `random`, which try the same ones"));
        }
        if !problems.is_empty() {
            return problems;
        }
        for (name, data) in &self.problems {
            for problem in self.search(data).check(self.facts.get(name)) {
                let path = match problem.path.strip_prefix("data") {
                    Some(rest) => format!("problems.{name}{rest}"),
                    None => problem.path.clone(),
                };
                // What is wrong with the settings is wrong with them on every problem.
                if !problems
                    .iter()
                    .any(|known: &Problem| known.message == problem.message && known.path == path)
                {
                    problems.push(Problem { path, ..problem });
                }
            }
        }
        problems
    }

    fn data(&self) -> Option<&DataSettings> {
        None
    }

    fn further_data(&self) -> Vec<FurtherData<'_>> {
        let of_problem = |(name, settings)| FurtherData {
            path: format!("problems.{name}"),
            settings,
            facts: self.facts.get(name),
        };
        self.readable().map(of_problem).collect()
    }

    fn hear_of(&mut self, facts: Vec<Option<Facts>>) {
        let named = self.readable().zip(facts);
        self.facts = named.filter_map(|((name, _), facts)| Some((name.clone(), facts?))).collect();
    }

    fn cost(&self, _: Option<&Facts>) -> Cost {
        // Of a problem's search nothing is kept or drawn but what it found.
        let of_problem = |(name, data)| {
            let whole = self.search(data).cost(self.facts.get(name));
            Cost { kept: 0.0, written: 0.0, drawn: Drawn::default(), ..whole }
        };
        let all: Cost = self.problems.iter().map(of_problem).sum();
        let pairs = (self.problems.len() * self.problems.len()) as f64;
        all + Cost::of_history(2.0 * pairs) + Cost::of_marks(1.0, pairs)
    }

    fn metric_schema(&self, _: Option<&Facts>) -> MetricSchema {
        let of_each = |inner: &MetricType| {
            MetricType::Map(self.problems.keys().map(|name| (name.clone(), inner.clone())).collect())
        };
        let each = of_each(&MetricType::Number);
        [
            ("regret".to_owned(), of_each(&each)),
            ("best_objective".to_owned(), each.clone()),
            ("spread".to_owned(), each),
        ]
        .into()
    }

    fn shared(&self) -> Shared<'_> {
        let Transfer { problems: data, facts, split, model, training, .. } = self;
        Shared { problems: Some(Problems { data, facts, split, model, training }), ..Shared::default() }
    }

    fn for_notebook(&self, _: Option<&Facts>) -> Result<Map<String, Json>, String> {
        let mut settings = self.search(&DataSettings::default()).for_notebook(None)?;
        let of_problem = |(name, data): (&String, &DataSettings)| {
            let facts = self.facts.get(name)?;
            let parts =
                json!({ "data": data_in_effect(data, facts), "split": split_in_effect(&self.split, facts) });
            Some((name.clone(), parts))
        };
        let problems: Map<String, Json> = self.problems.iter().filter_map(of_problem).collect();
        settings.insert("problems".to_owned(), Json::Object(problems));
        Ok(settings)
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        let share = 1.0 / self.problems.len() as f64;
        let mut searched: Vec<Searched> = Vec::new();
        let mut digest = blake3::Hasher::new();
        for (settings, data) in self.problems.values().zip(&context.further) {
            let advance = |part: f64| (context.advance)(share * part);
            let context = Context {
                seed: context.seed,
                data: Some(data.clone()),
                further: Vec::new(),
                advance: &advance,
                workers: context.workers.clone(),
                pool: context.pool,
            };
            let search = self.search(settings);
            let record = search.run(&context)?;
            digest.update(record.digest.as_bytes());
            searched.push(Searched::of(&record, search.ascends()));
        }
        let names = || self.problems.keys().cloned();
        let mut record = RunRecord::default();
        let regrets = names().zip(&searched).map(|(name, from)| {
            let of = |on: &Searched| Metric::Number(on.regret(from.best));
            (name, Metric::Map(names().zip(searched.iter().map(of)).collect()))
        });
        record.metrics.insert("regret".into(), Metric::Map(regrets.collect()));
        let of_each = |of: fn(&Searched) -> f64| {
            Metric::Map(names().zip(searched.iter().map(|searched| Metric::Number(of(searched)))).collect())
        };
        record.metrics.insert(
            "best_objective".into(),
            of_each(|searched| searched.sign * searched.costs[searched.best]),
        );
        record.metrics.insert("spread".into(), of_each(Searched::spread));
        record.names.insert("problems".into(), names().collect());
        record.digest = digest.finalize().to_hex()[..32].into();
        Ok(record)
    }

    /// What is lost of an objective is written as that is.
    fn describe(&self, info: &'static MetricInfo) -> MetricInfo {
        let objective = self.search(&DataSettings::default()).objective_info();
        match objective.filter(|_| matches!(info.name, "regret" | "best_objective" | "spread")) {
            Some(objective) => MetricInfo { unit: objective.unit, written: objective.written, ..*info },
            None => *info,
        }
    }

    fn figures(variants: &[&Self], outcome: &Outcome) -> Vec<Figure> {
        let written = variants.first().and_then(|settings| {
            settings.search(&DataSettings::default()).objective_info().map(|info| info.written)
        });
        let format = if written == Some(Written::Percent) { Format::Percent } else { Format::Plain };
        regrets(outcome, format).into_iter().collect()
    }
}

/// What all settings were worth on one problem: lower is better, what diverged is as bad as the worst of the others.
struct Searched {
    costs: Vec<f64>,
    /// Of the lowest, the first of equals.
    best: usize,
    /// -1 where a larger objective is better.
    sign: f64,
}

impl Searched {
    fn of(record: &RunRecord, ascends: bool) -> Self {
        let sign = if ascends { -1.0 } else { 1.0 };
        let objectives = record.tables.get("trials").and_then(|table| table.columns.get("objective"));
        let costs: Vec<f64> =
            objectives.into_iter().flat_map(|values| values.iter()).map(|value| sign * value).collect();
        Searched::new(costs, sign)
    }

    fn new(mut costs: Vec<f64>, sign: f64) -> Self {
        let finite = costs.iter().copied().filter(|cost| cost.is_finite());
        let worst = finite.reduce(f64::max).unwrap_or(f64::NAN);
        costs.iter_mut().filter(|cost| !cost.is_finite()).for_each(|cost| *cost = worst);
        if costs.is_empty() {
            costs.push(f64::NAN);
        }
        let best = (0..costs.len()).min_by(|a, b| costs[*a].total_cmp(&costs[*b])).unwrap_or(0);
        Searched { costs, best, sign }
    }

    /// Returns how much worse the settings of a trial are than the best.
    fn regret(&self, trial: usize) -> f64 {
        self.costs.get(trial).map_or(f64::NAN, |cost| cost - self.costs[self.best])
    }

    fn spread(&self) -> f64 {
        self.costs.iter().copied().fold(f64::NEG_INFINITY, f64::max) - self.costs[self.best]
    }
}

/// A matrix for each variant: down the side what the settings are best for, across where they are used.
fn regrets(outcome: &Outcome, format: Format) -> Option<Figure> {
    let drawn = |variant| panel(variant, outcome, format);
    let panels: Vec<Panel> = outcome.variants.iter().filter_map(drawn).collect();
    if panels.is_empty() {
        return None;
    }
    let columns = panels.len().min(2);
    let lead = "How much worse the settings that are best for one problem do on another than the best there: down the side what they are best for, across where they are used. The darker, the more is lost.";
    let figure = Figure::new("regrets", "What is best elsewhere", lead).panels(panels).columns(columns);
    let seeds = outcome.seeds();
    Some(
        figure.notes(
            (seeds > 1).then(|| format!("Shown is the {} over {seeds} seeds.", outcome.statistic.name())),
        ),
    )
}

fn panel(variant: &Variant, outcome: &Outcome, format: Format) -> Option<Panel> {
    let run = variant.runs.first()?;
    let names = run.names.get("problems")?;
    let middle = |path: &[&str]| -> f64 {
        let values = variant.runs.iter().map(|run| run.number(path.iter().copied()).unwrap_or(f64::NAN));
        outcome.statistic.of(&values.collect::<Vec<f64>>())
    };
    let count = names.len();
    if !(2..=MOST_PROBLEMS).contains(&count) {
        return None;
    }
    let cells: Vec<(f64, f64)> = (0..count * count)
        .map(|cell| {
            let on = names[cell % count].as_str();
            let regret = middle(&["regret", &names[cell / count], on]);
            let share = regret / middle(&["spread", on]);
            (regret, if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 })
        })
        .collect();
    if cells.iter().any(|(regret, _)| !regret.is_finite()) {
        return None;
    }
    let end = (count - 1) as f64;
    let regrets: Vec<f64> = cells.iter().map(|(regret, _)| *regret).collect();
    let largest = regrets.iter().copied().fold(0.0, f64::max);
    let texts = regrets.iter().map(|&regret| match regret {
        0.0 => "0".to_owned(),
        _ => rounded(regret, format),
    });
    let told =
        cells.iter().map(|(regret, share)| format!("{} ({:.0}%)", rounded(*regret, format), 100.0 * share));
    let told: Vec<String> = told.collect();
    let grid =
        Grid { width: count, height: count, x: (0.0, end), y: (0.0, end), values: regrets.clone().into() };
    let raster = Raster::new(grid, "regret").range(0.0, if largest > 0.0 { largest } else { 1.0 });
    let raster = raster.texts(texts.collect::<Vec<_>>()).told(told);
    let axis = |label: &str| Axis::category(label, names.clone());
    let panel = Panel::new(axis("used on"), axis("best for")).mark(raster).square();
    Some(if variant.label.is_empty() { panel } else { panel.title(&variant.label) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{self, Files, TableLimits};

    #[test]
    fn regrets_by_hand() {
        let one = Searched::new(vec![3.0, 1.0, f64::NAN, 2.0], 1.0);
        assert_eq!((one.best, one.spread()), (1, 2.0));
        assert_eq!([0, 1, 2, 3].map(|trial| one.regret(trial)), [2.0, 0.0, 2.0, 1.0]);
        let none = Searched::new(vec![f64::NAN; 2], 1.0);
        assert!(none.regret(0).is_nan() && Searched::new(vec![], 1.0).regret(3).is_nan());
    }

    #[test]
    fn a_regret_is_written_as_its_objective_is() {
        let written = |objective: &str, name: &str| {
            let transfer = Transfer { objective: objective.into(), ..Transfer::default() };
            transfer.describe(Transfer::METRICS.iter().find(|info| info.name == name).unwrap()).written
        };
        assert_eq!(written("dev_error", "regret"), Written::Percent);
        assert_eq!(written("dev_error", "best_objective"), Written::Percent);
        assert_eq!(written("dev_loss", "regret"), Written::Number);
    }

    #[test]
    fn impossible_settings_are_all_reported() {
        let wrong: Transfer = serde_json::from_str(
            r#"{"problems": {"Mine": {"name": "iris"}, "other": {"file": "a.csv"}}, "sampler": {"tpe": {}}}"#,
        )
        .unwrap();
        let paths: Vec<String> = wrong.check(None).into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["problems.Mine", "problems.other.file", "sampler"]);
        assert_eq!(Transfer::default().check(None)[0].path, "problems");
        let wrong = r#"{"problems": {"a": {"name": "iris"}, "b": {"name": "line"}}, "objective": "dev_error", "trials": 0}"#;
        let mut wrong: Transfer = serde_json::from_str(wrong).unwrap();
        let size =
            |data: FurtherData| data::facts(data.settings, Files::default(), &TableLimits::default()).ok();
        wrong.hear_of(wrong.further_data().into_iter().map(size).collect());
        let paths: Vec<String> = wrong.check(None).into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["trials", "objective"]);
    }
}
