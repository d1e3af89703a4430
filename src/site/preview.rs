//! A chart as PNG, for previews of links, which show no SVG: what lies within its axes, as the index shows it.
//!
//! It reads what [`chart`](crate::chart) writes, and nothing else of SVG: paths of straight lines, circles and rectangles, with
//! classes for colours. Texts are left out: they stand beside the picture, as the title of the page.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::{Compression, Crc, write::ZlibEncoder};
use zeno::{
    Cap, Command, Fill, Join, Mask, PathBuilder as _, PathData as _, Point, Stroke, Style, Transform,
};

use crate::markup::{Tag, Token, tokens};

/// The size that those who show previews ask for, in px.
const SIZE: [usize; 2] = [1200, 630];

/// The empty edge around the chart, in px.
const EDGE: usize = 45;

const WHITE: Color = [255; 3];

/// Red, green and blue.
type Color = [u8; 3];

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
    card: Card,
    /// Turns the chart's places into the card's.
    transform: Transform,
    /// The part of the card that the chart may cover: its left, top, right and bottom edge.
    inner: [usize; 4],
}

/// The picture, row by row.
struct Card {
    pixels: Vec<Color>,
}

/// Draws a part of a standalone chart, `[left, top, width, height]` in its own units, on light paper, as large as a card of 1200
/// by 630 px allows, as PNG. The same chart gives the same bytes on every machine.
pub fn png(svg: &str, part: [i32; 4]) -> Vec<u8> {
    draw(svg, part).png()
}

fn draw(svg: &str, part: [i32; 4]) -> Card {
    let [left, top, width, height] = part.map(|side| side as f32);
    let room = SIZE.map(|side| (side - 2 * EDGE) as f32);
    let scale = (room[0] / width.max(1.0)).min(room[1] / height.max(1.0));
    let [across, down] = [width, height].map(|side| ((side * scale).round() as usize).max(1));
    let corner = [(SIZE[0] - across) / 2, (SIZE[1] - down) / 2];
    let [x, y] = [corner[0] as f32 - left * scale, corner[1] as f32 - top * scale];
    let colors = colors(svg);
    let paper = colors.get("paper").copied().unwrap_or(WHITE);
    let mut plot = Plot {
        colors,
        card: Card { pixels: vec![paper; SIZE[0] * SIZE[1]] },
        transform: Transform::new(scale, 0.0, 0.0, scale, x, y),
        inner: [corner[0], corner[1], corner[0] + across, corner[1] + down],
    };
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
    plot.card
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
        let classes: Vec<&str> = tag.value("class").unwrap_or_default().split(' ').collect();
        let color = match classes.contains(&"under") {
            true => self.colors.get("paper"),
            false => classes.first().and_then(|class| self.colors.get(*class)),
        };
        let (Some(&color), false) = (color, group.hidden) else { return };
        let Some(mut path) = path(tag) else { return };
        if classes.contains(&"l") {
            lengthen(&mut path);
            let mut stroke = Stroke::new(number("stroke-width").unwrap_or(1.0));
            stroke.cap(Cap::Round).join(Join::Round).dash(&group.dashes, 0.0);
            self.paint(&path, stroke.into(), color, number("stroke-opacity"), group.crisp);
            return;
        }
        let rule = match tag.value("fill-rule") {
            Some("evenodd") => Fill::EvenOdd,
            _ => Fill::NonZero,
        };
        self.paint(&path, rule.into(), color, number("fill-opacity"), group.crisp);
        if let (true, Some(&paper)) = (group.rim, self.colors.get("paper")) {
            self.paint(&path, Stroke::new(1.0).into(), paper, None, group.crisp);
        }
    }

    /// Lays a path's colour over the card, as far as it lies within the chart.
    fn paint(&mut self, path: &[Command], style: Style, color: Color, opacity: Option<f32>, crisp: bool) {
        let bounds = zeno::bounds(path, style, Some(self.transform));
        let [left, top, right, bottom] = self.inner;
        let within = |place: f32, low: usize, high: usize| (place.max(0.0) as usize).clamp(low, high);
        let [x, y] = [within(bounds.min.x.floor(), left, right), within(bounds.min.y.floor(), top, bottom)];
        let [end_x, end_y] =
            [within(bounds.max.x.ceil(), left, right), within(bounds.max.y.ceil(), top, bottom)];
        let (width, height) = (end_x - x, end_y - y);
        if width == 0 || height == 0 {
            return;
        }
        let (mask, _) = Mask::new(path)
            .style(style)
            .transform(Some(self.transform))
            .offset((-(x as f32), -(y as f32)))
            .size(width as u32, height as u32)
            .render();
        let opacity = (opacity.unwrap_or(1.0).clamp(0.0, 1.0) * 255.0).round() as u32;
        for (row, covered) in mask.chunks_exact(width).enumerate() {
            let start = (y + row) * SIZE[0] + x;
            for (pixel, &share) in self.card.pixels[start..start + width].iter_mut().zip(covered) {
                let share = match crisp {
                    true => 255 * u32::from(share >= 128),
                    false => u32::from(share),
                };
                if share > 0 {
                    *pixel = mixed(*pixel, color, share * opacity);
                }
            }
        }
    }
}

/// Returns a colour with a share of another over it, in parts of 255 times 255.
fn mixed(under: Color, over: Color, share: u32) -> Color {
    const WHOLE: u32 = 255 * 255;
    std::array::from_fn(|channel| {
        let [under, over] = [under, over].map(|color| u32::from(color[channel]));
        ((under * (WHOLE - share) + over * share + WHOLE / 2) / WHOLE) as u8
    })
}

/// Gives lines that end where they begin, which are dots by their round ends, a length: zeno draws nothing of one shorter than 0.01.
fn lengthen(path: &mut [Command]) {
    let mut at = Point::ZERO;
    for command in path {
        match command {
            Command::LineTo(end) if *end == at => end.x += 0.02,
            Command::MoveTo(to) | Command::LineTo(to) => at = *to,
            _ => {}
        }
    }
}

/// Returns the outline of a shape; `None` of any other element, and of one without area or place.
fn path(tag: &Tag) -> Option<Vec<Command>> {
    let number = |name: &str| tag.value(name)?.parse::<f32>().ok();
    let mut path = Vec::new();
    match tag.name.as_str() {
        "path" => path.extend(tag.value("d")?.commands()),
        "circle" => {
            path.add_circle((number("cx")?, number("cy")?), number("r")?);
        }
        "rect" => {
            path.add_rect((number("x")?, number("y")?), number("width")?, number("height")?);
        }
        _ => return None,
    }
    Some(path)
}

impl Card {
    /// Writes the picture as the PNG specification says: a header, the rows packed, an end, each with a checksum.
    fn png(&self) -> Vec<u8> {
        let mut header = Vec::new();
        header.extend(SIZE.map(|side| (side as u32).to_be_bytes()).concat());
        // Eight bits a channel, of colours without opacity; the only packing and filtering there are; not interlaced.
        header.extend([8, 2, 0, 0, 0]);
        let mut rows = ZlibEncoder::new(Vec::new(), Compression::default());
        let packed = "memory takes what is written";
        for row in self.pixels.chunks_exact(SIZE[0]) {
            // The row as it is: in pictures of few colours nothing packs better.
            rows.write_all(&[0]).expect(packed);
            rows.write_all(row.as_flattened()).expect(packed);
        }
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        chunk(&mut png, *b"IHDR", &header);
        chunk(&mut png, *b"IDAT", &rows.finish().expect(packed));
        chunk(&mut png, *b"IEND", &[]);
        png
    }
}

fn chunk(png: &mut Vec<u8>, name: [u8; 4], bytes: &[u8]) {
    let mut sum = Crc::new();
    sum.update(&name);
    sum.update(bytes);
    png.extend((bytes.len() as u32).to_be_bytes());
    png.extend(name);
    png.extend(bytes);
    png.extend(sum.sum().to_be_bytes());
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
        Some((class, [red, green, blue]))
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
        let card = draw(CHART, [10, 10, 50, 50]);
        let at = |x: usize, y: usize| card.pixels[y * SIZE[0] + x];
        // The square of 50 is 540 px wide in the middle, and its left half red.
        assert_eq!((at(340, 315), at(590, 315)), ([255, 0, 0], [255, 0, 0]));
        assert_eq!((at(610, 315), at(320, 315), at(340, 40)), (WHITE, WHITE, WHITE));
    }

    #[test]
    fn the_picture_is_a_png_that_others_read() {
        let card = draw(CHART, [10, 10, 50, 50]);
        let png = card.png();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height, info.color_type), (1200, 630, png::ColorType::Rgb));
        assert_eq!(pixels, card.pixels.as_flattened());
    }

    #[test]
    fn colours_mix_by_their_share() {
        assert_eq!(mixed([0, 255, 100], [255, 0, 100], 255 * 255), [255, 0, 100]);
        assert_eq!(mixed([0, 255, 100], [255, 0, 100], 0), [0, 255, 100]);
        assert_eq!(mixed([0, 200, 10], [100, 0, 20], 51 * 255), [20, 160, 12]);
    }

    #[test]
    fn what_leaves_the_chart_is_cut_off() {
        let wide = CHART.replace("M10 10l25 0l0 50l-25 0Z", "M-9000 20l20000 0 0 10-20000 0Z");
        let red = |pixel: &&Color| **pixel == [255, 0, 0];
        // 540 px across, and 10 of 50 units of 540 px down.
        assert_eq!(draw(&wide, [10, 10, 50, 50]).pixels.iter().filter(red).count(), 540 * 108);
        let outside = CHART.replace("M10 10l25 0l0 50l-25 0Z", "M-99 0l5 0l0 5l-5 0Z");
        assert_eq!(draw(&outside, [10, 10, 50, 50]).pixels.iter().filter(red).count(), 0);
    }

    #[test]
    fn cells_that_touch_leave_no_seam() {
        let cells = "<svg><style>svg{--chart-0:#ff0000;--chart-paper:#ffffff;}</style><g shape-rendering=\"crispEdges\">\
            <path class=\"s0 f\" d=\"M0 0h7v2h-7Z\"/><path class=\"s0 f\" d=\"M7 0h6v2h-6Z\"/></g></svg>";
        let seams = |svg: &str| {
            let card = draw(svg, [0, 0, 13, 2]);
            card.pixels.iter().filter(|pixel| ![WHITE, [255, 0, 0]].contains(pixel)).count()
        };
        assert_eq!(seams(cells), 0);
        assert!(seams(&cells.replace("crispEdges", "auto")) > 0);
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
            let card = draw(&svg, ["x", "y", "width", "height"].map(side));
            let blue = |[red, _, blue]: &&Color| *blue > red.saturating_add(9);
            card.pixels.iter().filter(blue).count()
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
