import math

from training import Training


def run_optimizers(settings, seed):
    """Trains one variant with one seed, and looks for the first epoch at the target."""
    training = Training(settings, seed).run()
    reached = [epoch for epoch, loss in enumerate(training.history["train_loss"]) if loss <= settings["target"]]
    metrics = {**training.metrics(), "epochs_to": reached[0] if reached else math.nan}
    return {"series": training.history, "metrics": metrics}
