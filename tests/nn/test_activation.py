from __future__ import annotations

from math import erf, exp, log, sin, sqrt, tanh

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import nd, nn
from initlab.autograd import check_gradients, record
from initlab.errors import UnknownNameError
from initlab.nd import ACTIVATIONS

LAMBDA, ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al. (2017)

FORMULAS = {  # of one number, from the papers
    "relu": lambda x: max(x, 0.0),
    "sigmoid": lambda x: 1 / (1 + exp(-x)),
    "tanh": tanh,
    "gelu": lambda x: x * (1 + erf(x / sqrt(2))) / 2,
    "silu": lambda x: x / (1 + exp(-x)),
    "elu": lambda x: x if x > 0 else exp(x) - 1,
    "selu": lambda x: LAMBDA * (x if x > 0 else ALPHA * (exp(x) - 1)),
    "softplus": lambda x: log(1 + exp(x)),
    "softrelu": lambda x: log(1 + exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "leaky_relu": lambda x: x if x > 0 else 0.01 * x,
    "mish": lambda x: x * tanh(log(1 + exp(x))),
    "hardtanh": lambda x: min(max(x, -1.0), 1.0),
    "erf": erf,
    "sin": sin,
    "identity": lambda x: x,
}
KINKS = {"relu": 0.0, "leaky_relu": 0.01}  # the derivative at 0, as Gluon has it
X = np.array([[-3.0, -1.5, -0.25], [0.125, 0.9, 2.5]])  # no kink

by_name = pytest.mark.parametrize("name", ACTIVATIONS)


def test_every_activation_has_its_formula_here():
    assert set(FORMULAS) == set(ACTIVATIONS)


@by_name
def test_it_is_its_formula_at_every_element(name):
    expected = np.vectorize(FORMULAS[name])(X)
    assert_allclose(nn.Activation(name)(nd.array(X, dtype="float64")), expected, rtol=1e-12)


@by_name
def test_its_gradient_is_that_of_central_differences(name):
    check_gradients(nn.Activation(name), X)


@by_name
def test_single_precision_stays_single(name):
    y = nn.Activation(name)(nd.array(X))
    assert y.dtype == np.float32
    assert_allclose(y, np.vectorize(FORMULAS[name])(X), rtol=1e-5)


@by_name
def test_far_out_there_is_no_overflow(name):
    y = np.asarray(nn.Activation(name)(nd.array([-200.0, 200.0])))
    assert np.all(np.isfinite(y))


@pytest.mark.parametrize(("name", "slope"), KINKS.items())
def test_the_derivative_at_a_kink_is_gluons(name, slope):
    x = nd.array([0.0], dtype="float64")
    x.attach_grad()
    with record():
        y = nn.Activation(name)(x)
    y.backward()
    assert_array_equal(x.grad, [slope])


@by_name
def test_it_prints_its_function_and_has_no_parameters(name):
    made = nn.Activation(name)
    assert repr(made) == f"Activation({name})"
    assert len(made.collect_params()) == 0


@pytest.mark.parametrize("name", ["Relu", "swish", None])
def test_an_unknown_name_is_refused_with_all_that_are_known(name):
    with pytest.raises(
        UnknownNameError, match=rf"Unknown activation '{name}'.*Known: elu, erf, gelu, .*, tanh\."
    ):
        nn.Activation(name)


@pytest.mark.peers
@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"identity", "softrelu"}))
def test_values_and_gradients_are_torchs(name):
    import torch

    peer = torch.tensor(X, requires_grad=True)
    expected = getattr(torch.nn.functional, name, None) or getattr(torch, name)
    out = expected(peer)
    out.sum().backward()
    x = nd.array(X, dtype="float64")
    x.attach_grad()
    with record():
        y = nn.Activation(name)(x)
    y.backward()
    assert_allclose(y, out.detach().numpy(), rtol=1e-12)
    assert_allclose(x.grad, peer.grad.numpy(), rtol=1e-12)
