"""Which rows reach the store: as many as a time budget allows, thinned evenly when over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Buffer", "Row", "choose_keys", "evenly"]

T = TypeVar("T")

SECONDS_PER_ROW = 116e-6
"""What MLflow's SQL store takes for one row in a sorted batch of 1000, on the slow side."""

FREE_ROWS = 2000
"""Rows that any run may write, however short (0.1 to 0.2 s): up to here nothing is thinned, and
which rows the store has does not depend on the clock."""

KEYS = 100
"""Metrics per run that MLflow's pages still show in good time."""

LATE_KEYS = 8
"""New metrics that a flush may bring when all `KEYS` are taken."""


class Row(NamedTuple):
    """One number for the store; `time` is in ms since 1970."""

    key: str
    step: int
    time: int
    value: float


class Buffer:
    """Rows between the loop and the store.

    Args:
        budget: share of the elapsed time that writing may take.
    """

    def __init__(self, budget: float) -> None:
        self.rows_per_second = budget / SECONDS_PER_ROW
        self.logged = 0
        self.sent = 0
        self.left_out: set[str] = set()
        self._keys: dict[str, int] = {}
        self._pending: dict[str, list[Row]] = {}

    def add(self, step: int, time: int, metrics: Mapping[str, float]) -> None:
        """Take the numbers of one log call."""
        pending = self._pending
        for key, value in metrics.items():
            rows = pending.get(key)
            if rows is None:
                rows = pending[key] = []
            rows.append(Row(key, step, time, value))
        self.logged += len(metrics)

    def take(self, elapsed: float, *, last: bool) -> list[Row]:
        """Return the rows to write now, sorted by key, and forget them.

        What is over budget is thinned evenly, a metric with few points last. The first point of
        each metric is always among them, and at the `last` call the last one; before that, each
        metric's newest point is held back, since it may turn out to be its last.

        Args:
            elapsed: seconds since the run began.
            last: no more rows will come.
        """
        self._admit_keys()
        held = {} if last else {key: [rows.pop()] for key, rows in self._pending.items() if rows}
        room = max(FREE_ROWS, int(self.rows_per_second * elapsed)) - self.sent
        cap = _cap([len(rows) for rows in self._pending.values()], room)
        taken = []
        for key in sorted(self._pending):
            fresh = self._keys[key] == 0
            least = (1 + fresh) if last else int(fresh)
            rows = evenly(self._pending[key], max(cap, least), latest=last)
            self._keys[key] += len(rows)
            taken += rows
        self._pending = held
        self.sent += len(taken)
        return taken

    def give_back(self, rows: Iterable[Row]) -> None:
        """Put rows back that could not be written."""
        back: dict[str, list[Row]] = {}
        for row in rows:
            back.setdefault(row.key, []).append(row)
        for key, older in back.items():
            self._pending[key] = older + self._pending.get(key, [])
            self._keys[key] -= len(older)
            self.sent -= len(older)

    def _admit_keys(self) -> None:
        new = [key for key in self._pending if key not in self._keys and key not in self.left_out]
        chosen = set(choose_keys(new, max(KEYS - len(self._keys), LATE_KEYS)))
        self.left_out.update(key for key in new if key not in chosen)
        self._keys |= dict.fromkeys(chosen, 0)
        self._pending = {k: rows for k, rows in self._pending.items() if k in self._keys}


def choose_keys(keys: Sequence[str], room: int) -> list[str]:
    """Return at most `room` of the names: each statistic keeps places evenly along the depth.

    A statistic is what stands before the last '/'; small groups (losses, accuracies) come first.

    >>> choose_keys(["loss", "std/0", "std/1", "std/2"], 3)
    ['loss', 'std/0', 'std/2']
    """
    groups: dict[str, list[str]] = {}
    for key in keys:
        groups.setdefault(key.rpartition("/")[0], []).append(key)
    chosen: list[str] = []
    left = len(groups)
    for group in sorted(groups.values(), key=len):
        chosen += evenly(group, (room - len(chosen)) // left)
        left -= 1
    return chosen


def evenly(items: Sequence[T], count: int, *, latest: bool = True) -> list[T]:
    """Return `count` of the items in order, spread evenly from the first to the last.

    Args:
        items: in order.
        count: how many at most.
        latest: of one, take the last; else the first.

    >>> evenly([0, 1, 2, 3, 4], 3)
    [0, 2, 4]
    """
    if count >= len(items):
        return list(items)
    if count <= 0:
        return []
    if count == 1:
        return [items[-1 if latest else 0]]
    gaps, steps = len(items) - 1, count - 1
    return [items[(2 * i * gaps + steps) // (2 * steps)] for i in range(count)]


def _cap(lengths: Sequence[int], room: int) -> int:
    """Return the largest cap under which the lengths, each cut to it, fit into the room."""
    left = len(lengths)
    for length in sorted(lengths):
        if length * left > room:
            return max(room, 0) // left
        room -= length
        left -= 1
    return max(lengths, default=0)
