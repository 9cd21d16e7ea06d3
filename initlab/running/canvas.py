"""SVG pictures at little cost: axes are kept, labels have fixed places, texts stay texts."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from math import log10
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from io import BytesIO
    from pathlib import Path

    from matplotlib.axes import Axes

__all__ = ["curves_on", "image_on", "logarithmic", "place_labels", "save", "show"]

_LOCK = Lock()  # of what is kept: one picture at a time


@contextmanager
def curves_on(ylabel: str, *curves: tuple[str, str]) -> Iterator[Axes]:
    """Lend axes with a line of points for each (name, look): axes are most of what one costs."""
    with _LOCK:
        yield _lines(ylabel, curves)


@contextmanager
def image_on(ylabel: str) -> Iterator[Axes]:
    """Lend axes with an image whose first row is the top one."""
    with _LOCK:
        yield _image(ylabel)


def show(axes: Axes, curves: Iterable[Mapping[int, float]]) -> None:
    """Put the points, y by x, in the places of those that were shown before."""
    axes.set_yscale("linear")
    for line, points in zip(axes.lines, curves, strict=True):
        line.set_data(list(points), list(points.values()))
    axes.relim()
    axes.autoscale()
    axes.locator_params(nbins=4)  # ticks are most of what a picture costs


def save(axes: Axes, title: str, file: Path | BytesIO) -> None:
    """Give the picture its title and write it."""
    from matplotlib import rc_context

    axes.title.set_text(title)
    figure: Any = axes.get_figure()
    with rc_context({"svg.fonttype": "none"}):  # texts as texts: their letters need no drawing
        figure.savefig(file, format="svg", metadata={"Date": None})


def logarithmic(axes: Axes) -> None:
    """Scale what is drawn logarithmically, with plain numbers."""
    from matplotlib.ticker import LogLocator, NullLocator

    axes.set_yscale("log")
    # plain numbers at 1, 2 and 5: easier to read than powers of ten, and drawn in half the time
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if _decades(axes) < 3 else (1,)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())


def place_labels(axes: Axes) -> None:
    """Put the axes' labels at fixed places: to keep clear of ticks, all of them are measured."""
    axes.xaxis.set_label_coords(0.5, -0.1)
    axes.yaxis.set_label_coords(-0.1, 0.5)


@cache
def _lines(ylabel: str, curves: tuple[tuple[str, str], ...]) -> Axes:
    axes = _axes(ylabel, 1.1)
    axes.grid(alpha=0.3)
    for number, (name, look) in enumerate(curves):
        axes.plot([], [], look, lw=0.8 if look == "-" else 1.5, ms=4)
        # words in the curve's colour, above the picture: a legend takes as long as all the rest
        mark = {"o": "●", "s": "■"}.get(look[0], "—")
        text = axes.text(0.22 * number, 1.02, f"{mark} {name}", transform=axes.transAxes)
        text.set_color(f"C{number}")
    return axes


@cache
def _image(ylabel: str) -> Axes:
    axes = _axes(ylabel, 1.02)
    axes.imshow([[0.0]], aspect="auto", interpolation="none")
    return axes


def _axes(ylabel: str, title: float) -> Axes:
    from matplotlib.figure import Figure

    # fixed margins: measuring the labels to fit them costs more than drawing the picture
    axes: Axes = Figure(figsize=(7, 4.2)).add_axes((0.11, 0.24, 0.86, 0.64))
    axes.set_ylabel(ylabel)
    place_labels(axes)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(left=False, bottom=False)  # a mark costs a third of its label
    axes.title.set_parse_math(False)
    axes.set_title("", y=title)  # a given height saves looking for a free one
    return axes


def _decades(axes: Axes) -> float:
    low, high = axes.get_ylim()
    return log10(high / low)
