//! Tables whose rows are shorter than their header: what lacks is made up for by empty cells, so that a short text can become a
//! long page.

use std::ops::Range;

use crate::experiment::figure;

/// The most cells that the rows of a text may lack.
const MOST: usize = 100_000;

/// Returns where the rows of a text have come to lack more cells than they may, and what is expected there. It is found before
/// Markdown is parsed, since the parser makes each cell.
pub(super) fn lacking(text: &str) -> Option<(Range<usize>, String)> {
    let mut lacking: usize = 0;
    // Of the table that the line before belongs to, if that is one.
    let mut columns = None;
    let mut at = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let range = at..at + line.trim_end().len();
        at += line.len();
        if line == "\n" && text[..range.start].ends_with('\r') {
            // The end of the same line.
            continue;
        }
        // What is blank to the parser: a row of a space that does not break is a row.
        let blank = [' ', '\t', '\u{b}', '\u{c}', '\r', '\n'];
        let row = line.trim_start_matches([' ', '\t', '>']).trim_end_matches(blank);
        let bars = || memchr::memchr_iter(b'|', row.as_bytes()).count();
        let divides =
            row.contains('-') && row.chars().all(|letter| matches!(letter, '|' | '-' | ':' | ' ' | '\t'));
        columns = match columns {
            _ if row.is_empty() => None,
            // What only looks like a table costs nothing but this sum; within one, a line of dashes is a row like others.
            _ if divides => Some((bars() + 1).max(columns.unwrap_or(0))),
            Some(columns) => {
                lacking += columns.saturating_sub(bars() + 1);
                Some(columns)
            }
            None => None,
        };
        if lacking > MOST {
            return Some((range, format!("expected at most {} such cells", figure(MOST as f64))));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rows_lack_is_counted_over_all_tables() {
        let table = |rows: usize| {
            format!("{}|\n{}|\n{}\n", "|a".repeat(102), "|-".repeat(102), "> |b|\n".repeat(rows))
        };
        assert_eq!(lacking(&table(900)), None);
        let text = table(600) + &table(600);
        let (place, _) = lacking(&text).expect("more than 100,000");
        assert_eq!(&text[place], "> |b|");
        for hidden in ["|-|\n|b|\n", "\u{a0}\n|b|\n", "|b|\r", "|b|\r\n"] {
            let text = format!("{}\n{}", table(0).trim_end(), hidden.repeat(1200));
            assert!(lacking(&text).is_some(), "{hidden:?}");
        }
        let whole = format!("|a|b|\n|-|-|\n{}", "|1|2|\n".repeat(200_000));
        assert_eq!(lacking(&whole), None);
        assert_eq!(lacking(&"---\n\na\n".repeat(100_000)), None);
    }
}
