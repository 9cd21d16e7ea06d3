"""The pictures of a run: signal through depth, the loss, weights and gradients over time."""

from __future__ import annotations

from math import isfinite, log10
from typing import TYPE_CHECKING

import numpy as np

from initlab.running.magnitudes import EDGES, KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from initlab.running.result import RunResult

__all__ = ["draw_loss", "draw_magnitudes", "draw_signal"]


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
    _logarithmic(axes)
    shown = range(0, len(places), max(1, len(places) // 12))
    axes.set_xticks(list(shown), [places[i] for i in shown], rotation=45, ha="right")
    title = f"Signal through depth at initialization: {result.spec.label}"
    axes.set(ylabel="standard deviation")
    _title(axes, title)
    axes.legend()
    _save(axes, file)


def draw_loss(result: RunResult, file: Path) -> None:
    """Draw the training loss of every step and the test loss of every epoch."""
    axes = _axes()
    finite = [step for step in result.steps if step.finite]
    axes.plot([s.number for s in finite], [s.loss for s in finite], lw=0.8, label="train batch")
    tests = [(number, score.loss) for number, score in result.scores if isfinite(score.loss)]
    axes.plot([n for n, _ in tests], [loss for _, loss in tests], "o-", ms=3, label="test")
    if finite and min(step.loss for step in finite) > 0:
        _logarithmic(axes)
    axes.set(xlabel="step", ylabel="loss")
    _title(axes, f"Loss: {result.spec.label}")
    axes.legend()
    _save(axes, file)


def draw_magnitudes(result: RunResult, file: Path) -> None:
    """Draw how large the entries of weights and gradients are over time: a row for each role."""
    from matplotlib.figure import Figure

    roles = list(dict.fromkeys(role for _, found in result.magnitudes for role, _ in found))
    if not roles:
        return
    figure = Figure(figsize=(7, 0.9 + 2.1 * len(roles)))
    for row, role in enumerate(roles):
        for column, kind in enumerate(KINDS):
            height = 0.8 / len(roles)
            place = (0.09 + 0.47 * column, 0.1 + height * 1.08 * (len(roles) - 1 - row))
            axes = figure.add_axes((*place, 0.4, height * 0.8))
            _draw_histograms(axes, result, (role, kind))
            axes.set_title(f"{role}: {kind}", fontsize=9, y=1.0)
    figure.text(0.09, 0.97, f"log10 of entries over steps: {result.spec.label}", fontsize=10)
    figure.savefig(file, dpi=100)


def _draw_histograms(axes: Axes, result: RunResult, key: tuple[str, str]) -> None:
    columns = [(step, found[key]) for step, found in result.magnitudes if key in found]
    shares = np.array([share for _, share in columns]).T
    used = np.flatnonzero(shares.sum(axis=1)) if shares.size else np.array([], int)
    if used.size == 0:
        axes.text(0.5, 0.5, "all zero", ha="center", transform=axes.transAxes)
        return
    low, high = used[0], used[-1] + 1
    axes.imshow(
        shares[low:high], origin="lower", aspect="auto", cmap="viridis", interpolation="nearest",
        extent=(columns[0][0], max(columns[-1][0], columns[0][0] + 1), EDGES[low], EDGES[high]),
    )  # fmt: skip


def _plottable(reading: object) -> bool:
    value = getattr(reading, "value", 0.0)
    return 0 < value < float("inf")


def _axes() -> Axes:
    from matplotlib.figure import Figure

    # fixed margins: measuring the labels to fit them costs more than drawing the picture
    axes: Axes = Figure(figsize=(7, 4.2)).add_axes((0.11, 0.24, 0.86, 0.64))
    axes.grid(alpha=0.3)
    return axes


def _logarithmic(axes: Axes) -> None:
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


def _save(axes: Axes, file: Path) -> None:
    axes.get_figure().savefig(file, dpi=100)  # type: ignore[union-attr]  # it has one: _axes
