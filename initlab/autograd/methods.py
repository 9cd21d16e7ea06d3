"""The methods of a Tensor that compute: each is the function of the same name."""

from __future__ import annotations

from operator import getitem
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from initlab.autograd.registry import HANDLERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from initlab.autograd.node import Source

__all__ = ["Methods"]

Axis: TypeAlias = int | tuple[int, ...] | None


def _raw_key(key: Any) -> Any:
    """Return an index with its tensors as arrays."""
    if type(key) is tuple:
        return tuple(getattr(part, "array", part) for part in key)
    return getattr(key, "array", key)


class Methods:
    """The methods that a Tensor inherits; shapes and arguments are NumPy's."""

    __slots__ = ()
    array: np.ndarray
    node: Source | None

    def __getitem__(self, key: Any) -> Self:
        return HANDLERS[getitem](self, _raw_key(key))

    def __iter__(self) -> Iterator[Self]:
        return (self[i] for i in range(len(self.array)))

    def astype(self, dtype: Any, copy: bool = True) -> Self:
        """Return the values as `dtype`; the gradient comes back in the old one."""
        return HANDLERS[np.astype](self, dtype, copy=copy)

    def copy(self) -> Self:
        """Return a Tensor with its own memory; recorded."""
        return HANDLERS[np.copy](self)

    def reshape(self, *shape: Any) -> Self:
        """Return the same values in another shape, given as a tuple or as numbers."""
        return HANDLERS[np.reshape](self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Self:
        """Return the axes permuted, reversed by default."""
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
        return HANDLERS[np.transpose](self, order or None)

    @property
    def T(self) -> Self:  # noqa: N802 - NumPy's name
        """The axes in reverse order."""
        return HANDLERS[np.transpose](self)

    def swapaxes(self, axis1: int, axis2: int) -> Self:
        """Return two axes interchanged."""
        return HANDLERS[np.swapaxes](self, axis1, axis2)

    def expand_dims(self, axis: int | tuple[int, ...]) -> Self:
        """Return a view with new axes of length one."""
        return HANDLERS[np.expand_dims](self, axis)

    def squeeze(self, axis: Axis = None) -> Self:
        """Return a view without axes of length one."""
        return HANDLERS[np.squeeze](self, axis)

    def ravel(self) -> Self:
        """Return the values as one axis."""
        return HANDLERS[np.ravel](self)

    flatten = ravel

    def broadcast_to(self, shape: tuple[int, ...]) -> Self:
        """Return the values repeated to `shape`."""
        return HANDLERS[np.broadcast_to](self, shape)

    def repeat(self, repeats: int, axis: int | None = None) -> Self:
        """Return each element repeated."""
        return HANDLERS[np.repeat](self, repeats, axis)

    def take(self, indices: Any, axis: int | None = None) -> Self:
        """Return the elements at integer `indices` along `axis`."""
        return HANDLERS[np.take](self, indices, axis)

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """Return the sum over `axis`."""
        return HANDLERS[np.sum](self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """Return the mean over `axis`."""
        return HANDLERS[np.mean](self, axis=axis, keepdims=keepdims)

    def prod(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """Return the product over `axis`."""
        return HANDLERS[np.prod](self, axis=axis, keepdims=keepdims)

    def max(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """Return the largest value over `axis`; every tie gets the whole gradient."""
        return HANDLERS[np.max](self, axis=axis, keepdims=keepdims)

    def min(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """Return the smallest value over `axis`; every tie gets the whole gradient."""
        return HANDLERS[np.min](self, axis=axis, keepdims=keepdims)

    def var(self, axis: Axis = None, ddof: int = 0, keepdims: bool = False) -> Self:
        """Return the variance over `axis`, divided by n - ddof."""
        return HANDLERS[np.var](self, axis=axis, ddof=ddof, keepdims=keepdims)

    def std(self, axis: Axis = None, ddof: int = 0, keepdims: bool = False) -> Self:
        """Return the standard deviation over `axis`."""
        return HANDLERS[np.std](self, axis=axis, ddof=ddof, keepdims=keepdims)

    def cumsum(self, axis: int | None = None) -> Self:
        """Return the running sum along `axis`."""
        return HANDLERS[np.cumsum](self, axis)

    def norm(self, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Self:
        """Return the norm, by default the root of the sum of squares."""
        return HANDLERS[np.linalg.norm](self, ord=ord, axis=axis, keepdims=keepdims)

    def dot(self, other: Any) -> Self:
        """Return the dot product as NumPy's `dot`."""
        return HANDLERS[np.dot](self, other)

    def clip(self, a_min: Any = None, a_max: Any = None) -> Self:
        """Return the values held between two bounds; the gradient passes at both ends."""
        return HANDLERS[np.clip](self, a_min, a_max)

    def abs(self) -> Self:
        """Return |x|; the derivative at 0 is 0."""
        return HANDLERS[np.absolute](self)

    def sign(self) -> Self:
        """Return -1, 0 or 1."""
        return HANDLERS[np.sign](self)

    def exp(self) -> Self:
        """Return e to the x."""
        return HANDLERS[np.exp](self)

    def log(self) -> Self:
        """Return the natural logarithm."""
        return HANDLERS[np.log](self)

    def sqrt(self) -> Self:
        """Return the square root."""
        return HANDLERS[np.sqrt](self)

    def square(self) -> Self:
        """Return x times x."""
        return HANDLERS[np.square](self)

    def tanh(self) -> Self:
        """Return the hyperbolic tangent."""
        return HANDLERS[np.tanh](self)

    def sigmoid(self) -> Self:
        """Return 1 / (1 + e^-x)."""
        return HANDLERS["sigmoid"](self)

    def relu(self) -> Self:
        """Return max(x, 0)."""
        return HANDLERS["relu"](self)

    def softmax(self, axis: int = -1) -> Self:
        """Return e^x divided by its sum over `axis`."""
        return HANDLERS["softmax"](self, axis=axis)

    def log_softmax(self, axis: int = -1) -> Self:
        """Return the logarithm of the softmax over `axis`."""
        return HANDLERS["log_softmax"](self, axis=axis)

    def argmax(self, axis: int | None = None) -> Self:
        """Return the index of the largest value."""
        return HANDLERS[np.argmax](self, axis)

    def argmin(self, axis: int | None = None) -> Self:
        """Return the index of the smallest value."""
        return HANDLERS[np.argmin](self, axis)

    def argsort(self, axis: int = -1) -> Self:
        """Return the indices that sort along `axis`."""
        return HANDLERS[np.argsort](self, axis)

    def all(self, axis: Axis = None) -> Self:
        """Return whether all values are true."""
        return HANDLERS[np.all](self, axis)

    def any(self, axis: Axis = None) -> Self:
        """Return whether any value is true."""
        return HANDLERS[np.any](self, axis)
