"""How the frameworks count fans: the layer's declared axes against positions in a shape.

Each framework lays a layer's weight out in its own way and reads the fans off fixed positions.
Both follow from the spec here, so that its presets give what it would give to the same layer.
"""

from __future__ import annotations

from enum import StrEnum
from math import prod, sqrt

from initlab.init.spec import ParameterSpec, Role

__all__ = ["Fans", "Mode", "fan", "fans", "flattened"]


class Fans(StrEnum):
    """Who counts: the declared axes, or a framework by positions."""

    declared = "declared"
    torch = "torch"
    keras = "keras"
    jax = "jax"


class Mode(StrEnum):
    """Which fan divides; `fan_avg` is the arithmetic and `fan_geo_avg` the geometric mean."""

    fan_in = "fan_in"
    fan_out = "fan_out"
    fan_avg = "fan_avg"
    fan_geo_avg = "fan_geo_avg"


def fan(spec: ParameterSpec, mode: Mode, by: Fans = Fans.declared) -> float:
    """Return the number that a mode stands for.

    Raises:
        ShapeError: when the parameter has no fans, or they are not known yet.

    >>> from initlab.init import ParameterSpec
    >>> fan(ParameterSpec((32, 1, 3, 3), groups=32), Mode.fan_avg)
    9.0
    """
    if mode is Mode.fan_in and by is Fans.declared:
        return spec.fan_in  # one may be known before the other
    if mode is Mode.fan_out and by is Fans.declared:
        return spec.fan_out
    fan_in, fan_out = fans(spec, by)
    if mode is Mode.fan_avg:
        return (fan_in + fan_out) / 2
    if mode is Mode.fan_geo_avg:
        return sqrt(fan_in * fan_out)
    return fan_in if mode is Mode.fan_in else fan_out


def fans(spec: ParameterSpec, by: Fans) -> tuple[int, int]:
    """Return fan_in and fan_out as `by` counts them.

    torch reads (outputs, inputs, *kernel): the groups of a convolution, copies and the swapped
    axes of a transposed convolution or an embedding are not seen. keras reads (*kernel, inputs,
    outputs) of its own layouts, in which a depthwise kernel's inputs are the channels. jax reads
    the same positions of flax's layouts.

    >>> from initlab.init import ParameterSpec
    >>> depthwise = ParameterSpec((32, 1, 3, 3), groups=32)
    >>> [fans(depthwise, by) for by in Fans]
    [(9, 9), (9, 288), (288, 9), (9, 288)]
    """
    if by is Fans.declared:
        return spec.fan_in, spec.fan_out
    inputs, outputs, around = _sizes(spec)
    if by is Fans.torch:
        first, second = (inputs, outputs) if _inputs_first(spec) else (outputs, inputs)
        copies = [spec.shape[axis] for axis in spec.batch_axes]
        if copies:  # (copies, out, in): the copies stand where torch looks for outputs
            return first * second * around, copies[0] * second * around
        return second * around, first * around
    if by is Fans.keras and _depthwise(spec):
        return spec.groups * around, outputs // spec.groups * around
    if by is Fans.keras and spec.receptive_axes and _inputs_first(spec):
        inputs, outputs = outputs, inputs  # a transposed convolution is (*kernel, out, in)
    around *= prod(spec.shape[axis] for axis in spec.batch_axes)
    return inputs * around, outputs * around


def flattened(spec: ParameterSpec, by: Fans) -> ParameterSpec:
    """Return `spec` as the one matrix that `by` flattens it to, groups and copies included.

    torch keeps axis 0 of its layout as rows, keras and jax the last axis as columns; here what is
    kept are the outputs. Declared is the spec itself, with a matrix for each group and copy. An
    array is to be reshaped to the shape of what is returned.

    Raises:
        ShapeError: when the parameter has no fans.

    >>> from initlab.init import ParameterSpec
    >>> depthwise = ParameterSpec((64, 1, 3, 3), groups=64)
    >>> [(flat.outputs, flat.fan_in) for by in Fans for flat in [flattened(depthwise, by)]]
    [(1, 9), (64, 9), (1, 576), (64, 9)]
    """
    spec.require_fans()
    if by is Fans.declared:
        return spec
    shape, kept = spec.shape, spec.out_axes
    if by is Fans.keras and _depthwise(spec):  # (*kernel, channels, outputs of each channel)
        shape, kept = (spec.groups, spec.outputs, *shape[1:]), (1,)
    elif by is Fans.torch and spec.batch_axes:
        kept = spec.batch_axes[:1]
    elif by is not Fans.jax and _inputs_first(spec) and (by is Fans.torch or spec.receptive_axes):
        kept = spec.in_axes
    rows = tuple(axis % len(shape) for axis in kept)
    others = tuple(axis for axis in range(len(shape)) if axis not in rows)
    return ParameterSpec(shape, spec.dtype, spec.role, others, rows, name=spec.name)


def _sizes(spec: ParameterSpec) -> tuple[int, int, int]:
    """Return the products of the input axes, the output axes and the receptive field."""
    ins = spec.inputs * (spec.groups if spec.grouped == "in" else 1)
    outs = spec.outputs * (spec.groups if spec.grouped == "out" else 1)
    return ins, outs, spec.receptive


def _inputs_first(spec: ParameterSpec) -> bool:
    """Return whether the layer is stored as (inputs, outputs, ...): an embedding, a transposed."""
    rank = len(spec.shape)
    swapped = min(axis % rank for axis in spec.in_axes) < min(a % rank for a in spec.out_axes)
    return swapped and (bool(spec.receptive_axes) or spec.role == Role.embedding)


def _depthwise(spec: ParameterSpec) -> bool:
    return spec.groups > 1 and spec.grouped == "out" and spec.inputs == 1
