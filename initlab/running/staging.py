"""A net and its plan as the stages that theory knows."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch
from math import prod, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab import nn, theory
from initlab.errors import BadValueError
from initlab.init import Entries, Isometric, Mirrored, Orthonormal, Rows, Twins
from initlab.nd.random import Streams

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from initlab.init import InitPlan, ParameterSpec, PlanEntry

__all__ = ["stages"]

NEGLIGIBLE = 1e-20  # of a variance: a mean's square that is rounding

FRESH = "it takes a layer's weights as independent of what comes in"
RECURS = f"its weights meet their own signals again at every step, and {FRESH}"
ATTENDS = (
    "what its softmax leaves of a signal depends on how the positions of these very inputs go "
    "together"
)
INSTEAD = "Measure instead, with the probes signal_rms and gradient_rms."


def stages(net: nn.Block, plan: InitPlan) -> list[theory.Stage]:
    """Return the stages of `net`, whose parameters get what `plan` says; nothing is drawn.

    Dropout is out of force.

    Raises:
        BadValueError: for a block that theory knows nothing of, a weight whose initializer
            claims no variance, or one that a signal meets again in another layer.
    """
    staged = list(_staged(net, "", plan))
    for entry in plan:
        _need_met_once(entry, {stage.path for stage in _multiplying(staged)})
    pools = [at for at, stage in enumerate(staged) if isinstance(stage, theory.Pool)]
    return [
        _together(stage) if pools and at < pools[-1] else stage for at, stage in enumerate(staged)
    ]


def _need_met_once(entry: PlanEntry, layers: Collection[str]) -> None:
    """Refuse a weight that several layers multiply by."""
    if not entry.spec.has_fans:
        return
    paths = [path for path in (entry.path, *entry.aliases) if path.rpartition(".")[0] in layers]
    if len(paths) > 1:
        raise BadValueError(
            f"Theory has no prediction for {paths[0]}, which is tied to {', '.join(paths[1:])}: a "
            f"signal meets the same weights again, and {FRESH}. {INSTEAD}"
        )


def _multiplying(staged: Sequence[theory.Stage]) -> Iterator[theory.Linear]:
    """Yield the layers that multiply their input by a weight, those in branches too."""
    for stage in staged:
        if isinstance(stage, theory.Residual):
            yield from _multiplying(stage.body)
        elif isinstance(stage, theory.Linear) and not isinstance(stage, theory.Lookup):
            yield stage


def _together(stage: theory.Stage) -> theory.Stage:
    """Return the stage as what a later pool needs: one that knows how places go together."""
    if not isinstance(stage, theory.Linear) or stage.window is None:
        return stage
    return replace(stage, window=replace(stage.window, together=True))


@singledispatch
def _staged(block: nn.Block, path: str, plan: InitPlan) -> Iterator[theory.Stage]:
    """Yield the stages of one block; what has a weight with fans is linear."""
    own = block.own_parameters
    if "weight" not in own or not own["weight"].spec.has_fans:
        raise BadValueError(
            f"Theory has no prediction for the block {path or 'at the root'}, a "
            f"{type(block).__name__}. It knows layers with a weight, activations, pools, "
            "normalization, residual branches and sequences."
        )
    entry = plan[_join(path, "weight")]
    yield theory.Linear(
        path,
        _variance(entry),
        *_sizes(block, own["weight"].spec),
        _second_moment(plan[_join(path, "bias")]) if "bias" in own else 0.0,
        _window(block, entry),
        _centred(entry),
        _weights(block, entry),
    )
    for name, child in block.children.items():
        yield from _staged(child, _join(path, name), plan)


@_staged.register(nn.RNN)
@_staged.register(nn.LSTM)
@_staged.register(nn.GRU)
@_staged.register(nn.MultiHeadAttention)
def _entangled(block: nn.Block, path: str, _plan: InitPlan) -> Iterator[theory.Stage]:
    why = ATTENDS if isinstance(block, nn.MultiHeadAttention) else RECURS
    raise BadValueError(
        f"Theory has no prediction for the block {path}, a {type(block).__name__}: {why}. {INSTEAD}"
    )


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


def _sizes(block: nn.Block, spec: ParameterSpec) -> tuple[float, float, int]:
    """Return fan_in, fan_out, and how many outputs there are."""
    if isinstance(block, nn.Dense):  # a tied weight tells the fans of the layer that owns it
        outputs, inputs = spec.shape
        return inputs, outputs, outputs
    strides: tuple[int, ...] = getattr(block, "strides", ())  # a strided window skips inputs
    return spec.fan_in, spec.fan_out / prod(strides), spec.shape[spec.out_axes[0]]


def _window(block: nn.Block, entry: PlanEntry) -> theory.Window | None:
    """Return what a convolution's outputs see, where the kernel's places are alike."""
    spec, promises = entry.spec, entry.initializer.law(entry.spec).promises
    if not isinstance(block, nn.Conv1D | nn.Conv2D | nn.Conv3D) or spec.in_axes != (1,):
        return None
    if any(isinstance(promise, Isometric) for promise in promises):
        return None
    kernel = tuple(spec.shape[axis] for axis in spec.receptive_axes)
    return theory.Window(kernel, block.strides, block.padding, block.dilation)


def _centred(entry: PlanEntry) -> bool:
    promises = entry.initializer.law(entry.spec).promises
    return any(isinstance(promise, Rows) and promise.sum == 0 for promise in promises)


def _weights(block: nn.Block, entry: PlanEntry) -> theory.Weights:
    """Return what a weight's entries are together; outputs whose sums alone are fixed are free."""
    law = entry.initializer.law(entry.spec)
    rest = [promise for promise in law.promises if not isinstance(promise, Rows)]
    if isinstance(block, nn.Dense) and any(isinstance(one, Orthonormal) for one in rest):
        return theory.Weights.orthogonal
    dependent = law.entries is Entries.dependent and (rest or not law.promises)
    return theory.Weights.dependent if dependent else theory.Weights.independent


@_staged.register(nn.Reshape)
def _reshape(block: nn.Reshape, path: str, _plan: InitPlan) -> Iterator[theory.Stage]:
    yield theory.Reshape(path, block.shape)


@_staged.register(nn.AvgPool1D)
@_staged.register(nn.AvgPool2D)
@_staged.register(nn.AvgPool3D)
@_staged.register(nn.GlobalAvgPool1D)
@_staged.register(nn.GlobalAvgPool2D)
@_staged.register(nn.GlobalAvgPool3D)
@_staged.register(nn.MaxPool1D)
@_staged.register(nn.MaxPool2D)
@_staged.register(nn.MaxPool3D)
@_staged.register(nn.GlobalMaxPool1D)
@_staged.register(nn.GlobalMaxPool2D)
@_staged.register(nn.GlobalMaxPool3D)
def _pool(block: Any, path: str, _plan: InitPlan) -> Iterator[theory.Stage]:
    if not block.layout.startswith("NC"):
        raise BadValueError(
            f"Theory has no prediction for the pool {path} of layout {block.layout}: it knows "
            "space behind the channels."
        )
    yield theory.Pool(path, block.forward, block.kind == "avg")


@_staged.register(nn.Dropout)
@_staged.register(nn.Flatten)
def _nothing(_block: nn.Block, _path: str, _plan: InitPlan) -> Iterator[theory.Stage]:
    return iter(())


@_staged.register(nn.ScalarBias)
def _scalar_bias(_block: nn.ScalarBias, path: str, plan: InitPlan) -> Iterator[theory.Stage]:
    entry = plan[_join(path, "bias")]
    if _second_moment(entry):
        raise BadValueError(
            f"Theory has no prediction for {entry.path}: {entry.initializer} does not start it at "
            "0, and a number that all elements share is no independent bias."
        )
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
    yield theory.Lookup(path, variance, 1, width, width)


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
    """Return the variance of weights that theory takes as centred and independent."""
    law = entry.initializer.law(entry.spec)
    if law.variance is None or law.mean is None:
        why = "claims no mean and variance"
    elif law.mean**2 > NEGLIGIBLE * law.variance:
        why = f"has the mean {law.mean:.6g}, and it takes weights that are centred"
    elif law.entries is Entries.fixed and law.variance:
        why = "is the same in every draw, and it takes weights that are random"
    elif any(isinstance(promise, Mirrored | Twins) for promise in law.promises):
        why = "repeats its weights, up to the sign, and it takes outputs that are independent"
    else:
        return law.variance
    raise BadValueError(f"Theory has no prediction for {entry.path}: {entry.initializer} {why}.")


def _second_moment(entry: PlanEntry) -> float:
    """Return E v^2 of a vector; one that claims no law is asked by a draw."""
    law = entry.initializer.law(entry.spec)
    if law.variance is not None and law.mean is not None:
        return law.variance + law.mean**2
    drawn = entry.initializer(entry.spec, Streams(0).stream(entry.path))
    return float(np.mean(np.square(drawn, dtype=np.float64)))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
