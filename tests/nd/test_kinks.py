"""Derivatives where there is none: Gluon's choices."""

from __future__ import annotations

import numpy as np
import pytest

from initlab import nd
from initlab.autograd import Tensor, record


def slope(fn, *values):
    x = Tensor(np.array(values, np.float64))
    x.attach_grad()
    with record():
        y = fn(x)
    y.backward()
    return x.grad.tolist()


def test_max_gives_the_whole_gradient_to_every_tie():
    assert slope(np.max, 1.0, 3.0, 3.0) == [0, 1, 1]


def test_min_gives_the_whole_gradient_to_every_tie():
    assert slope(np.min, 1.0, 1.0, 3.0) == [1, 1, 0]


@pytest.mark.parametrize("fn", [nd.relu, np.abs])
def test_relu_and_abs_have_slope_zero_at_zero(fn):
    assert slope(fn, 0.0, 2.0) == [0, 1]


def test_leaky_relu_has_its_slope_at_zero():
    assert slope(lambda x: nd.leaky_relu(x, 0.25), 0.0) == [0.25]


def test_clip_passes_the_gradient_at_both_ends():
    assert slope(lambda x: x.clip(0, 1), -1.0, 0.0, 0.5, 1.0, 2.0) == [0, 1, 1, 1, 0]


def test_maximum_shares_a_tie_between_its_arguments():
    assert slope(lambda x: np.maximum(x, 1.0), 1.0, 2.0) == [0.5, 1]


def test_norm_of_zeros_has_gradient_zero():
    assert slope(np.linalg.norm, 0.0, 0.0) == [0, 0]


def test_power_zero_has_slope_zero_also_at_zero():
    assert slope(lambda x: x**0, 0.0) == [0]
    assert slope(lambda x: x ** np.zeros(1), 0.0) == [0]


@pytest.mark.parametrize(
    "fn", [nd.sigmoid, nd.softplus, nd.elu, nd.selu, nd.gelu, nd.silu, np.tanh, nd.softmax]
)
def test_activations_stay_finite_far_out(fn):
    assert np.isfinite(slope(fn, -800.0, 800.0)).all()
