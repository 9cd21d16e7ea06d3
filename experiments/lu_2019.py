"""How likely is a narrow deep ReLU net to be dead from birth?"""

from math import sqrt

import numpy as np

from initlab import init
from initlab.reproduction import Claim, Finding, chain, draw, signals

NETS = ((2, 10), (3, 20), (4, 10), (5, 5))  # widths and depths


def measure(nets=3000):
    """Yield how often a point, and how often a whole net of one input, ends in nothing."""
    for width, depth in NETS:
        point, whole = _dead(width, depth, nets)
        exact = 1 - (1 - 2.0**-width) ** depth
        error = sqrt(exact * (1 - exact) / nets)
        place = f"width {width}, depth {depth}"
        yield Finding(
            f"a point is dead, {place}", point, exact - 5 * error, exact + 5 * error, exact
        )
        low, high = _bounds(width, depth)
        error = 5 * sqrt(whole * (1 - whole) / nets)
        yield Finding(f"the whole net is dead, {place}", whole, low - error, high + error)


def _dead(width, depth, nets):
    """Return the shares; without biases a net of one input is told by the points 1 and -1."""
    net = chain([1, *[width] * depth], "relu")
    x, last = np.array([[1.0], [-1.0]]), str(2 * depth - 1)
    outputs = [
        np.asarray(signals(draw(net, init.VarianceScaling(2.0), seed), x)[last])
        for seed in range(nets)
    ]
    silent = np.array([(y == 0).all(axis=1) for y in outputs])
    return silent[:, 0].mean(), silent.all(axis=1).mean()


def _bounds(width, depth):
    """Return the paper's bounds on the probability that a net of one input is born dead."""
    one = 1 - 2.0**-width
    two = 1 - 2.0 ** (1 - width) - (width - 1) * 4.0**-width
    share = (1 - 2.0 ** (1 - width)) * one / (1 + (width - 1) * 2.0**-width)
    low = 1 - one ** (depth - 1) + share * (two ** (depth - 1) - one ** (depth - 1))
    return low, 1 - one**depth


CLAIM = Claim(
    question="How likely is a narrow deep ReLU net to be dead from birth?",
    claim="The probability tends to 1 with depth; for one input it lies between two bounds.",
    source="Lu et al., Dying ReLU and initialization (2019)",
    measure=measure,
)
