"""Calibrators: initialization that looks at data or gradients after the weights are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.calibrators.admin import Admin
    from initlab.calibrators.batch import Batch
    from initlab.calibrators.calibrator import Calibration, Calibrator
    from initlab.calibrators.empirical_gain import EmpiricalGain
    from initlab.calibrators.gradinit import GradInit
    from initlab.calibrators.kmeans import KMeans
    from initlab.calibrators.krahenbuhl import Krahenbuhl
    from initlab.calibrators.lsuv import LSUV
    from initlab.calibrators.metainit import MetaInit, gradient_quotient
    from initlab.calibrators.mimetic import Mimetic
    from initlab.calibrators.names import calibrators
    from initlab.calibrators.output_prior import OutputPrior
    from initlab.calibrators.pca import PCA
    from initlab.calibrators.rai_bias import RAIBias
    from initlab.calibrators.ridge import Ridge
    from initlab.calibrators.weight_norm import WeightNorm
else:
    on_demand(__name__)

__all__ = [
    "LSUV",
    "PCA",
    "Admin",
    "Batch",
    "Calibration",
    "Calibrator",
    "EmpiricalGain",
    "GradInit",
    "KMeans",
    "Krahenbuhl",
    "MetaInit",
    "Mimetic",
    "OutputPrior",
    "RAIBias",
    "Ridge",
    "WeightNorm",
    "calibrators",
    "gradient_quotient",
]
