import numpy as np
import torch

from data import load
from split import PARTS, deal
from streams import Stream


# What is subtracted from each column, and what the rest is divided by.
SCALINGS = {
    "standard": lambda x: (x.mean(axis=0), x.std(axis=0)),
    "centered": lambda x: (x.mean(axis=0), np.ones(x.shape[1])),
    "variance": lambda x: (x.mean(axis=0), x.var(axis=0)),
    "minmax": lambda x: (x.min(axis=0), np.ptp(x, axis=0)),
    "pixels": lambda x: (x.mean(), x.std()),
    "none": lambda x: (np.zeros(x.shape[1]), np.ones(x.shape[1])),
}


def scaling(x, method):
    """How the columns of a part are scaled, by what its rows are like; a column without spread becomes 0."""
    shift, scale = SCALINGS[method](x)
    # if none:
    if method == "none":
        return shift, scale
    # end
    low, high = x.min(axis=0), x.max(axis=0)
    # if pixels:
    if method == "pixels":
        low, high = np.full_like(low, low.min()), np.full_like(high, high.max())
    # end
    same = low == high
    return np.where(same, low, shift), np.where(same | (scale <= 0), 1.0, scale)


# if blur:
def blurred(pictures):
    """The mean of each pixel and its eight neighbours; outside of a picture is 0."""
    _, height, width = pictures.shape
    wide = np.pad(pictures, ((0, 0), (1, 1), (1, 1)))
    return sum(wide[:, i : i + height, j : j + width] for i in range(3) for j in range(3)) / 9


# end
# if other_source:
def with_other_source(x, rows, own, picture, seed):
    """The rows of each part, a share of them as another source takes them."""
    # Pictures are measured by their white, other data by mean and standard deviation.
    shift, scale = (0.0, x.max(initial=0.0)) if picture else (x.mean(axis=0), x.std(axis=0))
    scale = np.where(scale > 0, scale, 1.0)
    parts = [x[chosen].astype(float) for chosen in rows]
    for name, part in zip(PARTS, parts):
        order = Stream(seed, f"other_source/{name}").shuffle(list(range(len(part))))
        others = order[: int(own[name] * len(part) + 0.5)]
        seen = part[others]
        # if blur:
        if own["blur"]:
            around = blurred(seen.reshape(-1, *picture)).reshape(seen.shape)
            seen = (1 - own["blur"]) * seen + own["blur"] * around
        # end
        seen = own["contrast"] * (seen - shift) / scale + own["brightness"]
        # if noise:
        if own["noise"]:
            noise = Stream(seed, f"other_source/{name}/noise").normal(seen.size)
            seen = seen + own["noise"] * noise.reshape(seen.shape)
        # end
        part[others] = (seen.clip(0, 1) if picture else seen) * scale + shift
    return parts


# end
class Data:
    """The three parts of a run, split and scaled by statistics of the training part, as tensors."""

    def __init__(self, settings, seed, dtype):
        data = settings["data"]
        x, y = load(data, seed)
        self.classes = len(data["class_names"]) if data["class_names"] else None
        # if split:
        rows = deal(y, self.classes, settings["split"], seed)
        # end
        # if unsplit:
        if "split" not in settings:
            rows = [list(range(len(y))), [], []]
        # end
        parts = [x[chosen] for chosen in rows]
        # if other_source:
        if data.get("other_source"):
            parts = with_other_source(x, rows, data["other_source"], data.get("picture"), seed)
        # end
        self.shift, self.scale = scaling(parts[0], data["normalize"])
        self.target_shift, self.target_scale = 0.0, 1.0
        # if scale_target:
        if self.classes is None and data["scale_target"] == "standard":
            shift, scale = scaling(y[rows[0]][:, None], "standard")
            self.target_shift, self.target_scale = shift[0], scale[0]
        # end
        self.parts = {}
        for name, chosen, part in zip(PARTS, rows, parts):
            shift, scale = self.shift, self.scale
            # if own_statistics:
            if data.get("own_statistics") and len(part):
                # A mistake, to be shown: each part by statistics of its own.
                shift, scale = scaling(part, data["normalize"])
            # end
            target = y[chosen] if self.classes else (y[chosen] - self.target_shift) / self.target_scale
            # if label_noise:
            if name == "train" and data.get("label_noise"):
                target = with_wrong_labels(target, data["label_noise"], self.classes, seed)
            # end
            self.parts[name] = (
                torch.tensor((part - shift) / scale, dtype=dtype),
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
