//! What a second of an estimate is: the usual machine, of 2024, takes [`COMPUTING`] for the work here, and [`PAGE`] to give a page of
//! memory. On another one, or on one that is shared today, the same work tells how many of its own seconds are one of those; its
//! programs and its kernel apart, since in a virtual machine a page may take ten times as long while numbers take as long as ever.

use std::collections::BTreeMap;
use std::hint::black_box;

use rustix::time::{ClockId, clock_gettime};

/// Seconds of the usual machine for the work once, and for a page of memory that was not there.
const COMPUTING: f64 = 1.1e-3;
const PAGE: f64 = 0.5e-6;

/// How often the work is done, and how many pages are asked for.
const TIMES: usize = 10;
const PAGES: usize = 4000;
const PAGE_BYTES: usize = 4096;

/// Seconds of processor time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    program: f64,
    kernel: f64,
}

impl Taken {
    /// Returns what all threads of this process have taken so far.
    pub(crate) fn now() -> Self {
        let stat = std::fs::read_to_string("/proc/self/stat").expect("/proc, as on Linux");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |field: usize| fields[field].parse::<f64>().expect("a number of ticks");
        // The times in user and in kernel mode, in hundredths of a second.
        let [program, kernel] = [11, 12].map(ticks);
        // Their sum is known far better than that.
        let second = worked() / (program + kernel).max(1.0);
        Taken { program: second * program, kernel: second * kernel }
    }

    pub(crate) fn since(self, start: Self) -> Self {
        Taken { program: self.program - start.program, kernel: self.kernel - start.kernel }
    }

    pub(crate) fn total(self) -> f64 {
        self.program + self.kernel
    }
}

/// How many seconds this machine takes for one of the usual machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub program: f64,
    pub kernel: f64,
}

impl Pace {
    /// Measures it: others on the machine slow it down, now more and now less.
    pub(crate) fn now() -> Self {
        let start = worked();
        (0..TIMES).for_each(|_| {
            black_box(work());
        });
        let done = worked();
        // Large enough that the allocator asks the kernel for it, and gives it back.
        black_box(vec![1_u8; PAGES * PAGE_BYTES]);
        Pace {
            program: (done - start) / (COMPUTING * TIMES as f64),
            kernel: (worked() - done) / (PAGE * PAGES as f64),
        }
    }

    /// Returns the pace between two moments.
    pub(crate) fn between(self, other: Self) -> Self {
        Pace { program: (self.program + other.program) / 2.0, kernel: (self.kernel + other.kernel) / 2.0 }
    }

    /// Returns the seconds of the usual machine.
    pub(crate) fn usual(self, taken: Taken) -> f64 {
        taken.program / self.program + taken.kernel / self.kernel
    }
}

fn worked() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
}

/// What builds do: products, texts in maps, chains that wait for the number before.
fn work() -> f64 {
    products() + texts() + chain()
}

fn products() -> f64 {
    const SIDE: usize = 64;
    let a: Vec<f32> = (0..SIDE * SIDE).map(|index| (index % 7) as f32).collect();
    let mut sums = vec![0.0_f32; SIDE * SIDE];
    for _ in 0..12 {
        let a = black_box(&a);
        for (row, sums) in a.chunks_exact(SIDE).zip(sums.chunks_exact_mut(SIDE)) {
            for (&factor, other) in row.iter().zip(a.chunks_exact(SIDE)) {
                for (sum, &number) in sums.iter_mut().zip(other) {
                    *sum += factor * number;
                }
            }
        }
    }
    sums.into_iter().map(f64::from).sum()
}

fn texts() -> f64 {
    let mut named: BTreeMap<String, f64> = BTreeMap::new();
    for index in 0_u32..1500 {
        let number = f64::from(index.wrapping_mul(2_654_435_761)) / 1e6;
        named.insert(format!("{number:.3}"), number);
    }
    named.iter().map(|(text, number)| text.parse::<f64>().unwrap_or_default() - number).sum()
}

fn chain() -> f64 {
    let mut x = black_box(0.5_f64);
    for _ in 0..60_000 {
        x = 1.0 / (1.0 + x * x);
    }
    x
}
