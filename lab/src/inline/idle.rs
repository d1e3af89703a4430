//! Claims that no result could contradict: judged once more, on results that were not found.

use super::claim::SeedValues;
use super::expression::{Expression, holds_nan};
use super::resolve::{Fault, Roots, at, resolve, start};
use super::token::{Link, Name, Token};
use super::value::Value;
use crate::collections::BTreeMap;
use crate::numeric::Streams;

/// How many times the names of a claim are given other values.
const DRAWS: usize = 400;

/// The random stream of these draws.
const STREAM: &str = "claims/idle";

/// The share of variants and seeds that is nearly all of them.
const NEARLY_ALL: f64 = 0.8;

/// How far beyond what was found a number may lie that is no curve's end and no share.
const BEYOND: f64 = 10.0;

/// Why a claim tests nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// It compares variants by a whole curve on one side and a last value on the other, and holds of each beside itself.
    Itself,
    /// It holds whichever variant's results, or which untrained network's, stand under its names.
    Anything,
    /// It compares what follows from given numbers alone.
    Given,
    /// It holds of given numbers whatever they are.
    Possible,
}

impl Idle {
    /// Returns, for the author, why the claim is idle and what to write.
    pub fn says(self) -> (&'static str, &'static str) {
        match self {
            Idle::Itself => (
                "it also holds of each variant beside itself: a whole curve includes the first epochs",
                "compare last values, or the values of an epoch: `a.train_loss < b.train_loss`",
            ),
            Idle::Anything => (
                "it also holds with the results of other variants or untrained networks under these names",
                "claim what could turn out otherwise: a narrower bound, or one variant against another",
            ),
            Idle::Given => (
                "nothing is drawn or trained here, so this order follows from the settings",
                "claim the numbers, such as `within(probabilities[0], 0.84, 0.01)`, or leave the claim out",
            ),
            Idle::Possible => (
                "it also holds with other numbers under these names, whatever they are",
                "claim the numbers, such as `within(probabilities[0], 0.84, 0.01)`, or leave the claim out",
            ),
        }
    }
}

/// Returns a claim about one experiment, in prose, as its block would write it.
pub fn within_block(text: &str, id: &str) -> String {
    let Ok(expression) = Expression::parse(text) else { return text.to_owned() };
    let mut written = String::new();
    let mut end = 0;
    for (links, _) in expression.chains() {
        if let [first, second, ..] = links
            && first.name == Name::Word(id.to_owned())
        {
            written += &text[end..first.range.start];
            end = match second.name {
                Name::Word(_) => {
                    second.range.start + usize::from(text[second.range.clone()].starts_with('.'))
                }
                Name::Index(_) => first.range.start,
            };
        }
    }
    written + &text[end..]
}

/// Returns whether a claim that holds would hold of other results as well. `seeds` are what each seed found, `variants` the
/// names of what runs; `given` says that nothing is drawn or trained.
pub fn idle(text: &str, seeds: &[SeedValues], variants: &[&str], given: bool) -> Option<Idle> {
    let claim = Claim { expression: Expression::parse(text).ok()?, seeds, variants };
    if given {
        let order = claim.is_order_of_results().then_some(Idle::Given);
        return order.or_else(|| claim.holds_of_anything().then_some(Idle::Possible));
    }
    if claim.mixes_curve_and_end() {
        return claim.holds_of_each_beside_itself().then_some(Idle::Itself);
    }
    claim.holds_of_anything().then_some(Idle::Anything)
}

struct Claim<'v, 'a> {
    expression: Expression<'v>,
    seeds: &'v [SeedValues<'a>],
    variants: &'v [&'v str],
}

impl Claim<'_, '_> {
    /// Returns whether it compares results with each other by nothing but their order.
    fn is_order_of_results(&self) -> bool {
        let ordered = |token: &Token| matches!(token, Token::Operator("<" | ">" | "<=" | ">="));
        let bare = |token: &Token| !matches!(token, Token::Literal | Token::Function | Token::Filter);
        let tokens = || self.expression.tokens.iter().map(|(token, _)| token);
        tokens().any(ordered) && tokens().all(bare)
    }

    /// Returns the variant that a name begins with.
    fn variant<'l>(&self, links: &'l [Link]) -> Option<&'l str> {
        match &links.first()?.name {
            Name::Word(word) if links.len() > 1 && self.variants.contains(&word.as_str()) => Some(word),
            _ => None,
        }
    }

    /// Returns whether it names several variants, and one metric both as a whole curve and as its last value.
    fn mixes_curve_and_end(&self) -> bool {
        let Some(seed) = self.seeds.first() else { return false };
        let (mut named, mut curves, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for (links, as_list) in self.expression.chains() {
            let Some(variant) = self.variant(links) else { continue };
            named.push(variant);
            if start(&[&seed.names], links).is_some() {
                let metric: Vec<&Name> = links[1..].iter().map(|link| &link.name).collect();
                if as_list { curves.push(metric) } else { ends.push(metric) }
            }
        }
        named.sort_unstable();
        named.dedup();
        named.len() > 1 && curves.iter().any(|curve| ends.contains(curve))
    }

    /// Returns whether it holds, and by more than nothing, with one and the same variant under all of its names: of nearly all
    /// variants and seeds, since a curve that wanders may end anywhere.
    fn holds_of_each_beside_itself(&self) -> bool {
        let holds = |(seed, variant): &(&SeedValues, &str)| {
            let find = |links: &[Link], as_list: bool| {
                let own = self.variant(links).map_or_else(|| links.to_vec(), |_| renamed(links, variant));
                resolve(&[&seed.names], &own, as_list)
            };
            let judged = self.expression.judge_with(find);
            judged.is_ok_and(|judged| judged.holds && judged.margin.is_none_or(|margin| margin > 0.0))
        };
        let pairs =
            self.seeds.iter().flat_map(|seed| self.variants.iter().map(move |variant| (seed, *variant)));
        let pairs: Vec<(&SeedValues, &str)> = pairs.collect();
        pairs.iter().filter(|pair| holds(pair)).count() as f64 >= NEARLY_ALL * pairs.len() as f64
    }

    /// Returns whether it holds however its names are given values that such results may have: those of any variant, those of a
    /// curve that never moves or that goes the other way, the ends of a share; of what is no curve, also none at all and far more.
    /// What belongs together is given together: a curve, its last value and its lowest one, an error and its accuracy.
    fn holds_of_anything(&self) -> bool {
        let seeds: Vec<Vec<Vec<Found>>> = self.seeds.iter().map(|seed| self.possible(seed)).collect();
        let varies = |found: &Vec<Found>| found.iter().any(|other| *other != found[0]);
        let groups = || seeds.iter().flatten();
        if groups().any(Vec::is_empty) || !groups().any(varies) {
            return false;
        }
        let mut stream = Streams::new(0).stream(STREAM);
        (0..DRAWS).all(|draw| {
            let groups = seeds[draw % seeds.len()].iter();
            let drawn: Vec<&Found> = groups.map(|found| &found[stream.below(found.len())]).collect();
            let find = |links: &[Link], as_list: bool| {
                let key = key(links, as_list);
                let value = drawn.iter().find_map(|found| found.get(&key)).cloned();
                value.ok_or_else(|| Fault::new(0..0, "no such name", ""))
            };
            self.expression.judge_with(find).is_ok_and(|judged| judged.holds)
        })
    }

    /// Returns, for the names of each metric of a variant, what they may be together.
    fn possible(&self, seed: &SeedValues) -> Vec<Vec<Found>> {
        let mut groups: BTreeMap<String, Vec<(&[Link], bool)>> = BTreeMap::new();
        for (links, as_list) in self.expression.chains() {
            groups.entry(metric(links)).or_default().push((links, as_list));
        }
        groups.values().map(|names| self.possible_of(names, seed)).collect()
    }

    /// Returns what the names of one metric may be: what each variant found and what its curve would give otherwise, and where
    /// there is no curve, how low and how high such numbers come out.
    fn possible_of(&self, names: &[(&[Link], bool)], seed: &SeedValues) -> Vec<Found> {
        let own = |links: &[Link], variant: Option<&str>| {
            variant.filter(|_| self.variant(links).is_some()).map_or(links.to_vec(), |it| renamed(links, it))
        };
        let together = |find: Find, variant: Option<&str>| {
            let value = |(links, as_list): &(&[Link], bool)| {
                let value = find(&own(links, variant), *as_list).filter(|value| !holds_nan(value))?;
                Some((key(links, *as_list), value))
            };
            names.iter().map(value).collect::<Option<Found>>()
        };
        let is_of_variant = names.iter().any(|(links, _)| self.variant(links).is_some());
        let variants: Vec<Option<&str>> = match is_of_variant {
            true => self.variants.iter().map(|variant| Some(*variant)).collect(),
            false => vec![None],
        };
        let roots = [&seed.names];
        let found = |links: &[Link], as_list: bool| resolve(&roots, links, as_list).ok();
        let still = |links: &[Link], as_list: bool| Curve::of(&roots, links)?.level().value(links, as_list);
        let back = |links: &[Link], as_list: bool| Curve::of(&roots, links)?.reversed().value(links, as_list);
        let ways: [Find; 3] = [&found, &still, &back];
        let mut possible: Vec<Found> = variants
            .iter()
            .flat_map(|variant| ways.iter().filter_map(|way| together(*way, *variant)))
            .collect();
        // A curve that is level as it is says nothing of how else it might be.
        let level = possible.iter().all(|other| *other == possible[0]);
        if level || !names.iter().all(|(links, _)| Curve::of(&roots, links).is_some()) {
            let found = possible.clone();
            possible.extend((0..3).filter_map(|end| {
                let value = |(links, as_list): &(&[Link], bool)| {
                    let key = key(links, *as_list);
                    let end = ends(links, found.iter().filter_map(|found| found.get(&key)))[end];
                    let list = found.first().filter(|_| *as_list).and_then(|found| found.get(&key));
                    let items = list.and_then(|list| Some(list.list().ok()?.len()));
                    Some((key, items.map_or(Value::from(end), |items| Value::from(vec![end; items]))))
                };
                names.iter().map(value).collect::<Option<Found>>()
            }));
        }
        possible
    }
}

/// Looks a name up, which is read as a list or not.
type Find<'f> = &'f dyn Fn(&[Link], bool) -> Option<Value>;

/// What names may be together.
type Found = BTreeMap<Key, Value>;

/// A name, and whether it is read as a list.
type Key = (Vec<String>, bool);

/// What the lowest value of a curve is called, before the name of the curve.
const BEST: &str = "best_";

/// The curve of a metric.
struct Curve(Vec<f64>);

impl Curve {
    /// Returns the curve that a name leads to: as a whole, by one of its epochs, its last value or its lowest one.
    fn of(roots: &Roots, links: &[Link]) -> Option<Curve> {
        let mut links = match links.split_last()? {
            (Link { name: Name::Index(_), .. }, before) => before.to_vec(),
            _ => links.to_vec(),
        };
        if let Some(Link { name: Name::Word(word), .. }) = links.last_mut()
            && let Some(curve) = word.strip_prefix(BEST)
        {
            *word = curve.to_owned();
        }
        start(roots, &links).filter(|start| !start.is_nan())?;
        let items = resolve(roots, &links, true).ok()?.numbers().ok()?;
        (!items.is_empty()).then_some(Curve(items))
    }

    /// Returns the curve of a network that learns nothing.
    fn level(self) -> Curve {
        Curve(vec![self.0[0]; self.0.len()])
    }

    /// Returns the curve of a network that unlearns.
    fn reversed(self) -> Curve {
        Curve(self.0.into_iter().rev().collect())
    }

    /// Returns what a name of the metric would be by this curve.
    fn value(&self, links: &[Link], as_list: bool) -> Option<Value> {
        match &links.last()?.name {
            Name::Index(index) => at(&self.0, *index).copied().map(Value::from),
            Name::Word(word) if word.starts_with(BEST) => {
                self.0.iter().copied().reduce(f64::min).map(Value::from)
            }
            Name::Word(_) if as_list => Some(Value::from(self.0.clone())),
            Name::Word(_) => self.0.last().copied().map(Value::from),
        }
    }
}

fn key(links: &[Link], as_list: bool) -> Key {
    let name = |link: &Link| match &link.name {
        Name::Word(word) => word.clone(),
        Name::Index(index) => index.to_string(),
    };
    (links.iter().map(name).collect(), as_list)
}

/// Returns by what a name belongs together with others: its words, whichever value of a curve or share they take.
fn metric(links: &[Link]) -> String {
    let words: Vec<&str> = links.iter().map_while(Link::word).collect();
    let Some((last, before)) = words.split_last() else { return String::new() };
    let last = last.strip_prefix(BEST).unwrap_or(last).replace(ACCURACY, "error");
    format!("{}.{last}", before.join("."))
}

/// Returns the same of another variant.
fn renamed(links: &[Link], variant: &str) -> Vec<Link> {
    let mut links = links.to_vec();
    links[0].name = Name::Word(variant.to_owned());
    links
}

/// What is left of a share of mistakes.
const ACCURACY: &str = "accuracy";

/// Returns how low and how high a number that is no curve's may come out.
fn ends<'v>(links: &[Link], found: impl Iterator<Item = &'v Value>) -> [f64; 3] {
    let words: Vec<&str> = links.iter().filter_map(Link::word).collect();
    let share = ["error", ACCURACY, "share", "probabilities", "precision", "recall", "f1", "confidence"];
    let is_share = |word: &&str| share.iter().any(|share| word.contains(share)) && !word.contains("relative");
    if words.iter().any(is_share) {
        return if words.iter().any(|word| word.contains(ACCURACY)) {
            [1.0, 0.0, 0.5]
        } else {
            [0.0, 1.0, 0.5]
        };
    }
    let items =
        |value: &Value| value.number().map_or_else(|_| value.numbers().unwrap_or_default(), |it| vec![it]);
    let numbers: Vec<f64> = found.flat_map(items).collect();
    let largest = numbers.iter().fold(1.0, |largest: f64, number| largest.max(number.abs()));
    let least = numbers.iter().copied().fold(0.0, f64::min);
    [0.0, BEYOND * largest, BEYOND * least]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Metric, Outcome, RunRecord, Variant};

    fn variant(name: &str, curve: &[f64], rows: f64) -> Variant {
        let last = *curve.last().unwrap();
        let run = RunRecord {
            metrics: [
                ("train_loss".to_owned(), Metric::Number(last)),
                ("best_train_loss".to_owned(), Metric::Number(curve.iter().copied().fold(last, f64::min))),
                ("dev_accuracy".to_owned(), Metric::Number(1.0 / rows)),
                ("dev_error".to_owned(), Metric::Number(1.0 - 1.0 / rows)),
                ("rows".to_owned(), Metric::Number(rows)),
            ]
            .into(),
            series: [("train_loss".to_owned(), curve.to_vec().into())].into(),
            ..RunRecord::default()
        };
        Variant { name: name.to_owned(), runs: vec![run], ..Variant::default() }
    }

    fn told(claim: &str, given: bool) -> Option<Idle> {
        let one = variant("one", &[2.3, 0.6, 0.5], 4.0);
        let outcome =
            Outcome { variants: vec![one, variant("full", &[2.2, 0.4, 0.25], 90.0)], ..Outcome::default() };
        idle(claim, &[SeedValues::new(&outcome, 0, "four")], &["one", "full"], given)
    }

    #[test]
    fn a_curve_beside_an_end_is_above_it_whatever_happens() {
        assert_eq!(told("mean(one.train_loss) > full.train_loss", false), Some(Idle::Itself));
        assert_eq!(told("mean(one.train_loss) > mean(full.train_loss)", false), None);
        assert_eq!(told("one.train_loss > full.train_loss", false), None);
        assert_eq!(told("0.5 * mean(one.train_loss) > full.train_loss[1]", false), None);
    }

    #[test]
    fn a_bound_that_nothing_passes_is_none() {
        for claim in [
            "one.train_loss < 100",
            "one.train_loss > 0",
            "one.train_loss < full.train_loss + 5",
            "one.rows >= 0",
            "max(one.train_loss) < 100",
            "min(one.train_loss) <= one.train_loss",
            "one.train_loss <= max(one.train_loss, full.train_loss)",
            "one.train_loss[1] <= max(one.train_loss)",
            "one.best_train_loss <= one.train_loss",
            "one.best_train_loss <= one.train_loss[1]",
            "one.dev_accuracy <= 1",
            "1 - one.dev_error <= one.dev_accuracy",
        ] {
            assert_eq!(told(claim, false), Some(Idle::Anything), "{claim}");
        }
        for claim in [
            "one.train_loss < 1",
            "full.train_loss < 0.3 and one.train_loss > 0.4",
            "within(one.train_loss, full.train_loss, 0.3)",
            "one.rows < full.rows",
            "abs(one.rows - full.rows) < 100",
            "one.train_loss < 0.5 * one.train_loss[0]",
            "slope(one.train_loss) < 0",
            "one.train_loss <= one.train_loss[0]",
            "min(one.train_loss) < one.train_loss",
            "one.best_train_loss < full.train_loss",
            "1.2 * one.best_train_loss > one.train_loss",
            "rises(one.train_loss) == 0",
            "one.dev_accuracy < 1",
        ] {
            assert_eq!(told(claim, false), None, "{claim}");
        }
    }

    #[test]
    fn a_level_curve_might_be_elsewhere() {
        let mut still = variant("one", &[0.5, 0.5], 2.0);
        still.runs[0].series.insert("dev_accuracy".into(), vec![0.5, 0.5].into());
        let outcome = Outcome { variants: vec![still], ..Outcome::default() };
        let told = |claim| idle(claim, &[SeedValues::new(&outcome, 0, "four")], &["one"], false);
        assert_eq!(told("one.dev_accuracy <= 1"), Some(Idle::Anything));
        assert_eq!(told("within(one.dev_accuracy, 0.5, 0.01)"), None);
        assert_eq!(told("one.train_loss < 5"), None);
    }

    #[test]
    fn an_order_of_given_numbers_is_no_finding() {
        assert_eq!(told("one.rows < full.rows", true), Some(Idle::Given));
        assert_eq!(told("within(one.rows, 4, 0.1)", true), None);
        assert_eq!(told("one.rows < 5", true), None);
        assert_eq!(told("one.dev_accuracy <= 1", true), Some(Idle::Possible));
    }

    #[test]
    fn a_claim_in_prose_is_read_as_its_block_would_write_it() {
        assert_eq!(within_block("four.a.loss[2] < 2 * four.b.loss", "four"), "a.loss[2] < 2 * b.loss");
        assert_eq!(within_block("a.loss < 2", "four"), "a.loss < 2");
    }
}
