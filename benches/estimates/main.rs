//! What blocks of every kind are estimated to take beside what they take: processor time of one core in seconds of the usual machine
//! (`pace`), and the most memory. An
//! estimate is to be above what is measured, from 10 ms and 2 MB on, and at most three times the time and one and a half times the
//! memory, and 10 ms and 2 MB beside; likewise the bytes of the lesson's files, within three and 0.4 MB. A block that is outside ends in exit status 1.
//!
//! `cargo bench --bench estimates -- 20` draws twenty blocks of each kind, `-- 20 split` of one, `-- 20 seed=2` others; `-- FILE` measures the blocks of a
//! file, parted by empty lines (Linux: the processor's time stands in /proc, so that a busy machine can measure too).

mod blocks;
mod measure;
mod pace;

use std::ops::Range;
use std::process::ExitCode;

use gradbook::numeric::Streams;

use measure::{Counting, Course, Measured, is_bound};
use pace::{Pace, Taken};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Seconds below which nobody minds what a block takes, and bytes below which nobody minds what it writes.
const SHORT: f64 = 0.01;
const WRITTEN: f64 = 4e5;
/// Seconds of work after which a time is exact enough, and how often that is done: the time in the middle is told, but
/// once is enough where nothing is near a bound.
const WHILE: f64 = 0.1;
const TIMES: usize = 7;
const CLEARLY_WITHIN: Range<f64> = 1.3..2.3;

/// Measures a block, and the seconds of the usual machine that it takes beside those of a course without it.
fn timed(course: &Course, plain: &Course) -> (Measured, f64) {
    let mut pace = Pace::now();
    let mut rounds = Vec::new();
    loop {
        let (mut taken, mut around, mut times) = (Taken::default(), Taken::default(), 0);
        let measured = loop {
            let (measured, whole) = build(course);
            taken = taken + whole;
            around = around + build(plain).1;
            times += 1;
            if taken.total() > WHILE {
                break measured;
            }
        };
        let before = std::mem::replace(&mut pace, Pace::now());
        rounds.push((before.between(pace), taken.since(around).over(times)));
        let seconds = middle(&rounds);
        let is_clear = CLEARLY_WITHIN.contains(&(measured.estimated_seconds / seconds));
        if rounds.len() == TIMES || is_clear || taken.total() > 2.0 {
            return (measured, seconds);
        }
    }
}

/// Returns the seconds of the usual machine of the round in the middle. What the kernel's share is, all rounds tell together: it is
/// counted in ticks of ten milliseconds.
fn middle(rounds: &[(Pace, Taken)]) -> f64 {
    let all = rounds.iter().fold(Taken::default(), |sum, (_, taken)| sum + *taken);
    let mut seconds: Vec<f64> =
        rounds.iter().map(|(pace, taken)| pace.usual(taken.parted_as(all)).max(1e-4)).collect();
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

/// Builds a course as for the first time, and returns what that takes.
fn build(course: &Course) -> (Measured, Taken) {
    let start = Taken::now();
    let measured = course.build();
    (measured, Taken::now().since(start))
}

/// The ratios of the blocks of one kind that are large enough to tell.
#[derive(Default)]
struct Ratios {
    seconds: Vec<f64>,
    bytes: Vec<f64>,
    written: Vec<f64>,
    outside: usize,
}

impl Ratios {
    /// Takes one block in and shows it; `plain` is a course without it.
    fn add(&mut self, kind: &str, block: &str, course: &Course, plain: &Course) {
        let (measured, seconds) = timed(course, plain);
        let Measured { estimated_seconds, estimated_bytes, bytes, estimated_written, written } = measured;
        let in_time = is_bound(estimated_seconds, seconds, 3.0, SHORT);
        let fits = in_time && measured.fits_in_memory() && is_bound(estimated_written, written, 3.0, WRITTEN);
        self.outside += usize::from(!fits);
        self.seconds.extend((seconds > SHORT).then_some(estimated_seconds / seconds));
        self.bytes.extend((bytes > 2e6).then_some(estimated_bytes / bytes));
        self.written.extend((written > WRITTEN).then_some(estimated_written / written));
        println!(
            "{} {kind:>18} {estimated_seconds:>9.4} {seconds:>9.4} {:>6.2}   {:>9.2} {:>9.2} {:>6.2}   {:>9.2} {:>9.2} {:>6.2}   {}",
            if fits { ' ' } else { '!' },
            estimated_seconds / seconds,
            estimated_bytes / 1e6,
            bytes / 1e6,
            estimated_bytes / bytes,
            estimated_written / 1e6,
            written / 1e6,
            estimated_written / written,
            block.replace('\n', "; ").chars().take(3000).collect::<String>()
        );
    }
}

/// The smallest and the largest ratio.
fn range(ratios: &[f64]) -> String {
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    if ratios.is_empty() { "-".to_owned() } else { format!("{least:.2} to {most:.2}") }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let count = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(5);
    let seed =
        arguments.iter().find_map(|argument| argument.strip_prefix("seed=")?.parse().ok()).unwrap_or(1);
    let file = arguments.iter().find_map(|argument| std::fs::read_to_string(argument).ok());
    let only: Vec<&String> = arguments
        .iter()
        .filter(|&argument| argument == "large" || blocks::KINDS.iter().any(|(kind, _)| kind == argument))
        .collect();
    let wanted = |kind: &str| file.is_none() && (only.is_empty() || only.iter().any(|it| *it == kind));
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the first pool");
    let plain = Course::plain();
    // What every program does once: templates read, schemas put together.
    build(&plain);
    let Pace { program, kernel } = Pace::now();
    println!(
        "This machine takes {program:.2} seconds for one of the usual machine, and its kernel {kernel:.2}.\n"
    );
    println!(
        "{:>20} {:>9} {:>9} {:>6}   {:>9} {:>9} {:>6}   {:>9} {:>9} {:>6}",
        "kind", "est. s", "s", "ratio", "est. MB", "MB", "ratio", "est. out", "output", "ratio"
    );
    let mut drawn: Vec<(&str, Vec<String>)> = Vec::new();
    if let Some(file) = &file {
        drawn.push(("file", file.split("\n\n").map(|block| format!("{}\n", block.trim_end())).collect()));
    }
    if wanted("large") {
        drawn.push(("large", blocks::LARGE.iter().map(|block| blocks::whole(block)).collect()));
    }
    for (kind, block) in blocks::KINDS.iter().filter(|(kind, _)| wanted(kind)) {
        let mut stream = Streams::new(seed).stream(kind);
        drawn.push((kind, (0..count).map(|_| block(&mut stream)).collect()));
    }
    // All are planned before any is measured: one that has a mistake is known at once, not after an hour.
    let courses: Vec<Vec<Course>> =
        drawn.iter().map(|(_, blocks)| blocks.iter().map(|block| Course::of(block)).collect()).collect();
    let mut all: Vec<(&str, Ratios)> = Vec::new();
    for ((kind, blocks), courses) in drawn.iter().zip(courses) {
        let mut ratios = Ratios::default();
        blocks.iter().zip(courses).for_each(|(block, course)| ratios.add(kind, block, &course, &plain));
        all.push((kind, ratios));
    }
    println!(
        "\n{:>20} {:>16} {:>16} {:>16} {:>8}",
        "estimated / taken", "time", "memory", "output", "outside"
    );
    for (kind, ratios) in &all {
        println!(
            "{kind:>20} {:>16} {:>16} {:>16} {:>8}",
            range(&ratios.seconds),
            range(&ratios.bytes),
            range(&ratios.written),
            ratios.outside
        );
    }
    ExitCode::from(u8::from(all.iter().any(|(_, ratios)| ratios.outside > 0)))
}
