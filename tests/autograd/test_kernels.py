"""A kernel overwrites what the tape owns, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from initlab import nd, nn
from initlab.autograd import (
    PRIMITIVES,
    Kernel,
    Tensor,
    backward,
    grad,
    mark_variables,
    primitive,
    record,
)


def _product_back(g, y, needs, x, w):
    return g * w, g * x


def _overwriting(g, y, kept, needs, out, x, w):
    """x w: the first gradient into g, the second where it is wanted."""
    dw = np.multiply(g, x, out=out[1]) if needs[1] else None
    return np.multiply(g, w, out=g) if needs[0] else None, dw


@pytest.fixture
def product():
    """Yield a product with a kernel, for one test."""
    kernel = Kernel(lambda x, w: (x * w, None), _overwriting)
    made = primitive(lambda x, w: x * w, joint=_product_back, kernel=kernel, name="test_product")
    yield made
    del PRIMITIVES["test_product"]


def leaf(*values, grad_req="write"):
    x = Tensor(np.array(values))
    x.attach_grad(grad_req)
    return x


def test_a_gradient_lands_in_the_leaf_s_own_buffer(product):
    x, w = leaf(2.0, 3.0), leaf(5.0, 7.0)
    buffer = w.grad.array
    with record():
        y = product(x, w)
    y.backward()
    assert w.grad.array is buffer
    assert buffer.tolist() == [2, 3]
    assert x.grad.array.tolist() == [5, 7]


def test_a_leaf_used_twice_gets_the_sum_also_within_one_call(product):
    w = leaf(2.0, 3.0)
    with record():
        y = product(product(w, w), w)
    y.backward()
    assert w.grad.array.tolist() == [3 * 2**2, 3 * 3**2]  # w^3


def test_gradients_add_up_over_passes_where_they_are_asked_to(product):
    w = leaf(2.0, grad_req="add")
    for _ in range(3):
        with record():
            y = product(Tensor(np.ones(1)), w)
        y.backward()
    assert w.grad.array.tolist() == [3]


def test_a_retained_graph_gives_the_same_gradient_again(product):
    x, w = leaf(2.0), leaf(5.0)
    with record():
        y = product(product(x, w), w)
    y.backward(retain_graph=True)
    first = x.grad.array.copy(), w.grad.array.copy()
    y.backward()
    assert (x.grad.array, w.grad.array) == first == (25, 20)


def test_the_caller_s_head_gradient_stays_as_it_is(product):
    x, w, g = leaf(2.0), leaf(5.0), np.array([10.0])
    with record():
        y = product(x, w)
    y.backward(g)
    assert (g, x.grad.array) == (10, 50)


def test_a_gradient_that_flows_two_ways_is_overwritten_in_neither(product):
    x, w = leaf(2.0), leaf(5.0)
    with record():
        y = product(x, w)
        z = y + y.reshape(1) + product(y, w)
    z.backward()
    # z = 2 x w + x w^2
    assert x.grad.array.tolist() == [2 * 5 + 25]
    assert w.grad.array.tolist() == [2 * 2 + 2 * 2 * 5]


def test_grad_leaves_the_buffers_alone_and_returns_interior_gradients_whole(product):
    x, w = leaf(2.0), leaf(5.0)
    with record():
        y = product(x, w)
        z = product(y, w)
    at_y, at_x = grad(z, [y, x])
    assert (at_y.array, at_x.array) == (5, 25)
    assert (x.grad.array, w.grad.array) == (0, 0)


def test_two_heads_do_not_share_what_is_overwritten(product):
    x, w = leaf(2.0), leaf(5.0)
    with record():
        y, z = product(x, w), product(x, w)
    g = Tensor(np.ones(1))
    backward([y, z], [g, g])
    assert (x.grad.array, g.array) == (10, 1)


def test_a_broadcast_gradient_can_be_overwritten(product):
    x, w = leaf(2.0, 3.0), leaf(5.0, 7.0)
    with record():
        total = product(x, w).sum()  # whose rule repeats one number without memory for it
    total.backward()
    assert x.grad.array.tolist() == [5, 7]


def strided(values):
    """The same values with gaps between them."""
    return np.stack([values, values], axis=-1)[..., 0]


@pytest.mark.parametrize("layers", [1, 2])
def test_an_input_of_higher_precision_gives_parameters_gradients_of_their_own(layers):
    net = nn.Sequential()
    net.add(*(nn.Dense(3, activation="relu", in_units=3) for _ in range(layers)))
    net.initialize("ones")
    net(Tensor(np.ones((2, 3))))
    with record():
        y = net(Tensor(np.ones((2, 3))))
    y.backward()
    assert y.dtype == np.float64
    assert net[-1].bias.grad().dtype == np.float32
    assert net[-1].bias.grad().array.tolist() == [2, 2, 2]
    assert net[-1].weight.grad().array.tolist() == [[2 * 3 ** (layers - 1)] * 3] * 3


def test_a_gradient_with_gaps_in_memory_is_filled_too():
    x, W, b = np.ones((2, 3)), Tensor(np.ones((4, 3))), Tensor(np.zeros(4))
    gradients = [Tensor(strided(np.zeros((4, 3)))), Tensor(strided(np.zeros(4)))]
    mark_variables([W, b], gradients)
    with record():
        y = nd.dense(Tensor(x), W, b)
    y.backward()
    assert gradients[0].array.tolist() == [[2] * 3] * 4
    assert gradients[1].array.tolist() == [2] * 4
