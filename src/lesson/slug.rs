//! Names of files and headings as parts of addresses.

use std::cmp::Ordering;

use crate::files::composed;

/// Returns letters and digits in lower case, everything between them one hyphen; other scripts stay.
pub(super) fn slugify(text: &str) -> String {
    let mut slug = String::new();
    for letter in composed(text).chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() || letter == '_' {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') && !matches!(letter, '\'' | '’') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Returns the id that GitHub gives a heading of this text: blanks are hyphens, one for each, and punctuation is nothing.
pub(super) fn github(text: &str) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    text.trim()
        .chars()
        .flat_map(char::to_lowercase)
        .filter(kept)
        .map(|l| if l == ' ' { '-' } else { l })
        .collect()
}

/// Returns a name without the number that orders it: `03-splitting-data` is `splitting-data`.
pub(super) fn without_number(name: &str) -> &str {
    let mut rest = name.trim_start_matches(|letter: char| letter.is_ascii_digit());
    // `1.2-intro` is the second of the first part.
    while let Some(part) =
        rest.strip_prefix('.').filter(|part| part.starts_with(|c: char| c.is_ascii_digit()))
    {
        rest = part.trim_start_matches(|letter: char| letter.is_ascii_digit());
    }
    let plain = rest.trim_start_matches(['-', '_', '.', ' ']);
    if rest.len() == name.len() || plain.len() == rest.len() || plain.is_empty() { name } else { plain }
}

/// Returns a name as a heading: `03-deep-networks` is `Deep networks`.
pub fn as_title(name: &str) -> String {
    let words = without_number(name).replace(['-', '_'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => name.to_owned(),
    }
}

/// Compares names as people order them: `2` before `10`.
pub(super) fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        match (left.chars().next(), right.chars().next()) {
            (None, None) => return a.cmp(b),
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (m, n) = (digits(left), digits(right));
                let (x, y) = (m.trim_start_matches('0'), n.trim_start_matches('0'));
                let order = x.len().cmp(&y.len()).then(x.cmp(y));
                if order != Ordering::Equal {
                    return order;
                }
                (left, right) = (&left[m.len()..], &right[n.len()..]);
            }
            (Some(x), Some(y)) => {
                let order = x.to_lowercase().cmp(y.to_lowercase()).then(x.cmp(&y));
                if order != Ordering::Equal {
                    return order;
                }
                (left, right) = (&left[x.len_utf8()..], &right[y.len_utf8()..]);
            }
        }
    }
}

fn digits(text: &str) -> &str {
    &text[..text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_parts_of_addresses() {
        assert_eq!(slugify("What's *new* in Adam?"), "whats-new-in-adam");
        assert_eq!(slugify("  Größe & 日本 "), "größe-日本");
        assert_eq!(slugify("!!"), "");
        assert_eq!(github("-> operator: what's *new*, Ü_1?"), "--operator-whats-new-ü_1");
        assert_eq!(without_number("03-splitting-data"), "splitting-data");
        assert_eq!(without_number("3d-shapes"), "3d-shapes");
        assert_eq!(without_number("2024"), "2024");
        assert_eq!(without_number("1.2-intro"), "intro");
        assert_eq!(without_number("1.10.3 intro"), "intro");
        assert_eq!(without_number("1.2"), "1.2");
        assert_eq!(as_title("02_deep-networks"), "Deep networks");
    }

    #[test]
    fn numbers_in_names_count() {
        let mut names = ["10-a", "2-b", "2-a", "a10", "a9", "02-c", "B", "b"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["2-a", "2-b", "02-c", "10-a", "a9", "a10", "B", "b"]);
    }
}
