from __future__ import annotations

import copy
import operator
import pickle

import numpy as np
import pytest

from initlab import nd
from initlab.autograd import Tensor, pause, record
from initlab.errors import BadTypeError, BadValueError, InPlaceError, NoRuleError


@pytest.fixture
def leaf():
    x = Tensor(np.array([1.0, 2.0, 3.0]))
    x.attach_grad()
    return x


def test_asarray_does_not_copy(leaf):
    assert np.asarray(leaf) is leaf.array
    assert np.shares_memory(np.asarray(leaf), leaf.array)


def test_it_prints_as_numpy_prints(leaf):
    assert repr(leaf) == repr(leaf.array)
    assert str(leaf) == str(leaf.array)
    assert f"{leaf.sum():.2f}" == "6.00"


def test_numbers_come_out_of_single_values():
    one = Tensor([2])
    assert (float(one), int(one), one.item(), one.asscalar()) == (2.0, 2, 2, 2)
    assert [10, 20, 30][Tensor(2)] == 30
    assert bool(Tensor([0.0])) is False


def test_asnumpy_copies_and_detach_does_not(leaf):
    leaf.asnumpy()[:] = 9
    assert leaf.tolist() == [1, 2, 3]
    leaf.detach()[:] = 9
    assert leaf.tolist() == [9, 9, 9]


BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.mod]
COMPARING = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


@pytest.mark.parametrize("op", [*BINARY, operator.floordiv, *COMPARING])
def test_operators_agree_with_arrays_on_both_sides(op):
    a, b = np.array([1.0, 2.0, 3.0]), np.array([3.0, 2.0, 1.0])
    for x, y in [(Tensor(a), Tensor(b)), (Tensor(a), b), (a, Tensor(b)), (Tensor(a), 2), (2, a)]:
        got = op(x, y)
        expected = op(np.asarray(x), np.asarray(y))
        np.testing.assert_array_equal(np.asarray(got), expected)
    assert type(op(a, Tensor(b))) is Tensor


def test_matmul_and_bits_have_operators():
    eye, yes = Tensor(np.eye(2)), Tensor([True, False])
    assert (np.ones(2) @ eye).tolist() == [1, 1]
    assert (~yes).tolist() == [False, True]
    assert ((yes & True) | False).tolist() == [True, False]


@pytest.mark.parametrize("scalar", [2, 2.0, True])
def test_python_scalars_leave_float32_alone(scalar):
    x = Tensor(np.ones(2, np.float32))
    assert all(op(x, scalar).dtype == np.float32 for op in BINARY)
    assert all(op(scalar, x).dtype == np.float32 for op in BINARY)


def test_writes_outside_a_recording_go_through_views(leaf):
    view = leaf[1:]
    view[...] = 7
    view += 1
    leaf[leaf < 2] = 0
    assert leaf.tolist() == [0, 8, 8]


def test_out_writes_into_a_tensor_and_returns_it():
    x = Tensor(np.zeros(2))
    assert np.add(x, 1, out=x) is x
    assert np.sum(np.ones((2, 2)), axis=0, out=x) is x
    assert x.tolist() == [2, 2]


@pytest.mark.parametrize(
    "write",
    [
        lambda x: x.__setitem__(0, 5),
        lambda x: operator.iadd(x, 1),
        lambda x: operator.imul(x[1:], 2),
        lambda x: np.add(x, 1, out=x),
        lambda x: np.add(x, 1, out=np.zeros(3)),
        lambda x: np.cumsum(x, out=x),
        lambda x: Tensor(np.zeros(3)).__setitem__(slice(None), x),
    ],
)
def test_writes_inside_a_recording_are_refused_before_they_happen(leaf, write):
    with record(), pytest.raises(InPlaceError, match=r"shape \(\d,?\).*autograd\.pause"):
        write(leaf)
    assert leaf.tolist() == [1, 2, 3]


def test_writes_to_unrecorded_tensors_are_fine_in_a_recording(leaf):
    free = Tensor(np.zeros(3))
    with record():
        free += 1
        with pause():
            leaf[:] = free
    assert leaf.tolist() == [1, 1, 1]


def test_a_function_without_rule_is_named():
    with pytest.raises(NoRuleError, match=r"numpy\.fft\.fft has no rule .*np\.asarray"):
        np.fft.fft(Tensor([1.0]))
    with pytest.raises(NoRuleError, match=r"numpy\.add\.accumulate\(\) has no rule"):
        np.add.accumulate(Tensor([1.0]))
    with pytest.raises(NoRuleError, match=r"numpy\.spacing has no rule"):
        np.spacing(Tensor([1.0]))


def test_a_recorded_ufunc_with_keywords_is_refused(leaf):
    with record(), pytest.raises(NoRuleError, match=r"numpy\.add\(where=\)"):
        np.add(leaf, 1, where=[True, False, True])


def test_a_keyword_that_a_rule_does_not_know_is_refused_when_recorded(leaf):
    with record(), pytest.raises(NoRuleError, match=r"sum\(where=\) has no rule"):
        np.sum(leaf, where=[True, False, True])
    assert np.sum(leaf, where=[True, False, True]).item() == 4


def test_where_without_choices_gives_places(leaf):
    assert leaf[np.where(leaf > 1)].tolist() == [2, 3]


def test_keyword_tensors_are_differentiated(leaf):
    with record():
        y = np.tensordot(a=leaf, b=leaf, axes=1)
    y.backward()
    assert leaf.grad.tolist() == [2, 4, 6]


@pytest.mark.parametrize(
    "query",
    [np.shape, np.argmax, np.argsort, np.isfinite, np.any, np.zeros_like, np.unique, np.floor],
)
def test_questions_without_derivative_agree_with_numpy(leaf, query):
    np.testing.assert_array_equal(np.asarray(query(leaf)), query(leaf.array))


def test_methods_agree_with_numpy():
    a = np.random.default_rng(0).normal(size=(2, 3))
    t = Tensor(a)
    for name in ["sum", "mean", "prod", "max", "min", "var", "std", "cumsum", "ravel", "flatten"]:
        np.testing.assert_allclose(np.asarray(getattr(t, name)()), getattr(a, name)(), rtol=1e-14)
    for name in ["argmax", "argmin", "argsort", "any", "all", "copy", "transpose", "squeeze"]:
        np.testing.assert_array_equal(np.asarray(getattr(t, name)()), getattr(a, name)())
    for name in ["exp", "tanh", "square", "sign", "abs"]:
        np.testing.assert_array_equal(np.asarray(getattr(t, name)()), getattr(np, name)(a))
    assert t.T.shape == t.reshape(3, 2).shape == t.reshape((3, -1)).shape == t.swapaxes(0, 1).shape
    assert t.softmax().sum(1).tolist() == pytest.approx([1, 1])
    assert [row.tolist() for row in t] == a.tolist()
    assert (len(t), t.ndim, t.size) == (2, 2, 6)


def test_tensors_are_hashed_by_identity_and_pickled_by_value(leaf):
    assert {leaf: 1}[leaf] == 1
    other = pickle.loads(pickle.dumps(leaf))
    assert other.tolist() == leaf.tolist()
    assert not np.shares_memory(copy.deepcopy(leaf).array, leaf.array)


def test_attach_grad_starts_with_zeros_and_keeps_one_object(leaf):
    grad = leaf.grad
    assert grad.tolist() == [0, 0, 0]
    with record():
        y = leaf * 2
    y.backward()
    assert leaf.grad is grad
    assert grad.tolist() == [2, 2, 2]


def test_gradients_write_add_or_are_null():
    written, added, none = (nd.ones(1) for _ in range(3))
    for x, req in [(written, "write"), (added, "add"), (none, "null")]:
        x.attach_grad(req)
        assert x.grad_req == req
    for _ in range(3):
        with record():
            y = (written + added) * none + written
        y.backward()
    assert (written.grad.tolist(), added.grad.tolist(), none.grad) == ([2], [3], None)


def test_attach_grad_refuses_what_has_no_gradient():
    with pytest.raises(BadValueError, match="'write', 'add', or 'null', but got 'sum'"):
        nd.ones(1).attach_grad("sum")
    with pytest.raises(BadTypeError, match="dtype int64 has no gradient: cast it"):
        Tensor(np.arange(2)).attach_grad()
    with pytest.raises(BadValueError, match=r"shape \(1,\), float32 cannot land in one of shape"):
        nd.ones(1).bind_grad(nd.ones(2))
