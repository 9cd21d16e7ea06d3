from __future__ import annotations

import numpy as np
import pytest

from initlab import nn
from initlab.data import Data, Task
from initlab.tree import fresh_names


@pytest.fixture(autouse=True)
def _names_from_zero():
    with fresh_names():
        yield


@pytest.fixture
def regression():
    """Make data with train = test of given inputs and targets."""

    def make(x, y):
        x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
        return Data(x, y, x, y, "ours", "a test", Task.regression)

    return make


@pytest.fixture
def dense():
    """Make a net of Dense layers with given weights, their biases zero."""

    def make(*weights, activation=None):
        net = nn.Sequential()
        for weight in weights:
            units, inputs = np.shape(weight)
            net.add(nn.Dense(units, activation=activation, in_units=inputs))
        net.initialize()
        for layer, weight in zip(net, weights, strict=True):
            layer.weight.set_data(np.asarray(weight, np.float32))
        return net

    return make
