"""When each probe looks: at initialization, evenly along the training, and at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from initlab.probes import Snapshot, Subject, select_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from initlab.config import ProbeSpec
    from initlab.nn import Block
    from initlab.probes import Reading

__all__ = ["Watch", "due_steps"]

T = TypeVar("T")


def due_steps(total: int, times: int, every: int | None = None) -> frozenset[int]:
    """Return the steps of a training of `total` at which to measure; 0 and `total` are among them.

    >>> sorted(due_steps(10, times=1))
    [0, 5, 10]
    >>> sorted(due_steps(5, times=0, every=2))
    [0, 2, 4, 5]
    """
    if every is not None:
        return frozenset((*range(0, total, every), total))
    parts = times + 1
    return frozenset(round(total * part / parts) for part in range(parts + 1))


class Watch:
    """The probes of one run, each with the steps at which it is due and the places it looks at.

    Raises:
        SelectsNothingError: when a probe's pattern matches nothing in the net.
    """

    def __init__(self, probes: Iterable[ProbeSpec], net: Block, total: int) -> None:
        self._due = [
            (spec.probe, due_steps(total, spec.times, spec.every), _places(spec, net))
            for spec in probes
        ]

    def is_due(self, step: int) -> bool:
        """Return whether any probe wants to look at `step`."""
        return any(step in steps for _, steps, _ in self._due)

    def measure(self, snapshot: Snapshot) -> list[Reading]:
        """Let every probe that is due at the snapshot's step look at its own places.

        A diverging net's numbers may overflow in a probe, too; the reading says it.
        """
        with np.errstate(all="ignore"):
            return [
                reading
                for probe, steps, places in self._due
                if snapshot.step in steps
                for reading in probe.measure(_only(snapshot, probe.over, places))
            ]


def _places(spec: ProbeSpec, net: Block) -> frozenset[str]:
    return frozenset(select_places(spec.probe, spec.match, net, f"probe {spec.name!r}"))


def _only(snapshot: Snapshot, over: Subject, places: frozenset[str]) -> Snapshot:
    if over is Subject.blocks:
        return Snapshot(
            snapshot.step,
            activations=_kept(snapshot.activations, places),
            signals=_kept(snapshot.signals, places),
            foretold=_kept(snapshot.foretold, places),
            foretold_gradients=_kept(snapshot.foretold_gradients, places),
        )
    return Snapshot(
        snapshot.step,
        weights=_kept(snapshot.weights, places),
        gradients=_kept(snapshot.gradients, places),
        updates=_kept(snapshot.updates, places),
        claims=_kept(snapshot.claims, places),
    )


def _kept(found: Mapping[str, T], places: frozenset[str]) -> dict[str, T]:
    return {path: it for path, it in found.items() if path in places}
