"""Which gain keeps the logarithm of a gradient's length through a net of finite width?"""

from math import exp, sqrt

import numpy as np
from scipy.special import digamma

from initlab import init
from initlab.reproduction import Claim, Finding, chain, draw, signals

WIDTHS = (25, 50, 100, 200)


def measure(layers=60000, depth=50):
    """Yield the gains that keep the mean log length, for linear and ReLU nets."""
    for width in WIDTHS:
        exact = exp(-(digamma(width / 2) + np.log(2 / width)) / 2)
        found, error = _gain(width, depth, layers, None)
        slack = max(0.003, 4 * error)
        yield Finding.near(f"gain of a linear net of width {width}", found, exact, slack)
        published = exp(1 / (2 * width))
        yield Finding.near(
            f"the published exp(1 / 2N) beside the exact gain, N = {width}", published, exact, 0.001
        )
    for width in WIDTHS:
        published = sqrt(2) * exp(1.2 / (max(width, 6) - 2.4))
        found, error = _gain(width, depth, layers, "relu")
        slack = max(0.003, 4 * error)
        yield Finding.near(f"gain of a ReLU net of width {width}", found, published, slack)


def _gain(width, depth, layers, activation):
    """Return exp(-growth of the log length a layer) of nets with Var w = 1/N, and its error."""
    nets = max(2, layers * 25 // (width * depth))  # a wide net's length varies less
    net = chain([width] * (depth + 1), activation)
    x = np.random.default_rng(0).standard_normal((1, width))
    x /= sqrt((x**2).mean())
    last = str(len(net) - 1)
    grown = [
        np.log(
            np.mean(
                np.square(np.asarray(signals(draw(net, init.VarianceScaling(1.0), seed), x)[last]))
            )
        )
        / (2 * depth)
        for seed in range(nets)
    ]
    return exp(-np.mean(grown)), np.std(grown) / sqrt(nets)


CLAIM = Claim(
    question="Which gain keeps a signal's log length through a deep net of finite width N?",
    claim="exp(1 / 2N) for a linear net and sqrt(2) exp(1.2 / (max(N, 6) - 2.4)) for a ReLU net.",
    source="Sussillo & Abbott, Random walk initialization (2014)",
    measure=measure,
)
