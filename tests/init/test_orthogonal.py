from __future__ import annotations

import os
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.linalg.lapack import dorgqr
from threadpoolctl import threadpool_limits

from initlab.errors import ShapeError
from initlab.init import HaarOrthogonal, Orthogonal, ParameterSpec
from initlab.init.matrices import as_matrices
from initlab.init.orthogonal import haar_into
from initlab.init.orthogonal.lapack import reflect_small
from initlab.init.orthogonal.reflections import reflect
from initlab.init.orthogonal.seeded import write_rounded
from initlab.nd.random import BLOCK, cores, stream


def draw(spec, scale=1.0):
    return HaarOrthogonal(scale)(spec, stream(0, "w")).astype(np.float64)


def haar(count, rows, columns, rng, dtype=np.float64):
    matrices = np.empty((count, rows, columns), dtype)
    haar_into(matrices, rng)
    return matrices


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(5, 5), (40, 7), (7, 40), (1, 9), (9, 1), (1, 1)])
def test_the_shorter_side_is_orthonormal(shape, dtype):
    w = draw(ParameterSpec(shape, dtype), scale=3.0)
    gram = w @ w.T if shape[0] <= shape[1] else w.T @ w
    assert_allclose(gram, 9 * np.eye(min(shape)), atol=1e-5 if dtype == "float32" else 1e-12)


def test_haar_moments_of_the_trace_hold_over_draws():
    count, n = 4000, 6
    q = haar(count, n, n, stream(0, "w"))
    first, second = np.trace(q, axis1=1, axis2=2), np.trace(q @ q, axis1=1, axis2=2)
    for sample, expected in ((first, 0), (second, 1), (first**2, 1), (np.linalg.det(q), 0)):
        assert abs(sample.mean() - expected) < 5 * sample.std() / count**0.5


def test_every_entry_has_variance_one_over_n_and_the_kurtosis_of_a_sphere():
    count, n = 4000, 6
    q = haar(count, n, n, stream(1, "w"))
    for sample, expected in ((q**2, 1 / n), (q**4, 3 / (n * (n + 2)))):
        assert np.all(abs(sample.mean(0) - expected) < 5 * sample.std(0) / count**0.5)


@pytest.mark.parametrize("shape", [(48, 20), (20, 48), (8, 4, 3, 3)])
def test_the_claimed_variance_is_the_mean_square_of_the_entries(shape):
    spec = ParameterSpec(shape, "float64")
    assert HaarOrthogonal(2.0).variance(spec) == pytest.approx(
        (draw(spec, 2.0) ** 2).mean(), rel=1e-12
    )


def test_a_convolution_is_taken_as_outputs_by_everything_else():
    w = draw(ParameterSpec((6, 4, 3, 3), "float64")).reshape(6, 36)
    assert_allclose(w @ w.T, np.eye(6), atol=1e-12)


def test_declared_axes_and_not_positions_say_what_rows_are():
    spec = ParameterSpec((3, 3, 4, 6), "float64", in_axes=(2,), out_axes=(-1,))
    w = np.moveaxis(draw(spec), 3, 0).reshape(6, 36)
    assert_allclose(w @ w.T, np.eye(6), atol=1e-12)


def test_each_group_and_each_copy_is_a_map_of_its_own():
    grouped = draw(ParameterSpec((6, 4), "float64", groups=2)).reshape(2, 3, 4)
    assert_allclose(grouped @ np.swapaxes(grouped, 1, 2), [np.eye(3)] * 2, atol=1e-12)
    copies = ParameterSpec((4, 3, 5), "float64", in_axes=(0,), out_axes=(2,), batch_axes=(1,))
    stacked = np.moveaxis(draw(copies), 1, 0)
    assert_allclose(stacked @ np.swapaxes(stacked, 1, 2), [np.eye(4)] * 3, atol=1e-12)
    assert not np.allclose(stacked[0], stacked[1])


@pytest.mark.parametrize(
    "spec",
    [
        ParameterSpec((1, 2, 6), "float64", in_axes=(0, 2), out_axes=(1,), groups=3),
        ParameterSpec((2, 2, 9), "float64", in_axes=(0, 2), out_axes=(1,), groups=3),
        ParameterSpec((6, 2, 5), "float64", in_axes=(0, 2), out_axes=(1,), groups=3),
        ParameterSpec((1, 6, 2, 7), "float64", in_axes=(0, 1), out_axes=(2,), groups=3),
        ParameterSpec((2, 3, 7), "float64", in_axes=(2,), out_axes=(0, 1), groups=3),
    ],
    ids=lambda spec: f"{spec.shape}, {spec.in_axes} to {spec.out_axes}",
)
def test_groups_may_run_over_several_axes(spec):
    w = as_matrices(draw(spec), spec)
    assert w.shape[1] <= w.shape[2]
    assert_allclose(w @ np.swapaxes(w, 1, 2), [np.eye(w.shape[1])] * 3, atol=1e-12)


@pytest.mark.parametrize(
    "spec",
    [
        ParameterSpec((300, 200), "complex64"),
        ParameterSpec((200, 300), "complex64", in_axes=(0,), out_axes=(1,)),
        ParameterSpec((4, 60, 50), "complex64", in_axes=(1,), out_axes=(0, 2)),
        ParameterSpec((9, 40, 3, 7), "complex64", in_axes=(0,), out_axes=(1,)),
    ],
    ids=lambda spec: f"{spec.shape}, {spec.in_axes} to {spec.out_axes}",
)
def test_complex_matrices_have_the_real_numbers_of_their_precision(spec):
    w = HaarOrthogonal()(spec, stream(0, "w"))
    real = HaarOrthogonal()(replace(spec, dtype=np.dtype("float32")), stream(0, "w"))
    assert_array_equal(w, real.astype(np.complex64), strict=True)
    matrix = as_matrices(real.astype(np.float64), spec)[0]
    gram = matrix @ matrix.T if len(matrix) <= matrix.shape[1] else matrix.T @ matrix
    assert_allclose(gram, np.eye(len(gram)), atol=1e-5)


def test_a_vector_and_an_unknown_shape_are_refused():
    with pytest.raises(ShapeError, match=r"\(7,\) has no fan_in and fan_out.*zeros, constant"):
        draw(ParameterSpec((7,)))
    with pytest.raises(ShapeError, match=r"has shape \(7, 0\), where 0 .* forward pass"):
        HaarOrthogonal().variance(ParameterSpec((7, 0)))


@pytest.mark.peers
def test_depth_keeps_the_norm_as_torchs_orthogonal_does():
    import torch

    ours = draw(ParameterSpec((64, 64), "float64"))
    theirs = torch.nn.init.orthogonal_(torch.empty(64, 64, dtype=torch.float64)).numpy()
    singular = [np.linalg.svd(w, compute_uv=False) for w in (ours, theirs)]
    assert_allclose(singular[0], singular[1], atol=1e-12)


LAYOUTS = {
    "wide": ParameterSpec((1024, 3072)),
    "tall": ParameterSpec((3072, 1024)),
    "double": ParameterSpec((3072, 1024), "float64"),
    "thin": ParameterSpec((320_000, 10)),
    "kernel": ParameterSpec((512, 256, 5, 5)),
    "kernel, channels last": ParameterSpec((5, 5, 256, 512), in_axes=(2,), out_axes=(3,)),
    "groups": ParameterSpec((1024, 128, 5, 5), groups=4),
    "copies": ParameterSpec((64, 256, 192), in_axes=(1,), out_axes=(2,), batch_axes=(0,)),
    "small copies": ParameterSpec((8000, 20, 20), in_axes=(1,), out_axes=(2,), batch_axes=(0,)),
}
LAYOUTS |= {
    f"half, {name}": replace(LAYOUTS[name], dtype="float16")
    for name in ("wide", "tall", "thin", "kernel, channels last", "groups", "copies")
}


@pytest.mark.parametrize("spec", LAYOUTS.values(), ids=LAYOUTS)
def test_what_is_written_takes_less_than_a_block_a_thread_beside_the_array(spec):
    out = np.empty(spec.shape, spec.dtype)
    draw(ParameterSpec((300, 300)))  # SciPy is imported
    tracemalloc.start()
    try:
        HaarOrthogonal(2.0).write(spec, stream(0, "w"), out)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < cores() * BLOCK * out.itemsize
    w = as_matrices(out, spec).astype(np.float64)
    w = w if w.shape[1] <= w.shape[2] else np.swapaxes(w, 1, 2)
    gram = w @ np.swapaxes(w, 1, 2)
    close = 4 * 4e-3 / w.shape[2] ** 0.5 if spec.dtype == np.float16 else 5e-5
    assert_allclose(gram, np.broadcast_to(4 * np.eye(w.shape[1]), gram.shape), atol=close)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("shape", [(1, 1500, 600), (1, 600, 1500), (5, 400, 300), (9000, 12, 9)])
def test_the_bits_are_the_same_on_any_number_of_cores_of_ours_and_of_blas(
    shape, dtype, monkeypatch
):
    def drawn(count):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(count), raising=False)
        with threadpool_limits(count):
            return haar(*shape, stream(0, "w"), dtype).tobytes()

    assert drawn(1) == drawn(2) == drawn(3)


@pytest.mark.parametrize("shape", [(300, 300), (400, 260), (1200, 700)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_reflections_of_a_gaussian_matrix_make_the_q_that_lapack_makes_of_their_vectors(
    shape, order
):
    """LAPACK's own product of H_k = 1 - 2 v v' / v'v, v the vector x + sign(x_1) |x| e_1."""
    x = np.tril(stream(0, "w").standard_normal(shape))
    first, length = np.diagonal(x).copy(), np.linalg.norm(x, axis=0)
    beta = -np.copysign(length, first)
    theirs, _, _ = dorgqr(x / (first - beta), (beta - first) / beta)
    q = np.array(stream(0, "w").standard_normal(shape), order=order)
    reflect(q)
    assert_allclose(q, theirs * np.sign(first), atol=1e-12)


@pytest.mark.parametrize("shape", [(60, 60), (130, 50), (3000, 60)])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(("dtype", "near"), [("float64", 1e-13), ("float32", 1e-6)])
@pytest.mark.parametrize("turn", [reflect, reflect_small])
def test_the_product_of_reflections_is_that_of_one_after_another(turn, shape, order, dtype, near):
    x = stream(0, "w").standard_normal(shape, dtype)
    expected = np.eye(*shape)
    for k in reversed(range(shape[1])):
        v = np.zeros(len(x))
        v[k:] = x[k:, k]
        v[k] += np.copysign(np.linalg.norm(v), v[k])
        expected -= np.outer(2 * v / (v @ v), v @ expected)
    q = np.array(x, order=order)
    turn(q)
    assert_allclose(q, expected * np.sign(np.diagonal(x)), atol=near)


@pytest.mark.parametrize("groups", [1, 4])
def test_outputs_between_other_axes_have_orthonormal_weights_too(groups):
    spec = ParameterSpec((40, 60, 3, 3), "float64", in_axes=(0,), out_axes=(1,), groups=groups)
    for w in as_matrices(draw(spec), spec):
        assert_allclose(w @ w.T, np.eye(60), atol=1e-12)


def gram_errors(matrices):
    w = matrices.astype(np.float64)
    high = w if w.shape[1] >= w.shape[2] else np.swapaxes(w, 1, 2)
    return np.swapaxes(high, 1, 2) @ high - np.eye(high.shape[2])


@pytest.mark.parametrize(
    "shape",
    [(1, 700, 500), (1, 500, 700), (1, 301, 301), (1, 3000, 129), (1, 40_000, 40), (9, 70, 60)],
)
@pytest.mark.parametrize("scale", [1.0, 1.7])
def test_in_half_precision_they_are_as_near_to_orthonormal_as_exact_ones_rounded(shape, scale):
    """Of errors, half of which are equal in pairs, the spread is known to 8 / root of their number;
    it would be the root of two times as much if numbers were rounded twice.
    """
    half = np.empty(shape, np.float16)
    haar_into(half, stream(0, "w"), scale)
    rounded = (scale * haar(*shape, stream(1, "w"))).astype(np.float16)
    ours, theirs = (gram_errors(w.astype(np.float64) / scale) for w in (half, rounded))
    assert ours.std() == pytest.approx(theirs.std(), rel=8 / ours.size**0.5)


@pytest.mark.parametrize("shape", [(7, 6), (6, 7), (8, 8)])
def test_haars_moments_hold_in_half_precision_where_it_is_made_in_many_blocks(shape, monkeypatch):
    monkeypatch.setattr("initlab.init.orthogonal.haar.HALF", 0)
    for name, numbers in (("WIDTH", 2), ("TOGETHER", 4), ("PIECE", 16)):
        monkeypatch.setattr(f"initlab.init.orthogonal.seeded.{name}", numbers)
    count, n, m = 600, max(shape), min(shape)
    q = haar(count, *shape, stream(0, "w"), np.float16).astype(np.float64)
    assert abs(gram_errors(q)).max() < 1.5e-3
    trace, high = np.trace(q, axis1=1, axis2=2), q if shape[0] >= shape[1] else q.swapaxes(1, 2)
    around = high[:, :-1, :-1] * high[:, 1:, 1:] * high[:, 1:, :-1] * high[:, :-1, 1:]
    for sample, expected in (
        (trace, 0),
        (trace**2, m / n),
        (q, 0),
        (q**2, 1 / n),
        (q**4, 3 / (n * (n + 2))),
        (around, -1 / ((n - 1) * n * (n + 2))),
    ):
        assert np.all(abs(sample.mean(0) - expected) < 5 * sample.std(0) / count**0.5)


@pytest.mark.parametrize("order", ["C", "F"])
def test_half_precision_is_made_where_memory_begins_at_any_number(order):
    """As where it ends a larger array: single precision is then seen at odd addresses."""
    n, m = 400, 300
    drawn = [np.empty(n * m + odd, np.float16)[odd:] for odd in (0, 1)]
    for numbers in drawn:
        q = numbers.reshape(n, m) if order == "C" else numbers.reshape(m, n).T
        write_rounded(q, stream(0, "w"))
    assert drawn[0].tobytes() == drawn[1].tobytes()


# ---- singular vectors of large matrices, of which groups of rows or columns are turned in pairs
@pytest.mark.parametrize("rand_type", ["uniform", "normal"])
@pytest.mark.parametrize("shape", [(310, 310), (320, 700), (700, 450)])
@pytest.mark.parametrize(
    ("dtype", "off", "close"),
    [("float32", 1e-7, 5e-5), ("float64", 1e-14, 1e-8)],
)
def test_turns_of_pairs_end_in_the_singular_vectors_of_the_whole(
    shape, dtype, off, close, rand_type
):
    """Held against LAPACK's: a rounding of W turns each by itself over the gaps, about 1e-3."""
    w = Orthogonal(1.0, rand_type)(ParameterSpec(shape, dtype), stream(0, "w")).astype(np.float64)
    rng, drawn = stream(0, "w"), np.empty(shape, np.float32)
    if rand_type == "uniform":
        drawn = 2 * rng.random(shape, np.float32) - 1
    else:
        drawn = rng.standard_normal(shape, np.float32)
    u, _, v = np.linalg.svd(drawn.astype(np.float64), full_matrices=False)
    ours, theirs = (w, v) if shape[0] < shape[1] else (w.T, u.T)
    assert_allclose(ours @ ours.T, np.eye(len(ours)), atol=off)
    signs = np.sign(np.vecdot(ours, theirs))
    assert_allclose(signs[:, None] * ours, theirs, atol=close)


@pytest.mark.parametrize("shape", [(1, 1), (5, 8), (9, 4), (310, 310)])
def test_minus_a_matrix_has_minus_the_singular_vectors(shape):
    class Minus(np.random.Generator):
        def random(self, *, dtype, out):
            return np.subtract(1, super().random(dtype=dtype, out=out), out=out)

    drawn = [
        Orthogonal()(ParameterSpec(shape), kind(np.random.PCG64(0)))
        for kind in (np.random.Generator, Minus)
    ]
    assert_array_equal(drawn[0], -drawn[1])


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (3, 5), (5, 3)])
@pytest.mark.parametrize("value", [0.5, 0.75])
def test_a_singular_matrix_is_drawn_anew(shape, value):
    class Flat(np.random.Generator):
        fills = 0

        def random(self, *, dtype, out):
            self.fills += 1
            if self.fills == 1:
                out.fill(value)  # all numbers 0 or 1/2, which is regular if it is one number
            else:
                super().random(dtype=dtype, out=out)

    rng = Flat(np.random.PCG64(0))
    w = Orthogonal(1.0)(ParameterSpec(shape, "float64"), rng)
    gram = w @ w.T if shape[0] <= shape[1] else w.T @ w
    assert_allclose(gram, np.eye(min(shape)), atol=1e-14)
    assert rng.fills == (1 if (shape, value) == ((1, 1), 0.75) else 2)


def test_singular_vectors_have_the_same_bits_on_any_number_of_threads():
    def drawn(count):
        with threadpool_limits(count):
            return Orthogonal()(ParameterSpec((350, 400)), stream(0, "w")).tobytes()

    assert drawn(1) == drawn(2) == drawn(3)


@pytest.mark.parametrize("shape", [(310, 310), (320, 700), (700, 450)])
def test_singular_vectors_in_half_precision_are_orthonormal_to_rounding_and_near_the_matrix(shape):
    """Each of 300 to 450 has a cosine of 0.9 at least with LAPACK's, all but a tenth of 0.999."""
    w = Orthogonal(1.0)(ParameterSpec(shape, "float16"), stream(0, "w")).astype(np.float64)
    drawn = 2 * stream(0, "w").random(shape, np.float32) - 1
    u, _, v = np.linalg.svd(drawn.astype(np.float64), full_matrices=False)
    ours, theirs = (w, v) if shape[0] < shape[1] else (w.T, u.T)
    assert_allclose(ours @ ours.T, np.eye(len(ours)), atol=5e-4)  # half an eps
    cosines = np.sort(np.abs(np.vecdot(ours, theirs)))
    assert cosines[0] > 0.9
    assert cosines[len(cosines) // 10] > 0.999
