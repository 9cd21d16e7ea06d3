"""The parameters of a saved net, by path."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from initlab import nd
from initlab.errors import BadValueError, DataError, nearest
from initlab.init.checks import all_finite

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Stored"]


class Stored:
    """The arrays of a safetensors file, such as a run leaves in parameters.safetensors.

    Args:
        file: where.

    Raises:
        DataError: when it is missing or no safetensors.
    """

    def __init__(self, file: str | Path) -> None:
        self.file = Path(file)
        self.arrays = {n: np.asarray(a) for n, a in nd.load(file, aliases=True).items()}

    def __getitem__(self, spec: ParameterSpec) -> NDArray[np.floating]:
        """Return the array of the parameter's name, in a run its path.

        Raises:
            BadValueError: when there is none.
            DataError: when it is empty, or not finite.
        """
        if spec.name not in self.arrays:
            near = ", ".join(nearest(spec.name, self.arrays) or list(self.arrays)[:5])
            raise BadValueError(
                f"{self.file.name} holds nothing for {spec.name!r} (nearest: {near or 'nothing'})."
                " Give that parameter another initializer by a rule."
            )
        found = self.arrays[spec.name]
        if not found.size or not all_finite(found):
            what = "values that are not finite" if found.size else "an empty array"
            raise DataError(
                f"{self.file.name} holds {what} for {spec.name!r}: nothing can start from it. Take "
                "the file of a run that did not diverge."
            )
        return found

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Stored)
            and self.file == other.file
            and self.arrays.keys() == other.arrays.keys()
            and all(np.array_equal(a, other.arrays[n]) for n, a in self.arrays.items())
        )

    def __hash__(self) -> int:
        return hash(self.file)
