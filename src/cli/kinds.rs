//! `gradbook kinds`: the reference in the terminal.

use clap::Args;

use crate::cli::print;
use crate::diagnostic::nearest;
use crate::experiment::{FOLLOWING, KINDS, MetricInfo, Reference, Setting, Technique, kind, reference};
use crate::figure::presets;
use crate::files::Fault;
use crate::pipeline::Failure;

#[derive(Args)]
pub(super) struct Kinds {
    /// One kind: its settings, metrics, figures and a block that runs
    name: Option<String>,
}

impl Kinds {
    /// Prints the kinds of experiments, or the settings of one.
    pub(super) fn run(&self) -> Result<(), Failure> {
        let Some(name) = &self.name else {
            return print(&list());
        };
        let Some(kind) = kind(name) else {
            let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
            let hint = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", names.join(", ")),
            };
            return Err(Fault::new(format!("unknown kind `{name}`: {hint}")).into());
        };
        print(&page(&reference(kind)))
    }
}

fn list() -> String {
    let width = KINDS.iter().map(|kind| kind.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for kind in KINDS {
        text += &format!("{:width$}  {}\n", kind.name, kind.summary);
    }
    text + "\n`gradbook kinds NAME` shows its settings, metrics, figures and an example.\n"
}

fn page(reference: &Reference) -> String {
    let kind = reference.kind;
    let mut text = format!("{}: {}\n\n", kind.name, kind.summary);
    text += "Every block\n";
    text += &settings(&reference.header, 2);
    text += "\nSettings of this kind\n";
    text += &settings(&reference.settings, 2);
    text += "\nVariants\n";
    if !kind.compare.key.is_empty() {
        text += &format!("  {:<12}{}\n", kind.compare.key, kind.compare.about);
    }
    text += "  vary        a map from dotted paths to lists of values; several paths make a grid\n";
    text += "  variants    a map from names to the settings that each overrides\n";
    text += "\nMetrics\n";
    let told = |info: &&MetricInfo| {
        (info.name, [info.about, &info.words()].join("; ").trim_end_matches("; ").to_owned())
    };
    let own = &reference.metrics;
    let following = FOLLOWING.iter().filter(|info| own.iter().all(|own| own.name != info.name));
    let metrics: Vec<(&str, String)> = own.iter().copied().chain(following).map(|info| told(&info)).collect();
    text += &named(metrics.iter().map(|(name, about)| (*name, about.as_str())));
    text += &named([("settings.PATH", "what took effect: `settings.training.learning_rate`")].into_iter());
    text += "\nFigures\n";
    text += &named(kind.figures.iter().map(|doc| (doc.name, doc.about)));
    text += "\nExample\n\n```yaml experiment\n";
    text += kind.example;
    text += "```\n";
    let id = kind.example.lines().find_map(|line| line.strip_prefix("id: ")).unwrap_or("id");
    let blocks: Vec<String> =
        presets(kind.name).map(|preset| format!("\n```yaml figure\n{}```\n", preset.over(id))).collect();
    if !blocks.is_empty() {
        text += "\nIts figures as blocks of your own, to start from\n";
        text += &blocks.concat();
    }
    text
}

fn named<'a>(entries: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> String {
    let width = entries.clone().map(|(name, _)| name.len()).max().unwrap_or(0);
    entries.map(|(name, about)| format!("  {name:width$}  {}\n", wrapped(about, width + 4))).collect()
}

fn settings(settings: &[Setting], indent: usize) -> String {
    let width = settings.iter().map(|setting| setting.path.len()).max().unwrap_or(0);
    let mut text = String::new();
    for setting in settings {
        let told = setting.default.is_empty() || setting.about.contains("default");
        let default = if told { String::new() } else { format!(" (default {})", setting.default) };
        let about = wrapped(&format!("{}{default}", setting.about), indent + width + 2);
        text += &format!("{:indent$}{:width$}  {about}\n", "", setting.path);
        for choice in &setting.choices {
            let inner = indent + width + 4;
            text += &format!(
                "{:inner$}{}: {}\n",
                "",
                choice.name,
                wrapped(&choice.about, inner + choice.name.len() + 2)
            );
            if let Some(Technique { equation, source }) = choice.technique {
                let below = inner + 2;
                let lines = [equation, source].into_iter().filter(|line| !line.is_empty());
                lines.for_each(|line| text += &format!("{:below$}{}\n", "", wrapped(line, below + 2)));
            }
            text += &self::settings(&choice.settings, inner + 2);
        }
    }
    text
}

/// Breaks a text at 100 columns, every line but the first indented.
fn wrapped(text: &str, indent: usize) -> String {
    let room = 100usize.saturating_sub(indent).max(30);
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
