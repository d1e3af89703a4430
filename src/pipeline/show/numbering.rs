//! The numbers of figures and tables, in reading order: what the pages show is counted, lesson by lesson.

use std::collections::BTreeMap;

use super::drafts::Draft;
use crate::lesson::{Course, FragmentPart, Lesson, Mark, Target, mark};
use crate::pipeline::run::planned::Planned;

/// The numbers on all pages, in the order of the course.
pub(crate) struct Numbering {
    pages: Vec<PageNumbers>,
}

/// The numbers on one page: what has one, in reading order.
#[derive(Default)]
pub(crate) struct PageNumbers {
    /// Figures, tables and pictures that have a name.
    numbers: BTreeMap<Target, String>,
    /// Of all pictures with a caption.
    pictures: Vec<String>,
    /// Everything in the order of the page; a picture by its place among the pictures, where it has no name.
    listed: Vec<Listed>,
}

/// Something with a number.
pub(crate) struct Listed {
    pub number: String,
    pub target: Option<Target>,
    /// Among the pictures of its page.
    pub picture: Option<usize>,
}

impl Numbering {
    /// Counts what the drafts show.
    pub(crate) fn of(course: &Course, planned: &[Planned], drafts: &[Draft]) -> Numbering {
        let pages = course.lessons.iter().zip(drafts);
        Numbering { pages: pages.map(|(lesson, draft)| page(lesson, planned, draft)).collect() }
    }

    /// Returns the numbers on the page with that index in the course.
    pub(crate) fn page(&self, index: usize) -> &PageNumbers {
        &self.pages[index]
    }
}

impl PageNumbers {
    /// Returns the number of a figure, table or picture; none where the page shows no such thing.
    pub(crate) fn get(&self, target: &Target) -> Option<&str> {
        self.numbers.get(target).map(String::as_str)
    }

    /// Returns the number of a figure of an experiment.
    pub(crate) fn figure(&self, id: &str, name: &str) -> Option<&str> {
        self.get(&Target::Figure(id.to_owned(), name.to_owned()))
    }

    /// Returns the number of the results of an experiment.
    pub(crate) fn table(&self, id: &str) -> Option<&str> {
        self.get(&Target::Table(id.to_owned()))
    }

    /// Returns the number of a picture, given its place among those with a caption.
    pub(crate) fn picture(&self, place: usize) -> Option<&str> {
        self.pictures.get(place).map(String::as_str)
    }

    /// Lists everything with a number, in the order of the page.
    pub(crate) fn listed(&self) -> &[Listed] {
        &self.listed
    }
}

fn page(lesson: &Lesson, planned: &[Planned], draft: &Draft) -> PageNumbers {
    let mut found = PageNumbers::default();
    let (mut figures, mut tables) = (0, 0);
    let next = |count: &mut usize| {
        *count += 1;
        match (&lesson.section, lesson.number) {
            (Some(section), _) => format!("{section}.{count}"),
            (None, Some(lesson)) => format!("{lesson}.{count}"),
            (None, None) => count.to_string(),
        }
    };
    for part in lesson.body.parts() {
        match part {
            FragmentPart::Html(html) => {
                for mark in mark::marks(html) {
                    let Mark::Picture(name) = mark else { continue };
                    let number = next(&mut figures);
                    let target = name.map(Target::Picture);
                    if let Some(target) = &target {
                        found.numbers.insert(target.clone(), number.clone());
                    }
                    let picture = Some(found.pictures.len());
                    found.pictures.push(number.clone());
                    found.listed.push(Listed { number, target, picture });
                }
            }
            FragmentPart::Figure(block) => {
                let Some(figure) = draft.figures.iter().find(|figure| figure.place == block) else {
                    continue;
                };
                let (number, target) = (next(&mut figures), Target::Picture(figure.view.id.clone()));
                found.numbers.insert(target.clone(), number.clone());
                found.listed.push(Listed { number, target: Some(target), picture: None });
            }
            FragmentPart::Experiment(block) => {
                let Some(experiment) = draft.experiment_of(block, planned) else { continue };
                let id = &planned[experiment.drawing.place].header.id;
                let mut keep = |target: Target, number: String| {
                    found.numbers.insert(target.clone(), number.clone());
                    found.listed.push(Listed { number, target: Some(target), picture: None });
                };
                for name in &experiment.drawing.sketch.figures {
                    keep(Target::Figure(id.clone(), name.clone()), next(&mut figures));
                }
                if experiment.view.results.is_some() {
                    keep(Target::Table(id.clone()), next(&mut tables));
                }
            }
        }
    }
    found
}
