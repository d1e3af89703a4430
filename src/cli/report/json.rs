//! One JSON document with everything.

use serde_json::{Value, json};

use crate::cli::report::Report;
use crate::pipeline::{Reprinted, Reviewed};
use crate::store::snapshot::{ClaimShift, Leaf, Moved, SettingShift, VariantShift};

/// Writes the report as a JSON document.
pub(super) fn document(report: &Report) -> String {
    let findings: Vec<Value> =
        report.found.iter().map(|diagnostic| diagnostic.json(report.sources)).collect();
    let mut document = json!({
        "failed": report.failed(),
        "errors": report.found.errors(),
        "warnings": report.found.warnings(),
        "findings": findings,
        "left_out": report.found.left_out(),
    });
    if let Some(review) = report.review {
        document["verdict"] = json!(report.verdict());
        document["cause"] = json!(review.cause);
        document["snapshots"] = experiments(report);
        document["orphans"] = json!(review.orphans);
        document["sentences"] = review.sentences.iter().map(|said| sentence(said, report)).collect();
    }
    document.to_string() + "\n"
}

fn experiments(report: &Report) -> Value {
    let Some((computed, review)) = report.computed.zip(report.review) else { return json!([]) };
    let all = computed.planned.iter().zip(&review.experiments);
    all.map(|(_, reviewed)| experiment(reviewed)).collect()
}

fn sentence(said: &Reprinted, report: &Report) -> Value {
    json!({
        "experiment": said.title,
        "file": report.sources.get(said.place.source).path,
        "line": report.sources.place(said.place).line,
        "accepted": said.before,
        "now": said.now,
    })
}

fn experiment(reviewed: &Reviewed) -> Value {
    let (lesson, id) = reviewed.title.split_once('#').unwrap_or_default();
    let mut value = json!({ "lesson": lesson, "id": id, "status": reviewed.status.name() });
    if let Some(former) = &reviewed.former {
        value["former"] = json!(former);
    }
    if let Some(comparison) = &reviewed.comparison {
        value["settings"] = comparison.settings.iter().map(setting).collect();
        value["renamed"] = comparison.renamed.iter().map(|(old, new)| json!([old, new])).collect();
        value["settings_changed"] = json!(comparison.settings_changed);
        value["data_changed"] = json!(comparison.data_changed);
        if let Some((accepted, now)) = comparison.seeds {
            value["seeds"] = json!({ "accepted": accepted, "now": now });
        }
        value["variants"] = comparison.variants.iter().map(variant).collect();
        value["claims"] = comparison.claims.iter().map(claim).collect();
    }
    value
}

/// Returns a setting as JSON on both sides; null where it is left at its default.
fn setting(shift: &SettingShift) -> Value {
    let value =
        |json: &Option<String>| json.as_ref().and_then(|json| serde_json::from_str::<Value>(json).ok());
    json!({
        "path": shift.path,
        "variants": shift.variants,
        "accepted": value(&shift.old),
        "now": value(&shift.new),
    })
}

fn variant(variant: &VariantShift) -> Value {
    json!({
        "name": variant.name,
        "parted_at": variant.parted,
        "added": variant.alone.map_or(json!(variant.added), |_| json!([])),
        "alone": variant.alone.map(|new| if new { "new" } else { "gone" }),
        "moved": variant.moved.iter().map(moved).collect::<Vec<_>>(),
    })
}

fn moved(moved: &Moved) -> Value {
    json!({
        "metric": moved.metric,
        "accepted": leaf(&moved.old),
        "now": leaf(&moved.new),
        "absolute": moved.difference.map(|difference| difference.absolute),
        "relative": moved.difference.map(|difference| difference.relative),
        "ulps": moved.difference.map(|difference| difference.ulps),
        "bits": moved.difference.map(|difference| difference.bits()),
        "tolerated": moved.tolerated,
    })
}

/// Writes a number as JSON, which has no word for what is none.
fn leaf(leaf: &Leaf) -> Value {
    match leaf {
        Leaf::Number(value) | Leaf::Part(value, _) if value.is_finite() => json!(value),
        Leaf::Number(value) | Leaf::Part(value, _) => json!(value.to_string()),
        Leaf::Text(text) => json!(text),
        Leaf::Absent => Value::Null,
    }
}

fn claim(shift: &ClaimShift) -> Value {
    json!({
        "that": shift.that,
        "held": [shift.held.0, shift.held.1],
        "margin": shift.margin.map(|(old, new)| [old, new]),
        "shrank_by": shift.shrank_by(),
    })
}
