//! Contours: where values on a grid reach a level, as closed rings and as lines.

use super::figure::Point;

/// The part of a grid at or above a level. Points are in grid steps: (column, row), with fractions.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Contour {
    /// Closed outlines; one within another is a hole.
    pub rings: Vec<Vec<Point>>,
    /// The same outlines without what runs along the border of the grid.
    pub lines: Vec<Vec<Point>>,
}

/// An edge between two neighbouring nodes of the grid with a ring of outside around it: its first node, and
/// whether it goes down a row.
type Edge = (usize, usize, bool);

/// Values with a border of outside, so that every outline closes.
struct Padded<'a> {
    values: &'a [f64],
    width: usize,
    height: usize,
    level: f64,
}

impl Padded<'_> {
    fn outside(&self, i: usize, j: usize) -> bool {
        i == 0 || j == 0 || i > self.width || j > self.height
    }

    fn value(&self, i: usize, j: usize) -> f64 {
        if self.outside(i, j) { f64::NEG_INFINITY } else { self.values[(j - 1) * self.width + i - 1] }
    }

    fn inside(&self, i: usize, j: usize) -> bool {
        self.value(i, j) >= self.level
    }

    /// Whether two crossings lie on the same side of the grid's border.
    fn along_border(&self, from: Edge, to: Edge) -> bool {
        let (from, to) = (self.crossing(from), self.crossing(to));
        let (right, bottom) = ((self.width - 1) as f64, (self.height - 1) as f64);
        let both = |a: f64, b: f64, side: f64| a == side && b == side;
        both(from.0, to.0, 0.0)
            || both(from.0, to.0, right)
            || both(from.1, to.1, 0.0)
            || both(from.1, to.1, bottom)
    }

    /// Where the level is crossed, by linear interpolation.
    fn crossing(&self, edge: Edge) -> Point {
        let (i, j, down) = edge;
        let (k, l) = if down { (i, j + 1) } else { (i + 1, j) };
        let (a, b) = (self.value(i, j), self.value(k, l));
        // beside the border both nodes have one place, so that any share will do
        let share = (self.level - a) / (b - a);
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        let node = |i: usize, most: usize| (i.max(1).min(most) - 1) as f64;
        let (from, to) =
            ((node(i, self.width), node(j, self.height)), (node(k, self.width), node(l, self.height)));
        (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1))
    }

    /// Pieces of outline through one cell, from edge to edge with the inside at the same hand.
    fn pieces(&self, i: usize, j: usize) -> Vec<(Edge, Edge)> {
        let (top, left) = ((i, j, false), (i, j, true));
        let (bottom, right) = ((i, j + 1, false), (i + 1, j, true));
        let corner =
            [self.inside(i, j), self.inside(i + 1, j), self.inside(i + 1, j + 1), self.inside(i, j + 1)];
        let high_middle = || {
            let sum =
                self.value(i, j) + self.value(i + 1, j) + self.value(i + 1, j + 1) + self.value(i, j + 1);
            sum / 4.0 >= self.level
        };
        match corner.map(u8::from) {
            [0, 0, 0, 0] | [1, 1, 1, 1] => vec![],
            [1, 0, 0, 0] => vec![(top, left)],
            [0, 1, 0, 0] => vec![(right, top)],
            [0, 0, 1, 0] => vec![(bottom, right)],
            [0, 0, 0, 1] => vec![(left, bottom)],
            [1, 1, 0, 0] => vec![(right, left)],
            [0, 1, 1, 0] => vec![(bottom, top)],
            [0, 0, 1, 1] => vec![(left, right)],
            [1, 0, 0, 1] => vec![(top, bottom)],
            [0, 1, 1, 1] => vec![(left, top)],
            [1, 0, 1, 1] => vec![(top, right)],
            [1, 1, 0, 1] => vec![(right, bottom)],
            [1, 1, 1, 0] => vec![(bottom, left)],
            [1, 0, 1, 0] if high_middle() => vec![(top, right), (bottom, left)],
            [1, 0, 1, 0] => vec![(top, left), (bottom, right)],
            _ if high_middle() => vec![(left, top), (right, bottom)],
            _ => vec![(right, top), (left, bottom)],
        }
    }
}

impl Contour {
    /// Marching squares (Lorensen and Cline 1987, in the plane) over row-major values; NaN counts as below.
    #[cfg_attr(gradbook_module, optimize(speed))]
    pub(crate) fn trace(values: &[f64], width: usize, height: usize, level: f64) -> Self {
        let padded = Padded { values, width, height, level };
        let mut pieces: Vec<(Edge, Edge)> = Vec::new();
        let (mut above, mut below) = (vec![false; width + 2], vec![false; width + 2]);
        for j in 0..=height {
            match values.get(j * width..(j + 1) * width) {
                Some(row) => {
                    below[1..].iter_mut().zip(row).for_each(|(inside, value)| *inside = *value >= level);
                }
                None => below.fill(false),
            }
            for (i, (above, below)) in above.windows(2).zip(below.windows(2)).enumerate() {
                // Hardly any cell is crossed.
                if above[1] != above[0] || below[0] != above[0] || below[1] != above[0] {
                    pieces.extend(padded.pieces(i, j));
                }
            }
            std::mem::swap(&mut above, &mut below);
        }
        pieces.sort_unstable();
        let mut is_done = vec![false; pieces.len()];
        let mut contour = Contour::default();
        for first in 0..pieces.len() {
            if std::mem::replace(&mut is_done[first], true) {
                continue;
            }
            let (start, mut edge) = pieces[first];
            let mut ring = vec![start];
            while edge != start {
                ring.push(edge);
                match pieces.binary_search_by_key(&edge, |(from, _)| *from) {
                    Ok(next) if !std::mem::replace(&mut is_done[next], true) => edge = pieces[next].1,
                    _ => break,
                }
            }
            contour.rings.push(ring.iter().map(|&edge| padded.crossing(edge)).collect());
            contour.lines.extend(open(&ring, &padded));
        }
        contour
    }
}

/// The parts of a ring that do not run along the border of the grid.
fn open(ring: &[Edge], padded: &Padded) -> Vec<Vec<Point>> {
    let count = ring.len();
    let along = |index: usize| padded.along_border(ring[index % count], ring[(index + 1) % count]);
    let Some(first) = (0..count).find(|&index| along(index)) else {
        return vec![ring.iter().chain(ring.first()).map(|&edge| padded.crossing(edge)).collect()];
    };
    let mut lines: Vec<Vec<Point>> = vec![Vec::new()];
    for index in first + 1..=first + count {
        if let Some(line) = lines.last_mut() {
            line.push(padded.crossing(ring[index % count]));
        }
        if along(index) {
            lines.push(Vec::new());
        }
    }
    lines.retain(|line| line.len() > 1);
    lines
}

/// Returns a line without the points that lie on the straight between their neighbours, or at most `tolerance` off it.
#[cfg_attr(gradbook_module, optimize(speed))]
pub(crate) fn simplified(line: &[Point], tolerance: f64) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    let mut skipped: Vec<Point> = Vec::new();
    for &point in line {
        if let Some(&last) = kept.last()
            && skipped.iter().any(|&middle| off(last, point, middle) > tolerance)
        {
            kept.extend(skipped.last().copied());
            skipped.clear();
        }
        if kept.is_empty() { kept.push(point) } else { skipped.push(point) }
    }
    kept.extend(skipped.last().copied());
    kept
}

/// Distance of a point from the piece of line between two others.
fn off(from: Point, to: Point, point: Point) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (px, py) = (point.0 - from.0, point.1 - from.1);
    let length = dx * dx + dy * dy;
    let share = if length > 0.0 { ((px * dx + py * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    let (ox, oy) = (px - share * dx, py - share * dy);
    (ox * ox + oy * oy).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_is_cut_where_it_reaches_the_level() {
        let values = [0.0, 1.0, 2.0, 0.0, 1.0, 2.0];
        let contour = Contour::trace(&values, 3, 2, 0.5);
        assert_eq!(contour.rings.len(), 1);
        assert_eq!(contour.lines, [vec![(0.5, 1.0), (0.5, 0.0)]]);
    }

    #[test]
    fn a_hill_is_a_closed_ring() {
        let mut values = [0.0; 25];
        values[12] = 1.0;
        let contour = Contour::trace(&values, 5, 5, 0.5);
        assert_eq!(contour.rings.len(), 1);
        assert_eq!(contour.rings[0].len(), 4);
        assert_eq!(contour.lines[0].first(), contour.lines[0].last());
    }

    #[test]
    fn a_hole_is_a_second_ring() {
        let mut values = [1.0; 25];
        values[12] = 0.0;
        let contour = Contour::trace(&values, 5, 5, 0.5);
        assert_eq!(contour.rings.len(), 2);
        assert_eq!(contour.lines.len(), 1);
    }

    #[test]
    fn all_inside_has_an_outline_but_no_line() {
        let contour = Contour::trace(&[1.0; 6], 3, 2, 0.5);
        assert_eq!((contour.rings.len(), contour.lines.len()), (1, 0));
        assert_eq!(Contour::trace(&[f64::NAN; 6], 3, 2, 0.5), Contour::default());
    }

    #[test]
    fn saddles_close() {
        for values in [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0]] {
            for level in [0.3, 0.7] {
                let contour = Contour::trace(&values, 2, 2, level);
                assert_eq!(contour.rings.len(), if level < 0.5 { 1 } else { 2 });
            }
        }
    }

    #[test]
    fn straight_lines_need_two_points() {
        let line: Vec<Point> = (0..50).map(|i| (f64::from(i), 2.0 * f64::from(i))).collect();
        assert_eq!(simplified(&line, 0.1), [(0.0, 0.0), (49.0, 98.0)]);
        let corner = [(0.0, 0.0), (5.0, 0.0), (5.0, 5.0)];
        assert_eq!(simplified(&corner, 0.1), corner);
        assert_eq!(simplified(&corner, 5.0), [(0.0, 0.0), (5.0, 5.0)]);
    }
}
