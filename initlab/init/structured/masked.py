"""Weights under a mask, as lottery tickets are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadTypeError, BadValueError, ShapeError
from initlab.init.independent import VarianceScaling
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import pieces
from initlab.init.pretrained import Stored
from initlab.init.structured.selection import where_largest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Masked"]


@dataclass(frozen=True, eq=False)
class Masked(Initializer):
    """What another initializer draws, with a share of it or the rest of a mask set to zero.

    A winning ticket (Frankle & Carbin, 2019) is the mask of a trained net's largest weights over
    the very values that the net was drawn with: the same seed and `of`, with that mask. The draw
    of the values does not depend on the mask, but a ticket's mask does on those values: its net was
    trained from them, and of the larger more stay. So with a file the law claims the support only.

    Args:
        of: draws the values.
        keep: the share that stays, chosen at random, or in a file of weights the largest.
        mask: an array of the parameter's shape, zero where the weight is to be zero.
        file: instead of mask, safetensors with a parameter's mask under its path, which is zeros
            and ones, or its trained weights, of which the largest stay: a ticket is
            parameters.safetensors of the run with the same seed.
    """

    of: Initializer = VarianceScaling(2.0)
    keep: float = 0.2
    mask: np.ndarray | None = None
    file: Path | None = None

    def __post_init__(self) -> None:
        if isinstance(self.mask, list):  # as JSON has arrays
            object.__setattr__(self, "mask", np.array(self.mask))
        if self.mask is not None and not isinstance(self.mask, np.ndarray):
            raise BadTypeError(
                f"masked: mask is an array, got {self.mask!r}. A file of masks or trained weights "
                "by path, safetensors, is given as file: init.weight.file=FILE."
            )
        if self.mask is not None and self.file is not None:
            raise BadValueError("masked: mask and file both say what stays. Give one of them.")
        file = None if self.file is None else Path(self.file)
        object.__setattr__(self, "file", file)
        object.__setattr__(self, "_stored", None if file is None else Stored(file))
        if not 0 < self.keep <= 1:
            raise BadValueError(f"masked: keep is in (0, 1], got {self.keep}.")

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw into `out`, then mask there, some values at a time.

        Raises:
            ShapeError: when the mask has another shape.
            BadValueError: when the file has none for the parameter.
        """
        mask = self._mask(spec)
        self.of.write(spec, rng, out)
        places = pieces(spec.shape)
        parts: Iterable[tuple[Any, NDArray[np.bool_]]]
        if mask is None:
            parts = ((index, rng.random(out[index].shape) < self.keep) for index in places)
        elif self._is_trained(mask):
            parts = where_largest(mask, max(1, round(self.keep * mask.size)))
        else:
            parts = ((index, mask[index] != 0) for index in places)
        for index, kept in parts:
            out[index] = np.where(kept, out[index], 0)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the mixture of 0 and the values' law; with a file only its support."""
        mask, base = self._mask(spec), self.of.law(spec)
        low, high = min(base.low, 0.0), max(base.high, 0.0)
        share = self.keep if mask is None else np.count_nonzero(mask) / mask.size
        if self.file is not None or base.mean is None or base.variance is None or not share:
            return Law(low=low, high=high, entries=Entries.dependent)
        second = share * (base.variance + base.mean**2)
        mean = share * base.mean
        kurtosis = base.kurtosis / share if base.kurtosis is not None and base.mean == 0 else None
        entries = Entries.dependent if base.entries is Entries.fixed else base.entries
        return Law(mean, second - mean**2, kurtosis, low, high, entries)

    def _mask(self, spec: ParameterSpec) -> NDArray[Any] | None:
        mask = self.mask if self._stored is None else self._stored[spec]  # type: ignore[attr-defined] # set when it is made
        if mask is not None and mask.shape != spec.shape:
            raise ShapeError(
                f"{spec.label} has shape {spec.shape} and the mask {mask.shape}: it is "
                "another parameter's."
            )
        return mask

    def _is_trained(self, mask: NDArray[Any]) -> bool:
        """Return whether it is trained weights, as a file may have instead of zeros and ones."""
        return self.file is not None and not all(
            np.isin(mask[index], (0, 1)).all() for index in pieces(mask.shape)
        )
