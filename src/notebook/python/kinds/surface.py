import math

import torch
from torch.nn import functional as F

from optimizers import optimizer_of, scheduled, step
from prepare import Data
from streams import Stream

SURFACES = {
    "bowl": lambda own, x, y: bowl(own, x, y),
    "saddle": lambda own, x, y: x * x / 2 + (1 - y * y) ** 2 / 4,
    "plateau": lambda own, x, y: 1 - torch.exp(-x * x / 2),
    "rosenbrock": lambda own, x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    "beale": lambda own, x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
    "himmelblau": lambda own, x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
}


def bowl(own, x, y):
    """One axis curves more than the other."""
    turn = math.radians(own["rotation"])
    u, v = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    return (u * u + own["condition"] * v * v) / 2


# if data:
def cost_of_data(settings, seed):
    """J of a linear or logistic model without intercept, over its two weights; where it is lowest, and how it curves there."""
    data = Data(settings, seed, torch.float64)
    x, y = data.parts["train"]
    y, l2, one = y.double(), settings["l2"], torch.eye(2)

    def cost(w):
        z = x @ w
        loss = F.binary_cross_entropy_with_logits(z, y) if data.classes else F.mse_loss(z, y)
        return loss + l2 / (2 * len(y)) * (w**2).sum()

    def second_derivatives(w):
        p = torch.sigmoid(x @ w)
        weight = p * (1 - p) if data.classes else torch.full_like(y, 2)
        return (x.T * weight) @ x / len(y) + l2 / len(y) * one

    if data.classes:
        # Newton's method, with half a step or less where a whole one leads too far.
        lowest, share = torch.zeros(2), 1.0
        while share > 1e-6:
            whole = torch.linalg.solve(second_derivatives(lowest), torch.func.grad(cost)(lowest))
            share = 1.0
            while share > 1e-6 and not cost(lowest - share * whole) < cost(lowest):
                share /= 2
            # Where no share of it leads down, a whole step is as good as exact.
            lowest = lowest - (share if share > 1e-6 else 1.0) * whole
    else:
        # Least squares, with the penalty as two rows more.
        rows = torch.cat([x, math.sqrt(l2 / 2) * one])
        lowest = torch.linalg.lstsq(rows, torch.cat([y, torch.zeros(2)])[:, None], driver="gels").solution[:, 0]
    return cost, lowest, torch.linalg.eigvalsh(second_derivatives(lowest)).tolist()


# end
def run_surface(settings, seed):
    """Descends the surface, step by step, with the optimizers that train networks."""
    torch.set_default_dtype(torch.float64)
    floor, measured = 0.0, {}
    # if minima:
    if settings.get("surface"):
        name, own = next(iter(settings["surface"].items()))
        minima = settings["minima"]

        def height(at):
            return SURFACES[name](own, *at)

    # end
    # if data:
    if settings.get("data"):
        height, lowest, (low, high) = cost_of_data(settings, seed)
        floor, minima = height(lowest).item(), [lowest.tolist()]
        measured = {"lowest": minima[0], "curvatures": [low, high], "condition": high / low if low > 0 else math.nan}
        # if over_curvature:
        if isinstance(settings["learning_rate"], dict):
            settings = {**settings, "learning_rate": settings["learning_rate"]["over_curvature"] / high}
        # end
        measured["rate"] = optimizer_of(settings, [lowest])[1]
    # end
    at = torch.tensor(settings["start"], dtype=torch.float64, requires_grad=True)
    optimizer, rate = optimizer_of(settings, [at])
    noise = Stream(seed, "noise")
    path = [at.tolist()]
    losses = [max(height(at).item() - floor, 0.0)]
    for count in range(settings["steps"]):
        optimizer.zero_grad()
        height(at).backward()
        if settings["noise"]:
            at.grad += settings["noise"] * torch.tensor(noise.normal(2))
        moment = {"epoch": count, "step": 0, "steps": 1, "epochs": settings["steps"]}
        step(optimizer, scheduled(rate, settings["schedule"], moment))
        loss = height(at).item() - floor
        if not all(map(math.isfinite, [*at.tolist(), loss])):
            break
        path.append(at.tolist())
        losses.append(max(loss, 0.0))
    near = [min(math.hypot(x - a, y - b) for a, b in minima) if minima else abs(x) for x, y in path]
    series = {"loss": losses, "distance": near, "x": [x for x, _ in path], "y": [y for _, y in path]}
    diverged = len(path) <= settings["steps"]
    metrics = {name: math.nan if diverged else values[-1] for name, values in series.items()}
    reached = [place for place, loss in enumerate(losses) if loss <= settings["target"]]
    metrics["steps_to"] = reached[0] if reached else math.nan
    metrics["diverged_at"] = len(path) if diverged else math.nan
    return {"series": series, "metrics": {**metrics, **measured}}
