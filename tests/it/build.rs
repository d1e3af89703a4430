//! Lessons in, a site out.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use gradbook::experiment::KINDS;
use sha2::{Digest as _, Sha256};

use crate::course::{Course, Site};
use crate::html;

/// A block of each kind, small.
pub(crate) const ALL_KINDS: &str = "\
```yaml experiment
kind: split
id: parts
data: {name: iris}
compare: [{train: 60%, dev: 20%, test: 20%}, {train: 70%, test: 30%}]
training: {epochs: 3}
seeds: 2
```

```yaml experiment
kind: init
id: layers
data: {name: moons, samples: 60}
model: {hidden: [8, 8, 8], activation: tanh}
compare: [zeros, he, {normal: 0.01}]
```

```yaml experiment
kind: dropout
id: dropped
data: {name: iris}
training: {epochs: 3}
compare: [1, 0.5]
```

```yaml experiment
kind: gradient_check
id: checked
data: {name: iris}
model: {hidden: [4], activation: tanh}
training: {epochs: 3}
compare: [right, doubled]
```

```yaml experiment
kind: optimizers
id: ways
data: {name: moons, samples: 60}
training: {epochs: 4}
compare: [sgd, momentum, rmsprop, adam]
```

```yaml experiment
kind: search
id: rates
data: {name: iris}
training: {epochs: 2}
space: {training.learning_rate: {log: [0.001, 1]}, model.hidden: {choice: [[4], [8]]}, training.batch_size: {integer: [8, 64]}}
trials: 6
```

```yaml experiment
kind: regression
id: bent
data: {name: polynomial, samples: 60}
compare: [0.001, 1]
```

```yaml experiment
kind: transfer
id: carried
problems: {a: {name: iris}, b: {name: xor, samples: 60}}
training: {epochs: 2}
space: {training.learning_rate: {log: [0.001, 1]}}
trials: 4
```

```yaml experiment
kind: curvatures
id: seldom
dimensions: [1, 2, 3]
samples: 200
seeds: 2
```

```yaml experiment
kind: critical_points
id: flat
data: {name: xor, samples: 40}
model: {hidden: [2], activation: tanh, output: sigmoid}
l2: 0.1
starts: 6
```

```yaml experiment
kind: surface
id: stretched
data: {name: plane, samples: 40}
learning_rate: {over_curvature: 1}
vary: {l2: [0.1, 10]}
steps: 20
```

```yaml experiment
kind: surface
id: bowl
surface: {bowl: {condition: 10}}
compare: [sgd, momentum]
```

```yaml experiment
kind: train
id: looked
data: {name: iris}
training: {epochs: 3}
histograms: [0, 3]
gradient_shares: true
seeds: 2
```

```yaml experiment
kind: average
id: year
series: {level: 50, season: 20, noise: 8, length: 60}
compare: [0.5, 0.9]
seeds: 2
```

```yaml experiment
kind: softmax
id: vector
logits: [5, 2, -1, 3]
label: 0
```
";

#[test]
fn a_lesson_of_all_kinds_becomes_a_page() {
    let course = Course::with("01-all.md", ALL_KINDS);
    for kind in KINDS {
        assert!(
            ALL_KINDS.contains(&format!("kind: {}\n", kind.name)),
            "`{}` is to stand in the lesson of all kinds",
            kind.name
        );
    }
    let site = course.build();
    let page = site.page("all");
    let ids = [
        "parts",
        "layers",
        "dropped",
        "ways",
        "rates",
        "bent",
        "carried",
        "seldom",
        "flat",
        "stretched",
        "bowl",
    ];
    for id in ids.into_iter().chain(["looked", "year", "vector"]) {
        page.shows(&format!("id=\"experiment-{id}\""));
        assert!(site.text(&format!("all/{id}.json")).contains("\"digest\""));
    }
    page.shows("Fisher").hides("NaN").hides("undefined");
}

#[test]
fn kind_id_and_data_are_enough() {
    for kind in ["split", "init", "dropout", "optimizers", "search", "softmax"] {
        let block = format!("```yaml experiment\nkind: {kind}\nid: it\ndata: {{name: iris}}\n```");
        Course::with("a.md", &block).build().page("a").shows("experiment-it");
    }
}

#[test]
fn every_setting_that_has_an_effect_stands_on_the_page_and_no_other() {
    let block = |body: &str| format!("```yaml experiment\n{body}\n```\n");
    let course = Course::with("01-data.md", &block("kind: optimizers\nid: ways\ndata: {name: moons}"))
        .and("02-given.md", &block("kind: softmax\nid: vector\nlogits: [1, 2]"))
        .file("lessons/gradbook.yaml", b"defaults: {training: {epochs: 3}, model: {hidden: [4]}}\n");
    let site = course.build();
    // The cells of the table one after the other.
    let cells = |slug: &str| -> String {
        let page = site.text(&format!("{slug}.html"));
        let table =
            page.split("Every setting</summary>").nth(1).and_then(|rest| rest.split("</table>").next());
        let texts = table.unwrap().split('<').filter_map(|tag| Some(tag.split_once('>')?.1.trim()));
        texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let ways = cells("data");
    for row in [
        "data.samples 500 default",
        "data.normalize none default",
        "split.train 60% default split.dev 20% default split.test 20% default split.stratify true default",
        "model.hidden [4] written",
        "training.epochs 3 written training.batch_size 32 default",
    ] {
        assert!(ways.contains(row), "{row} in {ways}");
    }
    assert_eq!(cells("given"), "Setting Value From logits [1, 2] written");
}

#[test]
fn two_builds_are_equal_byte_for_byte() {
    let (one, other) = (Course::with("01-all.md", ALL_KINDS), Course::with("01-all.md", ALL_KINDS));
    let called = other.call(&["build", "--jobs", "1"]);
    assert_eq!(called.status, 0, "{}", called.error);
    let first = one.build().files();
    let again = one.build().files();
    assert!(first.iter().any(|(name, _)| name == "all/ways-loss.svg"));
    assert_eq!(first, again);
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let alone = Site::of(&other).files();
    assert_eq!(names(&first), names(&alone));
    for ((name, bytes), (_, others)) in first.iter().zip(&alone) {
        assert!(bytes == others, "{name} depends on the number of threads or the folder");
    }
}

#[test]
fn one_and_two_jobs_give_the_same_digests() {
    // Of a single run the products are spread instead, those of wide layers.
    let lone = "```yaml experiment\nkind: optimizers\nid: lone\nseeds: 1\ndata: {name: digits}\n\
        model: {hidden: [400, 300]}\ntraining: {epochs: 2, batch_size: 256}\ncompare: [adam]\n```";
    for lesson in [ALL_KINDS, lone] {
        let course = Course::with("a.md", lesson);
        let digests = |jobs: &str| {
            let arguments =
                ["run", "lessons/a.md", "--format", "json", "--quiet", "--no-cache", "--jobs", jobs];
            let called = course.call(&arguments);
            assert_eq!(called.status, 0, "{}", called.error);
            called.output
        };
        assert_eq!(digests("1"), digests("2"));
    }
}

#[test]
fn every_page_and_chart_parses_without_an_error() {
    let course = Course::with("01-all.md", ALL_KINDS)
        .and("02-more.md", "# Text\n\n| a | b |\n|---|---|\n| 1 | $x^2$ |\n");
    for (name, bytes) in course.build().files() {
        if !(name.ends_with(".html") || name.ends_with(".svg")) {
            continue;
        }
        let mut text = String::from_utf8(bytes).unwrap();
        if name.ends_with(".svg") {
            text = format!(
                "<!doctype html><html lang=en><head><title>x</title></head><body>{text}</body></html>"
            );
        }
        let page = html::parse(&text);
        assert!(page.faults.is_empty(), "{name}: {:?}", page.faults);
        let mut ids: Vec<&str> = page.elements.iter().filter_map(|element| element.get("id")).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{name}: an id stands twice");
    }
}

#[test]
fn values_stand_in_prose_with_their_filters() {
    let body = "Of four, `{{ vector.probabilities[0] | percent(1) }}` and \
        `{{ vector.loss | round(3) }}`, not `{{ vector }`.\n\n```yaml experiment\nkind: softmax\nid: vector\n\
        logits: [5, 2, -1, 3]\nlabel: 0\n```";
    Course::with("a.md", body).build().page("a").shows("84.2%").shows("0.172").shows("{{ vector }");
}

#[test]
fn a_value_can_come_from_another_lesson() {
    let block = "```yaml experiment\nkind: softmax\nid: vector\nlogits: [5, 2, -1, 3]\n```";
    let course = Course::with("01-soft-max.md", block)
        .and("02-b.md", "There it was `{{ soft_max.vector.probabilities[0] | percent(1) }}`.");
    course.build().page("b").shows("84.2%");
}

#[test]
fn a_claim_that_holds_is_shown_and_one_that_fails_stops_the_build() {
    let block = |claim: &str| {
        format!(
            "```yaml experiment\nkind: softmax\nid: vector\nlogits: [5, 2, -1, 3]\nclaims:\n  - {claim}\n```"
        )
    };
    let holds =
        Course::with("a.md", &block("{that: 'probabilities[0] > 0.8', says: The first is likeliest}"));
    holds.build().page("a").shows("The first is likeliest");
    let fails = Course::with("a.md", &block("probabilities[0] < 0.8"));
    let called = fails.call(&["build"]);
    assert_eq!(called.status, 1);
    assert!(called.error.contains("lessons/a.md:10:5"), "{}", called.error);
    assert!(called.error.contains("a claim fails"), "{}", called.error);
    assert!(!fails.path("output/a.html").exists());
}

#[test]
fn a_failed_build_leaves_the_old_output_whole() {
    let course = Course::with("a.md", "Good.");
    let before = course.build().files();
    let course = course.and("b.md", "`{{ nothing.here }}`");
    assert_eq!(course.call(&["build"]).status, 1);
    let after = Site::of(&course).files();
    assert_eq!(before, after);
}

#[test]
fn a_table_of_ones_own_is_learned_from() {
    let rows: String =
        (0..60).map(|i| format!("{},{},{}\n", i % 7, i % 5, if i % 7 > 3 { "yes" } else { "no" })).collect();
    let table = format!("length,width,ripe\n{rows}");
    let block = "```yaml experiment\nkind: optimizers\nid: own\ndata: {file: fruit.csv, target: ripe}\n\
        training: {epochs: 60, learning_rate: 0.05}\n```\n";
    let course = Course::with("a.md", block).file("lessons/fruit.csv", table.as_bytes());
    let results = course.results("lessons/a.md#own");
    assert_eq!(results[0]["metrics"]["run"]["train_accuracy"], 1.0);
    course.build().page("a").shows("fruit.csv");
}

#[test]
fn pictures_of_ones_own_are_learned_from() {
    let header = |shape: &[u32]| {
        let mut header = vec![0, 0, 8, shape.len() as u8];
        shape.iter().for_each(|axis| header.extend(axis.to_be_bytes()));
        header
    };
    // Two pixels; the class is whether the first is lit.
    let lit = |i: u8| if i.is_multiple_of(3) { 200 } else { 10 };
    let pictures: Vec<u8> =
        header(&[60, 1, 2]).into_iter().chain((0..60).flat_map(|i| [lit(i), 4 * i])).collect();
    let labels: Vec<u8> =
        header(&[60]).into_iter().chain((0..60u8).map(|i| u8::from(i.is_multiple_of(3)))).collect();
    let block = "```yaml experiment\nkind: optimizers\nid: own\n\
        data: {file: my-images-idx3-ubyte, labels: my-labels-idx1-ubyte}\n\
        training: {epochs: 60, learning_rate: 0.05}\n```\n";
    let course = Course::with("a.md", block)
        .file("lessons/my-images-idx3-ubyte", &pictures)
        .file("lessons/my-labels-idx1-ubyte", &labels);
    let results = course.results("lessons/a.md#own");
    assert_eq!(results[0]["metrics"]["run"]["test_accuracy"], 1.0);
    course.build().page("a").shows("60 rows, 2 features");
}

#[test]
fn a_hidden_file_of_the_output_folder_stays() {
    let course = Course::with("a.md", "Text.").file("output/.gitkeep", b"");
    course.build();
    assert!(course.path("output/.gitkeep").exists());
}

#[test]
fn an_experiment_may_stand_in_a_list_and_in_a_quote() {
    let body = "- first\n\n  ```yaml experiment\n  kind: softmax\n  id: listed\n  logits: [1, 2]\n  ```\n\n\
        > ```yaml experiment\n> kind: softmax\n> id: quoted\n> logits: [1, 2]\n> ```\n";
    Course::with("a.md", body).build().page("a").shows("experiment-listed").shows("experiment-quoted");
}

#[test]
fn every_link_of_every_page_leads_to_a_file_of_the_site() {
    let course = Course::with("01-all.md", ALL_KINDS)
        .and("02-more.md", "[back](01-all.md) and [on](#x).\n\n## X {#x}\n");
    let files = course.build().files();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with(".html") && name != "404.html") {
        let page = html::parse(std::str::from_utf8(bytes).unwrap());
        let links = page
            .elements
            .iter()
            .filter(|element| matches!(element.name.as_str(), "a" | "link" | "script" | "img"));
        for target in links.filter_map(|element| element.get("href").or(element.get("src"))) {
            let path = target.split(['#', '?']).next().unwrap();
            let outside =
                target.starts_with("https://doi.org/") || target.starts_with("https://creativecommons.org/");
            assert!(outside || path.is_empty() || names.contains(&path), "{name}: `{target}` leads nowhere");
        }
    }
}

#[test]
fn what_an_author_puts_beside_the_pages_stays_and_a_page_without_its_lesson_goes() {
    let course = Course::with("a.md", "First.").and("b.md", "Second.");
    course.build();
    let course = course.file("output/CNAME", b"course.example").file("output/own/notes.txt", b"mine");
    std::fs::remove_file(course.path("lessons/b.md")).unwrap();
    let site = course.build();
    assert_eq!(site.text("CNAME"), "course.example");
    assert_eq!(site.text("own/notes.txt"), "mine");
    assert!(!course.path("output/b.html").exists());
}

#[test]
fn a_strangers_lesson_shows_its_html_as_text() {
    let lesson = "A <b>c</b>.\n\n<script>alert(1)</script>\n\n<!-- gone\n\nThe end.";
    let course = Course::with("a.md", lesson);
    course.build().page("a").shows("<script>alert(1)</script>");
    assert_eq!(course.call(&["build", "--untrusted"]).status, 0);
    Site::of(&course)
        .page("a")
        .shows("A &lt;b&gt;c&lt;/b&gt;.")
        .shows("&lt;script&gt;alert(1)&lt;/script&gt;")
        .shows("&lt;!-- gone")
        .shows("The end.")
        .hides("<script>alert(1)");
    let course =
        Course::with("a.md", "See [this](ftp://x.example/a) and <tel:112>, [that](mailto:a@b.example).");
    assert_eq!(course.call(&["check"]).status, 0);
    let called = course.call(&["check", "--untrusted"]);
    assert_eq!(called.status, 1);
    for (scheme, place) in [("ftp", "a.md:5:12"), ("tel", "a.md:5:36")] {
        let said = format!("error: a link with `{scheme}:` is refused in a lesson that is not trusted");
        assert!(called.error.contains(&said) && called.error.contains(place), "{}", called.error);
    }
    assert!(!called.error.contains("mailto:` is"), "{}", called.error);
}

#[test]
fn a_strangers_files_run_no_scripts() {
    let svg: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let course = Course::with("a.md", "[x](x.svg) and [page](page.HTML), [bare](bare), [data](data.csv).")
        .file("lessons/x.svg", svg)
        .file("lessons/page.HTML", b"<script>alert(1)</script>")
        .file("lessons/bare", b"<script>alert(1)</script>")
        .file("lessons/data.csv", b"a,b\n");
    course.build();
    let called = course.call(&["check", "--untrusted"]);
    assert_eq!(called.status, 1);
    for (file, place) in [("x.svg", "a.md:5:5"), ("page.HTML", "a.md:5:23"), ("bare", "a.md:5:42")] {
        let said = format!("error: the file `{file}` is refused in a lesson that is not trusted");
        assert!(called.error.contains(&said) && called.error.contains(place), "{}", called.error);
    }
    assert!(!called.error.contains("data.csv` is refused"), "{}", called.error);
    let course =
        Course::with("a.md", "A.").file("lessons/templates/index.html", b"<script>alert(1)</script>");
    course.build();
}

#[test]
fn a_strangers_templates_are_used_only_where_the_call_names_them() {
    for folder in ["lessons/templates", "templates"] {
        let file = format!("{folder}/navigation.html");
        let course = Course::with("a.md", "A.").file(&file, b"<p id=theirs></p>");
        let shown = |arguments: &[&str]| {
            let called = course.call(arguments);
            assert_eq!(called.status, 0, "{}", called.error);
            (Site::of(&course).text("a.html").contains("id=theirs"), called.error)
        };
        assert!(shown(&["build"]).0);
        let (theirs, said) = shown(&["build", "--untrusted"]);
        assert!(!theirs, "{folder}");
        assert!(said.contains("are not used: the lessons are not trusted"), "{said}");
        assert!(said.contains("--templates DIR"), "{said}");
        let (theirs, said) = shown(&["build", "--untrusted", "--templates", folder, "--strict"]);
        assert!(theirs, "{folder}: {said}");
    }
    let course = Course::with("a.md", "A.");
    let called = course.call(&["build", "--templates", "gone"]);
    assert_eq!(called.status, 2);
    assert!(called.error.contains("there are no templates in `gone`: no such folder"), "{}", called.error);
}

#[test]
fn a_page_states_what_it_may_fetch_unless_its_own_html_needs_more() {
    let policy = "; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'none'";
    let embedded = "<iframe src=\"https://video.example/1\"></iframe>";
    let course = Course::with("a.md", "A.").and("b.md", embedded);
    let site = course.build();
    let scripts = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'self' 'sha256-";
    for page in ["a", "index", "404"] {
        let page = site.page(page);
        page.shows(scripts).shows(policy);
        let elements = html::parse(&page.html).elements;
        let standing: Vec<_> =
            elements.iter().filter(|one| one.name == "script" && one.get("src").is_none()).collect();
        let [script] = standing[..] else { panic!("{} scripts stand in the page", standing.len()) };
        let hash = BASE64_STANDARD.encode(Sha256::digest(&script.text));
        page.shows(&format!("script-src 'self' 'sha256-{hash}'; "));
        assert!(script.text.contains("gradbook-theme"), "{}", script.text);
    }
    site.page("b").hides("Content-Security-Policy");
    let wider = b"content_security_policy: {frame-src: [https://video.example], script-src: [unsafe-inline]}";
    let course = course.file("lessons/gradbook.yaml", wider);
    let site = course.build();
    for page in ["a", "b"] {
        site.page(page)
            .shows("script-src 'self' 'unsafe-inline'; ")
            .shows("; frame-src https://video.example\">");
    }
    let called = course.call(&["build", "--untrusted"]);
    assert_eq!(called.status, 0, "{}", called.error);
    assert!(
        called.error.contains("a policy of lessons that are not trusted is not used"),
        "{}",
        called.error
    );
    Site::of(&course).page("b").shows(policy).hides("https://video.example\">");
    let course = course.file("lessons/gradbook.yaml", b"content_security_policy: none");
    course.build().page("a").hides("Content-Security-Policy");
    let course = Course::with("a.md", "A.").file("templates/navigation.html", b"<script>x()</script>");
    course.build().page("a").hides("Content-Security-Policy");
    let course = Course::with("a.md", "A.").and("b.md", "B.").file("lessons/p.png", b"png");
    let course = course.file("lessons/c.md", b"---\ntitle: <b onclick=x()>C</b>\n---\n");
    course.build().page("a").hides("Content-Security-Policy");
}

#[test]
fn a_language_is_written_in_its_direction() {
    let course = Course::with("a.md", "A.").file("lessons/gradbook.yaml", b"language: ar");
    course.build().page("a").shows("<html lang=\"ar\" dir=\"rtl\">");
    let course = course.file("lessons/gradbook.yaml", b"language: de");
    course.build().page("a").shows("<html lang=\"de\">");
}

#[test]
fn a_heading_keeps_what_stands_in_its_braces() {
    let body = "## The set {0, 1}\n\n## Of {$x$, `y`} {#own .wide}\n\n## The set {0, 1} ##\n\nSlides {background=\"#fa0\"}\n---\n";
    let course = Course::with("a.md", body);
    let called = course.call(&["build"]);
    assert_eq!(called.status, 0, "{}", called.error);
    Site::of(&course)
        .page("a")
        .shows("<h2 id=\"the-set-0-1\">The set {0, 1}</h2>")
        .shows("<h2 id=\"own\" class=\"wide\">")
        .shows("Of {<math>")
        .shows("<h2 id=\"slides\">Slides</h2>");
    assert!(called.error.contains("a heading has no attribute `background=\"#fa0\"`"), "{}", called.error);
    let course = Course::with("a.md", "## The set {$x$, `y`}\n");
    course.build().page("a").shows("The set {<math>").shows("<code>y</code>}</h2>");
}

#[test]
fn a_value_in_a_pictures_text_is_plain() {
    let block = "```yaml experiment\nkind: softmax\nid: one\nlogits: [1, 2]\n```";
    let body = format!("![loss `{{{{ one.probabilities[0] | round(2) }}}}` < 9](p.png)\n\n{block}");
    let course = Course::with("a.md", &body).file("lessons/p.png", b"png");
    let page = course.build().page("a");
    let picture =
        crate::html::parse(&page.html).elements.into_iter().find(|element| element.name == "img").unwrap();
    let alt = picture.get("alt").unwrap();
    assert!(alt.starts_with("loss ") && alt.ends_with(" < 9") && !alt.contains("class"), "{alt}");
}

#[test]
fn pictures_in_captions_and_summaries_come_along() {
    let lesson =
        "```yaml experiment\nkind: softmax\nid: one\nlogits: [1, 2]\ncaption: \"![A cat](cat.png)\"\n```";
    let course = Course::with("a.md", lesson).file("lessons/cat.png", b"png");
    let site = course.build();
    site.page("a").shows("<img src=\"files/cat.png\" alt=\"A cat\"");
    assert_eq!(site.text("files/cat.png"), "png");
}

#[test]
fn links_in_raw_html_lead_where_those_of_markdown_do() {
    let lesson = "<p id=\"spot\">See <a href=\"b.md#there\">b</a>, <a href='#spot'>here</a>.</p>\n\n\
        Inline <img src=\"a%20cat.png\" alt=\"\" srcset=\"a%20cat.png 1x\"> and [here](#spot).\n\n\
        > <video controls\n> poster=a%20cat.png></video>\n";
    let course = Course::with("a.md", lesson).and("b.md", "## There").file("lessons/a cat.png", b"png");
    let site = course.build();
    site.page("a")
        .shows("<p id=\"spot\">See <a href=\"b.html#there\">b</a>, <a href='#spot'>here</a>.</p>")
        .shows("<img src=\"files/a%20cat.png\" alt=\"\" srcset=\"files/a%20cat.png 1x\">")
        .shows("<video controls\nposter=files/a%20cat.png></video>");
    assert_eq!(site.text("files/a cat.png"), "png");
}
