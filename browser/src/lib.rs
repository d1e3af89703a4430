//! Engine and experiments as a WebAssembly module: what a page runs that computes its own experiment again.
//!
//! It knows no clock, no thread and no file. Its one import tells how far a run is. A request is a text in its memory that
//! [`reserve`] makes room for, an answer the text that the returned number tells: its length in the upper half, its place in the
//! lower. `templates/assets/live.js` is the other side.

mod record;
mod session;

use std::cell::RefCell;

use gradbook_lab::chart::Layout;
use gradbook_lab::numeric::Level;
use serde::Serialize;
use serde::de::DeserializeOwned;

use session::{Asked, Course, Session};

#[link(wasm_import_module = "page")]
unsafe extern "C" {
    /// Hears the share of a run that has been done since it was last told.
    safe fn advance(share: f64);
}

/// What the module holds between two calls.
#[derive(Default)]
struct Held {
    session: Session,
    /// What the page wrote.
    request: Vec<u8>,
    /// What it is to read.
    answer: Vec<u8>,
}

thread_local! {
    static HELD: RefCell<Held> = RefCell::default();
}

fn with<T>(does: impl FnOnce(&mut Held) -> T) -> T {
    HELD.with_borrow_mut(does)
}

/// Returns where a text stands that the page is to read.
fn place(held: &Held) -> u64 {
    (held.answer.len() as u64) << 32 | held.answer.as_ptr().addr() as u64
}

fn answer(held: &mut Held, answer: &impl Serialize) -> u64 {
    held.answer = serde_json::to_vec(answer).unwrap_or_default();
    place(held)
}

fn request<T: DeserializeOwned>(held: &Held) -> Result<T, String> {
    serde_json::from_slice(&held.request).map_err(|error| error.to_string())
}

/// Makes room for a request of so many bytes.
#[unsafe(no_mangle)]
extern "C" fn reserve(length: usize) -> *mut u8 {
    with(|held| {
        held.request = vec![0; length];
        held.request.as_mut_ptr()
    })
}

/// Hears of the course: its language, words and limits, as JSON; answers with what is wrong with that.
#[unsafe(no_mangle)]
extern "C" fn course() -> u64 {
    with(|held| {
        let course = request::<Course>(held).map(|course| held.session.course(course));
        answer(held, &course.err())
    })
}

/// Takes in a file: its name, a line break, its bytes.
#[unsafe(no_mangle)]
extern "C" fn file() {
    with(|held| {
        let end = held.request.iter().position(|byte| *byte == b'\n').unwrap_or(held.request.len());
        let name = String::from_utf8_lossy(&held.request[..end]).into_owned();
        let bytes = held.request.get(end + 1..).unwrap_or_default().to_vec();
        held.session.file(name, bytes);
    });
}

/// Opens an experiment, described as JSON; answers with its runs, or with what is wrong with it.
#[unsafe(no_mangle)]
extern "C" fn open() -> u64 {
    with(|held| match request::<Asked>(held) {
        Ok(asked) => {
            let opened = held.session.open(&asked);
            answer(held, &opened)
        }
        Err(error) => answer(held, &error),
    })
}

/// Does one run of the open experiment: answers with its record, or with nothing and what went wrong as the next answer.
#[unsafe(no_mangle)]
extern "C" fn run(variant: u32, seed: f64) -> u64 {
    with(|held| {
        let record = held.session.run(variant as usize, seed as u64, &|share| advance(share));
        // The first byte tells a record from what went wrong.
        held.answer = match record {
            Ok(record) => [vec![1], record::to_bytes(&record)].concat(),
            Err(error) => [vec![0], error.into_bytes()].concat(),
        };
        place(held)
    })
}

/// Takes in the record of a run, in the order of variants and seeds.
#[unsafe(no_mangle)]
extern "C" fn take() -> u32 {
    with(|held| match record::of_bytes(&held.request) {
        Some(record) => {
            held.session.take(record);
            1
        }
        None => 0,
    })
}

/// Shows what the runs found that were taken in, but for what is drawn.
#[unsafe(no_mangle)]
extern "C" fn show() -> u64 {
    with(|held| {
        let shown = held.session.show();
        answer(held, &shown)
    })
}

/// Draws one of the figures of what was shown last, for wide columns or for phones: answers with its SVG.
#[unsafe(no_mangle)]
extern "C" fn draw(figure: u32, narrow: bool) -> u64 {
    with(|held| {
        let layout = if narrow { Layout::Narrow } else { Layout::Wide };
        held.answer = held.session.draw(figure as usize, layout).into_bytes();
        place(held)
    })
}

/// Tells the numbers of all figures of what was shown last, in tables.
#[unsafe(no_mangle)]
extern "C" fn numbers() -> u64 {
    with(|held| {
        let numbers = held.session.numbers();
        answer(held, &numbers)
    })
}

/// Returns whether this machine is one for the module of relaxed SIMD: 1 where its multiply-add is fused, 0 elsewhere.
#[unsafe(no_mangle)]
extern "C" fn fuses() -> u32 {
    u32::from(Level::ALL.into_iter().all(Level::available))
}

/// Keeps what was shown last as the page's own, to be seen behind what follows.
#[unsafe(no_mangle)]
extern "C" fn keep() {
    with(|held| held.session.keep());
}
