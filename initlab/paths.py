"""The grammar by which rules, ties and probes choose places in a model tree.

A path is a sequence of segments joined by dots, `encoder.0.weight`; the root's path is empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING

from initlab.errors import SelectsNothingError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["PathPattern", "select"]


@dataclass(frozen=True)
class PathPattern:
    """A pattern over paths: `*` stands within one segment, `**` for any number of segments.

    >>> PathPattern("**.weight").matches("weight")
    True
    >>> PathPattern("encoder.**").matches("encoder2.bias")
    False
    >>> PathPattern("layer*.bias").matches("layer3.bias")
    True
    """

    text: str

    def matches(self, path: str) -> bool:
        """Return whether `path` as a whole fits the pattern."""
        return _fits(_segments(self.text), _segments(path))


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.split(".")) if path else ()


@lru_cache(maxsize=65536)
def _fits(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    if not pattern:
        return not path
    head, rest = pattern[0], pattern[1:]
    if head == "**":
        return _fits(rest, path) or (bool(path) and _fits(pattern, path[1:]))
    return bool(path) and fnmatchcase(path[0], head) and _fits(rest, path[1:])


def select(pattern: str, paths: Iterable[str], what: str) -> list[str]:
    """Return the `paths` that `pattern` matches, in their order.

    Args:
        pattern: see `PathPattern`.
        paths: all there are.
        what: who asks, for the message: "rule 'head'".

    Raises:
        SelectsNothingError: when nothing matches; the message lists the nearest paths.
    """
    known = list(paths)
    wanted = PathPattern(pattern)
    found = [path for path in known if wanted.matches(path)]
    if not found:
        raise SelectsNothingError(what, pattern, known)
    return found
