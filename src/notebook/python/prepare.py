import numpy as np
import torch

from data import load
from split import PARTS, deal
from streams import Stream


def scaling(x, method):
    """What is subtracted from each column and what it is divided by, from the training rows alone."""
    low, high = x.min(axis=0), x.max(axis=0)
    # if minmax:
    if method == "minmax":
        shift, scale = low, high - low
    # end
    # if standard:
    if method == "standard":
        shift, scale = x.mean(axis=0), x.std(axis=0)
    # end
    # if pixels:
    if method == "pixels":
        low, high = np.full_like(low, low.min()), np.full_like(high, high.max())
        shift, scale = np.full_like(low, x.mean()), np.full_like(low, x.std())
    # end
    # if none:
    if method == "none":
        return np.zeros_like(low), np.ones_like(low)
    # end
    # A column without spread becomes 0.
    same = low == high
    return np.where(same, low, shift), np.where(same | (scale <= 0), 1.0, scale)


class Data:
    """The three parts of a run, split and scaled by statistics of the training part, as tensors."""

    def __init__(self, settings, seed, dtype):
        data = settings["data"]
        x, y = load(data, seed)
        self.classes = len(data["class_names"]) if data["class_names"] else None
        rows = deal(y, self.classes, settings["split"], seed)
        self.rows = dict(zip(PARTS, rows))
        self.shift, self.scale = scaling(x[rows[0]], data["normalize"])
        self.target_shift, self.target_scale = 0.0, 1.0
        # if scale_target:
        if self.classes is None and data["scale_target"] == "standard":
            shift, scale = scaling(y[rows[0]][:, None], "standard")
            self.target_shift, self.target_scale = shift[0], scale[0]
        # end
        self.parts = {}
        for name, chosen in self.rows.items():
            target = y[chosen] if self.classes else (y[chosen] - self.target_shift) / self.target_scale
            # if label_noise:
            if name == "train" and data.get("label_noise"):
                target = with_wrong_labels(target, data["label_noise"], self.classes, seed)
            # end
            self.parts[name] = (
                torch.tensor((x[chosen] - self.shift) / self.scale, dtype=dtype),
                torch.tensor(target, dtype=torch.long if self.classes else dtype),
            )


# if label_noise:
def with_wrong_labels(labels, share, classes, seed):
    """Labels of which a share became one of the other classes."""
    stream, wrong = Stream(seed, "label_noise"), labels.copy()
    rows = stream.shuffle(list(range(len(labels))))[: int(share * len(labels) + 0.5)]
    wrong[rows] = (labels[rows] + 1 + stream.below([classes - 1] * len(rows))) % classes
    return wrong


# end
