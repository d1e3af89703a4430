//! Numbers in words: `five`, `twenty-five`, `two hundred`.

use super::words::{Number, Word};

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// Returns a sentence in which the words of a number are one. `one` alone is no number: it may be somebody.
pub(super) fn joined(passage: &str, words: &[Word]) -> Vec<Word> {
    let mut out = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        match number(words, at).filter(|(value, _)| *value >= 2) {
            Some((value, end)) => {
                let range = words[at].range.start..words[end - 1].range.end;
                let value = f64::from(value);
                let number =
                    Number { value, unit: 1.0, digits: 1, decimals: 0, percent: false, spelled: true };
                let text = passage[range.clone()].to_lowercase();
                out.push(Word { text, range, number: Some(number), in_formula: false });
                at = end;
            }
            None => {
                out.push(words[at].clone());
                at += 1;
            }
        }
    }
    out
}

/// Reads the number that begins at a word, and where it ends.
fn number(words: &[Word], from: usize) -> Option<(u32, usize)> {
    let text =
        |at: usize| words.get(at).filter(|word| !word.in_formula).map_or("", |word| word.text.as_str());
    // `a thousand` is as vague as `many`.
    let (mut value, mut at) = below_hundred(&text, from)?;
    for (word, size) in [("hundred", 100), ("thousand", 1000)] {
        if text(at) != word {
            continue;
        }
        value *= size;
        at += 1;
        let rest = below_hundred(&text, at + usize::from(text(at) == "and"));
        if let Some((rest, end)) = rest.filter(|_| text(at) == "and" || size == 100) {
            value += rest;
            at = end;
        }
    }
    Some((value, at))
}

fn below_hundred<'w>(text: &impl Fn(usize) -> &'w str, from: usize) -> Option<(u32, usize)> {
    let place = |names: &[&str], at: usize| names.iter().position(|name| *name == text(at));
    if let Some(small) = place(&SMALL, from) {
        return Some((small as u32, from + 1));
    }
    let tens = 10 * (place(&TENS, from)? as u32 + 2);
    let unit = from + 1 + usize::from(text(from + 1) == "-");
    match place(&SMALL[1..10], unit) {
        Some(units) => Some((tens + units as u32 + 1, unit + 1)),
        None => Some((tens, from + 1)),
    }
}
