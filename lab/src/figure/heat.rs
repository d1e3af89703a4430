//! Two names at once: a heat map, with its numbers and what its shades mean.

use super::axes::Placed;
use super::block::{Block, MarkName};
use super::cell::Cell;
use super::data::Drawn;
use super::points::Point;
use crate::chart::{Format, Raster, number, power, rounded};
use crate::outcome::Grid;

/// Returns the heat map of a layer, its shades and texts as the scale of what colours it says, with the sentence that says what
/// they mean.
pub(super) fn map(
    block: &Block,
    layer: &Drawn,
    all: &[Drawn],
    points: &[&Point],
    (x, y): (&Placed, &Placed),
) -> (Raster, Option<String>) {
    let value: fn(&Point) -> &Cell = if layer.has_z { |point| &point.z } else { |point| &point.y };
    let numbers = || all.iter().flat_map(|layer| &layer.points).filter_map(|point| value(point).number());
    let found = numbers().reduce(f64::min).zip(numbers().reduce(f64::max));
    let scale = &block.z_scale;
    let range = scale.domain.or(found);
    let values = cells(points, x, y, value);
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
    raster.range = range;
    raster.texts = texts;
    let told = range.map(|(low, high)| {
        let name = scale.label.as_ref().unwrap_or(&layer.z.name);
        format!("Shades: {name}, from {} to {}.", rounded(low, format), rounded(high, format))
    });
    (raster, told)
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
