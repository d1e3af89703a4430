//! What the engine's lists say of the techniques that a setting chooses among.

use crate::nn::{ACTIVATIONS, INITIALIZERS};
use crate::optim::{OPTIMIZERS, SCHEDULES};
use crate::surface::SURFACES;

/// How a technique is defined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Technique {
    pub equation: &'static str,
    /// Where it is from, with citations of the program's own bibliography; empty for what everybody does.
    pub source: &'static str,
}

/// Returns what `word` means as the value of a setting, by its dotted path; None where it is no technique of a list.
pub(super) fn technique(path: &str, word: &str) -> Option<Technique> {
    let (_, equation, source) = match path.rsplit('.').next()? {
        "optimizer" => OPTIMIZERS.iter().map(|i| (i.name, i.equation, i.source)).find(|i| i.0 == word),
        "schedule" => SCHEDULES.iter().map(|i| (i.name, i.equation, i.source)).find(|i| i.0 == word),
        "activation" => ACTIVATIONS.iter().map(|i| (i.name, i.equation, i.source)).find(|i| i.0 == word),
        "init" => INITIALIZERS.iter().map(|i| (i.name, i.equation, i.source)).find(|i| i.0 == word),
        "surface" => SURFACES.iter().map(|i| (i.name, i.equation, i.source)).find(|i| i.0 == word),
        _ => None,
    }?;
    Some(Technique { equation, source })
}
