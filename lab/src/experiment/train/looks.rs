//! What is kept of the network while it trains.

use super::{BIN_LISTS, Train, pictures};
use crate::data::PartName;
use crate::experiment::histogram::histogram;
use crate::experiment::regions;
use crate::experiment::training::Probe;
use crate::measure::{self, Answers, Calibration};
use crate::outcome::{Metric, RunRecord};
use crate::train::Subject;

/// Looks at a network as its settings ask for it.
pub(super) struct Looks<'a> {
    settings: &'a Train,
}

impl<'a> Looks<'a> {
    pub(super) fn new(settings: &'a Train) -> Self {
        Looks { settings }
    }
}

/// The name under which something of an epoch is kept.
pub(super) fn at(what: &str, epoch: usize) -> String {
    format!("{what}/{epoch}")
}

/// The name under which the regions of the network that training ended with are kept.
pub(super) const LAST: &str = "regions/last";

impl Probe for Looks<'_> {
    fn untrained(&self, subject: &dyn Subject, record: &mut RunRecord) {
        pictures::keep(self.settings.pictures, subject, record);
    }

    fn epoch(&self, epoch: usize, subject: &dyn Subject, record: &mut RunRecord) {
        let settings = self.settings;
        if settings.regions.as_ref().is_some_and(|epochs| epochs.contains(&epoch)) {
            regions::keep(subject, &at("regions", epoch), record);
        }
        let shown = settings.histograms.contains(&epoch);
        if !shown && !settings.gradient_shares {
            return;
        }
        let layers = subject.capture();
        let norms: Vec<f64> = layers.iter().map(|layer| layer.weight_gradient_norm).collect();
        // A network that has diverged has nothing to show.
        if norms.iter().any(|norm| !norm.is_finite()) {
            return;
        }
        if shown {
            let weights = subject.weights();
            for (index, (layer, weights)) in layers.iter().zip(&weights).enumerate() {
                let name = |what: &str| format!("{}/{}", at(what, epoch), index + 1);
                record.tables.insert(name("weights"), histogram(weights));
                record.tables.insert(name("activations"), histogram(&layer.activations));
            }
        }
        if settings.gradient_shares {
            let squares: f64 = norms.iter().map(|norm| norm * norm).sum();
            let table = record.tables.entry("gradients".into()).or_default();
            for (index, norm) in norms.iter().enumerate() {
                let column = table.columns.entry(format!("{:03}", index + 1)).or_default();
                column.push(norm * norm / squares);
            }
        }
    }

    fn answered(&self, part: PartName, answers: &Answers, subject: &dyn Subject, record: &mut RunRecord) {
        if part != PartName::Dev {
            return;
        }
        let bins = Calibration::of(answers).bins;
        let share = |sum: f64, rows: usize| if rows > 0 { sum / rows as f64 } else { f64::NAN };
        let lists: [Vec<f64>; 3] = [
            bins.iter().map(|bin| share(bin.confidence, bin.rows)).collect(),
            bins.iter().map(|bin| share(bin.right as f64, bin.rows)).collect(),
            bins.iter().map(|bin| bin.rows as f64).collect(),
        ];
        let lists = BIN_LISTS.into_iter().zip(lists);
        record.metrics.extend(lists.map(|(name, list)| (name.to_owned(), Metric::List(list))));
        pictures::keep_mistakes(self.settings.pictures, part, answers, subject, record);
    }

    fn trained(&self, subject: &dyn Subject, record: &mut RunRecord) {
        if self.settings.regions.is_none() {
            regions::keep(subject, LAST, record);
        }
    }
}

/// Gives a run that has diverged the names that others have, and each run the last of its shares of the gradient.
pub(super) fn complete(settings: &Train, record: &mut RunRecord) {
    if record.metrics.contains_key("dev_confidence") {
        for name in BIN_LISTS {
            let none = || Metric::List(vec![f64::NAN; measure::BINS]);
            record.metrics.entry(name.into()).or_insert_with(none);
        }
    }
    if settings.gradient_shares {
        let layers = settings.model.hidden.len() + 1;
        let columns = record.tables.get("gradients").map(|table| table.columns.values());
        let last = columns.into_iter().flatten().filter_map(|column| column.last().copied());
        let last: Vec<f64> = match record.diverged_at() {
            None => last.collect(),
            Some(_) => Vec::new(),
        };
        let last = if last.len() == layers { last } else { vec![f64::NAN; layers] };
        record.metrics.insert("gradient_share".into(), Metric::List(last));
    }
}
