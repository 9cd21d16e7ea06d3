# ruff: noqa: ARG001 - a rule is called with (g, y, *args) and names what it does not need
"""Convolution: one number from an input x, a weight W and an output's gradient g, linear in each.

The number is the sum of g[o, p] W[o, c, k] x[c, p stride + k dilate - pad] over everything. Its
slopes along g, x and W are the convolution, its transpose and the weight's gradient: three
primitives, and the slopes of each are the two others. The kernel is not flipped, as in every
library of networks (cross-correlation).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Kernel, Tensor, primitive, unwrap
from initlab.errors import ShapeError
from initlab.nd.convolution_sums import to_input, to_output, to_weight
from initlab.nd.slopes import ENDINGS
from initlab.nd.windows import Geometry, Size

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["convolution", "transposed_convolution"]


def _apply_back(
    g: Any,
    y: Any,
    needs: Sequence[bool],
    x: Any,
    W: Any,
    b: Any,
    how: Geometry,
    ending: str | None,
) -> tuple[Any, ...]:
    if ending is not None:
        g = g * ENDINGS[ending].slope(y)
    return (
        transpose.lifted(g, W, None, x.shape[2:], how) if needs[0] else None,
        correlate.lifted(x, g, how) if needs[1] else None,
        _channel_sums(g) if needs[2] else None,
    )


def _transpose_back(
    x: Any, y: Any, needs: Sequence[bool], g: Any, W: Any, b: Any, size: Size, how: Geometry
) -> tuple[Any, ...]:
    return (
        apply.lifted(x, W, None, how, None) if needs[0] else None,
        correlate.lifted(x, g, how) if needs[1] else None,
        _channel_sums(x) if needs[2] else None,
    )


def _correlate_back(
    W: Any, y: Any, needs: Sequence[bool], x: Any, g: Any, how: Geometry
) -> tuple[Any, ...]:
    return (
        transpose.lifted(g, W, None, x.shape[2:], how) if needs[0] else None,
        apply.lifted(x, W, None, how, None) if needs[1] else None,
    )


def _channel_sums(g: Any) -> Any:
    return np.sum(g, axis=(0, *range(2, g.ndim)))


def _forward(x: Any, W: Any, b: Any, how: Geometry, ending: str | None) -> tuple[Any, None]:
    return to_output(x, W, b, how, ending), None


def _backward(
    g: Any,
    y: Any,
    kept: None,
    needs: Sequence[bool],
    out: Sequence[Any],
    x: Any,
    W: Any,
    b: Any,
    how: Geometry,
    ending: str | None,
) -> tuple[Any, ...]:
    """The rule's, on g in the arrangement of y, through the ending in place."""
    if ending is not None:
        g = _like(g, y)
        ENDINGS[ending].pull(g, y)
    return _apply_back(g, y, needs, x, W, b, how, None)


def _like(g: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return g in the arrangement that y has in memory."""
    if g.strides == y.strides:
        return g
    laid = np.empty_like(y)
    laid[...] = g
    return laid


apply = primitive(
    to_output, joint=_apply_back, kernel=Kernel(_forward, _backward), name="convolution"
)
transpose = primitive(to_input, joint=_transpose_back, name="transposed_convolution")
correlate = primitive(to_weight, joint=_correlate_back, name="convolution_weight")


def convolution(
    x: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    pad: Any = 0,
    dilate: Any = 1,
    groups: int = 1,
    activation: str | None = None,
) -> Tensor:
    """Return b[o] + the sum over c, k of W[o, c, k] x[n, c, p stride + k dilate - pad].

    Args:
        x: (n, channels, ...) with as many spatial axes as the weight; zeros lie around it.
        W: (out, channels / groups, *kernel).
        b: (out,) or None.
        stride: from one output to the next, a number or one for each spatial axis.
        pad: how many zeros on either side, likewise.
        dilate: from one element of the kernel to the next, likewise.
        groups: how many equal parts channels and outputs fall into, each on its own.
        activation: applied to all, by its name in `ENDINGS`: relu, tanh, sigmoid; none if None.

    Returns:
        (n, out, ...).

    Raises:
        ShapeError: when the channels are not the weight's, or the kernel is larger than the input.

    >>> convolution(np.arange(4.0).reshape(1, 1, 4), np.array([[[-1.0, 1.0]]]))
    array([[[1., 1., 1.]]])
    """
    shape, weight = np.shape(unwrap(x)), np.shape(unwrap(W))
    if len(shape) != len(weight) or shape[1] != weight[1] * groups or weight[0] % groups:
        raise ShapeError(
            f"An input of shape {shape} and a weight of shape {weight} do not fit with "
            f"groups={groups}: an input is (n, channels, ...) with as many spatial axes as the "
            "weight, which is (out, channels / groups, ...), and the groups divide both."
        )
    how = Geometry.of(weight[2:], stride, pad, dilate, groups)
    how.outputs(shape[2:])
    return apply(x, W, b, how, activation)


def transposed_convolution(
    g: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    pad: Any = 0,
    dilate: Any = 1,
    groups: int = 1,
    extra: Any = 0,
) -> Tensor:
    """Return at p stride + k dilate - pad the sum over o of g[n, o, p] W[o, c, k], plus b.

    Args:
        g: (n, out, ...), shaped as an output of the convolution.
        W: (out, channels / groups, *kernel), the convolution's weight.
        b: (channels,) or None.
        stride: the convolution's, as are pad, dilate and groups.
        pad: how much is cut from either side.
        dilate: from one element of the kernel to the next.
        groups: how many equal parts channels and outputs fall into.
        extra: how much longer than the shortest the result is; below the stride.

    Returns:
        (n, channels, ...).

    Raises:
        ShapeError: when g's channels are not the weight's, or nothing is left after the cut.

    >>> transposed_convolution(np.ones((1, 1, 1)), np.array([[[-1.0, 1.0]]]))
    array([[[-1.,  1.]]])
    """
    shape, weight = np.shape(unwrap(g)), np.shape(unwrap(W))
    if len(shape) != len(weight) or shape[1] != weight[0] or weight[0] % groups:
        raise ShapeError(
            f"An input of shape {shape} and a transposed weight of shape {weight} do not fit with "
            f"groups={groups}: an input is (n, channels, ...) with as many spatial axes as the "
            "weight, which is (channels, out / groups, ...), and the groups divide both."
        )
    how = Geometry.of(weight[2:], stride, pad, dilate, groups)
    return transpose(g, W, b, how.inputs(shape[2:], extra), how)
