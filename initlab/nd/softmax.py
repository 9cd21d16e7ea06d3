# ruff: noqa: ARG001 - a rule is called with (g, y, *args) and names what it does not need
"""The softmax, and the loss that it ends in, each as one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Kernel, Tensor, primitive
from initlab.errors import BadValueError, ShapeError
from initlab.nd.constants import cached, ones
from initlab.nd.windows import CACHED, chunks

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["exponentials", "log_softmax", "softmax", "softmax_cross_entropy"]


INTP, UINTP = np.dtype(np.intp), np.dtype(np.uintp)


def _softmax(x: Any, axis: int = -1) -> Any:
    """Return e^x divided by its sum over `axis`.

    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def _softmax_rule(g: Any, y: Any, x: Any, axis: int = -1) -> Any:
    return y * (g - np.sum(g * y, axis=axis, keepdims=True))


def _log_softmax(x: Any, axis: int = -1) -> Any:
    """Return the logarithm of the softmax over `axis`.

    >>> log_softmax(np.array([0.0, -1000.0]))
    array([    0., -1000.])
    """
    shifted = x - np.max(x, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


def _log_softmax_rule(g: Any, y: Any, x: Any, axis: int = -1) -> Any:
    return g - np.exp(y) * np.sum(g, axis=axis, keepdims=True)


softmax = primitive(_softmax, _softmax_rule)
log_softmax = primitive(_log_softmax, _log_softmax_rule)


def _cross_entropy(logits: Any, places: Any) -> Any:
    """Log sum e^x minus x at the label, for logits (n, classes) and the labels' flat places."""
    return _forward(logits, places)[0]


def _cross_entropy_rule(g: Any, y: Any, logits: Any, places: Any) -> Any:
    return _slope.lifted(g, logits, places)


def _cross_entropy_slope(g: Any, logits: Any, places: Any) -> Any:
    """G (p - onehot), with p = softmax(x)."""
    slope = _softmax(logits)
    slope.put(places, slope.take(places) - 1)
    slope *= g[:, None]
    return slope


def _cross_entropy_curvature(
    u: Any, y: Any, needs: Sequence[bool], g: Any, logits: Any, places: Any
) -> tuple[Any, ...]:
    """Sum u (p - onehot) and g p (u - sum u p)."""
    p = softmax.lifted(logits)
    mean = np.sum(u * p, axis=1, keepdims=True)
    return mean[:, 0] - np.ravel(u)[places], g[:, None] * p * (u - mean), None


_slope = primitive(
    _cross_entropy_slope, joint=_cross_entropy_curvature, name="softmax_cross_entropy_slope"
)


def _forward(logits: Any, places: Any) -> tuple[Any, tuple[Any, Any]]:
    """Keep e^(x - max) and its sums; a large matrix goes by rows that stay in the cache."""
    if logits.size <= CACHED:
        top, e, sums = exponentials(logits)
    else:
        e, (top, sums) = np.empty_like(logits), np.empty((2, len(logits)), logits.dtype)
        for rows in chunks(len(logits), logits.size):
            top[rows], _, sums[rows] = exponentials(logits[rows], e[rows])
    y = np.log(sums)
    y += top
    y -= logits.take(places)
    return y, (e, sums)


def exponentials(x: np.ndarray, out: Any = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the largest of each row, e^(x - max), in `out` if given, which may be x, and its sums.

    On short rows argmax and dot are quicker than max and sum.
    """
    n, classes = x.shape
    top = x.take(row_starts(n, classes) + x.argmax(1))
    e = np.subtract(x, top[:, None], out=out)
    np.exp(e, out=e)
    return top, e, e.dot(ones(classes, e.dtype))


def _backward(
    g: Any, y: Any, kept: tuple[Any, Any], needs: Any, out: Sequence[Any], logits: Any, places: Any
) -> tuple[Any]:
    """The rule above, from what was kept."""
    e, sums = kept
    back = np.multiply(e, np.divide(g, sums)[:, None], out=out[0])
    if back.flags.c_contiguous:
        back.ravel()[places] -= g
    else:
        back.flat[places] -= g
    return (back,)


@cached
def row_starts(n: int, classes: int) -> np.ndarray:
    """Return the flat places where rows begin."""
    return np.arange(n) * classes


_cross_entropy_primitive = primitive(
    _cross_entropy,
    _cross_entropy_rule,
    None,
    kernel=Kernel(_forward, _backward),
    name="softmax_cross_entropy",
)


def softmax_cross_entropy(logits: Any, labels: Any) -> Tensor:
    """Return -log softmax(logits)[label] for each sample.

    Args:
        logits: (..., classes).
        labels: (...), whole numbers in [0, classes), of any dtype.

    Returns:
        A loss of the labels' shape.

    Raises:
        ShapeError: when the labels' shape is not the logits' without the last axis.
        BadValueError: for a label outside the classes.

    >>> softmax_cross_entropy(np.zeros((1, 2)), [1])
    array([0.69314718])
    """
    where = np.asarray(labels)
    shape = logits.shape
    if where.shape != shape[:-1]:
        raise ShapeError(
            f"Labels of shape {where.shape} do not fit logits of shape {shape}: each row of "
            f"logits needs one whole number, so the labels' shape must be {shape[:-1]}."
        )
    if len(shape) == 2:
        return _loss(logits, where)
    return _loss(np.reshape(logits, (-1, shape[-1])), where.ravel()).reshape(shape[:-1])


def checked_labels(labels: np.ndarray, classes: int) -> np.ndarray:
    """Return labels as whole numbers that are classes; a negative one is a huge unsigned number.

    Raises:
        BadValueError: for a label outside the classes.
    """
    if labels.dtype != INTP:
        labels = labels.astype(INTP)
    if len(labels):
        worst = labels.item(labels.view(UINTP).argmax())
        if not 0 <= worst < classes:
            raise BadValueError(
                f"Label {worst} is none of the {classes} classes 0 to {classes - 1} that the "
                "logits have."
            )
    return labels


def _loss(logits: Any, labels: np.ndarray) -> Tensor:
    n, classes = logits.shape
    places = row_starts(n, classes) + checked_labels(labels, classes)
    return _cross_entropy_primitive(logits, places)
