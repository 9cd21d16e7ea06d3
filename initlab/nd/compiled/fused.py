"""log, cos and sin in single precision, to the last bit as NumPy has them.

Where a processor multiplies and adds with one rounding, NumPy's are a few such steps in an order
that never changes. Written down again, and compiled without leave to reorder, they give its bits;
whoever relies on that compares a sample first, for another NumPy may have other steps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from initlab.nd.compiled.exponential import from_bits

__all__ = ["cos_sin", "log"]

f, i = np.float32, np.int32


def _floats(*bits: str) -> tuple[np.float32, ...]:
    return tuple(f(float.fromhex(b)) for b in bits)


BITS, MANTISSA = i(23), i(0x7FFFFF)  # how many the mantissa has, and which
BIAS = i(127)  # of the exponent
ROOT = i(0x3F3504F4)  # the bits of the float next above the root of 1/2
TO_ONE = i(0x3F800000) - ROOT
LOG_2 = f(float.fromhex("0x1.62e43p-1"))
P2, P3, P4, P5 = _floats("0x1.0e6c38p1", "0x1.7ae152p0", "0x1.860666p-2", "0x1.a8579ap-6")
Q1, Q2, Q3, Q4, Q5 = _floats(
    "0x1.4e6c38p1", "0x1.39fc1ap1", "0x1.f915c8p-1", "0x1.3cb7e6p-3", "0x1.8107bep-8"
)

PER_QUARTER, WHOLE = _floats("0x1.45f306p-1", "0x1.8p23")  # 2 / pi; whose sums are whole numbers
HIGH, MIDDLE, LOW = _floats("-0x1.921fbp0", "-0x1.5110b4p-22", "-0x1.846988p-48")  # -pi / 2
C4, C6, C8 = _floats("0x1.55553cp-5", "-0x1.6c06dcp-10", "0x1.98e616p-16")
S3, S5, S7, S9 = _floats("-0x1.555556p-3", "0x1.11119ap-7", "-0x1.a06bbap-13", "0x1.7d3bbcp-19")


@intrinsic
def _fused(_: Any, a: Any, b: Any, c: Any) -> Any:  # noqa: ARG001 - the compiler's form
    """Return a b + c, rounded once."""

    def generate(__: Any, builder: Any, ___: Any, args: Any) -> Any:
        return builder.fma(*args)

    return types.float32(types.float32, types.float32, types.float32), generate


@intrinsic
def _bits(_: Any, x: Any) -> Any:  # noqa: ARG001 - the compiler's form
    """Return the int32 that has the bits of a float32."""

    def generate(__: Any, builder: Any, ___: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(32))

    return types.int32(types.float32), generate


@njit(inline="always")
def log(x: Any, halved: Any) -> Any:
    """Return log of x halved so often: that of a power of two, and P / Q of what is left.

    x is a normal number above 0; what is left lies between the roots of 1/2 and of 2.
    """
    bits = i(_bits(x) + TO_ONE)
    n = f(i(i(bits >> BITS) - i(BIAS + halved)))
    r = from_bits(i(i(bits & MANTISSA) + ROOT)) - f(1)
    p = _fused(P5, r, P4)
    p = _fused(p, r, P3)
    p = _fused(p, r, P2)
    p = _fused(p, r, f(1))
    p = p * r
    q = _fused(Q5, r, Q4)
    q = _fused(q, r, Q3)
    q = _fused(q, r, Q2)
    q = _fused(q, r, Q1)
    q = _fused(q, r, f(1))
    return _fused(n, LOG_2, p / q)


@njit(inline="always")
def cos_sin(x: Any) -> Any:
    """Return cos x and sin x of an x below 7e4: polynomials of what whole quarters leave."""
    sum_ = x * PER_QUARTER + WHOLE
    quarter, n = _bits(sum_), sum_ - WHOLE  # the former's last bits
    r = _fused(n, LOW, _fused(n, MIDDLE, _fused(n, HIGH, x)))
    q = r * r
    c = _fused(C8, q, C6)
    c = _fused(c, q, C4)
    c = _fused(c, q, f(-0.5))
    c = _fused(c, q, f(1))
    s = _fused(S9, q, S7)
    s = _fused(s, q, S5)
    s = _fused(s, q, S3)
    s = _fused(s * q, r, r)
    cos, sin = (s, c) if i(quarter & i(1)) else (c, s)
    cos = f(0) - cos if i(i(quarter + i(1)) & i(2)) else cos
    sin = f(0) - sin if i(quarter & i(2)) else sin
    return cos, sin
