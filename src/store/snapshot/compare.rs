//! What moved between the accepted results and the new ones.

use super::difference::{Difference, same};
use super::history::parted;
use super::{Accepted, AcceptedVariant, Value};

/// New results beside accepted ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Whether the settings are others than those of the accepted results.
    pub settings_changed: bool,
    /// Whether the files that the experiment reads hold something else.
    pub data_changed: bool,
    /// How many runs a variant had and has, where it is another number; only those that both have are compared.
    pub seeds: Option<(usize, usize)>,
    /// The variants that are not the same to the last bit, by name.
    pub variants: Vec<VariantShift>,
    /// The claims whose margin or count moved, judged by as many seeds as before.
    pub claims: Vec<ClaimShift>,
}

/// How one variant moved.
#[derive(Clone, Debug, PartialEq)]
pub struct VariantShift {
    pub name: String,
    /// The index of the first epoch whose values differ; none if no epoch's do.
    pub parted: Option<usize>,
    /// How many epochs the accepted history has, the one before training included.
    pub epochs: usize,
    /// Final values that differ.
    pub moved: Vec<Moved>,
    /// Metrics that are new beside the accepted ones.
    pub added: Vec<String>,
    /// Whether the digests differ: of all that the runs left behind but their metrics.
    pub digest_differs: bool,
    /// Whether the variant stands on one side only: `Some(true)` if it is new, `Some(false)` if it is gone.
    pub alone: Option<bool>,
}

/// A final value that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// The metric, with the index of a list's item: `activation_sd[2]`.
    pub metric: String,
    /// Which of the runs, from 0.
    pub run: usize,
    pub old: Leaf,
    pub new: Leaf,
    /// Between two numbers that exist.
    pub difference: Option<Difference>,
    /// Whether the difference is within the tolerance.
    pub tolerated: bool,
}

/// A single value.
#[derive(Clone, Debug, PartialEq)]
pub enum Leaf {
    Number(f64),
    Text(String),
    /// There is no such value.
    Absent,
}

/// How a claim came out before and now.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimShift {
    /// Its place among the claims of the experiment.
    pub index: usize,
    pub that: String,
    /// In how many seeds it held, before and now.
    pub held: (usize, usize),
    /// The mean margin, before and now.
    pub margin: Option<(f64, f64)>,
}

impl Comparison {
    /// Whether anything but the settings differs.
    pub fn is_equal(&self) -> bool {
        self.variants.is_empty()
    }

    /// Whether nothing is lost and all that moved is within the tolerance; new metrics beside the old are no loss.
    pub fn is_tolerated(&self) -> bool {
        self.variants.iter().all(VariantShift::is_tolerated)
    }

    /// Whether new metrics are all that is new, and neither final weights nor tables nor grids moved beside them.
    pub fn has_only_grown(&self) -> bool {
        self.variants.iter().all(VariantShift::has_only_grown)
    }

    /// All final values that differ, each with its variant.
    pub fn moved(&self) -> impl Iterator<Item = (&VariantShift, &Moved)> {
        self.variants.iter().flat_map(|variant| variant.moved.iter().map(move |moved| (variant, moved)))
    }

    /// The final value that moved most: a value that appeared, vanished or is no number before any other.
    pub fn most(&self) -> Option<(&VariantShift, &Moved)> {
        self.moved().max_by(|(_, a), (_, b)| a.size().total_cmp(&b.size()))
    }
}

impl VariantShift {
    fn is_tolerated(&self) -> bool {
        // What no metric shows, such as final weights, has no size to be tolerated by; its metrics do.
        self.alone.is_none() && self.moved.iter().all(|moved| moved.tolerated)
    }

    fn has_only_grown(&self) -> bool {
        let moved = self.digest_differs || self.parted.is_some() || !self.moved.is_empty();
        self.alone.is_none() && !moved && !self.added.is_empty()
    }
}

impl Moved {
    /// For putting the largest first.
    pub fn size(&self) -> f64 {
        self.difference.map_or(f64::INFINITY, |difference| difference.relative)
    }
}

impl ClaimShift {
    /// By what share of the accepted margin the new one is nearer to none; negative if it grew.
    pub fn shrank_by(&self) -> Option<f64> {
        let (old, new) = self.margin?;
        let share = 1.0 - new / old;
        share.is_finite().then_some(share)
    }

    /// By what share of its margin it is nearer to failing, beyond all where it holds in fewer seeds; none where it is
    /// not.
    pub fn weaker_by(&self) -> Option<f64> {
        if self.held.1 < self.held.0 {
            return Some(f64::INFINITY);
        }
        self.shrank_by().filter(|share| *share > 0.0)
    }
}

/// Compares bits; a number may move by `tolerance` times the larger of the two and be tolerated. `new` stands
/// [beside](Accepted::beside) `old`.
pub fn compare(old: &Accepted, new: &Accepted, tolerance: f64) -> Comparison {
    let names =
        old.variants.keys().chain(new.variants.keys().filter(|name| !old.variants.contains_key(*name)));
    let seeds = (old.seeds, new.seeds);
    let shift = |name: &String| match (old.variants.get(name), new.variants.get(name)) {
        (Some(old), Some(new)) => variant(name, old, new, seeds, tolerance),
        (only, _) => Some(VariantShift { alone: Some(only.is_none()), ..still(name) }),
    };
    Comparison {
        settings_changed: (&old.identity.kind, &old.identity.settings)
            != (&new.identity.kind, &new.identity.settings),
        data_changed: old.identity.data != new.identity.data,
        seeds: (old.seeds != new.seeds).then_some(seeds),
        variants: names.filter_map(shift).collect(),
        claims: claims(old, new),
    }
}

fn still(name: &str) -> VariantShift {
    VariantShift {
        name: name.to_owned(),
        parted: None,
        epochs: 0,
        moved: Vec::new(),
        added: Vec::new(),
        digest_differs: false,
        alone: None,
    }
}

fn variant(
    name: &str,
    old: &AcceptedVariant,
    new: &AcceptedVariant,
    seeds: (usize, usize),
    tolerance: f64,
) -> Option<VariantShift> {
    // Digests are over all accepted runs together: of fewer runs only the metrics can be compared.
    let whole = seeds.1 >= seeds.0;
    let mut shift = VariantShift {
        parted: parted(&old.history, &new.history).filter(|_| whole),
        epochs: old.history.len(),
        added: new.metrics.keys().filter(|name| !old.metrics.contains_key(*name)).cloned().collect(),
        digest_differs: whole && old.digest != new.digest,
        ..still(name)
    };
    for (metric, values) in &old.metrics {
        let none = Vec::new();
        let now = new.metrics.get(metric).unwrap_or(&none);
        for run in 0..seeds.0.min(seeds.1) {
            let [old, new] = [values, now].map(|values| values.get(run).and_then(Option::as_ref));
            shift.moved.extend(
                leaves(metric, old, new)
                    .filter_map(|(metric, old, new)| moved(metric, run, old, new, tolerance)),
            );
        }
    }
    let equal =
        !shift.digest_differs && shift.parted.is_none() && shift.moved.is_empty() && shift.added.is_empty();
    (!equal).then_some(shift)
}

/// The single values of two values of a metric, side by side.
fn leaves<'a>(
    metric: &'a str,
    old: Option<&'a Value>,
    new: Option<&'a Value>,
) -> impl Iterator<Item = (String, Leaf, Leaf)> + 'a {
    let is_list = [old, new].iter().any(|value| matches!(value, Some(Value::List(_))));
    let length = |value: Option<&Value>| match value {
        None => 0,
        Some(Value::List(values)) => values.len(),
        Some(_) => 1,
    };
    let leaf = |value: Option<&Value>, index: usize| match value {
        Some(Value::List(values)) => values.get(index).map_or(Leaf::Absent, |value| Leaf::Number(*value)),
        Some(Value::Number(value)) if index == 0 => Leaf::Number(*value),
        Some(Value::Text(text)) if index == 0 => Leaf::Text(text.clone()),
        _ => Leaf::Absent,
    };
    (0..length(old).max(length(new))).map(move |index| {
        let name = if is_list { format!("{metric}[{index}]") } else { metric.to_owned() };
        (name, leaf(old, index), leaf(new, index))
    })
}

fn moved(metric: String, run: usize, old: Leaf, new: Leaf, tolerance: f64) -> Option<Moved> {
    let difference = match (&old, &new) {
        (Leaf::Number(old), Leaf::Number(new)) if same(*old, *new) => return None,
        (Leaf::Number(old), Leaf::Number(new)) => Difference::of(*old, *new),
        _ if old == new => return None,
        _ => None,
    };
    let tolerated = difference.is_some_and(|difference| tolerance > 0.0 && difference.relative <= tolerance);
    Some(Moved { metric, run, old, new, difference, tolerated })
}

/// Claims that stand on both sides, word for word; none where other seeds judge them.
fn claims(old: &Accepted, new: &Accepted) -> Vec<ClaimShift> {
    if old.seeds != new.seeds {
        return Vec::new();
    }
    let pair = |now: &super::AcceptedClaim| {
        let before = old.claims.iter().find(|claim| claim.that == now.that)?;
        let same_margin = match (before.margin, now.margin) {
            (Some(old), Some(new)) => same(old, new),
            (old, new) => old.is_none() && new.is_none(),
        };
        (before.held != now.held || !same_margin).then(|| ClaimShift {
            index: now.index,
            that: now.that.clone(),
            held: (before.held, now.held),
            margin: before.margin.zip(now.margin),
        })
    };
    new.claims.iter().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{AcceptedClaim, Identity};
    use super::*;

    fn number(value: f64) -> Vec<Option<Value>> {
        vec![Some(Value::Number(value))]
    }

    fn accepted(metrics: &[(&str, Vec<Option<Value>>)]) -> Accepted {
        let variant = AcceptedVariant {
            digest: "d".to_owned(),
            history: vec!["00".to_owned(), "11".to_owned()],
            metrics: metrics.iter().map(|(name, values)| ((*name).to_owned(), values.clone())).collect(),
        };
        Accepted {
            identity: Identity { kind: "split".to_owned(), settings: "s".to_owned(), data: None },
            seeds: 1,
            series: vec![],
            claims: vec![AcceptedClaim { index: 2, that: "a < b".to_owned(), held: 1, margin: Some(-0.5) }],
            variants: [("run".to_owned(), variant)].into(),
        }
    }

    #[test]
    fn the_same_is_equal_and_nan_is_nan() {
        let same = accepted(&[("loss", number(f64::NAN)), ("name", vec![Some(Value::Text("x".into()))])]);
        assert_eq!(compare(&same, &same, 0.0), Comparison::default());
    }

    #[test]
    fn the_last_bit_is_a_drift_unless_tolerated() {
        let (old, new) =
            (accepted(&[("loss", number(1.0))]), accepted(&[("loss", number(1.0 + f64::EPSILON))]));
        let exact = compare(&old, &new, 0.0);
        assert!(!exact.is_equal() && !exact.is_tolerated());
        let (_, most) = exact.most().unwrap();
        assert_eq!((most.metric.as_str(), most.difference.unwrap().ulps), ("loss", 1));
        let lax = compare(&old, &new, 1e-15);
        assert!(!lax.is_equal() && lax.is_tolerated());
    }

    #[test]
    fn no_tolerance_covers_what_is_no_distance() {
        let cases = [
            (number(1.0), number(f64::NAN)),
            (number(1.0), vec![None]),
            (number(1.0), vec![Some(Value::Text("1.0".into()))]),
            (vec![Some(Value::Text("a".into()))], vec![Some(Value::Text("b".into()))]),
            (vec![Some(Value::List(vec![1.0]))], vec![Some(Value::List(vec![1.0, 2.0]))]),
            (number(1.0), vec![]),
        ];
        for (old, new) in cases {
            let compared = compare(&accepted(&[("m", old.clone())]), &accepted(&[("m", new)]), 0.5);
            assert!(!compared.is_tolerated(), "{old:?}: {compared:?}");
        }
    }

    #[test]
    fn only_the_seeds_that_both_have_are_compared() {
        let of = |numbers: &[f64]| {
            let values = numbers.iter().map(|&number| Some(Value::Number(number))).collect();
            Accepted { seeds: numbers.len(), ..accepted(&[("loss", values)]) }
        };
        let mut fewer = of(&[1.0]);
        fewer.variants.get_mut("run").unwrap().digest = "of one run".to_owned();
        let compared = compare(&of(&[1.0, 2.0]), &fewer, 0.0);
        assert!(compared.is_equal() && compared.seeds == Some((2, 1)), "{compared:?}");
        fewer.variants.get_mut("run").unwrap().metrics.clear();
        assert_eq!(compare(&of(&[1.0, 2.0]), &fewer, 0.0).moved().count(), 1);
        // Of more, only as many stand beside the accepted ones.
        let more = Accepted { seeds: 3, ..of(&[1.0, 2.0]) };
        let compared = compare(&of(&[1.0, 2.0]), &more, 0.0);
        assert!(compared.is_equal() && compared.seeds == Some((2, 3)), "{compared:?}");
    }

    #[test]
    fn lists_are_compared_item_by_item() {
        let list = |last| vec![Some(Value::List(vec![1.0, last]))];
        let compared = compare(&accepted(&[("sd", list(2.0))]), &accepted(&[("sd", list(4.0))]), 0.0);
        let moved: Vec<_> = compared.moved().map(|(_, moved)| (moved.metric.clone(), moved.size())).collect();
        assert_eq!(moved, [("sd[1]".to_owned(), 0.5)]);
    }

    #[test]
    fn weights_that_no_metric_shows_are_a_drift() {
        let old = accepted(&[("loss", number(1.0))]);
        let mut new = old.clone();
        new.variants.get_mut("run").unwrap().digest = "e".to_owned();
        assert!(!compare(&old, &new, 0.0).is_equal());
        new.variants.get_mut("run").unwrap().history[1] = "12".to_owned();
        assert_eq!(compare(&old, &new, 0.0).variants[0].parted, Some(1));
    }

    #[test]
    fn new_metrics_are_growth_and_lost_ones_are_not() {
        let (less, more) =
            (accepted(&[("a", number(1.0))]), accepted(&[("a", number(1.0)), ("b", number(2.0))]));
        let grown = compare(&less, &more, 0.0);
        assert!(grown.has_only_grown() && !grown.is_equal());
        let mut drifted = more.clone();
        drifted.variants.get_mut("run").unwrap().digest = "e".to_owned();
        let compared = compare(&less, &drifted, 0.0);
        assert!(!compared.has_only_grown(), "a new metric does not hide weights that moved: {compared:?}");
        let lost = compare(&more, &less, 0.0);
        assert!(!lost.has_only_grown() && !lost.is_tolerated());
    }

    #[test]
    fn variants_and_claims_are_matched_by_name() {
        let old = accepted(&[]);
        let mut new = accepted(&[]);
        let variant = new.variants.remove("run").unwrap();
        new.variants.insert("other".to_owned(), variant);
        new.claims[0].margin = Some(-0.25);
        let compared = compare(&old, &new, 0.0);
        let alone: Vec<_> = compared.variants.iter().map(|v| (v.name.as_str(), v.alone)).collect();
        assert_eq!(alone, [("run", Some(false)), ("other", Some(true))]);
        assert_eq!((compared.claims[0].index, compared.claims[0].shrank_by()), (2, Some(0.5)));
    }
}
