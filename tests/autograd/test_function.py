from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import nd
from initlab.autograd import Function, Tensor, backward, grad, record
from initlab.errors import BadValueError


class Both(Function):
    """x / y and x y, as MXNet's own test has them."""

    def forward(self, x, y):
        self.save_for_backward(x, y)
        return x / y, x * y

    def backward(self, dm, dn):
        x, y = self.saved_tensors
        return dm / y + dn * y, dn * x - dm * x / y / y


class Cube(Function):
    def forward(self, x):
        self.x = x
        return x * x * x

    def backward(self, dy):
        return 3 * self.x * self.x * dy


def tracked(*values):
    x = Tensor(np.array(values))
    x.attach_grad()
    return x


def test_several_outputs_have_the_gradients_of_the_formulas():
    found = []
    for both in (Both(), lambda x, y: (x / y, x * y)):
        x, y = tracked(1.0, 2, 3), tracked(0.5, -2, 4)
        with record():
            m, n = both(x, y)
            backward([m, n * 2])
        found.append((m, n, x.grad, y.grad))
    for mine, theirs in zip(*found, strict=True):
        assert_allclose(mine, theirs, rtol=1e-14)


def test_one_output_alone_has_its_gradient():
    x, y = tracked(6.0), tracked(2.0)
    with record():
        m, _ = Both()(x, y)
    m.backward()
    assert_array_equal([x.grad, y.grad], [[0.5], [-1.5]])


def test_forward_is_not_recorded_and_without_recording_nothing_is():
    x = tracked(2.0)
    y = Cube()(x)
    assert y.node is None
    assert_array_equal(y, [8])
    with record():
        y = Cube()(nd.array([2.0]))
    assert y.node is None


def test_a_chain_of_them():
    x = tracked(2.0)
    with record():
        y = Cube()(Cube()(x))
    y.backward()
    assert_array_equal(x.grad, [9 * 2.0**8])  # of x^9


def test_a_gradient_that_is_written_with_tensors_is_differentiable():
    x = tracked(2.0)
    with record():
        slope = grad(Cube()(x) * 1.0, x, create_graph=True)
    slope.backward()
    assert_array_equal(slope, [12])
    assert_array_equal(x.grad, [12])


def test_backward_may_return_what_it_saved_without_losing_it():
    class Kept(Function):
        def forward(self, x):
            self.one = nd.ones((1,), dtype="float64")
            return x

        def backward(self, dy):
            return self.one

    x, kept = tracked(2.0), Kept()
    with record():
        y = kept(x) + x * 5
    y.backward()
    assert_array_equal(x.grad, [6])
    assert_array_equal(kept.one, [1])


def test_a_gradient_for_each_input_is_wanted():
    class Half(Both):
        def backward(self, dm, dn):
            return dm

    x, y = tracked(1.0), tracked(1.0)
    with record():
        m, _ = Half()(x, y)
    with pytest.raises(BadValueError, match=r"Half\.backward\(\) returned 1 gradients for 2 inp"):
        m.backward()


@pytest.mark.parametrize("method", ["forward", "backward"])
def test_what_is_not_written_says_so(method):
    with pytest.raises(NotImplementedError, match=rf"a Function without {method}\(\)"):
        getattr(Function(), method)(1)
