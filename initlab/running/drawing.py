"""Simple pictures as SVG text: a plotting library takes a hundred times as long for them."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from dataclasses import dataclass, field
from html import escape
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Axes", "Picture", "Scale"]

WIDTH = 720
ROOM = 0.04  # of a scale beyond its outermost values
LARGEST = 1e300
POINTS = 1400  # of a line, above which the least and the largest of some neighbours are drawn
PALE, DARK = np.array([247, 250, 253]), np.array([8, 48, 107])
FONT = 'font-family="system-ui,sans-serif" font-size="12" fill="#333"'


@dataclass(frozen=True)
class Scale:
    """One side of a pair of axes.

    Args:
        low: the value at its beginning.
        high: the value at its end.
        marks: what is written along it, by value.
        logarithmic: whether equal ratios are equally far apart.
    """

    low: float
    high: float
    marks: Mapping[float, str] = field(default_factory=dict)
    logarithmic: bool = False

    @classmethod
    def over(cls, values: Sequence[float], *, logarithmic: bool = False) -> Self:
        """Return the scale on which all of the values lie, with round numbers along it.

        >>> list(Scale.over([0.1, 0.5]).marks.values())
        ['0.1', '0.2', '0.3', '0.4', '0.5']
        >>> list(Scale.over([0.013, 0.6], logarithmic=True).marks.values())
        ['0.02', '0.05', '0.1', '0.2', '0.5']
        """
        low, high = (min(values), max(values)) if values else (0.1, 1.0)
        if logarithmic:
            ratio = min(high / low, LARGEST)
            room = ratio**ROOM if ratio > 2 else 3.0
            low, high = max(low / room, 1 / LARGEST), min(high * room, LARGEST)
        else:
            room = ROOM * (high - low) or max(abs(low) / 2, 0.5)
            low, high = low - room, high + room
        rounds = _powers(low, high) if logarithmic else _multiples(low, high)
        return cls(low, high, {mark: f"{mark:.10g}" for mark in rounds}, logarithmic)

    @classmethod
    def of(cls, names: Sequence[str], shown: int = 12) -> Self:
        """Return a scale with the names at 0, 1, 2, ..., not many more of them than are shown."""
        stride = ceil(len(names) / shown)
        marks = {float(i): name for i, name in enumerate(names) if i % stride == 0}
        return cls(-0.3, len(names) - 0.7, marks)

    def shares(self, values: Sequence[float]) -> np.ndarray:
        """Return how far along the scale each value lies: 0 at its beginning, 1 at its end."""
        low, high, places = self.low, self.high, np.asarray(values, dtype=float)
        if self.logarithmic:
            low, high, places = np.log(low), np.log(high), np.log(places)
        shares: np.ndarray = (places - low) / (high - low)
        return shares


def _multiples(low: float, high: float) -> list[float]:
    """Return the multiples of 1, 2 or 5 times a power of ten between the two, six at most."""
    power = 10.0 ** floor(log10((high - low) / 5))
    step = next(m * power for m in (1, 2, 5, 10) if (high - low) / (m * power) <= 5)
    return [n * step for n in range(ceil(low / step), floor(high / step) + 1)]


def _powers(low: float, high: float) -> list[float]:
    """Return the powers of ten between the two, a few of them, where there are few 2 and 5 too."""
    first, last = floor(log10(low)), ceil(log10(high))
    digits = (1, 2, 5) if high / low < 1000 else (1,)
    powers = range(first, last + 1, max(1, (last - first) // 6))
    marks = [digit * 10.0**power for power in powers for digit in digits]
    return [mark for mark in marks if low <= mark <= high]


class Axes:
    """A rectangle on a picture, its scales written along it; what is drawn on it is clipped.

    Args:
        box: left, top, width and height.
        x: the scale from left to right.
        y: the scale from the bottom to the top.
        turned: whether what stands along x is long.
    """

    def __init__(
        self, box: tuple[float, float, float, float], x: Scale, y: Scale, *, turned: bool = False
    ) -> None:
        self.left, self.top, self.width, self.height = box
        self.x, self.y = x, y
        self.parts = [*self._across(turned=turned), *self._up(), self._frame()]

    def _frame(self) -> str:
        return (
            f'<rect x="{self.left}" y="{self.top}" width="{self.width}" height="{self.height}" '
            'fill="none" stroke="#888"/>'
        )

    def _across(self, *, turned: bool) -> list[str]:
        parts, bottom = [], self.top + self.height
        how = 'text-anchor="end" transform="rotate(-35)"' if turned else 'text-anchor="middle"'
        for place, text in zip(self._lefts(list(self.x.marks)), self.x.marks.values(), strict=True):
            parts.append(
                f'<path d="M{place:.1f} {self.top}V{bottom}" stroke="#ddd"/>'
                f'<g transform="translate({place:.1f} {bottom + 17})">'
                f"<text {how}>{escape(text)}</text></g>"
            )
        return parts

    def _up(self) -> list[str]:
        places = zip(self._tops(list(self.y.marks)), self.y.marks.values(), strict=True)
        return [
            f'<path d="M{self.left} {place:.1f}h{self.width}" stroke="#ddd"/>'
            f'<text x="{self.left - 6}" y="{place + 4:.1f}" text-anchor="end">{escape(text)}</text>'
            for place, text in places
        ]

    def _lefts(self, values: Sequence[float]) -> np.ndarray:
        return self.left + self.x.shares(values) * self.width

    def _tops(self, values: Sequence[float]) -> np.ndarray:
        return self.top + (1 - self.y.shares(values)) * self.height

    def line(
        self,
        points: Mapping[float, float],
        colour: str,
        width: float = 1,
        *,
        dashed: bool = False,
        dots: float | None = None,
    ) -> None:
        """Draw a line through points, y by x, with dots of some diameter on them or none."""
        x, y = _fewer(self._lefts([*points]), self._tops([*points.values()]))
        places = [f"{left:.1f} {top:.1f}" for left, top in zip(x, y, strict=True)]
        stroke = f'fill="none" stroke="{colour}"'
        dashes = ' stroke-dasharray="6 3"' if dashed else ""
        self.parts.append(
            f'<polyline points="{" ".join(places)}" {stroke} stroke-width="{width}"{dashes}/>'
        )
        if dots is not None:
            ends = "".join(f"M{place}h0" for place in places)
            self.parts.append(
                f'<path d="{ends}" {stroke} stroke-width="{dots}" stroke-linecap="round"/>'
            )

    def shades(self, shares: np.ndarray) -> None:
        """Fill the axes with cells, the first row at the top: from pale for 0 to dark for 1."""
        pixels = PALE + (DARK - PALE) * shares[..., None]
        data = b64encode(_png(pixels.astype(np.uint8))).decode()
        self.parts.append(
            f'<image x="{self.left}" y="{self.top}" width="{self.width}" height="{self.height}" '
            'preserveAspectRatio="none" style="image-rendering:pixelated" '
            f'href="data:image/png;base64,{data}"/>{self._frame()}'
        )


class Picture:
    """A page with a title on which axes are put.

    Args:
        title: stands at its top.
        height: of the page, which is 720 wide.
    """

    def __init__(self, title: str, height: float) -> None:
        self.height, self.title = height, title
        self.parts: list[str] = []

    def add(self, axes: Axes) -> None:
        """Put axes on it, as they are now."""
        self.parts += axes.parts

    def text(self, left: float, top: float, text: str, anchor: str = "start") -> None:
        """Write a line whose foot is at `top`, from `left` on or with its anchor there."""
        self.parts.append(
            f'<text x="{left}" y="{top}" text-anchor="{anchor}">{escape(text)}</text>'
        )

    def legend(self, left: float, top: float, colours: Mapping[str, str]) -> None:
        """Say in a line what the colours mean."""
        names = (
            f'<tspan dx="{16 * (number > 0)}" fill="{colour}">● {escape(name)}</tspan>'
            for number, (name, colour) in enumerate(colours.items())
        )
        self.parts.append(f'<text x="{left}" y="{top}">{"".join(names)}</text>')

    def save(self, file: Path) -> None:
        """Write it as an SVG file."""
        size = f'width="{WIDTH}" height="{self.height:g}" viewBox="0 0 {WIDTH} {self.height:g}"'
        title = escape(self.title)
        text = (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {FONT}><title>{title}</title>'
            '<rect width="100%" height="100%" fill="white"/>'
            f'<text x="16" y="26" font-size="15" font-weight="600">{title}</text>'
            f"{''.join(self.parts)}</svg>\n"
        )
        file.write_text(text, encoding="utf-8")


def _fewer(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a line's points; of very many the least and the largest of some neighbours each."""
    if len(x) <= POINTS:
        return x, y
    starts = np.arange(0, len(x), ceil(2 * len(x) / POINTS))
    both = np.stack([np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)], axis=1)
    return np.repeat(x[starts], 2), both.ravel()


def _png(pixels: np.ndarray) -> bytes:
    """Return an image of (height, width, 3) bytes in the format PNG."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    parts = {
        b"IHDR": struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0),
        b"IDAT": zlib.compress(rows),
        b"IEND": b"",
    }
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts.items()
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
