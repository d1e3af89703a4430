"""Writes training.json: whole trainings by PyTorch, from the seed to the last epoch.

    venv/bin/python tests/reference/training.py

Nothing comes from the engine: which rows, which first weights, which batches, masks and changed pictures follow from
the seed by `streams.py`. Settings are as a lesson writes them; what they leave open is not used.
"""

import csv
import math

import torch
from torch.nn import functional as F

from make import ACTIVATIONS, ByHand, average, corrected_rmsprop, mean_loss, write
from streams import Stream

TABLES = "engine/src/data/tables"
PARTS = ["train", "dev", "test"]
VARIANCES = {
    "he": lambda n, m: 2 / n,
    "lecun": lambda n, m: 1 / n,
    "xavier": lambda n, m: 1 / n,
    "glorot": lambda n, m: 2 / (n + m),
}


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.0),
    "momentum": lambda p: ByHand(p, 0.0, lambda g, state, t: average(state, "v", 0.9, g)),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.0, momentum=0.9, nesterov=True),
    "rmsprop": lambda p: ByHand(p, 0.0, corrected_rmsprop),
    "adam": lambda p: torch.optim.Adam(p, lr=0.0, eps=1e-4),
}


def table(name):
    with open(f"{TABLES}/{name}.csv") as file:
        rows = list(csv.reader(file))[1:]
    names = [row[-1] for row in rows]
    classes = sorted(set(names), key=int if names[0].isdigit() else str)
    y = torch.tensor([classes.index(name) for name in names])
    return torch.tensor([[float(cell) for cell in row[:-1]] for row in rows]), y, len(classes)


def prepare(settings, seed):
    """The parts by name, (x, y) each, how many classes there are, and what was subtracted and divided by."""
    data, split = settings["data"], settings["split"]
    x, y, classes = table(data["name"])
    chosen = list(range(len(y)))
    Stream(seed, "limit").shuffle(chosen)
    chosen = chosen[: data["limit"]]
    order = list(range(data["limit"]))
    Stream(seed, "split").shuffle(order)
    rows = iter([chosen[i] for i in order])
    rows = {part: [next(rows) for _ in range(split[part])] for part in PARTS}
    features = {part: x[rows[part]] for part in PARTS}
    if "other_source" in data:
        white = x[chosen].max()
        features = {part: taken(features[part], part, data["other_source"], white, seed) for part in PARTS}
    seen = features["train"]
    if data["normalize"] == "pixels":
        shift, scale = seen.mean(), seen.std(correction=0)
    else:
        shift, scale = seen.mean(0), seen.std(0, correction=0)
    if data["normalize"] == "variance":
        scale = scale**2
    parts = {part: ((features[part] - shift) / scale, y[rows[part]]) for part in PARTS}
    make_wrong(parts["train"][1], data.get("label_noise", 0), classes, Stream(seed, "label_noise"))
    return parts, classes, shift, scale


def taken(pictures, part, source, white, seed):
    """Pictures of a part, those of the share that comes from the other source as it takes them."""
    order = list(range(len(pictures)))
    Stream(seed, f"other_source/{part}").shuffle(order)
    noise = Stream(seed, f"other_source/{part}/noise")
    pictures = pictures.clone()
    for row in order[: int(source[part] * len(order) + 0.5)]:
        picture = pictures[row].reshape(1, 1, 8, 8) / white
        near = F.avg_pool2d(picture, 3, stride=1, padding=1)
        picture = source["contrast"] * ((1 - source["blur"]) * picture + source["blur"] * near).flatten()
        deviates = torch.tensor([noise.normal() for _ in range(64)])
        pictures[row] = (picture + source["brightness"] + source["noise"] * deviates).clamp(0, 1) * white
    return pictures


def make_wrong(labels, share, classes, stream):
    order = list(range(len(labels)))
    stream.shuffle(order)
    for row in order[: int(share * len(labels) + 0.5)]:
        labels[row] = (labels[row] + 1 + stream.below(classes - 1)) % classes


class Network:
    def __init__(self, model, features, classes, seed):
        self.model, self.norm = model, model.get("batch_norm")
        self.output = model.get("output", "softmax")
        self.activation = ACTIVATIONS[model["activation"]]
        sizes = [features, *model["hidden"], 1 if self.output == "sigmoid" else classes]
        self.weights = [self.drawn(l, n, m, seed) for l, (n, m) in enumerate(zip(sizes, sizes[1:]), 1)]
        self.biases = [torch.zeros(m).requires_grad_() for m in sizes[1:]]
        hidden = sizes[1:-1] if self.norm else []
        self.gammas = [torch.ones(m).requires_grad_() for m in hidden]
        self.averages = [[torch.zeros(m), torch.zeros(m)] for m in hidden]
        self.statistics = [[torch.zeros(m), torch.ones(m)] for m in hidden]
        self.steps = 0

    def drawn(self, layer, n, m, seed):
        stream, sd = Stream(seed, f"init/{layer}"), VARIANCES[self.model["init"]](n, m) ** 0.5
        return torch.tensor([[sd * stream.normal() for _ in range(m)] for _ in range(n)]).requires_grad_()

    def parameters(self):
        """In the engine's order: weights, bias (or beta), gamma, layer after layer."""
        gammas = [[gamma] for gamma in self.gammas] + [[]] * len(self.weights)
        return [p for w, b, gamma in zip(self.weights, self.biases, gammas) for p in (w, b, *gamma)]

    def normalized(self, z, layer, training):
        if not training:
            mean, variance = self.statistics[layer]
            return F.batch_norm(z, mean, variance, self.gammas[layer], self.biases[layer], eps=1e-5)
        self.seen.append([z.mean(0).detach(), z.var(0, correction=0).detach()])
        return F.batch_norm(z, None, None, self.gammas[layer], self.biases[layer], training=True, eps=1e-5)

    def logits(self, x, masks=None, training=False):
        self.seen = []
        masks = masks or [None] * (len(self.weights) + 1)
        for layer, (w, b) in enumerate(zip(self.weights, self.biases)):
            x = x if masks[layer] is None else x * masks[layer]
            if layer == len(self.weights) - 1:
                x = x @ w + b
            else:
                x = self.activation(self.normalized(x @ w, layer, training) if self.norm else x @ w + b)
        return x if masks[-1] is None else x * masks[-1]

    def observe(self):
        """Takes the moments of the last batch into the averages that prediction goes by."""
        self.steps += 1
        for layer, seen in enumerate(self.seen):
            for i, new in enumerate(seen):
                beta = self.norm.get("average", 0.9)
                self.averages[layer][i] = beta * self.averages[layer][i] + (1 - beta) * new
                self.statistics[layer][i] = self.averages[layer][i] / (1 - beta**self.steps)

    def settle(self, x):
        """Where prediction goes by exact moments, makes it go by those of all these rows."""
        if self.norm and self.norm.get("prediction") == "exact":
            for layer, w in enumerate(self.weights[:-1]):
                z = x @ w
                self.statistics[layer] = [z.mean(0), z.var(0, correction=0)]
                x = self.activation(self.normalized(z, layer, training=False))

    def penalty(self, l2, rows):
        return l2 / (2 * rows) * sum((w**2).sum() for w in self.weights)

    def state(self):
        averages, statistics = ([list(pair) for pair in pairs] for pairs in (self.averages, self.statistics))
        return [p.detach().clone() for p in self.parameters()], averages, statistics, self.steps

    def restore(self, state):
        parameters, averages, statistics, self.steps = state
        self.averages, self.statistics = ([list(pair) for pair in pairs] for pairs in (averages, statistics))
        with torch.no_grad():
            for p, kept in zip(self.parameters(), parameters):
                p.copy_(kept)

    def flat(self):
        return [v for p in self.parameters() for v in p.detach().flatten().tolist()]


def draw_masks(streams, keep, rows, widths):
    """The factors of each layer's inputs and of the logits; None where all stay."""

    def draw(stream, share, width):
        kept = torch.tensor(stream.kept(share, rows * width)).reshape(rows, width)
        return kept.to(torch.float64) / share

    return [draw(s, k, w) if k < 1 else None for s, k, w in zip(streams, keep, widths)]


class Augmenter:
    """Flip, rotation and shift of pictures as one sampling of the plane, then noise."""

    def __init__(self, settings, side, seed):
        self.settings, self.side = settings, side
        self.streams = {name: Stream(seed, f"augment/{name}") for name in ["flip", "rotation", "shift", "noise"]}

    def change(self, x, shift, scale):
        x = torch.stack([self.moved(row * scale + shift) for row in x])
        noise = torch.tensor([self.streams["noise"].normal() for _ in range(x.numel())])
        return (x - shift) / scale + self.settings["noise"] * noise.reshape(x.shape)

    def moved(self, picture):
        side, most = self.side, self.settings["shift"]
        picture = picture.reshape(side, side)
        if self.streams["flip"].uniform() < self.settings["flip"]:
            picture = picture.flip(1)
        angle = math.radians((2 * self.streams["rotation"].uniform() - 1) * self.settings["rotation"])
        down, right = (self.streams["shift"].below(2 * most + 1) - most for _ in range(2))
        middle = (side - 1) / 2
        y, x = torch.meshgrid(torch.arange(side) - down - middle, torch.arange(side) - right - middle, indexing="ij")
        cos, sin = math.cos(angle), math.sin(angle)
        # PyTorch's grid goes from -1 to 1 and names x first.
        grid = torch.stack([x * cos - y * sin, x * sin + y * cos], dim=-1) / middle
        return F.grid_sample(picture[None, None], grid[None], align_corners=True).flatten()


def rate(training, epoch, step, steps):
    """Constant, or a warm-up before a cosine, both by step."""
    alpha, schedule = training["learning_rate"], training.get("schedule")
    if schedule is None:
        return alpha
    warmup = schedule["warmup"]
    time, rise, all_steps = epoch * steps + step, warmup["epochs"] * steps, training["epochs"] * steps
    if time < rise:
        return alpha * (warmup["from"] + (1 - warmup["from"]) * time / rise)
    return alpha * (1 + math.cos(math.pi * (time - rise) / (all_steps - rise))) / 2


class Steer:
    """One training that is watched: back and slower where it has become worse, else faster."""

    def __init__(self, settings):
        self.settings, self.factor, self.last, self.kept = settings, 1.0, None, None

    def look(self, epoch, network, history):
        """Whether the network went back; what was measured is then what it was."""
        if epoch % self.settings["every"] != 0:
            return False
        value = history[self.settings["metric"]][-1]
        if self.last is not None and value > (1 + self.settings["worse"]) * self.last[0]:
            self.factor /= self.settings["slower"]
            network.restore(self.kept)
            for values in history.values():
                values[-1] = values[self.last[1]]
            return True
        self.factor *= self.settings["faster"] if epoch > 0 else 1
        self.last, self.kept = (value, epoch), network.state()
        return False


def train(settings, seed):
    model, training = settings["model"], settings["training"]
    parts, classes, shift, scale = prepare(settings, seed)
    x, y = parts["train"]
    rows, size = len(y), training["batch_size"]
    network = Network(model, x.shape[1], classes, seed)
    optimizer = OPTIMIZERS[next(iter(training["optimizer"]))](network.parameters())
    keep = model.get("keep_prob", [])
    widths = [len(w) for w in network.weights] + [network.weights[-1].shape[1]]
    masks = [Stream(seed, f"dropout/{layer}") for layer in range(len(keep))]
    unmasked = [None] * (len(widths) - len(keep))
    augmenter = Augmenter(training["augment"], 8, seed) if "augment" in training else None
    stopping = training.get("early_stopping")
    steer = Steer(training["steering"]) if "steering" in training else None
    order, batches = list(range(rows)), Stream(seed, "batches")
    history = {f"{part}_{metric}": [] for part in PARTS for metric in ["loss", "error"]}
    best = (math.inf, 0, None)
    for epoch in range(training["epochs"] + 1):
        if epoch > 0:
            batches.shuffle(order)
            for step, start in enumerate(range(0, rows, size)):
                batch = order[start : start + size]
                seen = x[batch] if augmenter is None else augmenter.change(x[batch], shift, scale)
                factors = draw_masks(masks, keep, len(batch), widths) + unmasked
                optimizer.zero_grad()
                loss = mean_loss(network.output, network.logits(seen, factors, training=True), y[batch])
                (loss + network.penalty(training.get("l2", 0), rows)).backward()
                factor = steer.factor if steer else 1.0
                optimizer.param_groups[0]["lr"] = factor * rate(training, epoch - 1, step, -(-rows // size))
                optimizer.step()
                network.observe()
        measure(network, parts, history)
        if steer and steer.look(epoch, network, history):
            optimizer = OPTIMIZERS[next(iter(training["optimizer"]))](network.parameters())
        watched = history[stopping["metric"] if stopping else "dev_loss"][-1]
        if watched < best[0]:
            best = (watched, epoch, network.flat())
        if stopping and epoch - best[1] >= stopping["patience"]:
            break
    final = best[1:] if stopping else (epoch, network.flat())
    result = {"history": history, "final_epoch": final[0], "parameters": final[1]}
    return {"seed": seed, **settings, **result}


@torch.no_grad()
def measure(network, parts, history):
    network.settle(parts["train"][0])
    for part, (x, y) in parts.items():
        logits = network.logits(x)
        answers = logits[:, 0] > 0 if network.output == "sigmoid" else logits.argmax(1)
        history[f"{part}_loss"].append(mean_loss(network.output, logits, y).item())
        history[f"{part}_error"].append((answers != y).sum().item() / len(y))


def case(name, normalize, model, training, **data):
    return {
        "data": {"name": name, "limit": 100, "normalize": normalize, **data},
        "split": {"train": 60, "dev": 20, "test": 20, "stratify": False},
        "model": model,
        "training": {"epochs": 5, "precision": "f64", **training},
    }


# The last batch of each is a partial one.
CASES = [
    case(
        "iris",
        "standard",
        {"hidden": [7, 5], "activation": "tanh", "init": "xavier", "keep_prob": [0.9, 0.8, 0.5]},
        {"batch_size": 7, "optimizer": {"adam": {"epsilon": 1e-4}}, "learning_rate": 0.02, "l2": 0.5},
    ),
    case(
        "iris",
        "standard",
        {
            "hidden": [9, 5],
            "activation": "leaky_relu",
            "init": "lecun",
            "batch_norm": {"prediction": "exact"},
            "keep_prob": [1, 1, 0.9, 0.7],
        },
        {"batch_size": 16, "optimizer": {"sgd": {}}, "learning_rate": 0.1},
    ),
    case(
        "breast_cancer",
        "standard",
        {
            "hidden": [8, 4],
            "activation": "sigmoid",
            "init": "glorot",
            "output": "sigmoid",
            "batch_norm": {"average": 0.8},
            "keep_prob": [1, 1, 0.5],
        },
        {
            "batch_size": 8,
            "optimizer": {"nesterov": {"dampening": 0}},
            "learning_rate": 0.05,
            "schedule": {"warmup": {"epochs": 2, "from": 0.2, "by": "step", "then": {"cosine": {"by": "step"}}}},
        },
    ),
    case(
        "digits",
        "pixels",
        {"hidden": [12], "activation": "relu", "init": "he"},
        {
            "batch_size": 25,
            "optimizer": {"rmsprop": {"bias_correction": True}},
            "learning_rate": 0.005,
            "augment": {"flip": 0.5, "rotation": 20, "shift": 2, "noise": 0.1},
        },
    ),
    case(
        "iris",
        "standard",
        {"hidden": [16], "activation": "tanh", "init": "xavier"},
        {
            "epochs": 60,
            "batch_size": 16,
            "optimizer": {"momentum": {}},
            "learning_rate": 0.5,
            "early_stopping": {"patience": 4, "metric": "dev_loss"},
        },
        label_noise=0.25,
    ),
    case(
        "digits",
        "pixels",
        {"hidden": [11], "activation": "relu", "init": "he"},
        {"batch_size": 25, "optimizer": {"adam": {"epsilon": 1e-4}}, "learning_rate": 0.01},
        other_source={
            "train": 0.25, "dev": 1.0, "test": 0.5, "contrast": 0.6, "brightness": 0.2, "blur": 0.5, "noise": 0.12,
        },
    ),
    case(
        "iris",
        "variance",
        {"hidden": [6, 6], "activation": "tanh", "init": "xavier", "batch_norm": {"average": 0.8}},
        {
            "epochs": 12, "batch_size": 8, "optimizer": {"nesterov": {"dampening": 0}}, "learning_rate": 0.3,
            "steering": {"metric": "dev_loss", "every": 2, "worse": 0.01, "slower": 4.0, "faster": 1.25},
        },
    ),
]


if __name__ == "__main__":
    write("training.json", {"cases": [train(settings, seed) for seed, settings in enumerate(CASES)]}, "training.py")
