"""The parameters of a saved net, by path."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from initlab import nd
from initlab.errors import BadValueError, nearest

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
        self._arrays = {n: np.asarray(a) for n, a in nd.load(file, aliases=True).items()}

    def __getitem__(self, spec: ParameterSpec) -> NDArray[np.floating]:
        """Return the array of the parameter's name, in a run its path.

        Raises:
            BadValueError: when there is none.
        """
        if spec.name not in self._arrays:
            near = ", ".join(nearest(spec.name, self._arrays) or list(self._arrays)[:5])
            raise BadValueError(
                f"{self.file.name} holds nothing for {spec.name!r} (nearest: {near or 'nothing'})."
                " Give that parameter another initializer by a rule."
            )
        return self._arrays[spec.name]
