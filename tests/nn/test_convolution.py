from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from initlab import nd, nn
from initlab.autograd import record
from initlab.errors import BadValueError, ShapeError

LAYERS = [
    (nn.Conv1D, (2, 4, 9)),
    (nn.Conv2D, (2, 4, 9, 8)),
    (nn.Conv3D, (2, 4, 5, 6, 7)),
    (nn.Conv1DTranspose, (2, 4, 5)),
    (nn.Conv2DTranspose, (2, 4, 5, 4)),
    (nn.Conv3DTranspose, (2, 4, 3, 4, 3)),
]


@pytest.mark.parametrize(("layer", "shape"), LAYERS)
def test_the_first_batch_tells_the_number_of_inputs(layer, shape):
    net = layer(6, 3, groups=2)
    transposed = "Transpose" in layer.__name__
    assert 0 in net.weight.shape
    net.initialize()
    y = net(nd.ones(shape))
    kernel = (3,) * (len(shape) - 2)
    assert net.weight.shape == ((4, 3, *kernel) if transposed else (6, 2, *kernel))
    change = 2 if transposed else -2
    assert y.shape == (2, 6, *(n + change for n in shape[2:]))


@pytest.mark.parametrize(("layer", "shape"), LAYERS)
def test_fans_count_within_a_group(layer, shape):
    net = layer(6, 3, groups=2, in_channels=4)
    field = 3 ** (len(shape) - 2)
    assert (net.weight.spec.fan_in, net.weight.spec.fan_out) == (2 * field, 3 * field)
    assert net.bias.spec.role == "bias"


def test_a_layer_is_its_function_with_its_options():
    rng = np.random.default_rng(0)
    x = nd.array(rng.normal(size=(2, 4, 7, 6)))
    net = nn.Conv2D(6, (3, 2), (2, 1), (1, 0), (1, 2), 2, activation="relu")
    net.initialize()
    y = net(x)
    plain = nd.convolution(x, net.weight.data(), net.bias.data(), (2, 1), (1, 0), (1, 2), 2)
    assert_allclose(y.array, np.maximum(plain.array, 0), atol=1e-6)


def test_a_transposed_layer_with_output_padding_is_longer():
    net = nn.Conv1DTranspose(3, 4, strides=3, padding=1, output_padding=2)
    net.initialize()
    assert net(nd.ones((1, 2, 5))).shape == (1, 3, 4 * 3 + 4 - 2 + 2)


def test_a_layer_without_bias_has_none():
    net = nn.Conv2D(2, 3, use_bias=False)
    assert net.bias is None
    assert list(net.collect_params()) == [net.weight.name]


def test_names_and_printouts_are_gluons():
    net = nn.Conv2D(6, (3, 2), groups=2, in_channels=4, padding=1, dilation=2, use_bias=False,
                    activation="relu")  # fmt: skip
    assert repr(net) == (
        "Conv2D(2 -> 6, kernel_size=(3, 2), stride=(1, 1), padding=(1, 1), dilation=(2, 2), "
        "groups=2, bias=False, Activation(relu))"
    )
    assert (net.prefix, net.weight.name) == ("conv0_", "conv0_weight")
    assert nn.Conv3DTranspose(6, 3).name == "conv1"
    assert repr(nn.Conv2DTranspose(6, 3)) == (
        "Conv2DTranspose(6 -> 0, kernel_size=(3, 3), stride=(1, 1))"
    )
    assert repr(nn.MaxPool1D(3, padding=1)) == (
        "MaxPool1D(size=(3,), stride=(3,), padding=(1,), ceil_mode=False, global_pool=False, "
        "pool_type=max, layout=NCW)"
    )
    assert repr(nn.GlobalAvgPool2D()) == (
        "GlobalAvgPool2D(size=(1, 1), stride=(1, 1), padding=(0, 0), ceil_mode=True, "
        "global_pool=True, pool_type=avg, layout=NCHW)"
    )
    assert nn.AvgPool3D().name == "pool2"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: nn.Conv2D(4, 3, layout="NCWH"), "layout of Conv2D 'NCWH'"),
        (lambda: nn.MaxPool1D(layout="NHWC"), "layout of MaxPool1D 'NHWC'"),
        (lambda: nn.Conv1D(0, 3), "channels=0, in_channels=0, groups=1"),
        (lambda: nn.Conv1D(4, 3, groups=3), "which groups divide, got channels=4"),
        (lambda: nn.Conv2D(4, (3, 3, 3)), r"kernel_size .* at least 1, or 2 of them, got \(3, 3"),
        (lambda: nn.Conv2D(4, 3, padding=-1), "padding is a whole number of at least 0"),
        (lambda: nn.Conv1DTranspose(4, 3, output_padding=1), r"less than the strides \(1,\), got"),
    ],
)
def test_numbers_that_make_no_layer_are_refused(make, words):
    with pytest.raises(BadValueError, match=words):
        make()


@pytest.mark.parametrize(
    ("net", "shape", "words"),
    [
        (nn.Conv2D(4, 3), (2, 3, 8), "Conv2D takes inputs of layout NCHW"),
        (nn.Conv1D(4, 3, groups=2), (2, 3, 8), "channels that 2 groups divide"),
        (nn.MaxPool2D(), (2, 3, 8), r"MaxPool2D takes .* got one of shape \(2, 3, 8\)"),
        (nn.Conv1D(4, 3), (2, 3, 2), "is smaller than a kernel"),
    ],
)
def test_an_input_of_another_shape_names_the_layer(net, shape, words):
    net.initialize()
    with pytest.raises(ShapeError, match=words):
        net(nd.ones(shape))


def test_other_channels_than_the_first_batchs_are_refused():
    net = nn.Conv1D(4, 3)
    net.initialize()
    net(nd.ones((1, 2, 5)))
    with pytest.raises(ShapeError, match=r"shape \(1, 3, 5\) and a weight of shape \(4, 2, 3\)"):
        net(nd.ones((1, 3, 5)))


@pytest.mark.parametrize("kind", ["Max", "Avg"])
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_a_global_pool_is_one_window_over_all_of_space(kind, dims):
    x = nd.array(np.random.default_rng(1).normal(size=(2, 3, *(4, 5, 6)[:dims])))
    everywhere = getattr(nn, f"Global{kind}Pool{dims}D")()(x)
    window = getattr(nn, f"{kind}Pool{dims}D")((4, 5, 6)[:dims])(x)
    assert everywhere.shape == (2, 3, *(1,) * dims)
    assert_allclose(everywhere.array, window.array, rtol=1e-6)


def test_pools_take_their_options():
    x = nd.array(np.arange(5.0).reshape(1, 1, 5))
    assert nn.MaxPool1D(2, ceil_mode=True)(x).tolist() == [[[1, 3, 4]]]
    assert nn.AvgPool1D(2, 2, 1)(x).tolist() == [[[0, 1.5, 3.5]]]
    assert nn.AvgPool1D(2, 2, 1, count_include_pad=False)(x).tolist() == [[[0, 1.5, 3.5]]]
    assert nn.MaxPool1D(3, strides=1)(x).tolist() == [[[2, 3, 4]]]


def test_a_cnn_learns_to_tell_a_bar_that_stands_from_one_that_lies():
    rng = np.random.default_rng(2)
    x = rng.normal(0, 0.1, (32, 1, 8, 8)).astype("float32")
    labels = np.arange(32) % 2
    for image, label, place in zip(x, labels, rng.integers(1, 7, 32), strict=True):
        image[0, *((slice(None), place) if label else (place,))] += 1
    net = nn.Sequential()
    net.add(nn.Conv2D(4, 3, activation="relu"), nn.MaxPool2D(), nn.Flatten(), nn.Dense(2))
    net.initialize("xavier")
    loss = nn.SoftmaxCrossEntropyLoss()
    for _ in range(60):
        with record():
            value = loss(net(nd.array(x)), labels)
        value.backward()
        for parameter in net.collect_params().values():
            parameter.data()[:] -= 0.2 / 32 * parameter.grad().array
    assert (net(nd.array(x)).argmax(axis=1).array == labels).mean() > 0.9


POOLS = [
    lambda layout: nn.MaxPool1D(3, 2, layout=layout),
    lambda layout: nn.AvgPool2D((3, 2), padding=(1, 0), ceil_mode=True, layout=layout),
    lambda layout: nn.AvgPool2D(2, padding=1, count_include_pad=False, layout=layout),
    lambda layout: nn.GlobalMaxPool2D(layout=layout),
    lambda layout: nn.GlobalAvgPool3D(layout=layout),
]
CONVOLUTIONS = [
    lambda layout: nn.Conv1D(6, 3, 2, 1, groups=2, layout=layout),
    lambda layout: nn.Conv2D(6, (3, 2), groups=2, layout=layout, activation="relu"),
    lambda layout: nn.Conv3D(6, 2, dilation=2, layout=layout, use_bias=False),
    lambda layout: nn.Conv2DTranspose(6, (3, 2), 2, output_padding=1, groups=2, layout=layout),
]


def with_channels_last(make):
    """Return both layers, their batches of equal values, and the layout's name."""
    plain = make(None)
    names = {1: ("NCW", "NWC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}
    name = names[plain.dimensions][1]
    x = np.random.default_rng(0).normal(size=(2, 4, *range(5, 5 + plain.dimensions)))
    x = nd.array(x.astype("float32"))
    return plain, make(name), x, nd.array(np.moveaxis(x.array, 1, -1)), name


@pytest.mark.parametrize("make", POOLS + CONVOLUTIONS)
def test_channels_may_come_last(make):
    """Values and gradients are those of the other order; weights follow the layout, as Gluon's."""
    plain, last, x, y, _ = with_channels_last(make)
    for layer, batch in ((plain, x), (last, y)):
        layer.initialize()
        layer(batch)
    for name, weight in plain.own_parameters.items():
        values = weight.data().array
        values = np.moveaxis(values, 1, -1) if values.ndim > 1 else values
        assert getattr(last, name).shape == values.shape
        getattr(last, name).set_data(values)
    outputs = []
    for layer, batch in ((plain, x), (last, y)):
        batch.attach_grad()
        with record():
            outputs.append(layer(batch))
            loss = (outputs[-1] ** 2).sum()
        loss.backward()
    assert_allclose(np.moveaxis(outputs[0].array, 1, -1), outputs[1], rtol=1e-5, atol=1e-6)
    assert_allclose(np.moveaxis(x.grad.array, 1, -1), y.grad, rtol=1e-4, atol=1e-5)
    if "weight" in plain.own_parameters:
        grads = np.moveaxis(plain.weight.grad().array, 1, -1), last.weight.grad()
        assert_allclose(*grads, rtol=1e-4, atol=1e-4)
        a, b = plain.weight.spec, last.weight.spec
        assert (a.fan_in, a.fan_out) == (b.fan_in, b.fan_out)


def test_weights_of_channels_last_are_mxnets():
    """Shapes by MXNet 1.9.1; it prints the kernel's size as the number of inputs."""
    assert nn.Conv2D(16, 3, groups=2, layout="NHWC").weight.shape == (16, 3, 3, 0)
    net = nn.Conv3D(16, 3, in_channels=4, groups=2, layout="NDHWC")
    assert net.weight.shape == (16, 3, 3, 3, 2)
    assert repr(net).startswith("Conv3D(2 -> 16, ")
    net = nn.Conv2DTranspose(16, 3, in_channels=4, groups=2, layout="NHWC")
    assert net.weight.shape == (4, 3, 3, 8)
    assert repr(nn.MaxPool2D(layout="NHWC")).endswith("pool_type=max, layout=NHWC)")


def test_a_reflection_leaves_the_edge_out():
    """The 5 x 5 picture that MXNet 1.9.1 makes of 3 x 3."""
    x = nd.arange(9.0, dtype="float32").reshape(1, 1, 3, 3)
    x.attach_grad()
    with record():
        y = nn.ReflectionPad2D(1)(x)
        loss = y.sum()
    loss.backward()
    rows = [4, 3, 4, 5, 4], [1, 0, 1, 2, 1], [4, 3, 4, 5, 4], [7, 6, 7, 8, 7], [4, 3, 4, 5, 4]
    assert y.array[0, 0].tolist() == [list(map(float, row)) for row in rows]
    assert x.grad.array[0, 0].tolist() == [[1, 3, 1], [3, 9, 3], [1, 3, 1]]  # how often each shows
    sides = nn.ReflectionPad2D((0, 0, 0, 0, 0, 2, 1, 0))(x).array[0, 0]
    assert sides[:, 0].tolist() == [1, 4, 7, 4, 1]


def test_a_reflection_needs_a_longer_picture_and_whole_numbers():
    with pytest.raises(ShapeError, match=r"longer than the padding .*, got .* \(1, 1, 3, 3\)"):
        nn.ReflectionPad2D(3)(nd.ones((1, 1, 3, 3)))
    with pytest.raises(ShapeError, match=r"got an input of shape \(1, 3, 3\)"):
        nn.ReflectionPad2D(1)(nd.ones((1, 3, 3)))
    for wrong in (-1, (1, 2, 3, 4), (0, 0, 1, 1, 1, 1, 1, 1), 1.5, (0, 0, 0, 0, 1, 1, 1, 1.5)):
        with pytest.raises(BadValueError, match="takes one whole number of at least 0, or"):
            nn.ReflectionPad2D(wrong)


def test_numpys_whole_numbers_are_whole_numbers():
    assert nn.ReflectionPad2D(np.int64(1))(nd.ones((1, 1, 3, 3))).shape == (1, 1, 5, 5)
    assert repr(nn.Conv2D(6, np.int64(3))) == repr(nn.Conv2D(6, 3))


def test_arguments_stand_in_gluons_order():
    """Which differs by the number of axes: by `inspect` on MXNet 1.9.1."""
    last = [
        nn.MaxPool1D(2, 1, 0, "NWC", True), nn.MaxPool2D(2, 1, 0, "NHWC", True),
        nn.MaxPool3D(2, 1, 0, True, "NDHWC"), nn.AvgPool1D(2, 1, 0, "NWC", True),
        nn.AvgPool2D(2, 1, 0, True, "NHWC"), nn.AvgPool3D(2, 1, 0, True, "NDHWC"),
    ]  # fmt: skip
    for pool in last:
        assert "stride=(1," in repr(pool)
        assert "ceil_mode=True" in repr(pool)
        assert repr(pool).endswith("WC)")
