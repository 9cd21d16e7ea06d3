"""Doors that fetch a name when it is asked for: what a command does not use is not imported."""

from __future__ import annotations

import sys
from importlib import import_module
from types import CodeType, ModuleType
from typing import Any

__all__ = ["on_demand"]

SCAFFOLD = {"TYPE_CHECKING", "annotations", "on_demand"}
"""What a door imports for itself."""


def on_demand(package: str) -> None:
    """Let a package import what its `__init__` imports for type checkers, each name on demand.

    It says once where each name is::

        if TYPE_CHECKING:
            from initlab.optim.adam import Adam
        else:
            on_demand(__name__)
    """
    module = sys.modules[package]
    loader: Any = module.__loader__
    vars(module)["_homes"] = _written(loader.get_code(package))
    module.__class__ = _Door


class _Door(ModuleType):
    _homes: dict[str, tuple[str, str]]

    def __getattr__(self, name: str) -> Any:
        if name not in self._homes:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        home, own = self._homes[name]
        below = home == self.__name__  # a folder or file: `from initlab import nd`
        found = import_module(f"{home}.{own}") if below else getattr(import_module(home), own)
        vars(self)[name] = found
        return found

    def __setattr__(self, name: str, value: object) -> None:
        """Keep what is offered where Python would put the file of the same name over it."""
        offered = self._homes.get(name, (self.__name__,))[0] != self.__name__
        if not (offered and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._homes} - SCAFFOLD)


def _written(door: CodeType) -> dict[str, tuple[str, str]]:
    """Return each name that a door imports for type checkers, from where and as what.

    The door's code says it where imports are noted instead of made: what is imported is then a pair
    of home and name, and so is TYPE_CHECKING, which is true.
    """
    seen: dict[str, Any] = {"__builtins__": {"__import__": lambda home, *_: _Noted(home)}}
    exec(door, seen)  # noqa: S102 - our own file, about to be run as it is
    return {name: at for name, at in seen.items() if isinstance(at, tuple) and name not in SCAFFOLD}


class _Noted:
    """What stands for a module: each of its names is where that name is."""

    def __init__(self, home: str) -> None:
        self._home = home

    def __getattr__(self, name: str) -> tuple[str, str]:
        return self._home, name
