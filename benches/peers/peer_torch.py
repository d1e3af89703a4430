"""The work in PyTorch, as its tutorials write it."""

import sys

import numpy as np
import torch
from torch import nn

import work

torch.set_num_threads(int(sys.argv[1]))
DTYPE = {"f32": torch.float32, "f64": torch.float64}[sys.argv[2]]
torch.set_default_dtype(DTYPE)


def network(layers):
    parts = []
    for inputs, outputs in zip(layers, layers[1:]):
        parts += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*parts[:-1])


def optimizer(name, parameters, rate, decay=0.0):
    if name == "adam":
        return torch.optim.Adam(parameters, lr=rate, weight_decay=decay)
    momentum = 0.0 if name == "sgd" else 0.9
    return torch.optim.SGD(parameters, lr=rate, momentum=momentum, dampening=0, nesterov=name == "nesterov", weight_decay=decay)


def epoch(model, optimizer, x, y, batch):
    for rows in torch.randperm(len(y)).split(batch):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
        optimizer.step()


def measure(model, parts):
    with torch.no_grad():
        for x, y in parts:
            logits = model(x)
            nn.functional.cross_entropy(logits, y).item()
            (logits.argmax(1) == y).float().mean().item()


def steps(asked):
    x, y = work.step_data(asked["layers"], asked["batch"], np.float64)
    x, y = torch.tensor(x, dtype=DTYPE), torch.tensor(y)
    model = network(asked["layers"])
    adjust = optimizer(asked["optimizer"], model.parameters(), 0.001)

    def run(steps=asked["steps"]):
        for _ in range(steps // work.BATCHES):
            epoch(model, adjust, x, y, asked["batch"])

    return run, lambda: run(work.BATCHES)


def digits_run(seed, sizes, name, rate, l2):
    torch.manual_seed(seed)
    parts = [(torch.tensor(x), torch.tensor(y)) for x, y in work.digits(seed, np.dtype(str(DTYPE)[6:]))]
    model = network([64, sizes["hidden"], 10])
    adjust = optimizer(name, model.parameters(), rate, l2 / len(parts[0][1]))
    for _ in range(sizes["epochs"]):
        epoch(model, adjust, *parts[0], sizes["batch"])
        measure(model, parts)


PROGRAMS = work.programs(digits_run)
work.serve(lambda asked: steps(asked) if asked["do"] == "steps" else PROGRAMS[asked["do"]])
