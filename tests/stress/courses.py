"""Whole courses: links, sources, terms, many files."""

from text import BLOCK, FRONT, Link, fill


def courses(size):
    half = size // 2
    yield "links-dead-headings", {"a.md": FRONT + fill("# heading %d\n", half) + fill("[a](#headin%d)\n", half)}
    yield "links-near-pages", {
        **{f"lesson-{index}.md": FRONT for index in range(1000)},
        "a.md": FRONT + fill("[a](lesso-%d.md)\n", size),
    }
    yield "links-alive", {
        f"l{index}.md": FRONT + "".join(f"[a](l{(index * 7 + step) % 3000}.md)\n" for step in range(16))
        for index in range(size // 350)
    }
    shown, refs = fill("![a](a.svg)\n\n", half), fill("`{{ ref: shown }}` ", half)
    yield "drawings-refs", {"a.md": f"{FRONT}![a](a.svg \"A {{#shown}}\")\n\n{refs}\n\n{shown}", "a.svg": "<svg/>"}
    yield "lessons-empty", {f"l{index}.md": FRONT for index in range(size // 300)}
    yield "chapters", {f"{index}-a/{name}": text for index in range(size // 800)
                       for name, text in [("gradbook.yaml", "title: A\n"), ("index.md", FRONT)]}
    yield "lessons-long-titles", {f"l{index}.md": f"---\ntitle: {'a' * 900}\n---\n" for index in range(size // 1000)}
    yield "lessons-prerequisites", {
        f"l{index}.md": "---\ntitle: A\nprerequisites: [" + "".join(f"l{before}, " for before in range(max(0, index - 150), index)) + "]\n---\n"
        for index in range(size // 1100)
    }
    yield "lessons-same-titles", {f"{index}-a/b.md": FRONT + "# a\n" for index in range(size // 400)}
    yield "lessons-wrong", {f"l{index}.md": "---\ntitel: A\n---\n[a](b.md)\n" for index in range(size // 400)}
    yield "lessons-blocks", {
        f"l{index}.md": FRONT + BLOCK + "`{{ it.probabilities[1] }}`\n" for index in range(size // 500)
    }
    yield "blocks", {"a.md": FRONT + fill(BLOCK.replace("it", "it%d"), size)}
    yield "blocks-same-id", {"a.md": FRONT + fill(BLOCK, size)}
    yield "blocks-wrong", {"a.md": FRONT + fill("```yaml experiment\nkind: softmaxx\nid: a%d\n```\n\n", size)}
    yield "blocks-empty", {"a.md": FRONT + fill("```yaml experiment\n```\n\n", size)}
    claims = "claims:\n" + "  - hardmax[1] == 1\n" * 99
    block = f"```yaml experiment\nkind: softmax\nid: it%d\nlogits: [1, 2]\n{claims}```\n\n"
    yield "blocks-claims", {"a.md": FRONT + fill(block, size)}
    yield "front-matter-keys", {"a.md": "---\ntitle: A\n" + fill("k%d: 1\n", size) + "---\n"}
    yield "front-matter-title", {"a.md": "---\ntitle: " + "a" * size + "\n---\n"}
    yield "front-matter-formulas", {"a.md": "---\ntitle: '" + "$a$ " * (size // 4) + "'\n---\n"}
    yield "front-matter-deep", {"a.md": "---\ndefaults: " + "{a: " * (size // 4) + "\n---\n"}
    yield "front-matter-open", {"a.md": "---\n" + "a: b\n" * (size // 5)}
    yield "course-keys", {"gradbook.yaml": fill("k%d: 1\n", size), "a.md": FRONT}
    yield "course-macros", {"gradbook.yaml": "macros:\n" + fill("  \\a%d: b\n", size), "a.md": FRONT + "$a$\n"}
    bomb = "".join(f"  \\{chr(97 + index)}: '\\{chr(98 + index)}\\{chr(98 + index)}'\n" for index in range(20))
    yield "course-macros-bomb", {"gradbook.yaml": f"macros:\n{bomb}  \\u: x\n", "a.md": FRONT + "$\\a$ " * (size // 5)}
    terms = fill("term%d: a word\n", size // 2)
    yield "course-glossary", {"gradbook.yaml": "glossary: g.yaml\n", "g.yaml": fill("term%d: a word\n", size), "a.md": FRONT}
    yield "course-glossary-used", {
        "gradbook.yaml": "glossary: g.yaml\n", "g.yaml": terms, "a.md": FRONT + fill("a term%d here. ", size // 2)
    }
    yield "course-glossary-prefixes", {
        "gradbook.yaml": "glossary: g.yaml\n",
        "g.yaml": "".join(f"{'a ' * count}a: b\n" for count in range(1, int(size**0.5))), "a.md": FRONT + "a " * (size // 2)
    }
    sources = fill("@article{k%d, title={A {B} c}, author={D, E and F, G}, year={2015}}\n", size)
    cited = fill("[@k%d] ", size // 2)
    yield "course-sources", {"gradbook.yaml": "bibliography: r.bib\n", "r.bib": sources, "a.md": FRONT}
    yield "course-sources-cited", {
        "gradbook.yaml": "bibliography: r.bib\n", "r.bib": sources[: size // 2], "a.md": FRONT + cited
    }
    pieces = "@article{k, title = " + '"a" # ' * (size // 6) + '"b"}\n'
    yield "course-sources-pieces", {"gradbook.yaml": "bibliography: r.bib\n", "r.bib": pieces, "a.md": FRONT + "[@k]\n"}
    for name, text in {"open": "@article{", "braces": "{" * size, "authors": "@a{b, author={" + "A and " * (size // 6)}.items():
        whole = text if len(text) >= size else text * (size // len(text))
        yield f"course-sources-{name}", {"gradbook.yaml": "bibliography: r.bib\n", "r.bib": whole, "a.md": FRONT}
    sources = {
        "nest": "@article{k, title={" + "{a" * (size // 4) + "}" * (size // 4) + "}}\n",
        "nest-some": "@article{k, title={{" + "{a}" * (size // 3) + "}}}\n",
        "nest-parts": ("@article{k%d, title={{" + "{a}" * 300 + "}}}\n",),
        "commands": "@article{k, title={" + "\\a{" * (size // 4) + "}" * (size // 4) + "}}\n",
        "commands-some": ("@article{k%d, title={" + "\\a{" * 100 + "b" * 10_000 + "}" * 100 + "}}\n",),
        "crossref": ("@inproceedings{k%d, crossref={k%d}}\n",),
        "chain": "".join(f"@inproceedings{{k{index}, title={{a}}, crossref={{k{index + 1}}}}}\n" for index in range(size // 50)),
        "shared": ("@inproceedings{k%d, crossref={p}}\n", f"@proceedings{{p, title={{{'a' * (size // 2)}}}}}\n"),
        "xdata": "@xdata{p, title={a}}\n@misc{k, xdata={" + "p," * (size // 2) + "}}\n",
        "strings": "".join(f"@string{{a{index} = a{index + 1}}}\n" for index in range(size // 25)),
        "strings-used": ("@misc{k%d, title=s}\n", f"@string{{s = {{{'a' * (size // 2)}}}}}\n"),
    }
    yield "attributes-named", {"a.md": fill("a%d ", size, FRONT + "<a ", ">\n")}
    yield "bib-long-cited", {
        "gradbook.yaml": "bibliography: r.bib\n", "r.bib": "@article{k, title={" + "a " * (size // 4) + "}}\n",
        **{f"l{index}.md": FRONT + "[@k]\n" for index in range(size // 1000)}
    }
    yield "bib-refused-cited", {
        "gradbook.yaml": "bibliography: r.bib\n", "r.bib": "@article{a", "a.md": FRONT + fill("[@k%d] ", size)
    }
    for name, text in sources.items():
        if isinstance(text, tuple):
            piece, *before = text
            text = fill(piece, size - sum(map(len, before)), "".join(before))
        yield f"bib-{name}", {"gradbook.yaml": "bibliography: r.bib\n", "r.bib": text, "a.md": FRONT + "[@k]\n"}
    lines = "x = 1\n" * (size // 12)
    regions = fill("# region b%d\nx\n# endregion\n", size // 2)
    for name, (piece, code) in {
        "whole": ("```python file: a.py\n```\n\n", "x = 1\n" * 100), "long": ("```python file: a.py\n```\n\n", lines),
        "lines": ("```python file: a.py, lines: %d-%d\n```\n\n", lines),
        "regions": ("```python file: a.py, region: b%d\n```\n\n", regions),
        "regions-wrong": ("```python file: a.py, region: c%d\n```\n\n", regions),
    }.items():
        yield f"files-{name}", {"a.md": fill(piece, size // 2, FRONT), "a.py": code}
    for name, part in {"whole": "", "line": ", lines: 1"}.items():
        lesson = f"{FRONT}```python file: a.py{part}\n```\n"
        yield f"files-lessons-{name}", {**{f"l{index}.md": lesson for index in range(size // 400)}, "a.py": lines}
    # Files that fill the room for code, and a last one that every fence asks for; one that is no text.
    shown = fill("```python file: z.py, lines: 1\n```\n\n", half)
    for name, count in {"some": 2, "room": 12}.items():
        others = "".join(f"```python file: f{index}.py, lines: 1\n```\n\n" for index in range(count))
        yield f"files-full-{name}", {
            "a.md": FRONT + others + shown, **{f"f{index}.py": "\n" * (1 << 20) for index in range(count)}, "z.py": "\n" * (1 << 20)
        }
    yield "files-no-text", {"a.md": FRONT + shown, "z.py": "a" * ((1 << 20) - 1) + "\0"}
    yield "course-words", {"gradbook.yaml": "words: {" + fill("next%d: a, ", size) + "}\n", "a.md": FRONT}
    yield "course-synonyms", {"gradbook.yaml": "synonyms:\n" + fill("  - [a%d, b%d]\n", size), "a.md": FRONT + "a1 b2\n"}
    yield "course-defaults", {"gradbook.yaml": "defaults: {training: {" + fill("a%d: 1, ", size) + "}}\n", "a.md": FRONT + BLOCK}
    for name, text in {"keys": fill("it%d:\n  kind: softmax\n", size), "deep": "it: " + "{a: " * (size // 4),
                       "metrics": "it:\n  metrics:\n" + fill("    a%d: 1\n", size)}.items():
        yield f"snapshot-{name}", {"a.md": FRONT + BLOCK, "snapshots/a.yaml": text}
    yield from macros(size)
    yield from repeated(size)
    yield from near(size)
    yield from many(size)


def macros(size):
    """Commands of formulas that become longer and longer."""

    def course(written, text):
        return {"gradbook.yaml": f"macros:\n{written}", "a.md": FRONT + text}

    double = "  d: '#1#1'\n"
    yield "macros-nested", course(double, "$" + "\\d{" * 25 + "x" + "}" * 25 + "$ ")
    yield "macros-nested-many", course(double, ("$" + "\\d{" * 12 + "x" + "}" * 12 + "$ ") * (size // 60))
    chain = "".join(f"  {chr(97 + index)}: '\\{chr(98 + index)}{{#1#1}}'\n" for index in range(20)) + "  u: '#1'\n"
    yield "macros-chain", course(chain, "$\\a{x}$ ")
    yield "macros-argument", course("  d: '" + "#1" * 9000 + "'\n", "$\\d{" + "x" * 9000 + "}$ ")
    yield "macros-long", course("  d: '" + "x" * 19000 + "'\n", "$\\d$ " * (size // 5))
    yield "macros-circle", course("  a: '\\b'\n  b: '\\a'\n", "$\\a$ " * (size // 5))
    letters = ["".join(chr(97 + int(digit)) for digit in str(index)) for index in range(9000)]
    yield "macros-near", course("".join(f"  {name}x: b\n" for name in letters[:6000]), "".join(f"$\\{name}y$ " for name in letters))


def repeated(size):
    """What stands once and is shown on many pages, or many times on one."""
    half, most = size // 2, 60_000
    fractions, lessons = "$\\frac12$ " * (most // 10), {f"l{index}.md": FRONT for index in range(size // 1100)}
    for name, settings in {
        "footer": "footer: " + "a " * (most // 2), "footer-formulas": f"footer: {fractions}", "title": "title: '" + "&" * most + "'",
        "author": "author: '" + "&" * most + "'", "license": "license: '" + "&" * most + "'", "base": "base_url: https://a.b/" + "a" * most + "/",
        "words": "words: {next: '" + "&" * most + "'}", "words-gaps": "words: {held_in: '" + "{n}" * (most // 3) + "'}",
        "policy": "content_security_policy: {frame-src: [" + fill("https://a%d.b, ", most) + "]}",
    }.items():
        yield f"around-{name}", {"gradbook.yaml": settings + "\n", **lessons}
    using = {name: text + "it\n" for name, text in lessons.items()}
    for name, means in {"plain": "a " * (most // 2), "formulas": fractions}.items():
        yield f"around-glossary-{name}", {"gradbook.yaml": "glossary: g.yaml\n", "g.yaml": f"it: {means}\n", **using}
    yield "around-glossary-many", {
        "gradbook.yaml": "glossary: g.yaml\n", "g.yaml": fill("t%d: '$\\frac12$'\n", most),
        **{name: text + fill("t%d ", 800) for name, text in lessons.items()}
    }
    yield "around-caption", {"gradbook.yaml": f"defaults: {{caption: '{fractions}'}}\n", **{name: text + BLOCK for name, text in lessons.items()}}
    yield "around-chapters", {
        f"{index}-a/{name}": text for index in range(size // 1000)
        for name, text in [("gradbook.yaml", f"title: '{'&' * 900}{index}'\n"), ("a.md", FRONT)]
    }
    for name, front in {"summaries": "summary: '" + "$\\frac12$ " * 80 + "'", "authors": "author: [" + "a, " * 300 + "]"}.items():
        yield f"around-{name}", {f"l{index}.md": f"---\ntitle: A\n{front}\n---\n" for index in range(size // 1000)}
    caption = BLOCK.replace("```\n\n", "caption: " + "a " * (most // 2) + "\n```\n\n")
    yield "refs-caption-long", {"a.md": FRONT + caption + "`{{ ref: it.probabilities }}` " * (size // 31)}
    yield "refs-title-long", {"b.md": f"---\ntitle: {'a ' * (half // 2)}\n---\n", "a.md": FRONT + "`{{ ref: b }}` " * (half // 15)}
    yield "refs-equation-long", {"a.md": FRONT + "$$" + "x" * 19000 + "\\label{a}$$\n\n" + "`{{ ref: eq.a }}` " * (size // 18)}
    yield "footnote-long", {"a.md": FRONT + "[^a] " * (half // 5) + "\n\n[^a]: " + "b " * (half // 2)}
    pictures = fill('![a](b.png "A {#pic%d}")\n\n', half)
    for name, piece in {"emphasis": "*a* ", "open": "a* "}.items():
        yield f"captions-{name}", {"b.png": "x", "a.md": FRONT + '![a](b.png "\\"' + piece * (size // 4) + '")\n'}
    yield "refs-pictures", {"b.png": "x", "a.md": FRONT + pictures + fill("`{{ ref: pic%d }}` ", half)}


def near(size):
    """Names that nearly are among many others."""
    half = size // 2
    labels = fill("$$x\\label{label%d}$$\n\n", half)
    yield "near-equations", {"a.md": FRONT + labels + fill("$\\eqref{labe%d}$ ", half)}
    yield "near-refs", {"a.md": FRONT + labels + fill("`{{ ref: eq.labe%d }}` ", half)}
    pictures = fill('![a](b.png "A {#picture%d}")\n\n', half)
    yield "near-pictures", {"b.png": "x", "a.md": FRONT + pictures + fill("`{{ ref: pictur%d }}` ", half)}
    sources = fill("@misc{knowledge%d, title={A}, year={2015}}\n", half)
    yield "near-sources", {"gradbook.yaml": "bibliography: r.bib\n", "r.bib": sources, "a.md": FRONT + fill("[@knowledg%d] ", half)}
    blocks = fill(BLOCK.replace("it", "experiment%d"), half)
    yield "near-experiments", {"a.md": FRONT + blocks + fill("`{{ experimen%d.hardmax }}` ", half)}
    yield "near-places", {"a.md": FRONT + blocks + fill("[a](#experimen%d) ", half)}
    wrong = "---\ntitle: A\nprerequisites: [" + "".join(f"lesso-{index}.md, " for index in range(70)) + "]\n---\n"
    yield "near-prerequisites", {f"lesson-{index}.md": wrong for index in range(size // 1000)}
    files = range(5000)
    for name, piece in {
        "links": "[a](dat-%d.csv)\n", "pictures": "![a](dat-%d.csv)\n", "fences": "```python file: dat-%d.csv\n```\n\n",
        "figures": "```yaml figure\nid: f%d\nfile: dat-%d.csv\nx: a\ny: b\n```\n\n",
    }.items():
        yield f"near-files-{name}", {"a.md": fill(piece, half, FRONT), **{f"data-{index}.csv": "" for index in files}}
    # Accents that are composed on the disk and taken apart in links.
    accented = {f"\u00e9-{index}.csv": "" for index in files}
    yield "accents-apart", {"a.md": FRONT + "".join(f"[a](e\u0301-{index}.csv)\n" for index in files), **accented}
    yield "accents-missing", {"a.md": FRONT + fill("[a](e\u0301-x%d.csv)\n", half), **accented}


def many(size):
    """Many files, folders and links, and odd names of them."""
    one = {"a.md": FRONT}
    count = size // 50
    yield "many-files", {f"f/{index}.txt": "" for index in range(count)} | one
    yield "many-folders", {f"f{index}/a.txt": "" for index in range(count)} | one
    yield "many-unread", {f"a{index}.markdown": "" for index in range(count)} | one
    yield "many-snapshots", {f"snapshots/x{index}.yaml": "it:\n  kind: softmax\n" for index in range(count)} | {"a.md": FRONT + BLOCK}
    yield "folders-deep", {"d/" * 700 + "b.md": FRONT} | one
    yield "folders-deep-many", {f"{index}/" + "d/" * 60 + "a.md": FRONT for index in range(count // 60)}
    for name, called in {
        "long": lambda index: f"{'n' * 240}{index}", "lines": lambda index: f"a\n\x1b[31m{index}", "same": lambda index: f"{index}-a",
        "numbers": lambda index: f"{index}-{index}-a",
    }.items():
        yield f"names-{name}", {f"{called(index)}.md": FRONT for index in range(3000)}
    links = {
        "circles": {f"l{index}": Link(".") for index in range(3000)}, "chain": {f"l{index}": Link(f"l{index + 1}") for index in range(3000)},
        "folders": {f"l{index}": Link("d") for index in range(1000)} | {f"d/{index}.md": FRONT for index in range(50)},
        "outside": {f"l{index}.md": Link("/dev/zero") for index in range(5000)},
        "bush": {f"d{depth}/x{index}": Link(f"../d{depth + 1}") for depth in range(20) for index in range(10)},
    }
    for name, files in links.items():
        yield f"links-{name}", files | one
