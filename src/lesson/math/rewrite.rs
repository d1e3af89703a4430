//! TeX as authors write it, in what the converter knows, with what is to be put into its MathML later.
//!
//! Numbers of equations, references and values are the page's, not the formula's: each leaves a mark in the MathML.

use std::ops::Range;

use super::MathError;
use super::pieces::Pieces;
use super::scan::{self, group};

/// Environments whose rows are equations, and what the converter calls them.
const NUMBERED: [(&str, &str); 7] = [
    ("equation", "equation"),
    ("align", "align"),
    ("gather", "gather"),
    ("multline", "multline"),
    ("alignat", "align"),
    ("flalign", "align"),
    ("eqnarray", "align"),
];

/// Environments that the converter knows by another name.
const RENAMED: [(&str, &str, &str); 4] = [
    ("split", "\\begin{aligned}", "\\end{aligned}"),
    ("alignedat", "\\begin{aligned}", "\\end{aligned}"),
    ("smallmatrix", "\\begin{subarray}{cccccccccccccccc}", "\\end{subarray}"),
    ("displaymath", "{", "}"),
];

/// Commands whose argument is text.
const TEXTS: [(&str, &str); 4] =
    [("mbox", "text"), ("hbox", "text"), ("textnormal", "text"), ("textup", "text")];

/// Commands that define others.
const DEFINING: [&str; 7] =
    ["newcommand", "renewcommand", "providecommand", "def", "gdef", "let", "DeclareMathOperator"];

/// What a mark in the MathML stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Insert {
    /// `\val{expression}`, with the place of the expression.
    Value {
        expression: String,
        range: Range<usize>,
    },
    /// `\eqref{label}`, or `\ref{label}`, which has no parentheses.
    Reference {
        label: String,
        range: Range<usize>,
        parentheses: bool,
    },
    /// The number of an equation.
    Number(Equation),
    BoxStart,
    BoxEnd,
}

/// A row that has a label or a number of the author's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Equation {
    pub label: Option<(String, Range<usize>)>,
    /// What `\tag` gives in place of a number, and whether between parentheses.
    pub tag: Option<(String, bool)>,
}

impl Equation {
    fn is_named(&self) -> bool {
        self.label.is_some() || self.tag.is_some()
    }
}

/// TeX for the converter.
#[derive(Debug, Default)]
pub struct Rewritten {
    pub tex: String,
    pub inserts: Vec<Insert>,
    /// Where pieces of `tex` come from.
    pub pieces: Pieces,
}

impl Rewritten {
    /// The labelled and tagged equations, in order.
    pub fn equations(&self) -> impl Iterator<Item = &Equation> {
        self.inserts.iter().filter_map(|insert| match insert {
            Insert::Number(equation) => Some(equation),
            _ => None,
        })
    }
}

/// Rewrites a formula.
///
/// # Errors
/// What the page cannot show: a label within a line, definitions, dollars in text that are not closed.
pub fn rewrite(tex: &str, display: bool) -> Result<Rewritten, MathError> {
    let mut rewriter = Rewriter {
        tex,
        display,
        out: Rewritten::default(),
        frames: vec![],
        own: Equation::default(),
        breaks: false,
        environments: 0,
    };
    rewriter.run(0..tex.len(), 0)?;
    rewriter.finish()
}

/// Refuses commands that define others, before the others are looked for.
///
/// # Errors
/// The first one, with what to write in place of it.
pub fn refuse_definitions(tex: &str) -> Result<(), MathError> {
    for (at, _) in tex.match_indices('\\') {
        let letters = tex[at + 1..].bytes().take_while(u8::is_ascii_alphabetic).count();
        let after = at + 1 + letters;
        if let Some(name) = DEFINING.iter().find(|name| **name == &tex[at + 1..after]) {
            let (message, label) =
                (format!("`\\{name}` defines a command for one formula alone"), definition(tex, name, after));
            return Err(MathError { range: at..after, message, label });
        }
    }
    Ok(())
}

/// What to write in place of a definition, as far as it can be read.
fn definition(tex: &str, kind: &str, after: usize) -> String {
    let rest = tex[after..].trim_start_matches([' ', '*', '{']);
    let defined = rest.strip_prefix('\\').unwrap_or_default();
    let letters = defined.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (defined, rest) = defined.split_at(letters);
    let rest = rest.trim_start_matches('}').trim_start();
    // How many arguments there are follows from what it stands for.
    let body_at = rest.find('{').unwrap_or(rest.len());
    let body = group(rest, body_at, rest.len()).map(|body| &rest[body.start + 1..body.end - 1]);
    let Some(body) = body.filter(|_| !defined.is_empty()) else {
        return r#"expected, in `gradbook.yaml`, such as `macros: {R: "\\mathbb{R}"}`"#.to_owned();
    };
    let body = match kind {
        "DeclareMathOperator" => format!("\\operatorname{{{body}}}"),
        _ => body.to_owned(),
    };
    let body = body.replace('\\', "\\\\").replace('"', "\\\"");
    format!("expected, in `gradbook.yaml`: `macros: {{{defined}: \"{body}\"}}`")
}

/// An environment that is open.
struct Frame {
    end: String,
    /// Its row, if rows of it are equations.
    row: Option<Equation>,
    /// How many `&` its row has, where only the first one counts.
    columns: Option<usize>,
    depth: usize,
}

struct Rewriter<'t> {
    tex: &'t str,
    display: bool,
    out: Rewritten,
    frames: Vec<Frame>,
    /// Of the whole formula, where it has no rows that are equations.
    own: Equation,
    /// Whether a line ends outside of any environment.
    breaks: bool,
    /// How many environments with rows of equations there are.
    environments: usize,
}

impl Rewriter<'_> {
    fn copy(&mut self, range: Range<usize>) {
        self.out.pieces.copy(self.out.tex.len(), range.clone());
        self.out.tex.push_str(&self.tex[range]);
    }

    fn put(&mut self, text: &str, from: Range<usize>) {
        self.out.pieces.put(self.out.tex.len(), from);
        self.out.tex.push_str(text);
    }

    fn mark(&mut self, insert: Insert, from: Range<usize>) {
        let mark = format!("\\text{{{}{}{}}}", super::MARK, self.out.inserts.len(), super::MARK_END);
        self.out.inserts.push(insert);
        self.put(&mark, from);
    }

    fn run(&mut self, range: Range<usize>, outer: usize) -> Result<(), MathError> {
        let mut at = range.start;
        let mut depth = outer;
        while at < range.end {
            let next = self.tex[at..range.end]
                .find(['\\', '{', '}', '%', '&'])
                .map_or(range.end, |found| at + found);
            if at < next {
                self.copy(at..next);
                at = next;
                continue;
            }
            self.refuse_bare_script(at)?;
            match self.tex.as_bytes()[at] {
                b'\\' => at = self.command(at, range.end, depth)?,
                b'%' => {
                    let end = self.tex[at..range.end].find('\n').map_or(range.end, |end| at + end);
                    self.copy(at..end);
                    at = end;
                }
                b'&' => {
                    let row = self.frames.last_mut().filter(|frame| frame.depth == depth);
                    let count = row.and_then(|frame| frame.columns.as_mut());
                    let skipped = count.is_some_and(|count| {
                        *count += 1;
                        *count % 2 == 0
                    });
                    if !skipped {
                        self.copy(at..at + 1);
                    }
                    at += 1;
                }
                brace => {
                    if brace == b'{' {
                        self.refuse_value(at)?;
                        depth += 1;
                    } else {
                        depth = depth.saturating_sub(1);
                    }
                    self.copy(at..at + 1);
                    at += 1;
                }
            }
        }
        Ok(())
    }

    /// Handles what begins with a backslash; where it ends.
    fn command(&mut self, at: usize, limit: usize, depth: usize) -> Result<usize, MathError> {
        let rest = &self.tex[at + 1..limit];
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        if letters == 0 {
            let length = 1 + rest.chars().next().map_or(0, char::len_utf8);
            if rest.starts_with('\\') {
                self.line_end(at, depth);
            }
            self.copy(at..at + length);
            return Ok(at + length);
        }
        let name = &self.tex[at + 1..at + 1 + letters];
        let after = at + 1 + letters;
        let whole = |end: usize| at..end;
        let Some(argument) = group(self.tex, after, limit) else {
            match name {
                "nonumber" | "notag" => {}
                _ => self.copy(at..after),
            }
            return Ok(after);
        };
        let inside = argument.start + 1..argument.end - 1;
        let content = self.tex[inside.clone()].trim();
        let end = argument.end;
        match name {
            "begin" => return Ok(self.begin(content.to_owned(), at, end, limit, depth)),
            "end" => self.end(content, whole(end)),
            "nonumber" | "notag" => return Ok(after),
            "label" => self.label(content.to_owned(), inside, whole(end))?,
            "tag" => self.tag(content.to_owned(), true, whole(end))?,
            "eqref" | "ref" => {
                let label = content.to_owned();
                self.mark(
                    Insert::Reference { label, range: inside, parentheses: name == "eqref" },
                    whole(end),
                );
            }
            "val" => {
                let start = inside.start + self.tex[inside.clone()].find(content).unwrap_or(0);
                let expression = content.replace("\\|", "|");
                self.mark(Insert::Value { range: start..start + content.len(), expression }, whole(end));
            }
            "boxed" | "fbox" => {
                self.put("{", whole(after));
                self.mark(Insert::BoxStart, whole(after));
                if name == "fbox" {
                    self.text("text", inside)?;
                } else {
                    self.put("{", whole(after));
                    self.run(inside, depth + 1)?;
                    self.put("}", end - 1..end);
                }
                self.mark(Insert::BoxEnd, end - 1..end);
                self.put("}", end - 1..end);
            }
            "substack" => {
                self.put("{\\begin{subarray}{c}", whole(after));
                self.frames.push(Frame { end: String::new(), row: None, columns: None, depth: depth + 1 });
                self.run(inside, depth + 1)?;
                self.frames.pop();
                self.put("\\end{subarray}}", end - 1..end);
            }
            "mathop" => return self.operator(at, after, inside, limit, depth),
            _ if name.starts_with("text") && !["textstyle", "textcolor"].contains(&name)
                || TEXTS.iter().any(|(text, _)| *text == name) =>
            {
                let known =
                    TEXTS.iter().find(|(text, _)| *text == name).map_or(name, |(_, known)| known).to_owned();
                self.put("{", whole(after));
                self.text(&known, inside)?;
                self.put("}", end - 1..end);
            }
            _ => {
                self.copy(at..after);
                return Ok(after);
            }
        }
        Ok(end)
    }

    /// A line ends at `\\`.
    fn line_end(&mut self, at: usize, depth: usize) {
        match self.frames.last() {
            None if depth == 0 => self.breaks = true,
            Some(frame) if frame.depth == depth => self.row_end(at),
            _ => {}
        }
    }

    fn row_end(&mut self, at: usize) {
        let Some(frame) = self.frames.last_mut() else { return };
        if let Some(columns) = &mut frame.columns {
            *columns = 0;
        }
        let Some(row) = frame.row.as_mut().map(std::mem::take) else { return };
        self.number(row, at);
    }

    /// What tells the converter the number of a row, or that it has none.
    fn number(&mut self, row: Equation, at: usize) {
        let from = row.label.as_ref().map_or(at..at, |(_, range)| range.clone());
        if !row.is_named() {
            self.put("\\notag{}", from);
            return;
        }
        let name = format!("{}{}", super::TAG, self.out.inserts.len());
        let label = row.label.as_ref().map(|_| format!("\\label{{{name}}}"));
        let tag = format!("\\tag{{{name}}}{}", label.unwrap_or_default());
        self.out.inserts.push(Insert::Number(row));
        self.put(&tag, from);
    }

    fn begin(&mut self, name: String, at: usize, end: usize, limit: usize, depth: usize) -> usize {
        let plain = name.trim_end_matches('*');
        let numbered = NUMBERED.iter().find(|(known, _)| *known == plain);
        let renamed = RENAMED.iter().find(|(known, ..)| *known == plain);
        let mut after = end;
        if ["alignat", "alignedat"].contains(&plain) {
            after = group(self.tex, after, limit).map_or(after, |columns| columns.end);
        }
        if ["aligned", "alignedat", "gathered", "split"].contains(&plain)
            && let Some(place) =
                ["[t]", "[b]", "[c]"].iter().find(|place| self.tex[after..limit].starts_with(**place))
        {
            after += place.len();
        }
        let (open, close) = match (numbered, renamed) {
            (Some((_, known)), _) => (format!("\\begin{{{known}}}"), format!("\\end{{{known}}}")),
            (_, Some((_, open, close))) => ((*open).to_owned(), (*close).to_owned()),
            _ => (format!("\\begin{{{name}}}"), format!("\\end{{{name}}}")),
        };
        if open == self.tex[at..after] {
            self.copy(at..after);
        } else {
            self.put(&open, at..after);
        }
        self.environments += usize::from(numbered.is_some());
        let columns = (plain == "eqnarray").then_some(0);
        self.frames.push(Frame { end: close, row: numbered.map(|_| Equation::default()), columns, depth });
        after
    }

    fn end(&mut self, name: &str, from: Range<usize>) {
        if self.frames.is_empty() {
            return self.copy(from);
        }
        self.row_end(from.start);
        let Some(frame) = self.frames.pop() else { return };
        let known = NUMBERED.iter().any(|(known, _)| *known == name.trim_end_matches('*'))
            || RENAMED.iter().any(|(known, ..)| *known == name.trim_end_matches('*'));
        match known {
            true => self.put(&frame.end, from),
            false => self.copy(from),
        }
    }

    /// The equation that a label or tag here belongs to.
    fn equation(&mut self) -> &mut Equation {
        let row = self.frames.iter_mut().rev().find_map(|frame| frame.row.as_mut());
        row.unwrap_or(&mut self.own)
    }

    fn label(&mut self, label: String, range: Range<usize>, whole: Range<usize>) -> Result<(), MathError> {
        if !self.display {
            let message = "an equation within a line has no number".to_owned();
            return Err(MathError {
                range: whole,
                message,
                label: "expected the formula between `$$`".into(),
            });
        }
        let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | ':');
        if label.is_empty() || !label.chars().all(fits) {
            let message = format!("`{label}` is no label");
            return Err(MathError {
                range: whole,
                message,
                label: "expected letters, digits, `_`, `-`, `:`".into(),
            });
        }
        let equation = self.equation();
        if equation.label.is_some() {
            let message = "this equation has a label already".to_owned();
            return Err(MathError { range: whole, message, label: "expected one label a row".into() });
        }
        equation.label = Some((label, range));
        Ok(())
    }

    fn tag(&mut self, tag: String, parentheses: bool, whole: Range<usize>) -> Result<(), MathError> {
        if !self.display {
            let message = "an equation within a line has no number".to_owned();
            return Err(MathError {
                range: whole,
                message,
                label: "expected the formula between `$$`".into(),
            });
        }
        let tag = tag.replace('$', "");
        self.equation().tag = Some((tag, parentheses));
        Ok(())
    }

    /// The content of a command for text, with the formulas in it.
    fn text(&mut self, command: &str, inside: Range<usize>) -> Result<(), MathError> {
        let open = format!("\\{command}{{");
        let mut at = inside.start;
        let mut start = at;
        let flush = |this: &mut Self, range: Range<usize>| {
            if !range.is_empty() {
                this.put(&open, range.start..range.start);
                this.copy(range.clone());
                this.put("}", range.end..range.end);
            }
        };
        while let Some(found) = self.tex[at..inside.end].find(['$', '\\', '{']).map(|found| at + found) {
            let rest = &self.tex[found..inside.end];
            if rest.starts_with("\\$") {
                // The converter takes a space after it for its end.
                flush(self, start..found);
                self.put(&format!("{open}\\$}}"), found..found + 2);
                (at, start) = (found + 2, found + 2);
            } else if rest.starts_with('$') || rest.starts_with("\\(") {
                let (length, close) = if rest.starts_with('$') { (1, "$") } else { (2, "\\)") };
                let from = found + length;
                let Some(end) = scan::find(self.tex, from, inside.end, close) else {
                    let message = "a formula within text is not closed".to_owned();
                    let label = format!("expected `{close}` after it");
                    return Err(MathError { range: found..from, message, label });
                };
                flush(self, start..found);
                self.put("{", found..from);
                self.run(from..end, 1)?;
                self.put("}", end..end + length);
                (at, start) = (end + length, end + length);
            } else if rest.starts_with('\\') {
                let letters = rest[1..].bytes().take_while(u8::is_ascii_alphabetic).count();
                let name = &rest[1..1 + letters];
                let argument = group(self.tex, found + 1 + letters, inside.end);
                let holds = argument
                    .clone()
                    .is_some_and(|argument| name == "val" || self.tex[argument].contains(['$', '\\']));
                match argument.filter(|_| {
                    holds && (name.starts_with("text") || matches!(name, "val" | "emph" | "mbox"))
                }) {
                    Some(argument) if name == "val" => {
                        flush(self, start..found);
                        at = self.command(found, inside.end, 1)?.max(argument.end);
                        start = at;
                    }
                    Some(argument) => {
                        flush(self, start..found);
                        let known =
                            TEXTS.iter().find(|(text, _)| *text == name).map_or(name, |(_, known)| known);
                        self.text(&known.to_owned(), argument.start + 1..argument.end - 1)?;
                        (at, start) = (argument.end, argument.end);
                    }
                    None => {
                        let length = if letters == 0 {
                            rest[1..].chars().next().map_or(0, char::len_utf8)
                        } else {
                            letters
                        };
                        at = found + 1 + length;
                    }
                }
            } else {
                match group(self.tex, found, inside.end) {
                    Some(inner) if self.tex[inner.clone()].contains('$') => {
                        flush(self, start..found);
                        self.text(command, inner.start + 1..inner.end - 1)?;
                        (at, start) = (inner.end, inner.end);
                    }
                    Some(inner) => at = inner.end,
                    None => at = found + 1,
                }
            }
        }
        if start == inside.start && inside.is_empty() {
            self.put(&format!("{open}}}"), inside);
            return Ok(());
        }
        flush(self, start..inside.end);
        Ok(())
    }

    /// `\mathop{...}`: what stands as an index to it stands below and above it.
    fn operator(
        &mut self,
        at: usize,
        after: usize,
        inside: Range<usize>,
        limit: usize,
        depth: usize,
    ) -> Result<usize, MathError> {
        let content = self.tex[inside.clone()].trim();
        let named = ["\\mathrm", "\\operatorname*", "\\operatorname", "\\text", "\\textrm", "\\rm"]
            .iter()
            .find_map(|command| {
                let rest = content.strip_prefix(command)?.trim_start();
                let name = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(rest);
                let plain =
                    name.replace("\\,", "").chars().all(|letter| letter.is_alphabetic() || letter == ' ');
                (plain && !name.is_empty()).then(|| name.replace(' ', "\\,"))
            });
        let end = inside.end + 1;
        if let Some(name) = named {
            self.put(&format!("\\operatorname*{{{name}}}"), at..end);
            let rest = &self.tex[end..limit];
            let spaces = rest.len() - rest.trim_start().len();
            return Ok(match rest.trim_start().starts_with("\\limits") {
                true => end + spaces + "\\limits".len(),
                false => end,
            });
        }
        let mut next = end;
        let mut limits = self.display;
        let mut scripts: [Option<Range<usize>>; 2] = [None, None];
        loop {
            let rest = &self.tex[next..limit];
            let place = next + (rest.len() - rest.trim_start().len());
            let rest = rest.trim_start();
            if rest.starts_with("\\limits") {
                (limits, next) = (true, place + "\\limits".len());
                continue;
            }
            let which = match rest.bytes().next() {
                Some(b'_') => 0,
                Some(b'^') => 1,
                _ => break,
            };
            let Some(script) =
                scan::argument(self.tex, place + 1, limit).filter(|_| scripts[which].is_none())
            else {
                break;
            };
            next = script.end;
            scripts[which] = Some(script);
        }
        if !limits || scripts == [None, None] {
            self.copy(at..after);
            return Ok(after);
        }
        let wrapped = scripts.iter().flatten().count();
        for (script, command) in scripts.into_iter().zip(["\\underset", "\\overset"]) {
            let Some(script) = script else { continue };
            self.put(&format!("{command}{{"), script.start..script.start);
            self.run(script, depth + 1)?;
            self.put("}{", at..at);
        }
        self.copy(at..after);
        self.put("{", inside.start - 1..inside.start);
        self.run(inside.clone(), depth + 1)?;
        self.put(&"}".repeat(1 + wrapped), inside.end..end);
        Ok(next)
    }

    /// `^` and `_` need something to apply to in their own cell.
    fn refuse_bare_script(&self, at: usize) -> Result<(), MathError> {
        let ends_cell = self.tex[at..].starts_with(['&']) || self.tex[at..].starts_with("\\\\");
        let before = self.tex[..at].trim_end();
        if !ends_cell || !before.ends_with(['^', '_']) || before[..before.len() - 1].ends_with('\\') {
            return Ok(());
        }
        Err(MathError {
            range: before.len() - 1..before.len(),
            message: format!("`{}` applies to nothing", &before[before.len() - 1..]),
            label: "expected what it applies to after it".into(),
        })
    }

    /// A value in the braces of prose.
    fn refuse_value(&self, at: usize) -> Result<(), MathError> {
        let rest = &self.tex[at..];
        let Some(inside) =
            rest.strip_prefix("{{").and_then(|rest| rest.split_once("}}")).map(|(inside, _)| inside)
        else {
            return Ok(());
        };
        let name: String =
            inside.trim().chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).collect();
        let is_path = name.split_once('.').is_some_and(|(first, rest)| {
            first.chars().next().is_some_and(char::is_alphabetic)
                && rest.chars().next().is_some_and(char::is_alphabetic)
        });
        if !is_path && !inside.trim_start().starts_with("claim:") {
            return Ok(());
        }
        Err(MathError {
            range: at..at + inside.len() + 4,
            message: "a value is not computed so within a formula".into(),
            label: format!("expected `\\val{{{}}}`", inside.trim()),
        })
    }

    fn finish(mut self) -> Result<Rewritten, MathError> {
        let end = self.tex.len();
        let own = std::mem::take(&mut self.own);
        if own.is_named() && self.environments > 0 {
            let range = own.label.map_or(0..end, |(_, range)| range);
            let message = "this stands outside of the rows of its equations".to_owned();
            return Err(MathError { range, message, label: "expected before `\\\\` or `\\end`".into() });
        }
        if self.breaks && self.environments == 0 {
            self.put("\n\\end{gathered}", end..end);
            self.wrap("\\begin{gathered}");
        }
        if own.is_named() {
            self.put("\n", end..end);
            self.number(own, end);
            self.put("\\end{equation}", end..end);
            self.wrap("\\begin{equation}");
        }
        Ok(self.out)
    }

    fn wrap(&mut self, open: &str) {
        self.out.tex.insert_str(0, open);
        self.out.pieces.shift(open.len());
    }
}
