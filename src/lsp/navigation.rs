//! From a name to where it is defined, to everywhere that it stands, and to another name.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::hover::citation_at;
use super::outline::{Step, keys};
use super::page::{Block, Page, Use};
use super::pieces::{Piece, piece_at, pieces};
use super::text::Text;
use super::view::{Other, View};
use crate::experiment::id_problem;
use crate::files;
use crate::lesson::Role;
use crate::lesson::inline::{Link, as_name, chains};

/// A place in a file.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub path: PathBuf,
    pub text: Text,
    pub range: Range<usize>,
}

/// Files to change, each with its text and the ranges in it.
pub(super) type Changes = BTreeMap<PathBuf, (Text, Vec<Range<usize>>)>;

/// What a name stands for. A lesson is named as in expressions, this one by an empty name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Thing {
    Lesson(String),
    /// An experiment or a figure, by its lesson and id.
    Block(String, String),
    Variant(String, String, String),
    Equation(String, String),
    Source(String),
    /// By its path relative to the lesson.
    File(String),
}

/// Returns where what stands at a byte of a file is defined.
pub(super) fn definition(view: &View, byte: usize) -> Option<Spot> {
    let (thing, _) = thing_at(view, byte)?;
    let in_lesson = |lesson: &str, find: &dyn Fn(&Other) -> Option<Range<usize>>| {
        let other = view.written(lesson)?;
        let range = find(&other)?;
        Some(Spot { path: other.path, text: other.text, range })
    };
    match &thing {
        Thing::Lesson(lesson) => in_lesson(lesson, &|_| Some(0..0)),
        Thing::Block(lesson, id) => in_lesson(lesson, &|other| Some(other.page.block_called(id)?.id()?.1)),
        Thing::Variant(lesson, id, name) => in_lesson(lesson, &|other| {
            let block = other.page.block_called(id)?;
            variant(block, name).or_else(|| Some(block.id()?.1))
        }),
        Thing::Equation(lesson, label) => in_lesson(lesson, &|other| {
            let written = format!("\\label{{{label}}}");
            let start = other.text.as_str().find(&written)?;
            Some(start..start + written.len())
        }),
        Thing::Source(key) => source(view, key),
        Thing::File(file) => {
            let (root, own) = view.folder()?;
            let path = files::find(root, &own.join(file)).ok()?;
            Some(Spot { path, text: Text::new(""), range: 0..0 })
        }
    }
}

/// Where a variant is asked for in its block.
fn variant(block: &Block, name: &str) -> Option<Range<usize>> {
    let is_here =
        |path: &[Step]| matches!(keys(path).first(), Some(&("compare" | "variants" | "vary" | "logits")));
    let outline = &block.outline;
    let written = outline.keys.iter().chain(&outline.values).filter(|written| is_here(&written.path));
    let mut own = written.filter(|written| block.yaml.get(written.range.clone()) == Some(name));
    own.next().map(|written| block.range_in_file(&written.range))
}

/// Where a source stands in the bibliography of the course.
fn source(view: &View, key: &str) -> Option<Spot> {
    let course = view.course()?;
    let file = course.settings.bibliography.as_ref()?;
    let path = files::find(&course.root, Path::new(file)).ok()?;
    let text = match view.documents.at(&path) {
        Some(open) => open.text.clone(),
        None => Text::new(String::from_utf8(std::fs::read(&path).ok()?).ok()?),
    };
    let start = text.as_str().match_indices(key).map(|(start, _)| start).find(|start| {
        let (before, after) = (&text.as_str()[..*start], &text.as_str()[start + key.len()..]);
        before.trim_end().ends_with('{') && after.trim_start().starts_with(',')
    })?;
    Some(Spot { path, range: start..start + key.len(), text })
}

/// Returns what stands at a byte of a file, and where.
fn thing_at(view: &View, byte: usize) -> Option<(Thing, Range<usize>)> {
    let all = pieces(view.text(), &view.page);
    if let Some((piece, at)) = piece_at(&all, byte) {
        return match piece.role == Role::Reference || piece.is_from {
            true => referred(view, &piece, at),
            false => named(view, &piece, at),
        };
    }
    if let Some(block) = view.page.block_at(byte) {
        let at = block.in_yaml(byte)?;
        let value =
            block.outline.values.iter().find(|value| value.range.start <= at && at <= value.range.end)?;
        let text = &block.yaml[value.range.clone()];
        let range = block.range_in_file(&value.range);
        return match (block.is, &keys(&value.path)[..]) {
            (Use::Experiment | Use::Figure, ["id"]) => {
                Some((Thing::Block(String::new(), text.to_owned()), range))
            }
            (
                _,
                [.., "file"]
                | [.., "data", "labels"]
                | ["bibliography" | "glossary" | "logo" | "prerequisites"],
            ) => Some((Thing::File(text.to_owned()), range)),
            _ => None,
        };
    }
    if let Some((key, range)) = citation_at(view.text(), byte) {
        return Some((Thing::Source(key.to_owned()), range));
    }
    linked(view, byte)
}

/// What a link leads to.
fn linked(view: &View, byte: usize) -> Option<(Thing, Range<usize>)> {
    let text = view.text();
    let line = view.document.text.line(view.document.text.line_of(byte));
    let start = line.start + text[line.start..byte].rfind("](")? + 2;
    let end = start + text[start..line.end].find([')', ' '])?;
    if byte > end {
        return None;
    }
    let (path, id) = text[start..end].split_once('#').unwrap_or((&text[start..end], ""));
    let lesson = if path.is_empty() { Some(String::new()) } else { lesson_of(view, path) };
    let thing = match (lesson, block_of_anchor(id)) {
        (Some(lesson), Some(id)) => Thing::Block(lesson, id.to_owned()),
        (Some(lesson), None) if !lesson.is_empty() => Thing::Lesson(lesson),
        (None, _) if !path.contains(':') => Thing::File(path.to_owned()),
        _ => return None,
    };
    Some((thing, start..end))
}

/// The name of the lesson that a link of this one leads to.
pub(super) fn lesson_of(view: &View, path: &str) -> Option<String> {
    let (root, own) = view.folder()?;
    let real = files::find(root, &own.join(path)).ok()?;
    view.others().find(|(_, lesson)| lesson.path == real).map(|(name, _)| name)
}

/// The id in an anchor of an experiment, a figure or a table.
fn block_of_anchor(anchor: &str) -> Option<&str> {
    let starts = ["experiment-", "figure-", "table-"];
    let rest = starts.iter().find_map(|start| anchor.strip_prefix(start))?;
    rest.split(['-', '?']).next().filter(|id| !id.is_empty())
}

/// What a reference names.
fn referred(view: &View, piece: &Piece, at: usize) -> Option<(Thing, Range<usize>)> {
    let name = piece.text.split('|').next()?;
    let mut start = 0;
    let mut parts = Vec::new();
    for part in name.split('.') {
        parts.push((part.trim(), start..start + part.trim_end().len()));
        start += part.len() + 1;
    }
    let place = parts.iter().position(|(_, range)| at <= range.end)?;
    let range = |place: usize| piece.in_file(&parts[place].1);
    let lesson = view.others().find(|(known, _)| known == parts[0].0).map(|(name, _)| name);
    let of = usize::from(lesson.is_some());
    if place < of {
        return Some((Thing::Lesson(parts[0].0.to_owned()), range(0)));
    }
    let lesson = lesson.unwrap_or_default();
    let id = parts.get(of)?.0;
    if id == "eq" {
        let label: Vec<&str> = parts[of + 1..].iter().map(|(part, _)| *part).collect();
        return Some((Thing::Equation(lesson, label.join(".")), piece.range()));
    }
    Some((Thing::Block(lesson, id.to_owned()), range(of)))
}

/// What a name in an expression names.
fn named(view: &View, piece: &Piece, at: usize) -> Option<(Thing, Range<usize>)> {
    let all = chains(piece.text);
    let chain =
        all.iter().find(|chain| chain.iter().any(|link| link.range.start <= at && at <= link.range.end))?;
    let place = chain.iter().position(|link| at <= link.range.end)?;
    let range = |place: usize| piece.in_file(&chain[place].range);
    let word = |place: usize| chain.get(place).and_then(Link::word);
    match whose(view, piece, chain)? {
        Whose::Lesson(lesson) if place == 0 => Some((Thing::Lesson(lesson), range(0))),
        Whose::Lesson(lesson) => {
            let id = word(1)?.to_owned();
            match word(place).filter(|_| place > 1) {
                Some(name) => Some((Thing::Variant(lesson, id, name.to_owned()), range(place))),
                None => Some((Thing::Block(lesson, id), range(1))),
            }
        }
        Whose::Own(id) if place == 0 => Some((Thing::Block(String::new(), id), range(0))),
        Whose::Own(id) => Some((Thing::Variant(String::new(), id, word(place)?.to_owned()), range(place))),
        Whose::Within(id) => Some((Thing::Variant(String::new(), id, word(place)?.to_owned()), range(place))),
    }
}

/// Whose names a chain of them is.
enum Whose {
    /// It begins with another lesson.
    Lesson(String),
    /// It begins with the id of an experiment.
    Own(String),
    /// It leaves the id out.
    Within(String),
}

fn whose(view: &View, piece: &Piece, chain: &[Link]) -> Option<Whose> {
    let first = chain.first()?.word()?;
    // A claim's own variants and metrics come before all else.
    if let Some(id) = piece.within()
        && piece.role == Role::Value
        && piece.block.is_some_and(|block| !view.text()[block.range.clone()].is_empty())
        && view.following(None, id).iter().any(|name| name == first)
        && first != id
    {
        return Some(Whose::Within(id.to_owned()));
    }
    if view.ids().contains(&first) {
        return Some(Whose::Own(first.to_owned()));
    }
    if view.others().any(|(name, _)| name == first) {
        return Some(Whose::Lesson(first.to_owned()));
    }
    // An experiment of the lesson that alone has that name.
    let ids = view.ids();
    let has = ids.iter().find(|id| view.following(None, id).iter().any(|name| name == first))?;
    Some(Whose::Within((*has).to_owned()))
}

/// Returns every place of the experiment or figure at a byte of a file, where it is defined first.
pub(super) fn references(view: &View, byte: usize) -> Option<Vec<Spot>> {
    let (Thing::Block(lesson, id), _) = thing_at(view, byte)? else { return None };
    let own = view.written(&lesson)?;
    let name = as_name(&own.slug);
    let mut spots = Vec::new();
    let range = own.page.block_called(&id)?.id()?.1;
    spots.push(Spot { path: own.path.clone(), text: own.text.clone(), range: range.clone() });
    let all = view.course().map_or(&[][..], |course| &course.lessons);
    let others = all.iter().filter(|lesson| lesson.path != own.path && lesson.path != view.document.path);
    let mut pages: Vec<Other> = others.filter_map(|lesson| view.read(lesson)).collect();
    if own.path != view.document.path {
        pages.extend(view.written(""));
    }
    for range in uses(own.text.as_str(), &own.page, None, &id, &own, view) {
        spots.push(Spot { path: own.path.clone(), text: own.text.clone(), range });
    }
    for page in pages {
        for range in uses(page.text.as_str(), &page.page, Some(&name), &id, &own, view) {
            spots.push(Spot { path: page.path.clone(), text: page.text.clone(), range });
        }
    }
    Some(spots)
}

/// Where a lesson uses an id: its own one, or that of another `lesson`, defined in `own`.
fn uses(
    text: &str,
    page: &Page,
    lesson: Option<&str>,
    id: &str,
    own: &Other,
    view: &View,
) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let at = usize::from(lesson.is_some());
    for piece in pieces(text, page) {
        if piece.role == Role::Reference || piece.is_from {
            let name = piece.text.split('|').next().unwrap_or_default();
            let parts: Vec<&str> = name.split('.').collect();
            let is_it = lesson.is_none_or(|lesson| parts[0].trim() == lesson);
            if is_it && parts.get(at).is_some_and(|part| part.trim() == id) {
                let before: usize = parts[..at].iter().map(|part| part.len() + 1).sum();
                let blanks = parts[at].len() - parts[at].trim_start().len();
                found.push(piece.in_file(&(before + blanks..before + blanks + id.len())));
            }
            continue;
        }
        let shadows = piece.within().filter(|within| *within != id).is_some_and(|within| {
            lesson.is_none()
                && view.known.iter().any(|known| {
                    known.course.names.following(&own.slug, None, within).iter().any(|name| name == id)
                })
        });
        if shadows {
            continue;
        }
        for chain in chains(piece.text) {
            let is_it = lesson.is_none_or(|lesson| chain[0].word() == Some(lesson));
            if is_it && chain.get(at).and_then(Link::word) == Some(id) {
                found.push(piece.in_file(&chain[at].range));
            }
        }
    }
    found.extend(in_links(text, page, lesson.is_none(), id, own));
    found.sort_by_key(|range| range.start);
    found.dedup();
    found
}

/// Where links lead to an id: `#experiment-four`, `four-ways.md#figure-four-loss`, `four-ways/four.csv`.
fn in_links(text: &str, page: &Page, is_own: bool, id: &str, own: &Other) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let file = own.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for (start, open) in text.match_indices("](") {
        let start = start + open.len();
        let Some(long) = text[start..].find([')', ' ', '\n']) else { continue };
        let address = &text[start..start + long];
        if page.is_code(start) {
            continue;
        }
        let whole = |at: usize| {
            let rest = &address[at + id.len()..];
            !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
        };
        let (path, anchor) = address.split_once('#').unwrap_or((address, ""));
        let leads = if path.is_empty() { is_own } else { path.rsplit('/').next() == Some(file.as_str()) };
        if leads && block_of_anchor(anchor) == Some(id) {
            let at = address.len() - anchor.len() + anchor.find(id).unwrap_or(0);
            found.push(start + at..start + at + id.len());
        }
        // What a build writes of it.
        let before = format!("{}/{id}", own.slug);
        if let Some(at) = address.find(&before).map(|at| at + own.slug.len() + 1)
            && whole(at)
            && address[at + id.len()..].starts_with(['.', '-'])
        {
            found.push(start + at..start + at + id.len());
        }
    }
    found
}

/// Returns the range of the id at a byte of a file, if there is one that can have another name.
pub(super) fn renamed(view: &View, byte: usize) -> Option<Range<usize>> {
    let (thing, range) = thing_at(view, byte)?;
    let Thing::Block(lesson, id) = thing else { return None };
    view.written(&lesson)?.page.block_called(&id)?;
    (view.text().get(range.clone()) == Some(id.as_str())).then_some(range)
}

/// Returns every place to change so that the id at a byte of a file is another, by file.
///
/// # Errors
/// What keeps it from being that id, in a sentence.
pub(super) fn rename(view: &View, byte: usize, to: &str) -> Result<Changes, String> {
    let nothing = || "there is no id here that can have another name".to_owned();
    let (thing, _) = thing_at(view, byte).ok_or_else(nothing)?;
    let Thing::Block(lesson, id) = thing else { return Err(nothing()) };
    if let Some(problem) = id_problem(to) {
        return Err(format!("{}: expected {}", problem.message, problem.expected));
    }
    let own = view.written(&lesson).ok_or_else(nothing)?;
    if to != id && own.page.block_called(to).is_some() {
        return Err(format!("this lesson has a block called `{to}` already"));
    }
    let spots = references(view, byte).ok_or_else(nothing)?;
    let mut files = Changes::new();
    for Spot { path, text, range } in spots {
        let (_, ranges) = files.entry(path).or_insert_with(|| (text, Vec::new()));
        if !ranges.contains(&range) {
            ranges.push(range);
        }
    }
    add_snapshot(&mut files, view, &own.slug, &id);
    Ok(files)
}

/// Adds the accepted results of an experiment, which stand under its id.
fn add_snapshot(files: &mut Changes, view: &View, slug: &str, id: &str) {
    let Some(course) = view.course() else { return };
    let below = Path::new("snapshots").join(format!("{slug}.yaml"));
    let Ok(path) = files::find(&course.root, &below) else { return };
    let text = std::fs::read(&path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let Some(text) = text else { return };
    if let Some(start) = text.find(&format!("\n{id}:")).map(|start| start + 1) {
        let key = start..start + id.len();
        files.insert(path, (Text::new(text), Vec::from([key])));
    }
}
