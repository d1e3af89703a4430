//! Expressions of prose and claims, over what a small course found.

use std::sync::LazyLock;

use gradbook::diagnostic::{Sources, Span};
use gradbook::outcome::Outcome;
use gradbook::pipeline::{self, Request, Silent};
use gradbook_lab::inline::{self, SeedValues, Values};

use super::course::{BLOCKS, fenced, folder, request, said, titled};

/// What each kind's experiment found, by its id.
static FOUND: LazyLock<Vec<(String, Outcome)>> = LazyLock::new(|| {
    let text = titled(&BLOCKS.map(fenced).join("\n"));
    let folder = folder([("lessons/a.md", text.as_bytes())]);
    let request = Request { limits: None, ..request(&folder) };
    let computed = pipeline::compute(&request, &Silent);
    let computed = computed.unwrap_or_else(|failure| panic!("{}", said(&failure)));
    let id = |place: usize| computed.planned[place].header.id.clone();
    (0..computed.planned.len()).map(|place| (id(place), computed.outcome(place).clone())).collect()
});

/// Returns whether it had a value, or could be judged.
pub(crate) fn expression(data: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(data) else { return false };
    let mut sources = Sources::default();
    let source = sources.add("a.md", text);
    let span = Span::new(source, 0, text.len());

    let syntax = inline::check_syntax(text, span);
    inline::names(text).iter().for_each(|name| assert!(text.contains(name), "{name}"));
    let _ = (inline::template(text), inline::claim(text));

    let mut values = Values::new();
    FOUND.iter().for_each(|(id, outcome)| values.insert("a", id, outcome));
    let evaluated = values.evaluate("a", text, span);
    let _ = values.origin("a", text);
    match &evaluated {
        Ok(shown) => {
            assert!(syntax.is_ok(), "what has a value is in order");
            assert_eq!(values.evaluate("a", text, span).ok().as_ref(), Some(shown));
        }
        Err(error) => drop(error.render(&sources, true)),
    }
    if let Err(error) = &syntax {
        drop(error.render(&sources, true));
    }
    let mut judged = false;
    for (id, outcome) in FOUND.iter() {
        let seed = SeedValues::new(outcome, 0, id);
        let _ = seed.show(text);
        match seed.judge(text, span) {
            Ok(judgement) => {
                assert!(syntax.is_ok(), "what can be judged is in order");
                assert!(!judgement.holds || judgement.missing.is_empty(), "{judgement:?}");
                judged = true;
            }
            Err(error) => drop(error.render(&sources, false)),
        }
    }
    evaluated.is_ok() || judged
}
