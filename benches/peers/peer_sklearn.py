"""The work by scikit-learn's MLPClassifier, an epoch a call."""

import sys
import warnings

import numpy as np
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

import work

warnings.filterwarnings("ignore")
DTYPE = {"f32": np.float32, "f64": np.float64}[sys.argv[2]]


def classifier(hidden, batch, name, rate, seed, alpha=0.0):
    return MLPClassifier(
        hidden_layer_sizes=hidden,
        solver="adam" if name == "adam" else "sgd",
        momentum=0.0 if name == "sgd" else 0.9,
        nesterovs_momentum=name == "nesterov",
        batch_size=batch,
        learning_rate_init=rate,
        alpha=alpha,
        random_state=seed,
    )


def steps(asked):
    x, y = work.step_data(asked["layers"], asked["batch"], DTYPE)
    model = classifier(asked["layers"][1:-1], asked["batch"], asked["optimizer"], 0.001, 0)
    classes = np.arange(asked["layers"][-1])

    def run(steps=asked["steps"]):
        for _ in range(steps // work.BATCHES):
            model.partial_fit(x, y, classes=classes)

    return run, lambda: run(work.BATCHES)


def digits_run(seed, sizes, name, rate, l2):
    parts = work.digits(seed, DTYPE)
    model = classifier([sizes["hidden"]], sizes["batch"], name, rate, seed, l2)
    for _ in range(sizes["epochs"]):
        model.partial_fit(*parts[0], classes=np.arange(10))
        for x, y in parts:
            probabilities = model.predict_proba(x)
            log_loss(y, probabilities, labels=np.arange(10))
            (probabilities.argmax(1) == y).mean()


PROGRAMS = work.programs(digits_run)
work.serve(lambda asked: steps(asked) if asked["do"] == "steps" else PROGRAMS[asked["do"]])
