//! The tree of an expression: how its tokens belong together, and what comes out of it.
//!
//! Loosest first: `if` and `else`, `or`, `and`, `not`, comparisons and `in`, `~`, filters that format, `+ -`, `* / // %`, a sign, other
//! filters, indexes. A filter that formats makes a text, with which nothing is calculated, so it can only mean the whole
//! calculation before it: `a * 100 | round(1)`.

use std::ops::Range;

use super::calls::{call, signature};
use super::resolve::Fault;
use super::token::Token;
use super::value::{Value, operate};

/// A part of an expression, with its bytes.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) node: Node,
    range: Range<usize>,
}

#[derive(Debug)]
pub(super) enum Node {
    Value(Value),
    /// A name, by its place among all names.
    Name(usize),
    List(Vec<Tree>),
    Negative(Box<Tree>),
    Not(Box<Tree>),
    Operation(&'static str, Box<[Tree; 2]>),
    /// What it is, if what is true, and else what.
    Choice(Box<[Tree; 3]>),
    Item(Box<[Tree; 2]>),
    /// Of what, from where, to where, by which steps.
    Slice(Box<[Tree; 4]>),
    /// A filter or function, with where it stands without what is before a filter.
    Call(String, Range<usize>, Vec<Tree>),
}

impl Default for Node {
    fn default() -> Self {
        Node::Value(Value::Nothing)
    }
}

impl Tree {
    /// Reads the tokens of a text.
    ///
    /// # Errors
    /// The first token that does not belong where it stands.
    pub(super) fn read(text: &str, tokens: &[(Token, Range<usize>)]) -> Result<Self, Fault> {
        let mut reader = Reader { text, tokens, at: 0, names: 0, depth: 0 };
        let tree = reader.expression()?;
        match reader.at < tokens.len() {
            true => Err(reader.unexpected("an operator or the end")),
            false => Ok(tree),
        }
    }

    /// Returns its value, given those of its names in order.
    ///
    /// # Errors
    /// An operation that does not fit its operands.
    pub(super) fn value(&self, names: &[Value]) -> Result<Value, Fault> {
        let all = |trees: &[Tree]| {
            trees.iter().map(|tree| tree.value(names)).collect::<Result<Vec<Value>, Fault>>()
        };
        let no_value = |range: &Range<usize>| {
            let range = range.clone();
            move |said: String| Fault::new(range, "this expression has no value", said)
        };
        match &self.node {
            Node::Value(value) => Ok(value.clone()),
            Node::Name(index) => Ok(names.get(*index).cloned().unwrap_or(Value::Nothing)),
            Node::List(items) => Ok(all(items)?.into_iter().collect()),
            Node::Negative(tree) => tree.value(names)?.negative().map_err(no_value(&self.range)),
            Node::Not(tree) => Ok(Value::Truth(!tree.value(names)?.is_true())),
            Node::Operation(operator @ ("and" | "or"), sides) => {
                let left = sides[0].value(names)?;
                if left.is_true() == (*operator == "or") { Ok(left) } else { sides[1].value(names) }
            }
            Node::Operation(operator, sides) => {
                operate(operator, &sides[0].value(names)?, &sides[1].value(names)?)
                    .map_err(no_value(&self.range))
            }
            Node::Choice(parts) => {
                let condition = parts[1].value(names)?.is_true();
                parts[if condition { 0 } else { 2 }].value(names)
            }
            Node::Item(parts) => {
                parts[0].value(names)?.item(&parts[1].value(names)?).map_err(no_value(&self.range))
            }
            Node::Slice(parts) => {
                let [list, start, stop, step] = &all(&**parts)?[..] else { return Ok(Value::Nothing) };
                list.slice([start, stop, step]).map_err(no_value(&self.range))
            }
            Node::Call(name, range, given) => call(name, &all(given)?).map_err(no_value(range)),
        }
    }
}

/// What operators calculate with numbers, and how tightly they bind.
const SUMS: [&str; 2] = ["+", "-"];
const PRODUCTS: [&str; 4] = ["*", "/", "//", "%"];
const CALCULATIONS: [&str; 6] = ["+", "-", "*", "/", "//", "%"];

/// The operators between two operands, the loosest first.
const LEVELS: [&[&str]; 6] =
    [&["or"], &["and"], &["==", "!=", "<=", ">=", "<", ">", "not in", "in"], &["~"], &SUMS, &PRODUCTS];
/// The level before which `not` stands.
const COMPARISONS: usize = 2;
/// The level behind which filters that format stand.
const FORMATTED: usize = 4;

/// The most parts that may lie within each other: each takes stack, and many where nothing is optimised.
const DEEPEST: usize = 24;

struct Reader<'t> {
    text: &'t str,
    tokens: &'t [(Token, Range<usize>)],
    /// The next token.
    at: usize,
    /// The names so far.
    names: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn expression(&mut self) -> Result<Tree, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let whole = 0..self.text.len();
            return Err(Fault::new(whole, CANNOT_BE_READ, "too much of it lies within other parts"));
        }
        let mut tree = self.level(0)?;
        while self.takes("if") {
            let condition = self.level(0)?;
            let otherwise = if self.takes("else") { self.expression()? } else { self.nothing() };
            let range = tree.range.start..otherwise.range.end.max(condition.range.end);
            tree = Tree { node: Node::Choice(Box::new([tree, condition, otherwise])), range };
        }
        self.depth -= 1;
        Ok(tree)
    }

    /// Reads operands with the operators of a level, or of tighter ones, between them.
    fn level(&mut self, level: usize) -> Result<Tree, Fault> {
        let Some(mut operators) = LEVELS.get(level).copied() else { return self.signed() };
        let start = self.place();
        if level == COMPARISONS && self.takes("not") {
            let tree = self.level(level)?;
            let range = start..tree.range.end;
            return Ok(Tree { node: Node::Not(Box::new(tree)), range });
        }
        let mut left = self.level(level + 1)?;
        loop {
            if level == FORMATTED && self.takes("|") {
                left = self.filter(left)?;
                // What is calculated with the text that it makes is told where numbers are.
                operators = &CALCULATIONS;
                continue;
            }
            let Some(operator) = operators.iter().find(|operator| self.takes_operator(operator)) else {
                return Ok(left);
            };
            let right = self.level(level + 1)?;
            let range = left.range.start..right.range.end;
            left = Tree { node: Node::Operation(operator, Box::new([left, right])), range };
        }
    }

    /// Reads an operand with its signs before and the filters behind it that take nothing else.
    fn signed(&mut self) -> Result<Tree, Fault> {
        let start = self.place();
        let mut signs = 0;
        while self.takes("-") {
            signs += 1;
        }
        let mut tree = self.operand()?;
        // Two signs are as good as none, but for what is no number.
        for _ in 0..if signs > 0 { 2 - signs % 2 } else { 0 } {
            let range = start..tree.range.end;
            tree = Tree { node: Node::Negative(Box::new(tree)), range };
        }
        while self.word(0) == "|" && !super::calls::FORMATS.contains(&self.word(1)) {
            self.at += 1;
            tree = self.filter(tree)?;
        }
        Ok(tree)
    }

    /// Reads an operand with the indexes behind it.
    fn operand(&mut self) -> Result<Tree, Fault> {
        let mut tree = self.primary()?;
        while self.takes("[") {
            let mut parts = vec![tree];
            loop {
                let left_out =
                    matches!(self.word(0), ":" | "]") && !(parts.len() == 1 && self.word(0) == "]");
                parts.push(if left_out { self.nothing() } else { self.expression()? });
                if parts.len() == 4 || !self.takes(":") {
                    break;
                }
            }
            let range = parts[0].range.start..self.expect("]")?;
            let is_slice = parts.len() > 2;
            let mut parts = parts.into_iter();
            let mut next = || parts.next().unwrap_or_else(|| self.nothing());
            let node = match is_slice {
                false => Node::Item(Box::new([next(), next()])),
                true => Node::Slice(Box::new([next(), next(), next(), next()])),
            };
            tree = Tree { node, range };
        }
        Ok(tree)
    }

    fn primary(&mut self) -> Result<Tree, Fault> {
        let Some((token, range)) = self.tokens.get(self.at) else {
            return Err(self.unexpected("an operand"));
        };
        let word = &self.text[range.clone()];
        let value = match (token, word) {
            (Token::Chain(_), _) => {
                self.names += 1;
                Node::Name(self.names - 1)
            }
            (Token::Literal, _) => {
                Node::Value(literal(word).map_err(|said| Fault::new(range.clone(), CANNOT_BE_READ, said))?)
            }
            (Token::Keyword, "true") => Node::Value(Value::Truth(true)),
            (Token::Keyword, "false") => Node::Value(Value::Truth(false)),
            (Token::Keyword, "none") => Node::Value(Value::Nothing),
            (Token::Function, _) => {
                self.at += 1;
                let given = self.arguments(word, false, Vec::new())?;
                let range = range.start..self.end();
                return Ok(Tree { node: Node::Call(word.to_owned(), range.clone(), given), range });
            }
            (Token::Other, "(") => {
                self.at += 1;
                let (mut items, comma) = self.items(")")?;
                let range = range.start..self.end();
                // Parentheses around one part are no list of it.
                return Ok(match items.pop() {
                    Some(tree) if items.is_empty() && !comma => Tree { range, ..tree },
                    last => Tree { node: Node::List(items.into_iter().chain(last).collect()), range },
                });
            }
            (Token::Other, "[") => {
                self.at += 1;
                let (items, _) = self.items("]")?;
                return Ok(Tree { node: Node::List(items), range: range.start..self.end() });
            }
            _ => return Err(self.unexpected("an operand")),
        };
        self.at += 1;
        Ok(Tree { node: value, range: range.clone() })
    }

    /// Reads what is parted by commas up to a closing bracket, and whether any comma was there.
    fn items(&mut self, close: &str) -> Result<(Vec<Tree>, bool), Fault> {
        let (mut items, mut comma) = (Vec::new(), false);
        while self.word(0) != close {
            items.push(self.expression()?);
            if !self.takes(",") {
                break;
            }
            comma = true;
        }
        self.expect(close)?;
        Ok((items, comma))
    }

    /// Reads the filter that a `|` has announced.
    fn filter(&mut self, before: Tree) -> Result<Tree, Fault> {
        let Some((Token::Filter, range)) = self.tokens.get(self.at) else {
            return Err(self.unexpected("the name of a filter"));
        };
        self.at += 1;
        let start = before.range.start;
        let name = &self.text[range.clone()];
        let given = self.arguments(name, true, vec![before])?;
        let end = self.end();
        Ok(Tree { node: Node::Call(name.to_owned(), range.start..end, given), range: start..end })
    }

    /// Reads what a call is given behind what it has, if anything; what is given by name is put in its place.
    fn arguments(&mut self, name: &str, filter: bool, mut given: Vec<Tree>) -> Result<Vec<Tree>, Fault> {
        if !self.takes("(") {
            return Ok(given);
        }
        let (before, usage) = (given.len(), signature(name, filter).0);
        let names = usage.split_once('(').map_or("", |(_, names)| names.trim_end_matches(')'));
        let mut named: Vec<(usize, Range<usize>, Tree)> = Vec::new();
        while self.word(0) != ")" {
            match self.tokens.get(self.at) {
                Some((Token::Argument, range)) => {
                    let argument = &self.text[range.clone()];
                    let is_it = |known: &str| known.split('=').next() == Some(argument);
                    let place = names.split(", ").position(is_it).ok_or_else(|| {
                        let message = format!("`{name}` has no argument `{argument}`");
                        Fault::new(range.clone(), message, expected(usage))
                    })?;
                    self.at += 1;
                    self.expect("=")?;
                    named.push((place, range.clone(), self.expression()?));
                }
                _ if named.is_empty() => given.push(self.expression()?),
                _ => return Err(self.unexpected("the name of an argument")),
            }
            if !self.takes(",") {
                break;
            }
        }
        self.expect(")")?;
        named.sort_by_key(|(place, ..)| *place);
        for (place, range, tree) in named {
            if before + place != given.len() {
                let twice = before + place < given.len();
                let message =
                    format!("`{name}` is given {}", if twice { "this twice" } else { "too little" });
                return Err(Fault::new(range, message, expected(usage)));
            }
            given.push(tree);
        }
        Ok(given)
    }

    /// Returns a token from here on as it is written.
    fn word(&self, ahead: usize) -> &'t str {
        self.tokens.get(self.at + ahead).map_or("", |(_, range)| &self.text[range.clone()])
    }

    /// Returns where the next token begins.
    fn place(&self) -> usize {
        self.tokens.get(self.at).map_or(self.text.len(), |(_, range)| range.start)
    }

    /// Returns where the last token ended.
    fn end(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |last| self.tokens[last].1.end)
    }

    fn nothing(&self) -> Tree {
        Tree { node: Node::Value(Value::Nothing), range: self.end()..self.end() }
    }

    fn takes(&mut self, word: &str) -> bool {
        let is_it = self.word(0) == word
            && matches!(self.tokens[self.at].0, Token::Other | Token::Keyword | Token::Operator(_));
        self.at += usize::from(is_it);
        is_it
    }

    /// Takes an operator, which may be of two tokens.
    fn takes_operator(&mut self, operator: &str) -> bool {
        let adjacent = |reader: &Self| reader.place() == reader.end();
        match operator {
            "not in" if self.word(0) == "not" && self.word(1) == "in" => self.at += 2,
            "not in" => return false,
            "/" | "//" => {
                let before = self.at;
                if !self.takes("/") {
                    return false;
                }
                let double = adjacent(self) && self.takes("/");
                if double != (operator == "//") {
                    self.at = before;
                    return false;
                }
            }
            operator => return self.takes(operator),
        }
        true
    }

    /// Takes a closing bracket or what else has to follow, and returns where it ends.
    fn expect(&mut self, word: &str) -> Result<usize, Fault> {
        match self.takes(word) {
            true => Ok(self.end()),
            false => Err(self.unexpected(&format!("`{word}`"))),
        }
    }

    fn unexpected(&self, expected: &str) -> Fault {
        let (range, found) = match self.tokens.get(self.at) {
            Some((_, range)) => (range.clone(), format!("`{}`", &self.text[range.clone()])),
            None => (self.tokens.last().map_or(0..0, |(_, last)| last.clone()), "end of input".to_owned()),
        };
        Fault::new(range, CANNOT_BE_READ, format!("unexpected {found}, expected {expected}"))
    }
}

const CANNOT_BE_READ: &str = "this expression cannot be read";

/// Returns how a call is written, as a label says it.
pub(super) fn expected(usage: &str) -> String {
    if usage.contains('(') { format!("expected `{usage}`") } else { format!("expected {usage}") }
}

/// Reads a number, or a text in quotes.
fn literal(word: &str) -> Result<Value, String> {
    if !word.starts_with(['"', '\'']) {
        let number = word.replace('_', "").parse::<f64>();
        return number.map(Value::from).map_err(|_| "expected a number, such as `0.5` or `1e-3`".to_owned());
    }
    let mut text = String::new();
    let mut letters = word[1..word.len() - 1].chars();
    while let Some(letter) = letters.next() {
        text.push(match letter {
            '\\' => match letters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some(escaped @ ('"' | '\'' | '\\')) => escaped,
                other => {
                    let other = other.map_or_else(String::new, String::from);
                    return Err(format!("`\\{other}` is not known here; a backslash is written `\\\\`"));
                }
            },
            letter => letter,
        });
    }
    Ok(Value::from(text))
}
