//! Text as the charts need it: how wide it is, broken into lines, safe inside XML.

/// Advance widths of Helvetica (and of Arial and Liberation Sans, which share them) for the
/// printable ASCII characters from the space on, in thousandths of the font size.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, // space to /
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, // 0 to ?
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, // @ to O
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, // P to _
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, // ` to o
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, // p to ~
];

/// A font as far as layout cares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Font {
    /// In px.
    pub size: f64,
    pub bold: bool,
}

impl Font {
    pub(crate) const fn new(size: f64) -> Self {
        Font { size, bold: false }
    }

    pub(crate) const fn bold(size: f64) -> Self {
        Font { size, bold: true }
    }

    /// Width of a line of text in px, a little generous, since the reader's font may differ.
    pub(crate) fn width(self, text: &str) -> f64 {
        let thousandths: f64 = text.chars().map(advance).sum();
        thousandths * self.size * if self.bold { 0.001_09 } else { 0.001_02 }
    }

    /// Height of a line with its gap to the next.
    pub(crate) fn line(self) -> f64 {
        self.size * 1.25
    }

    /// Words set in lines no wider than `width`; a word that is wider itself is cut with an ellipsis. Chinese and Japanese break
    /// between any two characters but before a punctuation mark.
    pub(crate) fn wrap(self, text: &str, width: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            for (index, part) in parts(word).into_iter().enumerate() {
                let gap = if index == 0 { " " } else { "" };
                match lines.last_mut() {
                    Some(line) if self.width(&format!("{line}{gap}{part}")) <= width => {
                        line.push_str(gap);
                        line.push_str(part);
                    }
                    _ => lines.push(self.fit(part, width)),
                }
            }
        }
        lines
    }

    /// Returns the text if it fits, or its beginning with an ellipsis.
    pub(crate) fn fit(self, text: &str, width: f64) -> String {
        if self.width(text) <= width {
            return text.to_string();
        }
        let mut kept = String::new();
        for character in text.chars() {
            kept.push(character);
            if self.width(&kept) + self.width("…") > width {
                kept.pop();
                break;
            }
        }
        format!("{}…", kept.trim_end())
    }

    /// Width of the widest of several lines.
    pub(crate) fn widest<S: AsRef<str>>(self, lines: impl IntoIterator<Item = S>) -> f64 {
        lines.into_iter().map(|line| self.width(line.as_ref())).fold(0.0, f64::max)
    }
}

/// A word in the parts between which a line may break.
fn parts(word: &str) -> Vec<&str> {
    let is_wide =
        |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}');
    let hangs = |c: char| "、。，．：；！？）」』”’》".contains(c);
    let mut parts = Vec::new();
    let (mut start, mut before) = (0, None);
    for (place, character) in word.char_indices() {
        let breaks = before.is_some_and(|before| is_wide(before) || is_wide(character));
        if breaks && !hangs(character) && before != Some('（') {
            parts.push(&word[start..place]);
            start = place;
        }
        before = Some(character);
    }
    parts.push(&word[start..]);
    parts
}

/// In thousandths of the font size.
fn advance(character: char) -> f64 {
    match character {
        ' '..='~' => f64::from(WIDTHS[character as usize - ' ' as usize]),
        // raised digits are set as small figures
        '⁰' | '¹' | '²' | '³' | '⁴'..='⁹' => 400.0,
        '⁻' => 400.0,
        '−' | '×' | '±' | '≥' | '≤' | '≈' => 584.0,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => 0.0,
        '…' | '—' | '→' | '←' => 1000.0,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' => 1000.0,
        '\u{1f000}'.. => 1200.0,
        _ => 600.0,
    }
}

/// Text made safe for XML content and attributes; characters that XML forbids are dropped.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' | '\r' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{7f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => out.push(other),
        }
    }
    out
}

/// Returns whether a text has letters that are written from the right to the left.
pub(crate) fn is_from_the_right(text: &str) -> bool {
    let from_the_right =
        |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}');
    text.chars().any(from_the_right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_helvetica() {
        assert_eq!(advance('W'), 944.0);
        assert_eq!(advance('i'), 222.0);
        assert_eq!(advance('~'), 584.0);
        assert_eq!(advance('0'), 556.0);
        assert!(Font::new(10.0).width("mmm") > Font::new(10.0).width("iii") * 3.0);
    }

    #[test]
    fn wrapping_keeps_the_words_and_the_width() {
        let font = Font::new(12.0);
        let lines = font.wrap("weight decay and a learning rate", 80.0);
        assert_eq!(lines.join(" "), "weight decay and a learning rate");
        assert!(lines.len() > 1 && font.widest(&lines) <= 80.0);
        assert!(font.wrap("", 80.0).is_empty());
    }

    #[test]
    fn chinese_breaks_between_its_characters() {
        assert_eq!(parts("训练损失：10"), ["训", "练", "损", "失：", "10"]);
        assert_eq!(parts("loss"), ["loss"]);
        let font = Font::new(10.0);
        let lines = font.wrap("每轮之后的训练损失。", 45.0);
        assert_eq!(lines, ["每轮之后", "的训练损", "失。"]);
    }

    #[test]
    fn long_words_are_cut() {
        let font = Font::new(12.0);
        let cut = font.fit("antidisestablishmentarianism", 60.0);
        assert!(cut.starts_with("anti") && cut.ends_with('…') && font.width(&cut) <= 60.0);
        assert_eq!(font.fit("sgd", 60.0), "sgd");
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escape("a < b & \"c\"\u{0}\n>"), "a &lt; b &amp; &quot;c&quot; &gt;");
    }
}
