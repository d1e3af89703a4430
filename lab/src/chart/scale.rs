//! From values to positions: the resolved scale of an axis, as plotters wants it.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged};

use super::axis::{Axis, Format, Scale};
use super::figure::Point;

/// Plotters counts whole units; a hundred of them make a px, so that two decimals are exact.
pub(crate) const UNITS: f64 = 100.0;

/// Farther out than any page; keeps a value far outside the range from overflowing.
const FAR: f64 = 1e7;

/// Largest size of a value on a linear axis, so that the width of a range stays finite.
const HUGE: f64 = 1e300;

/// The formula of a scale without its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    Linear,
    Log,
    OneMinusLog,
}

impl Curve {
    pub(crate) fn of(scale: &Scale) -> Self {
        match scale {
            Scale::Linear | Scale::Category(_) => Curve::Linear,
            Scale::Log => Curve::Log,
            Scale::OneMinusLog => Curve::OneMinusLog,
        }
    }

    /// Returns the value on an evenly spaced line; not finite where the scale does not reach.
    pub(crate) fn bend(self, value: f64) -> f64 {
        match self {
            Curve::Linear => value,
            Curve::Log if value > 0.0 => libm::log10(value),
            Curve::OneMinusLog if value < 1.0 => -libm::log10(1.0 - value),
            Curve::Log | Curve::OneMinusLog => f64::NAN,
        }
    }

    /// Returns the inverse of [`Curve::bend`].
    pub(crate) fn unbend(self, bent: f64) -> f64 {
        match self {
            Curve::Linear => bent,
            Curve::Log => libm::exp10(bent),
            Curve::OneMinusLog => 1.0 - libm::exp10(-bent),
        }
    }
}

/// A scale with its range: all that is needed to place a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Domain {
    pub curve: Curve,
    /// Bent ends, `low < high`, both finite.
    pub low: f64,
    pub high: f64,
    /// Names run from the top down on y.
    pub flipped: bool,
    /// Its places are names.
    pub named: bool,
    /// Where 0 stands on a logarithmic scale with a break.
    pub zero: Option<Zero>,
}

/// The place of 0 beyond the break of a logarithmic scale, in bent values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zero {
    pub at: f64,
    /// Where the scale goes on after the break.
    pub after: f64,
}

/// What the marks of a panel ask of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    pub x: Reach,
    pub y: Reach,
    pub row: Row,
    /// Where dots stand, in values: no word is written over them.
    pub dots: Vec<Point>,
    /// Lines that run over a map, in values: no number of the map is written over them.
    pub traces: Vec<Vec<Point>>,
    /// How many bands there are.
    pub bands: usize,
    /// How many areas stand on 0, one behind the other.
    pub areas: usize,
}

impl Needs {
    /// Asks both axes to hold a point.
    pub fn hold(&mut self, (x, y): Point) {
        self.x.values.push(x);
        self.y.values.push(y);
    }
}

/// What marks ask of a row of an upright category axis, in px.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The sum of what stands side by side in it.
    pub beside: f64,
    /// Room around that.
    pub around: f64,
    /// A row is never lower.
    pub least: f64,
}

impl Default for Row {
    fn default() -> Self {
        Row { beside: 0.0, around: 0.0, least: 38.0 }
    }
}

impl Row {
    /// Asks for room beside what stands in a row already.
    pub fn beside(&mut self, height: f64, around: f64) {
        self.beside += height;
        self.around = self.around.max(around);
    }

    pub(crate) fn height(self) -> f64 {
        (self.beside + self.around).max(self.least)
    }
}

/// What the data asks of an axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reach {
    pub values: Vec<f64>,
    /// Values with which curves begin: where they lie far from where all settles, they may be cut off.
    pub early: Vec<f64>,
    /// Leave some air beyond the outermost values (dots), rather than none (curves over epochs).
    pub air: bool,
    /// Room for texts at the ends of bars.
    pub texts: bool,
    /// A picture fills the plot to its edges: no air whatever else is drawn.
    pub tight: bool,
    /// Bars and areas stand on 0 without air below it.
    pub grounded: bool,
}

impl Domain {
    /// Returns the range of an axis: as given, or from the values, never empty, never infinite.
    pub(crate) fn new(axis: &Axis, reach: &Reach) -> Self {
        if let Scale::Category(names) = &axis.scale {
            let count = names.len().max(1) as f64;
            return Domain {
                curve: Curve::Linear,
                low: -0.5,
                high: count - 0.5,
                flipped: false,
                named: true,
                zero: None,
            };
        }
        let curve = Curve::of(&axis.scale);
        let given = axis.range.map(|(low, high)| (curve.bend(clamp(low)), curve.bend(clamp(high))));
        let (low, high) = match given {
            Some((low, high)) if low.is_finite() && high.is_finite() && low != high => {
                (low.min(high), low.max(high))
            }
            _ => found(axis, curve, reach),
        };
        let mut domain = Domain { curve, low, high, flipped: false, named: false, zero: None };
        if axis.broken && curve == Curve::Log && reach.values.contains(&0.0) {
            let gap = (high - low) * 0.12;
            domain.zero = Some(Zero { at: low - gap, after: low });
            domain.low = low - 1.3 * gap;
        }
        domain
    }

    /// Widens it to hold the others of its kind of scale too; categories have each their own.
    pub(crate) fn widen(&mut self, others: &[Domain]) {
        for other in others.iter().filter(|other| other.curve == self.curve && !self.named && !other.named) {
            self.low = self.low.min(other.low);
            self.high = self.high.max(other.high);
        }
    }

    /// 0 at the low end, 1 at the high end; `None` where the value has no place at all.
    pub fn fraction(&self, value: f64) -> Option<f64> {
        let bent = match self.zero {
            Some(zero) if value == 0.0 => zero.at,
            _ => self.curve.bend(value),
        };
        let fraction = (bent / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        fraction.is_finite().then_some(if self.flipped { 1.0 - fraction } else { fraction })
    }

    /// Returns whether a value lies between the ends.
    pub fn contains(&self, value: f64) -> bool {
        self.fraction(value).is_some_and(|fraction| (-1e-9..=1.0 + 1e-9).contains(&fraction))
    }

    /// Returns the ends as values.
    pub fn ends(&self) -> (f64, f64) {
        (self.curve.unbend(self.low), self.curve.unbend(self.high))
    }
}

fn clamp(value: f64) -> f64 {
    value.clamp(-HUGE, HUGE)
}

/// The range that holds the data, with air, in bent values.
fn found(axis: &Axis, curve: Curve, reach: &Reach) -> (f64, f64) {
    let zero = axis.zero.then_some(0.0);
    let ends = |values: &[f64]| {
        let bent = values.iter().copied().chain(zero).filter(|value| value.is_finite());
        let bent = bent.map(|value| curve.bend(clamp(value))).filter(|value| value.is_finite());
        bent.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    };
    let (low, high) = deserved(curve, ends(&reach.values), ends(&reach.early));
    if low > high {
        return if curve == Curve::Linear { (0.0, 1.0) } else { (0.0, 2.0) };
    }
    let (low, high) = widened(curve, low, high);
    if !reach.air || reach.tight {
        return (low, high);
    }
    let air = (high / 2.0 - low / 2.0) * if reach.texts { 0.26 } else { 0.09 };
    let on_ground = curve == Curve::Linear && (reach.grounded || axis.zero);
    let share = curve == Curve::Linear && axis.format == Format::Percent && low >= 0.0;
    let bottom = match low {
        low if on_ground && low == 0.0 => low,
        low if share => (low - air).max(0.0),
        low => low - air,
    };
    let top = if on_ground && high == 0.0 { high } else { high + air };
    (bottom, top)
}

/// The range that the ends of curves deserve: where their beginnings would squeeze them into less than a part of `SQUEEZED`,
/// it reaches only so far that one sees from which side they come.
fn deserved(curve: Curve, settled: (f64, f64), early: (f64, f64)) -> (f64, f64) {
    const SQUEEZED: f64 = 2.5;
    const SEEN: f64 = 0.5;
    let all = (settled.0.min(early.0), settled.1.max(early.1));
    let width = settled.1 - settled.0;
    let is_squeezed = width > 0.0 && all.1 / 2.0 - all.0 / 2.0 > SQUEEZED * width / 2.0;
    match curve == Curve::Linear && is_squeezed {
        true => (all.0.max(settled.0 - SEEN * width), all.1.min(settled.1 + SEEN * width)),
        false => all,
    }
}

/// A range of visible width also for one value, or for values that differ by rounding alone.
fn widened(curve: Curve, low: f64, high: f64) -> (f64, f64) {
    let size = low.abs().max(high.abs());
    if high - low > size * 1e-12 {
        return (low, high);
    }
    match curve {
        Curve::Linear if size == 0.0 => (0.0, 1.0),
        Curve::Linear => (low - size * 0.1, high + size * 0.1),
        Curve::Log | Curve::OneMinusLog => (low - 0.5, high + 0.5),
    }
}

impl Ranged for Domain {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let fraction = self.fraction(*value).unwrap_or(0.0);
        let position = f64::from(limit.0) + fraction * f64::from(limit.1 - limit.0);
        position.clamp(-FAR, FAR).round() as i32
    }

    /// Ticks are ours; plotters is never asked for its own.
    fn key_points<Hint: KeyPointHint>(&self, _hint: Hint) -> Vec<f64> {
        Vec::new()
    }

    fn range(&self) -> Range<f64> {
        let (low, high) = self.ends();
        low..high
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn domain(axis: &Axis, values: &[f64]) -> Domain {
        Domain::new(axis, &Reach { values: values.to_vec(), ..Reach::default() })
    }

    #[test]
    fn a_linear_scale_is_proportional() {
        let x = domain(&Axis::linear("epoch"), &[0.0, 10.0]);
        assert_eq!(x.map(&2.5, (100, 500)), 200);
        assert_eq!(x.map(&2.5, (500, 100)), 400);
    }

    #[test]
    fn a_log_scale_is_proportional_in_exponents() {
        let y = domain(&Axis::log("loss"), &[0.01, 100.0, 0.0, -3.0]);
        assert_eq!(y.map(&1.0, (0, 400)), 200);
        assert_eq!(y.fraction(0.0), None);
        assert_eq!(y.fraction(-1.0), None);
    }

    #[test]
    fn momenta_crowd_towards_one() {
        let x = domain(&Axis::one_minus_log("beta"), &[0.9, 0.999]);
        assert!((x.fraction(0.99).unwrap() - 0.5).abs() < 1e-9);
        assert_eq!(x.fraction(1.0), None);
    }

    #[test]
    fn categories_stand_at_whole_numbers() {
        let x = domain(&Axis::category("part", ["train", "dev"]), &[]);
        assert_eq!((x.fraction(0.0), x.fraction(1.0)), (Some(0.25), Some(0.75)));
    }

    #[test]
    fn bars_stand_on_zero_and_dots_have_air() {
        let reach = |grounded| Reach { values: vec![0.0, 10.0], air: true, grounded, ..Reach::default() };
        assert_eq!(Domain::new(&Axis::linear("rows"), &reach(true)).low, 0.0);
        assert!(Domain::new(&Axis::linear("x"), &reach(false)).low < 0.0);
    }

    #[test]
    fn shares_never_go_below_nothing() {
        let reach = Reach { values: vec![0.01, 0.9], air: true, ..Reach::default() };
        assert_eq!(Domain::new(&Axis::linear("error").percent(), &reach).low, 0.0);
    }

    #[test]
    fn the_ends_of_curves_deserve_the_range() {
        let range = |values: &[f64], early: &[f64]| {
            let reach = Reach { values: values.to_vec(), early: early.to_vec(), ..Reach::default() };
            let found = Domain::new(&Axis::linear("error"), &reach);
            (found.low, found.high)
        };
        // From 0.9 down to 0.1 and 0.2: half as much again above where they end.
        assert_eq!(range(&[0.25, 0.5], &[4.0, 0.5]), (0.25, 0.625));
        // What falls only a little further is shown whole.
        assert_eq!(range(&[0.25, 0.5], &[0.75]), (0.25, 0.75));
        assert_eq!(range(&[], &[4.0, 1.0]), (1.0, 4.0));
        assert_eq!(range(&[1.0], &[4.0]), (1.0, 4.0));
    }

    #[test]
    fn one_value_still_has_a_range() {
        for axis in [Axis::linear("x"), Axis::log("x"), Axis::one_minus_log("x")] {
            for values in
                [&[][..], &[0.5], &[0.0], &[-4.0], &[f64::NAN], &[f64::INFINITY], &[f64::MIN, f64::MAX]]
            {
                let found = domain(&axis, values);
                assert!(
                    found.low < found.high && (found.high / 2.0 - found.low / 2.0).is_finite(),
                    "{found:?}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn every_value_in_the_data_lies_within(values in prop::collection::vec(any::<f64>(), 0..9)) {
            let found = domain(&Axis::linear("x"), &values);
            for value in values.into_iter().filter(|value| value.abs() < HUGE) {
                prop_assert!(found.contains(value));
            }
        }
    }
}
