"""Biases of recurrent layers, gate by gate."""

from __future__ import annotations

from initlab.init.recurrent.chrono import Chrono
from initlab.init.recurrent.lstm_bias import LSTMBias

__all__ = ["Chrono", "LSTMBias"]
