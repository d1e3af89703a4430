//! Which name has which of the eight colours, through a lesson.

use super::theme::Color;
use crate::collections::BTreeMap;

/// The colours of the names of a lesson, in the order in which they first appear.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    slots: BTreeMap<String, usize>,
}

impl Palette {
    /// Returns the colour slots of the names of a chart. A name keeps the one that it has in the lesson, new ones take the next
    /// that is free. Where all eight are taken, or two names of a chart share one, a name gets one that nothing else in
    /// the chart has, as long as there is any.
    pub fn take(&mut self, names: &[&str]) -> Vec<usize> {
        let mut used = [false; Color::SERIES];
        let mut taken: Vec<Option<usize>> = Vec::new();
        for name in names {
            let known = self.slots.get(*name).copied().filter(|slot| !used[*slot]);
            known.inspect(|slot| used[*slot] = true);
            taken.push(known);
        }
        for (name, slot) in names.iter().zip(&mut taken).filter(|(_, slot)| slot.is_none()) {
            let is_new = !self.slots.contains_key(*name);
            let next = Some(self.slots.len()).filter(|next| is_new && *next < Color::SERIES && !used[*next]);
            let free = next.or_else(|| used.iter().position(|used| !used));
            let chosen = free.unwrap_or(self.slots.len() % Color::SERIES);
            used[chosen] = true;
            self.slots.entry((*name).to_owned()).or_insert(chosen);
            *slot = Some(chosen);
        }
        taken.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_colour_through_a_lesson() {
        let mut palette = Palette::default();
        assert_eq!(palette.take(&["sgd", "adam"]), [0, 1]);
        assert_eq!(palette.take(&["adam", "rmsprop"]), [1, 2]);
        assert_eq!(palette.take(&["rmsprop", "sgd"]), [2, 0]);
    }

    #[test]
    fn no_colour_stands_twice_in_a_chart() {
        let mut palette = Palette::default();
        palette.take(&["a", "b", "c", "d", "e", "f", "g", "h"]);
        // All are taken: what is new has one that its chart does not need.
        assert_eq!(palette.take(&["a", "i"]), [0, 1]);
        assert_eq!(palette.take(&["b", "i"]), [1, 0]);
        assert_eq!(palette.take(&["i"]), [1]);
        let nine: Vec<String> = (0..9).map(|number| number.to_string()).collect();
        let nine: Vec<&str> = nine.iter().map(String::as_str).collect();
        let mut slots = Palette::default().take(&nine);
        assert_eq!(slots.pop(), Some(0));
        assert_eq!(slots, [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
