//! Names beside paths on a map: each near its own path, away from the others, over nothing that is to be seen.

use super::canvas::Rect;
use super::figure::Point;
use crate::collections::BTreeSet;

/// Paths are looked at in squares of so many px.
const SQUARE: f64 = 3.0;

/// Between a path and its name.
const GAP: f64 = 7.0;

/// Places along a path that are tried.
const TRIED: usize = 48;

/// From here on another path is far enough not to be taken for the named one.
const FAR: f64 = 36.0;

/// A path on the page with the width of its name.
pub(crate) struct Subject {
    pub places: Vec<Point>,
    pub width: f64,
}

/// For each path the middle of the left edge of its name; none for a path out of sight. `marks` are places of dots, and at
/// `written` other words stand.
pub(crate) fn beside(
    subjects: &[Subject],
    marks: &[Point],
    written: &[Rect],
    frame: Rect,
    height: f64,
) -> Vec<Option<Point>> {
    let seen: Vec<Vec<Point>> = subjects.iter().map(|subject| squares(&subject.places, frame)).collect();
    let mut taken: Vec<Rect> = written.to_vec();
    let mut named = Vec::new();
    for (index, subject) in subjects.iter().enumerate() {
        let own = &seen[index];
        let others: Vec<Point> = seen
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index)
            .flat_map(|(_, s)| s.clone())
            .collect();
        let mut best = None;
        let mut least = f64::INFINITY;
        for place in candidates(own, subject.width, height, frame) {
            // The first of equals, so that nothing but the places decides.
            if let Some(bad) = badness(&place, own, &others, marks, &taken, least)
                && (best.is_none() || bad < least)
            {
                (best, least) = (Some(place), bad);
            }
        }
        named.push(best.map(|place| (place.left, place.top + place.height / 2.0)));
        taken.extend(best.filter(|_| subject.width > 0.0));
    }
    named
}

/// Where a path runs within the frame, each square once and in its order.
pub(crate) fn squares(places: &[Point], frame: Rect) -> Vec<Point> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for pair in places.windows(2) {
        let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        // A step from beyond the page is looked at only as finely as the page is large.
        let count = (dx.abs().max(dy.abs()) / SQUARE).ceil().clamp(1.0, 2000.0) as usize;
        for part in 0..=count {
            let share = part as f64 / count as f64;
            let at = (pair[0].0 + share * dx, pair[0].1 + share * dy);
            let square = ((at.0 / SQUARE).round() as i64, (at.1 / SQUARE).round() as i64);
            let inside =
                at.0 >= frame.left && at.0 <= frame.right() && at.1 >= frame.top && at.1 <= frame.bottom();
            if inside && seen.insert(square) {
                found.push(at);
            }
        }
    }
    found
}

/// Places for a name at the right, left, above and below some points of its path, within the frame.
fn candidates(own: &[Point], width: f64, height: f64, frame: Rect) -> Vec<Rect> {
    let stride = own.len().div_ceil(TRIED).max(1);
    let around = |&(x, y): &Point| {
        let (middle, half) = (y - height / 2.0, x - width / 2.0);
        // Close to the path, or a line of text away, where another name is closer.
        [GAP, GAP + height + 3.0].into_iter().flat_map(move |gap| {
            [
                (x + gap, middle),
                (x - gap - width, middle),
                (half, y - gap - height),
                (half, y + gap),
                (x + gap, y - gap - height),
                (x + gap, y + gap),
            ]
        })
    };
    let most = |low: f64, high: f64| high.max(low);
    let moved = |(left, top): (f64, f64)| Rect {
        left: left.clamp(frame.left + 4.0, most(frame.left + 4.0, frame.right() - width - 4.0)),
        top: top.clamp(frame.top + 3.0, most(frame.top + 3.0, frame.bottom() - height - 3.0)),
        width,
        height,
    };
    own.iter().step_by(stride).flat_map(around).map(moved).collect()
}

/// How much a name at a place hides, and how easily it is taken for that of another path; none where that is more than `most`.
#[cfg_attr(gradbook_module, optimize(speed))]
fn badness(
    place: &Rect,
    own: &[Point],
    others: &[Point],
    marks: &[Point],
    taken: &[Rect],
    most: f64,
) -> Option<f64> {
    // How many points are within some room, and how far the nearest is.
    let over = |points: &[Point], room: f64| {
        let see = |(count, nearest): (usize, f64), &at: &Point| {
            let squared = squared_distance(place, at);
            (count + usize::from(squared < room * room), f64::min(nearest, squared))
        };
        let (count, nearest) = points.iter().fold((0, FAR * FAR), see);
        (count as f64, nearest.sqrt())
    };
    let apart = |other: &&Rect| {
        place.left > other.right() + 6.0
            || other.left > place.right() + 6.0
            || place.top > other.bottom() + 2.0
            || other.top > place.bottom() + 2.0
    };
    let names = taken.iter().filter(|other| !apart(other)).count() as f64;
    let hidden = 1000.0 * names + 40.0 * over(marks, 6.0).0;
    // Most places are worse whatever the paths do, which have many more points.
    if hidden - 0.5 * FAR > most {
        return None;
    }
    let ((over_others, nearest_other), (over_own, nearest_own)) = (over(others, 2.0), over(own, 2.0));
    Some(hidden + 6.0 * over_others + 8.0 * over_own + nearest_own - 0.5 * nearest_other)
}

/// From a place to a point, squared; 0 within it.
fn squared_distance(place: &Rect, (x, y): Point) -> f64 {
    let dx = (place.left - x).max(x - place.right()).max(0.0);
    let dy = (place.top - y).max(y - place.bottom()).max(0.0);
    dx * dx + dy * dy
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Rect = Rect { left: 0.0, top: 0.0, width: 300.0, height: 200.0 };

    fn subject(places: &[Point], width: f64) -> Subject {
        Subject { places: places.to_vec(), width }
    }

    fn boxes(subjects: &[Subject]) -> Vec<Rect> {
        let named = beside(subjects, &[], &[], FRAME, 13.0);
        let boxed = |(at, subject): (Option<Point>, &Subject)| {
            let (left, middle) = at.unwrap();
            Rect { left, top: middle - 6.5, width: subject.width, height: 13.0 }
        };
        named.into_iter().zip(subjects).map(boxed).collect()
    }

    #[test]
    fn names_lie_beside_their_own_paths_and_on_no_other() {
        let subjects = [
            subject(&[(20.0, 60.0), (280.0, 60.0)], 60.0),
            subject(&[(20.0, 80.0), (280.0, 80.0)], 60.0),
            subject(&[(20.0, 60.0), (150.0, 190.0), (280.0, 60.0)], 60.0),
        ];
        let boxes = boxes(&subjects);
        let seen: Vec<Vec<Point>> = subjects.iter().map(|s| squares(&s.places, FRAME)).collect();
        for (index, place) in boxes.iter().enumerate() {
            let nearest = |path: usize| {
                seen[path].iter().map(|&at| squared_distance(place, at).sqrt()).fold(f64::INFINITY, f64::min)
            };
            assert!((0..3).all(|other| nearest(other) > 0.0), "{index} lies on a path: {place:?}");
            assert!(
                (0..3).all(|other| other == index || nearest(other) > nearest(index)),
                "{index}: {place:?}"
            );
        }
    }

    #[test]
    fn names_stay_within_the_frame_and_apart() {
        let same = [(295.0, 5.0), (299.0, 1.0)];
        let boxes = boxes(&[subject(&same, 90.0), subject(&same, 90.0)]);
        for place in &boxes {
            assert!(place.left >= 0.0 && place.right() <= 300.0 && place.top >= 0.0, "{place:?}");
        }
        assert!(boxes[0].top >= boxes[1].bottom() || boxes[1].top >= boxes[0].bottom(), "{boxes:?}");
    }

    #[test]
    fn names_keep_clear_of_what_is_written_already() {
        let path = [subject(&[(20.0, 100.0), (280.0, 100.0)], 60.0)];
        let at = |written: &[Rect]| beside(&path, &[], written, FRAME, 13.0)[0].unwrap();
        let free = at(&[]);
        let there = Rect { left: free.0 + 20.0, top: free.1 - 5.0, width: 20.0, height: 10.0 };
        let (left, middle) = at(&[there]);
        let apart = left > there.right() || left + 60.0 < there.left || (middle - free.1).abs() >= 11.5;
        assert!(apart, "{left} {middle} beside {free:?}");
    }

    #[test]
    fn a_path_out_of_sight_has_no_name() {
        assert_eq!(beside(&[subject(&[(400.0, 0.0), (1e6, 0.0)], 50.0)], &[], &[], FRAME, 13.0), [None]);
        assert_eq!(beside(&[subject(&[], 50.0)], &[], &[], FRAME, 13.0), [None]);
    }
}
