//! A course in a folder of its own, built by the program as an author would.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// What the tests' caches are sealed with, whoever runs them.
pub(crate) const SECRET: &str = "known to all tests";

/// The program, which keeps nothing among the files of whoever runs the tests.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradbook"));
    command.env("GRADBOOK_CACHE_KEY", SECRET).env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

/// Files of a course to be.
pub(crate) struct Course {
    folder: TempDir,
}

impl Course {
    /// A course with one lesson, given by its file name and what follows its front matter.
    pub(crate) fn with(name: &str, body: &str) -> Course {
        Course { folder: tempfile::tempdir().unwrap() }.and(name, body)
    }

    /// Another lesson, titled by its file's name.
    pub(crate) fn and(self, name: &str, body: &str) -> Course {
        let text = format!("---\ntitle: {name}\n---\n\n{body}\n");
        self.file(&format!("lessons/{name}"), text.as_bytes())
    }

    /// Any file, by its path beside the lessons folder.
    pub(crate) fn file(self, path: &str, content: &[u8]) -> Course {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Calls the program in the course's folder.
    pub(crate) fn call(&self, arguments: &[&str]) -> Called {
        self.call_in("", arguments)
    }

    /// Calls the program in a folder of the course.
    pub(crate) fn call_in(&self, folder: &str, arguments: &[&str]) -> Called {
        self.call_into(folder, arguments, Stdio::piped())
    }

    /// Calls the program in a folder of the course, its results going to `output`.
    pub(crate) fn call_into(&self, folder: &str, arguments: &[&str], output: Stdio) -> Called {
        let mut command = self.command(folder, arguments);
        command.stdout(output).stderr(Stdio::piped());
        Called::new(command.spawn().and_then(std::process::Child::wait_with_output).unwrap())
    }

    /// Calls the program as a CI system does.
    pub(crate) fn call_in_ci(&self, arguments: &[&str]) -> Called {
        let mut command = self.command("", arguments);
        Called::new(command.env("CI", "true").output().unwrap())
    }

    /// The program called by an author, wherever the tests run.
    fn command(&self, folder: &str, arguments: &[&str]) -> Command {
        let mut command = program();
        command.args(arguments).current_dir(self.path(folder)).env_remove("CI");
        command
    }

    /// A text file, by its path beside the lessons folder.
    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// All files of a folder beside the lessons folder and below it, by their paths in it, in order.
    pub(crate) fn files(&self, folder: &str) -> Vec<(String, Vec<u8>)> {
        fn walk(folder: &Path, below: &Path, found: &mut Vec<(String, Vec<u8>)>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, below, found);
                } else {
                    let name = path.strip_prefix(below).unwrap().display().to_string();
                    found.push((name, fs::read(&path).unwrap()));
                }
            }
        }
        let folder = self.path(folder);
        let mut found = Vec::new();
        walk(&folder, &folder, &mut found);
        found.sort();
        found
    }

    /// Builds the site, which must succeed.
    pub(crate) fn build(&self) -> Site<'_> {
        let called = self.call(&["build"]);
        assert_eq!(called.status, 0, "{}", called.error);
        Site { course: self }
    }

    /// The results of one lesson or experiment as JSON, a document a line.
    pub(crate) fn results(&self, lesson: &str) -> Vec<serde_json::Value> {
        let called = self.call(&["run", lesson, "--format", "json", "--quiet"]);
        assert_eq!(called.status, 0, "{}", called.error);
        called.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// What a call of the program came to.
pub(crate) struct Called {
    pub status: i32,
    pub output: String,
    pub error: String,
}

impl Called {
    pub(crate) fn new(output: Output) -> Called {
        Called {
            status: output.status.code().expect("the program was not killed"),
            output: String::from_utf8(output.stdout).unwrap(),
            error: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The output folder of a course.
pub(crate) struct Site<'a> {
    course: &'a Course,
}

impl<'a> Site<'a> {
    /// What stands in the output folder, whoever put it there.
    pub(crate) fn of(course: &'a Course) -> Site<'a> {
        Site { course }
    }

    /// All files of the output.
    pub(crate) fn course_files(&self) -> Vec<(String, Vec<u8>)> {
        self.course.files("output")
    }

    pub(crate) fn page(&self, slug: &str) -> Page {
        Page { html: self.text(&format!("{slug}.html")) }
    }

    pub(crate) fn text(&self, path: &str) -> String {
        let path = self.course.path("output").join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Every file with its bytes, sorted by path.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        self.course.files("output")
    }
}

/// One page of a site.
pub(crate) struct Page {
    pub html: String,
}

impl Page {
    pub(crate) fn shows(&self, text: &str) -> &Page {
        assert!(self.html.contains(text), "the page does not show `{text}`");
        self
    }

    pub(crate) fn hides(&self, text: &str) -> &Page {
        assert!(!self.html.contains(text), "the page shows `{text}`");
        self
    }
}
