"""IDX, the file format of MNIST: a magic number, the sizes, the bytes (LeCun et al., 1998)."""

from __future__ import annotations

import gzip
import struct
import zlib
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["IMAGES", "LABELS", "read_idx"]

IMAGES, LABELS = 0x803, 0x801  # unsigned bytes (08) along three axes, along one
KINDS = {IMAGES: "images", LABELS: "labels"}


def read_idx(file: Path, magic: int) -> np.ndarray:
    """Return the unsigned bytes of an IDX file: (n,) labels or (n, rows, columns) images.

    Args:
        file: plain, or gzipped when its name ends in `.gz`.
        magic: what it must begin with, `IMAGES` or `LABELS`.

    Raises:
        DataError: for another magic number, a size that is not the header's, a broken archive.
    """
    raw = _bytes(file)
    found = struct.unpack(">I", raw[:4])[0] if len(raw) >= 4 else None
    if found != magic:
        begins = f"holds {len(raw)} bytes" if found is None else f"begins with {found}"
        raise _refusal(
            file, f"{begins}, but IDX {KINDS[magic]} begin with the magic number {magic}"
        )
    rank = magic & 0xFF
    header = 4 + 4 * rank
    if len(raw) < header:
        raise _refusal(file, f"is cut within its header: {len(raw)} bytes of {header}")
    shape = struct.unpack(f">{rank}I", raw[4:header])
    promised, follow = prod(shape), len(raw) - header
    if follow != promised:
        state = "is cut" if follow < promised else "is too long"
        raise _refusal(
            file,
            f"{state}: its header promises {promised:,} bytes for shape {shape}, {follow:,} follow",
        )
    return np.frombuffer(raw, np.uint8, offset=header).reshape(shape)


def _bytes(file: Path) -> bytes:
    try:
        raw = file.read_bytes()
        return gzip.decompress(raw) if file.suffix == ".gz" else raw
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _refusal(file, f"is cut or no gzip file ({error})") from error
    except OSError as error:
        raise _refusal(file, f"cannot be read ({error})") from error


def _refusal(file: Path, what: str) -> DataError:
    place = file.absolute()
    return DataError(f"{place} {what}. Put a whole {file.name} into {place.parent}.")
