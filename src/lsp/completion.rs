//! What may be typed at a place: keys, values and names.

use std::io::Read as _;
use std::path::Path;

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, InsertTextFormat, MarkupContent,
    MarkupKind, TextEdit,
};

use super::filters::meaning;
use super::navigation::lesson_of;
use super::outline::{Place, Step, Written, keys};
use super::page::{Block, Use};
use super::pieces::{is_expression, is_from, name_before, opened};
use super::spot::Offer;
use super::view::{View, kind_of, lexicon, metric};
use crate::data::Separator;
use crate::experiment::KINDS;
use crate::files::{self, find_folder, is_hidden};
use crate::lesson::Role;
use crate::lesson::inline::{FILTERS, FUNCTIONS, usage};

/// The most files that are offered.
const MOST_FILES: usize = 500;

/// The longest header of a table whose columns are offered.
const LONGEST_HEADER: u64 = 1 << 16;

/// How the names of files with data end.
const DATA: [&str; 6] = [".csv", ".npz", ".npy", ".idx", ".gz", "ubyte"];

/// What may be typed, and where what is typed already begins.
struct Offers {
    from: usize,
    items: Vec<CompletionItem>,
}

/// Returns what may be typed at a byte of a file.
pub(super) fn complete(view: &View, byte: usize) -> Vec<CompletionItem> {
    let Some(Offers { from, mut items }) = offers(view, byte) else { return Vec::new() };
    // The word that is being typed gives way whole.
    let rest = view.text()[byte..].find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let end = if from < byte { byte + rest.unwrap_or(view.text().len() - byte) } else { byte };
    let range = view.document.text.area(&(from.min(byte)..end));
    for (place, item) in items.iter_mut().enumerate() {
        let text = item.insert_text.take().unwrap_or_else(|| item.label.clone());
        item.text_edit = Some(CompletionTextEdit::Edit(TextEdit::new(range, text)));
        item.sort_text = Some(format!("{place:04}"));
    }
    items
}

fn offers(view: &View, byte: usize) -> Option<Offers> {
    let (text, page) = (view.text(), &view.page);
    let block = page.block_at(byte);
    if let Some(opened) = opened(text, page, byte) {
        let within = block.filter(|block| block.is == Use::Experiment).and_then(|block| block.value("id"));
        return Some(match opened.role {
            Role::Reference => references(view, opened.before, byte),
            role => names(view, within, role, opened.before, byte),
        });
    }
    if let Some(block) = block.filter(|_| !page.is_code(byte)) {
        return in_block(view, block, byte);
    }
    if page.is_code(byte) {
        return None;
    }
    let line = view.document.text.line(view.document.text.line_of(byte));
    let before = &text[line.start..byte];
    cited(view, before, byte).or_else(|| linked(view, before, byte)).or_else(|| fence(before, byte))
}

/// What may stand in YAML.
fn in_block(view: &View, block: &Block, byte: usize) -> Option<Offers> {
    let at = block.in_yaml(byte)?;
    let cursor = block.cursor(at);
    let typed = block.yaml.get(cursor.from..at)?;
    let from = byte - typed.len();
    if cursor.place != Place::Key && is_from(block.is, &cursor.path) {
        let items =
            experiments(view).into_iter().map(|offer| item(offer, CompletionItemKind::CLASS)).collect();
        return Some(Offers { from, items });
    }
    if cursor.place != Place::Key && is_expression(block.is, &cursor.path) {
        let typed = typed.trim_start_matches(['"', '\'']);
        return Some(match block.is {
            Use::Figure => columns(view, block, typed, byte),
            _ => names(view, block.value("id"), Role::Claim, typed, byte),
        });
    }
    let lexicon = lexicon(block);
    let mut items = Vec::new();
    if cursor.place != Place::Value {
        let there: Vec<&str> = block.outline.keys_below(&cursor.path).collect();
        let labels = labels(view, block, &cursor.path);
        for offer in lexicon.keys(&cursor.path).into_iter().chain(labels) {
            if offer.name == typed || !there.contains(&offer.name.as_str()) {
                let text = match (cursor.place, cursor.in_brackets) {
                    (Place::Item, true) => format!("{{{}: ", offer.name),
                    _ => format!("{}: ", offer.name),
                };
                let label = if cursor.place == Place::Item {
                    format!("{}: ...", offer.name)
                } else {
                    offer.name.clone()
                };
                items.push(CompletionItem {
                    label,
                    filter_text: Some(offer.name.clone()),
                    insert_text: Some(text),
                    ..item(offer, CompletionItemKind::PROPERTY)
                });
            }
        }
        if cursor.path.is_empty() && block.is == Use::Experiment && there.iter().all(|key| *key == typed) {
            items.extend(examples(cursor.in_brackets));
        }
    }
    if cursor.place != Place::Key {
        if let Some(offers) = files(view, block, &cursor.path, typed, byte) {
            return Some(offers);
        }
        if let Some(offers) = columns_of_table(view, block, &cursor.path, typed, byte) {
            return Some(offers);
        }
        // In a list a bare word comes before one with settings.
        let values = lexicon.values(&cursor.path).into_iter();
        items.splice(0..0, values.map(|offer| item(offer, CompletionItemKind::ENUM_MEMBER)));
    }
    Some(Offers { from, items })
}

/// Whole blocks to start from.
fn examples(in_brackets: bool) -> Vec<CompletionItem> {
    let kinds = if in_brackets { &[][..] } else { KINDS };
    let one = |kind: &crate::experiment::Kind| {
        let about = format!("{}\n\n```yaml\n{}```", kind.summary, kind.example);
        let offer = Offer::new(format!("{}: an example", kind.name), "block", about);
        let text = Some(kind.example.trim_end().to_owned());
        CompletionItem {
            insert_text: text,
            filter_text: Some(format!("kind: {}", kind.name)),
            ..item(offer, CompletionItemKind::SNIPPET)
        }
    };
    kinds.iter().map(one).collect()
}

/// The names that labels may be given to: variants and metrics.
fn labels(view: &View, block: &Block, path: &[Step]) -> Vec<Offer> {
    match (block.is, &keys(path)[..], block.value("id")) {
        (Use::Experiment, ["labels"], Some(id)) => {
            let kind = kind_of(&block.outline, &block.yaml);
            let mut names = view.following(None, id);
            if let Some(first) = names.first() {
                names.extend(view.following(None, &format!("{id}.{first}")));
            }
            names.iter().map(|name| named(name, kind, "")).collect()
        }
        _ => Vec::new(),
    }
}

/// The names, filters and functions of an expression.
fn names(view: &View, within: Option<&str>, role: Role, before: &str, byte: usize) -> Offers {
    let (chain, start) = name_before(before);
    let from = byte - (before.len() - start);
    let earlier = before[..start].trim_end();
    if chain.is_empty() && earlier.ends_with('|') {
        let filter = |name: &&str| {
            let about = meaning(name).unwrap_or_default();
            item(Offer::new(*name, usage(name, true), about), CompletionItemKind::FUNCTION)
        };
        return Offers { from, items: FILTERS.iter().map(filter).collect() };
    }
    let known = view.following(within, chain);
    let kind = experiment_of(view, within, chain).map(|(inspected, place)| inspected.planned[place].kind);
    let mut items: Vec<CompletionItem> = Vec::new();
    for name in &known {
        let offer = match chain.is_empty() && !view.ids().contains(&name.as_str()) && within.is_none() {
            true => Offer::new(name, "lesson", title_of(view, name)),
            false => named(name, kind, title_of_experiment(view, chain, name).as_str()),
        };
        items.push(item(offer, CompletionItemKind::VARIABLE));
    }
    if chain.is_empty() {
        let fresh = view.ids().into_iter().filter(|id| known.iter().all(|name| name != id));
        items.extend(fresh.map(|id| item(Offer::new(id, "experiment", ""), CompletionItemKind::VARIABLE)));
        if role == Role::Value && before.trim().is_empty() {
            items.extend(
                [("ref: ", "a link to a figure, table or lesson"), ("claim: ", "a sentence that must hold")]
                    .map(|(word, about)| item(Offer::new(word, about, ""), CompletionItemKind::KEYWORD)),
            );
        }
        items.extend(FUNCTIONS.iter().map(|name| {
            let text = Some(format!("{name}("));
            let offer = Offer::new(*name, usage(name, false), meaning(name).unwrap_or_default());
            CompletionItem { insert_text: text, ..item(offer, CompletionItemKind::FUNCTION) }
        }));
    }
    Offers { from, items }
}

/// Returns the experiment that a name leads into.
fn experiment_of(
    view: &View,
    within: Option<&str>,
    chain: &str,
) -> Option<(std::sync::Arc<crate::pipeline::Inspected>, usize)> {
    let mut parts = chain.split(['.', '[']);
    let first = parts.next().unwrap_or_default();
    view.planned("", first)
        .or_else(|| view.planned(first, parts.next()?))
        .or_else(|| view.planned("", within?))
}

fn title_of(view: &View, name: &str) -> String {
    let other = view.others().find(|(known, _)| known == name);
    other.map_or_else(String::new, |(_, lesson)| lesson.front.title.clone())
}

fn title_of_experiment(view: &View, chain: &str, id: &str) -> String {
    match view.planned(chain, id) {
        Some((inspected, place)) if !chain.contains('.') => {
            let planned = &inspected.planned[place];
            planned.header.title.clone().unwrap_or_else(|| planned.kind.summary.to_owned())
        }
        _ => String::new(),
    }
}

/// A name of a result, with what it means where it is a metric.
fn named(name: &str, kind: Option<&crate::experiment::Kind>, about: &str) -> Offer {
    match metric(kind, name) {
        Some(info) => Offer::new(name, info.words(), info.about),
        None => Offer::new(name, "", about),
    }
}

/// The columns of a figure's rows.
fn columns(view: &View, block: &Block, before: &str, byte: usize) -> Offers {
    let (chain, start) = name_before(before);
    let from = byte - (before.len() - start);
    let mut names: Vec<String> = Vec::new();
    let values = &block.outline.values;
    let sources = values.iter().filter(|value| is_from(block.is, &value.path));
    let mut kind = None;
    for source in sources.map(|value| &block.yaml[value.range.clone()]) {
        kind = kind.or_else(|| {
            experiment_of(view, None, source).map(|(inspected, place)| inspected.planned[place].kind)
        });
        let variants = view.following(None, source);
        let first = variants.first().map_or_else(String::new, |variant| format!("{source}.{variant}"));
        let paths = view.following(None, &format!("{first}.settings"));
        let inside = paths.iter().filter_map(|path| match chain {
            "" => Some(path.as_str()),
            chain => path.strip_prefix(chain)?.strip_prefix('.'),
        });
        names.extend(inside.map(str::to_owned));
        if chain.is_empty() {
            names.extend(view.following(None, &first));
            names.extend(variants);
        } else {
            names.extend(view.following(None, &format!("{source}.{chain}")));
        }
    }
    if chain.is_empty() {
        let words =
            ["epoch", "step", "trial", "layer", "class", "given", "bin", "variant", "seed", "experiment"];
        names.extend(words.map(str::to_owned));
    }
    names.dedup();
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    let items = names.iter().map(|name| item(named(name, kind, ""), CompletionItemKind::VARIABLE)).collect();
    Offers { from, items }
}

/// The experiments that a figure may be drawn from.
fn experiments(view: &View) -> Vec<Offer> {
    let own =
        view.ids().into_iter().map(|id| Offer::new(id, "experiment", title_of_experiment(view, "", id)));
    let others = view.others().flat_map(|(name, lesson)| {
        let ids = lesson.blocks.iter().filter_map(|block| block.node.entry("id")?.value.as_text());
        ids.map(move |id| Offer::new(format!("{name}.{id}"), "experiment", lesson.front.title.clone()))
            .collect::<Vec<_>>()
    });
    own.chain(others).collect()
}

/// What a reference may lead to.
fn references(view: &View, before: &str, byte: usize) -> Offers {
    let (chain, start) = name_before(before);
    let from = byte - (before.len() - start);
    if chain.is_empty() && before[..start].trim_end().ends_with('|') {
        let number = Offer::new("number", "the number alone", "");
        return Offers { from, items: vec![item(number, CompletionItemKind::FUNCTION)] };
    }
    let parts: Vec<&str> = chain.split('.').filter(|part| !part.is_empty()).collect();
    let mut offers: Vec<Offer> = Vec::new();
    let lesson = match parts.first() {
        Some(first) if view.others().any(|(name, _)| name == *first) => first,
        _ => "",
    };
    let inside = if lesson.is_empty() { &parts[..] } else { &parts[1..] };
    if let Some(other) = view.written(lesson) {
        let blocks = other.page.blocks.iter();
        match inside {
            [] => {
                let ids = blocks.filter_map(|block| Some((block.is, block.id()?.0)));
                offers.extend(ids.map(|(is, id)| {
                    Offer::new(id, if is == Use::Figure { "figure" } else { "experiment" }, "")
                }));
                if other.text.as_str().contains("\\label{") {
                    offers.push(Offer::new("eq", "equations by their labels", ""));
                }
            }
            ["eq"] => {
                let text = other.text.as_str();
                let labels = text.match_indices("\\label{").filter_map(|(at, open)| {
                    let rest = &text[at + open.len()..];
                    Some(&rest[..rest.find('}')?])
                });
                offers.extend(labels.map(|label| Offer::new(label, "equation", "")));
            }
            [id] => {
                let block = other.page.block_called(id).filter(|block| block.is == Use::Experiment);
                let kind = block.and_then(|block| kind_of(&block.outline, &block.yaml));
                let figures = kind.into_iter().flat_map(|kind| kind.figures);
                offers.extend(figures.map(|figure| Offer::new(figure.name, "figure", figure.about)));
                offers.extend(block.map(|_| Offer::new("table", "the results table", "")));
            }
            _ => {}
        }
    }
    if parts.is_empty() {
        offers.extend(
            view.others().map(|(name, lesson)| Offer::new(name, "lesson", lesson.front.title.clone())),
        );
    }
    Offers {
        from,
        items: offers.into_iter().map(|offer| item(offer, CompletionItemKind::REFERENCE)).collect(),
    }
}

/// The sources that may be cited.
fn cited(view: &View, before: &str, byte: usize) -> Option<Offers> {
    let open = before.rfind('[')?;
    let inside = &before[open + 1..];
    let sign = inside.rfind('@')?;
    let key = &inside[sign + 1..];
    let is_key = key.chars().all(|letter| letter.is_alphanumeric() || "_:.-".contains(letter));
    if !is_key || inside.contains(']') {
        return None;
    }
    let bibliography = view.course()?.bibliography();
    let source = |name: &str| {
        let about = bibliography.get(name).map_or_else(String::new, crate::bibliography::Source::line);
        item(Offer::new(name, "", about), CompletionItemKind::REFERENCE)
    };
    Some(Offers { from: byte - key.len(), items: bibliography.keys().map(source).collect() })
}

/// The files and lessons that a link may lead to, and the places in a lesson.
fn linked(view: &View, before: &str, byte: usize) -> Option<Offers> {
    let open = before.rfind("](")? + 2;
    let typed = &before[open..];
    if typed.contains([')', ' ']) {
        return None;
    }
    match typed.split_once('#') {
        Some((path, typed)) => anchors(view, path, byte - typed.len()),
        None => beside(view, typed, byte, |_| true),
    }
}

/// The headings and blocks of a lesson, this one where no path is written.
fn anchors(view: &View, path: &str, from: usize) -> Option<Offers> {
    let name = if path.is_empty() { String::new() } else { lesson_of(view, path)? };
    let written = view.written(&name)?;
    let blocks = written.page.blocks.iter().filter_map(|block| match (block.is, block.id()?.0) {
        (Use::Experiment, id) => Some(Offer::new(format!("experiment-{id}"), "experiment", "")),
        (Use::Figure, id) => Some(Offer::new(format!("figure-{id}"), "figure", "")),
        _ => None,
    });
    let known = view.course().into_iter().flat_map(|course| &course.lessons);
    let headings = known.filter(|lesson| lesson.path == written.path).flat_map(|lesson| &lesson.headings);
    let headings = headings.map(|heading| Offer::new(heading.id.as_str(), "heading", ""));
    let items = headings.chain(blocks).map(|offer| item(offer, CompletionItemKind::REFERENCE));
    Some(Offers { from, items: items.collect() })
}

/// The files that a setting may name.
fn files(view: &View, block: &Block, path: &[Step], typed: &str, byte: usize) -> Option<Offers> {
    let typed = typed.trim_start_matches(['"', '\'']);
    let is_data = |name: &str| DATA.iter().any(|end| name.ends_with(end));
    match (block.is, &keys(path)[..]) {
        (Use::Experiment | Use::Front, [.., "data", "file" | "labels"] | [.., "series", "file"]) => {
            beside(view, typed, byte, is_data)
        }
        (Use::Figure, ["file"]) => beside(view, typed, byte, |name| name.ends_with(".csv")),
        (Use::Front, ["prerequisites"]) => beside(view, typed, byte, |name| name.ends_with(".md")),
        (Use::Course, ["bibliography"]) => beside(view, typed, byte, |name| name.ends_with(".bib")),
        (Use::Course, ["glossary"]) => beside(view, typed, byte, |name| name.ends_with(".yaml")),
        _ => None,
    }
}

/// The columns of the table that a block reads, where one of them is to be named.
fn columns_of_table(view: &View, block: &Block, path: &[Step], typed: &str, byte: usize) -> Option<Offers> {
    let all = keys(path);
    let (above, file) = match &all[..] {
        [above @ .., "target" | "features"] if above.last() == Some(&"data") => (above, "file"),
        [above @ .., "column"] if above.last() == Some(&"series") => (above, "file"),
        _ => return None,
    };
    let is_file = |value: &&Written| {
        let keys = keys(&value.path);
        keys.split_last() == Some((&file, above))
    };
    let file = block.outline.values.iter().find(is_file)?;
    let (root, own) = view.folder()?;
    let named = Path::new(&block.yaml[file.range.clone()]);
    let table = files::open(root, &own.join(named)).ok()?;
    let mut start = Vec::new();
    table.take(LONGEST_HEADER).read_to_end(&mut start).ok()?;
    let separator = Separator::of(&String::from_utf8_lossy(&start));
    let mut reader = csv::ReaderBuilder::new().delimiter(separator.byte()).from_reader(&start[..]);
    let names = reader.headers().ok()?.clone();
    let items = names.iter().map(|name| {
        let name = name.trim_start_matches('\u{feff}').trim();
        let is_plain = name.chars().all(|letter| letter.is_alphanumeric() || "_-. ".contains(letter));
        let text = if is_plain { name.to_owned() } else { serde_json::to_string(name).unwrap_or_default() };
        CompletionItem {
            insert_text: Some(text),
            ..item(Offer::new(name, "column", ""), CompletionItemKind::FIELD)
        }
    });
    Some(Offers { from: byte - typed.len(), items: items.collect() })
}

/// The files beside this one, by the path that is being typed; none outside of the course, none that is hidden.
fn beside(view: &View, typed: &str, byte: usize, fits: impl Fn(&str) -> bool) -> Option<Offers> {
    let (root, own) = view.folder()?;
    let (folder, name) = typed.rsplit_once('/').unwrap_or(("", typed));
    let real = find_folder(root, &own.join(folder)).ok()?;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(real).ok()?.flatten().take(MOST_FILES) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(is) = entry.file_type() else { continue };
        if is_hidden(Path::new(&name)) || !(is.is_dir() || is.is_file() && fits(&name)) {
            continue;
        }
        names.push((if is.is_dir() { format!("{name}/") } else { name }, is.is_dir()));
    }
    names.sort();
    let items = names.into_iter().map(|(name, is_folder)| {
        let kind = if is_folder { CompletionItemKind::FOLDER } else { CompletionItemKind::FILE };
        item(Offer::new(name, "", ""), kind)
    });
    Some(Offers { from: byte - name.len(), items: items.collect() })
}

/// What a fence may be.
fn fence(before: &str, byte: usize) -> Option<Offers> {
    let typed = before.trim_start_matches([' ', '>']).strip_prefix("```")?;
    "yaml experiment".starts_with(typed.trim_start()).then(|| {
        let block = |info: &str, about: &str, inside: &str| CompletionItem {
            insert_text: Some(format!("{info}\n{inside}\n```")),
            insert_text_format: Some(InsertTextFormat::SNIPPET),
            ..item(Offer::new(info, about, ""), CompletionItemKind::SNIPPET)
        };
        let items = vec![
            block("yaml experiment", "an experiment", "kind: $1\nid: $2\n$0"),
            block("yaml figure", "a figure of experiments", "id: $1\nfrom: $2\nx: $3\ny: $4$0"),
        ];
        Offers { from: byte - typed.trim_start().len(), items }
    })
}

fn item(offer: Offer, kind: CompletionItemKind) -> CompletionItem {
    let about = Some(offer.about)
        .filter(|about| !about.is_empty())
        .map(|value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }));
    CompletionItem {
        label: offer.name,
        kind: Some(kind),
        detail: Some(offer.detail).filter(|detail| !detail.is_empty()),
        documentation: about,
        ..CompletionItem::default()
    }
}
