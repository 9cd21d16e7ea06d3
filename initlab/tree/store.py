"""Parameters on disk: safetensors by path, tied ones once, their other paths as metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import DataError, ShapeError, UnknownNameError
from initlab.tree.walk import parameters, slots

if TYPE_CHECKING:
    from initlab.tree.block import Block

__all__ = ["load_parameters", "save_parameters"]


def save_parameters(net: Block, file: str | Path) -> None:
    """Write every parameter that has data, by its first path."""
    from safetensors.numpy import save_file

    arrays = {
        path: np.ascontiguousarray(parameter.data())
        for path, parameter in parameters(net).items()
        if parameter.settled
    }
    aliases = {alias: slot.path for slot in slots(net) for alias in slot.aliases}
    save_file(arrays, file, metadata={"aliases": json.dumps(aliases)})


def load_parameters(net: Block, file: str | Path) -> None:
    """Read parameters by path into `net`, which need not be initialized.

    Raises:
        DataError: when the file is missing or no safetensors.
        UnknownNameError: for a path that `net` has and the file lacks.
        ShapeError: when shapes differ.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as stored:
            arrays = {path: stored.get_tensor(path) for path in stored.keys()}  # noqa: SIM118
            metadata = stored.metadata() or {}
    except (OSError, SafetensorError) as error:
        raise DataError(f"Cannot load parameters from {file}: {error}") from error
    for alias, path in json.loads(metadata.get("aliases", "{}")).items():
        arrays[alias] = arrays[path]
    for path, parameter in parameters(net).items():
        if path not in arrays:
            raise UnknownNameError(f"parameter of {Path(file).name}", path, arrays)
        try:
            parameter.assign(arrays[path])
        except ShapeError as error:
            error.add_note(f"loading {path} from {file}")
            raise
