import numpy as np


def run_softmax(settings, seed):
    """Turns logits into probabilities; the largest is subtracted first, which changes none of them."""
    z = np.array(settings["logits"], float)
    shifted = np.exp(z - z.max())
    probabilities = shifted / shifted.sum()
    metrics = {
        "logits": z.tolist(),
        "exponentials": np.exp(z).tolist(),
        "probabilities": probabilities.tolist(),
        "hardmax": (np.arange(len(z)) == z.argmax()).astype(float).tolist(),
    }
    if settings.get("label") is not None:
        metrics["loss"] = np.log(shifted.sum()) + z.max() - z[settings["label"]]
        metrics["gradient"] = (probabilities - (np.arange(len(z)) == settings["label"])).tolist()
    return {"series": {}, "metrics": metrics}
