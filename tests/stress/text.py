"""What inputs are made of."""

class Link(str):
    """A link in the place of a file, and where it leads."""


FRONT = "---\ntitle: A\n---\n\n"
BLOCK = "```yaml experiment\nkind: softmax\nid: it\nlogits: [1, 2]\n```\n\n"


def fill(piece, size, before="", after=""):
    """So many copies of a piece as fill the size; a piece with `%d` is numbered."""
    if "%d" in piece:
        parts, length, index = [], 0, 0
        while length < size:
            part = piece.replace("%d", str(index))
            parts.append(part)
            length += len(part)
            index += 1
        return before + "".join(parts) + after
    return before + piece * max(1, size // len(piece)) + after


def blocks(settings, size):
    """So many experiments with these settings as fill the size; `%d` is numbered."""
    return fill(f"```yaml experiment\nid: f%d\n{settings}\n```\n\n", size)


def parts(settings, size):
    """Experiments with the same long settings, as many as fill the size."""
    block = "```yaml experiment\nkind: softmax\nid: it{}\n{}\n```\n\n"
    return "".join(block.format(part, settings) for part in range(max(1, size // len(settings))))
