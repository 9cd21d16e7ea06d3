"""What an activation does to Gaussian signals: numbers from functions, no nets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.theory.bounded import Estimate
    from initlab.theory.critical import CriticalPoint, critical, critical_line
    from initlab.theory.depth import Level, Residual, predict
    from initlab.theory.gains import backward_gain, forward_gain, variance_gain
    from initlab.theory.meanfield import MeanField, Phase
    from initlab.theory.moments import (
        derivative,
        fourth_moment,
        mean,
        moment_growth,
        second_moment,
        slope_growth,
        variance,
    )
    from initlab.theory.pairs import kernel
    from initlab.theory.quadrature import expectation
    from initlab.theory.signal import Signal
    from initlab.theory.space import Pool, Reshape, Window
    from initlab.theory.stages import (
        BatchNormalization,
        Elementwise,
        Linear,
        Lookup,
        Normalization,
        Scale,
        Stage,
        Weights,
    )
else:
    on_demand(__name__)

__all__ = [
    "BatchNormalization",
    "CriticalPoint",
    "Elementwise",
    "Estimate",
    "Level",
    "Linear",
    "Lookup",
    "MeanField",
    "Normalization",
    "Phase",
    "Pool",
    "Reshape",
    "Residual",
    "Scale",
    "Signal",
    "Stage",
    "Weights",
    "Window",
    "backward_gain",
    "critical",
    "critical_line",
    "derivative",
    "expectation",
    "forward_gain",
    "fourth_moment",
    "kernel",
    "mean",
    "moment_growth",
    "predict",
    "second_moment",
    "slope_growth",
    "variance",
    "variance_gain",
]
