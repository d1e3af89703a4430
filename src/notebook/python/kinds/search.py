import copy
import math

from streams import Stream
from training import Training


def log_at(a, b, u):
    """The place u of a scale on which every factor is alike."""
    if u <= 0 or u >= 1:
        return a if u <= 0 else b
    return min(max(math.exp(math.log(a) + u * (math.log(b) - math.log(a))), a), b)


def value_at(scale, u):
    """The value at a place from 0 to 1 on a setting's scale."""
    kind, ends = next((kind, ends) for kind, ends in scale.items() if kind != "when")
    if kind == "choice":
        return ends[min(int(u * len(ends)), len(ends) - 1)]
    a, b = ends
    if kind == "integer":
        return a + min(int(u * (b - a + 1)), b - a)
    if kind == "log":
        return log_at(a, b, u)
    if kind == "one_minus_log":
        return min(max(1 - log_at(1 - b, 1 - a, 1 - u), a), b)
    return min(max(a + u * (b - a), a), b)


def is_named(named, value):
    """Whether a value is meant; a choice with settings of its own is also named by its word alone."""
    return named == value or isinstance(value, dict) and len(value) == 1 and named in value


def values_at(space, point):
    """The settings at a point, None for one that does not exist there."""
    values = {}
    for (path, scale), u in zip(space.items(), point):
        named = [(values.get(other), some) for other, some in scale.get("when", {}).items()]
        holds = all(value is not None and any(is_named(one, value) for one in some) for value, some in named)
        values[path] = value_at(scale, u) if holds else None
    return values


def put(settings, path, value):
    """Puts a value at a dotted path, such as model.hidden[0]."""
    *above, last = path.replace("[", ".[").split(".")
    for key in above:
        settings = settings[int(key[1:-1])] if key.startswith("[") else settings.setdefault(key, {})
    settings[int(last[1:-1]) if last.startswith("[") else last] = value


def best_first(history):
    """Trials from best to worst: those that diverged last, then by budget, then by objective."""

    def rank(trial):
        return (True,) if not math.isfinite(trial["objective"]) else (False, -trial["budget"], trial["objective"])

    return sorted(history, key=rank)


# if random|coarse_to_fine|one_at_a_time|successive_halving|tpe:
def anywhere(space, count, stream):
    return stream.uniform(count * len(space)).reshape(count, len(space)).tolist()


# end
# if random:
def random(own, space, settings, stream):
    """All trials anywhere."""
    yield [(point, 1.0) for point in anywhere(space, settings["trials"], stream)]


# end
# if grid:
def grid(own, space, settings, stream):
    """Evenly spaced values in all combinations, the last setting changing fastest."""
    most = [value_count(scale) for scale in space.values()]
    points, grows = [1] * len(most), True
    while grows:
        grows = False
        for place in range(len(points)):
            product = math.prod(points) // points[place] * (points[place] + 1)
            if points[place] < most[place] and product <= settings["trials"]:
                points[place] += 1
                grows = True

    def combination(index):
        point = []
        for count in reversed(points):
            point.append(index % count / (count - 1) if count > 1 else 0.5)
            index //= count
        return point[::-1]

    first, found = combination(0), []
    for index in range(math.prod(points)):
        point = combination(index)
        exist = [value is not None for value in values_at(space, point).values()]
        if all(there or u == v for there, u, v in zip(exist, point, first)):
            found.append((point, 1.0))
    yield found


# end
# if grid|one_at_a_time:
def value_count(scale):
    """How many values a setting has."""
    if "choice" in scale:
        return len(scale["choice"])
    return scale["integer"][1] - scale["integer"][0] + 1 if "integer" in scale else math.inf


# end
# if coarse_to_fine:
def coarse_to_fine(own, space, settings, stream):
    """Half of the trials anywhere, the others in a box around the best."""
    trials = settings["trials"]
    coarse = min(max(trials // 2, 1), trials)
    history = yield [(point, 1.0) for point in anywhere(space, coarse, stream)]
    best = best_first(history)[: own["best"]]
    exist = [values_at(space, trial["point"]) for trial in best]

    def fine():
        point = []
        for place, (path, scale) in enumerate(space.items()):
            places = [trial["point"][place] for trial, values in zip(best, exist) if values[path] is not None]
            if not places:
                point.append(float(stream.uniform(1)[0]))
            elif "choice" in scale:
                point.append(places[stream.below([len(places)])[0]])
            else:
                low, high = max(min(places) - own["margin"], 0.0), min(max(places) + own["margin"], 1.0)
                point.append(low + float(stream.uniform(1)[0]) * (high - low))
        return point

    yield [(fine(), 1.0) for _ in range(trials - coarse)]


# end
# if one_at_a_time:
def one_at_a_time(own, space, settings, stream):
    """The best trial so far with one setting changed at random; a new start where nothing is left to change."""
    names, tried = list(space), set()
    counts = [value_count(scale) for scale in space.values()]
    counts = [None if count > 256 else count for count in counts]

    def key(point):
        exist = [value is not None for value in values_at(space, point).values()]
        places = [u if count is None else min(int(u * count), count - 1) for u, count in zip(point, counts)]
        return tuple(place if there else None for place, there in zip(places, exist))

    def changed(point, at):
        def to(u):
            return [*point[:at], u, *point[at + 1 :]]

        if counts[at] is None:
            return to(float(stream.uniform(1)[0]))
        left = [to((value + 0.5) / counts[at]) for value in range(counts[at])]
        left = [point for point in left if key(point) not in tried]
        return left[stream.below([len(left)])[0]] if left else None

    def next_point():
        nonlocal leader, turns
        if leader:
            exist = values_at(space, leader["point"])
            # Every setting has its turn at least once before the best trial is given up.
            for _ in range(2):
                turns = turns or stream.shuffle(list(range(len(names))))
                while turns:
                    at = turns.pop()
                    point = changed(leader["point"], at) if exist[names[at]] is not None else None
                    if point:
                        return point
            leader = None
        return anywhere(space, 1, stream)[0]

    leader, turns, history = None, [], []
    while len(history) < settings["trials"]:
        point = next_point()
        tried.add(key(point))
        history = yield [(point, 1.0)]
        leader = best_first([leader, history[-1]])[0] if leader else history[-1]


# end
# if successive_halving:
def successive_halving(own, space, settings, stream):
    """Many settings for few epochs, the best of them again for more, up to all epochs."""
    eta = max(own["eta"], 2)
    counts, shortest = [settings["trials"]], settings["training"]["epochs"] // eta
    while counts[-1] >= eta and shortest >= 1:
        counts.append(counts[-1] // eta)
        shortest //= eta
    budgets = [1.0]
    for _ in counts[1:]:
        budgets.insert(0, budgets[0] / eta)
    history = yield [(point, budgets[0]) for point in anywhere(space, counts[0], stream)]
    rung = history
    for count, budget in zip(counts[1:], budgets[1:]):
        before = len(history)
        history = yield [(trial["point"], budget) for trial in best_first(rung)[:count]]
        rung = history[before:]


# end
# if tpe:
def density(scale, places):
    """A density over a setting's scale, estimated from places: its value, and how to draw from it."""
    if "choice" in scale:
        k = len(scale["choice"])
        shares = [1 / k] * k
        for u in places:
            shares[min(int(u * k), k - 1)] += 1.0
        shares = [share / (1 + len(places)) for share in shares]

        def draw_choice(stream):
            left, index = float(stream.uniform(1)[0]), 0
            for share in shares:
                left -= share
                if left < 0:
                    break
                index += 1
            return (min(index, k - 1) + 0.5) / k

        return lambda u: shares[min(int(u * k), k - 1)] * k, draw_choice
    places = sorted(places)
    least = 1 / (1 + len(places))
    gaps = [b - a for a, b in zip(places, places[1:])]
    normals = []
    for place, mean in enumerate(places):
        sd = max([*gaps[max(place - 1, 0) : place + 1], least]) if gaps else 1.0

        def below(x, mean=mean, sd=sd):
            return 0.5 * (1 + math.erf((x - mean) / (sd * math.sqrt(2))))

        normals.append((mean, sd, 1 / (sd * math.sqrt(2 * math.pi) * (below(1) - below(0)))))

    def at(u):
        heights = sum(height * math.exp(-0.5 * ((u - mean) / sd) ** 2) for mean, sd, height in normals)
        return (1 + heights) / (1 + len(normals))

    def draw(stream):
        index = stream.below([len(normals) + 1])[0]
        if index == 0:
            return float(stream.uniform(1)[0])
        while True:
            u = normals[index - 1][0] + normals[index - 1][1] * float(stream.normal(1)[0])
            if 0 <= u <= 1:
                return u

    return at, draw


def tpe(own, space, settings, stream):
    """Random trials first, then each where good ones have been dense and the others have not."""
    trials = settings["trials"]
    history = yield [(point, 1.0) for point in anywhere(space, min(own["startup"], trials), stream)]
    while len(history) < trials:
        ranked = best_first(history)
        good = math.ceil(own["gamma"] * len(ranked))
        exist = [values_at(space, trial["point"]) for trial in ranked]
        pairs = []
        for place, (path, scale) in enumerate(space.items()):
            groups = [range(good), range(good, len(ranked))]
            places = [[ranked[t]["point"][place] for t in group if exist[t][path] is not None] for group in groups]
            pairs.append([density(scale, some) for some in places])
        batch = []
        for _ in range(min(own["batch"], trials - len(history))):
            best = (-math.inf, None)
            for _ in range(own["candidates"]):
                point = [good_one[1](stream) for good_one, _ in pairs]
                score = 0.0
                for (good_one, other), u, value in zip(pairs, point, values_at(space, point).values()):
                    score += math.log(good_one[0](u)) - math.log(other[0](u)) if value is not None else 0.0
                best = (score, point) if score > best[0] else best
            batch.append((best[1], 1.0))
        history = yield batch


# end
SAMPLERS = {
    "random": random,
    "grid": grid,
    "coarse_to_fine": coarse_to_fine,
    "successive_halving": successive_halving,
    "one_at_a_time": one_at_a_time,
    "tpe": tpe,
}


def told(path, space):
    """Where metrics tell of a setting: one of a choice that is searched too stands beside that choice."""
    above = next((other for other in space if path.startswith(f"{other}.")), path)
    return above + path[len(above) :].replace(".", "_")


def run_search(settings, seed):
    """Draws trials, trains each, and keeps the best."""
    space, name = settings["space"], settings["objective"]
    sampler, own = settings["sampler"], {}
    if isinstance(sampler, dict):
        sampler, own = next(iter(sampler.items()))
    sign = -1 if settings["ascends"] else 1
    rounds = SAMPLERS[sampler](own, space, settings, Stream(seed, "search"))
    history, batch = [], next(rounds)
    while batch:
        for point, budget in batch:
            trial = copy.deepcopy({part: settings[part] for part in ["data", "split", "model", "training"]})
            values = values_at(space, point)
            for path, value in values.items():
                if value is not None:
                    put(trial, path, value)
            epochs = trial["training"]["epochs"]
            trial["training"]["epochs"] = max(math.floor(budget * epochs + 0.5), min(epochs, 1))
            training = Training(trial, seed).run()
            metrics = training.metrics()
            history.append(
                {
                    "point": point,
                    "budget": budget,
                    "objective": sign * metrics.get(name, math.nan),
                    "metrics": metrics,
                    "values": values,
                    "epochs": len(training.history["train_loss"]) - 1,
                }
            )
        try:
            batch = rounds.send(history)
        except StopIteration:
            batch = []
    best = best_first(history)[0]
    so_far = [best_first(history[: count + 1])[0]["objective"] for count in range(len(history))]
    epochs = [trial["epochs"] for trial in history]
    series = {
        "trial_objective": [sign * trial["objective"] for trial in history],
        "best_so_far": [sign * objective if math.isfinite(objective) else math.nan for objective in so_far],
        "epochs_so_far": [sum(epochs[: count + 1]) for count in range(len(history))],
    }
    metrics = {
        **best["metrics"],
        "best_objective": sign * best["objective"],
        "trials_run": len(history),
        "epochs_trained": sum(epochs),
        "diverged_share": sum(not math.isfinite(trial["objective"]) for trial in history) / len(history),
    }
    for path, value in best["values"].items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            metrics[f"best.{told(path, space)}"] = value
    return {"series": series, "metrics": metrics}
