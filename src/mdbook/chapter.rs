//! A chapter of a book: where our blocks and values stand in it, and the lesson that they make.

use std::ops::Range;

use serde_json::Value as Json;

use crate::lesson::inline::{Link, chains};
use crate::lsp::{Page, Text, Use, code_spans};

/// Parts what the items of a chapter become: a letter that no author writes, alone in its paragraph.
pub(super) const BREAK: &str = "\u{e0f0}";

/// A chapter of a book.
pub(super) struct Chapter {
    /// Below the folder of sources, with `/`.
    pub path: String,
    name: String,
    /// As readers see it: `2.1`.
    pub section: Option<String>,
    /// As its author wrote it.
    pub content: String,
    page: Page,
    pub items: Vec<Item>,
}

/// A block or a value.
pub(super) struct Item {
    /// What of the content it takes the place of.
    range: Range<usize>,
    /// What of it stands in the lesson: pieces of the content, in order.
    pieces: Vec<Range<usize>>,
    pub is_block: bool,
}

impl Chapter {
    /// Reads a chapter; none of one that has no file, or whose file lies elsewhere.
    pub(super) fn of(chapter: &Json) -> Option<Chapter> {
        let path = Chapter::path_of(chapter)?;
        let content = chapter["content"].as_str()?.to_owned();
        let section = chapter["number"]
            .as_array()
            .filter(|parts| !parts.is_empty())
            .map(|parts| parts.iter().map(ToString::to_string).collect::<Vec<_>>().join("."));
        let page = Page::of_lesson(&Text::new(content.as_str()));
        let name = chapter["name"].as_str().unwrap_or_default().to_owned();
        let mut chapter = Chapter { path, name, section, content, page, items: Vec::new() };
        chapter.find_blocks();
        Some(chapter)
    }

    /// Returns the path of a chapter's file below the folder of sources.
    pub(super) fn path_of(chapter: &Json) -> Option<String> {
        let path = chapter["source_path"].as_str().or_else(|| chapter["path"].as_str())?;
        let path = path.replace('\\', "/");
        let is_inside = !path.starts_with('/') && !path.split('/').any(|part| part == "..");
        (is_inside && path.ends_with(".md")).then_some(path)
    }

    /// The page that mdBook makes of it, from the folder of the book.
    pub(super) fn page(&self) -> String {
        let stem = self.path.trim_end_matches(".md");
        let (folder, name) = stem.rsplit_once('/').map_or(("", stem), |(folder, name)| (folder, name));
        let name = if name.eq_ignore_ascii_case("readme") { "index" } else { name };
        if folder.is_empty() { format!("{name}.html") } else { format!("{folder}/{name}.html") }
    }

    /// What the chapter is called before its experiments in expressions, as far as its file tells.
    fn word(&self) -> String {
        let stem = self.path.trim_end_matches(".md").rsplit('/').next().unwrap_or_default();
        let plain =
            stem.trim_start_matches(|letter: char| letter.is_ascii_digit() || "-_ .".contains(letter));
        let plain = if plain.is_empty() { stem } else { plain };
        plain.to_lowercase().replace(['-', ' ', '_'], "_")
    }

    fn find_blocks(&mut self) {
        for block in &self.page.blocks {
            if !matches!(block.is, Use::Experiment | Use::Figure) {
                continue;
            }
            let text = &self.content;
            let mark = block.range.start + text[block.range.clone()].find(['`', '~']).unwrap_or(0);
            let first = mark..mark + text[mark..].find('\n').map_or(text.len() - mark, |end| end + 1);
            let mut pieces = vec![first];
            let mut start = 0;
            for line in block.yaml.split_inclusive('\n') {
                let from = block.in_file(start);
                let long = line.trim_end_matches('\n').len();
                pieces.push(from..from + long);
                start += line.len();
            }
            self.items.push(Item { range: mark..block.range.end, pieces, is_block: true });
        }
    }

    /// Finds the values of all chapters. In one with blocks of ours, code between braces is a value; elsewhere where it names an
    /// experiment of another chapter: books show braces of other programs.
    pub(super) fn find_values(chapters: &mut [Chapter]) {
        let mut known: Vec<(String, String)> = Vec::new();
        for chapter in chapters.iter() {
            let ids = chapter.page.blocks.iter().filter_map(|block| block.id());
            known.extend(ids.map(|(id, _)| (chapter.word(), id.to_owned())));
        }
        let is_of_another = |inside: &str| {
            chains(inside).iter().any(|chain| {
                let word = |place: usize| chain.get(place).and_then(Link::word);
                known
                    .iter()
                    .any(|(chapter, id)| word(0) == Some(chapter.as_str()) && word(1) == Some(id.as_str()))
            })
        };
        for chapter in chapters {
            let has_blocks = !chapter.items.is_empty();
            let mut found = Vec::new();
            let text = &chapter.content;
            for (ticks, span) in code_spans(text) {
                let code = text[span.clone()].strip_prefix("{{").and_then(|code| code.strip_suffix("}}"));
                let Some(code) = code.filter(|_| ticks == 1) else { continue };
                let is_foreign =
                    code.trim_start().starts_with(['#', '/', '>', '!', '{', '&']) || code.contains('\n');
                let is_text =
                    !chapter.page.is_code(span.start) && chapter.page.block_at(span.start).is_none();
                if is_text && !is_foreign && (has_blocks || is_of_another(code)) {
                    let range = span.start - 1..span.end + 1;
                    found.push(Item { pieces: vec![range.clone()], range, is_block: false });
                }
            }
            chapter.items.extend(found);
            chapter.items.sort_by_key(|item| item.range.start);
        }
    }

    /// Returns the lesson that the blocks and values make.
    pub(super) fn as_lesson(&self) -> String {
        self.mapped().0
    }

    /// The lesson, and where its parts are: in it, in the content, how long.
    fn mapped(&self) -> (String, Vec<(usize, usize, usize)>) {
        let plain: String = self
            .name
            .chars()
            .map(
                |letter| if "`$[]<>{}\\*_|&@".contains(letter) || letter.is_control() { ' ' } else { letter },
            )
            .collect();
        let plain = if plain.trim().is_empty() { "Chapter" } else { plain.trim() };
        let title = serde_json::to_string(plain).unwrap_or_default();
        let mut text = format!("---\ntitle: {title}\n---\n\n");
        let mut places = Vec::new();
        for item in &self.items {
            text += &format!("{BREAK}\n\n");
            for (place, piece) in item.pieces.iter().enumerate() {
                places.push((text.len(), piece.start, piece.len()));
                let part = &self.content[piece.clone()];
                // In the cell of a table a bar is escaped; the places stay.
                text += &if item.is_block { part.to_owned() } else { part.replace("\\|", " |") };
                if item.is_block && (place > 0 || !part.ends_with('\n')) {
                    text.push('\n');
                }
            }
            if item.is_block {
                let first = &self.content[item.pieces[0].clone()];
                let sign = first.chars().next().unwrap_or('`');
                text.extend(first.chars().take_while(|letter| *letter == sign));
            }
            text += "\n\n";
        }
        (text, places)
    }

    /// Returns where a range of the lesson is in the content.
    pub(super) fn in_content(&self, start: usize, end: usize) -> (usize, usize) {
        let (_, places) = self.mapped();
        let place = |at: usize, is_end: bool| {
            let inside = |(from, ..): &(usize, usize, usize)| if is_end { *from < at } else { *from <= at };
            let index = places.partition_point(inside).saturating_sub(1);
            places.get(index).map_or(0, |(from, content, long)| content + at.saturating_sub(*from).min(*long))
        };
        let from = place(start, false);
        (from, place(end, end > start).max(from))
    }

    /// Returns the content with something in the place of each item.
    pub(super) fn with(&self, parts: &[String]) -> String {
        let mut content = String::new();
        let mut copied = 0;
        for (item, part) in self.items.iter().zip(parts) {
            content += &self.content[copied..item.range.start];
            content += part;
            copied = item.range.end;
        }
        content + &self.content[copied..]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "# Größe\n\nOf `{{ four.loss }}` and `` `{{ shown }}` ``, `{{#include a.md}}`.\n\n1. so\n\n   ```yaml experiment\n   kind: train\n\n   id: four\n   ```\n\nEnd.\n";

    fn read(content: &str) -> Chapter {
        let json =
            json!({ "name": "On `size`", "content": content, "number": [2, 1], "path": "a/03-on-size.md" });
        let mut chapters = vec![Chapter::of(&json).unwrap()];
        Chapter::find_values(&mut chapters);
        chapters.remove(0)
    }

    #[test]
    fn only_what_is_ours_becomes_a_lesson() {
        let chapter = read(TEXT);
        assert_eq!(
            chapter.as_lesson(),
            format!(
                "---\ntitle: \"On  size\"\n---\n\n{BREAK}\n\n`{{{{ four.loss }}}}`\n\n{BREAK}\n\n```yaml experiment\nkind: train\n\nid: four\n```\n\n"
            )
        );
        assert_eq!((chapter.section.as_deref(), chapter.page().as_str()), (Some("2.1"), "a/03-on-size.html"));
        assert_eq!(chapter.word(), "on_size");
        let with = chapter.with(&["1".to_owned(), "<div></div>".to_owned()]);
        let expected = "# Größe\n\nOf 1 and `` `{{ shown }}` ``, `{{#include a.md}}`.\n\n1. so\n\n   <div></div>\n\nEnd.\n";
        assert_eq!(with, expected);
    }

    #[test]
    fn a_bar_may_be_escaped_as_tables_want_it() {
        let chapter = read("```yaml experiment\nid: four\n```\n\n| `{{ four.x \\| round }}` |");
        assert!(chapter.as_lesson().contains("`{{ four.x  | round }}`"));
    }

    #[test]
    fn places_lead_back_to_the_chapter() {
        let chapter = read(TEXT);
        let lesson = chapter.as_lesson();
        for part in ["four.loss", "kind", "id: four", "train"] {
            let start = lesson.find(part).unwrap();
            let (from, to) = chapter.in_content(start, start + part.len());
            assert_eq!(&TEXT[from..to], part);
        }
    }

    #[test]
    fn braces_of_others_stay_in_chapters_without_experiments() {
        let text = "`{{ title }}` and `{{ four.loss }}`, `{{ on_size.four.loss }}`";
        let json = json!({ "name": "B", "content": text, "number": null, "path": "b.md" });
        let mut chapters = vec![read(TEXT), Chapter::of(&json).unwrap()];
        Chapter::find_values(&mut chapters);
        let found: Vec<&str> = chapters[1].items.iter().map(|item| &text[item.range.clone()]).collect();
        assert_eq!(found, ["`{{ on_size.four.loss }}`"]);
        assert!(Chapter::of(&json!({ "name": "draft", "content": "", "path": null })).is_none());
        assert!(Chapter::of(&json!({ "name": "x", "content": "", "path": "../x.md" })).is_none());
    }
}
