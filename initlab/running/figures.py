"""The pictures of a run: signal through depth, the loss, weights and gradients over time."""

from __future__ import annotations

from math import isfinite, log10
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.running.magnitudes import EDGES, KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from initlab.running.result import RunResult

__all__ = ["draw_loss", "draw_magnitudes", "draw_signal", "logarithmic"]

SEEN = 0.003  # the share of entries from which a bin is drawn


def draw_signal(result: RunResult, file: Path) -> None:
    """Draw the std of activations and of the gradients arriving there, by Block, as drawn."""
    activations, signals = result.first("act_std"), result.first("signal_grad_std")
    if not activations:
        return
    axes = _axes()
    places = list(activations)
    for name, readings, marker in (
        ("activation", activations, "o-"),
        ("gradient of the loss", signals, "s--"),
    ):
        depth = [i for i, place in enumerate(places) if _plottable(readings.get(place))]
        axes.plot(depth, [readings[places[i]].value for i in depth], marker, label=name)
    logarithmic(axes)
    shown = range(0, len(places), max(1, len(places) // 12))
    axes.set_xticks(list(shown), [places[i] for i in shown], rotation=45, ha="right")
    title = f"Signal through depth at initialization: {result.spec.label}"
    axes.set(ylabel="standard deviation")
    _title(axes, title)
    axes.legend()
    _save(axes.get_figure(), file)


def draw_loss(result: RunResult, file: Path) -> None:
    """Draw the training loss of every step and the test loss of every epoch."""
    axes = _axes()
    finite = [step for step in result.steps if step.finite]
    axes.plot([s.number for s in finite], [s.loss for s in finite], lw=0.8, label="train batch")
    tests = [(number, score.loss) for number, score in result.scores if isfinite(score.loss)]
    axes.plot([n for n, _ in tests], [loss for _, loss in tests], "o-", ms=3, label="test")
    if finite and min(step.loss for step in finite) > 0:
        logarithmic(axes)
    axes.set(xlabel="step", ylabel="loss")
    _title(axes, f"Loss: {result.spec.label}")
    axes.legend(loc="upper right")
    _save(axes.get_figure(), file)


def draw_magnitudes(result: RunResult, file: Path) -> None:
    """Draw how large the entries of weights and gradients are over time: a band for each role.

    The bands are one image on one pair of axes: axes and their ticks are what a picture costs.
    """
    from matplotlib.figure import Figure

    roles = list(dict.fromkeys(role for _, found in result.magnitudes for role, _ in found))
    if not roles:
        return
    height = 1.2 + 1.9 * len(roles)
    axes = Figure(figsize=(7, height)).add_axes((0.08, 0.4 / height, 0.89, 1 - 0.9 / height))
    top, bands = -0.5, []
    ticks: dict[float, str] = {}
    for role in roles:
        powers, band = _band(result, role)
        ticks |= {top + row: f"{power:g}" for row, power in enumerate(powers) if power % 2 == 0}
        bands.append(band)
        top += len(band)
        axes.text(-0.2, top - 1.3, role, va="bottom", fontsize=10, color="white")
    axes.imshow(np.concatenate(bands), aspect="auto", interpolation="nearest")
    axes.set_yticks(list(ticks), list(ticks.values()))
    steps = [step for step, _ in result.magnitudes]
    half = (len(steps) - 1) / 2
    labels = {
        start + share * half: text
        for start, kind in zip((0, len(steps) + 1), KINDS, strict=True)
        for share, text in enumerate((f"{steps[0]}", kind, f"{steps[-1]}"))
    }
    axes.set_xticks(list(labels), list(labels.values()))
    _title(axes, f"log10 of entries over steps: {result.spec.label}")
    _save(axes.get_figure(), file)


def _band(result: RunResult, role: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges of a role's bins, the largest first, and the shares in them.

    The columns are the steps of the values, a gap, and the steps of the gradients; an empty row
    ends the band.
    """
    none = np.full(len(EDGES) - 1, np.nan)
    values, gradients = (
        [found.get((role, kind), none) for _, found in result.magnitudes] for kind in KINDS
    )
    shares = np.array([*values, none, *gradients]).T
    used = np.flatnonzero((shares > SEEN).any(axis=1))
    low, high = (used[0], used[-1] + 1) if used.size else (0, 1)
    band = np.vstack([shares[low:high][::-1], np.full(shares.shape[1], np.nan)])
    return np.round(EDGES[low : high + 1][::-1], 6), band


def _plottable(reading: object) -> bool:
    value = getattr(reading, "value", 0.0)
    return 0 < value < float("inf")


def _axes() -> Axes:
    from matplotlib.figure import Figure

    # fixed margins: measuring the labels to fit them costs more than drawing the picture
    axes: Axes = Figure(figsize=(7, 4.2)).add_axes((0.11, 0.24, 0.86, 0.64))
    axes.grid(alpha=0.3)
    _few_ticks(axes)
    return axes


def _few_ticks(axes: Axes) -> None:
    """Let an axis have some four ticks: they are most of what a picture costs."""
    axes.locator_params(nbins=4)


def logarithmic(axes: Axes) -> None:
    """Scale what is drawn logarithmically, with plain numbers."""
    from matplotlib.ticker import LogLocator, NullLocator

    axes.set_yscale("log")
    # plain numbers at 1, 2 and 5: easier to read than powers of ten, and drawn in half the time
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if _decades(axes) < 3 else (1,)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())


def _decades(axes: Axes) -> float:
    low, high = axes.get_ylim()
    return log10(high / low)


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, y=1.02)  # a given height saves looking for a free one


def _save(figure: Any, file: Path) -> None:
    figure.savefig(file, dpi=100, pil_kwargs={"compress_level": 1})  # a tenth larger, and faster
