"""Writes average.json: generated series, and exponentially weighted averages of them by NumPy, each as one sum over all
values so far with their weights, not step by step as ours.

    venv/bin/python tests/reference/average.py
"""

import json
from pathlib import Path

import numpy as np

from streams import Stream

SEED = 3
SERIES = [
    {"length": 60, "level": 50, "season": 20, "period": 365, "lowest": 15, "noise": 8},
    {"length": 40, "trend": 0.5, "noise": 0, "jumps": [{"at": 10, "by": 5}, {"at": 30, "by": -8}]},
    {"length": 45, "level": -3, "season": 2, "period": 12.5, "trend": -0.1, "jumps": [{"at": 1, "by": 2}], "noise": 0.7},
]
BETAS = [0, 0.5, 0.9, 0.98]


def signal(series):
    t = np.arange(1, series["length"] + 1)
    season = series.get("season", 0) * np.cos(2 * np.pi * (t - series.get("lowest", 1)) / series.get("period", 365))
    jumped = sum((t >= jump["at"]) * jump["by"] for jump in series.get("jumps", []))
    return series.get("level", 0) + series.get("trend", 0) * t - season + jumped


def noise(series):
    stream = Stream(SEED, "series")
    return series.get("noise", 1) * np.array([stream.normal() for _ in range(series["length"])])


def average(values, beta, corrected):
    t = np.arange(len(values))
    back = t[:, None] - t
    # 0 to the power of 0 is 1: at beta 0 the newest value alone counts.
    weights = np.where(back >= 0, (1 - beta) * np.power(float(beta), np.maximum(back, 0)), 0)
    averaged = weights @ values
    return averaged / weights.sum(axis=1) if corrected else averaged


def rms(values):
    return float(np.sqrt(np.mean(values**2)))


def found(pure, drawn, beta, corrected, early=30):
    values = pure + drawn
    of_values, of_signal = average(values, beta, corrected), average(pure, beta, corrected)
    return {
        "beta": beta,
        "bias_correction": corrected,
        "average": of_values.tolist(),
        "residual_sd": float(np.std(values - of_values)),
        "error": rms(of_values - pure),
        "lag_error": rms(of_signal - pure),
        "noise_error": rms(average(drawn, beta, corrected)),
        "early_error": rms((of_values - pure)[:early]),
    }


def case(series):
    pure, drawn = signal(series), noise(series)
    averages = [found(pure, drawn, beta, corrected) for beta in BETAS for corrected in [False, True]]
    return {"series": series, "signal": pure.tolist(), "value": (pure + drawn).tolist(), "averages": averages}


def main():
    written = {"written_by": f"average.py with NumPy {np.__version__}", "seed": SEED, "cases": list(map(case, SERIES))}
    (Path(__file__).parent / "average.json").write_text(json.dumps(written) + "\n")


main()
