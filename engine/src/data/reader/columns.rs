//! The header of a table, and which of its columns are used.

use super::super::dataset::TargetColumn;
use super::super::problem::{DataProblems, TableProblem};
use super::super::settings::{DataSettings, list};
use super::missing::Missing;
use super::rows::{Place, Row};
use super::{File, Read, TableLimits, lone, number};
use crate::collections::{BTreeMap, BTreeSet};
use crate::problem::{Problem, nearest};

/// The columns that are used, by their place in the header.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Columns {
    pub target: usize,
    pub features: Vec<usize>,
}

/// Returns the names of the columns of data: each is there.
pub(super) fn header(
    file: &File,
    row: &Row,
    missing: &Missing,
    settings: &DataSettings,
    limits: &TableLimits,
) -> Result<Vec<String>, DataProblems> {
    let header = &row.record;
    if header.len() > limits.columns {
        return Err(TableProblem::new(1, None, format!("the table has {} columns", header.len()))
            .expected(format!("at most {}", limits.columns))
            .into());
    }
    let names = written(file, row, missing)?;
    let line = |message: &str| TableProblem::new(row.place.line, Some(file.row(row.place)), message);
    if names.iter().all(|name| number(name).is_ok()) {
        return Err(line("the first line holds numbers")
            .expected("the names of the columns")
            .hint("put a header line before the rows")
            .into());
    }
    if names.len() == 1 && !settings.is_column_alone() {
        let problem = line("the table has one column")
            .expected("at least one feature and the target, with a comma between them");
        return Err(match lone::advice(file, row) {
            Some(advice) => problem.hint(advice),
            None => problem,
        }
        .into());
    }
    let mut wrong = doubled(file, row, &names);
    wrong.extend(unnamed(file, row, &names));
    wrong.sort_by_key(|(column, _)| *column);
    wrong.truncate(super::MAX_SHOWN);
    named(names, wrong)
}

/// Returns the names in the first line of a table: each is there once, if it is there.
pub(super) fn names(file: &File, row: &Row, missing: &Missing) -> Result<Vec<String>, DataProblems> {
    let names = written(file, row, missing)?;
    let wrong = doubled(file, row, &names);
    named(names, wrong)
}

fn named(names: Vec<String>, wrong: Vec<(usize, TableProblem)>) -> Result<Vec<String>, DataProblems> {
    let table: Vec<TableProblem> = wrong.into_iter().map(|(_, problem)| problem).collect();
    if table.is_empty() { Ok(names) } else { Err(DataProblems { settings: Vec::new(), table }) }
}

/// Returns the cells of the first line, if it is one of names.
fn written(file: &File, row: &Row, missing: &Missing) -> Result<Vec<String>, DataProblems> {
    if let Some((_, problem)) = row.stray_quote(file.text, missing) {
        return Err(problem.into());
    }
    let names: Vec<String> = row.record.iter().map(|name| name.trim().to_owned()).collect();
    // A line by which some programs tell a spreadsheet what parts the cells.
    if names[0].to_ascii_lowercase().starts_with("sep=") && names[1..].iter().all(String::is_empty) {
        let message = "the first line says what parts the cells";
        return Err(TableProblem::new(row.place.line, Some(file.row(row.place)), message)
            .expected("the names of the columns")
            .hint("remove this line: the header says it too")
            .into());
    }
    Ok(names)
}

/// Returns what is wrong with names that are there twice, with their columns; of many the first.
fn doubled(file: &File, row: &Row, names: &[String]) -> Vec<(usize, TableProblem)> {
    let mut seen = BTreeSet::new();
    let again = names.iter().enumerate().filter(|(_, name)| !name.is_empty() && !seen.insert(*name));
    // Each place is found from the start of the line.
    let again: Vec<(usize, &String)> = again.take(super::MAX_SHOWN).collect();
    let told = |(column, name): (usize, &String)| {
        let message = format!("there are two columns called `{name}`");
        let place = Place { column, ..row.place };
        let problem = file.problem(place, name, message).expected("a name of its own");
        let hint = "where the first line is a row of the table, put a header line before it";
        (column, if number(name).is_ok() { problem.hint(hint) } else { problem })
    };
    again.into_iter().map(told).collect()
}

/// Returns the columns without a name, and what is said of each; of many the first.
fn unnamed(file: &File, row: &Row, names: &[String]) -> Vec<(usize, TableProblem)> {
    let told = |column| {
        let message = format!("column {} has no name", column + 1);
        let problem = file.problem(Place { column, ..row.place }, "", message).expected("a name");
        let mark = file.separator.name();
        let problem = match column {
            _ if column + 1 == names.len() && !row.is_quoted(column) => problem
                .hint(format!("the line ends with a {mark}: remove it, and those at the ends of the rows")),
            0 => {
                problem.hint("if it numbers the rows, name it, or leave it out: in pandas `index=False` does")
            }
            _ => problem,
        };
        (column, problem)
    };
    let columns = (0..names.len()).filter(|&column| names[column].is_empty());
    columns.take(super::MAX_SHOWN).map(told).collect()
}

/// Returns classes that differ in capital letters alone, and so are probably one. Single letters are what they are.
pub(super) fn alike_classes(read: &Read) -> Option<Problem> {
    let TargetColumn::Classes { names, .. } = &read.target else { return None };
    let mut folded: Vec<(String, &String)> = names
        .iter()
        .filter(|name| name.chars().count() > 1)
        .map(|name| (name.to_lowercase(), name))
        .collect();
    folded.sort();
    let [(_, one), (_, other)] = folded.windows(2).find_map(|pair| match pair {
        [one, other] if one.0 == other.0 => Some([one, other]),
        _ => None,
    })?;
    let message = format!("the classes `{one}` and `{other}` differ in capital letters alone");
    let problem = Problem::new("file", message).expected("another name for each class");
    Some(problem.hint("if both are one class, write it alike in every row"))
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
