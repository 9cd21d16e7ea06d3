"""A primitive whose rule is that of a composition of others."""

from __future__ import annotations

import numpy as np
import pytest

import initlab.nd  # noqa: F401 - brings the rules
from initlab.autograd import PRIMITIVES, Tensor, check_gradients, composed, grad, primitive, record


@pytest.fixture
def area():
    """Yield x² w, for one test."""
    made = primitive(
        lambda x, w, k=1: k * x**2 * w, joint=composed(lambda x, w, k=1: k * x * x * w), name="area"
    )
    yield made
    del PRIMITIVES["area"]


def test_its_gradients_are_the_compositions_to_second_order(area):
    check_gradients(area, [0.5, -2.0], [3.0, 1.5])
    check_gradients(lambda x, w: area(x, w, k=3), [0.5], [3.0])


def test_to_third_order(area):
    x = Tensor([2.0])
    x.attach_grad()
    with record():
        first = grad(area(x * x, Tensor([1.0])), x, create_graph=True)  # x^4
        second = grad(first, x, create_graph=True)
        third = grad(second, x)
    assert (first.item(), second.item(), third.item()) == (4 * 8, 12 * 4, 24 * 2)


def test_the_walk_ends_at_the_arguments(area):
    calls = []
    seen = primitive(lambda x: x, lambda g, y, x: calls.append(1) or g, name="seen")
    try:
        x = Tensor([2.0])
        x.attach_grad()
        with record():
            slope = grad(area(seen(x), Tensor([5.0])), x, create_graph=True)
    finally:
        del PRIMITIVES["seen"]
    assert slope.item() == 20
    assert len(calls) == 1
    assert np.array_equal(slope.array, [20])
