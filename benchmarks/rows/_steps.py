"""One SGD step of a model, as each peer writes it, and the products of one alone."""

from __future__ import annotations

from functools import partial

import numpy as np

LR = 0.01


def initlab_step(model, loss, x, y):
    from initlab import autograd, nd, optim

    model.initialize("xavier")
    x = nd.array(x, dtype=x.dtype)
    model(x)
    stepper = optim.SGD(LR).bind(list(model.collect_params().values()))

    def step():
        with autograd.record():
            value = loss(model(x), y)
        value.backward()
        stepper.step(len(value))

    return step


def torch_step(model, loss, x, y):
    import torch

    optimizer = torch.optim.SGD(model.parameters(), LR)
    x, y = torch.from_numpy(x), torch.from_numpy(y)

    def step():
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()

    return step


def jax_step(loss, params, x, y):
    import jax
    import jax.numpy as jnp

    params = jax.tree.map(jnp.asarray, params)
    x, y = jnp.asarray(x), jnp.asarray(y)

    @partial(jax.jit, donate_argnums=0)
    def update(params, x, y):
        slopes = jax.grad(loss)(params, x, y)
        return jax.tree.map(lambda p, g: p - LR * g, params, slopes)

    def step():
        nonlocal params
        params = update(params, x, y)
        jax.tree.leaves(params)[0].block_until_ready()

    return step


def autograd_step(loss, params, x, y):
    from autograd import grad

    slopes = grad(loss)

    def descend(params, slopes):
        for p, g in zip(params, slopes, strict=True):
            if isinstance(p, np.ndarray):
                np.subtract(p, np.float32(LR) * g, out=p)
            else:
                descend(p, g)

    return lambda: descend(params, slopes(params, x, y))


def autograd_cross_entropy(logits, y):
    import autograd.numpy as anp

    z = logits - anp.max(logits, axis=-1, keepdims=True)
    picked = z.reshape(-1, z.shape[-1])[np.arange(y.size), y.ravel()]
    return anp.mean(anp.log(anp.sum(anp.exp(z), axis=-1)).ravel() - picked)


def tinygrad_step(forward, params, loss, x, y):
    from tinygrad import Context, Tensor, TinyJit, nn

    optimizer = nn.optim.SGD(params, LR)
    x, y = (Tensor(a if a.dtype == np.float32 else a.astype("int32")) for a in (x, y))

    @TinyJit
    def step():
        with Context(TRAINING=1):
            optimizer.zero_grad()
            value = loss(forward(x), y).backward()
            return value.realize(*optimizer.schedule_step())

    return step


def tinygrad_cross_entropy(logits, y):
    return logits.reshape(-1, logits.shape[-1]).sparse_categorical_crossentropy(y.flatten())


def mxnet_step(model, loss, x, y):
    from mxnet import autograd, gluon, init, nd

    model.initialize(init.Xavier())
    x, y = nd.array(x), nd.array(y)
    trainer = gluon.Trainer(model.collect_params(), "sgd", {"learning_rate": LR})

    def step():
        with autograd.record():
            value = loss(model(x), y)
        value.backward()
        trainer.step(len(value))
        nd.waitall()

    return step


def jax_cross_entropy(logits, y):
    import jax
    import jax.numpy as jnp

    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[..., None], -1))


def weights(*shapes):
    """Return float32 arrays that keep a signal's size, their inputs all axes but the first."""
    rng = np.random.default_rng(0)
    return [
        (rng.standard_normal(s) / np.sqrt(max(1, np.prod(s[1:])))).astype("float32") for s in shapes
    ]


def products(*sizes):
    """Return a step of matrix products alone: each (m, k, n) is (m, k) @ (k, n), into memory."""
    triples = [
        tuple(np.ones(shape, "float32") for shape in ((m, k), (k, n), (m, n))) for m, k, n in sizes
    ]

    def step():
        for a, b, out in triples:
            np.matmul(a, b, out=out)

    return step


def dense_products(rows, inputs, outputs, *, first=False):
    """Return the sizes of a dense layer's products: forward, weight's gradient, input's."""
    sizes = [(rows, inputs, outputs), (outputs, rows, inputs), (rows, outputs, inputs)]
    return sizes[:2] if first else sizes
