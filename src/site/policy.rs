//! The policy that pages carry: what a browser may fetch and run for them.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use super::embedded::THEME;
use super::script;
use crate::lesson::ContentPolicy;
use crate::markup::{self, Attribute, MENTIONS, Tag, Token, scheme};

/// What the site's own pages need, by directive.
const USUAL: [(&str, &str); 9] = [
    ("default-src", "'none'"),
    ("script-src", "'self'"),
    ("style-src", "'self' 'unsafe-inline'"),
    ("img-src", "'self' data:"),
    ("media-src", "'self' data:"),
    ("font-src", "'self'"),
    ("connect-src", "'self'"),
    ("base-uri", "'self'"),
    ("form-action", "'none'"),
];

/// What running an experiment needs beside them: the engine, and workers made of a script that the page has at hand, since one
/// that is opened from a folder can load none.
const RUNNING: [(&str, &str); 2] = [("script-src", " 'wasm-unsafe-eval'"), ("worker-src", "blob:")];

/// The one script that may stand in a page, by its hash.
static STANDING: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", script::base64(&Sha256::digest(THEME))));

/// Where a template puts that script.
const PLACE: &str = "{{ theme_script|safe }}";

/// Returns the policy as a page states it, one whose reader can run experiments or another; none where it states none.
pub fn text(policy: &ContentPolicy, runs: bool) -> Option<String> {
    let mut directives: Vec<(&str, String)> =
        USUAL.iter().map(|(directive, sources)| (*directive, (*sources).to_owned())).collect();
    for (directive, added) in RUNNING.into_iter().filter(|_| runs) {
        match directives.iter_mut().find(|(known, _)| *known == directive) {
            Some((_, sources)) => sources.push_str(added),
            None => directives.push((directive, added.to_owned())),
        }
    }
    match policy {
        ContentPolicy::None => return None,
        ContentPolicy::Usual => {}
        ContentPolicy::Wider(wider) => {
            for (directive, added) in wider {
                let added = added.join(" ");
                match directives.iter_mut().find(|(known, _)| known == directive) {
                    // Beside others `'none'` means nothing.
                    Some((_, sources)) if sources == "'none'" => *sources = added,
                    Some((_, sources)) => *sources = format!("{sources} {added}"),
                    None => directives.push((directive, added)),
                }
            }
        }
    }
    for (directive, sources) in &mut directives {
        if matches!(*directive, "script-src" | "script-src-elem") && !allows_all(sources) {
            sources.push(' ');
            sources.push_str(&STANDING);
        }
    }
    let stated = directives.iter().map(|(directive, sources)| format!("{directive} {sources}"));
    Some(stated.collect::<Vec<_>>().join("; "))
}

/// Whether every script that stands in a page may run: beside a hash, `'unsafe-inline'` means nothing.
fn allows_all(sources: &str) -> bool {
    sources.contains("'unsafe-inline'") && !sources.contains("'sha") && !sources.contains("'nonce-")
}

/// Elements that do nothing, or not all that they do, under the usual policy.
const NEEDY: [&str; 7] = ["applet", "embed", "form", "frame", "iframe", "object", "portal"];

/// The site's own scripts.
pub(super) const OWN_SCRIPTS: [&str; 5] =
    ["assets/charts.js", "assets/figures.js", "assets/frames.js", "assets/gradbook.js", "assets/theme.js"];

/// Attributes that fetch.
const FETCHING: [&str; 7] = ["background", "data", "formaction", "poster", "src", "srcdoc", "srcset"];

/// Returns whether HTML of an author's own needs more than the usual policy allows: a script, a frame, a form, something
/// from another machine.
pub fn needs_more(html: &str) -> bool {
    let mut needs = Needs::default();
    markup::each(html, true, &mut |token| needs.read(&token));
    needs.more
}

/// Looks for the same piece by piece, for whoever looks at the pieces too.
#[derive(Default)]
pub struct Needs {
    is_style: bool,
    is_script: bool,
    /// Whether one of those that were read needs more.
    pub more: bool,
}

impl Needs {
    /// Reads the next piece.
    pub fn read(&mut self, token: &Token) {
        self.more |= match token {
            Token::Start(tag) => self.start(tag),
            Token::Text(text) => self.is_style && fetches(text) || self.is_script && text.trim() != PLACE,
            Token::End(..) => {
                (self.is_style, self.is_script) = (false, false);
                false
            }
            Token::Remark(_) => false,
        };
    }

    fn start(&mut self, tag: &Tag) -> bool {
        let name = tag.name.as_str();
        self.is_style = name == "style";
        self.is_script = name == "script" && tag.value("src").is_none();
        let leads = matches!(name, "a" | "area")
            || name == "link" && tag.value("rel").is_some_and(|rel| MENTIONS.contains(&rel));
        NEEDY.contains(&name)
            || name == "script" && tag.value("src").is_some_and(|address| !is_own(address))
            || tag.attributes.iter().any(|Attribute { name, value, .. }| {
                name.starts_with("on")
                    || name == "style" && fetches(value)
                    || FETCHING.contains(&name.as_str()) && is_elsewhere(value)
                    || !leads && name.ends_with("href") && is_elsewhere(value)
            })
    }
}

/// Returns whether a style sheet fetches something from another machine.
pub fn fetches(css: &str) -> bool {
    let lower = css.to_ascii_lowercase();
    ["url(", "@import", "image-set("].iter().any(|start| {
        lower.match_indices(start).any(|(at, _)| {
            let address = lower[at + start.len()..].trim_start_matches([' ', '"', '\'', '\t', '\n']);
            address.starts_with("//") || address.starts_with("http") || address.starts_with("url(")
        })
    })
}

/// Returns whether an address is that of one of the site's own scripts, from a page or in a template.
fn is_own(address: &str) -> bool {
    let address = address.trim_start_matches("../");
    OWN_SCRIPTS.contains(&address.strip_prefix("{{ root }}").unwrap_or(address))
}

fn is_elsewhere(address: &str) -> bool {
    address.split(',').any(|address| {
        let address = address.trim();
        address.starts_with("//") || scheme(address).is_some_and(|scheme| scheme != "data")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_added_where_they_belong() {
        let usual = text(&ContentPolicy::Usual, false).unwrap();
        assert!(usual.starts_with("default-src 'none'; script-src 'self' 'sha256-"), "{usual}");
        let wider = [
            ("script-src", vec!["https://a.example", "'unsafe-inline'"]),
            ("frame-src", vec!["https://b.example"]),
            ("form-action", vec!["'self'"]),
        ];
        let wider =
            wider.map(|(name, sources)| (name.to_owned(), sources.into_iter().map(str::to_owned).collect()));
        let wider = text(&ContentPolicy::Wider(wider.into()), false).unwrap();
        for directive in [
            "script-src 'self' https://a.example 'unsafe-inline';",
            "form-action 'self';",
            "; frame-src https://b.example",
        ] {
            assert!(wider.contains(directive), "{directive}: {wider}");
        }
        assert_eq!(text(&ContentPolicy::None, true), None);
        let runs = text(&ContentPolicy::Usual, true).unwrap();
        assert!(runs.contains(&format!("script-src 'self' 'wasm-unsafe-eval' {};", *STANDING)), "{runs}");
        assert!(runs.ends_with("; worker-src blob:") && !usual.contains("wasm"), "{runs}");
    }

    #[test]
    fn the_standing_script_is_allowed_by_its_hash() {
        let theme = &*STANDING;
        assert!(theme.starts_with("'sha256-") && theme.len() == "'sha256-'".len() + 44, "{theme}");
        let wider = |directive: &str, source: &str| {
            let wider = [(directive.to_owned(), vec![source.to_owned()])];
            text(&ContentPolicy::Wider(wider.into()), false).unwrap()
        };
        assert!(wider("img-src", "https://a.example").contains(&format!("script-src 'self' {theme};")));
        let both = wider("script-src", "'unsafe-inline' 'nonce-a'");
        assert!(both.contains(&format!("script-src 'self' 'unsafe-inline' 'nonce-a' {theme};")), "{both}");
        // It would take the meaning from what the author allows, which covers it.
        let inline = wider("script-src", "'unsafe-inline'");
        assert!(
            inline.contains("script-src 'self' 'unsafe-inline';") && !inline.contains("sha256"),
            "{inline}"
        );
        // Where elements have sources of their own, they are those that count.
        let elements = wider("script-src-elem", "'self'");
        assert!(elements.ends_with(&format!("script-src-elem 'self' {theme}")), "{elements}");
    }

    #[test]
    fn html_that_needs_more_is_known() {
        for html in [
            "<script src=\"assets/theme.js\"></script><script>{{ theme_script|safe }} x</script>",
            "<script>{{ head_html|safe }}</script>",
            "<script>x</script>",
            "<button onclick=\"x()\">a</button>",
            "<iframe src=\"https://video.example\"></iframe>",
            "<video src=\"https://a.example/b.mp4\"></video>",
            "<audio><source src=\"//a.example/b.ogg\"></audio>",
            "<img src=\"https://a.example/b.png\">",
            "<img srcset=\"files/a.png 1x, //a.example/b.png 2x\">",
            "<p style=\"background: url( 'https://a.example')\">",
            "<style>@import \"//a.example\";</style>",
            "<svg><use href=\"//a.example#b\"/></svg>",
            "<form><input></form>",
            "<link rel=\"stylesheet\" href=\"https://fonts.example/a.css\">",
            "<base href=\"//a.example/\">",
        ] {
            assert!(needs_more(html), "{html}");
        }
        for html in [
            "<p>a <a href=\"https://a.example\">b</a> &lt;script&gt;</p>",
            "<img src=\"files/a.png\" alt=\"onload=\">",
            "<img src=\"data:image/png;base64,x\">",
            "<video src=\"files/a.mp4\" poster=\"files/a.png\"><track src=\"files/a.vtt\"></video>",
            "<div style=\"background: url(files/a.png); color: red\"><details><summary>b</summary></details></div>",
            "<style>p { color: red }</style>",
            "<!-- <script>x</script> -->",
            "<script data-root=\"\">{{ theme_script|safe }}</script> x",
            include_str!("../../templates/layout.html"),
            include_str!("../../templates/404.html"),
            "<link rel=\"canonical\" href=\"https://a.example/\"><meta charset=\"utf-8\">",
        ] {
            assert!(!needs_more(html), "{html}");
        }
    }
}
