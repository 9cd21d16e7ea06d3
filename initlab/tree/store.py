"""Parameters on disk: safetensors by path, tied ones once, their other paths as metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import DataError, ShapeError, UnknownNameError
from initlab.tree.walk import parameters, places, slots

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    aliases = {
        alias: slot.path for slot in slots(net) if slot.path in arrays for alias in slot.aliases
    }
    save_file(arrays, file, metadata={"aliases": json.dumps(aliases)})


def load_parameters(net: Block, file: str | Path) -> None:
    """Read parameters by path into `net`, which need not be initialized.

    The file must have just the paths that `net` has; no value is written if it does not fit.

    Raises:
        DataError: when the file is missing or no safetensors.
        UnknownNameError: for a path that only one of the two has.
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
    found = parameters(net)
    _check_paths(net, arrays, Path(file).name)
    for path, parameter in found.items():
        try:
            parameter.shape = arrays[path].shape
        except ShapeError as error:
            error.add_note(f"loading {path} from {file}")
            raise
    for path, parameter in found.items():
        parameter.assign(arrays[path])


def _check_paths(net: Block, arrays: Mapping[str, np.ndarray], file: str) -> None:
    for path in parameters(net):
        if path not in arrays:
            raise UnknownNameError(f"parameter of {file}", path, arrays)
    held = [path for path, _ in places(net)]
    for path in arrays:
        if path not in held:
            raise UnknownNameError(f"parameter path of {file}, which the net lacks:", path, held)
