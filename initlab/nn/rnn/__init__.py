"""Recurrent layers over whole sequences; cells, one step of them, and what is made of cells."""

from initlab.nn.rnn.cell import HybridRecurrentCell, RecurrentCell
from initlab.nn.rnn.gated import GRUCell, LSTMCell, RNNCell
from initlab.nn.rnn.layers import GRU, LSTM, RNN
from initlab.nn.rnn.modifiers import DropoutCell, ModifierCell, ResidualCell, ZoneoutCell
from initlab.nn.rnn.projected import LSTMPCell
from initlab.nn.rnn.stacks import (
    BidirectionalCell,
    HybridSequentialRNNCell,
    SequentialRNNCell,
)

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "BidirectionalCell",
    "DropoutCell",
    "GRUCell",
    "HybridRecurrentCell",
    "HybridSequentialRNNCell",
    "LSTMCell",
    "LSTMPCell",
    "ModifierCell",
    "RNNCell",
    "RecurrentCell",
    "ResidualCell",
    "SequentialRNNCell",
    "ZoneoutCell",
]
