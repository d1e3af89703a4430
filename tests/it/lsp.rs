//! A lesson while it is written in an editor: a client that types, asks and listens as editors do.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::course::{Course, program};

/// How long to wait for what must come.
const PATIENCE: Duration = Duration::from_mins(2);

/// An editor with one lesson open.
struct Editor<'c> {
    course: &'c Course,
    server: Child,
    input: ChildStdin,
    heard: Receiver<Value>,
    told: VecDeque<Value>,
    asked: u64,
    uri: String,
    text: String,
    version: u64,
}

impl<'c> Editor<'c> {
    fn start(course: &'c Course, arguments: &[&str]) -> Editor<'c> {
        let mut command: Command = program();
        command.arg("lsp").args(arguments).current_dir(course.path("")).env_remove("CI");
        let mut server =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (input, output) = (server.stdin.take().unwrap(), server.stdout.take().unwrap());
        let (tell, heard) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if tell.send(message).is_err() {
                    break;
                }
            }
        });
        let mut editor = Editor {
            course,
            server,
            input,
            heard,
            told: VecDeque::new(),
            asked: 0,
            uri: String::new(),
            text: String::new(),
            version: 0,
        };
        let greeting = json!({ "capabilities": {}, "processId": null, "rootUri": null });
        let answer = editor.ask("initialize", &greeting);
        assert_eq!(answer["serverInfo"]["name"], "gradbook");
        editor.tell("initialized", &json!({}));
        editor
    }

    /// Starts with a lesson of the course open, as it is on the disk.
    fn with(course: &'c Course, lesson: &str) -> Editor<'c> {
        let mut editor = Editor::start(course, &[]);
        editor.open(lesson);
        editor
    }

    fn open(&mut self, lesson: &str) {
        let path: PathBuf = self.course.path(lesson).canonicalize().unwrap();
        self.text = fs::read_to_string(&path).unwrap();
        self.uri = format!("file://{}", path.display());
        self.version = 1;
        let document = json!({ "uri": self.uri, "languageId": "markdown", "version": 1, "text": self.text });
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The answer to a question, or the error.
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let asked = self.asked;
        self.send(&json!({ "jsonrpc": "2.0", "id": asked, "method": method, "params": params }));
        loop {
            let mut message = self.heard.recv_timeout(PATIENCE).expect("an answer");
            if message["id"] == asked {
                return match message.get_mut("error") {
                    Some(error) => error.take(),
                    None => message["result"].take(),
                };
            }
            self.told.push_back(message);
        }
    }

    /// What is wrong with the open lesson, as it is now.
    fn mistakes(&mut self) -> Vec<Value> {
        loop {
            let message = match self.told.pop_front() {
                Some(message) => message,
                None => self.heard.recv_timeout(PATIENCE).expect("diagnostics"),
            };
            let params = &message["params"];
            let is_it =
                message["method"] == "textDocument/publishDiagnostics" && params["uri"] == self.uri.as_str();
            if is_it && params["version"] == self.version {
                return params["diagnostics"].as_array().unwrap().clone();
            }
        }
    }

    fn change(&mut self, text: String) {
        self.text = text;
        self.version += 1;
        let document = json!({ "uri": self.uri, "version": self.version });
        let changes = json!([{ "text": self.text }]);
        self.tell("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Types something at the end of a part of the text, the cursor behind it.
    fn type_behind(&mut self, part: &str, typed: &str) -> Value {
        let place = self.text.find(part).unwrap_or_else(|| panic!("{part}")) + part.len();
        let mut text = self.text.clone();
        text.insert_str(place, typed);
        self.change(text);
        self.position(place + typed.len())
    }

    fn position(&self, byte: usize) -> Value {
        let before = &self.text[..byte];
        let line = before.rsplit('\n').next().unwrap();
        json!({ "line": before.matches('\n').count(), "character": line.encode_utf16().count() })
    }

    /// The text of a range.
    fn part(&self, range: &Value) -> &str {
        let byte = |place: &Value| {
            let line = place["line"].as_u64().unwrap() as usize;
            let start: usize = self.text.split_inclusive('\n').take(line).map(str::len).sum();
            let mut units = place["character"].as_u64().unwrap() as usize;
            let letters = self.text[start..].char_indices();
            let end = letters.into_iter().find(|(_, letter)| {
                let is_there = units == 0;
                units = units.saturating_sub(letter.len_utf16());
                is_there
            });
            end.map_or(self.text.len(), |(at, _)| start + at)
        };
        &self.text[byte(&range["start"])..byte(&range["end"])]
    }

    fn at(&mut self, method: &str, position: &Value, more: Value) -> Value {
        let mut params = json!({ "textDocument": { "uri": self.uri }, "position": position });
        if let Value::Object(more) = more {
            more.into_iter().for_each(|(key, value)| params[key] = value);
        }
        self.ask(&format!("textDocument/{method}"), &params)
    }

    /// Asks about the last letter of a part of the text.
    fn about(&mut self, method: &str, part: &str, more: Value) -> Value {
        let place = self.text.find(part).unwrap_or_else(|| panic!("{part}")) + part.len();
        let position = self.position(place - part.chars().last().unwrap().len_utf8());
        self.at(method, &position, more)
    }

    /// What may be typed behind a part of the text, after something was typed there. The text is then as it was.
    fn completed(&mut self, part: &str, typed: &str) -> Vec<String> {
        let before = self.text.clone();
        let position = self.type_behind(part, typed);
        let items = self.at("completion", &position, json!({}));
        self.change(before);
        let label = |item: &Value| item["label"].as_str().unwrap().to_owned();
        items.as_array().map(|items| items.iter().map(label).collect()).unwrap_or_default()
    }

    fn hover(&mut self, part: &str) -> String {
        let answer = self.about("hover", part, json!({}));
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// Does the edits of an answer to the open lesson.
    fn edited(&self, edits: &Value) -> String {
        let mut text = self.text.clone();
        let mut edits: Vec<&Value> = edits.as_array().unwrap().iter().collect();
        edits.sort_by_key(|edit| {
            let start = &edit["range"]["start"];
            std::cmp::Reverse((start["line"].as_u64(), start["character"].as_u64()))
        });
        for edit in edits {
            let part = self.part(&edit["range"]);
            let start = part.as_ptr() as usize - self.text.as_ptr() as usize;
            text.replace_range(start..start + part.len(), edit["newText"].as_str().unwrap());
        }
        text
    }

    fn end(mut self) {
        assert_eq!(self.ask("shutdown", &Value::Null), Value::Null);
        self.tell("exit", &Value::Null);
        assert!(self.server.wait().unwrap().success());
    }
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut long = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            line => {
                if let Some(length) = line.strip_prefix("Content-Length: ") {
                    long = length.parse().unwrap();
                }
            }
        }
    }
    let mut bytes = vec![0; long];
    output.read_exact(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

const BLOCK: &str = "```yaml experiment\nkind: optimizers\nid: four\nseeds: 2\ndata: {name: iris}\nmodel: {hidden: [4]}\n\
                     training: {epochs: 2, batch_size: full}\ncompare: [sgd, adam]\nclaims:\n  - adam.train_loss < 9\n```\n";

/// Two lessons, of which the second quotes the first.
fn two() -> Course {
    let first = format!(
        "Größe 日本 😀: `{{{{ four.adam.train_loss | round(3) }}}}`, see `{{{{ ref: four.loss }}}}`.\n\n{BLOCK}\nThe end.\n"
    );
    let second = "Elsewhere `{{ ways.four.sgd.train_loss }}` ([there](01-ways.md#experiment-four)).\n\n\
                  ```yaml figure\nid: both\nfrom: {A: ways.four}\nx: epoch\ny: train_loss\n```\n";
    Course::with("01-ways.md", &first)
        .and("02-more.md", second)
        .file("lessons/gradbook.yaml", b"title: C\nbibliography: refs.bib\n")
        .file("lessons/refs.bib", b"@misc{doe2020,\n  author={Doe, Jo}, title={On Size}, year=2020}\n")
        .file("lessons/t.csv", b"a,b\n1,2\n")
        .file("lessons/.hidden.csv", b"a,b\n1,2\n")
}

#[test]
fn mistakes_are_shown_while_they_are_typed() {
    let course = two();
    let mut editor = Editor::with(&course, "lessons/01-ways.md");
    assert_eq!(editor.mistakes(), [Value::Null; 0]);
    editor.change(editor.text.replace("four.adam.train", "four.adm.train").replace("seeds: 2", "seds: 2"));
    let found = editor.mistakes();
    let told: Vec<(&str, &str)> = found
        .iter()
        .map(|found| (editor.part(&found["range"]), found["message"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("seds", "unknown setting `seds`: did you mean `seeds`?")]);
    editor.change(editor.text.replace("seds: 2", "seeds: 2"));
    let found = editor.mistakes();
    // Behind letters of two and four bytes, and of two units of UTF-16.
    assert_eq!(editor.part(&found[0]["range"]), "adm");
    assert_eq!(found[0]["severity"], 1);
    editor.change(editor.text.replace("adm", "adam"));
    assert_eq!(editor.mistakes(), [Value::Null; 0]);
    // Nothing was saved, and nothing trained.
    assert!(!course.path("lessons/.gradbook").exists());
    editor.end();
}

#[test]
fn a_place_that_is_half_written_is_completed() {
    let course = two();
    let mut editor = Editor::with(&course, "lessons/01-ways.md");
    editor.mistakes();
    for (behind, typed, expected) in [
        ("model: {hidden: [4]}", "\ntrai", "split"),
        ("training: {epochs: 2, batch_size: full", ", opt", "optimizer"),
        ("training: {epochs: 2, batch_size: full", ", optimizer: ", "rmsprop"),
        ("compare: [sgd, adam", ", {adamw: {", "beta1"),
        ("data: {name: ", "", "moons"),
        ("kind: ", "", "softmax"),
        ("id: four\n", "figures: [", "loss"),
        ("claims:\n", "  - that: ", "adam"),
        ("claims:\n", "  - that: adam.", "train_loss"),
        ("The end.", " `{{ ", "four"),
        ("The end.", " `{{ four.", "sgd"),
        ("The end.", " `{{ four.adam.train_loss.", "mean"),
        ("The end.", " `{{ four.adam.settings.training.", "epochs"),
        ("The end.", " `{{ four.adam.train_loss | ", "percent"),
        ("The end.", " `{{ ref: four.", "table"),
        ("The end.", " `{{ ref: ", "more"),
        ("The end.", " [see @do", "doe2020"),
        ("The end.", " [see @", "kingma2015"),
        ("The end.", " [x](", "02-more.md"),
        ("The end.", " [x](02-more.md#", "figure-both"),
        ("The end.", " [x](#exp", "experiment-four"),
        ("The end.\n", "\n```yaml experiment\n", "optimizers: an example"),
        ("The end.\n", "\n```yaml experiment\nkind: train\nid: x\ndata: {file: ", "t.csv"),
        ("The end.\n", "\n```yaml experiment\nkind: train\nid: x\ndata: {file: t.csv, target: ", "b"),
        ("The end.\n", "\n```yaml experiment\nkind: train\nid: x\ndata: {file: t.csv, features: [b, ", "a"),
        ("compare: [sgd, adam", ", ", "nadam: ..."),
        ("id: four\n", "labels: {", "train_loss"),
        ("The end.\n", "\n```yaml figure\nid: x\nfrom: ", "four"),
        ("The end.\n", "\n```yaml figure\nid: x\nfrom: four\nx: ", "training.optimizer"),
        ("title: 01-ways.md", "\nsumm", "summary"),
        ("title: 01-ways.md", "\ndefaults:\n  training: {", "epochs"),
    ] {
        let offered = editor.completed(behind, typed);
        assert!(offered.iter().any(|label| label == expected), "{typed:?}: {expected} of {offered:?}");
        assert!(offered.iter().all(|label| !label.starts_with(".hidden")), "{offered:?}");
    }
    // Within a claim no other begins.
    let offered = editor.completed("The end.", " `{{ claim: ");
    assert!(offered.contains(&"four".to_owned()) && !offered.contains(&"claim: ".to_owned()), "{offered:?}");
    // What is there already is not offered again.
    assert!(!editor.completed("id: four", "\ns").iter().any(|label| label == "seeds"));
    // Code of other languages is left alone.
    assert_eq!(editor.completed("The end.\n", "\n```python\nx = {"), [""; 0]);
    editor.end();
}

#[test]
fn the_word_that_is_typed_gives_way() {
    let course = two();
    let mut editor = Editor::with(&course, "lessons/01-ways.md");
    editor.mistakes();
    let position = editor.type_behind("The end.", " 😀 `{{ four.ad");
    let items = editor.at("completion", &position, json!({}));
    let adam = items.as_array().unwrap().iter().find(|item| item["label"] == "adam").unwrap();
    assert_eq!(editor.part(&adam["textEdit"]["range"]), "ad");
    assert!(editor.edited(&json!([adam["textEdit"]])).contains("😀 `{{ four.adam"));
    let position = editor.type_behind("seeds: 2", "\nepo");
    let items = editor.at("completion", &position, json!({}));
    let split = items.as_array().unwrap().iter().find(|item| item["label"] == "split").unwrap();
    assert!(editor.edited(&json!([split["textEdit"]])).contains("seeds: 2\nsplit: \n"));
    editor.end();
}

#[test]
fn a_place_tells_what_it_means_and_its_value_now() {
    let course = two();
    let mut editor = Editor::with(&course, "lessons/01-ways.md");
    editor.mistakes();
    assert!(editor.hover("{{ four.adam.train_loss").contains("has not run"), "nothing trains");
    course.build();
    let value = editor.hover("{{ four.adam.train_loss");
    let results = &course.results("lessons/01-ways.md#four")[0];
    let mean = results["metrics"]["adam"]["train_loss"]["mean"].as_f64().unwrap();
    assert!(value.contains(&format!("**{mean:.3}**")) && value.contains("over 2 seeds"), "{value}");
    assert!(value.contains("mean loss on the training part"), "{value}");
    assert!(editor.hover("- adam.train_loss < 9").contains("This claim holds"));
    for (part, expected) in [
        ("compare: [sgd, adam", "Kingma"),
        ("training: {epochs", "default `20`"),
        ("data: {name: iris", "150"),
        ("kind: optimizers", "how fast"),
        ("id: four", "4 runs"),
        ("ref: four.loss", "training loss by epoch"),
        ("claims", "must hold"),
    ] {
        let told = editor.hover(part);
        assert!(told.contains(expected), "{part}: {told}");
    }
    // With other settings it has not run.
    editor.change(editor.text.replace("epochs: 2", "epochs: 3"));
    editor.mistakes();
    assert!(editor.hover("{{ four.adam.train_loss").contains("has not run"));
    editor.end();
}

#[test]
fn a_claim_in_prose_tells_what_came_of_it() {
    let own = format!("Adam `{{{{ claim: four.adam.train_loss < 9 }}}}`.\n\n{BLOCK}");
    let other = "In `{{ claim: a.four.adam.train_loss < 0 }}` of `{{ a.four.adam.train_loss | si(1) }}`.\n";
    let course = Course::with("a.md", &own).and("b.md", other);
    let mut editor = Editor::with(&course, "lessons/a.md");
    editor.mistakes();
    assert!(editor.hover("four.adam.train_loss < 9").contains("has not run"));
    // The claim of the other lesson fails, and the runs are kept all the same.
    assert_eq!(course.call(&["build"]).status, 1);
    let holds = editor.hover("four.adam.train_loss < 9");
    assert!(holds.contains("**This claim holds**") && holds.contains("2 of 2 seeds"), "{holds}");
    assert!(holds.contains("margin") && holds.contains("over 2 seeds"), "{holds}");
    editor.open("lessons/b.md");
    editor.mistakes();
    let fails = editor.hover("a.four.adam.train_loss < 0");
    assert!(fails.contains("**This claim does not hold**") && fails.contains("0 of 2 seeds"), "{fails}");
    let filter = editor.hover("| si");
    assert!(filter.contains("**`si(digits)`**, a filter") && filter.contains("prefix of the SI"), "{filter}");
    editor.end();
}

#[test]
fn a_mistake_of_the_front_matter_hides_no_other() {
    let course = two();
    let mut editor = Editor::with(&course, "lessons/01-ways.md");
    editor.mistakes();
    editor.change(editor.text.replace("title: ", "tags: 5\ntitle: ").replace("seeds: 2", "seeds: many"));
    let found = editor.mistakes();
    let places: Vec<&str> = found.iter().map(|found| editor.part(&found["range"])).collect();
    assert_eq!(places, ["5", "many"]);
    editor.end();
}

#[test]
fn lines_end_as_the_file_ends_them() {
    let text =
        format!("---\ntitle: A\n---\n\n{}", BLOCK.replace("data: {name: iris}", "data:   {name: iris}"));
    let course = Course::with("a.md", "x").file("lessons/a.md", text.replace('\n', "\r\n").as_bytes());
    let mut editor = Editor::with(&course, "lessons/a.md");
    assert_eq!(editor.mistakes(), [Value::Null; 0]);
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let params = json!({ "textDocument": { "uri": editor.uri }, "options": options });
    let edits = editor.ask("textDocument/formatting", &params);
    let text = editor.edited(&edits);
    assert_eq!(text, text.replace("\r\n", "\n").replace('\n', "\r\n"));
    assert!(text.contains("data: {name: iris}"));
    editor.end();
}

#[test]
fn names_lead_to_where_they_are_defined() {
    let course = two();
    let mut editor = Editor::with(&course, "lessons/01-ways.md");
    editor.mistakes();
    let found = editor.about("definition", "{{ four", json!({}));
    assert_eq!(editor.part(&found["range"]), "four");
    assert_eq!(found["range"]["start"]["line"], 8);
    let found = editor.about("definition", "{{ four.adam", json!({}));
    assert_eq!((editor.part(&found["range"]), &found["range"]["start"]["line"]), ("adam", &json!(13)));
    editor.change(editor.text.replace("The end.", "By [@doe2020]."));
    editor.mistakes();
    let found = editor.about("definition", "[@doe2020", json!({}));
    assert!(found["uri"].as_str().unwrap().ends_with("/lessons/refs.bib"), "{found}");
    editor.open("lessons/02-more.md");
    editor.mistakes();
    for part in ["ways.four", "#experiment-four", "A: ways.four"] {
        let found = editor.about("definition", part, json!({}));
        assert!(found["uri"].as_str().unwrap_or_default().ends_with("/01-ways.md"), "{part}: {found}");
        assert_eq!(found["range"]["start"]["line"], 8, "{part}");
    }
    editor.end();
}

#[test]
fn an_id_gets_another_name_in_every_lesson() {
    let course = two();
    course.build();
    assert_eq!(course.call(&["check", "--accept"]).status, 0);
    let mut editor = Editor::with(&course, "lessons/01-ways.md");
    editor.mistakes();
    let found = editor.about("references", "id: four", json!({ "context": { "includeDeclaration": true } }));
    assert_eq!(found.as_array().unwrap().len(), 6, "{found}");
    let range = editor.about("prepareRename", "{{ four", json!({}));
    assert_eq!(editor.part(&range), "four");
    assert!(editor.about("prepareRename", "{{ four.adam", json!({})).is_null());
    for (name, expected) in [("Four", "snake_case"), ("eq", "reserved"), ("", "snake_case")] {
        let refused = editor.about("rename", "id: four", json!({ "newName": name }));
        assert!(refused["message"].as_str().unwrap().contains(expected), "{refused}");
    }
    let edit = editor.about("rename", "id: four", json!({ "newName": "ways_down" }));
    let files = edit["changes"].as_object().unwrap();
    assert_eq!(files.len(), 3, "both lessons and the snapshot");
    for (uri, edits) in files {
        let path = uri.strip_prefix("file://").unwrap();
        editor.text = fs::read_to_string(path).unwrap();
        fs::write(path, editor.edited(edits)).unwrap();
    }
    let called = course.call(&["check"]);
    assert_eq!(called.status, 0, "{}", called.error);
    assert!(course.text("lessons/02-more.md").contains("ways.ways_down.sgd"));
    editor.end();
}

#[test]
fn hints_are_done_and_blocks_laid_out() {
    let course = two();
    let mut editor = Editor::with(&course, "lessons/01-ways.md");
    editor.change(
        editor.text.replace("seeds: 2", "seds: 2").replace("data: {name: iris}", "data: { name:  iris }"),
    );
    editor.mistakes();
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let params =
        json!({ "textDocument": { "uri": editor.uri }, "range": whole, "context": { "diagnostics": [] } });
    let actions = editor.ask("textDocument/codeAction", &params);
    assert_eq!(actions[0]["title"], "Write `seeds`");
    let mended = editor.edited(&actions[0]["edit"]["changes"][&editor.uri]);
    editor.change(mended);
    assert_eq!(editor.mistakes(), [Value::Null; 0]);
    let options = json!({ "tabSize": 4, "insertSpaces": true });
    let params = json!({ "textDocument": { "uri": editor.uri }, "options": options });
    let edits = editor.ask("textDocument/formatting", &params);
    let text = editor.edited(&edits);
    assert_eq!(text, course.text("lessons/01-ways.md"));
    let symbols =
        editor.ask("textDocument/documentSymbol", &json!({ "textDocument": { "uri": editor.uri } }));
    assert_eq!(symbols[1]["name"], "four");
    let found = editor.ask("workspace/symbol", &json!({ "query": "bot" }));
    assert_eq!(found[0]["name"], "both");
    editor.end();
}

#[test]
fn a_question_is_answered_from_what_is_known_and_waits_for_the_rest() {
    let course = two();
    let mut editor = Editor::with(&course, "lessons/01-ways.md");
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let params =
        json!({ "textDocument": { "uri": editor.uri }, "range": whole, "context": { "diagnostics": [] } });
    // Asked right after the mistake, before the course was looked over.
    editor.change(editor.text.replace("seeds: 2", "seds: 2"));
    let actions = editor.ask("textDocument/codeAction", &params);
    assert_eq!(actions[0]["title"], "Write `seeds`");
    // The mistake stands elsewhere now.
    editor.change(editor.text.replace("kind: optimizers", "caption: 😀 ☃\nkind: optimizers"));
    let actions = editor.ask("textDocument/codeAction", &params);
    let mended = editor.edited(&actions[0]["edit"]["changes"][&editor.uri]);
    assert_eq!(mended, editor.text.replace("seds: 2", "seeds: 2"));
    // What is taken back is answered too.
    editor.change(mended);
    editor.send(
        &json!({ "jsonrpc": "2.0", "id": "gone", "method": "textDocument/codeAction", "params": params }),
    );
    editor.tell("$/cancelRequest", &json!({ "id": "gone" }));
    let answer = loop {
        let message = editor.heard.recv_timeout(PATIENCE).expect("an answer");
        if message["id"] == "gone" {
            break message;
        }
    };
    assert!(answer["error"]["code"] == -32800 || answer["result"] == json!([]), "{answer}");
    editor.end();
}

/// A lesson cut off at every place, a question at every place: what half a word breaks, the next letter mends.
#[test]
fn no_half_written_text_ends_it() {
    let course = two();
    let mut editor = Editor::with(&course, "lessons/01-ways.md");
    let text = editor.text.clone();
    let ends: Vec<usize> = (0..=text.len()).filter(|end| text.is_char_boundary(*end)).step_by(5).collect();
    for end in ends {
        editor.change(text[..end].to_owned());
        let position = editor.position(end);
        for method in ["completion", "hover", "definition", "prepareRename"] {
            let answer = editor.at(method, &position, json!({}));
            assert!(answer["code"].is_null(), "{method} at {end}: {answer}");
        }
    }
    // A question about nothing, a file that is not there, a method that nobody knows.
    editor.at("hover", &json!({ "line": 999_999, "character": 999_999 }), json!({}));
    let elsewhere = json!({ "textDocument": { "uri": "file:///nowhere/x.md" }, "position": { "line": 0, "character": 0 } });
    assert!(editor.ask("textDocument/hover", &elsewhere).is_null());
    assert_eq!(editor.ask("textDocument/foldingRange", &json!({}))["code"], -32601);
    assert_eq!(editor.ask("textDocument/hover", &json!({ "x": 1 }))["code"], -32602);
    editor.change(text);
    assert_eq!(editor.mistakes(), [Value::Null; 0]);
    editor.end();
}

#[test]
fn files_that_are_no_lessons_are_left_alone() {
    let course = Course::with("01-a.md", "x").file("README.md", b"# Read me\n\n[x](gone.md) `{{ y }}`\n");
    let mut editor = Editor::with(&course, "README.md");
    assert!(editor.hover("{{ y").is_empty());
    editor.end();
    assert!(course.path("lessons/01-a.md").is_file());
    // A lesson alone, anywhere, is looked at by itself.
    let alone = Course::with("01-a.md", "x")
        .file("notes/x.md", format!("---\ntitle: X\n---\n{}", BLOCK.replace("iris", "irs")).as_bytes());
    let mut editor = Editor::with(&alone, "notes/x.md");
    assert!(editor.mistakes()[0]["message"].as_str().unwrap().contains("iris"));
    editor.end();
}

#[cfg(unix)]
#[test]
fn of_what_lies_outside_of_the_course_nothing_is_offered() {
    let course = two().file("outside.csv", b"secret,b\n1,2\n");
    std::os::unix::fs::symlink(course.path("outside.csv"), course.path("lessons/out.csv")).unwrap();
    let pipe = Command::new("mkfifo").arg(course.path("lessons/pipe.csv")).status();
    assert!(pipe.unwrap().success());
    let mut editor = Editor::with(&course, "lessons/01-ways.md");
    editor.mistakes();
    for table in ["out.csv", "pipe.csv"] {
        let block = "\n```yaml experiment\nkind: train\nid: x\ndata: {file: TABLE, target: ";
        let offered = editor.completed("The end.\n", &block.replace("TABLE", table));
        assert_eq!(offered, [""; 0], "{table}");
    }
    editor.end();
}
