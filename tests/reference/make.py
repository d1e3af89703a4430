"""Writes networks.json, optimizers.json and schedules.json: numbers by PyTorch that our engine must reach.

    python -m venv venv && venv/bin/pip install torch numpy && venv/bin/python tests/reference/make.py

All is float64 on one thread. Layouts are ours: x is (rows, features), the weights of a layer are
(inputs, outputs), both row-major; parameters are, layer after layer, the weights, then the bias.
"""

import json
from pathlib import Path

import torch
from torch.nn import functional as F
from torch.optim import lr_scheduler as schedulers

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

HERE = Path(__file__).parent
ACTIVATIONS = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "leaky_relu": lambda z: F.leaky_relu(z, negative_slope=0.01),
    "linear": lambda z: z,
    "gelu": F.gelu,
    "silu": F.silu,
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


def shuffled(generator, rows, size, steps):
    """The rows of each batch, in whole epochs of at least so many steps."""
    batches = []
    while len(batches) < steps:
        order = torch.randperm(rows, generator=generator).tolist()
        batches += [order[i : i + size] for i in range(0, rows, size)]
    return batches


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


class ByHand(torch.optim.Optimizer):
    """A form that PyTorch does not have, in its arithmetic: `step_of(g, state, t)` gives the step in units of the rate."""

    def __init__(self, parameters, rate, step_of):
        super().__init__(parameters, {"lr": rate})
        self.step_of = step_of
        self.t = 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        for group in self.param_groups:
            for p in group["params"]:
                p -= group["lr"] * self.step_of(p.grad, self.state[p], self.t)


def average(state, name, beta, value):
    state[name] = beta * state.get(name, torch.zeros_like(value)) + (1 - beta) * value
    return state[name]


def averaging_nesterov(g, state, t, beta=0.9):
    return beta * average(state, "v", beta, g) + (1 - beta) * g


def corrected_rmsprop(g, state, t, beta=0.9):
    return g / ((average(state, "s", beta, g**2) / (1 - beta**t)).sqrt() + 1e-8)


def uncorrected_adam(g, state, t):
    return average(state, "m", 0.9, g) / (average(state, "v", 0.999, g**2).sqrt() + 1e-8)


def nadam(g, state, t, beta=0.9):
    """As optax's, with a constant beta: PyTorch's NAdam lets it grow."""
    m, v = average(state, "m", beta, g), average(state, "v", 0.999, g**2)
    ahead = beta * m / (1 - beta ** (t + 1)) + (1 - beta) * g / (1 - beta**t)
    return ahead / ((v / (1 - 0.999**t)).sqrt() + 1e-8)


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
    ({"nesterov": {"beta": 0.9}}, 0.3, lambda p, a: ByHand(p, a, averaging_nesterov)),
    ({"rmsprop": {"bias_correction": True}}, 0.01, lambda p, a: ByHand(p, a, corrected_rmsprop)),
    ({"rmsprop": {"beta": 0.9, "epsilon": 1e-8}}, 0.01, lambda p, a: torch.optim.RMSprop(p, lr=a, alpha=0.9, eps=1e-8)),
    (
        {"adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}},
        0.02,
        lambda p, a: torch.optim.Adam(p, lr=a, betas=(0.9, 0.999), eps=1e-8),
    ),
    ({"adam": {"bias_correction": False}}, 0.01, lambda p, a: ByHand(p, a, uncorrected_adam)),
    (
        {"adamw": {"beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6, "weight_decay": 0.1}},
        0.02,
        lambda p, a: torch.optim.AdamW(p, lr=a, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1),
    ),
    ({"nadam": {}}, 0.01, lambda p, a: ByHand(p, a, nadam)),
    ({"adagrad": {"epsilon": 1e-10}}, 0.1, lambda p, a: torch.optim.Adagrad(p, lr=a, eps=1e-10)),
]


def optimizers():
    generator = torch.Generator().manual_seed(100)
    rows, features, classes, hidden, steps, size = 42, 4, 3, [6, 4], 50, 8
    x = torch.randn(rows, features, generator=generator)
    y = targets(generator, "softmax", classes, rows)
    batches = shuffled(generator, rows, size, steps)[:steps]
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


def warmup(optimizer, epochs, start, then):
    """Then starts anew when the warm-up ends."""
    rise = schedulers.LinearLR(optimizer, start_factor=start, total_iters=epochs)
    return schedulers.SequentialLR(optimizer, [rise, then], milestones=[epochs])


# The settings as a lesson writes them, whether PyTorch's steps by batch, and PyTorch's equal for 20 epochs of 6 batches.
SCHEDULES = [
    ({"constant": {}}, False, lambda o: schedulers.ConstantLR(o, factor=1)),
    ({"inverse_time": {"rate": 0.5}}, False, lambda o: schedulers.LambdaLR(o, lambda t: 1 / (1 + 0.5 * t))),
    ({"exponential": {"base": 0.9}}, False, lambda o: schedulers.ExponentialLR(o, gamma=0.9)),
    ({"inverse_sqrt": {"k": 0.8}}, False, lambda o: schedulers.LambdaLR(o, lambda t: 0.8 / (t + 1) ** 0.5)),
    ({"inverse_sqrt": {"by": "step"}}, True, lambda o: schedulers.LambdaLR(o, lambda t: 1 / (t + 1) ** 0.5)),
    ({"staircase": {"every": 6, "factor": 0.3}}, False, lambda o: schedulers.StepLR(o, step_size=6, gamma=0.3)),
    (
        {"piecewise": {"epochs": [4, 9], "rates": [0.04, 0.004]}},
        False,
        lambda o: schedulers.MultiStepLR(o, milestones=[4, 9], gamma=0.1),
    ),
    ({"cosine": {}}, False, lambda o: schedulers.CosineAnnealingLR(o, T_max=20)),
    ({"cosine": {"by": "step"}}, True, lambda o: schedulers.CosineAnnealingLR(o, T_max=120)),
    ({"cosine": {"epochs": 20, "end": 0.1}}, False, lambda o: schedulers.CosineAnnealingLR(o, T_max=20, eta_min=0.04)),
    (
        {"warmup": {"epochs": 5, "from": 0.2, "then": {"cosine": {}}}},
        False,
        lambda o: warmup(o, 5, 0.2, schedulers.CosineAnnealingLR(o, T_max=15)),
    ),
    (
        {"warmup": {"epochs": 2, "from": 0.25, "by": "step", "then": {"inverse_sqrt": {"by": "step"}}}},
        True,
        lambda o: warmup(o, 12, 0.25, schedulers.LambdaLR(o, lambda t: 1 / (t + 1) ** 0.5)),
    ),
]


def schedules():
    epochs, steps, alpha0 = 20, 6, 0.4
    cases = []
    for settings, by_batch, start in SCHEDULES:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=alpha0)
        scheduler = start(optimizer)
        rates = []
        for _ in range(epochs):
            for _ in range(steps):
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if by_batch:
                    scheduler.step()
            if not by_batch:
                scheduler.step()
        cases.append({"schedule": settings, "rates": rates})
    return {"alpha0": alpha0, "epochs": epochs, "steps_per_epoch": steps, "cases": cases}


def write(name, content, by="make.py"):
    text = json.dumps({"written_by": f"{by} with PyTorch {torch.__version__}", **content})
    (HERE / name).write_text(text + "\n")


if __name__ == "__main__":
    write("networks.json", {"cases": networks()})
    write("optimizers.json", optimizers())
    write("schedules.json", schedules())
