"""ZerO: identities, and Hadamard matrices where a layer widens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from initlab.init.fixed.dirac import at_centre
from initlab.init.fixed.formula import Formula
from initlab.init.fixed.hadamard import sylvester

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["ZeroHadamard"]


@dataclass(frozen=True)
class ZeroHadamard(Formula):
    """ZerO (Zhao et al., 2022): the identity, or c I H I where outputs outnumber inputs.

    H is the Hadamard matrix of 2^m >= outputs rows, c = 2^(-(m-1)/2), I the partial identities; a
    kernel has it at its centre. The authors' notebook has c = 2^(-m/2). Their residual branches
    end in zeros, for which a net takes a rule: `+init.rules.end.match=body.*.body.back.weight
    +init.rules.end.use.name=zeros`.

    >>> from initlab.init import ParameterSpec
    >>> ZeroHadamard()(ParameterSpec((2, 1)), None).tolist()
    [[1.0], [1.0]]
    """

    def put(self, spec: ParameterSpec, out: NDArray[Any]) -> None:
        """Write the matrix at the kernel's centre.

        Raises:
            ShapeError: when the parameter has no input and output axes.
        """
        super().put(*at_centre(spec, out))

    def entry(self, spec: ParameterSpec, i: NDArray[Any], j: NDArray[Any]) -> NDArray[Any]:
        """Return the identity's, or the Hadamard matrix's where the layer widens."""
        m = (spec.outputs - 1).bit_length()
        identity: NDArray[Any] = i == j
        return identity if spec.outputs <= spec.inputs else 2 ** (-(m - 1) / 2) * sylvester(i, j)
