"""Doors that fetch a name when it is asked for: what a command does not use is not imported."""

from __future__ import annotations

import sys
from dis import get_instructions
from importlib import import_module
from itertools import dropwhile
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
    """Return each name that is imported below `if TYPE_CHECKING`, from where and as what.

    The compiled code says it, too, which is there where the sources are not.
    """
    found, home, own = {}, "", ""
    steps = get_instructions(door)
    for step in dropwhile(lambda s: (s.opname, s.argval) != ("LOAD_NAME", "TYPE_CHECKING"), steps):
        if step.opname == "IMPORT_NAME":
            home = step.argval
        elif step.opname == "IMPORT_FROM":
            own = step.argval
        elif step.opname == "STORE_NAME" and own:
            found[step.argval], own = (home, own), ""
    return found
