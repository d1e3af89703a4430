//! What moved between the accepted results and the new ones.

use std::collections::{BTreeMap, BTreeSet};

use super::difference::{Difference, same};
use super::history::parted;
use super::{Accepted, AcceptedValue, AcceptedVariant, Identity};

/// New results beside accepted ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Whether the settings are others than those of the accepted results.
    pub settings_changed: bool,
    /// Which, of the variants that stand on both sides.
    pub settings: Vec<SettingShift>,
    /// Whether the files that the experiment reads hold something else.
    pub data_changed: bool,
    /// How many runs a variant had and has, where it is another number; of more, as many are compared as there were.
    pub seeds: Option<(usize, usize)>,
    /// Variants that have another name and the same results, each with its name before and now.
    pub renamed: Vec<(String, String)>,
    /// The variants that are not the same to the last bit, by name.
    pub variants: Vec<VariantShift>,
    /// The claims whose margin or count moved, judged by as many seeds as before.
    pub claims: Vec<ClaimShift>,
}

/// A setting that is another one.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingShift {
    pub path: String,
    /// The variants of which that is so; none for all that stand on both sides.
    pub variants: Option<Vec<String>>,
    /// As JSON; none where it is left at its default.
    pub old: Option<String>,
    pub new: Option<String>,
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
    /// The mean of so many runs only: the others have no number.
    Part(f64, usize),
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
    /// Returns whether anything but the settings differs.
    pub fn is_equal(&self) -> bool {
        self.variants.is_empty()
    }

    /// Returns whether nothing is lost and all that moved is within the tolerance; new metrics beside the old are no loss.
    pub fn is_tolerated(&self) -> bool {
        self.variants.iter().all(VariantShift::is_tolerated)
    }

    /// Returns whether new metrics are all that is new, and neither final weights nor tables nor grids moved beside them.
    pub fn has_only_grown(&self) -> bool {
        self.variants.iter().all(VariantShift::has_only_grown)
    }

    /// Returns all final values that differ, each with its variant.
    pub fn moved(&self) -> impl Iterator<Item = (&VariantShift, &Moved)> {
        self.variants.iter().flat_map(|variant| variant.moved.iter().map(move |moved| (variant, moved)))
    }

    /// Returns the number that moved most; none where no two numbers differ.
    pub fn most(&self) -> Option<(&VariantShift, &Moved)> {
        let sized = self.moved().filter(|(_, moved)| moved.difference.is_some());
        sized.max_by(|(_, a), (_, b)| a.size().total_cmp(&b.size()))
    }

    /// Returns the values that appeared, vanished or became no number, of which nobody can say how far they moved.
    pub fn sizeless(&self) -> impl Iterator<Item = (&VariantShift, &Moved)> {
        self.moved().filter(|(_, moved)| moved.difference.is_none())
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
    /// Returns a size for putting the largest first; what has no size comes last.
    pub fn size(&self) -> f64 {
        self.difference.map_or(-1.0, |difference| difference.relative)
    }
}

impl ClaimShift {
    /// Returns by what share of the accepted margin the new one is nearer to none; negative if it grew.
    pub fn shrank_by(&self) -> Option<f64> {
        let (old, new) = self.margin?;
        let share = 1.0 - new / old;
        share.is_finite().then_some(share)
    }

    /// Returns by what share of its margin it is nearer to failing, beyond all where it holds in fewer seeds; none where it
    /// is not.
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
    let seeds = (old.seeds, new.seeds);
    let renamed = renamed(old, new);
    let is_renamed = |name: &String| renamed.iter().any(|(before, now)| name == before || name == now);
    let names: BTreeSet<&String> = old.variants.keys().chain(new.variants.keys()).collect();
    let shift = |name: &String| match (old.variants.get(name), new.variants.get(name)) {
        (Some(old), Some(new)) => variant(name, old, new, seeds, tolerance),
        (only, _) => Some(VariantShift { alone: Some(only.is_none()), ..still(name) }),
    };
    Comparison {
        settings_changed: (&old.identity.kind, &old.identity.settings)
            != (&new.identity.kind, &new.identity.settings),
        settings: settings(&old.identity, &new.identity),
        data_changed: old.identity.data != new.identity.data,
        seeds: (old.seeds != new.seeds).then_some(seeds),
        variants: names.into_iter().filter(|name| !is_renamed(name)).filter_map(shift).collect(),
        renamed,
        claims: claims(old, new),
    }
}

/// Variants on one side only whose results stand under another name on the other.
fn renamed(old: &Accepted, new: &Accepted) -> Vec<(String, String)> {
    let mut left: Vec<(&String, &AcceptedVariant)> =
        new.variants.iter().filter(|(name, _)| !old.variants.contains_key(*name)).collect();
    let gone = old.variants.iter().filter(|(name, _)| !new.variants.contains_key(*name));
    let mut pairs = Vec::new();
    for (before, accepted) in gone {
        // Values are compared as bits by the digest, which a NaN does not disturb.
        let same = |variant: &AcceptedVariant| {
            (&variant.digest, &variant.history) == (&accepted.digest, &accepted.history)
                && variant.metrics.keys().eq(accepted.metrics.keys())
        };
        if let Some(place) = left.iter().position(|(_, variant)| same(variant)) {
            pairs.push((before.clone(), left.remove(place).0.clone()));
        }
    }
    pairs
}

/// The path of a setting, with its value before and now.
type Change<'a> = (&'a str, Option<&'a String>, Option<&'a String>);

/// Returns the settings that differ, one said once where all variants that stand on both sides share it.
fn settings(old: &Identity, new: &Identity) -> Vec<SettingShift> {
    let mut shifts = Vec::new();
    let mut whole = |path: &str, old: String, new: String| {
        let [old, new] = [old, new].map(Some);
        if old != new {
            shifts.push(SettingShift { path: path.to_owned(), variants: None, old, new });
        }
    };
    whole("kind", old.kind.clone(), new.kind.clone());
    whole("seed", old.seed.to_string(), new.seed.to_string());
    let both: Vec<&String> = old.with.keys().filter(|name| new.with.contains_key(*name)).collect();
    let mut found: BTreeMap<Change, Vec<String>> = BTreeMap::new();
    for name in &both {
        let (before, now) = (&old.with[*name], &new.with[*name]);
        for path in before.keys().chain(now.keys()).collect::<BTreeSet<_>>() {
            let (before, now) = (before.get(path), now.get(path));
            if before != now {
                found.entry((path, before, now)).or_default().push((*name).clone());
            }
        }
    }
    shifts.extend(found.into_iter().map(|((path, before, now), names)| SettingShift {
        path: path.to_owned(),
        variants: (names.len() < both.len()).then_some(names),
        old: before.cloned(),
        new: now.cloned(),
    }));
    shifts
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
    // Digests and means are over all accepted runs together: nothing can be said beside fewer.
    if seeds.1 < seeds.0 {
        return None;
    }
    let mut shift = VariantShift {
        parted: parted(&old.history, &new.history),
        epochs: old.history.len(),
        added: new.metrics.keys().filter(|name| !old.metrics.contains_key(*name)).cloned().collect(),
        digest_differs: old.digest != new.digest,
        ..still(name)
    };
    for (metric, old) in &old.metrics {
        let pairs = leaves(metric, old, new.metrics.get(metric));
        shift.moved.extend(pairs.filter_map(|(metric, old, new)| moved(metric, old, new, tolerance)));
    }
    let equal =
        !shift.digest_differs && shift.parted.is_none() && shift.moved.is_empty() && shift.added.is_empty();
    (!equal).then_some(shift)
}

/// Returns the single values of two values of a metric, side by side.
fn leaves<'a>(
    metric: &'a str,
    old: &'a AcceptedValue,
    new: Option<&'a AcceptedValue>,
) -> impl Iterator<Item = (String, Leaf, Leaf)> + 'a {
    let is_list = [Some(old), new].iter().any(|value| matches!(value, Some(AcceptedValue::List(_))));
    let length = |value: Option<&AcceptedValue>| match value {
        None => 0,
        Some(AcceptedValue::List(values)) => values.len(),
        Some(_) => 1,
    };
    let leaf = |value: Option<&AcceptedValue>, index: usize| match value {
        Some(AcceptedValue::List(values)) => {
            values.get(index).map_or(Leaf::Absent, |value| Leaf::Number(*value))
        }
        Some(AcceptedValue::Number(value, None)) if index == 0 => Leaf::Number(*value),
        Some(AcceptedValue::Number(value, Some(of))) if index == 0 => Leaf::Part(*value, *of),
        Some(AcceptedValue::Text(text)) if index == 0 => Leaf::Text(text.clone()),
        _ => Leaf::Absent,
    };
    (0..length(Some(old)).max(length(new))).map(move |index| {
        let name = if is_list { format!("{metric}[{index}]") } else { metric.to_owned() };
        (name, leaf(Some(old), index), leaf(new, index))
    })
}

fn moved(metric: String, old: Leaf, new: Leaf, tolerance: f64) -> Option<Moved> {
    let difference = match (&old, &new) {
        (Leaf::Number(old), Leaf::Number(new)) if same(*old, *new) => return None,
        (Leaf::Number(old), Leaf::Number(new)) => Difference::of(*old, *new),
        (Leaf::Part(old, of), Leaf::Part(new, now)) if of == now && same(*old, *new) => return None,
        (Leaf::Part(old, of), Leaf::Part(new, now)) if of == now => Difference::of(*old, *new),
        _ if old == new => return None,
        _ => None,
    };
    let tolerated = difference.is_some_and(|difference| tolerance > 0.0 && difference.relative <= tolerance);
    Some(Moved { metric, old, new, difference, tolerated })
}

/// Returns claims that stand on both sides, word for word; none where other seeds judge them.
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

    fn number(value: f64) -> AcceptedValue {
        AcceptedValue::Number(value, None)
    }

    fn accepted(metrics: &[(&str, AcceptedValue)]) -> Accepted {
        let variant = AcceptedVariant {
            digest: "d".to_owned(),
            history: "01".to_owned(),
            metrics: metrics.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        };
        Accepted {
            identity: Identity {
                kind: "split".to_owned(),
                seed: 0,
                settings: "s".to_owned(),
                data: None,
                with: BTreeMap::new(),
            },
            seeds: 1,
            series: vec![],
            says: vec![],
            claims: vec![AcceptedClaim { index: 2, that: "a < b".to_owned(), held: 1, margin: Some(-0.5) }],
            variants: [("run".to_owned(), variant)].into(),
        }
    }

    #[test]
    fn the_same_is_equal_and_nan_is_nan() {
        let same = accepted(&[("loss", number(f64::NAN)), ("name", AcceptedValue::Text("x".into()))]);
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
            (number(1.0), AcceptedValue::Number(1.0, Some(3))),
            (number(1.0), AcceptedValue::Text("1.0".into())),
            (AcceptedValue::Text("a".into()), AcceptedValue::Text("b".into())),
            (AcceptedValue::List(vec![1.0]), AcceptedValue::List(vec![1.0, 2.0])),
            (number(1.0), AcceptedValue::List(vec![])),
        ];
        for (old, new) in cases {
            let compared = compare(&accepted(&[("m", old.clone())]), &accepted(&[("m", new)]), 0.5);
            assert!(!compared.is_tolerated(), "{old:?}: {compared:?}");
        }
    }

    #[test]
    fn beside_fewer_seeds_nothing_is_compared() {
        let of = |seeds| Accepted { seeds, ..accepted(&[("loss", number(seeds as f64))]) };
        let fewer = compare(&of(2), &of(1), 0.0);
        assert!(fewer.is_equal() && fewer.seeds == Some((2, 1)), "{fewer:?}");
        // Of more, only as many stand beside the accepted ones.
        let more = Accepted { seeds: 3, ..of(2) };
        let compared = compare(&of(2), &more, 0.0);
        assert!(compared.is_equal() && compared.seeds == Some((2, 3)), "{compared:?}");
    }

    #[test]
    fn what_moved_most_is_a_number_on_both_sides() {
        let of = |lost, found, small| {
            accepted(&[("found", number(found)), ("lost", number(lost)), ("small", number(small))])
        };
        let compared = compare(&of(1.0, f64::NAN, 1.0), &of(f64::NAN, 2.0, 1.25), 0.0);
        assert_eq!(compared.most().unwrap().1.metric, "small");
        let sizeless: Vec<&str> = compared.sizeless().map(|(_, moved)| moved.metric.as_str()).collect();
        assert_eq!(sizeless, ["found", "lost"]);
        assert_eq!(compare(&of(1.0, 1.0, 1.0), &of(f64::NAN, 1.0, 1.0), 0.0).most(), None);
    }

    #[test]
    fn a_setting_is_named_with_its_values_and_its_variants() {
        let of = |rates: [&str; 2], epochs: Option<&str>| {
            let set = |rate: &str| {
                let epochs = epochs.map(|epochs| ("training.epochs".to_owned(), epochs.to_owned()));
                epochs.into_iter().chain([("rate".to_owned(), rate.to_owned())]).collect()
            };
            let with = [("a".to_owned(), set(rates[0])), ("b".to_owned(), set(rates[1]))].into();
            Identity { with, ..accepted(&[]).identity }
        };
        let shifts = settings(&of(["1", "2"], Some("20")), &of(["1", "3"], None));
        let said: Vec<_> = shifts
            .iter()
            .map(|s| (s.path.as_str(), s.variants.as_deref(), s.old.as_deref(), s.new.as_deref()))
            .collect();
        let only_b = ["b".to_owned()];
        let all = ("training.epochs", None, Some("20"), None);
        assert_eq!(said, [("rate", Some(only_b.as_slice()), Some("2"), Some("3")), all]);
    }

    #[test]
    fn lists_are_compared_item_by_item() {
        let list = |last| AcceptedValue::List(vec![1.0, last]);
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
        new.variants.get_mut("run").unwrap().history = "02".to_owned();
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
        let mut variant = new.variants.remove("run").unwrap();
        new.variants.insert("other".to_owned(), variant.clone());
        let compared = compare(&old, &new, 0.0);
        assert!(compared.is_equal(), "the same under another name: {compared:?}");
        assert_eq!(compared.renamed, [("run".to_owned(), "other".to_owned())]);

        variant.digest = "e".to_owned();
        new.variants.insert("other".to_owned(), variant);
        new.claims[0].margin = Some(-0.25);
        let compared = compare(&old, &new, 0.0);
        let alone: Vec<_> = compared.variants.iter().map(|v| (v.name.as_str(), v.alone)).collect();
        assert_eq!(alone, [("other", Some(true)), ("run", Some(false))]);
        assert_eq!((compared.claims[0].index, compared.claims[0].shrank_by()), (2, Some(0.5)));
    }
}
