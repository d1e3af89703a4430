//! The built-in tables. Where they come from is in `tables/SOURCES.md`.

use super::catalogue::{DatasetInfo, Origin};
use super::dataset::Provenance;
use super::normalize::Normalize;

/// All of them, in the order in which they are presented.
pub(super) const ALL: &[DatasetInfo] = &[DIGITS, IRIS, BREAST_CANCER];

/// A table that is part of the program; the target is its last column.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Empty without the feature `complete`: it then comes with the [files](super::Files).
    pub csv: &'static str,
    pub rows: usize,
    /// In what all features are measured; empty where they have no unit, or several.
    pub unit: &'static str,
    /// Height and width when a row is a picture, row-major.
    pub image: Option<(usize, usize)>,
    pub provenance: Provenance,
}

/// The text of a table. It is left out of programs that are handed the tables they need: pages that compute.
macro_rules! csv {
    ($name:literal) => {
        if cfg!(feature = "complete") { include_str!(concat!("tables/", $name, ".csv")) } else { "" }
    };
}

const UCI: &str = "UCI Machine Learning Repository";
const LICENCE: &str = "CC BY 4.0";
const LICENCE_URL: &str = "https://creativecommons.org/licenses/by/4.0/";

const DIGITS: DatasetInfo = DatasetInfo {
    name: "digits",
    title: "Handwritten digits",
    summary: "1797 pictures of handwritten digits, 8 by 8 pixels with values from 0 to 16; 10 classes.",
    normalize: Normalize::Standard,
    origin: Origin::Table(Table {
        csv: csv!("digits"),
        rows: 1797,
        unit: "",
        image: Some((8, 8)),
        provenance: Provenance {
            creators: "E. Alpaydin, C. Kaynak",
            year: 1998,
            work: "Optical Recognition of Handwritten Digits",
            publisher: UCI,
            licence: LICENCE,
            licence_url: LICENCE_URL,
            doi: "10.24432/C50P49",
            note: "the 1797 rows of the test writers",
        },
    }),
};

const IRIS: DatasetInfo = DatasetInfo {
    name: "iris",
    title: "Iris flowers",
    summary: "150 flowers of 3 species, with length and width of sepals and petals in centimetres.",
    normalize: Normalize::Standard,
    origin: Origin::Table(Table {
        csv: csv!("iris"),
        rows: 150,
        unit: "cm",
        image: None,
        provenance: Provenance {
            creators: "R. A. Fisher",
            year: 1936,
            work: "Iris",
            publisher: UCI,
            licence: LICENCE,
            licence_url: LICENCE_URL,
            doi: "10.24432/C56C76",
            note: "",
        },
    }),
};

const BREAST_CANCER: DatasetInfo = DatasetInfo {
    name: "breast_cancer",
    title: "Breast cancer",
    summary: "569 tumours, benign or malignant, with 30 measurements of their cells.",
    normalize: Normalize::Standard,
    origin: Origin::Table(Table {
        csv: csv!("breast_cancer"),
        rows: 569,
        unit: "",
        image: None,
        provenance: Provenance {
            creators: "W. Wolberg, O. Mangasarian, N. Street, W. Street",
            year: 1993,
            work: "Breast Cancer Wisconsin (Diagnostic)",
            publisher: UCI,
            licence: LICENCE,
            licence_url: LICENCE_URL,
            doi: "10.24432/C5DW2B",
            note: "",
        },
    }),
};
