//! The settings of a variant as they took effect, whether they were written or not, and what follows from them.

use serde_json::{Map, Value as Json, json};

use crate::collections::BTreeMap;
use crate::data::{DataSettings, Facts, Origin, SplitSettings, Target};
use crate::experiment::variation::{carried, followed};
use crate::experiment::{Kind, MetricInfo, Part, Plan, Shared};
use crate::nn::{ModelSettings, PerLayer};
use crate::optim::Moment;
use crate::outcome::{Conditions, Descent, Step};

/// The parts that have no effect where nothing is trained.
pub const TRAINING: [&str; 3] = ["split", "model", "training"];

/// What follows from the settings of a variant and from how long its runs went on; a metric of the kind's own that has the same
/// name comes first.
pub const FOLLOWING: &[MetricInfo] = &[
    MetricInfo::number("parameters", "how many numbers the network learns").aside(),
    MetricInfo::number("train_rows", "rows of the training part").in_unit("rows").on(Part::Train).aside(),
    MetricInfo::number("steps", "steps of the optimizer in all epochs that were run")
        .in_unit("steps")
        .aside(),
    MetricInfo::number(
        "learning_rate",
        "the rate of the step that comes next, by epoch: `learning_rate[0]` begins the first one",
    )
    .aside(),
];

/// Returns the settings of a variant without those that have no effect, and with the defaults that depend on the data, as a
/// tree like that of a block.
pub fn in_effect(kind: &Kind, plan: &dyn Plan, variant: usize, facts: Option<&Facts>) -> Json {
    let mut resolved = plan.resolved(variant);
    let Json::Object(all) = &mut resolved else { return resolved };
    let data = plan.data(variant);
    let shared = plan.shared(variant);
    if data.is_none() && kind.instead_of_data.is_some() {
        all.retain(|key, _| !TRAINING.contains(&key.as_str()));
    } else if shared.below.is_empty() {
        // A part that nobody wrote may be there all the same.
        all.extend(shared.model.map(|model| ("model".to_owned(), json!(model))));
        all.extend(shared.training.map(|training| ("training".to_owned(), json!(training))));
    }
    let trains = ["training", "network"].iter().any(|part| all.contains_key(*part));
    if let (Some(Json::Object(written)), Some(data), Some(facts)) = (all.get_mut("data"), data, facts) {
        add_data(written, data, facts);
        // Lines in closed form are fitted to the target as it is.
        if trains && facts.target == Target::Value {
            written.insert("scale_target".to_owned(), json!(data.target_scaling()));
        }
    }
    if let (Some(Json::Object(written)), Some(split), Some(facts)) =
        (all.get_mut("split"), shared.split, facts)
    {
        add_split(written, split, facts);
    }
    as_written(resolved)
}

/// Returns the conditions of a variant: its settings in effect by path, and what follows from them. A setting that a search
/// varies is none of them.
pub fn conditions(kind: &Kind, plan: &dyn Plan, variant: usize, facts: Option<&Facts>) -> Conditions {
    let mut settings = BTreeMap::new();
    let schema = kind.schema();
    spread(schema, schema, &in_effect(kind, plan, variant, facts), String::new(), &mut settings);
    let shared = plan.shared(variant);
    settings.extend(other_names(&shared));
    let searched: Vec<&str> = shared
        .search
        .iter()
        .flat_map(|search| search.space.settings.iter().map(|setting| setting.path.as_str()))
        .collect();
    let is_searched = |path: &str| searched.iter().any(|searched| is_beneath(path, searched));
    settings.retain(|path, _| !is_searched(path));
    let touches = |part: &str| searched.iter().any(|path| path.starts_with(part));
    let sizes = shared.split.zip(facts).and_then(|(split, facts)| split.sizes(facts.rows).ok());
    let train_rows = sizes.map(|[train, ..]| train);
    let parameters = plan.cost(variant, facts).parameters as usize;
    Conditions {
        settings,
        parameters: Some(parameters)
            .filter(|parameters| *parameters > 0 && !touches("model") && !touches("data")),
        train_rows: train_rows.filter(|_| !touches("split") && !touches("data")),
        descent: descent(kind, &shared, train_rows),
    }
}

/// Returns whether a path is another or leads further, or names the same choice or share in another way.
fn is_beneath(path: &str, above: &str) -> bool {
    let same = |above: &str| {
        path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let above = above.split('[').next().unwrap_or(above);
    match above {
        "model.keep_prob" | "model.dropout" => same("model.keep_prob") || same("model.dropout"),
        "model.layers" | "model.units" => same(above) || same("model.hidden"),
        above => same(above),
    }
}

/// Returns settings by their paths: a choice as its name, with its own settings beneath it. What is null is not set.
fn spread(root: &Json, schema: &Json, value: &Json, path: String, found: &mut BTreeMap<String, Json>) {
    let entries = match value {
        Json::Null => return,
        Json::Object(entries) => entries,
        leaf => {
            found.insert(path, leaf.clone());
            return;
        }
    };
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    if let (1, Some((name, own))) = (entries.len(), entries.iter().next())
        && let Some((_, inside)) = carried(root, schema).find(|(known, _)| known == name)
    {
        spread(root, inside, own, below(name), found);
        found.insert(path, json!(name));
        return;
    }
    for (key, value) in entries {
        spread(root, property(root, schema, key, 0).unwrap_or(&Json::Null), value, below(key), found);
    }
    // What may be on or have settings is on.
    let is_switch = |option: &Json| option.get("type") == Some(&json!("boolean"));
    if schema.get("anyOf").and_then(Json::as_array).is_some_and(|options| options.iter().any(is_switch)) {
        found.insert(path, json!(true));
    }
}

/// Returns the schema of a key, wherever in a schema it is told.
fn property<'a>(root: &'a Json, schema: &'a Json, key: &str, depth: usize) -> Option<&'a Json> {
    if depth > 4 {
        return None;
    }
    let own = schema.get("properties").and_then(|properties| properties.get(key));
    let target = || followed(root, schema).and_then(|target| property(root, target, key, depth + 1));
    let options = || {
        let mut all =
            ["anyOf", "oneOf"].into_iter().filter_map(|word| schema.get(word)?.as_array()).flatten();
        all.find_map(|option| property(root, option, key, depth + 1))
    };
    let any = || schema.get("additionalProperties").filter(|schema| schema.is_object());
    own.or_else(target).or_else(options).or_else(any)
}

/// Returns what other settings set under another name: an optimizer's own learning rate, dropout as a share that stays.
fn other_names(shared: &Shared) -> Vec<(String, Json)> {
    let below = |path: &str| match shared.below {
        "" => path.to_owned(),
        below => format!("{below}.{path}"),
    };
    let mut names = Vec::new();
    if let Some(rate) = shared.training.and_then(|training| training.optimizer.learning_rate()) {
        names.push((below("training.learning_rate"), json!(rate)));
    }
    if let Some(rate) = shared.descent.and_then(|descent| descent.optimizer.learning_rate()) {
        names.push((below("learning_rate"), json!(rate)));
    }
    if let Some(model) = shared.model {
        names.push((below("model.hidden"), json!(model.widths())));
        let (keep, drop) = shares(model);
        names.extend([(below("model.keep_prob"), keep), (below("model.dropout"), drop)]);
        if model.batch_norm.is_none() {
            names.push((below("model.batch_norm"), json!(false)));
        }
    }
    names.into_iter().map(|(path, value)| (path, as_written(value))).collect()
}

/// Returns the shares of units that stay and that are dropped, as the author wrote one of them: a number, or one a layer.
fn shares(model: &ModelSettings) -> (Json, Json) {
    let rest = |share: &f64| {
        // 1 - 0.7 as an author would write it.
        let exact = format!("{:.15}", 1.0 - share);
        exact.parse::<f64>().unwrap_or(1.0 - share)
    };
    let other = |shares: &PerLayer| match shares {
        PerLayer::Hidden(share) => json!(rest(share)),
        PerLayer::Each(shares) => json!(shares.iter().map(rest).collect::<Vec<f64>>()),
    };
    match (&model.keep_prob, &model.dropout) {
        (Some(keep), _) => (json!(keep), other(keep)),
        (None, Some(drop)) => (other(drop), json!(drop)),
        (None, None) => (json!(1), json!(0)),
    }
}

/// Returns how a variant descends, where its series go by epochs or steps.
fn descent(kind: &Kind, shared: &Shared, train_rows: Option<usize>) -> Option<Descent> {
    let (count, stride, rate): (usize, usize, Box<dyn Fn(usize) -> f64 + '_>) = match kind.step {
        Step::Epoch => {
            let (training, rows) = (shared.training?, train_rows?);
            // What steering makes of the rate is found, not set.
            if training.steering.is_some() {
                return None;
            }
            let stride = rows.div_ceil(training.batch_size.of(rows));
            let moment =
                move |epoch| Moment { epoch, step: 0, epochs: training.epochs, steps_per_epoch: stride };
            (training.epochs, stride, Box::new(move |epoch| training.learning_rate_at(moment(epoch))))
        }
        Step::Step => {
            let descent = shared.descent?;
            let moment = move |epoch| Moment { epoch, step: 0, epochs: descent.steps, steps_per_epoch: 1 };
            let alpha0 = descent.optimizer.learning_rate().unwrap_or(descent.learning_rate);
            (descent.steps, 1, Box::new(move |step| descent.schedule.learning_rate(alpha0, moment(step))))
        }
        Step::Trial | Step::Layer | Step::Value => return None,
    };
    Some(Descent { stride, learning_rates: (0..=count).map(rate).collect() })
}

/// Writes whole numbers without the fraction that their type has: 0 for 0.0.
fn as_written(value: Json) -> Json {
    match value {
        Json::Array(items) => items.into_iter().map(as_written).collect(),
        Json::Object(entries) => entries.into_iter().map(|(key, value)| (key, as_written(value))).collect(),
        Json::Number(number) => match number.as_f64() {
            Some(whole) if whole.fract() == 0.0 && whole.abs() < 1e15 => json!(whole as i64),
            _ => Json::Number(number),
        },
        other => other,
    }
}

/// Returns the settings of some data with the defaults that depend on them.
pub(super) fn data_in_effect(data: &DataSettings, facts: &Facts) -> Json {
    let mut written = json!(data);
    if let Json::Object(written) = &mut written {
        add_data(written, data, facts);
    }
    written
}

/// Returns the settings of a split of some data with the defaults that depend on them.
pub(super) fn split_in_effect(split: &SplitSettings, facts: &Facts) -> Json {
    let mut written = json!(split);
    if let Json::Object(written) = &mut written {
        add_split(written, split, facts);
    }
    written
}

fn add_data(written: &mut Map<String, Json>, data: &DataSettings, facts: &Facts) {
    if let Some(Origin::Generated(generator)) = data.entry().map(|entry| &entry.origin) {
        for key in generator.keys {
            let default = if key.whole { json!(key.default as u64) } else { json!(key.default) };
            written.entry(key.name).or_insert(default);
        }
    }
    written.insert("normalize".to_owned(), json!(data.normalization(facts.image.is_some())));
}

fn add_split(written: &mut Map<String, Json>, split: &SplitSettings, facts: &Facts) {
    for (part, share) in ["train", "dev", "test"].into_iter().zip(split.shares()) {
        written.insert(part.to_owned(), json!(share));
    }
    if matches!(facts.target, Target::Classes(_)) {
        written.insert("stratify".to_owned(), json!(split.stratify.unwrap_or(true)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceId;
    use crate::experiment::kind;
    use crate::optim::{OPTIMIZERS, SCHEDULES};
    use crate::outcome::RunRecord;
    use crate::settings::{LineMap, parse};

    /// The conditions of the first variant of a block of so many rows with two features and two classes.
    fn of(name: &str, yaml: &str) -> Conditions {
        let node = parse(yaml, &LineMap::contiguous(SourceId(0), 0, yaml.len())).unwrap();
        let kind = kind(name).unwrap();
        let plan = kind.plan(&node).map_err(|errors| format!("{yaml}: {errors:?}")).unwrap();
        let facts = Facts {
            rows: 100,
            drawn_from: 100,
            features: 2,
            target: Target::Classes(2),
            image: None,
            number_bytes: 8,
            stored_bytes: 0,
            class_rows: Vec::new(),
        };
        conditions(kind, plan.as_ref(), 0, plan.data(0).map(|_| &facts))
    }

    fn moons(rest: &str) -> Conditions {
        of("optimizers", &format!("{{data: {{name: moons}}, {rest}}}"))
    }

    #[test]
    fn a_choice_is_its_name_with_its_settings_beneath() {
        for info in OPTIMIZERS {
            let found =
                moons(&format!("training: {{optimizer: {{{}: {{learning_rate: 0.25}}}}}}", info.name))
                    .settings;
            assert_eq!(found["training.optimizer"], info.name);
            assert_eq!(found[&format!("training.optimizer.{}.learning_rate", info.name)], 0.25);
            assert_eq!(found["training.learning_rate"], 0.25);
        }
        for info in SCHEDULES {
            let schedule = json!({ "schedule": (info.schedule)() });
            let found = moons(&format!("training: {schedule}")).settings;
            assert_eq!(found["training.schedule"], info.name);
        }
        let warm = moons("training: {schedule: {warmup: {epochs: 2, then: {cosine: {end: 0.5}}}}}").settings;
        assert_eq!(
            (&warm["training.schedule.warmup.then"], &warm["training.schedule.warmup.then.cosine.end"]),
            (&json!("cosine"), &json!(0.5))
        );
        let init = moons("model: {init: {constant: 0.5}, batch_norm: {epsilon: 0.001}}").settings;
        assert_eq!((&init["model.init"], &init["model.init.constant"]), (&json!("constant"), &json!(0.5)));
        assert_eq!(
            (&init["model.batch_norm"], &init["model.batch_norm.epsilon"]),
            (&json!(true), &json!(0.001))
        );
        let down =
            of("surface", "{surface: {bowl: {condition: 20}}, optimizer: {adam: {learning_rate: 0.5}}}");
        assert_eq!(
            (&down.settings["surface"], &down.settings["surface.bowl.condition"]),
            (&json!("bowl"), &json!(20))
        );
        assert_eq!(down.settings["learning_rate"], 0.5);
    }

    #[test]
    fn what_stays_is_the_rest_of_what_is_dropped() {
        let shares = |model: &str| {
            let settings = moons(&format!("model: {{{model}}}")).settings;
            (settings["model.keep_prob"].to_string(), settings["model.dropout"].to_string())
        };
        for (model, keep, drop) in [
            ("dropout: 0.2", "0.8", "0.2"),
            ("dropout: 0.7", "0.3", "0.7"),
            ("keep_prob: 0.9", "0.9", "0.1"),
            ("keep_prob: [1, 0.8], hidden: [4]", "[1,0.8]", "[0,0.2]"),
            ("hidden: [4]", "1", "0"),
        ] {
            assert_eq!(shares(model), (keep.to_owned(), drop.to_owned()), "{model}");
        }
    }

    #[test]
    fn steps_and_rates_follow_from_the_epochs_that_were_run() {
        let found = moons(
            "training: {epochs: 4, batch_size: 25, learning_rate: 0.6, schedule: {inverse_time: {rate: 1}}}",
        );
        // 60 rows in batches of 25 are three steps; 2 * 32 + 32 + 32 * 2 + 2 numbers are learnt.
        assert_eq!(
            found.foreseen().collect::<Vec<_>>(),
            [("parameters", 162.0), ("train_rows", 60.0), ("steps", 12.0)]
        );
        let descent = found.descent.unwrap();
        let expected = [0.6, 0.3, 0.2, 0.15, 0.12];
        assert!(
            descent.learning_rates.iter().zip(expected).all(|(found, rate)| (found - rate).abs() < 1e-12)
        );
        let trained = of("split", "{data: {name: moons}, model: {hidden: [4]}}");
        assert_eq!(trained.settings["training.epochs"], 20, "defaults train it");
        let untrained = of("split", "{data: {name: moons}}");
        assert!(untrained.settings.keys().all(|path| path.starts_with("data") || path.starts_with("split")));
        assert_eq!(untrained.numbers(&RunRecord::default()).collect::<Vec<_>>(), [("train_rows", 60.0)]);
    }

    #[test]
    fn what_a_search_varies_is_no_setting_of_it() {
        let search = |space: &str| of("search", &format!("{{data: {{name: moons}}, space: {{{space}}}}}"));
        let rates = search("training.learning_rate: {log: [0.01, 1]}");
        assert!(!rates.settings.contains_key("training.learning_rate"));
        assert_eq!((rates.settings["training.epochs"].clone(), rates.parameters), (json!(20), Some(162)));
        assert_eq!(rates.settings["space.training.learning_rate.log"], json!([0.01, 1]));
        let widths = search("model.hidden: {choice: [[4], [8]]}, model.dropout: {linear: [0, 0.5]}");
        assert_eq!(widths.parameters, None);
        assert!(
            ["hidden", "dropout", "keep_prob"]
                .iter()
                .all(|name| !widths.settings.contains_key(&format!("model.{name}")))
        );
    }
}
