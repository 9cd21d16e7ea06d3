"""Box & Muller's normal numbers from the words of Doty-Humphrey's SFC64, a piece at a time.

`nd.random.box_muller` has the formulas, and the same bits. A word waits for the one before it, and
a radius for its division: so of the next piece eight words are drawn with every sixteen numbers.
"""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from initlab.nd.compiled.exponential import F32, VECTOR, kernel
from initlab.nd.compiled.fused import cos_sin, log

__all__ = ["fill", "radii", "turns"]

f, i, u, word = np.float32, np.int32, np.uint32, np.uint64
U32 = types.uint32
HALVES, WORDS = types.Array(U32, 1, "C"), types.Array(types.uint64, 1, "C")
TWO = types.Array(types.uint64, 2, "C")

PIECE = 2**11  # halves of words, which stay in the nearest cache
PER_HALF, PER_TURN = f(2.0**-32), f(pi * 2.0**-31)


def fill(
    rng: np.random.Generator,
    rare: int,
    radius: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    scale: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Fill the three, and return where radius and scale are 1 for a rare half, and those halves."""
    words, least = np.empty((2, PIECE // 2), word), np.full(1, 2**32 - 1, u)
    with rng.bit_generator.lock:
        state: Any = rng.bit_generator.state
        its = state["state"]["state"]
        _fill(its, words, words.view(u), u(rare), radius, first, second, f(scale), least)
        rng.bit_generator.state = state
    places = np.flatnonzero(radius < 0) if least[0] < rare else np.empty(0, np.intp)
    return places, -1 - radius[places]


@intrinsic
def _as_is(_: Any, x: Any) -> Any:  # noqa: ARG001 - the compiler's form
    """Return a word, and hide from the compiler where it is from: it would sum in another order."""

    def generate(__: Any, builder: Any, ___: Any, args: Any) -> Any:
        kind = ir.IntType(64)
        return builder.asm(ir.FunctionType(kind, [kind]), "", "=r,0", args, False)

    return types.uint64(types.uint64), generate


@intrinsic
def _widely(_: Any) -> Any:
    """Let a function use vectors of 512 bits, where there are any: LLVM would halve them."""

    def generate(context: Any, builder: Any, _: Any, __: Any) -> Any:
        builder.function.attributes.update(['"prefer-vector-width"="512"'])
        return context.get_dummy_value()

    return types.void(), generate


@njit(inline="always")
def _word(a: Any, b: Any, c: Any, count: Any) -> Any:
    """Return SFC64's next word, and its state after that."""
    drawn = _as_is(a + count) + b
    turned = (c << word(24)) | (c >> word(40))
    return (
        drawn,
        b ^ (b >> word(11)),
        _as_is(c + (c << word(3))),
        _as_is(turned + drawn),
        count + word(1),
    )


@njit(inline="always")
def _radius(half: Any, rare: Any) -> Any:
    r = np.sqrt(f(-2) * log(f(half) * PER_HALF))
    return r if half >= rare else f(-1) - f(half)


@njit(inline="always")
def _turn(half: Any, radius: Any, scale: Any) -> Any:
    cos, sin = cos_sin(f(i(half)) * PER_TURN)
    r, scale = (radius, scale) if radius >= f(0) else (f(1), f(1))
    return cos * r * scale, sin * r * scale


@kernel(WORDS, WORDS, HALVES, U32, VECTOR, HALVES, exact=True)
def radii(state: Any, ahead: Any, halves: Any, rare: Any, radius: Any, least: Any) -> None:
    """Write radii; -1 - half where a half is below `rare`, and the least half if it is less."""
    _widely()
    lowest = least[0]
    for k in range(radius.size):
        lowest = u(min(lowest, halves[k]))
    least[0] = lowest
    a, b, c, count = state[0], state[1], state[2], state[3]
    both = min(ahead.size // 8, radius.size // 16)
    for k in range(both):
        for j in range(8):
            ahead[word(8 * k + j)], a, b, c, count = _word(a, b, c, count)
        for j in range(16):
            at = word(16 * k + j)
            radius[at] = _radius(halves[at], rare)
    for j in range(8 * both, ahead.size):
        ahead[word(j)], a, b, c, count = _word(a, b, c, count)
    for j in range(16 * both, radius.size):
        at = word(j)
        radius[at] = _radius(halves[at], rare)
    state[0], state[1], state[2], state[3] = a, b, c, count


@kernel(WORDS, WORDS, HALVES, VECTOR, VECTOR, VECTOR, F32, exact=True)
def turns(
    state: Any, ahead: Any, halves: Any, radius: Any, first: Any, second: Any, scale: Any
) -> None:
    """Write radius times cosine and sine of the angles, of which the last may have no sine."""
    _widely()
    a, b, c, count = state[0], state[1], state[2], state[3]
    both = min(ahead.size // 8, second.size // 16)
    for k in range(both):
        for j in range(8):
            ahead[word(8 * k + j)], a, b, c, count = _word(a, b, c, count)
        for j in range(16):
            at = word(16 * k + j)
            first[at], second[at] = _turn(halves[at], radius[at], scale)
    for j in range(8 * both, ahead.size):
        ahead[word(j)], a, b, c, count = _word(a, b, c, count)
    for j in range(16 * both, second.size):
        at = word(j)
        first[at], second[at] = _turn(halves[at], radius[at], scale)
    for j in range(second.size, first.size):
        first[j], _ = _turn(halves[j], radius[j], scale)
    state[0], state[1], state[2], state[3] = a, b, c, count


@kernel(WORDS, TWO, types.Array(U32, 2, "C"), U32, VECTOR, VECTOR, VECTOR, F32, HALVES, exact=True)
def _fill(
    state: Any,
    words: Any,
    halves: Any,
    rare: Any,
    radius: Any,
    first: Any,
    second: Any,
    scale: Any,
    least: Any,
) -> None:
    _widely()
    pairs = radius.size
    none = radius[:0]
    turns(state, words[0, : min(PIECE // 2, pairs)], halves[0, :0], none, none, none, scale)
    for start in range(0, 2 * pairs, PIECE):
        here = (start // PIECE) & 1
        count = min(PIECE, 2 * pairs - start)
        few = min(max(pairs - start, 0), count)  # the former are radii
        ahead = words[1 - here, : min(PIECE, 2 * pairs - start - count) // 2]
        if few:
            its = ahead if few == count else ahead[:0]
            radii(state, its, halves[here, :few], rare, radius[start : start + few], least)
        if few < count:
            at, to = start + few - pairs, start + count - pairs
            angles, pair = halves[here, few:count], (first[at:to], second[at:to])
            turns(state, ahead, angles, radius[at:to], pair[0], pair[1], scale)
