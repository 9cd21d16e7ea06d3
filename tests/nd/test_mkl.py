"""Products by MKL against NumPy's in double precision, and when they stand back."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from initlab import nd
from initlab.nd import mkl as door
from initlab.nd.mkl import WORTH, mkl, multiplied
from initlab.nd.threads import LARGE, product

SMALL, COMPILED, GENERAL = (3, 5, 2), (64, 70, 256), (130, 700, 520)


def matrix(rows, columns, dtype=np.float32, seed=0):
    return np.random.default_rng(seed).standard_normal((rows, columns)).astype(dtype)


def by_columns(x):
    return np.asfortranarray(x)


def among_others(x):
    """The same values as part of a wider matrix: its rows don't follow each other."""
    wide = np.full((len(x), x.shape[1] + 7), np.nan, x.dtype)
    wide[:, 3:-4] = x
    return wide[:, 3:-4]


def read_only(x):
    x.flags.writeable = False
    return x


@pytest.mark.mkl
@pytest.mark.parametrize("lies", [np.asarray, by_columns, among_others, read_only])
@pytest.mark.parametrize("also", [np.asarray, by_columns, lambda x: among_others(x.T).T])
@pytest.mark.parametrize("sizes", [SMALL, COMPILED, GENERAL])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_product_is_numpys_however_its_matrices_lie(lies, also, sizes, dtype):
    m, k, n = sizes
    a, b = lies(matrix(m, k, dtype)), also(matrix(k, n, dtype, 1))
    out = np.full((m, n + 3), np.nan, dtype)[:, 1:-2]  # what stood there has no part in it
    assert multiplied(a, b, out)
    exact = np.matmul(a.astype(np.longdouble), b.astype(np.longdouble))
    of_magnitudes = np.matmul(abs(a).astype(np.float64), abs(b).astype(np.float64))
    rounding = np.finfo(dtype).eps * np.sqrt(k)  # a sum of k errors, of either sign
    assert np.max(abs(out - exact) / of_magnitudes) < rounding


@pytest.mark.mkl
@pytest.mark.parametrize("sizes", [COMPILED, GENERAL])
def test_the_bits_of_a_product_do_not_depend_on_where_its_arrays_begin(sizes):
    m, k, n = sizes
    a, b = matrix(m, k), matrix(k, n, seed=1)

    def moved(x, by):
        room = np.empty(x.size + 32, np.float32)
        room[by : by + x.size] = x.ravel()
        return room[by : by + x.size].reshape(x.shape)

    found = set()
    for i, j, l in [(0, 0, 0), (1, 0, 0), (0, 3, 0), (0, 0, 7), (4, 8, 15), (13, 5, 2)]:
        out = moved(np.empty((m, n), np.float32), l)
        assert multiplied(moved(a, i), moved(b, j), out)
        found.add(out.tobytes())
    assert len(found) == 1


@pytest.mark.mkl
def test_mkl_has_no_threads_of_its_own():
    assert multiplied(matrix(4, 4), matrix(4, 4), matrix(4, 4))
    here = Path(mkl()._name).resolve()
    layers = {f["threading_layer"] for f in threadpool_info() if Path(f["filepath"]) == here}
    assert layers == {"sequential"}


@pytest.mark.mkl
@pytest.mark.parametrize(("m", "n"), [(200, 300), (301, 203)])
def test_a_large_product_is_shared_by_threads_and_the_same_each_time(m, n):
    inner = LARGE // (m * n) + 1
    a, b = matrix(m, inner, np.float64), matrix(inner, n, np.float64, 1)
    with nd.threads(2):
        first, second = product(a, b), product(a, b, np.empty((m, n)))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(first, np.matmul(a, b), rtol=0, atol=1e-12 * inner)


@pytest.mark.mkl
@pytest.mark.parametrize(
    ("a", "b", "out"),
    [
        (matrix(4, 4), matrix(4, 4, np.float64), matrix(4, 4)),
        (matrix(4, 4), matrix(4, 4), matrix(4, 4, np.float64)),
        (matrix(4, 4).astype(">f4"), matrix(4, 4).astype(">f4"), matrix(4, 4)),
        (matrix(4, 4).astype(int), matrix(4, 4).astype(int), matrix(4, 4).astype(int)),
        (matrix(4, 8)[:, ::2], matrix(4, 4), matrix(4, 4)),
        (matrix(4, 4)[::-1], matrix(4, 4), matrix(4, 4)),
        (matrix(4, 4), np.broadcast_to(matrix(4, 1), (4, 4)), matrix(4, 4)),
        (matrix(4, 4), matrix(4, 4)[0], matrix(4, 4)),
        (matrix(4, 3), matrix(4, 4), matrix(4, 4)),
        (matrix(4, 4), matrix(4, 4), matrix(4, 5)),
        (matrix(4, 4), matrix(4, 4), matrix(4, 4).T),
        (matrix(4, 4), matrix(4, 4), read_only(matrix(4, 4))),
    ],
)
def test_other_arrays_are_left_to_numpy(a, b, out):
    before = out.copy()
    assert not multiplied(a, b, out)
    np.testing.assert_array_equal(out, before)


@pytest.mark.mkl
def test_a_kernel_that_is_let_go_is_destroyed_and_not_before(monkeypatch):
    destroy, ends = mkl().mkl_jit_destroy, []
    monkeypatch.setattr(
        mkl(), "mkl_jit_destroy", lambda made: ends.append((made.value, destroy(made)))
    )
    door._kernel.cache_clear()
    a, b, out = matrix(16, 17), matrix(17, 18), matrix(16, 18)
    types, lies = (a.dtype, b.dtype, out.dtype), [(x.shape, x.strides) for x in (a, b, out)]
    kernel, made = door._kernel(types, *(part for lie in lies for part in lie))
    door._kernel.cache_clear()
    assert ends == []
    del kernel
    assert ends == [(made, 0)]  # 0: success


@pytest.mark.mkl
def test_large_products_of_a_net_come_from_mkl_and_small_ones_from_numpy(monkeypatch):
    seen = []
    threads = import_module("initlab.nd.threads")
    monkeypatch.setattr(threads, "multiplied", lambda *_: seen.append(1) or False)
    side = round(WORTH ** (1 / 3)) + 1
    for n in (side, side // 2):
        np.testing.assert_array_equal(product(np.ones((n, n)), np.ones((n, n))), np.full((n, n), n))
    assert len(seen) == 1


def test_without_mkl_products_are_numpys(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.files", missing)
    mkl.cache_clear()
    try:
        side = round(WORTH ** (1 / 3)) + 1
        assert mkl() is None
        a = matrix(side, side)
        np.testing.assert_array_equal(product(a, a), a.dot(a))
    finally:
        mkl.cache_clear()
