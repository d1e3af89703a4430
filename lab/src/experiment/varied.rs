//! What differs between variants: the setting along which a metric can be drawn.

use serde::Serialize;

use super::reference::flat;
use super::variation::spaced;
use crate::chart::Axis;
use crate::outcome::Outcome;

/// From this ratio of the largest to the smallest on, numbers stand on a log axis.
const LOGARITHMIC: f64 = 100.0;

/// A setting in which variants differ.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Varied {
    pub path: String,
    /// Its value in each variant, as an author would write it; none where it is not set.
    pub values: Vec<Option<String>>,
}

impl Varied {
    /// Returns the value in each variant as a number; a list of one number is one too. None where any is no number.
    pub(super) fn numbers(&self) -> Option<Vec<f64>> {
        let number = |value: &Option<String>| {
            let text = value.as_deref()?;
            let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
            text.parse::<f64>().ok().filter(|number| number.is_finite())
        };
        self.values.iter().map(number).collect()
    }

    /// How many different values it has.
    fn count(&self) -> usize {
        let is_new = |(index, value): &(usize, &Option<String>)| !self.values[..*index].contains(value);
        self.values.iter().enumerate().filter(is_new).count()
    }
}

/// Returns the settings in which variants differ, in the order of their paths.
pub(super) fn varied<E: Serialize>(variants: &[&E]) -> Vec<Varied> {
    let settings: Vec<Vec<(String, String)>> = variants
        .iter()
        .map(|variant| flat(&serde_json::to_value(variant).unwrap_or_default(), usize::MAX))
        .collect();
    let mut paths: Vec<&String> = settings.iter().flatten().map(|(path, _)| path).collect();
    paths.sort();
    paths.dedup();
    let value = |path: &str, settings: &Vec<(String, String)>| {
        settings.iter().find(|(own, _)| own == path).map(|(_, value)| value.clone())
    };
    let all = paths.into_iter().map(|path| Varied {
        path: path.clone(),
        values: settings.iter().map(|settings| value(path, settings)).collect(),
    });
    all.filter(|varied| varied.count() > 1).collect()
}

/// An axis along which variants stand, and the lines that join them.
pub(super) struct Along {
    pub axis: Axis,
    /// The place of each variant on it.
    pub at: Vec<f64>,
    /// Variants of one line, in the order of the axis, with the line's name; empty for the only one.
    pub lines: Vec<(String, Vec<usize>)>,
    /// Whether the axis is one of numbers, so that lines may join what stands on it.
    pub is_quantity: bool,
}

/// Returns the axis along which variants are best told apart: the numbers of a setting that varies, logarithmic where they are
/// a hundredfold apart, and a line for each combination of what else varies; their names where no setting is numeric, or one
/// place would be two variants'.
pub(super) fn along<E: Serialize>(variants: &[&E], outcome: &Outcome) -> Along {
    let varied = varied(variants);
    let numeric = varied.iter().filter_map(|setting| Some((setting, setting.numbers()?)));
    let longest = numeric.max_by(|a, b| a.0.count().cmp(&b.0.count()).then(b.0.path.cmp(&a.0.path)));
    if let Some((setting, at)) = longest {
        let others: Vec<&Varied> = varied.iter().filter(|other| other.path != setting.path).collect();
        let mut lines: Vec<(String, Vec<usize>)> = Vec::new();
        for index in 0..variants.len() {
            let name: Vec<String> = others.iter().map(|other| named(other, index)).collect();
            let name = name.join(", ");
            match lines.iter_mut().find(|(known, _)| *known == name) {
                Some((_, line)) => line.push(index),
                None => lines.push((name, vec![index])),
            }
        }
        for (_, line) in &mut lines {
            line.sort_by(|a, b| at[*a].total_cmp(&at[*b]));
        }
        let apart = |line: &Vec<usize>| line.windows(2).all(|pair| at[pair[0]] != at[pair[1]]);
        // Where every line has one variant, what else varies goes with the number: there is one line.
        if lines.iter().all(|(_, line)| line.len() == 1) && lines.len() > 1 {
            let mut all: Vec<usize> = (0..variants.len()).collect();
            all.sort_by(|a, b| at[*a].total_cmp(&at[*b]));
            lines = vec![(String::new(), all)];
        }
        if lines.iter().all(|(_, line)| apart(line)) {
            return Along { axis: axis(&setting.path, &at), at, lines, is_quantity: true };
        }
    }
    let names = outcome.variants.iter().map(|variant| variant.label.clone());
    let all: Vec<usize> = (0..outcome.variants.len()).collect();
    Along {
        axis: Axis::category("", names),
        at: all.iter().map(|&index| index as f64).collect(),
        lines: vec![(String::new(), all)],
        is_quantity: false,
    }
}

/// `l2 0.1`, as variants are called.
fn named(setting: &Varied, index: usize) -> String {
    let name = spaced(setting.path.rsplit('.').next().unwrap_or(&setting.path));
    match setting.values[index].as_deref() {
        Some("[]") => format!("{name} none"),
        Some(value) => format!("{name} {value}"),
        None => format!("no {name}"),
    }
}

/// The axis of a setting with these values: ticks at each of a few, else as the axis likes.
fn axis(path: &str, at: &[f64]) -> Axis {
    let mut values = at.to_vec();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let (least, greatest) = (values[0], values[values.len() - 1]);
    let is_log = least > 0.0 && greatest / least >= LOGARITHMIC;
    let name = spaced(path.rsplit('.').next().unwrap_or(path));
    let axis = if is_log { Axis::log(name) } else { Axis::linear(name) };
    // Values a little apart from each other have room for their numbers.
    let span = greatest - least;
    let spaced = values.windows(2).all(|pair| pair[1] - pair[0] >= span / 12.0);
    if !is_log && values.len() <= 8 && spaced { axis.ticks(values) } else { axis }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Scale;
    use crate::outcome::Variant;

    fn alongside(settings: &[serde_json::Value]) -> Along {
        let variants: Vec<&serde_json::Value> = settings.iter().collect();
        let named = |index: usize| Variant { label: format!("v{index}"), ..Variant::default() };
        along(
            &variants,
            &Outcome { variants: (0..settings.len()).map(named).collect(), ..Outcome::default() },
        )
    }

    #[test]
    fn numbers_stand_at_their_places_and_far_ones_on_a_log_axis() {
        let of = |values: &[f64]| {
            alongside(
                &values.iter().map(|l2| serde_json::json!({"training": {"l2": l2}})).collect::<Vec<_>>(),
            )
        };
        let near = of(&[3.0, 1.0, 2.0]);
        assert_eq!((near.at.as_slice(), near.axis.label.as_str()), (&[3.0, 1.0, 2.0][..], "l2"));
        assert_eq!(
            (near.axis.scale.clone(), near.lines),
            (Scale::Linear, vec![(String::new(), vec![1, 2, 0])])
        );
        assert_eq!(of(&[0.01, 1.0]).axis.scale, Scale::Log);
        assert_eq!(of(&[0.0, 0.01, 1.0]).axis.scale, Scale::Linear);
    }

    #[test]
    fn a_width_is_a_number_and_what_else_varies_makes_lines() {
        let setting = |hidden: usize, l2: f64| serde_json::json!({"model": {"hidden": [hidden]}, "l2": l2});
        let grid = alongside(&[
            setting(4, 0.0),
            setting(4, 1.0),
            setting(16, 0.0),
            setting(16, 1.0),
            setting(64, 0.0),
        ]);
        assert_eq!(grid.axis.label, "hidden");
        let lines = [("l2 0.0".to_owned(), vec![0, 2, 4]), ("l2 1.0".to_owned(), vec![1, 3])];
        assert_eq!((grid.at, grid.lines), (vec![4.0, 4.0, 16.0, 16.0, 64.0], lines.to_vec()));
    }

    #[test]
    fn what_is_no_number_stands_by_name() {
        let names = alongside(&[
            serde_json::json!({"activation": "relu"}),
            serde_json::json!({"activation": "tanh"}),
        ]);
        assert!(!names.is_quantity && names.at == [0.0, 1.0]);
        let pairs = [serde_json::json!({"hidden": [4, 4]}), serde_json::json!({"hidden": [8]})];
        assert!(!alongside(&pairs).is_quantity);
        // Settings that go together are one line along the first of them.
        let together = |rows: usize, epochs: usize| serde_json::json!({"rows": rows, "epochs": epochs});
        assert_eq!(alongside(&[together(100, 30), together(1000, 3)]).lines.len(), 1);
    }
}
