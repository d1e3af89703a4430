"""Lessons of one piece of Markdown, over and over."""

from text import BLOCK, FRONT, fill

# A lesson of one piece, over and over.
PIECES = {
    # Marks that open something and never close it.
    "brackets": "[", "double-brackets": "[[", "images": "![", "link-starts": "[a](", "link-angle": "[a](<b",
    "reference-starts": "[a][", "parentheses": "(", "braces": "{{ ", "stars": "*a ", "stars-underlines": "*a_ ",
    "strong": "**a ", "strong-both": "**a__b ", "underlines": "_a ", "tildes": "~~a ", "ticks": "`a ",
    "ticks-growing": "`%d``", "backslashes": "\\", "entities": "&amp;", "entities-open": "&a", "less-than": "<",
    "tags": "<b>", "places": '<a id="a%d"></a> ', "places-open": '<a id="a%d"> </b> ', "closing-tags": "</b>", "tag-names": "<b%d>", "attributes": "<a b=", "quotes-open": '<a b="',
    "comments": "<!-- ", "processing": "<?", "declarations": "<!A ", "cdata": "<![CDATA[", "autolinks": "<http:a> ",
    "addresses": "http://a.b/c ", "mails": "a@b.c ", "www": "www.a.b/((", "mails-open": "a@", "generics": "A<B<C ",
    "details": "<details>\n\n", "scripts": "<script>", "styles": "<style>a ", "pre": "<pre>\n", "svg": "<svg><path ",
    # Blocks.
    "bullets": "- ", "bullets-lines": "- a\n", "bullets-deeper": "- a\n  ", "numbers": "1. a\n", "quotes": "> ",
    "quotes-lines": "> a\n", "quotes-lists": "> - ", "headings": "# a\n", "headings-numbered": "# a%d\n",
    "headings-second": "## a\n", "headings-ids": "# a {#b}\n", "headings-attributes": "# a {.b}\n", "rules": "---\n", "setext": "a\n===\n",
    "fences": "```\n", "fences-languages": "```a%d\nb\n```\n", "indented": "    a\n", "tables": "|a|b|\n|-|-|\n",
    "table-cells": "|a", "table-rows": "|a|b|\n", "table-wide": "|a|b|c|d|e|f|g|h\n",
    "tables-lacking": "|a" * 100 + "|\n" + "|-" * 100 + "|\n" + "|b|\n" * 100 + "\n",
    "tables-divided": "|a" * 300 + "|\n" + "|-" * 300 + "|\n" + "|-|\n|b|\n" * 100 + "\n", "definitions": "a\n: b\n\n",
    "colons": ": a\n", "tasks": "- [ ] a\n", "alerts": "> [!NOTE]\n> a\n\n", "empty-lines": "\n", "spaces": " ",
    "tabs": "\t", "paragraphs": "a\n\n", "breaks": "a  \n", "one-line": "a", "words": "word ",
    "words-numbered": "w%d ", "nulls": "\0", "marks": "\ufeff", "accents": "e\u0301", "joined": "\u200d",
    "right-to-left": "\u202e", "stacked": "a" + "\u0301" * 50, "carriage-returns": "\r",
    # References.
    "footnotes-unknown": "[^a] ", "footnotes": "a[^%d]\n\n[^%d]: b\n\n", "footnotes-same": "[^a]: b\n\n",
    "footnotes-nested": "[^%d]: [^%d] [^a]\n\n", "references": "[a%d]: b\n", "references-used": "[a%d][]\n\n[a%d]: b\n",
    "references-long": "[" + "a" * 900 + "]\n",
    "links-dead": "[a](b%d.md)\n", "links-dead-same": "[a](b)\n", "links-dead-files": "[a](b%d.csv)\n", "pictures-dead": "![a](b%d.png)\n",
    "links-anchors": "[a](#b%d)\n", "links-out": "[a](../../b%d)\n", "links-wiki": "[[a%d]]\n",
    "links-percent": "[a](%%%d)\n", "links-experiments": "[a](#it%d)\n",
    # Formulas.
    "formulas": "$a$ ", "formulas-shown": "$$x ", "formulas-blocks": "$$\nx\n$$\n\n", "dollars": "$", "dollars-two": "$$ ",
    "formulas-open": "$a", "formulas-unknown": "$\\a%d$ ", "formulas-text": "$\\text{a $b$}$ ", "parens": "\\(",
    "parens-pairs": "\\(x\\) ", "square": "\\[", "begins": "\\begin{a}", "begins-align": "\\begin{align}\n",
    "begins-pairs": "\\begin{align}x\\end{align}\n\n", "labels": "$$\\label{a%d}$$\n\n", "eqrefs": "\\eqref{a%d} ",
    "formulas-primes": "$$\n" + "'" * 900 + "\n$$\n\n", "formulas-letters": "$$\n" + "a" * 900 + "\n$$\n\n", "labels-same": "$$x\\label{a}$$\n\n", "formulas-nested": "$$\n" + "{" * 400 + "\n$$\n\n",
    "formulas-ticks": "$`x`$ ", "money": "$5-$10 ", "formulas-fractions": "$\\frac12$ ",
    "macros-defined": "$\\newcommand{\\a}{b}$ ", "aligned": "$$\n\\begin{matrix}a&b\\\\c&d\\end{matrix}\n$$\n\n",
    # Numbers in prose.
    "values-unknown": "{{ x }} ", "values": "`{{ it.loss }}` ", "values-wrong": "`{{ it.los%d }}` ",
    "values-broken": "`{{ it. }}` ", "claims": "`{{ claim: it.hardmax[1] == 1 }}` ", "values-unknown-ticks": "`{{ x%d }}` ",
    "values-fail": "`{{ claim: it.hardmax[1] == 2 }}` ", "jinja": "{% for a in b %}", "jinja-comments": "{# ",
    "values-formulas": "$\\val{it.loss | round(2)}$ ", "values-formulas-unknown": "$\\val{it.los%d}$ ",
    # References to figures, sources.
    "refs": "`{{ ref: it.probabilities }}` ", "refs-unknown": "`{{ ref: it.a%d }}` ", "refs-equations": "`{{ ref: eq.a%d }}` ",
    "citations": "[@he2015] ", "citations-unknown": "[@he201%d] ", "citations-many": "[@he2015; @he2015] ",
    "citations-open": "[see @a, ", "citations-bare": "@a%d ", "citations-links": "[@he2015](a) ",
    # Figures of an author's own, files in fences.
    "figures": "```yaml figure\nid: f%d\nx: {linear: [0, 1]}\ny: x\n```\n\n",
    "figures-wrong": "```yaml figure\nid: f%d\nfrom: g%d\nx: epoch\ny: los\n```\n\n",
    "figures-same": "```yaml figure\nid: f\nfrom: it.\n```\n\n", "fences-files": "```python file: a%d.py\n```\n\n",
    # Other dialects.
    "dialect-fences": ":::{note}\n", "dialect-admonitions": "!!! note\n    a\n\n", "dialect-roles": "{cite}`a` ",
    "dialect-attributes": "![a](b){width=50%}\n", "dialect-blocks": "```{.python .input}\n```\n",
    "shortcodes": "{{< a >}} ", "includes": "{{#include a.rs}}\n", "experiments-plain": "```yaml\nkind: init\nid: a%d\n```\n\n",
    # Signs above and below the line, Chinese.
    "carets": "x^", "carets-open": "x^(", "carets-pairs": "x^2^ ", "tildes-one": "x~", "tildes-open": "x~(", "tildes-pairs": "H~2~O ",
    "chinese": "你", "chinese-strong": "**「你」**", "chinese-open": "**「你", "chinese-lines": "你\n", "chinese-stars": "你*",
    # Addresses, pictures, headings and fences that are nearly some.
    "www-underlines": "www.a.b_", "www-dots": "www.", "addresses-underlines": "https://a_", "mails-dots": "a@b.",
    "heading-braces": "# a {", "headings-classes": "# a {.b .c .d}\n", "picture-braces": '![a](b "{#', "picture-widths": '![a](b "width=',
    "pictures-named": '![a](missing.png "A {#b%d}")\n\n', "fences-tabs": "```python tab: a%d\nx\n```\n\n", "fences-tabs-same": "```python tab: a\nx\n```\n\n",
    "fence-info": "```python file: a.py, ", "exercises": "> [!EXERCISE]\n> a\n>\n> > [!SOLUTION]\n> > b\n\n", "comments-closed": "<!-- a --> ",
    "comments-lint": "<!-- lint: allow G018 -->\n", "places-classes": '<p id="a%d" class="a b c d">x</p>\n\n',
    "footnotes-open": "[^", "footnotes-headings": "# a[^%d]\n\n[^%d]: b\n\n", "footnotes-lists": "[^%d]: - a\n    - b\n\n",
    # Formulas that nest or spread.
    "fractions-deep": "$" + "\\frac{1}{" * 90 + "x" + "}" * 90 + "$ ", "powers-deep": "$" + "x^{" * 90 + "}" * 90 + "$ ",
    "lefts-deep": "$" + "\\left(" * 90 + "\\right)" * 90 + "$ ", "texts-deep": "$" + "\\text{a $" * 40 + "$}" * 40 + "$ ",
    "array-columns": "$$\n\\begin{array}{" + "c" * 9000 + "}" + "&" * 8999 + "\\end{array}\n$$\n\n",
    "align-rows": "$$\n\\begin{align}" + "a&b\\\\" * 3000 + "\\end{align}\n$$\n\n", "align-labels": "$$\n\\begin{align}\\label{a%d} a&b\\\\\\end{align}\n$$\n\n",
    # Expressions.
    "expressions-long": "`{{ " + "1+" * 490 + "1 }}` ", "expressions-deep": "`{{ " + "(" * 400 + "1" + ")" * 400 + " }}` ",
    "expressions-powers": "`{{ 9" + "^9" * 400 + " }}` ", "expressions-filters": "`{{ it.hardmax[1]" + " | round(2)" * 80 + " }}` ",
    "expressions-index": "`{{ it.hardmax" + "[1]" * 200 + " }}` ", "citations-pages": "[@he2015, p. %d] ",
}


def courses(size):
    for name, piece in PIECES.items():
        before = FRONT + (BLOCK if "it." in piece or "it%d" in piece else "")
        yield name, {"a.md": fill(piece, size, before, "\n")}
