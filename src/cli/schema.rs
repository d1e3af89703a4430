//! `gradbook schema`: what editors need to complete and check settings.

use clap::{Args, ValueEnum};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use crate::cli::print;
use crate::experiment::schema::{block, loosened};
use crate::lesson::CourseSettings;
use crate::pipeline::Failure;

#[derive(Args)]
pub(super) struct Schema {
    /// Of which of the two; without it one schema that takes either
    what: Option<What>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// An experiment, as in a block marked `yaml experiment`
    Block,
    /// The settings of a course, `gradbook.yaml`
    Course,
}

impl Schema {
    /// Prints the schema.
    pub(super) fn run(&self) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(&schema(self.what)).unwrap_or_default();
        print(&(text + "\n"))
    }
}

/// A document that stands alone: all that it refers to is under `$defs`.
fn schema(what: Option<What>) -> Value {
    let mut generator = SchemaGenerator::default();
    let mut document = match what {
        Some(What::Block) => block(&mut generator),
        Some(What::Course) => CourseSettings::schema(&mut generator),
        None => {
            let both = [("block", block(&mut generator)), ("course", CourseSettings::schema(&mut generator))];
            let parts: Map<String, Value> =
                both.map(|(name, part)| (name.to_owned(), part)).into_iter().collect();
            json!({ "anyOf": [{ "$ref": "#/$defs/block" }, { "$ref": "#/$defs/course" }], "$defs": parts })
        }
    };
    let mut definitions = generator.take_definitions(true);
    if let Some(Value::Object(parts)) = document.get_mut("$defs").map(Value::take) {
        definitions.extend(parts);
    }
    document["$defs"] = json!(definitions);
    let mut document = loosened(document, &definitions);
    document["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    document
}

#[cfg(test)]
mod tests;
