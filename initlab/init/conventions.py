"""The same initializer in each framework, side by side: what std it gives one layer, and why.

Three causes make them differ: what the name means (a truncated normal is corrected or not, a
gaussian Xavier has another variance), how fans are counted, and which matrix is made orthogonal
(see `initlab.init.fans`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

from initlab.errors import BadValueError, InitlabError, ShapeError, UnknownNameError
from initlab.init.fans import Fans, Mode, fan, fans, flattened
from initlab.init.independent import Shape, VarianceScaling
from initlab.init.matrices import matrix_shape
from initlab.init.presets import initializers
from initlab.init.spec import ParameterSpec, Role
from initlab.init.torch_names import KaimingNormal, KaimingUniform, Nonlinearity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from initlab.init.initializer import Initializer

__all__ = ["COLUMNS", "LAYERS", "Convention", "conventions", "layer"]

COLUMNS = ("initlab", "torch", "keras", "jax", "mxnet", "timm")

LAYERS: Mapping[str, ParameterSpec] = {
    "dense": ParameterSpec((256, 64)),
    "convolution": ParameterSpec((64, 32, 3, 3)),
    "grouped": ParameterSpec((64, 8, 3, 3), groups=4),
    "depthwise": ParameterSpec((32, 1, 3, 3), groups=32),
    "transposed": ParameterSpec((64, 32, 4, 4), in_axes=(0,), out_axes=(1,)),
    "embedding": ParameterSpec((5000, 128), role=Role.embedding, in_axes=(0,), out_axes=(1,)),
    "experts": ParameterSpec((8, 256, 64), in_axes=(2,), out_axes=(1,), batch_axes=(0,)),
}
"""A layer of each kind, its weight as initlab, torch and MXNet lay it out, in some size."""

SAME: Mapping[str, str] = {  # what a user means: the names by column
    "uniform": "uniform torch.uniform keras.random_uniform jax.uniform mxnet.uniform -",
    "normal": "normal torch.normal keras.random_normal jax.normal mxnet.normal -",
    "truncated": "truncated_normal torch.trunc_normal keras.truncated_normal jax.truncated_normal "
    "- timm.trunc_normal",
    "glorot uniform": "xavier torch.xavier_uniform keras.glorot_uniform jax.glorot_uniform "
    "mxnet.xavier -",
    "glorot normal": "glorot_normal torch.xavier_normal keras.glorot_normal jax.glorot_normal "
    "mxnet.xavier_gaussian -",
    "he uniform": "he(uniform) torch.kaiming_uniform keras.he_uniform jax.he_uniform - -",
    "he normal": "he torch.kaiming_normal keras.he_normal jax.he_normal mxnet.msraprelu -",
    "lecun uniform": "lecun(uniform) torch.kaiming_uniform(linear) keras.lecun_uniform "
    "jax.lecun_uniform - -",
    "lecun normal": "lecun torch.kaiming_normal(linear) keras.lecun_normal jax.lecun_normal - "
    "timm.lecun_normal",
    "orthogonal": "orthogonal torch.orthogonal keras.orthogonal jax.orthogonal mxnet.orthogonal -",
    "default": "uniform torch.default_layer keras.default jax.default mxnet.uniform -",
}

VARIANTS: Mapping[str, Initializer] = {  # names with an option
    "he(uniform)": VarianceScaling(2.0, distribution=Shape.uniform),
    "lecun(uniform)": VarianceScaling(1.0, distribution=Shape.uniform),
    "torch.kaiming_uniform(linear)": KaimingUniform(nonlinearity=Nonlinearity.linear),
    "torch.kaiming_normal(linear)": KaimingNormal(nonlinearity=Nonlinearity.linear),
}

WHY: Mapping[str, str] = {  # where the names themselves mean different things
    "uniform": "+-0.07 in MXNet and here, [0, 1) in torch, +-0.05 in Keras, [0, 0.01) in JAX",
    "normal": "the default std is 0.01, in torch 1, in Keras 0.05",
    "truncated": "Keras and JAX cut at two deviations and leave 0.88 of the std; torch and timm "
    "cut at the values -2 and 2; here the std is the one asked for",
    "glorot normal": "MXNet's gaussian Xavier keeps the uniform one's magnitude 3",
    "he normal": "MXNet divides by the mean of both fans and allows for PReLU's slope 0.25",
    "orthogonal": "MXNet's scale is 1.414",
    "default": "torch: kaiming_uniform(a=sqrt(5)), embeddings N(0, 1); Keras: glorot_uniform, "
    "embeddings +-0.05; JAX (Flax): lecun_normal, embeddings over their width; Gluon: +-0.07",
}


@dataclass(frozen=True)
class Convention:
    """One row: the std that each framework's initializer gives the layer, None without one.

    Args:
        meant: what a user means.
        stds: by column.
        why: what makes them differ; empty where they agree.
    """

    meant: str
    stds: Mapping[str, float | None]
    why: str


def layer(
    kind: str, shape: tuple[int, ...] | None = None, groups: int | None = None
) -> ParameterSpec:
    """Return a layer's weight: one of `LAYERS`, or of that kind in another shape.

    Args:
        kind: one of `LAYERS`.
        shape: of the weight; the example's if None.
        groups: of a grouped layer; the example's if None.

    Raises:
        UnknownNameError: for a kind that is none.
        ShapeError: for a shape of another rank (kernels may have any number of axes), a depthwise
            one of several inputs a channel, or groups that do not divide the outputs.
        BadValueError: for a size of 0, or groups where there are none.

    >>> layer("dense", (10, 20)).fan_in
    20
    >>> layer("grouped", (64, 8, 3, 3), groups=8).fan_out
    72
    """
    if kind not in LAYERS:
        raise UnknownNameError("layer kind", kind, LAYERS)
    known = LAYERS[kind]
    if groups is not None and kind != "grouped":
        raise BadValueError(f"groups={groups} is for a grouped layer, not for kind {kind!r}.")
    shape = known.shape if shape is None else shape
    alike = len(shape) == len(known.shape) or (known.receptive_axes and len(shape) > 2)
    if not alike or (kind == "depthwise" and shape[1] != 1):
        raise ShapeError(
            f"A weight of kind {kind!r} is laid out as {known.shape}, got {shape}: outputs first "
            "(for transposed and embedding layers inputs first), then the other side, the kernel."
        )
    if min(shape) < 1:
        raise BadValueError(f"A weight of kind {kind!r} has sizes of at least 1, got {shape}.")
    made = replace(
        known, shape=shape, groups=shape[0] if kind == "depthwise" else groups or known.groups
    )
    fans(made, Fans.declared)  # refuses groups that do not divide
    return made


def conventions(spec: ParameterSpec) -> list[Convention]:
    """Return a row for each initializer that several frameworks share, for one layer's weight.

    >>> found = {row.meant: row for row in conventions(layer("depthwise"))}
    >>> round(found["he normal"].stds["keras"] / found["he normal"].stds["torch"], 4)  # 1 / k
    0.1768
    """
    shelf = {**initializers(), **VARIANTS, **_defaults(spec)}
    return [_row(meant, names.split(), spec, shelf) for meant, names in SAME.items()]


def _row(
    meant: str, names: list[str], spec: ParameterSpec, shelf: Mapping[str, object]
) -> Convention:
    columns = zip(COLUMNS, names, strict=True)
    made = {column: _instance(shelf[name]) for column, name in columns if name != "-"}
    stds = {column: _std(made.get(column), spec) for column in COLUMNS}
    found = [std for std in stds.values() if std is not None]
    if not found or max(found) - min(found) <= 1e-9 * max(found):
        return Convention(meant, stds, "")
    reasons = [WHY.get(meant, ""), _fan_reason(spec, made), _matrix_reason(spec, made)]
    return Convention(meant, stds, "; ".join(filter(None, reasons)))


def _instance(value: object) -> Initializer:
    return value() if isinstance(value, type) else value  # type: ignore[return-value] # of the initializers' shelf


def _std(made: Initializer | None, spec: ParameterSpec) -> float | None:
    try:
        variance = None if made is None else made.variance(spec)
    except InitlabError:
        return None
    return None if variance is None else sqrt(variance)


def _fan_reason(spec: ParameterSpec, made: Mapping[str, Initializer]) -> str:
    """Return who divides by another number because it counts other fans than the layer declares."""
    told = []
    for column, one in made.items():
        by, mode = getattr(one, "fans", Fans.declared), getattr(one, "mode", Mode.fan_avg)
        if fan(spec, mode, by) != fan(spec, mode):
            told.append(f"{column} {' and '.join(map(str, fans(spec, by)))}")
    declared = " and ".join(map(str, fans(spec, Fans.declared)))
    return f"fans {declared}, counted as {', '.join(told)}" if told else ""


def _matrix_reason(spec: ParameterSpec, made: Mapping[str, Initializer]) -> str:
    """Return who makes another matrix orthogonal than those that the layer applies."""
    copies, *own = matrix_shape(spec)
    told = []
    for column, one in made.items():
        _, *theirs = matrix_shape(flattened(spec, getattr(one, "layout", Fans.declared)))
        if max(theirs) != max(own):
            told.append(f"{column} {' x '.join(map(str, theirs))}")
    each = f"{copies} matrices of " if copies > 1 else "a matrix of "
    return f"{each}{own[0]} x {own[1]}, flattened to {', '.join(told)}" if told else ""


def _defaults(spec: ParameterSpec) -> Mapping[str, object]:
    """Return what the frameworks' own layers start with, and two names that one column needs."""
    shelf = initializers()
    embedding = spec.role == Role.embedding
    return {
        "torch.default_layer": shelf["torch.default_embedding"]
        if embedding
        else KaimingUniform(a=sqrt(5)),
        "keras.default": shelf["keras.random_uniform" if embedding else "keras.glorot_uniform"],
        "jax.default": shelf["jax.default_embedding" if embedding else "jax.lecun_normal"],
    }
