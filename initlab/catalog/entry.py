"""What stands on a shelf: a name, what it stands for, and the package that it came from."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from typing import Any

from initlab.shelf import Shelf

__all__ = ["BrokenPlugin", "Entry"]


@dataclass(frozen=True)
class Entry:
    """One registered name.

    Args:
        name: what configs call it.
        kind: "initializer", "calibrator", "probe", "layer", "dataset" or "random_source".
        thing: the class, or the instance where the plugin registered a preset; or the Shelf that
            fetches it.
        package: the distribution, module or file that registered it.
        version: the distribution's version; "local" for a module given by hand.

    >>> Entry("laplace", "initializer", float, "initlab-laplace", "0.1.0").origin
    'initlab-laplace 0.1.0'
    """

    name: str
    kind: str
    thing: Any = field(compare=False)
    package: str
    version: str

    @property
    def value(self) -> Any:
        """The class or the preset, imported now where it stands on a Shelf."""
        return self.thing[self.name] if isinstance(self.thing, Shelf) else self.thing

    @property
    def cls(self) -> type:
        """The class itself, or the preset's."""
        return self.value if isinstance(self.value, type) else type(self.value)

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process with the thing itself."""
        return Entry, (self.name, self.kind, self.value, self.package, self.version)

    @property
    def origin(self) -> str:
        """The package and its version, as messages write them."""
        return f"{self.package} {self.version}"

    @property
    def summary(self) -> str:
        """The first line of the class's docstring; before a preset's, its options."""
        line = (self.cls.__doc__ or "").strip().partition("\n")[0]
        return line if self.value is self.cls else f"{self.value}: {line}"

    @property
    def prose(self) -> str:
        """The class's docstring up to its sections and examples."""
        return re.split(r"\n\n(?=\w+:\n|>>>)", inspect.getdoc(self.cls) or "")[0]


@dataclass(frozen=True)
class BrokenPlugin:
    """An installed plugin that could not be used, and why."""

    package: str
    version: str
    reason: str

    def __str__(self) -> str:
        return f"{self.package} {self.version}: {self.reason}"
