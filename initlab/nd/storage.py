"""Named arrays in a file of the safetensors format, which others read too."""

from __future__ import annotations

import json
import struct
from math import prod
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Tensor
from initlab.errors import BadTypeError, DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["load", "save"]

_DTYPES = {
    **{f"F{8 * n}": f"<f{n}" for n in (2, 4, 8)},
    **{f"I{8 * n}": f"<i{n}" for n in (1, 2, 4, 8)},
    **{f"U{8 * n}": f"<u{n}" for n in (1, 2, 4, 8)},
    "BOOL": "?",
}
"""The names that the format has for NumPy's types, all little-endian."""


def save(
    file: str | Path, arrays: Mapping[str, Any], aliases: Mapping[str, str] | None = None
) -> None:
    """Write arrays by name.

    Args:
        file: where.
        arrays: what.
        aliases: other names of some of them, kept in the file's metadata.

    Raises:
        BadTypeError: for anything but a mapping of names to arrays.
    """
    from safetensors.numpy import save_file

    try:
        named = {str(name): np.asarray(array, order="C") for name, array in arrays.items()}
    except AttributeError:
        raise BadTypeError(
            f"Arrays are saved as a mapping of names, got {type(arrays).__name__}: "
            'write save(file, {"x": x}).'
        ) from None
    save_file(named, file, {"aliases": json.dumps(aliases)} if aliases else None)


def load(file: str | Path, aliases: bool = False, copy: bool = True) -> dict[str, Tensor]:
    """Read the arrays that `save` wrote, by name.

    Args:
        file: what `save` wrote, or any safetensors.
        aliases: give them under their other names too.
        copy: False gives read-only arrays over the file itself, for those who take the values over
            at once.

    Raises:
        DataError: when the file is missing or no safetensors, or of a type that NumPy lacks.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     save(f"{folder}/x.safetensors", {"x": np.arange(3)})
    ...     load(f"{folder}/x.safetensors")
    {'x': array([0, 1, 2])}
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as stored:  # checks every name, size and place
            others = (stored.metadata() or {}).get("aliases", "{}")
        arrays = _mapped(Path(file))
    except (OSError, SafetensorError) as error:
        raise DataError(f"Cannot load arrays from {file}: {error}{_hint(file)}") from error
    found = {name: Tensor(np.array(array) if copy else array) for name, array in arrays.items()}
    if aliases:
        found |= {alias: found[name] for alias, name in json.loads(others).items()}
    return found


def _hint(file: str | Path) -> str:
    """Return who opens a file that begins as MXNet's lists of arrays do."""
    if not Path(file).is_file():
        return ""
    with Path(file).open("rb") as opened:
        if opened.read(8) != struct.pack("<Q", 0x112):
            return ""
    return (
        ". It is a .params file of MXNet: pip install initlab-mxnet, whose load() returns what "
        "load_parameters takes"
    )


def _mapped(file: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a checked file, over its memory map."""
    with file.open("rb") as opened:
        (length,) = struct.unpack("<Q", opened.read(8))
        entries = json.loads(opened.read(length))
        memory = mmap(opened.fileno(), 0, access=ACCESS_READ)
    entries.pop("__metadata__", None)
    return {
        name: _array(memory, name, entry, 8 + length)
        for name, entry in sorted(entries.items(), key=lambda item: item[1]["data_offsets"])
    }


def _array(memory: mmap, name: str, entry: Mapping[str, Any], base: int) -> np.ndarray:
    if entry["dtype"] not in _DTYPES:
        raise DataError(f"Array {name!r} is of type {entry['dtype']}, which NumPy does not have.")
    dtype, shape = np.dtype(_DTYPES[entry["dtype"]]), tuple(entry["shape"])
    start = base + entry["data_offsets"][0]
    return np.frombuffer(memory, dtype, prod(shape), start).reshape(shape)
