"""Box & Muller's normal numbers from the words of four SFC64, drawn together, some at a time.

`nd.random.box_muller` has the formulas, and the same bits.
"""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from initlab.nd.compiled.exponential import F32, VECTOR, kernel
from initlab.nd.compiled.fused import cos_sin, log

__all__ = ["fill", "pairs"]

f, i, u = np.float32, np.int32, np.uint32
U32 = types.uint32
HALVES, MANY = types.Array(U32, 1, "C"), types.Array(U32, 2, "C")
WORDS = types.Array(types.uint64, 2, "C")

STREAMS = 4
PIECE = 2**9  # words of each stream, which stay in the nearest cache
PER_TURN = f(pi * 2.0**-31)

I64 = ir.IntType(64)
LANES = ir.VectorType(I64, STREAMS)  # a word of each stream
PLACES = ir.VectorType(ir.IntType(32), STREAMS)


def fill(streams: np.ndarray, rare: int, out: np.ndarray, scale: float) -> bool:
    """Fill `out` from SFC64s in these states, and return whether radii are rare: nan there."""
    words, least = np.empty((STREAMS, PIECE), np.uint64), np.full(1, 2**32 - 1, u)
    _fill(streams.T.copy(), words, words.view(u), u(rare), out, f(scale), least)
    return bool(least[0] < rare)


@intrinsic
def _widely(_: Any) -> Any:
    """Let a function use vectors of 512 bits, where there are any: LLVM would halve them."""

    def generate(context: Any, builder: Any, _: Any, __: Any) -> Any:
        builder.function.attributes.update(['"prefer-vector-width"="512"'])
        return context.get_dummy_value()

    return types.void(), generate


def _step(build: Any, a: Any, b: Any, c: Any, count: Any) -> tuple[Any, ...]:
    """Return the next word of each stream, and the states after that."""

    def each(number: int) -> Any:
        return ir.Constant(LANES, [number] * STREAMS)

    drawn = build.add(build.add(a, count), b)
    turned = build.or_(build.shl(c, each(24)), build.lshr(c, each(40)))
    return (
        drawn,
        build.xor(b, build.lshr(b, each(11))),
        build.add(c, build.shl(c, each(3))),
        build.add(turned, drawn),
        build.add(count, each(1)),
    )


def _transposed(build: Any, rows: list[Any]) -> list[Any]:
    """Return the columns of a square of words: of each 2 x 2 in it, then of the 2 x 2 of these."""
    for step in (1, 2):
        low = [j - step + STREAMS if j & step else j for j in range(STREAMS)]
        masks = [ir.Constant(PLACES, places) for places in (low, [j + step for j in low])]
        for k in range(STREAMS):
            if not k & step:
                both = rows[k], rows[k + step]
                rows[k], rows[k + step] = (build.shuffle_vector(*both, mask) for mask in masks)
    return rows


@intrinsic
def _draw(_: Any, state: Any, words: Any) -> Any:
    """Fill a row of words for each stream, and advance their states, a column for each."""

    def generate(context: Any, build: Any, signature: Any, args: Any) -> Any:
        its, rows = (
            context.make_array(kind)(context, build, value)
            for kind, value in zip(signature.args, args, strict=True)
        )

        def at(data: Any, place: Any) -> Any:
            return build.bitcast(build.gep(data, [place]), LANES.as_pointer())

        places = [at(its.data, ir.Constant(I64, STREAMS * k)) for k in range(4)]
        kept = [cgutils.alloca_once_value(build, build.load(p, align=8)) for p in places]
        width = cgutils.unpack_tuple(build, rows.shape)[1]
        step = ir.Constant(I64, STREAMS)
        with cgutils.for_range_slice(build, ir.Constant(I64, 0), width, step) as (start, _):
            now, drawn = [build.load(k) for k in kept], []
            for _ in range(STREAMS):
                word, *now = _step(build, *now)
                drawn.append(word)
            for k, row in enumerate(_transposed(build, drawn)):
                place = build.add(build.mul(width, ir.Constant(I64, k)), start)
                build.store(row, at(rows.data, place), align=8)
            for value, k in zip(now, kept, strict=True):
                build.store(value, k)
        for k, place in zip(kept, places, strict=True):
            build.store(build.load(k), place, align=8)
        return context.get_dummy_value()

    return types.void(state, words), generate


@njit(inline="always")
def _pair(half: Any, turn: Any, scale: Any) -> Any:
    radius = np.sqrt(f(-2) * log(f(half), i(32))) * scale
    cos, sin = cos_sin(f(i(turn)) * PER_TURN)
    return cos * radius, sin * radius


@kernel(HALVES, HALVES, VECTOR, VECTOR, F32, HALVES, exact=True)
def pairs(few: Any, turns: Any, first: Any, second: Any, scale: Any, least: Any) -> None:
    """Write pairs of numbers, of which the last may have no second; lower `least` to `few`'s."""
    _widely()
    lowest = least[0]
    for k in range(few.size):
        lowest = u(min(lowest, few[k]))
    least[0] = lowest
    for k in range(second.size):
        first[k], second[k] = _pair(few[k], turns[k], scale)
    for k in range(second.size, first.size):
        first[k], _ = _pair(few[k], turns[k], scale)


@kernel(WORDS, WORDS, MANY, U32, VECTOR, F32, HALVES, exact=True)
def _fill(state: Any, words: Any, halves: Any, rare: Any, out: Any, scale: Any, least: Any) -> None:
    _widely()
    count = (out.size + 1) // 2
    first, second, part = out[:count], out[count:], (count + 1) // 2
    for start in range(0, part, 2 * PIECE):
        _draw(state, words)
        for k in range(2):
            at = k * part + start
            to = min(at + 2 * PIECE, (k + 1) * part, count)
            few, turns = halves[k, : to - at], halves[2 + k, : to - at]
            pairs(few, turns, first[at:to], second[at:to], scale, least)
            if least[0] < rare:
                for j in range(at, to):
                    if few[j - at] < rare:
                        first[j] = f(np.nan)
                        if j < second.size:
                            second[j] = f(np.nan)
