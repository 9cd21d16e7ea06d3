"""Each promise broken by one small probe; the check must name the broken promise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from initlab.probes import Probe, Reading, Subject
from initlab.testing import ContractError, check_probe


@dataclass(frozen=True)
class Range(Probe):
    """Keeps every promise; the broken ones below differ from it in one point."""

    headlines = ("weight_range",)

    def measure(self, snapshot):
        for path, weight in snapshot.weights.items():
            yield Reading("weight_range", path, self.read(weight))

    def read(self, weight):
        return float(np.ptp(weight))


class Clipping(Range):
    def read(self, weight):
        np.clip(weight, -0.05, 0.05, out=weight)
        return super().read(weight)


class SignFlipping(Range):
    def read(self, weight):
        weight[weight == 0] *= -1  # minus zero equals zero, but its bits differ
        return super().read(weight)


class Popping(Range):
    def measure(self, snapshot):
        yield from list(super().measure(snapshot))
        snapshot.weights.pop("0.weight", None)


class Noisy(Range):
    def read(self, weight):
        return float(np.random.default_rng().normal())


class NotFinite(Range):
    def read(self, weight):
        return float("inf")


class AnArray(Range):
    def read(self, weight):
        return weight.max()


class Needing2D(Range):
    def read(self, weight):
        return float(weight[:, 0].max())


class NeedingGradients(Range):
    def measure(self, snapshot):
        for path in snapshot.weights:
            yield Reading("weight_range", path, float(snapshot.gradients[path].max()))


class LosingItsHeadOverNaN(Range):
    def read(self, weight):
        if np.isnan(weight).any():
            raise np.linalg.LinAlgError("SVD did not converge")
        return super().read(weight)


class Elsewhere(Range):
    def measure(self, snapshot):
        for path in snapshot.weights:
            yield Reading("weight_range", f"{path}.singular", 1.0)


class Slashed(Range):
    def measure(self, snapshot):
        for path in snapshot.weights:
            yield Reading("weight/range", path, 1.0)


class Twice(Range):
    def measure(self, snapshot):
        yield from super().measure(snapshot)
        yield from super().measure(snapshot)


class Misled(Range):
    def measure(self, snapshot):
        for path, weight in snapshot.weights.items():
            claim = snapshot.claims.get(path)
            expected = None if claim is None else claim.std
            yield Reading("weight_range", path, super().read(weight), expected, 0.01)


class WithATypo(Range):
    headlines = ("weigth_range",)


class LookingAway(Range):
    over = Subject.blocks


class NoReading(Range):
    def measure(self, snapshot):
        yield from snapshot.weights


class NoValue(Range):
    def read(self, weight):
        return None


@dataclass(frozen=True)
class Unmeasured(Probe):
    pass


BROKEN = {
    Clipping: r"changes the weights of '0\.weight'",
    SignFlipping: r"changes the weights of '0\.bias'",
    Popping: r"adds or removes arrays",
    Noisy: r"reads other values the second time",
    NotFinite: r"reads inf for 'weight_range/0\.weight', no finite float",
    AnArray: r"reads np\.float32\(.*\) for 'weight_range/0\.weight', no finite float",
    Needing2D: r"fails on a snapshot at step 0 with \['weights', .*IndexError",
    NeedingGradients: r"fails on a snapshot at step 0 with \['weights'\]: KeyError",
    LosingItsHeadOverNaN: r"fails on .*LinAlgError: SVD did not converge",
    Elsewhere: r"'weight_range/0\.weight\.singular', a place that the snapshot does not have",
    Slashed: r"names a statistic 'weight/range'",
    Twice: r"yields a metric twice: weight_range/0\.bias",
    Misled: r"expects 0\.1 \+- 0\.01 for 'weight_range/0\.weight' of Gaussian weights but reads",
    WithATypo: r"has the headline 'weigth_range' but never yields it",
    LookingAway: r"yields nothing from a net, looking at blocks",
    NoReading: r"yields '0\.weight', no Reading",
    NoValue: r"reads no value for 'weight_range/0\.weight'",
    Unmeasured: r"fails on .*NotImplementedError: Unmeasured is a Probe without measure",
}


def test_a_probe_that_keeps_every_promise_passes():
    check_probe(Range)
    check_probe(Range())


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_promise_is_named(broken):
    with pytest.raises(ContractError, match=BROKEN[broken]):
        check_probe(broken)


def test_what_is_no_probe_is_refused():
    with pytest.raises(ContractError, match="is no Probe"):
        check_probe(3)
