"""Centred independent draws in a spec's own precision."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["draw_normal", "draw_uniform"]


def draw_uniform(
    spec: ParameterSpec, rng: np.random.Generator, bound: float
) -> NDArray[np.floating]:
    """Return U[-bound, bound) of the spec's shape."""
    values = rng.random(spec.shape, spec.dtype)
    values *= spec.dtype.type(2 * bound)
    values -= spec.dtype.type(bound)
    return values


def draw_normal(spec: ParameterSpec, rng: np.random.Generator, std: float) -> NDArray[np.floating]:
    """Return N(0, std^2) of the spec's shape."""
    values = rng.standard_normal(spec.shape, spec.dtype)
    values *= spec.dtype.type(std)
    return values
