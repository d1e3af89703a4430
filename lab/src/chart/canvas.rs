//! The page plotters draws on, and the plot: the part of it between two axes.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle};

use super::backend::Backend;
use super::figure::Point;
use super::layers;
use super::layout::SMALL;
use super::marks::{Dash, Shape};
use super::scale::{Domain, UNITS};
use super::text::Font;
use super::theme::{Color, Paint};
use super::thin;
use crate::words::Words;

/// A rectangle in px, y down.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    /// Returns the right edge.
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Returns the lower edge.
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// Returns the middle.
    pub fn middle(&self) -> Point {
        (self.left + self.width / 2.0, self.top + self.height / 2.0)
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    pub paint: Paint,
    pub width: f64,
    pub opacity: f64,
    pub dash: Dash,
}

impl Stroke {
    /// Makes a solid line, in px.
    pub fn new(paint: impl Into<Paint>, width: f64) -> Self {
        Stroke { paint: paint.into(), width, opacity: 1.0, dash: Dash::Solid }
    }

    /// Sets how it is dashed.
    pub fn dash(mut self, dash: Dash) -> Self {
        self.dash = dash;
        self
    }

    /// Sets its opacity, 0 to 1.
    pub fn opacity(mut self, opacity: f64) -> Self {
        self.opacity = opacity;
        self
    }

    fn style(self) -> ShapeStyle {
        let stroke_width = (self.width * UNITS) as u32;
        ShapeStyle { color: self.paint.token(self.opacity), filled: false, stroke_width }
    }

    /// Attributes of the group that breaks the line into dashes, which plotters would cut into pieces.
    fn group(self) -> Option<&'static str> {
        match self.dash {
            Dash::Solid => None,
            Dash::Dashed => Some("stroke-dasharray=\"7 5\""),
            Dash::Dotted => Some("stroke-dasharray=\".1 5\""),
            Dash::Mixed => Some("stroke-dasharray=\"9 5 .1 5\""),
        }
    }
}

/// How a text is set, seen from its point.
#[derive(Clone, Copy)]
pub(crate) struct Ink {
    pub font: Font,
    pub paint: Paint,
    pub h: HPos,
    pub v: VPos,
    /// A further class: `halo` outlines with the paper, to be read over lines; `name` darkens a series colour for text.
    pub class: &'static str,
}

impl Ink {
    pub(crate) fn new(font: Font, paint: impl Into<Paint>) -> Self {
        Ink { font, paint: paint.into(), h: HPos::Left, v: VPos::Center, class: "" }
    }

    pub(crate) fn h(mut self, h: HPos) -> Self {
        self.h = h;
        self
    }

    pub(crate) fn v(mut self, v: VPos) -> Self {
        self.v = v;
        self
    }

    pub(crate) fn halo(mut self) -> Self {
        self.class = " halo";
        self
    }

    pub(crate) fn name(mut self) -> Self {
        self.class = " name";
        self
    }
}

/// Where a text stands, seen from its point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    #[default]
    Right,
    Left,
    Above,
    Below,
    Centre,
}

/// The whole page. Positions are in px.
pub(crate) struct Canvas {
    backend: Rc<RefCell<Backend>>,
    page: DrawingArea<Backend, Shift>,
    words: Words,
}

impl Canvas {
    pub(crate) fn new(width: f64, height: f64, words: Words) -> Self {
        let backend = Rc::new(RefCell::new(Backend::new(width, height)));
        Canvas { page: DrawingArea::from(&backend), backend, words }
    }

    /// Returns the elements drawn so far.
    pub(crate) fn finish(self) -> String {
        std::mem::take(&mut self.backend.borrow_mut().out)
    }

    /// Returns a text as a reader sees it.
    pub(crate) fn written(&self, text: &str) -> String {
        self.words.write(text)
    }

    /// Draw something within a group with these attributes.
    pub(crate) fn group(&self, attributes: &str, draw: impl FnOnce()) {
        self.backend.borrow_mut().open(attributes);
        draw();
        self.backend.borrow_mut().close();
    }

    /// Draws the name of a series, which a reader may choose; `index` among the names of the chart.
    pub(crate) fn named(&self, index: Option<usize>, draw: impl FnOnce()) {
        match index {
            Some(index) => self.group(&format!("class=\"key\" data-n=\"{index}\""), draw),
            None => draw(),
        }
    }

    /// A line through points; one that is not finite must not be among them.
    pub(crate) fn path(&self, points: &[Point], stroke: Stroke) {
        let path = PathElement::new(points.iter().map(|&at| units(at)).collect::<Vec<_>>(), stroke.style());
        self.dashed(stroke, || done(self.page.draw(&path)));
    }

    pub(crate) fn rectangle(&self, rect: Rect, paint: impl Into<Paint>, opacity: f64) {
        let corners = [units((rect.left, rect.top)), units((rect.right(), rect.bottom()))];
        done(self.page.draw(&Rectangle::new(corners, filled(paint.into(), opacity))));
    }

    /// Several closed rings as one shape.
    pub(crate) fn rings(&self, rings: &[Vec<Point>], paint: impl Into<Paint>, opacity: f64) {
        let rings: Vec<Vec<(i32, i32)>> =
            rings.iter().map(|ring| ring.iter().map(|&at| units(at)).collect()).collect();
        self.backend.borrow_mut().rings(&rings, paint.into().token(opacity));
    }

    /// A dot of a form; `size` is the radius of the circle it equals in area.
    pub(crate) fn dot(&self, at: Point, size: f64, shape: Shape, hollow: bool, paint: impl Into<Paint>) {
        let paint = paint.into();
        let style = if hollow || shape == Shape::Cross {
            Stroke::new(paint, 1.6).style()
        } else {
            filled(paint, 1.0)
        };
        if shape == Shape::Circle {
            return done(self.page.draw(&Circle::new(units(at), (size * UNITS) as i32, style)));
        }
        if shape == Shape::Cross {
            let arm = size * 0.8;
            for side in [-1.0, 1.0] {
                let ends = [(at.0 - arm, at.1 - side * arm), (at.0 + arm, at.1 + side * arm)];
                self.path(&ends, Stroke::new(paint, 2.0));
            }
            return;
        }
        let mut corners = form(shape, at, size);
        if hollow {
            corners.extend(corners.first().copied());
            done(self.page.draw(&PathElement::new(corners, style)));
        } else {
            done(self.page.draw(&Polygon::new(corners, style)));
        }
    }

    /// Filled dots of one form with a rim in the colour of the paper, each over those before it.
    pub(crate) fn dots(&self, dots: &[(Point, Paint)], size: f64, shape: Shape) {
        let places: Vec<Point> = dots.iter().map(|(at, _)| *at).collect();
        let layers = layers::layers(&places, size * LARGEST + RIM);
        let key = |index: &usize| {
            let RGBAColor(kind, number, ..) = dots[*index].1.token(1.0);
            (layers[*index], kind, number)
        };
        let mut order: Vec<usize> = (0..dots.len()).collect();
        order.sort_by_key(key);
        self.group("class=\"rim\"", || {
            for alike in order.chunk_by(|one, other| key(one) == key(other)) {
                let token = dots[alike[0]].1.token(1.0);
                let mut backend = self.backend.borrow_mut();
                if shape == Shape::Circle {
                    let places: Vec<_> = alike.iter().map(|&index| units(places[index])).collect();
                    backend.dots(&places, (size * UNITS) as i32, token);
                } else {
                    let rings: Vec<_> = alike.iter().map(|&index| form(shape, places[index], size)).collect();
                    backend.rings(&rings, token);
                }
            }
        });
    }

    /// A triangle whose tip points `out` from a place on an edge, inside of which it lies.
    pub(crate) fn triangle(&self, at: Point, out: Point, size: f64, paint: impl Into<Paint>) {
        let across = (-out.1, out.0);
        let base = (at.0 - 1.6 * size * out.0, at.1 - 1.6 * size * out.1);
        let corner = |side: f64| units((base.0 + side * size * across.0, base.1 + side * size * across.1));
        let corners = vec![units(at), corner(1.0), corner(-1.0)];
        done(self.page.draw(&Polygon::new(corners, filled(paint.into(), 1.0))));
    }

    /// A text, whose numbers are written here as the page's language does.
    pub(crate) fn text(&self, at: Point, text: &str, ink: Ink) {
        let text = self.words.write(text);
        let style = if ink.font.bold { FontStyle::Bold } else { FontStyle::Normal };
        let family = FontFamily::Name(ink.class);
        let font = FontDesc::new(family, ink.font.size * UNITS, style);
        let color = ink.paint.token(1.0);
        let style = TextStyle::from(font).color(&color).pos(Pos::new(ink.h, ink.v));
        done(self.page.draw(&plotters::element::Text::new(text.as_str(), units(at), style)));
    }

    /// Lines of text below each other, the first at the point.
    pub(crate) fn lines(&self, at: Point, lines: &[String], ink: Ink) {
        for (index, line) in lines.iter().enumerate() {
            self.text((at.0, at.1 + index as f64 * ink.font.line()), line, ink);
        }
    }

    fn dashed(&self, stroke: Stroke, draw: impl FnOnce()) {
        match stroke.group() {
            Some(attributes) => self.group(attributes, draw),
            None => draw(),
        }
    }
}

/// Corners of a form around the origin, for size 1.
fn corners(shape: Shape) -> &'static [Point] {
    match shape {
        Shape::Triangle => &[(0.0, -1.25), (1.15, 0.85), (-1.15, 0.85)],
        Shape::Diamond => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
        _ => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    }
}

/// A form around a place.
fn form(shape: Shape, at: Point, size: f64) -> Vec<(i32, i32)> {
    corners(shape).iter().map(|&(x, y)| units((at.0 + x * size, at.1 + y * size))).collect()
}

/// How far the largest form reaches from its place, for size 1.
const LARGEST: f64 = 1.3;

/// About how far the rim of a dot reaches beyond it, in px.
const RIM: f64 = 0.5;

fn filled(paint: Paint, opacity: f64) -> ShapeStyle {
    ShapeStyle { color: paint.token(opacity), filled: true, stroke_width: 0 }
}

fn units((x, y): Point) -> (i32, i32) {
    ((x * UNITS).round() as i32, (y * UNITS).round() as i32)
}

/// The backend writes to memory and is borrowed for one element at a time: nothing can fail.
fn done(drawn: Result<(), DrawingAreaErrorKind<Infallible>>) {
    drawn.expect("drawing to memory cannot fail");
}

/// The part of the page between two axes. Positions are values; plotters turns them into places.
pub struct Plot<'a> {
    pub(crate) canvas: &'a Canvas,
    /// The plot area, in px.
    pub frame: Rect,
    pub x: Domain,
    pub y: Domain,
    /// How many bands lie over each other: the more, the paler each.
    pub(crate) bands: usize,
    /// How many areas stand behind each other, likewise.
    pub(crate) areas: usize,
    /// Points of the lines that run over a map, in px, close to each other.
    pub(crate) traces: Vec<Point>,
    /// Where a map's numbers stand.
    pub(crate) numbers: RefCell<Vec<Rect>>,
    area: DrawingArea<Backend, Cartesian2d<Domain, Domain>>,
}

impl<'a> Plot<'a> {
    pub(crate) fn new(canvas: &'a Canvas, frame: Rect, x: Domain, y: Domain) -> Self {
        let ((left, top), (right, bottom)) =
            (units((frame.left, frame.top)), units((frame.right(), frame.bottom())));
        let system = Cartesian2d::new(x.clone(), y.clone(), (left..right, bottom..top));
        let area = canvas.page.apply_coord_spec(system);
        Plot {
            canvas,
            frame,
            x,
            y,
            bands: 0,
            areas: 0,
            traces: Vec::new(),
            numbers: RefCell::default(),
            area,
        }
    }

    /// Returns where a point lies on the page, in px; `None` where it has no place.
    pub fn place(&self, (x, y): Point) -> Option<Point> {
        self.x.fraction(x)?;
        self.y.fraction(y)?;
        let (x, y) = self.area.map_coordinate(&(x, y));
        Some((f64::from(x) / UNITS, f64::from(y) / UNITS))
    }

    /// Returns whether a point lies between the ends of both axes.
    pub fn contains(&self, (x, y): Point) -> bool {
        self.x.contains(x) && self.y.contains(y)
    }

    /// Returns a value for x that has a place: itself, or the low end (a bar's 0 on a log axis).
    pub fn x_or_low(&self, x: f64) -> f64 {
        if self.x.fraction(x).is_some() { x } else { self.x.ends().0 }
    }

    /// Returns a value for y that has a place: itself, or the low end.
    pub fn y_or_low(&self, y: f64) -> f64 {
        if self.y.fraction(y).is_some() { y } else { self.y.ends().0 }
    }

    /// Draws a line through points, broken where a value has no place, thinned where more lie on a px than can be seen.
    pub fn path(&self, points: &[Point], stroke: Stroke) {
        self.canvas.dashed(stroke, || {
            for run in self.runs(points) {
                match run[..] {
                    [single] => self.canvas.dot(
                        self.place(single).unwrap_or_default(),
                        stroke.width,
                        Shape::Circle,
                        false,
                        stroke.paint,
                    ),
                    _ => done(self.area.draw(&PathElement::new(run, stroke.style()))),
                }
            }
        });
    }

    /// The unbroken parts of a line, thinned.
    fn runs(&self, points: &[Point]) -> Vec<Vec<Point>> {
        let mut runs: Vec<Vec<Point>> = vec![Vec::new()];
        for &point in points {
            match (self.place(point), runs.last_mut()) {
                (Some(_), Some(run)) => run.push(point),
                _ => runs.push(Vec::new()),
            }
        }
        runs.retain(|run| !run.is_empty());
        runs.iter().map(|run| self.thinned(run)).collect()
    }

    /// Returns those points of a curve, each of which has a place, that have to be drawn so that it looks the same.
    pub(crate) fn thinned(&self, points: &[Point]) -> Vec<Point> {
        let places: Vec<Point> = points.iter().filter_map(|&point| self.place(point)).collect();
        thin::kept(&places).into_iter().map(|index| points[index]).collect()
    }

    /// Draws a filled shape; all its corners must have a place.
    pub fn polygon(&self, corners: Vec<Point>, paint: impl Into<Paint>, opacity: f64) {
        done(self.area.draw(&Polygon::new(corners, filled(paint.into(), opacity))));
    }

    /// Draws a filled rectangle between two corners.
    pub fn bar(&self, from: Point, to: Point, paint: impl Into<Paint>, opacity: f64) {
        done(self.area.draw(&Rectangle::new([from, to], filled(paint.into(), opacity))));
    }

    /// Writes a small text beside a point, if its place lies between the axes.
    pub fn text(&self, at: Point, text: &str, side: Side, paint: impl Into<Paint>) {
        let Some((x, y)) = self.place(at).filter(|_| self.contains(at)) else { return };
        let (shift, h, v) = match side {
            Side::Right => ((7.0, 0.0), HPos::Left, VPos::Center),
            Side::Left => ((-7.0, 0.0), HPos::Right, VPos::Center),
            Side::Above => ((0.0, -6.0), HPos::Center, VPos::Bottom),
            Side::Below => ((0.0, 6.0), HPos::Center, VPos::Top),
            Side::Centre => ((0.0, 0.0), HPos::Center, VPos::Center),
        };
        self.canvas.text((x + shift.0, y + shift.1), text, Ink::new(SMALL, paint).h(h).v(v).halo());
    }

    /// Draws filled dots of one form, those whose places lie between the axes.
    pub fn dots(&self, dots: impl IntoIterator<Item = (Point, Color)>, size: f64, shape: Shape) {
        let seen = dots.into_iter().filter(|(at, _)| self.contains(*at));
        let placed: Vec<(Point, Paint)> =
            seen.filter_map(|(at, color)| Some((self.place(at)?, Paint::Of(color)))).collect();
        self.canvas.dots(&placed, size, shape);
    }

    /// Draws a dot, if its place lies between the axes.
    pub fn dot(&self, at: Point, size: f64, shape: Shape, hollow: bool, paint: impl Into<Paint>) {
        if self.contains(at)
            && let Some(place) = self.place(at)
        {
            self.canvas.dot(place, size, shape, hollow, paint);
        }
    }
}
