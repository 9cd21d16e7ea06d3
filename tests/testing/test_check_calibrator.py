"""Each promise broken by one small calibrator; the check must name the broken promise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from initlab.calibrators import Calibration, Calibrator
from initlab.errors import BadValueError
from initlab.nd.random import generator
from initlab.testing import ContractError, check_calibrator
from initlab.tree import parameters


@dataclass(frozen=True)
class Halving(Calibrator):
    """Keeps every promise; the broken ones below differ from it in one point."""

    base = "normal"

    def calibrate(self, net, batch):
        path, weight = self.chosen(net)
        weight.set_data(np.asarray(weight.data()) * self.factor(batch))
        return [Calibration(path, 0.5, 1, 0.5, True)]

    def chosen(self, net):
        every = parameters(net).items()
        return next((path, p) for path, p in every if p.grad_req != "null" and p.role == "weight")

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


class Thawing(Halving):
    def chosen(self, net):
        return next((path, p) for path, p in parameters(net).items() if p.role == "weight")


class Untold(Halving):
    def calibrate(self, net, batch):
        net[-1].bias.set_data(np.ones(3))
        return super().calibrate(net, batch)


class Told(Halving):
    def calibrate(self, net, batch):
        bias = [path for path, p in parameters(net).items() if p is net[-1].bias]
        if net[-1].bias.grad_req == "null":
            raise BadValueError("the last bias is frozen")
        net[-1].bias.set_data(np.ones(3))
        return [replace(one, also=tuple(bias)) for one in super().calibrate(net, batch)]


class TellingOfABiasElsewhere(Halving):
    def calibrate(self, net, batch):
        return [replace(one, also=("9.bias",)) for one in super().calibrate(net, batch)]


class ForFeedforwardNets(Halving):
    """Refuses recurrent nets, by an error of `refuses`, after a change by `change`."""

    refuses = BadValueError
    change = 1.0

    def calibrate(self, net, batch):
        if batch.x.ndim == 3:
            net[-1].weight.set_data(self.change * np.asarray(net[-1].weight.data()))
            raise self.refuses("recurrent nets are beyond me")
        return super().calibrate(net, batch)


class BareOnRecurrentNets(ForFeedforwardNets):
    refuses = IndexError


class ChangingWhatItRefuses(ForFeedforwardNets):
    change = 2.0


class ForNoNet(Halving):
    def calibrate(self, net, batch):
        raise BadValueError("no net pleases me")


@pytest.mark.parametrize("kept", [Halving, Halving(), Told, ForFeedforwardNets])
def test_a_calibrator_that_keeps_its_promises_passes(kept):
    check_calibrator(kept)


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (Noisy, "gives other values to an equal plain net and batch"),
        (Drawing, "changes the ambient random stream"),
        (ScalingTheBatch, "changes the batch"),
        (Backward, "changes a gradient"),
        (Remembering, "changes a running statistic"),
        (Silent, "tells nothing of what it did"),
        (Elsewhere, "tells of '9.weight', which the net does not have"),
        (Unreasoned, "did not converge at '0.weight' and does not say why"),
        (Failing, "fails on a small plain net: ValueError"),
        (Thawing, "changes '0.weight' of a frozen net untold"),
        (Untold, "changes '2.bias' of a plain net untold"),
        (TellingOfABiasElsewhere, "tells of '9.bias', which the net does not have"),
        (BareOnRecurrentNets, "fails on a small recurrent net: IndexError"),
        (ChangingWhatItRefuses, "changes '1.weight' of a recurrent net untold"),
        (ForNoNet, "fails on a small plain net: BadValueError"),
        (int, "is no Calibrator"),
    ],
)
def test_a_broken_promise_is_named(broken, complaint):
    with pytest.raises(ContractError, match=complaint):
        check_calibrator(broken)
