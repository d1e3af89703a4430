import torch

from look import layer_by_layer, spread
from training import Training

# Where an activation is within 1% of its ends.
SATURATED = {
    "tanh": lambda a: abs(a) > 0.99,
    "sigmoid": lambda a: (a < 0.01) | (a > 0.99),
}


def run_init(settings, seed):
    """Measures every layer before a single step; then trains, if the experiment does."""
    training = Training(settings, seed)
    layers, gradients = layer_by_layer(training)
    saturated = SATURATED.get(settings["model"]["activation"], lambda a: torch.zeros_like(a))
    measured = {
        "activation_sd": [spread(layer) for layer in layers],
        "gradient_norm": gradients,
        "saturated_share": [saturated(layer).double().mean().item() for layer in layers[:-1]],
        "dead_share": [(layer == 0).all(0).double().mean().item() for layer in layers[:-1]],
    }
    if settings["trains"]:
        training.run()
        return {"series": training.history, "metrics": {**training.metrics(), **measured}}
    return {"series": {}, "metrics": measured}
