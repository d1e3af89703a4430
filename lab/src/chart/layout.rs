//! Sizes: pages, fonts, how high a plot is, how panels stand in a grid.

use super::axis::Scale;
use super::canvas::Rect;
use super::figure::{Figure, Panel};
use super::panel::Prepared;
use super::text::Font;

/// The two drawings of each figure; the page's CSS shows the one that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// For a column of about 720 px.
    Wide,
    /// For a phone.
    Narrow,
}

pub(crate) const SMALL: Font = Font::new(12.5);
pub(crate) const TEXT: Font = Font::new(13.0);
pub(crate) const HEADING: Font = Font::bold(13.0);
pub(crate) const TITLE: Font = Font::bold(16.0);

/// Between panels.
pub(super) const GAP: f64 = 22.0;

/// About what the numbers at its left and the gap to the next take of a panel's width.
const PANEL_SIDES: f64 = 36.0;

/// Highest that a plot with a given aspect may become.
const HIGHEST: f64 = 400.0;

impl Layout {
    /// In px.
    pub(crate) fn width(self) -> f64 {
        match self {
            Layout::Wide => 720.0,
            Layout::Narrow => 340.0,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Layout::Wide => "wide",
            Layout::Narrow => "narrow",
        }
    }

    /// Panels a row.
    pub(crate) fn columns(self, figure: &Figure, direct: bool) -> usize {
        let wide = figure.columns.clamp(1, figure.panels.len().max(1));
        let named = direct && figure.panels.iter().any(Panel::has_line_names);
        let columns = match self {
            Layout::Wide => return wide,
            Layout::Narrow if wide == 3 && !named && figure.share_y => 3,
            Layout::Narrow if wide > 3 && !named => 2,
            Layout::Narrow => 1,
        };
        // Names under the panels keep their room before panels do.
        let widest = figure.panels.iter().map(names_across).fold(0.0, f64::max);
        let fits = |columns: &usize| self.width() / *columns as f64 - PANEL_SIDES >= widest;
        (1..=columns).rev().find(fits).unwrap_or(1)
    }
}

/// Width that the names under a panel take where all stand upright in one row; 0 where there are none.
fn names_across(panel: &Panel) -> f64 {
    match &panel.x.scale {
        Scale::Category(names) if !panel.x.hidden => names.len() as f64 * (SMALL.widest(names) + 12.0),
        _ => 0.0,
    }
}

/// Height of the plot area of a panel that is so wide: rows with names are never so low that the names touch.
fn height(prepared: &Prepared, width: f64) -> f64 {
    let panel = prepared.panel;
    match &panel.y.scale {
        Scale::Category(names) if panel.parallel.is_none() && prepared.shows_y => {
            let row = prepared.row_lines(width) as f64 * SMALL.line() + 5.0;
            wished_height(prepared, width).max(names.len() as f64 * row)
        }
        _ => wished_height(prepared, width),
    }
}

fn wished_height(prepared: &Prepared, width: f64) -> f64 {
    let panel = prepared.panel;
    if let Some(parallel) = &panel.parallel {
        return parallel.height(prepared.upright);
    }
    if let Some(aspect) = panel.aspect.filter(|aspect| *aspect > 0.0) {
        return (width / aspect).min(HIGHEST);
    }
    if let Scale::Category(names) = &panel.y.scale {
        return names.len().max(1) as f64 * prepared.needs.row.height() + 8.0;
    }
    match width {
        width if width >= 480.0 => 300.0,
        width if width >= 280.0 => 210.0,
        // alone on a phone
        width if width >= 190.0 => width * 0.85,
        width => (width * 0.8).max(110.0),
    }
}

/// Where the plot areas of all panels lie.
pub(crate) struct Grid {
    /// The plot area of each panel.
    pub frames: Vec<Rect>,
    /// The upper left corner of each panel's cell, where its title and its numbers begin.
    pub corners: Vec<(f64, f64)>,
    pub width: f64,
    pub bottom: f64,
}

/// Columns take their margins from what their panels need; all plots are equally wide. Plots lie at whole px: their edges are sharp,
/// and what two panels share is drawn by the same numbers, which a page packs as one.
pub(crate) fn grid(panels: &[Prepared], columns: usize, page: f64, top: f64) -> Grid {
    let column = |index: usize| index % columns;
    let mut width = (page / columns as f64 * 0.8).max(60.0);
    let (mut left, mut right) = (vec![0.0f64; columns], vec![0.0f64; columns]);
    for _ in 0..3 {
        left.fill(0.0);
        right.fill(0.0);
        for (index, panel) in panels.iter().enumerate() {
            let margins = panel.sides(width, height(panel, width));
            left[column(index)] = left[column(index)].max(margins.0.ceil());
            right[column(index)] = right[column(index)].max(margins.1.ceil());
        }
        let taken: f64 = left.iter().chain(&right).sum::<f64>() + GAP * (columns - 1) as f64;
        width = ((page - taken) / columns as f64).max(60.0).floor();
        let caps =
            panels.iter().map(|panel| panel.panel.aspect.map_or(f64::INFINITY, |aspect| HIGHEST * aspect));
        width = width.min(caps.fold(0.0, f64::max).max(60.0).floor());
    }
    let taken: f64 = left.iter().chain(&right).sum::<f64>() + GAP * (columns - 1) as f64;
    let mut grid =
        Grid { frames: Vec::new(), corners: Vec::new(), width: taken + width * columns as f64, bottom: top };
    for row in panels.chunks(columns) {
        let above = row.iter().map(|panel| panel.above(width)).fold(0.0, f64::max);
        let below = row.iter().map(|panel| panel.below(width)).fold(0.0, f64::max);
        let tallest = row.iter().map(|panel| height(panel, width)).fold(0.0, f64::max);
        let first = grid.frames.is_empty();
        let plots = (grid.bottom + above + if first { 0.0 } else { GAP - 6.0 }).ceil();
        let mut x = 0.0;
        for (index, panel) in row.iter().enumerate() {
            grid.corners.push((x, plots - above));
            let frame =
                Rect { left: x + left[index], top: plots, width, height: height(panel, width).round() };
            grid.frames.push(frame);
            x = frame.right() + right[index] + GAP;
        }
        grid.bottom = plots + tallest + below;
    }
    grid
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Axis, Color, Dots, panel};

    fn panel_of(x: Axis, y: Axis) -> Panel {
        Panel::new(x, y).mark(Dots::new([(0.0, 1.0), (1.0, 0.0)], Color::Ink))
    }

    #[test]
    fn on_a_phone_panels_stand_side_by_side_only_if_the_names_under_them_have_room() {
        let columns = |names: &[&str]| {
            let panel = panel_of(Axis::category("block", names.iter().copied()), Axis::linear("y"));
            let figure = Figure::new("f", "F", "").panels(vec![panel; 6]).columns(3).shared();
            (Layout::Wide.columns(&figure, false), Layout::Narrow.columns(&figure, false))
        };
        assert_eq!(columns(&["a", "b"]), (3, 3));
        assert_eq!(columns(&["W1", "b1", "W2", "b2"]), (3, 2));
        assert_eq!(columns(&["W1", "b1", "W2", "b2", "W3", "b3"]), (3, 1));
        assert_eq!(columns(&["a name that is wider than the page itself"; 2]), (3, 1));
    }

    #[test]
    fn rows_with_names_are_never_lower_than_their_names() {
        let rows = |name: &str, count: usize| {
            let axis = Axis::category("", vec![name; count]);
            let flat = panel_of(Axis::linear("x"), axis).aspect(20.0);
            let figure = Figure::new("f", "F", "").panel(flat);
            let prepared = panel::prepare(&figure, Layout::Narrow, false, 1);
            height(&prepared[0], 200.0) / count as f64
        };
        assert_eq!(rows("right", 8), SMALL.line() + 5.0);
        assert_eq!(rows("a name of two lines", 8), 2.0 * SMALL.line() + 5.0);
    }
}
