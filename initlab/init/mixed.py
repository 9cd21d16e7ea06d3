"""Several initializers, chosen by the parameter's name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from initlab.errors import BadValueError
from initlab.init.create import create
from initlab.init.initializer import Initializer

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from initlab.autograd import Tensor
    from initlab.init.law import Law
    from initlab.init.spec import ParameterSpec

__all__ = ["Mixed"]


class Mixed(Initializer):
    """The initializer of the first pattern that matches the name from its start.

    Args:
        patterns: regular expressions.
        initializers: one for each.

    Raises:
        BadValueError: when there are more of one than of the other.

    >>> from initlab.init import Ones, ParameterSpec, Zeros
    >>> mixed = Mixed(["dense0_.*", ".*"], [Ones(), Zeros()])
    >>> mixed(ParameterSpec((2,), name="dense0_weight"), None).tolist()
    [1.0, 1.0]
    """

    any_dtype = True  # each one's

    def __init__(self, patterns: Sequence[str], initializers: Sequence[Initializer | str]) -> None:
        if len(patterns) != len(initializers):
            raise BadValueError(
                f"Mixed needs an initializer for each pattern, got {len(patterns)} patterns and "
                f"{len(initializers)} initializers."
            )
        self.patterns = list(patterns)
        self.initializers = [create(init) for init in initializers]

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw by the initializer that the name chooses.

        Raises:
            BadValueError: when no pattern matches it.
        """
        self._chosen(spec.name).write(spec, rng, out)

    def law(self, spec: ParameterSpec) -> Law:
        """Return what the initializer claims that the name chooses."""
        return self._chosen(spec.name).law(spec)

    def fill(self, name: str, data: Tensor) -> None:
        """Let the initializer that the name chooses fill `data`, as Gluon's direct call does."""
        self._chosen(name).fill(name, data)

    def _chosen(self, name: str) -> Initializer:
        for pattern, init in zip(self.patterns, self.initializers, strict=True):
            if re.match(pattern, name):
                return init
        raise BadValueError(
            f"Parameter name {name!r} did not match any pattern of {self.patterns}. Consider "
            'adding a ".*" pattern at the end with a default Initializer.'
        )
