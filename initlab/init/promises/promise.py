"""A promise: something that holds for a drawn array as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Promise"]


class Promise(Protocol):
    """A frozen dataclass that can tell from some draws whether it is kept."""

    def broken(self, draws: Sequence[NDArray[Any]], spec: ParameterSpec) -> str | None:
        """Return what is wrong, as the end of a sentence, or None when the promise is kept.

        Args:
            draws: independent draws, in double precision.
            spec: what they were drawn for; `spec.dtype` tells how far they are rounded.
        """
