"""Writes batch_norm.json: numbers by PyTorch for networks with batch normalization.

    venv/bin/python tests/reference/batch_norm.py

Layouts as in make.py; of a normalized layer the parameters are the weights, then beta, then gamma.

PyTorch averages the unbiased variance, m/(m - 1) sigma^2, and starts from mean 0 and variance 1. All batches here have
the same m and its averages start at 0, so that ours are its own times (m - 1)/m.
"""

import torch

from make import ACTIVATIONS, mean_loss, shuffled, targets, write

EPSILON = 1e-3
AVERAGE = 0.9


class Network:
    """Fully connected layers; the hidden ones z = x W, normalized, and without a bias."""

    def __init__(self, generator, features, hidden, outputs, activation):
        def randn(*shape):
            return torch.randn(*shape, generator=generator)

        self.activation = ACTIVATIONS[activation]
        self.weights = [
            (randn(n, m) / n**0.5).requires_grad_() for n, m in zip([features, *hidden], [*hidden, outputs])
        ]
        self.bias = (randn(outputs) / 10).requires_grad_()
        self.norms = [torch.nn.BatchNorm1d(m, eps=EPSILON, momentum=1 - AVERAGE) for m in hidden]
        for norm in self.norms:
            norm.weight.data = 1 + randn(norm.num_features) / 10
            norm.bias.data = randn(norm.num_features) / 10
            norm.running_var.zero_()

    def logits(self, x):
        for w, norm in zip(self.weights, self.norms):
            x = self.activation(norm(x @ w))
        return x @ self.weights[-1] + self.bias

    def parameters(self):
        hidden = [p for w, norm in zip(self.weights, self.norms) for p in (w, norm.bias, norm.weight)]
        return [*hidden, self.weights[-1], self.bias]

    def flat(self):
        return [v for p in self.parameters() for v in p.detach().flatten().tolist()]

    def flat_gradient(self):
        return [v for p in self.parameters() for v in p.grad.flatten().tolist()]

    def penalty(self, l2, rows):
        return l2 / (2 * rows) * sum((w**2).sum() for w in self.weights)


def pass_case(seed, activation, output, hidden, classes, l2):
    generator = torch.Generator().manual_seed(seed)
    rows, features = 9, 4
    x = torch.randn(rows, features, generator=generator)
    y = targets(generator, output, classes, rows)
    network = Network(generator, features, hidden, classes if output == "softmax" else 1, activation)
    logits = network.logits(x)
    loss = mean_loss(output, logits, y)
    (loss + network.penalty(l2, rows)).backward()
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
        "gradient": network.flat_gradient(),
    }


def passes():
    cases = []
    for activation in ACTIVATIONS:
        for output, classes in [("softmax", 3), ("sigmoid", 2), ("linear", 0)]:
            # Behind linear units and another normalization, a beta has no gradient to compare.
            hidden = [5] if activation == "linear" else [5, 3]
            cases.append(pass_case(len(cases), activation, output, hidden, classes, 0.7 * (len(cases) % 2)))
    return cases


# The settings as a lesson writes them, the learning rate, and PyTorch's equal.
OPTIMIZERS = [
    ({"sgd": {}}, 0.3, lambda p, a: torch.optim.SGD(p, lr=a)),
    ({"rmsprop": {"beta": 0.9, "epsilon": 1e-8}}, 0.01, lambda p, a: torch.optim.RMSprop(p, lr=a, alpha=0.9, eps=1e-8)),
    ({"adam": {"epsilon": 1e-8}}, 0.02, lambda p, a: torch.optim.Adam(p, lr=a, eps=1e-8)),
]


def training():
    """Steps over batches of equal size, then prediction by the averages."""
    generator = torch.Generator().manual_seed(200)
    rows, features, classes, hidden, steps, size = 40, 4, 3, [6, 4], 25, 8
    x = torch.randn(rows, features, generator=generator)
    y = targets(generator, "softmax", classes, rows)
    batches = shuffled(generator, rows, size, steps)
    weights = generator.get_state()
    cases = []
    for settings, rate, start in OPTIMIZERS:
        for l2 in [0.0, 0.5]:
            network = Network(generator.set_state(weights), features, hidden, classes, "relu")
            initial = network.flat()
            optimizer = start(network.parameters(), rate)
            losses = []
            for batch in batches:
                optimizer.zero_grad()
                loss = mean_loss("softmax", network.logits(x[batch]), y[batch])
                losses.append(loss.item())
                (loss + network.penalty(l2, rows)).backward()
                optimizer.step()
            correction = 1 - AVERAGE ** len(batches)
            for norm in network.norms:
                norm.running_mean /= correction
                norm.running_var *= (size - 1) / size / correction
                norm.eval()
            cases.append(
                {
                    "optimizer": settings,
                    "learning_rate": rate,
                    "l2": l2,
                    "losses": losses,
                    "parameters": network.flat(),
                    "means": [norm.running_mean.tolist() for norm in network.norms],
                    "variances": [norm.running_var.tolist() for norm in network.norms],
                    "logits": network.logits(x).detach().flatten().tolist(),
                }
            )
    return {
        "activation": "relu",
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


if __name__ == "__main__":
    settings = {"batch_norm": {"epsilon": EPSILON, "average": AVERAGE}}
    write("batch_norm.json", {**settings, "passes": passes(), "training": training()}, "batch_norm.py")
