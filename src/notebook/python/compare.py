import math

# What the page shows, by variant and seed; the notebook has it in it.
OURS = {}
VARIANTS = {}
SEEDS = []
TEXT = {}


def numbers(value):
    """The numbers of a metric in their order; None where there is none."""
    if isinstance(value, dict):
        return [number for key in sorted(value) for number in numbers(value[key])]
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [] if isinstance(value, str) else [math.nan if value is None else float(value)]


def difference(ours, here):
    """The largest difference of two lists of numbers: absolute, of numbers beyond 1 relative.

    The page has no number where one is not finite.
    """
    ours, here = numbers(ours), numbers(here)
    if len(ours) != len(here):
        return math.inf
    largest = 0.0
    for a, b in zip(ours, here):
        if not (a == b or math.isnan(a) and not math.isfinite(b)):
            apart = abs(a - b) / max(1.0, abs(a))
            largest = max(largest, math.inf if math.isnan(apart) else apart)
    return largest


def metric_difference(name, ours, here):
    """The largest difference of a metric of a run, and the name of what it is a difference of where that is another."""
    apart = difference(ours, here["metrics"].get(name))
    if name == "best_epoch" and 0 < apart < math.inf:
        # Of epochs that are equally good rounding decides which is called the best: their losses are compared.
        losses = here["series"]["dev_loss"]
        return difference(losses[int(ours) :][:1], losses[int(here["metrics"][name])]), "dev_loss "
    return apart, ""


def compare(runs):
    """Runs every variant and seed, and prints what was measured beside what the page has; the worst of each."""
    largest = {}
    for variant, settings in VARIANTS.items():
        worst = (0.0, "")
        for seed in SEEDS:
            ours = OURS[variant].get(str(seed), {"series": {}, "metrics": {}})
            here = runs[settings["run"]](settings, seed)
            print(f"{variant}, {TEXT['seed']} {seed}")
            for name, values in ours["series"].items():
                found = here["series"].get(name, [])[: len(values)]
                apart = difference(values, found)
                worst = max(worst, (apart, f"{variant}, {TEXT['seed']} {seed}, {name}"))
                show(name, numbers(values), numbers(found), apart)
            for name, value in ours["metrics"].items():
                if name in here["metrics"] and name not in ours["series"]:
                    apart, of = metric_difference(name, value, here)
                    worst = max(worst, (apart, f"{variant}, {TEXT['seed']} {seed}, {name}"))
                    print(f"  {name}: {brief(value)} | {brief(here['metrics'][name])} | {of}{apart:.1e}")
        largest[variant] = worst
    apart, place = max(largest.values())
    print(f"{TEXT['largest']}: {apart:.1e} {place}")
    return {variant: apart for variant, (apart, _) in largest.items()}


def show(name, ours, here, apart):
    """A few values of a series: the page's, this notebook's."""
    last = min(len(ours), len(here)) - 1
    shown = sorted({round(last * share / 4) for share in range(5)}) if last >= 0 else []
    print(f"  {name}: {TEXT['difference']} {apart:.1e}")
    for place in shown:
        print(f"    {place:>6}  {ours[place]:>14.8g}  {here[place]:>14.8g}  {abs(ours[place] - here[place]):.1e}")


def brief(value):
    """A metric in a few characters."""
    found = [f"{number:.8g}" for number in numbers(value)]
    return " ".join(found[:4]) + (" ..." if len(found) > 4 else "") if found else str(value)
