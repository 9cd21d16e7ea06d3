"""Training: a generator of steps, the score of a net, and where a training diverged."""

from initlab.training.divergence import Divergence, locate
from initlab.training.loop import Score, Step, evaluate, steps_per_epoch, train

__all__ = ["Divergence", "Score", "Step", "evaluate", "locate", "steps_per_epoch", "train"]
