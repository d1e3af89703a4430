//! What a run will find, known before it runs: the names that prose and claims may use.

use crate::collections::BTreeMap;
use crate::experiment::MetricInfo;

/// What a name will stand for.
#[derive(Clone, Debug, PartialEq)]
pub enum MetricType {
    Number,
    /// A number with the curve that led there: at most so many values, the one before training included.
    Curve(usize),
    /// At most so many numbers.
    List(usize),
    /// A text; of a run that diverged perhaps none.
    Text,
    Map(MetricSchema),
    /// Only the run can tell.
    Unknown,
}

/// Metrics and series by name.
pub type MetricSchema = BTreeMap<String, MetricType>;

/// Returns the documented names, without saying what they will be.
pub(super) fn documented<'a>(infos: impl IntoIterator<Item = &'a MetricInfo>) -> MetricSchema {
    infos.into_iter().map(|info| (info.name.to_owned(), MetricType::Unknown)).collect()
}

/// Returns a type for each dotted path, as maps within maps.
pub(super) fn by_path<'a>(paths: impl IntoIterator<Item = (&'a str, MetricType)>) -> MetricType {
    nested(paths, MetricType::Map, |metric_type| match metric_type {
        MetricType::Map(inner) => Some(inner),
        _ => None,
    })
}

/// Returns values by dotted paths as maps within maps: `map` makes a value of a map, `inside` is the map of such a value.
pub(super) fn nested<'a, T>(
    entries: impl IntoIterator<Item = (&'a str, T)>,
    map: fn(BTreeMap<String, T>) -> T,
    inside: fn(&mut T) -> Option<&mut BTreeMap<String, T>>,
) -> T {
    let mut root = BTreeMap::new();
    for (path, value) in entries {
        let (folders, name) =
            path.rsplit_once('.').map_or((None, path), |(folders, name)| (Some(folders), name));
        let mut folders = folders.into_iter().flat_map(|folders| folders.split('.'));
        let place = folders.try_fold(&mut root, |at, folder| {
            inside(at.entry(folder.to_owned()).or_insert_with(|| map(BTreeMap::new())))
        });
        if let Some(place) = place {
            place.insert(name.to_owned(), value);
        }
    }
    map(root)
}
