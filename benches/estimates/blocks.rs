//! Valid blocks of every kind, drawn at random: what estimates are held to.

use gradbook::numeric::Stream;

/// Blocks that took or held far more than they were estimated to, or did.
pub(crate) const LARGE: &[&str] = &[
    "kind: init\ndata: {name: iris}\nmodel: {hidden: HIDDEN}\ncompare: [xavier]\n",
    "kind: train\ndata: {name: iris}\nmodel: {hidden: HIDDEN}\ntraining: {epochs: 1}\nhistograms: [0, 1]\ngradient_shares: true\n",
    "kind: split\ndata: {name: blobs, samples: 400000, limit: 100}\nseeds: 2\n",
    "kind: softmax\nlogits: [1, 2, 3]\nseeds: 900\nclaims:\n  - hardmax[2] == 1\n  - loss > 0\nlabel: 1\n",
    "kind: softmax\nlogits: [1, 2, 3]\nseeds: 1000\nlabel: 1\n---\nVALUES",
    "kind: search\ndata: {name: iris}\nmodel: {hidden: []}\ntraining: {epochs: 1}\ntrials: 1500\nsampler: {tpe: {}}\nspace:\n  training.learning_rate: {log: [0.001, 1]}\n",
    "kind: search\ndata: {name: moons, samples: 40}\nmodel: {hidden: [1]}\ntraining: {epochs: 1}\ntrials: 500\nsampler: {tpe: {batch: 5}}\nspace:\n  training.l2: {log: [0.001, 1]}\n  training.learning_rate: {log: [0.001, 1]}\n  training.batch_size: {choice: [8, 16, 32]}\n",
    "kind: surface\nsteps: 100000\n",
    "kind: surface\nsteps: 30000\nnoise: 0.2\nseeds: 6\n",
    "kind: optimizers\ndata: {name: moons, samples: 60}\nmodel: {hidden: []}\ntraining: {epochs: 60000, batch_size: full}\n",
    "kind: optimizers\ndata: {name: digits}\nmodel: {hidden: [512, 512]}\ntraining: {epochs: 3}\n",
    "kind: dropout\ndata: {name: digits}\nmodel: {hidden: [200, 100]}\ntraining: {epochs: 2000, batch_size: full, optimizer: adam}\ncompare: [0.5]\n",
];

/// Draws the text of a block.
type Draw = fn(&mut Stream) -> String;

/// Kinds, each with how its blocks are drawn.
pub(crate) const KINDS: &[(&str, Draw)] = &[
    ("split", split),
    ("train", train),
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

/// A large block with its many layers or values.
pub(crate) fn whole(block: &str) -> String {
    let values = "`{{ it.loss }}` and `{{ it.probabilities[1] }}`\n".repeat(20);
    block.replace("HIDDEN", &format!("[{}]", ["40"; 1000].join(", "))).replace("VALUES", &values)
}

/// A whole number, each order of magnitude as likely as any other.
fn between(stream: &mut Stream, low: usize, high: usize) -> usize {
    let exponent = stream.uniform() * libm::log(high as f64 / low as f64);
    ((low as f64 * libm::exp(exponent)) as usize).clamp(low, high)
}

fn one_of<'a>(stream: &mut Stream, options: &[&'a str]) -> &'a str {
    options[stream.below(options.len())]
}

fn data(stream: &mut Stream) -> String {
    match stream.below(7) {
        0 => "{name: iris}".to_owned(),
        1 => "{name: digits}".to_owned(),
        2 => format!("{{name: digits, limit: {}}}", between(stream, 50, 1000)),
        3 => format!(
            "{{name: digits, limit: {}, other_source: {{contrast: 0.5, blur: 0.5, noise: 0.1}}}}",
            between(stream, 50, 1700)
        ),
        4 => {
            let (samples, limit) = (between(stream, 1000, 300_000), between(stream, 60, 900));
            format!("{{name: blobs, samples: {samples}, limit: {limit}}}")
        }
        5 => "{name: breast_cancer}".to_owned(),
        _ => format!(
            "{{name: {}, samples: {}}}",
            one_of(stream, &["moons", "circles", "spirals", "xor", "wave"]),
            between(stream, 60, 5000)
        ),
    }
}

fn hidden(stream: &mut Stream, layers: usize, widest: usize) -> String {
    let count = between(stream, 1, layers);
    let widths: Vec<String> = (0..count).map(|_| between(stream, 2, widest).to_string()).collect();
    format!("[{}]", widths.join(", "))
}

fn activation(stream: &mut Stream) -> &'static str {
    one_of(stream, &["relu", "tanh", "sigmoid", "leaky_relu", "linear", "gelu", "silu"])
}

fn model(stream: &mut Stream) -> String {
    let more = one_of(
        stream,
        &[
            "",
            "",
            ", batch_norm: true",
            ", batch_norm: {prediction: exact}",
            ", keep_prob: 0.8",
            ", dropout: [0.1, 0.5]",
        ],
    );
    let activation = activation(stream);
    let hidden = match more {
        ", dropout: [0.1, 0.5]" => format!("[{}]", between(stream, 2, 200)),
        _ => hidden(stream, 5, 200),
    };
    format!("{{hidden: {hidden}, activation: {activation}{more}}}")
}

fn training(stream: &mut Stream) -> String {
    let optimizer =
        one_of(stream, &["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "nadam", "adagrad"]);
    let batch = one_of(stream, &["1", "8", "32", "128", "full"]);
    let more = [
        "",
        ", precision: f64",
        ", l2: 0.1",
        ", l1: 0.1",
        ", schedule: {cosine: {}}",
        ", max_norm: 2",
        ", augment: {noise: 0.1}",
        ", steering: {}",
    ];
    let (more, rate) = (one_of(stream, &more), one_of(stream, &["1e-4", "1e-3"]));
    let epochs = if batch == "1" { between(stream, 1, 6) } else { between(stream, 1, 60) };
    format!("{{epochs: {epochs}, batch_size: {batch}, optimizer: {optimizer}, learning_rate: {rate}{more}}}")
}

/// Seeds and claims about a metric.
fn judged(stream: &mut Stream, most: usize, metric: &str) -> String {
    let claims: String = (0..stream.below(4)).map(|_| format!("\n  - {metric} < 1e300")).collect();
    let claims = if claims.is_empty() { claims } else { format!("claims:{claims}\n") };
    format!("seeds: {}\nlint: {{allow: [G008]}}\n{claims}", between(stream, 1, most))
}

/// Prose with values and claims about a metric.
fn prose(stream: &mut Stream, metric: &str) -> String {
    let value = format!("`{{{{ it.{metric} | round(3) }}}}` and `{{{{ claim: it.{metric} < 1e300 }}}}`\n");
    match stream.below(4) {
        0 => format!("---\n{}", value.repeat(between(stream, 1, 20))),
        _ => String::new(),
    }
}

fn split(stream: &mut Stream) -> String {
    let (data, seeds) = (data(stream), judged(stream, 900, "train_rows"));
    let training =
        if stream.below(3) == 0 { format!("training: {}\n", training(stream)) } else { String::new() };
    let seeds = if training.is_empty() { seeds } else { judged(stream, 8, "train_loss") };
    format!("kind: split\ndata: {data}\n{training}{seeds}{}", prose(stream, "train_rows"))
}

fn regression(stream: &mut Stream) -> String {
    let (samples, degree) = (between(stream, 60, 20_000), between(stream, 1, 12));
    let seeds = judged(stream, 40, "train_loss");
    let more = match stream.below(4) {
        0 => format!(
            "network: {{model: {{hidden: [{}]}}, training: {{epochs: {}}}}}\n",
            between(stream, 2, 60),
            between(stream, 1, 20)
        ),
        1 => "l2: 1\ncompare: [0.1, 1, 10]\n".to_owned(),
        _ => String::new(),
    };
    let (samples, seeds) = if more.starts_with("network") {
        (samples.min(3000), judged(stream, 5, "train_loss"))
    } else {
        (samples, seeds)
    };
    let seeds = if more.contains("compare") { judged(stream, 10, "lambda_1.train_loss") } else { seeds };
    format!(
        "kind: regression\ndata: {{name: polynomial, samples: {samples}, degree: {degree}}}\n{more}{seeds}"
    )
}

fn init(stream: &mut Stream) -> String {
    let (data, hidden, activation) = (data(stream), hidden(stream, 200, 150), activation(stream));
    let training = if stream.below(4) == 0 { "training: {epochs: 3, learning_rate: 1e-4}\n" } else { "" };
    format!(
        "kind: init\ndata: {data}\nmodel: {{hidden: {hidden}, activation: {activation}}}\n{training}compare: [xavier, he]\n"
    )
}

fn train(stream: &mut Stream) -> String {
    let (model, training, seeds) = (model(stream), training(stream), judged(stream, 6, "train_loss"));
    let looked_at = match stream.below(4) {
        0 => "data: {name: digits}\npictures: 40\nhistograms: [0, 1]\n",
        1 => "data: {name: moons, samples: 2000}\nregions: [0, 1]\ngradient_shares: true\ndrift: true\n",
        2 => "data: {name: iris}\nhistograms: [0]\ngradient_shares: true\n",
        _ => "data: {name: digits, limit: 800}\n",
    };
    format!("kind: train\n{looked_at}model: {model}\ntraining: {training}\n{seeds}")
}

fn dropout(stream: &mut Stream) -> String {
    let (hidden, training) = (hidden(stream, 3, 300), training(stream));
    format!(
        "kind: dropout\ndata: {{name: digits, limit: 600}}\nmodel: {{hidden: {hidden}}}\ntraining: {training}\ncompare: [1, 0.5]\n"
    )
}

fn gradient_check(stream: &mut Stream) -> String {
    let (hidden, activation) = (hidden(stream, 3, 40), activation(stream));
    format!(
        "kind: gradient_check\ndata: {{name: iris}}\nmodel: {{hidden: {hidden}, activation: {activation}}}\n\
         training: {{epochs: 5}}\nrows: {}\ncompare: [right, doubled]\n",
        between(stream, 4, 90)
    )
}

fn average(stream: &mut Stream) -> String {
    let (length, seeds) = (between(stream, 20, 50_000), judged(stream, 20, "beta_0_9.window"));
    format!(
        "kind: average\nseries: {{length: {length}, season: 20, noise: 8}}\n{seeds}compare: [0.5, 0.9, 0.98]\n"
    )
}

fn optimizers(stream: &mut Stream) -> String {
    let (data, model, seeds) = (data(stream), model(stream), judged(stream, 8, "adam.train_loss"));
    let (epochs, prose) = (between(stream, 1, 40), prose(stream, "adam.train_loss"));
    format!(
        "kind: optimizers\ndata: {data}\nmodel: {model}\ntraining: {{epochs: {epochs}}}\n{seeds}compare: [sgd, momentum, adam]\n{prose}"
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
    let (samples, steps) = (between(stream, 20, 5000), between(stream, 10, 2000));
    let seeds = judged(stream, 6, "sgd.loss");
    let data = one_of(stream, &["plane", "moons"]);
    format!(
        "kind: surface\ndata: {{name: {data}, samples: {samples}, noise: 0.5}}\nl2: 0.1\nlearning_rate: 1e-3\nsteps: {steps}\n{seeds}compare: [sgd, adam]\n"
    )
}

fn curvatures(stream: &mut Stream) -> String {
    let (samples, most) = (between(stream, 10, 20_000), between(stream, 1, 12));
    let dimensions: Vec<String> = (1..=most).map(|dimension| dimension.to_string()).collect();
    format!("kind: curvatures\ndimensions: [{}]\nsamples: {samples}\n", dimensions.join(", "))
}

fn critical_points(stream: &mut Stream) -> String {
    let (samples, units) = (between(stream, 20, 400), between(stream, 1, 9));
    let (starts, steps) = (between(stream, 1, 20), between(stream, 5, 100));
    format!(
        "kind: critical_points\ndata: {{name: xor, samples: {samples}}}\nmodel: {{hidden: [{units}], activation: tanh}}\n\
         l2: 0.1\nstarts: {starts}\nsteps: {steps}\n"
    )
}

fn search(stream: &mut Stream) -> String {
    let sampler = match stream.below(5) {
        0 => "random".to_owned(),
        1 => "{successive_halving: {}}".to_owned(),
        2 => "{coarse_to_fine: {}}".to_owned(),
        3 => "one_at_a_time".to_owned(),
        4 => "grid".to_owned(),
        _ => format!("{{tpe: {{candidates: {}}}}}", between(stream, 10, 1000)),
    };
    let (trials, epochs) = (between(stream, 12, 400), between(stream, 1, 20));
    let (hidden, seeds) = (between(stream, 2, 40), between(stream, 1, 4));
    format!(
        "kind: search\ndata: {{name: iris}}\nmodel: {{hidden: [{hidden}]}}\ntraining: {{epochs: {epochs}}}\ntrials: {trials}\nseeds: {seeds}\n\
         sampler: {sampler}\nspace:\n  training.learning_rate: {{log: [0.0001, 0.01]}}\n  training.l2: {{log: [0.001, 1]}}\n"
    )
}

fn transfer(stream: &mut Stream) -> String {
    let (trials, epochs, samples) =
        (between(stream, 2, 100), between(stream, 1, 10), between(stream, 60, 3000));
    format!(
        "kind: transfer\nproblems: {{a: {{name: iris}}, b: {{name: moons, samples: {samples}}}, c: {{name: digits}}}}\n\
         training: {{epochs: {epochs}}}\ntrials: {trials}\nspace:\n  training.learning_rate: {{log: [0.001, 1]}}\n  model.units: {{choice: [4, 32]}}\n"
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
    let classes = between(stream, 2, 12);
    format!(
        "kind: softmax\ndata: {{name: blobs, classes: {classes}, samples: 600}}\nmodel: {model}\ntraining: {training}\n{seeds}"
    )
}
