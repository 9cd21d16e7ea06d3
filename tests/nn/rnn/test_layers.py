from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from initlab import nd, nn
from initlab.autograd import record, train_mode
from initlab.errors import BadValueError, ShapeError

LAYERS = [
    (nn.RNN, {"activation": "relu"}),
    (nn.RNN, {"activation": "tanh"}),
    (nn.LSTM, {}),
    (nn.GRU, {}),
]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def one_step(layer, x, states, Wx, Wh, bx, bh):
    """The cell's definition, from the documentation of cuDNN, for one sample."""
    gates = np.split(Wx @ x + bx, layer.gates), np.split(Wh @ states[0] + bh, layer.gates)
    if isinstance(layer, nn.RNN):
        z = gates[0][0] + gates[1][0]
        return [np.maximum(z, 0) if layer._activation == "relu" else np.tanh(z)]
    if isinstance(layer, nn.GRU):
        (x_r, x_z, x_n), (h_r, h_z, h_n) = gates
        r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
        return [(1 - z) * np.tanh(x_n + r * h_n) + z * states[0]]
    i, f, u, o = (a + b for a, b in zip(*gates, strict=True))
    c = sigmoid(f) * states[1] + sigmoid(i) * np.tanh(u)
    return [sigmoid(o) * np.tanh(c), c]


@pytest.mark.parametrize(("layer", "options"), LAYERS)
def test_a_layer_is_its_cell_step_by_step(layer, options):
    rng = np.random.default_rng(0)
    net = layer(5, input_size=3, dtype="float64", **options)
    net.initialize("xavier")
    for bias in net.collect_params(".*bias").values():
        bias.set_data(rng.normal(size=bias.shape))
    x, before = rng.normal(size=(4, 2, 3)), [rng.normal(size=(1, 2, 5)) for _ in net.begin_state(2)]
    y, after = net(nd.array(x, dtype="float64"), [nd.array(s, dtype="float64") for s in before])
    names = ("i2h_weight", "h2h_weight", "i2h_bias", "h2h_bias")
    own = [getattr(net, f"l0_{name}").data().array for name in names]
    for n in range(2):
        states = [s[0, n] for s in before]
        for t in range(4):
            states = one_step(net, x[t, n], states, *own)
            assert_allclose(y.array[t, n], states[0], atol=1e-12)
        for state, last in zip(states, after, strict=True):
            assert_allclose(last.array[0, n], state, atol=1e-12)


@pytest.mark.parametrize(("layer", "options"), LAYERS)
def test_backwards_in_time_is_the_flipped_sequence_forwards(layer, options):
    net = layer(4, bidirectional=True, **options)
    net.initialize()
    x = nd.array(np.random.default_rng(1).normal(size=(5, 2, 3)))
    y = net(x)
    assert y.shape == (5, 2, 8)
    for name in ("i2h_weight", "h2h_weight", "i2h_bias", "h2h_bias"):
        getattr(net, f"l0_{name}").set_data(getattr(net, f"r0_{name}").data())
    assert_allclose(net(np.flip(x, 0)).array[:, :, :4], y.array[::-1, :, 4:], rtol=1e-6)


@pytest.mark.parametrize(("layer", "options"), LAYERS)
def test_batch_first_is_time_first_with_the_axes_interchanged(layer, options):
    net = layer(4, 2, input_size=3, **options)
    net.initialize()
    same = layer(4, 2, input_size=3, layout="NTC", params=net.params, **options)
    x = nd.array(np.random.default_rng(2).normal(size=(5, 2, 3)))
    assert_allclose(same(x.swapaxes(0, 1)).array, net(x).array.swapaxes(0, 1), rtol=1e-6)


@pytest.mark.parametrize("layer", [nn.RNN, nn.LSTM, nn.GRU])
def test_the_first_batch_tells_the_inputs_and_fans_count_all_gates(layer):
    net = layer(5, num_layers=2, bidirectional=True)
    net.initialize()
    assert 0 in net.l0_i2h_weight.shape
    net(nd.ones((3, 2, 7)))
    rows = 5 * net.gates
    shapes = {name: parameter.shape for name, parameter in net.own_parameters.items()}
    assert shapes["r0_i2h_weight"] == (rows, 7)
    assert shapes["l1_i2h_weight"] == (rows, 10)
    assert shapes["r1_h2h_weight"] == (rows, 5)
    assert shapes["l1_h2h_bias"] == (rows,)
    assert (net.l0_i2h_weight.spec.fan_in, net.l0_i2h_weight.spec.fan_out) == (7, rows)


def test_states_go_on_where_they_stopped():
    net = nn.LSTM(4, 2, input_size=3)
    net.initialize()
    x = nd.array(np.random.default_rng(3).normal(size=(6, 2, 3)))
    whole, end = net(x, net.begin_state(2))
    first, middle = net(x[:4], net.begin_state(2))
    rest, last = net(x[4:], middle)
    assert_allclose(np.concatenate([first, rest]).array, whole.array, atol=1e-6)
    assert [s.shape for s in last] == [(2, 2, 4), (2, 2, 4)]
    for one, other in zip(last, end, strict=True):
        assert_allclose(one.array, other.array, atol=1e-6)


@pytest.mark.parametrize("layer", [nn.RNN, nn.LSTM, nn.GRU])
def test_an_empty_batch_has_empty_outputs(layer):
    net = layer(4)
    net.initialize()
    with record():
        y = net(nd.ones((3, 0, 5)))
    y.backward()
    assert y.shape == (3, 0, 4)
    assert not net.l0_h2h_weight.grad().array.any()


def test_one_state_may_come_without_a_list():
    net = nn.GRU(4, input_size=3)
    net.initialize()
    x = nd.ones((2, 1, 3))
    assert_allclose(net(x, nd.zeros((1, 1, 4)))[0].array, net(x).array)


def test_states_get_gradients():
    net = nn.GRU(2, input_size=1)
    net.initialize()
    before = nd.ones((1, 1, 2))
    before.attach_grad()
    with record():
        _, (after,) = net(nd.ones((3, 1, 1)), [before])
    after.backward()
    assert (before.grad.array > 0).all()  # each step keeps a share of the state


def test_dropout_acts_between_layers_while_training_alone():
    net = nn.RNN(64, 2, dropout=0.5, input_size=1)
    net.initialize("ones")
    x = nd.ones((1, 1, 1))
    assert net(x).array[0, 0, 0] == 64
    with train_mode():
        assert 64 != net(x).array[0, 0, 0] < 128


def test_names_and_printouts_are_gluons():
    net = nn.LSTM(5, 2, layout="NTC", dropout=0.5, bidirectional=True, input_size=3)
    assert repr(net) == "LSTM(3 -> 5, NTC, num_layers=2, dropout=0.5, bidirectional)"
    assert list(net.collect_params())[:5] == [
        f"lstm0_{name}"
        for name in (
            "l0_i2h_weight", "l0_h2h_weight", "l0_i2h_bias", "l0_h2h_bias", "r0_i2h_weight",
        )
    ]  # fmt: skip
    assert list(net.own_parameters)[:2] == ["l0_i2h_weight", "l0_h2h_weight"]
    assert repr(nn.RNN(4)) == "RNN(None -> 4, TNC)"
    assert net.state_info(7)[1] == {"shape": (4, 7, 5), "__layout__": "LNC", "dtype": "float32"}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: nn.LSTM(5, layout="XNC"), "Invalid layout XNC; must be one of TNC, NTC"),
        (lambda: nn.GRU(0), "got hidden_size=0"),
        (lambda: nn.GRU(2, dropout=1.0), r"dropout=1\.0"),
        (lambda: nn.LSTM(2, projection_size=0), "projection_size of at least 1, or None, got 0"),
        (lambda: nn.RNN(2, activation="gelu"), "activation is 'relu' or 'tanh', got 'gelu'"),
    ],
)
def test_numbers_that_make_no_layer_are_refused(make, words):
    with pytest.raises(BadValueError, match=words):
        make()


@pytest.mark.parametrize("option", ["state_clip_max", "use_sequence_length"])
def test_options_that_it_has_not_are_refused(option):
    with pytest.raises(TypeError, match=option):
        nn.LSTM(4, **{option: 2})


def test_inputs_and_states_of_other_shapes_are_refused():
    net = nn.LSTM(5)
    net.initialize()
    with pytest.raises(
        ShapeError, match=r"takes sequences of shape \('t', 'n', 'c'\), got .* \(7, 3"
    ):
        net(nd.ones((7, 3)))
    wrong = [nd.zeros((1, 3, 5))] * 2
    with pytest.raises(
        ShapeError, match=r"recurrent states of shape \[\(1, 2, 5\), .*, got .*\(1, 3"
    ):
        net(nd.ones((7, 2, 3)), wrong)


@pytest.mark.parametrize("make", [nn.LSTM, nn.GRU, nn.RNN])
@pytest.mark.parametrize("shape", [(2, 7, 5), (2, 0, 3)])
def test_inputs_of_another_width_or_without_steps_are_refused_with_both_shapes_and_the_layer(
    make, shape
):
    net = nn.Sequential()
    net.add(nn.Dropout(0.0), make(4, input_size=3, layout="NTC"))
    net.initialize()
    _, steps, inputs = shape
    rows = 4 * net[1].gates
    with pytest.raises(
        ShapeError, match=rf"has {steps} steps of {inputs} values, .* \({rows}, 3\) has columns"
    ) as caught:
        net(nd.ones(shape))
    assert str(shape) in str(caught.value)
    assert caught.value.__notes__[1] == f"at 1 of {net.name}"


def test_a_cast_layer_begins_with_states_of_its_precision():
    net = nn.LSTM(5, input_size=3)
    net.initialize()
    net.cast("float64")
    assert [state.dtype for state in net.begin_state(2)] == ["float64"] * 2
    assert net(nd.ones((7, 2, 3), dtype="float64")).dtype == np.float64


@pytest.mark.parametrize(("layer", "options"), LAYERS)
def test_inputs_in_double_precision_are_computed_in_it(layer, options):
    x, made = np.random.default_rng(0).standard_normal((4, 2, 3)), layer(5, input_size=3, **options)
    made.initialize("xavier")
    found = []
    for _ in range(2):  # the weights in single precision, then the same ones in double
        with record():
            y = made(nd.array(x, dtype="float64"))
        y.backward()
        found.append((y.array, *(np.array(p.grad()) for p in made.collect_params().values())))
        made.cast("float64")
    for single, double in zip(*found, strict=True):
        assert_allclose(single, double, rtol=1e-6, atol=1e-6)
    assert found[0][0].dtype == np.float64


def test_a_projection_goes_on_in_place_of_the_outputs():
    """Recomputed in float64 from Sak et al. (2014), biases and cells as without one."""
    rng = np.random.default_rng(0)
    net = nn.LSTM(
        5, input_size=3, projection_size=2, dtype="float64", h2r_weight_initializer="ones"
    )
    net.initialize("xavier")
    shapes = {name: parameter.shape for name, parameter in net.places()}
    assert shapes == {
        "l0_i2h_weight": (20, 3), "l0_h2h_weight": (20, 2), "l0_i2h_bias": (20,),
        "l0_h2h_bias": (20,), "l0_h2r_weight": (2, 5),
    }  # fmt: skip
    assert (net.l0_h2r_weight.data().array == 1).all()
    net.l0_h2r_weight.set_data(rng.normal(size=(2, 5)))
    x, h, c = rng.normal(size=(4, 3)), rng.normal(size=2), rng.normal(size=5)
    y, after = net(nd.array(x[:, None], dtype="float64"),
                   [nd.array(s[None, None], dtype="float64") for s in (h, c)])  # fmt: skip
    Wx, Wh, bx, bh, Wr = (parameter.data().array for _, parameter in net.places())
    for t in range(4):
        open_h, c = one_step(net, x[t], [h, c], Wx, Wh, bx, bh)
        h = Wr @ open_h
        assert_allclose(y.array[t, 0], h, atol=1e-12)
    assert_allclose(after[0].array[0, 0], h, atol=1e-12)
    assert_allclose(after[1].array[0, 0], c, atol=1e-12)


def test_gradients_go_through_projections():
    net = nn.LSTM(3, 2, input_size=2, projection_size=2, bidirectional=True, dtype="float64")
    net.initialize("xavier")
    x = nd.array(np.random.default_rng(1).normal(size=(3, 2, 2)), dtype="float64")

    def loss():
        return (net(x) ** 2).sum()

    with record():
        y = loss()
    y.backward()
    for name in ("l0_h2r_weight", "r0_h2h_weight", "l1_i2h_weight", "r1_i2h_bias"):
        weight = getattr(net, name)
        found, values = weight.grad().array.flat[1], weight.data().array
        values.flat[1] += 1e-6
        above = float(loss())
        values.flat[1] -= 2e-6
        below = float(loss())
        values.flat[1] += 1e-6
        assert_allclose(found, (above - below) / 2e-6, rtol=1e-6)


@pytest.mark.parametrize(("layer", "options"), [*LAYERS, (nn.LSTM, {"projection_size": 2})])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_unfused_it_is_a_stack_of_cells_with_its_parameters(layer, options, bidirectional):
    net = layer(
        4, 2, dropout=0.5, bidirectional=bidirectional, h2h_bias_initializer="ones", **options
    )
    stack = net.unfuse()
    assert len(stack) == 3  # dropout between
    net.initialize("xavier")
    x = nd.array(np.random.default_rng(2).normal(size=(5, 2, 3)), dtype="float32")
    outputs, states = stack.unroll(5, x, layout="TNC", merge_outputs=True)
    y, after = net(x, net.begin_state(2))
    assert_allclose(outputs, y, rtol=2e-6, atol=1e-6)  # relu's grow from step to step
    assert set(stack.collect_params()) == set(net.collect_params())
    assert len(states) == 2 * (1 + bidirectional) * len(after)


def test_deep_lstms_of_ones_say_what_mxnets_test_says():
    net = nn.LSTM(2, num_layers=6, bidirectional=True)
    net.initialize("ones")
    low, high = 0.72045636, 0.95215213
    expected = [[[low, low, high, high]] * 2, [[high, high, low, low]] * 2]
    assert_allclose(net(nd.ones((2, 2, 2))), expected, atol=1e-3)


@pytest.mark.peers
@pytest.mark.parametrize(("layer", "options"), LAYERS)
def test_values_and_gradients_are_torchs(layer, options):
    import torch

    rng = np.random.default_rng(4)
    net = layer(5, 2, bidirectional=True, input_size=3, dtype="float64", **options)
    net.initialize("xavier")
    kind = {"nonlinearity": options["activation"]} if options else {}
    peer = getattr(torch.nn, layer.__name__)(
        3, 5, 2, bidirectional=True, dtype=torch.float64, **kind
    )
    pairs = []
    for name, own in net.own_parameters.items():
        side, what, role = name[:2], *name[3:].split("_")
        which = "ih" if what == "i2h" else "hh"
        reverse = "_reverse" if side[0] == "r" else ""
        theirs = getattr(peer, f"{role}_{which}_l{side[1]}{reverse}")
        own.set_data(rng.normal(0, 0.5, own.shape))
        with torch.no_grad():
            theirs.copy_(torch.tensor(own.data().array))
        pairs.append((own, theirs))
    x = rng.normal(size=(6, 4, 3))
    ours = nd.array(x, dtype="float64")
    ours.attach_grad()
    weights = rng.normal(size=(6, 4, 10))
    with record():
        y = net(ours)
        loss = (y * weights).sum()
    loss.backward()
    theirs = torch.tensor(x, requires_grad=True)
    z, _ = peer(theirs)
    (z * torch.tensor(weights)).sum().backward()
    assert_allclose(y.array, z.detach().numpy(), atol=1e-12)
    assert_allclose(ours.grad.array, theirs.grad.numpy(), atol=1e-11)
    for own, other in pairs:
        assert_allclose(own.grad().array, other.grad.numpy(), atol=1e-11)
