//! The blocks of a lesson, planned: as a whole, since they share colours, and kept as long as nothing changes that they are made from.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::diagnostic::Severity;
use crate::lasting::Lasting;
use crate::store::cache::Sum;

/// Lessons that were planned without a mistake when their course was last looked at, by their readings.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeptPlans(Lasting<Plans>);

#[derive(Default)]
struct Plans {
    asked: Option<(Limits, Option<Precision>)>,
    lessons: BTreeMap<u64, Arc<PlannedLesson>>,
}

impl KeptPlans {
    pub(crate) fn lasting() -> Self {
        KeptPlans(Lasting::new())
    }

    /// Returns the lessons that were planned for such limits and in that precision.
    pub(super) fn known(
        &self,
        limits: &Limits,
        precision: Option<Precision>,
    ) -> BTreeMap<u64, Arc<PlannedLesson>> {
        let known =
            |plans: &mut Plans| (plans.asked == Some((*limits, precision))).then(|| plans.lessons.clone());
        self.0.with(known).flatten().unwrap_or_default()
    }

    /// Keeps these in the place of those before.
    pub(super) fn keep(
        &self,
        limits: &Limits,
        precision: Option<Precision>,
        lessons: impl Iterator<Item = (u64, Arc<PlannedLesson>)>,
    ) {
        self.0.with(|plans| {
            let lessons = lessons.filter(|(_, lesson)| lesson.is_in_order()).collect();
            *plans = Plans { asked: Some((*limits, precision)), lessons };
        });
    }
}

/// What became of the blocks of a lesson.
pub(super) struct PlannedLesson {
    /// Those that are in order, each with its index and a hash over its tree and the facts of its data.
    pub blocks: Vec<(usize, Arc<Block>, Sum)>,
    /// What is wrong with any of them, and with the lesson's defaults.
    pub found: Vec<Diagnostic>,
}

impl PlannedLesson {
    pub(super) fn new(lesson: &Lesson, checked: Vec<Result<Block, Vec<Diagnostic>>>) -> Self {
        let mut found = check_defaults(lesson.front.defaults.as_ref());
        let (mut blocks, mut ids, mut palette) = (Vec::new(), BTreeSet::new(), Palette::default());
        for (place, (written, checked)) in lesson.blocks.iter().zip(checked).enumerate() {
            let mut block = match checked {
                Ok(block) => block,
                Err(wrong) => {
                    found.extend(wrong);
                    continue;
                }
            };
            let id = block.header.id.clone();
            if ids.contains(&id) {
                let message = format!("two experiments of this lesson are called `{id}`");
                let error = Diagnostic::error(message, written.node.locate("id"));
                found.push(error.label("an id stands once in its lesson"));
            }
            ids.insert(id);
            found.extend(typeset_labels(&block));
            block.colors = colors(&mut palette, &block);
            let sum = Sum::of_value(&(&block.tree, sized(&block)));
            blocks.push((place, Arc::new(block), sum));
        }
        PlannedLesson { blocks, found }
    }

    fn is_in_order(&self) -> bool {
        self.found.iter().all(|found| found.severity != Severity::Error)
    }
}

/// Returns the facts of all data of a block, in writing.
fn sized(block: &Block) -> String {
    let facts = (0..block.costs.len()).flat_map(|variant| block.sized_data(variant).map(|(_, facts)| facts));
    format!("{:?}", facts.collect::<Vec<_>>())
}
