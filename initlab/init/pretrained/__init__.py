"""First values from another net's parameters, in a file by path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.init.pretrained.statistics import PretrainedStatistics
    from initlab.init.pretrained.stored import Stored
    from initlab.init.pretrained.weight_selection import WeightSelection
else:
    on_demand(__name__)

__all__ = ["PretrainedStatistics", "Stored", "WeightSelection"]
