//! Figures of an author's own, from block to page.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use gradbook::experiment::KINDS;
use gradbook::figure::{PRESETS, UNSAID, presets};
use gradbook::pipeline::{self, Failure, Files, Keeping, Request, Silent};
use gradbook::site::Source;

/// A lesson with two experiments, and figures after them.
fn lesson(folder: &Path, figures: &str) {
    let text = format!(
        "---\ntitle: Figures\n---\n\n```yaml experiment\nkind: dropout\nid: widths\nseeds: 3\ndata: {{name: moons, samples: 60}}\n\
         training: {{epochs: 2}}\nvary: {{model.hidden: [[2], [8]], training.l2: [0, 0.1]}}\n```\n\n\
         ```yaml experiment\nkind: optimizers\nid: ways\nseeds: 2\ndata: {{name: iris}}\ntraining: {{epochs: 3}}\ncompare: [sgd, adam]\n```\n\n{figures}"
    );
    fs::write(folder.join("01-figures.md"), text).unwrap();
}

fn files(folder: &Path, request: &Request) -> Files {
    let request = Request { lessons: folder.to_owned(), ..request.clone() };
    let made = pipeline::compute(&request, &Silent)
        .and_then(|computed| pipeline::assemble(&computed, &|_, _| false));
    match made {
        Ok(files) => files,
        Err(Failure::Course(found, sources)) => {
            panic!("{}", found.iter().map(|found| found.render(&sources, false)).collect::<String>())
        }
        Err(Failure::Machine(error)) => panic!("{error}"),
    }
}

fn text(files: &Files, path: &str) -> String {
    let content = files.get(path).unwrap_or_else(|| panic!("{path} is not among {:?}", files.keys()));
    match &content.source {
        Some(Source::Bytes(bytes)) => String::from_utf8(bytes.clone()).unwrap(),
        other => panic!("it is made anew: {other:?}"),
    }
}

fn anew() -> Request {
    Request { cache: Keeping::Nowhere, ..Request::default() }
}

/// The CSV of a figure block over the experiments.
fn csv(block: &str) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    lesson(folder.path(), &format!("```yaml figure\nid: f\n{block}\n```\n"));
    let files = files(folder.path(), &anew());
    text(&files, "figures/f.csv").lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn a_figure_stands_in_its_page_with_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let block = "id: by_width\ntitle: Error by width\ncaption: Of `{{ widths.hidden_2_l2_0.parameters }}` parameters.\nalt: Two lines.\n\
                 from: widths\nx: model.hidden[0]\ny: {train: train_error, dev: dev_error}\nfacet: training.l2";
    lesson(
        folder.path(),
        &format!(
            "See [it](#by_width), [the same](#figure-by_width) and [its numbers](figures/by_width.csv).\n\n```yaml figure\n{block}\n```\n"
        ),
    );
    let files = files(folder.path(), &anew());
    let page = text(&files, "figures.html");
    assert!(page.contains("id=\"figure-by_width\"") && page.contains("Numbers and source"), "{page}");
    assert!(page.contains("Of <a") && page.contains("Two lines."), "caption and alternative have values");
    assert!(page.contains("chart-wide") && page.contains("chart-narrow") && page.contains("The numbers"));
    let svg = text(&files, "figures/by_width.svg");
    assert!(svg.contains("Error by width") && svg.contains("l2 0.1"), "{svg}");
    assert!(text(&files, "search-index.js").contains("Error by width"));
    let csv = text(&files, "figures/by_width.csv");
    assert_eq!(csv.lines().next(), Some("training.l2,series,model.hidden[0],value,seeds"));
    assert_eq!(csv.lines().count(), 1 + 2 * 2 * 2, "a line for each width, l2 and series: {csv}");
}

#[test]
fn rows_are_runs_epochs_and_what_lists_hold() {
    assert_eq!(csv("from: ways\nx: variant\ny: dev_error\nmark: dots").len(), 1 + 2 * 2);
    // Epoch 0 is before training.
    assert_eq!(csv("from: ways\nx: epoch\ny: train_loss\nmark: dots").len(), 1 + 2 * 2 * 4);
    let confusion = csv("from: ways\nwhere: variant == \"adam\"\nx: given\ny: class\nz: dev_confusion");
    assert_eq!(confusion.len(), 1 + 9);
    assert_eq!(confusion[0], ["given", "class", "dev confusion", "seeds"]);
    assert_eq!(confusion[1][..2], ["setosa", "setosa"]);
}

#[test]
fn heat_is_written_and_shaded_as_its_scale_says() {
    let folder = tempfile::tempdir().unwrap();
    let block = |scale: &str| {
        format!(
            "```yaml figure\nid: f\nfrom: widths\nx: model.hidden\ny: training.l2\nz: 0.25\nmark: [heat, text]\nscale: {{z: {scale}}}\n```\n"
        )
    };
    let drawn = |scale: &str| {
        lesson(folder.path(), &block(scale));
        text(&files(folder.path(), &anew()), "figures/f.svg").clone()
    };
    assert!(drawn("{label: share}").contains(">0.25<"));
    let svg = drawn("{label: share, as: percent, domain: [0, 0.5]}");
    assert!(svg.contains(">25.0%<") && svg.contains("from 0% to 50.0%"), "{svg}");
}

/// Of the dots of a figure, the shades: `step` in their classes.
#[test]
fn dots_have_the_shades_of_z_and_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let drawn = |more: &str| {
        lesson(
            folder.path(),
            &format!(
                "```yaml figure\nid: f\nfrom: widths\nx: model.hidden[0]\ny: dev_error\nz: training.l2 + 0.1\nmark: dots\n{more}\n```\n"
            ),
        );
        let files = files(folder.path(), &anew());
        (text(&files, "figures/f.svg"), text(&files, "figures.html"))
    };
    let (svg, page) = drawn("scale: {z: {label: penalty}}");
    assert!(svg.contains("Shades: penalty, from 0.1 to 0.2.") && svg.contains("0.1 to 0.2<"), "{svg}");
    // Two shades, and nothing in the colours of variants.
    assert!(!svg.contains("class=\"s1 "), "{svg}");
    assert!(page.contains("training.l2 + 0.1"), "the table has what they show");
    let (reversed, _) = drawn("scale: {z: {label: penalty, reverse: true}}");
    assert!(reversed.contains("0.2 to 0.1<") && reversed != svg, "{reversed}");
}

#[test]
fn bars_stand_upon_each_other() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("t.csv"), "when,who,hours\na,x,1\na,y,2\na,z,-1\nb,x,3\nb,y,4\nb,z,-2\n")
        .unwrap();
    let block = |id: &str, more: &str| {
        format!(
            "```yaml figure\nid: {id}\nfile: t.csv\nx: when\ny: hours\nby: who\nmark: bars\n{more}\n```\n\n"
        )
    };
    // Dates are names where their scale says so, and bars lie beside them.
    let lying = "```yaml figure\nid: lying\nfile: d.csv\nx: hours\ny: day\nby: who\nmark: bars\nstack: true\nscale: {y: categories}\n```\n";
    fs::write(folder.path().join("d.csv"), "day,who,hours\n2024-05-31,x,1\n2024-05-31,y,1\n2024-06-01,x,1\n")
        .unwrap();
    let text_of =
        format!("---\ntitle: T\n---\n\n{}{}{lying}", block("beside", ""), block("stacked", "stack: true"));
    fs::write(folder.path().join("01-bars.md"), text_of).unwrap();
    let files = files(folder.path(), &anew());
    let [beside, stacked] = ["beside", "stacked"].map(|id| text(&files, &format!("bars/{id}.svg")));
    // What is above 0 adds up to 7, what is below stays below.
    assert!(beside.contains("from -2 to 4") || beside.contains("from −2 to 4"), "{beside}");
    assert!(stacked.contains("from -2 to 7") || stacked.contains("from −2 to 7"), "{stacked}");
    assert_eq!(text(&files, "bars/beside.csv"), text(&files, "bars/stacked.csv"));
    let lying = text(&files, "bars/lying.svg");
    assert!(lying.contains("Across: hours, from 0 to 2"), "{lying}");
}

#[test]
fn lists_of_every_epoch_are_laid_out_by_layer_and_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let experiment = "```yaml experiment\nkind: train\nid: deep\nseeds: 2\ndata: {name: moons, samples: 60}\nmodel: {hidden: [3, 4]}\n\
                      training: {epochs: 2}\ngradient_shares: true\ndrift: true\n```\n\n";
    let block = |id: &str, y: &str| {
        format!(
            "```yaml figure\nid: {id}\nfrom: deep\nx: epoch\ny: {y}\nby: layer\nwhere: seed == 1\nmark: line\n```\n\n"
        )
    };
    let ends = "The last: `{{ deep.gradient_share[2] | round(6) }}`.\n";
    let lesson = format!(
        "---\ntitle: D\n---\n\n{experiment}{}{}{ends}",
        block("shares", "gradient_share"),
        block("moves", "drift")
    );
    fs::write(folder.path().join("01-deep.md"), lesson).unwrap();
    let files = files(folder.path(), &anew());
    let csv = |id: &str| -> Vec<Vec<String>> {
        let text = text(&files, &format!("deep/{id}.csv"));
        text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
    };
    let shares = csv("shares");
    assert_eq!(shares.len(), 3 * 3, "three layers, before training and after two epochs");
    for epoch in ["0", "1", "2"] {
        let of_epoch = shares.iter().filter(|row| row[1] == epoch).map(|row| row[2].parse::<f64>().unwrap());
        assert!((of_epoch.sum::<f64>() - 1.0).abs() < 1e-9, "{shares:?}");
    }
    // What moves in an epoch is known from its end on.
    let moves = csv("moves");
    assert!(moves.iter().all(|row| row[2].is_empty() == (row[1] == "0")), "{moves:?}");
}

#[test]
fn expressions_reach_columns_variants_of_the_seed_and_prose() {
    let rows =
        csv("from: ways\nwhere: variant == \"sgd\"\nx: seed\ny: train_loss - sgd.train_loss\nmark: dots");
    assert!(rows[1..].iter().all(|row| row[1] == "0"), "{rows:?}");
    let rows = csv(
        "from: widths\nx: training.l2\ny: widths.hidden_8_l2_0.dev_error.mean - dev_error if seed in [0, 1] else log10(100)\nmark: dots\nwhere: seed == 2",
    );
    assert!(rows[1..].iter().all(|row| row[2] == "2" || row[1] == "2"), "{rows:?}");
    // A list as long as its run is laid along it.
    let [smooth, plain] = ["train_loss | smooth(0)", "train_loss"]
        .map(|y| csv(&format!("from: ways\nx: epoch\ny: {y}\nmark: line")));
    assert_eq!(smooth[1..], plain[1..]);
    let lists = csv("from: widths\nx: model.hidden\ny: training.l2\nz: parameters");
    assert_eq!(lists[1][..2], ["2", "0"]);
}

#[test]
fn functions_and_files_need_no_experiment() {
    let rows = csv("x: {linear: [-1, 1]}\ny: {square: x * x, root: sqrt(abs(x))}");
    assert_eq!(rows.len(), 1 + 2 * 401);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("t.csv"), "Sepal length;price;kind\n1,5;2;a\n2;;b\n3;4;b\n").unwrap();
    fs::write(
        folder.path().join("01-table.md"),
        "---\ntitle: T\n---\n\n```yaml figure\nid: t\nfile: t.csv\nx: row[\"Sepal length\"]\ny: price\nby: kind\nmark: dots\n```\n",
    )
    .unwrap();
    let files = files(folder.path(), &anew());
    assert_eq!(text(&files, "table/t.csv"), "kind,Sepal length,price\na,1.5,2\nb,2,\nb,3,4\n");
    assert!(text(&files, "table/t.svg").contains("1 of 3 rows without a value."));
}

/// A table as a German spreadsheet writes it, with a column of dates; rules at a date and at what was computed.
#[test]
fn dates_stand_on_axes_and_rules_at_what_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "\u{feff}Datum;Wert;Art\r\n2023-12-30;1,5;a\r\n2024-06-01;2,25;a\r\n2024-02-29;;a\r\n2025-01-02;3;b\r\n";
    fs::write(folder.path().join("t.csv"), rows).unwrap();
    let experiment = "```yaml experiment\nkind: train\nid: fit\nseeds: 3\ndata: {file: w.csv, target: y}\n\
                      split: {train: 8, dev: 4}\ntraining: {epochs: 3}\n```\n\n";
    let weights: String = (0..12).map(|i| format!("{i},5;{}\n", ["x", "z"][i % 2])).collect();
    fs::write(folder.path().join("w.csv"), format!("weight;y\n{weights}")).unwrap();
    let block = |id: &str, more: &str| {
        format!("```yaml figure\nid: {id}\nfile: t.csv\nx: Datum\ny: Wert\n{more}\n```\n\n")
    };
    let rules = "rules: [{x: 2024-03-01, label: new}, {y: fit.train_loss | max, label: most}]\n\
                 scale: {x: {domain: [2023-01-01, 2026-01-01]}}";
    let lesson = format!(
        "---\ntitle: D\n---\n\n{experiment}{}{}",
        block("plain", ""),
        block("more", &format!("mark: [line, dots]\n{rules}"))
    );
    fs::write(folder.path().join("01-dates.md"), lesson).unwrap();
    let files = files(folder.path(), &anew());
    assert_eq!(
        text(&files, "dates/plain.csv"),
        "Datum,Wert\n2023-12-30,1.5\n2024-06-01,2.25\n2024-02-29,\n2025-01-02,3\n"
    );
    let svg = text(&files, "dates/plain.svg");
    for found in [">2024-01<", ">2024-07<", "from 2023-12-30 to 2025-01-02"] {
        assert!(svg.contains(found), "{found}: {svg}");
    }
    let svg = text(&files, "dates/more.svg");
    for found in [">2023-01<", ">2026-01<", "A line marks new at 2024-03-01.", "A line marks most at "] {
        assert!(svg.contains(found), "{found}: {svg}");
    }
}

#[test]
fn a_figure_is_drawn_again_only_when_something_in_it_changed() {
    let folder = tempfile::tempdir().unwrap();
    let block = |y: &str| format!("```yaml figure\nid: f\nfrom: ways\nx: epoch\ny: {y}\nmark: line\n```\n");
    lesson(folder.path(), &block("train_loss"));
    fs::write(
        folder.path().join("02-other.md"),
        "---\ntitle: O\n---\n\n```yaml figure\nid: across\nfrom: figures.ways\nx: epoch\ny: dev_loss\n```\n",
    )
    .unwrap();
    let kept = Request { pages_only: true, ..Request::default() };
    let same = |first: &Files, second: &Files| {
        let differs = first.iter().filter(|(path, content)| second[*path].source != content.source);
        differs.map(|(path, _)| path.clone()).collect::<BTreeSet<String>>()
    };
    let first = files(folder.path(), &kept);
    assert_eq!(same(&first, &files(folder.path(), &kept)), BTreeSet::new(), "as it was noted");
    lesson(folder.path(), &block("dev_loss"));
    let second = files(folder.path(), &kept);
    let changed: BTreeSet<String> = same(&first, &second);
    assert!(changed.contains("figures/f.svg") && !changed.contains("other/across.svg"), "{changed:?}");
    let path = folder.path().join("01-figures.md");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("epochs: 3", "epochs: 4")).unwrap();
    let third = files(folder.path(), &kept);
    assert!(same(&second, &third).contains("other/across.svg"), "of an experiment of another lesson");
    assert_eq!(same(&third, &files(folder.path(), &anew())), BTreeSet::new(), "as without a cache");
}

#[test]
fn what_only_numbers_show_is_an_error_too() {
    let folder = tempfile::tempdir().unwrap();
    lesson(
        folder.path(),
        "```yaml figure\nid: f\nfrom: ways\nx: 0 - seed\ny: dev_error\nscale: {x: log}\n```\n",
    );
    let request = Request { lessons: folder.path().to_owned(), ..anew() };
    let computed = pipeline::compute(&request, &Silent);
    let failed = computed.and_then(|computed| pipeline::assemble(&computed, &|_, _| false));
    let Err(Failure::Course(found, sources)) = failed else { panic!("a logarithm of a negative number") };
    let said: String = found.iter().map(|found| found.render(&sources, false)).collect();
    assert!(said.contains("a logarithmic scale has no −1"), "{said}");
}

#[test]
fn every_figure_of_a_kind_is_a_block_or_has_a_reason() {
    let known = |kind: &str, figure: &str| {
        let blocks = PRESETS.iter().filter(|preset| (preset.kind, preset.figure) == (kind, figure)).count();
        blocks + UNSAID.iter().filter(|(of, name, _)| (*of, *name) == (kind, figure)).count()
    };
    for kind in KINDS {
        for figure in kind.figures {
            assert_eq!(known(kind.name, figure.name), 1, "{} of {}", figure.name, kind.name);
        }
    }
    let all: usize = KINDS.iter().map(|kind| kind.figures.len()).sum();
    assert_eq!(PRESETS.len() + UNSAID.len(), all, "a figure that no kind has");
}

/// A number with how far rounding may have moved it.
type Rounded = (f64, f64);

/// The rows of the tables of a page in numbers, the first of a row being its place, where that is one: `12.3%` is 0.123,
/// `1.2 × 10⁻³` is 0.0012. What stands in parentheses explains the number before it.
fn rows(html: &str) -> Vec<(Option<Rounded>, Vec<Rounded>)> {
    let numbers = |cell: &str| -> Vec<Rounded> {
        cell.replace(" × 10", "×10").split(' ').filter_map(number).collect()
    };
    let row = |row: &str| {
        let cells = row.split("</t").filter_map(|cell| Some(cell.rsplit_once('>')?.1));
        let mut cells = cells.map(numbers);
        let place = cells.next().and_then(|place| place.first().copied());
        (place, cells.flatten().collect())
    };
    let bodies = html.split("<tbody>").skip(1).filter_map(|body| body.split("</tbody>").next());
    bodies.flat_map(|body| body.split("<tr>").skip(1)).map(row).collect()
}

fn number(word: &str) -> Option<Rounded> {
    let plain = word.trim_matches(',').replace(',', "").replace('−', "-");
    let near = |value: f64| (value, 0.006 * value.abs() + 1e-12);
    if let Some(share) = plain.strip_suffix('%') {
        return share.parse::<f64>().ok().map(|share| (share / 100.0, 0.00051));
    }
    let Some((digits, power)) = plain.split_once("×10") else { return plain.parse().ok().map(near) };
    let lowered = power.chars().map(|c| match "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|digit| digit == c)
    {
        Some(digit) => digit.to_string(),
        None => "-".to_owned(),
    });
    format!("{digits}e{}", lowered.collect::<String>()).parse().ok().map(near)
}

/// Figures that show some of it otherwise, with what is other.
const OTHERWISE: [(&str, &str, &str); 5] = [
    ("split", "estimates", "whiskers are two standard errors of a share, not a spread of seeds"),
    ("train", "metrics", "whiskers are not cut at the outermost seeds"),
    ("dropout", "gap", "likewise"),
    ("train", "calibration", "counts stand at the middles of their bins"),
    ("transfer", "regrets", "what is best for a problem loses nothing on it: no bar of 0"),
];

#[test]
fn presets_show_what_the_figures_of_their_kinds_show() {
    let plain = |html: &str| html.replace("&#39;", "'").replace("&#x27;", "'");
    let folder = tempfile::tempdir().unwrap();
    let id_of = |block: &str| block.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
    for (index, kind) in KINDS.iter().enumerate() {
        let mut text = format!("---\ntitle: {}\n---\n\n", kind.name);
        let mut experiments = vec![kind.example];
        experiments.extend(presets(kind.name).filter_map(|preset| preset.experiment));
        for experiment in experiments {
            text += &format!("```yaml experiment\n{experiment}```\n\n");
        }
        for preset in presets(kind.name) {
            let over = preset.over(&id_of(preset.experiment(kind.example)));
            text += &format!("```yaml figure\n{over}```\n\n");
        }
        fs::write(folder.path().join(format!("{:02}-{}.md", index + 1, kind.name)), text).unwrap();
    }
    let files = files(folder.path(), &anew());
    // The tables under a title, behind a place of a page.
    let tables = |page: &str, place: &str, title: &str| {
        let here = page.split_once(place).unwrap_or_else(|| panic!("no {place}")).1;
        let is_of = |part: &&str| plain(part.split("</summary>").next().unwrap()).contains(title);
        let named = here.split("<summary>").skip(1).find(is_of);
        rows(named.unwrap_or_else(|| panic!("no table of {title}")).split("</details>").next().unwrap())
    };
    let title = |svg: &str| {
        let inside = svg.split_once("<title").unwrap().1.split_once('>').unwrap().1;
        plain(inside.split_once('<').unwrap().0)
    };
    let mut wrong = Vec::new();
    for kind in KINDS.iter().filter(|kind| presets(kind.name).next().is_some()) {
        let slug = kind.name;
        let page = text(&files, &format!("{slug}.html"));
        for preset in presets(kind.name) {
            let (id, figure) = (id_of(preset.experiment(kind.example)), preset.figure);
            let file = format!("{slug}/{id}-{figure}.svg");
            assert!(files.contains_key(&file), "{file} is not drawn");
            let of_kind = title(&text(&files, &file));
            let of_kind = tables(&page, &format!("id=\"experiment-{id}\""), &of_kind);
            let block = format!("{figure}_of_{id}");
            let csv = text(&files, &format!("{slug}/{block}.csv"));
            let mut of_block: Vec<Vec<Rounded>> =
                csv.lines().skip(1).map(|line| line.split(',').filter_map(number).collect()).collect();
            let named = title(&text(&files, &format!("{slug}/{block}.svg")));
            let shown = tables(&page, &format!("id=\"figure-{block}\""), &named).into_iter();
            of_block.extend(shown.map(|(place, numbers)| place.into_iter().chain(numbers).collect()));
            let has = |row: &[Rounded], (number, by): Rounded| {
                row.iter().any(|(other, or)| (number - other).abs() <= by + or)
            };
            let of_kind: Vec<(Option<Rounded>, Rounded)> = of_kind
                .into_iter()
                .flat_map(|(place, numbers)| numbers.into_iter().map(move |number| (place, number)))
                .collect();
            // A number stands in a row of the block with its place.
            let is_shown = |&&(place, number): &&(Option<Rounded>, Rounded)| {
                of_block.iter().any(|row| has(row, number) && place.is_none_or(|place| has(row, place)))
            };
            let lacking: Vec<_> = of_kind.iter().filter(|number| !is_shown(number)).collect();
            let is_other = OTHERWISE.iter().any(|(of, name, _)| (*of, *name) == (slug, figure));
            let most = if is_other { of_kind.len() / 2 } else { 0 };
            if of_kind.is_empty() || lacking.len() > most {
                wrong.push(format!(
                    "{figure} of {slug}: the block lacks {lacking:?} of {}\n{csv}",
                    of_kind.len()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The recipes of the guide, all of which are drawn.
#[test]
fn the_recipes_are_drawn() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/recipes");
    let files = files(&folder, &anew());
    let text_of = |name: &str| text(&files, name);
    let lesson = fs::read_to_string(folder.join("01-figures.md")).unwrap();
    let blocks = lesson.split("```yaml figure\nid: ").skip(1);
    let ids: Vec<&str> = blocks.filter_map(|block| block.lines().next()).collect();
    assert!(ids.len() > 12, "{ids:?}");
    for id in ids {
        let (svg, csv) = (text_of(&format!("figures/{id}.svg")), text_of(&format!("figures/{id}.csv")));
        assert!(svg.contains("</svg>") && !svg.contains("NaN"), "{id}");
        assert!(csv.lines().count() > 1, "{id}: {csv}");
    }
    for mark in gradbook::figure::MARKS.map(|(name, _)| name) {
        let used = |line: &str| line.contains("mark:") && line.contains(mark);
        assert!(lesson.lines().any(used), "no recipe shows `{mark}`");
    }
    // The look that the last one speaks of.
    assert!(text_of("404.html").contains("All recipes are on"));
    let style = files.keys().filter(|path| path.ends_with(".css")).map(|path| text_of(path));
    assert!(style.collect::<String>().contains(".aside"));
}

#[test]
fn the_recipe_in_german_speaks_german() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/recipes-de");
    let files = files(&folder, &anew());
    let page = text(&files, "lernrate.html");
    for word in ["Trainingsverlust", "Abbildung", "Epoche", "von 0 bis 20", "Mittelwert"] {
        assert!(page.contains(word), "{word}");
    }
    assert!(!page.contains("Training loss") && !page.contains(" from "));
}

#[test]
fn a_name_has_the_colour_that_it_has_in_its_lesson() {
    let folder = tempfile::tempdir().unwrap();
    let block = |id: &str, more: &str| {
        format!("```yaml figure\nid: {id}\nx: epoch\ny: train_loss\nmark: line\n{more}\n```\n\n")
    };
    let only = block("only", "from: ways\nwhere: variant == \"adam\"\nby: variant");
    let parts = "```yaml figure\nid: parts\nfrom: ways\nwhere: variant == \"sgd\"\nby: none\nx: epoch\ny: [train_loss, dev_loss]\nmark: line\n```\n";
    lesson(folder.path(), &(only + parts));
    let files = files(folder.path(), &anew());
    // Four variants before it have four, SGD the fifth.
    let svg = text(&files, "figures/only.svg");
    assert!(svg.contains("class=\"s5 ") && !svg.contains("class=\"s0 "), "{svg}");
    // Several y count from the first colour, as the kinds' own figures do.
    let svg = text(&files, "figures/parts.svg");
    assert!(svg.contains("class=\"s0 ") && svg.contains("class=\"s1 "), "{svg}");
}

#[test]
fn a_function_over_what_was_measured_takes_nothing_but_the_scales() {
    let folder = tempfile::tempdir().unwrap();
    let block = "```yaml figure\nid: law\nfrom: widths\nx: model.hidden[0]\ny: dev_error\nby: training.l2\nmark: dots\n\
                 where: training.l2 > 0\nlayers: [{x: {linear: [2, 8]}, y: {law: 1 / x}}]\n```\n";
    lesson(folder.path(), block);
    let files = files(folder.path(), &anew());
    let csv = text(&files, "figures/law.csv");
    assert_eq!(csv.lines().filter(|line| line.starts_with("2,")).count(), 401, "{csv}");
    // The axis is that of what was measured, without its path.
    let svg = text(&files, "figures/law.svg");
    assert!(svg.contains("Across: hidden, from 2 to 8. Up: dev error, from"), "{svg}");
}

#[test]
fn a_title_refers_to_figures_in_its_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let block = "```yaml figure\nid: later\ntitle: \"As `{{ ref: ways.loss }}`, of `{{ ref: ways }}`\"\nfrom: ways\nx: epoch\ny: train_loss\n```\n";
    lesson(folder.path(), block);
    let files = files(folder.path(), &anew());
    let svg = text(&files, "figures/later.svg");
    let title = svg.split("<title").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap();
    assert!(title.contains("As Figure 1.") && title.ends_with(", of ways"), "{title}");
    let page = text(&files, "figures.html");
    assert!(!page.contains('\u{e100}') && !svg.contains('\u{e100}') && !svg.contains('\0'));
}

#[test]
fn numbers_of_an_axis_may_have_prefixes() {
    let folder = tempfile::tempdir().unwrap();
    let block = "```yaml figure\nid: steps\nx: {linear: [0, 20000]}\ny: {square: x * x}\nscale: {x: {as: si}, y: {as: si}}\n```\n";
    lesson(folder.path(), block);
    let files = files(folder.path(), &anew());
    let svg = text(&files, "figures/steps.svg");
    assert!(svg.contains(">10k<") && svg.contains(">200M<"), "{svg}");
}

#[test]
fn an_axis_says_the_unit_of_a_metric_whose_name_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let average = "```yaml experiment\nkind: average\nid: past\nseries: {level: 50, season: 20, lowest: 15, noise: 8}\ncompare: [0.5, 0.9]\n```\n\n";
    let figure = |id: &str, y: &str| format!("```yaml figure\nid: {id}\nfrom: past\nx: beta\n{y}\n```\n");
    let figures = [
        figure("bare", "y: lag"),
        figure("two", "y: [lag, window]"),
        figure("own", "y: lag\nscale: {y: {label: Delay}}"),
        figure("given", "y: lag\nscale: {y: {unit: days}}"),
    ];
    lesson(folder.path(), &(average.to_owned() + &figures.concat()));
    let files = files(folder.path(), &anew());
    let name = |id: &str| {
        let svg = text(&files, &format!("figures/{id}.svg"));
        let told = svg.split_once(" Up: ").unwrap().1;
        told.split(',').next().unwrap().to_owned()
    };
    assert_eq!(["bare", "own", "given"].map(name), ["lag (steps)", "Delay", "lag (days)"]);
    assert!(!name("two").contains("steps"), "{}", name("two"));
}

#[test]
fn panels_of_several_metrics_write_each_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let block =
        "id: both\nfrom: widths\nx: model.hidden[0]\nby: training.l2\nfacet: y\nscale: {y: {free: true}}\n";
    let figures = ["[dev_loss, dev_error]", "[dev_error, dev_loss]"].map(|y| {
        let id = format!("id: both{}", y.len() + usize::from(y.starts_with("[dev_e")));
        format!("```yaml figure\n{}y: {y}\n```\n", block.replace("id: both", &id))
    });
    lesson(folder.path(), &figures.concat());
    let files = files(folder.path(), &anew());
    for id in ["both21", "both22"] {
        let svg = text(&files, &format!("figures/{id}.svg"));
        let told = svg.split("</desc>").next().unwrap();
        let panels: Vec<&str> = told.split("Panel ").skip(1).collect();
        let percent = |name: &str| {
            let panel =
                panels.iter().find(|panel| panel.starts_with(name)).unwrap_or_else(|| panic!("{svg}"));
            panel.contains('%')
        };
        assert!(percent("dev error") && !percent("dev loss"), "{svg}");
        assert!(!svg.contains("stroke-dasharray"), "what has a panel of its own needs no dashes: {svg}");
    }
}

#[test]
fn an_experiment_or_a_figure_may_stand_beside_the_text() {
    let folder = tempfile::tempdir().unwrap();
    lesson(
        folder.path(),
        "```yaml figure\nid: f\nfrom: widths\nx: model.hidden[0]\ny: dev_error\nbeside: true\n```\n",
    );
    let page = text(&files(folder.path(), &anew()), "figures.html");
    assert!(page.contains("<section class=\"experiment figure beside\""), "{page}");
    assert!(page.contains("<section class=\"experiment\" id=\"experiment-ways\""), "{page}");
}
