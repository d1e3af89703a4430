//! TeX as authors write it, in what the converter knows, with what is to be put into its MathML later.
//!
//! Numbers of equations, references and values are the page's, not the formula's: each leaves a mark in the MathML.

mod definition;
mod operator;
mod text;

use std::ops::Range;

use super::MathError;
use super::pieces::Pieces;
use super::scan::{self, group};
pub(super) use definition::refuse_definitions;

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

/// Commands whose argument may be a letter or a command without braces.
const BARE: [&str; 3] = ["boxed", "fbox", "substack"];

/// Commands whose argument is a name, an expression or a mark, between braces.
const BRACED: [&str; 5] = ["label", "tag", "eqref", "ref", "val"];

/// Commands that say of a row that it has no number.
const UNNUMBERED: [&str; 2] = ["nonumber", "notag"];

/// What a mark in the MathML stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Insert {
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
pub(crate) struct Equation {
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
pub(super) struct Rewritten {
    pub tex: String,
    pub inserts: Vec<Insert>,
    /// Where pieces of `tex` come from.
    pub pieces: Pieces,
}

impl Rewritten {
    /// Returns the labelled and tagged equations, in order.
    pub(super) fn equations(&self) -> impl Iterator<Item = &Equation> {
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
pub(super) fn rewrite(tex: &str, display: bool) -> Result<Rewritten, MathError> {
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

/// Where that stands which a command applies to, with its braces and without.
type Argument = (Range<usize>, Range<usize>);

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
            if let Some(after) = rest.strip_prefix('\\') {
                self.line_end(at, depth);
                self.copy(at..at + length);
                return Ok(at + length + scan::row_end(after));
            }
            self.copy(at..at + length);
            return Ok(at + length);
        }
        let name = &self.tex[at + 1..at + 1 + letters];
        let after = at + 1 + letters;
        let whole = |end: usize| at..end;
        // `\tag*` is without parentheses.
        let is_starred = name == "tag" && self.tex[after..limit].starts_with('*');
        let Some((argument, inside)) = self.argument(name, at..after + usize::from(is_starred), limit)?
        else {
            if !UNNUMBERED.contains(&name) {
                self.copy(at..after);
            }
            return Ok(after);
        };
        let content = self.tex[inside.clone()].trim();
        let end = argument.end;
        match name {
            "begin" => return Ok(self.begin(content, at, end, limit, depth)),
            "end" => self.end(content, whole(end)),
            _ if UNNUMBERED.contains(&name) => return Ok(after),
            "label" => self.label(content.to_owned(), inside, whole(end))?,
            "tag" => self.tag(content, !is_starred, whole(end))?,
            "color" if let Some(color) = hexadecimal(content) => {
                self.put(&format!("\\color[HTML]{{{color}}}"), whole(end));
            }
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

    /// Returns what a command applies to that stands at a range, and that without its braces; none where it is the
    /// converter's to know.
    fn argument(
        &self,
        name: &str,
        command: Range<usize>,
        limit: usize,
    ) -> Result<Option<Argument>, MathError> {
        if let Some(group) = group(self.tex, command.end, limit) {
            let inside = group.start + 1..group.end - 1;
            return Ok(Some((group, inside)));
        }
        let takes_any = BARE.contains(&name) || TEXTS.iter().any(|(text, _)| *text == name);
        if !takes_any && !BRACED.contains(&name) {
            return Ok(None);
        }
        let found = scan::argument(self.tex, command.end, limit).filter(|_| takes_any);
        let found = found.map(|argument| Some((argument.clone(), argument)));
        found.ok_or_else(|| MathError {
            message: format!("`{}` lacks an argument", &self.tex[command.clone()]),
            range: command,
            label: "expected `{...}` after it".to_owned(),
        })
    }

    /// Ends a line at `\\`.
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

    /// Writes what tells the converter the number of a row, or that it has none.
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

    fn begin(&mut self, name: &str, at: usize, end: usize, limit: usize, depth: usize) -> usize {
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

    /// Returns the equation that a label or tag here belongs to.
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

    fn tag(&mut self, tag: &str, parentheses: bool, whole: Range<usize>) -> Result<(), MathError> {
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

    /// Checks that `^` and `_` have something to apply to in their own cell.
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

    /// Returns a value in the braces of prose.
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

/// Returns the six digits of a color such as `#f00` or `#ff0000`, which the converter knows by another name.
fn hexadecimal(color: &str) -> Option<String> {
    let digits =
        color.strip_prefix('#').filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    match digits.len() {
        3 => Some(digits.chars().flat_map(|digit| [digit, digit]).collect()),
        6 => Some(digits.to_owned()),
        _ => None,
    }
}
