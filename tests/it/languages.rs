//! Pages in every language that is built in: no English word of the program's is left on one.

use std::collections::BTreeSet;

use gradbook::words::Words;

use crate::build::ALL_KINDS;
use crate::course::Course;

/// Words in Latin letters that pages of any language may hold: names of files, formats, techniques and people, the author's
/// own ids, settings as they are written.
const NAMES: &[&str] = &[
    // formats, the program
    "gradbook",
    "SVG",
    "JSON",
    "CSV",
    "CC",
    "BY",
    // techniques and mathematics that go by their name
    "SGD",
    "Momentum",
    "RMSprop",
    "Adam",
    "He",
    "dropout",
    "logit",
    "hardmax",
    "seed",
    "dev",
    "sd",
    "keep",
    "prob",
    // ids of the blocks
    "carried",
    "seldom",
    "flat",
    "stretched",
    "parts",
    "layers",
    "dropped",
    "ways",
    "rates",
    "bent",
    "bowl",
    "vector",
    "checked",
    "year",
    "looked",
    // what blocks of figures are called, settings as they are written
    "hidden",
    // classes of flowers, and mistakes to plant, as they are written in a block
    "setosa",
    "versicolor",
    "virginica",
    "right",
    "doubled",
];

/// Every mark, and what stands beneath them.
const FIGURES: &str = "\
```yaml figure
id: f1
from: {甲: ways, 乙: dropped}
x: epoch
y: train_loss
by: experiment
where: variant in [\"sgd\", \"keep_1\"]
spread: ci
```

```yaml figure
id: f2
from: ways
x: epoch
y: [train_loss, dev_loss, learning_rate]
facet: variant
mark: [area, steps]
```

```yaml figure
id: f3
from: rates
x: training.learning_rate
y: trial_objective
by: model.hidden
```

```yaml figure
id: f4
from: ways
where: variant == \"sgd\"
x: given
y: class
z: dev_confusion
mark: [heat, text]
```

```yaml figure
id: f5
from: parts
x: variant
y: dev_rows
mark: [bars, whiskers]
spread: range
```

```yaml figure
id: f6
from: looked
x: dev_accuracy
mark: histogram
```

```yaml figure
id: f7
from: looked
x: variant
y: dev_loss
mark: box
```

```yaml figure
id: f8
from: ways
x: parameters
y: dev_error
z: train_rows
mark: [dots, text]
```

```yaml figure
id: f9
x: {log: [1, 1000]}
y: {甲: x * x - 10}
scale: {y: log}
rules: [{y: 3, label: 三}]
```
";

/// Below the front matter, in Chinese but for the blocks.
fn lesson() -> String {
    format!(
        "> [!NOTE]\n> 注意。\n\n## 一\n\n值 `{{{{ ways.adam.train_loss | round(3) }}}}`。脚注[^a]。\n\n[^a]: 在此。\n\n\
         | 甲 | 乙 |\n|---|---|\n| `{{{{ ways.sgd.train_accuracy \\| percent(1) }}}}` | 二 |\n\n## 二\n\n{ALL_KINDS}\n{FIGURES}\n"
    )
}

fn course(language: &str) -> Course {
    let text = format!("---\ntitle: 全部\n---\n\n{}", lesson());
    Course::with("02-next.md", "下。")
        .file("lessons/01-all.md", text.as_bytes())
        .file("lessons/02-next.md", "---\ntitle: 下\n---\n下。\n".as_bytes())
        .file("lessons/gradbook.yaml", format!("title: 课\nlanguage: {language}\n").as_bytes())
}

/// Elements whose text is no language's.
const CODE: [&str; 6] = ["code", "pre", "script", "style", "annotation", "cite"];

/// Every text that a reader of a page sees or hears, but for code and for the expressions behind values.
fn texts(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut within = 0;
    for piece in page.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap_or_default();
        match (CODE.contains(&name), tag.starts_with('/')) {
            (true, true) => within -= 1,
            (true, false) => within += 1,
            _ => {}
        }
        if within > 0 {
            continue;
        }
        found.push(text.trim().to_owned());
        for attribute in
            ["aria-label", "alt", "title", "placeholder", "data-search", "data-nothing-found", "data-light"]
        {
            let value =
                tag.split_once(&format!(" {attribute}=\"")).and_then(|(_, rest)| rest.split_once('"'));
            let value = value
                .map(|(value, _)| value)
                .filter(|_| !(attribute == "title" && tag.contains("class=\"value\"")));
            found.extend(value.map(str::to_owned));
        }
    }
    found.retain(|text| !text.is_empty());
    found
}

/// The words in Latin letters, two or more in a row, that are no names.
fn foreign(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 1);
    words.filter(|word| !NAMES.contains(word)).map(str::to_owned).collect()
}

#[test]
fn no_english_word_is_left_on_a_page() {
    for language in ["zh", "ar"] {
        let course = course(language);
        let site = course.build();
        for file in ["all.html", "index.html", "404.html"] {
            let mut left: Vec<String> = Vec::new();
            for text in texts(&site.text(file)) {
                let words = foreign(&text);
                if !words.is_empty() {
                    left.push(format!("{words:?} in {text}"));
                }
            }
            left.dedup();
            assert!(left.is_empty(), "{language}, {file}:\n{}", left.join("\n"));
        }
    }
}

#[test]
fn numbers_are_written_as_the_language_does() {
    let course = course("de");
    let site = course.build();
    let page = site.text("all.html");
    let html = texts(&page).join("\n");
    assert!(html.contains("Trainingsverlust"), "{html}");
    // A point parts thousands, so three digits follow it, and no zero stands before it.
    let points: Vec<&str> = html.lines().filter(|line| has_point(line)).collect();
    assert!(points.is_empty(), "{}", points.join("\n"));
    assert!(html.contains("0,"), "{html}");
    // What programs read keeps the point.
    assert!(site.text("all/ways.json").contains("0."));
}

/// Whether a number has a decimal point.
fn has_point(line: &str) -> bool {
    let pieces: Vec<&str> = line.split('.').collect();
    let decimal = pieces.windows(2).any(|pair| {
        let before = pair[0].len() - pair[0].trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let after = pair[1].len() - pair[1].trim_start_matches(|c: char| c.is_ascii_digit()).len();
        before > 0 && after > 0 && (after != 3 || pair[0].ends_with('0') && before == 1)
    });
    // The number of a figure is no quantity.
    let is_number_of = ["Abbildung", "Tabelle"].iter().any(|name| line.contains(name));
    decimal && !is_number_of && !line.contains("CC BY")
}

#[test]
fn a_course_in_every_language_says_its_own_words() {
    for language in Words::languages() {
        let words = Words::new(language, &std::collections::BTreeMap::new());
        let course = Course::with("a.md", "Text.").and("b.md", "Text.").file(
            "lessons/gradbook.yaml",
            format!("language: {language}\nwords: {{edit: \"!\", tags: \"?\"}}\n").as_bytes(),
        );
        let site = course.build();
        let page = site.page("a");
        page.shows(&format!("lang=\"{language}\""));
        page.shows(&format!("<span>{}</span>", words.get("next")));
        page.shows(&format!("data-search=\"{}\"", words.get("search")));
        match language {
            "ar" => page.shows("dir=\"rtl\""),
            _ => page.hides("dir=\"rtl\""),
        };
    }
}
