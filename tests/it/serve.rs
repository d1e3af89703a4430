//! A course while it is written: a client that asks and listens as a browser does, and saves as editors do.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::course::{Course, SECRET};

/// How long to wait for what must come.
const PATIENCE: Duration = Duration::from_mins(2);

/// The program as it serves a course.
struct Server<'a> {
    course: &'a Course,
    child: Child,
    port: u16,
    /// What it said until it told its address.
    said: String,
}

impl<'a> Server<'a> {
    fn start(course: &'a Course, arguments: &[&str]) -> Server<'a> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gradbook"));
        command.env("GRADBOOK_CACHE_KEY", SECRET).env_remove("CI").current_dir(course.path(""));
        command.arg("serve").args(arguments).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = String::new();
        let port = loop {
            let line = lines.next().expect("the address").unwrap();
            said += &format!("{line}\n");
            if let Some(rest) = line.strip_prefix("http://127.0.0.1:") {
                break rest.split('/').next().unwrap().parse().unwrap();
            }
        };
        // Nobody may wait for what it says.
        std::thread::spawn(move || lines.for_each(drop));
        Server { course, child, port, said }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// The answer to a request: its status, its headers, its body.
    fn ask(&self, request: &str) -> (u16, String, String) {
        let mut stream = self.connect();
        write!(stream, "{request}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_owned(), body.to_owned())
    }

    fn get(&self, path: &str) -> (u16, String) {
        let (status, _, body) = self.ask(&format!("GET {path} HTTP/1.1\r\nHost: localhost:{}", self.port));
        (status, body)
    }

    fn events(&self) -> Events {
        let mut stream = self.connect();
        write!(stream, "GET /__gradbook/events HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", self.port).unwrap();
        let mut lines = BufReader::new(stream);
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            assert!(lines.read_line(&mut line).unwrap() > 0, "the head ends");
        }
        Events { lines }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.course.path(path)
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a page hears.
struct Events {
    lines: BufReader<TcpStream>,
}

impl Events {
    fn next(&mut self) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "the stream goes on");
            if let Some(data) = line.strip_prefix("data: ") {
                return serde_json::from_str(data).unwrap();
            }
        }
    }

    /// The first state that is as expected.
    fn until(&mut self, expected: impl Fn(&Value) -> bool) -> Value {
        loop {
            let state = self.next();
            if expected(&state) {
                return state;
            }
        }
    }

    /// The state after a build that is over.
    fn settled(&mut self) -> Value {
        self.until(|state| state["building"] == false)
    }

    /// The state with a site that is not the one of `state`.
    fn newer_than(&mut self, state: &Value) -> Value {
        self.until(|next| next["building"] == false && next["build"] != state["build"])
    }
}

fn lesson(text: &str) -> String {
    format!("---\ntitle: A lesson\n---\n\n{text}\n")
}

/// Writes a text as some editor does.
type Save<'a> = Box<dyn Fn(&str) + 'a>;

#[test]
fn every_kind_of_save_comes_to_the_page_and_the_page_follows() {
    for native in [false, true] {
        let course = Course::with("01-a.md", "Nothing.").and("02-b.md", "Other.");
        let how = if native { "native" } else { "poll" };
        let server = Server::start(&course, &["--port", "0", "--watch", how]);
        let mut events = server.events();
        let mut state = events.settled();
        let at = |name: &str| server.path(&format!("lessons/{name}"));
        let a = at("01-a.md");
        let saves: Vec<(&str, Save)> = vec![
            ("in place", Box::new(|text| fs::write(&a, text).unwrap())),
            (
                "renamed over",
                Box::new(|text| {
                    fs::write(at(".01-a.md.x1"), text).unwrap();
                    fs::rename(at(".01-a.md.x1"), &a).unwrap();
                }),
            ),
            (
                "a backup and a new file",
                Box::new(|text| {
                    fs::rename(&a, at("01-a.md~")).unwrap();
                    fs::write(&a, text).unwrap();
                    fs::remove_file(at("01-a.md~")).unwrap();
                }),
            ),
            (
                "removed and written anew",
                Box::new(|text| {
                    fs::remove_file(&a).unwrap();
                    fs::write(at("4913"), "").unwrap();
                    fs::remove_file(at("4913")).unwrap();
                    fs::write(at(".01-a.md.swp"), text).unwrap();
                    fs::write(&a, text).unwrap();
                }),
            ),
            (
                "in two pieces",
                Box::new(|text| {
                    let (first, second) = text.split_at(text.len() / 2);
                    let mut file = fs::File::create(&a).unwrap();
                    file.write_all(first.as_bytes()).unwrap();
                    file.flush().unwrap();
                    file.write_all(second.as_bytes()).unwrap();
                }),
            ),
        ];
        for (how, save) in &saves {
            save(&lesson(&format!("Saved {how}.")));
            state = events.newer_than(&state);
            assert_eq!(
                (&state["page"], &state["problems"]),
                (&"a.html".into(), &Value::Array(vec![])),
                "{how}"
            );
            let (status, page) = server.get("/a.html");
            assert!(status == 200 && page.contains(&format!("Saved {how}.")), "{how}: {page}");
            assert!(page.contains(state["build"].as_str().unwrap()), "the page knows which site it is of");
        }
        // A new lesson, and another name for it.
        fs::write(at("03-c.md"), lesson("New.")).unwrap();
        state = events.newer_than(&state);
        assert_eq!(state["page"], "c.html");
        fs::rename(at("03-c.md"), at("03-d.md")).unwrap();
        state = events.newer_than(&state);
        assert_eq!((&state["page"], server.get("/c.html").0), (&"d.html".into(), 404));
        assert!(server.get("/d.html").1.contains("New."));
        // What is not changed by a save is not shown anew.
        fs::write(&a, fs::read(&a).unwrap()).unwrap();
        let touched = events.settled();
        assert_eq!(touched["build"], state["build"]);
        fs::write(at("02-b.md"), lesson("Changed.")).unwrap();
        state = events.newer_than(&state);
        assert_eq!(state["page"], "b.html");
    }
}

#[test]
fn mistakes_are_told_with_their_place_and_gone_when_mended() {
    let course = Course::with("a.md", "Good.");
    let server = Server::start(&course, &["--port", "0"]);
    let mut events = server.events();
    let good = events.settled();
    let path = server.path("lessons/a.md");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("Good.", "```yaml experiment\nkind: optimizer\nid: a\n```")).unwrap();
    let broken = events.settled();
    let problem = &broken["problems"][0];
    assert_eq!(
        (&problem["severity"], &problem["file"], &problem["line"]),
        (&"error".into(), &"lessons/a.md".into(), &6.into())
    );
    assert_eq!(problem["hints"][0], "did you mean `optimizers`?");
    let drawn = problem["drawn"].as_str().unwrap();
    assert!(drawn.contains("kind: optimizer") && drawn.contains("^^^"), "{drawn}");
    // The last good page stays, and who comes now hears of the mistake too.
    assert_eq!(broken["build"], good["build"]);
    assert!(server.get("/a.html").1.contains("Good."));
    assert_eq!(server.events().next()["problems"], broken["problems"]);
    fs::write(&path, text).unwrap();
    let mended = events.settled();
    assert_eq!((&mended["problems"], &mended["build"]), (&Value::Array(vec![]), &good["build"]));
}

#[test]
fn a_course_that_is_broken_from_the_beginning_is_served_with_its_mistakes() {
    let course = Course::with("a.md", "`{{ nobody.loss }}`");
    let server = Server::start(&course, &["--port", "0"]);
    let mut events = server.events();
    let broken = events.settled();
    assert_eq!(broken["problems"][0]["line"], 5);
    let (status, page) = server.get("/");
    assert!(status == 503 && page.contains("There is no site yet") && page.contains("live.js"), "{page}");
    fs::write(server.path("lessons/a.md"), lesson("Good.")).unwrap();
    events.newer_than(&broken);
    assert_eq!(server.get("/").0, 200);
}

#[test]
fn pages_have_their_script_on_the_way_only_and_this_machine_alone_gets_them() {
    let course = Course::with("a.md", "![plot](b.svg)\n\n[data](t.csv)")
        .file("lessons/b.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>")
        .file("lessons/t.csv", b"a,b\n1,2\n");
    let server = Server::start(&course, &["--port", "0"]);
    server.events().settled();
    let (status, page) = server.get("/a.html");
    let script = "<script src=\"__gradbook/live.js?build=";
    assert!(status == 200 && page.contains(script), "{page}");
    assert!(
        page.contains("script-src 'self'") && page.contains("connect-src 'self'"),
        "the policy allows it"
    );
    for (path, bytes) in course.files("output") {
        assert!(!String::from_utf8_lossy(&bytes).contains("__gradbook"), "{path}");
    }
    assert_eq!(server.get("/index.html").1, server.get("/").1);
    assert!(server.get("/__gradbook/live.js").1.contains("EventSource"));
    let (status, missing) = server.get("/deep/er/none.html");
    assert!(status == 404 && missing.contains("<script src=\"../../__gradbook/live.js"), "{missing}");
    for hidden in
        ["/.gradbook-files", "/../lessons/a.md", "/%2e%2e/lessons/a.md", "/a%2f..%2f..%2flessons%2fa.md"]
    {
        assert_eq!(server.get(hidden).0, 404, "{hidden}");
    }
    let port = server.port;
    let (_, head, _) = server.ask(&format!("GET /files/t.csv HTTP/1.1\r\nHost: 127.0.0.1:{port}"));
    for header in ["text/csv", "no-store", "nosniff", "same-origin"] {
        assert!(head.contains(header), "no {header} in\n{head}");
    }
    for (request, status) in [
        (format!("GET /a.html HTTP/1.1\r\nHost: evil.example:{port}"), 403),
        (format!("GET /__gradbook/events HTTP/1.1\r\nHost: evil.example:{port}"), 403),
        ("GET /a.html HTTP/1.0".to_owned(), 403),
        (format!("POST /a.html HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 0"), 405),
        (format!("HEAD /a.html HTTP/1.1\r\nHost: localhost:{port}"), 200),
    ] {
        assert_eq!(server.ask(&request).0, status, "{request}");
    }
}

#[test]
fn where_a_port_is_taken_the_next_one_serves() {
    let course = Course::with("a.md", "");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let server = Server::start(&course, &["--port", &port.to_string()]);
    assert!(
        server.port > port && server.said.contains(&format!("port {port} is taken\n")),
        "{}",
        server.said
    );
    server.events().settled();
    assert_eq!(server.get("/").0, 200);
}

/// A course whose experiment trains for minutes.
fn long() -> String {
    "```yaml experiment\nkind: optimizers\nid: long\nseeds: 50\ndata: {name: digits}\nmodel: {hidden: [64]}\n\
     training: {epochs: 400}\n```"
        .to_owned()
}

#[test]
fn a_training_goes_on_beside_the_last_page_until_nobody_wants_it() {
    let course = Course::with("a.md", "Before.").and("b.md", "Other.");
    let server = Server::start(&course, &["--port", "0"]);
    let mut events = server.events();
    let first = events.settled();
    let path = server.path("lessons/a.md");
    fs::write(&path, lesson(&long())).unwrap();
    let training = events.until(|state| state["progress"]["share"].as_f64().is_some_and(|share| share > 0.0));
    let words = training["progress"]["words"].as_str().unwrap();
    assert!(words.starts_with("a#long, ") && words.contains("of 50 runs"), "{words}");
    assert!(server.get("/a.html").1.contains("Before."), "the last page");
    // A mistake elsewhere is told at once, and does not end it.
    fs::write(server.path("lessons/b.md"), "no front matter").unwrap();
    let told = events.until(|state| state["problems"][0].is_object());
    assert_eq!((&told["building"], &told["problems"][0]["file"]), (&true.into(), &"lessons/b.md".into()));
    assert!(told["progress"].is_object());
    fs::write(server.path("lessons/b.md"), lesson("Other words.")).unwrap();
    events.until(|state| state["problems"] == Value::Array(vec![]));
    // Other settings do.
    fs::write(&path, lesson("After.")).unwrap();
    let after = events.newer_than(&first);
    assert_eq!(after["progress"], Value::Null);
    assert!(server.get("/a.html").1.contains("After.") && server.get("/b.html").1.contains("Other words."));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_cleanly_in_the_middle_of_a_training() {
    let course = Course::with("a.md", &long());
    let mut server = Server::start(&course, &["--port", "0"]);
    let mut events = server.events();
    events.until(|state| state["progress"]["share"].as_f64().is_some_and(|share| share > 0.0));
    let sent = Command::new("kill").args(["-INT", &server.child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let mut left: Vec<String> = fs::read_dir(server.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    left.sort();
    assert_eq!(left, ["lessons"]);
    // What had ended is kept, and nothing half.
    let called = server.course.call(&["verify", "--sample", "1%"]);
    assert_eq!(called.status, 0, "{}", called.error);
}

#[test]
fn what_cannot_be_served_is_refused() {
    let course = Course::with("a.md", "").file("mine/file.txt", b"");
    for (arguments, message) in [
        (&["nowhere"][..], "begin with `gradbook new my-course`"),
        (&["lessons/a.md"], "a course is served whole"),
        (&["-o", "mine"], "holds files that gradbook did not write"),
        (&["--format", "json"], "cannot report as json"),
    ] {
        let called = course.call(&[&["serve"], arguments].concat());
        assert_eq!(called.status, 2, "{arguments:?}");
        assert!(called.error.contains(message), "{arguments:?}: {}", called.error);
    }
}
