"""A small net that starts from parts of a larger one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from initlab.errors import ShapeError
from initlab.init.checks import need_held
from initlab.init.fixed import Fixed
from initlab.init.matrices import pieces
from initlab.init.pretrained.stored import Stored
from initlab.init.spec import Role

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["WeightSelection"]


@dataclass(frozen=True, repr=False)
class WeightSelection(Fixed):
    """Elements of a larger trained net's parameter of the same path, evenly spaced on each axis.

    Uniform selection of Xu et al., "Initializing Models with Larger Ones" (2023): of N elements n
    are kept, each N/n-th where n divides N, else those at n even steps from the first to the last.
    Units chosen in one layer are chosen again where the next reads them. Of a deeper net it is the
    first layers that have the same paths, as they take them.

    Args:
        file: the larger net's parameters by path, safetensors.
    """

    file: Path
    any_dtype: ClassVar[bool] = True
    roles: ClassVar[tuple[Role, ...]] = tuple(Role)

    def __post_init__(self) -> None:
        object.__setattr__(self, "file", Path(self.file))
        object.__setattr__(self, "_stored", Stored(self.file))

    def put(self, spec: ParameterSpec, out: NDArray[Any]) -> None:
        """Write the chosen elements.

        Raises:
            BadValueError: when the larger net has no parameter of that path, or the parameter's
                dtype does not have its values.
            ShapeError: when it is smaller along some axis, or has other axes.
        """
        larger = self._stored[spec]  # type: ignore[attr-defined] # set when it is made
        if larger.ndim != len(spec.shape) or any(
            n > of for n, of in zip(spec.shape, larger.shape, strict=True)
        ):
            raise ShapeError(
                f"{spec.label} has shape {spec.shape} and {self.file.name} {larger.shape} for it: "
                "weight_selection chooses from a net at least as large on each axis."
            )
        chosen = [_spaced(n, of) for n, of in zip(spec.shape, larger.shape, strict=True)]
        for piece in pieces(spec.shape):
            some = (along[part] for along, part in zip(chosen, piece, strict=True))
            chosen_here = larger[np.ix_(*some)]
            need_held(spec, chosen_here)
            out[piece] = chosen_here


def _spaced(n: int, of: int) -> NDArray[np.intp]:
    """Return n indices below `of`.

    >>> _spaced(3, 9).tolist(), _spaced(3, 10).tolist()
    ([0, 3, 6], [0, 4, 9])
    """
    if of % n == 0:
        return np.arange(n) * (of // n)
    return np.rint(np.linspace(0, of - 1, n)).astype(np.intp)
