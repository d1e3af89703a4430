//! The header of a table, and which of its columns are used.

use super::super::dataset::TargetColumn;
use super::super::problem::{DataProblems, TableProblem};
use super::super::settings::{DataSettings, list};
use super::rows::{Place, Row};
use super::{File, Read, TableLimits, number};
use crate::collections::{BTreeMap, BTreeSet};
use crate::problem::{Problem, nearest};

/// The columns that are used, by their place in the header.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Columns {
    pub target: usize,
    pub features: Vec<usize>,
}

/// Returns the names of the columns: each is there, and there once.
pub(super) fn header(
    file: &File,
    row: &Row,
    settings: &DataSettings,
    limits: &TableLimits,
) -> Result<Vec<String>, DataProblems> {
    let (first, header) = (row.place, &row.record);
    if header.len() > limits.columns {
        return Err(TableProblem::new(1, None, format!("the table has {} columns", header.len()))
            .expected(format!("at most {}", limits.columns))
            .into());
    }
    let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    if names.iter().all(|name| number(name).is_ok()) {
        return Err(TableProblem::new(first.line, Some(file.row(first)), "the first line holds numbers")
            .expected("the names of the columns")
            .hint("put a header line before the rows")
            .into());
    }
    if names.len() == 1 && !settings.is_column_alone() {
        let problem = TableProblem::new(first.line, Some(file.row(first)), "the table has one column")
            .expected("at least one feature and the target, with a comma between them");
        return Err(match names[0].starts_with('#') {
            true => problem.hint("a table has no comments: remove the lines before its header"),
            false => problem,
        }
        .into());
    }
    let mut problems = DataProblems::default();
    let mut seen = BTreeSet::new();
    for (column, name) in names.iter().enumerate() {
        // Each place is found from the start of the line.
        if problems.table.len() == super::MAX_SHOWN {
            break;
        }
        let is_new = seen.insert(name);
        let place = Place { column, ..first };
        if name.is_empty() {
            let message = format!("column {} has no name", column + 1);
            let problem = file.problem(place, name, message).expected("a name");
            problems.table.push(match column + 1 == names.len() && !row.is_quoted(column) {
                true => {
                    let mark = file.separator.name();
                    problem.hint(format!(
                        "the line ends with a {mark}: remove it, and those at the ends of the rows"
                    ))
                }
                false => problem,
            });
        } else if !is_new {
            let message = format!("there are two columns called `{name}`");
            let problem = file.problem(place, name, message).expected("a name of its own");
            problems.table.push(match number(name) {
                Ok(_) => {
                    problem.hint("where the first line is a row of the table, put a header line before it")
                }
                Err(_) => problem,
            });
        }
    }
    if problems.is_empty() { Ok(names) } else { Err(problems) }
}

/// Returns names that seem to be the first row of a table without a header line. Whoever names columns knows their names.
pub(super) fn doubtful(read: &Read, target: &str, settings: &DataSettings) -> Option<Problem> {
    if settings.target.is_some() || settings.features.is_some() {
        return None;
    }
    let is_number = |name: &String| number(name).is_ok();
    let names = &read.feature_names;
    let is_class = match &read.target {
        TargetColumn::Classes { names, .. } => names.iter().any(|class| class == target),
        TargetColumn::Values { .. } => false,
    };
    if !(names.iter().all(is_number) || is_class && names.iter().any(is_number)) {
        return None;
    }
    let some: Vec<String> = names.iter().take(3).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > some.len() { ", ..." } else { "" };
    let message = format!("the first line is taken for names, and holds numbers: {}{more}", some.join(", "));
    let problem = Problem::new("file", message).expected("a table with a header line");
    Some(problem.hint(format!("if these are names, `target: {target}` in `data` says so")))
}

impl Columns {
    /// Chooses the columns: the target is the last one and the features are all others, unless the author says otherwise.
    pub(super) fn choose(names: &[String], settings: &DataSettings) -> Result<Self, DataProblems> {
        let mut problems = DataProblems::default();
        let places: BTreeMap<&str, usize> =
            names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
        let mut find = |path: String, wanted: &str| {
            let found = places.get(wanted).copied();
            if found.is_none() && problems.settings.len() < super::MAX_SHOWN {
                problems.settings.push(unknown(path, wanted, names));
            }
            found
        };
        let target = match &settings.target {
            Some(name) => find("target".to_owned(), name),
            None => Some(names.len() - 1),
        };
        let features: Vec<usize> = match &settings.features {
            Some(wanted) => {
                let found = wanted.iter().enumerate().map(|(i, name)| find(format!("features[{i}]"), name));
                found.flatten().collect()
            }
            None => (0..names.len()).filter(|&column| Some(column) != target).collect(),
        };
        if let Some(target) = target
            && let Some(i) = features.iter().position(|&column| column == target)
            && problems.is_empty()
        {
            let message = format!("`{}` is the target", names[target]);
            problems.settings.push(
                Problem::new(format!("features[{i}]"), message)
                    .expected("a column to predict from")
                    .hint("the last column is the target unless `target` names another"),
            );
        }
        match target {
            Some(target) if problems.is_empty() => Ok(Columns { target, features }),
            _ => Err(problems),
        }
    }
}

fn unknown(path: String, wanted: &str, names: &[String]) -> Problem {
    let all = || names.iter().map(String::as_str);
    let problem = Problem::new(path, format!("the table has no column `{wanted}`"));
    let problem = match names.len() {
        0..=12 => problem.expected(format!("one of {}", list(all()))),
        count => problem.expected(format!("one of its {count} columns ({}, ...)", list(all().take(6)))),
    };
    match nearest(wanted, all()) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem,
    }
}
