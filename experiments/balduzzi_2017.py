"""How fast do the gradients of different inputs become white noise with depth?"""

from math import acos, pi, sqrt

import numpy as np

from initlab import autograd, init, nn
from initlab.reproduction import Claim, Finding, chain, draw
from initlab.tree import fresh_names

DEPTHS = (1, 2, 4, 8, 16)
INPUTS = 10


def measure(width=500, seeds=20):
    """Yield the correlation of two inputs' gradients by depth, and of a net that looks linear."""
    for name, make, share in (("feed-forward", _plain, 1.0), ("residual", _residual, 0.5)):
        for depth in DEPTHS:
            found = _correlation(make(width, depth), init.VarianceScaling(2.0), width, seeds)
            exact = _foretold(depth, share)
            what = f"correlation of gradients, {name}, {depth} layers"
            yield Finding(what, found, exact - 0.02, exact + 0.02, exact)
    net = chain([width] * (DEPTHS[-1] + 1), "relu", outputs=2)
    found = _correlation(net, init.LooksLinear(), width, 1)
    yield Finding(f"the same, looks-linear, {DEPTHS[-1]} layers", found, 0.999, 1.001, 1.0)


def _plain(width, depth):
    return chain([width] * (depth + 1), "relu")


def _residual(width, depth):
    """Return x + W relu(x), depth times: what ends in ReLU would add its mean at every layer."""
    with fresh_names():
        net = nn.Sequential()
        for _ in range(depth):
            body = nn.Sequential()
            body.add(nn.Activation("relu"), nn.Dense(width, use_bias=False, in_units=width))
            net.add(nn.Residual(body))
    return net


def _correlation(net, make, width, seeds):
    """Return the mean cosine between the gradients of one random output at random inputs."""
    found = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        x = autograd.Tensor(rng.standard_normal((INPUTS, width)).astype(np.float32))
        x.attach_grad()
        draw(net, make, seed)
        with autograd.record(train_mode=False):
            y = net(x)
        same = np.tile(rng.standard_normal(y.shape[1:]).astype(np.float32), (INPUTS, 1))
        y.backward(autograd.Tensor(same))
        g = np.asarray(x.grad, np.float64)
        g /= np.linalg.norm(g, axis=1, keepdims=True)
        found.append((g @ g.T)[np.triu_indices(INPUTS, 1)].mean())
    return np.mean(found)


def _foretold(depth, share):
    """Return the product of what two inputs' slopes have in common, layer by layer, exactly.

    A share of each layer's signal has been through ReLU, the rest has not.
    """
    c, product = 0.0, 1.0
    for _ in range(depth):
        angle = acos(c)
        product *= 1 - share + share * (1 - angle / pi)
        c += share * ((sqrt(1 - c**2) + c * (pi - angle)) / pi - c)
    return product


CLAIM = Claim(
    question="How fast do the gradients of different inputs become white noise with depth?",
    claim="Their correlation falls as 1/2^L in feed-forward ReLU nets and as (3/4)^L in residual "
    "ones; weights that look linear prevent it.",
    source="Balduzzi et al., The shattered gradients problem (2017)",
    protocol="Nets of 500 units by He's variance, pairs among ten independent inputs, twenty "
    "seeds; within 0.02 of the exact recursion over the arc-cosine kernels, looks-linear above "
    "0.999. Residual branches are W relu(x); those that end in ReLU, measured first, add up their "
    "mean, which the recursion leaves out, and miss.",
    measure=measure,
    correction="1/2^L and (3/4)^L hold for one layer only. Inputs become alike from layer to "
    "layer, so the decay turns polynomial: at 16 layers the exact values are 0.0133 and 0.0684, "
    "not 0.000015 and 0.0100.",
)
