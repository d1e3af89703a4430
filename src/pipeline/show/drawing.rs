//! What takes longest to make from an outcome: charts and files of results, kept from one build to the next.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::store::cache::{Key, Sum};
use crate::view::DrawnFigure;

use super::notes::Sketch;
use super::results::{self, Detail};
use crate::pipeline::computed::Computed;
use crate::pipeline::judging;
use crate::pipeline::run::running::{self, Ran};

/// The charts of an experiment, and its results for other programs.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Drawn {
    pub figures: Vec<DrawnFigure>,
    /// Of everything found, and of each run, by variant and seed.
    pub digest: String,
    pub digests: Vec<String>,
    /// What `SLUG/ID.json` holds.
    pub json: String,
    /// What `SLUG/ID.csv` holds, where there are series.
    pub csv: Option<String>,
}

/// An experiment's charts and files, drawn or fetched when the first of them is needed.
pub(crate) struct Drawing<'a> {
    computed: &'a Computed,
    /// Index in the plan.
    pub place: usize,
    /// The name under which it is kept.
    pub key: Option<Key>,
    pub sketch: Sketch,
    drawn: OnceLock<Drawn>,
}

impl<'a> Drawing<'a> {
    /// Looks up what there is of an experiment's charts and files, and draws them if that is not known.
    pub(crate) fn new(computed: &'a Computed, place: usize, program: Option<Sum>) -> Self {
        let key = program.and_then(|program| key(computed, place, program));
        let kept = key.map(|key| Key::named(&["sketch", &key.to_string()]));
        let known = kept.and_then(|kept| computed.cache.brief(&kept));
        let none = Sketch { figures: Vec::new(), titles: Vec::new(), csv: false, panel: None };
        let mut drawing = Drawing { computed, place, key, sketch: none, drawn: OnceLock::new() };
        drawing.sketch = known.unwrap_or_else(|| {
            let drawn = drawing.drawn();
            let figures = drawn.figures.iter().map(|figure| figure.name.clone()).collect();
            let titles = drawn.figures.iter().map(|figure| figure.title.clone()).collect();
            let panel = drawn.figures.first().and_then(|figure| panel(&figure.alone));
            let sketch = Sketch { figures, titles, csv: drawn.csv.is_some(), panel };
            if let Some(kept) = kept {
                computed.cache.put_brief(&kept, &sketch);
            }
            sketch
        });
        drawing
    }

    /// Makes one of which an earlier build has noted what there is.
    pub(crate) fn known(computed: &'a Computed, place: usize, key: Key, sketch: Sketch) -> Self {
        Drawing { computed, place, key: Some(key), sketch, drawn: OnceLock::new() }
    }

    /// Returns where its files stand in the output, as far as their names are alike: `SLUG/ID`.
    pub(crate) fn path(&self) -> String {
        let planned = &self.computed.planned[self.place];
        format!("{}/{}", self.computed.course.lessons[planned.lesson].slug, planned.header.id)
    }

    /// Returns the paths of its charts in the output.
    pub(crate) fn charts(&self) -> impl Iterator<Item = String> {
        self.sketch.figures.iter().map(|name| format!("{}-{name}.svg", self.path()))
    }

    /// Returns the charts and files, fetched from the cache or drawn at the first call.
    pub(crate) fn drawn(&self) -> &Drawn {
        self.drawn.get_or_init(|| {
            let known = self.key.and_then(|key| self.computed.cache.drawn(&key));
            known.unwrap_or_else(|| {
                let drawn = draw_anew(self.computed, self.place);
                if let Some(key) = self.key {
                    self.computed.cache.put_drawn(&key, &drawn);
                }
                drawn
            })
        })
    }
}

/// Returns all that charts and files depend on: what the runs left behind, what the header asks for, the claims' verdicts, and
/// this program.
fn key(computed: &Computed, place: usize, program: Sum) -> Option<Key> {
    let (planned, ran) = (&computed.planned[place], computed.ran[place].as_ref()?);
    let Ran { outcome, kept } = ran;
    let sums: Vec<Sum> = kept.as_ref()?.iter().map(|kept| kept.sum).collect();
    let runs = Sum::over(&sums);
    let variants: Vec<_> = outcome
        .variants
        .iter()
        .map(|variant| (&variant.name, &variant.label, variant.color, &variant.conditions.settings))
        .collect();
    let claims: Vec<_> = computed.verdicts[place].iter().map(results::claim).collect();
    let slug = &computed.course.lessons[planned.lesson].slug;
    let header = &planned.header;
    let look = (&header.figures, header.statistic, &header.labels, header.title.is_some());
    let words = (&computed.course.settings.language, &computed.course.settings.words);
    let from = json!([slug, header.id, header.seed, header.seeds, look, variants, claims, runs, words]);
    Some(Key::drawn(program, &from))
}

/// Returns the place of the first panel of a chart within its axes: left, top, width and height in the chart's own units.
pub(super) fn panel(svg: &str) -> Option<[i32; 4]> {
    let (_, clip) = svg.split_once("<clipPath ")?;
    let (_, rect) = clip.split_once("<rect ")?;
    let (rect, _) = rect.split_once('>')?;
    let side = |name: &str| -> Option<f64> {
        let (_, value) = rect.split_once(&format!("{name}=\""))?;
        value.split('"').next()?.parse().ok()
    };
    let [x, y, width, height] = [side("x")?, side("y")?, side("width")?, side("height")?];
    let edge = 4.0;
    Some([x - edge, y - edge, width + 2.0 * edge, height + 2.0 * edge].map(|value| value.round() as i32))
}

fn draw_anew(computed: &Computed, place: usize) -> Drawn {
    let (course, planned) = (&computed.course, &computed.planned[place]);
    let slug = &course.lessons[planned.lesson].slug;
    // Of an unchanged lesson neither may be at hand.
    let (outcome, verdicts) = match computed.unchanged.holds(planned.lesson) {
        true => {
            let outcome = running::again(course, planned, &computed.tables, &computed.cache);
            let (verdicts, _) = judging::judge_block(course, planned, &outcome);
            (Cow::Owned(outcome), Cow::Owned(verdicts))
        }
        false => (Cow::Borrowed(computed.outcome(place)), Cow::Borrowed(&computed.verdicts[place])),
    };
    let document = results::json(slug, planned, &outcome, &verdicts);
    Drawn {
        figures: planned
            .figures(&outcome)
            .into_iter()
            .map(|figure| DrawnFigure::new(&planned.header.id, figure.speaking(course.words())))
            .collect(),
        digest: outcome.digest(),
        digests: outcome.digests(),
        json: format!("{document}\n"),
        csv: results::csv(&outcome, Detail::Drawn),
    }
}
