"""The pictures of a run: signal through depth, the loss, weights and gradients over time."""

from __future__ import annotations

from functools import partial
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from initlab.running.canvas import curves_on, image_on, logarithmic, save, show
from initlab.running.magnitudes import EDGES, KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from io import BytesIO
    from pathlib import Path

    from initlab.probes import Reading
    from initlab.running.result import RunResult

    Picture = Callable[[Path | BytesIO], None]

__all__ = ["pictures"]

SEEN = 0.003  # the share of entries from which a bin is drawn
GAP = 2  # columns between values and gradients


def pictures(result: RunResult) -> dict[str, Picture]:
    """Return what draws each picture that the run has something for, by its name."""
    roles = dict.fromkeys(role for _, found in result.magnitudes for role, _ in found)
    drawn = {f"histograms_{role}": partial(draw_histograms, result, role) for role in roles}
    if result.first("act_std"):
        drawn["signal_through_depth"] = partial(draw_signal, result)
    return {**drawn, "loss": partial(draw_loss, result)}


def draw_signal(result: RunResult, file: Path | BytesIO) -> None:
    """Draw the std of activations and of the gradients arriving there, by Block, as drawn."""
    activations, signals = result.first("act_std"), result.first("signal_grad_std")
    places = list(activations)
    curves = [_plottable(places, found) for found in (activations, signals)]
    looks = (("activation", "o-"), ("gradient of the loss", "s--"))
    with curves_on("standard deviation", *looks) as axes:
        show(axes, curves)
        logarithmic(axes)
        shown = range(0, len(places), max(1, len(places) // 12))
        axes.set_xticks(list(shown), [places[i] for i in shown], rotation=45, ha="right")
        save(axes, f"Signal through depth at initialization: {result.spec.label}", file)


def draw_loss(result: RunResult, file: Path | BytesIO) -> None:
    """Draw the training loss of every step and the test loss of every epoch."""
    train = {step.number: step.loss for step in result.steps if step.finite}
    test = {number: score.loss for number, score in result.scores if isfinite(score.loss)}
    with curves_on("loss", ("train batch", "-"), ("test", "o-")) as axes:
        show(axes, [train, test])
        axes.lines[1].set_markevery(max(1, len(test) // 10))  # a hundred circles are a band
        if train and min(train.values()) > 0:
            logarithmic(axes)
        save(axes, f"Loss by step: {result.spec.label}", file)


def draw_histograms(result: RunResult, role: str, file: Path | BytesIO) -> None:
    """Draw how large the entries of a role's values and of its gradients are over time.

    Both are one image on one pair of axes: axes and their ticks are what a picture costs.
    """
    powers, cells = _shares(result, role)
    steps, (rows, columns) = [step for step, _ in result.magnitudes], cells.shape
    with image_on("log10 of their size") as axes:
        (image,) = axes.images
        image.set_data(cells)
        image.autoscale()
        image.set_extent((-0.5, columns - 0.5, rows - 0.5, -0.5))
        whole = {row - 0.5: f"{power:g}" for row, power in enumerate(powers) if power % 1 == 0}
        every = max(1, len(whole) // 4)
        axes.set_yticks(list(whole)[::every], list(whole.values())[::every])
        labels = _columns(steps)
        axes.set_xticks(list(labels), list(labels.values()))
        save(axes, f"Entries of each {role} over steps: {result.spec.label}", file)


def _columns(steps: list[int]) -> dict[float, str]:
    """Return what stands below the columns: both kinds, each between its first and last step."""
    half = (len(steps) - 1) / 2
    return {
        start + share * half: text
        for start, kind in zip((0, len(steps) + GAP), KINDS, strict=True)
        for share, text in enumerate((f"{steps[0]}", kind, f"{steps[-1]}"))
    }


def _shares(result: RunResult, role: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges of a role's bins, the largest first, and the shares in them.

    The columns are the steps of the values, a gap, and the steps of the gradients.
    """
    none = np.full(len(EDGES) - 1, np.nan)
    values, gradients = (
        [found.get((role, kind), none) for _, found in result.magnitudes] for kind in KINDS
    )
    shares = np.array([*values, *[none] * GAP, *gradients]).T
    used = np.flatnonzero((shares > SEEN).any(axis=1))
    low, high = (used[0], used[-1] + 1) if used.size else (0, 1)
    return np.round(EDGES[low : high + 1][::-1], 6), shares[low:high][::-1]


def _plottable(places: list[str], found: Mapping[str, Reading]) -> dict[int, float]:
    """Return the readings that a logarithmic axis can show, by the number of their place."""
    values = {i: found[place].value for i, place in enumerate(places) if place in found}
    return {i: value for i, value in values.items() if 0 < value < float("inf")}
