//! Numbers and claims in the text of a lesson.

use crate::diagnostic::Diagnostics;
use crate::experiment::MetricInfo;
use crate::lesson::inline::{Values, format_absent, format_number};
use crate::lesson::{
    Fill, InlineValue, Lesson, Mark, Reference, Role, address, experiment_mark, figure_mark, to_root,
};
use crate::markup::escaped;
use crate::outcome::{Statistic, Summary};

use crate::pipeline::computed::Computed;
use crate::pipeline::run::planned::Planned;

/// Fills the gaps of a lesson's text.
pub(crate) struct Filling<'a, 'c> {
    pub computed: &'a Computed,
    pub values: &'a Values<'c>,
    pub lesson: &'a Lesson,
    /// Whether links may stand here.
    pub links: bool,
    pub found: &'a mut Diagnostics,
}

impl Fill for Filling<'_, '_> {
    /// Leaves the place of an experiment, which is put in later, where they are needed.
    fn experiment(&mut self, index: usize) -> String {
        experiment_mark(index)
    }

    fn figure(&mut self, index: usize) -> String {
        figure_mark(index)
    }

    fn value(&mut self, value: &InlineValue) -> String {
        match value.role {
            Role::Value => self.number(value),
            Role::Claim => self.claim(value),
            Role::Reference => self.reference(value),
            Role::Citation => {
                let key = value.expression.trim_start_matches('-').to_owned();
                let plain = value.plain || value.in_link || !self.links;
                Mark::Citation { year: value.expression.starts_with('-'), key, plain }.written()
            }
        }
    }
}

impl Filling<'_, '_> {
    /// Returns a number, with how it came about: a link to its experiment, means and spreads in its title.
    fn number(&mut self, value: &InlineValue) -> String {
        let values = self.values;
        let text = match values.evaluate(&self.lesson.slug, &value.expression, value.span) {
            Ok(text) => text,
            Err(error) => {
                self.found.push(error);
                return String::new();
            }
        };
        let words = self.computed.course.words();
        let text = if value.as_is { text } else { words.write(&text) };
        if value.plain {
            return escaped(&text);
        }
        let origin = values.origin(&self.lesson.slug, &value.expression);
        let numbers = origin.iter().flat_map(|origin| &origin.numbers);
        let lines = numbers.map(|(name, values, statistic)| words.write(&spread(name, values, *statistic)));
        let title = [value.expression.clone()].into_iter().chain(lines).collect::<Vec<_>>().join("\n");
        self.linked(value, origin.map(|origin| origin.experiment), "value", &title, &escaped(&text))
    }

    /// Returns a mark: what stands there shows when all is numbered.
    fn reference(&mut self, value: &InlineValue) -> String {
        match self.computed.course.refer(self.lesson, value) {
            Ok(found) => Mark::Reference(Reference { plain: found.plain || !self.links, ..found }).written(),
            Err(error) => {
                self.found.push(error);
                String::new()
            }
        }
    }

    /// Returns a check mark with the figures of a claim that holds; one that does not has stopped the build.
    fn claim(&mut self, value: &InlineValue) -> String {
        let judged = &self.computed.prose;
        let Some(claim) = judged.get(&(value.span, value.expression.clone())) else { return String::new() };
        let doubts = claim.verdict.doubts();
        let figures: Vec<String> = [claim.verdict.count()]
            .into_iter()
            .chain(claim.verdict.evidence(|name| self.metric(claim.experiment.as_ref(), name)))
            .chain(doubts.iter().map(|doubt| doubt.says().to_owned()))
            .collect();
        let words = self.computed.course.words();
        let figures: Vec<String> = figures.iter().map(|text| words.write(text)).collect();
        let figures = figures.join("; ");
        let told = words.get("claim_gap").replace("{text}", &figures);
        if value.plain {
            return escaped(&told);
        }
        let class = if doubts.is_empty() { "claim" } else { "claim doubtful" };
        let inner = format!(
            "<span aria-hidden=\"true\">✓</span><span class=\"visually-hidden\">{}</span>",
            escaped(&told)
        );
        let title = format!("{}\n{figures}", value.expression);
        self.linked(value, claim.experiment.clone(), class, &title, &inner)
    }

    /// Describes a metric of an experiment by its name.
    fn metric(&self, experiment: Option<&(String, String)>, name: &str) -> Option<MetricInfo> {
        let (lesson, id) = experiment?;
        let lesson = self.computed.course.lesson_named(lesson)?;
        let own = |planned: &&Planned| {
            planned.header.id == *id && self.computed.course.lessons[planned.lesson].slug == lesson.slug
        };
        self.computed.planned.iter().find(own)?.metric(name)
    }

    /// Puts HTML into a link to an experiment, where there is one and a link may stand.
    fn linked(
        &self,
        value: &InlineValue,
        experiment: Option<(String, String)>,
        class: &str,
        title: &str,
        inner: &str,
    ) -> String {
        let title = escaped(title).replace('\n', "&#10;");
        let target = experiment.filter(|_| self.links && !value.in_link).and_then(|(name, id)| {
            let lesson = self.computed.course.lesson_named(&name)?;
            let page = if lesson.slug == self.lesson.slug {
                String::new()
            } else {
                format!("{}{}.html", to_root(&self.lesson.slug), address(&lesson.slug))
            };
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
fn spread(name: &str, values: &[f64], statistic: Statistic) -> String {
    let found: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    let metric = name.rsplit('.').next().unwrap_or(name);
    let said = |values: &[f64]| match (values, statistic) {
        ([value], _) => value.to_string(),
        (_, Statistic::Mean) => {
            let Summary { mean, sd, .. } = Summary::of(values);
            format!("mean {mean}, sd {}", format_number(sd))
        }
        (_, Statistic::Median) => {
            let Summary { median, q1, q3, n, .. } = Summary::of(values);
            let [q1, q3] = [q1, q3].map(format_number);
            format!("median {median}, half of the {n} seeds from {q1} to {q3}")
        }
    };
    match (found.len(), values.len()) {
        (1, 1) => format!("{name} = {}", said(&found)),
        (0, _) if format_absent(metric, values) == "never" => format!("{name}: never"),
        (0, _) => format!("{name}: no value"),
        (count, seeds) if count < seeds => match format_absent(metric, values) {
            never if never.starts_with("never") => format!("{name}: {never}, {} in the others", said(&found)),
            _ => format!(
                "{name}: no value in {} of {seeds} seeds, {} in the others",
                seeds - count,
                said(&found)
            ),
        },
        (_, seeds) if statistic == Statistic::Mean => format!("{name}: {}, {seeds} seeds", said(&found)),
        _ => format!("{name}: {}", said(&found)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_reached_is_said_in_words() {
        let never = f64::NAN;
        assert_eq!(spread("e.loss", &[0.5], Statistic::Mean), "e.loss = 0.5");
        assert_eq!(spread("e.loss", &[0.25, 0.75], Statistic::Mean), "e.loss: mean 0.5, sd 0.3536, 2 seeds");
        assert_eq!(
            spread("e.loss", &[0.25, never], Statistic::Mean),
            "e.loss: no value in 1 of 2 seeds, 0.25 in the others"
        );
        assert_eq!(spread("e.loss", &[never], Statistic::Mean), "e.loss: no value");
        assert_eq!(spread("e.epochs_to", &[never, never], Statistic::Mean), "e.epochs_to: never");
        assert_eq!(
            spread("e.epochs_to", &[never, 3.0, 5.0], Statistic::Mean),
            "e.epochs_to: never in 1 of 3 seeds, mean 4, sd 1.414 in the others"
        );
    }
}
