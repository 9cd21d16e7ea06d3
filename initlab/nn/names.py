"""The layers by the names that configs use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab import nn
from initlab.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["layers"]


def layers() -> Mapping[str, type[nn.Block]]:
    """Return them, each imported when it is asked for."""
    return Shelf(
        {
            "sequential": lambda: nn.Sequential,
            "repeat": lambda: nn.Repeat,
            "residual": lambda: nn.Residual,
            "dense": lambda: nn.Dense,
            "activation": lambda: nn.Activation,
            "dropout": lambda: nn.Dropout,
            "flatten": lambda: nn.Flatten,
            "reshape": lambda: nn.Reshape,
            "embedding": lambda: nn.Embedding,
            "scalar_bias": lambda: nn.ScalarBias,
            "leaky_relu": lambda: nn.LeakyReLU,
            "prelu": lambda: nn.PReLU,
            "elu": lambda: nn.ELU,
            "selu": lambda: nn.SELU,
            "gelu": lambda: nn.GELU,
            "swish": lambda: nn.Swish,
            "batch_norm": lambda: nn.BatchNorm,
            "layer_norm": lambda: nn.LayerNorm,
            "instance_norm": lambda: nn.InstanceNorm,
            "group_norm": lambda: nn.GroupNorm,
            "multi_head_attention": lambda: nn.MultiHeadAttention,
            "rnn": lambda: nn.RNN,
            "lstm": lambda: nn.LSTM,
            "gru": lambda: nn.GRU,
            "conv1d": lambda: nn.Conv1D,
            "conv2d": lambda: nn.Conv2D,
            "conv3d": lambda: nn.Conv3D,
            "conv1d_transpose": lambda: nn.Conv1DTranspose,
            "conv2d_transpose": lambda: nn.Conv2DTranspose,
            "conv3d_transpose": lambda: nn.Conv3DTranspose,
            "max_pool1d": lambda: nn.MaxPool1D,
            "max_pool2d": lambda: nn.MaxPool2D,
            "max_pool3d": lambda: nn.MaxPool3D,
            "avg_pool1d": lambda: nn.AvgPool1D,
            "avg_pool2d": lambda: nn.AvgPool2D,
            "avg_pool3d": lambda: nn.AvgPool3D,
            "global_max_pool1d": lambda: nn.GlobalMaxPool1D,
            "global_max_pool2d": lambda: nn.GlobalMaxPool2D,
            "global_max_pool3d": lambda: nn.GlobalMaxPool3D,
            "global_avg_pool1d": lambda: nn.GlobalAvgPool1D,
            "global_avg_pool2d": lambda: nn.GlobalAvgPool2D,
            "global_avg_pool3d": lambda: nn.GlobalAvgPool3D,
            "reflection_pad2d": lambda: nn.ReflectionPad2D,
        }
    )
