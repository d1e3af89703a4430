"""Writes networks.json and optimizers.json: numbers by PyTorch that our engine must reach.

    python -m venv venv && venv/bin/pip install torch numpy && venv/bin/python tests/reference/make.py

All is float64 on one thread. Layouts are ours: x is (rows, features), the weights of a layer are
(inputs, outputs), both row-major; parameters are, layer after layer, the weights, then the bias.
"""

import json
from pathlib import Path

import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

HERE = Path(__file__).parent
ACTIVATIONS = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "leaky_relu": lambda z: F.leaky_relu(z, negative_slope=0.01),
    "linear": lambda z: z,
}


class Network:
    """Fully connected layers, z = x W + b."""

    def __init__(self, generator, features, hidden, outputs, activation):
        sizes = [features, *hidden, outputs]
        self.activation = ACTIVATIONS[activation]
        self.layers = [
            (
                (torch.randn(n, m, generator=generator) / n**0.5).requires_grad_(),
                (torch.randn(m, generator=generator) / 10).requires_grad_(),
            )
            for n, m in zip(sizes, sizes[1:])
        ]

    def logits(self, x):
        for w, b in self.layers[:-1]:
            x = self.activation(x @ w + b)
        w, b = self.layers[-1]
        return x @ w + b

    def parameters(self):
        return [p for layer in self.layers for p in layer]

    def flat(self):
        return [v for p in self.parameters() for v in p.detach().flatten().tolist()]

    def flat_gradient(self):
        return [v for p in self.parameters() for v in p.grad.flatten().tolist()]

    def penalty(self, l2, rows):
        """lambda/(2m) sum ||W||^2: weights alone, m the rows of the training set."""
        return l2 / (2 * rows) * sum((w**2).sum() for w, _ in self.layers)


def mean_loss(output, logits, y):
    if output == "softmax":
        return F.cross_entropy(logits, y)
    if output == "sigmoid":
        return F.binary_cross_entropy_with_logits(logits[:, 0], y.to(logits.dtype))
    return F.mse_loss(logits[:, 0], y)


def targets(generator, output, classes, rows):
    if output == "linear":
        return torch.randn(rows, generator=generator)
    return torch.randint(classes, (rows,), generator=generator)


def network_case(seed, activation, output, hidden, classes, l2):
    generator = torch.Generator().manual_seed(seed)
    rows, features = 7, 4
    x = torch.randn(rows, features, generator=generator)
    y = targets(generator, output, classes, rows)
    outputs = classes if output == "softmax" else 1
    network = Network(generator, features, hidden, outputs, activation)
    logits = network.logits(x)
    loss = mean_loss(output, logits, y)
    penalty = network.penalty(l2, rows)
    (loss + penalty).backward()
    return {
        "activation": activation,
        "output": output,
        "hidden": hidden,
        "classes": classes,
        "l2": l2,
        "features": features,
        "x": x.flatten().tolist(),
        "y": y.tolist(),
        "parameters": network.flat(),
        "logits": logits.detach().flatten().tolist(),
        "loss": loss.item(),
        "penalty": penalty.item(),
        "gradient": network.flat_gradient(),
    }


def networks():
    cases = []
    for activation in ACTIVATIONS:
        for output, classes in [("softmax", 3), ("sigmoid", 2), ("linear", 0)]:
            # Every second network is regularized.
            l2 = 0.7 if len(cases) % 2 else 0.0
            cases.append(network_case(len(cases), activation, output, [5, 3], classes, l2))
    cases.append(network_case(len(cases), "relu", "softmax", [], 4, 0.3))
    cases.append(network_case(len(cases), "tanh", "softmax", [6, 5, 4, 3], 2, 0.0))
    return cases


def momentum(parameters, rate, beta):
    """The averaging form from the first step on: PyTorch would start with v = g, so v is set to 0."""
    optimizer = torch.optim.SGD(parameters, lr=rate, momentum=beta, dampening=beta)
    for p in parameters:
        optimizer.state[p]["momentum_buffer"] = torch.zeros_like(p)
    return optimizer


# The settings as a lesson writes them, the learning rate, and PyTorch's equal.
OPTIMIZERS = [
    ({"sgd": {}}, 0.3, lambda p, a: torch.optim.SGD(p, lr=a)),
    ({"momentum": {"beta": 0.9}}, 0.3, lambda p, a: momentum(p, a, 0.9)),
    ({"momentum": {"beta": 0.8, "dampening": 0.0}}, 0.05, lambda p, a: torch.optim.SGD(p, lr=a, momentum=0.8)),
    (
        {"nesterov": {"beta": 0.8, "dampening": 0.0}},
        0.05,
        lambda p, a: torch.optim.SGD(p, lr=a, momentum=0.8, nesterov=True),
    ),
    ({"rmsprop": {"beta": 0.9, "epsilon": 1e-8}}, 0.01, lambda p, a: torch.optim.RMSprop(p, lr=a, alpha=0.9, eps=1e-8)),
    (
        {"adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}},
        0.02,
        lambda p, a: torch.optim.Adam(p, lr=a, betas=(0.9, 0.999), eps=1e-8),
    ),
    (
        {"adamw": {"beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6, "weight_decay": 0.1}},
        0.02,
        lambda p, a: torch.optim.AdamW(p, lr=a, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1),
    ),
    ({"adagrad": {"epsilon": 1e-10}}, 0.1, lambda p, a: torch.optim.Adagrad(p, lr=a, eps=1e-10)),
]


def optimizers():
    generator = torch.Generator().manual_seed(100)
    rows, features, classes, hidden, steps, size = 42, 4, 3, [6, 4], 50, 8
    x = torch.randn(rows, features, generator=generator)
    y = targets(generator, "softmax", classes, rows)
    batches = []
    while len(batches) < steps:
        order = torch.randperm(rows, generator=generator).tolist()
        batches += [order[i : i + size] for i in range(0, rows, size)]
    batches = batches[:steps]
    weights = generator.get_state()
    cases = []
    for settings, rate, start in OPTIMIZERS:
        for l2 in [0.0, 0.5]:
            network = Network(generator.set_state(weights), features, hidden, classes, "tanh")
            initial = network.flat()
            optimizer = start(network.parameters(), rate)
            losses = []
            for batch in batches:
                optimizer.zero_grad()
                loss = mean_loss("softmax", network.logits(x[batch]), y[batch])
                losses.append(loss.item())
                (loss + network.penalty(l2, rows)).backward()
                optimizer.step()
            case = {"optimizer": settings, "learning_rate": rate, "l2": l2}
            cases.append({**case, "losses": losses, "parameters": network.flat()})
    return {
        "activation": "tanh",
        "output": "softmax",
        "hidden": hidden,
        "classes": classes,
        "features": features,
        "x": x.flatten().tolist(),
        "y": y.tolist(),
        "parameters": initial,
        "batches": batches,
        "cases": cases,
    }


def write(name, content, by="make.py"):
    text = json.dumps({"written_by": f"{by} with PyTorch {torch.__version__}", **content})
    (HERE / name).write_text(text + "\n")


if __name__ == "__main__":
    write("networks.json", {"cases": networks()})
    write("optimizers.json", optimizers())
