"""How much does a deep ReLU net's signal differ from draw to draw?"""

from math import log, sqrt

import numpy as np
from scipy.special import digamma, polygamma
from scipy.stats import binom

from initlab import init, nd, theory
from initlab.reproduction import Claim, Finding, chain, draw, signals


def measure(nets=4000):
    """Yield the mean and variance of the log length, and the relative variance of the length."""
    for width, depth in ((20, 10), (50, 10), (50, 20)):
        lengths = _lengths(width, depth, nets)
        mean, variance = _log_moments(width, depth)
        logs = np.log(lengths)
        error = sqrt(variance / nets)
        place = f"width {width}, depth {depth}"
        yield Finding(
            f"mean of the log length, {place}",
            logs.mean(),
            mean - 5 * error,
            mean + 5 * error,
            mean,
        )
        slack = max(0.06, 4 * sqrt(2 / nets))
        yield Finding.near(f"variance of the log length, {place}", logs.var(), variance, slack)
    width, depth = 200, 10
    lengths = _lengths(width, depth, max(nets // 4, 2))
    fluctuation = _foretold(width, depth)
    yield Finding.near(
        f"relative variance of the length, width {width}, depth {depth}",
        lengths.var() / lengths.mean() ** 2,
        fluctuation,
        0.1 + 6 / sqrt(nets),
    )


def _lengths(width, depth, nets):
    net = chain([width] * (depth + 1), "relu")
    x = np.ones((1, width))
    last = str(2 * depth - 1)
    found = [signals(draw(net, init.VarianceScaling(2.0), seed), x)[last] for seed in range(nets)]
    return np.array([np.mean(np.square(np.asarray(a, np.float64))) for a in found])


def _log_moments(width, depth):
    """Mean and variance of a sum of ln(2/n chi^2_K), K of n units awake, exactly."""
    awake = np.arange(1, width + 1)
    p = binom.pmf(awake, width, 0.5)
    p /= p.sum()
    centre = digamma(awake / 2) + log(2) + log(2 / width)
    mean = (p * centre).sum()
    variance = (p * polygamma(1, awake / 2)).sum() + (p * (centre - mean) ** 2).sum()
    return depth * mean, depth * variance


def _foretold(width, depth):
    """Return what initlab.theory says: (1 + 5/n)^depth - 1."""
    stages = []
    for i in range(depth):
        stages.append(theory.Linear(str(i), 2 / width, width, width, width))
        stages.append(theory.Elementwise(str(i), nd.relu))
    return theory.predict(stages, theory.Signal(1.0))[-1].signal.fluctuation


CLAIM = Claim(
    question="How much does the length of a deep ReLU net's signal vary from draw to draw?",
    claim="With Var w = 2/fan_in its mean stays; its variance follows the sum of 1/width.",
    source="Hanin & Rolnick, How to start training (2018)",
    measure=measure,
)
