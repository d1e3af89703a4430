//! Limits as they are written, with their units: in a course's settings, or in a file of the machine's owner.

use std::fs::File;
use std::path::Path;

use crate::diagnostic::{Diagnostic, Problem, Sources};
use crate::experiment::LimitSettings;
use crate::files::{self, Fault, Refusal};
use crate::settings::{self, LineMap, Node, Value};

/// Units from the text after a number to what they count, and what to write.
pub(super) struct Units {
    names: &'static [(&'static str, f64)],
    such_as: &'static str,
}

/// Decimal units of a size, in bytes.
pub(super) const SIZES: &Units = &Units {
    names: &[("b", 1.0), ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12)],
    such_as: "a size, such as `500 MB` or `2 GB`",
};

/// Units of time, in seconds.
const TIMES: &Units = &Units {
    names: &[("s", 1.0), ("min", 60.0), ("h", 3600.0)],
    such_as: "a time, such as `90s`, `30min` or `2h`",
};

/// The limits that may be written with units.
const WITH_UNITS: [(&str, &Units); 5] = [
    ("bytes", SIZES),
    ("time", TIMES),
    ("course.bytes", SIZES),
    ("course.time", TIMES),
    ("course.output", SIZES),
];

/// The longest file of limits, in bytes.
const LONGEST: u64 = 64 << 10;

/// Turns limits that are written with units into numbers; returns what cannot be read.
pub(super) fn read_units(node: &mut Node, prefix: &str) -> Vec<Diagnostic> {
    let read = |(name, units): (&str, &Units)| read_unit(node, &format!("{prefix}{name}"), units);
    WITH_UNITS.into_iter().filter_map(read).collect()
}

/// Turns what is written at a path with a unit into a number; returns what is wrong with it.
pub(super) fn read_unit(node: &mut Node, path: &str, units: &Units) -> Option<Diagnostic> {
    let written = node.get(path)?.clone();
    let text = written.as_text()?;
    let value = with_unit(text, units.names);
    // The entry is there, so setting it cannot fail.
    let _ = node.set(path, Node::new(written.span, Value::Float(value.unwrap_or(1.0))));
    value.is_none().then(|| {
        let error = Diagnostic::error(format!("`{path}` is the text `{text}`"), written.span);
        error.label(format!("expected {}", units.such_as))
    })
}

/// Reads `2 GB` as a number of the unit that counts 1.
fn with_unit(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let unit = text.find(|letter: char| letter.is_ascii_alphabetic())?;
    let number: f64 = text[..unit].trim().parse().ok()?;
    let (_, factor) = units.iter().find(|(name, _)| text[unit..].eq_ignore_ascii_case(name))?;
    (number > 0.0).then_some(number * factor)
}

/// Reads the limits of the machine's owner: a YAML file with the keys of a course's `limits`.
///
/// # Errors
/// A file that cannot be read, or everything that is wrong in it, in one sentence.
pub fn of_owner(file: &Path) -> Result<LimitSettings, Fault> {
    let shown = file.display();
    let unreadable = |error| Fault::cannot("read the limits in", &shown, error);
    let opened = File::open(file).map_err(unreadable)?;
    // A device has no length, and may have no end.
    let bytes = files::read_whole(&opened, LONGEST).map_err(|refusal| match refusal {
        Refusal::TooLong(_) => {
            Fault::new(format!("the limits in {shown} are longer than {} KiB", LONGEST >> 10))
        }
        refusal => Fault::cannot("read the limits in", &shown, refusal),
    })?;
    let text =
        String::from_utf8(bytes).map_err(|error| Fault::cannot("read the limits in", &shown, error))?;
    let mut sources = Sources::default();
    let source = sources.add(shown.to_string(), text.as_str());
    let map = LineMap::contiguous(source, 0, text.len());
    settings::parse(&text, &map).and_then(decode).map_err(|errors| {
        let said = |error: &Diagnostic| {
            let line = error.span.map_or(1, |span| sources.place(span).line);
            format!("{shown}:{line}: {error}")
        };
        Fault::new(errors.iter().map(said).collect::<Vec<_>>().join("; "))
    })
}

fn decode(mut node: Node) -> Result<LimitSettings, Vec<Diagnostic>> {
    if node.value == Value::Null {
        node = Node::empty_map(node.span);
    }
    let mut errors = read_units(&mut node, "");
    match settings::decode::<LimitSettings>(&node) {
        Err(found) => errors.extend(found),
        Ok(limits) => {
            let at = |problem: Problem| {
                let span = node.locate(&problem.path);
                Diagnostic::at(problem, span)
            };
            errors.extend(limits.check().into_iter().map(at));
            if errors.is_empty() {
                return Ok(limits);
            }
        }
    }
    Err(errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_decimal() {
        assert_eq!(with_unit("512kb", SIZES.names), Some(512e3));
        assert_eq!(with_unit("2 GiB", SIZES.names), None);
        assert_eq!(with_unit("GB", SIZES.names), None);
        assert_eq!(with_unit("90 min", TIMES.names), Some(5400.0));
    }

    #[test]
    fn an_owner_writes_the_keys_of_a_course() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("limits.yaml");
        let read = |text: &str| {
            std::fs::write(&file, text).unwrap();
            of_owner(&file).map_err(|error| error.to_string().replace(&file.display().to_string(), "FILE"))
        };
        let limits = read("time: 10min\ncourse: {time: 1h, output: 50 MB, files: 300}\n").unwrap();
        assert_eq!((limits.time, limits.course.time), (Some(600.0), Some(3600.0)));
        assert_eq!((limits.course.output, limits.course.files), (Some(5e7), Some(300)));
        assert_eq!(read("").unwrap(), LimitSettings::default());
        let wrong = read("times: 3\n").unwrap_err();
        assert!(wrong.starts_with("FILE:1: unknown setting `times`"), "{wrong}");
        let wrong = read("rows: 5\ncourse: {time: soon, output: -3}\n").unwrap_err();
        assert!(wrong.starts_with("FILE:2: `course.time` is the text `soon`, expected a time"), "{wrong}");
        assert!(
            of_owner(&folder.path().join("gone")).unwrap_err().to_string().contains("cannot read the limits")
        );
    }
}
