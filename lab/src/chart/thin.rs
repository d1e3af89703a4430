//! Thinning: what lies within one column of px is told by its first, lowest, highest and last point.

use super::figure::Point;

/// Columns a px; half a px is finer than any screen shows a line 1.5 px wide.
const COLUMNS: f64 = 2.0;

/// Indices of the points of a line, in px, that have to be drawn so that it looks the same.
pub(crate) fn kept(places: &[Point]) -> Vec<usize> {
    let mut kept = Vec::new();
    let mut start = 0;
    while start < places.len() {
        let column = column(places[start].0);
        let length = places[start..].iter().take_while(|place| self::column(place.0) == column).count();
        kept.extend(extremes(places, start, start + length - 1));
        start += length;
    }
    kept
}

/// Returns the column of px that a place along a side of the page lies in.
pub(crate) fn column(place: f64) -> i64 {
    (place * COLUMNS).floor() as i64
}

/// First, lowest, highest and last of a range, each once and in their order.
fn extremes(places: &[Point], first: usize, last: usize) -> Vec<usize> {
    let mut lowest = first;
    let mut highest = first;
    for index in first..=last {
        if places[index].1 < places[lowest].1 {
            lowest = index;
        }
        if places[index].1 > places[highest].1 {
            highest = index;
        }
    }
    let mut all = vec![first, lowest, highest, last];
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_points_all_stay() {
        let places: Vec<Point> = (0..100).map(|i| (f64::from(i) * 3.0, f64::from(i % 7))).collect();
        assert_eq!(kept(&places), (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn many_points_keep_their_outline() {
        let places: Vec<Point> =
            (0..10_000).map(|i| (f64::from(i) * 0.06, f64::from((i * 7919) % 100))).collect();
        let kept = kept(&places);
        assert!(kept.len() < 5_000, "{}", kept.len());
        assert_eq!((kept[0], kept[kept.len() - 1]), (0, 9_999));
        for column in 0..1_200 {
            let range = |indices: &mut dyn Iterator<Item = usize>| {
                let ys = indices.filter(|&i| super::column(places[i].0) == column).map(|i| places[i].1);
                ys.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)))
            };
            assert_eq!(range(&mut (0..10_000)), range(&mut kept.iter().copied()));
        }
    }

    #[test]
    fn nothing_gives_nothing() {
        assert!(kept(&[]).is_empty());
    }
}
