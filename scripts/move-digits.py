#!/usr/bin/env python3
"""Writes lessons/02-against-overfitting/moved-digits.npz: 1000 of the built-in digits, each somewhere in a frame of 12 by 12.

    python scripts/move-digits.py    (needs numpy)

A digit of 8 by 8 pixels stands up to two pixels from the middle, each place as likely as any other.
"""

from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
FRAME, ROWS = 12, 1000

table = np.loadtxt(ROOT / "engine/src/data/tables/digits.csv", delimiter=",", skiprows=1, dtype=np.uint8)
random = np.random.default_rng(0)
table = random.permutation(table)[:ROWS]
digits, labels = table[:, :-1].reshape(-1, 8, 8), table[:, -1]
frames = np.zeros((ROWS, FRAME, FRAME), dtype=np.uint8)
for frame, digit, (top, left) in zip(frames, digits, random.integers(0, FRAME - 8 + 1, size=(ROWS, 2))):
    frame[top : top + 8, left : left + 8] = digit
np.savez_compressed(ROOT / "lessons/02-against-overfitting/moved-digits.npz", x=frames, y=labels)
