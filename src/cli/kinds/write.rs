//! How settings and lists are laid out in the terminal.

use crate::bibliography::Bibliography;
use crate::experiment::{Setting, Technique};

/// How wide a line may be.
const WIDTH: usize = 100;

/// Returns names with what they mean, a line each.
pub(super) fn named<'a>(entries: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> String {
    let width = entries.clone().map(|(name, _)| name.len()).max().unwrap_or(0);
    entries.map(|(name, about)| format!("  {name:width$}  {}\n", wrapped(about, width + 4))).collect()
}

/// Returns settings with their defaults, meanings and choices.
pub(super) fn settings(settings: &[Setting], indent: usize) -> String {
    let width = settings.iter().map(|setting| setting.path.len()).max().unwrap_or(0);
    let mut text = String::new();
    for setting in settings {
        let about = wrapped(&about(setting), indent + width + 2);
        text += &format!("{:indent$}{:width$}  {about}\n", "", setting.path);
        text += &choices(setting, indent + width + 4);
    }
    text
}

/// Returns what a setting means, with its default.
pub(super) fn about(setting: &Setting) -> String {
    let told = setting.default.is_empty() || setting.about.contains("default");
    let default = if told { String::new() } else { format!(" (default {})", setting.default) };
    format!("{}{default}", setting.about)
}

/// Returns the choices of a setting.
pub(super) fn choices(setting: &Setting, indent: usize) -> String {
    let mut text = String::new();
    for choice in &setting.choices {
        let about = wrapped(&choice.about, indent + choice.name.len() + 2);
        text += &format!("{:indent$}{}: {about}\n", "", choice.name);
        text += &technique(choice.technique.as_ref(), indent + 2);
        text += &settings(&choice.settings, indent + 2);
    }
    text
}

/// Returns the equation of a technique, and where it is from.
pub(super) fn technique(technique: Option<&Technique>, indent: usize) -> String {
    let Some(Technique { equation, source }) = technique else { return String::new() };
    let source = Bibliography::of_the_program().written_out(source);
    let lines = [*equation, &source].into_iter().filter(|line| !line.is_empty());
    lines.map(|line| format!("{:indent$}{}\n", "", wrapped(line, indent + 2))).collect()
}

/// Breaks a text at 100 columns, every line but the first indented.
pub(super) fn wrapped(text: &str, indent: usize) -> String {
    let room = WIDTH.saturating_sub(indent).max(30);
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join(&format!("\n{:indent$}", ""))
}
