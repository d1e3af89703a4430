"""Writes search.json: how much each setting matters, by Optuna's forest of 64 trees (functional analysis of variance).

    venv/bin/pip install optuna scikit-learn && venv/bin/python tests/reference/search.py

Its forest draws other trials for each tree than ours, and a mean over forests takes that out: `shares` is one of eight. Shares are as Optuna has them before it
divides by their sum.
"""

import json
from pathlib import Path

import numpy as np
import optuna
from optuna.importance._fanova._fanova import _Fanova
from sklearn.utils import check_random_state

FORESTS = 8


def rate_and_more(u):
    """A valley in the first, a slope in the second, one good choice of three, and what two do together."""
    return (
        4 * (u[:, 0] - 0.6) ** 2
        + 0.5 * u[:, 1]
        + 0.4 * (np.floor(3 * u[:, 2]) == 1)
        + 1.5 * (u[:, 0] - 0.5) * (u[:, 1] - 0.5)
    )


def together(u):
    return np.where((u[:, 0] < 0.5) == (u[:, 1] < 0.5), 1.0, 0.0) + 0.3 * u[:, 2]


def shares(u, objective):
    bounds = np.array([[0.0, 1.0]] * u.shape[1])
    columns = [np.atleast_1d(index) for index in range(u.shape[1])]
    found = []
    for seed in range(FORESTS):
        forest = _Fanova(n_trees=64, max_depth=64, min_samples_split=2, min_samples_leaf=1, seed=seed)
        forest.fit(u, objective, bounds, columns)
        found.append([forest.get_importance(index)[0] for index in range(u.shape[1])])
    return np.mean(found, axis=0).tolist()


def case(name, function, trials, seed):
    u = np.random.default_rng(seed).uniform(size=(trials, 3))
    # Three choices stand at the middles of their thirds, as a search has them.
    u[:, 2] = (np.floor(3 * u[:, 2]) + 0.5) / 3
    objective = function(u)
    return {"name": name, "points": u.tolist(), "objectives": objective.tolist(), "shares": shares(u, objective)}


def main():
    cases = [
        case("a valley", rate_and_more, 60, 0),
        case("a valley, more trials", rate_and_more, 300, 1),
        case("two together", together, 200, 2),
    ]
    found = {"written_by": f"search.py with Optuna {optuna.__version__}", "cases": cases}
    (Path(__file__).parent / "search.json").write_text(json.dumps(found) + "\n")


main()
