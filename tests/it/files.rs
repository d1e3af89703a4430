//! Lessons of a stranger that lead out of their folder, and caches and outputs that came with them: nothing outside is read,
//! published, written or removed.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::course::{Called, Course, Site, program};

const BLOCK: &str = "```yaml experiment\nkind: optimizers\nid: ways\ndata: {name: moons, samples: 60}\n\
    training: {epochs: 3}\nseeds: 2\n```";
const SECRET: &str = "DEPLOY_TOKEN=s3cr3t";
/// A minute for what takes a second: a build that waits for a pipe, or reads for ever, never ends.
const PATIENCE: Duration = Duration::from_mins(1);

/// A course with a block, and beside it a folder whose files nobody may read, change or remove.
fn course() -> Course {
    let course = Course::with("a.md", BLOCK).file("victim/secret", SECRET.as_bytes());
    for (number, hash) in [1, 2, 3].map(|number| (number, format!("{number:064x}"))) {
        let name = if number == 3 { format!("victim/{hash}/layer/file") } else { format!("victim/{hash}") };
        course.path(&name).parent().map(fs::create_dir_all).unwrap().unwrap();
        fs::write(course.path(&name), "precious").unwrap();
    }
    course
}

fn link(course: &Course, to: impl AsRef<Path>, name: &str) {
    let name = course.path(name);
    fs::create_dir_all(name.parent().unwrap()).unwrap();
    symlink(to, name).unwrap();
}

fn pipe(course: &Course, name: &str) {
    let name = course.path(name);
    fs::create_dir_all(name.parent().unwrap()).unwrap();
    assert!(Command::new("mkfifo").arg(name).status().unwrap().success());
}

/// Calls the program, which has to end.
fn call(course: &Course, arguments: &[&str]) -> Called {
    let mut command = program();
    command.args(arguments).current_dir(course.path("")).env_remove("CI");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{arguments:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Called::new(child.wait_with_output().unwrap())
}

/// Builds, trusted and not; the folder of the victim is as it was, and nobody is shown what is in it.
fn harmless(course: &Course, arguments: &[&str]) -> [Called; 2] {
    let before = everything(&course.path("victim"));
    [&["--quiet"][..], &["--untrusted"]].map(|more| {
        let called = call(course, &[arguments, more].concat());
        assert!(!called.error.contains(SECRET) && !called.output.contains(SECRET), "{}", called.error);
        assert!(called.status < 3, "{}", called.error);
        assert_eq!(everything(&course.path("victim")), before);
        if course.path("output").is_dir() {
            let published = course.files("output");
            let leaked = |bytes: &[u8]| bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes());
            assert!(published.iter().all(|(_, bytes)| !leaked(bytes)));
        }
        called
    })
}

/// Every file and folder with its content.
fn everything(folder: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    entries.map(|entry| (entry.path().to_owned(), fs::read(entry.path()).ok())).collect()
}

#[test]
fn links_in_the_place_of_the_cache_lead_nowhere() {
    for part in ["runs", "drawn", "brief", "last", "sites", "programs"] {
        let course = course().file("lessons/gradbook.yaml", b"cache: {bytes: 0}\n");
        link(&course, course.path("victim"), &format!("lessons/.gradbook/cache/{part}"));
        let [trusted, untrusted] = harmless(&course, &["build"]);
        assert_eq!((trusted.status, untrusted.status), (0, 0), "{}{}", trusted.error, untrusted.error);
        assert_eq!(call(&course, &["clean"]).status, 2);
        harmless(&course, &["clean"]);
    }
    for whole in ["lessons/.gradbook", "lessons/.gradbook/cache"] {
        let course = course();
        link(&course, course.path("victim"), whole);
        let [trusted, untrusted] = harmless(&course, &["build"]);
        assert!(trusted.error.contains("nothing is kept for the next build"), "{}", trusted.error);
        assert!(trusted.error.contains("it is a link"), "{}", trusted.error);
        assert!(!untrusted.error.contains("nothing is kept"), "{}", untrusted.error);
    }
    let course = course();
    fs::create_dir_all(course.path("lessons/.gradbook/cache")).unwrap();
    link(&course, course.path("victim/new"), "lessons/.gradbook/cache/.gitignore");
    harmless(&course, &["build"]);
}

#[test]
fn links_in_the_place_of_settings_and_snapshots_show_nothing() {
    for name in ["gradbook.yaml", "more/gradbook.yaml", "snapshots/a.yaml", "snapshots"] {
        let course = course().and("more/b.md", "Text.");
        let target = if name == "snapshots" { "victim" } else { "victim/secret" };
        link(&course, course.path(target), &format!("lessons/{name}"));
        for command in ["build", "check"] {
            let ends = name.starts_with("snapshots") && command == "build";
            for called in harmless(&course, &[command]) {
                assert_eq!(called.status == 0, ends, "{name}: {}", called.error);
            }
        }
        harmless(&course, &["check", "--accept"]);
    }
    // The environment of the program itself.
    let course = course();
    link(&course, "/proc/self/environ", "lessons/gradbook.yaml");
    for called in harmless(&course, &["build"]) {
        assert_eq!(called.status, 1, "{}", called.error);
        assert!(called.error.contains("outside the lessons folder"), "{}", called.error);
        assert!(!called.error.contains("XDG_CACHE_HOME"), "{}", called.error);
    }
}

#[test]
fn what_is_hidden_or_outside_is_not_published() {
    for (target, name) in [
        (".git/config", "config.txt"),
        ("../victim/secret", "config.txt"),
        ("/proc/self/environ", "config.txt"),
        (".git", "folder"),
        ("../victim", "folder"),
    ] {
        let text = "[x](config.txt) [y](folder/config) [z](folder/secret) [w](.git/config) [v](folder/secre)";
        let course = course().file("lessons/b.md", format!("---\ntitle: B\n---\n{text}\n").as_bytes());
        let course = course.file("lessons/.git/config", SECRET.as_bytes());
        link(&course, target, &format!("lessons/{name}"));
        for called in harmless(&course, &["build"]) {
            assert_eq!(called.status, 1, "{}", called.error);
            assert!(!called.error.contains("did you mean `secret`"), "{}", called.error);
        }
    }
    // The same as data, whose lines an error would show.
    let course = course();
    link(&course, "../victim/secret", "lessons/t.csv");
    let course =
        course.and("b.md", "```yaml experiment\nkind: optimizers\nid: own\ndata: {file: t.csv}\n```");
    for called in harmless(&course, &["build"]) {
        assert!(called.error.contains("outside the lessons folder"), "{}", called.error);
    }
}

#[test]
fn nobody_waits_for_a_pipe_or_reads_a_device() {
    let names = ["gradbook.yaml", "snapshots/a.yaml", "p.png", "t.csv", "c.md", "templates/layout.html"];
    for name in names {
        for device in [None, Some("/dev/zero")] {
            let own =
                "![p](p.png)\n\n```yaml experiment\nkind: optimizers\nid: own\ndata: {file: t.csv}\n```";
            let course = course().and("b.md", if matches!(name, "p.png" | "t.csv") { own } else { "Text." });
            let name = format!("lessons/{name}");
            match device {
                None => pipe(&course, &name),
                Some(device) => link(&course, device, &name),
            }
            for command in ["build", "check"] {
                harmless(&course, &[command]);
            }
        }
    }
    // In the place of every entry of the cache, and of the lock beside the output.
    let course = course();
    course.build();
    let entries: Vec<PathBuf> = everything(&course.path("lessons/.gradbook/cache"))
        .into_iter()
        .filter_map(|(path, bytes)| bytes.is_some().then_some(path))
        .collect();
    assert!(entries.len() > 5);
    for entry in entries {
        fs::remove_file(&entry).unwrap();
        assert!(Command::new("mkfifo").arg(&entry).status().unwrap().success());
    }
    let called = call(&course, &["build"]);
    assert_eq!(called.status, 0, "{}", called.error);
    pipe(&course, ".output.gradbook-lock");
    let called = call(&course, &["build"]);
    assert_eq!(called.status, 0, "{}", called.error);
    assert!(called.error.contains("cannot be kept from other builds"), "{}", called.error);
}

#[test]
fn a_cache_that_came_with_the_lessons_changes_nothing() {
    let course = course();
    let right = course.build().files();
    // The cache of somebody with another key, who made other numbers and pages of the same course.
    let forged = |folder: &str| {
        let mut command = program();
        command.args(["build", "--quiet", "--output", "forged"]).current_dir(course.path(folder));
        assert!(command.env("GRADBOOK_CACHE_KEY", "the key of somebody else").status().unwrap().success());
    };
    fs::remove_dir_all(course.path("lessons/.gradbook")).unwrap();
    forged("");
    let planted = everything(&course.path("lessons/.gradbook"));
    for arguments in [&["build", "--untrusted", "--output", "untrusted"][..], &["verify", "--untrusted"]] {
        let called = call(&course, arguments);
        assert_eq!(called.status, 0, "{}", called.error);
        assert_eq!(everything(&course.path("lessons/.gradbook")), planted, "it is not even touched");
    }
    fs::remove_dir_all(course.path("output")).unwrap();
    let called = call(&course, &["build", "--why"]);
    assert!(called.error.contains("2 runs to do"), "{}", called.error);
    assert!(Site::of(&course).files() == right);
    let called = call(&course, &["build", "--untrusted", "--cache-dir", "lessons/.gradbook/cache"]);
    assert_eq!(called.status, 2, "{}", called.error);
    assert!(called.error.contains("cannot be in `lessons/.gradbook/cache`"), "{}", called.error);
}

#[test]
fn an_output_that_leads_elsewhere_or_holds_other_files_is_refused() {
    let course = course().file("victim/home/.profile", b"mine").file("victim/home/.ssh/id", b"mine");
    link(&course, course.path("victim/home"), "output");
    for called in harmless(&course, &["build"]) {
        assert_eq!(called.status, 2, "{}", called.error);
    }
    fs::remove_file(course.path("output")).unwrap();
    link(&course, course.path("victim"), "build");
    let [trusted, _] = harmless(&course, &["build", "--output", "build/home"]);
    assert_eq!(trusted.status, 2, "{}", trusted.error);

    // A link in the place where a build leaves the former site for a moment: what is hidden behind it stays there.
    link(&course, course.path("victim/home"), ".output.gradbook-old");
    link(&course, course.path("victim/home"), ".output.gradbook-new");
    let [trusted, _] = harmless(&course, &["build"]);
    assert_eq!(trusted.status, 0, "{}", trusted.error);
    assert!(!course.path("output/.profile").exists() && !course.path(".output.gradbook-old").exists());

    // Files that came with the lessons would be published with them.
    for name in ["output/evil.html", "output/assets/evil.js", "output/.htaccess"] {
        fs::write(course.path(name), "<script>").unwrap();
        let called = call(&course, &["build", "--untrusted"]);
        assert_eq!(called.status, 2, "{name}: {}", called.error);
        assert!(called.error.contains("gradbook did not write it"), "{}", called.error);
        fs::remove_file(course.path(name)).unwrap();
    }
    // A list that came with them makes nothing hidden a build's, and no link or pipe is what stands there for a host.
    let refused = |name: &str| {
        let called = call(&course, &["build", "--untrusted"]);
        assert_eq!(called.status, 2, "{name}: {}", called.error);
        let said = format!("`output/{name}` is in the output and gradbook did not write it");
        assert!(called.error.contains(&said), "{name}: {}", called.error);
        fs::remove_file(course.path("output").join(name)).unwrap();
    };
    let list = fs::read_to_string(course.path("output/.gradbook-files")).unwrap();
    fs::write(course.path("output/.gradbook-files"), list + ".htaccess\n.leak\n").unwrap();
    fs::write(course.path("output/.htaccess"), "Redirect / https://evil.example").unwrap();
    refused(".htaccess");
    link(&course, course.path("victim/home/.profile"), "output/.leak");
    refused(".leak");
    link(&course, course.path("victim/home/.profile"), "output/.nojekyll");
    refused(".nojekyll");
    pipe(&course, "output/.gitkeep");
    refused(".gitkeep");
    let course = course.file("output/.nojekyll", b"");
    assert_eq!(call(&course, &["build", "--untrusted"]).status, 0);
    link(&course, course.path("lessons"), "linked");
    assert_eq!(call(&course, &["build", "linked/", "--untrusted"]).status, 2);
}

#[test]
fn no_stranger_says_where_the_site_goes() {
    let course = course().file("victim/home/.profile", b"mine").file("site/here", b"");
    link(&course, course.path("victim"), "site/deep");
    for (output, reason) in [
        ("site/deep/new", "through the link"),
        ("site/deep/home/a/new", "through the link"),
        ("lessons/new", "is among the lessons"),
    ] {
        let before = everything(&course.path(""));
        let called = call(&course, &["build", "--untrusted", "--output", output]);
        assert_eq!(called.status, 2, "{output}: {}", called.error);
        assert!(called.error.contains(reason), "{output}: {}", called.error);
        assert!(everything(&course.path("")) == before, "{output}");
    }
    let called = call(&course, &["build", "--untrusted", "--output", "site/new"]);
    assert_eq!(called.status, 0, "{}", called.error);
}

#[test]
fn what_looks_like_a_lesson_and_is_none_is_named() {
    let course =
        Course::with("01-a.md", "[notes](notes.markdown)").and("README.md", "").and("sub/Readme.md", "");
    let course = course.and("03-c.MD", "x").and("02-b.markdown", "x").and("notes.markdown", "used");
    let course = course
        .file("elsewhere/sub/05-e.md", b"---\ntitle: E\n---\n")
        .file("lessons/gradbook.yml", b"title: x\n");
    link(&course, "../elsewhere/sub/05-e.md", "lessons/04-d.md");
    link(&course, "../elsewhere/sub", "lessons/chapter");
    link(&course, "01-a.md", "lessons/06-again.md");
    let called = call(&course, &["build"]);
    assert_eq!(called.status, 0, "{}", called.error);
    for said in [
        "`03-c.MD` is no lesson: its name does not end in `.md`",
        "`02-b.markdown` is no lesson",
        "`04-d.md` is a link that leads out of the lessons folder, and is left out",
        "`chapter` is a link that leads out",
        "`gradbook.yml` is not read: settings stand in `gradbook.yaml`",
        "5 warnings",
    ] {
        assert!(called.error.contains(said), "no {said}: {}", called.error);
    }
    // With front matter a readme is the page of its folder.
    assert!(course.path("output/again.html").exists());
    assert_eq!(call(&course, &["build", "--strict"]).status, 1);
}

#[test]
fn what_is_of_no_use_among_templates_is_named() {
    let course = Course::with("a.md", "Text.").file("lessons/templates/CNAME", b"course.example");
    let course = course.file("lessons/templates/README.md", b"what this is");
    let called = call(&course, &["build"]);
    assert_eq!(called.status, 1, "{}", called.error);
    assert!(
        called.error.contains("CNAME") && called.error.contains("goes into the output folder"),
        "{}",
        called.error
    );
    assert!(called.error.contains("1 error"), "{}", called.error);
    // Templates that lie elsewhere are named in the call, not by a link.
    fs::rename(course.path("lessons/templates"), course.path("theirs")).unwrap();
    fs::remove_file(course.path("theirs/CNAME")).unwrap();
    let course = course.file("theirs/index.html", b"mine");
    link(&course, "../theirs", "lessons/templates");
    let called = call(&course, &["build"]);
    assert!(
        called.error.contains("`templates` is a link that leads out of the lessons folder"),
        "{}",
        called.error
    );
    assert_ne!(course.text("output/index.html"), "mine");
    assert_eq!(call(&course, &["build", "--templates", "theirs"]).status, 0);
    assert_eq!(course.text("output/index.html"), "mine");
}

#[test]
fn a_byte_order_mark_is_no_text() {
    let mark = |text: &str| format!("\u{feff}{text}");
    let course = Course::with("a.md", BLOCK).and("more/b.md", "Text.");
    let course = course.file("lessons/gradbook.yaml", mark("title: The whole\n").as_bytes());
    let course = course.file("lessons/more/gradbook.yaml", mark("title: A part\n").as_bytes());
    course.build().page("index").shows("The whole").shows("A part");
    assert_eq!(call(&course, &["check", "--accept"]).status, 0);
    let snapshot = course.text("lessons/snapshots/a.yaml");
    let course = course.file("lessons/snapshots/a.yaml", mark(&snapshot).as_bytes());
    let called = call(&course, &["check"]);
    assert_eq!(called.status, 0, "{}", called.error);
    // What is wrong stands at its place all the same.
    let course = course.file("lessons/gradbook.yaml", mark("titel: x\n").as_bytes());
    let called = call(&course, &["build"]);
    assert!(
        called.error.contains("gradbook.yaml:1:1") && called.error.contains("`titel`"),
        "{}",
        called.error
    );
}

#[test]
fn names_are_the_same_however_their_accents_are_composed() {
    let (together, apart) = ("caf\u{e9}", "cafe\u{301}");
    let data =
        "```yaml experiment\nkind: optimizers\nid: own\ndata: {file: NAME.csv}\ntraining: {epochs: 2}\n```";
    let rows: String = (0..30).map(|row| format!("{},{}\n", row % 7, row % 2)).collect();
    for (written, named) in [(apart, together), (together, apart)] {
        let text = format!("[c](01-{named}.md) ![p]({named}.png)\n\n{}", data.replace("NAME", named));
        let course = Course::with(&format!("01-{written}.md"), "Text.").and("02-b.md", &text);
        let course = course.file(&format!("lessons/{written}.png"), b"x");
        let course = course.file(&format!("lessons/{written}.csv"), format!("x,y\n{rows}").as_bytes());
        let site = course.build();
        assert!(
            site.text("b.html").contains(&format!("{together}.html"))
                || site.text("b.html").contains("caf%C3%A9.html")
        );
        assert!(course.path(&format!("output/{together}.html")).exists());
        assert!(course.path(&format!("output/files/{together}.png")).exists());
    }
}
