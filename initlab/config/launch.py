"""Running a command through Hydra: one job, or a sweep on one of its launchers."""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf

from initlab.config.arguments import is_multirun, normalized, overrides
from initlab.config.composition import compose_config
from initlab.config.groups import folder, publish
from initlab.config.parse import parse
from initlab.config.refusals import in_our_words
from initlab.errors import ConfigError, InitlabError
from initlab.tracking import EXPERIMENT_VARIABLE, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from initlab.catalog import Catalog
    from initlab.config.spec import RunSpec

    Task = Callable[[Callable[[], RunSpec], Path], float]

__all__ = ["SWEEP_VARIABLE", "launch"]

SWEEP_VARIABLE = "INITLAB_SWEEP"
SWEEP_DIRECTORY = "hydra.sweep.dir"
FULL_ERROR = "HYDRA_FULL_ERROR"


class _Job:
    """What Hydra calls: runs, and keeps a single run's error for the command line."""

    def __init__(self, task: Task, catalog: Catalog) -> None:
        self.task, self.catalog = task, catalog
        self.error: BaseException | None = None
        self.settings = {FULL_ERROR: os.environ.get(FULL_ERROR, "0")}

    def __call__(self, config: DictConfig) -> float | None:
        directory = Path(HydraConfig.get().runtime.output_dir)
        try:
            free: Any = OmegaConf.create(OmegaConf.to_container(config, enum_to_str=False))
            with _environment(self.settings):  # what the user set, not what `_hydra` did
                return self.task(lambda: parse(free, self.catalog), directory)
        except Exception as error:
            if SWEEP_VARIABLE in os.environ:
                raise
            self.error = error
            return None


def launch(arguments: Sequence[str], task: Task, catalog: Catalog) -> Path | None:
    """Run the command's job or jobs and return the sweep's directory, or None for a single run.

    Args:
        arguments: flags and overrides, in any order.
        task: carries out one job in its own directory; the function that it gets reads the job's
            RunSpec, or raises what is wrong with it.
        catalog: what names stand for.

    Before the first job of a sweep every value of every axis is composed and read, and the
    store of the record is made, whose experiment workers find in the environment.

    Raises:
        InitlabError: for anything in the command that is not allowed.
    """
    publish(catalog)
    arguments = normalized(arguments)
    if not is_multirun(arguments):
        _hydra(arguments, task, catalog)
        return None
    first = _check_axes(overrides(arguments), catalog)
    directory = _sweep_directory(arguments)
    settings = {SWEEP_VARIABLE: f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"}  # noqa: DTZ005
    experiment = prepare(first.tracking)
    if experiment is not None:
        settings[EXPERIMENT_VARIABLE] = experiment
    with _environment(settings):
        _hydra([*arguments, f"{SWEEP_DIRECTORY}={directory}"], task, catalog)
    return directory


def _hydra(arguments: list[str], task: Task, catalog: Catalog) -> None:
    job = _Job(task, catalog)
    main: Any = hydra.main(
        version_base="1.3", config_path=str(folder("conf")), config_name="config"
    )(job.__call__)
    # it makes Hydra pass errors on instead of printing them and leaving
    full_error = _environment({FULL_ERROR: "1"})
    with in_our_words(), full_error, patch.object(sys, "argv", ["initlab", *arguments]):
        _call(main)
    if job.error is not None:
        raise job.error


def _call(main: Callable[[], None]) -> None:
    """Call Hydra, whose own errors are about the command; a job's are not raised here."""
    try:
        main()
    except (InitlabError, HydraException):
        raise
    except ValueError as error:
        raise ConfigError(f"{error}.") from error
    except OSError as error:
        raise ConfigError(
            f"The run's directory cannot be made: {error}. Name another one with "
            "hydra.run.dir=PLACE (a sweep's: hydra.sweep.dir=PLACE)."
        ) from error


def _check_axes(given: list[str], catalog: Catalog) -> RunSpec:
    """Compose and read the sweep's first job, and each further value of each axis."""
    with in_our_words():
        parsed = OverridesParser.create().parse_overrides(given)
    axes = [_values(override) for override in parsed]
    base = [values[0] for values in axes]
    first = parse(compose_config(base), catalog)
    for place, values in enumerate(axes):
        for value in values[1:]:
            parse(compose_config([*base[:place], value, *base[place + 1 :]]), catalog)
    return first


def _values(override: Any) -> list[str]:
    if not override.is_sweep_override():
        return [override.input_line]
    if not override.is_discrete_sweep():
        return [f"{override.get_key_element()}={override.value().start}"]
    key = override.get_key_element()
    return overrides([f"{key}={value}" for value in override.sweep_string_iterator()])


def _sweep_directory(arguments: Sequence[str]) -> Path:
    for argument in arguments:
        if argument.startswith(f"{SWEEP_DIRECTORY}="):
            return Path(argument.partition("=")[2])
    return Path("multirun") / f"{datetime.now():%Y-%m-%d/%H-%M-%S-%f}"  # noqa: DTZ005 - local


@contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    with patch.dict(os.environ, settings):
        yield
