"""How far from an isometry is a deep net at initialization?"""

from math import sqrt

import numpy as np

from initlab import init, nd
from initlab.reproduction import Claim, Finding, chain, draw, signals
from initlab.theory import MeanField, critical, derivative, fourth_moment, second_moment


def identity(z):
    """Return z."""
    return 1 * z


def _at_the_edge(bias):
    return MeanField(np.tanh, critical(np.tanh, bias).weight_variance, bias)


LINEAR, RELU = MeanField(identity, 1.0), MeanField(nd.relu, 2.0)
FLAT, STEEP = _at_the_edge(1e-3), _at_the_edge(0.05)
NAMES = {LINEAR: "linear", RELU: "ReLU", FLAT: "tanh, biases 0.001", STEEP: "tanh, biases 0.05"}
CASES = (
    (LINEAR, "orthogonal", (2, 8, 32)),
    (LINEAR, "Gaussian", (2, 8, 32)),
    (RELU, "orthogonal", (2, 8, 32)),
    (RELU, "Gaussian", (2, 8, 32)),
    (STEEP, "orthogonal", (8, 32, 64)),
    (FLAT, "orthogonal", (8, 32, 64)),
    (FLAT, "Gaussian", (8, 32, 64)),
)


def measure(width=400, seeds=6):
    """Yield the variance of the Jacobian's squared singular values, whose mean is made 1."""
    last, wider = {}, 400 * 6 / (width * seeds)  # how much bands grow with fewer
    for field, weights, depths in CASES:
        for depth in depths:
            what = f"{NAMES[field]}, {weights}, {depth} layers"
            yield what
            found = np.mean([_variance(field, weights, depth, width, s) for s in range(seeds)])
            last[field, weights] = found
            exact = _exact(field, weights, depth)
            if exact < 1e-9:
                yield Finding(what, found, 0, 1e-6, 0.0)
            else:
                yield Finding.near(what, found, exact, wider * _slack(field, weights, depth))
    ratio = last[FLAT, "Gaussian"] / last[FLAT, "orthogonal"]
    yield Finding(f"{NAMES[FLAT]}, Gaussian over orthogonal, 64 layers", ratio, 15, np.inf)


def _exact(field, weights, depth):
    """Return L (mu_2 / mu_1^2 - 1 - s_1), with mu_k = E f'^2k and s_1 = -1 or 0."""
    slope, q = derivative(field.f), field.q_star
    spread = fourth_moment(slope, q) / second_moment(slope, q) ** 2 - 1
    return depth * (spread + (1 if weights == "Gaussian" else 0))


def _slack(field, weights, depth):
    if weights == "orthogonal" and field in (FLAT, STEEP):
        return 0.03
    return 0.1 if depth <= 8 else 0.35


def _variance(field, weights, depth, width, seed):
    """Return the variance of the eigenvalues of J J^T over their mean squared, J of all layers."""
    scale = field.weight_variance
    make = (
        init.HaarOrthogonal(sqrt(scale)) if weights == "orthogonal" else init.VarianceScaling(scale)
    )
    net = chain([width] * (depth + 1), field.f, use_bias=True)
    bias = init.Normal(sqrt(field.bias_variance)) if field.bias_variance else None
    x = np.random.default_rng(seed).standard_normal((1, width))
    x *= sqrt((field.q_star - field.bias_variance) / scale / np.mean(x**2))  # z starts at q*
    seen = signals(draw(net, make, seed, bias=bias), x)
    jacobian = np.eye(width)
    for layer in range(depth):
        slope = derivative(field.f)(np.asarray(seen[str(2 * layer)], np.float64)[0])
        weight = np.asarray(net[2 * layer].weight.data(), np.float64)
        jacobian = slope[:, None] * (weight @ jacobian)
    squares = np.linalg.svd(jacobian, compute_uv=False) ** 2
    return squares.var() / squares.mean() ** 2


CLAIM = Claim(
    question="How far from an isometry is a deep net at initialization?",
    claim="The squared singular values of the Jacobian, their mean made 1, have the variance L "
    "(mu_2 / mu_1^2 - 1 - s_1), s_1 = -1 for Gaussian and 0 for orthogonal weights: tanh nets "
    "with orthogonal weights come near an isometry, ReLU nets never.",
    source="Pennington et al., Resurrecting the sigmoid through dynamical isometry (2017)",
    protocol="400 units, six seeds, tanh at the edge of chaos, lengths at q*. Tanh with "
    "orthogonal weights within 3 %, all others within 10 % up to 8 layers and 35 % beyond, since "
    "they are heavy-tailed; Gaussian tanh at least 15 times the orthogonal one at 64 layers. With "
    "fewer units or seeds bands grow in proportion.",
    measure=measure,
)
