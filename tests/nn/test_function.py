from __future__ import annotations

import pytest
from numpy.testing import assert_array_equal

from initlab import nd, nn
from initlab.autograd import record
from initlab.errors import BadTypeError, UnknownNameError


def test_a_function_or_the_name_of_one_is_a_layer():
    x = nd.array([-1.0, 2.0])
    assert_array_equal(nn.Lambda("relu")(x), [0, 2])
    assert_array_equal(nn.Lambda(lambda a, b: a * b)(x, x), [1, 4])
    assert_array_equal(nn.HybridLambda("relu")(x), [0, 2])
    assert_array_equal(nn.HybridLambda(lambda F, a: F.relu(-a))(x), [1, 0])


def test_it_prints_the_functions_name():
    assert repr(nn.Lambda("relu")) == "Lambda(relu)"
    assert repr(nn.HybridLambda("relu")) == "HybridLambda(relu)"
    assert repr(nn.Lambda(lambda x: x)) == "Lambda(<lambda>)"


def test_anything_else_is_refused():
    with pytest.raises(UnknownNameError, match=r"'rleu'. Did you mean 'relu'\?"):
        nn.Lambda("rleu")
    with pytest.raises(BadTypeError, match=r"needs a function or the name of one, got 3 of type"):
        nn.Lambda(3)


class Affine(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.w = self.params.get("w", shape=(2,), init="ones")
            self.scale = nn.Dense(1, in_units=2, weight_initializer="ones")

    def hybrid_forward(self, F, x, y, w):
        return self.scale(F.relu(x) * w + y)


def test_a_hybrid_block_gets_nd_and_its_own_parameters_by_name():
    net = Affine()
    net.initialize()
    net.hybridize()
    with record():
        out = net(nd.array([[-1.0, 3.0]]), nd.array([[10.0, 20.0]]))
    out.backward()
    assert_array_equal(out, [[33]])
    assert_array_equal(net.w.grad(), [0, 3])
    assert list(net.collect_params()) == [
        "affine0_w", "affine0_dense0_weight", "affine0_dense0_bias",
    ]  # fmt: skip


def test_a_hybrid_block_without_hybrid_forward_says_so():
    with pytest.raises(NotImplementedError, match=r"HybridBlock without hybrid_forward\(F, x"):
        nn.HybridBlock()(nd.ones(1))


def test_a_hybrid_sequential_is_a_sequential_by_its_own_name():
    net = nn.HybridSequential()
    with net.name_scope():
        net.add(nn.Dense(2, in_units=3), nn.Flatten())
    net.initialize()
    assert net[0].name == "hybridsequential0_dense0"
    assert net(nd.ones((4, 3))).shape == (4, 2)
    assert type(net[:1]) is nn.HybridSequential
    assert repr(net[1:]) == "HybridSequential(\n  (0): Flatten\n)"


def test_a_hybrid_block_needs_an_array():
    """None may stand for an array that is left out, and lists may hold them."""

    class Sum(nn.HybridBlock):
        def hybrid_forward(self, F, a, b=None):
            return sum(a) if b is None else b

    x = nd.ones((2,))
    assert Sum()(None, x) is x
    assert Sum()([x, x]).array.tolist() == [2, 2]
    with pytest.raises(BadTypeError, match=r"takes at least one array, got \(None, \[1\]\)"):
        Sum()(None, [1])
