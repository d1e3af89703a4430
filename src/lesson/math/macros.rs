//! Commands that stand for others: those of the course (`macros` of `gradbook.yaml`), and a few that the converter lacks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::bound::{Allowance, MAX_LENGTH};
use super::pieces::Pieces;
use super::{MathError, scan};

/// Commands that the converter lacks, and those that writing about learning needs.
const BUILT_IN: [(&str, &str); 49] = [
    ("widetilde", r"\tilde{#1}"),
    ("textcolor", r"{\color{#1} #2}"),
    ("argmin", r"\operatorname*{arg\,min}"),
    ("argmax", r"\operatorname*{arg\,max}"),
    ("softmax", r"\operatorname{softmax}"),
    ("relu", r"\operatorname{ReLU}"),
    ("E", r"\mathbb{E}"),
    ("R", r"\mathbb{R}"),
    ("norm", r"\left\lVert #1 \right\rVert"),
    ("abs", r"\left\lvert #1 \right\rvert"),
    ("norm*", r"\left\lVert #1 \right\rVert"),
    ("abs*", r"\left\lvert #1 \right\rvert"),
    ("dotsc", r"\ldots"),
    ("dotso", r"\ldots"),
    ("dotsb", r"\cdots"),
    ("dotsm", r"\cdots"),
    ("dotsi", r"\cdots"),
    ("mathbbm", r"\mathbb{#1}"),
    ("mathds", r"\mathbb{#1}"),
    ("bold", r"\mathbf{#1}"),
    ("ensuremath", r"{#1}"),
    ("smash", r"{#1}"),
    ("nobreak", ""),
    ("hfill", r"\quad"),
    ("bracevert", r"\vert"),
    ("mathnormal", "{#1}"),
    ("pmb", r"\boldsymbol{#1}"),
    ("varlimsup", r"\mathop{\overline{\lim}}"),
    ("varliminf", r"\mathop{\underline{\lim}}"),
    ("smallsetminus", r"\setminus"),
    ("varpropto", r"\propto"),
    ("thicksim", r"\sim"),
    ("thickapprox", r"\approx"),
    ("shortmid", r"\mid"),
    ("shortparallel", r"\parallel"),
    ("centerdot", r"\cdot"),
    ("sdot", r"\cdot"),
    ("mathellipsis", r"\ldots"),
    ("intop", r"\int"),
    ("smallint", r"\int"),
    ("lparen", "("),
    ("rparen", ")"),
    ("enskip", r"\enspace"),
    ("nobreakspace", "~"),
    ("pod", r"\quad(#1)"),
    ("set", r"\left\{ #1 \right\}"),
    ("Set", r"\left\{ #1 \right\}"),
    ("relax", ""),
    ("allowbreak", ""),
];

/// How often what a command stands for may hold commands that stand for others.
const MAX_DEPTH: usize = 30;

/// What commands stand for, by their names; arguments are `#1` to `#9`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Macros(BTreeMap<String, String>);

impl Default for Macros {
    fn default() -> Self {
        Macros::new(&BTreeMap::new())
    }
}

impl Macros {
    /// Gathers the macros of a course, over the program's own.
    pub(crate) fn new(own: &BTreeMap<String, String>) -> Self {
        let built_in = BUILT_IN.iter().map(|(name, meaning)| ((*name).to_owned(), (*meaning).to_owned()));
        let own = own.iter().map(|(name, meaning)| (without_backslash(name).to_owned(), meaning.clone()));
        Macros(built_in.chain(own).collect())
    }

    /// Returns the names of a course's macros.
    pub(super) fn own(&self) -> impl Iterator<Item = &str> {
        let is_own = |name: &&str| Macros::built_in().all(|built_in| built_in != *name);
        self.0.keys().map(String::as_str).filter(|name| !name.ends_with('*')).filter(is_own)
    }

    /// Returns the names of the program's macros.
    pub(super) fn built_in<'a>() -> impl Iterator<Item = &'a str> {
        BUILT_IN.iter().map(|(name, _)| -> &'a str { name }).filter(|name| !name.ends_with('*'))
    }

    /// Returns the macro that a text writes out, itself or in another one, and that holds a command.
    pub(super) fn holding<'a>(&'a self, tex: &'a str, command: &str) -> Option<&'a str> {
        let mut used: Vec<&str> = commands(tex).map(|(_, name)| name).collect();
        let mut known: BTreeSet<&str> = used.iter().copied().collect();
        while let Some(name) = used.pop() {
            let Some(meaning) = self.0.get(name) else { continue };
            if commands(meaning).any(|(_, inner)| inner == command) {
                return Some(name);
            }
            used.extend(commands(meaning).map(|(_, inner)| inner).filter(|inner| known.insert(inner)));
        }
        None
    }

    /// Writes the macros of a formula out.
    ///
    /// # Errors
    /// One that lacks an argument, that holds itself, or that makes the formula too long; more than the text is allowed.
    pub(crate) fn expand(&self, tex: &str, allowance: &mut Allowance) -> Result<(String, Pieces), MathError> {
        let mut out = (String::with_capacity(tex.len()), Pieces::default());
        let mut at = 0;
        while let Some(found) = tex[at..].find('\\').map(|found| at + found) {
            let (name, after) = name(tex, found);
            out.1.copy(out.0.len(), at..found);
            out.0.push_str(&tex[at..found]);
            let Some((meaning, after)) = self.meaning(name, tex, after) else {
                out.1.copy(out.0.len(), found..after);
                out.0.push_str(&tex[found..after]);
                at = after;
                continue;
            };
            let fault = |message: String, label: &str| MathError {
                range: found..after,
                message,
                label: label.to_owned(),
            };
            let (written, end) = arguments(meaning, tex, after)
                .ok_or_else(|| fault(format!("`\\{name}` lacks an argument"), "expected `{...}` after it"))?;
            let mut written = written;
            for depth in 0.. {
                let (next, again) = self.once(&written).map_err(|LacksArgument(inner)| {
                    fault(
                        format!("`\\{inner}` in the macro `\\{name}` lacks an argument"),
                        "expected `{...}` after it, in `macros` of `gradbook.yaml`",
                    )
                })?;
                written = next;
                allowance.take_bytes(written.len(), found..after)?;
                if !again {
                    break;
                }
                if depth >= MAX_DEPTH {
                    return Err(fault(
                        format!("the macro `\\{name}` holds itself"),
                        "expected other commands in it",
                    ));
                }
                if written.len() > MAX_LENGTH {
                    return Err(fault(
                        format!("the macro `\\{name}` makes this formula too long"),
                        &format!("expected at most {MAX_LENGTH} bytes"),
                    ));
                }
            }
            out.1.put(out.0.len(), found..end);
            out.0.push_str(&written);
            // A name that ends what a macro stands for must not run into the letters after it.
            if ends_with_name(&written) && tex[end..].starts_with(|letter: char| letter.is_ascii_alphabetic())
            {
                out.0.push(' ');
            }
            at = end;
        }
        out.1.copy(out.0.len(), at..tex.len());
        out.0.push_str(&tex[at..]);
        Ok(out)
    }

    /// Returns what a command stands for, and where its name ends: with a star after it it may be another one.
    fn meaning(&self, name: &str, tex: &str, after: usize) -> Option<(&String, usize)> {
        let starred = tex[after..].starts_with('*').then(|| self.0.get(&format!("{name}*"))).flatten();
        starred.map(|meaning| (meaning, after + 1)).or_else(|| Some((self.0.get(name)?, after)))
    }

    /// Returns every macro of a text written out once; whether there was one.
    fn once(&self, tex: &str) -> Result<(String, bool), LacksArgument> {
        let mut out = String::with_capacity(tex.len());
        let (mut at, mut any) = (0, false);
        while let Some(found) = tex[at..].find('\\').map(|found| at + found) {
            let (name, after) = name(tex, found);
            out.push_str(&tex[at..found]);
            at = after;
            match self.meaning(name, tex, after) {
                Some((meaning, after)) => {
                    let (written, end) =
                        arguments(meaning, tex, after).ok_or_else(|| LacksArgument(name.to_owned()))?;
                    out.push_str(&written);
                    if ends_with_name(&written)
                        && tex[end..].starts_with(|letter: char| letter.is_ascii_alphabetic())
                    {
                        out.push(' ');
                    }
                    (at, any) = (end, true);
                }
                None => out.push_str(&tex[found..after]),
            }
            if out.len() > MAX_LENGTH {
                return Ok((out, true));
            }
        }
        out.push_str(&tex[at..]);
        Ok((out, any))
    }
}

/// The name of a macro that stands without all of its arguments.
struct LacksArgument(String);

/// Returns what is wrong with a macro of the course, if anything.
pub(crate) fn fault(name: &str, meaning: &str) -> Option<String> {
    let name = without_backslash(name);
    if name.is_empty() || !name.chars().all(|letter| letter.is_ascii_alphabetic()) {
        return Some("a name of letters, as in `R: \"\\\\mathbb{R}\"`".to_owned());
    }
    if scan::group(&format!("{{{meaning}}}"), 0, meaning.len() + 2)
        .is_none_or(|group| group.end != meaning.len() + 2)
    {
        return Some("a `}` for each `{`".to_owned());
    }
    let mut parts = meaning.replace("\\#", "").split('#').map(str::to_owned).collect::<Vec<_>>().into_iter();
    parts.next();
    let wrong = parts.any(|part| !part.starts_with(|digit: char| ('1'..='9').contains(&digit)));
    wrong.then(|| "arguments from `#1` to `#9`".to_owned())
}

fn without_backslash(name: &str) -> &str {
    name.strip_prefix('\\').unwrap_or(name)
}

/// Returns the name after a backslash, and where it ends; of one letter where that is none.
fn name(tex: &str, backslash: usize) -> (&str, usize) {
    let rest = &tex[backslash + 1..];
    let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    match letters {
        0 => ("", backslash + 1 + rest.chars().next().map_or(0, char::len_utf8)),
        letters => (&rest[..letters], backslash + 1 + letters),
    }
}

/// Returns the commands of a text that have names of letters, and where each begins.
pub(super) fn commands(tex: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let each = std::iter::from_fn(move || {
        let found = at + tex[at..].find('\\')?;
        let (name, after) = name(tex, found);
        at = after;
        Some((found, name))
    });
    each.filter(|(_, name)| !name.is_empty())
}

fn ends_with_name(tex: &str) -> bool {
    tex.rfind('\\')
        .is_some_and(|at| at + 1 < tex.len() && tex[at + 1..].bytes().all(|b| b.is_ascii_alphabetic()))
}

/// Returns what a macro stands for with its arguments in it, and where they end.
fn arguments(meaning: &str, tex: &str, start: usize) -> Option<(String, usize)> {
    let count = (1..=9).rev().find(|number| meaning.contains(&format!("#{number}"))).unwrap_or(0);
    let mut written = meaning.to_owned();
    let mut end = start;
    let mut values = Vec::new();
    for _ in 0..count {
        let argument = scan::argument(tex, end, tex.len())?;
        end = argument.end;
        let value = &tex[argument];
        values.push(value.strip_prefix('{').and_then(|value| value.strip_suffix('}')).unwrap_or(value));
    }
    if count > 0 {
        written = String::new();
        let mut parts = meaning.split('#');
        written.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let number = part.chars().next().and_then(|digit| digit.to_digit(10)).unwrap_or(0) as usize;
            match number.checked_sub(1).and_then(|number| values.get(number)) {
                Some(value) => {
                    written.push_str(value);
                    written.push_str(&part[1..]);
                }
                None => {
                    written.push('#');
                    written.push_str(part);
                }
            }
        }
    }
    Some((written, end))
}
