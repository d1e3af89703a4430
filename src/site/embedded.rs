//! The files of `templates/` that the program carries.

/// Templates by name. An author's file of the same name wins.
pub(super) const TEMPLATES: &[(&str, &str)] = &[
    ("404.html", include_str!("../../templates/404.html")),
    ("experiment.html", include_str!("../../templates/experiment.html")),
    ("index.html", include_str!("../../templates/index.html")),
    ("layout.html", include_str!("../../templates/layout.html")),
    ("lesson.html", include_str!("../../templates/lesson.html")),
    ("navigation.html", include_str!("../../templates/navigation.html")),
    ("sitemap.xml", include_str!("../../templates/sitemap.xml")),
];

/// Parts of the one style sheet `assets/gradbook.css`, in their order. The styles of the charts come
/// after `page.css`; `course.css` is empty, there for an author to put rules of their own last.
pub(super) const STYLES: &[(&str, &str)] = &[
    ("styles/colors.css", include_str!("../../templates/styles/colors.css")),
    ("styles/page.css", include_str!("../../templates/styles/page.css")),
    ("styles/charts.css", ""),
    ("styles/prose.css", include_str!("../../templates/styles/prose.css")),
    ("styles/references.css", include_str!("../../templates/styles/references.css")),
    ("styles/math.css", include_str!("../../templates/styles/math.css")),
    ("styles/experiment.css", include_str!("../../templates/styles/experiment.css")),
    ("styles/live.css", include_str!("../../templates/styles/live.css")),
    ("styles/touch.css", include_str!("../../templates/styles/touch.css")),
    ("styles/index.css", include_str!("../../templates/styles/index.css")),
    ("styles/print.css", include_str!("../../templates/styles/print.css")),
    ("styles/course.css", ""),
];

/// The script that stands in pages, so that none waits for it.
pub(super) const THEME: &str = include_str!("../../templates/assets/theme.js");

/// Files copied as they are.
pub(super) const ASSETS: &[(&str, &[u8])] = &[
    ("assets/charts.js", include_bytes!("../../templates/assets/charts.js")),
    ("assets/favicon.svg", include_bytes!("../../templates/assets/favicon.svg")),
    ("assets/figures.js", include_bytes!("../../templates/assets/figures.js")),
    ("assets/fonts/math-LICENSE.txt", include_bytes!("../../templates/assets/fonts/math-LICENSE.txt")),
    ("assets/fonts/math-extended.woff2", include_bytes!("../../templates/assets/fonts/math-extended.woff2")),
    ("assets/fonts/math.woff2", include_bytes!("../../templates/assets/fonts/math.woff2")),
    ("assets/fonts/sans-extended.woff2", include_bytes!("../../templates/assets/fonts/sans-extended.woff2")),
    ("assets/fonts/sans.woff2", include_bytes!("../../templates/assets/fonts/sans.woff2")),
    (
        "assets/fonts/serif-extended.woff2",
        include_bytes!("../../templates/assets/fonts/serif-extended.woff2"),
    ),
    (
        "assets/fonts/serif-italic-extended.woff2",
        include_bytes!("../../templates/assets/fonts/serif-italic-extended.woff2"),
    ),
    ("assets/fonts/serif-italic.woff2", include_bytes!("../../templates/assets/fonts/serif-italic.woff2")),
    ("assets/fonts/serif.woff2", include_bytes!("../../templates/assets/fonts/serif.woff2")),
    ("assets/fonts/text-LICENSE.txt", include_bytes!("../../templates/assets/fonts/text-LICENSE.txt")),
    ("assets/frames.js", include_bytes!("../../templates/assets/frames.js")),
    ("assets/search-LICENSES.txt", include_bytes!("../../templates/assets/search-LICENSES.txt")),
    ("assets/theme.js", THEME.as_bytes()),
    ("assets/gradbook.js", include_bytes!("../../templates/assets/gradbook.js")),
    ("assets/live-results.js", include_bytes!("../../templates/assets/live-results.js")),
    ("assets/live.js", include_bytes!("../../templates/assets/live.js")),
];

/// Engine and experiments for browsers, as `scripts/module` makes them of `browser/`: WebAssembly, packed by gzip, by the names of their
/// scripts. The first is for machines whose relaxed SIMD fuses, the other for all.
pub(super) const MODULES: [(&str, &[u8]); 2] = [
    ("relaxed", include_bytes!("module/relaxed.wasm.gz")),
    ("plain", include_bytes!("module/plain.wasm.gz")),
];

/// What to say of the templates where they are written out.
const README: (&str, &str) = ("README.md", include_str!("../../templates/README.md"));

/// Returns the texts that an author may change, by their names in a folder of templates.
pub fn carried() -> impl Iterator<Item = (&'static str, &'static str)> {
    // The styles of the charts are made by the program.
    let styles = STYLES.iter().filter(|(name, _)| *name != "styles/charts.css");
    [README].into_iter().chain(TEMPLATES.iter().copied()).chain(styles.copied())
}
