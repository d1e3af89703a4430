//! Where a path through settings leads, and what is said and offered there.

use crate::bibliography::Bibliography;
use crate::experiment::{Choice, Kind, Setting};

/// Something that may be written at a place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Offer {
    pub name: String,
    /// In a few words: a default, what it is.
    pub detail: String,
    /// Markdown.
    pub about: String,
}

impl Offer {
    pub(super) fn new(name: impl Into<String>, detail: impl Into<String>, about: impl Into<String>) -> Offer {
        Offer { name: name.into(), detail: detail.into(), about: about.into() }
    }
}

/// Where a path leads.
pub(super) enum Spot<'a> {
    /// A part of a block: settings that begin with a path.
    Part(&'a [Setting], String),
    Setting(&'a [Setting], &'a Setting),
    Choice(&'a Choice),
}

/// Follows a path through settings and their choices.
pub(super) fn find<'a>(settings: &'a [Setting], path: &[String]) -> Option<Spot<'a>> {
    let mut spot = Spot::Part(settings, String::new());
    for key in path {
        spot = match spot {
            Spot::Part(settings, before) => within(settings, &before, key)?,
            Spot::Setting(settings, setting) => {
                match setting.choices.iter().find(|choice| choice.name == *key) {
                    Some(choice) => Spot::Choice(choice),
                    None => within(settings, &setting.path, key)?,
                }
            }
            Spot::Choice(choice) => within(&choice.settings, "", key)?,
        };
    }
    Some(spot)
}

fn within<'a>(settings: &'a [Setting], before: &str, key: &str) -> Option<Spot<'a>> {
    let path = if before.is_empty() { key.to_owned() } else { format!("{before}.{key}") };
    if let Some(setting) = settings.iter().find(|setting| setting.path == path) {
        return Some(Spot::Setting(settings, setting));
    }
    let inside = format!("{path}.");
    settings.iter().any(|setting| setting.path.starts_with(&inside)).then_some(Spot::Part(settings, path))
}

/// Returns the first keys of settings that begin with a path.
pub(super) fn parts(settings: &[Setting], before: &str) -> Vec<Offer> {
    let start = if before.is_empty() { String::new() } else { format!("{before}.") };
    let mut offers: Vec<Offer> = Vec::new();
    for setting in settings {
        let Some(rest) = setting.path.strip_prefix(&start) else { continue };
        match rest.split_once('.') {
            None => {
                let offer = Offer { name: rest.to_owned(), ..offer_of(setting) };
                match offers.iter_mut().find(|known| known.name == rest) {
                    Some(known) => *known = offer,
                    None => offers.push(offer),
                }
            }
            Some((part, _)) if offers.iter().all(|known| known.name != part) => {
                let inside = format!("{start}{part}");
                offers.push(Offer::new(part, "settings", listed(settings, &inside)));
            }
            Some(_) => {}
        }
    }
    offers
}

/// The settings of a part with their defaults.
fn listed(settings: &[Setting], part: &str) -> String {
    let start = format!("{part}.");
    let inside = settings.iter().filter_map(|setting| Some((setting.path.strip_prefix(&start)?, setting)));
    let line = |(name, setting): (&str, &Setting)| match setting.default.as_str() {
        "" => format!("- `{name}`\n"),
        default => format!("- `{name}`: `{default}`\n"),
    };
    format!("With these settings and defaults:\n\n{}", inside.map(line).collect::<String>())
}

/// Returns a setting as it may be typed.
pub(super) fn offer_of(setting: &Setting) -> Offer {
    let detail =
        if setting.default.is_empty() { String::new() } else { format!("default {}", setting.default) };
    Offer { name: setting.path.clone(), detail, about: setting.about.clone() }
}

/// Returns the keys that may stand there.
pub(super) fn keys_of(spot: &Spot) -> Vec<Offer> {
    match spot {
        Spot::Part(settings, before) => parts(settings, before),
        Spot::Setting(settings, setting) => {
            let choices =
                setting.choices.iter().filter(|choice| !choice.settings.is_empty()).map(offer_of_choice);
            choices.chain(parts(settings, &setting.path)).collect()
        }
        Spot::Choice(choice) => parts(&choice.settings, ""),
    }
}

/// Returns the values that may stand there.
pub(super) fn values_of(spot: &Spot) -> Vec<Offer> {
    let Spot::Setting(_, setting) = spot else { return Vec::new() };
    let mut offers: Vec<Offer> = setting.choices.iter().map(offer_of_choice).collect();
    if offers.is_empty() {
        let is_switch = ["true", "false"].contains(&setting.default.as_str())
            || setting.about.contains("(default true)")
            || setting.about.contains("(default false)")
            || setting.about.contains("(default `false`)");
        if is_switch {
            offers.extend(["true", "false"].map(|word| Offer::new(word, "", "")));
        } else if !setting.default.is_empty() {
            offers.push(Offer::new(&setting.default, "default", &setting.about));
        }
    }
    offers
}

fn offer_of_choice(choice: &Choice) -> Offer {
    Offer::new(&choice.name, "", about_choice(choice))
}

/// What a choice means, its equation, and where it is from.
fn about_choice(choice: &Choice) -> String {
    let mut text = choice.about.clone();
    if let Some(technique) = &choice.technique {
        if !technique.equation.is_empty() {
            text += &format!("\n\n```text\n{}\n```", technique.equation);
        }
        let source = Bibliography::of_the_program().written_out(technique.source);
        if !source.is_empty() {
            text += &format!("\n\n*{source}*");
        }
    }
    text.trim_start().to_owned()
}

/// Returns what stands there, as Markdown.
pub(super) fn told(spot: &Spot, kind: Option<&Kind>) -> Option<String> {
    let of = kind.map_or_else(String::new, |kind| format!(" of `{}`", kind.name));
    match spot {
        Spot::Part(settings, path) if !path.is_empty() => {
            Some(format!("**`{path}`**, a part{of}\n\n{}", listed(settings, path)))
        }
        Spot::Part(..) => None,
        Spot::Setting(_, setting) => {
            let default = match setting.default.as_str() {
                "" => String::new(),
                default => format!(", default `{default}`"),
            };
            let choices: Vec<String> =
                setting.choices.iter().map(|choice| format!("`{}`", choice.name)).collect();
            let choices = if choices.is_empty() {
                String::new()
            } else {
                format!("\n\nOne of {}.", choices.join(", "))
            };
            Some(format!("**`{}`**, a setting{of}{default}\n\n{}{choices}", setting.path, setting.about))
        }
        Spot::Choice(choice) => {
            let settings = match choice.settings.is_empty() {
                true => String::new(),
                false => format!("\n\n{}", listed_choice(&choice.settings)),
            };
            Some(format!("**`{}`**\n\n{}{settings}", choice.name, about_choice(choice)))
        }
    }
}

fn listed_choice(settings: &[Setting]) -> String {
    let line = |setting: &Setting| match setting.default.as_str() {
        "" => format!("- `{}`: {}\n", setting.path, setting.about),
        default => format!("- `{}` (`{default}`): {}\n", setting.path, setting.about),
    };
    settings.iter().map(line).collect()
}
