"""The names that `create` knows: the built-ins', and those of a script's own classes.

These are for library use, as Gluon's are. Configs read the catalog, where plugins register.
"""

from __future__ import annotations

from collections import ChainMap
from typing import Any

from initlab import init
from initlab.init.presets import initializers
from initlab.shelf import Shelf

__all__ = ["REGISTRY", "registered_name"]

GLUON: list[Any] = [
    Shelf({"orthogonal": lambda: init.Orthogonal}),
    initializers(),
    Shelf({"zero": lambda: init.Zeros, "one": lambda: init.Ones}),
]
REGISTRY: ChainMap[str, Any] = ChainMap({}, *GLUON)
"""Initializer classes by lower-case name; the first name of a class is the one it is dumped by."""


def registered_name(cls: type) -> str:
    """Return the first name under which a class is registered, else its own in lower case."""
    return next((name for name, known in REGISTRY.items() if known is cls), cls.__name__.lower())
