//! From blocks to experiments that are ready to run: decoded, checked, their cost within the limits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::chart::Palette;
use crate::data::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics, Span, nearest};
use crate::experiment::variation::{self, overlay};
use crate::experiment::{
    Cost, HEADER_KEYS, Header, KINDS, Kind, Limits, Plan, PlannedVariant, TRAINING, check_shared, kind,
};
use crate::lesson::inline::{Forecast, ForecastVariant, as_name};
use crate::lesson::{Course, ExperimentBlock, Fragment, Lesson, Role, Shown};
use crate::lint;
use crate::outcome::LEARNING_RATE;
use crate::settings::{self, Entry, Node};

use super::planned::{Planned, block_texts};
use super::tables::{Tables, told_of_file};
use super::totals;

/// Keys of the header that no two experiments share.
const OWN_KEYS: [&str; 2] = ["kind", "id"];

/// Plans every block of every lesson; what is wrong with any of them is added to `found`.
pub(crate) fn plan(
    course: &Course,
    limits: &Limits,
    tables: &mut Tables,
    found: &mut Diagnostics,
) -> Vec<Planned> {
    let mut planned = Vec::new();
    if let Some(error) = totals::check_count(course, limits) {
        found.push(error);
        return planned;
    }
    found.extend(check_defaults(course.settings.defaults.as_ref()));
    let decode = |lesson: &Lesson| -> Vec<_> {
        lesson.blocks.iter().map(|block| decode_block(course, lesson, block)).collect()
    };
    let mut decoded: Vec<Vec<_>> = course.lessons.par_iter().map(decode).collect();
    for (lesson, decoded) in course.lessons.iter().zip(&mut decoded) {
        decoded.iter_mut().flatten().for_each(|decoded| decoded.read_data(lesson, tables));
    }
    let check = |(lesson, decoded): (&Lesson, Vec<Result<Decoded, _>>)| -> Vec<_> {
        let blocks = lesson.blocks.iter().zip(decoded);
        blocks.map(|(block, decoded)| decoded?.checked(limits, lesson, block)).collect()
    };
    let checked: Vec<Vec<_>> = course.lessons.par_iter().zip(decoded).map(check).collect();
    for (index, (lesson, checked)) in course.lessons.iter().zip(checked).enumerate() {
        found.extend(check_defaults(lesson.front.defaults.as_ref()));
        let mut ids = BTreeSet::new();
        for (block_index, (block, experiment)) in lesson.blocks.iter().zip(checked).enumerate() {
            let Some(experiment) = found.keep(experiment) else { continue };
            let id = experiment.header.id.clone();
            if ids.contains(&id) {
                let message = format!("two experiments of this lesson are called `{id}`");
                let error = Diagnostic::error(message, block.node.locate("id"));
                found.push(error.label("an id stands once in its lesson"));
            }
            ids.insert(id);
            planned.push(Planned { lesson: index, block: block_index, ..experiment });
        }
    }
    give_colors(&mut planned);
    count_values(course, &mut planned);
    found.extend(std::mem::take(&mut tables.warnings));
    found.extend(totals::check_work(&planned, tables.bytes(), limits));
    found.extend(totals::check_site(course, &planned, limits));
    planned
}

/// Gives each variant its colour: a name has the same one through a lesson.
fn give_colors(planned: &mut [Planned]) {
    let mut lesson = usize::MAX;
    let mut palette = Palette::default();
    for experiment in planned {
        if std::mem::replace(&mut lesson, experiment.lesson) != experiment.lesson {
            palette = Palette::default();
        }
        let labels: Vec<String> = experiment.labels().collect();
        let names: Vec<&str> = labels.iter().map(String::as_str).collect();
        // What has no name has the first colour and takes none.
        experiment.colors = if names == [""] { vec![0] } else { palette.take(&names) };
    }
}

/// Adds to each experiment what the values and claims in prose cost that name it.
fn count_values(course: &Course, planned: &mut [Planned]) {
    let mut places: BTreeMap<(usize, String), usize> = BTreeMap::new();
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    for (index, lesson) in course.lessons.iter().enumerate() {
        by_name.insert(as_name(&lesson.slug), index);
    }
    for (place, experiment) in planned.iter().enumerate() {
        places.insert((experiment.lesson, experiment.header.id.clone()), place);
    }
    let mut counts = vec![[0, 0]; planned.len()];
    for (index, lesson) in course.lessons.iter().enumerate() {
        for value in [&lesson.title, &lesson.summary, &lesson.body].into_iter().flat_map(Fragment::values) {
            let kind = usize::from(value.role == Role::Claim);
            let words = value.expression.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let mut within = index;
            let mut named = BTreeSet::new();
            for word in words {
                within = by_name.get(word).copied().unwrap_or(within);
                named.extend(places.get(&(within, word.to_owned())));
            }
            named.into_iter().for_each(|place: usize| counts[place][kind] += 1);
        }
    }
    for (experiment, [values, claims]) in planned.iter_mut().zip(counts) {
        let seeds = experiment.header.seeds;
        experiment.shown = experiment.shown + Cost::of_values(values, seeds) + Cost::of_claims(claims, seeds);
    }
}

/// Returns what is wrong with defaults, whether a block overrides it or not. A kind takes of them what it knows.
fn check_defaults(defaults: Option<&Node>) -> Vec<Diagnostic> {
    defaults.map_or(&[][..], Node::entries).iter().flat_map(check_default).collect()
}

fn check_default(entry: &Entry) -> Vec<Diagnostic> {
    let key = entry.key.as_str();
    if OWN_KEYS.contains(&key) {
        let error = Diagnostic::error(format!("`{key}` has no default"), entry.key_span);
        return vec![error.label("every experiment has its own")];
    }
    let mut alone = Node::empty_map(entry.key_span);
    alone.insert(entry.clone());
    if HEADER_KEYS.contains(&key) {
        return settings::decode_part::<Header>(&alone, &[]).err().unwrap_or_default();
    }
    let takes = |kind: &&Kind| kind.keys().iter().any(|own| own == key);
    let mut kinds = KINDS.iter().filter(takes);
    let Some(first) = kinds.next() else {
        let error = Diagnostic::error(format!("unknown setting `{key}`"), entry.key_span);
        let known = KINDS.iter().flat_map(Kind::keys).map(String::as_str);
        return vec![match nearest(key, known.chain(HEADER_KEYS.iter().copied())) {
            Some(name) => error.label(format!("did you mean `{name}`?")),
            None => error.label("no kind of experiment has it"),
        }];
    };
    // A mistake to one kind may make sense to another.
    let mut found = first.misfits(&alone);
    for kind in kinds {
        let also = kind.misfits(&alone);
        found.retain(|mistake| also.contains(mistake));
    }
    found.extend(check_shared(&alone));
    found
}

/// Tells a course what its experiments will find, by name.
pub(crate) fn declare(course: &mut Course, planned: &[Planned]) {
    for experiment in planned {
        let schema = |((index, variant), label): ((usize, PlannedVariant), String)| {
            let facts = experiment.facts[index].as_ref();
            ForecastVariant {
                name: variant.name.to_owned(),
                metrics: experiment.plan.metric_schema(index, facts),
                label,
                conditions: Arc::new(experiment.conditions(index)),
            }
        };
        let variants: Vec<_> =
            experiment.plan.variants().into_iter().enumerate().zip(experiment.labels()).map(schema).collect();
        let header = &experiment.header;
        let is_asked =
            |name: &str| header.figures.as_ref().is_none_or(|asked| asked.iter().any(|own| own == name));
        let shown = Shown::among(experiment.kind.figures.iter().map(|figure| figure.name), is_asked);
        course.declare_figures(experiment.lesson, &header.id, &shown);
        let slug = &course.lessons[experiment.lesson].slug;
        let seeds = header.seed..header.seed + header.seeds;
        let forecast = Forecast { variants, seeds, seed_independent: seed_independent(experiment) };
        course.names.declare(slug, &header.id, forecast);
    }
}

/// Returns what no seed changes: metrics that the kind names, the settings, and what follows from them alone.
fn seed_independent(experiment: &Planned) -> Vec<&'static str> {
    let stops_early = |variant| {
        let training = experiment.plan.shared(variant).training;
        training.is_some_and(|training| training.early_stopping.is_some())
    };
    let mut names = experiment.plan.seed_independent();
    names.extend(["settings", "parameters", "train_rows"]);
    if !(0..experiment.costs.len()).any(stops_early) {
        names.extend(["steps", LEARNING_RATE]);
    }
    names
}

/// Returns what is wrong with texts and claims, as far as that can be said before anything runs.
pub(crate) fn check_texts(course: &Course, planned: &[Planned]) -> Vec<Diagnostic> {
    let blocks: Vec<_> = planned.par_iter().map(|planned| check_block(course, planned)).collect();
    course.check_prose().into_iter().chain(blocks.into_iter().flatten()).collect()
}

/// Returns what can be said of a block's Markdown and claims.
fn check_block(course: &Course, planned: &Planned) -> Vec<Diagnostic> {
    let lesson = &course.lessons[planned.lesson];
    let header = &planned.header;
    let mut found = Vec::new();
    for (path, text) in block_texts(planned) {
        found.extend(course.check_short(lesson, text, planned.tree.locate(&path)));
    }
    if let Some(alt) = &header.alt {
        found.extend(course.check_plain(lesson, alt, planned.tree.locate("alt")));
    }
    for (index, column) in header.columns.iter().flatten().enumerate() {
        let path = format!("columns[{index}]");
        let span = planned.tree.locate(&match &column.heading {
            Some(heading) => format!("{path}.{heading}"),
            None => path,
        });
        let checked = course.names.check_column(&lesson.slug, &header.id, &column.expression, span);
        found.extend(checked.err().unwrap_or_default());
    }
    for (index, claim) in header.claims.iter().enumerate() {
        let span = crate::claims::place(index, &planned.tree);
        let checked = course.names.check_claim(&lesson.slug, &header.id, &claim.that, span);
        found.extend(checked.err().unwrap_or_default());
    }
    found
}

/// A block as settings, beside its data once they are read.
struct Decoded {
    kind: &'static Kind,
    header: Header,
    plan: Box<dyn Plan>,
    tree: Node,
    /// Of each variant's data, where it has any.
    facts: Vec<Option<Facts>>,
    /// What is wrong with it so far.
    errors: Vec<Diagnostic>,
}

fn decode_block(
    course: &Course,
    lesson: &Lesson,
    block: &ExperimentBlock,
) -> Result<Decoded, Vec<Diagnostic>> {
    let kind = kind_of(block)?;
    let tree = with_defaults(course, lesson, block, kind);
    let (header_tree, settings) = divide(&tree);
    let mut errors = Vec::new();
    let own_keys = kind.keys();
    let known: Vec<&str> =
        own_keys.iter().map(String::as_str).chain(variation::KEYS.iter().copied()).collect();
    let header = settings::decode_among::<Header>(&header_tree, &known).map_err(|e| errors.extend(e)).ok();
    if let Some(header) = &header {
        let figures: Vec<&str> = kind.figures.iter().map(|figure| figure.name).collect();
        let problems = header.check(&figures).into_iter().chain(lint::check(header));
        errors.extend(problems.map(|problem| at(problem, &tree)));
    }
    errors.extend(without_effect(block, kind));
    let plan = kind.plan(&settings).map_err(|e| errors.extend(e)).ok();
    match (header, plan) {
        (Some(header), Some(plan)) => Ok(Decoded { kind, header, plan, tree, facts: Vec::new(), errors }),
        _ => Err(errors),
    }
}

impl Decoded {
    /// Reads the data of every variant; what is wrong with them, each mistake once, is added to the errors.
    fn read_data(&mut self, lesson: &Lesson, tables: &mut Tables) {
        for (index, variant) in self.plan.variants().iter().enumerate() {
            let place = |setting: &str| variant.tree.locate(&self.plan.data_path(setting));
            let facts = self.plan.data(index).map(|data| tables.facts(data, &lesson.path, &place));
            let facts = facts.transpose().unwrap_or_else(|found| {
                add_new(&mut self.errors, found);
                None
            });
            self.facts.push(facts);
        }
    }

    /// Returns the experiment with all that is left to check of it.
    fn checked(
        self,
        limits: &Limits,
        lesson: &Lesson,
        block: &ExperimentBlock,
    ) -> Result<Planned, Vec<Diagnostic>> {
        let Decoded { kind, header, plan, tree, facts, mut errors } = self;
        for (index, (variant, facts)) in plan.variants().iter().zip(&facts).enumerate() {
            let found = plan.check(index, facts.as_ref()).into_iter();
            let found = found.map(|problem| told_of_file(problem, plan.data(index), &lesson.path));
            add_new(&mut errors, found.map(|problem| at(problem, variant.tree)));
        }
        errors.extend_from_slice(plan.overridden());
        if !errors.is_empty() {
            return Err(errors);
        }
        let costs: Vec<Cost> =
            facts.iter().enumerate().map(|(index, facts)| plan.cost(index, facts.as_ref())).collect();
        let figures = header.figures.as_ref().map_or(kind.figures.len(), Vec::len);
        let shown =
            Cost::of_figures(figures, costs.len()) + Cost::of_claims(header.claims.len(), header.seeds);
        let planned = Planned {
            lesson: 0,
            block: 0,
            header,
            kind,
            plan,
            facts,
            costs,
            shown,
            colors: Vec::new(),
            tree,
        };
        check_limits(&planned, limits, block)?;
        Ok(planned)
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
fn instead_of_data(block: &ExperimentBlock, kind: &Kind) -> Option<&'static str> {
    kind.instead_of_data.filter(|key| block.node.entry(key).is_some())
}

/// Warns of settings for training beside what is given in the place of data.
fn without_effect(block: &ExperimentBlock, kind: &Kind) -> Vec<Diagnostic> {
    let Some(given) = instead_of_data(block, kind) else { return Vec::new() };
    let trains = |entry: &&Entry| TRAINING.contains(&entry.key.as_str());
    let said = |entry: &Entry| {
        let error =
            Diagnostic::error(format!("`{}` has no effect on given {given}", entry.key), entry.key_span);
        let hint = format!("`data` in place of `{given}` trains a network");
        error.label("nothing is trained").hint(hint)
    };
    block.node.entries().iter().filter(trains).map(said).collect()
}

fn kind_of(block: &ExperimentBlock) -> Result<&'static Kind, Vec<Diagnostic>> {
    let names = || KINDS.iter().map(|kind| kind.name);
    let list = names().collect::<Vec<_>>().join(", ");
    let Some(entry) = block.node.entry("kind") else {
        let error = Diagnostic::error("the experiment has no `kind`", first_line(block));
        return Err(vec![error.label(format!("`kind: ` and one of {list}"))]);
    };
    let Some(written) = entry.value.as_text() else {
        let message = if entry.value.value == settings::Value::Null {
            "`kind` has no value"
        } else {
            "`kind` is no name"
        };
        let error = Diagnostic::error(message, block.node.locate("kind"));
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

/// Returns where to point when the block as a whole is at fault.
fn first_line(block: &ExperimentBlock) -> Span {
    block.node.entries().first().map_or(block.span, |entry| entry.key_span)
}

/// Returns the block over the lesson's defaults over the course's, of which a kind takes what it knows.
fn with_defaults(course: &Course, lesson: &Lesson, block: &ExperimentBlock, kind: &Kind) -> Node {
    let keys = kind.keys();
    let takes = |key: &str| keys.iter().any(|own| own == key) || HEADER_KEYS.contains(&key);
    // A softmax of given logits trains nothing, so defaults for training are none of its business.
    let without_data = instead_of_data(block, kind).is_some();
    let defaults = [course.settings.defaults.as_ref(), lesson.front.defaults.as_ref()];
    let mut base = Node::empty_map(block.node.span);
    for layer in defaults.into_iter().flatten() {
        let mut layer = layer.clone();
        if let settings::Value::Map(entries) = &mut layer.value {
            let idle = |key: &str| without_data && (key == "data" || TRAINING.contains(&key));
            entries.retain(|entry| takes(&entry.key) && !idle(&entry.key));
        }
        base = overlay(&base, &layer);
    }
    let mut tree = overlay(&base, &block.node);
    tree.span = block.node.span;
    tree
}

/// Returns the header's entries, and the others. What is wrong with a setting that nobody wrote is shown at the `id`.
fn divide(tree: &Node) -> (Node, Node) {
    let place = tree.entry("id").map_or(tree.span, |entry| entry.value.span);
    let (mut header, mut settings) = (Node::empty_map(tree.span), Node::empty_map(place));
    for entry in tree.entries() {
        let part = if HEADER_KEYS.contains(&entry.key.as_str()) { &mut header } else { &mut settings };
        part.insert(entry.clone());
    }
    (header, settings)
}

fn at(problem: crate::diagnostic::Problem, tree: &Node) -> Diagnostic {
    let span = tree.locate(&problem.path);
    Diagnostic::at(problem, span)
}

fn check_limits(planned: &Planned, limits: &Limits, block: &ExperimentBlock) -> Result<(), Vec<Diagnostic>> {
    let runs = planned.costs.len() as u64 * planned.header.seeds;
    let beyond = limits.exceeded_by(&planned.total(), runs);
    if beyond.is_empty() {
        return Ok(());
    }
    let message = format!("the experiment `{}` is too large", planned.header.id);
    Err(vec![
        Diagnostic::error(message, block.node.locate("id")).label(beyond.join("; ")).hint(limits.hint()),
    ])
}
