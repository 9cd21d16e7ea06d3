# ruff: noqa: ARG001 - a rule is called with (g, y, *args) and names what it does not need
"""Pooling: one number from each window, its largest value or its mean.

A window's gradient goes back to all its elements, or to the first that is its largest. That spread
and the sum over windows are each other's transpose, and so each other's gradient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Tensor, primitive, unwrap
from initlab.errors import BadValueError
from initlab.nd.arithmetic import multiply
from initlab.nd.constants import ONE
from initlab.nd.windows import (
    Geometry,
    Size,
    between,
    channels_innermost,
    cropped,
    each,
    grown,
    outside,
    windows,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["avg_pool", "max_pool"]


def _largest(x: Any, how: Geometry, outputs: Size) -> Any:
    """Each window's largest value; outside x there is none."""
    last = channels_innermost(x)
    seen = _seen(x, how, outputs, last, -np.inf)
    first, *others = np.ndindex(*how.kernel)
    y = seen[:, *first].copy()
    for k in others:
        np.maximum(y, seen[:, *k], out=y)
    return outside(y, last)


def _total(h: Any, x: Any, top: Any, how: Geometry, outputs: Size) -> Any:
    """Each window's sum of h; with x, only the h where x first is the window's `top`."""
    last = channels_innermost(h)
    seen: Any = _seen(h, how, outputs, last, 0)
    chosen = _selection(x, top, how, last)
    y = np.zeros((len(seen), *outputs, seen.shape[-1]), h.dtype)
    for k in np.ndindex(*how.kernel):
        y += seen[:, *k] * chosen(k)
    return outside(y, last)


def _spread(g: Any, x: Any, top: Any, how: Geometry, size: Size) -> Any:
    """Each window's g added to its elements; with x, only to that where x first is its `top`."""
    last = channels_innermost(g if x is None else x)
    outputs, g = g.shape[2:], between(g, last)
    chosen = _selection(x, top, how, last)
    h = np.zeros((len(g), *_ground(size, how, outputs), g.shape[-1]), g.dtype)
    seen: Any = windows(h, how, outputs)
    apart = all(s >= k for s, k in zip(how.stride, how.kernel, strict=True))
    for k in np.ndindex(*how.kernel):
        if apart:
            np.multiply(g, chosen(k), out=seen[:, *k])
        else:
            seen[:, *k] += g * chosen(k)
    return outside(cropped(h, how.pad, size), last)


def _selection(x: Any, top: Any, how: Geometry, last: bool) -> Callable[[Size], Any]:
    """Return what tells for which windows the k-th element counts, asked in order.

    For all, or with x where it is the window's `top` and none before was.
    """
    if x is None:
        return lambda _: ONE
    seen: Any = _seen(x, how, top.shape[2:], last, -np.inf)
    highest = between(top, last)
    open_still = np.ones(highest.shape, bool)

    def first(k: Size) -> np.ndarray:
        found: np.ndarray = seen[:, *k] == highest
        found &= open_still
        np.not_equal(open_still, found, out=open_still)
        return found

    return first


def _seen(x: Any, how: Geometry, outputs: Size, last: bool, value: float) -> np.ndarray:
    """Return the windows of x, with `value` where they stand out."""
    around = grown(between(x, last), how.pad, _ground(x.shape[2:], how, outputs), value)
    return windows(around, how, outputs)


def _ground(size: Size, how: Geometry, outputs: Size) -> Size:
    """Return the size of what holds both the padded input and all windows."""
    zipped = zip(size, how.pad, how.covered(outputs), strict=True)
    return tuple(max(s + 2 * p, c) for s, p, c in zipped)


def _largest_rule(g: Any, y: Any, x: Any, how: Geometry, outputs: Size) -> Any:
    return spread.lifted(g, x, y, how, x.shape[2:])


def _total_rule(g: Any, y: Any, h: Any, x: Any, top: Any, how: Geometry, outputs: Size) -> Any:
    return spread.lifted(g, x, top, how, h.shape[2:])


def _spread_rule(h: Any, y: Any, g: Any, x: Any, top: Any, how: Geometry, size: Size) -> Any:
    return total.lifted(h, x, top, how, g.shape[2:])


largest = primitive(_largest, _largest_rule, name="max_pool")
total = primitive(_total, _total_rule, name="window_sum")
spread = primitive(_spread, _spread_rule, name="window_spread")


def max_pool(x: Any, kernel: Any, stride: Any = None, pad: Any = 0, ceil: bool = False) -> Tensor:
    """Return each window's largest value; its gradient goes to the first that is as large.

    Args:
        x: (n, channels, ...) with one spatial axis or more.
        kernel: the window's size, a number or one for each spatial axis.
        stride: from one window to the next, likewise; the window's size if None.
        pad: how far windows may stand out on either side, likewise; less than the window.
        ceil: whether a last window may stand out behind the padding.

    Raises:
        BadValueError: for a padding that is not less than the window.
        ShapeError: when the window is larger than the input.

    >>> max_pool(np.array([[[1.0, 3.0, 2.0, 0.0]]]), 2)
    array([[[3., 2.]]])
    """
    how, outputs = _pool(np.shape(unwrap(x)), kernel, stride, pad, ceil)
    return largest(x, how, outputs)


def avg_pool(
    x: Any,
    kernel: Any,
    stride: Any = None,
    pad: Any = 0,
    ceil: bool = False,
    count_pad: bool = True,
) -> Tensor:
    """Return each window's mean.

    Args:
        x: (n, channels, ...) with one spatial axis or more.
        kernel: the window's size, a number or one for each spatial axis.
        stride: from one window to the next, likewise; the window's size if None.
        pad: how many zeros on either side, likewise; less than the window.
        ceil: whether a last window may stand out behind the padding; what does counts nowhere.
        count_pad: whether the padding counts.

    Raises:
        BadValueError: for a padding that is not less than the window.
        ShapeError: when the window is larger than the input.

    >>> avg_pool(np.array([[[1.0, 3.0, 2.0, 0.0]]]), 2)
    array([[[2., 1.]]])
    """
    shape = np.shape(unwrap(x))
    how, outputs = _pool(shape, kernel, stride, pad, ceil)
    sums = total(x, None, None, how, outputs)
    return multiply(sums, 1 / _counts(shape[2:], how, outputs, count_pad).astype(sums.dtype))


def _counts(size: Size, how: Geometry, outputs: Size, count_pad: bool) -> np.ndarray:
    """Return how many elements each window sees, at least 1: (1, 1, *outputs)."""
    if count_pad:
        size = tuple(s + 2 * p for s, p in zip(size, how.pad, strict=True))
        how = how._replace(pad=(0,) * len(size))
    counts: np.ndarray = _total(np.ones((1, 1, *size)), None, None, how, outputs)
    return counts.clip(min=1)


def _pool(shape: Size, kernel: Any, stride: Any, pad: Any, ceil: bool) -> tuple[Geometry, Size]:
    """Return the geometry and how many windows there are along each axis."""
    size = shape[2:]
    kernel = each(kernel, len(size))
    how = Geometry.of(kernel, kernel if stride is None else stride, pad)
    if any(p >= k for p, k in zip(how.pad, kernel, strict=True)):
        raise BadValueError(
            f"A pool of size {kernel} takes a padding of less than its size, got {how.pad}: a "
            "window that sees nothing has no value."
        )
    outputs = how.outputs(size)
    if ceil:
        zipped = zip(size, how.pad, how.covered(outputs), outputs, strict=True)
        outputs = tuple(n + (covered < s + 2 * p) for s, p, covered, n in zipped)
    return how, outputs
