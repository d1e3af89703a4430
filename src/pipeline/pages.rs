//! Draws figures, fills numbers into prose, and puts everything in its place: all files of the site.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::chart;
use crate::diagnostic::{Diagnostic, Diagnostics, Sources, Span};
use crate::lesson::inline::Values;
use crate::lesson::{Course, Fill, Lesson};
use crate::site::{ChapterView, CourseView, HeadingView, Output, PageView, Site, Templates};

use super::drawing::{self, Drawn};
use super::experiment_view::{self, Written};
use super::planning::Planned;
use super::{Computed, Failure};

/// Pages, charts, results and the files that lessons use, by their paths in the output.
///
/// # Errors
/// A name in prose that does not exist; a template at fault; a file of a lesson that cannot be read.
pub fn assemble(computed: &Computed) -> Result<Output, Failure> {
    let templates = &computed.templates;
    let drawn = drawing::draw(computed);
    let assembly = Assembly { values: values(computed), computed, templates, drawn: &drawn };
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
    let mut output = templates.site(&site).map_err(|error| Failure::Machine(error.to_string()))?;
    output.extend(experiment_files(computed, drawn));
    copy_assets(&computed.course, &mut output)?;
    Ok(output)
}

/// The program's templates with an author's own before them: a folder `templates` in the lessons folder or beside it.
///
/// # Errors
/// Every file of that folder that is at fault.
pub fn templates(root: &Path, sources: &mut Sources) -> Result<Templates, Vec<Diagnostic>> {
    let folders = [root.join("templates"), root.join("../templates")];
    let folder = folders.iter().find(|folder| folder.is_dir());
    let shown = folder.map(|folder| folder.display().to_string()).unwrap_or_default();
    Templates::load(folder.map(PathBuf::as_path))
        .map_err(|errors| errors.into_iter().map(|error| error.diagnostic(&shown, sources)).collect())
}

fn values(computed: &Computed) -> Values {
    let mut values = Values::new();
    for (planned, outcome) in computed.planned.iter().zip(&computed.outcomes) {
        values.insert(&computed.course.lessons[planned.lesson].slug, &planned.header.id, outcome);
    }
    values
}

/// All that pages are made of.
struct Assembly<'a> {
    computed: &'a Computed,
    templates: &'a Templates,
    values: Values,
    /// Charts and results of each planned experiment.
    drawn: &'a [Drawn],
}

impl Assembly<'_> {
    fn page(&self, index: usize, lesson: &Lesson) -> (PageView, Diagnostics) {
        let mut found = Diagnostics::default();
        let experiments = self.experiments(index, lesson, &mut found);
        let mut fill = Filling { lesson, values: &self.values, experiments: &experiments, found: &mut found };
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
            body_html: lesson.body.render(&mut fill),
        };
        (page, found)
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
            let none = BTreeMap::new();
            fragment.render(&mut Filling { lesson, values: &self.values, experiments: &none, found })
        };
        let header = &planned.header;
        let claims = self.computed.verdicts[place].iter().enumerate().map(|(index, verdict)| match &verdict
            .claim
            .says
        {
            Some(says) => html(Some(says), &format!("claims[{index}].says")),
            None => html(Some(&format!("`{}`", verdict.claim.that)), &format!("claims[{index}]")),
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

/// Fills the gaps of a lesson's text.
struct Filling<'a> {
    lesson: &'a Lesson,
    values: &'a Values,
    experiments: &'a BTreeMap<usize, String>,
    found: &'a mut Diagnostics,
}

impl Fill for Filling<'_> {
    fn experiment(&mut self, index: usize) -> String {
        self.experiments.get(&index).cloned().unwrap_or_default()
    }

    fn value(&mut self, expression: &str, span: Span) -> String {
        match self.values.evaluate(&self.lesson.slug, expression, span) {
            Ok(text) => {
                format!("<span class=\"value\" title=\"{}\">{}</span>", escaped(expression), escaped(&text))
            }
            Err(error) => {
                self.found.push(error);
                String::new()
            }
        }
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
