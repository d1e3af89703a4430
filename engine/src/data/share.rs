//! The size of a part as it is written: `60%`, or a count of rows.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The size of a part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    /// `60%` is 60.
    Percent(f64),
    /// So many rows.
    Count(usize),
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Share::Percent(percent) => write!(f, "{percent}%"),
            Share::Count(count) => write!(f, "{count}"),
        }
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Share::Percent(_) => serializer.collect_str(self),
            Share::Count(count) => serializer.serialize_u64(*count as u64),
        }
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShareVisitor)
    }
}

struct ShareVisitor;

impl Visitor<'_> for ShareVisitor {
    type Value = Share;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a percentage like `60%` or a count of rows")
    }

    fn visit_u64<E: de::Error>(self, count: u64) -> Result<Share, E> {
        Ok(Share::Count(usize::try_from(count).unwrap_or(usize::MAX)))
    }

    fn visit_i64<E: de::Error>(self, count: i64) -> Result<Share, E> {
        u64::try_from(count)
            .map_err(|_| E::invalid_value(de::Unexpected::Signed(count), &self))
            .and_then(|count| self.visit_u64(count))
    }

    /// Reads `1e3` as a count; up to 100 a number with a point may be meant as a share or a percentage.
    fn visit_f64<E: de::Error>(self, count: f64) -> Result<Share, E> {
        if count > 100.0 && count == count.floor() && count < 1e15 {
            return Ok(Share::Count(count as usize));
        }
        Err(E::invalid_value(de::Unexpected::Float(count), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Share, E> {
        let percent = text.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
        match percent.filter(|percent| percent.is_finite()) {
            Some(percent) => Ok(Share::Percent(percent)),
            None => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }
}

impl JsonSchema for Share {
    fn schema_name() -> Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A percentage like `60%` or a count of rows.",
            "anyOf": [
                { "type": "string", "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*%\s*$" },
                { "type": "integer", "minimum": 0 }
            ]
        })
    }
}
