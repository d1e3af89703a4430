//! Numbers as people and spreadsheets write them, which a cell cannot hold: what to write in their place.

use super::number::number;

/// What may part thousands.
const THOUSANDS: [char; 8] = [',', '.', '\'', '’', '_', ' ', '\u{a0}', '\u{202f}'];

/// Returns what to do about a cell that a number was meant by; nothing where none is known.
pub(super) fn advice(cell: &str) -> Option<String> {
    // A page's module reads tables that a build has read.
    if !cfg!(feature = "complete") {
        return None;
    }
    let cell = cell.trim();
    let is_number = |text: &str| number(text).is_ok();
    let hyphened = cell.replace(['−', '–'], "-");
    if hyphened != cell && is_number(&hyphened) {
        return Some("write the sign as a hyphen, -".to_owned());
    }
    if let Some(plain) = without_thousands(cell) {
        return Some(match cell.matches(THOUSANDS).count() {
            1 if cell.contains(',') => {
                format!("write {plain}, or {} where the comma parts decimals", cell.replace(',', "."))
            }
            _ => "write numbers without signs between thousands".to_owned(),
        });
    }
    if is_number(&cell.replacen(',', ".", 1)) {
        return Some("write decimals with a point".to_owned());
    }
    let bare = cell.trim_start_matches(CURRENCIES).trim_start();
    let alone = bare.trim_end_matches(|end: char| !end.is_ascii_digit());
    let unit = &bare[alone.len()..];
    // A letter right behind digits is rather a slip, `12o`.
    let is_unit = unit.chars().count() != 1 || unit == "%" || unit.starts_with(CURRENCIES);
    (is_unit && alone != cell && is_number(&alone.replacen(',', ".", 1)))
        .then(|| "write the number alone: its unit may stand in the name of the column".to_owned())
}

const CURRENCIES: [char; 4] = ['$', '€', '£', '¥'];

/// Returns a number without the signs between its thousands, `1,234` or `1.234.567,5`: the last of two kinds of signs parts decimals.
fn without_thousands(cell: &str) -> Option<String> {
    let (sign, digits) = match cell.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", cell),
    };
    let mark = digits.chars().find(|letter| THOUSANDS.contains(letter))?;
    let (whole, decimals) = match digits.rsplit_once([',', '.']) {
        Some((whole, decimals)) if !digits[whole.len()..].starts_with(mark) => (whole, Some(decimals)),
        _ => (digits, None),
    };
    let mut groups = whole.split(mark);
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let leads =
        groups.next().is_some_and(|first| are_digits(first) && first.len() <= 3 && !first.starts_with('0'));
    let mut rest = groups.peekable();
    let parts = leads && rest.peek().is_some() && rest.all(|group| group.len() == 3 && are_digits(group));
    let plain = || {
        format!(
            "{sign}{}{}",
            whole.replace(mark, ""),
            decimals.map(|it| format!(".{it}")).unwrap_or_default()
        )
    };
    (parts && decimals.is_none_or(are_digits)).then(plain)
}

/// Returns whether a point may part the thousands of a number: `1.234`, but not `0.234`.
pub(super) fn may_be_thousands(cell: &str) -> bool {
    let cell = cell.trim();
    !cell.contains(',') && without_thousands(cell).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        let says = |cell: &str| advice(cell).unwrap_or_default();
        for cell in ["1,234,567", "1.234.567", "1.234,5", "1,234.5", "1 234", "1'234.25", "-12\u{202f}000"] {
            assert_eq!(says(cell), "write numbers without signs between thousands", "{cell}");
        }
        assert_eq!(says("1,234"), "write 1234, or 1.234 where the comma parts decimals");
        for cell in ["0,5", "12,25", "0,125", "-1,5"] {
            assert_eq!(says(cell), "write decimals with a point", "{cell}");
        }
        for cell in ["\u{2212}1", "–0.5"] {
            assert_eq!(says(cell), "write the sign as a hyphen, -", "{cell}");
        }
        for cell in ["5 kg", "5%", "€5", "5,5 cm", "$ 1200"] {
            assert!(says(cell).starts_with("write the number alone"), "{cell}");
        }
        for cell in ["x", "", "2024-05-31", "0x1F", "kg", "1.2.3", "5 or 6", "12o", "5\""] {
            assert_eq!(says(cell), "", "{cell}");
        }
        assert!(may_be_thousands("1.234") && may_be_thousands(" 12.345"));
        assert!(!may_be_thousands("0.234") && !may_be_thousands("1.23") && !may_be_thousands("1,234"));
    }
}
