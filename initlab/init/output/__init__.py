"""Biases of the last layer that know the classes' shares."""

from __future__ import annotations

from initlab.init.output.log_odds import LogOdds
from initlab.init.output.log_shares import LogShares

__all__ = ["LogOdds", "LogShares"]
