"""The lab's own shelf, a plugin like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab import calibrators, data, init, nn, probes
from initlab.catalog.hookspecs import hookimpl
from initlab.nd import random

if TYPE_CHECKING:
    from collections.abc import Mapping


@hookimpl
def initlab_initializers() -> Mapping[str, type[init.Initializer] | init.Initializer]:
    """Return the initializers of `initlab.init`."""
    return init.initializers()


@hookimpl
def initlab_calibrators() -> Mapping[str, type[calibrators.Calibrator]]:
    """Return the calibrators of `initlab.calibrators`."""
    return calibrators.calibrators()


@hookimpl
def initlab_probes() -> Mapping[str, type[probes.Probe]]:
    """Return the probes of `initlab.probes`."""
    return probes.probes()


@hookimpl
def initlab_layers() -> Mapping[str, type[nn.Block]]:
    """Return the layers of `initlab.nn`."""
    return nn.layers()


@hookimpl
def initlab_datasets() -> Mapping[str, type[data.Dataset]]:
    """Return the data sets of `initlab.data`."""
    return data.datasets()


@hookimpl
def initlab_random_sources() -> Mapping[str, type[random.RandomSource]]:
    """Return the default source: a stream for each path, by seed and path."""
    return {"streams": random.Streams}
