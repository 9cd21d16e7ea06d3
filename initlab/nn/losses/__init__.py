"""Losses: how far a net's output is from what was wanted, one number a sample."""

from initlab.nn.losses.classification import (
    KLDivLoss,
    SigmoidBinaryCrossEntropyLoss,
    SoftmaxCrossEntropyLoss,
)
from initlab.nn.losses.ctc import CTCLoss
from initlab.nn.losses.loss import Loss
from initlab.nn.losses.margin import HingeLoss, LogisticLoss, SquaredHingeLoss
from initlab.nn.losses.regression import HuberLoss, L1Loss, L2Loss, PoissonNLLLoss
from initlab.nn.losses.similarity import CosineEmbeddingLoss, SDMLLoss, TripletLoss

SigmoidBCELoss = SigmoidBinaryCrossEntropyLoss
SoftmaxCELoss = SoftmaxCrossEntropyLoss

__all__ = [
    "CTCLoss",
    "CosineEmbeddingLoss",
    "HingeLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "L2Loss",
    "LogisticLoss",
    "Loss",
    "PoissonNLLLoss",
    "SDMLLoss",
    "SigmoidBCELoss",
    "SigmoidBinaryCrossEntropyLoss",
    "SoftmaxCELoss",
    "SoftmaxCrossEntropyLoss",
    "SquaredHingeLoss",
    "TripletLoss",
]
