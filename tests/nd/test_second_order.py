"""Gradients of gradients by one call a net are those of the primitives that it stands for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from initlab import nd
from initlab.autograd import Tensor, grad, record

SIZES, BATCH = (5, 6, 4, 7, 3), 8
LABELS = np.arange(BATCH) % SIZES[-1]
PLAIN = {"tanh": np.tanh, "sigmoid": nd.sigmoid, "relu": nd.relu, None: lambda x: x}
ENDINGS = [
    ("tanh", "tanh", "tanh", None),
    ("sigmoid", None, "tanh", "sigmoid"),
    ("relu", "tanh", "relu", None),
    (None, None, None, None),
]


def by_parts(x, *layers, activations):
    for W, b, ending in zip(layers[::2], layers[1::2], activations, strict=True):
        x = np.matmul(x, W.T) if b is None else np.matmul(x, W.T) + b
        x = PLAIN[ending](x)
    return x


def by_layers(x, *layers, activations):
    for W, b, ending in zip(layers[::2], layers[1::2], activations, strict=True):
        x = nd.dense(x, W, b, True, ending)
    return x


def loss_by_parts(logits):
    return np.log(np.sum(np.exp(logits), axis=1)) - logits[np.arange(BATCH), LABELS]


def loss(logits):
    return nd.softmax_cross_entropy(logits, LABELS)


def tensors(dtype, biased):
    rng = np.random.default_rng(0)
    made = [rng.standard_normal((BATCH, SIZES[0]))]
    for before, width in pairwise(SIZES):
        made.append(rng.standard_normal((width, before)) / before**0.5)
        made.append(rng.standard_normal(width) if biased else None)
    return [None if a is None else Tensor(a.astype(dtype)) for a in made]


def derivatives(net, ending, arrays, wanted, activations):
    """The gradient, that of its product with a direction, and that of this one's."""
    for i in wanted:
        arrays[i].attach_grad()
    variables = [arrays[i] for i in wanted]
    rng = np.random.default_rng(1)
    found = []
    with record():
        heads = ending(net(*arrays, activations=activations))
        along = None
        for _ in range(3):
            heads = grad(heads, variables, along, create_graph=True)
            found += heads
            along = [Tensor(rng.standard_normal(v.shape).astype(v.dtype)) for v in variables]
    return [g.array for g in found]


WANTED = {
    "all": (range(9), True),
    "weights": ((1, 3, 5, 7), False),
    "input": ((0,), True),
    "first and last": ((1, 7), True),
    "biases": ((4, 8), True),
    "middle": ((3, 6), True),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activations", ENDINGS)
@pytest.mark.parametrize("case", WANTED)
@pytest.mark.parametrize("net", [nd.perceptron, by_layers])
def test_first_second_and_third_derivatives_are_the_parts(net, case, activations, dtype):
    wanted, biased = WANTED[case]
    fused = derivatives(net, loss, tensors(dtype, biased), wanted, activations)
    parts = derivatives(by_parts, loss_by_parts, tensors(dtype, biased), wanted, activations)
    for mine, theirs in zip(fused, parts, strict=True):
        size = max(1, np.abs(theirs).max())
        np.testing.assert_allclose(mine, theirs, 0, 16 * np.finfo(dtype).eps * size)


@pytest.mark.parametrize("net", [nd.perceptron, by_layers])
def test_mixed_derivatives_are_the_same_whichever_is_taken_first(net):
    """Also by what the first gradient was not asked for."""
    arrays = tensors(np.float64, biased=True)
    x, W = arrays[0], arrays[3]
    for leaf in (x, W):
        leaf.attach_grad()
    along = Tensor(np.full(x.shape, 0.5)), Tensor(np.full(W.shape, 0.5))
    crossed = []
    for (first, u), (second, v) in (pairs := list(zip((x, W), along, strict=True)), pairs[::-1]):
        with record():
            slope = grad(loss(net(*arrays, activations=ENDINGS[0])), first, create_graph=True)
            bent = grad(slope, second, u)
        crossed.append(np.vdot(bent.array, v.array))
    assert crossed[0] == pytest.approx(crossed[1], rel=1e-12)


def test_a_loss_that_is_linear_has_no_second_part_from_above():
    x, W = Tensor(np.array([[1.0, 2.0]])), Tensor(np.array([[0.5, -0.5], [2.0, 1.0]]))
    W.attach_grad()
    with record():
        y = nd.perceptron(x, W, None, W, None, activations=(None, None))  # W W x
        slope = grad(y.sum(), W, create_graph=True)
    # the sum of W W x is a form of second degree in W: its second derivative is constant
    bent = grad(slope, W, Tensor(np.ones((2, 2)))).array
    shifted = Tensor(W.array + 1)
    shifted.attach_grad()
    with record():
        y = nd.perceptron(x, shifted, None, shifted, None, activations=(None, None))
        other = grad(y.sum(), shifted)
    np.testing.assert_allclose(bent, other.array - slope.array)


@pytest.mark.peers
@pytest.mark.parametrize("activations", ENDINGS)
def test_hessian_vector_products_are_torchs(activations):
    torch = pytest.importorskip("torch")
    arrays = tensors(np.float64, biased=True)
    _, second, _ = np.array_split(
        np.array(derivatives(nd.perceptron, loss, arrays, range(9), activations), object), 3
    )
    theirs = [torch.tensor(a.array, requires_grad=True) for a in arrays]
    x = theirs[0]
    for W, b, ending in zip(theirs[1::2], theirs[2::2], activations, strict=True):
        x = torch.nn.functional.linear(x, W, b)
        x = x if ending is None else getattr(torch, ending)(x)
    value = torch.nn.functional.cross_entropy(x, torch.tensor(LABELS), reduction="sum")
    slopes = torch.autograd.grad(value, theirs, create_graph=True)
    rng = np.random.default_rng(1)
    along = [torch.tensor(rng.standard_normal(tuple(t.shape))) for t in theirs]
    for mine, other in zip(second, torch.autograd.grad(slopes, theirs, along), strict=True):
        np.testing.assert_allclose(mine, other.numpy(), rtol=1e-10, atol=1e-12)
