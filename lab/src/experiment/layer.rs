//! Layers of settings: defaults, and blocks whose variants set the rest. A mistake in one is a mistake although
//! another lies over it, so that no run ever sees it.

use super::optimizers::Optimizers;
use super::{Experiment, plan};
use crate::diagnostic::{Diagnostic, Problem};
use crate::settings::{self, Node, Value};

/// The parts that mean the same in every kind that trains.
const SHARED: [&str; 4] = ["data.", "split.", "model.", "training."];

/// Returns what no other layer can mend: settings that do not exist or are of no use as they are written, and problems of
/// single values. What several settings are together, only a whole can be asked.
pub(super) fn mistakes<E: Experiment>(layer: &Node) -> (Vec<Diagnostic>, Vec<Problem>) {
    match settings::decode_part::<E>(layer, &plan::beside::<E>()) {
        Err(found) => (found, Vec::new()),
        Ok(None) => (Vec::new(), Vec::new()),
        Ok(Some(experiment)) => {
            let mut problems = experiment.check(None);
            problems.retain(|problem| is_of_one_value(problem, layer));
            (Vec::new(), problems)
        }
    }
}

/// Returns what is wrong with the values of defaults for the shared parts, as a kind that has these parts alone sees them.
pub fn shared(defaults: &Node) -> Vec<Diagnostic> {
    let (_, problems) = mistakes::<Optimizers>(defaults);
    problems.into_iter().map(|problem| at(problem, defaults)).collect()
}

/// Makes a diagnostic of a problem at its place in a layer.
pub(super) fn at(problem: Problem, layer: &Node) -> Diagnostic {
    let span = layer.locate(&problem.path);
    Diagnostic::at(problem, span)
}

fn is_of_one_value(problem: &Problem, layer: &Node) -> bool {
    let node = layer.get(&problem.path);
    let single = node.is_some_and(|node| !matches!(node.value, Value::List(_) | Value::Map(_) | Value::Null));
    single && SHARED.iter().any(|part| problem.path.starts_with(part))
}
