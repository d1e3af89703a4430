//! Draws figures, fills numbers into prose, and puts everything in its place: all files of the site.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::chart;
use crate::diagnostic::{Diagnostic, Diagnostics, Sources};
use crate::lesson::inline::{Values, format_number};
use crate::lesson::{Course, Fill, Lesson, Role, Value};
use crate::outcome::Summary;
use crate::site::{ChapterView, CourseView, HeadingView, Output, PageView, Site, Templates};

use super::drawing::{self, Drawn};
use super::experiment_view::{self, Written};
use super::planning::Planned;
use super::{Computed, Failure, judging};

/// Pages, charts, results and the files that lessons use, by their paths in the output.
///
/// # Errors
/// A name in prose that does not exist; a template at fault; a file of a lesson that cannot be read.
pub fn assemble(computed: &Computed) -> Result<Output, Failure> {
    let templates = &computed.templates;
    let drawn = drawing::draw(computed);
    let values = judging::values(&computed.course, &computed.planned, &computed.outcomes);
    let assembly = Assembly { values, computed, templates, drawn: &drawn };
    let mut diagnostics = Diagnostics::default();
    let pages: Vec<(PageView, Diagnostics)> = computed
        .course
        .lessons
        .par_iter()
        .enumerate()
        .map(|(index, lesson)| assembly.page(index, lesson))
        .collect();
    let mut chapters: Vec<ChapterView> = Vec::new();
    for (lesson, (page, found)) in computed.course.lessons.iter().zip(pages) {
        diagnostics.extend(found);
        let title = lesson.chapter.clone().unwrap_or_default();
        match chapters.last_mut() {
            Some(chapter) if chapter.title == title => chapter.lessons.push(page),
            _ => chapters.push(ChapterView { title, lessons: vec![page] }),
        }
    }
    if !diagnostics.is_empty() {
        return Err(Failure::Course(diagnostics, computed.tables.sources.clone()));
    }
    let site = Site { course: course_view(&computed.course), chapters, chart_css: chart::css() };
    let mut output = templates.site(&site).map_err(|error| {
        let mut sources = computed.tables.sources.clone();
        let (_, shown) = templates_folder(&computed.course.root);
        Failure::Course(vec![error.diagnostic(&shown, &mut sources)].into(), sources)
    })?;
    output.extend(experiment_files(computed, drawn));
    copy_assets(&computed.course, &mut output)?;
    Ok(output)
}

/// The program's templates with an author's own before them: a folder `templates` in the lessons folder or beside it.
///
/// # Errors
/// Every file of that folder that is at fault; templates among a stranger's lessons.
pub fn templates(root: &Path, untrusted: bool, sources: &mut Sources) -> Result<Templates, Vec<Diagnostic>> {
    if untrusted && root.join("templates").is_dir() {
        let error = Diagnostic::error("the templates of lessons that are not trusted are refused", None);
        return Err(vec![error.hint("templates of your own stand beside the lessons folder")]);
    }
    let (folder, shown) = templates_folder(root);
    Templates::load(folder.as_deref())
        .map_err(|errors| errors.into_iter().map(|error| error.diagnostic(&shown, sources)).collect())
}

/// The folder of an author's templates, and how it is shown.
fn templates_folder(root: &Path) -> (Option<PathBuf>, String) {
    let inside = root.join("templates");
    if inside.is_dir() {
        return (Some(inside.clone()), inside.display().to_string());
    }
    let beside = root.join("../templates");
    let plain = root.file_name().and_then(|_| Some(root.parent()?.join("templates")));
    let shown = plain.as_ref().unwrap_or(&beside).display().to_string();
    (beside.is_dir().then_some(beside), shown)
}

/// All that pages are made of.
struct Assembly<'a> {
    computed: &'a Computed,
    templates: &'a Templates,
    values: Values<'a>,
    /// Charts and results of each planned experiment.
    drawn: &'a [Drawn],
}

impl<'c> Assembly<'c> {
    fn page(&self, index: usize, lesson: &Lesson) -> (PageView, Diagnostics) {
        let mut found = Diagnostics::default();
        let experiments = self.experiments(index, lesson, &mut found);
        let mut filling = Filling { experiments: &experiments, ..self.filling(lesson, &mut found) };
        let body_html = lesson.body.render(&mut filling);
        // Titles, headings and summaries also stand within links.
        let mut fill = Filling { links: false, ..filling };
        let headings = lesson.headings.iter().filter(|heading| matches!(heading.level, 2 | 3));
        let page = PageView {
            slug: lesson.slug.clone(),
            title_html: lesson.title.render(&mut fill),
            title_text: lesson.title.render_text(&mut fill),
            summary_html: lesson.summary.render(&mut fill),
            tags: lesson.front.tags.clone(),
            source_path: self.source_path(lesson),
            headings: headings
                .map(|heading| HeadingView {
                    level: heading.level,
                    id: heading.id.clone(),
                    html: heading.content.render(&mut fill),
                })
                .collect(),
            thumbnail: self.thumbnail(index, lesson),
            body_html,
        };
        (page, found)
    }

    fn filling<'b>(&'b self, lesson: &'b Lesson, found: &'b mut Diagnostics) -> Filling<'b, 'c> {
        Filling { assembly: self, lesson, experiments: &NO_EXPERIMENTS, links: true, found }
    }

    /// The path of the lesson in its repository: the lessons folder's name and what is below it.
    fn source_path(&self, lesson: &Lesson) -> String {
        let root = self.computed.course.root.file_name().map(|name| name.to_string_lossy().into_owned());
        match root {
            Some(root) => format!("{root}/{}", lesson.below),
            None => lesson.below.clone(),
        }
    }

    /// Each experiment of a lesson with its index in the plan.
    fn of_lesson(&self, lesson: usize) -> impl Iterator<Item = (usize, &Planned)> {
        self.computed.planned.iter().enumerate().filter(move |(_, planned)| planned.lesson == lesson)
    }

    fn thumbnail(&self, index: usize, lesson: &Lesson) -> Option<String> {
        let (first, planned) =
            self.of_lesson(index).find(|(place, _)| !self.drawn[*place].figures.is_empty())?;
        Some(format!("{}/{}-{}.svg", lesson.slug, planned.header.id, self.drawn[first].figures[0].name))
    }

    /// The HTML of each experiment block by its index in the lesson.
    fn experiments(&self, index: usize, lesson: &Lesson, found: &mut Diagnostics) -> BTreeMap<usize, String> {
        let mut html = BTreeMap::new();
        for (place, planned) in self.of_lesson(index) {
            let written = self.written(lesson, planned, place, found);
            let view = experiment_view::view(
                &lesson.slug,
                planned,
                &self.computed.outcomes[place],
                &self.drawn[place],
                &self.computed.verdicts[place],
                written,
            );
            match self.templates.experiment(&view) {
                Ok(rendered) => {
                    html.insert(planned.block, rendered);
                }
                Err(error) => {
                    found.push(Diagnostic::error(error.to_string(), lesson.blocks[planned.block].span))
                }
            }
        }
        html
    }

    /// The Markdown texts of a block as HTML.
    fn written(&self, lesson: &Lesson, planned: &Planned, place: usize, found: &mut Diagnostics) -> Written {
        let mut html = |text: Option<&str>, path: &str| {
            let Some(text) = text else { return String::new() };
            let fragment = self.computed.course.short(lesson, text, planned.tree.locate(path));
            let Some(fragment) = found.keep(fragment) else { return String::new() };
            fragment.render(&mut self.filling(lesson, found))
        };
        let header = &planned.header;
        let claims = self.computed.verdicts[place].iter().map(|verdict| {
            let path = format!("claims[{}]", verdict.index);
            match &verdict.claim.says {
                Some(says) => html(Some(says), &format!("{path}.says")),
                None => html(Some(&format!("`{}`", verdict.claim.that)), &path),
            }
        });
        Written {
            claims_html: claims.collect(),
            title_html: html(header.title.as_deref(), "title"),
            caption_html: html(header.caption.as_deref(), "caption"),
            yaml: lesson.blocks[planned.block].yaml.clone(),
        }
    }
}

/// Charts and results of every experiment.
fn experiment_files(computed: &Computed, drawn: Vec<Drawn>) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for (planned, drawn) in computed.planned.iter().zip(drawn) {
        let slug = &computed.course.lessons[planned.lesson].slug;
        let path = format!("{slug}/{}", planned.header.id);
        for figure in drawn.figures {
            files.push((format!("{path}-{}.svg", figure.name), figure.alone.into_bytes()));
        }
        files.push((format!("{path}.json"), drawn.json.into_bytes()));
        files.extend(drawn.csv.map(|text| (format!("{path}.csv"), text.into_bytes())));
    }
    files
}

static NO_EXPERIMENTS: BTreeMap<usize, String> = BTreeMap::new();

/// Fills the gaps of a lesson's text.
struct Filling<'a, 'c> {
    assembly: &'a Assembly<'c>,
    lesson: &'a Lesson,
    experiments: &'a BTreeMap<usize, String>,
    /// Whether links may stand here.
    links: bool,
    found: &'a mut Diagnostics,
}

impl Fill for Filling<'_, '_> {
    fn experiment(&mut self, index: usize) -> String {
        self.experiments.get(&index).cloned().unwrap_or_default()
    }

    fn value(&mut self, value: &Value) -> String {
        match value.role {
            Role::Value => self.number(value),
            Role::Claim => self.claim(value),
        }
    }
}

impl Filling<'_, '_> {
    /// A number, with how it came about: a link to its experiment, means and spreads in its title.
    fn number(&mut self, value: &Value) -> String {
        let values = &self.assembly.values;
        let text = match values.evaluate(&self.lesson.slug, &value.expression, value.span) {
            Ok(text) => text,
            Err(error) => {
                self.found.push(error);
                return String::new();
            }
        };
        let origin = values.origin(&self.lesson.slug, &value.expression);
        let numbers = origin.iter().flat_map(|origin| &origin.numbers);
        let lines = numbers.map(|(name, summary)| spread(name, summary));
        let title = [value.expression.clone()].into_iter().chain(lines).collect::<Vec<_>>().join("\n");
        self.linked(value, origin.map(|origin| origin.experiment), "value", &title, &escaped(&text))
    }

    /// A check mark with the figures of a claim that holds; one that does not has stopped the build.
    fn claim(&mut self, value: &Value) -> String {
        let judged = &self.assembly.computed.prose;
        let Some(claim) = judged.get(&(value.span, value.expression.clone())) else { return String::new() };
        let doubts = claim.verdict.doubts();
        let figures: Vec<String> = [claim.verdict.count()]
            .into_iter()
            .chain(claim.verdict.margin_text())
            .chain(doubts.iter().map(|doubt| doubt.says().to_owned()))
            .collect();
        let figures = figures.join("; ");
        let class = if doubts.is_empty() { "claim" } else { "claim doubtful" };
        let inner = format!(
            "<span aria-hidden=\"true\">✓</span><span class=\"visually-hidden\">(claim {})</span>",
            escaped(&figures)
        );
        let title = format!("{}\n{figures}", value.expression);
        self.linked(value, claim.experiment.clone(), class, &title, &inner)
    }

    /// HTML in a link to an experiment, where there is one and a link may stand.
    fn linked(
        &self,
        value: &Value,
        experiment: Option<(String, String)>,
        class: &str,
        title: &str,
        inner: &str,
    ) -> String {
        let title = escaped(title).replace('\n', "&#10;");
        let target = experiment.filter(|_| self.links && !value.in_link).and_then(|(name, id)| {
            let lesson = self.assembly.computed.course.lesson_named(&name)?;
            let page =
                if lesson.slug == self.lesson.slug { String::new() } else { format!("{}.html", lesson.slug) };
            Some(format!("{page}#experiment-{id}"))
        });
        match target {
            Some(target) => {
                format!("<a class=\"{class}\" href=\"{target}\" title=\"{title}\">{inner}</a>")
            }
            None => format!("<span class=\"{class}\" title=\"{title}\">{inner}</span>"),
        }
    }
}

/// A number with its mean and spread, in words.
fn spread(name: &str, summary: &Summary) -> String {
    match summary.n {
        1 => format!("{name} = {}", summary.mean),
        n => format!("{name}: mean {}, sd {}, {n} seeds", summary.mean, format_number(summary.sd)),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn course_view(course: &Course) -> CourseView {
    let settings = &course.settings;
    CourseView {
        title: settings.title.clone(),
        description: settings.description.clone(),
        author: settings.author.clone(),
        language: settings.language.0.clone(),
        base_url: settings.base_url.clone(),
        repository: settings.repository.clone(),
        license: settings.license.clone(),
        theme: settings.theme,
    }
}

/// The pictures and files that lessons use.
fn copy_assets(course: &Course, output: &mut Output) -> Result<(), Failure> {
    for asset in course.lessons.iter().flat_map(|lesson| &lesson.assets) {
        let bytes = std::fs::read(&asset.file)
            .map_err(|error| Failure::Machine(format!("cannot read {}: {error}", asset.file.display())))?;
        output.insert(asset.output.clone(), bytes);
    }
    Ok(())
}
