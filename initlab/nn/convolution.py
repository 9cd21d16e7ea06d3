"""Convolution layers over one, two or three spatial axes."""

from __future__ import annotations

from typing import Any

from initlab import nd
from initlab.errors import BadValueError, ShapeError
from initlab.init import Initializer
from initlab.nn.activation import Activation
from initlab.tree import Block, ParameterDict

__all__ = ["LAYOUTS", "Conv1D", "Conv2D", "Conv3D", "Convolution", "Size", "each_axis"]

Size = int | tuple[int, ...]
LAYOUTS = {1: "NCW", 2: "NCHW", 3: "NCDHW"}


def each_axis(name: str, value: Size, axes: int, least: int = 1) -> tuple[int, ...]:
    """Return one whole number for each spatial axis.

    Raises:
        BadValueError: when there are more or fewer, or one is less than `least`.
    """
    size = (value,) * axes if isinstance(value, int) else tuple(value)
    if len(size) != axes or any(not isinstance(n, int) or n < least for n in size):
        raise BadValueError(
            f"{name} is a whole number of at least {least}, or {axes} of them, got {value!r}."
        )
    return size


class Convolution(Block):
    """y = act(W * x + b) with a kernel that goes over `dimensions` spatial axes.

    Args:
        channels: the number of outputs.
        kernel_size: a number or one for each spatial axis, as are the next three.
        strides: from one window to the next.
        padding: zeros on either side.
        dilation: from one element of the kernel to the next.
        groups: how many equal parts inputs and outputs fall into, each on its own.
        layout: the order of axes, batch, channels, space: "NCW", "NCHW" or "NCDHW".
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
    in_axis, out_axis = 1, 0  # of the weight; axis 0 counts over all groups, axis 1 within one

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
        self._check(layout, channels, in_channels, groups)
        super().__init__(prefix, params)
        self._channels, self._groups = channels, groups
        self._kernel = each_axis("kernel_size", kernel_size, self.dimensions)
        self._stride = each_axis("strides", strides, self.dimensions)
        self._pad = each_axis("padding", padding, self.dimensions, least=0)
        self._dilate = each_axis("dilation", dilation, self.dimensions)
        with self.name_scope():
            self.weight = self.params.get(
                "weight",
                shape=self._weight_shape(in_channels),
                init=weight_initializer,
                allow_deferred_init=True,
                role="weight",
                in_axes=(self.in_axis,),
                out_axes=(self.out_axis,),
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

    def _hint(self) -> str:
        return "conv"

    def _check(self, layout: str | None, channels: int, inputs: int, groups: int) -> None:
        if layout not in (None, LAYOUTS[self.dimensions]):
            raise BadValueError(
                f"{type(self).__name__} takes the layout {LAYOUTS[self.dimensions]!r}, got "
                f"{layout!r}: bring the input into it with nd.transpose."
            )
        if channels < 1 or inputs < 0 or groups < 1 or channels % groups or inputs % groups:
            raise BadValueError(
                f"{type(self).__name__} needs channels of at least 1 and in_channels of at least 0 "
                f"(0: not known yet), which groups divide, got channels={channels}, "
                f"in_channels={inputs}, groups={groups}."
            )

    def _weight_shape(self, inputs: int) -> tuple[int, ...]:
        return (self._channels, inputs // self._groups, *self._kernel)

    def infer_shape(self, x: Any) -> None:
        """Take the number of inputs from the first batch."""
        self._check_input(x)
        self.weight.shape = self._weight_shape(x.shape[1])

    def _check_input(self, x: Any) -> None:
        if x.ndim != self.dimensions + 2 or x.shape[1] % self._groups:
            raise ShapeError(
                f"{type(self).__name__} takes (n, channels, ...) with {self.dimensions} spatial "
                f"axes and channels that {self._groups} groups divide, got an input of shape "
                f"{x.shape}."
            )

    def forward(self, x: Any) -> Any:
        """Return (n, channels, ...) of an input (n, inputs, ...).

        Raises:
            ShapeError: when the input has other axes or channels, or is smaller than the kernel.
        """
        self._check_input(x)
        bias = None if self.bias is None else self.bias.data()
        return self._apply(x, self.weight.data(), bias)

    def _apply(self, x: Any, W: Any, b: Any) -> Any:
        how = self._stride, self._pad, self._dilate, self._groups
        act = self.act
        ending = act.ending if type(act) is Activation else None
        y = nd.convolution(x, W, b, *how, ending)
        return y if act is None or ending is not None else act(y)

    def __repr__(self) -> str:
        rows, columns = (self.weight.shape or (0, 0))[:2]
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
