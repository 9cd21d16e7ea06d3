"""Do the layers of a net learn at one rate after Kraehenbuehl's initialization?"""

import numpy as np

from initlab import autograd, init
from initlab.autograd import Tensor
from initlab.calibrators import Batch, Krahenbuhl
from initlab.reproduction import Claim, Finding, chain, digits, draw
from initlab.tree import parameters

WIDTHS = (64, 256, 64, 256, 64, 256)


def measure(samples=512, iterations=10, seeds=3):
    """Yield how far layers' rates differ before and after, and what becomes of the function."""
    x = digits().train_x
    seen, unseen = x[:samples], x[samples : 2 * samples]
    for seed in range(seeds):
        spreads, outputs = [], []
        for steps in (0, iterations):
            net = draw(chain(WIDTHS, "relu", use_bias=True, outputs=10), init.Normal(0.01), seed)
            Krahenbuhl(iterations=steps, spread=1.0).calibrate(net, Batch(seen, seed=seed))
            rates = _rates(net, unseen, np.random.default_rng(seed))
            spreads.append(rates.max() / rates.min())
            outputs.append(np.asarray(net(Tensor(unseen))))
        before, after = spreads
        yield Finding(f"largest rate over least before, seed {seed}", before, 2.0, np.inf)
        yield Finding(f"largest rate over least after, seed {seed}", after, 1.0, 1.15)
        off = np.abs(outputs[1] - outputs[0]).max() / np.abs(outputs[0]).max()
        yield Finding(f"change of the function, seed {seed}", off, 0.0, 1e-4)


def _rates(net, x, rng):
    """Return the root mean square gradient over the weights', for random output gradients."""
    weights = [p.data() for path, p in parameters(net).items() if path.endswith("weight")]
    squares = np.zeros(len(weights))
    for part in np.array_split(x, 16):
        with autograd.record(train_mode=False):
            y = net(Tensor(part))
        noise = rng.standard_normal(y.shape).astype(np.float32)
        found = autograd.grad(y, weights, noise, train_mode=False)
        squares += [np.mean(np.square(np.asarray(g), dtype=np.float64)) for g in found]
    return np.sqrt(squares / [np.mean(np.square(np.asarray(w))) for w in weights])


CLAIM = Claim(
    question="Do the layers of a net learn at one rate after Kraehenbuehl's initialization?",
    claim="Its second step lets all layers' gradients be as large as their weights, to the same "
    "ratio, and leaves the function as it is.",
    source="Kraehenbuehl et al., Data-dependent initializations of CNNs (2015)",
    protocol="ReLU layers of 256 and 64 by turns, digits, Gaussian weights of std 0.01, ten "
    "iterations damped by 0.25, three seeds, each by itself. Rates are measured by samples and "
    "output gradients that the calibrator has not seen: they differ by a factor of at least 2 "
    "before the step, of at most 1.15 after it (the calibrator's own aim is 1.1, the rest is for "
    "other samples); the outputs change by less than 1e-4 of the largest.",
    measure=measure,
)
