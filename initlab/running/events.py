"""What happens in a run, in its order: the words between the run and its watchers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from initlab.calibrators import Calibration
    from initlab.data import Data
    from initlab.init import InitPlan
    from initlab.nn import Block
    from initlab.probes import Reading
    from initlab.training import Divergence, Score, Step

__all__ = ["Diverged", "Drawn", "Event", "Finished", "Measured", "Planned", "Scored", "Stepped"]


@dataclass(frozen=True)
class Planned:
    """The net is built, the data are there, the plan is made; nothing is drawn yet."""

    net: Block
    data: Data
    plan: InitPlan
    steps: int


@dataclass(frozen=True)
class Drawn:
    """The parameters have their first values, calibrated if the config asked for it.

    Args:
        calibrations: what a calibrator did to each parameter.
        seen: what it looked at, in words.
    """

    calibrations: Sequence[Calibration]
    seen: str = ""


@dataclass(frozen=True)
class Measured:
    """The probes that were due at a step have spoken.

    Args:
        step: how many optimizer steps came before.
        readings: of the probes.
        magnitudes: histograms of weights and gradients, by (role, kind).
    """

    step: int
    readings: Sequence[Reading]
    magnitudes: Mapping[tuple[str, str], np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Stepped:
    """One optimizer step is done."""

    step: Step


@dataclass(frozen=True)
class Scored:
    """The net was evaluated on the test data; `step` steps came before."""

    step: int
    score: Score


@dataclass(frozen=True)
class Diverged:
    """The loss left the finite numbers, which ends the training and is a result."""

    divergence: Divergence


@dataclass(frozen=True)
class Finished:
    """Nothing more will come."""

    seconds: float


Event = Planned | Drawn | Measured | Stepped | Scored | Diverged | Finished
