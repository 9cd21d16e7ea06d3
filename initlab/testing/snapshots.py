"""Snapshots that a probe has to cope with: usual ones, sparse ones, zeros, a diverged net."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.probes import Claim, Snapshot, Subject

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["arrays", "diverged", "snapshots"]

STD = 0.1
SHAPES = {
    "0.weight": (64, 48),
    "0.bias": (64,),
    "1.weight": (16, 4, 3, 3),
    "norm.gain": (16,),
    "embedding.weight": (50, 20),
    "head.weight": (1, 1),
}
OUTPUTS = {"0": (32, 64), "1": (32, 16, 5, 5), "embedding": (32, 7, 20), "head": (32, 1)}
FIELDS = ("weights", "gradients", "updates", "activations", "signals")


def snapshots(over: Subject) -> list[Snapshot]:
    """Return fresh snapshots as a run hands them to a probe over parameters or blocks.

    The first is complete, at initialization: a zero bias, weights from the Gaussians claimed.
    """
    full = _of_blocks() if over is Subject.blocks else _of_parameters()
    bare = replace(full, gradients={}, updates={}, signals={}, claims={})
    return [full, replace(full, step=7, claims={}), bare, _filled(full, 0.0), Snapshot(3)]


def diverged(over: Subject) -> Snapshot:
    """Return the first of `snapshots` with every number lost."""
    return _filled(snapshots(over)[0], np.nan)


def arrays(snapshot: Snapshot) -> dict[tuple[str, str], np.ndarray]:
    """Return all arrays of a snapshot by what they are and where."""
    return {(f, path): a for f in FIELDS for path, a in getattr(snapshot, f).items()}


def _of_parameters() -> Snapshot:
    weights, gradients = _drawn(SHAPES, seed=0), _drawn(SHAPES, seed=1)
    weights["0.bias"][:] = 0
    return Snapshot(
        step=0,
        weights=weights,
        gradients=gradients,
        updates={path: np.float32(-0.01) * g for path, g in gradients.items()},
        claims={p: Claim(STD, kurtosis=3.0) if p != "0.bias" else Claim(0.0) for p in SHAPES},
    )


def _of_blocks() -> Snapshot:
    outputs = {path: np.maximum(y, 0) for path, y in _drawn(OUTPUTS, seed=2).items()}
    outputs["0"][:, 3] = 0  # a dead unit
    return Snapshot(step=0, activations=outputs, signals=_drawn(OUTPUTS, seed=3))


def _drawn(shapes: Mapping[str, tuple[int, ...]], seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {p: rng.normal(0, STD, shape).astype(np.float32) for p, shape in shapes.items()}


def _filled(snapshot: Snapshot, value: float) -> Snapshot:
    numbers: dict[str, Any] = {
        field: {path: np.full_like(a, value) for path, a in getattr(snapshot, field).items()}
        for field in FIELDS
    }
    return replace(snapshot, claims={}, **numbers)
