from __future__ import annotations

import numpy as np
import pytest

from initlab import nn
from initlab.autograd import Tensor
from initlab.calibrators import Batch
from initlab.init import Normal, create, make_plan
from initlab.nd.random import Streams
from initlab.tree import apply_plan, fresh_names, parameters, resolve_shapes, slots

N = 24


@pytest.fixture
def batch():
    rng = np.random.default_rng(5)
    x = (1 + 2 * rng.standard_normal((64, N))).astype(np.float32)
    y = (x[:, :3].argmax(axis=1)).astype(np.int64)
    return Batch(x, y, nn.SoftmaxCrossEntropyLoss(), seed=3)


@pytest.fixture
def chain():
    """Make a drawn chain of dense layers that ends in three outputs."""

    def make(activation="relu", depth=4, weight="he", bias=0.0, norm=False, x=None):
        with fresh_names():
            net = nn.Sequential()
            for _ in range(depth):
                net.add(nn.Dense(N, activation=activation))
                if norm:
                    net.add(nn.BatchNorm())
            net.add(nn.Dense(3))
        resolve_shapes(net, np.zeros((2, N), np.float32))
        roles = {"weight": create(weight)} | ({"bias": Normal(bias)} if bias else {})
        apply_plan(net, make_plan(slots(net), roles=roles), Streams(0))
        return net

    return make


@pytest.fixture
def arrays():
    def of(net):
        return {path: np.array(p.data()) for path, p in parameters(net).items()}

    return of


@pytest.fixture
def outputs():
    """Compute a net's pre-activations and activations in NumPy, from its arrays alone."""

    def of(net, x, f):
        seen, a = [], x.astype(np.float64)
        layers = [block for block in net if isinstance(block, nn.Dense)]
        for layer in layers:
            w = np.asarray(layer.weight.data(), np.float64)
            z = a @ w.T + np.asarray(layer.bias.data(), np.float64)
            a = f(z) if layer is not layers[-1] else z
            seen.append((z, a))
        return seen

    return of


@pytest.fixture
def forward():
    return lambda net, x: np.array(net(Tensor(x)))
