//! The filter: tokens in, allowed markup out.

use std::collections::BTreeMap;

use super::allowed::{Element, Language, Root, is_still, is_void};
use super::tokens::{Attribute, Tag, Token, each};
use super::{DataUrl, escaped, push_text};

/// Returns only what is allowed in a part of that root; each element closed in its turn. What `drawing_of` gives for the address of
/// a picture takes its place.
pub(super) fn filtered<'e>(
    markup: &str,
    root: Root,
    drawing_of: &mut dyn FnMut(&str) -> Option<&'e DataUrl>,
) -> String {
    let mut filter = Filter {
        markup,
        root,
        drawing_of,
        out: String::with_capacity(markup.len()),
        open: Vec::new(),
        count: BTreeMap::new(),
    };
    each(markup, false, &mut |token| match token {
        Token::Start(tag) => filter.start(&tag),
        Token::End(name, place) => filter.end(&name, place),
        Token::Text(text) => filter.text(&text),
        Token::Remark(_) => {}
    });
    while let Some(open) = filter.open.pop() {
        filter.close(&open);
    }
    filter.out
}

/// An element that is not closed yet.
struct Open {
    name: &'static str,
    /// Of what stands within it.
    language: Language,
}

struct Filter<'m, 'e> {
    markup: &'m str,
    root: Root,
    drawing_of: &'m mut dyn FnMut(&str) -> Option<&'e DataUrl>,
    out: String,
    open: Vec<Open>,
    /// How many elements of each name are open, so that no end tag has to look for its own in vain.
    count: BTreeMap<&'static str, usize>,
}

impl Filter<'_, '_> {
    fn language(&self) -> Language {
        self.open.last().map_or(Language::Html, |open| open.language)
    }

    /// Returns what may begin here.
    fn element(&self, name: &str) -> Option<(&'static Element, Language)> {
        // At its top a formula is nothing but a formula, and a file of SVG nothing but a drawing.
        let language = match (name, self.language(), self.root) {
            ("math", Language::Html, Root::Page | Root::Formula) => Language::Math,
            ("svg", Language::Html, Root::Page | Root::Drawing) => Language::Svg,
            ("math" | "svg", ..) => return None,
            (_, _, Root::Formula | Root::Drawing) if self.open.is_empty() => return None,
            (_, language, _) => language,
        };
        Some((language.element(name, self.root)?, language))
    }

    fn start(&mut self, tag: &Tag) {
        let Some((element, language)) = self.element(&tag.name) else {
            return self.text_at(tag.place.clone());
        };
        self.out.push('<');
        self.out.push_str(element.name);
        if element.name == "input" {
            // Of all inputs only the button of a tab, and the box of a task, which nobody can change.
            self.out.push_str(match tag.value("type") {
                Some("radio") => " type=\"radio\"",
                _ => " type=\"checkbox\" disabled=\"\"",
            });
        }
        for Attribute { name, value, .. } in &tag.attributes {
            self.attribute(element, name, value);
        }
        let ends = match language {
            Language::Html => is_void(element.name),
            Language::Math | Language::Svg => tag.ends_itself,
        };
        if ends {
            self.out.push_str("/>");
            return;
        }
        self.out.push('>');
        *self.count.entry(element.name).or_default() += 1;
        self.open.push(Open { name: element.name, language: language.within(element) });
    }

    fn attribute(&mut self, element: &Element, name: &str, value: &str) {
        let is_aria = name
            .strip_prefix("aria-")
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|letter| letter.is_ascii_lowercase()));
        let allowed = match element.attribute(name) {
            _ if is_aria => Some((name, value.to_owned())),
            Some((known, kind)) => kind.allowed(value).map(|value| (known, value)),
            None => None,
        };
        if let Some((name, value)) = allowed {
            let drawing = match (element.name, name) {
                ("img", "src") => (self.drawing_of)(&value),
                _ => None,
            };
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            match drawing {
                Some(drawing) => self.out.push_str(drawing.address()),
                None => self.out.push_str(&escaped(&value)),
            }
            self.out.push('"');
        }
    }

    fn end(&mut self, name: &str, place: std::ops::Range<usize>) {
        let known = [Language::Html, Language::Math, Language::Svg]
            .into_iter()
            .find_map(|language| language.element(name, self.root))
            .filter(|element| self.count.get(element.name).is_some_and(|count| *count > 0));
        let Some(element) = known else {
            return self.text_at(place);
        };
        while let Some(open) = self.open.pop() {
            let is_it = open.name == element.name;
            self.close(&open);
            if is_it {
                return;
            }
        }
    }

    fn close(&mut self, open: &Open) {
        if let Some(count) = self.count.get_mut(open.name) {
            *count -= 1;
        }
        self.out.push_str("</");
        self.out.push_str(open.name);
        self.out.push('>');
    }

    fn text(&mut self, text: &str) {
        if self.open.last().is_some_and(|open| open.name == "style") && !is_still(text) {
            return;
        }
        push_text(&mut self.out, text);
    }

    /// Takes a tag for text: what is no tag here is shown as it was written.
    fn text_at(&mut self, place: std::ops::Range<usize>) {
        if let Some(text) = self.markup.get(place) {
            self.text(text);
        }
    }
}
