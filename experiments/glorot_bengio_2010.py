"""What did the old heuristic initialization do to a tanh net, and what does Glorot's?"""

from math import pi, sqrt

import numpy as np

from initlab import autograd, init, nn
from initlab.autograd import Tensor
from initlab.reproduction import Claim, Finding, chain, draw, signals

LAYERS = 5


def measure(width=1000, samples=100, seeds=2):
    """Yield singular values of layer Jacobians, and how gradients change from top to bottom."""
    found = {}
    for name, make in (("standard", init.Uniform(1 / sqrt(width))), ("normalized", init.Xavier())):
        yield f"nets of {width}, {name}"
        looks = [_look(make, width, samples, seed) for seed in range(seeds)]
        found[name] = np.mean(looks, axis=0)
    (old, old_back, old_weights), (new, new_back, _) = found["standard"], found["normalized"]
    circle = 8 / (3 * pi)  # the mean singular value of a square N(0, 1/n) matrix
    what = "mean singular value of layer Jacobians"
    yield Finding(f"{what}, standard", old, 0.45, 0.51, circle / sqrt(3))
    yield Finding(f"{what}, normalized", new, 0.76, 0.86, circle)
    what = "first layer over last, standard"
    yield Finding(f"back-propagated variance, {what}", old_back, 0.009, 0.016, 3.0 ** (1 - LAYERS))
    yield Finding(f"variance of weight gradients, {what}", old_weights, 0.85, 1.2, 1.0)
    what = "back-propagated variance, normalized, in units of the standard one's"
    yield Finding(what, new_back / old_back, 30, np.inf)


def _look(make, width, samples, seed):
    net = chain([width] * (LAYERS + 1), "tanh", use_bias=True, outputs=10)
    rng = np.random.default_rng(seed)
    x = 0.3 * rng.standard_normal((samples, width))
    seen = signals(draw(net, make, seed), x)
    before = [seen[str(2 * layer)] for layer in range(LAYERS)]
    weights = [net[2 * layer].weight.data() for layer in range(LAYERS)]
    with autograd.record(train_mode=False):
        loss = nn.SoftmaxCrossEntropyLoss()(seen["head"], Tensor(rng.integers(0, 10, samples)))
    slopes = [np.asarray(g) for g in autograd.grad(loss, [*before, *weights], train_mode=False)]
    singular = np.mean([_singular(w, z) for w, z in zip(weights, before, strict=True)])
    back = slopes[0].var() / slopes[LAYERS - 1].var()
    return singular, back, slopes[LAYERS].var() / slopes[-1].var()


def _singular(w, z):
    """Return the mean singular value of a layer's Jacobian at the first sample."""
    slope = 1 - np.tanh(np.asarray(z)[0]) ** 2
    return np.linalg.svd(slope[:, None] * np.asarray(w), compute_uv=False).mean()


CLAIM = Claim(
    question="What did the old initialization U(+-1/sqrt(n)) do to gradients in a tanh net?",
    claim="Back-propagated gradients shrink from top to bottom, weight gradients do not; layer "
    "Jacobians have a mean singular value of about 0.5, with the normalized one about 0.8.",
    source="Glorot & Bengio, Understanding the difficulty of training deep networks (2010)",
    protocol="Five layers of 1000 tanh units and a head of ten classes, all drawn alike, biases "
    "zero; 100 inputs of std 0.3, two seeds. Theory: (8 / 3 pi) / sqrt(3) and 8 / 3 pi, both "
    "times the mean of tanh', which the bands allow for.",
    measure=measure,
)
