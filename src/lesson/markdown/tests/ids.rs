//! Ids of headings, notes and raw HTML: each stands on a page once.

use super::*;

#[test]
fn ids_of_raw_html_stand_on_a_page_once() {
    let heading = &read("## A <b id=\"x\" class=\"y\">b</b>\n\n## C").headings[0];
    assert_eq!(heading.content.render(&mut Echo), "A <b class=\"y\">b</b>");
    let library = Library::default();
    let note = |start: usize| {
        let scene =
            Scene { library: &library, source: SourceId(0), start, folder: "", slug: "", number: None };
        let beside = Beside { blocks: &[], equations: &Equations::default() };
        short("a[^1]\n\n[^1]: b", scene, beside).body.render(&mut Echo)
    };
    assert!(note(7).contains("id=\"fn-7-1\"") && note(9).contains("href=\"#fn-9-1\""), "{}", note(9));
}

#[test]
fn headings_get_ids_of_their_own() {
    let document = read("# A `{{ x.y }}` b\n## Same\n## Same\n### Own {#same-2}\n## [L](#same) !\n##\n");
    assert_eq!(document.diagnostics, []);
    let shown: Vec<String> = document
        .headings
        .iter()
        .map(|heading| format!("{} {} {}", heading.level, heading.id, heading.content.render(&mut Echo)))
        .collect();
    assert_eq!(
        shown,
        ["1 a-x-y-b A [x.y] b", "2 same Same", "2 same-3 Same", "3 same-2 Own", "2 l L !", "2 section "]
    );
    assert!(
        document
            .body
            .render(&mut Echo)
            .contains("<h2 id=\"l\"><span id=\"l-\"></span><a href=\"#same\">L</a> !</h2>")
    );
    assert_eq!(document.anchors.len(), 1);
    assert_eq!(mistakes("# A {#x}\n# B {#x}"), ["x: two headings have the id `x`"]);
}

#[test]
fn footnotes_come_last_in_the_order_of_the_text() {
    let body = html("a[^two] b[^one]\n\n[^one]: First `{{ x.y }}`.\n\n[^two]: Second.\n\nend");
    let place = |part: &str| body.find(part).unwrap_or_else(|| panic!("{part} in {body}"));
    assert!(place("end") < place("Second") && place("Second") < place("First [x.y]"));
    assert_eq!(mistakes("a\n\n[^x]: b"), ["[^x]:: nothing refers to the footnote `x`"]);
    assert_eq!(mistakes("a[^x] b"), ["[^x]: there is no footnote `x`"]);
}

#[test]
fn footnotes_lead_to_the_text_and_back() {
    let body = html("a[^a b] b[^a b] c[^é]\n\n[^a b]: One.\n[^é]: - two\n\n## A b");
    for part in [
        "a<sup class=\"footnote-reference\" id=\"fnref-a-b\"><a href=\"#fn-a-b\">1</a></sup> b",
        "b<sup class=\"footnote-reference\" id=\"fnref-a-b-2\"><a href=\"#fn-a-b\">1</a></sup> c",
        "id=\"fn-a-b\"><sup class=\"footnote-definition-label\">1</sup>\n<p>One. <a class=\"footnote-back\" href=\"#fnref-a-b\"",
        "href=\"#fnref-a-b-2\" aria-label=\"Back to the text 2\">↩<sup>2</sup></a></p>",
        "</ul>\n<p><a class=\"footnote-back\" href=\"#fnref-é\"",
        "<h2 id=\"a-b\">",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
    assert!(mistakes("a[^x]\n\n[^x]: b\n\n[^x]: c")[0].contains("two footnotes are called `x`"));
    // What only a footnote refers to that is dropped itself.
    assert!(mistakes("text\n\n[^a]: x[^b]\n\n[^b]: y")[0].contains("nothing refers to the footnote `a`"));
    let twice = mistakes("a[^1]\n\n[^1]: b[^2]\n\n[^1]: c\n\n[^2]: d");
    assert!(twice[0].contains("two footnotes are called `1`"), "{twice:?}");
}

#[test]
fn no_id_stands_twice_beside_charts_and_notes() {
    let body = html(
        "a[^1] b[^1] c[^1-2]\n\n[^1]: d\n\n[^1-2]: e\n\n## fnref-1\n\n## fn-1\n\n## e-loss-wide-title\n\n## e loss narrow-narrow clip 0\n",
    );
    let ids: Vec<&str> = body.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), distinct.len(), "{ids:?}");
    for part in ["href=\"#fnref-1\"", "href=\"#fnref-1-2\"", "<h2 id=\"e-loss-wide-title-2\">"] {
        assert!(body.contains(part), "{part} in {body}");
    }
    for link in body.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(distinct.contains(link), "{link} in {body}");
    }
    for of_chart in ["e-loss-wide-title", "e-loss-narrow-narrow-desc", "e-a-wide-clip-12"] {
        assert!(!ids.contains(&of_chart));
        let said = format!("{of_chart}: the id `{of_chart}` may be one of a chart");
        assert_eq!(mistakes(&format!("## A {{#{of_chart}}}")), std::slice::from_ref(&said));
        assert_eq!(mistakes(&format!("<p id=\"{of_chart}\">")), [said]);
    }
    assert!(
        mistakes("a[^1]\n\n[^1]: b\n\n## C {#fnref-1}").is_empty()
            && html("## A wide-clip-\n\n## title").contains("\"title\"")
    );
}

#[test]
fn a_first_heading_that_repeats_the_title_is_not_shown() {
    let library = Library::default();
    let scene =
        Scene { library: &library, source: SourceId(0), start: 0, folder: "", slug: "", number: None };
    let shown = |text: &str| document(text, Some("1. The *Pooling* of $x$"), scene);
    let repeated = shown("# 1. the pooling of $x$\n\nText\n\n# 1. The pooling of $x$\n");
    let body = repeated.body.render(&mut Echo);
    assert_eq!((body.matches("<h1").count(), repeated.headings.len()), (1, 1), "{body}");
    assert!(repeated.ids.contains(&"1-the-pooling-of-x".to_owned()), "{:?}", repeated.ids);
    assert_eq!(shown("# Other\n").headings.len(), 1);
    assert_eq!(shown("## 1. The Pooling of $x$\n").headings.len(), 1);
}
