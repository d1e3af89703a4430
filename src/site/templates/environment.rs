//! What templates know: filters, words, how text is escaped.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Kwargs;
use minijinja::{AutoEscape, Environment, Error, State, UndefinedBehavior, Value};

use crate::lesson::inline::grouped;
use crate::words::Words;

/// Returns an environment without templates, which says everything in English.
pub(super) fn new() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters are valid"));
    environment.set_auto_escape_callback(|name| match name {
        name if name.ends_with(".html") || name.ends_with(".xml") => AutoEscape::Html,
        _ => AutoEscape::None,
    });
    environment.set_formatter(format);
    // Without it an error does not know the text of its template.
    environment.set_debug(true);
    environment.add_filter("filled", filled);
    speak(&mut environment, &Words::default());
    environment
}

/// Gives templates the words of a course, as `words`.
pub(super) fn speak(environment: &mut Environment, words: &Words) {
    environment.add_global("words", Value::from_pairs(words.all()));
    let of = words.clone();
    environment.add_filter("thousands", move |number: u64| of.number(&grouped(&number.to_string())));
}

/// Returns a phrase with its gaps filled: `{{ words.held_in|filled(n=3, n_seeds=10) }}`.
#[expect(clippy::needless_pass_by_value, reason = "a filter gets its named arguments by value")]
fn filled(phrase: &str, parts: Kwargs) -> Result<String, Error> {
    let mut text = phrase.to_owned();
    for name in parts.args().collect::<Vec<_>>() {
        let part: Value = parts.get(name)?;
        text = text.replace(&format!("{{{name}}}"), &part.to_string());
    }
    Ok(text)
}

/// Escapes as minijinja does, but a slash stays a slash: addresses remain readable in the page's source.
fn format(output: &mut minijinja::Output, state: &mut State, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() && *state.auto_escape() == AutoEscape::Html => {
            output.write_str(&escape(text)).map_err(Error::from)
        }
        _ => minijinja::escape_formatter(output, state, value),
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            character => escaped.push(character),
        }
    }
    escaped
}
