//! Entries of a cache that are well sealed and hold what no run gives: of a build that shares the cache, or of another version.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use gradbook::outcome::{Grid, Metric, Numbers, RunRecord};
use gradbook::pipeline::{self, Failure, Keeping, Request, Silent};
use gradbook::store::cache::{Cache, Key};
use rmpv::Value;
use tempfile::TempDir;

use super::choices::Choices;
use super::course::{BLOCKS, build, fenced, folder, pages, request, said, titled};
use super::faults;

/// Where the cache is, beside the lessons, and how large it may be.
const FOLDER: &str = "cache";
const ROOM: u64 = 1 << 26;

/// A lesson, and the cache that its build left behind, as files by their paths.
struct Built {
    lesson: String,
    files: BTreeMap<String, Vec<u8>>,
}

/// Of each kind of experiment.
static BUILT: [OnceLock<Built>; BLOCKS.len()] = [const { OnceLock::new() }; BLOCKS.len()];

/// Builds a course over a cache in which entries were changed: the first byte chooses the kind of its experiment, the others what
/// is changed. Returns whether what was changed was read as if a run had left it.
pub(crate) fn cache(data: &[u8]) -> bool {
    let mut choices = Choices(data);
    let kind = choices.byte() % BLOCKS.len();
    let built = BUILT[kind].get_or_init(|| first(BLOCKS[kind]));
    let folder = with(built);
    let cache = Cache::new(folder.path().join(FOLDER), ROOM);
    let mut only_runs = true;
    for _ in 0..24 {
        if choices.is_over() {
            break;
        }
        match choices.byte() % 4 {
            0 => {
                only_runs = false;
                change_entry(&mut choices, built, &cache);
            }
            _ => change_run(&mut choices, built, &cache),
        }
    }
    assert_eq!(cache.trouble(), None);
    let computed = match pipeline::compute(&over(&folder), &Silent) {
        Ok(computed) => computed,
        Err(failure) => panic!("the lesson is in order: {}", said(&failure)),
    };
    match pages(&computed) {
        Ok(made) => {
            for (path, markup) in made.iter().filter(|_| only_runs) {
                assert_eq!(faults(path, markup), [""; 0], "{path}:\n{markup}");
            }
        }
        // A claim that no longer holds.
        Err(failure @ Failure::Course(..)) => {
            assert!(!said(&failure).is_empty(), "it is refused without a word");
        }
        Err(Failure::Machine(fault)) => panic!("{fault}"),
    }
    data.len() > 1 && computed.cache.damaged() == 0
}

fn over(folder: &TempDir) -> Request {
    let cache = Keeping::In(folder.path().join(FOLDER));
    Request { limits: None, cache, pages_only: true, ..request(folder) }
}

fn with(built: &Built) -> TempDir {
    let files = built.files.iter().map(|(path, content)| (path.as_str(), content.as_slice()));
    folder(files.chain([("lessons/a.md", built.lesson.as_bytes())]))
}

/// The first build of a lesson with that experiment.
fn first(block: &str) -> Built {
    let id = block.split_once("id: ").and_then(|(_, rest)| rest.lines().next()).expect("blocks have ids");
    let lesson = titled(&format!("Of [it](#{id}).\n\n{}", fenced(block)));
    let mut built = Built { lesson, files: BTreeMap::new() };
    let folder = with(&built);
    build(&over(&folder)).unwrap_or_else(|failure| panic!("{}", said(&failure)));
    for part in ["runs", "drawn", "brief"] {
        let entries = fs::read_dir(folder.path().join(FOLDER).join(part)).expect("a build fills its cache");
        for entry in entries {
            let path = entry.expect("it can be read").path();
            let name = path.file_name().expect("it is in a folder").to_string_lossy();
            built.files.insert(format!("{FOLDER}/{part}/{name}"), fs::read(&path).expect("it can be read"));
        }
    }
    built
}

/// One of the entries of some parts, by its part and key.
fn entry<'a>(choices: &mut Choices, built: &'a Built, parts: &[&str]) -> Option<(&'a str, Key)> {
    let is_of = |path: &&String| {
        parts.iter().any(|part| Path::new(path).parent().is_some_and(|at| at.ends_with(part)))
    };
    let all: Vec<&String> = built.files.keys().filter(is_of).collect();
    let mut names = all[choices.below(all.len())?].split('/').skip(1);
    let (part, name) = (names.next()?, names.next()?);
    let bytes: Result<Vec<u8>, _> =
        (0..name.len() / 2).map(|place| u8::from_str_radix(&name[2 * place..2 * place + 2], 16)).collect();
    Some((part, serde_json::from_value(bytes.ok()?.into()).expect("entries are named by their keys")))
}

/// Changes what is drawn or noted, whatever it holds.
fn change_entry(choices: &mut Choices, built: &Built, cache: &Cache) {
    let Some((part, key)) = entry(choices, built, &["drawn", "brief"]) else { return };
    let is_drawn = part == "drawn";
    let kept: Option<Value> = if is_drawn { cache.drawn(&key) } else { cache.brief(&key) };
    let Some(mut value) = kept else { return };
    change_value(choices, &mut value);
    if is_drawn { cache.put_drawn(&key, &value) } else { cache.put_brief(&key, &value) }
}

/// Changes a value somewhere within it.
fn change_value(choices: &mut Choices, value: &mut Value) {
    let inner: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Map(entries) => entries.iter_mut().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    };
    if !choices.byte().is_multiple_of(4)
        && let Some(place) = choices.below(inner.len())
    {
        return inner.into_iter().nth(place).into_iter().for_each(|value| change_value(choices, value));
    }
    match (choices.byte() % 6, value) {
        (0, value) => *value = Value::F64(choices.number()),
        (1, value) => *value = Value::from(choices.number() as i64),
        (2, value) => *value = Value::from(choices.text()),
        (3, Value::Array(items)) => items.truncate(choices.byte()),
        (3, Value::Map(entries)) => entries.truncate(choices.byte()),
        (4, Value::Array(items)) if !items.is_empty() => items.extend(items.clone()),
        (4, value) => *value = Value::Array(vec![value.clone(); choices.byte()]),
        (_, value) => *value = Value::Nil,
    }
}

/// Changes what a run left behind.
fn change_run(choices: &mut Choices, built: &Built, cache: &Cache) {
    let Some((_, key)) = entry(choices, built, &["runs"]) else { return };
    let Some(mut record) = cache.get(&key) else { return };
    change_record(choices, &mut record);
    cache.put(&key, &record);
}

fn change_record(choices: &mut Choices, record: &mut RunRecord) {
    match choices.byte() % 7 {
        0 => each(choices, &mut record.metrics, change_metric),
        1 => each(choices, &mut record.series, change_numbers),
        2 => each(choices, &mut record.grids, change_grid),
        3 => each(choices, &mut record.tables, |choices, table| match choices.byte() % 2 {
            // Columns of one length, as every table's are.
            0 => {
                let rows = choices.numbers();
                table.columns.values_mut().for_each(|column| *column = rows.clone().into());
            }
            _ => each(choices, &mut table.columns, change_numbers),
        }),
        4 => each(choices, &mut record.names, |choices, names| match choices.byte() % 3 {
            0 => names.truncate(choices.byte()),
            1 => names.extend((0..choices.byte() % 40).map(|_| choices.text())),
            _ => names.iter_mut().for_each(|name| *name = choices.text()),
        }),
        5 => record.seed = choices.number() as u64,
        _ => record.digest = choices.text(),
    }
}

/// Changes one of what has names: its value, or its name, or whether it is there.
fn each<T: Clone>(
    choices: &mut Choices,
    named: &mut BTreeMap<String, T>,
    change: impl FnOnce(&mut Choices, &mut T),
) {
    let Some(name) = choices.below(named.len()).and_then(|place| named.keys().nth(place)).cloned() else {
        return;
    };
    match choices.byte() % 8 {
        0 => drop(named.remove(&name)),
        1 => {
            let value = named[&name].clone();
            named.insert(choices.text(), value);
        }
        _ => change(choices, named.get_mut(&name).expect("it was found by its name")),
    }
}

fn change_metric(choices: &mut Choices, metric: &mut Metric) {
    *metric = match choices.byte() % 5 {
        0 => Metric::List(choices.numbers()),
        1 => Metric::Text(choices.text()),
        2 => Metric::Map([(choices.text(), metric.clone())].into()),
        _ => Metric::Number(choices.number()),
    };
}

fn change_numbers(choices: &mut Choices, numbers: &mut Numbers) {
    match choices.byte() % 4 {
        0 => numbers.truncate(choices.byte()),
        1 => numbers.extend(choices.numbers()),
        2 => *numbers = choices.numbers().into(),
        _ => {
            let place = choices.below(numbers.count());
            place.into_iter().for_each(|place| numbers[place] = choices.number());
        }
    }
}

fn change_grid(choices: &mut Choices, grid: &mut Grid) {
    match choices.byte() % 5 {
        0 => grid.x = (choices.number(), choices.number()),
        1 => grid.y = (choices.number(), choices.number()),
        2 => std::mem::swap(&mut grid.width, &mut grid.height),
        // Without gaps, as every grid is.
        3 => {
            (grid.width, grid.height) = (choices.byte() % 64, choices.byte() % 64);
            let value = choices.number();
            grid.values = vec![value; grid.width * grid.height].into();
        }
        _ => change_numbers(choices, &mut grid.values),
    }
}
