"""The built-in probes by the names that configs use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab import probes as room
from initlab.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["probes"]


def probes() -> Mapping[str, type[room.Probe]]:
    """Return them, each imported when it is asked for."""
    return Shelf(
        {
            "weight_moments": lambda: room.WeightMoments,
            "weight_entropy": lambda: room.WeightEntropy,
            "weight_spectrum": lambda: room.WeightSpectrum,
            "gradient_moments": lambda: room.GradientMoments,
            "gradient_to_weight": lambda: room.GradientToWeight,
            "update_to_weight": lambda: room.UpdateToWeight,
            "activation_moments": lambda: room.ActivationMoments,
            "dead_units": lambda: room.DeadUnits,
            "signal_rms": lambda: room.SignalRMS,
            "gradient_rms": lambda: room.GradientRMS,
        }
    )
