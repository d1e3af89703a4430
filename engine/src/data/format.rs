//! What kind of file a name stands for.

/// The formats of an author's own data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table as text, with a header line.
    Csv,
    /// One array in MNIST's format.
    Idx,
    /// One array of NumPy.
    Npy,
    /// Several arrays of NumPy by name, in a ZIP archive.
    Npz,
}

impl Format {
    /// Tells the format by the name of a file: `.csv`, `.npy`, `.npz`, or an IDX name such as `train-images-idx3-ubyte` or `digits.idx`.
    /// IDX and NPY may be packed by gzip (`.gz` at the end).
    pub fn of(path: &str) -> Option<Format> {
        let path = path.to_lowercase();
        let name = path.rsplit('/').next().unwrap_or_default();
        let unpacked = name.strip_suffix(".gz").unwrap_or(name);
        let numbered = |separator| (1..=4).any(|axes| name.contains(&format!("{separator}idx{axes}-")));
        if unpacked.ends_with(".npy") {
            Some(Format::Npy)
        } else if name.ends_with(".npz") {
            Some(Format::Npz)
        } else if name.ends_with(".csv") {
            Some(Format::Csv)
        } else if unpacked.ends_with(".idx") || numbered('-') || numbered('.') {
            Some(Format::Idx)
        } else {
            None
        }
    }

    /// Returns its name as it is said in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Format::Csv => "a CSV table",
            Format::Idx => "an IDX file",
            Format::Npy => "an NPY file",
            Format::Npz => "an NPZ file",
        }
    }

    /// Returns the keys of `data` that only some formats take.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Format::Csv => &["target", "features", "missing"],
            Format::Idx => &["labels"],
            Format::Npy => &["labels", "target", "features"],
            Format::Npz => &["x", "y"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_format() {
        for (name, format) in [
            ("a/My Table.CSV", Some(Format::Csv)),
            ("train-images-idx3-ubyte", Some(Format::Idx)),
            ("t10k-labels.idx1-ubyte.gz", Some(Format::Idx)),
            ("emnist-letters-train-images-idx3-ubyte.gz", Some(Format::Idx)),
            ("x.idx", Some(Format::Idx)),
            ("x.npy", Some(Format::Npy)),
            ("x.npy.gz", Some(Format::Npy)),
            ("mnist.npz", Some(Format::Npz)),
            ("mnist.npz.gz", None),
            ("table.csv.gz", None),
            ("x.txt", None),
            ("idx3-ubyte/x.bin", None),
        ] {
            assert_eq!(Format::of(name), format, "{name}");
        }
    }
}
