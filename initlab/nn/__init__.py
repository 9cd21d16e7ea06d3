"""Layers and losses, with the Block and Parameter that they are made of."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from initlab.nn.activation import Activation
from initlab.nn.basic import Dropout, Flatten
from initlab.nn.containers import Repeat, Residual, Sequential
from initlab.nn.dense import Dense
from initlab.nn.embedding import Embedding
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
from initlab.tree import Block, Parameter, ParameterDict

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Activation",
    "Block",
    "CosineEmbeddingLoss",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "HingeLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "L2Loss",
    "LayerNorm",
    "LogisticLoss",
    "Loss",
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
            "layer_norm": LayerNorm,
        }
    )
