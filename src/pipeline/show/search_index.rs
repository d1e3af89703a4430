//! What the search finds, made of all pages: what there is to find of each is kept, since a word makes the whole anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::json;

use super::drafts::Drafting;
use super::finished::Finished;
use super::pages::{Holds, held};
use crate::lasting::Lasting;
use crate::site::{Content, search};
use crate::store::cache::{Key, Sum};

/// What can be found of pages, by hashes over all that it is made from.
pub(crate) type KeptEntries = Lasting<BTreeMap<Sum, Arc<str>>>;

/// Returns the script that finds, and its path.
pub(super) fn file(drafting: &Drafting, pages: &[Finished], holds: &Holds) -> (String, Content) {
    let path = search::FILE.to_owned();
    let sums: Option<Vec<Sum>> = pages.iter().map(|page| page.from).collect();
    let templates = drafting.computed.templates.loaded.sum();
    let settings = &drafting.computed.course.settings;
    let own = Sum::of_value(&(&settings.language, &settings.synonyms));
    let from = sums.map(|sums| Sum::over(&[Sum::over(&sums), templates, own]));
    let content = held(&path, from, holds).unwrap_or_else(|| {
        let entries = entries(drafting, pages, templates);
        Content::new(from, search::script(entries, &settings.language.0, &settings.synonyms))
    });
    (path, content)
}

/// Returns what can be found of each page, and keeps it in the place of what was kept before.
fn entries(drafting: &Drafting, pages: &[Finished], templates: Sum) -> Vec<Arc<str>> {
    let kept = &drafting.computed.kept.entries;
    let known = kept.with(std::mem::take).unwrap_or_default();
    let one = |page: &Finished| {
        let from = page.from.map(|from| Sum::over(&[from, templates]));
        let entry = from.and_then(|from| known.get(&from).cloned());
        (from, entry.unwrap_or_else(|| entry_of(drafting, page, from)))
    };
    let entries: Vec<(Option<Sum>, Arc<str>)> = pages.par_iter().map(one).collect();
    let named = entries.iter().filter_map(|(from, entry)| Some(((*from)?, entry.clone())));
    kept.with(|kept| *kept = named.collect());
    entries.into_iter().map(|(_, entry)| entry).collect()
}

/// Returns what can be found of a page. That of experiments is in the cache, so that nothing has to be drawn for it.
fn entry_of(drafting: &Drafting, page: &Finished, from: Option<Sum>) -> Arc<str> {
    let made = || search::entry(&page.plain().unwrap_or_default());
    let (Some(program), Some(from), true) = (drafting.program, from, page.has_experiments()) else {
        return made().into();
    };
    let cache = &drafting.computed.cache;
    let key = Key::drawn(program, &json!(["search", from]));
    let entry = cache.brief(&key).unwrap_or_else(|| {
        let entry = made();
        cache.put_brief(&key, &entry);
        entry
    });
    entry.into()
}
