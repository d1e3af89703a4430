//! From a tree of settings to an experiment that is ready to run: decoded, checked, its cost within the limits.

use super::{Block, tried};
use crate::data::{DataSettings, Facts};
use crate::diagnostic::{Diagnostic, Problem, Span, nearest};
use crate::experiment::variation::{self, overlay};
use crate::experiment::{Cost, HEADER_KEYS, Header, KINDS, Kind, Limits, Plan, TRAINING, kind};
use crate::lint;
use crate::settings::{self, Entry, Node, Value};
#[cfg(feature = "complete")]
use crate::train::Precision;

/// A block as settings, beside its data once they are read.
pub struct Decoded {
    kind: &'static Kind,
    header: Header,
    plan: Box<dyn Plan>,
    tree: Node,
    /// Of each variant's data, where it has any.
    facts: Vec<Option<Facts>>,
    /// What is wrong with it so far.
    errors: Vec<Diagnostic>,
}

/// Returns the size of data, where each of their settings stands being known by its path within them.
type Sizing<'a> = dyn FnMut(&DataSettings, &dyn Fn(&str) -> Span) -> Result<Facts, Vec<Diagnostic>> + 'a;

impl Decoded {
    /// Decodes a block (a map) over the defaults of course and lesson, the lowest first.
    ///
    /// # Errors
    /// Every mistake in its header and settings.
    pub fn new(block: &Node, defaults: &[&Node]) -> Result<Self, Vec<Diagnostic>> {
        let kind = kind_of(block)?;
        let tree = with_defaults(block, defaults, kind);
        let (header_tree, settings) = divide(&tree);
        let mut errors = Vec::new();
        let known: Vec<&str> = kind.keys().chain(variation::KEYS.iter().copied()).collect();
        let header =
            settings::decode_among::<Header>(&header_tree, &known).map_err(|e| errors.extend(e)).ok();
        if let Some(header) = &header {
            let figures: Vec<&str> = kind.figures.iter().map(|figure| figure.name).collect();
            let problems = header.check(&figures).into_iter().chain(lint::check(&header.lint.allow));
            errors.extend(problems.map(|problem| at(problem, &tree)));
        }
        errors.extend(without_effect(block, kind));
        let plan = kind.plan(&settings).map_err(|e| errors.extend(e)).ok();
        match (header, plan) {
            (Some(header), Some(plan)) => Ok(Decoded { kind, header, plan, tree, facts: Vec::new(), errors }),
            _ => Err(errors),
        }
    }

    /// Returns the same block with another precision of training. Nothing of it can be tried: that is held against the block as it
    /// is written.
    #[cfg(feature = "complete")]
    pub fn in_precision(self, precision: Precision) -> Self {
        let plan = self.plan.in_precision(precision);
        Decoded { plan, header: Header { tried: None, ..self.header }, ..self }
    }

    /// Returns what is wrong with values that a reader chose: one outside of the range that `try` gives it.
    pub fn check_values(&self, values: &[(String, Node)]) -> Option<Problem> {
        tried::beyond(self.header.tried.as_ref()?, values)
    }

    /// Asks for the size of every variant's data; what is wrong with them, each mistake once, is added to the errors.
    pub fn read_data(&mut self, size: &mut Sizing) {
        let mut heard: Vec<Vec<Option<Facts>>> = Vec::new();
        for (index, variant) in self.plan.variants().iter().enumerate() {
            let place = |setting: &str| variant.tree.locate(&self.plan.data_path(setting));
            let facts = self.plan.data(index).map(|data| size(data, &place));
            let facts = facts.transpose().unwrap_or_else(|found| {
                add_new(&mut self.errors, found);
                None
            });
            self.facts.push(facts);
            let further = self.plan.further_data(index).into_iter().map(|data| {
                let place = |setting: &str| variant.tree.locate(&format!("{}.{setting}", data.path));
                size(data.settings, &place).map_err(|found| add_new(&mut self.errors, found)).ok()
            });
            heard.push(further.collect());
        }
        heard.into_iter().enumerate().for_each(|(index, facts)| self.plan.hear_of(index, facts));
    }

    /// Returns the experiment with all that is left to check of it. `told` adds to a problem of some data what only those know
    /// who see files.
    ///
    /// # Errors
    /// Every mistake found so far.
    pub fn checked(
        self,
        limits: &Limits,
        told: impl Fn(Problem, Option<&DataSettings>) -> Problem,
    ) -> Result<Block, Vec<Diagnostic>> {
        let Decoded { kind, header, plan, tree, facts, mut errors } = self;
        for (index, (variant, facts)) in plan.variants().iter().zip(&facts).enumerate() {
            let found = plan.check(index, facts.as_ref()).into_iter();
            let found = found.map(|problem| told(with_parts(problem, &tree), plan.data(index)));
            add_new(&mut errors, found.map(|problem| at(problem, variant.tree)));
        }
        errors.extend_from_slice(plan.overridden());
        if !errors.is_empty() {
            return Err(errors);
        }
        let costs: Vec<Cost> =
            facts.iter().enumerate().map(|(index, facts)| plan.cost(index, facts.as_ref())).collect();
        let figures = header.figures.as_ref().map_or(usize::MAX, Vec::len).min(plan.figures_shown().len());
        let claims: Cost = header.claims.iter().map(|claim| Cost::of_claim(&claim.that, header.seeds)).sum();
        let shown = Cost::of_figures(figures, costs.len()) + claims + Cost::of_drawn(plan.drawn(&facts));
        let (colors, controls) = Default::default();
        let block = Block { header, kind, plan, facts, costs, shown, colors, controls, tree };
        check_limits(&block, limits)?;
        Ok(block)
    }
}

impl Block {
    /// Returns the block with what a reader may change of it. `size` tells the size of data that need no file.
    ///
    /// # Errors
    /// Every mistake in its `try`.
    pub fn with_controls(
        self,
        limits: &Limits,
        size: &dyn Fn(&DataSettings) -> Option<Facts>,
    ) -> Result<Block, Vec<Diagnostic>> {
        match tried::controls(&self, limits, size) {
            Ok(controls) => Ok(Block { controls, ..self }),
            Err(problems) => Err(problems.into_iter().map(|problem| at(problem, &self.tree)).collect()),
        }
    }
}

/// Adds to a split that does not add up, where one part of it varies, how all of them vary.
fn with_parts(problem: Problem, tree: &Node) -> Problem {
    let vary = tree.entry("vary").map_or(&[][..], |vary| vary.value.entries());
    match problem.path == "split" && vary.iter().any(|entry| entry.key.starts_with("split.")) {
        true => problem
            .hint("parts vary together: `vary: {split: [{train: 50%, dev: 50%}, {train: 60%, dev: 40%}]}`"),
        false => problem,
    }
}

/// Adds what is not among the errors: variants share most of their settings.
fn add_new(errors: &mut Vec<Diagnostic>, found: impl IntoIterator<Item = Diagnostic>) {
    for error in found {
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
}

/// Returns what a block gives in the place of data, if it does.
fn instead_of_data(block: &Node, kind: &Kind) -> Option<&'static str> {
    kind.instead_of_data.filter(|key| block.entry(key).is_some())
}

/// Warns of settings for training beside what is given in the place of data.
fn without_effect(block: &Node, kind: &Kind) -> Vec<Diagnostic> {
    let Some(given) = instead_of_data(block, kind) else { return Vec::new() };
    let trains = |entry: &&Entry| TRAINING.contains(&entry.key.as_str());
    let said = |entry: &Entry| {
        let error =
            Diagnostic::error(format!("`{}` has no effect on given {given}", entry.key), entry.key_span);
        let hint = format!("`data` in place of `{given}` trains a network");
        error.label("nothing is trained").hint(hint)
    };
    block.entries().iter().filter(trains).map(said).collect()
}

fn kind_of(block: &Node) -> Result<&'static Kind, Vec<Diagnostic>> {
    let names = || KINDS.iter().map(|kind| kind.name);
    let list = names().collect::<Vec<_>>().join(", ");
    let Some(entry) = block.entry("kind") else {
        // The block as a whole is at fault.
        let first_line = block.entries().first().map_or(block.span, |entry| entry.key_span);
        let error = Diagnostic::error("the experiment has no `kind`", first_line);
        return Err(vec![error.label(format!("`kind: ` and one of {list}"))]);
    };
    let Some(written) = entry.value.as_text() else {
        let message = if entry.value.value == settings::Value::Null {
            "`kind` has no value"
        } else {
            "`kind` is no name"
        };
        let error = Diagnostic::error(message, block.locate("kind"));
        return Err(vec![error.label(format!("expected one of {list}"))]);
    };
    kind(written).ok_or_else(|| {
        let error = Diagnostic::error(format!("unknown kind `{written}`"), entry.value.span);
        let error = error.label(format!("one of {list}"));
        vec![match nearest(written, names()) {
            Some(name) => error.hint(format!("did you mean `{name}`?")),
            None => error.hint("`gradbook kinds` tells what each of them does"),
        }]
    })
}

/// Returns the block over the lesson's defaults over the course's, of which a kind takes what it knows.
fn with_defaults(block: &Node, defaults: &[&Node], kind: &Kind) -> Node {
    let takes = |key: &str| kind.keys().any(|own| own == key) || HEADER_KEYS.contains(&key);
    // A softmax of given logits trains nothing, so defaults for training are none of its business.
    let without_data = instead_of_data(block, kind).is_some();
    let mut base = Node::empty_map(block.span);
    for layer in defaults {
        let mut layer = (*layer).clone();
        if let settings::Value::Map(entries) = &mut layer.value {
            let idle = |key: &str| without_data && (key == "data" || TRAINING.contains(&key));
            entries.retain(|entry| takes(&entry.key) && !idle(&entry.key));
        }
        base = overlay(&base, &layer);
    }
    let mut tree = overlay(&base, block);
    tree.span = block.span;
    tree
}

/// Returns the header's entries, and the others. What is wrong with a setting that nobody wrote is shown at the `id`.
pub(super) fn divide(tree: &Node) -> (Node, Node) {
    let place = tree.entry("id").map_or(tree.span, |entry| entry.value.span);
    let is_of_header = |entry: &Entry| HEADER_KEYS.contains(&entry.key.as_str());
    let (header, settings) = tree.entries().iter().cloned().partition(is_of_header);
    (Node::new(tree.span, Value::Map(header)), Node::new(place, Value::Map(settings)))
}

fn at(problem: Problem, tree: &Node) -> Diagnostic {
    let span = tree.locate(&problem.path);
    Diagnostic::at(problem, span)
}

fn check_limits(block: &Block, limits: &Limits) -> Result<(), Vec<Diagnostic>> {
    let runs = block.costs.len() as u64 * block.header.seeds;
    let beyond = limits.exceeded_by(&block.total(), runs);
    if beyond.is_empty() {
        return Ok(());
    }
    let message = format!("the experiment `{}` is too large", block.header.id);
    Err(vec![
        Diagnostic::error(message, block.tree.locate("id")).label(beyond.join("; ")).hint(limits.hint()),
    ])
}
