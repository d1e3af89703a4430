"""Six small lessons, one for each of the first six kinds, and the same experiments as Jupyter notebooks with PyTorch.

The notebooks do what the experiments do: the same data, sizes, epochs, seeds and measurements after each epoch. They
draw nothing, which favours them.
"""

import json

LESSONS = {
    "split": """
kind: split
id: sizes
seeds: 5
data: {name: digits}
model: {hidden: [32]}
training: {epochs: 10, batch_size: 64}
compare:
  - {train: 60%, dev: 20%, test: 20%}
  - {train: 98%, dev: 1%, test: 1%}
""",
    "init": """
kind: init
id: start
seeds: 5
data: {name: digits}
split: {train: 80%, dev: 20%}
model: {hidden: [32]}
training: {epochs: 12, batch_size: 64, learning_rate: 0.01}
compare: [zeros, {normal: 0.01}, he]
""",
    "dropout": """
kind: dropout
id: keep
seeds: 5
data: {name: digits}
split: {train: 80%, dev: 20%}
model: {hidden: [64]}
training: {epochs: 20, batch_size: 64}
compare: [1, 0.8, 0.5]
""",
    "optimizers": """
kind: optimizers
id: four
seeds: 10
data: {name: digits}
split: {train: 80%, dev: 20%}
model: {hidden: [32]}
training: {epochs: 30, batch_size: 64}
compare:
  sgd: {sgd: {learning_rate: 0.1}}
  momentum: {momentum: {learning_rate: 0.1, dampening: 0}}
  nesterov: {nesterov: {learning_rate: 0.1, dampening: 0}}
  adam: {adam: {learning_rate: 0.005}}
""",
    "search": """
kind: search
id: sixty
data: {name: digits}
split: {train: 80%, dev: 20%}
model: {hidden: [32]}
training: {epochs: 20, batch_size: 64}
space:
  training.learning_rate: {log: [0.001, 0.1]}
  training.l2: {log: [0.01, 10]}
trials: 60
""",
    "softmax": """
kind: softmax
id: plane
seeds: 5
data: {name: blobs, classes: 4}
split: {train: 80%, dev: 20%}
model: {hidden: [16]}
training: {epochs: 30}
""",
}

COMMON = """
import numpy as np, torch
from sklearn.datasets import load_digits, make_blobs
from torch import nn
torch.set_num_threads(THREADS)

def data(seed, x, y, shares):
    order = np.random.default_rng(seed).permutation(len(y))
    parts = np.split(order, np.cumsum([int(share * len(y)) for share in shares[:-1]]))
    mean, scale = x[parts[0]].mean(0), x[parts[0]].std(0)
    x = ((x - mean) / np.where(scale > 0, scale, 1)).astype(np.float32)
    return [(torch.tensor(x[rows]), torch.tensor(y[rows])) for rows in parts]

def train(parts, layers, epochs, batch, optimizer, keep=1.0, init=None):
    modules = []
    for inputs, outputs in zip(layers, layers[1:]):
        modules += [nn.Linear(inputs, outputs), nn.ReLU(), nn.Dropout(1 - keep)]
    model = nn.Sequential(*modules[:-2])
    if init:
        [init(layer.weight) for layer in model if isinstance(layer, nn.Linear)]
    adjust = optimizer(model.parameters())
    history = []
    for epoch in range(epochs):
        model.train()
        for rows in torch.randperm(len(parts[0][1])).split(batch):
            x, y = parts[0][0][rows], parts[0][1][rows]
            adjust.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            adjust.step()
        model.eval()
        with torch.no_grad():
            for x, y in parts:
                logits = model(x)
                history.append((nn.functional.cross_entropy(logits, y).item(), (logits.argmax(1) == y).float().mean().item()))
    return history

digits = load_digits(return_X_y=True)
adam = lambda rate=0.001, decay=0.0: lambda p: torch.optim.Adam(p, lr=rate, weight_decay=decay)
"""

CELLS = {
    "split": """
for shares in [(0.6, 0.2, 0.2), (0.98, 0.01, 0.01)]:
    for seed in range(5):
        found = train(data(seed, *digits, shares), [64, 32, 10], 10, 64, adam())
    print(shares, found[-3:])
""",
    "init": """
inits = {"zeros": nn.init.zeros_, "small": lambda w: nn.init.normal_(w, 0, 0.01), "he": lambda w: nn.init.kaiming_normal_(w)}
for name, init in inits.items():
    for seed in range(5):
        found = train(data(seed, *digits, (0.8, 0.2)), [64, 32, 10], 12, 64, adam(0.01), init=init)
    print(name, found[-2:])
""",
    "dropout": """
for keep in [1, 0.8, 0.5]:
    for seed in range(5):
        found = train(data(seed, *digits, (0.8, 0.2)), [64, 64, 10], 20, 64, adam(), keep=keep)
    print(keep, found[-2:])
""",
    "optimizers": """
sgd = lambda **settings: lambda p: torch.optim.SGD(p, lr=0.1, **settings)
for name, optimizer in {"sgd": sgd(), "momentum": sgd(momentum=0.9), "nesterov": sgd(momentum=0.9, nesterov=True), "adam": adam(0.005)}.items():
    for seed in range(10):
        found = train(data(seed, *digits, (0.8, 0.2)), [64, 32, 10], 30, 64, optimizer)
    print(name, found[-2:])
""",
    "search": """
parts, best = data(0, *digits, (0.8, 0.2)), None
for a, b in np.random.default_rng(0).uniform(size=(60, 2)):
    rate, l2 = 10 ** (-3 + 2 * a), 10 ** (-2 + 3 * b)
    found = (train(parts, [64, 32, 10], 20, 64, adam(rate, l2 / len(parts[0][1])))[-1][0], rate, l2)
    best = min(best or found, found)
print(best)
""",
    "softmax": """
x, y = make_blobs(300, centers=4, random_state=0)
for seed in range(5):
    found = train(data(seed, x, y, (0.8, 0.2)), [2, 16, 4], 30, 32, adam())
print(found[-2:])
""",
}


def write_course(folder):
    folder.mkdir(parents=True)
    for number, (kind, block) in enumerate(LESSONS.items(), 1):
        text = f"---\ntitle: The kind {kind}\n---\n\n```yaml experiment\n{block.strip()}\n```\n"
        (folder / f"{number:02}-{kind}.md").write_text(text)


def write_notebooks(folder, threads):
    folder.mkdir(parents=True)
    cell = lambda source: {"cell_type": "code", "execution_count": None, "id": f"c{len(source)}", "metadata": {}, "outputs": [], "source": source.strip()}
    for kind, source in CELLS.items():
        cells = [cell(COMMON.replace("THREADS", str(threads))), cell(source)]
        kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
        (folder / f"{kind}.ipynb").write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
