"""Writes measure.json: answers of a classifier, and what scikit-learn says that they are worth.

Run by hand: python tests/reference/measure.py. Class 4 has no rows, class 3 is never given.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

CLASSES, ROWS, BINS = 5, 200, 15


def calibration_error(right, probabilities):
    """Guo et al. 2017, equation 3, written after the paper."""
    confidence, given = probabilities.max(axis=1), probabilities.argmax(axis=1)
    error = 0.0
    for m in range(1, BINS + 1):
        inside = ((m - 1) / BINS < confidence) & (confidence <= m / BINS)
        if inside.any():
            gap = (given[inside] == right[inside]).mean() - confidence[inside].mean()
            error += inside.mean() * abs(gap)
    return error


def main():
    random = np.random.default_rng(0)
    right = random.integers(0, 4, ROWS)
    logits = random.normal(size=(ROWS, CLASSES)) + 1.5 * np.eye(CLASSES)[right]
    logits[:, 3] -= 20
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    given = probabilities.argmax(axis=1)
    labels = list(range(CLASSES))
    each = precision_recall_fscore_support(right, given, labels=labels, zero_division=0)
    macro = precision_recall_fscore_support(right, given, labels=labels, average="macro", zero_division=0)
    found = {
        "right": right.tolist(),
        "probabilities": probabilities.ravel().tolist(),
        "confusion": confusion_matrix(right, given, labels=labels).ravel().tolist(),
        "precision": each[0].tolist(),
        "recall": each[1].tolist(),
        "f1": each[2].tolist(),
        "macro": [float(number) for number in macro[:3]],
        "confidence": float(probabilities.max(axis=1).mean()),
        "calibration_error": float(calibration_error(right, probabilities)),
    }
    (Path(__file__).parent / "measure.json").write_text(json.dumps(found) + "\n")


main()
