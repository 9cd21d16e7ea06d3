"""One row or more per primitive: a function of float64 tensors and the arrays to check it at."""

from __future__ import annotations

import numpy as np

from initlab import nd
from initlab.autograd import PRIMITIVES
from initlab.nd.windows import Geometry

rng = np.random.default_rng(20240)


def near(*shape, low=-2.0, high=2.0):
    """Values in an interval, at least 0.05 from 0 and (almost surely) without ties."""
    x = rng.uniform(low, high, shape)
    return np.where(np.abs(x) < 0.05, x + 0.1, x)


def positive(*shape):
    return rng.uniform(0.3, 2.0, shape)


A, B, ROW = near(2, 3), near(2, 3), near(3)
P, Q = positive(2, 3), positive(3)
SMALL = rng.uniform(-0.8, 0.8, (2, 3))
CUBE = near(2, 3, 4)
PASSED = near(2, 2), A, near(2, 4), near(2, 2), near(4, 3), near(2, 4)  # g, h0, h1, h2, W1, W2
LABELS = np.array([2, 0, 2, 1])
PICK = np.array([[0, 2], [2, 2]])


def gradients(*arrays, which, of):
    """Return the gradients of a perceptron as one row of numbers."""
    parts = PRIMITIVES["perceptron_gradients"](*arrays, activations=of, which=which)
    return np.concatenate(parts, axis=None)


SAMPLES = {
    "add": [(np.add, A, ROW)],
    "subtract": [(np.subtract, ROW, A)],
    "multiply": [(np.multiply, A, ROW), (lambda x: x * x, A)],
    "divide": [(np.divide, A, Q)],
    "negative": [(np.negative, A)],
    "positive": [(np.positive, A)],
    "reciprocal": [(np.reciprocal, P)],
    "square": [(np.square, A)],
    "sqrt": [(np.sqrt, P)],
    "absolute": [(np.abs, A)],
    "power": [
        (np.power, P, ROW),
        (lambda x: x**3, A),
        (lambda x: x**0, A),
        (lambda x: x**2, A),
        (lambda x: 2.0**x, A),
    ],
    "maximum": [(np.maximum, A, ROW)],
    "minimum": [(np.minimum, A, ROW)],
    "clip": [(lambda x: np.clip(x, -0.5, 0.6), A), (lambda x: np.clip(x, None, 0.1), A)],
    "exp": [(np.exp, A)],
    "exp2": [(np.exp2, A)],
    "expm1": [(np.expm1, A)],
    "log": [(np.log, P)],
    "log2": [(np.log2, P)],
    "log10": [(np.log10, P)],
    "log1p": [(np.log1p, P)],
    "logaddexp": [(np.logaddexp, A, ROW)],
    "sin": [(np.sin, A)],
    "cos": [(np.cos, A)],
    "tan": [(np.tan, SMALL)],
    "arcsin": [(np.arcsin, SMALL)],
    "arccos": [(np.arccos, SMALL)],
    "arctan": [(np.arctan, A)],
    "arctan2": [(np.arctan2, A, Q)],
    "sinh": [(np.sinh, A)],
    "cosh": [(np.cosh, A)],
    "tanh": [(np.tanh, A)],
    "arcsinh": [(np.arcsinh, A)],
    "arccosh": [(np.arccosh, P + 1)],
    "arctanh": [(np.arctanh, SMALL)],
    "sum": [(np.sum, A), (lambda x: np.sum(x, axis=(0, -1)), CUBE), (lambda x: x.sum(1, True), A)],
    "mean": [(np.mean, A), (lambda x: np.mean(x, axis=(0, 2), keepdims=True), CUBE)],
    "max": [(np.max, A), (lambda x: np.max(x, axis=-1), CUBE)],
    "min": [(np.min, A), (lambda x: np.min(x, axis=(0, 1), keepdims=True), CUBE)],
    "prod": [
        (np.prod, A),
        (lambda x: np.prod(x, axis=(0, 2)), CUBE),
        (lambda x: np.prod(x, axis=1), np.array([[0.0, 2.0, 3.0], [0.0, 0.0, 1.0]])),
    ],
    "cumsum": [(np.cumsum, A), (lambda x: np.cumsum(x, 1), A)],
    "norm": [(np.linalg.norm, A), (lambda x: np.linalg.norm(x, axis=1, keepdims=True), A)],
    "reshape": [(lambda x: x.reshape(3, -1), A)],
    "ravel": [(np.ravel, A)],
    "expand_dims": [(lambda x: np.expand_dims(x, (0, 2)), A)],
    "squeeze": [(lambda x: np.squeeze(x, 0), near(1, 3))],
    "transpose": [(np.transpose, A), (lambda x: x.transpose(2, 0, -2), CUBE)],
    "swapaxes": [(lambda x: np.swapaxes(x, 0, 2), CUBE)],
    "moveaxis": [(lambda x: np.moveaxis(x, (0, 1), (2, 0)), CUBE)],
    "broadcast_to": [(lambda x: np.broadcast_to(x, (2, 2, 3)), ROW)],
    "copy": [(np.copy, A)],
    "flip": [(np.flip, A), (lambda x: np.flip(x, 1), A)],
    "roll": [(lambda x: np.roll(x, 2), A), (lambda x: np.roll(x, (1, 2), (0, 1)), A)],
    "tril": [(lambda x: np.tril(x, 1), A)],
    "triu": [(np.triu, A)],
    "astype": [(lambda x: x.astype("float64"), A)],
    "pad": [(lambda x: np.pad(x, ((1, 0), (0, 2)), constant_values=3), A)],
    "concatenate": [(lambda x, y: np.concatenate([x, y, x], axis=-1), A, near(2, 1))],
    "getitem": [
        (lambda x: x[1], A),
        (lambda x: x[..., ::-2, None], A),
        (lambda x: x[PICK], ROW),
        (lambda x: x[:, [0, 0]], A),
        (lambda x: x[x > 0], A),
    ],
    "put": [(lambda g: nd.put(g, (3, 2), np.array([0, 2, 2])), near(3, 2))],
    "where": [(lambda x, y: np.where(A > 0, x, y), A, ROW)],
    "matmul": [
        (np.matmul, A, near(3, 2)),
        (np.matmul, CUBE, near(4, 2)),
        (np.matmul, near(3, 2), near(2, 2, 3)),
        (np.matmul, ROW, near(3)),
        (np.matmul, ROW, near(2, 3, 2)),
        (np.matmul, CUBE, near(4)),
    ],
    "einsum": [
        (lambda x, y: np.einsum("ij,kj->ik", x, y), A, B),
        (lambda x: np.einsum("ii->i", x), near(3, 3)),
        (lambda x: np.einsum("ij->", x), A),
        (lambda x, y: np.einsum("i...,ij", x, y), A, B),
        (lambda x, y, z: np.einsum("ij,jk,k->i", x, y, z), A, near(3, 2), near(2)),
    ],
    "relu": [(nd.relu, A)],
    "sigmoid": [(nd.sigmoid, A)],
    "softplus": [(nd.softplus, A)],
    "erf": [(nd.erf, A)],
    "silu": [(nd.silu, A)],
    "gelu": [(nd.gelu, A)],
    "elu": [(lambda x: nd.elu(x, 0.7), A)],
    "leaky_relu": [(lambda x: nd.leaky_relu(x, 0.2), A)],
    "selu": [(nd.selu, A)],
    "softmax": [(lambda x: nd.softmax(x, axis=0), A)],
    "log_softmax": [(nd.log_softmax, A)],
    "softmax_cross_entropy": [
        (lambda x: nd.softmax_cross_entropy(x, LABELS), near(4, 3)),
        (lambda x: nd.softmax_cross_entropy(x, LABELS.reshape(2, 2)), near(2, 2, 3)),
    ],
    "dense": [
        (nd.dense, A, near(4, 3), near(4)),
        (nd.dense, CUBE, near(2, 12)),
        (lambda x, W, b: nd.dense(x, W, b, flatten=False), CUBE, near(2, 4), near(2)),
        (lambda x, W, b: nd.dense(x, W, b, True, "relu"), A, near(4, 3), near(4)),
        (lambda x, W, b: nd.dense(x, W, b, False, "tanh"), CUBE, near(2, 4), near(2)),
        (lambda x, W: nd.dense(x, W, activation="sigmoid"), A, near(4, 3)),
    ],
    "normalize": [
        (lambda x, c, b: nd.normalize(x, c, b, (0, 2), 1), CUBE, near(3), near(3)),
        (lambda x, c, b: nd.normalize(x, c, b, (2,), 1, 0.1), CUBE, near(3), near(3)),
    ],
    "perceptron": [
        (
            lambda x, V, c, W, b: nd.perceptron(x, V, c, W, b, activations=("tanh", None)),
            *(A, near(4, 3), near(4), near(2, 4), near(2)),
        ),
        (
            lambda x, U, V, W: nd.perceptron(
                x, U, None, V, None, W, None, activations=("sigmoid", None, "relu")
            ),
            *(A, near(4, 3), near(2, 4), near(3, 2)),
        ),
    ],
    "perceptron_gradients": [
        (lambda *a: gradients(*a, which=[True] * 5, of=("tanh", "sigmoid")), *PASSED),
        (lambda *a: gradients(*a, which=[False] * 3 + [True, False], of=("tanh", None)), *PASSED),
        (lambda *a: gradients(*a, which=[False, True] * 2 + [True], of=("relu", "tanh")), *PASSED),
    ],
    "softmax_cross_entropy_slope": [
        (
            lambda g, x: PRIMITIVES["softmax_cross_entropy_slope"](g, x, np.array([2, 3, 7, 11])),
            *(near(4), near(4, 3)),
        )
    ],
    "layer_norm": [
        (nd.layer_norm, CUBE, near(4), near(4)),
        (lambda x, c, b: nd.layer_norm(x, c, b, axis=1, eps=0.1), CUBE, near(3), near(3)),
    ],
}

IMAGE, KERNEL = near(2, 4, 4, 3), near(2, 2, 2, 2)
NO_TIES = rng.permutation(np.linspace(-2, 2, 2 * 2 * 4 * 5)).reshape(2, 2, 4, 5)

SAMPLES |= {
    "convolution": [
        (lambda x, W, b: nd.convolution(x, W, b, (2, 1), 1, 1, 2), IMAGE, KERNEL, near(2)),
        (lambda x, W: nd.convolution(x, W, dilate=2), near(2, 1, 5), near(2, 1, 2)),
        (nd.convolution, near(1, 1, 2, 3, 2), near(2, 1, 2, 2, 1)),
        (
            lambda x, W, b: nd.convolution(x, W, b, activation="tanh"),
            near(2, 1, 3, 3),
            near(2, 1, 2, 2),
            near(2),
        ),
        (lambda x, W: nd.convolution(x, W, activation="relu"), near(1, 2, 4), near(2, 2, 2)),
    ],
    "transposed_convolution": [
        (
            lambda x, W, b: nd.transposed_convolution(x, W, b, 2, 1, 1, 2, (1, 0)),
            near(1, 2, 2, 3),
            KERNEL,
            near(4),
        ),
        (lambda x, W: nd.transposed_convolution(x, W, dilate=2), near(2, 2, 3), near(2, 1, 2)),
    ],
    "convolution_weight": [
        (
            lambda x, g: PRIMITIVES["convolution_weight"](x, g, Geometry.of((2, 2), 1, 0, 1, 2)),
            near(2, 2, 3, 2),
            near(2, 2, 2, 1),
        ),
    ],
    "max_pool": [
        (lambda x: nd.max_pool(x, 2), NO_TIES),
        (lambda x: nd.max_pool(x, (2, 3), 1, 1, ceil=True), NO_TIES),
    ],
    "window_sum": [(lambda x: nd.avg_pool(x, 2), near(2, 1, 4, 5))],
    "window_spread": [
        (
            lambda g: PRIMITIVES["window_spread"](g, None, None, Geometry.of((2,), 1, 1), (3,)),
            near(2, 2, 4),
        ),
    ],
}

HALF = {k: rng.normal(0, 0.5, s) for k, s in {"h": (2, 2), "c": (2, 2)}.items()}

SAMPLES |= {
    "attention": [
        (lambda q, k, v: nd.attention(q, k, v, 2, True), near(2, 3, 4), near(2, 3, 4), CUBE),
        (nd.attention, near(1, 3, 4), near(1, 2, 4), near(1, 2, 3)),
    ],
    "rnn": [
        (nd.rnn_steps, near(3, 2, 2), HALF["h"], near(2, 2)),
        (lambda *a: nd.rnn_steps(*a, "relu"), near(3, 2, 2), HALF["h"], near(2, 2)),
    ],
    "lstm": [
        (
            lambda *a: np.concatenate([y.reshape(-1) for y in nd.lstm_steps(*a)]),
            near(3, 2, 3),
            HALF["h"],
            HALF["c"],
            near(8, 3),
            near(8, 2),
            near(8),
        ),
        (
            lambda x, *a: nd.lstm_steps(x, HALF["h"], HALF["c"], *a)[0],
            near(1, 2, 1),
            near(8, 1),
            near(8, 2),
            near(8),
        ),
    ],
    "gru": [(nd.gru_steps, near(3, 2, 6), HALF["h"], near(6, 2), near(6))],
}

COMPOSITIONS = {
    "average of what is there": (
        lambda x: nd.avg_pool(x, 2, 2, 1, ceil=True, count_pad=False),
        near(1, 2, 3, 4),
    ),
    "var": (lambda x: np.var(x, axis=1, ddof=1), A),
    "std": (lambda x: np.std(x, axis=0, keepdims=True), A),
    "norm 1": (lambda x: np.linalg.norm(x, 1, axis=0), A),
    "norm inf": (lambda x: np.linalg.norm(x, np.inf, axis=1), A),
    "stack": (lambda x, y: np.stack([x, y], axis=-1), A, B),
    "vstack": (lambda x, y: np.vstack([x, y]), A, ROW),
    "hstack": (lambda x, y: np.hstack([x, y]), A, B),
    "split": (lambda x: np.multiply(*np.split(x, [1], axis=1)), A),
    "unstack": (lambda x: np.multiply(*np.unstack(x)), A),
    "repeat": (lambda x: np.repeat(x, [2, 0, 3], axis=1), A),
    "tile": (lambda x: np.tile(x, (2, 1, 2)), A),
    "take": (lambda x: np.take(x, PICK, axis=1), A),
    "take_along_axis": (lambda x: np.take_along_axis(x, PICK, 1), A),
    "diagonal": (lambda x: np.diagonal(x, 1), A),
    "dot": (np.dot, A, near(3, 2)),
    "dot of many axes": (np.dot, A, near(2, 3, 2)),
    "outer": (np.outer, A, ROW),
    "tensordot": (lambda x, y: np.tensordot(x, y, ((0, 2), (1, -1))), CUBE, near(3, 2, 4)),
    "trace": (np.trace, near(3, 3)),
    "iteration": (lambda x: np.multiply(*x), A),
}
