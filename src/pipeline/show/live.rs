//! What a page needs to run an experiment in its reader's browser: scripts that hand over the course, the experiment, the engine.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;
use serde_json::json;

use super::drafts::mentioned;
use super::drawing::{Drawing, Drawn};
use crate::block::Control;
use crate::experiment::schemas;
use crate::files;
use crate::lesson::Course;
use crate::pipeline::computed::Computed;
use crate::pipeline::run::planned::Planned;
use crate::settings::{Node, to_yaml};
use crate::site::script;
use crate::view::LiveView;
use crate::words::Words;

/// The largest file of data that is published with a page, in bytes.
const MOST_DATA: u64 = 2 << 20;

/// Phrases of the table and the claims of an experiment, which its page puts together anew.
const OF_RESULTS: [&str; 9] = [
    "best",
    "failed",
    "failed_in",
    "failed_needed",
    "held",
    "held_in",
    "held_needed",
    "interval_is",
    "judged",
];

/// Returns how a reader runs an experiment; none where its author, or the course, withholds that, where its data are too large
/// to be published, and in a course of strangers, whose pages run no scripts but the site's own.
pub(super) fn offer(course: &Course, planned: &Planned) -> Option<LiveView> {
    let lesson = &course.lessons[planned.lesson];
    let is_offered = script::has_module()
        && planned.header.live
        && course.settings.live != Some(false)
        && !course.is_untrusted();
    let fits = |file: &String| {
        let path = lesson.path.with_file_name("").join(file);
        std::fs::metadata(path).is_ok_and(|found| found.len() <= MOST_DATA)
    };
    (is_offered && data_files(planned).iter().all(fits)).then(|| LiveView {
        file: file_name(&lesson.slug, &planned.header.id),
        seconds: planned.costs.iter().map(|cost| cost.times(planned.header.seeds).seconds).sum(),
        runs: planned.costs.len() as u64 * planned.header.seeds,
    })
}

/// Returns the path of an experiment's script from its page.
fn file_name(slug: &str, id: &str) -> String {
    format!("{}/{id}.live.js", crate::view::beside(slug))
}

/// Returns the files that hold the data of an experiment, as its author named them.
fn data_files(planned: &Planned) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for variant in 0..planned.costs.len() {
        let data = planned.plan.data(variant);
        for file in data.iter().flat_map(|data| [&data.file, &data.labels]).flatten() {
            if !files.contains(file) {
                files.push(file.clone());
            }
        }
    }
    files
}

/// What a reader is handed of an experiment, but for what the runs found and the files of data.
#[derive(Serialize)]
pub(super) struct Handed<'a> {
    slug: &'a str,
    yaml: Cow<'a, str>,
    source: bool,
    defaults: Vec<String>,
    before: Vec<Vec<String>>,
    controls: &'a [Control],
    seeds: u64,
    mentioned: BTreeSet<String>,
    seconds: f64,
    data: bool,
}

impl<'a> Handed<'a> {
    /// Puts together what `offer` is of.
    pub(super) fn new(computed: &'a Computed, place: usize, offer: &LiveView) -> Self {
        let (course, planned) = (&computed.course, &computed.planned[place]);
        let lesson = &course.lessons[planned.lesson];
        let defaults = [course.settings.defaults.as_ref(), lesson.front.defaults.as_ref()];
        let before = computed.planned[..place].iter().filter(|other| other.lesson == planned.lesson);
        let written = &lesson.blocks[planned.block];
        let yaml = match planned.header.show_source {
            true => Cow::Borrowed(written.yaml.as_str()),
            // Without the author's comments.
            false => Cow::Owned(to_yaml(&written.node)),
        };
        Handed {
            slug: &lesson.slug,
            yaml,
            source: planned.header.show_source,
            defaults: defaults.into_iter().flatten().map(to_yaml::<Node>).collect(),
            before: before.map(|other| other.labels().collect()).collect(),
            controls: &planned.controls,
            seeds: planned.header.seeds,
            mentioned: mentioned(lesson, planned),
            seconds: offer.seconds,
            data: (0..planned.costs.len()).any(|variant| planned.plan.data(variant).is_some()),
        }
    }
}

/// Returns the script that hands over an experiment, which `offer` is of; empty where a file of data cannot be read any more.
pub(super) fn experiment(
    computed: &Computed,
    drawing: &Drawing,
    offer: &LiveView,
    handed: &Handed,
) -> String {
    let (course, planned) = (&computed.course, &computed.planned[drawing.place]);
    let Drawn { digest, digests, .. } = drawing.drawn();
    let lesson = &course.lessons[planned.lesson];
    let below = lesson.path.parent().and_then(|folder| folder.strip_prefix(&course.root).ok());
    let mut data = serde_json::Map::new();
    for file in data_files(planned) {
        let path = below.unwrap_or(Path::new("")).join(&file);
        let Ok(bytes) = files::read(&course.root, &path, MOST_DATA) else { return String::new() };
        data.insert(file, script::base64(&bytes).into());
    }
    let mut value = json!(handed);
    value["files"] = data.into();
    value["digest"] = json!(digest);
    value["digests"] = json!(digests);
    script::taking(&offer.file, &value)
}

/// Returns the script that hands over what holds for every experiment of a course.
pub(super) fn course(course: &Course) -> String {
    let spoken = course.words();
    // Where they are the English ones, which every module needs, they are told once.
    let phrases = if spoken.are_plain() { BTreeMap::new() } else { spoken.all() };
    let words: serde_json::Map<String, serde_json::Value> = spoken
        .all()
        .into_iter()
        .filter(|(name, _)| name.starts_with("run_") || OF_RESULTS.contains(&name.as_str()))
        .map(|(name, text)| (name, text.into()))
        .collect();
    let settings = &course.settings;
    let value = json!({
        "language": settings.language.0,
        "english": Words::names().collect::<Vec<_>>(),
        "phrases": phrases,
        "schemas": schemas::bare(),
        "words": words,
        "limits": settings.limits,
    });
    script::taking("course", &value)
}
