//! Figures of an author's own, read and checked before anything runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::experiment::{Cost, Limits, MetricType};
use crate::figure::{self, Block, Colors, FileTable, Ground, Source};
use crate::lesson::inline::{Values, as_name, experiment_named};
use crate::lesson::{Course, ExperimentBlock, Lesson};
use crate::outcome::{Outcome, Written};
use crate::search::Dimension;
use crate::settings::Node;
use crate::store::cache::Sum;

use super::planned::Planned;
use super::planning::palette;
use super::totals::Work;
use file_tables::Tables;

mod file_tables;

/// A figure of an author's own that is in order.
pub(crate) struct PlannedFigure {
    /// Index of its lesson in the course.
    pub lesson: usize,
    /// Index of its block among the figures of the lesson.
    pub place: usize,
    pub block: Block,
    pub tree: Node,
    /// For each layer the experiments that it is drawn from.
    asked: Vec<Vec<Asked>>,
    pub file: Option<Arc<FileTable>>,
    /// A hash over the file.
    pub file_sum: Option<Sum>,
    /// What its lesson's variants and the figures before it have taken.
    pub colors: Colors,
    /// What drawing it takes.
    pub cost: Cost,
}

/// Figures that were found in order, for when their course is looked at again: by all that they are drawn from before anything runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeptFigures(Arc<Mutex<BTreeMap<Sum, InOrder>>>);

impl KeptFigures {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Sum, InOrder>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A figure that is in order.
#[derive(Clone, Debug)]
struct InOrder {
    cost: Cost,
    /// What it and those before it have taken.
    colors: Colors,
}

/// What is left to do for a figure.
enum Left<'a, 'v> {
    /// It is drawn without numbers: that shows what is wrong whatever they are.
    Draw(Ground<'a, 'v>),
    Nothing(Colors),
}

/// An experiment that a figure is drawn from.
struct Asked {
    /// The lesson as a name, and the id.
    name: (String, String),
    /// As readers see it.
    label: String,
}

impl PlannedFigure {
    /// Returns whether it is drawn from an experiment.
    pub(crate) fn asks(&self, course: &Course, experiment: &Planned) -> bool {
        let name = named(course, experiment);
        self.asked.iter().flatten().any(|asked| asked.name == name)
    }

    /// Returns the experiments of each layer with what `outcome` says they found; none where it does not know one.
    pub(crate) fn sources<'a>(
        &self,
        course: &Course,
        planned: &[Planned],
        outcome: &dyn Fn(usize) -> Option<&'a Outcome>,
    ) -> Option<Vec<Vec<Source<'a>>>> {
        let source = |asked: &Asked| {
            let place = planned.iter().position(|experiment| named(course, experiment) == asked.name)?;
            Some(source(&planned[place], &asked.label, outcome(place)?))
        };
        self.asked.iter().map(|layer| layer.iter().map(source).collect()).collect()
    }
}

fn named(course: &Course, experiment: &Planned) -> (String, String) {
    (as_name(&course.lessons[experiment.lesson].slug), experiment.header.id.clone())
}

fn source<'a>(planned: &Planned, label: &str, outcome: &'a Outcome) -> Source<'a> {
    let shares =
        planned.kind.all_metrics().filter(|info| planned.plan.describe(info).written == Written::Percent);
    let measured = planned.metrics().filter(|info| !info.unit.is_empty());
    let trees: Vec<&Node> = planned.plan.variants().iter().map(|variant| variant.tree).collect();
    let conditions = outcome.variants.iter().flat_map(|variant| variant.conditions.settings.keys());
    let varies = |path: &&String| {
        let written: BTreeSet<String> =
            trees.iter().map(|tree| format!("{:?}", tree.get(path).map(crate::settings::to_yaml))).collect();
        written.len() > 1
    };
    let space = planned.plan.shared(0).search.map(|search| search.space);
    let dimensions = || space.into_iter().flat_map(|space| &space.settings);
    let choices = dimensions().filter_map(|setting| match &setting.dimension {
        Dimension::Choice(values) => {
            let text = |value: &serde_json::Value| match value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Array(items) => {
                    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("-")
                }
                value => value.to_string(),
            };
            Some((setting.path.clone(), values.iter().map(text).collect()))
        }
        _ => None,
    });
    let logarithmic = dimensions().filter(|setting| matches!(setting.dimension, Dimension::Log(_)));
    Source {
        name: label.to_owned(),
        outcome,
        shares: shares.map(|info| info.name.to_owned()).collect(),
        units: measured.map(|info| (info.name.to_owned(), info.unit.to_owned())).collect(),
        varied: conditions.filter(varies).cloned().collect(),
        choices: choices.collect(),
        logarithmic: logarithmic.map(|setting| setting.path.clone()).collect(),
        steps: steps(planned),
    }
}

/// The most values that the series of its runs may have.
fn steps(planned: &Planned) -> usize {
    let of = |metric: &MetricType| match metric {
        MetricType::Curve(length) | MetricType::List(length) => *length,
        _ => 0,
    };
    let schema = |variant: usize| planned.plan.metric_schema(variant, planned.facts[variant].as_ref());
    (0..planned.costs.len())
        .flat_map(|variant| schema(variant).into_values().collect::<Vec<_>>())
        .map(|m| of(&m))
        .max()
        .unwrap_or(0)
}

/// Reads and checks the figures of every lesson; what is wrong with any of them is added to `found`. `held` are the bytes of the
/// experiments' data, `kept` what was found before.
pub(crate) fn plan(
    course: &Course,
    planned: &[Planned],
    held: f64,
    limits: &Limits,
    kept: &KeptFigures,
    found: &mut Diagnostics,
) -> Vec<PlannedFigure> {
    if course.lessons.iter().all(|lesson| lesson.figures.is_empty()) {
        return Vec::new();
    }
    let most = usize::try_from(limits.course.experiments).unwrap_or(usize::MAX);
    if let Some(beyond) = course.lessons.iter().flat_map(|lesson| &lesson.figures).nth(most) {
        let error = Diagnostic::error("the course has too many figures", beyond.node.locate("id"));
        found.push(error.label(format!("expected at most {most}")).hint(limits.hint()));
        return Vec::new();
    }
    let (outcomes, values) = (OnceLock::new(), OnceLock::new());
    let outcomes = || outcomes.get_or_init(|| all_foreseen(course, planned));
    let values = || values.get_or_init(|| values_of(course, planned, outcomes()));
    let mut tables = Tables::new(&course.root);
    let mut work = Work::new(held, limits).with(planned);
    let known = std::mem::take(&mut *kept.lock());
    let experiments = sum_of(course, planned);
    let mut ready: Vec<Vec<(PlannedFigure, Sum, Left)>> = Vec::new();
    'lessons: for (index, lesson) in course.lessons.iter().enumerate() {
        let mut ids: BTreeSet<&str> = planned
            .iter()
            .filter(|experiment| experiment.lesson == index)
            .map(|experiment| experiment.header.id.as_str())
            .collect();
        // The colours of a figure depend on those before it.
        let mut so_far = Sum::over(&[experiments, Sum::of(lesson.slug.as_bytes())]);
        ready.push(Vec::new());
        for (place, written) in lesson.figures.iter().enumerate() {
            let figure = read(course, &mut tables, &mut work, planned, index, place, written);
            let Some(mut figure) = found.keep(figure) else { continue };
            if let Some(id) = written.node.entry("id").and_then(|entry| entry.value.as_text())
                && !ids.insert(id)
            {
                let message = format!("two blocks of this lesson are called `{id}`");
                let error = Diagnostic::error(message, written.node.locate("id"));
                found.push(error.label("an id stands once in its lesson, of an experiment or of a figure"));
                continue;
            }
            found.extend(check_texts(course, lesson, &figure));
            so_far = Sum::over(&[so_far, Sum::of_value(&(&written.yaml, &figure.file_sum))]);
            let left = if let Some(InOrder { cost, colors }) = known.get(&so_far) {
                figure.cost = *cost;
                Left::Nothing(colors.clone())
            } else {
                let sources = figure.sources(course, planned, &|place| outcomes().get(place));
                let (sources, file) = (sources.unwrap_or_default(), figure.file.clone());
                let ground = Ground { sources, file, values: values(), lesson: &lesson.slug, foreseen: true };
                let Some(rows) = found.keep(figure::rows(&figure.block, &ground)) else { continue };
                let seeds = ground.sources.iter().flatten().map(|source| source.outcome.seeds()).min();
                figure.cost = Cost::of_rows(rows, rows.div_ceil(seeds.unwrap_or(1).max(1)));
                Left::Draw(ground)
            };
            let what = format!("experiments and the figures up to `{}`", figure.block.id.text);
            let beyond = work.add(&figure.cost, &what, figure.block.id.span);
            if !beyond.is_empty() {
                found.extend(beyond);
                break 'lessons;
            }
            ready[index].push((figure, so_far, left));
        }
    }
    // All that they cost is known by now.
    let finish = |(index, own): (usize, Vec<(PlannedFigure, Sum, Left)>)| {
        let experiments = planned.iter().filter(|experiment| experiment.lesson == index);
        let mut colors = Colors::after(palette(experiments));
        let finished = own.into_iter().map(|(mut figure, sum, left)| {
            figure.colors.clone_from(&colors);
            match left {
                Left::Draw(ground) => drop(figure::draw(&figure.block, &ground, None, &mut colors)?),
                Left::Nothing(after) => colors = after,
            }
            Ok((sum, InOrder { cost: figure.cost, colors: colors.clone() }, figure))
        });
        finished.collect::<Vec<Result<_, Vec<Diagnostic>>>>()
    };
    let finished: Vec<Vec<_>> = ready.into_par_iter().enumerate().map(finish).collect();
    let finished = finished.into_iter().flatten().filter_map(|figure| found.keep(figure));
    let (in_order, figures) = finished.map(|(sum, in_order, figure)| ((sum, in_order), figure)).unzip();
    *kept.lock() = in_order;
    figures
}

/// Returns a hash over all that is known of the experiments of a course before any has run.
fn sum_of(course: &Course, planned: &[Planned]) -> Sum {
    let one = |experiment: &Planned| (&course.lessons[experiment.lesson].slug, experiment.sum);
    Sum::of_value(&planned.iter().map(one).collect::<Vec<_>>())
}

/// Returns what each experiment may find; of what no figure names nothing has to be foreseen.
fn all_foreseen(course: &Course, planned: &[Planned]) -> Vec<Outcome> {
    let written: Vec<&str> =
        course.lessons.iter().flat_map(|lesson| &lesson.figures).map(|figure| figure.yaml.as_str()).collect();
    let is_named = |experiment: &Planned| written.iter().any(|yaml| yaml.contains(&experiment.header.id));
    let outcome = |experiment: &Planned| match is_named(experiment) {
        true => foreseen(experiment),
        false => Outcome::default(),
    };
    planned.par_iter().map(outcome).collect()
}

fn values_of<'o>(course: &Course, planned: &[Planned], outcomes: &'o [Outcome]) -> Values<'o> {
    let mut values = Values::new();
    for (experiment, outcome) in planned.iter().zip(outcomes) {
        values.insert(&course.lessons[experiment.lesson].slug, &experiment.header.id, outcome);
    }
    values
}

fn foreseen(experiment: &Planned) -> Outcome {
    let variants = experiment.plan.variants().into_iter().zip(experiment.labels()).enumerate();
    let variants = variants.map(|(index, (variant, label))| {
        let schema = experiment.plan.metric_schema(index, experiment.facts[index].as_ref());
        let conditions = Arc::new(experiment.conditions(index));
        (variant.name.to_owned(), label, schema, conditions)
    });
    let header = &experiment.header;
    let search = experiment.plan.shared(0).search;
    let trials: Vec<String> =
        search.iter().flat_map(|search| &search.space.settings).map(|setting| setting.path.clone()).collect();
    let seeds = header.seed..header.seed + header.seeds;
    let outcome = figure::foreseen(&trials, variants, &seeds, experiment.kind.step);
    Outcome { labels: header.labels.clone(), ..outcome }
}

/// What is wrong with its Markdown.
fn check_texts(course: &Course, lesson: &Lesson, figure: &PlannedFigure) -> Vec<Diagnostic> {
    let Block { title, caption, alt, .. } = &figure.block;
    let mut found = Vec::new();
    for (key, text) in [("title", title), ("caption", caption)] {
        let text = text.iter();
        found.extend(text.flat_map(|text| course.check_short(lesson, text, figure.tree.locate(key))));
    }
    found.extend(alt.iter().flat_map(|text| course.check_plain(lesson, text, figure.tree.locate("alt"))));
    found
}

fn read(
    course: &Course,
    tables: &mut Tables,
    work: &mut Work,
    planned: &[Planned],
    index: usize,
    place: usize,
    written: &ExperimentBlock,
) -> Result<PlannedFigure, Vec<Diagnostic>> {
    let lesson = &course.lessons[index];
    let block = Block::read(&written.node)?;
    let mut found = Vec::new();
    let mut asked = Vec::new();
    for layer in &block.layers {
        let needs = !matches!(layer.x, Some(figure::Across::Range { .. })) && block.file.is_none();
        if needs && layer.from.is_empty() {
            let error = Diagnostic::error("the figure does not say what it is drawn from", block.id.span);
            found.push(
                error.label("expected `from: ` and an experiment, `file: ` and a CSV, or a range as `x`"),
            );
            break;
        }
        let one = |from: &figure::Labelled| {
            let name = experiment_named(&lesson.slug, &from.what.text);
            let known = |experiment: &&Planned| named(course, experiment) == name;
            match planned.iter().find(known) {
                Some(_) => {
                    let label = from.label.clone().unwrap_or_else(|| name.1.replace('_', " "));
                    Ok(Asked { name, label })
                }
                None => Err(unknown(course, planned, lesson, from)),
            }
        };
        let (right, wrong): (Vec<_>, Vec<_>) = layer.from.iter().map(one).partition(Result::is_ok);
        for error in wrong.into_iter().filter_map(Result::err) {
            if !found.contains(&error) {
                found.push(error);
            }
        }
        asked.push(right.into_iter().filter_map(Result::ok).collect());
    }
    let table = block.file.as_ref().map(|file| tables.read(lesson, file, work)).transpose();
    match table {
        Ok(table) if found.is_empty() => {
            let (file, file_sum) = table.unzip();
            Ok(PlannedFigure {
                lesson: index,
                place,
                block,
                tree: written.node.clone(),
                asked,
                file,
                file_sum,
                cost: Cost::default(),
                colors: Colors::default(),
            })
        }
        table => {
            found.extend(table.err());
            Err(found)
        }
    }
}

fn unknown(course: &Course, planned: &[Planned], lesson: &Lesson, from: &figure::Labelled) -> Diagnostic {
    let text = &from.what.text;
    let own = as_name(&lesson.slug);
    let names: Vec<String> = planned
        .iter()
        .map(|experiment| {
            let (lesson, id) = named(course, experiment);
            if lesson == own { id } else { format!("{lesson}.{id}") }
        })
        .collect();
    let error = Diagnostic::error(format!("there is no experiment `{text}`"), from.what.span);
    match nearest(text, names.iter().map(String::as_str)) {
        Some(near) => error.label(format!("did you mean `{near}`?")),
        None => error.label("expected the id of an experiment of this lesson, or `lesson.id`"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::pipeline::{Kept, Request, inspect};

    /// What is found wrong with a course, and of each figure in order what it costs and its colours.
    fn looked_at(folder: &Path, kept: &Kept) -> (Vec<String>, Vec<String>) {
        let request = Request { lessons: folder.to_owned(), kept: kept.clone(), ..Request::default() };
        let inspected = inspect(&request).unwrap();
        let said = inspected.found.iter().map(|said| said.render(inspected.sources(), false));
        let figure = |figure: &PlannedFigure| {
            let PlannedFigure { lesson, place, cost, colors, .. } = figure;
            format!("{lesson} {place} {cost:?} {colors:?}")
        };
        (said.collect(), inspected.figures.iter().map(figure).collect())
    }

    #[test]
    fn a_course_that_is_kept_is_found_as_it_is_whatever_is_edited() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
        let kept = Kept::default();
        let mut state = 7_u64;
        let mut pick = |most: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % most
        };
        let (mut known, mut wrong) = (0, 0);
        for _ in 0..60 {
            let words = "word ".repeat(pick(3) as usize);
            match pick(3) {
                0 => {
                    let compare = ["[sgd, adam]", "[adam, sgd]", "[sgd]"][pick(3) as usize];
                    let labels = ["", "labels: {adam: A}\n"][pick(2) as usize];
                    let epochs = 2 + pick(2);
                    write(
                        "a.md",
                        format!(
                            "---\ntitle: A\n---\n\n{words}\n\n```yaml experiment\nkind: optimizers\nid: ways\ndata: {{name: iris}}\ntraining: {{epochs: {epochs}}}\nseeds: 2\ncompare: {compare}\n{labels}```\n"
                        ),
                    );
                }
                1 => {
                    let y = ["dev_loss", "train_loss", "dev_los"][pick(3) as usize];
                    let second = ["second", "first"][pick(2) as usize];
                    write(
                        "b.md",
                        format!(
                            "---\ntitle: B\n---\n\n{words}\n\n```yaml figure\nid: first\nfrom: a.ways\nx: epoch\ny: {y}\n```\n\n```yaml figure\nid: {second}\nfrom: a.ways\nx: variant\ny: a.ways.sgd.train_loss\n```\n"
                        ),
                    );
                }
                _ => write("table.csv", format!("x,y\n1,{}\n", pick(2))),
            }
            if ["a.md", "b.md"].iter().any(|name| !folder.path().join(name).exists()) {
                continue;
            }
            let before: BTreeSet<Sum> = kept.figures.lock().keys().copied().collect();
            let again = looked_at(folder.path(), &kept);
            assert_eq!(again, looked_at(folder.path(), &Kept::default()));
            known += kept.figures.lock().keys().filter(|sum| before.contains(*sum)).count();
            wrong += usize::from(!again.0.is_empty());
        }
        assert!(known > 5 && wrong > 5, "{known} known, {wrong} with something wrong");
    }
}
