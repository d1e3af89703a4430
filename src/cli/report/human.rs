//! For reading: what moved, of a few experiments every metric, of many a line each.

use crate::cli::report::Report;
use crate::diagnostic::{Diagnostic, Severity, Span, counted};
use crate::outcome::Step;
use crate::pipeline::{
    Planned, Reviewed, Status, leaf, parted, reseeded, sci, settings, short, sizeless, worst,
};
use crate::store::snapshot::{ClaimShift, Moved, VariantShift};

/// How many experiments are shown whole.
const FEW: usize = 3;
/// How many errors, and how many warnings, are shown: nobody reads on.
const SHOWN: usize = 100;
/// How many claims are listed.
const CLAIMS: usize = 10;
/// How many sentences are listed.
const SENTENCES: usize = 20;

/// Writes every problem with its source line. Where many experiments drifted, they stand in the table of [`drift`] instead.
pub(crate) fn problems(report: &Report, colour: bool) -> String {
    let tabled: Vec<&Diagnostic> = match moved(report) {
        moved if moved.len() > FEW => {
            moved.iter().filter_map(|(_, reviewed)| reviewed.finding.as_ref()).collect()
        }
        _ => Vec::new(),
    };
    let mut text = String::new();
    let mut counts = [0; 3];
    for found in report.found.iter().filter(|found| !tabled.contains(found)) {
        let count = &mut counts[found.severity as usize];
        *count += 1;
        if *count <= SHOWN || found.severity == Severity::Note {
            text += &format!("{}\n\n", found.render(report.sources, colour));
        }
    }
    let more = |count: usize, noun: &str| (count > SHOWN).then(|| counted(count - SHOWN, noun));
    let more: Vec<String> =
        [more(counts[0], "error"), more(counts[1], "warning")].into_iter().flatten().collect();
    if !more.is_empty() {
        text += &format!("... and {} more, which `--format json` lists\n\n", more.join(" and "));
    }
    text
}

/// Writes what moved: of a few experiments every metric, of many a line each; the sentences with other numbers; the verdict
/// last. Empty if nothing moved.
pub(super) fn drift(report: &Report) -> String {
    let moved = moved(report);
    let mut text = match moved.len() {
        0 => String::new(),
        1..=FEW => moved.iter().map(|(planned, reviewed)| experiment(planned, reviewed) + "\n").collect(),
        _ => overview(&moved),
    };
    text += &sentences(report);
    if text.is_empty() {
        return text;
    }
    text += &format!("{}\n", report.verdict());
    if let Some(cause) = report.review.and_then(|review| review.cause.as_ref()) {
        text += &format!("{cause}\n");
    }
    text
}

/// Returns each sentence that prints other numbers, before and now.
fn sentences(report: &Report) -> String {
    let Some(review) = report.review.filter(|review| !review.sentences.is_empty()) else {
        return String::new();
    };
    let mut text = "Sentences with other numbers:\n".to_owned();
    for sentence in review.sentences.iter().take(SENTENCES) {
        text +=
            &format!("  {}\n  - {}\n  + {}\n", place(report, sentence.place), sentence.before, sentence.now);
    }
    if review.sentences.len() > SENTENCES {
        text += &format!("  and {} more\n", review.sentences.len() - SENTENCES);
    }
    text + "\n"
}

/// Returns a place as `lessons/a.md:12`.
pub(super) fn place(report: &Report, span: Span) -> String {
    format!("{}:{}", report.sources.get(span.source).path, report.sources.place(span).line)
}

fn moved<'a>(report: &Report<'a>) -> Vec<(&'a Planned, &'a Reviewed)> {
    let Some((computed, review)) = report.computed.zip(report.review) else { return Vec::new() };
    computed.planned.iter().zip(&review.experiments).filter(|(_, reviewed)| has_moved(reviewed)).collect()
}

/// Returns a line an experiment, then the claims that are nearer to failing.
fn overview(moved: &[(&Planned, &Reviewed)]) -> String {
    let mut lines =
        vec![["experiment", "", "variants", "parted", "moved most", "relative", "bits"].map(str::to_owned)];
    let mut claims: Vec<(f64, String)> = Vec::new();
    for (planned, reviewed) in moved {
        let Some(comparison) = &reviewed.comparison else { continue };
        let since = comparison.variants.iter().filter_map(|variant| variant.parted).min();
        let since = since.map_or_else(String::new, |epoch| parted(planned.kind.step, epoch));
        let since = comparison.seeds.map_or(since, reseeded);
        let (metric, [relative, bits]) = match (comparison.most(), sizeless(comparison)) {
            (Some((variant, most)), _) => (format!("{}.{}", variant.name, most.metric), distance(most)),
            (None, Some(sizeless)) => (sizeless, Default::default()),
            (None, None) => ("no metric".to_owned(), Default::default()),
        };
        let variants = format!("{} of {}", comparison.variants.len(), planned.plan.variants().len());
        let status = said(reviewed.status).to_owned();
        lines.push([reviewed.title.clone(), status, variants, since, metric, relative, bits]);
        for shift in &comparison.claims {
            if let Some(share) = shift.weaker_by() {
                claims.push((share, format!("  {}: {}\n", reviewed.title, claim(planned, shift))));
            }
        }
    }
    let mut text = columns(&lines, "");
    claims.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    if !claims.is_empty() {
        text += "\nClaims that are nearer to failing:\n";
        claims.iter().take(CLAIMS).for_each(|(_, line)| text += line);
    }
    if claims.len() > CLAIMS {
        text += &format!("  and {} by less\n", claims.len() - CLAIMS);
    }
    let title = moved.first().map_or("", |(_, reviewed)| &reviewed.title);
    text + &format!("\n`gradbook check --only '{title}'` shows every metric of one.\n\n")
}

/// Returns whether there is something to show about an experiment beside what was said at its place.
pub(super) fn has_moved(reviewed: &Reviewed) -> bool {
    matches!(reviewed.status, Status::Drifted | Status::Tolerated | Status::Unaccepted)
        && reviewed.comparison.as_ref().is_some_and(|comparison| {
            comparison.seeds.is_some() || !comparison.is_equal() && !comparison.has_only_grown()
        })
}

fn experiment(planned: &Planned, reviewed: &Reviewed) -> String {
    let (kind, step) = (planned.kind.name, planned.kind.step);
    let mut text = format!("{} ({kind}): {}\n", reviewed.title, said(reviewed.status));
    let Some(comparison) = &reviewed.comparison else { return text };
    if let Some(seeds) = comparison.seeds {
        let compared = match seeds {
            (before, now) if now < before => "",
            _ => "; compared are those that both have",
        };
        text += &format!("  {}{compared}\n", reseeded(seeds));
    }
    for setting in settings(comparison) {
        text += &format!("  {setting}\n");
    }
    for (before, now) in &comparison.renamed {
        text += &format!("  {before} is called {now} now, with the same results\n");
    }
    for variant in &comparison.variants {
        text += &format!("  {}: {}\n", variant.name, since(variant, step));
        text += &table(&worst(variant));
    }
    for shift in &comparison.claims {
        text += &format!("  claim: {}\n", claim(planned, shift));
    }
    text
}

/// Returns the sentence of a claim, and how it moved.
fn claim(planned: &Planned, shift: &ClaimShift) -> String {
    let says = planned.header.claims.get(shift.index).and_then(|claim| claim.says.as_deref());
    format!("{}: {}", says.unwrap_or(&shift.that), margin(shift))
}

/// Returns a status in words.
pub(super) fn said(status: Status) -> &'static str {
    match status {
        Status::Equal => "equal to the last bit",
        Status::Tolerated => "drifted within its tolerance",
        Status::Drifted => "drifted",
        Status::Unaccepted => "changed, not accepted",
        Status::Renamed => "the same under another name",
        Status::Missing => "no snapshot",
        Status::Unreadable => "its snapshot cannot be read",
        Status::Unkept => "no snapshots are kept",
    }
}

/// Returns where the history of a variant parts, in words.
pub(super) fn since(variant: &VariantShift, step: Step) -> String {
    match (variant.alone, variant.parted) {
        (Some(true), _) => "new, without accepted results".to_owned(),
        (Some(false), _) => "accepted, but no longer there".to_owned(),
        (None, Some(index)) => {
            format!("{}, of {}", parted(step, index), counted(step.count(variant.epochs), step.name()))
        }
        (None, None) if variant.moved.is_empty() && !variant.added.is_empty() => {
            format!("new metrics: {}", variant.added.join(", "))
        }
        (None, None) if variant.epochs > 0 => {
            "the history is the same, what the run leaves behind is not".to_owned()
        }
        (None, None) => String::new(),
    }
}

/// Returns the worst value of each metric, in columns.
fn table(moved: &[&Moved]) -> String {
    if moved.is_empty() {
        return String::new();
    }
    let mut lines = vec![["metric", "accepted", "now", "difference", "relative", "bits"].map(str::to_owned)];
    for moved in moved {
        let absolute = moved.difference.map(|difference| format!("{:+.1e}", difference.absolute));
        let [relative, bits] = distance(moved);
        let (old, new) = (leaf(&moved.old), leaf(&moved.new));
        lines.push([moved.metric.clone(), old, new, absolute.unwrap_or_default(), relative, bits]);
    }
    columns(&lines, "    ")
}

/// Returns the relative difference, marked where it is tolerated, and how many bits it is.
fn distance(moved: &Moved) -> [String; 2] {
    let Some(difference) = moved.difference else { return Default::default() };
    let relative = sci(difference.relative) + if moved.tolerated { " ok" } else { "" };
    [relative, difference.bits().to_string()]
}

/// Cells under each other, two blanks between: the last two columns, which are numbers, to the right.
fn columns<const N: usize>(lines: &[[String; N]], indent: &str) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let cells =
            line.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| match column + 2 < N {
                true => format!("{cell:<width$}"),
                false => format!("{cell:>width$}"),
            });
        text += &format!("{indent}{}\n", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}

/// Returns how a claim moved, in words.
pub(super) fn margin(shift: &ClaimShift) -> String {
    let mut parts = Vec::new();
    if shift.held.0 != shift.held.1 {
        parts.push(format!("held in {} seeds, now in {}", shift.held.0, shift.held.1));
    }
    if let Some((old, new)) = shift.margin {
        let change = match shift.shrank_by() {
            Some(share) if share > 0.0 => format!(" (smaller by {})", share_of(share)),
            Some(share) => format!(" (larger by {})", share_of(-share)),
            None => String::new(),
        };
        parts.push(format!("margin {} became {}{change}", short(old), short(new)));
    }
    parts.join("; ")
}

/// Writes a share as `12%`, or as `5.1e-8 of it` where a percentage says nothing.
fn share_of(share: f64) -> String {
    if share >= 0.001 { format!("{:.1}%", share * 100.0) } else { format!("{} of it", sci(share)) }
}
