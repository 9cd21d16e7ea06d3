"""A whole training of a tied net, as it went in MXNet 1.9.1 from the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from initlab_mxnet import MXNet

from initlab import autograd, init, nd, nn
from initlab.nd.random import Streams
from initlab.optim import Trainer

# printed there by the same lines, with mx.random.seed(2): the loss, and the norm of the gradient
# that both places of the shared weight have
LOSSES = [0.55449158, 0.36712047, 0.22723750, 0.12938079, 0.07881793]
GRADIENTS = [40.2116776, 13.8384686, 7.98993444, 4.78765392, 2.94350958]


@pytest.fixture(autouse=True)
def streams_again():
    yield
    nd.random.seed(0, Streams)


def test_losses_and_gradients_are_mxnets():
    nd.random.seed(2, MXNet)
    x, y = nd.random.normal(shape=(100, 20)), nd.random.uniform(shape=(100, 10))
    shared = nn.Dense(8, activation="relu")
    tied = nn.Dense(8, activation="relu", params=shared.params)
    net = nn.Sequential()
    net.add(nn.Dense(8, activation="relu"), shared, tied, nn.BatchNorm(), nn.Dense(10))
    net.initialize(init.Xavier())
    net(x)
    options = {"learning_rate": 0.5, "momentum": 0.9, "wd": 1e-3}
    trainer = Trainer(net.collect_params(), "sgd", options)
    losses, gradients = [], []
    for _ in range(5):
        with autograd.record():
            loss = nn.L2Loss()(net(x), y)
        loss.backward()
        losses.append(float(loss.mean()))
        gradients.append(float(np.linalg.norm(shared.weight.grad())))
        trainer.step(100)
    # float32 sums in another order, amplified by five steps
    np.testing.assert_allclose(losses, LOSSES, rtol=1e-5)
    np.testing.assert_allclose(gradients, GRADIENTS, rtol=1e-4)
