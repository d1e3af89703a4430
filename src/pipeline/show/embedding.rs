//! Drawings of strangers, which pages hold: each file is read once, and put into a page as often as that was found to show it.

use std::collections::BTreeMap;

use crate::files::{self, Fault};
use crate::lesson::{Course, Embedded};
use crate::markup::DataUrl;
use crate::pipeline::run::totals::{self, DRAWINGS, FirstPage, LARGEST_DRAWING};
use crate::store::cache::Sum;

/// The drawings of a course, by their addresses from the site's own folder.
#[derive(Default)]
pub(crate) struct Drawings(BTreeMap<String, (Sum, DataUrl)>);

impl Drawings {
    /// Reads the files of all drawings that pages hold.
    ///
    /// # Errors
    /// One that cannot be read; one that has become too large since the course was looked at, or made all of them so.
    pub(crate) fn read(course: &Course, first: FirstPage) -> Result<Drawings, Fault> {
        let (mut drawings, mut sum) = (BTreeMap::new(), 0);
        for (Embedded { file, address, .. }, times) in totals::drawings(course, first) {
            if !drawings.contains_key(address) {
                let below = file.strip_prefix(&course.root).unwrap_or(file);
                let bytes = files::read(&course.root, below, LARGEST_DRAWING)
                    .map_err(|refusal| Fault::unread(file, refusal))?;
                drawings.insert(address.clone(), (Sum::of(&bytes), DataUrl::new(&bytes)));
            }
            sum += drawings[address].1.address().len() as u64 * times;
            if sum > DRAWINGS {
                let grown = format!("the drawings up to {} have become too large", file.display());
                return Err(Fault::new(grown));
            }
        }
        Ok(Drawings(drawings))
    }

    /// Returns a hash over those that a page holds; none where it holds none.
    pub(crate) fn sum(&self, shown: &[Embedded]) -> Option<Sum> {
        let sums: Vec<Sum> = shown.iter().filter_map(|shown| Some(self.0.get(&shown.address)?.0)).collect();
        (!sums.is_empty()).then(|| Sum::over(&sums))
    }

    /// Returns what gives a page its drawings, each as often as the page was found to show it: what repeats a text of the page
    /// makes the page no longer.
    pub(crate) fn of<'d>(&'d self, shown: &[Embedded]) -> impl FnMut(&str) -> Option<&'d DataUrl> + use<'d> {
        let mut left: BTreeMap<String, usize> = BTreeMap::new();
        shown.iter().for_each(|shown| *left.entry(shown.address.clone()).or_default() += 1);
        move |address| {
            let address = address.trim_start_matches("../");
            let left = left.get_mut(address).filter(|left| **left > 0)?;
            *left -= 1;
            Some(&self.0.get(address)?.1)
        }
    }

    /// Returns the address that holds the drawing which a page would name so.
    pub(crate) fn address(&self, address: &str) -> Option<&str> {
        Some(self.0.get(address)?.1.address())
    }
}
