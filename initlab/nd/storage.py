"""Named arrays in a file of the safetensors format, which others read too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Tensor
from initlab.errors import BadTypeError, DataError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["load", "save"]


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


def load(file: str | Path, aliases: bool = False) -> dict[str, Tensor]:
    """Read the arrays that `save` wrote, by name.

    Args:
        file: what `save` wrote, or any safetensors.
        aliases: give them under their other names too.

    Raises:
        DataError: when the file is missing or no safetensors.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     save(f"{folder}/x.safetensors", {"x": np.arange(3)})
    ...     load(f"{folder}/x.safetensors")
    {'x': array([0, 1, 2])}
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as stored:
            found = {name: Tensor(stored.get_tensor(name)) for name in stored.keys()}  # noqa: SIM118
            others = (stored.metadata() or {}).get("aliases", "{}")
    except (OSError, SafetensorError) as error:
        raise DataError(f"Cannot load arrays from {file}: {error}") from error
    if aliases:
        found |= {alias: found[name] for alias, name in json.loads(others).items()}
    return found
