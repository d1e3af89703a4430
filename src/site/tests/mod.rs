//! The rendered site as a whole, over the course that `examples/pages` shows.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::diagnostic::Sources;

mod html;
#[path = "../../../examples/pages/sample.rs"]
mod sample;

fn rendered() -> Output {
    let templates = Templates::default();
    let (site, files) = sample::course(&templates).unwrap();
    let mut output = sample::pages(&templates, &site).unwrap();
    output.extend(files);
    output
}

fn text<'a>(output: &'a Output, path: &str) -> &'a str {
    std::str::from_utf8(&output[path]).unwrap()
}

fn pages(output: &Output) -> impl Iterator<Item = (&str, html::Page)> {
    let html = output.keys().filter(|path| path.ends_with(".html"));
    html.map(|path| (path.as_str(), html::parse(text(output, path))))
}

#[test]
fn the_site_has_its_files() {
    let output = rendered();
    for path in [
        "404.html",
        "assets/favicon.svg",
        "assets/figures.js",
        "assets/fonts/math-extended.woff2",
        "assets/fonts/math.woff2",
        "assets/charts.js",
        "assets/frames.js",
        "assets/gradbook.css",
        "assets/gradbook.js",
        "dropout.html",
        "index.html",
        "learning-rate-decay.html",
        "optimizers.html",
        "search-index.js",
        "sitemap.xml",
    ] {
        assert!(output.contains_key(path), "{path}");
    }
    let fonts = output.iter().filter(|(path, _)| path.ends_with(".woff2"));
    assert!(fonts.map(|(_, bytes)| bytes.len()).sum::<usize>() < 400_000);
}

#[test]
fn every_page_parses_without_a_fault() {
    let output = rendered();
    assert_eq!(pages(&output).count(), 5);
    for (path, page) in pages(&output) {
        assert_eq!(page.faults, Vec::<String>::new(), "{path}");
    }
    assert!(!html::parse("<p></div>").faults.is_empty(), "the parser does find faults");
}

#[test]
fn every_page_has_the_parts_that_readers_and_machines_need() {
    let output = rendered();
    for (path, page) in pages(&output) {
        let count = |name: &str| page.elements.iter().filter(|element| element.name == name).count();
        for name in ["title", "h1", "main", "header", "footer"] {
            assert!(count(name) >= 1, "{path}: {name}");
        }
        assert_eq!((count("main"), count("h1"), count("title")), (1, 1, 1 + svg_titles(&page)), "{path}");
        let skip = page.elements.iter().find(|element| element.name == "a").unwrap();
        let expected = if path == "404.html" { "index.html" } else { "#main" };
        assert_eq!(skip.get("href"), Some(expected), "{path}: the first link skips to the content");
        for image in page.elements.iter().filter(|element| element.name == "img") {
            assert!(image.get("alt").is_some(), "{path}: an image without alt");
        }
    }
    let start = |path| text(&output, path).split("</head>").next().unwrap().to_owned();
    assert!(start("optimizers.html").contains("<html lang=\"en\">"));
    assert!(
        start("optimizers.html").contains("<title>Four ways down the same hill · Training deep networks")
    );
    let described = "<meta name=\"description\" content=\"Why switching off units at random narrows the gap \
                     between train and dev: here from 8.7% to 3.1%.\">";
    assert!(start("dropout.html").contains(described));
}

/// Finds titles: a chart's `<title>` is one too.
fn svg_titles(page: &html::Page) -> usize {
    page.elements.iter().filter(|element| element.name == "svg").count()
}

#[test]
fn nothing_is_fetched_from_elsewhere() {
    let output = rendered();
    for (path, page) in pages(&output) {
        for element in &page.elements {
            for (name, value) in &element.attributes {
                let fetched = matches!(name.as_str(), "src" | "srcset" | "poster" | "data" | "action")
                    || (name == "href" && element.name != "a" && element.name != "base");
                let away = value.contains("//") || value.starts_with('/');
                assert!(!(fetched && away), "{path}: <{} {name}={value}>", element.name);
            }
        }
    }
    let css = text(&output, "assets/gradbook.css");
    assert!(!css.contains("//") && !css.contains("@import"));
    assert!(!text(&output, "assets/gradbook.js").contains("://"));
}

#[test]
fn internal_links_lead_somewhere() {
    let output = rendered();
    for (path, page) in pages(&output) {
        let links = page.elements.iter().flat_map(|element| [element.get("href"), element.get("src")]);
        for link in links.flatten().filter(|link| !link.starts_with("https://")) {
            if path == "404.html" && link == "/course/" {
                continue; // The base.
            }
            let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path } else { file };
            if target.ends_with(".ipynb") {
                continue; // Written beside the site's own files.
            }
            assert!(output.contains_key(target), "{path}: {link}");
            if !fragment.is_empty() {
                let ids = ids(&html::parse(text(&output, target)));
                assert!(ids.contains(&fragment.to_owned()), "{path}: {link}");
            }
        }
    }
    let css = text(&output, "assets/gradbook.css");
    for url in css.split("url(").skip(1).map(|rest| rest.split(')').next().unwrap()) {
        assert!(output.contains_key(&format!("assets/{url}")), "{url}");
    }
}

#[test]
fn ids_are_unique_and_labels_exist() {
    let output = rendered();
    for (path, page) in pages(&output) {
        let ids = ids(&page);
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{path}: {ids:?}");
        for label in page.elements.iter().filter_map(|element| element.get("aria-labelledby")) {
            assert!(ids.contains(&label.to_owned()), "{path}: {label}");
        }
    }
}

fn ids(page: &html::Page) -> Vec<String> {
    page.elements.iter().filter_map(|element| element.get("id")).map(str::to_owned).collect()
}

#[test]
fn two_renders_are_equal() {
    assert!(rendered() == rendered());
}

#[test]
fn plain_text_is_escaped() {
    let bad = "<script>\"&'".to_owned();
    let experiment = ExperimentView {
        id: "a".into(),
        kind: bad.clone(),
        figures: vec![FigureView { title: bad.clone(), alt: bad.clone(), ..FigureView::default() }],
        provenance: Provenance { source: Some(bad.clone()), ..Provenance::default() },
        ..ExperimentView::default()
    };
    let templates = Templates::default();
    let html = templates.experiment(&experiment).unwrap();
    assert!(!html.contains("<script"), "{html}");
    let course = CourseView { title: bad.clone(), author: bad.clone(), ..CourseView::default() };
    let lesson =
        PageView { slug: "a".into(), title_text: bad.clone(), tags: vec![bad], ..PageView::default() };
    let chapters = vec![ChapterView { lessons: vec![lesson], ..ChapterView::default() }];
    let output = sample::pages(&templates, &Site { course, chapters, ..Site::default() }).unwrap();
    for path in ["index.html", "a.html", "404.html"] {
        assert!(!text(&output, path).contains("<script>"), "{path}");
    }
    assert!(!output.contains_key("sitemap.xml"), "no site map without an address");
}

#[test]
fn an_empty_course_has_its_pages() {
    let output = sample::pages(&Templates::default(), &Site::default()).unwrap();
    assert_eq!(html::parse(text(&output, "index.html")).faults, Vec::<String>::new());
    assert!(text(&output, "search-index.js").contains("gradbookSearch([\n\n],"));
}

#[test]
fn an_experiment_shows_what_it_has_and_no_more() {
    let output = rendered();
    let full = text(&output, "optimizers.html");
    for expected in [
        "<section class=\"experiment\" id=\"experiment-four_optimizers\"",
        "<th scope=\"row\">Adam</th>\n<td class=\"number best\" data-label=\"train loss\" \
         title=\"0.04141234567\">\n<span class=\"shown\">0.0414<span class=\"spread\" style=\"width: 7ch\">± 0.003</span>",
        "Held in 10 of 10 seeds (9 needed)",
        "Failed: held in 6 of 10 seeds",
        "kind: optimizers\nid: four_optimizers\n",
        "<dt>Seeds</dt><dd>0 to 9</dd>",
        "<dd>12,345,678,900</dd>",
        "<tr class=\"default\">\n<th scope=\"row\"><code>data.normalize</code></th>",
        "<a href=\"optimizers/four_optimizers.csv\">",
        "<a href=\"https://doi.org/10.24432/C50P49\">Source</a>",
        "href=\"https://github.com/example/course/edit/main/lessons/1-optimization/01-optimizers.md\"",
    ] {
        assert!(full.contains(expected), "{expected}");
    }
    let bare = text(&output, "dropout.html");
    assert!(bare.contains("<span class=\"number-of\">Figure\u{a0}1.1</span>"));
    assert!(
        bare.contains("<dt>Seed</dt><dd>0</dd>")
            && bare.contains("class=\"verdict\" data-held=\"1\">Held</span>")
    );
    for absent in ["What the author wrote", "class=\"results\"", "The numbers", "Parameters"] {
        assert!(!bare.contains(absent), "{absent}");
    }
}

#[test]
fn lessons_know_their_neighbours_in_reading_order() {
    let output = rendered();
    let turn = |path: &str, rel: &str| {
        let page = html::parse(text(&output, path));
        let link = page.elements.iter().find(|element| element.get("rel") == Some(rel));
        link.map(|link| link.get("href").unwrap().to_owned())
    };
    assert_eq!(turn("optimizers.html", "prev"), None);
    assert_eq!(turn("optimizers.html", "next").as_deref(), Some("learning-rate-decay.html"));
    assert_eq!(turn("learning-rate-decay.html", "next").as_deref(), Some("dropout.html"));
    assert_eq!(turn("dropout.html", "prev").as_deref(), Some("learning-rate-decay.html"));
    assert_eq!(turn("dropout.html", "next"), None);
}

#[test]
fn search_finds_titles_headings_and_text() {
    let output = rendered();
    let script = text(&output, "search-index.js");
    let (_, sections) = script.split_once("gradbookSearch([\n").unwrap();
    let (sections, _) = sections.split_once("\n], ").unwrap();
    let sections: serde_json::Value = serde_json::from_str(&format!("[{sections}]")).unwrap();
    let whole = sections.to_string();
    assert_eq!(sections[0]["slug"], "optimizers");
    let bias = sections.as_array().unwrap().iter().find(|section| section["url"] == "optimizers.html#bias");
    assert_eq!(bias.unwrap()["head"], "Bias correction of v");
    let text = sections[0]["text"].as_str().unwrap();
    assert!(text.starts_with("Gradient descent has one idea: walk downhill."), "{text}");
    assert!(whole.contains("plain descent needs 21.4 epochs"), "{whole}");
    assert!(whole.contains("Adam gets lower than plain gradient descent"), "claims are found: {whole}");
    assert!(!whole.contains("</"), "{whole}");
    assert!(!whole.contains("data.normalize"), "the details of an experiment are not searched: {whole}");
}

#[test]
fn the_site_map_has_every_page() {
    let output = rendered();
    let map = text(&output, "sitemap.xml");
    assert!(map.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset"), "{map}");
    for page in ["", "optimizers.html", "learning-rate-decay.html", "dropout.html"] {
        assert!(map.contains(&format!("<loc>https://example.org/course/{page}</loc>")), "{map}");
    }
    let base = "<base href=\"/course/\">";
    assert!(text(&output, "404.html").contains(base) && !text(&output, "index.html").contains("<base"));
}

/// Relative luminance and contrast as WCAG 2.2 defines them.
#[test]
fn text_colors_have_the_contrast_of_wcag_aa() {
    let css = include_str!("../../../templates/styles/colors.css");
    let luminance = |color: &str| {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    };
    let themes: Vec<&str> = css.split(" color-scheme:").skip(1).collect();
    assert_eq!(themes.len(), 3);
    assert_eq!(
        themes[1].split('}').next().unwrap().split_whitespace().collect::<Vec<_>>(),
        themes[2].split('}').next().unwrap().split_whitespace().collect::<Vec<_>>(),
        "dark by the system and dark by choice are one"
    );
    for theme in themes {
        let color = |name: &str| {
            let start = theme.find(&format!("--{name}: #")).unwrap_or_else(|| panic!("--{name}"));
            luminance(&theme[start + name.len() + 4..][..7])
        };
        for ground in ["paper", "surface"] {
            for ink in
                ["ink", "muted", "accent", "good", "bad", "note", "tip", "important", "warning", "type"]
            {
                let (one, other) = (color(ground), color(ink));
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= 4.5, "--{ink} on --{ground}: {contrast:.2} in {theme}");
            }
        }
    }
}

#[test]
fn every_file_of_the_folder_is_carried() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut found = BTreeSet::new();
    for entry in walkdir::WalkDir::new(&folder).into_iter().map(Result::unwrap) {
        let path = entry.path().strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/");
        if entry.file_type().is_file() && !path.ends_with(".py") && !path.ends_with(".md") {
            found.insert(path);
        }
    }
    let texts = embedded::TEMPLATES.iter().chain(embedded::STYLES).filter(|(_, text)| !text.is_empty());
    let carried = texts.map(|(name, _)| *name).chain(embedded::ASSETS.iter().map(|(name, _)| *name));
    assert_eq!(found, carried.map(str::to_owned).collect());
}

/// Returns a folder `templates` with these files in it.
fn overrides(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
        fs::write(folder.path().join(path), text).unwrap();
    }
    folder
}

#[test]
fn an_authors_files_win_and_are_added() {
    let folder = overrides(&[
        ("404.html", "{% include \"mine.html\" %}"),
        ("mine.html", "<p>{{ course.title }} & more"),
        ("styles/course.css", "p { color: teal }"),
        ("styles/charts.css", ".chart { color: red }"),
        ("assets/favicon.svg", "<svg/>"),
        ("assets/images/cat.txt", "cat"),
        ("assets/.hidden", "no"),
        ("notes.md", "no"),
    ]);
    let templates = Templates::load(Some(folder.path())).unwrap();
    let output = sample::pages(&templates, &sample::course(&templates).unwrap().0).unwrap();
    assert_eq!(text(&output, "404.html"), "<p>Training deep networks & more");
    let css = text(&output, "assets/gradbook.css");
    assert!(css.ends_with("p { color: teal }\n") && css.contains(".chart { color: red }"));
    assert!(!css.contains(".sample text"), "the author's own styles of charts replace the program's");
    assert_eq!(text(&output, "assets/favicon.svg"), "<svg/>");
    assert_eq!(text(&output, "assets/images/cat.txt"), "cat");
    assert!(!output.keys().any(|path| path.contains("hidden") || path.contains("notes")));
    assert!(Templates::load(Some(&folder.path().join("missing"))).is_ok(), "no folder, no overrides");
}

#[test]
fn templates_that_do_not_parse_are_reported_together_at_their_lines() {
    let folder = overrides(&[
        ("index.html", "<p>\n{% if %}\n"),
        ("lesson.html", "{{ x\n\n"),
        ("layout.html", "<p>fine"),
    ]);
    let errors = Templates::load(Some(folder.path())).unwrap_err();
    let places: Vec<_> = errors.iter().map(|error| (error.template.as_str(), error.line)).collect();
    assert_eq!(places, [("index.html", Some(2)), ("lesson.html", Some(1))]);
    let mut sources = Sources::default();
    let diagnostic = errors[0].diagnostic("lessons/templates", &mut sources);
    let span = diagnostic.span.unwrap();
    let source = sources.get(span.source);
    assert_eq!(source.path, "lessons/templates/index.html");
    assert!(source.text[..span.start].matches('\n').count() == 1, "{span:?}");
}

#[test]
fn an_unknown_name_in_a_template_is_an_error_at_its_place() {
    let folder =
        overrides(&[("part.html", "a\nb {{ course.titel }}"), ("404.html", "{% include \"part.html\" %}")]);
    let errors = Templates::load(Some(folder.path())).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let error = &errors[0];
    assert_eq!((error.template.as_str(), error.line), ("part.html", Some(2)), "{error}");
    let mut sources = Sources::default();
    let diagnostic = error.diagnostic("templates/", &mut sources);
    let span = diagnostic.span.unwrap();
    assert_eq!(&sources.get(span.source).text[span.start..span.end], "course.titel");
    assert_eq!(diagnostic.message, "the template: there is no `course.titel`");
    assert_eq!(diagnostic.label, "did you mean `title`?");
}

#[test]
fn a_template_that_is_no_text_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("index.html"), [0xff, 0xfe]).unwrap();
    let errors = Templates::load(Some(folder.path())).unwrap_err();
    assert_eq!(errors[0].to_string(), "index.html: this file is not UTF-8 text");
    let diagnostic = errors[0].diagnostic("templates", &mut Sources::default());
    assert_eq!(diagnostic.message, "the template templates/index.html: this file is not UTF-8 text");
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_not_followed() {
    let (secret, folder) = (tempfile::tempdir().unwrap(), overrides(&[("assets/a.txt", "a")]));
    fs::write(secret.path().join("key"), "secret").unwrap();
    std::os::unix::fs::symlink(secret.path().join("key"), folder.path().join("assets/b.txt")).unwrap();
    let output = sample::pages(&Templates::load(Some(folder.path())).unwrap(), &Site::default()).unwrap();
    assert!(output.contains_key("assets/a.txt") && !output.contains_key("assets/b.txt"));
}
