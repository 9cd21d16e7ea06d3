"""A net of many kinds of layers, trained by each optimizer: the losses that MXNet 1.9.1 has."""

from __future__ import annotations

import numpy as np
import pytest

from initlab import autograd, gluon, nd
from initlab.gluon import nn
from initlab.tree import fresh_names

HOW = {
    "sgd": {"learning_rate": 0.1, "momentum": 0.9, "wd": 0.01, "clip_gradient": 0.3},
    "adam": {"learning_rate": 0.01, "wd": 0.1},
    "nag": {"learning_rate": 0.05, "momentum": 0.9},
    "rmsprop": {"learning_rate": 0.01, "centered": True},
    "adagrad": {"learning_rate": 0.1},
    "adadelta": {"wd": 0.01},
    "adamax": {},
    "ftrl": {},
    "signum": {},
}
LOSSES = {  # the mean over the batch before each of five steps
    "sgd": [1.152456, 1.13233, 1.098014, 1.055532, 1.008561],
    "adam": [1.152456, 1.124738, 1.100056, 1.077563, 1.055478],
    "nag": [1.152456, 1.133526, 1.108934, 1.080613, 1.04969],
    "rmsprop": [1.152456, 1.031072, 0.834049, 0.547772, 0.372908],
    "adagrad": [1.152456, 0.983314, 1.41573, 0.927004, 0.830884],
    "adadelta": [1.152456, 1.114869, 1.079013, 1.037662, 0.983575],
    "adamax": [1.152456, 1.143279, 1.134491, 1.126056, 1.117901],
    "ftrl": [1.152456, 1.091294, 1.087031, 1.083196, 1.079687],
    "signum": [1.152456, 1.108587, 1.06412, 1.012063, 0.951343],
}


class Net(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.body = nn.HybridSequential()
            self.body.add(
                nn.Conv2D(4, 3, padding=1, activation="relu"),
                nn.BatchNorm(),
                nn.MaxPool2D(2),
                nn.Conv2D(6, 3, strides=2),
                nn.GroupNorm(3),
                nn.LeakyReLU(0.3),
                nn.Swish(),
                nn.AvgPool2D(),
                nn.Flatten(),
                nn.Dense(8),
                nn.LayerNorm(),
                nn.GELU(),
                nn.Dense(5),
            )
            self.embedding = nn.Embedding(7, 5)
            self.head = nn.Dense(3)

    def hybrid_forward(self, F, x, numbers):
        return self.head(self.body(x) + self.embedding(numbers))


def batch():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((6, 2, 12, 12)).astype("float32")
    return nd.array(x), rng.integers(0, 7, 6), rng.integers(0, 3, 6)


def filled(net):
    """Give every parameter numbers that MXNet was given too, in the order of their names."""
    rng, params = np.random.default_rng(1), net.collect_params()
    for name in sorted(params.keys()):
        if "running" not in name:
            values = rng.standard_normal(params[name].shape).astype("float32") * np.float32(0.3)
            params[name].set_data(values + ("gamma" in name))
    return params


@pytest.mark.parametrize("name", HOW)
def test_five_steps_cost_what_they_cost_mxnet(name):
    (x, numbers, labels), loss, seen = batch(), gluon.loss.SoftmaxCrossEntropyLoss(), []
    with fresh_names():
        net = Net()
    net.initialize()
    net(x, numbers)
    trainer = gluon.Trainer(filled(net), name, HOW[name])
    for _ in LOSSES[name]:
        with autograd.record():
            cost = loss(net(x, numbers), labels)
        cost.backward()
        trainer.step(6)
        seen.append(float(cost.mean()))
    np.testing.assert_allclose(seen, LOSSES[name], atol=2e-5)
