"""Tables and arrays."""

import gzip
import io
import struct
import zipfile
import zlib

from text import FRONT, blocks, fill

# Tables as CSV.
TABLES = {
    "newlines": lambda size: "\n" * size, "commas": lambda size: "," * size, "quotes": lambda size: '"' * size,
    "quote-open": lambda size: 'a,b\n"' + "1,2\n" * (size // 4), "rows": lambda size: "a,b\n" + "1,2\n" * (size // 4),
    "wide": lambda size: fill("c%d,", size // 2, after="d\n") + "1," * (size // 12) + "\n",
    "ragged": lambda size: "a,b\n" + fill("1,2%d,\n", size), "words": lambda size: "a,b\n" + fill("1,x%d\n", size),
    "wrong": lambda size: "a,b\n" + fill("x%d,y\n1,y\n", size), "names": lambda size: fill("a,", size, after="a\n1\n"),
    "returns": lambda size: "a,b\r" * (size // 4), "missing": lambda size: "a,b\n" + "-,?\n" * (size // 4),
    "long": lambda size: "a,b\n" + "9" * size + ",1\n",
    "quoted": lambda size: "a,b\n" + '"\n",' * (size // 4) + "1\n",
    "quoted-long": lambda size: "a,b\n" + "9" * (size // 2) + ',"' + "1,2\n" * (size // 8) + '"\n',
    "far": lambda size: fill("c%d,", 5000, after="d\n") + "x" * size + ",x" * fill("c%d,", 5000).count(",") + "\n",
}


def npy(shape, kind="<f8", data=b""):
    """An array in a file of NumPy's."""
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x02\x00" + struct.pack("<I", len(header)) + header + data


def npz(**arrays):
    """An archive of such files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            archive.writestr(f"{name}.npy", array)
    return out.getvalue()


def overlapping(names, inner):
    """An archive of one file under many names."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(inner) + packer.flush()
    sizes = struct.pack("<III", zlib.crc32(inner), len(packed), len(inner))
    local = b"PK\3\4" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes + struct.pack("<HH", 5, 0) + b"x.npy" + packed
    entries = b"".join(
        b"PK\1\2" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
        for name in names
    )
    return local + entries + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(names) & 0xFFFF, len(names) & 0xFFFF, len(entries), len(local), 0)


def idx(sizes, data=b""):
    """An array in MNIST's format."""
    return bytes([0, 0, 8, len(sizes)]) + b"".join(struct.pack(">I", size) for size in sizes) + data


# Arrays whose headers promise what is not there, or that unpack into far more than they are.
ROWS = 1000
LABELS = npy(f"({ROWS},)", "<i8", b"".join(struct.pack("<q", row % 3) for row in range(ROWS)))
FEATURES = npy(f"({ROWS}, 4)", "<f8", bytes(ROWS * 32))
MANY = npy(f"({ROWS}, 12000)", "<f8", bytes(ROWS * 96000))
# More than is ever unpacked.
BEYOND = ROWS * 300_000
ARRAYS = {
    "npy-huge": lambda size: npy("(99999999999, 99999999999)"), "npy-empty": lambda size: npy("(99999999999, 0)"),
    "npy-axes": lambda size: npy("(" + "1, " * 3000 + ")", data=bytes(8)), "npy-spaces": lambda size: npy(f"({ROWS}, 4)" + " " * size),
    "npy-text": lambda size: npy(f"({ROWS}, 4)", "<U1000000", bytes(size)), "npy-nothing": lambda size: npy(f"({ROWS}, 4)", "|V0"),
    "npy-wide": lambda size: npy(f"(1, {size // 8})", data=bytes(size)),
    "npy-claims": lambda size: b"\x93NUMPY\x02\x00\xff\xff\xff\xff{",
    "npz-bomb": lambda size: npz(x=MANY, y=LABELS), "npz-too-large": lambda size: npz(x=npy(f"({ROWS}, {BEYOND // ROWS})", "|u1", bytes(BEYOND)), y=LABELS),
    "npz-both": lambda size: npz(x=MANY, y=MANY), "npz-claims": lambda size: npz(x=npy(f"({ROWS}, 128000)"), y=LABELS),
    "npz-names": lambda size: npz(**{f"a{index}": b"" for index in range(size // 110)}),
    "npz-overlapping": lambda size: overlapping([b"x.npy", b"y.npy"] + [b"z%d.npy" % index for index in range(size // 55)], FEATURES),
    "npz-ends": lambda size: b"PK\5\6" * (size // 4),
    "idx-huge": lambda size: idx([0xFFFFFFFF] * 3), "idx-empty": lambda size: idx([0xFFFFFFFF, 0, 0]),
    "idx-axes": lambda size: idx([1] * 255, b"\1"), "idx-bomb": lambda size: gzip.compress(idx([ROWS, 300, 300], bytes(ROWS * 90000))),
    "idx-too-large": lambda size: gzip.compress(idx([ROWS, 500, 600], bytes(BEYOND))),
    "idx-members": lambda size: gzip.compress(b"") * (size // 20), "idx-name": lambda size: b"\x1f\x8b\x08\x08" + bytes(6) + b"a" * size,
}


def courses(size):
    rows = "a,b\n" + "1,2\n" * (size // 4)
    figure = "```yaml figure\nid: f\nfile: t.csv\nx: a\ny: b\nmark: %s\n```\n"
    for mark in ["dots", "line", "histogram", "box", "heat", "text"]:
        yield f"figure-file-{mark}", {"a.md": FRONT + figure % mark, "t.csv": rows}
    count = size // 11
    places = "a,b\n" + "".join(f"{index},{index * 7919 % 1000}\n" for index in range(count))
    groups = "a,b\n" + "".join(f"{index // 3},{index * 7919 % 1000}\n" for index in range(count))
    for mark in ["area", "line", "bars", "dots", "[dots, whiskers]", "[line, band]"]:
        name = mark.strip("[]").replace(", ", "-")
        yield f"figure-places-{name}", {"a.md": FRONT + figure % mark, "t.csv": places}
        yield f"figure-groups-{name}", {"a.md": FRONT + figure % mark, "t.csv": groups}
    for name, rows in TABLES.items():
        block = "```yaml experiment\nkind: split\nid: it\ndata: {file: t.csv}\n```\n"
        yield f"csv-{name}", {"a.md": FRONT + block, "t.csv": rows(size)}
    for name, array in ARRAYS.items():
        ending = {"npy": "npy", "npz": "npz", "idx": "idx3-ubyte"}[name[:3]]
        bytes_of = array(size)
        ending += ".gz" if bytes_of[:2] == b"\x1f\x8b" else ""
        labels = {"npy": ", labels: y.npy", "npz": "", "idx": ", labels: y.idx1-ubyte"}[name[:3]]
        block = f"```yaml experiment\nkind: split\nid: it\ndata: {{file: x.{ending}{labels}}}\n```\n"
        files = {f"x.{ending}": bytes_of, "y.npy": LABELS, "y.idx1-ubyte": idx([ROWS], bytes(row % 3 for row in range(ROWS)))}
        yield name, {"a.md": FRONT + block, **files}
    # One table that many blocks read, each in another way, or that has columns which nearly are asked for.
    half = size // 2
    table = "a,b\n" + "".join(f"{row % 97},{row % 3}\n" for row in range(half // 5))
    columns = 9000
    wide = ",".join(f"column{column}" for column in range(columns)) + "\n" + ("1," * (columns - 1) + "2\n") * (half // columns // 2)
    for name, table, settings in [
        ("missing", table, "missing: ['x%d']"), ("limit", table, "limit: %d00"), ("features", wide, "features: [column%d]"),
        ("features-near", wide, "features: [colum%d]"), ("target-near", wide, "target: colum%d"),
    ]:
        text = blocks(f"kind: split\ndata: {{file: t.csv, {settings}}}", half)
        yield f"tables-{name}", {"a.md": FRONT + text, "t.csv": table}
    names = ", ".join(f"colum{column}" for column in range(4500))
    yield "tables-features-list", {"a.md": FRONT + blocks(f"kind: split\ndata: {{file: t.csv, features: [{names}]}}", half), "t.csv": wide}
    classes = "a,b\n" + "".join(f"{row},k{row}\n" for row in range(size // 13))
    yield "tables-classes", {"a.md": FRONT + blocks("kind: train\ndata: {file: t.csv}", 1), "t.csv": classes}
    for name, settings in {
        "by": "x: a\ny: a\nby: b", "facet": "x: a\ny: a\nfacet: b", "categories": "x: b\ny: a\nmark: bars",
        "sort": "x: b\ny: a\nmark: bars\nsort: -a", "text": "x: a\ny: a\nz: b\nmark: text",
    }.items():
        yield f"figure-names-{name}", {"a.md": f"{FRONT}```yaml figure\nid: f\nfile: t.csv\n{settings}\n```\n", "t.csv": classes}
    for name, settings in {"again": "y: b", "where": "y: b\nwhere: a > %d", "wrong": "y: b%d"}.items():
        figures = fill(f"```yaml figure\nid: f%d\nfile: t.csv\nx: a\n{settings}\n```\n\n", half)
        yield f"figures-table-{name}", {"a.md": FRONT + figures, "t.csv": table}
