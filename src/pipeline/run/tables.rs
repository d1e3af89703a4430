//! The data of a course: files opened, within the lessons folder only, and kept for all runs that share them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::data::{
    self, DataProblems, DataSettings, Dataset, Facts, Files, Format, Origin, TableLimits, TableProblem,
    TargetColumn,
};
use crate::diagnostic::{Diagnostic, Problem, Severity, SourceId, Sources, Span};
use crate::experiment::{Limits, beyond_limit, size};
use crate::files::{self, Fault, Refusal};
use crate::notebook::{PackedFile, TableFile};
use crate::numeric::Streams;
use crate::store::cache::Sum;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 256 << 20;

/// A data set that no seed changes: a built-in table, or the author's own file with all its rows.
struct Loaded {
    dataset: Arc<Dataset>,
    /// A hash over the bytes that it was read from, and how many they are.
    hash: String,
    stored: usize,
}

impl Loaded {
    fn facts(&self) -> Facts {
        Facts { stored_bytes: self.stored, ..self.dataset.facts() }
    }
}

/// Tables that were read for a course, for when it is looked at again: those whose bytes and settings are the same need not be
/// read once more.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeptTables(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    tables: BTreeMap<String, Arc<Read>>,
    /// The sizes of built-in tables that a reader might choose; none where one cannot be read so.
    sizes: BTreeMap<String, Option<Facts>>,
}

impl KeptTables {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A table as it was read, and what is odd about it.
#[derive(Debug)]
struct Read {
    dataset: Arc<Dataset>,
    odd: Vec<Problem>,
}

/// Where each setting of some data stands in a lesson, by its path within them.
type Places<'a> = &'a dyn Fn(&str) -> Span;

/// Every data set of a course, loaded once where all seeds share it. The bytes of a file are let go once they are read.
pub(crate) struct Tables {
    root: PathBuf,
    limits: Limits,
    /// Bytes of all that is loaded.
    held: f64,
    pub sources: Sources,
    loaded: BTreeMap<String, Loaded>,
    /// What was read before, and what of it this course has, by its bytes and how they are read.
    kept: KeptTables,
    used: BTreeMap<String, Arc<Read>>,
    /// Files in which something is wrong, among the sources.
    shown: BTreeMap<PathBuf, SourceId>,
    /// What is odd about files that were read.
    pub warnings: Vec<Diagnostic>,
    /// Files as notebooks have them, by their bytes.
    packed: Mutex<BTreeMap<Sum, Arc<PackedFile>>>,
}

/// A file that was opened.
struct File {
    path: PathBuf,
    bytes: Vec<u8>,
}

/// Returns what is wrong with settings of data; a name that is that of a file beside the lesson is told what to write.
pub(crate) fn told_of_file(problem: Problem, settings: Option<&DataSettings>, lesson: &Path) -> Problem {
    let name =
        settings.filter(|settings| settings.entry().is_none()).and_then(|settings| settings.name.as_deref());
    let Some(name) = name.filter(|name| problem.path.ends_with("name") && !name.starts_with('.')) else {
        return problem;
    };
    let files = ["", ".csv", ".npz", ".npy"].map(|ending| format!("{name}{ending}"));
    let is_beside = |file: &&String| {
        let plain = !file.contains(['/', '\\']) && Format::of(file).is_some();
        plain && std::fs::symlink_metadata(lesson.with_file_name(file)).is_ok_and(|found| found.is_file())
    };
    match files.iter().find(is_beside) {
        Some(file) => {
            let hints = vec![format!("a file `{file}` lies beside the lesson: write `{{file: {file}}}`")];
            Problem { hints, ..problem }
        }
        None => problem,
    }
}

impl Tables {
    /// Makes an empty set of tables; `root` is the lessons folder, outside of which no file is opened.
    pub(crate) fn new(root: &Path, limits: Limits, sources: Sources, kept: KeptTables) -> Self {
        let (loaded, used, shown, warnings, packed) = Default::default();
        Tables {
            root: root.to_owned(),
            limits,
            held: 0.0,
            sources,
            loaded,
            kept,
            used,
            shown,
            warnings,
            packed,
        }
    }

    /// Keeps what this course has for when it is looked at again, and lets go of what it had before.
    pub(crate) fn keep(&mut self) {
        self.kept.lock().tables = std::mem::take(&mut self.used);
    }

    /// Returns the bytes of all tables that are held, each once, until the end.
    pub(crate) fn bytes(&self) -> f64 {
        self.held
    }

    /// Returns a hash over all tables that are held: what each of them is kept under, and its bytes.
    pub(crate) fn sum(&self) -> Sum {
        Sum::of_value(&self.loaded.iter().map(|(key, loaded)| (key, &loaded.hash)).collect::<Vec<_>>())
    }

    /// Returns the bounds of one table.
    fn of_one(&self) -> TableLimits {
        TableLimits { rows: self.limits.rows as usize, ..TableLimits::default() }
    }

    /// Returns the size of the data that `settings` name; reads the file if it is one. `lesson` is the path of the lesson's
    /// file, `place` where each setting of the data stands in it, by its path within them.
    ///
    /// # Errors
    /// Everything that is wrong with the settings, the file's place or its content.
    pub(crate) fn facts(
        &mut self,
        settings: &DataSettings,
        lesson: &Path,
        place: Places,
    ) -> Result<Facts, Vec<Diagnostic>> {
        let found = match is_generated(settings) {
            true => data::facts(settings, Files::default(), &self.of_one()),
            false => {
                let whole = self.read(settings, lesson, place)?.facts();
                data::limited_facts(settings, whole).map_err(DataProblems::from)
            }
        };
        found.map_err(|problems| self.diagnostics(problems, None, settings, place))
    }

    /// Returns the size of data that need no file; none where they cannot be as `settings` say. A built-in table is the same for
    /// every block and every look at a course, and is read once.
    pub(crate) fn size_without_file(&self, settings: &DataSettings) -> Option<Facts> {
        if is_generated(settings) {
            return data::facts(settings, Files::default(), &self.of_one()).ok();
        }
        let key = self.key(settings, &self.root);
        let whole = match self.loaded.get(&key) {
            Some(loaded) => Some(loaded.facts()),
            None => {
                let read = || data::facts(&reading(settings), Files::default(), &self.of_one()).ok();
                self.kept.lock().sizes.entry(key).or_insert_with(read).clone()
            }
        };
        data::limited_facts(settings, whole?).ok()
    }

    /// Returns the data for one seed. Only called after [`facts`](Self::facts) found it in order.
    ///
    /// # Errors
    /// What `facts` would have found.
    pub(crate) fn dataset(
        &self,
        settings: &DataSettings,
        lesson: &Path,
        seed: u64,
    ) -> Result<Arc<Dataset>, DataProblems> {
        let Some(loaded) = self.loaded.get(&self.key(settings, lesson)) else {
            return data::load(settings, Files::default(), &self.of_one(), &Streams::new(seed)).map(Arc::new);
        };
        Ok(match settings.limit {
            Some(rows) if rows < loaded.dataset.rows() => {
                Arc::new(data::limited(&loaded.dataset, rows, &Streams::new(seed)))
            }
            _ => loaded.dataset.clone(),
        })
    }

    /// Returns a hash over the bytes of the table that `settings` name; none for data that is generated. Only called after
    /// [`facts`](Self::facts) found it in order.
    pub(crate) fn fingerprint(&self, settings: &DataSettings, lesson: &Path) -> Option<String> {
        self.loaded.get(&self.key(settings, lesson)).map(|loaded| loaded.hash.clone())
    }

    /// Returns the names of the classes of the table that `settings` name; none where its target is a number, or the data are
    /// generated. Only called after [`facts`](Self::facts) found it in order.
    pub(crate) fn classes(&self, settings: &DataSettings, lesson: &Path) -> Option<Vec<String>> {
        match &self.loaded.get(&self.key(settings, lesson))?.dataset.target {
            TargetColumn::Classes { names, .. } => Some(names.clone()),
            TargetColumn::Values { .. } => None,
        }
    }

    /// Returns the files that `settings` name, read anew: nobody keeps their bytes, only how notebooks have them. Only called
    /// after [`facts`](Self::facts) found them in order.
    ///
    /// # Errors
    /// A file that has gone or changed since.
    pub(crate) fn files(&self, settings: &DataSettings, lesson: &Path) -> Result<Vec<TableFile>, Fault> {
        if let Some(Origin::Table(table)) = settings.entry().map(|entry| &entry.origin) {
            let name = settings.name.clone().unwrap_or_default();
            return Ok(vec![TableFile { name, packed: self.packed(table.csv.as_bytes()) }]);
        }
        let names = settings.file.iter().chain(&settings.labels);
        let read = |name: &String| {
            let below = self.below(name, lesson);
            let bytes = files::read(&self.root, &below, MAX_FILE)
                .map_err(|refusal| Fault::unread(&self.root.join(&below), refusal))?;
            Ok(TableFile { name: name.clone(), packed: self.packed(&bytes) })
        };
        names.map(read).collect()
    }

    /// Packs the bytes of a file, once for all notebooks that have it.
    fn packed(&self, bytes: &[u8]) -> Arc<PackedFile> {
        let mut all = self.packed.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(Sum::of(bytes)).or_insert_with(|| Arc::new(PackedFile::new(bytes))).clone()
    }

    /// Returns what a data set is kept under: its files and all settings that say how they are read.
    fn key(&self, settings: &DataSettings, lesson: &Path) -> String {
        let path = |file: &Option<String>| file.as_ref().and_then(|file| self.resolve(file, lesson).ok());
        let paths = (path(&settings.file), path(&settings.labels));
        format!("{paths:?} {}", serde_json::to_string(&reading(settings)).unwrap_or_default())
    }

    /// Returns the data set with all its rows, read if it has not been.
    fn read(
        &mut self,
        settings: &DataSettings,
        lesson: &Path,
        place: Places,
    ) -> Result<&Loaded, Vec<Diagnostic>> {
        let key = self.key(settings, lesson);
        if self.loaded.contains_key(&key) {
            return Ok(&self.loaded[&key]);
        }
        // What is beyond the first that is too much is not even read.
        if self.is_too_much() {
            return Err(vec![self.too_much(settings, place)]);
        }
        let problems: Vec<Problem> = settings
            .check_readable()
            .into_iter()
            .map(|problem| told_of_file(problem, Some(settings), lesson))
            .collect();
        if !problems.is_empty() {
            let problems = DataProblems { settings: problems, table: Vec::new() };
            return Err(self.diagnostics(problems, None, settings, place));
        }
        let file = self.open(settings.file.as_deref(), place("file"), lesson)?;
        let labels = self.open(settings.labels.as_deref(), place("labels"), lesson)?;
        let files = Files {
            file: file.as_ref().map(|file| file.bytes.as_slice()),
            labels: labels.as_ref().map(|file| file.bytes.as_slice()),
        };
        let builtin = match settings.entry().map(|entry| &entry.origin) {
            Some(Origin::Table(table)) => Some(table.csv.as_bytes()),
            _ => None,
        };
        let stored = [builtin, files.file, files.labels];
        let hash = hash(stored);
        let stored = stored.iter().flatten().map(|bytes| bytes.len()).sum();
        let read_as = format!("{key} {} {hash}", self.limits.rows);
        let known = self.kept.lock().tables.get(&read_as).cloned();
        let read = if let Some(read) = known {
            read
        } else {
            let (dataset, odd) = data::read(settings, files, &self.of_one())
                .map_err(|problems| self.diagnostics(problems, file.as_ref(), settings, place))?;
            Arc::new(Read { dataset: Arc::new(dataset), odd })
        };
        self.warnings.extend(read.odd.iter().map(|problem| {
            let span = place(&problem.path);
            Diagnostic { severity: Severity::Warning, ..Diagnostic::at(problem.clone(), span) }
        }));
        let dataset = read.dataset.clone();
        self.held += dataset.bytes() as f64;
        if self.is_too_much() {
            return Err(vec![self.too_much(settings, place)]);
        }
        self.used.insert(read_as, read);
        Ok(self.loaded.entry(key).or_insert(Loaded { dataset, hash, stored }))
    }

    /// Returns whether the tables so far hold more memory than the course may.
    fn is_too_much(&self) -> bool {
        self.held > self.limits.course.bytes
    }

    /// Says that all tables up to this one hold more than the course may.
    fn too_much(&self, settings: &DataSettings, place: Places) -> Diagnostic {
        let setting = if settings.file.is_some() { "file" } else { "name" };
        let error = Diagnostic::error("the tables up to this one hold too much memory", place(setting));
        let label = beyond_limit(&size(self.held), "", &size(self.limits.course.bytes));
        error.label(label).hint(self.limits.hint())
    }

    /// Reads the file that a setting at `place` names, if it names one.
    fn open(&self, file: Option<&str>, place: Span, lesson: &Path) -> Result<Option<File>, Vec<Diagnostic>> {
        let Some(file) = file else { return Ok(None) };
        let wrong = |label: String| {
            let error = Diagnostic::error(format!("cannot read the data file `{file}`"), place);
            vec![error.label(label).hint("the path is relative to the lesson, inside the lessons folder")]
        };
        let refused =
            |refusal: Refusal| wrong(files::refused(&self.root, &self.below(file, lesson), &refusal));
        let path = self.resolve(file, lesson).map_err(refused)?;
        let bytes = files::read(&self.root, &self.below(file, lesson), MAX_FILE).map_err(refused)?;
        Ok(Some(File { path, bytes }))
    }

    /// Returns the real path of a file named in a lesson.
    fn resolve(&self, file: &str, lesson: &Path) -> Result<PathBuf, Refusal> {
        files::find(&self.root, &self.below(file, lesson))
    }

    /// Returns the path below the lessons folder of a file named in a lesson.
    fn below(&self, file: &str, lesson: &Path) -> PathBuf {
        let folder = lesson.parent().and_then(|folder| folder.strip_prefix(&self.root).ok());
        folder.unwrap_or(Path::new("")).join(file)
    }

    /// Places what is wrong: problems of the settings stand in the lesson, those of a table in `file`; those of a built-in table, of which no
    /// author sees a line, where its columns are chosen.
    fn diagnostics(
        &mut self,
        problems: DataProblems,
        file: Option<&File>,
        settings: &DataSettings,
        place: Places,
    ) -> Vec<Diagnostic> {
        let located = problems.settings.into_iter().map(|problem| {
            let span = place(&problem.path);
            Diagnostic::at(problem, span)
        });
        let mut found: Vec<Diagnostic> = located.collect();
        match file {
            Some(file) if !problems.table.is_empty() => {
                let source = self.source_of(file);
                found.extend(problems.table.into_iter().map(|problem| self.in_table(problem, source)));
            }
            Some(_) => {}
            None => {
                let place = place(if settings.features.is_some() { "features" } else { "target" });
                found.extend(problems.table.into_iter().map(|problem| explained(problem, place)));
            }
        }
        found
    }

    fn source_of(&mut self, file: &File) -> SourceId {
        if let Some(&source) = self.shown.get(&file.path) {
            return source;
        }
        let path = file.path.strip_prefix(self.root.canonicalize().unwrap_or_default()).unwrap_or(&file.path);
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        let source = self.sources.add(self.root.join(path).display().to_string(), text);
        self.shown.insert(file.path.clone(), source);
        source
    }

    fn in_table(&self, problem: TableProblem, source: SourceId) -> Diagnostic {
        let text = &self.sources.get(source).text;
        let line = || {
            let start =
                text.lines().take(problem.line.saturating_sub(1)).map(|line| line.len() + 1).sum::<usize>();
            start..start + text[start.min(text.len())..].lines().next().map_or(0, str::len)
        };
        // Bytes that are no UTF-8 take other room in the text that is shown: then the whole line is pointed at.
        let fits =
            |range: &std::ops::Range<usize>| range.end <= text.len() && text.get(range.clone()).is_some();
        let range = problem.range.clone().filter(fits).unwrap_or_else(line);
        let end = range.end.min(text.len());
        explained(problem, Span { source, start: range.start.min(end), end })
    }
}

/// Returns what is wrong with a table, at a place.
fn explained(problem: TableProblem, place: Span) -> Diagnostic {
    let expected = match problem.expected.as_str() {
        "" => String::new(),
        expected => format!("expected {expected}"),
    };
    let error = Diagnostic::error(problem.message, place).label(expected);
    match problem.hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// Returns the settings that say how a table is read; the others say what becomes of its rows.
fn reading(settings: &DataSettings) -> DataSettings {
    DataSettings { limit: None, normalize: None, scale_target: None, ..settings.clone() }
}

/// Returns whether the data are drawn anew for every seed.
fn is_generated(settings: &DataSettings) -> bool {
    matches!(settings.entry().map(|entry| &entry.origin), Some(Origin::Generated(_)))
}

/// Returns a hash over some bytes one after the other, each with their length.
fn hash<const N: usize>(all: [Option<&[u8]>; N]) -> String {
    let mut hasher = blake3::Hasher::new();
    for bytes in all.into_iter().flatten() {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    hasher.finalize().to_hex().to_string()
}
