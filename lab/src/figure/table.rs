//! The columns that a figure shows, for its file and for the terminal.

use super::block::Block;
use super::cell::Cell;
use super::data::{Datum, Drawn};

/// The columns that a figure shows, long form: one line a point, or a row where every row is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FigureTable {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// A column: its name, and its cell in a line.
type Column = (String, fn(&Line) -> &String);

/// A line with every column that there may be.
struct Line {
    layer: String,
    columns: String,
    rows: String,
    by: String,
    measure: String,
    x: String,
    y: String,
    z: String,
    low: String,
    high: String,
    seeds: String,
    seed: String,
}

/// Returns the columns of all layers; one that is empty throughout is left out.
pub(super) fn of(block: &Block, layers: &[Drawn]) -> FigureTable {
    let mut lines = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let spread = layer.marks.iter().any(|mark| mark.shows_spread());
        let shows_points = layer.marks.iter().any(|mark| mark.shows_points());
        let base = |datum: &Datum| Line {
            layer: if layers.len() > 1 { (index + 1).to_string() } else { String::new() },
            columns: datum.columns.exact(),
            rows: datum.rows.exact(),
            by: datum.by.exact(),
            measure: if layer.measures.len() > 1 {
                layer.measures[datum.measure].clone()
            } else {
                String::new()
            },
            x: datum.x.exact(),
            y: datum.y.exact(),
            z: datum.z.exact(),
            low: String::new(),
            high: String::new(),
            seeds: String::new(),
            seed: String::new(),
        };
        if !shows_points {
            let seed = |datum: &Datum| datum.seed.map_or(String::new(), |seed| seed.to_string());
            lines.extend(layer.data.iter().map(|datum| Line { seed: seed(datum), ..base(datum) }));
            continue;
        }
        lines.extend(layer.points.iter().map(|point| {
            let several = point.rows > 1;
            let number =
                |number: f64| if several && spread { Cell::Number(number).exact() } else { String::new() };
            Line {
                x: point.x.exact(),
                y: point.y.exact(),
                z: point.z.exact(),
                low: number(point.low),
                high: number(point.high),
                seeds: if several { point.rows.to_string() } else { String::new() },
                ..base(&point.first)
            }
        }));
    }
    let first = layers.first();
    let facet = |written: &Option<super::block::Written>, other: &str| {
        written.as_ref().map_or_else(|| other.to_owned(), |written| written.text.clone())
    };
    let y = match first {
        Some(layer) if layers.len() == 1 && layer.measures.len() == 1 => layer.measures[0].clone(),
        _ => "value".to_owned(),
    };
    let columns: [Column; 12] = [
        ("layer".to_owned(), |line| &line.layer),
        (facet(&block.facet.columns, "column"), |line| &line.columns),
        (facet(&block.facet.rows, "row"), |line| &line.rows),
        (first.and_then(|layer| layer.by.clone()).unwrap_or_else(|| "by".to_owned()), |line| &line.by),
        ("series".to_owned(), |line| &line.measure),
        (first.map_or_else(|| "x".to_owned(), |layer| layer.x.column.clone()), |line| &line.x),
        (y, |line| &line.y),
        (first.map_or_else(|| "z".to_owned(), |layer| layer.z.column.clone()), |line| &line.z),
        ("low".to_owned(), |line| &line.low),
        ("high".to_owned(), |line| &line.high),
        (if first.is_some_and(|layer| layer.of_lines) { "lines" } else { "seeds" }.to_owned(), |line| {
            &line.seeds
        }),
        ("seed".to_owned(), |line| &line.seed),
    ];
    let kept: Vec<&Column> =
        columns.iter().filter(|(_, of)| lines.iter().any(|line| !of(line).is_empty())).collect();
    FigureTable {
        header: kept.iter().map(|(name, _)| name.clone()).collect(),
        rows: lines.iter().map(|line| kept.iter().map(|(_, of)| of(line).clone()).collect()).collect(),
    }
}
