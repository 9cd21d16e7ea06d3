"""The claims in experiments/, each a module with a CLAIM."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING

from initlab.config import folder
from initlab.errors import UnknownNameError

if TYPE_CHECKING:
    from pathlib import Path

    from initlab.reproduction.claim import Claim

__all__ = ["claims", "load_claim"]


def claims() -> dict[str, Path]:
    """Return the file of each claim by its name."""
    return {file.stem: file for file in sorted(folder("experiments").glob("*.py"))}


def load_claim(name: str) -> Claim:
    """Return a claim by the name of its file.

    Raises:
        UnknownNameError: when there is none of that name.
    """
    known = claims()
    if name not in known:
        raise UnknownNameError("claim", name, known)
    spec = spec_from_file_location(f"initlab_experiment_{name}", known[name])
    assert spec is not None  # noqa: S101 - a file that is there has one
    assert spec.loader is not None  # noqa: S101 - idem
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    claim: Claim = module.CLAIM
    return claim
