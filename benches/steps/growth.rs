//! How the time of an example grows with the sizes of network and data, as a table and as a chart.

use std::time::Instant;

use gradbook::chart::{Axis, Color, Figure, Layout, Line, Panel};

use super::case::Case;

/// One size that grows while the others stay.
struct Growth {
    what: &'static str,
    /// The size, the nanoseconds of one example, and those of a thousand of its multiply-adds.
    points: Vec<[f64; 3]>,
}

/// Prints a table; into a file of that name draws the same.
///
/// # Panics
/// If the file cannot be written.
pub(crate) fn print_and_draw(file: Option<&str>) {
    let all = measure();
    println!("**How the cost of an example grows** (adam, f32, one thread)\n");
    println!("| | size | ns an example | ns per 1000 multiply-adds |\n|---|---|---|---|");
    for growth in &all {
        for [size, example, product] in &growth.points {
            println!("| {} | {size} | {example:.0} | {product:.1} |", growth.what);
        }
    }
    if let Some(file) = file {
        std::fs::write(file, figure(&all).svg("growth", Layout::Wide, true))
            .expect("a file that can be written");
    }
}

fn measure() -> Vec<Growth> {
    let with = |batches| Case { batches, ..Case::new(vec![64, 64, 32, 10], 64) };
    let by_width = [8, 32, 128, 512].map(|width| (width, Case::new(vec![64, width, width, 10], 64)));
    let by_depth =
        [1, 2, 4, 8].map(|depth| (depth, Case::new([vec![64], vec![64; depth], vec![10]].concat(), 64)));
    let by_batch = [1, 8, 64, 512].map(|batch| (batch, Case::new(vec![64, 64, 32, 10], batch)));
    let by_rows = [16, 128, 1024, 4096].map(|batches| (64 * batches, with(batches)));
    let mut all: Vec<Growth> = [
        ("width of two hidden layers", by_width),
        ("hidden layers of 64", by_depth),
        ("batch, 64-64-32-10", by_batch),
        ("rows, 64-64-32-10, batch 64", by_rows),
    ]
    .into_iter()
    .map(|(what, cases)| {
        let point =
            |(size, case): &(usize, Case)| point(*size, case, case.fastest() * 1e3 / case.batch as f64);
        Growth { what, points: cases.iter().map(point).collect() }
    })
    .collect();
    let case = with(32);
    let points = [1, 4, 16, 64].map(|seeds| point(seeds, &case, of_seeds(&case, seeds))).to_vec();
    all.push(Growth { what: "seeds, 64-64-32-10, 10 epochs", points });
    all
}

fn point(size: usize, case: &Case, example: f64) -> [f64; 3] {
    let products: usize = case.layers.windows(2).map(|pair| 3 * pair[0] * pair[1]).sum();
    // Nobody asks for the gradient at the inputs.
    let products = products - case.layers[0] * case.layers[1];
    [size as f64, example, example * 1e3 / products as f64]
}

/// Nanoseconds an example of networks trained one after the other, their making included.
fn of_seeds(case: &Case, seeds: usize) -> f64 {
    const EPOCHS: usize = 10;
    let part = case.data::<f32>();
    let run = || {
        let start = Instant::now();
        for seed in 0..seeds {
            let mut epoch = case.training(&part, seed as u64);
            (0..EPOCHS).for_each(|_| epoch());
        }
        start.elapsed().as_secs_f64() * 1e9 / (seeds * EPOCHS * part.len()) as f64
    };
    (0..5).map(|_| run()).fold(f64::INFINITY, f64::min)
}

fn figure(all: &[Growth]) -> Figure {
    let panel = |growth: &Growth| {
        let points = growth.points.iter().map(|&[size, example, _]| (size, example));
        let sizes = growth.points.iter().map(|point| point[0]);
        Panel::new(Axis::log(growth.what).ticks(sizes), Axis::log("ns an example"))
            .mark(Line::new(points, Color::Series(0)).markers())
    };
    let lead = "The time that training takes for one example, against one size at a time.";
    Figure::new("growth", "How the cost of an example grows", lead)
        .columns(3)
        .panels(all.iter().map(panel))
        .share_y()
}
