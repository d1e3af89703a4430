from training import Training


def run_train(settings, seed):
    """Trains one variant with one seed."""
    training = Training(settings, seed).run()
    return {"series": training.history, "metrics": training.metrics()}
