use pulldown_cmark::{Event, html};

use super::read;

fn shown(text: &str) -> String {
    let reading = read(text, super::super::options());
    let mut out = String::new();
    let events = reading.parts.into_iter().map(|(event, range)| {
        assert!(
            range.end <= text.len() && text.is_char_boundary(range.start) && text.is_char_boundary(range.end)
        );
        match event {
            Event::InlineMath(tex) => Event::Text(format!("⟦{tex}⟧").into()),
            Event::DisplayMath(tex) => Event::Text(format!("⟪{tex}⟫").into()),
            event => event,
        }
    });
    html::push_html(&mut out, events);
    out.trim_end().to_owned()
}

/// Text in a paragraph.
fn line(text: &str) -> String {
    let html = shown(text);
    html.strip_prefix("<p>").and_then(|html| html.strip_suffix("</p>")).unwrap_or(&html).to_owned()
}

#[test]
fn prices_are_no_formulas() {
    for text in [
        "From $5-$10 an hour, US$100 and A$50, $0.50/$0.75 a token.",
        "It costs $5 per call, the larger one US$7.",
        "$ a $ and $ b",
        "\\$a$ b",
        "$a\\$ b",
        "a $x $y",
    ] {
        assert_eq!(line(text), text.replace('\\', ""), "{text}");
    }
    assert_eq!(
        line("It goes to *$HOME/.cargo/bin*. Ensure this is in your `$PATH` to run it."),
        "It goes to <em>$HOME/.cargo/bin</em>. Ensure this is in your <code>$PATH</code> to run it."
    );
    assert_eq!(line("[$5](a) or [$6](b)"), "<a href=\"a\">$5</a> or <a href=\"b\">$6</a>");
    assert_eq!(line("[$A](x) or [$B](y)"), "<a href=\"x\">$A</a> or <a href=\"y\">$B</a>");
    assert_eq!(line("[a](x$y) and [b](z$w)"), "<a href=\"x$y\">a</a> and <a href=\"z$w\">b</a>");
}

#[test]
fn formulas_keep_what_markdown_would_take() {
    assert_eq!(line("$a*b$ and $c*d$"), "⟦a*b⟧ and ⟦c*d⟧");
    assert_eq!(line("$W^*$, $b_1 _x$ $[a](b)$ $a<b>c$"), "⟦W^*⟧, ⟦b_1 _x⟧ ⟦[a](b)⟧ ⟦a&lt;b&gt;c⟧");
    assert_eq!(line("**bold.**$x$"), "<strong>bold.</strong>⟦x⟧");
    assert_eq!(line("the $n$th and $a$$b$"), "the ⟦n⟧th and ⟦a⟧⟦b⟧");
    assert_eq!(line("$a \\\\ b\\_c$"), "⟦a \\\\ b\\_c⟧");
    assert_eq!(line("$\\text{if $x > 0$ or $y$}$ $z$"), "⟦\\text{if $x &gt; 0$ or $y$}⟧ ⟦z⟧");
    assert_eq!(line("$a\n+b$"), "⟦a\n+b⟧");
    assert_eq!(shown("$a\n+ b$"), "<p>$a</p>\n<ul>\n<li>b$</li>\n</ul>");
    assert_eq!(line("$a\nb$ c"), "⟦a\nb⟧ c");
    assert_eq!(shown("> $a\n> b$ c"), "<blockquote>\n<p>⟦a\n b⟧ c</p>\n</blockquote>");
    assert_eq!(line("x $$ \\sum_i x_i $$ y $$a$$"), "x ⟪ \\sum_i x_i ⟫ y ⟪a⟫");
    assert_eq!(line("![of $x_1$](p.png)"), "<img src=\"p.png\" alt=\"of ⟦x_1⟧\" />");
    assert_eq!(shown("## A $x$"), "<h2>A ⟦x⟧</h2>");
}

#[test]
fn blocks_are_taken_before_markdown_looks() {
    assert_eq!(line("$$\n- \\sum_i x_i\n$$"), "⟪\n- \\sum_i x_i\n⟫");
    assert_eq!(line("$$\na\n=\nb\n$$"), "⟪\na\n=\nb\n⟫");
    assert_eq!(line("$$\na\n\nb\n$$"), "⟪\na\n\nb\n⟫");
    assert_eq!(line("$$\n    a\n\n    b\n$$"), "⟪\n    a\n\n    b\n⟫");
    assert_eq!(line("where $$\n# b\n$$ holds"), "where ⟪\n# b\n⟫ holds");
    assert_eq!(
        shown("> $$\n> - a\n>\n> > b\n> $$"),
        "<blockquote>\n<p>⟪\n - a\n\n &gt; b\n ⟫</p>\n</blockquote>"
    );
    assert_eq!(shown("- $$\n  - a\n  $$\n- b"), "<ul>\n<li>⟪\n  - a\n  ⟫</li>\n<li>b</li>\n</ul>");
    assert_eq!(line("$$\n\\text{a $b$}\n= c\n$$"), "⟪\n\\text{a $b$}\n= c\n⟫");
    assert_eq!(line("$$ x\n+ y $$"), "⟪ x\n+ y ⟫");
}

#[test]
fn code_and_html_hold_no_formulas() {
    assert_eq!(shown("```\n$$\na\n```\n\n$$\nb\n$$"), "<pre><code>$$\na\n</code></pre>\n<p>⟪\nb\n⟫</p>");
    assert_eq!(shown("    $a$\n    $$\n    b\n    $$"), "<pre><code>$a$\n$$\nb\n$$</code></pre>");
    assert_eq!(line("`$a$` $b$ `` `$c$` ``"), "<code>$a$</code> ⟦b⟧ <code>`$c$`</code>");
    assert_eq!(shown("<p>$a$</p>"), "<p>$a$</p>");
    assert_eq!(line("<b title=\"$a$\">$c$</b>"), "<b title=\"$a$\">⟦c⟧</b>");
    assert_eq!(line("[$a$](b$c$d \"e $f$\")"), "<a href=\"b$c$d\" title=\"e $f$\">⟦a⟧</a>");
    assert_eq!(line("<https://a.b/$c$d> $e$"), "<a href=\"https://a.b/$c$d\">https://a.b/$c$d</a> ⟦e⟧");
    assert_eq!(line("$a `b$ c` d$"), "$a <code>b$ c</code> d$");
}

#[test]
fn cells_of_tables_hold_their_formulas() {
    let html = shown("| a | b |\n|---|---|\n| $x$ | $\\|w\\|$ |\n| $5 | 6$ |");
    assert!(html.contains("<td>⟦x⟧</td><td>⟦|w|⟧</td>"), "{html}");
    assert!(html.contains("<td>$5</td><td>6$</td>"), "{html}");
}

#[test]
fn definitions_begin_with_a_colon_and_a_space_after_one_line() {
    assert!(
        shown("Term\n: What it is.\n: Or this.")
            .contains("<dt>Term</dt>\n<dd>What it is.</dd>\n<dd>Or this.</dd>")
    );
    assert!(shown("Term\n\n:   What it is.").contains("<dd>"));
    for text in [
        "We write a\n:= b for a definition.",
        "![A map](pic.png)\n:width:`400px`\n:label:`fig_map`",
        "One line\nand another\n: no definition",
        "a\n:b\n:c\n:d\n:e\n:f",
        "a\n\n:begin_tab:`x`\nb\n:end_tab:",
        "see `a\n:b`",
        ":::{note}\nTake care.\n:::",
    ] {
        let html = shown(text);
        assert!(
            !html.contains("<dl>") && html.matches(':').count() == text.matches(':').count(),
            "{text}: {html}"
        );
    }
    assert_eq!(shown("> a\n> :b"), "<blockquote>\n<p>a\n:b</p>\n</blockquote>");
}

#[test]
fn emphasis_beside_east_asian_punctuation() {
    assert_eq!(
        line("**注意：**这里是**“粗体”**文字。これは**「重要」**です。"),
        "<strong>注意：</strong>这里是<strong>“粗体”</strong>文字。これは<strong>「重要」</strong>です。"
    );
    assert_eq!(line("这是**(粗体)**文字"), "这是<strong>(粗体)</strong>文字");
    assert_eq!(line("**`代码`**文字"), "<strong><code>代码</code></strong>文字");
    assert_eq!(line("**[链接](a)**文字"), "<strong><a href=\"a\">链接</a></strong>文字");
    assert_eq!(line("この*「強調」*を"), "この<em>「強調」</em>を");
    assert_eq!(line("~~删除。~~这里"), "<del>删除。</del>这里");
    assert_eq!(line("**这是$x$。**那"), "<strong>这是⟦x⟧。</strong>那");
    assert_eq!(line("a \\*注意：*这里 2 * 3"), "a *注意：*这里 2 * 3");
    assert_eq!(line("**a.**b"), "**a.**b");
    // One letter between two runs of stars.
    assert_eq!(line("熵*从*$P$*到*$Q$，"), "熵<em>从</em>⟦P⟧<em>到</em>⟦Q⟧，");
    assert_eq!(line("词*从*(P)*到*[Q]"), "词<em>从</em>(P)<em>到</em>[Q]");
    assert_eq!(line("a**从**(P) é*从*(P) *从*(P)"), "a<strong>从</strong>(P) é<em>从</em>(P) <em>从</em>(P)");
    assert_eq!(line("*甲*从*$P$*乙"), "<em>甲</em>从<em>⟦P⟧</em>乙");
}

#[test]
fn chinese_lines_join_without_a_space() {
    assert_eq!(line("换行，\n中间"), "换行，中间");
    assert_eq!(line("换**行**\n*中*间"), "换<strong>行</strong><em>中</em>间");
    assert_eq!(shown("> 换行\n> 中间"), "<blockquote>\n<p>换行中间</p>\n</blockquote>");
    assert_eq!(line("학습\n속도"), "학습\n속도");
    assert_eq!(line("中间\nAdam 换行\n`a`中"), "中间\nAdam 换行\n<code>a</code>中");
}

#[test]
fn backquotes_are_tex_between_dollars_on_lines_of_their_own() {
    assert_eq!(shown("$$\n\\text{``a''} ``b\n$$"), "<p>⟪\n\\text{``a''} ``b\n⟫</p>");
    assert_eq!(shown("$$\n\nUse `$$` to open."), "<p>$$</p>\n<p>Use <code>$$</code> to open.</p>");
}

#[test]
fn code_within_a_formula_is_found() {
    let found = |text: &str| {
        let reading = read(text, super::super::options());
        let codes: Vec<String> =
            reading.code_in_formulas.iter().map(|found| text[found.code.clone()].to_owned()).collect();
        codes
    };
    assert_eq!(found("5 $L = `{{ e.x }}`$"), ["`{{ e.x }}`"]);
    assert_eq!(found("$`d`$"), ["`d`"]);
    assert_eq!(found("$`{{ a }}` to $`{{ b }}`"), [] as [&str; 0]);
    assert_eq!(found("($`{{ a }}`/$`{{ b }}`)"), [] as [&str; 0]);
}
