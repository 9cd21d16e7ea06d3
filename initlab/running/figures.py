"""The pictures of a run: signal through depth, the loss, weights and gradients over time."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from initlab.running.drawing import Axes, Picture, Scale
from initlab.running.magnitudes import EDGES, KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from initlab.probes import Reading
    from initlab.running.result import RunResult

__all__ = ["draw_loss", "draw_magnitudes", "draw_signal"]

SEEN = 0.003  # the share of entries from which a bin is drawn
BLUE, ORANGE = "#0072b2", "#d55e00"  # told apart without colour vision, too
LEFT, TOP, ACROSS, DOWN = 72, 62, 632, 300  # of a picture's one pair of axes
LETTER = 3.9  # how far down a letter of a turned name reaches


def draw_signal(result: RunResult, file: Path) -> None:
    """Draw the std of activations and of the gradients arriving there, by Block, as drawn."""
    activations, signals = result.first("act_std"), result.first("signal_grad_std")
    if not activations:
        return
    places = list(activations)
    signal, gradient = (_curve(places, found) for found in (activations, signals))
    names = Scale.of(places)
    title = f"Signal through depth at initialization: {result.spec.label}"
    picture = Picture(title, TOP + DOWN + 28 + LETTER * max(map(len, names.marks.values())))
    scale = Scale.over([*signal.values(), *gradient.values()], logarithmic=True)
    axes = Axes((LEFT, TOP, ACROSS, DOWN), names, scale, turned=True)
    axes.line(signal, BLUE, 1.6, dots=8)
    axes.line(gradient, ORANGE, 1.6, dots=8, dashed=True)
    picture.add(axes)
    told = {"std of the activation": BLUE, "of the gradient of the loss that arrives there": ORANGE}
    picture.legend(LEFT, TOP - 12, told)
    picture.save(file)


def draw_loss(result: RunResult, file: Path) -> None:
    """Draw the training loss of every step and the test loss of every epoch."""
    train = {float(step.number): step.loss for step in result.steps if step.finite}
    test = {float(number): score.loss for number, score in result.scores if isfinite(score.loss)}
    steps, losses = [*train, *test], [*train.values(), *test.values()]
    picture = Picture(f"Loss: {result.spec.label}", TOP + DOWN + 48)
    scale = Scale.over(losses, logarithmic=bool(losses) and min(losses) > 0)
    axes = Axes((LEFT, TOP, ACROSS, DOWN), Scale.over(steps), scale)
    axes.line(train, BLUE)
    axes.line(test, ORANGE, 1.6, dots=5)
    picture.add(axes)
    picture.text(LEFT + ACROSS / 2, TOP + DOWN + 38, "step", "middle")
    picture.legend(LEFT, TOP - 12, {"training batch": BLUE, "test": ORANGE})
    picture.save(file)


def draw_magnitudes(result: RunResult, file: Path) -> None:
    """Draw how large the entries of weights and gradients are over time: a row for each role."""
    roles = list(dict.fromkeys(role for _, found in result.magnitudes for role, _ in found))
    if not roles:
        return
    width, height, apart = 308, 140, 186
    title = f"How many entries are how large, over the steps: {result.spec.label}"
    picture = Picture(title, TOP + apart * len(roles))
    steps = [step for step, _ in result.magnitudes]
    across = Scale(0, 1, {0.03: f"{steps[0]}", 0.96: f"{steps[-1]}"})
    for row, role in enumerate(roles):
        low, high, shares = _shares(result, role)
        marks = {float(n): f"{10.0**n:g}" for n in range(-10, 5) if low <= n <= high and n % 2 == 0}
        top = TOP + row * apart
        for column, kind in enumerate(KINDS):
            left = LEFT + column * (width + 16)
            up = Scale(low, high, marks if column == 0 else {})
            axes = Axes((left, top, width, height), across, up)
            axes.shades(np.sqrt(shares[column] / (shares.max() or 1.0)))  # few entries are seen too
            picture.add(axes)
            picture.text(left, top - 8, f"{role}: {kind}")
    picture.save(file)


def _shares(result: RunResult, role: str) -> tuple[float, float, np.ndarray]:
    """Return the log10 of the sizes between which a role's entries lie, and how many lie where.

    The shares are by kind, bin (the largest first) and step, 0 where there are none.
    """
    none = np.zeros(len(EDGES) - 1)
    shares = np.array([
        [found.get((role, kind), none) for _, found in result.magnitudes] for kind in KINDS
    ])  # fmt: skip
    used = np.flatnonzero((shares > SEEN).any(axis=(0, 1)))
    low, high = (used[0], used[-1] + 1) if used.size else (0, 1)
    cut = shares[:, :, low:high][..., ::-1].transpose(0, 2, 1)
    return float(EDGES[low]), float(EDGES[high]), cut


def _curve(places: list[str], found: Mapping[str, Reading]) -> dict[float, float]:
    """Return the readings that a logarithmic scale can show, by the number of their place."""
    values = {float(i): found[p].value for i, p in enumerate(places) if p in found}
    return {i: value for i, value in values.items() if 0 < value < float("inf")}
