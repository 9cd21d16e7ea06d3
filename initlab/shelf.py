"""A shelf: names, and what each stands for, fetched when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Shelf"]

Thing = TypeVar("Thing")


class Shelf(Mapping[str, Thing]):
    """A mapping whose values are made by functions, each once.

    >>> shelf = Shelf({"one": lambda: 1, "none": lambda: 1 / 0})
    >>> "none" in shelf, shelf["one"]
    (True, 1)
    """

    def __init__(self, makers: Mapping[str, Callable[[], Thing]]) -> None:
        self._makers = dict(makers)
        self._made: dict[str, Thing] = {}

    def __getitem__(self, name: str) -> Thing:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
