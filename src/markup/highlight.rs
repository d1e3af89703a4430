//! Colours for code, as classes of our own (the only user of `two-face`, and so of `syntect`).

use std::sync::LazyLock;

use two_face::re_exports::syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use super::push_text;

/// What begins a block of code with the name of its language.
const BEGIN: &str = "<pre><code class=\"language-";
const END: &str = "</code></pre>";

/// The longest block that is coloured, in bytes, and the longest of its lines: rules of grammars may look far ahead.
const LONGEST: usize = 50_000;
const LONGEST_LINE: usize = 1_000;
/// The most that is coloured of one page.
const MOST: usize = 400_000;

/// Languages that fences are marked with, and the names that the grammars know them by.
const ALSO_CALLED: [(&str, &str); 12] = [
    ("console", "bash"),
    ("jl", "julia"),
    ("jsonc", "json"),
    ("jsx", "js"),
    ("node", "js"),
    ("python3", "python"),
    ("pytorch", "python"),
    ("rscript", "r"),
    ("shell", "bash"),
    ("shell-session", "bash"),
    ("tex", "latex"),
    ("zsh", "bash"),
];

/// Scopes that colour all that stands within them.
const OUTER: [(&str, &[&str]); 2] =
    [("c", &["comment"]), ("a", &["meta.mapping.key.json", "meta.structure.dictionary.key.json"])];

/// Class and scopes, which are looked for from the innermost outwards; of one scope the first class counts.
const CLASSES: [(&str, &[&str]); 6] = [
    (
        "a",
        &[
            "entity.name.tag.yaml",
            "entity.name.tag.toml",
            "entity.other.attribute-name",
            "support.type.property-name",
            "variable.parameter",
        ],
    ),
    ("s", &["string", "constant.character", "constant.other.symbol", "markup.raw"]),
    ("n", &["constant"]),
    (
        "t",
        &[
            "entity.name.tag",
            "entity.name.type",
            "entity.name.class",
            "entity.name.struct",
            "entity.name.enum",
            "entity.other.inherited-class",
            "support.type",
            "support.class",
            "storage.type.class",
            "markup.heading",
        ],
    ),
    (
        "f",
        &[
            "entity.name.function",
            "support.function",
            "variable.function",
            "entity.name.macro",
            "support.macro",
        ],
    ),
    ("k", &["keyword", "storage", "support.constant", "variable.language", "entity.name.section"]),
];

/// Within these a scope further out does not colour: `print` in an f-string is code.
const PLAIN: [&str; 3] = ["meta.interpolation", "meta.embedded", "source.embedded"];

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// Scopes and the class of each; none where it has no colour.
type Scopes = Vec<(Scope, Option<&'static str>)>;

/// Those of [`OUTER`], and those of [`CLASSES`] and [`PLAIN`].
static SCOPES: LazyLock<(Scopes, Scopes)> = LazyLock::new(|| {
    let read = |classes: &[(&'static str, &[&str])]| -> Scopes {
        let scopes = classes.iter().flat_map(|(class, scopes)| scopes.iter().map(|scope| (*scope, *class)));
        scopes.filter_map(|(scope, class)| Some((Scope::new(scope).ok()?, Some(class)))).collect()
    };
    let plain = PLAIN.iter().filter_map(|scope| Some((Scope::new(scope).ok()?, None)));
    (read(&OUTER), read(&CLASSES).into_iter().chain(plain).collect())
});

/// Returns a page with the code in it coloured, wherever its language is known. A script is not needed, and what is copied is
/// the code as it was.
pub fn page(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    let mut left = MOST;
    while let Some(start) = rest.find(BEGIN) {
        let inside = start + BEGIN.len();
        let Some((language, code)) = rest[inside..].split_once("\">") else { break };
        let Some(length) = code.find(END) else { break };
        let begins = rest.len() - code.len();
        out.push_str(&rest[..begins]);
        let code = &code[..length];
        let coloured = (code.len() <= left).then(|| coloured(code, language)).flatten();
        left -= if coloured.is_some() { code.len() } else { 0 };
        out.push_str(coloured.as_deref().unwrap_or(code));
        rest = &rest[begins + length..];
    }
    out.push_str(rest);
    out
}

/// Returns code as HTML holds it, with colours; none where its language is not known, or it is too long.
fn coloured(code: &str, language: &str) -> Option<String> {
    if code.contains('<') || code.len() > LONGEST {
        return None;
    }
    let syntax = syntax(language)?;
    let mut code = code.to_owned();
    for (reference, letter) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
    {
        code = code.replace(reference, letter);
    }
    let is_long = |line: &str| line.len() > LONGEST_LINE;
    (!code.lines().any(is_long)).then(|| spans(&code, syntax)).flatten()
}

fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    let language = language.to_lowercase();
    let known = ALSO_CALLED.iter().find(|(also, _)| *also == language);
    let found = SYNTAXES.find_syntax_by_token(known.map_or(language.as_str(), |(_, name)| name))?;
    (found.name != "Plain Text").then_some(found)
}

fn spans(code: &str, syntax: &SyntaxReference) -> Option<String> {
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut writer = Spans { out: String::with_capacity(2 * code.len()), class: None };
    // Grammars know lines by their ends.
    for line in code.split_inclusive('\n') {
        let mut at = 0;
        for (place, operation) in state.parse_line(line, &SYNTAXES).ok()? {
            writer.write(line.get(at..place)?, &stack);
            at = place;
            stack.apply(&operation).ok()?;
        }
        writer.write(line.get(at..)?, &stack);
    }
    Some(writer.finish())
}

struct Spans {
    out: String,
    /// Of the span that is open.
    class: Option<&'static str>,
}

impl Spans {
    fn write(&mut self, text: &str, stack: &ScopeStack) {
        if text.is_empty() {
            return;
        }
        // Blanks have no colour, and part no span.
        let class = if text.trim().is_empty() { self.class } else { class(stack) };
        if class != self.class {
            self.close();
            if let Some(class) = class {
                self.out.push_str(&format!("<span class=\"hl-{class}\">"));
            }
            self.class = class;
        }
        push_text(&mut self.out, text);
    }

    fn close(&mut self) {
        if self.class.take().is_some() {
            self.out.push_str("</span>");
        }
    }

    fn finish(mut self) -> String {
        self.close();
        self.out
    }
}

fn class(stack: &ScopeStack) -> Option<&'static str> {
    let (outer, inner) = &*SCOPES;
    let found = |scopes: &Scopes| {
        let of = |scope: &Scope| scopes.iter().find(|(known, _)| known.is_prefix_of(*scope));
        stack.as_slice().iter().rev().find_map(of).map(|(_, class)| *class)
    };
    found(outer).or_else(|| found(inner)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of each language that the guide names, and a class that it must have.
    const KNOWN: [(&str, &str, &str); 18] = [
        ("python", "def f(x): return 1 # c", "k"),
        ("rust", "fn main() { let x = 1; }", "k"),
        ("yaml", "kind: split", "a"),
        ("json", "{&quot;a&quot;: 1}", "a"),
        ("sh", "echo \"a\" # b", "c"),
        ("shell", "echo 'a'", "s"),
        ("bash", "for f in *; do echo; done", "k"),
        ("r", "f &lt;- function(x) 1", "n"),
        ("julia", "function f(x) end", "k"),
        ("c", "int main(void) { return 0; }", "k"),
        ("cpp", "class A { int x; };", "t"),
        ("c++", "// a", "c"),
        ("javascript", "const x = `a`;", "s"),
        ("js", "function f() {}", "f"),
        ("toml", "[a]\nb = 1", "a"),
        ("latex", "\\frac{1}{2} % a", "c"),
        ("tex", "\\frac{1}{2}", "f"),
        ("sql", "SELECT a FROM b", "k"),
    ];

    fn block(language: &str, code: &str) -> String {
        format!("{BEGIN}{language}\">{code}\n{END}")
    }

    #[test]
    fn every_language_that_the_guide_names_has_colours() {
        for (language, code, class) in KNOWN {
            let html = page(&block(language, code));
            assert!(html.contains(&format!("<span class=\"hl-{class}\">")), "{language}: {html}");
            let plain = |html: &str| {
                crate::markup::tokens(html, true)
                    .into_iter()
                    .filter_map(|token| match token {
                        crate::markup::Token::Text(text) => Some(text),
                        _ => None,
                    })
                    .collect::<String>()
            };
            assert_eq!(plain(&html), plain(&block(language, code)), "what is read and copied is the code");
            assert_eq!(crate::markup::fragment(&html), html, "a stranger's code has colours too");
        }
    }

    #[test]
    fn what_is_not_known_stays_as_it_is() {
        for html in [
            block("nonsense", "def f(x): return 1"),
            block("text", "def f(x): return 1"),
            "<pre><code>def</code></pre>".to_owned(),
            block("python", &"x".repeat(LONGEST_LINE + 1)),
            block("python", &"x = 1\n".repeat(LONGEST)),
            block("python", "x = <b>1</b>"),
            "a <pre><code class=\"language-python\">never closed".to_owned(),
            "<pre><code class=\"language-".to_owned(),
        ] {
            assert_eq!(page(&html), html);
        }
    }

    #[test]
    fn only_so_much_of_a_page_is_coloured() {
        let html = page(&block("json", &"1,".repeat(400)).repeat(MOST / 400));
        let coloured = html.matches("<span").count();
        assert!(coloured > 0 && html.ends_with(&block("json", &"1,".repeat(400))), "{coloured}");
    }

    proptest::proptest! {
        #[test]
        fn no_code_panics(language in proptest::sample::select(KNOWN.map(|(language, ..)| language).to_vec()), code in "[ -~\né]{0,60}") {
            let html = block(language, &crate::markup::escaped(&code));
            let coloured = page(&html);
            proptest::prop_assert_eq!(coloured.matches("<span").count(), coloured.matches("</span>").count());
        }
    }
}
