//! Lessons whose runs need not be looked at again: all that their pages are made from is as it was when an earlier build made
//! them. Of these no run is read, no claim judged, no number put into words; what had to be said of their runs is said again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use rayon::prelude::*;
use serde_json::json;

use crate::diagnostic::{Diagnostic, Sources};
use crate::lesson::inline::as_name;
use crate::lesson::{Course, Fragment, Lesson};
use crate::store::cache::{FRESH, FileStamp, Key, Sum};

use super::notes::{KeptNotes, Note, Unchanged};
use crate::pipeline::computed::Computed;
use crate::pipeline::ready::Ready;
use crate::pipeline::run::figures::PlannedFigure;
use crate::pipeline::run::jobs::Job;
use crate::pipeline::run::planned::{Planned, block_texts};
use crate::pipeline::run::running::{home, whereabouts};

/// Says of no lesson that it is unchanged.
pub(crate) fn none(ready: &Ready) -> Unchanged {
    Unchanged::none(ready.course.lessons.len(), ready.planned.len())
}

/// Finds the lessons of which there is a note that is still true. Once a day they are looked at all the same, so that the
/// entries of their runs count as used. Prose alone is made as quickly as a note is read: of that there are only those that a
/// process keeps at hand.
pub(crate) fn find(ready: &Ready, jobs: &[Job], kept: &KeptNotes) -> Unchanged {
    let Some(program) = ready.cache.program() else { return none(ready) };
    let (course, planned) = (&ready.course, &ready.planned);
    let yesterday = SystemTime::now() - FRESH;
    let stamp = |job: &Job| ready.cache.stamp(&job.key?).filter(|stamp| !stamp.is_older_than(yesterday));
    let stamps: Vec<Option<FileStamp>> = jobs.par_iter().map(stamp).collect();
    let mut of_experiments = vec![Vec::new(); planned.len()];
    jobs.iter().zip(stamps).for_each(|(job, stamp)| of_experiments[job.experiment].push(stamp));
    let stamps = |place: usize| of_experiments[place].iter().copied().collect();
    let (figures, sources) = (&ready.figures, &ready.tables.sources);
    let scenery = Sum::of_value(&course.scenery());
    let home = home(course);
    let making = Making { course, planned, figures, sources, scenery, program, home, stamps: &stamps };
    let known = kept.with(std::mem::take).unwrap_or_default();
    let note = |index: usize| {
        let asked = making.asked_by(index);
        if asked.is_empty() && !kept.is_on() {
            return None;
        }
        let (made_from, name) = (making.made_from(index, &asked)?, making.name(index));
        let is_true = |note: &Arc<Note>| note.made_from == made_from;
        let read = || ready.cache.brief(&name).map(Arc::new).filter(is_true);
        let note = known.get(&name).cloned().filter(is_true);
        let note = note.or_else(|| (!asked.is_empty()).then(read).flatten())?;
        Some((name, note))
    };
    let found: Vec<Option<(Key, Arc<Note>)>> = (0..course.lessons.len()).into_par_iter().map(note).collect();
    kept.with(|kept| *kept = found.iter().flatten().cloned().collect());
    let notes: Vec<Option<Arc<Note>>> = found.into_iter().map(|found| Some(found?.1)).collect();
    let mut wanted = vec![false; planned.len()];
    for (index, _) in notes.iter().enumerate().filter(|(_, note)| note.is_none()) {
        making.asked_by(index).into_iter().for_each(|place| wanted[place] = true);
    }
    Unchanged { notes, wanted }
}

/// Notes what was made of the lessons that were looked at, for the builds to come. `note` says it of one lesson, given its
/// index, the hash over what it was made from, and what was odd about its runs.
pub(crate) fn keep(
    computed: &Computed,
    program: Sum,
    note: impl Fn(usize, Sum, Vec<Diagnostic>) -> Option<Note> + Sync,
) {
    let stamps = |place: usize| -> Option<Vec<FileStamp>> {
        Some(computed.ran[place].as_ref()?.kept.as_ref()?.iter().map(|kept| kept.stamp).collect())
    };
    let (course, planned) = (&computed.course, &computed.planned);
    let (figures, sources) = (&computed.figures, computed.sources());
    let scenery = Sum::of_value(&course.scenery());
    let (home, kept) = (home(course), &computed.kept.notes);
    let making = Making { course, planned, figures, sources, scenery, program, home, stamps: &stamps };
    // What has no place, or one in the settings of the course, may be of any lesson: each is looked at again.
    let is_of = |remark: &Diagnostic, lesson: &Lesson| remark.is_within(lesson.source);
    if !computed.remarks.iter().all(|remark| course.lessons.iter().any(|lesson| is_of(remark, lesson))) {
        return;
    }
    (0..course.lessons.len()).into_par_iter().for_each(|index| {
        if computed.unchanged.holds(index) {
            return;
        }
        let asked = making.asked_by(index);
        if asked.is_empty() && !kept.is_on() {
            return;
        }
        let own = computed.remarks.iter().filter(|remark| is_of(remark, &course.lessons[index]));
        let made_from = making.made_from(index, &asked);
        if let Some(note) = made_from.and_then(|made_from| note(index, made_from, own.cloned().collect())) {
            let name = making.name(index);
            if !asked.is_empty() {
                computed.cache.put_brief(&name, &note);
            }
            kept.with(|kept| kept.insert(name, Arc::new(note)));
        }
    });
}

/// What pages are made from.
struct Making<'a> {
    course: &'a Course,
    planned: &'a [Planned],
    figures: &'a [PlannedFigure],
    sources: &'a Sources,
    /// A hash over what every text of the course depends on.
    scenery: Sum,
    program: Sum,
    /// The course's own [`home`].
    home: PathBuf,
    /// How the entries of an experiment's runs look; none where one is missing.
    stamps: &'a (dyn Fn(usize) -> Option<Vec<FileStamp>> + Sync),
}

impl Making<'_> {
    /// Returns the name of a lesson's note. Another program may have notes of another shape.
    fn name(&self, index: usize) -> Key {
        let lesson = &self.course.lessons[index];
        Key::drawn(self.program, &json!(["unchanged", whereabouts(&self.home, lesson)]))
    }

    /// Returns a hash over all that this program makes the page of a lesson from: the lesson's text, what links may lead to, and
    /// of each experiment that it shows or [asks](Self::asked_by), the settings and the runs. None where a run has no entry.
    fn made_from(&self, index: usize, asked: &[usize]) -> Option<Sum> {
        let experiments = asked.iter().map(|place| {
            let experiment = &self.planned[*place];
            let slug = &self.course.lessons[experiment.lesson].slug;
            Some(Sum::of_value(&(slug, experiment.sum, (self.stamps)(*place)?)))
        });
        let experiments = experiments.collect::<Option<Vec<Sum>>>()?;
        let lesson = &self.course.lessons[index];
        let text = match asked.is_empty() {
            // Its note stays within this process, where no two readings have the same number.
            true => Sum::of_value(&lesson.reading),
            false => Sum::of_value(&(self.sources.get(lesson.source).text.as_str(), &lesson.included)),
        };
        let folder = self.course.root.file_name().map(|name| name.to_string_lossy());
        let tables: Vec<&Sum> = self
            .figures
            .iter()
            .filter(|figure| figure.lesson == index)
            .filter_map(|figure| figure.file_sum.as_ref())
            .collect();
        let number = self.course.lessons[index].number;
        Some(Sum::of_value(&(text, number, folder, self.scenery, experiments, tables)))
    }

    /// Returns the places in the plan of the experiments that a lesson shows, and of all those of lessons whose name stands in
    /// one of its expressions.
    fn asked_by(&self, index: usize) -> Vec<usize> {
        let Making { course, planned, .. } = self;
        let lesson = &course.lessons[index];
        let texts = [&lesson.title, &lesson.summary, &lesson.body].into_iter().flat_map(Fragment::values);
        let own = planned.iter().filter(|experiment| experiment.lesson == index);
        let in_blocks = own.flat_map(block_texts).map(|(_, text)| text).filter(|text| text.contains("{{"));
        let figures = lesson.figures.iter().map(|figure| figure.yaml.as_str());
        let values = texts.map(|value| value.expression.as_str());
        let expressions: Vec<&str> = values.chain(in_blocks).chain(figures).collect();
        let names = |lesson: usize| {
            let name = as_name(&course.lessons[lesson].slug);
            lesson == index || expressions.iter().any(|expression| expression.contains(&name))
        };
        let mut asked = BTreeMap::new();
        let mut is_asked = |lesson: usize| *asked.entry(lesson).or_insert_with(|| names(lesson));
        let places = planned.iter().enumerate().filter(|(_, experiment)| is_asked(experiment.lesson));
        places.map(|(place, _)| place).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::pipeline::{Keeping, Kept, Request, Silent, assemble, compute};

    /// Two lessons with an experiment each, and one that quotes the first.
    fn course() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, body: &str| {
            fs::write(folder.path().join(name), format!("---\ntitle: {name}\n---\n\n{body}\n")).unwrap();
        };
        let block = |seeds: usize| {
            format!(
                "```yaml experiment\nkind: optimizers\nid: ways\ndata: {{name: iris}}\ntraining: {{epochs: 3}}\nseeds: {seeds}\n```\n"
            )
        };
        write("first.md", &block(2));
        write("second.md", &block(3));
        write("third.md", "`{{ first.ways.train_loss | round(3) }}`, see [the first](first.md).");
        folder
    }

    /// Makes all files, which must be those made without a cache. Gives the lessons that did not have to be looked at, and
    /// how many runs were read or done for the others.
    fn unchanged(folder: &Path) -> (Vec<String>, usize) {
        let request = Request { lessons: folder.to_owned(), pages_only: true, ..Request::default() };
        let computed = compute(&request, &Silent).unwrap();
        let anew = Request { pages_only: false, cache: Keeping::Nowhere, ..request };
        let fresh = compute(&anew, &Silent).unwrap();
        let (files, expected) =
            (assemble(&computed, &|_, _| false).unwrap(), assemble(&fresh, &|_, _| false).unwrap());
        assert!(files.keys().eq(expected.keys()));
        files.iter().for_each(|(path, content)| assert!(content.source == expected[path].source, "{path}"));
        let lessons = computed.course.lessons.iter().enumerate();
        let held = lessons.filter(|(index, _)| computed.unchanged.holds(*index));
        let read = computed.ran.iter().flatten().flat_map(|ran| &ran.outcome.variants);
        (held.map(|(_, lesson)| lesson.slug.clone()).collect(), read.map(|variant| variant.runs.len()).sum())
    }

    fn edit(folder: &Path, name: &str, old: &str, new: &str) {
        let path = folder.join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{old}");
        fs::write(path, text.replace(old, new)).unwrap();
    }

    const ALL: [&str; 3] = ["first", "second", "third"];

    #[test]
    fn a_lesson_is_unchanged_until_something_it_is_made_from_changes() {
        let folder = course();
        let folder = folder.path();
        assert_eq!(unchanged(folder), (vec![], 5));
        assert_eq!(unchanged(folder), (ALL.map(str::to_owned).to_vec(), 0));
        for (name, old, new, open, read) in [
            ("first.md", "---\n\n", "---\n\nA word.\n", &["first"][..], 2),
            ("third.md", "see", "look at", &["third"], 2),
            ("first.md", "epochs: 3", "epochs: 4", &["first", "third"], 2),
            ("second.md", "epochs: 3", "epochs: 4", &["second"], 3),
        ] {
            edit(folder, name, old, new);
            let left: Vec<String> =
                ALL.into_iter().filter(|slug| !open.contains(slug)).map(str::to_owned).collect();
            assert_eq!(unchanged(folder), (left, read), "{name}: {old} -> {new}");
            assert_eq!(unchanged(folder).1, 0);
        }
        fs::write(folder.join("gradbook.yaml"), "title: Nets\n").unwrap();
        assert_eq!(unchanged(folder).1, 0, "its title stands around the lessons");
        fs::write(folder.join("gradbook.yaml"), "defaults: {title: Title}\n").unwrap();
        assert_eq!(unchanged(folder), (vec![], 5), "the third asks the first, whose defaults changed");
        fs::rename(folder.join("second.md"), folder.join("fourth.md")).unwrap();
        assert_eq!(unchanged(folder), (vec![], 5), "links may lead elsewhere");
        assert_eq!(unchanged(folder).1, 0);
    }

    #[test]
    fn a_process_that_stays_makes_prose_alone_once() {
        let folder = course();
        let folder = folder.path();
        let prose = "---\ntitle: Prose\n---\n\n## Head\n\nWords, see [the second](second.md).\n";
        fs::write(folder.join("prose.md"), prose).unwrap();
        let request = Request { lessons: folder.to_owned(), pages_only: true, ..Request::default() };
        let staying = Request { kept: Kept::lasting(), ..request.clone() };
        let open = |request: &Request| {
            let computed = compute(request, &Silent).unwrap();
            let files = assemble(&computed, &|_, _| false).unwrap();
            let anew = Request { pages_only: false, kept: Kept::default(), ..request.clone() };
            let right = assemble(&compute(&anew, &Silent).unwrap(), &|_, _| false).unwrap();
            right.iter().for_each(|(path, content)| assert!(files[path].source == content.source, "{path}"));
            let lessons = computed.course.lessons.iter().enumerate();
            let open = lessons.filter(|(index, _)| !computed.unchanged.holds(*index));
            open.map(|(_, lesson)| lesson.slug.clone()).collect::<Vec<_>>()
        };
        assert_eq!(open(&staying), ["first", "prose", "second", "third"]);
        assert_eq!(open(&staying), [""; 0]);
        edit(folder, "prose.md", "Words", "More words");
        assert_eq!(open(&staying), ["prose"]);
        edit(folder, "first.md", "---\n\n", "---\n\nA word.\n");
        assert_eq!(open(&staying), ["first"]);
        assert_eq!(open(&request), ["prose"]);
    }

    #[test]
    fn a_run_that_was_touched_is_looked_at_and_one_that_nobody_read_for_a_day() {
        let folder = course();
        let folder = folder.path();
        unchanged(folder);
        let runs =
            || fs::read_dir(folder.join(".gradbook/cache/runs")).unwrap().map(|entry| entry.unwrap().path());
        let mut bytes = fs::read(runs().next().unwrap()).unwrap();
        bytes.truncate(20);
        fs::write(runs().next().unwrap(), bytes).unwrap();
        assert!(unchanged(folder).1 > 0, "a damaged entry is noticed");
        assert_eq!(unchanged(folder).1, 0);
        for path in runs() {
            let file = File::options().append(true).open(path).unwrap();
            file.set_modified(SystemTime::now() - 2 * FRESH).unwrap();
        }
        assert_eq!(unchanged(folder), (vec![], 5));
        let new = |path| {
            fs::metadata(path).unwrap().modified().unwrap() > SystemTime::now() - Duration::from_mins(1)
        };
        assert!(runs().all(new), "they count as used");
        assert_eq!(unchanged(folder).1, 0);
    }

    #[test]
    fn charts_that_are_gone_are_drawn_again_from_the_runs() {
        let folder = course();
        let folder = folder.path();
        unchanged(folder);
        let charts: Vec<_> = fs::read_dir(folder.join(".gradbook/cache/drawn")).unwrap().collect();
        assert_eq!(charts.len(), 2);
        charts.into_iter().for_each(|chart| fs::write(chart.unwrap().path(), "damaged").unwrap());
        assert_eq!(unchanged(folder).0, ALL);
    }

    /// What a build that may rely on notes finds odd, and the lessons that it did not have to look at.
    fn said(folder: &Path) -> (Vec<String>, Vec<String>) {
        let request = Request { lessons: folder.to_owned(), pages_only: true, ..Request::default() };
        let computed = compute(&request, &Silent).unwrap();
        let text = |diagnostic: &Diagnostic| diagnostic.render(computed.sources(), false);
        (computed.found.iter().map(text).collect(), unchanged(folder).0)
    }

    #[test]
    fn what_was_odd_is_said_again_though_nobody_looks() {
        let folder = course();
        let folder = folder.path();
        let claims = "seeds: 3\nclaims: [{that: train_loss < dev_loss, holds: 1/3}]";
        edit(folder, "second.md", "seeds: 3", claims);
        edit(folder, "first.md", "seeds: 2", "seeds: 2\nfigures: [epochs_to, dev_loss]");
        let (first, _) = said(folder);
        assert_eq!(first.len(), 2, "{first:#?}");
        assert_eq!(said(folder), (first.clone(), ALL.map(str::to_owned).to_vec()));
        // Another file comes before them, so that each has another number.
        fs::write(folder.join("gradbook.yaml"), "title: Nets\n").unwrap();
        assert_eq!(said(folder), (first, ALL.map(str::to_owned).to_vec()));
    }

    #[test]
    fn where_settings_of_the_course_are_odd_every_lesson_is_looked_at() {
        let folder = course();
        let folder = folder.path();
        fs::write(folder.join("gradbook.yaml"), "defaults: {figures: [epochs_to, dev_loss]}\n").unwrap();
        let (first, _) = said(folder);
        assert!(first.iter().any(|text| text.contains("gradbook.yaml")), "{first:#?}");
        assert_eq!(said(folder), (first, vec![]));
    }
}
