import torch

from training import mean_loss


def layer_by_layer(training):
    """Activations of each layer and norms of its gradient, on the first training rows, dropout off."""
    x, y = training.x[:256], training.y[:256]
    training.network.train()
    training.network.zero_grad()
    given = training.network.hidden(x)
    mean_loss(training.output, given[-1], y).backward()
    norms = [w.grad.double().norm().item() for w in training.network.weights()]
    return [layer.detach().double() for layer in given], norms


def spread(layer):
    """The standard deviation of all activations of a layer, divided by n."""
    return torch.std(layer, correction=0).item()
