"""Biases of recurrent layers, gate by gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.init.recurrent.chrono import Chrono
    from initlab.init.recurrent.lstm_bias import LSTMBias
else:
    on_demand(__name__)

__all__ = ["Chrono", "LSTMBias"]
