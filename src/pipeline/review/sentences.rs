//! The sentences of the pages that print a computed number, and the claims with their margins: what a reader decides by.

use std::collections::BTreeMap;

use crate::claims::Verdict;
use crate::diagnostic::Span;
use crate::lesson::inline::{Values, as_name};
use crate::lesson::{Fragment, InlineValue, Lesson, Role, sentences};
use crate::store::snapshot::Said;

use crate::pipeline::computed::Computed;
use crate::pipeline::judging;
use crate::pipeline::run::planned::{Planned, block_texts};

/// A sentence as it is printed.
pub(crate) struct Sentence {
    /// The place in the plan of the experiment whose number it prints first.
    pub experiment: usize,
    /// Where that number, or the claim, is written.
    pub place: Span,
    pub said: Said,
}

/// Returns every sentence with a number of an experiment that has run, lesson by lesson: titles and text first, then its
/// blocks. One that quotes an experiment that has not run is left out.
pub(crate) fn all(computed: &Computed) -> Vec<Sentence> {
    let values = judging::values(&computed.course, &computed.planned, &computed.ran);
    let named = |(place, planned): (usize, &Planned)| {
        ((as_name(&computed.course.lessons[planned.lesson].slug), planned.header.id.clone()), place)
    };
    let places = computed.planned.iter().enumerate().map(named).collect();
    let mut found = Vec::new();
    for (index, lesson) in computed.course.lessons.iter().enumerate() {
        let page = Page { computed, values: &values, places: &places, lesson };
        for text in [&lesson.title, &lesson.summary, &lesson.body] {
            found.extend(page.of(text));
        }
        let planned = computed.planned.iter().enumerate().filter(|(_, planned)| planned.lesson == index);
        planned.for_each(|(place, planned)| found.extend(page.of_block(place, planned)));
    }
    found
}

struct Page<'a, 'r> {
    computed: &'a Computed,
    values: &'a Values<'r>,
    /// Of each experiment in the plan, by its lesson as a name and its id.
    places: &'a BTreeMap<(String, String), usize>,
    lesson: &'a Lesson,
}

impl Page<'_, '_> {
    fn of(&self, text: &Fragment) -> Vec<Sentence> {
        let said = |(text, values): (String, Vec<&InlineValue>)| {
            let (experiment, place) =
                values.iter().find_map(|value| Some((self.owner(value)?, value.span)))?;
            Some(self.sentence(experiment, place, text))
        };
        self.printed(text).into_iter().filter_map(said).collect()
    }

    /// Returns the title and the caption of a block, and its claims with how they came out.
    fn of_block(&self, place: usize, planned: &Planned) -> Vec<Sentence> {
        let span = |path: &str| planned.tree.locate(path);
        let short = |path: &str, text: &str| self.computed.course.short(self.lesson, text, span(path)).ok();
        let texts = block_texts(planned).filter(|(path, _)| !path.starts_with("claims"));
        let mut found = Vec::new();
        for text in
            texts.filter(|(_, text)| text.contains("{{")).filter_map(|(path, text)| short(&path, text))
        {
            let printed = self.printed(&text).into_iter();
            found.extend(printed.map(|(text, values)| self.sentence(place, values[0].span, text)));
        }
        for verdict in &self.computed.verdicts[place] {
            let claim = &verdict.claim;
            let path = format!("claims[{}].says", verdict.index);
            let says = claim.says.as_deref().and_then(|says| short(&path, says));
            let says = says.and_then(|says| sentences::plain(&says, &|value| self.show(value)));
            let text = format!("{}: {}", says.as_ref().unwrap_or(&claim.that), figures(verdict));
            found.push(self.sentence(place, crate::claims::place(verdict.index, &planned.tree), text));
        }
        found
    }

    fn sentence(&self, experiment: usize, place: Span, text: String) -> Sentence {
        let away = self.computed.planned[experiment].lesson;
        let away = self.computed.course.lessons[away].slug != self.lesson.slug;
        let page = away.then(|| self.lesson.slug.clone());
        Sentence { experiment, place, said: Said { page, text } }
    }

    /// Returns the sentences of a text with computed numbers in them, each with what was computed for it.
    fn printed<'f>(&self, text: &'f Fragment) -> Vec<(String, Vec<&'f InlineValue>)> {
        sentences::with_values(text, &|value| self.show(value))
    }

    /// Returns what stands in place of a number or a claim; none where its experiment has not run.
    fn show(&self, value: &InlineValue) -> Option<String> {
        match value.role {
            Role::Value => self.values.evaluate(&self.lesson.slug, &value.expression, value.span).ok(),
            // It moves with every figure before it, and is no number of an experiment's.
            Role::Reference | Role::Citation => Some(value.expression.clone()),
            Role::Claim => {
                let judged = self.computed.prose.get(&(value.span, value.expression.clone()))?;
                Some(format!("({})", figures(&judged.verdict)))
            }
        }
    }

    /// Returns the place in the plan of the experiment that an expression names first.
    fn owner(&self, value: &InlineValue) -> Option<usize> {
        let origin = self.values.origin(&self.lesson.slug, &value.expression)?;
        self.places.get(&origin.experiment).copied()
    }
}

/// Returns how a claim came out, with its margin.
fn figures(verdict: &Verdict) -> String {
    [verdict.count()].into_iter().chain(verdict.margin_text()).collect::<Vec<_>>().join("; ")
}
