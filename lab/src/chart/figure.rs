//! What a figure shows, as plain data: a kind of experiment fills it, the rest of `chart` draws it.

use std::sync::Arc;

use super::axis::{Axis, Scale};
use super::key::{KeyEntry, Place};
use super::marks::{Behind, Ghost, Mark, Parallel};
use crate::collections::BTreeMap;
use crate::words::Words;

/// A point in data coordinates. On a category axis the n-th name stands at `n as f64`.
pub type Point = (f64, f64);

/// One figure: one panel, or several side by side (small multiples).
#[derive(Clone, Debug)]
pub struct Figure {
    /// Stable name in file names and `figures: [...]`: `loss`, `part_sizes`.
    pub name: String,
    /// Shown above the figure and read first by a screen reader.
    pub title: String,
    /// Whether the page itself shows the title above the drawing.
    pub headed: bool,
    /// One sentence of what is shown; axes, series, where they end are added from the data.
    pub lead: String,
    pub panels: Vec<Panel>,
    /// Panels a row in the wide layout; the narrow one stacks as its width asks.
    pub columns: usize,
    /// All panels get the range of x that holds everything; only the lowest ones print its name.
    pub share_x: bool,
    /// The same for y; only the leftmost panels print its numbers.
    pub share_y: bool,
    /// Its panels are states of one thing: a reader may slide through them.
    pub sequence: bool,
    /// How series are told apart.
    pub key: Key,
    /// What the ends of the colour ramp mean, pale and strong: shown in the key.
    pub ramp: Option<(String, String)>,
    /// A line under the figure: `Bands: one standard deviation over 10 seeds.`
    pub note: Option<String>,
    /// In which words it is seen and told; set by [`Figure::speaking`].
    pub(super) words: Words,
}

/// Where the names of the series stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Key {
    /// At the end of each line if there is room and the panels differ, otherwise above.
    #[default]
    Auto,
    /// At the end of each line.
    Direct,
    /// One row of swatches above all panels.
    Above,
}

impl Figure {
    /// Makes a figure without panels: `title` is what the reader sees, `lead` the sentence that opens the description.
    pub fn new(name: impl Into<String>, title: impl Into<String>, lead: impl Into<String>) -> Self {
        Figure {
            name: name.into(),
            title: title.into(),
            headed: false,
            lead: lead.into(),
            panels: Vec::new(),
            columns: 1,
            share_x: false,
            share_y: false,
            sequence: false,
            key: Key::Auto,
            ramp: None,
            note: None,
            words: Words::default(),
        }
    }

    /// Says the figure in other words, those of the language of its page. What has been made in English, by a kind of experiment
    /// and by `chart`, is said again; an author's own names stay.
    pub fn speaking(mut self, words: &Words) -> Self {
        if words.are_plain() {
            return self;
        }
        let say = |text: &mut String| *text = words.say(text);
        say(&mut self.title);
        say(&mut self.lead);
        self.note.iter_mut().for_each(say);
        for panel in &mut self.panels {
            panel.title.iter_mut().for_each(say);
            let tracks = panel.parallel.iter_mut().flat_map(|parallel| &mut parallel.tracks);
            tracks.filter_map(|track| track.label.as_mut()).for_each(say);
            let others = panel.parallel.iter_mut().flat_map(|parallel| &mut parallel.axes);
            for axis in [&mut panel.x, &mut panel.y].into_iter().chain(others) {
                say(&mut axis.label);
                if let Scale::Category(names) = &mut axis.scale {
                    names.iter_mut().for_each(say);
                }
            }
            panel.words = words.clone();
        }
        self.words = words.clone();
        self
    }

    /// Puts the marks of another outcome's figure behind its own, where both have the same panels.
    pub fn before(mut self, other: &Figure) -> Self {
        if self.panels.len() != other.panels.len() {
            return self;
        }
        for (panel, other) in self.panels.iter_mut().zip(&other.panels) {
            // What is as it was has nothing to be compared with.
            let answers = |panel: &Panel, mark: &Arc<dyn Mark>| mark.readings(&panel.x, &panel.y);
            let own: Vec<_> = panel.marks.iter().map(|mark| answers(panel, mark)).collect();
            let is_same = |mark: &Arc<dyn Mark>| {
                let answers = answers(other, mark);
                !answers.is_empty() && own.contains(&answers)
            };
            let changed = other.marks.iter().filter(|mark| !is_same(mark));
            let ghosts = changed.filter_map(|mark| mark.ghost().silhouette());
            let ghosts: Vec<Arc<dyn Mark>> = ghosts.map(|ghost| Arc::new(Behind(ghost)) as _).collect();
            // Over a map or a band, under what they are like.
            let is_like = |mark: &Arc<dyn Mark>| matches!(mark.ghost(), Ghost::Under(_));
            let is_map = |mark: &Arc<dyn Mark>| matches!(mark.ghost(), Ghost::OverMap(_));
            let maps = || panel.marks.iter().rposition(is_map).map_or(0, |map| map + 1);
            let place = panel.marks.iter().position(is_like).unwrap_or_else(maps);
            panel.marks.splice(place..place, ghosts);
        }
        self
    }

    /// Adds a panel.
    pub fn panel(mut self, panel: Panel) -> Self {
        self.panels.push(panel);
        self
    }

    /// Adds several panels.
    pub fn panels(mut self, panels: impl IntoIterator<Item = Panel>) -> Self {
        self.panels.extend(panels);
        self
    }

    /// Panels a row in the wide layout.
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = columns;
        self
    }

    /// Sets panels as small multiples, three a row; four stand two by two, since a fourth alone below three looks left over.
    pub fn multiples(self, panels: Vec<Panel>) -> Self {
        let columns = match panels.len() {
            4 => 2,
            count => count.clamp(1, 3),
        };
        self.panels(panels).columns(columns)
    }

    /// Makes small multiples comparable: one range of x and one of y for all panels.
    pub fn shared(mut self) -> Self {
        self.share_x = true;
        self.share_y = true;
        self
    }

    /// Lets a reader slide through its panels, which are states of one thing.
    pub fn sequence(mut self) -> Self {
        self.sequence = true;
        self
    }

    /// Gives all panels one range of x.
    pub fn share_x(mut self) -> Self {
        self.share_x = true;
        self
    }

    /// Gives all panels one range of y.
    pub fn share_y(mut self) -> Self {
        self.share_y = true;
        self
    }

    /// Replaces the names of metrics and values by those that the author wants: in titles, at axes, of categories.
    pub fn relabel(&mut self, labels: &BTreeMap<String, String>) {
        let found =
            |text: &str| labels.iter().find(|(name, _)| means(text, name)).map(|(_, label)| label.clone());
        let named = |text: &mut String| {
            if let Some(label) = found(text) {
                *text = label;
            }
        };
        let title = labels.iter().find(|(name, _)| means(&lower(&self.title), name));
        if let Some((_, label)) = title.filter(|_| !labels.is_empty()) {
            let mut letters = label.chars();
            self.title = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        }
        for panel in &mut self.panels {
            panel.title.iter_mut().for_each(named);
            for axis in [&mut panel.x, &mut panel.y] {
                // An author who names a quantity says its unit too, or leaves it out.
                let bare = axis.label.strip_suffix(')').and_then(|label| label.rsplit_once(" ("));
                let found = bare.and_then(|(bare, _)| found(bare)).or_else(|| found(&axis.label));
                axis.label = found.unwrap_or_else(|| std::mem::take(&mut axis.label));
                if let Scale::Category(names) = &mut axis.scale {
                    names.iter_mut().for_each(named);
                }
            }
        }
    }

    /// Sets where the key stands.
    pub fn key(mut self, key: Key) -> Self {
        self.key = key;
        self
    }

    /// Says what the ends of the colour ramp mean: `figure.ramp("dev loss 0.9", "0.06")`.
    pub fn ramp(mut self, pale: impl Into<String>, strong: impl Into<String>) -> Self {
        self.ramp = Some((pale.into(), strong.into()));
        self
    }

    /// Adds a sentence to the line under it.
    pub fn note(self, note: impl Into<String>) -> Self {
        self.notes([note.into()])
    }

    /// Adds sentences to the line under it.
    pub fn notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        let all: Vec<String> = self.note.take().into_iter().chain(notes).collect();
        self.note = (!all.is_empty()).then(|| all.join(" "));
        self
    }
}

/// A pair of axes and what is drawn between them, in order: the first mark lies lowest.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Above the panel, where there are several.
    pub title: Option<String>,
    pub x: Axis,
    pub y: Axis,
    pub marks: Vec<Arc<dyn Mark>>,
    /// Parallel coordinates stand in place of axes and marks.
    pub parallel: Option<Parallel>,
    /// Width through height of the plot area; by default chosen from the layout and the rows.
    pub aspect: Option<f64>,
    /// Those of its figure.
    pub(super) words: Words,
}

impl Panel {
    /// Returns the names that its marks give to what they draw.
    pub(super) fn key(&self) -> impl Iterator<Item = KeyEntry> {
        let entries = self.marks.iter().flat_map(|mark| mark.key());
        entries.map(|entry| KeyEntry { name: self.words.say(&entry.name), ..entry })
    }

    /// Makes an empty panel with these axes.
    pub fn new(x: Axis, y: Axis) -> Self {
        Panel { title: None, x, y, marks: Vec::new(), parallel: None, aspect: None, words: Words::default() }
    }

    /// Makes a panel of parallel coordinates, which bring axes of their own.
    pub fn parallel(parallel: Parallel) -> Self {
        Panel { parallel: Some(parallel), ..Panel::new(Axis::linear(""), Axis::linear("")) }
    }

    /// Sets the panel's title.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Adds a mark, drawn over those before it.
    pub fn mark(mut self, mark: impl Mark + 'static) -> Self {
        self.marks.push(Arc::new(mark));
        self
    }

    /// Adds several marks, each drawn over those before it.
    pub fn marks<M: Mark + 'static>(self, marks: impl IntoIterator<Item = M>) -> Self {
        marks.into_iter().fold(self, Panel::mark)
    }

    /// Sets the plot area's width through its height.
    pub fn aspect(mut self, aspect: f64) -> Self {
        self.aspect = Some(aspect);
        self
    }

    /// Makes the plot area as high as wide: for a plane of two features.
    pub fn square(self) -> Self {
        self.aspect(1.0)
    }

    /// Some line has a name, to be written at its end.
    pub(crate) fn has_line_names(&self) -> bool {
        let named =
            |mark: &Arc<dyn Mark>| mark.key().iter().any(|entry| matches!(entry.place, Place::End { .. }));
        self.marks.iter().any(named)
    }
}

/// Whether a text of a chart is the name of a metric or value, as it is or in words.
fn means(text: &str, name: &str) -> bool {
    let words = name.replace('_', " ");
    let training = || words.strip_prefix("train ").map(|rest| format!("training {rest}"));
    // An axis names a setting by the last part of its path.
    let last = words.rsplit('.').next();
    text == name || text == words || last == Some(text) || training().is_some_and(|training| text == training)
}

fn lower(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_multiples_stand_in_even_rows() {
        let columns = |count: usize| {
            let panel = Panel::new(Axis::linear("x"), Axis::linear("y"));
            let figure = Figure::new("fit", "Fits", "One for each variant.").multiples(vec![panel; count]);
            assert_eq!(figure.panels.len(), count);
            figure.columns
        };
        assert_eq!([1, 2, 3, 4, 5, 6, 7, 8, 9].map(columns), [1, 2, 3, 2, 3, 3, 3, 3, 3]);
    }
}
