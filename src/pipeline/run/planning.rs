//! From blocks to experiments that are ready to run: decoded, checked, their cost within the limits.

mod kept;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::block::{Block, Decoded};
use crate::chart::Palette;
use crate::data::{DataSettings, Facts};
use crate::diagnostic::{Diagnostic, Diagnostics, Span, nearest};
use crate::experiment::{Cost, HEADER_KEYS, Header, KINDS, Kind, Limits, check_shared};
use crate::lesson::inline::as_name;
use crate::lesson::{Course, Fragment, Lesson, Role};
use crate::settings::{self, Entry, Node};
use crate::train::Precision;

use super::planned::Planned;
use super::tables::{Tables, told_of_file};
use super::totals;

pub(crate) use kept::KeptPlans;
use kept::PlannedLesson;

/// Keys of the header that no two experiments share.
const OWN_KEYS: [&str; 3] = ["kind", "id", "try"];

/// Returns the size of data, where each of their settings stands being known by its path within them.
type Sizing<'a> = dyn FnMut(&DataSettings, &dyn Fn(&str) -> Span) -> Result<Facts, Vec<Diagnostic>> + 'a;

/// Plans every block of every lesson, in another precision if one is given; what is wrong with any of them is added to `found`. Of
/// what is `kept` those lessons are as they were that were not read anew, and whose data are of the same size.
pub(crate) fn plan(
    course: &Course,
    limits: &Limits,
    precision: Option<Precision>,
    tables: &mut Tables,
    kept: &KeptPlans,
    found: &mut Diagnostics,
) -> Vec<Planned> {
    let mut planned = Vec::new();
    if let Some(error) = totals::check_count(course, limits).or_else(|| totals::check_defaults(course)) {
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
    let known = kept.known(limits, precision);
    let begin = |lesson: &Lesson| match known.get(&lesson.reading) {
        Some(known) => Begun::Known(known.clone()),
        None => Begun::Decoded(decode(lesson)),
    };
    let mut begun: Vec<Begun> = course.lessons.par_iter().map(begin).collect();
    for (lesson, begun) in course.lessons.iter().zip(&mut begun) {
        let mut size =
            |data: &DataSettings, place: &dyn Fn(&str) -> Span| tables.facts(data, &lesson.path, place);
        if let Begun::Known(known) = begun
            && !known.blocks.iter().all(|(_, block, _)| has_same_data(block, &mut size))
        {
            *begun = Begun::Decoded(decode(lesson));
        }
        if let Begun::Decoded(decoded) = begun {
            decoded.iter_mut().flatten().for_each(|decoded| decoded.read_data(&mut size));
        }
    }
    let read = &*tables;
    let finish = |(lesson, begun): (&Lesson, Begun)| {
        let told = |problem, data: Option<&DataSettings>| told_of_file(problem, data, &lesson.path);
        let size = |data: &DataSettings| read.size_without_file(data);
        let whole =
            |decoded: Result<Decoded, _>| decoded?.checked(limits, told)?.with_controls(limits, &size);
        match begun {
            Begun::Known(known) => known,
            Begun::Decoded(decoded) => {
                let checked = decoded.into_iter().map(whole).collect();
                Arc::new(PlannedLesson::new(lesson, checked))
            }
        }
    };
    let lessons: Vec<_> = course.lessons.par_iter().zip(begun).map(finish).collect();
    for (index, lesson) in lessons.iter().enumerate() {
        found.extend(lesson.found.iter().cloned());
        planned.extend(lesson.blocks.iter().map(|(place, block, sum)| Planned {
            lesson: index,
            block: *place,
            of: block.clone(),
            sum: *sum,
            quoted: Cost::default(),
        }));
    }
    kept.keep(limits, precision, course.lessons.iter().map(|lesson| lesson.reading).zip(lessons));
    count_values(course, &mut planned);
    found.extend(std::mem::take(&mut tables.warnings));
    found.extend(totals::check_work(&planned, tables.bytes(), limits));
    planned
}

/// A lesson whose data are to be read.
enum Begun {
    /// It was planned before.
    Known(Arc<PlannedLesson>),
    Decoded(Vec<Result<Decoded, Vec<Diagnostic>>>),
}

/// Returns whether all data of a block have the size that they had when it was planned.
fn has_same_data(block: &Block, size: &mut Sizing) -> bool {
    let plan = &*block.plan;
    plan.variants().iter().enumerate().all(|(index, variant)| {
        let place = |setting: &str| variant.tree.locate(&plan.data_path(setting));
        let own = block.facts[index].as_ref();
        plan.data(index).is_none_or(|data| size(data, &place).is_ok_and(|facts| own == Some(&facts)))
            && plan.further_data(index).into_iter().all(|data| {
                let place = |setting: &str| variant.tree.locate(&format!("{}.{setting}", data.path));
                size(data.settings, &place).is_ok_and(|facts| data.facts == Some(&facts))
            })
    })
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

/// Returns the colours of an experiment's variants: a name has the same one through a lesson, from its first chart on.
fn colors(palette: &mut Palette, experiment: &Block) -> Vec<usize> {
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
        experiment.quoted = cost;
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
