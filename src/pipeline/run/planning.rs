//! From blocks to experiments that are ready to run: decoded, checked, their cost within the limits.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::block::{Block, Decoded};
use crate::chart::Palette;
use crate::data::DataSettings;
use crate::diagnostic::{Diagnostic, Diagnostics, Span, nearest};
use crate::experiment::{Cost, HEADER_KEYS, Header, KINDS, Kind, Limits, check_shared};
use crate::lesson::inline::{Forecast, as_name};
use crate::lesson::{Course, Fragment, Lesson, Role, Shown};
use crate::settings::{self, Entry, Node};
use crate::train::Precision;

use super::planned::{Planned, block_texts};
use super::tables::{Tables, told_of_file};
use super::totals;

/// Keys of the header that no two experiments share.
const OWN_KEYS: [&str; 3] = ["kind", "id", "try"];

/// Plans every block of every lesson, in another precision if one is given; what is wrong with any of them is added to `found`.
pub(crate) fn plan(
    course: &Course,
    limits: &Limits,
    precision: Option<Precision>,
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
        let defaults = [course.settings.defaults.as_ref(), lesson.front.defaults.as_ref()];
        let defaults: Vec<&Node> = defaults.into_iter().flatten().collect();
        let decoded = lesson.blocks.iter().map(|block| Decoded::new(&block.node, &defaults));
        let in_precision = |decoded: Decoded| match precision {
            Some(precision) => decoded.in_precision(precision),
            None => decoded,
        };
        decoded.map(|decoded| decoded.map(in_precision)).collect()
    };
    let mut decoded: Vec<Vec<_>> = course.lessons.par_iter().map(decode).collect();
    for (lesson, decoded) in course.lessons.iter().zip(&mut decoded) {
        let mut size =
            |data: &DataSettings, place: &dyn Fn(&str) -> Span| tables.facts(data, &lesson.path, place);
        decoded.iter_mut().flatten().for_each(|decoded| decoded.read_data(&mut size));
    }
    let read = &*tables;
    let check = |(lesson, decoded): (&Lesson, Vec<Result<Decoded, Vec<Diagnostic>>>)| -> Vec<_> {
        let told = |problem, data: Option<&DataSettings>| told_of_file(problem, data, &lesson.path);
        let size = |data: &DataSettings| read.size_without_file(data);
        let whole =
            |decoded: Result<Decoded, _>| decoded?.checked(limits, told)?.with_controls(limits, &size);
        decoded.into_iter().map(whole).collect()
    };
    let checked: Vec<Vec<_>> = course.lessons.par_iter().zip(decoded).map(check).collect();
    for (index, (lesson, checked)) in course.lessons.iter().zip(checked).enumerate() {
        found.extend(check_defaults(lesson.front.defaults.as_ref()));
        let mut ids = BTreeSet::new();
        for (block_index, (written, checked)) in lesson.blocks.iter().zip(checked).enumerate() {
            let Some(block) = found.keep(checked) else { continue };
            let id = block.header.id.clone();
            if ids.contains(&id) {
                let message = format!("two experiments of this lesson are called `{id}`");
                let error = Diagnostic::error(message, written.node.locate("id"));
                found.push(error.label("an id stands once in its lesson"));
            }
            ids.insert(id);
            found.extend(typeset_labels(&block));
            planned.push(Planned { lesson: index, block: block_index, of: block });
        }
    }
    give_colors(&mut planned);
    count_values(course, &mut planned);
    found.extend(std::mem::take(&mut tables.warnings));
    found.extend(totals::check_work(&planned, tables.bytes(), limits));
    planned
}

/// Returns a warning for each label that is written as a formula or with marks, which readers would see.
fn typeset_labels(block: &Block) -> Vec<Diagnostic> {
    let typeset = block.header.labels.iter().filter(|(_, label)| is_typeset(label));
    typeset
        .map(|(name, _)| {
            let place = block.tree.locate(&format!("labels.{name}"));
            let warning = Diagnostic::warning(format!("the label of `{name}` is shown as it stands"), place);
            let warning = warning.label("expected plain text: charts have no formulas and no Markdown");
            warning.hint("write the signs themselves: α, β, λ, ², ₁, ×")
        })
        .collect()
}

fn is_typeset(label: &str) -> bool {
    let command = label.as_bytes().windows(2).any(|pair| pair[0] == b'\\' && pair[1].is_ascii_alphabetic());
    let dollars: Vec<&str> = label.split('$').collect();
    // `$5 to $10` is money.
    let formula = dollars.len() > 2 && !dollars[1].starts_with(|first: char| first.is_ascii_digit());
    command || formula || label.contains("**") || label.contains('`')
}

/// Gives each variant its colour: a name has the same one through a lesson, from its first chart on.
fn give_colors(planned: &mut [Planned]) {
    let mut lesson = usize::MAX;
    let mut palette = Palette::default();
    for experiment in planned {
        if std::mem::replace(&mut lesson, experiment.lesson) != experiment.lesson {
            palette = Palette::default();
        }
        experiment.of.colors = colors(&mut palette, experiment);
    }
}

/// Returns the colours of an experiment's variants.
fn colors(palette: &mut Palette, experiment: &Planned) -> Vec<usize> {
    let labels: Vec<String> = experiment.labels().collect();
    let names: Vec<&str> = labels.iter().map(String::as_str).collect();
    match experiment.header.figures.as_deref() {
        // What has no name has the first colour and takes none; neither does what shows no chart.
        _ if names == [""] => vec![0],
        Some([]) => palette.clone().take(&names),
        _ => palette.take(&names),
    }
}

/// Returns the colours of a lesson in which its variants have theirs.
pub(super) fn palette<'p>(planned: impl IntoIterator<Item = &'p Planned>) -> Palette {
    let mut palette = Palette::default();
    for experiment in planned {
        colors(&mut palette, experiment);
    }
    palette
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
    let mut costs = vec![Cost::default(); planned.len()];
    for (index, lesson) in course.lessons.iter().enumerate() {
        for value in [&lesson.title, &lesson.summary, &lesson.body].into_iter().flat_map(Fragment::values) {
            let words = value.expression.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let mut within = index;
            let mut named: BTreeSet<usize> = BTreeSet::new();
            for word in words {
                within = by_name.get(word).copied().unwrap_or(within);
                named.extend(places.get(&(within, word.to_owned())));
            }
            for place in named {
                let seeds = planned[place].header.seeds;
                let of = if value.role == Role::Claim { Cost::of_claim } else { Cost::of_value };
                costs[place] = costs[place] + of(&value.expression, seeds);
            }
        }
    }
    for (experiment, cost) in planned.iter_mut().zip(costs) {
        experiment.of.shown = experiment.shown + cost;
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
    let takes = |kind: &&Kind| kind.keys().any(|own| own == key);
    let mut kinds = KINDS.iter().filter(takes);
    let Some(first) = kinds.next() else {
        let error = Diagnostic::error(format!("unknown setting `{key}`"), entry.key_span);
        let known = KINDS.iter().flat_map(Kind::keys);
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
    let forecasts: Vec<Forecast> = planned.par_iter().map(|experiment| experiment.forecast()).collect();
    for (experiment, forecast) in planned.iter().zip(forecasts) {
        let header = &experiment.header;
        let is_asked =
            |name: &str| header.figures.as_ref().is_none_or(|asked| asked.iter().any(|own| own == name));
        let shown = Shown::among(experiment.kind.figures.iter().map(|figure| figure.name), is_asked);
        course.declare_figures(experiment.lesson, &header.id, &shown);
        let slug = &course.lessons[experiment.lesson].slug;
        course.names.declare(slug, &header.id, forecast);
    }
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
