"""The work that all libraries are given, and how a peer answers for it.

A peer reads a line of JSON from standard input, does the work that it names, and answers with the time it took, in
seconds, on a line of standard output. What it prepares (data, compilation) is done before the clock starts. Its first
line says that it has its libraries, and waits.
"""

import json
import sys
import time

import numpy as np

BATCHES = 32  # batches of the data set that steps are timed on
OPTIMIZERS = {  # of the comparison, with their learning rates
    "sgd": 0.1,
    "momentum": 0.1,
    "nesterov": 0.1,
    "adam": 0.005,
}
SEEDS = 10
COMPARISON = {"hidden": 32, "epochs": 30, "batch": 64}
SEARCH = {"hidden": 32, "epochs": 20, "batch": 64, "trials": 60}


def step_data(layers, batch, dtype):
    """Inputs and labels for steps of a network: normal deviates, classes in turn."""
    rows = batch * BATCHES
    x = np.random.default_rng(0).standard_normal((rows, layers[0])).astype(dtype)
    return x, np.arange(rows) % layers[-1]


def digits(seed, dtype):
    """The digits, 80 percent to train on and 20 as dev set, normalized by the training part."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(y))
    train, dev = np.split(order, [int(0.8 * len(y))])
    mean, scale = x[train].mean(0), x[train].std(0)
    x = ((x - mean) / np.where(scale > 0, scale, 1)).astype(dtype)
    return (x[train], y[train]), (x[dev], y[dev])


def trials():
    """Learning rate and L2 penalty of each trial of the search, both uniform in their logarithm."""
    draws = np.random.default_rng(0).uniform(size=(SEARCH["trials"], 2))
    return [(10 ** (-3 + 2 * a), 10 ** (-2 + 3 * b)) for a, b in draws]


def serve(prepare):
    """Answers for works until the input ends: `prepare(asked)` gives a function to be timed, and one that does just
    enough of the same for everything to be compiled, and caches to be warm."""
    prepared = {}
    print("ready", flush=True)
    for line in sys.stdin:
        if line not in prepared:
            run, warm_up = prepare(json.loads(line))
            warm_up()
            prepared[line] = run
        start = time.perf_counter()
        prepared[line]()
        print(time.perf_counter() - start, flush=True)


def programs(digits_run):
    """The two programs, made of `digits_run(seed, sizes, optimizer, rate, l2)`: a comparison and a search."""

    def compare(seeds):
        for name, rate in OPTIMIZERS.items():
            for seed in range(seeds):
                digits_run(seed, COMPARISON, name, rate, 0.0)

    def search(count):
        for rate, l2 in trials()[:count]:
            digits_run(0, SEARCH, "adam", rate, l2)

    return {
        "comparison": (lambda: compare(SEEDS), lambda: compare(1)),
        "search": (lambda: search(SEARCH["trials"]), lambda: search(1)),
    }
