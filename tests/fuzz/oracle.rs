//! Says of a page whether anything in it runs, is fetched or hides what is ours.

use super::html;

/// Elements that no page of a stranger's has.
const NEVER: [&str; 24] = [
    "animate",
    "applet",
    "audio",
    "button",
    "embed",
    "foreignObject",
    "form",
    "frame",
    "iframe",
    "image",
    "mglyph",
    "noscript",
    "object",
    "plaintext",
    "portal",
    "select",
    "set",
    "source",
    "style",
    "template",
    "textarea",
    "track",
    "use",
    "video",
];

/// The script that stands in every page.
const THEME: &str = include_str!("../../templates/assets/theme.js");

/// Whether an address holds a drawing, of which a picture runs and fetches nothing, and nothing else.
fn is_drawing(address: &str) -> bool {
    let base64 = address.strip_prefix("data:image/svg+xml;base64,").map(|text| text.trim_end_matches('='));
    base64.is_some_and(|text| text.chars().all(|c| c.is_ascii_alphanumeric() || "+/".contains(c)))
}

/// What is wrong with a page or a drawing: what runs, what is fetched, what leads where nothing should.
pub(crate) fn faults(path: &str, markup: &str) -> Vec<String> {
    let page = html::parse(markup);
    let is_page = path.ends_with(".html");
    // Where a page finds what is ours: a chapter's stands in a folder of its own.
    let assets = "../".repeat(path.matches('/').count()) + "assets/";
    let mut faults = Vec::new();
    let mut policies = 0;
    if path.starts_with("files/") {
        faults.push("a stranger's file is a document of the site".to_owned());
    }
    for element in &page.elements {
        let name = element.name.as_str();
        let mut wrong = |what: &str| faults.push(format!("<{name}>: {what}"));
        match name {
            "script"
                if ["gradbook.js", "charts.js", "figures.js", "frames.js", "theme.js"]
                    .iter()
                    .any(|own| element.get("src") == Some(&format!("{assets}{own}"))) => {}
            "script" if element.get("src").is_none() && element.text == THEME => {}
            "script" => wrong("is not ours"),
            // A drawing that stands alone has its colours with it.
            "style" if !is_page => {}
            "link" if !element.get("href").is_some_and(|href| href.starts_with(&assets)) => {
                wrong("is not ours");
            }
            "base"
                if !element
                    .get("href")
                    .is_some_and(|href| href.starts_with('/') && !href.starts_with("//")) =>
            {
                wrong("leads elsewhere");
            }
            "meta" => match element.get("http-equiv") {
                Some("Content-Security-Policy") => {
                    let policy = element.get("content").unwrap_or_default();
                    let hash = policy
                        .strip_prefix("default-src 'none'; script-src 'self' 'sha256-")
                        .and_then(|rest| rest.split_once("'; style-src 'self' 'unsafe-inline'; "));
                    let is_hash = |hash: &str| {
                        hash.chars().all(|letter| letter.is_ascii_alphanumeric() || "+/=".contains(letter))
                    };
                    if hash.is_some_and(|(hash, _)| is_hash(hash)) {
                        policies += 1;
                    }
                }
                Some(_) => wrong("does something"),
                None => {}
            },
            _ if NEVER.contains(&name) => wrong("may not be here"),
            _ => {}
        }
        for (attribute, value) in &element.attributes {
            let mut wrong = |what: &str| faults.push(format!("<{name} {attribute}=\"{value}\">: {what}"));
            let plain: String = value.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
            let lower = plain.to_lowercase();
            let scheme = lower.split_once(':').map(|(scheme, _)| scheme);
            let scheme = scheme
                .filter(|scheme| scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)));
            match attribute.as_str() {
                handler if handler.starts_with("on") => wrong("is a handler"),
                "autofocus" | "srcdoc" | "srcset" | "action" | "formaction" | "ping" | "target"
                | "contenteditable" => {
                    wrong("may not be here");
                }
                "href" if name == "a" => {
                    let led = scheme.is_none_or(|scheme| ["http", "https", "mailto"].contains(&scheme));
                    (!led).then(|| wrong("leads where nothing should"));
                }
                "class" if value == "strangers" => wrong("is a part of a stranger's drawing"),
                "src" if name == "img" && is_drawing(value) => {}
                "href" | "src" | "poster" | "data" | "background"
                    if scheme.is_some() || lower.starts_with("//") || lower.contains('\\') =>
                {
                    wrong("is fetched");
                }
                "style" | "fill" | "stroke" | "clip-path" | "filter" | "mask"
                    if lower.contains('\\') || lower.contains("url(") && !lower.starts_with("url(#") =>
                {
                    wrong("is fetched");
                }
                _ => {}
            }
        }
    }
    if is_page {
        faults.extend((policies != 1).then(|| "there is no policy".to_owned()));
        for name in ["main", "title", "footer"] {
            let count = page.elements.iter().filter(|element| element.name == name).count();
            // Charts have titles too.
            if count == 0 || count > 1 && name != "title" {
                faults.push(format!("{count} elements {name}"));
            }
        }
        faults.extend(page.faults);
    }
    faults
}
