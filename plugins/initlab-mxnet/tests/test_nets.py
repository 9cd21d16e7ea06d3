"""Checkpoints that MXNet 1.9.1 wrote open into initlab nets, whatever style their names have.

The three files were written there by

    mx.random.seed(1)
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(nn.Dense(3, activation="relu", in_units=2), nn.BatchNorm(), nn.Dense(2))
    net.initialize(mx.init.Normal(1))
    x = mx.nd.array([[1, 2], [3, -4], [-2, 0.5]])
    with mx.autograd.record():
        y = net(x)
    y.backward()  # moves the running statistics
    net.save_parameters("structural.params")
    net.collect_params().save("prefixed.params", strip_prefix="net_")
    net.hybridize(); net(x); net.export("net")  # net-0000.params

and the same net, saved by `save` from initlab in the first two styles, opened there.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from initlab_mxnet import load, save

import initlab
from initlab import nd, nn
from initlab.errors import BadValueError, ShapeError

HERE = Path(__file__).parent
STYLES = ("structural", "prefixed", "exported")


def made(units=2):
    net = nn.Sequential(prefix="net_")
    with net.name_scope():
        net.add(nn.Dense(3, activation="relu"), nn.BatchNorm(), nn.Dense(units))
    return net


def opened(style, net):
    arrays = load(HERE / f"{style}.params")
    if style == "exported":  # full names
        net.collect_params().load(arrays)
    else:
        net.load_parameters(arrays)
    return net


@pytest.mark.parametrize("style", STYLES)
def test_a_checkpoint_gives_the_outputs_that_it_gave_there(style):
    net = opened(style, made())
    expected = [  # net(x) there
        [-0.43923184275627136, 0.07616148889064789],
        [13.904483795166016, -2.4990644454956055],
        [-1.605995774269104, 0.36654314398765564],
    ]
    found = net(nd.array([[1, 2], [3, -4], [-2, 0.5]]))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_what_is_saved_by_path_is_mxnets_file_to_the_byte(tmp_path):
    net = opened("structural", made())
    save(tmp_path / "a", {path: parameter.data() for path, parameter in net.places()})
    assert (tmp_path / "a").read_bytes() == (HERE / "structural.params").read_bytes()


def test_what_does_not_fit_is_refused_and_nothing_is_written():
    net = made(units=5)
    with pytest.raises(ShapeError, match=r"expected \(5, 0\) vs saved \(2, 3\)"):
        opened("structural", net)
    assert not net[0].weight.settled
    with pytest.raises(BadValueError, match=r"'1.gamma' loaded from the given arrays is not"):
        opened("structural", net[:1])


def test_a_run_starts_from_a_converted_checkpoint(tmp_path):
    saved = {
        "hidden.0.weight": np.full((8, 64), 0.5, np.float32),
        "hidden.0.bias": np.ones(8, np.float32),
        "output.weight": np.full((10, 8), 0.25, np.float32),
        "output.bias": np.zeros(10, np.float32),
    }
    save(tmp_path / "net.params", saved)
    nd.save(tmp_path / "net.safetensors", load(tmp_path / "net.params"))
    spec = initlab.compose(
        [
            "+init=load", f"init.file={tmp_path / 'net.safetensors'}",
            "model.width=8", "model.depth=1", "training.epochs=0", "tracking=none",
        ]
    )  # fmt: skip
    net = initlab.run(spec).net
    for path, parameter in net.places():
        np.testing.assert_array_equal(parameter.data(), saved[path])
