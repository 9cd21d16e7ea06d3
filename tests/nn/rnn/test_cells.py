from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import nd, nn
from initlab.autograd import check_gradients, record
from initlab.errors import BadValueError, ShapeError, UnknownNameError
from initlab.nn import rnn

X = np.cos(np.arange(12)).reshape(2, 3, 2)
PARTS = ("h2h_bias", "h2h_weight", "i2h_bias", "i2h_weight")
WORKED = {  # the last output, and the last states, of MXNet 1.9.1 on X with the weights of `filled`
    "tanh": (
        lambda: rnn.RNNCell(2), [[0.897017, -0.501984], [0.860491, -0.551156]],
        [[[0.897017, -0.501984], [0.860491, -0.551156]]],
    ),
    "relu": (
        lambda: rnn.RNNCell(2, activation="relu"), [[2.166964, 0], [2.128464, 0]],
        [[[2.166964, 0], [2.128464, 0]]],
    ),
    "lstm": (
        lambda: rnn.LSTMCell(2), [[0.168367, -0.221103], [0.157756, -0.181466]],
        [
            [[0.168367, -0.221103], [0.157756, -0.181466]],
            [[0.39293, -0.641963], [0.337263, -0.589605]],
        ],
    ),
    "gru": (
        lambda: rnn.GRUCell(2), [[0.123128, -0.536571], [0.136302, -0.423582]],
        [[[0.123128, -0.536571], [0.136302, -0.423582]]],
    ),
}  # fmt: skip
by_name = pytest.mark.parametrize("name", WORKED)


def filled(cell, x=X, dtype="float64"):
    cell.initialize()
    cell.cast(dtype)
    cell(nd.array(x[:, 0], dtype=dtype), cell.begin_state(len(x), dtype=dtype))
    for k, part in enumerate(PARTS):
        parameter = getattr(cell, part)
        values = np.arange(parameter.data().size).reshape(parameter.shape)
        parameter.set_data(np.sin(values * (k + 1) + k))
    return cell


def wide(x):
    return nd.array(x, dtype="float64")


@by_name
def test_an_unrolled_cell_gives_the_worked_numbers(name):
    make, last, states = WORKED[name]
    outputs, after = filled(make()).unroll(3, wide(X))
    assert isinstance(outputs, list)
    assert_allclose(outputs[2], last, atol=2e-6)
    assert_allclose(np.array(after), states, atol=2e-6)


def test_an_lstm_step_is_its_formula():
    cell = filled(rnn.LSTMCell(2))
    h, c = np.random.default_rng(0).standard_normal((2, 2, 2))
    output, states = cell(wide(X[:, 0]), [wide(h), wide(c)])
    W, U = np.asarray(cell.i2h_weight.data()), np.asarray(cell.h2h_weight.data())
    b = np.asarray(cell.i2h_bias.data()) + np.asarray(cell.h2h_bias.data())
    i, f, g, o = np.split(X[:, 0] @ W.T + h @ U.T + b, 4, axis=1)
    sigmoid = lambda x: 1 / (1 + np.exp(-x))
    after = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    assert_allclose(states[1], after, rtol=1e-10)
    assert_allclose(output, sigmoid(o) * np.tanh(after), rtol=1e-10)


@by_name
def test_gradients_through_time_are_those_of_central_differences(name):
    cell = filled(WORKED[name][0]())

    def unrolled(x):
        outputs, states = cell.unroll(3, x, merge_outputs=True)
        return outputs.sum() + states[-1].sum()

    check_gradients(unrolled, X)


@by_name
def test_every_parameter_gets_a_gradient(name):
    cell = filled(WORKED[name][0]())
    with record():
        outputs, _ = cell.unroll(3, wide(X), merge_outputs=True)
    outputs.backward()
    for part in PARTS:
        assert np.abs(np.asarray(getattr(cell, part).grad())).sum() > 0


# ---- layouts and lengths
@by_name
def test_all_layouts_and_forms_of_a_sequence_give_the_same(name):
    cell = filled(WORKED[name][0]())
    expected = np.array(cell.unroll(3, wide(X))[0]).swapaxes(0, 1)
    whole, _ = cell.unroll(3, wide(X), merge_outputs=True)
    assert_array_equal(whole, expected)
    by_time, _ = cell.unroll(3, wide(X.swapaxes(0, 1)), layout="TNC", merge_outputs=True)
    assert_array_equal(by_time, expected.swapaxes(0, 1))
    listed, _ = cell.unroll(3, [wide(X[:, t]) for t in range(3)])
    assert_array_equal(np.array(listed).swapaxes(0, 1), expected)


@by_name
def test_after_a_samples_length_outputs_are_0_and_its_states_are_those_at_the_end(name):
    cell = filled(WORKED[name][0]())
    steps = [cell.unroll(t, wide(X[:, :t])) for t in (1, 2, 3)]
    outputs, states = cell.unroll(3, wide(X), valid_length=nd.array([1, 3]))
    outputs = np.asarray(outputs)
    assert_array_equal(outputs[0, 1:], 0)
    assert_allclose(outputs[0, 0], steps[0][0][0][0])
    assert_allclose(outputs[1, 2], steps[2][0][2][1])
    for i, state in enumerate(states):
        assert_allclose(state[0], steps[0][1][i][0])
        assert_allclose(state[1], steps[2][1][i][1])
    listed, _ = cell.unroll(3, wide(X), merge_outputs=False, valid_length=[1, 3])
    assert_array_equal(np.array(listed).swapaxes(0, 1), outputs)


def test_the_first_states_may_be_given():
    cell = filled(rnn.RNNCell(2))
    whole, _ = cell.unroll(3, wide(X))
    _, middle = cell.unroll(1, wide(X[:, :1]))
    rest, _ = cell.unroll(2, wide(X[:, 1:]), begin_state=middle)
    assert_allclose(rest[1], whole[2], rtol=1e-12)


# ---- what they are
def test_names_shapes_and_prints_are_gluons():
    lstm = rnn.LSTMCell(3, prefix="p_")
    assert repr(lstm) == "LSTMCell(None -> 12)"
    assert list(lstm.collect_params()) == [
        "p_i2h_weight", "p_h2h_weight", "p_i2h_bias", "p_h2h_bias",
    ]  # fmt: skip
    assert lstm.state_info(5) == [{"shape": (5, 3), "__layout__": "NC"}] * 2
    assert [s.shape for s in lstm.begin_state(5)] == [(5, 3)] * 2
    assert_array_equal(rnn.GRUCell(2, prefix="g_").begin_state(1, func=nd.ones)[0], [[1, 1]])
    assert (rnn.RNNCell(3).name, rnn.LSTMCell(3).name, rnn.GRUCell(3).name) == (
        "rnn0", "lstm0", "gru0",
    )  # fmt: skip
    assert repr(rnn.RNNCell(3, input_size=2)) == "RNNCell(2 -> 3, tanh)"
    assert repr(rnn.GRUCell(3, input_size=2)) == "GRUCell(2 -> 9)"


def test_biases_are_zeros_and_weights_the_nets():
    cell = rnn.RNNCell(2, input_size=2)
    cell.initialize("ones")
    assert_array_equal(cell.i2h_bias.data(), [0, 0])
    assert_array_equal(cell.h2h_weight.data(), np.ones((2, 2)))


def test_cells_can_share_their_parameters():
    first = rnn.GRUCell(2, input_size=2)
    second = rnn.GRUCell(2, input_size=2, params=first.params)
    assert second.h2h_weight is first.h2h_weight


def test_an_activation_may_be_a_block():
    cell = filled(rnn.RNNCell(2, activation=nn.LeakyReLU(0.0)))
    expected = filled(rnn.RNNCell(2, activation="relu"))
    assert_array_equal(cell.unroll(3, wide(X))[0][2], expected.unroll(3, wide(X))[0][2])


def test_what_cannot_be_is_refused():
    with pytest.raises(BadValueError, match=r"hidden_size of at least 1 .* got hidden_size=0"):
        rnn.LSTMCell(0)
    with pytest.raises(UnknownNameError, match=r"activation 'tahn'. Did you mean 'tanh'"):
        rnn.RNNCell(2, activation="tahn")
    with pytest.raises(ShapeError, match=r"asked for 4 steps, the inputs have 3 \(layout NTC\)"):
        filled(rnn.RNNCell(2)).unroll(4, wide(X))


@pytest.mark.peers
@pytest.mark.parametrize(("mine", "theirs"), [(rnn.LSTMCell, "LSTMCell"), (rnn.RNNCell, "RNNCell")])
def test_a_step_is_torchs(mine, theirs):
    import torch

    cell = filled(mine(2))
    peer = getattr(torch.nn, theirs)(2, 2, dtype=torch.float64)
    with torch.no_grad():
        for name, part in {"weight_ih": "i2h_weight", "weight_hh": "h2h_weight",
                           "bias_ih": "i2h_bias", "bias_hh": "h2h_bias"}.items():  # fmt: skip
            getattr(peer, name).copy_(torch.tensor(np.asarray(getattr(cell, part).data())))
    expected = peer(torch.tensor(X[:, 0]))
    output, states = cell(wide(X[:, 0]), cell.begin_state(2, dtype="float64"))
    assert_allclose(output, (expected[0] if len(states) > 1 else expected).detach(), rtol=1e-10)


def test_a_projected_cell_has_its_states_and_names():
    """Shapes and names as of `gluon.contrib.rnn.LSTMPCell` in MXNet 1.9.1."""
    cell = rnn.LSTMPCell(4, 2, input_size=3, prefix="lstmp_")
    assert [info["shape"] for info in cell.state_info(5)] == [(5, 2), (5, 4)]
    shapes = {name: parameter.shape for name, parameter in cell.collect_params().items()}
    assert shapes == {
        "lstmp_i2h_weight": (16, 3), "lstmp_h2h_weight": (16, 2), "lstmp_i2h_bias": (16,),
        "lstmp_h2h_bias": (16,), "lstmp_h2r_weight": (2, 4),
    }  # fmt: skip
    with pytest.raises(BadValueError, match="projection_size of at least 1, got 0"):
        rnn.LSTMPCell(4, 0)


def test_a_cell_that_does_not_say_its_states_is_named():
    class Mute(rnn.RecurrentCell):
        pass

    with pytest.raises(NotImplementedError, match=r"Mute is a cell without state_info\(\)"):
        Mute().state_info()
