"""What another initializer draws, changed output by output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from initlab.init.initializer import Initializer
from initlab.init.structured.units import change_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Rowwise"]


class Rowwise(Initializer):
    """Subclasses define `changed(rows, spec)`, and have in `of` what draws the values."""

    of: Initializer

    def changed(self, rows: NDArray[Any], spec: ParameterSpec) -> NDArray[Any]:
        """Return rows, the weights of one output each, in double precision, as they shall be."""
        raise NotImplementedError(f"{type(self).__name__} is Rowwise without changed(rows, spec)")

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Have the other write into `out`, and change some rows at a time, in double precision.

        Raises:
            ShapeError: when the parameter has no input and output axes.
        """
        spec.require_fans()
        self.of.write(spec, rng, out)
        change_rows(out, spec, lambda rows: self.changed(rows, spec))
