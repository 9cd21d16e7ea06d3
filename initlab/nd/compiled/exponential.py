"""e^z and tanh z in single precision, such that loops over them run at full width.

e^z = 2^n e^r with n the whole number nearest to z / log 2 and |r| < log(2) / 2, where a polynomial
serves, as one does for tanh near 0 (Moshier 1989): within three units of rounding. What has no
place among the normal numbers, e^z for z beyond -87.7 and 88.4, is 0 and infinity.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

__all__ = ["F32", "ROWS", "VECTOR", "exp", "from_bits", "kernel", "tanh"]

f, i = np.float32, np.int32
PER_LOG_2, LOG_2, LOG_2_REST = f(1.44269504), f(0.693359375), f(-2.12194440e-4)
LEAST, MOST = f(-88), f(88.7)
BIAS, MANTISSA = i(127), i(23)  # of the exponent, and how many bits stand below it

F32 = types.float32
VECTOR, ROWS = types.Array(F32, 1, "C"), types.Array(F32, 2, "C")


def kernel(*arguments: Any, exact: bool = False) -> Any:
    """Return what compiles a function of such arguments, sums in a quick order if not `exact`."""
    signature, leave = types.void(*arguments), set() if exact else {"contract", "reassoc"}
    options = {"fastmath": leave, "error_model": "numpy", "nogil": True}

    def compiling(function: Any) -> Any:
        try:
            return njit(signature, cache=True, **options)(function)
        except RuntimeError:  # there is nowhere to keep it
            return njit(signature, **options)(function)

    return compiling


@intrinsic
def from_bits(_: Any, bits: Any) -> Any:  # noqa: ARG001 - the compiler's form
    """Return the float32 that has the bits of an int32."""

    def generate(__: Any, builder: Any, ___: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.FloatType())

    return types.float32(types.int32), generate


@njit(inline="always")
def exp(z: Any) -> Any:
    """Return e^z."""
    x = min(max(z, LEAST), MOST)
    n = np.floor(x * PER_LOG_2 + f(0.5))
    r = x - n * LOG_2 - n * LOG_2_REST
    p = f(1.9875691500e-4)
    p = p * r + f(1.3981999507e-3)
    p = p * r + f(8.3334519073e-3)
    p = p * r + f(4.1665795894e-2)
    p = p * r + f(1.6666665459e-1)
    p = p * r + f(5.0000001201e-1)
    e = (p * r * r + r + f(1)) * from_bits((i(n) + BIAS) << MANTISSA)
    return e if z == z else z  # noqa: PLR0124 - NaN stays NaN


@njit(inline="always")
def tanh(z: Any) -> Any:
    """Return tanh z, by e^2z away from 0."""
    q = z * z
    p = f(-5.70498872745e-3)
    p = p * q + f(2.06390887954e-2)
    p = p * q + f(-5.37397155531e-2)
    p = p * q + f(1.33314422036e-1)
    p = p * q + f(-3.33332819422e-1)
    near = p * q * z + z
    far = f(1) - f(2) / (exp(f(2) * z) + f(1))
    return near if q < f(0.390625) else far
