"""Reading `.params` files, of every version of MXNet, trusting nothing that they say.

No count, length or shape is believed before the file is known to have as many bytes, so what is
held in memory never exceeds the file by more than a constant factor.
"""

from __future__ import annotations

import os
import struct
from collections import Counter
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import DataError
from initlab_mxnet.fused import plain
from initlab_mxnet.layout import BFLOAT16, DENSE, DTYPES, LIST, V1, V2, V3

if TYPE_CHECKING:
    from io import BufferedReader

    from numpy.typing import NDArray

__all__ = ["load"]

MOST_AXES = 32
LARGEST = 2**59  # elements, so that their bytes can be counted


def load(file: str | Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a `.params` file by name, as `mx.nd.load`, in the order of the file.

    Names are as they stand there, `arg:` and `aux:` included, but that the cells of a fused
    recurrent layer are initlab's: `l0_i2h_weight`. Arrays without names are numbered.
    bfloat16 arrays come as float32, which holds all their values.

    Raises:
        DataError: when the file is missing, cut, not MXNet's, or has a sparse array.
    """
    try:
        with Path(file).open("rb") as stream:
            return _Reader(stream).arrays()
    except OSError as error:
        reason = str(error) if isinstance(error, DataError) else (error.strerror or error)
        raise DataError(f"Cannot load {file} as an MXNet file: {reason}") from error


class _Reader:
    """A file and how much of it is left."""

    def __init__(self, stream: BufferedReader) -> None:
        self.stream, self.size = stream, os.fstat(stream.fileno()).st_size

    def arrays(self) -> dict[str, NDArray[Any]]:
        magic, _ = self.numbers("QQ", "the header")
        if magic != LIST:
            raise DataError(f"it begins with {magic:#x}, where MXNet's files have {LIST:#x}.")
        arrays = [self.array(f"array {i}") for i in range(self.count("the arrays", 4))]
        named = self.count("the names", 8)
        names = [self.name(f"name {i}") for i in range(named)] or list(map(str, range(len(arrays))))
        if left := self.size - self.stream.tell():
            raise DataError(f"{left:,} bytes follow after its end.")
        if len(names) != len(arrays):
            raise DataError(f"it has {len(arrays)} arrays and {len(names)} names.")
        found = dict(zip(map(plain, names), arrays, strict=True))
        if len(found) < len(names):
            twice = Counter(names).most_common(1)[0][0]
            raise DataError(f"it has more than one array of the name {twice!r}.")
        return found

    def array(self, what: str) -> NDArray[Any]:
        shape = self.shape(what)
        _, _, flag = self.numbers("iii", f"device and dtype of {what}")
        if flag == BFLOAT16:
            halves = self.data(np.dtype("<u2"), shape, what)
            return (halves.astype(np.uint32) << 16).view(np.float32)
        if flag not in DTYPES:
            raise DataError(f"{what} has the dtype number {flag}, which MXNet 1.x does not have.")
        return self.data(DTYPES[flag], shape, what)

    def shape(self, what: str) -> tuple[int, ...]:
        """Read all that stands before an array's device: its version, storage and shape."""
        (version,) = self.numbers("I", f"the version of {what}")
        if version in (V2, V3):
            storage, rank = self.numbers("ii", f"storage and rank of {what}")
            if storage != DENSE:
                raise DataError(
                    f"{what} is sparse (storage {storage}). Save it in MXNet as "
                    "array.tostype('default')."
                )
        else:  # before V1 the rank stood where the version is now
            (rank,) = self.numbers("i", f"the rank of {what}") if version == V1 else (version,)
        if not 0 <= rank <= MOST_AXES:
            raise DataError(f"{what} has the version or rank {rank:#x}, which MXNet does not have.")
        dims = self.numbers(
            f"{rank}{'q' if version in (V1, V2, V3) else 'I'}", f"the shape of {what}"
        )
        if min(dims, default=0) < 0 or (version != V3 and 0 in (rank, *dims)):
            raise DataError(f"{what} has the shape {dims}: it was saved without data.")
        if prod(dim for dim in dims if dim) > LARGEST:
            raise DataError(f"{what} has the shape {dims}, which no array can have.")
        return dims

    def data(self, dtype: np.dtype[Any], shape: tuple[int, ...], what: str) -> NDArray[Any]:
        self.check(prod(shape) * dtype.itemsize, f"{what} of shape {shape} and dtype {dtype}")
        values = np.empty(shape, dtype)
        self.stream.readinto(values.reshape(-1).view(np.uint8).data)
        return values.astype(dtype.newbyteorder("="), copy=False)

    def name(self, what: str) -> str:
        (length,) = self.numbers("Q", f"the length of {what}")
        self.check(length, what)
        raw = self.stream.read(length)
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise DataError(f"{what}, {raw[:40]!r}, is no UTF-8.") from None

    def count(self, what: str, smallest: int) -> int:
        """Read how many items follow, each of at least `smallest` bytes."""
        count: int = self.numbers("Q", f"the number of {what}")[0]
        self.check(count * smallest, what)
        return count

    def numbers(self, layout: str, what: str) -> tuple[Any, ...]:
        layout = f"<{layout}"
        self.check(struct.calcsize(layout), what)
        return struct.unpack(layout, self.stream.read(struct.calcsize(layout)))

    def check(self, needed: int, what: str) -> None:
        """Refuse what the rest of the file cannot hold."""
        at = self.stream.tell()
        left = self.size - at
        if needed > left:
            raise DataError(
                f"{what} would take {needed:,} bytes at byte {at:,}, and {left:,} are left."
            )
