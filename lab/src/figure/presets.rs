//! The figures of kinds as blocks that an author can start from.

/// A figure of a kind as a block without `id` and `from`.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    pub kind: &'static str,
    pub figure: &'static str,
    pub block: &'static str,
}

const fn preset(kind: &'static str, figure: &'static str, block: &'static str) -> Preset {
    Preset { kind, figure, block }
}

/// Those of curves, bars and dots; maps, regions, fits, pictures, weights and parallel coordinates have no block.
pub const PRESETS: &[Preset] = &[
    preset("optimizers", "loss", "x: epoch\ny: train_loss\nmark: [line, band]\nscale: {y: log}\n"),
    preset("optimizers", "dev_loss", "x: epoch\ny: dev_loss\nmark: [line, band]\nscale: {y: log}\n"),
    preset("optimizers", "dev_error", "x: epoch\ny: dev_error\nmark: [line, band]\n"),
    preset("optimizers", "epochs_to", "x: epochs_to\ny: variant\nmark: dots\n"),
    preset(
        "dropout",
        "curves",
        "x: epoch\ny: {train: train_error, dev: dev_error}\nfacet: variant\nmark: [line, band]\n",
    ),
    preset(
        "dropout",
        "gap",
        "x: model.keep_prob\ny: gap\nmark: [dots, whiskers]\nrules: [{y: 0, label: no gap}]\n",
    ),
    preset(
        "dropout",
        "activations",
        "x: model.keep_prob\ny: {divided by keep_prob: scaled_activation, not divided: unscaled_activation}\nmark: [line, dots]\n",
    ),
    preset("dropout", "dev_error", "x: epoch\ny: dev_error\nmark: [line, band]\n"),
    preset("init", "activations", "x: layer\ny: activation_sd\nmark: [line, band]\nscale: {y: log}\n"),
    preset("init", "gradients", "x: layer\ny: gradient_norm\nmark: [line, band]\nscale: {y: log}\n"),
    preset("search", "trials", "x: training.learning_rate\ny: trial_objective\nmark: dots\n"),
    preset("search", "progress", "x: trial\ny: {each: trial_objective, best: best_so_far}\nmark: steps\n"),
    preset("surface", "loss", "x: step\ny: loss\nmark: [line, band]\nscale: {y: log}\n"),
    preset("surface", "steps_to", "x: steps_to\ny: variant\nmark: dots\n"),
    preset(
        "split",
        "sizes",
        "x: variant\ny: {train: train_rows, dev: dev_rows, test: test_rows}\nmark: bars\nscale: {y: {label: rows}}\n",
    ),
    preset(
        "split",
        "classes",
        "x: class\ny: {train: train_share, dev: dev_share, test: test_share}\nfacet: variant\nmark: bars\nscale: {y: {as: percent, label: share}}\n",
    ),
    preset(
        "split",
        "estimates",
        "x: variant\ny: {dev: dev_error, test: test_error}\nmark: [dots, whiskers]\nscale: {y: {as: percent, label: error}}\n",
    ),
    preset(
        "train",
        "loss",
        "x: epoch\ny: {train: train_loss, dev: dev_loss}\nfacet: variant\nmark: [line, band]\n",
    ),
    preset(
        "train",
        "error",
        "x: epoch\ny: {train: train_error, dev: dev_error}\nfacet: variant\nmark: [line, band]\n",
    ),
    preset(
        "train",
        "metrics",
        "x: training.l2\ny: {train: train_error, dev: dev_error}\nmark: [line, whiskers]\n",
    ),
    preset(
        "train",
        "confusion",
        "x: given\ny: class\nz: dev_confusion\nfacet: variant\nmark: [heat, text]\n",
    ),
    preset(
        "train",
        "calibration",
        "x: dev_bin_confidence\ny: dev_bin_accuracy\nrows: bin\nmark: dots\nrules: [{slope: 1, label: as sure as right}]\n",
    ),
    preset("average", "average", "x: step\ny: {value: value, average: average}\nby: variant\nmark: line\n"),
    preset(
        "average",
        "start",
        "x: step\ny: {value: value, average: average}\nby: variant\nwhere: step <= 20\nmark: line\n",
    ),
    preset(
        "average",
        "error",
        "x: variant\ny: {error: error, by the lag: lag_error, by the noise: noise_error}\nmark: [dots, whiskers]\n",
    ),
    preset(
        "regression",
        "loss",
        "x: variant\ny: {train: train_loss, dev: dev_loss, test: test_loss}\nmark: [line, band]\nscale: {y: log}\n",
    ),
    preset("regression", "weights", "x: variant\ny: weight_norm\nmark: [line, band]\nscale: {y: log}\n"),
];

/// Returns the figures of a kind that have a block.
pub fn presets(kind: &str) -> impl Iterator<Item = &'static Preset> {
    PRESETS.iter().filter(move |preset| preset.kind == kind)
}

impl Preset {
    /// Returns the block over an experiment.
    pub fn over(&self, experiment: &str) -> String {
        format!("id: {}_of_{experiment}\nfrom: {experiment}\n{}", self.figure, self.block)
    }
}
