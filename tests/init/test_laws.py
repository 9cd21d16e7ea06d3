"""Drawn moments against claimed ones; every tolerance is five standard errors of the law's own."""

from __future__ import annotations

from math import comb, lgamma

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from initlab.errors import ShapeError
from initlab.init import (
    RAI,
    Constant,
    DropoutScaling,
    ExactGain,
    Identity,
    MSRAPrelu,
    Normal,
    Ones,
    ParameterSpec,
    RandomWalk,
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


@pytest.mark.parametrize("keep", [0.3, 0.8])
def test_dropout_scaling_keeps_the_second_moment_through_dropout_and_a_relu_layer(keep):
    n, width = 4000, 256
    x = np.maximum(stream(1, "x").standard_normal((n, width)), 0)
    x *= (stream(1, "kept").random((n, width)) < keep) / keep
    y = x @ draw(DropoutScaling(keep), ParameterSpec((width, width))).T
    # as for He's, but (sum_j w_ij)^2 is smaller by keep
    assert abs((y**2).mean() - 1) < 5 * keep * 2**0.5 / np.pi / width**0.5
    assert DropoutScaling(keep).variance(ParameterSpec((5, 80))) == pytest.approx(keep / 40)


def mean_log_square_length(n):
    """Return E ln |z|^2 of n Gaussians, the density of ln |z|^2 = t integrated."""
    t = np.linspace(-80, 12, 400_001)
    log_density = n / 2 * (t - np.log(2)) - np.exp(t) / 2 - lgamma(n / 2)
    return np.trapezoid(t * np.exp(log_density), t)


@pytest.mark.parametrize("n", [2, 7, 64])
def test_a_random_walk_in_a_linear_net_has_no_drift(n):
    """|W'd|^2 / |d|^2 is g^2 / n times a chi-squared of n degrees: its logarithm is 0 in mean."""
    gain = RandomWalk("linear").gain(n)
    assert np.log(gain**2 / n) + mean_log_square_length(n) == pytest.approx(0, abs=1e-8)
    assert gain == pytest.approx(np.exp(1 / (2 * n)), abs=0.5 / n**2)  # Sussillo & Abbott (2014)


@pytest.mark.parametrize(("n", "rest"), [(20, 17.6), (100, 97.6)])
def test_a_random_walk_in_a_relu_net_has_the_papers_gain_and_hardly_a_drift(n, rest):
    """Binomially many of n units are on, at least one. With sqrt(2) alone, 100 drift by -0.025."""
    gain = RandomWalk().gain(n)
    assert gain == pytest.approx(2**0.5 * np.exp(1.2 / rest))
    assert RandomWalk().variance(ParameterSpec((3, n))) == pytest.approx(gain**2 / n)
    chances = np.array([comb(n, on) / 2**n for on in range(1, n + 1)])
    logs = np.array([mean_log_square_length(on) for on in range(1, n + 1)])
    drift = np.log(gain**2 / n) + chances @ logs / chances.sum()
    assert abs(drift) < 0.001


def test_a_random_walk_of_narrow_relu_layers_has_the_gain_of_six():
    assert RandomWalk().gain(2) == RandomWalk().gain(6) == pytest.approx(2**0.5 * np.exp(1 / 3))


def test_rai_keeps_a_relu_nets_second_moment_from_growing():
    """Of y = gz + bx with b from Beta(2, 1), E y+^2 <= g^2 / 2 + 2g E b / sqrt(2 pi) + E b^2."""
    gain = RAI().gain
    bound = gain**2 / 2 + 2 * gain * (2 / 3) / (2 * np.pi) ** 0.5 + 1 / 2
    assert bound == pytest.approx(1, abs=1e-4)  # Lu et al. (2019) round to 0.6007
    n = 50
    variance = RAI().variance(ParameterSpec((4, n)))
    replaced = 1 / n / 2 - (2 / 3 / n) ** 2
    assert variance == pytest.approx(0.6007**2 / n * (1 - 1 / n) + replaced)


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


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((5, 6, 4), {"in_axes": (2,), "out_axes": (1,), "batch_axes": (0,)}),
        ((6, 4, 5), {"in_axes": (0,), "out_axes": (1,), "batch_axes": (-1,)}),
        ((5, 6, 2, 4), {"in_axes": (3,), "out_axes": (1,), "batch_axes": (0, 2)}),
    ],
)
def test_each_expert_has_an_identity_of_its_own(shape, axes):
    spec = ParameterSpec(shape, "float64", **axes)
    drawn = Identity(gain=2.0)(spec, stream(0, "w"))
    copies = np.moveaxis(drawn, spec.batch_axes, range(len(spec.batch_axes))).reshape(-1, 6, 4)
    assert_array_equal(copies, np.broadcast_to(2 * np.eye(6, 4), copies.shape))
    law = Identity(gain=2.0).law(spec)
    assert (law.mean, law.variance) == pytest.approx((drawn.mean(), drawn.var()), abs=1e-15)


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


@pytest.mark.parametrize("shape", [(0, 5), (5, 0)])
@pytest.mark.parametrize(
    "initializer", [*RANDOM, DropoutScaling(), ExactGain(), RandomWalk(), RAI()], ids=str
)
def test_a_shape_with_an_unknown_dimension_is_not_drawn(initializer, shape):
    told = rf"\({shape[0]}, {shape[1]}\).* 0 is a dimension that is not known.*forward pass"
    with pytest.raises(ShapeError, match=told):
        draw(initializer, ParameterSpec(shape))
    with pytest.raises(ShapeError, match=told):
        initializer.write(ParameterSpec(shape), stream(0, "w"), np.empty(shape, np.float32))
