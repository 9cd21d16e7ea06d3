from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from initlab import nd, nn
from initlab.autograd import Tensor, grad, record
from initlab.errors import BadValueError, ShapeError


def naive(q, k, v, heads, causal):
    """One query at a time."""
    y = np.zeros((*q.shape[:2], v.shape[2]))
    d, e = q.shape[2] // heads, v.shape[2] // heads
    for n, head, t in np.ndindex(len(q), heads, q.shape[1]):
        wide, deep = slice(head * d, (head + 1) * d), slice(head * e, (head + 1) * e)
        seen = t + 1 if causal else k.shape[1]
        weights = np.exp(k[n, :seen, wide] @ q[n, t, wide] / np.sqrt(d))
        y[n, t, deep] = weights @ v[n, :seen, deep] / weights.sum()
    return y


@pytest.mark.parametrize("causal", [False, True])
def test_attention_is_its_definition(causal):
    rng = np.random.default_rng(0)
    q, k, v = (rng.normal(size=s) for s in ((2, 4, 6), (2, 5, 6), (2, 5, 9)))
    y = nd.attention(q, k, v, 3, causal)
    assert_allclose(y.array, naive(q, k, v, 3, causal), atol=1e-12)


def test_huge_scores_do_not_overflow():
    x = np.array([[[1e4], [-1e4]]])
    assert nd.attention(x, x, np.array([[[1.0], [2.0]]])).tolist() == [[[1], [2]]]


@pytest.mark.peers
@pytest.mark.parametrize("causal", [False, True])
def test_values_and_gradients_of_both_orders_are_torchs(causal):
    import torch

    rng = np.random.default_rng(1)
    arrays = [rng.normal(size=(2, 5, 6)) for _ in range(3)]
    g, w = rng.normal(size=(2, 5, 6)), rng.normal(size=(2, 5, 6))
    xs = [Tensor(a) for a in arrays]
    for x in xs:
        x.attach_grad()
    with record():
        y = nd.attention(*xs, 2, causal)
        slopes = grad(y, xs, g, create_graph=True)
        total = sum((slope * w).sum() for slope in slopes)
    total.backward()
    peers = [torch.tensor(a, requires_grad=True) for a in arrays]
    split = [p.reshape(2, 5, 2, 3).transpose(1, 2) for p in peers]
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        z = torch.nn.functional.scaled_dot_product_attention(*split, is_causal=causal)
    z = z.transpose(1, 2).reshape(2, 5, 6)
    firsts = torch.autograd.grad(z, peers, torch.tensor(g), create_graph=True)
    sum((first * torch.tensor(w)).sum() for first in firsts).backward()
    assert_allclose(y.array, z.detach().numpy(), atol=1e-12)
    for slope, first, x, p in zip(slopes, firsts, xs, peers, strict=True):
        assert_allclose(slope.array, first.detach().numpy(), atol=1e-12)
        assert_allclose(x.grad.array, p.grad.numpy(), atol=1e-12)


def test_the_block_is_its_four_maps_around_attention():
    net = nn.MultiHeadAttention(8, heads=2, causal=True)
    net.initialize("xavier")
    x = nd.array(np.random.default_rng(2).normal(size=(2, 3, 5)))
    y = net(x)
    q, k, v = (part(x).array for part in (net.query, net.key, net.value))
    expected = naive(q, k, v, 2, True) @ net.output.weight.data().array.T
    assert_allclose(y.array, expected, atol=1e-5)
    assert net.query.weight.shape == (8, 5)
    assert next(iter(net.collect_params())) == "multiheadattention0_query_weight"


def test_attention_is_paid_to_a_memory_of_another_length():
    net = nn.MultiHeadAttention(4)
    net.initialize()
    assert net(nd.ones((2, 3, 5)), nd.ones((2, 7, 6))).shape == (2, 3, 4)


def test_what_comes_later_changes_nothing_when_causal():
    net = nn.MultiHeadAttention(4, 2, causal=True)
    net.initialize()
    x = np.random.default_rng(3).normal(size=(1, 4, 4)).astype("float32")
    y = net(nd.array(x)).array
    x[:, 2:] += 1
    assert_allclose(net(nd.array(x)).array[:, :2], y[:, :2], rtol=1e-6)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(BadValueError, match="got 6 units and 4 heads"):
        nn.MultiHeadAttention(6, 4)
    net = nn.MultiHeadAttention(4)
    net.initialize()
    with pytest.raises(ShapeError, match=r"takes \(n, t, inputs\), got an input of shape \(2, 4\)"):
        net(nd.ones((2, 4)))
    with pytest.raises(ShapeError, match=r"that 2 heads divide, got \(1, 2, 3\), \(1, 2, 3\)"):
        nd.attention(*np.ones((3, 1, 2, 3)), heads=2)
