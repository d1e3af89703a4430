//! What takes longest to make from an outcome: charts and files of results, kept from one build to the next.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::chart::{DataTable, Figure, Layout};
use crate::outcome::Outcome;
use crate::store::cache::{Key, Sum};

use super::Computed;
use super::planning::Planned;
use super::results;

/// The charts of an experiment, and its results for other programs.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    pub figures: Vec<DrawnFigure>,
    /// Of everything found.
    pub digest: String,
    /// What `SLUG/ID.json` holds.
    pub json: String,
    /// What `SLUG/ID.csv` holds, where there are series.
    pub csv: Option<String>,
}

/// One chart in every form that a site needs.
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

/// Every experiment of a course, in the order of the plan.
pub fn draw(computed: &Computed) -> Vec<Drawn> {
    let program = computed.cache.program();
    let drawn = (0..computed.planned.len()).into_par_iter().map(|place| {
        let key = program.and_then(|program| key(computed, place, program));
        if let Some(drawn) = key.and_then(|key| computed.cache.drawn(&key)) {
            return drawn;
        }
        let drawn = draw_anew(computed, place);
        if let Some(key) = key {
            computed.cache.put_drawn(&key, &drawn);
        }
        drawn
    });
    let drawn = drawn.collect();
    computed.cache.tidy();
    drawn
}

/// All that charts and files depend on: what the runs left behind, what the header asks for, the claims' verdicts, and
/// this program.
fn key(computed: &Computed, place: usize, program: Sum) -> Option<Key> {
    let (planned, outcome) = (&computed.planned[place], &computed.outcomes[place]);
    let runs = Sum::over(computed.sums[place].as_ref()?);
    let variants: Vec<_> = outcome.variants.iter().map(|variant| (&variant.name, &variant.label)).collect();
    let claims: Vec<_> = computed.verdicts[place].iter().map(results::claim).collect();
    let slug = &computed.course.lessons[planned.lesson].slug;
    let header = &planned.header;
    let from = json!([slug, header.id, header.seed, header.seeds, header.figures, variants, claims, runs]);
    Some(Key::drawn(program, &from))
}

fn draw_anew(computed: &Computed, place: usize) -> Drawn {
    let (planned, outcome) = (&computed.planned[place], &computed.outcomes[place]);
    let slug = &computed.course.lessons[planned.lesson].slug;
    let document = results::json(slug, planned, outcome, &computed.verdicts[place]);
    let figure = |figure: Figure| {
        let id = format!("{}-{}", planned.header.id, figure.name);
        DrawnFigure {
            wide: figure.svg(&id, Layout::Wide, false),
            narrow: figure.svg(&format!("{id}-narrow"), Layout::Narrow, false),
            alone: figure.svg(&id, Layout::Wide, true),
            tables: figure.tables(),
            name: figure.name,
            title: figure.title,
        }
    };
    Drawn {
        figures: figures(planned, outcome).into_iter().map(figure).collect(),
        digest: outcome.digest(),
        json: serde_json::to_string_pretty(&document).unwrap_or_default() + "\n",
        csv: results::csv(outcome),
    }
}

/// The figures of an experiment that its author wants, in the author's order.
fn figures(planned: &Planned, outcome: &Outcome) -> Vec<Figure> {
    let mut all = planned.plan.figures(outcome);
    let Some(wanted) = &planned.header.figures else { return all };
    let place = |figure: &Figure| wanted.iter().position(|name| *name == figure.name);
    all.retain(|figure| place(figure).is_some());
    all.sort_by_key(place);
    all
}
