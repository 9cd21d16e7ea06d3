"""Gluon's names: a counter for each kind of block, a prefix for each scope."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Inside", "current_scope", "fresh_names", "next_name", "numbered"]


def numbered(hint: str, counters: dict[str, int]) -> str:
    """Return 'dense0_', then 'dense1_', ..."""
    number = counters.get(hint, 0)
    counters[hint] = number + 1
    return f"{hint}{number}_"


class _State(threading.local):
    def __init__(self) -> None:
        self.top: dict[str, int] = {}
        self.blocks: list[object] = []


_STATE = _State()


def next_name(hint: str) -> str:
    """Return the next prefix at top level, in this thread."""
    return numbered(hint, _STATE.top)


def current_scope() -> object | None:
    """Return the block whose `name_scope()` is open, if any."""
    return _STATE.blocks[-1] if _STATE.blocks else None


class Inside:
    """Let blocks made within be named after `block`."""

    def __init__(self, block: object) -> None:
        self.block = block

    def __enter__(self) -> None:
        _STATE.blocks.append(self.block)

    def __exit__(self, *_: object) -> None:
        _STATE.blocks.pop()


@contextmanager
def fresh_names() -> Iterator[None]:
    """Let the counters start at 0 within, so that a run's names do not depend on what came before.

    >>> from initlab import nn
    >>> with fresh_names():
    ...     nn.Dense(2).name
    'dense0'
    """
    before = _STATE.top, _STATE.blocks
    _STATE.top, _STATE.blocks = {}, []
    try:
        yield
    finally:
        _STATE.top, _STATE.blocks = before
