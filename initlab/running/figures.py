"""The pictures of a run: signal through depth, the loss, weights and gradients over time."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from math import isfinite, log10
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.running.magnitudes import EDGES, KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from matplotlib.axes import Axes

    from initlab.probes import Reading
    from initlab.running.result import RunResult

__all__ = ["draw_loss", "draw_magnitudes", "draw_signal", "logarithmic"]

_LOCK = Lock()  # of what is kept: one picture at a time
SEEN = 0.003  # the share of entries from which a bin is drawn


def draw_signal(result: RunResult, file: Path) -> None:
    """Draw the std of activations and of the gradients arriving there, by Block, as drawn."""
    activations, signals = result.first("act_std"), result.first("signal_grad_std")
    if not activations:
        return
    places = list(activations)
    curves = [_plottable(places, found) for found in (activations, signals)]
    kept = _drawing("standard deviation", ("activation", "o-"), ("gradient of the loss", "s--"))
    with kept as axes:
        _show(axes, curves)
        logarithmic(axes)
        shown = range(0, len(places), max(1, len(places) // 12))
        axes.set_xticks(list(shown), [places[i] for i in shown], rotation=45, ha="right")
        axes.title.set_text(f"Signal through depth at initialization: {result.spec.label}")
        _save(axes.get_figure(), file)


def draw_loss(result: RunResult, file: Path) -> None:
    """Draw the training loss of every step and the test loss of every epoch."""
    train = {step.number: step.loss for step in result.steps if step.finite}
    test = {number: score.loss for number, score in result.scores if isfinite(score.loss)}
    with _drawing("loss", ("train batch", "-"), ("test", "o-")) as axes:
        _show(axes, [train, test])
        axes.lines[1].set_markevery(max(1, len(test) // 10))  # a hundred circles are a band
        if train and min(train.values()) > 0:
            logarithmic(axes)
        axes.title.set_text(f"Loss by step: {result.spec.label}")
        _save(axes.get_figure(), file)


def draw_magnitudes(result: RunResult, file: Path) -> None:
    """Draw how large the entries of weights and gradients are over time: a band for each role.

    The bands are one image on one pair of axes: axes and their ticks are what a picture costs.
    """
    roles = tuple(dict.fromkeys(role for _, found in result.magnitudes for role, _ in found))
    if not roles:
        return
    ticks: dict[float, str] = {}
    with _LOCK:
        axes, bands, top = _banded(roles), [], -0.5
        for role, text in zip(roles, axes.texts, strict=True):
            powers, band = _band(result, role)
            ticks |= {top + row: f"{power:g}" for row, power in enumerate(powers) if power % 2 == 0}
            bands.append(band)
            top += len(band)
            text.set_position((-0.2, top - 1.3))
        _fill(axes, np.concatenate(bands))
        axes.set_yticks(list(ticks), list(ticks.values()))
        labels = _columns([step for step, _ in result.magnitudes])
        axes.set_xticks(list(labels), list(labels.values()))
        axes.title.set_text(f"log10 of entries over steps: {result.spec.label}")
        _save(axes.get_figure(), file)


def _columns(steps: list[int]) -> dict[float, str]:
    """Return what stands below the columns: both kinds, each between its first and last step."""
    half = (len(steps) - 1) / 2
    return {
        start + share * half: text
        for start, kind in zip((0, len(steps) + 1), KINDS, strict=True)
        for share, text in enumerate((f"{steps[0]}", kind, f"{steps[-1]}"))
    }


@cache
def _banded(roles: tuple[str, ...]) -> Axes:
    from matplotlib.figure import Figure

    height = 1.2 + 1.9 * len(roles)
    figure = Figure(figsize=(7, height))
    axes: Axes = figure.add_axes((0.08, 0.4 / height, 0.89, 1 - 0.9 / height))
    _place_labels(axes)
    axes.imshow([[0.0]], aspect="auto", interpolation="none")
    for role in roles:
        axes.text(0, 0, role, va="bottom", fontsize=10, color="white")
    _title(axes, "")
    return axes


def _fill(axes: Axes, cells: np.ndarray) -> None:
    """Put the image in the place of the former one."""
    (image,), (rows, columns) = axes.images, cells.shape
    image.set_data(cells)
    image.autoscale()
    image.set_extent((-0.5, columns - 0.5, rows - 0.5, -0.5))


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


def _plottable(places: list[str], found: Mapping[str, Reading]) -> dict[int, float]:
    """Return the readings that a logarithmic axis can show, by the number of their place."""
    values = {i: found[place].value for i, place in enumerate(places) if place in found}
    return {i: value for i, value in values.items() if 0 < value < float("inf")}


@contextmanager
def _drawing(ylabel: str, *curves: tuple[str, str]) -> Iterator[Axes]:
    """Lend the axes with these curves: they are most of what a picture costs, so they are kept."""
    with _LOCK:
        yield _axes(ylabel, curves)


@cache
def _axes(ylabel: str, curves: tuple[tuple[str, str], ...]) -> Axes:
    from matplotlib.figure import Figure

    # fixed margins: measuring the labels to fit them costs more than drawing the picture
    axes: Axes = Figure(figsize=(7, 4.2)).add_axes((0.11, 0.24, 0.86, 0.64))
    axes.grid(alpha=0.3)
    axes.set_ylabel(ylabel)
    _place_labels(axes)
    _title(axes, "")
    for name, look in curves:
        axes.plot([], [], look, label=name, lw=0.8 if look == "-" else 1.5, ms=4)
    axes.legend(loc="center right")
    return axes


def _show(axes: Axes, curves: Iterable[Mapping[int, float]]) -> None:
    """Put the points, y by x, in the places of those that were shown before."""
    axes.set_yscale("linear")
    for line, points in zip(axes.lines, curves, strict=True):
        line.set_data(list(points), list(points.values()))
    axes.relim()
    axes.autoscale()
    _few_ticks(axes)


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


def _place_labels(axes: Axes) -> None:
    """Put the axes' labels at fixed places: to keep clear of ticks, all of them are measured."""
    axes.xaxis.set_label_coords(0.5, -0.1)
    axes.yaxis.set_label_coords(-0.1, 0.5)


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, y=1.02)  # a given height saves looking for a free one


def _save(figure: Any, file: Path) -> None:
    from matplotlib import rc_context

    with rc_context({"svg.fonttype": "none"}):  # texts as texts: their letters need no drawing
        figure.savefig(file, format="svg", metadata={"Date": None})
