"""The plane of weight and bias variances, parted into order and chaos, with a net's place in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from initlab.theory import CriticalPoint, MeanField, critical_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

__all__ = ["draw_phases"]

LENGTHS = np.geomspace(1e-6, 1e4, 121)
LEVELS = (0.5, 0.7, 0.9, 1.0, 1.1, 1.3, 1.5)
ORDER, EDGE, CHAOS = "#3b6fb6", "#222222", "#c0392b"
SIDES = (  # above the picture, where no line runs through the words
    (0.0, "left", "ordered: gradients vanish", ORDER),
    (1.0, "right", "chaotic: gradients explode", CHAOS),
)


def draw_phases(field: MeanField, title: str, file: Path, point: str | None = None) -> None:
    """Draw lines of equal chi_1, the critical one thick, and the net's point; save as PNG.

    Args:
        field: the net's hidden layers.
        title: of the picture.
        file: where it goes.
        point: what is said of the net's point; None for the phase of its fixed point.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.6), layout="constrained")
    axes = figure.add_subplot()
    line = critical_line(field.f, LENGTHS)
    right, top = _extent(field, line[0].weight_variance)
    for chi in LEVELS:
        _draw_level(axes, line, chi, right, top)
    axes.plot(
        field.weight_variance, field.bias_variance, "o", ms=10, mfc="#f1c40f", mec="black",
        clip_on=False, zorder=5, label=point or f"{field.phase}: chi_1 = {field.chi_1:.4g}",
    )  # fmt: skip
    name = getattr(field.f, "__name__", "f").lstrip("_")
    axes.set_title(title, pad=22)
    axes.set(
        xlim=(0, right), ylim=(0, top),
        xlabel=f"weight variance times fan_in, before {name}", ylabel="bias variance",
    )  # fmt: skip
    for at, side, words, colour in SIDES:
        axes.text(at, 1.015, words, transform=axes.transAxes, color=colour, ha=side, va="bottom")
    axes.legend(loc="upper right")
    figure.savefig(file, dpi=100)


def _extent(field: MeanField, edge: float) -> tuple[float, float]:
    """Return how far the axes go: the point and the edge of chaos lie inside."""
    right = 1.6 * max(field.weight_variance, edge if np.isfinite(edge) else 0.0, 0.5)
    return right, max(1.6 * field.bias_variance, 0.25)


def _draw_level(
    axes: Axes, line: Sequence[CriticalPoint], chi: float, right: float, top: float
) -> None:
    points = [p.level(chi) for p in line if np.isfinite(p.weight_variance)]
    inside = [(weight, bias) for weight, bias in points if bias >= 0]
    if not inside:
        return
    x, y = np.array(inside).T
    if np.ptp(x) < 1e-9:  # no length of its own: a line straight up
        x, y = np.full(2, x[0]), np.array([0.0, top])
    colour = EDGE if chi == 1 else ORDER if chi < 1 else CHAOS
    axes.plot(x, y, color=colour, lw=2.5 if chi == 1 else 0.9)
    if chi == 1:
        axes.fill_betweenx(y, 0, x, color=ORDER, alpha=0.08, lw=0)
        axes.fill_betweenx(y, x, right, where=x <= right, color=CHAOS, alpha=0.08, lw=0)
    at = np.flatnonzero((y <= top) & (x <= right))
    if at.size:
        axes.annotate(
            f"{chi:g}", (x[at[-1]], 0.93 * min(y[at[-1]], top)), color=colour, fontsize=8,
            ha="center", bbox={"fc": "white", "ec": "none", "pad": 0.8},
        )  # fmt: skip
