//! Markdown to HTML with gaps (the only user of `pulldown-cmark`).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, CowStr, Event, LinkType, Options, Tag, TagEnd, html};

use super::block::{self, ExperimentBlock, Info};
use super::fragment::{Fragment, InlineValue, Role, experiment_mark, value_mark};
use super::inline;
use super::link::{self, Anchor, Asset, Library, LinkTarget, Published};
use crate::diagnostic::{Diagnostic, SourceId, Span};
use crate::settings::LineMap;
use doubtful::Doubtful;
use headings::Owner;
use reading::{Part, Reading};

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
    pub assets: Vec<Asset>,
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

/// What the parser is to know; formulas are taken out before it.
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
    Writer { title, ..Writer::new(text, scene) }.document(reading::read(text, options()))
}

/// Reads a line or two (a caption, a title) beside the experiments of a lesson: without the paragraph around it when it is
/// only one. Within a single line nothing begins a block.
pub(super) fn short(text: &str, scene: Scene, beside: Beside) -> Document {
    let writer = Writer { beside: Some(beside), ..Writer::new(text, scene) };
    let is_line = !text.trim_end().contains('\n');
    let read = if is_line { reading::read_line(text, options()) } else { reading::read(text, options()) };
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
    let Reading { parts, code_in_formulas, undefined } = reading::read_line(text, options());
    writer.refuse_code_in_formulas(&code_in_formulas);
    writer.check_undefined(undefined);
    let shown = writer.without_markup(&parts);
    writer.found.body = Fragment::cut(&raw_html::escaped_text(&shown), &writer.values);
    writer.found
}

struct Writer<'t> {
    text: &'t str,
    scene: Scene<'t>,
    out: Vec<Event<'t>>,
    values: Vec<InlineValue>,
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
    in_table: bool,
    /// Of the table.
    columns: usize,
    in_link: bool,
    /// Whether all of it is the title of a page.
    is_title: bool,
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
            headings: Vec::new(),
            heading_ids: VecDeque::new(),
            html_ids: BTreeSet::new(),
            ids: headings::of_the_page(),
            numbered: BTreeMap::new(),
            beside: None,
            doubtful: Vec::new(),
            in_table: false,
            columns: 0,
            in_link: false,
            is_title: false,
            in_heading: false,
            footnotes: BTreeMap::new(),
            footnote_order: Vec::new(),
            footnote_ids: BTreeMap::new(),
            reference_ids: BTreeMap::new(),
            numbered_equations: 0,
            referred: BTreeSet::new(),
            title: None,
            found: Document::default(),
        }
    }

    fn document(mut self, reading: Reading<'t>) -> Document {
        let Reading { parts, code_in_formulas, undefined } = reading;
        self.refuse_code_in_formulas(&code_in_formulas);
        self.check_undefined(undefined);
        let parts = self.read_braces(parts);
        self.claim_ids(&parts);
        self.number_equations(&parts);
        self.check_dialects(&parts);
        self.check_tags(&parts);
        let mut at = 0;
        while at < parts.len() {
            at += self.part(&parts[at..]);
        }
        self.place_footnotes();
        self.check_doubtful();
        let mut body = String::new();
        let shown = std::mem::take(&mut self.out).into_iter();
        html::push_html(&mut body, shown.filter(|event| !(self.is_title && headings::is_link(event))));
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

    /// The last place of `needle` within a range of the text, or the range.
    fn find(&self, range: &Range<usize>, needle: &str) -> Span {
        let found = self.text.get(range.clone()).and_then(|part| part.rfind(needle));
        match found {
            Some(place) if !needle.is_empty() => {
                self.span(range.start + place..range.start + place + needle.len())
            }
            _ => self.span(range.clone()),
        }
    }

    /// Handles what starts at the first part; says how many parts that was.
    fn part(&mut self, parts: &[Part<'t>]) -> usize {
        let (event, range) = &parts[0];
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info)))
                if block::read_info(info) != Info::Code =>
            {
                let length = length(parts);
                if block::read_info(info) == Info::Yaml {
                    self.yaml(info, range, &parts[1..length]);
                    self.code_block(&parts[..length]);
                    return length;
                }
                self.fence(info, range, &parts[1..length]);
                return length;
            }
            Event::Start(Tag::CodeBlock(_)) => {
                let length = length(parts);
                self.code_block(&parts[..length]);
                return length;
            }
            Event::Start(Tag::Heading { level, id, classes, attrs }) => {
                let length = length(parts);
                let tag = (*level, id.clone(), classes.clone(), attrs.clone());
                self.heading(tag, &parts[1..length - 1]);
                return length;
            }
            Event::Start(Tag::FootnoteDefinition(name)) => {
                let length = length(parts);
                self.footnote(name, &parts[..length]);
                return length;
            }
            Event::FootnoteReference(name) => {
                if self.referred.insert(name.to_string()) {
                    self.footnote_order.push(name.to_string());
                }
                self.out.push(event.clone());
            }
            Event::Start(Tag::BlockQuote(None)) => {
                self.check_alert(range);
                self.out.push(event.clone());
            }
            Event::Start(Tag::BlockQuote(Some(kind))) => {
                self.out.push(event.clone());
                let (class, title) = alert(*kind);
                let html = format!("<p class=\"markdown-alert-title {class}\">{title}</p>\n");
                self.out.push(Event::Html(html.into()));
            }
            Event::End(TagEnd::TableRow) => {
                self.check_row(range);
                self.out.push(event.clone());
            }
            Event::Start(Tag::Table(columns)) => {
                self.in_table = true;
                self.columns = columns.len();
                self.out.push(Event::Html("<div class=\"table-scroll\">".into()));
                self.out.push(event.clone());
            }
            Event::End(TagEnd::Table) => {
                self.in_table = false;
                self.out.push(event.clone());
                self.out.push(Event::Html("</div>\n".into()));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = match link_type {
                    // The writer puts `mailto:` before it.
                    LinkType::Email => dest_url.clone(),
                    _ => self.link(dest_url, range),
                };
                let title = self.attribute(title, range).into();
                self.in_link = true;
                self.out.push(Event::Start(Tag::Link {
                    link_type: *link_type,
                    dest_url,
                    title,
                    id: id.clone(),
                }));
            }
            Event::Start(Tag::Paragraph) if let Some(length) = self.figure(parts) => return length,
            Event::Start(Tag::Image { .. }) if let Some(length) = self.sized_picture(parts) => return length,
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let length = length(parts);
                let dest_url = self.image(dest_url, range);
                let title = self.attribute(title, range).into();
                let alt = self.without_markup(&parts[1..length - 1]);
                self.out.push(Event::Start(Tag::Image {
                    link_type: *link_type,
                    dest_url,
                    title,
                    id: id.clone(),
                }));
                self.out.push(Event::Text(alt.into()));
                self.out.push(Event::End(TagEnd::Image));
                return length;
            }
            Event::End(TagEnd::Link) => {
                self.in_link = self.is_title;
                self.out.push(event.clone());
            }
            Event::Code(code) => self.code(code, range),
            Event::InlineMath(tex) => self.math(tex, range, false),
            Event::DisplayMath(tex) => self.math(tex, range, true),
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) if self.scene.library.untrusted => {
                let tag = if matches!(event, Event::Start(_)) { "<p>" } else { "</p>\n" };
                self.out.push(Event::Html(tag.into()));
            }
            Event::Html(html) | Event::InlineHtml(html) if self.scene.library.untrusted => {
                let shown = self.values_in_escaped(&raw_html::escaped_text(html), range);
                self.out.push(Event::InlineHtml(shown.into()));
            }
            Event::Start(Tag::HtmlBlock) => {
                let length = length(parts);
                let html = self.raw_html(&parts[..length], true);
                self.out.push(event.clone());
                self.out.push(Event::Html(html.into()));
                self.out.push(Event::End(TagEnd::HtmlBlock));
                return length;
            }
            Event::InlineHtml(_) => {
                let html = self.raw_html(&parts[..1], false);
                self.out.push(Event::InlineHtml(html.into()));
            }
            Event::Text(text) => {
                if let Some(taken) = self.bare_addresses(parts) {
                    return taken;
                }
                self.check_text(text, range);
                self.out.push(event.clone());
            }
            _ => self.out.push(event.clone()),
        }
        1
    }

    /// YAML that is shown, and may have been meant to run.
    fn yaml(&mut self, info: &str, range: &Range<usize>, parts: &[Part<'t>]) {
        let lines = parts.iter().filter_map(|(event, _)| match event {
            Event::Text(line) => Some(&**line),
            _ => None,
        });
        let first_line = self.text[range.clone()].lines().next().unwrap_or_default().len();
        let place = self.find(&(range.start..range.start + first_line), info.trim());
        self.found.diagnostics.extend(block::shown(&lines.collect::<String>(), info, place));
    }

    fn fence(&mut self, info: &str, range: &Range<usize>, parts: &[Part<'t>]) {
        let first_line = self.text[range.clone()].lines().next().unwrap_or_default().len();
        let fence = self.span(range.start..range.start + first_line);
        if block::read_info(info) == Info::Misspelt {
            let place = self.find(&(range.start..range.start + first_line), info.trim());
            self.found.diagnostics.push(block::misspelt(info, place));
            self.found.incomplete = true;
            return;
        }
        let mut yaml = String::new();
        let mut map = LineMap::new(self.scene.source);
        for (event, range) in parts {
            if let Event::Text(line) = event {
                map.push(self.scene.start + range.start, line.len());
                yaml.push_str(line);
            }
        }
        // The line of the fence is counted in the file by whoever has the whole of it.
        match block::read(&yaml, &map, fence, 0) {
            Ok(block) => {
                if let Some(id) = block.node.entry("id").and_then(|entry| entry.value.as_text()) {
                    let place = block.node.locate("id");
                    self.claim_id(format!("experiment-{id}"), place, Owner::Experiment);
                    // A link may name the experiment alone.
                    if let Some(alias) = self.claim_alias(id.to_owned()) {
                        self.out.push(Event::Html(headings::other_name(&alias).into()));
                    }
                }
                let mark = experiment_mark(self.found.blocks.len());
                self.found.blocks.push(block);
                self.out.push(Event::Html(mark.into()));
            }
            Err(errors) => {
                self.found.diagnostics.extend(errors);
                self.found.incomplete = true;
            }
        }
    }

    fn code(&mut self, code: &CowStr<'t>, range: &Range<usize>) {
        // Between double backticks a guide shows how values are written.
        let shown = self.text[range.clone()].starts_with("``");
        match inline::template(code).filter(|_| !shown) {
            Some((inside, _)) => {
                let mark = self.value(inside, range, false).unwrap_or_default();
                self.out.push(Event::InlineHtml(mark.into()));
            }
            None => {
                if !shown {
                    self.doubt(code, range);
                }
                self.out.push(Event::Code(code.clone()));
            }
        }
    }

    /// The mark of what stands between `{{` and `}}`, which is somewhere in that range.
    fn value(&mut self, inside: &str, range: &Range<usize>, plain: bool) -> Option<String> {
        let (role, expression) = match inline::claim(inside) {
            Some(claim) => (Role::Claim, claim),
            None => (Role::Value, inside),
        };
        let span = match expression {
            "" => self.span(range.clone()),
            expression => self.find(range, expression),
        };
        if let Err(error) = inline::check_syntax(expression, span) {
            let unread = error.message.contains("cannot be read");
            let hint = "code with braces that is shown as it stands goes between double backticks";
            self.found.diagnostics.push(if unread { error.hint(hint) } else { error });
            return None;
        }
        let mark = value_mark(self.values.len());
        let expression = expression.to_owned();
        self.values.push(InlineValue { expression, span, role, in_link: self.in_link, plain });
        Some(mark)
    }

    fn link(&mut self, dest: &CowStr<'t>, range: &Range<usize>) -> CowStr<'t> {
        let span = self.find(range, dest);
        match link::resolve(self.scene.library, self.scene.folder, self.scene.slug, dest, span) {
            Ok(LinkTarget::Elsewhere(href)) => href.into(),
            Ok(LinkTarget::Page { href, anchor }) => {
                self.found.anchors.extend(anchor);
                href.into()
            }
            Ok(LinkTarget::File(asset, suffix)) => (self.asset(asset) + &suffix).into(),
            Ok(LinkTarget::Published { href, anchor, published }) => {
                self.found.anchors.push(anchor);
                self.found.published.push(published);
                href.into()
            }
            Err(error) => {
                self.found.diagnostics.push(error);
                "".into()
            }
        }
    }

    fn image(&mut self, dest: &CowStr<'t>, range: &Range<usize>) -> CowStr<'t> {
        let span = self.find(range, dest);
        let found = if dest.contains("://") || dest.starts_with("//") || dest.starts_with("data:") {
            Err(Diagnostic::error("this image would be fetched from elsewhere", span)
                .label("expected a file beside the lesson")
                .hint("save the image beside the lesson and name that file"))
        } else {
            link::file(self.scene.library, self.scene.folder, dest, span)
        };
        match found {
            Ok(asset) => self.asset(asset).into(),
            Err(error) => {
                self.found.diagnostics.push(error);
                "".into()
            }
        }
    }

    /// Notes that the page uses a file; its address.
    fn asset(&mut self, asset: Asset) -> String {
        let address = link::to_root(self.scene.slug) + &link::address(&asset.output);
        if !self.found.assets.contains(&asset) {
            self.found.assets.push(asset);
        }
        address
    }
}

/// How many parts the element takes that the first one starts.
fn length(parts: &[Part]) -> usize {
    let mut depth = 0;
    for (index, (event, _)) in parts.iter().enumerate() {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    parts.len()
}

/// The class and title of an alert.
fn alert(kind: BlockQuoteKind) -> (&'static str, &'static str) {
    match kind {
        BlockQuoteKind::Note => ("note", "Note"),
        BlockQuoteKind::Tip => ("tip", "Tip"),
        BlockQuoteKind::Important => ("important", "Important"),
        BlockQuoteKind::Warning => ("warning", "Warning"),
        BlockQuoteKind::Caution => ("caution", "Caution"),
    }
}

mod attributes;
mod autolink;
mod braces;
mod dialects;
mod doubtful;
mod equations;
mod footnotes;
mod headings;
mod pictures;
mod plain_text;
mod raw_html;
mod reading;
mod tags;
#[cfg(test)]
mod tests;
mod undefined;
