//! Parallel coordinates: one upright axis a setting, one line a trial.

use plotters::style::text_anchor::{HPos, VPos};

use super::{Dash, Shape};
use crate::chart::axis::{Axis, Scale};
use crate::chart::canvas::{Canvas, Ink, Rect, Stroke};

use crate::chart::figure::Point;
use crate::chart::layout::{SMALL, TEXT};
use crate::chart::scale::{Domain, Reach};
use crate::chart::theme::Color;
use crate::chart::theme::Paint;
use crate::chart::ticks;

/// One line across all axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// One value an axis, in the axes' order.
    pub values: Vec<f64>,
    pub color: Color,
    /// Drawn last and thick, with its name: the best trial.
    pub label: Option<String>,
}

impl Track {
    /// Makes a track: a value on each axis.
    pub fn new(values: impl IntoIterator<Item = f64>, color: Color) -> Self {
        Track { values: values.into_iter().collect(), color, label: None }
    }

    /// Highlights this one and names it.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

/// Settings and objective of many trials.
#[derive(Clone, Debug, PartialEq)]
pub struct Parallel {
    /// Each with its own scale, range and ticks.
    pub axes: Vec<Axis>,
    pub tracks: Vec<Track>,
}

impl Parallel {
    /// Makes parallel axes with tracks over them.
    pub fn new(axes: impl IntoIterator<Item = Axis>, tracks: impl IntoIterator<Item = Track>) -> Self {
        Parallel { axes: axes.into_iter().collect(), tracks: tracks.into_iter().collect() }
    }
}

/// Room for an axis's name and for the ticks beside it, in px.
const NAME: f64 = 34.0;
const ROW: f64 = 74.0;

impl Parallel {
    /// Height that the drawing needs, in px.
    pub(crate) fn height(&self, upright: bool) -> f64 {
        if upright { 300.0 } else { ROW * self.axes.len() as f64 }
    }

    /// Draw into a rectangle: upright axes side by side, or, on a narrow page, lying ones below each other.
    pub(crate) fn draw(&self, canvas: &Canvas, frame: Rect, upright: bool) {
        let rails = self.rails(frame, upright);
        for rail in &rails {
            rail.draw_line(canvas);
        }
        let (named, others): (Vec<&Track>, Vec<&Track>) =
            self.tracks.iter().partition(|track| track.label.is_some());
        for track in others {
            for (from, to) in gaps(&rails, &track.values) {
                canvas.path(&[from, to], Stroke::new(track.color, 1.4).opacity(0.35).dash(Dash::Dotted));
            }
            for run in runs(&rails, &track.values) {
                canvas.path(&run, Stroke::new(track.color, 1.4).opacity(0.55));
            }
        }
        for track in &named {
            highlight(canvas, &rails, track);
        }
        for rail in &rails {
            rail.draw_ticks(canvas, frame);
        }
        for track in named {
            let end = runs(&rails, &track.values).last().and_then(|run| run.last().copied());
            if let (Some((x, y)), Some(label)) = (end, &track.label) {
                let ink = Ink::new(TEXT, Color::Ink).halo();
                match upright {
                    true => canvas.text((x + 10.0, y), label, ink),
                    false => {
                        let half = TEXT.width(label) / 2.0;
                        let x = x.min(frame.right() - half).max(frame.left + half);
                        canvas.text((x, y + 23.0), label, ink.h(HPos::Center).v(VPos::Top));
                    }
                }
            }
        }
    }

    /// Returns the scale of each axis with its range.
    pub(crate) fn domains(&self) -> Vec<Domain> {
        let domain = |(index, axis): (usize, &Axis)| {
            let values = self.tracks.iter().filter_map(|track| track.values.get(index).copied()).collect();
            Domain::new(axis, &Reach { values, ..Reach::default() })
        };
        self.axes.iter().enumerate().map(domain).collect()
    }

    /// Returns where each axis runs: a box without width, or without height.
    pub(crate) fn lines(&self, frame: Rect, upright: bool) -> Vec<Rect> {
        let line = |rail: Rail| Rect {
            left: rail.from.0,
            top: rail.to.1,
            width: rail.to.0 - rail.from.0,
            height: rail.from.1 - rail.to.1,
        };
        self.rails(frame, upright).into_iter().map(line).collect()
    }

    fn rails(&self, frame: Rect, upright: bool) -> Vec<Rail<'_>> {
        let last = (self.axes.len().max(2) - 1) as f64;
        let label = self.tracks.iter().filter_map(|track| track.label.as_deref());
        let right = TEXT.widest(label) + 16.0;
        let domains = self.domains();
        // The first axis may have words at its ticks.
        let words =
            self.axes.first().zip(domains.first()).map(|(axis, domain)| ticks::ticks(axis, domain, 4));
        let words = words.into_iter().flatten().map(|tick| SMALL.width(&tick.label).min(90.0));
        let left = words.fold(34.0, f64::max) + 10.0;
        let rail = |(index, domain): (usize, Domain)| {
            let share = index as f64 / last;
            let (from, to) = if upright {
                let x = frame.left + left + share * (frame.width - left - right.max(30.0));
                ((x, frame.bottom() - 8.0), (x, frame.top + NAME + 6.0))
            } else {
                let y = frame.top + ROW * index as f64 + 28.0;
                ((frame.left + 14.0, y), (frame.right() - 14.0, y))
            };
            (index, domain, from, to)
        };
        let placed: Vec<_> = domains.into_iter().enumerate().map(rail).collect();
        placed
            .into_iter()
            .map(|(index, domain, from, to)| Rail { axis: &self.axes[index], domain, from, to, upright })
            .collect()
    }
}

fn highlight(canvas: &Canvas, rails: &[Rail], track: &Track) {
    for (from, to) in gaps(rails, &track.values) {
        canvas.path(&[from, to], Stroke::new(track.color, 3.0).dash(Dash::Dotted));
    }
    for run in runs(rails, &track.values) {
        canvas.path(&run, Stroke::new(Paint::Paper, 6.0));
        canvas.path(&run, Stroke::new(track.color, 3.0));
        canvas.group("class=\"rim\"", || {
            for &at in &run {
                canvas.dot(at, 4.6, Shape::Circle, false, track.color);
            }
        });
    }
}

/// One axis on the page, from its low to its high end.
struct Rail<'a> {
    axis: &'a Axis,
    domain: Domain,
    from: Point,
    to: Point,
    upright: bool,
}

impl Rail<'_> {
    fn place(&self, value: f64) -> Option<Point> {
        let share = self.domain.fraction(value).filter(|share| (-0.001..=1.001).contains(share))?;
        Some((
            self.from.0 + share * (self.to.0 - self.from.0),
            self.from.1 + share * (self.to.1 - self.from.1),
        ))
    }

    fn draw_line(&self, canvas: &Canvas) {
        canvas.path(&[self.from, self.to], Stroke::new(Paint::Axis, 1.2));
    }

    fn draw_ticks(&self, canvas: &Canvas, frame: Rect) {
        let count = if self.upright { 4 } else { 3 };
        let named = matches!(self.axis.scale, Scale::Category(_));
        let ink = Ink::new(SMALL, if named { Color::Ink } else { Color::Muted }).halo();
        for tick in ticks::ticks(self.axis, &self.domain, count).iter().filter(|tick| !tick.label.is_empty())
        {
            let Some((x, y)) = self.place(tick.value) else { continue };
            let end = if self.upright { (x - 4.0, y) } else { (x, y + 4.0) };
            canvas.path(&[(x, y), end], Stroke::new(Paint::Axis, 1.2));
            match self.upright {
                true => canvas.text((x - 7.0, y), &SMALL.fit(&tick.label, 90.0), ink.h(HPos::Right)),
                false => {
                    let half = SMALL.width(&tick.label) / 2.0;
                    let x = x.clamp(frame.left + half, (frame.right() - half).max(frame.left + half));
                    canvas.text((x, y + 6.0), &tick.label, ink.h(HPos::Center).v(VPos::Top));
                }
            }
        }
        let name = Ink::new(SMALL, Color::Ink);
        match self.upright {
            true => {
                let lines = SMALL.wrap(&self.axis.label, 104.0);
                let top = frame.top + NAME - 8.0 - SMALL.line() * lines.len() as f64;
                canvas.lines((self.to.0, top), &lines, name.h(HPos::Center).v(VPos::Top));
            }
            false => {
                canvas.text((frame.left, self.from.1 - 8.0), &self.axis.label, name.v(VPos::Bottom).halo());
            }
        }
    }
}

/// The pieces of a line across the axes, broken where a value has no place.
fn runs(rails: &[Rail], values: &[f64]) -> Vec<Vec<Point>> {
    let places = places(rails, values);
    let runs = places.split(Option::is_none).filter(|run| !run.is_empty());
    runs.map(|run| run.iter().flatten().copied().collect()).collect()
}

/// Where a line passes by axes on which it has no value: from the last value before them to the first one after.
fn gaps(rails: &[Rail], values: &[f64]) -> Vec<(Point, Point)> {
    let runs = runs(rails, values);
    let between = |pair: &[Vec<Point>]| Some((*pair[0].last()?, *pair[1].first()?));
    runs.windows(2).filter_map(between).collect()
}

fn places(rails: &[Rail], values: &[f64]) -> Vec<Option<Point>> {
    rails.iter().zip(values).map(|(rail, &value)| rail.place(value)).collect()
}
