//! A diagnostic as text, for a page: the look of a terminal without what a terminal makes hard, in far less code.

use super::{Diagnostic, Sources, Span};

impl Diagnostic {
    /// Renders it as [`Diagnostic::render`] does, without colours; lines are as long as they are.
    pub fn plain(&self, sources: &Sources) -> String {
        let code = self.code.as_ref().map_or(String::new(), |code| format!("[{code}]"));
        let mut lines = vec![format!("{}{code}: {}", self.severity.name(), self.message)];
        let main = self.span.map(|span| (span, self.label.as_str(), " --> ", '^'));
        let also = self.also.iter().map(|(span, label)| (*span, label.as_str(), " ::: ", '-'));
        let places: Vec<_> = main.into_iter().chain(also).collect();
        let digits = |span: Span| sources.place(span).line.to_string().len();
        let gutter = " ".repeat(places.iter().map(|(span, ..)| digits(*span)).max().unwrap_or_default());
        for (span, label, arrow, sign) in places {
            let place = sources.place(span);
            let source = sources.get(span.source);
            lines.push(format!("{gutter}{}{}:{}:{}", &arrow[1..], source.path, place.line, place.column));
            lines.push(format!("{gutter} |"));
            let text = source.text.lines().nth(place.line - 1).unwrap_or_default();
            lines.push(format!("{:<1$} | {text}", place.line, gutter.len()));
            let blanks = " ".repeat(place.column - 1);
            let under = sign.to_string().repeat(sources.text(span).chars().count().max(1));
            lines.push(format!("{gutter} | {blanks}{under} {label}").trim_end().to_owned());
        }
        if !self.hints.is_empty() && self.span.is_some() {
            lines.push(format!("{gutter} |"));
        }
        lines.extend(self.hints.iter().map(|hint| format!("{gutter} = help: {hint}")));
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_looks_as_in_a_terminal() {
        let mut sources = Sources::default();
        let text = format!("kind: x\n{}epochs: 3\n", "a: 1\n".repeat(12));
        let source = sources.add("experiment", text.clone());
        let span = |text: &str, word: &str| {
            let start = text.find(word).unwrap();
            Span::new(source, start, start + word.len())
        };
        for found in [
            Diagnostic::error("unknown kind `x`", span(&text, "x"))
                .label("one of a, b")
                .hint("did you mean `a`?"),
            Diagnostic::error("no", span(&text, "epochs")).label("expected yes"),
            Diagnostic::warning("odd", span(&text, "epochs")).hint("one").hint("two"),
        ] {
            assert_eq!(found.plain(&sources), found.render(&sources, false));
        }
    }
}
