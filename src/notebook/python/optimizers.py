import math

import torch


# if momentum|nesterov:
def momentum(parameters, own, nesterov=False):
    """v = beta v + share g, W = W - alpha v. PyTorch adds the whole gradient, so the share goes into the step size."""
    share = 1 - own["beta"] if own.get("dampening") is None else 1 - own["dampening"]
    optimizer = torch.optim.SGD(parameters, lr=0.0, momentum=own["beta"], nesterov=nesterov and own["beta"] > 0)
    optimizer.share = share
    return optimizer


# end
class ByHand(torch.optim.Optimizer):
    """An optimizer of one rule: the rule gives the step from a gradient, what it remembers, and the count of steps."""

    def __init__(self, parameters, rule):
        super().__init__(parameters, {"lr": 0.0})
        self.rule = rule

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                state = self.state[w]
                state["t"] = state.get("t", 0) + 1
                w -= group["lr"] * self.rule(w.grad, state)


def running_average(state, name, beta, new):
    """Takes a value into an exponentially weighted average from 0."""
    state[name] = beta * state.get(name, torch.zeros_like(new)) + (1 - beta) * new
    return state[name]


def rmsprop(parameters, own):
    """s = beta s + (1 - beta) g^2, W = W - alpha g / (sqrt(s) + epsilon)."""

    # if bias_correction_true:
    def corrected(g, state):
        s = running_average(state, "s", own["beta"], g * g) / (1 - own["beta"] ** state["t"])
        return g / (s.sqrt() + own["epsilon"])

    if own.get("bias_correction"):
        return ByHand(parameters, corrected)
    # end
    return torch.optim.RMSprop(parameters, lr=0.0, alpha=own["beta"], eps=own["epsilon"])


def adam(parameters, own):
    """Averages of the gradient and of its square, both corrected for their start at 0."""

    # if bias_correction_false:
    def uncorrected(g, state):
        m = running_average(state, "m", own["beta1"], g)
        return m / (running_average(state, "v", own["beta2"], g * g).sqrt() + own["epsilon"])

    if not own["bias_correction"]:
        return ByHand(parameters, uncorrected)
    # end
    return torch.optim.Adam(parameters, lr=0.0, betas=(own["beta1"], own["beta2"]), eps=own["epsilon"])


def adamw(parameters, own):
    """Adam that first shrinks every parameter."""
    betas = (own["beta1"], own["beta2"])
    return torch.optim.AdamW(parameters, lr=0.0, betas=betas, eps=own["epsilon"], weight_decay=own["weight_decay"])


def nadam(parameters, own):
    """Adam along its average as the next step will see it, with a constant beta1 (PyTorch's grows)."""

    def rule(g, state):
        beta1, t = own["beta1"], state["t"]
        m = running_average(state, "m", beta1, g)
        v = running_average(state, "v", own["beta2"], g * g) / (1 - own["beta2"] ** t)
        ahead = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * g / (1 - beta1**t)
        return ahead / (v.sqrt() + own["epsilon"])

    return ByHand(parameters, rule)


def adagrad(parameters, own):
    """s = s + g^2, W = W - alpha g / (sqrt(s) + epsilon)."""
    return torch.optim.Adagrad(parameters, lr=0.0, eps=own["epsilon"])


OPTIMIZERS = {
    "sgd": lambda parameters, own: torch.optim.SGD(parameters, lr=0.0),
    "momentum": momentum,
    "nesterov": lambda parameters, own: momentum(parameters, own, nesterov=True),
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
    "nadam": nadam,
    "adagrad": adagrad,
}


# if inverse_sqrt|cosine|warmup:
def elapsed(own, at):
    """Epochs or steps so far."""
    return at["epoch"] * at["steps"] + at["step"] if own["by"] == "step" else at["epoch"]


def span(epochs, own, at):
    return epochs * at["steps"] if own["by"] == "step" else epochs


# end
# if piecewise:
def piecewise(rate, own, at):
    """By hand: the rate of the last epoch of the list that is reached."""
    reached = [new for epoch, new in zip(own["epochs"], own["rates"]) if epoch <= at["epoch"]]
    return reached[-1] if reached else rate


# end
# if cosine:
def cosine(rate, own, at):
    """Half a cosine, from the whole rate to its end."""
    whole = max(span(own.get("epochs") or at["epochs"], own, at), 1)
    share = min(elapsed(own, at) / whole, 1)
    return rate * (own["end"] + (1 - own["end"]) * (1 + math.cos(math.pi * share)) / 2)


# end
# if warmup:
def warmup(rate, own, at):
    """Rises to the whole rate, then another schedule begins."""
    if at["epoch"] >= own["epochs"]:
        later = {**at, "epoch": at["epoch"] - own["epochs"], "epochs": max(0, at["epochs"] - own["epochs"])}
        return scheduled(rate, own["then"], later)
    share = elapsed(own, at) / span(own["epochs"], own, at)
    return rate * (own["from"] + (1 - own["from"]) * share)


# end
SCHEDULES = {
    "constant": lambda rate, own, at: rate,
    "inverse_time": lambda rate, own, at: rate / (1 + own["rate"] * at["epoch"]),
    "exponential": lambda rate, own, at: rate * own["base"] ** at["epoch"],
    "inverse_sqrt": lambda rate, own, at: rate * own["k"] / math.sqrt(elapsed(own, at) + 1),
    "staircase": lambda rate, own, at: rate * own["factor"] ** (at["epoch"] // own["every"]),
    "piecewise": piecewise,
    "cosine": cosine,
    "warmup": warmup,
}


def scheduled(rate, schedule, at):
    """The learning rate of a step; epochs and steps count from 0."""
    name, own = next(iter(schedule.items()))
    return SCHEDULES[name](rate, own, at)


def optimizer_of(settings, parameters):
    """An optimizer, and the learning rate that it starts from: its own or the common one."""
    name, own = next(iter(settings["optimizer"].items()))
    rate = settings["learning_rate"] if own.get("learning_rate") is None else own["learning_rate"]
    return OPTIMIZERS[name](parameters, own), rate


def step(optimizer, rate):
    """A step of the optimizer at a learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate * getattr(optimizer, "share", 1)
    optimizer.step()
