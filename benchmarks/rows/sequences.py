"""R8, R9, R10: a transformer, a tied language model, an LSTM; one SGD step by each peer."""

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

WIDTH, HEADS, VOCABULARY = 128, 4, 5000


def signals(batch, time):
    """Return inputs and targets (batch, time, WIDTH)."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, batch, time, WIDTH)).astype("float32")
    return x, y


def tokens():
    rng = np.random.default_rng(0)
    return rng.integers(0, VOCABULARY, (16, 32)), rng.integers(0, VOCABULARY, (16, 32))


# ---- R8: four pre-LN blocks
def initlab_transformer():
    from initlab import nn

    def residual(*layers):
        body = nn.Sequential()
        body.add(nn.LayerNorm(), *layers)
        return nn.Residual(body)

    net = nn.Sequential()
    for _ in range(4):
        wide = nn.Dense(4 * WIDTH, activation="gelu", flatten=False)
        net.add(residual(nn.MultiHeadAttention(WIDTH, HEADS)))
        net.add(residual(wide, nn.Dense(WIDTH, flatten=False)))
    return initlab_step(net, nn.L2Loss(), *signals(16, 64))


def torch_transformer():
    from torch import nn

    layer = nn.TransformerEncoderLayer(
        WIDTH, HEADS, 4 * WIDTH, dropout=0, activation="gelu", batch_first=True, norm_first=True
    )
    net = nn.TransformerEncoder(layer, 4, enable_nested_tensor=False)
    return torch_step(net, nn.MSELoss(), *signals(16, 64))


def jax_transformer():
    import jax
    import jax.numpy as jnp

    def norm(x, gain, shift):
        z = x - x.mean(-1, keepdims=True)
        return z / jnp.sqrt((z * z).mean(-1, keepdims=True) + 1e-5) * gain + shift

    def split(x):
        return x.reshape(*x.shape[:2], HEADS, -1).transpose(0, 2, 1, 3)

    def loss(params, x, y):
        for (A, a, O, o, W, w, V, v), (g1, s1, g2, s2) in params:
            q, k, u = map(split, jnp.split(norm(x, g1, s1) @ A.T + a, 3, -1))
            p = jax.nn.softmax(q @ k.swapaxes(-1, -2) / np.sqrt(WIDTH / HEADS).astype("float32"))
            x = x + (p @ u).transpose(0, 2, 1, 3).reshape(x.shape) @ O.T + o
            h = jax.nn.gelu(norm(x, g2, s2) @ W.T + w, approximate=False)
            x = x + h @ V.T + v
        return jnp.mean((x - y) ** 2)

    shapes = [(384, 128), (384,), (128, 128), (128,), (512, 128), (512,), (128, 512), (128,)]
    one, zero = np.ones(WIDTH, "float32"), np.zeros(WIDTH, "float32")
    params = [(weights(*shapes), (one, zero, one, zero)) for _ in range(4)]
    return jax_step(loss, params, *signals(16, 64))


def autograd_transformer():
    import autograd.numpy as anp
    from autograd.scipy.special import erf

    half = np.float32(0.5**0.5)

    def norm(x, gain, shift):
        z = x - anp.mean(x, -1, keepdims=True)
        return z / anp.sqrt(anp.mean(z * z, -1, keepdims=True) + np.float32(1e-5)) * gain + shift

    def split(x):
        return anp.transpose(x.reshape(*x.shape[:2], HEADS, -1), (0, 2, 1, 3))

    def softmax(x):
        e = anp.exp(x - anp.max(x, -1, keepdims=True))
        return e / anp.sum(e, -1, keepdims=True)

    def loss(params, x, y):
        for (A, a, O, o, W, w, V, v), (g1, s1, g2, s2) in params:
            z = norm(x, g1, s1) @ A.T + a
            q, k, u = (split(z[..., i * WIDTH : (i + 1) * WIDTH]) for i in range(3))
            p = softmax(q @ anp.swapaxes(k, -1, -2) * np.float32((HEADS / WIDTH) ** 0.5))
            heads = anp.transpose(p @ u, (0, 2, 1, 3)).reshape(x.shape)
            x = x + heads @ O.T + o
            h = norm(x, g2, s2) @ W.T + w
            x = x + (np.float32(0.5) * h * (1 + erf(h * half))) @ V.T + v
        return anp.mean((x - y) ** 2)

    shapes = [(384, 128), (384,), (128, 128), (128,), (512, 128), (512,), (128, 512), (128,)]
    params = [
        [weights(*shapes), [np.full(WIDTH, i % 2 == 0, "float32") for i in range(4)]]
        for _ in range(4)
    ]
    return autograd_step(loss, params, *signals(16, 64))


def tinygrad_transformer():
    from tinygrad import nn

    class Layer:
        def __init__(self):
            self.norms = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
            self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
            self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

        def __call__(self, x):
            first, second = self.norms
            q, k, u = (
                z.reshape(*x.shape[:2], HEADS, -1).transpose(1, 2)
                for z in self.qkv(first(x)).chunk(3, -1)
            )
            heads = q.scaled_dot_product_attention(k, u)
            x = x + self.out(heads.transpose(1, 2).reshape(*x.shape))
            h = self.wide(second(x))
            return x + self.narrow(h * 0.5 * (1 + (h * 0.5**0.5).erf()))

    layers = [Layer() for _ in range(4)]

    def forward(x):
        return x.sequential(layers)

    def loss(out, y):
        return (out - y).square().mean()

    return tinygrad_step(forward, nn.state.get_parameters(layers), loss, *signals(16, 64))


def mxnet_transformer():
    from mxnet import gluon, nd

    nn = gluon.nn

    class Attention(gluon.Block):
        def __init__(self):
            super().__init__()
            with self.name_scope():
                self.qkv = nn.Dense(3 * WIDTH, flatten=False)
                self.out = nn.Dense(WIDTH, flatten=False)

        def forward(self, x):
            batch, time, _ = x.shape
            q, k, u = (
                z.reshape((batch, time, HEADS, -1)).transpose((0, 2, 1, 3)).reshape((-3, 0, 0))
                for z in nd.split(self.qkv(x), 3, axis=2)
            )
            scores = nd.batch_dot(q, k, transpose_b=True) * (HEADS / WIDTH) ** 0.5
            heads = nd.batch_dot(nd.softmax(scores), u).reshape((batch, HEADS, time, -1))
            return self.out(heads.transpose((0, 2, 1, 3)).reshape((0, 0, -3)))

    class Residual(gluon.Block):
        def __init__(self, *layers):
            super().__init__()
            self.body = nn.Sequential()
            self.body.add(nn.LayerNorm(), *layers)

        def forward(self, x):
            return x + self.body(x)

    net = nn.Sequential()
    for _ in range(4):
        wide, narrow = nn.Dense(4 * WIDTH, flatten=False), nn.Dense(WIDTH, flatten=False)
        net.add(Residual(Attention()), Residual(wide, nn.GELU(), narrow))
    return mxnet_step(net, gluon.loss.L2Loss(), *signals(16, 64))


def blas_transformer():
    rows = 16 * 64
    step = products(
        *dense_products(rows, 128, 384), *dense_products(rows, 128, 128),
        *dense_products(rows, 128, 512), *dense_products(rows, 512, 128),
    )  # fmt: skip
    q = np.ones((64, 64, 32), "float32")
    p = np.ones((64, 64, 64), "float32")
    scores, values = np.empty_like(p), np.empty_like(q)

    def four():
        for _ in range(4):
            step()
            for _ in range(2):
                np.matmul(q, q.swapaxes(1, 2), out=scores)
            for _ in range(4):
                np.matmul(p, q, out=values)

    return four


# ---- R9: the decoder's weight is the encoder's
def initlab_language():
    from initlab import nn

    net = nn.Sequential()
    encoder = nn.Embedding(VOCABULARY, WIDTH)
    net.add(encoder, nn.Dense(WIDTH, activation="tanh", flatten=False))
    net.add(nn.Dense(VOCABULARY, flatten=False, use_bias=False, params=encoder.params))
    return initlab_step(net, nn.SoftmaxCrossEntropyLoss(), *tokens())


def torch_language():
    from torch import nn

    net = nn.Sequential(
        nn.Embedding(VOCABULARY, WIDTH), nn.Linear(WIDTH, WIDTH), nn.Tanh(),
        nn.Linear(WIDTH, VOCABULARY, bias=False), nn.Flatten(0, 1),
    )  # fmt: skip
    net[3].weight = net[0].weight
    x, y = tokens()
    return torch_step(net, nn.CrossEntropyLoss(), x, y.ravel())


def jax_language():
    import jax.numpy as jnp

    def loss(params, x, y):
        E, W, b = params
        return jax_cross_entropy(jnp.tanh(E[x] @ W.T + b) @ E.T, y)

    return jax_step(loss, weights((VOCABULARY, WIDTH), (WIDTH, WIDTH), (WIDTH,)), *tokens())


def autograd_language():
    import autograd.numpy as anp

    def loss(params, x, y):
        E, W, b = params
        return autograd_cross_entropy(anp.tanh(E[x] @ W.T + b) @ E.T, y)

    return autograd_step(loss, weights((VOCABULARY, WIDTH), (WIDTH, WIDTH), (WIDTH,)), *tokens())


def tinygrad_language():
    from tinygrad import nn

    encoder, dense = nn.Embedding(VOCABULARY, WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(x):
        return dense(encoder(x)).tanh() @ encoder.weight.T

    params = nn.state.get_parameters([encoder, dense])
    return tinygrad_step(forward, params, tinygrad_cross_entropy, *tokens())


def mxnet_language():
    from mxnet.gluon import loss, nn

    net, encoder = nn.Sequential(), nn.Embedding(VOCABULARY, WIDTH)
    net.add(encoder, nn.Dense(WIDTH, activation="tanh", flatten=False))
    net.add(nn.Dense(VOCABULARY, flatten=False, use_bias=False, params=encoder.params))
    return mxnet_step(net, loss.SoftmaxCrossEntropyLoss(), *tokens())


def blas_language():
    return products(*dense_products(512, 128, 128), *dense_products(512, 128, 5000))


# ---- R10: 64 steps of 128 units
def initlab_lstm():
    from initlab import nn

    return initlab_step(nn.LSTM(WIDTH), nn.L2Loss(), *signals(64, 32))


def torch_lstm():
    from torch import nn

    class Outputs(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(WIDTH, WIDTH)

        def forward(self, x):
            return self.lstm(x)[0]

    return torch_step(Outputs(), nn.MSELoss(), *signals(64, 32))


def jax_lstm():
    import jax
    import jax.numpy as jnp

    def loss(params, x, y):
        W, V, b = params

        def step(state, z):
            h, c = state
            i, f, u, o = jnp.split(z + h @ V.T, 4, -1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(u)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        zero = jnp.zeros(x.shape[1:])
        _, states = jax.lax.scan(step, (zero, zero), x @ W.T + b)
        return jnp.mean((states - y) ** 2)

    params = weights((512, 128), (512, 128), (512,))
    return jax_step(loss, params, *signals(64, 32))


def autograd_lstm():
    import autograd.numpy as anp

    half = np.float32(0.5)

    def sigmoid(z):
        return half * (anp.tanh(half * z) + 1)

    def loss(params, x, y):
        W, V, b = params
        z, states = x @ W.T + b, []
        h = c = np.zeros(x.shape[1:], "float32")
        for t in range(len(x)):
            g = z[t] + h @ V.T
            i, f, u, o = (g[:, k * WIDTH : (k + 1) * WIDTH] for k in range(4))
            c = sigmoid(f) * c + sigmoid(i) * anp.tanh(u)
            h = sigmoid(o) * anp.tanh(c)
            states.append(h)
        return anp.mean((anp.stack(states) - y) ** 2)

    return autograd_step(loss, weights((512, 128), (512, 128), (512,)), *signals(64, 32))


def mxnet_lstm():
    from mxnet import gluon

    return mxnet_step(gluon.rnn.LSTM(WIDTH), gluon.loss.L2Loss(), *signals(64, 32))


def blas_lstm():
    h, W, z = (np.ones(s, "float32") for s in ((32, 128), (128, 512), (32, 512)))
    back, V = np.empty_like(h), np.ones((512, 128), "float32")
    once = products((2048, 128, 512), (512, 2048, 128), (512, 2048, 128))

    def step():
        once()
        for _ in range(64):
            np.matmul(h, W, out=z)
            np.matmul(z, V, out=back)

    return step


ROWS = {
    "R8": (
        "4 pre-LN blocks, d 128, 4 heads, T 64, batch 16",
        {
            "torch": torch_transformer, "initlab": initlab_transformer,
            "jax.jit": jax_transformer, "autograd": autograd_transformer,
            "tinygrad": tinygrad_transformer, "MXNet": mxnet_transformer, "BLAS": blas_transformer,
        },
    ),
    "R9": (
        "tied language model, 5000 words, d 128, T 32, batch 16",
        {
            "torch": torch_language, "initlab": initlab_language, "jax.jit": jax_language,
            "autograd": autograd_language, "tinygrad": tinygrad_language, "MXNet": mxnet_language,
            "BLAS": blas_language,
        },
    ),
    "R10": (
        "LSTM, T 64, hidden 128, batch 32",
        {
            "torch": torch_lstm, "initlab": initlab_lstm, "jax.jit": jax_lstm,
            "autograd": autograd_lstm, "MXNet": mxnet_lstm, "BLAS": blas_lstm,
        },
    ),
}  # fmt: skip
