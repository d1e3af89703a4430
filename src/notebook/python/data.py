import base64
import csv
import gzip
import hashlib
import io
import pathlib
import re
import struct
import zlib

import numpy as np

from streams import Stream, normal_pairs

# The files of the experiment, by name; the notebook has them in it.
FILES = {}


def content(name):
    """The bytes of a file: from this notebook, or from beside it; the same bytes as the page's."""
    file = FILES[name]
    if "packed" in file:
        found = zlib.decompress(base64.b64decode(file["packed"]))
    else:
        found = pathlib.Path(file["beside"]).read_bytes()
    if hashlib.sha256(found).hexdigest() != file["sha256"]:
        raise ValueError("this is another file than the page was made from")
    return found


def table(text):
    """The rows of a table, parted as its header is: by commas, semicolons (then decimals have commas) or tabs."""
    first = re.sub('"[^"]*"', "", text).lstrip("\r\n").splitlines()[0]
    mark = max(",;\t", key=first.count)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if row]
    if mark != ";":
        return rows
    decimal = re.compile(r"\s*[-+]?(\d+,\d*|,\d+)([eE][-+]?\d+)?\s*")
    return [[cell.replace(",", ".") if decimal.fullmatch(cell) else cell for cell in row] for row in rows]


def read_csv(data):
    """Features and target of a table: the last column is the target unless the settings name another."""
    header, *rows = table(content(data.get("file") or data["name"]).decode("utf-8-sig"))
    header = [name.strip() for name in header]
    target = header.index(data.get("target") or header[-1])
    others = [column for column in range(len(header)) if column != target]
    columns = [header.index(name) for name in data["features"]] if data.get("features") is not None else others
    x = np.array([[float(row[column]) for column in columns] for row in rows]).reshape(len(rows), -1)
    return x, labels([row[target].strip() for row in rows], data)


def read_npz(data):
    """Features and labels from an archive of arrays."""
    arrays = np.load(io.BytesIO(content(data["file"])))
    return rows_of(arrays[data.get("x") or "x"]), labels(arrays[data.get("y") or "y"].reshape(-1).tolist(), data)


def array(name):
    """An array of a NumPy or IDX file, which gzip may have packed."""
    found = content(name)
    found = gzip.decompress(found) if found[:2] == b"\x1f\x8b" else found
    if found[:6] == b"\x93NUMPY":
        return np.load(io.BytesIO(found))
    kind, axes = found[2:4]
    shape = struct.unpack(f">{axes}I", found[4 : 4 + 4 * axes])
    types = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
    return np.frombuffer(found, types[kind], offset=4 + 4 * axes).reshape(shape)


def read_arrays(data):
    """Features and labels, each from a file; without a file of labels one column of the array is the target."""
    if data.get("labels"):
        return rows_of(array(data["file"])), labels(array(data["labels"]).reshape(-1).tolist(), data)
    table = array(data["file"]).astype(float)
    target = int(data["target"]) if data.get("target") is not None else table.shape[1] - 1
    others = [column for column in range(table.shape[1]) if column != target]
    columns = [int(name) for name in data["features"]] if data.get("features") is not None else others
    return table[:, columns], labels(table[:, target].tolist(), data)


def rows_of(features):
    return features.reshape(len(features), -1).astype(float)


def labels(cells, data):
    """The place of each row's class among the classes, in their order; numbers stay as they are."""
    names = data["class_names"]
    if names is None:
        return np.array([float(cell) for cell in cells])
    place = {name: index for index, name in enumerate(names)}
    if not all(cell in place for cell in cells):
        # Numbers may be written in several ways.
        place, cells = {float(name): index for name, index in place.items()}, [float(cell) for cell in cells]
    return np.array([place[cell] for cell in cells])


def in_the_plane(data, seed, classes, draws, point):
    """Points of classes that take turns: `point` makes them from uniform numbers, normal noise moves them."""
    label = np.arange(data["samples"]) % classes
    u = Stream(seed, "data").uniform(len(label) * (draws + 2)).reshape(len(label), draws + 2)
    noise = normal_pairs(u[:, draws], u[:, draws + 1])
    return point(label, *u[:, :draws].T) + data["noise"] * noise, label


def polar(turns, radius):
    angle = 2 * np.pi * turns
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def moons(data, seed):
    """Two half circles that reach into each other."""

    def point(label, t):
        circle = polar(t / 2, 1)
        return np.where(label[:, None] == 0, circle, [1, 0.5] - circle)

    return in_the_plane(data, seed, 2, 1, point)


def circles(data, seed):
    """A ring around another."""
    return in_the_plane(data, seed, 2, 1, lambda label, t: polar(t, np.where(label == 0, 1, 0.5)))


def spirals(data, seed):
    """Arms that wind around each other."""
    classes = data["classes"]

    def point(label, t):
        radius = 0.05 + 0.95 * t
        return polar(label / classes + data["turns"] * radius, radius)

    x, label = in_the_plane(data, seed, classes, 1, point)
    return 2 * x, label


def blobs(data, seed):
    """Round clouds with their centres on a circle."""
    return in_the_plane(data, seed, data["classes"], 0, lambda label: polar(label / data["classes"], 1.5))


def xor(data, seed):
    """A square of four fields; opposite ones have the same class."""

    def point(label, first, second):
        x = 2 * first - 1
        return np.stack([x, np.where((x > 0) == (label == 0), second, -second)], axis=1)

    return in_the_plane(data, seed, 2, 2, point)


def wave(data, seed):
    """Two classes above and below a wave, with features that say nothing and labels that are wrong."""
    features = 2 + data["irrelevant"]
    u = Stream(seed, "data").uniform(data["samples"] * (features + 1)).reshape(-1, features + 1)
    x = 2 * u[:, :-1] - 1
    above = x[:, 1] > data["amplitude"] * np.sin(1.5 * np.pi * x[:, 0])
    return x, (above != (u[:, -1] < data["bayes_error"])).astype(int)


def places_with_noise(data, seed):
    """A uniform number and a normal one for each row; two rows share a pair of normal numbers."""
    pairs = -(-data["samples"] // 2)
    u = Stream(seed, "data").uniform(4 * pairs).reshape(pairs, 4)
    noise = normal_pairs(u[:, 1], u[:, 2]).reshape(-1)
    return u[:, [0, 3]].reshape(-1)[: data["samples"]], data["noise"] * noise[: data["samples"]]


def line(data, seed):
    """Points around a straight line."""
    u, noise = places_with_noise(data, seed)
    x = 2 * u
    return x[:, None], data["slope"] * x + data["intercept"] + noise


def plane(data, seed):
    """A number over two features, one of them with a far wider range; both matter alike."""
    pairs = -(-data["samples"] // 2)
    u = Stream(seed, "data").uniform(6 * pairs).reshape(pairs, 6)
    noise = normal_pairs(u[:, 2], u[:, 3]).reshape(-1)[: data["samples"]]
    places = u[:, [0, 1, 4, 5]].reshape(-1, 2)[: data["samples"]]
    return places * [data["stretch"], 1], (places - 0.5).sum(axis=1) / (1 / 12) ** 0.5 + data["noise"] * noise


def polynomial(data, seed):
    """Points around a sine, with the powers of x as features."""
    x, noise = places_with_noise(data, seed)
    powers = np.cumprod(np.repeat(x[:, None], data["degree"], axis=1), axis=1)
    return powers, np.sin(2 * np.pi * x) + noise


SOURCES = {
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "blobs": blobs,
    "xor": xor,
    "wave": wave,
    "line": line,
    "plane": plane,
    "polynomial": polynomial,
    "csv": lambda data, seed: read_csv(data),
    "npz": lambda data, seed: read_npz(data),
    "arrays": lambda data, seed: read_arrays(data),
}


def load(data, seed):
    """Features (rows, columns) and targets: the place of a class, or a number."""
    x, y = SOURCES[data["source"]](data, seed)
    # if limit:
    if data.get("limit") and data["limit"] < len(y):
        order = Stream(seed, "limit").shuffle(list(range(len(y))))
        x, y = x[order[: data["limit"]]], y[order[: data["limit"]]]
    # end
    return x, y
