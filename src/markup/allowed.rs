//! What may stand in a page: elements with their attributes, and what the values of those may be.

/// What markup is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    Page,
    Formula,
    /// A file of SVG.
    Drawing,
}

/// Which of its languages markup is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Html,
    Math,
    Svg,
}

/// What the value of an attribute may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text or a number that nothing follows from.
    Plain,
    /// Where a link leads.
    Link,
    /// A file of the site.
    File,
    /// Declarations of CSS.
    Style,
    /// A colour, a form or a place that is drawn.
    Paint,
}

/// An element as it is written, with the attributes that it may have beside those of [`EVERYWHERE`].
pub(super) struct Element {
    pub name: &'static str,
    pub attributes: &'static [&'static str],
}

const fn element(name: &'static str, attributes: &'static [&'static str]) -> Element {
    Element { name, attributes }
}

/// Attributes of every element; those that begin with `aria-` are too.
const EVERYWHERE: [&str; 10] =
    ["class", "data-held", "data-label", "dir", "id", "lang", "role", "style", "tabindex", "title"];

const HTML: &[Element] = &[
    element("a", &["download", "href", "rel"]),
    element("abbr", &[]),
    element("article", &[]),
    element("aside", &[]),
    element("b", &[]),
    element("bdi", &[]),
    element("blockquote", &[]),
    element("br", &[]),
    element("caption", &[]),
    element("cite", &[]),
    element("code", &[]),
    element("col", &["span"]),
    element("colgroup", &["span"]),
    element("dd", &[]),
    element("del", &[]),
    element("details", &["open"]),
    element("dfn", &[]),
    element("div", &[]),
    element("dl", &[]),
    element("dt", &[]),
    element("em", &[]),
    element("figcaption", &[]),
    element("figure", &[]),
    element("h1", &[]),
    element("h2", &[]),
    element("h3", &[]),
    element("h4", &[]),
    element("h5", &[]),
    element("h6", &[]),
    element("hr", &[]),
    element("i", &[]),
    element("img", &["alt", "height", "loading", "src", "width"]),
    element("input", &["checked", "name"]),
    element("ins", &[]),
    element("kbd", &[]),
    element("label", &["for"]),
    element("li", &["value"]),
    element("mark", &[]),
    element("nav", &[]),
    element("ol", &["reversed", "start", "type"]),
    element("p", &[]),
    element("pre", &[]),
    element("q", &[]),
    element("s", &[]),
    element("samp", &[]),
    element("section", &[]),
    element("small", &[]),
    element("span", &[]),
    element("strong", &[]),
    element("sub", &[]),
    element("summary", &[]),
    element("sup", &[]),
    element("table", &[]),
    element("tbody", &[]),
    element("td", &["colspan", "rowspan"]),
    element("tfoot", &[]),
    element("th", &["colspan", "rowspan", "scope"]),
    element("thead", &[]),
    element("tr", &[]),
    element("u", &[]),
    element("ul", &[]),
    element("var", &[]),
    element("wbr", &[]),
];

const MATH: &[Element] = &[
    element("annotation", &["encoding"]),
    element("math", &["display"]),
    element("menclose", &["notation"]),
    element("merror", &[]),
    element("mfrac", &["displaystyle", "linethickness", "scriptlevel"]),
    element("mi", &["mathvariant"]),
    element("mmultiscripts", &[]),
    element("mn", &[]),
    element(
        "mo",
        &[
            "fence",
            "form",
            "largeop",
            "lspace",
            "maxsize",
            "minsize",
            "movablelimits",
            "rspace",
            "separator",
            "stretchy",
            "symmetric",
        ],
    ),
    element("mover", &["accent"]),
    element("mpadded", &["depth", "height", "lspace", "voffset", "width"]),
    element("mphantom", &[]),
    element("mprescripts", &[]),
    element("mroot", &[]),
    element("mrow", &["displaystyle", "scriptlevel"]),
    element("ms", &[]),
    element("mspace", &["depth", "height", "width"]),
    element("msqrt", &[]),
    element("mstyle", &["displaystyle", "scriptlevel"]),
    element("msub", &[]),
    element("msubsup", &[]),
    element("msup", &[]),
    element("mtable", &["displaystyle", "scriptlevel"]),
    element("mtd", &["columnspan", "rowspan"]),
    element("mtext", &[]),
    element("mtr", &[]),
    element("munder", &["accentunder"]),
    element("munderover", &["accent", "accentunder"]),
    element("semantics", &[]),
];

/// Attributes of everything that is drawn.
const DRAWN: &[&str] = &[
    "clip-path",
    "clip-rule",
    "cx",
    "cy",
    "d",
    "data-frame",
    "data-n",
    "dominant-baseline",
    "dx",
    "dy",
    "fill",
    "fill-opacity",
    "fill-rule",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "opacity",
    "points",
    "r",
    "rx",
    "ry",
    "stroke",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
    "transform",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
    "y2",
];

const SVG: &[Element] = &[
    element("circle", DRAWN),
    element("clipPath", DRAWN),
    element("defs", DRAWN),
    element("desc", &[]),
    element("ellipse", DRAWN),
    element("g", DRAWN),
    element("line", DRAWN),
    element("path", DRAWN),
    element("polygon", DRAWN),
    element("polyline", DRAWN),
    element("rect", DRAWN),
    element("svg", &["data-chart", "data-frames", "height", "viewBox", "width", "xmlns"]),
    element("text", DRAWN),
    element("title", &[]),
    element("tspan", DRAWN),
];

/// Of a file of SVG; a page has the same rules in its own style sheet.
const STYLE: Element = element("style", &[]);

/// Elements of HTML within which nothing stands.
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// Elements of HTML beside those of [`HTML`], which only a trusted author's page may have.
const OTHERS: [&str; 58] = [
    "address", "area", "audio", "base", "bdo", "big", "body", "button", "canvas", "center", "data",
    "datalist", "dialog", "dir", "embed", "fieldset", "font", "footer", "form", "frame", "frameset", "head",
    "header", "hgroup", "html", "iframe", "legend", "link", "main", "map", "menu", "meta", "meter", "nobr",
    "noscript", "object", "optgroup", "option", "output", "param", "picture", "progress", "rp", "rt", "ruby",
    "script", "search", "select", "slot", "source", "strike", "style", "template", "textarea", "time",
    "track", "tt", "video",
];

/// Returns whether HTML has an element of that name, in lower case; `math` and `svg` count.
pub fn is_element(name: &str) -> bool {
    matches!(name, "math" | "svg" | "title")
        || HTML.iter().any(|known| known.name == name)
        || OTHERS.contains(&name)
}

/// Returns whether nothing stands within an element of HTML, so that it has no end tag.
pub fn is_void(name: &str) -> bool {
    VOID.contains(&name)
}

impl Language {
    /// Returns the element of that name, in lower case, that may stand in this language in a part of that root.
    pub(super) fn element(self, name: &str, root: Root) -> Option<&'static Element> {
        let list = match self {
            Language::Html => HTML,
            Language::Math => MATH,
            Language::Svg => SVG,
        };
        if name == "style" && root == Root::Drawing {
            return Some(&STYLE);
        }
        list.iter().find(|element| element.name.eq_ignore_ascii_case(name))
    }

    /// Returns the language of what stands within an element.
    pub(super) fn within(self, element: &Element) -> Language {
        match element.name {
            "math" => Language::Math,
            "svg" => Language::Svg,
            // Where a formula holds text, HTML may stand.
            "mtext" => Language::Html,
            _ => self,
        }
    }
}

impl Element {
    /// Returns an attribute as it is written, given in lower case, and what its value may be; none if it may not stand here.
    pub(super) fn attribute(&self, name: &str) -> Option<(&'static str, Kind)> {
        let own = self.attributes.iter().find(|known| known.eq_ignore_ascii_case(name));
        let known = *own.or_else(|| EVERYWHERE.iter().find(|known| **known == name))?;
        let kind = match known {
            "href" => Kind::Link,
            "src" => Kind::File,
            "style" => Kind::Style,
            _ if DRAWN.contains(&known) => Kind::Paint,
            _ => Kind::Plain,
        };
        Some((known, kind))
    }
}

/// Schemes that a link may have.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// Properties that a formula, a table or a chart sets.
const PROPERTIES: [&str; 20] = [
    "aspect-ratio",
    "border-left",
    "border-right",
    "border-top",
    "color",
    "font-size",
    "font-variant-caps",
    "height",
    "justify-items",
    "margin-left",
    "math-depth",
    "math-shift",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "text-align",
    "vertical-align",
    "width",
];

/// Functions of CSS and SVG that fetch nothing.
const FUNCTIONS: [&str; 9] = ["calc", "hsl", "matrix", "rgb", "rgba", "rotate", "scale", "translate", "var"];

impl Kind {
    /// Returns as much of a value as may stand; none if that is nothing.
    pub(super) fn allowed(self, value: &str) -> Option<String> {
        let whole = |is_allowed: bool| is_allowed.then(|| value.to_owned());
        match self {
            Kind::Plain => whole(true),
            Kind::Link => whole(scheme(value).is_none_or(|scheme| SCHEMES.contains(&scheme.as_str()))),
            Kind::File => whole(scheme(value).is_none() && is_below(value)),
            Kind::Paint => whole(is_paint(value)),
            Kind::Style => {
                let declared = value.split(';').filter(|declaration| {
                    declaration.split_once(':').is_some_and(|(property, value)| {
                        PROPERTIES.contains(&property.trim().to_ascii_lowercase().as_str()) && is_paint(value)
                    })
                });
                let declared: Vec<&str> = declared.collect();
                if declared.len() == value.split(';').filter(|part| !part.trim().is_empty()).count() {
                    return whole(!declared.is_empty());
                }
                (!declared.is_empty()).then(|| declared.join(";"))
            }
        }
    }
}

/// Returns the scheme of an address, in lower case.
pub fn scheme(address: &str) -> Option<String> {
    // Browsers skip blanks and control characters in a scheme, so those do not hide one.
    let cleaned: String =
        address.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect();
    let (scheme, _) = cleaned.split_once(':')?;
    let plain =
        scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.'));
    (plain && scheme.starts_with(|first: char| first.is_ascii_alphabetic())).then(|| scheme.to_lowercase())
}

/// Returns whether an address without a scheme is one of this site: browsers read a backslash as a slash.
fn is_below(address: &str) -> bool {
    let start = address.trim_start_matches(|letter: char| letter.is_whitespace() || letter.is_control());
    !start.starts_with(['/', '\\'])
}

/// Returns whether a value of CSS or SVG fetches nothing and has no escapes.
fn is_paint(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    if lower.contains(['\\', '@', '{', '}', '<']) || lower.contains("/*") {
        return false;
    }
    lower.match_indices('(').all(|(at, _)| {
        let before = &lower[..at];
        let name = before.rsplit(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-')).next();
        match name {
            // A part of the same drawing.
            Some("url") => lower[at + 1..].starts_with('#'),
            Some(name) => name.is_empty() || FUNCTIONS.contains(&name),
            None => true,
        }
    })
}

/// Returns whether a style sheet fetches nothing.
pub(super) fn is_still(css: &str) -> bool {
    let lower = css.to_ascii_lowercase();
    !["url", "import", "image", "src", "\\", "<", "expression"].iter().any(|part| lower.contains(part))
}
