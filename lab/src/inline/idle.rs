//! Claims that no result could contradict: judged once more, on results that were not found.

use super::claim::SeedValues;
use super::expression::{Expression, holds_nan};
use super::resolve::{Fault, resolve, start};
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
        return claim.is_order_of_results().then_some(Idle::Given);
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

    /// Returns whether it holds however its names are given values that such results may have: those of any variant, those before
    /// training (of a curve, one that never moves), the ends of a share; of what is no curve, also none at all and far more.
    fn holds_of_anything(&self) -> bool {
        let pools: Vec<Pools> = self.seeds.iter().map(|seed| self.pools(seed)).collect();
        let varies =
            |pools: &Pools| pools.values().any(|values| values.iter().any(|value| *value != values[0]));
        if !pools.iter().any(varies) || pools.iter().flat_map(BTreeMap::values).any(Vec::is_empty) {
            return false;
        }
        let mut stream = Streams::new(0).stream(STREAM);
        (0..DRAWS).all(|draw| {
            let drawn: BTreeMap<&Key, &Value> = pools[draw % pools.len()]
                .iter()
                .map(|(key, values)| (key, &values[stream.below(values.len())]))
                .collect();
            let find = |links: &[Link], as_list: bool| {
                let value = drawn.get(&key(links, as_list)).map(|value| (*value).clone());
                value.ok_or_else(|| Fault::new(0..0, "no such name", ""))
            };
            self.expression.judge_with(find).is_ok_and(|judged| judged.holds)
        })
    }

    /// Returns what each name may be in the place of what it is.
    fn pools(&self, seed: &SeedValues) -> Pools {
        let roots = [&seed.names];
        let mut pools = Pools::new();
        for (links, as_list) in self.expression.chains() {
            let others = match self.variant(links) {
                Some(_) => self.variants.iter().map(|variant| renamed(links, variant)).collect(),
                None => vec![links.to_vec()],
            };
            let mut values = Vec::new();
            for links in &others {
                values.extend(resolve(&roots, links, as_list).ok().filter(|value| !holds_nan(value)));
                let Some(start) = start(&roots, links).filter(|start| !start.is_nan()) else { continue };
                let untrained = match (as_list, values.last().and_then(|value| value.list().ok())) {
                    (true, Some(epochs)) => Value::from(vec![start; epochs.len()]),
                    _ => Value::from(start),
                };
                values.push(untrained);
            }
            if !as_list && start(&roots, links).is_none() {
                values.extend(ends(links, &values).into_iter().map(Value::from));
            }
            pools.insert(key(links, as_list), values);
        }
        pools
    }
}

/// The values that each name may have.
type Pools = BTreeMap<Key, Vec<Value>>;

/// A name, and whether it is read as a list.
type Key = (Vec<String>, bool);

fn key(links: &[Link], as_list: bool) -> Key {
    let name = |link: &Link| match &link.name {
        Name::Word(word) => word.clone(),
        Name::Index(index) => index.to_string(),
    };
    (links.iter().map(name).collect(), as_list)
}

/// Returns the same of another variant.
fn renamed(links: &[Link], variant: &str) -> Vec<Link> {
    let mut links = links.to_vec();
    links[0].name = Name::Word(variant.to_owned());
    links
}

/// Returns how low and how high a number that is no curve's may come out.
fn ends(links: &[Link], found: &[Value]) -> [f64; 3] {
    let words = links.iter().filter_map(|link| match &link.name {
        Name::Word(word) => Some(word.as_str()),
        Name::Index(_) => None,
    });
    let share = ["error", "accuracy", "share", "probabilities", "precision", "recall", "f1", "confidence"];
    if words
        .into_iter()
        .any(|word| share.iter().any(|share| word.contains(share)) && !word.contains("relative"))
    {
        return [0.0, 1.0, 0.5];
    }
    let numbers = || found.iter().filter_map(|value| value.number().ok());
    let largest = numbers().fold(1.0, |largest: f64, number| largest.max(number.abs()));
    let least = numbers().fold(0.0, f64::min);
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
        ] {
            assert_eq!(told(claim, false), None, "{claim}");
        }
    }

    #[test]
    fn an_order_of_given_numbers_is_no_finding() {
        assert_eq!(told("one.rows < full.rows", true), Some(Idle::Given));
        assert_eq!(told("within(one.rows, 4, 0.1)", true), None);
        assert_eq!(told("one.rows < 5", true), None);
    }

    #[test]
    fn a_claim_in_prose_is_read_as_its_block_would_write_it() {
        assert_eq!(within_block("four.a.loss[2] < 2 * four.b.loss", "four"), "a.loss[2] < 2 * b.loss");
        assert_eq!(within_block("a.loss < 2", "four"), "a.loss < 2");
    }
}
