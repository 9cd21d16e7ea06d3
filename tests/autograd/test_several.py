"""A call of several values: each has its own gradient, and the call is walked once."""

from __future__ import annotations

import numpy as np
import pytest

import initlab.nd  # noqa: F401 - brings the rules
from initlab.autograd import (
    PRIMITIVES,
    Function,
    Kernel,
    Tensor,
    backward,
    composed,
    detect_anomaly,
    grad,
    primitive,
    record,
)
from initlab.errors import AnomalyError, GraphError


def _values(x, w):
    return x * x * w, x + w


def _back(g, y, kept, needs, out, x, w):
    first, second = (0 if part is None else part for part in g)
    return 2 * x * w * first + second, x * x * first + second


@pytest.fixture(params=["rule", "kernel"])
def pair(request):
    """Yield x² w and x + w in one call, with a kernel or without, for one test."""
    kernel = Kernel(None, _back) if request.param == "kernel" else None
    made = primitive(_values, joint=composed(_values), kernel=kernel, name="test_pair")
    yield made
    del PRIMITIVES["test_pair"]


def leaf(*values):
    x = Tensor(np.array(values))
    x.attach_grad()
    return x


def test_each_value_has_its_gradient_and_both_add_up(pair):
    x, w = leaf(3.0), leaf(5.0)
    with record():
        square, total = pair(x, w)
        y = square * 10 + total
    at_x, at_w = grad(y, [x, w], retain_graph=True)
    assert (at_x, at_w) == (10 * 2 * 3 * 5 + 1, 10 * 9 + 1)
    assert grad(square, x, retain_graph=True) == 30
    assert grad(total, x, retain_graph=True) == 1
    assert grad([square, total], w, [Tensor([2.0]), Tensor([7.0])]) == 2 * 9 + 7


def test_unrecorded_it_is_a_list_of_tensors(pair):
    assert [part.item() for part in pair(np.array(3.0), np.array(5.0))] == [45, 8]


def test_a_value_can_be_a_variable(pair):
    x, w = leaf(3.0), leaf(5.0)
    with record():
        square, total = pair(x, w)
        y = square * total * total
    found = grad(y, [square, total, x])
    assert [g.item() for g in found] == [64, 2 * 8 * 45, 30 * 64 + 2 * 8 * 45]


def test_gradients_to_third_order(pair):
    x, w = leaf(3.0), leaf(5.0)
    with record():
        square, total = pair(x, w)
        first = grad(square * total, x, create_graph=True)  # of x³ w + x² w²
        second = grad(first, x, create_graph=True)
        third = grad(second, [x, w])
    assert first == 3 * 9 * 5 + 2 * 3 * 25
    assert second == 6 * 3 * 5 + 2 * 25
    assert third == [6 * 5, 6 * 3 + 4 * 5]


def test_a_gradient_passes_a_value_also_when_it_is_differentiated(pair):
    x, w = leaf(3.0), leaf(5.0)
    with record():
        square, _ = pair(x, w)
        slope = grad(square * square, square, create_graph=True)  # 2 x² w
    assert grad(slope, x) == 2 * 30


def test_a_walked_call_is_freed_for_all_its_values(pair):
    x, w = leaf(3.0), leaf(5.0)
    with record():
        square, total = pair(x, w)
    square.backward()
    with pytest.raises(GraphError, match="retain_graph"):
        total.backward()


def test_an_anomaly_in_any_of_them_is_found(pair):
    x, w = leaf(3.0), leaf(np.inf)
    with detect_anomaly(), record(), pytest.raises(AnomalyError, match="made inf"):
        pair(x, w)


def test_an_anomaly_on_the_way_back_is_found():
    x = leaf(0.0)
    values = primitive(
        lambda x: (np.sqrt(x), x + 1),
        joint=lambda g, y, needs, x: (g[0] / 2 / y[0] + g[1],),
        name="test_pair",
    )
    del PRIMITIVES["test_pair"]
    with detect_anomaly(), np.errstate(divide="ignore"):
        with record():
            y = sum(values(x))
        with pytest.raises(AnomalyError, match=r"shapes? \[\(1,\), \(1,\)\] of its own"):
            y.backward()


def test_a_function_of_several_outputs_is_asked_once_for_all():
    asked = []

    class Pair(Function):
        def forward(self, x):
            return x * 2, x * 3, x * 4

        def backward(self, first, second, third):
            asked.append([first.item(), second.item(), third.item()])
            return first * 2 + second * 3 + third * 4

    x = leaf(1.0)
    with record():
        a, b, _ = Pair()(x)
    backward([a, b], [Tensor([10.0]), Tensor([1.0])])
    assert asked == [[10, 1, 0]]
    assert x.grad == 23


def test_a_variable_asked_for_twice_has_two_gradients_of_their_own():
    x = leaf(3.0)
    with record():
        y = x * x
    one, other = grad(y, [x, x])
    one.array[...] = 0
    assert other == 6
