"""How far the trees have changed: a number that is another one after any change to any of them.

Whoever relies on what a walk over a tree has found asks whether the number is still the same,
in place of another walk.
"""

from __future__ import annotations

from functools import wraps
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CHANGES", "Noted"]


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


def _noting(method: Callable[..., Any]) -> Any:
    @wraps(method)
    def changing(self: Noted, *args: Any, **kwargs: Any) -> Any:
        found = method(self, *args, **kwargs)
        CHANGES.note()
        return found

    return changing


class Noted(dict[str, Any]):
    """A dict whose changes are noted, whoever makes them.

    >>> blocks, before = Noted(a=1), CHANGES.number
    >>> blocks.pop("a"), CHANGES.number > before
    (1, True)
    """

    __setitem__ = _noting(dict.__setitem__)
    __delitem__ = _noting(dict.__delitem__)
    __ior__ = _noting(dict.__ior__)
    clear = _noting(dict.clear)
    pop = _noting(dict.pop)
    popitem = _noting(dict.popitem)
    setdefault = _noting(dict.setdefault)
    update = _noting(dict.update)
