//! BibTeX as `biblatex` reads it, once nothing is left there that it would follow without end.

use std::collections::HashMap;

use biblatex::{Bibliography, Entry, Field, ParseError, ParseErrorKind, RawBibliography, RawChunk};

use crate::diagnostic::{Diagnostic, SourceId, Span};

/// The most pieces of one source, `"a" # "b"`: the reader takes time with their square.
const MOST_PIECES: usize = 1000;

/// The most braces within each other: the reader goes into each.
const MOST_DEEP: usize = 100;

/// The most sources, or abbreviations, that lead from one to the next: the reader goes into each.
const MOST_STEPS: usize = 10;

/// The most that abbreviations, and what sources take from others, may add, about in bytes.
const MOST_WRITTEN: usize = 1 << 25;

/// The most steps for the braces of all fields: the reader takes time with their square.
const MOST_MOVES: usize = 1 << 28;

/// How a source is written.
const LIKE: &str =
    "a source looks like `@article{ruder2016, author = {Ruder, Sebastian}, title = {...}, year = 2016}`";

/// How a source refers to another one.
const REFER: &str = "`crossref = {icml2015}` names the book or the proceedings that a source is in, `xdata` what several share";

/// The fields that name other sources, and what they are called while these are looked for.
const REFERENCES: [(&str, &str); 2] = [("crossref", "<crossref>"), ("xdata", "<xdata>")];

type Range = std::ops::Range<usize>;

/// Reads a BibTeX file.
///
/// # Errors
/// What cannot be read: the reader stops there.
pub(super) fn read(text: &str, source: SourceId) -> Result<Bibliography, Diagnostic> {
    let file = File { text, source };
    let mut start = 0;
    for entry in text.split_inclusive('@') {
        if entry.matches('#').count() > MOST_PIECES {
            let line = entry.find('\n').unwrap_or(entry.len()).min(80);
            return Err(Diagnostic::error(
                "this source is put together of too many pieces",
                file.place(start..start + line),
            )
            .label(format!("expected at most {MOST_PIECES}, with `#` between them")));
        }
        start += entry.len();
    }
    let raw = RawBibliography::parse(text).map_err(|error| file.told(error))?;
    file.check_fields(&raw)?;
    if let Some(raw) = without_references(&raw) {
        let parsed = Bibliography::from_raw(raw.clone()).map_err(|error| file.told(error))?;
        file.check_references(&parsed, &raw)?;
    }
    Bibliography::from_raw(raw).map_err(|error| file.told(error))
}

/// Returns the file with its references under names that the reader does not follow, where it has some.
fn without_references<'t>(raw: &RawBibliography<'t>) -> Option<RawBibliography<'t>> {
    let instead = |key: &str| REFERENCES.iter().find(|(name, _)| key.eq_ignore_ascii_case(name));
    let mut keys = raw.entries.iter().flat_map(|entry| &entry.v.fields).map(|field| field.key.v);
    keys.find(|key| instead(key).is_some())?;
    let mut raw = raw.clone();
    for field in raw.entries.iter_mut().flat_map(|entry| &mut entry.v.fields) {
        if let Some((_, instead)) = instead(field.key.v) {
            field.key.v = instead;
        }
    }
    Some(raw)
}

/// What is being read.
struct File<'t> {
    text: &'t str,
    source: SourceId,
}

/// What a field comes to.
#[derive(Clone, Copy, Default)]
struct Cost {
    bytes: usize,
    /// Braces, dollars and pieces.
    signs: usize,
    /// What abbreviations added.
    written: usize,
    /// Steps for its signs.
    moves: usize,
}

impl Cost {
    fn size(self) -> usize {
        self.bytes.saturating_add(self.signs.saturating_mul(64))
    }

    /// The cost of a field; `of` returns that of an abbreviation.
    fn of_field(field: &Field, of: impl Fn(&str) -> Cost) -> Cost {
        let mut cost = Cost::default();
        for piece in field {
            let (bytes, signs) = match piece.v {
                RawChunk::Normal(text) => {
                    (text.len(), text.bytes().filter(|sign| matches!(sign, b'{' | b'}' | b'$')).count())
                }
                RawChunk::Abbreviation(name) => {
                    let of = of(name);
                    cost.written = cost.written.saturating_add(of.written).saturating_add(of.size());
                    cost.moves = cost.moves.saturating_add(of.moves);
                    (of.bytes, of.signs)
                }
            };
            cost.bytes = cost.bytes.saturating_add(bytes);
            cost.signs = cost.signs.saturating_add(signs).saturating_add(1);
        }
        cost.moves = cost.moves.saturating_add(cost.signs.saturating_mul(cost.signs));
        cost
    }
}

/// Why what is named cannot be followed to its end.
enum Endless {
    /// These lead from one to the next, the last to the first.
    Circle(Vec<usize>),
    /// From this one it is too far.
    Far(usize),
}

/// Orders what names others so that each comes after all that it names.
fn ordered(names: &[Vec<usize>]) -> Result<Vec<usize>, Endless> {
    /// Goes on from the last of a path.
    fn follow(
        names: &[Vec<usize>],
        path: &mut Vec<usize>,
        steps: &mut [Option<usize>],
        order: &mut Vec<usize>,
    ) -> Result<(), Endless> {
        let Some(&here) = path.last() else { return Ok(()) };
        let mut most = 0;
        for &next in &names[here] {
            if steps[next].is_none() {
                if let Some(start) = path.iter().position(|on| *on == next) {
                    return Err(Endless::Circle(path[start..].to_vec()));
                }
                if path.len() > MOST_STEPS {
                    return Err(Endless::Far(path[0]));
                }
                path.push(next);
                follow(names, path, steps, order)?;
                path.pop();
            }
            most = most.max(1 + steps[next].unwrap_or_default());
        }
        if most > MOST_STEPS {
            return Err(Endless::Far(here));
        }
        steps[here] = Some(most);
        order.push(here);
        Ok(())
    }
    let mut steps = vec![None; names.len()];
    let mut order = Vec::with_capacity(names.len());
    for start in 0..names.len() {
        if steps[start].is_none() {
            follow(names, &mut vec![start], &mut steps, &mut order)?;
        }
    }
    Ok(order)
}

/// `, by way of a, b`: what is between the start of a circle and its end.
fn by_way_of(keys: &[&str]) -> String {
    let between: Vec<String> = keys.iter().skip(1).map(|key| format!("`{key}`")).collect();
    if between.is_empty() { String::new() } else { format!(", by way of {}", between.join(", ")) }
}

impl File<'_> {
    /// Returns a place in the first of its lines.
    fn place(&self, range: Range) -> Span {
        let start = self.text.floor_char_boundary(range.start.min(self.text.len()));
        let end = self.text.ceil_char_boundary(range.end.clamp(start, self.text.len()));
        let end = self.text[start..end].find('\n').map_or(end, |line| start + line);
        Span::new(self.source, start, end)
    }

    /// Returns what the reader says, as authors are told.
    fn told(&self, error: ParseError) -> Diagnostic {
        if let Some(open) = never_closed(self.text) {
            return Diagnostic::error("this source is never closed", self.place(open))
                .label("expected a `}` for each `{`")
                .hint(LIKE);
        }
        let (message, label) = match error.kind {
            ParseErrorKind::DuplicateKey(key) => {
                (format!("two sources have the key `{key}`"), "expected a key of its own".to_owned())
            }
            ParseErrorKind::UnknownAbbreviation(name) => (
                format!("`{name}` is no abbreviation that is defined"),
                format!("expected `{{{name}}}`, or a line `@string{{{name} = ...}}`"),
            ),
            kind => ("this bibliography cannot be read".to_owned(), kind.to_string()),
        };
        Diagnostic::error(message, self.place(error.span)).label(label).hint(LIKE)
    }

    /// Checks how deep braces are, and what abbreviations stand for.
    fn check_fields(&self, raw: &RawBibliography) -> Result<(), Diagnostic> {
        let fields = || raw.entries.iter().flat_map(|entry| &entry.v.fields);
        for piece in raw.abbreviations.iter().chain(fields()).flat_map(|pair| &pair.value.v) {
            let RawChunk::Normal(text) = piece.v else { continue };
            if let Some(deep) = too_deep(text) {
                let at = piece.span.start + deep;
                return Err(Diagnostic::error("these braces are too deep", self.place(at..at + 1))
                    .label(format!("expected at most {MOST_DEEP} within each other"))
                    .hint(LIKE));
            }
        }

        let defined = &raw.abbreviations;
        let indices: HashMap<&str, usize> =
            defined.iter().enumerate().map(|(index, pair)| (pair.key.v, index)).collect();
        let named = |field: &Field| -> Vec<usize> {
            let named = field.iter().filter_map(|piece| match piece.v {
                RawChunk::Abbreviation(name) => indices.get(name).copied(),
                RawChunk::Normal(_) => None,
            });
            named.collect()
        };
        let names: Vec<Vec<usize>> = defined.iter().map(|pair| named(&pair.value.v)).collect();
        let order = ordered(&names).map_err(|endless| {
            let (message, at) = match endless {
                Endless::Circle(circle) => {
                    let keys: Vec<&str> = circle.iter().map(|index| defined[*index].key.v).collect();
                    let way = by_way_of(&keys);
                    (format!("the abbreviation `{}` stands for itself{way}", keys[0]), circle[0])
                }
                Endless::Far(at) => {
                    let key = defined[at].key.v;
                    (format!("the abbreviation `{key}` leads over more than {MOST_STEPS} others"), at)
                }
            };
            let pair = &defined[at];
            Diagnostic::error(message, self.place(pair.value.span.clone()))
                .label("expected a text in braces")
                .hint(format!("write `@string{{{} = {{...}}}}`", pair.key.v))
        })?;
        let mut costs = vec![Cost::default(); defined.len()];
        for index in order {
            costs[index] = Cost::of_field(&defined[index].value.v, cost_in(&indices, &costs));
        }
        let (mut written, mut moves) = (0usize, 0usize);
        for pair in fields() {
            let cost = Cost::of_field(&pair.value.v, cost_in(&indices, &costs));
            written = written.saturating_add(cost.written);
            moves = moves.saturating_add(cost.moves);
            let place = || self.place(pair.value.span.clone());
            if written > MOST_WRITTEN {
                return Err(Diagnostic::error("what abbreviations stand for is too long", place())
                    .label("expected fewer of them, or shorter ones"));
            }
            if moves > MOST_MOVES {
                return Err(
                    Diagnostic::error("too many braces", place()).label("expected a text with fewer of them")
                );
            }
        }
        Ok(())
    }

    /// Checks that sources which take fields from others come to an end.
    fn check_references(&self, parsed: &Bibliography, raw: &RawBibliography) -> Result<(), Diagnostic> {
        let entries: Vec<&Entry> = parsed.iter().collect();
        let indices: HashMap<&str, usize> =
            entries.iter().enumerate().map(|(index, entry)| (entry.key.as_str(), index)).collect();
        let [crossref, xdata] = REFERENCES.map(|(_, instead)| instead);
        let named = |entry: &&Entry| -> Vec<usize> {
            let crossref = entry.get_as::<String>(crossref).ok();
            let xdata = entry.get_as::<Vec<String>>(xdata).unwrap_or_default();
            let named = crossref.into_iter().chain(xdata).filter_map(|key| parsed.get(&key));
            named.filter_map(|entry| indices.get(entry.key.as_str()).copied()).collect()
        };
        let names: Vec<Vec<usize>> = entries.iter().map(named).collect();
        let place = |index: usize| {
            let entry = &raw.entries[index];
            let field = entry.v.fields.iter().find(|field| [crossref, xdata].contains(&field.key.v));
            self.place(field.map_or(entry.span.clone(), |field| field.value.span.clone()))
        };
        let order = ordered(&names).map_err(|endless| match endless {
            Endless::Circle(circle) => {
                let keys: Vec<&str> = circle.iter().map(|index| entries[*index].key.as_str()).collect();
                let message = format!("the source `{}` refers to itself{}", keys[0], by_way_of(&keys));
                Diagnostic::error(message, place(circle[0]))
                    .label("expected the key of another source, which does not lead back here")
                    .hint(REFER)
            }
            Endless::Far(at) => {
                let key = &entries[at].key;
                let message = format!("the source `{key}` leads over more than {MOST_STEPS} others");
                Diagnostic::error(message, place(at))
                    .label("expected the key of a source that does not refer to more")
                    .hint(REFER)
            }
        })?;
        let own = |entry: &Entry| {
            let sizes = entry
                .fields
                .values()
                .map(|chunks| 64 + chunks.iter().map(|chunk| 64 + chunk.v.get().len()).sum::<usize>());
            64 + sizes.sum::<usize>()
        };
        let mut sizes = vec![0usize; entries.len()];
        for &index in &order {
            sizes[index] =
                names[index].iter().fold(own(entries[index]), |all, next| all.saturating_add(sizes[*next]));
        }
        let mut written = 0usize;
        for (index, names) in names.iter().enumerate() {
            written = names.iter().fold(written, |all, next| all.saturating_add(sizes[*next]));
            if written > MOST_WRITTEN {
                return Err(Diagnostic::error("sources take too much from others", place(index))
                    .label("expected fewer references, or sources with shorter fields")
                    .hint(REFER));
            }
        }
        Ok(())
    }
}

/// Returns what an abbreviation comes to; one that is not defined is a month, or an error later.
fn cost_in<'c>(indices: &'c HashMap<&str, usize>, costs: &'c [Cost]) -> impl Fn(&str) -> Cost + 'c {
    |name| indices.get(name).map_or_else(Cost::default, |index| costs[*index])
}

/// Finds the brace that is too deep. One after a backslash counts too, since the reader looks for the end of a command so.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    text.bytes().position(|sign| {
        match sign {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MOST_DEEP
    })
}

/// The first line of the first source whose braces are not closed before the next one begins.
fn never_closed(text: &str) -> Option<Range> {
    let starts = text.match_indices('@').map(|(at, _)| at);
    let starts: Vec<usize> = starts.filter(|at| *at == 0 || text[..*at].ends_with('\n')).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().copied().zip(ends).find_map(|(start, end)| {
        let entry = &text[start..end];
        let mut depth = 0i64;
        let mut escaped = false;
        for letter in entry.chars() {
            match letter {
                '{' if !escaped => depth += 1,
                '}' if !escaped => depth -= 1,
                _ => {}
            }
            escaped = letter == '\\' && !escaped;
        }
        let line = entry.lines().next().unwrap_or_default().len();
        (depth > 0).then_some(start..start + line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the message of an error and what it stands at.
    fn refused(text: &str) -> (String, &str) {
        let error = read(text, SourceId(0)).unwrap_err();
        let span = error.span.unwrap();
        (error.message, &text[span.start..span.end])
    }

    /// Sources of which each refers to the next.
    fn chain(field: &str, count: usize) -> String {
        let one = |index| {
            format!("@inproceedings{{k{index}, title = {{T{index}}}, {field} = {{k{}}}}}\n", index + 1)
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn sources_that_refer_to_themselves_are_refused() {
        for (text, message, at) in [
            ("@misc{k, crossref={k}}", "the source `k` refers to itself", "{k}"),
            ("@misc{k, XData={a, {k}}}", "the source `k` refers to itself", "{a, {k}}"),
            ("@string{s = {k}}\n@misc{k, crossref=s}", "the source `k` refers to itself", "s"),
            ("@misc{k, ids={l}, crossref={l}}", "the source `k` refers to itself", "{l}"),
            (
                "@misc{z, crossref={a}}\n@misc{a, xdata={x,b}}\n@misc{b, crossref={c}}\n@misc{c, crossref={a}}",
                "the source `a` refers to itself, by way of `b`, `c`",
                "{x,b}",
            ),
        ] {
            assert_eq!(refused(text), (message.to_owned(), at), "{text}");
        }
        for fine in [
            "@misc{k, crossref={K}}",
            "@misc{k, crossref={a}}\n@misc{l, crossref={a}, xdata={k, b}}\n@misc{a, title={A}}",
        ] {
            assert!(read(fine, SourceId(0)).is_ok(), "{fine}");
        }
    }

    #[test]
    fn a_source_still_takes_fields_from_another() {
        let all = read("@inproceedings{k, title={T}, crossref={p}}\n@proceedings{p, title={P}}", SourceId(0))
            .unwrap();
        assert_eq!(all.get("k").unwrap().get("booktitle").unwrap()[0].v.get(), "P");
    }

    #[test]
    fn a_long_chain_is_refused() {
        for field in ["crossref", "xdata"] {
            assert!(read(&chain(field, 11), SourceId(0)).is_ok());
            let backwards: Vec<String> = chain(field, 12).lines().rev().map(str::to_owned).collect();
            for text in [chain(field, 12), backwards.join("\n"), chain(field, 20_000)] {
                assert_eq!(refused(&text).0, "the source `k0` leads over more than 10 others");
            }
        }
    }

    #[test]
    fn what_sources_take_from_others_is_bounded() {
        let level = |index: usize| {
            let list = vec![format!("k{}", index + 1); 20].join(",");
            format!("@xdata{{k{index}, xdata = {{{list}}}}}\n")
        };
        let text: String = (0..10).map(level).collect();
        assert_eq!(refused(&(text + "@xdata{k10, title = {T}}")).0, "sources take too much from others");
    }

    #[test]
    fn abbreviations_come_to_an_end() {
        for (text, message, at) in [
            ("@string{a = a}", "the abbreviation `a` stands for itself", "a"),
            (
                "@string{a = \"x\" # b}\n@string{b = a}",
                "the abbreviation `a` stands for itself, by way of `b`",
                "\"x\" # b",
            ),
        ] {
            assert_eq!(refused(text), (message.to_owned(), at), "{text}");
        }
        let chain: String = (0..12).map(|index| format!("@string{{a{index} = a{}}}\n", index + 1)).collect();
        assert_eq!(refused(&chain).0, "the abbreviation `a0` leads over more than 10 others");
        let double = |index: usize| {
            format!("@string{{a{index} = {}}}\n", vec![format!("a{}", index + 1); 30].join(" # "))
        };
        let bomb: String = (0..8).map(double).collect();
        let bomb = bomb + "@string{a8 = {x}}\n@misc{k, title = a0}";
        assert_eq!(refused(&bomb), ("what abbreviations stand for is too long".to_owned(), "a0"));
    }

    #[test]
    fn deep_braces_are_refused() {
        let title = |open: &str, count: usize| {
            format!("@misc{{k, title = {{{}x{}}}}}", open.repeat(count), "}".repeat(count))
        };
        for open in ["{", "{a", "\\a{"] {
            assert!(read(&title(open, 100), SourceId(0)).is_ok());
            for count in [101, 100_000] {
                assert_eq!(refused(&title(open, count)), ("these braces are too deep".to_owned(), "{"));
            }
        }
        // Of which half are hidden behind backslashes.
        let hidden =
            format!("@misc{{k, title = {{{}{}}}}}", "\\a{\\{\\'\\\\}".repeat(9000), "\\}".repeat(9000));
        assert_eq!(refused(&hidden).0, "these braces are too deep");
        let many = format!("@misc{{k, title = {{{{{}}}}}}}", "{a}".repeat(20_000));
        assert_eq!(refused(&many).0, "too many braces");
    }
}
