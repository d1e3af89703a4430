//! Parts of a file of code: lines, or a region that comments in it name.

use std::sync::LazyLock;

use regex::Regex;

use crate::diagnostic::{counted, nearest};

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

/// Returns a part of a text without what names regions in it, and without the indentation that all of its lines have.
///
/// # Errors
/// What is wrong, which `in FILE` may follow, and what was expected.
pub(super) fn of(text: &str, excerpt: &Excerpt) -> Result<String, (String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let part = match excerpt {
        Excerpt::Whole => &lines[..],
        Excerpt::Lines(asked) => &lines[range(asked, lines.len())?],
        Excerpt::Region(name) => &lines[region(name, &lines)?],
    };
    let shown: Vec<&str> =
        part.iter().filter(|line| !BEGIN.is_match(line) && !END.is_match(line)).copied().collect();
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
    Ok(code)
}

/// Returns the lines that are asked for, counted from 1, the last included.
fn range(asked: &str, count: usize) -> Result<std::ops::Range<usize>, (String, String)> {
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

fn region(name: &str, lines: &[&str]) -> Result<std::ops::Range<usize>, (String, String)> {
    let begins = |line: &str| BEGIN.captures(line).map(|found| found["name"].to_owned());
    let Some(start) = lines.iter().position(|line| begins(line).as_deref() == Some(name)) else {
        let all: Vec<String> = lines.iter().filter_map(|line| begins(line)).collect();
        let label = match nearest(name, all.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if all.is_empty() => {
                format!("expected a comment `region {name}` there, and `endregion` below")
            }
            None => format!("expected one of {}", all.join(", ")),
        };
        return Err((format!("there is no region `{name}`"), label));
    };
    let mut depth = 0;
    for (index, line) in lines.iter().enumerate().skip(start + 1) {
        match END.captures(line).map(|found| found.name("name").map(|name| name.as_str().to_owned())) {
            Some(Some(other)) if other == name => return Ok(start + 1..index),
            Some(Some(_)) => depth -= 1,
            Some(None) if depth <= 0 => return Ok(start + 1..index),
            Some(None) => depth -= 1,
            None if BEGIN.is_match(line) => depth += 1,
            None => {}
        }
    }
    Err((format!("the region `{name}` never ends"), format!("expected a comment `endregion {name}` there")))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let open = of("# region a\nb\n", &Excerpt::Region("a")).unwrap_err();
        assert_eq!(open.0, "the region `a` never ends");
        assert!(of("b\n", &Excerpt::Region("a")).unwrap_err().1.contains("region a"));
    }
}
