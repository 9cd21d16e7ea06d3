"""Drawn moments against claimed ones; every tolerance is five standard errors of the law's own."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from initlab.init import (
    Constant,
    Identity,
    MSRAPrelu,
    Normal,
    Ones,
    ParameterSpec,
    TruncatedGaussian,
    TruncatedNormal,
    Uniform,
    VarianceScaling,
    Xavier,
    Zeros,
)
from initlab.nd.random import stream

RANDOM = [
    Uniform(),
    Uniform(scale=3.0),
    Normal(),
    Normal(sigma=2.0, mean=1.0),
    TruncatedNormal(),
    TruncatedNormal(sigma=2.0, mean=-1.0),
    Xavier(),
    Xavier("gaussian", "in", 2),
    Xavier("uniform", "out", 1),
    VarianceScaling(2.0),
    VarianceScaling(1.5**2),
    VarianceScaling(),
    MSRAPrelu(),
    MSRAPrelu("in", 0.0),
]
SPECS = [
    ParameterSpec((300, 100)),  # 30,000: one block
    ParameterSpec((640, 320)),  # 204,800: four blocks
    ParameterSpec((64, 32, 5, 3), np.dtype(np.float64)),
]


def draw(initializer, spec, path="w"):
    return initializer(spec, stream(0, path)).astype(np.float64)


def eighth(kurtosis):
    """E z^8 of the unit law with this kurtosis: uniform 9, gaussian 105; between, less than 105."""
    return 9.0 if kurtosis == 1.8 else 105.0


@pytest.mark.parametrize("spec", SPECS, ids=str)
@pytest.mark.parametrize("initializer", RANDOM, ids=str)
def test_drawn_mean_std_and_kurtosis_are_the_claimed_ones(initializer, spec):
    drawn, n = draw(initializer, spec), np.prod(spec.shape)
    law = initializer.law(spec)
    mean, variance, kurtosis = law.mean, law.variance, law.kurtosis
    assert abs(drawn.mean() - mean) < 5 * (variance / n) ** 0.5
    assert abs(drawn.std() - variance**0.5) < 5 * variance**0.5 * ((kurtosis - 1) / 4 / n) ** 0.5
    z = (drawn - mean) / variance**0.5
    assert abs((z**4).mean() - kurtosis) < 5 * ((eighth(kurtosis) - kurtosis**2) / n) ** 0.5


@pytest.mark.parametrize("initializer", RANDOM, ids=str)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_shape_and_dtype_are_the_specs(initializer, dtype):
    drawn = initializer(ParameterSpec((5, 7, 3), dtype), stream(0, "w"))
    assert (drawn.shape, drawn.dtype) == ((5, 7, 3), np.dtype(dtype))


@pytest.mark.parametrize("initializer", RANDOM, ids=str)
def test_a_plain_numpy_generator_will_do(initializer):
    a, b = (initializer(SPECS[0], np.random.default_rng(3)) for _ in range(2))
    assert_array_equal(a, b)


def test_float64_is_another_draw_of_the_law_than_float32():
    single, double = (Normal()(ParameterSpec((9,), d), stream(0, "w")) for d in ("f4", "f8"))
    assert not np.allclose(single, double)


GLUON = [  # gluon.md 9.2: drawn by MXNet 1.9.1 on (256, 20): bound or None, sd as printed
    (Uniform(), 0.0700, 0.0404),
    (Normal(), None, 0.0102),
    (Xavier(), 0.1474, 0.0846),
    (Xavier("gaussian"), None, 0.1463),
    (Xavier(factor_type="in"), 0.3873, None),
    (Xavier(factor_type="out"), 0.1082, None),
    (MSRAPrelu(), None, 0.1164),
]


@pytest.mark.parametrize(("initializer", "bound", "sd"), GLUON, ids=str)
def test_bounds_and_spread_are_those_that_mxnet_drew(initializer, bound, sd):
    spec, n = ParameterSpec((256, 20)), 256 * 20
    drawn = draw(initializer, spec)
    if bound is not None:
        assert abs(drawn).max() <= bound + 5e-5
        assert abs(drawn).max() > bound * (1 - 10 / n)  # the chance of less is exp(-10)
    if sd is not None:
        error = sd * ((initializer.law(spec).kurtosis - 1) / 4 / n) ** 0.5
        assert abs(drawn.std() - sd) < 5 * error * 2**0.5 + 5e-5  # both are draws


def test_xaviers_bound_on_256_by_20_is_the_root_of_3_over_138():
    variance = Xavier().variance(ParameterSpec((256, 20)))
    assert (3 * variance) ** 0.5 == pytest.approx((3 / 138) ** 0.5, rel=1e-14)


def test_gaussian_xavier_has_three_times_the_variance_of_the_uniform_one():
    spec = ParameterSpec((30, 70))
    assert Xavier("gaussian").variance(spec) == pytest.approx(3 * Xavier().variance(spec))


def test_he_keeps_the_second_moment_through_a_relu_layer():
    n, width = 4000, 256
    x = np.maximum(stream(1, "x").standard_normal((n, width)), 0)
    y = x @ draw(VarianceScaling(2.0), ParameterSpec((width, width))).T
    # given W, E y_i^2 spreads by (sum_j w_ij)^2 / 2 pi, whose std is sqrt(2) / pi
    assert abs((y**2).mean() - 1) < 5 * 2**0.5 / np.pi / width**0.5


def test_a_truncated_normal_ends_at_two_deviations_of_its_parent():
    drawn = draw(TruncatedNormal(sigma=0.8796256610342398), ParameterSpec((640, 320)))
    assert 1.99 < abs(drawn).max() <= 2 + 1e-6


def test_the_truncated_laws_constants_are_those_of_the_integrals():
    z = np.linspace(-2, 2, 400_001)
    density = np.exp(-(z**2) / 2)
    moments = [np.trapezoid(z**k * density, z) / np.trapezoid(density, z) for k in (2, 4)]
    assert moments[0] ** 0.5 == pytest.approx(0.8796256610342398, rel=1e-9)
    claimed = TruncatedNormal().law(SPECS[0]).kurtosis
    assert claimed == pytest.approx(moments[1] / moments[0] ** 2, rel=1e-9)


def test_the_truncation_constant_is_exact():
    std = TruncatedGaussian(1.0, -2.0, 2.0).law.variance ** 0.5
    assert std == pytest.approx(0.8796256610342398, rel=1e-15)


@pytest.mark.parametrize(
    ("initializer", "value"),
    [(Zeros(), 0), (Ones(), 1), (Constant(42), 42), (Constant(-0.5), -0.5)],
)
@pytest.mark.parametrize("shape", [(3, 4), (5,), ()])
def test_constants_fill_any_shape_and_claim_no_variance(initializer, value, shape):
    spec = ParameterSpec(shape, "float64")
    drawn = initializer(spec, stream(0, "w"))
    assert_array_equal(drawn, np.full(shape, value, float), strict=True)
    assert initializer.variance(spec) == 0


@pytest.mark.parametrize("shape", [(4, 4), (3, 6), (6, 3), (1, 1)])
def test_an_identity_is_the_diagonal_and_claims_the_variance_of_its_entries(shape):
    spec = ParameterSpec(shape, "float64")
    drawn = Identity(gain=2.0)(spec, stream(0, "w"))
    assert_array_equal(drawn, 2 * np.eye(*shape), strict=True)
    assert Identity(gain=2.0).variance(spec) == pytest.approx(drawn.var(), abs=1e-15)


@pytest.mark.peers
def test_rules_with_fans_are_those_of_torch():
    import torch

    torch.manual_seed(0)
    spec, peer = ParameterSpec((300, 200)), torch.empty(300, 200)
    pairs = [
        (Xavier(), torch.nn.init.xavier_uniform_),
        (Xavier("gaussian", magnitude=1), torch.nn.init.xavier_normal_),
        (VarianceScaling(2.0), lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="relu")),
        (VarianceScaling(), lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="linear")),
        (MSRAPrelu("in"), lambda w: torch.nn.init.kaiming_normal_(w, a=0.25)),
        (Xavier("uniform", "out", 6), lambda w: torch.nn.init.kaiming_uniform_(w, mode="fan_out")),
    ]
    for initializer, fill in pairs:
        std = initializer.variance(spec) ** 0.5
        error = std * ((initializer.law(spec).kurtosis - 1) / 4 / peer.numel()) ** 0.5
        assert abs(float(fill(peer).double().std()) - std) < 5 * error, initializer


@pytest.mark.parametrize("initializer", RANDOM, ids=str)
def test_the_density_has_the_laws_moments(initializer):
    """Integrated by the trapezoid rule over 8 deviations, to a thousandth (jumps at the ends)."""
    entry = initializer.entry(SPECS[0])
    law = entry.law
    x = law.mean + law.variance**0.5 * np.linspace(-8, 8, 160_001)
    density = entry.density(x)
    moments = [np.trapezoid(density * (x - law.mean) ** k, x) for k in (0, 1, 2, 4)]
    expected = [1, 0, law.variance, law.kurtosis * law.variance**2]
    for k, found, wanted in zip((0, 1, 2, 4), moments, expected, strict=True):
        assert abs(found - wanted) < 1e-3 * law.variance ** (k / 2)
