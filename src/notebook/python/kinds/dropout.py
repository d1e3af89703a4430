from look import layer_by_layer
from network import keep_probabilities, widths
from streams import Stream
from training import Training


def run_dropout(settings, seed):
    """Trains one variant with one seed, and masks a hidden layer as dropout does."""
    training = Training(settings, seed).run()
    metrics = training.metrics()
    if "train_accuracy" in metrics and "dev_accuracy" in metrics:
        metrics["gap"] = metrics["train_accuracy"] - metrics["dev_accuracy"]
    hidden = len(widths(settings["model"]))
    if hidden and training.diverged_at is None:
        keep = keep_probabilities(settings["model"])
        layer = next((layer for layer in range(1, hidden + 1) if keep[layer] < 1), 1)
        size = abs(layer_by_layer(training)[0][layer - 1].numpy().reshape(-1))
        kept = size[Stream(seed, "dropout/probe").uniform(len(size)) < keep[layer]].sum()
        metrics["scaled_activation"] = kept / keep[layer] / size.sum()
        metrics["unscaled_activation"] = kept / size.sum()
    return {"series": training.history, "metrics": metrics}
