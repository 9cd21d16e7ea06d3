"""Box & Muller's normal numbers from the words of Doty-Humphrey's SFC64, a piece at a time.

`nd.random.box_muller` has the formulas, and the same bits.
"""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np
from numba import types

from initlab.nd.compiled.exponential import VECTOR, kernel
from initlab.nd.compiled.fused import cos_sin, log

__all__ = ["fill", "radii", "turns"]

f, u, word = np.float32, np.uint32, np.uint64
INTEGERS, HALVES, WORDS = (
    types.Array(kind, 1, "C") for kind in (types.int32, types.uint32, types.uint64)
)

PIECE = 2**12  # halves of words, which stay in the nearest cache
PER_HALF, PER_TURN = f(2.0**-32), f(pi * 2.0**-31)


def fill(
    rng: np.random.Generator, rare: int, radius: np.ndarray, first: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Fill the three, and return where a radius is 1 for a half below `rare`, and those halves."""
    words, least = np.empty(PIECE // 2, word), np.full(1, 2**32 - 1, u)
    with rng.bit_generator.lock:
        state: Any = rng.bit_generator.state
        halves = words.view(u), words.view(np.int32)
        _fill(state["state"]["state"], words, *halves, u(rare), radius, first, second, least)
        rng.bit_generator.state = state
    places = np.flatnonzero(radius < 0) if least[0] < rare else np.empty(0, np.intp)
    return places, -1 - radius[places]


@kernel(WORDS, WORDS, exact=True)
def _draw(state: Any, words: Any) -> None:
    a, b, c, count = state
    for k in range(words.size):
        drawn = a + b + count
        count += word(1)
        a = b ^ (b >> word(11))
        b = c + (c << word(3))
        c = ((c << word(24)) | (c >> word(40))) + drawn
        words[k] = drawn
    state[0], state[1], state[2], state[3] = a, b, c, count


@kernel(HALVES, types.uint32, VECTOR, HALVES, exact=True)
def radii(halves: Any, rare: Any, radius: Any, least: Any) -> None:
    """Write radii; -1 - half where a half is below `rare`, and the least half if it is less."""
    lowest = least[0]
    for k in range(radius.size):
        lowest = u(min(lowest, halves[k]))
    least[0] = lowest
    for k in range(radius.size):
        half = halves[k]
        r = np.sqrt(f(-2) * log(f(half) * PER_HALF))
        radius[k] = r if half >= rare else f(-1) - f(half)


@kernel(INTEGERS, VECTOR, VECTOR, VECTOR, exact=True)
def turns(halves: Any, radius: Any, first: Any, second: Any) -> None:
    """Write radius times cosine and sine of the angles, of which the last may have no sine."""
    for k in range(second.size):
        cos, sin = cos_sin(f(halves[k]) * PER_TURN)
        r = radius[k] if radius[k] >= f(0) else f(1)
        first[k] = cos * r
        second[k] = sin * r
    for k in range(second.size, first.size):
        cos, sin = cos_sin(f(halves[k]) * PER_TURN)
        first[k] = cos * (radius[k] if radius[k] >= f(0) else f(1))


@kernel(WORDS, WORDS, HALVES, INTEGERS, types.uint32, VECTOR, VECTOR, VECTOR, HALVES, exact=True)
def _fill(
    state: Any,
    words: Any,
    halves: Any,
    integers: Any,
    rare: Any,
    radius: Any,
    first: Any,
    second: Any,
    least: Any,
) -> None:
    pairs = radius.size
    for start in range(0, 2 * pairs, PIECE):
        count = min(PIECE, 2 * pairs - start)
        _draw(state, words[: count // 2])
        few = min(max(pairs - start, 0), count)  # the former are radii
        radii(halves[:few], rare, radius[start : start + few], least)
        at, to = start + few - pairs, start + count - pairs
        if few < count:
            turns(integers[few:count], radius[at:to], first[at:to], second[at:to])
