//! Where links and images lead: other lessons, files beside them, the world outside.

use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::discover::CHAPTERS;
use super::excerpt::{self, Code, KnownCode, Unread};
use super::glossary::Glossary;
use super::math::Macros;
use super::room::Room;
use super::slug::without_number;
use crate::bibliography::Bibliography;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::files::{self, Refusal, composed};
use crate::words::Words;

/// What links may lead to, known before any lesson is parsed.
#[derive(Clone, Debug, Default)]
pub(super) struct Library {
    /// The lessons folder.
    pub root: PathBuf,
    /// Each lesson's path below the root, with `/`, and its slug.
    pub lessons: Vec<(String, String)>,
    /// The place of each among the lessons, from 1, by its slug; pages outside of them have none.
    pub numbers: BTreeMap<String, usize>,
    /// Whether the lessons are a stranger's: raw HTML is shown as text, and links have a scheme that only leads somewhere.
    pub untrusted: bool,
    /// Made of `lessons` when the first link is looked up.
    pub index: OnceLock<Index>,
    /// Suggestions that may still be made.
    pub suggestions: Suggestions,
    pub room: Room,
    pub shown: ShownCode,
    pub code: KnownCode,
    pub looked: Looked,
    /// Commands of formulas that stand for others.
    pub macros: Macros,
    pub words: Words,
    /// What may be cited.
    pub bibliography: Bibliography,
    /// Whether more may be cited, which could not be read: that is said of its file, not of each citation.
    pub has_unread_sources: bool,
    /// What explains itself.
    pub glossary: Glossary,
}

/// How often names near to one that is wrong are still looked for: a course may have thousands of dead links, and what they may
/// have meant is among thousands of names.
#[derive(Clone, Debug)]
pub(super) struct Suggestions(Arc<AtomicUsize>);

impl Default for Suggestions {
    fn default() -> Self {
        Suggestions(Arc::new(AtomicUsize::new(100)))
    }
}

impl Suggestions {
    /// Returns what `look` finds, while there may be another suggestion.
    pub(super) fn look<T>(&self, look: impl FnOnce() -> Option<T>) -> Option<T> {
        let one_less = |left: usize| left.checked_sub(1);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).ok()?;
        look()
    }
}

/// What the disk said of each file that a link names: it is asked once, since a course may name one a hundred thousand times.
#[derive(Clone, Debug, Default)]
pub(super) struct Looked(Arc<Mutex<HashMap<String, Found>>>);

type Found = Arc<Result<(), Refusal>>;

impl Library {
    /// Returns whether there is a file below the lessons folder, or why none.
    fn look_for(&self, below: &str) -> Found {
        let looked = || self.looked.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = looked().get(below) {
            return known.clone();
        }
        let found = Arc::new(files::find(&self.root, Path::new(below)).map(drop));
        looked().insert(below.to_owned(), found.clone());
        found
    }
}

/// The most bytes of files that the fences of a course show.
pub(super) const MOST_SHOWN: usize = 4 << 20;

/// How many bytes of files the fences of a course show so far, whichever lesson is read first.
#[derive(Clone, Debug, Default)]
pub(super) struct ShownCode(Arc<AtomicUsize>);

impl ShownCode {
    /// Takes room for so many bytes more; returns whether it was there.
    pub(super) fn take(&self, bytes: usize) -> bool {
        self.0.fetch_add(bytes, Ordering::Relaxed) + bytes <= MOST_SHOWN
    }
}

/// A local file that pages use, to be copied into the output.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asset {
    pub file: PathBuf,
    /// Its path in the output, with `/`.
    pub output: String,
}

/// A place within a page that a link names, to be checked when all pages are known.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Anchor {
    /// The page's slug.
    pub slug: String,
    pub id: String,
    /// The figure of the experiment that the id is of, where the link leads to its picture.
    pub figure: Option<String>,
    /// What the link asks an experiment to be run with: what follows `?` in the address, still encoded.
    pub asked: Option<String>,
    pub span: Span,
}

/// What became of a link's destination.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum LinkTarget {
    /// As it is to be written into the page.
    Elsewhere(String),
    Page {
        href: String,
        anchor: Option<Anchor>,
    },
    /// A file, with what follows its name in the address (`#page=2`).
    File(Asset, String),
    /// What a build writes of an experiment, which `anchor` leads to.
    Published {
        href: String,
        anchor: Anchor,
        published: Published,
    },
}

/// A file of an experiment that a link leads to, to be checked when all experiments have run.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// Its path in the output: `SLUG/ID.csv`, `SLUG/ID-FIGURE.svg`.
    pub path: String,
    pub span: Span,
}

/// Returns what leads from the page of a lesson to the site's own folder.
pub fn to_root(slug: &str) -> String {
    "../".repeat(slug.matches('/').count())
}

/// What stands in an address for itself, beside letters and digits.
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Returns a path as a part of an address: `C# & 50%.png` is `C%23%20%26%2050%25.png`.
pub fn address(path: &str) -> String {
    utf8_percent_encode(path, &PLAIN).to_string()
}

/// Files of a stranger's that may be copied, by the ends of their names: no browser runs a script in them.
const PASSIVE: [&str; 28] = [
    "png", "jpg", "jpeg", "gif", "webp", "avif", "pdf", "txt", "md", "csv", "tsv", "json", "yaml", "ipynb",
    "py", "rs", "r", "npy", "npz", "gz", "zip", "mp3", "ogg", "wav", "mp4", "webm", "vtt", "bib",
];

/// The schemes that a stranger's link may have.
const TRUSTED: [&str; 3] = ["http", "https", "mailto"];

/// Returns where a link in the lesson at `folder` (below the root, with `/`) and with `slug` leads; `fetched` says that the page
/// fetches what is there, a picture or a script.
///
/// # Errors
/// A scheme that runs code, a lesson or file that is not there, a path out of the lessons folder.
pub(super) fn resolve(
    library: &Library,
    folder: &str,
    slug: &str,
    dest: &str,
    fetched: bool,
    span: Span,
) -> Result<LinkTarget, Diagnostic> {
    if let Some(scheme) = scheme(dest) {
        return match scheme.as_str() {
            "file" => Err(Diagnostic::error("a link with `file:` leads nowhere for readers", span)
                .label("expected a file inside the lessons folder, by its path relative to this lesson")),
            "javascript" | "vbscript" | "data" => {
                Err(Diagnostic::error(format!("a link with `{scheme}:` is refused"), span)
                    .label("expected an address such as `https://...`, or a lesson's file"))
            }
            other if library.untrusted && !TRUSTED.contains(&other) => Err(Diagnostic::error(
                format!("a link with `{scheme}:` is refused in a lesson that is not trusted"),
                span,
            )
            .label("expected `http:`, `https:`, `mailto:`, or a lesson's file")),
            _ => Ok(LinkTarget::Elsewhere(dest.to_owned())),
        };
    }
    if dest.starts_with("//") {
        return Ok(LinkTarget::Elsewhere(dest.to_owned()));
    }
    let end = dest.find(['#', '?']).unwrap_or(dest.len());
    let (path, suffix) = dest.split_at(end);
    let id = suffix.split_once('#').map_or("", |(_, id)| id);
    let (id, asked) = match id.split_once('?') {
        Some((id, asked)) if id.starts_with("experiment-") => (id, Some(asked.to_owned())),
        _ => (id, None),
    };
    // The top of a page is a place in every browser.
    let is_place = !id.is_empty() && !id.eq_ignore_ascii_case("top");
    let anchor = |slug: &str| {
        let asked = asked.clone();
        is_place.then(|| Anchor { slug: slug.to_owned(), id: decoded(id), figure: None, asked, span })
    };
    if path.is_empty() {
        return Ok(LinkTarget::Page { href: dest.to_owned(), anchor: anchor(slug) });
    }
    let plain = &decoded(path);
    let below =
        below(folder, plain).ok_or_else(|| if fetched { outside(span) } else { leads_out(plain, span) })?;
    let up = to_root(slug);
    let page = |found: &str| {
        Ok(LinkTarget::Page { href: format!("{up}{}.html{suffix}", address(found)), anchor: anchor(found) })
    };
    if below.ends_with(".md") {
        return page(lesson(library, &below).ok_or_else(|| no_lesson(library, folder, path, span))?);
    }
    // The course's own page; that of a chapter by its folder.
    if below.is_empty() {
        return page("index");
    }
    if let Some(found) = chapter(library, &below) {
        return page(found);
    }
    if let Some(found) = page_named(library, &below, plain) {
        return page(found);
    }
    match file(library, folder, path, span) {
        Ok(asset) => Ok(LinkTarget::File(asset, suffix.to_owned())),
        Err(error) => {
            let named = [below.as_str(), plain.trim_start_matches("./")];
            let found = named.into_iter().find_map(|path| published(library, path, &up, suffix, span));
            let unended = || (!fetched).then(|| without_ending(library, &below, path, span)).flatten();
            let unescaped = || unescaped(library, folder, dest, suffix, error, span);
            found.ok_or_else(|| unended().unwrap_or_else(unescaped))
        }
    }
}

/// Returns the slug of the lesson that is called so in the folder of another: by its file, with or without its number and
/// ending, or by its page.
///
/// # Errors
/// There is none.
pub(super) fn lesson_called<'a>(
    library: &'a Library,
    folder: &str,
    name: &str,
    span: Span,
) -> Result<&'a str, Diagnostic> {
    let below = below(folder, name).ok_or_else(|| outside(span))?;
    let as_file = [below.clone(), format!("{below}.md")];
    let by_file = as_file.iter().find_map(|path| lesson(library, path)).or_else(|| chapter(library, &below));
    let by_page = || library.lessons.iter().map(|(_, slug)| slug.as_str()).find(|slug| *slug == name);
    by_file.or_else(by_page).ok_or_else(|| {
        let near = library.suggestions.look(|| {
            let files = library.lessons.iter().map(|(known, _)| relative(folder, known));
            let pages = library.lessons.iter().map(|(_, slug)| slug.clone());
            let known: Vec<String> = files.chain(pages).collect();
            nearest(name, known.iter().map(String::as_str)).map(str::to_owned)
        });
        let error = Diagnostic::error(format!("there is no lesson `{name}`"), span);
        match near {
            Some(near) => error.label(format!("did you mean `{near}`?")),
            None => error.label("expected a lesson's file, by its path relative to this lesson"),
        }
    })
}

/// Returns a file that the site has of an experiment or a figure: `SLUG/ID.csv`, `SLUG/ID.json`, `SLUG/ID.ipynb`,
/// `SLUG/ID-FIGURE.svg`, `SLUG/ID.svg`.
fn published(library: &Library, path: &str, up: &str, suffix: &str, span: Span) -> Option<LinkTarget> {
    let (slug, name) = path.rsplit_once('/')?;
    library.lessons.iter().find(|(_, known)| known == slug)?;
    let (name, ending) = name.rsplit_once('.')?;
    let (id, figure) = match (ending, name.split_once('-')) {
        ("csv" | "ipynb" | "json" | "svg", None) => (name, None),
        ("svg", Some((id, figure))) => (id, Some(figure.to_owned())),
        _ => return None,
    };
    let anchor = Anchor { slug: slug.to_owned(), id: format!("experiment-{id}"), figure, asked: None, span };
    let href = format!("{up}{}{suffix}", address(path));
    Some(LinkTarget::Published { href, anchor, published: Published { path: path.to_owned(), span } })
}

/// Returns the lesson whose page is called `below` from the lessons folder, or `path`: by the page's own name, or by the file's.
fn page_named<'a>(library: &'a Library, below: &str, path: &str) -> Option<&'a str> {
    let names = [below, path.trim_start_matches("./")].map(|name| name.strip_suffix(".html"));
    let slugs = || library.lessons.iter().map(|(_, slug)| slug.as_str());
    let is_file = library.look_for(below).is_ok();
    let by_file = names[0].filter(|_| !is_file).and_then(|name| lesson(library, &format!("{name}.md")));
    let by_name = || names.iter().flatten().find_map(|name| slugs().find(|slug| slug == name));
    by_file.or_else(by_name).or_else(|| names.contains(&Some("index")).then_some("index"))
}

/// Finds a file beside the lessons, inside their folder.
///
/// # Errors
/// A file that is not there, or lies outside.
pub(super) fn file(library: &Library, folder: &str, path: &str, span: Span) -> Result<Asset, Diagnostic> {
    let below = below(folder, &decoded(path)).ok_or_else(|| outside(span))?;
    if library.untrusted && !PASSIVE.contains(&ending(&below).as_str()) {
        let message = format!("the file `{path}` is refused in a lesson that is not trusted");
        let error = Diagnostic::error(message, span).label("expected a picture, a text or data");
        let error = error.hint(format!("browsers may run scripts in others than {}", PASSIVE.join(", ")));
        return Err(match is_drawing(&below) {
            true => error.hint(format!("`![words]({path})` shows it, as a part of the page")),
            false => error,
        });
    }
    found(library, &below, path, span)
}

/// Returns whether there is a file of that name, as a lesson in `folder` writes it.
pub(super) fn is_there(library: &Library, folder: &str, path: &str) -> bool {
    below(folder, &decoded(path)).is_some_and(|below| library.look_for(&below).is_ok())
}

/// Returns what a lesson calls `path` and what is called `below` from the lessons folder.
///
/// # Errors
/// A file that is not there.
pub(super) fn found(library: &Library, below: &str, path: &str, span: Span) -> Result<Asset, Diagnostic> {
    match &*library.look_for(below) {
        Ok(()) => {
            let output = format!("files/{}", composed(below));
            Ok(Asset { file: library.root.join(below), output })
        }
        Err(refusal) => Err(refused(library, below, path, refusal, span)),
    }
}

/// The longest file of which a lesson shows the text, in bytes.
const LONGEST_TEXT: u64 = 1 << 20;

/// Returns the code of a file beside the lessons, inside their folder.
///
/// # Errors
/// A file that is not there, lies outside, is too long or no text; one for which the files before it leave no room.
pub(super) fn code(library: &Library, folder: &str, path: &str, span: Span) -> Result<Arc<Code>, Diagnostic> {
    let below = below(folder, path).ok_or_else(|| outside(span))?;
    let code = library.code.of(&below, || text(library, &below));
    code.map_err(|unread| match &*unread {
        Unread::Refused(Refusal::TooLong(_)) => {
            Diagnostic::error(format!("the file `{path}` is longer than 1 MiB"), span)
                .label("expected a shorter one")
        }
        Unread::Refused(refusal) => refused(library, &below, path, refusal, span),
        Unread::NotText => {
            Diagnostic::error(format!("the file `{path}` is not UTF-8 text"), span).label("expected text")
        }
        Unread::NoRoom => {
            let most = excerpt::MOST_KEPT >> 20;
            let message =
                format!("the files of code that the course shows parts of take more than {most} MiB");
            Diagnostic::error(message, span).label("expected fewer of them, or shorter ones")
        }
    })
}

/// Returns the text of a file below the lessons folder.
fn text(library: &Library, below: &str) -> Result<String, Unread> {
    let bytes = files::read(&library.root, Path::new(below), LONGEST_TEXT).map_err(Unread::Refused)?;
    match String::from_utf8(bytes).map(files::without_mark) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err(Unread::NotText),
    }
}

fn refused(library: &Library, below: &str, path: &str, refusal: &Refusal, span: Span) -> Diagnostic {
    match refusal {
        Refusal::Outside => outside(span),
        Refusal::Hidden => Diagnostic::error(format!("the file `{path}` is hidden"), span)
            .label("expected a path of which no part begins with a dot"),
        Refusal::NoFile => Diagnostic::error(format!("`{path}` is not a file"), span)
            .label("expected a regular file, neither a folder nor a pipe"),
        _ => {
            let error = Diagnostic::error(format!("there is no file `{path}`"), span);
            if let Some(address) = elsewhere(path) {
                return error.label(format!("expected `{address}`, if it is no file of the course"));
            }
            match library.suggestions.look(|| files::neighbour(&library.root, Path::new(below))) {
                Some(near) => error.label(format!("did you mean `{near}`?")),
                None => error.label("expected a file, by its path relative to this lesson"),
            }
        }
    }
}

/// Says of a link to a lesson's name without its ending what to write.
fn without_ending(library: &Library, below: &str, path: &str, span: Span) -> Option<Diagnostic> {
    lesson(library, &format!("{below}.md"))?;
    matches!(*library.look_for(below), Err(Refusal::Missing)).then(|| {
        let meant = format!("did you mean `{}.md`?", path.trim_end_matches('/'));
        Diagnostic::error(format!("there is no file `{path}`"), span).label(meant)
    })
}

/// Says of a link to a file with `#` or `?` in its name, behind which an address names a place, how it is written; else what was
/// wrong already.
fn unescaped(
    library: &Library,
    folder: &str,
    dest: &str,
    suffix: &str,
    error: Diagnostic,
    span: Span,
) -> Diagnostic {
    if suffix.is_empty() || !is_there(library, folder, dest) {
        return error;
    }
    let meant = format!("did you mean `{}`?", address(&decoded(dest)));
    Diagnostic::error(format!("`{suffix}` is no part of the name of a file here"), span).label(meant)
}

/// Returns the address that was meant by one without a scheme: a host, a mailbox.
fn elsewhere(path: &str) -> Option<String> {
    if let Some((scheme, rest)) = path.split_once("//")
        && matches!(scheme, "http" | "https")
    {
        return Some(format!("{scheme}://{rest}"));
    }
    match path.split_once('@') {
        Some((_, host)) if host.contains('.') && !path.contains(['/', ' ']) => Some(format!("mailto:{path}")),
        _ => path.starts_with("www.").then(|| format!("https://{path}")),
    }
}

/// Returns what a file's name ends with, in small letters; empty where it has no dot.
fn ending(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or_else(String::new, |(_, end)| end.to_lowercase())
}

/// Returns whether a file is SVG by its name.
pub(super) fn is_drawing(path: &str) -> bool {
    ending(path) == "svg"
}

pub(super) fn outside(span: Span) -> Diagnostic {
    Diagnostic::error("this file lies outside of the lessons folder", span)
        .label("expected a file inside it")
        .hint("copy the file beside the lesson")
}

/// Says that a link leads out of the lessons folder: to a file, or to another site that stood beside this one.
fn leads_out(path: &str, span: Span) -> Diagnostic {
    let inside = path.trim_start_matches(['.', '/']);
    Diagnostic::error("this link leads out of the lessons folder", span)
        .label("expected a lesson, a file inside it, or a whole address")
        .hint(format!("of a page of another site write the whole address, `https://.../{inside}`"))
        .hint("of a file put a copy beside the lesson")
}

/// Returns the page of the chapter in a folder below the root.
fn chapter<'a>(library: &'a Library, folder: &str) -> Option<&'a str> {
    CHAPTERS.iter().find_map(|name| lesson(library, &format!("{folder}/{name}")))
}

/// A lesson by its path below the root; the number before its name may be left out.
fn lesson<'a>(library: &'a Library, path: &str) -> Option<&'a str> {
    let path = &composed(path);
    let index = library.index.get_or_init(|| {
        let mut index = Index::default();
        for (place, (known, _)) in library.lessons.iter().enumerate() {
            let known = composed(known);
            index.exact.entry(known.clone()).or_insert(place);
            index.plain.entry(plain(&known)).or_insert(place);
        }
        index
    });
    let place = index.exact.get(path).or_else(|| index.plain.get(&plain(path)))?;
    Some(library.lessons[*place].1.as_str())
}

/// Returns a path without the number before the file's name.
fn plain(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, name)) => format!("{folder}/{}", without_number(name)),
        None => without_number(path).to_owned(),
    }
}

/// Places of lessons among all: by their paths, and by these without the number before the name.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    exact: BTreeMap<String, usize>,
    plain: BTreeMap<String, usize>,
}

fn no_lesson(library: &Library, folder: &str, path: &str, span: Span) -> Diagnostic {
    let error = Diagnostic::error(format!("there is no lesson `{path}`"), span);
    let near = library.suggestions.look(|| {
        let known: Vec<String> = library.lessons.iter().map(|(known, _)| relative(folder, known)).collect();
        // One of that name in another folder.
        let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
        let same = || known.iter().find(|known| name(known) == name(path)).map(String::as_str);
        same().or_else(|| nearest(path, known.iter().map(String::as_str))).map(str::to_owned)
    });
    match near {
        Some(near) => error.label(format!("did you mean `{near}`?")),
        None => error.label("expected a lesson's file, by its path relative to this lesson"),
    }
}

/// Finds `path`, written in `folder`, from the root; none if it leads out of it. A `/` at its start is the root.
pub(super) fn below(folder: &str, path: &str) -> Option<String> {
    let (folder, path) = match path.strip_prefix('/') {
        Some(path) => ("", path),
        None => (folder, path),
    };
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            _ => return None,
        }
    }
    Some(parts.join("/"))
}

/// Returns a path below the root as it would be written in `folder`.
fn relative(folder: &str, path: &str) -> String {
    match path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) {
        Some(rest) if !folder.is_empty() => rest.to_owned(),
        _ if folder.is_empty() => path.to_owned(),
        _ => format!("{}{path}", "../".repeat(folder.split('/').count())),
    }
}

fn scheme(dest: &str) -> Option<String> {
    // Browsers skip blanks and control characters in a scheme, so those do not hide one.
    let cleaned: String =
        dest.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect();
    let (scheme, _) = cleaned.split_once(':')?;
    let plain =
        scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.'));
    (plain && scheme.len() > 1 && scheme.starts_with(|first: char| first.is_ascii_alphabetic()))
        .then(|| scheme.to_lowercase())
}

/// Reads `%20` as a space.
pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceId;

    fn library() -> Library {
        Library {
            root: PathBuf::from("/nowhere"),
            lessons: [("01-start.md", "start"), ("02-deep/03-adam.md", "adam"), ("04-x/index.md", "x/index")]
                .map(|(path, slug)| (path.to_owned(), slug.to_owned()))
                .to_vec(),
            ..Library::default()
        }
    }

    fn lead(folder: &str, dest: &str) -> Result<String, Diagnostic> {
        match resolve(&library(), folder, "here", dest, false, Span::new(SourceId(0), 0, 0)) {
            Ok(
                LinkTarget::Elsewhere(href)
                | LinkTarget::Page { href, .. }
                | LinkTarget::Published { href, .. },
            ) => Ok(href),
            Ok(LinkTarget::File(asset, suffix)) => Ok(address(&asset.output) + &suffix),
            Err(error) => Err(error),
        }
    }

    #[test]
    fn links_between_lessons_become_pages() {
        assert_eq!(lead("", "01-start.md").unwrap(), "start.html");
        assert_eq!(lead("", "start.md#x").unwrap(), "start.html#x");
        assert_eq!(lead("02-deep", "adam.md").unwrap(), "adam.html");
        assert_eq!(lead("02-deep", "../01-start.md").unwrap(), "start.html");
        assert_eq!(lead("", "02-deep/adam.md").unwrap(), "adam.html");
        assert_eq!(lead("", "start.html").unwrap(), "start.html");
        assert_eq!(lead("02-deep", "03-adam.html#a").unwrap(), "adam.html#a");
        assert_eq!(lead("02-deep", "../index.html").unwrap(), "index.html");
        assert_eq!(lead("", "04-x/").unwrap(), "x/index.html");
        assert_eq!(lead("02-deep", "../04-x/index.md").unwrap(), "x/index.html");
        assert_eq!(lead("", "adam/four.csv").unwrap(), "adam/four.csv");
        let above =
            resolve(&library(), "04-x", "x/index", "../01-start.md", false, Span::new(SourceId(0), 0, 0));
        assert_eq!(above.unwrap(), LinkTarget::Page { href: "../start.html".into(), anchor: None });
        assert_eq!(lead("", "#x").unwrap(), "#x");
        assert_eq!(lead("02-deep", "/01-start.md#x").unwrap(), "start.html#x");
        assert_eq!(lead("", "start.md?a#b").unwrap(), "start.html?a#b");
        assert_eq!(lead("", "https://x.org/a.md").unwrap(), "https://x.org/a.md");
        assert_eq!(lead("", "mailto:a@b.c").unwrap(), "mailto:a@b.c");
    }

    #[test]
    fn what_leads_nowhere_is_refused() {
        assert_eq!(
            lead("", "02-deep/03-adan.md").unwrap_err().to_string(),
            "there is no lesson `02-deep/03-adan.md`, did you mean `02-deep/03-adam.md`?"
        );
        assert_eq!(
            lead("02-deep", "../01-strat.md").unwrap_err().to_string(),
            "there is no lesson `../01-strat.md`, did you mean `../01-start.md`?"
        );
        for dest in
            ["javascript:alert(1)", "JavaScript:x", " java\tscript:x", "data:text/html,x", "vbscript:x"]
        {
            assert!(lead("", dest).unwrap_err().to_string().contains("is refused"), "{dest}");
        }
        assert!(lead("", "../x.png").unwrap_err().to_string().contains("leads out"));
        assert!(lead("", "%2e%2e/x.png").unwrap_err().to_string().contains("leads out"));
        assert!(lead("", "/x").unwrap_err().to_string().contains("no file"));
        assert!(lead("", "/../x").unwrap_err().to_string().contains("leads out"));
        assert!(lead("", "x.png").unwrap_err().to_string().contains("no file"));
    }
}
