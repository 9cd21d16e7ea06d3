"""Random graphs give the values and gradients that torch gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from initlab import nd
from initlab.autograd import Tensor, grad, record

pytestmark = pytest.mark.peers


@pytest.fixture(scope="module")
def torch():
    import torch as peer

    peer.set_num_threads(1)
    return peer


# name -> (ours, torch's), both of values that stay in a bounded range
UNARY = {
    "tanh": (np.tanh, lambda t, x: t.tanh(x)),
    "sin": (np.sin, lambda t, x: t.sin(x)),
    "sigmoid": (nd.sigmoid, lambda t, x: t.sigmoid(x)),
    "softplus": (nd.softplus, lambda t, x: t.nn.functional.softplus(x)),
    "gelu": (nd.gelu, lambda t, x: t.nn.functional.gelu(x)),
    "silu": (nd.silu, lambda t, x: t.nn.functional.silu(x)),
    "elu": (nd.elu, lambda t, x: t.nn.functional.elu(x)),
    "selu": (nd.selu, lambda t, x: t.nn.functional.selu(x)),
    "relu": (nd.relu, lambda t, x: t.relu(x)),
    "leaky_relu": (nd.leaky_relu, lambda t, x: t.nn.functional.leaky_relu(x)),
    "exp": (lambda x: np.exp(-np.square(x)), lambda t, x: t.exp(-t.square(x))),
    "log1p": (lambda x: np.log1p(np.abs(x)), lambda t, x: t.log1p(t.abs(x))),
    "sqrt": (lambda x: np.sqrt(x * x + 1), lambda t, x: t.sqrt(x * x + 1)),
    "softmax": (nd.softmax, lambda t, x: t.softmax(x, -1)),
    "log_softmax": (lambda x: nd.log_softmax(x) * 0.1, lambda t, x: t.log_softmax(x, -1) * 0.1),
    "transpose": (lambda x: x.T, lambda t, x: x.T),
    "flip": (lambda x: np.flip(x, 1), lambda t, x: t.flip(x, (1,))),
    "reshape": (lambda x: x.reshape(-1).reshape(3, 3), lambda t, x: x.reshape(-1).reshape(3, 3)),
    "centred": (
        lambda x: x - np.mean(x, axis=0, keepdims=True),
        lambda t, x: x - x.mean(0, keepdim=True),
    ),
    "scaled": (
        lambda x: x / (np.std(x, axis=1, keepdims=True) + 1),
        lambda t, x: x / (t.std(x, 1, correction=0, keepdim=True) + 1),
    ),
    "rows": (lambda x: x[[2, 0, 2]], lambda t, x: x[[2, 0, 2]]),
    "slice": (lambda x: x + x[:, 1:2], lambda t, x: x + x[:, 1:2]),
    "sum": (lambda x: x + np.sum(x, axis=0) * 0.1, lambda t, x: x + x.sum(0) * 0.1),
    "max": (lambda x: x - np.max(x, axis=1, keepdims=True), lambda t, x: x - x.amax(1, True)),
    "cumsum": (lambda x: np.cumsum(x, 0) * 0.3, lambda t, x: t.cumsum(x, 0) * 0.3),
    "norm": (lambda x: x / (np.linalg.norm(x) + 1), lambda t, x: x / (t.linalg.norm(x) + 1)),
    "clip": (lambda x: np.clip(x, -0.9, 0.9), lambda t, x: t.clip(x, -0.9, 0.9)),
}
BINARY = {
    "add": (np.add, lambda t, a, b: a + b),
    "subtract": (np.subtract, lambda t, a, b: a - b),
    "multiply": (np.multiply, lambda t, a, b: a * b),
    "divide": (lambda a, b: a / (b * b + 1), lambda t, a, b: a / (b * b + 1)),
    "maximum": (np.maximum, lambda t, a, b: t.maximum(a, b)),
    "minimum": (np.minimum, lambda t, a, b: t.minimum(a, b)),
    "matmul": (lambda a, b: a @ b * 0.3, lambda t, a, b: a @ b * 0.3),
    "einsum": (
        lambda a, b: np.einsum("ij,kj->ik", a, b) * 0.3,
        lambda t, a, b: t.einsum("ij,kj->ik", a, b) * 0.3,
    ),
    "where": (lambda a, b: np.where(a > b, a, b * 2), lambda t, a, b: t.where(a > b, a, b * 2)),
    "concatenate": (
        lambda a, b: np.concatenate([a[:1], b[1:]]),
        lambda t, a, b: t.cat([a[:1], b[1:]]),
    ),
    "dense": (nd.dense, lambda t, a, b: t.nn.functional.linear(a, b)),
}

step = st.tuples(
    st.sampled_from([*UNARY, *BINARY]), st.integers(0, 1_000_000), st.integers(0, 1_000_000)
)


def run(steps, leaves, pick):
    """Apply the steps, each to results that are already there; return the bounded sum."""
    values = list(leaves)
    for name, i, j in steps:
        fn, arity = pick(name)
        chosen = [values[k % len(values)] for k in (i, j)][:arity]
        values.append(fn(*chosen))
    return values[-1]


def ours(name):
    return (UNARY[name][0], 1) if name in UNARY else (BINARY[name][0], 2)


def theirs(torch):
    def pick(name):
        fn = UNARY[name][1] if name in UNARY else BINARY[name][1]
        return (lambda *xs: fn(torch, *xs)), (1 if name in UNARY else 2)

    return pick


def compare(torch, steps, seed, dtype, tolerance):
    arrays = [np.random.default_rng([seed, k]).normal(size=(3, 3)).astype(dtype) for k in range(3)]
    weights = np.random.default_rng(seed).uniform(0.5, 1.5, (3, 3)).astype(dtype)
    xs = [Tensor(a) for a in arrays]
    for x in xs:
        x.attach_grad()
    with record():
        y = run(steps, [x * 1 for x in xs], ours)
    gradients = grad(y, xs, weights)
    peers = [torch.tensor(a, requires_grad=True) for a in arrays]
    z = run(steps, [p * 1 for p in peers], theirs(torch))
    z.backward(torch.tensor(weights))
    assert y.dtype == dtype
    np.testing.assert_allclose(y.array, z.detach().numpy(), rtol=tolerance, atol=tolerance)
    for g, p in zip(gradients, peers, strict=True):
        expected = np.zeros((3, 3)) if p.grad is None else p.grad.numpy()
        scale = max(1.0, np.abs(expected).max())
        np.testing.assert_allclose(g.array, expected, rtol=0, atol=tolerance * scale)


@settings(max_examples=150)
@given(steps=st.lists(step, min_size=1, max_size=10), seed=st.integers(0, 1000))
def test_random_graphs_agree_with_torch_in_float64(torch, steps, seed):
    compare(torch, steps, seed, np.float64, 1e-9)


@settings(max_examples=50)
@given(steps=st.lists(step, min_size=1, max_size=4), seed=st.integers(0, 1000))
def test_random_graphs_agree_with_torch_in_float32(torch, steps, seed):
    compare(torch, steps, seed, np.float32, 2e-4)


@pytest.mark.parametrize("name", [*UNARY, *BINARY])
def test_each_call_of_the_random_graphs_agrees_with_torch(torch, name):
    compare(torch, [(name, 0, 1)], 7, np.float64, 1e-12)


def test_cross_entropy_and_layer_norm_agree_with_torch(torch):
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(6, 5)) * 3, rng.integers(0, 5, 6)
    gamma, beta = rng.normal(size=5), rng.normal(size=5)
    xs = [Tensor(a) for a in (logits, gamma, beta)]
    for x in xs:
        x.attach_grad()
    with record():
        loss = nd.softmax_cross_entropy(nd.layer_norm(*xs), labels).mean()
    loss.backward()
    peers = [torch.tensor(a, requires_grad=True) for a in (logits, gamma, beta)]
    normed = torch.nn.functional.layer_norm(peers[0], (5,), peers[1], peers[2])
    expected = torch.nn.functional.cross_entropy(normed, torch.tensor(labels))
    expected.backward()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-12)
    for x, p in zip(xs, peers, strict=True):
        np.testing.assert_allclose(x.grad.array, p.grad.numpy(), atol=1e-12)


def test_second_order_agrees_with_torch(torch):
    rng = np.random.default_rng(1)
    x, W, v = rng.normal(size=(4, 3)), rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    ours_W = Tensor(W)
    ours_W.attach_grad()
    with record():
        loss = np.sum(np.square(nd.gelu(nd.dense(np.tanh(nd.dense(x, ours_W)), ours_W))))
        slope = np.sum(grad(loss, ours_W, create_graph=True) * v)
    slope.backward()
    peer = torch.tensor(W, requires_grad=True)
    linear, gelu = torch.nn.functional.linear, torch.nn.functional.gelu
    out = gelu(linear(torch.tanh(linear(torch.tensor(x), peer)), peer)).square().sum()
    (first,) = torch.autograd.grad(out, peer, create_graph=True)
    (first * torch.tensor(v)).sum().backward()
    np.testing.assert_allclose(ours_W.grad.array, peer.grad.numpy(), rtol=1e-10)
