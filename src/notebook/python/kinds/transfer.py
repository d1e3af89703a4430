import math

from search import run_search


def costs(found, sign):
    """What each trial was worth, lower being better; one that diverged is as bad as the worst of the others."""
    costs = [sign * objective for objective in found["series"]["trial_objective"]]
    worst = max((cost for cost in costs if math.isfinite(cost)), default=math.nan)
    return [cost if math.isfinite(cost) else worst for cost in costs]


def run_transfer(settings, seed):
    """Tries the same settings on every problem, and uses on each what is best for another."""
    sign, tried = -1 if settings["ascends"] else 1, {}
    for name, problem in settings["problems"].items():
        tried[name] = costs(run_search({**settings, **problem}, seed), sign)
    best = {name: found.index(min(found)) for name, found in tried.items()}
    metrics = {}
    for name, found in tried.items():
        lowest = found[best[name]]
        metrics |= {f"best_objective.{name}": sign * lowest, f"spread.{name}": max(found) - lowest}
        metrics |= {f"regret.{other}.{name}": found[best[other]] - lowest for other in tried}
    return {"series": {}, "metrics": metrics}
