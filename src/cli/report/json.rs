//! One JSON document with everything.

use serde_json::{Value, json};

use crate::cli::report::Report;
use crate::pipeline::Reviewed;
use crate::store::snapshot::{ClaimShift, Leaf, Moved, VariantShift};

pub fn document(report: &Report) -> String {
    let findings: Vec<Value> =
        report.found.iter().map(|diagnostic| diagnostic.json(report.sources)).collect();
    let mut document = json!({
        "failed": report.failed(),
        "errors": report.found.errors(),
        "warnings": report.found.warnings(),
        "findings": findings,
    });
    if let Some(review) = report.review {
        document["verdict"] = json!(report.verdict());
        document["cause"] = json!(review.cause);
        document["snapshots"] = experiments(report);
        document["orphans"] = json!(review.orphans);
    }
    document.to_string() + "\n"
}

fn experiments(report: &Report) -> Value {
    let Some((computed, review)) = report.computed.zip(report.review) else { return json!([]) };
    let all = computed.planned.iter().zip(&review.experiments);
    all.map(|(planned, reviewed)| experiment(reviewed, planned.header.seed)).collect()
}

fn experiment(reviewed: &Reviewed, first_seed: u64) -> Value {
    let (lesson, id) = reviewed.title.split_once('#').unwrap_or_default();
    let mut value = json!({ "lesson": lesson, "id": id, "status": reviewed.status.name() });
    if let Some(comparison) = &reviewed.comparison {
        value["settings_changed"] = json!(comparison.settings_changed);
        value["data_changed"] = json!(comparison.data_changed);
        if let Some((accepted, now)) = comparison.seeds {
            value["seeds"] = json!({ "accepted": accepted, "now": now });
        }
        value["variants"] = comparison.variants.iter().map(|shift| variant(shift, first_seed)).collect();
        value["claims"] = comparison.claims.iter().map(claim).collect();
    }
    value
}

fn variant(variant: &VariantShift, first_seed: u64) -> Value {
    json!({
        "name": variant.name,
        "parted_at": variant.parted,
        "added": variant.alone.map_or(json!(variant.added), |_| json!([])),
        "alone": variant.alone.map(|new| if new { "new" } else { "gone" }),
        "moved": variant.moved.iter().map(|value| moved(value, first_seed)).collect::<Vec<_>>(),
    })
}

fn moved(moved: &Moved, first_seed: u64) -> Value {
    json!({
        "metric": moved.metric,
        "seed": first_seed + moved.run as u64,
        "accepted": leaf(&moved.old),
        "now": leaf(&moved.new),
        "absolute": moved.difference.map(|difference| difference.absolute),
        "relative": moved.difference.map(|difference| difference.relative),
        "ulps": moved.difference.map(|difference| difference.ulps),
        "bits": moved.difference.map(|difference| difference.bits()),
        "tolerated": moved.tolerated,
    })
}

/// JSON has no word for what is no number.
fn leaf(leaf: &Leaf) -> Value {
    match leaf {
        Leaf::Number(value) if value.is_finite() => json!(value),
        Leaf::Number(value) => json!(value.to_string()),
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
