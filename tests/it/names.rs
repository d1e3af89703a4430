//! The names that README and guide list are those that the program knows: `GRADBOOK_ACCEPT=1 cargo test --test it names`
//! writes them anew.

use std::path::Path;

use gradbook::data::{DATASETS, Origin};
use gradbook::experiment::KINDS;
use gradbook::nn::{ACTIVATIONS, INITIALIZERS};
use gradbook::optim::{OPTIMIZERS, SCHEDULES};
use gradbook::search::SAMPLERS;
use gradbook::surface::SURFACES;

/// Where a list begins and ends: `<!--names:kinds-->`, `<!--/names-->`.
const BEGIN: &str = "<!--names:";
const END: &str = "<!--/names-->";

/// Returns the names of a list; none of a list that nobody knows.
fn names(list: &str) -> Option<Vec<&'static str>> {
    let data = |generated: bool| {
        let of = DATASETS.iter().filter(|entry| matches!(entry.origin, Origin::Generated(_)) == generated);
        of.map(|entry| entry.name).collect()
    };
    Some(match list {
        "kinds" => KINDS.iter().map(|kind| kind.name).collect(),
        "tables" => data(false),
        "generators" => data(true),
        "optimizers" => OPTIMIZERS.iter().map(|info| info.name).collect(),
        "schedules" => SCHEDULES.iter().map(|info| info.name).collect(),
        "activations" => ACTIVATIONS.iter().map(|info| info.name).collect(),
        "initializers" => INITIALIZERS.iter().map(|info| info.name).collect(),
        "samplers" => SAMPLERS.iter().map(|entry| entry.name).collect(),
        "surfaces" => SURFACES.iter().map(|info| info.name).collect(),
        _ => return None,
    })
}

/// Returns a document with its lists as they should be, and how many there are.
fn filled(text: &str, file: &str) -> (String, usize) {
    let mut pieces = text.split(BEGIN);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    let mut count = 0;
    for piece in pieces {
        let (list, rest) =
            piece.split_once("-->").unwrap_or_else(|| panic!("{file}: a list without its name"));
        let (_, after) = rest.split_once(END).unwrap_or_else(|| panic!("{file}: `{list}` does not end"));
        let names = names(list).unwrap_or_else(|| panic!("{file}: there is no list `{list}`"));
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        out += &format!("{BEGIN}{list}-->{}{END}{after}", names.join(", "));
        count += 1;
    }
    (out, count)
}

#[test]
fn lists_of_names_are_those_of_the_program() {
    for (file, least) in [("README.md", 4), ("docs/guide.md", 8)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let (filled, count) = filled(&text, file);
        assert!(count >= least, "{file}: {count} lists");
        if filled != text && std::env::var_os("GRADBOOK_ACCEPT").is_some() {
            std::fs::write(&path, filled).unwrap();
        } else {
            let hint = "`GRADBOOK_ACCEPT=1 cargo test --test it names` writes the lists anew";
            assert!(filled == text, "{file}: a list of names is not the program's: {hint}");
        }
    }
}

#[test]
fn a_list_is_written_between_its_marks() {
    let (text, count) = filled("Of <!--names:surfaces-->`old`<!--/names-->.", "a test");
    assert!(text.starts_with("Of <!--names:surfaces-->`bowl`, `saddle`") && text.ends_with("<!--/names-->."));
    assert_eq!(count, 1);
}
