//! What an earlier build noted of the lessons whose runs need not be looked at again.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;
use crate::lesson::{Course, Lesson};
use crate::site::{ExperimentView, PageView};
use crate::store::cache::{Key, Sum};

use super::figure_view::DrawnBlock;
use crate::lasting::Lasting;

/// What there is of an experiment's charts and files, for those who need none of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sketch {
    /// The names of the figures.
    pub figures: Vec<String>,
    /// What readers see above each of them.
    pub titles: Vec<String>,
    pub csv: bool,
    /// The part of the first one that is shown small.
    pub panel: Option<[i32; 4]>,
}

/// What was made of a lesson.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Note {
    /// A hash over all that it was made from.
    pub made_from: Sum,
    pub view: PageView,
    /// What tells its page from others, but for what is around it.
    pub from: Sum,
    /// In the order of the plan.
    pub experiments: Vec<NotedExperiment>,
    /// Figures of the author's own.
    pub figures: Vec<DrawnBlock>,
    /// What was odd about what the runs had found.
    pub remarks: Vec<Diagnostic>,
}

/// What was made of an experiment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NotedExperiment {
    /// Without what is drawn.
    pub view: ExperimentView,
    /// The name under which what is drawn is kept.
    pub drawing: Key,
    pub sketch: Sketch,
}

/// Notes by their names in the cache, for when their course is built again.
pub(crate) type KeptNotes = Lasting<BTreeMap<Key, Arc<Note>>>;

/// Which lessons are unchanged.
pub(crate) struct Unchanged {
    /// What was made of each lesson; none where it has to be looked at.
    pub notes: Vec<Option<Arc<Note>>>,
    /// For each planned experiment, whether a lesson that has to be looked at asks what it found.
    pub wanted: Vec<bool>,
}

impl Unchanged {
    /// Says of no lesson that it is unchanged.
    pub(crate) fn none(lessons: usize, experiments: usize) -> Unchanged {
        Unchanged { notes: vec![None; lessons], wanted: vec![true; experiments] }
    }

    /// Returns what was made of a lesson that is unchanged.
    pub(crate) fn note(&self, lesson: usize) -> Option<&Note> {
        self.notes[lesson].as_deref()
    }

    /// Returns what has to be said again of unchanged lessons.
    pub(crate) fn remarks(&self, course: &Course) -> Vec<Diagnostic> {
        let of_lesson = |(lesson, note): (&Lesson, &Option<Arc<Note>>)| {
            let remarks = note.iter().flat_map(|note| note.remarks.clone());
            remarks.map(|remark| remark.moved_to(lesson.source)).collect::<Vec<_>>()
        };
        course.lessons.iter().zip(&self.notes).flat_map(of_lesson).collect()
    }

    /// Returns whether the lesson with this index is unchanged.
    pub(crate) fn holds(&self, lesson: usize) -> bool {
        self.notes[lesson].is_some()
    }
}
