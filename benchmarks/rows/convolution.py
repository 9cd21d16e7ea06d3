"""R6 and R7: convolutional nets, one SGD step each, by the peers and by the products alone."""

from __future__ import annotations

import numpy as np

from rows._steps import (
    autograd_cross_entropy,
    autograd_step,
    dense_products,
    initlab_step,
    jax_cross_entropy,
    jax_step,
    mxnet_step,
    products,
    tinygrad_cross_entropy,
    tinygrad_step,
    torch_step,
    weights,
)


def lenet_data():
    rng = np.random.default_rng(0)
    return rng.standard_normal((64, 1, 28, 28)).astype("float32"), rng.integers(0, 10, 64)


def stack_data():
    rng = np.random.default_rng(0)
    return rng.standard_normal((16, 64, 32, 32)).astype("float32"), rng.integers(0, 10, 16)


def lenet(nn):
    """Return LeNet-5 of initlab's layers, or of Gluon's: they have the same names."""
    net = nn.Sequential()
    net.add(
        nn.Conv2D(6, 5, padding=2, activation="relu"), nn.MaxPool2D(),
        nn.Conv2D(16, 5, activation="relu"), nn.MaxPool2D(), nn.Flatten(),
        nn.Dense(120, activation="relu"), nn.Dense(84, activation="relu"), nn.Dense(10),
    )  # fmt: skip
    return net


def stack(nn):
    net = nn.Sequential()
    net.add(*(nn.Conv2D(64, 3, padding=1, activation="relu") for _ in range(6)))
    net.add(nn.GlobalAvgPool2D(), nn.Dense(10))
    return net


def initlab_lenet():
    from initlab import nn

    return initlab_step(lenet(nn), nn.SoftmaxCrossEntropyLoss(), *lenet_data())


def initlab_stack():
    from initlab import nn

    return initlab_step(stack(nn), nn.SoftmaxCrossEntropyLoss(), *stack_data())


def torch_lenet():
    from torch import nn

    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84),
        nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip
    return torch_step(net, nn.CrossEntropyLoss(), *lenet_data())


def torch_stack():
    from torch import nn

    layers = [part for _ in range(6) for part in (nn.Conv2d(64, 64, 3, padding=1), nn.ReLU())]
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    return torch_step(net, nn.CrossEntropyLoss(), *stack_data())


def _jax_conv(x, W, b, pad):
    import jax

    y = jax.lax.conv_general_dilated(x, W, (1, 1), [(pad, pad)] * 2)
    return jax.nn.relu(y + b[:, None, None])


def _jax_pool(x):
    import jax

    return jax.lax.reduce_window(x, -np.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def jax_lenet():
    import jax

    def loss(params, x, y):
        (W, b), (V, c), *dense = params
        h = _jax_pool(_jax_conv(_jax_pool(_jax_conv(x, W, b, 2)), V, c, 0)).reshape(len(x), -1)
        for W, b in dense[:-1]:
            h = jax.nn.relu(h @ W.T + b)
        W, b = dense[-1]
        return jax_cross_entropy(h @ W.T + b, y)

    shapes = [(6, 1, 5, 5), (16, 6, 5, 5), (120, 400), (84, 120), (10, 84)]
    params = [(w, np.zeros(len(w), "float32")) for w in weights(*shapes)]
    return jax_step(loss, params, *lenet_data())


def jax_stack():
    import jax.numpy as jnp

    def loss(params, x, y):
        *convolutions, (V, c) = params
        for W, b in convolutions:
            x = _jax_conv(x, W, b, 1)
        return jax_cross_entropy(jnp.mean(x, (2, 3)) @ V.T + c, y)

    shapes = [(64, 64, 3, 3)] * 6 + [(10, 64)]
    params = [(w, np.zeros(len(w), "float32")) for w in weights(*shapes)]
    return jax_step(loss, params, *stack_data())


def _autograd_conv(x, W, b, pad):
    import autograd.numpy as anp
    from autograd.scipy.signal import convolve

    x = anp.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), "constant")
    y = convolve(x, W, axes=([2, 3], [2, 3]), dot_axes=([1], [0]), mode="valid")
    return anp.maximum(y + b[:, None, None], 0)


def _autograd_pool(x):
    import autograd.numpy as anp

    n, c, h, w = x.shape
    return anp.max(x.reshape(n, c, h // 2, 2, w // 2, 2), axis=(3, 5))


def autograd_lenet():
    import autograd.numpy as anp

    def loss(params, x, y):
        (W, b), (V, c), *dense = params
        h = _autograd_pool(_autograd_conv(x, W, b, 2))
        h = _autograd_pool(_autograd_conv(h, V, c, 0)).reshape(len(x), -1)
        for W, b in dense[:-1]:
            h = anp.maximum(h @ W.T + b, 0)
        W, b = dense[-1]
        return autograd_cross_entropy(h @ W.T + b, y)

    first, second, *dense = weights((1, 6, 5, 5), (6, 16, 5, 5), (120, 400), (84, 120), (10, 84))
    zeros = [np.zeros(n, "float32") for n in (6, 16, 120, 84, 10)]
    params = [list(pair) for pair in zip((first, second, *dense), zeros, strict=True)]
    return autograd_step(loss, params, *lenet_data())


def autograd_stack():
    import autograd.numpy as anp

    def loss(params, x, y):
        *convolutions, (V, c) = params
        for W, b in convolutions:
            x = _autograd_conv(x, W, b, 1)
        return autograd_cross_entropy(anp.mean(x, (2, 3)) @ V.T + c, y)

    params = [
        [w, np.zeros(n, "float32")]
        for w, n in zip(weights(*[(64, 64, 3, 3)] * 6, (10, 64)), [64] * 6 + [10], strict=True)
    ]
    return autograd_step(loss, params, *stack_data())


def tinygrad_lenet():
    from tinygrad import nn

    c, d = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
    f, g, h = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(x):
        x = d(c(x).relu().max_pool2d()).relu().max_pool2d().flatten(1)
        return h(g(f(x).relu()).relu())

    params = nn.state.get_parameters([c, d, f, g, h])
    return tinygrad_step(forward, params, tinygrad_cross_entropy, *lenet_data())


def tinygrad_stack():
    from tinygrad import nn

    convolutions = [nn.Conv2d(64, 64, 3, padding=1) for _ in range(6)]
    last = nn.Linear(64, 10)

    def forward(x):
        for convolution in convolutions:
            x = convolution(x).relu()
        return last(x.mean((2, 3)))

    params = nn.state.get_parameters([*convolutions, last])
    return tinygrad_step(forward, params, tinygrad_cross_entropy, *stack_data())


def mxnet_lenet():
    from mxnet.gluon import loss, nn

    return mxnet_step(lenet(nn), loss.SoftmaxCrossEntropyLoss(), *lenet_data())


def mxnet_stack():
    from mxnet.gluon import loss, nn

    return mxnet_step(stack(nn), loss.SoftmaxCrossEntropyLoss(), *stack_data())


def blas_lenet():
    """The products with the windows as columns, as if those lay there."""
    return products(
        (6, 25, 64 * 28 * 28), (6, 64 * 28 * 28, 25),
        (16, 150, 64 * 100), (16, 64 * 100, 150), (150, 16, 64 * 100),
        *dense_products(64, 400, 120), *dense_products(64, 120, 84), *dense_products(64, 84, 10),
    )  # fmt: skip


def blas_stack():
    """Each product of a layer once, six times."""
    step = products((64, 576, 16384), (64, 16384, 576), (576, 64, 16384))

    def six():
        for _ in range(6):
            step()

    return six


ROWS = {
    "R6": (
        "LeNet-5 28x28, batch 64",
        {
            "torch": torch_lenet, "initlab": initlab_lenet, "jax.jit": jax_lenet,
            "autograd": autograd_lenet, "tinygrad": tinygrad_lenet, "MXNet": mxnet_lenet,
            "BLAS": blas_lenet,
        },
    ),
    "R7": (
        "six 3x3 convolutions, 64 channels, 32x32, batch 16",
        {
            "torch": torch_stack, "initlab": initlab_stack, "jax.jit": jax_stack,
            "autograd": autograd_stack, "tinygrad": tinygrad_stack, "MXNet": mxnet_stack,
            "BLAS": blas_stack,
        },
    ),
}  # fmt: skip
