"""Each promise broken by one small calibrator; the check must name the broken promise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from initlab.calibrators import Calibration, Calibrator
from initlab.nd.random import generator
from initlab.testing import ContractError, check_calibrator
from initlab.tree import parameters


@dataclass(frozen=True)
class Halving(Calibrator):
    """Keeps every promise; the broken ones below differ from it in one point."""

    base = "normal"

    def calibrate(self, net, batch):
        weight = parameters(net)["0.weight"]
        weight.set_data(np.asarray(weight.data()) * self.factor(batch))
        return [Calibration("0.weight", 0.5, 1, 0.5, True)]

    def factor(self, batch):
        return 0.5


class Noisy(Halving):
    def factor(self, batch):
        return float(np.random.default_rng().normal())


class Drawing(Halving):
    def factor(self, batch):
        return float(generator().normal())


class ScalingTheBatch(Halving):
    def factor(self, batch):
        batch.x[...] *= 2
        return 0.5


class Backward(Halving):
    def calibrate(self, net, batch):
        parameters(net)["0.weight"].zero_grad()
        return super().calibrate(net, batch)


class Remembering(Halving):
    def calibrate(self, net, batch):
        for path, p in parameters(net).items():
            if path.endswith("running_mean"):
                p.set_data(np.ones(p.shape))
        return super().calibrate(net, batch)


class Silent(Halving):
    def calibrate(self, net, batch):
        return []


class Elsewhere(Halving):
    def calibrate(self, net, batch):
        return [Calibration("9.weight", 1.0, 0, 1.0, True)]


class Unreasoned(Halving):
    def calibrate(self, net, batch):
        return [Calibration("0.weight", 1.0, 0, 1.0, False)]


class Failing(Halving):
    def calibrate(self, net, batch):
        raise ValueError("no batch pleases me")


def test_a_calibrator_that_keeps_its_promises_passes():
    check_calibrator(Halving)
    check_calibrator(Halving())


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (Noisy, "gives other values to an equal net and batch"),
        (Drawing, "changes the ambient random stream"),
        (ScalingTheBatch, "changes the batch"),
        (Backward, "changes a gradient"),
        (Remembering, "changes a running statistic"),
        (Silent, "tells nothing of what it did"),
        (Elsewhere, "tells of '9.weight', which the net does not have"),
        (Unreasoned, "did not converge at '0.weight' and does not say why"),
        (Failing, "fails on a small net: ValueError"),
        (int, "is no Calibrator"),
    ],
)
def test_a_broken_promise_is_named(broken, complaint):
    with pytest.raises(ContractError, match=complaint):
        check_calibrator(broken)
