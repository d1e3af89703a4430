import numpy as np

from streams import Stream

PARTS = ["train", "dev", "test"]


def largest_remainder(quotas, total):
    """Whole numbers near the quotas: rounded down, then one more where most was lost, of equals the last."""
    counts = [int(quota) for quota in quotas]
    order = sorted([2, 1, 0], key=lambda part: counts[part] - quotas[part])
    order = [part for part in order if quotas[part] > 0]
    for turn in range(total - sum(counts)):
        counts[order[turn % len(order)]] += 1
    return counts


def part_sizes(split, rows):
    """How many rows each part gets: counts are taken first, percentages share out the rest."""
    shares = [split.get(part) or 0 for part in PARTS]
    percents = [float(share.rstrip("% ")) if isinstance(share, str) else None for share in shares]
    sizes = [0 if isinstance(share, str) else share for share in shares]
    given = [percent for percent in percents if percent is not None]
    if given:
        left = rows - sum(sizes)
        quotas = [0.0 if percent is None else percent * left / sum(given) for percent in percents]
        sizes = [size + more for size, more in zip(sizes, largest_remainder(quotas, left))]
    return sizes


# if stratify:
def class_quotas(counts, sizes):
    """How many rows of each class each part gets. Rows that no part wants are a fourth part."""
    total = sum(counts)
    sizes = [*sizes, total - sum(sizes)]
    table = [[count * size // total for size in sizes] for count in counts]
    class_lacks = [count - sum(row) for count, row in zip(counts, table)]
    part_lacks = [size - sum(row[part] for row in table) for part, size in enumerate(sizes)]
    cells = [(c, part) for c in range(len(counts)) for part in range(4)]
    for c, part in sorted(cells, key=lambda cell: -(counts[cell[0]] * sizes[cell[1]] % total)):
        if class_lacks[c] > 0 and part_lacks[part] > 0:
            table[c][part] += 1
            class_lacks[c] -= 1
            part_lacks[part] -= 1
    # The few rows that are left go where there is room.
    while sum(class_lacks) > 0:
        c = next(c for c, lacks in enumerate(class_lacks) if lacks > 0)
        part = next(part for part, lacks in enumerate(part_lacks) if lacks > 0)
        table[c][part] += 1
        class_lacks[c] -= 1
        part_lacks[part] -= 1
    return [row[:3] for row in table]


# end
def deal(y, classes, split, seed):
    """The rows of each part, dealt from a shuffled deck; stratified, each class in its share."""
    order = Stream(seed, "split").shuffle(list(range(len(y))))
    sizes = part_sizes(split, len(y))
    # if stratify:
    if classes is not None and split.get("stratify", True):
        left = class_quotas(np.bincount(y, minlength=classes).tolist(), sizes)
        parts = [[], [], []]
        for row, label in zip(order, y[order].tolist()):
            for part in range(3):
                if left[label][part] > 0:
                    left[label][part] -= 1
                    parts[part].append(row)
                    break
        return parts
    # end
    ends = np.cumsum(sizes).tolist()
    return [order[end - size : end] for end, size in zip(ends, sizes)]
