"""Training: a generator of steps, the score of a net, and where a training diverged."""

from initlab.training.divergence import Divergence, locate
from initlab.training.loop import Score, Step, evaluate, steps_per_epoch, train
from initlab.training.passes import Pass, Passes

__all__ = [
    "Divergence",
    "Pass",
    "Passes",
    "Score",
    "Step",
    "evaluate",
    "locate",
    "steps_per_epoch",
    "train",
]
