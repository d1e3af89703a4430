//! Which cells of a table have no value.

/// What people write into a cell that has no value, unless `data.missing` says otherwise.
pub(super) const USUAL: [&str; 8] = ["", "NA", "N/A", "NaN", "null", "None", "?", "-"];

/// The texts that stand for no value, in cells without quotes.
#[derive(Clone, Debug)]
pub(super) struct Missing {
    texts: Vec<String>,
    /// Those of the texts that are numbers, such as -999.
    numbers: Vec<f64>,
}

impl Missing {
    /// Returns those that an author lists; the usual ones by default.
    pub(super) fn new(listed: Option<&[String]>) -> Self {
        let texts: Vec<String> = match listed {
            Some(texts) => texts.iter().map(|text| text.trim().to_owned()).collect(),
            None => USUAL.map(str::to_owned).to_vec(),
        };
        let number = |text: &String| text.parse::<f64>().ok().filter(|number| number.is_finite());
        Missing { numbers: texts.iter().filter_map(number).collect(), texts }
    }

    /// Returns whether a cell without quotes has no value. Capital letters make no difference.
    pub(super) fn has(&self, cell: &str) -> bool {
        let cell = cell.trim();
        self.texts.iter().any(|text| text.eq_ignore_ascii_case(cell))
            || !self.numbers.is_empty() && cell.parse().is_ok_and(|value| self.has_number(value))
    }

    /// Returns whether a number stands for no value.
    pub(super) fn has_number(&self, value: f64) -> bool {
        self.numbers.contains(&value)
    }
}
