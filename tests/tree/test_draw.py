from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from initlab import nn
from initlab.errors import BadValueError, ShapeError, UnknownNameError
from initlab.init import Constant, Initializer, Normal, Rule, make_plan
from initlab.nd.random import Streams, stream
from initlab.tree import apply_plan, parameters, resolve_shapes, slots, tie


def net(*names):
    made = nn.Sequential({name: nn.Dense(4) for name in names})
    resolve_shapes(made, np.zeros((1, 4), "float32"))
    return made


def applied(made, **options):
    apply_plan(made, make_plan(slots(made), **options), Streams(7))
    return {path: p.data().asnumpy() for path, p in parameters(made).items()}


def test_each_parameter_is_drawn_from_the_stream_of_its_path():
    made = net("a", "b")
    values = applied(made, default=Normal(0.5))
    for path in ("a.weight", "b.weight"):
        expected = Normal(0.5)(parameters(made)[path].spec, stream(7, path))
        assert_array_equal(values[path], expected, strict=True)
    assert not np.any(values["a.weight"] == values["b.weight"])


def test_a_layer_more_changes_no_draw_of_the_others():
    few, many = applied(net("a", "c")), applied(net("a", "b", "c"))
    assert all(np.array_equal(few[path], many[path]) for path in few)


def test_rules_and_own_initializers_are_carried_out():
    values = applied(net("a", "b"), rules=[Rule("last", "b.weight", Constant(2))])
    assert_array_equal(values["b.weight"], np.full((4, 4), 2))
    assert_array_equal(values["b.bias"], np.zeros(4))


def test_a_tied_parameter_is_drawn_once_by_its_first_path():
    made = net("a", "b")
    tie(made, "b.weight", to="a.weight")
    assert_array_equal(applied(made)["a.weight"], applied(net("a", "b"))["a.weight"])


def test_applying_again_writes_into_the_same_arrays():
    made = net("a")
    applied(made)
    array = np.asarray(made[0].weight.data())
    applied(made, default=Constant(3))
    assert_array_equal(array, np.full((4, 4), 3))


class Refuses(Initializer):
    def __call__(self, spec, rng):
        raise BadValueError("not today")


class Misfits(Initializer):
    def __call__(self, spec, rng):
        return np.zeros((2, 2), "float32")


@pytest.mark.parametrize(
    ("use", "error", "match"),
    [
        (Refuses(), BadValueError, "not today"),
        (Misfits(), ShapeError, r"'a\.weight' has shape \(4, 4\), which \(2, 2\) does not fit"),
    ],
)
def test_what_an_initializer_refuses_or_gets_wrong_is_told_with_the_path(use, error, match):
    made = net("a")
    with pytest.raises(error, match=match) as caught:
        applied(made, rules=[Rule("odd", "a.weight", use)])
    assert caught.value.__notes__[-1] == f"drawing a.weight by {use}"


def test_a_plan_of_another_net_is_refused():
    plan = make_plan(slots(net("a")))
    with pytest.raises(UnknownNameError, match=r"Unknown parameter path 'a\.weight'.*b\.weight"):
        apply_plan(net("b"), plan, Streams(0))
