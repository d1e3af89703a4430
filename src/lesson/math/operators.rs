//! Names of operators, which the converter writes into MathML as they are.

/// Characters that the converter writes into the name of an operator as they are, with what stands for them meanwhile and
/// what they are in markup.
const UNESCAPED: [(char, char, &str); 3] =
    [('<', '\u{e0f0}', "&lt;"), ('>', '\u{e0f1}', "&gt;"), ('&', '\u{e0f2}', "&amp;")];

/// Returns MathML with the characters of [`UNESCAPED`] escaped where others stand for them.
pub(super) fn with_their_names(mathml: &str) -> String {
    let escaped =
        |mathml: String, (_, stand_in, reference): &(char, char, &str)| mathml.replace(*stand_in, reference);
    UNESCAPED.iter().fold(mathml.to_owned(), escaped)
}

/// Returns a formula in which others stand for the characters of [`UNESCAPED`] in the names of operators; none without such.
pub(super) fn with_named_operators(tex: &str) -> Option<String> {
    const COMMAND: &str = "\\operatorname";
    let mut out = String::with_capacity(tex.len());
    let mut rest = tex;
    while let Some(at) = rest.find(COMMAND) {
        let (before, after) = rest.split_at(at + COMMAND.len());
        let name = &after[..name_length(after)];
        out.push_str(before);
        let mut is_command = false;
        for letter in name.chars() {
            let stand_in = UNESCAPED.iter().find(|(unescaped, ..)| *unescaped == letter && !is_command);
            out.push(stand_in.map_or(letter, |(_, stand_in, _)| *stand_in));
            is_command = letter == '\\' && !is_command;
        }
        rest = &after[name.len()..];
    }
    out.push_str(rest);
    (out != tex).then_some(out)
}

/// Returns how long the name is that follows a command: a group in braces, or what stands there alone.
fn name_length(after: &str) -> usize {
    let mut depth = 0;
    let mut is_command = false;
    for (place, letter) in after.char_indices() {
        match letter {
            '*' if place == 0 => continue,
            letter if letter.is_whitespace() && depth == 0 => continue,
            '{' if !is_command => depth += 1,
            '}' if !is_command => depth -= 1,
            _ => {}
        }
        is_command = letter == '\\' && !is_command;
        if depth <= 0 {
            return place + letter.len_utf8();
        }
    }
    after.len()
}
