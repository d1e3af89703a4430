//! What each key of a figure block means, for editors.

/// Each key by its path, with its meaning; those of a layer stand in `layers` too.
pub const SETTINGS: &[(&str, &str)] = &[
    ("id", "Its name in references, in snake_case, once in its lesson among experiments and figures."),
    ("title", "A heading above the figure."),
    ("caption", "Markdown below the figure; may hold computed values."),
    ("alt", "What a listener should know first, before the description made from the data."),
    (
        "beside",
        "Whether it stands beside the text that follows, drawn small, where the page has room for both (default false).",
    ),
    ("show_source", "Whether a reader can open the block's YAML (default true)."),
    (
        "from",
        "The experiments that it is drawn from: an id, a list, or a map from labels; another lesson's as `lesson.id`.",
    ),
    ("file", "A CSV file whose lines are the rows, by its path relative to the lesson."),
    (
        "rows",
        "What a row is, where the expressions do not tell: `trial`, or `layer`, `class`, `block`, `bin`, which lay lists out.",
    ),
    (
        "x",
        "What goes along x: an expression over the columns (a setting, a metric, `epoch`, `variant`), or a range for functions: `{linear: [-5, 5]}`.",
    ),
    ("x.linear", "The two ends of a range."),
    ("x.log", "The two ends of a logarithmic range."),
    ("y", "What goes along y: an expression, a list of some, or a map from labels."),
    ("z", "The colour of a heat map, or of dots; what `text` prints."),
    (
        "by",
        "What series are told apart by, a colour each, or `none` (default: the setting in which variants differ).",
    ),
    ("where", "Which rows count: an expression that is true of them."),
    ("mark", "What is drawn: one mark, or a list."),
    ("spread", "How far bands and whiskers reach: `sd` (default), `ci` (95%), `range` or `quartiles`."),
    ("facet", "A panel for each value of an expression."),
    ("facet.columns", "A column of panels for each value."),
    ("facet.rows", "A row of panels for each value."),
    ("sort", "The order of categories: an expression, such as `-dev_error`."),
    ("stack", "Whether bars of several series stand upon each other (default false)."),
    ("scale", "How the axes and colours are scaled: `{x: log}`."),
    ("scale.x", "The scale of x: `linear`, `log`, `categories`, or its settings."),
    ("scale.y", "The scale of y: `linear`, `log`, `categories`, or its settings."),
    ("scale.z", "The scale of the colours: `linear`, `log`, `categories`, or its settings."),
    ("rules", "Lines that explain the data: `[{y: 0.15, label: Bayes error}]`."),
    ("rules.x", "An upright line at this x: a number, a date, or an expression as in prose."),
    ("rules.y", "A level line at this y, likewise."),
    ("rules.slope", "The slope of a line."),
    ("rules.intercept", "Where that line meets x = 0 (default 0)."),
    ("rules.label", "What stands beside the line."),
    (
        "layers",
        "More marks over the same scales: each may have its own `from`, `x`, `y`, `z`, `by`, `where`, `mark`, `spread`.",
    ),
];

/// The keys of each of `scale.x`, `scale.y` and `scale.z`.
pub const SCALE: &[(&str, &str)] = &[
    ("type", "`linear`, `log` or `categories`."),
    ("domain", "The two ends of the axis: `[0, 0.3]`."),
    ("as", "The filter that writes its numbers, such as `percent`."),
    ("unit", "What stands behind its label."),
    ("label", "What the axis is called."),
    ("reverse", "Whether it runs from the right, or from above (default false)."),
    ("free", "Whether each panel has a range of its own (default false)."),
];

/// Returns the words that a key takes, by its path.
pub fn words(path: &str) -> Vec<&'static str> {
    use super::block::{MARKS, SCALES, SPREADS};
    match path {
        "mark" => MARKS.iter().map(|(name, _)| *name).collect(),
        "spread" => SPREADS.iter().map(|(name, _)| *name).collect(),
        "scale.x" | "scale.y" | "scale.z" | "scale.x.type" | "scale.y.type" | "scale.z.type" => {
            SCALES.iter().map(|(name, _)| *name).collect()
        }
        "scale.x.as" | "scale.y.as" | "scale.z.as" => {
            vec!["percent", "round(2)", "sci(1)", "si", "signed", "times"]
        }
        "beside" | "show_source" => vec!["true", "false"],
        "rows" => vec!["trial"],
        "by" => vec!["none", "variant"],
        "x" => vec!["epoch", "step", "trial", "variant", "layer", "class"],
        "facet" | "facet.columns" | "facet.rows" => vec!["variant", "experiment", "y"],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::{KEYS, LAYER};
    use super::*;

    #[test]
    fn every_key_is_told_of() {
        let told = |key: &&str| SETTINGS.iter().any(|(path, _)| path == key);
        assert!(KEYS.iter().chain(&LAYER).all(told));
        let known = |path: &str| KEYS.contains(&path) || LAYER.contains(&path);
        assert!(SETTINGS.iter().all(|(path, _)| known(path.split('.').next().unwrap())));
    }
}
