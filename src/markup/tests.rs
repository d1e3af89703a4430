use proptest::prelude::*;

use super::*;

#[test]
fn what_is_allowed_stays_as_it_is() {
    for html in [
        "<p>a <em>b</em> &amp; <a href=\"b.html#c\" title=\"d &quot;e&quot;\">f</a></p>\n",
        "<h2 id=\"a\" class=\"b c\">d</h2>",
        "<img src=\"files/a%20b.png\" alt=\"c &lt; d\"/>",
        "<td style=\"text-align: right\">1</td>",
        "<ul><li><input type=\"checkbox\" disabled=\"\" checked=\"\"/> done</li></ul>",
        "<svg class=\"chart\" viewBox=\"0 0 1 1\"><defs><clipPath id=\"a\"><rect x=\"1\"/></clipPath></defs>\
         <g clip-path=\"url(#a)\" transform=\"translate(1 2) rotate(-90)\"><path d=\"M1 2l0.5-3\"/></g></svg>",
        "<math display=\"block\"><semantics><mrow><mi>x</mi><mo>&lt;</mo><mspace width=\"1em\"/></mrow>\
         <annotation encoding=\"application/x-tex\">x &lt; y</annotation></semantics></math>",
        "<math><mtext><a href=\"#eq\">(1)</a> <b>c</b></mtext></math>",
        "<input type=\"radio\" name=\"a\" id=\"b\" checked=\"\"/><label for=\"b\">c</label>",
        "<div tabindex=\"0\" role=\"region\" aria-label=\"Results\">\u{a0}é</div>",
    ] {
        assert_eq!(fragment(html), html);
    }
}

#[test]
fn what_is_not_is_shown_as_text_or_left_out() {
    for (html, expected) in [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<p onclick=\"x()\" autofocus>a</p>", "<p>a</p>"),
        ("<a href=\"java\nscript:x\">a</a>", "<a>a</a>"),
        ("<a href=\"&#1;data:text/html,x\">a</a>", "<a>a</a>"),
        ("<img src=\"//evil.example/a.png\" alt=\"a\">", "<img alt=\"a\"/>"),
        ("<img src=\"\\\\evil.example/a.png\" alt=\"a\">", "<img alt=\"a\"/>"),
        ("<img src=x onerror=alert(1)>", "<img src=\"x\"/>"),
        ("<p style=\"background:url(//e);color:red\">a</p>", "<p style=\"color:red\">a</p>"),
        ("<p style=\"color:u\\72l(//e)\">a</p>", "<p>a</p>"),
        (
            "<svg><foreignObject><b>a</b></foreignObject></svg>",
            "<svg>&lt;foreignObject&gt;&lt;b&gt;a&lt;/b&gt;&lt;/foreignObject&gt;</svg>",
        ),
        ("<svg><rect fill=\"url(https://e)\"/></svg>", "<svg><rect/></svg>"),
        ("<svg><title><img src=a></title></svg>", "<svg><title>&lt;img src=a&gt;</title></svg>"),
        ("<svg><style>a{}</style></svg>", "<svg>&lt;style&gt;a{}&lt;/style&gt;</svg>"),
        ("<math href=\"javascript:x\"><mi>x</mi></math>", "<math><mi>x</mi></math>"),
        ("<p>a</p></main></article>", "<p>a</p>&lt;/main&gt;&lt;/article&gt;"),
        ("<div><p>a", "<div><p>a</p></div>"),
        ("<input type=text value=a>", "<input type=\"checkbox\" disabled=\"\"/>"),
        ("<input type=RADIO form=a>", "<input type=\"checkbox\" disabled=\"\"/>"),
        ("a <!-- b --> <!doctype html>c<b", "a  c&lt;b"),
        ("<b a=1 a=2 id=x id=y>", "<b id=\"x\"></b>"),
        ("</p onclick=x><i/>a", "&lt;/p onclick=x&gt;<i>a</i>"),
    ] {
        assert_eq!(fragment(html), expected, "{html}");
    }
}

#[test]
fn only_the_address_of_a_picture_holds_a_drawing_and_only_one_that_is_given() {
    let drawing = DataUrl::new(b"<svg/>");
    let held = drawing.address();
    let mut asked = Vec::new();
    let mut given = |address: &str| {
        asked.push(address.to_owned());
        (address == "files/a%20b.svg").then_some(&drawing)
    };
    for (html, expected) in [
        ("<img alt=\"a\" src=\"files/a%20b.svg\">", format!("<img alt=\"a\" src=\"{held}\"/>")),
        ("<img src='files/a&#37;20b.svg' SRC=x>", format!("<img src=\"{held}\"/>")),
        (
            "<img src=\"files/b.svg\" title=\"files/a%20b.svg\">",
            "<img src=\"files/b.svg\" title=\"files/a%20b.svg\"/>".into(),
        ),
        ("<a href=\"files/a%20b.svg\">a</a>", "<a href=\"files/a%20b.svg\">a</a>".into()),
        (
            "<input src=\"files/a%20b.svg\"><b src=\"files/a%20b.svg\">",
            "<input type=\"checkbox\" disabled=\"\"/><b></b>".into(),
        ),
        (
            "<svg><image src=\"files/a%20b.svg\"/></svg>",
            "<svg>&lt;image src=\"files/a%20b.svg\"/&gt;</svg>".into(),
        ),
    ] {
        assert_eq!(fragment_with(html, &mut given), expected, "{html}");
    }
    // What an author writes in that form is no address of ours.
    assert_eq!(fragment_with(&format!("<img src=\"{held}\">"), &mut |_| None), "<img/>");
    assert_eq!(fragment_with(&format!("<a href=\"{held}\">a</a>"), &mut |_| None), "<a>a</a>");
    assert_eq!(asked, ["files/a%20b.svg", "files/a%20b.svg", "files/b.svg"]);
}

#[test]
fn a_formula_is_nothing_but_a_formula() {
    assert_eq!(
        formula("<math><mo><script>x</script></mo></math>"),
        "<math><mo>&lt;script&gt;x&lt;/script&gt;</mo></math>"
    );
    assert_eq!(
        formula("<math><mi></math></p>x</mi></math>"),
        "<math><mi></mi></math>&lt;/p&gt;x&lt;/mi&gt;&lt;/math&gt;"
    );
    assert_eq!(formula("<b>a</b>"), "&lt;b&gt;a&lt;/b&gt;");
}

#[test]
fn a_drawing_keeps_its_style_and_fetches_nothing() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><style>.a{fill:#fff}</style><path d=\"M1 2\"/></svg>\n";
    assert_eq!(drawing(svg), svg);
    let hostile =
        "<svg onload=\"x()\"><style>@import '//e';</style><script>x</script><use href=\"//e\"/></svg>";
    assert_eq!(
        drawing(hostile),
        "<svg><style></style>&lt;script&gt;x&lt;/script&gt;&lt;use href=\"//e\"/&gt;</svg>"
    );
}

#[test]
fn tags_are_found_where_they_stand() {
    let html = "é<b id='x'>c</b > <i/>";
    let places: Vec<&str> = tokens(html, false)
        .into_iter()
        .filter_map(|token| match token {
            Token::Start(tag) => Some(&html[tag.place]),
            Token::End(_, place) => Some(&html[place]),
            _ => None,
        })
        .collect();
    assert_eq!(places, ["<b id='x'>", "</b >", "<i/>"]);
}

#[test]
fn ids_can_be_left_out() {
    for (html, expected) in [
        ("<b ID=x class='y \"z'>a &lt; b</b>", "<b class=\"y &quot;z\">a &lt; b</b>"),
        ("<span id=\"x\"></span>", "<span></span>"),
        ("<b title=\"a\">a</b>", "<b title=\"a\">a</b>"),
    ] {
        assert_eq!(without_ids(html), expected);
    }
}

#[test]
fn of_very_many_attributes_the_first_are_read() {
    let names = (0..500_000).map(|number| format!("a{number} ")).collect::<String>();
    let tags = tokens(&format!("<p id=\"x\" {names}class=\"y\">"), true);
    let [Token::Start(tag)] = &tags[..] else { panic!("one tag") };
    assert_eq!((tag.value("id"), tag.value("a100"), tag.value("class")), (Some("x"), Some(""), None));
}

#[test]
fn thousands_of_end_tags_take_no_time() {
    let html = format!("{}{}", "<div>".repeat(50_000), "</p>".repeat(50_000));
    assert!(fragment(&html).ends_with("</div>"));
}

proptest! {
    /// Whatever goes in, what comes out goes through again as it is.
    #[test]
    fn what_is_filtered_is_allowed(parts in proptest::collection::vec(prop_oneof![
        Just("<"), Just(">"), Just("</"), Just("/>"), Just("svg"), Just("math"), Just("mtext"), Just("title"), Just("style"),
        Just("p"), Just("a"), Just(" href="), Just("\""), Just("'"), Just("javascript:"), Just(" onload=x"), Just("<!--"),
        Just("-->"), Just("&lt;"), Just("&"), Just("script"), Just("é"), Just("\n"), Just("<![CDATA["), Just("]]>"), Just(" style="),
    ], 0..40)) {
        let html = parts.concat();
        for filter in [fragment, formula, drawing] {
            let once = filter(&html);
            prop_assert_eq!(filter(&once), once);
        }
    }
}

#[test]
fn links_and_ids_go() {
    assert_eq!(
        without_links("x <a class=\"b\" href=\"c\">1 &lt; <em>2</em></a> <abbr>y</abbr>"),
        "x 1 &lt; <em>2</em> <abbr>y</abbr>"
    );
    assert_eq!(
        without_ids("<math><mtr id=\"eq-a\"><mi id=\"b\">x</mi></mtr></math>"),
        "<math><mtr><mi>x</mi></mtr></math>"
    );
}
