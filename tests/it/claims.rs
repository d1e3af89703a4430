//! Claims, in blocks and in prose, from the block to the page and to the exit status.

use crate::course::Course;
use crate::html;

const WAYS: &str = "\
```yaml experiment
kind: optimizers
id: ways
data: {name: moons, samples: 60}
training: {epochs: 20, learning_rate: 0.05}
compare: [sgd, adam]
seeds: 4
claims:
  - that: adam.train_loss[10] < sgd.train_loss[10]
    says: Adam is ahead after ten epochs
  - slope(adam.train_loss) < 0
  - within(adam.train_loss[0], sgd.train_loss[0], 1e-12)
  - that: adam.train_loss < 0.9 * adam.train_loss[0]
    holds: 3/4
```
";

#[test]
fn a_claim_stands_with_its_verdict_margin_and_interval() {
    let course = Course::with("a.md", WAYS);
    let site = course.build();
    site.page("a")
        .shows("Adam is ahead after ten epochs")
        .shows("Held in 4 of 4 seeds")
        .shows("95% interval")
        .shows("role=\"img\" aria-label=\"Held in 4 of 4 seeds\"")
        .shows(" lower (")
        .shows("What is judged: <code>adam.train_loss[10] &lt; sgd.train_loss[10]</code>");
    let claims = &course.results("lessons/a.md#ways")[0]["claims"];
    assert_eq!(claims[0]["held"], 4);
    let (margin, interval) = (claims[0]["margin"].as_f64().unwrap(), &claims[0]["interval"]);
    assert!(interval[0].as_f64().unwrap() < margin && margin < interval[1].as_f64().unwrap());
    assert_eq!(claims[2]["margin"], 1e-12, "the same first weights give the same first loss");
}

#[test]
fn a_claim_in_prose_is_a_check_mark_that_leads_to_its_experiment() {
    let body = format!(
        "Adam wins `{{{{ claim: adam.train_loss < sgd.train_loss }}}}`, said [twice \
         `{{{{ claim: ways.adam.train_loss < 1 }}}}`](#experiment-ways).\n\n# In a heading \
         `{{{{ claim: ways.adam.train_loss < 1 }}}}`\n\n{WAYS}"
    );
    let other =
        "There it held `{{ claim: a.ways.adam.train_loss < 1 }}`, it is `{{ a.ways.adam.train_loss }}`.";
    let course = Course::with("a.md", &body).and("b.md", other);
    let site = course.build();
    let page = site.page("a");
    page.shows("<a class=\"claim\" href=\"#experiment-ways\" title=\"adam.train_loss &lt; sgd.train_loss&#10;held in 4 of 4 seeds; ").shows(" lower (");
    page.shows("<span class=\"claim\" title=\"ways.adam.train_loss &lt; 1&#10;");
    page.shows("<span class=\"visually-hidden\">(claim held in 4 of 4 seeds; ");
    site.page("b").shows("href=\"a.html#experiment-ways\" title=\"a.ways.adam.train_loss &lt; 1");
    site.page("b").shows(
        "href=\"a.html#experiment-ways\" title=\"a.ways.adam.train_loss&#10;a.ways.adam.train_loss: mean ",
    );
    for name in ["a.html", "b.html", "index.html"] {
        assert_eq!(html::parse(&site.text(name)).faults, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_claim_in_prose_that_fails_stops_the_build() {
    let course = Course::with("a.md", &format!("No `{{{{ claim: adam.train_loss > 100 }}}}`.\n\n{WAYS}"));
    let called = course.call(&["build"]);
    assert_eq!(called.status, 1);
    assert!(called.error.contains("a claim fails: adam.train_loss > 100"), "{}", called.error);
    assert!(!course.path("output/a.html").exists());
}

#[test]
fn strictly_a_doubt_is_an_error() {
    let course = Course::with("a.md", &WAYS.replace("seeds: 4", "seeds: 1").replace("3/4", "1/1"));
    let said = course.call(&["check"]);
    assert_eq!(said.status, 0, "{}", said.error);
    assert!(said.error.contains("warning[G008]: a claim rests on one seed"), "{}", said.error);
    for command in ["check", "build"] {
        let said = course.call(&[command, "--strict"]);
        assert_eq!(said.status, 1, "{}", said.error);
        assert!(said.error.contains("error[G008]: a claim rests on one seed"), "{}", said.error);
    }
    assert_eq!(Course::with("a.md", WAYS).call(&["check", "--strict"]).status, 0);
}
