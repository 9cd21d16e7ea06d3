"""The six kinds of things on the shelves, and what each must be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from initlab.calibrators import Calibrator
from initlab.data import Dataset
from initlab.init import Initializer
from initlab.nd.random import RandomSource
from initlab.nn import Block
from initlab.probes import Probe

__all__ = ["KINDS", "Kind"]


@dataclass(frozen=True)
class Kind:
    """One kind of thing that plugins register.

    Args:
        name: what messages call one of them: "random_source".
        base: the class or protocol that it must follow.
        presets: whether an instance may stand for itself; a Block may not, since a net that
            holds one twice would tie it unasked.
    """

    name: str
    base: type
    presets: bool = True

    @property
    def hook(self) -> str:
        """The hook that registers this kind: 'initlab_random_sources'."""
        return f"initlab_{self.name}s"

    def refusal(self, value: object) -> str | None:
        """Return why `value` is none of this kind, or None when it is one.

        >>> Kind("number", float).refusal("x")
        "'x' is neither a subclass nor an instance of float"
        """
        cls = value if isinstance(value, type) else type(value)
        if _follows(cls, self.base) and (self.presets or cls is value):
            return None
        wanted = "neither a subclass nor an instance of" if self.presets else "no subclass of"
        return f"{value!r} is {wanted} {self.base.__name__}"


def _follows(cls: type, base: Any) -> bool:
    """Return whether `cls` derives from `base` or, for a protocol, has its methods."""
    if not getattr(base, "_is_protocol", False):
        return issubclass(cls, base)
    methods = [n for n, member in vars(base).items() if callable(member) and n[0] != "_"]
    return all(callable(getattr(cls, name, None)) for name in methods)


KINDS = (
    Kind("initializer", Initializer),
    Kind("calibrator", Calibrator),
    Kind("probe", Probe),
    Kind("layer", Block, presets=False),
    Kind("dataset", Dataset),
    Kind("random_source", RandomSource),
)
