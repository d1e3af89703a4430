//! What stands behind the results of an experiment, for those who compute them elsewhere: which rows are in which part, and the
//! trials of a search.

use serde_json::{Map, Value as Json, json};

use crate::data;
use crate::numeric::Streams;
use crate::outcome::{RunRecord, Table};
use crate::pipeline::computed::Computed;
use crate::pipeline::run::planned::Planned;
use crate::search::{Dimension, Space};

use super::results::{self, Detail};

/// The most numbers of rows that a document lists.
const MOST_ROWS: usize = 1_000_000;

/// Returns the document of the experiment at a place of the plan, as `run --format json` prints it: its results,
/// with `rows` and `trials` where there are any.
pub fn document(computed: &Computed, place: usize) -> Json {
    let planned = &computed.planned[place];
    let (lesson, outcome) = (&computed.course.lessons[planned.lesson], computed.outcome(place));
    let mut document = results::json(&lesson.slug, planned, outcome, &computed.verdicts[place]);
    if let Some(rows) = rows(computed, planned) {
        document["rows"] = rows;
    }
    let trials: Map<String, Json> = outcome
        .variants
        .iter()
        .enumerate()
        .filter_map(|(index, variant)| {
            let search = planned.plan.shared(index).search?;
            let space = crate::experiment::searched(search.space, search.scale);
            let by_seed = variant.runs.iter().map(|run| (run.seed.to_string(), trials(&space, run)));
            Some((variant.name.clone(), Json::Object(by_seed.collect())))
        })
        .collect();
    if !trials.is_empty() {
        document["trials"] = Json::Object(trials);
    }
    document
}

/// Returns every step of every run's series of the experiment at a place of the plan as CSV, as `run --csv` prints it; none where it
/// has no series.
pub fn series(computed: &Computed, place: usize) -> Option<String> {
    results::csv(computed.outcome(place), Detail::Everything)
}

/// Returns the rows of each part by variant and seed: places in the data from 0, in the order in which they were dealt. None where
/// nothing is split, or where they are too many to list.
fn rows(computed: &Computed, planned: &Planned) -> Option<Json> {
    let path = &computed.course.lessons[planned.lesson].path;
    let mut all = Map::new();
    let mut count = 0;
    for (index, variant) in planned.plan.variants().into_iter().enumerate() {
        let (data, split) = (planned.plan.data(index)?, planned.plan.shared(index).split?);
        let facts = planned.facts[index].as_ref()?;
        count += facts.rows * planned.header.seeds as usize;
        if count > MOST_ROWS {
            return None;
        }
        let mut by_seed = Map::new();
        for seed in planned.seeds() {
            let streams = Streams::new(seed);
            let dataset = computed.tables.dataset(data, path, seed).ok()?;
            let parts = data::split(&dataset.target, split, &streams).ok()?;
            // What `limit` drew is told by its place in the whole.
            let mut drawn: Vec<usize> = (0..facts.drawn_from).collect();
            if facts.rows < facts.drawn_from {
                streams.stream("limit").shuffle(&mut drawn);
            }
            let whole = |part: Vec<usize>| part.into_iter().map(|row| drawn[row]).collect::<Vec<_>>();
            let parts =
                json!({ "train": whole(parts.train), "dev": whole(parts.dev), "test": whole(parts.test) });
            by_seed.insert(seed.to_string(), parts);
        }
        all.insert(variant.name.to_owned(), Json::Object(by_seed));
    }
    Some(Json::Object(all))
}

/// Returns the trials of a run: of each its settings (those that existed), how long it trained and what came of it.
fn trials(space: &Space, run: &RunRecord) -> Json {
    let Some(Table { columns }) = run.tables.get("trials") else { return json!([]) };
    let count = columns.get("objective").map_or(0, crate::outcome::Numbers::count);
    let at = |name: &str, trial: usize| columns.get(name).map_or(f64::NAN, |column| column[trial]);
    let trial = |trial: usize| {
        let settings = space.settings.iter().filter_map(|setting| {
            let number = at(&setting.path, trial);
            let value = match &setting.dimension {
                _ if number.is_nan() => return None,
                Dimension::Choice(choices) => choices.get(number as usize)?.clone(),
                Dimension::Integer(_) => json!(number as i64),
                _ => json!(number),
            };
            Some((setting.path.clone(), value))
        });
        json!({
            "settings": settings.collect::<Map<_, _>>(),
            "epochs": at("epochs", trial) as u64,
            "objective": at("objective", trial),
        })
    };
    (0..count).map(trial).collect()
}
