//! The view model: what the templates see, as plain values.
//!
//! A field that ends in `_html` is put into the page as it is; every other text is escaped.

use serde::{Deserialize, Serialize};

pub use crate::lesson::Theme;
use crate::markup::{self, DataUrl};
pub use crate::view::{
    CellView, ClaimView, ColumnView, DataSourceView, ExperimentView, FigureView, LiveView, Provenance,
    ResultRow, ResultsView, SettingView, TableView,
};

/// A whole course, ready to be written.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Site {
    pub course: CourseView,
    /// In reading order, lessons within too.
    pub chapters: Vec<ChapterView>,
    /// Beside the lessons: an imprint, a page about the course.
    pub pages: Vec<PageView>,
    pub frame: FrameView,
    /// Shown on the page of the course alone.
    pub computed: ComputedView,
    /// What the charts need, put into the page's style sheet.
    pub chart_css: String,
}

/// What holds for every page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CourseView {
    pub title: String,
    /// Plain text, one paragraph; may be empty.
    pub description: String,
    /// May be empty.
    pub author: String,
    /// A language tag as in HTML's `lang`: `en`, `pt-BR`.
    pub language: String,
    /// `rtl` where it is written from the right to the left; empty else.
    pub direction: String,
    /// Where the site will stand, such as `https://me.org/course/`.
    pub base_url: Option<String>,
    /// Where the sources stand: `https://github.com/me/course`, or an address with `{path}` in it.
    pub repository: Option<String>,
    /// As shown in the footer; may be empty.
    pub license: String,
    pub theme: Theme,
    pub policy: PolicyView,
    /// The path of a picture in the output, shown beside the title; may be empty.
    pub logo: String,
    /// A stranger's drawing in the place of that, as an address that holds it; may be empty.
    pub embedded_logo: String,
}

/// What a course puts around every page, with addresses as a page in a folder has them. Templates see both as `head_html` and
/// `footer_html`, with the addresses of their page.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FrameView {
    pub head_html: String,
    pub footer_html: String,
}

/// What pages may fetch and run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PolicyView {
    /// As pages state it; none where they state nothing.
    pub text: Option<String>,
    /// The same of a page whose reader can run experiments.
    pub live: Option<String>,
    /// Whether a page that needs more states none.
    pub gives_way: bool,
}

impl Default for CourseView {
    fn default() -> Self {
        CourseView {
            title: "Course".into(),
            description: String::new(),
            author: String::new(),
            language: "en".into(),
            direction: String::new(),
            base_url: None,
            repository: None,
            license: String::new(),
            theme: Theme::Auto,
            policy: PolicyView::default(),
            logo: String::new(),
            embedded_logo: String::new(),
        }
    }
}

/// Lessons under one heading.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ChapterView {
    /// Empty for lessons that stand in no chapter.
    pub title: String,
    /// A line about it; may be empty.
    pub description: String,
    pub lessons: Vec<PageView>,
}

/// How much was computed for a course.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ComputedView {
    pub experiments: u64,
    pub runs: u64,
    /// Multiplications with addition.
    pub multiply_adds: u64,
}

/// One lesson.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PageView {
    /// The page is `SLUG.html`; a `/` in it is that of a folder.
    pub slug: String,
    /// Its place among the lessons, from 1; none of a page outside of them.
    pub number: Option<usize>,
    pub title_html: String,
    /// The title without markup, for the browser's tab and for search.
    pub title_text: String,
    /// May be empty.
    pub summary_html: String,
    pub tags: Vec<String>,
    /// A day, a month or a year as ISO 8601 writes it; may be empty.
    pub date: String,
    pub authors: Vec<String>,
    /// How long a reader needs, in the author's words; may be empty.
    pub estimated_time: String,
    /// How many minutes a reader needs for its text.
    pub minutes: usize,
    /// The slugs of the lessons that it builds on. Templates see these lessons as `prerequisites`.
    pub prerequisites: Vec<String>,
    /// Whether it is a page beside the lessons, such as an imprint.
    pub outside: bool,
    /// The lesson's file within the lessons folder, with forward slashes.
    pub file: String,
    /// The same within the repository.
    pub source_path: String,
    pub body_html: String,
    pub headings: Vec<HeadingView>,
    /// A chart shown small on the index: path of its SVG file in the output, with the part of it that is shown.
    pub thumbnail: Option<String>,
    /// The same for previews of links: path of a PNG file in the output, which is there where the course has a `base_url`.
    pub preview: Option<String>,
    /// Whether the HTML of its author's own needs more than the usual policy allows.
    pub needs_more: bool,
    /// Whether a reader can run an experiment of it.
    pub live: bool,
}

impl PageView {
    /// Returns the page with nothing in it but what a stranger may put into one. Its body may still have gaps, and passes
    /// when they are [filled](PageView::allowed_body).
    pub fn allowed(mut self) -> PageView {
        for html in [&mut self.title_html, &mut self.summary_html] {
            *html = markup::fragment(html);
        }
        for heading in &mut self.headings {
            heading.html = markup::fragment(&heading.html);
        }
        self
    }

    /// Returns the page with nothing in its body but what a stranger may put there. What `drawing_of` gives for the address of
    /// a picture takes its place.
    pub fn allowed_body<'e>(self, drawing_of: &mut dyn FnMut(&str) -> Option<&'e DataUrl>) -> PageView {
        PageView { body_html: markup::fragment_with(&self.body_html, drawing_of), ..self }
    }
}

/// A heading of a lesson, for the contents of the page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HeadingView {
    /// 2 for the sections of a lesson, 3 for theirs.
    pub level: u8,
    pub id: String,
    pub html: String,
}
