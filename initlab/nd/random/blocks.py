"""Filling an array in fixed blocks, each from a bit stream of its own, by as many threads as help.

The cut depends on the array's size alone: the result is the same on one core and on sixty-four.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from initlab.nd.random.cores import cores
from initlab.nd.random.filling import fill_one
from initlab.nd.random.single import SingleGenerator

if TYPE_CHECKING:
    from initlab.nd.random.filling import Draw

__all__ = ["BLOCK", "fill_blocks"]

BLOCK = 2**19
"""Elements, 1 ms of normal draws and more: in calls so long that two threads seldom wait for each
other between them, and so short that what they work on stays in the cache."""

TOGETHER = 64  # generators that are made at once, in a tenth of their time between blocks


def fill_blocks(
    target: np.ndarray,
    draw: Draw,
    key: np.random.SeedSequence,
    threads: int | None = None,
) -> np.ndarray:
    """Fill `target` and return it.

    Threads are made for the fill and end with it (a tenth of a millisecond): none are left for a
    fork to lose, and no fill waits for another's. NumPy draws without the interpreter's lock.

    Args:
        target: C-contiguous floating array, any shape.
        draw: fills the one-dimensional array that it is given from the generator that it is given.
        key: where the blocks' seeds come from; used for this fill only.
        threads: how many; by default one a core, never more than blocks.
    """
    flat = target.reshape(-1)
    blocks = -(-flat.size // BLOCK)
    threads = max(1, min(cores() if threads is None else threads, blocks))
    shares = [range(first, blocks, threads) for first in range(threads)]
    work = partial(_fill_share, flat, draw, key)
    if threads == 1:
        work(shares[0])
    else:
        with ThreadPoolExecutor(threads, "initlab-draw") as pool:
            list(pool.map(work, shares))
    return target


def _fill_share(flat: np.ndarray, draw: Draw, key: np.random.SeedSequence, share: range) -> None:
    for first in range(0, len(share), TOGETHER):
        numbers = share[first : first + TOGETHER]
        for number, rng in zip(numbers, [_generator(key, n) for n in numbers], strict=True):
            fill_one(flat[number * BLOCK : (number + 1) * BLOCK], draw, rng)


def _generator(key: np.random.SeedSequence, number: int) -> SingleGenerator:
    seeds = np.random.SeedSequence(key.entropy, spawn_key=(*key.spawn_key, number))
    return SingleGenerator(np.random.SFC64(seeds))
