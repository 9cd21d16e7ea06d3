"""What a plugin promises, as checks that its author calls; the built-ins pass the same."""

from __future__ import annotations

from initlab.testing.calibrators import check_calibrator
from initlab.testing.contract import ContractError
from initlab.testing.initializers import check_initializer
from initlab.testing.probes import check_probe
from initlab.testing.sources import check_random_source

__all__ = [
    "ContractError",
    "check_calibrator",
    "check_initializer",
    "check_probe",
    "check_random_source",
]
