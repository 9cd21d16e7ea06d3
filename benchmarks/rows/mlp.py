"""R1 to R5: fully connected nets, one SGD step each, by peers, by hand and by products alone."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

LR = 0.01


class Net(NamedTuple):
    sizes: tuple[int, ...]
    activation: str
    batch: int

    def data(self):
        """Return inputs, labels, and weights that keep the signal's size."""
        rng = np.random.default_rng(0)
        x = rng.standard_normal((self.batch, self.sizes[0])).astype("float32")
        y = rng.integers(0, self.sizes[-1], self.batch)
        gain = 2 if self.activation == "relu" else 1
        weights = [
            (rng.standard_normal((m, n)) * (gain / n) ** 0.5).astype("float32")
            for n, m in zip(self.sizes, self.sizes[1:], strict=False)
        ]
        return x, y, weights


def initlab(net, taped=False):
    from initlab import autograd, nd, nn, optim
    from initlab.training import Passes

    x, y, weights = net.data()
    model, loss = nn.Sequential(), nn.SoftmaxCrossEntropyLoss()
    last = len(weights) - 1
    for i, w in enumerate(weights):
        model.add(nn.Dense(len(w), activation=None if i == last else net.activation))
    model.initialize()
    model(nd.array(x))
    for layer, w in zip(model, weights, strict=True):
        layer.weight.set_data(w)
    stepper = optim.SGD(LR).bind(list(model.collect_params().values()))

    passes = Passes(model, loss)

    def step():
        passes(x, y).backward()
        stepper.step(net.batch)

    def tape_step():
        with autograd.record():
            value = loss(model(x), y)
        value.backward()
        stepper.step(net.batch)

    return tape_step if taped else step


def torch(net):
    import torch

    x, y, weights = net.data()
    layers = []
    for w in weights:
        layer = torch.nn.Linear(*w.shape[::-1])
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(w))
        layers += [layer, torch.nn.ReLU() if net.activation == "relu" else torch.nn.Tanh()]
    model, loss = torch.nn.Sequential(*layers[:-1]), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), LR)
    x, y = torch.from_numpy(x), torch.from_numpy(y)

    def step():
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()

    return step


def jax(net):
    import jax
    import jax.numpy as jnp

    x, y, weights = net.data()
    params = [(jnp.asarray(w), jnp.zeros(len(w), "float32")) for w in weights]
    act = jax.nn.relu if net.activation == "relu" else jnp.tanh

    def loss(params, x, y):
        *hidden, (W, b) = params
        for V, c in hidden:
            x = act(x @ V.T + c)
        logits = x @ W.T + b
        return -jnp.mean(jax.nn.log_softmax(logits)[jnp.arange(len(y)), y])

    @partial(jax.jit, donate_argnums=0)
    def update(params, x, y):
        slopes = jax.grad(loss)(params, x, y)
        return jax.tree.map(lambda p, g: p - LR * g, params, slopes)

    x, y = jnp.asarray(x), jnp.asarray(y)

    def step():
        nonlocal params
        params = update(params, x, y)
        params[0][0].block_until_ready()

    return step


def autograd(net):
    import autograd.numpy as anp
    from autograd import grad

    x, y, weights = net.data()
    params = [(w, np.zeros(len(w), "float32")) for w in weights]
    rows = np.arange(len(y))

    def loss(params):
        *hidden, (W, b) = params
        h = x
        for V, c in hidden:
            z = anp.dot(h, V.T) + c
            h = anp.maximum(z, 0) if net.activation == "relu" else anp.tanh(z)
        z = anp.dot(h, W.T) + b
        z = z - anp.max(z, axis=1, keepdims=True)
        return anp.mean(anp.log(anp.sum(anp.exp(z), axis=1)) - z[rows, y])

    slopes = grad(loss)

    def step():
        for pair, change in zip(params, slopes(params), strict=True):
            for w, g in zip(pair, change, strict=True):
                np.subtract(w, np.float32(LR) * g, out=w)

    return step


def tinygrad(net):
    from tinygrad import Tensor, nn

    from rows._steps import tinygrad_cross_entropy, tinygrad_step

    x, y, weights = net.data()
    layers = [nn.Linear(*w.shape[::-1]) for w in weights]
    for layer, w in zip(layers, weights, strict=True):
        layer.weight.assign(Tensor(w)).realize()

    def forward(h):
        for layer in layers[:-1]:
            h = layer(h).relu() if net.activation == "relu" else layer(h).tanh()
        return layers[-1](h)

    return tinygrad_step(forward, nn.state.get_parameters(layers), tinygrad_cross_entropy, x, y)


def mxnet(net):
    from mxnet import gluon

    from rows._steps import mxnet_step

    x, y, weights = net.data()
    model, last = gluon.nn.Sequential(), len(weights) - 1
    for i, w in enumerate(weights):
        model.add(gluon.nn.Dense(len(w), activation=None if i == last else net.activation))
    return mxnet_step(model, gluon.loss.SoftmaxCrossEntropyLoss(), x, y)


def views(flat, weights):
    """Return the stretches of a flat array that are like weights, and those of their biases."""
    Ws, bs, start = [], [], 0
    for w in weights:
        middle, stop = start + w.size, start + w.size + len(w)
        Ws.append(flat[start:middle].reshape(w.shape))
        bs.append(flat[middle:stop])
        start = stop
    return Ws, bs


def numpy(net):
    """Return the step with every call of NumPy bound and every array made before: no net, no tape.

    What a plan that is recorded once and replayed could come to at best.
    """
    from scipy.linalg.blas import saxpy

    x, y, weights = net.data()
    size = sum(w.size + len(w) for w in weights)
    flat, slopes = np.zeros(size, "float32"), np.zeros(size, "float32")
    (Ws, bs), (dWs, dbs) = (views(array, weights) for array in (flat, slopes))
    for W, w in zip(Ws, weights, strict=True):
        W[...] = w
    hs = [x, *(np.empty((net.batch, len(w)), "float32") for w in weights)]
    gs = [np.empty_like(h) for h in hs]
    logits, g = hs[-1], gs[-1]
    zero, one = np.zeros((), "float32"), np.ones((), "float32")
    ones, classes = np.ones(net.batch, "float32"), np.ones(net.sizes[-1], "float32")
    starts = np.arange(net.batch) * net.sizes[-1]
    last = len(weights) - 1

    def step():
        for i, (W, b) in enumerate(zip(Ws, bs, strict=True)):
            z = hs[i].dot(W.T, hs[i + 1])
            z += b
            if i < last:
                _ = np.maximum(z, zero, out=z) if net.activation == "relu" else np.tanh(z, out=z)
        places = starts + y
        top = logits.take(starts + logits.argmax(1))
        np.subtract(logits, top[:, None], out=g)
        here = g.take(places)
        np.exp(g, out=g)
        sums = g.dot(classes)
        loss = np.log(sums) - here
        np.divide(g, sums[:, None], out=g)
        g.put(places, g.take(places) - ones)
        for i in reversed(range(last + 1)):
            d, h = gs[i + 1], hs[i + 1]
            if i < last and net.activation == "relu":
                np.multiply(d, h > zero, out=d)
            elif i < last:
                np.multiply(d, np.subtract(one, np.square(h)), out=d)
            d.T.dot(hs[i], dWs[i])
            ones.dot(d, dbs[i])
            if i:
                d.dot(Ws[i], gs[i])
        saxpy(slopes, flat, a=-LR / net.batch)
        return loss

    return step


def blas(net):
    """Return the products of a step and nothing else, into arrays that are there."""
    _, _, weights = net.data()
    xs = [np.zeros((net.batch, n), "float32") for n in net.sizes]
    slopes = [np.empty_like(w) for w in weights]

    def step():
        for i, w in enumerate(weights):
            np.matmul(xs[i], w.T, out=xs[i + 1])
        for i in reversed(range(len(weights))):
            np.matmul(xs[i + 1].T, xs[i], out=slopes[i])
            if i:
                np.matmul(xs[i + 1], weights[i], out=xs[i])

    return step


PEERS = {
    "torch": torch, "initlab": initlab, "tape": partial(initlab, taped=True), "jax.jit": jax,
    "autograd": autograd, "tinygrad": tinygrad, "MXNet": mxnet, "NumPy": numpy, "BLAS": blas,
}  # fmt: skip
NETS = {
    "R1": ("MLP 20-256-10, batch 2", Net((20, 256, 10), "relu", 2)),
    "R2": ("MLP 64-256-256-10, batch 64", Net((64, 256, 256, 10), "relu", 64)),
    "R3": ("MLP 784-2048x3-10, batch 256", Net((784, 2048, 2048, 2048, 10), "relu", 256)),
    "R4": ("100 layers x 64, batch 32", Net((*(64,) * 100, 10), "relu", 32)),
    "R5": ("50 x 512 tanh, batch 128", Net((*(512,) * 50, 10), "tanh", 128)),
}
ROWS = {
    row: (title, {who: partial(maker, net) for who, maker in PEERS.items()})
    for row, (title, net) in NETS.items()
}
