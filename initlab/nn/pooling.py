"""Pooling layers over one, two or three spatial axes: windows, or all of space at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab import nd
from initlab.errors import ShapeError
from initlab.nn.convolution import Size, each_axis
from initlab.nn.layout import Layout
from initlab.tree import Block, ParameterDict

__all__ = [
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
]


class Pooling(Block):
    """What all pools share: the geometry and the printout.

    Args:
        layout: the order of axes, channels after the batch, as "NCHW", or last, as "NHWC".
        prefix: of the block's name.
        params: unused; Gluon's signature.

    Raises:
        BadValueError: for another layout.
    """

    dimensions: int
    kind: str
    everywhere = False

    def __init__(
        self,
        layout: str | None = None,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix, params)
        self._layout = Layout(layout, self.dimensions, self)
        self._size = self._stride = (1,) * self.dimensions
        self._pad, self._ceil = (0,) * self.dimensions, True

    @property
    def layout(self) -> str:
        """The order of the axes."""
        return self._layout.name

    def _hint(self) -> str:
        return "pool"

    def _windows(self, size: Size, strides: Size | None, padding: Size, ceil: bool) -> None:
        self._size = each_axis("pool_size", size, self.dimensions)
        self._stride = self._size
        if strides is not None:
            self._stride = each_axis("strides", strides, self.dimensions)
        self._pad = each_axis("padding", padding, self.dimensions, least=0)
        self._ceil = ceil

    def forward(self, x: Any) -> Any:
        """Return what is left of a batch, in its layout.

        Raises:
            ShapeError: when the input has other axes, or is smaller than the window.
        """
        if x.ndim != self.dimensions + 2:
            raise ShapeError(
                f"{type(self).__name__} takes inputs of layout {self._layout.name}, got one of "
                f"shape {x.shape}."
            )
        return self._layout.laid_out(self._pool(self._layout.standard(x)))

    def _pool(self, x: Any) -> Any:
        raise NotImplementedError

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(size={self._size}, stride={self._stride}, "
            f"padding={self._pad}, ceil_mode={self._ceil}, global_pool={self.everywhere}, "
            f"pool_type={self.kind}, layout={self._layout.name})"
        )


class MaxPool(Pooling):
    """Each window's largest value; the gradient goes to the first that is as large.

    Args:
        pool_size: the window's, a number or one for each spatial axis, as are the next two.
        strides: from one window to the next; the window's size if None.
        padding: how far windows may stand out on either side.
        layout: the order of axes, channels after the batch, as "NCHW", or last, as "NHWC".
        ceil_mode: whether a last window may stand out behind the padding.
        prefix: of the block's name.
        params: unused; Gluon's signature.

    Raises:
        BadValueError: for another layout, or numbers that make no window.
    """

    kind = "max"

    def __init__(
        self,
        pool_size: Size = 2,
        strides: Size | None = None,
        padding: Size = 0,
        layout: str | None = None,
        ceil_mode: bool = False,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(layout, prefix, params)
        self._windows(pool_size, strides, padding, ceil_mode)

    def _pool(self, x: Any) -> Any:
        return nd.max_pool(x, self._size, self._stride, self._pad, self._ceil)


class AvgPool(Pooling):
    """Each window's mean.

    Args:
        pool_size: the window's, a number or one for each spatial axis, as are the next two.
        strides: from one window to the next; the window's size if None.
        padding: zeros on either side.
        ceil_mode: whether a last window may stand out behind the padding.
        layout: the order of axes, channels after the batch, as "NCHW", or last, as "NHWC".
        count_include_pad: whether the zeros count.
        prefix: of the block's name.
        params: unused; Gluon's signature.

    Raises:
        BadValueError: for another layout, or numbers that make no window.
    """

    kind = "avg"

    def __init__(
        self,
        pool_size: Size = 2,
        strides: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        layout: str | None = None,
        count_include_pad: bool = True,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(layout, prefix, params)
        self._windows(pool_size, strides, padding, ceil_mode)
        self._count_pad = count_include_pad

    def _pool(self, x: Any) -> Any:
        how = self._size, self._stride, self._pad, self._ceil, self._count_pad
        return nd.avg_pool(x, *how)


class GlobalMaxPool(Pooling):
    """The largest value over all of space; the gradient goes to the first that is as large."""

    kind, everywhere = "max", True

    def _pool(self, x: Any) -> Any:
        return nd.max_pool(x, x.shape[2:])


class GlobalAvgPool(Pooling):
    """The mean over all of space."""

    kind, everywhere = "avg", True

    def _pool(self, x: Any) -> Any:
        return np.mean(x, axis=tuple(range(2, x.ndim)), keepdims=True)


class MaxPool1D(MaxPool):
    """The largest values in windows of (n, channels, length)."""

    dimensions = 1


class MaxPool2D(MaxPool):
    """The largest values in windows of (n, channels, height, width)."""

    dimensions = 2


class MaxPool3D(MaxPool):
    """The largest values in windows of (n, channels, depth, height, width); see MaxPool."""

    dimensions = 3

    def __init__(
        self,
        pool_size: Size = 2,
        strides: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,  # here before the layout, as in Gluon
        layout: str | None = None,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(pool_size, strides, padding, layout, ceil_mode, prefix, params)


class AvgPool1D(AvgPool):
    """The means of windows of (n, channels, length); see AvgPool."""

    dimensions = 1

    def __init__(
        self,
        pool_size: Size = 2,
        strides: Size | None = None,
        padding: Size = 0,
        layout: str | None = None,  # here before ceil_mode, as in Gluon
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(
            pool_size, strides, padding, ceil_mode, layout, count_include_pad, prefix, params
        )


class AvgPool2D(AvgPool):
    """The means of windows of (n, channels, height, width)."""

    dimensions = 2


class AvgPool3D(AvgPool):
    """The means of windows of (n, channels, depth, height, width)."""

    dimensions = 3


class GlobalMaxPool1D(GlobalMaxPool):
    """The largest value over all of space of (n, channels, length)."""

    dimensions = 1


class GlobalMaxPool2D(GlobalMaxPool):
    """The largest value over all of space of (n, channels, height, width)."""

    dimensions = 2


class GlobalMaxPool3D(GlobalMaxPool):
    """The largest value over all of space of (n, channels, depth, height, width)."""

    dimensions = 3


class GlobalAvgPool1D(GlobalAvgPool):
    """The mean over all of space of (n, channels, length)."""

    dimensions = 1


class GlobalAvgPool2D(GlobalAvgPool):
    """The mean over all of space of (n, channels, height, width)."""

    dimensions = 2


class GlobalAvgPool3D(GlobalAvgPool):
    """The mean over all of space of (n, channels, depth, height, width)."""

    dimensions = 3
