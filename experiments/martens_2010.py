"""Does what a unit of a sparse net sums stay alike, however many inputs there are?"""

from math import sqrt

import numpy as np

from initlab import init
from initlab.reproduction import Claim, Finding, chain, draw, signals

CONNECTIONS = 15


def measure(units=4096, seeds=4):
    """Yield the variance of what units sum, for inputs of 1 and -1, beside theory."""
    slack = 4 * sqrt(2 / (units * seeds))
    for inputs in (32, 128, 512, 2048):
        for name, make, variance in (
            (f"{CONNECTIONS} connections", init.Sparse(connections=CONNECTIONS), CONNECTIONS),
            ("dense", init.Normal(1.0), inputs),
        ):
            found = np.mean([_variance(inputs, units, make, seed) for seed in range(seeds)])
            what = f"variance of sums of {inputs} inputs, {name}"
            yield Finding.near(what, found, variance, slack)


def _variance(inputs, units, make, seed):
    net = draw(chain([inputs, units], None), make, seed)
    x = np.random.default_rng(seed).choice([-1.0, 1.0], (64, inputs))
    return np.mean(np.square(np.asarray(signals(net, x)["0"], np.float64)))


CLAIM = Claim(
    question="Does what a unit of a sparse net sums stay alike, however many inputs there are?",
    claim="With 15 connections into each unit its sum has the same size whatever the fan-in, where "
    "that of a dense layer grows with it.",
    source="Martens, Deep learning via Hessian-free optimization (2010)",
    protocol="4096 units, 64 inputs of 1 and -1 at random, four seeds: the variance is 15, that of "
    "a dense layer the fan-in, within four standard errors as of one input.",
    measure=measure,
)
