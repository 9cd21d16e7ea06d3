"""An initializer whose entries are independent and of one law: it only says which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.init.checks import need_room
from initlab.init.initializer import Initializer
from initlab.nd.random import fill

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.independent.distribution import Distribution
    from initlab.init.law import Law
    from initlab.init.spec import ParameterSpec

__all__ = ["Independent"]


class Independent(Initializer):
    """Subclasses define `entry(spec)`; what is drawn and what is claimed both follow from it.

    float64 parameters are drawn in double precision, all others in single. These are different
    numbers of one law, not roundings of each other: single precision takes half the bits.
    """

    def entry(self, spec: ParameterSpec) -> Distribution:
        """Return the law of each entry."""
        raise NotImplementedError(f"{type(self).__name__} is Independent without entry(self, spec)")

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw block by block, in all cores.

        Raises:
            ShapeError: when a dimension is unknown, even one that is in no fan of its rule.
            BadValueError: when the law has numbers that are too large for the parameter's dtype.
        """
        spec.require_known()
        entry = self.entry(spec)
        need_room(spec, entry.law)
        fill(rng, out, entry.into)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the entries' law."""
        return self.entry(spec).law
