"""Convolutions and pools against their definitions, Winograd's against the direct sum."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from initlab import nd
from initlab.autograd import PRIMITIVES, Tensor, grad, record
from initlab.errors import BadValueError, ShapeError
from initlab.nd.windows import Geometry
from initlab.nd.winograd import winograd_apply, winograd_correlate


def naive(x, W, stride, pad, dilate, groups):
    """The definition, one output at a time."""
    dims = x.ndim - 2
    x = np.pad(x, [(0, 0), (0, 0), *[(pad, pad)] * dims])
    reach = [(k - 1) * dilate + 1 for k in W.shape[2:]]
    size = [(n - r) // stride + 1 for n, r in zip(x.shape[2:], reach, strict=True)]
    y = np.zeros((len(x), len(W), *size))
    ins, outs = W.shape[1], len(W) // groups
    for o in range(len(W)):
        channels = slice(o // outs * ins, (o // outs + 1) * ins)
        for p in np.ndindex(*size):
            window = [
                slice(i * stride, i * stride + r, dilate) for i, r in zip(p, reach, strict=True)
            ]
            y[:, o, *p] = (x[:, channels, *window] * W[o]).sum(axis=tuple(range(1, x.ndim)))
    return y


@pytest.mark.parametrize(
    ("dims", "stride", "pad", "dilate", "groups"),
    [(1, 2, 1, 2, 1), (2, 1, 0, 1, 2), (2, 2, 1, 1, 1), (3, 1, 1, 2, 2), (2, 3, 2, 2, 4)],
)
def test_convolution_is_its_definition(dims, stride, pad, dilate, groups):
    rng = np.random.default_rng(dims)
    x = rng.normal(size=(2, 4, *(7, 6, 5)[:dims]))
    W = rng.normal(size=(8, 4 // groups, *(3, 2, 2)[:dims]))
    y = nd.convolution(x, W, None, stride, pad, dilate, groups).array
    np.testing.assert_allclose(y, naive(x, W, stride, pad, dilate, groups), atol=1e-12)


def test_the_three_products_are_one_trilinear_form():
    """<g, x * W>, by the convolution, its transpose and the weight's gradient."""
    rng = np.random.default_rng(1)
    how = Geometry.of((3, 2), (2, 1), (1, 0), (1, 2), 2)
    x, W = rng.normal(size=(3, 4, 7, 6)), rng.normal(size=(6, 2, 3, 2))
    y = nd.convolution(x, W, None, *how[1:]).array
    g = rng.normal(size=y.shape)
    back = PRIMITIVES["transposed_convolution"](g, W, None, (7, 6), how).array
    slope = PRIMITIVES["convolution_weight"](x, g, how).array
    assert np.vdot(back, x) == pytest.approx(np.vdot(g, y), rel=1e-12)
    assert np.vdot(slope, W) == pytest.approx(np.vdot(g, y), rel=1e-12)


@pytest.mark.parametrize(("size", "pad"), [((8, 8), 1), ((5, 10), 0), ((3, 3), 2), ((4, 7), 1)])
def test_winograd_is_the_direct_sum(size, pad):
    rng = np.random.default_rng(2)
    x, W = rng.normal(size=(3, *size, 2)), rng.normal(size=(5, 2, 3, 3))
    first = np.moveaxis(x, -1, 1)
    expected = naive(first, W, 1, pad, 1, 1)
    y = winograd_apply(x, W, None, (pad, pad), None)
    np.testing.assert_allclose(np.moveaxis(y, -1, 1), expected, atol=1e-12)
    g = rng.normal(size=y.shape)
    slope = winograd_correlate(x, g, (pad, pad))
    assert np.vdot(slope, W) == pytest.approx(np.vdot(g, y), rel=1e-12)


def test_winograd_rounds_at_most_a_few_times_more_than_the_direct_sum():
    rng = np.random.default_rng(3)
    x, W = rng.normal(size=(2, 64, 16, 16)), rng.normal(size=(64, 64, 3, 3))
    exact = nd.convolution(x, W, pad=1).array
    y = nd.convolution(x.astype("float32"), W.astype("float32"), pad=1).array
    direct = np.einsum(
        "nchwij,ocij->nohw",
        np.lib.stride_tricks.sliding_window_view(
            np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)]).astype("float32"), (3, 3), axis=(2, 3)
        ),
        W.astype("float32"),
        optimize=True,
    )
    assert np.std(y - exact) < 5 * np.std(direct - exact)


def test_the_arrangement_in_memory_changes_nothing():
    rng = np.random.default_rng(4)
    x, W = rng.normal(size=(2, 16, 6, 6)), rng.normal(size=(16, 16, 3, 3))
    orders = [(0, 1, 2, 3), (1, 2, 3, 0), (0, 2, 3, 1)]
    laid = [np.ascontiguousarray(x.transpose(o)).transpose(np.argsort(o)) for o in orders]
    for fn in (lambda x: nd.convolution(x, W), lambda x: nd.max_pool(x, 3, 2, 1), nd.relu):
        values = [fn(array).array for array in laid]
        np.testing.assert_allclose(values[1], values[0], atol=1e-12)
        np.testing.assert_allclose(values[2], values[0], atol=1e-12)


def test_a_transposed_convolution_undoes_the_size_of_the_convolution():
    for size, stride, pad, dilate in product((9, 10), (1, 2, 3), (0, 1), (1, 2)):
        W = np.ones((1, 1, 3))
        y = nd.convolution(np.ones((1, 1, size)), W, None, stride, pad, dilate)
        extra = (size + 2 * pad - 2 * dilate - 1) % stride
        back = nd.transposed_convolution(y, W, None, stride, pad, dilate, 1, extra)
        assert back.shape == (1, 1, size)


def test_second_order_through_two_winograd_layers_agrees_with_the_direct_sum():
    rng = np.random.default_rng(5)
    x, W, v = (rng.normal(size=s) for s in ((2, 16, 5, 4), (16, 16, 3, 3), (16, 16, 3, 3)))

    def slope(convolve):
        w = Tensor(W)
        w.attach_grad()
        with record():
            out = np.sum(np.square(convolve(np.tanh(convolve(Tensor(x), w)), w)))
            first = np.sum(grad(out, w, create_graph=True) * v)
        first.backward()
        return w.grad.array

    def direct(x, w):  # a dilated kernel of zeros would do too; groups of one channel each sum up
        rows = [nd.convolution(x[:, i : i + 1], w[:, i : i + 1], pad=1) for i in range(16)]
        return sum(rows[1:], rows[0])

    fast = slope(lambda x, w: nd.convolution(x, w, pad=1))
    np.testing.assert_allclose(fast, slope(direct), rtol=1e-8, atol=1e-8)


def test_padding_counts_in_an_average_unless_told_and_what_is_behind_it_never():
    x = np.ones((1, 1, 5))
    assert nd.avg_pool(x, 2, 2, 1, True).tolist() == [[[0.5, 1, 1, 0]]]
    assert nd.avg_pool(x, 2, 2, 1, True, count_pad=False).tolist() == [[[1, 1, 1, 0]]]
    assert nd.avg_pool(np.ones((1, 1, 6)), 3, 2, 0, True).tolist() == [[[1, 1, 1]]]


def test_a_pool_that_could_see_nothing_is_refused():
    with pytest.raises(BadValueError, match=r"a padding of less than its size, got \(2,\)"):
        nd.max_pool(np.ones((1, 1, 4)), 2, pad=2)


@pytest.mark.parametrize(
    ("x", "W", "groups", "words"),
    [
        ((1, 3, 4), (2, 2, 2), 1, r"shape \(1, 3, 4\) and a weight of shape \(2, 2, 2\)"),
        ((1, 2, 4, 4), (2, 2, 2), 1, "as many spatial axes as the weight"),
        ((1, 4, 4), (3, 2, 2), 2, "the groups divide both"),
        ((1, 2, 2), (2, 2, 3), 1, r"smaller than a kernel of size \(3,\)"),
    ],
)
def test_shapes_that_make_no_convolution_are_refused(x, W, groups, words):
    with pytest.raises(ShapeError, match=words):
        nd.convolution(np.ones(x), np.ones(W), groups=groups)


def test_shapes_that_make_no_transposed_convolution_are_refused():
    with pytest.raises(ShapeError, match=r"a transposed weight of shape \(2, 2, 2\) do not fit"):
        nd.transposed_convolution(np.ones((1, 3, 4)), np.ones((2, 2, 2)))
    with pytest.raises(ShapeError, match=r"size \(1,\) gives a transposed one of size \(0,\)"):
        nd.transposed_convolution(np.ones((1, 2, 1)), np.ones((2, 2, 2)), pad=1)


def test_a_stride_for_another_number_of_axes_is_refused():
    with pytest.raises(ShapeError, match=r"1 spatial axes take one number or 1, got \(1, 2\)"):
        nd.convolution(np.ones((1, 1, 4)), np.ones((1, 1, 2)), stride=(1, 2))


def test_of_equal_largest_values_the_first_of_a_window_gets_its_gradient():
    x = nd.array([[[[1, 1, 0, 2], [1, 0, 2, 2], [3, 0, 0, 0], [0, 0, 0, 0]]]], dtype="float64")
    x.attach_grad()
    for stride, expected in (
        (2, [[1, 0, 0, 1], [0, 0, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]]),  # as MXNet and torch have it
        (1, [[1, 0, 0, 1], [0, 0, 3, 0], [2, 1, 1, 0], [0, 0, 0, 0]]),
    ):
        with record():
            y = nd.max_pool(x, 2, stride)
        y.backward()
        np.testing.assert_array_equal(np.asarray(x.grad)[0, 0], expected)


@pytest.mark.parametrize("channels", [3, 16])
def test_an_empty_batch_has_empty_outputs_and_gradients_of_zero(channels):
    x, W = nd.zeros((0, channels, 8, 8)), nd.ones((16, channels, 3, 3))
    x.attach_grad()
    W.attach_grad()
    with record():
        y = nd.max_pool(nd.convolution(x, W, pad=1), 2)
    y.backward()
    assert (y.shape, x.grad.shape) == ((0, 16, 4, 4), (0, channels, 8, 8))
    assert not W.grad.array.any()
