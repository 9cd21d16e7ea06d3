from __future__ import annotations

import numpy as np
import pytest

from initlab import nd
from initlab.autograd import (
    GradientMismatchError,
    Tensor,
    backward,
    check_gradients,
    grad,
    is_recording,
    is_training,
    mark_variables,
    pause,
    predict_mode,
    primitive,
    record,
    set_recording,
    set_training,
    train_mode,
)
from initlab.errors import BadValueError, GraphError, NameTakenError


@pytest.fixture
def x():
    leaf = Tensor(np.array([1.0, 2.0]))
    leaf.attach_grad()
    return leaf


def test_scopes_set_and_restore_the_flags_also_after_an_error():
    seen = []
    with record():
        seen.append((is_recording(), is_training()))
        with pause():
            seen.append((is_recording(), is_training()))
        with predict_mode():
            seen.append((is_recording(), is_training()))
    with record(train_mode=False), train_mode():
        seen.append((is_recording(), is_training()))
    with pytest.raises(KeyError), record():
        raise KeyError
    assert seen == [(True, True), (False, False), (True, False), (True, True)]
    assert not is_recording()


def test_the_modes_may_be_set_outside_of_scopes_which_restore_them(x):
    assert not set_recording(True)
    assert not set_training(True)
    with pause():
        assert (is_recording(), is_training()) == (False, False)
        set_recording(True)
    assert (is_recording(), is_training()) == (True, True)
    y = (x * x).sum()
    assert set_recording(False)
    assert set_training(False)
    y.backward()
    np.testing.assert_array_equal(x.grad, 2 * x.array)
    assert (is_recording(), is_training()) == (False, False)


def test_what_runs_paused_is_a_constant(x):
    with record():
        with pause():
            c = x * 1
        y = x * c
    y.backward()
    assert x.grad.tolist() == [1, 2]


def test_head_gradients_are_ones_or_what_is_given(x):
    with record():
        y = x * x
    y.backward(retain_graph=True)
    assert x.grad.tolist() == [2, 4]
    y.backward(Tensor([1.0, 10.0]))
    assert x.grad.tolist() == [2, 40]


def test_a_head_gradient_of_another_shape_is_refused(x):
    with record():
        y = x * x
    with pytest.raises(BadValueError, match=r"shape \(3,\), its Tensor has \(2,\)"):
        y.backward(np.ones(3))


def test_a_second_pass_through_a_freed_graph_is_refused(x):
    with record():
        mid = x * x
        y, z = mid + 1, mid + 2
    y.backward()
    with pytest.raises(GraphError, match=r"Cannot differentiate: .*retain_graph=True"):
        y.backward()
    with pytest.raises(GraphError, match="an earlier backward pass freed it"):
        z.backward()


@pytest.mark.parametrize("line", [nd.relu, nd.abs, lambda x: nd.clip(x, 0, 3), lambda x: 2 * x])
def test_the_gradient_of_a_constant_gradient_is_zeros(x, line):
    with record():
        slope = grad(line(x), x, create_graph=True)
        again = grad(slope, x, create_graph=True)
        thrice = grad(again, x)
    slope.backward()
    assert again.array.tolist() == thrice.array.tolist() == x.grad.array.tolist() == [0, 0]
    assert slope.array.tolist() == line(Tensor([1.0, 1.0])).array.tolist()  # lines through 0


def test_an_unrecorded_head_is_refused(x):
    with pytest.raises(GraphError, match=r"not in a computational graph.*attach_grad"):
        (x * 2).backward()


def test_a_variable_outside_any_graph_is_refused(x):
    with record():
        y = x * 2
    with pytest.raises(GraphError, match=r"with respect to a Tensor of shape \(3,\)"):
        grad(y, nd.ones(3))


def test_several_heads_add_up(x):
    with record():
        y, z = x * 2, x * x
    backward([y, z], [None, np.array([1.0, 10.0])])
    assert x.grad.tolist() == [4, 42]
    with record():
        y = x * 2
    with pytest.raises(BadValueError, match="1 heads but 2 head gradients"):
        backward([y], [None, None])


def test_one_tensor_used_many_times_gets_the_sum_of_its_uses(x):
    with record():
        y = x + x * x + np.sum(x)
    y.backward()
    assert x.grad.tolist() == [1 + 2 + 2, 1 + 4 + 2]


def test_attach_grad_on_an_intermediate_cuts_the_graph(x):
    with record():
        mid = x * 3
        mid.attach_grad()
        y = mid * 2
    y.backward()
    assert (mid.grad.tolist(), x.grad.tolist()) == ([2, 2], [0, 0])


def test_grad_returns_new_arrays_and_leaves_the_buffers_alone(x):
    with record():
        mid = x * x
        y = np.sum(mid)
    of_x, of_mid = grad(y, [x, mid])
    of_x[:] = 5
    assert of_mid.tolist() == [1, 1]
    assert x.grad.tolist() == [0, 0]


def test_a_variable_that_does_not_matter_gets_zeros(x):
    other = Tensor(np.ones(3))
    other.attach_grad()
    with record():
        y = x * 2
    assert grad(y, other).tolist() == [0, 0, 0]


def test_gradients_have_gradients_to_third_order(x):
    with record():
        y = x**4
        first = grad(y, x, create_graph=True)
        second = grad(first, x, create_graph=True)
    second.backward()
    assert x.grad.tolist() == [24, 48]


def test_the_live_array_is_what_backward_sees(x):
    with record():
        y = x * x
    x[:] = 5
    y.backward()
    assert x.grad.tolist() == [10, 10]


def test_a_chain_of_ten_thousand_calls_needs_no_deep_stack(x):
    with record():
        y = x
        for _ in range(10_000):
            y = y + 1
    y.backward(retain_graph=True)
    assert x.grad.tolist() == [1, 1]
    del y


def test_a_backward_pass_costs_each_node_once(x):
    with record():
        y = x
        for _ in range(60):  # 2**60 paths
            y = y + y
    y.backward()
    assert x.grad.tolist() == [2.0**60] * 2


def test_mixed_precision_gradients_come_back_in_each_own_dtype():
    a, b = nd.ones(2), Tensor(np.ones(2))
    a.attach_grad()
    b.attach_grad()
    with record():
        y = a * b
    y.backward()
    assert (a.grad.dtype, b.grad.dtype) == (np.float32, np.float64)
    assert grad_dtype(a) == np.float32


def grad_dtype(a):
    with record():
        y = np.sum(a * np.ones(2))
    return grad(y, a).dtype


def test_marked_variables_land_where_they_were_told(x):
    buffer = Tensor(np.zeros(2))
    mark_variables(x, buffer, "add")
    for _ in range(2):
        with record():
            y = x * x
        y.backward()
    assert x.grad is buffer
    assert buffer.tolist() == [4, 8]


def test_backward_tells_the_rules_whether_training():
    seen = []

    def rule(g, y, x):
        seen.append(is_training())
        return g

    own = primitive(lambda x: x * 1, rule, name="probe_of_training")
    from initlab.autograd import PRIMITIVES

    del PRIMITIVES["probe_of_training"]
    x = nd.ones(1)
    x.attach_grad()
    for mode in (True, False):
        with record():
            y = own(x)
        y.backward(train_mode=mode)
    assert seen == [True, False]


def test_a_taken_primitive_name_is_refused():
    with pytest.raises(NameTakenError, match="named 'tanh' exists already"):
        primitive(np.tanh)


def wrong_square(x):
    return x * x.detach()


def test_the_checker_names_argument_index_and_both_values():
    with pytest.raises(
        GradientMismatchError,
        match=r"Order 1, argument 0, index \(0,\): the rule gives .*, central differences give",
    ):
        check_gradients(wrong_square, [3.0])


def test_the_checker_finds_a_fault_of_second_order():
    def half_right(x):
        return wrong_order(x)

    def rule(g, y, x):
        return g * 2 * Tensor(np.asarray(x)) if type(x) is Tensor else g * 2 * x

    wrong_order = primitive(lambda x: x * x, rule, name="wrong_order")
    from initlab.autograd import PRIMITIVES

    del PRIMITIVES["wrong_order"]
    check_gradients(half_right, [3.0], order=1)
    with pytest.raises(GradientMismatchError, match="Order 2"):
        check_gradients(half_right, [3.0], order=2)
