//! What the numbers to be predicted are: classes or values.

use super::super::dataset::TargetColumn;
use super::super::reader::{MAX_CLASSES, are_few_whole, too_narrow};
use super::super::settings::Task;
use crate::problem::Problem;

/// Understands the target: as the author says, or by what it holds. Numbers of a type for whole numbers that stand in an
/// array of their own (`labels`) are classes; others are classes if they are whole and at most 20 different ones.
pub(super) fn decide(
    mut values: Vec<f64>,
    name: String,
    labels: bool,
    task: Option<Task>,
) -> Result<TargetColumn, Problem> {
    // -0 becomes 0.
    values.iter_mut().for_each(|value| *value += 0.0);
    let usual = || match labels || are_few_whole(values.iter().copied()) {
        true => Task::Classes,
        false => Task::Number,
    };
    match task.unwrap_or_else(usual) {
        Task::Number => match too_narrow(&values) {
            Some((message, expected)) => {
                Err(Problem::new("", format!("the target {message}")).expected(expected))
            }
            None => Ok(TargetColumn::Values { values, name }),
        },
        Task::Classes => classes(&values),
    }
}

/// Reads classes, called by their numbers, in numeric order.
fn classes(values: &[f64]) -> Result<TargetColumn, Problem> {
    let mut classes = values.to_vec();
    classes.sort_by(f64::total_cmp);
    classes.dedup();
    if let [only] = classes[..] {
        return Err(Problem::new("", format!("all labels are {only}")).expected("at least two classes"));
    }
    if classes.len() > MAX_CLASSES {
        return Err(Problem::new("", format!("the labels are of {} classes", classes.len()))
            .expected(format!("at most {MAX_CLASSES}"))
            .hint("if the target is a number, write `task: number`"));
    }
    let index = |value: &f64| classes.partition_point(|class| class < value);
    let labels = values.iter().map(index).collect();
    Ok(TargetColumn::Classes { labels, names: classes.iter().map(f64::to_string).collect() })
}
