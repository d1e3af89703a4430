//! What a metric is: all that tables, charts, searches and claims have to know of it stands beside its name.

pub use crate::data::PartName as Part;

use crate::outcome::Written;

/// Which end of a metric is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    Lower,
    Higher,
    /// It describes, and wins nothing.
    Neither,
}

/// The unit of a cross-entropy, which is taken with natural logarithms.
pub(super) const NATS: &str = "nats";

/// A metric with its meaning.
#[derive(Clone, Copy, Debug)]
pub struct MetricInfo {
    pub name: &'static str,
    pub about: &'static str,
    /// In what it is counted or measured: `epochs`, `degrees`; empty for a number without a unit, and for a share.
    pub unit: &'static str,
    pub written: Written,
    pub better: Better,
    /// Whether it is a mean loss of a network: a cross-entropy, in nats, where the target is a class.
    pub is_loss: bool,
    /// The part on which it is measured, if it is measured on one.
    pub part: Option<Part>,
    /// Whether it has a column of its own in the table of results.
    pub column: bool,
    /// Whether it is a list with a number for each class as it is and as it was given, row by row.
    pub by_class_given: bool,
}

impl MetricInfo {
    /// Returns the description of a bare number, of which neither end is better.
    pub const fn number(name: &'static str, about: &'static str) -> Self {
        let (unit, written, better) = ("", Written::Number, Better::Neither);
        let (is_loss, column, by_class_given) = (false, true, false);
        MetricInfo { name, about, unit, written, better, is_loss, part: None, column, by_class_given }
    }

    /// Returns the description of a part of a whole, written as a percentage.
    pub const fn share(name: &'static str, about: &'static str) -> Self {
        MetricInfo { written: Written::Percent, ..Self::number(name, about) }
    }

    /// Returns the description of a place in a series: where something first happened.
    pub const fn when(name: &'static str, about: &'static str) -> Self {
        MetricInfo { written: Written::When, ..Self::number(name, about) }
    }

    /// Sets the unit.
    pub const fn in_unit(self, unit: &'static str) -> Self {
        MetricInfo { unit, ..self }
    }

    /// Returns the description of a mean loss, of which less is better.
    pub const fn loss(name: &'static str, about: &'static str) -> Self {
        MetricInfo { is_loss: true, ..Self::number(name, about) }.lower()
    }

    /// Returns the same for a target that is a class.
    pub fn of_classes(self) -> Self {
        if self.is_loss { self.in_unit(NATS) } else { self }
    }

    /// Says that less is better.
    pub const fn lower(self) -> Self {
        MetricInfo { better: Better::Lower, ..self }
    }

    /// Says that more is better.
    pub const fn higher(self) -> Self {
        MetricInfo { better: Better::Higher, ..self }
    }

    /// Sets the part of the data that it is measured on.
    pub const fn on(self, part: Part) -> Self {
        MetricInfo { part: Some(part), ..self }
    }

    /// Leaves it out of the table of results: prose and claims still have it.
    pub const fn aside(self) -> Self {
        MetricInfo { column: false, ..self }
    }

    /// Says that it is a list with a number for each class as it is and as it was given.
    pub const fn by_class_given(self) -> Self {
        MetricInfo { by_class_given: true, ..self }
    }

    /// Returns whether a larger value is better.
    pub fn ascends(&self) -> bool {
        self.better == Better::Higher
    }

    /// Returns whether the least (or greatest) of several values can be called the best: where an end is better, and
    /// training did not itself make it so on the rows that it is measured on.
    pub fn can_be_best(&self) -> bool {
        self.better != Better::Neither && self.part != Some(Part::Train)
    }

    /// Returns in words what unit it has and which end is better; empty where there is nothing to say.
    pub fn words(&self) -> String {
        let unit = match (self.unit, self.written) {
            ("", Written::Percent) => "a share",
            ("", Written::Number | Written::When) => "",
            (unit, _) => {
                return [format!("in {unit}"), self.direction().to_owned()]
                    .join(", ")
                    .trim_end_matches(", ")
                    .to_owned();
            }
        };
        [unit, self.direction()].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ")
    }

    fn direction(&self) -> &'static str {
        match self.better {
            Better::Lower => "lower is better",
            Better::Higher => "higher is better",
            Better::Neither => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_says_in_words_what_it_is() {
        let degrees = MetricInfo::number("season_error", "").in_unit("degrees");
        assert_eq!(degrees.words(), "in degrees");
        assert_eq!(degrees.lower().words(), "in degrees, lower is better");
        assert_eq!(MetricInfo::share("dev_accuracy", "").higher().words(), "a share, higher is better");
        assert_eq!(MetricInfo::number("x", "").words(), "");
    }

    #[test]
    fn nothing_is_best_on_the_rows_that_were_trained_on() {
        let loss = MetricInfo::number("loss", "").lower();
        assert!(loss.can_be_best() && loss.on(Part::Dev).can_be_best());
        assert!(!loss.on(Part::Train).can_be_best() && !MetricInfo::number("x", "").can_be_best());
    }
}
