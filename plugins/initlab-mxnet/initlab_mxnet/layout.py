"""How MXNet lays out arrays in a `.params` file, little-endian throughout.

    file    0x112 (8 bytes), 0 (8), number of arrays (8), the arrays, number of names (8), the names
    name    length (8), UTF-8
    array   V2, V3: version (4), storage (4), rank (4), dims (8 each), device (8), dtype (4), data
            V1:     version (4),              rank (4), dims (8 each), device (8), dtype (4), data
            before:                           rank (4), dims (4 each), device (8), dtype (4), data

V2 is what Gluon writes. In V3, of MXNet's NumPy mode, a rank or a dim of 0 is a shape like another;
before, it meant that the shape is unknown and no array follows.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BFLOAT16", "DENSE", "DTYPES", "LIST", "V1", "V2", "V3"]

LIST = 0x112
V1, V2, V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
DENSE = 0  # the storage of all but sparse arrays
DTYPES: Mapping[int, np.dtype[Any]] = MappingProxyType(
    {
        0: np.dtype("<f4"),
        1: np.dtype("<f8"),
        2: np.dtype("<f2"),
        3: np.dtype("u1"),
        4: np.dtype("<i4"),
        5: np.dtype("i1"),
        6: np.dtype("<i8"),
        7: np.dtype("?"),
    }
)
BFLOAT16 = 12  # the upper half of a float32, which NumPy has no name for
