"""All that a plugin can say: each hook takes nothing and returns names and what they stand for.

A plugin is a module with some of these functions, each marked with `hookimpl`::

    from initlab.catalog import hookimpl

    @hookimpl
    def initlab_initializers():
        return {"laplace": Laplace, "wide_laplace": Laplace(scale=2.0)}

A class is offered with its options; an instance is a preset, whose values are the defaults.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from initlab.calibrators import Calibrator
    from initlab.data import Dataset
    from initlab.init import Initializer
    from initlab.nd.random import RandomSource
    from initlab.nn import Block
    from initlab.probes import Probe

hookspec = pluggy.HookspecMarker("initlab")
hookimpl = pluggy.HookimplMarker("initlab")


@hookspec
def initlab_initializers() -> Mapping[str, type[Initializer] | Initializer]:
    """Return initializers: (spec, rng) -> array, and the variance that each claims."""
    return {}


@hookspec
def initlab_calibrators() -> Mapping[str, type[Calibrator] | Calibrator]:
    """Return calibrators: a data-dependent second pass over a drawn net."""
    return {}


@hookspec
def initlab_probes() -> Mapping[str, type[Probe] | Probe]:
    """Return probes: a Snapshot in, Readings out, nothing changed."""
    return {}


@hookspec
def initlab_layers() -> Mapping[str, type[Block]]:
    """Return Block classes that a config's model tree may name."""
    return {}


@hookspec
def initlab_datasets() -> Mapping[str, type[Dataset] | Dataset]:
    """Return data sets, which load themselves when a run asks."""
    return {}


@hookspec
def initlab_random_sources() -> Mapping[str, type[RandomSource] | RandomSource]:
    """Return what hands out random generators by path."""
    return {}
