//! The data of a course: files opened, within the lessons folder only, and kept for all runs that share them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::data::{self, DataProblems, DataSettings, Dataset, Facts, Origin, TableLimits, TableProblem};
use crate::diagnostic::{Diagnostic, SourceId, Sources, Span};
use crate::numeric::Streams;
use crate::settings::Node;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 256 << 20;

/// A file that lessons name, read once.
struct File {
    bytes: Vec<u8>,
    /// A hash over its bytes.
    hash: String,
    /// Its place among the sources, once something in it is wrong.
    source: Option<SourceId>,
}

/// Every data set of a course, loaded once where all seeds share it.
pub struct Tables {
    root: PathBuf,
    limits: TableLimits,
    pub sources: Sources,
    files: BTreeMap<PathBuf, File>,
    loaded: Mutex<BTreeMap<String, Arc<Dataset>>>,
    /// Hashes over the bytes of the program's own tables, by name.
    hashes: Mutex<BTreeMap<&'static str, String>>,
}

impl Tables {
    /// `root` is the lessons folder, outside of which no file is opened.
    pub fn new(root: &Path, limits: TableLimits, sources: Sources) -> Self {
        Tables {
            root: root.to_owned(),
            limits,
            sources,
            files: BTreeMap::new(),
            loaded: Mutex::default(),
            hashes: Mutex::default(),
        }
    }

    /// The size of the data that `settings` name; reads the file if it is one. `lesson` is the path of the
    /// lesson's file, `tree` the settings of the experiment, for the places of problems.
    ///
    /// # Errors
    /// Everything that is wrong with the settings, the file's place or its content.
    pub fn facts(
        &mut self,
        settings: &DataSettings,
        lesson: &Path,
        tree: &Node,
    ) -> Result<Facts, Vec<Diagnostic>> {
        let path = self.open(settings, lesson, tree)?;
        let bytes = path.as_ref().map(|path| self.files[path].bytes.as_slice());
        data::facts(settings, bytes, &self.limits)
            .map_err(|problems| self.diagnostics(problems, path.as_deref(), tree))
    }

    /// The data for one seed. Only called after [`facts`](Self::facts) found it in order.
    ///
    /// # Errors
    /// What `facts` would have found.
    pub fn dataset(
        &self,
        settings: &DataSettings,
        lesson: &Path,
        seed: u64,
    ) -> Result<Arc<Dataset>, DataProblems> {
        let path = settings.file.as_ref().and_then(|file| self.resolve(file, lesson).ok());
        let bytes = path.as_ref().and_then(|path| self.files.get(path)).map(|file| file.bytes.as_slice());
        let load = || data::load(settings, bytes, &self.limits, &Streams::new(seed)).map(Arc::new);
        let generated = matches!(settings.entry().map(|entry| &entry.origin), Some(Origin::Generated(_)));
        if generated || settings.limit.is_some() {
            return load();
        }
        let name = format!("{path:?} {}", serde_json::to_string(settings).unwrap_or_default());
        let mut loaded = self.loaded.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(dataset) = loaded.get(&name) {
            return Ok(dataset.clone());
        }
        let dataset = load()?;
        loaded.insert(name, dataset.clone());
        Ok(dataset)
    }

    /// A hash over the bytes of the table that `settings` name; none for data that is generated. Only called after
    /// [`facts`](Self::facts) found it in order.
    pub fn fingerprint(&self, settings: &DataSettings, lesson: &Path) -> Option<String> {
        if let Some(file) = &settings.file {
            let path = self.resolve(file, lesson).ok()?;
            return self.files.get(&path).map(|file| file.hash.clone());
        }
        let entry = settings.entry()?;
        let Origin::Table(table) = entry.origin else { return None };
        let mut hashes = self.hashes.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        Some(hashes.entry(entry.name).or_insert_with(|| hash(table.csv.as_bytes())).clone())
    }

    /// Reads the settings' file, if they name one and it has not been read.
    fn open(
        &mut self,
        settings: &DataSettings,
        lesson: &Path,
        tree: &Node,
    ) -> Result<Option<PathBuf>, Vec<Diagnostic>> {
        let Some(file) = &settings.file else { return Ok(None) };
        let wrong = |label: String| {
            let error =
                Diagnostic::error(format!("cannot read the data file `{file}`"), tree.locate("data.file"));
            vec![error.label(label).hint("the path is relative to the lesson, inside the lessons folder")]
        };
        let path = self.resolve(file, lesson).map_err(wrong)?;
        if !self.files.contains_key(&path) {
            let size = std::fs::metadata(&path).map_err(|error| wrong(error.to_string()))?.len();
            if size > MAX_FILE {
                return Err(wrong(format!("{size} bytes, where {MAX_FILE} are allowed")));
            }
            let bytes = std::fs::read(&path).map_err(|error| wrong(error.to_string()))?;
            let hash = hash(&bytes);
            self.files.insert(path.clone(), File { bytes, hash, source: None });
        }
        Ok(Some(path))
    }

    /// The real path of a file named in a lesson.
    fn resolve(&self, file: &str, lesson: &Path) -> Result<PathBuf, String> {
        let folder = lesson.parent().unwrap_or(&self.root);
        let root = self.root.canonicalize().map_err(|error| error.to_string())?;
        let missing = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => error.to_string(),
        };
        let path = folder.join(file).canonicalize().map_err(missing)?;
        if !path.starts_with(&root) {
            return Err("outside the lessons folder".to_owned());
        }
        if !path.is_file() {
            return Err("not a file".to_owned());
        }
        Ok(path)
    }

    fn diagnostics(&mut self, problems: DataProblems, path: Option<&Path>, tree: &Node) -> Vec<Diagnostic> {
        let settings = problems.settings.into_iter().map(|problem| {
            let problem = problem.within("data");
            let span = tree.locate(&problem.path);
            Diagnostic::at(problem, span)
        });
        let mut found: Vec<Diagnostic> = settings.collect();
        if let (Some(path), false) = (path, problems.table.is_empty()) {
            let source = self.source_of(path);
            found.extend(problems.table.into_iter().map(|problem| self.in_table(problem, source)));
        }
        found
    }

    fn source_of(&mut self, path: &Path) -> SourceId {
        let Some(file) = self.files.get_mut(path) else {
            unreachable!("only files that were read have problems")
        };
        let shown = path.strip_prefix(self.root.canonicalize().unwrap_or_default()).unwrap_or(path);
        let sources = &mut self.sources;
        let root = &self.root;
        *file.source.get_or_insert_with(|| {
            let text = String::from_utf8_lossy(&file.bytes).into_owned();
            sources.add(root.join(shown).display().to_string(), text)
        })
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
        let span = Span { source, start: range.start.min(end), end };
        let expected = match problem.expected.as_str() {
            "" => String::new(),
            expected => format!("expected {expected}"),
        };
        let error = Diagnostic::error(problem.message, span).label(expected);
        match problem.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}
