//! The drawing backend behind plotters: shapes in hundredths of a px become SVG elements whose colours are classes.

use std::convert::Infallible;
use std::fmt::Write;
use std::ops::Range;

use plotters::style::RGBAColor;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontFamily,
    FontStyle, FontTransform,
};

use super::contour::simplified;
use super::figure::Point;
use super::scale::UNITS;
use super::text::{Font, escape};
use super::theme::Paint;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// Collects SVG elements, in the order plotters draws them.
pub(crate) struct Backend {
    /// In units.
    size: (u32, u32),
    pub(crate) out: String,
    /// Where the last line through points stands in it.
    line: Range<usize>,
}

impl Backend {
    /// Returns a page of this size in px.
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Backend { size: ((width * UNITS) as u32, (height * UNITS) as u32), out: String::new(), line: 0..0 }
    }

    /// Everything until the matching [`Backend::close`] is a group with these attributes.
    pub(crate) fn open(&mut self, attributes: &str) {
        let _ = writeln!(self.out, "<g {attributes}>");
    }

    /// Ends the last group; one that holds nothing was never there.
    pub(crate) fn close(&mut self) {
        match self
            .out
            .rfind("<g ")
            .filter(|&start| self.out[start..].ends_with("\">\n") && !self.out[start + 1..].contains('<'))
        {
            Some(start) => self.out.truncate(start),
            None => self.out.push_str("</g>\n"),
        }
    }

    /// Several closed rings as one shape (a ring within another is a hole), which plotters cannot say.
    pub(crate) fn rings(&mut self, rings: &[Vec<BackendCoord>], color: RGBAColor) {
        let mut data = String::new();
        let mut pen = Pen::default();
        for ring in rings {
            pen.trace(&mut data, ring);
            data.push('Z');
            pen.close();
        }
        let style = BackendColor { alpha: color.3, rgb: (color.0, color.1, color.2) };
        let fill = fill(&style);
        let _ = writeln!(self.out, "<path {fill} fill-rule=\"evenodd\" d=\"{data}\"/>");
    }

    /// Round dots of one size as one shape, with a rim in the colour of the paper: ends of lines that go nowhere.
    pub(crate) fn dots(&mut self, places: &[BackendCoord], radius: i32, color: RGBAColor) {
        let mut data = String::new();
        let mut pen = Pen::default();
        for &place in places {
            pen.go(&mut data, place);
            data.push_str("h0");
        }
        let color = Paint::class((color.0, color.1, color.2));
        for (class, width) in [(" under", 2 * radius + RIM), ("", 2 * radius - RIM)] {
            let _ = writeln!(
                self.out,
                "<path class=\"{color} l dots{class}\" stroke-width=\"{}\" d=\"{data}\"/>",
                px(width)
            );
        }
    }
}

/// How wide the rim around dots is, in units.
const RIM: i32 = UNITS as i32;

/// Units as px: exact, at most two decimals.
pub(crate) fn px(units: i32) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let (whole, rest) = (units.unsigned_abs() / 100, units.unsigned_abs() % 100);
    match rest {
        0 => format!("{sign}{whole}"),
        rest if rest % 10 == 0 => format!("{sign}{whole}.{}", rest / 10),
        rest => format!("{sign}{whole}.{rest:02}"),
    }
}

/// Points from which on a path is told by those that it needs.
const LONG: usize = 12;

/// How far a path may be off that is told by those, in units: finer than any screen shows.
const OFF: f64 = 0.15 * UNITS;

/// Units to a tenth of a px.
const TENTH: f64 = UNITS / 10.0;

fn tenths(units: i32) -> i32 {
    ((f64::from(units) / TENTH).round() * TENTH) as i32
}

/// Adds two numbers to a path as short as they can be written: a page has a hundred thousand of them.
fn pair(data: &mut String, x: i32, y: i32) {
    for units in [x, y] {
        let number = px(units);
        let number = match number.strip_prefix("-0.") {
            Some(rest) => format!("-.{rest}"),
            None => number.strip_prefix("0.").map_or(number.clone(), |rest| format!(".{rest}")),
        };
        if data.ends_with(|last: char| last.is_ascii_digit()) && !number.starts_with('-') {
            data.push(' ');
        }
        data.push_str(&number);
    }
}

/// Where a path is: its first place is absolute, all others are relative to the last one, which is shorter, and the same numbers
/// wherever the same is drawn.
#[derive(Default)]
struct Pen {
    /// The path's first place, as it is and in tenths.
    first: Option<(BackendCoord, BackendCoord)>,
    /// Where its last part began, and where it is, in tenths.
    begun: BackendCoord,
    at: BackendCoord,
}

impl Pen {
    /// Begins a part of the path.
    fn go(&mut self, data: &mut String, to: BackendCoord) {
        match self.first {
            None => {
                self.at = (tenths(to.0), tenths(to.1));
                self.first = Some((to, self.at));
                data.push('M');
                pair(data, self.at.0, self.at.1);
            }
            Some(_) => {
                data.push('m');
                self.on(data, to);
            }
        }
        self.begun = self.at;
    }

    /// Goes on to a place; each is rounded by itself, so that what is left over does not add up.
    fn on(&mut self, data: &mut String, to: BackendCoord) {
        let ((from_x, from_y), (x, y)) = self.first.unwrap_or_default();
        let to = (x + tenths(to.0 - from_x), y + tenths(to.1 - from_y));
        pair(data, to.0 - self.at.0, to.1 - self.at.1);
        self.at = to;
    }

    /// Is back where its last part began.
    fn close(&mut self) {
        self.at = self.begun;
    }

    /// Goes through points, after one `l` for all. A long part is a little off.
    fn trace(&mut self, data: &mut String, points: &[BackendCoord]) {
        let fewer = fewer(points);
        for (index, &point) in fewer.as_deref().unwrap_or(points).iter().enumerate() {
            match index {
                0 => self.go(data, point),
                _ => {
                    if index == 1 {
                        data.push('l');
                    }
                    self.on(data, point);
                }
            }
        }
    }
}

/// Path commands through points.
fn trace(data: &mut String, points: &[BackendCoord]) {
    Pen::default().trace(data, points);
}

/// The points that a long line needs; none of a short one.
fn fewer(points: &[BackendCoord]) -> Option<Vec<BackendCoord>> {
    (points.len() >= LONG).then(|| {
        let places: Vec<Point> = points.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).collect();
        simplified(&places, OFF).into_iter().map(|(x, y)| (x as i32, y as i32)).collect()
    })
}

fn opacity(color: BackendColor, name: &str) -> String {
    if color.alpha >= 1.0 {
        String::new()
    } else {
        format!(" {name}=\"{}\"", (color.alpha * 100.0).round() / 100.0)
    }
}

fn fill<S: BackendStyle>(style: &S) -> String {
    let color = style.color();
    format!("class=\"{} f\"{}", Paint::class(color.rgb), opacity(color, "fill-opacity"))
}

fn stroke<S: BackendStyle>(style: &S) -> String {
    let color = style.color();
    let width = px(style.stroke_width() as i32);
    format!(
        "class=\"{} l\" stroke-width=\"{width}\"{}",
        Paint::class(color.rgb),
        opacity(color, "stroke-opacity")
    )
}

impl DrawingBackend for Backend {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect(point, (point.0 + 100, point.1 + 100), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        filled: bool,
    ) -> Drawn {
        let (left, top) = (from.0.min(to.0), from.1.min(to.1));
        let (width, height) = ((to.0 - from.0).abs(), (to.1 - from.1).abs());
        let paint = if filled { fill(style) } else { stroke(style) };
        let _ = writeln!(
            self.out,
            "<rect {paint} x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
            px(left),
            px(top),
            px(width),
            px(height)
        );
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let points: Vec<BackendCoord> = path.into_iter().collect();
        let begin = format!("<path {} d=\"", stroke(style));
        let end = "\"/>\n";
        // An axis and its ticks, or the lines of a grid, are one element. Where pale lines cross they are to be darker.
        let goes_on = self.line.end == self.out.len()
            && self.out[self.line.clone()].starts_with(&begin)
            && style.color().alpha >= 1.0;
        if goes_on {
            self.out.truncate(self.line.end - end.len());
        } else {
            self.line.start = self.out.len();
            self.out.push_str(&begin);
        }
        trace(&mut self.out, &points);
        self.out.push_str(end);
        self.line.end = self.out.len();
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        filled: bool,
    ) -> Drawn {
        let paint = if filled { fill(style) } else { stroke(style) };
        let (x, y, r) = (px(tenths(center.0)), px(tenths(center.1)), px(radius as i32));
        let _ = writeln!(self.out, "<circle {paint} cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>");
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Drawn {
        let points: Vec<BackendCoord> = vert.into_iter().collect();
        let mut data = String::new();
        trace(&mut data, &points);
        let _ = writeln!(self.out, "<path {} d=\"{data}Z\"/>", fill(style));
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let size = style.size();
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Right => " text-anchor=\"end\"",
            HPos::Center => " text-anchor=\"middle\"",
        };
        // from the anchor to the line the letters stand on, which every reader of SVG agrees about
        let drop = match style.anchor().v_pos {
            VPos::Top => 0.76,
            VPos::Center => 0.35,
            VPos::Bottom => -0.22,
        };
        let (x, y) = (px(at.0), px(at.1 + (drop * size).round() as i32));
        let turn = match style.transform() {
            FontTransform::None => String::new(),
            FontTransform::Rotate90 => format!(" transform=\"rotate(90 {x} {})\"", px(at.1)),
            FontTransform::Rotate180 => format!(" transform=\"rotate(180 {x} {})\"", px(at.1)),
            FontTransform::Rotate270 => format!(" transform=\"rotate(-90 {x} {})\"", px(at.1)),
        };
        let weight = if matches!(style.style(), FontStyle::Bold) { " font-weight=\"600\"" } else { "" };
        // the CSS names the font; the family carries a class instead
        let family = style.family();
        let kind = match &family {
            FontFamily::Name(class) => class,
            _ => "",
        };
        let class = Paint::class(style.color().rgb);
        let size = px(size.round() as i32);
        let _ = writeln!(
            self.out,
            "<text class=\"{class} f{kind}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor}{weight}{turn}>{}</text>",
            raised(text)
        );
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let font = Font { size: style.size(), bold: matches!(style.style(), FontStyle::Bold) };
        Ok((font.width(text) as u32, style.size() as u32))
    }
}

/// Raised digits and letters as small ones set higher: fonts draw their own unevenly, or have none.
fn raised(text: &str) -> String {
    let plain = |character| match character {
        '⁻' => Some('−'),
        '¹' => Some('1'),
        '²' => Some('2'),
        '³' => Some('3'),
        'ᶻ' => Some('z'),
        '⁰' | '⁴'..='⁹' => char::from_digit(character as u32 - '⁰' as u32, 10),
        _ => None,
    };
    let mut out = String::new();
    let mut up = false;
    let mut run = String::new();
    for character in text.chars().chain([' ']) {
        let digit = plain(character);
        if digit.is_some() != up {
            out.push_str(&set(&run, up));
            run.clear();
            up = !up;
        }
        run.push(digit.unwrap_or(character));
    }
    run.pop();
    out + &set(&run, false)
}

/// One run of text, raised or on the line; what follows a raised run comes down again.
fn set(run: &str, up: bool) -> String {
    match up {
        true => format!(
            "<tspan dy=\"-.38em\" font-size=\"72%\">{}</tspan><tspan dy=\".27em\">\u{200b}</tspan>",
            escape(run)
        ),
        false => escape(run),
    }
}

#[cfg(test)]
mod tests {
    use plotters::style::ShapeStyle;

    use super::*;

    #[test]
    fn units_become_px_with_at_most_two_decimals() {
        let shown: Vec<String> = [0, 1200, 1250, 1205, -5, -100].into_iter().map(px).collect();
        assert_eq!(shown, ["0", "12", "12.5", "12.05", "-0.05", "-1"]);
    }

    #[test]
    fn lines_that_follow_each_other_in_one_style_are_one_element() {
        let style = |class: u8, alpha: f64| ShapeStyle {
            color: RGBAColor(2, class, 0, alpha),
            filled: false,
            stroke_width: 120,
        };
        let mut backend = Backend::new(10.0, 10.0);
        let mut draw = |x: i32, style: ShapeStyle| backend.draw_path([(x, 0), (x, 100)], &style).unwrap();
        draw(0, style(5, 1.0));
        draw(100, style(5, 1.0));
        draw(200, style(6, 1.0));
        draw(300, style(5, 0.5));
        draw(400, style(5, 0.5));
        backend.open("class=\"rim\"");
        backend.close();
        backend.draw_path([(500, 0), (500, 100)], &style(6, 1.0)).unwrap();
        let data: Vec<&str> =
            backend.out.split(" d=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(data, ["M0 0l0 1M1 0l0 1", "M2 0l0 1", "M3 0l0 1", "M4 0l0 1", "M5 0l0 1"]);
        assert_eq!(backend.out.matches("/>\n").count(), 5);
    }

    #[test]
    fn paths_are_relative_after_their_first_point() {
        let mut data = String::new();
        trace(&mut data, &[(100, 200), (350, 150), (350, 450)]);
        assert_eq!(data, "M1 2l2.5-.5 0 3");
        // Each place is rounded by itself: what is left over does not add up.
        let mut data = String::new();
        trace(&mut data, &[(0, 0), (14, 4), (28, 8), (42, 12)]);
        assert_eq!(data, "M0 0l.1 0 .2 .1 .1 0");
    }

    #[test]
    fn what_is_drawn_twice_is_told_by_the_same_numbers() {
        let dots = |x: i32, y: i32| {
            let mut backend = Backend::new(10.0, 10.0);
            backend.dots(&[(x, y), (x + 104, y - 207), (x + 13, y)], 400, Paint::Axis.token(1.0));
            let data = backend.out.split(" d=\"M").nth(1).and_then(|rest| rest.split('"').next());
            data.unwrap_or_default().to_owned()
        };
        assert_eq!(dots(0, 0), "0 0h0m1-2.1h0m-.9 2.1h0");
        assert_eq!(dots(1233, 777), dots(0, 0).replace("0 0h0m1-", "12.3 7.8h0m1-"));
        let mut backend = Backend::new(10.0, 10.0);
        let ring = |x: i32| vec![(x, 0), (x + 100, 0), (x, 100)];
        backend.rings(&[ring(0), ring(500)], Paint::Axis.token(1.0));
        assert!(backend.out.contains(" d=\"M0 0l1 0-1 1Zm5 0l1 0-1 1Z\""), "{}", backend.out);
    }

    #[test]
    fn a_long_path_keeps_the_points_that_it_needs() {
        // A slope, and 100 points that go up and down by a px.
        let slope = (0..100).map(|x| (100 * x, 50 * x));
        let teeth = (100..200).map(|x| (100 * x, 5000 + 100 * (x % 2)));
        let mut data = String::new();
        trace(&mut data, &slope.chain(teeth).collect::<Vec<_>>());
        assert!(data.starts_with("M0 0l100 50 1 1 1-1 1 1"), "{data}");
        assert_eq!(data.matches('-').count(), 49);
    }

    #[test]
    fn exponents_are_set_as_raised_figures() {
        assert_eq!(raised("a < b"), "a &lt; b");
        assert!(raised("10⁻²").starts_with("10<tspan dy=\"-.38em\" font-size=\"72%\">−2</tspan>"));
        assert!(raised("10² x").ends_with(" x"));
        assert!(raised("eᶻ").contains(">z</tspan>"));
    }
}
