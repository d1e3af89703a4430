import numpy as np

from streams import Stream


def curvatures_of(n, samples, stream):
    """The eigenvalues of so many random symmetric matrices: normal numbers, those of the diagonal times the root of 2."""
    row, column = np.tril_indices(n)
    numbers = stream.normal(samples * len(row)).reshape(samples, -1) * np.where(row == column, 2**0.5, 1.0)
    matrices = np.zeros((samples, n, n))
    matrices[:, row, column] = matrices[:, column, row] = numbers
    return np.linalg.eigvalsh(matrices)


def run_curvatures(settings, seed):
    """Counts which share of the matrices curves up in every direction, in some, in none."""
    samples = settings["samples"]
    metrics = {"minimum_share": [], "saddle_share": [], "maximum_share": [], "down_share": []}
    for n in settings["dimensions"]:
        stream, negative = Stream(seed, f"matrices/{n}"), np.zeros(n + 1)
        for first in range(0, samples, 1000):
            found = curvatures_of(n, min(1000, samples - first), stream)
            negative += np.bincount((found < 0).sum(axis=1), minlength=n + 1)
        metrics["minimum_share"].append(negative[0] / samples)
        metrics["saddle_share"].append(negative[1:n].sum() / samples)
        metrics["maximum_share"].append(negative[n] / samples)
        metrics["down_share"].append(negative @ np.arange(n + 1) / (samples * n))
    return {"series": {}, "metrics": metrics}
