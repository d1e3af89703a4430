import math

import torch

from network import ACTIVATIONS, widths
from prepare import Data
from streams import Stream
from training import mean_loss

# Up to this norm of the gradient a point is critical; up to this share of the largest a curvature is flat.
TOLERANCE, FLAT = 1e-7, 1e-6


def objective_of(settings, seed):
    """J as a function of all parameters in one row: W1, b1, W2, ...; and how many these are."""
    data, model = Data(settings, seed, torch.float64), settings["model"]
    x, y = data.parts["train"]
    usual = "softmax" if data.classes else "linear"
    output = usual if model["output"] == "auto" else model["output"]
    sizes = [x.shape[1], *widths(model), data.classes if output == "softmax" else 1]
    activation = ACTIVATIONS[model["activation"]]

    def objective(parameters):
        a, squares, left = x, 0.0, parameters
        for number, (n, m) in enumerate(zip(sizes, sizes[1:]), 1):
            w, b, left = left[: n * m].reshape(n, m), left[n * m : n * m + m], left[n * m + m :]
            z = a @ w + b
            a, squares = z if number == len(sizes) - 1 else activation(z), squares + (w**2).sum()
        return mean_loss(output, a, y) + settings["l2"] / (2 * len(y)) * squares

    return objective, sum(n * m + m for n, m in zip(sizes, sizes[1:]))


def second_derivatives(slopes, at):
    """The matrix of second derivatives, by two-sided differences of the slopes."""
    steps = 1e-5 * torch.eye(len(at))
    above, below = slopes(at + steps), slopes(at - steps)
    matrix = (above - below) / 2e-5
    return (matrix + matrix.T) / 2


def led(slopes, at, steps):
    """From a start to where the gradient is 0, by Levenberg's and Marquardt's method; None where that is not reached."""
    g, mu = slopes(at[None])[0], 1e-2
    for _ in range(steps):
        if g.norm() <= TOLERANCE:
            break
        system = torch.cat([second_derivatives(slopes, at), math.sqrt(mu) * torch.eye(len(at))])
        aim = torch.cat([-g, torch.zeros(len(at))])
        further = at + torch.linalg.lstsq(system, aim[:, None], driver="gels").solution[:, 0]
        new = slopes(further[None])[0]
        if new.norm() < g.norm():
            at, g, mu = further, new, max(mu / 3, 1e-12)
        else:
            mu *= 3
    return at if g.norm() <= TOLERANCE and at.isfinite().all() else None


def run_critical_points(settings, seed):
    """Looks for points without a slope from random weights, and how J curves there."""
    torch.set_default_dtype(torch.float64)
    objective, count = objective_of(settings, seed)
    slopes = torch.func.vmap(torch.func.grad(objective))
    found = []
    for start in range(settings["starts"]):
        numbers = Stream(seed, f"critical/{start}").normal(count)
        at = led(slopes, settings["spread"] * torch.tensor(numbers), settings["steps"])
        if at is not None:
            curvatures = torch.linalg.eigvalsh(second_derivatives(slopes, at))
            flat = FLAT * curvatures.abs().max()
            down, level = (curvatures < -flat).double().mean(), (curvatures.abs() <= flat).double().mean()
            found.append((objective(at).item(), down.item(), level.item()))
    found.sort()
    minima = [height for height, down, _ in found if down == 0]
    metrics = {
        "found": len(found),
        "saddle_share": 1 - len(minima) / len(found) if found else math.nan,
        "minimum_share": len(minima) / len(found) if found else math.nan,
        "lowest": found[0][0] if found else math.nan,
        "highest_minimum": minima[-1] if minima else math.nan,
        "objectives": [height for height, _, _ in found],
        "down_share": [down for _, down, _ in found],
        "flat_share": [level for _, _, level in found],
    }
    return {"series": {}, "metrics": metrics}
