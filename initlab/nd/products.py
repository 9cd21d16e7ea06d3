# ruff: noqa: ARG001 - a rule is called with (g, y, *args) and names what it does not need
"""Products: sums over the axes that two tensors share."""

from __future__ import annotations

from string import ascii_letters
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Tensor, implements, primitive
from initlab.errors import ShapeError
from initlab.nd.arithmetic import multiply

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["dot", "einsum", "matmul", "outer", "tensordot", "trace"]


def _matmul_left(g: Any, y: Any, a: Any, b: Any) -> Any:
    """G bᵀ; for vectors the missing axis is put in."""
    if b.ndim == 1:
        return g[..., None] * b
    return _summed(np.matmul(g if a.ndim > 1 else g[..., None, :], np.swapaxes(b, -1, -2)), a)


def _matmul_right(g: Any, y: Any, a: Any, b: Any) -> Any:
    """aᵀ g; for vectors the missing axis is put in."""
    if a.ndim == 1:
        return a[:, None] * g[..., None, :] if b.ndim > 1 else g * a
    if b.ndim == 1:
        return np.sum(a * g[..., None], axis=tuple(range(a.ndim - 1)))
    return np.matmul(np.swapaxes(a, -1, -2), g)


def _summed(product: Any, a: Any) -> Any:
    """Without the row axis that a vector on the left was given."""
    return product if a.ndim > 1 else product[..., 0, :]


matmul = primitive(np.matmul, _matmul_left, _matmul_right)


@implements(np.dot)
def dot(a: Any, b: Any) -> Tensor:
    """Return NumPy's dot: the last axis of `a` with the last but one of `b`.

    >>> dot(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    array(11.)
    """
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return multiply(a, b)
    if np.ndim(b) <= 2:
        return matmul(a, b)
    return tensordot(a, b, axes=((-1,), (-2,)))


@implements(np.outer)
def outer(a: Any, b: Any) -> Tensor:
    """Return all products of an element of `a` with one of `b`, both flat."""
    return matmul(np.reshape(a, (-1, 1)), np.reshape(b, (1, -1)))


@implements(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Tensor:
    """Return the sum of products over the given axes, as NumPy's tensordot."""
    if isinstance(axes, int):
        axes = tuple(range(-axes, 0)), tuple(range(axes))
    left = [i % np.ndim(a) for i in np.atleast_1d(axes[0])]
    right = [i % np.ndim(b) for i in np.atleast_1d(axes[1])]
    names = iter(ascii_letters)
    of_a = [next(names) for _ in range(np.ndim(a))]
    of_b = [next(names) for _ in range(np.ndim(b))]
    for i, j in zip(left, right, strict=True):
        of_b[j] = of_a[i]
    shared = {of_a[i] for i in left}
    free = [name for name in of_a + of_b if name not in shared]
    return einsum(f"{''.join(of_a)},{''.join(of_b)}->{''.join(free)}", a, b)


@implements(np.trace)
def trace(x: Any) -> Tensor:
    """Return the sum of the main diagonal of the first two axes."""
    return einsum("ii...->...", x)


def _einsum(subscripts: str, *operands: Any) -> Any:
    return np.einsum(subscripts, *operands, optimize=True)


def _einsum_back(
    g: Any, y: Any, needs: Sequence[bool], subscripts: str, *operands: Any
) -> tuple[Any, ...]:
    """Each operand gets the einsum of g and the others that ends in its own subscripts.

    An index that only this operand has is a factor of ones; one that it repeats, an identity.
    """
    inputs, output = subscripts.split("->")
    terms = inputs.split(",")
    parts: list[Any] = [None]
    for i, term in enumerate(terms):
        if not needs[i + 1]:
            parts.append(None)
            continue
        rest = [(t, x) for j, (t, x) in enumerate(zip(terms, operands, strict=True)) if j != i]
        factors = [(output, g), *rest]
        own = ""
        spare = (c for c in ascii_letters if c not in inputs)
        for name, n in zip(term, operands[i].shape, strict=True):
            target = next(spare) if name in own else name
            if target != name:
                factors.append((name + target, np.eye(n, dtype=g.dtype)))
            elif not any(name in t for t, _ in factors):
                factors.append((name, np.ones(n, g.dtype)))
            own += target
        names = ",".join(t for t, _ in factors)
        parts.append(np.einsum(f"{names}->{own}", *(x for _, x in factors), optimize=True))
    return tuple(parts)


_einsum_primitive = primitive(_einsum, joint=_einsum_back)


@implements(np.einsum)
def einsum(subscripts: str, *operands: Any, optimize: Any = True) -> Tensor:
    """Return Einstein's sum; `optimize` is accepted, and always on.

    Args:
        subscripts: as 'ij,jk->ik', with or without '->', '...' allowed.
        operands: as many as subscripts.
        optimize: NumPy's argument; the order of products is always chosen.

    >>> einsum("ij->", np.ones((2, 3)))
    array(6.)
    """
    return _einsum_primitive(_explicit(subscripts, operands), *operands)


def _explicit(subscripts: str, operands: Sequence[Any]) -> str:
    """Return the subscripts with '->' and with letters for each '...'."""
    text = subscripts.replace(" ", "")
    inputs, arrow, output = text.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(operands):
        raise ShapeError(
            f"einsum {subscripts!r} names {len(terms)} operands, {len(operands)} came."
        )
    spare = [c for c in ascii_letters if c not in text]
    most = 0
    for i, (term, x) in enumerate(zip(terms, operands, strict=True)):
        if "..." in term:
            count = np.ndim(x) - len(term.replace("...", ""))
            most = max(most, count)
            terms[i] = term.replace("...", "".join(spare[:count][::-1]))
    dots = "".join(spare[:most][::-1])
    if not arrow:
        letters = sorted(c for c in inputs if c.isalpha())
        output = "..." + "".join(c for c in letters if inputs.count(c) == 1)
    return f"{','.join(terms)}->{output.replace('...', dots)}"
