//! A loss to be reached: the first epoch, or step, that is at or under it, and a figure of these.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::chart::{Axis, Color, Dots, Figure, Panel};
use crate::diagnostic::Problem;
use crate::experiment::curves;
use crate::outcome::Outcome;
use crate::range;

/// A loss to be reached.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
pub(super) struct LossTarget(pub f64);

impl Default for LossTarget {
    fn default() -> Self {
        LossTarget(0.1)
    }
}

impl LossTarget {
    /// Returns a problem at `target`: the target cannot be reached.
    pub(super) fn check(self) -> Option<Problem> {
        range::of("target", self.0).said("the target loss").above_zero()
    }

    /// Returns the index of the first loss at or under it; NaN where none is.
    pub(super) fn first(self, losses: &[f64]) -> f64 {
        losses.iter().position(|&loss| loss <= self.0).map_or(f64::NAN, |index| index as f64)
    }
}

/// A figure with a dot for each seed that reached its target.
pub(super) struct TargetFigure {
    /// Its own name and that of the metric.
    pub name: &'static str,
    pub title: &'static str,
    pub lead: &'static str,
    /// What is counted, and until when: `epochs to a training loss of 0.1`.
    pub counted: String,
}

impl TargetFigure {
    /// Draws how soon runs reach the target; none where nothing is compared, or no run gets to its target.
    pub(super) fn draw(self, outcome: &Outcome) -> Option<Figure> {
        if outcome.variants.len() < 2 {
            return None;
        }
        let names = outcome.variants.iter().map(|variant| variant.label.clone());
        let mut panel = Panel::new(Axis::linear(self.counted).integer().zero(), Axis::category("", names));
        let (mut missed, mut arrived) = (Vec::new(), false);
        for (index, variant) in outcome.variants.iter().enumerate() {
            let all = curves::values(variant, self.name);
            let reached: Vec<f64> = all.iter().copied().filter(|count| count.is_finite()).collect();
            arrived |= !reached.is_empty();
            if reached.len() < all.len() {
                missed.push(format!("{} in {} of {}", variant.label, all.len() - reached.len(), all.len()));
            }
            panel = panel.mark(Dots::strip(index, &reached, 0.5, true, Color::Series(variant.color)));
        }
        if !arrived {
            return None;
        }
        let aspect = 720.0 / (60.0 + 44.0 * outcome.variants.len() as f64);
        let figure = Figure::new(self.name, self.title, self.lead).panel(panel.aspect(aspect));
        Some(match missed.is_empty() {
            true => figure,
            false => figure.note(format!("Never reached: {}.", missed.join(", "))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Metric, RunRecord, Variant};

    #[test]
    fn the_first_loss_at_or_under_it_counts() {
        assert_eq!(LossTarget(0.5).first(&[2.0, 0.5, 0.1, 0.7]), 1.0);
        assert!(LossTarget(0.5).first(&[2.0, f64::NAN]).is_nan());
        assert!(LossTarget(f64::NAN).check().is_some() && LossTarget(1e-9).check().is_none());
    }

    #[test]
    fn a_figure_shows_who_got_there_and_names_who_did_not() {
        let drawn = |epochs: [[f64; 2]; 2]| {
            let run = |epoch: f64| RunRecord {
                metrics: [("epochs_to".to_owned(), Metric::Number(epoch))].into(),
                ..RunRecord::default()
            };
            let variants = epochs.into_iter().zip(["one", "other"]).map(|(epochs, label)| Variant {
                label: label.to_owned(),
                runs: epochs.map(run).into(),
                ..Variant::default()
            });
            let figure =
                TargetFigure { name: "epochs_to", title: "", lead: "", counted: "epochs".to_owned() };
            figure
                .draw(&Outcome { variants: variants.collect(), ..Outcome::default() })
                .map(|figure| figure.note)
        };
        let never = f64::NAN;
        assert_eq!(drawn([[3.0, 4.0], [5.0, 6.0]]), Some(None));
        assert_eq!(
            drawn([[3.0, never], [never, never]]),
            Some(Some("Never reached: one in 1 of 2, other in 2 of 2.".to_owned()))
        );
        assert_eq!(drawn([[never; 2]; 2]), None);
    }
}
