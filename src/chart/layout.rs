//! Sizes: pages, fonts, how high a plot is, how panels stand in a grid.

use super::axis::Scale;
use super::canvas::Rect;
use super::figure::{Figure, Panel};
use super::marks::Mark;
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
const GAP: f64 = 22.0;

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
        match self {
            Layout::Wide => wide,
            Layout::Narrow if wide == 3 && !named && figure.share_y => 3,
            Layout::Narrow if wide > 3 && !named => 2,
            Layout::Narrow => 1,
        }
    }
}

/// Height of the plot area of a panel that is so wide.
fn height(prepared: &Prepared, width: f64) -> f64 {
    let panel = prepared.panel;
    if let Some(parallel) = panel.parallel() {
        return parallel.height(prepared.upright);
    }
    if let Some(aspect) = panel.aspect.filter(|aspect| *aspect > 0.0) {
        return (width / aspect).min(HIGHEST);
    }
    if let Scale::Category(names) = &panel.y.scale {
        return names.len().max(1) as f64 * row_height(panel) + 8.0;
    }
    match width {
        width if width >= 480.0 => 300.0,
        width if width >= 280.0 => 210.0,
        // alone on a phone
        width if width >= 190.0 => width * 0.85,
        width => (width * 0.8).max(110.0),
    }
}

/// Height of one row of an upright category axis, by what stands in it.
fn row_height(panel: &Panel) -> f64 {
    let ridges = panel.marks.iter().any(|mark| matches!(mark, Mark::Area(_)));
    let side_by_side = |mark: &&Mark| matches!(mark, Mark::Bars(bars) if !bars.inside);
    let bars = panel.marks.iter().filter(side_by_side).count() as f64;
    let intervals = panel.marks.iter().filter(|mark| matches!(mark, Mark::Interval(_))).count() as f64;
    if ridges { 50.0 } else { (bars * 17.0 + 6.0).max(intervals * 26.0 + 8.0).max(38.0) }
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

/// Columns take their margins from what their panels need; all plots are equally wide.
pub(crate) fn grid(panels: &[Prepared], columns: usize, page: f64, top: f64) -> Grid {
    let column = |index: usize| index % columns;
    let mut width = (page / columns as f64 * 0.8).max(60.0);
    let (mut left, mut right) = (vec![0.0f64; columns], vec![0.0f64; columns]);
    for _ in 0..3 {
        left.fill(0.0);
        right.fill(0.0);
        for (index, panel) in panels.iter().enumerate() {
            let margins = panel.sides(width, height(panel, width));
            left[column(index)] = left[column(index)].max(margins.0);
            right[column(index)] = right[column(index)].max(margins.1);
        }
        let taken: f64 = left.iter().chain(&right).sum::<f64>() + GAP * (columns - 1) as f64;
        width = ((page - taken) / columns as f64).max(60.0);
        let caps =
            panels.iter().map(|panel| panel.panel.aspect.map_or(f64::INFINITY, |aspect| HIGHEST * aspect));
        width = width.min(caps.fold(0.0, f64::max).max(60.0));
    }
    let taken: f64 = left.iter().chain(&right).sum::<f64>() + GAP * (columns - 1) as f64;
    let mut grid =
        Grid { frames: Vec::new(), corners: Vec::new(), width: taken + width * columns as f64, bottom: top };
    for row in panels.chunks(columns) {
        let above = row.iter().map(|panel| panel.above(width)).fold(0.0, f64::max);
        let below = row.iter().map(|panel| panel.below(width)).fold(0.0, f64::max);
        let tallest = row.iter().map(|panel| height(panel, width)).fold(0.0, f64::max);
        let first = grid.frames.is_empty();
        let plots = grid.bottom + above + if first { 0.0 } else { GAP - 6.0 };
        let mut x = 0.0;
        for (index, panel) in row.iter().enumerate() {
            grid.corners.push((x, plots - above));
            let frame = Rect { left: x + left[index], top: plots, width, height: height(panel, width) };
            grid.frames.push(frame);
            x = frame.right() + right[index] + GAP;
        }
        grid.bottom = plots + tallest + below;
    }
    grid
}
