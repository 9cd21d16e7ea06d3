"""Convolution layers over one, two or three spatial axes."""

from __future__ import annotations

from numbers import Integral
from typing import Any

from initlab import nd
from initlab.errors import BadValueError, ShapeError
from initlab.init import Initializer
from initlab.nn.activation import Activation
from initlab.nn.layout import Layout
from initlab.tree import Block, ParameterDict

__all__ = ["Conv1D", "Conv2D", "Conv3D", "Convolution", "Size", "each_axis"]

Size = int | tuple[int, ...]


def each_axis(name: str, value: Size, axes: int, least: int = 1) -> tuple[int, ...]:
    """Return one whole number for each spatial axis.

    Raises:
        BadValueError: when there are more or fewer, or one is less than `least`.
    """
    size = (value,) * axes if isinstance(value, int | Integral) else tuple(value)
    if len(size) != axes or any(not isinstance(n, Integral) or n < least for n in size):
        raise BadValueError(
            f"{name} is a whole number of at least {least}, or {axes} of them, got {value!r}."
        )
    return tuple(int(n) for n in size)


class Convolution(Block):
    """y = act(W * x + b) with a kernel that goes over `dimensions` spatial axes.

    Args:
        channels: the number of outputs.
        kernel_size: a number or one for each spatial axis, as are the next three.
        strides: from one window to the next.
        padding: zeros on either side.
        dilation: from one element of the kernel to the next.
        groups: how many equal parts inputs and outputs fall into, each on its own.
        layout: the order of axes, channels after the batch, as "NCHW", or last, as "NHWC"; of the
            weight, too, whose first axis is that of the outputs.
        activation: the name of an activation, none if None.
        use_bias: whether to add b.
        weight_initializer: W's own; the one handed to `initialize` if None.
        bias_initializer: b's own; zeros.
        in_channels: the number of inputs; 0 lets the first forward pass tell.
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.

    Raises:
        BadValueError: for another layout, or numbers that make no convolution.
    """

    dimensions: int
    transposed = False

    def __init__(
        self,
        channels: int,
        kernel_size: Size,
        strides: Size = 1,
        padding: Size = 0,
        dilation: Size = 1,
        groups: int = 1,
        layout: str | None = None,
        activation: str | None = None,
        use_bias: bool = True,
        weight_initializer: Initializer | str | None = None,
        bias_initializer: Initializer | str | None = "zeros",
        in_channels: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        self._check(channels, in_channels, groups)
        super().__init__(prefix, params)
        self._layout = Layout(layout, self.dimensions, self)
        self._channels, self._groups = channels, groups
        self._kernel = each_axis("kernel_size", kernel_size, self.dimensions)
        self._stride = each_axis("strides", strides, self.dimensions)
        self._pad = each_axis("padding", padding, self.dimensions, least=0)
        self._dilate = each_axis("dilation", dilation, self.dimensions)
        axes = (0,), (self._layout.channels,)  # over all groups, within one
        with self.name_scope():
            self.weight = self.params.get(
                "weight",
                shape=self._weight_shape(in_channels),
                init=weight_initializer,
                allow_deferred_init=True,
                role="weight",
                in_axes=axes[not self.transposed],
                out_axes=axes[self.transposed],
                groups=groups,
            )
            self.bias = None
            if use_bias:
                self.bias = self.params.get(
                    "bias",
                    shape=(channels,),
                    init=bias_initializer,
                    allow_deferred_init=True,
                    role="bias",
                    in_axes=(),
                    out_axes=(0,),
                )
            self.act = None
            if activation is not None:
                self.act = Activation(activation, prefix=f"{activation}_")

    @property
    def strides(self) -> tuple[int, ...]:
        """From one window to the next, along each spatial axis."""
        return self._stride

    @property
    def padding(self) -> tuple[int, ...]:
        """Zeros on either side, along each spatial axis."""
        return self._pad

    @property
    def dilation(self) -> tuple[int, ...]:
        """From one element of the kernel to the next, along each spatial axis."""
        return self._dilate

    def _hint(self) -> str:
        return "conv"

    def _check(self, channels: int, inputs: int, groups: int) -> None:
        if channels < 1 or inputs < 0 or groups < 1 or channels % groups or inputs % groups:
            raise BadValueError(
                f"{type(self).__name__} needs channels of at least 1 and in_channels of at least 0 "
                f"(0: not known yet), which groups divide, got channels={channels}, "
                f"in_channels={inputs}, groups={groups}."
            )

    def _weight_shape(self, inputs: int) -> tuple[int, ...]:
        return self._layout.shape(self._channels, inputs // self._groups, self._kernel)

    def infer_shape(self, x: Any) -> None:
        """Take the number of inputs from the first batch."""
        self._check_input(x)
        self.weight.shape = self._weight_shape(x.shape[self._layout.channels])

    def _check_input(self, x: Any) -> None:
        if x.ndim != self.dimensions + 2 or x.shape[self._layout.channels] % self._groups:
            raise ShapeError(
                f"{type(self).__name__} takes inputs of layout {self._layout.name} with channels "
                f"that {self._groups} groups divide, got one of shape {x.shape}."
            )

    def forward(self, x: Any) -> Any:
        """Return the outputs of a batch, in its layout.

        Raises:
            ShapeError: when the input has other axes or channels, or is smaller than the kernel.
        """
        self._check_input(x)
        bias, standard = None if self.bias is None else self.bias.data(), self._layout.standard
        return self._layout.laid_out(self._apply(standard(x), standard(self.weight.data()), bias))

    def _apply(self, x: Any, W: Any, b: Any) -> Any:
        how = self._stride, self._pad, self._dilate, self._groups
        act = self.act
        ending = act.ending if type(act) is Activation else None
        y = nd.convolution(x, W, b, *how, ending)
        return y if act is None or ending is not None else act(y)

    def __repr__(self) -> str:
        shape = self.weight.shape or self._weight_shape(0)
        rows, columns = shape[0], shape[self._layout.channels]
        parts = [f"{columns or None} -> {rows}"]
        parts += [f"kernel_size={self._kernel}", f"stride={self._stride}", *self._options()]
        parts += [] if self.act is None else [repr(self.act)]
        return f"{type(self).__name__}({', '.join(parts)})"

    def _options(self) -> list[str]:
        """Return those that are not the default, as printed."""
        zeros, ones = (0,) * self.dimensions, (1,) * self.dimensions
        return (
            [f"padding={self._pad}"] * (self._pad != zeros)
            + [f"dilation={self._dilate}"] * (self._dilate != ones)
            + [f"groups={self._groups}"] * (self._groups != 1)
            + ["bias=False"] * (self.bias is None)
        )


class Conv1D(Convolution):
    """Convolution over (n, channels, length).

    >>> Conv1D(6, 3, padding=1)
    Conv1D(None -> 6, kernel_size=(3,), stride=(1,), padding=(1,))
    """

    dimensions = 1


class Conv2D(Convolution):
    """Convolution over (n, channels, height, width).

    >>> Conv2D(6, kernel_size=5, activation="relu")
    Conv2D(None -> 6, kernel_size=(5, 5), stride=(1, 1), Activation(relu))
    """

    dimensions = 2


class Conv3D(Convolution):
    """Convolution over (n, channels, depth, height, width).

    >>> Conv3D(6, 3, in_channels=1)
    Conv3D(1 -> 6, kernel_size=(3, 3, 3), stride=(1, 1, 1))
    """

    dimensions = 3
