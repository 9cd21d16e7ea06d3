"""Transposed convolution layers: what carries a convolution's gradient back, as a layer."""

from __future__ import annotations

from typing import Any

from initlab import nd
from initlab.errors import BadValueError
from initlab.init import Initializer
from initlab.nn.convolution import Convolution, Size, each_axis
from initlab.tree import ParameterDict

__all__ = ["Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"]


class TransposedConvolution(Convolution):
    """The transpose of a convolution over `dimensions` spatial axes: strides make it larger.

    Args:
        channels: the number of outputs.
        kernel_size: a number or one for each spatial axis, as are the next four.
        strides: from one window of the output to the next.
        padding: how much is cut from either side.
        output_padding: how much longer than the shortest the output is; less than the stride.
        dilation: from one element of the kernel to the next.
        groups: how many equal parts inputs and outputs fall into, each on its own.
        layout: the order of axes, channels after the batch, as "NCHW", or last, as "NHWC"; of the
            weight, too, whose first axis is that of the inputs.
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

    transposed = True

    def __init__(
        self,
        channels: int,
        kernel_size: Size,
        strides: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
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
        super().__init__(
            channels, kernel_size, strides, padding, dilation, groups, layout, activation,
            use_bias, weight_initializer, bias_initializer, in_channels, prefix, params,
        )  # fmt: skip
        self._extra = each_axis("output_padding", output_padding, self.dimensions, least=0)
        if any(e >= s for e, s in zip(self._extra, self._stride, strict=True)):
            raise BadValueError(
                f"output_padding must be less than the strides {self._stride}, got {self._extra}."
            )

    def _weight_shape(self, inputs: int) -> tuple[int, ...]:
        return self._layout.shape(inputs, self._channels // self._groups, self._kernel)

    def _apply(self, x: Any, W: Any, b: Any) -> Any:
        how = self._stride, self._pad, self._dilate, self._groups, self._extra
        y = nd.transposed_convolution(x, W, b, *how)
        return y if self.act is None else self.act(y)


class Conv1DTranspose(TransposedConvolution):
    """Transposed convolution over (n, channels, length).

    >>> Conv1DTranspose(6, 4, strides=2, in_channels=3)  # prints W's axes, as Gluon does
    Conv1DTranspose(6 -> 3, kernel_size=(4,), stride=(2,))
    """

    dimensions = 1


class Conv2DTranspose(TransposedConvolution):
    """Transposed convolution over (n, channels, height, width).

    >>> Conv2DTranspose(6, 4, strides=2, padding=1, in_channels=3)
    Conv2DTranspose(6 -> 3, kernel_size=(4, 4), stride=(2, 2), padding=(1, 1))
    """

    dimensions = 2


class Conv3DTranspose(TransposedConvolution):
    """Transposed convolution over (n, channels, depth, height, width).

    >>> Conv3DTranspose(6, 2, in_channels=3)
    Conv3DTranspose(6 -> 3, kernel_size=(2, 2, 2), stride=(1, 1, 1))
    """

    dimensions = 3
