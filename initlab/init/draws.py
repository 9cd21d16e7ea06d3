"""Centred independent draws in a spec's own precision.

float64 parameters are drawn in double precision, all others in single. These are different
numbers of one law, not roundings of each other: single precision takes half the bits and the time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["draw_normal", "draw_truncated", "draw_uniform"]


def draw_uniform(
    spec: ParameterSpec, rng: np.random.Generator, bound: float
) -> NDArray[np.floating]:
    """Return U[-bound, bound) of the spec's shape, as `nd.random.uniform` rounds it."""
    values = rng.random(spec.shape, _precision(spec))
    values *= 2 * bound
    values -= bound
    return _as_declared(values, spec)


def draw_normal(spec: ParameterSpec, rng: np.random.Generator, std: float) -> NDArray[np.floating]:
    """Return N(0, std^2) of the spec's shape."""
    values = rng.standard_normal(spec.shape, _precision(spec))
    values *= std
    return _as_declared(values, spec)


def draw_truncated(
    spec: ParameterSpec, rng: np.random.Generator, bound: float, std: float
) -> NDArray[np.floating]:
    """Return N(0, std^2) cut at +-`bound` deviations: what falls outside is drawn again."""
    values = rng.standard_normal(spec.shape, _precision(spec))
    flat = values.reshape(-1)
    outside = np.flatnonzero(np.abs(flat) > bound)
    while outside.size:
        flat[outside] = rng.standard_normal(outside.size, _precision(spec))
        outside = outside[np.abs(flat[outside]) > bound]
    values *= std
    return _as_declared(values, spec)


def _precision(spec: ParameterSpec) -> type[np.float32 | np.float64]:
    return np.float64 if spec.dtype == np.float64 else np.float32


def _as_declared(values: NDArray[np.floating], spec: ParameterSpec) -> NDArray[np.floating]:
    return values.astype(spec.dtype, copy=False)
