"""Writes surface.json: values, slopes and descents of the surfaces by PyTorch, whose autograd knows no formula of ours.

    venv/bin/python tests/reference/surface.py
"""

import math

import torch

from make import OPTIMIZERS, write


def bowl(condition, degrees):
    """Half of the quadratic form of a turned diagonal matrix."""
    angle = torch.tensor(math.radians(degrees))
    cos, sin = angle.cos(), angle.sin()
    turn = torch.stack([torch.stack([cos, sin]), torch.stack([-sin, cos])])
    matrix = turn.T @ torch.diag(torch.tensor([1.0, condition])) @ turn
    return lambda p: p @ matrix @ p / 2


def beale(p):
    x, y = p
    return sum((c - x * (1 - y**i)) ** 2 for i, c in [(1, 1.5), (2, 2.25), (3, 2.625)])


SURFACES = [
    ({"bowl": {"condition": 30.0}}, bowl(30.0, 0.0)),
    ({"bowl": {"condition": 10.0, "rotation": 35.0}}, bowl(10.0, 35.0)),
    ({"saddle": {}}, lambda p: p[0] ** 2 / 2 - p[1] ** 2 / 2 + p[1] ** 4 / 4 + 1 / 4),
    ({"plateau": {}}, lambda p: 1 - torch.exp(-(p[0] ** 2) / 2)),
    ({"rosenbrock": {}}, lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2),
    ({"beale": {}}, beale),
    ({"himmelblau": {}}, lambda p: (p[0] ** 2 + p[1] - 11) ** 2 + (p[0] + p[1] ** 2 - 7) ** 2),
]
POINTS = [[-2.0, 1.0], [0.3, -1.7], [1.9, 0.4], [-0.6, -0.8]]
STEPS = 25


def slope(surface, at):
    p = torch.tensor(at, requires_grad=True)
    value = surface(p)
    value.backward()
    return {"at": at, "value": value.item(), "gradient": p.grad.tolist()}


def descent(surface, settings, start_optimizer, at, rate):
    p = torch.tensor(at, requires_grad=True)
    optimizer = start_optimizer([p], rate)
    path = [at]
    for _ in range(STEPS):
        optimizer.zero_grad()
        surface(p).backward()
        optimizer.step()
        path += [p.tolist()]
    return {"optimizer": settings, "learning_rate": rate, "path": path}


def case(settings, surface):
    # Small enough for plain descent on the steepest of them.
    rate = 1e-3
    return {
        "surface": settings,
        "slopes": [slope(surface, at) for at in POINTS],
        "descents": [descent(surface, s, start, POINTS[3], rate) for s, _, start in OPTIMIZERS],
    }


if __name__ == "__main__":
    write("surface.json", {"cases": [case(*pair) for pair in SURFACES]}, "surface.py")
