"""A net and its plan as the stages that theory knows."""

from __future__ import annotations

from functools import singledispatch
from math import prod, sqrt
from typing import TYPE_CHECKING

import numpy as np

from initlab import nn, theory
from initlab.errors import BadValueError
from initlab.nd.random import stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from initlab.init import InitPlan, PlanEntry

__all__ = ["stages"]


def stages(net: nn.Block, plan: InitPlan) -> list[theory.Stage]:
    """Return the stages of `net`, whose parameters get what `plan` says; nothing is drawn.

    Dropout is out of force.

    Raises:
        BadValueError: for a block that theory knows nothing of, or a weight whose initializer
            claims no variance.
    """
    return list(_staged(net, "", plan))


@singledispatch
def _staged(block: nn.Block, path: str, plan: InitPlan) -> Iterator[theory.Stage]:
    """Yield the stages of one block; what has a weight with fans is linear."""
    own = block.own_parameters
    if "weight" not in own or not own["weight"].spec.has_fans:
        raise BadValueError(
            f"Theory has no prediction for the block {path or 'at the root'}, a "
            f"{type(block).__name__}. It knows layers with a weight, activations, normalization, "
            "residual branches and sequences."
        )
    spec = own["weight"].spec
    yield theory.Linear(
        path,
        _variance(plan[_join(path, "weight")]),
        spec.fan_in,
        spec.fan_out / prod(getattr(block, "strides", ())),  # a strided window skips inputs
        spec.shape[spec.out_axes[0]],
        _second_moment(plan[_join(path, "bias")]) if "bias" in own else 0.0,
    )
    for name, child in block.children.items():
        yield from _staged(child, _join(path, name), plan)


@_staged.register(nn.Sequential)
def _sequence(block: nn.Sequential, path: str, plan: InitPlan) -> Iterator[theory.Stage]:
    for name, child in block.children.items():
        yield from _staged(child, _join(path, name), plan)


@_staged.register(nn.Residual)
def _residual(block: nn.Residual, path: str, plan: InitPlan) -> Iterator[theory.Stage]:
    body = [*_staged(block.body, _join(path, "body"), plan)]
    if block.scale is not None:
        name = _join(path, "scale")
        body.append(theory.Scale(name, sqrt(_second_moment(plan[name]))))
    yield theory.Residual(path, tuple(body))


@_staged.register(nn.Dropout)
@_staged.register(nn.Flatten)
@_staged.register(nn.Reshape)
def _nothing(_block: nn.Block, _path: str, _plan: InitPlan) -> Iterator[theory.Stage]:
    return iter(())


@_staged.register(nn.Activation)
def _activation(block: nn.Activation, path: str, _plan: InitPlan) -> Iterator[theory.Stage]:
    yield theory.Elementwise(path, block.function)  # the same for equal names: worked out once


@_staged.register(nn.LeakyReLU)
@_staged.register(nn.ELU)
@_staged.register(nn.SELU)
@_staged.register(nn.GELU)
@_staged.register(nn.Swish)
def _elementwise(block: nn.Block, path: str, _plan: InitPlan) -> Iterator[theory.Stage]:
    yield theory.Elementwise(path, block.forward)


@_staged.register(nn.Embedding)
def _embedding(block: nn.Embedding, path: str, plan: InitPlan) -> Iterator[theory.Stage]:
    variance, width = _variance(plan[_join(path, "weight")]), block.weight.spec.shape[1]
    yield theory.Linear(path, variance, 1, width, width)  # of an input that is one number 1


@_staged.register(nn.LayerNorm)
@_staged.register(nn.GroupNorm)
@_staged.register(nn.InstanceNorm)
def _normalization(_block: nn.Block, path: str, plan: InitPlan) -> Iterator[theory.Stage]:
    yield theory.Normalization(path, *_gain_and_bias(path, plan))


@_staged.register(nn.BatchNorm)
def _batch_normalization(_block: nn.BatchNorm, path: str, plan: InitPlan) -> Iterator[theory.Stage]:
    yield theory.BatchNormalization(path, *_gain_and_bias(path, plan))


def _gain_and_bias(path: str, plan: InitPlan) -> tuple[float, float]:
    gain, bias = (_second_moment(plan[_join(path, name)]) for name in ("gamma", "beta"))
    return gain, bias


def _variance(entry: PlanEntry) -> float:
    law = entry.initializer.law(entry.spec)
    if law.variance is None or law.mean is None:
        raise BadValueError(
            f"Theory has no prediction for {entry.path}: {entry.initializer} claims no mean and "
            "variance."
        )
    if law.mean:
        raise BadValueError(
            f"Theory has no prediction for {entry.path}: {entry.initializer} has the mean "
            f"{law.mean:.6g}, and it takes weights that are centred."
        )
    return law.variance


def _second_moment(entry: PlanEntry) -> float:
    """Return E v^2 of a vector; one that claims no law is asked by a draw."""
    law = entry.initializer.law(entry.spec)
    if law.variance is not None and law.mean is not None:
        return law.variance + law.mean**2
    drawn = entry.initializer(entry.spec, stream(0, entry.path))
    return float(np.mean(np.square(drawn, dtype=np.float64)))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
