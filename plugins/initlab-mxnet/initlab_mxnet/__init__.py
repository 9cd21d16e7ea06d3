"""MXNet for initlab: its random numbers, bit for bit, and its `.params` files."""

from __future__ import annotations

from initlab.catalog import hookimpl
from initlab_mxnet.fused import structural
from initlab_mxnet.reading import load
from initlab_mxnet.source import MXNet
from initlab_mxnet.writing import save

__all__ = ["MXNet", "load", "save", "structural"]


@hookimpl
def initlab_random_sources() -> dict[str, type[MXNet]]:
    """Offer it as `random_source.name=mxnet`."""
    return {"mxnet": MXNet}
