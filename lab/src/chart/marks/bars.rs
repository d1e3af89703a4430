//! Bars: single, grouped, stacked; upright or lying.

use std::sync::Arc;

use super::{Around, Dash, Description, Ghost, Mark};
use crate::chart::axis::Axis;
use crate::chart::describe::{MOST, heading, named};
use crate::chart::key::{KeyEntry, Sample};
use crate::chart::reading::{Along, Reading, Spot, Spots};
use crate::chart::table::{Column, Columns, Rows};
use crate::chart::ticks::rounded;
use plotters::style::text_anchor::{HPos, VPos};

use crate::chart::axis::Format;
use crate::chart::canvas::{Ink, Plot, Rect, Stroke};
use crate::chart::layout::SMALL;
use crate::chart::scale::Needs;
use crate::chart::text::Font;
use crate::chart::theme::Color;
use crate::chart::theme::Paint;

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Its middle on the category axis.
    pub at: f64,
    pub from: f64,
    pub to: f64,
    pub color: Color,
    /// Written on it if there is room inside (stacked), or at its end.
    pub text: Option<String>,
}

/// Bars of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    pub bars: Vec<Bar>,
    /// Thickness in units of the category axis; 0.72 by default.
    pub width: f64,
    /// Values run along x, categories along y.
    pub horizontal: bool,
    /// Text inside the bar (segments of a stack) instead of at its end.
    pub inside: bool,
    /// Name of the series, in the key.
    pub label: Option<String>,
    pub color: Color,
    /// Whether only where they end is seen: of another outcome, as lines over the bars of this one.
    ends: bool,
}

/// One series of grouped or stacked bars: its name, colour, and a value for each category.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub name: String,
    pub color: Color,
    pub values: Vec<f64>,
}

impl Part {
    /// Makes a part of bars: a value for each category.
    pub fn new(name: impl Into<String>, color: Color, values: impl IntoIterator<Item = f64>) -> Self {
        Part { name: name.into(), color, values: values.into_iter().collect() }
    }
}

impl Bars {
    /// Makes one bar for each category, from 0.
    pub fn new(values: impl IntoIterator<Item = f64>, color: Color) -> Self {
        let bar = |(at, to)| Bar { at: at as f64, from: 0.0, to, color, text: None };
        Bars {
            bars: values.into_iter().enumerate().map(bar).collect(),
            width: 0.72,
            horizontal: false,
            inside: false,
            label: None,
            color,
            ends: false,
        }
    }

    /// Makes bars that stand side by side within each category.
    pub fn grouped(parts: &[Part]) -> Vec<Bars> {
        let width = 0.8 / parts.len().max(1) as f64;
        let group = |(index, part): (usize, &Part)| {
            let mut bars = Bars::new(part.values.iter().copied(), part.color).label(&part.name);
            bars.width = width * 0.9;
            for bar in &mut bars.bars {
                bar.at += width * (index as f64 + 0.5) - 0.4;
            }
            bars
        };
        parts.iter().enumerate().map(group).collect()
    }

    /// Makes bars that stand one after the other within each category.
    pub fn stacked(parts: &[Part]) -> Vec<Bars> {
        let mut tops: Vec<f64> = Vec::new();
        let mut stack = |part: &Part| {
            let mut bars = Bars::new(part.values.iter().copied(), part.color).label(&part.name);
            bars.inside = true;
            tops.resize(tops.len().max(bars.bars.len()), 0.0);
            for (bar, top) in bars.bars.iter_mut().zip(&mut tops) {
                let size = if bar.to.is_finite() { bar.to } else { 0.0 };
                (bar.from, bar.to) = (*top, *top + size);
                *top = bar.to;
            }
            bars
        };
        parts.iter().map(&mut stack).collect()
    }

    /// Lays the bars along x.
    pub fn horizontal(mut self) -> Self {
        self.horizontal = true;
        self
    }

    /// Gives each bar a colour of its own.
    pub fn colors(mut self, colors: impl IntoIterator<Item = Color>) -> Self {
        for (bar, color) in self.bars.iter_mut().zip(colors) {
            bar.color = color;
        }
        self
    }

    /// Writes each bar's length on it.
    pub fn values(mut self, format: Format, decimals: usize) -> Self {
        for bar in &mut self.bars {
            bar.text = Some(crate::chart::ticks::number(bar.to - bar.from, format, decimals));
        }
        self
    }

    /// Writes these texts on the bars.
    pub fn texts<S: Into<String>>(mut self, texts: impl IntoIterator<Item = S>) -> Self {
        for (bar, text) in self.bars.iter_mut().zip(texts) {
            bar.text = Some(text.into());
        }
        self
    }

    /// Names them in the key.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

/// Opacity of bars: large faces are calmer than lines in the same colour.
pub(crate) const BAR: f64 = 0.9;

impl Bars {
    /// The bar on the page; `None` if its value has no place.
    fn place(&self, bar: &Bar, plot: &Plot) -> Option<Rect> {
        let (low, high) = (bar.at - self.width / 2.0, bar.at + self.width / 2.0);
        let corners = match self.horizontal {
            true => [(plot.x_or_low(bar.from), low), (bar.to, high)],
            false => [(low, plot.y_or_low(bar.from)), (high, bar.to)],
        };
        let ((x0, y0), (x1, y1)) = (plot.place(corners[0])?, plot.place(corners[1])?);
        Some(Rect { left: x0.min(x1), top: y0.min(y1), width: (x1 - x0).abs(), height: (y1 - y0).abs() })
    }

    fn draw_ends(&self, plot: &Plot) {
        let half = self.width / 2.0;
        for bar in &self.bars {
            let ends = [bar.at - half, bar.at + half].map(|at| match self.horizontal {
                true => (bar.to, at),
                false => (at, bar.to),
            });
            plot.path(&ends, Stroke::new(Color::Ink, 1.6).dash(Dash::Dashed));
        }
    }

    /// Where bars point both ways, the line they stand on.
    fn draw_zero(&self, plot: &Plot) {
        if !self.horizontal && self.bars.iter().any(|bar| bar.to < bar.from) {
            let (left, right) = plot.x.ends();
            plot.path(&[(left, 0.0), (right, 0.0)], Stroke::new(Paint::Axis, 1.2));
        }
    }

    fn write(&self, plot: &Plot, bar: &Bar, place: Rect, text: &str) {
        let on_bar = Ink::new(Font::bold(SMALL.size), Paint::Paper);
        let width = on_bar.font.width(text);
        let fits_inside = width + 6.0 <= place.width && SMALL.size + 3.0 <= place.height;
        if self.inside {
            if fits_inside {
                plot.canvas.text(place.middle(), text, on_bar.h(HPos::Center));
            }
            return;
        }
        let ink = Ink::new(SMALL, crate::chart::theme::Color::Ink);
        let negative = bar.to < bar.from;
        if !self.horizontal {
            if width <= place.width * 1.45 {
                let (y, v) = if negative {
                    (place.bottom() + 4.0, VPos::Top)
                } else {
                    (place.top - 3.0, VPos::Bottom)
                };
                plot.canvas.text((place.middle().0, y), text, ink.h(HPos::Center).v(v));
            }
        } else if negative {
            plot.canvas.text((place.left - 5.0, place.middle().1), text, ink.h(HPos::Right));
        } else if place.right() + 5.0 + width <= plot.frame.right() + 12.0 {
            plot.canvas.text((place.right() + 5.0, place.middle().1), text, ink);
        } else if fits_inside {
            plot.canvas.text((place.right() - 5.0, place.middle().1), text, on_bar.h(HPos::Right));
        }
    }
}

impl Mark for Bars {
    fn reach(&self, needs: &mut Needs) {
        let (along, across) = match self.horizontal {
            true => (&mut needs.x, &mut needs.y),
            false => (&mut needs.y, &mut needs.x),
        };
        for bar in &self.bars {
            along.values.extend([bar.from, bar.to]);
            across.values.extend([bar.at - self.width / 2.0, bar.at + self.width / 2.0]);
        }
        // a stack that is a whole needs no air beyond it
        along.air |= !self.inside;
        along.texts |= !self.inside && !self.horizontal && self.bars.iter().any(|bar| bar.text.is_some());
        along.grounded = true;
        if !self.inside {
            needs.row.beside(17.0, 6.0);
        }
    }

    fn draw(&self, plot: &Plot) {
        if self.ends {
            return;
        }
        plot.canvas.group("class=\"rim\"", || {
            for bar in &self.bars {
                let half = self.width / 2.0;
                if self.place(bar, plot).is_some() {
                    let (from, to) = match self.horizontal {
                        true => ((plot.x_or_low(bar.from), bar.at - half), (bar.to, bar.at + half)),
                        false => ((bar.at - half, plot.y_or_low(bar.from)), (bar.at + half, bar.to)),
                    };
                    plot.bar(from, to, bar.color, BAR);
                }
            }
        });
        self.draw_zero(plot);
    }

    fn annotate(&self, plot: &Plot, _: &Around) {
        if self.ends {
            return self.draw_ends(plot);
        }
        for bar in &self.bars {
            if let (Some(text), Some(place)) = (&bar.text, self.place(bar, plot)) {
                self.write(plot, bar, place, text);
            }
        }
    }

    fn describe(&self, x: &Axis, y: &Axis) -> Description {
        let (value, at) = if self.horizontal { (x, y) } else { (y, x) };
        let shown =
            self.bars.iter().take(MOST).map(|bar| format!("{} {}", named(at, bar.at), length(bar, value)));
        let shown: Vec<String> = shown.collect();
        let end = |bar: &Bar| if self.horizontal { (bar.to, bar.at) } else { (bar.at, bar.to) };
        let sentence = format!("{}{}.", heading(self.label.as_deref()), shown.join(", "));
        Description::new(self.bars.iter().map(end), Some(sentence))
    }

    fn key(&self) -> Vec<KeyEntry> {
        self.label.iter().map(|name| KeyEntry::new(name, self.color, Sample::Fill)).collect()
    }

    fn columns(&self, x: &Axis, y: &Axis) -> Columns {
        let (rows, value) = if self.horizontal { (Rows::Y, x) } else { (Rows::X, y) };
        let cells = self.bars.iter().map(|bar| (bar.at.round(), length(bar, value))).collect();
        let name = self.label.clone().unwrap_or_else(|| value.label.clone());
        Columns { rows, columns: vec![Column { name, cells }] }
    }

    fn ghost(&self) -> Ghost {
        Ghost::Under(Arc::new(Bars { ends: true, ..self.clone() }))
    }

    fn readings(&self, x: &Axis, y: &Axis) -> Vec<Reading> {
        let (along, value) = if self.horizontal { (Along::Y, x) } else { (Along::X, y) };
        let spot = |bar: &Bar| {
            let at = if self.horizontal { (bar.to, bar.at.round()) } else { (bar.at.round(), bar.to) };
            Spot::new(at).text(length(bar, value))
        };
        vec![Reading::Spots(Spots::new(self.label.as_deref(), self.color, along, self.bars.iter().map(spot)))]
    }
}

/// Returns what is written on a bar, or how long it is.
fn length(bar: &Bar, value: &Axis) -> String {
    bar.text.clone().unwrap_or_else(|| rounded(bar.to - bar.from, value.format))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> [Part; 2] {
        [
            Part::new("train", Color::Series(0), [60.0, 98.0]),
            Part::new("dev", Color::Series(1), [20.0, f64::NAN]),
        ]
    }

    #[test]
    fn stacks_stand_on_each_other() {
        let stacked = Bars::stacked(&parts());
        let ends: Vec<(f64, f64)> = stacked[1].bars.iter().map(|bar| (bar.from, bar.to)).collect();
        assert_eq!(ends, [(60.0, 80.0), (98.0, 98.0)]);
    }

    #[test]
    fn groups_stand_side_by_side() {
        let grouped = Bars::grouped(&parts());
        let at: Vec<f64> = grouped.iter().map(|bars| bars.bars[1].at).collect();
        assert!((at[0] - 0.8).abs() < 1e-12 && (at[1] - 1.2).abs() < 1e-12);
        assert!(grouped[0].width < 0.4);
    }

    #[test]
    fn values_are_lengths() {
        let stacked = Bars::stacked(&parts()).remove(1).values(Format::Plain, 0);
        assert_eq!(stacked.bars[0].text.as_deref(), Some("20"));
    }
}
