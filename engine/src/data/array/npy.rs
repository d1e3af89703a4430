//! NPY, NumPy's format of one array: magic, version, length of the header, and the header, a Python dictionary with the
//! keys `descr`, `fortran_order` and `shape` (NumPy's documentation, numpy.lib.format).

use super::{Element, Layout};
use crate::problem::Problem;

const MAGIC: &[u8] = b"\x93NUMPY";
/// NumPy itself reads no longer ones unasked.
const MAX_HEADER: usize = 10_000;

/// Returns what the header says.
pub(super) fn layout(bytes: &[u8]) -> Result<Layout, Problem> {
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        return Err(Problem::new("", "the file is not NPY").expected("a file written by `numpy.save`"));
    };
    let (length, after) = match rest {
        [1, _, a, b, after @ ..] => (u16::from_le_bytes([*a, *b]) as usize, after),
        [2 | 3, _, a, b, c, d, after @ ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, after),
        [version @ (0 | 4..), ..] => {
            let message = format!("the file has version {version} of NPY");
            return Err(Problem::new("", message).expected("version 1, 2 or 3"));
        }
        _ => return Err(cut_off()),
    };
    if length > MAX_HEADER {
        let message = format!("the header has {length} bytes");
        return Err(Problem::new("", message).expected(format!("at most {MAX_HEADER}")));
    }
    let text = after.get(..length).ok_or_else(cut_off)?;
    let header = std::str::from_utf8(text).ok().and_then(Header::parse).ok_or_else(|| {
        Problem::new("", "the header cannot be read")
            .expected("a dictionary with `descr`, `fortran_order` and `shape`, as `numpy.save` writes it")
    })?;
    let (element, big_endian) = element(header.descr)?;
    let start = bytes.len() - after.len() + length;
    Ok(Layout { element, big_endian, column_major: header.fortran_order, shape: header.shape, start })
}

fn cut_off() -> Problem {
    Problem::new("", "the file ends within its header")
        .expected("a whole file")
        .hint("the file may have been cut off: copy it again")
}

/// Returns the type behind a `descr` such as `<f4`, and whether its bytes come highest first.
fn element(descr: &str) -> Result<(Element, bool), Problem> {
    let big_endian = descr.starts_with('>');
    let element = match descr.trim_start_matches(['<', '>', '|', '=']) {
        "b1" | "u1" => Element::U8,
        "i1" => Element::I8,
        "u2" => Element::U16,
        "i2" => Element::I16,
        "u4" => Element::U32,
        "i4" => Element::I32,
        "u8" => Element::U64,
        "i8" => Element::I64,
        "f4" => Element::F32,
        "f8" => Element::F64,
        other => {
            let shown: String = descr.chars().take(40).collect();
            let problem = Problem::new("", format!("the array holds numbers of type `{shown}`"))
                .expected("bool, whole numbers of 1 to 8 bytes, float32 or float64");
            return Err(match other.chars().next() {
                Some('U' | 'S' | 'O') => {
                    problem.hint("number the classes: `numpy.unique(y, return_inverse=True)[1]`")
                }
                _ => problem.hint("convert it before saving: `x.astype('float32')`"),
            });
        }
    };
    Ok((element, big_endian))
}

/// The three entries of the dictionary.
struct Header<'a> {
    descr: &'a str,
    fortran_order: bool,
    shape: Vec<usize>,
}

impl<'a> Header<'a> {
    /// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (60000, 28, 28), }`, the entries in any order. Where the
    /// numbers are records, `descr` is a list, which is given as it is written.
    fn parse(text: &'a str) -> Option<Self> {
        let mut rest = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim_start();
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        while !rest.is_empty() {
            let (key, after) = quoted(rest)?;
            let value = after.trim_start().strip_prefix(':')?.trim_start();
            let after = match key {
                "descr" if value.starts_with('[') => {
                    let end = value.rfind(']')? + 1;
                    // What follows a list of records is not looked at: such an array is refused.
                    descr = Some(&value[..end]);
                    shape = shape.or(Some(Vec::new()));
                    fortran_order = fortran_order.or(Some(false));
                    ""
                }
                "descr" => {
                    let (text, after) = quoted(value)?;
                    descr = Some(text);
                    after
                }
                "fortran_order" => {
                    let (flag, word) =
                        if value.starts_with("True") { (true, "True") } else { (false, "False") };
                    fortran_order = Some(flag);
                    value.strip_prefix(word)?
                }
                "shape" => {
                    let (inside, after) = value.strip_prefix('(')?.split_once(')')?;
                    let axes = inside.split(',').map(str::trim).filter(|axis| !axis.is_empty());
                    // Python 2 wrote long integers with an L.
                    shape = Some(
                        axes.map(|axis| axis.trim_end_matches('L').parse().ok()).collect::<Option<_>>()?,
                    );
                    after
                }
                _ => return None,
            };
            let after = after.trim_start();
            rest = after.strip_prefix(',').unwrap_or(after).trim_start();
        }
        Some(Header { descr: descr?, fortran_order: fortran_order?, shape: shape? })
    }
}

/// Returns a text in single or double quotes at the start, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|letter| matches!(letter, '\'' | '"'))?;
    text[1..].split_once(quote)
}
