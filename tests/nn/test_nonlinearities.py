from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import nd, nn
from initlab.autograd import check_gradients, record
from initlab.errors import BadValueError, ShapeError

RNG = np.random.default_rng(0)
X = RNG.standard_normal((2, 3, 4))
FORMULAS = {
    "leaky": (nn.LeakyReLU(0.2), np.where(X > 0, X, 0.2 * X)),
    "elu": (nn.ELU(2.0), np.where(X > 0, X, 2 * (np.exp(X) - 1))),
    "swish": (nn.Swish(), X / (1 + np.exp(-X))),
    "steep swish": (nn.Swish(beta=3), X / (1 + np.exp(-3 * X))),
    "selu": (nn.SELU(), np.asarray(nd.selu(X))),
    "gelu": (nn.GELU(), np.asarray(nd.gelu(X))),
}


def wide(x):
    return nd.array(x, dtype="float64")


@pytest.mark.parametrize("name", FORMULAS)
def test_it_is_its_formula_and_its_gradients_are_those_of_central_differences(name):
    layer, expected = FORMULAS[name]
    assert_allclose(layer(wide(X)), expected, rtol=1e-12)
    check_gradients(layer, X)


def test_one_slope_serves_all_and_starts_at_a_quarter():
    layer = nn.PReLU()
    layer.initialize()
    assert_array_equal(layer(nd.array([[-1.0, 2.0]])), [[-0.25, 2]])
    assert layer.alpha.shape == (1,)


def test_a_slope_a_channel_lies_along_axis_1():
    layer = nn.PReLU(in_channels=3)
    layer.initialize()
    layer.alpha.set_data([1.0, 2, 3])
    slopes = np.array([1, 2, 3]).reshape(3, 1)
    assert_allclose(layer(nd.array(X)), np.where(X > 0, X, slopes * X), rtol=1e-6)


def test_a_slopes_gradient_is_the_sum_of_what_it_multiplied():
    layer = nn.PReLU(in_channels=3)
    layer.initialize()
    with record():
        y = layer(nd.array(X))
    y.backward()
    assert_allclose(layer.alpha.grad(), np.minimum(X, 0).sum((0, 2)), rtol=1e-5)

    def slope(x, alpha):
        layer.alpha._data = alpha
        return layer(x)

    check_gradients(slope, X, np.array([0.1, -0.5, 2]))


@pytest.mark.parametrize("made", [nn.ELU, nn.SELU, nn.GELU, nn.Swish, nn.PReLU])
def test_those_without_a_print_of_their_own_print_as_gluons_do(made):
    assert repr(made()) == f"{made.__name__}(\n\n)"


def test_what_cannot_be_is_refused():
    with pytest.raises(BadValueError, match=r"slope of at least 0, got alpha=-1"):
        nn.LeakyReLU(-1)
    layer = nn.PReLU(in_channels=3)
    layer.initialize()
    with pytest.raises(ShapeError, match=r"3 slopes for .* axis 1, but .* shape \(2, 4\)"):
        layer(nd.ones((2, 4)))
