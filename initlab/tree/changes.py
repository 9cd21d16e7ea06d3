"""How far the trees have changed: a number that is another one after any change to any of them.

Whoever relies on what a walk over a tree has found asks whether the number is still the same,
in place of another walk.
"""

from __future__ import annotations

from itertools import count

__all__ = ["CHANGES"]


class _Changes:
    """The number of the last change, of a block, a Parameter or a hook."""

    __slots__ = ("_next", "number")

    def __init__(self) -> None:
        self.number = 0
        self._next = count(1).__next__  # two threads get two numbers

    def note(self) -> None:
        """Tell that something has just been changed."""
        self.number = self._next()


CHANGES = _Changes()
