"""Writes ridge.json: ridge regression by scikit-learn, whose solver (singular values) is another than ours.

    venv/bin/pip install scikit-learn && venv/bin/python tests/reference/ridge.py

Ours is J = 1/m sum (w x + b - y)^2 + lambda/(2m) ||w||^2, so that scikit-learn's alpha is lambda/2. x is (rows, features),
row-major.
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.preprocessing import PolynomialFeatures, StandardScaler


def fitted(x, y, l2):
    # Without a penalty by least squares, which Ridge's own documentation advises.
    model = Ridge(alpha=l2 / 2, solver="svd") if l2 > 0 else LinearRegression(tol=1e-15)
    model.fit(x, y)
    loss = np.mean((model.predict(x) - y) ** 2)
    return {
        "l2": l2,
        "weights": model.coef_.tolist(),
        "intercept": float(model.intercept_),
        "loss": float(loss),
        "objective": float(loss + l2 / (2 * len(y)) * np.sum(model.coef_**2)),
    }


def case(name, x, y, penalties):
    return {
        "name": name,
        "features": x.shape[1],
        "x": x.ravel().tolist(),
        "y": y.tolist(),
        "fits": [fitted(x, y, l2) for l2 in penalties],
    }


def main():
    random = np.random.default_rng(7)
    # Neither centred nor of one size: what an intercept that is not penalized has to bear.
    x = random.normal(size=(60, 5)) * [1, 2, 0.5, 3, 1] + [0, 10, -3, 1, 0.5]
    y = x @ [0.7, -1.2, 3.0, 0.0, 0.4] + 5 + random.normal(size=60)
    # More features than rows: only the penalty decides.
    wide = random.normal(size=(8, 20))
    # A curve, as the generator `polynomial` makes it.
    points = random.uniform(size=(12, 1))
    curve = np.sin(2 * np.pi * points[:, 0]) + 0.25 * random.normal(size=12)
    powers = lambda degree: PolynomialFeatures(degree, include_bias=False).fit_transform(points)
    cases = [
        case("linear", x, y, [0, 0.01, 1, 30, 1000]),
        case("wide", wide, wide[:, 0] - wide[:, 7], [0.1, 1, 10]),
        case("cubic", powers(3), curve, [0, 1e-3, 0.1, 10]),
        case("degree 9, standardized", StandardScaler().fit_transform(powers(9)), curve, [1e-3, 0.1, 10, 1e4]),
    ]
    found = {"written_by": f"ridge.py with scikit-learn {sklearn.__version__}", "cases": cases}
    (Path(__file__).parent / "ridge.json").write_text(json.dumps(found) + "\n")


main()
