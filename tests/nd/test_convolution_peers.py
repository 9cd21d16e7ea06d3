"""Convolutions and pools give torch's values and gradients, over one, two and three axes."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from initlab import nd
from initlab.autograd import Tensor, grad, record

pytestmark = pytest.mark.peers

HOW = list(product((1, 2, 3), (1, 2), (0, 1), (1, 2), (1, 2)))


@pytest.fixture(scope="module")
def functional():
    from torch.nn import functional as peer

    return peer


def agree(ours, theirs, arrays, tolerance=1e-12):
    import torch

    xs = [Tensor(a) for a in arrays]
    for x in xs:
        x.attach_grad()
    peers = [torch.tensor(a, requires_grad=True) for a in arrays]
    with record():
        y = ours(*xs)
    z = theirs(*peers)
    g = np.random.default_rng(0).normal(size=y.shape).astype(y.dtype)
    z.backward(torch.tensor(g))
    np.testing.assert_allclose(y.array, z.detach().numpy(), atol=tolerance)
    for found, peer in zip(grad(y, xs, g), peers, strict=True):
        np.testing.assert_allclose(found.array, peer.grad.numpy(), atol=tolerance)


@pytest.mark.parametrize(("dims", "stride", "pad", "dilate", "groups"), HOW)
def test_convolutions_agree_with_torch(functional, dims, stride, pad, dilate, groups):
    rng = np.random.default_rng(dims)
    how = stride, pad, dilate, groups
    x, b = rng.normal(size=(3, 4, *(8, 7, 6)[:dims])), rng.normal(size=6)
    W = rng.normal(size=(6, 4 // groups, *(3, 2, 2)[:dims]))
    peer = getattr(functional, f"conv{dims}d")
    agree(lambda *a: nd.convolution(*a, *how), lambda *a: peer(*a, *how), (x, W, b))


@pytest.mark.parametrize(("dims", "stride", "pad", "dilate", "groups"), HOW)
def test_transposed_convolutions_agree_with_torch(functional, dims, stride, pad, dilate, groups):
    rng = np.random.default_rng(dims)
    extra = min(stride, dilate) - 1
    g, b = rng.normal(size=(3, 6, *(5, 4, 3)[:dims])), rng.normal(size=4)
    W = rng.normal(size=(6, 4 // groups, *(3, 2, 2)[:dims]))
    peer = getattr(functional, f"conv_transpose{dims}d")
    agree(
        lambda *a: nd.transposed_convolution(*a, stride, pad, dilate, groups, extra),
        lambda *a: peer(*a, stride, pad, extra, groups, dilate),
        (g, W, b),
    )


@pytest.mark.parametrize("pad", [0, 1, 2])
def test_winograds_convolution_agrees_with_torch(functional, pad):
    rng = np.random.default_rng(pad)
    arrays = rng.normal(size=(2, 16, 9, 6)), rng.normal(size=(20, 16, 3, 3)), rng.normal(size=20)
    how = {"stride": 1, "padding": pad}
    agree(
        lambda *a: nd.convolution(*a, pad=pad),
        lambda *a: functional.conv2d(*a, **how),
        arrays,
        1e-11,
    )
    small = [a.astype("float32") for a in arrays]
    agree(
        lambda *a: nd.convolution(*a, pad=pad), lambda *a: functional.conv2d(*a, **how), small, 2e-4
    )


@pytest.mark.parametrize(
    ("dims", "kernel", "stride", "pad"), list(product((1, 2, 3), (2, 3), (1, 2), (0, 1)))
)
def test_pools_agree_with_torch(functional, dims, kernel, stride, pad):
    x = np.random.default_rng(dims).normal(size=(2, 3, *(8, 7, 6)[:dims]))
    top = getattr(functional, f"max_pool{dims}d")
    agree(
        lambda x: nd.max_pool(x, kernel, stride, pad), lambda x: top(x, kernel, stride, pad), (x,)
    )
    mean = getattr(functional, f"avg_pool{dims}d")
    for counted in (True, False):
        agree(
            lambda x, c=counted: nd.avg_pool(x, kernel, stride, pad, count_pad=c),
            lambda x, c=counted: mean(x, kernel, stride, pad, count_include_pad=c),
            (x,),
        )
