"""Writes regularization.json: training with L1, L2 and max-norm by PyTorch.

    venv/bin/python tests/reference/regularization.py

Layouts as in make.py.
"""

import torch

from make import Network, mean_loss, shuffled, targets, write

# The settings as a lesson writes them.
CASES = [
    {"l1": 0.4},
    {"l1": 0.2, "l2": 0.5},
    {"max_norm": 0.8},
    {"l2": 0.3, "max_norm": 1.1},
]
OPTIMIZERS = [
    ({"sgd": {}}, 0.3, lambda p, a: torch.optim.SGD(p, lr=a)),
    ({"adam": {"epsilon": 1e-8}}, 0.02, lambda p, a: torch.optim.Adam(p, lr=a, eps=1e-8)),
]


def objective(network, x, y, settings, rows):
    l1 = settings.get("l1", 0.0) / rows * sum(w.abs().sum() for w, _ in network.layers)
    return mean_loss("softmax", network.logits(x), y) + l1 + network.penalty(settings.get("l2", 0.0), rows)


def bound(network, c):
    """Columns of W are the weights into a unit."""
    with torch.no_grad():
        for w, _ in network.layers:
            w *= (c / w.norm(dim=0)).clamp(max=1)


def training():
    generator = torch.Generator().manual_seed(300)
    rows, features, classes, hidden, steps, size = 42, 4, 3, [6, 4], 30, 8
    x = torch.randn(rows, features, generator=generator)
    y = targets(generator, "softmax", classes, rows)
    batches = shuffled(generator, rows, size, steps)
    weights = generator.get_state()
    cases = []
    for optimizer_settings, rate, start in OPTIMIZERS:
        for settings in CASES:
            network = Network(generator.set_state(weights), features, hidden, classes, "tanh")
            # The slope of |w| at 0 is taken as 0.
            network.layers[0][0].data[0, 0] = 0.0
            initial = network.flat()
            optimizer = start(network.parameters(), rate)
            for batch in batches:
                optimizer.zero_grad()
                objective(network, x[batch], y[batch], settings, rows).backward()
                optimizer.step()
                if "max_norm" in settings:
                    bound(network, settings["max_norm"])
            cases.append(
                {
                    "training": {**settings, "optimizer": optimizer_settings, "batch_size": size},
                    "learning_rate": rate,
                    "objective": objective(network, x, y, settings, rows).item(),
                    "parameters": network.flat(),
                }
            )
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


if __name__ == "__main__":
    write("regularization.json", training(), "regularization.py")
