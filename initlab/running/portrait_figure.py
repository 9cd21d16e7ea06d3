"""The picture of a portrait: the values beside their law, the signal beside what was foretold."""

from __future__ import annotations

from io import BytesIO
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.running.canvas import logarithmic

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from initlab.running.portrait import Portrait

__all__ = ["draw_portrait"]

BINS, COLOURS = 61, 24
VALUES, LAW = "#9db8d9", "#222222"
MARKS = {"signal": ("#3b6fb6", "o"), "gradient": ("#c0392b", "s")}
SMALL: dict[Any, Any] = {
    "font.size": 8,
    "axes.titlesize": 8,
    "legend.fontsize": 7,
    "legend.frameon": False,
}


def draw_portrait(portrait: Portrait, file: Path) -> None:
    """Draw values on the left, depth on the right; save as a PNG of few colours, some 10 kB."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from PIL import Image

    picture = BytesIO()
    with rc_context(SMALL):
        figure = Figure(figsize=(7.2, 2.2))
        _draw_values(figure.add_axes((0.07, 0.2, 0.4, 0.68)), portrait)
        if portrait.depths:
            _draw_depths(figure.add_axes((0.57, 0.2, 0.41, 0.68)), portrait)
        figure.savefig(picture, dpi=130)
    Image.open(picture).convert("RGB").quantize(COLOURS).save(file, optimize=True)


def _draw_values(axes: Axes, portrait: Portrait) -> None:
    values = portrait.values.real.ravel().astype(np.float64)
    shares, edges = np.histogram(values, BINS, _range(values))
    axes.stairs(shares / (values.size * np.diff(edges)), edges, fill=True, color=VALUES)
    real = portrait.values.dtype.kind != "c"
    if real:
        _draw_law(axes, portrait, edges)
    if shares.max() > 0.6 * values.size:  # a few values, one of them most
        axes.set_yscale("log")
        axes.yaxis.set_minor_formatter("")
    axes.set(
        title=f"{'values' if real else 'real parts'} of {portrait.entry.path}", ylabel="density"
    )
    axes.locator_params(axis="x", nbins=6)


def _draw_law(axes: Axes, portrait: Portrait, edges: np.ndarray) -> None:
    """Draw the law's density or, where it tells none, its mean and standard deviation."""
    law, x = portrait.law, np.linspace(edges[0], edges[-1], 200)
    density = portrait.density(x)
    if density is not None:
        axes.plot(x, density, color=LAW, lw=1.2, label="law")
    elif law.mean is not None and law.variance is not None:
        std = sqrt(law.variance)
        for place, style in ((law.mean, "-"), (law.mean - std, ":"), (law.mean + std, ":")):
            axes.axvline(place, color=LAW, lw=1, ls=style)
        axes.plot([], [], color=LAW, ls=":", label="law: mean, std")
    else:
        return
    axes.legend(loc="upper right")


def _range(values: np.ndarray) -> tuple[float, float]:
    """Return where the values lie, with a margin."""
    low, high = float(values.min()), float(values.max())
    margin = 0.03 * (high - low) or 0.5 * abs(high) or 1.0
    return low - margin, high + margin


def _draw_depths(axes: Axes, portrait: Portrait) -> None:
    for name, (colour, mark) in MARKS.items():
        found = [(n, getattr(depth, name)) for n, depth in enumerate(portrait.depths, 1)]
        told = [
            (n, getattr(depth.foretold, name), depth.foretold.within)
            for n, depth in enumerate(portrait.depths, 1)
            if depth.foretold and 0 < getattr(depth.foretold, name) < np.inf
        ]
        shown = [(n, value) for n, value in found if 0 < value < np.inf]
        if shown:
            axes.plot(*zip(*shown, strict=True), mark, color=colour, ms=3, mew=0, label=name)
        if told:
            at, line, within = np.array(told).T
            axes.plot(at, line, color=colour, lw=1, label="foretold")
            if name == "signal":
                axes.fill_between(at, line / within, line * within, color=colour, alpha=0.15, lw=0)
    axes.set(xlabel="block", ylabel="root mean square")
    axes.locator_params(axis="x", integer=True)
    if not axes.lines:
        axes.text(0.5, 0.5, "nothing comes through", ha="center", transform=axes.transAxes)
        return
    _scale(axes)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 0.98), ncols=4, handlelength=1.2)


def _scale(axes: Axes) -> None:
    """Scale logarithmically to the points and lines, a decade at least."""
    shown = np.concatenate([np.asarray(line.get_ydata(), float) for line in axes.lines])
    low, high = float(shown.min()), float(shown.max())
    spare = max(10 * low / high, 1.5) ** 0.5
    axes.set_ylim(low / spare, high * spare)
    logarithmic(axes)
