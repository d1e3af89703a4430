//! Prose as words and numbers.

use std::ops::Range;

use super::{spelled, tables};

/// A number as it was typed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    /// 0.25 of `25%`.
    pub value: f64,
    /// What the last digit counts: 0.001 of `97.4%`.
    pub unit: f64,
    /// Digits from the first that is not 0.
    pub digits: usize,
    pub decimals: usize,
    pub percent: bool,
    /// Whether it is written in words: `twenty-five`.
    pub spelled: bool,
}

impl Number {
    /// Returns whether a value reads like this once it is rounded as this number is.
    pub(super) fn reads(&self, value: f64) -> bool {
        (value - self.value).abs() <= 0.5 * self.unit * (1.0 + 1e-9)
    }
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    /// In small letters.
    pub text: String,
    /// Bytes of the passage.
    pub range: Range<usize>,
    pub number: Option<Number>,
    /// Whether it stands in a formula.
    pub in_formula: bool,
}

/// Returns the sentences of a passage. A cell of a table is one, which begins with what its row and its column are called.
pub(super) fn sentences(passage: &str) -> Vec<Vec<Word>> {
    tables::sentences(passage).unwrap_or_else(|| read(passage, 0..passage.len()))
}

/// Returns the sentences of a part of a passage.
pub(super) fn read(passage: &str, part: Range<usize>) -> Vec<Vec<Word>> {
    let (mut all, mut sentence) = (Vec::new(), Vec::new());
    let mut in_formula = false;
    let mut at = part.start;
    let passage = &passage[..part.end];
    while let Some(letter) = passage[at..].chars().next() {
        let before = passage[..at].chars().next_back();
        let end = match letter {
            _ if letter.is_ascii_digit() || letter == '.' && starts_digit(&passage[at + 1..]) => {
                let (number, length) = number(
                    &passage[at..],
                    beside(&passage[..at]),
                    passage[..at].trim_end_matches([' ', '>']).ends_with('\n')
                        || passage[..at].trim().is_empty(),
                    in_formula,
                );
                let text = passage[at..at + length].to_lowercase();
                sentence.push(Word { text, range: at..at + length, number, in_formula });
                at + length
            }
            _ if letter.is_alphabetic() => {
                let length = passage[at..]
                    .find(|c: char| !c.is_alphanumeric() && c != '\'')
                    .unwrap_or(passage.len() - at);
                let text = passage[at..at + length].to_lowercase();
                sentence.push(Word { text, range: at..at + length, number: None, in_formula });
                at + length
            }
            _ => {
                // Two dollars open a formula as one does.
                in_formula ^= letter == '$' && before != Some('$');
                let ends = matches!(letter, '.' | '?' | '!' | ';')
                    && passage[at + 1..].starts_with([' ', '\n', '"', '*', '<', ')'])
                    || letter == '|'
                    || letter == '\n' && (begins_item(&passage[at + 1..]) || ends_title(&passage[..at]))
                    || matches!(letter, '.' | '?' | '!') && at + 1 == passage.len();
                let is_sign =
                    !letter.is_whitespace() && !matches!(letter, '`' | '*' | '$' | '\\' | '"' | '_');
                if is_sign {
                    sentence.push(Word {
                        text: letter.to_string(),
                        range: at..at + letter.len_utf8(),
                        number: None,
                        in_formula,
                    });
                }
                if ends {
                    all.push(std::mem::take(&mut sentence));
                }
                at + letter.len_utf8()
            }
        };
        at = end;
    }
    all.push(sentence);
    all.retain(|sentence| !sentence.is_empty());
    all.into_iter().map(|words| spelled::joined(passage, &words)).collect()
}

/// Whether a line begins an item of a list.
fn begins_item(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t', '>']);
    let count = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with(['-', '*', '+']) && line[1..].starts_with(' ')
        || count.len() < line.len() && (count.starts_with(". ") || count.starts_with(") "))
}

/// Whether a text ends with the title of an alert: `> [!NOTE] Five hundred units`.
fn ends_title(text: &str) -> bool {
    let line = text.rsplit('\n').next().unwrap_or_default();
    line.trim_start_matches([' ', '\t', '>']).starts_with("[!")
}

/// What stands before a number, marks of emphasis left out: those of a product or an index follow a letter or a digit.
fn beside(before: &str) -> Option<char> {
    let plain = before.trim_end_matches(['*', '_']).chars().next_back();
    match before.chars().next_back() {
        Some('*' | '_') if plain.is_none_or(|c| !c.is_alphanumeric() && c != ')') => plain,
        last => last,
    }
}

fn starts_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Reads a number, and how many bytes it takes; what only looks like one (an exponent, an index, a fraction, `25th`, the mark of
/// a list) is a word.
fn number(text: &str, before: Option<char>, at_start: bool, in_formula: bool) -> (Option<Number>, usize) {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    // What else parts thousands: `61 400`, `61{,}400` in a formula.
    let parted = |digits: usize, end: usize| {
        let signs = [" ", "\u{a0}", "\u{202f}", "\u{2009}", "{,}"];
        let length = signs.iter().find(|sign| text[end..].starts_with(**sign))?.len();
        let follows = (0..3).all(|next| digit(end + length + next)) && !digit(end + length + 3);
        (follows && (1..=3).contains(&digits)).then_some(length)
    };
    let mut end = 0;
    let mut plain = String::new();
    let mut decimals = None;
    loop {
        match bytes.get(end) {
            Some(byte) if byte.is_ascii_digit() => {
                plain.push(char::from(*byte));
                decimals = decimals.map(|count: usize| count + 1);
                end += 1;
            }
            Some(b',') if decimals.is_none() && (1..=3).all(|next| digit(end + next)) && !digit(end + 4) => {
                end += 1;
            }
            Some(b'.') if decimals.is_none() && digit(end + 1) => {
                plain.push('.');
                decimals = Some(0);
                end += 1;
            }
            Some(_) if decimals.is_none() && !plain.starts_with('0') => match parted(plain.len(), end) {
                Some(sign) => end += sign,
                None => break,
            },
            _ => break,
        }
    }
    let mut exponent: i32 = 0;
    if bytes.get(end).is_some_and(|byte| matches!(byte, b'e' | b'E')) {
        let sign = usize::from(bytes.get(end + 1).is_some_and(|byte| matches!(byte, b'-' | b'+')));
        let digits = bytes[end + 1 + sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if let (1.., Ok(power)) = (digits, text[end + 1..end + 1 + sign + digits].parse()) {
            exponent = power;
            end += 1 + sign + digits;
        }
    }
    // Thousands and millions, as in `61.4k`.
    let size = [('k', 3), ('M', 6)].into_iter().find(|(letter, _)| {
        text[end..].starts_with(*letter) && !text[end + 1..].starts_with(|c: char| c.is_alphanumeric())
    });
    if let Some((_, power)) = size.filter(|_| exponent == 0) {
        exponent = power;
        end += 1;
    }
    if text[end..].starts_with(" thousand") && exponent == 0 {
        exponent = 3;
        end += " thousand".len();
    }
    let rest = &text[end..];
    let is_mark = at_start && (rest.starts_with(". ") || rest.starts_with(") "));
    let is_part = before.is_some_and(|c| c.is_alphanumeric() || "_^/{[#×*-".contains(c))
        || rest.starts_with(|c: char| c.is_alphabetic() || "^/×".contains(c))
        || rest
            .strip_prefix('_')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || "{\\".contains(c)))
        || rest.starts_with("\\cdot")
        || rest.trim_start().starts_with(['×', '/', '^'])
        || in_formula && rest.trim_start().starts_with(['-', '+', '*', '−']);
    let value: Option<f64> = plain.parse().ok();
    let Some(value) = value.filter(|_| !is_mark && !is_part && exponent.abs() < 30) else {
        return (None, end.max(1));
    };
    let sign =
        ["%", "\\%", " %", "\u{a0}%", "\u{202f}%", "\\,\\%"].into_iter().find(|sign| rest.starts_with(sign));
    let spelled = (rest.starts_with(" percent") || rest.starts_with(" per cent")).then_some(0);
    let percent = sign.map(str::len).or(spelled);
    let power = exponent - if percent.is_some() { 2 } else { 0 };
    let scale = libm::exp10(f64::from(power));
    let decimals = decimals.unwrap_or(0);
    let digits = plain.trim_start_matches(['0', '.']).chars().filter(char::is_ascii_digit).count();
    let unit = libm::exp10(f64::from(power - decimals as i32));
    let percent_sign = percent.is_some();
    let number =
        Number { value: value * scale, unit, digits, decimals, percent: percent_sign, spelled: false };
    (Some(number), end + percent.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<f64> {
        sentences(text).concat().iter().filter_map(|word| word.number).map(|number| number.value).collect()
    }

    #[test]
    fn numbers_are_read_as_readers_do() {
        assert_eq!(
            numbers("At 61,400 of 1e-3, 97.5% and .5; 20 percent."),
            [61400.0, 0.001, 0.975, 0.5, 0.2]
        );
        assert_eq!(numbers("**0.5**, _0.25_, 1 %, 12.5\u{a0}%, 61.4k"), [0.5, 0.25, 0.01, 0.125, 61400.0]);
        assert_eq!(
            numbers("61 400 weights, $61{,}400$, 61\u{202f}400, 61 thousand, 12 of 300, 0.5 100"),
            [61400.0, 61400.0, 61400.0, 61000.0, 12.0, 300.0, 0.5, 100.0]
        );
        assert_eq!(numbers("the 25th, x_1, $w^{50}$, 1/2, L2, $10^{-8}$, 8×8, v2.1"), [0.0; 0]);
        assert_eq!(numbers("1. Try 3, $\\beta = 1 - r$, $x = 2$"), [3.0, 2.0]);
        assert_eq!(numbers("1, 2 and 3.5."), [1.0, 2.0, 3.5]);
        let word = &sentences("97.40%")[0][0];
        assert!(word.number.unwrap().reads(0.97404) && !word.number.unwrap().reads(0.9741));
        assert_eq!((word.number.unwrap().digits, word.range.clone()), (4, 0..6));
    }

    #[test]
    fn numbers_in_words_are_read_too() {
        assert_eq!(
            numbers("After twenty-five epochs, two hundred units, a thousand steps, one"),
            [25.0, 200.0]
        );
        assert_eq!(
            numbers("two hundred and twenty, sixty four, ten and twelve, hundreds"),
            [220.0, 64.0, 10.0, 12.0]
        );
        let word = sentences("by twenty-five epochs")[0][1].clone();
        assert_eq!((word.text.as_str(), word.range), ("twenty-five", 3..14));
    }

    #[test]
    fn a_sentence_ends_where_readers_stop() {
        let found = sentences("One of 0.5. Two? Three | four");
        let found: Vec<String> = found.iter().map(|words| words[0].text.clone()).collect();
        assert_eq!(found, ["one", "two", "three", "four"]);
    }
}
