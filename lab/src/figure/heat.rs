//! What z shows: a heat map with its numbers, the colours of dots, and what shades mean.

use super::axes::Placed;
use super::block::{Block, MarkName, ScaleType};
use super::cell::Cell;
use super::data::Drawn;
use super::points::Point;
use crate::chart::{Color, Format, Raster, Shading, number, power, rounded};
use crate::outcome::Grid;

/// How all layers of a figure shade what they show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shades {
    range: (f64, f64),
    shading: Shading,
}

impl Shades {
    /// Returns the shades of all layers that have some; none where there is nothing to shade.
    pub(super) fn of(block: &Block, layers: &[Drawn]) -> Option<Shades> {
        let scale = &block.z_scale;
        let shading = Shading { log: scale.kind == Some(ScaleType::Log), reverse: scale.reverse };
        let shaded = layers.iter().filter(|layer| layer.shades() || layer.marks.contains(&MarkName::Heat));
        let numbers = || {
            let shown = |layer: &Drawn| if layer.z_colors { shown_rows(layer) } else { shown_points(layer) };
            let numbers = shaded.clone().flat_map(shown);
            // What has no logarithm would leave all others one shade.
            numbers.filter(|number| number.is_finite() && (!shading.log || *number > 0.0))
        };
        let found = numbers().reduce(f64::min).zip(numbers().reduce(f64::max));
        scale.domain.or(found).map(|range| Shades { range, shading })
    }

    /// Returns the colour of a dot by its z; without a z it has none.
    pub(super) fn color(&self, z: &Cell) -> Color {
        z.number().map_or(Color::Muted, |z| Color::Ramp(self.shading.strength(z, self.range)))
    }

    /// Returns what shades mean, in a sentence.
    pub(super) fn told(&self, block: &Block, layer: &Drawn) -> String {
        let name = block.z_scale.label.as_ref().unwrap_or(&layer.z.name);
        let [low, high] = self.ends(layer.z_format);
        format!("Shades: {name}, from {low} to {high}.")
    }

    /// Returns the ends of the range as they are written.
    pub(super) fn ends(&self, format: Format) -> [String; 2] {
        [self.range.0, self.range.1].map(|end| rounded(end, format))
    }

    /// Returns whether the least is strongest.
    pub(super) fn is_reversed(&self) -> bool {
        self.shading.reverse
    }
}

fn value(layer: &Drawn) -> fn(&Point) -> &Cell {
    if layer.has_z { |point| &point.z } else { |point| &point.y }
}

fn shown_points(layer: &Drawn) -> Vec<f64> {
    layer.points.iter().filter_map(|point| value(layer)(point).number()).collect()
}

fn shown_rows(layer: &Drawn) -> Vec<f64> {
    layer.data.iter().filter_map(|datum| datum.z.number()).collect()
}

/// Returns the heat map of a layer, its shades and texts as the scale of what colours it says.
pub(super) fn map(
    layer: &Drawn,
    shades: Option<Shades>,
    points: &[&Point],
    (x, y): (&Placed, &Placed),
) -> Raster {
    let values = cells(points, x, y, value(layer));
    let format = layer.z_format;
    let texts = layer.marks.contains(&MarkName::Text).then(|| texts(&values, format));
    let grid = Grid {
        width: x.count(),
        height: y.count(),
        x: (0.0, x.count().saturating_sub(1) as f64),
        y: (0.0, y.count().saturating_sub(1) as f64),
        values: values.into(),
    };
    let mut raster = Raster::new(grid, layer.z.name.clone());
    if let Some(Shades { range, shading }) = shades {
        (raster.range, raster.shading) = (Some(range), shading);
    }
    raster.texts = texts;
    raster
}

/// Writes the numbers of a heat map, which are compared with each other: plain ones all with as many decimals as the largest
/// needs for three digits, unless the least would lose its own.
fn texts(values: &[f64], format: Format) -> Vec<String> {
    let sizes = || values.iter().map(|value| value.abs()).filter(|size| size.is_finite() && *size > 0.0);
    let most = sizes().fold(1e-9, f64::max);
    let decimals = (2 - libm::floor(libm::log10(most)) as i32).clamp(0, 6);
    let seen = sizes().all(|size| size * power(decimals) >= 1.0);
    let common = format == Format::Plain && most < 1e7 && seen;
    // As many as any of them needs of those.
    let needed = |size: f64| {
        let text = format!("{size:.*}", decimals as usize);
        text.split_once('.').map_or(0, |(_, rest)| rest.trim_end_matches('0').len())
    };
    let decimals = sizes().map(needed).max().unwrap_or(0);
    let text = |value: &f64| match *value {
        value if !value.is_finite() => String::new(),
        value if common && value.fract() != 0.0 => number(value, format, decimals),
        value => rounded(value, format),
    };
    values.iter().map(text).collect()
}

/// The cells of a heat map: rows of y, each with the values along x.
fn cells(points: &[&Point], x: &Placed, y: &Placed, of: fn(&Point) -> &Cell) -> Vec<f64> {
    let (width, height) = (x.count(), y.count());
    let mut values = vec![f64::NAN; width * height];
    for point in points {
        if let (Some(column), Some(row)) = (x.place(&point.x), y.place(&point.y)) {
            values[row as usize * width + column as usize] = of(point).number().unwrap_or(f64::NAN);
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beside_each_other_have_as_many_decimals() {
        assert_eq!(
            texts(&[8.0, 20.0 / 3.0, 4.0 / 3.0, 0.0, f64::NAN], Format::Plain),
            ["8", "6.67", "1.33", "0", ""]
        );
        assert_eq!(texts(&[0.25, 0.12345], Format::Plain), ["0.250", "0.123"]);
        // Over several decades each has its own.
        assert_eq!(texts(&[12.5, 0.00125], Format::Plain), ["12.5", "0.00125"]);
        assert_eq!(texts(&[0.5, 0.25], Format::Percent), ["50.0%", "25.0%"]);
        assert_eq!(texts(&[0.0], Format::Plain), ["0"]);
        assert_eq!(texts(&[0.25], Format::Plain), ["0.25"]);
    }
}
