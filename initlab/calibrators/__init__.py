"""Calibrators: initialization that looks at data after the weights are drawn."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from initlab.calibrators.calibrator import Calibration, Calibrator
from initlab.calibrators.lsuv import LSUV

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LSUV", "Calibration", "Calibrator", "calibrators"]


def calibrators() -> Mapping[str, type[Calibrator]]:
    """Return the built-in calibrators by the names that configs use."""
    return MappingProxyType({"lsuv": LSUV})
