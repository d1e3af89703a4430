//! Choices made by bytes, for targets that change what is whole instead of writing it.

/// Bytes that are chosen by, one after the other.
pub(super) struct Choices<'a>(pub &'a [u8]);

/// What no run gives, and what some do.
const NUMBERS: [f64; 14] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    f64::MAX,
    f64::MIN,
    5e-324,
    1e300,
    4_294_967_296.0,
    -1e18,
];

const TEXTS: [&str; 10] = [
    "",
    "a",
    "<script>document.title=1337</script>",
    "</svg><img src=x onerror=document.title=1337>",
    "\" onload=\"document.title=1337",
    "\u{0}\n\u{1b}[31m\u{202e}",
    "{{ softmax }}",
    "$\\operatorname{<b>}$",
    "&lt;script&gt;",
    "NaN",
];

impl Choices<'_> {
    /// Whether there is nothing left to choose by.
    pub(super) fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> usize {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(first)
    }

    /// One of so many; none of none.
    pub(super) fn below(&mut self, count: usize) -> Option<usize> {
        let byte = self.byte();
        byte.checked_rem(count)
    }

    pub(super) fn number(&mut self) -> f64 {
        let byte = self.byte();
        NUMBERS.get(byte).copied().unwrap_or(byte as f64 - 100.0)
    }

    /// A few numbers, or some thousand alike.
    pub(super) fn numbers(&mut self) -> Vec<f64> {
        match self.byte() {
            many @ 200.. => vec![self.number(); (many - 199) * 64],
            few => (0..few % 12).map(|_| self.number()).collect(),
        }
    }

    pub(super) fn text(&mut self) -> String {
        match self.byte() {
            long @ 200.. => "word ".repeat((long - 199) * 8),
            byte => TEXTS[byte % TEXTS.len()].to_owned(),
        }
    }
}
