import copy
import math
import re

import torch

from network import Masks
from training import Training, mean_loss, penalty


# if wrong_derivative|missing_derivative:
class WrongTurn(torch.autograd.Function):
    """An activation whose derivative is mistaken on the way back."""

    @staticmethod
    def forward(context, z, activation, bug):
        a = activation(z)
        context.save_for_backward(a)
        context.bug = bug
        return a

    @staticmethod
    def backward(context, gradient):
        (a,) = context.saved_tensors
        z = torch.atanh(a.clamp(-1 + 2**-52, 1 - 2**-52))
        return gradient * (1 - z * z) if context.bug == "wrong_derivative" else gradient, None, None


def mistaken(network, bug, place):
    """The same network, but for the derivative at the activation of one layer."""
    network, calls = copy.copy(network), iter(range(len(network.layers)))
    right = network.activation
    network.activation = lambda z: WrongTurn.apply(z, right, bug) if next(calls) == place else right(z)
    return network


# end
def named_blocks(network):
    """The parameters by the names of the course: W1, b1, W2, ...; W1, beta1, gamma1 with batch normalization."""
    blocks = {}
    for number, layer in enumerate(network.layers, 1):
        blocks[f"W{number}"] = layer.weight
        if layer.bias is not None:
            blocks[f"b{number}"] = layer.bias
        # if batch_norm:
        else:
            norm = network.norms[number - 1]
            blocks |= {f"beta{number}": norm.beta, f"gamma{number}": norm.gamma}
        # end
    return blocks


def planted(bug, of_loss, whole, w, rows, shares):
    """The gradient of a block with a mistake in it, from that of the loss and that of J."""
    l1, l2 = shares
    if bug == "one_percent":
        whole = whole.clone()
        whole.view(-1)[whole.abs().argmax()] *= 1.01
    return {
        "sign": -whole,
        "doubled": 2 * whole,
        "missing_mean": whole + (rows - 1) * of_loss,
        "forgotten_penalty": of_loss,
        "halved_penalty": (whole + of_loss) / 2,
        "penalty_on_bias": whole + l1 * w.sign() + l2 * w,
    }.get(bug, whole)


# if single:
def in_single(masks):
    """Masks of dropout in f32."""
    return masks and [mask if mask is None else mask.float() for mask in masks]


# end
def relative_error(a, b, rounding):
    """||a - b|| / (||a|| + ||b||); 0 where both are nothing but rounding."""
    size = a.norm() + b.norm()
    if size == 0 or size < 10 * rounding * math.sqrt(len(a)):
        return 0.0
    return ((a - b).norm() / size).item()


def check(settings, training, seed):
    """Compares the gradient of back-propagation, in f64, with slopes of J, over all parameters and block by block."""
    torch.set_default_dtype(torch.float64)
    network, own, rows = copy.deepcopy(training.network).double().train(), settings["training"], len(training.y)
    x = training.x[: settings["rows"]].double()
    y = training.y[: settings["rows"]]
    y = y.double() if y.is_floating_point() else y
    masks = None
    # if fresh:
    fresh = settings["masks"] == "fresh"
    # end
    # if keep_prob|dropout:
    dropout = Masks(network, seed)
    masks = dropout.draw(len(y))
    # end

    def objective(network, masks, penalized=True):
        logits = network(x, masks)
        # if single:
        if logits.dtype == torch.float32:
            # A loss of f32 for each row; their mean is taken in f64, and J is rounded.
            of_rows = [mean_loss(training.output, logits[row : row + 1], y[row : row + 1]) for row in range(len(y))]
            loss = torch.stack(of_rows).double().mean()
            return (loss + penalty(own, copy.deepcopy(network).double(), rows)).float()
        # end
        loss = mean_loss(training.output, logits, y)
        return loss + penalty(own, network, rows) if penalized else loss

    bug, block = settings["bug"], settings["block"]
    blocks = named_blocks(network)
    parameters = list(blocks.values())
    # if wrong_derivative|missing_derivative:
    place = int(re.sub("[A-Za-z]", "", block)) - 1
    # end

    def gradients(penalized):
        turned = network
        # if wrong_derivative|missing_derivative:
        if bug in ["wrong_derivative", "missing_derivative"]:
            turned = mistaken(network, bug, place)
        # end
        return dict(zip(blocks, torch.autograd.grad(objective(turned, masks, penalized), parameters)))

    of_loss, analytic = gradients(False), gradients(True)
    shares = own["l1"] / rows, own["l2"] / rows
    analytic[block] = planted(bug, of_loss[block], analytic[block], blocks[block].detach(), len(y), shares)

    ruler, fitting = network, masks
    # if single:
    if settings.get("single"):
        # J and all that it is made of in f32: a coarse ruler for a slope.
        ruler, x = copy.deepcopy(network).float(), x.float()
        y = y.float() if y.is_floating_point() else y
        fitting = in_single(masks)
    # end

    largest, epsilon, two = 0.0, settings["epsilon"], settings["sides"] == "two"
    slopes = {}
    for name, parameter in named_blocks(ruler).items():
        flat = parameter.data.view(-1)
        slopes[name] = torch.zeros(len(flat))
        # Weights in the order of the course: all of an input's, then the next one's.
        order = torch.arange(len(flat)).view(parameter.shape).t().reshape(-1).tolist()
        for at in order:
            before, seen = flat[at].item(), []
            for value in [before + epsilon, before - epsilon if two else before]:
                flat[at] = value
                # if fresh:
                fitting = dropout.draw(len(y)) if fresh else fitting
                # end
                # if single:
                fitting = in_single(fitting) if settings.get("single") else fitting
                # end
                with torch.no_grad():
                    seen.append(objective(ruler, fitting).item())
            flat[at] = before
            largest = max([largest, *map(abs, seen)])
            slopes[name][at] = (seen[0] - seen[1]) / (2 * epsilon if two else epsilon)
    rounding = 2**-52 * largest / epsilon
    flat = {name: g.reshape(-1) for name, g in analytic.items()}
    whole = relative_error(torch.cat(list(flat.values())), torch.cat(list(slopes.values())), rounding)
    return whole, [relative_error(flat[name], slopes[name], rounding) for name in blocks]


def run_gradient_check(settings, seed):
    """Checks the gradient before and after training."""
    training = Training(settings, seed)
    before = check(settings, training, seed)
    torch.set_default_dtype(training.x.dtype)
    training.run()
    metrics = {**training.metrics(), "relative_error": before[0], "block_errors": before[1]}
    if training.diverged_at is None:
        after = check(settings, training, seed)
        metrics |= {"relative_error_trained": after[0], "block_errors_trained": after[1]}
    return {"series": training.history, "metrics": metrics}
