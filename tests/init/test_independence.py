"""What design.md §5 promises of a plan's draws, to the last bit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from initlab.init import (
    HaarOrthogonal,
    Normal,
    ParameterSpec,
    Rule,
    Slot,
    TruncatedNormal,
    Xavier,
    make_plan,
)
from initlab.nd.random import Streams

SOURCE = Streams(3)


def slots(*paths):
    return [Slot(path, path, ParameterSpec((320, 256))) for path in paths]


def drawn(plan, run=map):
    values = run(lambda e: e.initializer(e.spec, SOURCE.stream(e.path)), plan)
    return {entry.path: value.tobytes() for entry, value in zip(plan, values, strict=True)}


BASE = drawn(make_plan(slots("a", "b"), default=Xavier()))


def test_adding_a_layer_before_others_leaves_their_bits():
    more = drawn(make_plan(slots("new", "a", "b"), default=Xavier()))
    assert {path: more[path] for path in BASE} == BASE


@pytest.mark.parametrize("other", [Normal(), HaarOrthogonal(), TruncatedNormal()], ids=str)
def test_changing_one_parameters_initializer_leaves_the_others_bits(other):
    changed = drawn(make_plan(slots("a", "b"), rules=[Rule("r", "a", other)], default=Xavier()))
    assert changed["b"] == BASE["b"]
    assert changed["a"] != BASE["a"]


def test_order_and_threads_leave_all_bits():
    plan = make_plan(slots("b", "a"), default=Xavier())
    with ThreadPoolExecutor(4) as pool:
        assert drawn(plan, pool.map) == drawn(plan) == BASE


def test_parameters_of_one_shape_do_not_resemble_each_other():
    a, b = (np.frombuffer(BASE[path], np.float32) for path in "ab")
    assert abs(np.corrcoef(a, b)[0, 1]) < 5 / a.size**0.5  # 5 standard errors
