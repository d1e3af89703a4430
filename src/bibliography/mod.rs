//! Sources: what BibTeX says of them (with `bibtex` the only user of `biblatex`), and how a reader sees them, by author and year.

mod bibtex;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use biblatex::{ChunksExt, DateValue, Entry, EntryType, PermissiveType, Person};
use serde::Serialize;

use crate::diagnostic::{Diagnostic, SourceId};
use crate::markup::escaped;

/// The sources that the program itself knows, of every technique: its one list of them.
const BUILT_IN: &str = include_str!("sources.bib");

static OF_THE_PROGRAM: LazyLock<Bibliography> = LazyLock::new(|| {
    let parsed = biblatex::Bibliography::parse(BUILT_IN);
    parsed.map_or_else(|_| Bibliography::default(), |parsed| Bibliography::of(&parsed))
});

/// Sources by their keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bibliography {
    sources: BTreeMap<String, Source>,
}

/// How the names of authors are put together.
#[derive(Clone, Copy, Debug)]
pub struct Wording<'w> {
    /// Before the last of several.
    pub and: &'w str,
    /// In place of all others.
    pub others: &'w str,
    /// In place of a year that is not known.
    pub no_date: &'w str,
}

impl Wording<'static> {
    /// In English.
    pub const ENGLISH: Self = Wording { and: " and ", others: " et al.", no_date: NO_DATE };
}

impl Wording<'_> {
    /// Returns a year as it is shown.
    pub fn year(&self, year: &str) -> String {
        year.replace(NO_DATE, self.no_date)
    }
}

/// What stands for a year that is not known.
const NO_DATE: &str = "n.d.";

/// A work that texts draw on.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Source {
    pub key: String,
    /// The family names of its authors, or of its editors.
    families: Vec<String>,
    /// The same with their initials, the family name first; ten at most.
    names: Vec<String>,
    /// Whether there are more.
    more: bool,
    /// `n.d.` where none is known.
    pub year: String,
    title: String,
    /// Whether it is a work of its own: a book, a thesis.
    stands_alone: bool,
    /// Where it appeared: the journal with its volume and pages, the conference, the publisher.
    within: String,
    /// Its DOI or arXiv number, and what leads there.
    identifier: Option<(String, String)>,
    /// An address, where there is no identifier.
    url: Option<String>,
}

impl Bibliography {
    /// Returns the sources that the program itself knows.
    pub fn of_the_program() -> &'static Bibliography {
        &OF_THE_PROGRAM
    }

    /// Reads the sources of a BibTeX file.
    ///
    /// # Errors
    /// What cannot be read: the reader stops there.
    pub fn read(text: &str, source: SourceId) -> Result<Bibliography, Diagnostic> {
        bibtex::read(text, source).map(|parsed| Bibliography::of(&parsed))
    }

    fn of(parsed: &biblatex::Bibliography) -> Bibliography {
        let sources = parsed.iter().map(|entry| (entry.key.clone(), Source::of(entry)));
        Bibliography { sources: sources.collect() }
    }

    /// Returns these sources with others, which win where a key is in both.
    pub fn with(mut self, others: Bibliography) -> Bibliography {
        self.sources.extend(others.sources);
        self
    }

    /// Returns the source with that key.
    pub fn get(&self, key: &str) -> Option<&Source> {
        self.sources.get(key)
    }

    /// Lists the keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    /// Returns a text of the program's in which citations in brackets (`[@kingma2015, algorithm 1]`) are written out: author,
    /// year, title, and where in it.
    pub fn written_out(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("[@") {
            let Some((inside, after)) = after.split_once(']') else { break };
            let items = inside.split(';').map(|item| {
                let item = item.trim().trim_start_matches('@');
                let (key, place) = item.split_once(',').map_or((item, ""), |(key, place)| (key, place));
                let source = self.get(key).map_or_else(|| key.to_owned(), Source::line);
                if place.is_empty() { source } else { format!("{source},{place}") }
            });
            out += before;
            out += &items.collect::<Vec<_>>().join("; ");
            rest = after;
        }
        out + rest
    }
}

/// Gives sources that read alike by author and year letters after the year, in the order of their titles: `2015a`. Returns the
/// year of each by its key.
pub fn years<'s>(sources: impl Iterator<Item = &'s Source>) -> BTreeMap<String, String> {
    let mut alike: BTreeMap<(String, &str), Vec<&Source>> = BTreeMap::new();
    for source in sources {
        alike.entry((source.short(Wording::ENGLISH), &source.year)).or_default().push(source);
    }
    let mut years = BTreeMap::new();
    for ((_, year), mut sources) in alike {
        sources.sort_by_key(|source| (&source.title, &source.key));
        let alone = sources.len() == 1;
        for (source, letter) in sources.into_iter().zip(('a'..='z').cycle()) {
            let year = if alone { year.to_owned() } else { format!("{year}{letter}") };
            years.insert(source.key.clone(), year);
        }
    }
    years
}

impl Source {
    fn of(entry: &Entry) -> Source {
        let text = |key: &str| entry.get(key).map(ChunksExt::format_verbatim).map(|text| one_line(&text));
        let text = |key: &str| text(key).filter(|text| !text.is_empty());
        let people = entry.author().ok().filter(|people| !people.is_empty()).or_else(|| {
            let editors = entry.editors().ok()?;
            Some(editors.into_iter().flat_map(|(people, _)| people).collect())
        });
        let people = people.unwrap_or_default();
        let body = || text("organization").or_else(|| text("institution"));
        let families = match people.is_empty() {
            false => people.iter().map(family).collect(),
            true => body().into_iter().collect(),
        };
        let names = if people.is_empty() { body().into_iter().collect() } else { listed(&people) };
        let doi = text("doi").map(|doi| without_address(&doi).to_owned());
        let is_arxiv = |kind: String| kind.eq_ignore_ascii_case("arxiv");
        let arxiv = text("eprint").filter(|_| text("eprinttype").is_none_or(is_arxiv));
        let identifier = match (doi, arxiv) {
            (Some(doi), _) => Some((format!("doi:{doi}"), format!("https://doi.org/{}", in_address(&doi)))),
            (None, Some(number)) => {
                Some((format!("arXiv:{number}"), format!("https://arxiv.org/abs/{}", in_address(&number))))
            }
            (None, None) => None,
        };
        let is_web = |url: &String| ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
        Source {
            key: entry.key.clone(),
            families,
            names,
            more: people.len() > MOST_NAMES,
            year: year(entry).or_else(|| text("year")).unwrap_or_else(|| NO_DATE.to_owned()),
            title: text("title").unwrap_or_else(|| entry.key.clone()),
            stands_alone: !matches!(
                entry.entry_type,
                EntryType::Article
                    | EntryType::InProceedings
                    | EntryType::InCollection
                    | EntryType::InBook
                    | EntryType::Misc
                    | EntryType::Unpublished
                    | EntryType::Online
            ),
            within: within(&text),
            identifier,
            url: text("url").filter(is_web),
        }
    }

    /// Returns about how many bytes it has where it is written out.
    pub fn bytes(&self) -> usize {
        let texts = [&self.title, &self.year, &self.within].into_iter().chain(&self.names).chain(&self.url);
        let address = self.identifier.iter().map(|(name, address)| name.len() + address.len()).sum::<usize>();
        texts.map(String::len).sum::<usize>() + address
    }

    /// Returns its authors as a citation names them: one, two, or the first of more.
    pub fn short(&self, wording: Wording) -> String {
        let Wording { and, others, .. } = wording;
        match &self.families[..] {
            [] => format!("“{}”", self.title),
            [one] => one.clone(),
            [one, other] => format!("{one}{and}{other}"),
            [first, ..] => format!("{first}{others}"),
        }
    }

    /// All its authors, up to ten: `Kingma, D. P. and Ba, J.`
    fn authors(&self, wording: Wording) -> String {
        match &self.names[..] {
            names if self.more => format!("{}{}", names.join(", "), wording.others),
            [before @ .., last] if !before.is_empty() => {
                format!("{}{}{last}", before.join(", "), wording.and)
            }
            names => names.concat(),
        }
    }

    /// Returns what orders it among others: by authors, then years, then titles.
    pub fn order(&self) -> (String, &str, &str) {
        let names = if self.names.is_empty() { self.title.clone() } else { self.names.join(" ") };
        (names.to_lowercase(), &self.year, &self.title)
    }

    /// Returns it as one line of text.
    pub fn line(&self) -> String {
        let within = if self.within.is_empty() { String::new() } else { format!(", {}", self.within) };
        let authors = if self.families.is_empty() {
            String::new()
        } else {
            format!("{}, ", self.short(Wording::ENGLISH))
        };
        format!("{authors}{}{within}, {}", self.title, self.year)
    }

    /// Returns it as HTML: authors, year (as it stands in citations), title, where it appeared, and with `links` what leads to it.
    pub fn html(&self, year: &str, links: bool, wording: Wording) -> String {
        let year = &wording.year(year);
        let title = escaped(&self.title);
        let title = if self.stands_alone { format!("<cite>{title}</cite>") } else { title };
        let address = self.identifier.as_ref().map(|(_, address)| address).or(self.url.as_ref());
        let title = match address.filter(|_| links) {
            Some(address) => format!("<a href=\"{}\">{title}</a>", escaped(address)),
            None => title,
        };
        let mut html = match self.names.is_empty() {
            true => format!("{title} ({}).", escaped(year)),
            false => format!("{} ({}). {title}.", escaped(&self.authors(wording)), escaped(year)),
        };
        if !self.within.is_empty() {
            html += &format!(" {}.", escaped(&self.within));
        }
        if let Some((name, address)) = &self.identifier {
            html += &match links {
                true => format!(" <a href=\"{}\">{}</a>", escaped(address), escaped(name)),
                false => format!(" {}", escaped(name)),
            };
        }
        html
    }
}

/// A family name with what belongs before it: `van der Maaten`.
fn family(person: &Person) -> String {
    let parts = [&person.prefix, &person.name];
    let parts: Vec<&str> =
        parts.into_iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// The most names that are written out.
const MOST_NAMES: usize = 10;

/// The first people with their initials: `Kingma, D. P.`
fn listed(people: &[Person]) -> Vec<String> {
    let name = |person: &Person| {
        let words = person.given_name.split([' ', '~']).filter(|word| !word.is_empty());
        let first = |part: &str| Some(format!("{}.", part.chars().next()?));
        let initials = words.map(|word| {
            let parts =
                word.split('-').map(|part| part.split('.').filter_map(first).collect::<Vec<_>>().join(" "));
            parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
        });
        let initials = initials.collect::<Vec<_>>().join(" ");
        let suffix = person.suffix.trim();
        let parts = [family(person), initials, suffix.to_owned()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    };
    people.iter().take(MOST_NAMES).map(name).collect()
}

fn year(entry: &Entry) -> Option<String> {
    match entry.date().ok()? {
        PermissiveType::Typed(date) => match date.value {
            DateValue::At(from) | DateValue::After(from) | DateValue::Before(from) => {
                Some(from.year.to_string())
            }
            DateValue::Between(from, to) if from.year == to.year => Some(from.year.to_string()),
            DateValue::Between(from, to) => Some(format!("{}–{}", from.year, to.year)),
        },
        PermissiveType::Chunks(chunks) => Some(one_line(&chunks.format_verbatim())),
    }
}

/// Where it appeared.
fn within(text: &dyn Fn(&str) -> Option<String>) -> String {
    let journal = text("journaltitle").or_else(|| text("journal"));
    let volume = text("volume").map(|volume| match text("number").or_else(|| text("issue")) {
        Some(number) => format!("{volume}({number})"),
        None => volume,
    });
    let pages = text("pages").map(|pages| pages.replace("--", "–").replace('-', "–"));
    let parts: Vec<Option<String>> = match (&journal, text("booktitle").or_else(|| text("maintitle"))) {
        (Some(journal), _) => {
            let journal = volume.map_or_else(|| journal.clone(), |volume| format!("{journal} {volume}"));
            vec![Some(journal), pages]
        }
        (None, Some(book)) => {
            vec![Some(book), text("series"), pages.map(|pages| format!("pp. {pages}")), text("publisher")]
        }
        (None, None) => vec![
            text("type").filter(|kind| !kind.contains("thesis")),
            text("school").or_else(|| text("institution")),
            text("howpublished"),
            text("edition").map(|edition| format!("edition {edition}")),
            text("publisher"),
        ],
    };
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ").trim_end_matches('.').to_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A DOI that was written as an address.
fn without_address(doi: &str) -> &str {
    let starts = ["https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "doi:"];
    starts.iter().find_map(|start| doi.strip_prefix(start)).unwrap_or(doi).trim()
}

/// What may hold signs that end an address.
fn in_address(text: &str) -> String {
    text.replace('%', "%25")
        .replace('#', "%23")
        .replace('?', "%3F")
        .replace(' ', "%20")
        .replace('<', "%3C")
        .replace('>', "%3E")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Bibliography {
        Bibliography::read(text, SourceId(0)).unwrap_or_else(|error| panic!("{error:?}"))
    }

    #[test]
    fn a_source_of_very_many_pieces_is_refused() {
        let pieces = |count: usize| format!("@a{{k, title = {}}}", vec!["\"a\""; count].join(" # "));
        assert!(Bibliography::read(&pieces(1000), SourceId(0)).is_ok());
        let error = Bibliography::read(&pieces(1002), SourceId(0)).unwrap_err();
        assert_eq!(error.message, "this source is put together of too many pieces");
    }

    #[test]
    fn the_programs_own_are_whole() {
        let all = Bibliography::of_the_program();
        assert!(all.sources.len() > 20);
        for source in all.sources.values() {
            let first = source.families[0].to_lowercase();
            assert_eq!(source.key, format!("{first}{}", source.year), "{source:?}");
            assert!(source.title != source.key, "{source:?}");
        }
    }

    #[test]
    fn every_technique_names_sources_that_are_there() {
        fn check(settings: &[crate::experiment::Setting]) -> usize {
            let choices = settings.iter().flat_map(|setting| &setting.choices);
            let told = choices.map(|choice| {
                let source = choice.technique.map_or("", |technique| technique.source);
                for part in source.split('@').skip(1) {
                    let key = part.split([',', ';', ']']).next().unwrap();
                    assert!(Bibliography::of_the_program().get(key).is_some(), "{}: {source}", choice.name);
                }
                source.matches('@').count() + check(&choice.settings)
            });
            told.sum()
        }
        let all =
            crate::experiment::KINDS.iter().map(|kind| check(&crate::experiment::reference(kind).settings));
        assert!(all.sum::<usize>() > 20);
    }

    #[test]
    fn sources_read_as_people_write_them() {
        let all = read(
            "@string{nips = {Advances}}\n@article{a1, author={van der Maaten, Laurens and Hinton, Geoffrey E.}, title={Visualizing {t-SNE}}, journal=nips, volume=9, number=11, pages={2579--2605}, year=2008, doi={https://doi.org/10.1/<x>}}\n@book{b, title={Deep \"Learning\"}, year={in press}}\n@thesis{c, author={M{\\\"u}ller, K.-R. and Other, A. and Third, B.}, title={T}, date={2010-05}, school={ETH}, url={javascript:alert(1)}}",
        );
        let html = |key: &str| all.get(key).unwrap().html("2008a", true, Wording::ENGLISH);
        assert_eq!(all.get("a1").unwrap().short(Wording::ENGLISH), "van der Maaten and Hinton");
        assert_eq!(
            html("a1"),
            "van der Maaten, L. and Hinton, G. E. (2008a). <a href=\"https://doi.org/10.1/%3Cx%3E\">Visualizing t-SNE</a>. \
             Advances 9(11), 2579–2605. <a href=\"https://doi.org/10.1/%3Cx%3E\">doi:10.1/&lt;x&gt;</a>"
        );
        assert_eq!(all.get("b").unwrap().year, "in press");
        assert_eq!(all.get("b").unwrap().short(Wording::ENGLISH), "“Deep \"Learning\"”");
        assert_eq!(html("c"), "Müller, K.-R., Other, A. and Third, B. (2008a). <cite>T</cite>. ETH.");
        assert_eq!(all.get("c").unwrap().year, "2010");
    }

    #[test]
    fn what_reads_alike_gets_letters() {
        let all = read(
            "@misc{x, author={A, B.}, title={Z}, year=2015}\n@misc{y, author={A, C.}, title={Y}, year=2015}\n@misc{z, author={A, C.}, title={Y}, year=2016}",
        );
        let years = years(all.sources.values());
        let shown: Vec<&str> = ["x", "y", "z"].iter().map(|key| years[*key].as_str()).collect();
        assert_eq!(shown, ["2015b", "2015a", "2016"]);
    }

    #[test]
    fn the_programs_texts_name_sources_by_their_keys() {
        let written = Bibliography::of_the_program().written_out("[@kingma2015, algorithm 1; @nobody] (so)");
        assert_eq!(
            written,
            "Kingma and Ba, Adam: A Method for Stochastic Optimization, International Conference on Learning Representations, \
             2015, algorithm 1; nobody (so)"
        );
    }

    #[test]
    fn what_cannot_be_read_has_a_place() {
        for (text, place) in [
            ("@article{a, title = {x", 0..22),
            ("@misc{a, title={x}}\n@misc{b, title={y\n@misc{c, title={z}}", 20..37),
            ("@misc{a, title={x}}\n@misc{a, title={y}}", 20..38),
            ("@misc{a, journal = foo}", 19..22),
        ] {
            let span = Bibliography::read(text, SourceId(0)).unwrap_err().span.unwrap();
            assert_eq!(span.start..span.end, place, "{text}");
        }
    }
}
