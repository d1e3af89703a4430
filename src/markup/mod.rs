//! Markup that is given to browsers: read as they read it, and passed through one list of what may stand in it.
//!
//! What comes out of [`fragment`], [`formula`] and [`drawing`] holds only elements and attributes of that list, each closed
//! in its turn, every text and value escaped. So it means the same in whatever place a browser reads it, and there is
//! nothing in it that runs or that is fetched from elsewhere. What is not on the list is shown as the text that it was.
//! A stranger's drawing is never a part of it, but the address of a picture holds it ([`DataUrl`]).

mod allowed;
mod data_url;
mod filter;
pub mod highlight;
mod tokens;

use allowed::Root;

pub use allowed::{is_element, is_void, scheme};
pub use data_url::DataUrl;
pub use tokens::{Attribute, Tag, Token, each, tokens};

/// Returns the part of a page with nothing in it but what is allowed: text, pictures of the site, MathML and SVG.
pub fn fragment(html: &str) -> String {
    fragment_with(html, &mut |_| None)
}

/// Returns the same with what `drawing_of` gives for the address of a picture in that address's place.
pub fn fragment_with<'e>(html: &str, drawing_of: &mut dyn FnMut(&str) -> Option<&'e DataUrl>) -> String {
    filter::filtered(html, Root::Page, drawing_of)
}

/// Returns a formula with nothing in it but MathML.
pub fn formula(mathml: &str) -> String {
    filter::filtered(mathml, Root::Formula, &mut |_| None)
}

/// Returns a file of SVG with nothing in it but what is drawn.
pub fn drawing(svg: &str) -> String {
    filter::filtered(svg, Root::Drawing, &mut |_| None)
}

/// Adds a text as it stands between tags.
fn push_text(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            letter => out.push(letter),
        }
    }
}

/// What a link in the head of a page may be that fetches nothing.
pub const MENTIONS: [&str; 8] = ["alternate", "author", "canonical", "help", "license", "me", "next", "prev"];

/// Returns a text as it stands in markup, between tags or within a value between double quotes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter => out.push(letter),
        }
    }
    out
}

/// Returns markup without the ids in it, to be shown a second time.
pub fn without_ids(html: &str) -> String {
    if !html.to_ascii_lowercase().contains("id") {
        return html.to_owned();
    }
    let mut out = String::with_capacity(html.len());
    each(html, true, &mut |token| match token {
        Token::Start(tag) => {
            out.push('<');
            out.push_str(&tag.name);
            for Attribute { name, value, .. } in
                tag.attributes.iter().filter(|attribute| attribute.name != "id")
            {
                out.push_str(&format!(" {name}=\"{}\"", escaped(value)));
            }
            out.push_str(if tag.ends_itself { "/>" } else { ">" });
        }
        Token::End(name, _) => out.push_str(&format!("</{name}>")),
        Token::Text(text) => out.push_str(&escaped(&text)),
        Token::Remark(_) => {}
    });
    out
}

/// Returns markup without the tags of links, whose text stays.
pub fn without_links(html: &str) -> String {
    let (mut out, mut copied) = (String::with_capacity(html.len()), 0);
    each(html, true, &mut |token| {
        let (name, place) = match token {
            Token::Start(tag) => (tag.name, tag.place),
            Token::End(name, place) => (name, place),
            Token::Text(_) | Token::Remark(_) => return,
        };
        if name == "a" {
            out.push_str(&html[copied..place.start]);
            copied = place.end;
        }
    });
    out.push_str(&html[copied..]);
    out
}

#[cfg(test)]
mod tests;
