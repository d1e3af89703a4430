//! One training that is watched and steered, as one does who has a single machine and looks at it every day.
//!
//! With v the watched metric at a look, v' at the look before, and alpha the scheduled learning rate:
//!
//! - v > (1 + worse) v', or no longer finite: the weights of the look before come back, the optimizer begins anew, and from now
//!   on steps are taken at alpha f with f divided by `slower`;
//! - else f is multiplied by `faster`.
//!
//! A look is every `every` epochs, and whenever weights or losses are no longer finite. After going back, what was measured at the look before is the
//! epoch's measurement, as it is what the weights are worth.
//!
//! Where implementations disagree: "bold driver" keeps a step whose cost is lower and multiplies by 1.05 to 1.1, else takes it
//! back and halves; steps are then whole passes without noise, where here they are looks.
//!
//! Sources: Ng, Deep Learning Specialization, course 2, "Hyperparameters tuning in practice: pandas vs. caviar", 2017; Vogl, Mangis, Rigler, Zink
//! and Alkon, Accelerating the convergence of the back-propagation method, Biological Cybernetics 59, 1988.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::StoppingMetric;
use super::trainer::Snapshot;
use crate::problem::Problem;
use crate::range;

/// Looks at the training every few epochs, goes back and slows down where it has become worse, and speeds up where it has not.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Steering {
    /// What is looked at: `dev_loss` (default), `dev_error` or `train_loss`.
    pub metric: StoppingMetric,
    /// How many epochs lie between two looks: the day (default 1).
    pub every: usize,
    /// By which share of itself the metric may rise from one look to the next before it is called worse (default 0.02).
    pub worse: f64,
    /// What the learning rate is divided by when the last look's weights come back (default 3).
    pub slower: f64,
    /// What the learning rate is multiplied by otherwise (default 1.5).
    pub faster: f64,
}

impl Default for Steering {
    fn default() -> Self {
        Steering { metric: StoppingMetric::default(), every: 1, worse: 0.02, slower: 3.0, faster: 1.5 }
    }
}

impl Steering {
    /// Returns problems with paths from the settings on: `every`.
    pub(super) fn check(&self) -> Vec<Problem> {
        let every = (self.every == 0).then(|| {
            Problem::new("every", "there is a look every 0 epochs").expected("a whole number of at least 1")
        });
        let others = [
            range::of("worse", self.worse).zero_or_more(),
            range::of("slower", self.slower).one_or_more(),
            range::of("faster", self.faster).one_or_more(),
        ];
        every.into_iter().chain(others.into_iter().flatten()).collect()
    }
}

/// What a look leads to.
#[derive(Debug)]
pub(super) enum Verdict<'a, R> {
    /// It is not time to look.
    NoLook,
    /// Not worse: these weights are the ones to come back to.
    Keep,
    /// Worse than at an epoch, whose weights are these.
    Back(usize, &'a Snapshot<R>),
}

/// Steering under way.
pub(super) struct Steer<R> {
    settings: Steering,
    /// What the learning rate is multiplied by.
    pub factor: f64,
    /// The value at the last look.
    last: f64,
    last_epoch: usize,
    kept: Option<Snapshot<R>>,
    /// How often it went back.
    pub set_backs: usize,
}

impl<R> Steer<R> {
    pub(super) fn new(settings: &Steering) -> Self {
        Steer {
            settings: settings.clone(),
            factor: 1.0,
            last: f64::NAN,
            last_epoch: 0,
            kept: None,
            set_backs: 0,
        }
    }

    /// Judges an epoch by the value of the metric; `finite` says whether weights and losses are. Without a finite start there is nothing
    /// to come back to.
    pub(super) fn look(&mut self, epoch: usize, value: f64, finite: bool) -> Verdict<'_, R> {
        let sound = finite && value.is_finite();
        if sound && !epoch.is_multiple_of(self.settings.every) {
            return Verdict::NoLook;
        }
        let worse = !sound || value > (1.0 + self.settings.worse) * self.last;
        match &self.kept {
            Some(kept) if worse => {
                self.factor /= self.settings.slower;
                self.set_backs += 1;
                Verdict::Back(self.last_epoch, kept)
            }
            None if !sound => Verdict::NoLook,
            _ => {
                // The rate of the first epoch is the author's own.
                self.factor *= if epoch == 0 { 1.0 } else { self.settings.faster };
                (self.last, self.last_epoch) = (value, epoch);
                Verdict::Keep
            }
        }
    }

    /// Takes the weights to come back to.
    pub(super) fn keep(&mut self, snapshot: Snapshot<R>) {
        self.kept = Some(snapshot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_checked() {
        assert_eq!(Steering::default().check(), []);
        let wrong = Steering { every: 0, worse: -0.1, slower: 0.5, faster: f64::NAN, ..Steering::default() };
        let paths: Vec<String> = wrong.check().into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["every", "worse", "slower", "faster"]);
    }
}
