"""The two pictures of a run: how the signal goes through the depth, and how the loss falls."""

from __future__ import annotations

from math import isfinite, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from initlab.running.result import RunResult

__all__ = ["draw_loss", "draw_signal"]


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
