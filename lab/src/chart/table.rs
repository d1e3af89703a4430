//! The figure as tables: for screen readers, and for whoever wants the numbers.

use serde::{Deserialize, Serialize};

use super::axis::{Axis, Format, Scale};
use super::describe::named;
use super::figure::{Figure, Panel, Point};
use super::marks::Parallel;
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

/// What the rows of a table go by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rows {
    /// Positions on x; values are those of y.
    #[default]
    X,
    /// Positions on y, where values run along x.
    Y,
    /// Steps of a path over the plane.
    Steps,
}

/// One column: its name, and a text for each position.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    pub name: String,
    pub cells: Vec<(f64, String)>,
}

/// What a mark adds to the table of its panel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    pub rows: Rows,
    pub columns: Vec<Column>,
}

impl Columns {
    /// Returns what a mark adds that has nothing to read off.
    pub fn none() -> Self {
        Columns::default()
    }

    /// Makes one column of points, named by the series or else by the axis of the values.
    pub fn points(rows: Rows, name: Option<&str>, points: &[Point], x: &Axis, y: &Axis) -> Self {
        let value = if rows == Rows::Y { x } else { y };
        let cell = |&(x, y): &Point| match rows {
            Rows::Y => (y, rounded(x, value.format)),
            _ => (x, rounded(y, value.format)),
        };
        let column = Column {
            name: name.unwrap_or(&value.label).to_owned(),
            cells: points.iter().map(cell).collect(),
        };
        Columns { rows, columns: vec![column] }
    }
}

impl Figure {
    /// Returns one table a panel; a panel without numbers to read (regions) has none.
    pub fn tables(&self) -> Vec<DataTable> {
        let several = self.panels.len() > 1;
        let caption = |panel: &Panel| match &panel.title {
            Some(title) if several => format!("{}: {title}", self.title),
            _ => self.title.clone(),
        };
        let tables = self.panels.iter().filter_map(|panel| table(panel, caption(panel)));
        tables.map(|table| self.written(table)).collect()
    }

    /// Returns rows of texts as a table beneath the figure, for what its marks have no numbers of.
    pub fn listing(&self, header: &[String], rows: &[Vec<String>]) -> DataTable {
        let cell = |text: &String| {
            text.parse().map_or_else(|_| text.clone(), |number| rounded(number, Format::Plain))
        };
        let rows = sampled(rows).iter().map(|row| row.iter().map(cell).collect()).collect();
        self.written(DataTable { caption: self.title.clone(), header: header.to_vec(), rows })
    }

    /// Returns a table in the words of the figure, its numbers too.
    fn written(&self, mut table: DataTable) -> DataTable {
        table.caption = self.words.number(&table.caption);
        let cells = table.header.iter_mut().chain(table.rows.iter_mut().flatten());
        cells.for_each(|cell| self.words.write_over(cell));
        table
    }
}

fn table(panel: &Panel, caption: String) -> Option<DataTable> {
    if let Some(parallel) = &panel.parallel {
        return Some(tracks(parallel, caption));
    }
    let mut given: Vec<Columns> = panel.marks.iter().map(|mark| mark.columns(&panel.x, &panel.y)).collect();
    given.iter_mut().for_each(|given| given.columns.retain(|column| !column.cells.is_empty()));
    given.retain(|given| !given.columns.is_empty());
    let rows = given.iter().map(|given| given.rows).max()?;
    let columns: Vec<Column> =
        given.into_iter().filter(|given| given.rows == rows).flat_map(|given| given.columns).collect();
    let steps = Axis::linear("step");
    let at = match rows {
        Rows::X => &panel.x,
        Rows::Y => &panel.y,
        Rows::Steps => &steps,
    };
    let header =
        [at.label.clone()].into_iter().chain(columns.iter().map(|column| column.name.clone())).collect();
    let row = |&position: &f64| {
        let cells = columns.iter().map(|column| cell(column, position, at));
        let place = if rows == Rows::Steps { position.to_string() } else { named(at, position) };
        [place].into_iter().chain(cells).collect()
    };
    let positions = positions(&columns, at);
    Some(DataTable { caption, header, rows: sampled(&positions).iter().map(row).collect() })
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

/// Returns rows, or so many of them as are written out.
fn sampled<T: Clone>(rows: &[T]) -> Vec<T> {
    if rows.len() <= ROWS {
        return rows.to_vec();
    }
    let last = rows.len() - 1;
    (0..ROWS).map(|row| rows[row * last / (ROWS - 1)].clone()).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Bars, Color, Line, Part, Path, Paths};

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
            .marks(Bars::stacked(&parts).into_iter().map(Bars::horizontal));
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
