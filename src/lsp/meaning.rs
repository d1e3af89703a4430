//! What keys and values of blocks mean: the program's own reference, by the path at which something stands.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::SchemaGenerator;
use serde_json::{Map, Value as Json};

use super::outline::{Step, keys};
use super::page::Use;
use super::spot::{Offer, Spot, find, keys_of, offer_of, parts, told, values_of};
use crate::data::DATASETS;
use crate::diagnostic::{SourceId, Span};
use crate::experiment::{Choice, KINDS, Kind, Setting, reference, settings};
use crate::figure;
use crate::lesson::{CourseSettings, FRONT_SETTINGS};
use crate::lint::LINTS;
use crate::settings::Node;
use crate::words::Words;

/// The settings of each kind, its header first.
static OF_KINDS: LazyLock<BTreeMap<&str, Vec<Setting>>> = LazyLock::new(|| {
    let all = KINDS.iter().map(|kind| {
        let reference = reference(kind);
        (kind.name, reference.header.into_iter().chain(reference.settings).collect())
    });
    all.collect()
});

/// What may stand in `defaults`: the settings of every kind, each once.
static OF_DEFAULTS: LazyLock<Vec<Setting>> = LazyLock::new(|| {
    let mut all: Vec<Setting> = Vec::new();
    for setting in KINDS.iter().flat_map(|kind| &OF_KINDS[kind.name]) {
        let is_own = ["kind", "id"].contains(&setting.path.as_str());
        if !is_own && all.iter().all(|known| known.path != setting.path) {
            all.push(setting.clone());
        }
    }
    all
});

static OF_COURSES: LazyLock<Vec<Setting>> = LazyLock::new(|| {
    let mut generator = SchemaGenerator::default();
    let mut schema = CourseSettings::schema(&mut generator);
    schema["$defs"] = Json::Object(generator.take_definitions(true).into_iter().collect::<Map<_, _>>());
    let defaults = serde_json::to_value(CourseSettings::default()).unwrap_or_default();
    settings(&schema, &defaults)
});

static OF_FIGURES: LazyLock<Vec<Setting>> = LazyLock::new(|| {
    let setting = |path: String, about: &str| {
        let choice = |word: &str| Choice {
            name: word.to_owned(),
            about: String::new(),
            technique: None,
            settings: Vec::new(),
        };
        let choices = figure::reference::words(&path).into_iter().map(choice).collect();
        Setting { path, default: String::new(), about: about.to_owned(), choices }
    };
    let own = figure::reference::SETTINGS.iter().map(|(path, about)| setting((*path).to_owned(), about));
    let scales = ["x", "y", "z"].into_iter().flat_map(|axis| {
        let of_axis = figure::reference::SCALE.iter();
        of_axis.map(move |(key, about)| setting(format!("scale.{axis}.{key}"), about))
    });
    own.chain(scales).collect()
});

static OF_FRONTS: LazyLock<Vec<Setting>> = LazyLock::new(|| {
    let setting = |(path, about): &(&str, &str)| Setting {
        path: (*path).to_owned(),
        default: String::new(),
        about: (*about).to_owned(),
        choices: Vec::new(),
    };
    FRONT_SETTINGS.iter().map(setting).collect()
});

/// Puts the reference together, which takes a while, before somebody waits for it.
pub(super) fn prepare() {
    LazyLock::force(&OF_DEFAULTS);
    LazyLock::force(&OF_COURSES);
    LazyLock::force(&OF_FIGURES);
}

/// What a claim is made of.
const CLAIM: [(&str, &str); 3] = [
    ("that", "An expression over variants and metrics that must be true, seed by seed."),
    ("says", "The sentence that readers see."),
    ("holds", "In how many of the seeds it must be true, such as `9/10`; in all by default."),
];

/// How a setting of a search's space, or of `try`, is given.
const RANGES: [(&str, &str); 6] = [
    ("log", "Two ends; every power of ten between them is as likely."),
    ("linear", "Two ends; every number between them is as likely."),
    ("integer", "Two ends; a whole number between them, both included."),
    ("choice", "A list of values."),
    ("one_minus_log", "Two ends below 1; the distance from 1 is drawn by its powers of ten."),
    ("when", "Values of other settings of the space, where alone this one exists."),
];

/// What is known of one sort of YAML.
pub(super) struct Lexicon {
    is: Use,
    kind: Option<&'static Kind>,
}

impl Lexicon {
    pub(super) fn new(is: Use, kind: Option<&'static Kind>) -> Lexicon {
        Lexicon { is, kind }
    }

    fn settings(&self) -> &'static [Setting] {
        match (self.is, self.kind) {
            (Use::Experiment, Some(kind)) => &OF_KINDS[kind.name],
            (Use::Experiment, None) => &OF_DEFAULTS,
            (Use::Figure, _) => &OF_FIGURES,
            (Use::Front, _) => &OF_FRONTS,
            (Use::Course, _) => &OF_COURSES,
        }
    }

    /// Returns which settings a path means, and the path among them: what is compared stands elsewhere in a block.
    fn meant(&self, path: &[Step]) -> (&'static [Setting], Vec<Vec<String>>) {
        let all = keys(path);
        let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        let split = |path: &str, rest: &[&str]| {
            path.split('.').map(str::to_owned).chain(owned(rest)).collect::<Vec<_>>()
        };
        match (self.is, all.first().copied()) {
            (Use::Front | Use::Course, Some("defaults")) if all.len() > 1 => {
                (&OF_DEFAULTS, vec![owned(&all[1..])])
            }
            (Use::Figure, Some("layers")) if all.len() > 1 => (&OF_FIGURES, vec![owned(&all[1..])]),
            (Use::Experiment, Some("variants")) if all.len() > 1 => (self.settings(), vec![owned(&all[2..])]),
            (Use::Experiment, Some("vary")) if all.len() > 1 => {
                (self.settings(), vec![split(all[1], &all[2..])])
            }
            (Use::Experiment, Some(first)) if self.compare_key() == Some(first) && path.len() > 1 => {
                // The names of a map are the author's.
                let named = usize::from(matches!(path[1], Step::Key(_)));
                let targets = self.compared().into_iter().map(|target| split(target, &all[1 + named..]));
                (self.settings(), targets.collect())
            }
            _ => (self.settings(), vec![owned(&all)]),
        }
    }

    fn compare_key(&self) -> Option<&'static str> {
        self.kind.map(|kind| kind.compare.key).filter(|key| !key.is_empty())
    }

    /// The settings that values under `compare` are of; they may depend on the value.
    fn compared(&self) -> Vec<&'static str> {
        let Some(kind) = self.kind else { return Vec::new() };
        let span = Span::new(SourceId(0), 0, 0);
        let mut found = Vec::new();
        for word in ["", "random", "linear", "adam"] {
            let path = (kind.compare.path)(&Node::text(span, word));
            if !path.is_empty() && !found.contains(&path) {
                found.push(path);
            }
        }
        found
    }

    fn spots(&self, path: &[Step]) -> Vec<Spot<'static>> {
        let (settings, paths) = self.meant(path);
        paths.iter().filter_map(|path| find(settings, path)).collect()
    }

    /// Returns the keys that a map at a path may have.
    pub(super) fn keys(&self, path: &[Step]) -> Vec<Offer> {
        let all = keys(path);
        if let Some(fixed) = self.fixed_keys(&all) {
            return fixed;
        }
        let mut offers: Vec<Offer> = self.spots(path).iter().flat_map(keys_of).collect();
        if path.is_empty() && self.is == Use::Experiment {
            let ways = self.compare_key().map(|key| {
                Offer::new(
                    key,
                    "variants",
                    format!("What is compared: {}.", self.kind.map_or("", |kind| kind.compare.about)),
                )
            });
            let vary = Offer::new(
                "vary",
                "variants",
                "A map from dotted paths to lists of values; several paths make a grid.",
            );
            let variants =
                Offer::new("variants", "variants", "A map from names to the settings that each overrides.");
            offers.extend(ways.into_iter().chain([vary, variants]));
            // A kind may have a setting of that name.
            let mut seen = Vec::new();
            offers.retain(|offer| {
                let is_new = !seen.contains(&offer.name);
                seen.push(offer.name.clone());
                is_new
            });
        }
        offers
    }

    fn fixed_keys(&self, all: &[&str]) -> Option<Vec<Offer>> {
        let listed =
            |list: &[(&str, &str)]| list.iter().map(|(name, about)| Offer::new(*name, "", *about)).collect();
        match (self.is, all) {
            (Use::Experiment, ["claims"]) => Some(listed(&CLAIM)),
            (Use::Experiment, ["vary" | "space" | "try"]) => {
                let paths = self.settings().iter().filter(|setting| setting.path.contains('.'));
                Some(paths.map(offer_of).collect())
            }
            (Use::Experiment, ["space" | "try", _]) => Some(listed(&RANGES)),
            (Use::Experiment, ["labels" | "columns" | "variants"]) => Some(Vec::new()),
            (Use::Front | Use::Course, ["defaults"]) => Some(parts(&OF_DEFAULTS, "")),
            (Use::Figure, ["layers"]) => {
                let own = ["from", "x", "y", "z", "by", "where", "mark", "spread"];
                Some(
                    parts(&OF_FIGURES, "")
                        .into_iter()
                        .filter(|offer| own.contains(&offer.name.as_str()))
                        .collect(),
                )
            }
            _ => None,
        }
    }

    /// Returns the values that a setting at a path may have.
    pub(super) fn values(&self, path: &[Step]) -> Vec<Offer> {
        let all = keys(path);
        let kinds = || KINDS.iter().map(|kind| Offer::new(kind.name, "kind", kind.summary)).collect();
        match (self.is, &all[..]) {
            (Use::Experiment, ["kind"]) => return kinds(),
            (Use::Experiment, ["figures"]) => {
                let figures = self.kind.map_or(&[][..], |kind| kind.figures);
                return figures
                    .iter()
                    .map(|figure| Offer::new(figure.name, "figure", figure.about))
                    .collect();
            }
            (_, [.., "lint", "allow"]) => {
                return LINTS.iter().map(|lint| Offer::new(lint.code, lint.name, lint.reason)).collect();
            }
            (_, [.., "data", "name"]) => {
                return DATASETS.iter().map(|entry| Offer::new(entry.name, "data", entry.summary)).collect();
            }
            (Use::Experiment, [.., "metric" | "objective"]) => {
                let metrics = self.kind.into_iter().flat_map(Kind::all_metrics);
                let one = metrics.filter(|info| info.can_be_best());
                return one.map(|info| Offer::new(info.name, "metric", info.about)).collect();
            }
            (Use::Course, ["language"]) => {
                return Words::languages().map(|language| Offer::new(language, "language", "")).collect();
            }
            (Use::Front, ["draft" | "page" | "list_of_figures"]) => {
                return ["true", "false"].map(|word| Offer::new(word, "", "")).into();
            }
            _ => {}
        }
        self.spots(path).iter().flat_map(values_of).collect()
    }

    /// Returns what stands at a path means, as Markdown.
    pub(super) fn about(&self, path: &[Step]) -> Option<String> {
        let all = keys(path);
        let last = *all.last()?;
        let above = &path[..path.iter().rposition(|step| matches!(step, Step::Key(_)))?];
        let own = self.spots(path).into_iter().find_map(|spot| told(&spot, self.kind));
        own.or_else(|| {
            let offers = self.keys(above);
            let offer = offers.into_iter().find(|offer| offer.name == last)?;
            (!offer.about.is_empty()).then(|| format!("**`{}`**\n\n{}", offer.name, offer.about))
        })
    }

    /// Returns what a value at a path means, as Markdown.
    pub(super) fn about_value(&self, path: &[Step], value: &str) -> Option<String> {
        let offer = self.values(path).into_iter().find(|offer| offer.name == value)?;
        (!offer.about.is_empty()).then(|| format!("**`{}`**\n\n{}", offer.name, offer.about))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::kind;

    fn path(text: &str) -> Vec<Step> {
        let step = |part: &str| match part.parse() {
            Ok(index) => Step::Item(index),
            Err(_) => Step::Key(part.to_owned()),
        };
        text.split('/').filter(|part| !part.is_empty()).map(step).collect()
    }

    fn names(offers: Vec<Offer>) -> Vec<String> {
        offers.into_iter().map(|offer| offer.name).collect()
    }

    #[test]
    fn each_place_of_a_block_has_its_words() {
        let lexicon = Lexicon::new(Use::Experiment, kind("optimizers"));
        let keys = |at: &str| names(lexicon.keys(&path(at)));
        let values = |at: &str| names(lexicon.values(&path(at)));
        for (at, name) in [
            ("", "training"),
            ("", "compare"),
            ("", "caption"),
            ("training", "epochs"),
            ("training/optimizer", "adam"),
            ("training/optimizer/adam", "beta1"),
            ("compare/1/adam", "beta2"),
            ("compare/mine/adam", "beta2"),
            ("claims/0", "holds"),
            ("vary", "training.l2"),
            ("variants/slow", "model"),
            ("variants/slow/training", "epochs"),
            ("model/batch_norm", "epsilon"),
        ] {
            assert!(keys(at).contains(&name.to_owned()), "{at}: {name}: {:?}", keys(at));
        }
        for (at, name) in [
            ("kind", "softmax"),
            ("data/name", "moons"),
            ("training/optimizer", "adam"),
            ("compare/0", "rmsprop"),
            ("vary/model.activation/0", "tanh"),
            ("figures/0", "loss"),
            ("lint/allow/0", "G004"),
            ("statistic", "median"),
            ("show_source", "false"),
            ("training/epochs", "20"),
        ] {
            assert!(values(at).contains(&name.to_owned()), "{at}: {name}: {:?}", values(at));
        }
    }

    #[test]
    fn other_yaml_has_its_own() {
        let keys = |is: Use, at: &str| names(Lexicon::new(is, None).keys(&path(at)));
        for (is, at, name) in [
            (Use::Figure, "", "facet"),
            (Use::Figure, "scale/y", "as"),
            (Use::Figure, "layers/0", "mark"),
            (Use::Front, "", "summary"),
            (Use::Front, "defaults/training", "epochs"),
            (Use::Course, "", "bibliography"),
            (Use::Course, "limits", "rows"),
            (Use::Course, "defaults", "model"),
        ] {
            assert!(keys(is, at).contains(&name.to_owned()), "{is:?} {at}: {name}: {:?}", keys(is, at));
        }
    }

    #[test]
    fn meanings_come_with_equation_and_source() {
        let lexicon = Lexicon::new(Use::Experiment, kind("optimizers"));
        let adam = lexicon.about(&path("training/optimizer/adam")).unwrap();
        assert!(adam.contains("```text") && adam.contains("Kingma") && adam.contains("beta1"), "{adam}");
        let l2 = lexicon.about(&path("training/l2")).unwrap();
        assert!(l2.contains("lambda") && l2.contains("default `0.0`"), "{l2}");
        assert!(lexicon.about(&path("caption")).is_some() && lexicon.about(&path("nothing")).is_none());
    }
}
