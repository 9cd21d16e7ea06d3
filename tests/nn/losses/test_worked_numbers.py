"""Losses and gradients of one small batch as a run of MXNet 1.9.1 gives them, to six places."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from initlab import nd, nn
from initlab.autograd import record

PRED = np.array([[0.5, -1.5, 2.0], [1.0, 0.25, -0.75]])
TARGET = np.array([[1.0, -1.0, 0.5], [0.25, 1.0, -1.0]])
SIGNS, COUNTS = np.sign(TARGET), np.array([[0, 1, 3], [2, 1, 0]])
CHANCES = np.array([[0.2, 0.3, 0.5], [0.6, 0.1, 0.3]])
WEIGHT = np.array([[2.0], [3.0]])

WORKED = {
    "l2": (
        nn.L2Loss(weight=3), (TARGET, WEIGHT),
        [2.75, 1.78125], [[-1, -1, 3], [2.25, -2.25, 0.75]],
    ),
    "l1": (
        nn.L1Loss(weight=0.5), (TARGET, WEIGHT),
        [0.833333, 0.875], [[-0.333333, -0.333333, 0.333333], [0.5, -0.5, 0.5]],
    ),
    "huber": (
        nn.HuberLoss(rho=0.5), (TARGET, WEIGHT),
        [1.166667, 1.0625], [[-0.666667, -0.666667, 0.666667], [1, -1, 0.5]],
    ),
    "hinge": (
        nn.HingeLoss(margin=2), (SIGNS, WEIGHT),
        [1.333333, 4], [[-0.666667, 0.666667, 0], [-1, -1, 1]],
    ),
    "squared hinge": (
        nn.SquaredHingeLoss(), (SIGNS, WEIGHT),
        [0.166667, 0.625], [[-0.666667, 0, 0], [0, -1.5, 0.5]],
    ),
    "logistic": (
        nn.LogisticLoss(), (SIGNS, WEIGHT), [0.534946, 1.276072],
        [[-0.251694, 0.121617, -0.079469], [-0.268941, -0.437824, 0.320821]],
    ),
    "logistic of 0 and 1": (
        nn.LogisticLoss(label_format="binary"), ((SIGNS + 1) / 2,), [0.267473, 0.425357],
        [[-0.125847, 0.060809, -0.039734], [-0.089647, -0.145941, 0.10694]],
    ),
    "poisson": (
        nn.PoissonNLLLoss(), (COUNTS, WEIGHT), 2.699306,
        [[0.549574, -0.258957, 1.463019], [0.359141, 0.142013, 0.236183]],
    ),
    "kl": (
        nn.KLDivLoss(), (CHANCES,),
        [-1.679653, -1.297946], [[-0.2, -0.3, -0.5], [-0.6, -0.1, -0.3]],
    ),
    "kl of outputs": (
        nn.KLDivLoss(from_logits=False), (CHANCES, WEIGHT), [1.092298, 0.601464],
        [[-0.04394, -0.551812, 0.595752], [0.022445, 0.560862, -0.583307]],
    ),
    "binary cross entropy": (
        nn.SigmoidBCELoss(), (CHANCES, WEIGHT), [1.768279, 2.126072],
        [[0.28164, -0.078383, 0.253865], [0.131059, 0.462176, 0.020821]],
    ),
    "binary cross entropy with weighted positives": (
        nn.SigmoidBCELoss(), (CHANCES, None, np.array([[2, 3, 0.5]])), [1.24545, 0.752896],
        [[0.11565, -0.202706, 0.136866], [-0.010102, 0.124871, 0.040899]],
    ),
    "triplet": (
        nn.TripletLoss(margin=2), (TARGET, COUNTS), [0, 1.0625], [[0, 0, 0], [3.5, 0, 2]],
    ),
    "cosine": (
        nn.CosineEmbeddingLoss(margin=0.1), (TARGET, [1, -1]), [[0.215535], [0.582789]],
        [[-0.201145, 0.080458, 0.11063], [-0.28362, 0.441187, -0.231098]],
    ),
    "cosine, the labels changed": (
        nn.CosineEmbeddingLoss(margin=0.1), (TARGET, [-1, 1], WEIGHT), [[1.368929], [0.951634]],
        [[0.40229, -0.160916, -0.221259], [0.85086, -1.32356, 0.693293]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", WORKED)
def test_a_loss_and_its_gradient_are_the_worked_numbers(name, dtype):
    loss, args, expected, slope = WORKED[name]
    x = nd.array(PRED, dtype=dtype)
    x.attach_grad()
    with record():
        out = loss(x, *args)
    out.backward()
    assert out.dtype == x.grad.dtype == dtype
    assert out.shape == np.shape(expected)
    assert_allclose(out, expected, atol=2e-6)
    assert_allclose(x.grad, slope, atol=2e-6)
