"""Biases of the last layer that know the classes' shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.init.output.log_odds import LogOdds
    from initlab.init.output.log_shares import LogShares
else:
    on_demand(__name__)

__all__ = ["LogOdds", "LogShares"]
