"""Giving Parameters stored arrays, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from initlab import nd
from initlab.errors import BadValueError, ShapeError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import ArrayLike

    from initlab.tree.parameter import Parameter

    Stored = str | Path | Mapping[str, ArrayLike]

__all__ = ["fill", "stored_arrays"]


def stored_arrays(stored: Stored, aliases: bool = False) -> dict[str, np.ndarray]:
    """Return the arrays of a safetensors file, or those that were read from another format.

    Those of a file are read-only and over the file itself.
    """
    found = stored if isinstance(stored, Mapping) else nd.load(stored, aliases, copy=False)
    return {name: np.asarray(array) for name, array in found.items()}


def fill(
    targets: Mapping[str, Parameter],
    arrays: Mapping[str, np.ndarray],
    stored: Stored,
    allow_missing: bool = False,
    ignore_extra: bool = False,
    cast_dtype: bool = False,
    dtype_source: str = "current",
) -> None:
    """Write `arrays` into the Parameters of their names; what does not fit changes nothing.

    Args:
        targets: Parameters by name or path; a tied one may stand under several, one is enough.
        arrays: what is stored.
        stored: where they are from, for messages.
        allow_missing: leave Parameters that are not among them as they are.
        ignore_extra: leave out what is stored and no Parameter is named.
        cast_dtype: accept another precision.
        dtype_source: whose precision stays then, "current" or "saved".

    Raises:
        BadValueError: for a name that only one of the two has, another precision or source of it.
        ShapeError: for another shape.
    """
    if dtype_source not in ("current", "saved"):
        raise BadValueError(f"dtype_source must be 'current' or 'saved', got {dtype_source!r}.")
    place = "the given arrays" if isinstance(stored, Mapping) else f"file {str(stored)!r}"
    if not allow_missing:
        _refuse_missing(targets, arrays, place)
    if not ignore_extra:
        _refuse_extra(targets, arrays, place)
    fitting = [(targets[name], array) for name, array in arrays.items() if name in targets]
    for parameter, array in fitting:
        _check(parameter, array, cast_dtype)
    for parameter, array in fitting:
        if dtype_source == "saved" and np.dtype(parameter.dtype) != array.dtype:
            parameter.cast(array.dtype.type)
        if parameter.settled:
            parameter.set_data(array)
        else:
            parameter.assign(array)


def _refuse_missing(
    targets: Mapping[str, Parameter], arrays: Mapping[str, np.ndarray], place: str
) -> None:
    found = {id(parameter) for name, parameter in targets.items() if name in arrays}
    for name, parameter in targets.items():
        if id(parameter) not in found:
            raise BadValueError(
                f"Parameter {name!r} is missing in {place}, which contains "
                f"{_some(name, arrays)}. Set allow_missing=True to leave it as it is."
            )


def _refuse_extra(
    targets: Mapping[str, Parameter], arrays: Mapping[str, np.ndarray], place: str
) -> None:
    for name in arrays:
        if name not in targets:
            raise BadValueError(
                f"Parameter {name!r} loaded from {place} is not present here, where "
                f"there are {_some(name, targets)}. Set ignore_extra=True to leave it out."
            )


def _some(name: str, names: Iterable[str]) -> str:
    """Write the names that are nearest to `name`, or the first ones."""
    known = list(names)
    shown = nearest(name, known, 5) or known[:5]
    more = f" and {len(known) - len(shown)} more" if len(known) > len(shown) else ""
    return (", ".join(map(repr, shown)) or "none") + more


def _check(parameter: Parameter, array: np.ndarray, cast_dtype: bool) -> None:
    expected, saved = parameter.shape, array.shape
    fits = expected is None or (
        len(expected) == len(saved)
        and all(e in (0, s) for e, s in zip(expected, saved, strict=True))
    )
    if not fits:
        raise ShapeError(
            f"Failed loading Parameter {parameter.name!r} from saved params: shape incompatible "
            f"expected {expected} vs saved {saved}."
        )
    if not cast_dtype and np.dtype(parameter.dtype) != array.dtype:
        raise BadValueError(
            f"Failed loading Parameter {parameter.name!r} from saved params: dtype incompatible "
            f"expected {np.dtype(parameter.dtype)} vs saved {array.dtype}. Set cast_dtype=True to "
            "cast the dtype of saved params."
        )
