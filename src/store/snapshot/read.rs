//! A lesson's snapshot from text.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Accepted, AcceptedClaim, AcceptedVariant, Identity, Kept, Value};
use crate::diagnostic::{Diagnostic, SourceId};
use crate::settings::{self, LineMap, Node};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Experiment {
    kind: String,
    settings: String,
    data: Option<String>,
    seeds: usize,
    #[serde(default)]
    series: Vec<String>,
    #[serde(default)]
    claims: Vec<Claim>,
    /// Read apart: what its metrics mean depends on `seeds`.
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

/// The experiments of a snapshot by their ids.
///
/// # Errors
/// What is not as it was written: YAML that cannot be read (after a merge), keys that do not belong there.
pub fn read(text: &str, source: SourceId) -> Read<BTreeMap<String, Kept>> {
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
    let read: Experiment = settings::decode(node)?;
    let mut variants = BTreeMap::new();
    for entry in node.entry("variants").map_or(&[][..], |entry| entry.value.entries()) {
        variants.insert(entry.key.clone(), variant(&entry.value, read.seeds)?);
    }
    let claim = |(index, Claim { that, held, margin })| AcceptedClaim { index, that, held, margin };
    Ok(Accepted {
        identity: Identity { kind: read.kind, settings: read.settings, data: read.data },
        seeds: read.seeds,
        series: read.series,
        claims: read.claims.into_iter().enumerate().map(claim).collect(),
        variants,
    })
}

fn variant(node: &Node, seeds: usize) -> Read<AcceptedVariant> {
    let text = |key: &str| node.entry(key).and_then(|entry| entry.value.as_text()).map(str::to_owned);
    let Some(digest) = text("digest") else { return Err(vec![unexpected(node, "a `digest`")]) };
    let history = text("history").unwrap_or_default();
    let mut metrics = BTreeMap::new();
    for entry in node.entry("metrics").map_or(&[][..], |entry| entry.value.entries()) {
        let values: Read<Vec<Option<Value>>> = match seeds {
            1 => value(&entry.value).map(|value| vec![value]),
            _ if !matches!(entry.value.value, settings::Value::List(_)) => {
                value(&entry.value).map(|value| vec![value; seeds])
            }
            _ => entry.value.items().iter().map(value).collect(),
        };
        let values = values?;
        if values.len() != seeds {
            return Err(vec![unexpected(&entry.value, &format!("{seeds} values, one a seed"))]);
        }
        metrics.insert(entry.key.clone(), values);
    }
    Ok(AcceptedVariant { digest, history: history.split_whitespace().map(str::to_owned).collect(), metrics })
}

fn value(node: &Node) -> Read<Option<Value>> {
    Ok(Some(match &node.value {
        settings::Value::Null => return Ok(None),
        settings::Value::Text(text) => Value::Text(text.clone()),
        settings::Value::List(items) => {
            let numbers: Option<Vec<f64>> = items.iter().map(number).collect();
            Value::List(numbers.ok_or_else(|| vec![unexpected(node, "a list of numbers")])?)
        }
        _ => Value::Number(number(node).ok_or_else(|| vec![unexpected(node, "a number, a text or a list")])?),
    }))
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

    fn sample(seeds: usize, metrics: Vec<(&str, Vec<Option<Value>>)>) -> Accepted {
        let variant = AcceptedVariant {
            digest: "0123456789012345".to_owned(),
            history: (0..40).map(|epoch| format!("{:04}", 1000 + epoch)).collect(),
            metrics: metrics.into_iter().map(|(name, values)| (name.to_owned(), values)).collect(),
        };
        Accepted {
            identity: Identity {
                kind: "optimizers".to_owned(),
                settings: "1e10000000000000".to_owned(),
                data: Some("00".to_owned()),
            },
            seeds,
            series: vec!["dev_loss".to_owned(), "yes".to_owned()],
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
    fn one_run_comes_back_whole() {
        let metrics = vec![
            ("loss", vec![Some(Value::Number(0.1))]),
            ("best.training.optimizer", vec![Some(Value::Text("adam: \"x\"\n- é\u{2028}".to_owned()))]),
            ("list", vec![Some(Value::List(vec![1.0, -0.0, 5e-324]))]),
            ("empty", vec![Some(Value::List(vec![]))]),
            ("gone", vec![None]),
        ];
        let accepted = sample(1, metrics);
        assert_eq!(there_and_back(&accepted), accepted);
    }

    #[test]
    fn several_runs_come_back_whole() {
        let metrics = vec![
            ("loss", vec![Some(Value::Number(f64::INFINITY)), Some(Value::Number(f64::NEG_INFINITY)), None]),
            ("name", vec![Some(Value::Text("0.5".to_owned())), None, Some(Value::Text(String::new()))]),
            ("list", vec![Some(Value::List(vec![1.0])), Some(Value::List(vec![])), None]),
            ("list_2", vec![None, Some(Value::List(vec![])), None]),
            ("same_list", vec![Some(Value::List(vec![1.0, 2.0, 3.0])); 3]),
            ("same", vec![Some(Value::Number(7.0)); 3]),
            ("same_text", vec![Some(Value::Text("[1, 2, 3]".to_owned())); 3]),
            ("gone", vec![None; 3]),
        ];
        let accepted = sample(3, metrics);
        assert_eq!(there_and_back(&accepted), accepted);
    }

    proptest::proptest! {
        #[test]
        fn every_number_comes_back_to_the_same_bits(bits: u64) {
            let value = f64::from_bits(bits);
            let accepted = sample(1, vec![("loss", vec![Some(Value::Number(value))])]);
            let back = there_and_back(&accepted);
            let Some(Some(Value::Number(back))) = back.variants["no"].metrics["loss"].first().cloned() else {
                panic!("no number")
            };
            assert!(super::super::difference::same(value, back), "{value:?} became {back:?}");
        }
    }

    #[test]
    fn the_text_is_this() {
        let accepted = Accepted {
            claims: vec![],
            series: vec!["dev_loss".to_owned()],
            variants: [(
                "sgd".to_owned(),
                AcceptedVariant {
                    digest: "89ab".to_owned(),
                    history: vec!["0f3a".to_owned(), "77b0".to_owned()],
                    metrics: [
                        (
                            "dev_loss".to_owned(),
                            vec![Some(Value::Number(0.25)), Some(Value::Number(f64::NAN))],
                        ),
                        ("diverged_at".to_owned(), vec![Some(Value::Number(f64::NAN)); 2]),
                        ("best.l2".to_owned(), vec![Some(Value::Number(1e-7)), None]),
                    ]
                    .into(),
                },
            )]
            .into(),
            ..sample(2, vec![])
        };
        insta::assert_snapshot!(write(&[("four".to_owned(), &accepted)].into()), @r#"
        # Accepted results of this lesson's experiments. `gradbook check` compares them bit by bit,
        # `gradbook check --accept` rewrites them. A history has four digits of a digest an epoch, from before training on.

        four:
          kind: optimizers
          settings: "1e10000000000000"
          data: "00"
          seeds: 2
          series: [dev_loss]
          variants:
            sgd:
              digest: "89ab"
              history: |
                0f3a 77b0
              metrics:
                best.l2: [1e-7, ~]
                dev_loss: [0.25, .nan]
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
