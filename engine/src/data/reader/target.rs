//! What the target of a table is: classes or a number.

use super::super::dataset::TargetColumn;
use super::super::problem::TableProblem;
use super::super::settings::Task;
use super::rows::Place;
use super::{Fault, File, MAX_SHOWN, number};
use crate::collections::{BTreeMap, BTreeSet};

/// With at most so many different whole numbers, the target is classes unless the author says otherwise.
const FEW: usize = 20;
pub(crate) const MAX_CLASSES: usize = 1000;

/// One cell of the target, not missing.
#[derive(Clone, Debug)]
pub(super) struct TargetCell {
    pub text: String,
    pub place: Place,
}

/// Understands the target: as the author says, or by what it holds. Text is classes; numbers are classes if
/// they are whole and at most 20 different ones. A few texts among numbers are mistakes.
pub(super) fn decide(
    file: &File,
    name: &str,
    cells: &[TargetCell],
    task: Option<Task>,
) -> Result<TargetColumn, Vec<TableProblem>> {
    let numbers: Vec<Result<f64, Fault>> = cells.iter().map(|cell| number(&cell.text)).collect();
    let is_asked_for = task == Some(Task::Number);
    let numeric = numbers.iter().filter(|number| number.is_ok()).count();
    let task = task.unwrap_or_else(|| {
        let mostly_text = 2 * numeric <= cells.len();
        if mostly_text || (numeric == cells.len() && are_few_whole(numbers.iter().flatten().copied())) {
            Task::Classes
        } else {
            Task::Number
        }
    });
    match task {
        Task::Number => values(file, name, cells, &numbers, is_asked_for),
        Task::Classes => classes(file, name, cells, &numbers),
    }
}

/// Returns whether numbers look like classes: whole, and few different ones.
pub(crate) fn are_few_whole(mut numbers: impl Iterator<Item = f64>) -> bool {
    let mut different = BTreeSet::new();
    numbers.all(|value| {
        different.insert(value.to_bits());
        value == value.floor() && different.len() <= FEW
    })
}

fn values(
    file: &File,
    name: &str,
    cells: &[TargetCell],
    numbers: &[Result<f64, Fault>],
    is_asked_for: bool,
) -> Result<TargetColumn, Vec<TableProblem>> {
    let problems: Vec<TableProblem> = cells
        .iter()
        .zip(numbers)
        .filter_map(|(cell, number)| number.err().map(|fault| (cell, fault)))
        .map(|(cell, fault)| {
            let problem = fault.problem(file, cell.place, name, &cell.text);
            match fault {
                Fault::Text if !is_asked_for => {
                    problem.hint("if the target is a class, write `task: classes`")
                }
                _ => problem,
            }
        })
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let values: Vec<f64> = numbers.iter().flatten().copied().collect();
    match (too_narrow(&values), cells.first()) {
        (Some((message, expected)), Some(cell)) => Err(vec![
            file.problem(cell.place, name, format!("the target `{name}` {message}")).expected(expected),
        ]),
        _ => Ok(TargetColumn::Values { values, name: name.to_owned() }),
    }
}

/// Returns what is wrong with numbers among which there is nothing to predict, and what was expected: their squared differences
/// vanish.
pub(crate) fn too_narrow(values: &[f64]) -> Option<(String, String)> {
    const LEAST: f64 = 1e-30;
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    values.iter().for_each(|value| (low, high) = (low.min(*value), high.max(*value)));
    let expected = format!("numbers that differ by {LEAST:e} or more");
    match high - low {
        0.0 => Some((format!("is {low} in every row"), "different numbers".to_owned())),
        spread if spread < LEAST => Some((format!("spans {spread:e}"), expected)),
        _ => None,
    }
}

/// Finds classes that are another class with a quote at its end: of the quotes around a cell, only the last one was written.
fn closed_alone<'c>(file: &File, name: &str, cells: &'c [TargetCell]) -> Vec<TableProblem> {
    let names: BTreeSet<&str> = cells.iter().map(|cell| cell.text.as_str()).collect();
    let meant = |cell: &'c TargetCell| {
        let meant = cell.text.strip_suffix('"')?.trim_end();
        names.contains(meant).then_some((cell, meant))
    };
    let found = cells.iter().filter_map(meant);
    let is_bare = |(cell, _): &(&TargetCell, &str)| !file.text[file.cell(cell.place)].starts_with('"');
    let said = |(cell, meant): (&TargetCell, &str)| {
        let problem = file.problem(cell.place, name, "a quote closes this cell that none opens");
        problem
            .expected(format!("`{meant}`, as in other rows"))
            .hint(format!("a class that ends in a quote is written \"{meant}\"\"\""))
    };
    found.filter(is_bare).take(MAX_SHOWN).map(said).collect()
}

/// Reads classes, in the order of their names; of their values, when all are numbers.
fn classes(
    file: &File,
    name: &str,
    cells: &[TargetCell],
    numbers: &[Result<f64, Fault>],
) -> Result<TargetColumn, Vec<TableProblem>> {
    let quotes = closed_alone(file, name, cells);
    if !quotes.is_empty() {
        return Err(quotes);
    }
    let all_numbers = numbers.iter().all(std::result::Result::is_ok);
    let mut names: Vec<String> = if all_numbers {
        let mut values: Vec<f64> = numbers.iter().flatten().copied().collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values.iter().map(std::string::ToString::to_string).collect()
    } else {
        cells.iter().map(|cell| cell.text.clone()).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let about = |message: String| {
        vec![match cells.first() {
            Some(cell) => file.problem(cell.place, name, message),
            None => TableProblem::new(1, None, message).column(name),
        }]
    };
    match names.len() {
        0 => return Err(about(format!("the target `{name}` has no values"))),
        1 => {
            let message = format!("the target `{name}` has only one class, `{}`", names[0]);
            let expected = "at least two classes";
            return Err(about(message).into_iter().map(|problem| problem.expected(expected)).collect());
        }
        count if count > MAX_CLASSES => {
            let message = format!("the target `{name}` has {count} classes");
            let hint = match all_numbers {
                true => "if the target is a number, write `task: number`",
                false => "name the column to predict with `target`",
            };
            let expected = format!("at most {MAX_CLASSES}");
            return Err(about(message).into_iter().map(|p| p.expected(&*expected).hint(hint)).collect());
        }
        _ => {}
    }
    let index: BTreeMap<String, usize> = names.iter().cloned().zip(0..).collect();
    let labels = cells
        .iter()
        .zip(numbers)
        .map(|(cell, number)| match number {
            Ok(value) if all_numbers => index[&value.to_string()],
            _ => index[&cell.text],
        })
        .collect();
    names.shrink_to_fit();
    Ok(TargetColumn::Classes { labels, names })
}
