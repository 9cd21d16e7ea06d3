"""Layers and losses, with the Block and Parameter that they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.nn import losses, rnn
    from initlab.nn.activation import Activation
    from initlab.nn.attention import MultiHeadAttention
    from initlab.nn.basic import Dropout, Flatten, Reshape
    from initlab.nn.batch_norm import BatchNorm
    from initlab.nn.chain import dense_links
    from initlab.nn.containers import Repeat, Residual, Sequential
    from initlab.nn.convolution import Conv1D, Conv2D, Conv3D
    from initlab.nn.dense import Dense
    from initlab.nn.embedding import Embedding
    from initlab.nn.function import HybridLambda, Lambda
    from initlab.nn.group_norm import GroupNorm
    from initlab.nn.hybrid import HybridBlock, HybridSequential
    from initlab.nn.instance_norm import InstanceNorm
    from initlab.nn.layer_norm import LayerNorm
    from initlab.nn.losses import (
        CosineEmbeddingLoss,
        CTCLoss,
        HingeLoss,
        HuberLoss,
        KLDivLoss,
        L1Loss,
        L2Loss,
        LogisticLoss,
        Loss,
        PoissonNLLLoss,
        SDMLLoss,
        SigmoidBCELoss,
        SigmoidBinaryCrossEntropyLoss,
        SoftmaxCELoss,
        SoftmaxCrossEntropyLoss,
        SquaredHingeLoss,
        TripletLoss,
    )
    from initlab.nn.names import layers
    from initlab.nn.nonlinearities import ELU, GELU, SELU, LeakyReLU, PReLU, Swish
    from initlab.nn.pooling import (
        AvgPool1D,
        AvgPool2D,
        AvgPool3D,
        GlobalAvgPool1D,
        GlobalAvgPool2D,
        GlobalAvgPool3D,
        GlobalMaxPool1D,
        GlobalMaxPool2D,
        GlobalMaxPool3D,
        MaxPool1D,
        MaxPool2D,
        MaxPool3D,
    )
    from initlab.nn.reflection_pad import ReflectionPad2D
    from initlab.nn.rnn import GRU, LSTM, RNN
    from initlab.nn.scalar_bias import ScalarBias
    from initlab.nn.transposed_convolution import (
        Conv1DTranspose,
        Conv2DTranspose,
        Conv3DTranspose,
    )
    from initlab.tree import Block, Constant, Parameter, ParameterDict
else:
    on_demand(__name__)

__all__ = [
    "ELU",
    "GELU",
    "GRU",
    "LSTM",
    "RNN",
    "SELU",
    "Activation",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNorm",
    "Block",
    "CTCLoss",
    "Constant",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "CosineEmbeddingLoss",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GroupNorm",
    "HingeLoss",
    "HuberLoss",
    "HybridBlock",
    "HybridLambda",
    "HybridSequential",
    "InstanceNorm",
    "KLDivLoss",
    "L1Loss",
    "L2Loss",
    "Lambda",
    "LayerNorm",
    "LeakyReLU",
    "LogisticLoss",
    "Loss",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MultiHeadAttention",
    "PReLU",
    "Parameter",
    "ParameterDict",
    "PoissonNLLLoss",
    "ReflectionPad2D",
    "Repeat",
    "Reshape",
    "Residual",
    "SDMLLoss",
    "ScalarBias",
    "Sequential",
    "SigmoidBCELoss",
    "SigmoidBinaryCrossEntropyLoss",
    "SoftmaxCELoss",
    "SoftmaxCrossEntropyLoss",
    "SquaredHingeLoss",
    "Swish",
    "TripletLoss",
    "dense_links",
    "layers",
    "losses",
    "rnn",
]
