"""A parameter of half the outputs, half the inputs, or both."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from initlab.errors import ShapeError
from initlab.init.matrices import matrix_shape

if TYPE_CHECKING:
    from initlab.init.spec import ParameterSpec

__all__ = ["Sides", "halved", "halves"]


class Sides(StrEnum):
    """Which sides come in pairs: both, or only the outputs (a net's first layer) or the inputs."""

    both = "both"
    outputs = "outputs"
    inputs = "inputs"


def halved(spec: ParameterSpec, sides: Sides) -> ParameterSpec:
    """Return the spec of one half, laid out as the whole.

    Raises:
        ShapeError: when a side that comes in pairs is odd, or there are no sides.
    """
    shape = list(spec.shape)
    matrix_shape(spec)
    for axis, runs in halves(spec, sides).items():
        if shape[axis] % (2 * runs):
            each = f" / {runs} groups" if runs > 1 else ""
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} maps {spec.inputs} to {spec.outputs}, and a "
                f"side in pairs is even along its first axis, here axis {axis} of {shape[axis]}"
                f"{each}. Make that even, or pair one side: sides=outputs or sides=inputs."
            )
        shape[axis] //= 2
    return replace(spec, shape=tuple(shape))


def halves(spec: ParameterSpec, sides: Sides) -> dict[int, int]:
    """Return the axes, in order, that have halves, and in how many groups each has them.

    A side's halves are those of its first axis, of several that of more than one.
    """
    first = {"out": _first(spec, spec.out_axes), "in": _first(spec, spec.in_axes)}
    alone = {Sides.outputs: "out", Sides.inputs: "in"}.get(sides)
    groups = {
        axis: spec.groups if side == spec.grouped else 1
        for side, axis in first.items()
        if alone in (None, side)
    }
    return dict(sorted(groups.items()))


def _first(spec: ParameterSpec, axes: tuple[int, ...]) -> int:
    longer = (axis for axis in axes if spec.shape[axis] > 1)
    return next(longer, axes[0]) % len(spec.shape)
