//! Numbers and claims in the text of a lesson.

use crate::diagnostic::Diagnostics;
use crate::lesson::inline::{Values, format_number};
use crate::lesson::{Fill, Lesson, Role, Value, experiment_mark};
use crate::outcome::{Statistic, Summary};

use super::Computed;

/// Fills the gaps of a lesson's text.
pub struct Filling<'a, 'c> {
    pub computed: &'a Computed,
    pub values: &'a Values<'c>,
    pub lesson: &'a Lesson,
    /// Whether links may stand here.
    pub links: bool,
    pub found: &'a mut Diagnostics,
}

impl Fill for Filling<'_, '_> {
    /// Experiments are put in later, where they are needed.
    fn experiment(&mut self, index: usize) -> String {
        experiment_mark(index)
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
        let values = self.values;
        let text = match values.evaluate(&self.lesson.slug, &value.expression, value.span) {
            Ok(text) => text,
            Err(error) => {
                self.found.push(error);
                return String::new();
            }
        };
        let origin = values.origin(&self.lesson.slug, &value.expression);
        let numbers = origin.iter().flat_map(|origin| &origin.numbers);
        let lines = numbers.map(|(name, summary, statistic)| spread(name, summary, *statistic));
        let title = [value.expression.clone()].into_iter().chain(lines).collect::<Vec<_>>().join("\n");
        self.linked(value, origin.map(|origin| origin.experiment), "value", &title, &escaped(&text))
    }

    /// A check mark with the figures of a claim that holds; one that does not has stopped the build.
    fn claim(&mut self, value: &Value) -> String {
        let judged = &self.computed.prose;
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
            let lesson = self.computed.course.lesson_named(&name)?;
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

/// Returns a number with what stands for its seeds and their spread, in words.
fn spread(name: &str, summary: &Summary, statistic: Statistic) -> String {
    let Summary { n, mean, sd, median, q1, q3, .. } = summary;
    match (n, statistic) {
        _ if mean.is_nan() => {
            format!("{name}: no value in some of {n} seeds, which diverged or never got there")
        }
        (1, _) => format!("{name} = {mean}"),
        (_, Statistic::Mean) => format!("{name}: mean {mean}, sd {}, {n} seeds", format_number(*sd)),
        (_, Statistic::Median) => {
            let [q1, q3] = [q1, q3].map(|end| format_number(*end));
            format!("{name}: median {median}, half of the {n} seeds from {q1} to {q3}")
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
