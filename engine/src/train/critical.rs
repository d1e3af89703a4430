//! The critical points of a network's J on a data set.

use super::Parts;
use crate::data::{self, Dataset, Targets};
use crate::nn::{Architecture, CriticalPoint, Network, Penalty, critical_point};
use crate::numeric::Streams;
use crate::problem::Problem;

/// From where and how far critical points are looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CriticalSearch {
    /// How many starts there are.
    pub starts: usize,
    /// The standard deviation of every parameter at a start, biases too.
    pub spread: f64,
    /// How many steps each is led at most.
    pub steps: usize,
    /// Up to this norm of the gradient a point is critical.
    pub tolerance: f64,
}

/// Returns what each start leads to, None where it leads to no critical point: in f64, on the training part, split and normalized as a
/// training with this seed would, with the penalties of its settings. Start k (from 0) draws from the stream `critical/k`. `each` hears of every start
/// done.
///
/// # Errors
/// A split that the data cannot give, a model that does not fit them: paths are into the four parts.
pub fn critical_points(
    parts: &Parts,
    dataset: &Dataset,
    seed: u64,
    search: CriticalSearch,
    each: &mut dyn FnMut(),
) -> Result<Vec<Option<CriticalPoint>>, Problem> {
    let streams = Streams::new(seed);
    let split = data::split(&dataset.target, parts.split, &streams);
    let split = split.map_err(|problem| problem.within("split"))?;
    let (prepared, _) = data::prepare::<f64>(dataset, &split, parts.data, &streams);
    let architecture = Architecture::new(parts.model, prepared.features(), prepared.target());
    let architecture = architecture.map_err(|problems| super::run::first(problems).within("model"))?;
    let train = &prepared.train;
    let (x, targets): (&[f64], Targets<f64>) = (train.rows(0..train.len()), train.y.all());
    let penalty = Penalty { l1: parts.training.l1, l2: parts.training.l2, rows: train.len().max(1) };
    let led = |start: usize| {
        let mut stream = streams.stream(&format!("critical/{start}"));
        let weights = (0..architecture.parameters()).map(|_| search.spread * stream.normal()).collect();
        let network = Network::from_parameters(architecture.clone(), weights);
        let found = critical_point(&network, x, targets, penalty, search.steps, search.tolerance);
        each();
        found
    };
    Ok((0..search.starts).map(led).collect())
}
