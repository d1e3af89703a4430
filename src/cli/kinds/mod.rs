//! `gradbook kinds`: the reference in the terminal.

mod meanings;
mod write;

use clap::Args;

use crate::cli::print;
use crate::diagnostic::nearest;
use crate::experiment::{FOLLOWING, KINDS, Kind, MetricInfo, Reference, Setting, kind, reference};
use crate::figure::{Preset, presets};
use crate::files::Fault;
use crate::pipeline::Failure;
use write::{named, settings, wrapped};

/// The parts that kinds share, each with one meaning.
const SHARED: [&str; 4] = ["data", "split", "model", "training"];

#[derive(Args)]
pub(super) struct Kinds {
    /// A kind, or any technique, setting or metric: `optimizers`, `adam`, `l2`, `training.l2`, `dev_error`
    name: Option<String>,
    /// Of a kind, also what it shares with others
    #[arg(long)]
    all: bool,
}

impl Kinds {
    /// Prints the kinds of experiments, one of them, or all that a name means.
    pub(super) fn run(&self) -> Result<(), Failure> {
        let Some(name) = &self.name else {
            return print(&list());
        };
        if let Some(kind) = kind(name) {
            return print(&page(&reference(kind), self.all));
        }
        if let Some(text) = meanings::meanings(name) {
            return print(&text);
        }
        let known = meanings::names();
        let kinds = KINDS.iter().map(|kind| kind.name);
        // Of several near names, a kind's is meant.
        let near = nearest(name, kinds.clone()).or_else(|| nearest(name, known.iter().map(String::as_str)));
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the kinds are {}", kinds.collect::<Vec<_>>().join(", ")),
        };
        Err(Fault::new(format!("nothing is called `{name}`: {hint}")).into())
    }
}

fn list() -> String {
    let text = named(KINDS.iter().map(|kind| (kind.name, kind.summary)));
    let text = text.lines().map(|line| format!("{}\n", line.trim_start())).collect::<String>();
    text + "\n`gradbook kinds NAME` shows an example, settings, metrics and figures of a kind, or what a technique, setting or metric means.\n"
}

/// All of a kind, the example first. What it shares with others is named, and shown whole with `all`.
fn page(reference: &Reference, all: bool) -> String {
    let kind = reference.kind;
    let mut text =
        format!("{}: {}\n\nExample\n\n```yaml experiment\n{}```\n", kind.name, kind.summary, kind.example);
    let is_shared = |setting: &&Setting| shared_part(&setting.path).is_some();
    let (shared, own): (Vec<&Setting>, Vec<&Setting>) = reference.settings.iter().partition(is_shared);
    let own: Vec<Setting> = own.into_iter().cloned().collect();
    if !own.is_empty() {
        text += &format!("\nIts own settings\n{}", settings(&own, 2));
    }
    text += "\nVariants\n";
    let key = kind.compare.key;
    let ways = [
        (key, kind.compare.about),
        ("vary", "a map from dotted paths to lists of values; several paths make a grid"),
        ("variants", "a map from names to the settings that each overrides"),
    ];
    text += &named(ways.into_iter().filter(|(key, _)| !key.is_empty()));
    let own_metrics = kind.metrics.iter().map(|info| info.name).collect::<Vec<_>>();
    let told = |info: &&'static MetricInfo| {
        (info.name, [info.about, &info.words()].join("; ").trim_end_matches("; ").to_owned())
    };
    let shown = all_metrics(reference).filter(|info| all || own_metrics.contains(&info.name));
    let metrics: Vec<(&str, String)> = shown.map(|info| told(&info)).collect();
    if !metrics.is_empty() {
        text += &format!("\n{}\n", if all { "Metrics" } else { "Its own metrics" });
        text += &named(metrics.iter().map(|(name, about)| (*name, about.as_str())));
    }
    if all {
        text +=
            &named([("settings.PATH", "what took effect: `settings.training.learning_rate`")].into_iter());
    }
    text += "\nFigures\n";
    text += &named(kind.figures.iter().map(|doc| (doc.name, doc.about)));
    if all {
        let shared: Vec<Setting> = shared.into_iter().cloned().collect();
        text += &format!("\nEvery block\n{}", settings(&reference.header, 2));
        if !shared.is_empty() {
            text += &format!("\nParts that it shares with other kinds\n{}", settings(&shared, 2));
        }
        return text;
    }
    text + &in_short(reference, &shared, &own_metrics) + &blocks(kind) + &more(kind)
}

/// The part of a block that kinds share, in which a setting is: `training` of `network.training.epochs` too.
fn shared_part(path: &str) -> Option<&str> {
    let mut starts = path.match_indices('.').map(|(end, _)| &path[..end]).take(2);
    starts.find(|start| SHARED.contains(&start.rsplit('.').next().unwrap_or(start)))
}

/// What a kind shares with others: names, with the defaults of those that have one.
fn in_short(reference: &Reference, shared: &[&Setting], own_metrics: &[&str]) -> String {
    let named = |setting: &Setting, name: &str| match setting.default.as_str() {
        "" => name.to_owned(),
        default => format!("{name} ({default})"),
    };
    let mut lines: Vec<(&str, String)> = Vec::new();
    let header = reference.header.iter().map(|setting| named(setting, &setting.path));
    lines.push(("every block", header.collect::<Vec<_>>().join(", ")));
    for setting in shared {
        let Some(part) = shared_part(&setting.path) else { continue };
        let name = named(setting, &setting.path[part.len() + 1..]);
        match lines.iter_mut().find(|(known, _)| *known == part) {
            Some((_, text)) => *text += &format!(", {name}"),
            None => lines.push((part, name)),
        }
    }
    let others = all_metrics(reference).map(|info| info.name).filter(|name| !own_metrics.contains(name));
    let others = others.chain(["settings.PATH"]).collect::<Vec<_>>().join(", ");
    if !others.is_empty() {
        lines.push(("metrics", others));
    }
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines = lines.iter().map(|(name, text)| format!("  {name:width$}  {}\n", wrapped(text, width + 4)));
    format!("\nShared with other kinds (with defaults)\n{}", lines.collect::<String>())
}

/// What can be quoted of a kind, and what follows from the settings of any.
fn all_metrics(reference: &Reference) -> impl Iterator<Item = &'static MetricInfo> {
    let own = &reference.metrics;
    let following = FOLLOWING.iter().filter(|info| own.iter().all(|own| own.name != info.name));
    own.iter().copied().chain(following)
}

/// The figures of a kind as blocks, each with the experiment that it is drawn from where that is not the kind's example.
fn blocks(kind: &Kind) -> String {
    let fence = |info: &str, block: &str| format!("\n```yaml {info}\n{block}```\n");
    let block = |preset: &Preset| {
        let of = preset.experiment.map(|experiment| fence("experiment", experiment)).unwrap_or_default();
        let experiment = preset.experiment(kind.example);
        let id = experiment.lines().find_map(|line| line.strip_prefix("id: ")).unwrap_or("id");
        of + &fence("figure", &preset.over(id))
    };
    let blocks = presets(kind.name).map(block).collect::<String>();
    match blocks.is_empty() {
        true => blocks,
        false => format!("\nIts figures as blocks of your own, to start from\n{blocks}"),
    }
}

/// What else to ask for.
fn more(kind: &Kind) -> String {
    let mut text = format!(
        "\n`gradbook kinds {} --all` says what the shared ones mean, `gradbook kinds training.epochs` of one.\n",
        kind.name
    );
    let elsewhere = meanings::elsewhere(kind.name);
    if let Some(first) = elsewhere.first() {
        text += &format!("Something else has this name too: `gradbook kinds {first}`.\n");
    }
    text
}
