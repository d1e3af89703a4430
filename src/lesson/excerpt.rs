//! Parts of a file of code: lines, or a region that comments in it name.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use regex::Regex;

use super::link::Suggestions;
use crate::diagnostic::{counted, nearest};
use crate::files::Refusal;

/// Which part is asked for.
pub(super) enum Excerpt<'a> {
    Whole,
    /// `3-9`, `3-`, `-9` or `3`.
    Lines(&'a str),
    Region(&'a str),
}

/// `# region loop`, `//#region loop`, `<!-- region: loop -->`: a comment that names what follows, as editors fold it.
static BEGIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\W*(?:pragma\s+)?region[ \t:]+(?P<name>[\w.-]+)\W*$").expect("a pattern of our own")
});
/// `# endregion`, with or without its name.
static END: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\W*(?:pragma\s+)?endregion(?:[ \t:]+(?P<name>[\w.-]+))?\W*$").expect("a pattern of our own")
});

/// A file of code, read once for all its parts.
#[derive(Debug)]
pub(super) struct Code {
    text: String,
    /// The start of each line in the text: a file may be all empty lines, and each takes no more than these four bytes.
    lines: Vec<u32>,
    /// The lines that name regions, and end them.
    marks: BTreeMap<usize, Mark>,
    /// The first line that begins each region.
    regions: HashMap<String, usize>,
}

#[derive(Debug)]
enum Mark {
    Begin,
    End(Option<String>),
}

/// The most regions that a message lists.
const MOST_LISTED: usize = 20;

/// Why there is no code of a file.
#[derive(Debug)]
pub(super) enum Unread {
    Refused(Refusal),
    NotText,
    /// The files that were read before leave no room for it.
    NoRoom,
}

/// The files of code that the lessons of a course show, each read once for all of them, and what is wrong with the others.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownCode(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    files: HashMap<String, Result<Arc<Code>, Arc<Unread>>>,
    bytes: usize,
}

/// The most bytes that all files of code of a course take. Beyond them no file is read at all: one that is not kept would be
/// read again for each of the many thousand fences that may show a line of it.
pub(super) const MOST_KEPT: usize = 32 << 20;

impl KnownCode {
    /// Returns the code of the file `below` the lessons folder, whose text `read` returns.
    ///
    /// # Errors
    /// There is none, or the files before it take all the room.
    pub(super) fn of(
        &self,
        below: &str,
        read: impl FnOnce() -> Result<String, Unread>,
    ) -> Result<Arc<Code>, Arc<Unread>> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().files.get(below) {
            return found.clone();
        }
        let is_full = known().bytes > MOST_KEPT;
        let code = if is_full { Err(Unread::NoRoom) } else { read().map(Code::read) };
        let mut known = known();
        // Another lesson may have read it meanwhile.
        if let Some(found) = known.files.get(below) {
            return found.clone();
        }
        let found = match code {
            Ok(code) => {
                known.bytes += code.size();
                if known.bytes > MOST_KEPT { Err(Arc::new(Unread::NoRoom)) } else { Ok(Arc::new(code)) }
            }
            Err(unread) => Err(Arc::new(unread)),
        };
        known.files.insert(below.to_owned(), found.clone());
        found
    }
}

impl Code {
    pub(super) fn read(text: String) -> Code {
        let start = |line: &str| line.as_ptr() as usize - text.as_ptr() as usize;
        let mut lines: Vec<u32> = text.lines().map(|line| start(line) as u32).collect();
        lines.shrink_to_fit();
        let (mut marks, mut regions) = (BTreeMap::new(), HashMap::new());
        for (index, line) in text.lines().enumerate().filter(|(_, line)| line.contains("region")) {
            if let Some(found) = BEGIN.captures(line) {
                regions.entry(found["name"].to_owned()).or_insert(index);
                marks.insert(index, Mark::Begin);
            } else if let Some(found) = END.captures(line) {
                marks.insert(index, Mark::End(found.name("name").map(|name| name.as_str().to_owned())));
            }
        }
        Code { text, lines, marks, regions }
    }

    /// Returns about how many bytes it takes.
    fn size(&self) -> usize {
        /// What a mark takes with its name, and as much again for its region.
        const MARK: usize = 128;
        self.text.len() + self.lines.len() * size_of::<u32>() + self.marks.len() * MARK
    }

    fn start(&self, index: usize) -> usize {
        self.lines[index] as usize
    }

    /// Returns a line without what ends it.
    fn line(&self, index: usize) -> &str {
        self.text[self.start(index)..].lines().next().unwrap_or_default()
    }

    /// Returns the lines of a part.
    ///
    /// # Errors
    /// What is wrong, which `in FILE` may follow, and what was expected.
    pub(super) fn lines(
        &self,
        excerpt: &Excerpt,
        suggestions: &Suggestions,
    ) -> Result<Range<usize>, (String, String)> {
        match excerpt {
            Excerpt::Whole => Ok(0..self.lines.len()),
            Excerpt::Lines(asked) => range(asked, self.lines.len()),
            Excerpt::Region(name) => self.region(name, suggestions),
        }
    }

    /// Returns how many bytes lines take in the file.
    pub(super) fn bytes(&self, part: &Range<usize>) -> usize {
        if part.is_empty() {
            return 0;
        }
        let last = part.end - 1;
        self.start(last) + self.line(last).len() - self.start(part.start)
    }

    /// Returns lines without what names regions among them, and without the indentation that all of them have.
    pub(super) fn cut(&self, part: Range<usize>) -> String {
        let lines = part.filter(|index| !self.marks.contains_key(index));
        let shown: Vec<&str> = lines.map(|index| self.line(index)).collect();
        let indentation = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let indented = shown.iter().filter(|line| !line.trim().is_empty());
        let common = indented.map(indentation).min().unwrap_or(0);
        // Blanks of one width may be tabs in one line and spaces in another: then nothing is taken away.
        let first = shown.iter().find(|line| !line.trim().is_empty()).map_or("", |line| &line[..common]);
        let alike = shown.iter().all(|line| line.trim().is_empty() || line.starts_with(first));
        let mut code = String::new();
        for line in shown {
            code.push_str(if alike { line.get(common..).unwrap_or_default() } else { line });
            code.push('\n');
        }
        code
    }

    fn region(&self, name: &str, suggestions: &Suggestions) -> Result<Range<usize>, (String, String)> {
        let Some(&start) = self.regions.get(name) else {
            let mut all: Vec<(&str, usize)> =
                self.regions.iter().map(|(name, line)| (name.as_str(), *line)).collect();
            let near = suggestions.look(|| {
                all.sort_by_key(|(_, line)| *line);
                nearest(name, all.iter().map(|(name, _)| *name))
            });
            let label = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if all.is_empty() => {
                    format!("expected a comment `region {name}` there, and `endregion` below")
                }
                None if all.len() > MOST_LISTED => {
                    format!("expected one of the {} regions of the file", all.len())
                }
                None => {
                    all.sort_by_key(|(_, line)| *line);
                    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
                    format!("expected one of {}", names.join(", "))
                }
            };
            return Err((format!("there is no region `{name}`"), label));
        };
        let mut depth = 0;
        for (index, mark) in self.marks.range(start + 1..) {
            match mark {
                Mark::End(Some(other)) if other == name => return Ok(start + 1..*index),
                Mark::End(None) if depth <= 0 => return Ok(start + 1..*index),
                Mark::End(_) => depth -= 1,
                Mark::Begin => depth += 1,
            }
        }
        Err((
            format!("the region `{name}` never ends"),
            format!("expected a comment `endregion {name}` there"),
        ))
    }
}

/// Returns the lines that are asked for, counted from 1, the last included.
fn range(asked: &str, count: usize) -> Result<Range<usize>, (String, String)> {
    let (first, last) = asked.split_once(['-', '–']).unwrap_or((asked, asked));
    let number = |text: &str, open: usize| match text.trim() {
        "" => Some(open),
        text => text.parse::<usize>().ok(),
    };
    let (Some(first), Some(last)) = (number(first, 1), number(last, count)) else {
        return Err((
            format!("there are no lines `{asked}`"),
            "expected lines as in `3-9`, `3-` or `3`".to_owned(),
        ));
    };
    if first == 0 || first > last || last > count || asked.trim().is_empty() {
        let has = format!("expected lines within 1 to {count}: the file has {}", counted(count, "line"));
        return Err((format!("there are no lines `{asked}`"), has));
    }
    Ok(first - 1..last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, excerpt: &Excerpt) -> Result<String, (String, String)> {
        let code = Code::read(text.to_owned());
        Ok(code.cut(code.lines(excerpt, &Suggestions::default())?))
    }

    #[test]
    fn lines_are_counted_without_their_ends() {
        let code = Code::read("ab\r\n\nc\u{e4}\n d".to_owned());
        assert_eq!(code.cut(0..4), "ab\n\nc\u{e4}\n d\n");
        assert_eq!([code.bytes(&(0..1)), code.bytes(&(0..4)), code.bytes(&(1..1))], [2, 11, 0]);
    }

    #[test]
    fn a_file_is_read_once_whether_or_not_there_is_room_for_it() {
        let known = KnownCode::default();
        let empty_lines = || Ok("\n".repeat(1 << 20));
        let refused = (0..).find(|index| known.of(&index.to_string(), empty_lines).is_err());
        // Each takes a byte and the four of its place.
        assert_eq!(refused, Some(6));
        let again = || -> Result<String, Unread> { panic!("it is read again") };
        assert!(known.of("0", again).is_ok());
        for name in ["6", "another"] {
            assert!(matches!(&*known.of(name, again).unwrap_err(), Unread::NoRoom));
        }
        let other = KnownCode::default();
        other.of("a", || Err(Unread::NotText)).unwrap_err();
        assert!(matches!(&*other.of("a", again).unwrap_err(), Unread::NotText));
    }

    const CODE: &str = "import x\n\ndef f():\n    # region loop\n    for i in y:\n        # region inner\n        a\n        # endregion\n        b\n    # endregion\n\n// #region other\nc\n// #endregion other\n";

    #[test]
    fn a_part_is_cut_out_and_moved_to_the_margin() {
        let cut = |excerpt| of(CODE, &excerpt).unwrap();
        assert_eq!(cut(Excerpt::Region("loop")), "for i in y:\n    a\n    b\n");
        assert_eq!(cut(Excerpt::Region("inner")), "a\n");
        assert_eq!(cut(Excerpt::Region("other")), "c\n");
        assert_eq!(cut(Excerpt::Lines("1")), "import x\n");
        assert_eq!(cut(Excerpt::Lines("3-5")), "def f():\n    for i in y:\n");
        assert_eq!(cut(Excerpt::Lines("13-")), "c\n");
        assert_eq!(cut(Excerpt::Lines("-2")), "import x\n\n");
        assert!(!cut(Excerpt::Whole).contains("region"));
        assert_eq!(of("\ta\n  b\n", &Excerpt::Whole).unwrap(), "\ta\n  b\n");
    }

    #[test]
    fn what_is_not_there_is_said() {
        for (excerpt, message, label) in [
            (Excerpt::Region("lop"), "there is no region `lop`", "did you mean `loop`?"),
            (Excerpt::Lines("0"), "there are no lines `0`", "within 1 to 14"),
            (Excerpt::Lines("9-20"), "there are no lines `9-20`", "within 1 to 14"),
            (Excerpt::Lines("5-3"), "there are no lines `5-3`", "within 1 to 14"),
            (Excerpt::Lines("a"), "there are no lines `a`", "as in `3-9`"),
            (Excerpt::Lines(""), "there are no lines ``", "within"),
        ] {
            let (said, expected) = of(CODE, &excerpt).unwrap_err();
            assert_eq!(said, message);
            assert!(expected.contains(label), "{expected}");
        }
        let many: String = (0..21).map(|index| format!("# region a{index}\n# endregion\n")).collect();
        assert_eq!(
            of(&many, &Excerpt::Region("other")).unwrap_err().1,
            "expected one of the 21 regions of the file"
        );
        let open = of("# region a\nb\n", &Excerpt::Region("a")).unwrap_err();
        assert_eq!(open.0, "the region `a` never ends");
        assert!(of("b\n", &Excerpt::Region("a")).unwrap_err().1.contains("region a"));
    }
}
