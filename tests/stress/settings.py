"""Settings: of blocks, of figures, of lessons and of courses."""

from text import BLOCK, FRONT, fill, parts as filled

# The text of a block's settings beside its kind, of about a size.
BLOCKS = {
    "yaml-deep": lambda size: "a: " + "[" * size,
    "yaml-deep-maps": lambda size: "a: " + "{a: " * (size // 4),
    "yaml-deep-lines": lambda size: "".join(" " * depth + "a:\n" for depth in range(int((2 * size) ** 0.5))),
    "yaml-flow": lambda size: "a: {" + fill("k%d: 1, ", size) + "}\n",
    "yaml-list": lambda size: "a: [" + "1, " * (size // 3) + "]\n",
    "yaml-keys": lambda size: fill("k%d: 1\n", size),
    "yaml-same-keys": lambda size: "a: 1\n" * (size // 5),
    "yaml-near-keys": lambda size: fill("logits%d: 1\n", size),
    "yaml-anchors": lambda size: fill("a%d: &a [*a, *a]\n", size),
    "yaml-tags": lambda size: fill("a%d: !!str b\n", size),
    "yaml-text": lambda size: "title: |\n" + "  a\n" * (size // 4),
    "yaml-title": lambda size: "title: " + "a" * size + "\n",
    "yaml-quoted": lambda size: 'title: "' + "\\n" * (size // 2) + '"\n',
    "yaml-caption": lambda size: 'caption: "' + "$a$ " * (size // 4) + '"\n',
    "yaml-caption-links": lambda size: 'caption: "' + fill("[a](b%d.md) ", size) + '"\n',
    "yaml-number": lambda size: "seeds: " + "9" * size + "\n",
    "yaml-seeds": lambda size: "seeds: [" + fill("%d, ", size) + "]\n",
    "yaml-claims": lambda size: "claims:\n" + "  - hardmax[1] == 1\n" * (size // 20),
    "yaml-claims-deep": lambda size: "claims:\n  - " + "(" * size + "\n",
    "yaml-claims-long": lambda size: "claims:\n  - " + "loss + " * (size // 7) + "1 > 0\n",
    "yaml-claims-unknown": lambda size: "claims:\n" + fill("  - los%d > 0\n", size),
    "yaml-claims-not": lambda size: "claims:\n  - " + "not " * (size // 4) + "hardmax[1] == 1\n",
    "yaml-figures": lambda size: "figures: [" + fill("a%d, ", size) + "]\n",
    "yaml-lints": lambda size: "lint: {allow: [" + fill("G%d, ", size) + "]}\n",
    "yaml-vary": lambda size: "vary: {label: [" + fill("%d, ", size) + "]}\n",
    "yaml-labels": lambda size: "labels: {" + fill("hardmax%d: a, ", size) + "}\n",
    "yaml-columns": lambda size: "columns: [" + "loss, " * (size // 6) + "]\n",
    "yaml-columns-wrong": lambda size: "columns: [" + fill("los%d, ", size) + "]\n",
    "yaml-try": lambda size: "try: {" + fill("logits[%d]: {linear: [0, 1]}, ", size) + "}\n",
    "yaml-variants": lambda size: "variants: {" + fill("a%d: {label: 1}, ", size) + "}\n",
    "yaml-comments": lambda size: "# a\n" * (size // 4),
}

# The most bytes of a block's settings that are read: of these, several blocks make up the size.
MOST = 63_000

# The text of such settings.
LONG_BLOCKS = {
    "long-nothing": lambda: fill("b%d:\n", MOST),
    "long-try": lambda: "try: {" + fill("a.b%d: {linear: [0, 1]}, ", MOST) + "}\n",
    "long-formulas": lambda: "caption: >-\n" + "  $\\frac{a}{b}$\n" * (MOST // 16),
}

# The same of figures of an author's own.
LONG_FIGURES = {
    "figure-layers": lambda: "layers: [" + fill("{y: exponentials * %d}, ", MOST) + "]\n",
    "figure-rules": lambda: "rules: [" + fill("{y: 0.%d, label: a b c d e f %d}, ", MOST) + "]\n",
}


# Text of about a size that stands in every place where YAML does.
YAML = {
    "dashes": lambda size: "- " * (size // 2) + "\n", "questions": lambda size: "? " * (size // 2) + "\n",
    "key-long": lambda size: "a" * size + ": 1\n", "documents": lambda size: "---\n" * (size // 4),
    "directives": lambda size: "%YAML 1.2\n" * (size // 10), "escapes": lambda size: 'a: "' + "\\u0041" * (size // 6) + '"\n',
    "merges": lambda size: fill("c%d: {<<: *a}\n", size), "aliases": lambda size: "a: &a [1]\nb: [" + "*a, " * (size // 4) + "]\n",
    "bomb": lambda size: "a0: &a0 [1, 1]\n" + "".join(f"a{at}: &a{at} [*a{at - 1}, *a{at - 1}]\n" for at in range(1, 40)),
    "quotes-open": lambda size: 'a: "' + "a\n  " * (size // 4), "quotes-single": lambda size: "a: '" + "'" * size,
    "lines-plain": lambda size: "a: b\n" + "  c\n" * (size // 4), "lines-folded": lambda size: "a: >-\n" + "  c\n\n" * (size // 5),
    "colons": lambda size: "a:" * (size // 2), "colons-spaced": lambda size: "a: " * (size // 3),
    "flow-open": lambda size: "a: [" + "{" * size, "flow-pairs": lambda size: "a: [" + "b: c, " * (size // 6) + "]\n",
    "flow-nested": lambda size: "a: [" + "[[[[1]]]], " * (size // 11) + "]\n", "tabs": lambda size: "a:\n" + "\t" * size,
    "anchor-long": lambda size: "a: &" + "a" * size + " b\n", "tag-long": lambda size: "a: !" + "a" * size + " b\n",
    "comments": lambda size: fill("a%d: b # c\n", size), "indented-far": lambda size: "a:\n" + " " * size + "b: 1\n",
    "returns": lambda size: "a: b\r" * (size // 5), "nulls": lambda size: "a: " + "\0" * size, "digits": lambda size: "a: " + "9" * size + "\n",
    "keys-quoted": lambda size: fill('"k\\n%d": 1\n', size), "blocks-open": lambda size: "a: |9\n" * (size // 6),
}


def courses(size):
    for name, settings in BLOCKS.items():
        text = f"{FRONT}```yaml experiment\nkind: softmax\nid: it\nlogits: [1, 2]\n{settings(size)}\n```\n"
        yield name, {"a.md": text}
    parts = range(max(1, size // MOST))
    for name, settings in LONG_BLOCKS.items():
        block = BLOCK.replace("```\n\n", settings() + "```\n\n")
        yield name, {"a.md": FRONT + "".join(block.replace("id: it", f"id: it{part}") for part in parts)}
    for name, settings in LONG_FIGURES.items():
        block = f"from: it\nx: class\ny: probabilities\n{settings()}"
        figures = "".join(f"```yaml figure\nid: f{part}\n{block}```\n\n" for part in parts)
        yield name, {"a.md": FRONT + BLOCK + figures}
    for name, text in YAML.items():
        whole, part = text(size), text(MOST // 2)
        yield f"course-yaml-{name}", {"gradbook.yaml": whole, "a.md": FRONT}
        yield f"course-yaml-{name}-short", {"gradbook.yaml": part, "a.md": FRONT}
        yield f"front-yaml-{name}", {"a.md": f"---\ntitle: A\n{whole}\n---\n\na\n"}
        yield f"glossary-yaml-{name}", {"gradbook.yaml": "glossary: g.yaml\n", "g.yaml": part, "a.md": FRONT + "a\n"}
        yield f"snapshot-yaml-{name}", {"a.md": FRONT + BLOCK, "snapshots/a.yaml": whole}
        yield f"blocks-yaml-{name}", {"a.md": FRONT + filled(f"logits: [1, 2]\n{part}", size)}
    count = 250
    logits = ", ".join(["1"] * 60)
    ways = ", ".join(f"v{way}: {{logits: [{logits}]}}" for way in range(count))
    tried = ", ".join(f"'logits[{place}]': {{linear: [0, 2]}}" for place in range(60))
    choices = fill("%d, ", MOST)
    ready = {
        "try-variants": f"logits: [{logits}]\ntry: {{{tried}}}\nvariants: {{{ways}}}",
        "try-choices": f"logits: [1, 2]\ntry: {{'logits[0]': {{choice: [1, {choices}]}}}}",
        "try-labels": f"logits: [{logits}]\ntry: {{{tried}}}\nlabels: {{" + fill("a%d: b, ", MOST - 3000) + "}",
        "vary": f"logits: [1, 2]\nvary: {{'logits[0]': [{choices}]}}",
        "vary-product": "logits: [" + "1, " * 100 + "]\nvary: {" + "".join(f"'logits[{at}]': [1, 2], " for at in range(100)) + "}",
        "labels": "logits: [1, 2]\nlabels: {" + fill("probabilitie%d: x, ", MOST) + "}",
        "lints": "logits: [1, 2]\nlint: {allow: [" + fill("G%d, ", MOST) + "]}",
    }
    for name, settings in ready.items():
        yield f"ready-{name}", {"a.md": FRONT + filled(settings, size)}
