from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import autograd, nd
from initlab.errors import BadTypeError, BadValueError
from initlab.nd import random
from initlab.nn import rnn

_spec = importlib.util.spec_from_file_location("cells", Path(__file__).with_name("test_cells.py"))
cells = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cells)
X, filled, wide = cells.X, cells.filled, cells.wide


def test_a_stack_is_its_cells_one_after_the_other():
    stack, lower, upper = rnn.SequentialRNNCell(), filled(rnn.LSTMCell(2)), filled(rnn.GRUCell(2))
    stack.add(lower)
    stack.add(upper)
    middle, first = lower.unroll(3, wide(X))
    expected, second = upper.unroll(3, middle, merge_outputs=True)
    outputs, states = stack.unroll(3, wide(X), merge_outputs=True)
    assert_array_equal(outputs, expected)
    assert_array_equal(np.array(states), np.array(first + second))
    states = stack.begin_state(2, dtype="float64")
    for t in range(3):
        output, states = stack(wide(X[:, t]), states)
    assert_allclose(output, np.asarray(expected)[:, 2], rtol=1e-12)
    assert (len(stack), stack[1], len(stack.state_info())) == (2, upper, 3)


def test_a_stack_prints_and_names_as_gluons():
    stack = rnn.SequentialRNNCell()
    with stack.name_scope():
        stack.add(rnn.LSTMCell(3))
        stack.add(rnn.DropoutCell(0.5))
        stack.add(rnn.ResidualCell(rnn.GRUCell(3)))
        stack.add(rnn.ZoneoutCell(rnn.RNNCell(3), 0.2, 0.3))
    assert repr(stack) == (
        "SequentialRNNCell(\n"
        "(0): LSTMCell(None -> 12)\n"
        "(1): DropoutCell(rate=0.5, axes=())\n"
        "(2): ResidualCell(GRUCell(None -> 9))\n"
        "(3): ZoneoutCell(p_out=0.2, p_state=0.3, RNNCell(None -> 3, tanh))\n"
        ")"
    )
    names = list(stack.collect_params())
    assert names[0] == "sequentialrnncell0_lstm0_i2h_weight"
    assert names[4:9:4] == [
        "sequentialrnncell0_gru0_i2h_weight", "sequentialrnncell0_rnn0_i2h_weight",
    ]  # fmt: skip
    assert len(names) == 12


@pytest.mark.parametrize("merge", [None, True, False])
def test_both_directions_stand_side_by_side(merge):
    there, back = filled(rnn.LSTMCell(2)), filled(rnn.GRUCell(2))
    both = rnn.BidirectionalCell(there, back)
    forwards, _ = there.unroll(3, wide(X))
    backwards, _ = back.unroll(3, wide(X[:, ::-1]))
    outputs, states = both.unroll(3, wide(X), merge_outputs=merge)
    assert isinstance(outputs, list) is (merge is not True)
    at = np.asarray(outputs) if merge else np.array(outputs).swapaxes(0, 1)
    for t in range(3):
        assert_array_equal(at[:, t], np.concatenate([forwards[t], backwards[2 - t]], axis=1))
    assert len(states) == 3
    assert repr(both) == "BidirectionalCell(forward=LSTMCell(2 -> 8), backward=GRUCell(2 -> 6))"


def test_the_reverse_of_a_padded_sequence_is_of_what_is_valid():
    both = rnn.BidirectionalCell(filled(rnn.LSTMCell(2)), filled(rnn.GRUCell(2)))
    outputs, _ = both.unroll(3, wide(X), merge_outputs=True, valid_length=nd.array([1, 3]))
    expected = [  # MXNet 1.9.1
        [[0.16909, -0.192191, 0.074883, -0.512208], [0] * 4, [0] * 4],
        [
            [0.244853, -0.21515, 0.124534, -0.870163], [-0.025383, -0.134556, 0.083311, -0.732868],
            [0.157756, -0.181466, 0.099342, -0.605764],
        ],
    ]  # fmt: skip
    assert_allclose(outputs, expected, atol=2e-6)


def test_both_directions_cannot_be_stepped():
    with pytest.raises(NotImplementedError, match="cannot be stepped; use unroll"):
        rnn.BidirectionalCell(rnn.RNNCell(2), rnn.RNNCell(2))(wide(X[:, 0]), [])


def test_a_residual_cell_adds_its_input():
    cell = filled(rnn.GRUCell(2))
    plain, _ = cell.unroll(3, wide(X))
    summed, _ = rnn.ResidualCell(cell).unroll(3, wide(X))
    for t in range(3):
        assert_allclose(summed[t], np.asarray(plain[t]) + X[:, t])


def test_dropout_between_cells_acts_in_training_only():
    cell, ones = rnn.DropoutCell(0.5), nd.ones((4, 50))
    assert_array_equal(cell(ones, [])[0], ones)
    with autograd.train_mode(), random.drawing_from(np.random.default_rng(0)):
        out, states = cell(ones, [])
    assert set(np.unique(np.asarray(out))) == {0.0, 2.0}
    assert states == []


def test_zoneout_keeps_a_share_of_the_values_in_training_and_all_new_ones_outside():
    cell = filled(rnn.RNNCell(2))
    plain, _ = cell.unroll(3, wide(X), merge_outputs=True)
    zoned = rnn.ZoneoutCell(cell, zoneout_outputs=0.5, zoneout_states=0.5)
    assert_array_equal(zoned.unroll(3, wide(X), merge_outputs=True)[0], plain)
    old, many = np.full((1000, 2), 7.0), np.zeros((1000, 2))
    with autograd.train_mode(), random.drawing_from(np.random.default_rng(0)):
        zoned.reset()
        _, (state,) = zoned(wide(many), [wide(old)])
    kept = (np.asarray(state) == 7).mean()
    assert abs(kept - 0.5) < 4 * np.sqrt(0.25 / 2000)  # four standard errors


def test_a_cell_is_modified_once_and_then_belongs_to_its_modifier():
    cell = rnn.RNNCell(2)
    rnn.ResidualCell(cell)
    with pytest.raises(BadValueError, match=r"Cell rnn0 is already modified"):
        rnn.ZoneoutCell(cell)
    with pytest.raises(BadValueError, match=r"Cell rnn0 is part of a modifier cell"):
        cell.begin_state(2)
    with pytest.raises(BadTypeError, match=r"modifies a cell that can be stepped"):
        rnn.ZoneoutCell(rnn.BidirectionalCell(rnn.RNNCell(2), rnn.RNNCell(2)))
    with pytest.raises(BadValueError, match=r"at least 0 and below 1, got 1"):
        rnn.DropoutCell(1)


@pytest.mark.parametrize("lengths", [None, [3, 2]])
def test_a_residual_may_go_around_both_directions(lengths):
    """Cells of zeros return zeros, so what comes out is what went in, but for the padding."""
    both = rnn.BidirectionalCell(rnn.GRUCell(1), rnn.GRUCell(1))
    cell = rnn.ResidualCell(both)
    cell.initialize("zeros")
    x = wide(np.random.default_rng(0).normal(size=(2, 3, 2)))
    outputs, states = cell.unroll(3, x, merge_outputs=True, valid_length=lengths)
    expected = x.array.copy()
    if lengths:
        expected[1, 2:] = 0
    np.testing.assert_array_equal(outputs, expected)
    assert [state.shape for state in states] == [(2, 1), (2, 1)]
