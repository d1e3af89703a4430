//! Which name of a figure has which colour: that of the lesson.

use crate::chart::Palette;

/// The colours of a lesson that its figures take theirs from.
#[derive(Clone, Debug, Default)]
pub struct Colors {
    /// Of what rows are told apart by, variants first of all.
    names: Palette,
    /// Of several y beside each other, which the kinds' own figures count from the first colour too.
    measures: Palette,
}

impl Colors {
    /// Makes those that figures go on from: the lesson's, in which its variants have theirs.
    pub fn after(names: Palette) -> Self {
        Colors { names, measures: Palette::default() }
    }

    /// Returns the colour of each name of a chart; `by_row` where any tells rows apart.
    pub(super) fn take(&mut self, names: &[String], by_row: bool) -> Vec<usize> {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match names[..] {
            // What needs no name has the first colour and takes none.
            [_] if !by_row => vec![0],
            _ if by_row => self.names.take(&names),
            _ => self.measures.take(&names),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[&str]) -> Vec<String> {
        of.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_name_has_the_colour_that_it_has_in_the_lesson() {
        let mut palette = Palette::default();
        palette.take(&["sgd", "momentum", "adam"]);
        let mut colors = Colors::after(palette);
        assert_eq!(colors.take(&names(&["adam", "rmsprop", "sgd"]), true), [2, 3, 0]);
        assert_eq!(colors.take(&names(&["dev error", "train error"]), false), [0, 1]);
        assert_eq!(colors.take(&names(&["train error", "test error"]), false), [1, 2]);
        assert_eq!(colors.take(&names(&["dev loss"]), false), [0]);
        assert_eq!(colors.take(&names(&["rmsprop"]), true), [3], "and keeps it in the next figure");
    }
}
