"""Functions that are called when a block is, and the handles that take them off again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from initlab.tree.changes import CHANGES

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["HookHandle"]


class HookHandle:
    """Takes a hook off when detached, or when the `with` block that it opens is left."""

    def __init__(self, hooks: list[Callable[..., Any]], hook: Callable[..., Any]) -> None:
        self._hooks, self._hook, self._attached = hooks, hook, True
        hooks.append(hook)
        CHANGES.note()

    def detach(self) -> None:
        """Take the hook off; a second time does nothing."""
        if self._attached:
            self._hooks.remove(self._hook)
            CHANGES.note()
        self._attached = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.detach()
