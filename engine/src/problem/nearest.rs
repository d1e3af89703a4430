/// The candidate that `word` was probably meant to be, if one is near enough.
///
/// Near means that a third of the longer word's letters differ at most (insertions, deletions,
/// substitutions and swaps of neighbours count one each), letter case and `-` against `_` apart.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
    let word = plain(word);
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| distance * 3 <= word.chars().count().max(candidate.chars().count()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The optimal string alignment distance (Levenshtein's, with swaps of neighbours).
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits_and_swaps() {
        assert_eq!(distance("adam", "adam"), 0);
        assert_eq!(distance("", "sgd"), 3);
        assert_eq!(distance("learning_rat", "learning_rate"), 1);
        assert_eq!(distance("seeds", "sedes"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn finds_what_was_meant_and_nothing_else() {
        let known = ["learning_rate", "epochs", "batch_size", "l2"];
        assert_eq!(nearest("learning_rat", known), Some("learning_rate"));
        assert_eq!(nearest("batch-size", known), Some("batch_size"));
        assert_eq!(nearest("Epochs", known), Some("epochs"));
        assert_eq!(nearest("patience", known), None);
        assert_eq!(nearest("x", known), None);
    }
}
