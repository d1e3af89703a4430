//! Valid blocks of every kind, drawn at random: what estimates are held to.

mod large;
mod parts;

use gradbook::numeric::Stream;

pub(crate) use large::{LARGE, whole};
use parts::{
    activation, between, data, judged, model, of_classes, of_layers, of_numbers, one_of, optimizer, prose,
    training,
};

/// Draws the text of a block.
type Draw = fn(&mut Stream) -> String;

/// Kinds, each with how its blocks are drawn.
pub(crate) const KINDS: &[(&str, Draw)] = &[
    ("split", split),
    ("train", train),
    ("train_of_many", train_of_many),
    ("regression", regression),
    ("init", init),
    ("dropout", dropout),
    ("gradient_check", gradient_check),
    ("average", average),
    ("optimizers", optimizers),
    ("curves", curves),
    ("surface", surface),
    ("surface_of_data", surface_of_data),
    ("curvatures", curvatures),
    ("critical_points", critical_points),
    ("search", search),
    ("transfer", transfer),
    ("softmax_of_logits", logits),
    ("softmax", softmax),
];

fn split(stream: &mut Stream) -> String {
    let data = data(stream);
    let (more, seeds) = match stream.below(3) {
        0 => (format!("training: {}\n", training(stream)), judged(stream, 8, "train_loss")),
        1 => (String::new(), judged(stream, 900, "train_rows")),
        _ => {
            let parts: String = (0..between(stream, 2, 12))
                .map(|part| format!("\n  - {{train: {}%, test: {}%}}", 50 + part, 50 - part))
                .collect();
            (format!("compare:{parts}\n"), format!("seeds: {}\n", between(stream, 1, 60)))
        }
    };
    let prose = if more.contains("compare") { String::new() } else { prose(stream, "train_rows") };
    format!("kind: split\ndata: {data}\n{more}{seeds}{prose}")
}

fn regression(stream: &mut Stream) -> String {
    let data = match stream.below(3) {
        0 => of_numbers(stream),
        _ => format!(
            "{{name: polynomial, samples: {}, degree: {}}}",
            between(stream, 60, 20_000),
            between(stream, 1, 20)
        ),
    };
    match stream.below(4) {
        0 => {
            let (samples, units, epochs) =
                (between(stream, 60, 3000), between(stream, 2, 60), between(stream, 1, 20));
            let seeds = judged(stream, 5, "train_loss");
            format!(
                "kind: regression\ndata: {{name: polynomial, samples: {samples}, degree: 5}}\n\
                 network: {{model: {{hidden: [{units}]}}, training: {{epochs: {epochs}}}}}\n{seeds}"
            )
        }
        1 => {
            let seeds = judged(stream, 10, "lambda_1.train_loss");
            format!("kind: regression\ndata: {data}\nl2: 1\ncompare: [0.1, 1, 10]\n{seeds}")
        }
        _ => format!("kind: regression\ndata: {data}\nl2: 1\n{}", judged(stream, 40, "train_loss")),
    }
}

fn init(stream: &mut Stream) -> String {
    let layers = [(200, 150), (2, 1000)][stream.below(2)];
    let (data, hidden, activation) =
        (data(stream), of_layers(stream, layers.0, layers.1), activation(stream));
    let training = if stream.below(4) == 0 { "training: {epochs: 3, learning_rate: 1e-4}\n" } else { "" };
    let compare = one_of(stream, &["[xavier, he]", "[he]", "[xavier, he, lecun, {normal: 0.01}]"]);
    format!(
        "kind: init\ndata: {data}\nmodel: {{hidden: {hidden}, activation: {activation}}}\n{training}compare: {compare}\n"
    )
}

fn train(stream: &mut Stream) -> String {
    let (model, mut training) = (model(stream), training(stream));
    let looked_at = match stream.below(6) {
        0 => "data: {name: digits}\npictures: 40\nhistograms: [0, 1]\n".to_owned(),
        1 => "data: {name: moons, samples: 2000}\nregions: [0, 1]\ngradient_shares: true\ndrift: true\n"
            .to_owned(),
        2 => "data: {name: iris}\nhistograms: [0]\ngradient_shares: true\n".to_owned(),
        3 => "data: {name: digits, limit: 800}\n".to_owned(),
        4 => {
            // Of the smallest data five batches of four make an epoch.
            let epochs = between(stream, 1, 60);
            training = format!("{{epochs: {epochs}, batch_size: 4}}");
            format!("data: {}\nbatches: {}\n", data(stream), between(stream, 1, 4 * epochs))
        }
        _ => format!("data: {}\n", data(stream)),
    };
    let seeds = judged(stream, 6, "train_loss");
    format!("kind: train\n{looked_at}model: {model}\ntraining: {training}\n{seeds}")
}

/// Many variants of short trainings.
fn train_of_many(stream: &mut Stream) -> String {
    let (samples, epochs) = (between(stream, 60, 1000), between(stream, 1, 30));
    let (variants, seeds) = (between(stream, 4, 100), between(stream, 1, 6));
    let (name, optimizer) = (one_of(stream, &["moons", "blobs", "wave", "line"]), optimizer(stream));
    // Small ones: a run that diverges ends early, which no estimate knows.
    let lambdas: Vec<String> = (1..=variants).map(|lambda| format!("{lambda}e-3")).collect();
    format!(
        "kind: train\ndata: {{name: {name}, samples: {samples}}}\nmodel: {{hidden: [{}]}}\n\
         training: {{epochs: {epochs}, optimizer: {optimizer}}}\nvary: {{training.l2: [{}]}}\nseeds: {seeds}\n",
        between(stream, 2, 30),
        lambdas.join(", ")
    )
}

fn dropout(stream: &mut Stream) -> String {
    let (hidden, training) = (of_layers(stream, 3, 300), training(stream));
    let data =
        if stream.below(2) == 0 { "{name: digits, limit: 600}".to_owned() } else { of_classes(stream) };
    let compare = one_of(stream, &["[1, 0.5]", "[0.9]", "[1, 0.9, 0.8, 0.7, 0.5]"]);
    format!(
        "kind: dropout\ndata: {data}\nmodel: {{hidden: {hidden}}}\ntraining: {training}\ncompare: {compare}\n"
    )
}

fn gradient_check(stream: &mut Stream) -> String {
    let (hidden, activation) = (of_layers(stream, 3, 40), activation(stream));
    let data = one_of(stream, &["{name: iris}", "{name: breast_cancer}", "{name: moons}"]);
    format!(
        "kind: gradient_check\ndata: {data}\nmodel: {{hidden: {hidden}, activation: {activation}}}\n\
         training: {{epochs: 5}}\nrows: {}\ncompare: [right, doubled]\n",
        between(stream, 4, 90)
    )
}

fn average(stream: &mut Stream) -> String {
    let (length, seeds) = (between(stream, 20, 50_000), judged(stream, 20, "beta_0_9.window"));
    let compare = one_of(stream, &["[0.9]", "[0.5, 0.9, 0.98]", "[0.1, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99]"]);
    if stream.below(4) == 0 {
        let (rows, columns) = (between(stream, 60, 20_000), between(stream, 2, 10));
        return format!(
            "kind: average\nseries: {{file: numbers-{rows}x{columns}.csv, column: x1}}\ncompare: {compare}\n"
        );
    }
    format!("kind: average\nseries: {{length: {length}, season: 20, noise: 8}}\n{seeds}compare: {compare}\n")
}

fn optimizers(stream: &mut Stream) -> String {
    let (data, model, seeds) = (data(stream), model(stream), judged(stream, 8, "adam.train_loss"));
    let (epochs, prose) = (between(stream, 1, 40), prose(stream, "adam.train_loss"));
    let batch = between(stream, 4, 512);
    let compare = one_of(
        stream,
        &["[sgd, momentum, adam]", "[sgd, momentum, nesterov, rmsprop, adam, adamw, nadam, adagrad]"],
    );
    format!(
        "kind: optimizers\ndata: {data}\nmodel: {model}\ntraining: {{epochs: {epochs}, batch_size: {batch}}}\n\
         {seeds}compare: {compare}\n{prose}"
    )
}

/// Long histories of small networks.
fn curves(stream: &mut Stream) -> String {
    let (epochs, seeds) = (between(stream, 100, 5_000), between(stream, 1, 12));
    let (samples, statistic) = (between(stream, 20, 60), one_of(stream, &["mean", "median"]));
    format!(
        "kind: optimizers\ndata: {{name: moons, samples: {samples}}}\nmodel: {{hidden: [3]}}\n\
         training: {{epochs: {epochs}, batch_size: full}}\nseeds: {seeds}\nstatistic: {statistic}\n"
    )
}

fn surface(stream: &mut Stream) -> String {
    let (steps, seeds) = (between(stream, 10, 20_000), judged(stream, 20, "adam.loss"));
    let shape = one_of(stream, &["{bowl: {condition: 20}}", "rosenbrock", "saddle", "himmelblau"]);
    let noise = one_of(stream, &["0", "0.1", "0.1"]);
    format!(
        "kind: surface\nsurface: {shape}\nsteps: {steps}\nlearning_rate: 1e-4\nnoise: {noise}\n{seeds}compare: [sgd, adam]\n"
    )
}

fn surface_of_data(stream: &mut Stream) -> String {
    let data = one_of(stream, &["plane", "moons"]);
    // Classes are looked at in every step.
    let (most, steps) = if data == "plane" { (200_000, 5000) } else { (20_000, 1000) };
    let (samples, steps) = (between(stream, 20, most), between(stream, 10, steps));
    let seeds = judged(stream, 4, "sgd.loss");
    format!(
        "kind: surface\ndata: {{name: {data}, samples: {samples}, noise: 0.5}}\nl2: 0.1\nlearning_rate: 1e-9\nsteps: {steps}\n{seeds}compare: [sgd, adam]\n"
    )
}

fn curvatures(stream: &mut Stream) -> String {
    let (samples, most) = (between(stream, 10, 20_000), between(stream, 1, 12));
    let dimensions: Vec<String> = (1..=most).map(|dimension| dimension.to_string()).collect();
    let seeds = between(stream, 1, 4);
    format!("kind: curvatures\ndimensions: [{}]\nsamples: {samples}\nseeds: {seeds}\n", dimensions.join(", "))
}

fn critical_points(stream: &mut Stream) -> String {
    let (samples, units) = (between(stream, 20, 400), between(stream, 1, 9));
    let (starts, steps) = (between(stream, 1, 20), between(stream, 5, 100));
    format!(
        "kind: critical_points\ndata: {{name: xor, samples: {samples}}}\nmodel: {{hidden: [{units}], activation: tanh}}\n\
         l2: 0.1\nstarts: {starts}\nsteps: {steps}\n"
    )
}

/// Settings that a search may look for, some of which take longer at one end.
const SPACE: &[&str] = &[
    "training.learning_rate: {log: [0.0001, 0.01]}",
    "training.l2: {log: [0.001, 1]}",
    "training.batch_size: {choice: [8, 32, 64]}",
    "model.hidden: {choice: [[8], [16, 16], [64]]}",
    "model.units: {integer: [2, 40]}",
    "model.keep_prob: {linear: [0.5, 1]}",
    "training.optimizer: {choice: [sgd, momentum, adam]}",
    "training.epochs: {integer: [2, 12]}",
];

/// Up to so many settings, of which `model.hidden` and `model.units` exclude each other.
fn space(stream: &mut Stream, most: usize) -> String {
    let mut left = SPACE.to_vec();
    let mut space = String::new();
    for _ in 0..between(stream, 1, most) {
        let setting = left.remove(stream.below(left.len()));
        left.retain(|other| {
            !(setting.starts_with("model.hidden") && other.starts_with("model.units")
                || setting.starts_with("model.units") && other.starts_with("model.hidden"))
        });
        space += &format!("\n  {setting}");
    }
    space
}

fn search(stream: &mut Stream) -> String {
    let sampler = match stream.below(6) {
        0 => "random".to_owned(),
        1 => "{successive_halving: {}}".to_owned(),
        2 => "{coarse_to_fine: {}}".to_owned(),
        3 => "one_at_a_time".to_owned(),
        4 => "grid".to_owned(),
        _ => format!(
            "{{tpe: {{candidates: {}, batch: {}}}}}",
            between(stream, 10, 1000),
            between(stream, 1, 8)
        ),
    };
    let data = one_of(
        stream,
        &["{name: iris}", "{name: moons}", "{name: digits, limit: 200}", "{file: classes-300x8.csv}"],
    );
    let (trials, epochs) = (between(stream, 12, 400), between(stream, 2, 20));
    let (space, seeds) = (space(stream, 6), between(stream, 1, 4));
    format!(
        "kind: search\ndata: {data}\ntraining: {{epochs: {epochs}}}\ntrials: {trials}\nseeds: {seeds}\n\
         sampler: {sampler}\nspace:{space}\n"
    )
}

fn transfer(stream: &mut Stream) -> String {
    let (trials, epochs, samples) =
        (between(stream, 2, 100), between(stream, 1, 10), between(stream, 60, 3000));
    let (space, sampler) = (space(stream, 3), one_of(stream, &["random", "grid"]));
    format!(
        "kind: transfer\nproblems: {{a: {{name: iris}}, b: {{name: moons, samples: {samples}}}, c: {{name: digits}}}}\n\
         training: {{epochs: {epochs}}}\ntrials: {trials}\nsampler: {sampler}\nspace:{space}\n"
    )
}

fn logits(stream: &mut Stream) -> String {
    let (variants, length) = (between(stream, 1, 60), between(stream, 2, 100));
    let seeds = judged(stream, 300, if variants == 1 { "v0.hardmax[0]" } else { "v0.hardmax[1]" });
    let list = |variant: usize| {
        let numbers: Vec<String> = (0..length).map(|index| ((index * variant) % 7).to_string()).collect();
        format!("\n  v{variant}: [{}]", numbers.join(", "))
    };
    let lists: String = (0..variants).map(list).collect();
    format!("kind: softmax\nlogits:{lists}\n{seeds}")
}

fn softmax(stream: &mut Stream) -> String {
    let (model, training, seeds) = (model(stream), training(stream), judged(stream, 4, "train_loss"));
    let (classes, samples) = (between(stream, 2, 20), between(stream, 100, 2000));
    format!(
        "kind: softmax\ndata: {{name: blobs, classes: {classes}, samples: {samples}}}\nmodel: {model}\ntraining: {training}\n{seeds}"
    )
}
