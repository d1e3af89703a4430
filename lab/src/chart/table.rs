//! The figure as tables: for screen readers, and for whoever wants the numbers.

use serde::{Deserialize, Serialize};

use super::axis::{Axis, Scale};
use super::describe::named;
use super::figure::{Figure, Panel, Point};
use super::marks::{Mark, Parallel, Path, Paths};
use super::text::escape;
use super::ticks::rounded;

/// Longest table that is written out; a longer one is sampled evenly, ends included.
const ROWS: usize = 41;

/// A table of texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataTable {
    pub caption: String,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl DataTable {
    /// Returns the table as HTML; the first cell of each row heads it.
    pub fn html(&self) -> String {
        let mut out = format!("<table>\n<caption>{}</caption>\n<thead><tr>", escape(&self.caption));
        for cell in &self.header {
            out.push_str(&format!("<th scope=\"col\">{}</th>", escape(cell)));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for row in &self.rows {
            out.push_str("<tr>");
            for (index, cell) in row.iter().enumerate() {
                let cell = escape(cell);
                out.push_str(&if index == 0 {
                    format!("<th scope=\"row\">{cell}</th>")
                } else {
                    format!("<td>{cell}</td>")
                });
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n");
        out
    }
}

/// One column: its name, and a text for each position.
struct Column {
    name: String,
    cells: Vec<(f64, String)>,
}

impl Figure {
    /// Returns one table a panel; a panel without numbers to read (regions) has none.
    pub fn tables(&self) -> Vec<DataTable> {
        let several = self.panels.len() > 1;
        let caption = |panel: &Panel| match &panel.title {
            Some(title) if several => format!("{}: {title}", self.title),
            _ => self.title.clone(),
        };
        self.panels.iter().filter_map(|panel| table(panel, caption(panel))).collect()
    }
}

fn table(panel: &Panel, caption: String) -> Option<DataTable> {
    if let Some(parallel) = panel.parallel() {
        return Some(tracks(parallel, caption));
    }
    let paths = panel.marks.iter().find_map(|mark| match mark {
        Mark::Paths(paths) => Some(paths),
        _ => None,
    });
    if let Some(paths) = paths {
        return Some(steps(paths, panel, caption));
    }
    let across = panel.marks.iter().all(runs_along_x);
    let (at, value) = if across { (&panel.y, &panel.x) } else { (&panel.x, &panel.y) };
    let mut columns = Vec::new();
    for mark in &panel.marks {
        columns.extend(self::columns(mark, value, across));
    }
    columns.retain(|column| !column.cells.is_empty());
    if columns.is_empty() {
        return None;
    }
    let positions = positions(&columns, at);
    let name = if at.label.is_empty() { String::new() } else { at.label.clone() };
    let header = [name].into_iter().chain(columns.iter().map(|column| column.name.clone())).collect();
    let row = |&position: &f64| {
        let cells = columns.iter().map(|column| cell(column, position, at));
        [named(at, position)].into_iter().chain(cells).collect()
    };
    Some(DataTable { caption, header, rows: sampled(&positions).iter().map(row).collect() })
}

fn runs_along_x(mark: &Mark) -> bool {
    match mark {
        Mark::Bars(bars) => bars.horizontal,
        Mark::Interval(interval) => interval.horizontal,
        Mark::Rule(_) | Mark::Text(_) => true,
        _ => false,
    }
}

fn columns(mark: &Mark, value: &Axis, across: bool) -> Vec<Column> {
    let column = |name: &Option<String>, points: &[Point]| {
        let pair = |&(x, y): &Point| {
            if across { (y, rounded(x, value.format)) } else { (x, rounded(y, value.format)) }
        };
        let name = name.clone().unwrap_or_else(|| value.label.clone());
        vec![Column { name, cells: points.iter().map(pair).collect() }]
    };
    match mark {
        Mark::Line(line) if !line.muted || line.label.is_some() => column(&line.label, &line.points),
        Mark::Dots(dots) => column(&dots.label, &dots.points),
        Mark::Interval(interval) => {
            let name = interval.label.clone().unwrap_or_else(|| value.label.clone());
            let part = |suffix: &str, pick: fn(&super::Estimate) -> f64| Column {
                name: format!("{name}{suffix}"),
                cells: interval.estimates.iter().map(|e| (e.at, rounded(pick(e), value.format))).collect(),
            };
            vec![part("", |e| e.middle), part(", low", |e| e.low), part(", high", |e| e.high)]
        }
        Mark::Bars(bars) => {
            let text = |bar: &super::Bar| {
                bar.text.clone().unwrap_or_else(|| rounded(bar.to - bar.from, value.format))
            };
            let name = bars.label.clone().unwrap_or_else(|| value.label.clone());
            vec![Column { name, cells: bars.bars.iter().map(|bar| (bar.at.round(), text(bar))).collect() }]
        }
        _ => Vec::new(),
    }
}

/// Every position that a column has, in order, once.
fn positions(columns: &[Column], at: &Axis) -> Vec<f64> {
    let mut all: Vec<f64> =
        columns.iter().flat_map(|column| column.cells.iter().map(|cell| cell.0)).collect();
    all.retain(|position| position.is_finite());
    if matches!(at.scale, Scale::Category(_)) {
        all.iter_mut().for_each(|position| *position = position.round());
    }
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

/// What a column says at a position: one text, or the several that share a category.
fn cell(column: &Column, position: f64, at: &Axis) -> String {
    let here = |place: f64| match at.scale {
        Scale::Category(_) => place.round() == position,
        _ => place == position,
    };
    let texts: Vec<&str> =
        column.cells.iter().filter(|(place, _)| here(*place)).map(|(_, text)| text.as_str()).collect();
    texts.join(", ")
}

fn sampled(positions: &[f64]) -> Vec<f64> {
    if positions.len() <= ROWS {
        return positions.to_vec();
    }
    let last = positions.len() - 1;
    let mut picked: Vec<usize> = (0..ROWS).map(|row| row * last / (ROWS - 1)).collect();
    picked.dedup();
    picked.into_iter().map(|index| positions[index]).collect()
}

fn tracks(parallel: &Parallel, caption: String) -> DataTable {
    let header =
        [String::new()].into_iter().chain(parallel.axes.iter().map(|axis| axis.label.clone())).collect();
    let row = |(index, track): (usize, &super::Track)| {
        let name = track.label.clone().unwrap_or_else(|| (index + 1).to_string());
        let cells = parallel.axes.iter().zip(&track.values).map(|(axis, &value)| named(axis, value));
        [name].into_iter().chain(cells).collect()
    };
    let rows = parallel.tracks.iter().enumerate().map(row).take(200).collect();
    DataTable { caption, header, rows }
}

/// Where each path is after some of its steps.
fn steps(paths: &Paths, panel: &Panel, caption: String) -> DataTable {
    let name = |path: &Path, axis: &Axis| format!("{} {}", path.label, axis.label).trim().to_owned();
    let names = paths.paths.iter().flat_map(|path| [name(path, &panel.x), name(path, &panel.y)]);
    let header = ["step".to_owned()].into_iter().chain(names).collect();
    let longest = paths.paths.iter().map(|path| path.points.len()).max().unwrap_or(0);
    let all: Vec<f64> = (0..longest).map(|step| step as f64).collect();
    let row = |step: &f64| {
        let cells = paths.paths.iter().flat_map(|path| match path.points.get(*step as usize) {
            Some(&(x, y)) => [rounded(x, panel.x.format), rounded(y, panel.y.format)],
            None => Default::default(),
        });
        [step.to_string()].into_iter().chain(cells).collect()
    };
    DataTable { caption, header, rows: sampled(&all).iter().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Bars, Color, Line, Part};

    #[test]
    fn series_share_their_positions() {
        let panel = Panel::new(Axis::linear("epoch").integer(), Axis::linear("loss"))
            .mark(Line::series(&[2.0, 1.0, 0.5], Color::Series(0)).label("sgd"))
            .mark(Line::series(&[2.0, f64::NAN], Color::Series(1)).label("a < b"));
        let table = Figure::new("loss", "Loss", "").panel(panel).tables().remove(0);
        assert_eq!(table.header, ["epoch", "sgd", "a < b"]);
        assert_eq!(table.rows, [["0", "2", "2"], ["1", "1", "–"], ["2", "0.5", ""]]);
        assert!(table.html().contains("<th scope=\"col\">a &lt; b</th>"));
    }

    #[test]
    fn lying_bars_are_read_by_category() {
        let parts =
            [Part::new("train", Color::Series(0), [60.0]), Part::new("dev", Color::Series(1), [40.0])];
        let panel = Panel::new(Axis::linear("rows").integer(), Axis::category("", ["digits"]))
            .marks(Bars::stacked(&parts).into_iter().map(|bars| bars.horizontal().into()));
        let table = Figure::new("sizes", "Sizes", "").panel(panel).tables().remove(0);
        assert_eq!(table.rows, [["digits", "60", "40"]]);
    }

    #[test]
    fn paths_are_read_step_by_step() {
        let path = |points: &[Point], label: &str| Path::new(points.to_vec(), Color::Series(0), label);
        let long = path(&[(0.0, 1.0), (0.5, 0.25), (0.75, 0.0)], "SGD");
        let short = path(&[(0.0, 1.0), (f64::NAN, 0.0)], "Adam");
        let panel = Panel::new(Axis::linear("x"), Axis::linear("y")).mark(Paths::new(
            vec![long, short],
            vec![(1.0, 0.0)],
            "minimum",
        ));
        let figure = Figure::new("map", "Map", "Paths.").panel(panel);
        let table = figure.tables().remove(0);
        assert_eq!(table.header, ["step", "SGD x", "SGD y", "Adam x", "Adam y"]);
        assert_eq!(
            table.rows,
            [["0", "0", "1", "0", "1"], ["1", "0.5", "0.25", "", ""], ["2", "0.75", "0", "", ""]]
        );
        assert_eq!(
            figure.describe(),
            "Paths. A minimum at (1, 0). SGD: from (0, 1) to (0.75, 0) in 2 steps. Adam: from (0, 1) to (0, 1) in 0 steps."
        );
    }

    #[test]
    fn long_series_are_sampled_with_both_ends() {
        let positions: Vec<f64> = (0..1000).map(f64::from).collect();
        let picked = sampled(&positions);
        assert_eq!((picked.len(), picked[0], picked[ROWS - 1]), (ROWS, 0.0, 999.0));
    }
}
