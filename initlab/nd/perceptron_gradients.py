# ruff: noqa: ARG001 - a kernel is called with what it does not need, too
"""The gradients of a multilayer perceptron as values, which have gradients themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Kernel, composed, primitive
from initlab.nd.constants import ones
from initlab.nd.slopes import ENDINGS
from initlab.nd.threads import product

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["perceptron_gradients"]


def perceptron_gradients(
    g: Any, *arrays: Any, activations: Sequence[str | None], which: Sequence[bool]
) -> list[Any]:
    """Return the gradients of x = h₀, W₁, b₁, W₂, b₂, ... where hₗ = f(Wₗ hₗ₋₁ + bₗ).

    With δₗ = gₗ f'(hₗ) and gₗ₋₁ = δₗ Wₗ they are g₀ and, of each layer, δₗᵀ hₗ₋₁ and δₗᵀ 1.

    Args:
        g: gₙ, the gradient of the last layer's values.
        arrays: h₀, h₁, ..., hₙ, then W₁, ..., Wₙ.
        activations: each layer's f by its name in `ENDINGS`, or None.
        which: whether each of the gradients is wanted; None stands for one that is not.

    >>> x, W = np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])
    >>> one = np.ones((1, 1))
    >>> perceptron_gradients(one, x, x @ W.T, W, activations=[None], which=[True, True, False])
    [array([[3., 4.]]), array([[1., 2.]]), None]
    """
    found = iter(_primitive.lifted(g, *arrays, activations=activations, which=which))
    return [next(found) if wanted else None for wanted in which]


def _gradients(
    g: Any, *arrays: Any, activations: Sequence[str | None], which: Sequence[bool]
) -> tuple[Any, ...]:
    return _forward(g, *arrays, activations=activations, which=which)[0]


def _by_parts(
    g: Any, *arrays: Any, activations: Sequence[str | None], which: Sequence[bool]
) -> tuple[Any, ...]:
    """The definition, of tensors."""
    h, weights = _apart(arrays)
    parts: list[Any] = []
    for i, W in reversed([*enumerate(weights)]):
        if activations[i] is not None:
            g = g * ENDINGS[activations[i]].slope(h[i + 1])
        parts += np.sum(g, axis=0), np.matmul(g.T, h[i])
        g = np.matmul(g, W)
    return _wanted([g, *reversed(parts)], which)


def _apart(arrays: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    """Return h₀, ..., hₙ and W₁, ..., Wₙ."""
    count = len(arrays) // 2 + 1
    return arrays[:count], arrays[count:]


def _wanted(parts: Sequence[Any], which: Sequence[bool]) -> tuple[Any, ...]:
    return tuple(part for part, need in zip(parts, which, strict=True) if need)


def _forward(
    g: Any, *arrays: Any, activations: Sequence[str | None], which: Sequence[bool]
) -> tuple[tuple[Any, ...], tuple[list[Any], list[Any]]]:
    """The same down to the first layer that is wanted; keeps g and δ of each on the way."""
    h, weights = _apart(arrays)
    parts: list[Any] = [None] * len(which)
    gs, deltas = [None] * len(weights), [None] * len(weights)
    first, rows = which.index(True), ones(len(g), g.dtype)
    for i in reversed(range(len(weights))):
        gs[i] = delta = g
        activation = activations[i]
        if activation is not None:
            delta = g.copy()
            ENDINGS[activation].pull(delta, h[i + 1])
        deltas[i] = delta
        at = 2 * i + 1
        if which[at]:
            parts[at] = product(delta.T, h[i])
        if which[at + 1]:
            parts[at + 1] = rows.dot(delta)
        if first >= at:
            break
        g = product(delta, weights[i])
    parts[0] = g
    return _wanted(parts, which), (gs, deltas)


def _backward(
    g: Sequence[Any],
    y: Any,
    kept: tuple[list[Any], list[Any]],
    wanted: Sequence[bool],
    out: Sequence[Any],
    _: Any,
    *arrays: Any,
    activations: Sequence[str | None],
    which: Sequence[bool],
) -> list[Any]:
    """Up through the layers, as directions go through derivatives (Pearlmutter 1994).

    With u, Uₗ and vₗ the gradients of g₀, δₗᵀ hₗ₋₁ and δₗᵀ 1, and samples as columns, let γ₀ = u,
    εₗ = Wₗ γₗ₋₁ + Uₗ hₗ₋₁ + vₗ and γₗ = εₗ f'(hₗ). Then gₙ gets γₙ, Wₗ gets δₗᵀ γₗ₋₁, hₗ₋₁ gets
    δₗ Uₗ, and hₗ gets εₗ gₗ times what f' changes by with hₗ.
    """
    gs, deltas = kept
    h, weights = _apart(arrays)
    _, *of = wanted
    parts: list[Any] = [None] * len(arrays)
    given = iter(g)
    u, *others = [next(given) if need else None for need in which]
    up, column = None if u is None else _turned(u), None
    for i, (delta, U, v) in enumerate(zip(deltas, others[::2], others[1::2], strict=True)):
        bent = None
        if up is not None:
            bent = product(weights[i], up)
            at = len(h) + i
            if of[at]:
                parts[at] = product(delta.T, up.T, out[at + 1])
        if U is not None:
            bent = _plus(bent, product(U, _turned(h[i]) if column is None else column))
            if of[i]:
                parts[i] = _plus(parts[i], product(delta, U))
        if v is not None:
            shift = v[:, None]
            bent = np.repeat(shift, len(delta), 1) if bent is None else _plus(bent, shift)
        up, column, activation = bent, None, activations[i]
        if bent is not None and activation is not None:
            ending, column = ENDINGS[activation], _turned(h[i + 1])
            if ending.bend is not None and of[i + 1]:
                parts[i + 1] = _turned(ending.bend(column) * bent)
                parts[i + 1] *= gs[i]
            ending.pull(bent, column)
    return [None if up is None else _turned(up), *parts]


def _turned(a: Any) -> Any:
    """Return the rows as columns, in an order that BLAS reads quicker than the other."""
    return np.ascontiguousarray(a.T)


def _plus(sum: Any, part: Any) -> Any:
    """Return the sum with one more part, in place."""
    return part if sum is None else np.add(sum, part, out=sum)


_primitive = primitive(
    _gradients,
    joint=composed(_by_parts),
    kernel=Kernel(_forward, _backward),
    name="perceptron_gradients",
)
