"""The contract of an initializer: a pure function of spec and stream that keeps its claim."""

from __future__ import annotations

from copy import deepcopy
from pickle import dumps
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import InitlabError
from initlab.init import Initializer, ParameterSpec, Placed, Role, Slot, places
from initlab.nd.random import Streams
from initlab.testing.contract import ContractError, check_value, instance, require
from initlab.testing.laws import check_law

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["check_initializer"]

SPECS = (
    ParameterSpec((320, 256)),
    ParameterSpec((160, 128), dtype=np.dtype("float64")),
    ParameterSpec((96, 96)),
    ParameterSpec((64, 128), dtype=np.dtype("float16")),
    ParameterSpec((160, 128), dtype=np.dtype("complex64")),
    ParameterSpec((32, 16, 3, 3)),
    ParameterSpec((32, 4, 5), groups=4),
    ParameterSpec((48, 1, 3, 3), groups=48),
    ParameterSpec((33, 1, 64)),
    ParameterSpec((9, 1, 16), dtype=np.dtype("float64")),
    ParameterSpec((16, 4, 3), dtype=np.dtype("complex128"), groups=4),
    ParameterSpec((16, 24, 3), in_axes=(0,), out_axes=(1,)),
    ParameterSpec((16, 6, 2, 2), in_axes=(0,), out_axes=(1,), groups=4),
    ParameterSpec((3, 3, 8, 24), in_axes=(-2,), out_axes=(-1,)),
    ParameterSpec((6, 32, 16), in_axes=(2,), out_axes=(1,), batch_axes=(0,)),
    ParameterSpec((3, 24, 24), in_axes=(2,), out_axes=(1,), batch_axes=(0,)),
    ParameterSpec((200, 32), role=Role.embedding, in_axes=(0,), out_axes=(1,)),
    ParameterSpec((256,), role=Role.bias, in_axes=(), out_axes=(0,)),
    ParameterSpec((48,), np.dtype("float64"), Role.bias, in_axes=(), out_axes=(0,)),
    ParameterSpec((2,), role=Role.bias, in_axes=(), out_axes=(0,)),
    ParameterSpec((2,), np.dtype("float64"), Role.bias, in_axes=(), out_axes=(0,)),
    ParameterSpec((1, 1)),
)
DRAWS = 32


def _layer(path: str, shape: tuple[int, int], branch: str | None = None) -> list[Slot]:
    bias = ParameterSpec(shape[:1], role=Role.bias, in_axes=())
    return [
        Slot(f"{path}.weight", path, ParameterSpec(shape), branch=branch),
        Slot(f"{path}.bias", path, bias, branch=branch),
    ]


def _recurrent(path: str, width: int) -> list[Slot]:
    weight = ParameterSpec((width, width))
    bias = ParameterSpec((width,), role=Role.bias, in_axes=())
    return [
        Slot(f"{path}.{way}_{name}", f"{path}_{way}", spec)
        for name, spec in (("weight", weight), ("bias", bias))
        for way in ("i2h", "h2h")
    ]


NET = (  # an embedding, a recurrent layer, two scaled branches of two, an output: for tree rules
    Slot(
        "embed.weight",
        "e",
        ParameterSpec((50, 32), role=Role.embedding, in_axes=(0,), out_axes=(1,)),
    ),
    *_recurrent("cell", 32),
    *_layer("0.body.a", (64, 32), "0"),
    *_layer("0.body.b", (32, 64), "0"),
    Slot("0.scale", "s", ParameterSpec((1,), role=Role.gain, in_axes=()), branch="0"),
    *_layer("1.body.a", (64, 32), "1"),
    *_layer("1.body.value", (32, 64), "1"),
    Slot("1.scale", "t", ParameterSpec((1,), role=Role.gain, in_axes=()), branch="1"),
    *_layer("output", (10, 32)),
)


def check_initializer(
    initializer: Initializer | type[Initializer], specs: Sequence[ParameterSpec] = SPECS
) -> None:
    """Check that an initializer keeps its contract on each spec that it accepts.

    It draws finite arrays of its own, of the spec's shape and dtype; equal streams give equal
    bits whatever else is drawn; what is drawn follows the law that it declares, in mean, variance,
    kurtosis, support, independence and promises (see `initlab.testing.laws`, which says how little
    is found); neither spec nor initializer change.

    Args:
        initializer: an instance, or a class that needs no arguments.
        specs: the parameters to draw. It may refuse some, by an InitlabError, but not all.

    Raises:
        ContractError: naming the promise that is not kept.

    >>> from initlab.init import Xavier
    >>> check_initializer(Xavier)
    """
    subject: Any = instance(initializer)
    require(isinstance(subject, Initializer), subject, "is no Initializer")
    check_value(subject)
    if isinstance(subject, Placed):
        check_placed(subject)
        return
    before, text = deepcopy(subject), repr(subject)
    accepted = [spec for spec in specs if _accepts(subject, spec)]
    require(bool(accepted), subject, "refuses every spec that it was tried on")
    for spec in accepted:
        _check_array(subject, spec)
        _check_purity(subject, spec, accepted)
        _check_written(subject, spec)
        check_law(subject, spec, [_drawn(subject, spec, number) for number in range(DRAWS)])
    require(subject == before and repr(subject) == text, subject, "is changed by drawing")


def check_placed(rule: Placed) -> None:
    """Check that a rule over the tree speaks for some parameter, and that what it gives is sound.

    Raises:
        ContractError: naming the promise that is not kept.
    """
    where = places(NET)
    asked = [(slot, g) for slot in NET if (g := rule.given(where[slot.path])) is not None]
    require(bool(asked), rule, "gives nothing to any parameter of a residual net")
    for slot, gift in asked:
        require(not isinstance(gift.use, Placed), rule, f"gives {slot.path} another rule")
        require(gift.lr_mult >= 0, rule, f"multiplies a learning rate by {gift.lr_mult}")
        check_initializer(gift.use, [slot.spec])


def _stream(path: str) -> np.random.Generator:
    return Streams(0).stream(f"check.{path}")


def _accepts(subject: Initializer, spec: ParameterSpec) -> bool:
    try:
        subject(spec, _stream("weight"))
    except InitlabError:
        return False
    except Exception as error:
        raise ContractError(
            f"{subject!r} fails on {spec}: {type(error).__name__}: {error}; "
            "a spec is refused by an InitlabError, such as ShapeError."
        ) from error
    return True


def _check_array(subject: Initializer, spec: ParameterSpec) -> None:
    untouched = deepcopy(spec)
    drawn = subject(spec, _stream("weight"))
    require(type(drawn) is np.ndarray, subject, f"returns a {type(drawn).__name__}, no array")
    require(drawn.shape == spec.shape, subject, f"draws shape {drawn.shape} for {spec}")
    require(drawn.dtype == spec.dtype, subject, f"draws dtype {drawn.dtype} for {spec}")
    require(bool(np.isfinite(drawn).all()), subject, f"draws values that are not finite for {spec}")
    require(spec == untouched, subject, f"changes the spec that it was given, {untouched}")


def _check_purity(subject: Initializer, spec: ParameterSpec, others: list[ParameterSpec]) -> None:
    state = _global_state()
    first = subject(spec, _stream("weight"))
    kept = first.copy()
    for number, other in enumerate(others):
        subject(other, _stream(f"other{number}"))
    again = subject(spec, _stream("weight"))
    untouched = _global_state() == state
    require(untouched, subject, "draws from NumPy's global generator, not from the given one")
    require(
        _same(kept, again),
        subject,
        f"draws other values from an equal stream, or after others, for {spec}",
    )
    own = first.flags.writeable and not np.shares_memory(first, again) and _same(first, kept)
    require(own, subject, "returns memory that it keeps; each draw must be an array of its own")


def _check_written(subject: Initializer, spec: ParameterSpec) -> None:
    out = np.full(spec.shape, np.nan, spec.dtype)
    subject.write(spec, _stream("weight"), out)
    same = _same(out, subject(spec, _stream("weight")))
    told = f"writes other values than it returns for {spec}, into an array that holds no numbers"
    require(same, subject, told)


def _global_state() -> bytes:
    return dumps(np.random.get_state())  # noqa: NPY002  the generator that must not be used


def _drawn(subject: Initializer, spec: ParameterSpec, number: int) -> np.ndarray:
    drawn = subject(spec, _stream(f"draw{number}"))
    return drawn.astype(np.complex128 if drawn.dtype.kind == "c" else np.float64)


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.array_equal(a, b))
