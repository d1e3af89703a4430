//! Paths over a plane, step by step.

use super::{Around, Description, Ghost, Mark};
use crate::chart::axis::{Axis, Format};
use crate::chart::describe::heading;
use crate::chart::key::{KeyEntry, Sample};
use crate::chart::reading::{Along, Reading, Spot, Spots};
use crate::chart::table::{Column, Columns, Rows};
use crate::chart::ticks::rounded;
use crate::collections::BTreeSet;
use std::sync::Arc;

use super::{Shape, leaving};
use crate::chart::canvas::{Ink, Plot, Rect, Stroke};
use crate::chart::figure::Point;
use crate::chart::layout::TEXT;
use crate::chart::naming::{self, Subject};
use crate::chart::scale::Needs;
use crate::chart::theme::{Color, Paint};

/// A step that is so long, in px, gets a dot at its end: shorter ones would run together.
const LONG_STEP: f64 = 5.0;

/// One path; a point that is not finite ends it.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    pub points: Vec<Point>,
    pub color: Color,
    /// Written beside it, on the map; empty for none.
    pub label: String,
}

/// Paths over a map, each from a ring to a dot and cut at the edges, and the goals that they seek.
#[derive(Clone, Debug, PartialEq)]
pub struct Paths {
    pub paths: Vec<Path>,
    pub goals: Vec<Point>,
    /// What a goal is: `minimum`.
    pub goal: String,
}

/// Sizes of the ring, the cross and the dots at the end and at long steps.
const START: f64 = 4.6;
const GOAL: f64 = 5.0;
const END: f64 = 4.4;
const STEP: f64 = 2.0;

impl Paths {
    /// Makes paths over a plane, with the points that they should reach.
    pub fn new(paths: Vec<Path>, goals: Vec<Point>, goal: impl Into<String>) -> Self {
        Paths { paths, goals, goal: goal.into() }
    }

    /// Where paths start, each place once.
    fn starts(&self) -> Vec<Point> {
        let mut starts: Vec<Point> = Vec::new();
        for &start in self.paths.iter().filter_map(|path| path.points.first()) {
            if !starts.contains(&start) {
                starts.push(start);
            }
        }
        starts
    }

    fn name(&self, plot: &Plot) {
        let marks = self.starts().into_iter().chain(self.goals.iter().copied());
        let marks = marks.chain(self.paths.iter().filter_map(|path| path.points.last().copied()));
        let marks: Vec<Point> =
            marks.filter(|&at| plot.contains(at)).filter_map(|at| plot.place(at)).collect();
        let subject = |path: &Path| Subject { places: path.places(plot), width: TEXT.width(&path.label) };
        let subjects: Vec<Subject> = self.paths.iter().map(subject).collect();
        let written = plot.numbers.borrow();
        let places = naming::beside(&subjects, &marks, &written, plot.frame, TEXT.size);
        for (path, at) in self.paths.iter().zip(places) {
            if let Some(at) = at.filter(|_| !path.label.is_empty()) {
                plot.canvas.text(at, &path.label, Ink { class: " name halo", ..Ink::new(TEXT, path.color) });
            }
        }
    }
}

impl Path {
    /// Makes a path through points.
    pub fn new(points: impl IntoIterator<Item = Point>, color: Color, label: impl Into<String>) -> Self {
        let finite = |point: &Point| point.0.is_finite() && point.1.is_finite();
        let points = points.into_iter().take_while(finite).collect();
        Path { points, color, label: label.into() }
    }

    /// On the page.
    fn places(&self, plot: &Plot) -> Vec<Point> {
        self.points.iter().filter_map(|&point| plot.place(point)).collect()
    }
}

fn within(plot: &Plot, (x, y): Point) -> bool {
    let frame = plot.frame;
    (frame.left..=frame.right()).contains(&x) && (frame.top..=frame.bottom()).contains(&y)
}

/// Ends of steps that are long enough to be told apart.
fn long_steps(places: &[Point]) -> Vec<Point> {
    let long = |pair: &&[Point]| {
        let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        dx * dx + dy * dy >= LONG_STEP * LONG_STEP
    };
    let mut seen = BTreeSet::new();
    let ends = places.windows(2).filter(long).map(|pair| pair[1]);
    ends.filter(|&place| seen.insert(pixel(place))).collect()
}

/// A path without what would not be seen: steps within a px, those beyond an edge of the frame, and those that lie where
/// one was drawn already, such as those of a thousand rounds about a minimum.
fn pieces(places: &[Point], frame: Rect) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let mut drawn = BTreeSet::new();
    let Some(&first) = places.first() else { return pieces };
    let mut last = first;
    let mut on = false;
    for &place in &places[1..] {
        let (from, to) = (pixel(last), pixel(place));
        if from == to {
            continue;
        }
        if !beyond(frame, last, place) && drawn.insert((from.min(to), from.max(to))) {
            match pieces.last_mut().filter(|_| on) {
                Some(piece) => piece.push(place),
                None => pieces.push(vec![last, place]),
            }
            on = true;
        } else {
            on = false;
        }
        last = place;
    }
    pieces
}

/// Whether a step lies wholly beyond one edge.
fn beyond(frame: Rect, from: Point, to: Point) -> bool {
    from.0.max(to.0) < frame.left
        || from.0.min(to.0) > frame.right()
        || from.1.max(to.1) < frame.top
        || from.1.min(to.1) > frame.bottom()
}

fn pixel((x, y): Point) -> (i64, i64) {
    (x.round() as i64, y.round() as i64)
}

impl Mark for Paths {
    // A path that leaves the map does not stretch it.
    fn reach(&self, needs: &mut Needs) {
        needs.traces.extend(self.paths.iter().map(|path| path.points.clone()));
    }

    fn draw(&self, plot: &Plot) {
        for path in &self.paths {
            let pieces = pieces(&path.places(plot), plot.frame);
            // Paper beside the line keeps paths apart where they run along each other.
            pieces
                .iter()
                .for_each(|piece| plot.canvas.path(piece, Stroke::new(Paint::Paper, 3.6).opacity(0.55)));
            pieces.iter().for_each(|piece| plot.canvas.path(piece, Stroke::new(path.color, 1.8)));
        }
    }

    fn annotate(&self, plot: &Plot, _: &Around) {
        for &goal in &self.goals {
            plot.dot(goal, GOAL, Shape::Cross, false, Color::Ink);
        }
        for path in &self.paths {
            leaving::mark_ends(plot, &path.places(plot), path.color);
            for place in long_steps(&path.places(plot)).into_iter().filter(|place| within(plot, *place)) {
                plot.canvas.dot(place, STEP, Shape::Circle, false, path.color);
            }
        }
        plot.canvas.group("class=\"rim\"", || {
            for path in &self.paths {
                if let Some(&end) = path.points.last() {
                    plot.dot(end, END, Shape::Circle, false, path.color);
                }
            }
        });
        for start in self.starts() {
            plot.dot(start, START, Shape::Circle, true, Color::Ink);
        }
        self.name(plot);
    }

    fn describe(&self, _: &Axis, _: &Axis) -> Description {
        let at = |&(x, y): &Point| format!("({}, {})", rounded(x, Format::Plain), rounded(y, Format::Plain));
        let told = |path: &Path| {
            let (first, last) = (path.points.first()?, path.points.last()?);
            let name = heading(Some(path.label.as_str()).filter(|label| !label.is_empty()));
            Some(format!("{name}from {} to {} in {} steps.", at(first), at(last), path.points.len() - 1))
        };
        let goals = self.goals.iter().map(|goal| format!("A {} at {}.", self.goal, at(goal)));
        let sentences = goals.chain(self.paths.iter().filter_map(told)).collect();
        Description { points: Vec::new(), sentences }
    }

    fn key(&self) -> Vec<KeyEntry> {
        let start = KeyEntry::new("start", Color::Ink, Sample::Dot(Shape::Circle, true));
        let goal = KeyEntry::new(&self.goal, Color::Ink, Sample::Dot(Shape::Cross, false));
        [start].into_iter().chain((!self.goals.is_empty()).then_some(goal)).collect()
    }

    fn columns(&self, x: &Axis, y: &Axis) -> Columns {
        let column = |path: &Path, axis: &Axis, pick: fn(&Point) -> f64| Column {
            name: format!("{} {}", path.label, axis.label).trim().to_owned(),
            cells: (0..path.points.len())
                .map(|s| (s as f64, rounded(pick(&path.points[s]), axis.format)))
                .collect(),
        };
        let pair = |path: &Path| [column(path, x, |point| point.0), column(path, y, |point| point.1)];
        Columns { rows: Rows::Steps, columns: self.paths.iter().flat_map(pair).collect() }
    }

    fn ghost(&self) -> Ghost {
        let path = |path: &Path| Path { label: String::new(), ..path.clone() };
        Ghost::Under(Arc::new(Paths {
            paths: self.paths.iter().map(path).collect(),
            goals: Vec::new(),
            ..self.clone()
        }))
    }

    fn readings(&self, _: &Axis, _: &Axis) -> Vec<Reading> {
        let of = |path: &Path| {
            let spots = path.points.iter().map(|&point| Spot::new(point));
            Reading::Spots(Spots::new(Some(&path.label), path.color, Along::Path, spots))
        };
        self.paths.iter().filter(|path| !path.points.is_empty()).map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(places: &[Point]) -> Vec<Vec<Point>> {
        super::pieces(places, Rect { left: 0.0, top: 0.0, width: 100.0, height: 100.0 })
    }

    #[test]
    fn what_is_beyond_the_frame_is_left_out() {
        let swings =
            [(10.0, 50.0), (11.0, -90.0), (12.0, 300.0), (13.0, 900.0), (14.0, -900.0), (15.0, -999.0)];
        let seen = [swings[0..3].to_vec(), swings[3..5].to_vec()];
        assert_eq!(pieces(&swings), seen);
    }

    #[test]
    fn what_was_drawn_is_not_drawn_again() {
        let rounds: Vec<Point> =
            (0..1000).map(|i| if i % 2 == 0 { (0.0, 0.0) } else { (8.0, 0.0) }).collect();
        assert_eq!(pieces(&rounds), [vec![(0.0, 0.0), (8.0, 0.0)]]);
        let small: Vec<Point> = (0..100).map(|i| (f64::from(i) * 0.01, 0.0)).collect();
        assert_eq!(pieces(&small), [vec![(0.0, 0.0), (0.5, 0.0)]]);
        // Away from what was drawn, a new piece begins.
        let there_and_on = [(0.0, 0.0), (8.0, 0.0), (0.0, 0.0), (0.0, 9.0)];
        assert_eq!(pieces(&there_and_on), [vec![(0.0, 0.0), (8.0, 0.0)], vec![(0.0, 0.0), (0.0, 9.0)]]);
    }

    #[test]
    fn a_path_ends_where_a_value_is_missing() {
        let path = Path::new([(0.0, 1.0), (2.0, f64::NAN), (3.0, 1.0)], Color::Ink, "");
        assert_eq!(path.points, [(0.0, 1.0)]);
    }

    #[test]
    fn only_long_steps_are_dotted() {
        assert_eq!(long_steps(&[(0.0, 0.0), (6.0, 0.0), (8.0, 0.0), (8.0, 9.0)]), [(6.0, 0.0), (8.0, 9.0)]);
    }
}
