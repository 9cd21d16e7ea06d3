"""Small nets of known sizes, and the loss that they are observed with."""

from __future__ import annotations

import numpy as np
import pytest

from initlab import nn
from initlab.autograd import Tensor
from initlab.init import Normal
from initlab.tree import fresh_names, parameters


@pytest.fixture(autouse=True)
def _names_from_zero():
    with fresh_names():
        yield


@pytest.fixture
def loss():
    return nn.L2Loss()


@pytest.fixture
def sequential():
    """Make a Sequential of blocks, drawn N(0, 0.5^2) from one seed, for inputs of a shape."""

    def make(*layers, inputs=(2, 3)):
        net = nn.Sequential()
        net.add(*layers)
        net.initialize()
        net(Tensor(np.zeros(inputs, np.float32)))
        rng = np.random.default_rng(0)
        for parameter in parameters(net).values():
            parameter.set_data(Normal(0.5)(parameter.spec, rng))
        return net

    return make
