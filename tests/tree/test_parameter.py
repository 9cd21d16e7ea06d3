from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from initlab import init, nd
from initlab.autograd import record
from initlab.errors import (
    BadTypeError,
    BadValueError,
    DeferredInitializationError,
    NotInitializedError,
    ShapeError,
)
from initlab.tree import Parameter


class Fails(init.Initializer):
    def _init_weight(self, name, data):
        data[:] = 7
        raise BadValueError("no more numbers")


def made(shape=(2, 3), how="ones", **options):
    parameter = Parameter("w", shape=shape, **options)
    parameter.initialize(how)
    return parameter


def deferred(**options):
    parameter = Parameter("w", shape=(4, 0), allow_deferred_init=True, **options)
    parameter.initialize("ones")
    return parameter


# ---- what it is
def test_it_prints_its_name_shape_and_precision():
    made = Parameter("w", shape=(3, 0), dtype="float32")
    assert repr(made) == "Parameter w (shape=(3, 0), dtype=float32)"


def test_its_precision_prints_as_it_was_written():
    assert repr(Parameter("w")) == "Parameter w (shape=None, dtype=<class 'numpy.float32'>)"


def test_one_number_is_a_vectors_shape():
    assert Parameter("w", shape=3).shape == (3,)


def test_dimensions_that_are_unknown_can_be_set_and_stay():
    parameter = Parameter("w", shape=(4, 0))
    assert not parameter.known
    parameter.shape = (4, 5)
    assert parameter.known
    with pytest.raises(
        ShapeError,
        match=r"'w' has shape \(4, 5\), which \(4, 6\) does not fit: only dimensions that are 0",
    ):
        parameter.shape = (4, 6)
    assert parameter.shape == (4, 5)


@pytest.mark.parametrize("new", [(3, 5), (4,), (4, 5, 1), 4])
def test_a_shape_of_another_rank_or_known_dimension_is_refused(new):
    with pytest.raises(ShapeError, match="does not fit"):
        Parameter("w", shape=(4, 0)).shape = new


def test_even_the_rank_may_be_unknown():
    parameter = Parameter("w")
    parameter.shape = (2, 3)
    assert parameter.shape == (2, 3)


def test_negative_dimensions_are_refused_at_first_and_later():
    with pytest.raises(BadValueError, match=r"cannot be negative, got \(4, -1\); 0 is unknown"):
        Parameter("w", shape=(4, -1))
    with pytest.raises(BadValueError, match=r"cannot be negative, got \(-1,\); 0 is unknown"):
        Parameter("w").shape = -1


def test_dimensions_are_whole_numbers():
    with pytest.raises(BadTypeError, match=r"must be whole numbers, got \(2.5, 0\)"):
        Parameter("w", shape=(2.5, 0))
    assert [type(n) for n in Parameter("w", shape=np.array([2, 3])).shape] == [int, int]


def test_learning_rate_and_weight_decay_are_as_the_optimizer_has_them_unless_multiplied():
    parameter = Parameter("w")
    assert (parameter.lr_mult, parameter.wd_mult) == (1, 1)


def test_the_spec_is_what_the_layer_declared():
    axes = {"in_axes": (0,), "out_axes": (1,)}
    spec = Parameter("w", shape=(5, 3), dtype="float64", role="embedding", **axes).spec
    assert spec == init.ParameterSpec(
        (5, 3), np.dtype("float64"), init.Role.embedding, **axes, name="w"
    )


# ---- first values
@pytest.mark.parametrize(
    ("explicit", "own", "default", "value"),
    [
        (init.Constant(1), init.Constant(2), init.Constant(3), 1),
        (None, init.Constant(2), init.Constant(3), 2),
        (None, None, init.Constant(3), 3),
        ("ones", None, "zeros", 1),
        ('["constant", {"value": 5}]', None, "zeros", 5),
    ],
)
def test_explicit_beats_own_beats_default(explicit, own, default, value):
    parameter = Parameter("w", shape=(2,), init=own)
    parameter.initialize(explicit, default_init=default)
    assert_array_equal(parameter.data(), np.full(2, value, "float32"), strict=True)


def test_an_explicit_initializer_is_not_remembered():
    parameter = Parameter("w", shape=(2,), init="zeros")
    parameter.initialize("ones")
    parameter.initialize(force_reinit=True)
    assert_array_equal(parameter.data(), [0, 0])


def test_with_nothing_said_values_are_uniform_within_7_hundredths():
    values = np.asarray(made((200, 200), None).data())
    # Var U[-c, c) = c^2/3; kurtosis 9/5, so the standard error of the variance is
    # sqrt((9/5 - 1)/n) of it
    error = np.sqrt(0.8 / values.size)
    assert abs(values.var() / (0.07**2 / 3) - 1) < 4 * error
    assert abs(values).max() <= 0.07


def test_a_second_initialize_warns_and_changes_nothing():
    parameter = made()
    with pytest.warns(
        UserWarning,
        match=r"^Parameter 'w' is already initialized, ignoring. Set force_reinit=True to re-init",
    ):
        parameter.initialize("zeros")
    assert_array_equal(parameter.data(), np.ones((2, 3)))


def test_force_reinit_makes_new_arrays_and_old_handles_keep_the_old_values():
    parameter = made()
    data, gradient = parameter.data(), parameter.grad()
    gradient.array[...] = 5
    parameter.initialize("zeros", force_reinit=True)
    assert_array_equal(parameter.data(), np.zeros((2, 3)))
    assert_array_equal(parameter.grad(), np.zeros((2, 3)))
    assert_array_equal(data, np.ones((2, 3)))
    assert_array_equal(gradient, np.full((2, 3), 5))


def test_a_forced_draw_that_fails_loses_nothing():
    parameter = made()
    parameter.grad().array[...] = 5
    with pytest.raises(BadValueError, match="no more numbers"):
        parameter.initialize(Fails(), force_reinit=True)
    assert_array_equal(parameter.data(), np.ones((2, 3)))
    assert_array_equal(parameter.grad(), np.full((2, 3), 5))


def test_a_forced_draw_differs_and_the_seed_repeats_both():
    draws = []
    for _ in range(2):
        nd.random.seed(3)
        parameter = made((50,), "normal")
        first = parameter.data().copy()
        parameter.initialize("normal", force_reinit=True)
        draws.append((first, parameter.data().copy()))
    assert not np.any(draws[0][0] == draws[0][1])
    assert_array_equal(draws[0], draws[1])


def test_parameters_of_other_names_draw_other_values():
    a, b = Parameter("a", shape=(50,)), Parameter("b", shape=(50,))
    a.initialize()
    b.initialize()
    assert not np.any(np.asarray(a.data() == b.data()))


@pytest.mark.parametrize("init_", [init.Xavier, 3])
def test_what_is_no_initializer_is_refused_and_nothing_is_lost(init_):
    parameter = made()
    with pytest.raises(BadTypeError, match=r"an Initializer or a registered name, got .*'xavier'"):
        parameter.initialize(init_, force_reinit=True)
    assert_array_equal(parameter.data(), np.ones((2, 3)))


@pytest.mark.parametrize("shape", [(4, 0), None, ()])
def test_without_a_shape_and_leave_to_wait_initialize_refuses(shape):
    with pytest.raises(
        ShapeError, match=r"Cannot initialize Parameter 'w' because .* Give every dimension"
    ):
        Parameter("w", shape=shape).initialize()


# ---- waiting for a shape
def test_data_that_wait_for_a_shape_say_so():
    with pytest.raises(
        DeferredInitializationError,
        match=r"'w' has not been initialized yet because .* deferred.*pass one batch of data",
    ):
        deferred().data()


def test_the_latest_pending_initializer_counts_without_a_warning():
    parameter = deferred()
    parameter.initialize("zeros")
    parameter.shape = (4, 2)
    parameter.settle()
    assert_array_equal(parameter.data(), np.zeros((4, 2)))


def test_settling_draws_nothing_for_a_parameter_that_nobody_initialized():
    parameter = Parameter("w", shape=(2,))
    parameter.settle()
    assert not parameter.settled


def test_data_set_while_waiting_fill_the_shape_and_are_taken_up_when_it_settles():
    parameter = deferred()
    parameter.set_data(np.arange(8).reshape(4, 2))
    assert parameter.shape == (4, 2)
    with pytest.raises(DeferredInitializationError):
        parameter.data()
    parameter.settle()
    assert_array_equal(parameter.data(), np.arange(8, dtype="float32").reshape(4, 2), strict=True)


def test_a_new_initialize_forgets_data_that_were_set_while_waiting():
    parameter = deferred()
    parameter.set_data(np.zeros((4, 2)))
    parameter.initialize("ones")
    assert_array_equal(parameter.data(), np.ones((4, 2)))


# ---- reading and writing
def test_data_and_gradient_are_live():
    parameter = made()
    assert parameter.data() is parameter.data()
    assert parameter.grad() is parameter.grad()
    assert parameter.list_data()[0] is parameter.data()
    assert parameter.list_grad()[0] is parameter.grad()
    parameter.data()[0] = 3
    assert_array_equal(parameter.data(), [[3, 3, 3], [1, 1, 1]])


@pytest.mark.parametrize("ask", ["data", "grad", "list_data", "list_grad"])
def test_reading_before_initialize_says_to_call_it_on_the_net(ask):
    with pytest.raises(
        NotInitializedError, match=r"^Parameter 'w' has not been initialized\. .*net\.initialize\("
    ):
        getattr(Parameter("w", shape=(2,)), ask)()


def test_set_data_writes_in_place_and_keeps_the_precision():
    parameter = made()
    array = np.asarray(parameter.data())
    parameter.set_data(np.arange(6, dtype="float64").reshape(2, 3))
    assert_array_equal(array, np.arange(6, dtype="float32").reshape(2, 3), strict=True)


def test_set_data_refuses_another_shape_even_one_that_would_broadcast():
    parameter = made()
    with pytest.raises(ShapeError, match=r"'w' has shape \(2, 3\), which \(3,\) does not fit"):
        parameter.set_data([1, 2, 3])
    assert_array_equal(parameter.data(), np.ones((2, 3)))


def test_set_data_before_initialize_is_refused_and_leaves_the_shape_open():
    parameter = Parameter("w", shape=(2, 0))
    with pytest.raises(NotInitializedError, match=r"net\.initialize\(\)"):
        parameter.set_data([[1], [2]])
    assert parameter.shape == (2, 0)


def test_what_a_recording_computed_with_survives_set_data_and_forced_draws():
    parameter = made((2,))
    gradient = parameter.grad()
    with record():
        y = parameter.data() * parameter.data()
        parameter.set_data([5, 5])
        parameter.initialize(init.Constant(6), force_reinit=True)
    y.backward()
    assert_array_equal(gradient, [2, 2])  # 2w at w = 1
    assert_array_equal(parameter.data(), [6, 6])


def test_zero_grad_zeroes_in_place_and_is_harmless_without_a_gradient():
    parameter = made()
    gradient = np.asarray(parameter.grad())
    gradient[...] = 5
    parameter.zero_grad()
    assert_array_equal(gradient, np.zeros((2, 3)))
    Parameter("w", shape=(2,)).zero_grad()


def twice(parameter):
    """Run two backward passes of 3 w and return the gradient."""
    for _ in range(2):
        with record():
            y = (3 * parameter.data()).sum()
        y.backward()
    return parameter.grad()


def test_write_overwrites_add_accumulates():
    assert_array_equal(twice(made((2,), grad_req="write")), [3, 3])
    assert_array_equal(twice(made((2,), grad_req="add")), [6, 6])


def test_null_has_no_gradient_and_says_what_to_do():
    with pytest.raises(
        NotInitializedError,
        match=r"Cannot get gradient array for Parameter 'w' because grad_req='null'\. Set it to "
        r"'write' or 'add'",
    ):
        made(grad_req="null").grad()


def test_grad_req_can_change_to_null_and_back_to_a_new_zero_gradient():
    parameter = made((2,))
    parameter.grad().array[...] = 5
    parameter.grad_req = "null"
    parameter.grad_req = "write"
    assert_array_equal(parameter.grad(), [0, 0])


def test_setting_the_grad_req_that_is_there_keeps_the_gradient():
    parameter = made((2,))
    parameter.grad().array[...] = 5
    parameter.grad_req = "write"
    assert_array_equal(parameter.grad(), [5, 5])


def test_another_grad_req_is_refused_whether_differentiable_or_not():
    for differentiable in (True, False):
        with pytest.raises(
            BadValueError, match=r"must be one of 'write', 'add', or 'null', but got 'always'"
        ):
            Parameter("w", grad_req="always", differentiable=differentiable)


def test_what_is_not_differentiable_has_grad_req_null_for_good():
    parameter = made(differentiable=False)
    parameter.grad_req = "write"
    assert parameter.grad_req == "null"


def test_cast_converts_data_and_gradient_and_keeps_their_values():
    parameter = made((2,))
    parameter.grad().array[...] = [5, 6]
    parameter.cast("float64")
    assert_array_equal(parameter.data(), np.ones(2, "float64"), strict=True)
    assert_array_equal(parameter.grad(), np.array([5.0, 6.0]), strict=True)
    assert_array_equal(twice(parameter), np.array([3.0, 3.0]), strict=True)
    assert repr(parameter) == "Parameter w (shape=(2,), dtype=float64)"


def test_a_parameter_cast_while_it_waits_settles_in_the_new_precision():
    parameter = deferred()
    parameter.cast("float64")
    parameter.shape = (4, 2)
    parameter.settle()
    assert parameter.data().dtype == np.float64


def test_setting_the_dtype_casts():
    parameter = made((2,))
    parameter.dtype = "float64"
    assert parameter.data().dtype == np.float64


def test_whole_numbers_have_no_gradient():
    parameter = made((2,), dtype="int8")
    assert_array_equal(parameter.data(), np.ones(2, "int8"), strict=True)
    assert parameter.grad_req == "null"
    with pytest.raises(NotInitializedError, match="one of dtype int8 has no gradient"):
        parameter.grad()
    parameter.cast("float32")
    assert_array_equal(parameter.grad(), [0, 0])


@pytest.mark.parametrize("storage", ["stype", "grad_stype"])
def test_all_arrays_are_dense(storage):
    assert Parameter("w", shape=2, **{storage: "default"}).shape == (2,)
    with pytest.raises(BadValueError, match=f"{storage}='row_sparse'.*all arrays are dense"):
        Parameter("w", **{storage: "row_sparse"})
