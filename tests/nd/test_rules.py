from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import initlab.nd  # noqa: F401 - fills the table of primitives
from initlab.autograd import PRIMITIVES, Tensor, check_gradients, grad, record, unwrap

_spec = importlib.util.spec_from_file_location("samples", Path(__file__).with_name("samples.py"))
samples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(samples)

ROWS = [
    pytest.param(fn, arrays, id=f"{name}-{i}")
    for name, rows in samples.SAMPLES.items()
    for i, (fn, *arrays) in enumerate(rows)
]
COMPOSED = [
    pytest.param(fn, arrays, id=name) for name, (fn, *arrays) in samples.COMPOSITIONS.items()
]


def test_every_primitive_has_a_row_of_samples_and_every_row_a_primitive():
    assert set(samples.SAMPLES) == set(PRIMITIVES)


@pytest.mark.parametrize(("fn", "arrays"), ROWS + COMPOSED)
def test_rule_agrees_with_central_differences_to_second_order(fn, arrays):
    check_gradients(fn, *arrays)


@pytest.mark.parametrize(("fn", "arrays"), [row for row in ROWS + COMPOSED if row.id != "astype-0"])
def test_float32_stays_float32_forwards_and_backwards(fn, arrays):
    xs = [Tensor(a.astype(np.float32)) for a in arrays]
    for x in xs:
        x.attach_grad()
    with record():
        y = fn(*xs)
    y.backward()
    assert y.dtype == np.float32
    assert all(np.isfinite(x.grad.array).all() for x in xs)


@pytest.mark.parametrize(("fn", "arrays"), ROWS + COMPOSED)
def test_value_is_the_same_recorded_or_not(fn, arrays):
    xs = [Tensor(a) for a in arrays]
    plain = fn(*xs)
    for x in xs:
        x.attach_grad()
    with record():
        recorded = fn(*xs)
    np.testing.assert_array_equal(unwrap(plain), unwrap(recorded))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("fn", "arrays"), [row for row in ROWS if row.id != "astype-0"])
def test_kernel_is_the_rule_to_the_last_units_of_rounding(fn, arrays, dtype):
    """`backward` runs the kernels, straight into the gradients; `create_graph` runs the rules."""
    xs = [Tensor(a.astype(dtype)) for a in arrays]
    for x in xs:
        x.attach_grad()
    with record():
        y = fn(*xs)
    g = np.random.default_rng(1).uniform(0.5, 1.5, y.shape).astype(dtype)
    ruled = grad(y, xs, g, create_graph=True)
    y.backward(g)
    for x, claimed in zip(xs, ruled, strict=True):
        size = max(1, np.abs(claimed.array).max())
        np.testing.assert_allclose(x.grad.array, claimed.array, 0, 8 * np.finfo(dtype).eps * size)
