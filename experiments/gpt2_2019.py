"""What does scaling the residual projections by 1 / sqrt(2 L) do?"""

from math import sqrt

import numpy as np

from initlab import init, nn
from initlab.reproduction import Claim, Finding, draw, signals
from initlab.tree import fresh_names

DEPTHS = (6, 12, 24, 48)


def measure(width=512, samples=64, seeds=16):
    """Yield the growth of the residual stream over L blocks of two branches, with and without."""
    for depth in DEPTHS:
        # a branch's size has a relative variance of 5 / width, 2 L branches are summed
        slack = max(0.03, 4 * sqrt(5 / (width * 2 * depth * seeds)))
        for scaled in (False, True):
            grown = np.mean([_growth(depth, width, samples, scaled, s) for s in range(seeds)])
            expected = 2 if scaled else 1 + 2 * depth
            what = f"growth over {depth} blocks, " + ("scaled" if scaled else "not scaled")
            yield Finding.near(what, grown, expected, slack)


def _growth(depth, width, samples, scaled, seed):
    net = _net(depth, width)
    x = np.random.default_rng(seed).standard_normal((samples, width)).astype(np.float32)
    back = init.VarianceScaling(1 / depth if scaled else 2.0)
    rules = [init.Rule("residual projections", "**.back.weight", back)]
    draw(net, init.VarianceScaling(1.0), seed, rules=rules, example=x)
    y = np.asarray(signals(net, x)[str(len(net) - 1)])
    return np.mean(y**2) / np.mean(x**2)


def _net(depth, width):
    """Return 2 L branches, each of which adds a unit of variance to the stream."""
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
    measure=measure,
)
