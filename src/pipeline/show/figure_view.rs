//! Figures of an author's own as their readers see them, and their files.

use serde::{Deserialize, Serialize};

use crate::chart::{DataTable, Layout};
use crate::diagnostic::Diagnostic;
use crate::figure::{self, FigureTable, Ground};
use crate::lesson::inline::Values;
use crate::lesson::{Mark, mark};
use crate::outcome::Outcome;
use crate::site::{ExperimentView, FigureView, Provenance, TableView};
use crate::view::beside;

use crate::pipeline::computed::Computed;
use crate::pipeline::judging;
use crate::pipeline::run::figures::PlannedFigure;
use crate::pipeline::run::running::Ran;

/// A figure as it stands in a page, with its files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DrawnBlock {
    /// Index of its block among the figures of the lesson.
    pub place: usize,
    pub view: ExperimentView,
    /// What `SLUG/ID.svg` holds, with marks where its title refers to something.
    pub alone: String,
    /// What `SLUG/ID.csv` holds.
    pub csv: String,
}

/// The columns that a figure shows.
pub struct DrawnFigureBlock {
    /// `lesson#id`
    pub title: String,
    pub lesson: String,
    pub id: String,
    pub table: FigureTable,
}

/// The Markdown texts of a block as HTML and as plain text.
pub(crate) struct FigureTexts {
    /// As plain text, if there is one.
    pub title: Option<String>,
    /// What stands in it when everything is numbered.
    pub marks: Vec<Mark>,
    pub title_html: String,
    pub caption_html: String,
    pub alt: String,
    pub yaml: String,
}

/// Draws a figure; none where an experiment that it is drawn from is not among those that ran.
///
/// # Errors
/// What only the numbers show: rows that fall together, a negative number on a logarithmic x.
pub(crate) fn draw(
    computed: &Computed,
    values: &Values,
    planned: &PlannedFigure,
    texts: FigureTexts,
) -> Result<Option<DrawnBlock>, Vec<Diagnostic>> {
    let Some(finished) = finished(computed, values, planned, texts.title.as_deref())? else {
        return Ok(None);
    };
    let slug = &computed.course.lessons[planned.lesson].slug;
    let (mut figure, id) = (finished.figure.speaking(computed.course.words()), &planned.block.id.text);
    let folder = beside(slug);
    let csv = csv(&finished.table);
    let mut tables = figure.tables();
    // What shades and bins show is read off the rows themselves.
    if tables.is_empty() {
        tables.push(figure.listing(&finished.table.header, &finished.table.rows));
    }
    let restored = |text: &str| mark::restored(text, &texts.marks);
    let drawing = |name: &str| format!("figure-{id}-{name}");
    let alone = restored(&figure.svg(&drawing("drawing"), Layout::Wide, true));
    // A title is Markdown, which the page shows better.
    figure.headed = texts.title.is_some();
    let drawn = FigureView {
        name: id.clone(),
        number: None,
        title: restored(&figure.title),
        svg_wide: restored(&figure.svg(&drawing("drawing"), Layout::Wide, false)),
        svg_narrow: Some(restored(&figure.svg(&drawing("drawing"), Layout::Narrow, false))),
        alt: texts.alt.clone(),
        file: format!("{folder}/{id}.svg"),
        tables: tables
            .into_iter()
            .map(|table| TableView::from(DataTable { caption: restored(&table.caption), ..table }))
            .collect(),
    };
    let provenance = Provenance {
        source: planned.block.show_source.then_some(texts.yaml),
        csv: Some(format!("{folder}/{id}.csv")),
        notebook: None,
        ..Provenance::default()
    };
    let view = ExperimentView {
        id: id.clone(),
        is_figure: true,
        title_html: texts.title_html,
        caption_html: texts.caption_html,
        alt: texts.alt,
        show: vec!["figures".to_owned()],
        beside: planned.block.beside,
        figures: vec![drawn],
        provenance,
        ..ExperimentView::default()
    };
    Ok(Some(DrawnBlock { place: planned.place, view, alone, csv }))
}

fn finished(
    computed: &Computed,
    values: &Values,
    planned: &PlannedFigure,
    title: Option<&str>,
) -> Result<Option<figure::Finished>, Vec<Diagnostic>> {
    let outcome = |place: usize| -> Option<&Outcome> {
        computed.ran.get(place)?.as_ref().map(|Ran { outcome, .. }| outcome)
    };
    let Some(sources) = planned.sources(&computed.course, &computed.planned, &outcome) else {
        return Ok(None);
    };
    let lesson = &computed.course.lessons[planned.lesson].slug;
    let ground = Ground { sources, file: planned.file.clone(), values, lesson, foreseen: false };
    figure::draw(&planned.block, &ground, title, &mut planned.colors.clone()).map(Some)
}

/// Returns the columns that a figure shows as CSV.
pub fn csv(table: &FigureTable) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = [&table.header].into_iter().chain(&table.rows).try_for_each(|row| writer.write_record(row));
    let bytes = written.ok().and_then(|()| writer.into_inner().ok());
    String::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
}

/// Returns the columns of every figure whose experiments ran.
///
/// # Errors
/// What is wrong with a figure shows only when its rows have numbers.
pub fn drawn_figures(computed: &Computed) -> Result<Vec<DrawnFigureBlock>, Vec<Diagnostic>> {
    let values = judging::values(&computed.course, &computed.planned, &computed.ran);
    let mut all = Vec::new();
    for planned in &computed.figures {
        if let Some(finished) = finished(computed, &values, planned, None)? {
            let (lesson, id) = (&computed.course.lessons[planned.lesson].slug, &planned.block.id.text);
            all.push(DrawnFigureBlock {
                title: format!("{lesson}#{id}"),
                lesson: lesson.clone(),
                id: id.clone(),
                table: finished.table,
            });
        }
    }
    Ok(all)
}
