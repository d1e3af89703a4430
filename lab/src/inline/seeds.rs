//! A list of each seed, which what makes one number of a list goes through one by one, as claims do.

use crate::outcome::Statistic;

/// The lists of several seeds. To what knows no seeds it is one list: what stands for them, as long as the shortest.
#[derive(Debug)]
pub(super) struct Seeds {
    lists: Vec<Vec<f64>>,
    statistic: Statistic,
}

impl Seeds {
    /// Makes them of a list a seed.
    pub(super) fn new(lists: Vec<Vec<f64>>, statistic: Statistic) -> Self {
        Seeds { lists, statistic }
    }

    /// Returns what stands for the seeds of what each of their lists is made into.
    ///
    /// # Errors
    /// The first one of `reduce`.
    pub(super) fn reduce(&self, reduce: &dyn Fn(&[f64]) -> Result<f64, String>) -> Result<f64, String> {
        let found = self.lists.iter().map(|list| reduce(list)).collect::<Result<Vec<f64>, String>>()?;
        Ok(self.statistic.of(&found))
    }

    /// Returns the same with another list for each.
    pub(super) fn map(&self, map: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        Seeds::new(self.lists.iter().map(|list| map(list)).collect(), self.statistic)
    }

    /// Returns what stands for the seeds at each place that all of them have.
    pub(super) fn together(&self) -> Vec<f64> {
        let length = self.lists.iter().map(Vec::len).min().unwrap_or(0);
        let at = |place: usize| -> Vec<f64> { self.lists.iter().map(|list| list[place]).collect() };
        (0..length).map(|place| self.statistic.of(&at(place))).collect()
    }
}
