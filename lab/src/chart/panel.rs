//! One panel: its ranges, the room it needs around the plot, its axes and labels on the page.

use plotters::style::text_anchor::{HPos, VPos};

use super::axis::{Axis, Format, Scale};
use super::canvas::{Canvas, Ink, Plot, Rect, Stroke};
use super::figure::{Figure, Panel, Point};
use super::key::{self, KeyEntry, Place, Sample};
use super::labels::{self, Wish};
use super::layout::{HEADING, Layout, SMALL, TEXT};
use super::marks::{Around, Dash, Mark};
use super::naming;
use super::reading::Names;
use super::scale::{Domain, Needs, Reach};
use super::theme::{Color, Paint};
use super::ticks::{self, Tick};

/// The name of a line at its end.
struct Name {
    entry: KeyEntry,
    /// Where the line ends.
    end: Point,
    /// Whether it ends because a run diverged: then nothing leads on from there.
    broken: bool,
}

/// A panel with all that can be known before its place is.
pub(crate) struct Prepared<'a> {
    pub panel: &'a Panel,
    pub x: Domain,
    pub y: Domain,
    pub needs: Needs,
    names: Vec<Name>,
    /// Print the name of x: only the lowest panel of a column does where x is shared.
    pub names_x: bool,
    /// Print the name of y: not under a title that says the same.
    says_y: bool,
    /// Print the numbers and the name of y: only the leftmost panel of a row does where y is shared.
    pub shows_y: bool,
    /// Parallel axes stand upright.
    pub upright: bool,
}

/// Labels under the x axis: upright words in lines, or slanted where they have no room.
enum Below {
    Lines(Vec<(f64, Vec<String>)>),
    Slanted(Vec<(f64, String)>),
}

/// Slant of labels that have no room: 35 degrees, and its sine.
const SLANT: (i32, f64) = (-35, 0.574);

pub(crate) fn prepare(figure: &Figure, layout: Layout, direct: bool, columns: usize) -> Vec<Prepared<'_>> {
    let reaches: Vec<Needs> = figure.panels.iter().map(needs).collect();
    let shared = |pick: fn(&Needs) -> &Reach| {
        let all = reaches.iter().map(pick);
        all.fold(Reach::default(), |mut sum, reach| {
            sum.values.extend(&reach.values);
            sum.early.extend(&reach.early);
            sum.air |= reach.air;
            sum.grounded |= reach.grounded;
            sum.texts |= reach.texts;
            sum.tight |= reach.tight;
            sum
        })
    };
    let (all_x, all_y) = (shared(|needs| &needs.x), shared(|needs| &needs.y));
    let count = figure.panels.len();
    let prepare = |(index, panel): (usize, &'_ Panel)| {
        let (x, y) = (&reaches[index].x, &reaches[index].y);
        let mut y = Domain::new(&panel.y, if figure.share_y { &all_y } else { y });
        y.flipped = matches!(panel.y.scale, Scale::Category(_)) != panel.y.reverse;
        let mut x = Domain::new(&panel.x, if figure.share_x { &all_x } else { x });
        x.flipped = panel.x.reverse;
        (index, x, y)
    };
    let mut domains: Vec<_> = figure.panels.iter().enumerate().map(prepare).collect();
    // Panels may ask for ranges of their own: what they share holds all of them.
    let (xs, ys): (Vec<Domain>, Vec<Domain>) = domains.iter().map(|(_, x, y)| (x.clone(), y.clone())).unzip();
    for (_, x, y) in &mut domains {
        if figure.share_x {
            x.widen(&xs);
        }
        if figure.share_y {
            y.widen(&ys);
        }
    }
    let finish = |(index, x, y): (usize, Domain, Domain)| Prepared {
        panel: &figure.panels[index],
        x,
        y,
        needs: reaches[index].clone(),
        names: if direct { names(&figure.panels[index]) } else { Vec::new() },
        names_x: !figure.share_x || index + columns >= count,
        says_y: figure.headed || figure.title.to_lowercase() != figure.panels[index].y.label.to_lowercase(),
        shows_y: !figure.share_y || index % columns == 0,
        upright: layout == Layout::Wide,
    };
    domains.into_iter().map(finish).collect()
}

/// Returns what the marks of a panel need of its axes.
pub(crate) fn needs(panel: &Panel) -> Needs {
    let mut needs = Needs::default();
    panel.marks.iter().for_each(|mark| mark.reach(&mut needs));
    needs
}

fn names(panel: &Panel) -> Vec<Name> {
    let named = panel.key().filter_map(|mut entry| {
        if let Sample::Line(dash, _) = entry.sample {
            entry.sample = Sample::Line(dash, false);
        }
        let (end, broken) = match entry.place {
            Place::End { at, broken } => (at?, broken),
            Place::Level(value) => ((f64::NAN, value), false),
            Place::Key | Place::Above => return None,
        };
        Some(Name { entry, end, broken })
    });
    named.collect()
}

impl Prepared<'_> {
    /// Room that the numbers at the left and the names at the right need beside a plot of this size.
    pub(crate) fn sides(&self, width: f64, height: f64) -> (f64, f64) {
        if self.panel.parallel.is_some() {
            return (0.0, 0.0);
        }
        let ticks = self.y_labels(width, height);
        let numbers = SMALL.widest(ticks.iter().flat_map(|(_, lines)| lines));
        let left = if numbers > 0.0 { numbers + 9.0 } else { 4.0 };
        let names = TEXT.widest(self.names.iter().map(|name| &name.entry.name));
        let right = if names > 0.0 { names + 16.0 + self.sample_width() } else { self.overhang(width) };
        (left, right)
    }

    /// How far the last number under the plot reaches beyond it.
    fn overhang(&self, width: f64) -> f64 {
        let Below::Lines(labels) = self.x_labels(width) else { return 4.0 };
        let reach = |(at, lines): &(f64, Vec<String>)| at + SMALL.widest(lines) / 2.0 - width;
        labels.iter().map(reach).fold(4.0, f64::max)
    }

    /// Samples before the names tell dashed from solid lines.
    fn sample_width(&self) -> f64 {
        let plain = |name: &Name| matches!(name.entry.sample, Sample::Line(Dash::Solid, _) | Sample::Rule);
        let plain = self.names.iter().all(plain);
        if plain { 0.0 } else { 28.0 }
    }

    /// Room above the plot: the panel's title, the name of y.
    pub(crate) fn above(&self, width: f64) -> f64 {
        let title = self.title(width).len() as f64 * HEADING.line();
        let name = if self.y_name().is_some() { SMALL.line() + 6.0 } else { 4.0 };
        let gap = if title > 0.0 && self.y_name().is_none() { 6.0 } else { 0.0 };
        title + name + gap + self.rule_row()
    }

    /// Room above the plot for the names of upright reference lines.
    fn rule_row(&self) -> f64 {
        let mut entries = self.panel.key();
        if entries.any(|entry| entry.place == Place::Above) { SMALL.line() } else { 0.0 }
    }

    /// Room below the plot: numbers and the name of x.
    pub(crate) fn below(&self, width: f64) -> f64 {
        if self.panel.parallel.is_some() || self.panel.x.hidden {
            return 8.0;
        }
        let numbers = match self.x_labels(width) {
            Below::Lines(labels) => {
                labels.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0) as f64 * SMALL.line()
            }
            Below::Slanted(labels) => {
                SMALL.widest(labels.iter().map(|(_, label)| label)) * SLANT.1 + SMALL.size
            }
        };
        numbers + 8.0 + if self.x_name().is_some() { SMALL.line() + 2.0 } else { 0.0 }
    }

    fn title(&self, width: f64) -> Vec<String> {
        let title = self.panel.title.as_deref().unwrap_or_default();
        HEADING.wrap(title, width)
    }

    fn y_name(&self) -> Option<&str> {
        let shown = self.shows_y && self.says_y && !self.panel.y.hidden && self.panel.parallel.is_none();
        (shown && !self.panel.y.label.is_empty()).then_some(&self.panel.y.label)
    }

    fn x_name(&self) -> Option<&str> {
        let shown = self.names_x && !self.panel.x.hidden;
        (shown && !self.panel.x.label.is_empty()).then_some(&self.panel.x.label)
    }

    fn y_ticks(&self, height: f64) -> Vec<Tick> {
        if self.panel.y.hidden {
            return Vec::new();
        }
        let most = (height / 52.0).clamp(3.0, 8.0) as usize;
        let ticks = ticks::ticks(&self.panel.y, &self.y, most);
        if matches!(self.panel.y.scale, Scale::Category(_)) {
            ticks
        } else {
            uncrowded(ticks, &self.y, height, |_| SMALL.size)
        }
    }

    /// Labels at the left with their distance from the top, names in two lines where they are long.
    fn y_labels(&self, width: f64, height: f64) -> Vec<(f64, Vec<String>)> {
        if !self.shows_y {
            return Vec::new();
        }
        let named = matches!(self.panel.y.scale, Scale::Category(_));
        let label = |tick: Tick| {
            let lines = if named {
                SMALL.wrap(&tick.label, (width * 0.45).clamp(70.0, 150.0))
            } else {
                vec![tick.label]
            };
            Some(((1.0 - self.y.fraction(tick.value)?) * height, lines))
        };
        self.y_ticks(height).into_iter().filter(|tick| !tick.label.is_empty()).filter_map(label).collect()
    }

    /// Most lines that a name at the left takes.
    pub(crate) fn row_lines(&self, width: f64) -> usize {
        self.y_labels(width, 0.0).iter().map(|(_, lines)| lines.len()).max().unwrap_or(0)
    }

    fn x_ticks(&self, width: f64) -> Vec<Tick> {
        if self.panel.x.hidden {
            return Vec::new();
        }
        let gap = |tick: &Tick| SMALL.width(&tick.label) + 10.0;
        // few layers or epochs get a tick each
        let few = self.panel.x.format == Format::Integer && self.x.high - self.x.low <= 12.0;
        let most = if few { 12 } else { ((width / 70.0) as usize).clamp(3, 10) };
        let fits = |ticks: &Vec<Tick>| uncrowded(ticks.clone(), &self.x, width, gap).len() == ticks.len();
        let tried = (2..=most).rev().map(|count| ticks::ticks(&self.panel.x, &self.x, count));
        match tried.into_iter().find(fits) {
            Some(ticks) => ticks,
            None => uncrowded(ticks::ticks(&self.panel.x, &self.x, 2), &self.x, width, gap),
        }
    }

    fn x_labels(&self, width: f64) -> Below {
        let place = |tick: &Tick| self.x.fraction(tick.value).map(|share| share * width);
        let Scale::Category(names) = &self.panel.x.scale else {
            let ticks = self.x_ticks(width).into_iter().filter(|tick| !tick.label.is_empty());
            return Below::Lines(ticks.filter_map(|tick| Some((place(&tick)?, vec![tick.label]))).collect());
        };
        if self.panel.x.hidden {
            return Below::Lines(Vec::new());
        }
        let ticks = ticks::ticks(&self.panel.x, &self.x, 0);
        let room = width / names.len().max(1) as f64 - 4.0;
        let longest = SMALL.widest(names.iter().flat_map(|name| name.split_whitespace()));
        if longest <= room {
            // Names of several words break before they come so near to their neighbours that they read as one.
            let apart = (room - 8.0).max(longest);
            let lines = |tick: Tick| Some((place(&tick)?, SMALL.wrap(&tick.label, apart)));
            return Below::Lines(ticks.into_iter().filter_map(lines).collect());
        }
        let stride = (16.0 / (room + 4.0)).ceil().max(1.0) as usize;
        let label = |tick: Tick| Some((place(&tick)?, SMALL.fit(&tick.label, 110.0)));
        Below::Slanted(ticks.into_iter().step_by(stride).filter_map(label).collect())
    }

    /// Everything of the panel onto the page. `cell` is the upper left corner of all that belongs to it, `clip` names
    /// the clip path of its plot area.
    pub(crate) fn draw(&self, canvas: &Canvas, frame: Rect, cell: Point, clip: &str, names: &Names) {
        let (cell, y) = cell;
        let title = self.title(frame.width);
        let bold = Ink::new(HEADING, Color::Ink).v(VPos::Top);
        canvas.lines((if self.panel.parallel.is_some() { cell } else { frame.left }, y), &title, bold);
        if let Some(parallel) = &self.panel.parallel {
            return parallel.draw(canvas, frame, self.upright);
        }
        if let Some(name) = self.y_name() {
            let y = frame.top - self.rule_row() - SMALL.line() - 6.0;
            canvas.text((cell, y), name, Ink::new(SMALL, Color::Muted).v(VPos::Top));
        }
        let mut plot = Plot::new(canvas, frame, self.x.clone(), self.y.clone());
        plot.bands = self.needs.bands;
        plot.areas = self.needs.areas;
        let placed = |trace: &Vec<Point>| -> Vec<Point> {
            trace.iter().filter_map(|&point| plot.place(point)).collect()
        };
        plot.traces =
            self.needs.traces.iter().flat_map(|trace| naming::squares(&placed(trace), frame)).collect();
        // a picture leaves no room for a grid
        if !self.needs.x.tight {
            self.draw_grid(&plot);
        }
        let of_series = |mark: &dyn Mark, draw: &dyn Fn()| match names.only(mark, self.panel) {
            Some(index) => canvas.group(&format!("data-n=\"{index}\""), draw),
            None => draw(),
        };
        canvas.group(&format!("clip-path=\"url(#{clip})\""), || {
            for mark in &self.panel.marks {
                of_series(mark.as_ref(), &|| mark.draw(&plot));
            }
        });
        self.draw_axes(&plot);
        let dots = self.needs.dots.iter().filter_map(|&point| plot.place(point)).collect();
        let around = Around { named_beside: !self.names.is_empty(), dots };
        for mark in &self.panel.marks {
            of_series(mark.as_ref(), &|| mark.annotate(&plot, &around));
        }
        self.draw_names(&plot, names);
    }

    fn draw_grid(&self, plot: &Plot) {
        let line = Stroke::new(Paint::Grid, 1.0);
        let frame = plot.frame;
        let named = |axis: &Axis| matches!(axis.scale, Scale::Category(_));
        if !named(&self.panel.y) {
            for tick in self.y_ticks(frame.height).iter().filter(|tick| !tick.label.is_empty()) {
                if let Some((_, y)) =
                    self.y.fraction(tick.value).map(|share| (0.0, frame.bottom() - share * frame.height))
                {
                    canvas_line(plot, [(frame.left, y), (frame.right(), y)], line);
                }
            }
        }
        // upright lines only where values run along x
        if !named(&self.panel.x) && (named(&self.panel.y) || self.panel.y.hidden) {
            for tick in self.x_ticks(frame.width).iter().filter(|tick| !tick.label.is_empty()) {
                if let Some(x) = self.x.fraction(tick.value).map(|share| frame.left + share * frame.width) {
                    canvas_line(plot, [(x, frame.top), (x, frame.bottom())], line);
                }
            }
        }
    }

    fn draw_axes(&self, plot: &Plot) {
        let (canvas, frame) = (plot.canvas, plot.frame);
        let axis = Stroke::new(Paint::Axis, 1.2);
        let muted = Ink::new(SMALL, Color::Muted);
        if !self.panel.x.hidden {
            canvas.path(&[(frame.left, frame.bottom()), (frame.right(), frame.bottom())], axis);
            self.draw_x_ticks(plot, axis);
        }
        self.draw_breaks(plot, axis);
        if let Some(name) = self.x_name() {
            let at =
                (frame.left + frame.width / 2.0, frame.bottom() + self.below(frame.width) - SMALL.line());
            canvas.text(at, name, muted.h(HPos::Center).v(VPos::Top));
        }
        if !self.panel.y.hidden {
            canvas.path(&[(frame.left, frame.top), (frame.left, frame.bottom())], axis);
            if !matches!(self.panel.y.scale, Scale::Category(_)) {
                for tick in self.y_ticks(frame.height) {
                    let Some(share) = self.y.fraction(tick.value) else { continue };
                    let y = frame.bottom() - share * frame.height;
                    let length = if tick.label.is_empty() { 2.5 } else { 4.0 };
                    canvas.path(&[(frame.left - length, y), (frame.left, y)], axis);
                }
            }
        }
        let ink = if matches!(self.panel.y.scale, Scale::Category(_)) { Color::Ink } else { Color::Muted };
        for (y, lines) in self.y_labels(frame.width, frame.height) {
            let first = frame.top + y - (lines.len() - 1) as f64 * SMALL.line() / 2.0;
            canvas.lines((frame.left - 8.0, first), &lines, Ink::new(SMALL, ink).h(HPos::Right));
        }
    }

    /// Two strokes across an axis where it leaves out what lies between 0 and its least number.
    fn draw_breaks(&self, plot: &Plot, axis: Stroke) {
        let frame = plot.frame;
        let between = |domain: &Domain| {
            let zero = domain.zero?;
            let share = ((zero.at + zero.after) / 2.0 - domain.low) / (domain.high - domain.low);
            Some(if domain.flipped { 1.0 - share } else { share })
        };
        for shift in [-2.5, 2.5] {
            if let Some(share) = between(&self.x).filter(|_| !self.panel.x.hidden) {
                let (x, y) = (frame.left + share * frame.width + shift, frame.bottom());
                plot.canvas.path(&[(x - 2.0, y + 5.0), (x + 2.0, y - 5.0)], axis);
            }
            if let Some(share) = between(&self.y).filter(|_| !self.panel.y.hidden) {
                let (x, y) = (frame.left, frame.bottom() - share * frame.height + shift);
                plot.canvas.path(&[(x - 5.0, y + 2.0), (x + 5.0, y - 2.0)], axis);
            }
        }
    }

    fn draw_x_ticks(&self, plot: &Plot, axis: Stroke) {
        let (canvas, frame) = (plot.canvas, plot.frame);
        let named = matches!(self.panel.x.scale, Scale::Category(_));
        if !named {
            for tick in self.x_ticks(frame.width) {
                let Some(share) = self.x.fraction(tick.value) else { continue };
                let x = frame.left + share * frame.width;
                let length = if tick.label.is_empty() { 2.5 } else { 4.0 };
                canvas.path(&[(x, frame.bottom()), (x, frame.bottom() + length)], axis);
            }
        }
        let ink = Ink::new(SMALL, if named { Color::Ink } else { Color::Muted });
        let y = frame.bottom() + 6.0;
        match self.x_labels(frame.width) {
            Below::Lines(labels) => {
                for (x, lines) in labels {
                    canvas.lines((frame.left + x, y), &lines, ink.h(HPos::Center).v(VPos::Top));
                }
            }
            Below::Slanted(labels) => {
                for (x, label) in labels {
                    let at = (frame.left + x + 4.0, y + 6.0);
                    let turn = format!("transform=\"rotate({} {:.2} {:.2})\"", SLANT.0, at.0, at.1);
                    canvas.group(&turn, || canvas.text(at, &label, ink.h(HPos::Right)));
                }
            }
        }
    }

    /// Names at the ends of lines, moved apart, each led to by a thin line where it had to move.
    fn draw_names(&self, plot: &Plot, names: &Names) {
        let frame = plot.frame;
        let end = |name: &Name| {
            let x = if name.end.0.is_nan() { plot.x.ends().1 } else { name.end.0 };
            let (x, y) = plot.place((x, name.end.1)).unwrap_or((frame.right(), frame.bottom()));
            (x.clamp(frame.left, frame.right()), y.clamp(frame.top, frame.bottom()))
        };
        let ends: Vec<Point> = self.names.iter().map(end).collect();
        let wishes: Vec<Wish> = ends.iter().map(|&(_, y)| Wish { at: y, size: TEXT.line() }).collect();
        let levels = labels::spread(&wishes, frame.top - 8.0, frame.bottom() + 8.0);
        let sample = self.sample_width();
        for ((name, (x, y)), level) in self.names.iter().zip(ends).zip(levels) {
            let color = name.entry.color;
            let (out, early) = (frame.right(), x < frame.right() - 40.0);
            // A line from where a run diverged to its name would look like the run going on.
            let led = x >= out - 40.0 || !name.broken;
            plot.canvas.named(names.index(&name.entry.name), || {
                if led && (x < out - 3.0 || (level - y).abs() > 2.5) {
                    let bend = [(x, y), (out + 2.0, y), (out + 9.0, level), (out + 11.0, level)];
                    let dash = if early { Dash::Dotted } else { Dash::Solid };
                    plot.canvas.path(&bend, Stroke::new(color, 1.0).opacity(0.7).dash(dash));
                }
                let left = frame.right() + 14.0;
                if sample > 0.0 {
                    key::glyph(plot.canvas, &name.entry, (left, level));
                }
                plot.canvas.text((left + sample, level), &name.entry.name, Ink::new(TEXT, color).name());
            });
        }
    }
}

fn canvas_line(plot: &Plot, ends: [Point; 2], stroke: Stroke) {
    plot.canvas.path(&ends, stroke);
}

/// Ticks whose labels keep their distance; the label of one that does not is dropped.
fn uncrowded(ticks: Vec<Tick>, domain: &Domain, length: f64, size: impl Fn(&Tick) -> f64) -> Vec<Tick> {
    let mut taken = f64::NEG_INFINITY;
    let mut kept = Vec::new();
    for tick in ticks {
        let Some(at) = domain.fraction(tick.value).map(|share| share * length) else { continue };
        if tick.label.is_empty() {
            kept.push(tick);
        } else if at - size(&tick) / 2.0 >= taken {
            taken = at + size(&tick) / 2.0;
            kept.push(tick);
        }
    }
    kept
}
