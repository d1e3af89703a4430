//! Valid blocks of every kind, drawn at random: what estimates are held to.

use gradbook::numeric::Stream;

/// Blocks that held far more than they were estimated to, or did.
pub(crate) const LARGE: [&str; 5] = [
    "kind: init\ndata: {name: iris}\nmodel: {hidden: HIDDEN}\ncompare: [xavier]\n",
    "kind: train\ndata: {name: iris}\nmodel: {hidden: HIDDEN}\ntraining: {epochs: 1}\nhistograms: [0, 1]\ngradient_shares: true\n",
    "kind: split\ndata: {name: blobs, samples: 400000, limit: 100}\nseeds: 2\n",
    "kind: softmax\nlogits: [1, 2, 3]\nseeds: 900\nclaims:\n  - hardmax[2] == 1\n  - loss > 0\nlabel: 1\n",
    "kind: search\ndata: {name: iris}\nmodel: {hidden: []}\ntraining: {epochs: 1}\ntrials: 1500\nsampler: {tpe: {}}\nspace:\n  training.learning_rate: {log: [0.001, 1]}\n",
];

/// Draws the text of a block.
type Draw = fn(&mut Stream) -> String;

/// Kinds, each with how its blocks are drawn.
pub(crate) const KINDS: [(&str, Draw); 16] = [
    ("split", split),
    ("train", train),
    ("regression", regression),
    ("init", init),
    ("dropout", dropout),
    ("gradient_check", gradient_check),
    ("average", average),
    ("optimizers", optimizers),
    ("surface", surface),
    ("surface_of_data", surface_of_data),
    ("curvatures", curvatures),
    ("critical_points", critical_points),
    ("search", search),
    ("transfer", transfer),
    ("softmax_of_logits", logits),
    ("softmax", softmax),
];

/// A large block with its many layers.
pub(crate) fn whole(block: &str) -> String {
    block.replace("HIDDEN", &format!("[{}]", ["40"; 1000].join(", ")))
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
    match stream.below(6) {
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
        _ => format!(
            "{{name: {}, samples: {}}}",
            one_of(stream, &["moons", "circles", "spirals", "xor"]),
            between(stream, 60, 5000)
        ),
    }
}

fn hidden(stream: &mut Stream, layers: usize, widest: usize) -> String {
    let count = between(stream, 1, layers);
    let widths: Vec<String> = (0..count).map(|_| between(stream, 2, widest).to_string()).collect();
    format!("[{}]", widths.join(", "))
}

fn model(stream: &mut Stream) -> String {
    let more = one_of(stream, &["", ", batch_norm: true", ", keep_prob: 0.8", ", activation: tanh"]);
    format!("{{hidden: {}{more}}}", hidden(stream, 5, 200))
}

fn training(stream: &mut Stream) -> String {
    let optimizer = one_of(stream, &["sgd", "momentum", "adam", "rmsprop"]);
    let batch = one_of(stream, &["8", "32", "128", "full"]);
    let more =
        one_of(stream, &["", ", precision: f64", ", l2: 0.1", ", schedule: {cosine: {}}", ", steering: {}"]);
    format!("{{epochs: {}, batch_size: {batch}, optimizer: {optimizer}{more}}}", between(stream, 1, 60))
}

/// Seeds and claims about a metric.
fn judged(stream: &mut Stream, most: usize, metric: &str) -> String {
    let claims: String = (0..stream.below(4)).map(|_| format!("\n  - {metric} < 1e300")).collect();
    let claims = if claims.is_empty() { claims } else { format!("claims:{claims}\n") };
    format!("seeds: {}\nlint: {{allow: [G008]}}\n{claims}", between(stream, 1, most))
}

fn split(stream: &mut Stream) -> String {
    let (data, seeds) = (data(stream), judged(stream, 900, "train_rows"));
    format!("kind: split\ndata: {data}\n{seeds}")
}

fn regression(stream: &mut Stream) -> String {
    let (samples, degree) = (between(stream, 60, 20_000), between(stream, 1, 12));
    let seeds = judged(stream, 40, "train_loss");
    format!("kind: regression\ndata: {{name: polynomial, samples: {samples}, degree: {degree}}}\n{seeds}")
}

fn init(stream: &mut Stream) -> String {
    let (data, hidden) = (data(stream), hidden(stream, 200, 150));
    format!(
        "kind: init\ndata: {data}\nmodel: {{hidden: {hidden}, activation: tanh}}\ncompare: [xavier, he]\n"
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
    let hidden = hidden(stream, 3, 12);
    format!(
        "kind: gradient_check\ndata: {{name: iris}}\nmodel: {{hidden: {hidden}, activation: tanh}}\n\
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
    let epochs = between(stream, 1, 40);
    format!(
        "kind: optimizers\ndata: {data}\nmodel: {model}\ntraining: {{epochs: {epochs}}}\n{seeds}compare: [sgd, momentum, adam]\n"
    )
}

fn surface(stream: &mut Stream) -> String {
    let (steps, seeds) = (between(stream, 10, 20_000), judged(stream, 20, "adam.loss"));
    format!(
        "kind: surface\nsurface: {{bowl: {{condition: 20}}}}\nsteps: {steps}\nnoise: 0.1\n{seeds}compare: [sgd, adam]\n"
    )
}

fn surface_of_data(stream: &mut Stream) -> String {
    let (samples, steps) = (between(stream, 20, 5000), between(stream, 10, 2000));
    let seeds = judged(stream, 6, "sgd.loss");
    let data = one_of(stream, &["plane", "moons"]);
    format!(
        "kind: surface\ndata: {{name: {data}, samples: {samples}, noise: 0.5}}\nl2: 0.1\nsteps: {steps}\n{seeds}compare: [sgd, adam]\n"
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
        _ => format!("{{tpe: {{candidates: {}}}}}", between(stream, 10, 1000)),
    };
    let (trials, epochs) = (between(stream, 12, 400), between(stream, 1, 10));
    format!(
        "kind: search\ndata: {{name: iris}}\nmodel: {{hidden: [4]}}\ntraining: {{epochs: {epochs}}}\ntrials: {trials}\n\
         sampler: {sampler}\nspace:\n  training.learning_rate: {{log: [0.001, 1]}}\n  training.l2: {{log: [0.001, 1]}}\n"
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
    let (variants, length) = (between(stream, 1, 60), between(stream, 2, 200));
    let list = |variant: usize| {
        let numbers: Vec<String> = (0..length).map(|index| ((index * variant) % 7).to_string()).collect();
        format!("\n  v{variant}: [{}]", numbers.join(", "))
    };
    let lists: String = (0..variants).map(list).collect();
    format!("kind: softmax\nlogits:{lists}\n")
}

fn softmax(stream: &mut Stream) -> String {
    let (model, training, seeds) = (model(stream), training(stream), judged(stream, 4, "train_loss"));
    let classes = between(stream, 2, 12);
    format!(
        "kind: softmax\ndata: {{name: blobs, classes: {classes}, samples: 600}}\nmodel: {model}\ntraining: {training}\n{seeds}"
    )
}
