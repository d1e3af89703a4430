//! JUnit's XML: a suite a lesson, a case a claim and a snapshot, one for every other problem, and one for every printed
//! sentence that has other numbers.
//!
//! There is no standard but what readers take: `testsuites`, `testsuite`, `testcase` with `name` and `classname`,
//! `failure` with `message`; `file` and `line` as pytest writes them. No times, so that equal runs give equal bytes.

use std::collections::BTreeMap;

use crate::claims;
use crate::cli::report::Report;
use crate::diagnostic::{Diagnostic, Severity, Sources, Span};
use crate::pipeline::{Computed, Reprinted, Status};

/// One case.
struct Case {
    class: String,
    name: String,
    place: Option<Span>,
    failure: Option<Diagnostic>,
    /// What is said without failing.
    said: Option<Diagnostic>,
}

/// Writes the report as JUnit's XML.
pub(super) fn document(report: &Report) -> String {
    let mut left: Vec<Diagnostic> = report.found.iter().cloned().collect();
    let mut cases = report.computed.map_or_else(Vec::new, |computed| claims(computed, &mut left));
    cases.extend(snapshots(report, &mut left));
    cases.extend(left.into_iter().map(other));
    cases.extend(report.review.iter().flat_map(|review| &review.sentences).map(sentence));
    let mut suites: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for case in cases {
        let file = case.place.map_or("gradbook", |span| &report.sources.get(span.source).path);
        suites.entry(file.to_owned()).or_default().push(case);
    }
    let count = |cases: &[Case]| {
        let failures = cases.iter().filter(|case| case.failure.is_some()).count();
        format!("tests=\"{}\" failures=\"{failures}\"", cases.len())
    };
    let mut text =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"gradbook\">\n");
    for (name, cases) in &suites {
        text += &format!("  <testsuite name=\"{}\" {}>\n", attribute(name), count(cases));
        cases.iter().for_each(|case| text += &written(case, report.sources));
        text += "  </testsuite>\n";
    }
    text + "</testsuites>\n"
}

/// Returns a case for every claim; those that fail take their problem out of `left`.
fn claims(computed: &Computed, left: &mut Vec<Diagnostic>) -> Vec<Case> {
    let mut cases = Vec::new();
    for (planned, verdicts) in computed.planned.iter().zip(&computed.verdicts) {
        for verdict in verdicts {
            let place = claims::place(verdict.index, &planned.tree);
            let mut case = Case {
                class: crate::pipeline::title(&computed.course, planned),
                name: verdict.claim.says.clone().unwrap_or_else(|| verdict.claim.that.clone()),
                place: Some(place),
                failure: None,
                said: None,
            };
            if !verdict.holds() {
                case.failure = take(left, |found| found.span == Some(place));
            }
            cases.push(case);
        }
    }
    cases
}

/// Returns a case for every snapshot.
fn snapshots(report: &Report, left: &mut Vec<Diagnostic>) -> Vec<Case> {
    let Some((computed, review)) = report.computed.zip(report.review) else { return Vec::new() };
    let kept = computed.planned.iter().zip(&review.experiments);
    let kept = kept.filter(|(_, reviewed)| reviewed.status != Status::Unkept);
    kept.map(|(planned, reviewed)| {
        let found = reviewed.finding.as_ref().and_then(|finding| take(left, |found| found == finding));
        let (failure, said) = match found {
            Some(found) if found.severity == Severity::Error => (Some(found), None),
            found => (None, found),
        };
        Case {
            class: reviewed.title.clone(),
            name: "snapshot".to_owned(),
            place: Some(planned.tree.locate("id")),
            failure,
            said,
        }
    })
    .collect()
}

/// Returns a problem without a case of its own.
fn other(found: Diagnostic) -> Case {
    let mut case = Case {
        class: "gradbook".to_owned(),
        name: found.message.clone(),
        place: found.span,
        failure: None,
        said: None,
    };
    if found.severity == Severity::Error {
        case.failure = Some(found);
    } else {
        case.said = Some(found);
    }
    case
}

/// Returns a printed sentence with other numbers.
fn sentence(said: &Reprinted) -> Case {
    let note = Diagnostic::note("a printed sentence has other numbers", said.place);
    let note = note.hint(format!("before: {}", said.before)).hint(format!("now: {}", said.now));
    Case {
        class: said.title.clone(),
        name: format!("printed: {}", said.before),
        place: Some(said.place),
        failure: None,
        said: Some(note),
    }
}

fn take(left: &mut Vec<Diagnostic>, is_it: impl Fn(&Diagnostic) -> bool) -> Option<Diagnostic> {
    let index = left.iter().position(is_it)?;
    Some(left.remove(index))
}

fn written(case: &Case, sources: &Sources) -> String {
    let mut text =
        format!("    <testcase classname=\"{}\" name=\"{}\"", attribute(&case.class), attribute(&case.name));
    if let Some(span) = case.place {
        let line = sources.place(span).line;
        text += &format!(" file=\"{}\" line=\"{line}\"", attribute(&sources.get(span.source).path));
    }
    let inner = match (&case.failure, &case.said) {
        (Some(found), _) => format!(
            "      <failure message=\"{}\">{}</failure>\n",
            attribute(&found.message),
            escaped(&found.render(sources, false))
        ),
        (None, Some(said)) => {
            format!("      <system-out>{}</system-out>\n", escaped(&said.render(sources, false)))
        }
        (None, None) => return text + "/>\n",
    };
    format!("{text}>\n{inner}    </testcase>\n")
}

/// Escapes text for an attribute, in one line: elsewhere than in XML, a line of its own may be a command to who reads the log.
fn attribute(text: &str) -> String {
    escaped(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

/// Escapes text for an element; characters that XML 1.0 does not have become replacement characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\n' | '\t' => escaped.push(letter),
            letter if letter < ' ' || matches!(letter, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_xml_cannot_hold() {
        assert_eq!(attribute("a\n::error::\"b\""), "a&#10;::error::&quot;b&quot;");
        assert_eq!(escaped("a < \"b\" & c\u{1b}[0m\n"), "a &lt; &quot;b&quot; &amp; c\u{fffd}[0m\n");
    }
}
