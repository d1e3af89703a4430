//! Where curves and paths leave the frame: a small triangle at the edge points to where they went.

use crate::chart::canvas::{Plot, Rect};
use crate::chart::figure::Point;
use crate::chart::theme::Color;

/// Half the side of the triangle, in px.
const SIZE: f64 = 4.5;

/// Two that are nearer than this, in px, would be one blot.
const APART: f64 = 12.0;

/// A place on an edge, and the way out of the frame there.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Exit {
    at: Point,
    out: Point,
}

/// Marks each place where a line through points leaves the frame or comes back into it.
pub(super) fn mark(plot: &Plot, points: &[Point], color: Color) {
    let places: Vec<Option<Point>> = points.iter().map(|&point| plot.place(point)).collect();
    for exit in exits(&places, plot.frame) {
        plot.canvas.triangle(exit.at, exit.out, SIZE, color);
    }
}

/// Marks where a path first leaves the frame, and where it last does.
pub(super) fn mark_ends(plot: &Plot, places: &[Point], color: Color) {
    let places: Vec<Option<Point>> = places.iter().map(|&place| Some(place)).collect();
    let exits = exits(&places, plot.frame);
    let last = exits.last().filter(|_| exits.len() > 1);
    for exit in exits.first().into_iter().chain(last) {
        plot.canvas.triangle(exit.at, exit.out, SIZE, color);
    }
}

/// Returns where a line through places leaves a frame; it is broken where there is no place.
fn exits(places: &[Option<Point>], frame: Rect) -> Vec<Exit> {
    let mut exits: Vec<Exit> = Vec::new();
    let mut add = |exit: Exit| {
        let near = |known: &Exit| {
            let (dx, dy) = (known.at.0 - exit.at.0, known.at.1 - exit.at.1);
            known.out == exit.out && dx * dx + dy * dy < APART * APART
        };
        if !exits.iter().any(near) {
            exits.push(exit);
        }
    };
    for pair in places.windows(2) {
        let (Some(from), Some(to)) = (pair[0], pair[1]) else { continue };
        match (within(frame, from), within(frame, to)) {
            (true, false) => add(crossing(frame, from, to)),
            (false, true) => add(crossing(frame, to, from)),
            _ => {}
        }
    }
    exits
}

fn within(frame: Rect, (x, y): Point) -> bool {
    let edge = 0.5;
    (frame.left - edge..=frame.right() + edge).contains(&x)
        && (frame.top - edge..=frame.bottom() + edge).contains(&y)
}

/// Returns where the way from a place inside to one outside crosses the edge.
fn crossing(frame: Rect, inside: Point, outside: Point) -> Exit {
    let share = |from: f64, to: f64, low: f64, high: f64| {
        let edge = if to > high { high } else { low };
        if (low..=high).contains(&to) || to == from {
            1.0
        } else {
            ((edge - from) / (to - from)).clamp(0.0, 1.0)
        }
    };
    let along_x = share(inside.0, outside.0, frame.left, frame.right());
    let along_y = share(inside.1, outside.1, frame.top, frame.bottom());
    let part = along_x.min(along_y);
    let at = (inside.0 + part * (outside.0 - inside.0), inside.1 + part * (outside.1 - inside.1));
    let out = match along_x < along_y {
        true => ((outside.0 - inside.0).signum(), 0.0),
        false => (0.0, (outside.1 - inside.1).signum()),
    };
    Exit { at, out }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Rect = Rect { left: 0.0, top: 0.0, width: 100.0, height: 100.0 };

    fn exits(places: &[Point]) -> Vec<Exit> {
        super::exits(&places.iter().map(|&place| Some(place)).collect::<Vec<_>>(), FRAME)
    }

    #[test]
    fn a_line_is_marked_where_it_crosses_the_edge() {
        let up = Exit { at: (50.0, 0.0), out: (0.0, -1.0) };
        assert_eq!(exits(&[(0.0, 50.0), (40.0, 50.0), (60.0, -50.0), (70.0, -9e6)]), [up]);
        assert_eq!(exits(&[(0.0, 50.0), (100.0, 50.0)]), []);
        let right = Exit { at: (100.0, 60.0), out: (1.0, 0.0) };
        assert_eq!(exits(&[(50.0, 50.0), (150.0, 70.0)]), [right]);
    }

    #[test]
    fn one_that_comes_back_is_marked_at_both_ends_unless_they_are_one_blot() {
        assert_eq!(exits(&[(10.0, 50.0), (10.0, 150.0), (12.0, 50.0)]).len(), 1);
        assert_eq!(exits(&[(10.0, 50.0), (50.0, 250.0), (90.0, 50.0)]).len(), 2);
    }
}
