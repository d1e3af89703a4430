//! A preprocessor of mdBook: experiments, figures, values and claims in a book of somebody else's.
//!
//! mdBook hands over its book as JSON. Of each chapter only our blocks and values are read (`chapter`), as a lesson of a course
//! whose root is the book's folder of sources; all else stays mdBook's. What they become is put back in their places, each on one
//! line of HTML with styles of its own (`html`), so that Markdown around it stays what it was.

mod chapter;
mod html;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::diagnostic::{Diagnostic, Diagnostics, Severity, SourceId, Sources, Span};
use crate::files::{Fault, is_hidden};
use crate::lesson::Unsaved;
use crate::pipeline::{self, Computed, Failure, Keeping, Request, Watch};
use chapter::Chapter;
use html::Links;

/// Settings of `[preprocessor.gradbook]` that are mdBook's own.
const OF_MDBOOK: [&str; 5] = ["command", "renderers", "before", "after", "optional"];

/// Settings that are the preprocessor's; all others are those of a course.
const OWN: [&str; 3] = ["cache-dir", "strict", "untrusted"];

/// What became of a book.
pub struct Rewritten {
    /// As mdBook wants it back.
    pub book: String,
    /// What is odd about it but stops nothing.
    pub found: Diagnostics,
    pub sources: Sources,
}

/// Puts experiments and values into a book: `input` is `[context, book]` as mdBook writes it, `base` what the call says.
/// Accepted results stand in `snapshots` beside the chapters, and are `accept`ed, or compared where there are any.
///
/// # Errors
/// An input that is not mdBook's; everything that is wrong with blocks and values, each at its place in its chapter; in CI
/// results that are not the accepted ones.
pub fn preprocess(
    input: &str,
    base: &Request,
    snapshots: Snapshots,
    watch: &dyn Watch,
) -> Result<Rewritten, Failure> {
    let (context, mut book) = parted(input)?;
    let place = Place::of(&context)?;
    let mut chapters = Vec::new();
    for_each_chapter(&mut book, &mut |chapter| chapters.extend(Chapter::of(chapter)));
    Chapter::find_values(&mut chapters);
    let written = |book: &Json, found, sources| {
        let book = serde_json::to_string(book).unwrap_or_default();
        Rewritten { book, found, sources }
    };
    if chapters.iter().all(|chapter| chapter.items.is_empty()) {
        return Ok(written(&book, Diagnostics::new(), Sources::default()));
    }
    let request = place.request(base, &chapters)?;
    let computed = computed(&request, &place, &chapters, snapshots, watch);
    let mut computed = computed.map_err(|failure| place.told(failure, &chapters))?;
    number(&mut computed, &place, &chapters);
    let bodies = pipeline::bodies(&computed).map_err(|failure| place.told(failure, &chapters))?;
    computed.cache.tidy();
    let links = Links::new(&computed.course, |path| place.chapter(&chapters, path).map(Chapter::page));
    let mut made: BTreeMap<&str, String> = BTreeMap::new();
    for (lesson, body) in computed.course.lessons.iter().zip(&bodies) {
        let chapter = place.chapter(&chapters, &lesson.path).filter(|chapter| !chapter.items.is_empty());
        let Some(chapter) = chapter else { continue };
        let content = chapter.with(&html::parts(body, lesson, chapter, &links));
        made.insert(&chapter.path, format!("{}\n\n{}", content.trim_end(), html::style()));
    }
    for_each_chapter(&mut book, &mut |chapter| {
        let path = Chapter::path_of(chapter).unwrap_or_default();
        if let Some(content) = made.get(path.as_str()) {
            chapter["content"] = Json::String(content.clone());
        }
    });
    let mut sources = computed.sources().clone();
    let found = place.placed(&computed.found, &mut sources, &chapters);
    Ok(written(&book, found, sources))
}

/// What becomes of accepted results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snapshots {
    /// The results as they are now are written down.
    Accept,
    /// What drifted is an error.
    Hold,
    /// What drifted is a warning.
    Compare,
}

/// Runs what has to run, and compares it with what was accepted.
fn computed(
    request: &Request,
    place: &Place,
    chapters: &[Chapter],
    snapshots: Snapshots,
    watch: &dyn Watch,
) -> Result<Computed, Failure> {
    let mut computed = pipeline::compute(request, watch)?;
    let known: Vec<PathBuf> = computed.course.lessons.iter().map(|lesson| lesson.path.clone()).collect();
    let lost = chapters.iter().find(|chapter| {
        !chapter.items.is_empty() && !known.iter().any(|path| *path == place.source.join(&chapter.path))
    });
    if let Some(lost) = lost {
        let message = format!("the chapter `{}` has experiments and is no file of the book", lost.path);
        return Err(Fault::new(message).into());
    }
    let is_kept = place.source.join("snapshots").is_dir();
    if snapshots == Snapshots::Accept || is_kept {
        let review = pipeline::review(&mut computed)?;
        match snapshots {
            Snapshots::Accept => {
                pipeline::accept(&computed, &review)?;
            }
            // An error stops before the chapters are made.
            Snapshots::Hold => computed.found.extend(review.found.clone()),
            Snapshots::Compare => computed.found.extend(review.found.iter().map(|found| Diagnostic {
                severity: found.severity.max(Severity::Warning),
                ..found.clone()
            })),
        }
    }
    Ok(computed)
}

/// Figures are numbered by the sections of the book.
fn number(computed: &mut Computed, place: &Place, chapters: &[Chapter]) {
    for lesson in &mut computed.course.lessons {
        let section = place.chapter(chapters, &lesson.path).and_then(|chapter| chapter.section.clone());
        // A chapter without a number counts its own.
        lesson.number = None;
        lesson.section = section;
    }
}

/// Returns the two parts of what mdBook writes.
fn parted(input: &str) -> Result<(Json, Json), Failure> {
    let wrong = |why: String| {
        let message = format!("standard input holds no book of mdBook's: {why}");
        Failure::from(Fault::new(format!(
            "{message}. `gradbook mdbook` is called by mdBook, with `command = \"gradbook mdbook\"` below `[preprocessor.gradbook]` in book.toml"
        )))
    };
    let parts: Vec<Json> = serde_json::from_str(input).map_err(|error| wrong(error.to_string()))?;
    match <[Json; 2]>::try_from(parts) {
        Ok([context, book]) if sections(&book).is_some() => Ok((context, book)),
        _ => Err(wrong("expected `[context, book]`".to_owned())),
    }
}

/// The name of the list of a book's parts: it was `sections` before mdBook 0.5.
fn sections(book: &Json) -> Option<&'static str> {
    ["items", "sections"].into_iter().find(|key| book.get(key).is_some_and(Json::is_array))
}

/// Calls `work` with every chapter of a book, in reading order.
fn for_each_chapter(book: &mut Json, work: &mut dyn FnMut(&mut Json)) {
    fn walk(items: &mut Json, work: &mut dyn FnMut(&mut Json)) {
        for item in items.as_array_mut().into_iter().flatten() {
            // What separates parts, and their titles, are no chapters.
            let Some(chapter) = item.get_mut("Chapter") else { continue };
            work(chapter);
            if let Some(inside) = chapter.get_mut("sub_items") {
                walk(inside, work);
            }
        }
    }
    if let Some(items) = sections(book).and_then(|key| book.get_mut(key)) {
        walk(items, work);
    }
}

/// Where a book is, and what its author asks for.
struct Place {
    /// The folder of `book.toml`.
    root: PathBuf,
    /// The real path of the folder of the chapters.
    source: PathBuf,
    settings: Map<String, Json>,
}

impl Place {
    fn of(context: &Json) -> Result<Place, Failure> {
        let root = PathBuf::from(context["root"].as_str().unwrap_or("."));
        let below = context["config"]["book"]["src"].as_str().unwrap_or("src");
        let source = root.join(below);
        let source = source.canonicalize().map_err(|error| Fault::unread(&source, error))?;
        let own = &context["config"]["preprocessor"]["gradbook"];
        let mut settings = own.as_object().cloned().unwrap_or_default();
        settings.retain(|key, _| !OF_MDBOOK.contains(&key.as_str()));
        // The language of the book is that of its figures.
        if let Some(language) = context["config"]["book"]["language"].as_str() {
            settings.entry("language").or_insert_with(|| language.into());
        }
        Ok(Place { root, source, settings })
    }

    fn own(&self, key: &str) -> Option<&Json> {
        self.settings.get(key)
    }

    /// Returns what is asked of the pipeline: the chapters as lessons, the settings as those of a course.
    fn request(&self, base: &Request, chapters: &[Chapter]) -> Result<Request, Failure> {
        let switch = |key: &str| match self.own(key) {
            None => Ok(false),
            Some(Json::Bool(truth)) => Ok(*truth),
            Some(_) => Err(Fault::new(format!(
                "`{key}` of [preprocessor.gradbook] in book.toml: expected `true` or `false`"
            ))),
        };
        let (untrusted, strict) = (switch("untrusted")?, switch("strict")?);
        let cache = match self.own("cache-dir") {
            None => self.root.join(".gradbook").join("cache"),
            Some(Json::String(folder)) => self.root.join(folder),
            Some(_) => {
                let message = "`cache-dir` of [preprocessor.gradbook] in book.toml: expected a folder";
                return Err(Fault::new(message).into());
            }
        };
        // Beside a stranger's book nothing is kept.
        let cache = match (&base.cache, untrusted || base.untrusted) {
            (Keeping::Beside, false) => Keeping::In(cache),
            (asked, _) => asked.clone(),
        };
        Ok(Request {
            lessons: self.source.clone(),
            unsaved: Arc::new(self.texts(chapters)),
            untrusted: base.untrusted || untrusted,
            strict: base.strict || strict,
            cache,
            own_templates: true,
            ..base.clone()
        })
    }

    /// The chapters as lessons. Other Markdown of the folder is not in the book.
    fn texts(&self, chapters: &[Chapter]) -> Unsaved {
        let mut texts = Unsaved::new();
        let files = walkdir::WalkDir::new(&self.source)
            .into_iter()
            .filter_entry(|entry| entry.depth() == 0 || !is_hidden(Path::new(entry.file_name())));
        for file in files.flatten().filter(|file| file.file_type().is_file()) {
            if file.path().extension().is_some_and(|extension| extension == "md") {
                texts.insert(file.path().to_owned(), "---\ntitle: none\ndraft: true\n---\n".to_owned());
            }
        }
        for chapter in chapters {
            texts.insert(self.source.join(&chapter.path), chapter.as_lesson());
        }
        let settings = self.settings.iter().filter(|(key, _)| !OWN.contains(&key.as_str()));
        let mut settings: Map<String, Json> =
            settings.map(|(key, value)| (key.clone(), value.clone())).collect();
        // A book has no place for what computes in a browser.
        settings.insert("live".to_owned(), Json::Bool(false));
        settings.insert("notebook".to_owned(), Json::Bool(false));
        // What JSON says, YAML says too.
        let text = serde_json::to_string(&settings).unwrap_or_default();
        texts.insert(self.source.join("gradbook.yaml"), text);
        texts
    }

    /// Returns the chapter of a file.
    fn chapter<'c>(&self, chapters: &'c [Chapter], path: &Path) -> Option<&'c Chapter> {
        let below = path.strip_prefix(&self.source).ok()?;
        chapters.iter().find(|chapter| Path::new(&chapter.path) == below)
    }

    /// Returns a failure whose places are in the chapters as their authors wrote them.
    fn told(&self, failure: Failure, chapters: &[Chapter]) -> Failure {
        match failure {
            Failure::Course(found, mut sources) => {
                let found = self.placed(&found, &mut sources, chapters);
                Failure::Course(found, sources)
            }
            failure @ Failure::Machine(_) => failure,
        }
    }

    /// Moves what was found to its places in the chapters. What is said of files that are no chapters is not of the book.
    fn placed(&self, found: &Diagnostics, sources: &mut Sources, chapters: &[Chapter]) -> Diagnostics {
        let mut placed = Diagnostics::new();
        let mut written = BTreeMap::new();
        for diagnostic in found.iter() {
            let Some(span) = diagnostic.span else {
                if diagnostic.severity == Severity::Error {
                    placed.push(diagnostic.clone());
                }
                continue;
            };
            let source = sources.get(span.source).clone();
            let path = PathBuf::from(&source.path);
            if self.chapter(chapters, &path).is_none() {
                let mut diagnostic = diagnostic.clone();
                if path == self.source.join("gradbook.yaml") {
                    diagnostic.span = None;
                    diagnostic.message += " (in [preprocessor.gradbook] of book.toml)";
                    if !diagnostic.label.is_empty() {
                        diagnostic.hints.insert(0, std::mem::take(&mut diagnostic.label));
                    }
                }
                placed.push(diagnostic);
                continue;
            }
            let mut diagnostic = diagnostic.clone();
            let also = diagnostic.also.iter_mut().map(|(span, _)| span);
            for place in diagnostic.span.iter_mut().chain(also) {
                self.write_place(place, sources, &mut written, chapters);
            }
            diagnostic.hints.iter_mut().for_each(|hint| *hint = in_a_book(hint));
            placed.push(diagnostic);
        }
        placed
    }

    /// Moves a place to where the author sees it: within the chapter as it was written, and in any file by its path in the book.
    fn write_place(
        &self,
        place: &mut Span,
        sources: &mut Sources,
        written: &mut BTreeMap<SourceId, SourceId>,
        chapters: &[Chapter],
    ) {
        let source = sources.get(place.source).clone();
        let path = Path::new(&source.path);
        let chapter = self.chapter(chapters, path);
        if let Some(chapter) = chapter {
            (place.start, place.end) = chapter.in_content(place.start, place.end);
        }
        place.source = *written.entry(place.source).or_insert_with(|| {
            let shown = path.strip_prefix(self.root.canonicalize().unwrap_or_default()).unwrap_or(path);
            let text = chapter.map_or(source.text.clone(), |chapter| chapter.content.clone());
            sources.add(shown.display().to_string(), text)
        });
    }
}

/// Returns a hint as it is done in a book: there is no `gradbook.yaml`, and results are accepted by a build.
fn in_a_book(hint: &str) -> String {
    let hint = hint.replace("in the course's gradbook.yaml", "below `[preprocessor.gradbook]` in book.toml");
    let hint = hint.replace("`gradbook.yaml`", "`[preprocessor.gradbook]` in book.toml");
    let Some((before, rest)) = hint.split_once("`gradbook check --accept") else { return hint };
    let after = rest.split_once('`').map_or("", |(_, after)| after);
    format!("{before}`GRADBOOK_ACCEPT=1 mdbook build`{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_say_what_is_done_in_a_book() {
        for (hint, expected) in [
            (
                "if that is meant, `gradbook check --accept --only 'a#b'` rewrites the snapshot",
                "if that is meant, `GRADBOOK_ACCEPT=1 mdbook build` rewrites the snapshot",
            ),
            (
                "`limits` in the course's gradbook.yaml can allow more",
                "`limits` below `[preprocessor.gradbook]` in book.toml can allow more",
            ),
            ("did you mean `seeds`?", "did you mean `seeds`?"),
        ] {
            assert_eq!(in_a_book(hint), expected);
        }
    }
}
