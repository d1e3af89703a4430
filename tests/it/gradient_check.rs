//! What the course says of gradient checking, as a lesson claims it.

use crate::course::Course;

const LESSON: &str = "\
A planted mistake shows in its block; a wrong tanh only once the weights have grown.

```yaml experiment
kind: gradient_check
id: planted
data: {name: iris}
model: {hidden: [6, 5], activation: tanh, init: {normal: 0.01}}
training: {epochs: 40, learning_rate: 0.01, l2: 1}
block: W2
compare: [right, doubled, forgotten_penalty, wrong_derivative]
claims:
  - right.relative_error < 1e-7 and right.relative_error_trained < 1e-7
  - within(doubled.block_errors[2], 1/3, 1e-6)
  - forgotten_penalty.block_errors_trained[2] > 1e-3 and forgotten_penalty.block_errors_trained[0] < 1e-7
  - wrong_derivative.relative_error < 1e-7 and wrong_derivative.relative_error_trained > 1e-3
```

```yaml experiment
kind: gradient_check
id: entry
data: {name: iris}
model: {hidden: [8, 8], activation: tanh}
training: {epochs: 0}
bug: one_percent
claims:
  - relative_error < 1e-3 and block_errors[1] > 3 * relative_error
```

```yaml experiment
kind: gradient_check
id: dropped
data: {name: iris}
model: {hidden: [8], activation: tanh, keep_prob: 0.8}
training: {epochs: 2}
vary: {masks: [same, fresh]}
claims:
  - masks_same.relative_error < 1e-7 and masks_fresh.relative_error > 0.1
```

```yaml experiment
kind: gradient_check
id: steps
data: {name: iris}
model: {hidden: [8], activation: tanh}
training: {epochs: 0}
vary: {sides: [two, one], epsilon: [0.01, 0.00001, 0.0000000001]}
claims:
  - sides_two_epsilon_0_00001.relative_error < 1e-9
  - sides_two_epsilon_0_01.relative_error > 1e-6 and sides_two_epsilon_0_0000000001.relative_error > 1e-8
  - sides_one_epsilon_0_00001.relative_error > 100 * sides_two_epsilon_0_00001.relative_error
```
";

#[test]
fn the_findings_of_the_course_hold() {
    let course = Course::with("01-checking.md", LESSON);
    let site = course.build();
    site.page("checking").shows("Which block is off").shows("wrong derivative");
    let blocks = site.text("checking/planted-blocks.svg");
    assert!(
        blocks.contains(">great</text>") && blocks.contains(">worry</text>"),
        "a short name on each line"
    );
    assert!(blocks.contains("Great: up to 10⁻⁷. Worry: from 10⁻³ on."), "and the bounds in full");
    let results = course.results("lessons/01-checking.md#planted");
    let run = &results[0]["metrics"]["wrong_derivative"];
    assert_eq!((run["verdict"].as_str(), run["verdict_trained"].as_str()), (Some("great"), Some("worry")));
}
