from __future__ import annotations

import pickle

import numpy as np
import pytest

from initlab.errors import BadTypeError, BadValueError, ShapeError, UnknownNameError
from initlab.init import ParameterSpec, Role, create
from initlab.nd.random import stream

FANS = [  # spec, fan_in, fan_out, counted by hand
    (ParameterSpec((256, 20)), 20, 256),
    (ParameterSpec((32, 16, 3, 5)), 16 * 15, 32 * 15),
    (ParameterSpec((32, 4, 3), groups=4), 4 * 3, 8 * 3),
    (ParameterSpec((32, 1, 3, 3), groups=32), 9, 9),
    (ParameterSpec((32, 4, 3), in_axes=(0,), out_axes=(1,), groups=4), 8 * 3, 4 * 3),
    (ParameterSpec((500, 32), in_axes=(0,), out_axes=(1,)), 500, 32),
    (ParameterSpec((3, 3, 16, 32), in_axes=(2,), out_axes=(3,)), 16 * 9, 32 * 9),
    (ParameterSpec((3, 3, 16, 32), in_axes=(-2,), out_axes=(-1,)), 16 * 9, 32 * 9),
    (ParameterSpec((8, 64, 16), in_axes=(2,), out_axes=(1,), batch_axes=(0,)), 16, 64),
    (ParameterSpec((4, 16, 64), in_axes=(2,), out_axes=(0, 1)), 64, 64),
]


@pytest.mark.parametrize(("spec", "fan_in", "fan_out"), FANS)
def test_fans_are_inputs_summed_and_outputs_reached(spec, fan_in, fan_out):
    assert (spec.fan_in, spec.fan_out) == (fan_in, fan_out)


@pytest.mark.peers
@pytest.mark.parametrize("shape", [(256, 20), (32, 16, 3, 5), (8, 4, 3)])
def test_fans_are_torchs_where_nothing_is_grouped(shape):
    import torch

    peer = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
    spec = ParameterSpec(shape)
    assert (spec.fan_in, spec.fan_out) == peer


@pytest.mark.parametrize(
    "spec",
    [
        ParameterSpec((256,), name="dense0_bias"),
        ParameterSpec((256,), in_axes=(), name="dense0_bias"),
        ParameterSpec((256,), in_axes=(0,), out_axes=(), name="dense0_bias"),
    ],
)
@pytest.mark.parametrize("fan", ["fan_in", "fan_out"])
def test_a_vector_has_no_fans_and_the_message_says_what_to_take_instead(spec, fan):
    assert not spec.has_fans
    with pytest.raises(
        ShapeError,
        match=r"Parameter 'dense0_bias' of shape \(256,\) has no fan_in and fan_out: they need "
        r"axes .* Choose an initializer without fans for it: zeros, constant, uniform, normal\.",
    ):
        getattr(spec, fan)


def test_one_fan_may_be_known_before_the_other():
    spec = ParameterSpec((256, 0), name="w")
    assert spec.has_fans
    assert not spec.known
    assert spec.fan_out == 256
    with pytest.raises(
        ShapeError, match=r"'w' of shape \(256, 0\) has no fan_in yet.*forward pass.*input size"
    ):
        _ = spec.fan_in


def test_groups_that_do_not_divide_the_outputs_are_refused():
    with pytest.raises(ShapeError, match=r"has 10 outputs, which 4 groups"):
        _ = ParameterSpec((10, 3), groups=4).fan_out


def test_groups_that_do_not_divide_the_inputs_of_a_transposed_convolution_are_refused():
    spec = ParameterSpec((10, 3, 2), in_axes=(0,), out_axes=(1,), groups=4)
    with pytest.raises(ShapeError, match=r"has 10 inputs, which 4 groups do not divide"):
        _ = spec.fan_in


def test_fewer_than_one_group_is_refused():
    with pytest.raises(BadValueError, match=r"'w': groups must be at least 1, got 0"):
        ParameterSpec((4, 4), groups=0, name="w")


def test_a_negative_dimension_is_refused():
    with pytest.raises(
        BadValueError, match=r"Shape \(4, -1\) has a negative dim.*0 for an unknown"
    ):
        ParameterSpec((4, -1))


@pytest.mark.parametrize("shape", [(4, 2.5), 7, None])
def test_a_shape_that_is_no_sequence_of_integers_is_refused(shape):
    with pytest.raises(BadTypeError, match=r"A shape is a sequence of integers, got"):
        ParameterSpec(shape)


@pytest.mark.parametrize(
    "wrong", [{"groups": 1.5}, {"groups": "2"}, {"in_axes": ("a",)}, {"out_axes": 0}]
)
def test_groups_and_axes_that_are_no_integers_are_refused(wrong):
    with pytest.raises(BadTypeError, match=r"'w': groups and axes are integers, got .* \(in\)"):
        ParameterSpec((5, 2), name="w", **wrong)


@pytest.mark.parametrize(
    "axes", [{"in_axes": (0,)}, {"in_axes": (-2,)}, {"batch_axes": (1,)}, {"out_axes": (0, 0)}]
)
def test_an_axis_is_in_out_or_batch(axes):
    with pytest.raises(BadValueError, match=r"'w' of shape \(5, 2\) has an axis twice among"):
        ParameterSpec((5, 2), name="w", **axes)


def test_a_role_by_its_name_is_the_role_and_another_is_refused():
    assert ParameterSpec((4,), role="bias").role is Role.bias
    with pytest.raises(UnknownNameError, match=r"Unknown role 'bais'\. Did you mean 'bias'"):
        ParameterSpec((4,), role="bais")


def test_what_is_no_dtype_is_refused():
    with pytest.raises(BadTypeError, match=r"A dtype is one of NumPy's, .*, got 'flaot32'"):
        ParameterSpec((4,), "flaot32")


def test_lists_numpy_integers_and_dtype_names_are_taken():
    spec = ParameterSpec([np.int64(3), 4], "float64")
    assert spec == ParameterSpec((3, 4), np.dtype(np.float64))
    assert type(spec.shape[0]) is int


def test_the_name_is_no_part_of_what_it_is():
    spec = ParameterSpec((2, 3), name="a")
    assert spec == ParameterSpec((2, 3), name="b")
    assert len({spec, ParameterSpec((2, 3))}) == 1
    assert pickle.loads(pickle.dumps(spec)) == spec


def test_a_scalar_is_known_and_has_no_fans():
    assert ParameterSpec(()).known
    assert not ParameterSpec(()).has_fans


@pytest.mark.parametrize("name", ["bilinear", "cosine", "hadamard", "sinusoidal", "stft", "he"])
def test_what_needs_axes_refuses_a_scalar(name):
    with pytest.raises(
        ShapeError, match=r"of shape \(\) has no fan_in and fan_out: they need axes"
    ):
        create(name)(ParameterSpec(()), stream(0, "w"))


def test_an_unnamed_parameter_is_called_by_its_role():
    with pytest.raises(ShapeError, match=r"A parameter \(role gain\) of shape \(8,\)"):
        _ = ParameterSpec((8,), role=Role.gain).fan_in
