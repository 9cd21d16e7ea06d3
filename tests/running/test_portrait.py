"""A portrait's numbers against the draw that they are of, and against theory."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from initlab.catalog import load_catalog
from initlab.config import compose
from initlab.errors import BadValueError
from initlab.init import Normal, ParameterSpec
from initlab.nd.random import stream
from initlab.running import draw_portrait, portray

CATALOG = load_catalog(installed=False)


def portrait(*overrides):
    return portray(compose(overrides, catalog=CATALOG))


def test_the_values_are_those_that_a_run_draws():
    made = portrait("+init=normal", "seed=3")
    assert_array_equal(made.values, Normal()(ParameterSpec((256, 256)), stream(3, made.entry.path)))


def test_it_shows_the_middle_one_of_the_largest_parameters():
    made = portrait("+init=he", "model=deep_mlp", "model.depth=5")
    assert (made.entry.path, made.values.shape) == ("hidden.2.weight", (64, 64))
    assert [depth.path for depth in made.depths] == [*(f"hidden.{i}" for i in range(5)), "output"]


def test_what_a_rule_names_is_shown_before_larger_parameters():
    rule = ["+init.rules.r.match=output.bias", "+init.rules.r.use.name=log_odds"]
    assert portrait("+init=he", *rule).entry.path == "output.bias"


def test_the_gradient_of_a_random_linear_function_is_1_at_the_output():
    made = portrait("+init=he")  # 64 samples of 10 outputs: its rms is 1 +- 0.03
    assert abs(made.depths[-1].gradient - 1) < 0.15
    assert made.depths[-1].foretold.gradient == 1


def test_critical_tanh_nets_do_as_foretold():
    """Wide enough for one draw to be within five of its own deviations."""
    made = portrait("+init=critical", "model.activation=tanh", "model.width=400", "model.depth=6")
    for depth in made.depths:
        off = abs(np.log(depth.signal / depth.foretold.signal))
        assert off < 5 * np.log(depth.foretold.within)


def test_silent_branches_are_foretold():
    scaled = ["model=residual_mlp", "+model.children.body.of.scale=scalar"]
    made = portrait("+init=rezero", *scaled)
    sums = [depth for depth in made.depths if depth.path.startswith("body")]
    assert len(sums) == 4
    assert len({depth.foretold.signal for depth in sums}) == 1
    assert len({depth.signal for depth in sums}) == 1


def test_after_a_calibrator_nothing_is_foretold_and_the_law_is_the_draws():
    made = portrait("+init=lsuv", "model=deep_mlp", "model.depth=3")
    assert made.calibrated
    assert {depth.foretold for depth in made.depths} == {None}
    assert [line.partition(":")[0] for line in made.lines()[1:3]] == [
        "calibrated",
        "law before that",
    ]


def test_a_calibrator_that_leaves_the_net_alone_calibrates_nothing():
    made = portrait("+init=admin", "model=mlp")  # which has no residual branches
    assert not made.calibrated
    assert made.depths[-1].foretold.gradient == 1
    assert [line.partition(":")[0] for line in made.lines()[1:3]] == ["drawn", "law"]


def test_a_net_of_complex_numbers_has_values_alone():
    rule = ["+init.rules.r.match=hidden.*.weight", "+init.rules.r.use.name=complex_scaling"]
    made = portrait("+init=he", *rule, "+model.children.hidden.of.dtype=complex64")
    assert made.depths == ()
    assert [line.partition(":")[0] for line in made.lines()[1:]] == ["drawn", "law"]


def test_integers_have_no_gradient():
    made = portrait("+init=he", "model=lstm", "data=text", "model.width=8")
    assert not isnan(made.depths[0].gradient)  # the embedding's output has one
    assert made.depths[0].foretold is None


def test_a_net_without_parameters_has_no_portrait():
    flat = [
        "~model.children.hidden",
        *(f"~model.{key}" for key in ("depth", "width", "activation")),
        "model.children.output.block=flatten",
        "~model.children.output.units",
    ]
    with pytest.raises(BadValueError, match=r"^No parameter of this net is given an initializer"):
        portrait("+init=he", "probes=none", *flat)


@pytest.mark.parametrize(
    "overrides",
    [
        ["+init=he"],
        ["+init=orthogonal"],
        ["+init=zeros"],
        ["+init=svd_orthogonal"],
        ["+init=ones", "model=deep_mlp"],
    ],
    ids=" ".join,
)
def test_pictures_are_small_and_the_same_each_time(overrides, tmp_path):
    made = portrait(*overrides)
    files = [tmp_path / "a.png", tmp_path / "b.png"]
    for file in files:
        draw_portrait(made, file)
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert len(first) < 16_000
    with Image.open(files[0]) as picture:
        assert picture.size == (936, 286)
