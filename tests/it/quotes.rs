//! What can be quoted: settings in effect, what follows from them.

use crate::course::Course;

const WAYS: &str = "```yaml experiment\nkind: optimizers\nid: ways\ndata: {name: moons, samples: 200}\nmodel: {hidden: [8, 4], dropout: 0.2}\n\
     training: {epochs: 4, learning_rate: 0.05, schedule: {inverse_time: {rate: 1}}}\nseeds: 2\ncompare: [sgd, {adam: {learning_rate: 0.01}}]\n\
     caption: Of `{{ adam.steps }}` steps.\nclaims:\n  - adam.settings.training.learning_rate < sgd.settings.training.learning_rate\n```\n";

#[test]
fn what_took_effect_stands_wherever_values_may() {
    let body = format!(
        "Rate `{{{{ ways.adam.settings.training.learning_rate }}}}`, of plain descent `{{{{ ways.sgd.settings.training.learning_rate }}}}`, \
         then `{{{{ ways.adam.learning_rate[1] }}}}`, keep `{{{{ ways.sgd.settings.model.keep_prob }}}}`, \
         by `{{{{ ways.adam.settings.training.optimizer }}}}` with `{{{{ ways.adam.settings.training.optimizer.adam.beta1 }}}}`, \
         widths `{{{{ ways.sgd.settings.model.hidden }}}}`, the first `{{{{ ways.sgd.settings.model.hidden[0] }}}}`.\n\n\
         | rows | formula |\n|---|---|\n| `{{{{ ways.sgd.train_rows \\| sci(1) }}}}` | $n = \\val{{ways.sgd.steps / 4 \\| round(1)}}$ |\n\n\
         ![of `{{{{ ways.sgd.parameters }}}}` numbers](p.png \"in `{{{{ ways.sgd.steps }}}}` steps\") \
         [there](01-a.md \"by `{{{{ ways.sgd.settings.training.epochs }}}}`\") \
         $$\\alpha = \\val{{ways.adam.settings.training.learning_rate | sci(0)}}$$\n\n{WAYS}"
    );
    let course = Course::with("01-a.md", &body).file("lessons/p.png", b"x");
    let called = course.call(&["build"]);
    assert_eq!(called.status, 0, "{}", called.error);
    let page = course.text("output/a.html");
    for part in [
        "Rate <a class=\"value\" href=\"#experiment-ways\" title=\"ways.adam.settings.training.learning_rate\">0.01</a>",
        "learning_rate\">0.05</a>",
        ">0.005</a>",
        "keep_prob\">0.8</a>",
        "optimizer\">adam</a>",
        "beta1\">0.9</a>",
        "hidden\">8, 4</a>",
        "hidden[0]\">8</a>",
        ">1.2×10²</a>",
        "<mn>4.0</mn>",
        "alt=\"of 70 numbers\" title=\"in 16 steps\"",
        "title=\"by 4\">there",
        "<mn>1×10⁻²</mn>",
        ">16</a> steps.",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let printed = course.call(&["run", "lessons/01-a.md#ways", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&printed.output).unwrap();
    assert_eq!(found["settings"]["adam"]["training.learning_rate"], 0.01);
    assert_eq!(found["metrics"]["sgd"]["parameters"]["mean"], 70.0);
    assert_eq!(found["series"]["sgd"]["learning_rate"][4], 0.01);
}

/// Nothing of it is kept with runs or accepted.
#[test]
fn what_follows_from_settings_is_in_no_snapshot_and_no_entry_of_the_cache() {
    let course = Course::with("01-a.md", WAYS);
    course.call(&["check", "--accept"]);
    let snapshot = course.text("lessons/snapshots/a.yaml");
    assert!(snapshot.contains("train_loss"), "{snapshot}");
    for name in ["parameters", "train_rows", "keep_prob"] {
        assert!(!snapshot.contains(name), "{snapshot}");
    }
    for entry in std::fs::read_dir(course.path("lessons/.gradbook/cache/runs")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for name in ["parameters", "learning_rate"] {
            assert!(!bytes.windows(name.len()).any(|window| window == name.as_bytes()), "{name}");
        }
    }
}

/// The cells of the results table, row by row.
fn table(page: &str) -> Vec<Vec<String>> {
    let plain = |html: &str| {
        let text: String =
            html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let table = page.split("<table").find(|table| table.contains(">gap")).unwrap();
    let rows = table.split("</table>").next().unwrap().split("<tr").skip(1);
    rows.map(|row| {
        row.split("</t").filter(|cell| cell.contains("<td") || cell.contains("<th")).map(plain).collect()
    })
    .collect()
}

#[test]
fn labels_and_columns_are_the_authors_and_train_nothing_anew() {
    let block = |id: &str, own: &str| {
        format!(
            "```yaml experiment\nkind: optimizers\nid: {id}\ndata: {{name: moons, samples: 200}}\ntraining: {{epochs: 3}}\nseeds: 2\n{own}\n```\n"
        )
    };
    let plain = "compare: [sgd, adam, nesterov]";
    let course = Course::with("01-a.md", &block("ways", plain));
    assert_eq!(course.call(&["check", "--accept"]).status, 0);
    let own = format!(
        "{plain}\nlabels: {{sgd: \"α < 1\", dev_loss: Verlust}}\ncolumns: [dev_loss, training.optimizer, steps, {{gap: dev_loss - sgd.dev_loss}}, training.optimizer.adam.beta1]"
    );
    let body = format!(
        "`{{{{ ways.sgd.label }}}}`\n\n{}\n{}",
        block("ways", &own),
        block("two", "compare: [nesterov, rmsprop]")
    );
    let course = course.and("01-a.md", &body);
    let called = course.call(&["check", "--only", "*#ways"]);
    assert_eq!(called.status, 0, "no snapshot moves: {}", called.error);
    let why = course.call(&["build", "--why"]);
    assert!((why.output.clone() + &why.error).contains("a#ways: cached"), "{}{}", why.output, why.error);
    let page = course.text("output/a.html");
    assert!(page.contains("#experiment-ways\" title=\"ways.sgd.label\">α &lt; 1</a>"), "{page}");
    let rows = table(&page);
    assert_eq!(rows[0], ["variant", "Verlust", "optimizer", "steps", "gap", "beta1"]);
    assert_eq!(rows[1][0], "α &lt; 1");
    assert_eq!((rows[1][3].as_str(), rows[1][4].as_str(), rows[1][5].as_str()), ("12", "0.0000", "–"));
    assert_eq!((rows[2][0].as_str(), rows[2][2].as_str(), rows[2][5].as_str()), ("Adam", "adam", "0.9"));
    // Nesterov is green in both charts, whatever its place.
    let name = |id: &str, label: &str| {
        let chart = course.text(&format!("output/a/{id}-loss.svg"));
        let end = chart.find(&format!(">{label}</text>")).unwrap();
        chart[chart[..end].rfind("class=\"").unwrap()..end].split(' ').next().unwrap().to_owned()
    };
    assert_eq!(name("ways", "Nesterov"), name("two", "Nesterov"));
    assert_ne!(name("two", "RMSprop"), name("two", "Nesterov"));
    assert!(course.text("output/a/ways-dev_loss.svg").contains(">Verlust</text>"));
}

#[test]
fn labels_of_classes_and_problems_move_no_snapshot_and_are_what_readers_see() {
    let body = |labels: &str| {
        format!(
            "Lost: `{{{{ moved.regret.setosa.other | round(2) }}}}`.\n\n\
             ```yaml experiment\nkind: train\nid: flowers\ndata: {{name: iris, features: [petal_length, petal_width]}}\n\
             training: {{epochs: 2}}\n{labels}claims: [\"dev_confusion[0] >= 0\"]\n```\n\n\
             ```yaml experiment\nkind: transfer\nid: moved\nproblems: {{setosa: {{name: iris}}, other: {{name: moons, samples: 60}}}}\n\
             sampler: grid\ntrials: 2\ntraining: {{epochs: 1}}\nspace: {{training.learning_rate: {{log: [0.001, 0.1]}}}}\n{labels}```\n\n\
             ```yaml figure\nid: taken\nfrom: flowers\nx: given\ny: class\nz: dev_confusion\nwhere: class == \"setosa\"\nmark: heat\n```\n"
        )
    };
    let course = Course::with("01-a.md", &body(""));
    assert_eq!(course.call(&["check", "--accept"]).status, 0);
    let snapshot = course.text("lessons/snapshots/a.yaml");

    let course = course.and("01-a.md", &body("labels: {setosa: Bristly, petal_width: breadth}\n"));
    let called = course.call(&["check", "--no-cache"]);
    assert_eq!(called.status, 0, "no snapshot moves: {}", called.error);
    assert_eq!(course.call(&["check", "--accept"]).status, 0);
    assert_eq!(course.text("lessons/snapshots/a.yaml"), snapshot);
    let site = course.build();
    for chart in ["flowers-confusion", "flowers-regions", "moved-regrets", "taken"] {
        let drawn = site.text(&format!("a/{chart}.svg"));
        assert!(drawn.contains("Bristly") && !drawn.contains("setosa"), "{chart}: {drawn}");
    }
    assert!(site.text("a/flowers-regions.svg").contains(">breadth<"));
}
