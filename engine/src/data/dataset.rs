//! A data set in memory.

use super::features::Features;
use super::part::Target;

/// Examples as rows, with what they are called and where they come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// As the author wrote it: `digits`, or the path of a file.
    pub name: String,
    /// As a reader sees it.
    pub title: String,
    /// Only for the built-in tables.
    pub provenance: Option<Provenance>,
    /// As read or generated, not normalized.
    pub features: Features,
    /// One a column.
    pub feature_names: Vec<String>,
    /// What is to be predicted.
    pub target: TargetColumn,
    /// Height and width when a row is a picture, row-major.
    pub image: Option<(usize, usize)>,
}

/// What is to be predicted, one for each row.
#[derive(Clone, Debug, PartialEq)]
pub enum TargetColumn {
    /// `labels` are indices into `names`.
    Classes {
        /// Of each row, the place of its class in `names`.
        labels: Vec<usize>,
        /// What the classes are called.
        names: Vec<String>,
    },
    /// A number for each row.
    Values {
        /// One a row.
        values: Vec<f64>,
        /// What the number is called.
        name: String,
    },
}

/// Whom a table is owed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Who made the table.
    pub creators: &'static str,
    /// When it was published.
    pub year: u16,
    /// The title of the published table.
    pub work: &'static str,
    /// Who published it.
    pub publisher: &'static str,
    /// The licence's short name.
    pub licence: &'static str,
    /// Where the licence stands.
    pub licence_url: &'static str,
    /// Without `https://doi.org/` before it.
    pub doi: &'static str,
    /// What of the published table is here, and in which form; may be empty.
    pub note: &'static str,
}

/// The size and form of a data set, known before it is generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// How many examples there are.
    pub rows: usize,
    /// The rows of the data that `limit` draws these from; as many as `rows` where it leaves all.
    pub drawn_from: usize,
    /// How many features each has.
    pub features: usize,
    /// What is to be predicted.
    pub target: Target,
    /// Height and width when a row is a picture.
    pub image: Option<(usize, usize)>,
    /// Bytes that one number of its features takes.
    pub number_bytes: usize,
    /// Bytes of the files that it was read from, as far as whoever read them tells; else 0.
    pub stored_bytes: usize,
    /// Each class by name with its rows; empty where chance decides them, as in what `limit` leaves, and where the
    /// target is a number.
    pub class_rows: Vec<(String, usize)>,
}

impl Dataset {
    /// Returns how many examples there are.
    pub fn rows(&self) -> usize {
        self.features.rows()
    }

    /// Returns its size and form.
    pub fn facts(&self) -> Facts {
        Facts {
            rows: self.rows(),
            drawn_from: self.rows(),
            features: self.features.columns(),
            target: self.target.target(),
            image: self.image,
            number_bytes: self.features.number_bytes(),
            stored_bytes: 0,
            class_rows: self.target.class_rows(),
        }
    }

    /// Returns the bytes that its numbers take in memory.
    pub fn bytes(&self) -> usize {
        let (rows, columns) = self.features.dim();
        rows * (columns * self.features.number_bytes() + 8)
    }

    /// Returns the given rows alone, in the given order.
    pub fn select(&self, rows: &[usize]) -> Dataset {
        Dataset {
            name: self.name.clone(),
            title: self.title.clone(),
            provenance: self.provenance,
            features: self.features.select(rows),
            feature_names: self.feature_names.clone(),
            target: self.target.select(rows),
            image: self.image,
        }
    }
}

impl TargetColumn {
    /// Returns how many rows have a target.
    pub fn len(&self) -> usize {
        match self {
            TargetColumn::Classes { labels, .. } => labels.len(),
            TargetColumn::Values { values, .. } => values.len(),
        }
    }

    /// Returns whether no row has one.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns what is to be predicted: one of how many classes, or a number.
    pub fn target(&self) -> Target {
        match self {
            TargetColumn::Classes { names, .. } => Target::Classes(names.len()),
            TargetColumn::Values { .. } => Target::Value,
        }
    }

    /// Returns each class by name with its rows; empty where the target is a number.
    pub fn class_rows(&self) -> Vec<(String, usize)> {
        let TargetColumn::Classes { labels, names } = self else { return Vec::new() };
        let mut rows: Vec<(String, usize)> = names.iter().map(|name| (name.clone(), 0)).collect();
        labels.iter().for_each(|&label| rows[label].1 += 1);
        rows
    }

    fn select(&self, rows: &[usize]) -> TargetColumn {
        match self {
            TargetColumn::Classes { labels, names } => TargetColumn::Classes {
                labels: rows.iter().map(|&r| labels[r]).collect(),
                names: names.clone(),
            },
            TargetColumn::Values { values, name } => {
                TargetColumn::Values { values: rows.iter().map(|&r| values[r]).collect(), name: name.clone() }
            }
        }
    }
}
