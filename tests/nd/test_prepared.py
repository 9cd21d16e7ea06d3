"""Prepared calls against the primitives of the same name: the same bits, pass after pass."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

from initlab import nd
from initlab.autograd import Tensor, record
from initlab.errors import BadValueError
from initlab.nd.prepared import CrossEntropy, Layer, Perceptron

ROWS, INPUTS = 6, 5
ENDINGS = [None, "relu", "tanh", "sigmoid"]


def parameters(widths, biased, dtype=np.float32, seed=0, inputs=INPUTS):
    """W, b, W, b, ..., each with a gradient; None for a bias that is not there."""
    rng, found = np.random.default_rng(seed), []
    for before, units in zip((inputs, *widths), widths, strict=False):
        for shape, there in (((units, before), True), ((units,), biased)):
            tensor = Tensor(rng.standard_normal(shape).astype(dtype)) if there else None
            if tensor is not None:
                tensor.attach_grad()
            found.append(tensor)
    return found


def layers_of(tensors, activations):
    arrays = [None if t is None else t.array for t in tensors]
    slopes = [None if t is None or t.grad is None else np.empty_like(t.array) for t in tensors]
    rows = zip(arrays[::2], arrays[1::2], slopes[::2], slopes[1::2], activations, strict=True)
    return [Layer(*row) for row in rows], slopes


@pytest.mark.parametrize("frozen", [(), (0,), (0, 1), (0, 1, 2), (2, 3), (5,)])
@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("widths", [(4, 3, 2), (300, 600, 2)])  # below and above small products
def test_a_perceptron_is_the_primitive(widths, biased, frozen):
    tensors = parameters(widths, biased)
    for i in frozen:
        if tensors[i] is not None:
            tensors[i] = tensors[i].detach()
    for endings in zip(ENDINGS, ENDINGS[1:] + ENDINGS[:1], ENDINGS[2:] + ENDINGS[:2], strict=True):
        layers, slopes = layers_of(tensors, endings)
        net, rng = Perceptron(ROWS, layers), np.random.default_rng(1)
        for _ in range(3):
            x = rng.standard_normal((ROWS, INPUTS)).astype(np.float32)
            g = rng.standard_normal((ROWS, widths[-1])).astype(np.float32)
            with record():
                y = nd.perceptron(x, *tensors, activations=endings)
            y.backward(g)
            net.forward(x)
            np.testing.assert_array_equal(net.output, y.array)
            net.gradient[...] = g
            net.backward()
            for tensor, slope in zip(tensors, slopes, strict=True):
                if slope is not None:
                    np.testing.assert_array_equal(slope, tensor.grad)


@pytest.mark.parametrize(("inputs", "shared"), [(4096, 2), (4095, 0)])
def test_products_of_a_million_multiplications_go_where_large_ones_do(monkeypatch, inputs, shared):
    seen, rows, widths = [], 4, (64, 64)  # 4 x 64 x 4096 is 2^20; the upper layer is small
    monkeypatch.setattr(
        import_module("initlab.nd.prepared.perceptron"),
        "product",
        lambda a, b, out: seen.append(a.dot(b, out)),
    )
    tensors = parameters(widths, biased=False, inputs=inputs)
    layers, _ = layers_of(tensors, ("relu", None))
    net = Perceptron(rows, layers)
    net.forward(np.ones((rows, inputs), np.float32))
    net.gradient[...] = 1
    net.backward()
    assert len(seen) == shared  # the first layer's, there and back


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_cross_entropy_is_the_primitive(dtype):
    rng = np.random.default_rng(0)
    logits, gradient = np.empty((ROWS, 4), dtype), np.empty((ROWS, 4), dtype)
    loss = CrossEntropy(logits, gradient)
    for special in (0, 1e4, np.inf, -np.inf, np.nan):
        logits[...] = rng.standard_normal(logits.shape)
        logits[1], logits[2, 3] = 0, special  # a tie of all, and what overflows
        labels = rng.integers(0, 4, ROWS)
        x = Tensor(logits.copy())
        x.attach_grad()
        with record():
            y = nd.softmax_cross_entropy(x, labels)
        y.backward()
        np.testing.assert_array_equal(loss.forward(labels), y.array)
        loss.backward()
        np.testing.assert_array_equal(gradient, x.grad)


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint8, np.uint64, np.float32, bool])
def test_labels_of_any_type_are_numbers_of_classes(dtype):
    logits = np.arange(8.0).reshape(2, 4)
    loss = CrossEntropy(logits, np.empty_like(logits))
    labels = np.array([0, 1], dtype)
    np.testing.assert_array_equal(
        loss.forward(labels), nd.softmax_cross_entropy(logits, labels).array
    )


@pytest.mark.parametrize("wrong", [-1, 4])
def test_a_label_that_is_no_class_is_refused(wrong):
    loss = CrossEntropy(np.zeros((2, 4)), np.empty((2, 4)))
    with pytest.raises(BadValueError, match=f"Label {wrong} is none of the 4 classes 0 to 3"):
        loss.forward(np.array([0, wrong]))
