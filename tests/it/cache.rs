//! What has been done before is not done again, and whatever matters is.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::course::{Called, Course, Site};

/// Two variants, three seeds, and all that is no setting.
const WAYS: &str = "\
Prose.

```yaml experiment
kind: optimizers
id: ways
caption: Adam ends at `{{ ways.adam.train_loss | round(3) }}`.
data: {name: moons, samples: 60}
training: {epochs: 4, learning_rate: 0.01}
seeds: 3
compare: [sgd, adam]
claims: ['adam.train_loss < 10']
```
";

/// Builds with `--why`, and gives what was said.
fn why(course: &Course) -> String {
    succeeded(course.call(&["build", "--why"])).error
}

fn succeeded(called: Called) -> Called {
    assert_eq!(called.status, 0, "{}", called.error);
    called
}

/// The course with its lesson changed.
fn edit(course: Course, old: &str, new: &str) -> Course {
    let path = course.path("lessons/a.md");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "{old}");
    fs::write(path, text.replace(old, new)).unwrap();
    course
}

/// The runs that are kept.
fn entries(course: &Course) -> Vec<PathBuf> {
    files(&course.path("lessons/.gradbook/cache/runs"))
}

/// The charts and results that are kept.
fn drawn(course: &Course) -> Vec<PathBuf> {
    files(&course.path("lessons/.gradbook/cache/drawn"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let folder = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn what_is_no_setting_retrains_nothing() {
    let course = Course::with("a.md", WAYS);
    let said = why(&course);
    assert!(said.contains("  a#ways: 6 runs to do\n    it has not run to its end before\n"), "{said}");
    let first = Site::of(&course).text("a/ways.json");
    assert!(why(&course).contains("  a#ways: cached, 6 runs\n"));
    let changes = [
        ("Prose.", "Other prose, and a new heading.\n\n# More"),
        ("caption: Adam ends", "caption: In the end Adam stands"),
        (
            "training: {epochs: 4, learning_rate: 0.01}",
            "training: {learning_rate: 1e-2, epochs: 4} # the same",
        ),
        ("claims: ['adam.train_loss < 10']", "claims: ['sgd.train_loss < 10']\nfigures: [dev_loss]"),
        ("id: ways\n", "id: other\n"),
        ("ways.adam", "other.adam"),
        ("seeds: 3", "seeds: 2"),
        ("compare: [sgd, adam]", "compare: [adam, sgd]"),
    ];
    let mut course = course;
    for (old, new) in changes {
        course = edit(course, old, new);
        if old == "id: ways\n" {
            continue;
        }
        let said = why(&course);
        assert!(said.contains(": cached, "), "{old} -> {new}: {said}");
        assert!(!said.contains("to do"), "{old} -> {new}: {said}");
    }
    let course = Course::with("a.md", WAYS);
    succeeded(course.call(&["build", "--no-cache"]));
    assert!(!course.path("lessons/.gradbook").exists());
    assert_eq!(Site::of(&course).text("a/ways.json"), first);
}

#[test]
fn a_site_from_the_cache_is_the_same_to_the_byte() {
    let course = Course::with("a.md", WAYS);
    let fresh = course.build().files();
    fs::remove_dir_all(course.path("output")).unwrap();
    assert!(why(&course).contains("cached, 6 runs"));
    assert!(Site::of(&course).files() == fresh);
}

#[test]
fn charts_are_drawn_again_only_where_something_in_them_changed() {
    let course = Course::with("a.md", WAYS);
    course.build();
    assert_eq!(drawn(&course).len(), 1);
    let course = edit(course, "Prose.", "Other prose.");
    let course = edit(course, "caption: Adam ends", "caption: In the end Adam stands");
    let site = course.build();
    site.page("a").shows("In the end");
    assert!(site.text("a/ways.live.js").contains("In the end"), "what readers run again has it too");
    assert_eq!(drawn(&course).len(), 1);
    let course = edit(course, "seeds: 3", "seeds: 3\nfigures: [dev_loss]");
    course.build().page("a").shows("dev_loss").hides("ways-epochs_to");
    assert_eq!(drawn(&course).len(), 2);
    let course = edit(course, "adam.train_loss < 10", "adam.train_loss < 11");
    assert!(course.build().text("a/ways.json").contains("adam.train_loss < 11"));
}

#[test]
fn what_stands_in_the_text_is_chosen_and_retrains_nothing() {
    let course = Course::with("a.md", WAYS);
    let order = |page: &str, parts: [&str; 4]| {
        let places = parts.map(|part| page.find(part).unwrap_or_else(|| panic!("{part} in {page}")));
        assert!(places.is_sorted(), "{parts:?} at {places:?}");
    };
    let (figures, claims, more, table) =
        ("<div class=\"plot\"", "<ul class=\"claims\"", "<details class=\"more\">", "<div class=\"results");
    order(&course.build().text("a.html"), [figures, claims, more, table]);
    let course = edit(course, "seeds: 3", "seeds: 3\nshow: [table, figures]");
    assert!(why(&course).contains("cached, 6 runs"));
    order(&course.build().text("a.html"), [table, figures, more, claims]);
    let course = edit(course, "seeds: 3\nshow: [table, figures]", "seeds: 3")
        .file("lessons/gradbook.yaml", b"defaults: {show: [claims, figures, table]}\n");
    order(&course.build().text("a.html"), [claims, figures, table, more]);
}

#[test]
fn what_a_listener_is_told_is_new_where_nothing_else_is() {
    // Its text is nowhere else on the page.
    let hidden = WAYS.replace("seeds: 3", "seeds: 3\nshow_source: false\nalt: Adam is below.");
    let course = Course::with("a.md", &hidden);
    course.build().page("a").shows("Adam is below.");
    let course = edit(course, "Adam is below.", "SGD is above.");
    course.build().page("a").shows("SGD is above.").hides("Adam is below.");
}

#[test]
fn a_value_that_changed_elsewhere_is_quoted_anew() {
    let course = Course::with("a.md", WAYS).and("b.md", "It ends at `{{ a.ways.adam.train_loss.n }}` seeds.");
    assert!(course.build().text("b.html").contains(">3</a> seeds"));
    let course = edit(course, "seeds: 3", "seeds: 4");
    assert!(course.build().text("b.html").contains(">4</a> seeds"));
}

#[test]
fn an_unchanged_page_is_not_written_again() {
    let course = Course::with("a.md", WAYS).and("b.md", "Text.");
    course.build();
    let past = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let pages = ["a.html", "b.html", "index.html", "a/ways.json", "a/ways-loss.svg"];
    for page in pages {
        let file = fs::File::options().append(true).open(course.path("output").join(page)).unwrap();
        file.set_modified(past).unwrap();
    }
    let course = edit(course, "Prose.", "Other prose.");
    course.build();
    let unchanged =
        |page: &&str| fs::metadata(course.path("output").join(page)).unwrap().modified().unwrap() == past;
    let left: Vec<&str> = pages.into_iter().filter(unchanged).collect();
    assert_eq!(left, ["b.html", "index.html", "a/ways.json", "a/ways-loss.svg"]);
}

/// Files of the output folder with the time of their last change.
fn times(course: &Course) -> Vec<(PathBuf, SystemTime)> {
    let files = Site::of(course).files();
    let time = |name: &str| {
        let path = course.path("output").join(name);
        (path.clone(), fs::metadata(path).unwrap().modified().unwrap())
    };
    files.iter().map(|(name, _)| time(name)).collect()
}

#[test]
fn an_unchanged_course_is_not_written_at_all() {
    let course = Course::with("a.md", WAYS).and("b.md", "Text.");
    course.build();
    let before = times(&course);
    for _ in 0..3 {
        let called = succeeded(course.call(&["build"]));
        assert!(called.error.contains("0 files written"), "{}", called.error);
        assert!(times(&course) == before);
    }
}

#[test]
fn a_page_that_somebody_changed_or_removed_is_right_again() {
    let course = Course::with("a.md", WAYS).and("b.md", "Text.");
    let fresh = course.build().files();
    for path in ["output/a.html", "output/a/ways-loss.svg", "output/search-index.js"] {
        fs::write(course.path(path), "mine").unwrap();
        assert!(course.build().files() == fresh, "{path} changed");
        fs::remove_file(course.path(path)).unwrap();
        assert!(course.build().files() == fresh, "{path} removed");
    }
    fs::remove_dir_all(course.path("output/a")).unwrap();
    assert!(course.build().files() == fresh);
    // What is noted of the site may go, too, or be damaged.
    let notes = files(&course.path("lessons/.gradbook/cache/sites"));
    assert_eq!(notes.len(), 1);
    fs::write(&notes[0], "").unwrap();
    fs::write(course.path("output/a.html"), "mine").unwrap();
    assert!(course.build().files() == fresh);
    fs::remove_file(&notes[0]).unwrap();
    fs::write(course.path("output/b.html"), "mine").unwrap();
    assert!(course.build().files() == fresh);
}

#[test]
fn pages_are_right_whatever_is_left_of_the_cache() {
    let parts = ["runs", "drawn", "brief", "sites", "programs", "last"];
    let mut course = Course::with("a.md", WAYS).and("b.md", "It ends at `{{ a.ways.adam.train_loss }}`.");
    course.build();
    let mut text = "Prose.".to_owned();
    for (index, part) in parts.iter().cycle().take(2 * parts.len()).enumerate() {
        for path in files(&course.path("lessons/.gradbook/cache").join(part)) {
            match index < parts.len() {
                true => fs::remove_file(path).unwrap(),
                false => fs::write(path, "damaged").unwrap(),
            }
        }
        // Unchanged at first, then with another page to make.
        course.build();
        let next = format!("Prose, {part} {index}.");
        course = edit(course, &text, &next);
        text = next;
        let site = course.build().files();
        succeeded(course.call(&["build", "--no-cache", "--output", "fresh"]));
        for (name, bytes) in site {
            assert!(fs::read(course.path("fresh").join(&name)).unwrap() == bytes, "{part} {index}: {name}");
        }
    }
}

#[test]
fn warnings_and_errors_are_said_again_on_every_build() {
    let one_seed =
        WAYS.replace("seeds: 3", "seeds: 1").replace("train_loss < 10", "train_loss < sgd.train_loss + 10");
    let course = Course::with("a.md", &one_seed).and("b.md", "Not `{{ nothing }`.");
    course.build();
    let problems = || {
        let said = succeeded(course.call(&["build"])).error;
        let (problems, _) = said.rsplit_once(" files written").unwrap();
        problems.rsplit_once('\n').unwrap().0.to_owned()
    };
    let first = problems();
    assert!(first.contains("a claim rests on one seed"), "{first}");
    for _ in 0..2 {
        assert_eq!(problems(), first);
    }
    let course = edit(course, "sgd.train_loss + 10", "0");
    let said = |course: &Course| {
        let called = course.call(&["build"]);
        assert_eq!(called.status, 1, "{}", called.error);
        called.error
    };
    let first = said(&course);
    assert!(first.contains("a claim fails"), "{first}");
    assert_eq!(said(&course), first);

    let course = edit(course, "train_loss < 0", "train_loss < 10");
    course.build();
    // A fault that shows on one page only, the others being there already.
    let own = "{% if experiment.figures|length > 1 %}{{ experiment.figures[9].name }}{% endif %}<p></p>";
    let course = course.file("lessons/templates/experiment.html", own.as_bytes());
    let first = said(&course);
    assert!(first.contains("experiment.html"), "{first}");
    assert_eq!(said(&course), first);
    // Another, on the first page: both are said at once.
    let own = "{% if chapters[0].lessons[0].slug == 'a' %}{{ chapters[9].title }}{% endif %}<p></p>";
    let course = course.file("lessons/templates/index.html", own.as_bytes());
    let both = said(&course);
    assert!(both.contains("experiment.html") && both.contains("index.html"), "{both}");
    assert!(both.contains("2 errors"), "{both}");
}

#[test]
fn an_own_template_changes_every_page_and_its_loss_changes_them_back() {
    let course = Course::with("a.md", WAYS).and("b.md", "Text.");
    let fresh = course.build().files();
    let own = "<section id=\"experiment-{{ experiment.id }}\">Own frame</section>";
    let course = course.file("lessons/templates/experiment.html", own.as_bytes());
    course.build().page("a").shows("Own frame").hides("<svg");
    let index = "{% extends \"layout.html\" %}{% block content %}<main id=\"main\"><h1>Own</h1>\
        {% for chapter in chapters %}{% for lesson in chapter.lessons %}{{ lesson.body_html|safe }}{% endfor %}{% endfor %}\
        </main>{% endblock %}";
    let course = course.file("lessons/templates/index.html", index.as_bytes());
    course.build().page("index").shows("<h1>Own").shows("Own frame").shows("Prose.");
    let course = edit(course, "Prose.", "Other prose.");
    course.build().page("index").shows("Own frame").shows("Other prose.");
    let course = edit(course, "Other prose.", "Prose.");
    fs::remove_dir_all(course.path("lessons/templates")).unwrap();
    assert!(course.build().files() == fresh);
}

#[test]
fn a_lesson_that_comes_or_goes_changes_the_navigation_of_all() {
    let course = Course::with("a.md", WAYS).and("b.md", "Text.");
    let two = course.build().files();
    let course = course.and("c.md", "See [the first](a.md).");
    let site = course.build();
    site.page("a").shows("c.html");
    site.page("index").shows("c.html");
    assert!(site.text("search-index.js").contains("See the first"));
    let three = site.files();
    fs::remove_file(course.path("lessons/c.md")).unwrap();
    assert!(course.build().files() == two);
    let course = course.and("c.md", "See [the first](a.md).");
    assert!(course.build().files() == three);
    succeeded(course.call(&["build", "--no-cache", "--output", "again"]));
    let again = |name: &str| fs::read(course.path("again").join(name)).unwrap();
    assert!(three.iter().all(|(name, bytes)| again(name) == *bytes));
}

#[test]
fn a_new_variant_or_seed_trains_only_what_is_new() {
    let course = Course::with("a.md", WAYS);
    course.build();
    let course = edit(course, "compare: [sgd, adam]", "compare: [sgd, momentum, adam]");
    let said = why(&course);
    assert!(said.contains("  a#ways: 3 runs to do, 6 cached\n    `momentum` is new\n"), "{said}");
    let course = edit(course, "seeds: 3", "seeds: 5");
    let said = why(&course);
    assert!(said.contains("  a#ways: 6 runs to do, 9 cached\n    seeds: 3 -> 5\n"), "{said}");
}

#[test]
fn a_changed_setting_or_table_is_told() {
    let rows: String =
        (0..30).map(|i| format!("{},{}\n", i % 7, if i % 7 > 3 { "yes" } else { "no" })).collect();
    let block = "```yaml experiment\nkind: optimizers\nid: own\ndata: {file: fruit.csv}\ntraining: {epochs: 3}\n```\n";
    let course =
        Course::with("a.md", block).file("lessons/fruit.csv", format!("length,ripe\n{rows}").as_bytes());
    course.build();
    let course = edit(course, "epochs: 3", "epochs: 4");
    let said = why(&course);
    assert!(said.contains("  a#own: 1 run to do\n    training.epochs: 3 -> 4\n"), "{said}");
    let course = course.file("lessons/fruit.csv", format!("length,ripe\n{rows}3,yes\n").as_bytes());
    let said = why(&course);
    assert!(said.contains("    the data: fruit.csv has other bytes\n"), "{said}");
    // What it was before is still there.
    let course = course.file("lessons/fruit.csv", format!("length,ripe\n{rows}").as_bytes());
    assert!(why(&course).contains("  a#own: cached, 1 run\n"));
}

#[test]
fn a_run_that_two_experiments_ask_for_is_done_once() {
    let course = Course::with("a.md", WAYS).and("b.md", WAYS);
    course.build();
    assert_eq!(entries(&course).len(), 6);
}

#[test]
fn a_damaged_entry_is_noticed_and_computed_anew() {
    let course = Course::with("a.md", WAYS);
    let fresh = course.build().files();
    let paths = entries(&course);
    let whole: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    let mut flipped = whole[0].clone();
    *flipped.last_mut().unwrap() ^= 1;
    fs::write(&paths[0], flipped).unwrap();
    fs::write(&paths[1], &whole[1][..whole[1].len() / 2]).unwrap();
    fs::write(&paths[2], "").unwrap();
    // One run's entry under the name of another.
    fs::write(&paths[3], &whole[4]).unwrap();
    let said = why(&course);
    assert!(said.contains("4 runs to do, 2 cached"), "{said}");
    assert!(said.contains("warning: 4 damaged entries of the cache were computed anew"), "{said}");
    assert!(Site::of(&course).files() == fresh);
    let again: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(again == whole);
}

#[test]
fn numbers_that_are_none_come_back_from_the_cache() {
    let block = "```yaml experiment\nkind: optimizers\nid: wild\ndata: {name: iris}\n\
        training: {epochs: 30, learning_rate: 1e30}\ncompare: [sgd]\n```";
    let course = Course::with("a.md", block);
    let (first, again) = (course.results("lessons/a.md"), course.results("lessons/a.md"));
    assert!(first[0]["metrics"]["sgd"]["train_loss"].is_null());
    assert_eq!(first, again);
    assert_eq!(entries(&course).len(), 1);
}

#[test]
fn the_cache_keeps_to_its_room() {
    let course = Course::with("a.md", WAYS);
    course.build();
    let all = |course: &Course| [entries(course), drawn(course)].concat();
    let taken =
        |course: &Course| all(course).iter().map(|path| fs::metadata(path).unwrap().len()).sum::<u64>();
    // Charts of other numbers are a little smaller or larger.
    let room = taken(&course) * 21 / 20;
    let settings = format!("cache: {{bytes: {room}}}\n");
    let course = course.file("lessons/gradbook.yaml", settings.as_bytes());
    for path in all(&course) {
        let hours_ago = SystemTime::now() - Duration::from_hours(20);
        fs::File::options().append(true).open(path).unwrap().set_modified(hours_ago).unwrap();
    }
    let old = entries(&course);
    let course = edit(course, "epochs: 4", "epochs: 3");
    course.build();
    assert!(taken(&course) <= room);
    let new = entries(&course).iter().filter(|path| !old.contains(path)).count();
    assert_eq!(new, 6, "the new ones stay");
}

#[test]
fn clean_empties_the_cache_and_touches_nothing_else() {
    let course = Course::with("a.md", WAYS).file("elsewhere/thesis.txt", b"years");
    course.build();
    let called = succeeded(course.call(&["clean"]));
    assert!(called.error.contains("6 runs"), "{}", called.error);
    assert_eq!(entries(&course).len(), 0);
    assert!(course.path("output/a.html").exists());
    succeeded(course.call(&["build", "--cache-dir", "elsewhere"]));
    assert!(course.path("elsewhere/runs").is_dir());
    assert_eq!(entries(&course).len(), 0);
    succeeded(course.call(&["clean", "--cache-dir", "elsewhere"]));
    assert!(course.path("elsewhere/thesis.txt").exists());
    assert!(why(&course).contains("6 runs to do"));
}

#[test]
fn the_cache_is_no_chapter_and_no_lesson() {
    let course = Course::with("a.md", WAYS).file("lessons/.gradbook/cache/x.md", b"not a lesson");
    let page = course.build().page("a");
    page.hides("gradbook/cache").hides("not a lesson");
    assert!(!course.path("output/x.html").exists());
}

#[test]
fn some_experiments_can_be_chosen() {
    let course = Course::with("a.md", WAYS).and("b.md", &WAYS.replace("epochs: 4", "epochs: 3"));
    for (pattern, runs) in [("a", 6), ("b#*", 12), ("way*", 12)] {
        let called = succeeded(course.call(&["check", "--only", pattern]));
        assert_eq!(entries(&course).len(), runs, "{pattern}: {}", called.error);
    }
    let called = course.call(&["check", "--only", "c*"]);
    assert_eq!(called.status, 2);
    assert!(called.error.contains("no experiment is like `c*`"), "{}", called.error);
    assert_eq!(course.call(&["check", "--only", "[a"]).status, 2);
}

/// Edits of all sorts one after the other, each undone at some later time.
#[test]
fn after_any_edit_the_site_is_that_of_a_fresh_build() {
    let block = "```yaml experiment\nkind: optimizers\nid: own\ndata: {file: t.csv, target: y}\nseeds: 2\n\
        training: {epochs: 2}\ncompare: [sgd]\n```";
    let rows: String = (0..30).map(|row| format!("{},{},{}\n", row % 7, row * 3 % 5, row % 2)).collect();
    let course = Course::with("a.md", WAYS)
        .and("b.md", &format!("`{{{{ a.ways.adam.train_loss | round(4) }}}}`, [a](a.md).\n\n{block}"))
        .and("c.md", "`{{ claim: b.own.sgd.train_loss < 100 }}` ![picture](p.png)")
        .file("lessons/t.csv", format!("p,q,y\n{rows}").as_bytes())
        .file("lessons/p.png", b"picture")
        .file("lessons/gradbook.yaml", b"title: Course\ndefaults: {seed: 0}\n")
        .file("templates/experiment.html", b"<section id=\"experiment-{{ experiment.id }}\">Frame</section>");
    let edits = [
        ("lessons/a.md", "Prose.", "Words."),
        ("lessons/a.md", "epochs: 4", "epochs: 5"),
        ("lessons/b.md", "ways.adam", "ways.sgd"),
        ("lessons/a.md", "title: a.md", "title: Another"),
        ("lessons/a.md", "ends at", "is at"),
        ("templates/experiment.html", "Frame", "{{ experiment.caption_html|safe }}"),
        ("lessons/t.csv", "6,3,0", "6,4,0"),
        ("lessons/c.md", "< 100", "< 99"),
        ("lessons/gradbook.yaml", "seed: 0", "seed: 1"),
        ("lessons/a.md", "[sgd, adam]", "[adam, rmsprop, sgd]"),
        ("lessons/p.png", "picture", "photograph"),
        ("lessons/a.md", "seeds: 3", "seeds: 3\nfigures: [dev_loss]"),
        ("lessons/gradbook.yaml", "Course", "Nets"),
        ("lessons/b.md", "compare: [sgd]", "compare: {sgd: momentum}"),
        ("lessons/a.md", "loss < 10", "loss < 11"),
    ];
    let parts = ["runs", "drawn", "brief", "sites", "last"];
    let mut done = [false; 15];
    for step in 0..45 {
        let index = step * 7 % edits.len();
        let (path, old, new) = edits[index];
        let (old, new) = if done[index] { (new, old) } else { (old, new) };
        done[index] = !done[index];
        let text = course.text(path);
        assert!(text.contains(old), "{path} has no {old}");
        fs::write(course.path(path), text.replace(old, new)).unwrap();
        // Now and then something of the cache is lost, or the site.
        match step % 6 {
            3 => fs::remove_dir_all(course.path("output")).unwrap(),
            5 => fs::remove_dir_all(course.path("lessons/.gradbook/cache").join(parts[step % 5])).unwrap(),
            _ => {}
        }
        course.build();
        succeeded(course.call(&["build", "--no-cache", "--output", "fresh"]));
        let (site, fresh) = (course.files("output"), course.files("fresh"));
        assert!(site.iter().map(|(name, _)| name).eq(fresh.iter().map(|(name, _)| name)), "{step}, {path}");
        site.iter().zip(&fresh).for_each(|(own, other)| assert!(own == other, "{step}, {path}: {}", own.0));
    }
}
