//! How long a formula may be, and how deep it may nest.

use super::MathError;

/// The longest formula, in bytes.
pub(super) const MAX_LENGTH: usize = 20_000;
/// How deep groups may nest: the converter recurses, and its stack is finite.
const MAX_DEPTH: usize = 100;

/// Returns every way to nest counts: braces, `\left`, `\begin`, and scripts without braces (`x^x^x`).
pub(super) fn bound(tex: &str) -> Result<(), MathError> {
    let whole = 0..tex.len();
    if tex.len() > MAX_LENGTH {
        let label = format!("expected at most {MAX_LENGTH} bytes");
        return Err(MathError { range: whole, message: "this formula is too long".into(), label });
    }
    let mut depth: usize = 0;
    let mut before_argument: usize = 0;
    for (place, letter) in tex.char_indices() {
        let rest = &tex[place..];
        if letter == '{' || rest.starts_with("\\left") || rest.starts_with("\\begin") {
            depth += 1;
        } else if letter == '}' || rest.starts_with("\\right") || rest.starts_with("\\end") {
            depth = depth.saturating_sub(1);
        }
        // A chain of commands, each the argument of the one before (`\sqrt\sqrt x`), nests as well.
        before_argument = match letter {
            '\\' | '^' | '_' => before_argument + 1,
            letter if letter.is_alphabetic() || letter.is_whitespace() => before_argument,
            _ => 0,
        };
        if depth > MAX_DEPTH || before_argument > 2 * MAX_DEPTH {
            return Err(MathError {
                range: place..place + letter.len_utf8(),
                message: format!("this formula nests more than {MAX_DEPTH} deep"),
                label: "too deep".into(),
            });
        }
    }
    Ok(())
}
