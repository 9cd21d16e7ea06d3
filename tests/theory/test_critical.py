"""The edge of chaos: known points, and that chi_1 is 1 there and the length stays."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest

from initlab import nd
from initlab.errors import BadValueError
from initlab.theory import MeanField, Phase, critical, critical_line

LEAST = [  # weight variance, bias variance; GELU and SiLU: Roberts, Yaida & Hanin (2022)
    (nd.relu, 2.0, 0.0),
    (nd.leaky_relu, 2 / 1.0001, 0.0),
    (np.tanh, 1.0, 0.0),
    (nd.hardtanh, 1.0, 0.0),
    (nd.softsign, 1.0, 0.0),
    (np.sin, 1.0, 0.0),
    (nd.erf, pi / 4, 0.0),
    (nd.gelu, 1.98305826, 0.17292239),
    (nd.silu, 1.98800468, 0.55514317),
]


@pytest.mark.parametrize(("f", "weight", "bias"), LEAST, ids=lambda v: getattr(v, "__name__", v))
def test_the_critical_point_of_the_smallest_bias(f, weight, bias):
    point = critical(f)
    assert point.weight_variance == pytest.approx(weight, rel=1e-8)
    assert point.bias_variance == pytest.approx(bias, abs=1e-8)


def test_tanh_with_a_bias_is_the_catalogues():
    point = critical(np.tanh, 0.05)
    assert point.weight_variance == pytest.approx(1.760955, abs=5e-7)
    assert point.length == pytest.approx(0.570048, abs=5e-7)


@pytest.mark.parametrize("f", [np.tanh, nd.selu, nd.mish, nd.sigmoid, nd.erf])
@pytest.mark.parametrize("bias", [0.2, 1.0])
def test_at_a_critical_point_gradients_keep_their_size_and_lengths_stay(f, bias):
    point = critical(f, bias)
    net = MeanField(f, point.weight_variance, point.bias_variance, start=point.length)
    assert net.length(point.length) == pytest.approx(point.length, rel=1e-9)
    assert net.chi(point.length) == pytest.approx(1, rel=1e-9)
    assert net.length_slope(point.length) <= 1


def test_the_line_parts_order_from_chaos():
    for point in critical_line(np.tanh, [0.2, 1.0, 3.0]):
        for factor, phase in ((0.95, Phase.ordered), (1.05, Phase.chaotic)):
            net = MeanField(np.tanh, factor * point.weight_variance, point.bias_variance)
            assert net.phase is phase


def test_a_level_of_chi_holds_along_its_line():
    for point in critical_line(np.tanh, [0.5, 2.0]):
        net = MeanField(np.tanh, *point.level(0.8))
        assert net.q_star == pytest.approx(point.length, rel=1e-9)
        assert net.chi_1 == pytest.approx(0.8, rel=1e-9)


@pytest.mark.parametrize("f", [nd.softplus, np.square])
def test_an_activation_without_an_edge_says_so(f):
    with pytest.raises(BadValueError, match=rf"{f.__name__} has no edge of chaos: at every length"):
        critical(f)


@pytest.mark.parametrize(("f", "bias", "least"), [(nd.relu, 0.1, "0,"), (nd.gelu, 0.1, "0.172922")])
def test_a_bias_without_a_critical_point_is_told_which_has_one(f, bias, least):
    with pytest.raises(BadValueError, match=rf"bias variance {bias}: the smallest .* is {least}"):
        critical(f, bias)
