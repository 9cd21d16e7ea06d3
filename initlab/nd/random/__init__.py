"""Randomness by name: every parameter draws from a stream of its own, whatever else is drawn."""

from __future__ import annotations

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
from initlab.nd.random.source import RandomSource, Streams
from initlab.nd.random.stream import BLOCK, Stream, stream

__all__ = [
    "BLOCK",
    "RandomSource",
    "Stream",
    "Streams",
    "drawing_from",
    "generator",
    "library_stream",
    "normal",
    "randint",
    "randn",
    "seed",
    "stream",
    "uniform",
]
