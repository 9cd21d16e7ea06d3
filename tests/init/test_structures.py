"""What structured and fixed initializers are, by worked numbers and by what they are for."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import initlab
from initlab.errors import BadTypeError, BadValueError, ShapeError
from initlab.init import (
    ICNR,
    NPRNN,
    RAI,
    STFT,
    Centred,
    Chrono,
    ComplexScaling,
    ConvOrthogonal,
    DeltaOrthogonal,
    Dirac,
    HaarOrthogonal,
    Hadamard,
    Isometric,
    LogOdds,
    LogShares,
    LSTMBias,
    Masked,
    Mirror,
    Normal,
    ParameterSpec,
    Role,
    Sinusoidal,
    Sparse,
    Spectral,
    Standardized,
    Twin,
    Unitary,
    ZeroHadamard,
    create,
)
from initlab.init.matrices import as_matrices
from initlab.init.structured.largest import largest_singular
from initlab.nd.random import fill, normal_into, stream

CONV = ParameterSpec((8, 6, 3, 3), "float64")


def draw(initializer, spec, path="w"):
    return initializer(spec, stream(0, path))


MANY_PIECES = {
    "kernel": ParameterSpec((180, 120, 3, 3)),
    "kernel, channels last": ParameterSpec((3, 3, 120, 180), in_axes=(2,), out_axes=(3,)),
    "transposed": ParameterSpec((120, 180, 5), in_axes=(0,), out_axes=(1,)),
    "groups": ParameterSpec((400, 60, 5), groups=4),
    "groups of inputs": ParameterSpec((240, 96, 5), in_axes=(0,), out_axes=(1,), groups=4),
    "copies": ParameterSpec((600, 12, 16), in_axes=(1,), out_axes=(2,), batch_axes=(0,)),
}


@pytest.mark.parametrize("spec", MANY_PIECES.values(), ids=MANY_PIECES)
@pytest.mark.parametrize(
    "rule",
    [
        *(Mirror(Normal(1), sides) for sides in ("both", "outputs", "inputs")),
        *(Twin(Normal(1), sides) for sides in ("both", "outputs", "inputs")),
        *(Sparse(5, per=side) for side in ("outputs", "inputs")),
        Standardized(2.0),
        Spectral(scale=3.0),
    ],
)
def test_what_is_written_in_pieces_keeps_its_promise_in_every_layout(rule, spec):
    w = draw(rule, spec).astype(np.float64)
    (promise,) = rule.law(spec).promises
    assert promise.broken([w], spec) is None


@pytest.mark.parametrize("spec", MANY_PIECES.values(), ids=MANY_PIECES)
def test_a_mirror_shows_what_was_drawn_for_the_half_of_the_parameter(spec):
    shape = list(spec.shape)
    shape[spec.in_axes[0]] //= 2
    half = replace(spec, shape=tuple(shape))
    whole, part = as_matrices(draw(Mirror(Normal(1), "inputs"), spec), spec), np.empty(shape, "f4")
    Normal(1).write(half, stream(0, "w"), part)
    assert_array_equal(whole[..., : half.fan_in], as_matrices(part, half))


@pytest.mark.parametrize("spec", MANY_PIECES.values(), ids=MANY_PIECES)
def test_rai_lifts_one_weight_of_each_output(spec):
    """Its Beta(2, 1) numbers stand out from normal ones of deviation 1e-9."""
    w = as_matrices(draw(RAI(1e-9 * sqrt(spec.fan_in)), spec), spec)
    lifted = w > 1e-7
    assert (lifted.sum(axis=2) == 1).all()
    assert abs(w[lifted].mean() - 2 / 3) < 5 * sqrt(1 / 18 / lifted.sum())
    assert len(np.unique(np.nonzero(lifted)[2])) > 0.3 * min(spec.fan_in, lifted.sum())


def exact_largest(shape, largest=7.0):
    """A matrix of known singular values, in double precision."""
    u, v = (
        np.linalg.qr(stream(0, path).standard_normal((n, min(shape))))[0]
        for path, n in zip("uv", shape, strict=True)
    )
    return u * np.linspace(0.0, largest, min(shape)) @ v.T


def largest(matrix):
    ((_, found),) = largest_singular(matrix[None])
    return found


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("shape", [(60, 40), (40, 3000), (300, 200), (200, 900)])
def test_the_largest_singular_value_is_found_where_it_is_known(shape, dtype):
    w = exact_largest(shape).astype(dtype)
    turned = w * np.exp(0.7j) if dtype.startswith("complex") else w
    assert_allclose(largest(turned.astype(dtype)), 7, rtol=10 * np.finfo(dtype).eps)


@pytest.mark.parametrize("shape", [(200, 600), (129, 400), (1000, 200)])
def test_a_half_precision_matrix_has_its_largest_singular_value_to_rounding(shape):
    """Rounding each of many entries by itself moves it by far less than it moves an entry."""
    w = draw(Spectral(), ParameterSpec(shape, "float16")).astype(np.float64)
    assert np.linalg.norm(w, 2) == pytest.approx(1, abs=float(np.finfo(np.float16).eps) / 20)


@pytest.mark.parametrize("n", [100, 300])
@pytest.mark.parametrize("kind", ["equal", "rank one", "two ends", "none"])
def test_the_largest_singular_value_is_found_where_iterations_have_little_to_go_by(kind, n):
    ends = np.ones(n)
    ends[1:-1] = 0.5
    w = {
        "equal": np.eye(n),
        "rank one": np.full((n, n), 1 / n),
        "two ends": np.diag(ends),
        "none": np.zeros((n, n)),
    }[kind]
    assert_allclose(largest(w), 0 if kind == "none" else 1, rtol=1e-14)


def test_where_iterations_do_not_end_the_matrix_is_decomposed(monkeypatch):
    monkeypatch.setattr("initlab.init.structured.largest.STEPS", 9)
    w = exact_largest((300, 200))
    assert_allclose(largest(w), 7, rtol=1e-14)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_np_rnns_eigenvalues_have_the_law_of_a_wishart_matrixs(dtype):
    """Each ordered eigenvalue's mean, and each coordinate's, beside R'R / n + I drawn as told."""
    count, n = 3000, 7
    spec = ParameterSpec((count, n, n), dtype, in_axes=(2,), out_axes=(1,), batch_axes=(0,))
    ours = draw(NPRNN(), spec).astype(np.float64)
    r = np.random.default_rng(1).standard_normal((count, n, n))
    theirs = np.swapaxes(r, 1, 2) @ r / n + np.eye(n)
    theirs /= np.linalg.eigvalsh(theirs)[:, -1, None, None]
    assert_array_equal(ours, np.swapaxes(ours, 1, 2))
    for part in (np.linalg.eigvalsh, lambda a: np.einsum("kii->ki", a), lambda a: a[:, 0, 1:] ** 2):
        a, b = part(ours), part(theirs)
        error = np.sqrt((a.var(axis=0) + b.var(axis=0)) / count)
        assert np.all(
            abs(a.mean(axis=0) - b.mean(axis=0)) < 5 * error + 1e-3 * (dtype == "float16")
        )


def test_a_large_np_rnn_has_marchenko_and_pasturs_eigenvalues():
    """Of A, those of R'R / n, the k-th moments are Catalan numbers, to O(1 / n); n = 600."""
    w = draw(NPRNN(), ParameterSpec((600, 600), "float64"))
    values = np.linalg.eigvalsh(w)
    assert_array_equal(w, w.T)
    assert values[-1] == pytest.approx(1, rel=1e-13)
    a = values / values[0] - 1  # the least eigenvalue of A is some 1 / n^2
    assert_allclose([np.mean(a), np.mean(a**2), np.mean(a**3)], [1, 2, 5], rtol=0.02)


def test_np_rnn_in_half_precision_is_rounded_twice_from_the_numbers_that_it_squares():
    """U U' / n + I, summed in single precision, and that over its largest eigenvalue."""
    n, rng = 300, stream(0, "w")
    u = fill(rng, np.empty((n, n), np.float16), normal_into)
    np.fill_diagonal(u, np.sqrt(rng.chisquare(np.arange(1, n + 1))))
    exact = np.triu(u.astype(np.float64))
    exact = exact @ exact.T / n + np.eye(n)
    exact /= np.linalg.eigvalsh(exact)[-1]
    w = draw(NPRNN(), ParameterSpec((n, n), "float16")).astype(np.float64)
    assert_allclose(w, exact, rtol=2.01 * 2.0**-11, atol=2.0**-24)
    assert np.linalg.eigvalsh(w)[-1] == pytest.approx(1, abs=float(np.finfo(np.float16).eps) / 20)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("rule", [Spectral(), NPRNN()])
def test_a_largest_singular_value_has_the_same_bits_on_any_number_of_blas_threads(rule, dtype):
    from threadpoolctl import threadpool_limits

    drawn = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            drawn.append(draw(rule, ParameterSpec((700, 700), dtype)))
    assert_array_equal(*drawn)


@pytest.mark.parametrize("rule", [DeltaOrthogonal(), ConvOrthogonal()])
def test_an_isometric_convolution_keeps_the_length_of_a_signal(rule):
    w, x = draw(rule, CONV), np.random.default_rng(0).standard_normal((6, 10, 10))
    y = np.zeros((8, 10, 10))
    for i in range(3):
        for j in range(3):  # circular
            y += np.einsum("oi,ixy->oxy", w[:, :, i, j], np.roll(x, (i, j), (1, 2)))
    assert np.linalg.norm(y) == pytest.approx(np.linalg.norm(x), rel=1e-12)


@pytest.mark.parametrize("layout", sorted(MANY_PIECES.keys() - {"copies"}))
@pytest.mark.parametrize("rule", [DeltaOrthogonal(2.0), ConvOrthogonal(2.0)])
def test_a_large_kernel_keeps_lengths_in_every_layout(rule, layout):
    spec = MANY_PIECES[layout]
    assert Isometric(2.0).broken([draw(rule, spec).astype(np.float64)], spec) is None


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_several_blocks_of_reflections_make_a_projector(dtype):
    spec = ParameterSpec((700, 60, 3), dtype)
    w = draw(ConvOrthogonal(), spec)
    assert w.dtype == dtype
    assert Isometric(1.0).broken([w.astype(np.float64)], spec) is None


def test_a_half_precision_kernel_keeps_lengths_as_one_that_is_rounded_twice():
    """Of 60 singular values at each frequency; twice as much would be rounding eight times."""
    w = draw(ConvOrthogonal(), ParameterSpec((700, 60, 3), "float16")).astype(np.float64)
    values = np.linalg.svd(np.moveaxis(np.fft.fft(w, 6), 2, 0), compute_uv=False)
    assert np.square(values - 1).mean() ** 0.5 < 2.5e-4


def test_a_half_precision_kernel_of_which_one_input_is_too_much_is_isometric(monkeypatch):
    monkeypatch.setattr("initlab.init.orthogonal.conv_orthogonal.TOGETHER", 700 * 3 - 1)
    spec = ParameterSpec((700, 60, 3), "float16")
    w = draw(ConvOrthogonal(), spec).astype(np.float64)
    assert Isometric(1.0).broken([w], spec) is None


def test_an_isometric_kernels_taps_are_visited_as_by_a_random_walk():
    """Each factor leaves half of the channels, on average, and moves half: binomial shares."""
    count = 800
    spec = ParameterSpec((5, 3, 3, 2), "float64")
    rng = stream(0, "w")
    w = np.array([ConvOrthogonal()(spec, rng) for _ in range(count)])
    shares = (w**2).sum(axis=1)  # draws x inputs x taps
    expected = np.outer([1 / 4, 1 / 2, 1 / 4], [1 / 2, 1 / 2])
    error = shares.mean(axis=1).std(axis=0) / count**0.5
    assert np.all(abs(shares.mean(axis=(0, 1)) - expected) < 5 * error)
    alike = (w**2).sum(axis=(2, 3, 4))  # no output is preferred: each has 3 inputs of 5 dimensions
    assert np.all(abs(alike.mean(axis=0) - 3 / 5) < 5 * alike.std(axis=0) / count**0.5)


def test_a_flat_orthogonal_kernel_does_not():
    spectrum = np.fft.fft2(draw(HaarOrthogonal(), CONV), axes=(2, 3)).transpose(2, 3, 0, 1)
    values = np.linalg.svd(spectrum, compute_uv=False)
    assert values.max() > 1.3 * values.min()


@pytest.mark.parametrize(("dtype", "close"), [("complex64", 1e-6), ("complex128", 1e-14)])
def test_an_orthogonal_matrix_of_complex_dtype_has_that_dtypes_precision(dtype, close):
    w = draw(HaarOrthogonal(), ParameterSpec((6, 9), dtype))
    assert_allclose(w @ w.T, np.eye(6), atol=close)


@pytest.mark.parametrize("rule", [DeltaOrthogonal(), ConvOrthogonal()])
def test_more_inputs_than_outputs_are_refused_with_the_reason_and_the_alternative(rule):
    with pytest.raises(ShapeError, match=r"9 inputs and 8 outputs .* no such .* Choose orthogonal"):
        draw(rule, ParameterSpec((8, 9, 3, 3)))
    with pytest.raises(ShapeError, match=r"has no kernel.*Choose orthogonal for a matrix"):
        draw(rule, ParameterSpec((8, 6)))


def test_orthogonal_draws_have_the_same_bits_on_any_number_of_blas_threads():
    from threadpoolctl import threadpool_limits

    spec, drawn = ParameterSpec((300, 300)), []
    for threads in (1, 2):
        with threadpool_limits(threads):
            drawn.append(draw(HaarOrthogonal(), spec))
    assert_array_equal(*drawn)


def test_zero_widens_by_a_hadamard_matrix():
    assert_array_equal(draw(ZeroHadamard(), ParameterSpec((2, 3))), [[1, 0, 0], [0, 1, 0]])
    wide = draw(ZeroHadamard(), ParameterSpec((4, 2), "float64"))
    assert_allclose(wide, 2**-0.5 * np.array([[1, 1], [1, -1], [1, 1], [1, -1]]), atol=1e-15)


def test_dirac_hands_the_channels_of_each_group_on():
    w = draw(Dirac(), ParameterSpec((4, 2, 3), "float64", groups=2))
    assert_array_equal(w[:, :, 1], [[1, 0], [0, 1], [1, 0], [0, 1]])
    assert w.sum() == 4


@pytest.mark.peers
@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("shape", [(8, 2, 3), (8, 2, 4, 3), (4, 9, 1, 2)])
def test_torchs_dirac_is_torchs_for_the_groups_that_it_is_told_of(shape, groups):
    import torch

    theirs = torch.nn.init.dirac_(torch.empty(shape), groups=groups).numpy()
    for layer in ({}, {"groups": 4}, {"in_axes": (0,), "out_axes": (1,)}):
        ours = create("torch.dirac", groups=groups)
        assert_array_equal(draw(ours, ParameterSpec(shape, **layer)), theirs)


def test_torchs_dirac_refuses_groups_that_do_not_divide():
    with pytest.raises(ShapeError, match=r"\(8, 2, 3\) does not fall into the 3 groups .* dirac"):
        draw(create("torch.dirac", groups=3), ParameterSpec((8, 2, 3)))
    with pytest.raises(ShapeError, match=r"has no kernel, which dirac needs"):
        draw(create("torch.dirac"), ParameterSpec((8, 2)))
    with pytest.raises(ShapeError, match=r"has no fan_in and fan_out"):
        draw(create("torch.dirac"), ParameterSpec((8,), role="bias", in_axes=(), out_axes=(0,)))


@pytest.mark.peers
def test_jaxs_delta_orthogonal_is_one_matrix_for_all_groups():
    import jax

    spec = ParameterSpec((12, 2, 3, 3), groups=4)
    theirs = np.asarray(jax.nn.initializers.delta_orthogonal()(jax.random.key(0), (3, 3, 2, 12)))
    ours = np.transpose(draw(create("jax.delta_orthogonal"), spec), (2, 3, 1, 0))
    own = np.transpose(draw(create("delta_orthogonal"), spec), (2, 3, 1, 0))
    for w in (theirs, ours):
        assert_allclose(w[1, 1] @ w[1, 1].T, np.eye(2), atol=1e-6)
        assert np.count_nonzero(w) == np.count_nonzero(w[1, 1]) == 24
    assert_allclose(own[1, 1] @ own[1, 1].T, 4 * np.eye(2), atol=1e-6)  # of each of four groups


def test_icnr_makes_a_pixel_shuffle_enlarge_by_repetition():
    w = draw(ICNR(2, Normal(1)), ParameterSpec((8, 3, 3, 3)))
    shuffled = np.einsum("oikl,ikl->o", w, np.ones((3, 3, 3))).reshape(2, 2, 2)
    assert_allclose(shuffled, shuffled[:, :1, :1] * np.ones((1, 2, 2)))
    with pytest.raises(ShapeError, match=r"6 outputs .* factor\^axes = 4 divides"):
        draw(ICNR(2), ParameterSpec((6, 3, 3, 3)))


def test_martens_has_fifteen_connections_whatever_the_width():
    for width in (40, 400):
        assert ((draw(Sparse(), ParameterSpec((30, width))) != 0).sum(axis=1) == 15).all()
    with pytest.raises(ShapeError, match=r"sparsity of 0\.9 leaves none"):
        draw(Sparse(None, 0.9, per="inputs"), ParameterSpec((5, 5)))
    with pytest.raises(ShapeError, match=r"has 30 connections a unit, and sparse is to keep 500"):
        draw(Sparse(connections=500), ParameterSpec((20, 30)))


def test_the_connections_of_a_unit_with_very_many_are_anywhere_among_them():
    """40 of 100,000, 60 times: mean and variance of a uniform place, each to 5 standard errors."""
    spec, chosen = ParameterSpec((60, 100_000)), Sparse(connections=40)
    w = draw(chosen, spec)
    assert ((w != 0).sum(axis=1) == 40).all()
    place = (np.nonzero(w)[1] + 0.5) / 100_000
    count = place.size
    assert abs(place.mean() - 1 / 2) < 5 * sqrt(1 / 12 / count)
    assert abs(((place - 0.5) ** 2).mean() - 1 / 12) < 5 * sqrt(1 / 180 / count)
    first = (w[:, :25_000] != 0).sum(axis=1)  # hypergeometric, all but binomial: mean 10, var 7.5
    assert abs(first.mean() - 10) < 5 * sqrt(7.5 / 60)
    assert abs(first.var() - 7.5) < 5 * 7.5 * sqrt(2 / 60)


@pytest.mark.parametrize(
    ("m", "n", "rank"), [(256, 256, 254), (9, 9, 8), (300, 200, 198), (7, 40, 7)]
)
def test_sinusoidal_rows_are_waves_below_half_of_their_length(m, n, rank):
    w = draw(Sinusoidal(), ParameterSpec((m, n), "float64"))
    assert np.linalg.matrix_rank(w) == rank
    assert_allclose(w.sum(axis=1), 0, atol=1e-12)
    assert_allclose((w**2).mean(axis=1), 2 / (n + m))  # each row has Glorot's variance
    spectrum = np.abs(np.fft.rfft(w, axis=1)) > 1e-9 * n
    assert (spectrum.sum(axis=1) == 1).all()  # one frequency a row
    assert not spectrum[:, -1].any() or n % 2  # never the highest of an even length
    assert len(np.unique(w.round(9), axis=0)) == m
    with pytest.raises(ShapeError, match="too small for a wave"):
        draw(Sinusoidal(), ParameterSpec((4, 2)))


@pytest.mark.parametrize(("activation", "gamma"), [("relu", 1.712858550), ("gelu", 1.700926243)])
def test_standardized_rows_take_gamma_of_their_own_activation(activation, gamma):
    """Brock et al. (2021), to the digits of quadrature; a gain that is given stands."""
    spec = ["+init=standardized", f"model.activation={activation}", "model.depth=2"]
    plan = initlab.plan(initlab.compose(spec))
    stds = [sqrt(e.initializer.variance(e.spec)) for e in plan if e.spec.has_fans]
    assert stds == pytest.approx([1 / 8, gamma / 16, gamma / 16], rel=1e-8)
    given = initlab.plan(initlab.compose([*spec, "init.weight.gain=2"]))
    assert given["hidden.1.weight"].initializer == Standardized(2.0)


def test_an_unitary_recurrence_commutes_with_the_complex_structure():
    w = draw(Unitary(), ParameterSpec((10, 10), "float64"))
    j = np.kron([[0, -1], [1, 0]], np.eye(5))
    assert_allclose(w @ j, j @ w, atol=1e-13)
    with pytest.raises(ShapeError, match="square and of even side"):
        draw(Unitary(), ParameterSpec((5, 5)))


def test_np_rnn_keeps_one_direction_and_shrinks_the_others():
    values = np.linalg.eigvalsh(draw(NPRNN(), ParameterSpec((30, 30), "float64")))
    assert values[-1] == pytest.approx(1)
    assert 0 < values[0] < values[-2] < 1


@pytest.mark.parametrize(
    "spec",
    [
        ParameterSpec((3, 3, 4, 36), in_axes=(2,), out_axes=(3,)),
        ParameterSpec((36, 4, 3, 3)),
        ParameterSpec((4, 36, 3, 3), in_axes=(0,), out_axes=(1,)),
        ParameterSpec((4, 2, 2), in_axes=(2, 1)),
        ParameterSpec((2, 4, 2), in_axes=(1,), out_axes=(2, 0)),
        ParameterSpec((2, 2, 4), in_axes=(2,), out_axes=(1, 0)),
        ParameterSpec((12, 6), in_axes=(0,), out_axes=(1,), groups=2),
        ParameterSpec((6, 5, 6), in_axes=(0,), out_axes=(2,), batch_axes=(1,)),
        ParameterSpec((3, 6, 2, 3), in_axes=(3, 2), out_axes=(1,), batch_axes=(0,)),
    ],
    ids=lambda spec: f"{spec.shape}, {spec.in_axes} to {spec.out_axes}",
)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_np_rnn_is_symmetric_in_the_order_of_the_layers_own_axes(spec, dtype):
    w = as_matrices(draw(NPRNN(), replace(spec, dtype=dtype)), spec)
    assert_array_equal(w, np.swapaxes(w, 1, 2))
    close = 10 * np.finfo(dtype).eps
    assert_allclose(np.linalg.norm(w.astype(np.float64), 2, axis=(1, 2)), 1, rtol=close)


def test_centred_rows_do_not_see_a_constant_input():
    w = draw(Centred(), ParameterSpec((6, 50), "float64"))
    assert_allclose(w @ np.ones(50), 0, atol=1e-13)


def test_standardized_rows_need_more_than_one_weight():
    with pytest.raises(ShapeError, match="one weight an output"):
        draw(Standardized(), ParameterSpec((3, 1)))


def test_a_ticket_is_the_mask_over_the_very_values_of_the_seed():
    spec, mask = ParameterSpec((4, 5)), np.eye(4, 5)
    assert_array_equal(draw(Masked(Normal(1), mask=mask), spec), mask * draw(Normal(1), spec))
    with pytest.raises(ShapeError, match=r"the mask \(4, 5\): it is another"):
        draw(Masked(mask=mask), ParameterSpec((5, 4)))
    law, share = Masked(Normal(2), mask=mask).law(spec), mask.mean()
    assert (law.mean, law.variance) == (0, pytest.approx(4 * share))
    assert law.kurtosis == pytest.approx(3 / share)
    with pytest.raises(BadValueError, match=r"keep is in \(0, 1\], got 0"):
        Masked(keep=0)


def test_a_mirrored_side_is_even():
    with pytest.raises(ShapeError, match=r"is even along .* here axis 1 of 3\. .*sides=outputs"):
        draw(Mirror(), ParameterSpec((4, 3)))
    with pytest.raises(ShapeError, match=r"maps 2 to 24, .* here axis 0 of 3\. Make that even"):
        draw(Mirror(), ParameterSpec((3, 2, 8), out_axes=(0, 2)))
    with pytest.raises(ShapeError, match=r"here axis 0 of 6 / 2 groups\. Make that even"):
        draw(Mirror(), ParameterSpec((6, 2), groups=2))


@pytest.mark.parametrize(
    "spec",
    [
        ParameterSpec((1, 8, 4, 3, 3), out_axes=(0, 2)),
        ParameterSpec((8, 1, 4, 3, 3), in_axes=(1, 2)),
        ParameterSpec((1, 8, 4, 6), out_axes=(0, 2), in_axes=(-1, 1)),
        ParameterSpec((1, 8, 6), out_axes=(0, 1), in_axes=(2,), groups=2),
        ParameterSpec((5, 1, 4, 1, 6), in_axes=(3, 4), out_axes=(1, 2), batch_axes=(0,)),
    ],
    ids=lambda spec: f"{spec.shape}, {spec.in_axes} to {spec.out_axes}",
)
@pytest.mark.parametrize("sides", ["both", "outputs", "inputs"])
@pytest.mark.parametrize("rule", [Mirror, Twin])
def test_a_side_of_several_axes_has_halves_along_the_first_of_more_than_one(rule, sides, spec):
    made = rule(Normal(1), sides)
    (promise,) = made.law(spec).promises
    assert promise.broken([draw(made, spec)], spec) is None


def test_a_hadamard_matrix_wants_a_power_of_two():
    with pytest.raises(ShapeError, match=r"must be a power of two.*Choose cosine"):
        draw(Hadamard(), ParameterSpec((12, 5)))


def test_chrono_opens_gates_for_as_long_as_the_data_ask():
    bias = draw(Chrono(50.0), ParameterSpec((4000,), "float64"))
    assert_array_equal(bias[:1000], -bias[1000:2000])
    assert not bias[2000:].any()
    memory = 1 + np.exp(bias[1000:2000])  # uniform in (2, 50): mean 26, std 48 / sqrt(12)
    assert abs(memory.mean() - 26) < 5 * 48 / 12**0.5 / 1000**0.5
    with pytest.raises(BadValueError, match="more than 2 steps, got 2"):
        Chrono(2.0)


def test_gates_are_named_by_their_letters():
    spec = ParameterSpec((8,))
    assert draw(LSTMBias(3.0, gates="iofc"), spec).tolist() == [0, 0, 0, 0, 3, 3, 0, 0]
    with pytest.raises(BadValueError, match="with one 'f'; got 'abcd'"):
        LSTMBias(gates="abcd")


def test_output_biases_start_at_the_classes_shares():
    odds = draw(LogOdds(0.01), ParameterSpec((1,), "float64"))
    assert 1 / (1 + np.exp(-odds[0])) == pytest.approx(0.01)
    logits = draw(LogShares((6, 3, 1)), ParameterSpec((3,), "float64"))
    assert_allclose(np.exp(logits) / np.exp(logits).sum(), [0.6, 0.3, 0.1])
    with pytest.raises(ShapeError, match="given 3 shares: one for each output"):
        draw(LogShares((6, 3, 1)), ParameterSpec((4,)))
    with pytest.raises(BadValueError, match="shares must be positive"):
        LogShares((1, 0))


@pytest.mark.parametrize(
    ("made", "name"), [(LogOdds(), "log_odds"), (LogShares((6, 3)), "log_shares")]
)
def test_output_biases_are_refused_elsewhere_and_the_rule_is_told(made, name):
    table = ParameterSpec((2, 3), role=Role.embedding, in_axes=(0,), out_axes=(1,))
    gain = ParameterSpec((2,), role=Role.gain, in_axes=())
    for spec in (ParameterSpec((2, 3), name="w"), table, gain):
        with pytest.raises(BadValueError, match=rf"{name} is for an output's bias.*name={name}"):
            draw(made, spec)
        with pytest.raises(BadValueError, match=rf"{name} is for an output's bias"):
            made.law(spec)


def test_complex_laws_are_for_complex_parameters():
    with pytest.raises(BadTypeError, match=r"holds float32.*there is variance_scaling"):
        ComplexScaling().law(ParameterSpec((3, 3)))


def test_fourier_kernels_are_for_one_channel():
    with pytest.raises(ShapeError, match="of one channel to N / 2"):
        draw(STFT(), ParameterSpec((8, 2, 16)))
