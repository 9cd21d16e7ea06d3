"""Normal numbers in single precision by Box & Muller (1958): NumPy's, or numba's of the same bits.

Radius and angle have 32 random bits each. Where those of the radius are few, far in the tail, 53
more are drawn: the tail is right as far as it goes, to 10.8 deviations.
"""

from __future__ import annotations

from functools import cache, partial
from math import pi
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.nd.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from numpy.typing import NDArray

    Singles = NDArray[np.float32]

__all__ = ["box_muller"]

PIECE = 2**17  # halves of random words at a time: shorter calls keep two threads waiting
RARE = 2**8  # below it the radius gets 53 more bits: beyond 5.8 deviations
ENOUGH = 2**28
"""How many numbers a process draws before numba is loaded, for as long as these took."""


class _Drawn:
    """What this process has drawn so far; of threads that add at once one may be forgotten."""

    numbers = 0


def box_muller(rng: np.random.Generator, out: Singles, scale: float = 1.0) -> None:
    """Fill `out`, one-dimensional, with numbers from N(0, 1) times a scale."""
    pairs = -(-out.size // 2)
    radius, first, second = np.empty(pairs, np.float32), out[:pairs], out[pairs:]
    kernel = _kernel(rng, out)
    if kernel:
        places, halves = kernel.fill(rng, RARE, radius, first, second, scale)
        _give_radii(rng, places, halves, first, second, scale)
    else:
        places, halves = _fill(rng, RARE, radius, first, second)
        _give_radii(rng, places, halves, first, second)
        if scale != 1:
            out *= scale


def _give_radii(
    rng: np.random.Generator,
    places: NDArray[np.intp],
    halves: NDArray[Any],
    first: Singles,
    second: Singles,
    scale: float = 1.0,
) -> None:
    """Draw more bits for rare radii, and multiply the numbers there by them and the scale."""
    if places.size:
        scaled = (halves + (1 - rng.random(places.size))) * 2.0**-32
        radius = _root(scaled.astype(np.float32))
        for numbers in (first, second):
            there = places < numbers.size
            numbers[places[there]] = numbers[places[there]] * radius[there] * scale


def _fill(
    rng: np.random.Generator, rare: int, radius: Singles, first: Singles, second: Singles
) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
    """Fill the three, and return where a radius is 1 for a half below `rare`, and those halves."""
    pairs, found = radius.size, [(np.empty(0, np.intp), np.empty(0, np.uint32))]
    for start in range(0, 2 * pairs, PIECE):
        count = min(PIECE, 2 * pairs - start)
        words, left = _words(rng, count // 2).view(np.uint32), max(pairs - start, 0)
        few, turn = words[:left], words[left:]  # radii come first
        radii = radius[start : start + few.size]
        if few.size and few.min() < rare:
            places = np.flatnonzero(few < rare)
            found.append((start + places, few[places]))
            few[places] = 1
            _radii(few, radii)
            radii[places] = 1
        else:
            _radii(few, radii)
        at = start + few.size - pairs
        to = at + turn.size
        _turns(turn, radius[at:to], first[at:to], second[at:to])
        del words, few, turn  # or there are two pieces at once
    places, halves = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return places, halves


def _words(rng: np.random.Generator, count: int) -> NDArray[np.uint64]:
    """Draw words of 64 random bits."""
    if type(rng.bit_generator) is np.random.SFC64:  # which has them as they come, in less time
        return rng.bit_generator.random_raw(count)
    return rng.integers(0, 2**64 - 1, count, np.uint64, endpoint=True)


def _radii(halves: NDArray[np.uint32], out: Singles) -> None:
    _scaled(halves, 2.0**-32, out)
    _root(out)


def _root(x: Singles) -> Singles:
    """Make of each x the square root of -2 log x, and return all."""
    np.log(x, out=x)
    x *= np.float32(-2)
    return np.sqrt(x, out=x)


def _turns(halves: NDArray[np.uint32], radius: Singles, first: Singles, second: Singles) -> None:
    """Write radius times cosine and sine of the angles, of which the last may have no sine."""
    _scaled(halves.view(np.int32), pi * 2.0**-31, first)
    np.sin(first[: second.size], out=second)
    second *= radius[: second.size]
    np.cos(first, out=first)
    first *= radius


def _scaled(halves: NDArray[Any], factor: float, out: Singles) -> None:
    """Write whole numbers times a factor."""
    np.multiply(halves, np.float32(factor), out=out, dtype=np.float32, casting="unsafe")


def _kernel(rng: np.random.Generator, out: Singles) -> Any:
    """Return the compiled module where it pays, fits the generator and agrees with NumPy."""
    _Drawn.numbers += out.size
    if _Drawn.numbers < ENOUGH or type(rng.bit_generator) is not np.random.SFC64:
        return None
    kernel = compiled("normal", out)
    return kernel if kernel and _agrees(kernel) else None


@cache
def _agrees(kernel: ModuleType) -> bool:
    """Return whether it has NumPy's bits here: of a sample, and at the ends and quarters."""
    ends = 2 ** np.arange(33)[:, None] + np.arange(-1, 2)
    halves = np.concatenate([ends, -ends], axis=None).astype(np.uint32)
    few = np.maximum(halves, 1)
    ours, theirs = np.empty((2, 3, halves.size), np.float32)
    idle, none = np.zeros(4, np.uint64), np.empty(0, np.uint64)
    kernel.radii(idle, none, few, 0, ours[0], np.zeros(1, np.uint32))
    kernel.turns(idle, none, halves, *ours, 1)
    _radii(few, theirs[0])
    _turns(halves, *theirs)
    fill = partial(kernel.fill, scale=1)
    return ours.tobytes() == theirs.tobytes() and _sample(fill) == _sample(_fill)


def _sample(fill: Callable[..., Any]) -> list[Any]:
    """Return what an odd number of draws with many rare radii makes, and what it leaves."""
    rng = np.random.Generator(np.random.SFC64(0))
    radius, first, second = np.empty((3, 2**15 + 1), np.float32)
    places, halves = fill(rng, 2**22, radius, first, second[:-1])
    drawn = [first.tobytes(), second[:-1].tobytes()]
    return [drawn, places.tolist(), halves.tolist(), repr(rng.bit_generator.state)]
