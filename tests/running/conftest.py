"""Runs of a small net on real digits, in memory; probes and initializers that misbehave."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np
import pytest

import initlab
from initlab.catalog import hookimpl, load_catalog
from initlab.config import compose
from initlab.init import Initializer
from initlab.probes import Probe, Reading
from initlab.tracking import MemoryTracker
from initlab.tree import parameters

SMALL = ["model.width=16", "model.depth=2", "training.epochs=2", "tracking=memory"]


@dataclass(frozen=True)
class Trap(Probe):
    """Raises at one step, what a name says."""

    at: int = 30
    raises: str = "ValueError"

    def measure(self, snapshot):
        if snapshot.step == self.at:
            raise {"ValueError": ValueError, "KeyboardInterrupt": KeyboardInterrupt}[self.raises](
                "the trap is shut"
            )
        yield Reading("trap", next(iter(snapshot.weights)), float(snapshot.step))


@dataclass(frozen=True)
class Refusing(Initializer):
    """Fails in the draw, after the run is planned."""

    def __call__(self, spec, rng):
        raise ArithmeticError("nothing to draw")


@dataclass(frozen=True)
class Infinite(Initializer):
    """Draws what no net can start from."""

    def __call__(self, spec, rng):
        return np.full(spec.shape, np.inf, spec.dtype)


def _plugin():
    module = ModuleType("misbehaving")
    module.initlab_probes = hookimpl(_named("initlab_probes", {"trap": Trap}))
    drawn = {"refusing": Refusing, "infinite": Infinite}
    module.initlab_initializers = hookimpl(_named("initlab_initializers", drawn))
    return module


def _named(name, found):
    def hook():
        return found

    hook.__name__ = name
    return hook


@pytest.fixture(scope="session")
def catalog():
    return load_catalog([_plugin()], installed=False)


@pytest.fixture(scope="session")
def spec(catalog):
    """Compose a small run; later overrides win."""
    return lambda *overrides: compose(_later_wins([*SMALL, *overrides]), catalog=catalog)


def _later_wins(overrides):
    return list({o.partition("=")[0]: o for o in overrides}.values())


@pytest.fixture(scope="session")
def run(spec):
    """Carry out a small run in memory; return its result and its record."""

    def carry_out(*overrides, **arguments):
        tracker = MemoryTracker()
        return initlab.run(spec(*overrides), tracker=tracker, **arguments), tracker

    return carry_out


@pytest.fixture(scope="session")
def usual(run):
    """One run that all may look at: two epochs of 23 steps."""
    return run("+init=xavier", "seed=3")


@pytest.fixture(scope="session")
def bits():
    return lambda net: {p: np.asarray(w.data()).tobytes() for p, w in parameters(net).items()}
