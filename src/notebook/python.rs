//! The Python that notebooks are made of: real modules (`python/*.py`), of which a notebook gets the parts that it needs.
//!
//! A module is cut at its outermost lines into parts: a function, a class, a table. A notebook has those that are called from
//! what it runs, and from each other. What stands between `# if NAME:` and `# end` stays where the settings have something of
//! that name (or of one of several, `# if l1|l2:`), and a table in capital letters keeps the entries that they name.

use std::collections::BTreeSet;

/// A module of the notebook's Python.
#[derive(Clone, Copy, Debug)]
pub(super) struct Module {
    /// The name by which others import it, and its cell's.
    pub name: &'static str,
    pub text: &'static str,
}

/// Initializers that stand in no table, since they have a number of their own or none at all.
const UNLISTED: [&str; 3] = ["zeros", "constant", "normal"];

/// Returns whether the Python has something of that name that settings can choose.
pub(super) fn knows(name: &str) -> bool {
    let entry = format!("    \"{name}\": ");
    let modules = || COMMON.iter().chain(RUNS);
    UNLISTED.contains(&name)
        || modules().any(|module| module.text.lines().any(|line| line.starts_with(&entry)))
}

/// Declares modules by the paths of their files.
macro_rules! modules {
    ($($name:ident: $path:literal),* $(,)?) => {
        &[$(Module { name: stringify!($name), text: include_str!(concat!("python/", $path)) }),*]
    };
}

/// What every notebook may need, in the order of its cells.
pub(super) const COMMON: &[Module] = modules! {
    streams: "streams.py",
    data: "data.py",
    split: "split.py",
    prepare: "prepare.py",
    network: "network.py",
    optimizers: "optimizers.py",
    augment: "augment.py",
    training: "training.py",
    look: "look.py",
};

/// What each kind does with it: `run_NAME(settings, seed)`.
pub(super) const RUNS: &[Module] = modules! {
    train: "kinds/train.py",
    optimizers: "kinds/optimizers.py",
    dropout: "kinds/dropout.py",
    init: "kinds/init.py",
    split: "kinds/split.py",
    search: "kinds/search.py",
    transfer: "kinds/transfer.py",
    gradient_check: "kinds/gradient_check.py",
    regression: "kinds/regression.py",
    softmax: "kinds/softmax.py",
    average: "kinds/average.py",
    surface: "kinds/surface.py",
    curvatures: "kinds/curvatures.py",
    critical_points: "kinds/critical_points.py",
};

/// What prints the numbers beside ours.
pub(super) const COMPARE: Module = Module { name: "compare", text: include_str!("python/compare.py") };

/// Names that each notebook gives a value of its own.
const GIVEN: [&str; 5] = ["FILES", "OURS", "VARIANTS", "SEEDS", "TEXT"];

/// Code of a module, cut at its outermost lines.
#[derive(Debug)]
struct Part {
    /// What it defines.
    name: String,
    code: String,
}

/// A cell of code, and what the whole of them imports.
pub(super) struct Chosen {
    /// Each module with what is left of it, in their order; those of which nothing is left are not there.
    pub cells: Vec<(&'static str, String)>,
    /// Lines that import what the cells use.
    pub imports: String,
}

/// Chooses what is needed, to call functions of these names, of modules in an order in which each uses those before it.
pub(super) fn choose(modules: &[Module], roots: &[String], features: &BTreeSet<String>) -> Chosen {
    let mut imports = BTreeSet::new();
    let mut all: Vec<(&'static str, Vec<Part>)> = Vec::new();
    for module in modules {
        let text = prune(module.text, features);
        imports.extend(text.lines().filter(|line| is_import(line) && !is_of_ours(line)).map(str::to_owned));
        all.push((module.name, parts(&text, features)));
    }
    let mut needed: BTreeSet<String> = roots.iter().cloned().collect();
    loop {
        let before = needed.len();
        for part in all
            .iter()
            .flat_map(|(_, parts)| parts)
            .filter(|part| needed.contains(&part.name))
            .collect::<Vec<_>>()
        {
            needed.extend(identifiers(&part.code).into_iter().map(str::to_owned));
        }
        if needed.len() == before {
            break;
        }
    }
    let kept = |parts: &[Part]| -> Vec<String> {
        let kept = parts.iter().filter(|part| needed.contains(&part.name));
        kept.map(|part| part.code.trim_end().to_owned()).collect()
    };
    let cells: Vec<(&'static str, String)> = all
        .iter()
        .map(|(name, parts)| (*name, kept(parts).join("\n\n\n")))
        .filter(|(_, code)| !code.is_empty())
        .collect();
    let used: BTreeSet<&str> = cells.iter().flat_map(|(_, code)| identifiers(code)).collect();
    let is_used = |line: &&String| used.contains(line.split_whitespace().last().unwrap_or_default());
    // What the notebook's own cells call.
    let uses_torch = imports.iter().filter(is_used).any(|line| line.contains("torch"));
    let own = ["import base64", "import json", "import zlib"].into_iter();
    let own = own.chain(uses_torch.then_some("import torch"));
    let own: BTreeSet<String> = own.map(str::to_owned).collect();
    let mut lines: Vec<&String> = imports.iter().filter(is_used).chain(&own).collect();
    // The standard library first, as is usual.
    lines.sort_by_key(|line| {
        (["numpy", "torch"].iter().any(|name| line.contains(name)), line.starts_with("from"), *line)
    });
    lines.dedup();
    Chosen { imports: lines.into_iter().map(|line| format!("{line}\n")).collect(), cells }
}

fn is_import(line: &str) -> bool {
    line.starts_with("import ") || line.starts_with("from ")
}

/// Returns whether a line imports another of these modules.
fn is_of_ours(line: &str) -> bool {
    let from = line.strip_prefix("from ").and_then(|rest| rest.split_whitespace().next());
    from.is_some_and(|from| COMMON.iter().chain(RUNS).any(|module| module.name == from))
}

/// Leaves out what stands between `# if NAME:` and `# end` where none of the names is a feature.
fn prune(text: &str, features: &BTreeSet<String>) -> String {
    let (mut kept, mut open): (String, Vec<bool>) = Default::default();
    for line in text.lines() {
        let mark = line.trim();
        if let Some(names) = mark.strip_prefix("# if ").and_then(|rest| rest.strip_suffix(':')) {
            open.push(names.split('|').any(|name| features.contains(name)));
        } else if mark == "# end" {
            open.pop();
        } else if open.iter().all(|holds| *holds) {
            kept += line;
            kept.push('\n');
        }
    }
    kept
}

/// Cuts a module into its parts, without its imports.
fn parts(text: &str, features: &BTreeSet<String>) -> Vec<Part> {
    let (mut parts, mut lead): (Vec<Part>, String) = Default::default();
    for line in text.lines().filter(|line| !is_import(line)) {
        let begins = line.starts_with(|letter: char| letter.is_ascii_alphabetic());
        if line.starts_with(['#', '@']) {
            lead += line;
            lead.push('\n');
        } else if begins {
            let code = format!("{}{line}\n", std::mem::take(&mut lead));
            match parts.last_mut() {
                // What is added to a table goes with it.
                Some(last) if last.name == defined(line) => last.code += &code,
                _ => parts.push(Part { name: defined(line), code }),
            }
        } else if let Some(last) = parts.last_mut().filter(|last| is_entry_wanted(last, line, features)) {
            last.code += line;
            last.code.push('\n');
        }
    }
    parts.retain(|part| !GIVEN.contains(&part.name.as_str()));
    parts
}

/// Returns what an outermost line defines.
fn defined(line: &str) -> String {
    let rest = line.strip_prefix("def ").or_else(|| line.strip_prefix("class ")).unwrap_or(line);
    rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Returns whether a line is no entry of a table, or one that the settings name.
fn is_entry_wanted(part: &Part, line: &str, features: &BTreeSet<String>) -> bool {
    let is_table = part.name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
    let entry = line.strip_prefix("    \"").and_then(|rest| rest.split_once("\": "));
    match entry {
        Some((name, _)) if is_table => features.contains(name),
        _ => true,
    }
}

/// Returns the names that a code uses; not those after a dot, and none of texts and comments.
fn identifiers(code: &str) -> BTreeSet<&str> {
    let bytes = code.as_bytes();
    let (mut found, mut at) = (BTreeSet::new(), 0);
    while at < bytes.len() {
        let rest = &code[at..];
        at += if let Some(text) = rest.strip_prefix("\"\"\"") {
            6 + text.find("\"\"\"").unwrap_or(text.len())
        } else if rest.starts_with(['"', '\'']) {
            let length = text_length(rest);
            if at > 0 && bytes[at - 1] == b'f' {
                // What stands in braces is code.
                let pieces = rest[1..length.max(2) - 1].split('{').skip(1);
                found.extend(pieces.filter_map(|piece| piece.split('}').next()).flat_map(identifiers));
            }
            length
        } else if rest.starts_with('#') {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_') {
            let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            let end = end.unwrap_or(rest.len());
            if at == 0 || bytes[at - 1] != b'.' {
                found.insert(&rest[..end]);
            }
            end
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
    }
    found
}

/// Returns how many bytes a text takes that begins code, its quotes among them.
fn text_length(code: &str) -> usize {
    let bytes = code.as_bytes();
    let mut at = 1;
    while at < bytes.len() && bytes[at] != bytes[0] {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    const MODULE: Module = Module {
        name: "example",
        text: "import math\nimport os\n\n# Ways.\nWAYS = {\n    \"up\": lambda x: up(x),\n    \"down\": lambda x: down(x),\n}\n\n\n\
               def up(x):\n    \"\"\"Not down.\"\"\"\n    # if steep:\n    x = math.exp(x)\n    # end\n    return x\n\n\n\
               def down(x):\n    return os.down(x)\n\n\ndef run(x):\n    return WAYS[f\"{x}\"](x)\n",
    };

    #[test]
    fn what_is_not_called_is_left_out() {
        let chosen = choose(&[MODULE], &["run".into()], &features(&["up", "steep"]));
        assert_eq!(chosen.imports, "import base64\nimport json\nimport math\nimport zlib\n");
        let code = &chosen.cells[0].1;
        assert!(code.contains("math.exp") && code.starts_with("# Ways.\nWAYS = {\n    \"up\""), "{code}");
        assert!(!code.contains("down(x)") && !code.contains("# if"), "{code}");
        let flat = choose(&[MODULE], &["run".into()], &features(&["up"]));
        assert_eq!(flat.imports, "import base64\nimport json\nimport zlib\n");
        assert!(!flat.cells[0].1.contains("exp"));
        assert!(choose(&[MODULE], &[], &features(&[])).cells.is_empty());
    }

    #[test]
    fn marks_of_all_modules_are_closed() {
        for module in COMMON.iter().chain(RUNS).chain([&COMPARE]) {
            let marks = |mark: &str| module.text.lines().filter(|line| line.trim().starts_with(mark)).count();
            assert_eq!(marks("# if "), marks("# end"), "{}", module.name);
        }
    }

    #[test]
    fn what_the_tables_lack_is_not_known() {
        for name in ["adam", "cosine", "gelu", "glorot", "zeros", "spirals", "csv", "tpe", "beale"] {
            assert!(knows(name), "{name}");
        }
        assert!(!knows("lion") && !knows("digits"));
    }

    #[test]
    fn names_of_texts_and_attributes_are_no_names() {
        let found = identifiers("a.b + f\"{c['d']} e\" + \"f\"  # g\n\"\"\"h\"\"\"");
        assert_eq!(found, ["a", "c", "f"].into());
        let found = identifiers(r#"sub('"[^"]*"', "", a) + "\"b" + 'it\'s' + c"#);
        assert_eq!(found, ["a", "c", "sub"].into());
    }

    #[test]
    fn what_a_module_imports_is_among_its_names() {
        for module in COMMON.iter().chain(RUNS).chain([&COMPARE]) {
            let (imports, code): (Vec<&str>, Vec<&str>) =
                module.text.lines().partition(|line| is_import(line));
            let code = code.join("\n");
            let names = identifiers(&code);
            for line in imports.into_iter().filter(|line| !is_of_ours(line)) {
                let name = line.split_whitespace().last().unwrap_or_default();
                assert!(names.contains(name), "{}: {line}", module.name);
            }
        }
    }
}
