"""One SGD step of a model, as initlab, torch and jax write it, and the products of one alone."""

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
