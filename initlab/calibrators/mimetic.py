"""Attention that starts as trained attention looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab import nn
from initlab.calibrators.calibrator import Calibration, Calibrator, first_path, untouched
from initlab.errors import BadValueError
from initlab.tree import blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.calibrators.batch import Batch
    from initlab.tree import Parameter

__all__ = ["Mimetic"]


@dataclass(frozen=True)
class Mimetic(Calibrator):
    """Queries that find what is like them, values and outputs that take it away.

    Trockman & Kolter, "Mimetic initialization of self-attention layers" (2023), for each block of d
    units, Z of entries N(0, 1/d): of every head Wq' Wk is the best approximation of its rank to
    a Z + b I, and Wo Wv = c Z - e I, both split by singular values. Two weights share one draw, so
    this comes after the draw, of which it keeps the rest; the batch is not looked at. A public copy
    of their code multiplies the second pair in the other order, which gives another product of
    nearly the same diagonal; here it is the paper's.

    Args:
        query_noise: a.
        query_identity: b.
        value_noise: c.
        value_identity: e.

    Raises:
        BadValueError: for a factor that is negative.
    """

    base: ClassVar[str] = "xavier"
    query_noise: float = 0.7
    query_identity: float = 0.7
    value_noise: float = 0.4
    value_identity: float = 0.4

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value >= 0:
                raise BadValueError(f"mimetic: {name} must not be negative, got {value!r}.")

    def calibrate(self, net: nn.Block, batch: Batch) -> list[Calibration]:
        """Set the four weights of each attention; told is the mean diagonal of their product."""
        rng = batch.generator()
        found = [
            done
            for path, block in blocks(net).items()
            if isinstance(block, nn.MultiHeadAttention)
            for done in self._set(path, block, rng)
        ]
        return found or [untouched(first_path(net), "the net has no attention")]

    def _set(
        self, path: str, block: nn.MultiHeadAttention, rng: np.random.Generator
    ) -> list[Calibration]:
        names = [
            f"{path}.{part}.weight".lstrip(".") for part in ("query", "key", "value", "output")
        ]
        weights = [part.weight for part in (block.query, block.key, block.value, block.output)]
        units = block.output.weight.spec.shape[0]
        if {weight.spec.shape for weight in weights} != {(units, units)}:
            return [untouched(name, "its inputs are not as wide as its units") for name in names]
        if any(weight.grad_req == "null" for weight in weights):
            return [untouched(name, "one of the four weights is frozen") for name in names]
        width = units // block.heads
        pairs = [
            _split(self.query_noise, self.query_identity, units, width, rng)
            for _ in range(block.heads)
        ]
        query, key = (np.concatenate(side) for side in zip(*pairs, strict=True))
        value, output = _split(self.value_noise, -self.value_identity, units, units, rng)
        told = []
        for name, weight, new, product in (
            (names[0], weights[0], query, query.T @ key),
            (names[1], weights[1], key, query.T @ key),
            (names[2], weights[2], value, output.T @ value),
            (names[3], weights[3], output.T, output.T @ value),
        ):
            factor = _replaced(weight, new)
            told.append(Calibration(name, factor, 1, float(product.trace() / units), True))
        return told


def _split(
    noise: float, identity: float, units: int, rank: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a, b of shape (rank, units), a' b the best approximation of noise Z + identity I."""
    z = rng.standard_normal((units, units)) / np.sqrt(units)
    u, s, v = np.linalg.svd(noise * z + identity * np.eye(units))
    root = np.sqrt(s[:rank])
    return (u[:, :rank] * root).T, root[:, None] * v[:rank]


def _replaced(weight: Parameter, new: NDArray[np.float64]) -> float:
    """Give the weight its new values and return the ratio of the norms."""
    before = float(np.linalg.norm(np.asarray(weight.data())))
    weight.set_data(new.astype(weight.dtype))
    return float(np.linalg.norm(new)) / before if before else 1.0
