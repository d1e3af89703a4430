//! Builds that are killed, starved or shut out: what was there stays, and the next build is right.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::course::{Called, Course, Site, program};

type Files = Vec<(String, Vec<u8>)>;

fn block(id: &str, seed: u64, seeds: u64) -> String {
    format!(
        "```yaml experiment\nkind: optimizers\nid: {id}\ndata: {{name: moons, samples: 60}}\n\
         training: {{epochs: 8}}\nseed: {seed}\nseeds: {seeds}\n```\n"
    )
}

fn start(course: &Course, arguments: &[&str]) -> Child {
    let mut command = program();
    command.args(arguments).current_dir(course.path(""));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// What a reader finds: a kill between two renames leaves the old site beside its place, for the next build to bring back.
fn found(course: &Course) -> Files {
    let (output, old) = (course.path("output"), course.path(".output.gradbook-old"));
    if !output.exists() {
        fs::rename(old, output).unwrap();
    }
    Site::of(course).files()
}

/// Kills a build `times` times, each at another moment of its life.
fn kill_builds(name: &str, times: u32) {
    let lesson = |round: u32| format!("Round {round}.\n\n{}", block("ways", u64::from(round) * 100, 4));
    let mut course = Course::with(name, &lesson(0));
    let begin = Instant::now();
    course.build();
    let life = begin.elapsed().max(Duration::from_millis(20));
    // What the author adds is there at every moment, too.
    course = course.file("output/CNAME", b"course.example").file("output/.nojekyll", b"");
    let mut old = course.build().files();
    for round in 1..=times {
        course = course.and(name, &lesson(round));
        let mut child = start(&course, &["build"]);
        // The golden ratio spreads the moments evenly over a build's life, never the same one twice.
        std::thread::sleep(life.mul_f64(f64::from(round) * 0.618_033_988_749 % 1.0));
        child.kill().unwrap();
        child.wait().unwrap();
        let left = found(&course);
        let called = course.call(&["build"]);
        assert_eq!(called.status, 0, "{}", called.error);
        assert!(!called.error.contains("warning"), "round {round}: {}", called.error);
        let new = Site::of(&course).files();
        assert!(new.iter().any(|(_, bytes)| contains(bytes, &format!("Round {round}."))));
        assert!(["CNAME", ".nojekyll"].iter().all(|kept| new.iter().any(|(name, _)| name == kept)));
        assert!(left == old || left == new, "round {round}: neither the old site nor the new one");
        old = new;
    }
    let called = course.call(&["verify", "--sample", "100%"]);
    assert_eq!(called.status, 0, "{}", called.error);
    let beside: Vec<String> = names(&course.path(""));
    assert_eq!(beside, ["lessons", "output"], "nothing is left beside the site");
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_build_killed_at_any_moment_leaves_the_old_site_or_the_new_one() {
    // Two courses at once, so that it does not take twice as long.
    std::thread::scope(|scope| {
        scope.spawn(|| kill_builds("01-a.md", 25));
        scope.spawn(|| kill_builds("02-b.md", 25));
    });
}

/// A small disk of its own; none where this user may not mount one.
struct Disk<'a> {
    course: &'a Course,
    path: &'static str,
}

impl<'a> Disk<'a> {
    fn mount(course: &'a Course, path: &'static str, size: &str) -> Option<Self> {
        fs::create_dir_all(course.path(path)).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "gradbook-test"]).arg(course.path(path));
        let mounted = mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        if !mounted {
            println!("skipped: this user cannot mount a small disk");
        }
        mounted.then_some(Disk { course, path })
    }

    /// Leaves no more than a few bytes.
    fn fill(&self) {
        let filler = self.course.path(self.path).join(".filler");
        let mut file = fs::File::create(filler).unwrap();
        while std::io::Write::write_all(&mut file, &[0; 4096]).is_ok() {}
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.course.path(self.path)).status();
    }
}

#[test]
fn a_full_disk_leaves_the_old_site_and_says_so() {
    let course = Course::with("a.md", &block("ways", 0, 1));
    let Some(disk) = Disk::mount(&course, "disk", "4m") else { return };
    let build = ["build", "--output", "disk/site"];
    assert_eq!(course.call(&build).status, 0);
    let all = |course: &Course| files_of(&course.path("disk/site"));
    let old = all(&course);
    disk.fill();
    fs::write(course.path("lessons/a.md"), format!("---\ntitle: Other\n---\n{}", block("ways", 7, 1)))
        .unwrap();
    let called = course.call(&build);
    assert_eq!(called.status, 2, "{}", called.error);
    assert!(called.error.contains("No space left"), "{}", called.error);
    assert!(all(&course) == old);
    assert_eq!(names(&course.path("disk")), [".filler", "site"], "nothing half-written is left");
    fs::remove_file(course.path("disk/.filler")).unwrap();
    assert_eq!(course.call(&build).status, 0);
    assert!(all(&course) != old);
}

#[test]
fn an_output_that_is_a_disk_of_its_own_is_refused_before_anything_runs() {
    let course = Course::with("a.md", &block("ways", 0, 1));
    let Some(_disk) = Disk::mount(&course, "output", "4m") else { return };
    let called = course.call(&["build", "--why"]);
    assert_eq!(called.status, 2, "{}", called.error);
    let said = "the output folder `output` is a mount point, which cannot be replaced by a new site; choose a folder in it, such as `output/site`";
    assert!(called.error.contains(said), "{}", called.error);
    assert!(!called.error.contains("to do"), "{}", called.error);
    assert_eq!(course.call(&["build", "-o", "output/site"]).status, 0);
}

#[test]
fn an_output_in_a_layer_below_is_told_as_such() {
    let course = Course::with("a.md", "First.");
    course.build();
    // The disk is of its own, for an overlay's upper layer may not lie on another overlay.
    let Some(_disk) = Disk::mount(&course, "disk", "8m") else { return };
    for folder in ["lower", "upper", "work", "all"] {
        fs::create_dir(course.path("disk").join(folder)).unwrap();
    }
    for folder in ["lessons", "output"] {
        let mut copy = Command::new("cp");
        copy.arg("-r").args([course.path(folder), course.path("disk/lower")]);
        assert!(copy.status().unwrap().success());
    }
    let mut mount = Command::new("mount");
    mount.args(["-t", "overlay", "overlay", "-o", "lowerdir=lower,upperdir=upper,workdir=work", "all"]);
    if !mount
        .current_dir(course.path("disk"))
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
    {
        println!("skipped: this user cannot mount an overlay");
        return;
    }
    let _all = Disk { course: &course, path: "disk/all" };
    fs::write(course.path("disk/all/lessons/a.md"), "---\ntitle: a\n---\nSecond.").unwrap();
    let called = course.call_in("disk/all", &["build"]);
    assert_eq!(called.status, 2, "{}", called.error);
    let said = "the output folder `output` is part of a layer below (of a container's image), which cannot be replaced by a new site; remove it or choose another one";
    assert!(called.error.contains(said), "{}", called.error);
    assert!(course.text("disk/all/output/a.html").contains("First."));
    assert_eq!(names(&course.path("disk/all")), ["lessons", "output"]);
    fs::remove_dir_all(course.path("disk/all/output")).unwrap();
    assert_eq!(course.call_in("disk/all", &["build"]).status, 0);
    assert!(course.text("disk/all/output/a.html").contains("Second."));
}

#[test]
fn a_hidden_folder_that_cannot_be_taken_over_is_told_of_beside_the_new_site() {
    let course = Course::with("a.md", "First.");
    course.build();
    let Some(mut disk) = Disk::mount(&course, "output/.data", "1m") else { return };
    fs::write(course.path("output/.data/own"), "mine").unwrap();
    fs::write(course.path("lessons/a.md"), "---\ntitle: a\n---\nSecond.").unwrap();
    let called = course.call(&["build"]);
    disk.path = ".output.gradbook-old/.data";
    assert_eq!(called.status, 2, "{}", called.error);
    let said = "the new site stands, but something of the former one is left in";
    assert!(called.error.contains(said) && called.error.contains("busy"), "{}", called.error);
    Site::of(&course).page("a").shows("Second.");
    assert_eq!(course.text(".output.gradbook-old/.data/own"), "mine");
    drop(disk);
    course.build();
    assert_eq!(names(&course.path("")), ["lessons", "output"]);
}

#[test]
fn a_full_disk_under_the_cache_costs_a_warning() {
    let course = Course::with("a.md", &block("ways", 0, 3));
    let Some(disk) = Disk::mount(&course, "disk", "1m") else { return };
    disk.fill();
    let called = course.call(&["build", "--cache-dir", "disk/cache"]);
    assert_eq!(called.status, 0, "{}", called.error);
    assert!(
        called.error.contains("warning: nothing is kept for the next build: cannot write"),
        "{}",
        called.error
    );
    fs::remove_file(course.path("disk/.filler")).unwrap();
    let called = course.call(&["build", "--cache-dir", "disk/cache", "--why"]);
    assert!(called.error.contains("3 runs to do"), "{}", called.error);
    let called = course.call(&["build", "--cache-dir", "disk/cache", "--why"]);
    assert!(called.error.contains("cached, 3 runs"), "{}", called.error);
}

fn files_of(folder: &Path) -> Files {
    let mut found = Vec::new();
    for name in names(folder) {
        let path = folder.join(&name);
        match path.is_dir() {
            true => found.extend(files_of(&path)),
            false => found.push((path.display().to_string(), fs::read(&path).unwrap())),
        }
    }
    found
}

/// The program, called by somebody who owns none of the course's files.
fn stranger(course: &Course, arguments: &[&str]) -> Command {
    fs::set_permissions(course.path(""), PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = program();
    command.args(arguments).current_dir(course.path("")).uid(65534).gid(65534);
    command
}

/// Calls the program as a stranger; none where that cannot be.
fn call_as_a_stranger(course: &Course, arguments: &[&str]) -> Option<Called> {
    match stranger(course, arguments).output() {
        Ok(output) => Some(Called::new(output)),
        Err(error) => {
            println!("skipped: only root can be somebody else: {error}");
            None
        }
    }
}

#[test]
fn an_output_that_may_not_be_written_stays_as_it_is() {
    let course = Course::with("a.md", &block("ways", 0, 1));
    let old = course.build().files();
    let course = course.and("b.md", "More.");
    let Some(called) = call_as_a_stranger(&course, &["build"]) else { return };
    assert_eq!(called.status, 2, "{}", called.error);
    assert!(called.error.contains("Permission denied"), "{}", called.error);
    assert!(Site::of(&course).files() == old);
}

#[test]
fn warnings_are_said_whatever_becomes_of_the_pages() {
    let warning = "nothing refers to the footnote `x`";
    // What a build that was killed left behind holds somebody's files: found when the output is opened.
    let course = Course::with("a.md", "Text.\n\n[^x]: A note.").file(".output.gradbook-old/thesis.txt", b"");
    let called = course.call(&["build"]);
    assert_eq!(called.status, 2, "{}", called.error);
    assert!(called.error.contains("holds files that gradbook did not write"), "{}", called.error);
    assert!(called.error.contains(warning), "{}", called.error);

    let fault = b"{% if lesson.slug == 'a' %}{{ chapters[9].title }}{% endif %}<p></p>";
    let course = Course::with("a.md", "Text.\n\n[^x]: A note.").file("lessons/templates/lesson.html", fault);
    let called = course.call(&["build"]);
    assert_eq!(called.status, 1, "{}", called.error);
    assert!(called.error.contains("lesson.html") && called.error.contains("1 error,"), "{}", called.error);
    assert!(called.error.contains(warning), "{}", called.error);
}

#[test]
fn a_lesson_that_may_not_be_read_is_the_machines_fault() {
    let course = Course::with("a.md", "A.").file("lessons/gradbook.yaml", b"title: Course");
    let unreadable = |path: &str, mode| {
        fs::set_permissions(course.path(path), PermissionsExt::from_mode(mode)).unwrap();
    };
    for path in ["lessons/a.md", "lessons/gradbook.yaml"] {
        unreadable(path, 0o600);
        let Some(called) = call_as_a_stranger(&course, &["check"]) else { return };
        assert_eq!(called.status, 2, "{}", called.error);
        let said = format!("cannot read {path}: Permission denied");
        assert!(called.error.contains(&said), "{}", called.error);
        unreadable(path, 0o644);
    }
}

/// Gives a folder of the course and all in it to the user of [`call_as_a_stranger`].
fn give_away(course: &Course, path: &str) {
    let status = Command::new("chown").args(["-R", "65534:65534"]).arg(course.path(path)).status();
    assert!(status.unwrap().success());
}

#[test]
fn a_read_only_folder_and_what_it_leaves_behind_block_no_build() {
    let course = Course::with("a.md", &block("ways", 0, 1)).file("output/.nojekyll", b"");
    let old = course.build().files();
    let may = |path: &str, mode: u32| {
        fs::set_permissions(course.path(path), PermissionsExt::from_mode(mode)).unwrap();
    };
    let Some(_) = call_as_a_stranger(&course, &["plan"]) else { return };
    give_away(&course, "");
    let edit = |text: &str| {
        let text = format!("---\ntitle: a\n---\n{text}\n\n{}", block("ways", 0, 1));
        fs::write(course.path("lessons/a.md"), text).unwrap();
    };
    let build = || call_as_a_stranger(&course, &["build"]).unwrap();

    edit("First.");
    may("output", 0o555);
    let called = build();
    assert_eq!(called.status, 2, "{}", called.error);
    assert!(called.error.contains("cannot write `output`: Permission denied"), "{}", called.error);
    assert!(Site::of(&course).files() == old);
    assert_eq!(names(&course.path("")), ["lessons", "output"]);
    may("output", 0o755);

    // Below it nothing is written, only removed.
    may("output/a", 0o555);
    let called = build();
    assert_eq!(called.status, 0, "{}", called.error);
    Site::of(&course).page("a").shows("First.");
    assert_eq!(names(&course.path("")), ["lessons", "output"]);

    // What an earlier version left.
    for (path, mode) in [(".output.gradbook-old", 0o555), (".output.gradbook-new", 0o555)] {
        fs::create_dir_all(course.path(path).join("a")).unwrap();
        fs::write(course.path(path).join("a/page"), "").unwrap();
        fs::write(course.path(path).join(".own"), "").unwrap();
        give_away(&course, path);
        may(&format!("{path}/a"), mode);
        may(path, mode);
    }
    let called = build();
    assert_eq!(called.status, 0, "{}", called.error);
    assert_eq!(names(&course.path("")), ["lessons", "output"]);
    assert!(course.path("output/.own").exists() && course.path("output/.nojekyll").exists());

    // And what cannot be removed at all, being somebody else's.
    for path in [".output.gradbook-old/a", ".output.gradbook-new/a"] {
        fs::create_dir_all(course.path(path)).unwrap();
        fs::write(course.path(path).join("page"), "").unwrap();
    }
    for text in ["Second.", "Third."] {
        edit(text);
        let called = build();
        assert_eq!(called.status, 0, "{}", called.error);
        Site::of(&course).page("a").shows(text);
    }
    let left = [".output.gradbook-new-1", ".output.gradbook-old-1", "lessons", "output"];
    assert_eq!(names(&course.path("")), left);
}

#[test]
fn a_folder_of_somebody_elses_in_the_output_stops_no_build() {
    let course = Course::with("a.md", &block("ways", 0, 1)).file("output/.nojekyll", b"");
    course.build();
    let Some(_) = call_as_a_stranger(&course, &["plan"]) else { return };
    give_away(&course, "");
    let course = course.file("output/a/theirs/own", b"theirs");
    for text in ["First.", "Second.", "Third.", "Fourth."] {
        fs::write(
            course.path("lessons/a.md"),
            format!("---\ntitle: a\n---\n{text}\n\n{}", block("ways", 0, 1)),
        )
        .unwrap();
        let called = call_as_a_stranger(&course, &["build"]).unwrap();
        assert_eq!(called.status, 0, "{}", called.error);
        Site::of(&course).page("a").shows(text);
        assert_eq!(course.text("output/a/theirs/own"), "theirs");
        // What was swapped out holds a folder that only its owner may remove: it stays beside, once.
        assert_eq!(names(&course.path("")), [".output.gradbook-old-1", "lessons", "output"]);
    }
}

#[test]
fn a_cache_that_belongs_to_another_costs_a_warning() {
    let course = Course::with("a.md", &block("ways", 0, 2)).file("open/keep", b"");
    course.build();
    fs::set_permissions(course.path("open"), PermissionsExt::from_mode(0o777)).unwrap();
    fs::set_permissions(course.path("lessons/.gradbook"), PermissionsExt::from_mode(0o700)).unwrap();
    let build = ["build", "--output", "open/site", "--why"];
    let Some(called) = call_as_a_stranger(&course, &build) else { return };
    assert_eq!(called.status, 0, "{}", called.error);
    assert!(called.error.contains("2 runs to do"), "{}", called.error);
    assert!(called.error.contains("warning: nothing is kept for the next build"), "{}", called.error);
    // What may be read but not written is used.
    fs::set_permissions(course.path("lessons/.gradbook"), PermissionsExt::from_mode(0o755)).unwrap();
    let called = call_as_a_stranger(&course, &build).unwrap();
    assert!(called.error.contains("cached, 2 runs"), "{}", called.error);
    assert_eq!(called.status, 0, "{}", called.error);
}

#[test]
fn a_build_waits_for_that_of_another_user() {
    let course = Course::with("a.md", "Text.").file("open/.site.gradbook-lock", b"");
    fs::set_permissions(course.path("open"), PermissionsExt::from_mode(0o777)).unwrap();
    let path = course.path("open/.site.gradbook-lock");
    let lock = fs::File::open(&path).unwrap();
    lock.lock().unwrap();
    let build = ["build", "--output", "open/site", "--no-cache"];
    let Some(_) = call_as_a_stranger(&course, &["plan"]) else { return };
    let mut child = stranger(&course, &build).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let waits = said.find(|line| line.starts_with("another build writes to open/site"));
    assert!(waits.is_some(), "it did not wait");
    assert!(!course.path("open/site").exists());
    drop(lock);
    let rest: Vec<String> = said.collect();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest:?}");
    assert_eq!(names(&course.path("open")), ["site"], "{rest:?}");

    // One that may not even be read cannot be locked.
    fs::write(&path, b"").unwrap();
    fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    let called = call_as_a_stranger(&course, &build).unwrap();
    assert_eq!(called.status, 0, "{}", called.error);
    let warning = "`open/site` cannot be kept from other builds: Permission denied";
    assert!(called.error.contains(warning), "{}", called.error);
}

#[test]
fn a_lesson_that_changes_or_goes_while_it_is_built_makes_no_half_site() {
    let slow = format!("![x](x.png) Slow.\n\n{}", block("ways", 0, 40));
    let mut course = Course::with("a.md", "First.").file("lessons/x.png", b"png");
    for pause in [5, 30, 80, 150] {
        course = course.and("a.md", "First.").and("b.md", "Second.").file("lessons/x.png", b"png");
        let old = course.build().files();
        course = course.and("a.md", &slow);
        let mut child = start(&course, &["build", "--no-cache"]);
        std::thread::sleep(Duration::from_millis(pause));
        fs::remove_file(course.path("lessons/x.png")).unwrap();
        fs::remove_file(course.path("lessons/b.md")).unwrap();
        course = course.and("a.md", "Changed.");
        let status = child.wait().unwrap().code().expect("it ends by itself");
        let left = Site::of(&course).files();
        let has = |text: &str| left.iter().any(|(name, bytes)| name == "a.html" && contains(bytes, text));
        match status {
            // What was read is what was built.
            0 => assert!(has("Slow.") || has("Changed.")),
            1 | 2 => assert!(left == old, "after {pause} ms"),
            other => panic!("status {other}"),
        }
        course.build().page("a").shows("Changed.");
        assert!(!course.path("output/b.html").exists());
    }
}

#[test]
fn what_fails_only_when_it_runs_leaves_the_good_site() {
    let course = Course::with("a.md", &block("ways", 0, 1));
    let old = course.build().files();
    let course =
        course.and("b.md", &block("ways", 0, 1).replace("```\n", "claims: ['train_loss < 0']\n```\n"));
    assert_eq!(course.call(&["build"]).status, 1);
    assert!(Site::of(&course).files() == old);
}
