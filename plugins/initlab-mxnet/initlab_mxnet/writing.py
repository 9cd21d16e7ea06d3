"""Writing `.params` files that MXNet 1.x opens."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadTypeError
from initlab_mxnet.layout import DENSE, DTYPES, LIST, V2, V3

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

__all__ = ["save"]

CPU = (1, 0)  # the device's type and number
FLAGS = {dtype: flag for flag, dtype in DTYPES.items()}


def save(file: str | Path, arrays: Mapping[str, ArrayLike]) -> None:
    """Write arrays by name, as `mx.nd.save`; what was in the file stays until all is written.

    Where one is a scalar or empty the file is one of MXNet's NumPy mode, which
    `mx.npx.load` opens after `mx.npx.set_np()`.

    Raises:
        BadTypeError: for a dtype that MXNet does not have; for anything but a mapping.
    """
    if not isinstance(arrays, Mapping):
        raise BadTypeError(
            f"Arrays are saved as a mapping of names, got {type(arrays).__name__}: "
            'write save(file, {"w": w}).'
        )
    ready = {str(name): _ready(name, array) for name, array in arrays.items()}
    partial = Path(f"{file}.partial")
    try:
        _write(partial, ready)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def _write(file: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    version = V2 if all(array.size and array.ndim for array in arrays.values()) else V3
    with file.open("wb") as stream:
        stream.write(struct.pack("<QQQ", LIST, 0, len(arrays)))
        for array in arrays.values():
            stream.write(_header(array, version))
            array.tofile(stream)
        stream.write(struct.pack("<Q", len(arrays)))
        stream.writelines(_named(arrays))


def _ready(name: str, array: ArrayLike) -> NDArray[Any]:
    values = np.asarray(array, order="C")
    values = values.astype(values.dtype.newbyteorder("<"), copy=False)
    if values.dtype not in FLAGS:
        known = ", ".join(dtype.name for dtype in FLAGS)
        raise BadTypeError(
            f"{name!r} has dtype {values.dtype}, which MXNet does not have: only {known}."
        )
    return values


def _header(array: NDArray[Any], version: int) -> bytes:
    rank = array.ndim
    return struct.pack(
        f"<Iii{rank}qiii", version, DENSE, rank, *array.shape, *CPU, FLAGS[array.dtype]
    )


def _named(names: Iterable[str]) -> Iterable[bytes]:
    for name in names:
        yield struct.pack("<Q", len(name.encode()))
        yield name.encode()
