//! Markdown's events, with formulas taken out before Markdown looks inside them, and what its parser reads otherwise than
//! authors mean it put right.
//!
//! Both by one means: the parser is shown a text of the same length in which some letters have others in their place, so
//! that every place it tells is one of the real text. What is found to stand elsewhere than in text (in code, in an
//! address) is shown to it as it is the next time.

mod citations;
mod colons;
mod east_asian;
mod formulas;
mod scripts;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use pulldown_cmark::{BrokenLink, CowStr, Event, Options, Parser, Tag, TagEnd};

pub(super) use citations::Misplaced;
use citations::{Citation, Item};
pub(super) use formulas::CodeInFormula;
use formulas::Formula;

/// An event with its place in the text.
pub(super) type Part<'t> = (Event<'t>, Range<usize>);

/// What begins the gap of a source that is cited, which is written as code like that of a value.
pub(super) const CITE: &str = "cite";

/// How often the parser is asked again before what is still in doubt is shown to it as it is.
const ROUNDS: usize = 8;

/// What a text was read as.
pub(super) struct Reading<'t> {
    pub parts: Vec<Part<'t>>,
    /// Code between the dollars of what was meant as a formula.
    pub code_in_formulas: Vec<CodeInFormula>,
    /// Links to what no line defines.
    pub undefined: Vec<BrokenLink<'static>>,
    /// Citations where Markdown has brackets of its own.
    pub misplaced: Vec<Misplaced>,
}

impl<'t> Reading<'t> {
    /// What holds nothing but Markdown.
    fn plain((parts, undefined): (Vec<Part<'t>>, Vec<BrokenLink<'static>>)) -> Self {
        Reading { parts, code_in_formulas: Vec::new(), undefined, misplaced: Vec::new() }
    }
}

/// Reads Markdown.
pub(super) fn read(text: &str, options: Options) -> Reading<'_> {
    let reading = without_scripts(text, options);
    Reading { parts: east_asian::joined(text, scripts::read(text, reading.parts)), ..reading }
}

fn without_scripts(text: &str, options: Options) -> Reading<'_> {
    // Most texts are short and hold nothing of the kind.
    if !text.contains(['$', ':', '*', '~', '@']) {
        return Reading::plain(parse(text, options));
    }
    let Some(stand_ins) = StandIns::unused(text) else { return Reading::plain(parse(text, options)) };
    Reader {
        text,
        options,
        stand_ins,
        formulas: BTreeMap::new(),
        citations: BTreeMap::new(),
        colons: BTreeSet::new(),
        letters: BTreeMap::new(),
        undefined: Vec::new(),
    }
    .read()
}

/// Reads a line, in which nothing begins a block: `1. Introduction` is a title, not a list.
pub(super) fn read_line(text: &str, options: Options) -> Reading<'static> {
    // Behind a sign no block begins, and emphasis is as at the start of a line.
    const SIGN: &str = ",";
    let line = format!("{SIGN}{}", text.replace(['\n', '\r'], " "));
    let Reading { parts, code_in_formulas, undefined, misplaced } = read(&line, options);
    let back =
        |range: Range<usize>| range.start.saturating_sub(SIGN.len())..range.end.saturating_sub(SIGN.len());
    let mut first = true;
    let part = |(event, range): Part| {
        let event = match event {
            Event::Text(text) if std::mem::take(&mut first) => {
                Event::Text(text.strip_prefix(SIGN).unwrap_or(&text).to_owned().into())
            }
            event => event.into_static(),
        };
        (event, back(range))
    };
    let code = |found: CodeInFormula| CodeInFormula { range: back(found.range), code: back(found.code) };
    Reading {
        parts: parts.into_iter().map(part).collect(),
        code_in_formulas: code_in_formulas.into_iter().map(code).collect(),
        undefined: undefined.into_iter().map(|link| BrokenLink { span: back(link.span), ..link }).collect(),
        misplaced: misplaced
            .into_iter()
            .map(|found| Misplaced { range: back(found.range), ..found })
            .collect(),
    }
}

/// Asks the parser; also gives the links to what no line defines.
fn parse(text: &str, options: Options) -> (Vec<Part<'_>>, Vec<BrokenLink<'static>>) {
    let mut undefined = Vec::new();
    let mut callback = |link: BrokenLink| {
        undefined.push(BrokenLink { reference: link.reference.into_static(), ..link });
        None
    };
    let parser = Parser::new_with_broken_link_callback(text, options, Some(&mut callback));
    let parts = parser.into_offset_iter().collect();
    (parts, undefined)
}

/// Characters that the text lacks: one stands for what is inside a formula, one for a colon.
#[derive(Clone, Copy)]
struct StandIns {
    inside: char,
    colon: char,
}

impl StandIns {
    fn unused(text: &str) -> Option<Self> {
        let mut unused =
            ('\u{1}'..='\u{8}').chain('\u{e}'..='\u{1f}').filter(|letter| !text.contains(*letter));
        Some(StandIns { inside: unused.next()?, colon: unused.next()? })
    }
}

struct Reader<'t> {
    text: &'t str,
    options: Options,
    stand_ins: StandIns,
    /// By the place of their first dollar.
    formulas: BTreeMap<usize, Formula>,
    /// By the place of their first bracket.
    citations: BTreeMap<usize, Citation>,
    /// Colons at the start of lines that begin no definition.
    colons: BTreeSet<usize>,
    /// Characters beside emphasis, and what stands in for them: of the same length, but a letter or a sign.
    letters: BTreeMap<usize, char>,
    undefined: Vec<BrokenLink<'static>>,
}

impl<'t> Reader<'t> {
    fn read(mut self) -> Reading<'t> {
        let cited = citations::citations(self.text).into_iter();
        self.citations = cited.map(|citation| (citation.range.start, citation)).collect();
        let parts = self.blocks();
        let (inline, code_in_formulas) = formulas::inline(self.text, &formulas::runs(&parts));
        self.formulas.extend(inline.into_iter().map(|formula| (formula.range.start, formula)));
        self.part_formulas_from_citations();
        self.letters = east_asian::letters(self.text, &parts);
        for _ in 0..ROUNDS {
            let parts = self.parse();
            let before = self.taken();
            self.keep_those_in_text(&parts);
            if self.taken() == before {
                return self.reading(parts, code_in_formulas);
            }
        }
        self.formulas.clear();
        self.citations.clear();
        let parts = self.parse();
        self.reading(parts, code_in_formulas)
    }

    fn reading(self, parts: Vec<Part<'static>>, code_in_formulas: Vec<CodeInFormula>) -> Reading<'t> {
        let cited = self.citations.values();
        let misplaced = cited.filter_map(|citation| citations::misplaced(self.text, citation)).collect();
        Reading { parts: self.restored(parts), code_in_formulas, undefined: self.undefined, misplaced }
    }

    /// How much was taken out.
    fn taken(&self) -> (usize, usize) {
        (self.formulas.len(), self.citations.len())
    }

    /// What one of the two holds of the other is a part of it.
    fn part_formulas_from_citations(&mut self) {
        let holds =
            |outer: &Range<usize>, inner: &Range<usize>| outer.start <= inner.start && inner.end <= outer.end;
        let formulas = &self.formulas;
        let around = |range: &Range<usize>| {
            formulas
                .range(..=range.start)
                .next_back()
                .is_some_and(|(_, formula)| holds(&formula.range, range))
        };
        self.citations.retain(|_, citation| !around(&citation.range));
        let citations = &self.citations;
        self.formulas.retain(|_, formula| {
            let before = citations.range(..formula.range.end).next_back();
            before.is_none_or(|(_, citation)| citation.range.end <= formula.range.start)
        });
    }

    /// Finds what decides over blocks: formulas on lines of their own, and colons that begin no definition.
    fn blocks(&mut self) -> Vec<Part<'static>> {
        if self.text.contains("$$") {
            let parts = self.parse();
            let found = formulas::blocks(self.text, &parts);
            self.formulas = found.into_iter().map(|formula| (formula.range.start, formula)).collect();
        }
        for _ in 0..ROUNDS {
            let parts = self.parse();
            let before = (self.taken(), self.colons.len());
            self.keep_those_in_text(&parts);
            self.colons.extend(colons::of_no_definition(self.text, &parts));
            if (self.taken(), self.colons.len()) == before {
                return parts;
            }
        }
        self.formulas.clear();
        self.options.remove(Options::ENABLE_DEFINITION_LIST);
        self.parse()
    }

    fn parse(&mut self) -> Vec<Part<'static>> {
        let shown = self.shown();
        let (parts, undefined) = parse(&shown, self.options);
        self.undefined = undefined;
        parts.into_iter().map(|(event, range)| (event.into_static(), range)).collect()
    }

    /// Returns the text as the parser is to see it.
    fn shown(&self) -> String {
        let mut bytes = self.text.as_bytes().to_vec();
        for formula in self.formulas.values() {
            bytes[formula.inside()].fill(self.stand_ins.inside as u8);
        }
        for citation in self.citations.values() {
            bytes[citation.range.clone()].fill(self.stand_ins.inside as u8);
        }
        for colon in &self.colons {
            bytes[*colon] = self.stand_ins.colon as u8;
        }
        for (place, letter) in &self.letters {
            // A formula has been found since where this stood.
            let length = letter.len_utf8();
            if bytes[*place..*place + length] == self.text.as_bytes()[*place..*place + length] {
                letter.encode_utf8(&mut bytes[*place..*place + length]);
            }
        }
        // What was replaced are whole characters by as many bytes of others.
        String::from_utf8(bytes).unwrap_or_else(|_| self.text.to_owned())
    }

    /// Forgets the formulas that the parser read as something else than text.
    fn keep_those_in_text(&mut self, parts: &[Part]) {
        let texts = texts(parts);
        let is_in_text = |range: &Range<usize>| {
            let after = texts.partition_point(|text| text.start <= range.start);
            after.checked_sub(1).is_some_and(|at| texts[at].end >= range.end)
        };
        self.formulas.retain(|_, formula| is_in_text(&formula.range));
        self.citations.retain(|_, citation| is_in_text(&citation.range));
    }

    /// Returns the events with what was replaced in its place again.
    fn restored(&self, parts: Vec<Part<'static>>) -> Vec<Part<'t>> {
        let mut restored = Vec::with_capacity(parts.len());
        let shown = self.shown();
        let mut in_code = false;
        for (event, range) in parts {
            match event {
                Event::Start(Tag::CodeBlock(info)) => {
                    in_code = true;
                    restored.push((Event::Start(Tag::CodeBlock(info)), range));
                }
                Event::End(TagEnd::CodeBlock) => {
                    in_code = false;
                    restored.push((Event::End(TagEnd::CodeBlock), range));
                }
                Event::Text(text) if !in_code && shown.get(range.clone()) == Some(&*text) => {
                    self.text_with_formulas(range, &mut restored);
                }
                event => restored.push((self.with_colons(event), range)),
            }
        }
        restored
    }

    fn text_with_formulas(&self, range: Range<usize>, out: &mut Vec<Part<'t>>) {
        let mut at = range.start;
        let formulas =
            self.formulas.range(range.clone()).map(|(start, formula)| (*start, Taken::Formula(formula)));
        let citations =
            self.citations.range(range.clone()).map(|(start, citation)| (*start, Taken::Citation(citation)));
        let mut taken: Vec<(usize, Taken)> = formulas.chain(citations).collect();
        taken.sort_by_key(|(start, _)| *start);
        for (start, taken) in taken {
            if at < start {
                let between = at..start;
                out.push((Event::Text(self.text[between.clone()].into()), between));
            }
            match taken {
                Taken::Formula(formula) => {
                    let tex = CowStr::from(formula.tex.clone());
                    let event =
                        if formula.display { Event::DisplayMath(tex) } else { Event::InlineMath(tex) };
                    out.push((event, formula.range.clone()));
                    at = formula.range.end;
                }
                Taken::Citation(citation) => {
                    self.citation(citation, out);
                    at = citation.range.end;
                }
            }
        }
        if at < range.end {
            out.push((Event::Text(self.text[at..range.end].into()), at..range.end));
        }
    }

    /// What stands in place of a citation: its words in parentheses, and a gap for each source.
    fn citation(&self, citation: &Citation, out: &mut Vec<Part<'t>>) {
        let Range { start, end } = citation.range;
        for (index, Item { before, key, year, after }) in citation.items.iter().enumerate() {
            let open = if index == 0 { "(" } else { "; " };
            out.push((Event::Text(open.into()), start..start + 1));
            if self.words(before.clone(), out) {
                out.push((Event::Text(" ".into()), before.end..before.end));
            }
            let sign = if *year { "-" } else { "" };
            let gap = format!("{{{{ {CITE}: {sign}{} }}}}", &self.text[key.clone()]);
            out.push((Event::Code(gap.into()), key.start - 1..key.end));
            if self.text[after.clone()].starts_with(char::is_whitespace)
                && !self.text[after.clone()].trim().is_empty()
            {
                out.push((Event::Text(" ".into()), after.start..after.start));
            }
            self.words(after.clone(), out);
        }
        out.push((Event::Text(")".into()), end - 1..end));
    }

    /// What is said within a citation, as a line of Markdown; whether there is anything.
    fn words(&self, range: Range<usize>, out: &mut Vec<Part<'t>>) -> bool {
        let whole = &self.text[range.clone()];
        let words = whole.trim();
        let start = range.start + whole.len() - whole.trim_start().len();
        if words.is_empty() {
            return false;
        }
        // The marks of a quote stand before each of its lines.
        let line = words.replace("\n>", "\n ");
        let is_as_written = !words.contains('\n');
        for (event, inner) in read_line(&line, self.options).parts {
            if matches!(event, Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph)) {
                continue;
            }
            let place = match is_as_written {
                true => start + inner.start..start + inner.end,
                false => range.clone(),
            };
            out.push((event, place));
        }
        true
    }

    fn with_colons(&self, event: Event<'static>) -> Event<'t> {
        if self.colons.is_empty() {
            return event;
        }
        let with = |text: CowStr<'static>| match text.contains(self.stand_ins.colon) {
            true => CowStr::from(text.replace(self.stand_ins.colon, ":")),
            false => text,
        };
        match event {
            Event::Text(text) => Event::Text(with(text)),
            Event::Code(text) => Event::Code(with(text)),
            Event::Html(text) => Event::Html(with(text)),
            Event::InlineHtml(text) => Event::InlineHtml(with(text)),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => Event::Start(Tag::Link {
                link_type,
                dest_url: with(dest_url),
                title: with(title),
                id: with(id),
            }),
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => Event::Start(Tag::Image {
                link_type,
                dest_url: with(dest_url),
                title: with(title),
                id: with(id),
            }),
            event => event,
        }
    }
}

/// What was taken out of a text.
enum Taken<'a> {
    Formula(&'a Formula),
    Citation(&'a Citation),
}

/// Returns the ranges that were read as text, but for code, in the order of the text.
fn texts(parts: &[Part]) -> Vec<Range<usize>> {
    let mut texts = Vec::new();
    let mut in_code = false;
    for (event, range) in parts {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(_) if !in_code => texts.push(range.clone()),
            _ => {}
        }
    }
    texts.sort_by_key(|text| text.start);
    texts
}

#[cfg(test)]
mod tests;
