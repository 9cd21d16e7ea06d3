"""What a second block asks of a Parameter that it shares has to agree with what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadTypeError, BadValueError

if TYPE_CHECKING:
    from initlab.tree.parameter import Parameter

__all__ = ["agree", "require_attribute"]

_OWNERS = frozenset(
    {"role", "in_axes", "out_axes", "batch_axes", "groups", "allow_deferred_init"}
    | {"differentiable", "stype", "grad_stype"}
)
"""What the first block says of a Parameter; those that share it take it as it is."""


def require_attribute(parameter: Parameter, name: str) -> None:
    """Refuse a name that is no attribute of a Parameter.

    Raises:
        BadTypeError: for such a name.
    """
    known = name in vars(parameter) or isinstance(getattr(type(parameter), name, None), property)
    if name.startswith("_") or not known:
        raise BadTypeError(
            f"Parameter {parameter.name!r} has no attribute {name!r}. It has "
            "lr_mult, wd_mult, grad_req, init, shape, dtype and those of its role and axes."
        )


def agree(parameter: Parameter, attribute: str, wanted: Any) -> None:
    """Check one attribute of an existing Parameter, merging shapes and filling None.

    Raises:
        BadTypeError: for an attribute that no Parameter has.
        BadValueError: when it is another one than what is stored.
    """
    if attribute in _OWNERS:
        return
    require_attribute(parameter, attribute)
    stored = getattr(parameter, attribute)
    if wanted is None or stored == wanted:
        return
    if attribute == "shape":
        merged = _merged(stored, (wanted,) if isinstance(wanted, int) else tuple(wanted))
        if merged is not None:
            parameter.shape = merged
            return
    elif attribute == "dtype" and np.dtype(stored) == np.dtype(wanted):
        return
    elif stored is None:
        setattr(parameter, attribute, wanted)
        return
    raise BadValueError(
        f"Cannot retrieve Parameter {parameter.name!r} because desired attribute does not match "
        f"with stored for attribute {attribute!r}: desired '{wanted}' vs stored '{stored}'. "
        "Blocks that share a Parameter must agree on it."
    )


def _merged(a: tuple[int, ...] | None, b: tuple[int, ...]) -> tuple[int, ...] | None:
    if a is None:
        return b
    if len(a) != len(b) or any(x and y and x != y for x, y in zip(a, b, strict=True)):
        return None
    return tuple(x or y for x, y in zip(a, b, strict=True))
