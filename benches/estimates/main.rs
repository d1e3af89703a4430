//! What blocks of every kind are estimated to take beside what they take: processor time of one core, and the most memory. An
//! estimate is to be above what is measured, and at most three times the time and one and a half times the memory.
//!
//! `cargo bench --bench estimates -- 20` draws twenty blocks of each kind (Linux: the processor's time stands in /proc).

mod blocks;
mod measure;

use gradbook::numeric::Streams;

use measure::{Counting, Measured, measure};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Seconds that this process has worked so far.
fn worked() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("/proc, as on Linux");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |field: usize| fields[field].parse::<f64>().expect("a number of ticks");
    // The times in user and in kernel mode, in hundredths of a second.
    (ticks(11) + ticks(12)) / 100.0
}

fn main() {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(5);
    let only: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| blocks::KINDS.iter().any(|(kind, _)| kind == argument))
        .collect();
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the first pool");
    // What every program does once: templates read, schemas put together.
    measure("kind: softmax\nlogits: [1, 2]\n");
    let start = worked();
    for _ in 0..20 {
        measure("kind: softmax\nlogits: [1, 2]\n");
    }
    let around = (worked() - start) / 20.0;
    println!(
        "{:>18} {:>9} {:>9} {:>6}   {:>9} {:>9} {:>6}",
        "kind", "est. s", "s", "ratio", "est. MB", "MB", "ratio"
    );
    let wanted = |kind: &str| only.is_empty() || only.iter().any(|it| it == kind);
    for block in blocks::LARGE.iter().filter(|_| only.is_empty()) {
        show("large", &blocks::whole(block), around);
    }
    for (kind, block) in blocks::KINDS.iter().filter(|(kind, _)| wanted(kind)) {
        let mut stream = Streams::new(1).stream(kind);
        (0..count).for_each(|_| show(kind, &block(&mut stream), around));
    }
}

/// Measures a block until it has taken a while, without the seconds that any course takes.
fn show(kind: &str, block: &str, around: f64) {
    let (start, mut times) = (worked(), 0);
    let measured = loop {
        let measured = measure(block);
        times += 1;
        if worked() - start > 0.2 || times == 50 {
            break measured;
        }
    };
    let seconds = ((worked() - start) / f64::from(times) - around).max(1e-4);
    let Measured { estimated_seconds, estimated_bytes, bytes } = measured;
    println!(
        "{kind:>18} {estimated_seconds:>9.3} {seconds:>9.3} {:>6.2}   {:>9.2} {:>9.2} {:>6.2}   {}",
        estimated_seconds / seconds,
        estimated_bytes / 1e6,
        bytes / 1e6,
        estimated_bytes / bytes,
        block.replace('\n', "; ").chars().take(150).collect::<String>()
    );
}
