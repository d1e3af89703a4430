//! Drafts with their numbers: what the pages show.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::drafts::{Draft, Experiment};
use super::embedding::Drawings;
use super::references::References;
use crate::diagnostic::Diagnostic;
use crate::lesson::mark::{MARK, plain_text};
use crate::lesson::{Fill, Fragment, InlineValue, Target};
use crate::markup::{DataUrl, highlight};
use crate::pipeline::computed::Computed;
use crate::site::{ExperimentView, PageView};
use crate::store::cache::Sum;

/// A draft in which everything has its number.
pub(crate) struct Finished<'a> {
    draft: &'a Draft<'a>,
    references: &'a References<'a>,
    drawings: &'a Drawings,
    computed: &'a Computed,
    /// Index in the course.
    index: usize,
    /// Its body has marks where experiments stand, and numbers.
    pub view: Cow<'a, PageView>,
    /// A hash over all that the page is made from; none where that cannot be told.
    pub from: Option<Sum>,
    /// Its text with its experiments, then with its code coloured too.
    body: OnceLock<Result<String, Vec<Diagnostic>>>,
    coloured: OnceLock<String>,
}

impl<'a> Finished<'a> {
    /// Puts the numbers into what other pages show of a draft too.
    pub(crate) fn new(
        computed: &'a Computed,
        references: &'a References<'a>,
        drawings: &'a Drawings,
        draft: &'a Draft<'a>,
        index: usize,
    ) -> Self {
        let mut view = Cow::Borrowed(draft.view.as_ref());
        let headings = || draft.view.headings.iter().map(|heading| &heading.html);
        let shown = [&draft.view.title_html, &draft.view.summary_html];
        if shown.into_iter().chain(headings()).any(|html| html.contains(MARK)) {
            let mut filler = references.filler(index);
            let own = view.to_mut();
            let texts = [&mut own.title_html, &mut own.summary_html];
            let headings = own.headings.iter_mut().map(|heading| &mut heading.html);
            texts.into_iter().chain(headings).for_each(|html| *html = filler.html(html));
            own.title_text = plain_text(&own.title_html);
        }
        if computed.course.is_untrusted() {
            view = Cow::Owned(view.into_owned().allowed());
        }
        let (body, coloured) = (OnceLock::new(), OnceLock::new());
        let mut finished =
            Finished { draft, references, drawings, computed, index, view, from: None, body, coloured };
        let embedded = drawings.sum(&computed.course.lessons[index].embedded);
        let from = |from| [from, finished.numbers()].into_iter().chain(embedded).collect::<Vec<_>>();
        finished.from = draft.from.map(|own| Sum::over(&from(own)));
        finished
    }

    /// Returns whether its lesson has experiments.
    pub(crate) fn has_experiments(&self) -> bool {
        self.draft.has_experiments()
    }

    /// Draws its first chart for previews of links.
    pub(crate) fn preview(&self) -> Option<Vec<u8>> {
        self.draft.preview()
    }

    /// Lists the drawings of its experiments.
    pub(crate) fn experiments(&self) -> &'a [Experiment<'a>] {
        &self.draft.experiments
    }

    /// A hash over all that depends on how things are numbered, here and elsewhere.
    fn numbers(&self) -> Sum {
        let mut filler = self.references.filler(self.index);
        let mut filled = vec![self.view.title_html.clone(), self.view.summary_html.clone()];
        let mut add = |html: &str| {
            if html.contains(MARK) {
                filled.push(filler.html(html));
            }
        };
        add(&self.draft.view.title_html);
        add(&self.draft.view.summary_html);
        add(&self.draft.view.body_html);
        for Experiment { view, .. } in &self.draft.experiments {
            add(&view.title_html);
            add(&view.caption_html);
            add(&view.alt);
            view.claims.iter().for_each(|claim| add(&claim.says_html));
        }
        for figure in self.draft.figures.iter() {
            add(&figure.view.title_html);
            add(&figure.view.caption_html);
            add(&figure.view.alt);
        }
        filled.push(filler.sources());
        let numbers = self.references.numbers(self.index).listed().iter().map(|one| one.number.as_str());
        Sum::of_value(&(filled, numbers.collect::<Vec<_>>(), self.after()))
    }

    /// What stands after the text of the lesson.
    fn after(&self) -> String {
        match self.computed.course.lessons[self.index].front.list_of_figures {
            true => self.references.list(self.index),
            false => String::new(),
        }
    }

    /// Returns the page with its experiments.
    ///
    /// # Errors
    /// Faults of an author's template.
    pub(crate) fn whole(&self) -> Result<PageView, Vec<Diagnostic>> {
        let body = self.body()?;
        let lesson = &self.computed.course.lessons[self.index];
        let mut drawings = self.drawings.of(&lesson.embedded);
        Ok(self.page(self.coloured.get_or_init(|| highlight::page(body)), &mut drawings))
    }

    /// Returns the same without drawings of strangers, and without colours in its code, which take longer than all the rest.
    ///
    /// # Errors
    /// As [`whole`](Self::whole).
    pub(crate) fn plain(&self) -> Result<PageView, Vec<Diagnostic>> {
        Ok(self.page(self.body()?, &mut |_| None))
    }

    fn page(&self, body: &str, drawings: &mut dyn FnMut(&str) -> Option<&'a DataUrl>) -> PageView {
        let page = PageView { body_html: body.to_owned(), ..self.view.as_ref().clone() };
        match self.computed.course.is_untrusted() {
            true => page.allowed_body(drawings),
            false => page,
        }
    }

    fn body(&self) -> Result<&str, Vec<Diagnostic>> {
        let body = self.body.get_or_init(|| {
            let mut fill = Experiments { finished: self, found: Vec::new() };
            let body = Fragment::cut(&self.view.body_html, &[]).render(&mut fill);
            if !fill.found.is_empty() {
                return Err(fill.found);
            }
            let mut filler = self.references.filler(self.index);
            // What they cite stands at the end too.
            let heads = [&self.draft.view.title_html, &self.draft.view.summary_html];
            heads.into_iter().filter(|html| html.contains(MARK)).for_each(|html| drop(filler.html(html)));
            let body = if body.contains(MARK) { filler.html(&body) } else { body };
            Ok(body + &filler.sources() + &self.after())
        });
        body.as_deref().map_err(Clone::clone)
    }
}

/// Puts the experiments of a draft into its body.
struct Experiments<'a> {
    finished: &'a Finished<'a>,
    found: Vec<Diagnostic>,
}

impl Fill for Experiments<'_> {
    fn experiment(&mut self, index: usize) -> String {
        let Finished { draft, references, computed, index: page, .. } = self.finished;
        let Computed { planned, templates, course, .. } = computed;
        let Some(Experiment { view, drawing }) = draft.experiment_of(index, planned) else {
            return String::new();
        };
        let mut view: ExperimentView = view.as_ref().clone();
        let drawn = drawing.drawn();
        crate::view::draw_in(&mut view, &draft.view.slug, &drawn.figures, &drawn.digest);
        let numbers = references.numbers(*page);
        for figure in &mut view.figures {
            figure.number = numbers.figure(&view.id, &figure.name).map(str::to_owned);
        }
        if let Some(results) = &mut view.results {
            results.number = numbers.table(&view.id).map(str::to_owned);
        }
        templates.loaded.experiment(&view).unwrap_or_else(|error| {
            let planned = &planned[drawing.place];
            let place = course.lessons[planned.lesson].blocks[planned.block].span;
            self.found.push(Diagnostic::error(error.to_string(), place));
            String::new()
        })
    }

    fn figure(&mut self, index: usize) -> String {
        let Finished { draft, references, computed, index: page, .. } = self.finished;
        let Some(figure) = draft.figures.iter().find(|figure| figure.place == index) else {
            return String::new();
        };
        let mut view = figure.view.clone();
        let number = references.numbers(*page).get(&Target::Picture(view.id.clone())).map(str::to_owned);
        view.figures.iter_mut().for_each(|drawn| drawn.number.clone_from(&number));
        computed.templates.loaded.experiment(&view).unwrap_or_else(|error| {
            let place = computed.course.lessons[*page].figures[index].span;
            self.found.push(Diagnostic::error(error.to_string(), place));
            String::new()
        })
    }

    /// Writes nothing: there are none left.
    fn value(&mut self, _: &InlineValue) -> String {
        String::new()
    }
}
