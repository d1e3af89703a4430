//! Notebooks of experiments: which are offered to readers, and what they are made of.

use std::borrow::Cow;

use crate::files::Fault;
use crate::lesson::Course;
use crate::notebook::{self, Notebook, Source, TableFile};
use crate::outcome::Outcome;
use crate::pipeline::computed::Computed;
use crate::pipeline::request::Failure;
use crate::pipeline::run::planned::Planned;
use crate::pipeline::run::running::{self, title};

/// Returns the path of an experiment's notebook from its page; none where it offers none.
pub(crate) fn offer(course: &Course, planned: &Planned) -> Option<String> {
    let slug = crate::view::beside(&course.lessons[planned.lesson].slug);
    let wanted = planned.header.notebook.or(course.settings.notebook).unwrap_or(true);
    let refused = || notebook::refusal(planned.kind, planned.plan.as_ref(), &planned.facts).is_some();
    (wanted && !refused()).then(|| format!("{slug}/{}.ipynb", planned.header.id))
}

/// Returns the notebook of the experiment at a place of the plan; `Err` within tells why it has none.
///
/// # Errors
/// A file of data that cannot be read again.
pub fn notebook_of(computed: &Computed, place: usize) -> Result<Result<Notebook, String>, Failure> {
    let (course, planned) = (&computed.course, &computed.planned[place]);
    let lesson = &course.lessons[planned.lesson];
    let outcome = match computed.unchanged.holds(planned.lesson) {
        true => Cow::<Outcome>::Owned(running::again(course, planned, &computed.tables, &computed.cache)),
        false => Cow::Borrowed(computed.outcome(place)),
    };
    let own = planned.header.title.as_deref().filter(|title| says_itself(title));
    let source = Source {
        kind: planned.kind,
        plan: planned.plan.as_ref(),
        facts: &planned.facts,
        classes: (0..planned.facts.len())
            .map(|variant| computed.tables.classes(planned.plan.data(variant)?, &lesson.path))
            .collect(),
        outcome: &outcome,
        files: files(computed, planned)?,
        address: &title(course, planned),
        titles: [
            Some(lesson.front.title.as_str()).filter(|title| says_itself(title)).unwrap_or(&lesson.slug),
            own.unwrap_or(&planned.header.id),
        ],
        words: course.words(),
    };
    Ok(notebook::notebook(&source))
}

/// Returns whether a text is one without values, formulas and marks.
fn says_itself(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(['`', '$', '*', '[', '<', '\\'])
}

/// Returns the files of all variants, each once.
fn files(computed: &Computed, planned: &Planned) -> Result<Vec<TableFile>, Fault> {
    let path = &computed.course.lessons[planned.lesson].path;
    let mut files: Vec<TableFile> = Vec::new();
    let all = |variant| {
        let further = planned.plan.further_data(variant).into_iter().map(|data| data.settings);
        planned.plan.data(variant).into_iter().chain(further)
    };
    for data in (0..planned.facts.len()).flat_map(all) {
        for file in computed.tables.files(data, path)? {
            if files.iter().all(|known| known.name != file.name) {
                files.push(file);
            }
        }
    }
    Ok(files)
}
