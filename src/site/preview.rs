//! A chart as PNG, for previews of links, which show no SVG: what lies within its axes, as the index shows it.
//!
//! It reads what [`chart`](crate::chart) writes, and nothing else of SVG: paths of straight lines, circles and rectangles, with
//! classes for colours. Texts are left out: they stand beside the picture, as the title of the page.

use std::collections::BTreeMap;

use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, PixmapPaint, Rect, Stroke,
    StrokeDash, Transform,
};

use crate::markup::{Tag, Token, tokens};

/// The size that those who show previews ask for, in px.
const SIZE: [u32; 2] = [1200, 630];

/// The empty edge around the chart, in px.
const EDGE: u32 = 45;

/// A group of the drawing.
#[derive(Clone, Default)]
struct Group {
    /// Whether nothing in it is seen.
    hidden: bool,
    /// Whether its shapes have a thin rim in the colour of the paper.
    rim: bool,
    /// Whether its shapes touch each other, so that none may fade at its edge.
    crisp: bool,
    dashes: Vec<f32>,
}

/// A chart that is being drawn.
struct Plot {
    colors: BTreeMap<String, Color>,
    pixels: Pixmap,
    transform: Transform,
}

/// Draws a part of a standalone chart, `[left, top, width, height]` in its own units, on light paper, as large as a card of 1200
/// by 630 px allows. The same chart gives the same bytes on every machine.
pub fn png(svg: &str, part: [i32; 4]) -> Vec<u8> {
    let [left, top, width, height] = part.map(|side| side as f32);
    let room = SIZE.map(|side| (side - 2 * EDGE) as f32);
    let scale = (room[0] / width.max(1.0)).min(room[1] / height.max(1.0));
    let colors = colors(svg);
    let paper = colors.get("paper").copied().unwrap_or(Color::WHITE);
    let [across, down] = [width, height].map(|side| ((side * scale).round() as u32).max(1));
    let transform = Transform::from_translate(-left, -top).post_scale(scale, scale);
    let mut plot = Plot { colors, pixels: pixels(across, down), transform };
    let mut groups = vec![Group::default()];
    for token in tokens(svg, true) {
        match token {
            Token::Start(tag) if tag.name == "g" => {
                let around = groups.last().cloned().unwrap_or_default();
                groups.push(around.with(&tag));
            }
            Token::End(name, _) if name == "g" && groups.len() > 1 => {
                groups.pop();
            }
            Token::Start(tag) => plot.shape(&tag, groups.last().unwrap_or(&Group::default())),
            _ => {}
        }
    }
    let mut card = pixels(SIZE[0], SIZE[1]);
    card.fill(paper);
    let corner = [(SIZE[0] - across) / 2, (SIZE[1] - down) / 2].map(|side| side as i32);
    let whole = PixmapPaint::default();
    card.draw_pixmap(corner[0], corner[1], plot.pixels.as_ref(), &whole, Transform::identity(), None);
    card.encode_png().expect("a picture within the limits of PNG")
}

fn pixels(width: u32, height: u32) -> Pixmap {
    Pixmap::new(width, height).expect("between one pixel and those of a card")
}

impl Group {
    fn with(mut self, tag: &Tag) -> Self {
        let classes = || tag.value("class").unwrap_or_default().split(' ');
        self.hidden |= classes().any(|class| class == "off");
        self.rim |= classes().any(|class| class == "rim");
        self.crisp |= tag.value("shape-rendering") == Some("crispEdges");
        if let Some(dashes) = tag.value("stroke-dasharray") {
            self.dashes = dashes.split([' ', ',']).filter_map(|dash| dash.parse().ok()).collect();
        }
        self
    }
}

impl Plot {
    /// Draws one element, if it is a shape.
    fn shape(&mut self, tag: &Tag, group: &Group) {
        let number = |name: &str| tag.value(name).and_then(|value| value.parse::<f32>().ok());
        let path = || match tag.name.as_str() {
            "path" => path(tag.value("d")?),
            "circle" => PathBuilder::from_circle(number("cx")?, number("cy")?, number("r")?),
            "rect" => {
                let sides = [number("x")?, number("y")?, number("width")?, number("height")?];
                Rect::from_xywh(sides[0], sides[1], sides[2], sides[3]).map(PathBuilder::from_rect)
            }
            _ => None,
        };
        let classes: Vec<&str> = tag.value("class").unwrap_or_default().split(' ').collect();
        let color = match classes.contains(&"under") {
            true => self.colors.get("paper"),
            false => classes.first().and_then(|class| self.colors.get(*class)),
        };
        let (Some(color), false) = (color.copied(), group.hidden) else { return };
        let Some(path) = path() else { return };
        let paint = |mut color: Color, opacity: Option<f32>| {
            color.apply_opacity(opacity.unwrap_or(1.0));
            let mut paint = Paint { anti_alias: !group.crisp, ..Paint::default() };
            paint.set_color(color);
            paint
        };
        if classes.contains(&"l") {
            let stroke = Stroke {
                width: number("stroke-width").unwrap_or(1.0),
                dash: StrokeDash::new(group.dashes.clone(), 0.0),
                line_cap: LineCap::Round,
                line_join: LineJoin::Round,
                ..Stroke::default()
            };
            let drawn = paint(color, number("stroke-opacity"));
            self.pixels.stroke_path(&path, &drawn, &stroke, self.transform, None);
            return;
        }
        let rule = match tag.value("fill-rule") {
            Some("evenodd") => FillRule::EvenOdd,
            _ => FillRule::Winding,
        };
        self.pixels.fill_path(&path, &paint(color, number("fill-opacity")), rule, self.transform, None);
        if let (true, Some(paper)) = (group.rim, self.colors.get("paper")) {
            let rim = Stroke { width: 1.0, ..Stroke::default() };
            self.pixels.stroke_path(&path, &paint(*paper, None), &rim, self.transform, None);
        }
    }
}

/// Reads straight lines: `M` to a place, `m` by a way to where another part begins, `l` by ways, `h` across, `Z` back.
fn path(data: &str) -> Option<Path> {
    let mut builder = PathBuilder::new();
    let (mut at, mut begun) = ((0.0, 0.0), (0.0, 0.0));
    let letters: Vec<(usize, char)> =
        data.char_indices().filter(|(_, letter)| letter.is_alphabetic()).collect();
    let ends = letters.iter().skip(1).map(|(end, _)| *end).chain([data.len()]);
    for (&(start, letter), end) in letters.iter().zip(ends) {
        let numbers = data[start + 1..end].replace('-', " -");
        let numbers: Vec<f32> = numbers.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        match (letter, &numbers[..]) {
            ('M', &[x, y]) => {
                (at, begun) = ((x, y), (x, y));
                builder.move_to(x, y);
            }
            ('m', &[right, down]) => {
                at = (at.0 + right, at.1 + down);
                begun = at;
                builder.move_to(at.0, at.1);
            }
            ('l', ways) if ways.len().is_multiple_of(2) => {
                for way in ways.chunks_exact(2) {
                    at = (at.0 + way[0], at.1 + way[1]);
                    builder.line_to(at.0, at.1);
                }
            }
            ('h', &[right]) => {
                at.0 += right;
                builder.line_to(at.0, at.1);
            }
            ('Z', []) => {
                at = begun;
                builder.close();
            }
            _ => return None,
        }
    }
    builder.finish()
}

/// Returns the colours on light paper by the classes that shapes have.
fn colors(svg: &str) -> BTreeMap<String, Color> {
    let rules = svg.split_once("<style>svg{").and_then(|(_, rest)| rest.split_once('}'));
    let Some((rules, _)) = rules else { return BTreeMap::new() };
    let color = |rule: &str| {
        let (name, value) = rule.trim().strip_prefix("--chart-")?.split_once(":#")?;
        let value = u32::from_str_radix(value, 16).ok()?;
        let [_, red, green, blue] = value.to_be_bytes();
        let class = match (name.strip_prefix("ramp-"), name.parse::<u32>()) {
            (Some(place), _) => format!("r{place}"),
            (_, Ok(place)) => format!("s{place}"),
            _ => name.to_owned(),
        };
        Some((class, Color::from_rgba8(red, green, blue, 255)))
    };
    rules.split(';').filter_map(color).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHART: &str = "<svg><style>svg{--chart-0:#ff0000;--chart-1:#0000ff;--chart-paper:#ffffff;}</style>\
        <defs><clipPath id=\"c\"><rect x=\"0\" y=\"0\" width=\"9\" height=\"9\"/></clipPath></defs>\
        <g class=\"frame off\"><rect class=\"s1 f\" x=\"10\" y=\"10\" width=\"50\" height=\"50\"/></g>\
        <path class=\"s0 f\" d=\"M10 10l25 0l0 50l-25 0Z\"/><text class=\"s1 f\" x=\"12\" y=\"30\">0.5</text></svg>";

    #[test]
    fn the_part_fills_the_card() {
        let png = png(CHART, [10, 10, 50, 50]);
        let card = Pixmap::decode_png(&png).unwrap();
        assert_eq!((card.width(), card.height()), (1200, 630));
        let at = |x: u32, y: u32| {
            let pixel = card.pixel(x, y).unwrap();
            [pixel.red(), pixel.green(), pixel.blue()]
        };
        // The square of 50 is 540 px wide in the middle, and its left half red.
        assert_eq!((at(340, 315), at(590, 315)), ([255, 0, 0], [255, 0, 0]));
        assert_eq!((at(610, 315), at(320, 315), at(340, 40)), ([255; 3], [255; 3], [255; 3]));
    }

    #[test]
    fn paths_are_of_straight_lines() {
        assert!(path("M0 0c1 1").is_none() && path("M1-2l3-4 .5 1-.5-1Z").is_some());
        assert_eq!(path("M1-2l3-4").unwrap().bounds(), path("M4-6l-3 2 3 2").unwrap().bounds());
        assert_eq!(path("M1 1l2 0 0 2Zm5 3l2 0 0-2Zm-1 0h0"), path("M1 1l2 0 0 2ZM6 4l2 0 0-2ZM5 4h0"));
    }

    #[test]
    fn every_mark_is_drawn_in_its_own_colour() {
        use crate::chart::{Axis, Band, Dash, Dots, Figure, Layout, Line, Panel};
        let line = || Line::new([(0.0, 0.0), (1.0, 1.0)], crate::chart::Color::Series(0));
        let marks = |panel: Panel| -> usize {
            let svg = Figure::new("f", "F", "").panel(panel).svg("f", Layout::Wide, true);
            let clip = svg.split_once("<rect ").unwrap().1;
            let side = |name: &str| {
                let value = clip.split_once(&format!("{name}=\"")).unwrap().1.split('"').next().unwrap();
                value.parse::<f64>().unwrap() as i32
            };
            let card = Pixmap::decode_png(&png(&svg, ["x", "y", "width", "height"].map(side))).unwrap();
            let blue =
                |pixel: &&tiny_skia::PremultipliedColorU8| pixel.blue() > pixel.red().saturating_add(9);
            card.pixels().iter().filter(blue).count()
        };
        let panel = || Panel::new(Axis::linear("x").range(0.0, 1.0), Axis::linear("y").range(0.0, 1.0));
        let (solid, dashed) = (marks(panel().mark(line())), marks(panel().mark(line().dash(Dash::Dashed))));
        assert!(dashed > 500 && dashed < solid * 9 / 10, "{dashed} {solid}");
        let band = Band::new([(0.0, 0.0, 1.0), (1.0, 0.0, 1.0)], crate::chart::Color::Series(0));
        let dots = Dots::new([(0.5, 0.5)], crate::chart::Color::Series(0));
        let (band, dots) = (marks(panel().mark(band)), marks(panel().mark(dots)));
        assert!(band > 300_000 && (50..5000).contains(&dots), "{band} {dots}");
        let two = Dots::new([(0.2, 0.5), (0.8, 0.5)], crate::chart::Color::Series(0));
        let two = marks(panel().mark(two));
        // The axes are counted with either.
        assert!(two > dots + 30, "{two} of two dots, {dots} of one");
    }
}
