"""Do SELU nets normalize themselves?"""

import numpy as np

from initlab import init
from initlab.reproduction import Claim, Finding, chain, draw, signals


def measure(width=1000, samples=100, seeds=10):
    """Yield mean and variance of the signal after 20 and 40 layers, from an input far off."""
    moments = {20: [], 40: []}
    for seed in range(seeds):
        x = 0.5 + 1.5 * np.random.default_rng(seed).standard_normal((samples, width))
        seen = signals(draw(chain([width] * 41, "selu"), init.VarianceScaling(1.0), seed), x)
        for depth, found in moments.items():
            y = np.asarray(seen[str(2 * depth - 1)], np.float64)
            found.append((y.mean(), y.var()))
    for depth, found in moments.items():
        mean, variance = np.mean(found, axis=0)
        yield Finding(f"mean after {depth} SELU layers", mean, -0.03, 0.03, 0.0)
        yield Finding(f"variance after {depth} SELU layers", variance, 0.97, 1.04, 1.0)


CLAIM = Claim(
    question="Do SELU nets normalize themselves?",
    claim="With Var w = 1/fan_in a signal's mean and variance go to 0 and 1, wherever they start.",
    source="Klambauer et al., Self-normalizing neural networks (2017)",
    protocol="40 layers of 1000 units, inputs of mean 0.5 and std 1.5, a hundred of them, ten "
    "seeds; mean within 0.03 of 0, variance between 0.97 and 1.04.",
    measure=measure,
)
