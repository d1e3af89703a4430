//! Drawings within the addresses of pictures.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as STANDARD;

/// A file of SVG as the address of a picture holds it, whatever stands in it. In an `<img>` browsers draw it in the secure static
/// mode of [SVG 2, section 2.2.4](https://www.w3.org/TR/SVG2/conform.html#secure-static-mode): they run no script, fetch nothing and
/// hear no clicks. A file of the site would be a page of the site to whoever opens it. There is no other way to make one
/// than from bytes, so that no address of an author's passes for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataUrl(String);

impl DataUrl {
    /// What the address of every drawing begins with.
    const START: &str = "data:image/svg+xml;base64,";

    /// Puts a file of SVG into an address.
    pub fn new(svg: &[u8]) -> DataUrl {
        let mut address = DataUrl::START.to_owned();
        STANDARD.encode_string(svg, &mut address);
        DataUrl(address)
    }

    /// Returns how long the address of a file of so many bytes is.
    pub fn length(bytes: u64) -> u64 {
        DataUrl::START.len() as u64 + bytes.div_ceil(3) * 4
    }

    /// Returns the address: letters, digits and signs that mean nothing in HTML.
    pub fn address(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_whatever_stands_in_a_file() {
        assert_eq!(DataUrl::new(b"<svg/>").address(), "data:image/svg+xml;base64,PHN2Zy8+");
        for length in 0..9 {
            let made = DataUrl::new(&b"\"'><&\0\xff{}"[..length]);
            assert_eq!(made.address().len() as u64, DataUrl::length(length as u64));
            let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ":/+;,=".contains(letter);
            assert!(made.address().chars().all(is_plain), "{made:?}");
        }
    }
}
