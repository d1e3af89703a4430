//! A formula as one would write it in a line of plain text.

use crate::files::composed;

/// Signs with a space on either side.
const RELATIONS: &str = "=<>≤≥≠≈≡∼≃≅∝∈∉∋⊂⊆⊃⊇→←↔⇒⇐⇔↦≔:=+−±∓×⋅÷∪∩∧∨⊕⊗∘≪≫∣‖≺≻⊥∥|";

/// Signs of which a few have no space where they begin or stand alone.
const SIGNS: &str = "+−±∓-";

/// Accents by the sign that MathML has for them, as they are put on a letter.
const ACCENTS: [(char, char); 12] = [
    ('ˆ', '\u{302}'),
    ('^', '\u{302}'),
    ('¯', '\u{304}'),
    ('‾', '\u{304}'),
    ('\u{332}', '\u{304}'),
    ('ˉ', '\u{304}'),
    ('~', '\u{303}'),
    ('˜', '\u{303}'),
    ('⃗', '\u{20d7}'),
    ('→', '\u{20d7}'),
    ('˙', '\u{307}'),
    ('¨', '\u{308}'),
];

const SUBSCRIPTS: &str = "0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉+₊−₋=₌(₍)₎aₐeₑhₕiᵢjⱼkₖlₗmₘnₙoₒpₚrᵣsₛtₜuᵤvᵥxₓ";
const SUPERSCRIPTS: &str = "0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺−⁻=⁼(⁽)⁾iⁱnⁿ";

/// A formula of MathML that is being read.
#[derive(Default)]
pub(super) struct Formula {
    /// What is open, the outermost first.
    open: Vec<Element>,
    done: Vec<Element>,
}

#[derive(Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

impl Formula {
    /// Begins an element.
    pub(super) fn open(&mut self, name: &str) {
        self.open.push(Element { name: name.to_owned(), ..Element::default() });
    }

    /// Begins an attribute of it.
    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        if let Some(element) = self.open.last_mut() {
            element.attributes.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Adds text within the element.
    pub(super) fn text(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }

    /// Ends the element that was begun last.
    pub(super) fn close_empty(&mut self) {
        let name = self.open.last().map(|element| element.name.clone()).unwrap_or_default();
        self.close(&name);
    }

    /// Ends the element of that name, and those within it that are open.
    pub(super) fn close(&mut self, name: &str) {
        if !self.open.iter().any(|element| element.name == name) {
            return;
        }
        while let Some(element) = self.open.pop() {
            let is_it = element.name == name;
            match self.open.last_mut() {
                // What stands within text is text.
                Some(outer) if outer.name == "mtext" => outer.text.push_str(&element.text),
                Some(outer) => outer.children.push(element),
                None => self.done.push(element),
            }
            if is_it {
                return;
            }
        }
    }

    /// Returns the formula as plain text.
    pub(super) fn finish(mut self) -> String {
        while let Some(element) = self.open.last() {
            let name = element.name.clone();
            self.close(&name);
        }
        let text = row(&self.done);
        let words: Vec<&str> = text.split([' ', '\n', '\u{a0}']).filter(|word| !word.is_empty()).collect();
        composed(&words.join(" ").replace(": =", ":="))
    }
}

/// Elements side by side, with spaces where a reader needs them.
fn row(elements: &[Element]) -> String {
    let mut text = String::new();
    let mut after_operand = false;
    for element in elements {
        let piece = element.write();
        if piece.is_empty() {
            continue;
        }
        let operator = element.operator();
        let relation = operator.as_deref().is_some_and(|sign| {
            let mut letters = sign.chars();
            matches!((letters.next(), letters.next()), (Some(letter), None) if RELATIONS.contains(letter))
                || matches!(sign, ":=" | "<=" | ">=" | "==")
        });
        let bars = matches!(operator.as_deref(), Some("|" | "‖"));
        let sign = operator.as_deref().is_some_and(|sign| sign.chars().all(|letter| SIGNS.contains(letter)));
        if relation && !bars && (after_operand || !sign) {
            text = text.trim_end().to_owned();
            text.push(' ');
            text.push_str(&piece);
            text.push(' ');
        } else if matches!(operator.as_deref(), Some("," | ";")) {
            text = text.trim_end().to_owned();
            text.push_str(&piece);
            text.push(' ');
        } else {
            let word = |text: &str| {
                let last = text.rsplit(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
                last.chars().count() > 1
            };
            // `log x`, `2 argmin f`: a name of several letters stands apart.
            let names = text.ends_with(char::is_alphanumeric)
                && piece.starts_with(char::is_alphanumeric)
                && (element.is_word() || word(&text));
            let sums = piece.starts_with(['∑', '∏', '∫', '⨁']) && after_operand;
            if names || sums {
                text.push(' ');
            }
            text.push_str(&piece);
        }
        let opens = matches!(operator.as_deref(), Some("(" | "[" | "{" | "⟨" | "," | ";"));
        after_operand = !(opens || relation && !bars);
    }
    text
}

impl Element {
    fn write(&self) -> String {
        let child = |at: usize| self.children.get(at).map(Element::write).unwrap_or_default();
        match self.name.as_str() {
            "annotation" | "annotation-xml" | "mphantom" | "mprescripts" | "none" => String::new(),
            "mtext" | "ms" => self.text.replace('\u{a0}', " "),
            "mi" | "mn" | "mo" => plain(&self.text),
            "mspace" => self.space(),
            "mfrac" if self.attribute("linethickness") == Some("0") => {
                format!("{} choose {}", child(0), child(1))
            }
            "mfrac" => format!("{}/{}", operand(&child(0)), operand(&child(1))),
            "msqrt" => format!("√{}", operand(&row(&self.children))),
            "mroot" => format!("{}√{}", superscript(&child(1)).trim_start_matches('^'), operand(&child(0))),
            "msub" => format!("{}{}", child(0), subscript(&child(1))),
            "msup" => format!("{}{}", base(&child(0)), superscript(&child(1))),
            "msubsup" | "munderover" => {
                format!("{}{}{}{}", child(0), subscript(&child(1)), superscript(&child(2)), self.after())
            }
            "mover" => match self.accent(&child(1)) {
                Some(accent) => format!("{}{accent}", child(0)),
                None if is_brace(&child(1)) => child(0),
                None => format!("{}{}{}", base(&child(0)), superscript(&child(1)), self.after()),
            },
            "munder" => match child(1) {
                under if is_brace(&under) || self.attribute("accentunder").is_some() => child(0),
                under => format!("{}{}{}", child(0), subscript(&under), self.after()),
            },
            "mtable" => {
                let rows = self.children.iter().map(|line| {
                    let cells: Vec<String> = line.children.iter().map(|cell| row(&cell.children)).collect();
                    let cells = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
                    cells.collect::<Vec<_>>().join(" ")
                });
                rows.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
            }
            "mstyle" | "mrow" | "semantics" | "mpadded" | "math" => row(&self.children),
            _ => format!("{}{}", plain(&self.text), row(&self.children)),
        }
    }

    /// Returns the space after limits, which are followed by what they range over.
    fn after(&self) -> &'static str {
        let sign = self.children.first().and_then(Element::operator).unwrap_or_default();
        let large = sign.starts_with(['∑', '∏', '∫', '⨁', '⋃', '⋂']) || sign.chars().all(char::is_alphabetic);
        if large && !sign.is_empty() { " " } else { "" }
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns the accent that a sign above one letter is.
    fn accent(&self, sign: &str) -> Option<char> {
        let mut letters = sign.chars();
        let (Some(letter), None) = (letters.next(), letters.next()) else { return None };
        let single = self.children.first().is_some_and(|below| below.write().chars().count() == 1);
        let found = ACCENTS.iter().find(|(known, _)| *known == letter).map(|(_, accent)| *accent);
        found.filter(|_| single && self.attribute("accent").is_some())
    }

    /// Returns the sign of an operator that is one.
    fn operator(&self) -> Option<String> {
        match self.name.as_str() {
            "mo" => Some(plain(&self.text)),
            "mrow" | "mpadded" | "mstyle" if self.children.len() == 1 => self.children[0].operator(),
            _ => None,
        }
    }

    /// Returns whether it is a name of several letters, or text.
    fn is_word(&self) -> bool {
        match self.name.as_str() {
            "mi" | "mo" => self.text.chars().filter(|letter| letter.is_alphabetic()).count() > 1,
            "mrow" | "mpadded" | "mstyle" => {
                self.children.iter().any(Element::is_word) && self.children.len() <= 2
            }
            "msub" | "msup" | "munder" | "msubsup" => self.children.first().is_some_and(Element::is_word),
            _ => false,
        }
    }

    fn space(&self) -> String {
        let width = self.attribute("width").unwrap_or_default();
        let ems: f64 = width.trim_end_matches(|letter: char| letter.is_alphabetic()).parse().unwrap_or(0.0);
        if ems >= 0.5 { " ".to_owned() } else { String::new() }
    }
}

fn is_brace(sign: &str) -> bool {
    matches!(sign, "⏞" | "⏟" | "︷" | "︸" | "_" | "¯" | "‾" | "\u{332}")
}

/// Returns a part of a fraction or root: in parentheses unless it is one thing.
fn operand(text: &str) -> String {
    let text = text.trim();
    let single = text.chars().all(|letter| letter.is_alphanumeric() || "₀₁₂₃₄₅₆₇₈₉_.′²³∂∇".contains(letter));
    if single || is_enclosed(text) { text.to_owned() } else { format!("({text})") }
}

/// Returns whether a text lies as a whole between brackets.
fn is_enclosed(text: &str) -> bool {
    let mut depth = 0i32;
    let opens = text.starts_with(['(', '[', '{', '⟨']);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '[' | '{' | '⟨' => depth += 1,
            ')' | ']' | '}' | '⟩' => depth -= 1,
            _ => {}
        }
        if depth == 0 && at + letter.len_utf8() < text.len() {
            return false;
        }
    }
    opens && depth == 0
}

/// Returns what bears an exponent.
fn base(text: &str) -> String {
    if text.contains(' ') && !is_enclosed(text) { format!("({text})") } else { text.to_owned() }
}

fn subscript(text: &str) -> String {
    script(text, SUBSCRIPTS, '_')
}

fn superscript(text: &str) -> String {
    let primes = text.chars().all(|letter| matches!(letter, '′' | '″' | '‴' | '*' | '∗' | '†' | '⊤' | '°'));
    if primes && !text.contains('⊤') {
        return text.to_owned();
    }
    script(text, SUPERSCRIPTS, '^')
}

fn script(text: &str, letters: &str, sign: char) -> String {
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let small = |letter: char| {
        let mut pairs = letters.chars();
        while let (Some(large), Some(small)) = (pairs.next(), pairs.next()) {
            if large == letter {
                return Some(small);
            }
        }
        None
    };
    let compact: String = text.chars().filter(|letter| *letter != ' ').collect();
    if let Some(small) =
        compact.chars().map(small).collect::<Option<String>>().filter(|_| compact.chars().count() < 6)
    {
        return small;
    }
    let single = text.chars().all(char::is_alphanumeric) || text.chars().count() == 1;
    if single || is_enclosed(text) { format!("{sign}{text}") } else { format!("{sign}({text})") }
}

/// Letters of mathematical alphabets as common ones; without what is invisible.
fn plain(text: &str) -> String {
    let letter = |letter: char| match letter {
        '\u{2061}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{200b}'..='\u{200f}' => None,
        '\u{a0}' => Some(' '),
        '\u{2212}' => Some('−'),
        '\u{1d400}'..='\u{1d6a3}' => {
            let at = (u32::from(letter) - 0x1d400) % 52;
            char::from_u32(if at < 26 { u32::from('A') + at } else { u32::from('a') + at - 26 })
        }
        '\u{1d6a8}'..='\u{1d7cb}' => {
            let at = (u32::from(letter) - 0x1d6a8) % 58;
            match at {
                0..=24 => char::from_u32(u32::from('Α') + at),
                25 => Some('∇'),
                26..=50 => char::from_u32(u32::from('α') + at - 26),
                51 => Some('∂'),
                52 => Some('ϵ'),
                53 => Some('ϑ'),
                54 => Some('ϰ'),
                55 => Some('ϕ'),
                56 => Some('ϱ'),
                _ => Some('ϖ'),
            }
        }
        '\u{1d7ce}'..='\u{1d7ff}' => char::from_digit((u32::from(letter) - 0x1d7ce) % 10, 10),
        letter => Some(letter),
    };
    text.chars().filter_map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::super::text;
    use crate::lesson::math::{Allowance, Macros, read};

    #[test]
    fn formulas_read_as_one_would_write_them() {
        for (tex, plain) in [
            (r"x < y", "x < y"),
            (r"x_1", "x₁"),
            (r"\frac{a+b}{c}", "(a + b)/c"),
            (r"\hat{y}_i^{(j)}", "ŷᵢ^(j)"),
            (r"J = \frac{1}{m}\sum_{i=1}^m L_i", "J = 1/m ∑ᵢ₌₁^m Lᵢ"),
            (r"-\log \sqrt{x^2+1}", "−log√(x² + 1)"),
            (r"\bm{w}^\top \boldsymbol{\theta}", "w^⊤θ"),
            (r"\alpha = 10^{-3}", "α = 10⁻³"),
            (r"\begin{cases} 1 & \text{if $x > 0$} \\ 0 & \text{else} \end{cases}", "{1 if x > 0; 0 else"),
            (r"\argmin_x \|w\|_2", "arg minₓ‖w‖₂"),
            (r"w := w - \alpha v", "w := w − αv"),
            (r"\lim_{n\to\infty} a_n", "lim_(n → ∞) aₙ"),
            (r"\binom nk, p(y \mid x)", "(n choose k), p(y ∣ x)"),
        ] {
            let mathml = read(tex, true, &Macros::default(), &mut Allowance::default())
                .unwrap()
                .write(&mut |_| String::new())
                .unwrap();
            assert_eq!(text(&mathml), plain, "{tex}");
        }
    }
}
