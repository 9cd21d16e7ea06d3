"""Few connections a unit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, prod
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadValueError, ShapeError
from initlab.init.checks import choice, not_negative
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import matrices_of, matrix_shape, pieces
from initlab.init.promises import Connections
from initlab.init.structured.units import some_units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Sparse", "Unit"]


class Unit(StrEnum):
    """Whose connections are counted: those into each output, or out of each input."""

    outputs = "outputs"
    inputs = "inputs"


@dataclass(frozen=True, repr=False)
class Sparse(Initializer):
    """N(0, sigma^2) on some connections of each unit, 0 on the others.

    Martens (2010): 15 connections into each output whatever the width, so that what a unit sums
    does not grow with it. PyTorch's sparse_ takes a share of the connections out of each input.

    Args:
        connections: how many; None to take a share instead.
        sparsity: the share that is zero, rounded up, where connections is None.
        sigma: the standard deviation of the others.
        per: outputs or inputs.

    >>> from initlab.init import ParameterSpec
    >>> w = Sparse(connections=2)(ParameterSpec((5, 9)), np.random.default_rng(0))
    >>> (w != 0).sum(axis=1).tolist()
    [2, 2, 2, 2, 2]
    """

    connections: int | None = 15
    sparsity: float = 0.9
    sigma: float = 1.0
    per: Unit = Unit.outputs

    def __post_init__(self) -> None:
        object.__setattr__(self, "per", choice("sparse", "per", self.per, Unit))
        not_negative("sparse", sigma=self.sigma)
        if self.connections is not None and self.connections < 1:
            raise BadValueError(f"sparse: connections must be at least 1, got {self.connections}.")
        if not 0 <= self.sparsity < 1:
            raise BadValueError(f"sparse: sparsity is in [0, 1), got {self.sparsity}.")

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw the connections of each unit uniformly.

        Raises:
            ShapeError: when the parameter has no input and output axes, or units with fewer
                connections than are wanted.
        """
        count, all_of = self._count(spec), self._all_of(spec)
        with matrices_of(out, spec) as matrices:
            ends = self.per is Unit.outputs
            axes = 2 if ends else matrices.ndim - 1
            for units in some_units(matrices if ends else np.moveaxis(matrices, 1, -1), axes):
                self._connect(units, axes, all_of, count, rng)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the mixture of N(0, sigma^2) and 0."""
        count = self._count(spec)
        share = count / self._all_of(spec)
        promises = (Connections(count, self.per),) if self.sigma else ()
        return Law(
            0.0,
            share * self.sigma**2,
            3 / share if self.sigma else None,
            entries=Entries.dependent,
            promises=promises,
        )

    def _connect(
        self, units: NDArray[Any], axes: int, left: int, wanted: int, rng: np.random.Generator
    ) -> None:
        """Choose `wanted` of the `left` weights of each unit: in parts where they are many."""
        for piece in pieces(units.shape[axes:]):
            index: Any = (..., *piece)
            part = units[index]
            size = prod(part.shape[axes:])
            here = wanted if size == left else int(rng.hypergeometric(wanted, left - wanted, size))
            left, wanted = left - size, wanted - here
            w = np.zeros((*part.shape[:axes], size), part.dtype)
            order = np.argpartition(rng.random(w.shape), max(here - 1, 0))[..., :here]
            drawn = self.sigma * rng.standard_normal(order.shape)
            np.put_along_axis(w, order, drawn.astype(w.dtype), axis=-1)
            part[...] = w.reshape(part.shape)

    def _all_of(self, spec: ParameterSpec) -> int:
        _, rows, columns = matrix_shape(spec)
        return columns if self.per is Unit.outputs else rows

    def _count(self, spec: ParameterSpec) -> int:
        all_of = self._all_of(spec)
        if self.connections is not None and self.connections > all_of:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} has {all_of} connections a unit, and sparse "
                f"is to keep {self.connections}. Give it fewer, or connections=null and a sparsity."
            )
        if self.connections is not None:
            return self.connections
        count = all_of - ceil(self.sparsity * all_of)
        if count == 0:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} has {all_of} connections a unit, of which a "
                f"sparsity of {self.sparsity:g} leaves none. Lower it, or give connections."
            )
        return count
