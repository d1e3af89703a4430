//! The kernels beside their alternatives, on one thread: `cargo bench --bench kernels`.
//!
//! First prints the ratios of medians, measured in turns so that a busy machine slows both alike (nothing
//! else with `-- --ratios`), and of a product how near it comes to the core's limit: a loop of independent
//! fused multiply-adds that touches no memory, measured in the same turns; then lets criterion measure each by itself (briefly with `-- --quick`). A word
//! among the arguments chooses the cases whose name has it, as in `-- --ratios exp`.

use criterion::Criterion;
use gradbook::numeric::{self, Finish, Real, Streams, Strided};
use ndarray::{ArrayView2, LinalgScalar, linalg::general_mat_mul};
use std::hint::black_box;
use std::time::Instant;

mod limit;

/// A product of an (m, k) matrix, stored transposed or not, and a (k, n) one.
struct Shape {
    m: usize,
    n: usize,
    k: usize,
    transposed: bool,
}

/// Networks of 784-256-... and 64-64 (the large ones), and of 2-16-16-2 at batches of 32: forwards x W,
/// then the gradients of weights, where the batch is summed over, `transposed`.
const SHAPES: [Shape; 12] = [
    Shape { m: 128, n: 256, k: 784, transposed: false },
    Shape { m: 784, n: 256, k: 128, transposed: true },
    Shape { m: 64, n: 64, k: 64, transposed: false },
    Shape { m: 64, n: 64, k: 64, transposed: true },
    Shape { m: 32, n: 10, k: 64, transposed: false },
    Shape { m: 64, n: 10, k: 32, transposed: true },
    Shape { m: 32, n: 16, k: 2, transposed: false },
    Shape { m: 32, n: 16, k: 16, transposed: false },
    Shape { m: 32, n: 2, k: 16, transposed: false },
    Shape { m: 2, n: 16, k: 32, transposed: true },
    Shape { m: 16, n: 16, k: 32, transposed: true },
    Shape { m: 16, n: 1, k: 32, transposed: true },
];

fn numbers<R: Real>(count: usize) -> Vec<R> {
    let mut stream = Streams::new(0).stream("bench");
    (0..count).map(|_| R::from_f64(stream.normal())).collect()
}

/// The two contestants of a case, ours first.
struct Case<'a> {
    name: String,
    /// Work in one call, and its unit.
    work: (f64, &'static str),
    ours: Box<dyn FnMut() + 'a>,
    theirs: Box<dyn FnMut() + 'a>,
}

fn product<R: Real + LinalgScalar>(shape: &Shape) -> Case<'static> {
    let &Shape { m, n, k, transposed } = shape;
    let (a, b) = (numbers::<R>(m * k), numbers::<R>(k * n));
    let (a_theirs, b_theirs) = (a.clone(), b.clone());
    let (mut c, mut c_theirs) = (vec![R::ZERO; m * n], ndarray::Array2::from_elem((m, n), R::ZERO));
    let kind = if transposed { "A^T B" } else { "A B" };
    Case {
        name: format!("{kind} {m}x{n}x{k} {}", std::any::type_name::<R>()),
        work: ((2 * m * n * k) as f64, "GFLOP/s"),
        ours: Box::new(move || {
            let a = if transposed { Strided::transposed(&a, m) } else { Strided::rows(&a, k) };
            numeric::matmul(m, n, k, black_box(a), &b, Finish::Sums, &mut c);
            black_box(&mut c);
        }),
        theirs: Box::new(move || {
            let a = if transposed {
                ArrayView2::from_shape((k, m), &a_theirs).unwrap().reversed_axes()
            } else {
                ArrayView2::from_shape((m, k), &a_theirs).unwrap()
            };
            let b = ArrayView2::from_shape((k, n), &b_theirs).unwrap();
            // What `dot` calls, less its allocation.
            general_mat_mul(R::ONE, &black_box(a), &b, R::ZERO, &mut c_theirs);
            black_box(&mut c_theirs);
        }),
    }
}

fn function<R: Real>(name: &str, ours: fn(&mut [R]), theirs: fn(R) -> R) -> Case<'static> {
    let values = numbers::<R>(4096);
    let (mut to, from, mut to_theirs) = (values.clone(), values.clone(), values.clone());
    Case {
        name: format!("{name} of 4096 {}", std::any::type_name::<R>()),
        work: (4096.0, "elements/ns"),
        ours: Box::new(move || {
            to.copy_from_slice(&values);
            ours(&mut to);
            black_box(&mut to);
        }),
        theirs: Box::new(move || {
            to_theirs.iter_mut().zip(&from).for_each(|(to, &from)| *to = theirs(from));
            black_box(&mut to_theirs);
        }),
    }
}

/// A mask of dropout, beside a uniform number for each element.
fn mask() -> Case<'static> {
    let (mut ours, mut theirs) = (vec![0.0f32; 4096], vec![0.0f32; 4096]);
    let (mut stream, mut stream_theirs) = (Streams::new(0).stream("ours"), Streams::new(0).stream("theirs"));
    Case {
        name: "keep_mask of 4096 f32".to_string(),
        work: (4096.0, "elements/ns"),
        ours: Box::new(move || {
            stream.keep_mask(0.8, &mut ours);
            black_box(&mut ours);
        }),
        theirs: Box::new(move || {
            for mask in &mut theirs {
                *mask = if stream_theirs.uniform() < 0.8 { 1.25 } else { 0.0 };
            }
            black_box(&mut theirs);
        }),
    }
}

fn cases() -> Vec<Case<'static>> {
    let mut cases: Vec<Case> = SHAPES.iter().flat_map(|s| [product::<f32>(s), product::<f64>(s)]).collect();
    cases.extend([
        function::<f32>("exp", numeric::exp, libm::expf),
        function::<f64>("exp", numeric::exp, libm::exp),
        function::<f32>("tanh", numeric::tanh, libm::tanhf),
        function::<f64>("tanh", numeric::tanh, libm::tanh),
        function::<f32>("sigmoid", numeric::sigmoid, |x| 1.0 / (1.0 + libm::expf(-x))),
        function::<f32>("ln", numeric::ln, libm::logf),
        mask(),
    ]);
    cases
}

/// Nanoseconds a call, over about 0.2 milliseconds of calls.
fn time(calls: u32, run: &mut dyn FnMut()) -> f64 {
    let start = Instant::now();
    (0..calls).for_each(|_| run());
    start.elapsed().as_nanos() as f64 / f64::from(calls)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn print_ratios() {
    println!("level {:?}, one thread, medians of 101 turns; ratio above 1: ours is faster", numeric::level());
    println!(
        "{:24} {:>11} {:>11} {:>6}  {:>8}",
        "", "ours", "theirs", "ratio", "ours, and of the core's limit"
    );
    let word = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    for Case { name, work: (work, unit), mut ours, mut theirs } in cases() {
        if !name.contains(&word) {
            continue;
        }
        let calls = (2e5 / time(10, &mut *ours)).ceil().max(1.0) as u32;
        let turns = (0..101)
            .map(|_| [time(calls, &mut *ours), time(calls, &mut *theirs), limit::operations_a_nanosecond()]);
        let turns: Vec<[f64; 3]> = turns.collect();
        let middle = |value: &dyn Fn(&[f64; 3]) -> f64| median(turns.iter().map(value).collect());
        let (ours, theirs) = (middle(&|turn| turn[0]), middle(&|turn| turn[1]));
        let ratio = middle(&|turn| turn[1] / turn[0]);
        print!("{name:24} {ours:8.0} ns {theirs:8.0} ns {ratio:6.2}  {:8.2} {unit}", work / ours);
        let halved = if name.ends_with("f64") { 2.0 } else { 1.0 };
        let share = 100.0 * middle(&|turn| work * halved / (turn[0] * turn[2]));
        if unit == "GFLOP/s" && share.is_finite() { println!("  {share:3.0}%") } else { println!() }
    }
}

fn main() {
    print_ratios();
    if std::env::args().any(|argument| argument == "--ratios") {
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    for Case { name, mut ours, mut theirs, .. } in cases() {
        let mut group = criterion.benchmark_group(name);
        group.bench_function("gradbook", |bencher| bencher.iter(&mut ours));
        group.bench_function("alternative", |bencher| bencher.iter(&mut theirs));
        group.finish();
    }
    criterion.final_summary();
}
