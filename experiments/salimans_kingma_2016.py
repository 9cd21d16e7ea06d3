"""Does weight normalization's initialization standardize every unit of a deep net?"""

import numpy as np

from initlab import init
from initlab.calibrators import Batch, WeightNorm
from initlab.reproduction import Claim, Finding, chain, digits, draw, signals


def measure(samples=512, depth=8, width=64):
    """Yield the means and stds of units before their activation, on the batch and on other data."""
    x = digits().train_x
    for f in ("relu", "tanh"):
        net = draw(chain([64, *[width] * depth], f, use_bias=True), init.Normal(0.05), 0)
        WeightNorm().calibrate(net, Batch(x[:samples]))
        for where, part in (("on the batch", x[:samples]), ("elsewhere", x[samples : 2 * samples])):
            seen = signals(net, part)
            units = [np.asarray(seen[str(2 * layer)], np.float64) for layer in range(depth)]
            means = np.abs([z.mean(axis=0) for z in units]).max()
            stds = np.array([z.std(axis=0) for z in units])
            exact = where == "on the batch"
            yield Finding(f"largest mean, {f}, {where}", means, 0.0, 1e-4 if exact else 1.0)
            off = np.abs(stds - 1).max() if exact else abs(np.sqrt((stds**2).mean()) - 1)
            what = (
                "largest distance of a std from 1" if exact else "distance of their rms std from 1"
            )
            yield Finding(f"{what}, {f}, {where}", off, 0.0, 1e-4 if exact else 0.1)


CLAIM = Claim(
    question="Does weight normalization's initialization standardize every unit of a deep net?",
    claim="With g = 1 / sigma[t] and b = -mu[t] / sigma[t], by one batch, all features have mean 0 "
    "and variance 1 before their activation.",
    source="Salimans & Kingma, Weight normalization (2016)",
    protocol="Eight layers of 64 units, ReLU and tanh, Gaussian weights of std 0.05, 512 digits. "
    "On that batch the claim is exact: within 1e-4 in single precision. On 512 other digits the "
    "stds' root mean square lies within 0.1 of 1 and no mean is beyond 1, one std.",
    measure=measure,
)
