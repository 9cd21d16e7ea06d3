"""What does scaling the residual projections by 1 / sqrt(2 L) do?"""

from math import sqrt

import numpy as np

from initlab import init, nn
from initlab.reproduction import Claim, Finding, draw, signals
from initlab.tree import fresh_names


def measure(width=512, samples=64, seeds=16):
    """Yield the growth of the residual stream over L blocks of two branches, with and without."""
    sigma = sqrt(sqrt(2) / width)  # a branch of ReLU then adds a unit of variance
    for depth in (6, 12, 24, 48):
        # a branch's size has a relative variance of 5 / width, 2 L branches are summed
        slack = max(0.03, 4 * sqrt(5 / (width * 2 * depth * seeds)))
        for make, expected, name in (
            (init.Normal(sigma), 1 + 2 * depth, "not scaled"),
            (init.GPT2(sigma), 2, "scaled"),
        ):
            grown = np.mean([_growth(depth, width, samples, make, s) for s in range(seeds)])
            yield Finding.near(f"growth over {depth} blocks, {name}", grown, expected, slack)


def _growth(depth, width, samples, make, seed):
    net = _net(depth, width)
    x = np.random.default_rng(seed).standard_normal((samples, width)).astype(np.float32)
    draw(net, make, seed, example=x)
    y = np.asarray(signals(net, x)[str(len(net) - 1)])
    return np.mean(y**2) / np.mean(x**2)


def _net(depth, width):
    """Return a stream to which 2 L branches add."""
    with fresh_names():
        net = nn.Sequential()
        for _ in range(2 * depth):
            body = nn.Sequential()
            body.add(norm=nn.LayerNorm(), wide=nn.Dense(width, "relu"), back=nn.Dense(width))
            net.add(nn.Residual(body))
    return net


CLAIM = Claim(
    question="What does scaling the residual projections by 1 / sqrt(2 L) do?",
    claim="A stream of L blocks of two branches grows to 2 instead of 1 + 2 L.",
    source="Radford et al., GPT-2 (2019)",
    protocol="Branches of LayerNorm, 512 ReLU units and a projection, which add a unit of "
    "variance; sixteen seeds; within 3 %. In smaller nets within four standard errors.",
    measure=measure,
)
