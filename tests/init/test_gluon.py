"""What Gluon code does with initializers besides handing them to a net."""

from __future__ import annotations

import json
import warnings
from math import prod

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import nd
from initlab.errors import BadTypeError, BadValueError, DataError, ShapeError
from initlab.init import (
    ICNR,
    Bilinear,
    Centred,
    Constant,
    InitDesc,
    Initializer,
    Load,
    LSTMBias,
    Masked,
    Mixed,
    MSRAPrelu,
    Normal,
    One,
    Orthogonal,
    ParameterSpec,
    Scaled,
    Spectral,
    Uniform,
    Xavier,
    Zero,
    alias,
    create,
    register,
)
from initlab.init.registry import REGISTRY
from initlab.nd.random import stream


class Biased(Initializer):
    def _init_weight(self, name, data):
        data[:] = 5

    def _init_bias(self, name, data):
        data[:] = 6


@pytest.fixture
def registry():
    before = dict(REGISTRY)
    yield REGISTRY
    REGISTRY.clear()
    REGISTRY.update(before)


# ---- a call with a name and an array
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a_weight", 3), ("a_bias", 0), ("a_beta", 0), ("a_gamma", 1), ("a_min", 0), ("a_max", 1),
    ],
)  # fmt: skip
def test_the_names_ending_says_which_rule_fills_the_array(name, value):
    array = nd.full((2,), 9)
    assert Constant(3)(InitDesc(name), array) is None
    assert_array_equal(array, [value, value])


def test_a_name_of_another_ending_is_refused_with_those_that_there_are():
    with pytest.raises(BadValueError, match=r"pattern for 'moving_mean': a name ends in one of w"):
        Constant(3)(InitDesc("moving_mean"), nd.zeros((2,)))


def test_plain_text_is_deprecated_and_knows_running_averages_too():
    array = nd.full((2,), 9)
    for name, value in (("a_moving_mean", 0), ("a_moving_var", 1), ("a_weight", 3)):
        with pytest.warns(DeprecationWarning, match=rf"write init\.InitDesc\('{name}'\)"):
            Constant(3)(name, array)
        assert_array_equal(array, [value, value])


def test_a_subclass_may_have_a_rule_of_its_own_for_biases():
    weight, bias = nd.zeros((2,)), nd.zeros((2,))
    Biased()(InitDesc("weight"), weight)
    Biased()(InitDesc("bias"), bias)
    assert_array_equal([weight, bias], [[5, 5], [6, 6]])


def test_pure_rules_have_the_method_of_the_chapters_level_too():
    array = nd.empty((1, 1, 4, 4))
    Bilinear()._init_weight(None, array)
    row = np.array([1, 3, 3, 1]) / 4
    assert_array_equal(array[0, 0], np.outer(row, row))


def test_a_direct_call_draws_from_nd_random():
    nd.random.seed(5)
    one, other = nd.zeros((9,)), nd.zeros((9,))
    Uniform(2)(InitDesc("a_weight"), one)
    nd.random.seed(5)
    Uniform(2)(InitDesc("b_weight"), other)
    assert_array_equal(one, other)
    assert abs(np.asarray(one)).max() > 0.5


def test_xavier_refuses_a_vector():
    with pytest.raises(ValueError, match=r"'a_weight' of shape \(3,\) has no fan_in"):
        Xavier()(InitDesc("a_weight"), nd.zeros((3,)))


# ---- JSON
@pytest.mark.parametrize(
    ("init", "text"),
    [
        (Zero(), '["zero", {}]'),
        (One(), '["one", {}]'),
        (Constant(3), '["constant", {"value": 3}]'),
        (Constant([1, 2]), '["constant", {"value": [1, 2]}]'),
        (Uniform(), '["uniform", {"scale": 0.07}]'),
        (Normal(), '["normal", {"sigma": 0.01}]'),
        (Normal(mean=1.0), '["normal", {"sigma": 0.01, "mean": 1.0}]'),
        (
            Xavier("gaussian", "in", 2),
            '["xavier", {"rnd_type": "gaussian", "factor_type": "in", "magnitude": 2}]',
        ),
        (MSRAPrelu(), '["msraprelu", {"factor_type": "avg", "slope": 0.25}]'),
        (Orthogonal(), '["orthogonal", {"scale": 1.414, "rand_type": "uniform"}]'),
        (Bilinear(), '["bilinear", {}]'),
        (LSTMBias(), '["lstmbias", {"forget_bias": 1.0}]'),
    ],
)
def test_dumps_writes_what_create_reads(init, text):
    assert init.dumps() == text
    assert create(text) == init


@pytest.mark.parametrize(
    "init",
    [
        Scaled(0.5, of=Centred(Xavier("gaussian", "in", 2))),
        ICNR(2, of=Normal(0.5)),
        Spectral(of=Normal(0.5)),
        Masked(Normal(1.0), mask=np.eye(3)),
    ],
)
def test_initializers_within_others_are_read_again_too(init):
    again = create(init.dumps())
    spec = ParameterSpec((4, 3, 2, 2) if isinstance(init, ICNR) else (3, 3))
    assert_array_equal(again(spec, stream(0, "w")), init(spec, stream(0, "w")))
    assert again == init


def test_a_plain_subclass_dumps_what_it_was_made_with():
    class Mine(Initializer):
        def __init__(self, value):
            super().__init__(value=value)

    assert json.loads(Mine(3).dumps()) == ["mine", {"value": 3}]
    assert Mine(3) == Mine(3) != Mine(4)
    assert repr(Mine(3)) == "Mine(value=3)"


# ---- registering
def test_a_registered_class_is_known_by_its_name_in_any_case_and_its_aliases(registry):
    register(alias("half", "Fifty")(Biased))
    for name in ("biased", "BIASED", "half", "fifty", '["biased", {}]'):
        assert type(create(name)) is Biased


def test_a_name_that_is_taken_goes_to_the_new_class_with_a_warning(registry):
    with pytest.warns(UserWarning, match=r"'normal' was initlab.*\.Normal and is now .*Biased"):
        alias("normal")(Biased)
    assert type(create("normal")) is Biased
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        alias("normal")(Biased)


@pytest.mark.parametrize("thing", [int, Biased(), "biased"])
def test_only_initializer_classes_can_be_registered(registry, thing):
    with pytest.raises(BadTypeError, match="Only subclasses of Initializer can be registered"):
        register(thing)


# ---- laws
@pytest.mark.parametrize("rand_type", ["uniform", "normal"])
@pytest.mark.parametrize("shape", [(256, 20), (20, 256), (8, 4, 3, 3)])
def test_orthogonal_has_orthogonal_vectors_of_length_scale_along_the_short_side(rand_type, shape):
    spec = ParameterSpec(shape, np.dtype("float64"))
    matrix = Orthogonal(1.414, rand_type)(spec, stream(0, "w")).reshape(shape[0], -1)
    short = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    assert_allclose(short @ short.T, 1.414**2 * np.eye(len(short)), atol=1e-12)
    mean_square = (matrix**2).mean()
    assert mean_square == pytest.approx(Orthogonal(1.414, rand_type).variance(spec), rel=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(1, 1), (300, 300), (300, 301), (500, 7, 3), (30, 40)])
def test_orthogonal_is_the_singular_vectors_of_the_drawn_matrix_up_to_their_signs(shape, dtype):
    """By LAPACK's divide and conquer; in single precision rounded, in double to 1 / the gaps."""
    matrix = Orthogonal(1.0)(ParameterSpec(shape, dtype), stream(0, "w")).reshape(shape[0], -1)
    drawn = 2 * stream(0, "w").random(matrix.shape, np.float32).astype(np.float64) - 1
    u, _, v = np.linalg.svd(drawn, full_matrices=False)
    theirs = u if u.shape == drawn.shape else v
    along = 0 if shape[0] >= prod(shape[1:]) else 1
    signs = np.sign((matrix * theirs).sum(axis=along, keepdims=True))
    close = {"float32": 1e-7, "float64": 1e-10}[dtype]
    assert_allclose(matrix * signs, theirs, atol=close)


def test_orthogonal_names_its_laws():
    with pytest.raises(BadValueError, match=r"rand_type must be one of uniform, normal, got 'haar"):
        Orthogonal(1, "haar")


def test_bilinear_upsamples_a_ramp_to_a_ramp():
    # a transposed convolution of stride 2 with it interpolates: inside, steps of 1 become 1/2
    kernel = Bilinear()(ParameterSpec((1, 1, 4, 4)), None)[0, 0]
    ramp = np.arange(8.0)
    wide = np.zeros(16)
    wide[::2] = ramp
    assert_allclose(np.diff(np.convolve(wide, kernel[1] / kernel[1].max() * 0.75))[4:-6], 0.5)
    with pytest.raises(ShapeError, match=r"\(3, 3\) is no weight of a convolution, which bil"):
        Bilinear()(ParameterSpec((3, 3)), None)


def test_lstm_bias_fills_the_second_of_four_gates():
    made = LSTMBias(2.0)(ParameterSpec((8,)), None)
    assert made.tolist() == [0, 0, 2, 2, 0, 0, 0, 0]
    with pytest.raises(ShapeError, match=r"\(6,\) does not fall into the 4 gates"):
        LSTMBias()(ParameterSpec((6,)), None)


# ---- by name
def spec(name, shape=(2, 3)):
    return ParameterSpec(shape, name=name)


def test_load_gives_each_name_its_array_and_others_the_default(tmp_path):
    values = np.arange(6, dtype="float32").reshape(2, 3)
    nd.save(tmp_path / "w", {"arg:a": values})
    for load in (Load({"a": values}, "ones"), Load(tmp_path / "w", One())):
        drawn = load(spec("a"), None)
        assert_array_equal(drawn, values, strict=True)
        assert not np.shares_memory(drawn, values)
        assert_array_equal(load(spec("b"), None), np.ones((2, 3)))
        assert load.variance(spec("a")) == pytest.approx(35 / 12)


def test_load_without_a_default_refuses_a_name_that_it_lacks():
    with pytest.raises(
        BadValueError,
        match=r"'a_wieght': it is not among .* \(nearest: a_weight\).*load_parameters",
    ):
        Load({"a_weight": [1]})(spec("a_wieght"), None)


def test_load_prints_short_in_tables(tmp_path):
    nd.save(tmp_path / "w.safetensors", {"a": np.ones(2)})
    assert str(Load(tmp_path / "w.safetensors")) == "Load(w.safetensors)"
    assert str(Load({"a": [1], "b": [2]})) == "Load(2 arrays)"


def test_load_refuses_another_shape():
    with pytest.raises(ShapeError, match=r"'a' cannot .* has shape \(2, 3\), what is loaded \(2,"):
        Load({"a": [1, 2]})(spec("a"), None)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_loading_does_not_start_from_a_run_that_diverged(value):
    load = Load({"a": np.full((2, 3), value)})
    for ask in (lambda: load(spec("a"), None), lambda: load.law(spec("a"))):
        with pytest.raises(DataError, match=r"'a' .* not all of its values are finite.*load_param"):
            ask()
    with pytest.raises(BadValueError, match="constant: values must be finite"):
        create("constant", value=np.array([1, value]))


def test_load_says_in_the_log_where_values_come_from(caplog):
    caplog.set_level("INFO", "initlab")
    load = Load({"a": np.ones((2, 3))}, "ones", verbose=True)
    load(spec("a"), None)
    load(spec("b"), None)
    assert caplog.messages == ["Initialized a by loading", "Initialized b by default"]


def test_mixed_uses_the_first_pattern_that_matches_from_the_start():
    mixed = Mixed(["a_.*", ".*_bias", ".*"], [Constant(1), "zeros", Constant(2)])
    drawn = [mixed(spec(name), None)[0, 0] for name in ("a_bias", "b_bias", "b_a_weight")]
    assert drawn == [1, 0, 2]
    assert mixed.variance(spec("b_weight")) == 0


def test_mixed_called_with_a_name_and_an_array_goes_by_its_ending_too():
    array = nd.zeros((2,))
    mixed = Mixed([".*"], [Constant(7)])
    for name, value in (("a_weight", 7), ("a_gamma", 1)):
        mixed(InitDesc(name), array)
        assert_array_equal(array, [value, value])


def test_mixed_refuses_a_name_that_nothing_matches_and_lists_of_other_lengths():
    with pytest.raises(BadValueError, match=r"'b' did not match any pattern of \['a'\]\. Consider"):
        Mixed(["a"], [One()])(spec("b"), None)
    with pytest.raises(BadValueError, match="got 2 patterns and 1 initializers"):
        Mixed(["a", "b"], [One()])
