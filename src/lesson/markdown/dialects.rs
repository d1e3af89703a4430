//! What other programs read in Markdown and this one does not: it would be published as it stands.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{Event, Tag};
use regex::Regex;

use super::{Part, Writer};
use crate::diagnostic::Diagnostic;

/// A way of writing that belongs to another program.
struct Dialect {
    /// What is found; its group `of`, where it has one, is what is shown.
    pattern: Regex,
    what: &'static str,
    write: &'static str,
    /// Whether it is also looked for in blocks of code.
    in_code: bool,
}

/// Pattern, what it is, and what to write instead.
const DIALECTS: [(&str, &str, &str); 39] = [
    (
        r"(?m)^[ \t>]*(?P<of>:::+[ \t]*\{?[ \t]*\.?\w[^\n]*)",
        "a container of another dialect",
        "expected `> [!NOTE]` (or TIP, IMPORTANT, WARNING, CAUTION) and `>` before each line of its text",
    ),
    (
        r"(?m)^[ \t>]*(?P<of>(?:!!!|\?\?\?\+?)[ \t]+[\w\x22][^\n]*)",
        "an admonition of another dialect",
        "expected `> [!NOTE]` (or TIP, IMPORTANT, WARNING, CAUTION) and `>` before each line of its text",
    ),
    (r"(?m)^[ \t>]*(?P<of>\.\. [\w-]+::[^\n]*)", "a directive of reStructuredText", "expected Markdown"),
    (
        r"(?m)^[ \t>]*(?P<of>@?(?:\[\[_?TOC_?\]\]|\[\[toc\]\]|\[TOC\]|\[toc\]))[ \t]*$",
        "a list of contents",
        "expected nothing: each page has one",
    ),
    (
        r"!?\[\[[\p{N}./_-]*\p{L}[^\[\],\n]*\]\]",
        "a link of a wiki",
        "expected `[words](FILE.md)`, or `![words](FILE.png)` for a picture",
    ),
    (
        r"(?P<of>\{(?:cite|footcite)[a-z:]*\}|:cite[a-z:]*:)`",
        "a citation of another dialect",
        "expected `[@KEY]`, with a `bibliography` in gradbook.yaml",
    ),
    (
        r"(?P<of>\{(?:numref|eq|ref|prf:ref)\}|:(?:numref|eqref|ref):)`",
        "a reference of another dialect",
        "expected `{{ ref: ID }}` between backticks, of an equation `{{ ref: eq.LABEL }}`",
    ),
    (
        r"(?P<of>\{[a-z][a-zA-Z:+.-]*\})`",
        "a role of another dialect",
        "expected `[words](FILE.md#place)`, a footnote, or a formula between `$`",
    ),
    (
        r"(?m)^[ \t>]*(?P<of>:(?:begin|end)_[a-z]+:)",
        "the edge of a part in another dialect",
        "expected of code fences with `tab: NAME`, of text nothing",
    ),
    (
        r"(?P<of>:[a-z][a-zA-Z:_-]*:)`",
        "a role of another dialect",
        "expected `[words](FILE.md#place)`, a footnote, or a formula between `$`",
    ),
    (
        r"!\[[^\]\n]*\]\([^()\n]*\)(?P<of>\{[^{}\n]*\})",
        "a picture's size or name in braces",
        "expected a width in the title: `![words](FILE.png \"width=50%\")`",
    ),
    (
        r"!\[[^\]\n]*\]\([^()\s]+[ \t]+(?P<of>=\d*(?:x\d*|%)?)[ \t]*\)",
        "a picture with its size beside the address",
        "expected a width in the title: `![words](FILE.png \"width=300\")`",
    ),
    (
        r"\$\$[ \t]*(?P<of>\{#[^{}\n]*\})",
        "the name of an equation in braces",
        r"expected `\label{NAME}` within the formula",
    ),
    (
        r"[)\]`$](?P<of>\{:?[ \t]*(?:[.#][\w-]+|[\w-]+=[^\s{}]+)[^{}\n]*\})",
        "an attribute in braces",
        "expected none: only headings have an id or a class, `## Heading {#id}`",
    ),
    (
        r"(?m)^[ \t>]*(?P<of>\{(?::[^{}\n]*|#[\w:.-]+)\})[ \t]*$",
        "an attribute in braces",
        "expected none: only headings have an id or a class, `## Heading {#id}`",
    ),
    (
        r"\{\{<[^\n]*?>\}\}|\{\{%[^\n]*?%\}\}|\{%-?[ \t]*\w[^\n]*?%\}",
        "a command of another program",
        "expected what it stands for",
    ),
    (r"\^\[[^\]\n]+\]", "a footnote within the text", "expected `[^1]`, and a line `[^1]: ...` further down"),
    (
        r"\\(?:auto|c|eq)?ref\*?\{[^{}\n]*\}",
        "a reference of LaTeX outside of a formula",
        "expected `{{ ref: ID }}` between backticks, of an equation `{{ ref: eq.LABEL }}`",
    ),
    (
        r"\\cite[a-z]*\*?\{[^{}\n]*\}",
        "a citation of LaTeX",
        "expected `[@KEY]`, with a `bibliography` in gradbook.yaml",
    ),
    (
        r"\\(?:label|(?:sub)*section|chapter|paragraph|text(?:bf|it|tt|sc)|emph|underline|url|href|footnote|caption|includegraphics)\*?(?:\[[^\[\]\n]*\])?\{[^{}\n]*\}",
        "a command of LaTeX outside of a formula",
        "expected Markdown: a link, `**bold**`, `*emphasis*`",
    ),
    (
        r"(?m)^[ \t>]*(?P<of>\\(?:(?:new|clear)page|pagebreak|noindent|tableofcontents|maketitle|(?:big|med|small)skip))\b",
        "a command of LaTeX outside of a formula",
        "expected nothing: pages are laid out by their style sheet",
    ),
    (
        r"(?m)^[ \t>]*(?P<of>\\begin\{(?:center|definition|description|document|enumerate|figure|itemize|lemma|lstlisting|proof|quote|table|tabular|theorem|verbatim)\*?\}[^\n]*)",
        "an environment of LaTeX outside of a formula",
        "expected Markdown: a list, a table, `> ` for a quote, a fence for code",
    ),
    (
        r"(?m)^(?P<of>import[ \t]+[\w{*][^\n]*[ \t]from[ \t]+[\x22'][^\x22'\n]+[\x22'];?|export[ \t]+(?:const|default|function)[ \t][^\n]*|\{/\*[^\n]*\*/\})[ \t]*$",
        "a line of MDX",
        "expected nothing: pages have no components",
    ),
    (
        r"(?:^|[^$])(?P<of>\$\$)(?:[^$]|$)",
        "the sign of a formula",
        r"expected a second `$$` that closes it, or `\$\$` for two dollars",
    ),
    (
        r"(?:^|[^\\])\[(?:[^\[\]\n^][^\[\]\n]*)?\]\((?P<of>[^()<>\x22'\s][^()<>\x22'\n]*[ \t][^()<>\x22'\n]*\.[a-zA-Z]\w{0,4}(?:#[^()\s]*)?)\)",
        "an address with a blank in it",
        "expected `<` and `>` around it, or `%20` for each blank",
    ),
    (
        r"(?:^|[^\\])\[(?:[^\[\]\n^][^\[\]\n]*)?\]\((?P<of>(?:https?://|mailto:|\.{1,2}/)[^()<>\x22'\n]*[ \t][^()<>\x22'\s][^()<>\x22'\n]*)\)",
        "an address with a blank in it",
        "expected `<` and `>` around it, or `%20` for each blank",
    ),
    (
        r"\]\((?P<of>[^()<>\x22'\s]+\.md[ \t]+#[^()\s]*|#[^()<>\x22'\n]*[ \t][^()<>\x22'\n]*)\)",
        "an address with a blank in it",
        "expected none, as in `FILE.md#the-heading`: small letters, and `-` for each blank",
    ),
    (
        r"\|[ \t]*\n(?:[ \t]*\n)?(?P<of>:[ \t]*[^\s:|-][^\n|]*)(?:\n|$)",
        "the caption of a table in another dialect",
        "expected a paragraph of its own below the table",
    ),
    (r"\\@ref\([^()\n]*\)", "a reference of another dialect", "expected `{{ ref: ID }}` between backticks"),
    (
        r"(?m)^(?P<of>(?:#{2,6}|#\p{Lu})[^\s#][^\n]*)$",
        "a heading without a blank after its signs",
        "expected a blank between `#` and its words, or `\\#` for a sign",
    ),
    (
        r"(?m)^[ \t>]*(?P<of>\*\[[^\[\]\n]+\]:[^\n]*)$",
        "an abbreviation of another dialect",
        "expected a `glossary` in gradbook.yaml, or `<abbr title=\"...\">`",
    ),
    (
        r"\{\{[ \t]*#[a-z_]+[^\n]*?\}\}",
        "a command of mdBook",
        "expected the text that it would bring, or of code a fence such as `python file: train.py, region: loop`",
    ),
    (
        r"(?m)^[ \t>]*(?P<of>-{1,2}8<-{1,2}[^\n]*|\{![^\n]*!\}|<<\{?[ \t]*[\w./-]+\.\w+[^\n]*)$",
        "a file of another dialect",
        "expected of code a fence such as `python file: train.py, region: loop`",
    ),
    (
        r"(?:^|[^=\w])(?P<of>==[^\s=](?:[^=\n]*[^\s=])?==)(?:[^=\w]|$)",
        "a mark of another dialect",
        "expected `**bold**` or `*emphasis*`",
    ),
    (
        r"(?m)^[ \t>]*(?P<of>\([\w:.-]+\)=)[ \t]*$",
        "a label of another dialect",
        "expected an id of the heading, as in `## Heading {#id}`",
    ),
    (
        r"(?m)(?:^|[\s(])(?P<of>:[a-z][a-z0-9_+-]*[a-z0-9]:)(?:[\s.,;!?)]|$)",
        "the name of a picture sign",
        "expected the sign itself, as in 🙂",
    ),
    (
        r"(?m)(?:^|[\s(\[;])(?P<of>-?@(?:fig|tbl|tab|eq|sec|lst|alg|thm)[:-][\w.:-]*\w)",
        "a reference of another dialect",
        "expected `{{ ref: ID }}` between backticks, of an equation `{{ ref: eq.LABEL }}`",
    ),
    (r"(?m)^[ \t]*(?P<of>\(@[\w-]*\))[ \t]", "the number of an example in another dialect", "expected `1.`"),
    (
        r"%%[^%\s](?:[^%\n]*[^%\s])?%%|(?m:^)%%[ \t][^%\n]*%%",
        "a remark of another dialect",
        "expected `<!--` and `-->` around it, or nothing",
    ),
];

/// The line between the header of a table and its rows, below a line that may be one.
static RULED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^[ \t>]*\|[^\n]*\n[ \t>]*(?P<of>\|(?:[ \t]*:?-+:?[ \t]*\|)+)[ \t]*$")
        .expect("a pattern of our own")
});

/// Lines that begin and end with the edge of a cell.
static ROWS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^[ \t>]*(?P<of>\|[^\n]*\|)[ \t]*(?:\n[ \t>]*\|[^\n]*\|[ \t]*)+$")
        .expect("a pattern of our own")
});

static ALL: LazyLock<Vec<Dialect>> = LazyLock::new(|| {
    let dialect = |(pattern, what, write): (&str, &'static str, &'static str)| {
        let pattern = Regex::new(pattern).ok()?;
        Some(Dialect { pattern, what, write, in_code: what.ends_with("mdBook") })
    };
    DIALECTS.into_iter().filter_map(dialect).collect()
});

/// The names of fences that other programs draw, what they hold, and what to write instead.
const DRAWN: [(&str, &str, &str); 2] = [
    ("math", "a formula", "expected the formula between `$$`, without a fence"),
    ("mermaid", "a diagram", "expected a picture of it, `![words](FILE.svg)`"),
];

/// The names of fences that are boxes, not code.
const BOXES: [&str; 11] = [
    "admonition",
    "attention",
    "caution",
    "danger",
    "error",
    "hint",
    "important",
    "note",
    "seealso",
    "tip",
    "warning",
];

/// Where code, formulas and HTML stand, in which everything has its own meaning.
pub(super) struct Hidden {
    all: Vec<Range<usize>>,
    blocks: Vec<Range<usize>>,
}

impl Hidden {
    fn of(parts: &[Part]) -> Self {
        let (mut all, mut blocks) = (Vec::new(), Vec::new());
        for (event, range) in parts {
            match event {
                Event::Start(Tag::CodeBlock(_)) => {
                    all.push(range.clone());
                    blocks.push(range.clone());
                }
                Event::Code(_)
                | Event::InlineMath(_)
                | Event::DisplayMath(_)
                | Event::Html(_)
                | Event::InlineHtml(_) => all.push(range.clone()),
                _ => {}
            }
        }
        Hidden { all, blocks }
    }

    /// Returns whether it holds a place; with `but_blocks` not if that is a block of code.
    pub(super) fn has(&self, place: usize, but_blocks: bool) -> bool {
        let within = |ranges: &[Range<usize>]| {
            let after = ranges.partition_point(|range| range.start <= place);
            after > 0 && ranges[after - 1].end > place
        };
        within(&self.all) && !(but_blocks && within(&self.blocks))
    }
}

impl<'t> Writer<'t> {
    /// Warns of ways of writing that other programs understand.
    pub(super) fn check_dialects(&mut self, parts: &[Part<'t>]) {
        let hidden = Hidden::of(parts);
        self.check_notes(&hidden);
        self.check_ruled(parts, &hidden);
        // Where each ends by where it starts; none overlaps another.
        let mut said: BTreeMap<usize, usize> = BTreeMap::new();
        for Dialect { pattern, what, write, in_code } in ALL.iter() {
            for found in pattern.captures_iter(self.text) {
                let Some(place) = found.name("of").or(found.get(0)) else { continue };
                let hidden = hidden.has(place.start(), *in_code);
                let escaped = self.text[..place.start()].ends_with('\\');
                let is_words = place.as_str().ends_with(']') && self.text[place.end()..].starts_with('(');
                let last_before = said.range(..place.end()).next_back();
                let overlaps = last_before.is_some_and(|(_, end)| place.start() < *end);
                if hidden || escaped || is_words || overlaps {
                    continue;
                }
                said.insert(place.start(), place.end());
                let warning =
                    Diagnostic::warning(format!("{what} is shown as it stands"), self.span(place.range()));
                self.found.diagnostics.push(warning.label(*write));
            }
        }
    }

    /// Warns of lines that make no table: the one below the header has another number of cells, or there is none.
    fn check_ruled(&mut self, parts: &[Part<'t>], hidden: &Hidden) {
        if self.has_refused_tables {
            return;
        }
        let tables: Vec<&Range<usize>> = parts
            .iter()
            .filter(|(event, _)| matches!(event, Event::Start(Tag::Table(_))))
            .map(|(_, range)| range)
            .collect();
        let is_text = |place: &regex::Match| {
            let before = tables.partition_point(|table| table.start <= place.start());
            let in_table = tables[..before].last().is_some_and(|table| table.end > place.start());
            !in_table && !hidden.has(place.start(), false)
        };
        let ruled = RULED.captures_iter(self.text).filter_map(|found| found.name("of"));
        for place in ruled.filter(is_text) {
            let warning =
                Diagnostic::warning("this line makes no table of what is above it", self.span(place.range()));
            self.found.diagnostics.push(warning.label("expected as many cells as the header has"));
        }
        let unruled = ROWS.captures_iter(self.text).filter(|rows| !RULED.is_match(&rows[0]));
        for place in unruled.filter_map(|rows| rows.name("of")).filter(is_text) {
            let warning =
                Diagnostic::warning("the rows of a table are shown as they stand", self.span(place.range()));
            self.found.diagnostics.push(warning.label("expected a line such as `|---|---|` below the first"));
        }
    }

    /// Returns the language of a fence. Other programs write it in braces, and give their directives the look of code.
    pub(super) fn fence_language(&mut self, info: &str, range: &Range<usize>) -> String {
        let first = self.text[range.clone()].lines().next().unwrap_or_default().len();
        let place = self.find(&(range.start..range.start + first), info.trim());
        let Some(inside) = info.trim().strip_prefix('{') else {
            let name = language(info);
            if let Some((_, what, write)) = DRAWN.iter().find(|(drawn, ..)| name.eq_ignore_ascii_case(drawn))
            {
                let warning = Diagnostic::warning(format!("{what} in a fence is shown as code"), place);
                let hint = "a fence whose code is meant to be seen is marked as `text`";
                self.found.diagnostics.push(warning.label(*write).hint(hint));
            }
            return name.to_owned();
        };
        let (inside, after) = inside.split_once('}').unwrap_or((inside, ""));
        let name = inside.trim().trim_start_matches('.');
        let name = name.split([' ', ',', '\t']).next().unwrap_or_default();
        let (name, write) = match name {
            "code" | "code-block" | "code-cell" | "sourcecode" => {
                let name = after.split_whitespace().next().unwrap_or_default();
                (name, format!("expected the language alone, `{name}`"))
            }
            name if BOXES.contains(&name) => (
                name,
                "expected `> [!NOTE]` and `>` before each line of its text, without a fence".to_owned(),
            ),
            "figure" | "image" => {
                (name, "expected `![words](FILE.png \"its caption\")`, without a fence".to_owned())
            }
            "math" => (name, "expected the formula between `$$`, without a fence".to_owned()),
            name => (name, format!("expected the language alone, `{name}`")),
        };
        let warning = Diagnostic::warning("braces after a fence are not read", place);
        self.found.diagnostics.push(warning.label(write));
        name.to_owned()
    }
}

/// Returns the language that the info string of a fence names: `rust,ignore` is Rust, `js{1,3}` JavaScript.
fn language(info: &str) -> &str {
    info.split([',', ' ', '\t', '{']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one() {
        assert_eq!(ALL.len(), DIALECTS.len());
    }
}
