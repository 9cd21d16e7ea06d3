from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from initlab.errors import BadTypeError, BadValueError, NameTakenError, UnknownNameError
from initlab.tree import Constant, Parameter, ParameterDict


def filled():
    params = ParameterDict("net_")
    params.get("w", shape=(3, 4), dtype="float32")
    params.get("b", shape=(3,), dtype="float32", init="zeros")
    return params


def test_it_prints_its_prefix_and_its_parameters_in_order():
    assert repr(filled()) == (
        "net_ (\n"
        "  Parameter net_w (shape=(3, 4), dtype=float32)\n"
        "  Parameter net_b (shape=(3,), dtype=float32)\n"
        ")"
    )


def test_it_prints_as_gluon_when_it_is_empty_or_has_no_prefix():
    assert repr(ParameterDict("net_")) == "net_ (\n\n)"
    assert repr(ParameterDict()) == "(\n\n)"


def test_it_is_a_mapping_by_full_names_and_true_even_when_empty():
    params = filled()
    assert list(params) == list(params.keys()) == ["net_w", "net_b"]
    assert "net_w" in params
    assert "w" not in params
    assert len(params) == 2
    assert list(params.items()) == [("net_w", params["net_w"]), ("net_b", params["net_b"])]
    assert bool(ParameterDict())


def test_a_name_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(
        UnknownNameError, match=r"Unknown parameter 'net_ww'\. Did you mean 'net_w'\?"
    ):
        filled()["net_ww"]


def test_get_makes_a_parameter_once():
    params = filled()
    assert params.get("w") is params["net_w"]
    assert params.get("w", shape=(3, 4), dtype=np.float32) is params["net_w"]


@pytest.mark.parametrize(
    ("stored", "wanted", "merged"),
    [
        ((3, 0), (0, 4), (3, 4)),
        ((3, 4), (3, 0), (3, 4)),
        ((0, 0), (3, 4), (3, 4)),
        (None, (3, 4), (3, 4)),
        ((0,), 3, (3,)),
    ],
)
def test_get_merges_what_either_side_knows_of_the_shape(stored, wanted, merged):
    params = ParameterDict()
    params.get("w", shape=stored)
    assert params.get("w", shape=wanted).shape == merged


def test_get_fills_what_was_left_open():
    params = filled()
    assert params.get("w", init="ones").init == "ones"


@pytest.mark.parametrize(
    ("attribute", "wanted", "stored"),
    [
        ("shape", (5, 4), r"'\(3, 4\)'"),
        ("shape", (3,), r"'\(3, 4\)'"),
        ("dtype", "float64", "'float32'"),
        ("grad_req", "null", "'write'"),
    ],
)
def test_get_refuses_an_attribute_that_disagrees(attribute, wanted, stored):
    with pytest.raises(
        BadValueError,
        match=rf"Cannot retrieve Parameter 'net_w' .* attribute '{attribute}': desired .* vs "
        rf"stored {stored}\. Blocks that share a Parameter must agree on it",
    ):
        filled().get("w", **{attribute: wanted})


def test_get_refuses_an_attribute_that_no_parameter_has_whether_it_exists_or_not():
    for params in (ParameterDict("net_"), filled()):
        with pytest.raises(TypeError, match="colour"):
            params.get("w", colour="red")


def test_get_refuses_one_name_for_a_parameter_of_unknown_rank_twice():
    params = ParameterDict()
    params.get("w", shape=(3,))
    assert params.get("w", shape=None).shape == (3,)


def test_the_role_and_the_axes_are_the_first_blocks_to_say():
    params = ParameterDict()
    params.get("w", shape=(5, 3), role="embedding", in_axes=(0,), out_axes=(1,))
    again = params.get("w", shape=(5, 3), role="weight", in_axes=(1,), out_axes=(0,))
    assert (again.role, again.in_axes, again.out_axes) == ("embedding", (0,), (1,))


def test_get_looks_in_the_shared_dictionary_before_it_makes_one():
    owner = filled()
    sharer = ParameterDict("net_", owner)
    assert sharer.get("w") is owner["net_w"]
    assert list(sharer) == ["net_w"]
    assert sharer.get("own", shape=(1,)).name == "net_own"
    assert "net_own" not in owner


def test_update_refuses_two_parameters_of_one_name_and_adds_nothing():
    params, other = filled(), ParameterDict("net_")
    other.get("fresh")
    other.get("w")
    with pytest.raises(
        NameTakenError, match=r"Two different Parameters are named 'net_w'.*prefix.*name_scope\(\)"
    ):
        params.update(other)
    assert "net_fresh" not in params
    params.update(filled_with(params["net_w"]))


def filled_with(parameter):
    params = ParameterDict()
    params.adopt(parameter)
    return params


def test_replacing_keeps_the_place_and_takes_the_new_name():
    params = filled()
    other = Parameter("other_w")
    params.replace(params["net_w"], other)
    assert list(params.items()) == [("other_w", other), ("net_b", params["net_b"])]


def test_initialize_is_a_default_for_those_without_their_own():
    params = filled()
    params.initialize("ones")
    assert_array_equal(params["net_w"].data(), np.ones((3, 4)))
    assert_array_equal(params["net_b"].data(), np.zeros(3))


def test_initialize_refuses_a_class():
    with pytest.raises(BadTypeError, match=r"got <class 'int'>\. Write init\.Xavier\(\)"):
        filled().initialize(int)


def test_initialize_wants_an_initializer():
    with pytest.raises(BadTypeError, match="an Initializer or a registered name, got None"):
        filled().initialize(None)


def test_a_bad_initializer_is_refused_before_anything_is_drawn():
    params = filled()
    params.initialize("ones")
    with pytest.raises(UnknownNameError):
        params.initialize("onse", force_reinit=True)
    assert_array_equal(params["net_w"].data(), np.ones((3, 4)))


def test_verbose_logs_the_draws_of_this_call_only(caplog):
    caplog.set_level("INFO", "initlab")
    filled().initialize("ones", verbose=True)
    assert caplog.messages == [
        "Initialized net_w as Ones(): 1",
        "Initialized net_b as Zeros(): 0",
    ]
    caplog.clear()
    filled().initialize()
    assert caplog.messages == []


def test_setattr_refuses_what_no_parameter_has():
    with pytest.raises(BadTypeError, match=r"'net_w' has no attribute 'lr_mul'\. It has lr_mult"):
        filled().setattr("lr_mul", 2)


# ---- constants
def test_a_constant_is_made_once_and_keeps_its_value_when_the_net_is_initialized():
    params = ParameterDict("net_")
    mask = params.get_constant("mask", [[1, 2], [3, 4]])
    assert params.get_constant("mask") is mask
    assert params.get_constant("mask", [[1, 2], [3, 4]]) is mask
    params.initialize("ones")
    assert_array_equal(mask.data(), np.array([[1, 2], [3, 4]], "float32"), strict=True)
    assert repr(mask) == "Constant net_mask (shape=(2, 2), dtype=<class 'numpy.float32'>)"


def test_a_constant_changes_by_set_data_or_an_initializer_of_its_own_call():
    mask = Constant("mask", [1, 2])
    mask.initialize()
    mask.set_data([5, 6])
    assert_array_equal(mask.data(), [5, 6])
    mask.initialize("ones", force_reinit=True)
    assert_array_equal(mask.data(), [1, 1])


def test_a_constant_has_no_gradient_and_cannot_be_given_one():
    mask = Constant("mask", [1, 2])
    mask.initialize()
    with pytest.warns(UserWarning, match=r"'mask' does not support grad_req other than 'null'"):
        mask.grad_req = "write"
    assert mask.grad_req == "null"
    with pytest.raises(RuntimeError, match="because grad_req='null'"):
        mask.grad()


def test_a_constant_that_is_not_there_or_disagrees_is_refused():
    params = filled()
    params.get_constant("mask", [1, 2])
    with pytest.raises(KeyError, match="Unknown constant 'net_other'"):
        params.get_constant("other")
    with pytest.raises(BadValueError, match=r"'net_mask' already exists but its value doesn't"):
        params.get_constant("mask", [1, 3])
    with pytest.raises(BadValueError, match=r"'net_w' already exists but it is not a constant"):
        params.get_constant("w", np.ones((3, 4)))


def test_zero_grad_and_setattr_reach_all_of_them():
    params = filled()
    params.initialize()
    for parameter in params.values():
        parameter.grad().array[...] = 3
    params.zero_grad()
    assert all(not np.any(np.asarray(p.grad())) for p in params.values())
    params.setattr("grad_req", "null")
    assert [p.grad_req for p in params.values()] == ["null", "null"]
