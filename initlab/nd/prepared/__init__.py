"""Primitives for batches of one size: every call is bound to arrays that are made once.

They make the calls of NumPy that the primitive of the same name makes, in the same order on the
same numbers, so that not a bit is another. What they save is what a small net's step is mostly made
of: looking up, checking, making arrays.
"""

from __future__ import annotations

from initlab.nd.prepared.cross_entropy import CrossEntropy
from initlab.nd.prepared.perceptron import Layer, Perceptron

__all__ = ["CrossEntropy", "Layer", "Perceptron"]
