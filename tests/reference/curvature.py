"""Writes curvature.json: lowest points and curvatures of costs over two weights, and critical points of small networks, by PyTorch's
second derivatives, which are exact.

    venv/bin/python tests/reference/curvature.py
"""

import torch
from torch.autograd.functional import hessian

from make import write

POINTS = [[0.3, -0.7], [2.0, 1.0]]


def newton(function, start, steps=200):
    """Where the gradient is 0, with a pseudo-inverse: near a critical point of any kind."""
    at = start.clone()
    for _ in range(steps):
        at.requires_grad_()
        (gradient,) = torch.autograd.grad(function(at), at)
        at = at.detach()
        step = torch.linalg.lstsq(hessian(function, at), gradient, rcond=1e-9, driver="gelsd").solution
        at = at - step * min(1.0, 0.5 / step.norm().item())
        if gradient.norm() < 1e-14:
            break
    return at


def cost_case(name, x, y, classes, l2):
    m = len(y)

    def cost(w):
        z = x @ w
        loss = torch.nn.functional.softplus(z) - y * z if classes else (z - y) ** 2
        return loss.mean() + l2 / (2 * m) * (w**2).sum()

    lowest = newton(cost, torch.zeros(2))
    assert torch.autograd.functional.jacobian(cost, lowest).norm() < 1e-10
    values = [(cost(torch.tensor(at)) - cost(lowest)).item() for at in POINTS]
    return {
        "name": name,
        "x": x.flatten().tolist(),
        "y": y.tolist(),
        "classes": classes,
        "l2": l2,
        "lowest": lowest.tolist(),
        "curvatures": torch.linalg.eigvalsh(hessian(cost, lowest)).tolist(),
        "at": POINTS,
        "values": values,
    }


def network_case(seed, hidden, features, rows, l2):
    """A network of tanh units that tells whether the product of two features, with noise, is above 0.2, and a start near a critical point."""
    torch.manual_seed(seed)
    x = torch.randn(rows, features)
    y = (x[:, 0] * x[:, 1] + 0.7 * torch.randn(rows) > 0.2).double()
    n = features * hidden + 2 * hidden + 1

    def objective(p):
        w1, b1, w2, b2 = torch.split(p, [features * hidden, hidden, hidden, 1])
        z = torch.tanh(x @ w1.reshape(features, hidden) + b1) @ w2 + b2
        loss = (torch.nn.functional.softplus(z) - y * z).mean()
        return loss + l2 / (2 * rows) * ((w1**2).sum() + (w2**2).sum())

    point = newton(objective, torch.randn(n))
    assert torch.autograd.functional.jacobian(objective, point).norm() < 1e-12, seed
    curvatures = torch.linalg.eigvalsh(hessian(objective, point))
    # Where a direction is flat there are other critical points beside this one.
    assert curvatures.abs().min() > 1e-3, seed
    return {
        "hidden": hidden,
        "features": features,
        "x": x.flatten().tolist(),
        "y": [int(label) for label in y],
        "l2": l2,
        "start": (point + 1e-4 * torch.randn(n)).tolist(),
        "objective": objective(point).item(),
        "curvatures": curvatures.tolist(),
    }


def main():
    torch.manual_seed(1)
    x = torch.randn(40, 2) * torch.tensor([3.0, 0.5]) + torch.tensor([1.0, 0.2])
    number = x @ torch.tensor([0.7, -1.2]) + 0.3 * torch.randn(40)
    label = (number + torch.randn(40) > 0).double()
    costs = [
        cost_case("squares", x, number, False, 0.0),
        cost_case("squares with a penalty", x, number, False, 5.0),
        cost_case("classes", x, label, True, 0.0),
        cost_case("classes with a penalty", x, label, True, 5.0),
    ]
    networks = []
    for seed in range(400):
        try:
            case = network_case(seed, 2, 2, 40, 1.0)
        except AssertionError:
            continue
        downs = lambda case: sum(curvature < 0 for curvature in case["curvatures"])
        # No more than two that lead down in as many directions.
        if sum(downs(other) == downs(case) for other in networks) < 2:
            networks.append(case)
        if len(networks) == 4:
            break
    print("directions down:", [downs(case) for case in networks])
    assert len(networks) == 4
    write("curvature.json", {"costs": costs, "networks": networks}, "curvature.py")


main()
