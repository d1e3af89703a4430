//! Markdown to HTML with gaps (the only user of `pulldown-cmark`).

pub use footnotes::link_back;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;
pub(super) use values::SHOWN;

use pulldown_cmark::{Event, Options, html};

use super::block::ExperimentBlock;
use super::fragment::{Fragment, InlineValue};
use super::link::{Anchor, Asset, Library, Published};
use super::math::Allowance;
use super::picture::Embedded;
use crate::diagnostic::{Diagnostic, SourceId, Span};
use crate::experiment::size;
use crate::markup;
use doubtful::Doubtful;
use headings::Owner;
use parts::length;
use reading::{Part, Reading};

/// The most bytes of HTML that a text becomes, without its figures: what a page is made of is read several times over.
const MOST_HTML: usize = 32_000_000;

/// Where a text stands and what it may refer to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    pub library: &'a Library,
    pub source: SourceId,
    /// The byte of the file at which the text starts.
    pub start: usize,
    /// The folder of the lesson below the root, with `/`.
    pub folder: &'a str,
    pub slug: &'a str,
    /// The number of the lesson, which its equations' begin with.
    pub number: Option<usize>,
}

/// What equations are called by their labels: `(1)`.
pub(super) type Equations = BTreeMap<String, String>;

/// What stands in the text of a lesson that a line or two beside it may name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside<'a> {
    pub blocks: &'a [ExperimentBlock],
    pub equations: &'a Equations,
}

/// What became of a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Document {
    pub body: Fragment,
    pub headings: Vec<Heading>,
    pub blocks: Vec<ExperimentBlock>,
    /// Figures of the author's own, in the order of the text.
    pub figures: Vec<ExperimentBlock>,
    pub assets: Vec<Asset>,
    /// Drawings that its page holds, each as often as it shows it.
    pub embedded: Vec<Embedded>,
    /// Code that it shows of files.
    pub included: Vec<String>,
    /// Where it does, and how many bytes, those too for which there was no room.
    pub shown: Vec<(Span, usize)>,
    /// Files of experiments that links lead to.
    pub published: Vec<Published>,
    /// Places in pages that links name.
    pub anchors: Vec<Anchor>,
    /// Whether a block that was meant as an experiment could not be read.
    pub incomplete: bool,
    /// Every id that a link to this page may name.
    pub ids: Vec<String>,
    /// The numbers of equations by their labels.
    pub equations: Equations,
    /// The names of pictures with a caption, each with its place.
    pub pictures: Vec<(String, Span)>,
    pub diagnostics: Vec<Diagnostic>,
}

/// A heading with its place in the contents of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    pub id: String,
    pub content: Fragment,
}

/// Returns what the parser is to know; formulas are taken out before it.
fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM
        | Options::ENABLE_DEFINITION_LIST
}

/// Reads the text of a lesson after its front matter. A first heading that repeats the title is not shown.
pub(super) fn document(text: &str, title: Option<&str>, scene: Scene) -> Document {
    let title = title.map(|title| headings::plain(&reading::read_line(title, options()).parts));
    let mut writer = Writer { title, ..Writer::new(text, scene) };
    let options = writer.options();
    writer.document(reading::read(text, options))
}

/// Reads a line or two (a caption, a title) beside the experiments of a lesson: without the paragraph around it when it is
/// only one. Within a single line nothing begins a block.
pub(super) fn short(text: &str, scene: Scene, beside: Beside) -> Document {
    let mut writer = Writer { beside: Some(beside), ..Writer::new(text, scene) };
    let is_line = !text.trim_end().contains('\n');
    let options = writer.options();
    let read = if is_line { reading::read_line(text, options) } else { reading::read(text, options) };
    let mut document = writer.document(read);
    document.body = document.body.without_paragraph();
    document
}

/// Reads a title: a line within which nothing begins a block. Menus make it a link, so of links in it the words stay.
pub(super) fn title(text: &str, scene: Scene, beside: Beside) -> Document {
    let writer = Writer { beside: Some(beside), in_link: true, is_title: true, ..Writer::new(text, scene) };
    let mut document = writer.document(reading::read_line(text, options()));
    document.body = document.body.without_paragraph();
    document
}

/// Reads a line for where no markup may stand: its words, values and formulas.
pub(super) fn plain(text: &str, scene: Scene, beside: Beside) -> Document {
    let mut writer = Writer { beside: Some(beside), ..Writer::new(text, scene) };
    let Reading { parts, code_in_formulas, undefined, misplaced } = reading::read_line(text, options());
    writer.refuse_misplaced(misplaced);
    writer.refuse_code_in_formulas(&code_in_formulas);
    writer.check_undefined(undefined);
    let shown = writer.without_markup(&parts);
    writer.found.body = Fragment::cut(&markup::escaped(&shown), &writer.values);
    writer.found
}

/// Reads HTML that stands around pages, with its links made those of the site.
pub(super) fn raw(html: &str, scene: Scene) -> Document {
    let mut writer = Writer::new(html, scene);
    let whole = writer.raw_html(&[(Event::Html(html.into()), 0..html.len())], true);
    writer.found.body = Fragment::cut(&whole, &writer.values);
    writer.found
}

struct Writer<'t> {
    text: &'t str,
    scene: Scene<'t>,
    out: Vec<Event<'t>>,
    values: Vec<InlineValue>,
    has_too_many_values: bool,
    /// What further formulas may come to.
    formulas: Allowance,
    /// Level, id and content (with marks) of each heading.
    headings: Vec<(u8, String, String)>,
    /// The id of each heading that is still to be written, and another that leads there too.
    heading_ids: VecDeque<(String, Option<String>)>,
    /// The ids of raw HTML, wherever it stands.
    html_ids: BTreeSet<String>,
    /// Ids that are taken, and whose they are.
    ids: BTreeMap<String, Owner>,
    /// The last number given to headings of one text.
    numbered: BTreeMap<String, usize>,
    /// What stands outside of this text, of a line or two, and that it may name.
    beside: Option<Beside<'t>>,
    /// Code that resembles a value or a template, with its range.
    doubtful: Vec<Doubtful<'t>>,
    /// How many alerts stand around.
    alerts: usize,
    in_table: bool,
    /// Of the table.
    columns: usize,
    /// Whether no table is read, since they would come to too much.
    has_refused_tables: bool,
    in_link: bool,
    /// Whether all of it is the title of a page.
    is_title: bool,
    /// Elements of a stranger that named a place and are not closed yet.
    naming: strangers::Naming,
    /// Whether a stranger's HTML was shown as text.
    has_shown_html: bool,
    /// Within a heading, which the contents of the page repeat within a link.
    in_heading: bool,
    /// Each footnote by its name: where it stands, and what it says.
    footnotes: BTreeMap<String, (Range<usize>, Vec<Event<'t>>)>,
    footnote_order: Vec<String>,
    /// The id of each by its name.
    footnote_ids: BTreeMap<String, String>,
    /// The ids of the places that refer to each.
    reference_ids: BTreeMap<String, Vec<String>>,
    /// How many equations have numbers.
    numbered_equations: usize,
    /// The places of the terms in the glossary that the page explains, in the order of the text.
    explained: Vec<usize>,
    /// Footnotes that the text refers to.
    referred: BTreeSet<String>,
    /// The title of the page, until its first heading.
    title: Option<String>,
    found: Document,
}

impl<'t> Writer<'t> {
    fn new(text: &'t str, scene: Scene<'t>) -> Self {
        Writer {
            text,
            scene,
            out: Vec::new(),
            values: Vec::new(),
            has_too_many_values: false,
            formulas: Allowance::default(),
            headings: Vec::new(),
            heading_ids: VecDeque::new(),
            html_ids: BTreeSet::new(),
            ids: headings::of_the_page(),
            numbered: BTreeMap::new(),
            beside: None,
            doubtful: Vec::new(),
            alerts: 0,
            in_table: false,
            columns: 0,
            has_refused_tables: false,
            in_link: false,
            is_title: false,
            naming: strangers::Naming::default(),
            has_shown_html: false,
            in_heading: false,
            footnotes: BTreeMap::new(),
            footnote_order: Vec::new(),
            footnote_ids: BTreeMap::new(),
            reference_ids: BTreeMap::new(),
            numbered_equations: 0,
            explained: Vec::new(),
            referred: BTreeSet::new(),
            title: None,
            found: Document::default(),
        }
    }

    /// Returns what the parser is to know of the text: nothing of tables where these would come to too much.
    fn options(&mut self) -> Options {
        let Some((place, most)) = tables::lacking(self.text) else { return options() };
        let error =
            Diagnostic::error("the rows of tables up to this one lack too many cells", self.span(place));
        self.found.diagnostics.push(error.label(most));
        self.has_refused_tables = true;
        options() - Options::ENABLE_TABLES
    }

    fn document(mut self, reading: Reading<'t>) -> Document {
        let Reading { parts, code_in_formulas, undefined, misplaced } = reading;
        self.refuse_misplaced(misplaced);
        self.refuse_code_in_formulas(&code_in_formulas);
        self.check_undefined(undefined);
        let parts = self.read_braces(&parts);
        self.claim_ids(&parts);
        self.number_equations(&parts);
        self.check_dialects(&parts);
        self.check_tags(&parts);
        self.check_silenced(&parts);
        self.parts(&parts);
        self.place_footnotes();
        self.place_terms();
        self.check_doubtful();
        let mut body = String::new();
        let shown = std::mem::take(&mut self.out).into_iter();
        html::push_html(&mut body, shown.filter(|event| !(self.is_title && headings::is_link(event))));
        if body.len() > MOST_HTML {
            let start = self.text.len() - self.text.trim_start().len();
            let line = self.text[start..].find('\n').map_or(self.text.len(), |end| start + end);
            let place = self.span(start..line);
            let error = Diagnostic::error("this text becomes too long a page", place);
            let most = format!("expected at most {} of HTML", size(MOST_HTML as f64));
            self.found.diagnostics.push(error.label(most).hint("part it into several lessons"));
            body.clear();
        }
        let body = named_headers(&body);
        let values = &self.values;
        let heading = |(level, id, content): (u8, String, String)| Heading {
            level,
            id,
            content: Fragment::cut(&content, values),
        };
        self.found.headings = std::mem::take(&mut self.headings).into_iter().map(heading).collect();
        self.found.body = Fragment::cut(&body, values);
        self.found.ids.extend(self.ids.into_keys());
        self.found
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.scene.source, self.scene.start + range.start, self.scene.start + range.end)
    }

    /// Returns the last place of `needle` within a range of the text, or the range.
    fn find(&self, range: &Range<usize>, needle: &str) -> Span {
        let found = self.text.get(range.clone()).and_then(|part| part.rfind(needle));
        match found {
            Some(place) if !needle.is_empty() => {
                self.span(range.start + place..range.start + place + needle.len())
            }
            _ => self.span(range.clone()),
        }
    }
}

/// Says in the heads of tables that they name columns, and makes a plain cell of one that names nothing, as above the names of rows.
fn named_headers(body: &str) -> String {
    const HEAD: (&str, &str) = ("<table><thead><tr>", "</tr></thead>");
    let mut named = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once(HEAD.0)
        && let Some((head, after)) = after.split_once(HEAD.1)
    {
        let empty = ["", "left", "center", "right"].iter().fold(head.to_owned(), |head, side| {
            let style =
                if side.is_empty() { String::new() } else { format!(" style=\"text-align: {side}\"") };
            head.replace(&format!("<th{style}></th>"), "<td></td>")
        });
        named += before;
        named += HEAD.0;
        named += &empty.replace("<th>", "<th scope=\"col\">").replace("<th style", "<th scope=\"col\" style");
        named += HEAD.1;
        rest = after;
    }
    named + rest
}

mod alerts;
mod attributes;
mod autolink;
mod braces;
mod code_blocks;
mod dialects;
mod doubtful;
mod equations;
mod fences;
mod footnotes;
mod headings;
mod html_formulas;
mod links;
mod parts;
mod pictures;
mod plain_text;
mod raw_html;
mod reading;
mod silenced;
mod strangers;
mod tables;
mod tags;
mod terms;
#[cfg(test)]
mod tests;
mod undefined;
mod values;
