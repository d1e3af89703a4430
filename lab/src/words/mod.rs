//! What a page says in the program's own words, in the language of its course.
//!
//! English is what the code says. A language is a table of phrases by name, in a file of its own beside this one; a phrase may
//! have gaps (`Lines: {middle} over {n} seeds.`). Templates ask for a phrase [by name](Words::get). What charts and
//! tables have made in English is [said again](Words::say): the phrase that it is an instance of is found, and what stood in
//! its gaps is said in its turn. What is no phrase of ours (the name of a variant, an author's label) stays as it is. At the
//! end the numbers get the decimal sign and the thousands of the language, [once](Words::number).

mod numerals;
mod phrase;

use std::sync::{Arc, OnceLock};

use crate::collections::BTreeMap;
use crate::diagnostic::SourceId;
use crate::settings::{LineMap, Value, parse};
use numerals::Numerals;
use phrase::Phrase;

/// A language that is built in.
struct Language {
    tag: &'static str,
    phrases: &'static str,
}

/// Every language that is built in, English first.
static LANGUAGES: [Language; 6] = [
    Language { tag: "en", phrases: include_str!("en.yaml") },
    Language { tag: "fr", phrases: include_str!("fr.yaml") },
    Language { tag: "de", phrases: include_str!("de.yaml") },
    Language { tag: "es", phrases: include_str!("es.yaml") },
    Language { tag: "ar", phrases: include_str!("ar.yaml") },
    Language { tag: "zh", phrases: include_str!("zh.yaml") },
];

/// The English phrases with their gaps, in the order of their file.
static ENGLISH: OnceLock<Vec<(String, Phrase)>> = OnceLock::new();

/// Returns what the code says.
fn english() -> &'static [(String, Phrase)] {
    ENGLISH.get_or_init(|| {
        phrases(if cfg!(feature = "complete") { table(LANGUAGES[0].phrases) } else { Vec::new() })
    })
}

/// Takes the English phrases, [names and texts](Words::names), for a program that is without them (built without the feature
/// `complete`). It has to come before anything is said; what comes later is not looked at.
pub fn hand_over(english: Vec<(String, String)>) {
    let _ = ENGLISH.set(phrases(english));
}

fn phrases(texts: Vec<(String, String)>) -> Vec<(String, Phrase)> {
    texts.into_iter().map(|(name, text)| (name, Phrase::new(&text))).collect()
}

/// The gap that holds several things, each said by itself.
const LIST: &str = "list";

/// How often a phrase of a course's own may have one gap.
const MOST_OFTEN: usize = 2;

/// How deep phrases stand within each other; what is deeper is no sentence of ours.
const DEEPEST: usize = 6;

/// The words of a course. English ones by default; cheap to clone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    /// None where everything is said as it was made: in English, without words of the course's own.
    spoken: Option<Arc<Spoken>>,
}

#[derive(Debug, PartialEq)]
struct Spoken {
    /// A phrase by its name, the course's own among them.
    phrases: BTreeMap<String, String>,
    numerals: Numerals,
}

impl Words {
    /// Returns the words of a language, which a tag such as `de` or `de-CH` names, with phrases of the course's own in place
    /// of those of the same name. A language that is not built in speaks English.
    pub fn new(tag: &str, own: &BTreeMap<String, String>) -> Self {
        let language = find(tag).unwrap_or(&LANGUAGES[0]);
        if language.tag == "en" && own.is_empty() {
            return Words::default();
        }
        let mut phrases: BTreeMap<String, String> = table(language.phrases).into_iter().collect();
        phrases.extend(own.iter().map(|(name, text)| (name.clone(), text.clone())));
        Words::of_phrases(language.tag, phrases)
    }

    /// Returns words of [all phrases](Words::all) of a language, whose tag says how it writes numbers: for those that have no
    /// languages built in.
    pub fn of_phrases(tag: &str, phrases: BTreeMap<String, String>) -> Self {
        Words { spoken: Some(Arc::new(Spoken { phrases, numerals: Numerals::of(language(tag)) })) }
    }

    /// Returns the tags of the languages that are built in.
    pub fn languages() -> impl Iterator<Item = &'static str> {
        LANGUAGES.iter().map(|language| language.tag)
    }

    /// Returns the phrases of every language that is built in, as YAML, by its tag.
    pub fn sources() -> impl Iterator<Item = (&'static str, &'static str)> {
        LANGUAGES.iter().map(|language| (language.tag, language.phrases))
    }

    /// Returns the names of all phrases with their English texts.
    pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
        english().iter().map(|(name, phrase)| (name.as_str(), phrase.text()))
    }

    /// Returns what is expected of a phrase of a course's own for one of ours, where it has another gap than the English one, or
    /// one too often: phrases stand within phrases, and would double and double.
    pub fn fault(name: &str, own: &str) -> Option<String> {
        let (_, english) = english().iter().find(|(known, _)| known == name)?;
        let gaps: Vec<&str> = english.gaps().collect();
        let own = Phrase::new(own);
        let Some(unknown) = own.gaps().find(|gap| !gaps.contains(gap)) else {
            let often =
                gaps.into_iter().find(|gap| own.gaps().filter(|own| own == gap).count() > MOST_OFTEN)?;
            return Some(format!("the gap `{{{often}}}` twice at most"));
        };
        Some(match gaps.as_slice() {
            [] => format!("a text without gaps such as `{{{unknown}}}`"),
            gaps => format!(
                "no gap but {}",
                gaps.iter().map(|gap| format!("`{{{gap}}}`")).collect::<Vec<_>>().join(", ")
            ),
        })
    }

    /// Returns whether everything stays as it was made.
    pub fn are_plain(&self) -> bool {
        self.spoken.is_none()
    }

    /// Returns all phrases by name, as templates see them.
    pub fn all(&self) -> BTreeMap<String, String> {
        match &self.spoken {
            Some(spoken) => spoken.phrases.clone(),
            None => Words::names().map(|(name, text)| (name.to_owned(), text.to_owned())).collect(),
        }
    }

    /// Returns the phrase of a name, with its gaps; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        match &self.spoken {
            Some(spoken) => spoken.phrases.get(name).map_or("", String::as_str),
            None => english().iter().find(|(known, _)| known == name).map_or("", |(_, phrase)| phrase.text()),
        }
    }

    /// Says a text in the language of the course that was made in English; its numbers stay as they are, and so does what is no
    /// phrase of ours, such as an author's label.
    pub fn say(&self, text: &str) -> String {
        match &self.spoken {
            Some(spoken) => spoken.say(text, 0),
            None => text.to_owned(),
        }
    }

    /// Writes the numbers of a text with the decimal sign and the thousands of the language. It is for what nobody writes again.
    pub fn number(&self, text: &str) -> String {
        match &self.spoken {
            Some(spoken) => spoken.numerals.write(text),
            None => text.to_owned(),
        }
    }

    /// Says a text and writes its numbers, as a reader sees it.
    pub fn write(&self, text: &str) -> String {
        self.number(&self.say(text))
    }

    /// Writes a text in its place.
    pub fn write_over(&self, text: &mut String) {
        if !self.are_plain() {
            *text = self.write(text);
        }
    }
}

impl Spoken {
    fn say(&self, text: &str, depth: usize) -> String {
        self.phrase(text, depth).or_else(|| self.begun(text, depth)).unwrap_or_else(|| text.to_owned())
    }

    /// Says what is a phrase but for its first letter, at the beginning of a title.
    fn begun(&self, text: &str, depth: usize) -> Option<String> {
        let mut letters = text.chars();
        let first = letters.next().filter(|letter| letter.is_uppercase())?;
        let said = self.phrase(&first.to_lowercase().chain(letters).collect::<String>(), depth)?;
        let mut letters = said.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect())
    }

    /// Says a text that is a phrase, or several sentences of which some are.
    fn phrase(&self, text: &str, depth: usize) -> Option<String> {
        if depth > DEEPEST || text.trim().is_empty() {
            return None;
        }
        self.one(text, depth).or_else(|| self.sentences(text, depth)).or_else(|| self.several(text, depth))
    }

    /// Says `noise 1, beta 0.9`: things between commas of which each is a phrase.
    fn several(&self, text: &str, depth: usize) -> Option<String> {
        let ours = |item: &str| self.one(item, depth + 1).is_some();
        (text.contains(", ") && text.split(", ").all(ours)).then(|| self.list(text, depth))
    }

    /// Says a text that is one phrase: first of all the one that it is word for word.
    fn one(&self, text: &str, depth: usize) -> Option<String> {
        let same = english().iter().find(|(_, english)| english.text() == text);
        if let Some((name, _)) = same {
            return self.phrases.get(name).cloned();
        }
        english().iter().find_map(|(name, english)| {
            let found = english.read(text)?;
            let said = self.phrases.get(name)?;
            Some(Phrase::new(said).fill(|gap| {
                let (_, part) = found.iter().find(|(name, _)| *name == gap)?;
                Some(if gap == LIST { self.list(part, depth + 1) } else { self.say(part, depth + 1) })
            }))
        })
    }

    /// Says as many sentences at a time as make a phrase.
    fn sentences(&self, text: &str, depth: usize) -> Option<String> {
        let sentences: Vec<&str> = text.split_inclusive(". ").collect();
        let (mut said, mut from, mut is_ours) = (Vec::new(), 0, false);
        while from < sentences.len() {
            let ours = (from + 1..=sentences.len()).rev().find_map(|to| {
                let several = sentences[from..to].concat();
                Some((to, self.one(several.trim_end(), depth + 1)?))
            });
            let (to, sentence) =
                ours.clone().unwrap_or_else(|| (from + 1, sentences[from].trim_end().to_owned()));
            is_ours |= ours.is_some();
            said.push(sentence);
            from = to;
        }
        (sentences.len() > 1 && is_ours).then(|| said.join(" "))
    }

    /// Says what stands between commas, or between semicolons where there are some; not those within brackets.
    fn list(&self, text: &str, depth: usize) -> String {
        let (english, ours) = match text.contains("; ") {
            true => ("; ", "semicolon"),
            false => (", ", "comma"),
        };
        let mut items: Vec<String> = Vec::new();
        let (mut item, mut open) = (String::new(), 0);
        for piece in text.split_inclusive(english) {
            item.push_str(piece);
            open += piece.matches(['(', '[']).count();
            open = open.saturating_sub(piece.matches([')', ']']).count());
            if open == 0
                && let Some(whole) = item.strip_suffix(english)
            {
                items.push(whole.to_owned());
                item.clear();
            }
        }
        items.push(item);
        let said: Vec<String> = items.iter().map(|item| self.say(item, depth)).collect();
        said.join(self.phrases.get(ours).map_or(english, String::as_str))
    }
}

/// Returns the language of a tag such as `de-CH`.
fn language(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

fn find(tag: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|known| known.tag.eq_ignore_ascii_case(language(tag)))
}

/// Reads a table of phrases.
fn table(text: &str) -> Vec<(String, String)> {
    let map = LineMap::contiguous(SourceId(0), 0, text.len());
    let Ok(node) = parse(text, &map) else { unreachable!("a table of phrases that is built in is YAML") };
    let Value::Map(entries) = node.value else { unreachable!("a table of phrases is a map") };
    let text = |value: Value| match value {
        Value::Text(text) => text,
        _ => unreachable!("a phrase is a text"),
    };
    entries.into_iter().map(|entry| (entry.key, text(entry.value.value))).collect()
}

#[cfg(test)]
mod tests;
