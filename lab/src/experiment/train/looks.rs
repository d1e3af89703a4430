//! What is kept of the network while it trains.

use std::cell::RefCell;

use super::{BIN_LISTS, Train, pictures};
use crate::data::PartName;
use crate::experiment::histogram::histogram;
use crate::experiment::regions;
use crate::experiment::training::Probe;
use crate::measure::{self, Answers, Calibration};
use crate::nn::LayerCapture;
use crate::numeric::mean;
use crate::outcome::{Metric, RunRecord};
use crate::train::Subject;

/// Looks at a network as its settings ask for it.
pub(super) struct Looks<'a> {
    settings: &'a Train,
    way_of_regions: Vec<usize>,
    way_of_histograms: Vec<usize>,
    /// The units of each hidden layer as they were after the epoch before, for their drift.
    before: RefCell<Vec<Units>>,
}

impl<'a> Looks<'a> {
    pub(super) fn new(settings: &'a Train) -> Self {
        let [way_of_regions, way_of_histograms] = [settings.way_of_regions(), settings.way_of_histograms()];
        Looks { settings, way_of_regions, way_of_histograms, before: RefCell::default() }
    }

    /// Writes down how far each layer's inputs have moved since the epoch before.
    fn keep_drift(&self, layers: &[LayerCapture], record: &mut RunRecord) {
        let hidden = &layers[..layers.len() - 1];
        let now: Vec<Units> = hidden.iter().zip(self.settings.model.widths()).map(Units::of).collect();
        let before = std::mem::replace(&mut *self.before.borrow_mut(), now);
        let table = record.tables.entry("drift".into()).or_default();
        for (index, (before, now)) in before.iter().zip(&*self.before.borrow()).enumerate() {
            table.columns.entry(format!("{:03}", index + 1)).or_default().push(now.drift(before));
        }
    }
}

/// The mean of each unit of a layer over some rows, and the mean of the units' variances.
struct Units {
    means: Vec<f64>,
    variance: f64,
}

impl Units {
    fn of((layer, units): (&LayerCapture, usize)) -> Self {
        let rows = layer.activations.len() / units.max(1);
        let of_unit = |unit: usize| layer.activations.iter().skip(unit).step_by(units);
        let count = rows.max(1) as f64;
        let means: Vec<f64> = (0..units).map(|unit| of_unit(unit).sum::<f64>() / count).collect();
        let squares = |unit: usize| of_unit(unit).map(|a| (a - means[unit]) * (a - means[unit])).sum::<f64>();
        let variance = (0..units).map(squares).sum::<f64>() / (count * units as f64);
        Units { means, variance }
    }

    /// Computes the root of the mean square of how far the means have moved, over the root of the mean variance before. Units that were
    /// all constant have no scale.
    fn drift(&self, before: &Units) -> f64 {
        let squares = self.means.iter().zip(&before.means).map(|(now, then)| (now - then) * (now - then));
        let moved = squares.sum::<f64>() / self.means.len() as f64;
        if before.variance > 0.0 { (moved / before.variance).sqrt() } else { f64::NAN }
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
            regions::keep(subject, &at("regions", epoch), regions::FINE, record);
        } else if self.way_of_regions.contains(&epoch) {
            regions::keep(subject, &at("regions", epoch), regions::COARSE, record);
        }
        let shown = settings.histograms.contains(&epoch) || self.way_of_histograms.contains(&epoch);
        if !shown && !settings.gradient_shares && !settings.drift {
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
            if settings.histograms.iter().all(|&other| other <= epoch) {
                let hidden = &layers[..layers.len() - 1];
                let straight = hidden.iter().map(|layer| layer.straight).collect();
                record.metrics.insert("straight_share".into(), Metric::List(straight));
            }
        }
        if settings.drift {
            self.keep_drift(&layers, record);
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

    fn batches(&self) -> usize {
        self.settings.batches
    }

    fn trained(&self, subject: &dyn Subject, record: &mut RunRecord) {
        if self.settings.regions.is_none() {
            regions::keep(subject, LAST, regions::FINE, record);
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
        let layers = settings.model.depth() + 1;
        let columns = record.tables.get("gradients").map(|table| table.columns.values());
        let last = columns.into_iter().flatten().filter_map(|column| column.last().copied());
        let last: Vec<f64> = match record.diverged_at() {
            None => last.collect(),
            Some(_) => Vec::new(),
        };
        let last = if last.len() == layers { last } else { vec![f64::NAN; layers] };
        record.metrics.insert("gradient_share".into(), Metric::List(last));
    }
    if !settings.histograms.is_empty() {
        let none = || Metric::List(vec![f64::NAN; settings.model.depth()]);
        record.metrics.entry("straight_share".into()).or_insert_with(none);
    }
    if settings.drift {
        let columns = record.tables.get("drift").map(|table| table.columns.values());
        let drift = columns.into_iter().flatten().map(|column| mean(column));
        let drift: Vec<f64> = match record.diverged_at() {
            None => drift.collect(),
            Some(_) => Vec::new(),
        };
        let hidden = settings.model.depth();
        let drift = if drift.len() == hidden { drift } else { vec![f64::NAN; hidden] };
        record.metrics.insert("drift".into(), Metric::List(drift));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drift_by_hand() {
        // Two units over two rows: means 1 and 4, variances 1 and 0; then 3 and 4.
        let layer = |activations: &[f64]| LayerCapture {
            activations: activations.to_vec(),
            gradients: vec![],
            weight_gradient_norm: 0.0,
            saturated: 0.0,
            straight: 0.0,
            dead: 0.0,
        };
        let units = |activations: &[f64]| Units::of((&layer(activations), 2));
        let (before, now) = (units(&[0.0, 4.0, 2.0, 4.0]), units(&[3.0, 4.0, 3.0, 4.0]));
        assert_eq!((before.means.as_slice(), before.variance), (&[1.0, 4.0][..], 0.5));
        // The root of (4 + 0)/2 over the root of 1/2.
        assert!((now.drift(&before) - 2.0).abs() < 1e-15);
        assert!(before.drift(&now).is_nan(), "constant units have no scale");
    }
}
