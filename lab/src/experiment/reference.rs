//! The reference of a kind, made from its type: every setting with its default and meaning.

use serde_json::{Map, Value};

use crate::experiment::header::Header;
use crate::experiment::technique::{Technique, technique};
use crate::experiment::{Kind, MetricInfo};

/// One setting, by its dotted path.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub path: String,
    /// As an author would write it; empty where leaving it out means something else than any value.
    pub default: String,
    pub about: String,
    pub choices: Vec<Choice>,
}

/// One of the words that a setting may have.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub name: String,
    pub about: String,
    /// Its definition, where it is a technique.
    pub technique: Option<Technique>,
    /// Settings of its own, below its name.
    pub settings: Vec<Setting>,
}

/// All that `gradbook kinds NAME` prints.
pub struct Reference {
    pub kind: &'static Kind,
    pub header: Vec<Setting>,
    pub settings: Vec<Setting>,
    pub metrics: Vec<&'static MetricInfo>,
}

/// Returns the reference of a kind.
pub fn reference(kind: &'static Kind) -> Reference {
    let header = schemars::SchemaGenerator::default().into_root_schema_for::<Header>();
    Reference {
        kind,
        header: settings(&header.to_value(), &Value::Null),
        settings: settings(kind.schema(), &kind.defaults()),
        metrics: kind.all_metrics().collect(),
    }
}

/// Returns the settings of a JSON Schema whose definitions stand under its `$defs`, with their defaults.
pub fn settings(root: &Value, defaults: &Value) -> Vec<Setting> {
    let mut found = Vec::new();
    Reader { root, within: None }.object(root, defaults, "", &mut found);
    found
}

/// Walks a JSON Schema whose `$ref`s point into its own `$defs`.
#[derive(Clone, Copy)]
struct Reader<'a> {
    root: &'a Value,
    /// The choice whose settings are being read: one of them may be such a choice again (a schedule after a warm-up).
    within: Option<&'a Value>,
}

impl<'a> Reader<'a> {
    /// Lists the properties of an object, parts with settings of their own opened up.
    fn object(&self, schema: &'a Value, defaults: &Value, parent: &str, found: &mut Vec<Setting>) {
        for (key, property) in properties(schema).into_iter().flatten() {
            let path = if parent.is_empty() { key.clone() } else { format!("{parent}.{key}") };
            let target = self.follow(property);
            let default = defaults.get(key).unwrap_or(&Value::Null);
            let default =
                if default.is_null() { property.get("default").unwrap_or(&Value::Null) } else { default };
            if properties(target).is_some() {
                self.object(target, default, &path, found);
                continue;
            }
            let about = description(property).or_else(|| description(target)).unwrap_or_default();
            let again = self.within.is_some_and(|choice| std::ptr::eq(choice, target));
            let choices = if again { Vec::new() } else { self.choices(&path, target) };
            found.push(Setting { path: path.clone(), default: written(default), about, choices });
            // `true`, `false` or settings.
            for option in options(target).map(|option| self.follow(option)) {
                self.object(option, default, &path, found);
            }
        }
    }

    /// Returns the schema behind references, and behind "this or nothing".
    fn follow(&self, schema: &'a Value) -> &'a Value {
        if let Some(name) =
            schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/"))
        {
            return self
                .root
                .get("$defs")
                .and_then(|defs| defs.get(name))
                .map_or(schema, |target| self.follow(target));
        }
        let something: Vec<&Value> =
            options(schema).filter(|option| option.get("type") != Some(&"null".into())).collect();
        match something[..] {
            [only] => self.follow(only),
            _ => schema,
        }
    }

    /// Returns the words of a choice: bare ones, and ones with settings. `path` is the setting that chooses.
    fn choices(&self, path: &str, schema: &'a Value) -> Vec<Choice> {
        let mut choices = Vec::new();
        let choice = |name: &str, about, settings| {
            let technique = technique(path, name);
            Choice { name: name.to_owned(), about, technique, settings }
        };
        for word in
            schema.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            choices.push(choice(word, String::new(), Vec::new()));
        }
        for option in schema.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
            let about = description(option).unwrap_or_default();
            if let Some(word) = option.get("const").and_then(Value::as_str) {
                choices.push(choice(word, about, Vec::new()));
            } else if let Some((word, carried)) = properties(option).and_then(|p| p.iter().next()) {
                let mut settings = Vec::new();
                let inside = Reader { within: Some(schema), ..*self };
                inside.object(self.follow(carried), &Value::Null, "", &mut settings);
                choices.push(choice(word, about, settings));
            } else {
                choices.extend(self.choices(path, option));
            }
        }
        choices
    }
}

/// Returns the schemas of which a value may fit any.
fn options(schema: &Value) -> impl Iterator<Item = &Value> {
    schema.get("anyOf").and_then(Value::as_array).into_iter().flatten()
}

fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    // A choice that carries settings is an object with one required property: not a part to open up.
    if schema.get("oneOf").is_some() {
        return None;
    }
    schema.get("properties").and_then(Value::as_object)
}

fn description(schema: &Value) -> Option<String> {
    let text = schema.get("description")?.as_str()?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Returns settings by their dotted paths, opened so many levels deep; below that a value stays whole. What is null is not set.
pub fn flat(settings: &Value, depth: usize) -> Vec<(String, String)> {
    fn walk(value: &Value, path: &str, depth: usize, found: &mut Vec<(String, String)>) {
        match value {
            Value::Null => {}
            Value::Object(entries) if !entries.is_empty() && depth > 0 => {
                for (key, value) in entries {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    walk(value, &path, depth - 1, found);
                }
            }
            value => found.push((path.to_owned(), written(value))),
        }
    }
    let mut found = Vec::new();
    walk(settings, "", depth, &mut found);
    found
}

/// Returns a value as an author would write it.
pub fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let bare = |(key, value): (&String, &Value)| match value {
                Value::Object(inner) if inner.is_empty() => key.clone(),
                value => format!("{key}: {}", written(value)),
            };
            let inside = entries.iter().map(bare).collect::<Vec<_>>().join(", ");
            match entries.len() {
                1 if !inside.contains(':') => inside,
                _ => format!("{{{inside}}}"),
            }
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::nn::{ACTIVATIONS, INITIALIZERS};
    use crate::optim::{OPTIMIZERS, SCHEDULES};
    use crate::surface::SURFACES;

    #[test]
    fn parts_are_opened_and_choices_stay_whole() {
        let settings = serde_json::json!({"training": {"optimizer": {"adam": {"beta1": 0.9}}, "l2": 0.0}, "target": 0.1});
        let found = |depth| flat(&settings, depth).into_iter().map(|(path, value)| format!("{path} {value}"));
        let expected = ["training.optimizer {adam: {beta1: 0.9}}", "training.l2 0.0", "target 0.1"];
        assert!(found(2).eq(expected));
        assert_eq!(found(usize::MAX).next().as_deref(), Some("training.optimizer.adam.beta1 0.9"));
    }
    use crate::experiment::KINDS;

    #[test]
    fn every_setting_of_every_kind_says_what_it_means() {
        for kind in KINDS {
            let reference = reference(kind);
            assert!(!reference.settings.is_empty(), "{}", kind.name);
            for setting in reference.header.iter().chain(&reference.settings) {
                assert!(!setting.about.is_empty(), "{}: `{}` is not documented", kind.name, setting.path);
            }
        }
    }

    #[test]
    fn every_technique_states_its_equation() {
        let all = KINDS.iter().flat_map(|kind| reference(kind).settings);
        for (name, words) in [
            ("optimizer", OPTIMIZERS.len()),
            ("schedule", SCHEDULES.len()),
            ("activation", ACTIVATIONS.len()),
            ("init", INITIALIZERS.len()),
            ("surface", SURFACES.len()),
        ] {
            let setting = all.clone().find(|setting| setting.path.ends_with(name)).unwrap();
            assert_eq!(setting.choices.len(), words, "{}", setting.path);
            for choice in setting.choices {
                let technique = choice.technique.unwrap_or_else(|| panic!("{name}: {}", choice.name));
                assert!(!technique.equation.is_empty(), "{name}: {}", choice.name);
            }
        }
    }

    #[test]
    fn what_may_be_on_or_have_settings_shows_both() {
        let kind = KINDS.iter().find(|kind| kind.name == "optimizers").unwrap();
        let settings = reference(kind).settings;
        let paths: Vec<&str> = settings.iter().map(|setting| setting.path.as_str()).collect();
        let at = paths.iter().position(|path| *path == "model.batch_norm").unwrap();
        assert_eq!(paths[at + 1], "model.batch_norm.epsilon");
        assert!(paths.contains(&"model.batch_norm.prediction"));
    }

    #[test]
    fn values_read_as_an_author_writes_them() {
        assert_eq!(written(&json!([64, 32])), "[64, 32]");
        assert_eq!(written(&json!({"adam": {}})), "adam");
        assert_eq!(written(&json!({"constant": 0.5})), "{constant: 0.5}");
        assert_eq!(written(&json!({"adam": {"beta1": 0.9}})), "{adam: {beta1: 0.9}}");
    }
}
