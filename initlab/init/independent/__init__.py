"""Independent entries: one distribution, whose spread may follow from the fans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.init.independent.complex_scaling import ComplexScaling
    from initlab.init.independent.distribution import Distribution
    from initlab.init.independent.dropout_scaling import DropoutScaling
    from initlab.init.independent.flat import Flat
    from initlab.init.independent.gaussian import Gaussian
    from initlab.init.independent.independent import Independent
    from initlab.init.independent.msraprelu import MSRAPrelu
    from initlab.init.independent.normal import Normal
    from initlab.init.independent.random_walk import RandomWalk, WalkActivation
    from initlab.init.independent.truncated_gaussian import TruncatedGaussian
    from initlab.init.independent.truncated_normal import Bounds, TruncatedNormal
    from initlab.init.independent.uniform import Uniform
    from initlab.init.independent.variance_scaling import Shape, VarianceScaling
    from initlab.init.independent.xavier import FactorType, RandomType, Xavier
else:
    on_demand(__name__)

__all__ = [
    "Bounds",
    "ComplexScaling",
    "Distribution",
    "DropoutScaling",
    "FactorType",
    "Flat",
    "Gaussian",
    "Independent",
    "MSRAPrelu",
    "Normal",
    "RandomType",
    "RandomWalk",
    "Shape",
    "TruncatedGaussian",
    "TruncatedNormal",
    "Uniform",
    "VarianceScaling",
    "WalkActivation",
    "Xavier",
]
