//! What a second of an estimate is: one of the usual machine, which takes [`COMPUTING`] for the work here, and [`PAGE`] to give a
//! page of memory. On another one, or on one that is shared today, the same work tells how many of its own seconds are one of those;
//! its programs and its kernel apart, since in a virtual machine a page may take ten times as long while numbers take as long as ever.
//!
//! The usual machine has AVX-512 and adds twenty million numbers in a loop of Python in 1.3 seconds. Both of its figures are what a
//! shared virtual machine took (two cores of a Xeon of Ice Lake at 2.8 GHz: 1.3 to 2.0 ms and 0.15 to 0.32 us, while that loop took 1.8
//! to 2.9 s), less by the ratio of the loops.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::ops::Add;

use rustix::time::{ClockId, clock_gettime};

/// Seconds of the usual machine for the work once, and for a page of memory that was not there.
const COMPUTING: f64 = 0.85e-3;
const PAGE: f64 = 0.15e-6;

/// How often each is tried: the first pages that a virtual machine gives are slower than all others. And how many pages are asked for.
const TIMES: usize = 9;
const PAGES: usize = 1000;
const PAGE_BYTES: usize = 4096;

/// Seconds of processor time.
#[derive(Clone, Copy, Debug, Default)]
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

    /// Returns what each of so many times took.
    pub(crate) fn over(self, times: u32) -> Self {
        let times = f64::from(times);
        Taken { program: self.program / times, kernel: self.kernel / times }
    }

    /// Returns as much time, of which the kernel has the share that it has of another.
    pub(crate) fn parted_as(self, other: Self) -> Self {
        let share = (other.kernel / other.total()).clamp(0.0, 1.0);
        let total = self.total();
        Taken { program: (1.0 - share) * total, kernel: share * total }
    }
}

impl Add for Taken {
    type Output = Taken;

    fn add(self, other: Taken) -> Taken {
        Taken { program: self.program + other.program, kernel: self.kernel + other.kernel }
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
        Pace {
            program: median(|| {
                black_box(work());
            }) / COMPUTING,
            // Large enough that the allocator asks the kernel for it, and gives it back.
            kernel: median(|| {
                black_box(vec![1_u8; PAGES * PAGE_BYTES]);
            }) / (PAGE * PAGES as f64),
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

/// Returns the seconds of the processor that a piece of work takes, the one in the middle.
fn median(work: impl Fn()) -> f64 {
    let mut times = [(); TIMES].map(|()| {
        let start = worked();
        work();
        worked() - start
    });
    times.sort_by(f64::total_cmp);
    times[TIMES / 2]
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
