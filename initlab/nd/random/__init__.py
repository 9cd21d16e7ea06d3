"""Randomness by name: every parameter draws from a stream of its own, whatever else is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.nd.random.ambient import (
        drawing_from,
        generator,
        library_stream,
        normal,
        randint,
        randn,
        seed,
        uniform,
    )
    from initlab.nd.random.cores import at_once, cores
    from initlab.nd.random.filling import fill
    from initlab.nd.random.laws import normal_into, truncated_into, uniform_into
    from initlab.nd.random.source import RandomSource, Streams
    from initlab.nd.random.stream import BLOCK, Stream, stream
else:
    on_demand(__name__)

__all__ = [
    "BLOCK",
    "RandomSource",
    "Stream",
    "Streams",
    "at_once",
    "cores",
    "drawing_from",
    "fill",
    "generator",
    "library_stream",
    "normal",
    "normal_into",
    "randint",
    "randn",
    "seed",
    "stream",
    "truncated_into",
    "uniform",
    "uniform_into",
]
