"""The built-in calibrators by the names that configs use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab import calibrators as room
from initlab.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["calibrators"]


def calibrators() -> Mapping[str, type[room.Calibrator]]:
    """Return them, each imported when it is asked for."""
    return Shelf(
        {
            "lsuv": lambda: room.LSUV,
            "empirical_gain": lambda: room.EmpiricalGain,
            "weight_norm": lambda: room.WeightNorm,
            "krahenbuhl": lambda: room.Krahenbuhl,
            "gradinit": lambda: room.GradInit,
            "metainit": lambda: room.MetaInit,
            "admin": lambda: room.Admin,
            "mimetic": lambda: room.Mimetic,
            "pca": lambda: room.PCA,
            "kmeans": lambda: room.KMeans,
            "output_prior": lambda: room.OutputPrior,
            "rai_bias": lambda: room.RAIBias,
            "ridge": lambda: room.Ridge,
        }
    )
