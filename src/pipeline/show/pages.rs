//! All files of the site: pages, charts, results, and the files that lessons use. What a folder holds already is not made.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::chart;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::files::Fault;
use crate::lesson::{Chapter, ContentPolicy, Course};
use crate::markup;
use crate::site::{
    ChapterView, ComputedView, Content, CourseView, FrameView, Output, PageView, Pages, PolicyView, Site,
    TemplateError, policy, script, values,
};
use crate::store::cache::Sum;
use crate::view;

use super::course_templates::CourseTemplates;
use super::drafts::{Draft, Drafting, Experiment};
use super::embedding::Drawings;
use super::finished::Finished;
use super::live;
use super::notebooks;
use super::references::References;
use super::search_index;
use super::unchanged;
use crate::pipeline::computed::Computed;
use crate::pipeline::request::Failure;

/// Files of a site to be, by their paths in the output.
pub type Files = BTreeMap<String, Content>;

/// Whether a folder holds the file at a path, made from just that.
pub type Holds<'a> = dyn Fn(&str, &Sum) -> bool + Sync + 'a;

/// Returns the text of each lesson as its page has it, with its experiments.
///
/// # Errors
/// A name in prose that does not exist.
pub(crate) fn bodies(computed: &Computed) -> Result<Vec<String>, Failure> {
    let (drafts, mut wrong) = Drafting::new(computed).drafts();
    let references = References::new(computed, &drafts);
    wrong.extend(references.check());
    let drawings = Drawings::read(&computed.course, computed.templates.first_page())?;
    let finished = drafts.iter().enumerate();
    let finished =
        finished.map(|(index, draft)| Finished::new(computed, &references, &drawings, draft, index).whole());
    let bodies: Vec<String> =
        finished.filter_map(|page| wrong.keep(page)).map(|page| page.body_html).collect();
    match wrong.is_empty() {
        true => Ok(bodies),
        false => Err(Failure::Course(wrong, computed.tables.sources.clone())),
    }
}

/// Returns all files of the site; those that `holds` says are there already have no bytes.
///
/// # Errors
/// A name in prose that does not exist; a template at fault; a file of a lesson that cannot be read.
pub(crate) fn assemble(computed: &Computed, holds: &Holds) -> Result<Files, Failure> {
    let drafting = Drafting::new(computed);
    let (drafts, mut wrong) = drafting.drafts();
    let references = References::new(computed, &drafts);
    wrong.extend(references.check());
    let drawings = Drawings::read(&computed.course, computed.templates.first_page())?;
    let finish = |(index, draft)| Finished::new(computed, &references, &drawings, draft, index);
    let finished: Vec<Finished> = drafts.par_iter().enumerate().map(finish).collect();

    let site = site(&drafting, &finished, &drawings);
    let pages = Pages::new(&computed.templates.loaded, &site);
    let hands_over = !computed.course.is_untrusted() && computed.templates.loaded.read_values();
    let (made, mut faults) = lesson_pages(&finished, &pages, holds, hands_over, &mut wrong);
    let others = pages.others().unwrap_or_else(|fault| {
        faults.push(fault);
        Output::default()
    });
    if !wrong.is_empty() || !faults.is_empty() {
        let mut sources = computed.tables.sources.clone();
        wrong.extend(faults.iter().map(|fault| computed.templates.diagnostic(fault, &mut sources)));
        return Err(Failure::Course(wrong, sources));
    }
    let mut files = made;
    files.extend(others.into_iter().map(|(path, bytes)| (path, Content::of(bytes))));
    files.extend([search_index::file(&drafting, &finished, holds)]);
    let experiments = finished.par_iter().flat_map(Finished::experiments);
    let untrusted = computed.course.is_untrusted();
    files.par_extend(
        experiments
            .clone()
            .flat_map_iter(|experiment| experiment_files(computed, experiment, untrusted, holds)),
    );
    let notebooks: Vec<Result<Option<(String, Content)>, Failure>> =
        experiments.map(|experiment| notebook_file(computed, experiment, holds)).collect();
    for notebook in notebooks {
        files.extend(notebook?);
    }
    if computed.course.settings.base_url.is_some() {
        files.par_extend(finished.par_iter().filter_map(|page| preview(page, holds)));
    }
    if drafts.iter().any(|draft| draft.view.live) {
        let course = live::course(&computed.course);
        files.insert("assets/live-course.js".to_owned(), Content::of(course.into_bytes()));
        let from = drafting.program;
        for (name, packed) in script::modules() {
            let path = format!("assets/live-{name}.js");
            let script = held(&path, from, holds);
            files.insert(path, script.unwrap_or_else(|| Content::new(from, script::module(name, packed))));
        }
        for (name, csv) in script::tables() {
            let path = format!("assets/live-table-{name}.js");
            let script = held(&path, from, holds);
            files.insert(path, script.unwrap_or_else(|| Content::new(from, script::table(name, csv))));
        }
    }
    files.extend(drafts.iter().flat_map(|draft| figure_files(draft, &references, untrusted)));
    copy_assets(&computed.course, &mut files)?;
    let missing = unpublished(computed, &files);
    if !missing.is_empty() {
        return Err(Failure::Course(missing.into(), computed.tables.sources.clone()));
    }
    if let Some(program) = drafting.program {
        unchanged::keep(computed, program, |index, made_from, remarks| {
            drafts[index].note(made_from, remarks)
        });
    }
    Ok(files)
}

/// Returns the course with its lessons as far as they are drafted, or whole where its first page shows them.
fn site(drafting: &Drafting, finished: &[Finished], drawings: &Drawings) -> Site {
    let Computed { course, templates: CourseTemplates { loaded: templates, .. }, .. } = drafting.computed;
    let (mut chapters, mut pages): (Vec<ChapterView>, Vec<PageView>) = Default::default();
    for (lesson, finished) in course.lessons.iter().zip(finished) {
        let page = match templates.index_shows_bodies() {
            // What is wrong with it is said where its own page is made.
            true => finished.whole().unwrap_or_default(),
            false => finished.view.as_ref().clone(),
        };
        if page.outside {
            pages.push(page);
            continue;
        }
        let Chapter { title, description } = lesson.chapter.clone().unwrap_or_default();
        match chapters.last_mut() {
            Some(chapter) if chapter.title == title => chapter.lessons.push(page),
            _ => chapters.push(ChapterView { title, description, lessons: vec![page] }),
        }
    }
    let frame = FrameView {
        head_html: course.frame.head_html.clone(),
        footer_html: match course.is_untrusted() {
            true => {
                let mut drawings = drawings.of(&course.frame.embedded);
                markup::fragment_with(&course.frame.footer_html, &mut drawings)
            }
            false => course.frame.footer_html.clone(),
        },
    };
    let course = CourseView { policy: policy(drafting, finished), ..course_view(course, drawings) };
    Site {
        course,
        chapters,
        pages,
        frame,
        computed: computed_view(drafting.computed),
        chart_css: chart::css(),
    }
}

/// Returns what pages state of what they may fetch and run.
fn policy(drafting: &Drafting, pages: &[Finished]) -> PolicyView {
    let Computed { course, templates: CourseTemplates { loaded: templates, .. }, .. } = drafting.computed;
    let asked = &course.settings.content_security_policy;
    if course.is_untrusted() {
        return PolicyView { text: policy::text(&ContentPolicy::Usual, false), live: None, gives_way: false };
    }
    let gives_way = *asked == ContentPolicy::Usual;
    // Titles and summaries stand on other pages too.
    let listed = |view: &PageView| {
        [&view.title_html, &view.summary_html].into_iter().any(|html| policy::needs_more(html))
            || templates.index_shows_bodies() && view.needs_more
    };
    let around = [&course.frame.head_html, &course.frame.footer_html];
    let needs_more = templates.needs_more()
        || around.into_iter().any(|html| policy::needs_more(html))
        || pages.iter().any(|page| listed(&page.view));
    let text = |runs| policy::text(asked, runs).filter(|_| !(gives_way && needs_more));
    PolicyView { text: text(false), live: text(true), gives_way }
}

/// Returns the page of each lesson with the values of its charts, beside it where it `hands_over` these, and the faults of the template of lessons. Those of experiments are added to `wrong`.
fn lesson_pages(
    finished: &[Finished],
    pages: &Pages,
    holds: &Holds,
    hands_over: bool,
    wrong: &mut Diagnostics,
) -> (Files, Vec<TemplateError>) {
    let page = |draft: &Finished| {
        let slug = &draft.view.slug;
        let path = format!("{slug}.html");
        let from = draft.from.map(|from| Sum::over(&[from, pages.around(&draft.view)]));
        let values = hands_over.then(|| format!("{slug}/charts.js")).filter(|_| draft.has_experiments());
        let values_from =
            values.as_ref().zip(from).map(|(path, from)| Sum::over(&[from, Sum::of(path.as_bytes())]));
        let kept = held(&path, from, holds).map(|content| (path.clone(), content));
        let kept_values = values.as_ref().map(|path| Some((path.clone(), held(path, values_from, holds)?)));
        match (kept, kept_values) {
            (Some(page), None) => return Ok(Ok(vec![page])),
            (Some(page), Some(Some(values))) => return Ok(Ok(vec![page, values])),
            _ => {}
        }
        let mut whole = draft.whole()?;
        let mut made = Vec::new();
        if let Some(values) = values {
            let seen = format!("{}/charts.js", view::beside(slug));
            let (body_html, script) = values::taken_out(&whole.body_html, &seen);
            whole.body_html = body_html;
            made.push((values, Content::new(values_from, script)));
        }
        Ok(pages.lesson(&whole).map(|bytes| {
            made.push((path, Content::new(from, bytes)));
            made
        }))
    };
    let made: Vec<Result<_, Vec<Diagnostic>>> = finished.par_iter().map(page).collect();
    let (mut files, mut faults) = (Files::new(), Vec::new());
    for page in made.into_iter().filter_map(|page| wrong.keep(page)) {
        match page {
            Ok(made) => files.extend(made),
            // Most faults show on every page.
            Err(fault) if faults.contains(&fault) => {}
            Err(fault) => faults.push(fault),
        }
    }
    (files, faults)
}

/// Returns a file that need not be made.
pub(super) fn held(path: &str, from: Option<Sum>, holds: &Holds) -> Option<Content> {
    let from = from.filter(|from| holds(path, from))?;
    Some(Content { from, source: None })
}

/// Returns charts and results of an experiment, and what its reader needs to run it.
fn experiment_files(
    computed: &Computed,
    experiment: &Experiment,
    untrusted: bool,
    holds: &Holds,
) -> Vec<(String, Content)> {
    let drawing = &experiment.drawing;
    let made = |path: String, more: Sum, bytes: &dyn Fn() -> Vec<u8>| {
        let from = drawing.key.map(|key| Sum::over(&[key.into(), Sum::of(path.as_bytes()), more]));
        let content = held(&path, from, holds).unwrap_or_else(|| Content::new(from, bytes()));
        (path, content)
    };
    let file = |path: String, bytes: &dyn Fn() -> Vec<u8>| made(path, Sum::of_value(&untrusted), bytes);
    let text = |text: &str| text.as_bytes().to_vec();
    let charts = drawing.charts().enumerate();
    let mut files: Vec<(String, Content)> = charts
        .map(|(index, path)| {
            file(path, &|| {
                let alone = &drawing.drawn().figures[index].alone;
                if untrusted { markup::drawing(alone).into_bytes() } else { text(alone) }
            })
        })
        .collect();
    let path = drawing.path();
    files.push(file(format!("{path}.json"), &|| text(&drawing.drawn().json)));
    if drawing.sketch.csv {
        files.push(file(format!("{path}.csv"), &|| text(drawing.drawn().csv.as_deref().unwrap_or_default())));
    }
    if let Some(offer) = &experiment.view.live {
        // It is made from this, and from the runs, whose entries know their data.
        let handed = live::Handed::new(computed, drawing.place, offer);
        let script = || live::experiment(computed, drawing, offer, &handed).into_bytes();
        files.push(made(format!("{path}.live.js"), Sum::of_value(&handed), &script));
    }
    files
}

/// Returns the picture of a page for previews of links, which ask for whole addresses.
fn preview(page: &Finished, holds: &Holds) -> Option<(String, Content)> {
    let path = page.view.preview.clone()?;
    let from = page.from.map(|from| Sum::over(&[from, Sum::of(path.as_bytes())]));
    let content = match held(&path, from, holds) {
        Some(content) => content,
        None => Content::new(from, page.preview()?),
    };
    Some((path, content))
}

/// Returns the notebook of an experiment that offers one.
fn notebook_file(
    computed: &Computed,
    experiment: &Experiment,
    holds: &Holds,
) -> Result<Option<(String, Content)>, Failure> {
    if experiment.view.provenance.notebook.is_none() {
        return Ok(None);
    }
    let drawing = &experiment.drawing;
    let planned = &computed.planned[drawing.place];
    let path = format!("{}.ipynb", drawing.path());
    let titles = (&computed.course.lessons[planned.lesson].front.title, &planned.header.title);
    let from =
        drawing.key.map(|key| Sum::over(&[key.into(), Sum::of(path.as_bytes()), Sum::of_value(&titles)]));
    if let Some(content) = held(&path, from, holds) {
        return Ok(Some((path, content)));
    }
    let made = notebooks::notebook_of(computed, drawing.place)?.ok();
    Ok(made.map(|notebook| (path, Content::new(from, notebook.ipynb().into_bytes()))))
}

/// The chart of each figure of an author's own, and the columns that it shows.
fn figure_files(draft: &Draft, references: &References, untrusted: bool) -> Vec<(String, Content)> {
    let file = |path: String, bytes: Vec<u8>| {
        let from = Sum::over(&[Sum::of(path.as_bytes()), Sum::of(&bytes)]);
        (path, Content::new(Some(from), bytes))
    };
    let both = draft.figures.iter().flat_map(|figure| {
        let path = format!("{}/{}", draft.view.slug, figure.view.id);
        let alone = references.in_drawing(&figure.alone);
        let alone = if untrusted { markup::drawing(&alone) } else { alone };
        [
            file(format!("{path}.svg"), alone.into_bytes()),
            file(format!("{path}.csv"), figure.csv.clone().into_bytes()),
        ]
    });
    both.collect()
}

/// How much was computed for the course.
fn computed_view(computed: &Computed) -> ComputedView {
    let planned = &computed.planned;
    ComputedView {
        experiments: planned.len() as u64,
        runs: planned.iter().map(|planned| planned.costs.len() as u64 * planned.header.seeds).sum(),
        multiply_adds: planned.iter().map(|planned| planned.total().multiply_adds as u64).sum(),
    }
}

fn course_view(course: &Course, drawings: &Drawings) -> CourseView {
    let settings = &course.settings;
    let embedded_logo = course.frame.embedded_logo.as_deref().and_then(|logo| drawings.address(logo));
    CourseView {
        title: settings.title.clone(),
        description: settings.description.clone(),
        author: settings.author.clone(),
        language: settings.language.0.clone(),
        direction: if settings.language.is_from_the_right() { "rtl".to_owned() } else { String::new() },
        base_url: settings.base_url.clone(),
        repository: settings.repository.clone(),
        license: settings.license.clone(),
        theme: settings.theme,
        policy: PolicyView::default(),
        logo: course.frame.logo.clone().unwrap_or_default(),
        embedded_logo: embedded_logo.unwrap_or_default().to_owned(),
    }
}

/// The most bytes of a picture or another file that is copied.
const MOST_COPIED: u64 = 1 << 30;

/// Returns links to files that no experiment has, among those whose experiments ran.
fn unpublished(computed: &Computed, files: &Files) -> Vec<Diagnostic> {
    if !computed.everything {
        return Vec::new();
    }
    let all = computed.course.lessons.iter().flat_map(|lesson| &lesson.published);
    let missing = all.filter(|published| !files.contains_key(&published.path));
    missing
        .map(|published| {
            let start = published.path.trim_end_matches(|letter| letter != '.').trim_end_matches('.');
            let own = files
                .keys()
                .filter(|path| path.strip_prefix(start).is_some_and(|rest| rest.starts_with(['.', '-'])))
                .filter(|path| !path.ends_with(".js"));
            let own: Vec<String> = own.map(|path| format!("`{path}`")).collect();
            Diagnostic::error(format!("there is no file `{}`", published.path), published.span)
                .label(format!("expected {}", own.join(", ")))
        })
        .collect()
}

/// Returns the pictures and files that lessons use.
fn copy_assets(course: &Course, files: &mut Files) -> Result<(), Failure> {
    let of_lessons = course.lessons.iter().flat_map(|lesson| &lesson.assets);
    for asset in of_lessons.chain(&course.frame.assets) {
        let below = asset.file.strip_prefix(&course.root).unwrap_or(&asset.file);
        let content = Content::copied(&course.root, below, MOST_COPIED)
            .map_err(|refusal| Fault::unread(&asset.file, refusal))?;
        files.insert(asset.output.clone(), content);
    }
    Ok(())
}
