//! The settings of a course: `gradbook.yaml` in the lessons folder.

use std::collections::BTreeMap;

use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::address;
use super::front::not_settings;
use super::limits::{self, SIZES};
use super::math;
use super::policy::{self, ContentPolicy};
use crate::diagnostic::{Diagnostic, Problem, Span, nearest, within};
use crate::experiment::{LimitSettings, Measure, schema::default_keys};
use crate::range;
use crate::settings::{self, Node, Value};
use crate::words::Words;

/// What holds for a whole course; every setting may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CourseSettings {
    /// The name of the course, shown on every page (default: made from the folder's name).
    pub title: String,
    /// What the course is about, a sentence or two of Markdown for the index.
    pub description: String,
    /// Who wrote it.
    pub author: String,
    /// The language of the lessons as a tag such as `en` or `pt-BR` (default `en`).
    pub language: Language,
    /// Where the site will stand, such as `https://me.org/course/`; makes a sitemap, and a picture for each page that links to it show.
    pub base_url: Option<String>,
    /// Where the lessons' sources stand, such as `https://github.com/me/course`; makes "edit this page".
    pub repository: Option<String>,
    /// The licence of the course, shown at the foot of every page.
    pub license: String,
    /// The most that one experiment, and all of the course, may cost.
    pub limits: LimitSettings,
    /// How much room the cache of runs may take.
    pub cache: CacheSettings,
    /// `auto` (as the reader's system asks, the default), `light` or `dark`.
    pub theme: Theme,
    /// Whether readers can run experiments on the page (default true).
    pub live: Option<bool>,
    /// Whether experiments can be taken away as notebooks (default true), unless a block or `defaults` say otherwise.
    pub notebook: Option<bool>,
    /// What stands around every page.
    #[serde(skip)]
    pub frame: FrameSettings,
    /// What pages may fetch and run beside what is the site's own.
    #[serde(skip)]
    pub content_security_policy: ContentPolicy,
    /// What pages say in place of the program's own words, by the name of the phrase (`gradbook templates DIR` writes all out).
    pub words: BTreeMap<String, String>,
    /// Commands for formulas: what `\NAME` stands for, with arguments as `#1` to `#9`.
    pub macros: BTreeMap<String, String>,
    /// A BibTeX file of what lessons cite, such as `references.bib`.
    pub bibliography: Option<String>,
    /// A YAML file of terms and their meanings, such as `glossary.yaml`.
    pub glossary: Option<String>,
    /// Names of one thing for the search, beyond those of the field: `[[keep_prob, survival rate]]`.
    pub synonyms: Vec<Vec<String>>,
    /// Settings merged under every experiment of the course.
    #[serde(skip)]
    pub defaults: Option<Node>,
}

/// What stands around every page, each with its place: `logo`, `footer` and `head`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FrameSettings {
    /// A picture in the lessons folder, shown beside the title of the course.
    pub logo: Option<(String, Span)>,
    /// A line of Markdown at the foot.
    pub footer: Option<(String, Span)>,
    /// HTML for the head.
    pub head: Option<(String, Span)>,
}

/// Its keys, and what each is.
const FRAME: [(&str, &str); 3] = [
    ("logo", "A picture in the lessons folder, shown beside the title of the course."),
    ("footer", "Markdown at the foot of every page."),
    ("head", "HTML for the head of every page; not of a course that is not trusted."),
];

/// The keys of a course that are no plain settings.
const TAKEN: [&str; 5] = ["content_security_policy", "defaults", "footer", "head", "logo"];

/// Takes a text out of a tree, with its place.
fn take_text(node: &mut Node, key: &str, errors: &mut Vec<Diagnostic>) -> Option<(String, Span)> {
    let entry = node.take(key)?;
    match &entry.value.value {
        Value::Text(text) if !text.trim().is_empty() => Some((text.clone(), entry.value.span)),
        Value::Text(_) | Value::Null => None,
        _ => {
            let error = Diagnostic::error(format!("`{key}` is no text"), entry.value.span);
            errors.push(error.label("expected a text"));
            None
        }
    }
}

/// What runs leave behind for the next build.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CacheSettings {
    /// Bytes that it may take (default 1e9), or a size such as `2 GB`; what was not used for longest goes first.
    #[schemars(with = "Measure")]
    pub bytes: f64,
}

impl Default for CacheSettings {
    fn default() -> Self {
        CacheSettings { bytes: 1e9 }
    }
}

/// A language tag.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Language(pub String);

impl Default for Language {
    fn default() -> Self {
        Language("en".to_owned())
    }
}

/// Scripts that are written from the right to the left, and the languages that are written in one of them.
const FROM_THE_RIGHT: ([&str; 9], [&str; 18]) = (
    ["adlm", "arab", "hebr", "mand", "mend", "nkoo", "rohg", "syrc", "thaa"],
    [
        "ar", "arc", "azb", "ckb", "dv", "fa", "glk", "he", "iw", "ks", "mzn", "nqo", "ps", "sd", "syr",
        "ug", "ur", "yi",
    ],
);

impl Language {
    /// Returns whether it is written from the right to the left.
    pub fn is_from_the_right(&self) -> bool {
        let tag = self.0.to_ascii_lowercase();
        let mut parts = tag.split('-');
        let language = parts.next().unwrap_or_default();
        let (scripts, languages) = FROM_THE_RIGHT;
        match parts.find(|part| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic())) {
            Some(script) => scripts.contains(&script),
            None => languages.contains(&language),
        }
    }
}

/// The longest phrase of a course's own, in bytes; the longest of ours has some 300, and in other scripts a letter takes three.
const LONGEST_PHRASE: usize = 1500;

/// Which colours a reader gets who has not chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the reader's system asks.
    #[default]
    Auto,
    Light,
    Dark,
}

impl CourseSettings {
    /// Returns the JSON Schema of `gradbook.yaml`, with what it refers to left in the generator's definitions.
    pub fn schema(generator: &mut SchemaGenerator) -> Json {
        let mut schema = CourseSettings::json_schema(generator).to_value();
        schema["title"] = json!("Course");
        schema["properties"]["defaults"] = json!({
            "description": "Settings merged under every experiment of the course.",
            "type": "object",
            "propertyNames": { "enum": default_keys() },
        });
        schema["properties"]["content_security_policy"] = policy::schema();
        for (key, description) in FRAME {
            schema["properties"][key] = json!({ "description": description, "type": "string" });
        }
        schema
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = within("limits", self.limits.check());
        problems.extend(range::of("cache.bytes", self.cache.bytes).said("bytes").zero_or_more());
        let tag = &self.language.0;
        let plausible = tag
            .split('-')
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        if !plausible || tag.split('-').next().is_some_and(|first| first.len() < 2) {
            problems.push(
                Problem::new("language", format!("`{tag}` is not a language tag"))
                    .expected("a tag such as `en` or `pt-BR`"),
            );
        }
        for (name, text) in &self.words {
            let place = format!("words.{name}");
            if Words::names().all(|(known, _)| known != name) {
                let near = nearest(name, Words::names().map(|(known, _)| known));
                let problem = Problem::new(place, format!("there is no phrase `{name}`"));
                problems.push(match near {
                    Some(near) => problem.expected(format!("a name such as `{near}`")),
                    None => problem.expected("a name such as `next`, `previous` or `search`"),
                });
            } else if let Some(expected) = Words::fault(name, text) {
                problems.push(
                    Problem::new(place, format!("the phrase `{name}` has a gap too many")).expected(expected),
                );
            } else if text.len() > LONGEST_PHRASE {
                let problem = Problem::new(place, format!("the phrase `{name}` has {} bytes", text.len()));
                problems.push(problem.expected(format!("at most {LONGEST_PHRASE}: pages repeat it")));
            }
        }
        for (name, meaning) in &self.macros {
            if let Some(expected) = math::macro_fault(name, meaning) {
                let problem =
                    Problem::new(format!("macros.{name}"), format!("`{name}` is no macro for formulas"));
                problems.push(problem.expected(expected));
            }
        }
        for (index, group) in self.synonyms.iter().enumerate() {
            let place = format!("synonyms[{index}]");
            if group.len() < 2 {
                let problem = Problem::new(place, "a group of synonyms with one name at most");
                problems.push(problem.expected("two names of one thing, as in `[keep_prob, survival rate]`"));
            } else if let Some(empty) = group.iter().position(|name| !name.contains(char::is_alphanumeric)) {
                let problem = Problem::new(format!("{place}[{empty}]"), "a synonym without a word in it");
                problems.push(problem.expected("a word, or several"));
            }
        }
        for (path, url, is_right) in [
            ("base_url", &self.base_url, address::is_base as fn(&str) -> bool),
            ("repository", &self.repository, address::is_pattern),
        ] {
            let Some(url) = url.as_deref().filter(|url| !is_right(url)) else { continue };
            let problem = Problem::new(path, format!("`{url}` is not an address"));
            let is_web = ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
            problems.push(problem.expected(match is_web {
                true => "letters, digits and `-._~` between single slashes (a blank is `%20`), as in `https://me.org/course/`",
                false => "an address that starts with `https://`",
            }));
        }
        problems
    }
}

/// Reads the settings from a tree.
///
/// # Errors
/// All that does not fit.
pub(super) fn decode(mut node: Node) -> Result<CourseSettings, Vec<Diagnostic>> {
    if node.value == Value::Null {
        node = Node::empty_map(node.span);
    }
    let mut errors = Vec::new();
    let defaults = node.take("defaults");
    if let Some(entry) = &defaults
        && !matches!(entry.value.value, Value::Map(_) | Value::Null)
    {
        errors.push(not_settings(entry.key_span));
    }
    let policy = node.take("content_security_policy");
    let policy = policy.map_or(Ok(ContentPolicy::Usual), |entry| policy::decode(&entry.value));
    let content_security_policy = policy.unwrap_or_else(|found| {
        errors.extend(found);
        ContentPolicy::Usual
    });
    let frame = FrameSettings {
        logo: take_text(&mut node, "logo", &mut errors),
        footer: take_text(&mut node, "footer", &mut errors),
        head: take_text(&mut node, "head", &mut errors),
    };
    errors.extend(limits::read_units(&mut node, "limits."));
    errors.extend(limits::read_unit(&mut node, "cache.bytes", SIZES));
    match settings::decode_among::<CourseSettings>(&node, &TAKEN) {
        Err(found) => errors.extend(found),
        Ok(settings) => {
            let problems = settings.check();
            errors.extend(problems.into_iter().map(|problem| {
                let span = node.locate(&problem.path);
                Diagnostic::at(problem, span)
            }));
            if errors.is_empty() {
                let defaults = defaults.map(|entry| entry.value).filter(|node| node.value != Value::Null);
                return Ok(CourseSettings { frame, content_security_policy, defaults, ..settings });
            }
        }
    }
    Err(errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceId;
    use crate::settings::{LineMap, parse};

    fn read(text: &str) -> Result<CourseSettings, Vec<Diagnostic>> {
        decode(parse(text, &LineMap::contiguous(SourceId(0), 0, text.len()))?)
    }

    #[test]
    fn everything_may_be_left_out() {
        assert_eq!(read("").unwrap(), CourseSettings::default());
        assert_eq!(CourseSettings::default().language.0, "en");
    }

    #[test]
    fn a_policy_is_widened_or_left_out() {
        let policy = |text: &str| read(text).map(|settings| settings.content_security_policy);
        assert_eq!(policy("content_security_policy: none").unwrap(), ContentPolicy::None);
        let wider =
            "content_security_policy: {frame-src: [https://video.example], script-src: [unsafe-inline]}";
        let ContentPolicy::Wider(sources) = policy(wider).unwrap() else { panic!("it is wider") };
        assert_eq!(sources["frame-src"], ["https://video.example"]);
        assert_eq!(sources["script-src"], ["'unsafe-inline'"]);
        for wrong in ["all", "[none]", "{frame-source: [a.b]}", "{frame-src: [\"a.b; c\"]}", "{img-src: a.b}"]
        {
            assert!(policy(&format!("content_security_policy: {wrong}")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn languages_have_a_direction() {
        for (tag, expected) in [
            ("ar", true),
            ("fa-IR", true),
            ("he", true),
            ("ku-Arab", true),
            ("ar-Latn", false),
            ("en", false),
            ("arn", false),
        ] {
            assert_eq!(Language(tag.to_owned()).is_from_the_right(), expected, "{tag}");
        }
    }

    #[test]
    fn sizes_and_times_have_units() {
        let settings =
            read("title: C\nlimits: {bytes: 2 GB, time: 1.5h}\ncache: {bytes: 50 MB}\ntheme: dark\ndefaults: {seeds: 2}")
                .unwrap();
        assert_eq!((settings.limits.bytes, settings.limits.time), (Some(2e9), Some(5400.0)));
        assert_eq!((settings.cache.bytes, settings.theme), (5e7, Theme::Dark));
        assert!(settings.defaults.is_some());
    }
}
