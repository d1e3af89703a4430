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
