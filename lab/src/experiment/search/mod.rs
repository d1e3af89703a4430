//! Search of settings: many trainings in a space, the best by an objective.

mod figures;
mod run;
mod trial;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::chart::Figure;
use crate::data::{DataSettings, SplitSettings, Target};
use crate::diagnostic::{Problem, nearest, within};
use crate::experiment::metric_schema::{self, MetricSchema, MetricType};
use crate::experiment::{
    Compare, Context, Cost, Doc, Drawn, Experiment, Facts, MetricInfo, SearchParts, Shared, quality, training,
};
use crate::nn::ModelSettings;
use crate::outcome::{Outcome, RunRecord, Step, Written};
use crate::range;
use crate::search::{Dimension, Rung, Sampler, Setting, Space, importance_seconds};
use crate::settings::metric_of_others;
use crate::settings::{Node, Value};
use crate::train::{Parts, TrainingSettings};

/// The most trials that one run may make.
const MOST_TRIALS: usize = 10_000;

/// Seconds to make a trial of a point, beside its training.
const TRIAL: f64 = 60e-6;

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Search {
    pub data: DataSettings,
    pub split: SplitSettings,
    pub model: ModelSettings,
    pub training: TrainingSettings,
    /// What to search: a map from dotted paths to ranges with their scale, such as
    /// `training.learning_rate: {log: [0.0001, 1]}` (that one by default). With `when`, a setting exists only where others of the
    /// space have certain values: `{linear: [0.5, 0.99], when: {training.optimizer: momentum}}`; elsewhere the block's own stays.
    pub space: Space,
    /// How trials are chosen (default `random`).
    pub sampler: Sampler,
    /// Read every range of the space on this scale instead of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// How many settings each run tries (default 20).
    pub trials: usize,
    /// What the best trial is best in: a loss, an error or an accuracy (default `dev_loss`).
    pub objective: String,
}

/// A scale for all ranges of a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Every distance alike.
    Linear,
    /// Every factor alike.
    Log,
}

impl Default for Search {
    fn default() -> Self {
        let rate = Setting::new("training.learning_rate", Dimension::Log([0.0001, 1.0]));
        Search {
            data: DataSettings::default(),
            split: SplitSettings::default(),
            model: ModelSettings::default(),
            training: TrainingSettings::default(),
            space: Space { settings: vec![rate] },
            sampler: Sampler::default(),
            scale: None,
            trials: 20,
            objective: "dev_loss".into(),
        }
    }
}

/// Returns a space as it is searched: on the scale that is forced, if one is.
pub fn searched(space: &Space, scale: Option<Scale>) -> Space {
    let rescaled = |dimension: &Dimension| match (scale, dimension) {
        (Some(Scale::Linear), Dimension::Log(range) | Dimension::OneMinusLog(range)) => {
            Dimension::Linear(*range)
        }
        (Some(Scale::Log), Dimension::Linear(range)) if range[0] > 0.0 => Dimension::Log(*range),
        _ => dimension.clone(),
    };
    let settings = space.settings.iter();
    let rescaled = settings.map(|s| Setting { dimension: rescaled(&s.dimension), ..s.clone() });
    Space { settings: rescaled.collect() }
}

/// Returns the paths under which metrics tell of each setting: its own, but a setting of a choice that is searched too
/// stands beside that choice: `training.optimizer_adam_beta1`.
pub fn metric_paths(space: &Space) -> Vec<String> {
    let paths = || space.settings.iter().map(|setting| setting.path.as_str());
    let beside = |path: &str| {
        let above = paths().find(|above| path.strip_prefix(above).is_some_and(|rest| rest.starts_with('.')));
        let kept = above.map_or(path.len(), str::len);
        format!("{}{}", &path[..kept], path[kept..].replace('.', "_"))
    };
    paths().map(beside).collect()
}

impl Search {
    fn parts(&self) -> Parts<'_> {
        Parts { data: &self.data, split: &self.split, model: &self.model, training: &self.training }
    }

    /// Returns the space as it is searched.
    fn searched(&self) -> Space {
        searched(&self.space, self.scale)
    }

    /// Returns the trials it makes, by their budget.
    fn rungs(&self) -> Vec<Rung> {
        self.sampler.rungs(&self.searched(), self.trials, self.training.epochs)
    }

    /// Returns what it is judged by; none where the objective is unknown.
    pub(super) fn objective_info(&self) -> Option<&'static MetricInfo> {
        training::objectives().find(|info| info.name == self.objective)
    }

    /// Returns whether a larger objective is better.
    pub(super) fn ascends(&self) -> bool {
        self.objective_info().is_some_and(MetricInfo::ascends)
    }

    fn check_objective(&self) -> Option<Problem> {
        if self.objective_info().is_some() {
            return None;
        }
        let known = || training::objectives().map(|info| info.name);
        let problem = Problem::new("objective", format!("`{}` is nothing to search by", self.objective));
        let problem = problem.expected(format!("one of {}", known().collect::<Vec<_>>().join(", ")));
        let names: Vec<&str> = known().collect();
        let meant = metric_of_others(&self.objective, &names);
        Some(match meant.as_deref().or_else(|| nearest(&self.objective, known())) {
            Some(name) => problem.hint(format!("did you mean `{name}`?")),
            None => problem,
        })
    }
}

impl Search {
    /// Returns an objective that these data do not give: of a part without rows, or a share of right answers where
    /// the target is a number.
    fn check_measured(&self, facts: Option<&Facts>) -> Option<Problem> {
        let facts = facts?;
        let sizes = self.split.sizes(facts.rows).ok()?;
        let objective = self.objective_info()?;
        if let Some(part) = objective.part.filter(|part| part.rows(sizes) == 0) {
            let part = part.name();
            let message = format!("the {part} part has no row to measure `{}` on", self.objective);
            let problem = Problem::new("split", message).expected(format!("rows for {part}"));
            return Some(problem.hint("or an `objective` on another part"));
        }
        let share = objective.written == Written::Percent;
        let problem =
            || Problem::new("objective", format!("`{}` of a target that is a number", self.objective));
        (share && facts.target == Target::Value).then(|| problem().expected("a loss"))
    }
}

impl Experiment for Search {
    const NAME: &'static str = "search";
    const SUMMARY: &'static str = "Which settings are best, and what is a good way to look for them?";
    const REVISION: u32 = 4;
    const TRAINS: bool = true;
    const COMPARE: Compare = Compare {
        key: "compare",
        path: |value: &Node| match &value.value {
            Value::Text(scale) if scale == "linear" || scale == "log" => "scale",
            _ => "sampler",
        },
        prefix: "",
        about: "samplers (random, grid, coarse_to_fine, successive_halving, one_at_a_time, tpe) or scales (linear, log)",
    };
    const METRICS: &'static [MetricInfo] = &[
        MetricInfo::number("best_objective", "the objective of the best trial"),
        MetricInfo::number("best", "the settings of the best trial, by path: `best.training.learning_rate`; of those trained longest, the one with the best objective; beside a choice that is searched too, its own settings as in `best.training.optimizer_adam_beta1`"),
        MetricInfo::number("trials_run", "how many trainings were made (a grid makes as many as fit; successive halving trains the best settings again)").in_unit("trials"),
        MetricInfo::number("epochs_trained", "epochs of all trainings together: what the search cost").in_unit("epochs"),
        MetricInfo::share("diverged_share", "share of the trials that diverged"),
        MetricInfo::share("decade_share", "share of the trials in each decade of a range, by path, lowest decade first: `decade_share.training.learning_rate[0]`"),
        MetricInfo::share("importance", "share of the objective's variance over the space that a setting decides alone, by path: `importance.training.learning_rate`; estimated by a forest of 64 trees fitted to the trials (functional analysis of variance), in which a trial that diverged is as bad as the worst of the others; not a number where no trials differ"),
        MetricInfo::share("interactions", "the rest of that variance, which several settings decide together").aside(),
    ];
    const STEP: Step = Step::Trial;
    const FIGURES: &'static [Doc] = &[
        Doc { name: "trials", about: "the objective of every trial against each setting" },
        Doc { name: "plane", about: "where the trials lie on the plane of two settings" },
        Doc {
            name: "progress",
            about: "the objective by trial, with the best so far; with successive halving by the epochs spent",
        },
        Doc {
            name: "importance",
            about: "how much of the objective's variance each setting decides, where more than one varies",
        },
        Doc {
            name: "parallel",
            about: "parallel coordinates of settings and objective, where more than two settings vary",
        },
    ];
    const EXAMPLE: &'static str = "\
kind: search
id: which_rate
data: {name: iris}
training: {epochs: 5}
space:
  training.learning_rate: {log: [0.0001, 1]}
  model.hidden: {choice: [[8], [32]]}
trials: 8
";

    fn check(&self, facts: Option<&Facts>) -> Vec<Problem> {
        let mut problems = training::check(&self.parts(), facts);
        problems.extend(within("space", self.space.check()));
        problems.extend(within("sampler", self.sampler.check()));
        problems.extend(self.check_objective());
        problems.extend(self.check_measured(facts));
        let message = format!("{} trials", self.trials);
        problems.extend(range::whole("trials", message, self.trials as u64, 1..=MOST_TRIALS as u64));
        if problems.is_empty() {
            problems.extend(trial::check_ends(self, facts));
        }
        problems
    }

    fn data(&self) -> Option<&DataSettings> {
        Some(&self.data)
    }

    fn cost(&self, facts: Option<&Facts>) -> Cost {
        let rungs = self.rungs();
        let trials: f64 = rungs.iter().map(|rung| rung.trials as f64).sum();
        // Of a trial only its end is kept, of the best one also what its answers are worth.
        let trained = trial::cost(self, &self.searched(), &rungs, facts);
        let chosen = Cost {
            // Each trial is settings that are read.
            seconds: TRIAL * trials
                + self.sampler.seconds(&self.searched(), trials)
                + importance_seconds(&self.space, rungs.first().map_or(0.0, |rung| rung.trials as f64)),
            ..Cost::default()
        };
        // Three curves by trial, and a row of a table whose settings are drawn as points.
        let settings = self.space.len() as f64;
        let kept = Cost { kept: 400.0 * settings * trials, ..Cost::default() };
        let told = Cost::of_history(3.0 * trials) + Cost::of_table((3.0 + settings) * trials) + kept;
        let points = Cost::of_points(1.5 * settings * trials);
        // The charts' cells stand in their CSV, and beside the page for whoever points at them.
        let cells = (3.0 + settings) * trials;
        let told_of_points =
            Cost::of_drawn(Drawn { bytes: 650.0 * cells, written: 120.0 * cells, ..Drawn::default() });
        trained + chosen + told + points + told_of_points + training::judging_cost(&self.parts(), facts)
    }

    fn metric_schema(&self, facts: Option<&Facts>) -> MetricSchema {
        let paths = || self.space.settings.iter().map(|setting| setting.path.as_str());
        // Metrics are those of the best trial, whose split may be one of those tried; its curves are not kept.
        let mut schema = metric_schema::documented(training::metrics());
        if !paths().any(|path| path.starts_with("split")) {
            schema = training::metric_schema(&self.parts(), facts);
            let curves =
                schema.values_mut().filter(|metric_type| matches!(metric_type, MetricType::Curve(_)));
            curves.for_each(|metric_type| *metric_type = MetricType::Number);
        }
        for name in ["best_objective", "trials_run", "epochs_trained", "diverged_share", "interactions"] {
            schema.insert(name.into(), MetricType::Number);
        }
        let paths = metric_paths(&self.space);
        let shares = paths.iter().map(|path| (path.as_str(), MetricType::Unknown));
        schema.insert("decade_share".into(), metric_schema::by_path(shares));
        let importance = paths.iter().map(|path| (path.as_str(), MetricType::Number));
        schema.insert("importance".into(), metric_schema::by_path(importance));
        let words = |dimension: &Dimension| match dimension {
            Dimension::Choice(values) => values.iter().all(serde_json::Value::is_string),
            _ => false,
        };
        let best = paths.iter().zip(&self.space.settings).map(|(path, setting)| {
            (path.as_str(), if words(&setting.dimension) { MetricType::Text } else { MetricType::Unknown })
        });
        schema.insert("best".into(), metric_schema::by_path(best));
        let trials = self.rungs().iter().map(|rung| rung.trials).sum();
        for name in ["trial_objective", "best_so_far", "epochs_so_far"] {
            schema.insert(name.into(), MetricType::List(trials));
        }
        schema
    }

    fn seed_independent(&self) -> &'static [&'static str] {
        &["trials_run"]
    }

    fn shared(&self) -> Shared<'_> {
        let search = SearchParts { space: &self.space, scale: self.scale, objective: &self.objective };
        Shared { search: Some(search), ..Shared::of_training(&self.parts()) }
    }

    fn describe(&self, info: &'static MetricInfo) -> MetricInfo {
        match self.objective_info().filter(|_| info.name == "best_objective") {
            Some(objective) => MetricInfo { name: info.name, about: info.about, column: true, ..*objective },
            None => *info,
        }
    }

    fn for_notebook(&self, _: Option<&Facts>) -> Result<Map<String, Json>, String> {
        if quality::numbers().any(|info| info.name == self.objective) {
            return Err(format!("no notebook measures `{}`, the objective", self.objective));
        }
        let steers = self.space.settings.iter().any(|setting| setting.path.starts_with("training.steering"));
        if steers && self.training.steering.is_none() {
            return Err("no notebook knows `training.steering` where only the space has it".to_owned());
        }
        let all = [("space", json!(trial::with_whole_choices(self))), ("ascends", json!(self.ascends()))];
        Ok(all.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        run::run(self, context)
    }

    fn figures(variants: &[&Self], outcome: &Outcome) -> Vec<Figure> {
        figures::draw(variants, outcome)
    }
}
