//! Lessons as their pages show them, with gaps for the experiments: what experiments look like is large, and most builds
//! need it for few pages or none.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lesson::inline::{self, Values};
use crate::lesson::{Lesson, mark, plain};
use crate::markup;
use crate::site::{ExperimentView, HeadingView, PageView, policy, preview};
use crate::store::cache::Sum;
use crate::view::{self, BlockTexts};

use super::drawing::{self, Drawing};
use super::figure_view::{self, DrawnBlock, FigureTexts};
use super::filling::Filling;
use super::live;
use super::notebooks;
use super::notes::{Note, NotedExperiment};
use crate::pipeline::computed::Computed;
use crate::pipeline::judging;
use crate::pipeline::run::planned::Planned;

/// A lesson's page to be.
pub(crate) struct Draft<'a> {
    /// It has marks where experiments stand, and what depends on the numbers of figures.
    pub view: Cow<'a, PageView>,
    /// A hash over all that the view with its experiments is made from, but for those numbers; none where that cannot be told.
    pub from: Option<Sum>,
    pub experiments: Vec<Experiment<'a>>,
    /// Figures of the author's own.
    pub figures: Cow<'a, [DrawnBlock]>,
}

/// An experiment of a lesson.
pub(crate) struct Experiment<'a> {
    /// Without what is drawn.
    pub view: Cow<'a, ExperimentView>,
    pub drawing: Drawing<'a>,
}

/// All that drafts are made of.
pub(crate) struct Drafting<'a> {
    pub computed: &'a Computed,
    pub values: Values<'a>,
    /// A hash over this program; none where it cannot be told from others.
    pub program: Option<Sum>,
}

impl<'c> Drafting<'c> {
    pub(crate) fn new(computed: &'c Computed) -> Self {
        let values = judging::values(&computed.course, &computed.planned, &computed.ran);
        Drafting { computed, values, program: computed.cache.program() }
    }

    /// Returns the draft of each lesson, and what is wrong with their values.
    pub(crate) fn drafts(&self) -> (Vec<Draft<'c>>, Diagnostics) {
        let lessons = self.computed.course.lessons.par_iter().enumerate();
        let drafted: Vec<_> = lessons.map(|(index, lesson)| self.draft(index, lesson)).collect();
        let (drafts, found): (Vec<Draft>, Vec<Diagnostics>) = drafted.into_iter().unzip();
        let mut wrong = Diagnostics::default();
        found.into_iter().for_each(|found| wrong.extend(found));
        (drafts, wrong)
    }

    /// Returns the draft of a lesson, and what is wrong with its values.
    fn draft(&self, index: usize, lesson: &Lesson) -> (Draft<'c>, Diagnostics) {
        match self.computed.unchanged.note(index) {
            Some(note) => (self.noted(index, note), Diagnostics::default()),
            None => self.anew(index, lesson),
        }
    }

    /// Returns the draft of a lesson as it was before.
    fn noted(&self, index: usize, note: &'c Note) -> Draft<'c> {
        let noted = self.of_lesson(index).zip(&note.experiments);
        let experiments = noted.map(|(place, NotedExperiment { view, drawing, sketch })| Experiment {
            view: Cow::Borrowed(view),
            drawing: Drawing::known(self.computed, place, *drawing, sketch.clone()),
        });
        let experiments = experiments.collect();
        let (view, figures) = (Cow::Borrowed(&note.view), Cow::Borrowed(note.figures.as_slice()));
        Draft { view, from: Some(note.from), experiments, figures }
    }

    fn anew(&self, index: usize, lesson: &Lesson) -> (Draft<'c>, Diagnostics) {
        let mut found = Diagnostics::default();
        let places: Vec<usize> = self.of_lesson(index).collect();
        let drawings = places.par_iter().map(|place| Drawing::new(self.computed, *place, self.program));
        let experiments: Vec<Experiment> = drawings
            .collect::<Vec<_>>()
            .into_iter()
            .map(|drawing| {
                let view = Cow::Owned(self.experiment(lesson, drawing.place, &mut found));
                Experiment { view, drawing }
            })
            .collect();
        let figures = self.figures(index, lesson, &mut found);
        let mut filling = self.filling(lesson, &mut found);
        let body_html = lesson.body.render(&mut filling);
        let (text, body_needs_more) = read(&body_html);
        // Titles, headings and summaries also stand within links.
        let mut fill = Filling { links: false, ..filling };
        let headings = lesson.headings.iter().filter(|heading| matches!(heading.level, 2 | 3));
        let charts: usize =
            experiments.iter().map(|experiment| experiment.drawing.sketch.figures.len()).sum();
        let charts = charts + figures.len();
        let first = FirstChart::of(&experiments, &figures);
        let view = PageView {
            slug: lesson.slug.clone(),
            number: lesson.number,
            title_html: lesson.title.render(&mut fill),
            title_text: lesson.title.render_text(&mut fill),
            summary_html: lesson.summary.render(&mut fill),
            tags: lesson.front.tags.clone(),
            date: lesson.front.date.clone(),
            authors: lesson.front.authors.clone(),
            estimated_time: self.estimated_time(lesson),
            prerequisites: lesson.prerequisites.clone(),
            outside: lesson.front.page,
            file: lesson.below.clone(),
            source_path: self.source_path(lesson),
            headings: headings
                .map(|heading| HeadingView {
                    level: heading.level,
                    id: heading.id.clone(),
                    html: heading.content.render(&mut fill),
                })
                .collect(),
            minutes: minutes(&text, charts),
            thumbnail: first.as_ref().and_then(|first| first.thumbnail(&lesson.slug)),
            preview: first
                .filter(|first| first.panel().is_some())
                .map(|_| format!("{}/preview.png", lesson.slug)),
            needs_more: body_needs_more || needs_more(&experiments, &figures),
            live: experiments.iter().any(|experiment| experiment.view.live.is_some()),
            body_html,
        };
        let from = self.from(&view, &experiments, &figures);
        let figures = Cow::Owned(figures);
        (Draft { view: Cow::Owned(view), from, experiments, figures }, found)
    }

    fn from(&self, view: &PageView, experiments: &[Experiment], figures: &[DrawnBlock]) -> Option<Sum> {
        let mut sums = vec![self.program?, Sum::of_value(&(view, self.computed.course.is_untrusted()))];
        for Experiment { view, drawing } in experiments {
            sums.extend([Sum::of_value(view), drawing.key?.into()]);
        }
        sums.push(Sum::of_value(&figures));
        Some(Sum::over(&sums))
    }

    fn filling<'b>(&'b self, lesson: &'b Lesson, found: &'b mut Diagnostics) -> Filling<'b, 'c> {
        Filling { computed: self.computed, values: &self.values, lesson, links: true, found }
    }

    /// Returns how long a reader needs: a number alone counts minutes.
    fn estimated_time(&self, lesson: &Lesson) -> String {
        let written = &lesson.front.estimated_time;
        match !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit()) {
            true => self.computed.course.words().get("minutes_n").replace("{n}", written),
            false => written.clone(),
        }
    }

    /// Returns the path of the lesson in its repository: the lessons folder's name and what is below it.
    fn source_path(&self, lesson: &Lesson) -> String {
        let root = self.computed.course.root.file_name().map(|name| name.to_string_lossy().into_owned());
        match root {
            Some(root) => format!("{root}/{}", lesson.below),
            None => lesson.below.clone(),
        }
    }

    /// Returns the place in the plan of each experiment of a lesson.
    fn of_lesson(&self, lesson: usize) -> impl Iterator<Item = usize> {
        let planned = self.computed.planned.iter().enumerate();
        planned.filter(move |(_, planned)| planned.lesson == lesson).map(|(place, _)| place)
    }

    fn experiment(&self, lesson: &Lesson, place: usize, found: &mut Diagnostics) -> ExperimentView {
        let planned = &self.computed.planned[place];
        let written = self.written(lesson, planned, place, found);
        let (outcome, verdicts) = (self.computed.outcome(place), &self.computed.verdicts[place]);
        let mut view = view::experiment(&lesson.slug, planned, outcome, verdicts, written);
        view::speak(&mut view, self.computed.course.words());
        view.live = live::offer(&self.computed.course, planned);
        view.provenance.notebook = notebooks::offer(&self.computed.course, planned);
        view
    }

    /// The figures of a lesson that can be drawn.
    fn figures(&self, index: usize, lesson: &Lesson, found: &mut Diagnostics) -> Vec<DrawnBlock> {
        let own = self.computed.figures.iter().filter(|figure| figure.lesson == index);
        let mut drawn = Vec::new();
        for planned in own {
            let (block, tree) = (&planned.block, &planned.tree);
            let plain = |text: &str, path: &str, found: &mut Diagnostics| {
                let fragment = self.computed.course.plain(lesson, text, tree.locate(path));
                let fragment = found.keep(fragment)?;
                Some(fragment.render_text(&mut self.filling(lesson, found)))
            };
            let alt = block.alt.as_deref().and_then(|text| plain(text, "alt", found));
            let short = |text: &str, path: &str, found: &mut Diagnostics| {
                let fragment = self.computed.course.short(lesson, text, tree.locate(path));
                found.keep(fragment)
            };
            let title = block.title.as_deref().and_then(|text| short(text, "title", found));
            let title_html = title.as_ref().map(|title| title.render(&mut self.filling(lesson, found)));
            let title = title
                .map(|title| title.render_text(&mut Filling { links: false, ..self.filling(lesson, found) }));
            // It is drawn before anything is numbered.
            let (title, marks) = title.map(|title| mark::drawable(&title)).unzip();
            let caption_html = block.caption.as_deref().and_then(|text| {
                let fragment = short(text, "caption", found)?;
                Some(fragment.render(&mut self.filling(lesson, found)))
            });
            let texts = FigureTexts {
                title,
                marks: marks.unwrap_or_default(),
                title_html: title_html.unwrap_or_default(),
                caption_html: caption_html.unwrap_or_default(),
                alt: alt.unwrap_or_default(),
                yaml: lesson.figures[planned.place].yaml.clone(),
            };
            let figure = found.keep(figure_view::draw(self.computed, &self.values, planned, texts));
            drawn.extend(figure.flatten());
        }
        drawn
    }

    /// Returns the Markdown texts of a block as HTML.
    fn written(
        &self,
        lesson: &Lesson,
        planned: &Planned,
        place: usize,
        found: &mut Diagnostics,
    ) -> BlockTexts {
        let alt = planned.header.alt.as_deref().and_then(|text| {
            let fragment = self.computed.course.plain(lesson, text, planned.tree.locate("alt"));
            let fragment = found.keep(fragment)?;
            Some(fragment.render_text(&mut self.filling(lesson, found)))
        });
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
        let claims_html = claims.collect();
        BlockTexts {
            claims_html,
            alt: alt.unwrap_or_default(),
            title_html: html(header.title.as_deref(), "title"),
            caption_html: html(header.caption.as_deref(), "caption"),
            yaml: lesson.blocks[planned.block].yaml.clone(),
            mentioned: mentioned(lesson, planned),
        }
    }
}

/// Returns the names of which the lesson speaks in its text, in the caption and in the claims of an experiment.
pub(super) fn mentioned(lesson: &Lesson, planned: &Planned) -> BTreeSet<String> {
    let header = &planned.header;
    let own = |name: &String| name.split('.').next() == Some(header.id.as_str());
    let prose =
        [&lesson.title, &lesson.summary, &lesson.body].into_iter().flat_map(crate::lesson::Fragment::values);
    // To read an expression takes far longer than to see that it does not name the experiment.
    let prose = prose.filter(|value| value.expression.contains(&header.id));
    let prose = prose.flat_map(|value| inline::names(&value.expression)).filter(own);
    let caption = header.caption.iter().flat_map(|text| text.split("{{").skip(1));
    let caption = caption.filter_map(|text| text.split("}}").next()).flat_map(inline::names).filter(own);
    let claims = header.claims.iter().flat_map(|claim| inline::names(&claim.that));
    let parts = |name: String| name.split(['.', '[', ']']).map(str::to_owned).collect::<Vec<_>>();
    prose.chain(caption).chain(claims).flat_map(parts).collect()
}

impl Draft<'_> {
    /// Returns whether its lesson has experiments or figures.
    pub(crate) fn has_experiments(&self) -> bool {
        !self.experiments.is_empty() || !self.figures.is_empty()
    }

    /// Draws its first chart for previews of links, where it shows a path to one.
    pub(crate) fn preview(&self) -> Option<Vec<u8>> {
        FirstChart::of(&self.experiments, &self.figures)?.preview()
    }

    /// Returns the experiment of a block, given the index of that in its lesson.
    pub(crate) fn experiment_of(&self, block: usize, planned: &[Planned]) -> Option<&Experiment<'_>> {
        self.experiments.iter().find(|one| planned[one.drawing.place].block == block)
    }

    /// Returns the experiment with an id.
    pub(crate) fn experiment_with(&self, id: &str, planned: &[Planned]) -> Option<&Experiment<'_>> {
        self.experiments.iter().find(|one| planned[one.drawing.place].header.id == id)
    }

    /// Returns what later builds need to know of it and of the remarks on its runs; none where its page cannot be told from
    /// others.
    pub(crate) fn note(&self, made_from: Sum, remarks: Vec<Diagnostic>) -> Option<Note> {
        let noted = |Experiment { view, drawing }: &Experiment| {
            let (view, sketch) = (view.as_ref().clone(), drawing.sketch.clone());
            Some(NotedExperiment { view, drawing: drawing.key?, sketch })
        };
        let experiments = self.experiments.iter().map(noted).collect::<Option<_>>()?;
        let (view, figures) = (self.view.as_ref().clone(), self.figures.to_vec());
        Some(Note { made_from, view, from: self.from?, experiments, figures, remarks })
    }
}

/// Returns the text of a lesson, and whether it needs more than the usual policy allows: cut into its pieces once, which takes longer
/// than to look at them.
fn read(body_html: &str) -> (String, bool) {
    let (mut text, mut needs) = (plain::Reader::default(), policy::Needs::default());
    markup::each(body_html, true, &mut |token| {
        text.read(&token);
        needs.read(&token);
    });
    (text.finish(), needs.more)
}

/// Returns whether the HTML that a lesson's author wrote beside its text needs more than the usual policy allows.
fn needs_more(experiments: &[Experiment], figures: &[DrawnBlock]) -> bool {
    let texts = experiments.iter().flat_map(|Experiment { view, .. }| {
        let claims = view.claims.iter().map(|claim| &claim.says_html);
        [&view.title_html, &view.caption_html].into_iter().chain(claims)
    });
    let captions = figures.iter().flat_map(|figure| [&figure.view.title_html, &figure.view.caption_html]);
    texts.into_iter().chain(captions).any(|html| policy::needs_more(html))
}

/// The first chart of a page.
enum FirstChart<'a> {
    OfExperiment(&'a Drawing<'a>),
    Own(&'a DrawnBlock),
}

impl<'a> FirstChart<'a> {
    fn of(experiments: &'a [Experiment<'a>], figures: &'a [DrawnBlock]) -> Option<Self> {
        let mut drawings = experiments.iter().map(|experiment| &experiment.drawing);
        let drawn = drawings.find(|drawing| drawing.charts().next().is_some()).map(FirstChart::OfExperiment);
        drawn.or_else(|| figures.first().map(FirstChart::Own))
    }

    /// Returns the part of it within its axes, which can be read when it is small.
    fn panel(&self) -> Option<[i32; 4]> {
        match self {
            FirstChart::OfExperiment(drawing) => drawing.sketch.panel,
            FirstChart::Own(figure) => drawing::panel(&figure.alone),
        }
    }

    /// Returns where the index finds it.
    fn thumbnail(&self, slug: &str) -> Option<String> {
        let path = match self {
            FirstChart::OfExperiment(drawing) => drawing.charts().next()?,
            FirstChart::Own(figure) => format!("{slug}/{}.svg", figure.view.id),
        };
        Some(match self.panel() {
            Some([x, y, width, height]) => format!("{path}#svgView(viewBox({x},{y},{width},{height}))"),
            None => path,
        })
    }

    /// Draws it for previews of links.
    fn preview(&self) -> Option<Vec<u8>> {
        let svg = match self {
            FirstChart::OfExperiment(drawing) => &drawing.drawn().figures.first()?.alone,
            FirstChart::Own(figure) => &figure.alone,
        };
        Some(preview::png(svg, self.panel()?))
    }
}

/// Returns how many minutes a reader needs for a text, 180 words each, or 350 signs of a script that has no blanks, and for
/// charts, of which two take one.
fn minutes(text: &str, charts: usize) -> usize {
    let signs = text.chars().filter(|sign| ('\u{3040}'..='\u{9fff}').contains(sign)).count();
    let words = text.split_whitespace().count();
    (words / 180 + signs / 350 + charts / 2).max(1)
}
