//! Blocks of code: what stands behind the language of a fence, code from files, and tabs.

use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};
use regex::Regex;

use super::doubtful::Doubtful;
use super::headings::Owner;
use super::{Part, Writer, length};
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::lesson::excerpt::Excerpt;
use crate::lesson::link;
use crate::markup::escaped;

/// What may stand behind the language of a fence: `python file: train.py, region: loop, tab: PyTorch`.
const SETTINGS: [&str; 4] = ["file", "lines", "region", "tab"];

/// What a fence is marked with whose settings are meant to be seen.
const SHOWN_AS_CODE: [&str; 4] = ["example", "markdown", "md", "text"];

/// Where a setting begins.
static SETTING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s,])(?P<key>file|lines|region|tab)[ \t]*:").expect("a pattern of our own")
});

/// A setting, or what may have been meant as one.
static MEANT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[\w+#-]*[ \t]+(?P<key>\w+)[ \t]*:(?:[ \t]|$)").expect("a pattern of our own")
});

/// What other programs read behind the language: lines to stress, a title.
static OF_OTHERS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"^[^\s{,]+(?:[\s,]+[^\s{=,]+)*[\s,]*(?P<of>(?:\{|\b[\w-]+=).*)";
    Regex::new(pattern).expect("a pattern of our own")
});

/// The settings of a fence.
#[derive(Default)]
struct Fence<'i> {
    /// What stands before them.
    language: &'i str,
    file: Option<&'i str>,
    lines: Option<&'i str>,
    region: Option<&'i str>,
    tab: Option<&'i str>,
}

impl<'i> Fence<'i> {
    fn read(info: &'i str) -> Self {
        let found: Vec<_> = SETTING.captures_iter(info).collect();
        let Some(first) = found.first().and_then(|first| first.get(0)) else {
            return Fence { language: info, ..Fence::default() };
        };
        let mut fence = Fence { language: info[..first.start()].trim(), ..Fence::default() };
        for (index, setting) in found.iter().enumerate() {
            let start = setting.get(0).map_or(0, |whole| whole.end());
            let end =
                found.get(index + 1).and_then(|next| next.get(0)).map_or(info.len(), |next| next.start());
            let value = info[start..end.max(start)].trim().trim_end_matches(',').trim().trim_matches('"');
            let place = match &setting["key"] {
                "file" => &mut fence.file,
                "lines" => &mut fence.lines,
                "region" => &mut fence.region,
                _ => &mut fence.tab,
            };
            *place = Some(value);
        }
        fence
    }
}

/// Returns the tab that a part begins.
fn tab<'p>(part: Option<&'p Part>) -> Option<&'p str> {
    match part {
        Some((Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))), _)) => Fence::read(info).tab,
        _ => None,
    }
}

impl<'t> Writer<'t> {
    /// Writes a block of code, or several that follow each other as tabs; says how many parts that was.
    pub(super) fn code_blocks(&mut self, parts: &[Part<'t>]) -> usize {
        let mut tabs: Vec<(String, Range<usize>)> = Vec::new();
        let mut at = 0;
        while let Some(name) = tab(parts.get(at)) {
            // A name that comes again begins another set.
            if tabs.iter().any(|(known, _)| known == name) {
                break;
            }
            let end = at + length(&parts[at..]);
            tabs.push((name.to_owned(), at..end));
            at = end;
        }
        match tabs.as_slice() {
            [] => {
                at = length(parts);
                self.code_block(&parts[..at]);
            }
            // That it has no name is said of it.
            [(name, block)] if name.is_empty() => self.code_block(&parts[block.clone()]),
            [(name, block)] => {
                let place = self.within_fence(&parts[0].1, name);
                let warning = Diagnostic::warning(format!("the tab `{name}` is alone"), place);
                let warning = warning.label("expected another fence with `tab: ...` right below it");
                self.found.diagnostics.push(warning);
                self.code_block(&parts[block.clone()]);
            }
            tabs => self.tabs(tabs, parts),
        }
        at
    }

    /// Writes tabs without a script: of several buttons, of which one is pressed, each shows what follows it.
    fn tabs(&mut self, tabs: &[(String, Range<usize>)], parts: &[Part<'t>]) {
        // What is written beside a lesson's text has no ids of the page.
        let group = self.beside.is_none().then(|| self.own_id("code tabs", Owner::Tabs));
        self.out.push(Event::Html("<div class=\"tabs\">\n".into()));
        for (index, (name, block)) in tabs.iter().enumerate() {
            let name = escaped(name);
            let html = match &group {
                Some(group) => {
                    let id = self.own_id(&format!("{group} {}", index + 1), Owner::Tabs);
                    let checked = if index == 0 { " checked=\"\"" } else { "" };
                    format!(
                        "<input type=\"radio\" name=\"{group}\" id=\"{id}\"{checked}/><label for=\"{id}\">{name}</label>\n"
                    )
                }
                None => format!("<p class=\"tab-name\">{name}</p>\n"),
            };
            self.out.push(Event::Html((html + "<div class=\"tab\">\n").into()));
            self.code_block(&parts[block.clone()]);
            self.out.push(Event::Html("</div>\n".into()));
        }
        self.out.push(Event::Html("</div>\n".into()));
    }

    /// Writes a block of code as it stands, or as a file beside the lesson holds it. Values in it are doubtful, unless it
    /// shows how Markdown is written.
    fn code_block(&mut self, parts: &[Part<'t>]) {
        let (event, range) = &parts[0];
        let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) = event else {
            for (event, range) in parts {
                self.doubt_block(event, range, "");
                self.out.push(event.clone());
            }
            return;
        };
        let fence = Fence::read(info);
        self.check_fence(info, &fence, range);
        if fence.file.is_none()
            && !fence.language.split_whitespace().any(|word| SHOWN_AS_CODE.contains(&word))
        {
            self.check_shown(info, range, &parts[1..]);
        }
        self.check_end(range);
        let mut language = self.fence_language(fence.language, range);
        let included = fence.file.map(|file| {
            if language.is_empty() {
                file.rsplit_once('.').map_or("", |(_, end)| end).clone_into(&mut language);
            }
            self.included(file, &fence, parts).unwrap_or_default()
        });
        self.out.push(Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language.clone().into()))));
        match included {
            Some(text) => self.out.push(Event::Text(text.into())),
            None => {
                for (event, range) in &parts[1..parts.len() - 1] {
                    self.doubt_block(event, range, &language);
                    self.out.push(event.clone());
                }
            }
        }
        self.out.push(Event::End(TagEnd::CodeBlock));
    }

    fn doubt_block(&mut self, event: &Event<'t>, range: &Range<usize>, language: &str) {
        if let Event::Text(code) = event
            && code.contains("{{")
            && !matches!(language, "markdown" | "md")
        {
            self.doubtful.push(Doubtful::block(code, range));
        }
    }

    /// Checks for settings that are none, or that belong to a file where there is none.
    fn check_fence(&mut self, info: &str, fence: &Fence, range: &Range<usize>) {
        let meant = MEANT.captures(info).and_then(|found| found.name("key"));
        if let Some(key) = meant.filter(|key| !SETTINGS.contains(&key.as_str())) {
            let place = self.within_fence(range, key.as_str());
            let warning = Diagnostic::warning(format!("a fence has no setting `{}`", key.as_str()), place);
            self.found.diagnostics.push(match nearest(key.as_str(), SETTINGS) {
                Some(near) => warning.label(format!("did you mean `{near}`?")),
                None => warning.label(format!("expected one of {}", SETTINGS.join(", "))),
            });
        }
        if let Some(other) = OF_OTHERS.captures(fence.language).and_then(|found| found.name("of")) {
            let other = other.as_str();
            let message = format!("`{other}` behind the language of a fence is not read");
            let warning = Diagnostic::warning(message, self.within_fence(range, other));
            self.found
                .diagnostics
                .push(warning.label("expected nothing, or a setting such as `tab: ...`, `file: ...`"));
        }
        if fence.tab == Some("") {
            let place = self.within_fence(range, "tab");
            let error = Diagnostic::error("this tab has no name", place);
            self.found.diagnostics.push(error.label("expected a name, as in `tab: PyTorch`"));
        }
        if fence.file.is_none() && (fence.lines.is_some() || fence.region.is_some()) {
            let place = self.within_fence(range, if fence.lines.is_some() { "lines" } else { "region" });
            let error = Diagnostic::error("this is a part of no file", place);
            self.found.diagnostics.push(error.label("expected `file: ...` beside it"));
        }
    }

    /// Warns of a fence that nothing closes before the end of the text, so that all the rest is code.
    fn check_end(&mut self, range: &Range<usize>) {
        let bare = |line: &'t str| line.trim_start_matches([' ', '\t', '>']).trim_end();
        let block = self.text[range.clone()].trim_end();
        let (first, last) =
            (block.lines().next().unwrap_or_default(), block.lines().next_back().unwrap_or_default());
        let sign = if first.starts_with('~') { '~' } else { '`' };
        let signs = |line: &str| line.len() - line.trim_start_matches(sign).len();
        let end = bare(last);
        let closed = block.len() > first.len() && signs(end) >= signs(first) && signs(end) == end.len();
        if closed || !self.text[range.end..].trim().is_empty() {
            return;
        }
        let place = self.span(range.start..range.start + first.trim_end().len());
        let warning = Diagnostic::warning("this fence is never closed: all that follows is code", place);
        let signs = &first[..signs(first)];
        self.found
            .diagnostics
            .push(warning.label(format!("expected ` {signs} ` alone in a line after the code")));
    }

    /// Returns the code that a file holds, or the part of it that is asked for.
    fn included(&mut self, file: &str, fence: &Fence, parts: &[Part<'t>]) -> Option<String> {
        let range = &parts[0].1;
        let place = self.within_fence(range, file);
        let written = parts.iter().find_map(|(event, range)| match event {
            Event::Text(text) if !text.trim().is_empty() => Some(range.clone()),
            _ => None,
        });
        if let Some(written) = written {
            let error = Diagnostic::error("this fence has code of its own and a file", self.span(written));
            self.found.diagnostics.push(error.label("expected nothing between the fences"));
            return None;
        }
        let code = match link::code(self.scene.library, self.scene.folder, file, place) {
            Ok(code) => code,
            Err(error) => {
                self.found.diagnostics.push(error);
                return None;
            }
        };
        let (excerpt, place) = match (fence.lines, fence.region) {
            (Some(_), Some(region)) => {
                let error =
                    Diagnostic::error("lines and a region are two parts", self.within_fence(range, region));
                self.found.diagnostics.push(error.label("expected one of `lines` and `region`"));
                return None;
            }
            (Some(lines), None) => (Excerpt::Lines(lines), self.within_fence(range, lines)),
            (None, Some(region)) => (Excerpt::Region(region), self.within_fence(range, region)),
            (None, None) => (Excerpt::Whole, place),
        };
        match code.lines(&excerpt, &self.scene.library.suggestions) {
            Ok(part) => {
                let bytes = code.bytes(&part);
                self.found.shown.push((place, bytes));
                if !self.scene.library.shown.take(bytes) {
                    return None;
                }
                let code = code.cut(part);
                self.found.included.push(code.clone());
                Some(code)
            }
            Err((message, label)) => {
                let error = Diagnostic::error(format!("{message} in `{file}`"), place);
                self.found.diagnostics.push(error.label(label));
                None
            }
        }
    }

    /// Returns the place of a word in the first line of a fence.
    fn within_fence(&self, range: &Range<usize>, word: &str) -> Span {
        let first = self.text[range.clone()].lines().next().unwrap_or_default().len();
        self.find(&(range.start..range.start + first), word)
    }
}
