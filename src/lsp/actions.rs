//! What a hint says, done.

use std::ops::Range;

use super::outline::Step;
use super::page::{Page, Use};
use crate::diagnostic::Diagnostic;
use crate::lint::LINTS;

/// Something that mends a mistake.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Action {
    pub title: String,
    pub range: Range<usize>,
    pub text: String,
    /// Whether it is what was probably meant.
    pub is_preferred: bool,
}

/// Returns what can be done about a diagnostic that is about a range of a file's text.
pub(super) fn actions(found: &Diagnostic, range: &Range<usize>, text: &str, page: &Page) -> Vec<Action> {
    let Some(written) = text.get(range.clone()) else { return Vec::new() };
    let mut actions: Vec<Action> = Vec::new();
    for said in [&found.label].into_iter().chain(&found.hints) {
        let meant = between(said, "did you mean `", "`?").or_else(|| expected(said));
        actions.extend(meant.and_then(|meant| replaced(written, range, meant)));
    }
    if found.message == "this line is indented with a tab" {
        let title = "Indent with blanks".to_owned();
        let text = "  ".repeat(written.matches('\t').count());
        actions.push(Action { title, range: range.clone(), text, is_preferred: true });
    }
    actions.dedup();
    actions.extend(found.code.as_deref().and_then(|code| silenced(code, range, text, page)));
    actions
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    let from = text.find(start)? + start.len();
    Some(&text[from..from + text[from..].find(end)?])
}

/// What stands in a label that is nothing but what is to be written.
fn expected(label: &str) -> Option<&str> {
    let inside = label.strip_prefix("expected `")?.strip_suffix('`')?;
    let is_example = ["...", "NAME", "name: value", "FILE", "`"].iter().any(|part| inside.contains(part));
    (!is_example && !inside.is_empty()).then_some(inside)
}

/// Puts what was meant in the place of what is written.
fn replaced(written: &str, range: &Range<usize>, meant: &str) -> Option<Action> {
    let title = format!("Write `{meant}`");
    // A source is named without the sign that stands before it.
    let meant = meant.strip_prefix('@').filter(|_| !written.starts_with('@')).unwrap_or(meant);
    let (range, text) = match (written, meant.strip_prefix('#'), meant.split_once(": ")) {
        // The place within a page: what stands before it stays.
        (_, Some(_), _) if written.contains('#') => {
            let at = range.start + written.rfind('#')?;
            let rest = &written[written.rfind('#')?..];
            let long = rest.find([')', ' ']).unwrap_or(rest.len());
            (at..at + long, meant.to_owned())
        }
        // A colon without a blank behind it.
        (":", None, Some(_)) => (range.clone(), ": ".to_owned()),
        // A link with its words around the address that is wrong.
        _ if written.starts_with('[') || written.starts_with('!') => {
            let open = written.rfind("](")? + 2;
            let long = written[open..].find([')', ' ', '#'])?;
            (range.start + open..range.start + open + long, meant.to_owned())
        }
        _ if written.contains('\n') => return None,
        (written, ..) => {
            let quote = written.chars().next().filter(|first| matches!(first, '"' | '\''));
            let text = quote.map_or_else(|| meant.to_owned(), |quote| format!("{quote}{meant}{quote}"));
            (range.clone(), text)
        }
    };
    Some(Action { title, range, text, is_preferred: true })
}

/// Silences a lint, in the block or before the paragraph that it is about.
fn silenced(code: &str, range: &Range<usize>, text: &str, page: &Page) -> Option<Action> {
    let lint = LINTS.iter().find(|lint| lint.code == code)?;
    let Some(block) = page.block_at(range.start) else {
        // A paragraph begins behind an empty line.
        let start = text[..range.start].rfind("\n\n").map_or(0, |end| end + 2);
        let title = format!("Silence {code} ({}) for this paragraph", lint.name);
        let text = format!("<!-- lint: {{allow: [{code}]}} -->\n");
        return Some(Action { title, range: start..start, text, is_preferred: false });
    };
    if block.is != Use::Experiment {
        return None;
    }
    let title = format!("Silence {code} ({}) in this experiment", lint.name);
    let allow = [Step::Key("lint".into()), Step::Key("allow".into())];
    let listed = block.outline.values.iter().rfind(|value| value.path.starts_with(&allow));
    if let Some(last) = listed {
        let end = block.in_file(last.range.end);
        return Some(Action { title, range: end..end, text: format!(", {code}"), is_preferred: false });
    }
    if block.outline.keys_below(&[]).any(|key| key == "lint") {
        return None;
    }
    // Below the id, as far to the right.
    let id =
        block.outline.keys.iter().find(|key| matches!(&key.path[..], [Step::Key(key)] if key == "id"))?;
    let start = block.in_file(id.range.start);
    let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let text = format!("lint: {{allow: [{code}]}}\n{}", &text[line..start]);
    Some(Action { title, range: start..start, text, is_preferred: false })
}

#[cfg(test)]
mod tests {
    use super::super::text::Text;
    use super::*;
    use crate::diagnostic::{SourceId, Span};

    fn mended(text: &str, part: &str, label: &str, code: Option<&str>) -> Vec<String> {
        let start = text.find(part).unwrap();
        let span = Span::new(SourceId(0), start, start + part.len());
        let found = Diagnostic { code: code.map(Into::into), ..Diagnostic::error("x", span).label(label) };
        let page = Page::of_lesson(&Text::new(text));
        let done = |action: Action| {
            let mut text = text.to_owned();
            text.replace_range(action.range, &action.text);
            text
        };
        actions(&found, &(span.start..span.end), text, &page).into_iter().map(done).collect()
    }

    #[test]
    fn what_was_meant_is_written() {
        for (text, part, label, expected) in [
            ("epoch: 3", "epoch", "did you mean `epochs`?", "epochs: 3"),
            ("kind: 'x'", "'x'", "did you mean `init`?", "kind: 'init'"),
            ("[a](b.md#c)", "[a](b.md#c)", "did you mean `#d`?", "[a](b.md#d)"),
            ("[a](01-a.md)", "[a](01-a.md)", "did you mean `02-a.md`?", "[a](02-a.md)"),
            ("[@a]", "a", "did you mean `@b`?", "[@b]"),
            ("a = b", "=", "expected `==`", "a == b"),
            ("a:1", ":", "expected `a: 1`", "a: 1"),
        ] {
            assert_eq!(mended(text, part, label, None), [expected], "{text}");
        }
        for label in ["expected `name: value`", "expected `id: ...` in here", "one of `a`, `b`", ""] {
            assert_eq!(mended("epoch: 3", "epoch", label, None), [""; 0], "{label}");
        }
    }

    #[test]
    fn a_lint_is_silenced_where_it_speaks() {
        let block = "```yaml experiment\nkind: x\nid: a\nseeds: 1\n```\n";
        assert_eq!(
            mended(block, "seeds", "", Some("G004")),
            ["```yaml experiment\nkind: x\nlint: {allow: [G004]}\nid: a\nseeds: 1\n```\n"]
        );
        let with = "```yaml experiment\nid: a\nlint: {allow: [G001]}\nseeds: 1\n```\n";
        let expected = "```yaml experiment\nid: a\nlint: {allow: [G001, G004]}\nseeds: 1\n```\n";
        assert_eq!(mended(with, "seeds", "", Some("G004")), [expected]);
        assert_eq!(
            mended("a\n\nIt is 0.5.\n", "0.5", "", Some("G018")),
            ["a\n\n<!-- lint: {allow: [G018]} -->\nIt is 0.5.\n"]
        );
    }
}
