"""Layers and losses, with the Block and Parameter that they are made of."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from initlab.nn.activation import Activation
from initlab.nn.basic import Dropout, Flatten
from initlab.nn.batch_norm import BatchNorm
from initlab.nn.containers import Repeat, Residual, Sequential
from initlab.nn.dense import Dense
from initlab.nn.embedding import Embedding
from initlab.nn.function import HybridLambda, Lambda
from initlab.nn.group_norm import GroupNorm
from initlab.nn.hybrid import HybridBlock, HybridSequential
from initlab.nn.instance_norm import InstanceNorm
from initlab.nn.layer_norm import LayerNorm
from initlab.nn.losses import (
    CosineEmbeddingLoss,
    HingeLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    L2Loss,
    LogisticLoss,
    Loss,
    PoissonNLLLoss,
    SigmoidBCELoss,
    SigmoidBinaryCrossEntropyLoss,
    SoftmaxCELoss,
    SoftmaxCrossEntropyLoss,
    SquaredHingeLoss,
    TripletLoss,
)
from initlab.nn.nonlinearities import ELU, GELU, SELU, LeakyReLU, PReLU, Swish
from initlab.tree import Block, Constant, Parameter, ParameterDict

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "Activation",
    "BatchNorm",
    "Block",
    "Constant",
    "CosineEmbeddingLoss",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
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
    "PReLU",
    "Parameter",
    "ParameterDict",
    "PoissonNLLLoss",
    "Repeat",
    "Residual",
    "Sequential",
    "SigmoidBCELoss",
    "SigmoidBinaryCrossEntropyLoss",
    "SoftmaxCELoss",
    "SoftmaxCrossEntropyLoss",
    "SquaredHingeLoss",
    "Swish",
    "TripletLoss",
    "layers",
]


def layers() -> Mapping[str, type[Block]]:
    """Return the layers by the names that configs use."""
    return MappingProxyType(
        {
            "sequential": Sequential,
            "repeat": Repeat,
            "residual": Residual,
            "dense": Dense,
            "activation": Activation,
            "dropout": Dropout,
            "flatten": Flatten,
            "embedding": Embedding,
            "leaky_relu": LeakyReLU,
            "prelu": PReLU,
            "elu": ELU,
            "selu": SELU,
            "gelu": GELU,
            "swish": Swish,
            "batch_norm": BatchNorm,
            "layer_norm": LayerNorm,
            "instance_norm": InstanceNorm,
            "group_norm": GroupNorm,
        }
    )
