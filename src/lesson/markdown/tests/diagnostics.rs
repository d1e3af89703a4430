//! What is said of mistakes and of what other programs mean, and where.

use super::*;

#[test]
fn mistakes_have_their_place() {
    assert_eq!(
        mistakes("```yaml experimnt\na: 1\n```"),
        ["yaml experimnt: a block marked `yaml experimnt` is shown, not run"]
    );
    assert_eq!(mistakes("> ```yaml experiment\n> kind: a\n> kind: b\n> ```"), ["kind: `kind` is set twice"]);
    assert_eq!(mistakes("```yaml experiment\n```"), ["```yaml experiment: this experiment is empty"]);
    assert_eq!(
        mistakes("```yaml experiment\nkind split\n```"),
        ["kind split: this is the text `kind split`"]
    );
    assert_eq!(mistakes("a `{{ x.y | percnt }}`"), ["percnt: there is no filter `percnt`"]);
    assert_eq!(mistakes("a `{{ }}`"), ["`{{ }}`: this expression is empty"]);
    assert_eq!(mistakes("a {{ x.y }} b"), ["{{ x.y }}: a value outside of backticks is shown as it stands"]);
    let outside = "a value outside of backticks is shown as it stands";
    let both = "{{ x.y }} or {{ x.z }} and {{ x.y }}, } }}";
    assert_eq!(
        mistakes(both),
        ["{{ x.y }}", "{{ x.z }}", "{{ x.y }}"].map(|value| format!("{value}: {outside}"))
    );
    assert_eq!(mistakes("é $a + \\nope$"), ["\\nope: unknown command `\\nope`"]);
    assert_eq!(mistakes("[a](javascript:x)"), ["javascript:x: a link with `javascript:` is refused"]);
    assert_eq!(
        mistakes("![a](https://x.org/a.png)"),
        ["https://x.org/a.png: this image would be fetched from elsewhere"]
    );
    assert_eq!(mistakes("![a](a.png)"), ["a.png: there is no file `a.png`"]);
}

#[test]
fn what_is_not_defined_or_not_shown_is_said() {
    let undefined = |name: &str| format!("nothing is defined as `{name}`");
    assert_eq!(
        mistakes("[a][b] [c][] [d] [e]\n\n[e]: #"),
        [format!("[a][b]: {}", undefined("b")), format!("[c]: {}", undefined("c"))]
    );
    assert_eq!(mistakes("![p][nope]"), [format!("![p][nope]: {}", undefined("nope"))]);
    let row = "this row has 3 cells, and its table 2 columns";
    assert_eq!(mistakes("|a|b|\n|-|-|\n|c|d|e|\n"), [format!("e: {row}")]);
    assert_eq!(mistakes("> a|b\n> -|-\n> c|`d|e`\n"), [format!("e`: {row}")]);
    assert_eq!(mistakes("a|b\n-|-\nc|d\\|e\nf\n|g|h|  \n"), [""; 0]);
}

#[test]
fn code_and_formulas_that_the_end_of_a_cell_cuts_are_said() {
    let cut = |what: &str| format!("a `|` ends the cell of a table, and cuts this {what}");
    for (row, place, what) in [
        ("$P(a|b)$", "$P(a|b)$", "formula"),
        ("$5 and $P(a|b)$", "$P(a|b)$", "formula"),
        ("`a|b`", "`a|b`", "code"),
        ("x `a | b`", "`a | b`", "code"),
    ] {
        assert_eq!(
            mistakes(&format!("| a | b |\n|-|-|\n| {row} |\n")),
            [format!("{place}: {}", cut(what))],
            "{row}"
        );
    }
    for row in
        ["$5|$6", "$5 | $6", "US$|A$", "$x$ | $y$", "`a` | `b`", "$\\|x\\|$ | y", "$|$", "a`|b", "\\`|`\\`"]
    {
        assert_eq!(mistakes(&format!("| a | b |\n|-|-|\n| {row} |\n")), [""; 0], "{row}");
    }
}

#[test]
fn a_fence_that_is_never_closed_is_said() {
    let open = "this fence is never closed: all that follows is code";
    assert_eq!(mistakes("a\n\n```python\nb\n\n## C\n"), [format!("```python: {open}")]);
    assert_eq!(mistakes("````\n```\n"), [format!("````: {open}")]);
    assert_eq!(mistakes("~~~\na\n```"), [format!("~~~: {open}")]);
    assert_eq!(mistakes("> ```\n> a"), [format!("```: {open}")]);
    for closed in [
        "```\na\n```",
        "```\na\n`````  \n",
        "> ~~~\n> a\n> ~~~",
        "- ```\n  a\n  ```",
        "```\n```",
        "> ```\n> a\n\nb",
        "    a",
    ] {
        assert_eq!(mistakes(closed), [""; 0], "{closed}");
    }
}

#[test]
fn ways_of_other_programs_are_named() {
    for (text, shown, what) in [
        (":::{note}\nHello\n:::", ":::{note}", "a container"),
        ("::: warning\nHello\n:::", "::: warning", "a container"),
        ("> !!! note\n>     Hello", "!!! note", "an admonition"),
        ("see [[02-b]] there", "[[02-b]]", "a link of a wiki"),
        ("{cite}`x2019`", "{cite}", "a citation of another dialect"),
        ("in :numref:`fig_x`", ":numref:", "a reference of another dialect"),
        ("`a`{.python}", "{.python}", "an attribute"),
        ("Text.\n{: .note}", "{: .note}", "an attribute"),
        ("{{< figure src=a.png >}}", "{{< figure src=a.png >}}", "a command of another"),
        ("{% hint style=x %}", "{% hint style=x %}", "a command of another"),
        ("```rust\n{{#include a.rs}}\n```", "{{#include a.rs}}", "a command of mdBook"),
        ("as in \\cite{a}", "\\cite{a}", "a citation of LaTeX"),
        ("a ^[note] b", "^[note]", "a footnote within"),
        ("[TOC]", "[TOC]", "a list of contents"),
        ("> [!FOO]\n> a", "[!FOO]", "an alert of another dialect"),
        ("a ==b c== d", "==b c==", "a mark of another"),
        ("(label)=\n# A", "(label)=", "a label of another"),
        ("$$x$$ {#eq:1}", "{#eq:1}", "the name of an equation"),
        ("well done :smile:!", ":smile:", "the name of a picture sign"),
        ("see @fig:x.", "@fig:x", "a reference of another"),
        ("--8<-- \"a.py\"", "--8<-- \"a.py\"", "a file of another"),
        ("a %%b%% c", "%%b%%", "a remark of another"),
        ("- > [!note]- Folded\n  > a", "[!note]-", "an alert of another dialect"),
        (":begin_tab:`x`\na", ":begin_tab:", "the edge of a part"),
        ("a\n\n:end_tab:", ":end_tab:", "the edge of a part"),
        ("@[toc]", "@[toc]", "a list of contents"),
        ("[[toc]]", "[[toc]]", "a list of contents"),
        ("a\n\n{#fig:x}", "{#fig:x}", "an attribute"),
        ("a\n\n\\newpage\n\nb", "\\newpage", "a command of LaTeX"),
        ("a\\footnote{b} c", "\\footnote{b}", "a command of LaTeX"),
        ("\\includegraphics[width=1cm]{a.png}", "\\includegraphics[width=1cm]{a.png}", "a command of LaTeX"),
        ("a $$ b", "$$", "the sign of a formula"),
        ("$$\nx + 1\n\ntext", "$$", "the sign of a formula"),
        ("see [the plan](my plan.md)", "my plan.md", "an address with a blank"),
        ("![a](loss curve.png)", "loss curve.png", "an address with a blank"),
        ("| a |\n|---|\n| b |\n\n: Words {#tbl-x}", ": Words {#tbl-x}", "the caption of a table"),
        ("| a |\n|---|\n| b |\n:Words of it", ":Words of it", "the caption of a table"),
        ("in \\@ref(fig:x)", "\\@ref(fig:x)", "a reference of another"),
        ("*[HTML]: a language", "*[HTML]: a language", "an abbreviation"),
        ("a\n\n##Words\n\nb", "##Words", "a heading without a blank"),
        ("#Words", "#Words", "a heading without a blank"),
        ("%% not shown %%", "%% not shown %%", "a remark of another"),
        ("```math\na\n```", "math", "a formula in a fence"),
        ("~~~Mermaid\na\n~~~", "Mermaid", "a diagram in a fence"),
        ("```{.python .input}\na\n```", "{.python .input}", "braces after a fence"),
    ] {
        let said = mistakes(text);
        assert_eq!(said.len(), 1, "{text}: {said:?}");
        assert!(said[0].starts_with(&format!("{shown}: {what}")), "{said:?}");
    }
    for text in [
        "a `[[b]]` `{x}` b",
        "$a^[b]$",
        "\\{{#include a}}",
        "[[1, 2], [3, 4]]",
        "> [!NOTE]\n> a",
        "> [!NOTE] Title\n> a",
        "$$x$$ and $$\na\n$$ b",
        "\\$\\$ and $$$ and `$$`",
        "[a](#main 'b c') [a](#main \"b c\") (a)(b c) `[a](b c)`",
        "| a |\n|---|\n| b |\n\nTerm\n: What it is",
        "#3 and\n#tag\n\n#\n\n###\n\n\\##a",
        "\\[a](b c.md) a[i](b c) [a](<b c.md",
        "`{{#include a.rs}}` `{{ > part }}` `{{! note }}`",
        "{a: 1}\n{# a remark of a template #}",
        "a == b, c==d==e, 12:30:15, a::b::c, me@fig.example, 100%%",
        "| a |\n|:---:|\n| b |",
        "> \\[!FOO]\n> a",
        "> [!FOO](#main)",
        "```latex\na\n```",
        "at 10:30:`x`",
        ":: a",
        "## A {#b .c}",
        "```python\n{% if x %} [[a]] :::note\n```",
        "{a}",
        "C:\\\\ref",
    ] {
        assert_eq!(mistakes(text), [""; 0], "{text}");
    }
    assert!(html("```rust,ignore\na\n```").contains("class=\"language-rust\""));
}

#[test]
fn braces_of_code_are_its_own() {
    let block = "```yaml experiment\nkind: softmax\nid: x\n```\n";
    let said = |text: &str| mistakes(&format!("{block}{text}"));
    for code in ["{{1, 2}, {3, 4}}", "${{ matrix.y }}", "{{ name }}", "{{ x }}"] {
        assert_eq!(said(&format!("```\n{code}\n```")), [""; 0], "{code}");
        assert_eq!(said(&format!("```yaml\nrun: {code}\n```")), [""; 0], "{code}");
    }
    assert_eq!(said("a {{1, 2}, {3}} b"), [""; 0]);
    assert_eq!(
        said("```\n{{ x.loss }}\n```"),
        ["{{ x.loss }}: a value in a block of code is shown as it stands"]
    );
    assert_eq!(said("```markdown\n{{ x.loss }}\n```"), [""; 0]);
    assert!(!html("```yaml\nsee: https://a.org\n```").contains("<a "));
    assert_eq!(html("`` {{ name }} ``"), "<p><code>{{ name }}</code></p>\n");
}

#[test]
fn formulas_in_other_delimiters_are_warned_of() {
    let shown = "this formula is shown as it stands";
    let all = ["$`d`$", "\\(a+b\\)", "\\[c\\]"].map(|formula| format!("{formula}: {shown}"));
    assert_eq!(mistakes("é \\(a+b\\) \\[c\\] $`d`$"), all);
    assert_eq!(mistakes("\\begin{align}\na &= b\n\\end{align}"), [format!("\\begin{{align}}: {shown}")]);
    assert_eq!(mistakes("a \\\\(x^2\\\\) b").len(), 1);
    for prose in ["\\[citation needed\\]", "\\[1\\]", "\\(so to say\\)", "\\[@a]", "a \\[ b"] {
        assert_eq!(mistakes(prose), [] as [&str; 0], "{prose}");
    }
    assert_eq!(mistakes("$L = `{{ a.b }}`$"), ["`{{ a.b }}`: no code can stand within a formula"]);
}

#[test]
fn what_thousands_of_references_may_have_meant_is_guessed_a_hundred_times() {
    let said = read(&format!("$$a \\label{{eq:cost}}$$ {}", "$\\eqref{eq:cots}$ ".repeat(150))).diagnostics;
    let guessed = |said: &&Diagnostic| said.label == "did you mean `eq:cost`?";
    assert_eq!((said.len(), said.iter().filter(guessed).count()), (150, 100));
}

#[test]
fn of_two_dialects_in_one_place_the_first_is_named() {
    let said = mistakes(&"![a](b:c){.d} [[e]] x ^[f [[g]] h] ".repeat(2));
    let said = said.iter().filter_map(|said| said.split_once(" is shown")).map(|(said, _)| said);
    let one =
        ["[[e]]: a link of a wiki", "[[g]]: a link of a wiki", "{.d}: a picture's size or name in braces"];
    let mut expected = one.repeat(2);
    expected.sort_unstable();
    let mut said = said.collect::<Vec<_>>();
    said.sort_unstable();
    assert_eq!(said, expected);
}
