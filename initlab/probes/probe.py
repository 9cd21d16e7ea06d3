"""What a probe sees, and what it says: a Snapshot in, Readings out, nothing changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np

__all__ = ["Claim", "Foretold", "Probe", "Reading", "Snapshot", "Subject"]

ALARM = 5.0  # standard errors between a reading and its expectation that raise a verdict


class Subject(StrEnum):
    """What the paths of a probe's pattern name: parameters, or the blocks they sit in."""

    parameters = "parameters"
    blocks = "blocks"


@dataclass(frozen=True)
class Claim:
    """The standard deviation that an initializer claims for a drawn parameter.

    Args:
        std: the claimed standard deviation.
        kurtosis: fourth moment over squared variance of the claimed law, for the standard
            error of a drawn deviation; None where unknown.
    """

    std: float
    kurtosis: float | None = None


@dataclass(frozen=True)
class Foretold:
    """A number that theory expects, and one draw's standard error around it, None if infinite."""

    value: float
    error: float | None


@dataclass(frozen=True)
class Snapshot:
    """A net at one training step, as arrays by path.

    Args:
        step: how many optimizer steps came before.
        weights: the parameters as they were when the step's forward pass ran.
        gradients: dL/dw of that step; empty where there was no backward pass.
        updates: what the optimizer's step then changed; empty where there was no step.
        activations: the outputs of the blocks, batch first, by the block's path.
        signals: dL/d(activation), in the same places.
        claims: what the initializers promised; only at initialization.
        foretold: the root mean square that theory expects of the blocks' outputs; only at
            initialization, for probes that ask.
        foretold_gradients: the same of `signals`, relative to the measured one at the output.

    >>> import numpy as np
    >>> Snapshot(0, {"weight": np.ones(2)}).weights["weight"].size
    2
    """

    step: int
    weights: Mapping[str, np.ndarray] = field(default_factory=dict)
    gradients: Mapping[str, np.ndarray] = field(default_factory=dict)
    updates: Mapping[str, np.ndarray] = field(default_factory=dict)
    activations: Mapping[str, np.ndarray] = field(default_factory=dict)
    signals: Mapping[str, np.ndarray] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    foretold: Mapping[str, Foretold] = field(default_factory=dict)
    foretold_gradients: Mapping[str, Foretold] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """One number: which statistic, of which place, and what theory expected there.

    >>> reading = Reading("weight_std", "0.weight", 0.13, expected=0.10, standard_error=0.005)
    >>> reading.metric, round(reading.deviation, 1), reading.verdict
    ('weight_std/0.weight', 6.0, 'off')
    """

    statistic: str
    place: str
    value: float
    expected: float | None = None
    standard_error: float | None = None

    @property
    def metric(self) -> str:
        """The name in the record: the statistic first, the place last."""
        return f"{self.statistic}/{self.place}"

    @property
    def deviation(self) -> float | None:
        """The distance from what was expected, in standard errors; None without either."""
        if self.expected is None or self.standard_error is None:
            return None
        if self.standard_error == 0:
            return 0.0 if self.value == self.expected else float("inf")
        return (self.value - self.expected) / self.standard_error

    @property
    def verdict(self) -> str | None:
        """'as expected', or 'off' beyond five standard errors; None without expectation."""
        if self.deviation is None:
            return None
        return "as expected" if abs(self.deviation) <= ALARM else "off"  # not a number is off


class Probe:
    """A measurement: a frozen dataclass whose `measure` reads a Snapshot.

    Class attributes:
        over: whether its pattern chooses among parameters or blocks.
        headlines: the statistics worth a chart; the others go to the full table only.
        asks_theory: whether it wants `Snapshot.foretold` and `foretold_gradients`.

    Example::

        @dataclass(frozen=True)
        class Range(Probe):
            \"\"\"The largest absolute value of each parameter.\"\"\"
            headlines = ("weight_range",)

            def measure(self, snapshot):
                for path, weight in snapshot.weights.items():
                    yield Reading("weight_range", path, float(abs(weight).max()))
    """

    over: ClassVar[Subject] = Subject.parameters
    headlines: ClassVar[tuple[str, ...]] = ()
    asks_theory: ClassVar[bool] = False

    def measure(self, snapshot: Snapshot) -> Iterator[Reading]:
        """Yield a reading for each place that the snapshot has data for."""
        raise NotImplementedError(f"{type(self).__name__} is a Probe without measure()")
