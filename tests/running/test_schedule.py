"""When probes look, and at what."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from initlab.errors import BadValueError, SelectsNothingError
from initlab.running import due_steps


def steps_of(result, statistic):
    return [step for step, found in result.readings if any(r.statistic == statistic for r in found)]


@given(total=st.integers(0, 10_000), times=st.integers(0, 100))
def test_times_are_spread_evenly_between_the_first_step_and_the_end(total, times):
    due = sorted(due_steps(total, times))
    assert due[0] == 0
    assert due[-1] == total
    gaps = np.diff(due)
    if total >= times + 1:
        assert len(due) == times + 2
        assert gaps.max() - gaps.min() <= 2  # each end of a gap is rounded by at most a half
    else:
        assert due == list(range(total + 1))  # as often as there are steps


@given(total=st.integers(0, 1000), every=st.integers(1, 50), times=st.integers(0, 50))
def test_every_overrules_times(total, every, times):
    due = due_steps(total, times, every)
    assert due == {step for step in range(total + 1) if step % every == 0 or step == total}


def test_by_default_probes_look_at_first_twenty_times_along_and_at_the_end(usual):
    result, _ = usual
    at = steps_of(result, "weight_std")
    assert at == steps_of(result, "act_std") == steps_of(result, "grad_std")
    assert (at[0], at[-1], len(at)) == (0, 46, 22)
    assert set(np.diff(at)) <= {2, 3}  # 46 steps in 21 parts


def test_the_end_has_no_update_to_read(usual):
    result, _ = usual
    assert steps_of(result, "update_to_weight") == steps_of(result, "weight_std")[:-1]


def test_each_probe_keeps_its_own_times_and_places(run):
    result, _ = run(
        "probes.weights.times=0",
        "probes.weights.match=output.*",
        "probes.gradients.every=20",
        "probes.activations.times=1",
        "probes.activations.match=hidden.*",
    )
    assert steps_of(result, "weight_std") == [0, 46]
    assert steps_of(result, "grad_std") == [0, 20, 40, 46]
    assert steps_of(result, "act_std") == [0, 23, 46]
    assert list(result.last("weight_std")) == ["output.weight", "output.bias"]
    assert list(result.last("act_std")) == ["hidden.0", "hidden.1"]
    assert len(result.last("grad_std")) == 6


def test_without_training_everything_but_updates_is_read_once(run):
    result, tracker = run("training.epochs=0")
    assert [step for step, _ in result.readings] == [0]
    assert result.steps == []
    assert [step for step, _ in result.scores] == [0]
    statistics = {r.statistic for r in result.readings[0][1]}
    assert {"weight_std", "grad_std", "grad_to_weight", "act_std", "dead_units"} <= statistics
    assert "update_to_weight" not in statistics
    assert tracker.metrics.keys() >= {"weight_std/output.weight", "loss"}


def test_without_probes_nothing_is_read_and_the_training_is_the_same(run, usual, bits):
    result, tracker = run("+init=xavier", "seed=3", "probes=none")
    assert result.readings == [(46, [])]
    assert result.steps == usual[0].steps
    assert bits(result.net) == bits(usual[0].net)
    assert not [name for name in tracker.metrics if "weight" in name]


@pytest.mark.parametrize(
    ("override", "near"),
    [
        ("probes.weights.match=hiden.0.weight", "hidden.0.weight"),
        ("probes.activations.match=outptu", "output"),
    ],
)
def test_a_pattern_that_selects_nothing_is_refused_before_anything_is_recorded(
    spec, run, override, near
):
    name = override.split(".")[1]
    with pytest.raises(SelectsNothingError, match=rf"(?s)probe '{name}'.*{near}"):
        run(override)


@pytest.mark.parametrize("override", ["probes.weights.times=-1", "probes.weights.every=0"])
def test_times_and_every_that_mean_nothing_are_refused(spec, override):
    with pytest.raises(BadValueError, match=r"Probe 'weights' needs times of at least 0"):
        spec(override)
