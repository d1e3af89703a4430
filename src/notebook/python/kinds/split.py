import numpy as np

from data import load
from split import PARTS, deal
from training import Training


def run_split(settings, seed):
    """Deals the rows, and counts what each part got."""
    series, metrics = {}, {}
    # if trains:
    training = Training(settings, seed).run()
    series, metrics = training.history, training.metrics()
    # end
    names = settings["data"]["class_names"]
    _, y = load(settings["data"], seed)
    for part, rows in zip(PARTS, deal(y, len(names) if names else None, settings["split"], seed)):
        metrics[f"{part}_rows"] = len(rows)
        if names and rows:
            metrics[f"{part}_share"] = (np.bincount(y[rows], minlength=len(names)) / len(rows)).tolist()
            if part != "train":
                error = metrics.get(f"{part}_error", 0.1)
                metrics[f"{part}_standard_error"] = (error * (1 - error) / len(rows)) ** 0.5
    return {"series": series, "metrics": metrics}
