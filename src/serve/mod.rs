//! The course while it is written: built, served on this machine, and built again whenever a file is saved.
//!
//! Three kinds of threads tell the main one what happens: `changes` which files were saved, a build that it has ended,
//! Ctrl-C that all is to end. A fourth kind answers browsers (`http`), which hear of newer sites and of mistakes
//! through `live`.

mod changes;
mod connections;
mod http;
mod live;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::diagnostic::{Diagnostics, Sources};
use crate::files::Fault;
use crate::lesson;
use crate::pipeline::{self, Computed, Failure, Headway, Kept, Request, Watch, Why};
use crate::site::Published;
use crate::store::cache::Key;

use changes::{Changes, Places};
use live::Live;

/// How long a build that is called off may take to end.
const FAREWELL: Duration = Duration::from_secs(10);

/// What to serve, and how.
#[derive(Clone, Debug)]
pub struct Service {
    pub request: Request,
    /// Where the site goes.
    pub output: PathBuf,
    /// The first port to try; 0 for any.
    pub port: u16,
    /// Whether the system is to say what changes; else files are looked at once a second.
    pub native: bool,
    /// Files beside the lessons that a build reads.
    pub also: Vec<PathBuf>,
}

/// Told what happens, from any thread.
pub trait Tell: Send + Sync {
    /// Hears where the site is: its address, and whether another port than the one that was asked for.
    fn serves(&self, address: &str, taken: Option<u16>);
    /// Hears that something is odd about the machine.
    fn remarks(&self, remark: &str);
    /// Hears of a build that ended well.
    fn built(&self, computed: &Computed, published: Published, took: Duration);
    /// Hears of one that did not.
    fn failed(&self, failure: &Failure);
    /// How the runs of a build get on.
    fn watch(&self) -> Box<dyn Watch + Send>;
    /// Hears that all ends.
    fn ends(&self);
}

enum Event {
    Changed(BTreeSet<PathBuf>),
    Built,
    Stop,
}

/// Builds and serves until Ctrl-C.
///
/// # Errors
/// Lessons that are not there, an output that cannot be one, no port.
pub fn serve(service: Service, tell: &Arc<dyn Tell>) -> Result<(), Failure> {
    let Service { request, output, port, native, also } = service;
    lesson::look(&request.lessons)?;
    pipeline::check_output(&request, &output)?;
    let (sender, receiver) = channel();
    stop_by_signal(&sender)?;
    let (listener, found) =
        http::listen(port).map_err(|error| Fault::cannot("listen on", format!("127.0.0.1:{port}"), error))?;
    let live = Arc::new(Live::new());
    http::answer(listener, output.clone(), Arc::clone(&live));
    tell.serves(&format!("http://127.0.0.1:{found}/"), (port != 0 && found != port).then_some(port));
    watch_files(places(&request, &output, also), native, &sender, &**tell);

    let request = Request { kept: Kept::lasting(), ..request };
    let builder = Builder { request, output, live: Arc::clone(&live), tell: Arc::clone(tell), sender };
    let mut waiting = Some(BTreeSet::new());
    let mut running: Option<Arc<Training>> = None;
    loop {
        if running.is_none() {
            running = waiting.take().map(|changed| builder.start(changed));
        }
        match receiver.recv() {
            Ok(Event::Changed(paths)) => {
                waiting.get_or_insert_default().extend(paths);
                if let Some(training) = &running {
                    builder.look_ahead(training);
                }
            }
            Ok(Event::Built) => running = None,
            Ok(Event::Stop) | Err(_) => break,
        }
    }
    tell.ends();
    if let Some(training) = running {
        training.call_off();
        // What is being published is published; a chart that takes longer than this is given up.
        let began = Instant::now();
        while began.elapsed() < FAREWELL
            && !matches!(receiver.recv_timeout(FAREWELL), Ok(Event::Built) | Err(_))
        {}
        // No site takes the place of another any more.
        std::mem::forget(live.site.read());
    }
    live.is_over();
    Ok(())
}

/// Ends all on Ctrl-C, and at once on the second.
fn stop_by_signal(sender: &Sender<Event>) -> Result<(), Failure> {
    let sender = sender.clone();
    let asked = AtomicBool::new(false);
    let stop = move || {
        if asked.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        let _ = sender.send(Event::Stop);
    };
    Ok(ctrlc::set_handler(stop).map_err(|error| Fault::cannot("listen for", "Ctrl-C", error))?)
}

/// Where the files are that a build reads.
fn places(request: &Request, output: &Path, also: Vec<PathBuf>) -> Places {
    let root = &request.lessons;
    let templates = match &request.templates {
        Some(folder) => folder.clone(),
        // Those among the lessons are found with them.
        None => root.join("../templates"),
    };
    let folders = vec![root.clone(), templates];
    Places { folders, files: also, output: output.to_owned() }
}

fn watch_files(places: Places, native: bool, sender: &Sender<Event>, tell: &dyn Tell) {
    let mut changes = Changes::new(places);
    if native && let Err(error) = changes.listen() {
        tell.remarks(&format!(
            "the system does not say what changes ({error}): files are looked at once a second"
        ));
    }
    let sender = sender.clone();
    thread::spawn(move || while sender.send(Event::Changed(changes.wait())).is_ok() {});
}

/// What a build needs.
struct Builder {
    request: Request,
    output: PathBuf,
    live: Arc<Live>,
    tell: Arc<dyn Tell>,
    sender: Sender<Event>,
}

impl Builder {
    /// Begins a build on a thread of its own.
    fn start(&self, changed: BTreeSet<PathBuf>) -> Arc<Training> {
        let training = Arc::new(Training {
            live: Arc::clone(&self.live),
            shown: Mutex::new(Some(self.tell.watch())),
            runs: Mutex::default(),
            is_called_off: AtomicBool::new(false),
        });
        let (live, tell, sender) = (Arc::clone(&self.live), Arc::clone(&self.tell), self.sender.clone());
        let (request, output, watch) = (self.request.clone(), self.output.clone(), Arc::clone(&training));
        thread::spawn(move || {
            live.begins();
            let began = Instant::now();
            let made = build(&request, &output, &live, &*watch);
            // It clears what it showed.
            drop(watch.shown.lock().unwrap_or_else(PoisonError::into_inner).take());
            match made {
                Err(_) if watch.is_called_off() => {}
                Ok((computed, published)) => {
                    let page = live::page_of(changed.iter().map(PathBuf::as_path), &computed.course.lessons);
                    live.ends(published.written > 0, page, &computed.found, computed.sources());
                    tell.built(&computed, published, began.elapsed());
                }
                Err(failure) => {
                    match &failure {
                        Failure::Course(found, sources) => live.fails(true, found, sources),
                        Failure::Machine(fault) => live.breaks(&fault.to_string()),
                    }
                    tell.failed(&failure);
                }
            }
            let _ = sender.send(Event::Built);
        });
        training
    }

    /// Calls a training off whose runs the course as it is now has no use for, and shows at once what is wrong with it.
    fn look_ahead(&self, training: &Training) {
        let runs = training.runs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if runs.is_empty() {
            return;
        }
        match pipeline::names_of_runs(&self.request) {
            Ok(wanted) => {
                if runs.iter().all(|run| run.is_some() && wanted.contains(run)) {
                    self.live.fails(false, &Diagnostics::default(), &Sources::default());
                } else {
                    training.call_off();
                }
            }
            Err(Failure::Course(found, sources)) => self.live.fails(false, &found, &sources),
            Err(Failure::Machine(_)) => {}
        }
    }
}

/// One build, from the lessons to the swap.
fn build(
    request: &Request,
    output: &Path,
    live: &Live,
    watch: &dyn Watch,
) -> Result<(Computed, Published), Failure> {
    let computed = pipeline::compute(request, watch)?;
    let publication = pipeline::open(request, output, &computed, &|| {})?;
    let files = pipeline::assemble(&computed, &|path, from| publication.holds(path, from))?;
    let no_reader = live.site.write().unwrap_or_else(PoisonError::into_inner);
    let published = pipeline::write(&computed, publication, files)?;
    drop(no_reader);
    Ok((computed, published))
}

/// The runs of a build, as far as pages and the main thread want to know of them.
struct Training {
    live: Arc<Live>,
    /// Where the terminal is told.
    shown: Mutex<Option<Box<dyn Watch + Send>>>,
    runs: Mutex<BTreeSet<Option<Key>>>,
    is_called_off: AtomicBool,
}

impl Training {
    fn call_off(&self) {
        self.is_called_off.store(true, Ordering::SeqCst);
    }

    fn show(&self, how: impl FnOnce(&dyn Watch)) {
        if let Some(shown) = &*self.shown.lock().unwrap_or_else(PoisonError::into_inner) {
            how(&**shown);
        }
    }
}

impl Watch for Training {
    fn sets_out(&self, runs: &[Option<Key>]) {
        *self.runs.lock().unwrap_or_else(PoisonError::into_inner) = runs.iter().copied().collect();
    }

    fn explained(&self, experiment: &str, why: &Why) {
        self.show(|shown| shown.explained(experiment, why));
    }

    fn advance_to(&self, headway: &Headway) {
        self.live.advances(headway);
        self.show(|shown| shown.advance_to(headway));
    }

    fn finished(&self, experiment: &str, runs: usize) {
        self.show(|shown| shown.finished(experiment, runs));
    }

    fn is_called_off(&self) -> bool {
        self.is_called_off.load(Ordering::Relaxed)
    }
}
