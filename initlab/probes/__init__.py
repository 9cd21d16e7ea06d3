"""Probes: what is measured on parameters, gradients and activations, as named readings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.probes.activations import ActivationMoments, DeadUnits
    from initlab.probes.gradient_moments import GradientMoments
    from initlab.probes.histogram import histogram
    from initlab.probes.moments import Moments, moments
    from initlab.probes.names import probes
    from initlab.probes.observe import Observation, blocks_to_observe, observe, select_places
    from initlab.probes.probe import Claim, Foretold, Probe, Reading, Snapshot, Subject
    from initlab.probes.ratios import GradientToWeight, UpdateToWeight
    from initlab.probes.rms import GradientRMS, SignalRMS
    from initlab.probes.weight_entropy import WeightEntropy
    from initlab.probes.weight_moments import WeightMoments
    from initlab.probes.weight_spectrum import WeightSpectrum, singular_values
else:
    on_demand(__name__)

__all__ = [
    "ActivationMoments",
    "Claim",
    "DeadUnits",
    "Foretold",
    "GradientMoments",
    "GradientRMS",
    "GradientToWeight",
    "Moments",
    "Observation",
    "Probe",
    "Reading",
    "SignalRMS",
    "Snapshot",
    "Subject",
    "UpdateToWeight",
    "WeightEntropy",
    "WeightMoments",
    "WeightSpectrum",
    "blocks_to_observe",
    "histogram",
    "moments",
    "observe",
    "probes",
    "select_places",
    "singular_values",
]
