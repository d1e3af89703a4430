import math

import numpy as np

from data import read_csv
from streams import Stream


def smooth(values, beta, corrected):
    """The exponentially weighted average after each value, from 0."""
    average, power, found = 0.0, 1.0, []
    for value in values:
        average = beta * average + (1 - beta) * value
        power *= beta
        found.append(average / (1 - power) if corrected else average)
    return np.array(found)


def size(values):
    return math.sqrt(np.mean(values**2))


def delay(average, signal):
    """By how many steps the average is late: where its second half is nearest to the signal."""
    if (signal == signal[0]).all():
        return math.nan
    half = len(signal) // 2
    apart = [((average[half:] - signal[half - d : len(signal) - d]) ** 2).sum() for d in range(min(half, 1000) + 1)]
    return int(np.argmin(apart))


def generated(series, seed):
    """A level, a trend, a season and jumps, and the same with normal noise."""
    length = series.get("length", 365)
    t = np.arange(1, length + 1)
    turns = (t - series.get("lowest", 1)) / series.get("period", 365)
    signal = series.get("level", 0) + series.get("trend", 0) * t - series.get("season", 0) * np.cos(2 * np.pi * turns)
    for jump in series.get("jumps", []):
        signal = signal + np.where(t >= jump["at"], jump["by"], 0)
    return signal, signal + series.get("noise", 1) * Stream(seed, "series").normal(length)


def run_average(settings, seed):
    """Averages the series, and measures how late and how noisy the average is."""
    series, beta, corrected = settings["series"], settings["beta"], settings["bias_correction"]
    signal = None
    # if file:
    if series.get("file"):
        values = read_csv({"file": series["file"], "target": series["column"], "features": [], "class_names": None})[1]
    # end
    # if generated:
    if not series.get("file"):
        signal, values = generated(series, seed)
    # end
    average = smooth(values, beta, corrected)
    apart = values - average
    metrics = {
        "lag": beta / (1 - beta),
        "window": 1 / (1 - beta),
        "residual_sd": size(apart - apart.mean()),
        "weights": [(1 - beta) * beta**k for k in range(60)],
    }
    found = {"value": values, "average": average}
    if signal is not None:
        found["signal"] = signal
        early = settings["early"]
        metrics["error"] = size(average - signal)
        metrics["lag_error"] = size(smooth(signal, beta, corrected) - signal)
        metrics["noise_error"] = size(smooth(values - signal, beta, corrected))
        metrics["early_error"] = size(average[:early] - signal[:early])
        metrics["delay"] = delay(average, signal)
    return {"series": {name: numbers.tolist() for name, numbers in found.items()}, "metrics": metrics}
