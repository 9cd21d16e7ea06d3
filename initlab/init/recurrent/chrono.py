"""The bias of an LSTM that remembers for as long as the data ask."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import BadValueError
from initlab.init.checks import finite
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import pieces
from initlab.init.recurrent.gates import check_gates, gate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Chrono"]


@dataclass(frozen=True)
class Chrono(Initializer):
    """Forget gate ln U(1, t_max - 1), input gate minus that, others 0 (Tallec & Ollivier, 2018).

    A gate that is open for the share sigma(b) of the time forgets after 1 + e^b steps: the units'
    memories are uniform between 2 and t_max steps.

    Args:
        t_max: the longest dependency, in steps; more than 2.
        gates: the order of the blocks in the vector, with i and f.
    """

    t_max: float = 100.0
    gates: str = "ifgo"

    def __post_init__(self) -> None:
        finite("chrono", t_max=self.t_max)
        if self.t_max <= 2:
            raise BadValueError(f"chrono: t_max must be more than 2 steps, got {self.t_max}.")
        check_gates("chrono", self.gates, "i", "f")

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw.

        Raises:
            ShapeError: when the parameter is no vector that the gates divide.
        """
        forget, enter = out[gate(spec, self.gates, "f")], out[gate(spec, self.gates, "i")]
        out[...] = 0
        for (some,) in pieces(forget.shape):
            forget[some] = np.log(rng.uniform(1, self.t_max - 1, len(forget[some])))
        np.negative(forget, out=enter)

    def law(self, spec: ParameterSpec) -> Law:
        """Return mean 0 and the variance 2 E (ln u)^2 / gates, u uniform in (1, t_max - 1)."""
        gate(spec, self.gates, "f")
        end = self.t_max - 1
        logs = log(end)
        # the integral of (ln u)^k over (1, end), by parts
        second = (end * (logs**2 - 2 * logs + 2) - 2) / (end - 1)
        fourth = (end * (logs**4 - 4 * logs**3 + 12 * logs**2 - 24 * logs + 24) - 24) / (end - 1)
        share = 2 / len(self.gates)
        kurtosis = fourth / (share * second**2)
        return Law(0.0, share * second, kurtosis, -logs, logs, Entries.dependent)
