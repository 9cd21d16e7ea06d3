"""The signal through depth of several conditions, each a line with a band over its seeds."""

from __future__ import annotations

from math import ceil, inf
from typing import TYPE_CHECKING

import numpy as np

from initlab.running.canvas import logarithmic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from io import BytesIO
    from pathlib import Path

    from matplotlib.axes import Axes

    Curve = Sequence[tuple[int, float]]

__all__ = ["draw_bands"]

STYLES = ("-", "--", ":", "-.")
COLOURS = 10
COLUMNS = 5


def draw_bands(
    panels: Mapping[str, Mapping[str, Sequence[Curve]]], title: str, file: Path | BytesIO
) -> None:
    """Draw the median over seeds, and a band from the smallest to the largest; save as SVG.

    Args:
        panels: by what is drawn, then by condition, the (depth, standard deviation) of each seed.
        title: of the picture.
        file: where it goes.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(name for curves in panels.values() for name in curves))
    legend = 0.25 * ceil(len(names) / COLUMNS)
    height, width = 4.2 + legend, 4.6 * len(panels)
    figure = Figure(figsize=(width, height))
    # fixed margins: to fit them, all is drawn several times
    figure.subplots_adjust(
        left=0.8 / width, right=1 - 0.1 / width, wspace=0.22,
        top=1 - 0.75 / height, bottom=(0.6 + legend) / height,
    )  # fmt: skip
    ((*places,),) = figure.subplots(1, len(panels), squeeze=False)
    for axes, (what, curves) in zip(places, panels.items(), strict=True):
        for number, name in enumerate(names):
            if curves.get(name):
                style = STYLES[number // COLOURS % len(STYLES)]
                _draw(axes, curves[name], f"C{number % COLOURS}", style, name)
        axes.set(title=what, xlabel="block, in the order of depth", ylabel="standard deviation")
        axes.locator_params(axis="x", integer=True)
        axes.grid(alpha=0.3)
        if axes.lines:
            logarithmic(axes)
    figure.suptitle(title, parse_math=False)
    lines = {str(line.get_label()): line for axes in figure.axes for line in axes.lines}
    if lines:
        legend_of = figure.legend([*lines.values()], [*lines], loc="lower center", ncols=COLUMNS)
        for text in legend_of.get_texts():
            text.set_parse_math(False)
    with rc_context({"svg.fonttype": "none"}):
        figure.savefig(file, format="svg", metadata={"Date": None})


def _draw(axes: Axes, seeds: Sequence[Curve], colour: str, style: str, name: str) -> None:
    """Draw what is positive and finite, as a logarithmic axis shows it."""
    found: dict[int, list[float]] = {}
    for depth, value in (point for curve in seeds for point in curve if 0 < point[1] < inf):
        found.setdefault(depth, []).append(value)
    if not found:
        return
    depths = sorted(found)
    low, middle, high = np.array([np.quantile(found[d], (0, 0.5, 1)) for d in depths]).T
    axes.plot(depths, middle, style, color=colour, marker="o", ms=3, lw=1.5, label=name)
    axes.fill_between(depths, low, high, color=colour, alpha=0.25, lw=0)
