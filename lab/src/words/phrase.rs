//! A phrase with gaps: read out of a text that was made with it, and filled anew.

/// A text with gaps, each `{name}`. One that is called `n`, or begins so (`n_rows`), holds a number; `part` a part of the
/// data; others anything that is no more than a sentence.
#[derive(Debug, PartialEq)]
pub(super) struct Phrase {
    text: String,
    /// What stands between the gaps; one more than there are gaps.
    between: Vec<String>,
    gaps: Vec<String>,
}

impl Phrase {
    pub(super) fn new(text: &str) -> Self {
        let (mut between, mut gaps, mut rest) = (Vec::new(), Vec::new(), text);
        while let Some((before, after)) = rest.split_once('{')
            && let Some((name, after)) = after.split_once('}')
        {
            between.push(before.to_owned());
            gaps.push(name.to_owned());
            rest = after;
        }
        between.push(rest.to_owned());
        Phrase { text: text.to_owned(), between, gaps }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn gaps(&self) -> impl Iterator<Item = &str> {
        self.gaps.iter().map(String::as_str)
    }

    /// Returns what a text has in the gaps, if it is this phrase: the first gap as short as can be, then the next.
    pub(super) fn read<'a>(&self, text: &'a str) -> Option<Vec<(&str, &'a str)>> {
        let rest = text.strip_prefix(self.between[0].as_str())?;
        let mut found = Vec::new();
        self.read_from(0, rest, &mut found).then_some(found)
    }

    /// Reads the gaps from one on, with what follows each.
    fn read_from<'s, 'a>(&'s self, gap: usize, text: &'a str, found: &mut Vec<(&'s str, &'a str)>) -> bool {
        let Some(name) = self.gaps.get(gap) else { return text.is_empty() };
        let next = self.between[gap + 1].as_str();
        let ends = match next.is_empty() && gap + 1 == self.gaps.len() {
            true => vec![text.len()],
            false => text.match_indices(next).map(|(place, _)| place).collect(),
        };
        for end in ends {
            let part = &text[..end];
            let fits = match name.as_str() {
                "part" => ["train", "dev", "test"].contains(&part),
                name if name == "n" || name.starts_with("n_") => is_number(part),
                _ => !part.is_empty() && !part.contains(". "),
            };
            if fits {
                found.push((name, part));
                if self.read_from(gap + 1, &text[end + next.len()..], found) {
                    return true;
                }
                found.pop();
            }
        }
        false
    }

    /// Returns the phrase with its gaps filled; a gap for which there is nothing stays.
    pub(super) fn fill(&self, mut part: impl FnMut(&str) -> Option<String>) -> String {
        let mut out = self.between[0].clone();
        for (gap, after) in self.gaps.iter().zip(&self.between[1..]) {
            match part(gap) {
                Some(part) => out.push_str(&part),
                None => out.push_str(&format!("{{{gap}}}")),
            }
            out.push_str(after);
        }
        out
    }
}

/// Returns whether a text is a number as people write it: `1,797`, `−0.5`, `3×10⁻⁷`, `60%`.
fn is_number(text: &str) -> bool {
    let rest = text.strip_prefix(['-', '\u{2212}', '+']).unwrap_or(text);
    let rest = rest.replace(" × ", "×");
    rest.starts_with(|c: char| c.is_ascii_digit())
        && !rest.ends_with(['.', ',', '-', '+'])
        && rest.chars().all(|c| c.is_ascii_digit() || ".,%×⁻⁰¹²³⁴⁵⁶⁷⁸⁹\u{a0}\u{2009}\u{202f}e-+k".contains(c))
}
