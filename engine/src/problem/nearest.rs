/// The most pairs of letters that are compared for one word: thousands of names may be much alike.
const MOST_WORK: usize = 1_000_000;
/// The most letters of a name that count: what is longer differs before, or is no slip.
const LONGEST: usize = 64;

/// Returns the candidate that `word` was probably meant to be, if one is near enough.
///
/// Near means that a third of the longer word's letters differ at most (insertions, deletions,
/// substitutions and swaps of neighbours count one each), letter case and `-` against `_` apart. Of those equally near it is the
/// first. Most candidates are ruled out by their length and letters, so that thousands of them take little time.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = Plain::of(word);
    let mut best: Option<(usize, &str)> = None;
    let mut left = MOST_WORK;
    for candidate in candidates {
        let other = Plain::of(candidate);
        let near = word.length.max(other.length) / 3;
        let most = match best {
            None => near,
            Some((0, _)) => break,
            Some((distance, _)) => near.min(distance - 1),
        };
        if !word.may_be_within(&other, most) {
            continue;
        }
        let Some(rest) = left.checked_sub(word.shown * other.shown) else { break };
        left = rest;
        if let Some(distance) = word.distance_within(&other, most) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The letters that are compared, in a place of their own on the stack.
struct Plain {
    letters: [char; LONGEST],
    /// How many there are, and how many the name had.
    shown: usize,
    length: usize,
    /// How often each letter occurs, of those alike in their last four bits together.
    counts: [u8; 16],
}

impl Plain {
    fn of(text: &str) -> Plain {
        let mut plain = Plain { letters: ['\0'; LONGEST], shown: 0, length: 0, counts: [0; 16] };
        for letter in text.chars() {
            plain.length += 1;
            if plain.shown == LONGEST {
                continue;
            }
            let letter = match letter {
                '-' | ' ' => '_',
                letter if letter.is_ascii() => letter.to_ascii_lowercase(),
                letter => letter.to_lowercase().next().unwrap_or(letter),
            };
            plain.letters[plain.shown] = letter;
            plain.counts[letter as usize % 16] += 1;
            plain.shown += 1;
        }
        plain
    }

    /// Returns whether lengths and letters allow a distance that is not above `most`.
    fn may_be_within(&self, other: &Plain, most: usize) -> bool {
        self.shown.abs_diff(other.shown) <= most && self.missing(other).max(other.missing(self)) <= most
    }

    /// Returns the optimal string alignment distance (Levenshtein's, with swaps of neighbours), if it is not above `most`.
    fn distance_within(&self, other: &Plain, most: usize) -> Option<usize> {
        let (a, b) = (&self.letters[..self.shown], &other.letters[..other.shown]);
        // The rows of the table, the last three of which are needed, take turns.
        let mut rows = [[0; LONGEST + 1]; 3];
        rows[0] = std::array::from_fn(|column| column as u8);
        for i in 1..=a.len() {
            let (row, above, before) = (i % 3, (i + 2) % 3, (i + 1) % 3);
            rows[row][0] = i as u8;
            let mut least = i as u8;
            for j in 1..=b.len() {
                let replace = rows[above][j - 1] + u8::from(a[i - 1] != b[j - 1]);
                let mut best = replace.min(rows[above][j] + 1).min(rows[row][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[before][j - 2] + 1);
                }
                rows[row][j] = best;
                least = least.min(best);
            }
            // A swap leads past one row, and costs one.
            if usize::from(least) > most + 1 {
                return None;
            }
        }
        Some(usize::from(rows[a.len() % 3][b.len()])).filter(|distance| *distance <= most)
    }

    /// Returns how many letters of this the other lacks at least, each of which is one edit.
    fn missing(&self, other: &Plain) -> usize {
        let pairs = self.counts.iter().zip(&other.counts);
        pairs.map(|(own, others)| usize::from(own.saturating_sub(*others))).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(a: &str, b: &str) -> usize {
        let both = [a, b].map(Plain::of);
        let known = |most: &usize| both[0].distance_within(&both[1], *most);
        let found = (0..).find(|most| known(most).is_some()).unwrap();
        assert_eq!(known(&found), Some(found));
        assert_eq!(known(&64), Some(found));
        found
    }

    #[test]
    fn counts_edits_and_swaps() {
        assert_eq!(distance("adam", "adam"), 0);
        assert_eq!(distance("", "sgd"), 3);
        assert_eq!(distance("learning_rat", "learning_rate"), 1);
        assert_eq!(distance("seeds", "sedes"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("abcdef", "badcfe"), 3);
        assert_eq!(distance(&"a".repeat(100), &"b".repeat(100)), 64);
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

    #[test]
    fn of_several_the_nearest_is_found_and_of_equals_the_first() {
        assert_eq!(nearest("section-13", ["section-1", "section-12", "section-134"]), Some("section-1"));
        assert_eq!(nearest("widths", ["width_ab", "widhts", "widths"]), Some("widths"));
        assert_eq!(nearest("größe", ["GROESSE", "grösse", "grose"]), Some("grösse"));
    }
}
