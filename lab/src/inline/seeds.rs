//! A list of each seed, which what makes one number of a list goes through one by one, as claims do.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, Value};

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
    pub(super) fn reduce(&self, reduce: impl Fn(&[f64]) -> Result<f64, Error>) -> Result<f64, Error> {
        let found = self.lists.iter().map(|list| reduce(list)).collect::<Result<Vec<f64>, Error>>()?;
        Ok(self.statistic.of(&found))
    }

    /// Returns the same with another list for each.
    pub(super) fn map(&self, map: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        Seeds::new(self.lists.iter().map(|list| map(list)).collect(), self.statistic)
    }
}

impl Object for Seeds {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let index = key.as_usize()?;
        let all: Option<Vec<f64>> = self.lists.iter().map(|list| list.get(index).copied()).collect();
        all.map(|all| self.statistic.of(&all)).map(Value::from)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.lists.iter().map(Vec::len).min().unwrap_or(0))
    }
}
