"""What Gluon code imports, under Gluon's names.

>>> from initlab import gluon
>>> net = gluon.nn.HybridSequential()
>>> net.add(gluon.nn.Dense(1, in_units=2))
>>> net.initialize()
>>> trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
>>> gluon.loss.L2Loss()
L2Loss(batch_axis=0, w=1.0)
"""

from initlab import nn
from initlab.errors import DeferredInitializationError
from initlab.nn import losses as loss
from initlab.nn import rnn
from initlab.optim import Trainer

Block, HybridBlock = nn.Block, nn.HybridBlock
Constant, Parameter, ParameterDict = nn.Constant, nn.Parameter, nn.ParameterDict

__all__ = [
    "Block",
    "Constant",
    "DeferredInitializationError",
    "HybridBlock",
    "Parameter",
    "ParameterDict",
    "Trainer",
    "loss",
    "nn",
    "rnn",
]
