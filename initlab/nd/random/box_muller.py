"""Normal numbers in single precision by Box & Muller (1958): NumPy's, or numba's of the same bits.

Radius and angle have 32 random bits each. Where those of a radius put it far into the tail, the
pair is drawn again with 53: the tail is right as far as it goes, to 10.3 deviations. More numbers
than `SMALL` are of four streams, two for radii and two for angles, so that vectors draw them.
"""

from __future__ import annotations

from functools import cache
from math import pi
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.nd.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from numpy.typing import NDArray

    Singles = NDArray[np.float32]
    Words = NDArray[np.uint64]
    Halves = NDArray[np.uint32]  # of words

__all__ = ["box_muller"]

SMALL = 2**16  # numbers: for fewer, to start four streams takes too long
RARE = 2**8  # halves below it stand for radii beyond 5.8 deviations
ENOUGH = 2**28
"""How many numbers a process draws in large fills before numba is loaded, which takes as long."""


class _Drawn:
    """What large fills have drawn so far; of threads that add at once one may be forgotten."""

    numbers = 0


def box_muller(rng: np.random.Generator, out: Singles, scale: float = 1.0) -> None:
    """Fill `out`, one-dimensional, with numbers from N(0, 1) times a scale."""
    if out.size > SMALL:
        kernel = _kernel(out)
        fill = kernel.fill if kernel else _fill
        rare = fill(_words(rng, 16).reshape(4, 4), RARE, out, scale)
    else:
        first, second = _sides(out)
        halves, radius = _words(rng, first.size).view(np.uint32), np.empty(first.size, np.float32)
        rare = _radii(halves[: first.size], RARE, scale, radius)
        _turns(halves[first.size :], radius, first, second)
    if rare:
        _draw_again(rng, out, scale)


def _sides(out: Singles) -> tuple[Singles, Singles]:
    """Return the first numbers of all pairs, and the second, of which the last may be missing."""
    pairs = -(-out.size // 2)
    return out[:pairs], out[pairs:]


def _words(rng: np.random.Generator, count: int) -> Words:
    """Draw words of 64 random bits."""
    if type(rng.bit_generator) is np.random.SFC64:  # which has them as they come, in less time
        return rng.bit_generator.random_raw(count)
    return rng.integers(0, 2**64 - 1, count, np.uint64, endpoint=True)


def _fill(states: Words, rare: int, out: Singles, scale: float) -> bool:
    """Fill `out` from SFC64s in these states, and return whether a radius is rare: nan there."""
    first, second = _sides(out)
    part, any_rare, stream = -(-first.size // 2), False, np.random.SFC64(0)
    radii = np.empty(part, np.float32)
    for here, of_radii, of_turns in (
        (slice(part), states[0], states[2]),
        (slice(part, None), states[1], states[3]),
    ):
        radius = radii[: first[here].size]
        any_rare |= _radii(_halves(stream, of_radii, radius.size), rare, scale, radius)
        _turns(_halves(stream, of_turns, radius.size), radius, first[here], second[here])
    return any_rare


def _halves(stream: np.random.SFC64, state: Words, count: int) -> Halves:
    """Draw so many halves of words from Doty-Humphrey's SFC64 in a state."""
    its: Any = {"state": state}
    stream.state = {"bit_generator": "SFC64", "state": its, "has_uint32": 0, "uinteger": 0}
    return stream.random_raw(-(-count // 2)).view(np.uint32)[:count]


def _radii(halves: Halves, rare: int, scale: float, out: Singles) -> bool:
    """Write radii times a scale, nan for a half below `rare`, and return whether there are such."""
    few = halves < rare if halves.size and halves.min() < rare else None
    if few is not None:
        halves[few] = rare
    _scaled(halves, 2.0**-32, out)
    _root(out, scale)
    if few is not None:
        out[few] = np.nan
    return few is not None


def _root(x: Singles, scale: float) -> None:
    """Make of each x the square root of -2 log x, times a scale."""
    np.log(x, out=x)
    x *= np.float32(-2)
    np.sqrt(x, out=x)
    if scale != 1:
        x *= np.float32(scale)


def _turns(halves: Halves, radius: Singles, first: Singles, second: Singles) -> None:
    """Write radius times cosine and sine of the angles."""
    _scaled(halves.view(np.int32), pi * 2.0**-31, first)
    np.sin(first[: second.size], out=second)
    second *= radius[: second.size]
    np.cos(first, out=first)
    first *= radius


def _scaled(halves: NDArray[Any], factor: float, out: Singles) -> None:
    """Write whole numbers times a factor."""
    np.multiply(halves, np.float32(factor), out=out, dtype=np.float32, casting="unsafe")


def _draw_again(rng: np.random.Generator, out: Singles, scale: float) -> None:
    """Draw the pairs that are nan with more bits, of radii that are rare."""
    first, second = _sides(out)
    places = np.flatnonzero(np.isnan(first))
    radius = ((1 - rng.random(places.size)) * (RARE * 2.0**-32)).astype(np.float32)
    _root(radius, scale)
    angle = rng.uniform(-pi, pi, places.size)
    first[places] = radius * np.cos(angle)
    whole = places < second.size
    second[places[whole]] = (radius * np.sin(angle))[whole]


def _kernel(out: Singles) -> Any:
    """Return the compiled module where it pays and agrees with NumPy."""
    _Drawn.numbers += out.size
    if _Drawn.numbers < ENOUGH:
        return None
    kernel = compiled("normal", out)
    return kernel if kernel and _agrees(kernel) else None


@cache
def _agrees(kernel: ModuleType) -> bool:
    """Return whether it has NumPy's bits here: of a sample, and at the ends and quarters."""
    ends = 2 ** np.arange(33)[:, None] + np.arange(-1, 2)
    halves = np.concatenate([ends, -ends], axis=None).astype(np.uint32)
    few, radius = np.maximum(halves, 1), np.empty(halves.size, np.float32)
    ours, theirs = np.empty((2, 2, halves.size), np.float32)
    kernel.pairs(few, halves, *ours, 0.1, np.zeros(1, np.uint32))
    _radii(few, 0, 0.1, radius)
    _turns(halves, radius, *theirs)
    return ours.tobytes() == theirs.tobytes() and _sample(kernel.fill) == _sample(_fill)


def _sample(fill: Callable[..., bool]) -> list[Any]:
    """Return an odd number of numbers, and where radii are rare, of which there are many."""
    out = np.empty(SMALL + 1, np.float32)
    found = fill(np.random.SFC64(0).random_raw(16).reshape(4, 4), 2**22, out, 0.1)
    return [found, np.flatnonzero(np.isnan(out)).tolist(), np.nan_to_num(out).tobytes()]
