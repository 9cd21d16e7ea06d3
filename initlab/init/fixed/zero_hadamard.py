"""ZerO: identities, and Hadamard matrices where a layer widens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.fixed.dirac import at_centre
from initlab.init.fixed.fixed import Fixed
from initlab.init.fixed.hadamard import sylvester
from initlab.init.matrices import matrix_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["ZeroHadamard"]


@dataclass(frozen=True)
class ZeroHadamard(Fixed):
    """ZerO (Zhao et al., 2022): the identity, or c I H I where outputs outnumber inputs.

    H is the Hadamard matrix of 2^m >= outputs rows, c = 2^(-(m-1)/2), I the partial identities; a
    kernel has it at its centre. The authors' notebook has c = 2^(-m/2). The last weight of each
    residual branch is zero: see fixup for a plan of that kind.

    >>> from initlab.init import ParameterSpec
    >>> ZeroHadamard()(ParameterSpec((2, 1)), None).tolist()
    [[1.0], [1.0]]
    """

    def values(self, spec: ParameterSpec) -> NDArray[Any]:
        """Return the matrix, the same for every copy and group, at the kernel's centre.

        Raises:
            ShapeError: when the parameter has no input and output axes.
        """
        copies, rows, _ = matrix_shape(spec)
        matrix = np.eye(rows, spec.inputs)
        if rows > spec.inputs:
            m = (rows - 1).bit_length()
            matrix = 2 ** (-(m - 1) / 2) * sylvester(2**m)[:rows, : spec.inputs]
        return at_centre(np.broadcast_to(matrix, (copies, *matrix.shape)), spec)
