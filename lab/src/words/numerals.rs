//! Numbers as a language writes them.

/// The decimal sign, what parts thousands, and what stands before a percent sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Numerals {
    decimal: char,
    thousands: char,
    before_percent: &'static str,
    /// Whether text runs from the right, where a sign would come to stand behind its number and a power before it.
    from_right: bool,
}

/// Says that what follows runs from the left.
const LEFT_TO_RIGHT: char = '\u{200e}';

impl Numerals {
    /// Returns how a language writes them; one that is not built in, as English does.
    pub(super) fn of(language: &str) -> Self {
        match language.to_ascii_lowercase().as_str() {
            "ar" => Numerals::ARABIC,
            "de" => Numerals::GERMAN,
            "es" => Numerals::SPANISH,
            "fr" => Numerals::FRENCH,
            _ => Numerals::ENGLISH,
        }
    }

    /// As the program makes them.
    const ENGLISH: Numerals =
        Numerals { decimal: '.', thousands: ',', before_percent: "", from_right: false };
    const ARABIC: Numerals = Numerals { from_right: true, ..Numerals::ENGLISH };
    const GERMAN: Numerals =
        Numerals { decimal: ',', thousands: '.', before_percent: "\u{a0}", from_right: false };
    const FRENCH: Numerals =
        Numerals { decimal: ',', thousands: '\u{202f}', before_percent: "\u{202f}", from_right: false };
    const SPANISH: Numerals =
        Numerals { decimal: ',', thousands: '.', before_percent: "\u{a0}", from_right: false };

    /// Writes every number of a text so. What only looks like one (a version, a part of a name) stays as it is.
    pub(super) fn write(self, text: &str) -> String {
        if self.from_right {
            return run_from_left(text);
        }
        if self == Numerals::ENGLISH {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len() + 4);
        let (mut rest, mut before) = (text, None);
        while let Some(first) = rest.chars().next() {
            let digits =
                |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let whole = digits(rest);
            if whole == 0 || before.is_some_and(|c: char| c.is_alphanumeric() || c == '_' || c == '.') {
                out.push(first);
                rest = &rest[first.len_utf8()..];
                before = Some(first);
                continue;
            }
            let (mut end, mut number) = (whole, rest[..whole].to_owned());
            // Groups of three that follow.
            while (1..=3).contains(&whole)
                && let Some(sign) =
                    rest[end..].chars().next().filter(|sign| ",\u{a0}\u{2009}\u{202f}".contains(*sign))
                && digits(&rest[end + sign.len_utf8()..]) == 3
            {
                let start = end + sign.len_utf8();
                number.push(self.thousands);
                number.push_str(&rest[start..start + 3]);
                end = start + 3;
            }
            let fraction = rest[end..].strip_prefix('.').map_or(0, digits);
            if fraction > 0 {
                number.push(self.decimal);
                number.push_str(&rest[end + 1..end + 1 + fraction]);
                end += 1 + fraction;
            }
            let after = rest[end..].chars().next();
            let is_part = after == Some('_') || (after == Some('.') && digits(&rest[end + 1..]) > 0);
            match is_part {
                true => out.push_str(&rest[..end]),
                false => {
                    out.push_str(&number);
                    if after == Some('%') {
                        out.push_str(self.before_percent);
                    }
                }
            }
            before = rest[..end].chars().next_back();
            rest = &rest[end..];
        }
        out
    }
}

/// Marks the numbers of a text that have a sign or a power of ten.
fn run_from_left(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let mut before = None;
    for (at, letter) in text.char_indices() {
        let stands_alone = !before.is_some_and(|c: char| c.is_alphanumeric() || "_.,-−+^".contains(c));
        if stands_alone && reads_from_left(&text[at..]) {
            out.push(LEFT_TO_RIGHT);
        }
        out.push(letter);
        before = Some(letter);
    }
    out
}

/// Whether a text begins with a number that has a sign or a power of ten.
fn reads_from_left(text: &str) -> bool {
    let unsigned = text.strip_prefix(['−', '-', '+']);
    let number = unsigned.unwrap_or(text);
    let behind = number.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
    let has_power = || behind.trim_start_matches([' ', '\u{a0}', '\u{2009}', '\u{202f}']).starts_with('×');
    number.starts_with(|c: char| c.is_ascii_digit()) && (unsigned.is_some() || has_power())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_language_does() {
        for (text, german, french) in [
            ("0.25", "0,25", "0,25"),
            ("3,945,280", "3.945.280", "3\u{202f}945\u{202f}280"),
            ("1\u{2009}797 rows", "1.797 rows", "1\u{202f}797 rows"),
            ("97.3%", "97,3\u{a0}%", "97,3\u{202f}%"),
            ("\u{2212}1.5×10⁻³", "\u{2212}1,5×10⁻³", "\u{2212}1,5×10⁻³"),
            ("0.1, 0.2 and [64, 32]", "0,1, 0,2 and [64, 32]", "0,1, 0,2 and [64, 32]"),
            ("1.2.3, x1.5 and CC_4.0_x", "1.2.3, x1.5 and CC_4.0_x", "1.2.3, x1.5 and CC_4.0_x"),
            ("from 1 to 10.", "from 1 to 10.", "from 1 to 10."),
            ("12.5k", "12,5k", "12,5k"),
            ("2024,12", "2024,12", "2024,12"),
        ] {
            assert_eq!(Numerals::GERMAN.write(text), german);
            assert_eq!(Numerals::FRENCH.write(text), french);
            assert_eq!(Numerals::ENGLISH.write(text), text);
        }
    }
    #[test]
    fn signs_stay_before_their_numbers_where_text_runs_from_the_right() {
        for (text, marked) in [
            ("من −1.5 إلى +0.2", "من \u{200e}−1.5 إلى \u{200e}+0.2"),
            ("7.35×10⁻¹", "\u{200e}7.35×10⁻¹"),
            ("3.80 × 10⁻⁵", "\u{200e}3.80 × 10⁻⁵"),
            ("60-20-20, 0.25 (97.3%) a-1 2024-05-31", "60-20-20, 0.25 (97.3%) a-1 2024-05-31"),
        ] {
            assert_eq!(Numerals::ARABIC.write(text), marked);
        }
    }
}
