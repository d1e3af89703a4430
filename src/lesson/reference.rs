//! References: `{{ ref: four.loss }}`, what they may lead to, and what is wrong with one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::inline::as_name;
use super::slug::{slugify, without_number};
use crate::diagnostic::{Diagnostic, Span, nearest};

/// Where a reference leads, and what is shown of that.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// Of the page.
    pub slug: String,
    pub to: Target,
    /// Whether only the number is shown.
    pub number: bool,
    /// Whether it stands where no link may.
    pub plain: bool,
}

/// What can be referred to on a page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Target {
    /// The page itself.
    Lesson,
    /// By its id.
    Experiment(String),
    /// A figure of an experiment, by its id and name.
    Figure(String, String),
    /// The results of an experiment.
    Table(String),
    /// A picture with a caption, by the name that its title gives it.
    Picture(String),
    /// By its label.
    Equation(String),
}

/// What stands for the results of an experiment in references.
const TABLE: &str = "table";

/// What stands before the label of an equation.
const EQUATION: &str = "eq";

/// The figures of an experiment by their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    pub shown: Vec<String>,
    /// Those that its kind has and its block leaves out.
    pub hidden: Vec<String>,
}

impl Shown {
    /// Parts the figures of a kind in those that are asked for and the others.
    pub fn among<'n>(all: impl Iterator<Item = &'n str>, is_asked: impl Fn(&str) -> bool) -> Self {
        let (shown, hidden) = all.map(str::to_owned).partition(|name: &String| is_asked(name));
        Shown { shown, hidden }
    }
}

/// What a page has that can be referred to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct TargetsOf {
    pub slug: String,
    /// Its number, where it has one.
    pub number: Option<usize>,
    /// Whether its text was read, and whole.
    pub standing: Standing,
    /// None of what is not known about its figures.
    pub experiments: BTreeMap<String, Option<Shown>>,
    pub equations: BTreeSet<String>,
    pub pictures: BTreeSet<String>,
}

/// What is known of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    #[default]
    Read,
    /// Anything may stand there.
    Unread,
    /// It is a draft, and not built.
    Draft,
}

/// All that references may lead to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Targets {
    /// By the name of the page; some pages may share one.
    pages: BTreeMap<String, Vec<TargetsOf>>,
}

/// What a name was found to be.
type Found = (String, Target);

impl Targets {
    pub(super) fn insert(&mut self, page: TargetsOf) {
        self.pages.entry(as_name(&page.slug)).or_default().push(page);
    }

    /// Says which figures an experiment shows, when its defaults are known too.
    pub(super) fn declare(&mut self, slug: &str, id: &str, shown: &Shown) {
        let pages = self.pages.get_mut(&as_name(slug)).into_iter().flatten();
        for page in pages.filter(|page| page.slug == slug) {
            page.experiments.insert(id.to_owned(), Some(shown.clone()));
        }
    }

    fn page(&self, slug: &str) -> Option<&TargetsOf> {
        self.pages.get(&as_name(slug))?.iter().find(|page| page.slug == slug)
    }

    /// Returns where a reference on the page of that slug leads.
    ///
    /// # Errors
    /// What is unknown, hidden, not built, or has two meanings; a number of what has none.
    pub(super) fn find(&self, slug: &str, text: &str, span: Span) -> Result<Reference, Diagnostic> {
        let at = |part: &str| match (span.end - span.start == text.len(), text.find(part)) {
            (true, Some(start)) if !part.is_empty() => span.part(start, start + part.len()),
            _ => span,
        };
        let (name, filter) = match text.split_once('|') {
            Some((name, filter)) => (name.trim(), Some(filter.trim())),
            None => (text.trim(), None),
        };
        if let Some(filter) = filter.filter(|filter| *filter != "number") {
            let error = Diagnostic::error(format!("a reference has no filter `{filter}`"), at(filter));
            return Err(error.label("expected `number`, or none"));
        }
        let (slug, to) = self.target(slug, name, at(name))?;
        let reference = Reference { slug, to, number: filter.is_some(), plain: false };
        match self.unnumbered(&reference) {
            Some(expected) if reference.number => {
                let error = Diagnostic::error(format!("`{name}` has no number"), at(name));
                Err(error.label(expected))
            }
            _ => Ok(reference),
        }
    }

    /// What to write in place of a reference that has no number.
    fn unnumbered(&self, reference: &Reference) -> Option<String> {
        let page = self.page(&reference.slug)?;
        match &reference.to {
            Target::Lesson if page.number.is_none() => Some("it is a page outside of the lessons".to_owned()),
            Target::Experiment(id) => Some(format!("expected {}", parts_of(page, id))),
            _ => None,
        }
    }

    fn target(&self, slug: &str, name: &str, span: Span) -> Result<Found, Diagnostic> {
        let parts: Vec<&str> = name.split('.').map(str::trim).collect();
        let first = parts[0];
        if parts.iter().any(|part| part.is_empty()) {
            let error = Diagnostic::error("a reference needs a name", span);
            let hint = "a figure is `ref: id.figure`, a table `ref: id.table`, an equation `ref: eq.label`, an experiment `ref: id`, a lesson `ref: its_name`";
            return Err(error.label("expected what it leads to").hint(hint));
        }
        let own = self.page(slug);
        let within = own.and_then(|page| page.find(&parts)).map(|to| (slug.to_owned(), to));
        let pages = self.pages.get(first).map_or(&[][..], Vec::as_slice);
        let beyond: Vec<(&TargetsOf, Option<Target>)> = pages
            .iter()
            .map(|page| match parts.len() {
                1 => (page, Some(Target::Lesson)),
                _ => (page, page.find(&parts[1..])),
            })
            .collect();
        let mut found: Vec<Found> = within.into_iter().collect();
        let meant = |(page, to): &(&TargetsOf, Option<Target>)| Some((page.slug.clone(), to.clone()?));
        found.extend(beyond.iter().filter(|(page, _)| page.standing != Standing::Draft).filter_map(meant));
        match &found[..] {
            [one] => return Ok(one.clone()),
            [one, other, ..] => {
                let error = Diagnostic::error(format!("`{name}` has two meanings"), span);
                let meanings = format!("both {} and {}", says(one), says(other));
                return Err(error.label(meanings).hint("give one of them another name"));
            }
            [] => {}
        }
        if pages.iter().any(|page| page.standing == Standing::Draft) {
            let error = Diagnostic::error(format!("the lesson `{first}` is a draft, and not built"), span);
            return Err(error.label("leads nowhere").hint("drafts are built with `--drafts`"));
        }
        // Of what was not read, anything may be.
        if let Some(page) = pages.iter().find(|page| page.standing == Standing::Unread) {
            return Ok((page.slug.clone(), guessed(&parts[1..])));
        }
        if own.is_some_and(|page| page.standing == Standing::Unread) {
            return Ok((slug.to_owned(), guessed(&parts)));
        }
        if let Some((page, _)) = beyond.first() {
            return Err(page.error(&parts[1..], span, first));
        }
        let Some(own) = own else { return Err(Diagnostic::error("there is no such page", span)) };
        if first == EQUATION || own.experiments.contains_key(first) {
            return Err(own.error(&parts, span, ""));
        }
        Err(self.unknown(own, &parts, span))
    }

    /// A name that nothing has.
    fn unknown(&self, own: &TargetsOf, parts: &[&str], span: Span) -> Diagnostic {
        let first = parts[0];
        let error = Diagnostic::error(format!("nothing is called `{first}` that can be referred to"), span);
        let pages = || self.pages.iter().flat_map(|(name, pages)| pages.iter().map(move |page| (name, page)));
        let elsewhere = pages().find(|(_, page)| page.find(parts).is_some());
        if let Some((name, _)) = elsewhere {
            return error.label(format!("did you mean `{name}.{}`?", parts.join(".")));
        }
        // A lesson called by its file.
        let file = without_number(first.rsplit('/').next().unwrap_or(first));
        if let Some((name, _)) = self.pages.get_key_value(&as_name(&slugify(file))) {
            return error.label(format!("did you mean `{name}`?"));
        }
        let names = own.experiments.keys().chain(&own.pictures).chain(self.pages.keys());
        match nearest(first, names.map(String::as_str)) {
            Some(near) => {
                let rest = parts[1..].iter().map(|part| format!(".{part}")).collect::<String>();
                error.label(format!("did you mean `{near}{rest}`?"))
            }
            None => error.label("expected an experiment of this lesson, a lesson, or `eq.LABEL`"),
        }
    }
}

impl TargetsOf {
    /// What a name means on this page.
    fn find(&self, parts: &[&str]) -> Option<Target> {
        if let [EQUATION, _, ..] = parts {
            let label = parts[1..].join(".");
            return self.equations.contains(&label).then_some(Target::Equation(label));
        }
        if let [name] = parts
            && self.pictures.contains(*name)
        {
            return Some(Target::Picture((*name).to_owned()));
        }
        let id = parts.first()?;
        let shown = self.experiments.get(*id)?;
        match parts {
            [id] => Some(Target::Experiment((*id).to_owned())),
            [id, TABLE] => Some(Target::Table((*id).to_owned())),
            [id, figure] => {
                let is_shown = |shown: &Shown| shown.shown.iter().any(|name| name == figure);
                let figure = Target::Figure((*id).to_owned(), (*figure).to_owned());
                shown.as_ref().is_none_or(is_shown).then_some(figure)
            }
            _ => None,
        }
    }

    /// What is wrong with a name that means nothing on this page, where `lesson` stands before it.
    fn error(&self, parts: &[&str], span: Span, lesson: &str) -> Diagnostic {
        let here =
            if lesson.is_empty() { "on this page".to_owned() } else { format!("in the lesson `{lesson}`") };
        let full = |name: &str| if lesson.is_empty() { name.to_owned() } else { format!("{lesson}.{name}") };
        if parts[0] == EQUATION {
            let label = parts[1..].join(".");
            let error = Diagnostic::error(format!("there is no equation `{label}` {here}"), span);
            return match nearest(&label, self.equations.iter().map(String::as_str)) {
                Some(near) => error.label(format!("did you mean `{}`?", full(&format!("{EQUATION}.{near}")))),
                None => error.label(format!("expected `\\label{{{label}}}` in a formula between `$$`")),
            };
        }
        let id = parts[0];
        let Some(shown) = self.experiments.get(id) else {
            let error = Diagnostic::error(format!("nothing is called `{id}` {here}"), span);
            let names = self.experiments.keys().chain(&self.pictures);
            return match nearest(id, names.map(String::as_str)) {
                Some(near) => error.label(format!("did you mean `{}`?", full(near))),
                None if self.experiments.is_empty() => error.label("it has no experiments"),
                None => {
                    let all: Vec<String> =
                        self.experiments.keys().map(|id| format!("`{}`", full(id))).collect();
                    error.label(format!("expected {}", all.join(", ")))
                }
            };
        };
        let shown = shown.clone().unwrap_or_default();
        if parts.len() > 2 {
            let error = Diagnostic::error(format!("`{}` leads nowhere", parts.join(".")), span);
            return error.label(format!("expected {}", parts_of(self, id)));
        }
        let figure = parts[1];
        if shown.hidden.iter().any(|name| name == figure) {
            let error =
                Diagnostic::error(format!("the experiment `{id}` does not show its figure `{figure}`"), span);
            return error
                .label(format!("expected {}", parts_of(self, id)))
                .hint(format!("add `{figure}` to its `figures`"));
        }
        let error = Diagnostic::error(format!("the experiment `{id}` has no figure `{figure}`"), span);
        let known = shown.shown.iter().map(String::as_str).chain([TABLE]);
        match nearest(figure, known) {
            Some(near) => error.label(format!("did you mean `{}`?", full(&format!("{id}.{near}")))),
            None => error.label(format!("expected {}", parts_of(self, id))),
        }
    }
}

/// What of an experiment has a number.
fn parts_of(page: &TargetsOf, id: &str) -> String {
    let shown = page.experiments.get(id).cloned().flatten().unwrap_or_default();
    let names = shown.shown.iter().map(String::as_str).chain([TABLE]);
    names.map(|name| format!("`{id}.{name}`")).collect::<Vec<_>>().join(", ")
}

/// What a name probably is on a page that was not read.
fn guessed(parts: &[&str]) -> Target {
    match parts {
        [EQUATION, label @ ..] if !label.is_empty() => Target::Equation(label.join(".")),
        [] => Target::Lesson,
        [id] => Target::Experiment((*id).to_owned()),
        [id, TABLE, ..] => Target::Table((*id).to_owned()),
        [id, figure, ..] => Target::Figure((*id).to_owned(), (*figure).to_owned()),
    }
}

/// What a name was found to be, in words.
fn says((slug, to): &Found) -> String {
    match to {
        Target::Lesson => format!("the lesson `{slug}`"),
        Target::Experiment(id) => format!("the experiment `{id}` of `{slug}`"),
        Target::Figure(id, figure) => format!("the figure `{figure}` of `{id}`"),
        Target::Table(id) => format!("the table of `{id}` in `{slug}`"),
        Target::Picture(name) => format!("the picture `{name}` of `{slug}`"),
        Target::Equation(label) => format!("the equation `{label}` of `{slug}`"),
    }
}
