//! A lesson's snapshot from text.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::{Accepted, AcceptedClaim, AcceptedValue, AcceptedVariant, Identity, Kept, Said, Set};
use crate::diagnostic::{Diagnostic, SourceId};
use crate::settings::{self, LineMap, Node};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Experiment {
    kind: String,
    settings: String,
    data: Option<String>,
    #[serde(default)]
    seed: u64,
    seeds: usize,
    with: BTreeMap<String, Json>,
    /// Read apart: a text, or a page with a text.
    #[serde(default)]
    #[allow(dead_code, reason = "named so that any other key is refused")]
    says: Vec<serde::de::IgnoredAny>,
    #[serde(default)]
    series: Vec<String>,
    #[serde(default)]
    claims: Vec<Claim>,
    /// Read apart: a metric is a number, a text or a list.
    #[allow(dead_code, reason = "named so that any other key is refused")]
    variants: serde::de::IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claim {
    that: String,
    held: usize,
    margin: Option<f64>,
}

type Read<T> = Result<T, Vec<Diagnostic>>;

/// Returns the experiments of a snapshot by their ids.
///
/// # Errors
/// What is not as it was written: YAML that cannot be read (after a merge), keys that do not belong there.
pub(super) fn read(text: &str, source: SourceId) -> Read<BTreeMap<String, Kept>> {
    let node = settings::parse_long(text, &LineMap::contiguous(source, 0, text.len()))?;
    let mut found = BTreeMap::new();
    if !matches!(node.value, settings::Value::Map(_) | settings::Value::Null) {
        return Err(vec![unexpected(&node, "a map from ids of experiments")]);
    }
    for entry in node.entries() {
        let accepted = experiment(&entry.value)?;
        found.insert(entry.key.clone(), Kept { accepted, span: entry.key_span });
    }
    Ok(found)
}

fn experiment(node: &Node) -> Read<Accepted> {
    if node.entry("kind").is_some() && node.entry("with").is_none() {
        return Err(vec![
            Diagnostic::error("an earlier version of gradbook wrote it", node.span)
                .label("it lacks the settings and the sentences that are kept by now"),
        ]);
    }
    let read: Experiment = settings::decode(node)?;
    let common = set(read.with);
    let (mut variants, mut with) = (BTreeMap::new(), BTreeMap::new());
    for entry in node.entry("variants").map_or(&[][..], |entry| entry.value.entries()) {
        let mut own = common.clone();
        if let Some(settings) = entry.value.entry("with") {
            own.extend(set(settings::decode(&settings.value)?));
        }
        with.insert(entry.key.clone(), own);
        variants.insert(entry.key.clone(), variant(&entry.value)?);
    }
    let says = node.entry("says").map_or(&[][..], |entry| entry.value.items());
    let claim = |(index, Claim { that, held, margin })| AcceptedClaim { index, that, held, margin };
    Ok(Accepted {
        identity: Identity {
            kind: read.kind,
            seed: read.seed,
            settings: read.settings,
            data: read.data,
            with,
        },
        seeds: read.seeds,
        series: read.series,
        says: says.iter().map(said).collect::<Read<_>>()?,
        claims: read.claims.into_iter().enumerate().map(claim).collect(),
        variants,
    })
}

fn set(settings: BTreeMap<String, Json>) -> Set {
    settings.into_iter().map(|(path, value)| (path, value.to_string())).collect()
}

fn said(node: &Node) -> Read<Said> {
    let (page, text) = match node.entries() {
        [only] => (Some(only.key.clone()), &only.value),
        _ => (None, node),
    };
    let text = text.as_text().ok_or_else(|| vec![unexpected(node, "a sentence")])?;
    Ok(Said { page, text: text.to_owned() })
}

fn variant(node: &Node) -> Read<AcceptedVariant> {
    let text = |key: &str| node.entry(key).and_then(|entry| entry.value.as_text()).map(str::to_owned);
    let Some(digest) = text("digest") else { return Err(vec![unexpected(node, "a `digest`")]) };
    let mut metrics = BTreeMap::new();
    for entry in node.entry("metrics").map_or(&[][..], |entry| entry.value.entries()) {
        metrics.insert(entry.key.clone(), value(&entry.value)?);
    }
    Ok(AcceptedVariant { digest, history: text("history").unwrap_or_default(), metrics })
}

fn value(node: &Node) -> Read<AcceptedValue> {
    let unknown = || vec![unexpected(node, "a number, a text or a list of numbers")];
    Ok(match &node.value {
        settings::Value::Text(text) => AcceptedValue::Text(text.clone()),
        settings::Value::List(items) => {
            AcceptedValue::List(items.iter().map(number).collect::<Option<_>>().ok_or_else(unknown)?)
        }
        settings::Value::Map(_) => {
            let part = |key| node.entry(key).and_then(|entry| number(&entry.value));
            let (mean, of) = part("mean").zip(part("of")).ok_or_else(unknown)?;
            AcceptedValue::Number(mean, Some(of as usize))
        }
        _ => AcceptedValue::Number(number(node).ok_or_else(unknown)?, None),
    })
}

fn number(node: &Node) -> Option<f64> {
    match node.value {
        settings::Value::Float(value) => Some(value),
        settings::Value::Integer(value) => Some(value as f64),
        _ => None,
    }
}

fn unexpected(node: &Node, expected: &str) -> Diagnostic {
    Diagnostic::error("this is not what was accepted", node.span).label(format!("expected {expected}"))
}

#[cfg(test)]
mod tests {
    use super::super::write::write;
    use super::*;

    fn there_and_back(accepted: &Accepted) -> Accepted {
        let text = write(&[("four".to_owned(), accepted)].into());
        read(&text, SourceId(0)).unwrap_or_else(|e| panic!("{e:?}\n{text}")).remove("four").unwrap().accepted
    }

    fn sample(seeds: usize, metrics: Vec<(&str, AcceptedValue)>) -> Accepted {
        let variant = AcceptedVariant {
            digest: "0123456789012345".to_owned(),
            history: "0e1_-".repeat(20),
            metrics: metrics.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        };
        let set = |rate: &str| -> Set {
            let settings =
                [("training.learning_rate", rate), ("data.name", "\"moons\""), ("model.hidden", "[4,8]")];
            settings.map(|(path, value)| (path.to_owned(), value.to_owned())).into()
        };
        Accepted {
            identity: Identity {
                kind: "optimizers".to_owned(),
                seed: 7,
                settings: "1e10000000000000".to_owned(),
                data: Some("00".to_owned()),
                with: [("no".to_owned(), set("1e-8")), ("keep_0_8".to_owned(), set("\"yes\""))].into(),
            },
            seeds,
            series: vec!["dev_loss".to_owned(), "yes".to_owned()],
            says: vec![
                Said { page: None, text: "It ends: at \"0.5\", # not\u{2028} 0.6.".to_owned() },
                Said { page: Some("other-lesson".to_owned()), text: "12".to_owned() },
            ],
            claims: vec![AcceptedClaim {
                index: 0,
                that: "a < b # \"c\"".to_owned(),
                held: 1,
                margin: Some(-1e-300),
            }],
            variants: [("no".to_owned(), variant.clone()), ("keep_0_8".to_owned(), variant)].into(),
        }
    }

    #[test]
    fn every_value_comes_back() {
        let metrics = vec![
            ("loss", AcceptedValue::Number(0.1, None)),
            ("minus", AcceptedValue::Number(-0.0, None)),
            ("large", AcceptedValue::Number(1e300, None)),
            ("reached", AcceptedValue::Number(12.5, Some(2))),
            ("gone", AcceptedValue::Number(f64::INFINITY, None)),
            ("text", AcceptedValue::Text("adam: \"x\"\n- é\u{2028}".to_owned())),
            ("number_as_text", AcceptedValue::Text("0.5".to_owned())),
            ("list", AcceptedValue::List(vec![1.0, -0.0, 5e-324])),
            ("empty", AcceptedValue::List(vec![])),
        ];
        for seeds in [1, 3] {
            let accepted = sample(seeds, metrics.clone());
            assert_eq!(there_and_back(&accepted), accepted);
        }
    }

    proptest::proptest! {
        #[test]
        fn every_number_comes_back_to_the_same_bits(bits: u64) {
            let value = f64::from_bits(bits);
            let accepted = sample(1, vec![("loss", AcceptedValue::Number(value, None))]);
            let back = there_and_back(&accepted);
            let AcceptedValue::Number(back, None) = back.variants["no"].metrics["loss"].clone() else {
                panic!("no number")
            };
            assert!(super::super::difference::same(value, back), "{value:?} became {back:?}");
        }
    }

    #[test]
    fn the_text_is_this() {
        let accepted = Accepted {
            variants: [(
                "keep_0_8".to_owned(),
                AcceptedVariant {
                    digest: "89ab".to_owned(),
                    history: "0f3a".to_owned(),
                    metrics: [
                        ("dev_loss".to_owned(), AcceptedValue::Number(0.25, None)),
                        ("diverged_at".to_owned(), AcceptedValue::Number(f64::NAN, None)),
                        ("dev_confusion".to_owned(), AcceptedValue::List(vec![4.0, 0.5])),
                    ]
                    .into(),
                },
            )]
            .into(),
            ..sample(2, vec![])
        };
        insta::assert_snapshot!(write(&[("four".to_owned(), &accepted)].into()), @r#"
        # Accepted results of this lesson's experiments. `gradbook check` compares them bit by bit, `gradbook check --accept`
        # rewrites them. `with`: the settings that are not the defaults; `says`: the sentences that print its numbers; metrics: the
        # mean over the seeds; digest: of all that each seed left behind; history: a letter of a digest an epoch.

        four:
          kind: optimizers
          settings: "1e10000000000000"
          data: "00"
          seed: 7
          seeds: 2
          with:
            data.name: moons
            model.hidden: [4,8]
          says:
            - "It ends: at \"0.5\", # not  0.6."
            - {"other-lesson": "12"}
          claims:
            - {that: "a < b # \"c\"", held: 1, margin: -1e-300}
          series: [dev_loss, "yes"]
          variants:
            keep_0_8:
              with: {training.learning_rate: "yes"}
              digest: "89ab"
              history: "0f3a"
              metrics:
                dev_confusion: [4, 0.5]
                dev_loss: 0.25
                diverged_at: .nan
        "#);
    }

    #[test]
    fn what_a_merge_left_behind_is_an_error_at_its_place() {
        for text in [
            "<<<<<<< HEAD\nfour:\n",
            "four: 3\n",
            "- a\n",
            "four: {kind: a, settings: b, seeds: 1}\n",
            "a: b: c",
        ] {
            let errors = read(text, SourceId(0)).unwrap_err();
            assert!(errors[0].span.is_some(), "{text}: {errors:?}");
        }
        assert!(read("# nothing yet\n", SourceId(0)).unwrap().is_empty());
    }
}
