//! What stands at a place: what it means, and its value now.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::filters;
use super::outline::{Step, Written};
use super::page::{Block, Use};
use super::pieces::{Piece, is_expression, is_from, piece_at, pieces};
use super::view::{View, lexicon, metric};
use crate::claims::{self, Verdict};
use crate::diagnostic::{SourceId, Span};
use crate::lesson::Role;
use crate::lesson::inline::{Link, Values, as_name, chains, format_number};
use crate::outcome::{Outcome, Summary};
use crate::pipeline::{Inspected, Keeping, judge_in_prose};

/// The most values of seeds that are listed.
const MOST_SEEDS: usize = 10;

/// Outcomes that were read from the cache, of the course as it was last asked about.
#[derive(Default)]
pub(super) struct Outcomes {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    of: Option<Arc<Inspected>>,
    outcomes: BTreeMap<usize, Arc<Outcome>>,
}

impl Outcomes {
    /// Returns what an experiment found, by its place in the plan, where all of its runs are in the cache.
    fn get(&self, keeping: &Keeping, inspected: &Arc<Inspected>, place: usize) -> Option<Arc<Outcome>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.of.as_ref().is_none_or(|of| !Arc::ptr_eq(of, inspected)) {
            *held = Held { of: Some(inspected.clone()), outcomes: BTreeMap::new() };
        }
        if let Some(outcome) = held.outcomes.get(&place) {
            return Some(outcome.clone());
        }
        let cache = keeping.cache(&inspected.course).ok()?;
        let outcome = Arc::new(inspected.kept(&inspected.planned[place], &cache)?);
        held.outcomes.insert(place, outcome.clone());
        Some(outcome)
    }
}

/// Returns what is to be said of a byte of a file, as Markdown, and of what range.
pub(super) fn hover(
    view: &View,
    outcomes: &Outcomes,
    keeping: &Keeping,
    byte: usize,
) -> Option<(String, Range<usize>)> {
    let all = pieces(view.text(), &view.page);
    if let Some((piece, at)) = piece_at(&all, byte) {
        let told = match piece.role {
            Role::Reference => refers(view, &piece),
            _ if piece.is_from => refers(view, &piece),
            _ => expression(view, outcomes, keeping, &piece, at),
        };
        return told.map(|text| (text, piece.range()));
    }
    if let Some(block) = view.page.block_at(byte) {
        return in_block(view, block, byte);
    }
    let (key, range) = citation_at(view.text(), byte)?;
    let source = view.course()?.bibliography().get(key)?;
    Some((source.line(), range))
}

/// What a key or value of a block means.
fn in_block(view: &View, block: &Block, byte: usize) -> Option<(String, Range<usize>)> {
    let at = block.in_yaml(byte)?;
    let holds = |written: &&Written| written.range.start <= at && at <= written.range.end;
    let lexicon = lexicon(block);
    if let Some(key) = block.outline.keys.iter().find(holds) {
        return Some((lexicon.about(&key.path)?, block.range_in_file(&key.range)));
    }
    let value = block.outline.values.iter().find(holds)?;
    let word = &block.yaml[value.range.clone()];
    let is_id = block.is == Use::Experiment && matches!(&value.path[..], [Step::Key(key)] if key == "id");
    let told = if is_id { experiment(view, "", word) } else { None };
    let told =
        told.or_else(|| lexicon.about_value(&value.path, word)).or_else(|| lexicon.about(&value.path))?;
    Some((told, block.range_in_file(&value.range)))
}

/// The value of an expression, how it comes about, and what the name under the cursor is.
fn expression(
    view: &View,
    outcomes: &Outcomes,
    keeping: &Keeping,
    piece: &Piece,
    at: usize,
) -> Option<String> {
    let mut parts = Vec::new();
    if piece.block.is_none_or(|block| block.is != Use::Figure || !piece_is_column(piece, block)) {
        parts.extend(value(view, outcomes, keeping, piece));
    }
    let all = chains(piece.text);
    let chain = all.iter().find(|chain| {
        chain.first().is_some_and(|first| first.range.start <= at)
            && chain.last().is_some_and(|last| at <= last.range.end)
    });
    parts.extend(chain.and_then(|chain| name(view, piece, chain, at)));
    parts.extend(called(piece.text, at));
    (!parts.is_empty()).then(|| parts.join("\n\n---\n\n"))
}

/// What the filter or function is whose name stands at a byte of an expression.
fn called(text: &str, at: usize) -> Option<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let start = text.get(..at)?.trim_end_matches(is_part).len();
    let end = at + text[at..].find(|letter| !is_part(letter)).unwrap_or(text.len() - at);
    let (before, name, after) = (text[..start].trim_end(), &text[start..end], text[end..].trim_start());
    match before.ends_with('|') {
        true => filters::told(name, true),
        false => after.starts_with('(').then(|| filters::told(name, false))?,
    }
}

fn piece_is_column(piece: &Piece, block: &Block) -> bool {
    let values = block.outline.values.iter();
    let mut own = values.filter(|value| block.range_in_file(&value.range) == piece.range());
    own.any(|value| is_expression(block.is, &value.path) || is_from(block.is, &value.path))
}

/// The value of an expression as it was computed last.
fn value(view: &View, outcomes: &Outcomes, keeping: &Keeping, piece: &Piece) -> Option<String> {
    let inspected = view.known.first()?;
    let slug = view.slug();
    let names = &inspected.course.names;
    let span = Span::new(SourceId(0), 0, piece.text.len());
    let is_claim = piece.role == Role::Claim
        || piece.block.is_some_and(|block| block.is == Use::Experiment && piece_is_column(piece, block));
    // In a block's own claims and columns its names stand without its id.
    let text = match piece.within().filter(|_| is_claim) {
        Some(id) => with_id(view, id, piece.text),
        None => names.completed(slug, piece.within(), piece.text).unwrap_or_else(|| piece.text.to_owned()),
    };
    let mut kept = Vec::new();
    for (lesson, id) in named(view, &text) {
        let place = inspected.planned.iter().position(|planned| {
            planned.header.id == id && as_name(&inspected.course.lessons[planned.lesson].slug) == lesson
        })?;
        match outcomes.get(keeping, inspected, place) {
            Some(outcome) => kept.push((inspected.planned[place].lesson, id, outcome)),
            None => {
                return Some(format!("`{id}` has not run with these settings: `gradbook build` does that."));
            }
        }
    }
    if kept.is_empty() {
        return None;
    }
    let mut values = Values::new();
    for (lesson, id, outcome) in &kept {
        values.insert(&inspected.course.lessons[*lesson].slug, id, outcome);
    }
    let mut told = match claimed(piece) {
        Some(index) => verdict(inspected, &kept, piece.within()?, index)?,
        None if piece.role == Role::Claim => verdict_in_prose(inspected, &values, slug, piece)?,
        None => format!("**{}**", values.evaluate(slug, &text, span).ok()?),
    };
    for (name, numbers, _) in values.origin(slug, &text).map(|origin| origin.numbers).unwrap_or_default() {
        told += &format!("\n\n{}", over_seeds(&name, &numbers));
    }
    Some(told.trim_start().to_owned())
}

/// The place of a claim among those of its block.
fn claimed(piece: &Piece) -> Option<usize> {
    let block = piece.block.filter(|block| block.is == Use::Experiment)?;
    let own = block.outline.values.iter().find(|value| block.range_in_file(&value.range) == piece.range())?;
    match &own.path[..] {
        [Step::Key(key), Step::Item(index), ..] if key == "claims" => Some(*index),
        _ => None,
    }
}

/// What came of a claim of a block.
fn verdict(
    inspected: &Inspected,
    kept: &[(usize, String, Arc<Outcome>)],
    id: &str,
    index: usize,
) -> Option<String> {
    let (lesson, _, outcome) = kept.iter().find(|(_, own, _)| own == id)?;
    let is_it = |planned: &&crate::pipeline::Planned| planned.lesson == *lesson && planned.header.id == id;
    let planned = inspected.planned.iter().find(is_it)?;
    let (verdicts, _) =
        claims::judge(&planned.header.claims, outcome, &planned.tree, planned.header.seed, |_| true);
    verdicts.iter().find(|verdict| verdict.index == index).map(told)
}

/// What came of a claim in prose.
fn verdict_in_prose(inspected: &Inspected, values: &Values, slug: &str, piece: &Piece) -> Option<String> {
    let span = Span::new(SourceId(0), 0, piece.text.len());
    let scope = inspected.course.names.scope(slug, piece.within(), piece.text, span).ok()??;
    judge_in_prose(values, slug, &scope, piece.text, span)?.ok().as_ref().map(told)
}

fn told(verdict: &Verdict) -> String {
    let holds = if verdict.holds() { "holds" } else { "does not hold" };
    let margin = verdict.margin_text().map_or_else(String::new, |margin| format!("; {margin}"));
    format!("**This claim {holds}**: {}{margin}", verdict.count())
}

/// A number over its seeds.
fn over_seeds(name: &str, numbers: &[f64]) -> String {
    match numbers {
        [only] => format!("`{name}`: {}, of one seed", format_number(*only)),
        _ => {
            let Summary { mean, sd, min, max, .. } = Summary::of(numbers);
            let [mean, sd, min, max] = [mean, sd, min, max].map(format_number);
            let listed: Vec<String> =
                numbers.iter().take(MOST_SEEDS).map(|number| format_number(*number)).collect();
            let more = if numbers.len() > MOST_SEEDS { ", ..." } else { "" };
            format!(
                "`{name}` over {} seeds: mean {mean}, sd {sd}, from {min} to {max}\n\n{}{more}",
                numbers.len(),
                listed.join(", ")
            )
        }
    }
}

/// An expression with the id of the experiment before names of its own.
fn with_id(view: &View, id: &str, text: &str) -> String {
    let own = view.following(None, id);
    let (mut whole, mut copied) = (String::new(), 0);
    for chain in chains(text) {
        let Some(first) = chain.first() else { continue };
        if first.word().is_some_and(|word| own.iter().any(|name| name == word)) {
            whole += &format!("{}{id}.", &text[copied..first.range.start]);
            copied = first.range.start;
        }
    }
    whole + &text[copied..]
}

/// The experiments that an expression names: lesson as a name, and id.
fn named(view: &View, text: &str) -> Vec<(String, String)> {
    let own = as_name(view.slug());
    let mut found = Vec::new();
    for chain in chains(text) {
        let word = |at: usize| chain.get(at).and_then(Link::word).unwrap_or_default().to_owned();
        let name = match view.planned("", &word(0)) {
            Some(_) => (own.clone(), word(0)),
            None => (word(0), word(1)),
        };
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// What the name under the cursor is.
fn name(view: &View, piece: &Piece, chain: &[Link], at: usize) -> Option<String> {
    let place = chain.iter().position(|link| at <= link.range.end)?;
    let word = chain[place].word()?;
    let first = chain[0].word()?;
    let (lesson, id) = match view.planned("", first) {
        Some(_) => ("", first),
        None if view.others().any(|(name, _)| name == first) => (first, chain.get(1).and_then(Link::word)?),
        None => ("", piece.within()?),
    };
    if word == id {
        return experiment(view, lesson, id);
    }
    let (inspected, planned) = view.planned(lesson, id)?;
    let planned = &inspected.planned[planned];
    if let Some(variant) = planned.plan.variants().iter().position(|variant| variant.name == word) {
        let label = planned.labels().nth(variant).unwrap_or_default();
        return Some(format!("**`{word}`**, a variant of `{id}`\n\n{label}"));
    }
    let info = metric(Some(planned.kind), word)?;
    let words = info.words();
    let words = if words.is_empty() { words } else { format!(" ({words})") };
    Some(format!("**`{word}`**, a metric of `{}`{words}\n\n{}", planned.kind.name, info.about))
}

/// What an experiment is.
fn experiment(view: &View, lesson: &str, id: &str) -> Option<String> {
    let (inspected, place) = view.planned(lesson, id)?;
    let planned = &inspected.planned[place];
    let title = planned.header.title.as_deref().unwrap_or(planned.kind.summary);
    let variants = planned.plan.variants();
    let names: Vec<String> =
        variants.iter().map(|variant| format!("`{}`", variant.name)).filter(|name| name != "`run`").collect();
    let names = if names.is_empty() { String::new() } else { format!("\n\nVariants: {}.", names.join(", ")) };
    let cost = crate::experiment::duration(planned.total().seconds);
    let runs = crate::diagnostic::counted(variants.len() * planned.header.seeds as usize, "run");
    Some(format!(
        "**`{id}`**, `{}`\n\n{title}{names}\n\n{runs}, about {cost} of one core.",
        planned.kind.name
    ))
}

/// What a reference or `from` leads to.
fn refers(view: &View, piece: &Piece) -> Option<String> {
    let name = piece.text.split('|').next().unwrap_or_default().trim();
    let parts: Vec<&str> = name.split('.').collect();
    let lesson = view.others().find(|(known, _)| *known == parts[0]);
    if let Some((name, lesson)) = &lesson
        && parts.len() == 1
    {
        return Some(format!("**{}**, the lesson `{name}`\n\n{}", lesson.front.title, lesson.front.summary));
    }
    let (of, inside) = if lesson.is_some() { (parts[0], &parts[1..]) } else { ("", &parts[..]) };
    let told = experiment(view, of, inside.first()?)?;
    let figure = inside.get(1).and_then(|figure| {
        let (inspected, place) = view.planned(of, inside[0])?;
        let figures = inspected.planned[place].kind.figures.iter();
        let doc = figures.into_iter().find(|doc| doc.name == *figure)?;
        Some(format!("**`{figure}`**: {}", doc.about))
    });
    Some(figure.into_iter().chain([told]).collect::<Vec<_>>().join("\n\n"))
}

/// Returns the key of the source that is cited at a byte.
pub(super) fn citation_at(text: &str, byte: usize) -> Option<(&str, Range<usize>)> {
    let is_part = |letter: char| letter.is_alphanumeric() || "_:.-".contains(letter);
    let start = text[..byte].trim_end_matches(is_part).len();
    // On the sign itself, too.
    let start = if text[start..].starts_with('@') { start + 1 } else { start };
    let sign = text[..start].strip_suffix('@')?;
    let end = start + text[start..].find(|letter| !is_part(letter)).unwrap_or(text.len() - start);
    let line = sign.rfind('\n').map_or(0, |end| end + 1);
    let opened = sign[line..].rfind('[')?;
    let key = text[start..end].trim_end_matches(['.', ':', '-']);
    (!sign[line + opened..].contains(']') && !key.is_empty()).then(|| (key, start..start + key.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citation_is_found_within_its_brackets() {
        let text = "See [see @kingma2015, p. 2; -@b.c]. And a@b.org";
        let at = |part: &str| citation_at(text, text.find(part).unwrap()).map(|(key, _)| key);
        assert_eq!((at("ingma"), at("b.c]")), (Some("kingma2015"), Some("b.c")));
        assert_eq!((at("@kingma"), at("See"), at("b.org")), (Some("kingma2015"), None, None));
    }
}
