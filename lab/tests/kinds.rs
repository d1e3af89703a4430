//! A kind in a place of its own, through public means alone: what is here is all that a new one takes, with a line in `KINDS`.

use std::sync::Arc;

use gradbook_lab::chart::{Axis, Color, Dots, Figure, Layout, Panel};
use gradbook_lab::claims;
use gradbook_lab::data::DataSettings;
use gradbook_lab::diagnostic::{Problem, SourceId};
use gradbook_lab::experiment::{
    Compare, Context, Cost, Doc, Experiment, Facts, HEADER_KEYS, Header, Kind, MetricInfo, Shared, reference,
};
use gradbook_lab::inline::Values;
use gradbook_lab::numeric::{Alone, Streams};
use gradbook_lab::outcome::{Metric, Outcome, RunRecord, Step, Variant};
use gradbook_lab::range;
use gradbook_lab::settings::{self, LineMap, Node};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Dice {
    /// How many sides the die has (default 6).
    sides: usize,
    /// How often it is thrown (default 600).
    throws: usize,
}

impl Default for Dice {
    fn default() -> Self {
        Dice { sides: 6, throws: 600 }
    }
}

impl Experiment for Dice {
    const NAME: &'static str = "dice";
    const SUMMARY: &'static str = "How near does a share of throws come to its chance?";
    const REVISION: u32 = 1;
    const TRAINS: bool = false;
    const COMPARE: Compare =
        Compare { key: "compare", path: |_| "sides", prefix: "sides", about: "numbers of sides" };
    const METRICS: &'static [MetricInfo] = &[
        MetricInfo::share("highest", "the share of throws that show the highest side"),
        MetricInfo::number("off", "how far that is from its chance").lower(),
    ];
    const STEP: Step = Step::Value;
    const FIGURES: &'static [Doc] =
        &[Doc { name: "highest", about: "the share of each die, a dot for each seed" }];
    const EXAMPLE: &'static str = "kind: dice\nid: fair\nseeds: 2\ncompare: [2, 6]\n";

    fn check(&self, _: Option<&Facts>) -> Vec<Problem> {
        let message = format!("the die has {} sides", self.sides);
        range::whole("sides", message, self.sides as u64, 1..=100).into_iter().collect()
    }

    fn data(&self) -> Option<&DataSettings> {
        None
    }

    fn cost(&self, _: Option<&Facts>) -> Cost {
        Cost { seconds: 1e-8 * self.throws as f64, ..Cost::default() }
    }

    fn shared(&self) -> Shared<'_> {
        Shared::default()
    }

    fn run(&self, context: &Context) -> Result<RunRecord, Problem> {
        let mut stream = Streams::new(context.seed).stream("throws");
        let hits = (0..self.throws).filter(|_| stream.below(self.sides) + 1 == self.sides).count();
        let highest = hits as f64 / self.throws as f64;
        let mut record = RunRecord::default();
        record.metrics.insert("highest".into(), Metric::Number(highest));
        record.metrics.insert("off".into(), Metric::Number((highest - 1.0 / self.sides as f64).abs()));
        (context.advance)(1.0);
        Ok(record)
    }

    fn figures(variants: &[&Self], outcome: &Outcome) -> Vec<Figure> {
        let dots = variants.iter().zip(&outcome.variants).enumerate().map(|(index, (dice, variant))| {
            let points = variant.runs.iter().filter_map(|run| run.metrics["highest"].number());
            Dots::new(points.map(|share| (dice.sides as f64, share)), Color::Series(index))
                .label(&variant.label)
        });
        let panel = Panel::new(Axis::linear("sides").integer(), Axis::linear("share").percent()).marks(dots);
        vec![Figure::new("highest", "The highest side", "How often it shows.").panel(panel)]
    }
}

static DICE: Kind = Kind::of::<Dice>();

fn tree(text: &str) -> Node {
    settings::parse(text, &LineMap::contiguous(SourceId(0), 0, text.len())).expect(text)
}

/// Returns the header of a block, and the settings of its kind.
fn parted(block: &Node) -> (Header, Node) {
    let (mut header, mut own) = (Node::empty_map(block.span), block.clone());
    HEADER_KEYS.iter().filter_map(|key| own.take(key)).for_each(|entry| header.insert(entry));
    (settings::decode(&header).unwrap(), own)
}

#[test]
fn a_kind_of_elsewhere_is_planned_run_drawn_quoted_and_judged() {
    let text = format!("{}claims: [sides_6.highest < sides_2.highest, sides_6.off > 1]\n", DICE.example);
    let block = tree(&text);
    let (header, own) = parted(&block);
    let plan = DICE.plan(&own).unwrap();
    let variants = plan.variants();
    assert_eq!(variants.iter().map(|variant| variant.name).collect::<Vec<_>>(), ["sides_2", "sides_6"]);
    for index in 0..variants.len() {
        assert_eq!(plan.check(index, None), []);
        assert!(plan.cost(index, None).seconds > 0.0);
        assert!(plan.metric_schema(index, None).contains_key("highest"));
    }

    let run = |index: usize, seed: u64| {
        let (workers, advance) = (Arc::new(Alone), &|_: f64| {});
        plan.run(index, &Context { seed, data: None, further: Vec::new(), advance, workers, pool: &Alone })
            .unwrap()
    };
    let ran = variants.iter().enumerate().map(|(index, variant)| Variant {
        name: variant.name.to_owned(),
        label: variant.label.to_owned(),
        runs: (header.seed..header.seed + header.seeds).map(|seed| run(index, seed)).collect(),
        ..Variant::default()
    });
    let outcome = Outcome {
        variants: ran.collect(),
        statistic: header.statistic,
        step: DICE.step,
        ..Outcome::default()
    };
    assert_eq!(outcome.variants[1].runs[0], run(1, header.seed), "a run repeats itself");

    let figures = plan.figures(&outcome);
    assert_eq!(figures.iter().map(|figure| figure.name.as_str()).collect::<Vec<_>>(), ["highest"]);
    let svg = figures[0].svg("page", Layout::Wide, true);
    assert_eq!(svg.matches("h0").count(), 2 * 2 * 2, "each dot with its rim");
    assert_eq!(svg.matches("<circle").count(), 2, "those of the key");

    let mut values = Values::new();
    values.insert("chance", &header.id, &outcome);
    let quoted = values.evaluate("chance", "fair.sides_6.throws_by_nobody", block.span);
    assert!(quoted.is_err());
    let quoted = values.evaluate("chance", "fair.sides_2.highest | percent", block.span).unwrap();
    assert!(["48%", "49%", "50%", "51%", "52%"].contains(&quoted.as_str()), "{quoted}");

    let (verdicts, found) = claims::judge(&header.claims, &outcome, &block, header.seed, |_| true);
    assert_eq!(verdicts.iter().map(claims::Verdict::holds).collect::<Vec<_>>(), [true, false]);
    assert!(found.iter().any(|diagnostic| diagnostic.message.contains("fail")), "{found:?}");
}

#[test]
fn a_kind_of_elsewhere_is_in_the_reference_and_its_mistakes_are_shown_at_their_places() {
    assert!(DICE.keys().eq(["sides", "throws"]));
    let reference = reference(&DICE);
    let settings: Vec<_> = reference.settings.iter().map(|s| (s.path.as_str(), s.default.as_str())).collect();
    assert_eq!(settings, [("sides", "6"), ("throws", "600")]);
    assert_eq!(reference.metrics.len(), 2);

    let (_, own) = parted(&tree("kind: dice\nid: a\nsids: 6\n"));
    let errors = DICE.plan(&own).err().unwrap();
    assert!(errors[0].label.contains("`sides`"), "{errors:?}");
    let (_, own) = parted(&tree("kind: dice\nid: a\nsides: 0\n"));
    assert_eq!(DICE.plan(&own).unwrap().check(0, None)[0].path, "sides");
}
