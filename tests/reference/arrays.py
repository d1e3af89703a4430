"""Writes small files with NumPy, for the readers of IDX, NPY and NPZ to be tested on.

Run by hand: python tests/reference/arrays.py. Every array but the labels holds 0, 1, 2, ... in row-major order.
"""

import gzip
import struct
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "arrays"


def count(*shape):
    return np.arange(np.prod(shape)).reshape(shape)


def idx(array):
    """MNIST's format: big endian, the type of bytes."""
    header = struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype("u1").tobytes()


def main():
    FOLDER.mkdir(exist_ok=True)
    for name, array in {
        "f4": count(4, 3).astype("<f4"),
        "f8_big_fortran": np.asfortranarray(count(4, 2, 3).astype(">f8")),
        "i2_fortran": np.asfortranarray(count(4, 2, 3).astype("<i2")),
        "bool": np.array([[True, False], [False, True]]),
        "i8_labels": np.array([7, -1, 7, 3]),
        "text_labels": np.array(["a", "b", "a", "b"]),
        "records": np.zeros(3, dtype=[("a", "f4"), ("b", "i2")]),
        "f2": count(4, 3).astype("f2"),
    }.items():
        np.save(FOLDER / f"{name}.npy", array)
    pictures, labels = count(4, 2, 3).astype("u1"), np.array([1, 0, 1, 2])
    np.savez(FOLDER / "stored.npz", x=pictures, y=labels)
    np.savez_compressed(FOLDER / "deflated.npz", x_train=pictures, y_train=labels)
    (FOLDER / "pictures-idx3-ubyte").write_bytes(idx(pictures))
    (FOLDER / "labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(labels), mtime=0))


main()
