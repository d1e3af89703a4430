//! A series in one line of a terminal.

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Returns at most `width` blocks from the series' least to its greatest value; a gap where it is not finite.
pub(super) fn sparkline(values: &[f64], width: usize) -> String {
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let (low, high) =
        finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let shown = values.len().min(width);
    let at = |index: usize| values[index * (values.len() - 1) / (shown.max(2) - 1)];
    (0..shown)
        .map(|index| {
            let value = at(index);
            if !value.is_finite() {
                return ' ';
            }
            let level = if high > low { (value - low) / (high - low) * 7.0 } else { 0.0 };
            BLOCKS[level.round() as usize]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::sparkline;

    #[test]
    fn spans_from_least_to_greatest() {
        assert_eq!(sparkline(&[0.0, 1.0, 2.0, 7.0], 10), "▁▂▃█");
        assert_eq!(sparkline(&[1.0, f64::NAN, 1.0], 10), "▁ ▁");
        assert_eq!(sparkline(&[], 10), "");
        assert_eq!(sparkline(&[3.0], 1), "▁");
    }

    #[test]
    fn a_long_series_keeps_its_ends() {
        let long: Vec<f64> = (0..1000).map(f64::from).collect();
        let line = sparkline(&long, 20);
        assert_eq!(line.chars().count(), 20);
        assert!(line.starts_with('▁') && line.ends_with('█'));
    }
}
