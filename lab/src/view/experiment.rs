//! An experiment as its reader sees it: figures, results, claims, and how it was computed.

use super::{ClaimView, DataSourceView, DrawnFigure, ExperimentView, FigureView, Provenance, TableView};
use super::{results, settings};
use crate::block::Block;
use crate::claims::{Margin, Verdict};
use crate::collections::BTreeSet;
use crate::data::{DataSettings, Facts, Origin};
use crate::outcome::Outcome;
use crate::words::Words;

/// What of an experiment was made elsewhere: Markdown already turned into HTML, the block's own text.
pub struct BlockTexts {
    pub title_html: String,
    pub caption_html: String,
    pub alt: String,
    pub claims_html: Vec<String>,
    pub yaml: String,
    /// The metrics that the lesson speaks of.
    pub mentioned: BTreeSet<String>,
}

/// Puts an experiment of a lesson together, but for what is [drawn](draw_in).
pub fn experiment(
    slug: &str,
    block: &Block,
    outcome: &Outcome,
    verdicts: &[Verdict],
    written: BlockTexts,
) -> ExperimentView {
    let id = &block.header.id;
    ExperimentView {
        id: id.clone(),
        is_figure: false,
        kind: block.kind.name.to_owned(),
        title_html: written.title_html,
        caption_html: written.caption_html,
        alt: written.alt,
        figures: Vec::new(),
        show: block.header.show.iter().map(|part| part.name().to_owned()).collect(),
        beside: block.header.beside,
        results: results(block, outcome, &written.mentioned),
        claims: verdicts
            .iter()
            .zip(written.claims_html)
            .map(|(verdict, says)| claim(block, verdict, says))
            .collect(),
        live: None,
        provenance: Provenance {
            source: block.header.show_source.then_some(written.yaml),
            settings: settings::settings(block),
            seeds: block.seeds().collect(),
            data: sources(block),
            runs: outcome.variants.iter().map(|variant| variant.runs.len() as u64).sum(),
            parameters: Some(block.total().parameters).filter(|parameters| *parameters > 0),
            multiply_adds: Some(block.total().multiply_adds as u64).filter(|work| *work > 0),
            digest: String::new(),
            json: Some(format!("{}/{id}.json", beside(slug))),
            csv: outcome.has_series().then(|| format!("{}/{id}.csv", beside(slug))),
            notebook: None,
        },
    }
}

/// Says what the program has put together in the language of the course. An author's texts are in it already, and names of
/// settings stay what they are.
pub fn speak(view: &mut ExperimentView, words: &Words) {
    if words.are_plain() {
        return;
    }
    if let Some(results) = &mut view.results {
        words.write_over(&mut results.axis);
        words.write_over(&mut results.note);
        for column in &mut results.columns {
            words.write_over(&mut column.label);
            // A sentence of the reference, which is in English.
            column.explanation.clear();
        }
        for row in &mut results.rows {
            words.write_over(&mut row.label);
            for cell in &mut row.cells {
                words.write_over(&mut cell.text);
                let beside = [&mut cell.spread, &mut cell.range, &mut cell.exact];
                beside.into_iter().flatten().for_each(|text| words.write_over(text));
            }
        }
    }
    for claim in &mut view.claims {
        claim.evidence.iter_mut().chain(&mut claim.doubts).for_each(|text| words.write_over(text));
    }
    for source in &mut view.provenance.data {
        words.write_over(&mut source.name);
        words.write_over(&mut source.description);
    }
}

/// Adds what is drawn.
pub fn draw_in(view: &mut ExperimentView, slug: &str, figures: &[DrawnFigure], digest: &str) {
    // What the author has read out stands for all charts, and is read once.
    let alts = [view.alt.as_str()].into_iter().chain(std::iter::repeat(""));
    let figures = figures.iter().zip(alts);
    view.figures = figures.map(|(figure, alt)| figure_view(slug, &view.id, alt, figure)).collect();
    digest.clone_into(&mut view.provenance.digest);
}

/// Returns the folder of a lesson's files as its page names it: it stands beside the page.
pub fn beside(slug: &str) -> &str {
    slug.rsplit('/').next().unwrap_or(slug)
}

fn figure_view(slug: &str, id: &str, alt: &str, figure: &DrawnFigure) -> FigureView {
    FigureView {
        name: figure.name.clone(),
        number: None,
        title: figure.title.clone(),
        svg_wide: figure.wide.clone(),
        svg_narrow: Some(figure.narrow.clone()),
        alt: alt.to_owned(),
        file: format!("{}/{}-{}.svg", beside(slug), id, figure.name),
        tables: figure.tables.iter().cloned().map(TableView::from).collect(),
    }
}

/// Puts a claim and its verdict together.
pub fn claim(block: &Block, verdict: &Verdict, says_html: String) -> ClaimView {
    ClaimView {
        says_html,
        that: verdict.claim.that.clone(),
        holds: verdict.holds(),
        held: verdict.held(),
        seeds: verdict.by_seed.len(),
        required: verdict.needed,
        by_seed: verdict.by_seed.iter().map(|judgement| judgement.holds).collect(),
        evidence: verdict.evidence(|name| block.metric(name)),
        has_interval: verdict.margin.as_ref().is_some_and(Margin::has_interval),
        doubts: verdict.doubts().into_iter().map(|doubt| doubt.says().to_owned()).collect(),
    }
}

/// Returns the data of all variants, each data set once.
fn sources(block: &Block) -> Vec<DataSourceView> {
    let mut sources: Vec<DataSourceView> = Vec::new();
    for (settings, facts) in (0..block.facts.len()).flat_map(|variant| block.sized_data(variant)) {
        let source = source(settings, facts);
        if sources.iter().all(|known| known.name != source.name) {
            sources.push(source);
        }
    }
    sources
}

fn source(settings: &DataSettings, facts: &Facts) -> DataSourceView {
    let description = format!("{} rows, {} features", facts.rows, facts.features);
    let Some(entry) = settings.entry() else {
        let name = settings.file.clone().unwrap_or_default();
        return DataSourceView { name, description, ..DataSourceView::default() };
    };
    let name = entry.title.to_owned();
    let Origin::Table(table) = &entry.origin else {
        return DataSourceView { name, description, ..DataSourceView::default() };
    };
    let from = &table.provenance;
    DataSourceView {
        name,
        description,
        citation: format!("{} ({}), {}, {}", from.creators, from.year, from.work, from.publisher),
        license: from.licence.to_owned(),
        url: Some(format!("https://doi.org/{}", from.doi)),
    }
}
