//! Several files in one text.

/// A path and what the file holds.
type Named = (String, Vec<u8>);

/// What stands before the first line `=== PATH`, and after each such line the file at that path. After `=== hex PATH` a file is
/// written in bytes of two hexadecimal digits and texts in quotes: `00 ff "text"`; none where it is not.
pub(crate) fn files(text: &str) -> Option<(&str, Vec<Named>)> {
    // `\r` at the end of a line and `\t` cannot be seen in a file, so cases write them out.
    let seen = |content: &str| content.replace("␍", "\r").replace("␉", "\t").into_bytes();
    let mut parts = text.split("=== ");
    let about = parts.next().unwrap_or_default();
    let files = parts.map(|part| {
        let (name, content) = part.split_once('\n').unwrap_or((part, ""));
        Some(match name.strip_prefix("hex ") {
            Some(name) => (name.to_owned(), bytes(content)?),
            None => (name.to_owned(), seen(content)),
        })
    });
    Some((about, files.collect::<Option<_>>()?))
}

fn bytes(written: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for (index, piece) in written.split('"').enumerate() {
        match index % 2 {
            0 => {
                for digits in piece.split_whitespace() {
                    bytes.push(u8::from_str_radix(digits, 16).ok()?);
                }
            }
            _ => bytes.extend(piece.as_bytes()),
        }
    }
    Some(bytes)
}
