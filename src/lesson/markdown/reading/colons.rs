//! Colons at the start of lines, of which few begin a definition.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::Part;

/// Returns the colons that were read as the beginning of a definition and are none: a definition begins with a colon and a
/// space, after a term of one line (as in Pandoc).
pub(super) fn of_no_definition(text: &str, parts: &[Part]) -> Vec<usize> {
    let mut colons = Vec::new();
    let mut term_is_one = true;
    for (event, range) in parts {
        match event {
            Event::Start(Tag::DefinitionListTitle) => {
                term_is_one = !text[range.clone()].trim().contains('\n');
            }
            Event::Start(Tag::DefinitionListDefinition) => {
                let Some(colon) = colon(text, range) else { continue };
                if !term_is_one || !text[colon + 1..].starts_with([' ', '\t']) {
                    colons.push(colon);
                }
            }
            _ => {}
        }
    }
    colons
}

fn colon(text: &str, range: &Range<usize>) -> Option<usize> {
    text.get(range.clone())?.find(':').map(|at| range.start + at)
}
