"""Does batch normalization keep gradients from exploding?"""

from math import pi

import numpy as np

from initlab import autograd, init, nd, nn, theory
from initlab.reproduction import Claim, Finding, chain, draw, signals


def measure(width=512, depth=30, seeds=3):
    """Yield the factor on a gradient's square a layer, from nets and from theory."""
    exact = pi / (pi - 1)
    found = np.mean([_factor(width, depth, seed) for seed in range(seeds)])
    what = "factor a layer on a gradient's second moment"
    yield Finding(f"{what}, ReLU after batch normalization", found, 1.43, 1.50, exact)
    yield Finding.near(f"{what}, by initlab.theory", _foretold(), exact, 1e-6)


def _factor(width, depth, seed):
    net = chain([width] * (depth + 1), "relu", norm=nn.BatchNorm)
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((width, width))  # as many samples as units
    seen = signals(draw(net, init.VarianceScaling(2.0), seed, example=x), x, training=True)
    outputs = [seen[str(3 * layer + 2)] for layer in range(depth)]
    noise = rng.standard_normal((width, width)).astype(np.float32)
    slopes = autograd.grad(outputs[-1], outputs[:-1], noise)
    sizes = [np.log(np.mean(np.square(np.asarray(slope, np.float64)))) for slope in slopes]
    return np.exp(-np.polyfit(np.arange(depth - 1), sizes, 1)[0])


def _foretold():
    """Return the factor between two layers far from the input."""
    stages = []
    for layer in range(40):
        linear = theory.Linear(f"{layer}", 2 / 512, 512, 512, 512)
        relu = theory.Elementwise(f"{layer}.act", nd.relu)
        stages += [linear, theory.BatchNormalization(f"{layer}.norm"), relu]
    levels = theory.predict(stages, theory.Signal(1.0, common=0.0))
    return levels[89].gradient / levels[92].gradient


CLAIM = Claim(
    question="Does batch normalization keep gradients from exploding at initialization?",
    claim="No: in ReLU nets with it a gradient's norm grows by at least 1.21 a layer, whatever "
    "the initialization; its square by pi / (pi - 1).",
    source="Yang et al., A mean field theory of batch normalization (2019)",
    protocol="30 layers of 512 units without biases, a batch of 512, three seeds, the slope of "
    "the log of the gradient's second moment over the layers; between 1.43 and 1.50.",
    measure=measure,
)
