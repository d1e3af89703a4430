//! An experiment of a lesson that is ready to run.

use std::ops::Deref;
use std::sync::Arc;

use crate::block::Block;
use crate::experiment::Cost;
use crate::store::cache::Sum;

/// An experiment with its place in the course.
pub struct Planned {
    /// Index of its lesson in the course.
    pub lesson: usize,
    /// Index of its block in the lesson.
    pub block: usize,
    pub of: Arc<Block>,
    /// A hash over its tree.
    pub sum: Sum,
    /// What the values and claims in prose cost that name it.
    pub quoted: Cost,
}

impl Planned {
    /// Returns all of its runs together, and what is made of them on any page.
    pub fn total(&self) -> Cost {
        self.of.total() + self.quoted
    }
}

impl Deref for Planned {
    type Target = Block;

    fn deref(&self) -> &Block {
        &self.of
    }
}

/// Returns those of one lesson, which follow each other in the plan.
pub(crate) fn of_lesson(planned: &[Planned], lesson: usize) -> &[Planned] {
    let from = |lesson: usize| planned.partition_point(|planned| planned.lesson < lesson);
    &planned[from(lesson)..from(lesson + 1)]
}

/// Returns the Markdown texts of a block, each with its path.
pub(crate) fn block_texts(planned: &Planned) -> impl Iterator<Item = (String, &str)> {
    let header = &planned.header;
    let texts = [("title", &header.title), ("caption", &header.caption)];
    let texts = texts.into_iter().filter_map(|(path, text)| Some((path.to_owned(), text.as_deref()?)));
    let says = header.claims.iter().enumerate();
    texts.chain(
        says.filter_map(|(index, claim)| Some((format!("claims[{index}].says"), claim.says.as_deref()?))),
    )
}
