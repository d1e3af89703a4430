import numpy as np
import torch

from streams import Stream


# if flip|rotation|shift:
def moved(pictures, flip, angle, down, right):
    """Each picture flipped, turned and shifted, sampled once; what comes from outside is 0."""
    count, height, width = pictures.shape
    middle_y, middle_x = (height - 1) / 2, (width - 1) / 2
    y = np.arange(height)[None, :, None] - down[:, None, None] - middle_y
    x = np.arange(width)[None, None, :] - right[:, None, None] - middle_x
    cos, sin = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    row, column = y * cos + x * sin + middle_y, x * cos - y * sin + middle_x
    # A picture that is not turned is not interpolated.
    still = (angle == 0)[:, None, None]
    row, column = np.where(still, np.rint(row), row), np.where(still, np.rint(column), column)
    above, left = np.floor(row), np.floor(column)

    def pixel(i, j):
        inside = (i >= 0) & (i < height) & (j >= 0) & (j < width)
        i, j = np.clip(i, 0, height - 1).astype(int), np.clip(j, 0, width - 1).astype(int)
        j = np.where(flip[:, None, None], width - 1 - j, j)
        return np.where(inside, pictures[np.arange(count)[:, None, None], i, j], 0.0)

    low, far = row - above, column - left
    upper = pixel(above, left) * (1 - far) + pixel(above, left + 1) * far
    lower = pixel(above + 1, left) * (1 - far) + pixel(above + 1, left + 1) * far
    return upper * (1 - low) + lower * low


# end
class Augmenter:
    """Training examples changed at random, anew in every epoch; a stream for each way to change them."""

    def __init__(self, settings, data, picture, seed):
        self.settings, self.data, self.picture = settings, data, picture
        self.streams = {name: Stream(seed, f"augment/{name}") for name in ["flip", "rotation", "shift", "noise"]}

    def change(self, x):
        own, rows, changed = self.settings, len(x), x.double().numpy()
        # if flip|rotation|shift:
        if self.picture and (own.get("flip") or own.get("rotation") or own.get("shift")):
            flip, angle = np.zeros(rows, bool), np.zeros(rows)
            steps = np.zeros((rows, 2), int)
            if own.get("flip"):
                flip = self.streams["flip"].uniform(rows) < own["flip"]
            if own.get("rotation"):
                angle = (2 * self.streams["rotation"].uniform(rows) - 1) * own["rotation"] * (np.pi / 180)
            if own.get("shift"):
                most = own["shift"]
                steps = self.streams["shift"].below([2 * most + 1] * (2 * rows)).reshape(rows, 2) - most
            # In the units of the data, where 0 is the background.
            raw = (changed * self.data.scale + self.data.shift).reshape(rows, *self.picture)
            raw = moved(raw, flip, angle, steps[:, 0], steps[:, 1]).reshape(rows, -1)
            changed = (raw - self.data.shift) / self.data.scale
        # end
        # if noise:
        if own.get("noise"):
            changed = changed + own["noise"] * self.streams["noise"].normal(changed.size).reshape(changed.shape)
        # end
        return torch.tensor(changed, dtype=x.dtype)
