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
        (lambda: nn.Conv2D(4, 3, layout="NHWC"), "Conv2D takes the layout 'NCHW', got 'NHWC'"),
        (lambda: nn.MaxPool1D(layout="NWC"), "MaxPool1D takes the layout 'NCW', got 'NWC'"),
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
        (nn.Conv2D(4, 3), (2, 3, 8), r"Conv2D takes \(n, channels, \.\.\.\) with 2 spatial axes"),
        (nn.Conv1D(4, 3, groups=2), (2, 3, 8), "channels that 2 groups divide"),
        (nn.MaxPool2D(), (2, 3, 8), r"MaxPool2D takes .* got an input of shape \(2, 3, 8\)"),
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
