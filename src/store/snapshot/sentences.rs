//! Which printed sentences read otherwise than the accepted ones.

use super::Said;

/// A sentence before and now.
#[derive(Clone, Debug, PartialEq)]
pub struct Reworded {
    /// Its place among the new sentences.
    pub index: usize,
    pub before: String,
    pub now: String,
    /// Whether only numbers in it are others: its words are the same.
    pub in_numbers: bool,
}

/// What share of its words a sentence must have in common with another one to be the same with other numbers.
const ALIKE: f64 = 0.5;

/// Returns the sentences that are others now. One whose words are the same but for numbers is found wherever it stands; of
/// the rest, each is beside the accepted one that is most like it, if any is. New sentences and lost ones are the author's.
pub fn reworded(old: &[Said], new: &[Said]) -> Vec<Reworded> {
    let mut old: Vec<&Said> = old.iter().collect();
    let mut left: Vec<(usize, &Said)> = new.iter().enumerate().collect();
    left.retain(|(_, said)| match old.iter().position(|before| before == said) {
        Some(place) => {
            old.remove(place);
            false
        }
        None => true,
    });
    let mut found = Vec::new();
    let mut pair = |in_numbers: bool, alike: &dyn Fn(&Said, &Said) -> f64| {
        left.retain(|(index, said)| {
            let likeness = |before: &Said| match before.page == said.page {
                true => alike(before, said),
                false => 0.0,
            };
            let best = old
                .iter()
                .enumerate()
                .map(|(place, before)| (place, likeness(before)))
                .filter(|(_, likeness)| *likeness >= ALIKE)
                // Of equals the first: sentences keep their order.
                .reduce(|best, other| if other.1 > best.1 { other } else { best });
            let Some((place, _)) = best else { return true };
            let before = old.remove(place).text.clone();
            found.push(Reworded { index: *index, before, now: said.text.clone(), in_numbers });
            false
        });
    };
    pair(true, &|before, now| f64::from(u8::from(words(before) == words(now))));
    pair(false, &|before, now| in_common(&words(before), &words(now)));
    found.sort_by_key(|reworded| reworded.index);
    found
}

/// Returns the words of a sentence, every number alike.
fn words(said: &Said) -> Vec<&str> {
    let word = |word| match is_number(word) {
        true => "#",
        false => word,
    };
    said.text.split_whitespace().map(word).collect()
}

/// Returns whether a word is a number, or what stands for one that does not exist.
fn is_number(word: &str) -> bool {
    let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    word.contains(|letter: char| letter.is_ascii_digit())
        || matches!(bare, "NaN" | "inf" | "nan" | "never")
        || matches!(word, "–" | "—")
}

/// Returns how many words two sentences have in common, by the longer one.
fn in_common(a: &[&str], b: &[&str]) -> f64 {
    let mut left = b.to_vec();
    let common = a.iter().filter(|word| match left.iter().position(|other| other == *word) {
        Some(place) => {
            left.swap_remove(place);
            true
        }
        None => false,
    });
    common.count() as f64 / a.len().max(b.len()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(texts: &[&str]) -> Vec<Said> {
        texts.iter().map(|text| Said { page: None, text: (*text).to_owned() }).collect()
    }

    #[test]
    fn a_sentence_with_another_number_is_the_same_sentence() {
        let old = said(&["Adam ends at 0.089.", "It takes 12 epochs.", "SGD ends at 0.1."]);
        let new = said(&["It takes 12 epochs.", "SGD ends at NaN.", "Adam ends at 0.075."]);
        let found = reworded(&old, &new);
        let found: Vec<_> =
            found.iter().map(|r| (r.index, r.before.as_str(), r.now.as_str(), r.in_numbers)).collect();
        let sgd = (1, "SGD ends at 0.1.", "SGD ends at NaN.", true);
        assert_eq!(found, [sgd, (2, "Adam ends at 0.089.", "Adam ends at 0.075.", true)]);
    }

    #[test]
    fn other_words_are_told_apart_from_other_numbers() {
        let old = said(&["After 20 epochs Adam stands at 0.1.", "Gone for good."]);
        let new = said(&["Something else, 5.", "After ten epochs Adam stands at 0.2."]);
        let found = reworded(&old, &new);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].index, found[0].in_numbers), (1, false));
        assert_eq!(reworded(&old, &old), []);
    }

    #[test]
    fn a_sentence_belongs_to_its_page() {
        let mut new = said(&["It is 2."]);
        new[0].page = Some("other".to_owned());
        assert_eq!(reworded(&said(&["It is 1."]), &new), []);
    }
}
