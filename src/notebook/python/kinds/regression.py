import numpy as np

from data import load
from prepare import scaling
from split import PARTS, deal


def run_regression(settings, seed):
    """Fits the line (or plane) with the least squared error and penalty, in closed form."""
    x, y = load(settings["data"], seed)
    rows = deal(y, None, settings["split"], seed)
    shift, scale = scaling(x[rows[0]], settings["data"]["normalize"])
    parts = {part: ((x[chosen] - shift) / scale, y[chosen]) for part, chosen in zip(PARTS, rows)}
    x, y = parts["train"]
    half = settings["l2"] / 2
    # Least squares of the centred data, with the root of lambda/2 below them.
    a = np.concatenate([x - x.mean(axis=0), np.sqrt(half) * np.eye(x.shape[1])])
    b = np.concatenate([y - y.mean(), np.zeros(x.shape[1])])
    q, r = np.linalg.qr(a)
    weights = np.linalg.solve(r, q.T @ b)
    intercept = y.mean() - x.mean(axis=0) @ weights
    metrics = {}
    for part, (x, y) in parts.items():
        if len(y):
            metrics[f"{part}_loss"] = np.mean((x @ weights + intercept - y) ** 2)
    square = (weights**2).sum()
    metrics["objective"] = metrics["train_loss"] + half / len(parts["train"][1]) * square
    metrics |= {"weight_norm": square**0.5, "intercept": intercept, "weights": weights.tolist()}
    return {"series": {}, "metrics": metrics}
