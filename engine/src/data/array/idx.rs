//! IDX, the format of MNIST: two zero bytes, the type, the number of axes, the length of each axis in four bytes, then
//! the numbers, all big endian, the last axis fastest (<http://yann.lecun.com/exdb/mnist/>, "The IDX file format").

use super::{Element, Layout};
use crate::problem::Problem;

/// Returns what the header says.
pub(super) fn layout(bytes: &[u8]) -> Result<Layout, Problem> {
    let [0, 0, kind, axes, rest @ ..] = bytes else {
        let shown: Vec<String> = bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let message = match shown.is_empty() {
            true => "the file is empty".to_owned(),
            false => format!("the file starts with the bytes {}, so it is not IDX", shown.join(" ")),
        };
        return Err(Problem::new("", message).expected("an IDX file, which starts with 00 00"));
    };
    let element = match kind {
        0x08 => Element::U8,
        0x09 => Element::I8,
        0x0B => Element::I16,
        0x0C => Element::I32,
        0x0D => Element::F32,
        0x0E => Element::F64,
        _ => {
            return Err(Problem::new("", format!("IDX has no type {kind:02x}"))
                .expected("08 (bytes), 09, 0b, 0c (whole numbers), 0d or 0e (floating point)"));
        }
    };
    let axes = *axes as usize;
    let (lengths, _) = rest.as_chunks::<4>();
    if !(1..=4).contains(&axes) {
        return Err(Problem::new("", format!("the array has {axes} axes")).expected("1 to 4 axes"));
    }
    if lengths.len() < axes {
        return Err(Problem::new("", "the file ends within its header")
            .expected(format!("the lengths of {axes} axes, four bytes each"))
            .hint("the file may have been cut off: copy it again"));
    }
    let shape = lengths[..axes].iter().map(|&length| u32::from_be_bytes(length) as usize).collect();
    Ok(Layout { element, big_endian: true, column_major: false, shape, start: 4 + 4 * axes })
}
