"""Hydra's refusals, in our words: what, the value, where, the nearest right name."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf.errors import (
    ConfigAttributeError,
    ConfigKeyError,
    OmegaConfBaseException,
    ValidationError,
)

from initlab.errors import BadTypeError, ConfigError, InitlabError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FULL_ERROR", "in_our_words"]

FULL_ERROR = "HYDRA_FULL_ERROR"

SHELVES = {"init": "initializers", "data": "datasets"}  # groups with a name for each entry
EXTRAS = {"hydra/launcher": "joblib,submitit,ray", "hydra/sweeper": "optuna"}


@contextmanager
def in_our_words() -> Iterator[None]:
    """Turn what Hydra and OmegaConf raise within into InitlabErrors.

    Their own traceback, 300 lines in a notebook, is kept for HYDRA_FULL_ERROR=1 alone.
    """
    try:
        yield
    except (HydraException, OmegaConfBaseException) as error:
        raise _translated(error) from (error if os.environ.get(FULL_ERROR) == "1" else None)


def _translated(error: BaseException) -> InitlabError:
    if isinstance(error, MissingConfigException) and error.options is not None:
        group, _, name = str(error.missing_cfg_file).rpartition("/")
        refused = _noted(UnknownNameError(f"{group or 'config'}", name, error.options), group)
        if group in SHELVES:
            refused.add_note(f"All of them: python -m initlab catalog {SHELVES[group]}")
        if group in EXTRAS:
            refused.add_note(
                f"More of them come with extras: pip install 'initlab[{EXTRAS[group]}]'."
            )
        return refused
    if isinstance(error, OverrideParseException):
        return _unreadable(error)
    cause = error.__cause__ if isinstance(error.__cause__, OmegaConfBaseException) else error
    if isinstance(cause, ConfigKeyError | ConfigAttributeError):
        return _unknown_key(cause)
    if isinstance(cause, ValidationError):
        what = str(cause).partition("\n")[0]
        return BadTypeError(f"{cause.full_key} has the wrong type: {what}.")
    return ConfigError(str(error).strip())


def _unreadable(error: OverrideParseException) -> InitlabError:
    key, is_pair, value = error.override.partition("=")
    quoted = f"{key}='{value}'" if is_pair and "'" not in value else "KEY='VALUE'"
    refused = ConfigError(f"Hydra cannot read {error.override!r} as KEY=VALUE.")
    refused.add_note(
        "A value with brackets or with letters beside a to z needs quotes of its own, "
        f'inside those that the shell takes: "{quoted}".'
    )
    return refused


def _unknown_key(cause: Any) -> InitlabError:
    full = str(cause.full_key or cause.key)
    parent = full.rpartition(".")[0]
    siblings = list(cause.parent_node) if cause.parent_node is not None else []
    known = [f"{parent}.{key}" if parent else str(key) for key in siblings]
    error = UnknownNameError("config key", full, known)
    error.add_note(f"To add a key that is not there, put a plus before it: +{full}...=VALUE.")
    return error


def _noted(error: InitlabError, group: str) -> InitlabError:
    if group:
        error.add_note(f"in {group}={getattr(error, 'name', '')}")
    return error
