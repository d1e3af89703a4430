//! The figures of kinds as blocks that an author can start from.

/// A figure of a kind as a block without `id` and `from`.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    pub kind: &'static str,
    pub figure: &'static str,
    pub block: &'static str,
    /// An experiment that has what it shows, where the kind's example has not.
    pub experiment: Option<&'static str>,
}

const fn preset(kind: &'static str, figure: &'static str, block: &'static str) -> Preset {
    Preset { kind, figure, block, experiment: None }
}

impl Preset {
    /// Draws it over an experiment of its own, not over the kind's example.
    const fn of(self, experiment: &'static str) -> Preset {
        Preset { experiment: Some(experiment), ..self }
    }
}

/// Figures of a kind that no block says, each with the reason.
pub const UNSAID: &[(&str, &str, &str)] = &[
    ("init", "histograms", DISTRIBUTION),
    ("train", "weights", DISTRIBUTION),
    ("train", "activations", DISTRIBUTION),
    ("train", "regions", PLANE),
    ("softmax", "regions", PLANE),
    ("surface", "map", PLANE),
    ("train", "pictures", PICTURES),
    ("train", "augmented", PICTURES),
    ("train", "mistakes", PICTURES),
    ("regression", "fit", "a fitted curve is kept as places on it, for one number on x alone"),
    ("search", "parallel", "parallel coordinates have an axis for every setting"),
];

const DISTRIBUTION: &str =
    "of weights and activations histograms are kept, not each number, which could be a row";
const PLANE: &str = "what is found all over a plane is no row";
const PICTURES: &str = "pictures are no rows";

/// Every other figure of a kind.
pub const PRESETS: &[Preset] = &[
    preset("optimizers", "loss", "x: epoch\ny: train_loss\nmark: [line, band]\nscale: {y: log}\n"),
    preset("optimizers", "dev_loss", "x: epoch\ny: dev_loss\nmark: [line, band]\nscale: {y: log}\n"),
    preset("optimizers", "dev_error", "x: epoch\ny: dev_error\nmark: [line, band]\n"),
    preset("optimizers", "epochs_to", "x: epochs_to\ny: variant\nmark: dots\n").of(
        "\
kind: optimizers
id: to_a_half
data: {name: moons, samples: 200}
training: {epochs: 20, learning_rate: 0.05}
seeds: 3
target: 0.5
compare: [sgd, momentum, {adam: {learning_rate: 0.01}}]
",
    ),
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
    preset("init", "training", "x: epoch\ny: train_loss\nmark: [line, band]\nscale: {y: log}\n").of("\
kind: init
id: then_trained
data: {name: digits, limit: 200}
model: {hidden: [50, 50, 50], activation: tanh}
training: {epochs: 10}
compare: [{normal: 0.01}, xavier]
"),
    preset("search", "trials", "x: training.learning_rate\ny: trial_objective\nmark: dots\n"),
    preset("search", "progress", "x: trial\ny: {each: trial_objective, best: best_so_far}\nmark: steps\n"),
    preset(
        "search",
        "plane",
        "x: training.learning_rate\ny: training.l2\nz: trial_objective\nmark: dots\nscale: {x: log, y: log, z: {type: log, reverse: true}}\n",
    )
    .of("\
kind: search
id: rate_and_penalty
data: {name: iris}
training: {epochs: 5}
space:
  training.learning_rate: {log: [0.0001, 1]}
  training.l2: {log: [0.001, 10]}
trials: 30
"),
    preset(
        "search",
        "importance",
        "x: experiment\ny: {learning rate: importance.training.learning_rate, hidden: importance.model.hidden, several together: interactions}\n\
         mark: [bars, whiskers]\nscale: {y: {as: percent, label: share of the variance}}\n",
    ),
    preset("surface", "loss", "x: step\ny: loss\nmark: [line, band]\nscale: {y: log}\n"),
    preset("surface", "steps_to", "x: steps_to\ny: variant\nmark: dots\n"),
    preset(
        "split",
        "sizes",
        "x: variant\ny: {train: train_rows, dev: dev_rows, test: test_rows}\nmark: bars\nstack: true\nscale: {y: {label: rows}}\n",
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
        "split",
        "standard_error",
        "x: dev_rows\ny: {dev: dev_standard_error}\nby: none\nmark: dots\nwhere: dev_rows > 0\n\
         layers:\n  - {x: test_rows, y: {test: test_standard_error}, where: test_rows > 0}\n  \
         - {x: {log: [10, 100000]}, y: {of an error of 10%: sqrt(0.1 * 0.9 / x)}}\n\
         scale: {x: {type: log, label: rows of the part}, y: {type: log, as: percent, label: standard error}}\n",
    )
    .of("\
kind: split
id: without_training
data: {name: iris}
compare:
  - {train: 60%, dev: 20%, test: 20%}
  - {train: 70%, test: 30%}
"),
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
        "x: dev_bin_confidence\ny: {how often it is right: dev_bin_accuracy, dev rows: dev_bin_rows}\nrows: bin\nfacet: y\nmark: dots\n\
         scale: {x: {label: how sure the network is}, y: {free: true}}\n",
    )
    .of("\
kind: train
id: how_sure
data: {name: digits, limit: 400}
training: {epochs: 10, learning_rate: 0.01}
"),
    preset(
        "train",
        "gradients",
        "x: epoch\ny: gradient_share\nby: layer\nfacet: variant\nwhere: seed == 0\nmark: line\n",
    ),
    preset("train", "drift", "x: epoch\ny: drift\nby: layer\nfacet: variant\nwhere: seed == 0 and epoch > 0\nmark: line\n"),
    preset(
        "train",
        "batches",
        "x: bin\ny: batch_loss\nfacet: variant\nwhere: seed == 0\nmark: line\nscale: {x: {label: step}}\n",
    ),
    preset("average", "average", "x: step\ny: {value: value, average: average, without noise: signal}\nby: variant\nwhere: seed == 0\nmark: line\n"),
    preset(
        "average",
        "start",
        "x: step\ny: {value: value, average: average, without noise: signal}\nby: variant\nwhere: seed == 0 and step <= early\nmark: line\n",
    ),
    preset("average", "weights", "x: bin - 1\ny: weights\nwhere: seed == 0\nmark: line\nscale: {x: {label: steps back}}\n")
    .of(
        "\
kind: average
id: two_betas
series: {level: 50, season: 20, noise: 8, length: 60}
compare: [0.5, 0.9]
",
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
    preset(
        "softmax",
        "probabilities",
        "x: class\ny: {logits: logits, exponentials: exponentials, probabilities: probabilities, hardmax: hardmax}\nfacet: y\nmark: bars\n\
         scale: {y: {free: true}}\n",
    ),
    preset("softmax", "loss", "x: epoch\ny: train_loss\nmark: [line, band]\nscale: {y: log}\n").of("\
kind: softmax
id: learnt
data: {name: blobs, classes: 4}
training: {epochs: 10}
"),
    preset(
        "gradient_check",
        "blocks",
        "x: block\ny: {before training: block_errors, after training: block_errors_trained}\nfacet: variant\nmark: dots\n\
         scale: {y: {type: log, label: relative error}}\nrules: [{y: 1e-7, label: great}, {y: 1e-3, label: worry}]\n",
    ),
    preset(
        "gradient_check",
        "errors",
        "x: variant\ny: {before training: relative_error, after training: relative_error_trained}\nmark: dots\n\
         scale: {y: {type: log, label: relative error}}\nrules: [{y: 1e-7, label: great}, {y: 1e-3, label: worry}]\n",
    ),
    preset("curvatures", "minima", "x: dimensions\ny: minimum_share\nrows: bin\nmark: line\nscale: {y: log}\n"),
    preset(
        "curvatures",
        "points",
        "x: dimensions\ny: {minima: minimum_share, saddles: saddle_share, maxima: maximum_share}\nrows: bin\nmark: bars\nstack: true\n\
         scale: {y: {domain: [0, 1], label: share}}\n",
    ),
    preset("critical_points", "points", "x: down_share\ny: {J: objectives}\nrows: bin\nmark: dots\n"),
    preset(
        "transfer",
        "regrets",
        "x: experiment\ny: {best for flowers used on moons: regret.flowers.moons, best for moons used on flowers: regret.moons.flowers}\n\
         mark: [bars, whiskers]\nscale: {y: {label: regret}}\n",
    ),
    preset("regression", "weights", "x: variant\ny: weight_norm\nmark: [line, band]\nscale: {y: log}\n"),
];

/// Returns the figures of a kind that have a block.
pub fn presets(kind: &str) -> impl Iterator<Item = &'static Preset> {
    PRESETS.iter().filter(move |preset| preset.kind == kind)
}

impl Preset {
    /// Returns the experiment that it is drawn from: its own, or the kind's example.
    pub fn experiment(&self, example: &'static str) -> &'static str {
        self.experiment.unwrap_or(example)
    }

    /// Returns the block over an experiment.
    pub fn over(&self, experiment: &str) -> String {
        format!("id: {}_of_{experiment}\nfrom: {experiment}\n{}", self.figure, self.block)
    }
}
