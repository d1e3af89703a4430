import math

import torch

from optimizers import optimizer_of, scheduled, step
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


def run_surface(settings, seed):
    """Descends the surface, step by step, with the optimizers that train networks."""
    name, own = next(iter(settings["surface"].items()))
    at = torch.tensor(settings["start"], dtype=torch.float64, requires_grad=True)
    optimizer, rate = optimizer_of(settings, [at])
    noise = Stream(seed, "noise")
    path = [at.tolist()]
    losses = [SURFACES[name](own, *at).item()]
    for count in range(settings["steps"]):
        optimizer.zero_grad()
        SURFACES[name](own, *at).backward()
        if settings["noise"]:
            at.grad += settings["noise"] * torch.tensor(noise.normal(2))
        moment = {"epoch": count, "step": 0, "steps": 1, "epochs": settings["steps"]}
        step(optimizer, scheduled(rate, settings["schedule"], moment))
        loss = SURFACES[name](own, *at).item()
        if not all(map(math.isfinite, [*at.tolist(), loss])):
            break
        path.append(at.tolist())
        losses.append(loss)
    lowest = settings["minima"]
    near = [min(math.hypot(x - a, y - b) for a, b in lowest) if lowest else abs(x) for x, y in path]
    series = {"loss": losses, "distance": near, "x": [x for x, _ in path], "y": [y for _, y in path]}
    diverged = len(path) <= settings["steps"]
    metrics = {name: math.nan if diverged else values[-1] for name, values in series.items()}
    reached = [place for place, loss in enumerate(losses) if loss <= settings["target"]]
    metrics["steps_to"] = reached[0] if reached else math.nan
    metrics["diverged_at"] = len(path) if diverged else math.nan
    return {"series": series, "metrics": metrics}
