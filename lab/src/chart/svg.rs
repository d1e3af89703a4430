//! The drawing as a whole: title, key, panels, note; inline for a page, or a file that stands alone.

use std::fmt::Write;

use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Canvas, Ink, Rect};
use super::figure::Figure;
use super::key;
use super::layout::{self, GAP, Layout, SMALL, TITLE};
use super::panel;
use super::reading::{self, Names};
use super::text::{escape, is_from_the_right};
use super::theme::{self, Color, Paint};

/// A drawing in parts.
struct Body {
    elements: String,
    width: f64,
    height: f64,
    /// Whether panels stand side by side from edge to edge, which a page may give more room than its text has.
    across: bool,
    clips: String,
    /// Attributes for the page's script.
    data: String,
}

/// How far strokes may reach over the edge of the plot area, in px.
const OVER: f64 = 2.0;

/// Around a drawing that stands alone; on a page the page sets its own.
const MARGIN: f64 = 16.0;

impl Figure {
    /// Draws the figure once as SVG. `id` is unique on the page: it prefixes every id within. With `standalone` the colours
    /// of both themes come along; otherwise the page embeds [`css`](super::css), and a narrow drawing needs the wide one beside it.
    pub fn svg(&self, id: &str, layout: Layout, standalone: bool) -> String {
        let Body { elements, width, height, across, clips, data } = self.body(id, layout);
        let class = format!("chart chart-{}{}", layout.name(), if across { " across" } else { "" });
        let mut out = String::new();
        let space = if standalone { "xmlns=\"http://www.w3.org/2000/svg\" " } else { "" };
        let margin = if standalone { MARGIN } else { 0.0 };
        let (left, width, height) = (0.0 - margin, width + 2.0 * margin, height + 2.0 * margin);
        // Both drawings of a page say the same: the wide one carries the words, and is read where it is not shown.
        let told = self::prefix(id, if standalone { layout } else { Layout::Wide });
        let _ = writeln!(
            out,
            "<svg {space}class=\"{class}\" viewBox=\"{left} {left} {width} {height}\" width=\"{width}\" height=\"{height}\" \
             role=\"img\" aria-labelledby=\"{told}-title {told}-desc\"{}>",
            // A page knows its room before it is laid out.
            if standalone {
                String::new()
            } else {
                format!(" style=\"aspect-ratio: {width} / {height}\" {data}")
            }
        );
        if told == self::prefix(id, layout) {
            let title = escape(&self.words.number(&self.title));
            let _ = writeln!(out, "<title id=\"{told}-title\">{title}</title>");
            let _ = writeln!(out, "<desc id=\"{told}-desc\">{}</desc>", escape(&self.describe()));
        }
        if standalone {
            let _ = writeln!(out, "<style>{}</style>", theme::standalone_css());
            let _ = writeln!(
                out,
                "<rect class=\"paper f\" x=\"{left}\" y=\"{left}\" width=\"{width}\" height=\"{height}\"/>"
            );
        }
        let _ = write!(out, "<defs>{clips}</defs>\n{elements}</svg>\n");
        out
    }

    /// Draws the figure twice for a page, wide and narrow, which shows the one that fits, and the data for those who do not
    /// see.
    pub fn html(&self, id: &str) -> String {
        let id = escape(id);
        let (wide, narrow) = (self.svg(&id, Layout::Wide, false), self.svg(&id, Layout::Narrow, false));
        let tables: String = self.tables().iter().map(super::table::DataTable::html).collect();
        format!(
            "<div class=\"chart-frame\" id=\"{id}\">\n{wide}{narrow}<div class=\"chart-data\">\n{tables}</div>\n</div>\n"
        )
    }

    fn body(&self, id: &str, layout: Layout) -> Body {
        let page = layout.width();
        let edge = 6.0;
        let direct = key::direct(self, page);
        let columns = layout.columns(self, direct);
        let panels = panel::prepare(self, layout, direct, columns);
        let entries = key::entries(self, direct);

        let narrowest = layout::grid(&panels, columns, page - 2.0, 0.0).width.max(page.min(340.0) - 2.0);
        let title = if self.headed { Vec::new() } else { TITLE.wrap(&self.title, narrowest) };
        let below_title = 2.0 + title.len() as f64 * TITLE.line() + edge;
        let key_height = key::flow(&entries, narrowest).1;
        let top = below_title + key_height + if key_height > 0.0 { edge + 3.0 } else { 0.0 };
        let grid = layout::grid(&panels, columns, page - 2.0, top);
        let note = SMALL.wrap(self.note.as_deref().unwrap_or_default(), narrowest);
        let note_height = if note.is_empty() { 0.0 } else { note.len() as f64 * SMALL.line() + edge };
        let (width, height) = ((narrowest + 2.0).ceil(), (grid.bottom + note_height + 4.0).ceil());

        let canvas = Canvas::new(width, height, self.words.clone());
        // Charts run from the left in every language, their words do not.
        let sentences =
            |top: f64, lines: &[String], ink: Ink| match lines.iter().any(|line| is_from_the_right(line)) {
                true => canvas.lines((narrowest, top), lines, ink.v(VPos::Top).h(HPos::Right)),
                false => canvas.lines((0.0, top), lines, ink.v(VPos::Top)),
            };
        sentences(2.0, &title, Ink::new(TITLE, Color::Ink));
        let names = Names::of(self);
        key::draw(&canvas, &entries, below_title, narrowest, &names);
        let mut clips = String::new();
        for (index, panel) in panels.iter().enumerate() {
            let clip = format!("{}-clip-{index}", prefix(id, layout));
            clips.push_str(&clip_path(&clip, grid.frames[index]));
            panel.draw(&canvas, grid.frames[index], grid.corners[index], &clip, &names);
        }
        sentences(grid.bottom + edge, &note, Ink::new(SMALL, Paint::Of(Color::Muted)));
        let mut data = reading::frames(&panels, &grid.frames);
        // Both drawings of a page show the same values: the wide one carries them.
        if layout == Layout::Wide {
            data = format!("{} {data}", reading::attribute(self, &panels, &names));
        }
        let across = layout == Layout::Wide && columns > 2 && grid.width > page - GAP;
        Body { elements: canvas.finish(), width, height, across, clips, data }
    }
}

fn prefix(id: &str, layout: Layout) -> String {
    format!("{}-{}", escape(id), layout.name())
}

fn clip_path(id: &str, frame: Rect) -> String {
    format!(
        "<clipPath id=\"{id}\"><rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\"/></clipPath>",
        frame.left - OVER,
        frame.top - OVER,
        frame.width + 2.0 * OVER,
        frame.height + 2.0 * OVER
    )
}
