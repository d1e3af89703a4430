//! The names that README and guide list, and the guide's tables of keys, are those that the program knows:
//! `GRADBOOK_ACCEPT=1 cargo test --test it names` writes them anew. Links within the guide lead somewhere.

use std::path::Path;

use gradbook::data::{DATASETS, Origin};
use gradbook::experiment::{HEADER_KEYS, KINDS};
use gradbook::figure::reference;
use gradbook::lesson::FRONT_SETTINGS;
use gradbook::lint::LINTS;
use gradbook::nn::{ACTIVATIONS, INITIALIZERS};
use gradbook::optim::{OPTIMIZERS, SCHEDULES};
use gradbook::search::SAMPLERS;
use gradbook::surface::SURFACES;
use serde_json::Value as Json;

use crate::course::program;

/// Where a list begins and ends: `<!--names:kinds-->`, `<!--/names-->`.
const LIST: Marks = Marks { begin: "<!--names:", end: "<!--/names-->" };
/// Where a table does: `<!--table:front-->`, `<!--/table-->`.
const TABLE: Marks = Marks { begin: "<!--table:", end: "<!--/table-->" };

struct Marks {
    begin: &'static str,
    end: &'static str,
}

/// Returns the names of a list; none of a list that nobody knows.
fn names(list: &str) -> Option<Vec<&'static str>> {
    let data = |generated: bool| {
        let of = DATASETS.iter().filter(|entry| matches!(entry.origin, Origin::Generated(_)) == generated);
        of.map(|entry| entry.name).collect()
    };
    Some(match list {
        "kinds" => KINDS.iter().map(|kind| kind.name).collect(),
        "tables" => data(false),
        "generators" => data(true),
        "optimizers" => OPTIMIZERS.iter().map(|info| info.name).collect(),
        "schedules" => SCHEDULES.iter().map(|info| info.name).collect(),
        "activations" => ACTIVATIONS.iter().map(|info| info.name).collect(),
        "initializers" => INITIALIZERS.iter().map(|info| info.name).collect(),
        "samplers" => SAMPLERS.iter().map(|entry| entry.name).collect(),
        "surfaces" => SURFACES.iter().map(|info| info.name).collect(),
        _ => return None,
    })
}

/// Returns a list as it stands in a document; none that nobody knows.
fn list(name: &str) -> Option<String> {
    let names: Vec<String> = names(name)?.iter().map(|name| format!("`{name}`")).collect();
    Some(names.join(", "))
}

/// What the program says of the settings that stand below `properties` of its JSON Schema.
fn schema(of: &str, below: &[&str]) -> Json {
    let output = program().args(["schema", of]).output().unwrap();
    let schema: Json = serde_json::from_slice(&output.stdout).unwrap();
    below.iter().fold(schema, |schema, step| match step.parse::<usize>() {
        Ok(index) => schema[index].clone(),
        Err(_) => schema[step].clone(),
    })
}

/// Returns the rows of a table of keys with their meanings; none that nobody knows.
fn table(name: &str) -> Option<String> {
    let own = |all: &[(&str, &str)]| {
        all.iter().map(|(key, about)| vec![format!("`{key}`"), (*about).to_owned()]).collect()
    };
    let described = |key: &str, settings: &Json| {
        let about =
            settings[key]["description"].as_str().unwrap_or_else(|| panic!("{name}: nothing about `{key}`"));
        vec![format!("`{key}`"), about.to_owned()]
    };
    let rows: Vec<Vec<String>> = match name {
        "front" => own(&FRONT_SETTINGS),
        "figure" => own(reference::SETTINGS),
        "scale" => own(reference::SCALE),
        "course" => {
            let settings = schema("course", &["properties"]);
            settings.as_object()?.keys().map(|key| described(key, &settings)).collect()
        }
        "block" => {
            let settings = schema("block", &["allOf", "0", "then", "properties"]);
            HEADER_KEYS.iter().filter(|key| **key != "kind").map(|key| described(key, &settings)).collect()
        }
        "lints" => LINTS
            .iter()
            .map(|lint| vec![format!("`{}`", lint.code), lint.name.to_owned(), lint.reason.to_owned()])
            .collect(),
        _ => return None,
    };
    let head =
        if name == "lints" { "| code | name | why |\n|---|---|---|" } else { "| key | is |\n|---|---|" };
    let rows = rows.iter().map(|row| {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
        format!("| {} |", cells.join(" | "))
    });
    Some(format!("\n\n{head}\n{}\n\n", rows.collect::<Vec<_>>().join("\n")))
}

/// Returns a document with what stands between marks as it should be, and how often they occur.
fn filled(text: &str, file: &str, marks: &Marks, of: fn(&str) -> Option<String>) -> (String, usize) {
    let mut pieces = text.split(marks.begin);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    let mut count = 0;
    for piece in pieces {
        let (name, rest) =
            piece.split_once("-->").unwrap_or_else(|| panic!("{file}: a list without its name"));
        let (_, after) =
            rest.split_once(marks.end).unwrap_or_else(|| panic!("{file}: `{name}` does not end"));
        let written = of(name).unwrap_or_else(|| panic!("{file}: there is no `{name}`"));
        out += &format!("{}{name}-->{written}{}{after}", marks.begin, marks.end);
        count += 1;
    }
    (out, count)
}

fn read(file: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

#[test]
fn lists_of_names_are_those_of_the_program() {
    for (file, lists, tables) in [("README.md", 4, 0), ("docs/guide.md", 8, 6)] {
        let text = read(file);
        let (out, count) = filled(&text, file, &LIST, list);
        assert!(count >= lists, "{file}: {count} lists");
        let (out, count) = filled(&out, file, &TABLE, table);
        assert_eq!(count, tables, "{file}");
        if out != text && std::env::var_os("GRADBOOK_ACCEPT").is_some() {
            std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(file), out).unwrap();
        } else {
            let hint = "`GRADBOOK_ACCEPT=1 cargo test --test it names` writes them anew";
            assert!(out == text, "{file}: a list or table is not the program's: {hint}");
        }
    }
}

/// As GitHub names a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    kept.chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// Returns the anchors of a document's headings.
fn anchors(text: &str) -> Vec<String> {
    let (mut anchors, mut fence) = (Vec::new(), None);
    for line in text.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(open) if ticks >= open && line.trim_start_matches('`').is_empty() => fence = None,
            None if ticks >= 3 => fence = Some(ticks),
            None if line.starts_with('#') => anchors.push(anchor(line.trim_start_matches('#').trim())),
            _ => {}
        }
    }
    anchors
}

#[test]
fn links_of_the_guide_lead_somewhere() {
    for file in ["docs/guide.md", "docs/publishing.md"] {
        let text = read(file);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next()) {
            let is_example = link.starts_with("#experiment-") || link == "05-dropout.md#masks";
            let (path, place) = link.split_once('#').unwrap_or((link, ""));
            let is_link =
                link.starts_with(|c: char| c.is_alphanumeric() || c == '#') || link.starts_with("../");
            if !is_link || is_example || path.contains(':') || ["plot.png", "imprint.md"].contains(&path) {
                continue;
            }
            let target = if path.is_empty() { file.to_owned() } else { format!("docs/{path}") };
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(&target).exists(), "{file}: {link}");
            let known = || anchors(&read(&target)).iter().any(|known| known == place);
            assert!(place.is_empty() || known(), "{file}: nothing is called {link}");
        }
    }
}

#[test]
fn a_list_is_written_between_its_marks() {
    let (text, count) = filled("Of <!--names:surfaces-->`old`<!--/names-->.", "a test", &LIST, list);
    assert!(text.starts_with("Of <!--names:surfaces-->`bowl`, `saddle`") && text.ends_with("<!--/names-->."));
    assert_eq!(count, 1);
}
