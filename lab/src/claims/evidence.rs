//! What a claim rests on, as its readers see it: both sides in their units, and by how much they differ.

use super::Verdict;
use crate::experiment::MetricInfo;
use crate::inline::{self, Relation, Sides, format_fixed, format_number, format_percent, format_scientific};
use crate::outcome::Written;

/// From this size on a number is written as a power of ten.
const LARGE: f64 = 1e7;

/// Below this size a number is written as a power of ten where its neighbours would show it as 0.
const SMALL: f64 = 1e-4;

impl Verdict {
    /// Returns both sides of the comparison, what stands for their seeds, and the difference with the 95% interval of it:
    /// `10.4% against 19.4%: 9.0 points lower (7.2 to 10.7)`. What is calculated from several metrics to be compared with another
    /// metric is a number that stands nowhere else, so that by how much the claim holds is all that is said: `9.0 points to spare`.
    /// None where the claim compares no numbers by their order. `find` describes a metric by its name.
    pub fn evidence(&self, find: impl Fn(&str) -> Option<MetricInfo>) -> Option<String> {
        let margin = self.margin.as_ref()?;
        let Sides { left, right, relation } = inline::sides(&self.claim.that)?;
        let sides: Vec<(f64, f64)> =
            self.by_seed.iter().map(|judgement| judgement.sides).collect::<Option<_>>()?;
        let of =
            |side: fn(&(f64, f64)) -> f64| self.statistic.of(&sides.iter().map(side).collect::<Vec<_>>());
        let (a, b) = (of(|side| side.0), of(|side| side.1));
        // Of what must be near, how far it is apart, and how far it may be.
        let apart = |seed: usize| (sides[seed].0 - sides[seed].1).abs();
        let difference = match relation {
            Relation::Near => self.statistic.of(&(0..sides.len()).map(apart).collect::<Vec<_>>()),
            Relation::Lower | Relation::Higher => margin.value.abs(),
        };
        let is_share = share(left, &find).or(share(right, &find)) == Some(true)
            && [left, right].iter().all(|side| share(side, &find) != Some(false));
        let whole = sides.iter().all(|(a, b)| a.fract() == 0.0 && b.fract() == 0.0)
            && [a, b].map(f64::fract) == [0.0; 2];
        let scale = if is_share { 100.0 } else { 1.0 };
        let decimals = decimals(difference * scale, whole && !is_share, is_share);
        let side = |value: f64| match is_share {
            true => format_percent(value, decimals),
            false => figure(value, decimals),
        };
        let by = |value: f64| figure(value * scale, decimals);
        let points = if is_share { " points" } else { "" };
        // Of each side one metric at least, of one several.
        let metrics = [left, right].map(|side| inline::names(side).len());
        let calculated = metrics.iter().min() >= Some(&1) && metrics.iter().max() > Some(&1);
        let sides_said = format!("{} against {}", side(a), side(b) + unit(left, right, &find));
        Some(match relation {
            Relation::Near => {
                let most = margin.by_seed.first()? + apart(0);
                format!("{sides_said}: {}{points} apart, {} allowed", by(difference), by(most))
            }
            Relation::Lower | Relation::Higher => {
                let holds = margin.value >= 0.0;
                let word = match (calculated, holds, relation == Relation::Lower) {
                    (true, true, _) => "to spare",
                    (true, false, _) => "short",
                    (false, true, true) | (false, false, false) => "lower",
                    (false, true, false) | (false, false, true) => "higher",
                };
                let ends = margin.interval.filter(|_| margin.has_interval());
                let ends = ends.map(|(low, high)| if holds { (low, high) } else { (-high, -low) });
                let interval =
                    ends.map_or_else(String::new, |(low, high)| format!(" ({} to {})", by(low), by(high)));
                let difference = format!("{}{points} {word}{interval}", by(difference));
                if calculated { difference } else { format!("{sides_said}: {difference}") }
            }
        })
    }
}

/// Returns whether an expression is a share of a whole; none where nothing in it is measured.
pub fn share(text: &str, find: &impl Fn(&str) -> Option<MetricInfo>) -> Option<bool> {
    inline::share(text, |name| info(name, find).is_some_and(|info| info.written == Written::Percent))
}

/// Returns the metric that a name such as `adam.dev_confusion[0]` ends in.
fn info(name: &str, find: &impl Fn(&str) -> Option<MetricInfo>) -> Option<MetricInfo> {
    let parts = name.split('.').map(|part| part.split('[').next().unwrap_or_default());
    parts.rev().find_map(find)
}

/// Returns the unit after a number, where both sides have the same one and no arithmetic.
fn unit(left: &str, right: &str, find: &impl Fn(&str) -> Option<MetricInfo>) -> &'static str {
    let of = |side: &str| match side.parse::<f64>() {
        Ok(_) => None,
        // A name alone: what arithmetic makes of one may have another unit.
        Err(_) => Some(match inline::names(side).as_slice() {
            [name] if name == side => info(name, find).map_or("", |info| info.unit),
            _ => "",
        }),
    };
    match (of(left), of(right)) {
        (Some("epochs"), None | Some("epochs")) | (None, Some("epochs")) => " epochs",
        (Some("steps"), None | Some("steps")) | (None, Some("steps")) => " steps",
        _ => "",
    }
}

/// Returns how many decimals show a difference with two digits.
fn decimals(difference: f64, whole: bool, is_share: bool) -> usize {
    if whole {
        return 0;
    }
    let size = if difference > 0.0 { libm::floor(libm::log10(difference) + 1e-9) } else { 0.0 };
    let least = if is_share { 1.0 } else { 0.0 };
    (1.0 - size).clamp(least, 6.0) as usize
}

/// Returns a number with that many decimals, or with two digits where it would be 0 by them; as a power of ten where it is very
/// small or large.
fn figure(value: f64, decimals: usize) -> String {
    let size = value.abs();
    let vanishes = size > 0.0 && size < 0.5 * libm::exp10(-(decimals as f64));
    if size >= LARGE || vanishes && size < SMALL {
        return format_scientific(value, 1);
    }
    if vanishes {
        return format_fixed(value, self::decimals(size, false, false));
    }
    if decimals == 0 && value.fract() == 0.0 { format_number(value) } else { format_fixed(value, decimals) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Claim;
    use crate::inline::Judgement;
    use crate::outcome::Statistic;

    const METRICS: [MetricInfo; 3] = [
        MetricInfo::share("dev_error", "").lower(),
        MetricInfo::number("loss", "").lower(),
        MetricInfo::when("epochs_to", "").in_unit("epochs"),
    ];

    fn find(name: &str) -> Option<MetricInfo> {
        METRICS.into_iter().find(|info| info.name == name)
    }

    fn evidence(that: &str, sides: &[(f64, f64)]) -> Option<String> {
        let relation = inline::sides(that).map(|sides| sides.relation);
        let judged = |&(left, right): &(f64, f64)| {
            let margin = match relation {
                Some(Relation::Lower) => Some(right - left),
                Some(Relation::Higher) => Some(left - right),
                Some(Relation::Near) => Some(0.02 - (left - right).abs()),
                None => None,
            };
            Judgement { holds: true, sides: Some((left, right)), margin, missing: Vec::new() }
        };
        let claim = Claim { that: that.to_owned(), says: None, holds: None };
        let by_seed = sides.iter().map(judged).collect();
        Verdict::new(0, claim, by_seed, Statistic::Mean, 0, true).evidence(find)
    }

    #[test]
    fn shares_differ_by_points() {
        let found = evidence("a.dev_error < b.dev_error", &[(0.1, 0.2), (0.11, 0.19)]);
        assert_eq!(found.unwrap(), "10.5% against 19.5%: 9.0 points lower (8.0 to 10.0)");
        let found = evidence("a.dev_error > 0.05", &[(0.104, 0.05)]);
        assert_eq!(found.unwrap(), "10.4% against 5.0%: 5.4 points higher");
        // The ends of a multiple are points too.
        let found = evidence("a.dev_error < 0.5 * b.dev_error", &[(0.1, 0.15)]);
        assert_eq!(found.unwrap(), "10.0% against 15.0%: 5.0 points lower");
    }

    #[test]
    fn other_numbers_have_as_many_decimals_as_their_difference_shows() {
        let found = evidence("a.loss < b.loss", &[(0.10433, 0.194)]);
        assert_eq!(found.unwrap(), "0.104 against 0.194: 0.090 lower");
        let found = evidence("a.loss > 1000 * b.loss", &[(1_034_639.0, 3.0)]);
        assert_eq!(found.unwrap(), "1,034,639 against 3: 1,034,636 higher");
        let found = evidence("a.epochs_to < b.epochs_to", &[(12.0, 20.0), (12.0, 20.0)]);
        assert_eq!(found.unwrap(), "12 against 20 epochs: 8 lower");
        let found = evidence("a.loss < b.loss", &[(0.123, 260.0)]);
        assert_eq!(found.unwrap(), "0.12 against 260: 260 lower");
        let found = evidence("a.loss < 0.5", &[(1e-9, 0.5)]);
        assert_eq!(found.unwrap(), "1×10⁻⁹ against 0.50: 0.50 lower");
    }

    #[test]
    fn what_fails_says_which_way_it_went() {
        let found = evidence("a.dev_error < b.dev_error", &[(0.2, 0.1), (0.19, 0.11)]);
        assert_eq!(found.unwrap(), "19.5% against 10.5%: 9.0 points higher (8.0 to 10.0)");
    }

    #[test]
    fn what_is_calculated_of_several_metrics_says_what_is_left() {
        let found = evidence("a.dev_error < b.dev_error - c.dev_error", &[(0.1, 0.2), (0.11, 0.19)]);
        assert_eq!(found.unwrap(), "9.0 points to spare (8.0 to 10.0)");
        let found = evidence("a.loss - b.loss > 0.7 * (a.loss - c.loss)", &[(0.30, 0.42)]);
        assert_eq!(found.unwrap(), "0.12 short");
        // Against a number its author wrote, it is read as such.
        let found = evidence("b.dev_error - a.dev_error > 0.08", &[(0.104, 0.08)]);
        assert_eq!(found.unwrap(), "10.4% against 8.0%: 2.4 points higher");
    }

    #[test]
    fn what_is_near_says_how_far_it_may_be() {
        let found = evidence("within(a.dev_error, b.dev_error, 0.02)", &[(0.1, 0.11)]);
        assert_eq!(found.unwrap(), "10.0% against 11.0%: 1.0 points apart, 2.0 allowed");
    }

    #[test]
    fn what_compares_no_numbers_has_no_evidence() {
        assert_eq!(evidence("a.loss == b.loss", &[(1.0, 1.0)]), None);
        assert_eq!(evidence("a.loss < 1 and b.loss < 1", &[(1.0, 1.0)]), None);
    }

    #[test]
    fn shares_stay_percentages_through_what_keeps_them_one() {
        let found = evidence("max(a.dev_error, b.dev_error) < c.dev_error - 0.03", &[(0.1, 0.14)]);
        assert_eq!(found.unwrap(), "4.0 points to spare");
        let found = evidence("a.dev_error < a.loss", &[(0.1, 0.14)]);
        assert_eq!(found.unwrap(), "0.100 against 0.140: 0.040 lower");
    }
}
