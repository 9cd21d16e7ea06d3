"""The built-in initializers by the names that configs and Gluon use."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from initlab.errors import BadTypeError, BadValueError, UnknownNameError
from initlab.init.constants import Constant, Identity, Ones, Zeros
from initlab.init.distributions import Normal, TruncatedNormal, Uniform
from initlab.init.initializer import Initializer
from initlab.init.orthogonal import Orthogonal
from initlab.init.scaling import He, LeCun, MSRAPrelu, Xavier

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["create", "initializers"]

_BUILT_IN: Mapping[str, type[Initializer]] = MappingProxyType(
    {
        "zeros": Zeros,
        "ones": Ones,
        "constant": Constant,
        "uniform": Uniform,
        "normal": Normal,
        "truncated_normal": TruncatedNormal,
        "xavier": Xavier,
        "he": He,
        "msraprelu": MSRAPrelu,
        "lecun": LeCun,
        "orthogonal": Orthogonal,
        "identity": Identity,
    }
)
_ALIASES = {"zero": "zeros", "one": "ones"}


def initializers() -> Mapping[str, type[Initializer]]:
    """Return the built-in initializers by their registered names."""
    return _BUILT_IN


def create(init: Initializer | str) -> Initializer:
    """Return the initializer that `init` is or names, as Gluon accepts them.

    Args:
        init: an Initializer; a registered name in any case, "Xavier"; or Gluon's JSON,
            '["constant", {"value": 3}]'.

    Raises:
        UnknownNameError: for a name that no built-in has.
        BadTypeError: for anything else: a class, a number; for an option that it does not have.
        BadValueError: for a text that starts as Gluon's JSON and is none.

    >>> create("zeros"), create('["constant", {"value": 3}]')
    (Zeros(), Constant(value=3))
    """
    if isinstance(init, Initializer):
        return init
    if not isinstance(init, str):
        raise BadTypeError(
            f"An initializer is an Initializer or a registered name, got {init!r}. "
            "Write init.Xavier() or 'xavier'."
        )
    name, arguments = _parse(init)
    name = _ALIASES.get(name, name)
    if name not in _BUILT_IN:
        raise UnknownNameError("initializer", name, _BUILT_IN)
    try:
        return _BUILT_IN[name](**arguments)
    except TypeError as error:
        raise BadTypeError(f"Initializer {name!r} does not take {arguments}: {error}.") from error


def _parse(text: str) -> tuple[str, dict[str, Any]]:
    if not text.startswith("["):
        return text.lower(), {}
    try:
        name, arguments = json.loads(text)
        return name.lower(), dict(arguments)
    except (ValueError, TypeError, AttributeError) as error:
        raise BadValueError(
            f'{text!r} is no initializer: {error}. Write it as \'["constant", {{"value": 3}}]\'.'
        ) from error
