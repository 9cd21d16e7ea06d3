"""The Gaussian error linear unit in float32 against its definition in float64."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from initlab import nd
from initlab.autograd import Tensor, record

X = np.concatenate([np.linspace(-13, 13, 100_001), [1e30, -1e30, 700, -700, 0]]).astype("float32")


def test_value_and_slope_are_within_a_few_units_of_rounding():
    x = Tensor(X)
    x.attach_grad()
    with record():
        y = nd.gelu(x)
    y.backward()
    z = X.astype(float)
    exact, slope = z * ndtr(z), ndtr(z) + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    assert (np.abs(y.array - exact) / np.maximum(1, np.abs(exact))).max() < 2.5e-7
    assert np.abs(x.grad.array - slope).max() < 2.5e-7


def test_any_shape_and_arrangement_comes_back_as_it_was():
    x = np.random.default_rng(0).normal(size=(3, 4, 5)).astype("float32").transpose(2, 0, 1)
    y = nd.gelu(x)
    assert y.shape == (5, 3, 4)
    np.testing.assert_allclose(y.array, x * ndtr(x.astype(float)), atol=1e-6)
    assert nd.gelu(np.zeros((0, 3), "float32")).shape == (0, 3)


def test_one_number_keeps_its_shape_there_and_back():
    x = Tensor(np.float32(0.5))
    x.attach_grad()
    with record():
        y = nd.gelu(x)
    y.backward()
    assert (y.shape, x.grad.shape) == ((), ())
    assert float(y) == pytest.approx(0.5 * 0.6914624613, rel=1e-6)  # x Phi(x)
