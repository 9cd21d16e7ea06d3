"""Checkpoints of fused recurrent layers that MXNet 1.9.1 wrote, and their outputs there.

    mx.random.seed(1)
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(rnn.LSTM(3, num_layers=2, bidirectional=True, layout="NTC"),
                nn.Dense(2, flatten=False))
    net.initialize(mx.init.Normal(1))
    net(mx.nd.array(np.arange(12).reshape(2, 3, 2) / 10 - 0.5))
    net.save_parameters("fused.params")

and two layers by themselves, with x of shape (3, 2, 2):

    rnn.LSTM(4, projection_size=2, num_layers=2, bidirectional=True)  # projected.params
    rnn.GRU(3)                                                        # gru.params
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from initlab_mxnet import load, save, structural

from initlab import nd, nn

HERE = Path(__file__).parent
X = (np.arange(12) / 10 - 0.5).astype("float32")


def stacked():
    net = nn.Sequential(prefix="net_")
    with net.name_scope():
        net.add(
            nn.LSTM(3, num_layers=2, bidirectional=True, layout="NTC"), nn.Dense(2, flatten=False)
        )
    return net


def projected():
    return nn.LSTM(4, projection_size=2, num_layers=2, bidirectional=True)


FILES = [("fused", stacked), ("projected", projected), ("gru", lambda: nn.GRU(3))]


def opened(name, make):
    net = make()
    net.load_parameters(load(HERE / f"{name}.params"))
    return net


def test_a_net_with_a_fused_layer_gives_the_outputs_that_it_gave_there():
    expected = [
        [[0.0071948, 0.3202039], [-0.0426888, 0.0486498], [-0.0882948, -0.136612]],
        [[0.0741419, -0.0592063], [0.0400508, 0.1052301], [-0.0340755, 0.1878031]],
    ]
    got = opened("fused", stacked)(nd.array(X.reshape(2, 3, 2)))
    np.testing.assert_allclose(got, expected, atol=1e-6)


def test_a_projected_lstm_gives_the_outputs_and_states_that_it_gave_there():
    net, x = opened("projected", projected), nd.array(X.reshape(3, 2, 2))
    y, (h, c) = net(x, net.begin_state(2))
    assert (y.shape, h.shape, c.shape) == ((3, 2, 4), (4, 2, 2), (4, 2, 4))
    last = [
        [-0.5248847, 0.7184792, -0.0327128, 0.0428578],
        [-0.8854256, 1.1938295, -0.0793905, 0.0645848],
    ]
    np.testing.assert_allclose(y[-1], last, atol=1e-6)
    np.testing.assert_allclose(h[-1, 1], [0.0924687, 0.1985126], atol=1e-6)
    np.testing.assert_allclose(c[-1, 0], [-0.2429048, 0.2128322, 0.1945464, 0.1662421], atol=1e-6)


def test_a_gru_by_itself_gives_the_outputs_that_it_gave_there():
    got = opened("gru", lambda: nn.GRU(3))(nd.array(X.reshape(3, 2, 2)))[-1]
    expected = [[-0.1979663, -0.2289673, 0.1522666], [-0.3633876, -0.3869338, 0.2199535]]
    np.testing.assert_allclose(got, expected, atol=1e-6)


@pytest.mark.parametrize(("name", "make"), FILES)
def test_what_is_saved_is_mxnets_file_to_the_byte(name, make, tmp_path):
    save(tmp_path / "a", structural(opened(name, make)))
    assert (tmp_path / "a").read_bytes() == (HERE / f"{name}.params").read_bytes()


class Scaled(nn.LSTM):
    def __init__(self):
        super().__init__(3, input_size=2)
        self.r_scale = self.params.get("r_scale", shape=(1,), init="ones", role="gain")


def test_what_a_subclass_adds_keeps_its_name():
    net = Scaled()
    net.initialize()
    assert {"r_scale", "_unfused.0.i2h_weight"} < structural(net).keys()
