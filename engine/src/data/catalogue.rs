//! The list of all data sets that have a name. A new one is a file and a line in `generate/`, or a table.

use super::dataset::Facts;
use super::format::Format;
use super::generate::{self, Generator};
use super::normalize::Normalize;
use super::settings::DataSettings;
use super::tables::{self, Table};

/// Every data set that `name` can name, in the order in which they are presented: the tables, then what is generated.
pub const DATASETS: &[DatasetInfo] = &ALL;

const ALL: [DatasetInfo; tables::ALL.len() + generate::ALL.len()] = {
    let mut all = [tables::ALL[0]; _];
    let mut place = 0;
    while place < all.len() {
        all[place] = match place.checked_sub(tables::ALL.len()) {
            Some(place) => generate::ALL[place],
            None => tables::ALL[place],
        };
        place += 1;
    }
    all
};

/// One data set of the list.
#[derive(Clone, Copy, Debug)]
pub struct DatasetInfo {
    /// As an author writes it: `digits`.
    pub name: &'static str,
    /// As a reader sees it.
    pub title: &'static str,
    /// One sentence for an author.
    pub summary: &'static str,
    /// How it is normalized unless the author says otherwise.
    pub normalize: Normalize,
    /// Where its rows come from.
    pub origin: Origin,
}

/// Where the rows come from.
#[derive(Clone, Copy, Debug)]
pub enum Origin {
    /// A file that is compiled in.
    Table(Table),
    /// Drawn anew for every seed.
    Generated(Generator),
}

/// A number that a generator can be given.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// As an author writes it: `noise`.
    pub name: &'static str,
    /// What it is unless it is set.
    pub default: f64,
    /// The least that it may be.
    pub min: f64,
    /// The most that it may be.
    pub max: f64,
    /// Whether only whole numbers will do.
    pub whole: bool,
    /// What it means for this data set.
    pub about: &'static str,
}

/// Keys that every table and file takes, besides those that all data sets take.
const TABLE_KEYS: &[&str] = &["task", "label_noise", "bayes_error", "scale_target"];
/// Keys that all data sets take.
const COMMON_KEYS: &[&str] = &["normalize", "own_statistics", "other_source", "limit"];

impl DatasetInfo {
    /// Finds a data set by the name that authors write.
    pub fn find(name: &str) -> Option<&'static DatasetInfo> {
        DATASETS.iter().find(|entry| entry.name == name)
    }

    /// Returns every key that this data set takes besides `name`, its own first.
    pub fn keys(&self) -> Vec<&'static str> {
        match &self.origin {
            // Its cells are all there.
            Origin::Table(_) => file_keys(Format::Csv).into_iter().filter(|key| *key != "missing").collect(),
            Origin::Generated(generator) => {
                let own = generator.keys.iter().map(|key| key.name);
                let stated = !generator.keys.iter().any(|key| key.name == "bayes_error");
                let labels = generator.classes.then_some("label_noise");
                let bayes = (generator.classes && stated).then_some("bayes_error");
                let scaled = (!generator.classes).then_some("scale_target");
                own.chain(labels).chain(bayes).chain(scaled).chain(COMMON_KEYS.iter().copied()).collect()
            }
        }
    }
}

/// Returns every key that a file of a format takes besides `file`.
pub(super) fn file_keys(format: Format) -> Vec<&'static str> {
    [format.keys(), TABLE_KEYS, COMMON_KEYS].concat()
}

/// Returns every key that a data set takes besides `name` or `file`, one of which names it; none where nothing is called so.
pub fn keys(name: Option<&str>, file: Option<&str>) -> Option<Vec<&'static str>> {
    match (name, file) {
        (Some(name), None) => DatasetInfo::find(name).map(DatasetInfo::keys),
        (None, Some(file)) => Format::of(file).map(file_keys),
        _ => None,
    }
}

/// The numbers that a generator works with: those that the author set, or the defaults.
#[derive(Clone, Copy)]
pub struct Values<'a> {
    pub settings: &'a DataSettings,
    pub keys: &'static [Key],
}

impl Values<'_> {
    /// Returns the value of a key of this generator.
    pub fn number(&self, name: &str) -> f64 {
        let given = self.settings.numbers().into_iter().find(|(key, _)| *key == name);
        let default = || self.keys.iter().find(|key| key.name == name).map(|key| key.default);
        given.and_then(|(_, value)| value).or_else(default).expect("a key in the generator's list")
    }

    /// Returns the value of a key that counts something.
    pub fn count(&self, name: &str) -> usize {
        self.number(name) as usize
    }
}

impl Generator {
    pub fn values<'a>(&self, settings: &'a DataSettings) -> Values<'a> {
        Values { settings, keys: self.keys }
    }

    /// Returns the size of what it generates, before it does.
    pub fn facts(&self, settings: &DataSettings) -> Facts {
        let values = self.values(settings);
        let (features, target) = (self.shape)(&values);
        Facts {
            rows: values.count("samples"),
            drawn_from: values.count("samples"),
            features,
            target,
            image: None,
            number_bytes: 8,
            stored_bytes: 0,
            class_rows: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_described() {
        for (i, entry) in DATASETS.iter().enumerate() {
            assert!(DATASETS[..i].iter().all(|other| other.name != entry.name), "{}", entry.name);
            assert!(!entry.title.is_empty() && entry.summary.ends_with('.'), "{}", entry.name);
        }
    }

    #[test]
    fn keys_of_generators_are_settings_with_a_default_in_range() {
        let known = DataSettings::default().numbers().map(|(name, _)| name);
        for entry in DATASETS {
            let Origin::Generated(generator) = &entry.origin else { continue };
            for key in generator.keys {
                let place = format!("{}: {}", entry.name, key.name);
                assert!(known.contains(&key.name), "{place}");
                assert!((key.min..=key.max).contains(&key.default), "{place}");
                assert!(!key.whole || key.default as usize as f64 == key.default, "{place}");
                assert!(!key.about.is_empty(), "{place}");
            }
        }
    }
}
