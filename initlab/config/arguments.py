"""What a user may type, turned into what Hydra takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from initlab.errors import ConfigError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["is_hydras", "is_multirun", "normalized", "overrides"]

GROUPS = ("model", "init", "data", "optim", "probes", "tracking", "experiment")
FLAGS = (
    "-m", "--multirun", "-r", "--run", "-c", "--cfg", "--resolve", "-i", "--info", "--package",
    "-cp", "--config-path", "-cn", "--config-name", "-cd", "--config-dir", "--hydra-help",
    "-sc", "--shell-completion", "--experimental-rerun",
)  # fmt: skip
NO_NAME = re.compile(r"null|true|false|[-+.]?\d.*", re.IGNORECASE)


def normalized(arguments: Sequence[str]) -> list[str]:
    """Return flags first, then overrides; a group such as `+init=x` without its plus.

    Raises:
        UnknownNameError: for a flag that nothing has.
        ConfigError: for a group that is set to something else than a name.

    >>> normalized(["+init=he", "seed=1,2", "-m"])
    ['-m', 'init=he', 'seed=1,2']
    """
    flags = [a for a in arguments if not _is_override(a)]
    for flag in flags:
        if flag.startswith("-") and flag.partition("=")[0] not in FLAGS:
            raise UnknownNameError("flag", flag, [*FLAGS, "-p", "--help", "--version"])
    return [*flags, *overrides(arguments)]


def overrides(arguments: Sequence[str]) -> list[str]:
    """Return the overrides alone."""
    return [_plain(argument) for argument in arguments if _is_override(argument)]


def is_multirun(arguments: Sequence[str]) -> bool:
    """Return whether a sweep is asked for."""
    return bool({"-m", "--multirun"} & set(arguments))


def is_hydras(override: str) -> bool:
    """Return whether an override is about Hydra's own part: its launcher, its directories."""
    return override.lstrip("+~").startswith(("hydra.", "hydra/", "hydra@"))


def _is_override(argument: str) -> bool:
    return not argument.startswith("-") and ("=" in argument or argument.startswith("~"))


def _plain(argument: str) -> str:
    """Return a group's override without its plus: it has a default, which Hydra won't add to."""
    key, _, value = argument.partition("=")
    group = key.removeprefix("+")
    if group not in GROUPS:
        return argument
    if NO_NAME.fullmatch(value):
        raise ConfigError(f"{argument} is no name: {group}=NAME takes one of the group's options.")
    return f"{group}={value}"
