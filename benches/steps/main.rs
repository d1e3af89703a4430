//! The time of a training step, batches gathered: `cargo bench --bench steps`.
//!
//! Without arguments it prints a table. With `--serve` it times one case after another as standard input
//! names them, a line of JSON each, so that a script can take turns with other libraries:
//! `{"layers": [2, 16, 16, 2], "batch": 32, "optimizer": "adam", "precision": "f32", "threads": 1, "steps": 1000}`
//! is answered by the microseconds of one step. With `--growth [FILE.svg]` it prints, and draws, how the time of one
//! example grows; with `--parts`, where the time of a step goes.

mod case;
mod growth;
#[path = "../limit/mod.rs"]
mod limit;
mod parts;

use case::Case;
use gradbook::train::Precision;

fn serve() {
    for line in std::io::stdin().lines() {
        let case: Case = serde_json::from_str(&line.expect("a line")).expect("a case");
        println!("{}", case.microseconds());
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let place = |name: &str| arguments.iter().position(|argument| argument == name);
    if place("--serve").is_some() {
        return serve();
    }
    if place("--parts").is_some() {
        return parts::print();
    }
    if let Some(place) = place("--growth") {
        let file = arguments.get(place + 1).filter(|file| file.ends_with(".svg"));
        return growth::print_and_draw(file.map(String::as_str));
    }
    println!("level {:?}, one thread, the fastest of 15", gradbook::numeric::level());
    let shapes = [(vec![2, 16, 16, 2], 32), (vec![64, 64, 32, 10], 64)];
    let large = [(vec![784, 256, 128, 10], 128), (vec![784, 512, 256, 10], 128)];
    for (layers, batch) in shapes.into_iter().chain(large) {
        for precision in [Precision::F32, Precision::F64] {
            for optimizer in ["adam", "sgd"] {
                let case =
                    Case { precision, optimizer: optimizer.to_owned(), ..Case::new(layers.clone(), batch) };
                let (name, time) = (case.name(), case.fastest());
                println!("{name:>16} batch {batch:3} {precision:?} {optimizer:5} {time:9.2} us a step");
            }
        }
    }
}
