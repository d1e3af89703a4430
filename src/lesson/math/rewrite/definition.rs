//! Commands that define others: a course has macros in their place.

use super::super::MathError;
use super::super::scan::group;

/// Commands that define others.
const DEFINING: [&str; 7] =
    ["newcommand", "renewcommand", "providecommand", "def", "gdef", "let", "DeclareMathOperator"];

/// Refuses commands that define others, before the others are looked for.
///
/// # Errors
/// The first one, with what to write in place of it.
pub(crate) fn refuse_definitions(tex: &str) -> Result<(), MathError> {
    for (at, _) in tex.match_indices('\\') {
        let letters = tex[at + 1..].bytes().take_while(u8::is_ascii_alphabetic).count();
        let after = at + 1 + letters;
        if let Some(name) = DEFINING.iter().find(|name| **name == &tex[at + 1..after]) {
            let (message, label) =
                (format!("`\\{name}` defines a command for one formula alone"), definition(tex, name, after));
            return Err(MathError { range: at..after, message, label });
        }
    }
    Ok(())
}

/// Returns what to write in place of a definition, as far as it can be read.
fn definition(tex: &str, kind: &str, after: usize) -> String {
    let rest = tex[after..].trim_start_matches([' ', '*', '{']);
    let defined = rest.strip_prefix('\\').unwrap_or_default();
    let letters = defined.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (defined, rest) = defined.split_at(letters);
    let rest = rest.trim_start_matches('}').trim_start();
    // How many arguments there are follows from what it stands for.
    let body_at = rest.find('{').unwrap_or(rest.len());
    let body = group(rest, body_at, rest.len()).map(|body| &rest[body.start + 1..body.end - 1]);
    let Some(body) = body.filter(|_| !defined.is_empty()) else {
        return r#"expected, in `gradbook.yaml`, such as `macros: {R: "\\mathbb{R}"}`"#.to_owned();
    };
    let body = match kind {
        "DeclareMathOperator" => format!("\\operatorname{{{body}}}"),
        _ => body.to_owned(),
    };
    let body = body.replace('\\', "\\\\").replace('"', "\\\"");
    format!("expected, in `gradbook.yaml`: `macros: {{{defined}: \"{body}\"}}`")
}
