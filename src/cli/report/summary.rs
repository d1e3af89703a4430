//! A short Markdown text for a pull request: verdict on top, then which sentences print other numbers, what moved and which
//! claims got weaker.

use crate::cli::report::Report;
use crate::cli::report::human::{has_moved, margin, place, said, since};
use crate::diagnostic::Severity;
use crate::outcome::Step;
use crate::pipeline::{Reprinted, Reviewed, reseeded, settings, sizeless, step};

/// Rows of each table.
const ROWS: usize = 20;

/// Writes the report as Markdown, for the summary of a job.
pub(crate) fn summary(report: &Report) -> String {
    let mut text = format!("### gradbook: {}\n", headline(report));
    let verdict = report.verdict();
    if !verdict.is_empty() {
        text += &format!("\n{verdict}\n");
    }
    if let Some(cause) = report.review.and_then(|review| review.cause.as_ref()) {
        text += &format!("\n{cause}\n");
    }
    text + &sentences(report) + &moved(report) + &claims(report) + &others(report)
}

fn headline(report: &Report) -> String {
    let found = report.found.summary();
    match (report.failed(), report.computed) {
        (true, None) => format!("failed before anything ran, {found}"),
        (true, Some(_)) => format!("failed, {found}"),
        (false, computed) => {
            let claims: usize = computed.map_or(0, |c| c.verdicts.iter().map(Vec::len).sum());
            let warned = if found.is_empty() { String::new() } else { format!(", {found}") };
            match claims {
                0 => format!("in order{warned}"),
                1 => format!("in order, the one claim holds{warned}"),
                claims => format!("in order, all {claims} claims hold{warned}"),
            }
        }
    }
}

/// Returns a row for each printed sentence that has other numbers.
fn sentences(report: &Report) -> String {
    let Some(review) = report.review.filter(|review| !review.sentences.is_empty()) else {
        return String::new();
    };
    let row = |sentence: &Reprinted| {
        let place = format!("`{}`", place(report, sentence.place));
        cells([place, escaped(&sentence.before), escaped(&sentence.now)])
    };
    let rows: String = review.sentences.iter().take(ROWS).map(row).collect();
    format!("\n| printed | before | now |\n|---|---|---|\n{rows}{}", more(review.sentences.len()))
}

/// Returns a row of a table.
fn cells<const N: usize>(cells: [String; N]) -> String {
    format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

/// Returns a text of a page as Markdown shows it, word for word.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '<' => escaped += "&lt;",
            '&' => escaped += "&amp;",
            '*' | '_' | '`' | '[' | ']' | '\\' | '$' | '~' | '#' => escaped.extend(['\\', letter]),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Returns a row for each experiment that moved.
fn moved(report: &Report) -> String {
    let Some((computed, review)) = report.computed.zip(report.review) else { return String::new() };
    let all = || computed.planned.iter().zip(&review.experiments).filter(|(_, reviewed)| has_moved(reviewed));
    let mut text = String::new();
    for (planned, reviewed) in all().take(ROWS) {
        text += &row(reviewed, planned.kind.step);
    }
    if text.is_empty() {
        return text;
    }
    format!(
        "\n| experiment | | since | changed, moved most |\n|---|---|---|---|\n{text}{}",
        more(all().count())
    )
}

fn row(reviewed: &Reviewed, step_of: Step) -> String {
    let Some(comparison) = &reviewed.comparison else { return String::new() };
    let first = comparison.variants.iter().min_by_key(|variant| variant.parted.unwrap_or(usize::MAX));
    let since = match (comparison.seeds, first) {
        (Some(seeds), _) => reseeded(seeds),
        (None, Some(variant)) => since(variant, step_of),
        (None, None) => String::new(),
    };
    let names: Vec<String> =
        comparison.variants.iter().map(|variant| format!("`{}`", variant.name)).collect();
    let most = comparison
        .most()
        .map(|(variant, most)| format!("`{}.{}` {}", variant.name, most.metric, step(most)))
        .or_else(|| sizeless(comparison));
    let changed = settings(comparison).into_iter().map(|setting| format!("`{setting}`"));
    let most: Vec<String> = changed.chain(most).collect();
    cells([
        format!("`{}`", reviewed.title),
        match names.is_empty() {
            true => said(reviewed.status).to_owned(),
            false => format!("{}: {}", said(reviewed.status), names.join(", ")),
        },
        since,
        most.join("; "),
    ])
}

/// Returns the claims that are nearer to failing than they were, the most first.
fn claims(report: &Report) -> String {
    let Some((computed, review)) = report.computed.zip(report.review) else { return String::new() };
    let mut shrunk: Vec<(f64, String)> = Vec::new();
    for (planned, reviewed) in computed.planned.iter().zip(&review.experiments) {
        for shift in reviewed.comparison.iter().flat_map(|comparison| &comparison.claims) {
            if let Some(share) = shift.weaker_by() {
                let says = planned.header.claims.get(shift.index).and_then(|claim| claim.says.as_deref());
                let what = says.map_or_else(|| format!("`{}`", shift.that), str::to_owned);
                shrunk.push((share, cells([format!("`{}`", reviewed.title), what, margin(shift)])));
            }
        }
    }
    if shrunk.is_empty() {
        return String::new();
    }
    shrunk.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let rows: String = shrunk.iter().take(ROWS).map(|(_, row)| row.as_str()).collect();
    format!("\n| experiment | claim | weaker |\n|---|---|---|\n{rows}{}", more(shrunk.len()))
}

/// Returns every other problem in a line.
fn others(report: &Report) -> String {
    let reviewed = |found| {
        report.review.is_some_and(|review| {
            review.experiments.iter().any(|r| has_moved(r) && r.finding.as_ref() == Some(found))
        })
    };
    let others: Vec<_> =
        report.found.iter().filter(|found| found.severity != Severity::Note && !reviewed(found)).collect();
    let line = |found: &&crate::diagnostic::Diagnostic| {
        let place = found.span.map_or_else(String::new, |span| {
            format!("`{}:{}`: ", report.sources.get(span.source).path, report.sources.place(span).line)
        });
        format!("- {}: {place}{}\n", found.severity.name(), found.message)
    };
    let lines: String = others.iter().take(ROWS).map(line).collect();
    if lines.is_empty() { lines } else { format!("\n{lines}{}", more(others.len())) }
}

fn more(count: usize) -> String {
    if count > ROWS { format!("\n... and {} more.\n", count - ROWS) } else { String::new() }
}
