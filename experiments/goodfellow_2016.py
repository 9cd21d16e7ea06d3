"""What does a net learn whose units start alike?"""

import numpy as np

from initlab import init
from initlab.optim import SGD, Adam
from initlab.reproduction import Claim, Finding, chain, draw, fit
from initlab.tree import parameters

STARTS = {"constant": init.Constant(0.1), "ones": init.Constant(1.0), "zeros": init.Zeros()}
RANDOM = init.Xavier()
OPTIMIZERS = {"SGD": (SGD, (0.01, 0.1, 1.0)), "Adam": (Adam, (0.001, 0.01, 0.1))}


def measure(width=32, steps=500):
    """Yield how far units have come apart, and what the net has learned at its best rate."""
    for name, (optimizer, rates) in OPTIMIZERS.items():
        for start, make in {**STARTS, "random": RANDOM}.items():
            fits = [_fit(make, width, steps, optimizer(lr=rate)) for rate in rates]
            best = max(accuracy for accuracy, _, _ in fits)
            low, high = (0.93, 1.0) if make is RANDOM else (0.0, 0.5)
            yield Finding(f"test accuracy, {start}, {name}", best, low, high)
            if make is not RANDOM:
                spread = max(spread for _, spread, _ in fits)
                yield Finding(f"spread of the first layer's rows, {start}, {name}", spread, 0, 1e-6)
                rank = max(rank for _, _, rank in fits)
                yield Finding(f"rank of the first layer, {start}, {name}", rank, 0, 1)


def _fit(make, width, steps, optimizer):
    """Return test accuracy, the rows' spread relative to their size, and the rank."""
    net = draw(chain([64, width, width], "tanh", use_bias=True, outputs=10), make, 0)
    learned = fit(net, optimizer, steps, 0, batch=None)
    first = np.asarray(parameters(net)["0.weight"].data(), np.float64)
    size = np.abs(first).max() or 1.0
    rank = np.linalg.matrix_rank(first, tol=1e-6 * size * width)
    return learned.test.accuracy, np.abs(first - first[0]).max() / size, rank


CLAIM = Claim(
    question="What does a net learn whose units all start alike?",
    claim="Units with the same weights get the same gradients and stay one unit for ever, so the "
    "net learns hardly anything: initialization has to break the symmetry.",
    source="Goodfellow, Bengio & Courville, Deep learning, section 8.4 (2016)",
    protocol="32 and 32 tanh units on digits, 500 steps on all training samples, by SGD and by "
    "Adam, each at the best of three rates, decades apart. Rows differ by less than 1e-6 of the "
    "largest weight and have rank 1 at most, test accuracy at most 0.5; random weights reach "
    "0.93.",
    measure=measure,
)
