"""The contract of an initializer: a pure function of spec and stream that keeps its claim."""

from __future__ import annotations

from copy import deepcopy
from math import isfinite, sqrt
from pickle import dumps
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import InitlabError
from initlab.init import Initializer, ParameterSpec, Role
from initlab.nd.random import Streams
from initlab.testing.contract import ContractError, check_value, instance, require

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["check_initializer"]

SPECS = (
    ParameterSpec((320, 256)),
    ParameterSpec((320, 256), dtype=np.dtype("float64")),
    ParameterSpec((96, 96)),
    ParameterSpec((32, 16, 3, 3)),
    ParameterSpec((32, 4, 5), groups=4),
    ParameterSpec((500, 32), role=Role.embedding, in_axes=(0,), out_axes=(1,)),
    ParameterSpec((256,), role=Role.bias, in_axes=(), out_axes=(0,)),
    ParameterSpec((1, 1)),
)
STANDARD_ERRORS = 5.0  # five of them by chance: once in two million draws
ENOUGH = 1000  # draws below which the normal law of a sample variance is not to be relied on


def check_initializer(
    initializer: Initializer | type[Initializer], specs: Sequence[ParameterSpec] = SPECS
) -> None:
    """Check that an initializer keeps its contract on each spec that it accepts.

    It draws finite arrays of its own, of the spec's shape and dtype; equal streams give equal
    bits whatever else is drawn; the drawn variance is the claimed one within five standard
    errors, sqrt((kurtosis - 1) / n) of it; neither spec nor initializer change.

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
    before, text = deepcopy(subject), repr(subject)
    accepted = [spec for spec in specs if _accepts(subject, spec)]
    require(bool(accepted), subject, "refuses every spec that it was tried on")
    for spec in accepted:
        _check_array(subject, spec)
        _check_purity(subject, spec, accepted)
        _check_claim(subject, spec)
    require(subject == before and repr(subject) == text, subject, "is changed by drawing")


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


def _global_state() -> bytes:
    return dumps(np.random.get_state())  # noqa: NPY002  the generator that must not be used


def _check_claim(subject: Initializer, spec: ParameterSpec) -> None:
    claimed, kurtosis = subject.variance(spec), subject.kurtosis(spec)
    if claimed is None:
        return
    require(
        isfinite(claimed) and claimed >= 0, subject, f"claims a variance of {claimed} for {spec}"
    )
    drawn = subject(spec, _stream("weight")).astype(np.float64)
    if claimed == 0:
        require(bool(np.ptp(drawn) == 0), subject, f"claims variance 0 but varies for {spec}")
    elif drawn.size >= ENOUGH:
        _check_variance(subject, spec, drawn, claimed, kurtosis)
        if kurtosis is not None and kurtosis > 1:  # 1: nothing varies from draw to draw
            other = subject(spec, _stream("weight2"))
            require(not _same(drawn, other), subject, "draws the same values from every stream")


def _check_variance(
    subject: Initializer,
    spec: ParameterSpec,
    drawn: np.ndarray,
    claimed: float,
    kurtosis: float | None,
) -> None:
    found = float(drawn.var())
    if kurtosis is None:
        kurtosis = float(((drawn - drawn.mean()) ** 4).mean()) / max(found, 1e-300) ** 2
    require(
        kurtosis >= 1, subject, f"claims a kurtosis of {kurtosis} for {spec}, below any law's 1"
    )
    error = claimed * sqrt((kurtosis - 1) / drawn.size) + claimed * 1e-6  # float32 rounds
    away = abs(found - claimed) / error
    require(
        away <= STANDARD_ERRORS,
        subject,
        f"claims variance {claimed:.6g} but draws {found:.6g}, {away:.1f} standard errors away, "
        f"for {spec}",
    )


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.array_equal(a, b))
