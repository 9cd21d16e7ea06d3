"""The singular values of weight matrices, held against those of a random Gaussian matrix."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from initlab.catalog import hookimpl
from initlab.probes import Claim, Probe, Reading, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

TRACY_WIDOM_MEAN, TRACY_WIDOM_STD = -1.2065, 1.268  # of the real (beta = 1) law
LARGE = 10  # rows and columns from which the limit laws are good to a few per cent


@dataclass(frozen=True)
class Spectrum(Probe):
    """Largest and smallest singular value and stable rank of each parameter with two axes or more.

    A kernel counts as the matrix of its first axis against all others. The stable rank is
    |W|_F^2 / sigma_max^2. Where the initializer claims a Gaussian, sigma_max stands beside its
    mean by the Tracy-Widom law (Johnstone, 2001) and sigma_min beside its limit
    std * |sqrt(m) - sqrt(n)| (Bai & Yin, 1993).
    """

    headlines = ("sigma_max", "stable_rank")

    def measure(self, snapshot: Snapshot) -> Iterator[Reading]:
        """Yield up to three readings a matrix; none where the weights are not finite."""
        for path, weight in snapshot.weights.items():
            if weight.ndim > 1 and np.isfinite(weight).all():
                yield from _readings(path, weight, snapshot.claims.get(path))


def _readings(path: str, weight: np.ndarray, claim: Claim | None) -> Iterator[Reading]:
    matrix = weight.reshape(len(weight), -1).astype(np.float64)
    sigma = np.linalg.svd(matrix, compute_uv=False)
    top, bottom = float(sigma[0]), float(sigma[-1])
    if claim is not None and claim.kurtosis == 3 and min(matrix.shape) >= LARGE:
        m, n = matrix.shape
        mean, error = gaussian_sigma_max(m, n)
        yield Reading("sigma_max", path, top, claim.std * mean, claim.std * error)
        yield Reading("sigma_min", path, bottom, claim.std * abs(sqrt(m) - sqrt(n)))
    else:
        yield Reading("sigma_max", path, top)
        yield Reading("sigma_min", path, bottom)
    if top > 0:
        yield Reading("stable_rank", path, float(np.sum(sigma**2)) / top**2)


def gaussian_sigma_max(m: int, n: int) -> tuple[float, float]:
    """Return mean and std of the largest singular value of an m x n standard normal matrix.

    Its square is about mu + s * TW with mu = (sqrt(m - 1) + sqrt(n))^2 and
    s = sqrt(mu) * (1 / sqrt(m - 1) + 1 / sqrt(n))^(1/3) (Johnstone, 2001, theorem 1.1).
    """
    edge = sqrt(m - 1) + sqrt(n)
    scale = edge * (1 / sqrt(m - 1) + 1 / sqrt(n)) ** (1 / 3)
    mean = sqrt(edge**2 + TRACY_WIDOM_MEAN * scale)
    return mean, TRACY_WIDOM_STD * scale / (2 * mean)


@hookimpl
def initlab_probes() -> dict[str, type[Probe]]:
    """Offer it as the probe `spectrum`."""
    return {"spectrum": Spectrum}
