//! A chart in every form that a site needs.

use serde::{Deserialize, Serialize};

use crate::chart::{DataTable, Figure, Layout};

/// One chart.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct DrawnFigure {
    pub name: String,
    pub title: String,
    /// For wide columns.
    pub wide: String,
    /// For phones.
    pub narrow: String,
    /// For a file of its own.
    pub alone: String,
    pub tables: Vec<DataTable>,
}

impl DrawnFigure {
    /// Draws a figure of the experiment with that id.
    pub fn new(experiment: &str, figure: Figure) -> Self {
        let id = format!("{experiment}-{}", figure.name);
        DrawnFigure {
            wide: figure.svg(&id, Layout::Wide, false),
            narrow: figure.svg(&id, Layout::Narrow, false),
            alone: figure.svg(&id, Layout::Wide, true),
            tables: figure.tables(),
            name: figure.name,
            title: figure.title,
        }
    }
}
