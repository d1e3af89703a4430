//! Tables of prose: what a cell says is told by its row and its column.

use std::ops::Range;

use super::words::{Word, read};

/// What heads a column that says nothing of what is in it.
const SAYS_NOTHING: [&str; 14] = [
    "value",
    "values",
    "setting",
    "settings",
    "number",
    "here",
    "wert",
    "werte",
    "einstellung",
    "valeur",
    "valeurs",
    "réglage",
    "valor",
    "valores",
];

/// Returns the sentences of a passage that is a table, or has one at its end; none of any other.
pub(super) fn sentences(passage: &str) -> Option<Vec<Vec<Word>>> {
    let lines = lines(passage);
    let text = |line: usize| passage[lines[line].clone()].trim();
    let is_rule = |line: &usize| {
        let text = text(*line);
        text.contains('-') && text.contains('|') && text.chars().all(|c| matches!(c, '|' | ':' | '-' | ' '))
    };
    let rule = (1..lines.len()).find(is_rule)?;
    let mut all = read(passage, 0..lines[rule - 1].start);
    let heads: Vec<Vec<Word>> =
        cells(passage, &lines[rule - 1]).into_iter().map(|cell| words(passage, cell)).collect();
    all.extend(heads.iter().cloned());
    for line in &lines[rule + 1..] {
        let cells = cells(passage, line);
        let row = cells.first().map(|cell| words(passage, cell.clone())).unwrap_or_default();
        let row_is_name = row.iter().all(|word| word.number.is_none());
        for (column, cell) in cells.into_iter().enumerate() {
            let start = cell.start;
            let head = heads.get(column).map_or(&[][..], Vec::as_slice);
            // A head of several numbers (`kept of 256, 64 and 32 units`) names each of several things.
            let several = head.iter().filter(|word| word.number.is_some()).count() > 1;
            let is_said = !several && !head.iter().all(|word| SAYS_NOTHING.contains(&word.text.as_str()));
            let mut sentence = Vec::new();
            if column > 0 && row_is_name {
                sentence.extend(row.iter().cloned());
            }
            if is_said {
                // Its own numbers were read already.
                sentence.extend(head.iter().map(|word| Word { number: None, ..word.clone() }));
            }
            if !sentence.is_empty() {
                sentence.push(Word {
                    text: ":".to_owned(),
                    range: start..start,
                    number: None,
                    in_formula: false,
                });
            }
            sentence.extend(words(passage, cell));
            all.push(sentence);
        }
    }
    all.retain(|sentence| !sentence.is_empty());
    Some(all)
}

fn words(passage: &str, cell: Range<usize>) -> Vec<Word> {
    read(passage, cell).concat()
}

fn lines(passage: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let line = |line: &str| {
        let start = at;
        at += line.len();
        start..at
    };
    passage.split_inclusive('\n').map(line).collect()
}

/// The cells of a row, without the bars around it.
fn cells(passage: &str, line: &Range<usize>) -> Vec<Range<usize>> {
    let text = &passage[line.clone()];
    let inside = text.trim().trim_start_matches('>').trim();
    let start = line.start + text.find(inside).unwrap_or(0);
    let (mut cells, mut from) = (Vec::new(), start);
    for (at, _) in inside.match_indices('|') {
        let bar = start + at;
        if passage[..bar].ends_with('\\') {
            continue;
        }
        if bar > start {
            cells.push(from..bar);
        }
        from = bar + 1;
    }
    if from < start + inside.len() {
        cells.push(from..start + inside.len());
    }
    cells
}
