//! What an author writes in a `yaml figure` block.

use super::decode::{Decoder, Keys};
use crate::diagnostic::{Diagnostic, Span};
use crate::settings::Node;

/// The most layers that a figure has beside the block itself, and the most rules.
const MOST_LAYERS: usize = 24;
const MOST_RULES: usize = 100;

/// A text with its place: an expression, a name, a label.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    pub text: String,
    pub span: Span,
}

/// Something that may have a label of the author's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled {
    pub label: Option<String>,
    pub what: Written,
}

/// Where the values of x come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Across {
    Expression(Written),
    /// Evenly spaced between two numbers, or their logarithms are: for functions.
    Range {
        low: f64,
        high: f64,
        log: bool,
        span: Span,
    },
}

/// Panels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facet {
    pub columns: Option<Written>,
    pub rows: Option<Written>,
}

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkName {
    Line,
    Steps,
    Area,
    Bars,
    Heat,
    Text,
    Band,
    Whiskers,
    Dots,
    Box,
    Histogram,
}

/// Every mark by its name.
pub const MARKS: [(&str, MarkName); 11] = [
    ("line", MarkName::Line),
    ("steps", MarkName::Steps),
    ("area", MarkName::Area),
    ("bars", MarkName::Bars),
    ("heat", MarkName::Heat),
    ("text", MarkName::Text),
    ("band", MarkName::Band),
    ("whiskers", MarkName::Whiskers),
    ("dots", MarkName::Dots),
    ("box", MarkName::Box),
    ("histogram", MarkName::Histogram),
];

impl MarkName {
    /// Returns whether it shows one point for all seeds, or their spread, rather than every row.
    pub fn shows_points(self) -> bool {
        !matches!(self, MarkName::Dots | MarkName::Box | MarkName::Histogram)
    }

    /// Returns whether what it shows has to do with a spread.
    pub fn shows_spread(self) -> bool {
        matches!(self, MarkName::Band | MarkName::Whiskers)
    }

    /// Returns whether a number on x is a name to it.
    pub fn stands_on_names(self) -> bool {
        matches!(self, MarkName::Bars | MarkName::Box | MarkName::Heat)
    }
}

/// By what series are told apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum By {
    /// Nobody says: by what differs.
    #[default]
    Unsaid,
    /// `by: none`
    Nothing,
    Expression(Written),
}

impl By {
    /// Returns the expression, if there is one.
    pub fn expression(&self) -> Option<&Written> {
        match self {
            By::Expression(written) => Some(written),
            By::Unsaid | By::Nothing => None,
        }
    }
}

/// How far bands and whiskers reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spread {
    /// One standard deviation.
    #[default]
    Sd,
    /// The 95% interval of the mean.
    Ci,
    /// From the least to the greatest.
    Range,
    /// The middle half.
    Quartiles,
}

/// Every spread by its name.
pub(super) const SPREADS: [(&str, Spread); 4] =
    [("sd", Spread::Sd), ("ci", Spread::Ci), ("range", Spread::Range), ("quartiles", Spread::Quartiles)];

/// The kind of a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleType {
    Linear,
    Log,
    Categories,
}

/// Every type of scale by its name.
pub(super) const SCALES: [(&str, ScaleType); 3] =
    [("linear", ScaleType::Linear), ("log", ScaleType::Log), ("categories", ScaleType::Categories)];

/// What an author says of a scale.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScaleSettings {
    pub kind: Option<ScaleType>,
    pub domain: Option<(f64, f64)>,
    /// Where that is written.
    pub domain_place: Option<Span>,
    /// A filter that writes its numbers.
    pub written: Option<Written>,
    pub unit: Option<String>,
    pub label: Option<String>,
    pub reverse: bool,
    /// Every panel has a range of its own.
    pub free: bool,
}

/// A line that explains the data.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSettings {
    /// Its places as expressions, as in prose.
    pub line: RuleLine<Written>,
    pub label: Option<String>,
}

/// Where a rule runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RuleLine<T> {
    X(T),
    Y(T),
    Slope { slope: T, intercept: T },
}

/// What is drawn of which rows: the block itself is the first layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    pub from: Vec<Labelled>,
    pub x: Option<Across>,
    pub y: Vec<Labelled>,
    pub z: Option<Written>,
    pub by: By,
    pub filter: Option<Written>,
    pub marks: Vec<MarkName>,
    pub spread: Option<Spread>,
}

impl Layer {
    /// Returns whether z gives dots their colours: heat shows it by itself, and texts print it. `trials`: whether rows are trials, which
    /// are dots where nobody says.
    pub(super) fn colors_dots(&self, trials: bool) -> bool {
        let elsewhere = [MarkName::Heat, MarkName::Text].iter().any(|mark| self.marks.contains(mark));
        !elsewhere && (self.marks.contains(&MarkName::Dots) || self.marks.is_empty() && trials)
    }
}

/// Keys of a layer.
pub(super) const LAYER: [&str; 8] = ["from", "x", "y", "z", "by", "where", "mark", "spread"];

/// A figure as its author wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub id: Written,
    pub title: Option<String>,
    pub caption: Option<String>,
    pub alt: Option<String>,
    pub beside: bool,
    pub show_source: bool,
    pub file: Option<Written>,
    /// `rows: trial`: what a row is, where the expressions do not tell.
    pub rows: Option<Written>,
    pub facet: Facet,
    pub sort: Option<Written>,
    /// Bars of several series stand upon each other.
    pub stack: bool,
    pub x_scale: ScaleSettings,
    pub y_scale: ScaleSettings,
    pub z_scale: ScaleSettings,
    pub rules: Vec<RuleSettings>,
    /// The block itself, and those of `layers` laid over it.
    pub layers: Vec<Layer>,
}

/// Keys of a block beside those of a layer.
pub const KEYS: [&str; 14] = [
    "id",
    "title",
    "caption",
    "alt",
    "beside",
    "show_source",
    "file",
    "rows",
    "facet",
    "sort",
    "stack",
    "scale",
    "rules",
    "layers",
];

impl Block {
    /// Reads a block.
    ///
    /// # Errors
    /// Everything that is no setting of a figure, each at its place.
    pub fn read(node: &Node) -> Result<Block, Vec<Diagnostic>> {
        let mut decoder = Decoder::default();
        let block = read(&mut decoder, node);
        match block {
            Some(block) if decoder.found.is_empty() => Ok(block),
            _ => Err(decoder.found),
        }
    }
}

fn read(decoder: &mut Decoder, node: &Node) -> Option<Block> {
    let known: Vec<&str> = KEYS.into_iter().chain(LAYER).collect();
    let keys = Keys::of(decoder, node, &known, "figure");
    let first = layer(decoder, &keys);
    let id = match keys.get("id") {
        Some(node) => decoder.name(node),
        None => {
            let place = node.entries().first().map_or(node.span, |entry| entry.key_span);
            decoder.found.push(
                Diagnostic::error("the figure has no `id`", place)
                    .label("expected `id: ` and a name in snake_case, once in its lesson"),
            );
            None
        }
    };
    if first.y.is_empty() && keys.get("y").is_none() && !first.marks.contains(&MarkName::Histogram) {
        let place = node.entries().first().map_or(node.span, |entry| entry.key_span);
        decoder.found.push(
            Diagnostic::error("the figure has no `y`", place)
                .label("expected `y: ` and a metric, or an expression of some"),
        );
    }
    if first.x.is_none() && keys.get("x").is_none() {
        let place = node.entries().first().map_or(node.span, |entry| entry.key_span);
        decoder.found.push(Diagnostic::error("the figure has no `x`", place).label(
            "expected `x: ` and a setting, `epoch`, `variant`, or a range such as `{linear: [-5, 5]}`",
        ));
    }
    let mut layers = vec![first];
    for node in keys.get("layers").map(|node| decoder.few(node, MOST_LAYERS)).unwrap_or_default() {
        let keys = Keys::of(decoder, node, &LAYER, "layer");
        let own = layer(decoder, &keys);
        layers.push(own.over(&layers[0]));
    }
    let text = |decoder: &mut Decoder, key: &str| keys.get(key).and_then(|node| decoder.text(node));
    let facet = keys.get("facet").map(|node| facet(decoder, node)).unwrap_or_default();
    let scale = keys.get("scale").map(|node| Keys::of(decoder, node, &["x", "y", "z"], "scale"));
    let scale_of = |decoder: &mut Decoder, key: &str| {
        let node = scale.as_ref().and_then(|keys| keys.get(key));
        node.map(|node| scale_settings(decoder, node)).unwrap_or_default()
    };
    let (x_scale, y_scale, z_scale) =
        (scale_of(decoder, "x"), scale_of(decoder, "y"), scale_of(decoder, "z"));
    Some(Block {
        title: text(decoder, "title"),
        caption: text(decoder, "caption"),
        alt: text(decoder, "alt"),
        beside: keys.get("beside").and_then(|node| decoder.switch(node)).unwrap_or(false),
        show_source: keys.get("show_source").and_then(|node| decoder.switch(node)).unwrap_or(true),
        file: keys.get("file").and_then(|node| decoder.written(node)),
        rows: keys.get("rows").and_then(|node| decoder.written(node)),
        sort: keys.get("sort").and_then(|node| decoder.written(node)),
        stack: keys.get("stack").and_then(|node| stacked(decoder, node, &layers)).unwrap_or(false),
        rules: keys.get("rules").map(|node| rules(decoder, node)).unwrap_or_default(),
        facet,
        x_scale,
        y_scale,
        z_scale,
        layers,
        id: id?,
    })
}

/// Whether bars are stacked, which there must be.
fn stacked(decoder: &mut Decoder, node: &Node, layers: &[Layer]) -> Option<bool> {
    let stack = decoder.switch(node)?;
    if stack && !layers.iter().any(|layer| layer.marks.contains(&MarkName::Bars)) {
        decoder.wrong(node, "nothing here can be stacked", "expected `mark: bars`");
    }
    Some(stack)
}

impl Layer {
    /// Lays it over another: what it does not say is as there. A function has no rows, which others could be told apart by.
    fn over(self, base: &Layer) -> Layer {
        let list = |own: Vec<Labelled>, base: &Vec<Labelled>| if own.is_empty() { base.clone() } else { own };
        if let Some(Across::Range { .. }) = self.x {
            return Layer { y: list(self.y, &base.y), ..self };
        }
        // Dots over a heat map would not be seen in its colours.
        let (dots, heat) = (self.colors_dots(false), base.marks.contains(&MarkName::Heat));
        Layer {
            from: list(self.from, &base.from),
            x: self.x.or_else(|| base.x.clone()),
            y: list(self.y, &base.y),
            z: self.z.or_else(|| base.z.clone().filter(|_| !(dots && heat))),
            by: if self.by == By::Unsaid { base.by.clone() } else { self.by },
            filter: self.filter.or_else(|| base.filter.clone()),
            marks: if self.marks.is_empty() { base.marks.clone() } else { self.marks },
            spread: self.spread.or(base.spread),
        }
    }
}

fn layer(decoder: &mut Decoder, keys: &Keys) -> Layer {
    let by = keys.get("by").and_then(|node| decoder.written(node));
    let marks = keys.get("mark").map(|node| Decoder::one_or_more(node)).unwrap_or_default();
    Layer {
        from: keys.get("from").map(|node| decoder.labelled(node)).unwrap_or_default(),
        x: keys.get("x").and_then(|node| across(decoder, node)),
        y: keys.get("y").map(|node| decoder.labelled(node)).unwrap_or_default(),
        z: keys.get("z").and_then(|node| decoder.written(node)),
        by: match by {
            None => By::Unsaid,
            Some(by) if by.text == "none" => By::Nothing,
            Some(by) => By::Expression(by),
        },
        filter: keys.get("where").and_then(|node| decoder.written(node)),
        marks: marks.iter().filter_map(|node| decoder.choice(node, &MARKS, "mark")).collect(),
        spread: keys.get("spread").and_then(|node| decoder.choice(node, &SPREADS, "spread")),
    }
}

fn across(decoder: &mut Decoder, node: &Node) -> Option<Across> {
    if node.entries().is_empty() {
        return decoder.written(node).map(Across::Expression);
    }
    let end = |key: &str| node.entry(key).map(|entry| &entry.value);
    let (ends, log) = match (end("linear"), end("log")) {
        (Some(ends), None) => (ends, false),
        (None, Some(ends)) => (ends, true),
        _ => {
            decoder.wrong(node, "this is no range", "expected `{linear: [a, b]}` or `{log: [a, b]}`");
            return None;
        }
    };
    // Of a map with neither of them it is enough that it is no range.
    Keys::of(decoder, node, &["linear", "log"], "range");
    let (low, high) = decoder.pair(ends)?;
    if log && low <= 0.0 {
        decoder.wrong(ends, format!("{low} has no logarithm"), "expected two numbers above 0");
        return None;
    }
    Some(Across::Range { low, high, log, span: node.span })
}

fn facet(decoder: &mut Decoder, node: &Node) -> Facet {
    if node.entries().is_empty() {
        return Facet { columns: decoder.written(node), rows: None };
    }
    let keys = Keys::of(decoder, node, &["columns", "rows"], "facet");
    let part = |decoder: &mut Decoder, key: &str| keys.get(key).and_then(|node| decoder.written(node));
    Facet { columns: part(decoder, "columns"), rows: part(decoder, "rows") }
}

fn scale_settings(decoder: &mut Decoder, node: &Node) -> ScaleSettings {
    if node.entries().is_empty() {
        let kind = decoder.choice(node, &SCALES, "scale");
        return ScaleSettings { kind, ..ScaleSettings::default() };
    }
    let keys =
        Keys::of(decoder, node, &["type", "domain", "as", "unit", "label", "reverse", "free"], "scale");
    let text = |decoder: &mut Decoder, key: &str| keys.get(key).and_then(|node| decoder.text(node));
    let switch = |decoder: &mut Decoder, key: &str| keys.get(key).and_then(|node| decoder.switch(node));
    ScaleSettings {
        kind: keys.get("type").and_then(|node| decoder.choice(node, &SCALES, "scale")),
        domain: keys.get("domain").and_then(|node| decoder.pair(node)),
        domain_place: keys.get("domain").map(|node| node.span),
        written: keys.get("as").and_then(|node| decoder.written(node)),
        unit: text(decoder, "unit"),
        label: text(decoder, "label"),
        reverse: switch(decoder, "reverse").unwrap_or(false),
        free: switch(decoder, "free").unwrap_or(false),
    }
}

fn rules(decoder: &mut Decoder, node: &Node) -> Vec<RuleSettings> {
    let mut rules = Vec::new();
    for node in decoder.few(node, MOST_RULES) {
        let before = decoder.found.len();
        let keys = Keys::of(decoder, node, &["x", "y", "slope", "intercept", "label"], "rule");
        if decoder.found.len() > before {
            continue;
        }
        let place = |decoder: &mut Decoder, key: &str| keys.get(key).and_then(|node| decoder.written(node));
        let (x, y) = (place(decoder, "x"), place(decoder, "y"));
        let (slope, intercept) = (place(decoder, "slope"), place(decoder, "intercept"));
        let line = match (x, y, slope, intercept) {
            (Some(x), None, None, None) => RuleLine::X(x),
            (None, Some(y), None, None) => RuleLine::Y(y),
            (None, None, Some(slope), intercept) => {
                let zero = || Written { text: "0".to_owned(), span: slope.span };
                RuleLine::Slope { intercept: intercept.unwrap_or_else(zero), slope }
            }
            _ => {
                let expected = "expected one of `x`, `y`, or `slope` with `intercept`";
                decoder.wrong(node, "this rule runs nowhere", expected);
                continue;
            }
        };
        rules.push(RuleSettings { line, label: keys.get("label").and_then(|node| decoder.text(node)) });
    }
    rules
}
