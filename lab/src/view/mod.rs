//! What a page shows of an experiment: plain values for its template.
//!
//! A field that ends in `_html` is put into the page as it is; every other text is escaped.

mod cell;
mod drawn;
mod experiment;
mod results;
mod settings;

use serde::{Deserialize, Serialize};

use crate::chart::DataTable;

pub use cell::short;
pub use drawn::DrawnFigure;
pub use experiment::{BlockTexts, beside, claim, draw_in, experiment, speak};
pub use results::{results, says_nothing};

/// One experiment: what stands in a lesson where its block was. Its anchor is `experiment-ID`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExperimentView {
    pub id: String,
    /// Whether it is a figure of the author's own, which computes nothing. Its anchor is `figure-ID`.
    pub is_figure: bool,
    /// The kind's name: `optimizers`.
    pub kind: String,
    /// May be empty.
    pub title_html: String,
    /// May be empty.
    pub caption_html: String,
    /// What the author has read out in place of its charts, plain text; may be empty.
    pub alt: String,
    /// What stands in the text, in this order: `figures`, `claims`, `table`. The rest can be opened beneath.
    pub show: Vec<String>,
    /// Whether it stands beside the text that follows, where there is room for both.
    pub beside: bool,
    pub figures: Vec<FigureView>,
    pub results: Option<ResultsView>,
    pub claims: Vec<ClaimView>,
    /// How a reader runs it; none where nobody can.
    pub live: Option<LiveView>,
    pub provenance: Provenance,
}

/// How a reader runs an experiment in a browser.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LiveView {
    /// Path from the page of the script that holds the experiment: `SLUG/ID.live.js`.
    pub file: String,
    /// What all runs are estimated to take on one core of a usual machine.
    pub seconds: f64,
    pub runs: u64,
}

/// One chart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FigureView {
    /// The figure's name within its kind: `loss`.
    pub name: String,
    /// As in "Figure 7.2"; the anchor is `figure-ID-NAME`.
    pub number: Option<String>,
    /// What it shows, plain text: names the chart in its data table and links.
    pub title: String,
    /// An `<svg>` element for wide columns.
    pub svg_wide: String,
    /// One drawn for phones, shown in its place there.
    pub svg_narrow: Option<String>,
    /// What a listener needs to know, put before the chart for screen readers only; empty when the SVG
    /// itself says it.
    pub alt: String,
    /// Path of the standalone SVG from its page: `SLUG/ID-FIGURE.svg`.
    pub file: String,
    /// The numbers drawn: one table a panel.
    pub tables: Vec<TableView>,
}

/// A plain table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TableView {
    /// For screen readers; seen where a figure has several tables.
    pub caption: String,
    pub columns: Vec<ColumnView>,
    /// As many cells in each as there are columns; the first names the row.
    pub rows: Vec<Vec<String>>,
}

impl TableView {
    /// Makes a table, whose columns are numeric where they hold nothing but numbers.
    pub fn new(caption: String, header: Vec<String>, rows: Vec<Vec<String>>) -> Self {
        let numeric =
            |column: usize| rows.iter().filter_map(|row| row.get(column)).all(|cell| is_number(cell));
        let column = |(index, label)| ColumnView { label, numeric: numeric(index), ..ColumnView::default() };
        let columns = header.into_iter().enumerate().map(column).collect();
        TableView { caption, columns, rows }
    }
}

impl From<DataTable> for TableView {
    fn from(table: DataTable) -> Self {
        TableView::new(table.caption, table.header, table.rows)
    }
}

/// Returns whether a text is a number as people write it, or nothing.
fn is_number(text: &str) -> bool {
    let text = text.replace('\u{2212}', "-").replace([',', '\u{a0}', '\u{202f}', '%'], "");
    text.is_empty() || text == "–" || text.parse::<f64>().is_ok()
}

/// A column's heading.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnView {
    pub label: String,
    /// A longer explanation, shown on pointing; may be empty.
    pub explanation: String,
    /// Aligned right.
    pub numeric: bool,
    /// The most characters that a spread of it has, so that numbers beside spreads stand under each other.
    pub spread_width: usize,
}

/// Final metrics by variant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResultsView {
    /// As in "Table 7.1"; the anchor is `table-ID`.
    pub number: Option<String>,
    /// Head of the column that names the variants: `optimizer`; may be empty.
    pub axis: String,
    pub columns: Vec<ColumnView>,
    pub rows: Vec<ResultRow>,
    /// Said under the table: `Mean and standard deviation over 10 seeds.`; may be empty.
    pub note: String,
}

/// One variant's metrics.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResultRow {
    pub label: String,
    /// One for each column.
    pub cells: Vec<CellView>,
}

/// One value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CellView {
    /// Rounded for reading.
    pub text: String,
    /// Blanks as wide as digits that stand after it, so that the points of a column are under each other.
    pub pad: String,
    /// Standard deviation over seeds, shown after ±.
    pub spread: Option<String>,
    /// From where to where half of the seeds lie, or in how many of them there is a value; shown as it is.
    pub range: Option<String>,
    /// In full precision, shown on pointing.
    pub exact: Option<String>,
    /// The best of its column.
    pub best: bool,
}

/// A claim with its verdict.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClaimView {
    /// The sentence a reader sees.
    pub says_html: String,
    /// The expression that was judged.
    pub that: String,
    pub holds: bool,
    /// In how many seeds it is true.
    pub held: usize,
    pub seeds: usize,
    /// In how many it has to be.
    pub required: usize,
    /// Seed by seed whether it is true.
    pub by_seed: Vec<bool>,
    /// Both sides and by how much they differ, plain text: `10.4% against 19.4%: 9.0 points lower (7.2 to 10.7)`.
    pub evidence: Option<String>,
    /// Whether an interval stands in it.
    pub has_interval: bool,
    /// Why it may be less sure than it seems, although it holds; a few words each.
    pub doubts: Vec<String>,
}

/// How an experiment was computed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The author's YAML; none when the author hides it.
    pub source: Option<String>,
    /// Every setting, written or default.
    pub settings: Vec<SettingView>,
    pub seeds: Vec<u64>,
    pub data: Vec<DataSourceView>,
    /// Independent runs: variants times seeds.
    pub runs: u64,
    /// Trainable numbers of the (largest) network.
    pub parameters: Option<u64>,
    /// Multiplications with addition, over all runs.
    pub multiply_adds: Option<u64>,
    pub digest: String,
    /// Paths from the page: `SLUG/ID.json` and `SLUG/ID.csv`.
    pub json: Option<String>,
    pub csv: Option<String>,
    /// The notebook that computes the same; none where there is none.
    pub notebook: Option<String>,
}

/// One resolved setting.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SettingView {
    /// Dotted: `training.learning_rate`.
    pub path: String,
    pub value: String,
    /// True when the author did not write it.
    pub default: bool,
}

/// Where data comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataSourceView {
    pub name: String,
    /// One sentence; may be empty.
    pub description: String,
    /// May be empty.
    pub citation: String,
    /// May be empty.
    pub license: String,
    pub url: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_numbers_are_numeric() {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let rows = vec![row(["0", "\u{2212}1.5e-3", "95%", "a"]), row(["1", "", "–", "2"])];
        let table = TableView::new("loss".into(), row(["epoch", "SGD", "Adam", "note"]), rows);
        let numeric: Vec<_> = table.columns.iter().map(|column| column.numeric).collect();
        assert_eq!(numeric, [true, true, true, false]);
        assert_eq!(table.columns[3].label, "note");
    }
}
