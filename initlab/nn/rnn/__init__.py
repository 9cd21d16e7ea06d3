"""Recurrent cells: one step of a recurrent net, and what is made of cells."""

from initlab.nn.rnn.cell import HybridRecurrentCell, RecurrentCell
from initlab.nn.rnn.gated import GRUCell, LSTMCell, RNNCell
from initlab.nn.rnn.modifiers import DropoutCell, ModifierCell, ResidualCell, ZoneoutCell
from initlab.nn.rnn.stacks import (
    BidirectionalCell,
    HybridSequentialRNNCell,
    SequentialRNNCell,
)

__all__ = [
    "BidirectionalCell",
    "DropoutCell",
    "GRUCell",
    "HybridRecurrentCell",
    "HybridSequentialRNNCell",
    "LSTMCell",
    "ModifierCell",
    "RNNCell",
    "RecurrentCell",
    "ResidualCell",
    "SequentialRNNCell",
    "ZoneoutCell",
]
