//! What blocks of several kinds hold: data, a model, its training, seeds with claims, prose beside them.

use gradbook::nn::ACTIVATIONS;
use gradbook::numeric::Stream;

/// A whole number, each order of magnitude as likely as any other.
pub(super) fn between(stream: &mut Stream, low: usize, high: usize) -> usize {
    let exponent = stream.uniform() * libm::log(high as f64 / low as f64);
    ((low as f64 * libm::exp(exponent)) as usize).clamp(low, high)
}

pub(super) fn one_of<'a>(stream: &mut Stream, options: &[&'a str]) -> &'a str {
    options[stream.below(options.len())]
}

/// Data of any sort: of classes three times of four.
pub(super) fn data(stream: &mut Stream) -> String {
    if stream.below(4) > 0 { of_classes(stream) } else { of_numbers(stream) }
}

pub(super) fn of_classes(stream: &mut Stream) -> String {
    match stream.below(9) {
        0 => "{name: iris}".to_owned(),
        1 => "{name: breast_cancer}".to_owned(),
        2 => "{name: digits, label_noise: 0.1}".to_owned(),
        3 => format!("{{name: digits, limit: {}}}", between(stream, 50, 1000)),
        4 => format!(
            "{{name: digits, limit: {}, other_source: {{contrast: 0.5, blur: 0.5, noise: 0.1}}}}",
            between(stream, 50, 1700)
        ),
        5 => {
            let (samples, limit) = (between(stream, 1000, 300_000), between(stream, 60, 900));
            format!(
                "{{name: blobs, classes: {}, samples: {samples}, limit: {limit}}}",
                between(stream, 2, 20)
            )
        }
        6 => format!("{{file: classes-{}}}", table(stream)),
        7 => {
            let (samples, irrelevant) = (between(stream, 60, 3000), between(stream, 1, 300));
            format!("{{name: wave, samples: {samples}, irrelevant: {irrelevant}}}")
        }
        _ => {
            let name = one_of(stream, &["moons", "circles", "spirals", "xor", "wave"]);
            format!("{{name: {name}, samples: {}}}", between(stream, 60, 5000))
        }
    }
}

pub(super) fn of_numbers(stream: &mut Stream) -> String {
    match stream.below(3) {
        0 => format!("{{file: numbers-{}}}", table(stream)),
        1 => format!("{{name: polynomial, degree: 8, samples: {}}}", between(stream, 60, 5000)),
        _ => format!(
            "{{name: {}, samples: {}}}",
            one_of(stream, &["line", "plane"]),
            between(stream, 60, 5000)
        ),
    }
}

/// The size of a table that is written beside the lesson, and how many of its rows are used.
fn table(stream: &mut Stream) -> String {
    let (rows, columns) = (between(stream, 60, 6000), between(stream, 2, 60));
    let limit = if stream.below(3) == 0 { format!(", limit: {}", rows / 2) } else { String::new() };
    format!("{rows}x{columns}.csv{limit}")
}

/// Few wide layers, or many narrow ones.
pub(super) fn hidden(stream: &mut Stream) -> String {
    let (layers, widest) = [(1, 500), (5, 200), (40, 30)][stream.below(3)];
    of_layers(stream, layers, widest)
}

pub(super) fn of_layers(stream: &mut Stream, layers: usize, widest: usize) -> String {
    let count = between(stream, 1, layers);
    let widths: Vec<String> = (0..count).map(|_| between(stream, 2, widest).to_string()).collect();
    format!("[{}]", widths.join(", "))
}

pub(super) fn activation(stream: &mut Stream) -> &'static str {
    ACTIVATIONS[stream.below(ACTIVATIONS.len())].name
}

pub(super) fn model(stream: &mut Stream) -> String {
    let more = [
        "",
        "",
        ", batch_norm: true",
        ", batch_norm: {prediction: exact}",
        ", batch_norm: {prediction: {batch: 64}}",
        ", keep_prob: 0.8",
        ", dropout: [0.1, 0.5]",
        ", batch_norm: true, keep_prob: 0.8",
    ];
    let (more, activation) = (one_of(stream, &more), activation(stream));
    let hidden = match more {
        ", dropout: [0.1, 0.5]" => format!("[{}]", between(stream, 2, 200)),
        _ => hidden(stream),
    };
    format!("{{hidden: {hidden}, activation: {activation}{more}}}")
}

pub(super) fn optimizer(stream: &mut Stream) -> &'static str {
    one_of(stream, &["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "nadam", "adagrad"])
}

pub(super) fn training(stream: &mut Stream) -> String {
    let optimizer = optimizer(stream);
    let batch = match stream.below(6) {
        0 => "1".to_owned(),
        1 => "full".to_owned(),
        _ => between(stream, 2, 512).to_string(),
    };
    let more = [
        "",
        "",
        ", precision: f64",
        ", l2: 0.1",
        ", l1: 0.1",
        ", schedule: {cosine: {}}",
        ", schedule: {warmup: {epochs: 2, by: step, then: {inverse_sqrt: {by: step}}}}",
        ", max_norm: 2",
        ", augment: {noise: 0.1}",
        ", steering: {}",
    ];
    let (more, rate) = (one_of(stream, &more), one_of(stream, &["1e-4", "1e-3"]));
    let epochs = if batch.len() == 1 { between(stream, 1, 6) } else { between(stream, 1, 60) };
    format!("{{epochs: {epochs}, batch_size: {batch}, optimizer: {optimizer}, learning_rate: {rate}{more}}}")
}

/// Seeds and claims about a metric.
pub(super) fn judged(stream: &mut Stream, most: usize, metric: &str) -> String {
    let claims: String = (0..stream.below(4)).map(|_| format!("\n  - {metric} < 1e300")).collect();
    let claims = if claims.is_empty() { claims } else { format!("claims:{claims}\n") };
    format!("seeds: {}\nlint: {{allow: [G008]}}\n{claims}", between(stream, 1, most))
}

/// Prose with values and claims about a metric.
pub(super) fn prose(stream: &mut Stream, metric: &str) -> String {
    let value = format!("`{{{{ it.{metric} | round(3) }}}}` and `{{{{ claim: it.{metric} < 1e300 }}}}`\n");
    match stream.below(4) {
        0 => format!("---\n{}", value.repeat(between(stream, 1, 20))),
        _ => String::new(),
    }
}
