"""The C library's single-precision logarithm, to the bit, on any machine.

Normal deviates go through `logf`, and NumPy's float32 logarithm rounds one number in five to the
other neighbour. This is the algorithm of glibc since 2.27: log(x) = log(1 + r) + log(c) + k log 2,
with c the nearest of 16 table points, r = x / (2^k c) - 1, and log(1 + r) as a quartic in r, all
in double precision (Szabolcs Nagy, 2017). The numbers are those of Arm's Optimized Routines:
copyright (c) 2017-2018, Arm Limited, MIT or Apache-2.0 WITH LLVM-exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["logf"]

LOG_2 = float.fromhex("0x1.62e42fefa39efp-1")
FOURTH, THIRD, SECOND = map(
    float.fromhex, ("-0x1.00ea348b88334p-2", "0x1.5575b0be00b6ap-2", "-0x1.ffffef20a4123p-2")
)
ONE_OVER_C, LOG_C = np.array(
    [
        (float.fromhex(inverse), float.fromhex(logarithm))
        for inverse, logarithm in (
            ("0x1.661ec79f8f3bep+0", "-0x1.57bf7808caadep-2"),
            ("0x1.571ed4aaf883dp+0", "-0x1.2bef0a7c06ddbp-2"),
            ("0x1.49539f0f010bp+0", "-0x1.01eae7f513a67p-2"),
            ("0x1.3c995b0b80385p+0", "-0x1.b31d8a68224e9p-3"),
            ("0x1.30d190c8864a5p+0", "-0x1.6574f0ac07758p-3"),
            ("0x1.25e227b0b8eap+0", "-0x1.1aa2bc79c81p-3"),
            ("0x1.1bb4a4a1a343fp+0", "-0x1.a4e76ce8c0e5ep-4"),
            ("0x1.12358f08ae5bap+0", "-0x1.1973c5a611cccp-4"),
            ("0x1.0953f419900a7p+0", "-0x1.252f438e10c1ep-5"),
            ("0x1p+0", "0x0p+0"),
            ("0x1.e608cfd9a47acp-1", "0x1.aa5aa5df25984p-5"),
            ("0x1.ca4b31f026aap-1", "0x1.c5e53aa362eb4p-4"),
            ("0x1.b2036576afce6p-1", "0x1.526e57720db08p-3"),
            ("0x1.9c2d163a1aa2dp-1", "0x1.bc2860d22477p-3"),
            ("0x1.886e6037841edp-1", "0x1.1058bc8a07ee1p-2"),
            ("0x1.767dcf5534862p-1", "0x1.4043057b6ee09p-2"),
        )
    ]
).T
FIRST_POINT = 0x3F330000  # the bits of 0.699: the table covers an octave from there


def logf(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the natural logarithm of positive, normal float32 numbers.

    >>> logf(np.array([1, 0.5], np.float32)).tolist()
    [0.0, -0.6931471824645996]
    """
    bits = x.view(np.int32)
    offset = bits - FIRST_POINT
    point, k = (offset >> 19) & 15, offset >> 23
    z = (bits - (k << 23)).view(np.float32).astype(np.float64)  # x / 2^k
    r = z * ONE_OVER_C[point] - 1
    known = LOG_C[point] + k * LOG_2
    r2 = r * r
    tail = FOURTH * r2 + (THIRD * r + SECOND)
    logarithm: NDArray[np.float32] = (tail * r2 + (known + r)).astype(np.float32)
    return logarithm
