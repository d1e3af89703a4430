//! Cells, and the two forms in which they are written: a notebook of Jupyter's, and a script with cells marked `# %%`.

use serde_json::{Value as Json, json};

/// A cell of a notebook.
#[derive(Debug)]
pub(super) struct Cell {
    /// The part of its id that tells it from the notebook's others.
    pub name: String,
    pub content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    /// Markdown.
    Text(String),
    Code(String),
    /// Code that is long and says nothing to a reader: folded away.
    Folded(String),
}

/// An experiment as cells.
#[derive(Debug)]
pub struct Notebook {
    /// What ids of cells begin with: the same for the same experiment.
    pub(super) id: String,
    pub(super) cells: Vec<Cell>,
}

impl Notebook {
    /// Returns the notebook in Jupyter's format (nbformat 4.5), without outputs.
    pub fn ipynb(&self) -> String {
        let cells: Vec<Json> = self.cells.iter().map(|cell| self.cell(cell)).collect();
        let document = json!({
            "cells": cells,
            "metadata": {
                "kernelspec": { "display_name": "Python 3", "language": "python", "name": "python3" },
                "language_info": { "name": "python" }
            },
            "nbformat": 4,
            "nbformat_minor": 5
        });
        format!("{document}\n")
    }

    fn cell(&self, cell: &Cell) -> Json {
        let id = format!("{}-{}", self.id, cell.name);
        match &cell.content {
            Content::Text(text) => {
                json!({ "cell_type": "markdown", "id": id, "metadata": {}, "source": lines(text) })
            }
            Content::Code(code) => code_cell(&id, code, &json!({})),
            Content::Folded(code) => {
                code_cell(&id, code, &json!({ "cellView": "form", "jupyter": { "source_hidden": true } }))
            }
        }
    }

    /// Returns the notebook as a script.
    pub fn py(&self) -> String {
        let cells = self.cells.iter().map(|cell| match &cell.content {
            Content::Text(text) => {
                let lines = text.lines().map(|line| format!("# {line}").trim_end().to_owned() + "\n");
                format!("# %% [markdown]\n{}", lines.collect::<String>())
            }
            Content::Code(code) | Content::Folded(code) => format!("# %%\n{}\n", code.trim_end()),
        });
        cells.collect::<Vec<_>>().join("\n")
    }
}

fn code_cell(id: &str, code: &str, metadata: &Json) -> Json {
    json!({
        "cell_type": "code",
        "execution_count": null,
        "id": id,
        "metadata": metadata,
        "outputs": [],
        "source": lines(code.trim_end())
    })
}

fn lines(text: &str) -> Vec<&str> {
    text.trim_end().split_inclusive('\n').collect()
}

/// Returns a text of an author's as one line of Markdown that means nothing but itself.
pub(super) fn plain(text: &str) -> String {
    let mut line = String::new();
    for letter in text.chars() {
        match letter {
            letter if letter.is_control() || ['\u{2028}', '\u{2029}'].contains(&letter) => line.push(' '),
            letter if letter.is_ascii_punctuation() && !",.:;'()?!/%-".contains(letter) => {
                line.extend(['\\', letter]);
            }
            letter => line.push(letter),
        }
    }
    line
}

/// Returns JSON as an expression of Python: a text that `json.loads` reads. It has only ASCII letters and no quote within, so that
/// nothing of an author's can end it.
pub(super) fn literal(value: &Json) -> String {
    let mut text = String::new();
    for letter in laid_out(value, 0).chars() {
        match letter {
            '\'' => text += "\\u0027",
            letter if letter.is_ascii() => text.push(letter),
            letter => {
                let mut units = [0; 2];
                letter.encode_utf16(&mut units).iter().for_each(|unit| text += &format!("\\u{unit:04x}"));
            }
        }
    }
    let (before, after) = if text.contains('\n') { ("\n", "\n") } else { ("", "") };
    format!("json.loads(r'''{before}{text}{after}''')")
}

/// The widest line of JSON that is not broken.
const WIDE: usize = 100;

/// Writes JSON with a line for what fits in one.
fn laid_out(value: &Json, depth: usize) -> String {
    let flat = flat(value);
    let (indent, end) = ("  ".repeat(depth + 1), "  ".repeat(depth));
    match value {
        Json::Object(entries) if flat.len() + 2 * depth > WIDE => {
            let entries = entries.iter().map(|(key, value)| {
                format!("{indent}{}: {}", Json::from(key.as_str()), laid_out(value, depth + 1))
            });
            format!("{{\n{}\n{end}}}", entries.collect::<Vec<_>>().join(",\n"))
        }
        _ => flat,
    }
}

fn flat(value: &Json) -> String {
    match value {
        Json::Object(entries) => {
            let entries =
                entries.iter().map(|(key, value)| format!("{}: {}", Json::from(key.as_str()), flat(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(flat).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_a_literal() {
        let value = json!({"'''": "\\''')\nimport os # \u{1f600}é\u{2028}"});
        let text = literal(&value);
        let inner = text.strip_prefix("json.loads(r'''").unwrap().strip_suffix("''')").unwrap();
        assert!(inner.is_ascii() && !inner.contains('\'') && !inner.contains('\n'), "{inner}");
        assert_eq!(serde_json::from_str::<Json>(inner).unwrap(), value);
    }

    #[test]
    fn a_title_is_one_line_that_means_itself() {
        assert_eq!(plain("a*b*\n# <i>[x](y)"), "a\\*b\\* \\# \\<i\\>\\[x\\](y)");
    }

    #[test]
    fn a_script_has_no_line_of_text_that_is_no_comment() {
        let cell = |name: &str, content| Cell { name: name.into(), content };
        let notebook = Notebook {
            id: "x".into(),
            cells: vec![
                cell("intro", Content::Text("# Title\n\nText.".into())),
                cell("code", Content::Code("a = 1\n".into())),
            ],
        };
        assert_eq!(notebook.py(), "# %% [markdown]\n# # Title\n#\n# Text.\n\n# %%\na = 1\n");
        let document: Json = serde_json::from_str(&notebook.ipynb()).unwrap();
        assert_eq!(document["cells"][1]["source"], json!(["a = 1"]));
        assert_eq!(document["cells"][0]["id"], "x-intro");
    }
}
