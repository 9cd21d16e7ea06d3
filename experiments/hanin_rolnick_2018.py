"""How much does a deep ReLU net's signal differ from draw to draw?"""

from math import log, sqrt

import numpy as np
from scipy.special import digamma, polygamma
from scipy.stats import binom

from initlab import init, nd, theory
from initlab.reproduction import Claim, Finding, many, signals


def measure(nets=20000):
    """Yield the mean and variance of the log length, and the relative variance of the length."""
    for width, depth in ((20, 10), (50, 20), (100, 20)):
        yield f"nets of width {width}, depth {depth}"
        logs = np.log(_lengths(width, depth, nets))
        mean, variance = _log_moments(width, depth)
        place = f"width {width}, depth {depth}"
        error = 5 * sqrt(variance / nets)
        what = f"mean of the log length, {place}"
        yield Finding(what, logs.mean(), mean - error, mean + error, mean)
        slack = max(0.06, 4 * sqrt(2 / nets))
        yield Finding.near(f"variance of the log length, {place}", logs.var(), variance, slack)
    width, depth = 200, 20
    yield f"nets of width {width}, depth {depth}"
    lengths = _lengths(width, depth, nets)
    found, exact = lengths.var() / lengths.mean() ** 2, _foretold(width, depth)
    slack = max(0.1, 3 * sqrt(_kurtosis(exact) / nets))
    what = f"relative variance of the length, width {width}, depth {depth}"
    yield Finding.near(what, found, exact, slack)


def _lengths(width, depth, nets):
    x, last = np.ones((1, 1, width)), str(2 * depth - 1)
    drawn = many(nets, [width] * (depth + 1), "relu", init.VarianceScaling(2.0))
    ends = (np.asarray(signals(net, x)[last], np.float64) for net in drawn)
    lengths = np.concatenate([np.mean(y**2, axis=(1, 2)) for y in ends])
    return lengths[lengths > 0]


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


def _kurtosis(relative_variance):
    """Return a lognormal law's, less 1: the relative variance of a squared deviation."""
    w = 1 + relative_variance
    return w**4 + 2 * w**3 + 3 * w**2 - 4


CLAIM = Claim(
    question="How much does the length of a deep ReLU net's signal vary from draw to draw?",
    claim="With Var w = 2/fan_in its mean stays; its variance follows the sum of 1/width.",
    source="Hanin & Rolnick, How to start training (2018)",
    protocol="20 000 nets a size. Log length: mean within five standard errors, variance within 6 "
    "%. The length's own relative variance, (1 + 5/n)^L - 1, where L/n is at most 0.1, since it "
    "is heavy-tailed beyond: within 10 %. With fewer nets the last two bands are of four and "
    "three standard errors.",
    measure=measure,
)
