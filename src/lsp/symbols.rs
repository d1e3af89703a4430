//! What a lesson is made of, for outlines and for finding a block by its name.

use std::ops::Range;

use lsp_types::{DocumentSymbol, SymbolKind};

use super::page::{Block, Page, Use};
use super::text::Text;

/// Returns the headings of a lesson, each with what stands below it, and its blocks among them.
pub(super) fn symbols(text: &Text, page: &Page) -> Vec<DocumentSymbol> {
    let mut entries: Vec<Entry> = page
        .headings
        .iter()
        .enumerate()
        .map(|(place, heading)| {
            let ends = page.headings[place + 1..].iter().find(|next| next.level <= heading.level);
            let end = ends.map_or(text.as_str().len(), |next| next.range.start);
            let whole = heading.range.start..end;
            let symbol = symbol(text, &heading.title, None, SymbolKind::STRING, &whole, &heading.range);
            Entry { level: heading.level, start: heading.range.start, symbol }
        })
        .collect();
    entries.extend(page.blocks.iter().filter_map(|block| of_block(text, block)));
    entries.sort_by_key(|entry| entry.start);
    nested(&mut entries.into_iter().peekable(), 0)
}

/// Something of a lesson, by its place.
struct Entry {
    /// A block's is below every heading's.
    level: usize,
    start: usize,
    symbol: DocumentSymbol,
}

fn of_block(text: &Text, block: &Block) -> Option<Entry> {
    let (name, detail, kind) = match block.is {
        Use::Experiment => (block.id().map(|(id, _)| id), block.value("kind"), SymbolKind::FUNCTION),
        Use::Figure => (block.id().map(|(id, _)| id), Some("figure"), SymbolKind::INTERFACE),
        Use::Front => (block.value("title"), Some("front matter"), SymbolKind::NAMESPACE),
        Use::Course => return None,
    };
    let name = name.filter(|name| !name.is_empty())?;
    let selected = block.id().map_or_else(|| block.range.clone(), |(_, range)| range);
    let symbol = symbol(text, name, detail, kind, &block.range, &selected);
    Some(Entry { level: usize::MAX, start: block.range.start, symbol })
}

fn symbol(
    text: &Text,
    name: &str,
    detail: Option<&str>,
    kind: SymbolKind,
    whole: &Range<usize>,
    selected: &Range<usize>,
) -> DocumentSymbol {
    #[expect(deprecated, reason = "the type has the field, and wants it")]
    DocumentSymbol {
        name: if name.is_empty() { "…".to_owned() } else { name.to_owned() },
        detail: detail.map(str::to_owned),
        kind,
        tags: None,
        deprecated: None,
        range: text.area(whole),
        selection_range: text.area(selected),
        children: None,
    }
}

/// Takes entries as long as they stand below a level.
fn nested(entries: &mut std::iter::Peekable<std::vec::IntoIter<Entry>>, above: usize) -> Vec<DocumentSymbol> {
    let mut found = Vec::new();
    while let Some(mut entry) = entries.next_if(|entry| entry.level > above) {
        if entry.level < usize::MAX {
            let children = nested(entries, entry.level);
            entry.symbol.children = (!children.is_empty()).then_some(children);
        }
        found.push(entry.symbol);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(symbols: &[DocumentSymbol]) -> String {
        let one = |symbol: &DocumentSymbol| match &symbol.children {
            Some(children) => format!("{}({})", symbol.name, shown(children)),
            None => symbol.name.clone(),
        };
        symbols.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn blocks_stand_below_their_headings() {
        let text = Text::new(
            "---\ntitle: T\n---\n# A\n## B\n```yaml experiment\nkind: split\nid: x\n```\n# C\n```yaml figure\nid: y\n```\n",
        );
        assert_eq!(shown(&symbols(&text, &Page::of_lesson(&text))), "T A(B(x)) C(y)");
    }
}
