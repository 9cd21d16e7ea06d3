from __future__ import annotations

import pickle
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import autograd, init, nd
from initlab.errors import BadTypeError
from initlab.init import (
    Centred,
    Constant,
    EqualRows,
    Fixed,
    Formula,
    HaarOrthogonal,
    Identity,
    Independent,
    Initializer,
    Law,
    Normal,
    ParameterSpec,
    Placed,
    Scaled,
    Uniform,
    VarianceScaling,
    Xavier,
    create,
    initializers,
)
from initlab.nd import random

SPEC = ParameterSpec((4, 5), name="dense0_weight")


class Mine(Initializer):
    """The chapter's: U[-10, 10), and zero where that is nearer to zero than 5."""

    def _init_weight(self, name, data):
        data[:] = random.uniform(low=-10, high=10, shape=data.shape)
        data *= abs(data) >= 5


class Named(Initializer):
    def __init__(self, value, also=()):
        self.value, self.also = value, also

    def _init_weight(self, name, data):
        data[:] = len(name)


def test_the_chapters_level_fills_a_tensor_from_the_given_generator():
    drawn = Mine()(SPEC, random.stream(0, "w"))
    expected = random.stream(0, "w").random((4, 5), dtype=np.float32) * 20 - 10
    assert_array_equal(drawn, expected * (abs(expected) >= 5), strict=True)
    assert type(drawn) is np.ndarray


def test_the_chapters_level_is_told_the_parameters_name():
    assert_array_equal(Named(1)(SPEC, random.stream(0, "w")), np.full((4, 5), 13, np.float32))


def test_a_draw_inside_a_recording_is_not_recorded():
    with autograd.record():
        assert_array_equal(Mine()(SPEC, random.stream(0, "w")), Mine()(SPEC, random.stream(0, "w")))
        assert autograd.is_recording()


def test_a_subclass_that_defines_neither_level_says_what_to_define():
    class Idle(Initializer):
        pass

    with pytest.raises(NotImplementedError, match=r"Idle is an Initializer without __call__\(self"):
        Idle()(SPEC, random.stream(0, "w"))
    with pytest.raises(NotImplementedError, match=r"Idle is an .*, write\(self, spec, rng, out\)"):
        Idle().write(SPEC, random.stream(0, "w"), np.empty((4, 5)))


def test_a_plain_subclass_claims_nothing():
    assert Mine().variance(SPEC) is None
    assert Mine().law(SPEC) == Law()


SAME = [
    (Named(1), Named(1)),
    (Named(1), Named(1.0)),
    (Named([1, {"a": 2}]), Named([1, {"a": 2}])),
    (Named(np.arange(3)), Named(np.arange(3))),
    (Xavier(), Xavier("uniform", "avg", 3)),
    (Uniform(0.07), Uniform()),
]
OTHER = [
    (Named(1), Named(2)),
    (Named(1), Mine()),
    (Named(np.arange(3)), Named(np.arange(4))),
    (Named(np.zeros(2, "f4")), Named(np.zeros(1, "f8"))),
    (Xavier(), Xavier("gaussian")),
    (Uniform(0.07), Normal(0.07)),
    (Uniform(), "uniform"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_equal_type_and_options_make_equal_initializers_with_equal_hashes(a, b):
    assert a == b
    assert hash(a) == hash(b)


@pytest.mark.parametrize(("a", "b"), OTHER)
def test_another_type_or_option_makes_another_initializer(a, b):
    assert a != b


FROM_A_FILE = ("load", "mxnet.load", "weight_selection", "pretrained_statistics")


@pytest.fixture
def made(name, tmp_path):
    """The built-in of that name, from a file of one array where it needs one."""
    value = initializers()[name]
    if name not in FROM_A_FILE:
        return value() if isinstance(value, type) else value
    nd.save(tmp_path / "w.safetensors", {"w": np.ones((2, 3))})
    return value(str(tmp_path / "w.safetensors"))


@pytest.mark.parametrize("name", initializers())
def test_a_built_in_is_a_value_that_pickles_and_prints_as_python_that_makes_it(made):
    assert pickle.loads(pickle.dumps(made)) == made
    assert eval(repr(made), vars(init)) == made


def test_tables_show_choices_as_words_and_numbers_short():
    assert (
        str(Xavier("gaussian", "in", 2)) == "Xavier(rnd_type=gaussian, factor_type=in, magnitude=2)"
    )
    assert str(Constant(1 / 3)) == "Constant(value=0.333333)"


def test_tables_show_the_first_option_and_those_that_are_not_at_their_default():
    assert str(Uniform()) == "Uniform(scale=0.07)"
    assert str(VarianceScaling(2, "fan_out")) == "VarianceScaling(scale=2, mode=fan_out)"


def test_a_plain_subclass_prints_its_attributes():
    assert repr(Named(1, "x")) == "Named(value=1, also='x')"


@pytest.mark.parametrize("name", initializers())
def test_what_the_catalog_prints_of_a_built_in_is_one_whole_sentence(made):
    first = type(made).__doc__.splitlines()[0]
    assert first.endswith(".")
    assert "Initializer" not in first


@pytest.mark.parametrize(
    "made",
    [
        *(Uniform(), Normal(), Constant(3), Mine(), create("torch.constant", val=3), Identity(3.0)),
        *(HaarOrthogonal(3.0), Scaled(3.0, Normal()), Centred(Normal()), EqualRows()),
    ],
    ids=str,
)
@pytest.mark.parametrize("shape", [(4, 5), (300, 500)])  # the second is drawn in blocks
def test_what_is_written_is_what_a_call_returns(made, shape):
    spec, out = ParameterSpec(shape, name="w"), np.full(shape, np.nan, np.float32)
    made.write(spec, random.stream(0, "w"), out)
    assert_array_equal(out, made(spec, random.stream(0, "w")))


class Called(Uniform):
    def __call__(self, spec, rng):
        return super().__call__(spec, rng) / 2


class Written(Uniform):
    def write(self, spec, rng, out):
        super().write(spec, rng, out)
        out /= 2


class Filled(Uniform):
    def _init_weight(self, name, data):
        super()._init_weight(name, data)
        data /= 2


@pytest.mark.parametrize("halved", [Called(), Written(), Filled()])
def test_whichever_way_a_subclass_overrides_all_others_follow_it(halved):
    halves = Uniform()(SPEC, random.stream(0, "w")) / 2
    out, data = np.empty((4, 5), np.float32), nd.zeros((4, 5))
    halved.write(SPEC, random.stream(0, "w"), out)
    with random.drawing_from(random.stream(0, "w")):
        halved(init.InitDesc("w_weight"), data)
    for found in (out, data, halved(SPEC, random.stream(0, "w"))):
        assert_array_equal(np.asarray(found), halves, strict=True)


class Doubling:
    def __call__(self, spec, rng):
        return 2 * super().__call__(spec, rng)


class DoublingInPlace:
    def write(self, spec, rng, out):
        super().write(spec, rng, out)
        out *= 2


class Filling:
    def _init_weight(self, name, data):
        data[:] = 0.14 * random.uniform(-0.5, 0.5, shape=data.shape) * 2


class ByDoubling(Doubling, Uniform):
    pass


class ByDoublingInPlace(DoublingInPlace, Uniform):
    pass


class ByFilling(Filling, Initializer):
    pass


@pytest.mark.parametrize("made", [ByDoubling(), ByDoublingInPlace(), ByFilling()])
def test_whichever_way_a_mixin_overrides_all_others_follow_it(made):
    doubles = 2 * Uniform()(SPEC, random.stream(0, "w"))
    out, data = np.empty((4, 5), np.float32), nd.zeros((4, 5))
    made.write(SPEC, random.stream(0, "w"), out)
    with random.drawing_from(random.stream(0, "w")):
        made(init.InitDesc("w_weight"), data)
    for found in (out, data, made(SPEC, random.stream(0, "w"))):
        assert_allclose(np.asarray(found), doubles, rtol=1e-5, atol=1e-8)
    assert made.pure is not isinstance(made, Filling)


def test_fixed_values_say_that_they_need_no_generator():
    assert (Constant.random, Uniform.random, Mine.random) == (False, True, True)


def test_what_is_no_array_is_named_with_its_parameter_and_initializer():
    class Nothing(Initializer):
        def __call__(self, spec, rng):
            """Forget to return."""

    spec = ParameterSpec((2, 3), name="output.weight")
    with pytest.raises(
        BadTypeError,
        match=r"'output\.weight' needs an array of shape \(2, 3\), and Nothing\(\) "
        r"returned None, a NoneType",
    ):
        Nothing().write(spec, None, np.empty((2, 3)))


@pytest.mark.parametrize(
    ("base", "method", "given"),
    [
        (Fixed, "put(self, spec, out)", (SPEC, None)),
        (Formula, "entry(self, spec, i, j)", (SPEC, None, None)),
        (Independent, "entry(self, spec)", (SPEC,)),
        (Placed, "at(self, place)", (SPEC,)),
    ],
)
def test_a_subclass_that_lacks_its_one_method_is_told_which(base, method, given):
    class Bare(base):
        pass

    name, _, _ = method.partition("(")
    with pytest.raises(
        NotImplementedError, match=re.escape(f"Bare is {base.__name__} without {method}")
    ):
        getattr(Bare(), name)(*given)
