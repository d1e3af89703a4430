//! An experiment of a lesson that is ready to run.

use std::ops::Deref;

use crate::block::Block;

/// An experiment with its place in the course.
pub struct Planned {
    /// Index of its lesson in the course.
    pub lesson: usize,
    /// Index of its block in the lesson.
    pub block: usize,
    pub of: Block,
}

impl Deref for Planned {
    type Target = Block;

    fn deref(&self) -> &Block {
        &self.of
    }
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
