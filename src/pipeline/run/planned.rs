//! An experiment that is ready to run.

use crate::data::Facts;
use crate::experiment::{Cost, Header, Kind, Plan, conditions};
use crate::outcome::Conditions;
use crate::settings::Node;

/// An experiment of a lesson, ready to run.
pub struct Planned {
    /// Index of its lesson in the course.
    pub lesson: usize,
    /// Index of its block in the lesson.
    pub block: usize,
    pub header: Header,
    pub kind: &'static Kind,
    pub plan: Box<dyn Plan>,
    /// Of each variant's data, where it has any.
    pub facts: Vec<Option<Facts>>,
    /// Of one run of each variant.
    pub costs: Vec<Cost>,
    /// Of what is made of all runs: figures, claims, values in prose.
    pub shown: Cost,
    /// Which of the series' colours each variant has.
    pub colors: Vec<usize>,
    /// The block's own tree with the defaults of course and lesson below it.
    pub tree: Node,
}

impl Planned {
    /// Lists the seeds of its runs.
    pub fn seeds(&self) -> impl Iterator<Item = u64> + use<> {
        self.header.seed..self.header.seed + self.header.seeds
    }

    /// Lists the names of the variants for readers: the author's, or those that follow from what is compared.
    pub fn labels(&self) -> impl Iterator<Item = String> {
        self.plan.variants().into_iter().map(|variant| {
            self.header.labels.get(variant.name).map_or(variant.label, String::as_str).to_owned()
        })
    }

    /// Returns under what a variant runs.
    pub fn conditions(&self, variant: usize) -> Conditions {
        conditions(self.kind, self.plan.as_ref(), variant, self.facts[variant].as_ref())
    }

    /// Returns all of its runs together, and what is made of them.
    pub fn total(&self) -> Cost {
        self.costs.iter().map(|cost| cost.times(self.header.seeds)).sum::<Cost>() + self.shown
    }
}

/// Returns the Markdown texts of a block, each with its path.
pub(crate) fn block_texts(planned: &Planned) -> impl Iterator<Item = (String, &str)> {
    let header = &planned.header;
    let texts = [("title", &header.title), ("caption", &header.caption)];
    let texts = texts.into_iter().filter_map(|(path, text)| Some((path.to_owned(), text.as_deref()?)));
    let says = header.claims.iter().enumerate();
    texts.chain(
        says.filter_map(|(index, claim)| Some((format!("claims[{index}].says"), claim.says.as_deref()?))),
    )
}
