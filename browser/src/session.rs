//! What a page asks for, in its own terms: a block is opened, its runs are done one by one (here or in another worker), and
//! what they found is shown.

use std::sync::Arc;

use gradbook_lab::block::{self, Block, Decoded};
use gradbook_lab::chart::{Figure, Layout, Palette};
use gradbook_lab::claims;
use gradbook_lab::collections::{BTreeMap, BTreeSet};
use gradbook_lab::data::{self, DataProblems, DataSettings, Dataset, Facts, Files, Origin, TableLimits};
use gradbook_lab::diagnostic::{Diagnostic, Problem, Sources, Span};
use gradbook_lab::experiment::{Claim, Context, LimitSettings, Limits, schemas};
use gradbook_lab::inline::Names;
use gradbook_lab::numeric::{Alone, Streams};
use gradbook_lab::outcome::{Outcome, RunRecord};
use gradbook_lab::settings::{self, LineMap, Node};
use gradbook_lab::view::{self, ClaimView, ExperimentView, ResultsView, TableView};
use gradbook_lab::words::{self, Words};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// What holds for every experiment of a course.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Course {
    language: String,
    /// What the code says, by names in their order.
    english: Vec<(String, String)>,
    /// All phrases of its language, the course's own among them; none where it speaks English as it is.
    phrases: BTreeMap<String, String>,
    limits: LimitSettings,
    /// What each kind takes, as `schemas::bare` tells it.
    schemas: Json,
}

/// An experiment, and what is changed of it.
#[derive(Deserialize)]
pub(crate) struct Asked {
    slug: String,
    yaml: String,
    /// Settings merged under it, as YAML, the lowest first.
    #[serde(default)]
    defaults: Vec<String>,
    /// The metrics that its lesson speaks of.
    #[serde(default)]
    mentioned: BTreeSet<String>,
    /// The names of earlier experiments' variants, which have their colours.
    #[serde(default)]
    before: Vec<Vec<String>>,
    /// Values laid over it: a path, and a value as YAML.
    #[serde(default)]
    values: Vec<(String, String)>,
    /// Fewer seeds than it asks for.
    #[serde(default)]
    seeds: Option<u64>,
}

/// What was opened, or why it was not.
#[derive(Default, Serialize)]
pub(crate) struct Opened {
    /// What is wrong with it, or odd: as the program says it, and for a control of its own.
    said: Vec<Said>,
    runs: Vec<Run>,
    seeds: u64,
    /// Built-in tables that it needs and has not been given as [files](Session::file): then nothing else is told.
    wants: BTreeSet<String>,
}

#[derive(Serialize)]
struct Said {
    severity: &'static str,
    message: String,
    label: String,
    text: String,
}

#[derive(Serialize)]
struct Run {
    variant: usize,
    seed: u64,
    /// Estimated, on one core of a usual machine.
    seconds: f64,
}

/// What a page shows, but for what is drawn.
#[derive(Default, Serialize)]
pub(crate) struct Shown {
    digest: String,
    /// Of each run, by variant and seed.
    digests: Vec<String>,
    divergence: Option<String>,
    /// Of the claims, those that could not be judged.
    said: Vec<Said>,
    results: Option<ResultsView>,
    claims: Vec<ClaimView>,
    /// The names of the figures, which can be [drawn](Session::draw).
    figures: Vec<String>,
}

/// A page's worker.
#[derive(Default)]
pub(crate) struct Session {
    course: Course,
    words: Words,
    /// By the names that blocks call them; built-in tables by theirs, which have no ending.
    files: BTreeMap<String, Vec<u8>>,
    /// Built-in tables that were asked for and are not there.
    wants: BTreeSet<String>,
    /// The block that is worked on, with its lesson's name.
    open: Option<(String, Block)>,
    /// The texts that it was read from.
    sources: Sources,
    /// The metrics that its lesson speaks of.
    mentioned: BTreeSet<String>,
    tables: BTreeMap<String, Arc<Dataset>>,
    records: Vec<RunRecord>,
    /// What was shown last, and the id of its experiment.
    last: Drawn,
    id: String,
    /// The page's own outcome, to be seen behind others.
    page: Drawn,
}

/// The figures of an outcome.
#[derive(Default)]
struct Drawn {
    figures: Vec<Figure>,
    /// The data that they tell of: tables and generated sets by their names, or files.
    of: Vec<(Option<String>, Option<String>)>,
}

impl Drawn {
    fn new(block: &Block, outcome: &Outcome) -> Self {
        let data = (0..block.costs.len()).filter_map(|variant| block.plan.data(variant));
        let of = data.map(|data| (data.name.clone(), data.file.clone())).collect();
        Drawn { figures: block.figures(outcome), of }
    }

    /// Returns the figure of this name if it can lie behind one of another outcome: of data that are not there any more, points and
    /// curves would have nothing to be compared with.
    fn behind(&self, other: &Drawn, name: &str) -> Option<&Figure> {
        let is_of_these = self.of.iter().all(|data| other.of.contains(data));
        self.figures.iter().find(|figure| is_of_these && figure.name == name)
    }
}

impl Session {
    pub(crate) fn course(&mut self, mut course: Course) {
        words::hand_over(std::mem::take(&mut course.english));
        self.words = match course.phrases.is_empty() {
            true => Words::default(),
            false => Words::of_phrases(&course.language, std::mem::take(&mut course.phrases)),
        };
        schemas::hand_over(std::mem::take(&mut course.schemas));
        self.course = course;
    }

    pub(crate) fn file(&mut self, name: String, bytes: Vec<u8>) {
        self.tables.clear();
        self.files.insert(name, bytes);
    }

    fn limits(&self) -> Limits {
        Limits::of(None, false, &self.course.limits)
    }

    /// Opens a block, as a build would plan it.
    pub(crate) fn open(&mut self, asked: &Asked) -> Opened {
        (self.open, self.records) = (None, Vec::new());
        let mut sources = Sources::default();
        self.wants = BTreeSet::new();
        let planned = self.planned(asked, &mut sources);
        self.sources = sources;
        if !self.wants.is_empty() {
            return Opened { wants: std::mem::take(&mut self.wants), ..Opened::default() };
        }
        match planned {
            Ok(block) => {
                let seconds = |variant: usize| block.costs[variant].seconds;
                let of_variant =
                    |variant| block.seeds().map(move |seed| Run { variant, seed, seconds: seconds(variant) });
                let opened = Opened {
                    runs: (0..block.costs.len()).flat_map(of_variant).collect(),
                    seeds: block.header.seeds,
                    ..Opened::default()
                };
                self.open = Some((asked.slug.clone(), block));
                opened
            }
            Err(found) => Opened { said: said(&found, &self.sources), ..Opened::default() },
        }
    }

    fn planned(&mut self, asked: &Asked, sources: &mut Sources) -> Result<Block, Vec<Diagnostic>> {
        let mut read = |name: &str, text: &str| {
            let source = sources.add(name, text);
            settings::parse(text, &LineMap::contiguous(source, 0, text.len()))
        };
        let node = read("experiment", &asked.yaml)?;
        if !matches!(node.value, settings::Value::Map(_)) {
            return Err(vec![
                Diagnostic::error("these are no settings", node.span).label("expected `kind: ...`"),
            ]);
        }
        let defaults: Result<Vec<Node>, _> =
            asked.defaults.iter().map(|text| read("defaults", text)).collect();
        let defaults = defaults?;
        let mut values = Vec::new();
        for (path, text) in &asked.values {
            values.push((path.clone(), read(path, text)?));
        }
        let at_value = |problem: Problem| {
            let place = values.iter().find(|(path, _)| *path == problem.path).map(|(_, value)| value.span);
            vec![Diagnostic::at(problem, place)]
        };
        let node = block::laid(&node, &values).map_err(at_value)?;
        let defaults: Vec<&Node> = defaults.iter().collect();
        let mut decoded = Decoded::new(&node, &defaults)?;
        if let Some(problem) = decoded.check_values(&values) {
            return Err(at_value(problem));
        }
        let limits = self.limits();
        let of_one = TableLimits { rows: limits.rows as usize, ..TableLimits::default() };
        decoded.read_data(&mut |data, place| self.facts(data, &of_one, place));
        let mut block = decoded.checked(&limits, |problem, _| problem)?;
        block.colors = colors(&asked.before, &block);
        self.mentioned.clone_from(&asked.mentioned);
        let mut names = Names::new();
        names.insert(&asked.slug, &block.header.id);
        names.declare(&asked.slug, &block.header.id, block.forecast());
        let claims = block.header.claims.iter().enumerate();
        let wrong = claims.flat_map(|(index, claim)| {
            let place = claims::place(index, &block.tree);
            names.check_claim(&asked.slug, &block.header.id, &claim.that, place).err().unwrap_or_default()
        });
        let wrong: Vec<Diagnostic> = wrong.collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        if let Some(seeds) = asked.seeds.filter(|seeds| *seeds > 0 && *seeds < block.header.seeds) {
            block.header.seeds = seeds;
        }
        Ok(block)
    }

    fn facts(
        &mut self,
        settings: &DataSettings,
        limits: &TableLimits,
        place: &dyn Fn(&str) -> Span,
    ) -> Result<Facts, Vec<Diagnostic>> {
        let found = match is_generated(settings) {
            true => data::facts(settings, Files::default(), limits),
            false => self.table(settings, limits).and_then(|dataset| {
                data::limited_facts(settings, dataset.facts()).map_err(DataProblems::from)
            }),
        };
        found.map_err(|problems| {
            let own = problems.settings.into_iter().map(|problem| {
                let span = place(&problem.path);
                Diagnostic::at(problem, span)
            });
            let of_table = problems.table.into_iter().map(|problem| {
                let expected = problem.expected;
                let setting = if settings.file.is_some() { "file" } else { "name" };
                let message = format!("line {}: {}", problem.line, problem.message);
                let error = Diagnostic::error(message, place(setting));
                match expected.is_empty() {
                    true => error,
                    false => error.label(format!("expected {expected}")),
                }
            });
            own.chain(of_table).collect()
        })
    }

    /// Returns a table with all its rows, read once.
    fn table(&mut self, settings: &DataSettings, limits: &TableLimits) -> Result<Arc<Dataset>, DataProblems> {
        let key = key(settings);
        if let Some(table) = self.tables.get(&key) {
            return Ok(table.clone());
        }
        let readable = settings.check_readable();
        if !readable.is_empty() {
            return Err(DataProblems { settings: readable, table: Vec::new() });
        }
        let table = settings.entry().map(|entry| entry.name);
        if let Some(name) = table.filter(|name| !self.files.contains_key(*name)) {
            self.wants.insert(name.to_owned());
            let problem = Problem::new("name", format!("the table `{name}` is not here"));
            return Err(problem.expected("a table of the course").into());
        }
        let file = |setting: &str, name: &Option<String>| match name {
            None => Ok(None),
            Some(name) => self.files.get(name).map(|bytes| Some(bytes.as_slice())).ok_or_else(|| {
                let message = format!("the page has no file `{name}`");
                DataProblems::from(Problem::new(setting, message).expected("a file of the page"))
            }),
        };
        let own = table.and_then(|name| self.files.get(name)).map(Vec::as_slice);
        let files =
            Files { file: file("file", &settings.file)?.or(own), labels: file("labels", &settings.labels)? };
        let (dataset, _) = data::read(settings, files, limits)?;
        let dataset = Arc::new(dataset);
        self.tables.insert(key, dataset.clone());
        Ok(dataset)
    }

    /// Returns the data for one seed, which are in order.
    fn dataset(&self, settings: &DataSettings, seed: u64) -> Option<Arc<Dataset>> {
        let limits = TableLimits { rows: self.limits().rows as usize, ..TableLimits::default() };
        let Some(table) = self.tables.get(&key(settings)) else {
            return data::load(settings, Files::default(), &limits, &Streams::new(seed)).map(Arc::new).ok();
        };
        Some(match settings.limit {
            Some(rows) if rows < table.rows() => Arc::new(data::limited(table, rows, &Streams::new(seed))),
            _ => table.clone(),
        })
    }

    /// Does one run of the open block.
    ///
    /// # Errors
    /// What only the data at hand could show, in words.
    pub(crate) fn run(
        &self,
        variant: usize,
        seed: u64,
        advance: &(dyn Fn(f64) + Sync),
    ) -> Result<RunRecord, String> {
        let (_, block) = self.open.as_ref().ok_or("nothing is open")?;
        let load = |settings| self.dataset(settings, seed).ok_or("the data could not be read again");
        let data = block.plan.data(variant).map(load).transpose()?;
        let further = block.plan.further_data(variant).into_iter();
        let further = further.map(|data| load(data.settings)).collect::<Result<_, _>>()?;
        let context = Context { seed, data, further, advance, workers: Arc::new(Alone), pool: &Alone };
        block.plan.run(variant, &context).map_err(|problem| problem.message)
    }

    /// Takes in what a run left behind, by variant and seed.
    pub(crate) fn take(&mut self, record: RunRecord) {
        self.records.push(record);
    }

    /// Shows what the runs found that were taken in.
    pub(crate) fn show(&mut self) -> Shown {
        let Some((slug, block)) = &self.open else { return Shown::default() };
        let mut outcome = block.nothing_yet();
        let mut records = std::mem::take(&mut self.records).into_iter();
        let seeds = block.header.seeds as usize;
        for variant in &mut outcome.variants {
            variant.runs.extend(records.by_ref().take(seeds));
        }
        let mut names = Names::new();
        names.insert(slug, &block.header.id);
        names.declare(slug, &block.header.id, block.forecast());
        let by_chance = |claim: &str| names.by_chance(slug, &block.header.id, claim);
        let (verdicts, found) =
            claims::judge(&block.header.claims, &outcome, &block.tree, block.header.seed, by_chance);
        let mut shown = ExperimentView {
            results: view::results(block, &outcome, &self.mentioned),
            claims: verdicts
                .iter()
                .map(|verdict| view::claim(block, verdict, says(&verdict.claim)))
                .collect(),
            ..ExperimentView::default()
        };
        view::speak(&mut shown, &self.words);
        self.last = Drawn::new(block, &outcome);
        self.id.clone_from(&block.header.id);
        let judged: Vec<Diagnostic> =
            found.into_iter().filter(|_| verdicts.len() < block.header.claims.len()).collect();
        Shown {
            digest: outcome.digest(),
            digests: outcome.digests(),
            divergence: outcome.divergence().map(|told| self.words.write(&told)),
            said: said(&judged, &self.sources),
            results: shown.results,
            claims: shown.claims,
            figures: self.last.figures.iter().map(|figure| figure.name.clone()).collect(),
        }
    }

    /// Draws one of the figures of what was shown last, with the page's own behind it.
    pub(crate) fn draw(&self, figure: usize, layout: Layout) -> String {
        let Some(figure) = self.last.figures.get(figure) else { return String::new() };
        let id = format!("{}-{}", self.id, figure.name);
        let figure = match self.page.behind(&self.last, &figure.name) {
            Some(other) => figure.clone().before(other),
            None => figure.clone(),
        };
        figure.speaking(&self.words).svg(&id, layout, false)
    }

    /// Returns the numbers of the figures of what was shown last: a table a panel.
    pub(crate) fn numbers(&self) -> Vec<TableView> {
        let spoken = self.last.figures.iter().map(|figure| figure.clone().speaking(&self.words));
        spoken.flat_map(|figure| figure.tables()).map(TableView::from).collect()
    }

    /// Keeps what was shown last as the page's own.
    pub(crate) fn keep(&mut self) {
        self.page = std::mem::take(&mut self.last);
    }
}

/// Returns the sentence of a claim that a reader has written, as HTML.
fn says(claim: &Claim) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    match &claim.says {
        Some(says) => escaped(says),
        None => format!("<code>{}</code>", escaped(&claim.that)),
    }
}

/// Returns the colours of a block's variants: a name has the same one through a lesson.
fn colors(before: &[Vec<String>], block: &Block) -> Vec<usize> {
    let mut palette = Palette::default();
    let mut take = |names: &[String]| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if names == [""] { vec![0] } else { palette.take(&names) }
    };
    before.iter().for_each(|names| {
        take(names);
    });
    take(&block.labels().collect::<Vec<_>>())
}

fn said(found: &[Diagnostic], sources: &Sources) -> Vec<Said> {
    let said = |diagnostic: &Diagnostic| Said {
        severity: diagnostic.severity.name(),
        message: diagnostic.message.clone(),
        label: diagnostic.label.clone(),
        text: diagnostic.plain(sources),
    };
    found.iter().map(said).collect()
}

fn is_generated(settings: &DataSettings) -> bool {
    matches!(settings.entry().map(|entry| &entry.origin), Some(Origin::Generated(_)))
}

/// Returns what a table is kept under: all settings that say how it is read.
fn key(settings: &DataSettings) -> String {
    let reading = DataSettings { limit: None, normalize: None, scale_target: None, ..settings.clone() };
    serde_json::to_string(&reading).unwrap_or_default()
}
