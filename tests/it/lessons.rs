//! The order in which every lesson of the course ends, as CONTRIBUTING.md states it.

use std::fs;
use std::path::Path;

/// What a lesson has at its end, in this order: each is looked for behind the one before it.
const END: [&str; 9] = [
    "\n> [!IMPORTANT] What to remember\n> - ",
    "\n## In NumPy\n",
    "\n```python\n",
    "\n## Exercises\n",
    "\n> [!EXERCISE] ",
    "\n> > [!SOLUTION]\n",
    "\n\n",
    "[@",
    "of [the course](../sections.md).*\n",
];

/// Returns the lessons of the course, each with its path below `lessons` and its text.
fn lessons() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
    let entries = walkdir::WalkDir::new(&root).min_depth(2).sort_by_file_name().into_iter();
    let paths = entries.map(|entry| entry.unwrap().into_path());
    let lessons = paths.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    lessons
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
fn lessons_end_in_one_order() {
    let lessons = lessons();
    assert!(lessons.len() >= 28);
    for (name, text) in lessons {
        let mut rest = text.as_str();
        for part in END {
            let (_, behind) =
                rest.split_once(part).unwrap_or_else(|| panic!("{name}: no {part:?} where it belongs"));
            rest = behind;
        }
        let (_, remembered) = text.split_once(END[0]).unwrap();
        let remembered = remembered.lines().skip(1).take_while(|line| line.starts_with('>'));
        assert_eq!(
            remembered.filter(|line| line.starts_with("> - ")).count(),
            2,
            "{name}: three lines to remember"
        );
        let (_, exercises) = text.split_once("\n## Exercises\n").unwrap();
        let count = |mark: &str| exercises.matches(mark).count();
        assert!(count("\n> [!EXERCISE] ") >= 2, "{name}: two exercises or more");
        assert_eq!(
            count("\n> [!EXERCISE] "),
            count("\n> > [!SOLUTION]\n"),
            "{name}: a solution for each exercise"
        );
        assert_eq!(
            text.matches("\n> [!EXERCISE] ").count(),
            count("\n> [!EXERCISE] "),
            "{name}: exercises at the end"
        );
        assert_eq!(text.matches("\n```python\n").count(), 1, "{name}: NumPy in one place");
        assert!(!exercises.contains("\n## "), "{name}: nothing behind the exercises");
    }
}
